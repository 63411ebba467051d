"""A generator with several stationary states, prepared for perturbations of it.

The naive equations (L0 + eta L1) x = 0 lose digits as eta -> 0, because some of them are of order
eta. They are known: the left zero modes w of L0 give eta (w . L1) x = 0, which is divided by eta.
The system is then as well conditioned at eta = 0, where its solution is the state that degenerate
perturbation theory selects.
"""

from __future__ import annotations

from copy import copy
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.linalg import qr

from quantsync.checks import flag
from quantsync.errors import InvalidArgumentError
from quantsync.lazy import lazy
from quantsync.lindblad._hermitian_basis import hermitian_basis
from quantsync.lindblad._sectors import equilibrated, find_sectors, sum_of_terms
from quantsync.lindblad.degenerate._shifted_solve import Factorised
from quantsync.lindblad.generator import Generator, single_system
from quantsync.memory import require_memory

ZERO = 1e-13  # singular values of a scaled block below this part of the largest are zero modes
ROUNDING = 1e-14  # of a product with a generator, relative to its largest entry
SMALLEST_SELECTION = 1e-10  # reciprocal condition number of degenerate perturbation theory
DENSE_MATRICES = 6  # of n^2 rows that exist at one time


class DegenerateBase:
    """A generator L0 with its left zero modes, prepared once for many perturbations.

    Parameters
    ----------
    system : Lindbladian
        L0, a single system.
    allow_unique : bool, default False
        Whether L0 may have a unique stationary state. A perturbation then selects nothing, but
        the states under it can be computed all the same.

    Raises
    ------
    InvalidArgumentError
        If it has, and may not; or if it is a batch.
    OutOfMemoryError
        If the space is too large for dense matrices of n^2 rows.

    Examples
    --------
    >>> import quantsync as qs
    >>> qs.degenerate.DegenerateBase(qs.models.dephased_chain(sites=2)).zero_modes
    6
    """

    def __init__(self, system: Generator, allow_unique: bool = False):
        allow_unique = flag(allow_unique, "allow_unique")
        (coefficients,) = np.asarray(single_system(system).coefficient_table())
        self.space = system.space
        n, size = system.dimension, system.dimension**2
        # The generator, its factors, a perturbation, and what they are made of.
        require_memory(DENSE_MATRICES * 8.0 * size**2, f"A dense generator for {system.space}")
        self.matrix = total_matrix(system)
        sectors = find_sectors(system.terms, coefficients != 0)
        blocks = [sector.sparse_matrix(coefficients).toarray() for sector in sectors]
        sizes = [sector.sizes(coefficients).toarray() for sector in sectors]
        places = [np.asarray(sector.elements) for sector in sectors]
        modes = [
            (_left_zero_modes(block, added), _left_zero_modes(block.T, added.T))
            for block, added in zip(blocks, sizes, strict=True)
        ]
        trace = (np.arange(size) < n).astype(float)
        left = _on_the_whole([pair[0] for pair in modes], places, size)
        self.left, self.replaced = _with_trace_first(left.T, trace)
        self.right = _on_the_whole([pair[1] for pair in modes], places, size).T
        self._blocks = list(zip(places, blocks, modes, strict=True))
        if self.zero_modes == 1 and not allow_unique:
            raise InvalidArgumentError(
                "Argument `system` has a unique stationary state, so that a perturbation has "
                "nothing to select; steady_state() gives it. To perturb it anyway, prepare it "
                "with DegenerateBase(system, allow_unique=True)."
            )
        # A stationary state that is known to the last digit: errors are then those of what the
        # perturbation adds to it.
        mixed = trace / n
        unital = np.abs(np.asarray(self.matrix @ mixed)).max() <= ROUNDING * largest(
            self.matrix.data
        )
        self.known = mixed if unital else np.zeros(size)
        kept = np.ones(size)
        kept[self.replaced] = 0
        self.basis = hermitian_basis(n)
        self.kept = sp.csr_array(sp.diags_array(kept) @ self.matrix)
        entries = self.kept.tocoo()
        self.entries = entries.row * size + entries.col, entries.data

    def __repr__(self) -> str:
        return f"<DegenerateBase on {self.space}: {self.zero_modes} stationary states>"

    @property
    def zero_modes(self) -> int:
        """Number of linearly independent stationary states."""
        return self.left.shape[1]

    @lazy
    def projector(self) -> sp.csr_array:
        """The projector on the zero modes along the decaying and oscillating ones."""
        return self._assembled(
            [_projector(left.T, right.T) for _, _, (left, right) in self._blocks]
        )

    @lazy
    def resolvent(self) -> sp.csr_array:
        """The inverse of L0 on what is not a zero mode, 0 on the zero modes."""
        found = []
        for _, block, (left, right) in self._blocks:
            zero = _projector(left.T, right.T)
            scale = float(np.abs(block).max(initial=0)) or 1.0
            found.append(np.linalg.solve(block - scale * zero, np.eye(len(block)) - zero))
        return self._assembled(found)

    def _assembled(self, blocks: list[np.ndarray]) -> sp.csr_array:
        size = self.space.dimension**2
        rows = [np.repeat(places, len(places)) for places, _, _ in self._blocks]
        columns = [np.tile(places, len(places)) for places, _, _ in self._blocks]
        values = np.concatenate([block.ravel() for block in blocks])
        found = (values, (np.concatenate(rows), np.concatenate(columns)))
        whole = sp.csr_array(sp.coo_array(found, shape=(size, size)))
        whole.eliminate_zeros()
        return whole

    def equations(self, perturbation: np.ndarray) -> PerturbedEquations:
        """The equations for one perturbation, a real matrix in the Hermitian basis."""
        return PerturbedEquations(self, perturbation)


