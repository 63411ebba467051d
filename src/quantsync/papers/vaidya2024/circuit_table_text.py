"""Tables I and II as printed, beside what they must be."""

from __future__ import annotations

from quantsync.models.circuit_qed.tables import TABLE_II, preset_transmons
from quantsync.papers.paper import table
from quantsync.papers.vaidya2024.circuit_data import CAPTIONS, SHIFTS, tables
from quantsync.papers.vaidya2024.printed import TABLE_I

GIGA, KILO = 1000.0, 0.001  # MHz
FIGURES = {"10a": "10(a)", "10b": "10(b), 11(a)", "11b": "11(b)"}


@table(
    "Table I, as printed and as used",
    r"Angular frequencies over $2\pi$. There is no pump on $A$ in Fig. 10(a).",
    ("Quantity", "Printed", "Used", "Why"),
)
def table_1() -> list[tuple[str, ...]]:
    """Table I, with what was used instead where it had to be corrected or made precise."""
    a, b = preset_transmons("10b")
    pumps = [[u.pump_frequency / GIGA for u in preset_transmons(p)] for p in TABLE_II]
    bare = [[u.qubit_frequency / GIGA for u in preset_transmons(p)] for p in TABLE_II]
    rows: list[tuple[str, str, str, str]] = [
        (
            r"frequency of qubits $A$, $B$: $\omega_{qA}$, $\omega_{qB}$",
            "5, 5 GHz (to be adjusted, as its footnote says)",
            f"{_each(bare, 0)} GHz ($A$), {_each(bare, 1)} GHz ($B$) in Figs. 10(a), 10(b), 11(b)",
            r"5 GHz $- \Delta_j$ of Table II; the drive is at 5 GHz (C56)",
        ),
        (
            r"frequency of auxiliaries $A$, $B$: $\omega_{aA}$, $\omega_{aB}$",
            _pair("resonator_frequency", GIGA, "GHz"),
            f"{a.resonator_frequency / GIGA:g}, {b.resonator_frequency / GIGA:g} GHz",
            r"5 GHz $- \lvert\alpha_j\rvert$, on resonance with the $e$-$f$ transition (C53)",
        ),
        (
            r"anharmonicity of qubits $A$, $B$: $\alpha_A$, $\alpha_B$",
            _pair("anharmonicity", 1.0, "MHz"),
            f"{-a.anharmonicity:g}, {-b.anharmonicity:g} MHz",
            "negative in Eq. (E1), positive in Eq. (E3) (C54)",
        ),
        (
            r"qubit-qubit coupling: $g_{AB}$",
            "0 to 350 kHz",
            "as printed",
            "half that of Eq. (4) (C38)",
        ),
        (
            "coupling of qubit and auxiliary: $g_A$, $g_B$",
            _pair("resonator_coupling", 1.0, "MHz"),
            "as printed",
            "",
        ),
        (
            r"frequency of the pumps on $A$, $B$: $\omega_{pA}$, $\omega_{pB}$",
            _pair("pump_frequency", GIGA, "GHz"),
            f"{_each(pumps, 0)} GHz ($A$), {_each(pumps, 1)} GHz ($B$), as above",
            r"5 GHz $- \Delta_j - \lvert\alpha_j\rvert/2$, which rounds to what is printed (C55)",
        ),
        (
            r"decay of auxiliaries: $\kappa_A$, $\kappa_B$",
            _pair("resonator_decay", 1.0, "MHz"),
            "as printed",
            "",
        ),
        (
            r"decay of qubits: $\gamma_{0,A}$, $\gamma_{0,B}$",
            _pair("decay", KILO, "kHz"),
            "as printed",
            "",
        ),
        (
            r"dephasing of qubits: $\gamma_{\phi A}$, $\gamma_{\phi B}$",
            _pair("dephasing", KILO, "kHz"),
            "as printed",
            r"twice $\gamma_\phi$ of Eq. (C1) (C39)",
        ),
    ]
    return rows


@table(
    "Table II and the captions' rates, as printed and as computed",
    r"$\Delta_j$ by Eq. (E3) and the dispersive shift, with the resonator of $B$ at 4.5 GHz and at "
    "4.6 GHz as printed; exactly, so that the coherence of the unit turns with the drive; and "
    r"exactly with four levels of the transmon. $w$ and $\gamma$ by fits of the relaxation from "
    r"the excited state. Drives $\epsilon$ are 20, 20 and 40 kHz (inputs, as the pumps are). "
    r"All over $2\pi$.",
    (
        "Figure, unit",
        r"$\Omega_p$ (MHz)",
        r"$\Delta$ (kHz), printed",
        r"$\Delta$, 4.5 GHz",
        r"$\Delta$, 4.6 GHz",
        r"$\Delta$, exact",
        r"$\Delta$, four levels",
        r"$w/\gamma$, printed",
        r"$w/\gamma$, 4.5 GHz",
        r"$w/\gamma$, 4.6 GHz",
        r"$w/\gamma$, four levels",
        r"$w$, $\gamma$ (kHz)",
    ),
)
def table_2() -> list[tuple[str, ...]]:
    """Table II and the captions' w/gamma, recomputed."""
    data = tables()
    rows = []
    for preset, parameters in TABLE_II.items():
        for k, site in enumerate("AB"):
            chosen = data.sel(preset=preset, site=site)
            shift, ratio = chosen["shift"], chosen["ratio"]
            right = chosen.sel(reading="4.5 GHz")
            rows.append(
                (
                    f"{FIGURES[preset]}, {site}",
                    f"{parameters['pump'][k]:.1f}",
                    SHIFTS[preset][k],
                    *(f"{float(shift.sel(reading=r)):.2f}" for r in shift.reading.values),
                    CAPTIONS[preset][k],
                    *(
                        f"{float(ratio.sel(reading=r)):.3f}"
                        for r in ("4.5 GHz", "4.6 GHz", "four levels")
                    ),
                    f"{1000 * float(right.gain):.2f}, {1000 * float(right.damping):.2f}",
                )
            )
    return rows


def _pair(name: str, unit: float, label: str) -> str:
    first, second = (value / unit for value in TABLE_I[name])
    return f"{first:g}, {second:g} {label}"


def _each(values: list[list[float]], side: int) -> str:
    return ", ".join(f"{row[side]:.6f}" for row in values)
