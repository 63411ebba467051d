"""Moving small arrays between the caller's array library and NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
from array_api_compat import is_numpy_array, to_device


def to_numpy(array: Any) -> np.ndarray:
    """The array as a NumPy array, copied from its device if need be.

    Examples
    --------
    >>> to_numpy(np.array([1, 2]))
    array([1, 2])
    """
    if is_numpy_array(array):
        return array
    try:
        return np.from_dlpack(array)
    except (BufferError, RuntimeError, TypeError):  # not in the memory of the host
        return np.from_dlpack(to_device(array, "cpu"))
