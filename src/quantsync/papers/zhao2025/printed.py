"""Equations of Zhao et al. (2025) exactly as printed, where they are wrong.

What is right has its own name: in `sectors` for the chain, in `configurations` for the triangles
of App. C, in `dark_states` for App. D.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from quantsync.lindblad.degenerate import MatrixGenerator, random_lindbladian
from quantsync.measures import coherent_state
from quantsync.operators import Space, Spin


def diagonal_operators(dimension: int) -> np.ndarray:
    """``|a><a| - |a+1><a+1|`` in the columns, Eq. (F3): not orthonormal, as the text says."""
    return np.eye(dimension, dimension - 1) - np.eye(dimension, dimension - 1, k=-1)


def random_perturbation(space: Space, rng: np.random.Generator) -> MatrixGenerator:
    """A random generator of App. F in the operator basis of Eq. (F3)."""
    return random_lindbladian(space, rng, diagonal_operators(space.dimension))


def commutator_with_the_spin_flip(frequency: float, magnetisation: np.ndarray) -> np.ndarray:
    """``[P, H] = 2 omega M``, below Eq. (6); it lacks the factor P."""
    return 2 * frequency * magnetisation


def off_diagonal_element(c_plus: Any, c_minus: Any) -> Any:
    """``(c_0+ - c_0-)/2`` of Eq. (7): the dimensions of the two sectors are missing."""
    return (c_plus - c_minus) / 2


def joint_distribution(c_plus: Any, c_minus: Any, phi_1: Any, phi_2: Any, phi_3: Any) -> Any:
    """Eq. (8), a deviation from the uniform distribution; no normalisation gives its 1/32."""
    cosines = (
        np.cos(2 * (phi_1 - phi_2)) + np.cos(2 * (phi_2 - phi_3)) + np.cos(2 * (phi_3 - phi_1))
    )
    return (c_plus - c_minus) / 32 * cosines


def zero_or_pi(c_plus: Any, c_minus: Any) -> Any:
    """Whether the phases lock at 0 and pi: ``c_0+ > c_0-``, below Eq. (8)."""
    return c_plus > c_minus


def ratio_of_types(p_2: Any, p_3: Any) -> Any:
    """``P_2/(3 P_3)`` in the caption of Fig. 3, where the text has ``P_2/(3 P_1)``."""
    return p_2 / (3 * p_3)


def marginal_distribution(rho: np.ndarray, space: Space, phases: Any) -> float:
    """S(phi) of Eqs. (A1)-(A3), without the factor (2S+1)/(4 pi) a spin that normalises it."""
    nodes, weights = np.polynomial.legendre.leggauss(40)
    theta = (nodes + 1) * np.pi / 2
    weights = weights * np.sin(theta) * np.pi / 2
    overlaps = np.ones((1, 1))
    for site, phi in zip(space.sites.values(), phases, strict=True):
        if not isinstance(site, Spin):
            raise TypeError(f"{site!r} has no coherent states of SU(2)")
        states = coherent_state(site.size, theta, float(phi))
        overlaps = np.kron(overlaps, np.einsum("k,ki,kj->ij", weights, states.conj(), states))
    return float(np.real(np.sum(overlaps * rho)))


def triangles(phi_1: Any, phi_2: Any, d: float = 1.0) -> np.ndarray:
    """Whether points lie in the open triangles T_d^1 ... T_d^6 of Eq. (C2)."""

    def three(x: Any, y: Any) -> list[Any]:
        end = 2 * np.pi * d
        return [
            (x + y > 0) & (x + y < end) & (x - 2 * y < 0) & (2 * x - y > 0),
            (2 * y - x > 0) & (2 * y - x < end) & (2 * x - y < 0) & (x + y > 0),
            (y - x > 0) & (y - x < end) & (x + y < 0) & (x - 2 * y < 0),
        ]

    x, y = np.asarray(phi_1, float), np.asarray(phi_2, float)
    return np.array(three(x, y) + three(-x, -y))


def spin_flip_of_the_pair() -> np.ndarray:
    """P of Eq. (D3), said to commute with H and L_-."""
    return np.eye(4)[::-1]


def singlet_energy(exchange: float, anisotropy: float) -> float:
    """``-2J - Delta``, below Eq. (D4): the energy of ``|v_->``."""
    return -2 * exchange - anisotropy


def pair_frequency(exchange: float, anisotropy: float, field: float) -> float:
    """``2 (J - Delta + B)``, below Eq. (D4): the frequency of ``|v_+><v_-|``."""
    return 2 * (exchange - anisotropy + field)


def pair_distribution(c_minus: Any, phi_1: Any, phi_2: Any) -> Any:
    """``-c_- cos(phi_1 - phi_2)``, Eq. (D5), a deviation from the uniform distribution."""
    return -c_minus * np.cos(np.subtract(phi_1, phi_2))


def pair_synchronization(c_minus: Any) -> Any:
    """``S_max = c_-``, below Eq. (D5)."""
    return c_minus
