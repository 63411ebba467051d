"""State vectors: Re beta_1, Im beta_1, Re beta_2, ..., and the upper triangle of a covariance."""

from __future__ import annotations

from typing import Any

import numpy as np


def interleaved(beta: Any) -> np.ndarray:
    """Real and imaginary parts in turn, shape (..., 2n), of amplitudes (..., n)."""
    z: Any = np.asarray(beta, dtype=complex)
    return np.stack([z.real, z.imag], axis=-1).reshape(*z.shape[:-1], 2 * z.shape[-1])


def complex_state(state: Any) -> np.ndarray:
    """Amplitudes (..., n) of real and imaginary parts (..., 2n)."""
    return state[..., ::2] + 1j * state[..., 1::2]


def upper_triangle(modes: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the packed covariance."""
    return np.triu_indices(2 * modes)


def packed(
    beta: np.ndarray, covariance: np.ndarray | None, shape: tuple[int, ...], modes: int
) -> np.ndarray:
    """States (dim, B) of amplitudes and covariances that broadcast to a batch shape."""
    size, n = int(np.prod(shape)), modes
    state = interleaved(np.broadcast_to(beta, (*shape, n)).reshape(size, n)).T
    if covariance is None:
        return np.ascontiguousarray(state)
    full = np.broadcast_to(covariance, (*shape, 2 * n, 2 * n)).reshape(size, 2 * n, 2 * n)
    return np.concatenate([state, full[:, *upper_triangle(n)].T])


def unpacked(
    states: np.ndarray, shape: tuple[int, ...], modes: int
) -> tuple[np.ndarray, np.ndarray | None]:
    """Amplitudes (..., T, n) and covariances (..., T, 2n, 2n) of states (T, dim, B)."""
    n = modes
    rows = np.moveaxis(states, -1, 0)
    count = rows.shape[1]
    beta = complex_state(rows[..., : 2 * n]).reshape(*shape, count, n)
    if rows.shape[-1] == 2 * n:
        return beta, None
    C = np.empty((*rows.shape[:2], 2 * n, 2 * n))
    i, j = upper_triangle(n)
    C[..., i, j] = C[..., j, i] = rows[..., 2 * n :]
    return beta, C.reshape(*shape, count, 2 * n, 2 * n)
