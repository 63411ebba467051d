"""All zeros of a complex function of two real variables, for every point of a parameter map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from quantsync.checks import named_arguments
from quantsync.memory import require_memory
from quantsync.search._sampling import Points, checked_nodes, map_of, over_map, require_known

LEVELS = 4  # a cell is halved that often before Newton's method takes over
STEPS = 15
DIFFERENCE = 1e-5  # step of the difference quotients, in units of a cell
SHIFT = 0.0137  # of inner nodes, in units of their distance: off the lines of symmetry
CONVERGED = 1e-9
REACH = 0.6  # how far from the middle of a cell its linear model may have its zero, in cells


@dataclass(frozen=True)
class PlanarZeros:
    """Zeros of a complex function of two variables, for every point of a map.

    Attributes
    ----------
    x, y : ndarray of shape (..., K)
        Where they are, by increasing x, K the largest count; NaN where a point has fewer.
    winding : ndarray of shape (..., K)
        How often the phase of the function winds around the zero, 1 or -1.
    count : ndarray of int, shape (...)
        How many there are.
    """

    x: np.ndarray
    y: np.ndarray
    winding: np.ndarray
    count: np.ndarray


@named_arguments
def find_planar_zeros(
    function: Callable[..., Any],
    x_nodes: Any,
    y_nodes: Any,
    args: Sequence[Any] = (),
    *,
    workers: int | None = None,
) -> PlanarZeros:
    """Find the zeros of a complex function of two variables, for every point of a map.

    The phase of the function winds around a simple zero, so cells of the grid around which it
    winds, or whose linear model vanishes in them, are halved, those that still have the winding
    kept, and the last polished by Newton's method. Multiple zeros may be missed.

    Parameters
    ----------
    function : callable
        ``function(x, y, *args)``, elementwise on one-dimensional arrays, complex and smooth.
    x_nodes, y_nodes : array_like of shape (S,), (S',)
        Increasing sample positions; the search is in the rectangle that they span. Two zeros of
        opposite winding in one cell may be missed.
    args : sequence of array_like
        Further arguments; they broadcast to the map's shape (...).
    workers : int, optional
        Number of threads that call the function; every available core by default.

    Returns
    -------
    PlanarZeros

    Raises
    ------
    InvalidArgumentError, NonFiniteError, BroadcastError
        As for `find_zeros`.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> nodes = np.linspace(-2, 2, 9)
    >>> zeros = qs.search.find_planar_zeros(
    ...     lambda x, y, c: (x + 1j * y) ** 2 - c * 1j, nodes, nodes, [[2.0, -2.0]]
    ... )
    >>> print(zeros.x.round(6), zeros.y.round(6))
    [[-1.  1.]
     [-1.  1.]] [[-1.  1.]
     [ 1. -1.]]
    """
    across = _shifted(checked_nodes(x_nodes, "x_nodes"))
    up = _shifted(checked_nodes(y_nodes, "y_nodes"))
    shape, points = map_of(function, args)
    count = len(across) * len(up)
    require_memory(32.0 * count, f"A search over {count} nodes", "take fewer nodes")
    grid_x, grid_y = (g.ravel() for g in np.meshgrid(across, up, indexing="ij"))

    def search(part: Points) -> tuple[np.ndarray, list[np.ndarray]]:
        values = part.on_nodes(grid_x, grid_y)
        require_known(values, grid_x)
        values = values.reshape(-1, len(across), len(up))
        turns = _winding(values)
        owner, i, j = np.nonzero((turns != 0) | _pointing(values))
        low = np.stack([across[i], up[j]])
        size = np.stack([np.diff(across)[i], np.diff(up)[j]])
        cells = _Cells(owner, low, size, turns[owner, i, j], part.take(owner))
        found = []
        for _ in range(LEVELS):
            cells, stuck = _halved(cells)
            found.append(_polished(stuck))
        return _collected([*found, _polished(cells)], across, up)

    found = over_map(search, shape, points, len(grid_x), workers, properties=3)
    count, (x, y, winding) = found
    return PlanarZeros(x, y, winding, count)


@dataclass(frozen=True)
class _Cells:
    owner: np.ndarray
    low: np.ndarray
    size: np.ndarray
    winding: np.ndarray
    points: Points

    def take(self, chosen: np.ndarray, low: np.ndarray, size: np.ndarray, winding: Any) -> _Cells:
        return _Cells(self.owner[chosen], low, size, winding, self.points.take(chosen))


def _shifted(nodes: np.ndarray) -> np.ndarray:
    """Inner nodes moved a little: a zero on a node or a line of symmetry has no clear winding."""
    moved = nodes.copy()
    moved[1:-1] += SHIFT * np.minimum(np.diff(nodes)[:-1], np.diff(nodes)[1:])
    return moved


def _winding(values: np.ndarray) -> np.ndarray:
    """Winding number around each cell of a grid of values (..., S, S'), rounded to integers."""

    def turn(to: np.ndarray, start: np.ndarray) -> np.ndarray:
        return np.angle(to * np.conj(start))

    a, b = values[..., :-1, :-1], values[..., 1:, :-1]
    c, d = values[..., 1:, 1:], values[..., :-1, 1:]
    total = turn(b, a) + turn(c, b) + turn(d, c) + turn(a, d)
    return np.rint(total / (2 * np.pi)).astype(int)


def _pointing(values: np.ndarray) -> np.ndarray:
    """Cells whose linear model has a zero in or near them, whatever the winding.

    They make up for windings that are counted on the wrong side of an edge.
    """
    a, b = values[..., :-1, :-1], values[..., 1:, :-1]
    c, d = values[..., 1:, 1:], values[..., :-1, 1:]
    middle, fx, fy = (a + b + c + d) / 4, (b + c - a - d) / 2, (c + d - a - b) / 2
    determinant = np.imag(np.conj(fx) * fy)
    safe = np.where(determinant == 0, 1.0, determinant)
    x, y = np.imag(np.conj(middle) * fy) / safe, np.imag(np.conj(fx) * middle) / safe
    return (determinant != 0) & (np.abs(x) < REACH) & (np.abs(y) < REACH)


def _halved(cells: _Cells) -> tuple[_Cells, _Cells]:
    """Cut each cell into four: the quarters that the phase winds around, and cells without any.

    Along an edge close to a zero the phase may turn by more than half a turn and the winding
    is counted in the neighbouring quarter, which then has no winding in any of its own.
    """
    if not len(cells.owner):
        return cells, cells
    # Not at one half, or a zero in the middle would always lie on the cut.
    cuts = np.array([0.0, 0.5 + SHIFT, 1.0])
    fx, fy = (f.ravel() for f in np.meshgrid(cuts, cuts, indexing="ij"))
    x = cells.low[0][:, None] + cells.size[0][:, None] * fx
    y = cells.low[1][:, None] + cells.size[1][:, None] * fy
    values = cells.points.repeated(9)(x.ravel(), y.ravel()).reshape(-1, 3, 3)
    turns = _winding(values)
    kept, i, j = np.nonzero(turns)
    low = cells.low[:, kept] + cells.size[:, kept] * np.stack([cuts[i], cuts[j]])
    size = cells.size[:, kept] * np.stack([np.diff(cuts)[i], np.diff(cuts)[j]])
    without = np.setdiff1d(np.arange(len(cells.owner)), kept)
    stuck = cells.take(
        without, cells.low[:, without], cells.size[:, without], cells.winding[without]
    )
    return cells.take(kept, low, size, turns[kept, i, j]), stuck


def _polished(cells: _Cells) -> _Cells:
    """Newton's method from the middle of each cell; what leaves its neighbourhood is dropped."""
    if not len(cells.owner):
        return cells
    middle = cells.low + cells.size / 2
    z, step = middle.copy(), DIFFERENCE * cells.size

    def value(at: np.ndarray) -> np.ndarray:
        return cells.points(at[0], at[1]).astype(complex)

    change, turning = np.zeros_like(z), np.zeros(len(cells.owner))
    for _ in range(STEPS):
        f = value(z)
        slopes = []
        for k in range(2):
            offset = np.zeros_like(z)
            offset[k] = step[k]
            slopes.append((value(z + offset) - value(z - offset)) / (2 * step[k]))
        fx, fy = slopes
        # Real and imaginary part to first order: a 2 x 2 linear system, by Cramer's rule.
        determinant = np.imag(np.conj(fx) * fy)
        safe = np.where(determinant == 0, np.inf, determinant)
        change = np.stack([np.imag(np.conj(f) * fy), np.imag(np.conj(fx) * f)])
        change = np.clip(change / safe, -cells.size / 2, cells.size / 2)
        z = z - change
        turning = np.sign(determinant)
    near = (np.abs(z - middle) < 1.5 * cells.size).all(axis=0)
    settled = (np.abs(change) < CONVERGED * (cells.size + np.abs(z))).all(axis=0)
    kept = np.flatnonzero(near & settled & (turning != 0))
    return cells.take(kept, z[:, kept], cells.size[:, kept], turning[kept])


def _collected(
    parts: list[_Cells], across: np.ndarray, up: np.ndarray
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Zeros in the rectangle, sorted by owner and x, those found from two cells once."""
    owner = np.concatenate([part.owner for part in parts])
    z, size = (np.concatenate([getattr(p, n) for p in parts], axis=1) for n in ("low", "size"))
    winding = np.concatenate([part.winding for part in parts]).astype(float)
    inside = (z[0] >= across[0]) & (z[0] <= across[-1]) & (z[1] >= up[0]) & (z[1] <= up[-1])
    # By x, and by y where x differs by rounding only.
    unit = np.array([across[-1] - across[0], up[-1] - up[0]])[:, None]
    ranks = np.rint(z / (1e-9 * unit))
    order = np.lexsort((ranks[1], ranks[0], owner))
    order = order[inside[order]]
    owner, z, size, winding = owner[order], z[:, order], size[:, order], winding[order]
    fresh = np.ones(len(owner), bool)
    ends = [*np.flatnonzero(np.diff(owner)) + 1, len(owner)]
    for start, stop in zip([0, *ends[:-1]], ends, strict=True):
        for k in range(start + 1, stop):
            seen = np.flatnonzero(fresh[start:k]) + start
            apart = np.abs(z[:, seen] - z[:, k : k + 1])
            fresh[k] = not (apart <= 1e-6 * size[:, seen]).all(axis=0).any()
    return owner[fresh], [z[0][fresh], z[1][fresh], winding[fresh]]
