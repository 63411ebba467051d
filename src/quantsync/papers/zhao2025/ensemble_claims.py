r"""Claims of Zhao et al. (2025) on random perturbations: Figs. 3 and 5.

The samples are those of the figures: a thousand perturbations, or ten thousand with ``full``, the
former the first of the latter. What is meant by "above the threshold r S_max" is C59.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import xarray as xr

from quantsync.lindblad.degenerate import random_lindbladian
from quantsync.models import collective_decay_pair
from quantsync.papers import bars
from quantsync.papers.bars import ROUNDING, Margin
from quantsync.papers.paper import Found, claim
from quantsync.papers.zhao2025 import printed
from quantsync.papers.zhao2025.data import THRESHOLD, figure_2
from quantsync.papers.zhao2025.ensemble_data import (
    ANTIPHASE,
    LIMIT_SAMPLES,
    SEED,
    WEAKEST,
    at,
    figure_3,
    figure_5,
    samples_of,
    standard_error,
)
from quantsync.papers.zhao2025.uncertainty import measured
from quantsync.sweeps import ensemble

UNIFORM = 1 / 8
"""Probability of each of the three intervals for random angles, and that of chi_2 > 7/8."""
READ = r"the threshold is read as $S_d - (2\pi)^{-%d} > r\,S_{\max}$ (C59)"
ABOVE, ABOVE_PAIR = READ % 2, READ % 1
REGIME = r"$\eta/\omega \lesssim 10^{-3}$"


def _power(eta: float) -> str:
    """A strength in TeX."""
    if 0.05 < eta < 20:
        return f"${eta:.2g}$"
    exponent = int(np.floor(np.log10(eta) + 1e-9))
    factor = eta / 10.0**exponent
    return f"$10^{{{exponent}}}$" if factor < 1.001 else rf"${factor:.1f} \times 10^{{{exponent}}}$"


def _all(values: np.ndarray, errors: np.ndarray) -> str:
    return ", ".join(measured(v, e) for v, e in zip(values, errors, strict=True))


def _worst(margins: list[Margin]) -> Margin:
    worst = margins[0]
    for margin in margins[1:]:
        worst = worst & margin
    return worst


@claim(
    "C30",
    "Spin-1 model, above Eq. (9)",
    "For every realization of randomness, we have found as expected a single steady state",
    statement="And likewise in Appendix D",
    printed="always",
    bar=bars.Bar("no exception among the samples"),
)
def unique_states(full: bool) -> Found:
    chain, pair = figure_3(full), figure_5(full)
    failed = int(chain.failed.sum() + pair.failed.sum())
    counts = [data.sizes["sample"] for data in (chain, pair)]
    return Found(
        f"{failed} exceptions in {counts[0]} perturbations of the chain and {counts[1]} of the "
        f"pair, at {chain.sizes['eta']} strengths each",
        failed == 0,
        uncertainty=f"samples of seed {SEED}; exceptions are rarer than {3 / min(counts):.1g} "
        "(95 %)",
    )


@claim(
    "C59",
    "Spin-1 model, below Eq. (9)",
    r"from those values such that $S_d$ achieves values higher than a threshold $rS_{\max}$, with "
    "$r = 0.95$",
    statement=r"A threshold that selects the neighbourhoods of the maxima; the caption of Fig. 3 "
    r"has $0.95\max S_d$",
    printed=r"$S_d > rS_{\max}$",
    bar=bars.Bar("less than the whole torus is selected"),
    convention=r"$S_d$ is measured from the uniform distribution, as $S_{\max}$ is: "
    r"$S_d - (2\pi)^{-(N-1)} > r\,S_{\max}$. Read literally, text and caption select all angles "
    r"at weak perturbations, where $S_{\max} \sim 3 \times 10^{-6}$ and the uniform distribution "
    r"is $0.025$",
)
def threshold() -> Found:
    excess = figure_2().excess.values
    density, highest = excess + (2 * np.pi) ** -2, excess.max(axis=(1, 2), keepdims=True)
    shares = [
        float(chosen.mean())
        for chosen in (
            excess > THRESHOLD * highest,
            density > THRESHOLD * highest,
            density > THRESHOLD * density.max(axis=(1, 2), keepdims=True),
        )
    ]
    return Found(
        f"of the torus {100 * shares[0]:.1f} % is selected with the convention, "
        f"{100 * shares[1]:.0f} % by the text's words and {100 * shares[2]:.0f} % by the "
        "caption's (the two samples of Fig. 2)",
        shares[0] < 1 == shares[1] == shares[2],
        uncertainty="cells of a grid: 0.1 %",
    )


PEAKS = {"0": (0.0, 1 / 64), "1/4": (15 / 64, 17 / 64), "1": (62 / 64, 1.0)}
BETWEEN = {"1/8": (6 / 64, 10 / 64), "1/2": (30 / 64, 40 / 64)}


def _density(data: xr.Dataset, where: tuple[float, float]) -> tuple[float, float]:
    """Mean density of chi in a range, and a bound on its standard error (bins are correlated)."""
    inside = (data.chi > where[0]) & (data.chi < where[1])
    bins = data.sizes["chi"]
    density = data.chi_probability.where(inside).mean() * bins
    return float(density), float(data.chi_probability_error.where(inside).mean() * bins)


def _peaks(data: xr.Dataset, eta: float) -> tuple[str, float]:
    """Densities at the three peaks and between them, and the smallest ratio of the two."""
    chosen = at(data, eta)
    peaks, between = (
        {name: _density(chosen, where) for name, where in places.items()}
        for places in (PEAKS, BETWEEN)
    )
    written = " and ".join(
        ", ".join(rf"{measured(*found)} at $\chi = {name}$" for name, found in some.items())
        for some in (peaks, between)
    )
    # What was never met between the peaks counts as met once.
    least = data.sizes["chi"] / data.sizes["sample"] / 100
    lowest = max(*(value for value, _ in between.values()), least)
    return written, min(value for value, _ in peaks.values()) / lowest


@claim(
    "C31",
    "Spin-1 model, Fig. 3(a)",
    r"At $\eta \ll \omega$, the distribution shows three distinct peaks at the $\chi$ values of "
    "the spin angle configurations",
    printed=r"peaks at $\chi = 0, 1/4, 1$",
    bar=bars.much("distinct"),
    convention=ABOVE,
)
@claim(
    "C32",
    "Spin-1 model, Fig. 3(a) and (b)",
    r"this feature persists at finite perturbation strengths up to $\eta/\omega \lesssim 10^{-3}$",
    statement=r"The three peaks of Fig. 3(a); the intervals of Fig. 3(b) are given too",
    printed="three peaks",
    bar=bars.Bar(
        r"each peak at least twice as high as what is between the peaks, and $P_2$, $P_3$ above "
        r'$1/8$ by 3 standard errors: "persists", a factor of 2 as for "significantly"',
        lambda ratio: Margin(2 / ratio),
    ),
    convention=ABOVE + r". Of the intervals of Fig. 3(b) two, around $1/4$ and $1$, hold more than "
    r"by chance. The one around $0$ holds about $1/8$ at every strength: a quarter of half of the "
    "samples in the limit, and as much as uniform angles",
)
def three_peaks(bars: list, full: bool) -> Iterator[Found]:
    data = figure_3(full)
    written, ratio = _peaks(data, WEAKEST)
    yield Found(
        f"densities {written} for $\\eta/\\omega$ = {_power(WEAKEST)}",
        bars[0](ratio),
        uncertainty=samples_of(data),
    )
    written, ratio = _peaks(data, 1e-3)
    chosen = at(data, 1e-3)
    chances, errors = chosen.interval_probability.values, chosen.interval_probability_error.values
    limit = ", ".join(f"{p:.3f}" for p in data.interval_probability_limit.values)
    yield Found(
        f"densities {written} for $\\eta/\\omega = 10^{{-3}}$ (1 is uniform). $P_1, P_2, P_3$ = "
        f"{_all(chances, errors)}, where uniform angles give 0.125 and vanishing perturbations "
        f"{limit}",
        bars[1](ratio) if (chances[1:] - UNIFORM > 3 * errors[1:]).all() else False,
        uncertainty=samples_of(data),
    )


@claim(
    "C67",
    "Spin-1 model, Fig. 3(b)",
    r"We choose the intervals ... to have the same length and enclose the peaks, respectively",
    statement=r"At $\eta \ll \omega$ nothing is outside of the intervals",
    printed=r"$P_1 + P_2 + P_3 = 1$",
    bar=bars.word("same", "the whole"),
    convention=ABOVE,
)
def intervals(bar: bars.Bar, full: bool) -> Found:
    data = figure_3(full)
    whole = at(data, WEAKEST).interval_share.sum("interval")
    value, error = float(whole.mean("sample")), float(standard_error(whole))
    return Found(
        f"$P_1 + P_2 + P_3$ = {measured(value, error)} at {_power(WEAKEST)}",
        bar(1 - value),
        uncertainty=samples_of(data),
    )


def _of_the_kind(data: xr.Dataset, eta: float) -> tuple[float, float]:
    """Share of samples whose cosines have a positive coefficient, and its standard error."""
    positive = at(data, eta).coefficient > 0
    return float(positive.mean("sample")), float(standard_error(positive.astype(float)))


@claim(
    "C33",
    "Spin-1 model, Fig. 3(c)",
    r"we observe that the $(0, \pi)$- and $\pi/3$-types of steady-state synchronization are "
    "equally likely to happen",
    statement=r"Types by the sign of the coefficient of the cosines, which is what distinguishes "
    "them in Eq. (8), in the limit of weak perturbations and at $\\eta/\\omega = 10^{-3}$",
    printed="1 : 1",
    bar=bars.sampled(0.5),
)
def equal_kinds(bar: bars.Bar, full: bool) -> Found:
    data = figure_3(full)
    share = float(data.zero_or_pi_share_limit)
    error = float(np.sqrt(share * (1 - share) / LIMIT_SAMPLES))
    finite = _of_the_kind(data, 1e-3)
    return Found(
        rf"$(0, \pi)$ in {measured(share, error, 4)} of the perturbations as $\eta \to 0$ (for "
        rf"orthonormal $F_n$, C68), in {measured(*finite, 3)} at $\eta/\omega = 10^{{-3}}$",
        bar(share, error) & bar(*finite),
        uncertainty=f"standard errors of {LIMIT_SAMPLES} samples of the limit and "
        f"{data.sizes['sample']} at $10^{{-3}}$, seed {SEED}",
    )


def _ratio(data: xr.Dataset, eta: float) -> tuple[float, float, float, float]:
    """P_2/(3 P_1), its standard error, and both of its ratio to the same samples' limit."""
    chosen, weakest = at(data, eta), at(data, WEAKEST)
    values, deviations = [], []
    for one in (chosen, weakest):
        first, second = one.interval_share[..., 0], one.interval_share[..., 1]
        value = float(second.mean() / (3 * first.mean()))
        values.append(value)
        deviations.append((second - 3 * value * first) / (3 * first.mean()) / value)
    relative = values[0] / values[1]
    return (
        values[0],
        float(standard_error(deviations[0])) * values[0],
        relative,
        float(standard_error(deviations[0] - deviations[1])) * relative,
    )


