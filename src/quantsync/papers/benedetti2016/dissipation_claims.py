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
from quantsync.papers.benedetti2016 import printed
from quantsync.papers.benedetti2016.data import START_1
from quantsync.papers.benedetti2016.networks import (
    CHAIN_COUPLING,
    CHAIN_FREQUENCY,
    FIGURE_1,
    LIMIT,
    REVIVAL,
    SITES,
    WINDOW,
    amplitude,
    chain,
    means,
    network,
    synchronization,
)
from quantsync.papers.paper import Found, claim, zero
from quantsync.time_series import ModeSum

STRENGTH, PAIR = FIGURE_1["strength"], (1.0, FIGURE_1["frequency"], FIGURE_1["direct"])
PERFECT = 0.99
WINDOWS = (10.0, 15.0, 20.0, 30.0)
STEADY = np.arange(150.0, 601.0, 2.0)
"""Times of perfect antisynchronization in Fig. 1, before the revival by any window."""


@cache
def probes() -> tuple[ModeSum, ModeSum]:
    """The signals of Fig. 1."""
    return means(network(**FIGURE_1), START_1)


def damped() -> ModeSum:
    """The mean of the damped normal mode."""
    first, second = probes()
    cos, sin = probe_modes(*PAIR).rotation[0]
    q = [cos * a + sin * b for a, b in ((first.cosine, second.cosine), (first.sine, second.sine))]
    return ModeSum(first.frequencies, *q)


@claim(
    "C9",
    "Sec. III, below Eq. (6)",
    "the undamped dynamics follows from the stiffness matrix G and the coupling one A",
    printed="G stiffness, A coupling",
    otherwise="a slip: G is the damping matrix and A the stiffness matrix",
)
@claim(
    "C10", "Sec. III A", "x_+- diagonalize the damping, and H_S is diagonal in q_1,2", printed="yes"
)
@claim(
    "C11",
    "Sec. III",
    "a small [G, A] justifies the neglect of the elements of G' off the diagonal",
    printed="small",
)
def rayleigh() -> Iterator[Found]:
    damping = ohmic_damping(CHAIN_COUPLING, [STRENGTH, STRENGTH])
    stiffness = probe_stiffness(*PAIR)
    criterion = rayleigh_criterion(stiffness, damping)
    commutator = float(np.abs(damping @ stiffness - stiffness @ damping).max())
    plus_minus = np.array([[1, 1], [1, -1]]) / np.sqrt(2)
    left = float(np.abs((plus_minus @ damping @ plus_minus.T)[0, 1]))
    modes = np.abs((plus_minus @ stiffness @ plus_minus.T)[0, 1])
    static, other = (
        float(np.abs(np.linalg.eigvalsh(matrix) - probe_modes(*PAIR).frequencies ** 2).max())
        for matrix in (stiffness, damping)
    )
    yield Found(
        f"in x'' + G x' + A x = 0 it is A that has the squared frequencies (to {zero(static)}) "
        "and G that damps",
        other < 1e-12,
    )
    yield Found(
        f"G is off-diagonal by {zero(left)} between x_+ and x_-, A by {modes:.3f}", left < 1e-12
    )
    yield Found(
        f"Fig. 1: |[G, A]| = {commutator:.4f}, |G'_12|/|Omega_1 - Omega_2| = "
        f"{criterion.neglected:.4f}",
        criterion.neglected < 0.05,
    )


@claim(
    "C12",
    "Sec. III",
    "probes synchronize if and only if there is a gap between the damping rates",
    printed="G'_11 != G'_22",
    convention="gap read as a large ratio of rates: any two different rates leave one mode in the "
    "end",
)
def gap_and_synchronization() -> Found:
    """C before the revival against the ratio of exact damping rates, for several lambda."""
    times, rows = np.arange(400.0, 621.0, 10.0), []
    for direct in (0.0, 0.02, 0.1, 0.5):
        system = probe_stiffness(1.0, FIGURE_1["frequency"], direct)
        rates = LIMIT.modes(system, [1, 1], STRENGTH).damping
        signals = means(network(**FIGURE_1 | {"direct": direct}), START_1)
        rows.append((direct, rates.max() / rates.min(), synchronization(signals, times).max()))
    listed = ", ".join(f"{c:.3f} at {ratio:.3g} (lambda = {d:g})" for d, ratio, c in rows)
    order = np.diff([c for *_, c in rows])
    return Found(
        f"weakest C in 400-620 against the ratio of rates: {listed}",
        (order < 0).all() and rows[-1][2] < -PERFECT and rows[0][2] > -0.9,
    )


