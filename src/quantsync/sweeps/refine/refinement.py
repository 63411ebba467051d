"""Refined sweeps: points off the grid, along the border on which a measure crosses a level."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import numpy as np

from quantsync.checks import known_name
from quantsync.errors import InvalidArgumentError, RefinementWarning, warn_caller
from quantsync.sweeps._grid import Grid
from quantsync.sweeps.options import Refine
from quantsync.sweeps.plan import SweepPlan
from quantsync.sweeps.refine._scales import AxisScale
from quantsync.sweeps.refine.border_learner import BorderLearner
from quantsync.sweeps.refine.points import MISSING, RefinedPoints

SLACK = 1 + 1e-8  # for rounding
MOST_AXES = 3
PREFIX, BORDER = "refined", "border"


@dataclass(frozen=True)
class Outcome:
    """What a refinement has reached."""

    level: float  # on the border
    # Size of the largest simplex on the border, as a fraction of every axis, without those that
    # failed points keep from being halved. NaN without a border.
    reached: float
    blocked: int = 0  # how many of those are larger than the tolerance


def checked_refinement(plan: SweepPlan, refine: Any) -> Refine | None:
    """Check the argument ``refine`` of `sweep`."""
    asked = Refine.of(refine)
    if asked is not None:
        known_name("measure to refine", asked.measure, plan.measures)
        require_refinable(plan)
    return asked


def require_refinable(plan: SweepPlan) -> None:
    """Raise unless points may be put between those of a grid."""
    varying = varying_axes(plan.grid)
    if not 1 <= len(varying) <= MOST_AXES:
        raise InvalidArgumentError(
            f"A refinement needs one to {MOST_AXES} axes with more than one value, but there are "
            f"{len(varying)} ({', '.join(varying) or 'none'}); hold others by single values."
        )
    for name in varying:
        kind = plan.grid.axes[name].dtype
        if kind.kind != "f":
            raise InvalidArgumentError(
                f"Axis `{name}` holds values of type {kind}, between which there are no points to "
                "refine. If fractions make sense, give floats; otherwise hold it by one value."
            )
        if name in plan.systems.apart and plan.model.is_registered:
            raise InvalidArgumentError(
                f"Axis `{name}` is taken one value at a time, and between these there are no "
                "points to refine; hold it by one value."
            )
        if np.ptp(plan.grid.axes[name]) == 0:
            raise InvalidArgumentError(f"Axis `{name}` has one value only, several times.")
    for name in [*plan.grid.names, *plan.measures]:
        if name in (PREFIX, BORDER) or name.startswith((f"{PREFIX}_", f"{BORDER}_")):
            raise InvalidArgumentError(
                f"{name!r} is what refined points are called in the results; rename the measure by "
                "passing a dictionary."
            )


def varying_axes(grid: Grid) -> dict[str, AxisScale]:
    """The axes with more than one value, and how they are scaled."""
    return {
        name: AxisScale.of(np.arange(len(axis)) if axis.dtype.kind == "U" else axis)
        for name, axis in grid.axes.items()
        if len(axis) > 1
    }


def positions_of(grid: Grid) -> np.ndarray:
    """The points of a grid, shape (points, axes)."""
    return grid.positions(np.arange(grid.size))


def refine(
    plan: SweepPlan,
    asked: Refine,
    values: np.ndarray,
    points: RefinedPoints,
    workers: int,
    *,
    progress: Callable[[int], AbstractContextManager[Callable[[int], Any]]],
    retry_failed: bool = False,
    told: Callable[[Outcome], None] = lambda _: None,
) -> Outcome:
    """Add points along the border until every simplex that it crosses is small enough.

    ``values`` are those of the measure on the grid; ``told`` is called with what is reached before
    each round and at the end. What a round asks for follows from the points that are there, in
    their order, and from nothing else.
    """
    values = _one_number(asked.measure, values)
    level = _level(asked, values)
    scales = varying_axes(plan.grid)
    columns = [k for k, name in enumerate(plan.grid.names) if name in scales]
    learner = BorderLearner(None, list(scales.values()), level)
    learner.tell_many(positions_of(plan.grid)[:, columns], values)

    def tell(first: int) -> None:
        with progress(int(points.open_rows(retry_failed).sum())) as advance:
            points.solve(plan, workers, advance, retry_failed)
        rows = np.flatnonzero(points.known)
        rows = rows[rows >= first]
        found = np.where(points.state != MISSING, points.value(asked.measure), np.nan)
        learner.tell_many(points.positions[rows][:, columns], found[rows])

    if len(points):
        tell(0)
    held = plan.grid.positions(np.zeros(1, int))[0]
    while (outcome := _outcome(learner, level, asked.tolerance)).reached > asked.tolerance:
        told(outcome)
        room = asked.max_points - len(points)
        fresh = learner.next_round(room) if room > 0 else []
        if not fresh:
            break
        positions = np.tile(held, (len(fresh), 1))
        positions[:, columns] = fresh
        points.add_round(positions)
        tell(len(points) - len(fresh))
    told(outcome)
    _warn(asked, outcome, values, len(points))
    return outcome


def _outcome(learner: BorderLearner, level: float, tolerance: float) -> Outcome:
    size = float(f"{learner.loss():.9g}")  # halves of a tenth may be more than it by rounding
    if not learner.larger_than(0.0):
        return Outcome(level, math.nan)
    blocked = learner.larger_than(tolerance * SLACK) if size <= tolerance else 0
    return Outcome(level, size, blocked)


def _level(asked: Refine, values: np.ndarray) -> float:
    if asked.level is not None:
        return asked.level
    finite = values[np.isfinite(values)]
    return float(finite.min() / 2 + finite.max() / 2) if len(finite) else math.nan


def _one_number(name: str, values: np.ndarray) -> np.ndarray:
    if values.ndim != 1 or values.dtype.kind == "c":
        shape = values.shape[1:]
        raise InvalidArgumentError(
            f"Measure {name!r} has no border: it is "
            f"{f'of shape {shape}' if shape else 'complex'} at a point. Refine by a measure that "
            "is one real number."
        )
    return values.astype(float)


def _warn(asked: Refine, outcome: Outcome, values: np.ndarray, count: int) -> None:
    if math.isnan(outcome.reached):
        finite = values[np.isfinite(values)]
        held = f"between {finite.min():g} and {finite.max():g}" if len(finite) else "nowhere known"
        message = (
            f"{asked.measure} does not cross {outcome.level:g} on the grid, where it is {held}, "
            "so there is no border to refine. Choose another `level` or a finer grid."
        )
    elif outcome.reached > asked.tolerance:
        message = (
            f"The border of {asked.measure} is located to {outcome.reached:.2g} of the axes, not "
            f"to {asked.tolerance:g}: {count} refined points of {asked.max_points} are used up. "
            "Raise `max_points` or `tolerance`."
        )
    elif outcome.blocked:
        message = (
            f"The border of {asked.measure} passes {outcome.blocked} places at which no point can "
            "be computed; there, it is located less well than asked for (border_uncertainty)."
        )
    else:
        return
    warn_caller(message, RefinementWarning)
