"""Moments of a single spin: <S+>, spherical tensors, and the Husimi function made of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from quantsync.arrays import is_foreign
from quantsync.checks import (
    instance_of,
    named_arguments,
    number_array,
    require_finite,
    shown,
    whole_number,
)
from quantsync.errors import InvalidArgumentError
from quantsync.measures._phase_space import angles
from quantsync.measures._reduction import local_expectation
from quantsync.measures.phase import phase_senses
from quantsync.operators import Space, Spin
from quantsync.states import of_operators

# Operators whose mean has the argument that is the phase.
RESPONSES = {"azimuth": "plus", "arg(alpha)": "destroy", "-arg(alpha)": "create"}


@named_arguments
def spherical_tensor(spin: float, k: int, q: int) -> np.ndarray:
    r"""Spherical tensor operator T_k^q of a spin, orthonormal, with Condon and Shortley's phases.

    ``Tr(T_k^q^dag T_k'^q') = delta_kk' delta_qq'`` and ``T_k^{-q} = (-1)^q T_k^q^dag``; T_k^k is
    (-1)^k (S+)^k over its norm, and ``[S-, T_k^q] = sqrt((k+q)(k-q+1)) T_k^{q-1}``.

    Parameters
    ----------
    spin : float
        The spin quantum number S.
    k : int
        Rank, 0 to 2S.
    q : int
        Component, -k to k.

    Returns
    -------
    ndarray of shape (2S+1, 2S+1), real

    Raises
    ------
    InvalidArgumentError
        If there is no such tensor for that spin.

    Examples
    --------
    >>> import quantsync as qs
    >>> print(qs.measures.spherical_tensor(1, 1, 1).round(6))
    [[ 0.       -0.707107  0.      ]
     [ 0.        0.       -0.707107]
     [ 0.        0.        0.      ]]
    """
    site = Spin(spin)
    why = f"{site} has no other tensors"
    k = whole_number(k, "k", at_least=0, at_most=site.dimension - 1, why=why)
    return _tensor(site, k, whole_number(q, "q", at_least=-k, at_most=k)).copy()


def _tensor(site: Spin, k: int, q: int) -> np.ndarray:
    if q < 0:
        return (-1) ** q * _tensor(site, k, -q).T
    return np.diag(_diagonals(site, q)[k - q], k=q)


@lru_cache(maxsize=128)
def _diagonals(site: Spin, q: int) -> np.ndarray:
    """The q-th diagonals of T_k^q for k = q, q + 1, ..., in the rows.

    They are that of (S+)^q times polynomials in m of degree k - q with positive leading
    coefficient, orthonormal: Lanczos' recurrence, orthogonalised in full. Lowering T_k^k by
    commutators would lose all digits for large spins.
    """
    raising = np.diag(site.operators()["plus"], k=1)
    m = site.labels[q:]
    # Products of square roots of different size: scaled as they are made.
    row = np.ones(site.dimension)
    for step in range(q):
        row = row[: site.dimension - 1 - step] * raising[step:]
        row = row / np.linalg.norm(row)
    rows = [(-1) ** q * row / np.linalg.norm(row)]
    for _ in range(site.dimension - 1 - q):
        following = m * rows[-1]
        for _ in range(2):
            following = following - np.array(rows).T @ (np.array(rows) @ following)
        rows.append(following / np.linalg.norm(following))
    return np.array(rows)


@of_operators
def spherical_moment(rho: Any, space: Space, site: str, k: int, q: int) -> Any:
    """Expectation value ``<T_k^q> = Tr(T_k^q rho)`` on one spin.

    Linear in ``rho``, which may be a correction from `quantsync.linear_response`.

    Parameters
    ----------
    rho : state object or array of shape (..., n, n)
        Density matrices or other operators.
    space : Space
        The space of dimension n; left out for a state object.
    site : str
        The spin.
    k, q : int
        Rank and component.

    Returns
    -------
    array of shape (...), complex

    Raises
    ------
    InvalidArgumentError
        If the site is not a spin, or has no such tensor.
    DimensionError, InvalidStateError, NonFiniteError, UnknownNameError
        As `partial_trace`.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> up = np.diag([1.0, 0.0])
    >>> print(qs.measures.spherical_moment(up, qs.Space(A=qs.Spin(1/2)), "A", 1, 0).round(6))
    (0.707107+0j)
    """
    tensor = spherical_tensor(_spin(space, site).size, k, q)
    return local_expectation(rho, space, site, tensor)


@of_operators
def phase_response(rho: Any, space: Space, site: str) -> Any:
    """The phase response of one site, ``<S+>`` or ``<a>``: its phase and how far it is locked.

    For a spin 1/2 ``Tr(S+ rho)`` is the whole preference of a phase: the phase distribution is
    ``1/(2 pi) + Re[<S+> e^{-i phi}]/4``, Eq. (8) of Vaidya et al., PRA 109, 033718 (2024). A Fock
    mode has the mean field ``<a> = Tr(a rho)`` in its place; in a space that has spins as well, its
    conjugate, as the phase there is -arg(alpha). Linear in ``rho``, which may be a correction from
    `quantsync.linear_response`.

    Parameters
    ----------
    rho : state object or array of shape (..., n, n)
        Density matrices or other operators.
    space : Space
        The space of dimension n; left out for a state object.
    site : str
        The site.

    Returns
    -------
    array of shape (...), complex

    Raises
    ------
    DimensionError, InvalidStateError, NonFiniteError, UnknownNameError
        As `partial_trace`.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> along_x = np.full((2, 2), 0.5)
    >>> print(qs.phase_response(along_x, qs.Space(A=qs.Spin(1/2)), "A"))
    (0.5+0j)
    """
    local = space.site(site).operators()[RESPONSES[phase_senses(space)[site]]]
    return local_expectation(rho, space, site, local)


@named_arguments
def husimi_from_moments(moments: Any, spin: float, theta: Any, phi: Any) -> Any:
    r"""Husimi function of a spin from its spherical-tensor moments.

    ``Q = (2S+1)/(4 pi) sum_kq t_k sqrt(4 pi/(2k+1)) Y_k^q(theta, phi) <T_k^q>^*`` with
    ``t_k = <S,S|T_k^0|S,S> = (2S)! sqrt((2k+1)/[(2S-k)! (2S+k+1)!])``: the expansion (A1) of
    Vaidya et al., PRA 109, 033718 (2024), in our normalisation (Q integrates to 1).

    Parameters
    ----------
    moments : mapping of (int, int) to array of shape (...)
        ``<T_k^q>`` by (k, q) with q >= 0; those left out are taken for zero. Moments of
        negative q follow from ``<T_k^{-q}> = (-1)^q <T_k^q>^*``.
    spin : float
        The spin quantum number S.
    theta, phi : float or array_like
        Angles in radians; they broadcast to a shape (...a).

    Returns
    -------
    array of shape (..., ...a)
        Per steradian, batch shape first; NaN where a moment is NaN, as those of masked states.

    Raises
    ------
    InvalidArgumentError, NonFiniteError, BroadcastError
        If a rank or a component does not exist for that spin, there is no moment at all, or the
        angles are not finite real numbers that broadcast.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> space, up = qs.Space(A=qs.Spin(1/2)), np.diag([1.0, 0.0])
    >>> moments = {(k, 0): qs.measures.spherical_moment(up, space, "A", k, 0) for k in (0, 1)}
    >>> values = qs.measures.husimi_from_moments(moments, 1/2, [0, np.pi / 2], 0.0)
    >>> bool(np.allclose(values, qs.husimi(up, space, [0, np.pi / 2], 0.0)))
    True
    """
    from scipy.special import sph_harm_y

    size = round(2 * Spin(spin).size)
    instance_of(moments, "moments", Mapping, "a mapping of (k, q) to <T_k^q>")
    if not moments:
        raise InvalidArgumentError("Argument `moments` is empty; give at least <T_0^0>.")
    theta, phi = angles(theta, phi)
    total: Any = 0.0
    for pair, moment in moments.items():
        if not (isinstance(pair, tuple) and len(pair) == 2):
            raise InvalidArgumentError(
                f"Argument `moments` must have pairs (k, q) as keys, but has {shown(pair)}."
            )
        k, q = pair
        if not is_foreign(moment):
            moment = number_array(moment, f"The moment {pair}", finite=False)
            if np.isinf(moment).any():
                require_finite(f"The moment {pair}", moment)
        spherical_tensor(spin, k, q)  # raises if it does not exist
        if q < 0:
            raise InvalidArgumentError(
                f"Argument `moments` holds q = {q}; give q >= 0, the others follow."
            )
        weight = math.sqrt(2 * k + 1) * math.exp(
            math.lgamma(size + 1) - (math.lgamma(size - k + 1) + math.lgamma(size + k + 2)) / 2
        )
        harmonic = sph_harm_y(k, q, theta, phi) * weight * math.sqrt(4 * math.pi / (2 * k + 1))
        xp = array_namespace(moment)
        value = xp.conj(moment) if xp.isdtype(moment.dtype, "complex floating") else moment
        spread = xp.reshape(value, (*moment.shape, *[1] * theta.ndim)) * xp.asarray(harmonic)
        total = total + xp.real(spread) * (1 if q == 0 else 2)
    return total * (size + 1) / (4 * math.pi)


def _spin(space: Space, site: str) -> Spin:
    kind = space.site(site)
    if not isinstance(kind, Spin):
        raise InvalidArgumentError(
            f"Spherical tensors belong to spins, but site {site!r} is a {kind}."
        )
    return kind
