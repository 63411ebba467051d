"""The chain of Benedetti et al. (2016), its probes and their initial states.

Units of omega_1 = 1 (hbar = mass = 1): times in 1/omega_1, positions in omega_1^(-1/2), couplings
in omega_1^2. The chain has fixed ends, X_0 = X_(M+1) = 0, as (A6) and (A8) have it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
import xarray as xr

from quantsync.gaussian import (
    GaussianState,
    HarmonicNetwork,
    LangevinEquation,
    ProbesInEnvironment,
    SemiInfiniteChain,
    chain_couplings,
    chain_frequencies,
    mean_modes,
    probe_modes,
    probe_stiffness,
    revival_time,
)
from quantsync.papers import bars
from quantsync.parallel import one_blas_thread
from quantsync.time_series import ModeSum, pearson

SITES = 300
CHAIN_FREQUENCY, CHAIN_COUPLING = 0.4, 1.2
"""M, Omega_0 and g of every figure."""
WINDOW = 15.0
"""Length of the averages in C(t), not printed; windows from 10 to 30 fit every description."""
WINDOWS = (10.0, 15.0, 20.0, 30.0)
"""Other windows, for what the choice of one does."""
PERFECT = bars.word("perfect", "the largest possible $C$, 1")
"""The bar of a perfect synchronization: C off 1, or antisynchronization: off -1."""
EXACT = "numerical, below $10^{-9}$ (sum over the normal modes)"
"""How well a mean position is known."""
SYNCHRONIZED = bars.Bar(
    '2 % of the largest possible $C$, 1: as for "perfect", which the sentence does not say',
    PERFECT.margin,
)
"""The same bar for a synchronization without that word."""
ROUNDING = "numerical, rounding"
LIMIT = SemiInfiniteChain(CHAIN_FREQUENCY, CHAIN_COUPLING)
"""The chain before anything comes back from its far end."""
REVIVAL = revival_time(SITES, LIMIT.largest_velocity)
CROSSTALK = REVIVAL / 2

STEP_6, EVERY_6, END_6 = 0.25, 10, 1000.0
"""Fig. 6 from any start: sampling of the positions, and every which of them a window starts at."""

FIGURE_1 = {"frequency": 1.1, "strength": 0.2, "direct": 0.5}
FIGURE_2 = {"frequency": 1.1, "strength": 0.8}
FIGURE_3 = {"frequency": 1.1, "strength": 0.2, "site": SITES}
FIGURE_4 = {"frequency": 1.2, "strength": 0.8}
FIGURE_5 = {"frequency": 1.2, "strength": 0.2, "site": SITES}
FIGURE_6 = {"frequency": 1.1, "strength": 0.06, "direct": 0.5}
"""Probes: omega_2, K, lambda and the site of the second one."""


@lru_cache(maxsize=8)
def chain(sites: int = SITES) -> HarmonicNetwork:
    """The chain by itself."""
    return HarmonicNetwork.chain(sites, CHAIN_FREQUENCY, CHAIN_COUPLING)


@lru_cache(maxsize=512)
def network(
    frequency: float,
    strength: float,
    direct: float = 0.0,
    site: int = 1,
    sites: int = SITES,
    repulsive: bool = False,
) -> HarmonicNetwork:
    """Two probes, omega_2, K and lambda, on the chain, the first at site 1."""
    strengths = [strength, -strength if repulsive else strength]
    return chain(sites).with_probes([1.0, frequency], [1, site], strengths, direct=direct)


def means(probes: HarmonicNetwork, x: Any, p: Any = 0.0) -> tuple[ModeSum, ModeSum]:
    """<x_1> and <x_2> as functions of time, from means at the start and a chain at rest."""
    # The widths do not enter the means: any state does.
    start = GaussianState.vacuum([1.0, 1.0]).displaced(x=x, p=p)
    both = mean_modes(probes, ProbesInEnvironment(start))
    first, second = (ModeSum(both.frequencies, both.cosine[k], both.sine[k]) for k in (0, 1))
    return first, second


def synchronization(
    signals: tuple[Any, Any], times: Any, window: float = WINDOW, delay: float = 0.0
) -> np.ndarray:
    """C(t) of Eq. (3), of two functions of time."""
    with one_blas_thread():
        return pearson(*signals, np.asarray(times, float), window, delay)


def amplitude(signal: ModeSum, start: float, end: float) -> float:
    """The largest deviation from zero between two times."""
    return float(np.abs(signal(np.linspace(start, end, 2001))).max())


def time_axis(end: float, step: float) -> np.ndarray:
    """Times from 0 to the end."""
    return step * np.arange(round(end / step) + 1)


def strongest_frequency(
    signal: Callable[[np.ndarray], np.ndarray], start: float, end: float, low: float, high: float
) -> float:
    """The strongest frequency of a signal between two times, in a band."""
    times = np.linspace(start, end, round((end - start) / 0.1) + 1)
    values = signal(times) * np.hanning(len(times))
    grid = np.linspace(low, high, 1001)
    spectrum = np.abs([values @ np.exp(-1j * w * times) for w in grid])
    return float(grid[np.argmax(spectrum)])


def tiny(value: float) -> str:
    """A deviation: that it is rounding, or how large it is."""
    return "at most $10^{-9}$" if abs(value) < 1e-9 else f"{value:.3g}"


def near(time: float) -> bars.Bar:
    """The bar of a time that the paper gives by tau_R."""
    return bars.Bar(
        rf"10 % of {time:.1f}, as $\tau_R$ is printed with an approximate sign",
        lambda value: bars.Margin(abs(value / time - 1) / 0.1),
    )


def scientific(value: float) -> str:
    """A small number to one digit, in TeX."""
    digit, _, power = f"{value:.0e}".partition("e")
    return rf"${digit}\times10^{{{int(power)}}}$"


def langevin(figure: dict) -> LangevinEquation:
    """The Langevin equation of the probes' normal modes, with Eqs. (A7)-(A10)."""
    probes = 1.0, figure["frequency"], figure.get("direct", 0.0)
    equation = LangevinEquation(
        probe_stiffness(*probes),
        chain_frequencies(SITES, CHAIN_FREQUENCY, CHAIN_COUPLING),
        chain_couplings(SITES, [1, figure.get("site", 1)], figure["strength"]),
    )
    return equation.rotated(probe_modes(*probes).rotation)


