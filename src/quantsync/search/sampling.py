"""What the searches share: nodes, maps of arguments, chunks, and ragged results."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from quantsync.checks import require_finite
from quantsync.errors import (
    BroadcastError,
    ConvergenceError,
    InvalidArgumentError,
    NonFiniteError,
)
from quantsync.parallel import chunk_slices, map_threads, worker_count

EVALUATIONS = 1 << 14  # of one chunk: its states stay in a core's cache


def checked_nodes(nodes: Any, name: str) -> np.ndarray:
    """Increasing sample positions.

    Raises
    ------
    InvalidArgumentError
        If there are fewer than three, or they do not increase.
    NonFiniteError
        If one is NaN or infinite.
    """
    array = np.asarray(nodes, float)
    if array.ndim != 1 or len(array) < 3:
        raise InvalidArgumentError(
            f"Argument `{name}` must be a one-dimensional array of at least 3 sample positions, "
            f"but has shape {array.shape}."
        )
    require_finite(name, array)
    if not (np.diff(array) > 0).all():
        raise InvalidArgumentError(f"Argument `{name}` must increase from node to node.")
    return array


def map_of(args: Sequence[Any]) -> tuple[tuple[int, ...], list[np.ndarray]]:
    """Shape of the map that the arguments broadcast to, and each of them flattened to it."""
    arrays = [np.asarray(a, float) for a in args]
    for k, array in enumerate(arrays):
        require_finite(f"args[{k}]", array)
    try:
        shape = np.broadcast_shapes(*(a.shape for a in arrays))
    except ValueError:
        raise BroadcastError(
            "Arguments `args` must broadcast against each other, but have shapes "
            f"{', '.join(str(a.shape) for a in arrays)}."
        ) from None
    return shape, [np.broadcast_to(a, shape).ravel() for a in arrays]


def evaluate(function: Callable[..., Any], x: tuple[np.ndarray, ...], args: Any) -> np.ndarray:
    """Values of an elementwise function at flat positions.

    Raises
    ------
    InvalidArgumentError
        If the function does not return one number an element.
    """
    values = np.asarray(function(*x, *args))
    if values.shape != x[0].shape:
        raise InvalidArgumentError(
            f"The function must be elementwise, but returned shape {values.shape} for arguments "
            f"of shape {x[0].shape}."
        )
    return values


def on_nodes(
    function: Callable[..., Any], grids: tuple[np.ndarray, ...], args: list[np.ndarray]
) -> np.ndarray:
    """Values at every node for every point of a chunk, shape (points, nodes)."""
    points, nodes = len(args[0]) if args else 1, len(grids[0])
    x = tuple(np.tile(grid, points) for grid in grids)
    repeated = [np.repeat(a, nodes) for a in args]
    return evaluate(function, x, repeated).reshape(points, nodes)


def over_map(
    search: Callable[[list[np.ndarray]], tuple[np.ndarray, list[np.ndarray]]],
    shape: tuple[int, ...],
    args: list[np.ndarray],
    evaluations: int,
    workers: int | None,
    properties: int = 1,
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Run a search on chunks of a map and join what it finds.

    Parameters
    ----------
    search : callable
        From a chunk's arguments to the owners (point of the chunk, shape (M,)) and the
        properties (each of shape (M,)) of what it finds, sorted by owner.
    shape : tuple of int
        Shape of the map.
    args : list of ndarray
        Flattened to the map.
    evaluations : int
        How many a point costs; bounds the size of a chunk.
    workers : int or None
        Number of threads.
    properties : int, default 1
        How many properties the search returns.

    Returns
    -------
    count : ndarray of int, shape (...)
    properties : list of ndarray of shape (..., K)
        K the largest count; NaN where a point has fewer.
    """
    size = math.prod(shape)
    chunks = chunk_slices(size, max(1, EVALUATIONS // evaluations))
    found = map_threads(
        lambda chunk: search([a[chunk] for a in args]), chunks, worker_count(workers)
    )
    owners = [owner + chunk.start for chunk, (owner, _) in zip(chunks, found, strict=True)]
    owner = np.concatenate(owners) if owners else np.zeros(0, int)
    count = np.bincount(owner, minlength=size)
    rank = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    width = int(count.max(initial=0))
    tables = []
    for k in range(properties):
        table = np.full((size, width), np.nan)
        if found:
            table[owner, rank] = np.concatenate([values[k] for _, values in found])
        tables.append(table.reshape(*shape, width))
    return count.reshape(shape), tables


def checked_noise(noise: Any) -> float:
    """An absolute level of noise.

    Raises
    ------
    InvalidArgumentError
        If it is not a finite number >= 0.
    """
    if not (np.ndim(noise) == 0 and np.isreal(noise) and np.isfinite(noise) and noise >= 0):
        raise InvalidArgumentError(
            f"Argument `noise` must be a finite number >= 0, but is {noise!r}."
        )
    return float(noise)


def require_known(values: np.ndarray, x: np.ndarray) -> None:
    """Raise unless the function is finite at its nodes.

    Raises
    ------
    NonFiniteError
        With the first node at which it is not.
    """
    bad = ~np.isfinite(values)
    if bad.any():
        point, node = np.argwhere(bad)[0]
        raise NonFiniteError(
            f"The function is {values[point, node]} at the node {np.ravel(x)[node]:g} of point "
            f"{point} of the map; a search cannot see past it. Leave that node or point out."
        )


def require_success(success: Any, what: str) -> None:
    """Raise unless every bracketed search has converged.

    Raises
    ------
    ConvergenceError
        With their number.
    """
    failed = int(np.size(success) - np.count_nonzero(success))
    if failed:
        raise ConvergenceError(
            f"{failed} of {np.size(success)} {what} could not be polished: does the function jump "
            "or return NaN between its nodes?"
        )
