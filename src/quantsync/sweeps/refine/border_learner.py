"""A learner that asks for points along the border of a level."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from quantsync.sweeps.refine._border import crossing, edge_lengths, edges_of, triangulate
from quantsync.sweeps.refine._scales import AxisScale

Point = tuple[float, ...]
SHARE = 0.7  # of the largest size: what is due in one round
ROUND = 1e-3  # of two equally long edges the one that is longer the Euclidean way is halved
DIGITS = 13  # of positions on the unit cube; points that differ by less are the same
ELSEWHERE = 1e-6  # weight of simplices that the border does not cross


class BorderLearner:
    """Halves the simplices that the border crosses, the largest first, along their longest edges.

    The border lies between points above the level and the others; lengths are fractions of the
    axes. Points with NaN are asked for no more, and left out. The runners of the package adaptive
    take this learner. Those that come with it are for other things: from a regular grid
    `LearnerND` stops in three dimensions at the flat simplices, and takes milliseconds a point;
    `Learner2D` needs more points.

    Examples
    --------
    >>> learner = BorderLearner(None, [AxisScale(0.0, 1.0)], level=0.3)
    >>> learner.tell_many([(0.0,), (1.0,)], [0.0, 1.0])
    >>> learner.ask(1)
    ([(0.5,)], [1.0])
    """

    def __init__(
        self, function: Callable[..., Any] | None, scales: Sequence[AxisScale], level: float
    ):
        self.function: Any = function  # from a point to a number; for runners only
        self.scales, self.level = tuple(scales), level
        self.data: dict[Point, float] = {}
        self.pending_points: set[Point] = set()
        self._due: tuple[np.ndarray, np.ndarray] | None = None
        self._simplices: np.ndarray | None = None

    @property
    def npoints(self) -> int:
        """Number of known points."""
        return len(self.data)

    def tell(self, x: Any, y: float) -> None:
        """Take the value at a point."""
        self.tell_many([x], [y])

    def tell_many(self, xs: Any, ys: Any) -> None:
        """Take the values at points."""
        new = {tuple(map(float, x)): float(y) for x, y in zip(xs, ys, strict=True)}
        self.data.update(new)
        self.pending_points.difference_update(new)
        self._due = self._simplices = None

    def remove_unfinished(self) -> None:
        """Forget the points that are being computed."""
        self.pending_points = set()
        self._due = None

    def loss(self, real: bool = True) -> float:
        """Size of the largest simplex that the border crosses, as far as it can be halved."""
        _, lengths = self._edges()
        return float(lengths.max(initial=0.0))

    def larger_than(self, size: float) -> int:
        """How many simplices that the border crosses are larger.

        With a size above the `loss`, they are those that cannot be halved, for lack of points
        between their corners that can be computed.
        """
        points, values, simplices = self._known()
        edges = edges_of(crossing(simplices, values, self.level))
        return int((edge_lengths(points, edges).max(axis=1, initial=0.0) > size).sum())

    def next_round(self, most: int) -> list[Point]:
        """The points that are due together: those of the simplices nearly as large as the largest.

        They follow from the known points alone and not from the tolerance, so that refining in
        steps leads to the same points as refining at once.
        """
        _, lengths = self._edges()
        return self.ask(min(int((lengths > SHARE * self.loss()).sum()), most))[0]

    def ask(self, n: int, tell_pending: bool = True) -> tuple[list[Point], list[float]]:
        """The next points; where the border has fewer, the middle of the largest gaps elsewhere.

        There may be fewer points than asked for: a simplex is halved once until it is known more.
        """
        points, lengths = self._edges()
        chosen = [tuple(p) for p in points[:n].tolist()]
        losses = lengths[:n].tolist()
        if len(chosen) < n:
            points, lengths = self._halved(self._known()[2], set(chosen))
            more = n - len(chosen)
            chosen += [tuple(p) for p in points[:more].tolist()]
            losses += (ELSEWHERE * lengths[:more]).tolist()
        if tell_pending and chosen:
            self.pending_points.update(chosen)
            self._due = None
        return chosen, losses

    def _known(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Points with a value on the unit cube, the values, and the simplices between them."""
        values = np.array(list(self.data.values()), float)
        points = np.array(list(self.data), float).reshape(-1, len(self.scales))
        points, values = points[np.isfinite(values)], values[np.isfinite(values)]
        unit = [scale.to_unit(points[:, k]) for k, scale in enumerate(self.scales)]
        points = np.stack(unit, axis=1)
        if self._simplices is None:
            self._simplices = triangulate(points)
        return points, values, self._simplices

    def _edges(self) -> tuple[np.ndarray, np.ndarray]:
        """Where the simplices on the border are halved, and their sizes, the largest first."""
        if self._due is None:
            _, values, simplices = self._known()
            self._due = self._halved(crossing(simplices, values, self.level), set())
        return self._due

    def _halved(self, simplices: np.ndarray, taken: set[Point]) -> tuple[np.ndarray, np.ndarray]:
        points = self._known()[0]
        if not len(simplices):
            return np.zeros((0, len(self.scales))), np.zeros(0)
        edges = edges_of(simplices)
        unique, where = np.unique(edges.reshape(-1, 2), axis=0, return_inverse=True)
        where = where.reshape(edges.shape[:2])
        middle = self._middle(points, unique)
        used = self.data.keys() | self.pending_points | taken
        free = np.array([tuple(p) not in used for p in middle.tolist()])
        lengths = edge_lengths(points, unique)
        if len(self.scales) < 3:
            # Where the middle of the longest edge has failed, the next longest one is halved.
            squares = ((points[unique[:, 0]] - points[unique[:, 1]]) ** 2).sum(axis=-1)
            longest = np.where(free, lengths + ROUND * squares, -1.0)[where].argmax(axis=1)
            chosen = np.unique(where[np.arange(len(where)), longest])
            chosen = chosen[free[chosen]]
        else:
            # All at once: one per simplex would make slivers, and four times as many points.
            chosen = np.flatnonzero(free)
        chosen = chosen[np.argsort(-lengths[chosen], kind="stable")]
        # Edges that cross each other have one middle.
        _, first = np.unique(middle[chosen], axis=0, return_index=True)
        chosen = chosen[np.sort(first)]
        return middle[chosen], lengths[chosen]

    def _middle(self, points: np.ndarray, edges: np.ndarray) -> np.ndarray:
        unit = np.round((points[edges[:, 0]] + points[edges[:, 1]]) / 2, DIGITS)
        return np.stack([s.from_unit(unit[:, k]) for k, s in enumerate(self.scales)], axis=1)
