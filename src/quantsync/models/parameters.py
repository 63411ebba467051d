"""Checks of a model's parameters, so that messages name the parameter and the value given."""

from __future__ import annotations

from typing import Any

import numpy as np

from quantsync.checks import coefficient_array, rate_array
from quantsync.errors import InvalidArgumentError
from quantsync.operators import Spin


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
    return [coefficient_array(value, f"Parameter `{name}`") for name, value in values.items()]


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


def spin_parameter(spin: Any) -> Spin:
    """The site of a model's parameter `spin`, a single spin quantum number.

    Raises
    ------
    InvalidArgumentError
        If it is not 1/2, 1, 3/2, ..., or an array: spaces do not broadcast.

    Examples
    --------
    >>> spin_parameter(1.5)
    Spin(3/2)
    """
    try:
        return Spin(spin)
    except InvalidArgumentError as error:
        raise InvalidArgumentError(
            str(error).replace("Argument `size` of Spin", "Parameter `spin`")
        ) from None
