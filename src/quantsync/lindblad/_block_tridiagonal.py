"""Direct solves of sparse systems as block-tridiagonal ones, by dense elimination of the blocks.

Every sparse matrix is block tridiagonal in the levels of a breadth-first walk through its graph.
From the populations of two sites with a common charge, the levels are the orders of coherence, as
each term changes that order by a few quanta at most. From the last level to the first,

    S_k = D_k - U_k S_{k+1}^{-1} W_{k+1},

with D_k the diagonal block, U_k the one to the right of it and W_k the one to the left. Levels are
tens to thousands of elements wide: nearly all the work are products of dense matrices, where sparse
LU goes from column to column.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.linalg import get_lapack_funcs
from scipy.sparse.csgraph import reverse_cuthill_mckee

from quantsync.memory import require_memory

NARROW = 64  # levels are joined up to this width: below, calls cost more than arithmetic
NARROW_BLOCK = 128  # width up to which products with dense blocks cost less than sparse ones
SMALL = 4000  # unknowns up to which they may take the memory
LARGEST_ERROR = 1e-13  # of a solution's equations, relative to right side and solution
getrf, getrs = get_lapack_funcs(("getrf", "getrs"), dtype=float)


@dataclass(frozen=True)
class Levels:
    """An order of a matrix's rows and columns, and where in it each level begins and ends."""

    order: np.ndarray
    bounds: np.ndarray

    @property
    def work(self) -> float:
        """Floating-point operations of the elimination."""
        width = np.diff(self.bounds).astype(float)
        return float((2 / 3 * width**3).sum() + (2 * width[1:] ** 2 * width[:-1]).sum())

    @property
    def nbytes(self) -> float:
        """Memory of the factors."""
        return float(8 * (np.diff(self.bounds).astype(float) ** 2).sum())


def levels_from(pattern: sp.csr_array, first: np.ndarray) -> Levels:
    """The levels of a breadth-first walk through a symmetric pattern; the first one is given."""
    level = np.full(len(pattern.indptr) - 1, -1)
    front, depth = first, 0
    while len(front):
        level[front] = depth
        near = np.unique(pattern[front].indices)
        # What is not connected has levels of its own, behind the others.
        front, depth = near[level[near] < 0], depth + 1
        front = front if len(front) else np.flatnonzero(level < 0)[:1]
    return Levels(np.argsort(level, kind="stable"), _joined(np.bincount(level)))


def narrow_levels(pattern: sp.csr_array) -> Levels:
    """Levels of a symmetric pattern from one far end of it."""
    ends = reverse_cuthill_mckee(sp.csr_matrix(pattern), symmetric_mode=True)
    return levels_from(pattern, ends[-1:])


def _joined(widths: np.ndarray) -> np.ndarray:
    """Bounds of levels when small neighbours, but for the first level, have been joined."""
    joined = [int(widths[0])]
    for width in widths[1:].tolist():
        if len(joined) > 1 and joined[-1] + width <= NARROW:
            joined[-1] += width
        else:
            joined.append(width)
    return np.concatenate([[0], np.cumsum(joined)])


def solver_by_levels(
    matrix: sp.csr_array, levels: Levels, ordered: sp.csr_array | None = None
) -> Callable[[np.ndarray], np.ndarray | None]:
    """A solver that keeps the factors, from right sides (m, k) to solutions or None.

    ``ordered`` is the matrix in the order of the levels, where that is known.
    """
    # None where exchanging rows inside the levels is not enough: sparse LU exchanges any.
    require_memory(levels.nbytes, f"Elimination of {len(levels.order)} unknowns")
    known = matrix[levels.order][:, levels.order] if ordered is None else ordered
    ordered = sp.csr_array(known)
    bounds = levels.bounds.tolist()
    elimination = _Elimination(ordered, [slice(*ends) for ends in itertools.pairwise(bounds)])

    def solve(right: np.ndarray) -> np.ndarray | None:
        if elimination.singular:
            return None
        right = right[levels.order]
        x = elimination.solve(right)
        x += elimination.solve(right - ordered @ x)
        error = np.abs(right - ordered @ x).max(axis=0)
        size = np.abs(right).max(axis=0) + np.abs(x).max(axis=0)
        if not (error <= LARGEST_ERROR * size).all():
            return None
        solution = np.empty_like(x)
        solution[levels.order] = x
        return solution

    return solve


def _blocks(matrix: sp.csr_array, levels: list[slice]) -> tuple[list[Any], list[Any], list[Any]]:
    """Blocks left of the diagonal, on it and right of it; narrow ones are dense."""
    ends = [(max(0, k - 1), min(len(levels), k + 2) - 1) for k in range(len(levels))]
    widest = max(level.stop - level.start for level in levels)
    if widest > NARROW_BLOCK or levels[-1].stop > SMALL:
        middle = [matrix[level, level] for level in levels]
        pairs = list(itertools.pairwise(levels))
        left = [matrix[high, low] for low, high in pairs]
        return left, middle, [matrix[low, high] for low, high in pairs]
    left, middle, right = [], [], []
    rows = np.repeat(np.arange(len(matrix.indptr) - 1), np.diff(matrix.indptr))
    for level, (before, behind) in zip(levels, ends, strict=True):
        start, stop = levels[before].start, levels[behind].stop
        entries = slice(matrix.indptr[level.start], matrix.indptr[level.stop])
        panel = np.zeros((level.stop - level.start, stop - start), order="F")
        panel[rows[entries] - level.start, matrix.indices[entries] - start] = matrix.data[entries]
        own = slice(level.start - start, level.stop - start)
        left.append(panel[:, : own.start])
        middle.append(panel[:, own])
        right.append(panel[:, own.stop :])
    return left[1:], middle, right[:-1]


def _dense(block: Any) -> np.ndarray:
    return block if isinstance(block, np.ndarray) else block.toarray(order="F")


class _Elimination:
    """LU factors of all S_k, and the blocks beside the diagonal."""

    def __init__(self, matrix: sp.csr_array, levels: list[slice]):
        self.levels = levels
        # W_{k+1}, D_k and U_k.
        self.left, middle, self.right = _blocks(matrix, levels)
        self.factors: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        self.singular = False
        for k in reversed(range(len(levels))):
            block = _dense(middle[k])
            if k + 1 < len(levels):
                block = block - self.right[k] @ self._inverse(k + 1, _dense(self.left[k]))
            factors, exchanged, info = getrf(block, overwrite_a=True)
            if info > 0:
                self.singular = True
                return
            self.factors[k] = factors, exchanged

    def solve(self, right: np.ndarray) -> np.ndarray:
        """Solutions for right sides (m, k)."""
        x = [right[level] for level in self.levels]
        for k in reversed(range(len(x))):
            if k + 1 < len(x):
                x[k] = x[k] - self.right[k] @ x[k + 1]
            x[k] = self._inverse(k, x[k])
        for k in range(1, len(x)):
            x[k] = x[k] - self._inverse(k, self.left[k - 1] @ x[k - 1])
        return np.concatenate(x)

    def _inverse(self, k: int, right: np.ndarray) -> np.ndarray:
        """S_k^{-1} applied to columns."""
        return getrs(*self.factors[k], right)[0]
