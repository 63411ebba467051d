"""Data of Figs. 2 and 3 of Ghildiyal et al. (2024), and of what they do not show.

The paper prints no start but one where nothing moves; runs with a gain are not in the paper.
"""

from __future__ import annotations

from functools import cache, partial
from typing import Any

import numpy as np
import xarray as xr

from quantsync.gaussian import log_negativity as gaussian_log_negativity
from quantsync.models import follow_chains, holstein_primakoff_errors, pseudo_boson_pair
from quantsync.papers.ghildiyal2024 import captions, drawing
from quantsync.papers.ghildiyal2024.chains import (
    END,
    FATES,
    GAIN,
    LATE,
    PANELS,
    PHASE,
    SAMPLES,
    SHOWN,
    START,
    chains,
    phase_difference,
    run,
    synchronization,
)
from quantsync.papers.ghildiyal2024.drawing import EARLY
from quantsync.papers.ghildiyal2024.printed import follow_printed_bosons, printed_error
from quantsync.papers.paper import figure, labelled

DECAYED = 1e-3
"""Occupation below which a run has decayed at t = 1e4, where e^{-gamma_l t} is 5e-5."""
SEED, STARTS = 7, {False: 270, True: 900}
PANEL = "g-i"
"""Fig. 3 has N_1 = N_2 = 5 and lambda = 0.2."""
WINDOW = 1000.0
"""Time before t = 1e4 over which Fig. 3 averages, which the paper does not specify."""
SIZES = (5, 10, 20)
CENTRAL = 0.2
"""omega_0, which the paper does not print."""
SPINS_END, SPINS_SAMPLES, SPINS_FINE = 60.0, 601, 3001
"""Times over which errors are averaged, and those at which the spins, which are fast, are drawn."""


@figure(
    "2",
    "Mean quadratures of the two chains",
    draw=drawing.draw_figure_2,
    caption=captions.FIGURE_2,
)
def figure_2(
    full: bool = False,
    q1: float = START["q1"],
    p1: float = START["p1"],
    q2: float = START["q2"],
    p2: float = START["p2"],
    gain: float = 0.0,
) -> xr.Dataset:
    """Means of both chains as printed and as recommended; NaN after a run has met the pole."""
    start = {"q1": q1, "p1": p1, "q2": q2, "p2": p2, "gain": gain}
    samples = 5 * SAMPLES if full else SAMPLES
    times = np.union1d(np.linspace(0, LATE, samples), np.arange(round(4 * EARLY) + 1) / 4)
    times = np.union1d(times, np.arange(round(10 * END) + 1) / 10 + (LATE - END))
    runs = [
        [chains(v, panel, **start).evolve(times, None, errors="mask") for panel in PANELS]
        for v in SHOWN
    ]
    mean = np.array([[path.mean for path in row] for row in runs])
    q, p = (np.moveaxis(mean[..., k::2], -1, 2) for k in (0, 1))
    phi = np.array([[phase_difference(path.beta) for path in row] for row in runs])
    over = ("variant", "panel", "chain", "time")
    return xr.Dataset(
        {
            "q": labelled(over, q, "mean position"),
            "p": labelled(over, p, "mean momentum"),
            "phi": labelled(
                ("variant", "panel", "time"), phi, "phase difference phi_2 - phi_1", "rad"
            ),
        },
        coords={
            "variant": list(SHOWN),
            "panel": list(PANELS),
            "chain": [1, 2],
            "time": _axis(times),
        },
        attrs=start | {"in_the_paper": int(gain == 0)},
    )


figure_2_lab = figure(
    "2_lab",
    "Fig. 2 with the recommended equations",
    draw=drawing.draw_figure_2_lab,
    caption=captions.FIGURE_2_LAB,
)(partial(figure_2.data))


figure_2_gain = figure(
    "2_gain",
    "Fig. 2 with the recommended equations and a linear gain",
    draw=drawing.draw_figure_2_lab,
    caption=captions.FIGURE_2_GAIN,
)(partial(figure_2.data, gain=GAIN))


