"""Claims of Benedetti et al. (2016): verdicts, and the numbers behind them by other routes."""

import math

import numpy as np
import pytest

from quantsync.gaussian import (
    GaussianState,
    chain_couplings,
    chain_frequencies,
    probe_modes,
    propagator,
)
from quantsync.papers.benedetti2016 import (
    crosstalk_claims,
    data,
    dissipation_claims,
    networks,
    printed,
)
from quantsync.papers.registry import PAPERS

VERDICTS = {
    "convention": "5 12 19 22 24 25 30 33 34 38 41 45 47 48 54 55 56 62",
    "misprint": "1 3 9 27 63",
    "limit": "8 14",
    "open": "57",
    "beyond": "2 26 46 53",
}
"""Numbers of the claims by class; the others are reproduced."""


@pytest.fixture(scope="module")
def claims(claims_of):
    return claims_of("benedetti2016")


def test_verdicts(claims):
    expected = {f"C{n}": verdict for verdict, every in VERDICTS.items() for n in every.split()}
    assert {c.number for c in claims} == {f"C{n}" for n in range(1, 77)} - {"C15"}
    for claim in claims:
        assert claim.verdict == expected.get(claim.number, "reproduced"), claim
        assert bool(claim.reason) == (claim.verdict not in ("reproduced", "beyond")), claim


def test_a_merged_row_points_on():
    paper = PAPERS["benedetti2016"]
    assert paper.find("C15") == "benedetti2016-C14"
    (only,) = paper.claims(only="C15")
    assert only.verdict == "limit"


def test_every_figure_has_claims(claims):
    where = " ".join(claim.where for claim in claims)
    assert all(f"Fig. {k}" in where for k in range(1, 7))


def test_the_profile_covers_every_equation_and_panel():
    covered = PAPERS["benedetti2016"].profile.coverage
    numbers = [*range(1, 11), *(f"A{k}" for k in range(1, 15)), *(f"B{k}" for k in range(1, 4))]
    assert {f"Eq. ({n})" for n in numbers} <= set(covered)
    known = {s.partition("-")[2] for s in PAPERS["benedetti2016"].statements}
    for what, how in covered.items():
        assert how.startswith("not checked: ") or set(how.split()) <= {"figure", *known}, what


def test_windows_of_other_starts_are_those_of_the_figure():
    """C of Fig. 6 from the response to unit starts, against the figure's own."""
    figure = data.figure_6()
    values = networks.response().synchronization(data.START_6)
    same = np.intersect1d(figure.time.values, values.time.values)
    assert same.size > 300
    difference = figure.C.sel(time=same).values - values.C.sel(time=same).values
    assert np.abs(difference).max() < 3e-5


def test_synchronization_is_perfect_at_one_site_and_not_at_the_next():
    start, times = dissipation_claims.NEIGHBOURS, np.arange(300.0, 1000.0, 2.5)
    here, there = (
        np.abs(networks.synchronization(networks.means(probes, start), times))
        for probes in (networks.network(**networks.FIGURE_6, site=site) for site in (16, 17))
    )
    assert ((there > 0.98) & (here < 0.75)).any()


def test_what_the_far_end_adds_is_a_common_force():
    short, long = (dissipation_claims.probes(sites) for sites in (300, 600))
    times = np.linspace(660, 760, 4001)
    added = [a(times) - b(times) for a, b in zip(short, long, strict=True)]
    assert np.abs(added).max() > 0.1
    assert np.corrcoef(*added)[0, 1] > 0.99


def test_the_double_sum_term_by_term():
    x, A = np.array([0.3, -1.1, 0.7, 2.0]), 1.2 * (np.eye(4, k=1) + np.eye(4, k=-1))
    energy = sum(0.5 * 0.4**2 * v**2 for v in x)
    energy += sum(A[j, k] * (x[j] - x[k]) ** 2 for j in range(4) for k in range(4))
    assert x @ printed.double_sum(4, 0.4, 1.2) @ x / 2 == pytest.approx(energy)
    own = sum(0.5 * 0.4**2 * v**2 for v in x)
    own += 0.6 * sum(np.diff(np.concatenate([[0.0], x, [0.0]])) ** 2)
    stiffness = networks.chain(4).stiffness
    assert x @ (stiffness @ x) / 2 == pytest.approx(own)


