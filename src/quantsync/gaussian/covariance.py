r"""Covariance matrices of modes: checks, Cholesky factors, symplectic eigenvalues, uncertainty.

Covariance matrices have shape (..., 2N, 2N), quadratures ordered q1, p1, q2, p2, ..., and vacuum
variance 1/2. Any array type of the array API standard is taken. Gaussian states and the measures
of them stand on this.

Symplectic eigenvalues come from the Cholesky factor sigma = L L^T: they are the singular values
of the antisymmetric matrix A = L^T Omega L, twice each. The usual route through the symplectic
invariants loses half of the digits near pure states, where it finds an entanglement of 1e-8 that
is not there. For one and two modes A has closed forms, and det L gives the smallest eigenvalue
with full relative accuracy; for more modes the inverse of A does.

Numbers of the covariance matrix that are rounded at a relative 2e-16 leave the symplectic
eigenvalues uncertain by a relative 2e-16 / (smallest eigenvalue of the correlation matrix), since
they grow monotonously with the matrix. `Factor.rounding` is a few times that. For the same reason
a matrix that violates the uncertainty relation by no more than rounding obeys it once its
variances are raised by that rounding; this is how states are told from others, and it has an
answer also where the correlation matrix is singular to rounding, as for strong squeezing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from quantsync.arrays import is_foreign, to_numpy
from quantsync.checks import real_array, shown, whole_number
from quantsync.errors import DimensionError, InvalidArgumentError, InvalidStateError, NonFiniteError

EPSILON = float(np.finfo(float).eps)
VIOLATION = 1e-9  # 2 nu may lie this far below 1 in a state that was itself computed
ROUNDING = 1e-13  # of the variances of such a state, relative
RANGE = 1e140  # of variances: determinants of pairs of modes are numbers still
ASYMMETRY = 1e-8  # relative to the variances; more is no rounding


@dataclass(frozen=True, eq=False)
class Scaled:
    """Checked matrices as their standard deviations and correlations; NaN points are vacuum."""

    xp: Any
    matrix: Any  # symmetric to the last bit
    scale: Any  # standard deviations, shape (..., 2N)
    correlation: Any
    lowest: Any  # eigenvalue of the correlation matrix, shape (...)
    sound: Any  # False where the input is NaN

    def factor(self, raised: float = 0.0) -> Factor:
        """Cholesky factors, of the matrices with all variances raised by a part of themselves."""
        xp, size = self.xp, self.matrix.shape[-1]
        correlation = self.correlation + raised * xp.eye(size)
        unit = xp.linalg.cholesky(correlation)
        rounding = 4 * size * EPSILON / (self.lowest + raised)
        return Factor(xp, self.matrix, self.scale, unit, rounding, self.sound)


@dataclass(frozen=True, eq=False)
class Factor:
    """Symmetrised matrices with their Cholesky factors; NaN points stand as vacuum."""

    xp: Any
    matrix: Any
    scale: Any  # standard deviations, shape (..., 2N)
    unit: Any  # factor of the correlation matrix
    rounding: Any  # relative uncertainty of the symplectic eigenvalues, shape (...)
    sound: Any  # False where the input is NaN

    @property
    def modes(self) -> int:
        """Number of modes N."""
        return self.matrix.shape[-1] // 2

    @property
    def lower(self) -> Any:
        """The Cholesky factor L of the matrix."""
        return self.scale[..., :, None] * self.unit

    @property
    def diagonal(self) -> Any:
        """Diagonal of the Cholesky factor; the product is sqrt(det sigma)."""
        return self.scale * self.xp.linalg.diagonal(self.unit)

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
        lower = self.lower
        positions, momenta = lower[..., 0::2, :], lower[..., 1::2, :]
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

    def smallest(self) -> Any:
        """The smallest symplectic eigenvalue, beside large ones as accurate as by itself."""
        xp, n = self.xp, self.modes
        if n <= 2:
            return self.spectrum()[..., 0]
        # 1/smallest is the largest singular value of L^-1 Omega L^-T.
        areas = self.scale[..., 0::2] * self.scale[..., 1::2]
        form = xp.asarray(np.kron(np.eye(n), [[0.0, 1.0], [-1.0, 0.0]]))
        form = form / xp.repeat(areas, 2, axis=-1)[..., None]
        half = xp.linalg.solve(self.unit, form)
        inverse = xp.linalg.solve(self.unit, xp.matrix_transpose(half))
        return 1 / xp.linalg.svdvals(inverse)[..., 0]


def covariance_array(given: Any) -> Any:
    """Covariance matrices (..., 2N, 2N) as an array of real numbers, some of which may be NaN."""
    values: Any = given if is_foreign(given) else real_array(given, "covariance", finite=False)
    if not array_namespace(values).isdtype(values.dtype, ("bool", "integral", "real floating")):
        raise InvalidArgumentError(
            f"Argument `covariance` must be real, but is of type {values.dtype}."
        )
    shape = tuple(values.shape)
    if len(shape) < 2 or shape[-1] != shape[-2] or shape[-1] % 2 or not shape[-1]:
        raise DimensionError(
            "Argument `covariance` must have shape (..., 2N, 2N) with quadratures ordered "
            f"q1, p1, q2, p2, ..., but has {shape}."
        )
    return values


def scaled(covariance: Any) -> Scaled:
    """Check shape, numbers and symmetry, and take the standard deviations out."""
    covariance = covariance_array(covariance)
    xp, size = array_namespace(covariance), covariance.shape[-1]
    matrix = xp.astype(covariance, xp.float64)
    if bool(xp.any(xp.isinf(matrix))):
        raise NonFiniteError("Argument `covariance` must be finite, but has an infinite entry.")
    unknown = xp.isnan(matrix)
    sound = ~xp.all(xp.all(unknown, axis=-1), axis=-1)
    partly = xp.any(xp.any(unknown, axis=-1), axis=-1) & sound
    if bool(xp.any(partly)):
        raise NonFiniteError(
            "Argument `covariance` must be finite, but has a NaN entry; only a matrix of nothing "
            "else stands for a point that is not known."
        )
    matrix = xp.where(sound[..., None, None], matrix, xp.eye(size) / 2)
    variances = xp.linalg.diagonal(matrix)
    worst, largest = xp.min(variances, axis=-1), xp.max(variances, axis=-1)
    _refuse(worst <= 0, worst, "has a variance that is not positive: {value:.6g}{place}")
    for extreme, outside in ((worst, worst < 1 / RANGE), (largest, largest > RANGE)):
        _refuse(outside, extreme, "has a variance outside of 1e-140 ... 1e140: {value:.3g}{place}")
    scale = xp.sqrt(variances)
    correlation = matrix / (scale[..., :, None] * scale[..., None, :])
    lopsided = xp.abs(correlation - xp.matrix_transpose(correlation))
    lopsided = xp.max(xp.max(lopsided, axis=-1), axis=-1)
    _refuse(
        lopsided > ASYMMETRY,
        lopsided,
        "must be symmetric, but differs from its transpose by {value:.3g} of the variances{place}",
    )
    correlation = (correlation + xp.matrix_transpose(correlation)) / 2
    matrix = (matrix + xp.matrix_transpose(matrix)) / 2
    lowest = xp.linalg.eigvalsh(correlation)[..., 0]
    return Scaled(xp, matrix, scale, correlation, lowest, sound)


def factorised(covariance: Any) -> Factor:
    """Check and factorise symmetric positive matrices, states or not."""
    return _positive(scaled(covariance)).factor()


def factorised_state(covariance: Any) -> Factor:
    """Check and factorise covariance matrices that obey the uncertainty relation."""
    parts = _positive(scaled(covariance))
    factor = parts.factor()
    # Most matrices do not need a second factor to be told from those that violate it.
    if bool(parts.xp.any(2 * factor.smallest() < 1 - VIOLATION)):
        _require_uncertainty(parts)
    return factor


def state_covariance(covariance: Any) -> Any:
    """The covariance matrices of states, their halves equal to the last bit."""
    # States whose correlation matrix is singular to rounding pass as well, of which no entropy can
    # be computed.
    parts = scaled(covariance)
    _require_uncertainty(parts)
    return parts.matrix


def mode_list(name: str, modes: Any, count: int) -> list[int]:
    """Different modes, counted from 0, out of ``count``; ``name`` is the argument's."""
    several = isinstance(modes, Iterable) and getattr(modes, "ndim", 1) == 1
    given: list[Any] = list(modes) if several else [modes]
    chosen = [whole_number(k, name, at_least=0, at_most=count - 1) for k in given]
    if not chosen or len(set(chosen)) < len(chosen):
        raise InvalidArgumentError(
            f"Argument `{name}` must name at least one mode, each once, but is {shown(modes)}."
        )
    return chosen


