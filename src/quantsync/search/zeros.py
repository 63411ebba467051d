"""All sign changes of a function of one variable, for every point of a parameter map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from quantsync.checks import named_arguments, real_number
from quantsync.search._sampling import (
    Points,
    checked_nodes,
    map_of,
    over_map,
    require_known,
    require_success,
)

RELATIVE = 1e-13  # values below this part of a point's largest are rounding
SHIFT = 0.0137  # of a node that lies on a zero, in units of the distance to the next
SLOPE = 1e-3  # where slopes are taken, in the same unit

Brackets = tuple[np.ndarray, np.ndarray, np.ndarray]


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


@named_arguments
def find_zeros(
    function: Callable[..., Any],
    nodes: Any,
    args: Sequence[Any] = (),
    *,
    noise: float = 0.0,
    workers: int | None = None,
) -> Zeros:
    """Find all zeros at which a function changes sign, for every point of a map.

    The function is sampled at the nodes, brackets are polished to rounding by Chandrupatla's
    method (SciPy), and where its absolute value dips between nodes of equal sign the dip is
    followed down, so that a pair of zeros closer than the nodes is found too. A node that lies
    on a zero is moved a little.

    Parameters
    ----------
    function : callable
        ``function(x, *args)``, elementwise on one-dimensional arrays, real and continuous.
    nodes : array_like of shape (S,)
        Increasing sample positions. The search is between the first and the last; a zero at
        either of the two does not count.
    args : sequence of array_like
        Further arguments; they broadcast to the map's shape (...).
    noise : float, default 0
        Absolute values up to this are taken for zero, besides what is below 1e-13 of a point's
        largest: a function that vanishes to rounding has no zeros.
    workers : int, optional
        Number of threads that call the function; every available core by default.

    Returns
    -------
    Zeros

    Raises
    ------
    InvalidArgumentError, NonFiniteError, BroadcastError
        If the nodes do not increase, the arguments do not broadcast, the function is not
        elementwise, or it is NaN or infinite at a node.
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
    grid, noise = checked_nodes(nodes, "nodes"), real_number(noise, "noise", at_least=0)
    shape, points = map_of(function, args)

    def search(part: Points) -> tuple[np.ndarray, list[np.ndarray]]:
        values = np.real(part.on_nodes(grid))
        require_known(values, grid)
        floor = np.maximum(noise, RELATIVE * np.abs(values).max(axis=1, initial=0))
        nodes = _off_zeros(part, values, floor, grid)
        parts = [
            _brackets(values, floor, nodes),
            _dips(part, values, floor, nodes),
            _hidden(part, values, floor, nodes),
        ]
        owner, low, high = (np.concatenate(side) for side in zip(*parts, strict=True))
        order = np.lexsort((low, owner))
        owner, low, high = owner[order], low[order], high[order]
        return owner, [_polished(part.take(owner), low, high)]

    count, (location,) = over_map(search, shape, points, len(grid), workers)
    return Zeros(location, count)


def _off_zeros(
    points: Points, values: np.ndarray, floor: np.ndarray, grid: np.ndarray
) -> np.ndarray:
    """Nodes of every point (B, S), the inner ones moved off zeros; updates their values."""
    nodes = np.broadcast_to(grid, values.shape)
    zero = np.abs(values) <= floor[:, None]
    owner, at = np.nonzero(zero[:, 1:-1] & ~zero.all(axis=1, keepdims=True))
    at = at + 1
    if not len(owner):
        return nodes
    nodes = nodes.copy()
    nodes[owner, at] += SHIFT * (grid[at + 1] - grid[at])
    values[owner, at] = np.real(points.take(owner)(nodes[owner, at]))
    return nodes


def _signs(values: np.ndarray, floor: np.ndarray) -> np.ndarray:
    return np.where(np.abs(values) > floor[:, None], np.sign(values), 0)


