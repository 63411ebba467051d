"""Data of Fig. 3 of Ghildiyal et al. (2024), and of what it does not show: the baselines."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from quantsync.gaussian import gaussian_log_negativity
from quantsync.papers.ghildiyal2024.chains import (
    GAIN,
    LATE,
    PANELS,
    SAMPLES,
    SHOWN,
    START,
    run,
    synchronization,
)

PANEL = "g-i"
"""Fig. 3 has N_1 = N_2 = 5 and lambda = 0.2."""
WINDOW = 1000.0
TIME = {"units": "1/omega_1", "long_name": "time"}


def figure_3(
    full: bool = False,
    q1: float = START["q1"],
    p1: float = START["p1"],
    q2: float = START["q2"],
    p2: float = START["p2"],
    gain: float = 0.0,
    window: float = WINDOW,
) -> xr.Dataset:
    """S_q over time and over thermal phonons, beside its baselines and nu_min.

    Parameters
    ----------
    full : bool, default False
        Finer axes.
    q1, p1, q2, p2 : float
        Start of the means; fluctuations start from the vacuum.
    gain : float, default 0
        NOT IN THE PAPER: a linear gain.
    window : float, default 1000
        The average over time, which the paper does not specify, is over the last ``window``
        before t = 1e4.

    Returns
    -------
    xarray.Dataset
        ``S_q``, ``S_q_product`` (all correlations between the chains removed), ``S_q_uncoupled``
        (coupling off) and ``nu_min`` over (variant, time); ``S_mean``, ``S_mean_product`` and
        ``S_mean_uncoupled`` over (variant, thermal_phonons). Where the printed covariance has
        outgrown all numbers S_q is 0; where it has outgrown rounding, nu_min is NaN.
    """
    start = {"q1": q1, "p1": p1, "q2": q2, "p2": p2, "gain": gain}
    phonons = np.linspace(0, 5, 26 if full else 11)
    samples = 5 * SAMPLES if full else SAMPLES
    over, mean = ("variant", "time"), ("variant", "thermal_phonons")
    found = {"": [], "_product": [], "_uncoupled": []}
    mean_values = {name: [] for name in found}
    nu_min = []
    for variant in SHOWN:
        whole = [_warmed(variant, samples, start, n) for n in (0.0, 1.0)]
        off = [_warmed(variant, samples, start | {"sigma_z": 0.0}, n) for n in (0.0, 1.0)]
        path, free = _measured(whole[0]), _measured(off[0])
        for name, value in zip(found, (path["S_q"], path["product"], free["S_q"]), strict=True):
            found[name].append(value)
        nu_min.append(path["nu_min"])
        averages = [_averages(pair, phonons, window) for pair in (whole, off)]
        values = averages[0]["S_q"], averages[0]["product"], averages[1]["S_q"]
        for name, value in zip(mean_values, values, strict=True):
            mean_values[name].append(value)
    named = {"": "S_q", "_product": "S_q of the product state", "_uncoupled": "S_q, coupling off"}
    return xr.Dataset(
        {f"S_q{k}": (over, np.array(v), _attributes(named[k])) for k, v in found.items()}
        | {f"S_mean{k}": (mean, np.array(v), _attributes(named[k])) for k, v in mean_values.items()}
        | {"nu_min": (over, np.array(nu_min), _attributes("smallest symplectic eigenvalue"))},
        coords={
            "variant": list(SHOWN),
            "time": ("time", np.linspace(0, LATE, samples), TIME),
            "thermal_phonons": ("thermal_phonons", phonons, _attributes("nbar")),
        },
        attrs=start | {"window": window, "in_the_paper": int(gain == 0)},
    )


def figure_3_gain(full: bool = False, **options: float) -> xr.Dataset:
    """Fig. 3 with a gain that the paper does not have; see `figure_3`."""
    return figure_3(full, **({"gain": GAIN} | options))


def excess(
    full: bool = False,
    q1: float = START["q1"],
    p1: float = START["p1"],
    q2: float = START["q2"],
    p2: float = START["p2"],
) -> xr.Dataset:
    """What correlations add to S_q, and the entanglement, in the variant "lab".

    Parameters
    ----------
    full : bool, default False
        A finer time axis.
    q1, p1, q2, p2 : float
        Start.

    Returns
    -------
    xarray.Dataset
        ``excess`` = S_q - 2/Tr C and ``log_negativity`` over (panel, time).
    """
    start = {"q1": q1, "p1": p1, "q2": q2, "p2": p2}
    samples = 5 * SAMPLES if full else SAMPLES
    covariances = np.array([run("lab", p, samples, **start).covariance for p in PANELS])
    found = synchronization(covariances)
    over = ("panel", "time")
    negativity: Any = gaussian_log_negativity(covariances)
    return xr.Dataset(
        {
            "excess": (over, found["S_q"] - found["product"], _attributes("S_q - 2/Tr C")),
            "log_negativity": (
                over,
                negativity,
                {"units": "nat", "long_name": "logarithmic negativity"},
            ),
        },
        coords={"panel": list(PANELS), "time": ("time", np.linspace(0, LATE, samples), TIME)},
        attrs=start,
    )


def _warmed(variant: str, samples: int, start: dict[str, float], phonons: float) -> Any:
    return run(variant, PANEL, samples, **start, thermal_phonons=phonons)


def _measured(path: Any) -> dict[str, np.ndarray]:
    values = synchronization(path.covariance)
    return values | {k: np.where(path.valid, values[k], 0.0) for k in ("S_q", "product")}


def _averages(pair: list[Any], phonons: np.ndarray, window: float) -> dict[str, np.ndarray]:
    """Averages over the last times: amplitudes know nothing of nbar, and C is affine in it."""
    late = pair[0].times >= pair[0].times[-1] - window
    cold, warm = (np.where(p.valid[:, None, None], p.covariance, np.inf)[late] for p in pair)
    with np.errstate(invalid="ignore"):
        slope = np.where(np.isfinite(cold), warm - cold, 0.0)
        values = synchronization(cold + phonons[:, None, None, None] * slope)
    return {
        k: np.where(np.isnan(values[k]), 0.0, values[k]).mean(axis=-1) for k in ("S_q", "product")
    }


def _attributes(name: str) -> dict[str, str]:
    return {"units": "1", "long_name": name}
