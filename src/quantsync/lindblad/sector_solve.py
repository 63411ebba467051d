"""Linear solves in one sector: batched dense LU, or sparse LU a system at a time.

Both solve the row-scaled block with one population's equation (they sum to zero) replaced by
the trace, and estimate the reciprocal condition number from the growth of fixed random probes:
a vanishing one means that the block has a kernel of its own.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import splu

from quantsync.lazy import lazy
from quantsync.lindblad.sectors import Sector, equilibrated


@lru_cache(maxsize=32)
def probe_vectors(dimension: int, count: int) -> np.ndarray:
    """Fixed random vectors of unit maximum norm, shape (dimension, count)."""
    vectors = np.random.default_rng(20180730).uniform(-1, 1, (dimension, count))
    vectors /= np.abs(vectors).max(axis=0)
    vectors.flags.writeable = False
    return vectors


class _SectorSolver:
    """What the two solvers share: right-hand sides, scaling, residuals."""

    probes = 2

    def __init__(self, sector: Sector):
        self.sector = sector

    @property
    def _replaced_row(self) -> int:
        return self.sector.populations - 1

    @lazy
    def right_hand_sides(self) -> np.ndarray:
        """The trace equation's unit vector and the probes, shape (m, 1 + probes)."""
        m = self.sector.dimension
        unit = np.zeros((m, 1))
        unit[self._replaced_row] = 1
        return np.hstack([unit, probe_vectors(m, self.probes)])

    def null_vector(self, coefficients: np.ndarray) -> np.ndarray:
        """Stationary vector (m,) of one system from a singular value decomposition."""
        matrix, columns = equilibrated(self.sector.sparse_matrix(coefficients).toarray())
        _, _, rows = np.linalg.svd(matrix)
        vector = columns * rows[-1]
        return vector / (vector @ self.sector.trace_functional)

    def residual(self, coefficients: np.ndarray, x: np.ndarray) -> np.ndarray:
        """||L[rho]||_F of solutions x (B, m) against the full generator, shape (B,)."""
        rows, stacked = self.sector.full_columns
        parts = (stacked @ x.T).reshape(-1, len(rows), len(x))
        total = np.einsum("bt,trb->rb", coefficients, parts)
        return np.sqrt(np.einsum("rb,rb->b", total, total))


