"""Claims of Benedetti et al. (2016) on the model: Secs. I, II and II B."""

from __future__ import annotations

import numpy as np

from quantsync.gaussian import (
    HarmonicNetwork,
    probe_modes,
    probe_stiffness,
)
from quantsync.papers import bars
from quantsync.papers.benedetti2016 import printed
from quantsync.papers.benedetti2016.data import START_1
from quantsync.papers.benedetti2016.networks import (
    CHAIN_COUPLING,
    CHAIN_FREQUENCY,
    FIGURE_1,
    FIGURE_2,
    FIGURE_4,
    LIMIT,
    ROUNDING,
    SITES,
    WINDOW,
    chain,
    langevin,
    langevin_error,
    like,
    means,
    network,
    strongest_frequency,
    synchronization,
    tiny,
)
from quantsync.papers.paper import Found, claim
from quantsync.time_series import ModeSum, pearson

STRONG = FIGURE_2["strength"]
PAIR = (1.0, FIGURE_1["frequency"], FIGURE_1["direct"])


@claim(
    "C67",
    "Sec. I, on strong coupling",
    "if one excites only one normal mode, some network nodes will oscillate synchronously",
    printed=r"$\lvert C \rvert = 1$",
    bar=bars.identity(r"$\lvert C \rvert$ and 1"),
)
def one_mode(bar) -> Found:
    """C of the two probes of Fig. 2 with one normal mode excited, for each of the modes."""
    frequencies, modes = np.linalg.eigh(network(**FIGURE_2).stiffness.toarray())
    moving = np.flatnonzero((np.abs(modes[:2]) > 1e-6).all(axis=0))
    values = []
    for k in moving:
        pair = [ModeSum([np.sqrt(frequencies[k])], [modes[j, k]], [0.0]) for j in (0, 1)]
        values.append(abs(float(pearson(pair[0], pair[1], [0.0], WINDOW)[0])))
    worst = max(abs(1 - c) for c in values)
    return Found(
        f"for each of the {len(moving)} normal modes of Fig. 2's network that move both probes "
        rf"$\lvert C \rvert$ differs from 1 by {tiny(worst)}",
        bar(worst),
        uncertainty=ROUNDING,
    )


@claim(
    "C1",
    "Sec. II, Hamiltonian above Eq. (1) and below Eq. (2)",
    r"$H_E = \sum_{j=1}^M \frac{1}{2}(P_j^2+\Omega_0^2X_j^2) + \sum_{j,k=1}^M A_{jk}(X_j-X_k)^2$"
    r" ... $A_{jk} = g\delta_{\lvert j-k\rvert,1}$",
    statement="The homogeneous chain of Sec. II is that of Sec. III A and of Eqs. (A6), (A8).",
    printed=r"springs $2g(X_j - X_{j+1})^2$, free ends",
    bar=bars.identity("stiffness matrices equal"),
    correction=r"$\sum_{j,k} A_{jk}(X_j - X_k)^2 \to \frac{1}{4}\sum_{j,k} A_{jk}(X_j - X_k)^2$ "
    r"(or $A_{jk} = \frac{g}{4}\delta_{\lvert j-k\rvert,1}$), with fixed ends, "
    "$X_0 = X_{M+1} = 0$ (the sum from $j = 0$ in Sec. III A hints at them). "
    "Sec. III A and Appendix A have the right chain, and everything else follows from those. With "
    "another $g$ for Sec. II the free ends remain",
)
def hamiltonian(bar) -> Found:
    double = printed.double_sum(SITES, CHAIN_FREQUENCY, CHAIN_COUPLING)
    ours = chain().stiffness.toarray()
    quarter = printed.double_sum(SITES, CHAIN_FREQUENCY, CHAIN_COUPLING / 4)
    quarter[[0, -1], [0, -1]] += CHAIN_COUPLING  # the springs to X_0 = X_(M+1) = 0
    scale = np.abs(ours).max()
    ratio = double[0, 1] / ours[0, 1]
    top = HarmonicNetwork(double).frequencies[-1]
    largest = largest_strength(HarmonicNetwork(double, names=range(1, SITES + 1)), 1.1)
    return Found(
        f"as printed the springs are {ratio:g} times those of Sec. III A and Eq. (A8) and the ends "
        f"free: a band up to {top:.3f} instead of {chain().frequencies[-1]:.3f}, and "
        f"$K = {STRONG}$ of Fig. 2 would be unstable ($K_{{\\max}} = {largest:.3f}$)",
        bar(np.abs(double - ours).max() / scale),
        bar(np.abs(quarter - ours).max() / scale),
        uncertainty=ROUNDING,
    )


