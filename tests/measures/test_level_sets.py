"""Histograms over super-level sets, against fine grids and cases known in closed form."""

import numpy as np
import pytest
from array_api_strict import asarray
from harmonics import TRIANGLE, all_orders, distribution, random_harmonics
from hypothesis import given, settings
from hypothesis import strategies as st

import quantsync as qs
from quantsync.measures import level_sets
from quantsync.measures.configurations import chi, chi_2
from quantsync.measures.level_sets import (
    interval_probabilities,
    kind_ratio,
    level_set_histogram,
)
from quantsync.measures.phase import PhaseDistribution
from quantsync.states import Certified


def on_a_grid(phase, statistic, points, threshold, bins):
    """The same from a regular grid, shifted off the lines on which the statistic has kinks."""
    dimension = len(phase.phases)
    axis = 2 * np.pi * (np.arange(points)[None] + [[0.31], [0.77], [0.53]][:dimension]) / points
    places = np.meshgrid(*axis, indexing="ij")
    density = np.moveaxis(np.asarray(phase.density(*places)), 0, -1)
    values, result = statistic(*places), []
    for k, highest in enumerate(np.asarray(phase.maximum)):
        chosen = density[..., k] - phase.uniform_density > threshold * highest
        share, _ = np.histogram(values[chosen], bins, (0, 1), weights=density[chosen][:, k])
        result.append(share / share.sum())
    return np.array(result)


@pytest.mark.parametrize("threshold", [0.5, 0.95])
def test_it_is_that_of_a_fine_grid(threshold):
    two = all_orders(2, 2)
    phase = distribution(0.01 * random_harmonics(1, len(two), 4), two)
    found = level_set_histogram(phase, chi, bins=16, threshold=threshold)
    expected = on_a_grid(phase, chi, 1500, threshold, 16)
    # Some hundred of the lattice's points are in the smaller sets.
    np.testing.assert_allclose(found, expected, atol=0.08)
    finer = level_set_histogram(phase, chi, bins=16, threshold=threshold, points=1_000_000)
    np.testing.assert_allclose(finer, expected, atol=5e-3)
    one = all_orders(3, 1)
    phase = distribution(0.05 * random_harmonics(2, len(one), 4), one)
    found = level_set_histogram(phase, chi_2, bins=16, threshold=threshold)
    np.testing.assert_allclose(found, on_a_grid(phase, chi_2, 200_000, threshold, 16), atol=5e-3)


def test_three_phases_are_covered_too():
    orders = all_orders(1, 3)
    phase = distribution(0.01 * random_harmonics(3, len(orders), 2), orders)

    def first_two(a, b, c):
        return chi(a - c, b - c)

    found = level_set_histogram(phase, first_two, bins=8, threshold=0.6, points=200_000)
    np.testing.assert_allclose(found, on_a_grid(phase, first_two, 90, 0.6, 8), atol=0.02)


def test_a_cosine_has_the_closed_form():
    # cos > 0.95 where |phi| < arccos 0.95; weights 1 + 2 a cos phi.
    a, edge = 0.1, np.arccos(0.95)
    phase = distribution([a], [[1]])
    found = level_set_histogram(phase, chi_2, bins=64, points=400_000)
    ends = np.minimum(np.pi * np.arange(65) / 64, edge)
    expected = np.diff(ends + 2 * a * np.sin(ends)) / (edge + 2 * a * np.sin(edge))
    np.testing.assert_allclose(found, expected, atol=4e-5)


def test_uniform_states_cover_the_torus_on_which_chi_is_uniform():
    phase = distribution(np.zeros((2, 3)), TRIANGLE)
    for bins, tolerance in ((16, 0.01), (64, 0.025)):
        found = level_set_histogram(phase, chi, bins=bins)
        np.testing.assert_allclose(found, 1 / bins, rtol=tolerance)
    found = level_set_histogram(distribution([0.0], [[1]]), chi_2)
    np.testing.assert_allclose(found, 1 / 64, atol=1e-15)


def test_the_two_kinds_of_the_paper():
    phase = distribution(1e-6 * np.array([[1, 1, 1], [-1, -1, -1]]), TRIANGLE)
    narrow = level_set_histogram(phase, chi, threshold=0.99, points=1_000_000)
    wide = level_set_histogram(phase, chi)
    for histogram, tolerance in ((narrow, 0.01), (wide, 0.03)):
        shares = interval_probabilities(histogram)
        np.testing.assert_allclose(shares, [[0.25, 0, 0.75], [0, 0.75, 0.25]], atol=tolerance)
        # Equally frequent kinds have the ratio 1; the caption's formula would give 1/4.
        assert kind_ratio(shares.mean(axis=0)) == pytest.approx(1, abs=4 * tolerance)
    np.testing.assert_allclose(kind_ratio(interval_probabilities(narrow[:1])), 0, atol=1e-12)
    assert np.isnan(kind_ratio(np.array([0.0, 0.5, 0.5])))


def test_a_set_between_the_points_is_its_maximum():
    phase = distribution(np.array([[1e-3 * np.exp(-0.1j)], [0.0]]), [[1]])
    found = level_set_histogram(phase, chi_2, bins=10, threshold=1.0, points=7)
    np.testing.assert_array_equal(found[0], [1, *[0] * 9])
    assert found[1].sum() == pytest.approx(1)


