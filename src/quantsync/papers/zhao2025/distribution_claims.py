"""Claims of Zhao et al. (2025) on the phases of the chain: Eqs. (7)-(9), Fig. 2, Apps. A and C."""

from __future__ import annotations

import numpy as np

from quantsync.measures import chi, phase_distribution, relative_phase_distribution
from quantsync.models import dephased_chain
from quantsync.papers.paper import Claim, reproduced, zero
from quantsync.papers.zhao2025 import configurations, printed, sectors
from quantsync.papers.zhao2025.chain_data import BRANCHES, figure_2, sample

SEEDS = range(12)
"""Seeds of the random perturbations that claims on single samples are checked with."""
EXACT = 1e-12
TRIPLES = ((0.4, 1.9, 5.2), (0.0, 0.0, 0.0), (2.2, -0.7, 1.1))


def distribution_claims() -> list[Claim]:
    """The claims on phases that need no ensemble."""
    return [
        normalisation(),
        diagonal_states(),
        *off_diagonal_elements(),
        *equation_8(),
        branch_rule(),
        *maxima(),
        *peaks_of_chi(),
        *properties_of_chi(),
        *triangles(),
    ]


def normalisation() -> Claim:
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
    return Claim(
        "Eqs. (A1)-(A3)",
        "S(phi) is the Husimi function integrated over theta, and integrates to 1",
        "1",
        f"as printed it integrates to {ratios[0]:.6f} = (4 pi/3)^3",
        *reproduced(
            abs(ratios[0] - 1) < 1e-9 or holds,
            "the two distributions differ by more than a factor",
            "a factor (2S+1)/(4 pi) for every spin",
        ),
    )


def diagonal_states() -> Claim:
    """App. A: limit cycles."""
    populations = np.random.default_rng(2).dirichlet(np.ones(27))
    height = float(
        relative_phase_distribution(np.diag(populations), dephased_chain().space).maximum
    )
    return Claim(
        "App. A",
        "diagonal states have S_max = 0",
        "0",
        f"S_max = {zero(height)} for random populations",
        *reproduced(abs(height) < EXACT, "a phase is preferred"),
    )


def off_diagonal_elements() -> list[Claim]:
    """Which sectors have them, and Eq. (7)."""
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
    return [
        Claim(
            "above Eq. (7)",
            "only 1_0+ and 1_0- have off-diagonal elements",
            "0+, 0-",
            ", ".join(coherent),
            *reproduced(coherent == ["0+", "0-"], "others have"),
        ),
        Claim(
            "Eq. (7)",
            "the off-diagonal part joins |m> and |-m> for the six permutations of (1, 0, -1), "
            "each with (c_0+ - c_0-)/2",
            "(c_0+ - c_0-)/2",
            f"the six pairs and no others; as printed the element is off by up to "
            f"{max(as_printed):.4f} in {len(SEEDS)} samples, c_0+/8 - c_0-/6 by "
            f"{zero(max(right))}",
            *reproduced(
                max(as_printed) < EXACT,
                f"the sectors have the dimensions {sizes[0]} and {sizes[1]}: it is "
                "c_0+/8 - c_0-/6; as printed c_alpha would be a population over its dimension, "
                "and the c_alpha would not add to 1",
            ),
        ),
    ]


def equation_8() -> list[Claim]:
    """The joint distribution, and what Eq. (2) makes of it."""
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
    return [
        Claim(
            "Eq. (8)",
            "S(phi) deviates from the uniform distribution by (c_0+ - c_0-)/32 times the three "
            "cosines of twice the phase differences",
            "(c_0+ - c_0-)/32",
            f"the three cosines and no others, with (2 pi)^-3 (c_0+/8 - c_0-/6)/2 (relative "
            f"deviation {zero(max(right))}); the sign as printed is wrong at {sign} of "
            f"{len(factors)} points; Eq. (7) as printed would give 1/{32 * factors[0]:.4f} = "
            f"1/({32 * factors[0] / np.pi**3:.6g} pi^3)",
            *reproduced(
                sign == 0 and max(abs(factor - 1) for factor in factors) < 1e-6,
                "it inherits the coefficient of Eq. (7), and a factor pi^-3 is missing: "
                "(2S+1)/4 in place of (2S+1)/(4 pi) a spin",
            ),
        ),
        Claim(
            "below Eq. (8)",
            "S_d(phi'_1, phi'_2) = 2 pi S(phi'_1, phi'_2, 0)",
            "2 pi",
            f"deviates from 2 pi by {zero(max(relative))}",
            *reproduced(max(relative) < 1e-9, "the factor is another"),
        ),
    ]


def branch_rule() -> Claim:
    """Which sign decides where the phases lock."""
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
    return Claim(
        "below Eq. (8)",
        "the sign of c_0+ - c_0- decides: 0 and pi if c_0+ > c_0-, multiples of pi/3 if not",
        "c_0+ - c_0-",
        f"of {total} samples {locked} lock at 0 and pi, {total - locked} at pi/3; the sign of "
        f"c_0+ - c_0- is right for {by_print}, that of c_0+/4 - c_0-/3 for {by_us}",
        *reproduced(
            by_print == total,
            "equal populations already have c_0+ = 4/27 > c_0- = 3/27: what decides is "
            "c_0+/4 - c_0-/3",
        ),
    )