def quadratures_of(modes: list[int]) -> list[int]:
    """Where q and p of some modes stand in q1, p1, q2, p2, ..."""
    return [k for mode in modes for k in (2 * mode, 2 * mode + 1)]


def reduced_covariance(covariance: Any, modes: Any) -> Any:
    """Covariance matrices (..., 2K, 2K) of some of the modes, in the order given."""
    covariance = covariance_array(covariance)
    xp = array_namespace(covariance)
    rows = xp.asarray(quadratures_of(mode_list("modes", modes, covariance.shape[-1] // 2)))
    return xp.take(xp.take(covariance, rows, axis=-2), rows, axis=-1)


def _positive(parts: Scaled, raised: float = 0.0) -> Scaled:
    # Not above its own rounding, an eigenvalue has no sign, and the factor would be noise.
    _refuse(
        parts.lowest + raised <= parts.matrix.shape[-1] * EPSILON,
        parts.lowest,
        "must be positive definite, but its correlation matrix has the eigenvalue "
        "{value:.3g}{place}",
    )
    return parts


def _require_uncertainty(parts: Scaled) -> None:
    smallest = _positive(parts, ROUNDING).factor(raised=ROUNDING).smallest()
    _refuse(
        2 * smallest < 1 - VIOLATION,
        smallest,
        "violates the uncertainty relation: its smallest symplectic eigenvalue is "
        "{value:.12g}{place}, but must be at least 1/2 (hbar = 1, order q1, p1, q2, p2; the vacuum "
        "has <q^2> = 1/(2 m w), <p^2> = m w/2; a covariance with vacuum variance 1 must be halved)",
    )


def _refuse(bad: Any, values: Any, text: str) -> None:
    """Raise an error with the first bad value of a batch and its index."""
    if not bool(array_namespace(values).any(bad)):
        return
    index = tuple(int(k) for k in np.argwhere(to_numpy(bad))[0])
    place = f" at batch index {index}" if index else ""
    value = float(to_numpy(values)[index])
    raise InvalidStateError(f"Argument `covariance` {text.format(value=value, place=place)}.")
