"""How each kind of system is solved and measured. Later formalisms register here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from quantsync.errors import (
    InvalidArgumentError,
    MeasureShapeError,
    NonUniqueSteadyStateError,
    QuantsyncError,
)
from quantsync.lindblad.generator import Lindbladian
from quantsync.lindblad.steady import SteadyState, steady_state
from quantsync.measures.named import NamedMeasure, StateView, find_measure

Measure = str | Callable[[SteadyState], Any]


@dataclass(frozen=True)
class ChunkResult:
    """What one chunk of systems gave.

    Attributes
    ----------
    values : dict of str to ndarray
        One array a measure, of shape (points, ...); NaN at failed points.
    failures : dict of int to str
        Message of each failed point, by its index in the chunk.
    residual : float
        Largest residual.
    """

    values: dict[str, np.ndarray]
    failures: dict[int, str]
    residual: float


def resolve_measures(measures: Any) -> dict[str, NamedMeasure | Callable[[SteadyState], Any]]:
    """Check a list of measures, names or functions, and return them by name.

    Raises
    ------
    UnknownNameError
        If no measure has a given name.
    InvalidArgumentError
        If the list is empty, names a measure twice, or holds something else.
    """
    if isinstance(measures, str) or callable(measures):
        measures = [measures]
    items: Iterable[tuple[str | None, Any]]
    items = measures.items() if isinstance(measures, Mapping) else ((None, m) for m in measures)
    resolved: dict[str, Any] = {}
    for given, measure in items:
        if isinstance(measure, str):
            name, value = given or measure, find_measure(measure)
        elif callable(measure):
            name, value = given or getattr(measure, "__name__", "measure"), measure
        else:
            raise InvalidArgumentError(
                f"A measure must be a name or a function of a SteadyState, but is {measure!r}."
            )
        if name in resolved:
            raise InvalidArgumentError(
                f"Measure {name!r} is given twice; name functions by passing a dictionary."
            )
        resolved[name] = value
    if not resolved:
        raise InvalidArgumentError("Argument `measures` is empty; name at least one measure.")
    return resolved


def require_system(system: Any, model: str) -> Lindbladian:
    """Raise unless the model returned a system that can be solved.

    Raises
    ------
    InvalidArgumentError
        If it returned something else.
    """
    if not isinstance(system, Lindbladian):
        raise InvalidArgumentError(
            f"Model {model} must return a Lindbladian, but returned {type(system).__name__}."
        )
    return system


def solve_chunk(system: Lindbladian, measures: Mapping[str, Any]) -> ChunkResult:
    """Solve a one-dimensional batch of systems and take all measures.

    A point that fails costs only itself: the chunk is halved until the point stands alone.
    """
    try:
        return _solve_whole(system, measures)
    except NonUniqueSteadyStateError as error:
        good = error.result.valid
        failures = {
            int(k): f"the steady state is not unique ({error.count[k]} stationary states)"
            for k in np.flatnonzero(~good)
        }
        if not good.any():
            return ChunkResult({}, failures, 0.0)
        rest = solve_chunk(system.take(np.flatnonzero(good)), measures)
        return _merge(system.size, [(np.flatnonzero(good), rest)], failures)
    except MeasureShapeError:
        raise  # the same at every point
    except (QuantsyncError, ArithmeticError, np.linalg.LinAlgError) as error:
        if system.size == 1:
            return ChunkResult({}, {0: f"{type(error).__name__}: {error}"}, 0.0)
        halves = np.array_split(np.arange(system.size), 2)
        parts = [(half, solve_chunk(system.take(half), measures)) for half in halves]
        return _merge(system.size, parts, {})


def _solve_whole(system: Lindbladian, measures: Mapping[str, Any]) -> ChunkResult:
    steady = steady_state(system, threads=1)
    view = StateView(steady.rho, steady.space, steady.residual)
    values, failures = {}, {}
    for name, measure in measures.items():
        array = take_measure(name, measure, view, steady)
        if not getattr(measure, "may_be_undefined", False):
            finite = np.isfinite(array).reshape(system.size, -1).all(axis=1)
            for k in np.flatnonzero(~finite):
                failures[int(k)] = f"measure {name!r} is not finite"
        values[name] = array
    return ChunkResult(values, failures, float(steady.residual.max(initial=0)))


def take_measure(name: str, measure: Any, view: StateView, steady: SteadyState) -> np.ndarray:
    """Values of a measure, named or a function, for a one-dimensional batch of states.

    Raises
    ------
    MeasureShapeError
        If a function does not return an array with the batch shape in front.
    """
    named = isinstance(measure, NamedMeasure)
    array = np.asarray(measure.function(view) if named else measure(steady))
    batch = steady.residual.shape
    if array.shape[:1] != batch:
        raise MeasureShapeError(
            f"Measure {name!r} must return an array with the batch shape {batch} in front, "
            f"but returned shape {array.shape}."
        )
    return array


def _merge(
    size: int, parts: list[tuple[np.ndarray, ChunkResult]], failures: dict[int, str]
) -> ChunkResult:
    values: dict[str, np.ndarray] = {}
    failures = dict(failures)
    for members, part in parts:
        failures |= {int(members[k]): message for k, message in part.failures.items()}
        for name, array in part.values.items():
            if name not in values:
                values[name] = filled_with_nan((size, *array.shape[1:]), array.dtype)
            values[name][members] = array
    return ChunkResult(values, failures, max(part.residual for _, part in parts))


def filled_with_nan(shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    """Array of NaN; integers and booleans become floats, which can hold it."""
    kind = np.dtype(dtype)
    return np.full(shape, np.nan, dtype=kind if kind.kind in "fc" else float)
