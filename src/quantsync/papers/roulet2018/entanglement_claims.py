"""Claims of Roulet and Bruder, PRL 121, 063601 (2018): entanglement and what it tells."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

from quantsync.lindblad import steady_state
from quantsync.measures import mutual_information, negativity, purity, schmidt_coefficients
from quantsync.models import spin_pair
from quantsync.models.spin_pair.first_order import (
    LOCKING_COEFFICIENT,
    mu_minus,
    mu_plus,
    negativity_first_order,
    state_first_order,
)
from quantsync.papers import bars
from quantsync.papers.bars import Bar
from quantsync.papers.paper import Found, claim, zero
from quantsync.papers.roulet2018 import data
from quantsync.papers.roulet2018.drawing import RANK_THRESHOLD
from quantsync.papers.roulet2018.locking_claims import (
    EXPONENT,
    IDENTICAL,
    NUMERICAL,
    UNEQUAL,
    cube,
    exponent_of,
    tongue,
)
from quantsync.sweeps import compute, sweep

FIG_3_AXES = (
    r"the axes are not printed: $\varepsilon$ from 0 to $0.1\gamma_A^d$ and $\Delta$ from $-2$ to "
    r"$2\gamma_A^d$ are taken, the round ranges that give both printed slopes. The row shows "
    "that the numbers can be had, not that these axes were used"
)
FIG_4_AXES = (
    r"the axes are not printed: $\gamma_B^g = \gamma_A^d$ and $\gamma_B^d$ from 1 to "
    r"$1000\gamma_A^d$ are taken"
)
OTHER_AXES = ((0.1, 1.0), (0.1, 2.0), (0.1, 3.0), (0.1, 5.0), (0.05, 2.0), (0.2, 2.0))
"""Largest epsilon and detuning of the axes on which the regressions are repeated."""
FIT = "numerical, $10^{-6}$; what matters is the choice of axes"
NO_OFFSET = bars.word("exactly", r"the largest $\max S_\mathrm{rel}$")
NO_OFFSET = dataclasses.replace(
    NO_OFFSET, text=r"an intercept of at most 2 % of the largest $\max S_\mathrm{rel}$: 'absence'"
)


def printed_fit(slope: str, r_squared: str) -> Bar:
    """A regression in print: takes its slope and R^2."""
    first, second = bars.digits(slope), bars.digits(r_squared)
    return Bar(
        f"half a unit of the last digit of {slope}, and 0.005 around $R^2$ = "
        f"{float(r_squared):g}, the digits of 0.96 in print",
        lambda a, r2: first(a) & second(r2),
    )


@cache
def regressions_on(largest_epsilon: float, largest_detuning: float) -> dict[str, Any]:
    """Regressions of the locking on both measures over a map of the given extent.

    With an intercept: slope, intercept over the largest value, R^2; through the origin: slope,
    and R^2 about the mean and about zero.
    """
    axes = {
        "epsilon": np.linspace(0, largest_epsilon, 101),
        "detuning": np.linspace(-largest_detuning, largest_detuning, 101),
    }
    maps = sweep(spin_pair, axes, data.MEASURES, fixed=data.REVERSED)
    y = maps.synchronization.values.ravel()
    found = {}
    for name in data.MEASURES[1:]:
        x = maps[name].values.ravel()
        slope, intercept, r_squared = data.regression(x, y)
        straight = float(x @ y / (x @ x))
        rest = float(((y - straight * x) ** 2).sum())
        about_mean, about_zero = 1 - rest / float(((y - y.mean()) ** 2).sum()), 1 - rest / (y @ y)
        found[name] = {
            "slope": slope,
            "offset": intercept / float(y.max()),
            "r_squared": r_squared,
            "straight_slope": straight,
            "about_mean": about_mean,
            "about_zero": float(about_zero),
        }
    return found


@claim(
    "C16",
    "Entanglement generation, above Eq. (7)",
    "both numerics and first-order analytics will indicate that the state is virtually pure",
    statement=r"... and 'approximately in the pure entangled state' (7).",
    printed=r"$\hat\rho \approx \lvert\Psi\rangle\langle\Psi\rvert$",
    bar=bars.word(
        "virtually",
        r"1: $1 - \mathrm{Tr}\hat\rho^2$ and $1 - \langle\Psi\rvert"
        r"\hat\rho\lvert\Psi\rangle$",
    ),
    merged="C17",
)
def virtually_pure(bar: Any) -> Found:
    """Purity and overlap with (7), and what (7) alone would give for N and I."""
    deviations, purities = [], []
    for rates in (data.REVERSED, {**data.BALANCED_A, "gain_b": 1.0, "damping_b": 1.0}):
        rho = steady_state(spin_pair(epsilon=data.EPSILON, **rates)).rho
        psi = state_first_order(data.EPSILON, **rates)
        purities.append(float(purity(rho)))
        deviations += [1 - purities[-1], 1 - float(np.real(psi.conj() @ rho @ psi))]
    deviations.append(1 - float(cube().purity.min()))
    rho = steady_state(spin_pair(epsilon=data.EPSILON, **data.REVERSED)).rho
    psi = state_first_order(data.EPSILON, **data.REVERSED)
    projector = np.outer(psi, psi.conj())
    n, i = (
        [float(measure(state, data.PAIR, "A")) for state in (rho, projector)]
        for measure in (negativity, mutual_information)
    )
    return Found(
        rf"purity {purities[0]:.4f} at Fig. 2(b), {purities[1]:.4f} at the balanced start of "
        rf"Fig. 4, overlap with (7) {1 - deviations[1]:.4f} and {1 - deviations[3]:.4f}; over 625 "
        rf"sets of rates the purity is at least {1 - deviations[4]:.3f}. From (7) alone "
        rf"$\mathcal{{N}}$ = {n[1]:.4f} instead of {n[0]:.4f} and $I$ = {i[1]:.4f} nat instead of "
        rf"{i[0]:.4f} at Fig. 2(b): the printed slopes (C11, C13) are those of the exact state",
        bar(max(deviations)),
        uncertainty=NUMERICAL,
    )


@claim(
    "C11",
    "Entanglement generation, regression on Fig. 3",
    r"This yields $\max S_\mathrm{rel}(\phi)\approx 0.23\mathcal{N}$ with $R^2\approx 1$",
    statement=r"... and so the negativity 'reproduces the Arnold tongue' (Fig. 3(b)).",
    printed=r"slope 0.23, $R^2 \approx 1$",
    bar=printed_fit("0.23", "1.00"),
    convention=FIG_3_AXES,
)
@claim(
    "C12",
    "Entanglement generation, regression on Fig. 3",
    "Importantly, the absence of an offset in both cases indicates a one-to-one correspondence.",
    statement="The case of the negativity.",
    printed="0",
    bar=NO_OFFSET,
    convention=FIG_3_AXES,
)
@claim(
    "C13",
    "Entanglement generation, regression on Fig. 3",
    r"a very accurate measure $\max S_\mathrm{rel}(\phi)\approx 0.27I$ with $R^2\approx 0.96$",
    statement="... of the mutual information, which 'behaves similarly' to the negativity.",
    printed=r"slope 0.27, $R^2 \approx 0.96$",
    bar=printed_fit("0.27", "0.96"),
    convention=FIG_3_AXES + ". Entropies are in nats",
)
@claim(
    "C14",
    "Entanglement generation, regression on Fig. 3",
    "Importantly, the absence of an offset in both cases indicates a one-to-one correspondence.",
    statement="The case of the mutual information.",
    printed="no offset",
    bar=NO_OFFSET,
    otherwise=r"on axes that are not printed, but that give both printed slopes: $S_\mathrm{rel}$ "
    r"against $I$ is curved ($I$ grows faster than $\varepsilon$), and "
    "the least-squares line that has the printed slope does not pass through the origin. Both "
    "measures do vanish together without interaction",
    readings=(
        r"least squares with an intercept, on six choices of axes: the offset is 10 to 13 % of "
        r"the largest $\max S_\mathrm{rel}$",
        r"least squares through the origin on the axes that give the printed slopes: the slope is "
        r"0.34 instead of 0.27, and $R^2$ 0.84 about the mean, 0.95 about zero",
        r"through the origin with $\varepsilon$ up to $0.15\gamma_A^d$: 0.27 and $R^2 = 0.96$ "
        r"about zero, with 0.24 for $\mathcal{N}$: the printed slopes within 10 %, and no offset "
        r"by "
        "construction. But the 'middle top point of Fig. 3' would no longer have the values to "
        "which Fig. 4(c) tends",
    ),
)
def regressions(bars: list[Any]) -> Iterator[Found]:
    height = float(tongue().synchronization.max())
    for k, name in enumerate(data.MEASURES[1:]):
        fit = tongue().sel(predictor=name)
        slope, intercept, r2 = float(fit.slope), float(fit.intercept), float(fit.r_squared)
        other = [regressions_on(*extent)[name] for extent in OTHER_AXES]
        slopes = [o["slope"] for o in other]
        yield Found(
            rf"slope {slope:.4f}, $R^2$ = {r2:.4f}; on {len(other)} choices of axes the slope is "
            f"{min(slopes):.3f} to {max(slopes):.3f}",
            bars[2 * k](slope, r2),
            uncertainty=FIT,
        )
        shares = [100 * abs(o["offset"]) for o in other]
        straight = regressions_on(*OTHER_AXES[1])[name]
        yield Found(
            rf"intercept ${intercept:+.5f}$, {100 * abs(intercept) / height:.1f} % of the largest "
            rf"$\max S_\mathrm{{rel}}$ ({min(shares):.1f} to {max(shares):.1f} % on "
            f"{len(other)} choices of axes); through the origin the slope is "
            rf"{straight['straight_slope']:.3f} and $R^2$ is {straight['about_mean']:.3f} about "
            f"the mean, {straight['about_zero']:.3f} about zero",
            bars[2 * k + 1](intercept / height),
            uncertainty=FIT,
        )


@claim(
    "C34",
    "Entanglement generation, below Eq. (7)",
    r"directly related to the Schmidt coefficients of the pure state decomposition, yielding "
    r"$\mathcal{N}\approx\varepsilon(\lvert\mu_+\rvert+\lvert\mu_-\rvert)$",
    printed=r"$\mathcal{N}\approx\varepsilon(\lvert\mu_+\rvert+\lvert\mu_-\rvert)$",
    bar=bars.expansion(2),
)
def negativity_from_coherences(bar: Any) -> Found:
    """The negativity of the exact steady state off resonance, and the Schmidt coefficients."""
    epsilon, detuning = np.array([1e-4, 1e-3]), 0.7
    rho = steady_state(spin_pair(epsilon=epsilon, detuning=detuning, **UNEQUAL)).rho
    exact = negativity(rho, data.PAIR, "A")
    theory = negativity_first_order(epsilon, **UNEQUAL, detuning=detuning)
    order = exponent_of(*np.abs(exact - theory))
    psi = state_first_order(data.EPSILON, **UNEQUAL, detuning=detuning)
    expected = np.array(
        [
            1 / data.EPSILON,
            np.abs(mu_plus(UNEQUAL["damping_a"], UNEQUAL["gain_b"], detuning)),
            np.abs(mu_minus(UNEQUAL["gain_a"], UNEQUAL["damping_b"], detuning)),
        ]
    )
    expected /= np.linalg.norm(expected)
    gap = float(
        np.abs(np.sort(schmidt_coefficients(psi, data.PAIR, "A")) - np.sort(expected)).max()
    )
    return Found(
        rf"at $\varepsilon = 10^{{-3}}\gamma_A^d$: {float(exact[1]) / 1e-3:.4f} "
        rf"$\varepsilon/\gamma_A^d$ against {float(theory[1]) / 1e-3:.4f} "
        rf"($\gamma_A^g, \gamma_B^g, \gamma_B^d = 2, 3, 5\gamma_A^d$, "
        rf"$\Delta = 0.7\gamma_A^d$); the difference grows as $\varepsilon^{{{order:.2f}}}$. "
        rf"Schmidt coefficients of (7) off "
        rf"$1, \varepsilon\lvert\mu_\pm\rvert$ by {zero(gap)}",
        bar(order if gap < 1e-12 else 0.0),
        uncertainty=EXPONENT,
    )


@claim(
    "C24",
    "Entanglement generation, below Eq. (7)",
    "synchronization between the spins cannot be established without the generation of "
    "entanglement",
    statement="Also in the conclusion ('synchronization can be used to certify the presence of "
    "entanglement'). Said of 'the weak interaction': to first order $\\max S_\\mathrm{rel} \\le "
    r"\frac{9\pi}{128}\mathcal{N}$, by the triangle inequality. Beyond it the two are no longer in "
    r"proportion: for $\varepsilon \ge \sqrt{1 + \Delta^2}$ in units of $\gamma_A^d = \gamma_B^g$ "
    r"the negativity falls as $\gamma_A^g$ and $\gamma_B^d$ grow, while the locking stays.",
    printed=r"$\mathcal{N} > 0$ wherever $S_\mathrm{rel} \ne 0$",
    bar=bars.ordering(r"$\mathcal{N} > 0$ wherever $\max S_\mathrm{rel} > 0$"),
)
def witness_of_entanglement() -> Found:
    """The least negativity in the paper's figures, and at strong coupling, where it is small."""
    slow, fast = (
        compute(
            "spin_pair",
            {"epsilon": 1.5, "gain_a": rate, "damping_a": 1.0, "gain_b": 1.0, "damping_b": rate},
            ["synchronization", "negativity"],
        )
        for rate in (1e3, 1e5)
    )
    on = tongue().sel(epsilon=slice(1e-9, None))
    least = float((on.negativity / on.epsilon).min())
    smallest = float(data.figure_4().negativity.min())
    return Found(
        rf"$\mathcal{{N}} \ge {least:.2f}\varepsilon/\gamma_A^d$ over Fig. 3 and "
        rf"$\mathcal{{N}} \ge {smallest:.4f}$ over Fig. 4. At $\varepsilon = 1.5\gamma_A^d$ "
        rf"$\max S_\mathrm{{rel}}$ = {slow['synchronization']:.4f} and "
        rf"{fast['synchronization']:.4f} with $\mathcal{{N}}$ = "
        rf"${1e4 * slow['negativity']:.1f} \times 10^{{-4}}$ and "
        rf"${1e6 * fast['negativity']:.1f} \times 10^{{-6}}$ for $\gamma_A^g = \gamma_B^d = 10^3$ "
        r"and $10^5\gamma_A^d$",
        min(least, smallest, slow["negativity"], fast["negativity"]) > 1e-9,
        uncertainty=NUMERICAL,
    )


