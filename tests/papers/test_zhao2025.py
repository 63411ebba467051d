"""The paper module of Zhao et al. (2025): its figures carry known facts, its claims verdicts."""

import re

import numpy as np
import pytest
import xarray as xr
from places import reference

import quantsync as qs
from quantsync import plotting
from quantsync.measures.configurations import chi
from quantsync.papers.registry import PAPERS
from quantsync.papers.zhao2025 import (
    configurations,
    dark_states,
    data,
    distribution_claims,
    printed,
    sectors,
)
from quantsync.papers.zhao2025 import pair_claims as pair_claims_module

REFERENCE = reference("zhao2025")
TORUS = (2 * np.pi) ** 2


@pytest.fixture(scope="module")
def figure_2():
    return data.figure_2()


@pytest.fixture(scope="module")
def dynamics():
    return data.dynamics()


@pytest.fixture(scope="module")
def appendix_e():
    return data.appendix_e()


@pytest.fixture(scope="module")
def chain_claims(claims_of):
    return claims_of("zhao2025", "chain_claims", "distribution_claims")


@pytest.fixture(scope="module")
def pair_claims(claims_of):
    return claims_of("zhao2025", "pair_claims")


def number(name):
    return REFERENCE[name]["value"]


def classes(claims):
    return {claim.number: claim.verdict for claim in claims if claim.verdict != "reproduced"}


def test_figure_2_has_the_maxima_of_both_branches(figure_2):
    names = np.array(figure_2.configuration)
    straight, thirds = (figure_2.sel(branch=branch) for branch in data.BRANCHES)
    assert sorted(names[straight.kind[straight.kind >= 0]]) == ["(0, 0, 0)"] + 3 * ["(0, 0, pi)"]
    assert sorted(names[thirds.kind[thirds.kind >= 0]]) == (
        2 * ["(0, 2pi/3, -2pi/3)"] + 6 * ["(0, pi/3, -pi/3)"]
    )
    assert float(straight.x) > 0 > float(thirds.x)
    # What is printed as the condition for the one branch holds for both.
    assert (figure_2.c_plus > figure_2.c_minus).all()


def test_figure_2_heights_are_the_closed_form_and_on_the_map(figure_2):
    expected = sectors.largest_synchronization(figure_2.x.values)
    np.testing.assert_allclose(figure_2.height.max("maximum"), expected, rtol=1e-3)
    np.testing.assert_allclose(figure_2.excess.max(("phi_1", "phi_2")), expected, rtol=1e-2)
    assert figure_2.attrs["largest_residual"] < 1e-13


def test_figure_2_probabilities_are_the_reference_ones(figure_2):
    minus = figure_2.peak_probability.sel(branch=data.BRANCHES[1])
    np.testing.assert_allclose(minus, number("branch_probabilities_minus_chi(0,1/4,1)"))
    plus = figure_2.peak_probability.sel(branch=data.BRANCHES[0])
    np.testing.assert_allclose(plus, [0.25, 0, 0.75])
    np.testing.assert_allclose(figure_2.chi_probability.sum("chi"), 1)
    # At r = 0.95 the peaks smear out, each around its place at r = 1.
    near = {
        peak: figure_2.chi_probability.where(abs(figure_2.chi - peak) < 0.2, 0).sum("chi")
        for peak in (0.25, 1.0)
    }
    assert float(near[0.25].sel(branch=data.BRANCHES[1])) == pytest.approx(0.75, abs=0.02)
    assert float(near[1.0].sel(branch=data.BRANCHES[0])) == pytest.approx(0.75, abs=0.02)


def test_figure_4_is_one_period_in_both_directions():
    values = data.figure_4().l.values
    half = values.shape[0] // 2
    np.testing.assert_allclose(values[:-half], values[half:], atol=1e-12)
    np.testing.assert_allclose(values, values.T, atol=1e-12)
    assert 0 <= values.min() < 1e-12
    assert values.max() == pytest.approx(1, abs=1e-12)


def test_chi_takes_the_reference_values():
    assert float(chi(1.0, 2.0, 4.0)) == pytest.approx(number("chi_1_2_4"), rel=1e-12)
    assert float(chi(6.0, 0.2, 3.0)) == pytest.approx(number("chi_6_0.2_3"), rel=1e-12)


def test_kinds_are_found_after_shifts_and_permutations():
    rng = np.random.default_rng(5)
    for place, angles in enumerate(configurations.KINDS.values()):
        moved = rng.permutation(angles) + rng.uniform(-9, 9)
        kind, distance = configurations.nearest_kind(*moved)
        assert int(kind) == place
        assert float(distance) < 1e-12


