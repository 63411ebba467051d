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
    """|mean of e^{i k phi}| for k = 1, 2, 3, which no shift and no permutation changes.

    Examples
    --------
    >>> print(order_parameters(0.0, 0.0, np.pi).round(6))
    [0.333333 1.       0.333333]
    """
    angles = np.stack(np.broadcast_arrays(phi_1, phi_2, phi_3), axis=-1)
    return np.stack([np.abs(np.exp(1j * k * angles).mean(axis=-1)) for k in (1, 2, 3)], axis=-1)


def nearest_kind(phi_1: Any, phi_2: Any, phi_3: Any = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """The kind of configuration that some angles are closest to.

    Parameters
    ----------
    phi_1, phi_2, phi_3 : array_like of shape (...)

    Returns
    -------
    kind : ndarray of int, shape (...)
        Place in `KINDS`.
    distance : ndarray of shape (...)
        Largest difference of the order parameters.

    Examples
    --------
    >>> kind, distance = nearest_kind(np.pi, 0.0)
    >>> list(KINDS)[int(kind)], bool(distance < 1e-12)
    ('(0, 0, pi)', True)
    """
    known = np.array([order_parameters(*angles) for angles in KINDS.values()])
    found = order_parameters(phi_1, phi_2, phi_3)
    apart = np.abs(found[..., None, :] - known).max(axis=-1)
    return apart.argmin(axis=-1), apart.min(axis=-1)


def triangles(phi_1: Any, phi_2: Any, d: float = 1.0) -> np.ndarray:
    """Whether points lie in the open triangles T_d^1 ... T_d^6: Eq. (C2), put right.

    In T_d^3 the bounded quantity is phi'_2 - 2 phi'_1, not phi'_2 - phi'_1: in every triangle it
    is the largest of three distances from the mean angle, which add to 2 pi l at most.

    Parameters
    ----------
    phi_1, phi_2 : array_like of shape (...)
        The angular differences phi'_1, phi'_2.
    d : float, default 1

    Returns
    -------
    ndarray of bool, shape (6, ...)

    Examples
    --------
    >>> triangles([0.1, -0.1], [0.1, 0.01])[:3].astype(int)
    array([[1, 0],
           [0, 0],
           [0, 1]])
    """

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
    """The corners of Omega_d, a hexagon, in order; shape (6, 2).

    Each triangle has two of them and the origin.

    Examples
    --------
    >>> x, y = corners().T
    >>> area = abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))) / 2
    >>> print(round(area / (2 * np.pi) ** 2, 12))
    1.0
    """
    third = 2 * np.pi * d / 3
    return third * np.array([(2, 1), (1, 2), (-1, 1), (-2, -1), (-1, -2), (1, -1)])