@claim(
    "C34",
    "Spin-1 model, Fig. 3(c)",
    r"the occurrence ratio of the $\pi/3$- to $(0, \pi)$-synchronization is expected to equal "
    "$P_2/(3P_1)$",
    statement=f"In the regime {REGIME} that the sentence names: that the ratio stays at its value "
    "for weak perturbations, at which it equals the occurrence ratio (C23)",
    printed=f"the occurrence ratio is $P_2/(3P_1)$, for {REGIME}",
    bar=bars.Bar(
        '10 % of the same samples\' limit, as for "about": the relation is exact for $r = 1$ only',
        lambda ratio: Margin(abs(ratio - 1) / 0.1),
    ),
    otherwise=r"$P_2/(3P_1)$ equals the occurrence ratio for $\eta \ll \omega$, as the caption "
    r"says: "
    r"exactly up to $10^{-5}$, within some 10 % up to $10^{-4}$. At $3 \times 10^{-4}$ and "
    r"$10^{-3}$, "
    "still in the named regime, it is a fifth and a third lower. The conclusion of the paragraph "
    "stands: both types remain equally frequent "
    r"up to $10^{-3}$ if they are told apart by the sign of the cosines' coefficient (C33)",
    readings=(
        r"$S_d - (2\pi)^{-2} > 0.95\,S_{\max}$ (C59): the ratio is 1 up to $10^{-5}$ and about two "
        "thirds at $10^{-3}$",
        r"$S_d > 0.95\,S_{\max}$ or $0.95\max S_d$, as text and caption have it: all angles are "
        "selected (C59), and the ratio is that of uniform angles, $1/3$, at all weak strengths",
        "$P_2/(3P_3)$, as the caption has it: $1/4$ for equally likely types (C24)",
    ),
)
def equally_likely(bar: bars.Bar, full: bool) -> Found:
    data = figure_3(full)
    found = {eta: _ratio(data, eta) for eta in (1e-5, 1e-4, 10**-3.5, 1e-3)}
    written = "; ".join(
        f"{measured(value, error)} at {_power(eta)} ({measured(relative, own)} of it)"
        for eta, (value, error, relative, own) in found.items()
    )
    weakest = _ratio(data, WEAKEST)
    return Found(
        f"$P_2/(3P_1)$ = {measured(*weakest[:2])} at {_power(WEAKEST)}, the limit of these "
        f"samples; {written}. The exact limit is ${float(data.kind_ratio_limit):.3f}$",
        bar(found[1e-3][2]),
        uncertainty=f"{samples_of(data)}; ratios to the limit from the same samples",
    )


