"""Time evolution of a batch of Lindblad generators, exact at any time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import numpy as np
import scipy.sparse as sp

from quantsync.checks import (
    SQUARABLE,
    broadcast_shape,
    choice,
    flag,
    largest_error,
    named_arguments,
    real_number,
    shown,
    times_array,
)
from quantsync.errors import InvalidArgumentError, LostAccuracyError
from quantsync.lindblad._charges import elements_with_charges_of
from quantsync.lindblad._closed_evolution import propagate_closed
from quantsync.lindblad._large_evolution import (
    WORKING_MATRICES,
    action_cost,
    propagate_large,
)
from quantsync.lindblad._path import Evolution
from quantsync.lindblad._record import Record
from quantsync.lindblad._sector_evolution import LONG, propagate_dense
from quantsync.lindblad._sectors import Sector, find_sectors, sectors_among
from quantsync.lindblad.generator import Generator, generator_of
from quantsync.lindblad.truncation import (
    path_truncation,
    report_path,
    truncation_from,
)
from quantsync.memory import require_memory
from quantsync.operators import Space, as_operator
from quantsync.parallel import chunk_slices, map_threads, worker_count
from quantsync.semigroups import equal_steps
from quantsync.states import density_matrices, square_matrices
from quantsync.system import TRUNCATION_TOLERANCE

WHOLE = 32  # dimension up to which sectors are found from the whole generator
LARGEST_DENSE_EVOLUTION = 400  # sectors up to here always use dense matrices
MOST_DENSE_EVOLUTION = 2500  # and beyond here the action on the state; between, what is cheaper
MULTIPLICATIONS = 10  # of matrices in an exponential, besides its squarings
# Seconds an operation, as in `_large_evolution`: of products of dense matrices; of a dense matrix
# and a vector.
DENSE, VECTOR = 3e-11, 3e-10
CHUNK_BYTES = 1 << 22
TOLERANCE = 1e-6


@named_arguments
def evolve(
    system: Generator,
    state: Any,
    times: Any,
    *,
    observables: Mapping[str, Any] | None = None,
    operator: bool = False,
    tolerance: float = TOLERANCE,
    workers: int | None = None,
    truncation: Literal["warn", "raise", "ignore"] = "warn",
    truncation_tolerance: float = TRUNCATION_TOLERANCE,
) -> Evolution:
    """Propagate initial states, ``rho(t) = exp(L t) rho(0)``, without a time-step error at any t.

    Only the invariant sectors that ``state`` touches are propagated, each by itself. For
    ``||L|| t`` up to 1000 by matrix exponentials; beyond, rounding would lose the trace as
    1e-16 ||L|| t, and the generator is taken apart: what is stationary stays exactly, what is
    undamped turns by its frequency, what decays is exponentiated by squarings (so defective
    generators are no exception). Systems without dissipation evolve by their energies, and stay
    pure. Sectors of more than 400 elements are followed by the action of the exponential until
    what is fast has decayed, and from there in the space of the slow motions.

    Parameters
    ----------
    system : Lindbladian
        The generators, of batch shape ``(...)``.
    state : array_like of shape (..., n, n), or state object
        Density matrices at time 0; broadcast against the batch.
    times : array_like of shape (T,)
        Times >= 0 in non-decreasing order, in the inverse unit of the rates.
    observables : mapping from str to operator of shape (n, n), optional
        Only the expectation values of these are kept, which takes n^2 times less memory.
    operator : bool, default False
        Whether ``state`` may be any operator X, as in correlation functions: ``exp(L t) X`` is
        then what ``rho`` holds, Hermitian only if X is, and expectation values are complex.
    tolerance : float, default 1e-6
        Largest estimated error of a state (Frobenius norm), of an operator relative to its norm;
        ``numpy.inf`` never raises.
    workers : int, optional
        Number of threads; every available core by default.
    truncation : {"warn", "raise", "ignore"}, default "warn"
        What to do where the cut-off of a mode matters: where its top levels hold more than
        ``truncation_tolerance`` and the bound ``truncation.estimate`` is above it as well. The
        bound alone, which grows with time, is no reason. Not known with ``observables``.
    truncation_tolerance : float, default 1e-6
        Largest of both that passes without a word.

    Returns
    -------
    Evolution
        With ``rho`` of shape (..., T, n, n), or ``expectation`` values (..., T), and the
        estimated ``error`` (..., T).

    Warns
    -----
    TruncationWarning
        If the cut-off of a mode matters.

    Raises
    ------
    TruncationError
        If it does and ``truncation="raise"``.
    LostAccuracyError
        If the estimated error is above the tolerance: the phase omega t of an undamped coherence
        is lost in rounding once 1e-16 omega t is, and a decay rate below 1e-14 of the generator's
        largest entries cannot be told from zero. The error has the whole batch in ``result``.
    CostError
        If a large sector would take hours; `CostWarning` says beforehand what takes minutes.
    OutOfMemoryError
        If the density matrices do not fit.
    InvalidStateError
        If ``state`` is not Hermitian, not of unit trace or not positive.
    DimensionError
        If ``state`` or an observable has the wrong size.
    BroadcastError
        If its batch shape does not broadcast against the generator's.
    InvalidArgumentError
        If times are negative, decreasing or not one-dimensional.
    NonFiniteError
        If a number is NaN or infinite.

    Notes
    -----
    What seems not to decay (rates below some 1e-14 of the largest of the sector) is stationary for
    certain if it is the only state there, or if each term of the generator by itself conserves or
    annihilates it, as a symmetry or a dark state does. Otherwise the error says how much a decay
    too slow to be seen could have done.

    Examples
    --------
    An excited spin 1/2 that decays at rate 2; its excited population is exp(-2 t):

    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1/2))
    >>> decay = qs.Lindbladian(space, dissipators=[(2.0, space["A"].minus)])
    >>> path = qs.evolve(decay, np.diag([1.0, 0.0]), [0.0, 0.5, 1.0, 1e20])
    >>> print(np.round(path.rho[:, 0, 0].real, 6))
    [1.       0.367879 0.135335 0.      ]

    Only what is asked for is kept:

    >>> signal = qs.evolve(decay, np.diag([1.0, 0.0]), [0.0, 1.0], observables={"z": space["A"].z})
    >>> print(signal.expectation["z"].round(6))
    [ 0.5      -0.364665]
    """
    given = checked_start(
        system, state, times, observables, operator, tolerance, truncation, truncation_tolerance
    )
    shape = broadcast_shape({"system": system.shape, "state": given.state.shape[:-2]})
    n, workers, rho = system.dimension, worker_count(workers), given.state
    size, count = math.prod(shape), len(given.times)
    _require_memory(size * (1 + operator), count, n, given.observables)
    if not operator:
        record = _propagated(system, rho, shape, given, workers)
        states, error, values = record.rho, record.error, record.expectations()
    else:
        states, error, values = _of_operators(system, rho, shape, given, workers)
    cut = None
    if states is not None and not operator:
        states = states.reshape(size, count, n, n)
        # The generator's coefficients of every system in the joint batch.
        table = system.coefficient_table(_systems(system, shape))
        starts = np.broadcast_to(rho, (*shape, n, n)).reshape(size, n, n)
        rows = path_truncation(system.terms, table, states, starts, given.times)
        cut = truncation_from(system.space, rows.reshape(len(rows), *shape, count))
    result = Evolution(
        None if states is None else states.reshape(*shape, count, n, n),
        given.times,
        system.space,
        error.reshape(*shape, count),
        {name: array.reshape(*shape, count) for name, array in values.items()},
        cut,
        not operator,
    )
    sizes = np.linalg.norm(rho, axis=(-2, -1)) if operator else np.ones(())
    allowed = given.tolerance * np.broadcast_to(sizes, shape)[..., None]
    if not (result.error <= allowed).all():
        _raise_lost(result, given.tolerance, ~(result.error <= allowed))
    if cut is not None:
        report_path(cut, given.times, given.allowed, truncation)
    return result


class Start(NamedTuple):
    """What an evolution was asked for, as far as it can be checked without solving."""

    state: np.ndarray  # (..., n, n)
    times: np.ndarray
    observables: dict[str, sp.csr_array] | None
    tolerance: float
    allowed: float  # of the truncation


def checked_start(
    system: Any,
    state: Any,
    times: Any,
    observables: Mapping[str, Any] | None = None,
    operator: bool = False,
    tolerance: float = TOLERANCE,
    truncation: str = "warn",
    truncation_tolerance: float = TRUNCATION_TOLERANCE,
) -> Start:
    """The arguments of `evolve`, or the errors that it raises for them."""
    times = times_array(times, start=0.0)
    tolerance = largest_error(tolerance)
    choice(truncation, "truncation", ("warn", "raise", "ignore"))
    allowed = real_number(truncation_tolerance, "truncation_tolerance", at_least=0)
    space = generator_of(system).space
    operators = _operators(observables, space)
    if flag(operator, "operator"):
        given = as_operator(state, space, "state").toarray() if sp.issparse(state) else state
        rho = np.asarray(square_matrices(given, space, "state"), complex)
        if np.abs(rho).max(initial=0.0) > SQUARABLE:
            raise InvalidArgumentError(
                f"Argument `state` must have entries of {SQUARABLE:g} at most, but has one of "
                f"{np.abs(rho).max():.3g}: the evolution is linear, so divide by its size."
            )
    else:
        rho = np.asarray(density_matrices(state, space, "state"), complex)
    broadcast_shape({"system": system.shape, "state": rho.shape[:-2]})
    return Start(rho, times, operators, tolerance, allowed)


def _systems(system: Generator, shape: tuple[int, ...]) -> np.ndarray:
    """The generator's index of every system in a larger batch."""
    return np.broadcast_to(np.arange(system.size).reshape(system.shape), shape).reshape(-1)


