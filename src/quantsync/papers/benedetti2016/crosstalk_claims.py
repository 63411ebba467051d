"""Claims of Benedetti et al. (2016) on probes at both ends of the chain: Sec. IV B, Fig. 3."""

from __future__ import annotations

from functools import cache

import numpy as np

from quantsync.gaussian import LangevinEquation, chain_couplings, chain_frequencies
from quantsync.gaussian import probe_stiffness as stiffness_of
from quantsync.papers.benedetti2016.data import DELAY, STARTS_3
from quantsync.papers.benedetti2016.networks import (
    CHAIN_COUPLING,
    CHAIN_FREQUENCY,
    CROSSTALK,
    FIGURE_3,
    LIMIT,
    REVIVAL,
    SITES,
    WINDOW,
    amplitude,
    means,
    network,
    synchronization,
)
from quantsync.papers.paper import Found, claim, zero
from quantsync.time_series import ModeSum, best_delay

STRENGTH, FREQUENCY = FIGURE_3["strength"], FIGURE_3["frequency"]
CROSSING = np.arange(345.0, 601.0, 1.0)
"""Starts of windows between crosstalk and revival."""
WINDOWS = (10.0, 15.0, 20.0, 30.0)


@cache
def signals_from(name: str) -> tuple[ModeSum, ModeSum]:
    """The signals of Fig. 3."""
    return means(network(**FIGURE_3), *STARTS_3[name])


@claim(
    "C31",
    "Sec. IV B",
    "during the transient eta vanishes and x_+ and x_- couple to orthogonal modes",
    printed="eta = 0",
)
def independent_dissipation() -> Found:
    couplings = chain_couplings(SITES, [1, SITES], STRENGTH)
    frequencies = chain_frequencies(SITES, CHAIN_FREQUENCY, CHAIN_COUPLING)
    equation = LangevinEquation(stiffness_of(1.0, FREQUENCY, 0.0), frequencies, couplings)
    eta = np.abs(equation.kernel(np.linspace(0, 280, 1121))[:, 0, 1]).max()
    scale = equation.kernel(0.0)[0, 0]
    later = np.abs(equation.kernel(np.linspace(330, 360, 301))[:, 0, 1]).max()
    plus, minus = couplings[0] + couplings[1], couplings[0] - couplings[1]
    common = float(np.abs(plus * minus).max())
    return Found(
        f"|eta|/gamma(0) is at most {eta / scale:.1e} for t < 280, {later / scale:.3f} at 330-360; "
        f"modes common to x_+ and x_-: {zero(common)}",
        eta / scale < 1e-6 and common < 1e-12,
    )


@claim(
    "C32",
    "Fig. 3(a,b)",
    "during the transient the probes lose energy and do not synchronize",
    printed="none",
)
def transient() -> Found:
    times = np.arange(20.0, 290.0, 1.0)
    values = synchronization(signals_from("symmetric"), times)
    left = max(amplitude(s, 300.0, 320.0) for s in signals_from("symmetric"))
    return Found(
        f"C swings between {values.min():.2f} and {values.max():.2f}; at t = 300-320 there is "
        f"{left:.4f} of an amplitude of 1.4 left",
        values.min() < -0.5 and left < 0.1,
    )


@claim(
    "C33",
    "Sec. IV B",
    "a sudden rise of the oscillations at tau_CT = tau_R/2",
    printed=f"tau_R/2 = {SITES}",
    convention="tau_R = 2M/v",
)
def rise() -> Found:
    times = np.linspace(300, 420, 2401)
    x = np.abs(signals_from("symmetric")[0](times))
    start = float(times[np.argmax(x > 0.1)])
    return Found(
        f"|x_1| passes 0.1 at t = {start:.1f} and reaches {x.max():.2f}; M/v = {CROSSTALK:.1f}",
        abs(start - CROSSTALK) < 10,
    )


@claim(
    "C34",
    "Fig. 3(b)",
    "perfect synchronization for tau_CT < t < tau_R, symmetric start",
    printed="C = 1",
    convention="small dips where the beat vanishes",
)
def synchronization_by_crosstalk() -> Found:
    rows = [synchronization(signals_from("symmetric"), CROSSING, w) for w in WINDOWS]
    middle = rows[WINDOWS.index(WINDOW)]
    return Found(
        f"t = {CROSSING[0]:g}-{CROSSING[-1]:g}: least C "
        + ", ".join(f"{r.min():.4f} (window {w:g})" for w, r in zip(WINDOWS, rows, strict=True))
        + f"; mean {middle.mean():.4f} (window {WINDOW:g})",
        middle.min() > 0.95 and middle.mean() > 0.99,
    )


@claim(
    "C35",
    "Sec. IV B",
    "for weak coupling the dynamics remains incoherent also after the crosstalk time",
    printed="incoherent",
)
def weak_coupling() -> Found:
    rows = []
    for strength in (0.02, 0.05, 0.1):
        signals = means(network(FREQUENCY, strength, site=SITES), *STARTS_3["symmetric"])
        values = synchronization(signals, CROSSING)
        rows.append((strength, values.min(), values.max()))
    return Found(
        "; ".join(f"K = {k:g}: C from {a:.2f} to {b:.2f}" for k, a, b in rows),
        all(a < -0.5 and b > 0.5 for _, a, b in rows),
    )


