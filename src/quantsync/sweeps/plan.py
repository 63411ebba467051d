"""What a sweep computes: a model on a grid, with its measures, checked before anything runs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from quantsync.catalogue.measures import measures_of, resolve_measures
from quantsync.catalogue.models import Model, single_values
from quantsync.errors import InvalidArgumentError
from quantsync.sweeps._grid import Grid
from quantsync.system import System

TAKEN = {"failed": "the map of failed points"}


@dataclass(frozen=True)
class SweepPlan:
    """A sweep whose arguments have been checked."""

    model: Model
    grid: Grid
    fixed: dict[str, Any]
    tied: dict[str, Callable[..., Any]]  # rules of the parameters that follow from the axes
    following: dict[str, np.ndarray]  # their values, broadcasting with the axes
    measures: dict[str, Any]
    system: System  # of the grid's shape


def prepare_sweep(
    model: str | Callable[..., Any],
    axes: Mapping[str, Any],
    measures: Any,
    fixed: Mapping[str, Any] | None = None,
    tied: Mapping[str, Callable[..., Any]] | None = None,
    taken: Mapping[str, str] = TAKEN,
) -> SweepPlan:
    """Check the arguments of `sweep` and build its systems; no measure may have a `taken` name."""
    chosen, grid = Model.of(model), Grid.from_axes(axes)
    fixed = single_values(fixed or {}, "values that vary go into `axes`")
    if both := sorted(set(fixed) & set(grid.names)):
        raise InvalidArgumentError(f"Parameter {both[0]!r} is both an axis and fixed.")
    following = _follow(tied or {}, grid, fixed)
    system = chosen(**grid.open_arrays(), **following, **fixed)
    resolved = resolve_measures(measures, measures_of(system), chosen.name)
    for name in resolved:
        if name in grid.axes or name in taken:
            raise InvalidArgumentError(
                f"A measure cannot be called {name!r}, which is "
                f"{'an axis' if name in grid.axes else taken[name]}; "
                "rename it by passing a dictionary."
            )
    # A parameter that no coefficient depends on leaves the batch smaller than the grid.
    whole = _broadcast(system, grid)
    return SweepPlan(chosen, grid, fixed, dict(tied or {}), following, resolved, whole)


def _follow(
    tied: Mapping[str, Callable[..., Any]], grid: Grid, fixed: Mapping[str, Any]
) -> dict[str, np.ndarray]:
    """Values of the tied parameters, broadcasting with the axes."""
    open_arrays, values = grid.open_arrays(), {}
    for name, rule in tied.items():
        if name in grid.axes or name in fixed:
            raise InvalidArgumentError(
                f"Parameter {name!r} is tied, and {'an axis' if name in grid.axes else 'fixed'}."
            )
        needed = list(inspect.signature(rule).parameters)
        for needs in needed:
            if needs not in grid.axes:
                raise InvalidArgumentError(
                    f"Parameter {name!r} is tied to {needs!r}, which is not an axis; the axes are "
                    f"{', '.join(grid.names)}."
                )
        values[name] = np.asarray(rule(**{needs: open_arrays[needs] for needs in needed}))
    return values


def _broadcast(system: System, grid: Grid) -> System:
    if np.broadcast_shapes(system.shape, grid.shape) != grid.shape:
        raise InvalidArgumentError(
            f"The model returned systems of shape {system.shape} for a grid of shape "
            f"{grid.shape}: fixed parameters must be single numbers."
        )
    return system.broadcast_to(grid.shape)
