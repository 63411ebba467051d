"""Claims of Benedetti et al. (2016) on a common node at strong coupling: Sec. IV A, Fig. 2."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from quantsync.gaussian import probe_stiffness
from quantsync.papers.benedetti2016 import printed
from quantsync.papers.benedetti2016.data import START_2, STRENGTHS_2
from quantsync.papers.benedetti2016.networks import (
    CHAIN_FREQUENCY,
    FIGURE_2,
    FIGURE_4,
    LIMIT,
    REVIVAL,
    SITES,
    WINDOW,
    amplitude,
    means,
    network,
    synchronization,
)
from quantsync.papers.paper import Found, claim
from quantsync.time_series import ModeSum

WEAK, STRONG = STRENGTHS_2
STARTS = ((1.4, 1.4), (1.4, 0.14), (0.14, 1.4), (1.4, -1.4))
"""Initial positions: the paper prints none for Fig. 2."""
LONG = 2000
"""Sites of a chain whose revival is far away."""
PERFECT = 0.99
LATE = np.arange(300.0, 611.0, 2.0)


def peak(signal: ModeSum, start: float, end: float, low: float, high: float) -> float:
    """The strongest frequency of a signal between two times."""
    times = np.linspace(start, end, round((end - start) / 0.1) + 1)
    values = signal(times) * np.hanning(len(times))
    grid = np.linspace(low, high, 1001)
    spectrum = np.abs([values @ np.exp(-1j * w * times) for w in grid])
    return float(grid[np.argmax(spectrum)])


def run(strength: float, start: tuple[float, float] = START_2, sites: int = SITES):
    """The two signals of Fig. 2."""
    return means(network(FIGURE_2["frequency"], strength, sites=sites), start)


def modes(strength: float):
    """Resonances and bound states of the probes of Fig. 2 on the infinite chain."""
    return LIMIT.modes(probe_stiffness(1.0, FIGURE_2["frequency"], 0.0), [1, 1], strength)


@claim(
    "C23",
    "Sec. IV A, Fig. 2",
    f"for K = {WEAK} underdamped oscillations at detuned, Lamb-shifted frequencies; no "
    "synchronization",
    printed="none",
)
def weak_coupling() -> Found:
    signals = run(WEAK)
    values = synchronization(signals, np.arange(50.0, 621.0, 1.0))
    poles = np.real(modes(WEAK).resonances)
    found = [peak(signal, 300.0, 640.0, 0.9, 1.2) for signal in signals]
    left = [amplitude(signal, 600.0, 640.0) for signal in signals]
    return Found(
        f"strongest frequencies {found[0]:.4f}, {found[1]:.4f} (poles {poles[0]:.4f}, "
        f"{poles[1]:.4f}; bare 1, 1.1); C swings between {values.min():.2f} and "
        f"{values.max():.2f}; amplitudes {left[0]:.2f}, {left[1]:.2f} of 1.4 at t = 600",
        values.min() < -0.7 and values.max() > 0.7 and abs(found - poles).max() < 0.01,
    )


@claim(
    "C24",
    "Sec. IV A, Fig. 2",
    f"for K = {STRONG} large oscillations of constant amplitude remain up to the revival",
    printed="constant",
    convention="to 10 %: a resonance and waves at the edge of the band still decay",
)
def steady_oscillation() -> Found:
    signals = run(STRONG)
    rows = [[amplitude(s, t, t + 50) for t in (300.0, 590.0)] for s in signals]
    bound = modes(STRONG).bound_amplitudes[0]
    expected = np.abs(bound * (bound @ np.array(START_2)))
    spread = max(abs(late / early - 1) for early, late in rows)
    return Found(
        f"amplitudes {rows[0][0]:.3f}, {rows[1][0]:.3f} at t = 300-350 and {rows[0][1]:.3f}, "
        f"{rows[1][1]:.3f} at 590-640; the bound state has {expected[0]:.3f}, {expected[1]:.3f}",
        spread < 0.15 and min(min(row) for row in rows) > 0.2,
    )


@claim(
    "C25",
    "Sec. IV A, Fig. 2",
    f"for K = {STRONG} perfect synchronization emerges",
    printed="C = 1",
    convention="x_1(0) = x_2(0), which is not printed for Fig. 2",
)
@claim(
    "C26",
    "Secs. I, IV A",
    "the initial condition is a generic one that excites the two probes",
    printed="C = 1",
)
def strong_coupling() -> Iterator[Found]:
    """C at K = 0.8 for several starts, on the chain of the paper and on a long one."""
    times = (300.0, 500.0, 600.0)
    rows = {start: synchronization(run(STRONG, start), times) for start in STARTS}
    shown = {start: float(row[-1]) for start, row in rows.items()}
    windows = {
        w: float(synchronization(run(STRONG), [500.0], w)[0]) for w in (10.0, WINDOW, 20.0, 30.0)
    }
    far = {s: float(synchronization(run(STRONG, s, LONG), [4000.0])[0]) for s in STARTS}
    own = rows[START_2]
    yield Found(
        f"C = {own[0]:.4f}, {own[1]:.4f}, {own[2]:.4f} at t = 300, 500, 600 from x(0) = (1.4, "
        "1.4); at t = 500 " + ", ".join(f"{c:.4f} (window {w:g})" for w, c in windows.items()),
        own[1] > PERFECT,
    )
    yield Found(
        "C at t = 600: " + ", ".join(f"{c:.2f} from {s}" for s, c in shown.items()) + "; with "
        f"M = {LONG} all exceed {math.floor(1e4 * min(far.values())) / 1e4:g} at t = 4000",
        min(shown.values()) > PERFECT,
        otherwise=f"M = {SITES} is too short: the second resonance, damped at "
        f"{modes(STRONG).damping[0]:.4f}, and waves at the edge of the band last until the "
        "revival",
    )


@claim(
    "C27",
    "Sec. IV A, Fig. 2",
    "the probes vibrate at the lowest frequency of the chain",
    printed=f"Omega_0 = {CHAIN_FREQUENCY}",
    otherwise="waves of the band run away; what stays is a bound state outside it",
)
def frequency() -> Found:
    bound = float(modes(STRONG).bound[0])
    short = peak(run(STRONG)[0], 300.0, 640.0, 0.3, 0.5)
    far = peak(run(STRONG, sites=LONG)[0], 1500.0, 4000.0, 0.37, 0.41)
    return Found(
        f"bound state below the band: {bound:.10f}; strongest frequency {short:.4f} (M = {SITES}), "
        f"{far:.4f} (M = {LONG}); it is smaller than omega_1,2",
        abs(bound - CHAIN_FREQUENCY) < 1e-3,
    )


@claim(
    "C28",
    "Sec. IV A",
    "a steady regime exists for stiff coupling, not for weak",
    printed="stiff coupling",
)
def bound_states() -> Found:
    rows = []
    for figure in (FIGURE_2, FIGURE_4):
        stiffness = probe_stiffness(1.0, figure["frequency"], 0.0)
        threshold = LIMIT.bound_state_threshold(stiffness, [1, 1], 1.0)
        bound = LIMIT.modes(stiffness, [1, 1], STRONG).bound[0]
        just = [len(LIMIT.modes(stiffness, [1, 1], f * threshold).bound) for f in (0.999, 1.001)]
        rows.append((figure["frequency"], threshold, bound, just == [0, 1]))
    return Found(
        "a bound state exists for "
        + ", ".join(
            f"K > {k:.5f} at omega_2 = {w:g} (frequency {b:.10f} at K = {STRONG})"
            for w, k, b, _ in rows
        ),
        all(ok and k < STRONG for _, k, _, ok in rows),
    )


@claim(
    "C29",
    "Sec. IV A",
    "for decreasing K the depletion of energy continues until complete damping",
    printed="complete",
)
def complete_damping() -> Found:
    rows = []
    for strength in (0.2, 0.4, 0.6):
        signals = run(strength)
        left = max(amplitude(s, 550.0, 640.0) for s in signals)
        values = synchronization(signals, LATE)
        rows.append((strength, left, values.min(), values.max()))
    locked = [f"C = {low:.3f} to {high:.3f} (K = {k:g})" for k, _, low, high in rows if high < -0.7]
    return Found(
        "of an amplitude of 1.4 there are left at t = 550-640 "
        + ", ".join(f"{left:.1e} (K = {k:g})" for k, left, *_ in rows)
        + "; what is left is locked in antiphase, though not perfectly, for t = 300-610: "
        + ", ".join(locked),
        max(row[1] for row in rows) < 0.014,
    )


@claim(
    "C30",
    "Sec. IV A, Fig. 2",
    "the reflection drives the probes away from coherence at tau_R",
    convention="tau_R = 2M/v",
)
def lost_at_the_revival() -> Found:
    times = np.arange(0.0, 960.0, 1.0)
    values = synchronization(run(STRONG), times)
    later = values[(times > REVIVAL) & (times < REVIVAL + 100)]
    settled = times > 500
    lost = float(times[settled][np.argmax(values[settled] < 0.9)] + WINDOW)
    literal = printed.revival_time(SITES, 1.0)
    return Found(
        f"C falls below 0.9 when its window ends at t = {lost:g} and to {later.min():.2f} after; "
        f"2M/v = {REVIVAL:.1f}",
        abs(lost - REVIVAL) < 30 and later.min() < 0.7,
        printed=f"tau_R ~ {literal:g}",
    )
