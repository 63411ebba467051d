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
    synchronization,
)
from quantsync.papers.paper import Found, claim, zero

EXACT = 1e-11
STRONG = FIGURE_2["strength"]
PAIR = (1.0, FIGURE_1["frequency"], FIGURE_1["direct"])


@claim(
    "C1",
    "Sec. II",
    "the chain is the double sum over A_jk (X_j - X_k)^2 with A_jk = g delta_|j-k|,1",
    printed="the chain of Sec. III A",
    otherwise="the double sum counts each pair twice and lacks 1/2; ends fixed at X_0 = X_(M+1) = "
    "0 belong to (A6) and (A8)",
)
def hamiltonian() -> Found:
    double = printed.double_sum(SITES, CHAIN_FREQUENCY, CHAIN_COUPLING)
    ours = chain().stiffness
    ratio = double[0, 1] / ours[0, 1]
    top = HarmonicNetwork(double).frequencies[-1]
    largest = largest_strength(HarmonicNetwork(double, names=range(1, SITES + 1)), 1.1)
    springs = [(j, j + 1) for j in range(1, SITES)]
    free = HarmonicNetwork.from_graph(springs, CHAIN_FREQUENCY, CHAIN_COUPLING)
    return Found(
        f"its springs are {ratio:g} times those of Sec. III A and Eq. (A8), its ends free: a band "
        f"up to {top:.4f} instead of {chain().frequencies[-1]:.4f}, and K = {STRONG} of Fig. 2 "
        f"unstable (K_max = {largest:.5f}; {largest_strength(free, 1.1):.5f} for free ends with "
        "the springs of Sec. III A)",
        abs(ratio - 1) < EXACT,
    )


@claim(
    "C2",
    "Secs. II, IV A",
    "H = H_S + H_E + H_I is the Hamiltonian of the system also in the strong-coupling regime",
    printed="K = 0.8",
    convention="a bound that is not mentioned: there is no counter-term",
)
def stability() -> Found:
    limits = {}
    for figure in (FIGURE_2, FIGURE_4):
        finite = largest_strength(chain(), figure["frequency"])
        stiffness = probe_stiffness(1.0, figure["frequency"], 0.0)
        infinite = LIMIT.largest_stable_factor(stiffness, [1, 1], 1.0)
        limits[figure["frequency"]] = finite, infinite
    text = ", ".join(f"{a:.5f} for omega_2 = {w:g}" for w, (a, _) in limits.items())
    apart = max(abs(a - b) for a, b in limits.values())
    return Found(
        f"bounded from below for K < K_max = {text} (Schur complement; {zero(apart)} from the "
        "semi-infinite chain)",
        all(value > STRONG for value, _ in limits.values()),
    )


@claim(
    "C3",
    "Eq. (3)",
    "C is Pearson's coefficient, the bar being the integral over the window",
    printed="-1 <= C <= 1, by fluctuations",
    otherwise="the division by the window is missing; with it (means) C is invariant under shifts",
)
def correlation() -> Found:
    """Eq. (3) with integrals for bars and with means."""
    times = [20.0, 300.0, 700.0]
    signals = means(network(**FIGURE_1), START_1)
    right = synchronization(signals, times)
    literal = np.array([printed.correlation(*signals, t, WINDOW) for t in times])
    shift = [lambda t, f=f: f(t) + 1.0 for f in signals]
    shifted = printed.correlation(shift[0], shift[1], 300.0, WINDOW)
    listed = ", ".join(
        f"{a:.4f} and {b:.4f} at t = {t:g}" for a, b, t in zip(right, literal, times, strict=True)
    )
    return Found(
        f"with means and as printed: {listed} (Fig. 1); as printed, adding 1 to both signals "
        f"makes {literal[1]:.4f} into {shifted:.4f}",
        np.abs(right - literal).max() < 1e-3,
    )


