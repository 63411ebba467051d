"""One transmon with its lossy resonator and its pump: a unit of the circuit of Vaidya et al.

PRA 109, 033718 (2024), Sec. IV and App. E. Numbers are in MHz as in the paper's tables, that is
angular frequencies over 2 pi; `RADIANS` turns them into rad/us, here and nowhere else.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.optimize import brentq, curve_fit

from quantsync.errors import (
    ConvergenceError,
    InvalidArgumentError,
    InvalidRateError,
    NonFiniteError,
)
from quantsync.lindblad.evolution import evolve
from quantsync.lindblad.lindbladian import Lindbladian
from quantsync.operators import Fock, Space
from quantsync.states import basis_state

RADIANS = 2 * math.pi  # rad/us of 1 MHz
FIT_TIMES = np.linspace(0.0, 8.0, 401)  # us
LIFETIMES = (1.5, 60.0)  # of the slowest mode in 8 us; outside of that 10 of them are followed
STUCK = 1e-12  # rates relative to the largest one that are none
LARGEST_DEVIATION = 0.1  # of a fit from the relaxation
RATES = ("resonator_decay", "decay", "dephasing")


@dataclass(frozen=True)
class CircuitUnit:
    """Parameters of a unit, all in MHz (angular frequencies over 2 pi).

    Attributes
    ----------
    anharmonicity : float
        |alpha|: the e-f transition is that much below the g-e transition.
    pump : float
        Strength Omega_p of the two-photon pump, which tracks the transmon:
        omega_p = omega_q - |alpha|/2. Zero for none.
    shift : float
        Delta: what pump and resonator add to the g-e transition. The bare frequency is tuned to
        omega_q = frequency - Delta.
    resonator_frequency : float
        omega_a.
    resonator_coupling : float
        g_j, between transmon and resonator.
    resonator_decay : float
        kappa.
    decay : float
        gamma_0 of the transmon.
    dephasing : float
        gamma_phi of Eq. (E2), the rate of D[b^dag b].
    frequency : float
        Shifted g-e transition, at which the drive acts.
    transmon_levels, resonator_levels : int
        Levels that are kept.

    Raises
    ------
    NonFiniteError, InvalidRateError, InvalidArgumentError
        If a number is NaN or infinite, a rate is negative, the anharmonicity is not positive, or
        there are fewer than 3 levels of the transmon or 2 of the resonator.
    """

    anharmonicity: float
    pump: float
    shift: float
    resonator_frequency: float
    resonator_coupling: float
    resonator_decay: float
    decay: float
    dephasing: float = 0.0
    frequency: float = 5000.0
    transmon_levels: int = 3
    resonator_levels: int = 3

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not math.isfinite(value):
                raise NonFiniteError(f"Parameter `{name}` must be finite, but is {value!r}.")
            if name in RATES and value < 0:
                raise InvalidRateError(f"Parameter `{name}` must be >= 0, but is {value!r}.")
        if not self.anharmonicity > 0:
            raise InvalidArgumentError(
                f"Parameter `anharmonicity` is |alpha| and must be > 0, but is "
                f"{self.anharmonicity!r}."
            )
        for name, least in (("transmon_levels", 3), ("resonator_levels", 2)):
            levels = getattr(self, name)
            if levels != int(levels) or levels < least:
                raise InvalidArgumentError(
                    f"Parameter `{name}` must be a whole number of at least {least}, but is "
                    f"{levels!r}."
                )
            object.__setattr__(self, name, int(levels))

    @property
    def qubit_frequency(self) -> float:
        """Bare frequency omega_q = frequency - Delta."""
        return self.frequency - self.shift

    @property
    def pump_frequency(self) -> float:
        """omega_p = omega_q - |alpha|/2, on resonance with the two-photon g-f transition."""
        return self.qubit_frequency - self.anharmonicity / 2

    @property
    def turning(self) -> float:
        """Nu = frequency - omega_p: where the drive is in the frame of the pump."""
        return self.frequency - self.pump_frequency

    @property
    def space(self) -> Space:
        """The space of transmon T and resonator R."""
        return Space(T=Fock(self.transmon_levels), R=Fock(self.resonator_levels))

    def parts(self) -> tuple[sp.csr_array, list[tuple[float, sp.csr_array]]]:
        """Hamiltonian and dissipators in the frame of the pump, in rad/us: Eqs. (E1), (E2).

        The anharmonicity lowers the higher levels, -|alpha|/2 n(n-1); as printed, with a plus, no
        pump between g and f would be resonant.
        """
        transmon, resonator = self.space["T"], self.space["R"]
        number = transmon.number
        exchange = resonator.destroy @ transmon.create
        energy = (
            (self.qubit_frequency - self.pump_frequency) * number
            - self.anharmonicity / 2 * (number @ number - number)
            + (self.resonator_frequency - self.pump_frequency) * resonator.number
            + self.resonator_coupling * (exchange + exchange.conj().T)
            + self.pump * (transmon.create + transmon.destroy)
        )
        dissipators = [
            (RADIANS * self.resonator_decay, resonator.destroy),
            (RADIANS * self.decay, transmon.destroy),
            (RADIANS * self.dephasing, number),
        ]
        return sp.csr_array(RADIANS * energy), dissipators

    def lindbladian(self) -> Lindbladian:
        """The unit by itself, in the frame of its pump, in rad/us."""
        energy, dissipators = self.parts()
        return Lindbladian(self.space, [(1.0, energy)], dissipators)


@dataclass(frozen=True)
class RelaxationFit:
    """``P_e(t) = p + c e^{-Gamma t}`` fitted to a unit's relaxation from |e>.

    Attributes
    ----------
    gain, damping : float
        w = Gamma p and gamma = Gamma (1 - p), in MHz (over 2 pi).
    ratio : float
        w/gamma.
    deviation : float
        Largest distance of the fit from the relaxation.
    """

    gain: float
    damping: float
    ratio: float
    deviation: float


def relaxation_fit(unit: CircuitUnit) -> RelaxationFit:
    """Gain and damping rates w, gamma of a unit by itself, from its relaxation over 8 us.

    As Vaidya et al. do in App. E; from |e> with the resonator empty, without dephasing. Units that
    relax much faster or slower are followed for ten lifetimes of their slowest mode. The
    relaxation is not quite exponential, so that without a pump a gain of 1e-5 of the damping is
    left where there is none.

    Parameters
    ----------
    unit : CircuitUnit

    Returns
    -------
    RelaxationFit

    Raises
    ------
    ConvergenceError
        If the unit does not relax, or not like an exponential within 0.1.

    Examples
    --------
    >>> from quantsync.models.circuit_qed.tables import preset_units
    >>> unit, _ = preset_units("10b")
    >>> round(relaxation_fit(unit).ratio, 3)
    0.274
    """
    space, times = unit.space, _fit_times(unit)
    path = evolve(replace(unit, dephasing=0.0).lindbladian(), basis_state(space, T=1, R=0), times)
    levels = np.real(np.diagonal(path.rho, axis1=-2, axis2=-1))
    excited = levels.reshape(len(times), unit.transmon_levels, -1)[:, 1].sum(axis=1)
    scale = times[-1]

    def relaxation(t: np.ndarray, p: float, c: float, rate: float) -> np.ndarray:
        return p + c * np.exp(-rate * t / scale)

    fallen = np.abs(excited - excited[-1]) < np.abs(excited[0] - excited[-1]) / math.e
    start = (
        excited[-1],
        excited[0] - excited[-1],
        scale / max(times[int(np.argmax(fallen))], times[1]),
    )
    try:
        (p, c, rate), _ = curve_fit(relaxation, times, excited, p0=start, xtol=1e-12)
    except RuntimeError as error:
        raise ConvergenceError(f"The relaxation from |e> is not exponential: {error}.") from None
    deviation = float(np.abs(relaxation(times, p, c, rate) - excited).max())
    if deviation > LARGEST_DEVIATION:
        raise ConvergenceError(
            f"The relaxation from |e> is not exponential: the best fit is off by {deviation:.2f}, "
            f"more than {LARGEST_DEVIATION:g}, so that there are no rates w and gamma. Weaken the "
            "pump against |alpha|."
        )
    gain, damping = rate * p / scale / RADIANS, rate * (1 - p) / scale / RADIANS
    return RelaxationFit(float(gain), float(damping), float(gain / damping), deviation)


def _fit_times(unit: CircuitUnit) -> np.ndarray:
    """8 us as in the paper, unless the unit relaxes on another scale."""
    generator = replace(unit, dephasing=0.0).lindbladian().superoperator().toarray()
    rates = -np.linalg.eigvals(generator).real
    slowest = float(np.sort(rates)[1])
    if slowest <= STUCK * float(rates.max()):
        raise ConvergenceError(
            f"The unit does not relax: its slowest rate is {slowest / RADIANS:.1e} MHz. Give it "
            "decay, or a resonator that decays."
        )
    least, most = LIFETIMES
    if least <= slowest * FIT_TIMES[-1] <= most:
        return FIT_TIMES
    return np.linspace(0.0, 10 / slowest, len(FIT_TIMES))


def pump_shift(
    pump: float, anharmonicity: float, resonator_coupling: float, resonator_decay: float
) -> float:
    """Shift of the g-e transition by the pump, from the three-level Hamiltonian (E3).

    ``[[0, W, 0], [W, |alpha|/2, sqrt2 W], [0, sqrt2 W, -i gamma_f]]`` with gamma_f = 4 g^2/kappa;
    all in one unit, which is that of the result.

    Parameters
    ----------
    pump : float
        W.
    anharmonicity : float
        |alpha|: positive here, as printed, since (E3) is written for the frame of the pump.
    resonator_coupling, resonator_decay : float
        g and kappa.

    Returns
    -------
    float

    Raises
    ------
    InvalidArgumentError
        If the resonator does not decay.

    Examples
    --------
    >>> round(1000 * pump_shift(5.5, 400.0, 8.0, 60.0), 6)
    603.344794
    """
    if resonator_coupling and not resonator_decay > 0:
        raise InvalidArgumentError(
            "Eq. (E3) knows the resonator as a loss 4 g^2/kappa, but `resonator_decay` is "
            f"{resonator_decay!r}. Give it a decay, or the shift (`shift_a`, `shift_b`) itself."
        )
    loss = 4 * resonator_coupling**2 / resonator_decay if resonator_coupling else 0.0
    matrix = np.array(
        [
            [0, pump, 0],
            [pump, anharmonicity / 2, math.sqrt(2) * pump],
            [0, math.sqrt(2) * pump, -1j * loss],
        ]
    )
    values, vectors = np.linalg.eig(matrix)
    weights = np.abs(vectors) ** 2
    excited = int(weights[1].argmax())
    ground = max((k for k in range(3) if k != excited), key=lambda k: weights[0, k])
    return float((values[excited] - values[ground]).real - anharmonicity / 2)


def dispersive_shift(unit: CircuitUnit) -> float:
    """Shift of the g-e transition by the resonator, g^2/(omega_q - omega_a), in MHz.

    omega_q is the nominal frequency of Table I, as for the numbers printed in Table II.

    Raises
    ------
    InvalidArgumentError
        If the resonator is on resonance with the g-e transition.
    """
    if not unit.resonator_coupling:
        return 0.0
    distance = unit.frequency - unit.resonator_frequency
    if distance == 0:
        raise InvalidArgumentError(
            f"Parameter `resonator_frequency` is {unit.resonator_frequency:g} MHz, that of the g-e "
            "transition: there is no dispersive shift. Move it to the e-f transition, "
            f"{unit.frequency - unit.anharmonicity:g} MHz, or give the shift (`shift_a`, "
            "`shift_b`) itself."
        )
    return unit.resonator_coupling**2 / distance


def frequency_shift(unit: CircuitUnit) -> float:
    """Delta of Table II: `pump_shift` plus `dispersive_shift`, in MHz.

    Examples
    --------
    >>> from quantsync.models.circuit_qed.tables import preset_units
    >>> unit, _ = preset_units("10b")
    >>> round(1000 * frequency_shift(unit), 2), unit.shift
    (763.34, 0.7633)
    """
    return dispersive_shift(unit) + pump_shift(
        unit.pump, unit.anharmonicity, unit.resonator_coupling, unit.resonator_decay
    )


def coherence_mode(unit: CircuitUnit) -> complex:
    """Eigenvalue -decay - i frequency of the unit's g-e coherence, over 2 pi, in MHz.

    In the frame of the pump: the transition is tuned where the frequency is `CircuitUnit.turning`.

    Examples
    --------
    >>> from quantsync.models.circuit_qed.tables import preset_units
    >>> unit, _ = preset_units("10b")
    >>> mode = coherence_mode(unit)
    >>> round(-mode.real, 6), round(-mode.imag, 6)
    (0.04961, 200.763111)
    """
    values, vectors = np.linalg.eig(unit.lindbladian().superoperator().toarray())
    n, resonator = unit.space.dimension, unit.resonator_levels
    lowering = vectors.reshape(n, n, -1)[resonator, 0]  # <e,0| rho |g,0>
    oscillating = np.imag(values) < -RADIANS * unit.anharmonicity / 4
    # The slowest of the modes that are mostly this coherence.
    weight = np.where(oscillating, np.abs(lowering), 0)
    likely = np.flatnonzero(weight > 0.5 * weight.max())
    mode = values[likely[np.real(values[likely]).argmax()]]
    return complex(mode) / RADIANS


def tuned_shift(unit: CircuitUnit) -> float:
    """The Delta for which the unit's own coherence turns exactly with the drive, in MHz.

    Where (E3) is an approximation (it knows three levels, and the resonator as a loss), this is
    not: for a fourth level, or strong pumps.

    Raises
    ------
    ConvergenceError
        If there is none within 5 MHz of `frequency_shift`.

    Examples
    --------
    >>> from quantsync.models.circuit_qed.tables import preset_units
    >>> unit, _ = preset_units("10b")
    >>> round(1000 * tuned_shift(unit), 1)
    763.1
    """
    middle = frequency_shift(unit)

    def detuning(shift: float) -> float:
        tuned = replace(unit, shift=shift)
        return -coherence_mode(tuned).imag - tuned.turning

    try:
        return _single(brentq(detuning, middle - 5, middle + 5, xtol=1e-9))
    except ValueError:
        raise ConvergenceError(
            f"No shift within 5 MHz of {middle:g} MHz tunes the transmon to its drive."
        ) from None


def _single(root: Any) -> float:
    return float(root)