@claim(
    "C15",
    "Entanglement generation, above Eq. (8)",
    "obtained numerically from the linear regression on the negativity is nothing else than the "
    r"coefficient $9\pi/128\approx 0.22$",
    statement="... 'entering the synchronization measure to first order'. At the couplings of "
    r"Fig. 3, populations of order $\varepsilon^2$ lower the negativity and raise the slope by "
    r"6 %; the coefficient itself is the slope for weak coupling and $\lvert\mu_-\rvert \ll "
    r"\lvert\mu_+\rvert$.",
    printed=r"$9\pi/128 \approx 0.22$ for the 0.23 of the regression",
    bar=dataclasses.replace(
        bars.about(LOCKING_COEFFICIENT),
        text=r"10 % of $9\pi/128$, for an approximate sign: the sentence itself sets 0.23 equal to "
        "0.22",
    ),
)
def origin_of_the_slope(bar: Any) -> Found:
    """The slope for smaller and smaller couplings, and with the smaller coherence removed."""

    def slope(largest: float, rates: dict[str, float]) -> float:
        axes = {"epsilon": np.linspace(0, largest, 51), "detuning": np.linspace(-2, 2, 51)}
        maps = sweep(spin_pair, axes, data.MEASURES[:2], fixed=rates)
        return data.regression(maps.negativity, maps.synchronization)[0]

    printed = float(tongue().slope.sel(predictor="negativity"))
    half, weak = slope(data.EPSILON / 2, data.REVERSED), slope(1e-3, data.REVERSED)
    one = slope(1e-3, {**data.REVERSED, "gain_a": 1e4, "damping_b": 1e4})
    return Found(
        rf"{printed:.3f}, {half:.3f} and {weak:.3f} for $\varepsilon$ up to 0.1, 0.05 and "
        rf"$0.001\gamma_A^d$; {one:.3f} there with $\gamma_A^g = \gamma_B^d = 10^4\gamma_A^d$, "
        r"so that $\mu_-$ is absent",
        bar(printed) & bar(half) & bar(weak) & bar(one),
        uncertainty="numerical, 0.0005 (grid)",
    )


