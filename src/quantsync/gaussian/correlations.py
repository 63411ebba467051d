r"""Purity, entropies, entanglement and discord of Gaussian states, from covariance matrices.

Covariance matrices have shape (..., 2N, 2N), quadratures ordered q1, p1, q2, p2, ..., and vacuum
variance 1/2. Batches are in front; any array type of the array API standard is taken.

Excesses nu - 1/2 and entanglement that are no larger than the rounding of the matrix (see
`quantsync.gaussian.covariance`) are returned as exactly zero: they say nothing about the state.
"""

from __future__ import annotations

import math
from typing import Any

from quantsync.checks import named_arguments, nats_per_unit, whole_number
from quantsync.errors import DimensionError, InvalidArgumentError
from quantsync.gaussian.covariance import (
    Factor,
    factorised,
    factorised_state,
    mode_list,
    reduced_covariance,
)


@named_arguments
def purity(covariance: Any) -> Any:
    """Purity ``Tr rho^2 = 1/(2^N sqrt(det sigma))``, between 0 and 1.

    Parameters
    ----------
    covariance : array of shape (..., 2N, 2N)
        Covariance matrices of states.

    Returns
    -------
    array of shape (...)

    Raises
    ------
    InvalidStateError, DimensionError, NonFiniteError
        If a matrix is not that of a state.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> float(qs.gaussian.purity(np.diag([1.0, 1.0])))
    0.5
    """
    factor = factorised_state(covariance)
    xp = factor.xp
    # A sum of logarithms: the determinant of many modes overflows.
    exponent = xp.sum(xp.log(math.sqrt(2) * factor.diagonal), axis=-1)
    # 2^N sqrt(det) is the product of the 2 nu, each of which is uncertain by the rounding.
    exponent = xp.where(exponent <= factor.modes * factor.rounding, 0.0 * exponent, exponent)
    return factor.masked(xp.exp(-exponent))


@named_arguments
def entropy(covariance: Any, base: float = math.e) -> Any:
    """Von Neumann entropy of Gaussian states.

    ``S = sum_k s(nu_k)`` with ``s(nu) = (nu + 1/2) ln(nu + 1/2) - (nu - 1/2) ln(nu - 1/2)``
    (Holevo, Sohma and Hirota, Phys. Rev. A 59, 1820 (1999)).

    Parameters
    ----------
    covariance : array of shape (..., 2N, 2N)
        Covariance matrices of states.
    base : float, default e
        Base of the logarithm: e for nats, 2 for bits.

    Returns
    -------
    array of shape (...)
        Exactly zero for states that are pure to rounding.

    Raises
    ------
    InvalidStateError, DimensionError, NonFiniteError
        If a matrix is not that of a state.
    InvalidArgumentError
        If ``base`` is not a number above 1.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> float(qs.gaussian.entropy(np.diag([1.5, 1.5]), base=2))     # one thermal quantum
    2.0
    """
    unit = nats_per_unit(base)
    factor = factorised_state(covariance)
    return factor.masked(_entropy(factor) / unit)


@named_arguments
def mutual_information(covariance: Any, first: Any = (0,), base: float = math.e) -> Any:
    """Quantum mutual information ``I = S(first) + S(rest) - S`` of Gaussian states.

    Parameters
    ----------
    covariance : array of shape (..., 2N, 2N)
        Covariance matrices of states.
    first : int or iterable of int, default (0,)
        Modes on one side of the cut, counted from 0; the other side is the rest.
    base : float, default e
        Base of the logarithm.

    Returns
    -------
    array of shape (...)
        Never negative.

    Raises
    ------
    InvalidStateError, DimensionError, NonFiniteError
        If a matrix is not that of a state.
    InvalidArgumentError
        If a mode does not exist, or one side of the cut is empty.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> float(qs.gaussian.mutual_information(np.diag([5.0, 0.05, 1.5, 1.5])))
    0.0
    """
    unit = nats_per_unit(base)
    whole = factorised_state(covariance)
    here = _modes_of_cut(first, whole.modes)
    there = [k for k in range(whole.modes) if k not in here]
    parts = sum(_entropy(factorised(reduced_covariance(whole.matrix, m))) for m in (here, there))
    value = parts - _entropy(whole)
    return whole.masked(whole.xp.where(value > 0, value, 0.0 * value) / unit)