@claim(
    "C36",
    "Fig. 3(c)",
    "each probe beats with the two Lamb-shifted frequencies omega'_1 and omega'_2",
    printed="both",
)
def beating() -> Found:
    times = np.arange(340.0, 620.0, 0.1)
    grid = np.linspace(0.9, 1.2, 1501)
    wave = np.exp(-1j * np.outer(grid, times)) * np.hanning(len(times))
    found, ratios = [], []
    for signal in signals_from("symmetric"):
        power = np.abs(wave @ signal(times))
        tops = np.flatnonzero((power[1:-1] > power[:-2]) & (power[1:-1] > power[2:])) + 1
        tops = np.sort(tops[np.argsort(power[tops])[-2:]])
        found.append(grid[tops])
        ratios.append(power[tops[0]] / power[tops[1]])
    own = [
        LIMIT.modes(np.array([[w**2]]), [1], STRENGTH).resonances[0].real for w in (1.0, FREQUENCY)
    ]
    apart = float(np.abs(np.array(found) - own).max())
    return Found(
        f"peaks of x_1 at {found[0][0]:.4f}, {found[0][1]:.4f}, of x_2 at {found[1][0]:.4f}, "
        f"{found[1][1]:.4f} (ratios of heights {ratios[0]:.2f}, {ratios[1]:.2f}); poles of each "
        f"probe {own[0]:.4f}, {own[1]:.4f}",
        apart < 0.01,
    )


@claim(
    "C37",
    "Sec. IV B",
    "synchronization by crosstalk is a reciprocal effect between the probes",
    printed="reciprocal",
)
def reciprocity() -> Found:
    """Why it is perfect: one Green function carries both signals."""
    first, _ = means(network(**FIGURE_3), (0.0, 1.0))
    _, second = means(network(**FIGURE_3), (1.0, 0.0))
    times = np.linspace(340, 600, 1301)
    equal = float(np.abs(first(times) - second(times)).max())
    own = [means(network(**FIGURE_3), x)[k] for k, x in enumerate(((1.0, 0.0), (0.0, 1.0)))]
    left = max(float(np.abs(s(times)).max()) for s in own) / float(np.abs(first(times)).max())
    return Found(
        f"what x_1 receives from x_2(0) = 1 and x_2 from x_1(0) = 1 are equal to {zero(equal)} at "
        f"all times; what is left of the own start is {100 * left:.1f} % of it",
        equal < 1e-9 and left < 0.1,
    )


@claim(
    "C38",
    "Sec. IV B, Fig. 3(b)",
    "synchronization by crosstalk is robust for unequal starts, with a delay",
    printed="delayed",
    convention=f"delay {DELAY:g}/omega_1 of x_2, which is not printed; none without a delay",
)
def asymmetric_start() -> Found:
    plain = synchronization(signals_from("asymmetric"), CROSSING)
    late = synchronization(signals_from("asymmetric"), CROSSING, delay=DELAY)
    others = {
        w: synchronization(signals_from("asymmetric"), CROSSING, w, DELAY).min()
        for w in (10.0, 30.0)
    }
    half = float(np.mean(late > 0.98))
    worst = float(CROSSING[np.argmin(late)])
    delays = np.arange(-3.0, 3.1, 0.25)
    table = np.array(
        [synchronization(signals_from("asymmetric"), CROSSING, delay=d) for d in delays]
    )
    least = table.min(axis=1)
    one = float(delays[np.argmax(least)])
    at = (380.0, 450.0, 500.0)
    best = best_delay(
        *signals_from("asymmetric"), at, WINDOW, np.arange(-3, 3.1, 0.5), absolute=False
    )
    listed = ", ".join(
        f"{v:.3f} at delay {d:.2f} (t = {t:g})"
        for t, d, v in zip(at, best.delay, best.value, strict=True)
    )
    return Found(
        f"without delay C lies between {plain.min():.2f} and {plain.max():.2f} for t = "
        f"{CROSSING[0]:g}-{CROSSING[-1]:g}; with the delay {DELAY:g} it has the mean "
        f"{late.mean():.3f} and the maximum {late.max():.4f}, exceeds 0.98 in {100 * half:.0f} % "
        f"of these times and dips to {late.min():.3f} (t = {worst:g}; "
        + ", ".join(f"{c:.3f} with window {w:g}" for w, c in others.items())
        + f"). The single delay with the "
        f"largest least C is {one:.2f} (of multiples of 0.25); the best at each time: {listed}",
        late.min() > 0.9 and late.mean() > 0.97,
    )


@claim(
    "C39",
    "Sec. IV B",
    "depending on the initial conditions both synchronization and antisynchronization arise",
    printed="both",
)
def both_kinds() -> Found:
    opposite = synchronization(means(network(**FIGURE_3), (1.4, -1.4)), CROSSING)
    shifted = synchronization(signals_from("asymmetric"), CROSSING, delay=DELAY + np.pi / 1.04)
    return Found(
        f"from x(0) = (1.4, -1.4) the largest C is {opposite.max():.3f}; the asymmetric start has "
        f"C down to {shifted.min():.3f} at the delay {DELAY + np.pi / 1.04:.2f}",
        opposite.max() < -0.95,
    )


@claim("C40", "Fig. 3(b)", "for t > tau_R synchronization is lost again", printed="lost")
def after_the_revival() -> Found:
    values = synchronization(signals_from("symmetric"), np.arange(REVIVAL, 960.0, 1.0))
    return Found(
        f"C swings between {values.min():.2f} and {values.max():.2f} for t = {REVIVAL:.0f}-960",
        values.min() < -0.5 and values.max() > 0.5,
    )
