"""Moments in windows of sums of normal modes: one matrix product for all windows and nodes.

With ``f(t) = Re sum_k z_k exp(i w_k t)`` the values at all Gauss nodes o_j of all windows are
``f(t_a + o_j) = Re sum_k exp(i w_k t_a) (z_k exp(i w_k o_j))``: a product of a matrix of the
starts, which is the same for every signal, with one of the nodes.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from quantsync.parallel import chunk_slices, one_blas_thread
from quantsync.time_series._cell_moments import Moments, central_moments
from quantsync.time_series.mode_sums import uniform_step
from quantsync.time_series.signals import ELEMENTS, gauss_nodes

LONGEST_PHASE = 300.0  # of a window with one Gauss rule, whose nodes take O(phase^3) operations


def are_mode_sums(signals: list[Any]) -> bool:
    """Whether all signals are sums of the same modes, with amplitudes of one shape."""
    names = ("frequencies", "cosine", "sine", "constant")
    if not all(hasattr(signal, name) for signal in signals for name in names):
        return False
    first = signals[0].frequencies
    return first.ndim == 1 and all(np.array_equal(first, s.frequencies) for s in signals[1:])


def window_nodes(signals: list[Any], window: float) -> float:
    """How many Gauss nodes a window needs; infinity where their rule itself would be the work."""
    phase = window * max(signal.bandwidth for signal in signals)
    return len(gauss_nodes(phase)[0]) if phase <= LONGEST_PHASE else math.inf


def mode_moments(
    signals: list[Any], starts: np.ndarray, window: float, delays: list[float]
) -> Moments:
    """Moments of sums of the same modes, each shifted by its delay, in all windows."""
    frequencies = signals[0].frequencies
    nodes, weights = gauss_nodes(window * max(signal.bandwidth for signal in signals))
    count = max(math.prod(signal.shape) for signal in signals)
    if count > len(starts):
        return _moments_of_many(signals, starts, window, delays)
    columns = []
    for signal, delay in zip(signals, delays, strict=True):
        z = (signal.cosine - 1j * signal.sine).reshape(-1, 1, len(frequencies))
        z = z * np.exp(1j * np.multiply.outer(window * nodes + delay, frequencies))
        # Rows in pairs (Re z, -Im z), as complex starts are stored; columns (signal, node).
        pairs = np.stack([z.real, -z.imag], axis=-1)
        columns.append(pairs.reshape(-1, 2 * len(frequencies)))
    right = np.concatenate(columns).T
    cuts = np.cumsum([len(c) for c in columns])[:-1]
    parts = []
    with one_blas_thread():
        rows = ELEMENTS // max(1, right.shape[0], right.shape[1])
        for piece in chunk_slices(len(starts), rows):
            left = _waves(starts[piece], frequencies)
            table = np.split(left.view(float) @ right, cuts, axis=1)
            values = [
                v.reshape(len(left), *signal.shape, len(nodes)) + signal.constant[..., None]
                for v, signal in zip(table, signals, strict=True)
            ]
            parts.append(central_moments(values, np.full(len(left), window), weights))
    return Moments.joined(parts)


def _moments_of_many(
    signals: list[Any], starts: np.ndarray, window: float, delays: list[float]
) -> Moments:
    """As `mode_moments`, for more signals than windows: the waves at all nodes come first."""
    nodes, weights = gauss_nodes(window * max(signal.bandwidth for signal in signals))
    count = max(math.prod(signal.shape) for signal in signals)
    parts = []
    for piece in chunk_slices(len(starts), ELEMENTS // max(1, count * len(nodes))):
        points = starts[piece, None] + window * nodes
        values = [
            np.moveaxis(signal(points + delay), -2, 0)
            for signal, delay in zip(signals, delays, strict=True)
        ]
        parts.append(central_moments(values, np.full(len(points), window), weights))
    return Moments.joined(parts)


def _waves(times: np.ndarray, frequencies: np.ndarray) -> np.ndarray:
    """``exp(i w_k t_a)``, shape (T, N); by the addition theorem where times are equidistant."""
    count, step = len(times), uniform_step(times)
    if count < 16 or step is None:
        return np.exp(1j * np.multiply.outer(times, frequencies))
    fine = int(np.sqrt(count))
    coarse = -(-count // fine)
    first = np.exp(1j * np.multiply.outer(times[0] + step * fine * np.arange(coarse), frequencies))
    second = np.exp(1j * np.multiply.outer(step * np.arange(fine), frequencies))
    waves = first[:, None, :] * second
    return waves.reshape(-1, len(frequencies))[:count]