def maxima() -> list[Claim]:
    """The configurations of Fig. 2(b) and (e)."""
    data = figure_2()
    names = list(configurations.KINDS)
    claims = []
    for branch, where, condition, kinds in (
        (BRANCHES[0], "Fig. 2(a), (b)", "c_0+ > c_0-", (0, 1)),
        (BRANCHES[1], "Fig. 2(d), (e)", "c_0- < c_0+ (a slip for c_0+ < c_0-)", (2, 3)),
    ):
        chosen = data.sel(branch=branch)
        found = chosen.kind.values[chosen.kind.values >= 0]
        heights = chosen.height.values[: len(found)]
        counted = ", ".join(f"{int((found == k).sum())} at {names[k]}" for k in np.unique(found))
        _, distance = configurations.nearest_kind(*chosen.location.values[: len(found)].T)
        uneven = float(np.ptp(heights) / heights.max())
        holds = set(found) == set(kinds) and float(distance.max()) < 1e-2
        claims.append(
            Claim(
                where,
                f"if {condition}, S_d is maximal at {names[kinds[0]]} and {names[kinds[1]]}",
                f"{names[kinds[0]]}, {names[kinds[1]]}",
                f"{counted} at eta = {data.attrs['parameter_eta']:g}; their heights differ by "
                f"{uneven:.1g} of the largest",
                *reproduced(
                    holds,
                    "the maxima are elsewhere",
                    f"c_0+/4 {'>' if kinds[0] == 0 else '<'} c_0-/3 as the condition",
                ),
            )
        )
    return claims


def peaks_of_chi() -> list[Claim]:
    """Fig. 2(c) and (f), and what the heights of the peaks tell."""
    data = figure_2()
    first, second = (data.peak_probability.sel(branch=branch).values for branch in BRANCHES)
    values = data.chi_of_maximum.values[~np.isnan(data.chi_of_maximum.values)]
    away = float(np.abs(values[:, None] - data.peak.values).min(axis=1).max())
    share = np.array([0.2, 0.5, 0.8])  # of samples on the branch pi/3
    peaks = (1 - share) * first[:, None] + share * second[:, None]
    ratio = peaks[1] / (3 * peaks[0])
    caption = float(printed.ratio_of_types(peaks[1], peaks[2])[1])
    error = float(np.abs(ratio - share / (1 - share)).max())
    return [
        Claim(
            "Fig. 2(c), (f)",
            "chi is 0 or 1 on the one branch, 1/4 or 1 on the other",
            "peaks at 0, 1 and at 1/4, 1",
            f"probabilities of 0, 1/4, 1: {_listed(first)} and {_listed(second)}; no maximum is "
            f"further than {away:.0e} from one of them",
            *reproduced(
                away < 1e-3 and first[1] == 0 and second[0] == 0 and min(first[0], second[1]) > 0,
                "there are other values",
            ),
        ),
        Claim(
            "below Eq. (9)",
            "P(1/4)/[3 P(0)] is the ratio of pi/3- to (0, pi)-synchronization",
            "equal",
            f"differs by {zero(error)} from the ratio of samples mixed 1:4, 1:1 and 4:1",
            *reproduced(error < EXACT, "the factor is another"),
        ),
        Claim(
            "Fig. 3, caption",
            "P_2/(3 P_3) equals that ratio",
            "1 for equally likely types",
            f"{caption:.4g} for equally likely types",
            *reproduced(abs(caption - 1) < 1e-9, "a slip for P_2/(3 P_1), which the text has"),
        ),
    ]


def properties_of_chi() -> list[Claim]:
    """Invariance, range and uniform distribution of chi."""
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
    return [
        Claim(
            "App. C",
            "chi depends on phase differences only, modulo 2 pi, and not on their order",
            "invariant",
            f"changes by {zero(apart)} under random shifts, turns and a permutation",
            *reproduced(apart < 1e-9, "it changes"),
        ),
        Claim(
            "Eq. (9), App. C",
            "chi is uniform in [0, 1] for independent uniform angles",
            "F(chi) = chi",
            f"range {values[0]:.3f} to {values[-1]:.3f}; on a grid of {count} x {count} angles "
            f"the distribution function differs from chi by {deviation:.0e}",
            *reproduced(deviation < 4 / count, "it is not uniform"),
        ),
    ]


def triangles() -> list[Claim]:
    """Eqs. (C2) and (C3), and the area of Omega_d."""
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
    return [
        Claim(
            "Eq. (C2)",
            "the triangles T_d^a make up the region l < d, of area (2 pi d)^2",
            "l < d, area (2 pi d)^2",
            f"d = {d:g}: as printed l reaches {largest[0]:.3f} and the area is {areas[0]:.2f} "
            f"(2 pi d)^2; with phi'_2 - 2 phi'_1 in T_d^3 they are {largest[1]:.3f} and "
            f"{areas[1]:.2f}",
            *reproduced(
                largest[0] < d and abs(areas[0] - 1) < 0.02,
                "the bound of T_d^3 should be on phi'_2 - 2 phi'_1, not on phi'_2 - phi'_1",
            ),
        ),
        Claim(
            "Eq. (C3)",
            "in T_d^1, l = (phi'_1 + phi'_2)/(2 pi)",
            "equal",
            f"differs by {zero(error)}",
            *reproduced(error < EXACT, "it is another"),
        ),
        Claim(
            "Fig. 4",
            "Omega_1 has the area of the square of one period, and l reaches 1",
            "1",
            f"area {whole:.2f} (2 pi)^2, largest l {float(l_value.max()):.3f}",
            *reproduced(
                abs(whole - 1) < 0.02 and abs(float(l_value.max()) - 1) < 0.01,
                "the areas differ",
                "Eq. (C2) put right",
            ),
        ),
    ]


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
