"""Claims of Zhao et al. (2025) on the phases of the chain: Eqs. (7)-(9), Fig. 2, Apps. A and C."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from quantsync.measures import chi, phase_distribution, relative_phase_distribution
from quantsync.models import dephased_chain
from quantsync.papers.paper import Found, claim, zero
from quantsync.papers.zhao2025 import configurations, printed, sectors
from quantsync.papers.zhao2025.data import BRANCHES, figure_2, sample

SEEDS = range(12)
"""Seeds of the random perturbations that claims on single samples are checked with."""
EXACT = 1e-12
TRIPLES = ((0.4, 1.9, 5.2), (0.0, 0.0, 0.0), (2.2, -0.7, 1.1))


@claim(
    "C13",
    "Eqs. (A1)-(A3)",
    "S(phi) is the Husimi function integrated over theta, and integrates to 1",
    printed="1",
    convention="a factor (2S+1)/(4 pi) for every spin",
)
def normalisation() -> Found:
    """(A3) by quadrature against our distribution, and its integral."""
    space = dephased_chain().space
    rho = _random_state(1)
    ours = phase_distribution(rho, space)
    ratios = [
        printed.marginal_distribution(rho, space, angles) / float(ours.density(*angles))
        for angles in TRIPLES
    ]
    spread, factor = float(np.ptp(ratios)), (4 * np.pi / 3) ** 3
    holds = spread < 1e-9 and abs(ratios[0] - factor) < 1e-9
    return Found(
        f"as printed it integrates to {ratios[0]:.6f} = (4 pi/3)^3",
        abs(ratios[0] - 1) < 1e-9 or holds,
    )


@claim("C14", "App. A", "diagonal states have S_max = 0", printed="0")
def diagonal_states() -> Found:
    populations = np.random.default_rng(2).dirichlet(np.ones(27))
    height = float(
        relative_phase_distribution(np.diag(populations), dephased_chain().space).maximum
    )
    return Found(f"S_max = {zero(height)} for random populations", abs(height) < EXACT)


@claim("C15", "above Eq. (7)", "only 1_0+ and 1_0- have off-diagonal elements", printed="0+, 0-")
@claim(
    "C16",
    "Eq. (7)",
    "the off-diagonal part joins |m> and |-m> for the six permutations of (1, 0, -1), "
    "each with (c_0+ - c_0-)/2",
    printed="(c_0+ - c_0-)/2",
)
def off_diagonal_elements() -> Iterator[Found]:
    space = dephased_chain().space
    states = sectors.stationary_states(space)
    coherent = [name for name, rho in states.items() if np.abs(_off_diagonal(rho)).max() > EXACT]
    pattern = _six_pairs()
    right, as_printed = [], []
    for seed in SEEDS:
        drawn = sample(seed)
        plus, minus = drawn.weights["0+"], drawn.weights["0-"]
        rest = _off_diagonal(drawn.rho)
        for kept, element in (
            (right, sectors.off_diagonal_element(plus, minus)),
            (as_printed, printed.off_diagonal_element(plus, minus)),
        ):
            kept.append(float(np.abs(rest - element * pattern).max()))
    sizes = [round(1 / float(np.linalg.norm(states[name]) ** 2)) for name in ("0+", "0-")]
    yield Found(", ".join(coherent), coherent == ["0+", "0-"])
    yield Found(
        f"the six pairs and no others; as printed the element is off by up to "
        f"{max(as_printed):.4f} in {len(SEEDS)} samples, c_0+/8 - c_0-/6 by "
        f"{zero(max(right))}",
        max(as_printed) < EXACT,
        otherwise=f"the sectors have the dimensions {sizes[0]} and {sizes[1]}: it is "
        "c_0+/8 - c_0-/6; as printed c_alpha would be a population over its dimension, "
        "and the c_alpha would not add to 1",
    )


@claim(
    "C17",
    "Eq. (8)",
    "S(phi) deviates from the uniform distribution by (c_0+ - c_0-)/32 times the three "
    "cosines of twice the phase differences",
    printed="(c_0+ - c_0-)/32",
    otherwise="it inherits the coefficient of Eq. (7), and a factor pi^-3 is missing: "
    "(2S+1)/4 in place of (2S+1)/(4 pi) a spin",
)
@claim("C18", "below Eq. (8)", "S_d(phi'_1, phi'_2) = 2 pi S(phi'_1, phi'_2, 0)", printed="2 pi")
def equation_8() -> Iterator[Found]:
    space = dephased_chain().space
    pattern = _six_pairs()
    right, relative, factors, sign = [], [], [], 0
    for seed in SEEDS:
        drawn = sample(seed)
        plus, minus = drawn.weights["0+"], drawn.weights["0-"]
        joint = phase_distribution(drawn.rho, space)
        differences = relative_phase_distribution(drawn.rho, space)
        for angles in TRIPLES:
            found = float(joint.density(*angles))
            excess = found - joint.uniform_density
            right.append(abs(found / float(sectors.joint_distribution(drawn.x, *angles)) - 1))
            guess = printed.joint_distribution(plus, minus, *angles)
            sign += int(excess * guess < 0)
            # Eq. (8) by itself: against the state that Eq. (7) prints.
            element = printed.off_diagonal_element(plus, minus)
            state = np.eye(27) / 27 + element * pattern
            given = phase_distribution(state, space)
            factors.append(guess / (float(given.density(*angles)) - given.uniform_density))
            first, second = angles[0] - angles[2], angles[1] - angles[2]
            relative.append(abs(float(differences.density(first, second)) / found - 2 * np.pi))
    yield Found(
        f"the three cosines and no others, with (2 pi)^-3 (c_0+/8 - c_0-/6)/2 (relative "
        f"deviation {zero(max(right))}); the sign as printed is wrong at {sign} of "
        f"{len(factors)} points; Eq. (7) as printed would give 1/{32 * factors[0]:.4f} = "
        f"1/({32 * factors[0] / np.pi**3:.6g} pi^3)",
        sign == 0 and max(abs(factor - 1) for factor in factors) < 1e-6,
    )
    yield Found(f"deviates from 2 pi by {zero(max(relative))}", max(relative) < 1e-9)


@claim(
    "C19",
    "below Eq. (8)",
    "the sign of c_0+ - c_0- decides: 0 and pi if c_0+ > c_0-, multiples of pi/3 if not",
    printed="c_0+ - c_0-",
    otherwise="equal populations already have c_0+ = 4/27 > c_0- = 3/27: what decides is "
    "c_0+/4 - c_0-/3",
)
def branch_rule() -> Found:
    space = dephased_chain().space
    by_print, by_us, locked = 0, 0, 0
    for seed in SEEDS:
        drawn = sample(seed)
        where = relative_phase_distribution(drawn.rho, space).location
        kind, _ = configurations.nearest_kind(*where)
        at_zero_or_pi = int(kind) < 2
        locked += int(at_zero_or_pi)
        rule = printed.zero_or_pi(drawn.weights["0+"], drawn.weights["0-"])
        by_print += int(rule == at_zero_or_pi)
        by_us += int((drawn.x > 0) == at_zero_or_pi)
    total = len(SEEDS)
    return Found(
        f"of {total} samples {locked} lock at 0 and pi, {total - locked} at pi/3; the sign of "
        f"c_0+ - c_0- is right for {by_print}, that of c_0+/4 - c_0-/3 for {by_us}",
        by_print == total,
    )


@claim(
    "C20",
    "Fig. 2(a), (b)",
    "if c_0+ > c_0-, S_d is maximal at (0, 0, 0) and (0, 0, pi)",
    printed="(0, 0, 0), (0, 0, pi)",
    convention="c_0+/4 > c_0-/3 as the condition",
)
@claim(
    "C21",
    "Fig. 2(d), (e)",
    "if c_0- < c_0+ (a slip for c_0+ < c_0-), S_d is maximal at (0, pi/3, -pi/3) and "
    "(0, 2pi/3, -2pi/3)",
    printed="(0, pi/3, -pi/3), (0, 2pi/3, -2pi/3)",
    convention="c_0+/4 < c_0-/3 as the condition",
)
def maxima() -> Iterator[Found]:
    data = figure_2()
    names = list(configurations.KINDS)
    for branch, kinds in zip(BRANCHES, ((0, 1), (2, 3)), strict=True):
        chosen = data.sel(branch=branch)
        found = chosen.kind.values[chosen.kind.values >= 0]
        heights = chosen.height.values[: len(found)]
        counted = ", ".join(f"{int((found == k).sum())} at {names[k]}" for k in np.unique(found))
        _, distance = configurations.nearest_kind(*chosen.location.values[: len(found)].T)
        uneven = float(np.ptp(heights) / heights.max())
        yield Found(
            f"{counted} at eta = {data.attrs['parameter_eta']:g}; their heights differ by "
            f"{uneven:.1g} of the largest",
            set(found) == set(kinds) and float(distance.max()) < 1e-2,
        )


@claim(
    "C22",
    "Fig. 2(c), (f)",
    "chi is 0 or 1 on the one branch, 1/4 or 1 on the other",
    printed="peaks at 0, 1 and at 1/4, 1",
)
@claim(
    "C23",
    "below Eq. (9)",
    "P(1/4)/[3 P(0)] is the ratio of pi/3- to (0, pi)-synchronization",
    printed="equal",
)
@claim(
    "C24",
    "Fig. 3, caption",
    "P_2/(3 P_3) equals that ratio",
    printed="1 for equally likely types",
    otherwise="a slip for P_2/(3 P_1), which the text has",
)
def peaks_of_chi() -> Iterator[Found]:
    data = figure_2()
    first, second = (data.peak_probability.sel(branch=branch).values for branch in BRANCHES)
    values = data.chi_of_maximum.values[~np.isnan(data.chi_of_maximum.values)]
    away = float(np.abs(values[:, None] - data.peak.values).min(axis=1).max())
    share = np.array([0.2, 0.5, 0.8])  # of samples on the branch pi/3
    peaks = (1 - share) * first[:, None] + share * second[:, None]
    ratio = peaks[1] / (3 * peaks[0])
    caption = float(printed.ratio_of_types(peaks[1], peaks[2])[1])
    error = float(np.abs(ratio - share / (1 - share)).max())
    yield Found(
        f"probabilities of 0, 1/4, 1: {_listed(first)} and {_listed(second)}; no maximum is "
        f"further than {away:.0e} from one of them",
        away < 1e-3 and first[1] == 0 and second[0] == 0 and min(first[0], second[1]) > 0,
    )
    yield Found(
        f"differs by {zero(error)} from the ratio of samples mixed 1:4, 1:1 and 4:1", error < EXACT
    )
    yield Found(f"{caption:.4g} for equally likely types", abs(caption - 1) < 1e-9)


@claim(
    "C25",
    "App. C",
    "chi depends on phase differences only, modulo 2 pi, and not on their order",
    printed="invariant",
)
@claim(
    "C26",
    "Eq. (9), App. C",
    "chi is uniform in [0, 1] for independent uniform angles",
    printed="F(chi) = chi",
)
def properties_of_chi() -> Iterator[Found]:
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
        f"changes by {zero(apart)} under random shifts, turns and a permutation", apart < 1e-9
    )
    yield Found(
        f"range {values[0]:.3f} to {values[-1]:.3f}; on a grid of {count} x {count} angles "
        f"the distribution function differs from chi by {deviation:.0e}",
        deviation < 4 / count,
    )


@claim(
    "C27",
    "Eq. (C2)",
    "the triangles T_d^a make up the region l < d, of area (2 pi d)^2",
    printed="l < d, area (2 pi d)^2",
    otherwise="the bound of T_d^3 should be on phi'_2 - 2 phi'_1, not on phi'_2 - phi'_1",
)
@claim("C28", "Eq. (C3)", "in T_d^1, l = (phi'_1 + phi'_2)/(2 pi)", printed="equal")
@claim(
    "C29",
    "Fig. 4",
    "Omega_1 has the area of the square of one period, and l reaches 1",
    printed="1",
    convention="Eq. (C2) put right",
)
def triangles() -> Iterator[Found]:
    d, side = 0.7, 800
    line = 4 * np.pi * ((np.arange(side) + 0.5) / side - 0.5)
    x, y = np.meshgrid(line, line, indexing="ij")
    cell = (line[1] - line[0]) ** 2 / (2 * np.pi * d) ** 2
    l_value = np.sqrt(chi(x, y))
    areas, largest = [], []
    for version in (printed.triangles, configurations.triangles):
        inside = version(x, y, d).any(axis=0)
        areas.append(float(inside.sum()) * cell)
        largest.append(float(l_value[inside].max()))
    first = configurations.triangles(x, y, d)[0]
    error = float(np.abs(l_value - (x + y) / (2 * np.pi))[first].max())
    inside = configurations.triangles(x, y).any(axis=0)
    whole = float(inside.sum()) * (line[1] - line[0]) ** 2 / (2 * np.pi) ** 2
    yield Found(
        f"d = {d:g}: as printed l reaches {largest[0]:.3f} and the area is {areas[0]:.2f} "
        f"(2 pi d)^2; with phi'_2 - 2 phi'_1 in T_d^3 they are {largest[1]:.3f} and "
        f"{areas[1]:.2f}",
        largest[0] < d and abs(areas[0] - 1) < 0.02,
    )
    yield Found(f"differs by {zero(error)}", error < EXACT)
    yield Found(
        f"area {whole:.2f} (2 pi)^2, largest l {float(l_value.max()):.3f}",
        abs(whole - 1) < 0.02 and abs(float(l_value.max()) - 1) < 0.01,
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
    return ", ".join(f"{value:.4g}" for value in values)
