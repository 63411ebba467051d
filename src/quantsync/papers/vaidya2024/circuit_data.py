"""Data of Figs. 9, 10 and 11 and of Tables I and II: the circuit and the qubits it should be."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import xarray as xr

from quantsync.models import CircuitQED, circuit_qed, driven_pair
from quantsync.models.circuit_qed.state import fit_of
from quantsync.models.circuit_qed.tables import TABLE_II, preset_transmons
from quantsync.models.circuit_qed.transmon import PumpedTransmon, frequency_shift, tuned_shift
from quantsync.papers.paper import figure, labelled
from quantsync.papers.vaidya2024 import circuit_drawing, printed
from quantsync.papers.vaidya2024.printed import TABLE_I
from quantsync.papers.vaidya2024.response_data import SITES
from quantsync.parallel import available_cores, map_threads

FIGURE_10 = {"a": "10a", "b": "10b"}
FIGURE_11 = {"a": "10b", "b": "11b"}
"""Presets of the panels: Fig. 11(a) has the parameters of Fig. 10(b)."""
DEPHASING = (0.0, TABLE_I["dephasing"][0])
"""Of the closed and of the open markers, in MHz."""
LEVELS = ("g", "e", "f")
CAPTIONS = {"10a": ("0", "3.2"), "10b": ("0.27", "4.5"), "11b": ("0.71", "0.28")}
"""w/gamma of A and B in the captions of Figs. 10 and 11, as printed."""
SHIFTS = {"10a": ("160", "1013.72"), "10b": ("763.3", "1230"), "11b": ("1135", "300")}
"""Delta_A and Delta_B of Table II in kHz, as printed."""


def couplings(full: bool = False) -> np.ndarray:
    """Couplings of the markers, in MHz: the range of Table I."""
    return np.linspace(*TABLE_I["coupling"], 29 if full else 15)


def circuit(preset: str, coupling: Any, dephasing: float = 0.0) -> CircuitQED:
    """The circuit of a figure."""
    return circuit_qed(preset, coupling=coupling, dephasing=dephasing)


def qubit_pair(
    parameters: dict[str, float], coupling: Any, **changes: float
) -> tuple[np.ndarray, np.ndarray]:
    """What the qubit model of Sec. III says: |<S+>| of A and B, shape (2, B), and Omega."""
    values: dict[str, Any] = parameters | changes | {"coupling": np.asarray(coupling, float)}
    pair = driven_pair(**values).study()
    drive = values["drive"]  # responses of the study are per drive
    return drive * np.abs([pair.phase_response(site) for site in SITES]), pair.omega()


@figure(
    "9",
    "A circuit of two transmons and two lossy resonators",
    draw=circuit_drawing.draw_figure_9,
    caption=circuit_drawing.CAPTION_9,
)
def figure_9(full: bool = False) -> xr.Dataset:
    """What the schematic shows: the levels, resonators and pumps of Fig. 10(b)'s circuit."""
    units = preset_transmons("10b")
    levels = [[0.0, u.qubit_frequency, 2 * u.qubit_frequency - u.anharmonicity] for u in units]
    return xr.Dataset(
        {
            "level": labelled(("site", "level_name"), np.array(levels), "energy over h", "MHz"),
            "resonator_frequency": labelled(
                "site", [u.resonator_frequency for u in units], "frequency of the resonator", "MHz"
            ),
            "pump_frequency": labelled(
                "site", [u.pump_frequency for u in units], "frequency of the two-photon pump", "MHz"
            ),
        },
        coords={"site": list(SITES), "level_name": list(LEVELS)},
        attrs={"model": "circuit_qed", "preset": "10b"},
    )


@figure(
    "10",
    "Phase response of the circuit and of the qubit model",
    draw=circuit_drawing.draw_figure_10,
    caption=circuit_drawing.CAPTION_10,
)
@cache
def figure_10(full: bool = False) -> xr.Dataset:
    """Phase response of both transmons against their coupling, and that of the qubit model."""
    return _compared(FIGURE_10, full, with_omega=False)


@figure(
    "11",
    "Synchronization of the circuit and of the qubit model",
    draw=circuit_drawing.draw_figure_11,
    caption=circuit_drawing.CAPTION_11,
)
@cache
def figure_11(full: bool = False) -> xr.Dataset:
    """Synchronization of the circuit against the coupling, and that of the qubit model."""
    return _compared(FIGURE_11, full, with_omega=True)


