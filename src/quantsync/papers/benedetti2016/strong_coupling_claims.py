"""Claims of Benedetti et al. (2016) on a common node at strong coupling: Sec. IV A, Fig. 2."""

from __future__ import annotations

import math

import numpy as np

from quantsync.gaussian import probe_stiffness
from quantsync.papers.benedetti2016 import printed
from quantsync.papers.benedetti2016.dynamics_data import START_2, STRENGTHS_2
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
from quantsync.papers.paper import Claim, reproduced
from quantsync.time_series import ModeSum

WEAK, STRONG = STRENGTHS_2
STARTS = ((1.4, 1.4), (1.4, 0.14), (0.14, 1.4), (1.4, -1.4))
"""Initial positions: the paper prints none for Fig. 2."""
LONG = 2000
"""Sites of a chain whose revival is far away."""
PERFECT = 0.99
LATE = np.arange(300.0, 611.0, 2.0)


def strong_coupling_claims() -> list[Claim]:
    """The claims of Sec. IV A.

    Returns
    -------
    list of Claim
    """
    return [
        weak_coupling(),
        steady_oscillation(),
        *strong_coupling(),
        frequency(),
        bound_states(),
        complete_damping(),
        lost_at_the_revival(),
    ]


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


def weak_coupling() -> Claim:
    """K = 0.1: two frequencies and no synchronization."""
    signals = run(WEAK)
    values = synchronization(signals, np.arange(50.0, 621.0, 1.0))
    poles = np.real(LIMIT.modes(_stiffness(), [1, 1], WEAK).resonances)
    found = [peak(signal, 300.0, 640.0, 0.9, 1.2) for signal in signals]
    left = [amplitude(signal, 600.0, 640.0) for signal in signals]
    return Claim(
        "Sec. IV A, Fig. 2",
        f"for K = {WEAK} underdamped oscillations at detuned, Lamb-shifted frequencies; no "
        "synchronization",
        "none",
        f"strongest frequencies {found[0]:.4f}, {found[1]:.4f} (poles {poles[0]:.4f}, "
        f"{poles[1]:.4f}; bare 1, 1.1); C swings between {values.min():.2f} and "
        f"{values.max():.2f}; amplitudes {left[0]:.2f}, {left[1]:.2f} of 1.4 at t = 600",
        *reproduced(
            bool(values.min() < -0.7 and values.max() > 0.7 and abs(found - poles).max() < 0.01),
            "they synchronize",
        ),
    )


def steady_oscillation() -> Claim:
    """K = 0.8: the amplitudes up to the revival."""
    signals = run(STRONG)
    rows = [[amplitude(s, t, t + 50) for t in (300.0, 590.0)] for s in signals]
    bound = LIMIT.modes(_stiffness(), [1, 1], STRONG).bound_amplitudes[0]
    expected = np.abs(bound * (bound @ np.array(START_2)))
    spread = max(abs(late / early - 1) for early, late in rows)
    return Claim(
        "Sec. IV A, Fig. 2",
        f"for K = {STRONG} large oscillations of constant amplitude remain up to the revival",
        "constant",
        f"amplitudes {rows[0][0]:.3f}, {rows[1][0]:.3f} at t = 300-350 and {rows[0][1]:.3f}, "
        f"{rows[1][1]:.3f} at 590-640; the bound state has {expected[0]:.3f}, {expected[1]:.3f}",
        *reproduced(
            spread < 0.15 and min(min(row) for row in rows) > 0.2,
            "they decay",
            "to 10 %: a resonance and waves at the edge of the band still decay",
        ),
    )


def strong_coupling() -> list[Claim]:
    """C at K = 0.8 for several starts, on the chain of the paper and on a long one."""
    times = (300.0, 500.0, 600.0)
    rows = {start: synchronization(run(STRONG, start), times) for start in STARTS}
    shown = {start: float(row[-1]) for start, row in rows.items()}
    windows = {
        w: float(synchronization(run(STRONG), [500.0], w)[0]) for w in (10.0, WINDOW, 20.0, 30.0)
    }
    far = {s: float(synchronization(run(STRONG, s, LONG), [4000.0])[0]) for s in STARTS}
    own = rows[START_2]
    return [
        Claim(
            "Sec. IV A, Fig. 2",
            f"for K = {STRONG} perfect synchronization emerges",
            "C = 1",
            f"C = {own[0]:.4f}, {own[1]:.4f}, {own[2]:.4f} at t = 300, 500, 600 from x(0) = (1.4, "
            "1.4); at t = 500 " + ", ".join(f"{c:.4f} (window {w:g})" for w, c in windows.items()),
            *reproduced(
                own[1] > PERFECT, "it does not", "x_1(0) = x_2(0), which is not printed for Fig. 2"
            ),
        ),
        Claim(
            "Secs. I, IV A",
            "the initial condition is a generic one that excites the two probes",
            "C = 1",
            "C at t = 600: " + ", ".join(f"{c:.2f} from {s}" for s, c in shown.items()) + "; with "
            f"M = {LONG} all exceed {math.floor(1e4 * min(far.values())) / 1e4:g} at t = 4000",
            *reproduced(
                min(shown.values()) > PERFECT,
                "M = 300 is too short: the second resonance, damped at "
                f"{LIMIT.modes(_stiffness(), [1, 1], STRONG).damping[0]:.4f}, and waves at the "
                "edge of the band last until the revival",
            ),
        ),
    ]


