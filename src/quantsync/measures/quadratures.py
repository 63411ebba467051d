r"""Quantum synchronization of two modes from their covariance, beside its baselines.

Mari, Farace, Didier, Giovannetti and Fazio, Phys. Rev. Lett. 111, 103605 (2013), measure how much
the errors ``q_- = (q_1 - q_2)/sqrt2`` and ``p_- = (p_1 - p_2)/sqrt2`` fluctuate. The uncertainty
relation of q_- and p_- bounds complete synchronization by 1, and two vacua that never met reach
that bound: a large value alone says that the state is cold, not that it is synchronized. So each
measure comes with the value of the product state with the same marginals, with its excess over it,
and with the smallest symplectic eigenvalue, which is at least 1/2 for every state.

Covariance matrices have shape (..., 2N, 2N), quadratures ordered q1, p1, q2, p2, ..., and vacuum
variance 1/2; means shape (..., 2N). Batches are in front; any array type of the array API standard
is taken.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from quantsync.arrays import is_foreign
from quantsync.checks import broadcast_shape, named_arguments, real_array
from quantsync.errors import DimensionError, InvalidArgumentError, NonFiniteError
from quantsync.gaussian.covariance import Factor, factorised, mode_list, reduced_covariance


class QuadratureSynchronization(NamedTuple):
    """A measure of synchronization beside what it must be compared with; shapes (...).

    Attributes
    ----------
    value : array
        The measure.
    product : array
        Its value in the product state with the same marginals: all correlations between the two
        modes removed.
    nu_min : array
        Smallest symplectic eigenvalue of the two modes' covariance. Below 1/2 the covariance
        violates the uncertainty relation, and ``value`` says nothing.
    """

    value: Any
    product: Any
    nu_min: Any

    @property
    def excess(self) -> Any:
        """What the correlations between the modes add: ``value - product``."""
        return self.value - self.product


@named_arguments
def complete_synchronization(covariance: Any, modes: Any = (0, 1)) -> QuadratureSynchronization:
    r"""Complete synchronization ``S_c = 1/<q_-^2 + p_-^2>`` of the fluctuations of two modes.

    ``S_c = 2/(C_11 + C_22 + C_33 + C_44 - 2 C_13 - 2 C_24)``: S_c of Mari et al., Phys. Rev. Lett.
    111, 103605 (2013), about the means; S_q, Eq. (16) of Ghildiyal et al., arXiv:2408.06126. It is
    at most 1 for every state; the product state has 2/Tr C.

    Parameters
    ----------
    covariance : array of shape (..., 2N, 2N)
        Covariance matrices; they need not obey the uncertainty relation, but be positive.
    modes : pair of int, default (0, 1)
        The two modes, counted from 0.

    Returns
    -------
    QuadratureSynchronization
        NaN where the covariance is NaN.

    Raises
    ------
    DimensionError, InvalidStateError, NonFiniteError
        As `symplectic_spectrum`.
    InvalidArgumentError
        If ``modes`` does not name two different modes.

    Examples
    --------
    Two vacua reach the bound, and a two-mode squeezed vacuum does not, in spite of its
    entanglement: it has less noise in q_- and more in p_-.

    >>> import numpy as np
    >>> from quantsync.measures.quadratures import complete_synchronization
    >>> found = complete_synchronization(np.eye(4) / 2)
    >>> print(found.value, found.product, found.excess, found.nu_min)
    1.0 1.0 0.0 0.5
    >>> c, s = np.cosh(1) / 2, np.sinh(1) / 2
    >>> covariance = np.array([[c, 0, s, 0], [0, c, 0, -s], [s, 0, c, 0], [0, -s, 0, c]])
    >>> print(complete_synchronization(covariance).value.round(6))
    0.648054
    """
    pair = _pair(covariance, modes)
    C = pair.matrix
    total = C[..., 0, 0] + C[..., 1, 1] + C[..., 2, 2] + C[..., 3, 3]
    return _beside(pair, 2 / (total - 2 * C[..., 0, 2] - 2 * C[..., 1, 3]), 2 / total)


@named_arguments
def phi_synchronization(
    covariance: Any, mean: Any, modes: Any = (0, 1)
) -> QuadratureSynchronization:
    r"""Complete synchronization with each mode in the frame of its mean phase, ``S_q^phi``.

    With ``q_j^phi = q_j cos phi_j + p_j sin phi_j``, ``p_j^phi = p_j cos phi_j - q_j sin phi_j``
    and phi = phi_2 - phi_1, ``S_q^phi = 2/(C_11 + C_22 + C_33 + C_44 + 2 sin phi (C_23 - C_14)
    - 2 cos phi (C_13 + C_24))``: Eqs. (17), (18) and (21) of Ghildiyal et al., arXiv:2408.06126.
    Their phi_j = arctan(p_j/q_j) loses the quadrant; here it is the argument of q_j + i p_j.

    Parameters
    ----------
    covariance : array of shape (..., 2N, 2N)
        As for `complete_synchronization`.
    mean : array of shape (..., 2N)
        Mean quadratures; batch shapes broadcast.
    modes : pair of int, default (0, 1)
        The two modes.

    Returns
    -------
    QuadratureSynchronization
        NaN where one of the means is zero, which has no phase. ``product`` does not depend on the
        phases, and is 2/Tr C.

    Raises
    ------
    DimensionError, InvalidStateError, NonFiniteError, InvalidArgumentError
        As `complete_synchronization`; or if the mean is not real, or infinite.
    BroadcastError
        If batch shapes do not fit.

    Examples
    --------
    The second mode a quarter turn ahead, and correlated accordingly:

    >>> import numpy as np
    >>> from quantsync.measures.quadratures import phi_synchronization
    >>> C = np.diag([1.0, 1.0, 1.0, 1.0])
    >>> C[0, 3] = C[3, 0] = 0.4
    >>> C[1, 2] = C[2, 1] = -0.4
    >>> found = phi_synchronization(C, np.array([2.0, 0.0, 0.0, 3.0]))
    >>> print(found.value.round(6), found.product)
    0.833333 0.5
    """
    pair = _pair(covariance, modes)
    C, xp = pair.matrix, pair.xp
    turn = _phases(pair, mean, modes, covariance.shape[-1])
    phi = turn[1] - turn[0]
    cos, sin = xp.cos(phi), xp.sin(phi)
    total = C[..., 0, 0] + C[..., 1, 1] + C[..., 2, 2] + C[..., 3, 3]
    crossed = sin * (C[..., 1, 2] - C[..., 0, 3]) - cos * (C[..., 0, 2] + C[..., 1, 3])
    return _beside(pair, 2 / (total + 2 * crossed), 2 / total)


@named_arguments
def phase_synchronization(
    covariance: Any, mean: Any, modes: Any = (0, 1)
) -> QuadratureSynchronization:
    r"""Phase synchronization ``S_p = 1/(2 <p'_-^2>)`` of Mari et al.

    p'_j is the quadrature across the mean amplitude, along which the phase fluctuates,
    ``p'_j = p_j cos phi_j - q_j sin phi_j``, and p'_- = (p'_1 - p'_2)/sqrt2: S_p of Mari et al.,
    Phys. Rev. Lett. 111, 103605 (2013). It is 1 for coherent states and has no bound;
    values above 1 mean squeezing in p'_-.

    Parameters
    ----------
    covariance, mean, modes
        As for `phi_synchronization`.

    Returns
    -------
    QuadratureSynchronization
        NaN where one of the means is zero. The product state has
        1/(<p'_1^2> + <p'_2^2>).

    Raises
    ------
    DimensionError, InvalidStateError, NonFiniteError, InvalidArgumentError
        As `complete_synchronization`; or if the mean is not real, or infinite.
    BroadcastError
        If batch shapes do not fit.

    Examples
    --------
    Correlated momenta, for amplitudes along q:

    >>> import numpy as np
    >>> from quantsync.measures.quadratures import phase_synchronization
    >>> C = np.diag([1.0, 1.0, 1.0, 1.0])
    >>> C[1, 3] = C[3, 1] = 0.75
    >>> found = phase_synchronization(C, np.array([2.0, 0.0, 3.0, 0.0]))
    >>> print(found.value, found.product)
    2.0 0.5
    """
    pair = _pair(covariance, modes)
    C, xp = pair.matrix, pair.xp
    first, second = _phases(pair, mean, modes, covariance.shape[-1])
    a, b = (-xp.sin(first), xp.cos(first)), (-xp.sin(second), xp.cos(second))

    def form(u: tuple[Any, Any], i: int, v: tuple[Any, Any], j: int) -> Any:
        return sum(u[k] * v[m] * C[..., i + k, j + m] for k in range(2) for m in range(2))

    own = form(a, 0, a, 0) + form(b, 2, b, 2)
    return _beside(pair, 1 / (own - 2 * form(a, 0, b, 2)), 1 / own)


def _pair(covariance: Any, modes: Any) -> Factor:
    """The checked covariance of the two modes."""
    shape = getattr(covariance, "shape", ())
    if len(shape) < 2 or shape[-1] != shape[-2] or shape[-1] % 2 or shape[-1] < 4:
        raise DimensionError(
            "Argument `covariance` must be an array of shape (..., 2N, 2N) with at least two "
            f"modes, but has shape {tuple(shape)}."
        )
    chosen = mode_list("modes", modes, shape[-1] // 2)
    if len(chosen) != 2:
        raise InvalidArgumentError(f"Argument `modes` must name two modes, but is {modes!r}.")
    if chosen != [0, 1] or shape[-1] > 4:
        covariance = reduced_covariance(covariance, chosen)
    return factorised(covariance)


def _phases(pair: Factor, mean: Any, modes: Any, size: int) -> list[Any]:
    """Arguments of the mean amplitudes of both modes; NaN for an amplitude that is zero."""
    xp = pair.xp
    if not is_foreign(mean):
        mean = real_array(mean, "mean", finite=False)  # NaN as in the covariance
    if not mean.ndim or mean.shape[-1] != size:
        raise DimensionError(
            f"Argument `mean` must have shape (..., {size}) like the covariance, but has "
            f"{tuple(mean.shape)}."
        )
    if xp.isdtype(mean.dtype, "complex floating"):
        raise InvalidArgumentError("Argument `mean` must be real, but is complex.")
    mean = xp.astype(mean, xp.float64)
    if bool(xp.any(xp.isinf(mean))):
        raise NonFiniteError("Argument `mean` must be finite, but has an infinite entry.")
    batch = {"covariance": pair.matrix.shape[:-2], "mean": mean.shape[:-1]}
    broadcast_shape(batch, what="Batch shapes")
    phases = []
    for k in mode_list("modes", modes, size // 2):
        q, p = mean[..., 2 * k], mean[..., 2 * k + 1]
        phase = xp.atan2(p, q)
        phases.append(xp.where((q == 0) & (p == 0), xp.full_like(phase, math.nan), phase))
    return phases


def _beside(pair: Factor, value: Any, product: Any) -> QuadratureSynchronization:
    sound, xp = pair.sound, pair.xp
    smallest = pair.masked(pair.smallest())
    return QuadratureSynchronization(
        xp.where(sound, value, xp.full_like(value, math.nan)),
        xp.where(sound, product, xp.full_like(product, math.nan)),
        smallest,
    )
