"""Claims of Vaidya et al. (2024), Sec. IV: the circuit against the qubit model, Figs. 9 to 11."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import xarray as xr

from quantsync.lindblad import steady_state
from quantsync.models import circuit_qed, driven_pair
from quantsync.models.circuit_qed.state import QUBITS, demodulated_qubits, fit_of
from quantsync.models.circuit_qed.tables import TABLE_II, preset_transmons
from quantsync.models.circuit_qed.transmon import PumpedTransmon
from quantsync.papers import bars
from quantsync.papers.bars import Bar
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

TURNED = 0.85 * np.pi
"""Change of a response's phase, of at most pi, that counts as a zero crossing."""
SEEN = Bar(
    "at the zeros of the qubit model a small response is left, less than 25 % of the transmon's "
    r"largest, and its phase turns by $\pi$ within 15 %"
)
SOLVED = r"residual of the periodic state below $10^{-9}$; rates by fits to $10^{-4}$"
MODELS = (
    r"$\langle\hat S^+\rangle$ is demodulated at the frequency of the drive, and $\gamma_\phi$ of "
    "Eq. (C1) is half that of Eq. (E2), since $b^\\dagger b = \\hat S^z + 1/2$"
)


@claim(
    "C59",
    "Sec. IV",
    "The net effect of this process is an incoherent transfer of population from [$g$] to [$e$], "
    "which realizes a gain channel",
    printed="gain",
    bar=Bar("$w/\\gamma > 1$ is reached, and the relaxation is exponential within 0.01"),
)
@claim(
    "C93",
    "Sec. IV",
    "which decays rapidly to [$e$] as a result of coupling to the lossy resonator",
    statement=r"The third level decays faster than the qubit gains and loses.",
    printed="rapidly",
    bar=bars.ordering(r"$8g_j^2/\kappa_j$ above $w_j$ and $\gamma_j$"),
)
def relaxation() -> Iterator[Found]:
    units = [u for p in TABLE_II for u in preset_transmons(p)]
    fits = [fit_of(u) for u in units]
    worst = max(fit.deviation for fit in fits)
    strongest = max(f.ratio for f in fits)
    yield Found(
        rf"without a pump $w/\gamma$ is {fits[0].ratio:.0e}, with one up to {strongest:.2f}; the "
        f"relaxation from $e$ is an exponential within {worst:.4f} in all six units",
        worst < 0.01 and fits[0].ratio < 1e-3 and strongest > 1,
        uncertainty="residual of the fits, as given",
    )
    faster = [
        8 * u.resonator_coupling**2 / u.resonator_decay / max(f.gain, f.damping)
        for u, f in zip(units, fits, strict=True)
    ]
    held = max(_third_level(u) for u in units)
    yield Found(
        f"{min(faster):.1f} to {max(faster):.0f} times the larger of $w_j$ and $\\gamma_j$; at "
        f"most {100 * held:.1f} % of the population is in $f$",
        min(faster) > 1,
        uncertainty=r"$10^{-4}$ of the fitted rates",
    )


def _third_level(unit: PumpedTransmon) -> float:
    """Population of |f> in the stationary state."""
    rho = steady_state(unit.lindbladian(), truncation="ignore").rho
    return float(np.real(np.diagonal(rho)).reshape(unit.transmon_levels, -1).sum(axis=1)[2])


@claim(
    "C34",
    "Sec. IV, Fig. 10, qubit $A$",
    "results from the circuit QED model (markers) are in very good agreement with the "
    "expectations from the qubit model (lines)",
    printed="very good",
    bar=bars.word("very good", r"the largest $\lvert\langle\hat S^+\rangle\rvert$ of a panel"),
    convention=MODELS,
)
@claim(
    "C35",
    "Sec. IV, Fig. 10, qubit $B$",
    "results from the circuit QED model (markers) are in very good agreement with the "
    "expectations from the qubit model (lines)",
    printed="very good",
    bar=bars.word("very good", r"the largest $\lvert\langle\hat S^+\rangle\rvert$ of a panel"),
    convention=MODELS + r"; the scale is that of the panel, on whose axis both qubits are drawn, "
    "not the smaller one of $B$ itself",
)
def response_agreement(bars: list[Bar]) -> Iterator[Found]:
    """Markers on lines."""
    data = figure_10()
    for site, bar in zip(SITES, bars, strict=True):
        chosen = data.sel(site=site)
        off = np.abs(chosen.response - chosen.qubit_response_there).max("coupling")
        own = off / chosen.response.max("coupling")
        panel = off / data.response.max(("site", "coupling"))
        worst = {d: float(off.sel(dephasing=d).max()) for d in DEPHASING}
        yield Found(
            f"at most {worst[0.0]:.4f}, with dephasing {worst[DEPHASING[1]]:.4f}; of the largest "
            f"value of the panel {100 * float(panel.max()):.1f} %, of the transmon's own largest "
            f"value {100 * float(own.sel(panel='a').max()):.0f} % in (a) and "
            f"{100 * float(own.sel(panel='b').max()):.0f} % in (b)",
            bar(float(panel.max())),
            uncertainty=SOLVED,
        )


