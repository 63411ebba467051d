"""Which errors are a matter of single points, and which end a map."""

from __future__ import annotations

from typing import Any

import numpy as np

from quantsync.errors import (
    InvalidArgumentError,
    InvalidStateError,
    InvalidSystemError,
    MeasureError,
    MeasureShapeError,
    NonFiniteError,
    OutOfMemoryError,
    UnknownNameError,
    UnstableNetworkError,
)

# The same wherever they come up; a map that meets one ends.
ALWAYS = (MeasureError, MeasureShapeError, InvalidSystemError)
# Mistakes of the one who calls, or of his code, which may have nothing to do with the point...
MISTAKES = (
    InvalidArgumentError,
    UnknownNameError,
    TypeError,
    NameError,
    AttributeError,
    ImportError,
    NotImplementedError,
    OSError,
)
# ... unless they are about numbers that differ from point to point.
OF_POINTS = (InvalidStateError, NonFiniteError, UnstableNetworkError)


def ends_a_map(error: Exception) -> bool:
    """Whether an error is no matter of single points."""
    # What was refused beforehand is a matter of the point; what has run out of memory is not.
    refused = isinstance(error, OutOfMemoryError) and not isinstance(error.__cause__, MemoryError)
    no_memory = isinstance(error, MemoryError) and not refused
    return no_memory or isinstance(error, ALWAYS)


def is_mistake(error: Exception) -> bool:
    return isinstance(error, MISTAKES) and not isinstance(error, OF_POINTS)


def without_result(error: Exception, size: int) -> np.ndarray:
    """Which systems of a batch have no result, as far as an error tells."""
    bad = np.zeros(size, bool)
    valid: Any = getattr(getattr(error, "result", None), "valid", None)
    if isinstance(valid, np.ndarray) and valid.shape == (size,):
        return ~valid
    indices = getattr(error, "indices", None)
    if isinstance(indices, list) and indices and all(_is_member(k, size) for k in indices):
        bad[[int(np.ravel(k)[0]) for k in indices]] = True
    return bad


def _is_member(index: Any, size: int) -> bool:
    array = np.ravel(index)
    return array.shape == (1,) and array.dtype.kind in "iu" and 0 <= array[0] < size


def texts_of(error: Exception, size: int) -> dict[int, str]:
    """What an error says of each system of a batch."""
    message = f"{type(error).__name__}: {error}"
    of_each = getattr(error, "at", None) if without_result(error, size).all() else None
    return {k: of_each(k) if of_each else message for k in range(size)}