def test_the_printed_coefficient_sees_the_means():
    def f(t):
        return 1 + 0.2 * np.sin(t)

    def g(t):
        return 1 - 0.2 * np.sin(t)

    window, times = 15.0, 2 + 15 * (np.arange(20_000) + 0.5) / 20_000
    a, b = f(times), g(times)
    a, b = a - a.mean() * window, b - b.mean() * window
    expected = (a @ b) / math.sqrt((a @ a) * (b @ b))
    assert printed.correlation(f, g, 2.0, window) == pytest.approx(expected, abs=1e-8)
    assert expected > 0.99
    right = networks.synchronization((_with_bandwidth(f), _with_bandwidth(g)), [2.0])
    assert right[0] == pytest.approx(-1)


def _with_bandwidth(function):
    function.bandwidth = 1.0
    return function


def test_the_factor_missing_in_eq_9_from_a_long_finite_chain():
    """J/omega as the transform of the kernel, damped a little, instead of the dispersion."""
    frequencies = chain_frequencies(20_000, 0.4, 1.2)
    weight = (chain_couplings(20_000, [1], 1.0)[0] / frequencies) ** 2
    at, width = probe_modes(1.0, 1.1, 0.5).frequencies, 1e-3
    away = at[:, None] - frequencies
    first, second = (weight * width / (away**2 + width**2)).sum(axis=1)
    k = np.arccos(1 - (at**2 - 0.16) / 2.4)
    sines, cosines = np.sin(k) / at, np.cos(k / 2)
    assert first / second == pytest.approx(sines[0] / sines[1], rel=2e-3)
    assert first / second == pytest.approx(1.120459, rel=2e-3)
    assert cosines[0] / cosines[1] == pytest.approx(1.165880, abs=1e-6)


def test_weak_squeezing_entangles_the_ends_at_the_second_crosstalk():
    """The whole covariance matrix at once, against the claim that it never does."""
    probes = networks.network(**networks.FIGURE_5)
    whole = GaussianState.product(
        GaussianState.squeezed([1.0, 1.2], 0.5), GaussianState.ground_state(networks.chain())
    )
    S = propagator(probes, [350.0, 1006.5], np.array([0, 1]))
    sigma = S @ whole.covariance @ S.swapaxes(-1, -2)
    flip, form = np.diag([1.0, 1.0, 1.0, -1.0]), np.kron(np.eye(2), [[0, 1], [-1, 0]])
    nu = np.abs(np.linalg.eigvals(form @ flip @ sigma @ flip)).min(axis=-1)
    assert 2 * nu[0] > 1
    assert -math.log(2 * nu[1]) == pytest.approx(0.009374, abs=1e-6)
    path = data.fluctuations(probes, np.array([350.0, 1006.5]), 1.2, 0.5)
    np.testing.assert_allclose(path.negativity, [0, -math.log(2 * nu[1])], atol=1e-9)


def test_signals_across_the_chain_are_reciprocal_and_antiphase_gives_minus_one():
    first = networks.means(networks.network(**networks.FIGURE_3), (1.4, 1.4))
    second = networks.means(networks.network(**networks.FIGURE_3), (1.4, -1.4))
    times = crosstalk_claims.CROSSING
    assert networks.synchronization(first, times).min() > 0.95
    assert networks.synchronization(second, times).max() < -0.95


def test_printed_ratio_of_damping():
    assert printed.damping_ratio(probe_modes(1.0, 1.1, 0.5).theta) == pytest.approx(92.69, abs=5e-3)


def test_the_revival_time_is_that_of_the_fastest_waves():
    assert pytest.approx(2 * 300 / ((math.sqrt(4.96) - 0.4) / 2)) == networks.REVIVAL
    assert pytest.approx(networks.REVIVAL / 2) == networks.CROSSTALK


def test_the_average_couplings_lack_the_emission_of_the_other_probe():
    """Squares of (A9), (A10) averaged over the chain's modes near resonance."""
    pair = probe_modes(1.0, 1.1, 0.5)
    c = pair.rotation @ chain_couplings(3000, [1, 1400], 1.0) * math.sqrt(3001 / 2)
    frequencies = chain_frequencies(3000, 0.4, 1.2)
    literal = printed.couplings_across(pair.theta, networks.LIMIT.wave_number(pair.frequencies))
    for s, lost in enumerate((math.sin(pair.theta) ** 2 / 2, math.cos(pair.theta) ** 2 / 2)):
        near = np.abs(frequencies - pair.frequencies[s]) < 0.02
        assert (c[s, near] ** 2).mean() == pytest.approx(literal[s] ** 2 + lost, rel=0.05)