def frequency() -> Claim:
    """At what frequency the probes oscillate."""
    bound = float(LIMIT.modes(_stiffness(), [1, 1], STRONG).bound[0])
    short = peak(run(STRONG)[0], 300.0, 640.0, 0.3, 0.5)
    far = peak(run(STRONG, sites=LONG)[0], 1500.0, 4000.0, 0.37, 0.41)
    return Claim(
        "Sec. IV A, Fig. 2",
        "the probes vibrate at the lowest frequency of the chain",
        f"Omega_0 = {CHAIN_FREQUENCY}",
        f"bound state below the band: {bound:.10f}; strongest frequency {short:.4f} (M = {SITES}), "
        f"{far:.4f} (M = {LONG}); it is smaller than omega_1,2",
        *reproduced(
            abs(bound - CHAIN_FREQUENCY) < 1e-3,
            "waves of the band run away; what stays is a bound state outside it",
        ),
    )


def bound_states() -> Claim:
    """Where bound states exist, which the paper does not mention."""
    rows = []
    for figure in (FIGURE_2, FIGURE_4):
        stiffness = probe_stiffness(1.0, figure["frequency"], 0.0)
        threshold = LIMIT.bound_state_threshold(stiffness, [1, 1], 1.0)
        bound = LIMIT.modes(stiffness, [1, 1], STRONG).bound[0]
        just = [len(LIMIT.modes(stiffness, [1, 1], f * threshold).bound) for f in (0.999, 1.001)]
        rows.append((figure["frequency"], threshold, bound, just == [0, 1]))
    return Claim(
        "Sec. IV A",
        "a steady regime exists for stiff coupling, not for weak",
        "stiff coupling",
        "a bound state exists for "
        + ", ".join(
            f"K > {k:.5f} at omega_2 = {w:g} (frequency {b:.10f} at K = {STRONG})"
            for w, k, b, _ in rows
        ),
        *reproduced(all(ok and k < STRONG for _, k, _, ok in rows), "there is none"),
    )


def complete_damping() -> Claim:
    """Coupling strengths between."""
    rows = []
    for strength in (0.2, 0.4, 0.6):
        signals = run(strength)
        left = max(amplitude(s, 550.0, 640.0) for s in signals)
        values = synchronization(signals, LATE)
        rows.append((strength, left, values.min(), values.max()))
    locked = [f"C = {low:.3f} to {high:.3f} (K = {k:g})" for k, _, low, high in rows if high < -0.7]
    return Claim(
        "Sec. IV A",
        "for decreasing K the depletion of energy continues until complete damping",
        "complete",
        "of an amplitude of 1.4 there are left at t = 550-640 "
        + ", ".join(f"{left:.1e} (K = {k:g})" for k, left, *_ in rows)
        + "; what is left is locked in antiphase, though not perfectly, for t = 300-610: "
        + ", ".join(locked),
        *reproduced(max(row[1] for row in rows) < 0.014, "a share above 1 % is left"),
    )


def lost_at_the_revival() -> Claim:
    """C after the reflection."""
    times = np.arange(0.0, 960.0, 1.0)
    values = synchronization(run(STRONG), times)
    later = values[(times > REVIVAL) & (times < REVIVAL + 100)]
    settled = times > 500
    lost = float(times[settled][np.argmax(values[settled] < 0.9)] + WINDOW)
    literal = printed.revival_time(SITES, 1.0)
    return Claim(
        "Sec. IV A, Fig. 2",
        "the reflection drives the probes away from coherence at tau_R",
        f"tau_R ~ {literal:g}",
        f"C falls below 0.9 when its window ends at t = {lost:g} and to {later.min():.2f} after; "
        f"2M/v = {REVIVAL:.1f}",
        *reproduced(
            bool(abs(lost - REVIVAL) < 30 and later.min() < 0.7), "it does not", "tau_R = 2M/v"
        ),
    )


def _stiffness() -> np.ndarray:
    return probe_stiffness(1.0, FIGURE_2["frequency"], 0.0)
