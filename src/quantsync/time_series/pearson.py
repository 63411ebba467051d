r"""Synchronization of two time series: Pearson's coefficient in a sliding window.

``C(t) = cov(f, g)/sqrt(var f var g)``, with means over [t, t + window]: Eq. (3) of Benedetti et
al., Phys. Rev. A 94, 052118 (2016), whose bars are means (they are printed without the division
by the window). The signals may be averages, variances or any moment.

Integrals are exact to rounding for sums of modes and for the splines through samples; see
`quantsync.time_series._windows`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from quantsync.checks import (
    broadcast_shape,
    flag,
    named_arguments,
    real_array,
    real_number,
    times_array,
)
from quantsync.errors import InvalidArgumentError
from quantsync.time_series._cell_moments import Moments, along_cells
from quantsync.time_series._windows import window_moments
from quantsync.time_series.signals import SampledSignal, sample_times, time_tolerance

FLAT = 64 * np.finfo(float).eps  # a deviation this small against the mean is rounding


class DelayedCorrelation(NamedTuple):
    """The best delay of a second signal and Pearson's coefficient there.

    Attributes
    ----------
    delay : ndarray
        The second signal at ``t + delay`` is compared with the first at ``t``: positive where
        the second lags behind.
    value : ndarray
        Pearson's coefficient.
    """

    delay: Any
    value: Any


@named_arguments
def windowed_mean(signal: Any, times: Any, window: float, *, bandwidth: float | None = None) -> Any:
    """Mean of a signal over [t, t + window].

    Parameters
    ----------
    signal : array_like of shape (..., T), or callable
        As the signals of `pearson`.
    times, window, bandwidth
        As in `pearson`.

    Returns
    -------
    ndarray of shape (..., T)
        NaN where samples do not fill the window.

    Raises
    ------
    InvalidArgumentError, DimensionError, NonFiniteError
        As `pearson`.

    Examples
    --------
    >>> import numpy as np
    >>> from quantsync.time_series.mode_sums import ModeSum
    >>> from quantsync.time_series.pearson import windowed_mean
    >>> signal = ModeSum([1.0], [0.0], [1.0], constant=2.0)
    >>> print(windowed_mean(signal, [0.0, 5.0], 2 * np.pi).round(12))
    [2. 2.]
    """
    return _in_windows([signal], times, window, [0.0], bandwidth, lambda moments: moments.mean[0])


@named_arguments
def pearson(
    first: Any,
    second: Any,
    times: Any,
    window: float,
    delay: float = 0.0,
    *,
    bandwidth: float | None = None,
) -> Any:
    r"""Pearson's coefficient of first(t') and second(t' + delay) for t' in [t, t + window].

    A positive delay fits a second signal that lags behind the first.

    Parameters
    ----------
    first, second : array_like of shape (..., T), or callable
        Signals: samples at ``times``; or functions of time, such as `ModeSum` or
        `SampledSignal`, that return an array of shape (..., *times.shape). Leading axes broadcast.
    times : array_like
        Where windows start. Shape (T,), increasing, if one of the signals is sampled; of any
        shape and order if both are functions.
    window : float
        Length of the windows, > 0, in the unit of the times.
    delay : float, default 0
        Shift of the second signal.
    bandwidth : float, optional
        The highest angular frequency of the functions. Needed for functions that have no
        attribute ``bandwidth`` or ``frequencies``.

    Returns
    -------
    ndarray of shape (..., T)
        Between -1 and 1. NaN where samples do not fill the window (the last ones), and where a
        signal is constant in the window: 0/0.

    Raises
    ------
    InvalidArgumentError
        If ``window`` is not positive, samples fill no window, or a function has no bandwidth.
    DimensionError, BroadcastError
        If shapes do not fit.
    NonFiniteError
        If a number is NaN or infinite.

    Examples
    --------
    >>> import numpy as np
    >>> from quantsync.time_series.pearson import pearson
    >>> times = np.linspace(0, 50, 501)
    >>> first, second = np.sin(times), 3 - np.sin(times + 0.5)
    >>> round(float(pearson(first, second, times, 2 * np.pi)[100] + np.cos(0.5)), 9)
    0.0
    >>> round(float(pearson(first, second, times, 2 * np.pi, delay=-0.5)[100]), 9)
    -1.0
    """
    delay = real_number(delay, "delay")
    return _in_windows([first, second], times, window, [0.0, delay], bandwidth, _coefficient)


@named_arguments
def best_delay(
    first: Any,
    second: Any,
    time: Any,
    window: float,
    delays: Any,
    *,
    absolute: bool = True,
    bandwidth: float | None = None,
) -> DelayedCorrelation:
    r"""The delay at which two signals are most correlated (or anticorrelated).

    The best of the given delays, refined between its neighbours.

    Parameters
    ----------
    first, second : callable
        Signals as functions of time, such as `ModeSum`; put samples into a `SampledSignal`, as in
        ``SampledSignal(path.times, path.expectation["x"])``. Batch shapes broadcast.
    time : float or array_like
        Where the windows start.
    window : float
        Length of the windows.
    delays : array_like of shape (D,)
        Delays to try, increasing; close enough that the best lies beside the best of them: some
        eight per period.
    absolute : bool, default True
        Seek the largest |C|; otherwise the largest C.
    bandwidth : float, optional
        As in `pearson`.

    Returns
    -------
    DelayedCorrelation
        ``delay`` and ``value``, of the batch shape of the signals and that of ``time``. NaN where
        no delay has a coefficient.

    Raises
    ------
    InvalidArgumentError, DimensionError, NonFiniteError
        As `pearson`.

    Examples
    --------
    >>> from quantsync.time_series.mode_sums import ModeSum
    >>> from quantsync.time_series.pearson import best_delay
    >>> first, second = ModeSum([1.0], [1.0], [0.0]), ModeSum([1.0], [0.0], [-1.0])  # cos, -sin
    >>> found = best_delay(first, second, 0.0, 15.0, [-2, -1, 0, 1, 2], absolute=False)
    >>> print(found.delay.round(6), found.value.round(9))
    -1.570796 1.0
    """
    for name, signal in (("first", first), ("second", second)):
        if not callable(signal):
            raise InvalidArgumentError(
                f"Argument `{name}` must be a function of time: put samples into "
                "SampledSignal(times, values)."
            )
    tried = times_array(np.atleast_1d(real_array(delays, "delays")), "delays", increasing=True)
    if not tried.size:
        raise InvalidArgumentError("Argument `delays` must hold a delay, but is empty.")
    starts, absolute = real_array(time, "time"), flag(absolute, "absolute")
    shapes = {"first": getattr(first, "shape", ()), "second": getattr(second, "shape", ())}
    batch = broadcast_shape(shapes, what="Batch shapes of signals")

    def at(pair: list[Any], start: Any, delay: float) -> np.ndarray:
        shifts = [0.0, float(delay)]
        return _in_windows(pair, start, window, shifts, bandwidth, _coefficient, must_fit=False)

    def score(values: np.ndarray) -> np.ndarray:
        return np.abs(values) if absolute else values

    table = np.stack([at([first, second], starts.ravel(), delay) for delay in tried])
    if table.shape[1:] != (*batch, starts.size):
        raise InvalidArgumentError(
            "A batch of signals needs an attribute `shape`, and an index that picks some of them."
        )
    table = table.reshape(len(tried), -1)  # a column for each pair of signals and start
    scores = np.where(np.isnan(table), -np.inf, score(table))
    best = np.argmax(scores, axis=0)
    delay, value = tried[best], np.take_along_axis(table, best[None], axis=0)[0]
    delay[np.isneginf(scores.max(axis=0, initial=-np.inf))] = np.nan
    for k, (*index, n) in enumerate(np.ndindex(*batch, starts.size)):
        low, high = tried[max(best[k] - 1, 0)], tried[min(best[k] + 1, tried.size - 1)]
        if np.isnan(delay[k]) or low == high:
            continue
        pair = [_picked(signal, index) for signal in (first, second)] if batch else [first, second]
        start = float(starts.ravel()[n])

        def loss(shift: float, pair: list[Any] = pair, start: float = start) -> float:
            found = float(score(at(pair, start, shift)))
            return 2.0 if np.isnan(found) else -found  # no coefficient is worse than any

        from scipy.optimize import minimize_scalar

        refined = minimize_scalar(
            loss, bounds=(low, high), method="bounded", options={"xatol": 1e-9 * (high - low)}
        )
        if -refined.fun > score(value[k]):
            delay[k], value[k] = refined.x, at(pair, start, refined.x)
    shape = (*batch, *starts.shape)
    return DelayedCorrelation(delay.reshape(shape)[()], value.reshape(shape)[()])


def _picked(signal: Any, index: list[int]) -> Any:
    """One signal of a batch that is broadcast to a larger one."""
    shape = getattr(signal, "shape", ())
    own = index[len(index) - len(shape) :]
    return signal[tuple(0 if n == 1 else k for n, k in zip(shape, own, strict=True))]


def _coefficient(moments: Moments) -> np.ndarray:
    (value,) = moments.correlation
    moving = np.ones(value.shape, dtype=bool)
    for norm, mean in zip(moments.norm, moments.mean, strict=True):
        moving &= norm > along_cells(np.sqrt(moments.length), mean) * FLAT * np.abs(mean)
    return np.where(moving, np.clip(value, -1, 1), np.nan)


def _in_windows(
    signals: list[Any],
    times: Any,
    window: float,
    delays: list[float],
    bandwidth: float | None,
    result: Callable[[Moments], np.ndarray],
    must_fit: bool = True,
) -> np.ndarray:
    window = real_number(window, "window", above=0)
    sampled = not all(callable(signal) for signal in signals)
    times = sample_times(times) if sampled else real_array(times, "times")
    known = [s if callable(s) else SampledSignal(times, s) for s in signals]
    shapes = {n: getattr(s, "shape", ()) for n, s in zip(("first", "second"), known, strict=False)}
    batch = broadcast_shape(shapes, what="Batch shapes of signals")
    starts = times.ravel()
    fits = np.ones(starts.shape, dtype=bool)
    for signal, delay in zip(known, delays, strict=True):
        if isinstance(signal, SampledSignal):
            slack = time_tolerance(signal.times) + time_tolerance(starts)
            fits &= starts + delay >= signal.times[0] - slack
            fits &= starts + delay + window <= signal.times[-1] + slack
    if must_fit and starts.size and not fits.any():
        raise InvalidArgumentError(
            f"The samples fill no window of length {window:.6g} (delay {delays[-1]:.6g}): give "
            "longer records or a shorter window."
        )
    if not fits.any():
        return np.full((*batch, *times.shape), np.nan)
    values = result(window_moments(known, starts[fits], window, delays, bandwidth))
    full = np.full((starts.size, *values.shape[1:]), np.nan)
    full[fits] = values
    full = np.moveaxis(full, 0, -1)
    return full.reshape((*full.shape[:-1], *times.shape))
