"""The tasks of a stored sweep: rectangular blocks of the grid, one chunk of each array."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from quantsync.checks import whole_number
from quantsync.errors import InvalidArgumentError

Block = tuple[int, ...]


@dataclass(frozen=True)
class TaskGrid:
    """A grid of points cut into equal blocks; those at the upper ends are smaller."""

    shape: tuple[int, ...]  # points on each axis
    chunk: tuple[int, ...]  # points of a block on each axis

    @property
    def counts(self) -> tuple[int, ...]:
        """Blocks along each axis."""
        return tuple(-(-n // c) for n, c in zip(self.shape, self.chunk, strict=True))

    def __len__(self) -> int:
        """Number of tasks."""
        return math.prod(self.counts)

    def blocks(self) -> list[Block]:
        """All tasks, by the index of their block."""
        return list(itertools.product(*map(range, self.counts)))

    def slices(self, block: Block) -> tuple[slice, ...]:
        """Where a block lies."""
        return tuple(
            slice(k * c, min((k + 1) * c, n))
            for k, c, n in zip(block, self.chunk, self.shape, strict=True)
        )

    def block_shape(self, block: Block) -> tuple[int, ...]:
        """Points of a block on each axis."""
        return tuple(s.stop - s.start for s in self.slices(block))

    def members(self, block: Block) -> np.ndarray:
        """Flat indices of a block's points, row by row."""
        ranges = [np.arange(s.start, s.stop) for s in self.slices(block)]
        return np.ravel_multi_index(np.ix_(*ranges), self.shape).reshape(-1)


def chunk_shape(
    shape: tuple[int, ...], points: int, together: Sequence[bool] | None = None
) -> tuple[int, ...]:
    """A block of at most ``points`` points: whole axes as far as they fit, the last first.

    Axes ``together``, along which points share work, come before the others.
    """
    chunk, room = [1] * len(shape), max(1, points)
    last_first = range(len(shape) - 1, -1, -1)
    for axis in sorted(last_first, key=lambda k: not (together or [False] * len(shape))[k]):
        chunk[axis] = min(shape[axis], room)
        room //= chunk[axis]
    return tuple(chunk)


def checked_chunk(chunk: Any, shape: tuple[int, ...]) -> tuple[int, ...] | int | None:
    """Check the argument ``chunk``: a number of points, or a shape that is cut to the grid's."""
    if chunk is None:
        return None
    if isinstance(chunk, str) or not isinstance(chunk, Sequence | np.ndarray):
        return whole_number(chunk, "chunk")
    numbers = [whole_number(n, f"Entry {k} of `chunk`") for k, n in enumerate(chunk)]
    if len(numbers) != len(shape):
        raise InvalidArgumentError(
            f"Argument `chunk` has {len(numbers)} numbers for {len(shape)} axes: {numbers!r}."
        )
    return tuple(min(n, size) for n, size in zip(numbers, shape, strict=True))
