"""Claims of Benedetti et al. (2016) on probes at both ends of the chain: Sec. IV B, Fig. 3."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

from quantsync.gaussian import LangevinEquation, chain_couplings, chain_frequencies
from quantsync.gaussian import probe_stiffness as stiffness_of
from quantsync.papers import bars
from quantsync.papers.benedetti2016.data import DELAY, STARTS_3
from quantsync.papers.benedetti2016.networks import (
    CHAIN_COUPLING,
    CHAIN_FREQUENCY,
    CROSSTALK,
    EXACT,
    FIGURE_3,
    LIMIT,
    PERFECT,
    REVIVAL,
    SITES,
    WINDOW,
    WINDOWS,
    amplitude,
    chain,
    like,
    means,
    near,
    network,
    scientific,
    strongest_frequency,
    synchronization,
    tiny,
)
from quantsync.papers.paper import Found, claim
from quantsync.time_series import ModeSum, best_delay

STRENGTH, FREQUENCY = FIGURE_3["strength"], FIGURE_3["frequency"]
CROSSING = np.arange(345.0, 601.0, 1.0)
"""Starts of windows between crosstalk and revival."""


@cache
def signals_from(name: str) -> tuple[ModeSum, ModeSum]:
    """The signals of Fig. 3."""
    return means(network(**FIGURE_3), *STARTS_3[name])


@claim(
    "C31",
    "Sec. IV B, Fig. 3",
    r"independent dissipation, the $\eta$ kernel vanishes, and $x_+$ and $x_-$ are coupled to "
    "orthogonal modes",
    printed=r"$\eta = 0$ in the transient",
    bar=bars.Bar(
        r'2 % of $\gamma(0)$ until $t = 300$, half of the printed $\tau_R$, for "vanishes"; what a '
        "mode shares with $x_+$ and $x_-$ below $10^{-9}$, for an equality",
        bars.word("vanishes").margin,
    ),
)
def independent_dissipation(bar) -> Found:
    couplings = chain_couplings(SITES, [1, SITES], STRENGTH)
    frequencies = chain_frequencies(SITES, CHAIN_FREQUENCY, CHAIN_COUPLING)
    equation = LangevinEquation(stiffness_of(1.0, FREQUENCY, 0.0), frequencies, couplings)
    scale = equation.kernel(0.0)[0, 0]
    eta = np.abs(equation.kernel(np.linspace(0, 300, 1201))[:, 0, 1]).max() / scale
    early = np.abs(equation.kernel(np.linspace(0, 280, 1121))[:, 0, 1]).max() / scale
    later = np.abs(equation.kernel(np.linspace(330, 360, 301))[:, 0, 1]).max() / scale
    plus, minus = couplings[0] + couplings[1], couplings[0] - couplings[1]
    common = float(np.abs(plus * minus).max())
    return Found(
        rf"$\lvert\eta\rvert/\gamma(0)$ is at most {scientific(eta)} for $t < 300$ ("
        rf"{scientific(early)} for $t < 280$) and {later:.3f} at 330-360; what a "
        f"mode shares with $x_+$ and $x_-$ is {tiny(common)}",
        bar(eta) if common < 1e-9 else False,
        uncertainty="numerical, $10^{-12}$",
    )


@claim(
    "C32",
    "Sec. IV B, Fig. 3",
    "During this transient the system oscillators lose energy and do not synchronize, as shown in "
    "Figs. 3(a) and 3(b)",
    printed="energy lost, $C$ not steady",
    bar=like("complete", "the energy at the start"),
)
def transient(bar) -> Found:
    times = np.arange(20.0, 290.0, 1.0)
    signals = signals_from("symmetric")
    values = {w: synchronization(signals, times, w) for w in WINDOWS}
    left = max(amplitude(s, 300.0, 320.0) for s in signals) / 1.4
    own, swings = values[WINDOW], all(c.min() < -0.5 < 0.5 < c.max() for c in values.values())
    return Found(
        f"$C$ swings between {own.min():.2f} and {own.max():.2f}; at $t = 300$-320 "
        f"{left:.3f} of the amplitude is left, {left**2:.4f} of the energy",
        bar(left**2) if swings else False,
        uncertainty="the window: with one of 30 between "
        f"{values[30.0].min():.2f} and {values[30.0].max():.2f}",
    )


@claim(
    "C33",
    "Sec. IV B, Fig. 3",
    r"a sudden rise of the system oscillations appears at the crosstalk time "
    r"$\tau_{\mathrm{CT}} = \tau_R/2$",
    printed=r"$\tau_R/2$",
    bar=near(CROSSTALK),
    convention=r"$\tau_R = 2M/v$ (see C19)",
)
def rise(bar) -> Found:
    times = np.linspace(300, 420, 2401)
    x = np.abs(signals_from("symmetric")[0](times))
    start, later = (float(times[np.argmax(x > level)]) for level in (0.1, 0.2))
    return Found(
        rf"$\lvert x_1\rvert$ passes 0.1 at $t = {start:.1f}$ and reaches {x.max():.2f}; "
        f"$M/v = {CROSSTALK:.1f}$",
        bar(start),
        uncertainty=f"the level: 0.2 is passed at {later:.1f}",
    )


@claim(
    "C34",
    "Sec. IV B, Fig. 3(b)",
    "perfect synchronization emerges. This behavior is illustrated in Fig. 3, in the central "
    "regions",
    printed="$C = 1$",
    bar=PERFECT,
    convention="windows of 20 or more, three periods of the oscillation; in shorter ones $C$ dips "
    "where the beat vanishes",
)
def synchronization_by_crosstalk(bar) -> Found:
    rows = {w: synchronization(signals_from("symmetric"), CROSSING, w) for w in WINDOWS}
    middle = rows[WINDOW]
    return Found(
        f"$t = {CROSSING[0]:g}$-{CROSSING[-1]:g}: least $C$ "
        + ", ".join(f"{r.min():.4f} (window {w:g})" for w, r in rows.items())
        + f"; mean {middle.mean():.4f} (window {WINDOW:g}, as drawn)",
        bar(1 - min(r.min() for w, r in rows.items() if w >= 20)),
        uncertainty=EXACT,
    )


@claim(
    "C35",
    "Sec. IV B, above Fig. 3",
    "In the weak-coupling regime ... their dynamics still remain incoherent",
    statement="Also after the time that signals need to cross the chain.",
    printed="incoherent",
    bar=bars.ordering("$C$ takes both signs"),
)
def weak_coupling() -> Found:
    rows = []
    for strength in (0.02, 0.05, 0.1):
        signals = means(network(FREQUENCY, strength, site=SITES), *STARTS_3["symmetric"])
        values = [synchronization(signals, CROSSING, w) for w in (WINDOW, 30.0)]
        rows.append((strength, *(f(v) for v in values for f in (np.min, np.max))))
    return Found(
        "; ".join(f"$K = {k:g}$: $C$ from {a:.2f} to {b:.2f}" for k, a, b, *_ in rows)
        + f" in $t = {CROSSING[0]:g}$-{CROSSING[-1]:g}",
        all(max(a, c) < -0.4 and min(b, d) > 0.4 for _, a, b, c, d in rows),
        uncertainty="the window: with one of 30 "
        + ", ".join(f"{c:.2f} to {d:.2f}" for *_, c, d in rows),
    )


@claim(
    "C66",
    "Sec. IV B, above Fig. 3",
    r"the oscillator 1 is driven by a signal containing both the main frequency component "
    r"$\omega'_2$ [37] and the resonant one $\omega'_1$",
    printed=r"$\omega'_2$ strongest, $\omega'_1$ present",
    bar=bars.ordering(
        r"main component within the resolution of $\omega'_2$; the one at "
        r"$\omega'_1$ above that of a pure tone in the same record"
    ),
)
def driving_signal() -> Found:
    """The motion of a probe's site without that probe, which is the force on it but for K."""
    times, own, rows = np.arange(330.0, 640.0, 0.1), own_frequencies(), []

    def at(values: np.ndarray, w: float) -> float:
        return float(abs(values * np.hanning(len(times)) @ np.exp(-1j * w * times)))

    for sender, bare in ((1, FREQUENCY), (0, 1.0)):
        stiffness = np.zeros((SITES + 1, SITES + 1))  # the sender is behind the chain's sites
        stiffness[:SITES, :SITES] = chain().stiffness.toarray()
        stiffness[SITES, SITES] = bare**2
        stiffness[SITES, SITES - 1] = stiffness[SITES - 1, SITES] = STRENGTH
        squares, modes = np.linalg.eigh(stiffness)
        signal = ModeSum(np.sqrt(squares), modes[0] * modes[SITES], np.zeros(SITES + 1))
        main = strongest_frequency(signal, 330.0, 640.0, 0.8, 1.3)
        tone = np.cos(own[sender] * times)
        shares = [at(v, own[1 - sender]) / at(v, own[sender]) for v in (signal(times), tone)]
        rows.append((main, own[sender], *shares))
    (main, expected, share, pure), (back, other, returned, _) = rows
    return Found(
        f"strongest frequency of the signal that arrives at oscillator 1 {main:.4f} ($\\omega'_2 = "
        f"{expected:.4f}$); its component at $\\omega'_1 = {other:.4f}$ has {share:.4f} of that "
        f"strength, a pure tone in the same record {pure:.4f}. At oscillator 2: {back:.4f}, and "
        f"{returned:.4f} at $\\omega'_2$",
        all(abs(m - e) < 0.01 and a > 3 * b for m, e, a, b in rows),
        uncertainty="0.003 in frequencies, from the length of the record",
    )


