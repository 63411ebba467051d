"""The two dark states of App. D of Zhao et al. (2025), and what follows from them."""

from __future__ import annotations

from typing import Any

import numpy as np

LOWEST = np.array([0.0, 0.0, 0.0, 1.0])
"""``|v_+>``: both spins down."""
SINGLET = np.array([0.0, 1.0, -1.0, 0.0]) / np.sqrt(2)
"""``|v_->``."""
SWAP = np.eye(4)[[0, 2, 1, 3]]
"""Exchange of the two spins: the strong symmetry whose sectors are those of Eq. (D4)."""


def lowest_energy(anisotropy: float, field: float) -> float:
    """Delta - 2B, the energy of both spins down."""
    return anisotropy - 2 * field


def singlet_energy(exchange: float, anisotropy: float) -> float:
    """-J - Delta, the energy of the singlet."""
    return -exchange - anisotropy


def pair_frequency(exchange: float, anisotropy: float, field: float) -> float:
    """J + 2 Delta - 2B: the coherence |v_-><v_+| turns as e^{i omega t}, its adjoint backwards."""
    return exchange + 2 * anisotropy - 2 * field


def pair_distribution(c_minus: Any, phi_1: Any, phi_2: Any) -> Any:
    """(2 pi)^-2 [1 - (pi^2/16) c_- cos(phi_1 - phi_2)]: Eq. (D5), normalised to 1."""
    wave = np.cos(np.subtract(phi_1, phi_2))
    return (2 * np.pi) ** -2 * (1 - np.pi**2 / 16 * c_minus * wave)


def pair_synchronization(c_minus: Any) -> Any:
    """S_max = (pi/32) c_-."""
    return np.pi / 32 * c_minus
