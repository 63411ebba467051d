"""What a sweep computes: a model on a grid, with its measures, checked before anything runs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from quantsync.catalogue.measures import measures_of, resolve_measures
from quantsync.catalogue.models import Model, single_values
from quantsync.checks import require_broadcast_to
from quantsync.errors import InvalidArgumentError
from quantsync.sweeps._grid import Grid
from quantsync.system import System


@dataclass(frozen=True)
class SweepPlan:
    """A sweep whose arguments have been checked."""

    model: Model
    grid: Grid
    fixed: dict[str, Any]
    tied: dict[str, Callable[..., Any]]  # rules of the parameters that follow from the axes
    measures: dict[str, Any]
    system: System  # of the grid's shape
    # Measures that have failed by what may be a mistake, and what it was if it was one.
    mistakes: dict[str, Exception | None] = field(default_factory=dict)

    def system_at(self, positions: np.ndarray) -> System:
        """The systems at points off the grid, positions of shape (n, axes)."""
        coordinates = dict(zip(self.grid.names, positions.T, strict=True))
        found = self.model(**coordinates, **_followed(self.tied, coordinates), **self.fixed)
        return found.broadcast_to((len(positions),))


def prepare_sweep(
    model: str | Callable[..., Any],
    axes: Mapping[str, Any],
    measures: Any,
    fixed: Mapping[str, Any] | None = None,
    tied: Mapping[str, Callable[..., Any]] | None = None,
) -> SweepPlan:
    """Check the arguments of `sweep` and build its systems."""
    chosen, grid = Model.of(model), Grid.from_axes(axes)
    fixed, tied = single_values(fixed or {}, "values that vary go into `axes`"), dict(tied or {})
    if both := sorted(set(fixed) & set(grid.names)):
        raise InvalidArgumentError(f"Parameter {both[0]!r} is both an axis and fixed.")
    _check_rules(tied, grid, fixed)
    coordinates = grid.open_arrays()
    system = chosen(**coordinates, **_followed(tied, coordinates), **fixed)
    resolved = resolve_measures(measures, measures_of(system), chosen.name)
    for name in resolved:
        if name in grid.axes or name == "failed":
            raise InvalidArgumentError(
                f"A measure cannot be called {name!r}, which is "
                f"{'an axis' if name in grid.axes else 'the map of failed points'}; "
                "rename it by passing a dictionary."
            )
    # A parameter that no coefficient depends on leaves the batch smaller than the grid.
    require_broadcast_to(system.shape, grid.shape, "Systems of the model")
    return SweepPlan(chosen, grid, fixed, tied, resolved, system.broadcast_to(grid.shape))


def _check_rules(
    tied: Mapping[str, Callable[..., Any]], grid: Grid, fixed: Mapping[str, Any]
) -> None:
    for name, rule in tied.items():
        if name in grid.axes or name in fixed:
            raise InvalidArgumentError(
                f"Parameter {name!r} is tied, and {'an axis' if name in grid.axes else 'fixed'}."
            )
        for needs in inspect.signature(rule).parameters:
            if needs not in grid.axes:
                raise InvalidArgumentError(
                    f"Parameter {name!r} is tied to {needs!r}, which is not an axis; the axes are "
                    f"{', '.join(grid.names)}."
                )


def _followed(
    tied: Mapping[str, Callable[..., Any]], coordinates: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Values of the tied parameters, broadcasting with the coordinates."""
    return {
        name: np.asarray(rule(**{n: coordinates[n] for n in inspect.signature(rule).parameters}))
        for name, rule in tied.items()
    }
