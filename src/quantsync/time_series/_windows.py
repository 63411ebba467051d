"""Means and covariances of signals in many windows, exact and without cancellation.

The windows are cut at their ends (and at the samples) into cells, each with enough Gauss-Legendre
nodes for the highest frequency. Means, variances and covariances of the cells are then merged
pairwise (Chan, Golub and LeVeque 1983) into runs of 1, 2, 4, ... cells, of which every window
takes a few. Differences of running integrals would cost as much and lose the variance of a small
signal after a large one. Sums of modes in short windows take `quantsync.time_series._mode_windows`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from quantsync.checks import real_array, real_number
from quantsync.errors import InvalidArgumentError
from quantsync.memory import require_memory
from quantsync.time_series._cell_moments import Moments, central_moments
from quantsync.time_series._mode_windows import are_mode_sums, mode_moments, window_nodes
from quantsync.time_series.signals import ELEMENTS, SampledSignal, gauss_nodes, time_tolerance

CELL_PHASE = 12.0  # longer cells are cut: few nodes are cheap, and many need no more than this
CELL_BYTES = 256  # of a cell, its moments and their temporary copies


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
    if starts.size and window <= slack:
        raise InvalidArgumentError(
            f"Argument `window` = {window:.6g} is no longer than the rounding of the times, which "
            f"is {slack:.3g} at {np.abs(ends).max():.6g}: take a longer one."
        )
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
        needed = np.maximum(np.ceil(widths * frequency / CELL_PHASE), 1.0)
        needed_bytes = CELL_BYTES * float(needed.sum())
        what = f"Windows of length {window:.6g} at the frequency {frequency:.6g}"
        require_memory(needed_bytes, what, "take shorter or fewer ones")
        pieces = needed.astype(int)
    width = np.repeat(widths / pieces, pieces)
    offset = np.concatenate([[0], np.cumsum(pieces)])
    inner = np.arange(offset[-1]) - np.repeat(offset[:-1], pieces)
    left = np.repeat(cuts[kept], pieces) + inner * width
    position = offset[np.searchsorted(kept, low)], offset[np.searchsorted(kept, high)]
    rule = gauss_nodes(float(width.max()) * frequency, degree)
    # A product of matrices does some 300 nodes in the time of one cosine and sine a mode.
    most = 300 * left.size * len(rule[0])
    if are_mode_sums(signals) and starts.size * window_nodes(signals, window) < most:
        return mode_moments(signals, starts, window, delays)
    cells = _cell_moments(signals, delays, left, width, *rule)
    return _merge(cells, position[0], position[1] - position[0])


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
        values = []
        for signal, delay in zip(signals, delays, strict=True):
            found = np.asarray(signal((points + delay).ravel()))
            values.append(np.moveaxis(found.reshape((*found.shape[:-1], *points.shape)), -2, 0))
        parts.append(central_moments(values, width[part], weights))
    return Moments.joined(parts)


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
                total = Moments.zeros_like(cells, first.size)
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
    if given is None and hasattr(signal, "frequencies") and not hasattr(signal, "bandwidth"):
        given = np.abs(real_array(signal.frequencies, "frequencies")).max(initial=0.0)
    value = given if given is not None else getattr(signal, "bandwidth", None)
    if value is None:
        raise InvalidArgumentError(
            "A signal that is a function of time needs `bandwidth`, its highest angular frequency."
        )
    return real_number(value, "bandwidth", at_least=0)