@claim(
    "C35",
    "Spin-1 model, Fig. 3(b)",
    r"The convergence of the three probabilities at $\eta/\omega \gtrsim 1$ further supports "
    r"uniform distribution of $\chi$",
    statement=r"Each probability is that of uniform angles at $\eta/\omega = 1$ and 10, whatever "
    "the threshold",
    printed="$1/8$",
    bar=bars.sampled(UNIFORM),
)
def uniform_at_strong(bar: bars.Bar, full: bool) -> Found:
    data = figure_3(full)
    margins, written = [], []
    for eta in (1.0, 10.0):
        chosen = at(data, eta)
        chances = chosen.interval_probability.values
        errors = chosen.interval_probability_error.values
        margins += [bar(p, e) for p, e in zip(chances, errors, strict=True)]
        written.append(f"{_all(chances, errors)} at {eta:g}")
    density = at(data, 10.0).chi_probability.values * data.sizes["chi"]
    uneven = float(np.abs(density - 1).max())
    return Found(
        f"$P_1, P_2, P_3$ = {'; '.join(written)}. At 10 no bin of $1/64$ is off the uniform "
        f"distribution by more than {100 * uneven:.0f} %",
        _worst(margins),
        uncertainty=samples_of(data),
    )


@claim(
    "C36",
    "Spin-1 model, Fig. 3(d)",
    r"In the finite $\eta/\omega \lesssim 10^{-3}$ regime of synchronization, we identify an "
    r"abundance of nonzero $S_{\max}$ and furthermore nonzero $\langle S_{\max}\rangle$",
    printed=r"$\langle S_{\max}\rangle > 0$",
    bar=bars.ordering(r"mean and nine samples of ten are above 0"),
)
@claim(
    "C37",
    "Spin-1 model, Fig. 3(d)",
    r"the increase of $\langle S_{\max}\rangle$ at $\eta/\omega \gtrsim 10^{-3}$, however, does "
    "not imply stronger synchronization",
    printed="increases",
    bar=bars.ordering(r"$\langle S_{\max}\rangle$ increases at every step of half a decade"),
)
def nonzero_synchronization(bars: list, full: bool) -> Iterator[Found]:
    data = figure_3(full)
    heights = data.synchronization
    mean, error = heights.mean("sample"), standard_error(heights)

    def written(eta: float) -> str:
        value, own = (float(some.sel(eta=eta, method="nearest")) for some in (mean, error))
        return f"{measured(value, own, power=-6)} at {_power(eta)}"

    weak = heights.where(heights.eta < 2e-3, drop=True)
    share = float((weak > 1e-8).mean())
    significant = (mean > 3 * error).where(heights.eta < 2e-3, drop=True)
    yield Found(
        rf"$\langle S_{{\max}}\rangle$ = {written(WEAKEST)}, {written(1e-3)}; "
        f"${1e6 * float(data.synchronization_limit):.2f} \\times 10^{{-6}}$ in the limit, exactly "
        rf"for orthonormal $F_n$. $S_{{\max}} > 10^{{-8}}$ in {100 * share:.1f} % of all samples "
        "of the regime",
        bool(significant.all()) and share > 0.9,
        uncertainty=samples_of(data),
    )
    strong = heights.where(heights.eta > 0.9e-3, drop=True)
    steps = strong.diff("eta")
    least = float((steps.mean("sample") / standard_error(steps)).min())
    yield Found(
        r"$\langle S_{\max}\rangle$ = "
        + ", ".join(written(eta) for eta in (1e-4, 1e-3, 1e-2, 1.0))
        + f"; every step is at least {'5' if least > 5 else f'{least:.1f}'} standard errors. The "
        r"angles are not locked there: $\chi$ becomes uniform (C35)",
        least > 3,
        uncertainty=samples_of(data),
    )


