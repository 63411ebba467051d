"""Batches of systems: solved together, measured, and taken apart where a point fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from quantsync.catalogue.parameters import model_parameters
from quantsync.catalogue.state_measures import NamedMeasure, StateView
from quantsync.errors import MeasureShapeError, NonUniqueSteadyStateError, QuantsyncError
from quantsync.lazy import lazy
from quantsync.lindblad.steady import steady_state
from quantsync.models.runs import ModelRun
from quantsync.sweeps.formalisms import System, study_of


@dataclass(frozen=True)
class Batch:
    """Systems of a one-dimensional batch, with the model and the parameters they come from.

    Attributes
    ----------
    model : callable
    parameters : dict of str to (ndarray of shape (B,) or single value)
        Those that were given; the model has defaults for the others.
    system : Lindbladian or ModelRun
        Of shape (B,).
    """

    model: Callable[..., Any]
    parameters: dict[str, Any]
    system: System

    @property
    def size(self) -> int:
        """Number of systems."""
        return self.system.size

    def take(self, members: np.ndarray) -> Batch:
        """Some of the systems, by index."""
        chosen = {k: v[members] if np.ndim(v) else v for k, v in self.parameters.items()}
        return Batch(self.model, chosen, self.system.take(members))


class SteadyView(StateView):
    """What measures see of Lindbladians: steady states and the model's study, when needed."""

    def __init__(self, batch: Batch, workers: int | None):
        system: Any = batch.system
        super().__init__(lambda: steady_state(system, workers=workers), system.space)
        self._batch, self._workers = batch, workers

    @lazy
    def study(self) -> Any:
        """The study of the model, shared by its measures; parameters have shape (B,)."""
        parameters = dict(self._batch.parameters)
        if not any(np.ndim(value) for value in parameters.values()):
            name = next(k for k in model_parameters(self._batch.model) if k != "spin")
            default = model_parameters(self._batch.model)[name].default
            parameters[name] = np.full(self._batch.size, parameters.get(name, default))
        return study_of(self._batch.model).study(workers=self._workers, **parameters)

    @property
    def largest_residual(self) -> float:
        """Largest residual of what has been solved; 0 if nothing was."""
        steady, study = self.__dict__.get("steady"), self.__dict__.get("study")
        largest = 0.0 if steady is None else float(steady.residual.max(initial=0))
        return largest if study is None else max(largest, study.residual)

    def value(self, measure: Any) -> Any:
        """A measure, named or a function of a `SteadyState`, of all systems."""
        if not isinstance(measure, NamedMeasure):
            return measure(self.steady)
        if measure.name in study_of(self._batch.model).measures:
            return measure.function(self.study)
        return measure.function(self)


class RunView:
    """What measures see of a `ModelRun`: itself."""

    def __init__(self, run: ModelRun):
        self._run = run

    @property
    def largest_residual(self) -> float:
        """Largest certificate of what has been computed."""
        return self._run.residual

    def value(self, measure: Any) -> Any:
        """A measure, named or a function of the run, of all systems."""
        function = measure.function if isinstance(measure, NamedMeasure) else measure
        return function(self._run)


def view_of(batch: Batch, workers: int | None) -> SteadyView | RunView:
    """What measures see of a batch."""
    if isinstance(batch.system, ModelRun):
        return RunView(batch.system)
    return SteadyView(batch, workers)


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
    view = view_of(batch, workers=1)
    values, failures = {}, {}
    for name, measure in measures.items():
        array = require_batch_shape(name, view.value(measure), batch.size)
        if not getattr(measure, "may_be_undefined", False):
            finite = np.isfinite(array).reshape(batch.size, -1).all(axis=1)
            for k in np.flatnonzero(~finite):
                failures[int(k)] = f"measure {name!r} is not finite"
        values[name] = array
    return ChunkResult(values, failures, view.largest_residual)


def measure_states(measures: Mapping[str, Any], view: StateView, size: int) -> dict[str, Any]:
    """Values of resolved measures that ask for nothing but states, one array of (size, ...) each.

    Raises
    ------
    MeasureShapeError
        If a function does not return an array with the batch shape in front.
    """
    return {
        name: require_batch_shape(
            name,
            measure.function(view) if isinstance(measure, NamedMeasure) else measure(view.steady),
            size,
        )
        for name, measure in measures.items()
    }


def require_batch_shape(name: str, values: Any, size: int) -> np.ndarray:
    """Return values as an array if there is one (or a row) a system; else MeasureShapeError."""
    array = np.asarray(values)
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
