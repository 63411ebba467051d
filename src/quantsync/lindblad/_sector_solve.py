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
        levels = self._levels(coefficients)
        found = [self._kept(row, levels) for row in coefficients]

        def again(right: np.ndarray) -> np.ndarray:
            return np.stack([solve(row) for (_, _, solve), row in zip(found, right, strict=True)])

        return np.stack([x for x, _, _ in found]), np.array([c for _, c, _ in found]), again

    def _kept(self, row: np.ndarray, levels: Levels | None) -> tuple[np.ndarray, float, Again]:
        """The stationary vector (m,) of one system, its condition, and its solver."""
        matrix, scale = self._scaled(row)
        matrix = _with_row(matrix, self._replaced_row, self.sector.trace_functional)
        solve = sparse_solver(matrix, levels)

        def again(right: np.ndarray) -> np.ndarray:
            given = right / scale
            given[self._replaced_row] = 0
            return solve(given[:, None])[:, 0]

        solutions = solve(self._stationary)
        return solutions[:, 0], self._reciprocal_condition(matrix, solutions[:, 1:]), again

    def condition(self, coefficients: np.ndarray) -> np.ndarray:
        """Reciprocal condition numbers (B,) of the blocks themselves."""
        result, levels = np.empty(len(coefficients)), self._levels(coefficients)
        for k, row in enumerate(coefficients):
            matrix, _ = self._scaled(row)
            solutions = _solve_sparse(matrix, self.probes, levels)
            result[k] = self._reciprocal_condition(matrix, solutions)
        return result

    def _solutions(
        self, coefficients: np.ndarray, right: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray]:
        x = np.empty((len(coefficients), self.sector.dimension))
        condition = np.empty(len(coefficients))
        levels = self._levels(coefficients)
        for k, row in enumerate(coefficients):
            matrix, scale = self._scaled(row)
            columns = self._stationary
            if right is not None:
                given = right[k] / scale
                if self.sector.carries_trace:
                    given[self._replaced_row] = 0
                columns = np.column_stack([given, self.probes])
            if self.sector.carries_trace:
                matrix = _with_row(matrix, self._replaced_row, self.sector.trace_functional)
            solutions = _solve_sparse(matrix, columns, levels)
            x[k] = solutions[:, 0]
            condition[k] = self._reciprocal_condition(matrix, solutions[:, 1:])
        return x, condition

    def _scaled(self, coefficients: np.ndarray) -> tuple[sp.csr_array, np.ndarray]:
        """One block with rows of unit size, and what these were divided by."""
        # By what adds up in a row: where it cancels, the rest is known less well.
        matrix = self.sector.sparse_matrix(coefficients)
        scale = np.abs(coefficients) @ self.sector.row_bounds
        scale[scale == 0] = 1
        return sp.csr_array(sp.diags_array(1 / scale) @ matrix), scale

    @staticmethod
    def _reciprocal_condition(matrix: sp.csr_array, solutions: np.ndarray) -> float:
        norm = float(abs(matrix).sum(axis=1).max())
        growth = float(np.abs(solutions).max())
        return 1 / (norm * growth) if np.isfinite(growth) and growth > 0 else 0.0

    def _levels(self, coefficients: np.ndarray) -> Levels | None:
        """Levels for elimination by blocks; None where sparse LU is faster."""
        active = (coefficients != 0).any(axis=0)
        key = ("levels", self.sector.elements.tobytes(), active.tobytes())
        return self.sector.terms.derive(key, lambda: self._find_levels(active))

    def _find_levels(self, active: np.ndarray) -> Levels | None:
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


def _with_row(matrix: sp.csr_array, row: int, values: np.ndarray) -> sp.csr_array:
    """A matrix with one row replaced."""
    others = sp.diags_array((np.arange(len(values)) != row).astype(float))
    (columns,) = np.nonzero(values)
    entries = (values[columns], (np.full(len(columns), row), columns))
    return sp.csr_array(others @ matrix + sp.csr_array(entries, shape=matrix.shape))


def _factorised(matrices: np.ndarray) -> Again:
    """A solver for right-hand sides (m, k) or (B, m, k); overwrites the matrices (B, m, m)."""
    if matrices.shape[1] < LEAST_KEPT:
        return lambda right: solve_batch(matrices, right)
    factors = [getrf(matrix.T, overwrite_a=True) for matrix in matrices]

    def solve(right: np.ndarray) -> np.ndarray:
        solutions = np.full((len(matrices), *right.shape[-2:]), np.inf)
        for k, (lu, pivots, singular) in enumerate(factors):
            if not singular:
                given = right if right.ndim == 2 else right[k]
                solutions[k], _ = getrs(lu, pivots, given, trans=1)
        return solutions

    return solve


def _solve_sparse(
    matrix: sp.csr_array, right_hand_sides: np.ndarray, levels: Levels | None
) -> np.ndarray:
    """Solutions for columns (m, k); infinite if the matrix is exactly singular."""
    return sparse_solver(matrix, levels)(right_hand_sides)


def sparse_solver(matrix: sp.csr_array, levels: Levels | None) -> Again:
    """A solver for columns (m, k) that keeps what it factorises; infinite where singular."""
    by_levels = None if levels is None else solver_by_levels(matrix, levels)
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
