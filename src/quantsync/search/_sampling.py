"""What the searches share: nodes, maps of arguments, chunks, and ragged results."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from quantsync.checks import SQUARABLE, broadcast_shape, function_of, real_array, shown, times_array
from quantsync.errors import ConvergenceError, InvalidArgumentError, NonFiniteError
from quantsync.memory import require_memory
from quantsync.parallel import chunk_slices, map_threads, worker_count

SHIFT = 0.0137  # off nodes and lines of symmetry, in units of the distance of nodes
NEAR, NARROW = 1e-6, 1e-12  # steps from a zero or an extremum, in units of its bracket
JUMP = 0.5  # a change over the narrow step that is this part of that over the wide one
TOLERANCE = 1e-14  # of a zero, relative
LARGEST = float(np.finfo(float).max)
EVALUATION_BYTES = 200.0  # while a search looks for brackets
EVALUATIONS = 1 << 14  # of one chunk: its states stay in a core's cache


def checked_nodes(nodes: Any, name: str) -> np.ndarray:
    """Three increasing sample positions or more."""
    count = nodes.size if isinstance(nodes, np.ndarray) else 0
    require_memory(24.0 * count, f"A search over {count} nodes", "take fewer nodes")
    array = times_array(nodes, name, increasing=True)
    real_array(array, name, at_least=-SQUARABLE, at_most=SQUARABLE)
    if len(array) < 3:
        raise InvalidArgumentError(
            f"Argument `{name}` must hold at least 3 sample positions, but has shape {array.shape}."
        )
    return array


@dataclass(frozen=True)
class Points:
    """A function at some points of a map; what is found belongs to one of them, its owner."""

    function: Callable[..., Any]
    args: list[np.ndarray]  # each of shape (points,)

    def take(self, owner: Any) -> Points:
        """The points of some owners."""
        return Points(self.function, [a[owner] for a in self.args])

    def repeated(self, times: int) -> Points:
        """Every point so many times."""
        return Points(self.function, [np.repeat(a, times) for a in self.args])

    def __call__(self, *x: np.ndarray) -> np.ndarray:
        """Values at positions of shape (points,), if the function is elementwise."""
        values = np.asarray(self.function(*x, *self.args))
        if values.dtype.kind not in "iufc":
            raise InvalidArgumentError(
                f"The function must return numbers, but returned {shown(values)}."
            )
        if values.shape != x[0].shape:
            raise InvalidArgumentError(
                f"The function must be elementwise, but returned shape {values.shape} for "
                f"arguments of shape {x[0].shape}."
            )
        return values

    def real(self) -> Points:
        """The same with a function that raises where its values are complex."""
        return Points(partial(_real_values, self.function), self.args)

    def on_nodes(self, *grids: np.ndarray) -> np.ndarray:
        """Values at every node for every point, shape (points, nodes)."""
        points, nodes = len(self.args[0]) if self.args else 1, len(grids[0])
        x = (np.tile(grid, points) for grid in grids)
        return self.repeated(nodes)(*x).reshape(points, nodes)


def _real_values(function: Callable[..., Any], *arguments: np.ndarray) -> np.ndarray:
    values = np.asarray(function(*arguments))
    if not np.iscomplexobj(values):
        return values
    imaginary = np.imag(values)
    if np.any(imaginary != 0):
        raise InvalidArgumentError(
            "The function must be real, but is complex "
            f"({values[imaginary != 0].flat[0]:.6g}): search its real or imaginary part, or both "
            "with find_planar_zeros."
        )
    return np.real(values)


def map_of(function: Callable[..., Any], args: Sequence[Any]) -> tuple[tuple[int, ...], Points]:
    """Shape of the map that the arguments broadcast to, and its points."""
    function_of(function, "function", "a position and the arguments in `args`")
    arrays = {f"args[{k}]": real_array(a, f"args[{k}]") for k, a in enumerate(args)}
    shape = broadcast_shape({name: a.shape for name, a in arrays.items()}, what="Arguments `args`")
    size = math.prod(shape)
    require_memory(8.0 * size * len(arrays), f"A map of {size} points", "take it in parts")
    return shape, Points(function, [np.broadcast_to(a, shape).ravel() for a in arrays.values()])


def over_map(
    search: Callable[[Points], tuple[np.ndarray, list[np.ndarray]]],
    shape: tuple[int, ...],
    points: Points,
    evaluations: int,
    workers: int | None,
    properties: int = 1,
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Run a search on chunks of a map and join what it finds.

    The search returns the owners of what it finds, in order, and its properties, one array each;
    ``evaluations`` is what a point costs. The results are the counts and the properties, of shape
    (..., K); NaN where a point has fewer.
    """
    size = math.prod(shape)
    workers, each = worker_count(workers), max(1, EVALUATIONS // evaluations)
    need = EVALUATION_BYTES * evaluations * each * min(workers, -(-size // each))
    what = f"A search over {evaluations} nodes for {size} points"
    require_memory(need + 64.0 * size, what, "take fewer nodes, fewer workers or parts of the map")
    chunks = chunk_slices(size, each)
    found = map_threads(lambda chunk: search(points.take(chunk)), chunks, workers)
    owners = [owner + chunk.start for chunk, (owner, _) in zip(chunks, found, strict=True)]
    owner = np.concatenate(owners) if owners else np.zeros(0, int)
    count = np.bincount(owner, minlength=size)
    rank = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    width = int(count.max(initial=0))
    what = f"A table of up to {width} results for each of {size} points"
    require_memory(8.0 * size * width * properties, what, "take parts of the map")
    tables = []
    for k in range(properties):
        table = np.full((size, width), np.nan)
        if found:
            table[owner, rank] = np.concatenate([values[k] for _, values in found])
        tables.append(table.reshape(*shape, width))
    return count.reshape(shape), tables


def require_known(values: np.ndarray, x: np.ndarray) -> None:
    """Raise `NonFiniteError` unless the function is finite at its nodes."""
    bad = ~np.isfinite(values)
    if bad.any():
        point, node = np.argwhere(bad)[0]
        raise NonFiniteError(
            f"The function is {values[point, node]} at the node {np.ravel(x)[node]:g} of point "
            f"{point} of the map; a search cannot see past it. Leave that node or point out."
        )


def require_success(success: Any, what: str) -> None:
    """Raise `ConvergenceError` unless every bracketed search has converged."""
    failed = int(np.size(success) - np.count_nonzero(success))
    if failed:
        raise ConvergenceError(
            f"{failed} of {np.size(success)} {what} could not be polished: does the function jump "
            "or return NaN between its nodes?"
        )


def jumps(
    points: Points, x: np.ndarray, low: np.ndarray, high: np.ndarray, floor: np.ndarray
) -> np.ndarray:
    """Whether a function jumps or has a pole at some positions in cells, bool (M,)."""
    narrow = np.maximum(NARROW * (high - low), 10 * TOLERANCE * np.abs(x))
    wide = np.maximum(NEAR * (high - low), 1e3 * narrow)
    if not len(x):
        return np.zeros(0, bool)
    return breaks(points, x, low, high, floor, narrow, wide)


def breaks(
    points: Points,
    x: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    floor: np.ndarray,
    narrow: np.ndarray,
    wide: np.ndarray,
) -> np.ndarray:
    """Whether a function changes as much over a narrow step from x as over a wide one."""
    with np.errstate(divide="ignore", over="ignore"):
        center, *ends = (
            np.clip(points(np.clip(x + step, low, high)), -LARGEST, LARGEST) / 2
            for step in (0.0, -narrow, narrow, -wide, wide)
        )
    a, b, c, d = (np.abs(end - center) for end in ends)
    return (np.maximum(a, b) > JUMP * np.maximum(c, d)) & (np.maximum(a, b) > 5 * floor)