@named_arguments
def log_negativity(covariance: Any, first: Any = (0,), base: float = math.e) -> Any:
    r"""Logarithmic negativity of Gaussian states, ``E = sum_k max(0, -ln 2 nu~_k)``.

    nu~ are the symplectic eigenvalues after partial transposition, which turns the sign of the
    momenta of ``first`` (Vidal and Werner, Phys. Rev. A 65, 032314 (2002)). In papers with vacuum
    variance 1 it is written -ln nu~.

    Parameters
    ----------
    covariance : array of shape (..., 2N, 2N)
        Covariance matrices of states.
    first : int or iterable of int, default (0,)
        Modes on one side of the cut, counted from 0; the other side is the rest.
    base : float, default e
        Base of the logarithm.

    Returns
    -------
    array of shape (...)
        Exactly zero where nu~ lies below 1/2 by no more than rounding.

    Raises
    ------
    InvalidStateError, DimensionError, NonFiniteError, InvalidArgumentError
        As `mutual_information`.

    Examples
    --------
    A two-mode squeezed vacuum has E = 2r.

    >>> import numpy as np, quantsync as qs
    >>> c, s = np.cosh(2 * 0.3) / 2, np.sinh(2 * 0.3) / 2
    >>> covariance = np.array([[c, 0, s, 0], [0, c, 0, -s], [s, 0, c, 0], [0, -s, 0, c]])
    >>> round(float(qs.gaussian.log_negativity(covariance)), 12)
    0.6
    """
    unit = nats_per_unit(base)
    factor = factorised_state(covariance)
    xp = factor.xp
    here = _modes_of_cut(first, factor.modes)
    spectrum = factor.spectrum(transposed=here)
    terms = -xp.log(2 * spectrum)
    terms = xp.where(terms > factor.rounding[..., None], terms, 0.0 * terms)
    return factor.masked(xp.sum(terms, axis=-1) / unit)


@named_arguments
def discord(covariance: Any, measured: int = 1, base: float = math.e) -> Any:
    r"""Gaussian quantum discord of two modes: discord with Gaussian measurements on one of them.

    ``D = s(b) - s(nu_1) - s(nu_2) + s(sqrt(min det sigma_A|B))``, with b the symplectic eigenvalue
    of the measured mode, s as in `entropy`, and the minimum over pure Gaussian
    measurements, in the standard form diag(lambda, 1/lambda)/2: squeezed heterodyne detection
    (lambda between 0 and 1) or homodyne detection (lambda = 0), the two cases of Eq. (9) of
    Adesso and Datta, Phys. Rev. Lett. 105, 030501 (2010). That equation divides by det B - 1;
    here both cases come from the minimum over lambda, without loss of digits near pure states.

    Parameters
    ----------
    covariance : array of shape (..., 4, 4)
        Covariance matrices of states of two modes.
    measured : {0, 1}, default 1
        The mode on which the measurement acts. The discord is not symmetric.
    base : float, default e
        Base of the logarithm.

    Returns
    -------
    array of shape (...)
        Never negative; zero for product states only.

    Raises
    ------
    DimensionError
        If there are not two modes.
    InvalidArgumentError
        If ``measured`` is neither 0 nor 1, or ``base`` no number above 1.
    InvalidStateError, NonFiniteError
        If a matrix is not that of a state.

    Examples
    --------
    In a pure state it is the entropy of entanglement.

    >>> import numpy as np, quantsync as qs
    >>> c, s = np.cosh(2 * 0.3) / 2, np.sinh(2 * 0.3) / 2
    >>> covariance = np.array([[c, 0, s, 0], [0, c, 0, -s], [s, 0, c, 0], [0, -s, 0, c]])
    >>> round(float(qs.gaussian.discord(covariance) - qs.gaussian.entropy(c * np.eye(2))), 12)
    0.0
    """
    unit = nats_per_unit(base)
    factor = factorised_state(covariance)
    xp, n = factor.xp, factor.modes
    if n != 2:
        raise DimensionError(f"Argument `covariance` must describe 2 modes for discord, not {n}.")
    measured = whole_number(measured, "measured", at_least=0, at_most=1)
    kept = factorised(reduced_covariance(factor.matrix, [1 - measured]))
    probe = factorised(reduced_covariance(factor.matrix, [measured]))
    a, b = kept.spectrum()[..., 0] * 2, probe.spectrum()[..., 0] * 2  # vacuum 1, as in the paper
    i, j = 2 * (1 - measured), 2 * measured
    cross = factor.matrix[..., i : i + 2, j : j + 2]
    # Local symplectic maps sqrt(nu) L^-1 bring both modes to multiples of the identity.
    cross = xp.linalg.solve(kept.lower, cross)
    cross = xp.linalg.solve(probe.lower, xp.matrix_transpose(cross))
    plus, minus = _singular_values_of_2x2(xp, cross)
    # a b - c^2 for the two quadratures, without forming c: c^2 = a b k^2, k the correlation.
    large = a * b * _one_minus_square(plus)
    small = a * b * _one_minus_square(minus)
    conditional = xp.sqrt(_conditional_determinant(xp, a, b, large, small))
    rest = factor.rounding
    measured_entropy = _entropy_of(xp, _excess(xp, conditional / 2, rest))
    value = _entropy(probe) + measured_entropy - _entropy(factor)
    return factor.masked(xp.where(value > 0, value, 0.0 * value) / unit)