def prepared(system: Generator | DegenerateBase) -> DegenerateBase:
    """A system prepared for perturbations, if it is not already."""
    return system if isinstance(system, DegenerateBase) else DegenerateBase(system)


class PerturbedEquations:
    """(A0 + eta A1) x = e with the equations of order eta divided by eta."""

    # A0 and A1 are the base and the perturbation, except for the rows of redundant equations: these
    # are in A0 the trace, and ``w . L1`` for the other left zero modes w of the base.

    def __init__(self, base: DegenerateBase, perturbation: np.ndarray):
        self.base, self.perturbation = base, np.ascontiguousarray(perturbation)
        self.rows = base.left.T @ perturbation
        # What the perturbation conserves leaves a row of rounding errors, which must not be
        # blown up to an equation: without it the system is singular, as it should be.
        noise = ROUNDING * largest(perturbation) * np.abs(base.left).sum(axis=0)
        self.rows[np.abs(self.rows).max(axis=1) <= noise] = 0
        self.rows[0] = base.left[:, 0]
        # Of the same size as the others, on which the condition number depends.
        sizes = np.abs(self.rows).max(axis=1)
        self.scale = largest(base.matrix.data) / np.where(sizes > 0, sizes, 1)
        self.rows *= self.scale[:, None]
        known = base.known
        self.defect = -(self.rows @ known)
        self.defect[0] += self.scale[0]

    def at(self, eta: float) -> PerturbedEquations:
        """The same equations, the replaced ones of the size that the others have at eta."""
        base = largest(self.base.matrix.data)
        boost = eta * largest(self.perturbation) / base
        if boost <= 1:
            return self
        scaled = copy(self)
        scaled.rows, scaled.scale = self.rows * boost, self.scale * boost
        scaled.defect = self.defect * boost
        return scaled

    def matrix(self, eta: float, out: np.ndarray | None = None) -> np.ndarray:
        """A0 + eta A1, in the memory of ``out`` if that is given."""
        total = np.multiply(eta, self.perturbation, out=out)
        places, values = self.base.entries
        total.reshape(-1)[places] += values
        total[self.base.replaced] = self.rows
        return total

    def constant(self, vector: np.ndarray) -> np.ndarray:
        """A0 x."""
        image = self.base.kept @ vector
        image[self.base.replaced] = self.rows @ vector
        return image

    def linear(self, vector: np.ndarray) -> np.ndarray:
        """A1 x."""
        image = self.perturbation @ vector
        image[self.base.replaced] = 0
        return image

    def defect_at(self, eta: float) -> np.ndarray:
        """Right-hand side for what the solution has beyond the base's known state."""
        right = -eta * self.linear(self.base.known)
        right[self.base.replaced] = self.defect
        return right

    def solve_at(self, factors: Factorised, eta: float) -> np.ndarray:
        """The solution at the strength that was factorised, less the known state."""
        right = self.defect_at(eta)
        found = factors.solve(right)
        return found + factors.solve(right - self.constant(found) - eta * self.linear(found))

    def power_series(self, terms: int) -> np.ndarray | None:
        """Coefficients (terms, N) of the solution's power series in eta, less the known state."""
        # u_0 is the limit, L0 u_{k+1} = -L1 u_k, and w(L1 u_{k+1}) = 0 for the left zero modes w: a
        # product with L1 and one with the sparse resolvent of L0 each, and no factorisation. None
        # where the perturbation selects no state at first order.
        right = self.base.right
        inside = self.rows @ right
        if not np.linalg.cond(inside) < 1 / SMALLEST_SELECTION:
            return None
        inverse = np.linalg.inv(inside)
        series = np.empty((terms, len(right)))
        series[0] = right @ (inverse @ self.defect)
        for k in range(1, terms):
            before = series[k - 1] + self.base.known if k == 1 else series[k - 1]
            vector = self.base.resolvent @ -(self.perturbation @ before)
            series[k] = vector - right @ (inverse @ (self.rows @ vector))
        return series

    def residuals(self, etas: np.ndarray, vectors: np.ndarray) -> np.ndarray:
        """``||(L0 + eta L1)[rho]||_F`` for every strength, from the generators themselves."""
        left = (self.base.matrix @ vectors.T).T + etas[:, None] * (vectors @ self.perturbation.T)
        return np.linalg.norm(left, axis=1)