def test_triangles_put_right_tile_the_torus_and_the_printed_ones_do_not():
    rng = np.random.default_rng(6)
    points = rng.uniform(-np.pi, np.pi, (2, 4000))
    turns = 2 * np.pi * np.array([(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)])
    moved = points[:, None] + turns.T[:, :, None]
    right = configurations.triangles(*moved).sum(axis=(0, 1))
    assert (right == 1).all()
    as_printed = printed.triangles(*moved).sum(axis=(0, 1))
    assert as_printed.max() > 1
    for d in (0.3, 0.8):
        inside = configurations.triangles(*moved, d).any(axis=(0, 1))
        np.testing.assert_array_equal(inside, np.sqrt(chi(*points)) < d)


def test_the_corners_bound_the_triangles():
    middle = (configurations.corners() + np.roll(configurations.corners(), -1, axis=0)) / 2
    just_in = configurations.triangles(*(0.999 * middle).T)
    np.testing.assert_array_equal(just_in, np.eye(6, dtype=bool))
    assert not configurations.triangles(*(1.001 * middle).T).any()


def test_dynamics_ends_in_one_oscillation_of_all_sites(dynamics):
    late = dynamics.isel(time=slice(-100, None))
    np.testing.assert_allclose(late.expectation, late.asymptotic, atol=1e-5)
    np.testing.assert_allclose(late.asymptotic, late.asymptotic[[0, 0, 0]], atol=1e-12)
    # One coherence of the initial state, spread over the six states with M = 1.
    np.testing.assert_allclose(dynamics.amplitude.sel(frequency=2, method="nearest"), 1 / 12)
    assert abs(dynamics.amplitude.isel(frequency=slice(1, None))).max() < 1e-12
    assert dynamics.attrs["strongest_frequency"] == pytest.approx(2)
    assert dynamics.attrs["gap"] == pytest.approx(number("L0_gap_min_nonzero_minusRe"), rel=1e-9)
    early = dynamics.expectation.sel(time=slice(0.5, 2))
    assert float(abs(early[0] - early[1]).max()) > 0.1


def test_appendix_e_has_the_reference_limit(appendix_e):
    expected = np.hypot(*number("E_limit_rho_(00,1-1)"))
    assert float(appendix_e.coherence_limit) == pytest.approx(expected, rel=1e-9)
    limit = qs.degenerate.degenerate_steady_state(data.uncoupled_pair(), data.pair_perturbation())
    found = limit.rho[0][data.COHERENCE]
    np.testing.assert_allclose([found.real, found.imag], number("E_limit_rho_(00,1-1)"), rtol=1e-9)


def test_appendix_e_at_finite_strength_is_the_reference(appendix_e):
    states = qs.degenerate.perturbed_steady_states(
        data.uncoupled_pair(), data.pair_perturbation(), [0.1]
    )
    locking = qs.relative_phase_distribution(states.rho, data.PAIR)
    assert float(locking.maximum[0]) == pytest.approx(number("E_eta0.1_Smax"), rel=1e-9)
    assert float(appendix_e.excess.sel(shown_eta=0.1).max()) <= float(locking.maximum[0])
    deviation = abs(appendix_e.S_max - appendix_e.S_max_limit)
    ratio = (deviation / appendix_e.eta).sel(eta=slice(1e-5, 1e-3))
    np.testing.assert_allclose(ratio, float(ratio[0]), rtol=0.02)


def test_the_rotating_frame_changes_the_modes_but_not_the_locking():
    a, b = data.PAIR["A"], data.PAIR["B"]
    p = data.PERTURBATION
    exchange = 1j * (a.plus @ b.minus - a.minus @ b.plus)
    at_rest = qs.Lindbladian(
        data.PAIR,
        [(p["epsilon"] / 2, exchange), (p["detuning"] / 2, a.z - b.z), (0.17, a.z + b.z)],
        [(p["damping_a"] / 2, a.minus @ a.z), (p["gain_b"] / 2, b.plus @ b.z)],
    )
    one = qs.degenerate.degenerate_steady_state(data.free_spins(), at_rest)
    other = qs.degenerate.degenerate_steady_state(data.uncoupled_pair(), data.pair_perturbation())
    assert (one.zero_modes, other.zero_modes) == (6, 16)
    np.testing.assert_allclose(one.rho, other.rho, atol=1e-12)


def test_sector_formulas_agree_with_the_states():
    space = sectors.prepared_chain().space
    state = sectors.stationary_states(space)["0-"]
    x = sectors.off_diagonal_element(0, 1)
    assert x == pytest.approx(number("offdiag_element_of_1_{0-}"))
    height = float(qs.relative_phase_distribution(state, space).maximum)
    assert height == pytest.approx(number("Smax_of_1_{0-}"), rel=1e-12)
    assert height == pytest.approx(float(sectors.largest_synchronization(x)), rel=1e-12)


def test_the_printed_distribution_is_not_normalised_by_the_reference_factor():
    space = sectors.prepared_chain().space
    found = printed.marginal_distribution(np.eye(27) / 27, space, (0.1, 0.2, 0.3))
    expected = number("raw_A3_integral_over_phi_N3_spin1")
    assert (2 * np.pi) ** 3 * found == pytest.approx(expected, rel=1e-12)
    with pytest.raises(TypeError, match="SU"):
        printed.marginal_distribution(np.eye(2) / 2, qs.Space(A=qs.Fock(2)), (0.1,))