def langevin_error(x: Any, p: Any, slip: bool) -> float:
    """How far its solution for Fig. 1 is off the normal modes of the whole until t = 60.

    Without ``slip`` it has no terms in the start, as printed in Sec. II B.
    """
    times, figure = np.linspace(0, 60, 61), FIGURE_1
    rotation = probe_modes(1.0, figure["frequency"], figure["direct"]).rotation
    exact = (rotation @ np.array([signal(times) for signal in means(network(**figure), x, p)])).T
    start, momentum = rotation @ np.array(x, float), rotation @ np.array(p, float)
    found = langevin(figure).solve(times, start, momentum, slip=slip)
    return float(np.abs(found - exact).max())


@dataclass(frozen=True)
class Response:
    """Covariances in windows of what the probes do from x_1(0) = 1 and from x_2(0) = 1.

    Positions are linear in the start, so that C follows from these for every start at rest.
    ``covariance`` has the axes site, time, then twice (x_1 from 1, x_1 from 2, x_2 from 1, x_2
    from 2).
    """

    times: np.ndarray
    covariance: np.ndarray

    def synchronization(self, start: tuple[float, float]) -> xr.Dataset:
        """C of Fig. 6 from a start at rest."""
        x = np.array(start)
        first, both, second = (
            np.einsum("stab,a,b->st", self.covariance[..., i, j], x, x)
            for i, j in (
                (slice(0, 2), slice(0, 2)),
                (slice(0, 2), slice(2, 4)),
                (slice(2, 4), slice(2, 4)),
            )
        )
        return xr.Dataset(
            {"C": (("site", "time"), both / np.sqrt(first * second))},
            coords={"site": np.arange(1, SITES + 1), "time": self.times},
            attrs={"window": WINDOW, "velocity": LIMIT.largest_velocity},
        )


@cache
def response() -> Response:
    """The response of the probes of Fig. 6 at every site; means by Simpson's rule, C to 1e-5."""
    samples, n = time_axis(END_6 + WINDOW, STEP_6), round(WINDOW / STEP_6)
    starts = np.arange(0, round(END_6 / STEP_6) + 1, EVERY_6)
    weights = np.ones(n + 1)
    weights[1:-1:2], weights[2:-1:2] = 4, 2
    weights /= weights.sum()
    covariance = np.empty((SITES, len(starts), 4, 4))
    with one_blas_thread():
        for k in range(SITES):
            probes = network(**FIGURE_6, site=k + 1)
            pairs = [means(probes, x) for x in ((1.0, 0.0), (0.0, 1.0))]
            values = np.array([pair[j](samples) for j in (0, 1) for pair in pairs])
            seen = np.lib.stride_tricks.sliding_window_view(values, n + 1, axis=1)[:, starts]
            off = seen - (seen @ weights)[..., None]
            covariance[k] = np.einsum("atn,btn,n->tab", off, off, weights, optimize=True)
    return Response(samples[starts], covariance)


def like(said: str, scale: str) -> bars.Bar:
    """The bar of a word for a sentence that means it with another."""
    bar = bars.word(said, scale)
    return bars.Bar(bar.text.replace(", for ", ", as for "), bar.margin)
