"""Arrays: of the caller's library or of NumPy, products of small ones, different rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from array_api_compat import array_namespace, is_array_api_obj, is_numpy_array, to_device

SMALL = 6  # matrices up to this size are multiplied without BLAS


def is_foreign(value: Any) -> bool:
    """Whether it is an array of another library than NumPy, which measures leave there."""
    return is_array_api_obj(value) and not is_numpy_array(value)


def is_traced(array: Any) -> bool:
    """Whether it has no values that could be checked, as inside of jax.jit and jax.grad."""
    return any(kind.__name__ == "Tracer" for kind in type(array).__mro__)


def plain(value: Any) -> Any:
    """The array; of NumPy's without axes the number, which a text can format."""
    return value[()] if is_numpy_array(value) else value


def to_numpy(array: Any) -> np.ndarray:
    """The array as a NumPy array, copied from its device if need be."""
    if is_numpy_array(array):
        return array
    try:
        return np.from_dlpack(array)
    except (BufferError, RuntimeError, TypeError):  # not in the memory of the host
        return np.from_dlpack(to_device(array, "cpu"))


def batched_product(a: Any, b: Any) -> Any:
    """Matrix products of batches, a (..., n, k) and b (..., k, m).

    Small matrices are multiplied term by term: BLAS takes a lock for every matrix of a batch,
    and threads that share it are slower together than one alone.
    """
    inner = a.shape[-1]
    if inner > SMALL:
        return array_namespace(a, b).matmul(a, b)
    total = a[..., :, 0, None] * b[..., 0, None, :]
    for k in range(1, inner):
        total = total + a[..., :, k, None] * b[..., k, None, :]
    return total


def distinct_rows(columns: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The different rows (R, C) of a table of C columns (B,), and which one each row is (B,)."""
    table = np.stack([np.asarray(c, dtype=float) for c in columns], axis=-1)
    index = np.zeros(len(table), dtype=np.int64)
    for column in table.T:
        if len(column) and (column != column[0]).any():
            # One column after the other: sorting whole rows would take ten times as long.
            values, own = np.unique(column, return_inverse=True)
            _, index = np.unique(index * len(values) + own.reshape(-1), return_inverse=True)
            index = index.reshape(-1)
    first = np.full(index.max(initial=-1) + 1, len(table))
    np.minimum.at(first, index, np.arange(len(table)))
    return table[first], index