@claim(
    "C2",
    "Sec. II, Eqs. (1), (2)",
    statement="There is no counter-term: up to which $K$ is the Hamiltonian bounded from below, "
    "with both probes on one node?",
    printed=r"none; Figs. 2 and 4 have $K = 0.8\,\omega_1^2$",
    bar=bars.ordering(r"$K$ of the figures below $K_{\max}$"),
    beyond=True,
)
def stability() -> Found:
    limits = {}
    for figure in (FIGURE_2, FIGURE_4):
        finite = largest_strength(chain(), figure["frequency"])
        stiffness = probe_stiffness(1.0, figure["frequency"], 0.0)
        infinite = LIMIT.largest_stable_factor(stiffness, [1, 1], 1.0)
        limits[figure["frequency"]] = finite, infinite
    text = ", ".join(rf"{a:.5f} for $\omega_2 = {w:g}$" for w, (a, _) in limits.items())
    apart = max(abs(a - b) for a, b in limits.values())
    return Found(
        rf"bounded for $K < K_{{\max}}$ = {text}; all figures lie below",
        all(value > STRONG for value, _ in limits.values()),
        uncertainty=f"{tiny(apart)}, between $M = {SITES}$ and the infinite chain",
    )


@claim(
    "C3",
    "Sec. II A, Eq. (3)",
    r"the bar stands for a time average $\bar f = \int_t^{t+\Delta t} dt' f(t')$",
    statement="$C$ is a Pearson coefficient: it compares fluctuations, whatever the means.",
    printed=r"$\int_t^{t+\Delta t} dt' f(t')$",
    bar=bars.identity("$C$ of the signals and of the signals plus 1 equal"),
    correction=r"$\int_t^{t+\Delta t} dt' f(t') \to \frac{1}{\Delta t}\int_t^{t+\Delta t} dt' "
    'f(t\')$, as the words "time average" say. Nothing else depends on it',
)
def correlation(bar) -> Found:
    """Eq. (3) with integrals for bars and with means."""
    times = [20.0, 300.0, 700.0]
    signals = means(network(**FIGURE_1), START_1)
    right = synchronization(signals, times)
    literal = np.array([printed.correlation(*signals, t, WINDOW) for t in times])
    shift = [lambda t, f=f: f(t) + 1.0 for f in signals]
    shifted = printed.correlation(shift[0], shift[1], 300.0, WINDOW)
    moved = [ModeSum(f.frequencies, f.cosine, f.sine, 1.0) for f in signals]
    means_moved = np.abs(synchronization((moved[0], moved[1]), times) - right).max()
    listed = ", ".join(
        f"{a:.4f} and {b:.4f} at $t = {t:g}$" for a, b, t in zip(right, literal, times, strict=True)
    )
    return Found(
        f"with means and as printed: {listed} (Fig. 1); adding 1 to both signals changes "
        f"{literal[1]:.4f} to {shifted:.4f} as printed, and nothing with means",
        bar(shifted - literal[1]),
        bar(means_moved),
        uncertainty="numerical, $10^{-10}$ (quadrature)",
    )


