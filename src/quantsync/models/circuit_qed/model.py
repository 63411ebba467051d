"""The circuit of Vaidya et al., PRA 109, 033718 (2024): two pumped transmons, two resonators."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from quantsync.checks import (
    broadcast_shape,
    coefficient_array,
    rate_array,
    real_array,
    real_number,
    text_array,
    whole_array,
    whole_number,
)
from quantsync.lindblad.quasi_periodic.state import QuasiPeriodicState
from quantsync.measures.entropic.limit_cycles import DiagonalStates
from quantsync.measures.entropic.relative_entropy import relative_entropy_of_synchronization
from quantsync.models.circuit_qed.state import (
    CircuitState,
    balance_of,
    fit_of,
    solved,
    truncation_of,
)
from quantsync.models.circuit_qed.tables import PRESETS, TABLE_II, preset_values
from quantsync.models.circuit_qed.transmon import PumpedTransmon, RelaxationFit, frequency_shift
from quantsync.system import Measure, ParametricSystem, table_of

OF_A_TRANSMON = (
    "pump",
    "shift",
    "anharmonicity",
    "resonator_frequency",
    "resonator_coupling",
    "resonator_decay",
    "decay",
)
COMMON = ("coupling", "dephasing", "transmon_levels", "resonator_levels")
TUNING = ("pump", "anharmonicity", "resonator_frequency", "resonator_coupling", "resonator_decay")


def circuit_qed(
    preset: Any = "10b",
    coupling: Any = 0.1,
    drive: Any = None,
    dephasing: Any = 0.0,
    pump_a: Any = None,
    pump_b: Any = None,
    shift_a: Any = None,
    shift_b: Any = None,
    anharmonicity_a: Any = None,
    anharmonicity_b: Any = None,
    resonator_frequency_a: Any = None,
    resonator_frequency_b: Any = None,
    resonator_coupling_a: Any = None,
    resonator_coupling_b: Any = None,
    resonator_decay_a: Any = None,
    resonator_decay_b: Any = None,
    decay_a: Any = None,
    decay_b: Any = None,
    transmon_levels: Any = 3,
    resonator_levels: Any = 3,
) -> CircuitQED:
    r"""Two transmons whose pumps and lossy resonators give them gain, coupled; A is driven.

    Eqs. (E1) and (E2) of Vaidya et al., each transmon in the frame of its pump:
    ``H_j = |alpha|/2 b^dag b - |alpha|/2 (b^dag b - 1) b^dag b + (omega_a - omega_p) a^dag a
    + g_j (a b^dag + h.c.) + Omega_p (b + b^dag)`` and the dissipators ``kappa D[a] + gamma_0 D[b]
    + gamma_phi D[b^dag b]``. In these frames the drive eps and the coupling g turn:
    ``eps (b_A e^{i nu_A t} + h.c.) + g (b_B^dag b_A e^{-i (nu_B - nu_A) t} + h.c.)`` with
    nu_j = |alpha_j|/2 + Delta_j. The state is quasi-periodic; measures take the state of the two
    qubits as seen in the frame of the drive, averaged over all times.

    All numbers are those of the paper's tables in MHz, angular frequencies over 2 pi. Times in
    the state are in us. What is None has the value of the preset, with the resonator of B at
    4.5 GHz instead of the printed 4.6 GHz.

    Parameters
    ----------
    preset : {"10a", "10b", "11b"}, default "10b"
        Figure whose parameters are taken (Tables I and II); Fig. 11(a) has those of 10(b).
    coupling : float, default 0.1, range 0 to 0.35
        Coupling g of the transmons, half that of the spin model (units of MHz).
    drive : float, default None, range 0 to 0.1
        Drive eps on A, half that of the spin model: 0.02 or 0.04 in the presets (units of MHz).
    dephasing : float >= 0, default 0, range 0 to 0.2
        Rate gamma_phi of D[b^dag b] of both transmons, twice that of Eq. (C1); 0.053 in Table I
        (units of MHz).
    pump_a : float, default None, range 0 to 12
        Strength of the pump on A; 0 for none (units of MHz).
    pump_b : float, default None, range 0 to 12
        Strength of the pump on B; 0 for none (units of MHz).
    shift_a : float, default None, range -1 to 3
        Delta_A, by which omega_qA is below the drive. If None and the transmon is not the
        preset's, from Eq. (E3) and the dispersive shift (units of MHz).
    shift_b : float, default None, range -1 to 3
        Delta_B, as for A (units of MHz).
    anharmonicity_a : float > 0, default None, range 200 to 600
        |alpha_A|. The pump and, unless given, the resonator follow it (units of MHz).
    anharmonicity_b : float > 0, default None, range 200 to 600
        |alpha_B|, as for A (units of MHz).
    resonator_frequency_a : float, default None, range 4500 to 4700
        omega_aA (units of MHz).
    resonator_frequency_b : float, default None, range 4400 to 4600
        omega_aB (units of MHz).
    resonator_coupling_a : float, default None, range 0 to 15
        g_A of transmon A and its resonator (units of MHz).
    resonator_coupling_b : float, default None, range 0 to 15
        g_B of transmon B and its resonator (units of MHz).
    resonator_decay_a : float >= 0, default None, range 10 to 200
        kappa_A (units of MHz).
    resonator_decay_b : float >= 0, default None, range 10 to 200
        kappa_B (units of MHz).
    decay_a : float >= 0, default None, range 0 to 0.2
        gamma_0 of transmon A (units of MHz).
    decay_b : float >= 0, default None, range 0 to 0.2
        gamma_0 of transmon B (units of MHz).
    transmon_levels : int >= 3, default 3, range 3 to 5
        Levels of each transmon. Three are the paper's model, and no converged one: the cut-off
        changes the states of the figures' transmons by up to 0.05 in trace distance (data sets
        say so in ``largest_truncation``), and in Fig. 10(b) at 100 kHz a fourth level raises |S_A|
        by 16 %, |S_B| by 89 %. Five levels, and four of the resonators, are enough.
    resonator_levels : int >= 2, default 3, range 2 to 4
        Levels of each resonator.

    Returns
    -------
    CircuitQED
        With measures ``response_a``, ``response_b``, ``omega``, ``gain_rate_a``,
        ``damping_rate_a``, ``gain_rate_b`` and ``damping_rate_b`` in `compute` and `sweep`.

    Raises
    ------
    UnknownNameError
        If there is no such preset.
    InvalidArgumentError, NonFiniteError, BroadcastError
        If a parameter is no finite real number, a rate is negative, or shapes do not fit.
    InvalidArgumentError
        If there are too few levels, or an anharmonicity is not positive.

    Examples
    --------
    Fig. 10(b) at a coupling of 100 kHz:

    >>> circuit = circuit_qed("10b", coupling=0.1)
    >>> point = circuit.state()
    >>> print(abs(point.responses).round(6), point.residual < 1e-9)
    [0.007513 0.001694] True
    """
    given = dict(locals())
    presets = text_array(given.pop("preset"), "preset")
    usual = [_usual(presets, side) for side in (0, 1)]
    values = {k: _checked(k, v) for k, v in given.items() if v is not None or k in COMMON}
    shapes = {name: array.shape for name, array in values.items()}
    broadcast_shape({"preset": presets.shape, **shapes}, what="Parameters")
    values.setdefault("drive", usual[0]["drive"])
    for letter, own in zip("ab", usual, strict=True):
        if f"anharmonicity_{letter}" in values:
            resonant = own["frequency"] - values[f"anharmonicity_{letter}"]
            values.setdefault(f"resonator_frequency_{letter}", resonant)
        if any(f"{name}_{letter}" in values for name in TUNING):
            values.setdefault(f"shift_{letter}", np.array(np.nan))  # computed, point by point
        for name in OF_A_TRANSMON:
            values.setdefault(f"{name}_{letter}", own[name])
    run = CircuitQED({"preset": presets, **values})
    if run.size:
        run.transmons_of(0)  # raises on what no circuit can have
    return run


def _usual(presets: np.ndarray, side: int) -> dict[str, np.ndarray]:
    """What presets have for transmon A or B, and their drive."""

    def values(name: str) -> dict[str, float]:
        return preset_values(name, side) | {"drive": TABLE_II[name]["drive"]}

    found = [values(name) for name in presets.reshape(-1)]
    return {
        key: np.array([one[key] for one in found], float).reshape(presets.shape)
        for key in values(PRESETS[0])
    }


def _checked(name: str, value: Any) -> np.ndarray:
    label = f"Parameter `{name}`"
    if name.endswith("_levels"):
        return whole_array(value, label, at_least=3 if name == "transmon_levels" else 2)
    if "decay" in name or name == "dephasing":
        return rate_array(value, label)
    if name.startswith("anharmonicity"):
        return real_array(value, label, above=0, why="it is |alpha|")
    return coefficient_array(value, label)


class CircuitQED(ParametricSystem):
    """Circuits, with all their parameters in MHz; returned by `circuit_qed`."""

    method = "multi-frequency harmonic balance"
    members_per_chunk = 8
    _residual = 0.0

    @property
    def residual(self) -> float:
        """Largest residual of the states that have been computed, in rad/us."""
        return self._residual

    @property
    def truncation(self) -> np.ndarray:
        """What the cut-off changes in the transmons by themselves, a trace distance, by member."""
        found = [sum(map(truncation_of, self.transmons_of(k))) for k in range(self.size)]
        return np.reshape(found, self.shape)

    def groups(self) -> list[np.ndarray]:
        """Members with the same transmons, whose modes are computed once."""
        alike: dict[Any, list[int]] = {}
        for k in range(self.size):
            alike.setdefault(self.transmons_of(k), []).append(k)
        return [np.array(members) for members in alike.values()]

    def _value(self, name: str, member: int) -> Any:
        member = whole_number(member, "member", at_least=0, at_most=max(self.size, 1) - 1)
        array = np.broadcast_to(self.parameters[name], self.shape)
        return array[np.unravel_index(member, self.shape)].item()

    def transmons_of(self, member: int) -> tuple[PumpedTransmon, PumpedTransmon]:
        """Transmons A and B of a member, by flat index.

        Raises
        ------
        InvalidArgumentError
            If there is no such member, or a parameter of it is impossible.
        """
        found = []
        for letter in "ab":
            values = {name: self._value(f"{name}_{letter}", member) for name in OF_A_TRANSMON}
            unknown = np.isnan(values["shift"])
            values |= {name: self._value(name, member) for name in COMMON[1:]}
            values["shift"] = 0.0 if unknown else values["shift"]
            transmon = PumpedTransmon(**values)
            shift = frequency_shift(transmon) if unknown else transmon.shift
            found.append(replace(transmon, shift=shift))
        return found[0], found[1]

    def state(self, member: int = 0, *, drive: float | None = None) -> CircuitState:
        """The long-time state of a member, by flat index.

        Parameters
        ----------
        member : int, default 0
        drive : float, optional
            Another drive than the member's, in MHz; 0 for the undriven circuit.

        Returns
        -------
        CircuitState

        Raises
        ------
        HarmonicsError
            If coupling or drive are too strong for the harmonics to converge.
        """
        strength = self._value("drive", member) if drive is None else real_number(drive, "drive")
        found = solved(*self.transmons_of(member), self._value("coupling", member), strength)
        self._residual = max(self.residual, found.residual)
        return found

    def harmonics(self, member: int = 0, *, tolerance: float | None = None) -> QuasiPeriodicState:
        """All harmonics of a member's state, each transmon in the frame of its pump.

        Parameters
        ----------
        member : int, default 0
        tolerance : float, optional
            Residual in rad/us; as for `quasi_periodic_steady_state`.
        """
        balance = balance_of(*self.transmons_of(member))
        strengths = [self._value("drive", member), self._value("coupling", member)]
        return balance.solve(strengths, tolerance=tolerance)

    def fits(self, side: int) -> list[RelaxationFit]:
        """Relaxation fits of all members' transmon A (side 0) or B (1)."""
        return [fit_of(self.transmons_of(k)[side]) for k in range(self.size)]

    def responses(self) -> np.ndarray:
        """Demodulated <S+> of A and B, shape (B, 2), complex."""
        return np.array([self.state(k).responses for k in range(self.size)]).reshape(-1, 2)

    def synchronization(self) -> np.ndarray:
        """Omega of Eq. (11): relative to states diagonal in the basis of the undriven one, (B,)."""
        result = np.empty(self.size)
        for k in range(self.size):
            undriven = DiagonalStates(self.state(k, drive=0.0).qubits)
            result[k] = relative_entropy_of_synchronization(self.state(k).qubits, undriven)
        return result

    def qubit_model(self, member: int = 0) -> dict[str, float]:
        """Parameters of the `driven_pair` that the circuit should behave like, in MHz.

        Coupling and drive of Eq. (E1) are half those of Eq. (4), gamma_phi of Eq. (E2) is twice
        that of Eq. (C1); the rates are fitted. Divide by any rate to have units of that.
        """
        a, b = (fit_of(transmon) for transmon in self.transmons_of(member))
        return {
            "gain_a": max(a.gain, 0.0),
            "damping_a": a.damping,
            "gain_b": max(b.gain, 0.0),
            "damping_b": b.damping,
            "coupling": 2 * self._value("coupling", member),
            "drive": 2 * self._value("drive", member),
            "dephasing": self._value("dephasing", member) / 2,
        }


def _rate(side: int, name: str) -> Callable[[Any], np.ndarray]:
    return lambda state: np.array([getattr(fit, name) for fit in state.fits(side)])


CircuitQED.measures = table_of(
    Measure(
        "response_a",
        "|<S+>| of qubit A in the frame of the drive, averaged over time",
        "1",
        lambda state: np.abs(state.responses()[:, 0]),
    ),
    Measure(
        "response_b",
        "|<S+>| of qubit B in the frame of the drive, averaged over time",
        "1",
        lambda state: np.abs(state.responses()[:, 1]),
    ),
    Measure(
        "omega",
        "relative entropy of synchronization of the two qubits",
        "nat",
        lambda state: state.synchronization(),
    ),
    Measure("gain_rate_a", "gain rate w of A over 2 pi, fitted", "MHz", _rate(0, "gain")),
    Measure(
        "damping_rate_a", "damping rate gamma of A over 2 pi, fitted", "MHz", _rate(0, "damping")
    ),
    Measure("gain_rate_b", "gain rate w of B over 2 pi, fitted", "MHz", _rate(1, "gain")),
    Measure(
        "damping_rate_b", "damping rate gamma of B over 2 pi, fitted", "MHz", _rate(1, "damping")
    ),
)
