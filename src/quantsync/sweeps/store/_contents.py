"""What is whole in a store: of one task, and of all of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from quantsync.sweeps._certificates import Worst
from quantsync.sweeps._grid import Grid
from quantsync.sweeps._measuring import filled_with_nan
from quantsync.sweeps.refine.points import MISSING
from quantsync.sweeps.store.tasks import Block, TaskGrid


@dataclass
class TaskState:
    """What one task holds; arrays have the shape of its block, with extra axes behind."""

    status: np.ndarray
    values: dict[str, np.ndarray] = field(default_factory=dict)  # empty while no point has any
    messages: dict[int, str] = field(default_factory=dict)  # of failed points, by flat index
    certificates: Worst = field(default_factory=dict)
    measures: tuple[str, ...] = ()  # those that have been taken
    versions: tuple[str, ...] = ()  # of quantsync, that have computed some of it
    behind: bool = False  # whether the status file is not what the record, which counts, says


@dataclass
class Contents:
    """What is whole in a store; arrays have the shape of the grid, with extra axes behind."""

    status: np.ndarray
    values: dict[str, np.ndarray] = field(default_factory=dict)
    messages: dict[int, str] = field(default_factory=dict)  # of failed points, by flat index
    certificates: dict[Block, Worst] = field(default_factory=dict)  # of each task
    damaged: dict[Block, str] = field(default_factory=dict)  # tasks that are not what they were
    measures: dict[Block, tuple[str, ...]] = field(default_factory=dict)  # taken in each task
    versions: dict[Block, tuple[str, ...]] = field(default_factory=dict)
    behind: list[Block] = field(default_factory=list)  # tasks whose status is to be written again

    def task(self, tasks: TaskGrid, block: Block) -> TaskState:
        """A copy of what one task holds."""
        where, members = tasks.slices(block), tasks.members(block)
        taken = self.measures.get(block, ())
        return TaskState(
            self.status[where].copy(),
            {name: array[where].copy() for name, array in self.values.items() if name in taken},
            {k: self.messages[k] for k in members.tolist() if k in self.messages},
            self.certificates.get(block, {}),
            taken,
            self.versions.get(block, ()),
        )

    def lacking(self, tasks: TaskGrid, measures: Collection[str]) -> np.ndarray:
        """Points that are there without some of the measures."""
        found = np.zeros(self.status.shape, bool)
        for block, taken in self.measures.items():
            if not set(measures) <= set(taken):
                found[tasks.slices(block)] = True
        return found & (self.status != MISSING)

    def put(self, tasks: TaskGrid, block: Block, state: TaskState) -> None:
        """Take over what one task holds."""
        where = tasks.slices(block)
        self.make_room({n: (a.dtype, a.shape[len(where) :]) for n, a in state.values.items()})
        for name, array in state.values.items():
            self.values[name][where] = array
        if self.messages:
            for k in tasks.members(block).tolist():
                self.messages.pop(k, None)
        self.messages |= state.messages
        self.certificates[block] = state.certificates
        self.measures[block], self.versions[block] = state.measures, state.versions
        self.status[where] = state.status

    def computed_by(self, further: Collection[str] = ()) -> str:
        """The versions of quantsync that have computed it, joined by commas."""
        return ", ".join(sorted(set().union(further, *self.versions.values())))

    def damage(self) -> list[str]:
        """The damaged tasks, and why, as texts."""
        return [f"task {block} ({why})" for block, why in self.damaged.items()]

    def make_room(self, layout: dict[str, tuple[Any, tuple[int, ...]]]) -> None:
        """Make the arrays of measures that are not there yet."""
        for name, (dtype, extra) in layout.items():
            if name not in self.values:
                self.values[name] = filled_with_nan((*self.status.shape, *extra), dtype)


def failure_records(
    members: np.ndarray, messages: Mapping[int, str], grid: Grid
) -> list[dict[str, Any]]:
    """The failed points among some, as they are kept in a task's record."""
    return [
        {"point": int(k), "coordinates": grid.coordinates(int(k)), "message": messages[int(k)]}
        for k in members
        if int(k) in messages
    ]
