"""The paper module of Roulet and Bruder: figures carry the paper's numbers, claims theirs."""

import re

import numpy as np
import pytest

from quantsync.errors import UnknownNameError
from quantsync.papers.registry import PAPERS, find_figure
from quantsync.papers.reproduce import write_figure
from quantsync.papers.roulet2018 import data, entanglement_claims, locking_claims

PAPER = PAPERS["roulet2018"]


@pytest.fixture(scope="module")
def tongue():
    return data.figure_3()


@pytest.fixture(scope="module")
def claims(claims_of):
    return claims_of("roulet2018")


@pytest.fixture(scope="module")
def found(claims):
    return {claim.number: claim for claim in claims}


def test_figure_2_locks_in_phase_only_with_coupling():
    figure = data.figure_2()
    off, on = figure.S_rel.sel(epsilon=0.0), figure.S_rel.sel(epsilon=0.1)
    assert abs(off).max() < 1e-15
    assert float(on.phi[on.argmax("phi")]) == pytest.approx(0, abs=1e-12)
    assert float(on.max()) == pytest.approx(0.021007229871928844, abs=1e-12)
    assert abs(figure.p).max() < 1e-15


def test_figure_2_spheres_hold_one_spin_each():
    figure = data.figure_2()
    weight = np.sin(figure.theta)
    total = (figure.husimi * weight).integrate(["theta", "phi"])
    assert np.allclose(total, 1, atol=2e-3)


def test_figure_3_regressions_are_the_reference_ones(tongue):
    on_negativity, on_information = (
        tongue.sel(predictor=name) for name in ("negativity", "mutual_information")
    )
    assert float(on_negativity.slope) == pytest.approx(0.234957035805, abs=1e-10)
    assert float(on_negativity.intercept) == pytest.approx(-0.0002770878746, abs=1e-10)
    assert float(on_negativity.r_squared) == pytest.approx(0.99899366048, abs=1e-10)
    assert float(on_information.slope) == pytest.approx(0.26815131288, abs=1e-10)
    assert float(on_information.intercept) == pytest.approx(0.00255808679349, abs=1e-10)
    assert float(on_information.r_squared) == pytest.approx(0.958587098213, abs=1e-10)


def test_figure_3_is_even_in_the_detuning_and_widens_with_coupling(tongue):
    assert np.allclose(tongue.synchronization, tongue.synchronization[:, ::-1], atol=1e-14)
    wide = (tongue.synchronization > 0.005).sum("detuning")
    assert (np.diff(wide) >= 0).all()
    assert int(wide[-1]) > int(wide[50]) > 0
    assert float(tongue.single_site.max()) < 1e-12


def test_figure_4_swaps_in_phase_and_antiphase_across_the_diagonal():
    figure = data.figure_4()
    heights = figure.synchronization.values
    assert np.allclose(heights, heights.T, atol=1e-12)
    assert np.allclose(figure.negativity, figure.negativity.T, atol=1e-12)
    damped = figure.locked_phase.values[0, 1:]  # gain_b = 1, damping_b > 1
    pumped = figure.locked_phase.values[1:, 0]
    assert np.allclose(damped[10:], 0, atol=1e-9)
    assert np.allclose(pumped[10:], np.pi, atol=1e-9)


def test_dynamics_follow_equation_5_at_weak_coupling():
    path = data.dynamics()
    weak = path.sel(epsilon=0.001)
    assert abs(weak.S_rel - weak.S_rel_first_order).max() < 1e-4 * abs(weak.S_rel).max()
    strong = path.sel(epsilon=0.1)
    assert abs(strong.S_rel - strong.S_rel_first_order).max() > 1e-2 * abs(strong.S_rel).max()


CLASSES = {
    "reproduced": "C1 C2 C3 C5 C6 C7 C9 C16 C18 C25 C26 C27 C28 C29 C30 C31 C32 "
    "C15 C24 C33 C34 C35 C36 C38",
    "convention": "C4 C11 C12 C13 C20 C21 C22 C23 C37",
    "limit": "C8 C10",
    "fails": "C14",
}


def test_every_claim_has_its_class(found):
    classes = {number: name for name, every in CLASSES.items() for number in every.split()}
    assert {number: claim.verdict for number, claim in found.items()} == classes


