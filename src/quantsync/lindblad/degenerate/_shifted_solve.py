"""Solutions of (A0 + eta A1) x = b for many eta from one factorisation.

With the factors of M = A0 + eta0 A1 and t = eta/eta0 the systems become

    (t + (1 - t) B) x = M^-1 b,    B = M^-1 A0.

They all live in one Krylov space of B, in which each is a small Hessenberg system. B needs only
A0, which is sparse where A1 is dense: a step costs one substitution with the factors.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.linalg import get_lapack_funcs

MOST_VECTORS = 120
FIRST_CHECK = 24
CONVERGED = 1e-14  # of the projected residual, relative to the solution
PROBES = 4  # random vectors that estimate a norm
LARGEST_AMPLIFICATION = 1e3  # of rounding errors; above it every strength is solved by itself
INVARIANT = 1e-14  # a new direction smaller than this part of its source is rounding


class Factorised:
    """LU factors of one matrix, row by row in memory, and its estimated reciprocal condition."""

    def __init__(self, matrix: np.ndarray, overwrite: bool = False):
        # The transpose is what LAPACK sees without a copy.
        transposed = np.ascontiguousarray(matrix).T
        routines: Any = get_lapack_funcs(("getrf", "getrs", "gecon"), (transposed,))
        factorise, self._substitute, estimate = routines
        size = math.sqrt(np.vdot(matrix, matrix))
        overwrite = overwrite or not np.shares_memory(transposed, matrix)
        self._lu, self._pivots, info = factorise(transposed, overwrite_a=overwrite)
        self.reciprocal_condition = 0.0 if info else float(estimate(self._lu, size)[0])

    def solve(self, right: np.ndarray) -> np.ndarray:
        """The solution for one right-hand side (N,) or several in the columns of (N, R)."""
        return self._substitute(self._lu, self._pivots, right, trans=1)[0]


def solve_shifted(
    factors: Factorised,
    apply_constant: Callable[[np.ndarray], np.ndarray],
    start: np.ndarray,
    ratios: np.ndarray,
    scale: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Solutions (E, N) of (t + (1 - t) B) d = (1 - t) s, B = M^-1 A0, and which converged."""
    # For s = x0 - B x0 the solutions of the problem above are x0 + d, x0 being that at eta0. The
    # small differences d carry the rounding errors, not the whole solutions. `scale` is the size of
    # the solutions, to which errors are compared, `ratios` the t = eta/eta0.
    size, length = len(start), float(np.linalg.norm(start))
    most = min(MOST_VECTORS, size)
    if length == 0:
        return np.zeros((len(ratios), size)), np.ones(len(ratios), bool)
    basis = np.empty((most + 1, size))  # one vector a row
    basis[0] = start / length
    hessenberg = np.zeros((most + 1, most))
    small, left = np.zeros((len(ratios), 0)), np.zeros(len(ratios))
    check, history = min(FIRST_CHECK, most), []
    for k in range(most):
        vector = factors.solve(apply_constant(basis[k]))
        before = math.sqrt(vector @ vector)
        known = basis[: k + 1]
        part = known @ vector
        vector -= part @ known
        again = known @ vector  # once more against the rounding of the first pass
        vector -= again @ known
        hessenberg[: k + 1, k] = part + again
        rest = math.sqrt(vector @ vector)
        complete = rest <= INVARIANT * before  # the space is invariant: it holds all solutions
        hessenberg[k + 1, k] = 0.0 if complete else rest
        if complete or k + 1 == check:
            small, left = _projected(hessenberg, k + 1, length, ratios)
            worst = float(left.max(initial=0)) / (CONVERGED * scale)
            if complete or worst <= 1 or k + 1 == most:
                break
            history.append((k + 1, worst))
            check = min(_next_check(history), most)
        np.divide(vector, rest, out=basis[k + 1])
    count = small.shape[1]
    sound = _amplification(hessenberg[:count, :count], ratios) <= LARGEST_AMPLIFICATION
    return small @ basis[:count], (left <= CONVERGED * scale) & sound


def _next_check(history: list[tuple[int, float]]) -> int:
    """When the residual, which falls geometrically, should be small enough."""
    step, worst = history[-1]
    if len(history) == 1 or not np.isfinite(worst):
        return step + FIRST_CHECK
    before, earlier = history[-2]
    rate = np.log(earlier / worst) / (step - before)
    if not rate > 0.05:
        return step + FIRST_CHECK
    return step + int(np.clip(np.ceil(np.log(worst) / rate), 2, 24))


def _amplification(hessenberg: np.ndarray, ratios: np.ndarray) -> np.ndarray:
    """By how much the small systems enlarge rounding errors, relative to their right-hand sides."""
    mixed = (1 - ratios)[:, None, None] * hessenberg + ratios[:, None, None] * np.eye(
        len(hessenberg)
    )
    # For vectors of random signs the mean of |A^-1 v|^2 is the squared Frobenius norm of A^-1.
    probes = np.random.default_rng(0).choice([-1.0, 1.0], (len(hessenberg), PROBES))
    try:
        images = np.linalg.solve(mixed, np.broadcast_to(probes, (len(mixed), *probes.shape)))
    except np.linalg.LinAlgError:
        return np.full(len(ratios), np.inf)
    norm = np.linalg.norm(images, axis=(1, 2)) / math.sqrt(PROBES)
    return norm * np.maximum(ratios, 1)


def _projected(
    hessenberg: np.ndarray, size: int, length: float, ratios: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Solutions in the Krylov space, shape (E, size), and the norms of their residuals."""
    right = np.zeros((len(ratios), size, 1))
    right[:, 0, 0] = (1 - ratios) * length
    mixed = (1 - ratios)[:, None, None] * hessenberg[:size, :size]
    mixed[:, np.arange(size), np.arange(size)] += ratios[:, None]
    try:
        small = np.linalg.solve(mixed, right)[..., 0]
    except np.linalg.LinAlgError:
        return np.zeros((len(ratios), size)), np.full(len(ratios), np.inf)
    # For large t the whole equation is t times as large.
    left = np.abs((1 - ratios) * hessenberg[size, size - 1] * small[:, -1])
    return small, left / np.maximum(ratios, 1)
