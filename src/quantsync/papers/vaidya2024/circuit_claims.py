"""Claims of Vaidya et al. (2024), Sec. IV: the circuit against the qubit model, Figs. 9 to 11."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import xarray as xr

from quantsync.models import circuit_qed, driven_pair
from quantsync.models.circuit_qed.state import QUBITS, demodulated_qubits
from quantsync.papers.paper import Found, claim, zero
from quantsync.papers.vaidya2024.circuit_data import (
    DEPHASING,
    FIGURE_10,
    circuit,
    figure_10,
    figure_11,
    qubit_pair,
)
from quantsync.papers.vaidya2024.response_data import SITES

VERY_GOOD = 0.05
"""Of the largest response in a figure: what counts as "very good agreement"."""
EXCELLENT = 0.1
"""Of the peak of Omega: what counts as "excellent agreement"."""
TURNED = 2.7
"""Change of a response's phase, of at most pi, that counts as a zero crossing."""
HALVES = (
    "coupling and drive of the spin model are twice those of Eq. (E1), gamma_phi of Eq. (C1) is "
    "half that of Eq. (E2), and <S+> is demodulated at the drive's frequency"
)


GOOD = (
    "is in very good agreement with the qubit model "
    f"(within {100 * VERY_GOOD:.0f} % of the largest response)"
)
AGREES = (
    f"Omega is in excellent agreement with the qubit model (within {100 * EXCELLENT:.0f} % of its "
    "peak)"
)
SEEN = "the zero crossing of each qubit's coherence can be observed in the circuit"


@claim(
    "C34", "Fig. 10", f"the response of transmon A {GOOD}", printed="very good", convention=HALVES
)
@claim(
    "C35", "Fig. 10", f"the response of transmon B {GOOD}", printed="very good", convention=HALVES
)
def response_agreement() -> Iterator[Found]:
    """Markers on lines."""
    data = figure_10()
    largest = float(data.response.max())
    for site in SITES:
        chosen = data.sel(site=site)
        worst = np.abs(chosen.response - chosen.qubit_response_there).max("coupling")
        own = float((worst / chosen.response.max("coupling")).max())
        without, dephased = (float(worst.sel(dephasing=d).max()) for d in DEPHASING)
        yield Found(
            f"|<S+_{site}>| differs by at most {without:.4f}, with dephasing by "
            f"{dephased:.4f}, of a peak of {largest:.3f}; relative to the transmon's own "
            f"largest response in a panel by {100 * own:.0f} %",
            max(without, dephased) < VERY_GOOD * largest,
        )


@claim("C36", "Fig. 11(a)", AGREES, printed="excellent", convention=HALVES)
@claim("C37", "Fig. 11(b)", AGREES, printed="excellent", convention=HALVES)
def synchronization_agreement() -> Iterator[Found]:
    """Markers on lines."""
    data = figure_11()
    off = np.abs(data.omega - data.qubit_omega_there).max("coupling")
    relative = off / data.qubit_omega_there.max("coupling")
    for panel in data.panel.values:
        without, dephased = (float(relative.sel(panel=panel, dephasing=d)) for d in DEPHASING)
        yield Found(
            f"Omega differs by at most {100 * without:.1f} % of its peak, with dephasing by "
            f"{100 * dephased:.1f} %",
            max(without, dephased) < EXCELLENT,
        )


@claim(
    "C38",
    "below Eq. (E1)",
    "coupling and drive of Eq. (E1) differ from the spin model's by a factor of 2",
    printed="2",
)
def factors_of_two() -> Found:
    data = figure_10()
    chosen = data.sel(panel="b", dephasing=0.0)
    parameters = circuit(FIGURE_10["b"], 0.0).qubit_model(0)
    g = data.coupling.values

    def worst(coupling: np.ndarray, drive: float) -> float:
        lines, _ = qubit_pair(parameters, coupling, drive=drive)
        return float(np.abs(lines - chosen.response.values).max())

    drive = parameters["drive"]
    both, coupling, driven = worst(2 * g, drive), worst(g, drive), worst(2 * g, drive / 2)
    return Found(
        f"largest deviation of a response in Fig. 10(b): {both:.3f} with 2g and 2 epsilon, "
        f"{coupling:.3f} with g, {driven:.3f} with epsilon",
        3 * both < min(coupling, driven),
    )