def test_masked_states_stay_masked_and_shapes_stay(random_states, monkeypatch):
    space = qs.Space(A=qs.Spin(1), B=qs.Spin(1), C=qs.Spin(1))
    rho = random_states(3, 27, (2, 3))
    rho[0, 1] = np.nan
    phase = qs.relative_phase_distribution(Certified(rho, space))
    whole = level_set_histogram(phase, chi, bins=16)
    assert whole.shape == (2, 3, 16)
    assert np.isnan(whole[0, 1]).all()
    assert np.isnan(whole).sum() == 16
    np.testing.assert_allclose(np.delete(whole.reshape(6, 16), 1, 0).sum(axis=1), 1)
    monkeypatch.setattr(level_sets, "LARGEST_PRODUCT", 1)
    np.testing.assert_allclose(level_set_histogram(phase, chi, bins=16), whole, atol=1e-12)
    single = qs.relative_phase_distribution(rho[1, 1], space)
    np.testing.assert_allclose(level_set_histogram(single, chi, bins=16), whole[1, 1], atol=1e-12)
    nothing = qs.relative_phase_distribution(rho[:0], space)
    assert level_set_histogram(nothing, chi).shape == (0, 3, 64)


def test_spins_that_cannot_be_compared_are_uniform():
    phase = PhaseDistribution(np.zeros((2, 0), complex), np.zeros((0, 1), int), ("a",))
    np.testing.assert_allclose(level_set_histogram(phase, chi_2, bins=8), 1 / 8)


def test_other_array_libraries_get_their_arrays_back():
    a = random_harmonics(9, 3, 2)
    strict = PhaseDistribution(asarray(a), TRIANGLE, ("a", "b"))
    histogram = level_set_histogram(strict, chi)
    shares = interval_probabilities(histogram)
    ratio = kind_ratio(shares)
    for result in (histogram, shares, ratio):
        assert type(result) is type(asarray(a))
    home = level_set_histogram(distribution(a, TRIANGLE), chi)
    np.testing.assert_allclose(np.asarray(histogram), home, atol=1e-14)
    np.testing.assert_allclose(
        np.asarray(ratio), kind_ratio(interval_probabilities(home)), atol=1e-12
    )


def test_functions_that_cannot_be_kept_are_called_each_time():
    class Statistic:
        __hash__ = None
        calls = 0

        def __call__(self, phi):
            self.calls += 1
            return chi_2(phi)

    class Kept(Statistic):
        __hash__ = object.__hash__

    phase = distribution([0.1], [[1]])
    for statistic, calls in ((Statistic(), 2), (Kept(), 1)):
        first, second = (level_set_histogram(phase, statistic) for _ in range(2))
        np.testing.assert_array_equal(first, second)
        assert statistic.calls == calls


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.floats(0, 0.99), st.integers(1, 40))
def test_it_is_a_distribution_that_swapping_phases_leaves_alone(seed, threshold, bins):
    orders = all_orders(1, 2)
    a = 0.01 * random_harmonics(seed, len(orders), 2)
    found = level_set_histogram(distribution(a, orders), chi, bins, threshold)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert (found >= 0).all()
    swapped = level_set_histogram(distribution(a, orders[:, ::-1]), chi, 4, threshold)
    home = level_set_histogram(distribution(a, orders), chi, 4, threshold)
    # As far as the lattice resolves the level set.
    np.testing.assert_allclose(swapped, home, atol=0.15)


def test_intervals_are_unions_of_bins():
    histogram = np.arange(16.0) / 120
    shares = interval_probabilities(histogram, [(0, 1), (0.25, 0.5)])
    np.testing.assert_allclose(shares, [1, (4 + 5 + 6 + 7) / 120])
    shares = interval_probabilities(histogram, [(-1, 0)], range=(-1, 3))
    np.testing.assert_allclose(shares, [6 / 120])
    for interval in ((0, 0.3), (0.5, 0.25), (0, 17 / 16), (-1 / 16, 0.5), (0.5, 0.5)):
        with pytest.raises(qs.errors.InvalidArgumentError, match="edges of the 16 bins"):
            interval_probabilities(histogram, [interval])


def test_misuse_is_explained():
    phase = distribution([0.1], [[1]])
    for wrong, message in (
        ({"threshold": 1.5}, "`threshold`.*1.5"),
        ({"threshold": -0.1}, "`threshold`.*-0.1"),
        ({"bins": 0}, "`bins`.*0"),
        ({"bins": 2.5}, "`bins`.*2.5"),
        ({"points": -3}, "`points`.*-3"),
        ({"range": (1.0, 0.0)}, "`range`"),
        ({"range": (0.0, 0.5)}, "`statistic` returned .* outside"),
        ({"statistic": None}, "`statistic` must be a function of phases, but is None"),
        ({"statistic": chi}, r"`statistic` must take .* 1, but chi\(.*missing"),
    ):
        with pytest.raises(qs.errors.InvalidArgumentError, match=message):
            level_set_histogram(phase, **({"statistic": chi_2} | wrong))
    with pytest.raises(qs.errors.InvalidArgumentError, match="PhaseDistribution.*ndarray"):
        level_set_histogram(np.ones((3, 4)), chi_2)
    uniform = level_set_histogram(phase, np.cos, range=(-1.0, 1.0))  # has no signature to look at
    np.testing.assert_allclose(uniform.sum(), 1)
    with pytest.raises(qs.errors.NonFiniteError, match="statistic"):
        level_set_histogram(phase, lambda phi: phi * np.nan)
    with pytest.raises(qs.errors.DimensionError, match="`statistic`"):
        level_set_histogram(phase, lambda phi: 0.5)
    for wrong in (None, 0.5, []):
        with pytest.raises(qs.errors.InvalidArgumentError, match="`intervals` must be a list"):
            qs.measures.interval_probabilities(np.full(4, 0.25), wrong)
    with pytest.raises(qs.errors.DimensionError, match=r"`probabilities`.*\(4,\)"):
        kind_ratio(np.ones(4))
