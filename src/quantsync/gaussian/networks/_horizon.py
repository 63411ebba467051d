"""The part of a large environment that probes can notice within a given time.

In the Krylov space of its couplings an environment is a chain (of blocks, one site per coupled
node), on which signals travel at a finite speed. Up to a time T the probes cannot tell the chain
from its first k blocks, as f(V) projected on them is exact for polynomials f of degree 2k - 1.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.linalg
import scipy.sparse as sp
from scipy.sparse.linalg import LinearOperator, eigsh

from quantsync.gaussian.networks._normal_modes import matrix_size
from quantsync.parallel import one_blas_thread

TOLERANCE = 1e-16  # of the expansion of f
NEGLIGIBLE = 1e-13  # norm of a new direction, relative to the matrix, that is rounding
LARGEST_SHARE = 0.5  # of the environment; beyond it all normal modes cost as little
SPARSE = 1 / 16  # share of entries above which products with the matrix cost too much
MARGIN = 1.02  # of the bounds of the spectrum, which are computed to 1 %


def blocks_within(lowest: float, highest: float, horizon: float) -> int:
    """Number of blocks that probes can notice up to a time, from bounds of the spectrum of V."""
    # The k for which cos(sqrt(V) t) and cos(sqrt(V) t)/V, |t| <= T, are polynomials of degree
    # 2k - 1 in V to rounding; about (w_max - w_min) T/4. A function that is at most m inside
    # Bernstein's ellipse of parameter r is met to 2 m r^-n/(r - 1) by its Chebyshev series of
    # degree n (Trefethen, Approximation Theory and Approximation Practice, Thm. 8.2).
    ratio = math.sqrt(highest / lowest)
    largest = math.log((ratio + 1) / (ratio - 1)) if ratio > 1 + 1e-12 else 50.0
    middle, radius = (highest + lowest) / 2, (highest - lowest) / 2
    # Ellipses that stay away from the branch point of the root at 0.
    sizes = largest * np.linspace(0.005, 0.995, 199)[:, None]
    angles = np.linspace(0, np.pi, 721)
    roots = np.sqrt(middle + radius * np.cosh(sizes + 1j * angles))
    # Thermal variances have 1/V where the ground state has its root.
    growth = (np.abs(np.imag(roots)) * horizon - np.minimum(np.log(np.abs(roots)), 0) * 2).max(
        axis=1
    )
    error = growth + np.log(2 / np.expm1(sizes[:, 0])) - math.log(TOLERANCE)
    degree = max(1.0, float((error / sizes[:, 0]).min()))
    return math.ceil((degree + 1) / 2)


def krylov_part(
    matrix: sp.csr_array, nodes: np.ndarray, horizon: float
) -> tuple[np.ndarray, np.ndarray] | None:
    """Squared frequencies (R,) and rows (U, R) of modes that stand for all of them up to a time.

    None where all normal modes are no more work. ``nodes`` (U,) are those that are coupled.
    """
    size = matrix_size(matrix)
    if matrix.nnz > SPARSE * size**2 or not len(nodes):
        return None
    highest = float(abs(matrix).sum(axis=1).max())
    lowest = _lowest(matrix, highest)
    if lowest <= 0:
        return None
    blocks = blocks_within(lowest, highest, horizon)
    if blocks * len(nodes) > LARGEST_SHARE * size:
        return None
    with one_blas_thread():  # block Lanczos, then the normal modes of the projected matrix
        known = _krylov_basis(matrix, nodes, blocks, NEGLIGIBLE * highest)
        projected = known.T @ (matrix @ known)
        values, vectors = np.linalg.eigh((projected + projected.T) / 2)
    return values, known[nodes] @ vectors


def _lowest(matrix: sp.csr_array, highest: float) -> float:
    """A lower bound of the spectrum, some 2 % below the lowest eigenvalue if that is not tiny."""
    size = matrix_size(matrix)
    # Shifted to the top, where Lanczos finds it soonest; the start has no symmetry to get stuck in.
    shifted = _Shifted(matrix, highest)
    start = 1 + np.random.default_rng(0).random(size)
    accuracy = 1e-6
    solve: Any = eigsh
    top = solve(shifted, k=1, tol=accuracy, return_eigenvectors=False, v0=start)[0]
    return (highest - float(top)) / MARGIN - accuracy * highest


class _Shifted(LinearOperator):
    """``shift - matrix``."""

    def __init__(self, matrix: sp.csr_array, shift: float):
        size = matrix_size(matrix)
        super().__init__(np.dtype(float), (size, size))
        self._product, self._shift = matrix.dot, shift

    def _matvec(self, x: np.ndarray) -> np.ndarray:
        return self._shift * x - self._product(x)


def _krylov_basis(
    matrix: sp.csr_array, nodes: np.ndarray, blocks: int, negligible: float
) -> np.ndarray:
    """Orthonormal basis of the nodes' coordinates e and of V e, V^2 e, ..., shape (M, R)."""
    size, width = matrix_size(matrix), len(nodes)
    basis = np.zeros((size, blocks * width), order="F")
    basis[nodes, np.arange(width)] = 1.0
    before, block, filled = slice(0, 0), slice(0, width), width
    for _ in range(blocks - 1):
        new = matrix @ basis[:, block]
        # In exact arithmetic only the last two blocks are met; then what rounding brings back.
        for part in (slice(before.start, block.stop), slice(0, filled)):
            new -= basis[:, part] @ (basis[:, part].T @ new)
        factors: Any = scipy.linalg.qr(new, mode="economic", pivoting=True)
        q, r = factors[:2]
        kept = int((np.abs(np.diagonal(r)) > negligible).sum())
        if not kept:  # the space is invariant: nothing else is coupled
            break
        basis[:, filled : filled + kept] = q[:, :kept]
        before, block, filled = block, slice(filled, filled + kept), filled + kept
    return basis[:, :filled]
