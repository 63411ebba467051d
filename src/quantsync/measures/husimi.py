"""The Husimi Q function of spins on their spheres."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from quantsync.errors import DimensionError, InvalidArgumentError
from quantsync.measures.correlations import partial_trace
from quantsync.operators import Space, Spin


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
    InvalidArgumentError
        If 2S is not a positive integer.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> print(qs.coherent_state(1/2, np.pi / 2, np.pi).round(6))
    [0.-0.707107j 0.+0.707107j]
    """
    site = Spin(spin)
    m = site.labels
    theta, phi = np.broadcast_arrays(np.asarray(theta, float), np.asarray(phi, float))
    binomial = np.array([math.comb(site.dimension - 1, k) for k in range(site.dimension)], float)
    up = np.rint(site.size + m).astype(int)
    modulus = (
        np.sqrt(binomial[up])
        * np.cos(theta / 2)[..., None] ** up
        * np.sin(theta / 2)[..., None] ** (site.dimension - 1 - up)
    )
    return modulus * np.exp(-1j * m * phi[..., None])


def husimi(rho: Any, space: Space, theta: Any, phi: Any, site: str | None = None) -> Any:
    r"""Husimi function, normalised to 1 on the sphere (or on the product of spheres).

    ``Q = prod_j (2 S_j + 1)/(4 pi) <theta,phi| rho |theta,phi>``.

    Parameters
    ----------
    rho : array of shape (..., n, n)
        Density matrices.
    space : Space
        The space of dimension n; the sites used must be spins.
    theta, phi : float or array_like
        Angles in radians. For one site they broadcast to a shape (...a). For all sites of a
        space with several, their last axis has one entry a site, in the space's order, and
        (...a) is what is in front of it.
    site : str, optional
        The site whose reduced state is meant; all sites by default.

    Returns
    -------
    array of shape (..., ...a)
        Per steradian, batch shape first.

    Raises
    ------
    InvalidArgumentError
        If a site is not a spin.
    DimensionError
        If ``rho`` or the angles do not fit the space.
    UnknownNameError
        If the site does not exist.

    Examples
    --------
    A spin 1 with m = 0 spreads along its equator:

    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1))
    >>> print(qs.husimi(np.diag([0.0, 1.0, 0.0]), space, [0, np.pi / 2], 0.0).round(6))
    [0.       0.119366]
    """
    n = space.dimension
    if rho.ndim < 2 or rho.shape[-2:] != (n, n):
        raise DimensionError(
            f"Argument `rho` must have shape (..., {n}, {n}) for {space}, but has {rho.shape}."
        )
    if site is not None:
        rho, space = partial_trace(rho, space, site), space.subspace(site)
    for name, kind in space.sites.items():
        if not isinstance(kind, Spin):
            raise InvalidArgumentError(
                f"husimi() is a function on spheres, but site {name!r} is a {kind}; "
                "name a spin with site=."
            )
    theta, phi = np.broadcast_arrays(np.asarray(theta, float), np.asarray(phi, float))
    if len(space) == 1:
        theta, phi = theta[..., None], phi[..., None]
    if theta.ndim == 0 or theta.shape[-1] != len(space):
        raise DimensionError(
            f"Arguments `theta` and `phi` must have one entry a site ({len(space)}) in their "
            f"last axis, but have shape {theta.shape}; name a site with site= for its sphere."
        )
    product, scale = np.ones((*theta.shape[:-1], 1), complex), 1.0
    for k, size in enumerate(space.dimensions):
        local = coherent_state((size - 1) / 2, theta[..., k], phi[..., k])
        product = (product[..., :, None] * local[..., None, :]).reshape(*theta.shape[:-1], -1)
        scale *= size / (4 * math.pi)
    xp = array_namespace(rho)
    angles = theta.shape[:-1]
    state = xp.asarray(product.reshape(-1, space.dimension))
    if not xp.isdtype(rho.dtype, "complex floating"):
        rho = xp.astype(rho, xp.complex128)
    batch = rho.shape[:-2]
    flat = xp.reshape(rho, (-1, space.dimension, space.dimension))
    values = xp.sum((xp.conj(state)[None, ...] @ flat) * state[None, ...], axis=-1)
    return xp.reshape(xp.real(values) * scale, (*batch, *angles))
