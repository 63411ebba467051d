"""A transmon with its pump and its lossy resonator, of which the circuit has two.

Vaidya et al., PRA 109, 033718 (2024), Sec. IV and App. E. Numbers are in MHz as in the paper's
tables, that is angular frequencies over 2 pi; `RADIANS` turns them into rad/us.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp

from quantsync.checks import real_number, whole_number
from quantsync.errors import ConvergenceError, InvalidArgumentError
from quantsync.lindblad.evolution import evolve
from quantsync.lindblad.lindbladian import Lindbladian
from quantsync.operators import Fock, Space
from quantsync.states import basis_state

RADIANS = 2 * math.pi  # rad/us of 1 MHz
FIT_TIMES = np.linspace(0.0, 8.0, 401)  # us
LIFETIMES = (1.5, 60.0)  # of the slowest mode in 8 us; outside of that 10 of them are followed
STUCK = 1e-12  # rates relative to the largest one that are none
LARGEST_DEVIATION = 0.1  # of a fit from the relaxation


@dataclass(frozen=True)
class PumpedTransmon:
    """Parameters of a transmon, its pump and its resonator, all in MHz."""

    anharmonicity: float  # |alpha|: the e-f transition is that much below the g-e transition
    pump: float  # Omega_p, two-photon, at omega_p = omega_q - |alpha|/2; 0 for none
    shift: float  # Delta, what pump and resonator add to the bare omega_q = frequency - Delta
    resonator_frequency: float  # omega_a
    resonator_coupling: float  # g_j
    resonator_decay: float  # kappa
    decay: float  # gamma_0
    dephasing: float = 0.0  # gamma_phi of Eq. (E2), the rate of D[b^dag b]
    frequency: float = 5000.0  # of the shifted g-e transition, at which the drive acts
    transmon_levels: int = 3
    resonator_levels: int = 3

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            label = f"Parameter `{name}`"
            if name.endswith("_levels"):
                least = 3 if name == "transmon_levels" else 2
                object.__setattr__(self, name, whole_number(value, label, at_least=least))
            elif name in ("resonator_decay", "decay", "dephasing"):
                real_number(value, label, at_least=0)
            else:
                real_number(value, label, above=0 if name == "anharmonicity" else None)

    @property
    def qubit_frequency(self) -> float:
        """Bare frequency omega_q = frequency - Delta."""
        return self.frequency - self.shift

    @property
    def pump_frequency(self) -> float:
        """omega_p = omega_q - |alpha|/2, on resonance with the two-photon g-f transition."""
        return self.qubit_frequency - self.anharmonicity / 2

    @property
    def beat_frequency(self) -> float:
        """Nu = frequency - omega_p, at which the drive turns in the frame of the pump."""
        return self.frequency - self.pump_frequency

    @property
    def space(self) -> Space:
        """The space of transmon T and resonator R."""
        return Space(T=Fock(self.transmon_levels), R=Fock(self.resonator_levels))

    def parts(self) -> tuple[sp.csr_array, list[tuple[float, Any]]]:
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
        """The transmon by itself, in the frame of its pump, in rad/us."""
        energy, dissipators = self.parts()
        return Lindbladian(self.space, [(1.0, energy)], dissipators)


@dataclass(frozen=True)
class RelaxationFit:
    """``P_e(t) = p + c e^{-Gamma t}`` fitted to a transmon's relaxation from |e>."""

    gain: float  # w = Gamma p, in MHz (over 2 pi)
    damping: float  # gamma = Gamma (1 - p)
    ratio: float  # w/gamma
    deviation: float  # largest distance of the fit from the relaxation


def relaxation_fit(transmon: PumpedTransmon) -> RelaxationFit:
    """Gain and damping rates w, gamma of a transmon by itself, from its relaxation over 8 us."""
    # As Vaidya et al. do in App. E; from |e> with the resonator empty, without dephasing. What
    # relaxes much faster or slower is followed for ten lifetimes of its slowest mode. That is not
    # quite an exponential: without a pump a gain of 1e-5 of the damping is left.
    space, times = transmon.space, _fit_times(transmon)
    path = evolve(
        replace(transmon, dephasing=0.0).lindbladian(),
        basis_state(space, T=1, R=0),
        times,
        truncation="ignore",  # the steady states of the model tell what the cut-off does
    )
    levels = np.real(np.diagonal(path.rho, axis1=-2, axis2=-1))
    excited = levels.reshape(len(times), transmon.transmon_levels, -1)[:, 1].sum(axis=1)
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
        from scipy.optimize import curve_fit

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


