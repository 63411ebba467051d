"""Data of Figs. 1-3 of Benedetti et al. (2016): mean positions and their synchronization.

Initial states are those of the captions; Fig. 2 prints none.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from quantsync.gaussian import probe_modes
from quantsync.papers.benedetti2016.networks import (
    CROSSTALK,
    FIGURE_1,
    FIGURE_2,
    FIGURE_3,
    REVIVAL,
    WINDOW,
    attributes,
    means,
    network,
    synchronization,
    time_axis,
)

START_1 = (0.14, 1.4)
START_2 = (1.4, 1.4)
"""Mean positions at t = 0 in Fig. 1, and our choice for Fig. 2."""
STARTS_3 = {"symmetric": ((1.4, 1.4), (0.0, 0.0)), "asymmetric": ((2.0, 2.0), (0.0, 10.0))}
"""Means of positions and momenta at t = 0 in Fig. 3."""
DELAY = -1.5
"""The delay with the largest least C in the crosstalk window, to two digits."""
STRENGTHS_2 = (0.1, 0.8)
POSITION, TIME = "omega_1^(-1/2)", "1/omega_1"


def figure_1(full: bool = False, window: float = WINDOW) -> xr.Dataset:
    """Antisynchronization of two coupled probes on the end of the chain.

    Parameters
    ----------
    full : bool, default False
        A finer time axis.
    window : float
        Length of the averages in C, not printed.

    Returns
    -------
    xarray.Dataset
        ``C`` over time, and the mean normal coordinates ``q`` over (mode, time).
    """
    times = _times(1400.0, full)
    signals = means(network(**FIGURE_1), START_1)
    rotation = probe_modes(1.0, FIGURE_1["frequency"], FIGURE_1["direct"]).rotation
    q = rotation @ np.array([signal(times) for signal in signals])
    return xr.Dataset(
        {
            "C": ("time", synchronization(signals, times, window), attributes("synchronization")),
            "q": (("mode", "time"), q, attributes("mean normal coordinate", POSITION)),
        },
        coords={"mode": [1, 2], "time": ("time", times, attributes("time", TIME))},
        attrs=_attrs(window, START_1),
    )


def figure_2(
    full: bool = False, window: float = WINDOW, x1: float = START_2[0], x2: float = START_2[1]
) -> xr.Dataset:
    """Probes without direct coupling on the end of the chain, coupled to it weakly and strongly.

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
        ``C`` over (strength, time) and ``x`` over (strength, probe, time).
    """
    times = _times(1000.0, full)
    signals = [means(network(**FIGURE_2 | {"strength": K}), (x1, x2)) for K in STRENGTHS_2]
    return xr.Dataset(
        {
            "C": (
                ("strength", "time"),
                np.array([synchronization(pair, times, window) for pair in signals]),
                attributes("synchronization"),
            ),
            "x": (
                ("strength", "probe", "time"),
                np.array([[signal(times) for signal in pair] for pair in signals]),
                attributes("mean position", POSITION),
            ),
        },
        coords={
            "strength": ("strength", list(STRENGTHS_2), attributes("K", "omega_1^2")),
            "probe": [1, 2],
            "time": ("time", times, attributes("time", TIME)),
        },
        attrs=_attrs(window, (x1, x2)),
    )


def figure_3(full: bool = False, window: float = WINDOW, delay: float = DELAY) -> xr.Dataset:
    """Probes at both ends of the chain, which synchronize by crosstalk.

    Parameters
    ----------
    full : bool, default False
        A finer time axis.
    window : float
        Length of the averages in C, not printed.
    delay : float
        Delay of <x_2> in ``C_delayed``, not printed.

    Returns
    -------
    xarray.Dataset
        ``C``, without delay, and ``C_delayed`` over (start, time); ``x`` over
        (start, probe, time).
    """
    times = _times(1000.0, full)
    signals = [means(network(**FIGURE_3), *start) for start in STARTS_3.values()]
    correlations = [
        np.array([synchronization(pair, times, window, shift) for pair in signals])
        for shift in (0.0, delay)
    ]
    return xr.Dataset(
        {
            "C": (("start", "time"), correlations[0], attributes("synchronization")),
            "C_delayed": (
                ("start", "time"),
                correlations[1],
                attributes("synchronization with a delay"),
            ),
            "x": (
                ("start", "probe", "time"),
                np.array([[signal(times) for signal in pair] for pair in signals]),
                attributes("mean position", POSITION),
            ),
        },
        coords={
            "start": list(STARTS_3),
            "probe": [1, 2],
            "time": ("time", times, attributes("time", TIME)),
        },
        attrs=_attrs(window, None) | {"delay": delay},
    )


def _times(end: float, full: bool) -> np.ndarray:
    return time_axis(end, 0.1 if full else 0.25)


def _attrs(window: float, start: tuple[float, float] | None) -> dict[str, float]:
    attrs = {"window": window, "revival_time": REVIVAL, "crosstalk_time": CROSSTALK}
    return attrs | ({"x1": start[0], "x2": start[1]} if start else {})