@figure(
    "3",
    "Quantum synchronization over time and temperature, beside its baselines",
    draw=drawing.draw_figure_3,
    caption=captions.FIGURE_3,
)
def figure_3(
    full: bool = False,
    q1: float = START["q1"],
    p1: float = START["p1"],
    q2: float = START["q2"],
    p2: float = START["p2"],
    gain: float = 0.0,
    window: float = WINDOW,
) -> xr.Dataset:
    """S_q over time and thermal phonons, without correlations, without coupling, and nu_min.

    Where the printed covariance has outgrown all numbers S_q is 0; where it has outgrown rounding,
    nu_min is NaN.
    """
    start = {"q1": q1, "p1": p1, "q2": q2, "p2": p2, "gain": gain}
    phonons = np.linspace(0, 5, 26 if full else 11)
    samples = 5 * SAMPLES if full else SAMPLES
    named = {"": "S_q", "_product": "S_q of the product state", "_uncoupled": "S_q, coupling off"}
    named |= {"_phase": f"S_q^phi, phi = {PHASE}"}
    over, mean = ("variant", "time"), ("variant", "thermal_phonons")
    values: dict[str, list[np.ndarray]] = {name: [] for name in named}
    averages: dict[str, list[np.ndarray]] = {name: [] for name in named}
    nu_min = []
    for variant in SHOWN:
        coupled, free = (
            [run(variant, PANEL, samples, **start, **off, thermal_phonons=n) for n in (0.0, 1.0)]
            for off in ({}, {"sigma_z": 0.0})
        )
        nu_min.append(synchronization(coupled[0].covariance)["nu_min"])
        for kept, measured in (
            (values, [_measured(pair[0]) for pair in (coupled, free)]),
            (averages, [_averages(pair, phonons, window) for pair in (coupled, free)]),
        ):
            first = measured[0]
            found = first["S_q"], first["product"], measured[1]["S_q"], first["S_q_phase"]
            for name, value in zip(named, found, strict=True):
                kept[name].append(value)
    return xr.Dataset(
        {f"S_q{k}": labelled(over, np.array(values[k]), named[k]) for k in named}
        | {f"S_mean{k}": labelled(mean, np.array(averages[k]), named[k]) for k in named}
        | {"nu_min": labelled(over, np.array(nu_min), "smallest symplectic eigenvalue")},
        coords={
            "variant": list(SHOWN),
            "time": _axis(np.linspace(0, LATE, samples)),
            "thermal_phonons": labelled("thermal_phonons", phonons, "nbar"),
        },
        attrs=start | {"window": window, "in_the_paper": int(gain == 0)},
    )


figure_3_gain = figure(
    "3_gain",
    "Fig. 3 with a linear gain",
    draw=drawing.draw_figure_3,
    caption=captions.FIGURE_3_GAIN,
)(partial(figure_3.data, gain=GAIN))


@figure(
    "excess",
    "What correlations add to synchronization, and entanglement",
    draw=drawing.draw_excess,
    caption=captions.EXCESS,
)
def excess(
    full: bool = False,
    q1: float = START["q1"],
    p1: float = START["p1"],
    q2: float = START["q2"],
    p2: float = START["p2"],
) -> xr.Dataset:
    """What correlations add to S_q, and the entanglement, in the variant "lab"."""
    start = {"q1": q1, "p1": p1, "q2": q2, "p2": p2}
    samples = 5 * SAMPLES if full else SAMPLES
    covariances = np.array([run("lab", p, samples, **start).covariance for p in PANELS])
    found = synchronization(covariances)
    over = ("panel", "time")
    negativity = gaussian_log_negativity(covariances)
    return xr.Dataset(
        {
            "excess": labelled(over, found["S_q"] - found["product"], "S_q - 2/Tr C"),
            "log_negativity": labelled(over, negativity, "logarithmic negativity", "nat"),
        },
        coords={"panel": list(PANELS), "time": _axis(np.linspace(0, LATE, samples))},
        attrs=start,
    )


@figure(
    "starts",
    "Where runs of the printed equations end",
    draw=drawing.draw_starts,
    caption=captions.STARTS,
)
@cache
def starts(full: bool = False) -> xr.Dataset:
    """Where runs of the printed equations end, from random starts."""
    rng, count = np.random.default_rng(SEED), STARTS[full] // len(PANELS)
    columns: dict[str, Any] = {
        name: np.array([panel[name] for panel in PANELS.values()])[:, None]
        for name in next(iter(PANELS.values()))
    }
    # |beta_j|^2 uniform between 0 and 2 N_j, where the square root of (4) is real; random phases.
    filling = rng.uniform(0, 2, (len(PANELS), count, 2))
    N = np.stack([columns["spins_1"], columns["spins_2"]], axis=-1)
    z: Any = np.sqrt(2 * N * filling) * np.exp(1j * rng.uniform(-np.pi, np.pi, filling.shape))
    means = {"q1": z[..., 0].real, "p1": z[..., 0].imag, "q2": z[..., 1].real, "p2": z[..., 1].imag}
    pairs = pseudo_boson_pair("literal", **columns, **means)
    # Coarse steps: only the end is asked for.
    path = pairs.evolve([LATE], None, errors="mask", tolerance=1e-7)
    final = path.occupation[..., -1, :]
    fate = np.where(path.ended != "", 1, np.where(final.max(axis=-1) < DECAYED, 0, 2))
    over = ("panel", "start")
    return xr.Dataset(
        {
            "filling": labelled((*over, "chain"), filling, "quanta per spin at t = 0"),
            "fate": labelled(over, fate, ", ".join(FATES)),
            "final": labelled((*over, "chain"), final, "quanta at the end"),
            "end_time": labelled(over, path.end_time, "time", "1/omega_1"),
        },
        coords={"panel": list(PANELS), "chain": [1, 2]},
        attrs={"variant": "literal", "time": LATE},
    )