@claim(
    "C13",
    "Eq. (7)",
    "antisynchronization takes a time of the order of tau_S = 1/max(G'), the least damped "
    "mode being suppressed",
    printed="~ tau_S",
    convention="order of magnitude: amplitudes decay at half the rate; it is the most damped mode "
    "that is suppressed",
)
def time_of_synchronization() -> Found:
    rates = LIMIT.modes(probe_stiffness(*PAIR), [1, 1], STRENGTH).damping
    rough = rayleigh_criterion(
        probe_stiffness(*PAIR), ohmic_damping(CHAIN_COUPLING, 2 * [STRENGTH])
    )
    times = np.arange(0.0, 600.0, 0.5)
    values = synchronization(probes(), times)
    first = {level: float(times[np.argmax(values < -level)]) for level in (0.5, 0.9, PERFECT)}
    listed = ", ".join(f"-{level:g} at t = {t:g}" for level, t in first.items())
    return Found(
        f"tau_S = {1 / rates.max():.2f} (exact rates), {rough.synchronization_time:.2f} (Ohmic); "
        f"C passes {listed}; 1/min(G') = {1 / rates.min():.0f}",
        1 / rates.max() < first[0.9] < 10 / rates.max(),
    )


@claim(
    "C14",
    "Eq. (9)",
    "for Omega_0 -> 0 and M -> oo, G'_11/G'_22 = (1 + sin 2theta)/(1 - sin 2theta)",
    otherwise="the bath is Ohmic only for Omega_0 = 0 and frequencies well below 2 sqrt(g): the "
    "factor (sin k_1/Omega_1)/(sin k_2/Omega_2) is missing",
)
@claim(
    "C15",
    "Sec. III A",
    "for M -> oo and Omega_0 -> 0 the environment acts as an Ohmic bath",
    printed="constant damping",
    otherwise="only at frequencies well below 2 sqrt(g), whatever Omega_0: J(omega)/omega falls "
    "with cos(k/2)",
)
def ratio_of_damping() -> Iterator[Found]:
    modes = probe_modes(*PAIR)
    frequencies, literal = modes.frequencies, printed.damping_ratio(modes.theta)
    golden, poles = (damping_ratio(form=form) for form in ("golden_rule", "poles"))
    factors = {}
    for own in (CHAIN_FREQUENCY, 0.0):
        k = SemiInfiniteChain(own, CHAIN_COUPLING).wave_number(frequencies)
        golden_here = damping_ratio(chain_frequency=own, form="golden_rule") / literal
        sines = np.sin(k) / frequencies
        factors[own] = golden_here, sines[0] / sines[1], np.cos(k[0] / 2) / np.cos(k[1] / 2)
    exact = max(abs(a - b) for a, b, _ in factors.values())
    own, soft = factors[CHAIN_FREQUENCY], factors[0.0]
    weak = damping_ratio(probe_coupling=1e-3)
    low = damping_ratio(0.01, 0.011, 5e-5, 1e-7, 0.0, form="golden_rule")
    low_printed = printed.damping_ratio(probe_modes(0.01, 0.011, 5e-5).theta)
    yield Found(
        f"golden rule {golden:.2f}, exact poles {poles:.2f} ({weak:.2f} as K -> 0); for "
        f"Omega_0 = 0 golden rule {literal * soft[0]:.2f}; for Omega_0 = 0 and omega_1 = 0.01 "
        f"(same theta) {low:.2f} against {low_printed:.2f}",
        abs(golden / literal - 1) < 0.01,
        printed=f"{literal:.2f} for Fig. 1",
    )
    yield Found(
        f"J/omega at Omega_1 over that at Omega_2 is {own[0]:.6f}, (sin k_1/Omega_1)/(sin k_2/"
        f"Omega_2) to {zero(exact)}; cos(k_1/2)/cos(k_2/2) is {own[2]:.6f} and equal to it "
        f"only for Omega_0 = 0 ({soft[0]:.6f}, {soft[2]:.6f})",
        abs(soft[0] - 1) < 0.01,
    )


@claim(
    "C16",
    "Sec. III A",
    "Fig. 1 has |omega_1 - omega_2|^2/lambda < 1, where sin 2theta ~ 1",
    printed="< 1, ~ 1",
)
def small_detuning() -> Found:
    detuning = abs(1.0 - FIGURE_1["frequency"]) ** 2 / FIGURE_1["direct"]
    sine = float(np.sin(2 * probe_modes(*PAIR).theta))
    return Found(f"{detuning:.3g}; sin 2theta = {sine:.4f}", detuning < 1 and sine > 0.95)


