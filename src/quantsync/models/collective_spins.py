"""Two collective spins beside a central spin 1/2: their Hamiltonian and their coherent states."""

from __future__ import annotations

from math import lgamma
from typing import Any

import numpy as np

from quantsync.errors import InvalidArgumentError
from quantsync.models.parameters import real_parameters
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
    """Coefficients and operators of H, for any operators that stand for J_j-/sqrt(N_j) and J_jz.

    Parameters
    ----------
    space : Space
        With a spin 1/2 "central".
    lowering, z : list of two sparse arrays
    counts : list of two int
        N_1 and N_2.
    coupling_1, coupling_2, frequency_1, frequency_2, weight, central_frequency : float
        As for `central_spin_chains`.

    Returns
    -------
    list of (coefficient, operator)
    """
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


def whole_number(name: str, value: Any) -> int:
    """Check a number of spins.

    Examples
    --------
    >>> whole_number("spins", 5.0)
    5
    """
    try:
        good = np.ndim(value) == 0 and value >= 1 and value == int(value)
    except (TypeError, ValueError, OverflowError):
        good = False
    if not good:
        raise InvalidArgumentError(
            f"Parameter `{name}` must be a whole number from 1, but is {value!r}."
        )
    return int(value)


def spin_coherent(count: int, beta: complex) -> np.ndarray:
    """Amplitudes of m = J ... -J with <J_-> = beta sqrt(N), from J sin(theta) = |beta| sqrt(N).

    Parameters
    ----------
    count : int
        N.
    beta : complex

    Returns
    -------
    ndarray of shape (N + 1,)

    Raises
    ------
    InvalidArgumentError
        If no state has so large an amplitude.

    Examples
    --------
    >>> print(spin_coherent(2, 0.5).round(4))
    [0.1464+0.j 0.5   +0.j 0.8536+0.j]
    """
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
