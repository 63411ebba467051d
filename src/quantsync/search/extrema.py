"""All local minima and maxima in one variable, for every point of a parameter map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from quantsync.checks import choice, named_arguments, real_number
from quantsync.search._sampling import (
    LARGEST,
    SHIFT,
    TOLERANCE,
    Points,
    breaks,
    checked_nodes,
    jumps,
    map_of,
    over_map,
    require_success,
)

RELATIVE = 1e-12  # differences below this part of a point's largest value are rounding
DEGREE = 8  # of the local polynomials
ROUGH, SMALLEST_STEP = 1e-6, 1e-9  # how far comparing values is taken, relative and absolute
CUTS = 2  # how often cells are halved in which a pair of extrema may hide
WINDOWS = (0.1, 0.05)  # their half-widths, in units of the distance between nodes


@dataclass(frozen=True)
class Extrema:
    """Local extrema of a function, for every point of a map.

    Attributes
    ----------
    location : ndarray of shape (..., K)
        Where they are, in increasing order, K the largest count; NaN where a point has fewer.
    value : ndarray of shape (..., K)
        The function there.
    kind : ndarray of shape (..., K)
        1 for a maximum, -1 for a minimum, NaN where there is none.
    count : ndarray of int, shape (...)
        How many there are.
    """

    location: np.ndarray
    value: np.ndarray
    kind: np.ndarray
    count: np.ndarray

    def first(self, kind: Literal["minimum", "maximum"]) -> tuple[np.ndarray, np.ndarray]:
        """Location and value of the first minimum or maximum, (...) each; NaN where none is."""
        choice(kind, "kind", ("minimum", "maximum"))
        return self._pick(self.kind == (1 if kind == "maximum" else -1))

    def highest(self) -> tuple[np.ndarray, np.ndarray]:
        """Location and value of the highest maximum, (...) each; NaN where there is none."""
        top = np.where(self.kind == 1, self.value, -np.inf)
        if not top.shape[-1]:
            return self._pick(self.kind == 1)
        return self._pick((top == top.max(axis=-1, keepdims=True)) & (self.kind == 1))

    def _pick(self, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if not wanted.shape[-1]:
            empty = np.full(self.count.shape, np.nan)
            return empty, empty.copy()
        at = wanted.argmax(axis=-1)[..., None]
        some = wanted.any(axis=-1)
        x, y = (np.take_along_axis(a, at, -1)[..., 0] for a in (self.location, self.value))
        return np.where(some, x, np.nan), np.where(some, y, np.nan)


@named_arguments
def find_extrema(
    function: Callable[..., Any],
    nodes: Any,
    args: Sequence[Any] = (),
    *,
    noise: float = 0.0,
    workers: int | None = None,
) -> Extrema:
    """Find the local minima and maxima of a smooth function, for every point of a map.

    The function is sampled at the nodes, and once more where its slope may change sign twice
    between them; each extremum is bracketed by three samples, narrowed by Chandrupatla's method
    (SciPy) and polished as the zero of the derivative of a polynomial
    through Chebyshev points around it, which locates it far better than comparing values can
    (some 1e-12 instead of 1e-8 for functions that vary on the scale of the nodes and have a
    second derivative there). A minimum and a maximum in one cell are found if the function bends no
    more than once or twice there. Poles and jumps are no extrema, kinks are.

    Parameters
    ----------
    function : callable
        ``function(x, *args)``, elementwise on one-dimensional arrays, real and smooth but for poles
        and jumps. Nodes at which it is infinite or NaN bracket nothing.
    nodes : array_like of shape (S,)
        Increasing sample positions. Extrema at the first and the last do not count.
    args : sequence of array_like
        Further arguments; they broadcast to the map's shape (...).
    noise : float, default 0
        An extremum must stand out from the next ones by more than this, and by 1e-12 of a
        point's largest value.
    workers : int, optional
        Number of threads that call the function; every available core by default.

    Returns
    -------
    Extrema

    Raises
    ------
    InvalidArgumentError, NonFiniteError, BroadcastError
        As for `find_zeros`.
    ConvergenceError
        If a bracketed extremum cannot be narrowed.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> found = qs.find_extrema(lambda x, a: x**3 - a * x, np.linspace(-3, 3, 25), [[3.0, -1.0]])
    >>> print(found.location.round(9), found.kind, found.count)
    [[-1.  1.]
     [nan nan]] [[ 1. -1.]
     [nan nan]] [2 0]
    """
    grid, noise = checked_nodes(nodes, "nodes"), real_number(noise, "noise", at_least=0)
    shape, points = map_of(function, args)

    def search(part: Points) -> tuple[np.ndarray, list[np.ndarray]]:
        samples = part.on_nodes(grid)
        finite = np.where(np.isfinite(samples), np.abs(samples), 0.0)
        floor = np.maximum(noise, RELATIVE * finite.max(axis=1, initial=0))
        nodes = np.broadcast_to(grid, samples.shape)
        for _ in range(CUTS):
            nodes, samples = _with_more(part, nodes, samples, floor)
        owner, at, kind = _brackets(samples, floor)
        triple = [nodes[owner, at + k] for k in (-1, 0, 1)]
        own = part.take(owner)
        x = _narrowed(own, triple, kind, ROUGH)
        smooth = ~_broken(own, x, triple, kind, floor[owner])
        x, owner, kind, own = x[smooth], owner[smooth], kind[smooth], own.take(smooth)
        for width in WINDOWS:
            x = _polished(own, x, width, grid)
        return owner, [x, own(x) if len(x) else x, kind.astype(float)]

    found = over_map(search, shape, points.real(), len(grid), workers, properties=3)
    count, (location, value, kind) = found
    return Extrema(location, value, kind, count)


def _with_more(
    points: Points, x: np.ndarray, values: np.ndarray, floor: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Samples with more of them where a pair of extrema may hide; rows are filled up with NaN."""
    # Where the slope could pass zero and come back: there it is a zero of the derivative as those
    # of `_zeros` are, known between the nodes.
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        change = np.diff(values)
        slope = change / np.diff(x)
        sign = np.where(np.abs(change) > floor[:, None], np.sign(slope), 0)
        middle = (x[:, 1:] + x[:, :-1]) / 2
        same = (sign[:, 1:] == sign[:, :-1]) & (sign[:, 1:] != 0)
        step = np.diff(middle)
        bend = np.diff(slope) / step  # at the inner nodes
        chosen = same.copy()
        falls, rises = np.zeros_like(same), np.zeros_like(same)
        size = np.abs(slope)
        falls[:, 1:] = -sign[:, 1:-1] * bend[:, :-1] * step[:, 1:] >= size[:, 1:-1]
        rises[:, :-1] = sign[:, 1:-1] * bend[:, 1:] * step[:, :-1] >= size[:, 1:-1]
        lone = np.ones_like(same)
        lone[:, 1:-1] = ~(same[:, :-2] & same[:, 2:])
    chosen &= falls | rises | lone
    cells = np.zeros(slope.shape, bool)
    cells[:, :-1] |= chosen
    cells[:, 1:] |= chosen
    owner, at = np.nonzero(cells)
    if not len(owner):
        return x, values
    between = x[owner, at] + (0.5 + SHIFT) * (x[owner, at + 1] - x[owner, at])
    width = x.shape[1] + int(cells.sum(axis=1).max())
    old_owner, old_at = np.nonzero(np.isfinite(x))
    owners = np.concatenate([old_owner, owner])
    positions = np.concatenate([x[old_owner, old_at], between])
    found = np.concatenate([values[old_owner, old_at], points.take(owner)(between)])
    order = np.lexsort((positions, owners))
    owners, positions, found = owners[order], positions[order], found[order]
    count = np.bincount(owners, minlength=len(x))
    rank = np.arange(len(owners)) - np.repeat(np.cumsum(count) - count, count)
    tables = np.full((2, len(x), width), np.nan)
    tables[:, owners, rank] = positions, found
    return tables[0], tables[1]


