"""Claims of Benedetti et al. (2016) on the normal modes and on Fig. 6: Apps. A and B."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import xarray as xr

from quantsync.gaussian import (
    LangevinEquation,
    chain_couplings,
    chain_frequencies,
    probe_modes,
    probe_stiffness,
)
from quantsync.papers import bars
from quantsync.papers.benedetti2016 import printed
from quantsync.papers.benedetti2016.data import START_1, START_6, untouched
from quantsync.papers.benedetti2016.networks import (
    CHAIN_COUPLING,
    CHAIN_FREQUENCY,
    FIGURE_1,
    FIGURE_3,
    FIGURE_6,
    LIMIT,
    REVIVAL,
    ROUNDING,
    SITES,
    chain,
    langevin,
    langevin_error,
    like,
    means,
    network,
    response,
    scientific,
    synchronization,
    tiny,
)
from quantsync.papers.paper import Found, claim

AHEAD = 10.0
"""Sites by which windows keep ahead of the front of the fastest waves."""
OTHER = (1.4, 1.4)
"""Another start; the paper prints none for Fig. 6."""
APEX = 201
"""The site that stays untouched for longest: as far from the other probe as from its echo."""
INCOHERENT, COHERENT = 0.25, 0.75
"""Bounds of |C| for "do not synchronize" and for "synchronization" (the word "good")."""
PAIR = (1.0, FIGURE_1["frequency"], FIGURE_1["direct"])
MODES = probe_modes(1.0, FIGURE_6["frequency"], FIGURE_6["direct"])


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
    convention="$X_0 = X_{M+1} = 0$, which is not printed",
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
        closed = langevin(figure).kernel(times)
        whole = network(**figure).stiffness.toarray()
        found = LangevinEquation.from_stiffness(whole, [0, 1]).rotated(modes.rotation)
        worst = max(worst, float(np.abs(closed - found.kernel(times)).max()))
        scale = max(scale, float(np.abs(closed).max()))
    return Found(
        f"they differ by {tiny(worst)} from those of a numerical diagonalisation of the chain "
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
def langevin_equation(bar) -> Found:
    error = langevin_error(START_1, (0.0, 0.0), slip=True)
    return Found(
        f"its solution differs from the normal modes of the whole by {tiny(error)} up to $t = 60$ "
        "(Fig. 1)",
        bar(error),
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

    equation = langevin(FIGURE_1)
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


@cache
def both() -> tuple[xr.Dataset, xr.Dataset]:
    """Fig. 6 from our start and from the other."""
    return response().synchronization(START_6), response().synchronization(OTHER)


@claim(
    "C54",
    "Appendix B, Fig. 6",
    r"i.e., $0 \ll m \ll N$, there is an initial time transient ... this behavior is "
    "independent of the position m",
    printed="independent",
    bar=like("identical", "the largest possible $C$, 1"),
    convention="$N$, which is not defined, read as $M$",
)
@claim(
    "C55",
    "Appendix B, Fig. 6",
    "there is an initial time transient in which the oscillators do not synchronize",
    printed="none",
    bar=like("small", r"the largest possible $\lvert C\rvert$, 1, at any time"),
    convention="the start of Fig. 1 and windows of 15 (neither is printed for Fig. 6): it excites "
    "both normal modes. A start that excites mostly one is synchronized from the beginning",
)
def light_cone(bars) -> Iterator[Found]:
    data, other = both()
    inside = untouched(data, AHEAD)
    spreads = [_spread(values.C.where(inside)) for values in both()]
    outside = _spread(data.C.where(~inside))
    seen = float(np.abs(data.C.where(inside)).max())
    edge = _spread(data.C.where(untouched(data, 0.0)))
    least, most = (float(f(other.C.where(inside))) for f in (np.min, np.max))
    apex = means(network(**FIGURE_6, site=APEX), START_6)
    windows = {
        w: float(np.abs(synchronization(apex, np.arange(0.0, 200 - w), w)).max())
        for w in (10.0, 30.0)
    }
    yield Found(
        f"$C$ varies with $m$ by up to {scientific(spreads[0])} ({scientific(spreads[1])} from "
        f"$x(0) = (1.4, 1.4)$) where windows end {AHEAD:g} sites ahead of the fastest waves, by "
        f"{scientific(edge)} at the front itself, elsewhere by {outside:.2f}",
        bars[0](max(spreads)),
        uncertainty="$10^{-5}$ (sampled windows)",
    )
    yield Found(
        rf"$\lvert C\rvert < {seen:.3f}$ in the triangle from $x(0) = (0.14, 1.4)$; from $(1.4, "
        f"1.4)$ $C$ lies between {least:.3f} and {most:.3f}",
        bars[1](seen),
        uncertainty="the window: "
        + ", ".join(rf"$\lvert C\rvert < {c:.3f}$ (window {w:g})" for w, c in windows.items()),
    )


@claim(
    "C74",
    "Appendix B, Fig. 6",
    "crosstalk and reflections from the boundaries, leading to a strong and nonmonotonic "
    "dependence on m",
    printed="nonmonotonic",
    bar=bars.ordering("$C$ over $m$ rises and falls"),
)
def dependence_on_the_site() -> Found:
    at = both()[0].C.sel(time=600.0).values
    jumps = np.diff(at)
    turns = int(((jumps[1:] > 0) != (jumps[:-1] > 0)).sum())
    return Found(
        f"at $t = 600$ from $x(0) = (0.14, 1.4)$ $C$ runs from {float(at.min()):.2f} to "
        f"{float(at.max()):.2f}, changes direction {turns} times over the {SITES} sites and jumps "
        f"by up to {np.abs(jumps).max():.2f} from one to the next",
        float(np.ptp(at)) > 0.25 and turns > 10,
        uncertainty="$10^{-5}$ (sampled windows)",
    )


@claim(
    "C57",
    "Appendix B, Fig. 6",
    "often to synchronization for larger times",
    printed="often",
    bar=bars.ordering(
        r"$\lvert C\rvert \geq 0.75$ (as for 'good': 25 % of 1) at half of all $(m, t > 2M/v)$ or "
        "more, 'often' read as half of them at least; the paper gives no number"
    ),
    missing="the initial state of Fig. 6 (and from which $C$ on it is called synchronization). "
    "Starts that excite mostly one normal mode give it almost everywhere, but then also in the "
    r"transient; of starts at rest that are incoherent there, $\lvert C\rvert < 0.25$, none "
    "does, while lower levels are often reached",
)
def synchronization_later() -> Found:
    rows = []
    for values in both():
        late = np.abs(values.C.where(values.time > REVIVAL, drop=True)).values
        rows.append([float(np.mean(late > c)) for c in (0.5, COHERENT)])
    inside = untouched(both()[0], AHEAD)
    joint = []
    for degrees in range(180):
        angle = np.radians(degrees)
        C = np.abs(response().synchronization((np.cos(angle), np.sin(angle))).C)
        if float(C.where(inside).max()) < INCOHERENT:
            late = C.where(C.time > REVIVAL, drop=True).values
            joint.append([float(np.mean(late > c)) for c in (0.3, 0.5, COHERENT)])
    most = np.max(joint, axis=0)
    return Found(
        rf"$\lvert C\rvert$ exceeds 0.5 and 0.75 at {100 * rows[0][0]:.0f} % and "
        f"{100 * rows[0][1]:.0f} % of $(m, t > 2M/v)$ from $x(0) = (0.14, 1.4)$, at "
        f"{100 * rows[1][0]:.0f} % and {100 * rows[1][1]:.0f} % from $(1.4, 1.4)$. Of the "
        f"{len(joint)} out of 180 directions $x_2(0)/x_1(0)$ that are incoherent in the transient, "
        f"at most {100 * most[0]:.0f} %, {100 * most[1]:.0f} % and {100 * most[2]:.0f} % exceed "
        "0.3, 0.5 and 0.75",
        rows[0][1] >= 0.5,
        rows[1][1] >= 0.5,
        uncertainty="1 % (grid of sites and times)",
    )


@claim(
    "C58",
    "Appendix B, Eqs. (B1)-(B3)",
    r"$c_1 = \left[\cos\theta\sin\left(\frac{\pi k_-}{M+1}\right) + "
    r"\sin\theta\sin\left(\frac{\pi k_-m}{M+1}\right)\right]$",
    statement="These $c_1$, $c_2$ are Eqs. (A9), (A10) at the resonant modes, for probes at sites "
    "1 and $m$.",
    printed="(A9), (A10) at $k_-$, $k_+$",
    bar=bars.identity("couplings equal"),
)
def resonant_couplings(bar) -> Found:
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
        f"$k_- = {modes[0]}$, $k_+ = {modes[1]}$ in Fig. 6; they differ by {tiny(error)}",
        bar(error),
        uncertainty=ROUNDING,
    )


@claim(
    "C59",
    "Appendix B, below Eq. (B3)",
    "the system normal modes decay at some rate independently of their distance m",
    printed="independent",
    bar=like("same", "the rate"),
)
@claim(
    "C60",
    "Appendix B, below Eq. (B3)",
    r"The average effect of several such modes of the chain leads to $c_1 \sim "
    r"\cos\theta\sin(\frac{\pi k_-}{M+1})$ and $c_2 \sim \sin\theta\sin(\frac{\pi k_+}{M+1})$",
    statement="The sizes of the couplings that the decay rates imply.",
    printed="printed sizes over those that the rates imply: 1",
    bar=bars.order(1),
)
@claim(
    "C73",
    "Appendix B, Fig. 6",
    "corresponds to a good approximation of independent dissipation of the two detuned systems",
    statement="The rates are the sums of what each probe alone would emit into the chain.",
    printed="independent",
    bar=bars.word("good", "the rate"),
)
def decay(bars) -> Iterator[Found]:
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
    sizes = np.sqrt(middle / unit)
    ratios = np.sqrt(literal) / sizes
    fit = "numerical, $10^{-4}$ (fit of the decay over $t = 20$-120)"
    yield Found(
        f"rates {middle[0]:.6f} and {middle[1]:.6f}; they differ by {100 * spread:.2f} % "
        "between $m = 120$, 150 and 180",
        bars[0](spread),
        uncertainty=fit,
    )
    yield Found(
        f"printed {np.sqrt(literal[0]):.3f} and {np.sqrt(literal[1]):.3f}, from the rates "
        f"{sizes[0]:.3f} and {sizes[1]:.3f}, {100 * (1 / ratios[0] - 1):.0f} % and "
        f"{100 * (1 / ratios[1] - 1):.0f} % more. The probe inside the chain emits too: with "
        r"$\tfrac{1}{2}\sin^2\theta$ and $\tfrac{1}{2}\cos^2\theta$ added to $c_1^2$ and $c_2^2$ "
        f"they are {np.sqrt(right[0]):.3f} and {np.sqrt(right[1]):.3f}; the independence of $m$ "
        "(C59) does not depend on it",
        bars[1](ratios[0]) & bars[1](ratios[1]),
        uncertainty=fit,
    )
    yield Found(
        f"sums of independent emissions {right[0] * unit[0]:.6f} and {right[1] * unit[1]:.6f} "
        f"(golden rule), rates {middle[0]:.6f} and {middle[1]:.6f}",
        bars[2](float(np.abs(right * unit / middle - 1).max())),
        uncertainty=fit,
    )


def _rotation(theta: float) -> np.ndarray:
    return np.array([[np.cos(theta), np.sin(theta)], [-np.sin(theta), np.cos(theta)]])


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
