"""Symplectic eigenvalues of covariance matrices, reduced states, and the uncertainty relation.

Covariance matrices have shape (..., 2N, 2N), quadratures ordered q1, p1, q2, p2, ..., and vacuum
variance 1/2. Any array type of the array API standard is taken. How accurate the eigenvalues are
is said in `quantsync.gaussian.covariance`.
"""

from __future__ import annotations

from typing import Any

from array_api_compat import array_namespace

from quantsync.errors import InvalidArgumentError
from quantsync.gaussian.covariance import factorised, mode_list, state_covariance


def symplectic_spectrum(covariance: Any) -> Any:
    r"""Symplectic eigenvalues of covariance matrices, in increasing order.

    The matrices need not be states: only positivity is asked for, not the uncertainty relation
    nu >= 1/2 (`check_uncertainty` does that).

    Parameters
    ----------
    covariance : array of shape (..., 2N, 2N)
        Real symmetric positive matrices, ordered q1, p1, q2, p2, .... Matrices with NaN (points
        that failed before) give NaN.

    Returns
    -------
    array of shape (..., N)
        In units where the vacuum has 1/2.

    Raises
    ------
    DimensionError
        If the shape is not (..., 2N, 2N).
    InvalidStateError
        If a matrix is not symmetric or not positive.
    NonFiniteError
        If an entry is infinite.

    Examples
    --------
    >>> import numpy as np
    >>> from quantsync.gaussian.symplectic import symplectic_spectrum
    >>> print(symplectic_spectrum(np.diag([0.05, 5.0, 1.5, 1.5])))
    [0.5 1.5]
    """
    factor = factorised(covariance)
    return factor.masked(factor.spectrum())


def check_uncertainty(covariance: Any) -> None:
    """Raise an error unless covariance matrices obey the uncertainty relation.

    Parameters
    ----------
    covariance : array of shape (..., 2N, 2N)
        As in `symplectic_spectrum`.

    Raises
    ------
    InvalidStateError
        If a symplectic eigenvalue lies below 1/2 by more than rounding (a relative 1e-9 of it,
        and 1e-13 of the variances); the message gives it.
    DimensionError, NonFiniteError
        As `symplectic_spectrum`.

    Examples
    --------
    >>> import numpy as np
    >>> from quantsync.gaussian.symplectic import check_uncertainty
    >>> check_uncertainty(np.diag([0.5, 0.4]))
    Traceback (most recent call last):
    quantsync.errors.InvalidStateError: Argument `covariance` violates the uncertainty relation: ...
    """
    state_covariance(covariance)


def reduced_covariance(covariance: Any, modes: Any) -> Any:
    """Covariance matrices of some of the modes, in the order given.

    Parameters
    ----------
    covariance : array of shape (..., 2N, 2N)
        Covariance matrices.
    modes : iterable of int
        Modes that stay, counted from 0.

    Returns
    -------
    array of shape (..., 2K, 2K)

    Raises
    ------
    InvalidArgumentError
        If a mode does not exist.

    Examples
    --------
    >>> import numpy as np
    >>> from quantsync.gaussian.symplectic import reduced_covariance
    >>> print(reduced_covariance(np.diag([1.0, 2.0, 3.0, 4.0]), [1]))
    [[3. 0.]
     [0. 4.]]
    """
    xp = array_namespace(covariance)
    chosen = mode_list("modes", modes, covariance.shape[-1] // 2)
    rows = xp.asarray([k for m in chosen for k in (2 * m, 2 * m + 1)])
    return xp.take(xp.take(covariance, rows, axis=-2), rows, axis=-1)


def modes_of_cut(first: Any, count: int) -> list[int]:
    """Modes named by the argument ``first``, with some left on either side of the cut."""
    chosen = mode_list("first", first, count)
    if not chosen or len(chosen) == count:
        raise InvalidArgumentError(
            f"Argument `first` must leave modes on both sides of the cut, but is {first!r} out "
            f"of {count} mode(s)."
        )
    return chosen