@claim(
    "C4",
    "Eqs. (A1), (A4), (A5), (A7)",
    "tan 2theta = 2 lambda/(omega_2^2 - omega_1^2) gives the normal modes of H_S",
    printed="diagonal",
)
def mixing_angle() -> Found:
    w1, w2, coupling = PAIR
    theta = float(np.arctan2(2 * coupling, w2**2 - w1**2)) / 2
    stiffness, modes = probe_stiffness(*PAIR), probe_modes(*PAIR)
    left, other = (
        float(np.abs(_rotation(angle) @ stiffness @ _rotation(angle).T)[0, 1])
        for angle in (theta, -theta)
    )
    root = np.sqrt(4 * coupling**2 + (w1**2 - w2**2) ** 2)
    squares = coupling + (w1**2 + w2**2) / 2 + np.array([-1, 1]) / 2 * root
    turned = np.diagonal(_rotation(theta) @ stiffness @ _rotation(theta).T)
    error = float(np.abs(squares - turned).max())
    return Found(
        f"theta = {theta:.7f}: off-diagonal element {zero(left)} ({other:.3f} with the other "
        f"sign), squared frequencies off (A7) by {zero(error)}; Omega = "
        f"{modes.frequencies[0]:.7f}, {modes.frequencies[1]:.7f}",
        max(left, error) < EXACT,
    )


@claim(
    "C5",
    "Eqs. (A2), (A6), (A8)",
    "sine waves with Omega_j^2 = Omega_0^2 + 4 g sin^2(pi j/2(M+1)) are the modes of H_E",
    printed="diagonal",
    convention="X_0 = X_(M+1) = 0, which is not printed",
)
def normal_modes_of_the_chain() -> Found:
    sites = np.arange(1, SITES + 1)
    waves = np.sqrt(2 / (SITES + 1)) * np.sin(np.pi * np.outer(sites, sites) / (SITES + 1))
    squares = chain_frequencies(SITES, CHAIN_FREQUENCY, CHAIN_COUPLING) ** 2
    error = float(np.abs(waves.T @ chain().stiffness @ waves - np.diag(squares)).max())
    return Found(
        f"largest deviation {zero(error)} with the ends fixed (the term k = 0 of (A6) vanishes)",
        error < EXACT,
    )


@claim(
    "C6",
    "Eqs. (4), (5), (A9), (A10), (A12), (A13)",
    "gamma_s and eta are sums over the chain's modes with the couplings c_s(j)",
    printed="the kernels of the probes",
)
def kernels() -> Found:
    """(A9), (A10) and the kernels, against a diagonalisation of the environment."""
    times = np.linspace(0, 700, 1401)
    worst = 0.0
    for figure in (FIGURE_1, FIGURE_3):
        direct = figure.get("direct", 0.0)
        modes = probe_modes(1.0, figure["frequency"], direct)
        closed = _langevin(figure).kernel(times)
        whole = network(**figure).stiffness.toarray()
        found = LangevinEquation.from_stiffness(whole, [0, 1]).rotated(modes.rotation)
        worst = max(worst, float(np.abs(closed - found.kernel(times)).max()))
    return Found(
        f"differ by up to {zero(worst)} from those of a numerical diagonalisation (Figs. 1, 3)",
        worst < EXACT,
    )


@claim(
    "C7",
    "Eq. (A11)",
    "the Langevin equation gives the dynamics of the probes' normal modes",
    printed="exact",
)
@claim(
    "C8",
    "Sec. II B",
    "<q_s> obey the equation without the terms in q(0), for <q_1,2(0)> = 0",
    printed="<q_1,2(0)> = 0",
    otherwise="Figs. 1 and 3 start with q(0) != 0, which contradicts the condition; (A11) holds",
)
def langevin_equations() -> Iterator[Found]:
    times = np.linspace(0, 60, 61)
    signals = means(network(**FIGURE_1), START_1)
    rotation = probe_modes(*PAIR).rotation
    exact = (rotation @ np.array([signal(times) for signal in signals])).T
    start, rest = rotation @ np.array(START_1), np.zeros(2)
    equation = _langevin(FIGURE_1)
    full = equation.solve(times, start, rest)
    without = equation.solve(times, start, rest, slip=False)
    error, missed = (float(np.abs(q - exact).max()) for q in (full, without))
    yield Found(
        f"its solution differs from the normal modes of the whole by {zero(error)} up to "
        "t = 60 (Fig. 1)",
        error < EXACT,
    )
    yield Found(
        f"with the start of Fig. 1, q(0) = ({start[0]:.3f}, {start[1]:.3f}), it misses <q> by "
        f"up to {missed:.3f} until t = 60; (A11) has -gamma_1(t) q_1(0) - eta(t) q_2(0)",
        missed < EXACT,
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
