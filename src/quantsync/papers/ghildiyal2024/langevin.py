"""(A1) and (A2) with operators for b_j: matrices of a Fock space, or numbers.

One transcription serves for both: with matrices it is compared with Heisenberg's equations of
(7), with numbers for b_j and b_j^dag it gives the symbols, which (B1) and (B2) should be.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from quantsync.papers.ghildiyal2024.points import Points
from quantsync.papers.ghildiyal2024.printed_fluctuations import Choice


@dataclass(frozen=True, eq=False)
class Modes:
    """Two modes as matrices, shape (..., d, d) each."""

    b: list[np.ndarray]
    dagger: list[np.ndarray]
    n: list[np.ndarray]
    one: np.ndarray
    turned: Callable[[int, Any], np.ndarray]  # exp[x (b_j^dag b_j + b_j b_j^dag)] from j and x

    @classmethod
    def fock(cls, levels: int) -> Modes:
        """Operators on the lowest levels of both modes."""
        lower, identity = np.diag(np.sqrt(np.arange(1.0, levels)), 1), np.eye(levels)
        b = [np.kron(lower, identity), np.kron(identity, lower)]
        n = [x.T @ x for x in b]

        def turned(j: int, x: Any) -> np.ndarray:
            return np.diag(np.exp(x * (2 * np.diagonal(n[j]) + 1)))

        return cls(b, [x.T for x in b], n, np.eye(levels**2), turned)

    @classmethod
    def numbers(cls, p: Points) -> Modes:
        """The amplitudes of P points, as matrices of shape (P, 1, 1): a_j = 1 + 2 |beta_j|^2."""
        b = [x[:, None, None] for x in p.beta]
        n = [np.abs(x) ** 2 for x in b]

        def turned(j: int, x: Any) -> np.ndarray:
            return np.exp(x * (2 * n[j] + 1))

        return cls(b, [x.conj() for x in b], n, np.ones((1, 1)), turned)

    def A(self, j: int, N: Any) -> np.ndarray:  # noqa: N802
        """1 - b_j^dag b_j/4 N_j."""
        return self.one - self.n[j] / (4 * N[j])


@dataclass(frozen=True)
class Coupling:
    """g_j, N_j, R_j and <sigma_z>/X, numbers or arrays of shape (2, P, 1, 1) and (P, 1, 1)."""

    g: Any
    N: Any
    R: Any
    kappa: Any

    @classmethod
    def at(cls, p: Points) -> Coupling:
        """Of P points."""
        g, N, R = (x[:, :, None, None] for x in (p.g, p.N, p.R))
        return cls(g, N, R, p.kappa[:, None, None])


def coherent(modes: Modes, c: Coupling, j: int, choose: Choice, exact: bool = False) -> np.ndarray:
    """The part of (A1) or (A2) with <sigma_z>/X; the misprint of (A2) is named "mode"."""
    # With ``exact`` the first 2 R_j is read as e^{2 R_j} - 1 and the second as 1 - e^{-2 R_j}.
    k = 1 - j
    b, dagger, n, N, R = modes.b[j], modes.dagger[j], modes.n[j], c.N[j], c.R[j]
    A, Ak = modes.A(j, c.N), modes.A(k, c.N)
    up, down = modes.turned(j, R), modes.turned(j, -R)
    last = modes.b[0] if j == 0 else choose("mode", modes.b[0], modes.b[1])
    own = c.g[j] ** 2 * ((n / (2 * N) - modes.one) @ A @ last + dagger @ A @ b @ b / (4 * N))
    first, second = (np.exp(2 * R) - 1, 1 - np.exp(-2 * R)) if exact else (2 * R, 2 * R)
    mutual = modes.dagger[k] @ modes.turned(k, -c.R[k]) @ Ak @ (
        b @ up @ b / (4 * N) - first * A @ up @ b @ b
    ) + (
        dagger @ down @ b / (4 * N) + second * dagger @ down @ b @ A - down @ A
    ) @ Ak @ modes.turned(k, c.R[k]) @ modes.b[k]  # fmt: skip
    return 1j * c.kappa * (own + c.g[0] * c.g[1] * mutual)


def hamiltonian(modes: Modes, c: Coupling) -> np.ndarray:
    """(7) without its last term, P_j with the signs of (6)."""
    P = [c.g[j] * modes.dagger[j] @ modes.turned(j, -c.R[j]) @ modes.A(j, c.N) for j in (0, 1)]
    own = sum(
        c.g[j] ** 2 * modes.dagger[j] @ modes.A(j, c.N) @ modes.A(j, c.N) @ modes.b[j]
        for j in (0, 1)
    )
    return c.kappa * (own + P[0] @ _dagger(P[1]) + P[1] @ _dagger(P[0]))


def damping(modes: Modes, gamma_l: Any, gamma_nl: Any, N: Any, j: int) -> np.ndarray:
    """The damping of (A1) or (A2)."""
    b, dagger, root = modes.b[j], modes.dagger[j], np.sqrt(gamma_l * gamma_nl)
    cubic = dagger @ b @ b
    quintic = dagger @ dagger @ b @ b @ b
    return (
        -gamma_l / 2 * b
        - gamma_nl / N**2 * quintic
        - 2 * gamma_nl / N**2 * cubic
        - 2 / N * root * cubic
    )


def jump(modes: Modes, gamma_l: Any, gamma_nl: Any, N: Any, j: int) -> np.ndarray:
    """sqrt(gamma_l) b + sqrt(gamma_nl)/N b^dag b^2, which has the noise of (A1)."""
    b, dagger = modes.b[j], modes.dagger[j]
    return np.sqrt(gamma_l) * b + np.sqrt(gamma_nl) / N * dagger @ b @ b


def heisenberg(operator: np.ndarray, H: np.ndarray) -> np.ndarray:
    """-i [operator, H]."""
    return -1j * (operator @ H - H @ operator)


def lindblad(operator: np.ndarray, L: np.ndarray) -> np.ndarray:
    """The part of d operator/dt that comes from a jump operator."""
    Ld = _dagger(L)
    return Ld @ operator @ L - (Ld @ L @ operator + operator @ Ld @ L) / 2


def inner(matrix: np.ndarray, levels: int, margin: int = 4) -> np.ndarray:
    """Elements between states far enough from the highest level of either mode."""
    state = np.arange(levels**2)
    kept = (state // levels < levels - margin) & (state % levels < levels - margin)
    return matrix[np.ix_(kept, kept)]


def _dagger(matrix: np.ndarray) -> np.ndarray:
    return np.conj(np.swapaxes(matrix, -1, -2))
