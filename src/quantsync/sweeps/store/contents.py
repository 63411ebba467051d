"""What is whole in a store: of one task, and of all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from quantsync.sweeps.batches import filled_with_nan
from quantsync.sweeps.store.tasks import Block, TaskGrid

MISSING, DONE, FAILED = 0, 1, 2


@dataclass
class TaskState:
    """What one task holds.

    Attributes
    ----------
    status : ndarray of the block's shape
    values : dict of str to ndarray of the block's shape, with the extra shape behind
        Empty as long as no point has values.
    messages : dict of int to str
        Of the failed points, by flat index in the grid.
    residual : float
        The largest one.
    behind : bool
        Whether the file of the status is not what the record says, which counts.
    """

    status: np.ndarray
    values: dict[str, np.ndarray] = field(default_factory=dict)
    messages: dict[int, str] = field(default_factory=dict)
    residual: float = 0.0
    behind: bool = False


@dataclass
class Contents:
    """What is whole in a store.

    Attributes
    ----------
    status : ndarray of shape (grid)
    values : dict of str to ndarray of shape (grid, ...)
    messages : dict of int to str
        Of the failed points, by flat index.
    residuals : dict of tuple to float
        Largest residual of each task.
    damaged : dict of tuple to str
        Tasks that are not what they were, and why.
    behind : list of tuple
        Tasks whose status has to be written again.
    """

    status: np.ndarray
    values: dict[str, np.ndarray] = field(default_factory=dict)
    messages: dict[int, str] = field(default_factory=dict)
    residuals: dict[Block, float] = field(default_factory=dict)
    damaged: dict[Block, str] = field(default_factory=dict)
    behind: list[Block] = field(default_factory=list)

    def task(self, tasks: TaskGrid, block: Block) -> TaskState:
        """A copy of what one task holds."""
        where, members = tasks.slices(block), tasks.members(block)
        return TaskState(
            self.status[where].copy(),
            {name: array[where].copy() for name, array in self.values.items()},
            {k: self.messages[k] for k in members.tolist() if k in self.messages},
            self.residuals.get(block, 0.0),
        )

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
        self.residuals[block] = state.residual
        self.status[where] = state.status

    def make_room(self, layout: dict[str, tuple[Any, tuple[int, ...]]]) -> None:
        """Make the arrays of measures that are not there yet."""
        for name, (dtype, extra) in layout.items():
            if name not in self.values:
                self.values[name] = filled_with_nan((*self.status.shape, *extra), dtype)
