r"""Symplectic eigenvalues of covariance matrices, to the accuracy that their entries allow.

Covariance matrices have shape (..., 2N, 2N), quadratures ordered q1, p1, q2, p2, ..., and vacuum
variance 1/2. Any array type of the array API standard is taken.

Symplectic eigenvalues come from the Cholesky factor sigma = L L^T: they are the singular values
of the antisymmetric matrix A = L^T Omega L, twice each. The usual route through the symplectic
invariants loses half of the digits near pure states, where it finds an entanglement of 1e-8 that
is not there. For one and two modes A has closed forms, and det L gives the smallest eigenvalue
with full relative accuracy.

Numbers of the covariance matrix that are rounded at a relative 2e-16 leave the symplectic
eigenvalues uncertain by a relative 2e-16 / (smallest eigenvalue of the correlation matrix), since
they grow monotonously with the matrix. `Factor.rounding` is a few times that.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from quantsync.errors import DimensionError, InvalidArgumentError, InvalidStateError, NonFiniteError
from quantsync.measures.arrays import to_numpy

EPSILON = float(np.finfo(float).eps)
VIOLATION = 1e-9  # 2 nu may lie this far below 1 in a state that was itself computed
ROUNDED_VIOLATION = 1e-13  # and by this much more per inverse eigenvalue of the correlations
ASYMMETRY = 1e-8  # relative to the variances; more is no rounding


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
    >>> from quantsync.measures.symplectic import symplectic_spectrum
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
        If a symplectic eigenvalue lies below 1/2 by more than rounding (a relative 1e-9, plus
        1e-13 over the smallest eigenvalue of the correlation matrix); the message gives it.
    DimensionError, NonFiniteError
        As `symplectic_spectrum`.

    Examples
    --------
    >>> import numpy as np
    >>> from quantsync.measures.symplectic import check_uncertainty
    >>> check_uncertainty(np.diag([0.5, 0.4]))
    Traceback (most recent call last):
    quantsync.errors.InvalidStateError: Argument `covariance` violates the uncertainty relation: ...
    """
    factorised_state(covariance)


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
    >>> from quantsync.measures.symplectic import reduced_covariance
    >>> print(reduced_covariance(np.diag([1.0, 2.0, 3.0, 4.0]), [1]))
    [[3. 0.]
     [0. 4.]]
    """
    xp = array_namespace(covariance)
    chosen = _mode_list("modes", modes, covariance.shape[-1] // 2)
    rows = xp.asarray([k for m in chosen for k in (2 * m, 2 * m + 1)])
    return xp.take(xp.take(covariance, rows, axis=-2), rows, axis=-1)


@dataclass(frozen=True, eq=False)
class Factor:
    """Symmetrised matrices with their Cholesky factors; NaN points stand as vacuum."""

    xp: Any
    matrix: Any
    lower: Any
    rounding: Any  # relative uncertainty of the symplectic eigenvalues, shape (...)
    sound: Any  # False where the input is NaN

    @property
    def modes(self) -> int:
        """Number of modes N."""
        return self.matrix.shape[-1] // 2

    @property
    def diagonal(self) -> Any:
        """Diagonal of the Cholesky factor; the product is sqrt(det sigma)."""
        return self.xp.linalg.diagonal(self.lower)

    def masked(self, values: Any) -> Any:
        """Put NaN where the input was NaN."""
        sound = self.sound
        if values.ndim > sound.ndim:
            sound = sound[..., None]
        return self.xp.where(sound, values, self.xp.full_like(values, math.nan))

    def spectrum(self, transposed: list[int] | None = None) -> Any:
        """Symplectic eigenvalues, increasing; of the partial transpose of some modes if given."""
        xp, n = self.xp, self.modes
        if n == 1:
            return xp.prod(self.diagonal, axis=-1)[..., None]
        positions, momenta = self.lower[..., 0::2, :], self.lower[..., 1::2, :]
        if transposed:
            signs = xp.asarray([-1.0 if k in transposed else 1.0 for k in range(n)])
            momenta = momenta * signs[:, None]
        product = xp.matrix_transpose(positions) @ momenta
        skew = product - xp.matrix_transpose(product)
        if n > 2:
            return xp.flip(xp.linalg.svdvals(skew), axis=-1)[..., ::2]
        # Antisymmetric 4x4 matrices are a pair of 3-vectors: eigenvalues (|e+b| +- |e-b|)/2.
        pairs = (
            (skew[..., 0, 1], skew[..., 2, 3]),
            (skew[..., 0, 2], -skew[..., 1, 3]),
            (skew[..., 0, 3], skew[..., 1, 2]),
        )
        sums = xp.sqrt(sum((e + b) ** 2 for e, b in pairs))
        differences = xp.sqrt(sum((e - b) ** 2 for e, b in pairs))
        largest = (sums + differences) / 2
        smallest = xp.prod(self.diagonal, axis=-1) / largest  # the Pfaffian is det L
        # Equal up to rounding, the quotient may come out as the larger one.
        pair = [
            xp.where(smallest < largest, x, y)
            for x, y in ((smallest, largest), (largest, smallest))
        ]
        return xp.stack(pair, axis=-1)


def factorised(covariance: Any) -> Factor:
    """Check and factorise positive matrices, states or not; errors as `symplectic_spectrum`."""
    xp = array_namespace(covariance)
    shape = covariance.shape
    if len(shape) < 2 or shape[-1] != shape[-2] or shape[-1] % 2 or not shape[-1]:
        raise DimensionError(
            "Argument `covariance` must have shape (..., 2N, 2N) with quadratures ordered "
            f"q1, p1, q2, p2, ..., but has {tuple(shape)}."
        )
    if xp.isdtype(covariance.dtype, "complex floating"):
        raise InvalidArgumentError("Argument `covariance` must be real, but is complex.")
    matrix = xp.astype(covariance, xp.float64)
    if bool(xp.any(xp.isinf(matrix))):
        raise NonFiniteError("Argument `covariance` must be finite, but has an infinite entry.")
    size = shape[-1]
    sound = ~xp.any(xp.any(xp.isnan(matrix), axis=-1), axis=-1)
    matrix = xp.where(sound[..., None, None], matrix, xp.eye(size) / 2)
    variances = xp.linalg.diagonal(matrix)
    _refuse(variances <= 0, variances, "has a variance that is not positive: {value:.6g}")
    scale = xp.sqrt(variances)
    correlation = matrix / (scale[..., :, None] * scale[..., None, :])
    lopsided = xp.abs(correlation - xp.matrix_transpose(correlation))
    _refuse(
        lopsided > ASYMMETRY,
        lopsided,
        "must be symmetric, but differs from its transpose by {value:.3g} of the variances",
    )
    correlation = (correlation + xp.matrix_transpose(correlation)) / 2
    matrix = (matrix + xp.matrix_transpose(matrix)) / 2
    lowest = xp.linalg.eigvalsh(correlation)[..., 0]
    # Not above its own rounding, an eigenvalue has no sign, and the factor would be noise.
    _refuse(
        lowest <= size * EPSILON,
        lowest,
        "must be positive definite, but its correlation matrix has the eigenvalue {value:.3g}",
    )
    lower = scale[..., :, None] * xp.linalg.cholesky(correlation)
    return Factor(xp, matrix, lower, 4 * size * EPSILON / lowest, sound)


def factorised_state(covariance: Any) -> Factor:
    """Check and factorise covariance matrices of states; errors as `check_uncertainty`."""
    factor = factorised(covariance)
    doubled = 2 * factor.spectrum()[..., 0]
    lowest = factor.rounding / (4 * 2 * factor.modes * EPSILON)  # 1 / smallest eigenvalue
    tolerance = VIOLATION + ROUNDED_VIOLATION * lowest
    _refuse(
        1 - doubled > tolerance,
        doubled / 2,
        "violates the uncertainty relation: its smallest symplectic eigenvalue is {value:.12g}, "
        "but must be at least 1/2 (hbar = 1, vacuum variance 1/2, order q1, p1, q2, p2; "
        "divide by 2 if the vacuum has variance 1)",
    )
    return factor


def modes_of_cut(first: Any, count: int) -> list[int]:
    """Modes named by the argument ``first``, with some left on either side of the cut."""
    chosen = _mode_list("first", first, count)
    if not chosen or len(chosen) == count:
        raise InvalidArgumentError(
            f"Argument `first` must leave modes on both sides of the cut, but is {first!r} out "
            f"of {count} mode(s)."
        )
    return chosen


def _mode_list(name: str, modes: Any, count: int) -> list[int]:
    given = list(modes) if isinstance(modes, Iterable) else [modes]
    for k in given:
        if isinstance(k, bool) or not isinstance(k, Integral) or not 0 <= int(k) < count:
            raise InvalidArgumentError(
                f"Argument `{name}` must hold modes from 0 to {count - 1}, but has {k!r}."
            )
    if len(set(given)) < len(given):
        raise InvalidArgumentError(f"Argument `{name}` must name a mode once, but is {modes!r}.")
    return [int(k) for k in given]


def _refuse(bad: Any, values: Any, text: str) -> None:
    xp = array_namespace(values)
    if not bool(xp.any(bad)):
        return
    where = to_numpy(bad)
    index = tuple(int(k) for k in np.argwhere(where)[0])
    place = f" (index {index})" if index else ""
    value = float(to_numpy(values)[index])
    raise InvalidStateError(f"Argument `covariance` {text.format(value=value)}{place}.")
