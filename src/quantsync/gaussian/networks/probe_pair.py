"""Two probes joined by a spring, without their bath: stiffness matrix and normal modes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from quantsync.checks import SQUARABLE, named_arguments, real_number
from quantsync.errors import UnstableNetworkError


@dataclass(frozen=True)
class ProbeModes:
    """Normal modes of two coupled probes without their bath.

    Attributes
    ----------
    theta : float
        Mixing angle: q_1 = cos(theta) x_1 + sin(theta) x_2, q_2 = -sin(theta) x_1 + cos(theta) x_2.
    frequencies : ndarray of shape (2,)
        Omega_1 <= Omega_2.
    rotation : ndarray of shape (2, 2)
        q = rotation @ x.
    """

    theta: float
    frequencies: np.ndarray
    rotation: np.ndarray


@named_arguments
def probe_modes(omega_1: float, omega_2: float, coupling: float) -> ProbeModes:
    r"""Modes of ``H = sum (p_j^2 + omega_j^2 x_j^2)/2 + coupling (x_1 - x_2)^2/2``.

    Eqs. (A4), (A5) and (A7) of Benedetti et al. (2016), with
    tan(2 theta) = 2 coupling/(omega_2^2 - omega_1^2).

    Parameters
    ----------
    omega_1, omega_2 : float
        Frequencies of the probes, > 0.
    coupling : float
        lambda, in the unit of frequency squared.

    Returns
    -------
    ProbeModes

    Raises
    ------
    UnstableNetworkError
        If the pair is not stable.
    InvalidArgumentError
        If a frequency is not positive.
    NonFiniteError
        If a number is NaN or infinite.

    Examples
    --------
    >>> import quantsync as qs
    >>> modes = qs.gaussian.probe_modes(1.0, 1.1, 0.5)
    >>> print(round(modes.theta, 10), modes.frequencies.round(10))
    0.6819020663 [1.04598946 1.45461543]
    """
    real_number(omega_1, "omega_1", above=0)
    real_number(omega_2, "omega_2", above=0)
    stiffness = probe_stiffness(omega_1, omega_2, coupling)
    theta = 0.5 * math.atan2(2 * coupling, omega_2**2 - omega_1**2)
    # The angle, not an eigensolver, fixes signs and order, also of equal probes.
    rotation = np.array([[math.cos(theta), math.sin(theta)], [-math.sin(theta), math.cos(theta)]])
    squares = np.diagonal(rotation @ stiffness @ rotation.T)
    if squares.min() <= 0:
        raise UnstableNetworkError(
            f"Argument `coupling` = {coupling:.6g} makes the probes unstable: the lowest squared "
            f"frequency is {squares.min():.6g}. Take a weaker one.",
            eigenvalue=float(squares.min()),
        )
    return ProbeModes(theta, np.sqrt(squares), rotation)


@named_arguments
def probe_stiffness(omega_1: float, omega_2: float, coupling: float) -> np.ndarray:
    """Stiffness matrix of two probes joined by a spring.

    Parameters
    ----------
    omega_1, omega_2, coupling : float
        As in `probe_modes`.

    Returns
    -------
    ndarray of shape (2, 2)

    Examples
    --------
    >>> import quantsync as qs
    >>> print(qs.gaussian.probe_stiffness(1.0, 2.0, 0.5))
    [[ 1.5 -0.5]
     [-0.5  4.5]]
    """
    bounds: Any = {"at_least": -SQUARABLE, "at_most": SQUARABLE}
    first = real_number(omega_1, "omega_1", **bounds) ** 2
    second = real_number(omega_2, "omega_2", **bounds) ** 2
    spring = real_number(coupling, "coupling", **bounds)
    return np.array([[first + spring, -spring], [-spring, second + spring]])