@claim(
    "C36",
    "Sec. IV, Fig. 11(a)",
    "once again find excellent agreement for two different sets of gain and loss parameters",
    printed="excellent",
    bar=bars.word("excellent", r"the largest $\Omega$ of the curve"),
    convention=MODELS,
)
@claim(
    "C37",
    "Sec. IV, Fig. 11(b)",
    "once again find excellent agreement for two different sets of gain and loss parameters",
    printed="excellent",
    bar=bars.word("excellent", r"the largest $\Omega$ of the curve"),
    convention=MODELS,
)
def synchronization_agreement(bars: list[Bar]) -> Iterator[Found]:
    """Markers on lines."""
    data = figure_11()
    off = np.abs(data.omega - data.qubit_omega_there).max("coupling")
    relative = off / data.qubit_omega_there.max("coupling")
    for panel, bar in zip(data.panel.values, bars, strict=True):
        without, dephased = (float(relative.sel(panel=panel, dephasing=d)) for d in DEPHASING)
        yield Found(
            f"at most {100 * without:.1f} % of the largest value, with dephasing "
            f"{100 * dephased:.1f} %",
            bar(max(without, dephased)),
            uncertainty=SOLVED,
        )


@claim(
    "C40",
    "Sec. IV, Fig. 10(a)",
    "the zero crossing in the coherence of the individual qubits ... can be observed in a circuit "
    "QED experiment",
    printed="zero crossing",
    bar=SEEN,
    convention="the coherence demodulated at the frequency of the drive",
)
@claim(
    "C41",
    "Sec. IV, Fig. 10(b)",
    "the zero crossing in the coherence of the individual qubits ... can be observed in a circuit "
    "QED experiment",
    printed="zero crossing",
    bar=SEEN,
    convention="the coherence demodulated at the frequency of the drive",
)
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
            "zeros of the qubit model at {:.0f} kHz ($A$) and {:.0f} kHz ($B$); there the "
            "circuit has {:.0f} % and {:.0f} % of its largest response, whose phase turns by "
            "{:.2f} and {:.2f} rad from 50 to 350 kHz".format(
                *(1000 * g for g in at), *(100 * x for x in left), *turns
            ),
            max(left) < 0.25 and min(turns) > TURNED,
            uncertainty=SOLVED,
        )


def _turns(data: xr.Dataset) -> list[float]:
    """Change of the responses' phases between 50 and 350 kHz, of A and B."""
    near, far = (data.phase.sel(coupling=g, method="nearest").values for g in (0.05, 0.35))
    return [float(abs(np.angle(np.exp(1j * turn)))) for turn in far - near]


@claim(
    "C42",
    "Sec. IV, Figs. 10 11",
    "it does not change the behavior qualitatively even when the dephasing rates are comparable "
    r"[to the relaxation rates $\gamma_A$ and $\gamma_B$]",
    printed="no qualitative change; comparable",
    bar=Bar("rates within a factor of 2; all responses still turn, $\\Omega$ still rises and dips"),
)
def dephasing_is_harmless() -> Found:
    responses, omegas = figure_10(), figure_11()
    turns = [_turns(responses.sel(panel=p, dephasing=DEPHASING[1])) for p in FIGURE_10]
    rises = [int(omegas.omega.sel(panel="b", dephasing=d).argmax("coupling")) for d in DEPHASING]
    dips = [int(omegas.omega.sel(panel="a", dephasing=d).argmin("coupling")) for d in DEPHASING]
    reduced = responses.response.sel(site="A").isel(coupling=0)
    left = float((reduced.sel(dephasing=DEPHASING[1]) / reduced.sel(dephasing=0.0)).min())
    damping = responses.damping.values
    ratios = DEPHASING[1] / damping.max(), DEPHASING[1] / damping.min()
    inner = all(0 < k < omegas.sizes["coupling"] - 1 for k in (*rises, *dips))
    return Found(
        rf"$\gamma_\phi$ is {ratios[0]:.2f} to {ratios[1]:.2f} of the $\gamma_j$; with it all "
        f"four responses of Fig. 10 turn, by {np.min(turns):.2f} rad or more, $\\Omega$ dips in "
        r"Fig. 11(a) and rises in (b) at finite couplings; $\lvert\langle\hat S_A^+\rangle\rvert$ "
        f"at $g = 0$ falls to {100 * left:.0f} % or more",
        np.min(turns) > TURNED and inner and min(ratios) > 0.5 and max(ratios) < 2,
        uncertainty=SOLVED,
    )


