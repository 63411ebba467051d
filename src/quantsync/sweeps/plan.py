"""What a sweep computes: a model on a grid, with its measures, checked before anything runs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from quantsync.catalogue.measures import measures_of, resolve_measures
from quantsync.catalogue.models import Model, single_values
from quantsync.checks import function_of, shown
from quantsync.errors import InvalidArgumentError
from quantsync.lazy import lazy
from quantsync.memory import SMALL, available_memory, require_memory
from quantsync.sweeps._finding_out import found_out
from quantsync.sweeps._grid import Grid
from quantsync.sweeps._systems import Failed, SystemsApart, SystemsOfModel
from quantsync.sweeps.rules import Rule
from quantsync.system import System

ROOM = 8  # bytes of a number
MOST_CHECKED = 1024  # points of a map that is too large to be built


@dataclass(frozen=True)
class SweepPlan:
    """A sweep whose arguments have been checked."""

    systems: SystemsOfModel
    grid: Grid
    measures: dict[str, Any]
    too_large: bool = False  # for the memory, all points at a time
    # Where systems are made and solved by other processes: what these give at some coordinates.
    elsewhere: Callable[[tuple[Mapping[str, np.ndarray], tuple[str, ...]]], Any] | None = None
    # Measures that have failed by what may be a mistake, and what it was if it was one.
    mistakes: dict[str, Exception | None] = field(default_factory=dict)

    @property
    def model(self) -> Model:
        """The model."""
        return self.systems.model

    @property
    def fixed(self) -> Mapping[str, Any]:
        """Values of parameters that do not vary."""
        return self.systems.fixed

    @property
    def tied(self) -> Mapping[str, Callable[..., Any]]:
        """Rules of the parameters that follow from the axes."""
        return self.systems.tied

    @lazy
    def system(self) -> Any:
        """The systems, of the grid's shape."""
        self.require_memory()
        return self.systems.on(self.grid)

    @property
    def example(self) -> System:
        """One of the systems, or a batch of them, which tells what they are alike in."""
        system = self.batch(np.zeros(1, int)).system if self.too_large else self.system
        return system.example if isinstance(system, SystemsApart) else system

    def require_memory(self, hint: str = "take fewer points, or refine= a coarse grid") -> None:
        """Raise `OutOfMemoryError` where there is no memory for all points at a time."""
        count = len(self.measures)
        what = f"A map of {self.grid.size} points with {count} measure{'s' * (count > 1)}"
        if self.too_large:
            require_memory(_bytes(self.grid, count), what, hint)

    def batch(self, points: np.ndarray) -> Batch:
        """Points of the grid, by flat index, with their systems."""
        columns = self.grid.columns(points)
        if self.too_large:
            return Batch(self.systems, self.systems.at_columns(columns), columns)
        return Batch(self.systems, self.system.take(points), columns)

    def batch_at(self, positions: np.ndarray) -> Batch:
        """Points on or off the grid, at positions of shape (n, axes), with their systems."""
        columns = self.grid.columns_at(positions)
        return Batch(self.systems, self.systems.at_columns(columns), columns)


@dataclass(frozen=True)
class Batch:
    """Some points of a sweep: their systems, and their coordinates, a column per axis."""

    source: SystemsOfModel
    system: System | SystemsApart
    columns: Mapping[str, np.ndarray]

    @property
    def size(self) -> int:
        """Number of points."""
        return self.system.size

    def parameters(self, members: np.ndarray | None = None) -> dict[str, Any]:
        """All parameters of the points (of some of them) by name, for measures."""
        batch = self if members is None else self.take(members)
        return self.source.parameters(batch.columns, batch.size)

    def take(self, members: np.ndarray) -> Batch:
        """Some of the points."""
        columns = {name: column[members] for name, column in self.columns.items()}
        return Batch(self.source, self.system.take(members), columns)

    def made(self) -> list[tuple[np.ndarray, Batch | Failed]]:
        """The same points, of systems that are there or cannot be."""
        if not isinstance(self.system, SystemsApart):
            return [(np.arange(self.size), self)]
        return [
            (members, system if isinstance(system, Failed) else self._of(members, system))
            for members, system in self.system.made()
        ]

    def _of(self, members: np.ndarray, system: System) -> Batch:
        columns = {name: column[members] for name, column in self.columns.items()}
        return Batch(self.source, system, columns)


def prepare_sweep(
    model: str | Callable[..., Any],
    axes: Mapping[str, Any],
    measures: Any,
    fixed: Mapping[str, Any] | None = None,
    tied: Mapping[str, str | Callable[..., Any]] | None = None,
) -> SweepPlan:
    """Check the arguments of `sweep` and build its systems."""
    chosen, grid = Model.of(model), Grid.from_axes(axes)
    hint = "values that vary go into `axes`"
    fixed, tied = single_values({} if fixed is None else fixed, hint), _rules(tied)
    if both := sorted(set(fixed) & set(grid.names)):
        raise InvalidArgumentError(f"Parameter {both[0]!r} is both an axis and fixed.")
    _check_rules(tied, grid, fixed, chosen)
    systems = SystemsOfModel(chosen, fixed, tied)
    count = len(measures) if isinstance(measures, Collection) else 1
    too_large = _bytes(grid, count) > max(SMALL, available_memory())
    systems, system = found_out(systems, grid.few_values() if too_large else grid)
    resolved = resolve_measures(measures, measures_of(system), chosen.name)
    for name in resolved:
        if name in grid.axes or name == "failed":
            raise InvalidArgumentError(
                f"A measure cannot be called {name!r}, which is "
                f"{'an axis' if name in grid.axes else 'the map of failed points'}; "
                "rename it by passing a dictionary."
            )
    plan = SweepPlan(systems, grid, resolved, too_large)
    if too_large:  # wrong values are named before anything runs, as far as they are looked at
        plan.batch(np.linspace(0, grid.size - 1, MOST_CHECKED).astype(int))
    else:
        plan.__dict__["system"] = system
    return plan


def _bytes(grid: Grid, measures: int) -> float:
    """Memory of a map, as far as it is known before anything is computed."""
    return ROOM * (1.0 + measures) * grid.size


def _rules(tied: Any) -> dict[str, Callable[..., Any]]:
    """The rules of tied parameters, those that are texts read."""
    if not isinstance(tied, Mapping | None):
        raise InvalidArgumentError(
            "Argument `tied` must be a dict of names and rules, as {'damping_a': '1 - gain_a'}, "
            f"but is {shown(tied)}."
        )
    return {
        name: Rule(rule)
        if isinstance(rule, str)
        else function_of(rule, f"tied[{name!r}]", "axes, or a text of arithmetic")
        for name, rule in (tied or {}).items()
    }


def _check_rules(
    tied: Mapping[str, Callable[..., Any]], grid: Grid, fixed: Mapping[str, Any], model: Model
) -> None:
    held = {n for n, p in model.parameters.items() if not p.is_required} - tied.keys()
    for name, rule in tied.items():
        if name in grid.axes or name in fixed:
            raise InvalidArgumentError(
                f"Parameter {name!r} is tied, and {'an axis' if name in grid.axes else 'fixed'}."
            )
        for needs in inspect.signature(rule).parameters:
            if needs not in {*grid.axes, *fixed, *held}:
                there = [*grid.axes, *fixed, *sorted(held - fixed.keys() - grid.axes.keys())]
                raise InvalidArgumentError(
                    f"Parameter {name!r} is tied to {needs!r}, which is neither an axis nor "
                    f"another parameter with a value; there are {', '.join(there)}."
                )
