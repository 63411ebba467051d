"""Whether trajectories have come to rest, so that they need not be followed any longer."""

from __future__ import annotations

import numpy as np

from quantsync.meanfield.equations.evaluation import outputs
from quantsync.meanfield.equations.kernels import Kernel

STEP = 1e-6  # of the differences that make the Jacobian, relative to the state
SETTLED = 1e-9  # distance from the fixed point, as part of |y| + 0.001
DAMPED = 1e-9  # least decay rate relative to the fastest motion


def fastest_rate(kernel: Kernel, state: np.ndarray, columns: list[np.ndarray]) -> float:
    """A bound on the rates of what happens at some states (dim, B)."""
    J = _jacobian(kernel, state, columns)
    J = J[np.isfinite(J).all(axis=(1, 2))]
    return float(np.abs(J).sum(axis=2).max(initial=0.0))


def at_rest(
    kernel: Kernel, state: np.ndarray, columns: list[np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Which states (dim, B) are stable fixed points, to rounding, (B,), and their speeds (B,)."""
    J, rate = _jacobian(kernel, state, columns), _rate(kernel, state, columns)
    found = np.zeros(state.shape[1], bool)
    for k in np.flatnonzero(np.isfinite(J).all(axis=(1, 2)) & np.isfinite(rate).all(axis=0)):
        slowest = -float(np.real(np.linalg.eigvals(J[k])).max())
        if slowest > DAMPED * np.abs(J[k]).sum(axis=1).max():
            away = np.abs(np.linalg.solve(J[k], rate[:, k]))
            found[k] = bool((away <= SETTLED * (np.abs(state[:, k]) + 1e-3)).all())
    return found, np.linalg.norm(rate, axis=0)


def _rate(kernel: Kernel, state: np.ndarray, columns: list[np.ndarray]) -> np.ndarray:
    return outputs(kernel, np.zeros(state.shape[1]), state, columns)[: len(state)]


def _jacobian(kernel: Kernel, state: np.ndarray, columns: list[np.ndarray]) -> np.ndarray:
    """Derivatives (B, dim, dim) of the rates, by differences."""
    dim, size = state.shape
    J = np.empty((size, dim, dim))
    for j in range(dim):
        h = STEP * np.maximum(np.abs(state[j]), 1e-3)
        up, down = state.copy(), state.copy()
        up[j] += h
        down[j] -= h
        J[:, :, j] = ((_rate(kernel, up, columns) - _rate(kernel, down, columns)) / (2 * h)).T
    return J
