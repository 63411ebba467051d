"""Checks of a model's parameters, so that messages name the parameter and the value given."""

from __future__ import annotations

from typing import Any

import numpy as np

from quantsync.lindblad.coefficients import rate_array, real_array


def real_parameters(**values: Any) -> list[np.ndarray]:
    """Real numbers or arrays, in the order given.

    Raises
    ------
    InvalidCoefficientError
        If one is complex, or no number.
    NonFiniteError
        If one is NaN or infinite.

    Examples
    --------
    >>> real_parameters(detuning=1, epsilon=0.5)
    [array(1.), array(0.5)]
    """
    return [real_array(value, f"Parameter `{name}`") for name, value in values.items()]


def rate_parameters(**values: Any) -> list[np.ndarray]:
    """Rates >= 0, numbers or arrays, in the order given.

    Raises
    ------
    InvalidRateError
        If one is negative or complex.
    NonFiniteError
        If one is NaN or infinite.

    Examples
    --------
    >>> rate_parameters(gain=-1.0)
    Traceback (most recent call last):
    quantsync.errors.InvalidRateError: Parameter `gain` must be >= 0, but is -1.0.
    """
    return [rate_array(value, f"Parameter `{name}`") for name, value in values.items()]
