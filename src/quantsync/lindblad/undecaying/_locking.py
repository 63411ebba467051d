"""Largest amplitudes of oscillating expectation values, and which of them are proportional."""

from __future__ import annotations

from typing import Any

import numpy as np

LOCKED = 1e-7  # allowed ||W_j - c W_k|| relative to ||W_j||
DIRECTIONS = 48


def numerical_radius(matrix: np.ndarray) -> float:
    """Largest |Tr(W^dag rho)| of all density matrices."""
    if not matrix.any():
        return 0.0
    keep = np.flatnonzero(matrix.any(axis=0) | matrix.any(axis=1))
    matrix = matrix[np.ix_(keep, keep)]

    def reach(angle: Any) -> np.ndarray:
        rotated = np.exp(1j * np.asarray(angle))[..., None, None] * matrix
        return np.linalg.eigvalsh((rotated + np.conj(np.swapaxes(rotated, -1, -2))) / 2)[..., -1]

    angles = 2 * np.pi * np.arange(DIRECTIONS) / DIRECTIONS
    values = np.array([reach(angle) for angle in angles])
    best, step = angles[values.argmax()], angles[1]
    if np.ptp(values) <= 1e-12 * values.max():
        return float(values.max())  # the same in all directions
    from scipy.optimize import minimize_scalar

    refined: Any = minimize_scalar(
        lambda angle: -float(reach(angle)), bounds=(best - step, best + step), method="bounded"
    )
    return max(float(values.max()), -float(refined.fun))


def locking(
    projections: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Locked, phase difference, amplitude ratio, overlap (J, J, F) of operators (F, J, n^2)."""
    frequencies, count, _ = projections.shape
    locked = np.zeros((count, count, frequencies), bool)
    phase, ratio = np.full(locked.shape, np.nan), np.full(locked.shape, np.nan)
    overlap = np.zeros(locked.shape)
    for f, parts in enumerate(projections):
        sizes = np.linalg.norm(parts, axis=1)
        for j in np.flatnonzero(sizes):
            for k in np.flatnonzero(sizes):
                # z = Tr(W^dag rho), so z_j = c z_k for every rho when W_j = c^* W_k.
                product = np.vdot(parts[k], parts[j])
                factor = product / sizes[k] ** 2
                overlap[j, k, f] = min(1.0, abs(product) / (sizes[j] * sizes[k]))
                rest = np.linalg.norm(parts[j] - factor * parts[k])
                if rest <= LOCKED * sizes[j]:
                    locked[j, k, f] = True
                    phase[j, k, f] = _wrapped(-float(np.angle(factor)))
                    ratio[j, k, f] = abs(factor)
    return locked, phase, ratio, overlap


def _wrapped(angle: float) -> float:
    """The angle in (-pi, pi], with the rounding of -pi taken for pi, and never -0."""
    return angle + 2 * np.pi if angle <= -np.pi + 1e-9 else angle + 0.0
