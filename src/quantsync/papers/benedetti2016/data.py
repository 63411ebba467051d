"""Data of the figures of Benedetti et al., PRA 94, 052118 (2016).

Initial states are those of the captions; Figs. 2 and 6 print none. In Figs. 4 and 5 the probes
start as squeezed vacua with r_1 = r_2 = 2. Which quadrature is squeezed is not printed: by default
<x^2> = e^{2r}/(2 omega) for both, angle 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from quantsync.checks import real_number
from quantsync.gaussian import (
    GaussianState,
    HarmonicNetwork,
    ProbesInEnvironment,
    evolve,
    probe_modes,
)
from quantsync.gaussian import log_negativity as gaussian_log_negativity
from quantsync.gaussian import mutual_information as gaussian_mutual_information
from quantsync.papers.benedetti2016 import captions, drawing
from quantsync.papers.benedetti2016.networks import (
    CROSSTALK,
    FIGURE_1,
    FIGURE_2,
    FIGURE_3,
    FIGURE_4,
    FIGURE_5,
    FIGURE_6,
    LIMIT,
    REVIVAL,
    SITES,
    WINDOW,
    means,
    network,
    synchronization,
    time_axis,
)
from quantsync.papers.paper import figure, labelled
from quantsync.parallel import one_blas_thread
from quantsync.time_series.pearson import pearson
from quantsync.time_series.signals import SampledSignal

START_1 = (0.14, 1.4)
START_2 = (1.4, 1.4)
START_6 = (0.14, 1.4)
"""Mean positions at t = 0 in Fig. 1, and our choices for Figs. 2 and 6."""
STARTS_3 = {"symmetric": ((1.4, 1.4), (0.0, 0.0)), "asymmetric": ((2.0, 2.0), (0.0, 10.0))}
"""Means of positions and momenta at t = 0 in Fig. 3."""
DELAY = -1.5
"""The delay with the largest least C in the crosstalk window, to two digits."""
STRENGTHS_2 = (0.1, 0.8)
SQUEEZING = 2.0
END = 1000.0
FINE, COARSE = 0.125, 0.25
"""Steps of the sampled variances and means: 11 in the shortest period, errors of 1e-9 or less."""
TRANSIENTS = {"revival_time": REVIVAL, "crosstalk_time": CROSSTALK}


@figure(
    "1",
    "Antisynchronization by weak dissipation",
    draw=drawing.draw_figure_1,
    caption=captions.FIGURE_1,
)
def figure_1(full: bool = False, window: float = WINDOW) -> xr.Dataset:
    """Antisynchronization of two coupled probes on the end of the chain."""
    times = _times(1400.0, full)
    signals = means(network(**FIGURE_1), START_1)
    rotation = probe_modes(1.0, FIGURE_1["frequency"], FIGURE_1["direct"]).rotation
    q = rotation @ np.array([signal(times) for signal in signals])
    return xr.Dataset(
        {
            "C": labelled("time", synchronization(signals, times, window), "synchronization"),
            "q": labelled(("mode", "time"), q, "mean normal coordinate", "omega_1^(-1/2)"),
        },
        coords={"mode": [1, 2], "time": _axis(times)},
        attrs={"window": window, **TRANSIENTS, "x1": START_1[0], "x2": START_1[1]},
    )


@figure(
    "2",
    "Two probes on the end of the chain, weak and strong coupling",
    draw=drawing.draw_figure_2,
    caption=captions.FIGURE_2,
)
def figure_2(
    full: bool = False, window: float = WINDOW, x1: float = START_2[0], x2: float = START_2[1]
) -> xr.Dataset:
    """Probes without direct coupling on the end of the chain, coupled to it weakly and strongly."""
    times = _times(END, full)
    signals = [means(network(**FIGURE_2 | {"strength": K}), (x1, x2)) for K in STRENGTHS_2]
    values = [synchronization(pair, times, window) for pair in signals]
    return xr.Dataset(
        {
            "C": labelled(("strength", "time"), np.array(values), "synchronization"),
            "x": _positions("strength", signals, times),
        },
        coords={
            "strength": labelled("strength", list(STRENGTHS_2), "K", "omega_1^2"),
            "probe": [1, 2],
            "time": _axis(times),
        },
        attrs={"window": window, **TRANSIENTS, "x1": x1, "x2": x2},
    )


@figure("3", "Synchronization by crosstalk", draw=drawing.draw_figure_3, caption=captions.FIGURE_3)
def figure_3(full: bool = False, window: float = WINDOW, delay: float = DELAY) -> xr.Dataset:
    """Probes at both ends of the chain, which synchronize by crosstalk; ``delay`` is of x_2."""
    times = _times(END, full)
    signals = [means(network(**FIGURE_3), *start) for start in STARTS_3.values()]
    C, delayed = (
        np.array([synchronization(pair, times, window, shift) for pair in signals])
        for shift in (0.0, delay)
    )
    return xr.Dataset(
        {
            "C": labelled(("start", "time"), C, "synchronization"),
            "C_delayed": labelled(("start", "time"), delayed, "synchronization with a delay"),
            "x": _positions("start", signals, times),
        },
        coords={"start": list(STARTS_3), "probe": [1, 2], "time": _axis(times)},
        attrs={"window": window, **TRANSIENTS, "delay": delay},
    )


@dataclass(frozen=True)
class Fluctuations:
    """Covariances (T, 4, 4) of two probes over times (T,), and what follows from them."""

    times: np.ndarray
    covariance: np.ndarray

    @property
    def mutual_information(self) -> np.ndarray:
        """M in nats."""
        return gaussian_mutual_information(self.covariance)

    @property
    def negativity(self) -> np.ndarray:
        """The logarithmic negativity E."""
        return gaussian_log_negativity(self.covariance)

    def synchronization(self, times: np.ndarray, window: float = WINDOW) -> np.ndarray:
        """C(t) of <x_1^2> and <x_2^2>."""
        first, second = (SampledSignal(self.times, self.covariance[:, k, k]) for k in (0, 2))
        return synchronization((first, second), times, window)


def fluctuations(
    probes: HarmonicNetwork,
    times: np.ndarray,
    frequency: float,
    squeezing: float = SQUEEZING,
    angle: float = 0.0,
) -> Fluctuations:
    """Squeezed probes, stretched at an angle against x, on a chain in its ground state."""
    start = GaussianState.squeezed([1.0, frequency], squeezing, angle)
    path = evolve(probes, ProbesInEnvironment(start), times)
    return Fluctuations(times, path.covariance)


@figure(
    "4",
    "Variances and correlations of probes on a common node",
    draw=drawing.draw_figure_4,
    caption=captions.FIGURE_4,
)
def figure_4(full: bool = False, window: float = WINDOW, angle: float = 0.0) -> xr.Dataset:
    """Squeezed probes on the end of the chain: they synchronize and are entangled."""
    return _correlations(FIGURE_4, full, window, angle)


@figure(
    "5",
    "Variances and correlations of probes at both ends",
    draw=drawing.draw_figure_5,
    caption=captions.FIGURE_5,
)
def figure_5(full: bool = False, window: float = WINDOW, angle: float = 0.0) -> xr.Dataset:
    """Squeezed probes at both ends: they synchronize by crosstalk and are not entangled."""
    return _correlations(FIGURE_5, full, window, angle)


def _correlations(probes: dict, full: bool, window: float, angle: float) -> xr.Dataset:
    step = FINE / 2 if full else FINE
    samples = _samples(step, window)
    path = fluctuations(network(**probes), samples, probes["frequency"], angle=angle)
    shown = samples <= END + step / 2
    times = samples[shown]
    variance = np.array([path.covariance[shown, k, k] for k in (0, 2)])
    M, E = path.mutual_information[shown], path.negativity[shown]
    return xr.Dataset(
        {
            "variance": labelled(
                ("probe", "time"), variance, "variance of the position", "1/omega_1"
            ),
            "mutual_information": labelled("time", M, "mutual information", "nat"),
            "negativity": labelled("time", E, "logarithmic negativity", "nat"),
            "C": labelled("time", path.synchronization(times, window), "synchronization"),
        },
        coords={"probe": [1, 2], "time": _axis(times)},
        attrs={"window": window, "squeezing": SQUEEZING, "angle": angle, **TRANSIENTS},
    )


@figure(
    "6",
    "Synchronization over the site of the second probe",
    draw=drawing.draw_figure_6,
    caption=captions.FIGURE_6,
)
def figure_6(
    full: bool = False, window: float = WINDOW, x1: float = START_6[0], x2: float = START_6[1]
) -> xr.Dataset:
    """C over the site of the second probe and time, the first being at the end."""
    sites = np.arange(1, SITES + 1)
    samples = _samples(COARSE, window)
    x = np.empty((2, len(sites), len(samples)))
    with one_blas_thread():
        for k, site in enumerate(sites):
            signals = means(network(**FIGURE_6, site=int(site)), (x1, x2))
            x[:, k] = [signal(samples) for signal in signals]
        every = slice(None, round(END / COARSE) + 1, 2 if full else 10)
        values = pearson(x[0], x[1], samples, window)[:, every]
    return xr.Dataset(
        {"C": labelled(("site", "time"), values, "synchronization")},
        coords={
            "site": labelled("site", sites, "site m of the second probe"),
            "time": _axis(samples[every]),
        },
        attrs={"window": window, "x1": x1, "x2": x2, "velocity": LIMIT.largest_velocity},
    )


def untouched(data: xr.Dataset, margin: float) -> xr.DataArray:
    """Where, in Fig. 6, neither the other probe nor an end is felt up to the end of the window.

    The front is smooth, some 10 sites wide: ``margin`` is how many sites ahead of it to stay.
    """
    front = data.attrs["velocity"] * (data.time + data.attrs["window"]) + margin
    far = 2 * (SITES + 1 - data.site)  # from the second probe to the far end and back
    return (data.site - 1 > front) & (far > front)


def _times(end: float, full: bool) -> np.ndarray:
    return time_axis(end, 0.1 if full else 0.25)


def _samples(step: float, window: float) -> np.ndarray:
    """Times to the end of the last window."""
    return time_axis(END + step * np.ceil(real_number(window, "window", above=0) / step), step)


def _axis(times: np.ndarray) -> tuple[Any, Any, Any]:
    return labelled("time", times, "time", "1/omega_1")


def _positions(name: str, signals: Any, times: np.ndarray) -> tuple[Any, Any, Any]:
    x = np.array([[signal(times) for signal in pair] for pair in signals])
    return labelled((name, "probe", "time"), x, "mean position", "omega_1^(-1/2)")
