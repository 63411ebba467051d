"""Decay rates of oscillating signals, from the damped oscillations that they are sums of."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from quantsync.checks import named_arguments, number_array, real_number
from quantsync.errors import DimensionError, InvalidArgumentError
from quantsync.time_series.mode_sums import uniform_step
from quantsync.time_series.signals import sample_times

MOST = 64  # rows and columns of the matrices of samples, spread over the record
CONSTANT = 1e-3  # |s| times the length of the record below which a part counts as constant
FEWEST = 8  # samples
RELATIVE_FIT = 10.0  # residual, in units of the tolerance, from which on a signal is something else
LEFT_OUT = (0.1, 0.2, 0.3)  # of the end of a record: without it a rate must be the same
AGREES = 1e-3  # relative
SMALLEST_CUT = 1e-13  # of singular values


class _Parts(NamedTuple):
    """Damped oscillations ``a e^{s t}`` of one signal."""

    exponents: Any
    sizes: np.ndarray  # the largest value of each within the record
    residual: float  # of the sum of all of them, largest over the record


@named_arguments
def decay_rate(signal: Any, times: Any, *, tolerance: float = 1e-6) -> Any:
    r"""The rate at which a signal's oscillations die out: that of the slowest of its parts.

    The signal is taken as ``c + sum_k a_k e^{-gamma_k t} cos(omega_k t + phi_k)``, and the result
    is the smallest gamma_k: the rate of the envelope once all else has decayed. The gamma_k and
    omega_k come from the matrix pencil of the samples (Hua and Sarkar, IEEE Trans. Acoust. Speech
    Signal Process. 38, 814 (1990)), which needs no envelope to be drawn and is exact where the
    signal is such a sum, as every expectation value of a Lindblad equation is, and the record long
    enough to tell its parts. Logarithms of
    maxima would mix beats with decay.

    Parameters
    ----------
    signal : array_like of shape (..., T)
        Samples, real or complex; more than two for each period.
    times : array_like of shape (T,)
        Equidistant times.
    tolerance : float, default 1e-6
        What part of the signal, beside its largest deviation from c, is noise: smaller
        oscillations are left out.

    Returns
    -------
    ndarray of shape (...)
        Rates gamma, in the inverse unit of the times; 0 for what goes on for ever and negative for
        what grows. NaN where the signal is constant (what changes by less than 0.1 % in the record
        counts as c), and where the record does not tell: where damped oscillations leave more than
        ten times the tolerance of it unexplained, or where parts of it tell other rates, since it
        is too short for so many of them.

    Raises
    ------
    InvalidArgumentError
        If the times are not equidistant, or fewer than 8.
    DimensionError, NonFiniteError
        If the shapes do not fit, or a number is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> from quantsync.time_series import decay_rate
    >>> times = np.linspace(0, 30, 301)
    >>> slow = np.exp(-0.05 * times) * np.cos(times)
    >>> fast = np.exp(-0.3 * times) * np.sin(1.3 * times)
    >>> print(np.round(decay_rate(2 + slow + fast, times), 9))
    0.05
    """
    moments = sample_times(times)
    values = number_array(signal, "signal")
    if not values.ndim or values.shape[-1] != len(moments):
        raise DimensionError(
            f"Argument `signal` must have shape (..., {len(moments)}), one sample for each of "
            f"`times`, but has {values.shape}."
        )
    step = uniform_step(moments)
    if step is None or len(moments) < FEWEST:
        raise InvalidArgumentError(
            f"Argument `times` must be equidistant and {FEWEST} or more, as in np.linspace(0, 10, "
            "101), for a decay rate."
        )
    noise = real_number(tolerance, "tolerance", above=0, at_most=0.5)
    rows = values.reshape(math.prod(values.shape[:-1]), len(moments))
    rates = np.array([_certain(row, step, noise) for row in rows], float)
    return rates.reshape(values.shape[:-1])[()]


def _certain(row: np.ndarray, step: float, tolerance: float) -> float:
    """The slowest rate, if parts of the record tell the same."""
    # More oscillations than the record can tell apart fit it all the same, with rates of no
    # meaning; those of another stretch of it are others.
    rate = _slowest(row, step, tolerance)
    if np.isnan(rate):
        return rate
    allowed = max(AGREES, tolerance**0.5) * abs(rate) + CONSTANT / (step * (len(row) - 1))
    for share in LEFT_OUT:
        part = row[: len(row) - int(share * len(row))]
        other = _slowest(part, step, tolerance) if len(part) >= FEWEST else rate
        if not abs(other - rate) <= allowed:
            return np.nan
    return rate


def _slowest(row: np.ndarray, step: float, tolerance: float) -> float:
    largest = float(np.abs(row).max())
    if not largest:
        return np.nan
    middle = row.mean()
    moving = float(np.abs(row - middle).max())
    if moving <= 64 * np.finfo(float).eps * largest:  # rounding of a constant
        return np.nan
    parts = _parts(row / moving, step, tolerance)
    length = step * (len(row) - 1)
    # What stays is the constant, however large.
    varying = np.abs(parts.exponents) * length > CONSTANT
    rounding = 64 * np.finfo(float).eps * largest / moving
    chosen = varying & (parts.sizes > max(tolerance, rounding))
    if not chosen.any() or not parts.residual <= RELATIVE_FIT * max(tolerance, rounding):
        return np.nan
    return float((-parts.exponents[chosen].real).min())


def _parts(row: np.ndarray, step: float, tolerance: float) -> _Parts:
    """The damped oscillations of samples."""
    # The samples of row i and column j are at r i + c j, and one step later: their pencil has the
    # eigenvalues e^{s step} for any strides. These spread few rows and columns over the record.
    count = len(row)
    half = count // 2
    c = max(1, half // MOST)
    columns = np.arange(0, half, c)
    last = count - 2 - columns[-1]
    r = max(1, (last + 1) // (2 * MOST))
    index = np.arange(0, last + 1, r)[:, None] + columns
    left, size, right = np.linalg.svd(row[index], full_matrices=False)
    rank = int((size > max(tolerance**1.5, SMALLEST_CUT) * size[0]).sum())
    inner = left[:, :rank].conj().T @ row[index + 1] @ right[:rank].conj().T
    found = np.linalg.eigvals(inner / size[:rank, None])
    z = found[np.abs(found) > np.finfo(float).tiny]
    exponents: Any = np.log(z.astype(complex))
    # Each column is 1 where it is largest, at one end of the record.
    place = np.arange(count)[:, None] - np.where(exponents.real > 0, count - 1, 0)
    waves = np.exp(np.maximum(place * exponents.real, -700.0)) * np.exp(1j * place * exponents.imag)
    amplitudes = np.linalg.lstsq(waves, row.astype(complex), rcond=None)[0]
    residual = float(np.abs(waves @ amplitudes - row).max())
    return _Parts(exponents / step, np.abs(amplitudes), residual)