def _brackets(values: np.ndarray, floor: np.ndarray, nodes: np.ndarray) -> Brackets:
    """Sign changes between consecutive nodes that are not zero: owner, low, high."""
    sign = _signs(values, floor)
    index = np.where(sign != 0, np.arange(values.shape[1]), -1)
    previous = np.maximum.accumulate(index, axis=1)[:, :-1]
    before = np.where(previous >= 0, np.take_along_axis(sign, np.maximum(previous, 0), 1), 0)
    owner, at = np.nonzero(before * sign[:, 1:] < 0)
    return owner, nodes[owner, previous[owner, at]], nodes[owner, at + 1]


def _dips(points: Points, values: np.ndarray, floor: np.ndarray, nodes: np.ndarray) -> Brackets:
    """Pairs of zeros on either side of a node at which |f| is lowest among its neighbours."""
    size, sign = np.abs(values), _signs(values, floor)
    same = (sign[:, :-2] == sign[:, 1:-1]) & (sign[:, 1:-1] == sign[:, 2:]) & (sign[:, 1:-1] != 0)
    dip = (size[:, 1:-1] < size[:, :-2]) & (size[:, 1:-1] <= size[:, 2:])
    owner, at = np.nonzero(same & dip)
    triple = tuple(nodes[owner, at + k] for k in range(3))
    return _pairs(points, owner, triple, values[owner, at + 1], floor)


def _hidden(points: Points, values: np.ndarray, floor: np.ndarray, nodes: np.ndarray) -> Brackets:
    """Pairs of zeros between two nodes that no third node of equal sign gives away.

    At the ends and next to a sign change; there the slopes at both nodes tell of a dip.
    """
    sign = _signs(values, floor)
    same = (sign[:, :-1] == sign[:, 1:]) & (sign[:, 1:] != 0)
    lone = np.ones_like(same)
    lone[:, 1:-1] = ~(same[:, :-2] & same[:, 2:])
    owner, at = np.nonzero(same & lone)
    low, high = nodes[owner, at], nodes[owner, at + 1]
    inner = low + SLOPE * (high - low), high - SLOPE * (high - low)
    s = sign[owner, at]
    if not len(owner):
        return owner, low, high
    start, end = (s * np.real(points.take(owner)(x)) for x in inner)
    falls = (start < s * values[owner, at]) & (end < s * values[owner, at + 1])
    middle = np.where(start < end, *inner)[falls]
    owner, at = owner[falls], at[falls]
    triple = (low[falls], middle, high[falls])
    return _pairs(points, owner, triple, values[owner, at], floor)


def _pairs(
    points: Points,
    owner: np.ndarray,
    triple: tuple[np.ndarray, ...],
    values: np.ndarray,
    floor: np.ndarray,
) -> Brackets:
    """Follow dips down to their bottoms, and bracket the zeros of those that cross zero."""
    from scipy.optimize.elementwise import find_minimum

    if not len(owner):
        return owner, np.zeros(0), np.zeros(0)
    low, _, high = triple
    with np.errstate(invalid="ignore", divide="ignore"):  # at a bottom that touches zero exactly
        bottom: Any = find_minimum(
            lambda x, s, *rest: s * np.real(points.function(x, *rest)),
            triple,
            args=(np.sign(values), *points.take(owner).args),
            tolerances={"xrtol": 1e-7, "fatol": 0.0},
            maxiter=40,
        )
    crosses = bottom.f_x < -floor[owner]
    owner, low, high, middle = owner[crosses], low[crosses], high[crosses], bottom.x[crosses]
    return (
        np.concatenate([owner, owner]),
        np.concatenate([low, middle]),
        np.concatenate([middle, high]),
    )


def _polished(points: Points, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    from scipy.optimize.elementwise import find_root

    if not len(low):
        return low
    found: Any = find_root(
        lambda x, *rest: np.real(points.function(x, *rest)),
        (low, high),
        args=tuple(points.args),
        tolerances={"xrtol": 1e-14},
    )
    require_success(found.success, "zeros")
    return found.x