@claim(
    "C43",
    "Sec. IV, Fig. 11(b)",
    "enhancement or suppression of quantum synchronization as a result of qubit-qubit interactions "
    "can be observed",
    statement="Enhancement.",
    printed="enhancement",
    bar=bars.strongly("significant enhancement"),
)
def enhancement(bar: Bar) -> Found:
    data = figure_11()
    ratio = (data.omega.max("coupling") / data.omega.isel(coupling=0)).sel(panel="b").values
    line = data.qubit_omega.sel(panel="b")
    model = (line.max("line_coupling") / line.isel(line_coupling=0)).values
    return Found(
        rf"$\Omega$ rises to {ratio[0]:.1f} times its value at $g = 0$, with dephasing "
        f"{ratio[1]:.1f} times (qubit model, on a finer grid: {model[0]:.1f}, {model[1]:.1f})",
        bar(float(ratio.min())),
        uncertainty=SOLVED,
    )


@claim(
    "C44",
    "Sec. IV, Fig. 11(a)",
    "enhancement or suppression of quantum synchronization as a result of qubit-qubit interactions "
    "can be observed",
    statement="Suppression.",
    printed="suppression",
    bar=bars.strongly("strong suppression"),
)
def suppression(bar: Bar) -> Found:
    data = figure_11()
    chosen = data.omega.sel(panel="a")
    ratio = (chosen.min("coupling") / chosen.isel(coupling=0)).values
    inner = all(0 < int(k) < data.sizes["coupling"] - 1 for k in chosen.argmin("coupling"))
    return Found(
        rf"$\Omega$ falls to {ratio[0]:.3f} of its value at $g = 0$, with dephasing "
        f"{ratio[1]:.3f}, and rises again",
        bar(float(1 / ratio.max())) if inner else False,
        uncertainty=SOLVED,
    )


@claim(
    "C38",
    "Appendix E, below Eq. (E1)",
    "coupling and drive strengths in this model differ by a factor of 2 in comparison to the "
    "spin model (4)",
    printed="2",
    bar=Bar("with both factors the models agree three times better than without either"),
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
        f"largest deviation of a response in Fig. 10(b): {both:.3f} with $2g$ and $2\\epsilon$, "
        f"{coupling:.3f} with $g$ and $2\\epsilon$, {driven:.3f} with $2g$ and $\\epsilon$",
        3 * both < min(coupling, driven),
        uncertainty=SOLVED,
    )


@claim(
    "C39",
    "Appendix E, Eqs. (C1) (E2)",
    statement=r"How $\gamma_\phi$ of $\mathcal D[\sqrt{2\gamma_\phi}\,\hat S_j^z]$ and "
    r"$\gamma_{\phi j}$ of $\mathcal D[\sqrt{\gamma_{\phi j}}\,\hat b_j^\dagger\hat b_j]$ "
    "correspond; the paper does not say that they are equal.",
    printed="two symbols",
    bar=bars.ordering("the better agreement"),
    beyond=True,
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
        rf"largest deviation of a response in Fig. 10(a): {half:.3f} with $\gamma_\phi = "
        rf"\gamma_{{\phi j}}/2$, as $\hat b^\dagger\hat b = \hat S^z + 1/2$ demands, {full:.3f} "
        r"with $\gamma_{\phi j}$",
        half < full,
        uncertainty=SOLVED,
    )


