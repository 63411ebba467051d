"""The paper module of Roulet and Bruder: figures carry the paper's numbers, claims theirs."""

import numpy as np
import pytest
from places import ROOT

from quantsync.errors import UnknownNameError
from quantsync.papers.paper import reproduced
from quantsync.papers.registry import PAPERS, find_figure
from quantsync.papers.reproduce import write_figure
from quantsync.papers.roulet2018 import claims as its_claims
from quantsync.papers.roulet2018 import data

PAPER = PAPERS["roulet2018"]
LITERATURE = ROOT / "docs" / "literature.md"


@pytest.fixture(scope="module")
def tongue():
    return data.figure_3()


@pytest.fixture(scope="module")
def claims(claims_of):
    return claims_of("roulet2018")


def verdict(claims, words):
    (found,) = [claim for claim in claims if words in claim.statement]
    return found.verdict


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


def test_verdicts_of_the_claims_that_are_known_to_fail(claims):
    for words in (
        "vanishes for identical limit cycles",
        "no offset in the regression on I",
        "nothing else than 9 pi/128",
        "the state (7) stands for",
        "cannot be established without entanglement",
    ):
        assert verdict(claims, words) == "not reproduced", words


def test_verdicts_of_the_claims_that_are_known_to_hold(claims):
    for words in ("steady max S_rel", "on resonance N = eps", "individual phases stay uniform"):
        assert verdict(claims, words) == "reproduced", words
    for words in ("regression of max S_rel on N", "drops from 3 to 2", "S_rel builds up"):
        assert verdict(claims, words) == "reproduced with", words


def test_every_claim_says_what_was_computed_and_every_exception_why(claims):
    assert len(claims) >= 20
    for claim in claims:
        assert claim.printed
        assert claim.computed
        assert claim.reason or claim.verdict == "reproduced"


def test_verdicts_turn_when_the_physics_does(monkeypatch):
    pure, _ = its_claims.virtually_pure()
    assert pure.verdict == "reproduced with"
    monkeypatch.setattr(data, "EPSILON", 1.0)  # far from weak coupling
    pure, _ = its_claims.virtually_pure()
    assert pure.verdict == "not reproduced"
    monkeypatch.setitem(data.BALANCED_A, "gain_a", 5.0)  # no longer balanced
    locks_equally, _ = its_claims.balanced_partner()
    assert locks_equally.verdict == "not reproduced"


def test_one_claim_is_computed_alone_and_is_the_same(claims):
    assert PAPER.claims("roulet2018-C6") == [claims[5]]
    with pytest.raises(UnknownNameError, match="roulet2018-C99"):
        PAPER.claims("roulet2018-C99")


def test_reproduced_needs_the_statement_to_hold():
    assert reproduced(False, "why") == ("not reproduced", "why")
    assert reproduced(True, "why") == ("reproduced", "")
    assert reproduced(True, "why", "axes") == ("reproduced with", "axes")


def test_figures_are_found_by_number_or_word():
    assert [find_figure(PAPER, name) for name in ("3", "fig3", "Figure_3", "fig. 3")] == ["3"] * 4
    assert find_figure(PAPER, "dynamics") == "dynamics"


def test_the_same_figure_twice_is_the_same_file(tmp_path):
    first, _ = write_figure(PAPER, "2", tmp_path / "a")
    second, _ = write_figure(PAPER, "2", tmp_path / "b")
    assert first.read_bytes() == second.read_bytes()
