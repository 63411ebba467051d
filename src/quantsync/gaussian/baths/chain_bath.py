"""A uniform chain as a bath: frequencies of its normal modes, and how probes couple to them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from quantsync.checks import real_array, require_finite
from quantsync.errors import DimensionError, InvalidArgumentError
from quantsync.gaussian.networks.graphs import require_positive


def chain_frequencies(sites: int, chain_frequency: float, chain_coupling: float) -> np.ndarray:
    r"""Normal mode frequencies of a chain with fixed ends, Eq. (A8).

    Omega_j^2 = Omega_0^2 + 4 g sin^2(pi j/(2(M + 1))), j = 1..M.

    Parameters
    ----------
    sites : int
        M.
    chain_frequency, chain_coupling : float
        Omega_0 >= 0 and g > 0: H = sum (P_j^2 + Omega_0^2 X_j^2)/2 + g (X_j - X_j+1)^2/2.

    Returns
    -------
    ndarray of shape (M,)
        Increasing.

    Raises
    ------
    InvalidArgumentError
        If there is no site, g is not positive or Omega_0 negative.

    Examples
    --------
    >>> from quantsync.gaussian.baths.chain_bath import chain_frequencies
    >>> print(chain_frequencies(2, 0.0, 1.0).round(6))
    [1.       1.732051]
    """
    _chain(sites, chain_frequency, chain_coupling)
    half = np.pi * np.arange(1, sites + 1) / (2 * (sites + 1))
    return np.sqrt(chain_frequency**2 + 4 * chain_coupling * np.sin(half) ** 2)


def chain_couplings(sites: int, nodes: Any, strengths: Any) -> np.ndarray:
    r"""Couplings of probes at sites of a chain to the chain's normal modes.

    c_aj = K_a sqrt(2/(M + 1)) sin(pi j m_a/(M + 1)). Rotated by ``probe_modes(...).rotation`` they
    are c_1(j) and c_2(j) of Eqs. (A9) and (A10).

    Parameters
    ----------
    sites : int
        M.
    nodes : array_like of int, shape (P,)
        The site of each probe, 1 to M.
    strengths : float or array_like of shape (P,)
        K of each probe; a minus sign makes it repulsive.

    Returns
    -------
    ndarray of shape (P, M)

    Raises
    ------
    InvalidArgumentError
        If a site does not exist.
    NonFiniteError
        If a strength is NaN or infinite.

    Examples
    --------
    >>> from quantsync.gaussian.baths.chain_bath import chain_couplings
    >>> print(chain_couplings(2, [1, 2], 0.2).round(6))
    [[ 0.141421  0.141421]
     [ 0.141421 -0.141421]]
    """
    _chain(sites, 0.0, 1.0)
    nodes = np.atleast_1d(np.asarray(nodes))
    if nodes.dtype.kind not in "iu" or ((nodes < 1) | (nodes > sites)).any():
        raise InvalidArgumentError(
            f"Argument `nodes` must hold sites from 1 to {sites}, but is {nodes.tolist()}."
        )
    strengths = real_array(strengths, "strengths")
    if strengths.ndim and strengths.shape != nodes.shape:
        raise DimensionError(
            f"Argument `strengths` must be one number or one a node, {nodes.shape}, but has shape "
            f"{strengths.shape}."
        )
    strengths = np.broadcast_to(strengths, nodes.shape)
    require_finite("strengths", strengths)
    # The argument is reduced exactly, in integers: large j m would lose digits.
    turns = (nodes[:, None].astype(np.int64) * np.arange(1, sites + 1)) % (2 * (sites + 1))
    sines = np.sin(np.pi * turns / (sites + 1))
    return strengths[:, None] * math.sqrt(2 / (sites + 1)) * sines


def _chain(sites: int, chain_frequency: float, chain_coupling: float) -> None:
    if isinstance(sites, bool) or not isinstance(sites, (int, np.integer)) or sites < 1:
        raise InvalidArgumentError(f"Argument `sites` must be an integer >= 1, but is {sites!r}.")
    require_positive(chain_coupling=chain_coupling)
    real_array(chain_frequency, "chain_frequency")
    if chain_frequency < 0:
        raise InvalidArgumentError(
            f"Argument `chain_frequency` must be >= 0, but is {chain_frequency!r}."
        )
