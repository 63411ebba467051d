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
        _real_array(value, f"hamiltonian[{k}]", InvalidCoefficientError)
        for k, value in enumerate(energies)
    ]
    for k, rate in enumerate(rates):
        values = _real_array(rate, f"dissipators[{k}]", InvalidRateError)
        if (values < 0).any():
            index = tuple(int(i) for i in np.argwhere(values < 0)[0])
            where = f" at index {index}" if index else ""
            raise InvalidRateError(
                f"Rate of dissipators[{k}] must be >= 0, but is {values[index]}{where}."
            )
        arrays.append(values)
    try:
        return tuple(arrays), np.broadcast_shapes(*(array.shape for array in arrays))
    except ValueError:
        shapes = ", ".join(str(array.shape) for array in arrays)
        raise BroadcastError(
            f"Coefficients must broadcast against each other, but have shapes {shapes}. "
            "Give axes their own dimensions, as np.meshgrid(..., indexing='ij') does."
        ) from None


def _real_array(values: Any, name: str, error: type[InvalidArgumentError]) -> np.ndarray:
    array = np.asarray(values)
    if array.dtype.kind == "c":
        raise error(
            f"Coefficient of {name} must be real, but is complex ({array.ravel()[:1]}). "
            "Put phases into the operator."
        )
    if array.dtype.kind not in "biuf":
        raise error(f"Coefficient of {name} must be a real number or array, but is {values!r}.")
    array = array.astype(float)
    require_finite(f"coefficient of {name}", array)
    return array
