"""Whether a covariance matrix is one of a quantum state."""

from __future__ import annotations

from typing import Any

import numpy as np

from quantsync.errors import InvalidStateError

EPS = np.finfo(float).eps
SYMMETRY = 1e-10  # relative
SLACK = 1e-10  # of the smallest symplectic eigenvalue


def checked_covariance(sigma: np.ndarray) -> np.ndarray:
    """The covariance with equal halves, if it is physical to rounding.

    Parameters
    ----------
    sigma : ndarray of shape (..., 2n, 2n)

    Raises
    ------
    InvalidStateError
        If it is not symmetric, not positive, or violates the uncertainty relation.

    Examples
    --------
    >>> print(checked_covariance(np.diag([1.0, 0.25])))
    [[1.   0.  ]
     [0.   0.25]]
    """
    size = np.abs(sigma).max(axis=(-1, -2), initial=0.0)
    difference = np.abs(sigma - sigma.swapaxes(-1, -2)).max(axis=(-1, -2), initial=0.0)
    if (difference > SYMMETRY * size).any():
        raise InvalidStateError(
            f"Argument `covariance` must be symmetric, but differs from its transpose by "
            f"{difference.max():.3g}{_where(difference > SYMMETRY * size)}."
        )
    sigma = (sigma + sigma.swapaxes(-1, -2)) / 2
    diagonal = np.diagonal(sigma, axis1=-2, axis2=-1)
    if (diagonal <= 0).any():
        raise InvalidStateError(
            f"Argument `covariance` has the variance {diagonal.min():.6g}"
            f"{_where((diagonal <= 0).any(axis=-1))}, which must be > 0."
        )
    # Rounding of sigma moves the eigenvalues by eps <x^2><p^2>.
    rounding = 64 * EPS * (diagonal[..., ::2] * diagonal[..., 1::2]).max(axis=-1)
    smallest = smallest_symplectic(sigma)
    bad = ~(smallest >= 0.5 - SLACK - rounding * diagonal.shape[-1])
    if bad.any():
        value = float(np.min(smallest[bad])) if np.ndim(smallest) else float(smallest)
        raise InvalidStateError(
            "Argument `covariance` violates the uncertainty relation: its smallest symplectic "
            f"eigenvalue is {value:.6g}{_where(bad)}, which must not be below 1/2 (0 means that "
            "the matrix is not positive). Vacuum has <x^2> = 1/(2 m w), <p^2> = m w/2 here; a "
            "covariance with vacuum variance 1 must be halved."
        )
    return sigma


def smallest_symplectic(sigma: np.ndarray) -> np.ndarray:
    """Smallest symplectic eigenvalues, shape (...); 0 where a matrix is not positive definite.

    Examples
    --------
    >>> print(smallest_symplectic(np.diag([2.0, 0.5])))
    1.0
    """
    flat = sigma.reshape(-1, *sigma.shape[-2:])
    try:
        factors = np.linalg.cholesky(flat)
    except np.linalg.LinAlgError:
        if len(flat) == 1:
            return np.zeros(sigma.shape[:-2])
        return np.array([smallest_symplectic(one) for one in flat]).reshape(sigma.shape[:-2])
    # L^T Omega L is antisymmetric with the singular values nu_k, each twice.
    turned = np.empty_like(factors)
    turned[:, ::2], turned[:, 1::2] = factors[:, 1::2], -factors[:, ::2]
    values = np.linalg.svd(factors.swapaxes(-1, -2) @ turned, compute_uv=False)
    return values[:, -1].reshape(sigma.shape[:-2])


def _where(bad: Any) -> str:
    index = [tuple(int(i) for i in found) for found in np.argwhere(bad)]
    return f" at batch index {index[0]}" if np.ndim(bad) and index else ""
