r"""Phases of two amplitude signals: locking value, mean frequency, drift of the difference.

A signal is a complex amplitude z(t) = |z| e^{i phi}, such as beta of a mean-field trajectory or
<S_->; of a mean quadrature pair, z = q + i p. Samples must be close enough that the phase turns by
less than pi from one to the next. A real signal has no phase but 0 and pi, and is refused: the
amplitude of an oscillation x(t) around zero is its analytic signal. Signals have shape (..., T),
batches in front; any array type of the array API standard is taken.
"""

from __future__ import annotations

import math
from typing import Any

from array_api_compat import array_namespace, device

from quantsync.arrays import is_foreign, is_traced, to_numpy
from quantsync.checks import broadcast_shape, named_arguments, number_array, times_array
from quantsync.errors import DimensionError, InvalidArgumentError, NonFiniteError

FLAT = 1e-12  # imaginary part of a signal, relative to its largest entry, that is rounding


@named_arguments
def phase_locking_value(first: Any, second: Any, times: Any = None) -> Any:
    r"""Phase-locking value ``|<e^{i (phi_1 - phi_2)}>|``, the mean over all times.

    1 for a constant phase difference, near 0 for one that visits all values alike (Lachaux,
    Rodriguez, Martinerie and Varela, Hum. Brain Mapp. 8, 194 (1999)). Two signals of one frequency
    that decay to nothing have 1 as well: the amplitudes do not enter.

    Parameters
    ----------
    first, second : array of shape (..., T), complex
        Amplitudes; batch shapes broadcast.
    times : array of shape (T,), optional
        Where the samples are, increasing; the mean is an integral by the trapezoidal rule. Without
        it all samples count alike.

    Returns
    -------
    array of shape (...)
        Between 0 and 1; NaN where an amplitude is zero, and has no phase, or is not
        finite.

    Raises
    ------
    DimensionError, BroadcastError
        If shapes do not fit, or there is no sample.
    InvalidArgumentError, NonFiniteError
        If a signal is real (take ``scipy.signal.hilbert(x - x.mean())`` of one, and cut off what
        its ends spoil) or holds no numbers, or times do not increase or are not finite.

    Examples
    --------
    >>> import numpy as np
    >>> from quantsync.time_series.phase_locking import phase_locking_value
    >>> times = np.linspace(0, 2 * np.pi, 201)
    >>> one, two = np.exp(-3j * times), 0.2 * np.exp(-3j * times + 0.7j)
    >>> print(phase_locking_value(one, two, times).round(12))
    1.0
    >>> print(phase_locking_value(one, np.exp(-4j * times), times).round(12))
    0.0
    """
    xp, first, second = _signals(first=first, second=second)
    phasor = _phasor(xp, first) * xp.conj(_phasor(xp, second))
    if times is None:
        return xp.abs(xp.mean(phasor, axis=-1))
    times = _increasing(xp, times, phasor)
    steps = times[1:] - times[:-1]
    total = xp.sum((phasor[..., 1:] + phasor[..., :-1]) / 2 * steps, axis=-1)
    return xp.abs(total / xp.sum(steps))


@named_arguments
def mean_frequency(signal: Any, times: Any) -> Any:
    r"""Mean angular frequency ``-(phi(t_end) - phi(t_0))/(t_end - t_0)`` of an amplitude.

    The phase is followed from sample to sample. e^{-i omega t} has the frequency omega.

    Parameters
    ----------
    signal : array of shape (..., T), complex
    times : array of shape (T,)
        Increasing, at least two.

    Returns
    -------
    array of shape (...)
        In the inverse unit of the times; NaN where an amplitude is zero or not finite.

    Raises
    ------
    DimensionError, InvalidArgumentError, NonFiniteError
        As `phase_locking_value`.

    Examples
    --------
    >>> import numpy as np
    >>> from quantsync.time_series.phase_locking import mean_frequency
    >>> times = np.linspace(0, 50, 501)
    >>> print(mean_frequency([[1], [2]] * np.exp(-1.5j * times), times).round(12))
    [1.5 1.5]
    """
    xp, signal = _signals(signal=signal)
    return -_turned(xp, _phasor(xp, signal), times)