@figure(
    "central_spin",
    "The spins themselves against bosons and mean field",
    draw=drawing.draw_central_spin,
    caption=captions.CENTRAL_SPIN,
)
@cache
def central_spin(
    full: bool = False, q1: float = 0.5, central_frequency: float = CENTRAL
) -> xr.Dataset:
    """n_1(t) of spins, of bosons, and of the mean field; lambda = 0 and chain 2 at rest."""
    sizes = (*SIZES, 30) if full else SIZES
    times = np.linspace(0, SPINS_END, SPINS_SAMPLES)
    given: dict[str, Any] = {"start": (q1, 0.0, 0.0, 0.0), "central_frequency": central_frequency}
    found = [holstein_primakoff_errors(N, times, **given) for N in sizes]
    printed = [printed_error(N, times, **given) for N in sizes]
    errors = [(e.correct, p, e.mean_field) for e, p in zip(found, printed, strict=True)]
    times = np.linspace(0, SPINS_END, SPINS_FINE)
    paths = {
        name: follow_chains((5, 5), times, representation=name, **given)
        for name in ("spins", "holstein_primakoff")
    }
    paths["printed"] = follow_printed_bosons((5, 5), times, **given)
    undamped = {"linear_damping": 0, "nonlinear_damping": 0}
    bosons = pseudo_boson_pair("corrected", **undamped, q1=q1, q2=0.0).evolve(times, None)
    curves = {name: path.quanta[:, 0] for name, path in paths.items()}
    curves["mean_field"] = bosons.occupation[:, 0]
    n_1, few = np.array(list(curves.values())), ", 5 spins a chain"
    sigma_z = paths["spins"].sigma_z
    return xr.Dataset(
        {
            "error": labelled(
                ("spins", "approximation"), np.array(errors), "root mean square error of n_1"
            ),
            "n_1": labelled(("case", "time"), n_1, f"quanta in chain 1{few}"),
            "sigma_z": labelled("time", sigma_z, f"<sigma_z> of the central spin{few}"),
        },
        coords={
            "spins": list(sizes),
            "approximation": ["holstein_primakoff", "printed", "mean_field"],
            "case": list(curves),
            "time": _axis(times),
        },
        attrs={"q1": q1, "central_frequency": central_frequency, "sigma_z": -0.1},
    )


def _axis(times: np.ndarray) -> tuple[Any, Any, Any]:
    return labelled("time", times, "time", "1/omega_1")


def _measured(path: Any) -> dict[str, np.ndarray]:
    values = _values(path.covariance)
    return {k: np.where(path.valid, value, 0.0) for k, value in values.items()}


def _values(C: np.ndarray) -> dict[str, np.ndarray]:
    """S_q, 2/Tr C, and Eq. (21) with the phase of the captions."""
    found = synchronization(C)
    C = np.moveaxis(C, (-2, -1), (0, 1))
    with np.errstate(invalid="ignore"):
        turned = np.sin(PHASE) * (C[1, 2] - C[0, 3]) - np.cos(PHASE) * (C[0, 2] + C[1, 3])
        phase = 2 / (C[0, 0] + C[1, 1] + C[2, 2] + C[3, 3] + 2 * turned)
    return {"S_q": found["S_q"], "product": found["product"], "S_q_phase": phase}


def _averages(pair: list[Any], phonons: np.ndarray, window: float) -> dict[str, np.ndarray]:
    """Averages over the last times: amplitudes know nothing of nbar, and C is affine in it."""
    late = pair[0].times >= pair[0].times[-1] - window
    cold, warm = (np.where(p.valid[:, None, None], p.covariance, np.inf)[late] for p in pair)
    with np.errstate(invalid="ignore"):
        slope = np.where(np.isfinite(cold), warm - cold, 0.0)
        values = _values(cold + phonons[:, None, None, None] * slope)
    return {k: np.where(np.isnan(value), 0.0, value).mean(axis=-1) for k, value in values.items()}
