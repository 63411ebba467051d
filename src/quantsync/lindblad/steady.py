"""Certified steady states of a batch of Lindblad generators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from quantsync import html
from quantsync.batched import Batched
from quantsync.checks import choice, named_arguments, real_number
from quantsync.errors import NonUniqueSteadyStateError, ScaleError
from quantsync.lindblad._badly_scaled import EPS, resolve, surely_regular
from quantsync.lindblad._charges import sectors_without_charge
from quantsync.lindblad._rate_matrices import of_full_rank
from quantsync.lindblad._sector_solve import DenseSector, SparseSector, chunk_size, solver_of
from quantsync.lindblad._sectors import Sector
from quantsync.lindblad._stationary_count import StationaryCount, stationary_states
from quantsync.lindblad._transient_states import patterns, transient_states
from quantsync.lindblad._uniqueness import jumps_force_uniqueness
from quantsync.lindblad.generator import Generator, by_channels, generator_of
from quantsync.lindblad.truncation import (
    Leaks,
    Truncation,
    nothing_known,
    report_truncation,
    truncation_from,
)
from quantsync.operators import Space
from quantsync.parallel import chunk_slices, map_threads, worker_count
from quantsync.system import TRUNCATION_TOLERANCE

MOST_COUNTED = 200  # where no point has a unique state, the exact count is made for the first
LARGEST_ERROR = 1e-6  # of a density matrix's elements; systems that exceed it are taken singly
LARGEST_RESIDUAL = 1e-9  # relative to the largest term of each equation
PROVEN = "proven from the jump operators"
TESTED = "tested numerically"


@dataclass(frozen=True)
class SteadyState(Batched):
    """The steady states of a batch of generators, with their certificates.

    Measures take it as it is; an index picks systems of the batch, as in ``steady[0]``.

    Attributes
    ----------
    rho : ndarray of shape (..., n, n)
        Density matrices: exactly Hermitian, unit trace, positive to rounding. NaN where
        ``valid`` is False.
    residual : ndarray of shape (...)
        ``||L[rho]||_F`` against the full generator, in the units of the coefficients.
    reciprocal_condition : ndarray of shape (...)
        Estimated reciprocal condition number of the row-scaled linear system that was solved.
        Rounding changes the state by some 1e-16 over this number, at most. Where that exceeds
        1e-6 the state is computed again in ways that lose no slow rate beside a fast one; the
        number is then 1e-16 over the error that is left, which in exact arithmetic is what the
        last digits of the input decide.
    unique : ndarray of bool, shape (...)
        Where there is one steady state; False where there are several, or where double precision
        cannot tell.
    valid : ndarray of bool, shape (...)
        Where `rho` is the steady state: False where it is not unique, or is but cannot be computed
        because rates lie too far apart. All True unless ``errors="mask"``.
    uniqueness : str
        How it is known: "proven from the jump operators", "tested numerically", or how many of
        the systems are which.
    sector_dimension : int
        Number of density-matrix elements, out of n^2, in the sector that carries the trace; the
        others vanish in the steady state.
    space : Space
        The space of the states.
    method : str
        ``"dense"`` or ``"sparse"``.
    truncation : Truncation
        How much the cut-off of the modes matters: for every mode the population of its top
        levels and the rate at which it would be left, and an ``estimate`` (...) of the trace
        distance to the state without the cut-off.
    """

    rho: np.ndarray
    residual: np.ndarray
    reciprocal_condition: np.ndarray
    unique: np.ndarray
    valid: np.ndarray
    uniqueness: str
    sector_dimension: int
    space: Space
    method: str
    truncation: Truncation
    certified: ClassVar[bool] = True
    kind: ClassVar[str] = "steady state"
    batched: ClassVar[tuple[str, ...]] = (
        "rho",
        "residual",
        "reciprocal_condition",
        "unique",
        "valid",
        "truncation",
    )

    def __post_init__(self) -> None:
        self.rho.flags.writeable = False  # the certificates are those of these numbers

    @property
    def shape(self) -> tuple[int, ...]:
        """Batch shape, ``()`` for a single system."""
        return self.residual.shape

    def _repr_html_(self) -> str:
        count = self.residual.size
        unique = "yes" if self.unique.all() else f"{int(self.unique.sum())} of {count}"
        rows = {
            "states": html.batch(self.residual.shape, "state"),
            "space": self.space,
            "solved in": f"{self.sector_dimension} of {self.space.dimension**2} matrix elements, "
            f"{self.method}",
            "residual": html.largest(self.residual),
            "unique": f"{unique}, {self.uniqueness}",
            "masked": "" if self.valid.all() else f"{int(count - self.valid.sum())} of {count}",
            "reciprocal condition": html.smallest(self.reciprocal_condition),
            **self.truncation.rows,
        }
        return html.table(type(self).__name__, rows)

    def __repr__(self) -> str:
        worst = float(np.nanmax(self.residual)) if self.valid.any() else float("nan")
        return (
            f"<SteadyState of {self.space}: rho {self.rho.shape}, largest residual {worst:.1e}, "
            f"sector {self.sector_dimension} of {self.space.dimension**2}, {self.method}"
            f"{self.truncation.summary}>"
        )


@named_arguments
def steady_state(
    system: Generator,
    *,
    method: Literal["auto", "dense", "sparse"] = "auto",
    workers: int | None = None,
    errors: Literal["raise", "mask"] = "raise",
    truncation: Literal["warn", "raise", "ignore"] = "warn",
    truncation_tolerance: float = TRUNCATION_TOLERANCE,
) -> SteadyState:
    """Find the steady state of every system of a batch and certify it.

    Solves ``L[rho] = 0, Tr rho = 1`` in the invariant sector that carries the trace. That the
    solution is the only one is proven from the jump operators where that is possible, and
    otherwise tested at every point in every sector by reciprocal condition numbers. Systems whose
    rates lie too far apart for that are solved again one by one: coherences and then populations
    are eliminated without a difference of rates (Grassmann, Taksar and Heyman, Oper. Res. 33,
    1107 (1985)), sectors of up to 150 elements in higher precision where that is not enough.

    Parameters
    ----------
    system : Lindbladian
        The generators, of batch shape ``(...)``.
    method : {"auto", "dense", "sparse"}, default "auto"
        Batched dense LU, or sparse LU point by point; "auto" takes sparse for sectors of more
        than 600 elements.
    workers : int, optional
        Number of threads; every available core by default. Each uses one BLAS thread.
    errors : {"raise", "mask"}, default "raise"
        What to do with systems whose steady state is not unique or cannot be computed: raise, or
        return NaN there with ``valid`` False; ``unique`` tells which.
    truncation : {"warn", "raise", "ignore"}, default "warn"
        What to do where the cut-off of a mode matters by more than ``truncation_tolerance``.
    truncation_tolerance : float, default 1e-6
        Largest ``truncation.estimate`` that passes without a word.

    Returns
    -------
    SteadyState

    Warns
    -----
    TruncationWarning
        If the cut-off of a mode matters.

    Raises
    ------
    TruncationError
        If it does and ``truncation="raise"``.
    NonUniqueSteadyStateError
        If a system has several stationary states, or double precision cannot tell. The error has
        their number, whether that is proven, the indices and, in ``result``, the states of all
        other systems.
    ScaleError
        If rates lie so far apart that a steady state cannot be computed to 1e-6.
    InvalidArgumentError
        If an argument has an unknown value.

    Examples
    --------
    A spin 1 whose two ends relax to m = 0 (Roulet and Bruder's limit cycle), undriven and
    driven along y; the populations are

    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1))
    >>> a = space["A"]
    >>> cycle = qs.Lindbladian(
    ...     space,
    ...     hamiltonian=[(np.array([0.0, 0.2]), a.y)],
    ...     dissipators=[(0.5, a.plus @ a.z), (0.5, a.minus @ a.z)],
    ... )
    >>> steady = qs.steady_state(cycle)
    >>> print(np.abs(np.diagonal(steady.rho, axis1=-2, axis2=-1)).round(4))
    [[0.     1.     0.    ]
     [0.0606 0.8788 0.0606]]
    >>> bool(steady.residual.max() < 1e-14)
    True
    """
    system = generator_of(system)
    choice(method, "method", ("auto", "dense", "sparse"))
    choice(errors, "errors", ("raise", "mask"))
    choice(truncation, "truncation", ("warn", "raise", "ignore"))
    tolerance = real_number(truncation_tolerance, "truncation_tolerance", at_least=0)
    workers = worker_count(workers)
    n = system.dimension
    system.require_memory(16.0 * n**2 + 16.0 * system.terms.count + 64, "Steady states")
    system.terms.basis.require_memory()
    table = system.coefficient_table()
    active = (table != 0).any(axis=0)
    sectors = sectors_without_charge(system.terms, active)
    traced = [sector for sector in sectors if sector.carries_trace]
    if len(traced) > 1 and system.size:
        # Each sector that carries trace has a stationary state of its own, at every point.
        return _give_up_everywhere(system, len(traced), errors)
    main, others = traced[0], sectors[len(traced) :]
    solver = solver_of(main, method)
    method = "dense" if isinstance(solver, DenseSector) else "sparse"
    unproven = unproven_points(system, table)
    leaks = Leaks(system.terms, main, active)
    rho, residual, condition, error, cut = _solve(system, solver, table, leaks, workers)
    several, unresolved = np.zeros((2, len(table)), bool)
    alone = _without_dark_rates(system, table)
    for k in np.flatnonzero(~(error <= LARGEST_ERROR)):
        if k in alone:
            continue
        found = resolve(main, table[k])
        several[k], unresolved[k] = found.several, True
        if found.x is not None and found.error <= LARGEST_ERROR:
            norm, relative = solver.residual(table[k : k + 1], found.x[None])
            unresolved[k] = not relative[0] <= LARGEST_RESIDUAL
            residual[k], condition[k] = norm[0], min(1.0, EPS / found.error)
            if leaks:
                cut[:-1, k] = leaks.measure(table[k : k + 1], found.x[None])[:, 0]
                cut[-1, k] = leaks.estimate_of_one(table[k], found.x, LARGEST_ERROR)
            rho[k] = system.terms.basis.operators(found.x, main.elements)
    _empty_transient_states(system, table, rho)
    if others and unproven.any():
        several |= _several_elsewhere(others, table, unproven, method, workers)
    for k, one in alone.items():
        rho[k], residual[k], condition[k] = one.rho, one.residual, one.reciprocal_condition
        cut[:, k] = [
            *one.truncation.population.values(),
            *one.truncation.flow.values(),
            one.truncation.estimate,
        ]
        several[k], unresolved[k] = not one.unique, not one.valid
        unproven[k] = one.uniqueness != PROVEN
    counts = [StationaryCount(1, True, 0.0)] * len(table)
    for k in np.flatnonzero(several | (unresolved & unproven)):
        counts[k] = stationary_states(by_channels(system, int(k)))
    unique = np.array([found.count == 1 for found in counts], bool)
    bad = unresolved | ~unique
    rho[bad], residual[bad], cut[:, bad] = np.nan, np.nan, np.nan
    shape = system.shape
    result = SteadyState(
        rho=rho.reshape(*shape, n, n),
        residual=residual.reshape(shape),
        reciprocal_condition=condition.reshape(shape),
        unique=unique.reshape(shape),
        valid=~bad.reshape(shape),
        uniqueness=_how_known(unproven),
        sector_dimension=main.matrix_elements,
        space=system.space,
        method=method,
        truncation=truncation_from(system.space, cut.reshape(len(cut), *shape)),
    )
    if errors == "raise" and not unique.all():
        _raise_non_unique(system, counts, result)
    if errors == "raise" and bad.any():
        _raise_scale(system, table, result)
    report_truncation(result.truncation, tolerance, truncation)
    return result


def _how_known(unproven: np.ndarray) -> str:
    count = int(unproven.sum())
    if 0 < count < len(unproven):
        return f"{PROVEN} in {len(unproven) - count} systems, {TESTED} in {count}"
    return TESTED if count else PROVEN


def _solve(
    system: Generator,
    solver: DenseSector | SparseSector,
    table: np.ndarray,
    leaks: Leaks,
    workers: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """States, residuals, reciprocal conditions, bounds on errors, and for `truncation_from`."""
    n = system.dimension
    rho = np.zeros((len(table), 2 * n * n))
    residual, condition, error = np.empty((3, len(table)))
    cut = np.zeros((leaks.rows, len(table)))
    target, source, weight = solver.sector.scatter

    def solve_chunk(chunk: slice) -> None:
        again = None
        if leaks:
            x, condition[chunk], again = solver.solve_and_keep(table[chunk])
        else:
            x, condition[chunk] = solver.solve(table[chunk])
        x[~np.isfinite(x)] = 0  # exactly singular, with condition 0
        residual[chunk], relative = solver.residual(table[chunk], x)
        error[chunk] = (relative + EPS) / np.maximum(condition[chunk], np.finfo(float).tiny)
        rho[chunk, target] = x[:, source] * weight
        if again is not None:
            cut[:-1, chunk] = leaks.measure(table[chunk], x)
            cut[-1, chunk] = leaks.estimate(table[chunk], x, again)

    # The factors of a large sector fill the memory: one system at a time.
    dense = isinstance(solver, DenseSector)
    size = chunk_size(solver.sector.dimension) if dense or not leaks else 1
    map_threads(solve_chunk, chunk_slices(len(table), size), workers)
    return rho.view(complex).reshape(-1, n, n), residual, condition, error, cut


def unproven_points(system: Generator, table: np.ndarray) -> np.ndarray:
    """Systems whose jump operators alone do not prove uniqueness, as a mask over the batch."""
    active = table != 0
    # The proof uses the jump operators only, so only the pattern of vanishing rates counts.
    active[:, : len(system.terms.hamiltonian)] = True
    terms = system.terms
    rates = slice(len(terms.hamiltonian), len(terms.hamiltonian) + len(terms.jumps))
    active[:, rates.stop :] = True
    whole = of_full_rank(terms, table)
    proven = whole.copy()
    for pattern, members in patterns(active):
        if proven[members].any():
            proven[members] &= jumps_force_uniqueness(terms, pattern)
    return whole & ~proven  # the others are solved by their channels


def _without_dark_rates(system: Generator, table: np.ndarray) -> dict[int, SteadyState]:
    """Steady states of the systems whose rate matrices leave something dark, by their channels."""
    # In the matrices themselves the dark state has the rate of their last digits, which selects it.
    dark = np.flatnonzero(~of_full_rank(system.terms, table))
    return {
        int(k): steady_state(
            by_channels(system, int(k)),
            workers=1,
            errors="mask",
            truncation="ignore",
        )
        for k in dark
    }


def _empty_transient_states(system: Generator, table: np.ndarray, rho: np.ndarray) -> None:
    """Write exact zeros where LU leaves rounding, which a logarithm would not forgive."""
    for pattern, members in patterns(table != 0):
        transient = transient_states(system.terms, pattern)
        if transient.any():
            chosen = rho[members]
            chosen[:, transient, :] = 0
            chosen[:, :, transient] = 0
            rho[members] = chosen


def _several_elsewhere(
    sectors: list[Sector], table: np.ndarray, unproven: np.ndarray, method: str, workers: int
) -> np.ndarray:
    """Systems with a kernel, or what seems to be one, in a sector that carries no trace."""
    several = np.zeros(len(table), bool)
    members = np.flatnonzero(unproven)
    for sector in sectors:
        suspects = members[_singular(sector, table[members], method, workers)]
        for k in suspects[~several[suspects]]:
            several[k] = surely_regular(sector, table[k]) is not True
    return several


def _singular(sector: Sector, table: np.ndarray, method: str, workers: int) -> np.ndarray:
    if sector.dimension == 1:
        scale = np.abs(table) @ np.abs(sector.table)
        return (np.abs(table @ sector.table) <= 1e-14 * scale)[:, 0]
    solver = solver_of(sector, "dense" if method == "dense" else "auto")
    chunks = chunk_slices(len(table), chunk_size(sector.dimension))
    conditions = map_threads(lambda chunk: solver.condition(table[chunk]), chunks, workers)
    return ~(np.concatenate(conditions) > sector.dimension * 10 * np.finfo(float).eps)


def _give_up_everywhere(system: Generator, least: int, errors: str) -> SteadyState:
    shape, n = system.shape, system.dimension
    counts = [StationaryCount(least, True, 0.0)] * system.size
    for k in range(min(system.size, MOST_COUNTED)):
        counts[k] = stationary_states(by_channels(system, k))
    result = SteadyState(
        rho=np.full((*shape, n, n), np.nan + 0j),
        residual=np.full(shape, np.nan),
        reciprocal_condition=np.zeros(shape),
        unique=np.zeros(shape, bool),
        valid=np.zeros(shape, bool),
        uniqueness=TESTED,
        sector_dimension=0,
        space=system.space,
        method="dense",
        truncation=nothing_known(system.space, shape),
    )
    if errors == "raise":
        _raise_non_unique(system, counts, result)
    return result


def _raise_non_unique(
    system: Generator, counts: list[StationaryCount], result: SteadyState
) -> None:
    hint = (
        "Add the dissipation or the coupling that selects one, restrict the space to one value "
        "of the conserved quantity, or follow a given initial state with evolve(). "
        "peripheral_modes() shows what does not decay, degenerate.degenerate_steady_state() the "
        "state that a weak perturbation selects."
    )
    number = np.array([found.count for found in counts]).reshape(system.shape)
    proven = np.array([found.proven for found in counts]).reshape(system.shape)
    indices = [tuple(int(i) for i in index) for index in np.argwhere(~result.unique)]
    if system.size == 1:
        (found,) = counts
        statement = (
            f"The steady state is not unique: the generator has {found.count} linearly "
            "independent stationary states."
            if found.proven
            else f"The steady state cannot be told from {found.count} linearly independent "
            f"stationary states in double precision: the gap between them is {found.gap:.1e} of "
            "the generator's scale."
        )
        raise NonUniqueSteadyStateError(
            f"{statement} {hint}",
            count=number if system.shape else int(number),
            indices=indices,
            result=result if system.shape else None,
            proven=proven if system.shape else bool(proven),
        )
    shown = ", ".join(
        f"{index}: {number[index]}" + ("" if proven[index] else "?") for index in indices[:5]
    )
    more = f", and {len(indices) - 5} more" if len(indices) > 5 else ""
    doubtful = [found.gap for found in counts if not found.proven]
    doubts = (
        f"Those with ? cannot be told from so many in double precision: gaps of up to "
        f"{max(doubtful):.1e} of the generator's scale. "
        if doubtful
        else ""
    )
    raise NonUniqueSteadyStateError(
        f"The steady state is not unique for {len(indices)} of {system.size} systems "
        f"(index: number of stationary states) {shown}{more}. {doubts}{hint} The other systems' "
        "states are in this error's `result`; errors='mask' returns them without raising.",
        count=number,
        indices=indices,
        result=result,
        proven=proven,
    )


def _raise_scale(system: Generator, table: np.ndarray, result: SteadyState) -> None:
    indices = [tuple(int(i) for i in index) for index in np.argwhere(~result.valid)]
    first = np.abs(table[np.flatnonzero(~result.valid)[0]]) * system.terms.sizes
    first = first[first > 0]
    where = (
        "" if system.size == 1 else f" for {len(indices)} of {system.size} systems, {indices[:5]}"
    )
    raise ScaleError(
        f"The steady state is unique but cannot be computed to {LARGEST_ERROR:g} in double "
        f"precision{where}: rates between {first.min():.1e} and {first.max():.1e} lie too far "
        "apart. Leave out what is too slow, or solve the slow part by itself in the steady state "
        "of the fast one.",
        indices=indices,
        result=result if system.shape else None,
    )
