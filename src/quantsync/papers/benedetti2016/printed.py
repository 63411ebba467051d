"""Formulas of Benedetti et al. (2016) exactly as printed, where they do not hold.

What is right has its own name: `revival_time` and `damping_ratio` in `quantsync.gaussian`,
`pearson` in `quantsync.time_series.pearson`, `HarmonicNetwork.chain`. Eq. (9) is
``damping_ratio(form="printed")``.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np


def revival_time(sites: int, omega_1: float) -> float:
    """2 M/omega_1, Sec. III A: it has the chain's stiffness nowhere, and comes out early.

    Parameters
    ----------
    sites : int
        M.
    omega_1 : float
        Frequency of the first probe.

    Examples
    --------
    >>> revival_time(300, 1.0)
    600.0
    """
    return 2 * sites / omega_1


def correlation(
    f: Callable[[np.ndarray], np.ndarray],
    g: Callable[[np.ndarray], np.ndarray],
    time: float,
    window: float,
) -> float:
    """C of Eq. (3), whose bars are integrals without the division by the window.

    f less its integral does not have the mean zero: what correlates is the means.

    Parameters
    ----------
    f, g : callable
        Signals as functions of time.
    time, window : float
        Start and length of the window.

    Examples
    --------
    >>> round(correlation(lambda t: 2 + np.sin(t), lambda t: 2 - np.sin(t), 0.0, 2 * np.pi), 3)
    0.991
    """
    nodes, weights = np.polynomial.legendre.leggauss(max(40, int(4 * window)))
    times, weights = time + window * (nodes + 1) / 2, weights * window / 2
    a, b = f(times), g(times)
    a, b = a - weights @ a, b - weights @ b
    return float(weights @ (a * b) / math.sqrt((weights @ a**2) * (weights @ b**2)))


def double_sum(sites: int, chain_frequency: float, chain_coupling: float) -> np.ndarray:
    """Stiffness matrix of the double sum of Sec. II with A_jk = g delta_|j-k|,1.

    Each pair comes twice and nothing is halved: the springs are 4 g, and the ends free.

    Examples
    --------
    >>> double_sum(2, 0.0, 1.0)
    array([[ 4., -4.],
           [-4.,  4.]])
    """
    matrix = chain_frequency**2 * np.eye(sites)
    for j in range(sites):
        for k in range(sites):
            if abs(j - k) == 1:  # A (X_j - X_k)^2 in H is A (X_j - X_k)^2/2 twice
                matrix[[j, k], [j, k]] += 2 * chain_coupling
                matrix[[j, k], [k, j]] -= 2 * chain_coupling
    return matrix


def couplings_across(theta: float, wave_numbers: np.ndarray) -> np.ndarray:
    """c_1 and c_2 below (B3), per K sqrt(2/(M + 1)): "the average effect" of many modes.

    The emission of the probe inside the chain is missing.

    Parameters
    ----------
    theta : float
        Mixing angle.
    wave_numbers : ndarray of shape (2,)
        pi k/(M + 1) of the chain's modes in resonance with the two modes of the probes.

    Examples
    --------
    >>> couplings_across(0.0, np.array([np.pi / 2, np.pi / 2]))
    array([1., 0.])
    """
    return np.array([math.cos(theta), math.sin(theta)]) * np.sin(wave_numbers)
