"""What windows stand on: Gauss rules, equidistant times, moments of cells and of their unions."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from quantsync.time_series._cell_moments import central_moments
from quantsync.time_series.mode_sums import sum_modes, uniform_step
from quantsync.time_series.signals import gauss_nodes


@pytest.mark.parametrize("phase", [1e-3, 0.3, 3.0, 40.0, 300.0])
def test_gauss_rules_are_exact_for_oscillations(phase):
    nodes, weights = gauss_nodes(phase)
    assert_allclose(weights.sum(), 1, rtol=1e-13)
    found = weights @ np.exp(2j * phase * (nodes - 0.5))
    assert_allclose(found, np.sin(phase) / phase, atol=2e-15 * max(1, phase))


def test_gauss_rules_of_a_small_phase_meet_its_square():
    # The variance of cos(2 phase (x - 1/2)) on [0, 1] is of order phase^4.
    phase = 1e-2
    nodes, weights = gauss_nodes(phase)
    values = np.cos(2 * phase * (nodes - 0.5))
    mean = np.sin(phase) / phase
    variance = (1 + np.sin(2 * phase) / (2 * phase)) / 2 - mean**2
    assert_allclose(weights @ (values - weights @ values) ** 2, variance, rtol=1e-4)


@pytest.mark.parametrize("degree", [0, 1, 2, 5, 18])
def test_gauss_rules_are_exact_for_polynomials(degree):
    nodes, weights = gauss_nodes(0.0, degree)
    assert_allclose(weights @ nodes**degree, 1 / (degree + 1), rtol=1e-13)


def test_equidistant_times_are_told_from_others():
    assert uniform_step(np.linspace(0, 1, 5)) == 0.25
    assert uniform_step(0.1 * np.arange(1000)) == pytest.approx(0.1)
    for other in ([0.0, 1.0, 3.0], [0.0, 1.0], []):
        assert uniform_step(np.array(other)) is None


@pytest.mark.parametrize("count", [1, 2, 7, 100])
def test_sums_of_modes_do_not_depend_on_how_times_lie(count):
    rng = np.random.default_rng(count)
    frequencies, cosine, sine = rng.uniform(0, 3, 5), *rng.normal(size=(2, 3, 5))
    times = np.linspace(-4, 9, count)
    expected = cosine @ np.cos(np.outer(frequencies, times))
    expected += sine @ np.sin(np.outer(frequencies, times))
    assert_allclose(sum_modes(times, frequencies, cosine, sine), expected, atol=1e-12)
    uneven = np.append(times, 17.3)
    found = sum_modes(uneven, frequencies, cosine, sine)
    assert_allclose(found[:, :-1], expected, atol=1e-12)


def test_moments_of_two_cells_are_those_of_their_union():
    rng = np.random.default_rng(1)
    first, second = rng.normal(size=(2, 1, 8)), 100 + rng.normal(size=(2, 1, 8))
    weights = np.full(8, 1 / 8)
    one, two = (
        central_moments(list(pair), np.array([length]), weights)
        for pair, length in ((first, 0.5), (second, 1.5))
    )
    whole = one.merged(two)
    share = np.concatenate([np.full(8, 0.5 / 8), np.full(8, 1.5 / 8)])
    f, g = np.concatenate([first, second], axis=-1)[:, 0]
    mean = [share @ f / 2, share @ g / 2]
    assert_allclose([m[0] for m in whole.mean], mean)
    f, g = f - mean[0], g - mean[1]
    sizes = [np.sqrt(share @ (f * f)), np.sqrt(share @ (g * g))]
    assert_allclose([s[0] for s in whole.norm], sizes, rtol=1e-12)
    assert_allclose(whole.correlation[0][0], share @ (f * g) / sizes[0] / sizes[1], rtol=1e-12)
