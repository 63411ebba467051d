"""The central spin and its chains by themselves, against the paper's steps away from them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import xarray as xr

from quantsync.models import follow_chains, holstein_primakoff_errors, pseudo_boson_pair
from quantsync.papers.ghildiyal2024.printed_bosons import follow_printed_bosons, printed_error

SIZES = (5, 10, 20)
CENTRAL = 0.2
"""omega_0, which the paper does not print."""
START = (0.5, 0.0, 0.0, 0.0)
END, SAMPLES = 60.0, 601


@lru_cache(maxsize=8)
def central_spin(
    full: bool = False, q1: float = START[0], central_frequency: float = CENTRAL
) -> xr.Dataset:
    """n_1(t) of spins, of bosons, and of the mean field; lambda = 0 and chain 2 at rest.

    Parameters
    ----------
    full : bool, default False
        Also chains of 30 spins.
    q1 : float, default 0.5
        Start of chain 1, a spin-coherent state.
    central_frequency : float, default 0.2
        omega_0, not printed.

    Returns
    -------
    xarray.Dataset
        ``error``, the root mean square of the deviation of n_1 up to t = 60, over
        (spins, approximation); ``n_1`` over (case, time) for 5 spins and ``sigma_z`` over time.
    """
    sizes = (*SIZES, 30) if full else SIZES
    start = (q1, 0.0, 0.0, 0.0)
    times = np.linspace(0, END, SAMPLES)
    given = {"start": start, "central_frequency": central_frequency}
    found = [holstein_primakoff_errors(N, times, **given) for N in sizes]
    printed = [printed_error(N, times, **given) for N in sizes]
    errors = [(e.correct, p, e.mean_field) for e, p in zip(found, printed, strict=True)]
    paths = {
        name: follow_chains((5, 5), times, representation=name, **given)
        for name in ("spins", "holstein_primakoff")
    }
    paths["printed"] = follow_printed_bosons((5, 5), times, **given)
    bosons = pseudo_boson_pair(
        "corrected", linear_damping=0, nonlinear_damping=0, q1=q1, q2=0.0
    ).evolve(times, None)
    curves = {name: path.quanta[:, 0] for name, path in paths.items()}
    curves["mean_field"] = bosons.occupation[:, 0]
    return xr.Dataset(
        {
            "error": (
                ("spins", "approximation"),
                np.array(errors),
                {"units": "1", "long_name": "root mean square error of n_1"},
            ),
            "n_1": (
                ("case", "time"),
                np.array(list(curves.values())),
                {"units": "1", "long_name": "quanta in chain 1, 5 spins a chain"},
            ),
            "sigma_z": (
                "time",
                paths["spins"].sigma_z,
                {"units": "1", "long_name": "<sigma_z> of the central spin, 5 spins a chain"},
            ),
        },
        coords={
            "spins": list(sizes),
            "approximation": ["holstein_primakoff", "printed", "mean_field"],
            "case": list(curves),
            "time": ("time", times, {"units": "1/omega_1", "long_name": "time"}),
        },
        attrs={"q1": q1, "central_frequency": central_frequency, "sigma_z": -0.1},
    )