@claim(
    "C36",
    "Sec. IV B, Fig. 3(c)",
    "experience a driving force at a signal with the two detuned frequencies, leading to the "
    "characteristic beating signal",
    printed=r"$\omega'_1$ and $\omega'_2$ in each",
    bar=bars.ordering("two peaks, each within the resolution of a resonance"),
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
    own = own_frequencies()
    apart = float(np.abs(np.array(found) - own).max())
    return Found(
        f"peaks of $x_1$ at {found[0][0]:.4f}, {found[0][1]:.4f}, of $x_2$ at {found[1][0]:.4f}, "
        f"{found[1][1]:.4f} (ratios of heights {ratios[0]:.2f}, {ratios[1]:.2f}); Lamb-shifted "
        f"frequencies of each probe alone {own[0]:.4f}, {own[1]:.4f}",
        apart < 0.01,
        uncertainty="0.003 in frequencies, from the length of the record",
    )


@claim(
    "C37",
    "Sec. IV B, below Fig. 3",
    "is based on a reciprocal effect between the system components",
    statement="What one probe receives from the other is the same both ways.",
    printed="reciprocal",
    bar=bars.identity("the two signals equal at all times"),
)
def reciprocity(bar) -> Found:
    """Why it is perfect: one Green function carries both signals."""
    first, _ = means(network(**FIGURE_3), (0.0, 1.0))
    _, second = means(network(**FIGURE_3), (1.0, 0.0))
    times = np.linspace(340, 600, 1301)
    largest = float(np.abs(first(times)).max())
    equal = float(np.abs(first(times) - second(times)).max()) / largest
    own = [means(network(**FIGURE_3), x)[k] for k, x in enumerate(((1.0, 0.0), (0.0, 1.0)))]
    left = max(float(np.abs(s(times)).max()) for s in own) / largest
    return Found(
        f"what $x_1$ receives from $x_2(0) = 1$ and $x_2$ from $x_1(0) = 1$ differ by "
        f"{tiny(equal)}; what is left of the own start is {100 * left:.1f} % of it",
        bar(equal),
        uncertainty=EXACT,
    )


@claim(
    "C38",
    "Sec. IV B, Fig. 3(b)",
    "is robust when breaking the symmetry in the initial conditions, even though in this case "
    "delayed synchronization arises",
    printed=r"$C$ of $\langle x_1(t)\rangle$ and $\langle x_2(t+\Delta t)\rangle$ near 1",
    bar=bars.word("robust", "the largest possible $C$, 1"),
    convention=rf"the delay $\Delta t = {DELAY:g}/\omega_1$, not printed; without one it does not "
    "arise",
)
def asymmetric_start(bar) -> Found:
    signals = signals_from("asymmetric")
    plain = synchronization(signals, CROSSING)
    late = {w: synchronization(signals, CROSSING, w, DELAY) for w in WINDOWS}
    own = late[WINDOW]
    delays = np.arange(-3.0, 3.1, 0.25)
    table = np.array([synchronization(signals, CROSSING, delay=d) for d in delays])
    one = float(delays[np.argmax(table.min(axis=1))])
    at = (380.0, 450.0, 500.0)
    best = best_delay(*signals, at, WINDOW, np.arange(-3, 3.1, 0.5), absolute=False)
    listed = ", ".join(
        f"{v:.3f} at {d:.2f} ($t = {t:g}$)"
        for t, d, v in zip(at, best.delay, best.value, strict=True)
    )
    return Found(
        f"without delay $C$ lies between {plain.min():.2f} and {plain.max():.2f} for $t = "
        f"{CROSSING[0]:g}$-{CROSSING[-1]:g}; with the delay ${DELAY:g}$ it has the mean "
        f"{own.mean():.3f}, exceeds 0.98 in {100 * np.mean(own > 0.98):.0f} % of these times and "
        f"is at least {own.min():.3f}. Of multiples of 0.25 the delay with the largest least $C$ "
        f"is {one:.2f}; the best at each time: {listed}",
        bar(1 - min(c.min() for c in late.values())),
        uncertainty="the window: least $C$ "
        + ", ".join(f"{c.min():.3f} (window {w:g})" for w, c in late.items()),
    )


@claim(
    "C39",
    "Sec. IV B, below Fig. 3",
    "very sensitive to the initial conditions, both antisynchronization and synchronization may "
    "arise",
    printed="both",
    bar=bars.ordering("$C$ negative throughout from one start, positive from another"),
)
def both_kinds() -> Found:
    opposite = means(network(**FIGURE_3), (1.4, -1.4))
    against = {w: synchronization(opposite, CROSSING, w).max() for w in WINDOWS}
    along = {w: synchronization(signals_from("symmetric"), CROSSING, w).min() for w in WINDOWS}
    return Found(
        f"from $x(0) = (1.4, -1.4)$ the largest $C$ is {against[WINDOW]:.3f}, from $(1.4, 1.4)$ "
        f"the least {along[WINDOW]:.3f}",
        max(against.values()) < 0 < min(along.values()),
        uncertainty=f"spread over windows 10-30: {np.ptp(list(against.values())):.3f}",
    )


@claim(
    "C40",
    "Sec. IV B, Fig. 3",
    r"For $t > \tau_R$ each oscillator starts to receive its own feedback and synchronization is "
    "lost again",
    printed="lost",
    bar=bars.ordering("$C$ takes both signs"),
)
@claim(
    "C75",
    "Sec. IV B, Fig. 3",
    "it is driven back to its natural frequency",
    statement="After the revival each probe oscillates mainly at its own frequency.",
    printed=r"$\omega'_1$ and $\omega'_2$",
    bar=bars.ordering("strongest frequency within the resolution of the own one"),
)
def after_the_revival() -> Iterator[Found]:
    signals, times = signals_from("symmetric"), np.arange(REVIVAL, 960.0, 1.0)
    values = {w: synchronization(signals, times, w) for w in WINDOWS}
    own, expected = values[WINDOW], own_frequencies()
    found = [strongest_frequency(s, 660.0, 950.0, 0.9, 1.2) for s in signals]
    yield Found(
        f"$C$ swings between {own.min():.2f} and {own.max():.2f} for $t = {REVIVAL:.0f}$-960",
        all(c.min() < -0.4 and c.max() > 0.4 for c in values.values()),
        uncertainty="the window: with one of 30 between "
        f"{values[30.0].min():.2f} and {values[30.0].max():.2f}",
    )
    yield Found(
        f"strongest frequencies in $t = 660$-950: {found[0]:.4f} and {found[1]:.4f}; each probe "
        f"alone on the chain has {expected[0]:.4f} and {expected[1]:.4f}",
        np.abs(found - expected).max() < 0.01,
        uncertainty="0.003, from the length of the record",
    )


def own_frequencies() -> np.ndarray:
    """Lamb-shifted frequencies of each probe alone on the end of an infinite chain."""
    every = [LIMIT.modes(np.array([[w**2]]), [1], STRENGTH) for w in (1.0, FREQUENCY)]
    return np.array([modes.resonances[0].real for modes in every])