def largest(values: np.ndarray) -> float:
    """Largest absolute value, without a copy; 1 if there is none."""
    if not values.size:
        return 1.0
    return float(max(values.max(), -values.min())) or 1.0


def total_matrix(system: Generator) -> sp.csr_array:
    """The real matrix of a single system in the Hermitian basis, sparse."""
    (row,) = system.coefficient_table()
    return sum_of_terms(row, system.terms.real, system.dimension**2)


def _projector(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """``R (W^T R)^-1 W^T`` with the zero modes in the columns of R and W."""
    return right @ np.linalg.solve(left.T @ right, left.T)


def _on_the_whole(vectors: list[np.ndarray], places: list[np.ndarray], size: int) -> np.ndarray:
    """Vectors on sectors, in the rows of arrays, as vectors on the whole space: (K, size)."""
    found = []
    for part, elements in zip(vectors, places, strict=True):
        whole = np.zeros((len(part), size))
        whole[:, elements] = part
        found.append(whole)
    return np.concatenate(found)


def _left_zero_modes(block: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Left null vectors of a block, in the rows."""
    if not block.any():
        return np.eye(len(block))
    scaled, columns = equilibrated(block.T, sizes.T)
    _, sizes, vectors = np.linalg.svd(scaled)
    count = int((sizes <= ZERO * max(1.0, sizes[0])).sum())
    return vectors[len(block) - count :] * columns if count else np.zeros((0, len(block)))


def _with_trace_first(left: np.ndarray, trace: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Left zero modes with the trace as the first, and equations that they make redundant."""
    basis, _ = np.linalg.qr(left)
    along = basis.T @ trace / np.linalg.norm(trace)
    turn, _ = np.linalg.qr(np.column_stack([along, np.eye(len(along))]))
    rest = basis @ turn[:, 1:]
    modes = np.column_stack([trace, rest])
    # Rows at which the modes are independent: each can stand for one combination of equations.
    factors: Any = qr(modes.T, pivoting=True, mode="economic")
    order = factors[2]
    return modes, order[: modes.shape[1]]
