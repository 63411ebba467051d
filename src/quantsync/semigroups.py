"""``exp(M t)`` of a real matrix at any time t >= 0, from what stays, what turns and what decays.

Rounding of M by eps ||M|| changes ``exp(M t)`` by eps ||M|| t wherever something is conserved: a
series or a chain of squarings loses the trace of a state after 1e16/||M||. Here the invariant
subspace that does not decay is split off first (ordered Schur form and a Sylvester equation, as in
Bai and Demmel, Linear Algebra Appl. 186, 73 (1993)), its eigenvalues are put onto the imaginary
axis, and only what decays is exponentiated: by squarings, which need no eigenvectors and so do not
mind that a matrix has none (exceptional points).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.linalg
import scipy.linalg.lapack

from quantsync.errors import ConvergenceError, LostAccuracyError
from quantsync.lazy import lazy

lapack: Any = scipy.linalg.lapack
EPSILON = float(np.finfo(float).eps)
RESOLVED = 8.0  # times the rounding of an eigenvalue: what is smaller may be zero
GONE = 1e-30  # entries of a propagator below it change nothing any more
PHASE = 1e-4  # radians: rounding of a phase up to which an oscillation is given
LATEST = 1e300  # times beyond it are as good as it: its square is not finite


def rounding_of(size: int) -> float:
    """Rounding of the eigenvalues of a matrix of unit norm."""
    return EPSILON * (8 + 2 * np.sqrt(size))


def turned_by(frequencies: np.ndarray, times: np.ndarray | float) -> np.ndarray:
    """``exp(i omega t)`` of all pairs, (*times, *frequencies); 1 where phases overflow."""
    with np.errstate(over="ignore"):
        angles = np.multiply.outer(times, frequencies)
    return np.exp(1j * np.where(np.isfinite(angles), angles, 0.0))


def require_phases(frequencies: Any, times: Any) -> None:
    """Raise `LostAccuracyError` where rounding of a phase omega t is above `PHASE`."""
    fastest = float(np.abs(frequencies).max(initial=0.0))
    latest = float(np.abs(times).max(initial=0.0))
    if fastest and EPSILON * latest > PHASE / fastest:
        raise LostAccuracyError(
            f"At t = {latest:.6g} the phase of an oscillation at {fastest:.6g} is lost in rounding;"
            f" it is known up to t = {PHASE / EPSILON / fastest:.3g}. Ask for earlier times, or "
            "take a rotating frame."
        )


def norm_of(matrix: np.ndarray) -> float:
    """A bound on the spectral norm."""
    sizes = np.abs(matrix)
    return float(
        np.sqrt(sizes.sum(axis=0).max(initial=0)) * np.sqrt(sizes.sum(axis=1).max(initial=0))
    )


@dataclass(frozen=True, eq=False)
class Semigroup:
    """``exp(M t)`` with M = slow_right S slow_left + fast_right F fast_left.

    S (k, k) has the eigenvalues that do not decay, ``i frequencies`` and 0 where they cannot be
    told from it, F (m-k, m-k) all others.
    """

    norm: float  # of M; the rates and frequencies are known up to `rounding` times this
    rounding: float
    slow_right: np.ndarray
    slow_left: np.ndarray
    eigenvalues: np.ndarray  # (k,), complex, of S; growing ones have a real part
    modes: np.ndarray  # (k, k), complex: S = modes diag(eigenvalues) modes^-1
    duals: np.ndarray
    semisimple: bool  # False where S has a Jordan block, and so grows like t
    fast_right: np.ndarray
    fast_left: np.ndarray
    fast: np.ndarray
    gap: float  # least decay rate of F

    @property
    def bounded(self) -> bool:
        """Whether nothing grows."""
        return self.semisimple and bool((np.real(self.eigenvalues) == 0).all())

    @property
    def still(self) -> np.ndarray:
        """Which modes are stationary, (k,)."""
        return self.eigenvalues == 0

    @lazy
    def condition(self) -> float:
        """Norm of the projector on what does not decay."""
        return 1.0 + float(np.linalg.norm(self.slow_left))

    def stationary_vectors(self) -> tuple[np.ndarray, np.ndarray]:
        """Right (m, n0) and left (n0, m) vectors of the eigenvalue 0; complex if any turn."""
        still = self.still
        return self.slow_right @ self.modes[:, still], self.duals[still] @ self.slow_left

    def slow(self, times: np.ndarray) -> np.ndarray:
        """``exp(S t)``, shape (T, k, k)."""
        phases = turned_by(np.imag(self.eigenvalues), times)
        growth = np.real(self.eigenvalues)
        if growth.any():
            phases = phases * np.exp(np.multiply.outer(times, growth))
        return np.real((self.modes * phases[:, None, :]) @ self.duals)

    def fast_propagator(self, step: float) -> np.ndarray:
        """``exp(F t)``, by squarings until nothing is left."""
        if not self.fast.size or step == 0:
            return np.eye(len(self.fast))
        halvings = max(0, int(np.ceil(np.log2(max(norm_of(self.fast), 1e-300)) + np.log2(step))))
        P = scipy.linalg.expm(self.fast * float(np.exp2(np.log2(step) - halvings)))
        for _ in range(halvings):
            P = P @ P
            if np.abs(P).max() < GONE:
                return np.zeros_like(P)
        return P

    def sensitivity(self, times: np.ndarray) -> np.ndarray:
        """``int_0^t ||exp(F s)|| ds``, estimated, (T,): response to a constant change of M."""
        # A state that is spread over many levels begins to decay after a time ln(m)/gap.
        lasting = (1 + np.log(max(1, len(self.fast)))) / self.gap if self.gap > 0 else 0.0
        return np.minimum(times, lasting)

    def error(
        self, times: np.ndarray, still: float, turning: float, decaying: np.ndarray
    ) -> np.ndarray:
        """Estimated error (T,) of a vector by the rounding of M.

        The vector has parts of these norms that are stationary, that turn, and (at each time) that
        decay.
        """
        eps = self.rounding * self.norm
        drift = np.minimum(eps * times, 1e3)
        kept = eps * self.condition * self.sensitivity(times)
        return np.minimum(kept, 1e3) * (still + turning) + drift * (
            turning + self.condition * decaying
        )


def semigroup(matrix: np.ndarray) -> Semigroup:
    """Split a real matrix (m, m) into what does not decay and what does."""
    m, norm = len(matrix), norm_of(matrix)
    eps = rounding_of(m)
    if norm == 0:
        none, all_of_it = np.zeros((m, 0)), np.eye(m)
        still, fast = np.zeros(m, complex), np.zeros((0, 0))
        whole = all_of_it, all_of_it, still, all_of_it, all_of_it
        return Semigroup(0.0, eps, *whole, True, none, none.T, fast, np.inf)
    found: Any = scipy.linalg.schur(matrix / norm, output="real")
    T, Q = found
    values = _eigenvalues(T)
    least = RESOLVED * eps
    chosen = np.real(values) >= -least
    if chosen.any() and not chosen[: chosen.sum()].all():
        T, Q = _reordered(T, Q, chosen)
    k = int(chosen.sum())
    S, F = T[:k, :k], T[k:, k:]
    X = _decoupled(S, F, T[:k, k:])
    slow_left = Q[:, :k].T - X @ Q[:, k:].T
    fast_right = Q[:, k:] + Q[:, :k] @ X
    eigenvalues, modes, semisimple = _modes(S, least)
    decay = -np.real(_eigenvalues(F))
    return Semigroup(
        norm,
        eps,
        Q[:, :k],
        slow_left,
        eigenvalues * norm,
        modes,
        np.linalg.inv(modes),
        semisimple,
        fast_right,
        Q[:, k:].T,
        F * norm,
        norm * max(least, float(decay.min())) if len(decay) else np.inf,
    )


def equal_steps(times: np.ndarray) -> Iterator[tuple[float, int]]:
    """Runs of steps (length, count) that are equal to the rounding of the times themselves.

    Each run's length is its mean, so that the steps of a linspace share one exponential and
    their sum still ends where it should.
    """
    edges = np.concatenate([[0.0], times])
    steps = np.diff(edges)
    start = 0
    for k in range(1, len(steps) + 1):
        rounding = 8 * EPSILON * edges[min(k + 1, len(steps))]
        if k == len(steps) or abs(steps[k] - steps[start]) > rounding:
            yield (edges[k] - edges[start]) / (k - start), k - start
            start = k


def _eigenvalues(T: Any) -> np.ndarray:
    """Eigenvalues of a real Schur form, in its order."""
    values = np.diagonal(T).astype(complex)
    for j in np.flatnonzero(np.diagonal(T, -1)):
        # LAPACK's standard form has equal diagonal elements in a block.
        omega = np.sqrt(-T[j, j + 1] * T[j + 1, j] + 0j)
        values[j], values[j + 1] = T[j, j] + 1j * omega, T[j + 1, j + 1] - 1j * omega
    return values


def _reordered(T: np.ndarray, Q: np.ndarray, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The Schur form with some eigenvalues in front."""
    found = lapack.dtrsen(chosen.astype(np.int32), T, Q, job="N")
    if found[-1]:
        raise ConvergenceError(
            "Modes that decay and modes that do not cannot be told apart in double precision: "
            "rates of very different size do that. Rescale the system, or ask for earlier times."
        )
    return found[0], found[1]


