"""Means and covariances of signals in many windows, exact and without cancellation.

The windows are cut at their ends (and at the samples) into cells, each with enough Gauss-Legendre
nodes for the highest frequency. Means, variances and covariances of the cells are then merged
pairwise (Chan, Golub and LeVeque 1983) into runs of 1, 2, 4, ... cells, of which every window
takes a few. Differences of running integrals would cost as much and lose the variance of a small
signal after a large one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from quantsync.errors import InvalidArgumentError, require_finite
from quantsync.measures.signals import ELEMENTS, SampledSignal, gauss_nodes, time_tolerance

CELL_PHASE = 12.0  # longer cells are cut: few nodes are cheap, and many need no more than this


def window_moments(
    signals: list[Any],
    starts: np.ndarray,
    window: float,
    delays: list[float],
    bandwidth: float | None,
) -> Moments:
    """Moments of one or two signals, each shifted by its delay, in windows of one length."""
    ends = starts + window
    edges = [starts, ends]
    slack = time_tolerance(ends) + time_tolerance(starts)
    frequency, degree = 0.0, 0
    for signal, delay in zip(signals, delays, strict=True):
        if isinstance(signal, SampledSignal):
            edges.append(signal.times - delay)
            degree = max(degree, 2 * signal.degree)
        else:
            frequency = max(frequency, _bandwidth(signal, bandwidth))
    cuts = np.unique(np.concatenate(edges))
    cuts = cuts[np.concatenate([[True], np.diff(cuts) > slack])]
    low = np.searchsorted(cuts, starts - slack)
    high = np.maximum(np.searchsorted(cuts, ends - slack), low + 1)
    # Cells of no window are left out; those of one window stay neighbours.
    covered = np.zeros(cuts.size)
    np.add.at(covered, low, 1.0)
    np.add.at(covered, high, -1.0)
    kept = np.flatnonzero(np.cumsum(covered)[:-1] > 0.5)
    pieces = np.ones(kept.size, dtype=int)
    widths = np.diff(cuts)[kept]
    if frequency:
        pieces = np.maximum(np.ceil(widths * frequency / CELL_PHASE).astype(int), 1)
    width = np.repeat(widths / pieces, pieces)
    offset = np.concatenate([[0], np.cumsum(pieces)])
    inner = np.arange(offset[-1]) - np.repeat(offset[:-1], pieces)
    left = np.repeat(cuts[kept], pieces) + inner * width
    position = offset[np.searchsorted(kept, low)], offset[np.searchsorted(kept, high)]
    rule = gauss_nodes(float(width.max()) * frequency, degree)
    cells = _cell_moments(signals, delays, left, width, *rule)
    return _merge(cells, position[0], position[1] - position[0])


@dataclass
class Moments:
    """Lengths, means and central second moments of cells; the cells are the first axis."""

    length: np.ndarray
    mean: list[np.ndarray]
    square: list[np.ndarray]  # of each signal, and of the product if there are two

    def pick(self, rows: Any) -> Moments:
        """Some of the cells."""
        return Moments(
            self.length[rows], [m[rows] for m in self.mean], [s[rows] for s in self.square]
        )

    def put(self, rows: Any, other: Moments) -> None:
        """Overwrite some of the cells."""
        self.length[rows] = other.length
        for mine, theirs in zip(self.mean + self.square, other.mean + other.square, strict=True):
            mine[rows] = theirs

    def merged(self, other: Moments) -> Moments:
        """Moments of the union of each cell with one of others."""
        length = self.length + other.length
        share = other.length / length
        step = [b - a for a, b in zip(self.mean, other.mean, strict=True)]
        mean = [a + along_cells(share, d) * d for a, d in zip(self.mean, step, strict=True)]
        weight = self.length * share
        products = _products(step)
        square = [
            a + b + along_cells(weight, d) * d
            for a, b, d in zip(self.square, other.square, products, strict=True)
        ]
        return Moments(length, mean, square)


def along_cells(factor: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Numbers for each cell, in a shape that broadcasts against moments."""
    return factor.reshape(-1, *(1,) * (like.ndim - 1))


