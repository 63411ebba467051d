"""Figs. 3 and 5 of Zhao et al. (2025): against the exact limit, the reference and theory."""

import json

import numpy as np
import pytest
from places import reference

import quantsync as qs
from quantsync.papers.registry import PAPERS
from quantsync.papers.zhao2025 import (
    data,
    ensemble_claims,
    ensemble_data,
    full_run,
    limit,
    pair_claims,
    printed,
    sectors,
)
from quantsync.papers.zhao2025.uncertainty import measured

REFERENCE = reference("zhao2025")


@pytest.fixture(scope="module")
def chain():
    return ensemble_data.figure_3()


@pytest.fixture(scope="module")
def pair():
    return ensemble_data.figure_5()


def within(values, expected, sigmas=4):
    """Whether the mean of some samples is what is expected, given their spread."""
    error = values.std(ddof=1) / np.sqrt(len(values))
    assert abs(values.mean() - expected) < sigmas * error + 0.002 * expected, (
        values.mean(),
        expected,
    )


@pytest.mark.parametrize(
    ("eta", "key"),
    [
        (1e-8, "1e-08"),
        (1e-4, "1e-04"),
        (1e-3, "1e-03"),
        (1e-2, "1e-02"),
        (1e-1, "1e-01"),
        (1, "1e+00"),
        (10, "1e+01"),
    ],
)
def test_the_average_synchronization_is_the_reference(chain, eta, key):
    expected = REFERENCE[f"fig3_eta{key}_Smax_mean"]["value"]
    within(chain.synchronization.sel(eta=eta, method="nearest").values, expected)


def test_the_limit_has_the_reference_statistics():
    x, largest = limit.limit_ensemble(200_000, seed=3)
    orthonormal, _ = REFERENCE["ens_eta0_Smax_mean_orth,F3"]["value"]
    within(largest, orthonormal, sigmas=3)
    assert x.std() == pytest.approx(REFERENCE["ens_eta0_std_x"]["value"], rel=0.005)
    assert (x > 0).mean() == pytest.approx(0.5, abs=0.005)


def test_the_limit_is_that_of_the_matrices():
    """The Markov chain of Gamma variables against degenerate theory for drawn generators."""
    base = sectors.prepared_chain()
    generator = qs.degenerate.random_lindbladian(base.space, np.random.default_rng(1))
    states = sectors.stationary_states(base.space)
    projectors = sectors.sector_projectors(base.space)
    drawn = np.array(
        [
            [np.trace(projectors[a] @ generator.apply(states[b])).real for b in states]
            for a in states
        ]
    )
    sizes = np.array(list(limit.sector_dimensions().values()))
    # The mean rate from b to a is the number of targets; the spread is small (d = 728).
    off = ~np.eye(8, dtype=bool)
    expected = np.broadcast_to(sizes[:, None], (8, 8))[off]
    spread = np.sqrt(sizes[:, None] / sizes / 728)[off]
    deviations = (drawn[off] - expected) / spread
    assert np.abs(deviations).max() < 4.5
    assert 0.6 < deviations.std() < 1.4


def test_weak_perturbations_lead_to_the_two_kinds(chain):
    weak = chain.interval_probability.sel(eta=1e-8, method="nearest").values
    error = chain.interval_probability_error.sel(eta=1e-8, method="nearest").values
    assert (np.abs(weak - chain.interval_probability_limit.values) < 4 * error).all()
    np.testing.assert_allclose(chain.chi_probability.sum("chi"), 1, rtol=1e-12)
    strong = chain.interval_probability.sel(eta=10, method="nearest")
    error = chain.interval_probability_error.sel(eta=10, method="nearest").values
    assert (np.abs(strong.values - 1 / 8) < 4 * error).all()


def test_kinds_of_single_samples_are_those_of_the_sign_of_x():
    base, found = sectors.prepared_chain(), set()
    for seed in range(6):
        generator = printed.random_perturbation(base.space, np.random.default_rng(seed))
        rho = qs.degenerate.perturbed_steady_states(base, generator, [1e-8]).rho[0]
        weights = sectors.sector_weights(rho, base.space)
        x = sectors.off_diagonal_element(weights["0+"], weights["0-"])
        phase = qs.relative_phase_distribution(rho, base.space)
        height = sectors.largest_synchronization(x)
        assert float(phase.maximum) == pytest.approx(height, rel=1e-3)
        count = int(phase.local_maxima(0.9).count)
        assert count == (4 if x > 0 else 8)
        found.add(count)
    assert found == {4, 8}


def test_the_pair_is_in_antiphase_as_long_as_its_singlet_survives(pair):
    weak = pair.sel(eta=1e-8, method="nearest")
    # S_max = pi/32 c_- and no other phase, Eq. (D5) normalised.
    np.testing.assert_allclose(weak.synchronization, np.pi / 32 * weak.singlet_weight, rtol=1e-5)
    within(weak.singlet_weight.values, 0.201)
    assert float(weak.chi_2_probability.where(pair.chi_2 > 0.85, 0).sum()) == pytest.approx(1)