class DenseSector(_SectorSolver):
    """Batched LAPACK on the dense blocks."""

    def solve(self, coefficients: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Solve for the stationary vectors.

        Parameters
        ----------
        coefficients : ndarray of shape (B, T)

        Returns
        -------
        x : ndarray of shape (B, m)
        reciprocal_condition : ndarray of shape (B,)
        """
        matrices = self._scaled(coefficients)
        matrices[:, self._replaced_row] = self.sector.trace_functional
        solutions = _solve_batch(matrices, self.right_hand_sides)
        return solutions[:, :, 0], self._reciprocal_condition(solutions[:, :, 1:])

    def condition(self, coefficients: np.ndarray) -> np.ndarray:
        """Reciprocal condition estimates, shape (B,), of the blocks themselves."""
        probes = probe_vectors(self.sector.dimension, self.probes)
        return self._reciprocal_condition(_solve_batch(self._scaled(coefficients), probes))

    def respond(self, coefficients: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Solve block @ x = right; in a sector with populations, for the x without trace.

        Parameters
        ----------
        coefficients : ndarray of shape (B, T)
        right : ndarray of shape (B, m)
            Sums to zero over the populations.

        Returns
        -------
        x : ndarray of shape (B, m)
        reciprocal_condition : ndarray of shape (B,)
        """
        scale = self._row_scale(coefficients)
        matrices = self.sector.matrices(coefficients) / scale[:, :, None]
        right = right / scale
        if self.sector.carries_trace:
            matrices[:, self._replaced_row] = self.sector.trace_functional
            right[:, self._replaced_row] = 0
        probes = np.broadcast_to(
            probe_vectors(self.sector.dimension, self.probes),
            (len(right), self.sector.dimension, self.probes),
        )
        solutions = _solve_batch(matrices, np.concatenate([right[:, :, None], probes], axis=2))
        return solutions[:, :, 0], self._reciprocal_condition(solutions[:, :, 1:])

    def _row_scale(self, coefficients: np.ndarray) -> np.ndarray:
        scale = np.abs(coefficients) @ self.sector.row_bounds
        scale[scale == 0] = 1
        return scale

    def _scaled(self, coefficients: np.ndarray) -> np.ndarray:
        matrices = self.sector.matrices(coefficients)
        matrices /= self._row_scale(coefficients)[:, :, None]
        return matrices

    @lazy
    def _norm_bound(self) -> float:
        # Entries are at most 1 after scaling, so a row sums to at most its number of entries.
        filled = (self.sector.table != 0).any(axis=0).reshape(self.sector.dimension, -1)
        return float(max(filled.sum(axis=1).max(), self.sector.populations))

    def _reciprocal_condition(self, solutions: np.ndarray) -> np.ndarray:
        growth = np.abs(solutions).max(axis=(1, 2))
        return 1 / (self._norm_bound * np.maximum(growth, np.finfo(float).tiny))


class SparseSector(_SectorSolver):
    """SuperLU on the sparse blocks, one system at a time."""

    def solve(self, coefficients: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Solve for the stationary vectors; shapes as in `DenseSector.solve`."""
        x = np.empty((len(coefficients), self.sector.dimension))
        condition = np.empty(len(coefficients))
        for k, row in enumerate(coefficients):
            matrix = sp.lil_array(self._scaled(row))
            matrix[[self._replaced_row], :] = self.sector.trace_functional
            matrix = sp.csc_array(matrix)
            solutions = _solve_sparse(matrix, self.right_hand_sides)
            x[k] = solutions[:, 0]
            condition[k] = self._reciprocal_condition(matrix, solutions[:, 1:])
        return x, condition

    def condition(self, coefficients: np.ndarray) -> np.ndarray:
        """Reciprocal condition estimates, shape (B,), of the blocks themselves."""
        probes = probe_vectors(self.sector.dimension, self.probes)
        result = np.empty(len(coefficients))
        for k, row in enumerate(coefficients):
            matrix = sp.csc_array(self._scaled(row))
            result[k] = self._reciprocal_condition(matrix, _solve_sparse(matrix, probes))
        return result

    def respond(self, coefficients: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Solve block @ x = right; as `DenseSector.respond`."""
        x = np.empty((len(coefficients), self.sector.dimension))
        condition = np.empty(len(coefficients))
        probes = probe_vectors(self.sector.dimension, self.probes)
        for k, row in enumerate(coefficients):
            scale = self._row_scale(row)
            matrix, given = sp.lil_array(self._scaled(row)), right[k] / scale
            if self.sector.carries_trace:
                matrix[[self._replaced_row], :] = self.sector.trace_functional
                given[self._replaced_row] = 0
            matrix = sp.csc_array(matrix)
            solutions = _solve_sparse(matrix, np.column_stack([given, probes]))
            x[k] = solutions[:, 0]
            condition[k] = self._reciprocal_condition(matrix, solutions[:, 1:])
        return x, condition

    def _row_scale(self, coefficients: np.ndarray) -> np.ndarray:
        scale = abs(self.sector.sparse_matrix(coefficients)).max(axis=1).toarray().ravel()
        return np.where(scale > 0, scale, 1.0)

    def _scaled(self, coefficients: np.ndarray) -> sp.csr_array:
        matrix = self.sector.sparse_matrix(coefficients)
        return sp.csr_array(sp.diags_array(1 / self._row_scale(coefficients)) @ matrix)

    @staticmethod
    def _reciprocal_condition(matrix: sp.csc_array, solutions: np.ndarray) -> float:
        norm = float(abs(matrix).sum(axis=1).max())
        growth = float(np.abs(solutions).max())
        return 1 / (norm * growth) if np.isfinite(growth) and growth > 0 else 0.0


def _solve_batch(matrices: np.ndarray, right_hand_sides: np.ndarray) -> np.ndarray:
    """Batched solve in which a singular member comes back infinite instead of raising.

    The right-hand sides are (m, k) for all members, or (B, m, k).
    """
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


def _solve_sparse(matrix: sp.csc_array, right_hand_sides: np.ndarray) -> np.ndarray:
    try:
        return splu(matrix).solve(right_hand_sides)
    except RuntimeError:  # SuperLU: "Factor is exactly singular"
        return np.full(right_hand_sides.shape, np.inf)