@claim(
    "C18",
    "Entanglement generation, Eq. (8)",
    "the negativity is proportional to the difference between the coherences instead of their sum",
    printed=r"$\mathcal{N}^{\Delta=0} \approx \varepsilon(\mu_+ - \mu_-) \ne "
    r"\max S_\mathrm{rel}^{\Delta=0}/(9\pi/128)$",
    bar=bars.expansion(2),
)
def equation_8(bar: Any) -> Found:
    """The negativity at first order is the difference of the coherences."""
    epsilon, rates = np.array([1e-4, 1e-3]), {**IDENTICAL, "gain_a": 2.0, "damping_b": 3.0}
    points = sweep(spin_pair, {"epsilon": epsilon}, data.MEASURES[:2], fixed=rates)
    theory = negativity_first_order(epsilon, **rates)
    order = exponent_of(*np.abs(points.negativity.values - theory))
    n = float(points.negativity[0]) / epsilon[0]
    s = float(points.synchronization[0]) / LOCKING_COEFFICIENT / epsilon[0]
    return Found(
        rf"$\mathcal{{N}}$ = {n:.4f} $\varepsilon/\gamma_A^d$ for {theory[0] / epsilon[0]:.4f} and "
        rf"$\max S_\mathrm{{rel}}/(9\pi/128)$ = {s:.4f} $\varepsilon/\gamma_A^d$ "
        rf"($\gamma_A^g = 2\gamma_A^d$, $\gamma_B^d = 3\gamma_A^d$, $\gamma_B^g = \gamma_A^d$); "
        rf"the difference from (8) grows as $\varepsilon^{{{order:.2f}}}$",
        bar(order),
        uncertainty=EXPONENT,
    )


