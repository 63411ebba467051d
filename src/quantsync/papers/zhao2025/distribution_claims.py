"""Claims of Zhao et al. (2025) on the phases of the chain: Eqs. (7)-(9), Fig. 2, Apps. A and C."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from quantsync.measures import (
    chi,
    phase_distribution,
    relative_phase_distribution,
)
from quantsync.models import dephased_chain
from quantsync.papers import bars
from quantsync.papers.bars import Margin
from quantsync.papers.paper import Found, claim, zero
from quantsync.papers.zhao2025 import configurations, printed, sectors
from quantsync.papers.zhao2025.data import BRANCHES, THRESHOLD, figure_2, sample
from quantsync.papers.zhao2025.uncertainty import NUMERICAL

SEEDS = range(12)
"""Seeds of the random perturbations that claims on single samples are checked with."""
EXACT = 1e-12
TRIPLES = ((0.4, 1.9, 5.2), (0.0, 0.0, 0.0), (2.2, -0.7, 1.1))


@claim(
    "C13",
    "Appendix A, Eqs. (A1)-(A3)",
    r"Since $S(\phi)$ as a distribution normalizes to unity",
    statement="$S$ is the Husimi function of Eqs. (A1) and (A2), integrated over $\\theta$ as in "
    "Eq. (A3)",
    printed="$1$",
    bar=bars.identity("the integral is equal"),
    convention=r"a factor $(2S+1)/(4\pi)$ for every spin, which belongs to the measure of its "
    "coherent states and is not written in Eqs. (A1) to (A3)",
)
def normalisation(bar) -> Found:
    """(A3) by quadrature against our distribution, and its integral."""
    space = dephased_chain().space
    rho = _random_state(1)
    ours = phase_distribution(rho, space)
    ratios = [
        printed.marginal_distribution(rho, space, angles) / float(ours.density(*angles))
        for angles in TRIPLES
    ]
    spread, factor = float(np.ptp(ratios)), (4 * np.pi / 3) ** 3
    return Found(
        rf"Eq. (A3) without a factor integrates to ${ratios[0]:.4f} = (4\pi/3)^3$ for three spins "
        "1, and to 1 with it",
        bar(max(spread, abs(ratios[0] - factor)) / factor),
        uncertainty=r"numerical, $10^{-10}$ (quadrature)",
    )


@claim(
    "C14",
    "Appendix A, below Eq. (A3)",
    r"Now we show that $S_{\max} = 0$ for diagonal $\rho^\infty$",
    statement="So Eq. (3) is nonzero only if there are off-diagonal elements, as the text says",
    printed=r"$S_{\max} = 0$, $S(\phi) = (1/2\pi)^N$",
    bar=bars.identity("zero"),
)
def diagonal_states(bar) -> Found:
    populations = np.random.default_rng(2).dirichlet(np.ones(27))
    space, rho = dephased_chain().space, np.diag(populations)
    height = float(relative_phase_distribution(rho, space).maximum)
    joint = phase_distribution(rho, space)
    uneven = max(abs(float(joint.density(*a)) / (2 * np.pi) ** -3 - 1) for a in TRIPLES)
    return Found(
        rf"$S_{{\max}} = {zero(height)}$ for random populations, and $S(\phi)$ deviates from "
        rf"$(2\pi)^{{-3}}$ by ${zero(uneven)}$",
        bar(height) & bar(uneven),
        uncertainty=NUMERICAL,
    )


@claim(
    "C65",
    "Appendix B, on strong symmetries",
    r"every operator in $\mathbf{B}_{\alpha, \beta} = \{...\}$ remains in the same subspace as "
    "the system evolves",
    printed=r"$\mathcal{L}[\mathbf{B}_{\alpha,\beta}] \subset \mathbf{B}_{\alpha,\beta}$",
    bar=bars.identity("what leaves the subspace is zero"),
)
def sectors_stay_apart(bar) -> Found:
    chain = dephased_chain()
    projectors = sectors.sector_projectors(chain.space)
    rng = np.random.default_rng(6)
    X = rng.normal(size=(27, 27)) + 1j * rng.normal(size=(27, 27))
    leaving = 0.0
    for left in projectors.values():
        for right in projectors.values():
            change = chain.apply(left @ X @ right)
            leaving = max(leaving, float(np.abs(change - left @ change @ right).max()))
    return Found(
        f"largest element ${zero(leaving)}$ for a random operator in all {len(projectors) ** 2} "
        "subspaces of $N = 3$",
        bar(leaving),
        uncertainty=NUMERICAL,
    )


@claim(
    "C15",
    "Spin-1 model, above Eq. (7)",
    r"$\mathbf{1}_\alpha$ contains off-diagonal entries in the computation basis only if "
    r"$\alpha = 0\pm$",
    printed=r"$0\pm$",
    bar=bars.Bar("the others are diagonal, to rounding"),
)
@claim(
    "C16",
    "Spin-1 model, Eqs. (7) and (8)",
    r"the configurations that maximize $S_d$ depend on the sign of $c_{0+} - c_{0-}$",
    statement="The off-diagonal element of Eq. (7), whose sign decides between the two kinds of "
    "synchronization",
    printed=r"$(c_{0+} - c_{0-})/2$",
    bar=bars.identity("the element is equal"),
    correction=r"$(c_{0+} - c_{0-})/2 \to c_{0+}/8 - c_{0-}/6$: the two sectors have the "
    r"dimensions 4 and 3. The condition for $(0, \pi)$-synchronization becomes $c_{0+}/4 > "
    r"c_{0-}/3$ in the text below Eq. (8) and in the caption of Fig. 2. Both kinds stand; which "
    r"one a given state shows changes for $c_{0-} < c_{0+} < \tfrac{4}{3} c_{0-}$, next to equal "
    r"populations of all levels ($c_{0+} = 4/27$, $c_{0-} = 3/27$). Equivalently, Eq. (7) and the "
    r"conditions stand as printed if $c_\alpha$ is the population of each level of a sector; then "
    r"$\sum_\alpha D_\alpha c_\alpha = 1$ instead of $\sum_\alpha c_\alpha = 1$",
    merged="C19",
)
def off_diagonal_elements(bars) -> Iterator[Found]:
    space = dephased_chain().space
    states = sectors.stationary_states(space)
    coherent = [name for name, rho in states.items() if np.abs(_off_diagonal(rho)).max() > EXACT]
    pattern = _six_pairs()
    right, as_printed, scale = [], [], 0.0
    by_print, by_us, locked = 0, 0, 0
    for seed in SEEDS:
        drawn = sample(seed)
        plus, minus = drawn.weights["0+"], drawn.weights["0-"]
        rest = _off_diagonal(drawn.rho)
        for kept, element in (
            (right, sectors.off_diagonal_element(plus, minus)),
            (as_printed, printed.off_diagonal_element(plus, minus)),
        ):
            kept.append(float(np.abs(rest - element * pattern).max()))
        scale = max(scale, float(np.abs(drawn.rho).max()))
        where = relative_phase_distribution(drawn.rho, space).location
        kind, _ = configurations.nearest_kind(*where)
        at_zero_or_pi = int(kind) < 2
        locked += int(at_zero_or_pi)
        by_print += int(printed.zero_or_pi(plus, minus) == at_zero_or_pi)
        by_us += int((drawn.x > 0) == at_zero_or_pi)
    total = len(SEEDS)
    yield Found(
        "off-diagonal elements for $" + "$ and $".join(coherent) + "$",
        coherent == ["0+", "0-"],
        uncertainty=NUMERICAL,
    )
    yield Found(
        f"of {total} random perturbations {locked} lock at 0 and $\\pi$, {total - locked} at "
        rf"multiples of $\pi/3$: the sign of $c_{{0+}} - c_{{0-}}$ predicts {by_print} of them, "
        rf"that of $c_{{0+}}/8 - c_{{0-}}/6$ {by_us}. The elements join the six pairs that are "
        f"printed and no others; as printed they are off by up to {max(as_printed):.4f}, corrected "
        f"by ${zero(max(right))}$",
        bars[1](max(as_printed) / scale) if by_print == total else False,
        amended=bars[1](max(right) / scale) if by_us == total else False,
        uncertainty=f"numerical, $10^{{-12}}$ (seeds 0 to {total - 1})",
    )


@claim(
    "C17",
    "Spin-1 model, Eq. (8)",
    "The resulting joint distribution of angles is [Eq. (8)]",
    statement="The deviation from the uniform distribution, for the off-diagonal element that Eq. "
    "(7) prints",
    printed=r"$\frac{c_{0+} - c_{0-}}{32}$ times the three cosines",
    bar=bars.identity("the coefficient is equal"),
    correction=r"$\frac{1}{32} \to \frac{1}{32\pi^3}$: with $(2S+1)/(4\pi)$ a spin, which "
    r"normalises $S$ (C13), instead of $(2S+1)/4$. With C16 it is "
    r"$\frac{1}{2(2\pi)^3}\left(\frac{c_{0+}}{8} - \frac{c_{0-}}{6}\right)$. The three cosines and "
    "where they are largest stand; values of $S$ change",
)
@claim(
    "C18",
    "Spin-1 model, below Eq. (8)",
    r"Since $S(\phi)$ is invariant under global shifts, we have "
    r"$S_d(\phi'_1, \phi'_2) = 2\pi S(\phi'_1, \phi'_2, 0)$",
    printed=r"$2\pi$",
    bar=bars.identity("equal"),
)
def equation_8(bars) -> Iterator[Found]:
    space = dephased_chain().space
    pattern = _six_pairs()
    right, relative, factors = [], [], []
    for seed in SEEDS:
        drawn = sample(seed)
        plus, minus = drawn.weights["0+"], drawn.weights["0-"]
        joint = phase_distribution(drawn.rho, space)
        differences = relative_phase_distribution(drawn.rho, space)
        for angles in TRIPLES:
            found = float(joint.density(*angles))
            right.append(abs(found / float(sectors.joint_distribution(drawn.x, *angles)) - 1))
            guess = printed.joint_distribution(plus, minus, *angles)
            # Eq. (8) by itself: against the state that Eq. (7) prints.
            element = printed.off_diagonal_element(plus, minus)
            state = np.eye(27) / 27 + element * pattern
            given = phase_distribution(state, space)
            factors.append(guess / (float(given.density(*angles)) - given.uniform_density))
            first, second = angles[0] - angles[2], angles[1] - angles[2]
            relative.append(abs(float(differences.density(first, second)) / found - 2 * np.pi))
    excess = np.array(factors)
    yield Found(
        rf"the element of Eq. (7) as printed gives $1/({32 * factors[0] / np.pi**3:.4g}\,\pi^3)$ "
        rf"instead of $1/32$; with the element of C16, $S$ of {len(SEEDS)} samples is "
        rf"$(2\pi)^{{-3}}[1 + \frac{{1}}{{2}}(c_{{0+}}/8 - c_{{0-}}/6)\sum\cos]$ "
        f"(relative deviation ${zero(max(right))}$)",
        bars[0](np.abs(excess - 1).max()),
        amended=bars[0](np.abs(excess / np.pi**3 - 1).max()) & bars[0](max(right)),
        uncertainty=r"numerical, $10^{-10}$",
    )
    yield Found(
        rf"deviates from $2\pi$ by ${zero(max(relative))}$",
        bars[1](max(relative) / (2 * np.pi)),
        uncertainty=NUMERICAL,
    )


@claim(
    "C20",
    "Spin-1 model, Fig. 2(a) and (b)",
    "$S_d$ is maximized when each cosine function in Eq. (8) is maximized, i.e., ... in "
    r"$(0, 0, 0)$ and $(0, 0, \pi)$ configurations",
    statement="For a positive coefficient of the cosines; the condition that is printed for it is "
    "C16",
    printed=r"$(0, 0, 0)$, $(0, 0, \pi)$",
    bar=bars.word("same", "the largest height, for the heights of the maxima"),
)
@claim(
    "C21",
    "Spin-1 model, Fig. 2(d) and (e)",
    r"If $c_{0-} < c_{0+}$, however, ... $S(\phi)$ obtains maxima at $(0, \pi/3, -\pi/3)$ and "
    r"$(0, 2\pi/3, -2\pi/3)$",
    printed=r"for $c_{0-} < c_{0+}$",
    bar=bars.word("same", "the largest height, for the heights of the maxima"),
    correction=r"$c_{0-} < c_{0+} \to c_{0+} < c_{0-}$, as in the caption of Fig. 2; with C16, "
    r"$c_{0+}/4 < c_{0-}/3$. The configurations stand",
)
def maxima(bars) -> Iterator[Found]:
    data = figure_2()
    names = list(configurations.KINDS)
    found, listed, uneven, apart = [], [], [], []
    for branch in BRANCHES:
        chosen = data.sel(branch=branch)
        kinds = chosen.kind.values[chosen.kind.values >= 0]
        heights = chosen.height.values[: len(kinds)]
        found.append(set(kinds.tolist()))
        listed.append(
            ", ".join(
                rf"{int((kinds == k).sum())} at ${names[k]}$".replace("pi", r"\pi")
                for k in np.unique(kinds)
            )
        )
        _, distance = configurations.nearest_kind(*chosen.location.values[: len(kinds)].T)
        apart.append(float(distance.max()))
        uneven.append(float(np.ptp(heights) / heights.max()))
    seeds = [int(seed) for seed in data.seed]
    drawn = rf"one sample at $\eta = 10^{{{np.log10(data.attrs['parameter_eta']):.0f}}}\,\omega$"
    there = [
        bars[k](uneven[k]) & Margin(apart[k] / 1e-2) if found[k] == kinds else Margin(np.nan)
        for k, kinds in enumerate(({0, 1}, {2, 3}))
    ]
    yield Found(
        f"{listed[0]} ({drawn}, seed {seeds[0]}); their heights differ by less than 0.1 %"
        if uneven[0] < 1e-3
        else f"{listed[0]}; their heights differ by {uneven[0]:.1g}",
        there[0],
        uncertainty="order $\\eta$: $10^{-4}$ of the largest height",
    )
    # The first branch has c_0- < c_0+, as printed, and not these maxima.
    condition = [bool(data.c_minus[k] < data.c_plus[k]) for k in range(2)]
    yield Found(
        f"{listed[1]} for $c_{{0+}}/8 - c_{{0-}}/6 < 0$ ({drawn}, seed {seeds[1]}). The printed "
        "condition holds for the sample of C20 too, whose maxima are others",
        there[1] if condition == [False, True] else False,
        amended=there[1],
        uncertainty="order $\\eta$: $10^{-4}$ of the largest height",
    )


@claim(
    "C22",
    "Spin-1 model, Fig. 2(c) and (f)",
    r"the probability of occurrence of $\chi$ for $c_{0+} > c_{0-}$ and $c_{0+} < c_{0-}$, "
    "respectively",
    statement=r"At $r = 1$: $\chi = 0$ or 1 on the one branch, $1/4$ or 1 on the other (text: "
    r"peaks around $\chi = 0, 1/4, 1$)",
    printed="$0, 1$ and $1/4, 1$",
    bar=bars.Bar(r"each maximum within $10^{-3}$ of one of the three values, which are exact"),
)
@claim(
    "C23",
    "Spin-1 model, below Eq. (9)",
    r"$P(1/4)/[3P(0)]$ gives us the ratio of $\pi/3$- to $(0, \pi)$-synchronization",
    printed="equal",
    bar=bars.identity("equal"),
)
@claim(
    "C24",
    "Spin-1 model, Fig. 3(c)",
    r"The ratio $P_2/(3P_3)$, which in the $\eta \ll \omega$ limit equals the ratio of $\pi/3$- to "
    r"$(0, \pi)$-type of synchronization",
    printed="$1$ for equally likely types",
    bar=bars.identity("equal"),
    correction=r"$P_3 \to P_1$, as in the text. Only the caption depends on it, if the panel "
    "shows what the text says",
)
@claim(
    "C66",
    "Spin-1 model, below Eq. (9)",
    "These distributions reflect the situation at $r = 1$, whereas at $r < 1$ the peaks smear out",
    statement=f"At $r = {THRESHOLD:g}$",
    printed="peaks become wider",
    bar=bars.Bar("each peak has a width of more than 0.001, which is resolved"),
)
def peaks_of_chi(bars) -> Iterator[Found]:
    data = figure_2()
    first, second = (data.peak_probability.sel(branch=branch).values for branch in BRANCHES)
    values = data.chi_of_maximum.values[~np.isnan(data.chi_of_maximum.values)]
    away = float(np.abs(values[:, None] - data.peak.values).min(axis=1).max())
    share = np.array([0.2, 0.5, 0.8])  # of samples on the branch pi/3
    peaks = (1 - share) * first[:, None] + share * second[:, None]
    ratio = peaks[1] / (3 * peaks[0])
    error = float(np.abs(ratio - share / (1 - share)).max())
    caption = float(printed.ratio_of_types(peaks[1], peaks[2])[1])
    yield Found(
        rf"probabilities of $\chi = 0, 1/4, 1$: {_listed(first)} and {_listed(second)}",
        Margin(away / 1e-3) if first[1] == second[0] == 0 < min(first[0], second[1]) else False,
        uncertainty=r"order $\eta$: $\chi$ of the maxima to $10^{-4}$ (seeds "
        f"{data.seed.values[0]} and {data.seed.values[1]})",
    )
    yield Found(
        f"differs by ${zero(error)}$ from the ratio of samples mixed 1:4, 1:1 and 4:1",
        bars[1](error),
        uncertainty=NUMERICAL,
    )
    yield Found(
        f"${caption:.4g}$ for equally likely types; $P_2/(3P_1)$ gives ${ratio[1]:.4g}$",
        bars[2](caption - 1),
        amended=bars[2](ratio[1] - 1),
        uncertainty=NUMERICAL,
    )
    values = chi(*np.meshgrid(data.phi_1.values, data.phi_2.values, indexing="ij"))
    wide = []
    for excess, branch_peaks in zip(data.excess.values, ((0.0, 1.0), (0.25, 1.0)), strict=True):
        above = excess > THRESHOLD * excess.max()
        for peak in branch_peaks:
            wide.append(float(np.ptp(values[above & (np.abs(values - peak) < 0.2)])))
    yield Found(
        r"the peaks at $\chi = 0$ and $1$ of the one kind, at $1/4$ and $1$ of the other extend "
        "over " + ", ".join(f"{width:.3f}" for width in wide) + ": the first is the narrowest",
        min(wide) > 1e-3,
        uncertainty="a grid of angles: 0.01 (0.002 for the first)",
    )


@claim(
    "C25",
    "Appendix C, below Eq. (C1)",
    r"$\chi, l$ are invariant under global phase shifts ... sensitive to only the differences "
    r"among the angles $\phi_i$",
    statement=r"Also that equivalent angles modulo $2\pi$ have the same $\chi$, and that their "
    "order does not matter",
    printed="invariant",
    bar=bars.identity("equal"),
)
@claim(
    "C26",
    "Appendix C, below Eq. (C1)",
    r"$\chi(\phi_1, \phi_2, \phi_3)$ is uniformly distributed in $[0, 1]$ if the angles ... are "
    "uniformly i.i.d.",
    printed=r"$F(\chi) = \chi$, that is $F(l) = l^2$",
    bar=bars.Bar("distribution functions differ by less than four steps of the grid of angles"),
)
def properties_of_chi(bars) -> Iterator[Found]:
    rng = np.random.default_rng(3)
    angles = rng.uniform(-np.pi, np.pi, (3, 1000))
    original = chi(*angles)
    turns = 2 * np.pi * rng.integers(-2, 3, angles.shape)
    moved = chi(*(angles + rng.uniform(-np.pi, np.pi, 1000) + turns)[[2, 0, 1]])
    apart = float(np.abs(moved - original).max())
    count = 1000
    line = 2 * np.pi * (np.arange(count) + 0.5) / count
    values = np.sort(chi(line[:, None], line).ravel())
    # Halfway between the steps of the empirical distribution function.
    uniform = (np.arange(values.size) + 0.5) / values.size
    deviation = float(np.abs(values - uniform).max())
    yield Found(
        f"changes by ${zero(apart)}$ under random shifts, turns and a permutation of 1000 triples",
        bars[0](apart),
        uncertainty=NUMERICAL,
    )
    yield Found(
        f"$\\chi$ from {values[0]:.3f} to {values[-1]:.3f}; on a grid of {count} x {count} angles "
        rf"$F(\chi)$ differs from $\chi$ by less than ${4 / count:g}$"
        if deviation < 4 / count
        else f"differs by {deviation:.2g}",
        Margin(deviation / (4 / count)),
        uncertainty=f"a step of the grid, ${1 / count:g}$",
    )


@claim(
    "C27",
    "Appendix C, Eq. (C2)",
    r"$\Omega_d = \bigcup_{a=1}^6 \overline{T_d^a}$ satisfies $l(\Omega_d) < d$ and "
    r"$l(\partial\Omega_d) = d$, where $T_d^a$ are disjoint triangles",
    statement=r"Also that the area of $\Omega_d$ is $(2\pi d)^2$",
    printed=r"$l < d$ inside, disjoint, area $(2\pi d)^2$",
    bar=bars.word("same", "$d$ and $(2\\pi d)^2$: cells of a grid"),
    correction=r"$\phi'_2 - \phi'_1 \to \phi'_2 - 2\phi'_1$ in the bound of $T_d^3$ (and so in "
    r"$T_d^6 = -T_d^3$). The area and the uniform distribution of $\chi$ that follow stand",
)
@claim(
    "C28",
    "Appendix C, Eq. (C3)",
    r"for every $\phi'_1, \phi'_2$ in, e.g., $T_d^1$ that the average angle ... has $j = 0$",
    statement=r"The three distances of Eq. (C3), and $l = (\phi'_1 + \phi'_2)/2\pi$ in $T_d^1$",
    printed=r"$l = (\phi'_1 + \phi'_2)/2\pi$",
    bar=bars.identity("equal"),
)
@claim(
    "C29",
    "Appendix C, Fig. 4",
    r"The region $\Omega_d$ at $d = 1$ ... has an area equal to ... "
    r"that of the square $[0, 2\pi] \times [0, 2\pi]$",
    statement=r"And $l$ takes values in $[0, 1]$; $\Omega_1$ with the correction of C27",
    printed=r"$(2\pi)^2$; $1$",
    bar=bars.word("same", "the area and $l$: cells of a grid"),
)
def triangles(bars) -> Iterator[Found]:
    d, side = 0.7, 800
    line = 4 * np.pi * ((np.arange(side) + 0.5) / side - 0.5)
    x, y = np.meshgrid(line, line, indexing="ij")
    cell = (line[1] - line[0]) ** 2 / (2 * np.pi * d) ** 2
    l_value = np.sqrt(chi(x, y))
    areas, largest, overlap = [], [], []
    for version in (printed.triangles, configurations.triangles):
        every = version(x, y, d)
        inside = every.any(axis=0)
        areas.append(float(inside.sum()) * cell)
        largest.append(float(l_value[inside].max()))
        overlap.append(float((every.sum(axis=0) > 1).sum()) * cell)
    first = configurations.triangles(x, y, d)[0]
    error = float(np.abs(l_value - (x + y) / (2 * np.pi))[first].max())
    # The three distances of (C3) to the mean angle with j = 0.
    mean, third = (x + y)[first] / 3, 1 / 3
    distances = zip(
        (x[first], y[first], 0 * x[first]),
        ((2 * x - y)[first] * third, (2 * y - x)[first] * third, (x + y)[first] * third),
        strict=True,
    )
    error = max(
        error,
        *(
            float(np.abs(np.abs((a - mean + np.pi) % (2 * np.pi) - np.pi) - said).max())
            for a, said in distances
        ),
    )
    inside = configurations.triangles(x, y).any(axis=0)
    whole = float(inside.sum()) * (line[1] - line[0]) ** 2 / (2 * np.pi) ** 2

    def margin(k: int) -> Margin:
        return bars[0](max(0.0, largest[k] / d - 1)) & bars[0](areas[k] - 1) & bars[0](overlap[k])

    yield Found(
        rf"$d = {d:g}$: as printed $l$ reaches ${largest[0]:.3f}$, the area is "
        rf"${areas[0]:.2f}\,(2\pi d)^2$ and ${overlap[0]:.2f}$ of it is covered twice; with "
        rf"$\phi'_2 - 2\phi'_1$ they are ${largest[1]:.3f}$, ${areas[1]:.2f}$ and "
        f"${zero(overlap[1])}$",
        margin(0),
        amended=margin(1),
        uncertainty="cells of the grid: $10^{-2}$",
    )
    yield Found(f"differ by ${zero(error)}$", bars[1](error), uncertainty=NUMERICAL)
    yield Found(
        rf"area ${whole:.2f}\,(2\pi)^2$, largest $l$ ${float(l_value.max()):.2f}$",
        bars[2](whole - 1) & bars[2](float(l_value.max()) - 1),
        uncertainty="cells of the grid: $10^{-2}$",
    )


def _six_pairs() -> np.ndarray:
    """1 wherever a state of M = 0 meets its spin flip, but for |0,0,0>."""
    space = dephased_chain().space
    inside = np.diag(sectors.magnetisation(space)) == 0
    return _off_diagonal(sectors.spin_flip(space) * inside)


def _off_diagonal(rho: np.ndarray) -> np.ndarray:
    return rho - np.diag(np.diag(rho))


def _random_state(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    factor = rng.normal(size=(27, 27)) + 1j * rng.normal(size=(27, 27))
    rho = factor @ factor.conj().T
    return rho / np.trace(rho).real


def _listed(values: np.ndarray) -> str:
    return "$" + ", ".join(f"{value:.4g}" for value in values) + "$"
