"""The chain of three spins 1 of Zhao et al. (2025): symmetry sectors and what follows from them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from quantsync.lindblad.degenerate import DegenerateBase
from quantsync.models import dephased_chain
from quantsync.operators import Space


@lru_cache(maxsize=1)
def prepared_chain() -> DegenerateBase:
    """The chain with the parameters of Fig. 3 and its zero modes."""
    return DegenerateBase(dephased_chain())


def magnetisation(space: Space) -> np.ndarray:
    """M = sum_j Sz_j as a matrix."""
    return np.sum([np.real(space[name].z.toarray()) for name in space], axis=0)


def spin_flip(space: Space) -> np.ndarray:
    """P, which takes m_j to -m_j on every site."""
    return np.eye(space.dimension)[::-1]


def sector_projectors(space: Space) -> dict[str, np.ndarray]:
    """Projectors on the sectors of M, the one of M = 0 split by the spin flip."""
    m = np.rint(np.diag(magnetisation(space))).astype(int)
    result = {}
    for value in range(m.min(), m.max() + 1):
        inside = np.diag(1.0 * (m == value))
        if value == 0:
            flipped = spin_flip(space) @ inside
            result["0+"], result["0-"] = (inside + flipped) / 2, (inside - flipped) / 2
        else:
            result[str(value)] = inside
    return result


def stationary_states(space: Space) -> dict[str, np.ndarray]:
    """The maximally mixed state 1_alpha of every sector."""
    return {name: p / np.trace(p) for name, p in sector_projectors(space).items()}


def sector_weights(rho: np.ndarray, space: Space) -> dict[str, np.ndarray]:
    """The weights c_alpha of some states, shape (...), in the sectors."""
    return {
        name: np.real(np.einsum("...ij,ji->...", rho, p))
        for name, p in sector_projectors(space).items()
    }


def off_diagonal_element(c_plus: Any, c_minus: Any) -> Any:
    """X = c_0+/8 - c_0-/6, Eq. (7) with the dimensions 4 and 3: its sign decides on the phases."""
    return c_plus / 8 - c_minus / 6


def joint_distribution(x: Any, phi_1: Any, phi_2: Any, phi_3: Any) -> Any:
    """S(phi) = (2 pi)^-3 [1 + (x/2) sum cos 2(phi_i - phi_j)]: Eq. (8), normalised to 1."""
    cosines = (
        np.cos(2 * (phi_1 - phi_2)) + np.cos(2 * (phi_2 - phi_3)) + np.cos(2 * (phi_3 - phi_1))
    )
    return (2 * np.pi) ** -3 * (1 + x / 2 * cosines)


def largest_synchronization(x: Any) -> Any:
    """S_max that follows: (3/2) x or, where the cosines are frustrated, (3/4)|x|, over (2 pi)^2."""
    return np.where(np.asarray(x) > 0, 1.5, 0.75) * np.abs(x) / (2 * np.pi) ** 2