def _propagated(
    system: Generator, rho: np.ndarray, shape: tuple[int, ...], given: Start, workers: int
) -> Record:
    """The record of a batch of Hermitian starts (..., n, n)."""
    n, size, times = system.dimension, math.prod(shape), given.times
    table = system.coefficient_table(_systems(system, shape))
    starts = np.broadcast_to(rho, (*shape, n, n)).reshape(size, n, n)
    record = Record(size, len(times), system.terms.basis, given.observables)
    closed = ~(table[:, len(system.terms.hamiltonian) :] != 0).any(axis=1)
    if len(times):
        indices = np.flatnonzero(closed)
        map_threads(
            lambda part: propagate_closed(
                system.terms, table[part], starts[part], times, part, record
            ),
            [indices[chunk] for chunk in chunk_slices(len(indices), 16)],
            workers,
        )
        _propagate_open(system, table, starts, times, np.flatnonzero(~closed), record, workers)
    return record


def _of_operators(
    system: Generator, X: np.ndarray, shape: tuple[int, ...], given: Start, workers: int
) -> tuple[np.ndarray | None, np.ndarray, dict[str, np.ndarray]]:
    """Operators, their errors and expectation values, from the Hermitian parts of the start."""
    adjoint = X.conj().swapaxes(-1, -2)
    first = _propagated(system, (X + adjoint) / 2, shape, given, workers)
    second = _propagated(system, (X - adjoint) / 2j, shape, given, workers)
    states = None
    if first.rho is not None and second.rho is not None:
        states = first.rho
        states += 1j * second.rho
    values = {name: array + 1j * second.values[name] for name, array in first.values.items()}
    return states, np.hypot(first.error, second.error), values