def _products(signals: list[np.ndarray]) -> list[np.ndarray]:
    squares = [s * s for s in signals]
    return [*squares, signals[0] * signals[1]] if len(signals) == 2 else squares


def _cell_moments(
    signals: list[Any],
    delays: list[float],
    left: np.ndarray,
    width: np.ndarray,
    nodes: np.ndarray,
    weights: np.ndarray,
) -> Moments:
    count = [int(np.prod(getattr(signal, "shape", ()))) for signal in signals]
    step = max(1, ELEMENTS // (nodes.size * max(1, *count)))
    parts = []
    for start in range(0, left.size, step):
        part = slice(start, start + step)
        points = left[part, None] + width[part, None] * nodes
        values = [
            np.moveaxis(np.asarray(signal((points + delay).ravel())), -1, 0)
            for signal, delay in zip(signals, delays, strict=True)
        ]
        # Batch shapes broadcast from the right, behind the cells and the nodes.
        most = max(v.ndim for v in values)
        values = [v.reshape((*points.shape, *(1,) * (most - v.ndim), *v.shape[1:])) for v in values]
        # Nodes are summed one by one: their axis is short and not the last.
        mean = [sum(w * v[:, k] for k, w in enumerate(weights)) for v in values]
        square: list[Any] = []
        for k, w in enumerate(weights):
            products = _products([v[:, k] - m for v, m in zip(values, mean, strict=True)])
            scaled = [w * p for p in products]
            square = [s + p for s, p in zip(square, scaled, strict=True)] if square else scaled
        square = [along_cells(width[part], s) * s for s in square]
        parts.append(Moments(width[part], [np.asarray(m) for m in mean], square))
    return Moments(
        width,
        [np.concatenate(rows) for rows in zip(*(p.mean for p in parts), strict=True)],
        [np.concatenate(rows) for rows in zip(*(p.square for p in parts), strict=True)],
    )


def _merge(cells: Moments, first: np.ndarray, count: np.ndarray) -> Moments:
    """Moments of the runs of ``count`` cells from ``first`` on."""
    total: Moments | None = None
    begun = np.zeros(first.size, dtype=bool)
    position = first.copy()
    size = 1
    while True:
        chosen = np.flatnonzero(count & size)
        if chosen.size:
            run = cells.pick(position[chosen])
            if total is None:
                total = Moments(
                    np.zeros(first.size),
                    [np.zeros((first.size, *m.shape[1:])) for m in cells.mean],
                    [np.zeros((first.size, *s.shape[1:])) for s in cells.square],
                )
            # Merged with an empty run (length 0), a run keeps its moments.
            total.put(chosen, total.pick(chosen).merged(run) if begun[chosen].any() else run)
            begun[chosen] = True
            position[chosen] += size
        if not (count >= 2 * size).any():
            break
        cells = cells.pick(slice(None, -size)).merged(cells.pick(slice(size, None)))
        size *= 2
    assert total is not None
    return total


def _bandwidth(signal: Any, given: float | None) -> float:
    if given is not None:
        value = real_number("bandwidth", given)
    elif hasattr(signal, "bandwidth"):
        value = real_number("bandwidth", signal.bandwidth)
    elif hasattr(signal, "frequencies"):
        value = float(np.abs(np.asarray(signal.frequencies)).max(initial=0.0))
    else:
        raise InvalidArgumentError(
            "A signal that is a function of time needs `bandwidth`, its highest angular frequency."
        )
    if value < 0:
        raise InvalidArgumentError(f"Argument `bandwidth` must be >= 0, but is {value!r}.")
    return value


def real_number(name: str, value: Any) -> float:
    """Check that an argument is one finite real number."""
    number = np.asarray(value)
    if number.ndim or number.dtype.kind not in "iuf":
        raise InvalidArgumentError(f"Argument `{name}` must be one real number, not {value!r}.")
    require_finite(f"Argument `{name}`", number)
    return float(number)