def _modes_of_cut(first: Any, count: int) -> list[int]:
    chosen = mode_list("first", first, count)
    if len(chosen) == count:
        raise InvalidArgumentError(
            f"Argument `first` must leave modes on both sides of the cut, but is {first!r} out "
            f"of {count} mode(s)."
        )
    return chosen


def _excess(xp: Any, spectrum: Any, rounding: Any) -> Any:
    """Symplectic eigenvalues less 1/2, zero where that is rounding."""
    excess = spectrum - 0.5
    return xp.where(excess > rounding * spectrum, excess, 0.0 * excess)


def _entropy_of(xp: Any, excess: Any) -> Any:
    # (x+1) ln(x+1) - x ln x, written so that neither small nor large x cancels.
    empty = excess <= 1e-300
    x = xp.where(empty, xp.ones_like(excess), excess)
    return xp.where(empty, 0.0 * x, xp.log1p(x) + x * xp.log1p(1 / x))


def _entropy(factor: Factor) -> Any:
    xp = factor.xp
    excess = _excess(xp, factor.spectrum(), factor.rounding[..., None])
    return xp.sum(_entropy_of(xp, excess), axis=-1)


def _singular_values_of_2x2(xp: Any, m: Any) -> tuple[Any, Any]:
    p, q, r, s = m[..., 0, 0], m[..., 0, 1], m[..., 1, 0], m[..., 1, 1]
    same, opposite = xp.sqrt((p + s) ** 2 + (q - r) ** 2), xp.sqrt((p - s) ** 2 + (q + r) ** 2)
    return (same + opposite) / 2, xp.abs(same - opposite) / 2


def _one_minus_square(x: Any) -> Any:
    return (1 - x) * (1 + x)


def _conditional_determinant(xp: Any, a: Any, b: Any, large: Any, small: Any) -> Any:
    """Least determinant of the unmeasured mode, over seeds diag(x, 1/x), 0 <= x <= 1.

    It is (a small x^2 + (large small + a^2) x + a large)/(b x^2 + (b^2 + 1) x + b) with
    large = a b - c^2 for the stronger correlation c and small = a b - d^2 for the weaker one.
    """
    top = (a * small, large * small + a**2, a * large)
    below = (b, b**2 + 1, b)

    def value(x: Any) -> Any:
        return (top[0] * x**2 + top[1] * x + top[2]) / (below[0] * x**2 + below[1] * x + below[2])

    # Where the derivative vanishes: u x^2 + 2 v x + w = 0.
    u = top[0] * below[1] - top[1] * below[0]
    v = below[0] * (top[0] - top[2])
    w = top[1] * below[2] - top[2] * below[1]
    root = xp.sqrt(xp.where(v**2 - u * w > 0, v**2 - u * w, 0.0 * v))
    # v >= 0, so that -(v + root) does not cancel; the two roots are q/u and w/q.
    q = -(v + root)
    best = xp.where(value(0.0 * a) < value(1 + 0.0 * a), value(0.0 * a), value(1 + 0.0 * a))
    for up, down in ((q, u), (w, q)):
        x = up / xp.where(down == 0, xp.ones_like(down), down)
        inside = (down != 0) & (x > 0) & (x < 1)
        there = value(xp.where(inside, x, 0.0 * x))
        best = xp.where(inside & (there < best), there, best)
    return best
