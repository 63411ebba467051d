"""Eqs. (4), (5), (7), (8), (12), (B1) and (B2) as printed, each misprint with what it should be."""

from __future__ import annotations

from typing import Any

import numpy as np

from quantsync.models import follow_chains
from quantsync.models.central_spin_chains import ChainsPath, followed, quanta_error
from quantsync.papers.ghildiyal2024.points import Points
from quantsync.papers.ghildiyal2024.printed_fluctuations import Choice


def follow_printed_bosons(
    spins: tuple[int, int], times: Any, *, start: Any, **parameters: Any
) -> ChainsPath:
    """`follow_chains` with ``J_+ = sqrt(N) b^dag (1 - n/4N)``, ``J_z = n - N``."""
    counts = list(spins)
    return followed(counts, [(4 * N, N) for N in counts], times, parameters, start)


def printed_error(spins: int, times: np.ndarray, *, start: Any, **parameters: Any) -> float:
    """Root mean square error of n_1(t) by Eq. (4) as printed, for chains of so many spins."""
    both = {"start": start, **parameters}
    printed = follow_printed_bosons((spins, spins), times, **both)
    return quanta_error(printed.quanta[:, 0], follow_chains((spins, spins), times, **both))


def ising_term(p: Points, choose: Choice) -> np.ndarray:
    """The term of (5) with sigma_z, of mode 1, for sigma_z = 1."""
    return choose("coupling", 1, p.g[0]) * (p.n[0] - p.N[0]) / np.sqrt(p.N[0])


def right_ising_term(p: Points) -> np.ndarray:
    """From (3) and J_z of (4)."""
    return p.g[0] / np.sqrt(p.N[0]) * (p.n[0] - p.N[0])


def lowering(p: Points) -> np.ndarray:
    """What stands with g_j sigma_+ in (6), in the frame of sigma: shape (2, P)."""
    return p.A * p.turn * p.beta * np.exp(-1j * p.omega * p.B * p.time)


def raising(p: Points, choose: Choice) -> np.ndarray:
    """P_1 of (8)."""
    kerr = choose("Kerr", p.turn[0], 1 / p.turn[0])
    phase = np.exp(-1j * p.omega[0] * p.B[0] * p.time)
    return p.g[0] * p.beta[0].conj() * kerr * p.A[0] * choose("phase", phase, 1 / phase)


def right_raising(p: Points) -> np.ndarray:
    """The conjugate of what (6) has."""
    return p.g[0] * lowering(p)[0].conj()


def effective_hamiltonian(p: Points, choose: Choice) -> np.ndarray:
    """(7), P_j with the signs of (6)."""
    P = p.g * lowering(p).conj()
    mutual = 2 * (P[0] * P[1].conj()).real
    own = (p.g**2 * p.n * p.A**2).sum(axis=0)
    shift = p.sigma_z * choose("shift", 1, p.X)
    return p.kappa * own + choose("mutual", 1, p.kappa) * mutual + shift


def substituted_hamiltonian(p: Points) -> np.ndarray:
    """(6) with sigma_- = <sigma_z> S/2X, where d sigma_-/dt = 0, put in for sigma_-."""
    S = (p.g * lowering(p)).sum(axis=0)
    sigma_minus = p.sigma_z * S / (2 * p.X)
    return 2 * (sigma_minus.conj() * S).real + p.sigma_z * p.X


def noise(p: Points, j: int, choose: Choice) -> np.ndarray:
    """Coefficients of b_in and b_in^dag in (A1), (A2) and (12), for numbers: shape (2, P)."""
    root, N = np.sqrt(p.gamma_nl), p.N[j]
    square = root * p.beta[j] ** 2 / N
    own = np.sqrt(p.gamma_l) + 2 * root * p.n[j] / N
    zero = np.zeros_like(square)
    return np.array([own, zero]) - np.array(
        choose("square", [square, zero], [zero, square])
    )  # fmt: skip


def right_noise(p: Points, j: int) -> np.ndarray:
    """What should stand there: u and -v of the jump operator: d L*/d beta* and -d L/d beta*."""
    root, N = np.sqrt(p.gamma_nl), p.N[j]
    return np.array([np.sqrt(p.gamma_l) + 2 * root * p.n[j] / N, -root * p.beta[j] ** 2 / N])


def mean_field(p: Points, j: int, choose: Choice) -> np.ndarray:
    """(B1) or (B2)."""
    k = 1 - j
    b, n, N, R, A = p.beta[j], p.n[j], p.N[j], p.R[j], p.A[j]
    g, mutual = p.g[j] ** 2, p.g[0] * p.g[1] * p.A[k]
    turn = p.turn[j] / p.turn[k]
    damping = (
        p.gamma_l / 2
        + p.gamma_nl * (n**2 + 2 * n) / N**2
        + 2 * np.sqrt(p.gamma_l * p.gamma_nl) * n / N
    )
    bracket = choose("bracket", n * b / (4 * N), n / (4 * N)) + 2 * R * A * n - A
    inner = (
        g * n * b / N
        - 3 * g * n**2 * b / (16 * N**2)
        - g * b
        + mutual * p.beta[k].conj() * turn * (b**2 / (4 * N) - 2 * R * A * b**2)
        + mutual / turn * p.beta[k] * bracket
    )
    return (-1) ** j * 1j * p.theta * b - damping * b + 1j * p.kappa * inner
