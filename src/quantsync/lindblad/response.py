"""Response of steady states to a weak perturbation, order by order, without finite differences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from quantsync.checks import broadcast_shape, choice, named_arguments, real_array, whole_number
from quantsync.errors import DimensionError, ScaleError
from quantsync.lindblad._badly_scaled import EPS
from quantsync.lindblad._sector_solve import chunk_size, solver_of
from quantsync.lindblad._sectors import Sector, find_sectors
from quantsync.lindblad._terms import Terms, hermitian_operator
from quantsync.lindblad._transient_states import patterns, transient_states
from quantsync.lindblad.generator import Generator, generator_of
from quantsync.lindblad.graded_response import graded_orders, needs_grading
from quantsync.lindblad.steady import LARGEST_ERROR, steady_state
from quantsync.operators import Space
from quantsync.parallel import chunk_slices, map_threads, worker_count
from quantsync.states import Certified, square_matrices

HIGHEST_ORDER = 1000
LARGEST_GRADED = 8  # dimension of spaces whose faint populations are solved for again
SAME = 1e-8  # by how much that may change an order, relative to its largest entry


@dataclass(frozen=True)
class Response:
    """Steady states as power series in the strength of a perturbation, with certificates.

    ``rho(eps) = rho_0 + eps rho_1 + eps^2 rho_2 + ...`` is stationary under L0 + eps L1.

    Attributes
    ----------
    orders : tuple of ndarray of shape (..., n, n)
        ``orders[k]`` is rho_k: the unperturbed state (trace 1), then Hermitian and traceless
        matrices. NaN where ``valid`` is False. Any measure that is linear in the state can be
        taken of them: see `as_state`.
    residual : ndarray of shape (...)
        Largest of ``||L0[rho_0]||_F`` and ``||L0[rho_k] + L1[rho_{k-1}]||_F`` over the orders,
        against the full generators, in the units of the coefficients.
    reciprocal_condition : ndarray of shape (...)
        Smallest estimated reciprocal condition number of the linear systems that were solved.
    valid : ndarray of bool, shape (...)
        Where the unperturbed steady state is unique, and all orders are right to 1e-6 of their
        size; all True unless ``errors="mask"``.
    sector_dimensions : tuple of int
        For each order, the number of density-matrix elements, out of n^2, in the sectors that
        were solved; the others vanish.
    space : Space
        The space of the states.
    """

    orders: tuple[np.ndarray, ...]
    residual: np.ndarray
    reciprocal_condition: np.ndarray
    valid: np.ndarray
    sector_dimensions: tuple[int, ...]
    space: Space

    def state(self, strength: Any) -> np.ndarray:
        """The series (..., n, n) summed at strengths eps that broadcast against the batch.

        An approximation, not positive by itself.
        """
        eps = real_array(strength, "strength")[..., None, None]
        total = np.zeros((), complex)
        for term in reversed(self.orders):
            total = term + eps * total
        return total

    def as_state(self, matrices: Any) -> Certified:
        """Terms or sums of this series as a state object, though they are no density matrices.

        Measures that are linear in the state take it as they take a steady state.

        Parameters
        ----------
        matrices : array of shape (..., n, n)
            Such as ``orders[1]`` or ``state(0.01)``.

        Returns
        -------
        state object
            With ``rho`` and ``space``.

        Raises
        ------
        DimensionError
            If their shape does not fit the space.

        Examples
        --------
        The height of the phase's peak per drive, in the limit of a weak one:

        >>> import numpy as np, quantsync as qs
        >>> space = qs.Space(A=qs.Spin(1/2))
        >>> decay = qs.Lindbladian(space, dissipators=[(1.0, space["A"].minus)])
        >>> response = qs.linear_response(decay, space["A"].x)
        >>> first = qs.phase_distribution(response.as_state(response.orders[1]))
        >>> round(float(first.maximum), 6)
        0.25
        """
        return Certified(square_matrices(matrices, self.space, "matrices"), self.space)

    def __repr__(self) -> str:
        worst = float(np.nanmax(self.residual)) if self.valid.any() else float("nan")
        return (
            f"<Response of {self.space} to order {len(self.orders) - 1}: "
            f"rho_k {self.orders[0].shape}, largest residual {worst:.1e}, "
            f"sectors {self.sector_dimensions} of {self.space.dimension**2}>"
        )


@named_arguments
def linear_response(
    system: Generator,
    perturbation: Any,
    *,
    order: int = 1,
    workers: int | None = None,
    errors: Literal["raise", "mask"] = "raise",
) -> Response:
    """Find the steady states and their change under a weak perturbation, to any order.

    Solves ``L0[rho_0] = 0`` and ``L0[rho_k] = -L1[rho_{k-1}], Tr rho_k = 0`` for k = 1, 2, ...,
    each in the invariant sectors of L0 that the perturbation reaches: for two spins 1/2 with a
    conserved excitation number and a drive on one of them, 6 elements and then 4 and their
    conjugates, out of 16.

    Parameters
    ----------
    system : Lindbladian
        The unperturbed generators L0, of batch shape ``(...)``.
    perturbation : Lindbladian or operator
        The generator L1 on the same space, with batch shape that broadcasts against that of L0:
        Hamiltonian terms, dissipators, or both. A Hermitian operator V of shape (n, n) stands
        for ``L1[rho] = -i[V, rho]``.
    order : int, default 1
        The highest order.
    workers : int, optional
        Number of threads; every available core by default.
    errors : {"raise", "mask"}, default "raise"
        What to do with systems whose unperturbed steady state is not unique, or whose response
        cannot be computed: raise, or return NaN there with ``valid`` False.

    Returns
    -------
    Response

    Raises
    ------
    NonUniqueSteadyStateError
        If an unperturbed system has several stationary states: no one of them is the limit.
    ScaleError
        If rates lie so far apart that an order cannot be computed to 1e-6 of its size.
    BroadcastError
        If the batch shapes do not broadcast.
    DimensionError
        If the perturbation acts on another space.
    InvalidArgumentError
        If an argument has an unknown value.

    Examples
    --------
    A decaying spin 1/2 under a weak resonant drive; to first order it points along -y:

    >>> import quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1/2))
    >>> a = space["A"]
    >>> decay = qs.Lindbladian(space, dissipators=[(1.0, a.minus)])
    >>> response = qs.linear_response(decay, a.x, order=2)
    >>> print(response.orders[1].round(12))
    [[0.+0.j 0.-1.j]
     [0.+1.j 0.+0.j]]
    >>> print(response.orders[2].real.round(12))
    [[ 1.  0.]
     [ 0. -1.]]
    """
    order = whole_number(order, "order", at_most=HIGHEST_ORDER)
    choice(errors, "errors", ("raise", "mask"))
    drive = _as_generator(perturbation, generator_of(system).space)
    shape = broadcast_shape({"system": system.shape, "perturbation": drive.shape})
    system, drive = system.broadcast_to(shape), drive.broadcast_to(shape)
    workers = worker_count(workers)
    steady = steady_state(system, workers=workers, errors=errors)
    good = np.flatnonzero(steady.valid.ravel())
    n, size = system.dimension, system.size
    system.require_memory(32.0 * (order + 1) * n**2, f"{order + 1} orders of steady states")
    orders = [steady.rho] + [np.zeros((size, n, n), complex) for _ in range(order)]
    residual = np.array(steady.residual, float).reshape(size)
    condition = np.array(steady.reciprocal_condition, float).reshape(size)
    error = np.zeros(size)
    ladder = _Ladder(system, drive, order)
    table, drives = system.coefficient_table(), drive.coefficient_table()
    start = steady.rho.reshape(size, n, n)

    def solve_chunk(chunk: slice) -> None:
        members = good[chunk]
        states, residuals, conditions, error[members] = ladder.climb(
            table[members], drives[members], start[members]
        )
        for k, state in enumerate(states):
            orders[k + 1][members] = state
        residual[members] = np.maximum(residual[members], residuals)
        condition[members] = np.minimum(condition[members], conditions)

    if ladder.rungs:
        largest = max(sector.dimension for rung in ladder.rungs for sector in rung)
        map_threads(solve_chunk, chunk_slices(len(good), chunk_size(largest)), workers)
    imprecise = ~(error <= LARGEST_ERROR)
    valid = steady.valid.ravel() & ~imprecise
    orders = [np.where(valid[:, None, None], o.reshape(size, n, n), np.nan) for o in orders]
    if n <= LARGEST_GRADED:
        _sharpen_faint_populations(system, drive, orders)
    residual[~valid] = np.nan
    touched = [steady.sector_dimension] + [
        len(np.unique(np.concatenate([sector.scatter[0] // 2 for sector in rung])))
        for rung in ladder.rungs
    ]
    result = Response(
        orders=tuple(order.reshape(*shape, n, n) for order in orders),
        residual=residual.reshape(shape),
        reciprocal_condition=condition.reshape(shape),
        valid=valid.reshape(shape),
        sector_dimensions=(*touched, *[0] * (len(orders) - len(touched))),
        space=system.space,
    )
    if errors == "raise" and imprecise.any():
        _raise_imprecise(condition, np.argwhere(imprecise.reshape(shape)), result)
    return result


def _sharpen_faint_populations(
    system: Generator, drive: Generator, orders: list[np.ndarray]
) -> None:
    """Give populations of 1e-10 and less, which a solve knows to 1e-16, all their digits."""
    faint = needs_grading(orders[0])
    if not faint.any():
        return
    for pattern, members in patterns(system.coefficient_table() != 0):
        if transient_states(system.terms, pattern).any():
            faint &= ~members  # there a population is zero
    for k in np.flatnonzero(faint):
        one, perturbation = (part.take([k])[0].superoperator() for part in (system, drive))
        found = graded_orders(one, perturbation, orders[0][k], len(orders))
        if found is None:
            continue
        pairs = [(rho[k], better) for rho, better in zip(orders, found, strict=True)]
        if all(np.abs(b - a).max() <= SAME * np.abs(a).max() for a, b in pairs):
            for rho, better in zip(orders, found, strict=True):
                rho[k] = better


def _raise_imprecise(condition: np.ndarray, places: np.ndarray, result: Response) -> None:
    indices = [tuple(int(i) for i in index) for index in places]
    raise ScaleError(
        f"The response cannot be computed to {LARGEST_ERROR:g} of its size in double precision "
        f"for {len(indices)} of {condition.size} systems, {indices[:5]}: reciprocal condition "
        f"numbers down to {np.min(condition):.1e}. A mode hardly decays, or rates lie too far "
        "apart. Scale the slow part up, or leave it out.",
        indices=indices,
        result=result if result.valid.shape else None,
    )


def _as_generator(perturbation: Any, space: Space) -> Generator:
    if not isinstance(perturbation, Generator):
        operator = hermitian_operator(perturbation, space, "Argument `perturbation`")
        return Generator(space, hamiltonian=[(1.0, operator)])
    if perturbation.space != space:
        raise DimensionError(
            f"Argument `perturbation` acts on {perturbation.space}, but the system on {space}."
        )
    return perturbation


class _Ladder:
    """The sectors that each order reaches, and the solves from one order to the next."""

    def __init__(self, system: Generator, drive: Generator, order: int):
        self.terms, self.drive_terms = system.terms, drive.terms
        active = (system.coefficient_table() != 0).any(axis=0)
        driving = (drive.coefficient_table() != 0).any(axis=0)
        sectors = find_sectors(self.terms, active)
        self.start = sectors[0]
        self.rungs: list[list[Sector]] = []
        below = [self.start]
        for _ in range(order):
            reached = _reached(self.drive_terms, driving, below)
            below = [sector for sector in sectors if reached[sector.elements].any()]
            if not below:
                break
            self.rungs.append(below)

    def climb(
        self, table: np.ndarray, drives: np.ndarray, rho: np.ndarray
    ) -> tuple[list[np.ndarray], np.ndarray, np.ndarray, np.ndarray]:
        """States of the orders 1, 2, ... of some systems, residuals, condition numbers, errors."""
        basis = self.terms.basis
        parts = [(self.start, basis.components(rho)[:, self.start.elements])]
        states, residual, condition = [], np.zeros(len(table)), np.full(len(table), np.inf)
        error = np.zeros(len(table))
        for rung in self.rungs:
            source = self._applied(self.drive_terms, drives, parts)
            driven = (np.abs(drives) @ self.drive_terms.row_sizes).T * _largest(parts)
            parts, total = [], np.zeros((len(table), 2 * basis.dimension**2))
            for sector in rung:
                x, estimate = solver_of(sector).respond(table, -source[sector.elements].T)
                condition = np.minimum(condition, estimate)
                target, origin, weight = sector.scatter
                total[:, target] = x[:, origin] * weight
                parts.append((sector, x))
            left = source + self._applied(self.terms, table, parts)
            residual = np.maximum(residual, np.sqrt(np.einsum("rb,rb->b", left, left)))
            error = np.maximum(error, self._errors(table, parts, left, driven, condition))
            states.append(total.view(complex).reshape(rho.shape))
        return states, residual, condition, error

    def _errors(
        self,
        table: np.ndarray,
        parts: list[tuple[Sector, np.ndarray]],
        left: np.ndarray,
        driven: np.ndarray,
        condition: np.ndarray,
    ) -> np.ndarray:
        """Bounds on the errors of an order, relative to its size, from what is left of it."""
        # That is relative to what the perturbation does where nothing of it cancels: of what leaves
        # the state alone only rounding is driven.
        scale, size = np.array(driven), _largest(parts)
        for sector, _ in parts:
            scale[sector.elements] += (np.abs(table) @ sector.row_bounds).T * size
        relative = np.abs(left) / np.where(scale > 0, scale, 1)
        return (relative.max(axis=0) + EPS) / np.maximum(condition, np.finfo(float).tiny)

    @staticmethod
    def _applied(
        terms: Terms, coefficients: np.ndarray, parts: list[tuple[Sector, np.ndarray]]
    ) -> np.ndarray:
        """A generator applied to vectors given on sectors, shape (n^2, B)."""
        total = np.zeros((terms.basis.dimension**2, len(coefficients)))
        if not terms.count:
            return total
        for sector, x in parts:
            columns = Sector(terms, sector.elements, sector.populations)
            rows, stacked = columns.full_columns
            by_term = (stacked @ x.T).reshape(terms.count, len(rows), len(x))
            total[rows] += np.einsum("bt,trb->rb", coefficients, by_term)
        return total


def _largest(parts: list[tuple[Sector, np.ndarray]]) -> np.ndarray:
    return np.max([np.abs(x).max(axis=1, initial=0) for _, x in parts], axis=0)


def _reached(terms: Terms, active: np.ndarray, sectors: Iterator[Sector] | list[Sector]) -> Any:
    """Basis elements that the active terms couple to the given sectors, shape (n^2,), bool."""
    elements = np.concatenate([sector.elements for sector in sectors])
    reached = np.zeros(terms.basis.dimension**2, bool)
    for used, term in zip(active, terms.real, strict=True):
        if used:
            reached |= abs(term[:, elements]).sum(axis=1) > 0
    return reached
