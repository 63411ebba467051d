"""Data of Fig. 2 of Ghildiyal et al. (2024): mean quadratures, and where random starts end."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import xarray as xr

from quantsync.models import pseudo_boson_pair
from quantsync.papers.ghildiyal2024.chains import (
    GAIN,
    LATE,
    PANELS,
    SAMPLES,
    SHOWN,
    START,
    amplitudes,
    phase_difference,
)

TIME = {"units": "1/omega_1", "long_name": "time"}
DECAYED = 1e-3
"""Occupation below which a run has decayed at t = 1e4, where e^{-gamma_l t} is 5e-5."""
END = 300.0
"""How much of the end Fig. 2 shows, closely."""
SEED, STARTS = 7, {False: 270, True: 900}
FATES = ("decays", "meets the pole", "stuck")


def figure_2(
    full: bool = False,
    q1: float = START["q1"],
    p1: float = START["p1"],
    q2: float = START["q2"],
    p2: float = START["p2"],
    gain: float = 0.0,
) -> xr.Dataset:
    """Mean quadratures of both chains, in the equations as printed and in the recommended ones.

    Parameters
    ----------
    full : bool, default False
        A finer time axis.
    q1, p1, q2, p2 : float
        Start. The paper's, all zero, is a fixed point.
    gain : float, default 0
        NOT IN THE PAPER: a linear gain.

    Returns
    -------
    xarray.Dataset
        ``q``, ``p`` over (variant, panel, chain, time), ``phi`` over (variant, panel, time); NaN
        after a run has met the pole X = 0.
    """
    start = {"q1": q1, "p1": p1, "q2": q2, "p2": p2, "gain": gain}
    samples = 5 * SAMPLES if full else SAMPLES
    runs = [[amplitudes(v, panel, samples, END, **start) for panel in PANELS] for v in SHOWN]
    mean = np.array([[path.mean for path in row] for row in runs])
    turned = [[phase_difference(path.beta) for path in row] for row in runs]
    axes = ("variant", "panel", "chain", "time")
    return xr.Dataset(
        {
            "q": (axes, np.moveaxis(mean[..., 0::2], -1, 2), _named("mean position")),
            "p": (axes, np.moveaxis(mean[..., 1::2], -1, 2), _named("mean momentum")),
            "phi": (
                ("variant", "panel", "time"),
                np.array(turned),
                {"units": "rad", "long_name": "phase difference phi_2 - phi_1"},
            ),
        },
        coords={
            "variant": list(SHOWN),
            "panel": list(PANELS),
            "chain": [1, 2],
            "time": ("time", runs[0][0].times, TIME),
        },
        attrs=start | {"in_the_paper": int(gain == 0)},
    )


def figure_2_gain(full: bool = False, **options: float) -> xr.Dataset:
    """Fig. 2 with a gain that the paper does not have; see `figure_2`."""
    return figure_2(full, **({"gain": GAIN} | options))


@lru_cache(maxsize=2)
def starts(full: bool = False) -> xr.Dataset:
    """Where runs of the printed equations end, from random starts.

    |beta_j|^2 is uniform between 0 and 2 N_j, where the square root of (4) is real, and the phases
    are random.

    Parameters
    ----------
    full : bool, default False
        900 starts instead of 270.

    Returns
    -------
    xarray.Dataset
        ``filling`` |beta_j(0)|^2/N_j over (panel, start, chain), ``fate`` (0 decays, 1 meets the
        pole X = 0, 2 neither), ``final`` |beta_j|^2 at t = 1e4 and ``end_time``.
    """
    rng, count = np.random.default_rng(SEED), STARTS[full] // len(PANELS)
    columns: dict[str, Any] = {
        name: np.array([panel[name] for panel in PANELS.values()])[:, None]
        for name in next(iter(PANELS.values()))
    }
    filling = rng.uniform(0, 2, (len(PANELS), count, 2))
    N = np.stack([columns["spins_1"], columns["spins_2"]], axis=-1)
    z: Any = np.sqrt(2 * N * filling) * np.exp(1j * rng.uniform(-np.pi, np.pi, filling.shape))
    pairs = pseudo_boson_pair(
        "literal",
        **columns,
        q1=z[..., 0].real,
        p1=z[..., 0].imag,
        q2=z[..., 1].real,
        p2=z[..., 1].imag,
    )
    # Coarse steps: only the end is asked for.
    path = pairs.evolve([LATE], None, errors="mask", tolerance=1e-7)
    final = path.occupation[..., -1, :]
    fate = np.where(path.ended != "", 1, np.where(final.max(axis=-1) < DECAYED, 0, 2))
    over = ("panel", "start")
    return xr.Dataset(
        {
            "filling": ((*over, "chain"), filling, _named("quanta per spin at t = 0")),
            "fate": (over, fate, {"units": "1", "long_name": ", ".join(FATES)}),
            "final": ((*over, "chain"), final, _named("quanta at the end")),
            "end_time": (over, path.end_time, TIME),
        },
        coords={"panel": list(PANELS), "chain": [1, 2]},
        attrs={"variant": "literal", "time": LATE},
    )


def _named(name: str) -> dict[str, str]:
    return {"units": "1", "long_name": name}