@claim(
    "C35",
    "Entanglement generation, below Eq. (8)",
    r"$\lvert\mu_+\rvert\gg\lvert\mu_-\rvert$ for the reversed limit cycles considered in Fig. 3",
    printed=r"$\lvert\mu_+\rvert\gg\lvert\mu_-\rvert$",
    bar=bars.much(r"$\gg$"),
)
def one_coherence_dominates(bar: Any) -> Found:
    rho = steady_state(
        spin_pair(epsilon=data.EPSILON, detuning=np.array([0.0, 2.0]), **data.REVERSED)
    ).rho
    ratios = np.abs(rho[:, 2, 4] / rho[:, 6, 4])
    return Found(
        rf"$\lvert\mu_+/\mu_-\rvert$ = {ratios[0]:.1f} on resonance and {ratios[1]:.1f} at "
        r"$\Delta = 2\gamma_A^d$, at $\varepsilon = 0.1\gamma_A^d$",
        bar(float(ratios.min())),
        uncertainty=NUMERICAL,
    )


@claim(
    "C36",
    "Entanglement generation, Fig. 4",
    r"we find no phase locking as the coherences are exactly opposed $\mu_+=-\mu_-$",
    statement="The coherences are meant here; for the locking see C8.",
    printed=r"$\mu_+ = -\mu_-$",
    bar=bars.identity(),
)
def opposed_coherences(bar: Any) -> Found:
    """The coherences of two balanced spins in the exact steady state."""
    rho = steady_state(spin_pair(epsilon=data.EPSILON, **IDENTICAL)).rho
    plus, minus = rho[2, 4] / data.EPSILON, rho[6, 4] / data.EPSILON
    deviation = float(abs(plus + minus) / abs(plus))
    return Found(
        rf"$\mu_+$ = {plus.real:.4f}, $\mu_-$ = ${minus.real:.4f}/\gamma_A^d$ at $\varepsilon = "
        rf"0.1\gamma_A^d$, to all orders; relative sum {zero(deviation)}",
        bar(deviation),
        uncertainty=r"numerical, $10^{-12}$",
    )