@claim(
    "C61",
    "Sec. II A, on weak dissipation",
    "the dynamics is then governed by the eigenfrequency of the most robust mode",
    statement="In Fig. 1, once the other mode is damped, both probes oscillate at one frequency.",
    printed=r"$\Omega$ of the least damped mode",
    bar=like("same", "the frequency"),
)
def robust_mode(bar) -> Found:
    modes = LIMIT.modes(probe_stiffness(*PAIR), [1, 1], FIGURE_1["strength"])
    robust = float(np.real(modes.resonances[int(np.argmin(modes.damping))]))
    found = [
        strongest_frequency(s, 400.0, 640.0, 0.9, 1.6) for s in means(network(**FIGURE_1), START_1)
    ]
    return Found(
        f"strongest frequencies {found[0]:.4f} and {found[1]:.4f} in $t = 400$-640; the least "
        f"damped mode has {robust:.4f}, the other {np.real(modes.resonances).min():.4f}",
        bar(max(abs(f / robust - 1) for f in found)),
        uncertainty="0.003, from the length of the record",
    )


@claim(
    "C8",
    "Sec. II B, equation above Eq. (4)",
    r"we assume $\langle q_{1,2}(0)\rangle = 0$ as initial conditions",
    statement=r"The equation of Sec. II B, which has no terms in $q_{1,2}(0)$, describes the "
    "dynamics of the figures.",
    printed=r"$\langle q_{1,2}(0)\rangle = 0$",
    bar=bars.identity("solution and normal modes of the whole equal"),
    limit=r"true for $\langle q_{1,2}(0)\rangle = 0$, as printed, for any momenta. Figs. 1 and 3 "
    r"start elsewhere; for these Eq. (A11) has the missing terms, $-\gamma_1(t)q_1(0) - "
    r"\eta(t)q_2(0)$, and is exact",
)
def langevin_equation_without_the_start(bar) -> Found:
    rest = (0.0, 0.0)
    without = langevin_error(START_1, rest, slip=False)
    moving = langevin_error(rest, START_1, slip=False)
    q = probe_modes(*PAIR).rotation @ np.array(START_1)
    return Found(
        f"from the start of Fig. 1, $q(0) = ({q[0]:.3f}, {q[1]:.3f})$, it misses "
        rf"$\langle q \rangle$ by up to {without:.3f} until $t = 60$; from $q(0) = 0$ and moving "
        f"probes by {tiny(moving)}",
        bar(without),
        bar(moving),
        uncertainty="numerical, $10^{-11}$",
    )


@claim(
    "C68",
    "Sec. II B, Eq. (4)",
    "governs the local damping at each node as well as the possible feedback from the boundaries",
    statement=r"$\gamma_s(t)$ decays and comes back at the revival time $2M/v$; Sec. III A: "
    "boundary effects cause a departure from Ohmic dissipation, leading to revivals.",
    printed="damping and feedback",
    bar=bars.ordering("the kernel at $2M/v$ larger than just before"),
)
def feedback_in_the_kernel() -> Found:
    kernel = langevin(FIGURE_1).kernel
    first = kernel(0.0)[0, 0]
    before = np.abs(kernel(np.linspace(600, 645, 901))[:, 0, 0]).max() / first
    later = np.abs(kernel(np.linspace(655, 700, 901))[:, 0, 0]).max() / first
    early = np.abs(kernel(np.linspace(50, 645, 5951))[:, 0, 0]).max() / first
    return Found(
        rf"$\lvert\gamma_1(t)\rvert/\gamma_1(0)$ is at most {early:.3f} in $t = 50$-645 "
        f"({before:.4f} in 600-645) and {later:.3f} in 655-700",
        later > 2 * early,
        uncertainty="numerical, $10^{-12}$",
    )


def largest_strength(environment: HarmonicNetwork, frequency: float) -> float:
    """K_max of two probes without direct coupling on the first site."""
    return environment.largest_probe_coupling([1.0, frequency], [1, 1])