def _decoupled(S: np.ndarray, F: np.ndarray, C: np.ndarray) -> np.ndarray:
    """X with S X - X F = -C."""
    if not C.size:
        return np.zeros_like(C)
    solution, scale, _ = lapack.dtrsyl(S, F, -C, isgn=-1)
    return solution / scale


def _modes(S: np.ndarray, least: float) -> tuple[np.ndarray, np.ndarray, bool]:
    """Eigenvalues and modes of what does not decay, equal ones together."""
    k = len(S)
    growth, omega = _snapped(_eigenvalues(S), least)
    if not growth.any() and not omega.any():
        return np.zeros(k, complex), np.eye(k), norm_of(S) <= least * np.sqrt(k)
    found: Any = np.linalg.eig(S)
    turned, vectors = found
    order = np.lexsort((np.imag(turned), _snapped(turned, least)[0]))
    turned, vectors = turned[order], vectors[:, order].astype(complex)
    growth, omega = _snapped(turned, least)
    apart = (np.diff(omega) > least) | (np.abs(np.diff(growth)) > least)
    groups = np.split(np.arange(k), np.flatnonzero(apart) + 1)
    eigenvalues, semisimple = np.empty(k, complex), True
    for group in groups:
        value = growth[group].mean() + 1j * omega[group].mean()
        eigenvalues[group] = value
        if len(group) > 1:
            # Eigenvectors of equal eigenvalues may be anything: take the invariant subspace.
            T, Q, count = _schur_of(S, turned[group], least)
            vectors[:, group] = Q[:, : len(group)]
            part = T[: len(group), : len(group)] - value * np.eye(len(group))
            semisimple &= count == len(group) and norm_of(part) <= 4 * least * np.sqrt(len(group))
    return eigenvalues, vectors, bool(semisimple)


def _snapped(values: Any, least: float) -> tuple[np.ndarray, np.ndarray]:
    """Real and imaginary parts, 0 where they cannot be told from it."""
    growth, omega = np.real(values), np.imag(values)
    return np.where(growth > least, growth, 0.0), np.where(np.abs(omega) > least, omega, 0.0)


def _schur_of(S: np.ndarray, group: np.ndarray, least: float) -> tuple[Any, Any, int]:
    """The complex Schur form with a group of equal eigenvalues in front, and their number."""
    growth, omega = np.real(group), np.imag(group)

    def inside(z: complex) -> bool:
        near = omega.min() - least / 2 <= z.imag <= omega.max() + least / 2
        return bool(near and growth.min() - least / 2 <= z.real <= growth.max() + least / 2)

    found: Any = scipy.linalg.schur(S, output="complex", sort=inside)
    return found
