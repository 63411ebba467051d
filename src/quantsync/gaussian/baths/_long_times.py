"""Open Gaussian dynamics at late times, from what turns and what decays."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg

from quantsync.gaussian.states import GaussianState
from quantsync.semigroups import EPSILON, LATEST, RESOLVED, Semigroup, turned_by

SILENT = 1e3 * EPSILON  # noise below this part of the largest is the rounding of none


def evolved_by_parts(
    parts: Semigroup, diffusion: np.ndarray, state: GaussianState, times: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Means (T, m), covariances (T, m, m) and errors (T,) where nothing grows by itself."""
    moments = np.minimum(times, LATEST)
    # Coordinates: the modes that turn (complex), and a basis of what decays.
    left = np.vstack([parts.duals @ parts.slow_left, parts.fast_left])
    right = np.hstack([parts.slow_right @ parts.modes, parts.fast_right])
    k, omega = len(parts.eigenvalues), np.imag(parts.eigenvalues)
    r, sigma = left @ state.mean, left @ state.covariance @ left.conj().T
    D = left @ diffusion @ left.conj().T
    loud = SILENT * np.linalg.norm(left, 2) ** 2 * np.linalg.norm(diffusion)
    D[:k, :k][np.abs(D[:k, :k]) <= loud] = 0
    still = np.zeros((len(left), len(left)), complex)  # the stationary part, where there is one
    if len(parts.fast):
        still[k:, k:] = scipy.linalg.solve_continuous_lyapunov(parts.fast, -np.real(D[k:, k:]))
        for a in range(k):  # (i omega + F) x = -d
            shifted = 1j * omega[a] * np.eye(len(parts.fast)) + parts.fast
            still[a, k:] = np.linalg.solve(shifted, -D[a, k:])
        still[k:, :k] = still[:k, k:].conj().T
    away = sigma - still
    speeds = omega[:, None] - omega
    mean = np.empty((len(times), len(left)))
    covariance = np.empty((len(times), *sigma.shape))
    error = np.empty(len(times))
    turns = turned_by(omega, moments)
    pairs = np.abs(sigma[:k, :k])
    turning = float(np.linalg.norm(pairs[speeds != 0])) + float(np.linalg.norm(r[:k][omega != 0]))
    certain = not D[:k, :k].any() and not len(parts.fast)
    now, step, fast, F = 0.0, -1.0, np.eye(len(parts.fast)), None
    for n, t in enumerate(moments):
        if t > now:
            if F is None or abs(t - now - step) > 8 * EPSILON * t:
                step = t - now
                F = parts.fast_propagator(step)
            fast, now = F @ fast, t
        E: Any = scipy.linalg.block_diag(np.diag(turns[n]), fast)
        found = E @ away @ E.conj().T + still
        found[:k, :k] += _diffused(D[:k, :k], speeds, float(t))
        whole = np.real(right @ found @ right.conj().T)
        covariance[n], mean[n] = (whole + whole.T) / 2, np.real(right @ (E @ r))
        drift = min(parts.rounding * parts.norm * float(t), 1.0)
        size = float(np.linalg.norm(found)) + float(np.linalg.norm(E @ r))
        unsure = turning + (
            0.0 if certain else RESOLVED * float(np.abs(found[:k, :k]).max(initial=0))
        )
        decaying = float(np.linalg.norm(fast)) * (
            float(np.linalg.norm(away)) + float(np.linalg.norm(r))
        )
        kept = parts.rounding * parts.norm * float(parts.sensitivity(np.array([t]))[0])
        error[n] = min(
            2.0, drift * (unsure + decaying) / max(size, 1e-300) + kept * parts.condition
        )
    return mean, covariance, error + parts.rounding


def _diffused(D: np.ndarray, speeds: np.ndarray, t: float) -> Any:
    """``int_0^t e^{i w s} D ds`` of what turns."""
    with np.errstate(over="ignore"):
        angle = np.where(np.isfinite(speeds * t), speeds * t, 0.0)
    slow = np.abs(angle) < 1e-8
    safe = np.where(slow, 1.0, speeds)
    return D * np.where(slow, t, (np.exp(1j * angle) - 1) / (1j * safe))