def _propagate_open(
    system: Generator,
    table: np.ndarray,
    starts: np.ndarray,
    times: np.ndarray,
    members: np.ndarray,
    record: Record,
    workers: int,
) -> None:
    """Record the states of systems with dissipation, sector by sector."""
    if not len(members):
        return
    table = table[members]
    start = system.terms.basis.components(starts[members])
    for sector in _sectors(system, (table != 0).any(axis=0), start, record):
        x0 = start[:, sector.elements]
        dense = _dense_is_cheaper(sector, table, times)
        m = sector.dimension
        rows = max(1, CHUNK_BYTES // (8 * m**2)) if dense else 1
        if dense:
            need = 8.0 * WORKING_MATRICES * rows * m**2 * min(workers, -(-len(members) // rows))
            require_memory(
                need, f"The propagator of a sector of {m} elements", "take fewer `workers`"
            )

        def propagate(
            chunk: slice, sector: Sector = sector, x0: np.ndarray = x0, dense: bool = dense
        ) -> None:
            given = table[chunk], x0[chunk]
            if dense:
                propagate_dense(sector, *given, times, members[chunk], record)
            elif x0[chunk].any():
                row, x = given[0][0], given[1][0]
                propagate_large(sector, row, x, times, int(members[chunk.start]), record)

        map_threads(propagate, chunk_slices(len(members), rows), workers)


def _sectors(
    system: Generator, active: np.ndarray, start: np.ndarray, record: Record
) -> list[Sector]:
    """The sectors that starts (B, n^2) touch, and of which anything is asked."""
    terms, touched, seen = system.terms, np.flatnonzero(start.any(axis=0)), record.seen()
    if system.dimension <= WHOLE:
        sectors = find_sectors(terms, active)
    else:  # without a look at the whole generator, which may not fit
        elements = elements_with_charges_of(terms, active, touched)
        if record.operators is not None:
            own = elements_with_charges_of(terms, active, seen)
            elements = np.intersect1d(elements, own, assume_unique=True)
        sectors = sectors_among(terms, active, elements)
    moved, asked = np.zeros((2, start.shape[1]), bool)
    moved[touched] = asked[seen] = True
    return [s for s in sectors if moved[s.elements].any() and asked[s.elements].any()]


def _operators(
    observables: Mapping[str, Any] | None, space: Space
) -> dict[str, sp.csr_array] | None:
    if observables is None:
        return None
    if not isinstance(observables, Mapping) or not observables:
        raise InvalidArgumentError(
            "Argument `observables` must map names to operators, as in {'x': x}, but is "
            f"{shown(observables)}."
        )
    return {
        str(name): as_operator(operator, space, f"Operator of observables[{name!r}]")
        for name, operator in observables.items()
    }


def _require_memory(size: int, times: int, n: int, operators: Any) -> None:
    """Refuse what does not fit, before any work."""
    start = 32.0 * size * n**2
    if operators is not None:
        need, what = 16.0 * size * times * (1 + len(operators)), "Expectation values"
        hint = "take fewer times or a smaller batch"
    else:
        need, what = 24.0 * size * times * n**2, "Density matrices"
        hint = 'give observables={"name": operator}, of which only the expectation values are kept'
        hint += ", or take fewer times"
    many = f" of {size} systems" if size > 1 else ""
    require_memory(start + need, f"{what}{many} of dimension {n} at {times} times", hint)


def _dense_is_cheaper(sector: Sector, coefficients: np.ndarray, times: np.ndarray) -> bool:
    """Whether to take dense matrices of a sector, from a count of operations."""
    m = sector.dimension
    if m <= LARGEST_DENSE_EVOLUTION or m > MOST_DENSE_EVOLUTION:
        return m <= LARGEST_DENSE_EVOLUTION
    matrix = sp.csc_array(sector.sparse_matrix(coefficients[0]))
    norm = float(abs(matrix).sum(axis=0).max())
    if norm * float(times[-1]) > LONG:
        return False  # it takes dense matrices after all where that is better
    runs = list(equal_steps(times))
    squarings = sum(np.log2(1 + norm * step) for step, _ in runs)
    products = 2.0 * m**3 * (MULTIPLICATIONS * len(runs) + squarings)
    steps = sum(count for _, count in runs)
    by_matrix = DENSE * products + VECTOR * 2.0 * m**2 * steps
    return by_matrix < action_cost(norm, matrix.nnz, float(times[-1]))


def _raise_lost(path: Evolution, tolerance: float, lost: np.ndarray) -> None:
    worst = np.unravel_index(int(np.argmax(path.error)), path.error.shape)
    index = tuple(int(k) for k in worst[:-1])
    where = f" at index {index}" if index else ""
    late = path.times[lost.reshape(-1, len(path.times)).any(axis=0)]
    affected = np.argwhere(lost.any(axis=-1))
    raise LostAccuracyError(
        f"The state at t = {path.times[worst[-1]]:.6g}{where} has the estimated error "
        f"{path.error[worst]:.2g}, above the tolerance {tolerance:.2g}: phases that turn without "
        "damping, or rates much slower than the rest, are lost in the rounding of the generator. "
        f"Ask for times before {late[0]:.6g}, take a rotating frame, raise `tolerance` (np.inf "
        "never raises), or take the states that are in this error's `result`.",
        error=path.error,
        result=path,
        indices=[tuple(int(k) for k in row) for row in affected],
    )
