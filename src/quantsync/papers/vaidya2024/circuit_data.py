"""Data of Figs. 9, 10 and 11 and of Tables I and II: the circuit and the qubits it should be."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import xarray as xr

from quantsync.models import CircuitQED, circuit_qed, driven_pair
from quantsync.models.circuit_qed.state import fit_of
from quantsync.models.circuit_qed.tables import TABLE_I, TABLE_II, preset_transmons
from quantsync.models.circuit_qed.transmon import PumpedTransmon, frequency_shift, tuned_shift
from quantsync.papers.vaidya2024.baths import attrs
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
    """What the qubit model of Sec. III says: |<S+>| of A and B, shape (2, B), and Omega.

    Parameters
    ----------
    parameters : dict of str to float
        From `CircuitQED.qubit_model`, in MHz.
    coupling : array_like of shape (B,)
        Coupling of the spin model, twice that of the circuit.
    **changes : float
        Other values of some parameters.
    """
    values: dict[str, Any] = parameters | changes | {"coupling": np.asarray(coupling, float)}
    pair = driven_pair(**values).study()
    drive = values["drive"]  # responses of the study are per drive
    return drive * np.abs([pair.phase_response(site) for site in SITES]), pair.omega()


def figure_9(full: bool = False) -> xr.Dataset:
    """What the schematic shows: the levels, resonators and pumps of Fig. 10(b)'s circuit.

    Parameters
    ----------
    full : bool, default False
        Nothing more.

    Returns
    -------
    xarray.Dataset
        ``level`` energies over (site, level), ``resonator_frequency`` and ``pump_frequency`` over
        site.
    """
    units = preset_transmons("10b")
    levels = [[0.0, u.qubit_frequency, 2 * u.qubit_frequency - u.anharmonicity] for u in units]
    return xr.Dataset(
        {
            "level": (("site", "level_name"), np.array(levels), attrs("energy over h", "MHz")),
            "resonator_frequency": (
                "site",
                [u.resonator_frequency for u in units],
                attrs("frequency of the resonator", "MHz"),
            ),
            "pump_frequency": (
                "site",
                [u.pump_frequency for u in units],
                attrs("frequency of the two-photon pump", "MHz"),
            ),
        },
        coords={"site": list(SITES), "level_name": list(LEVELS)},
        attrs={"model": "circuit_qed", "preset": "10b"},
    )


def figure_10(full: bool = False) -> xr.Dataset:
    """Phase response of both transmons against their coupling, and that of the qubit model.

    Parameters
    ----------
    full : bool, default False
        29 couplings instead of 15.

    Returns
    -------
    xarray.Dataset
        ``response`` |<S+>| of the circuit over (panel, dephasing, site, coupling), demodulated in
        the frame of the drive; ``qubit_response`` of the qubit model over (..., line_coupling) and
        ``qubit_response_there`` at the same couplings; ``phase`` of <S+>; the fitted ``gain`` and
        ``damping`` rates over (panel, site).
    """
    return _compared(FIGURE_10, full, with_omega=False)


def figure_11(full: bool = False) -> xr.Dataset:
    """Synchronization of the circuit against the coupling, and that of the qubit model.

    Parameters
    ----------
    full : bool, default False
        29 couplings instead of 15.

    Returns
    -------
    xarray.Dataset
        ``omega`` of Eq. (11) over (panel, dephasing, coupling), ``qubit_omega`` over
        (..., line_coupling) and ``qubit_omega_there`` at the same couplings; the fitted ``gain``
        and ``damping`` rates over (panel, site).
    """
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
            name: ((*first, "coupling"), arrays["circuit"], attrs(what, units)),
            f"qubit_{name}": (
                (*first, "line_coupling"),
                arrays["line"],
                attrs(f"{what}: qubit model", units),
            ),
            f"qubit_{name}_there": (
                (*first, "coupling"),
                arrays["there"],
                attrs(f"{what}: qubit model at the circuit's couplings", units),
            ),
        },
        coords={
            "panel": list(panels),
            "preset": ("panel", list(panels.values())),
            "site": list(SITES),
            "dephasing": ("dephasing", list(DEPHASING), attrs("gamma_phi of Eq. (E2)", "MHz")),
            "coupling": ("coupling", markers, attrs("coupling g of Eq. (E1) over 2 pi", "MHz")),
            "line_coupling": ("line_coupling", lines, attrs("coupling g over 2 pi", "MHz")),
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
        dataset["phase"] = (dims, arrays["phase"], attrs("argument of <S+>", "rad"))
    for kind in ("gain", "damping"):
        values = [[model[f"{kind}_{site.lower()}"] for site in SITES] for model in models]
        label = f"{kind} rate over 2 pi, fitted"
        dataset[kind] = (("panel", "site"), np.array(values), attrs(label, "MHz"))
    return dataset


def _solve(run: CircuitQED, undriven: bool) -> None:
    """Compute all states on all cores; the circuit keeps them."""
    jobs = [(k, drive) for k in range(run.size) for drive in ((None, 0.0) if undriven else (None,))]
    map_threads(lambda job: run.state(job[0], drive=job[1]), jobs, available_cores())


def four_levels(unit: PumpedTransmon) -> PumpedTransmon:
    """The same unit with a fourth level of the transmon."""
    return replace(unit, transmon_levels=4)


def tables(full: bool = False) -> xr.Dataset:
    """What Table II and the captions' w/gamma should be, for several readings of Table I.

    Parameters
    ----------
    full : bool, default False
        Nothing more.

    Returns
    -------
    xarray.Dataset
        ``shift`` Delta in kHz and ``ratio`` w/gamma over (reading, preset, site), and as printed;
        the ``gain`` and ``damping`` rates of the fits. The readings: "4.5 GHz" for B's resonator,
        Delta from Eq. (E3); "4.6 GHz" for it as printed; "exact", with the Delta that tunes the
        transmon to its drive; "four levels", the same with one level more.
    """
    return _tables().copy(deep=True)


@cache
def _tables() -> xr.Dataset:
    readings = {
        "4.5 GHz": lambda units, _: [(u, frequency_shift(u)) for u in units],
        "4.6 GHz": lambda _, as_printed: [(u, frequency_shift(u)) for u in as_printed],
        "exact": lambda units, _: [(u, tuned_shift(u)) for u in units],
        "four levels": lambda units, _: [
            (four_levels(u), tuned_shift(four_levels(u))) for u in units
        ],
    }
    shape = (len(readings), len(TABLE_II), 2)
    names = ("shift", "ratio", "gain", "damping")
    values = {name: np.empty(shape) for name in names}
    for i, read in enumerate(readings.values()):
        for j, preset in enumerate(TABLE_II):
            units = preset_transmons(preset), preset_transmons(preset, corrected=False)
            for k, (unit, shift) in enumerate(read(*units)):
                fit = fit_of(unit)
                numbers = (1000 * shift, fit.ratio, fit.gain, fit.damping)
                for name, number in zip(names, numbers, strict=True):
                    values[name][i, j, k] = number
    dims = ("reading", "preset", "site")
    labels = {
        "shift": attrs("Delta over 2 pi", "kHz"),
        "ratio": attrs("w/gamma, fitted", "1"),
        "gain": attrs("w over 2 pi, fitted", "MHz"),
        "damping": attrs("gamma over 2 pi, fitted", "MHz"),
    }
    return xr.Dataset(
        {name: (dims, values[name], labels[name]) for name in names}
        | {
            "printed_shift": (dims[1:], _numbers(SHIFTS), labels["shift"]),
            "printed_ratio": (dims[1:], _numbers(CAPTIONS), labels["ratio"]),
            "last_digit_of_shift": (dims[1:], _last_digits(SHIFTS), labels["shift"]),
            "last_digit_of_ratio": (dims[1:], _last_digits(CAPTIONS), labels["ratio"]),
        },
        coords={"reading": list(readings), "preset": list(TABLE_II), "site": list(SITES)},
        attrs={"model": "circuit_qed"},
    )


def _numbers(printed: dict[str, tuple[str, str]]) -> np.ndarray:
    return np.array([[float(text) for text in printed[preset]] for preset in TABLE_II])


def _last_digits(printed: dict[str, tuple[str, str]]) -> np.ndarray:
    return np.array([[last_digit(text) for text in printed[preset]] for preset in TABLE_II])


def last_digit(text: str) -> float:
    """The value of one in a printed number's last place.

    Examples
    --------
    >>> last_digit("763.3"), last_digit("160")
    (0.1, 1.0)
    """
    return 10.0 ** -len(text.partition(".")[2])
