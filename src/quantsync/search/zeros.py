"""All zeros of a function of one variable, for every point of a parameter map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from quantsync.checks import named_arguments, real_number
from quantsync.search._sampling import (
    LARGEST,
    SHIFT,
    TOLERANCE,
    Points,
    checked_nodes,
    jumps,
    map_of,
    over_map,
    require_known,
    require_success,
)

FEWEST = 12  # neighbours that tell by their signs whether small values are rounding
RELATIVE = 1e-13  # values below this part of a point's largest are rounding
END_SHIFT = 1e-6  # the same for the first and the last node
POLE = 1e8  # a node so much higher than its neighbours lies on a pole
CUTS = 4  # how often cells are halved in which zeros may hide
ALWAYS = 2  # how often those are halved about which their neighbours say nothing
MOST_STEPS = 150  # halving alone takes a cell to 1e-45 of its width

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
    jumps : ndarray of shape (..., J)
        Where the sign changes without a zero, in increasing order: poles and jumps, such as those
        of a phase from pi to -pi; NaN where a point has fewer.
    """

    location: np.ndarray
    count: np.ndarray
    jumps: np.ndarray

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

    The function is sampled at the nodes, and once more in the cells between them in which further
    zeros may hide: those next to a zero or an end, and those in which a line through two
    neighbouring samples comes down to zero. Each change of sign is polished to rounding by
    Chandrupatla's method (SciPy). Where the absolute value dips between samples of equal sign, the
    dip is followed down, so that a pair of zeros is found however close the two are. Every bracket
    is a cell of its own: no zero is reported twice. A node that lies on a zero is moved a little.

    One or two zeros in a cell are found if the function bends no more than once or twice there;
    of more, or of a zero beside a pole in one cell, two at a time may be missed.

    Parameters
    ----------
    function : callable
        ``function(x, *args)``, elementwise on one-dimensional arrays, real and continuous except
        for poles and jumps.
    nodes : array_like of shape (S,)
        Increasing sample positions. The search is between the first and the last; a zero at
        either of the two does not count.
    args : sequence of array_like
        Further arguments, real; they broadcast to the map's shape (...).
    noise : float, default 0
        Absolute values up to this are taken for zero. So are those below 1e-13 of a point's
        largest, unless they keep their sign from node to node, as those of a function of large
        range do and rounding does not: a function that vanishes to rounding has no zeros.
    workers : int, optional
        Number of threads that call the function; every available core by default.

    Returns
    -------
    Zeros

    Raises
    ------
    InvalidArgumentError, NonFiniteError, BroadcastError
        If the nodes do not increase, the arguments are not real or do not broadcast, the function
        is complex or not elementwise, or it is NaN or infinite at a node.
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

    Poles and jumps are no zeros:

    >>> zeros = qs.find_zeros(np.tan, np.linspace(-3, 3, 14))
    >>> print(zeros.location.round(6), zeros.jumps.round(6))
    [0.] [-1.570796  1.570796]
    """
    grid, noise = checked_nodes(nodes, "nodes"), real_number(noise, "noise", at_least=0)
    shape, points = map_of(function, args)

    def search(part: Points) -> tuple[np.ndarray, list[np.ndarray]]:
        values = part.on_nodes(grid)
        require_known(values, grid)
        samples = _Samples.of(part, values, grid, noise)
        for level in range(CUTS):
            if not samples.cut(level):
                break
        parts = [samples.sign_changes(), samples.dips()]
        owner, low, high = (np.concatenate(side) for side in zip(*parts, strict=True))
        order = np.lexsort((low, owner))
        owner, low, high = owner[order], low[order], high[order]
        found = _polished(samples.points.take(owner), low, high)
        jumped = jumps(samples.points.take(owner), found, low, high, samples.floor[owner])
        return owner, [found, jumped.astype(float)]

    _, (location, jumped) = over_map(search, shape, points.real(), len(grid), workers, properties=2)
    zeros, others = (without_gaps(np.where(jumped == k, location, np.nan)) for k in (0, 1))
    return Zeros(zeros, np.asarray(np.isfinite(zeros).sum(axis=-1)), others)


def _scale(values: np.ndarray, size: np.ndarray, largest: np.ndarray) -> np.ndarray:
    """Of what, for every point, values can be the rounding: of the largest one, mostly."""
    # Values of a function of large range may be much smaller than that. They keep their sign from
    # node to node, which rounding does not.
    small = (size > 0) & (size <= RELATIVE * largest[:, None])
    pairs = small[:, :-1] & small[:, 1:]
    turns = (pairs & (np.sign(values[:, :-1]) != np.sign(values[:, 1:]))).sum(axis=1)
    count = pairs.sum(axis=1)
    smooth = (count >= FEWEST) & (turns <= 1 + count // 16)
    least = np.where(size > 0, size, np.inf).min(axis=1, initial=np.inf)
    return np.where(smooth, least, largest)


def without_gaps(rows: np.ndarray) -> np.ndarray:
    """Rows in increasing order, NaN last, no wider than the longest."""
    return np.sort(rows, axis=-1)[..., : np.isfinite(rows).sum(axis=-1).max(initial=0)]


@dataclass
class _Samples:
    """Samples that are not zero, by owner and position; cells are between neighbours."""

    points: Points
    floor: np.ndarray  # what counts as zero, for every point
    owner: np.ndarray
    x: np.ndarray
    value: np.ndarray

    @classmethod
    def of(cls, points: Points, values: np.ndarray, grid: np.ndarray, noise: float) -> _Samples:
        """From values at the nodes (points, nodes): those on a zero or a pole are moved."""
        size, n = np.abs(values), len(grid)
        left, right = size[:, np.r_[1, : n - 1]], size[:, np.r_[1:n, n - 2]]
        on_pole = (size > POLE * np.maximum(left, right)) & (np.maximum(left, right) > 0)
        largest = np.where(on_pole, 0.0, size).max(axis=1, initial=0)
        floor = np.maximum(noise, RELATIVE * _scale(values, np.where(on_pole, 0.0, size), largest))
        zero = size <= floor[:, None]
        owner, at = np.nonzero((zero & ~zero.all(axis=1, keepdims=True)) | on_pole)
        step = np.full(len(grid), SHIFT)
        step[0], step[-1] = END_SHIFT, -END_SHIFT
        step[:-1] *= np.diff(grid)
        step[-1] *= grid[-1] - grid[-2]
        nodes = np.broadcast_to(grid, values.shape)
        if len(owner):
            nodes, values = nodes.copy(), values.copy()
            nodes[owner, at] += step[at]
            values[owner, at] = points.take(owner)(nodes[owner, at])
        kept = (np.abs(values) > floor[:, None]) & np.isfinite(values)
        owner, _ = np.nonzero(kept)
        return cls(points, floor, owner, nodes[kept], values[kept])

    def cut(self, level: int) -> bool:
        """Halve the cells in which zeros may hide; False where there is none."""
        # Near the middle, but not on a line of symmetry.
        (cells,) = np.nonzero(self._suspicious(level))
        low, high, owner = self.x[cells], self.x[cells + 1], self.owner[cells]
        x = low + (0.5 + SHIFT) * (high - low)
        value = self.points.take(owner)(x) if len(x) else x
        with np.errstate(invalid="ignore"):
            known = (np.abs(value) > self.floor[owner]) & np.isfinite(value)
        known &= (x > low) & (x < high)
        places = cells[known] + 1
        self.owner = np.insert(self.owner, places, owner[known])
        self.x, self.value = (
            np.insert(old, places, new[known]) for old, new in ((self.x, x), (self.value, value))
        )
        return bool(known.any())

    def _suspicious(self, level: int) -> np.ndarray:
        """Cells in which a pair of zeros may hide, bool (len(x) - 1,)."""
        if len(self.x) < 2:
            return np.zeros(max(len(self.x) - 1, 0), bool)
        inside = self.owner[:-1] == self.owner[1:]
        same = inside & (np.sign(self.value[:-1]) == np.sign(self.value[1:]))
        width = np.where(inside, np.diff(self.x), 1.0)
        with np.errstate(over="ignore", invalid="ignore"):
            slope = np.diff(self.value) / width
            # Lines through the samples before a cell, and through those after it.
            size = np.abs(self.value)
            sign = np.sign(self.value)
            falls, rises = np.zeros_like(same), np.zeros_like(same)
            fall = -sign[1:-1] * slope[:-1] * width[1:]
            falls[1:] = inside[:-1] & same[1:] & (fall >= size[1:-1])
            rise = sign[1:-1] * slope[1:] * width[:-1]
            rises[:-1] = inside[1:] & same[:-1] & (rise >= size[1:-1])
        chosen = falls | rises
        if level < ALWAYS:
            lone = same.copy()
            lone[1:-1] &= ~(same[:-2] & same[2:])
            chosen |= lone | (inside & ~same)
        return chosen

    def sign_changes(self) -> Brackets:
        """Cells at whose ends the signs differ: owner, low, high."""
        change = (self.owner[:-1] == self.owner[1:]) & (
            np.sign(self.value[:-1]) != np.sign(self.value[1:])
        )
        return self.owner[:-1][change], self.x[:-1][change], self.x[1:][change]

    def dips(self) -> Brackets:
        """Pairs of zeros on either side of a sample lowest in size among those of its sign."""
        size, sign, owner = np.abs(self.value), np.sign(self.value), self.owner
        same = (owner[:-1] == owner[1:]) & (sign[:-1] == sign[1:])
        lowest = (size[1:-1] < size[:-2]) & (size[1:-1] <= size[2:])
        (at,) = np.nonzero(same[:-1] & same[1:] & lowest)
        triple = tuple(self.x[at + k] for k in range(3))
        return _pairs(self.points, owner[at + 1], triple, self.value[at + 1], self.floor)


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
            lambda x, s, *rest: s * points.function(x, *rest),
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
    with np.errstate(divide="ignore"):  # on a pole
        found: Any = find_root(
            # Of a pole, too, both sides have a sign.
            lambda x, *rest: np.clip(points.function(x, *rest), -LARGEST, LARGEST),
            (low, high),
            args=tuple(points.args),
            tolerances={"xrtol": TOLERANCE},
            maxiter=MOST_STEPS,
        )
    # -2: a pole or a jump at x = 0, to which nothing is near in relative terms.
    require_success(found.success | (found.status == -2), "zeros")
    return found.x
