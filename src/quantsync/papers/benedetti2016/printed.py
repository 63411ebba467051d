"""Formulas of Benedetti et al. (2016) exactly as printed, where others take their place.

What holds in general has its own name: `damping_ratio` in `quantsync.gaussian`,
`pearson` in `quantsync.time_series`, `HarmonicNetwork.chain`.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np


def damping_ratio(theta: float) -> float:
    """G'_11/G'_22 of Eq. (9), for a damping that does not depend on the frequency."""
    return (1 + math.sin(2 * theta)) / (1 - math.sin(2 * theta))


def correlation(
    f: Callable[[np.ndarray], np.ndarray],
    g: Callable[[np.ndarray], np.ndarray],
    time: float,
    window: float,
) -> float:
    """C of Eq. (3), whose bars are integrals without the division by the window."""
    nodes, weights = np.polynomial.legendre.leggauss(max(40, int(4 * window)))
    times, weights = time + window * (nodes + 1) / 2, weights * window / 2
    a, b = f(times), g(times)
    # f less its integral does not have the mean zero: what correlates is the means.
    a, b = a - weights @ a, b - weights @ b
    return float(weights @ (a * b) / math.sqrt((weights @ a**2) * (weights @ b**2)))


def double_sum(sites: int, chain_frequency: float, chain_coupling: float) -> np.ndarray:
    """Stiffness matrix of the double sum of Sec. II with A_jk = g delta_|j-k|,1."""
    # Each pair comes twice and nothing is halved: the springs are 4 g, and the ends free.
    matrix = chain_frequency**2 * np.eye(sites)
    for j in range(sites):
        for k in range(sites):
            if abs(j - k) == 1:  # A (X_j - X_k)^2 in H is A (X_j - X_k)^2/2 twice
                matrix[[j, k], [j, k]] += 2 * chain_coupling
                matrix[[j, k], [k, j]] -= 2 * chain_coupling
    return matrix


def couplings_across(theta: float, wave_numbers: np.ndarray) -> np.ndarray:
    """c_1 and c_2 below (B3), per K sqrt(2/(M + 1)), at the two resonant wave numbers."""
    # "The average effect" of many modes: the emission of the probe inside the chain is missing.
    return np.array([math.cos(theta), math.sin(theta)]) * np.sin(wave_numbers)
