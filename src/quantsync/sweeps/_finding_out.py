"""What a model takes: arrays of its parameters, or one value of some of them at a time."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from quantsync.checks import require_broadcast_to
from quantsync.errors import InvalidArgumentError, QuantsyncError, UnknownNameError
from quantsync.sweeps._failing import ends_a_map
from quantsync.sweeps._grid import Grid, plain
from quantsync.sweeps._systems import SystemsApart, SystemsOfModel, scattered
from quantsync.system import System

COMPARED = 12  # points of a map at which systems for arrays are compared with those for numbers
TRIED, MOST_TRIED = 8, 1024  # points at which a model is looked for that gives a system
MOST_CHECKED = 64  # names, whole numbers or switches that a model is asked for beforehand


def found_out(given: SystemsOfModel, grid: Grid) -> tuple[SystemsOfModel, System | SystemsApart]:
    """A model, knowing what it takes one value at a time, and its systems on a grid."""
    names: tuple[str, ...] = ()
    raised: Exception | None = None
    cause = "names come one by one"
    if not given.model.is_registered:  # of those, some take arrays of names as well
        names = tuple(name for name, axis in grid.axes.items() if axis.dtype.kind == "U")
    if not names:
        try:
            system = given.at_once(grid)
        except (MemoryError, UnknownNameError):
            raise
        except Exception as error:
            cause, raised = f"{type(error).__name__}: {error}", error
        else:
            cause = _misunderstood(given, grid, system)
            if not cause:
                return given, system
    base = _works(given, grid)
    start = time.perf_counter()
    example = given.at(base)
    seconds = time.perf_counter() - start
    refused = {n: _refusal(given, grid, base, n) for n in grid.names if n not in names}
    apart = names + tuple(name for name, why in refused.items() if why)
    cause = next((why for why in refused.values() if why), cause)
    if not apart and isinstance(raised, QuantsyncError):
        raise raised  # a value that it refuses
    if not apart and raised is None:
        apart = grid.names  # arrays give other systems than numbers
    # Without any apart, it is points that the function refuses: these are halved out of a batch.
    knowing = replace(given, example=example, seconds=seconds, apart=apart, cause=cause)
    _require_values(knowing, grid, base)
    return knowing, SystemsApart.at(knowing, grid.columns())


def _works(given: SystemsOfModel, grid: Grid) -> dict[str, Any]:
    """Coordinates of a point at which the model gives a system."""
    first: Exception | None = None
    few = np.linspace(0, grid.size - 1, min(TRIED, grid.size)).astype(int)
    for point in dict.fromkeys([*few, *scattered(grid.shape, MOST_TRIED)]):
        coordinates = grid.coordinates(int(point))
        try:
            given.at(coordinates)
        except Exception as error:
            if ends_a_map(error) or isinstance(error, UnknownNameError):
                raise
            first = first or error
        else:
            return coordinates
    assert first is not None
    raise first


def _refusal(given: SystemsOfModel, grid: Grid, base: Mapping[str, Any], name: str) -> str:
    """Why a model does not take a parameter as an array; empty if it does."""
    others = (plain(v) for v in grid.axes[name][::-1][:TRIED] if v != base[name])
    other = next((v for v in others if _gives(given, {**base, name: v})), base[name])
    values = [base[name], other]
    try:
        found = given.at({**base, name: np.array(values)})
        require_broadcast_to(found.shape, (2,), "Systems of the model")
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    system = found.broadcast_to((2,))
    every = (given.differs(system, k, {**base, name: v}) for k, v in enumerate(values))
    return next((why for why in every if why), "")


def _misunderstood(given: SystemsOfModel, grid: Grid, system: System) -> str:
    """How a function's systems for arrays differ from those for numbers; empty if not."""
    # A function that asks `if np.any(x > 1)` takes arrays, and gives other systems.
    if grid.size == 1:
        return ""
    points = scattered(grid.shape, COMPARED).tolist()
    every = (given.differs(system, point, grid.coordinates(point)) for point in points)
    return next((why for why in every if why), "")


def _gives(given: SystemsOfModel, coordinates: Mapping[str, Any]) -> bool:
    """Whether a model gives a system at a point."""
    try:
        given.at(coordinates)
    except Exception:
        return False
    return True


def _require_values(given: SystemsOfModel, grid: Grid, base: Mapping[str, Any]) -> None:
    """Raise what a model says of a name, a whole number or a switch that it does not take."""
    for name in given.apart:
        values = grid.axes[name]
        of_points = values.dtype.kind == "f" and not given.model.is_registered
        if of_points or len(values) > MOST_CHECKED:
            continue
        for value in values:
            try:
                given.at({**base, name: plain(value)})
            except (InvalidArgumentError, UnknownNameError):
                raise
            except Exception:
                continue  # a matter of the point