def test_orthonormal_operators_select_the_singlet_with_a_quarter():
    found = qs.ensemble(
        qs.models.collective_decay_pair(),
        [1e-7],
        400,
        seed=4,
        measures=[ensemble_data.SINGLET_WEIGHT],
        workers=1,
    )
    within(found.singlet_weight.values[:, 0], 0.25)


def test_the_coefficient_of_the_cosines_is_that_of_the_sectors():
    base, generator = sectors.prepared_chain(), data.perturbation(3)
    states = qs.degenerate.degenerate_steady_state(base, generator)
    phases = qs.relative_phase_distribution(states.rho, base.space)
    found = ensemble_data.COEFFICIENT.function(phases)
    assert float(found[0]) == pytest.approx(data.sample(3).x, rel=1e-9)


def test_the_error_of_the_ratio_is_that_of_resampling(chain):
    shares = chain.interval_share.sel(eta=1e-3, method="nearest").values
    rng = np.random.default_rng(9)
    drawn = shares[rng.integers(0, len(shares), (400, len(shares)))].mean(axis=1)
    spread = (drawn[:, 1] / (3 * drawn[:, 0])).std()
    error = float(chain.kind_ratio_error.sel(eta=1e-3, method="nearest"))
    assert error == pytest.approx(spread, rel=0.15)
    value, own, relative, _ = ensemble_claims._ratio(chain, 1e-8)
    assert relative == 1
    assert own == pytest.approx(float(chain.kind_ratio_error[0]), rel=1e-9)
    assert value == pytest.approx(float(chain.kind_ratio[0]), rel=1e-9)


def test_classes_on_the_ensembles(claims_of):
    claims = claims_of("zhao2025", "ensemble_claims")
    classes = {claim.number: claim.verdict for claim in claims if claim.verdict != "reproduced"}
    assert classes == {
        **dict.fromkeys(("C59", "C31", "C32", "C67", "C38"), "convention"),
        **dict.fromkeys(("C34", "C39"), "fails"),
    }
    assert all(claim.readings for claim in claims if claim.verdict == "fails")
    assert len(claims) == 13
    for claim in claims:
        assert claim.quotation
        assert claim.printed
        assert claim.computed
        assert claim.uncertainty
        assert claim.bar


def test_statements_that_fail_hold_in_the_ranges_that_their_reasons_name(chain, pair):
    assert abs(ensemble_claims._ratio(chain, 1e-5)[2] - 1) < 0.1
    assert abs(ensemble_claims._ratio(chain, 1e-3)[2] - 1) > 0.1
    for eta in (10**0.5, 10.0):
        share, error = ensemble_claims._antiphase(pair, eta)
        assert abs(share - 1 / 8) < 2 * error
    share, error = ensemble_claims._antiphase(pair, 0.1)
    assert share > 4 / 8 + 2 * error


def test_the_full_run_is_kept_for_every_claim_on_samples(claims_of):
    record = PAPERS["zhao2025"].profile.full_run
    assert set(record) == {"version", "date", "samples", "seeds", "claims"}
    assert set(record["samples"].values()) == {10_000, ensemble_data.LIMIT_SAMPLES}
    assert set(record["seeds"].values()) == {ensemble_data.SEED}
    checks = [c for c in PAPERS["zhao2025"].checks if full_run.takes_full(c)]
    assert set(record["claims"]) == {s.id for check in checks for s in check.statements}
    small = {claim.id: claim for claim in claims_of("zhao2025")}
    for name, kept in record["claims"].items():
        assert set(kept) == {"computed", "uncertainty", "class"}
        assert "10000" in kept["computed"] + kept["uncertainty"]
        assert kept["class"] == small[name].verdict


def test_the_full_run_writes_what_it_computes(monkeypatch, tmp_path):
    for name in ("figure_3", "figure_5"):  # not the cache of ten thousand
        figure = getattr(ensemble_data, name)

        def small(full, figure=figure):
            return figure(False, samples=32.0)

        monkeypatch.setattr(ensemble_data, name, small)
        monkeypatch.setattr(ensemble_claims, name, small)
    monkeypatch.setattr(pair_claims, "figure_5", ensemble_data.figure_5)
    record = full_run.full_run(tmp_path / "run.json")
    assert record == json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert "32 samples" in record["claims"]["zhao2025-C39"]["uncertainty"]


@pytest.mark.parametrize(
    ("value", "error", "power", "expected"),
    [
        (0.6493, 0.0214, 0, r"$0.65 \pm 0.02$"),
        (3.2534e-6, 2.8e-8, -6, r"$(3.25 \pm 0.03) \times 10^{-6}$"),
        (0.99037, 1.2e-4, 0, r"$0.99037 \pm 0.00012$"),
        (0.0, 0.0, 0, "$0$"),
        (17.2, 12.1, 0, r"$17 \pm 12$"),
    ],
)
def test_values_are_written_to_the_first_digits_of_their_error(value, error, power, expected):
    assert measured(value, error, power=power) == expected
