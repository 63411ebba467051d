"""All sign changes of a function of one variable, for every point of a parameter map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from quantsync.search.sampling import checked_nodes, map_of, on_nodes, over_map, require_success

RELATIVE = 1e-13  # values below this part of a point's largest are rounding


@dataclass(frozen=True)
class Zeros:
    """Where a function changes sign, for every point of a map.

    Attributes
    ----------
    location : ndarray of shape (..., K)
        The zeros in increasing order, K the largest count; NaN where a point has fewer.
    count : ndarray of int, shape (...)
        How many there are.
    """

    location: np.ndarray
    count: np.ndarray

    @property
    def first(self) -> np.ndarray:
        """The smallest zero, shape (...); NaN where there is none."""
        if self.location.shape[-1] == 0:
            return np.full(self.count.shape, np.nan)
        return self.location[..., 0]


def find_zeros(
    function: Callable[..., Any],
    nodes: Any,
    args: Sequence[Any] = (),
    *,
    noise: float = 0.0,
    threads: int | None = None,
) -> Zeros:
    """Find all zeros at which a function changes sign, for every point of a map.

    The function is sampled at the nodes, brackets are polished to rounding by Chandrupatla's
    method (SciPy), and where its absolute value dips between nodes of equal sign the dip is
    followed down, so that a pair of zeros closer than the nodes is found too.

    Parameters
    ----------
    function : callable
        ``function(x, *args)``, elementwise on one-dimensional arrays, real and continuous.
    nodes : array_like of shape (S,)
        Increasing sample positions. The search is between the first and the last.
    args : sequence of array_like
        Further arguments; they broadcast to the map's shape (...).
    noise : float, default 0
        Absolute values up to this are taken for zero, besides what is below 1e-13 of a point's
        largest: a function that vanishes to rounding has no zeros.
    threads : int, optional
        Number of threads that call the function; every available core by default.

    Returns
    -------
    Zeros

    Raises
    ------
    InvalidArgumentError, NonFiniteError, BroadcastError
        If the nodes do not increase, the arguments do not broadcast, or the function is not
        elementwise.
    ConvergenceError
        If a bracketed zero cannot be polished.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> zeros = qs.find_zeros(lambda x, c: x * x - c, np.linspace(-3, 3, 7), [[0.5, 2.0, -1.0]])
    >>> print(zeros.location.round(6), zeros.count)
    [[-0.707107  0.707107]
     [-1.414214  1.414214]
     [      nan       nan]] [2 2 0]
    """
    grid = checked_nodes(nodes, "nodes")
    shape, flat = map_of(args)

    def search(part: list[np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
        values = np.real_if_close(on_nodes(function, (grid,), part))
        floor = np.maximum(noise, RELATIVE * np.abs(values).max(axis=1, initial=0))
        owner, low, high = _brackets(values, floor, grid)
        dips = _dips(function, values, floor, grid, part)
        owner, low, high = (
            np.concatenate(pair) for pair in zip((owner, low, high), dips, strict=True)
        )
        order = np.lexsort((low, owner))
        owner, low, high = owner[order], low[order], high[order]
        return owner, [_polished(function, low, high, [a[owner] for a in part])]

    count, (location,) = over_map(search, shape, flat, len(grid), threads)
    return Zeros(location, count)


def _brackets(
    values: np.ndarray, floor: np.ndarray, grid: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sign changes between consecutive nodes that are not zero: owner, low, high."""
    sign = np.where(np.abs(values) > floor[:, None], np.sign(values), 0)
    index = np.where(sign != 0, np.arange(len(grid)), -1)
    previous = np.maximum.accumulate(index, axis=1)[:, :-1]
    before = np.where(previous >= 0, np.take_along_axis(sign, np.maximum(previous, 0), 1), 0)
    owner, at = np.nonzero(before * sign[:, 1:] < 0)
    return owner, grid[previous[owner, at]], grid[at + 1]


def _dips(
    function: Callable[..., Any],
    values: np.ndarray,
    floor: np.ndarray,
    grid: np.ndarray,
    args: list[np.ndarray],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Brackets of pairs of zeros that hide between nodes of equal sign."""
    from scipy.optimize.elementwise import find_minimum

    size = np.abs(values)
    same = (np.sign(values[:, :-2]) == np.sign(values[:, 1:-1])) & (
        np.sign(values[:, 1:-1]) == np.sign(values[:, 2:])
    )
    dip = (size[:, 1:-1] < size[:, :-2]) & (size[:, 1:-1] <= size[:, 2:])
    owner, at = np.nonzero(same & dip & (size[:, 1:-1] > floor[:, None]))
    if not len(owner):
        return owner, np.zeros(0), np.zeros(0)
    sign = np.sign(values[owner, at + 1])
    bottom: Any = find_minimum(
        lambda x, s, *rest: s * np.real(function(x, *rest)),
        (grid[at], grid[at + 1], grid[at + 2]),
        args=(sign, *(a[owner] for a in args)),
        tolerances={"xrtol": 1e-7, "fatol": 0.0},
        maxiter=40,
    )
    crosses = bottom.f_x < -floor[owner]
    owner, at, middle = owner[crosses], at[crosses], bottom.x[crosses]
    return (
        np.concatenate([owner, owner]),
        np.concatenate([grid[at], middle]),
        np.concatenate([middle, grid[at + 2]]),
    )


def _polished(
    function: Callable[..., Any], low: np.ndarray, high: np.ndarray, args: list[np.ndarray]
) -> np.ndarray:
    from scipy.optimize.elementwise import find_root

    if not len(low):
        return low
    found: Any = find_root(
        lambda x, *rest: np.real(function(x, *rest)),
        (low, high),
        args=tuple(args),
        tolerances={"xrtol": 1e-14},
    )
    require_success(found.success, "zeros")
    return found.x