@claim("C17", "Fig. 1", "perfect antisynchronization up to the revival time", printed="C = -1")
def antisynchronization() -> Found:
    weakest = {w: float(synchronization(probes(), STEADY, w).max()) for w in WINDOWS}
    return Found(
        "weakest C for t = 150-600: "
        + ", ".join(f"{c:.4f} (window {w:g})" for w, c in weakest.items()),
        max(weakest.values()) < -PERFECT,
    )


@claim(
    "C18",
    "Sec. III A",
    "with K x_2 X_1 -> -K x_2 X_1 synchronization instead of antisynchronization arises",
    printed="C = 1",
)
def repulsive() -> Found:
    signals = means(network(**FIGURE_1, repulsive=True), START_1)
    least = {w: float(synchronization(signals, STEADY, w).min()) for w in WINDOWS}
    return Found(
        "least C for t = 150-600: "
        + ", ".join(f"{c:.4f} (window {w:g})" for w, c in least.items()),
        min(least.values()) > PERFECT,
    )


@claim(
    "C19",
    "Sec. III A",
    "the revival time is tau_R ~ 2M/omega_1",
    otherwise="the velocity is not omega_1 (sites per time): the printed time is 9 % early",
)
@claim(
    "C20",
    "Fig. 1",
    "the reflection deteriorates antisynchronization, with a regrowth of q_1",
    printed="at tau_R",
)
def revival() -> Iterator[Found]:
    literal = printed.revival_time(SITES, 1.0)
    times = np.arange(300.0, 900.0, 0.5)
    lost = {}
    for window in WINDOWS:
        values = synchronization(probes(), times, window)
        lost[window] = float(times[np.argmax(values > -0.9)] + window)
    after = synchronization(probes(), np.arange(650.0, 760.0, 2.0))
    quiet, grown = (amplitude(damped(), *ends) for ends in ((500.0, 640.0), (660.0, 800.0)))
    listed = ", ".join(f"{t:g} (window {w:g})" for w, t in lost.items())
    yield Found(
        f"2M/v = {REVIVAL:.1f} with the largest group velocity v = (Omega_max - Omega_0)/2 = "
        f"{LIMIT.largest_velocity:.5f}; C leaves -0.9 when its window ends at {listed}",
        abs(literal / REVIVAL - 1) < 0.05,
        printed=f"{literal:g}",
    )
    yield Found(
        f"C rises to {after.max():.3f} in 650-760; |q_1| is at most {quiet:.4f} in 500-640 and "
        f"{grown:.3f} in 660-800",
        after.max() > -0.5 and grown > 10 * quiet,
    )


@claim(
    "C21",
    "Fig. 1",
    "antisynchronization is restored and lasts until t ~ 2 tau_R",
    printed="2 tau_R",
    convention="tau_R = 2M/v",
)
def restored() -> Found:
    again = synchronization(probes(), np.arange(900.0, 1251.0, 2.0))
    late = np.arange(1250.0, 1400.0, 0.5)
    values = synchronization(probes(), late)
    end = float(late[np.argmax(values > -0.97)]) + WINDOW
    return Found(
        f"C < {again.max():.4f} for t = 900-1250; it leaves -0.97 when its window ends at t = "
        f"{end:g}; 4M/v = {2 * REVIVAL:.1f} (printed: {2 * printed.revival_time(SITES, 1.0):g})",
        again.max() < -PERFECT and abs(end - 2 * REVIVAL) < 30,
    )


@claim(
    "C22", "Sec. III A", "defects of the chain act alike, at shorter times", printed="shorter times"
)
def defect() -> Found:
    at = SITES // 2
    bump = np.zeros(SITES)
    bump[at - 1] = CHAIN_COUPLING
    broken = HarmonicNetwork(chain().stiffness + sp.diags_array(bump), names=range(1, SITES + 1))
    probes = broken.with_probes(PAIR[:2], [1, 1], STRENGTH, direct=PAIR[2])
    times = np.arange(150.0, 641.0, 1.0)
    values = synchronization(means(probes, START_1), times)
    first, expected = float(times[np.argmax(values > -PERFECT)]), REVIVAL / 2
    return Found(
        f"with Omega_0^2 + g instead of Omega_0^2 at site {at}, C leaves -{PERFECT} at t = "
        f"{first:g} (signals return at {expected:.1f}) and rises to {values.max():.3f}",
        abs(first - expected) < 30,
    )
