"""The tasks of a stored sweep: rectangular blocks of the grid, one chunk of each array."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np

from quantsync.errors import InvalidArgumentError

Block = tuple[int, ...]


@dataclass(frozen=True)
class TaskGrid:
    """A grid of points cut into equal blocks; those at the upper ends are smaller.

    Attributes
    ----------
    shape : tuple of int
        Points on each axis.
    chunk : tuple of int
        Points of a block on each axis.

    Examples
    --------
    >>> tasks = TaskGrid((3, 4), (2, 4))
    >>> len(tasks), tasks.members((1, 0))
    (2, array([ 8,  9, 10, 11]))
    """

    shape: tuple[int, ...]
    chunk: tuple[int, ...]

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

    def members(self, block: Block) -> np.ndarray:
        """Flat indices of a block's points, row by row."""
        ranges = [np.arange(s.start, s.stop) for s in self.slices(block)]
        return np.ravel_multi_index(np.ix_(*ranges), self.shape).reshape(-1)


def chunk_shape(
    shape: tuple[int, ...], points: int, together: Sequence[bool] | None = None
) -> tuple[int, ...]:
    """A block of at most ``points`` points with whole axes as far as they fit, the last first.

    Parameters
    ----------
    shape : tuple of int
        Of the grid.
    points : int
        Largest number of points.
    together : sequence of bool, optional
        Axes along which points share work: these come before the others.

    Examples
    --------
    >>> chunk_shape((100, 100, 10), 5000)
    (5, 100, 10)
    >>> chunk_shape((100, 100, 10), 5000, together=[True, False, False])
    (100, 5, 10)
    """
    chunk, room = [1] * len(shape), max(1, points)
    last_first = range(len(shape) - 1, -1, -1)
    for axis in sorted(last_first, key=lambda k: not (together or [False] * len(shape))[k]):
        chunk[axis] = min(shape[axis], room)
        room //= chunk[axis]
    return tuple(chunk)


def checked_chunk(chunk: Any, shape: tuple[int, ...]) -> tuple[int, ...] | int | None:
    """Check the argument ``chunk``: a number of points, or a shape that is cut to the grid's.

    Raises
    ------
    InvalidArgumentError
        If it is neither.
    """
    if chunk is None:
        return None
    numbers = list(chunk) if isinstance(chunk, Sequence | np.ndarray) else [chunk]
    good = all(isinstance(n, Integral) and not isinstance(n, bool) and int(n) > 0 for n in numbers)
    if isinstance(chunk, str) or not good:
        raise InvalidArgumentError(
            f"Argument `chunk` must be a positive number of points or a shape, but is {chunk!r}."
        )
    if not isinstance(chunk, Sequence | np.ndarray):
        return int(chunk)
    if len(numbers) != len(shape):
        raise InvalidArgumentError(
            f"Argument `chunk` has {len(numbers)} numbers for {len(shape)} axes: {numbers!r}."
        )
    return tuple(min(int(n), size) for n, size in zip(numbers, shape, strict=True))