@claim(
    "C39",
    "Eqs. (C1), (E2)",
    "gamma_phi of D[sqrt(2 gamma_phi) Sz] and gamma_phi,j of D[sqrt(gamma_phi,j) b^dag b] "
    "share their symbol",
    printed="one rate",
    otherwise="the rate of Eq. (C1) is half that of Eq. (E2): b^dag b = Sz + 1/2",
)
def factor_of_dephasing() -> Found:
    data = figure_10()
    chosen = data.sel(panel="a", dephasing=DEPHASING[1])
    parameters = circuit(FIGURE_10["a"], 0.0, DEPHASING[1]).qubit_model(0)
    deviations = []
    for factor in (1, 2):
        lines, _ = qubit_pair(
            parameters, 2 * data.coupling.values, dephasing=factor * parameters["dephasing"]
        )
        deviations.append(float(np.abs(lines - chosen.response.values).max()))
    half, full = deviations
    return Found(
        f"largest deviation of a response in Fig. 10(a): {half:.3f} with gamma_phi,j/2 in "
        f"Eq. (C1), {full:.3f} with gamma_phi,j",
        full < half,
    )


@claim("C40", "Fig. 10(a)", SEEN, printed="zero", convention="the demodulated coherence")
@claim("C41", "Fig. 10(b)", SEEN, printed="zero", convention="the demodulated coherence")
def zero_crossings() -> Iterator[Found]:
    for panel, preset in FIGURE_10.items():
        data = figure_10().sel(panel=panel, dephasing=0.0)
        parameters: dict[str, Any] = circuit(preset, 0.0).qubit_model()
        del parameters["coupling"]
        pair = driven_pair(**parameters).study()
        at = [float(pair.zero_crossings(site).first) / 2 for site in SITES]
        there = np.abs(circuit(preset, at).responses())
        left = [there[k, k] / data.response.max("coupling").values[k] for k in range(2)]
        turns = _turns(data)
        yield Found(
            "the qubit model's zeros are at {:.0f} kHz (A) and {:.0f} kHz (B); there the "
            "circuit has {:.0f} % (A) and {:.0f} % (B) of its largest response, whose phase "
            "turns by {:.2f} and {:.2f} rad from 50 to 350 kHz".format(
                *(1000 * g for g in at), *(100 * x for x in left), *turns
            ),
            max(left) < 0.25 and min(turns) > TURNED,
        )


def _turns(data: xr.Dataset) -> list[float]:
    """Change of the responses' phases between 50 and 350 kHz, of A and B."""
    near, far = (data.phase.sel(coupling=g, method="nearest").values for g in (0.05, 0.35))
    return [float(abs(np.angle(np.exp(1j * turn)))) for turn in far - near]


@claim(
    "C42",
    "Figs. 10, 11",
    "dephasing comparable to the relaxation rates does not change the behaviour qualitatively",
    printed="same behaviour",
)
def dephasing_is_harmless() -> Found:
    responses, omegas = figure_10(), figure_11()
    turns = [_turns(responses.sel(panel=p, dephasing=DEPHASING[1])) for p in FIGURE_10]
    peaks = [int(omegas.omega.sel(panel="b", dephasing=d).argmax("coupling")) for d in DEPHASING]
    reduced = responses.response.sel(site="A").isel(coupling=0)
    left = float((reduced.sel(dephasing=DEPHASING[1]) / reduced.sel(dephasing=0.0)).min())
    damping = responses.damping.values
    return Found(
        f"gamma_phi is {DEPHASING[1] / damping.max():.2f} to {DEPHASING[1] / damping.min():.2f} "
        f"of the gammas; with it all four responses of Fig. 10 still turn, by "
        f"{np.min(turns):.2f} rad or more, and Omega of Fig. 11(b) still peaks at a finite "
        f"coupling; |<S+_A>| at g = 0 falls to {100 * left:.0f} % or more",
        np.min(turns) > TURNED and min(peaks) > 0,
    )


