"""Covariances of thermal and squeezed modes, and of a network in equilibrium."""

from __future__ import annotations

from typing import Any

import numpy as np

from quantsync.errors import InvalidArgumentError
from quantsync.memory import require_memory


def thermal_variance(frequencies: np.ndarray, temperature: Any) -> np.ndarray:
    """``coth(w/2T)/2``, the variance of a mode's dimensionless quadratures; 1/2 at T = 0."""
    T = np.asarray(temperature, dtype=float)
    hot = np.where(T > 0, T, 1.0)
    with np.errstate(over="ignore"):  # tanh of infinity is 1
        return np.where(T > 0, 0.5 / np.tanh(frequencies / (2 * hot)), 0.5)


def _require_memory(modes: int) -> None:
    require_memory(8.0 * 2 * (2 * modes) ** 2, f"A covariance of {modes} modes", "take fewer modes")


def uncorrelated_covariance(variances: np.ndarray, widths: np.ndarray) -> np.ndarray:
    """Covariance of uncorrelated modes from their dimensionless variances and m w."""
    _require_memory(len(widths))
    return np.diag(np.stack([variances / widths, variances * widths], -1).ravel())


def squeezed_covariance(widths: np.ndarray, r: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """Covariance of squeezed vacua from m w, as `GaussianState.squeezed`."""
    with np.errstate(over="ignore", under="ignore"):
        stretch = np.exp(2 * r)
    if not np.isfinite(stretch).all() or (stretch == 0).any():
        raise InvalidArgumentError(f"Argument `r` = {r.tolist()} is too large for floating point.")
    cos, sin = np.cos(angle), np.sin(angle)
    _require_memory(len(widths))
    sigma = np.zeros((2 * len(widths), 2 * len(widths)))
    k = 2 * np.arange(len(widths))
    sigma[k, k] = (stretch * cos**2 + sin**2 / stretch) / (2 * widths)
    sigma[k + 1, k + 1] = (stretch * sin**2 + cos**2 / stretch) * widths / 2
    sigma[k, k + 1] = sigma[k + 1, k] = (stretch - 1 / stretch) * cos * sin / 2
    return sigma


def network_thermal_covariance(
    frequencies: np.ndarray, modes: np.ndarray, masses: np.ndarray, temperature: float
) -> np.ndarray:
    """Covariance of a whole network in equilibrium, from its normal modes in columns."""
    variances = thermal_variance(frequencies, temperature)
    root, size = np.sqrt(masses), len(masses)
    _require_memory(size)
    sigma = np.zeros((2 * size, 2 * size))
    sigma[::2, ::2] = (modes * (variances / frequencies)) @ modes.T / np.outer(root, root)
    sigma[1::2, 1::2] = (modes * (variances * frequencies)) @ modes.T * np.outer(root, root)
    return sigma
