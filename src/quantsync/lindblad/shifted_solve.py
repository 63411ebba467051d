"""Solutions of (A0 + eta A1) x = b for many eta from one factorisation.

With the factors of A(eta0) = A0 + eta0 A1 the systems become (1 + (eta - eta0) B) x = c with
B = A(eta0)^-1 A1 and c = A(eta0)^-1 b. They all live in the same Krylov space of B and c, in
which each is a small Hessenberg system.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import get_lapack_funcs

MOST_VECTORS = 120
CHECKED_EVERY = 10
CONVERGED = 1e-15  # of the projected residual, relative to the solution


class Factorised:
    """LU factors of one matrix.

    Parameters
    ----------
    matrix : ndarray of shape (N, N)

    Attributes
    ----------
    reciprocal_condition : float
        Estimated in the 1-norm; 0 for an exactly singular matrix.
    """

    def __init__(self, matrix: np.ndarray):
        routines: Any = get_lapack_funcs(("getrf", "getrs", "gecon"), (matrix,))
        factorise, self._substitute, estimate = routines
        norm = np.abs(matrix).sum(axis=0).max()
        self._lu, self._pivots, info = factorise(np.asfortranarray(matrix))
        self.reciprocal_condition = 0.0 if info else float(estimate(self._lu, norm)[0])

    def solve(self, right: np.ndarray) -> np.ndarray:
        """The solution for one right-hand side, shape (N,)."""
        return self._substitute(self._lu, self._pivots, right)[0]


def solve_shifted(
    factors: Factorised, linear: np.ndarray, right: np.ndarray, shifts: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Solve (A + s A1) x = b for every shift s, A being factorised.

    Parameters
    ----------
    factors : Factorised
        Of A, shape (N, N).
    linear : ndarray of shape (N, N)
        A1.
    right : ndarray of shape (N,)
        b.
    shifts : ndarray of shape (E,)

    Returns
    -------
    solutions : ndarray of shape (E, N)
    converged : ndarray of bool, shape (E,)
        Where the Krylov space of at most 120 vectors held the solution.

    Examples
    --------
    >>> A, A1, b = np.diag([1.0, 2.0]), np.eye(2), np.ones(2)
    >>> x, converged = solve_shifted(Factorised(A), A1, b, np.array([0.0, 2.0]))
    >>> print(x.round(12), converged)
    [[1.         0.5       ]
     [0.33333333 0.25      ]] [ True  True]
    """
    size = len(right)
    most = min(MOST_VECTORS, size)
    start = factors.solve(right)
    length = float(np.linalg.norm(start))
    basis = np.zeros((size, most + 1), order="F")
    basis[:, 0] = start / length
    hessenberg = np.zeros((most + 1, most))
    small, converged = np.zeros((len(shifts), 0)), np.zeros(len(shifts), bool)
    for k in range(most):
        vector = factors.solve(linear @ basis[:, k])
        before = np.linalg.norm(vector)
        for _ in range(2):  # once more against the rounding of the first pass
            part = basis[:, : k + 1].T @ vector
            vector = vector - basis[:, : k + 1] @ part
            hessenberg[: k + 1, k] += part
        rest = np.linalg.norm(vector)
        complete = rest <= 1e-14 * before  # the space is invariant: it holds all solutions
        hessenberg[k + 1, k] = 0.0 if complete else rest
        if complete or (k + 1) % CHECKED_EVERY == 0 or k + 1 == most:
            small, converged = _projected(hessenberg, k + 1, length, shifts)
            if complete or converged.all():
                break
        basis[:, k + 1] = vector / rest
    return small @ basis[:, : small.shape[1]].T, converged


def _projected(
    hessenberg: np.ndarray, size: int, length: float, shifts: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Solutions in the Krylov space, shape (E, size), and which have converged."""
    right = np.zeros((size, 1))
    right[0] = length
    systems = np.eye(size) + shifts[:, None, None] * hessenberg[:size, :size]
    try:
        small = np.linalg.solve(systems, np.broadcast_to(right, (len(shifts), size, 1)))[..., 0]
    except np.linalg.LinAlgError:
        return np.zeros((len(shifts), size)), np.zeros(len(shifts), bool)
    left = np.abs(shifts * hessenberg[size, size - 1] * small[:, -1])
    return small, left <= CONVERGED * np.linalg.norm(small, axis=1)