def _antiphase(data: xr.Dataset, eta: float) -> tuple[float, float]:
    """Probability that chi_2 > 7/8, and its standard error."""
    chosen = at(data, eta).antiphase
    return float(chosen.mean("sample")), float(standard_error(chosen))


OTHER_ENSEMBLES = (
    random_lindbladian,  # orthonormal operators
    partial(
        random_lindbladian,
        diagonal=printed.diagonal_operators(4),
        weights=(np.sqrt(1 / 2), 1.0),
    ),
)


def _antiphase_of(draw: Callable[..., Any], samples: int) -> tuple[float, float]:
    """Probability that chi_2 > 7/8 at eta = 0.1 J for other perturbations, and its error."""
    pair = collective_decay_pair()
    found = ensemble(pair, [0.1], samples, SEED, [ANTIPHASE], draw=draw, workers=1)
    return _antiphase(found, 0.1)


def _angles_of_the_caption(data: xr.Dataset, eta: float) -> float:
    """Probability that chi_2 > 7/8 where S_d > 0.95 max S_d, the words of Fig. 3's caption."""
    chosen = at(data, eta)
    # The distribution has a single wave: (1 + a cos(phi - phi_0))/(2 pi).
    a = 2 * np.pi * chosen.synchronization.values[:, None]
    phi = 2 * np.pi * (np.arange(720) + 0.5) / 720 - np.pi
    wave = 1 + a * np.cos(phi - chosen.locked_phase.values[:, None])
    weight = wave * (wave > THRESHOLD * (1 + a))
    return float((weight[:, np.abs(phi) > 7 * np.pi / 8].sum(axis=1) / weight.sum(axis=1)).mean())


