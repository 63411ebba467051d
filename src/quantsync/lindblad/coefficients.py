"""Checks of the coefficients of a Lindblad generator."""

from __future__ import annotations

from typing import Any

import numpy as np

from quantsync.errors import (
    BroadcastError,
    InvalidArgumentError,
    InvalidCoefficientError,
    InvalidRateError,
    require_finite,
)


def checked_coefficients(
    energies: list[Any], rates: list[Any]
) -> tuple[tuple[np.ndarray, ...], tuple[int, ...]]:
    """Coefficients as float arrays, Hamiltonian first, and the shape they broadcast to."""
    arrays = [
        real_array(value, f"Coefficient of hamiltonian[{k}]") for k, value in enumerate(energies)
    ]
    arrays += [rate_array(value, f"Rate of dissipators[{k}]") for k, value in enumerate(rates)]
    try:
        return tuple(arrays), np.broadcast_shapes(*(array.shape for array in arrays))
    except ValueError:
        shapes = ", ".join(str(array.shape) for array in arrays)
        raise BroadcastError(
            f"Coefficients must broadcast against each other, but have shapes {shapes}. "
            "Give axes their own dimensions, as np.meshgrid(..., indexing='ij') does."
        ) from None


def real_array(
    values: Any, name: str, error: type[InvalidArgumentError] = InvalidCoefficientError
) -> np.ndarray:
    """Real, finite numbers as a float array.

    Parameters
    ----------
    values : float or array_like
    name : str
        How messages call them, e.g. "Parameter `detuning`".
    error : type of exception
        What is raised if they are not real numbers.

    Raises
    ------
    InvalidCoefficientError
        If they are complex, or no numbers.
    NonFiniteError
        If one is NaN or infinite.

    Examples
    --------
    >>> real_array([1, 2], "Parameter `detuning`")
    array([1., 2.])
    """
    try:
        array = np.asarray(values)
    except ValueError:
        raise error(f"{name} must be a real number or array, but is {values!r}.") from None
    if array.dtype.kind == "c":
        first = array.ravel()[0] if array.size else array
        raise error(f"{name} must be real, but is complex ({first}). Put phases into the operator.")
    if array.dtype.kind not in "biuf":
        raise error(f"{name} must be a real number or array, but is {values!r}.")
    array = array.astype(float)
    require_finite(name, array)
    return array


def rate_array(values: Any, name: str) -> np.ndarray:
    """Rates >= 0 as a float array; arguments and errors as `real_array`.

    Raises
    ------
    InvalidRateError
        If one is negative or complex.
    """
    array = real_array(values, name, InvalidRateError)
    if (array < 0).any():
        index = tuple(int(i) for i in np.argwhere(array < 0)[0])
        where = f" at index {index}" if index else ""
        raise InvalidRateError(f"{name} must be >= 0, but is {array[index]}{where}.")
    return array
