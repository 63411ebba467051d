"""Linear solves in one sector: batched dense LU, or sparse elimination, one system at a time.

Both solve the row-scaled block with one population's equation (they sum to zero) replaced by
the trace, and estimate the reciprocal condition number from the growth of fixed random probes:
a vanishing one means that the block has a kernel of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.linalg import get_lapack_funcs
from scipy.sparse.linalg import splu

from quantsync.lazy import lazy
from quantsync.lindblad._block_tridiagonal import (
    Levels,
    levels_from,
    narrow_levels,
    solver_by_levels,
)
from quantsync.lindblad._sectors import Sector

PROBES = 2
LARGEST_DENSE_SECTOR = 600  # beyond, sparse LU is faster and smaller; see benchmarks/README.md
# Dense elimination in levels runs at some 20 times the rate of sparse LU; with more work than that
# factor times what the narrowest levels need, sparse LU is faster.
MOST_WORK = 20
CHUNK_BYTES = 1 << 20  # the blocks of one chunk stay in a core's cache
LEAST_KEPT = 20  # smaller blocks are solved anew sooner than one by one from their factors
getrf, getrs = get_lapack_funcs(("getrf", "getrs"), dtype=float)

Again = Callable[[np.ndarray], np.ndarray]  # right-hand sides (B, m) to solutions without trace


@lru_cache(maxsize=32)
def _probes(dimension: int) -> np.ndarray:
    """Fixed random vectors of unit maximum norm, shape (dimension, PROBES)."""
    vectors = np.random.default_rng(20180730).uniform(-1, 1, (dimension, PROBES))
    vectors /= np.abs(vectors).max(axis=0)
    vectors.flags.writeable = False
    return vectors


class _SectorSolver:
    """What the two solvers share; coefficients are (B, T), vectors (B, m)."""

    def __init__(self, sector: Sector):
        self.sector = sector
        self.probes = _probes(sector.dimension)

    def solve(self, coefficients: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Stationary vectors (B, m) and reciprocal condition numbers (B,)."""
        return self._solutions(coefficients, None)

    def solve_and_keep(self, coefficients: np.ndarray) -> tuple[np.ndarray, np.ndarray, Again]:
        """As `solve`, and a solver of the same blocks for other right-hand sides."""
        raise NotImplementedError

    def respond(self, coefficients: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Solutions of block @ x = right, those without trace, and reciprocal conditions."""
        return self._solutions(coefficients, right)

    def condition(self, coefficients: np.ndarray) -> np.ndarray:
        """Reciprocal condition numbers (B,) of the blocks themselves."""
        raise NotImplementedError

    def _solutions(
        self, coefficients: np.ndarray, right: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray]:
        raise NotImplementedError

    @property
    def _replaced_row(self) -> int:
        return self.sector.populations - 1

    @lazy
    def _stationary(self) -> np.ndarray:
        """The trace equation's unit vector and the probes, shape (m, 1 + PROBES)."""
        unit = np.zeros((self.sector.dimension, 1))
        unit[self._replaced_row] = 1
        return np.hstack([unit, self.probes])

    def residual(self, coefficients: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """||L[rho]||_F of solutions, (B,), and their largest residual relative to its equation."""
        # Relative to the largest term of each equation: a rate of 1 beside one of 1e15 in another
        # equation counts as much.
        rows, stacked = self.sector.full_columns
        parts = (stacked @ x.T).reshape(-1, len(rows), len(x))
        total = np.einsum("bt,trb->rb", coefficients, parts)
        size = np.abs(coefficients) @ self.sector.full_row_bounds
        size[size == 0] = 1
        relative = (np.abs(total) / size.T).max(axis=0, initial=0)
        return np.sqrt(np.einsum("rb,rb->b", total, total)), relative


class DenseSector(_SectorSolver):
    """Batched LAPACK on the dense blocks."""

    def solve_and_keep(self, coefficients: np.ndarray) -> tuple[np.ndarray, np.ndarray, Again]:
        """As `solve`, and a solver of the same blocks for other right-hand sides."""
        matrices, scale = self._scaled(coefficients)
        matrices[:, self._replaced_row] = self.sector.trace_functional
        solve = _factorised(matrices)

        def again(right: np.ndarray) -> np.ndarray:
            given = right / scale
            given[:, self._replaced_row] = 0
            return solve(given[:, :, None])[:, :, 0]

        solutions = solve(self._stationary)
        return solutions[:, :, 0], self._reciprocal_condition(solutions[:, :, 1:]), again

    def condition(self, coefficients: np.ndarray) -> np.ndarray:
        """Reciprocal condition numbers (B,) of the blocks themselves."""
        matrices, _ = self._scaled(coefficients)
        return self._reciprocal_condition(solve_batch(matrices, self.probes))

    def _solutions(
        self, coefficients: np.ndarray, right: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray]:
        matrices, scale = self._scaled(coefficients)
        columns = self._stationary
        if right is not None:
            given = right / scale
            if self.sector.carries_trace:
                given[:, self._replaced_row] = 0
            probes = np.broadcast_to(self.probes, (len(right), *self.probes.shape))
            columns = np.concatenate([given[:, :, None], probes], axis=2)
        if self.sector.carries_trace:
            matrices[:, self._replaced_row] = self.sector.trace_functional
        solutions = solve_batch(matrices, columns)
        return solutions[:, :, 0], self._reciprocal_condition(solutions[:, :, 1:])

    def _scaled(self, coefficients: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Blocks with rows of unit size at most, and what these were divided by."""
        scale = np.abs(coefficients) @ self.sector.row_bounds
        scale[scale == 0] = 1
        matrices = self.sector.matrices(coefficients)
        matrices /= scale[:, :, None]
        return matrices, scale

    @lazy
    def _norm_bound(self) -> float:
        # Entries are at most 1 after scaling, so a row sums to at most its number of entries.
        filled = (self.sector.table != 0).any(axis=0).reshape(self.sector.dimension, -1)
        return float(max(filled.sum(axis=1).max(), self.sector.populations))

    def _reciprocal_condition(self, solutions: np.ndarray) -> np.ndarray:
        growth = np.abs(solutions).max(axis=(1, 2))
        return 1 / (self._norm_bound * np.maximum(growth, np.finfo(float).tiny))


class SparseSector(_SectorSolver):
    """Elimination in levels, or SuperLU, on the sparse blocks; one system at a time."""

    def solve_and_keep(self, coefficients: np.ndarray) -> tuple[np.ndarray, np.ndarray, Again]:
        """As `solve`, and a solver of the same blocks for other right-hand sides."""
        pattern = self._pattern(coefficients)
        found = [self._kept(row, pattern) for row in coefficients]

        def again(right: np.ndarray) -> np.ndarray:
            return np.stack([solve(row) for (_, _, solve), row in zip(found, right, strict=True)])

        return np.stack([x for x, _, _ in found]), np.array([c for _, c, _ in found]), again

    def _kept(self, row: np.ndarray, pattern: _Pattern) -> tuple[np.ndarray, float, Again]:
        """The stationary vector (m,) of one system, its condition, and its solver."""
        scale = self._scale(row)
        matrix, solve = pattern.solver(row, scale)

        def again(right: np.ndarray) -> np.ndarray:
            given = right / scale
            given[self._replaced_row] = 0
            return solve(given[:, None])[:, 0]

        solutions = solve(self._stationary)
        return solutions[:, 0], self._reciprocal_condition(matrix, solutions[:, 1:]), again

    def condition(self, coefficients: np.ndarray) -> np.ndarray:
        """Reciprocal condition numbers (B,) of the blocks themselves."""
        result, pattern = np.empty(len(coefficients)), self._pattern(coefficients, traced=False)
        for k, row in enumerate(coefficients):
            matrix, solve = pattern.solver(row, self._scale(row))
            result[k] = self._reciprocal_condition(matrix, solve(self.probes))
        return result

    def _solutions(
        self, coefficients: np.ndarray, right: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray]:
        x = np.empty((len(coefficients), self.sector.dimension))
        condition = np.empty(len(coefficients))
        pattern = self._pattern(coefficients)
        for k, row in enumerate(coefficients):
            scale = self._scale(row)
            columns = self._stationary
            if right is not None:
                given = right[k] / scale
                if self.sector.carries_trace:
                    given[self._replaced_row] = 0
                columns = np.column_stack([given, self.probes])
            matrix, solve = pattern.solver(row, scale)
            solutions = solve(columns)
            x[k] = solutions[:, 0]
            condition[k] = self._reciprocal_condition(matrix, solutions[:, 1:])
        return x, condition

    def _scale(self, row: np.ndarray) -> np.ndarray:
        """What the rows of one system's block are divided by."""
        # By what adds up in a row: where it cancels, the rest is known less well.
        scale = np.abs(row) @ self.sector.row_bounds
        scale[scale == 0] = 1
        return scale

    @staticmethod
    def _reciprocal_condition(matrix: sp.csr_array, solutions: np.ndarray) -> float:
        norm = float(abs(matrix).sum(axis=1).max())
        growth = float(np.abs(solutions).max())
        return 1 / (norm * growth) if np.isfinite(growth) and growth > 0 else 0.0

    def _pattern(self, coefficients: np.ndarray, traced: bool = True) -> _Pattern:
        """Where the blocks have entries, with the trace in one row where they carry it."""
        active = (coefficients != 0).any(axis=0)
        traced = traced and self.sector.carries_trace
        key = ("pattern", self.sector.elements.tobytes(), active.tobytes(), traced)

        def build() -> _Pattern:
            row = self._replaced_row if traced else None
            return _Pattern(self.sector, active, row, self._levels(active))

        return self.sector.terms.derive(key, build)

    def _levels(self, active: np.ndarray) -> Levels | None:
        """Levels for elimination by blocks; None where sparse LU is faster."""
        m, populations = self.sector.dimension, self.sector.populations
        blocks = [block for block, on in zip(self.sector.blocks, active, strict=True) if on]
        pattern = sp.csr_array(sum((abs(block) for block in blocks), sp.csr_array((m, m))))
        pattern = sp.csr_array(pattern + pattern.T)
        narrow = narrow_levels(pattern)
        if not populations:
            return narrow
        # The equation of the trace has all populations: they have to be on one level.
        levels = levels_from(pattern, np.arange(populations))
        return levels if levels.work <= MOST_WORK * narrow.work else None


def solver_of(sector: Sector, method: str = "auto") -> DenseSector | SparseSector:
    """The solver of a sector; "auto" is dense up to the size from which on sparse is faster."""
    dense = method == "dense" or (method == "auto" and sector.dimension <= LARGEST_DENSE_SECTOR)
    return DenseSector(sector) if dense else SparseSector(sector)


def chunk_size(dimension: int) -> int:
    """How many systems are solved at once."""
    return max(8, CHUNK_BYTES // (8 * dimension**2))


def solve_batch(matrices: np.ndarray, right_hand_sides: np.ndarray) -> np.ndarray:
    """Batched solve for (m, k) or (B, m, k) in which singular members come back infinite."""
    shape = (len(matrices), *right_hand_sides.shape[-2:])
    right_hand_sides = np.broadcast_to(right_hand_sides, shape)
    try:
        return np.linalg.solve(matrices, right_hand_sides)
    except np.linalg.LinAlgError:
        # One exactly singular matrix makes the batched call raise: take them one by one.
        solutions = np.full(shape, np.inf)
        for k, matrix in enumerate(matrices):
            try:
                solutions[k] = np.linalg.solve(matrix, right_hand_sides[k])
            except np.linalg.LinAlgError:
                continue
        return solutions


def _factorised(matrices: np.ndarray) -> Again:
    """A solver for right-hand sides (m, k) or (B, m, k) of matrices (B, m, m)."""
    if matrices.shape[1] < LEAST_KEPT:
        return lambda right: solve_batch(matrices, right)
    factors = [getrf(matrix.T) for matrix in matrices]

    def solve(right: np.ndarray) -> np.ndarray:
        solutions = np.full((len(matrices), *right.shape[-2:]), np.inf)
        for k, (lu, pivots, singular) in enumerate(factors):
            if not singular:
                given = right if right.ndim == 2 else right[k]
                x, _ = getrs(lu, pivots, given, trans=1)
                # Refined once: rates of 100 beside 1 would cost the last two digits.
                more, _ = getrs(lu, pivots, given - matrices[k] @ x, trans=1)
                solutions[k] = x + more
        return solutions

    return solve


class _Pattern:
    """The entries of all active terms' blocks, in one order: a system's matrix is a sum of rows."""

    def __init__(
        self, sector: Sector, active: np.ndarray, traced: int | None, levels: Levels | None
    ):
        m = sector.dimension
        blocks = {int(k): sector.blocks[k] for k in np.flatnonzero(active)}
        pattern = sp.csr_array((m, m))
        for block in blocks.values():
            pattern = pattern + abs(block)
        if traced is not None:  # the row of the trace, in place of an equation that is not needed
            columns = np.arange(sector.populations)
            entries = (np.ones(len(columns)), (np.full(len(columns), traced), columns))
            pattern = pattern + sp.csr_array(entries, shape=(m, m))
        pattern = sp.csr_array(pattern)
        pattern.sort_indices()
        self.shape, self.levels = (m, m), levels
        self.indices, self.indptr = pattern.indices, pattern.indptr
        self.rows = np.repeat(np.arange(m, dtype=np.int32), np.diff(pattern.indptr))
        places = self.rows.astype(np.int64) * m + pattern.indices
        self.terms: list[tuple[int, np.ndarray, np.ndarray]] = []
        for k, block in blocks.items():
            rows = np.repeat(np.arange(m), np.diff(block.indptr))
            where = np.searchsorted(places, rows * m + block.indices).astype(np.int32)
            self.terms.append((k, where, block.data))
        self.row = slice(0, 0) if traced is None else slice(*pattern.indptr[traced : traced + 2])
        self.trace = (pattern.indices[self.row] < sector.populations).astype(float)
        if levels is not None:  # the same in the order of the levels
            numbers = np.arange(1, len(places) + 1, dtype=np.int32)
            numbered = sp.csr_array((numbers, *self._where), self.shape)
            ordered = sp.csr_array(numbered[levels.order][:, levels.order])
            self.ordered = ordered.data - 1, ordered.indices, ordered.indptr

    @property
    def _where(self) -> tuple[np.ndarray, np.ndarray]:
        return self.indices, self.indptr

    def solver(self, row: np.ndarray, scale: np.ndarray) -> tuple[sp.csr_array, Again]:
        """The matrix of one system with scaled rows, and its solver."""
        data = np.zeros(len(self.indices))
        for k, places, entries in self.terms:
            data[places] += row[k] * entries
        factors: Any = 1 / scale
        data *= factors[self.rows]
        data[self.row] = self.trace
        matrix = sp.csr_array((data, *self._where), self.shape)
        if self.levels is None:
            return matrix, sparse_solver(matrix, None)
        order, *where = self.ordered
        ordered = sp.csr_array((data[order], *where), self.shape)
        return matrix, sparse_solver(matrix, self.levels, ordered)


def sparse_solver(
    matrix: sp.csr_array, levels: Levels | None, ordered: sp.csr_array | None = None
) -> Again:
    """A solver for columns (m, k) that keeps what it factorises; infinite where singular."""
    by_levels = None if levels is None else solver_by_levels(matrix, levels, ordered)
    factors: list[Any] = []

    def solve(right: np.ndarray) -> np.ndarray:
        solutions = None if by_levels is None else by_levels(right)
        if solutions is not None:
            return solutions
        if not factors:
            factors.append(sparse_factors(matrix))
        return np.full(right.shape, np.inf) if factors[0] is None else factors[0].solve(right)

    return solve


def sparse_factors(matrix: sp.csr_array | sp.csc_array) -> Any:
    """SuperLU's factors; None if the matrix is exactly singular."""
    try:
        # A generator's pattern is nearly symmetric: the fill is half that of SuperLU's default.
        return splu(
            sp.csc_array(matrix),
            permc_spec="MMD_AT_PLUS_A",
            diag_pivot_thresh=0.1,
            options={"SymmetricMode": True},
        )
    except RuntimeError:  # SuperLU: "Factor is exactly singular"
        return None
