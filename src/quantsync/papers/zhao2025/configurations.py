"""Configurations of three angles in Zhao et al. (2025): their kinds, the triangles of App. C."""

from __future__ import annotations

from typing import Any

import numpy as np

KINDS: dict[str, tuple[float, float, float]] = {
    "(0, 0, 0)": (0.0, 0.0, 0.0),
    "(0, 0, pi)": (0.0, 0.0, np.pi),
    "(0, pi/3, -pi/3)": (0.0, np.pi / 3, -np.pi / 3),
    "(0, 2pi/3, -2pi/3)": (0.0, 2 * np.pi / 3, -2 * np.pi / 3),
}
"""The configurations that maximise S_d: the first two for x > 0, the others for x < 0."""


def order_parameters(phi_1: Any, phi_2: Any, phi_3: Any) -> np.ndarray:
    """|mean of e^{i k phi}| for k = 1, 2, 3, which no shift and no permutation changes."""
    angles = np.stack(np.broadcast_arrays(phi_1, phi_2, phi_3), axis=-1)
    return np.stack([np.abs(np.exp(1j * k * angles).mean(axis=-1)) for k in (1, 2, 3)], axis=-1)


def nearest_kind(phi_1: Any, phi_2: Any, phi_3: Any = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Place in `KINDS` of the closest configuration, and the distance of the order parameters."""
    known = np.array([order_parameters(*angles) for angles in KINDS.values()])
    found = order_parameters(phi_1, phi_2, phi_3)
    apart = np.abs(found[..., None, :] - known).max(axis=-1)
    return apart.argmin(axis=-1), apart.min(axis=-1)


def triangles(phi_1: Any, phi_2: Any, d: float = 1.0) -> np.ndarray:
    """Whether points lie in the open triangles T_d^1 ... T_d^6, shape (6, ...): (C2) put right."""
    # In T_d^3 the bounded quantity is phi'_2 - 2 phi'_1, not phi'_2 - phi'_1: in every triangle it
    # is the largest of three distances from the mean angle, which add to 2 pi l at most.

    def three(x: Any, y: Any) -> list[Any]:
        end = 2 * np.pi * d
        return [
            (x + y < end) & (x - 2 * y < 0) & (2 * x - y > 0),
            (2 * y - x < end) & (2 * x - y < 0) & (x + y > 0),
            (y - 2 * x < end) & (x + y < 0) & (x - 2 * y < 0),
        ]

    x, y = np.asarray(phi_1, float), np.asarray(phi_2, float)
    return np.array(three(x, y) + three(-x, -y))


def corners(d: float = 1.0) -> np.ndarray:
    """The corners of Omega_d, a hexagon, in order; each triangle has two and the origin."""
    third = 2 * np.pi * d / 3
    return third * np.array([(2, 1), (1, 2), (-1, 1), (-2, -1), (-1, -2), (1, -1)])
