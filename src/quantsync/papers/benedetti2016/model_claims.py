"""Claims of Benedetti et al. (2016) on the model: Secs. I, II and App. A."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from quantsync.gaussian import (
    HarmonicNetwork,
    LangevinEquation,
    chain_couplings,
    chain_frequencies,
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
    FIGURE_3,
    FIGURE_4,
    LIMIT,
    SITES,
    WINDOW,
    chain,
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
ROUNDING = "numerical, rounding of the matrices"
FIXED_ENDS = "$X_0 = X_{M+1} = 0$, which is not printed"


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
        rf"$\lvert C \rvert = 1$ to {tiny(worst)}",
        bar(worst),
        uncertainty=ROUNDING,
    )


@claim(
    "C1",
    "Sec. II, Hamiltonian above Eq. (1)",
    r"$H_E = \sum_{j=1}^M \frac{1}{2}(P_j^2+\Omega_0^2X_j^2) + \sum_{j,k=1}^M A_{jk}(X_j-X_k)^2$"
    r" ... $A_{jk} = g\delta_{|j-k|,1}$",
    statement="The homogeneous chain of Sec. II is that of Sec. III A and of Eqs. (A6), (A8).",
    printed=r"springs $2g(X_j - X_{j+1})^2$, free ends",
    bar=bars.identity("stiffness matrices equal"),
    correction=r"$\sum_{j,k} A_{jk}(X_j - X_k)^2 \to \frac{1}{4}\sum_{j,k} A_{jk}(X_j - X_k)^2$ "
    r"with fixed ends, $X_0 = X_{M+1} = 0$ (the sum from $j = 0$ in Sec. III A hints at them). "
    "Sec. III A and Appendix A have the right chain, and everything else follows from those",
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
    bar=bars.word("same", r"the frequency"),
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
    "C4",
    "Appendix A, Eqs. (A1), (A4), (A5), (A7)",
    r"the quantity $\theta$ is defined by the relation "
    r"$\tan(2\theta) = \frac{2\lambda}{\omega_2^2-\omega_1^2}$",
    statement=r"This $\theta$ makes $q_{1,2}$ the normal modes of $H_S$, Eq. (1), with the "
    "eigenfrequencies of Eq. (A7).",
    printed="$H_S$ diagonal, Eq. (A1)",
    bar=bars.identity("off-diagonal element zero, eigenfrequencies equal,"),
)
def mixing_angle(bar) -> Found:
    w1, w2, coupling = PAIR
    theta = float(np.arctan2(2 * coupling, w2**2 - w1**2)) / 2
    stiffness, modes = probe_stiffness(*PAIR), probe_modes(*PAIR)
    left = float(np.abs(_rotation(theta) @ stiffness @ _rotation(theta).T)[0, 1])
    root = np.sqrt(4 * coupling**2 + (w1**2 - w2**2) ** 2)
    squares = coupling + (w1**2 + w2**2) / 2 + np.array([-1, 1]) / 2 * root
    turned = np.diagonal(_rotation(theta) @ stiffness @ _rotation(theta).T)
    error = float(np.abs(squares - turned).max())
    return Found(
        rf"for Fig. 1 $\theta = {theta:.5f}$: off-diagonal element {tiny(left)}, squares of "
        rf"frequencies off Eq. (A7) by {tiny(error)}; $\Omega_{{1,2}}$ = "
        f"{modes.frequencies[0]:.5f}, {modes.frequencies[1]:.5f}",
        bar(max(left, error) / squares[1]),
        uncertainty=ROUNDING,
    )


@claim(
    "C5",
    "Appendix A, Eqs. (A2), (A6), (A8)",
    r"$X_j = \sqrt{\frac{2}{M+1}}\sum_{k=0}^M \sin\left(\frac{\pi kj}{M+1}\right)Q_k$ ... "
    r"$\Omega_j^2 = \Omega_0^2+4g\sin^2\left(\frac{\pi j}{2(M+1)}\right)$",
    statement="These are the normal modes of the chain of Sec. III A.",
    printed="$H_E$ diagonal, Eq. (A2)",
    bar=bars.identity("matrices equal"),
    convention=FIXED_ENDS,
)
def normal_modes_of_the_chain(bar) -> Found:
    sites = np.arange(1, SITES + 1)
    waves = np.sqrt(2 / (SITES + 1)) * np.sin(np.pi * np.outer(sites, sites) / (SITES + 1))
    squares = chain_frequencies(SITES, CHAIN_FREQUENCY, CHAIN_COUPLING) ** 2
    error = float(np.abs(waves.T @ chain().stiffness @ waves - np.diag(squares)).max())
    return Found(
        f"largest deviation {tiny(error)} with the ends fixed (the term $k = 0$ vanishes)",
        bar(error / squares.max()),
        uncertainty=ROUNDING,
    )


@claim(
    "C6",
    "Appendix A, Eqs. (A3), (A9), (A10), (A12), (A13)",
    r"The kernels $\gamma$ and $\eta$ are expressed as $\gamma_s(t-t') = "
    r"\sum_{j=1}^M \frac{c_s^2(j)}{\Omega_j^2}\cos[\Omega_j(t-t')]\Theta(t-t')$",
    statement=r"With the printed $c_s(j)$ and $\Omega_j$ these and $\eta$, also Eqs. (4) "
    "and (5), are the kernels of the probes' normal modes.",
    printed=r"$\gamma_{1,2}$ and $\eta$",
    bar=bars.identity("kernels equal at all times up to 700"),
)
def kernels(bar) -> Found:
    """(A9), (A10) and the kernels, against a diagonalisation of the environment."""
    times = np.linspace(0, 700, 1401)
    worst, scale = 0.0, 0.0
    for figure in (FIGURE_1, FIGURE_3):
        direct = figure.get("direct", 0.0)
        modes = probe_modes(1.0, figure["frequency"], direct)
        closed = _langevin(figure).kernel(times)
        whole = network(**figure).stiffness.toarray()
        found = LangevinEquation.from_stiffness(whole, [0, 1]).rotated(modes.rotation)
        worst = max(worst, float(np.abs(closed - found.kernel(times)).max()))
        scale = max(scale, float(np.abs(closed).max()))
    return Found(
        f"differ by up to {tiny(worst)} from those of a numerical diagonalisation of the chain "
        "(Figs. 1, 3)",
        bar(worst / scale),
        uncertainty=ROUNDING,
    )


@claim(
    "C7",
    "Appendix A, Eq. (A11)",
    "The GQLEs are integro-differential equations that describe the dynamics of the NM operators",
    printed=r"$\ddot q_1 + [\Omega_1^2-\gamma_1(0)]q_1 + \ldots = -\xi_1 - \gamma_1(t)q_1(0) - "
    r"\eta(t)q_2(0) + \eta(0)q_2(t)$",
    bar=bars.identity("solution and normal modes of the whole equal"),
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
def langevin_equations(bars) -> Iterator[Found]:
    times = np.linspace(0, 60, 61)
    rotation = probe_modes(*PAIR).rotation
    equation = _langevin(FIGURE_1)

    def missed(x: np.ndarray, p: np.ndarray, slip: bool) -> float:
        signals = means(network(**FIGURE_1), x, p)
        exact = (rotation @ np.array([signal(times) for signal in signals])).T
        found = equation.solve(times, rotation @ x, rotation @ p, slip=slip)
        return float(np.abs(found - exact).max())

    start, rest = np.array(START_1), np.zeros(2)
    full, without = missed(start, rest, True), missed(start, rest, False)
    moving = missed(rest, start, False)
    q = rotation @ start
    yield Found(
        f"its solution differs from the normal modes of the whole by {tiny(full)} up to $t = 60$ "
        "(Fig. 1)",
        bars[0](full),
        uncertainty="numerical, $10^{-11}$",
    )
    yield Found(
        f"from the start of Fig. 1, $q(0) = ({q[0]:.3f}, {q[1]:.3f})$, it misses "
        rf"$\langle q \rangle$ by up to {without:.3f} until $t = 60$; from $q(0) = 0$ and moving "
        f"probes by {tiny(moving)}",
        bars[1](without),
        bars[1](moving),
        uncertainty="numerical, $10^{-11}$",
    )


@claim(
    "C72",
    "Appendix A, Eq. (A14)",
    "depends upon the environment initial conditions ... and gives a zero contribution when "
    "averaged over the vacuum state",
    statement=r"With $\xi_s(t)$ as printed, Eq. (A11) holds for any initial state of the chain; "
    r"$\xi_s$ is linear in $Q_j(0)$ and $P_j(0)$, which vanish on average in the vacuum.",
    printed=r"$\xi_s(t) = \sum_j c_s(j)\left(Q_j(0)\cos\Omega_jt + "
    r"\frac{P_j(0)}{\Omega_j}\sin\Omega_jt\right)$",
    bar=bars.identity("both sides of Eq. (A11) equal"),
)
def external_force(bar) -> Found:
    """The residual of (A11) for a displaced chain, from the normal modes of the whole."""
    rotation, n = probe_modes(*PAIR).rotation, np.arange(SITES)
    squares, modes = np.linalg.eigh(network(**FIGURE_1).stiffness.toarray())
    w = np.sqrt(squares)
    x = np.concatenate([START_1, 0.3 * np.cos(1.7 * n)])
    p = np.concatenate([[0.2, -0.4], 0.5 * np.sin(0.9 * n)])
    own = rotation @ modes[:2]

    def normal(t: np.ndarray, order: int) -> np.ndarray:
        """q, or its derivative of some order."""
        a, b = modes.T @ x, modes.T @ p / w
        phase = np.multiply.outer(w, t) + order * np.pi / 2
        return own @ (
            w[:, None] ** order * (np.cos(phase) * a[:, None] + np.sin(phase) * b[:, None])
        )

    equation = _langevin(FIGURE_1)
    frequencies = chain_frequencies(SITES, CHAIN_FREQUENCY, CHAIN_COUPLING)
    waves = np.sqrt(2 / (SITES + 1)) * np.sin(np.pi * np.outer(n + 1, n + 1) / (SITES + 1))
    couplings = rotation @ chain_couplings(SITES, [1, 1], FIGURE_1["strength"])
    Q, P = waves.T @ x[2:], waves.T @ p[2:]
    nodes, weights = np.polynomial.legendre.leggauss(200)
    at_zero, worst, scale = equation.kernel(0.0), 0.0, 0.0
    for t in (5.0, 20.0, 40.0):
        force = couplings @ (
            Q * np.cos(frequencies * t) + P / frequencies * np.sin(frequencies * t)
        )
        past = t * (nodes + 1) / 2
        memory = np.einsum(
            "k,kab,bk->a", weights * t / 2, equation.kernel(t - past), normal(past, 1)
        )
        q, start = normal(np.array([t]), 0)[:, 0], normal(np.array([0.0]), 0)[:, 0]
        inertia = normal(np.array([t]), 2)[:, 0]
        squares_q = probe_modes(*PAIR).frequencies ** 2 * q
        slip = equation.kernel(t) @ start
        worst = max(worst, np.abs(inertia + squares_q - at_zero @ q + memory + force + slip).max())
        scale = max(scale, np.abs(squares_q).max())
    return Found(
        f"with the chain displaced in all its modes the sides of Eq. (A11) differ by {tiny(worst)} "
        "at $t = 5$, 20 and 40 (Fig. 1)",
        bar(worst / scale),
        uncertainty="numerical, $10^{-11}$ (quadrature)",
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
    kernel = _langevin(FIGURE_1).kernel
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


def _langevin(figure: dict) -> LangevinEquation:
    probes = 1.0, figure["frequency"], figure.get("direct", 0.0)
    equation = LangevinEquation(
        probe_stiffness(*probes),
        chain_frequencies(SITES, CHAIN_FREQUENCY, CHAIN_COUPLING),
        chain_couplings(SITES, [1, figure.get("site", 1)], figure["strength"]),
    )
    return equation.rotated(probe_modes(*probes).rotation)


def _rotation(theta: float) -> np.ndarray:
    return np.array([[np.cos(theta), np.sin(theta)], [-np.sin(theta), np.cos(theta)]])
