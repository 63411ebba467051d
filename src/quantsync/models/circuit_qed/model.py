"""The circuit of Vaidya et al., PRA 109, 033718 (2024): two pumped transmons, two resonators."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from quantsync.errors import InvalidArgumentError
from quantsync.lindblad.quasi_periodic.frequencies import single_number
from quantsync.lindblad.quasi_periodic.state import QuasiPeriodicState
from quantsync.measures.entropic import relative_entropy_of_synchronization
from quantsync.measures.limit_cycles import DiagonalStates
from quantsync.models.circuit_qed.state import CircuitState, balance_of, fit_of, solved
from quantsync.models.circuit_qed.tables import TABLE_II, preset_values
from quantsync.models.circuit_qed.transmon import CircuitUnit, RelaxationFit, frequency_shift
from quantsync.models.parameters import rate_parameters, real_parameters
from quantsync.system import Measure, ParametricSystem, View, table_of

OF_A_UNIT = (
    "pump",
    "shift",
    "anharmonicity",
    "resonator_frequency",
    "resonator_coupling",
    "resonator_decay",
    "decay",
)
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
    coupling : float, default 0.1
        Coupling g of the transmons, half that of the spin model (units of MHz).
    drive : float, default None
        Drive eps on A, half that of the spin model: 0.02 or 0.04 in the presets (units of MHz).
    dephasing : float, default 0
        Rate gamma_phi of D[b^dag b] of both transmons, twice that of Eq. (C1); 0.053 in Table I
        (units of MHz).
    pump_a : float, default None
        Strength of the pump on A; 0 for none (units of MHz).
    pump_b : float, default None
        Strength of the pump on B; 0 for none (units of MHz).
    shift_a : float, default None
        Delta_A, by which omega_qA is below the drive. If None and the unit is not the preset's,
        from Eq. (E3) and the dispersive shift (units of MHz).
    shift_b : float, default None
        Delta_B, as for A (units of MHz).
    anharmonicity_a : float, default None
        |alpha_A|. The pump and, unless given, the resonator follow it (units of MHz).
    anharmonicity_b : float, default None
        |alpha_B|, as for A (units of MHz).
    resonator_frequency_a : float, default None
        omega_aA (units of MHz).
    resonator_frequency_b : float, default None
        omega_aB (units of MHz).
    resonator_coupling_a : float, default None
        g_A of transmon A and its resonator (units of MHz).
    resonator_coupling_b : float, default None
        g_B of transmon B and its resonator (units of MHz).
    resonator_decay_a : float, default None
        kappa_A (units of MHz).
    resonator_decay_b : float, default None
        kappa_B (units of MHz).
    decay_a : float, default None
        gamma_0 of transmon A (units of MHz).
    decay_b : float, default None
        gamma_0 of transmon B (units of MHz).
    transmon_levels : int, default 3
        Levels of each transmon.
    resonator_levels : int, default 3
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
    InvalidCoefficientError, InvalidRateError, NonFiniteError, BroadcastError
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
    presets = np.asarray(preset)
    for name in np.unique(presets):
        preset_values(str(name), 0)
    given = dict(locals())
    values: dict[str, Any] = {"preset": presets}
    values["drive"] = (
        _of_preset(presets, lambda p: TABLE_II[p]["drive"]) if drive is None else drive
    )
    computed: dict[str, Any] = {}
    for side, letter in enumerate("ab"):
        own = {name: given[f"{name}_{letter}"] for name in OF_A_UNIT}
        if own["resonator_frequency"] is None and own["anharmonicity"] is not None:
            own["resonator_frequency"] = _of_preset(
                presets, lambda p, s=side: preset_values(p, s)["frequency"]
            ) - np.asarray(own["anharmonicity"], float)
        if own["shift"] is None and any(own[name] is not None for name in TUNING):
            own["shift"] = np.nan  # to be computed, point by point
            computed[f"shift_{letter}"] = np.nan
        for name, value in own.items():
            if value is None:
                value = _of_preset(presets, lambda p, n=name, s=side: preset_values(p, s)[n])
            values[f"{name}_{letter}"] = value
    (values["dephasing"],) = rate_parameters(dephasing=dephasing)
    values |= {
        "coupling": coupling,
        "transmon_levels": transmon_levels,
        "resonator_levels": resonator_levels,
    }
    numbers = {k: v for k, v in values.items() if k != "preset" and k not in computed}
    for name in numbers:
        if "decay" in name:
            rate_parameters(**{name: numbers[name]})
    checked = dict(zip(numbers, real_parameters(**numbers), strict=True))
    for name in ("anharmonicity_a", "anharmonicity_b"):
        if not (checked[name] > 0).all():
            raise InvalidArgumentError(
                f"Parameter `{name}` is |alpha| and must be > 0, but is {checked[name].min():g}."
            )
    run = CircuitQED({"preset": presets, **checked, **computed})
    run.units_of(0)  # raises on what no circuit can have
    return run


def _of_preset(presets: np.ndarray, value: Callable[[str], float]) -> np.ndarray:
    return np.array([value(str(p)) for p in presets.reshape(-1)], float).reshape(presets.shape)


class CircuitQED(ParametricSystem):
    """Circuits, with all their parameters in MHz; returned by `circuit_qed`.

    Parameters
    ----------
    parameters : dict of str to array_like
        All parameters of `circuit_qed`; a shift that is NaN is computed.
    """

    method = "multi-frequency harmonic balance"
    members_per_chunk = 8
    _residual = 0.0

    @property
    def residual(self) -> float:
        """Largest residual of the states that have been computed, in rad/us."""
        return self._residual

    def groups(self) -> list[np.ndarray]:
        """Members with the same units, whose modes are computed once."""
        units: dict[Any, list[int]] = {}
        for k in range(self.size):
            units.setdefault(self.units_of(k), []).append(k)
        return [np.array(members) for members in units.values()]

    def _value(self, name: str, member: int) -> Any:
        array = self.parameters[name]
        if array.ndim == 0:
            return array.item()
        return np.broadcast_to(array, self.shape).reshape(-1)[member].item()

    def units_of(self, member: int) -> tuple[CircuitUnit, CircuitUnit]:
        """Units A and B of a member, by flat index.

        Raises
        ------
        InvalidArgumentError
            If a parameter is impossible.
        """
        if not 0 <= member < max(self.size, 1):
            raise InvalidArgumentError(
                f"Argument `member` must be from 0 to {self.size - 1}, but is {member!r}."
            )
        found = []
        for letter in "ab":
            values = {name: self._value(f"{name}_{letter}", member) for name in OF_A_UNIT}
            unknown = np.isnan(values["shift"])
            unit = CircuitUnit(
                **(values | ({"shift": 0.0} if unknown else {})),
                dephasing=self._value("dephasing", member),
                transmon_levels=self._value("transmon_levels", member),
                resonator_levels=self._value("resonator_levels", member),
            )
            found.append(replace(unit, shift=frequency_shift(unit)) if unknown else unit)
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
        units = self.units_of(member)
        if drive is None:
            strength = self._value("drive", member)
        else:
            strength = single_number(drive, "Argument `drive`")
        found = solved(*units, self._value("coupling", member), strength)
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
        balance = balance_of(*self.units_of(member))
        strengths = [self._value("drive", member), self._value("coupling", member)]
        return balance.solve(strengths, tolerance=tolerance)

    def fits(self, side: int) -> list[RelaxationFit]:
        """Relaxation fits of all members' unit A (side 0) or B (1)."""
        return [fit_of(self.units_of(k)[side]) for k in range(self.size)]

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
        a, b = (fit_of(unit) for unit in self.units_of(member))
        return {
            "gain_a": max(a.gain, 0.0),
            "damping_a": a.damping,
            "gain_b": max(b.gain, 0.0),
            "damping_b": b.damping,
            "coupling": 2 * self._value("coupling", member),
            "drive": 2 * self._value("drive", member),
            "dephasing": self._value("dephasing", member) / 2,
        }


def _rate(side: int, name: str) -> Callable[[View], np.ndarray]:
    return lambda view: np.array([getattr(fit, name) for fit in view.solution.fits(side)])


CircuitQED.measures = table_of(
    Measure(
        "response_a",
        "|<S+>| of qubit A in the frame of the drive, averaged over time",
        "1",
        lambda view: np.abs(view.solution.responses()[:, 0]),
    ),
    Measure(
        "response_b",
        "|<S+>| of qubit B in the frame of the drive, averaged over time",
        "1",
        lambda view: np.abs(view.solution.responses()[:, 1]),
    ),
    Measure(
        "omega",
        "relative entropy of synchronization of the two qubits",
        "nat",
        lambda view: view.solution.synchronization(),
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
