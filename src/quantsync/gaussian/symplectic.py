"""Symplectic eigenvalues of covariance matrices, and the uncertainty relation."""

from __future__ import annotations

from typing import Any

from quantsync.checks import named_arguments
from quantsync.gaussian.covariance import factorised, state_covariance


@named_arguments
def symplectic_spectrum(covariance: Any) -> Any:
    """Symplectic eigenvalues of covariance matrices, in increasing order.

    The matrices need not be states: only positivity is asked for, not the uncertainty relation
    nu >= 1/2.

    Parameters
    ----------
    covariance : array of shape (..., 2N, 2N)
        Real symmetric positive matrices, quadratures ordered q1, p1, q2, p2, ..., vacuum variance
        1/2; any array type of the array API standard. Matrices with NaN (points that failed
        before) give NaN.

    Returns
    -------
    array of shape (..., N)
        In units where the vacuum has 1/2. `quantsync.gaussian.covariance` says how accurate.

    Raises
    ------
    DimensionError
        If the shape is not (..., 2N, 2N).
    InvalidStateError
        If a matrix is not symmetric or not positive.
    InvalidArgumentError, NonFiniteError
        If an entry is not real, or infinite.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> print(qs.gaussian.symplectic_spectrum(np.diag([0.05, 5.0, 1.5, 1.5])))
    [0.5 1.5]
    """
    factor = factorised(covariance)
    return factor.masked(factor.spectrum())


def check_uncertainty(covariance: Any) -> None:
    """Raise `InvalidStateError` unless covariance matrices obey the uncertainty relation."""
    state_covariance(covariance)
