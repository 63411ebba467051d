"""Claims of Benedetti et al. (2016) on synchronization by weak dissipation: Sec. III A, Fig. 1."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import scipy.sparse as sp

from quantsync.gaussian import (
    HarmonicNetwork,
    SemiInfiniteChain,
    damping_ratio,
    ohmic_damping,
    probe_modes,
    probe_stiffness,
    rayleigh_criterion,
)
from quantsync.papers import bars
from quantsync.papers.benedetti2016 import printed
from quantsync.papers.benedetti2016.data import START_1
from quantsync.papers.benedetti2016.networks import (
    CHAIN_COUPLING,
    EXACT,
    FIGURE_1,
    LIMIT,
    PERFECT,
    REVIVAL,
    ROUNDING,
    SITES,
    SYNCHRONIZED,
    WINDOW,
    WINDOWS,
    amplitude,
    chain,
    like,
    means,
    network,
    response,
    synchronization,
    tiny,
)
from quantsync.papers.paper import Found, claim
from quantsync.time_series import ModeSum

STRENGTH, PAIR = FIGURE_1["strength"], (1.0, FIGURE_1["frequency"], FIGURE_1["direct"])
STEADY = np.arange(150.0, 601.0, 2.0)
"""Times of perfect antisynchronization in Fig. 1, before the revival by any window."""
CLOSE = 1 - 0.02
"""What still is perfect."""
RATIO = printed.damping_ratio(probe_modes(*PAIR).theta)
"""G'_11/G'_22 of Eq. (9) for Fig. 1."""
NEIGHBOURS = (1.0, 1.2)
"""A start of Fig. 6 from which C is perfect at one site and not at the next."""
LONGER = 800
"""Sites of a chain from whose end nothing comes back."""


@cache
def probes(sites: int = SITES) -> tuple[ModeSum, ModeSum]:
    """The signals of Fig. 1."""
    return means(network(**FIGURE_1, sites=sites), START_1)


def damped() -> ModeSum:
    """The mean of the damped normal mode."""
    return normal_mode(0)


def normal_mode(which: int) -> ModeSum:
    """The mean of q_1 or q_2 in Fig. 1."""
    first, second = probes()
    row = probe_modes(*PAIR).rotation[which]
    q = [
        row[0] * a + row[1] * b
        for a, b in ((first.cosine, second.cosine), (first.sine, second.sine))
    ]
    return ModeSum(first.frequencies, *q)


@claim(
    "C9",
    "Sec. III, below Eq. (6)",
    "diagonalizing the stiffness matrix G and the coupling one A in Eq. (6)",
    printed="$G$ stiffness, $A$ coupling",
    bar=bars.identity("eigenvalues of the stiffness matrix and squares of the frequencies equal"),
    correction=r"stiffness matrix $G$ and the coupling one $A$ $\to$ stiffness matrix $A$; $G$ is "
    r"the "
    "damping, as the next paragraph has it. Nothing depends on it",
)
@claim(
    "C10",
    "Sec. III A, below Eq. (8)",
    r"$x_\pm$ diagonalize the damping term, while the system Hamiltonian $H_S$ is diagonal in "
    r"$q_{1,2}$",
    printed="$G_{+-} = 0$, $A'_{12} = 0$",
    bar=bars.identity("off-diagonal elements zero"),
)
@claim(
    "C69",
    "Sec. III, below Eq. (6)",
    "classical normal modes [33] are present if the matrices A and G commute",
    statement=r"For $\omega_1 = \omega_2$, where they commute on a common node, $G'$ is diagonal.",
    printed=r"$[G, A] = 0 \Rightarrow G'_{12} = 0$",
    bar=bars.identity("off-diagonal elements zero"),
)
@claim(
    "C11",
    "Sec. III, below Eq. (6)",
    "Small deviations from the condition $[G,A]=0$ justify Rayleigh's approximation of neglecting "
    "the nondiagonal components of G",
    statement="In Fig. 1 the diagonal elements of $G'$ are the damping rates of Eq. (6).",
    printed=r"$G'_{12} \to 0$",
    bar=bars.word("negligible", "each damping rate"),
)
@claim(
    "C62",
    "Sec. III, below Eq. (6)",
    "the validity of this approach depends on the relative size when comparing with self-dampings",
    printed=r"$\lvert G'_{12} \rvert$ small against $G'_{11}$, $G'_{22}$",
    bar=like("small", "the self-damping"),
    convention="compared with the larger self-damping. With the smaller one it cannot be small: "
    r"a common node gives $\lvert G'_{12} \rvert = \sqrt{G'_{11}G'_{22}}$. What the neglect costs "
    r"is set by $G'_{11}$ against $\lvert\Omega_1-\Omega_2\rvert$, the secular approximation that "
    "the next sentence names",
)
def rayleigh(bars) -> Iterator[Found]:
    damping = ohmic_damping(CHAIN_COUPLING, [STRENGTH, STRENGTH])
    stiffness = probe_stiffness(*PAIR)
    criterion = rayleigh_criterion(stiffness, damping)
    commutator = float(np.abs(damping @ stiffness - stiffness @ damping).max())
    plus_minus = np.array([[1, 1], [1, -1]]) / np.sqrt(2)
    left = float(np.abs((plus_minus @ damping @ plus_minus.T)[0, 1]))
    free = abs(float((plus_minus @ damping @ plus_minus.T)[1, 1]))
    modes = np.abs((plus_minus @ stiffness @ plus_minus.T)[0, 1])
    rotation = probe_modes(*PAIR).rotation
    diagonal = float(np.abs((rotation @ stiffness @ rotation.T)[0, 1]))
    squares = probe_modes(*PAIR).frequencies ** 2
    static, other = (
        float(np.abs(np.linalg.eigvalsh(matrix) / squares - 1).max())
        for matrix in (stiffness, damping)
    )
    cross = float(abs(criterion.damping[0, 1]))
    equal = rayleigh_criterion(probe_stiffness(1.0, 1.0, PAIR[2]), damping)
    commuting = float(np.abs(equal.damping[0, 1]))
    companion = np.block([[np.zeros((2, 2)), np.eye(2)], [-stiffness, -damping]])
    roots = np.linalg.eigvals(companion)
    exact = -2 * roots[roots.imag > 0].real[np.argsort(roots[roots.imag > 0].imag)]
    neglect = np.abs(criterion.rates / exact - 1)
    yield Found(
        f"in $\\ddot x + G\\dot x + Ax = 0$ the eigenvalues of $A$ are the squares of the "
        f"frequencies, off by {tiny(static)}; $G$ damps",
        bars[0](other),
        bars[0](static),
        uncertainty=ROUNDING,
    )
    yield Found(
        f"off the diagonal $G_{{+-}}$ is {tiny(left)} and $A'_{{12}}$ {tiny(diagonal)}; $x_-$, "
        f"which is not coupled to the chain, has $G_{{--}}$ of {tiny(free)}. The other way "
        f"$A_{{+-}} = {modes:.3f}$ ($x_\\pm$ are no eigenmodes of $H_S$, as Sec. IV A says) and "
        f"$G'_{{12}} = {cross:.4f}$ ($q_{{1,2}}$ stay coupled by the damping, as Sec. II B says)",
        bars[1](max(left / damping.max(), free / damping.max(), diagonal)),
        uncertainty=ROUNDING,
    )
    yield Found(
        f"$G'_{{12}}$ is {tiny(commuting)} for $\\omega_1 = \\omega_2$",
        bars[2](commuting / damping.max()),
        uncertainty=ROUNDING,
    )
    yield Found(
        f"$\\lVert[G, A]\\rVert = {commutator:.4f}\\,\\omega_1^3$; the rates of Eq. (6) differ "
        f"from $G'_{{11}}$ and $G'_{{22}}$ by {100 * neglect[0]:.1f} % and "
        f"{100 * neglect[1]:.1f} %",
        bars[3](neglect.max()),
        uncertainty=ROUNDING,
    )
    yield Found(
        rf"$\lvert G'_{{12}}\rvert$ is {cross / criterion.rates.max():.2f} of $G'_{{11}}$ and "
        rf"{cross / criterion.rates.min():.1f} times $G'_{{22}}$ in Fig. 1; "
        rf"$\lvert G'_{{12}}\rvert/\lvert\Omega_1-\Omega_2\rvert = {criterion.neglected:.4f}$",
        bars[4](cross / criterion.rates.max()),
        uncertainty=ROUNDING,
    )


@claim(
    "C12",
    "Sec. III, above Eq. (7)",
    "a necessary and sufficient condition for synchronization: ... will synchronize if there "
    "exists a gap between the normal mode damping rates",
    printed=r"$G'_{11} \neq G'_{22}$",
    bar=bars.ordering(
        r"$\lvert C\rvert$ grows with the ratio of the rates, to within 2 % of 1 (\"perfect\"), "
        "and stays below 0.75 where the rates are similar".replace('\\"', '"')
    ),
    convention="a gap read as a large ratio of the rates, before the revival: any two different "
    "rates leave one mode in the end",
)
def gap_and_synchronization() -> Found:
    """C before the revival against the ratio of exact damping rates, for several lambda."""
    times, rows = np.arange(400.0, 621.0, 10.0), []
    for direct in (0.0, 0.02, 0.1, 0.5):
        system = probe_stiffness(1.0, FIGURE_1["frequency"], direct)
        rates = LIMIT.modes(system, [1, 1], STRENGTH).damping
        signals = means(network(**FIGURE_1 | {"direct": direct}), START_1)
        values = [synchronization(signals, times, w).max() for w in WINDOWS]
        rows.append((direct, rates.max() / rates.min(), values[1], np.ptp(values)))
    listed = ", ".join(rf"{c:.3f} at {ratio:.3g} ($\lambda = {d:g}$)" for d, ratio, c, _ in rows)
    order = np.diff([c for _, _, c, _ in rows])
    return Found(
        f"weakest $C$ in $t = 400$-620 against the ratio of the rates: {listed}",
        (order < 0).all() and rows[-1][2] < -CLOSE and rows[0][2] > -0.75,
        uncertainty="spread over windows 10-30: "
        + ", ".join(f"{spread:.3f}" for *_, spread in rows),
    )


@claim(
    "C13",
    "Sec. III, Eq. (7)",
    r"in a time scale of the order of the inverse of the larger damping "
    r"$\tau_S^{-1} \sim \max(\lvert G'_{11}\rvert, \lvert G'_{22}\rvert)$",
    statement="In Fig. 1 $1 + C$ decays with this time.",
    printed=r"time of the buildup over $1/\max(G')$: 1",
    bar=bars.order(1),
)
@claim(
    "C63",
    "Sec. III, Eq. (7)",
    "Significant buildup of synchronization requires the least damped mode to be suppressed",
    printed="the least damped mode",
    bar=bars.strongly("suppressed"),
    correction=r"least damped $\to$ most damped. Eq. (7), which takes the larger rate, is right",
)
def time_of_synchronization(bars) -> Iterator[Found]:
    rates = LIMIT.modes(probe_stiffness(*PAIR), [1, 1], STRENGTH).damping
    rough = rayleigh_criterion(
        probe_stiffness(*PAIR), ohmic_damping(CHAIN_COUPLING, 2 * [STRENGTH])
    )
    times = np.arange(0.0, 600.0, 0.5)
    values = {w: synchronization(probes(), times, w) for w in WINDOWS}
    early = times <= 150
    folds = {w: -1 / np.polyfit(times[early], np.log1p(c[early]), 1)[0] for w, c in values.items()}
    levels = {c: float(times[np.argmax(values[WINDOW] < -c)]) for c in (0.9, CLOSE)}
    listed = ", ".join(f"${-level:g}$ at $t = {t:g}$" for level, t in levels.items())
    most, least = (normal_mode(k) for k in (0, 1))
    left = [amplitude(q, 500.0, 640.0) / abs(float(q(0.0))) for q in (most, least)]
    yield Found(
        rf"$1 + C$ falls by $e$ in {folds[WINDOW]:.1f}, $\tau_S = {1 / rates.max():.1f}$ from the "
        f"exact rates, {rough.synchronization_time:.1f} from Ohmic ones ($1/\\min G' = "
        f"{1 / rates.min():.0f}$); $C$ passes {listed}",
        bars[0](folds[WINDOW] * rates.max()),
        uncertainty=f"spread over windows 10-30: {np.ptp(list(folds.values())):.1f}",
    )
    yield Found(
        f"when $C$ is perfect ($t = 500$-640) the most damped mode, $q_1$, has {left[0]:.4f} of "
        f"its start left, the least damped one, $q_2$, {left[1]:.3f}",
        bars[1](1 / left[1]),
        bars[1](1 / left[0]),
        uncertainty=EXACT,
    )


@claim(
    "C14",
    "Sec. III A, Eq. (9)",
    r"In the limit of an infinitely large chain and vanishing local potential ($\Omega_0 \simeq "
    r"0$) "
    r"... $G'_{11}/G'_{22} \simeq \frac{1+\sin 2\theta}{1-\sin 2\theta}$",
    bar=bars.about(round(RATIO, 2)),
    limit=r"besides $\Omega_0 \to 0$, frequencies well below $2\sqrt g$ are needed, as 'an Ohmic "
    r"bath' implies: the damping at "
    r"$\Omega_s$ goes with $\sin k_s/\Omega_s$ (for $\Omega_0 = 0$ with $\cos(k_s/2)$), $k_s$ "
    r"being the wave number there. Fig. 1, with $\Omega_s$ = 1.05 and 1.45 and $2\sqrt g = 2.19$, "
    "is not in this limit; that the ratio is large, which is all that is used, holds there",
    merged="C15",
)
def ratio_of_damping(bar) -> Found:
    modes = probe_modes(*PAIR)
    golden, poles = (damping_ratio(form=form) for form in ("golden_rule", "poles"))
    k = SemiInfiniteChain(0.0, CHAIN_COUPLING).wave_number(modes.frequencies)
    soft = RATIO * np.cos(k[0] / 2) / np.cos(k[1] / 2)
    direct = damping_ratio(chain_frequency=0.0, form="golden_rule")
    weak = damping_ratio(probe_coupling=1e-3)
    low = damping_ratio(0.01, 0.011, 5e-5, 1e-7, 0.0, form="golden_rule")
    low_printed = printed.damping_ratio(probe_modes(0.01, 0.011, 5e-5).theta)
    return Found(
        rf"for $\Omega_0 = 0$ and weak coupling {direct:.2f} ({soft:.2f} with the factor "
        rf"$\cos(k_1/2)/\cos(k_2/2)$); with Fig. 1's $\Omega_0$ {golden:.2f} ({weak:.2f} from the "
        rf"poles as $K \to 0$), and with its $K$ {poles:.2f}; for $\Omega_0 = 0$ and frequencies a "
        rf"hundred times lower, at the same $\theta$, {low:.2f}",
        bar(direct),
        bar(low / low_printed * RATIO),
        uncertainty="numerical, $10^{-6}$ (poles of the infinite chain)",
        printed=rf"{RATIO:.2f} for the $\theta$ of Fig. 1",
    )


@claim(
    "C16",
    "Sec. III A, below Eq. (9)",
    r"$\lvert\omega_1-\omega_2\rvert^2/\lambda < 1$ in the case of Fig. 1, where "
    r"$\sin 2\theta \simeq 1$",
    printed=r"$< 1$; $\sin 2\theta \simeq 1$",
    bar=bars.about(1),
)
def small_detuning(bar) -> Found:
    detuning = abs(1.0 - FIGURE_1["frequency"]) ** 2 / FIGURE_1["direct"]
    sine = float(np.sin(2 * probe_modes(*PAIR).theta))
    other = float(np.sin(2 * probe_modes(1.0, FIGURE_1["frequency"], 0.02).theta))
    return Found(
        rf"{detuning:.3g}; $\sin 2\theta = {sine:.4f}$. What decides is "
        r"$\lvert\omega_2^2-\omega_1^2\rvert/2\lambda$, 0.21 in Fig. 1: at $\lambda = 0.02$ the "
        rf"first ratio is 0.5 and $\sin 2\theta = {other:.2f}$",
        bar(sine) if detuning < 1 else False,
        uncertainty="exact",
    )


@claim(
    "C17",
    "Sec. III A, Fig. 1",
    "The synchronization measure C in this case shows that perfect antisynchronization is present "
    "up to the revival time",
    printed="$C = -1$",
    bar=PERFECT,
)
def antisynchronization(bar) -> Found:
    weakest = {w: float(synchronization(probes(), STEADY, w).max()) for w in WINDOWS}
    return Found(
        "weakest $C$ for $t = 150$-600: "
        + ", ".join(f"{c:.4f} (window {w:g})" for w, c in weakest.items()),
        bar(1 + max(weakest.values())),
        uncertainty=f"spread over windows 10-30: {np.ptp(list(weakest.values())):.4f}",
    )


@claim(
    "C18",
    "Sec. III A, below Eq. (9)",
    r"$Kx_2X_1 \to -Kx_2X_1$ in Eq. (8), then ... synchronization instead of "
    "antisynchronization arises",
    printed="$C = 1$",
    bar=SYNCHRONIZED,
)
def repulsive(bar) -> Found:
    signals = means(network(**FIGURE_1, repulsive=True), START_1)
    least = {w: float(synchronization(signals, STEADY, w).min()) for w in WINDOWS}
    return Found(
        "least $C$ for $t = 150$-600: "
        + ", ".join(f"{c:.4f} (window {w:g})" for w, c in least.items()),
        bar(1 - min(least.values())),
        uncertainty=f"spread over windows 10-30: {np.ptp(list(least.values())):.4f}",
    )


@claim(
    "C70",
    "Sec. III A, below Eq. (9)",
    "during the initial transient time finite-size effects can be neglected",
    statement="Until the revival time the probes move as on a longer chain.",
    printed="no effects",
    bar=bars.word("negligible", "the amplitude at the start, 1.4"),
)
@claim(
    "C64",
    "Sec. III A, Fig. 1",
    "The loss of antisynchronization is indeed due to a common forcing toward synchronization due "
    "to the feedback signal",
    statement="What the far end adds to the motion of the two probes is in phase.",
    printed="toward $C = 1$",
    bar=bars.ordering("$C$ of the motion that the far end adds positive"),
)
def finite_size(bars) -> Iterator[Found]:
    """What differs between the chain of Fig. 1 and a longer one."""
    times = np.arange(0.0, 640.0, 0.1)
    pairs = list(zip(probes(), probes(LONGER), strict=True))
    apart = max(float(np.abs(short(times) - long(times)).max()) for short, long in pairs)
    added = [
        ModeSum(
            np.concatenate([short.frequencies, long.frequencies]),
            np.concatenate([short.cosine, -long.cosine]),
            np.concatenate([short.sine, -long.sine]),
        )
        for short, long in pairs
    ]
    values = {w: synchronization((added[0], added[1]), np.arange(660.0, 761.0), w) for w in WINDOWS}
    yield Found(
        f"until $t = 640$ ($2M/v = {REVIVAL:.1f}$) positions differ by at most {apart:.4f} between "
        f"$M = {SITES}$ and {LONGER}",
        bars[0](apart / 1.4),
        uncertainty=EXACT,
    )
    yield Found(
        "the added motion has the mean $C$ "
        + ", ".join(f"{c.mean():.2f} (window {w:g})" for w, c in values.items())
        + f" in $t = 660$-760, and at least {values[WINDOW].min():.2f}",
        min(c.min() for c in values.values()) > 0,
        uncertainty="the windows",
    )


@claim(
    "C19",
    "Sec. III A, below Eq. (9)",
    r"the revival time $\tau_R \sim 2M/\omega_1$",
    statement=r"Sec. IV A has $\tau_R \simeq 600/\omega_1$ for the same chain, the sharper of the "
    "two, by which this is decided.",
    printed=r"$2M/\omega_1 = 600$",
    bar=bars.about(600),
    convention=r"the chain of the figures, whose fastest waves travel 0.914 sites per "
    r"$1/\omega_1$. In general $\tau_R = 2M/v$ with $v = (\Omega_{\max}-\Omega_{\min})/2$ per "
    r"site, which does not contain $\omega_1$",
)
@claim(
    "C20",
    "Sec. III A, Fig. 1",
    r"reflection from the boundary at $t=\tau_R$ actually deteriorates the coherent dynamics ... "
    "accompanied by a regrowth ... of the damped mode",
    printed=r"at $\tau_R$",
    bar=bars.ordering("$C$ rises and $q_1$ grows at the revival"),
)
def revival(bars) -> Iterator[Found]:
    times = np.arange(300.0, 900.0, 0.5)
    lost = {}
    for window in WINDOWS:
        values = synchronization(probes(), times, window)
        lost[window] = float(times[np.argmax(values > -0.9)] + window)
    after = synchronization(probes(), np.arange(650.0, 760.0, 2.0))
    quiet, grown = (amplitude(damped(), *ends) for ends in ((500.0, 640.0), (660.0, 800.0)))
    listed = ", ".join(f"{t:g} (window {w:g})" for w, t in lost.items())
    yield Found(
        f"$2M/v = {REVIVAL:.1f}$, {100 * (REVIVAL / 600 - 1):.0f} % later, with the largest group "
        f"velocity $v = {LIMIT.largest_velocity:.5f}$; $C$ leaves $-0.9$ when its window ends at "
        f"{listed}",
        bars[0](REVIVAL),
        uncertainty=f"the front is some 10 wide; windows 10-30: {np.ptp(list(lost.values())):g}",
    )
    yield Found(
        rf"$C$ rises to {after.max():.3f} in $t = 650$-760; $\lvert q_1\rvert$ is at most "
        f"{quiet:.4f} in 500-640 and {grown:.3f} in 660-800",
        after.max() > -0.5 and grown > 10 * quiet,
        uncertainty=EXACT,
    )


@claim(
    "C21",
    "Sec. III A, Fig. 1",
    "antisynchronization is restored under the effect of dissipation ... lasting until feedback "
    r"effects arise again at $t \sim 2\tau_R$",
    printed=r"$C = -1$ until $2\tau_R \sim 1200$",
    bar=bars.order(1200),
)
def restored(bar) -> Found:
    again = {w: synchronization(probes(), np.arange(900.0, 1251.0, 2.0), w).max() for w in WINDOWS}
    late = np.arange(1250.0, 1400.0, 0.5)
    ends = {
        w: float(late[np.argmax(synchronization(probes(), late, w) > -CLOSE)]) + w for w in WINDOWS
    }
    return Found(
        f"$C < {again[WINDOW]:.4f}$ for $t = 900$-1250; it leaves $-{CLOSE:g}$ when its window "
        f"ends at $t = {ends[WINDOW]:g}$; $4M/v = {2 * REVIVAL:.1f}$",
        bar(ends[WINDOW]) if max(again.values()) < -CLOSE else False,
        uncertainty=f"spread over windows 10-30: {np.ptp(list(ends.values())):.1f}",
    )


@claim(
    "C22",
    "Sec. III A, Fig. 1",
    "similar results are found when there are defects in the chain causing feedback effects at "
    "shorter times",
    printed="shorter times",
    bar=bars.Bar(
        '$C$ leaves $-0.98$ ("perfect": 2 % of 1) within 10 % of the time when signals return from '
        "the defect, as for an approximate sign, and rises above $-0.9$"
    ),
    convention=r"a defect of ours, none being printed: $\Omega_0^2 + g$ instead of $\Omega_0^2$ "
    "at site 150",
)
def defect() -> Found:
    at = SITES // 2
    bump = np.zeros(SITES)
    bump[at - 1] = CHAIN_COUPLING
    broken = HarmonicNetwork(chain().stiffness + sp.diags_array(bump), names=range(1, SITES + 1))
    probes = broken.with_probes(PAIR[:2], [1, 1], STRENGTH, direct=PAIR[2])
    signals = means(probes, START_1)
    times, expected, first = np.arange(150.0, 641.0, 1.0), REVIVAL / 2, {}
    for window in WINDOWS:
        values = synchronization(signals, times, window)
        first[window] = float(times[np.argmax(values > -CLOSE)]) + window, values.max()
    lost, highest = first[WINDOW]
    return Found(
        f"$C$ leaves $-{CLOSE:g}$ when its window ends at $t = {lost:g}$ (signals return at "
        f"{expected:.1f}) and rises to {highest:.3f}",
        bars.Margin(abs(lost / expected - 1) / 0.1) if highest > -0.9 else False,
        uncertainty="spread over windows 10-30: "
        f"{np.ptp([t for t, _ in first.values()]):g} in the time",
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
def neighbours() -> Found:
    C = response().synchronization(NEIGHBOURS).C.sel(time=slice(300, None)).values
    above, below = np.abs(C) >= CLOSE, np.abs(C) < 0.75
    found = [above[:-1] & below[1:], above[1:] & below[:-1]]
    count = int(sum(f.sum() for f in found))
    drop = np.where(found[0], np.abs(C[1:]), np.where(found[1], np.abs(C[:-1]), np.inf))
    site, when = np.unravel_index(np.argmin(drop), drop.shape)
    return Found(
        f"from $x(0) = (1, 1.2)$ there are {count} such pairs of neighbours and times in $t = "
        f"300$-1000, such as $m = {site + 1}$, {site + 2} with $C = {C[site, when]:.2f}$, "
        f"{C[site + 1, when]:.2f}",
        count > 0,
        uncertainty="$10^{-5}$ (sampled windows)",
    )