def _brackets(values: np.ndarray, floor: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Nodes at the turning points, the function's neighbours being lower or higher.

    The nodes are walked through once for all points. A turning point is where the function is
    highest (lowest) since the last one, as soon as it has fallen (risen) by more than the noise.
    Returns owners, nodes and kinds, each of shape (M,).
    """
    known = np.isfinite(values)
    finite = np.where(known, values, 0.0)
    points = np.arange(len(values))
    # Highest and lowest node since the last turning point, and the direction since then.
    top, bottom = np.zeros(len(values), int), np.zeros(len(values), int)
    first, direction = top.copy(), np.zeros(len(values), int)
    found = []
    for k in range(1, values.shape[1]):
        broken = ~(known[:, k] & known[:, k - 1])
        v, high, low = finite[:, k], finite[points, top], finite[points, bottom]
        falls = (high - v > floor) & (direction != -1) & ~broken
        rises = (v - low > floor) & (direction != 1) & ~broken
        for turned, kind, at in ((falls, 1, top), (rises, -1, bottom)):
            # At the first node of a stretch there is no telling.
            owner = np.flatnonzero(turned & (direction == kind) & (at > first))
            found.append((owner, at[owner], np.full(len(owner), kind)))
            direction = np.where(turned, -kind, direction)
            # From here on the opposite extreme is sought.
            if kind == 1:
                bottom = np.where(turned, k, bottom)
            else:
                top = np.where(turned, k, top)
        top = np.where((v > finite[points, top]) & ~broken, k, top)
        bottom = np.where((v < finite[points, bottom]) & ~broken, k, bottom)
        for state in (top, bottom, first):
            state[broken] = k
        direction[broken] = 0
    owner, at, kind = (np.concatenate(part) for part in zip(*found, strict=True))
    order = np.lexsort((at, owner))
    return owner[order], at[order], kind[order]


def _broken(
    own: Points, x: np.ndarray, triple: list[np.ndarray], kind: np.ndarray, floor: np.ndarray
) -> np.ndarray:
    """Whether a narrowed extremum is a pole or a jump, bool (M,)."""
    low, _, high = triple
    if not len(x):
        return np.zeros(0, bool)
    step = 10 * (ROUGH * np.abs(x) + SMALLEST_STEP)
    found = breaks(own, x, low, high, floor, step, 100 * step)
    # Or very narrow, which only a closer look tells.
    (at,) = np.nonzero(found)
    own, triple = own.take(at), [side[at] for side in triple]
    closer = _narrowed(own, triple, kind[at], TOLERANCE)
    found[at] = jumps(own, closer, triple[0], triple[2], floor[at])
    return found


def _narrowed(
    own: Points, triple: list[np.ndarray], kind: np.ndarray, tolerance: float
) -> np.ndarray:
    from scipy.optimize.elementwise import find_minimum

    if not len(kind):
        return np.zeros(0)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):  # on a pole
        found: Any = find_minimum(
            lambda x, sign, *rest: np.clip(-sign * own.function(x, *rest), -LARGEST, LARGEST),
            triple,
            args=(kind.astype(float), *own.args),
            tolerances={"xrtol": tolerance, "xatol": 1e-3 * tolerance, "fatol": 0.0, "frtol": 0.0},
        )
    # -1: it stops at equal values, which is as far as comparing values goes.
    require_success(found.success | (found.status == -1), "extrema")
    return found.x


def _polished(own: Points, x: np.ndarray, width: float, grid: np.ndarray) -> np.ndarray:
    """Zero of the derivative of a polynomial through Chebyshev points around x."""
    if not len(x):
        return x
    cell = np.diff(grid)
    at = np.clip(np.searchsorted(grid, x) - 1, 0, len(cell) - 1)
    # The neighbouring cell counts as well: the polynomial may reach into it.
    half = width * np.minimum(cell[at], np.minimum(cell[at - 1], cell[(at + 1) % len(cell)]))
    half = np.minimum(half, np.minimum(x - grid[0], grid[-1] - x) * 0.999)
    points = np.cos(np.pi * (np.arange(DEGREE + 1) + 0.5) / (DEGREE + 1))
    positions = x[:, None] + half[:, None] * points
    values = own.repeated(DEGREE + 1)(positions.ravel()).reshape(positions.shape)
    # The derivative does not feel a constant, and subtracting it saves digits.
    values = values - values[:, DEGREE // 2 : DEGREE // 2 + 1]
    coefficients = np.polynomial.chebyshev.chebfit(points, values.T, DEGREE)
    slope = np.polynomial.chebyshev.chebder(coefficients)
    bend = np.polynomial.chebyshev.chebder(slope)
    step = np.zeros(len(x))
    for _ in range(4):
        down = np.polynomial.chebyshev.chebval(step, bend, tensor=False)
        change = np.polynomial.chebyshev.chebval(step, slope, tensor=False) / np.where(
            down == 0, np.inf, down
        )
        step = np.clip(step - change, -1, 1)
    return x + half * step
