"""The systems of a sweep: one batch, or one for each value of an axis that cannot be an array."""

from __future__ import annotations

import inspect
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from quantsync.catalogue.models import Model
from quantsync.checks import require_broadcast_to
from quantsync.errors import InvalidSystemError, UnknownNameError
from quantsync.lazy import lazy
from quantsync.sweeps._grid import Grid
from quantsync.system import Measure, System

SHOWN_SPACES = 3


class JoinedSystems:
    """Batches of systems of different size or structure as one; they are never solved together."""

    def __init__(self, shape: tuple[int, ...], parts: list[System], members: list[np.ndarray]):
        self.shape, self.size = shape, math.prod(shape)
        # ``members[k]`` are the flat indices of the systems of a part, in the part's order.
        self.parts, self.members = parts, members

    @property
    def kind(self) -> str:
        """The kind of their solutions."""
        return self.parts[0].kind

    @property
    def measures(self) -> Mapping[str, Measure]:
        """Measures that they have by name."""
        return self.parts[0].measures

    @property
    def method(self) -> str:
        """How they are solved."""
        return self.parts[0].method

    @property
    def space(self) -> str:
        """Their spaces, for the provenance of data sets."""
        spaces = list(dict.fromkeys(str(getattr(part, "space", "")) for part in self.parts))
        if spaces == [""]:
            return type(self.parts[0]).__name__
        more = f"; and {len(spaces) - SHOWN_SPACES} more" if len(spaces) > SHOWN_SPACES else ""
        return "; ".join(spaces[:SHOWN_SPACES]) + more

    @lazy
    def _places(self) -> tuple[np.ndarray, np.ndarray]:
        """The part of each system, and its place there."""
        owner, place = np.empty(self.size, int), np.empty(self.size, int)
        for k, members in enumerate(self.members):
            owner[members], place[members] = k, np.arange(len(members))
        return owner, place

    def take(self, members: Any) -> System | JoinedSystems:
        """Some systems, by flat index, as a batch of shape (len(members),)."""
        owner, place = (array[np.asarray(members)] for array in self._places)
        parts, where = [], []
        for k in np.unique(owner):
            mine = np.flatnonzero(owner == k)
            parts.append(self.parts[k].take(place[mine]))
            where.append(mine)
        return parts[0] if len(parts) == 1 else JoinedSystems((len(owner),), parts, where)

    def groups(self) -> list[np.ndarray]:
        """All systems, by flat index, in groups that share the expensive part of the work."""
        return [
            members[group]
            for part, members in zip(self.parts, self.members, strict=True)
            for group in part.groups()
        ]


@dataclass(frozen=True)
class SystemsOfModel:
    """A model with fixed and tied parameters, which gives the systems at coordinates."""

    model: Model
    fixed: Mapping[str, Any]
    tied: Mapping[str, Callable[..., Any]]  # rules of the parameters that follow from the axes
    apart: tuple[str, ...] = ()  # axes that the model takes one value at a time
    cause: str = ""  # why it does

    @classmethod
    def found_out(cls, given: SystemsOfModel, grid: Grid) -> tuple[SystemsOfModel, Any]:
        """The same, knowing what it takes one value at a time, and the systems of a grid."""
        try:
            return given, given.on(grid)
        except (MemoryError, UnknownNameError):
            raise
        except Exception as error:
            apart = tuple(name for name in grid.names if not given._takes_arrays(grid, name))
            if not apart:
                raise
            cause = f"{type(error).__name__}: {error}"
        knowing = cls(given.model, given.fixed, given.tied, apart, cause)
        return knowing, knowing.on(grid)

    def at(self, coordinates: Mapping[str, Any]) -> System:
        """The systems at coordinates that broadcast."""
        followed = {
            name: _plain(rule(**{n: coordinates[n] for n in inspect.signature(rule).parameters}))
            for name, rule in self.tied.items()
        }
        return self.model(**coordinates, **followed, **self.fixed)

    def on(self, grid: Grid) -> System | JoinedSystems:
        """The systems of a grid, of its shape."""
        where = [grid.names.index(name) for name in self.apart]
        shape = tuple(1 if k in where else n for k, n in enumerate(grid.shape))
        parts, index = [], []
        for chosen in itertools.product(*(range(grid.shape[k]) for k in where)):
            single = {n: grid.axes[n][k].item() for n, k in zip(self.apart, chosen, strict=True)}
            found = self.at(grid.open_arrays() | single)
            # A parameter that no coefficient depends on leaves the batch smaller than the grid.
            require_broadcast_to(found.shape, shape, "Systems of the model")
            parts.append(found.broadcast_to(shape))
            index.append(chosen)
        if not where:
            return parts[0]
        flat = np.moveaxis(np.arange(grid.size).reshape(grid.shape), where, range(len(where)))
        return _joined(grid.shape, parts, [flat[chosen].reshape(-1) for chosen in index])

    def at_positions(self, grid: Grid, positions: np.ndarray) -> System | JoinedSystems:
        """The systems at points on or off a grid, positions of shape (n, axes)."""
        columns = dict(zip(grid.names, positions.T, strict=True))
        alone = np.array([columns[name] for name in self.apart]).T.reshape(len(positions), -1)
        values, owner = np.unique(alone, axis=0, return_inverse=True)
        parts, members = [], []
        for k, chosen in enumerate(values):
            mine = np.flatnonzero(owner.reshape(-1) == k)
            here = {name: column[mine] for name, column in columns.items()}
            for name, value in zip(self.apart, chosen, strict=True):
                here[name] = grid.axes[name].dtype.type(value).item()
            parts.append(self.at(here).broadcast_to((len(mine),)))
            members.append(mine)
        return parts[0] if len(parts) == 1 else _joined((len(positions),), parts, members)

    def _takes_arrays(self, grid: Grid, name: str) -> bool:
        """Whether the model takes an axis as an array; yes, if it fails with its values anyway."""
        first = {n: values[0].item() for n, values in grid.axes.items()}
        try:
            self.at(first)
        except Exception:
            return True
        try:
            self.at(first | {name: grid.axes[name][[0, 0]]})
        except Exception:
            return False
        return True


def _plain(value: Any) -> Any:
    array = np.asarray(value)
    return array if array.ndim else array.item()


def _joined(
    shape: tuple[int, ...], parts: Sequence[System], members: list[np.ndarray]
) -> JoinedSystems:
    kinds = {type(part).__name__: part for part in parts}
    if len({part.kind for part in parts}) > 1 or len(kinds) > 1:
        raise InvalidSystemError(
            "A model must return one kind of systems at all points of a sweep, but it returned "
            f"{' and '.join(kinds)}."
        )
    return JoinedSystems(shape, list(parts), members)