def test_every_claim_says_what_an_author_needs_to_judge_it(claims):
    for claim in claims:
        assert all((claim.quotation, claim.printed, claim.computed, claim.uncertainty, claim.bar))
        assert claim.reason or claim.verdict == "reproduced"
        assert claim.readings or claim.verdict != "fails"
        assert claim.section
        for text in (claim.printed, claim.computed, claim.reason, claim.statement, claim.bar):
            assert text.count("$") % 2 == 0, text
            assert "|" not in text


def test_rows_that_are_merged_point_on():
    assert PAPER.find("C19") == "roulet2018-C8"
    assert PAPER.find("C17") == "roulet2018-C16"


def test_numbers_of_the_readings_of_the_regression_without_offset(found):
    shares = [
        abs(entanglement_claims.regressions_on(*extent)["mutual_information"]["offset"])
        for extent in entanglement_claims.OTHER_AXES
    ]
    assert min(shares) > 0.095
    assert max(shares) < 0.135
    same = entanglement_claims.regressions_on(0.1, 2.0)["mutual_information"]
    assert round(same["straight_slope"], 2) == 0.34
    assert round(same["about_mean"], 2) == 0.84
    assert round(same["about_zero"], 2) == 0.95
    wide = entanglement_claims.regressions_on(0.15, 2.0)
    assert round(wide["mutual_information"]["straight_slope"], 2) == 0.27
    assert round(wide["mutual_information"]["about_zero"], 2) == 0.96
    assert round(wide["negativity"]["straight_slope"], 2) == 0.24
    assert [word in found["C14"].readings[k] for k, word in ((0, "13 %"), (1, "0.84"))] == [1, 1]


def test_verdicts_turn_when_the_physics_does(monkeypatch):
    def of(check):
        return {claim.number: claim.verdict for claim in check()}

    assert of(entanglement_claims.virtually_pure) == {"C16": "reproduced"}
    monkeypatch.setattr(data, "EPSILON", 1.0)  # far from weak coupling
    assert of(entanglement_claims.virtually_pure) == {"C16": "fails"}
    monkeypatch.setitem(data.BALANCED_A, "gain_a", 5.0)  # no longer balanced
    assert of(locking_claims.balanced_partner)["C9"] == "fails"
    monkeypatch.setattr(locking_claims, "SINGLE_SPIN_COEFFICIENT", 0.19)
    assert of(locking_claims.same_form_as_a_driven_spin) == {"C33": "fails"}
    monkeypatch.setitem(locking_claims.IDENTICAL, "gain_b", 2.0)  # not identical any more
    assert of(locking_claims.identical_limit_cycles) == {"C8": "fails"}


def test_verdicts_turn_with_a_misprint_in_the_theory(monkeypatch):
    def wrong(*arguments, **parameters):
        return 1.1 * theory(*arguments, **parameters)

    for module, name, check in (
        (locking_claims, "synchronization_first_order", locking_claims.equation_6),
        (locking_claims, "synchronization_first_order", locking_claims.equation_5),
        (entanglement_claims, "negativity_first_order", entanglement_claims.equation_8),
        (
            entanglement_claims,
            "negativity_first_order",
            entanglement_claims.negativity_from_coherences,
        ),
    ):
        theory = getattr(module, name)
        with monkeypatch.context() as changed:
            changed.setattr(module, name, wrong)
            assert [claim.verdict for claim in check()] == ["fails"], name


def test_one_claim_is_computed_alone_and_is_the_same(found):
    assert PAPER.claims("roulet2018-C6") == [found["C6"]]
    with pytest.raises(UnknownNameError, match="roulet2018-C99"):
        PAPER.claims("roulet2018-C99")


def test_coverage_names_every_equation_and_panel_and_only_claims_that_exist(found):
    coverage = PAPER.profile.coverage
    assert {f"Eq. ({k})" for k in range(1, 9)} < set(coverage)
    panels = ("1", "2(a)", "2(b)", "3(a)", "3(b)", "4(a)", "4(b)", "4(c)")
    assert {f"Fig. {panel}" for panel in panels} < set(coverage)
    named = {n for covered in coverage.values() for n in re.findall(r"\bC\d+\b", covered)}
    assert named <= set(found)


def test_figures_are_found_by_number_or_word():
    assert [find_figure(PAPER, name) for name in ("3", "fig3", "Figure_3", "fig. 3")] == ["3"] * 4
    assert find_figure(PAPER, "dynamics") == "dynamics"


def test_the_same_figure_twice_is_the_same_file(tmp_path):
    first, _ = write_figure(PAPER, "2", tmp_path / "a")
    second, _ = write_figure(PAPER, "2", tmp_path / "b")
    assert first.read_bytes() == second.read_bytes()