@claim(
    "C38",
    "Appendix D, Fig. 5(a)",
    r"at small $\eta/J \lesssim 10^{-2}$ we find $\chi_2$ concentrated around $\chi_2 = 1$",
    statement=r"The two spins are in antiphase: $\chi_2 > 7/8$",
    printed=r"$\chi_2 \approx 1$",
    bar=bars.Bar(
        r'10 % outside of $\chi_2 > 7/8$, for "concentrated" as for "closely"',
        lambda p: Margin((1 - p) / 0.1),
    ),
    convention=ABOVE_PAIR,
)
@claim(
    "C39",
    "Appendix D, Fig. 5(a)",
    r"we observe uniform distribution of $\chi$ ... and thus no synchronization for "
    r"$\eta/J \gtrsim 10^{-1}$",
    statement=r"The probability that $\chi_2 > 7/8$, which is $1/8$ for uniform angles",
    printed=r"uniform for $\eta/J \gtrsim 10^{-1}$",
    bar=bars.sampled(UNIFORM),
    otherwise=r"the distribution is uniform from $\eta/J$ somewhat above 1 on, and nearly so at 1; "
    "at 0.1 antiphase is still several times more likely than for uniform angles. That the "
    "distribution goes from antiphase (C38) to uniform does hold",
    readings=(
        r"$S_d - (2\pi)^{-1} > 0.95\,S_{\max}$ (C59): more than four times $1/8$ at 0.1",
        "the same with orthonormal $F_n$ (C68): five times",
        r"the same with half the variance of $H_{(1)}$ (C69): five times",
        r"$S_d > 0.95\,S_{\max}$, as text and caption of Fig. 5 have it: all angles are "
        r"selected, and $\chi_2$ is uniform at $10^{-2}$ too, against C38",
        r"$S_d > 0.95\max S_d$, as the caption of Fig. 3 has it: one and a half times at 0.1, but "
        "then there is no concentration around 1 at $10^{-2}$ (C38)",
    ),
)
def antiphase(bars: list, full: bool) -> Iterator[Found]:
    data = figure_5(full)
    found = {eta: _antiphase(data, eta) for eta in (1e-4, 1e-2, 0.1, 10**-0.5, 1.0, 10**0.5, 10.0)}

    def written(*etas: float) -> str:
        return ", ".join(
            f"{measured(*found[eta]) if found[eta][1] > 1e-6 else f'{found[eta][0]:.4f}'} at "
            f"{_power(eta)}"
            for eta in etas
        )

    yield Found(
        rf"$P(\chi_2 > 7/8)$ = {written(1e-4, 1e-2)}",
        bars[0](found[1e-4][0]) & bars[0](found[1e-2][0]),
        uncertainty=samples_of(data),
    )
    caption = _angles_of_the_caption(data, 0.1)
    others = [_antiphase_of(draw, data.sizes["sample"]) for draw in OTHER_ENSEMBLES]
    yield Found(
        rf"$P(\chi_2 > 7/8)$ = {written(0.1, 10**-0.5, 1.0, 10**0.5, 10.0)}; with the threshold "
        rf"$0.95\max S_d$ it would be {caption:.3f} at 0.1, but only "
        rf"{_angles_of_the_caption(data, 1e-2):.2f} at {_power(1e-2)}. At 0.1 orthonormal $F_n$ "
        rf"give {measured(*others[0])}, half the variance of $H_{{(1)}}$ {measured(*others[1])}",
        bars[1](*found[0.1]),
        uncertainty=samples_of(data),
    )


@claim(
    "C40",
    "Appendix D, Fig. 5(b)",
    r"We find typically nonzero $S_{\max}$ at all $\eta$ we accessed",
    printed="nonzero",
    bar=bars.ordering(r"$S_{\max} > 0$ in all samples"),
)
def synchronization_of_pairs(full: bool) -> Found:
    data = figure_5(full)
    smallest = float(data.synchronization.min())
    weak = at(data, WEAKEST)
    height, weight = (
        (float(values.mean("sample")), float(standard_error(values)))
        for values in (weak.synchronization, weak.singlet_weight)
    )
    return Found(
        rf"smallest of all samples ${1e6 * smallest:.0f} \times 10^{{-6}}$; "
        rf"$\langle S_{{\max}}\rangle$ = {measured(*height)} and "
        rf"$\langle c_-\rangle$ = {measured(*weight)} at {_power(WEAKEST)}",
        smallest > ROUNDING,
        uncertainty=samples_of(data),
    )