def test_the_singlet_locks_with_the_reference_height():
    space = qs.models.collective_decay_pair().space
    singlet = np.outer(dark_states.SINGLET, dark_states.SINGLET)
    height = float(qs.relative_phase_distribution(singlet, space).maximum)
    assert height == pytest.approx(number("D_Smax_over_cminus"), rel=1e-12)
    assert dark_states.pair_synchronization(1.0) == pytest.approx(height, rel=1e-12)
    assert dark_states.pair_frequency(1, 1, 0.3) == pytest.approx(number("D_osc_eigenvalue_imag"))


def test_classes_on_the_chain(chain_claims):
    assert classes(chain_claims) == {
        "C2": "misprint",
        "C5": "misprint",
        "C13": "convention",
        "C16": "misprint",
        "C17": "misprint",
        "C21": "misprint",
        "C24": "misprint",
        "C27": "misprint",
        "C57": "convention",
    }


def test_classes_on_the_pairs(pair_claims):
    assert classes(pair_claims) == {
        "C42": "misprint",
        "C45": "misprint",
        "C46": "misprint",
        "C50": "misprint",
        "C58": "convention",
        "C68": "misprint",
        "C69": "convention",
    }


def test_every_claim_says_what_was_computed_and_every_exception_why(chain_claims, pair_claims):
    for claim in [*chain_claims, *pair_claims]:
        assert claim.quotation
        assert claim.printed
        assert claim.computed
        assert claim.uncertainty
        assert claim.bar
        assert bool(claim.reason) == (claim.verdict != "reproduced")


def test_merged_rows_are_found_and_no_number_is_lost():
    paper = PAPERS["zhao2025"]
    joined = {"C19": "C16", "C43": "C42", "C51": "C50"}
    for old, new in joined.items():
        assert paper.find(old) == f"zhao2025-{new}"
    numbers = {s.partition("-C")[2] for s in paper.statements} | {old[1:] for old in joined}
    assert {int(number) for number in numbers} == set(range(1, 71))


def test_coverage_names_claims_and_figures_that_exist():
    paper = PAPERS["zhao2025"]
    for place, what in paper.profile.coverage.items():
        for number in re.findall(r"C\d+", what):
            assert paper.find(number), place
        assert re.search(r"C\d+|figure|not checked: .+", what), place
    figures = {
        place.removeprefix("Fig. ").partition("(")[0]
        for place, what in paper.profile.coverage.items()
        if what.endswith("figure")
    }
    assert figures <= set(paper.figures)
    letters = {"A": 3, "C": 3, "D": 6, "E": 4, "F": 4}
    expected = [f"Eq. ({k})" for k in range(1, 10)]
    expected += [f"Eq. ({letter}{k + 1})" for letter, n in letters.items() for k in range(n)]
    assert [place for place in paper.profile.coverage if place.startswith("Eq")] == expected


def test_verdicts_turn_when_the_equations_do(monkeypatch):
    monkeypatch.setattr(printed, "off_diagonal_element", sectors.off_diagonal_element)
    monkeypatch.setattr(printed, "zero_or_pi", lambda plus, minus: plus / 4 > minus / 3)
    monkeypatch.setattr(printed, "triangles", configurations.triangles)
    monkeypatch.setattr(printed, "spin_flip_of_the_pair", lambda: dark_states.SWAP)
    monkeypatch.setattr(printed, "singlet_energy", dark_states.singlet_energy)
    every = [
        *distribution_claims.off_diagonal_elements(),
        distribution_claims.triangles()[0],
        *pair_claims_module.strong_symmetry(),
        *pair_claims_module.dark_state_energies(),
    ]
    found = {claim.number: claim.verdict for claim in every}
    assert [found[n] for n in ("C16", "C27", "C42", "C45")] == 4 * ["reproduced"]
    assert found["C46"] == "misprint"


@pytest.mark.parametrize("name", ["2", "4", "dynamics", "appendix_e"])
def test_figures_are_labelled_light_and_keep_their_data(name, tmp_path):
    figure = PAPERS["zhao2025"].figures[name]
    dataset = figure()
    for variable in dataset.data_vars.values():
        assert variable.attrs["units"]
        assert variable.attrs["long_name"]
    dataset.to_netcdf(tmp_path / "data.nc", engine="h5netcdf")
    with xr.open_dataset(tmp_path / "data.nc", engine="h5netcdf") as again:
        xr.testing.assert_allclose(again, dataset)
    with plotting.style():
        canvas = figure.draw(dataset)
        canvas.savefig(tmp_path / "figure.png")
    assert (tmp_path / "figure.png").stat().st_size < 400_000
    for axes in canvas.axes:
        assert not axes.axison or axes.get_xlabel() or axes.get_ylabel()
