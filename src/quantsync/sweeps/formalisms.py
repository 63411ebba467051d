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
    unknown_name,
)
from quantsync.lazy import lazy
from quantsync.lindblad.generator import Lindbladian
from quantsync.lindblad.steady import SteadyState, steady_state
from quantsync.measures.named import STATE_MEASURES, NamedMeasure, StateView
from quantsync.models.registry import (
    MODEL_MEASURES,
    MODELS,
    ModelMeasures,
    model_name,
    model_parameters,
)

Measure = str | Callable[[SteadyState], Any]


@dataclass(frozen=True)
class Batch:
    """Systems of a one-dimensional batch, with the model and the parameters they come from.

    Attributes
    ----------
    model : callable
    parameters : dict of str to (ndarray of shape (B,) or single value)
        Those that were given; the model has defaults for the others.
    system : Lindbladian
        Of shape (B,).
    """

    model: Callable[..., Any]
    parameters: dict[str, Any]
    system: Lindbladian

    @property
    def size(self) -> int:
        """Number of systems."""
        return self.system.size

    def take(self, members: np.ndarray) -> Batch:
        """Some of the systems, by index."""
        chosen = {k: v[members] if np.ndim(v) else v for k, v in self.parameters.items()}
        return Batch(self.model, chosen, self.system.take(members))


class BatchView(StateView):
    """What measures see of a batch: its steady states and its model's study, when needed."""

    def __init__(self, batch: Batch, threads: int | None):
        super().__init__(lambda: steady_state(batch.system, threads=threads), batch.system.space)
        self._batch, self._threads = batch, threads

    @lazy
    def study(self) -> Any:
        """The study of the model, shared by its measures; parameters have shape (B,)."""
        parameters = dict(self._batch.parameters)
        if not any(np.ndim(value) for value in parameters.values()):
            name = next(k for k in model_parameters(self._batch.model) if k != "spin")
            default = model_parameters(self._batch.model)[name].default
            parameters[name] = np.full(self._batch.size, parameters.get(name, default))
        return _measures_of(self._batch.model).study(threads=self._threads, **parameters)

    @property
    def largest_residual(self) -> float:
        """Largest residual of what has been solved; 0 if nothing was."""
        steady, study = self.__dict__.get("steady"), self.__dict__.get("study")
        largest = 0.0 if steady is None else float(steady.residual.max(initial=0))
        return largest if study is None else max(largest, study.residual)


def _measures_of(model: Callable[..., Any]) -> ModelMeasures:
    name = model_name(model)
    # A function of the user's that happens to have the name has other parameters.
    return MODEL_MEASURES[name] if MODELS.get(name) is model and name in MODEL_MEASURES else NONE


NONE = ModelMeasures()


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


def resolve_measures(
    measures: Any, model: Callable[..., Any] | None
) -> dict[str, NamedMeasure | Callable[[Any], Any]]:
    """Check a list of measures, names or functions, and return them by name.

    Without a model only the measures of any state are known.

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
            name, value = given or measure, _find_measure(measure, model)
        elif isinstance(measure, NamedMeasure):
            name, value = given or measure.name, measure
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


def _find_measure(name: str, model: Callable[..., Any] | None) -> NamedMeasure:
    known = {**STATE_MEASURES, **(_measures_of(model).measures if model else {})}
    if name in known:
        return known[name]
    if model is None:
        raise unknown_name("measure", str(name), known)
    for other, special in MODEL_MEASURES.items():
        if name in special.measures:
            raise InvalidArgumentError(
                f"Measure {name!r} belongs to model {other}, not to {model_name(model)}, which "
                f"has {', '.join(known)}."
            )
    raise unknown_name("measure", str(name), known)


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


def solve_chunk(batch: Batch, measures: Mapping[str, Any]) -> ChunkResult:
    """Solve a one-dimensional batch of systems and take all measures.

    A point that fails costs only itself: the chunk is halved until the point stands alone.
    """
    try:
        return _solve_whole(batch, measures)
    except MeasureShapeError:
        raise  # the same at every point
    except (QuantsyncError, ArithmeticError, np.linalg.LinAlgError) as error:
        if isinstance(error, NonUniqueSteadyStateError) and _concerns(error, batch):
            good = error.result.valid
            failures = {
                int(k): f"the steady state is not unique ({error.count[k]} stationary states)"
                for k in np.flatnonzero(~good)
            }
            if not good.any():
                return ChunkResult({}, failures, 0.0)
            rest = solve_chunk(batch.take(np.flatnonzero(good)), measures)
            return _merge(batch.size, [(np.flatnonzero(good), rest)], failures)
        if batch.size == 1:
            return ChunkResult({}, {0: f"{type(error).__name__}: {error}"}, 0.0)
        halves = np.array_split(np.arange(batch.size), 2)
        parts = [(half, solve_chunk(batch.take(half), measures)) for half in halves]
        return _merge(batch.size, parts, {})


def _concerns(error: NonUniqueSteadyStateError, batch: Batch) -> bool:
    """Whether the error's indices are those of the batch, and not of a part of it."""
    return error.result is not None and error.result.valid.shape == (batch.size,)


def _solve_whole(batch: Batch, measures: Mapping[str, Any]) -> ChunkResult:
    view = BatchView(batch, threads=1)
    values, failures = {}, {}
    for name, measure in measures.items():
        array = take_measure(name, measure, view, batch)
        if not getattr(measure, "may_be_undefined", False):
            finite = np.isfinite(array).reshape(batch.size, -1).all(axis=1)
            for k in np.flatnonzero(~finite):
                failures[int(k)] = f"measure {name!r} is not finite"
        values[name] = array
    return ChunkResult(values, failures, view.largest_residual)


def take_measure(name: str, measure: Any, view: BatchView, batch: Batch) -> np.ndarray:
    """Values of a measure, named or a function, for a one-dimensional batch of systems.

    Raises
    ------
    MeasureShapeError
        If a function does not return an array with the batch shape in front.
    """
    if isinstance(measure, NamedMeasure) and measure.name in _measures_of(batch.model).measures:
        array = np.asarray(measure.function(view.study))
    else:
        array = np.asarray(_of_states(measure, view))
    return require_batch_shape(name, array, batch.size)


def _of_states(measure: Any, view: StateView) -> Any:
    return measure.function(view) if isinstance(measure, NamedMeasure) else measure(view.steady)


def measure_states(measures: Mapping[str, Any], view: StateView, size: int) -> dict[str, Any]:
    """Values of resolved measures that ask for nothing but states, one array of (size, ...) each.

    Raises
    ------
    MeasureShapeError
        If a function does not return an array with the batch shape in front.
    """
    return {
        name: require_batch_shape(name, np.asarray(_of_states(measure, view)), size)
        for name, measure in measures.items()
    }


def require_batch_shape(name: str, array: np.ndarray, size: int) -> np.ndarray:
    """Return the array if it has one value or row a system, and raise MeasureShapeError if not."""
    if array.shape[:1] != (size,):
        raise MeasureShapeError(
            f"Measure {name!r} must return an array with the batch shape {(size,)} in front, "
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