def _fit_times(transmon: PumpedTransmon) -> np.ndarray:
    """8 us as in the paper, unless the transmon relaxes on another scale."""
    generator = replace(transmon, dephasing=0.0).lindbladian().superoperator().toarray()
    rates = -np.linalg.eigvals(generator).real
    slowest = float(np.sort(rates)[1])
    if slowest <= STUCK * float(rates.max()):
        raise ConvergenceError(
            f"The transmon does not relax: its slowest rate is {slowest / RADIANS:.1e} MHz. Give "
            "it decay, or a resonator that decays."
        )
    least, most = LIFETIMES
    if least <= slowest * FIT_TIMES[-1] <= most:
        return FIT_TIMES
    return np.linspace(0.0, 10 / slowest, len(FIT_TIMES))


def pump_shift(
    pump: float, anharmonicity: float, resonator_coupling: float, resonator_decay: float
) -> float:
    """Shift of the g-e transition by the pump, from the three-level Hamiltonian (E3)."""
    # [[0, W, 0], [W, |alpha|/2, sqrt2 W], [0, sqrt2 W, -i gamma_f]] with gamma_f = 4 g^2/kappa, all
    # in one unit. |alpha| is positive here, as printed, since (E3) is for the frame of the pump.
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


def dispersive_shift(transmon: PumpedTransmon) -> float:
    """Shift of the g-e transition by the resonator, g^2/(omega_q - omega_a), in MHz."""
    # omega_q is the nominal frequency of Table I, as for the numbers printed in Table II.
    if not transmon.resonator_coupling:
        return 0.0
    distance = transmon.frequency - transmon.resonator_frequency
    if distance == 0:
        raise InvalidArgumentError(
            f"Parameter `resonator_frequency` is {transmon.resonator_frequency:g} MHz, that of the "
            "g-e transition: there is no dispersive shift. Move it to the e-f transition, "
            f"{transmon.frequency - transmon.anharmonicity:g} MHz, or give the shift (`shift_a`, "
            "`shift_b`) itself."
        )
    return transmon.resonator_coupling**2 / distance


def frequency_shift(transmon: PumpedTransmon) -> float:
    """Delta of Table II: `pump_shift` plus `dispersive_shift`, in MHz."""
    return dispersive_shift(transmon) + pump_shift(
        transmon.pump, transmon.anharmonicity, transmon.resonator_coupling, transmon.resonator_decay
    )


def coherence_mode(transmon: PumpedTransmon) -> complex:
    """Eigenvalue -decay - i frequency of the g-e coherence in the pump's frame, in MHz."""
    # The transition is tuned where the frequency is the `beat_frequency` of the drive.
    values, vectors = np.linalg.eig(transmon.lindbladian().superoperator().toarray())
    n, resonator = transmon.space.dimension, transmon.resonator_levels
    lowering = vectors.reshape(n, n, -1)[resonator, 0]  # <e,0| rho |g,0>
    oscillating = np.imag(values) < -RADIANS * transmon.anharmonicity / 4
    # The slowest of the modes that are mostly this coherence.
    weight = np.where(oscillating, np.abs(lowering), 0)
    likely = np.flatnonzero(weight > 0.5 * weight.max())
    mode = values[likely[np.real(values[likely]).argmax()]]
    return complex(mode) / RADIANS


def tuned_shift(transmon: PumpedTransmon) -> float:
    """The Delta for which the transmon's own coherence turns exactly with the drive, in MHz."""
    # Where (E3) is an approximation (it knows three levels, and the resonator as a loss), this is
    # not: for a fourth level, or strong pumps.
    middle = frequency_shift(transmon)

    def detuning(shift: float) -> float:
        tuned = replace(transmon, shift=shift)
        return -coherence_mode(tuned).imag - tuned.beat_frequency

    try:
        from scipy.optimize import brentq

        root: Any = brentq(detuning, middle - 5, middle + 5, xtol=1e-9)
    except ValueError:
        raise ConvergenceError(
            f"No shift within 5 MHz of {middle:g} MHz tunes the transmon to its drive."
        ) from None
    return float(root)