@named_arguments
def phase_drift(first: Any, second: Any, times: Any) -> Any:
    r"""Mean rate at which the phase difference phi_2 - phi_1 grows.

    Zero for locked signals; equal to the difference of the mean frequencies of the first and the
    second. The difference is followed from sample to sample, which needs fewer samples than either
    phase alone.

    Parameters
    ----------
    first, second : array of shape (..., T), complex
        Amplitudes; batch shapes broadcast.
    times : array of shape (T,)
        Increasing, at least two.

    Returns
    -------
    array of shape (...)
        In radians per unit of time; NaN where an amplitude is zero or not finite.

    Raises
    ------
    DimensionError, BroadcastError, InvalidArgumentError, NonFiniteError
        As `phase_locking_value`.

    Examples
    --------
    >>> import numpy as np
    >>> from quantsync.time_series.phase_locking import phase_drift
    >>> times = np.linspace(0, 50, 501)
    >>> first, second = np.exp(-1.5j * times), np.exp(-1.2j * times + 1j)
    >>> print(phase_drift(first, second, times).round(12))
    0.3
    """
    xp, first, second = _signals(first=first, second=second)
    return _turned(xp, _phasor(xp, second) * xp.conj(_phasor(xp, first)), times)


def _signals(**signals: Any) -> tuple[Any, ...]:
    """Their array namespace, and the signals as complex arrays of one shape."""
    for name, signal in signals.items():
        if not is_foreign(signal):
            signal = number_array(signal, name, finite=False)  # NaN has no phase
        if not signal.ndim or not signal.shape[-1]:
            raise DimensionError(
                f"Argument `{name}` must have shape (..., T) with T > 0, but has "
                f"{tuple(signal.shape)}."
            )
        xp = array_namespace(signal)
        if not is_traced(signal) and bool(xp.any(xp.isinf(xp.abs(signal)))):
            raise NonFiniteError(f"Argument `{name}` must be finite, but has an infinite entry.")
        _require_amplitude(name, signal)
        signals[name] = signal
    xp = array_namespace(*signals.values())
    shape = broadcast_shape({name: s.shape for name, s in signals.items()}, what="Signals")
    return xp, *(xp.broadcast_to(xp.astype(s, xp.complex128), shape) for s in signals.values())


def _require_amplitude(name: str, signal: Any) -> None:
    """Refuse real signals, also those that are stored as complex numbers, or times a phase."""
    xp = array_namespace(signal)
    real = not xp.isdtype(signal.dtype, "complex floating")
    if not real and signal.size and not is_traced(signal):
        # Along one line through 0: real but for a constant phase, and on both sides of 0.
        x, y = (
            xp.where(xp.isfinite(part), part, xp.zeros_like(part))
            for part in (xp.real(signal), xp.imag(signal))
        )
        size = xp.max(xp.maximum(xp.abs(x), xp.abs(y)), axis=-1, keepdims=True)
        size = xp.where(size > 0, size, xp.ones_like(size))
        x, y = x / size, y / size
        squares = (xp.sum(part, axis=-1, keepdims=True) for part in (2 * x * y, x**2 - y**2))
        angle = xp.atan2(*squares) / 2
        along, across = (
            x * xp.cos(angle) + y * xp.sin(angle),
            y * xp.cos(angle) - x * xp.sin(angle),
        )
        line = xp.all(xp.abs(across) <= FLAT, axis=-1)
        sides = xp.any(along > FLAT, axis=-1) & xp.any(along < -FLAT, axis=-1)
        real = bool(xp.any(line & sides))
    if real:
        raise InvalidArgumentError(
            f"Argument `{name}` must hold complex amplitudes, but is real, and the phase of a real "
            "signal is 0 or pi. Pass an amplitude such as q + 1j p; of an oscillation x(t) alone, "
            "its analytic signal, scipy.signal.hilbert(x - x.mean()), without what its ends spoil."
        )


def _phasor(xp: Any, signal: Any) -> Any:
    # By the angle: an amplitude that has decayed to 1e-310 has a phase, but no reciprocal.
    re, im = xp.real(signal), xp.imag(signal)
    angle = xp.atan2(im, re)
    undefined = ((re == 0) & (im == 0)) | ~xp.isfinite(re) | ~xp.isfinite(im)
    angle = xp.where(undefined, xp.full_like(angle, math.nan), angle)
    return xp.exp(1j * xp.astype(angle, signal.dtype))


def _turned(xp: Any, phasor: Any, times: Any) -> Any:
    """Mean rate of the phase, followed from sample to sample."""
    times = _increasing(xp, times, phasor)
    step = phasor[..., 1:] * xp.conj(phasor[..., :-1])
    angle = xp.atan2(xp.imag(step), xp.real(step))
    return xp.sum(angle, axis=-1) / (times[-1] - times[0])


def _increasing(xp: Any, times: Any, phasor: Any) -> Any:
    """The times of the samples, beside them."""
    found = times_array(to_numpy(times) if is_foreign(times) else times, increasing=True)
    count = phasor.shape[-1]
    if found.shape != (count,) or count < 2:
        raise DimensionError(
            f"Argument `times` must have the shape ({count},) of the samples and at least 2 "
            f"entries, but has {found.shape}."
        )
    return xp.asarray(found, device=device(phasor))