def _compared(panels: dict[str, str], full: bool, with_omega: bool) -> xr.Dataset:
    """Circuit and qubit model over panels, dephasing and couplings."""
    markers, lines = couplings(full), np.linspace(*TABLE_I["coupling"], 141)
    found: dict[str, list[np.ndarray]] = {"circuit": [], "line": [], "there": [], "phase": []}
    residual, models = 0.0, []
    for preset in panels.values():
        # The fits leave dephasing out: they are those of the panel.
        models.append(circuit(preset, 0.0).qubit_model())
        for dephasing in DEPHASING:
            run = circuit(preset, markers, dephasing)
            parameters = run.qubit_model()
            line, there = (qubit_pair(parameters, 2 * g)[with_omega] for g in (lines, markers))
            found["line"].append(line)
            found["there"].append(there)
            _solve(run, undriven=with_omega)
            responses = run.responses().T
            found["phase"].append(np.angle(responses))
            found["circuit"].append(run.synchronization() if with_omega else np.abs(responses))
            residual = max(residual, run.residual)
    shape = (len(panels), len(DEPHASING))
    arrays = {k: np.reshape(v, (*shape, *v[0].shape)) for k, v in found.items()}
    name, what, units = (
        ("omega", "relative entropy of synchronization", "nat")
        if with_omega
        else ("response", "|<S+>| in the frame of the drive, averaged over time", "1")
    )
    first = ("panel", "dephasing") if with_omega else ("panel", "dephasing", "site")
    dataset = xr.Dataset(
        {
            name: labelled((*first, "coupling"), arrays["circuit"], what, units),
            f"qubit_{name}": labelled(
                (*first, "line_coupling"), arrays["line"], f"{what}: qubit model", units
            ),
            f"qubit_{name}_there": labelled(
                (*first, "coupling"),
                arrays["there"],
                f"{what}: qubit model at the circuit's couplings",
                units,
            ),
        },
        coords={
            "panel": list(panels),
            "preset": ("panel", list(panels.values())),
            "site": list(SITES),
            "dephasing": labelled("dephasing", list(DEPHASING), "gamma_phi of Eq. (E2)", "MHz"),
            "coupling": labelled("coupling", markers, "coupling g of Eq. (E1) over 2 pi", "MHz"),
            "line_coupling": labelled("line_coupling", lines, "coupling g over 2 pi", "MHz"),
        },
        attrs={
            "model": "circuit_qed",
            "method": CircuitQED.method,
            "largest_residual": residual,
            "units_of_residual": "rad/us",
        },
    )
    if not with_omega:
        dims = (*first, "coupling")
        dataset["phase"] = labelled(dims, arrays["phase"], "argument of <S+>", "rad")
    for kind in ("gain", "damping"):
        values = [[model[f"{kind}_{site.lower()}"] for site in SITES] for model in models]
        label = f"{kind} rate over 2 pi, fitted"
        dataset[kind] = labelled(("panel", "site"), np.array(values), label, "MHz")
    return dataset


def _solve(run: CircuitQED, undriven: bool) -> None:
    """Compute all states on all cores; the circuit keeps them."""
    jobs = [(k, drive) for k in range(run.size) for drive in ((None, 0.0) if undriven else (None,))]
    map_threads(lambda job: run.state(job[0], drive=job[1]), jobs, available_cores())


def four_levels(unit: PumpedTransmon) -> PumpedTransmon:
    """The same unit with a fourth level of the transmon."""
    return replace(unit, transmon_levels=4)


@figure(
    "tables",
    "Tables I and II: shifts and rates as printed and as computed",
    draw=circuit_drawing.draw_tables,
    caption=circuit_drawing.CAPTION_TABLES,
)
@cache
def tables(full: bool = False) -> xr.Dataset:
    """What Table II and the captions' w/gamma should be, for several readings of Table I.

    "4.5 GHz" is B's resonator, with Delta from Eq. (E3), "4.6 GHz" as printed; "exact" has the
    Delta that tunes the transmon to its drive, "four levels" the same with one level more.
    """
    readings = {
        "4.5 GHz": lambda preset: [(u, frequency_shift(u)) for u in preset_transmons(preset)],
        "4.6 GHz": lambda preset: [(u, frequency_shift(u)) for u in printed.units(preset)],
        "exact": lambda preset: [(u, tuned_shift(u)) for u in preset_transmons(preset)],
        "four levels": lambda preset: [
            (u, tuned_shift(u)) for u in map(four_levels, preset_transmons(preset))
        ],
    }
    shape = (len(readings), len(TABLE_II), 2)
    names = ("shift", "ratio", "gain", "damping")
    values = {name: np.empty(shape) for name in names}
    for i, read in enumerate(readings.values()):
        for j, preset in enumerate(TABLE_II):
            for k, (unit, shift) in enumerate(read(preset)):
                fit = fit_of(unit)
                numbers = (1000 * shift, fit.ratio, fit.gain, fit.damping)
                for name, number in zip(names, numbers, strict=True):
                    values[name][i, j, k] = number
    dims = ("reading", "preset", "site")
    labels = {
        "shift": ("Delta over 2 pi", "kHz"),
        "ratio": ("w/gamma, fitted", "1"),
        "gain": ("w over 2 pi, fitted", "MHz"),
        "damping": ("gamma over 2 pi, fitted", "MHz"),
    }
    dataset = xr.Dataset(
        {name: labelled(dims, values[name], *labels[name]) for name in names},
        coords={"reading": list(readings), "preset": list(TABLE_II), "site": list(SITES)},
        attrs={"model": "circuit_qed"},
    )
    for name, texts in (("shift", SHIFTS), ("ratio", CAPTIONS)):
        for prefix, read in (("printed", float), ("last_digit_of", last_digit)):
            numbers = np.array([[read(text) for text in texts[preset]] for preset in TABLE_II])
            dataset[f"{prefix}_{name}"] = labelled(dims[1:], numbers, *labels[name])
    return dataset


def last_digit(text: str) -> float:
    """The value of one in a printed number's last place."""
    return 10.0 ** -len(text.partition(".")[2])
