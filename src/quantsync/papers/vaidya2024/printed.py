"""Equations of Vaidya et al., PRA 109, 033718 (2024), exactly as printed, where they are wrong.

What is right has its own name: `quantsync.coherent_state`, `quantsync.husimi` and
`quantsync.husimi_from_moments`, and the right units in `quantsync.models.circuit_qed.tables`.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from scipy.linalg import expm
from scipy.special import lpmv

from quantsync.lindblad import Lindbladian
from quantsync.measures import spherical_tensor
from quantsync.models.circuit_qed import tables
from quantsync.models.circuit_qed.transmon import RADIANS, PumpedTransmon
from quantsync.operators import Spin

TABLE_I = {
    **tables.TABLE_I,
    "resonator_frequency": (4600.0, 4600.0),  # B's must be 4500
    "pump_frequency": (4800.0, 4750.0),  # they must follow the transmons
}
"""In MHz; pairs are for A and B, or from and to."""


def units(preset: str) -> list[PumpedTransmon]:
    """The units A and B of a figure with the resonators of Table I."""
    resonators = TABLE_I["resonator_frequency"]
    pairs = zip(tables.preset_transmons(preset), resonators, strict=True)
    return [replace(unit, resonator_frequency=at) for unit, at in pairs]


def coherent_state_as_printed(spin: float, theta: float, phi: float) -> np.ndarray:
    """``e^{i phi Sz} e^{i theta Sy} |S,S>``, below Eq. (6): it points along (-theta, -phi)."""
    operators = Spin(spin).operators()
    top = np.eye(Spin(spin).dimension)[0]
    return expm(1j * phi * operators["z"]) @ expm(1j * theta * operators["y"]) @ top


def weight(spin: float, k: int, q: int, whole_root: bool = True) -> float:
    """c_kq of Eq. (A2): with the root over everything as printed, or over its first factor."""
    size = round(2 * spin)
    first = (2 * k + 1) * math.factorial(k - q) / math.factorial(k + q)
    second = math.factorial(size) / math.sqrt(
        math.factorial(size - k) * math.factorial(size + k + 1)
    )
    return math.sqrt(first * second) if whole_root else math.sqrt(first) * second


def expansion(
    rho: np.ndarray, theta: float, phi: float, whole_root: bool = True, signs: bool = False
) -> complex:
    """Eq. (A1) for a single spin, with the root and the signs of one's choice."""
    spin = (len(rho) - 1) / 2
    total = 0j
    for k in range(len(rho)):
        for q in range(-k, k + 1):
            moment = np.trace(spherical_tensor(spin, k, -q) @ rho)
            sign = (-1) ** q if signs else 1
            legendre = _legendre(k, q, np.cos(theta))
            total += (
                sign * weight(spin, k, q, whole_root) * legendre * moment * np.exp(1j * q * phi)
            )
    return total


def qutrit_husimi(rho: np.ndarray, theta: float, phi: float, real_part: bool = False) -> complex:
    """Second line of Eq. (A3); the last term with its real part taken only if asked for."""
    x = np.cos(theta)

    def moment(k: int, q: int) -> complex:
        return complex(np.trace(spherical_tensor(1, k, q) @ rho))

    total = moment(0, 0) / math.sqrt(3) + x * moment(1, 0) / math.sqrt(2)
    total += (3 * x**2 - 1) / 2 * moment(2, 0) / math.sqrt(6)
    sine = math.sqrt(1 - x**2)
    first = sine * moment(1, 1) + 3 * x * sine * moment(2, 1) / 3
    total += -(first * np.exp(-1j * phi)).real
    second = 3 * (1 - x**2) * moment(2, 2) * np.exp(-2j * phi) / 6
    return total + (second.real if real_part else second)


def qubit_husimi(rho: np.ndarray, theta: float, phi: float) -> float:
    """First line of Eq. (A3), with Condon and Shortley's sign in P_1^1 and T_1^1."""
    moments = {
        (k, q): np.trace(spherical_tensor(1 / 2, k, q) @ rho) for k in (0, 1) for q in (0, k)
    }
    total = (moments[0, 0] + np.cos(theta) * moments[1, 0]) / math.sqrt(2)
    first = _legendre(1, 1, float(np.cos(theta))) * moments[1, 1]
    return float(np.real(total + np.real(first * np.exp(-1j * phi))))


def _legendre(k: int, q: int, x: float) -> float:
    """P_k^q(x) with Condon and Shortley's phase, for either sign of q."""
    if q >= 0:
        return float(lpmv(q, k, x))
    ratio = math.factorial(k + q) / math.factorial(k - q)
    return (-1) ** q * ratio * float(lpmv(-q, k, x))


def unit_as_printed(
    unit: PumpedTransmon, *, positive: bool = False, fixed: bool = False
) -> Lindbladian:
    """A unit of Eq. (E1) with what is printed: its `Lindbladian`, in rad/us."""
    space = unit.space
    number, photons = space["T"].number, space["R"].number
    energy, dissipators = unit.parts()
    if positive:
        energy = energy + RADIANS * unit.anharmonicity * (number @ number - number)
    if fixed:
        printed_pump = unit.frequency - unit.anharmonicity / 2
        energy = energy + RADIANS * (unit.pump_frequency - printed_pump) * (number + photons)
    return Lindbladian(space, [(1.0, energy)], dissipators)
