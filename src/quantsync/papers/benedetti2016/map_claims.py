"""Claims of Benedetti et al. (2016) on the second probe along the chain: Sec. III B, App. B."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import xarray as xr

from quantsync.gaussian import chain_couplings, probe_modes
from quantsync.papers import bars
from quantsync.papers.benedetti2016 import printed
from quantsync.papers.benedetti2016.data import START_6, untouched
from quantsync.papers.benedetti2016.networks import (
    CHAIN_COUPLING,
    FIGURE_6,
    LIMIT,
    REVIVAL,
    SITES,
    WINDOW,
    means,
    network,
    scientific,
    synchronization,
    time_axis,
    tiny,
)
from quantsync.papers.paper import Found, claim
from quantsync.parallel import one_blas_thread

AHEAD = 10.0
"""Sites by which windows keep ahead of the front of the fastest waves."""
OTHER = (1.4, 1.4)
"""Another start; the paper prints none for Fig. 6."""
NEIGHBOURS = (1.0, 1.2)
"""A start from which C is perfect at one site and not at the next."""
APEX = 201
"""The site that stays untouched for longest: as far from the other probe as from its echo."""
STEP, EVERY, END = 0.25, 10, 1000.0
"""Sampling of the positions, and every which of the samples a window starts at."""
INCOHERENT, COHERENT = 0.25, 0.75
"""Bounds of |C| for "do not synchronize" and for "synchronization" (the word "good")."""
MODES = probe_modes(1.0, FIGURE_6["frequency"], FIGURE_6["direct"])


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
    samples, n = time_axis(END + WINDOW, STEP), round(WINDOW / STEP)
    starts = np.arange(0, round(END / STEP) + 1, EVERY)
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


@cache
def both() -> tuple[xr.Dataset, xr.Dataset]:
    """Fig. 6 from our start and from the other."""
    return response().synchronization(START_6), response().synchronization(OTHER)


@claim(
    "C54",
    "Appendix B, Fig. 6",
    r"far from the edges, i.e., $0 \ll m \ll N$, there is an initial time transient ... this "
    "behavior is independent of the position m",
    printed="independent",
    bar=bars.word("identical", "the largest possible $C$, 1"),
    convention="$N$, which is not defined, read as $M$",
)
@claim(
    "C55",
    "Appendix B, Fig. 6",
    "there is an initial time transient in which the oscillators do not synchronize",
    printed="none",
    bar=bars.word("small", r"the largest possible $\lvert C\rvert$, 1, at any time"),
    convention="the start of Fig. 1 and windows of 15 (neither is printed for Fig. 6): it excites "
    "both normal modes. A start that excites mostly one is synchronized from the beginning",
)
def light_cone(bars) -> Iterator[Found]:
    data, other = both()
    inside = untouched(data, AHEAD)
    spreads = [_spread(values.C.where(inside)) for values in both()]
    outside = _spread(data.C.where(~inside))
    seen = float(np.abs(data.C.where(inside)).max())
    edge = _spread(data.C.where(untouched(data, 0.0)))
    least, most = (float(f(other.C.where(inside))) for f in (np.min, np.max))
    apex = means(network(**FIGURE_6, site=APEX), START_6)
    windows = {
        w: float(np.abs(synchronization(apex, np.arange(0.0, 200 - w), w)).max())
        for w in (10.0, 30.0)
    }
    yield Found(
        f"$C$ varies with $m$ by up to {scientific(spreads[0])} ({scientific(spreads[1])} from "
        f"$x(0) = (1.4, 1.4)$) where windows end {AHEAD:g} sites ahead of the fastest waves, by "
        f"{scientific(edge)} at the front itself, elsewhere by {outside:.2f}",
        bars[0](max(spreads)),
        uncertainty="$10^{-5}$ (sampled windows)",
    )
    yield Found(
        rf"$\lvert C\rvert < {seen:.3f}$ in the triangle from $x(0) = (0.14, 1.4)$; from $(1.4, "
        f"1.4)$ $C$ lies between {least:.3f} and {most:.3f}",
        bars[1](seen),
        uncertainty="the window: "
        + ", ".join(rf"$\lvert C\rvert < {c:.3f}$ (window {w:g})" for w, c in windows.items()),
    )


@claim(
    "C56",
    "Sec. III B, Eq. (10)",
    "perfect synchronization may arise or not just by moving the system components from one site "
    "to the neighboring one",
    printed=r"$\lvert C\rvert = 1$ or not",
    bar=bars.ordering(
        r'$\lvert C\rvert \geq 0.98$ ("perfect": 2 % of 1) at one site and below 0.75 at the next'
    ),
    convention="the parameters of Fig. 6 from $x(0) = (1, 1.2)$, none being printed here; from the "
    r"start of Fig. 1 the largest $\lvert C\rvert$ is 0.93",
)
@claim(
    "C74",
    "Appendix B, Fig. 6",
    "crosstalk and reflections from the boundaries, leading to a strong and nonmonotonic "
    "dependence on m",
    printed="nonmonotonic",
    bar=bars.ordering("$C$ over $m$ rises and falls"),
)
def neighbours() -> Iterator[Found]:
    C = response().synchronization(NEIGHBOURS).C.sel(time=slice(300, None)).values
    above, below = np.abs(C) >= 0.98, np.abs(C) < COHERENT
    found = [above[:-1] & below[1:], above[1:] & below[:-1]]
    count = int(sum(f.sum() for f in found))
    drop = np.where(found[0], np.abs(C[1:]), np.where(found[1], np.abs(C[:-1]), np.inf))
    site, when = np.unravel_index(np.argmin(drop), drop.shape)
    at = both()[0].C.sel(time=600.0).values
    jumps = np.diff(at)
    turns = int(((jumps[1:] > 0) != (jumps[:-1] > 0)).sum())
    yield Found(
        f"from $x(0) = (1, 1.2)$ there are {count} such pairs of neighbours and times in $t = "
        f"300$-1000, such as $m = {site + 1}$, {site + 2} with $C = {C[site, when]:.2f}$, "
        f"{C[site + 1, when]:.2f}",
        count > 0,
        uncertainty="$10^{-5}$ (sampled windows)",
    )
    yield Found(
        f"at $t = 600$ from $x(0) = (0.14, 1.4)$ $C$ runs from {float(at.min()):.2f} to "
        f"{float(at.max()):.2f}, changes direction {turns} times over the {SITES} sites and jumps "
        f"by up to {np.abs(jumps).max():.2f} from one to the next",
        float(np.ptp(at)) > 0.25 and turns > 10,
        uncertainty="$10^{-5}$ (sampled windows)",
    )


@claim(
    "C57",
    "Appendix B, Fig. 6",
    "often to synchronization for larger times",
    printed="often",
    bar=bars.ordering(
        r'$\lvert C\rvert \geq 0.75$ ("good": 25 % of 1) at half of all $(m, t > 2M/v)$ or more'
    ),
    missing="the initial state of Fig. 6 (and from which $C$ on it is called synchronization). "
    "Starts that excite mostly one normal mode give it almost everywhere, but then also in the "
    r"transient; of starts at rest that are incoherent there, $\lvert C\rvert < 0.25$, none "
    "does, while lower levels are often reached",
)
def synchronization_later() -> Found:
    rows = []
    for values in both():
        late = np.abs(values.C.where(values.time > REVIVAL, drop=True)).values
        rows.append([float(np.mean(late > c)) for c in (0.5, COHERENT)])
    inside = untouched(both()[0], AHEAD)
    joint = []
    for degrees in range(180):
        angle = np.radians(degrees)
        C = np.abs(response().synchronization((np.cos(angle), np.sin(angle))).C)
        if float(C.where(inside).max()) < INCOHERENT:
            late = C.where(C.time > REVIVAL, drop=True).values
            joint.append([float(np.mean(late > c)) for c in (0.3, 0.5, COHERENT)])
    most = np.max(joint, axis=0)
    return Found(
        rf"$\lvert C\rvert$ exceeds 0.5 and 0.75 at {100 * rows[0][0]:.0f} % and "
        f"{100 * rows[0][1]:.0f} % of $(m, t > 2M/v)$ from $x(0) = (0.14, 1.4)$, at "
        f"{100 * rows[1][0]:.0f} % and {100 * rows[1][1]:.0f} % from $(1.4, 1.4)$. Of the "
        f"{len(joint)} out of 180 directions $x_2(0)/x_1(0)$ that are incoherent in the transient, "
        f"at most {100 * most[0]:.0f} %, {100 * most[1]:.0f} % and {100 * most[2]:.0f} % exceed "
        "0.3, 0.5 and 0.75",
        rows[0][1] >= 0.5,
        rows[1][1] >= 0.5,
        uncertainty="1 % (grid of sites and times)",
    )


@claim(
    "C58",
    "Appendix B, Eqs. (B1)-(B3)",
    r"$c_1 = \left[\cos\theta\sin\left(\frac{\pi k_-}{M+1}\right) + "
    r"\sin\theta\sin\left(\frac{\pi k_-m}{M+1}\right)\right]$",
    statement="These $c_1$, $c_2$ are Eqs. (A9), (A10) at the resonant modes, for probes at sites "
    "1 and $m$.",
    printed="(A9), (A10) at $k_-$, $k_+$",
    bar=bars.identity("couplings equal"),
)
def resonant_couplings(bar) -> Found:
    strength, site = FIGURE_6["strength"], 120
    couplings = MODES.rotation @ chain_couplings(SITES, [1, site], strength)
    modes = np.round(LIMIT.wave_number(MODES.frequencies) * (SITES + 1) / np.pi).astype(int)
    scale = strength * np.sqrt(2 / (SITES + 1))
    exact = np.array([couplings[s, mode - 1] for s, mode in enumerate(modes)]) / scale
    wave = np.pi * modes / (SITES + 1)
    cos, sin = np.cos(MODES.theta), np.sin(MODES.theta)
    literal = np.array(
        [
            cos * np.sin(wave[0]) + sin * np.sin(wave[0] * site),
            cos * np.sin(wave[1] * site) - sin * np.sin(wave[1]),
        ]
    )
    error = float(np.abs(literal - exact).max())
    return Found(
        f"$k_- = {modes[0]}$, $k_+ = {modes[1]}$ in Fig. 6; they differ by {tiny(error)}",
        bar(error),
        uncertainty="numerical, rounding",
    )


@claim(
    "C59",
    "Appendix B, below Eq. (B3)",
    "the system normal modes decay at some rate independently of their distance m",
    printed="independent",
    bar=bars.word("same", "the rate"),
)
@claim(
    "C60",
    "Appendix B, below Eq. (B3)",
    r"The average effect of several such modes of the chain leads to $c_1 \sim "
    r"\cos\theta\sin(\frac{\pi k_-}{M+1})$ and $c_2 \sim \sin\theta\sin(\frac{\pi k_+}{M+1})$",
    statement="The sizes of the couplings that the decay rates imply.",
    printed=r"the probe at the end alone, with $\sim$",
    bar=bars.order(1),
)
@claim(
    "C73",
    "Appendix B, Fig. 6",
    "corresponds to a good approximation of independent dissipation of the two detuned systems",
    statement="The rates are the sums of what each probe alone would emit into the chain.",
    printed="independent",
    bar=bars.word("good", "the rate"),
)
def decay(bars) -> Iterator[Found]:
    """Rates of the normal modes, measured, with and without emission into the bulk."""
    found = np.array([[_rate(s, site) for site in (120, 150, 180)] for s in (0, 1)])
    wave = LIMIT.wave_number(MODES.frequencies)
    weight = np.cos(MODES.theta) ** 2, np.sin(MODES.theta) ** 2
    # |c|^2 averaged over many modes: sin^2 k of the end, 1/2 of any site of the bulk.
    right = np.array([weight[s] * np.sin(wave[s]) ** 2 + weight[1 - s] / 2 for s in (0, 1)])
    literal = printed.couplings_across(MODES.theta, wave) ** 2
    unit = FIGURE_6["strength"] ** 2 / (CHAIN_COUPLING * np.sin(wave) * MODES.frequencies)
    middle = found.mean(axis=1)
    spread = float(np.ptp(found / middle[:, None]))
    sizes = np.sqrt(middle / unit)
    ratios = np.sqrt(literal) / sizes
    fit = "numerical, $10^{-4}$ (fit of the decay over $t = 20$-120)"
    yield Found(
        f"rates {middle[0]:.6f} and {middle[1]:.6f}; they differ by {100 * spread:.2f} % "
        "between $m = 120$, 150 and 180",
        bars[0](spread),
        uncertainty=fit,
    )
    yield Found(
        f"printed {np.sqrt(literal[0]):.3f} and {np.sqrt(literal[1]):.3f}, from the rates "
        f"{sizes[0]:.3f} and {sizes[1]:.3f}, {100 * (1 / ratios[0] - 1):.0f} % and "
        f"{100 * (1 / ratios[1] - 1):.0f} % more. The probe inside the chain emits too: with "
        r"$\tfrac{1}{2}\sin^2\theta$ and $\tfrac{1}{2}\cos^2\theta$ added to $c_1^2$ and $c_2^2$ "
        f"they are {np.sqrt(right[0]):.3f} and {np.sqrt(right[1]):.3f}; the independence of $m$ "
        "(C59) does not depend on it",
        bars[1](ratios[0]) & bars[1](ratios[1]),
        uncertainty=fit,
    )
    yield Found(
        f"sums of independent emissions {right[0] * unit[0]:.6f} and {right[1] * unit[1]:.6f} "
        f"(golden rule), rates {middle[0]:.6f} and {middle[1]:.6f}",
        bars[2](float(np.abs(right * unit / middle - 1).max())),
        uncertainty=fit,
    )


def _spread(values: xr.DataArray) -> float:
    """The largest difference between sites at one time."""
    seen = values.isel(time=(values.notnull().sum("site") > 1).values)
    return float((seen.max("site") - seen.min("site")).max())


def _rate(mode: int, site: int) -> float:
    """Decay of the energy of a normal mode that alone is excited, before any feedback."""
    row = MODES.rotation[mode]
    pair = means(network(**FIGURE_6, site=site), row)
    times = np.linspace(20, 120, 2001)
    q = sum(c * s(times) for c, s in zip(row, pair, strict=True))
    p = sum(c * s.derivative()(times) for c, s in zip(row, pair, strict=True))
    energy = (MODES.frequencies[mode] * q) ** 2 + p**2
    return float(-np.polyfit(times, np.log(energy), 1)[0])
