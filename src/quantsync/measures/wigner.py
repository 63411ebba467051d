"""The Wigner function of a mode in its plane, or of a spin on its sphere."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.special import gammaln

from quantsync.measures._phase_space import blocks, on_one_site, powers, recurrence
from quantsync.operators import Space
from quantsync.states import of_states


@of_states
def wigner(
    rho: Any,
    space: Space,
    theta: Any = None,
    phi: Any = None,
    site: str | None = None,
    *,
    alpha: Any = None,
) -> Any:
    r"""Wigner function of a mode, at complex amplitudes, or of a spin of any size, at angles.

    Of a mode ``W(alpha) = (2/pi) Tr[rho D(alpha) (-1)^n D(alpha)^dag]``, whose integral over
    d Re(alpha) d Im(alpha) is 1; ``W(0)`` is 2/pi times the mean parity. Of a spin
    ``W(theta, phi) = sqrt(4 pi/(2S+1)) sum_kq Tr(T_k^q^dag rho) Y_k^q(theta, phi)`` with T_k^q as
    in `quantsync.measures.spherical_tensor`, whose integral over the sphere is 4 pi/(2S+1)
    (Dowling, Agarwal and Schleich, PRA 49, 4101 (1994), with another factor in front). So
    ``Tr(rho sigma)`` is the integral of the product of two Wigner functions, times pi for a mode
    and (2S+1)/(4 pi) for a spin. Both may be negative.

    Parameters
    ----------
    rho : state object or array of shape (..., n, n)
        Density matrices.
    space : Space
        The space of dimension n; left out for a state object.
    theta, phi : float or array_like, for a spin
        Polar and azimuthal angle in radians; they broadcast to a shape (...a).
    site : str, optional
        Which site, whose reduced state is meant; needed where there are several.
    alpha : complex or array_like of shape (...a), for a mode
        Places in the plane of <a>. QuTiP's ``wigner(rho, x, y, g=2)`` has alpha = x + i y.

    Returns
    -------
    array of shape (..., ...a)
        Batch shape first.

    Raises
    ------
    InvalidArgumentError
        If there are several sites and none is named, alpha is given for a spin or angles for a
        mode, or they are no numbers.
    DimensionError, BroadcastError, InvalidStateError, NonFiniteError, UnknownNameError
        As `husimi`.

    Warns
    -----
    TruncationWarning
        If levels beyond the cut-off of a mode would hold more than 1e-6, going on as the top ones
        do. Or if all places lie beyond the cut-off, where most of ``|alpha>`` is above it.
        For ``Fock(n, finite=True)`` never.

    Examples
    --------
    The vacuum and one photon, at the origin, and a spin that points up, seen from above:

    >>> import numpy as np, quantsync as qs
    >>> mode, spin = qs.Space(M=qs.Fock(4)), qs.Space(A=qs.Spin(1/2))
    >>> vacuum, photon = np.diag([1.0, 0, 0, 0]), np.diag([0, 1.0, 0, 0])
    >>> print(qs.wigner([vacuum, photon], mode, alpha=0).round(6))
    [ 0.63662 -0.63662]
    >>> print(qs.wigner(np.diag([1.0, 0.0]), spin, [0, np.pi], 0.0).round(6))
    [ 1.366025 -0.366025]
    """
    return on_one_site(rho, space, site, theta, phi, alpha, _of_modes, _of_spins, "Wigner")


def _of_modes(levels: int, radius: np.ndarray, orders: np.ndarray) -> Iterator[tuple[np.ndarray]]:
    r"""Tables (2/pi) (-1)^m sqrt(m!/(m+d)!) y^{d/2} L_m^d(y) e^{-y/2} over (m, r), y = 4 r^2.

    Forwards in m these grow up to where they oscillate, so that the recurrence is stable.
    """
    y = 4 * radius**2
    starts = powers((np.sqrt(y / d) for d in range(1, levels)), math.log(2 / math.pi) - y / 2)
    for several, start in blocks(starts, orders, len(y)):
        d, m = several[:, None], np.arange(levels - 1.0 - several[0])[:, None, None]
        scales = 1 / np.sqrt((m + 1) * (m + 1 + d))
        table = recurrence(start, y, -(2 * m + 1 + d), scales, np.sqrt(m * (m + d)) * scales)
        for k, order in enumerate(several):
            yield (table[: levels - order, k],)


def _of_spins(
    size: int, theta: np.ndarray, orders: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Tables of the elements of (-1)^q T_k^q over (i, k) and of (-1)^q Y_k^q over (k, theta)."""
    sine, x = np.sin(theta), np.cos(theta)
    ratios = (math.sqrt(1 + 0.5 / q) * sine for q in range(1, size))
    # Y_0^0 = 1/sqrt(4 pi), and the factor sqrt(4 pi/(2S+1)).
    starts = powers(ratios, np.full(theta.shape, -math.log(size) / 2))
    for several, start in blocks(starts, orders, len(x)):
        q, j = several[:, None], np.arange(1.0, size - several[0])[:, None, None]
        k = q + j
        scales = np.sqrt((4 * k**2 - 1) / (j * (k + q)))
        backs = np.concatenate([0 * scales[:1], scales[1:] / scales[:-1]])
        table = recurrence(start, x, 0 * j, scales, backs)
        for n, order in enumerate(several):
            yield tensor_elements(size, int(order)), table[: size - order, n]


def tensor_elements(size: int, q: int) -> np.ndarray:
    r"""Elements ``(-1)^q <S-i| T_k^q |S-i-q>`` over (i, k - q), shape (2S+1-q, 2S+1-q).

    The Casimir operator of rotations, sum_a [S_a, [S_a, X]], is tridiagonal on a diagonal of X, and
    T_k^q its eigenvector to k (k + 1): a recurrence in i. From the end of the diagonal it grows
    up to where it oscillates, around the middle; the other half is its mirror image. (In k, as
    polynomials in m, it would not be stable.)
    """
    spin, length = (size - 1) / 2, size - q
    k, i = np.arange(float(q), size), np.arange(length // 2)
    m, top = spin - q - i, spin - i
    # sqrt(S(S+1) - m(m+1)) of both indices, from i to i + 1.
    couplings = np.sqrt((spin + m) * (spin - m + 1) * (spin + top) * (spin - top + 1))
    backs = np.concatenate([[0.0], couplings])[: len(couplings)] / couplings
    twice = 2 * spin
    first = np.log(2 * k + 1) + gammaln(twice + 1) + gammaln(twice - q + 1) + gammaln(k + q + 1)
    first -= gammaln(twice - k + 1) + gammaln(twice + k + 2) + gammaln(q + 1.0) + gammaln(k - q + 1)
    start = next(powers(iter(()), first / 2))
    offsets = 2 * spin * (spin + 1) - 2 * m * top
    half = recurrence(start, -k * (k + 1), offsets, 1 / couplings, backs)[: (length + 1) // 2]
    mirrored = half[: length // 2][::-1] * (-1.0) ** (k - q)
    elements = np.concatenate([half, mirrored])
    return elements / np.linalg.norm(elements, axis=0)
