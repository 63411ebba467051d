"""Data of Fig. 6 of Benedetti et al. (2016): synchronization over the second probe's site."""

from __future__ import annotations

import numpy as np
import xarray as xr

from quantsync.papers.benedetti2016.networks import (
    FIGURE_6,
    LIMIT,
    SITES,
    WINDOW,
    attributes,
    averaging,
    means,
    network,
    time_axis,
)
from quantsync.parallel import one_blas_thread
from quantsync.time_series import pearson

START_6 = (0.14, 1.4)
"""Mean positions at t = 0, not printed: those of Fig. 1."""
END = 1000.0
STEP = 0.25
"""Of the samples of <x_1> and <x_2>: 11 in the shortest period, for errors of some 1e-9."""


def figure_6(
    full: bool = False, window: float = WINDOW, x1: float = START_6[0], x2: float = START_6[1]
) -> xr.Dataset:
    """C over the site of the second probe and time, the first being at the end.

    Parameters
    ----------
    full : bool, default False
        A finer time axis.
    window : float
        Length of the averages in C, not printed.
    x1, x2 : float
        Mean positions at t = 0, not printed.

    Returns
    -------
    xarray.Dataset
        ``C`` over (site, time).
    """
    sites = np.arange(1, SITES + 1)
    samples = time_axis(END + STEP * np.ceil(averaging(window) / STEP), STEP)
    x = np.empty((2, len(sites), len(samples)))
    with one_blas_thread():
        for k, site in enumerate(sites):
            signals = means(network(**FIGURE_6, site=int(site)), (x1, x2))
            x[:, k] = [signal(samples) for signal in signals]
        every = slice(None, round(END / STEP) + 1, 2 if full else 10)
        values = pearson(x[0], x[1], samples, window)[:, every]
    return xr.Dataset(
        {"C": (("site", "time"), values, attributes("synchronization"))},
        coords={
            "site": ("site", sites, attributes("site m of the second probe")),
            "time": ("time", samples[every], attributes("time", "1/omega_1")),
        },
        attrs={"window": window, "x1": x1, "x2": x2, "velocity": LIMIT.largest_velocity},
    )


def untouched(data: xr.Dataset, margin: float) -> xr.DataArray:
    """Where neither the other probe nor an end has been felt up to the end of the window.

    Parameters
    ----------
    data : xarray.Dataset
        Of `figure_6`.
    margin : float
        How many sites ahead of the fastest waves: the front is smooth, some 10 sites wide.

    Returns
    -------
    xarray.DataArray of bool over (site, time)
    """
    front = data.attrs["velocity"] * (data.time + data.attrs["window"]) + margin
    far = 2 * (SITES + 1 - data.site)  # from the second probe to the far end and back
    return (data.site - 1 > front) & (far > front)
