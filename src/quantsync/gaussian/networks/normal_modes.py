"""Normal modes of a symmetric matrix by the cheapest exact route that its structure allows."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg
import scipy.sparse as sp

from quantsync.memory import require_memory


def matrix_size(matrix: sp.csr_array) -> int:
    """Number of rows.

    Examples
    --------
    >>> matrix_size(sp.csr_array([[1.0]]))
    1
    """
    shape: Any = matrix.shape  # for type checkers it may be None
    return int(shape[0])


def _dense(matrix: sp.csr_array) -> np.ndarray:
    size = matrix_size(matrix)
    require_memory(24.0 * size**2, f"A network of {size} oscillators, not ordered along a chain,")
    return matrix.toarray()


def bandwidth(matrix: sp.csr_array) -> int:
    """The largest distance of a nonzero entry from the diagonal.

    Examples
    --------
    >>> bandwidth(sp.csr_array([[1.0, 0.0, 2.0], [0.0, 1.0, 0.0], [2.0, 0.0, 1.0]]))
    2
    """
    entries = matrix.tocoo()
    rows, columns = entries.coords
    return int(np.abs(rows.astype(np.int64) - columns).max(initial=0))


def uniform_chain(matrix: sp.csr_array) -> tuple[float, float] | None:
    """Diagonal and neighbour entry of a tridiagonal matrix with constant ones, else None.

    Examples
    --------
    >>> uniform_chain(sp.csr_array([[2.0, -1.0], [-1.0, 2.0]]))
    (2.0, -1.0)
    """
    if matrix_size(matrix) < 2 or bandwidth(matrix) != 1:
        return None
    diagonal, side = matrix.diagonal(), matrix.diagonal(1)
    if np.ptp(diagonal) or np.ptp(side):
        return None
    return float(diagonal[0]), float(side[0])


def uniform_chain_values(size: int, diagonal: float, side: float) -> np.ndarray:
    """Eigenvalues, ascending, of the tridiagonal matrix with constant entries, shape (size,).

    ``diagonal - 2 |side| + 4 |side| sin^2(pi k / (2 (size + 1)))``, Eq. (A8) of Benedetti et al.
    (2016), which keeps the digits of the lowest ones.

    Examples
    --------
    >>> print(uniform_chain_values(2, 2.0, -1.0).round(12))
    [1. 3.]
    """
    angle = np.pi * np.arange(1, size + 1) / (2 * (size + 1))
    return diagonal - 2 * abs(side) + 4 * abs(side) * np.sin(angle) ** 2


def uniform_chain_rows(size: int, side: float, rows: np.ndarray) -> np.ndarray:
    """Given rows of the eigenvectors, ``sqrt(2/(size+1)) sin(pi k j/(size+1))``, (A6) of the same.

    Parameters
    ----------
    size : int
        Number N of sites.
    side : float
        Entry beside the diagonal; a positive one alternates the signs along the chain.
    rows : ndarray of shape (R,)
        Sites, counted from 0.

    Returns
    -------
    ndarray of shape (R, N)

    Examples
    --------
    >>> print(uniform_chain_rows(2, -1.0, np.array([0, 1])).round(6))
    [[ 0.707107  0.707107]
     [ 0.707107 -0.707107]]
    """
    site = np.asarray(rows)[:, None] + 1
    # The period is taken off in integers, where nothing is rounded.
    angle = (site * np.arange(1, size + 1)) % (2 * (size + 1)) * (np.pi / (size + 1))
    values = np.sqrt(2 / (size + 1)) * np.sin(angle)
    return np.where(site % 2 == 0, -values, values) if side > 0 else values


def eigenmodes(matrix: sp.csr_array) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues, ascending, and orthonormal eigenvectors of a real symmetric matrix.

    Uniform chains have closed forms, other tridiagonal matrices LAPACK's tridiagonal solver; all
    else is a dense matrix.

    Parameters
    ----------
    matrix : scipy.sparse.csr_array of shape (N, N)

    Returns
    -------
    values : ndarray of shape (N,)
    vectors : ndarray of shape (N, N)
        In columns.

    Examples
    --------
    >>> values, vectors = eigenmodes(sp.csr_array([[2.0, 1.0], [1.0, 2.0]]))
    >>> print(values.round(12))
    [1. 3.]
    """
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
    """The lowest eigenvalue of a real symmetric matrix.

    Examples
    --------
    >>> round(lowest_eigenvalue(sp.csr_array([[0.0, 1.0], [1.0, 0.0]])), 12)
    -1.0
    """
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
    """Whether a Cholesky factor exists and no pivot is close to rounding.

    A quick test; where it says False, `lowest_eigenvalue` decides.

    Examples
    --------
    >>> is_safely_positive(sp.csr_array([[2.0, 1.0], [1.0, 2.0]]))
    True
    """
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
