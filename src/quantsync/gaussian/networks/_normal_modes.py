"""Normal modes of a symmetric matrix by the cheapest exact route that its structure allows."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg
import scipy.sparse as sp

from quantsync.memory import require_memory


def matrix_size(matrix: sp.csr_array) -> int:
    """Number of rows."""
    shape: Any = matrix.shape  # for type checkers it may be None
    return int(shape[0])


def _dense(matrix: sp.csr_array) -> np.ndarray:
    size = matrix_size(matrix)
    require_memory(24.0 * size**2, f"A network of {size} oscillators, not ordered along a chain,")
    return matrix.toarray()


def bandwidth(matrix: sp.csr_array) -> int:
    """The largest distance of a nonzero entry from the diagonal."""
    entries = matrix.tocoo()
    rows, columns = entries.coords
    return int(np.abs(rows.astype(np.int64) - columns).max(initial=0))


def uniform_chain(matrix: sp.csr_array) -> tuple[float, float] | None:
    """Diagonal and neighbour entry of a tridiagonal matrix with constant ones, else None."""
    if matrix_size(matrix) < 2 or bandwidth(matrix) != 1:
        return None
    diagonal, side = matrix.diagonal(), matrix.diagonal(1)
    if np.ptp(diagonal) or np.ptp(side):
        return None
    return float(diagonal[0]), float(side[0])


def uniform_chain_values(size: int, diagonal: float, side: float) -> np.ndarray:
    """Eigenvalues, ascending, of the tridiagonal matrix with constant entries, shape (size,)."""
    # Eq. (A8) of Benedetti et al. (2016), which keeps the digits of the lowest ones.
    angle = np.pi * np.arange(1, size + 1) / (2 * (size + 1))
    return diagonal - 2 * abs(side) + 4 * abs(side) * np.sin(angle) ** 2


def uniform_chain_rows(size: int, side: float, rows: np.ndarray) -> np.ndarray:
    """Rows, counted from 0, of the eigenvectors: Eq. (A6) of Benedetti et al. (2016)."""
    site = np.asarray(rows)[:, None] + 1
    # The period is taken off in integers, where nothing is rounded.
    angle = (site * np.arange(1, size + 1)) % (2 * (size + 1)) * (np.pi / (size + 1))
    values = np.sqrt(2 / (size + 1)) * np.sin(angle)
    # A positive entry beside the diagonal alternates the signs along the chain.
    return np.where(site % 2 == 0, -values, values) if side > 0 else values


def eigenmodes(matrix: sp.csr_array) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues (N,), ascending, and orthonormal eigenvectors in columns (N, N)."""
    size = matrix_size(matrix)
    chain = uniform_chain(matrix)
    if chain is not None:
        rows = uniform_chain_rows(size, chain[1], np.arange(size))
        return uniform_chain_values(size, *chain), rows
    result: Any
    if size > 1 and bandwidth(matrix) <= 1:
        result = scipy.linalg.eigh_tridiagonal(matrix.diagonal(), matrix.diagonal(1))
    else:
        result = np.linalg.eigh(_dense(matrix))
    return result[0], result[1]


def lowest_eigenvalue(matrix: sp.csr_array) -> float:
    """The lowest eigenvalue of a real symmetric matrix."""
    size = matrix_size(matrix)
    chain = uniform_chain(matrix)
    if chain is not None:
        return float(uniform_chain_values(size, *chain)[0])
    values: Any
    if size > 1 and bandwidth(matrix) <= 1:
        values = scipy.linalg.eigvalsh_tridiagonal(
            matrix.diagonal(), matrix.diagonal(1), select="i", select_range=(0, 0)
        )
    else:
        values = scipy.linalg.eigvalsh(_dense(matrix), subset_by_index=(0, 0))
    return float(values[0])


def is_safely_positive(matrix: sp.csr_array) -> bool:
    """A quick test; where it says False, `lowest_eigenvalue` decides."""
    size, width = matrix_size(matrix), bandwidth(matrix)
    diagonal = matrix.diagonal()
    if diagonal.min() <= 0:
        return False
    # Gershgorin: springs and oscillators alone are always stable.
    if (2 * diagonal - abs(matrix).sum(axis=1)).min() > 1e-11 * diagonal.max():
        return True
    try:
        if width <= size // 8:
            bands = np.zeros((width + 1, size))
            for k in range(width + 1):
                bands[k, : size - k] = matrix.diagonal(k)
            pivots = scipy.linalg.cholesky_banded(bands, lower=True)[0]
        else:
            pivots = np.diagonal(np.linalg.cholesky(_dense(matrix)))
    except np.linalg.LinAlgError:
        return False
    return bool((pivots**2).min() > 1e-11 * diagonal.max())