SAME_PATTERN = dataclasses.replace(
    bars.word("similar"),
    text="25 % of the largest value, as for 'similar': the pattern is said to be the same, not the "
    "values",
)


@claim(
    "C20",
    "Entanglement generation, Fig. 4(c)",
    "both $I$ (dashed) and $\\mathcal{N}$ (dotted) are reduced by half when phase locking is "
    "established between the spins",
    printed="1/2",
    bar=dataclasses.replace(
        bars.about(0.5),
        text="10 % of 1/2, as for an approximate sign: 'by half' is read off plots",
    ),
    convention=FIG_4_AXES,
)
@claim(
    "C37",
    "Entanglement generation, Fig. 4(c)",
    "synchronization gets established ... But at the same time the entanglement is found to "
    "decrease",
    printed=r"$\mathcal{N}$ falls while $S_\mathrm{rel}$ rises",
    bar=bars.ordering("every step along the cut"),
    convention=FIG_4_AXES,
)
@claim(
    "C22",
    "Entanglement generation, Fig. 4(b)",
    "one of the coherences being significantly reduced, and the Schmidt rank consequently dropping "
    "to 2",
    statement="... from 3, 'of the state given in Eq. (7)'.",
    printed="3 to 2",
    bar=bars.strongly(r"significantly reduced"),
    convention=rf"a coefficient $\lvert\mu_-\rvert < {RANK_THRESHOLD}\lvert\mu_+\rvert$ is not "
    "counted; the paper names no threshold, and the exact rank of (7) is 3 at every finite rate",
)
@claim(
    "C21",
    "Entanglement generation, Fig. 4(c)",
    "Eventually, all measures reach the same values as in the case of locked reversed limit "
    "cycles.",
    printed="1",
    bar=bars.word("same", "the values of reversed limit cycles"),
    convention=FIG_4_AXES,
)
@claim(
    "C23",
    "Entanglement generation, Fig. 4",
    "The quantum mutual information $I$ follows the same pattern as the negativity.",
    printed="the same pattern",
    bar=SAME_PATTERN,
    convention=r"the axes are not printed: both rates of spin B from 1 to $100\gamma_A^d$ are "
    "taken, and both maps relative to their largest value",
)
def figure_4_claims(bars: list[Any]) -> Iterator[Found]:
    balanced = data.figure_4()
    start, end = (
        {name: float(balanced[f"cut_{name}"][k]) for name in data.MEASURES} for k in (0, -1)
    )
    n, i = "negativity", "mutual_information"
    yield Found(
        rf"$\mathcal{{N}}$ from {start[n]:.3f} to {end[n]:.3f}, $I$ from {start[i]:.3f} to "
        rf"{end[i]:.3f}: ratios {end[n] / start[n]:.3f} and {end[i] / start[i]:.3f}",
        bars[0](end[n] / start[n]) & bars[0](end[i] / start[i]),
        uncertainty=NUMERICAL,
    )
    rises = bool((np.diff(balanced.cut_synchronization) > 0).all())
    falls = bool((np.diff(balanced.cut_negativity) < 0).all())
    dip = float(balanced.cut_mutual_information.min())
    yield Found(
        rf"in all {balanced.sizes['cut_damping_b'] - 1} steps from 1 to $1000\gamma_A^d$ "
        rf"$\max S_\mathrm{{rel}}$ rises ({start['synchronization']:.3f} to "
        rf"{end['synchronization']:.3f}) and $\mathcal{{N}}$ falls ({start[n]:.3f} to "
        rf"{end[n]:.3f}); $I$ falls to {dip:.4f} and ends at {end[i]:.4f}",
        rises and falls,
        uncertainty=NUMERICAL,
    )
    rate = 100.0
    plus, minus = mu_plus(1.0, 1.0), mu_minus(1.0, np.array([1.0, rate]))
    ratios = np.abs(plus / minus)
    dropped = 2 / RANK_THRESHOLD - 1  # where (1 + damping_b)/2 = 1/threshold
    yield Found(
        rf"$\lvert\mu_+/\mu_-\rvert$ is {ratios[0]:.0f} for a balanced spin B and {ratios[1]:.1f} "
        rf"at $\gamma_B^d = 100\gamma_A^d$; it passes 10 at $\gamma_B^d = {dropped:.0f}"
        r"\gamma_A^d$",
        bars[2](float(ratios[1])) if ratios[0] < 2 and ratios[1] * RANK_THRESHOLD > 1 else False,
        uncertainty="exact",
    )
    at = float(balanced.cut_synchronization.sel(cut_damping_b=rate, method="nearest"))
    yield Found(
        rf"$\max S_\mathrm{{rel}}$ {end['synchronization']:.3f}, $\mathcal{{N}}$ {end[n]:.3f}, "
        rf"$I$ {end[i]:.3f} at $\gamma_B^d = 1000\gamma_A^d$ ($\max S_\mathrm{{rel}}$ {at:.3f} "
        r"at $100\gamma_A^d$)",
        bars[3](max(abs(v - 1) for v in end.values())),
        uncertainty=NUMERICAL,
    )
    first, second = (balanced[m].values / float(balanced[m].max()) for m in (n, i))
    r_squared = float(np.corrcoef(first.ravel(), second.ravel())[0, 1]) ** 2
    gap = float(np.abs(first - second).max())
    yield Found(
        rf"relative to their largest values they differ by at most {100 * gap:.0f} %; $R^2$ = "
        f"{r_squared:.3f} over the map",
        bars[4](gap),
        uncertainty=NUMERICAL,
    )
