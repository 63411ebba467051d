"""Signals as functions of time: sums of normal modes (`ModeSum`), and splines through samples."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from quantsync.arrays import is_foreign, to_numpy
from quantsync.checks import real_array, times_array, whole_number
from quantsync.errors import DimensionError, InvalidArgumentError

ELEMENTS = 1 << 20  # of one temporary array
DEGREE = 9  # of the splines through samples


class SampledSignal:
    r"""Signals known at sample times, between them the interpolating spline.

    An oscillation of frequency w, sampled at steps h, is met to about
    ``2 (w h/(2 pi - w h))^(degree+1)`` away from the ends: 1e-10 at 12 samples per period
    with degree 9, 2e-6 at 5, and not at all below 2. The first and last
    few steps are less accurate.

    Parameters
    ----------
    times : array_like of shape (T,)
        Sample times, increasing, in any spacing.
    values : array_like of shape (..., T)
        Samples.
    degree : int, default 9
        Degree of the spline, odd; less where there are fewer samples. Take 3 for noisy samples
        or very uneven times.

    Raises
    ------
    DimensionError
        If the shapes do not fit.
    NonFiniteError
        If a number is NaN or infinite.
    InvalidArgumentError
        If the times do not increase or the degree is not odd and positive.

    Examples
    --------
    >>> import numpy as np
    >>> from quantsync.time_series.signals import SampledSignal
    >>> times = np.linspace(0, 10, 201)
    >>> signal = SampledSignal(times, np.sin(times))
    >>> round(float(signal(4.321) - np.sin(4.321)), 12)
    0.0
    """

    def __init__(self, times: Any, values: Any, degree: int = DEGREE):
        self.times = sample_times(times)
        if is_foreign(values):
            values = to_numpy(values)
        values = real_array(values, "values")
        if values.ndim < 1 or values.shape[-1] != self.times.size:
            raise DimensionError(
                f"Argument `values` must have shape (..., {self.times.size}), one sample for each "
                f"of `times`, but has {values.shape}."
            )
        degree = whole_number(degree, "degree", at_most=15)
        if degree % 2 == 0:
            raise InvalidArgumentError(f"Argument `degree` must be odd, but is {degree}.")
        self.shape = values.shape[:-1]
        # Odd, so that the knots are samples.
        self.degree = min(degree, (self.times.size // 2) * 2 - 1)
        columns = np.ascontiguousarray(values.reshape(-1, self.times.size).T)
        # By a power of two, so that nothing leaves the range of double precision on the way.
        exponent = np.frexp(np.abs(columns).max(axis=0))[1]
        columns = np.ldexp(columns, -exponent)
        # The mean is taken out: rounding of the spline is then that of the variations.
        self.offset = columns.mean(axis=0)
        from scipy.interpolate import make_interp_spline

        self.spline = make_interp_spline(self.times, columns - self.offset, k=self.degree)
        self.exponent = exponent

    def __getitem__(self, index: Any) -> SampledSignal:
        """Some of the signals, picked from the batch axes."""
        chosen = np.arange(math.prod(self.shape)).reshape(self.shape)[index]
        new = SampledSignal.__new__(SampledSignal)
        new.__dict__.update(self.__dict__)
        new.shape = chosen.shape
        flat = np.atleast_1d(chosen).reshape(-1)
        new.offset, new.exponent = self.offset[flat], self.exponent[flat]
        from scipy.interpolate import BSpline

        new.spline = BSpline(self.spline.t, self.spline.c[:, flat], self.spline.k)
        return new

    def __call__(self, times: Any) -> np.ndarray:
        """The signals at times between the first and the last sample, shape (..., *times.shape).

        Raises
        ------
        InvalidArgumentError, NonFiniteError
            If a time is no finite real number, or lies outside.
        """
        times = real_array(times, "times")
        slack = time_tolerance(self.times)
        first, last = self.times[0], self.times[-1]
        outside = (times < first - slack) | (times > last + slack)
        if outside.any():
            raise InvalidArgumentError(
                f"Samples reach from {first:.6g} to {last:.6g}, but the signal is evaluated at "
                f"{times[outside][0]:.6g}."
            )
        flat = np.clip(times.ravel(), first, last)
        values = np.ldexp(self.spline(flat) + self.offset, self.exponent).T
        return values.reshape((*self.shape, *times.shape))


def sample_times(times: Any) -> np.ndarray:
    """Two increasing times or more, shape (T,)."""
    times = times_array(times, increasing=True)
    if times.size < 2:
        raise DimensionError(
            f"Argument `times` must hold two times or more where a signal is sampled, but has "
            f"shape {times.shape}."
        )
    return times


def time_tolerance(times: np.ndarray) -> float:
    """Differences of times up to here are rounding, e.g. of ``0.1 * arange``."""
    return 256 * np.finfo(float).eps * float(np.abs(times).max(initial=0.0))


def gauss_nodes(phase: float, degree: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Legendre nodes on [0, 1] and weights of sum 1, exact to rounding.

    Exact for exp(2i phase (x - 1/2)), and for polynomials of the given degree. Where the phase is
    small, so is the variance of a signal, like phase^2: the rule is exact to rounding of that.
    """
    count = max(1, degree // 2 + 1)
    if phase > 0:
        accuracy = math.log(1e-17) + 2 * min(0.0, math.log(phase))
        # Remainder of the rule: 2^(2m+1) m!^4 / ((2m+1) (2m)!^3) phase^(2m).
        while (
            2 * count * math.log(2 * phase)
            + 4 * math.lgamma(count + 1)
            - 3 * math.lgamma(2 * count + 1)
        ) > accuracy:
            count += 1
    return _rule(count)


@lru_cache(maxsize=64)
def _rule(count: int) -> tuple[np.ndarray, np.ndarray]:
    nodes, weights = np.polynomial.legendre.leggauss(count)
    nodes, weights = (nodes + 1) / 2, weights / 2
    nodes.flags.writeable = weights.flags.writeable = False  # shared by all callers
    return nodes, weights