@claim(
    "C43",
    "Fig. 11(b)",
    "the interaction enhances the synchronization of the circuit",
    printed="enhancement",
)
def enhancement() -> Found:
    data = figure_11()
    ratio = (data.omega.max("coupling") / data.omega.isel(coupling=0)).sel(panel="b").values
    line = data.qubit_omega.sel(panel="b")
    model = (line.max("line_coupling") / line.isel(line_coupling=0)).values
    return Found(
        f"Omega rises to {ratio[0]:.1f} times its value at g = 0, with dephasing {ratio[1]:.1f} "
        f"times (qubit model, on a finer grid: {model[0]:.1f}, {model[1]:.1f})",
        ratio.min() > 1.5,
    )


@claim(
    "C44",
    "Fig. 11(a)",
    "the interaction suppresses the synchronization of the circuit",
    printed="suppression",
)
def suppression() -> Found:
    data = figure_11()
    chosen = data.omega.sel(panel="a")
    ratio = (chosen.min("coupling") / chosen.isel(coupling=0)).values
    inner = [0 < int(k) < data.sizes["coupling"] - 1 for k in chosen.argmin("coupling")]
    return Found(
        f"Omega falls to {ratio[0]:.3f} of its value at g = 0, with dephasing {ratio[1]:.3f}, "
        f"and rises again",
        ratio.max() < 0.1 and all(inner),
    )


@claim(
    "C45",
    "App. E",
    "the drive must be discernible beside residual coherences arising from the pump fields",
    printed="residual coherences",
    convention="they turn with the pumps, 250 MHz off, so that demodulation removes them; the "
    "instantaneous coherence hides the zero",
)
def residual_coherences() -> Found:
    """App. E: the pumps leave coherences of their own."""
    driven, undriven = (_coherence_of_b(eps) for eps in (0.02, 0.0))
    return Found(
        f"at g = 100 kHz of Fig. 10(b), near its zero, |<S+_B>| of the circuit reaches "
        f"{driven[0]:.3f} in time, and {undriven[0]:.3f} without the drive; in the frame of the "
        f"drive and averaged it is {driven[1]:.4f} and {zero(undriven[1])}",
        undriven[0] > driven[1] and undriven[1] < 1e-9,
    )


def _coherence_of_b(drive: float) -> tuple[float, float]:
    """Largest |<S+_B>| in time, and that of the average in the frame of the drive."""
    run = circuit_qed("10b", coupling=0.1, drive=drive)
    state = run.harmonics(tolerance=1e-6)
    raising = np.zeros((3, 3))
    raising[1, 0] = 1
    qubit, one = np.diag([1.0, 1.0, 0.0]), np.eye(3)
    operator = np.kron(np.kron(qubit, one), np.kron(raising, one))
    _, weight = demodulated_qubits(state.average(), state.space)
    # 2 us, longer than the slowest beat of the pumps (1.1 MHz), in steps of 1/16 of a period.
    times = np.linspace(0, 2, 8001)
    largest = float(np.abs(state.expectation(operator, times)).max()) / weight
    return largest, float(abs(run.state().responses[QUBITS.names.index("B")]))


@claim(
    "C46",
    "App. E",
    "the e-f transitions must be mismatched, or one transmon decays through the other's resonator",
    printed="different anharmonicities",
    otherwise="at couplings of at most 350 kHz the other resonator is out of reach: equal "
    "anharmonicities agree with the qubit model no worse",
)
def equal_anharmonicities() -> Found:
    g = np.array([0.05, 0.1, 0.2, 0.35])
    worst = []
    for changes in ({}, {"anharmonicity_b": 400.0}):
        run = circuit_qed("10b", coupling=g, **changes)
        lines, _ = qubit_pair(run.qubit_model(0), 2 * g)
        worst.append(float(np.abs(np.abs(run.responses().T) - lines).max()))
    return Found(
        f"largest deviation from the qubit model with fitted rates at g = 50, 100, 200, 350 kHz of "
        f"Fig. 10(b): {worst[0]:.4f}, and {worst[1]:.4f} with both anharmonicities and resonators "
        "equal",
        worst[1] > 1.2 * worst[0],
    )
