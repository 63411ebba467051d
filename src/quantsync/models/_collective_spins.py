"""Two collective spins beside a central spin 1/2: their Hamiltonian and their coherent states."""

from __future__ import annotations

from math import lgamma
from typing import Any

import numpy as np

from quantsync.errors import InvalidArgumentError
from quantsync.models._parameters import real_parameters
from quantsync.operators import Space

CHAINS = ("A", "B")


def hamiltonian_terms(
    space: Space,
    lowering: list[Any],
    z: list[Any],
    counts: list[int],
    *,
    coupling_1: Any = 1.5,
    coupling_2: Any = 2.4,
    frequency_1: Any = 1.0,
    frequency_2: Any = 0.8,
    weight: Any = 0.0,
    central_frequency: Any = 0.2,
) -> list[tuple[Any, Any]]:
    """Coefficients and operators of H, for operators that stand for J_j-/sqrt(N_j) and J_jz."""
    g = real_parameters(coupling_1=coupling_1, coupling_2=coupling_2)
    w = real_parameters(frequency_1=frequency_1, frequency_2=frequency_2)
    lam, w0 = real_parameters(weight=weight, central_frequency=central_frequency)
    central = space["central"]
    terms: list[tuple[Any, Any]] = [(w0, central.z)]  # S_z = sigma_z/2
    for j, N in enumerate(counts):
        # sigma . J = 2 S . J = S_+ J_- + S_- J_+ + 2 S_z J_z
        flip = central.plus @ lowering[j]
        terms.append((g[j], flip + flip.T + 2 / np.sqrt(N) * central.z @ z[j]))
        terms.append((w[j] * (1 - lam**2) / N, z[j]))
        terms.append((w[j] * lam**2, lowering[j].T @ lowering[j] - space.identity / 2))
    return terms


def spin_coherent(count: int, beta: complex) -> np.ndarray:
    """Amplitudes of m = J ... -J with <J_-> = beta sqrt(N), from J sin(theta) = |beta| sqrt(N)."""
    sine = 2 * abs(beta) / np.sqrt(count)
    if sine > 1:
        raise InvalidArgumentError(
            f"Argument `start` has the amplitude {abs(beta):.6g}, but {count} spins reach at most "
            f"sqrt(N)/2 = {np.sqrt(count) / 2:.6g}."
        )
    theta, n = np.arcsin(sine), np.arange(count + 1)
    chosen = [lgamma(count + 1) - lgamma(k + 1) - lgamma(count - k + 1) for k in n]
    up, down = np.sin(theta / 2), np.cos(theta / 2)
    state = np.exp(np.array(chosen) / 2) * up**n * down ** (count - n)
    return (state * np.exp(1j * n * np.angle(beta)))[::-1]
