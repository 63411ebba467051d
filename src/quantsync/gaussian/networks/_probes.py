"""Probes to be attached to a network: their own stiffness and the strongest stable coupling."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg

from quantsync.checks import SQUARABLE, real_array, symmetric_matrix
from quantsync.errors import DimensionError, UnstableNetworkError
from quantsync.gaussian.networks._graphs import one_per_node


def probe_blocks(
    frequencies: Any, places: np.ndarray, strengths: Any, direct: Any, masses: Any
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Stiffness (P, P), couplings (P,) and masses (P,) of probes, from those of `with_probes`."""
    own = np.atleast_1d(
        real_array(frequencies, "frequencies", at_least=-SQUARABLE, at_most=SQUARABLE)
    )
    count = len(own)
    if own.ndim != 1 or len(places) != count or not count:
        raise DimensionError(
            "Arguments `frequencies` and `nodes` must have one entry per probe, but have "
            f"{own.size} and {len(places)}."
        )
    mass = one_per_node(masses, count, "masses", above=0)
    K = one_per_node(strengths, count, "strengths")
    springs = real_array(direct, "direct")
    if springs.ndim:
        springs = symmetric_matrix(springs, "direct", size=count)
    springs = np.where(np.eye(count), 0.0, springs)
    corner = np.diag(mass * own**2 + springs.sum(axis=1)) - springs
    require_stable_probes(
        corner / np.sqrt(np.outer(mass, mass)),
        " `frequencies` must not be 0, `direct` not too negative.",
    )
    return corner, K, mass


def require_stable_probes(stiffness: np.ndarray, hint: str = "") -> None:
    """Raise unless probes by themselves have a ground state."""
    lowest = float(np.linalg.eigvalsh(stiffness)[0])
    if lowest <= 0:
        raise UnstableNetworkError(
            f"The probes by themselves are unstable: their lowest squared frequency is "
            f"{lowest:.6g}.{hint}",
            eigenvalue=lowest,
        )


def critical_factor(response: np.ndarray, stiffness: np.ndarray) -> float:
    """The factor f at which ``stiffness - f^2 response`` becomes singular; infinite if at none."""
    largest = float(scipy.linalg.eigh(response, stiffness, eigvals_only=True)[-1])
    return 1 / float(np.sqrt(largest)) if largest > 0 else np.inf


def largest_factor(
    corner: np.ndarray, strengths: np.ndarray, places: np.ndarray, inverse: Any
) -> float:
    """The factor by which probes' couplings can grow before the network loses its ground state."""
    # With the couplings C the stiffness [[A, C], [C^T, B]] loses its positivity together with the
    # Schur complement A - s^2 C B^-1 C^T.
    nodes, index = np.unique(places, return_inverse=True)
    columns = np.zeros((inverse.shape[0], len(nodes)))
    columns[nodes, np.arange(len(nodes))] = 1.0
    response = inverse.solve(columns)[nodes]
    lowered = strengths[:, None] * response[np.ix_(index, index)] * strengths
    return critical_factor((lowered + lowered.T) / 2, corner)