@claim(
    "C45",
    "Appendix E",
    "its effects must be discernible in the presence of experimental limitations and residual "
    "coherences arising from the pump fields",
    statement="The pumps leave coherences also without the drive.",
    printed="residual coherences",
    bar=bars.ordering("a coherence without drive"),
)
def residual_coherences() -> Found:
    """App. E: the pumps leave coherences of their own."""
    driven, undriven = (_coherence_of_b(eps) for eps in (0.02, 0.0))
    return Found(
        rf"at $g = 100$ kHz of Fig. 10(b), near its zero, $\lvert\langle\hat S_B^+\rangle\rvert$ "
        f"reaches {driven[0]:.3f} in time, and {undriven[0]:.3f} without the drive. These turn "
        "with the pumps, 250 MHz off: demodulated at the frequency of the drive the coherence is "
        f"{driven[1]:.4f}, and {zero(undriven[1])} without it",
        undriven[0] > bars.ROUNDING,
        uncertainty=SOLVED,
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
    "Appendix E",
    "transitions must be mismatched in frequency, which will require different anharmonicities for "
    "the two transmons",
    statement="With equal anharmonicities the circuit agrees with the qubit model less well.",
    printed="different anharmonicities",
    bar=bars.ordering("the larger deviation of a response from the qubit model"),
    limit="holds at couplings above those of Table I, such as 500 kHz; up to 350 kHz the "
    "agreement is no worse with equal anharmonicities, and different ones are a precaution",
)
def equal_anharmonicities() -> Found:
    g = np.array([0.05, 0.1, 0.2, 0.35, 0.5])
    off, relative = [], []
    for changes in ({}, {"anharmonicity_b": 400.0}):
        run = circuit_qed("10b", coupling=g, **changes)
        lines, _ = qubit_pair(run.qubit_model(0), 2 * g)
        away = np.abs(np.abs(run.responses().T) - lines)
        off.append(float(away[:, :-1].max()))
        relative.append(float((away[:, -1] / lines[:, -1]).max()))
    return Found(
        f"largest deviation at $g = 50, 100, 200, 350$ kHz of Fig. 10(b): {off[0]:.4f}, and "
        f"{off[1]:.4f} with both anharmonicities and resonators equal; at 500 kHz, relative to the "
        f"response, {100 * relative[0]:.0f} % and {100 * relative[1]:.0f} %",
        off[1] > 1.2 * off[0],
        relative[1] > 1.2 * relative[0],
        uncertainty=SOLVED,
    )


@claim(
    "C94",
    "Appendix E",
    "mismatch ensures that the ... decay of, say, transmon $A$ does not occur through the "
    "auxiliary resonator of transmon $B$",
    printed="does not occur",
    bar=bars.much("ensures, against equal anharmonicities"),
)
def decay_through_the_other_resonator(bar: Bar) -> Found:
    shares = {b: [_other_share(0.35, b, k) for k in (0, 1)] for b in (500.0, 400.0)}
    return Found(
        "at $g = 350$ kHz with both transmons excited, "
        f"{shares[500.0][0]:.0e} ($A$) and {shares[500.0][1]:.0e} ($B$) of the decay from $f$ is "
        f"through the other resonator, against {100 * shares[400.0][0]:.0f} % and "
        f"{100 * shares[400.0][1]:.0f} % with equal anharmonicities",
        bar(min(y / x for x, y in zip(shares[500.0], shares[400.0], strict=True))),
        uncertainty=r"numerical, $10^{-9}$, of the four states of one excitation in $f$",
    )


def _other_share(coupling: float, anharmonicity_b: float, start: int) -> float:
    """Part of the decay from |fe> (start 0) or |ef> (1) that is through the other resonator."""
    a, b = preset_transmons("10b")
    # |fe>, |ef>, |ee> with a photon of A's resonator, |ee> with one of B's, without jumps.
    energy = np.diag(
        [
            -a.anharmonicity,
            -anharmonicity_b,
            -a.anharmonicity - 0.5j * a.resonator_decay,
            -anharmonicity_b - 0.5j * b.resonator_decay,
        ]
    ).astype(complex)
    links = {
        (0, 1): 2 * coupling,
        (0, 2): np.sqrt(2) * a.resonator_coupling,
        (1, 3): np.sqrt(2) * b.resonator_coupling,
    }
    for (i, j), strength in links.items():
        energy[i, j] = energy[j, i] = strength
    values, vectors = np.linalg.eig(energy)
    weights = np.linalg.solve(vectors, np.eye(4)[start])
    gaps = 1j * (values[:, None] - values.conj())
    lost = []
    for k, unit in ((2, a), (3, b)):
        amplitude = vectors[k] * weights
        integral = (np.outer(amplitude, amplitude.conj()) / gaps).sum().real
        lost.append(unit.resonator_decay * integral)
    return float(lost[1 - start] / sum(lost))
