"""Probes to be attached to a network: their own stiffness and the strongest stable coupling."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg

from quantsync.checks import real_array
from quantsync.errors import DimensionError, UnstableNetworkError
from quantsync.gaussian.networks.graphs import broadcast_to_nodes, positive


def probe_blocks(
    frequencies: Any, places: np.ndarray, strengths: Any, direct: Any, masses: Any
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Checked stiffness (P, P), couplings (P,) and masses (P,) of probes.

    Parameters
    ----------
    frequencies, strengths, direct, masses
        As for `HarmonicNetwork.with_probes`.
    places : ndarray of shape (P,)
        Positions of the nodes in the network.

    Raises
    ------
    UnstableNetworkError
        If the probes are not stable by themselves.
    DimensionError, InvalidArgumentError, InvalidCoefficientError, NonFiniteError
        If the numbers do not fit or are not finite, real or positive.

    Examples
    --------
    >>> probe_blocks([1.0, 2.0], np.array([0, 0]), 0.1, 0.5, 1.0)[0]
    array([[ 1.5, -0.5],
           [-0.5,  4.5]])
    """
    own = np.atleast_1d(real_array(frequencies, "frequencies"))
    count = len(own)
    if own.ndim != 1 or len(places) != count or not count:
        raise DimensionError(
            "Arguments `frequencies` and `nodes` must have one entry a probe, but have "
            f"{own.size} and {len(places)}."
        )
    mass = broadcast_to_nodes(positive(masses, "masses"), count, "masses")
    K = broadcast_to_nodes(real_array(strengths, "strengths"), count, "strengths")
    springs = real_array(0.0 if direct is None else direct, "direct")
    if springs.ndim == 0:
        springs = np.full((count, count), float(springs))
    if springs.shape != (count, count) or not np.array_equal(springs, springs.T):
        raise DimensionError(
            f"Argument `direct` must be a number or a symmetric matrix of shape "
            f"{(count, count)}, but is {direct!r}."
        )
    springs = springs - np.diag(np.diagonal(springs))
    corner = np.diag(mass * own**2 + springs.sum(axis=1)) - springs
    lowest = float(np.linalg.eigvalsh(corner / np.sqrt(np.outer(mass, mass)))[0])
    if lowest <= 0:
        raise UnstableNetworkError(
            f"The probes are not stable by themselves: their stiffness matrix has the eigenvalue "
            f"{lowest:.6g}. `frequencies` must not be 0, `direct` not too negative.",
            eigenvalue=lowest,
        )
    return corner, K, mass


def largest_factor(
    corner: np.ndarray, strengths: np.ndarray, places: np.ndarray, inverse: Any
) -> float:
    """The factor at which couplings C make ``[[A, C], [C^T, B]]`` singular.

    The Schur complement ``A - s^2 C B^-1 C^T`` loses its positivity at ``s = 1/sqrt(l)`` with l the
    largest eigenvalue of ``C B^-1 C^T v = l A v``.

    Parameters
    ----------
    corner : ndarray of shape (P, P)
        A.
    strengths : ndarray of shape (P,)
        The nonzero entries of C.
    places : ndarray of shape (P,)
        Their columns.
    inverse : scipy.sparse.linalg.SuperLU
        Factors of B.

    Returns
    -------
    float
        Infinite if there is no coupling.

    Examples
    --------
    >>> import scipy.sparse as sp
    >>> from scipy.sparse.linalg import splu
    >>> one = np.ones((1, 1))
    >>> largest_factor(4 * one, np.array([1.0]), np.array([0]), splu(sp.csc_array(9 * one)))
    6.0
    """
    nodes, index = np.unique(places, return_inverse=True)
    units = np.zeros((inverse.shape[0], len(nodes)))
    units[nodes, np.arange(len(nodes))] = 1.0
    response = inverse.solve(units)[nodes]
    lowered = strengths[:, None] * response[np.ix_(index, index)] * strengths
    values: Any = scipy.linalg.eigh((lowered + lowered.T) / 2, corner, eigvals_only=True)
    largest = float(values[-1])
    return 1 / float(np.sqrt(largest)) if largest > 0 else np.inf
