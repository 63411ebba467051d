"""The Husimi Q function of modes in their planes and of spins on their spheres."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from array_api_compat import array_namespace
from scipy.special import gammaln, xlogy

from quantsync.checks import named_arguments
from quantsync.errors import DimensionError, InvalidArgumentError
from quantsync.measures._phase_space import angles, on_one_site, powers
from quantsync.measures._reduction import as_complex
from quantsync.memory import require_memory
from quantsync.operators import Space, Spin
from quantsync.states import of_states

LARGEST_BINOMIAL = 1029  # dimension up to which binomials are floating-point numbers


@named_arguments
def coherent_state(spin: float, theta: Any, phi: Any) -> np.ndarray:
    r"""Spin coherent states ``|theta,phi> = e^{-i phi Sz} e^{-i theta Sy} |S,S>``.

    Parameters
    ----------
    spin : float
        The spin quantum number S.
    theta, phi : float or array_like
        Polar and azimuthal angle in radians; they broadcast to a shape (...).

    Returns
    -------
    ndarray of shape (..., 2S+1), complex
        ``<m|theta,phi> = e^{-i m phi} sqrt(C(2S,S+m)) cos^{S+m}(theta/2) sin^{S-m}(theta/2)``.

    Raises
    ------
    InvalidArgumentError, NonFiniteError
        If 2S is not a positive integer, or an angle no finite real number.
    BroadcastError
        If the angles do not broadcast.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> print(qs.coherent_state(1/2, np.pi / 2, np.pi).round(6))
    [0.-0.707107j 0.+0.707107j]
    """
    site = Spin(spin)
    m = site.labels
    theta, phi = angles(theta, phi)
    need = 16.0 * 3 * theta.size * site.dimension
    require_memory(need, f"{theta.size} coherent states of {site!r}", "take fewer at a time")
    up = np.rint(site.size + m).astype(int)
    down = site.dimension - 1 - up
    cosine, sine = np.cos(theta / 2)[..., None], np.sin(theta / 2)[..., None]
    if site.dimension <= LARGEST_BINOMIAL:
        binomial = np.array([math.comb(site.dimension - 1, k) for k in up.tolist()], float)
        modulus = np.sqrt(binomial) * cosine**up * sine**down
    else:
        binomial = gammaln(site.dimension) - gammaln(up + 1) - gammaln(down + 1)
        modulus = np.exp(binomial / 2 + xlogy(up, abs(cosine)) + xlogy(down, abs(sine)))
        modulus *= np.sign(cosine) ** up * np.sign(sine) ** down
    return modulus * np.exp(-1j * m * phi[..., None])


@of_states
def husimi(
    rho: Any,
    space: Space,
    theta: Any = None,
    phi: Any = None,
    site: str | None = None,
    *,
    alpha: Any = None,
) -> Any:
    r"""Husimi function of a mode in its plane, of a spin on its sphere, or of several spins.

    Of a mode ``Q(alpha) = <alpha|rho|alpha>/pi``, whose integral over d Re(alpha) d Im(alpha) is
    1. Of spins ``Q = prod_j (2 S_j + 1)/(4 pi) <theta,phi| rho |theta,phi>``, normalised to 1 on
    the sphere (or on the product of spheres).

    Parameters
    ----------
    rho : state object or array of shape (..., n, n)
        Density matrices.
    space : Space
        The space of dimension n; left out for a state object.
    theta, phi : float or array_like, for spins
        Angles in radians. For one site they broadcast to a shape (...a). For all sites of a
        space with several, their last axis has one entry per site, in the space's order, and
        (...a) is what is in front of it.
    site : str, optional
        The site whose reduced state is meant; all sites by default, which then must be spins.
    alpha : complex or array_like of shape (...a), for a mode
        Places in the plane of <a>.

    Returns
    -------
    array of shape (..., ...a)
        Of spins per steradian; batch shape first.

    Raises
    ------
    InvalidArgumentError
        If alpha is given for a spin or angles for a mode, several sites are not all spins and none
        is named, or places are no numbers.
    DimensionError, BroadcastError
        If ``rho`` or the angles do not fit the space, or the angles each other.
    InvalidStateError, NonFiniteError
        If ``rho`` holds something else than density matrices, or a place is not finite.
    UnknownNameError
        If the site does not exist.

    Warns
    -----
    TruncationWarning
        If levels beyond the cut-off of a mode would add more than 1e-6 to ``<alpha|rho|alpha>`` at
        some place, going on as the top ones do. Or if all places lie beyond the cut-off: most of
        ``|alpha>`` is above it. For ``Fock(n, finite=True)`` never.

    Examples
    --------
    A spin 1 with m = 0 spreads along its equator; a photon is most likely at |alpha| = 1:

    >>> import numpy as np, quantsync as qs
    >>> spin, photon = np.diag([0.0, 1.0, 0.0]), np.diag([0.0, 1.0, 0.0, 0.0])
    >>> print(qs.husimi(spin, qs.Space(A=qs.Spin(1)), [0, np.pi / 2], 0.0).round(6))
    [0.       0.119366]
    >>> print(qs.husimi(photon, qs.Space(M=qs.Fock(4)), alpha=[0, 1j, 2]).round(6))
    [0.       0.1171   0.02332]
    """
    if site is not None or len(space) == 1 or alpha is not None or theta is None or phi is None:
        return on_one_site(rho, space, site, theta, phi, alpha, _of_modes, _of_spins, "Husimi")
    for name, kind in space.sites.items():
        if not isinstance(kind, Spin):
            raise InvalidArgumentError(
                f"husimi() of all sites is a function on spheres, but site {name!r} is a {kind}; "
                "name a spin with site=, or that mode with site= and alpha=."
            )
    theta, phi = angles(theta, phi)
    if theta.ndim == 0 or theta.shape[-1] != len(space):
        raise DimensionError(
            f"Arguments `theta` and `phi` must have one entry per site ({len(space)}) in their "
            f"last axis, but have shape {theta.shape}; name a site with site= for its sphere."
        )
    batch, places = math.prod(rho.shape[:-2]), math.prod(theta.shape[:-1])
    require_memory(
        16.0 * places * space.dimension * 3 * (batch + 1),
        f"The Husimi function of {batch} states at {places} places",
        "take fewer places at a time, or parts of the batch",
    )
    product, scale = np.ones((*theta.shape[:-1], 1), complex), 1.0
    for k, size in enumerate(space.dimensions):
        local = coherent_state((size - 1) / 2, theta[..., k], phi[..., k])
        product = product[..., :, None] * local[..., None, :]
        product = product.reshape(*theta.shape[:-1], math.prod(product.shape[-2:]))
        scale *= size / (4 * math.pi)
    xp = array_namespace(rho)
    state = xp.asarray(product.reshape(-1, space.dimension))
    flat = xp.reshape(as_complex(rho), (-1, space.dimension, space.dimension))
    values = xp.sum((xp.conj(state)[None, ...] @ flat) * state[None, ...], axis=-1)
    return xp.reshape(xp.real(values) * scale, (*rho.shape[:-2], *theta.shape[:-1]))


def _of_modes(levels: int, radius: np.ndarray, orders: np.ndarray) -> Iterator[tuple[np.ndarray]]:
    """Tables of <alpha|m> <m+d|alpha>/pi over (m, |alpha|), phases left out."""
    steps = powers((radius / math.sqrt(n) for n in range(1, levels)), -(radius**2) / 2)
    amplitudes = np.array([np.ldexp(*step) for step in steps]) / math.sqrt(math.pi)
    return _products(amplitudes, orders)


def _of_spins(size: int, theta: np.ndarray, orders: np.ndarray) -> Iterator[tuple[np.ndarray]]:
    """Tables of (2S+1)/(4 pi) <theta|m> <m-d|theta> over (S - m, theta), without phases."""
    amplitudes = np.real(coherent_state((size - 1) / 2, theta, 0.0)).T
    return _products(amplitudes * math.sqrt(size / (4 * math.pi)), orders)


def _products(amplitudes: np.ndarray, orders: np.ndarray) -> Iterator[tuple[np.ndarray]]:
    for d in orders:
        yield (amplitudes[d:] * amplitudes[: len(amplitudes) - d],)
