"""A uniform chain as a bath: frequencies of its normal modes, and how probes couple to them."""

from __future__ import annotations

from typing import Any

import numpy as np

from quantsync.checks import (
    LARGEST_WHOLE,
    SQUARABLE,
    named_arguments,
    real_number,
    whole_array,
    whole_number,
)
from quantsync.errors import DimensionError
from quantsync.gaussian.networks._graphs import one_per_node
from quantsync.gaussian.networks._normal_modes import uniform_chain_rows
from quantsync.memory import require_memory


@named_arguments
def chain_frequencies(sites: int, chain_frequency: float, chain_coupling: float) -> np.ndarray:
    r"""Normal mode frequencies of a chain with fixed ends, Eq. (A8) of Benedetti et al. (2016).

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
    InvalidArgumentError, NonFiniteError
        If there is no site, g is not positive or Omega_0 negative, or one is not finite.

    Examples
    --------
    >>> import quantsync as qs
    >>> print(qs.gaussian.chain_frequencies(2, 0.0, 1.0).round(6))
    [1.       1.732051]
    """
    size = chain_size(sites)
    own, g = chain_numbers(chain_frequency, chain_coupling)
    half = np.pi * np.arange(1, size + 1) / (2 * (size + 1))
    return np.sqrt(own**2 + 4 * g * np.sin(half) ** 2)


@named_arguments
def chain_couplings(sites: int, nodes: Any, strengths: Any) -> np.ndarray:
    r"""Couplings of probes at sites of a chain to the chain's normal modes.

    c_aj = K_a sqrt(2/(M + 1)) sin(pi j m_a/(M + 1)). Rotated by ``probe_modes(...).rotation`` they
    are c_1(j) and c_2(j) of Eqs. (A9) and (A10) of Benedetti et al. (2016).

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
    InvalidArgumentError, NonFiniteError
        If a site does not exist, or a strength is no finite number.

    Examples
    --------
    >>> import quantsync as qs
    >>> print(qs.gaussian.chain_couplings(2, [1, 2], 0.2).round(6))
    [[ 0.141421  0.141421]
     [ 0.141421 -0.141421]]
    """
    size = chain_size(sites)
    places, K = probes_on_chain(nodes, strengths, size)
    return K[:, None] * uniform_chain_rows(size, -1.0, places - 1)


def chain_size(sites: Any) -> int:
    """M, if arrays of that size fit into the memory."""
    size = whole_number(sites, "sites")
    require_memory(32.0 * size, f"A chain of {size} sites")
    return size


def chain_numbers(chain_frequency: Any, chain_coupling: Any) -> tuple[float, float]:
    """Omega_0 >= 0 and g > 0."""
    own = real_number(chain_frequency, "chain_frequency", at_least=0, at_most=SQUARABLE)
    return own, real_number(chain_coupling, "chain_coupling", above=0, at_most=SQUARABLE)


def probes_on_chain(
    nodes: Any, strengths: Any, sites: int = LARGEST_WHOLE
) -> tuple[np.ndarray, np.ndarray]:
    """Sites, counted from 1, and couplings of probes, both of shape (P,)."""
    places = np.atleast_1d(whole_array(nodes, "nodes", at_most=sites))
    if places.ndim != 1:
        raise DimensionError(f"Argument `nodes` must have shape (P,), but has {places.shape}.")
    return places, one_per_node(strengths, places.size, "strengths")
