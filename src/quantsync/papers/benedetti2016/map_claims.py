"""Claims of Benedetti et al. (2016) on the second probe along the chain: Sec. III B, App. B."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import xarray as xr

from quantsync.gaussian import chain_couplings, probe_modes
from quantsync.papers.benedetti2016 import printed
from quantsync.papers.benedetti2016.data import START_6, figure_6, untouched
from quantsync.papers.benedetti2016.networks import (
    CHAIN_COUPLING,
    FIGURE_6,
    LIMIT,
    REVIVAL,
    SITES,
    means,
    network,
    synchronization,
)
from quantsync.papers.paper import Found, claim, zero

MARGIN = 10.0
"""Sites by which windows keep ahead of the front of the fastest waves."""
OTHER = (1.4, 1.4)
"""Another start; the paper prints none for Fig. 6."""
APEX = 201
"""The site that stays untouched for longest: as far from the other probe as from its echo."""
MODES = probe_modes(1.0, FIGURE_6["frequency"], FIGURE_6["direct"])


@cache
def both() -> tuple[xr.Dataset, xr.Dataset]:
    """Fig. 6 from our start and from the other."""
    return figure_6(), figure_6(x1=OTHER[0], x2=OTHER[1])


@claim(
    "C54",
    "Sec. III B, App. B, Fig. 6",
    "before crosstalk and feedback the dynamics is independent of m for 0 << m << N",
    printed="independent (N for M)",
)
@claim(
    "C55",
    "App. B, Fig. 6",
    "during this transient the oscillators do not synchronize",
    printed="none",
    convention="the start of Fig. 1 (not printed for Fig. 6), which excites both normal modes",
)
def light_cone() -> Iterator[Found]:
    data, other = both()
    inside = untouched(data, MARGIN)
    spreads = [_spread(values.C.where(inside)) for values in both()]
    outside = _spread(data.C.where(~inside))
    seen, alternative = (np.abs(values.C.where(inside)).max() for values in both())
    edge = _spread(data.C.where(untouched(data, 0.0)))
    least = float(other.C.where(inside).min())
    apex = means(network(**FIGURE_6, site=APEX), START_6)
    windows = {
        w: float(np.abs(synchronization(apex, np.arange(0.0, 200 - w), w)).max())
        for w in (10.0, 30.0)
    }
    yield Found(
        f"C varies with m by up to {spreads[0]:.1e} ({spreads[1]:.1e} from x(0) = {OTHER}) "
        f"where windows end {MARGIN:g} sites ahead of the fastest waves, by {edge:.0e} at the "
        f"front itself, elsewhere by {outside:.2f}",
        max(spreads) < 1e-4,
    )
    yield Found(
        f"|C| < {float(seen):.3f} in the triangle from x(0) = {START_6} ("
        + ", ".join(f"{c:.3f} with window {w:g}" for w, c in windows.items())
        + f"); from {OTHER} C lies "
        f"between {least:.3f} and {float(alternative):.3f}",
        float(seen) < 0.2,
    )


@claim(
    "C56",
    "Sec. III B",
    "perfect synchronization may arise or not by moving a probe to the next site",
    printed="perfect or not",
    convention="the strongest is an antisynchronization",
)
def neighbours() -> Found:
    at = both()[0].C.sel(time=600.0)
    jumps = np.abs(np.diff(at))
    site = int(np.argmax(jumps)) + 1
    return Found(
        f"at t = 600 C runs from {float(at.min()):.4f} to {float(at.max()):.4f} and changes by up "
        f"to {jumps.max():.2f} from one site to the next (m = {site}, {site + 1}: "
        f"{float(at[site - 1]):.2f}, {float(at[site]):.2f})",
        jumps.max() > 1 and np.abs(at).max() > 0.9,
    )


@claim(
    "C57",
    "App. B, Fig. 6",
    "crosstalk and reflections often lead to synchronization at larger times",
    printed="often",
    otherwise="rarely with the start for which the transient is incoherent; with the other, C is "
    "large from the beginning",
)
def synchronization_later() -> Found:
    rows = []
    for values in both():
        late = values.C.where(values.time > REVIVAL)
        rows.append([float((np.abs(late) > c).sum() / late.notnull().sum()) for c in (0.5, 0.9)])
    own = both()[0].C
    top, bottom = float(own.max()), float(own.min())
    return Found(
        f"from x(0) = {START_6} C lies between {bottom:.3f} and {top:.3f}; |C| exceeds 0.5 at "
        f"{100 * rows[0][0]:.0f} % and 0.9 at {100 * rows[0][1]:.1f} % of (m, t > tau_R), from "
        f"{OTHER} at {100 * rows[1][0]:.0f} % and {100 * rows[1][1]:.0f} %",
        rows[0][1] > 0.1,
    )


@claim(
    "C58",
    "Eqs. (B1)-(B3)",
    "the couplings c_1 and c_2 to the resonant modes of the chain",
    printed="(A9), (A10) at k_-, k_+",
)
def resonant_couplings() -> Found:
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
        f"k_- = {modes[0]}, k_+ = {modes[1]}; they differ from the exact ones by {zero(error)}",
        error < 1e-12,
    )


@claim(
    "C59", "App. B", "the normal modes decay at some rate independent of m", printed="independent"
)
@claim(
    "C60",
    "App. B, below Eq. (B3)",
    "the average effect of many modes is c_1 ~ cos(theta) sin(k_-), c_2 ~ sin(theta) sin(k_+)",
    printed="the probe at the end alone",
    otherwise="amplitudes do not average out, their squares do not vanish: c_1^2 lacks "
    "sin^2(theta)/2 and c_2^2 lacks cos^2(theta)/2, emission of the probe in the chain",
)
def decay() -> Iterator[Found]:
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
    yield Found(
        f"rates {middle[0]:.6f} and {middle[1]:.6f}; they differ by {100 * spread:.2f} % "
        "between m = 120, 150 and 180",
        spread < 1e-3,
    )
    yield Found(
        f"golden rule with these {literal[0] * unit[0]:.6f} and {literal[1] * unit[1]:.6f}, "
        f"measured {middle[0]:.6f} and {middle[1]:.6f}; with the other probe's emission "
        f"{right[0] * unit[0]:.6f} and {right[1] * unit[1]:.6f}",
        np.abs(literal * unit / middle - 1).max() < 0.05,
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
