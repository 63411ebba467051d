"""All local maxima of phase distributions, against symmetric cases, brute force and references."""

import itertools

import array_api_strict
import numpy as np
import pytest
from harmonics import TRIANGLE, all_orders, distribution, random_harmonics
from hypothesis import given, settings
from hypothesis import strategies as st
from perturbed_chain import CHAIN, ETAS, KEYS, deterministic
from places import reference
from scipy.optimize import minimize

import quantsync as qs
from quantsync.measures import phase as phase_module
from quantsync.measures.configurations import chi
from quantsync.measures.phase import PhaseDistribution
from quantsync.states import Certified

REFERENCE = reference("zhao2025")


def on_circle(difference):
    return np.abs(np.angle(np.exp(1j * np.asarray(difference))))


def brute_force(a, orders, points):
    """Every maximum that climbing from every point of a grid reaches, highest first."""
    dimension = orders.shape[1]
    scale = np.abs(a).sum()

    def below(phi):
        return -2 * np.sum(np.real(a * np.exp(1j * (orders @ phi)))) / scale

    def slope(phi):
        return 2 * np.imag(np.exp(1j * (orders @ phi)) * a) @ orders / scale

    found = []
    axis = 2 * np.pi * np.arange(points) / points
    for start in itertools.product(axis, repeat=dimension):
        end = minimize(below, start, jac=slope, method="BFGS", options={"gtol": 1e-10})
        curvature = -2 * np.einsum(
            "h,hi,hj", np.real(a * np.exp(1j * (orders @ end.x))), orders, orders
        )
        if np.abs(slope(end.x)).max() > 1e-7 or np.linalg.eigvalsh(curvature)[-1] > 0:
            continue
        if all(on_circle(end.x - other).max() > 1e-4 for _, other in found):
            found.append((-end.fun * scale, end.x))
    return sorted(found, key=lambda pair: -pair[0])


@pytest.mark.parametrize(("degree", "dimension", "points"), [(4, 1, 60), (2, 2, 14), (1, 3, 5)])
def test_they_are_those_that_climbing_from_everywhere_reaches(degree, dimension, points):
    orders = all_orders(degree, dimension)
    a = random_harmonics(degree, len(orders), 4)
    peaks = distribution(a, orders).local_maxima()
    unit = (2 * np.pi) ** -dimension
    assert peaks.height.shape[-1] == peaks.count.max()
    for row, heights, places, count in zip(
        a, peaks.height, peaks.location, peaks.count, strict=True
    ):
        expected = [pair for pair in brute_force(row, orders, points) if pair[0] >= 0]
        assert count == len(expected)
        assert np.isnan(heights[count:]).all()
        assert np.isnan(places[count:]).all()
        np.testing.assert_allclose(heights[:count] / unit, [h for h, _ in expected], rtol=1e-10)
        for place, (_, other) in zip(places, expected, strict=False):
            assert on_circle(place - other).max() < 1e-6


def test_they_are_as_many_as_a_fine_grid_shows():
    orders = all_orders(2, 2)
    a = random_harmonics(7, len(orders), 60)
    axis = 2 * np.pi * np.arange(500) / 500
    waves = np.exp(1j * np.arange(-2, 3)[:, None] * axis)
    counts = []
    for row in a:
        table = np.zeros((5, 5), dtype=complex)
        table[orders[:, 0] + 2, orders[:, 1] + 2] = row
        values = 2 * np.real(waves.T @ table @ waves)
        around = [
            np.roll(values, shift, (0, 1))
            for shift in itertools.product((-1, 0, 1), repeat=2)
            if shift != (0, 0)
        ]
        counts.append(np.sum((values > np.max(around, axis=0)) & (values > 0)))
    found = distribution(a, orders).local_maxima().count
    differ = np.flatnonzero(found != counts)
    assert len(differ) <= 3
    # Along a ridge oblique to its axes even this grid has maxima where the polynomial has none.
    for k in differ:
        assert found[k] == sum(height > 0 for height, _ in brute_force(a[k], orders, 12))


def test_a_peak_that_no_grid_point_shows_is_found():
    # Low, on the slope of a ridge: all points near it have a higher neighbour.
    orders = all_orders(2, 2)
    a = random_harmonics(102, len(orders), 300)[34]
    expected = [height for height, _ in brute_force(a, orders, 10) if height > 0]
    heights = distribution(a, orders).local_maxima().height * (2 * np.pi) ** 2
    np.testing.assert_allclose(heights, expected, rtol=1e-10)
    assert len(heights) == 4


def test_thresholds_keep_the_highest():
    a = random_harmonics(3, len(all_orders(2, 2)), 30)
    phase = distribution(a, all_orders(2, 2))
    every = phase.local_maxima()
    np.testing.assert_allclose(every.height[:, 0], phase.maximum, rtol=1e-13)
    np.testing.assert_allclose(every.location[:, 0], phase.location, atol=1e-8)
    assert (np.diff(every.height, axis=1)[:, 0] <= 1e-12).all()
    for threshold in (0.3, 0.9, 1.0):
        some = phase.local_maxima(threshold)
        wanted = every.height >= threshold * phase.maximum[:, None] * (1 - 1e-12)
        np.testing.assert_array_equal(some.count, wanted.sum(axis=1))
        most = some.height.shape[1]
        np.testing.assert_allclose(
            some.height, np.where(wanted, every.height, np.nan)[:, :most], rtol=1e-12
        )
    np.testing.assert_allclose(every.runner_up_ratio, every.height[:, 1] / every.height[:, 0])
    assert np.isnan(phase.local_maxima(1.0).runner_up_ratio).all()


def test_the_four_maxima_of_the_zero_pi_branch():
    # (2 pi)^-2 (x/2) sum of three cosines, x > 0: Eq. (7) of the paper, normalised.
    peaks = distribution([[0.01 / 4] * 3], TRIANGLE).local_maxima()
    assert peaks.count == [4]
    np.testing.assert_allclose(peaks.height, 1.5 * 0.01 / (2 * np.pi) ** 2, rtol=1e-12)
    kinds = np.sort(chi(peaks.location[0, :, 0], peaks.location[0, :, 1]))
    np.testing.assert_allclose(kinds, [0, 1, 1, 1], atol=1e-8)
    np.testing.assert_allclose(
        peaks.location[0], [[0, 0], [0, np.pi], [np.pi, 0], [np.pi, np.pi]], atol=1e-8
    )


def test_the_eight_maxima_of_the_pi_third_branch():
    peaks = distribution([[-0.01 / 4] * 3], TRIANGLE).local_maxima()
    assert peaks.count == [8]
    np.testing.assert_allclose(peaks.height, 0.75 * 0.01 / (2 * np.pi) ** 2, rtol=1e-12)
    kinds = chi(peaks.location[0, :, 0], peaks.location[0, :, 1])
    expected = REFERENCE["branch_probabilities_minus_chi(0,1/4,1)"]["value"]
    found = [np.mean(np.abs(kinds - value) < 1e-8) for value in (0, 1 / 4, 1)]
    np.testing.assert_allclose(found, expected)
    # Equal heights, so that the phases decide: the first before the second.
    order = np.lexsort(np.round(peaks.location[0].T[::-1], 6))
    np.testing.assert_array_equal(order, np.arange(8))


@pytest.mark.parametrize("shift", [(0.0, 0.0), (0.1, -2.0), (np.pi / 64, np.pi / 64)])
@pytest.mark.parametrize(("sign", "count"), [(1, 4), (-1, 8)])
def test_shifts_shift_and_do_not_hide_any(sign, count, shift):
    a = sign * np.exp(-1j * (TRIANGLE @ shift))
    peaks = distribution(a, TRIANGLE).local_maxima(1.0)
    assert peaks.count == count
    home = distribution([sign] * 3, TRIANGLE).local_maxima(1.0).location
    distance = on_circle(peaks.location[:, None] - home[None] - shift).max(axis=-1)
    assert distance.min(axis=0).max() < 1e-7
    assert distance.min(axis=1).max() < 1e-7


@pytest.mark.parametrize(("key", "basis"), [("detF3", "printed"), ("detOrth", "orthonormal")])
def test_the_chain_under_the_deterministic_perturbation(key, basis):
    states = qs.degenerate.perturbed_steady_states(CHAIN, deterministic(27, basis), ETAS)
    phase = qs.relative_phase_distribution(states.rho, CHAIN.space)
    peaks = phase.local_maxima()
    kind = chi(phase.location[:, 0], phase.location[:, 1])
    for k, name in enumerate(KEYS):
        expected = REFERENCE[f"{key}_eta{name}_argmax_chi"]["value"]
        assert kind[k] == pytest.approx(expected, rel=1e-7)
        expected = REFERENCE[f"{key}_eta{name}_Smax_runnerup_ratio"]["value"]
        assert peaks.runner_up_ratio[k] == pytest.approx(expected, rel=1e-6)
    np.testing.assert_allclose(peaks.height[:, 0], phase.maximum, rtol=1e-10)


def test_the_test_state_of_the_reference():
    n = np.arange(27)
    psi = np.exp(0.37j * n**2) * (1 + n % 5)
    psi /= np.linalg.norm(psi)
    phase = qs.relative_phase_distribution(np.outer(psi, psi.conj()), CHAIN.space)
    # The reference's S integrates to 1.
    density = qs.phase_distribution(np.outer(psi, psi.conj()), CHAIN.space).density(0.4, 1.9, 5.2)
    assert float(density) == pytest.approx(REFERENCE["S_phi_teststate"]["value"], rel=1e-12)
    best = REFERENCE["argmax_teststate"]["value"]
    assert on_circle(phase.local_maxima().location[0] - best).max() < 1e-6
    column = [tuple(k) for k in phase.orders].index((1, -1))
    expected = complex(*REFERENCE["teststate_a_(1,-1,0)"]["value"])
    assert complex(phase.harmonics[column]) == pytest.approx(expected, rel=1e-12)


def test_uniform_states_have_none_and_masked_ones_neither(random_states):
    space = qs.Space(A=qs.Spin(1), B=qs.Spin(1), C=qs.Spin(1))
    rho = random_states(4, 27, (4,))
    rho[1], rho[2] = np.eye(27) / 27, np.nan
    peaks = qs.relative_phase_distribution(Certified(rho, space)).local_maxima()
    np.testing.assert_array_equal(peaks.count == 0, [False, True, True, False])
    assert np.isnan(peaks.height[1:3]).all()
    assert np.isnan(peaks.runner_up_ratio[1:3]).all()
    nothing = qs.relative_phase_distribution(rho[1], space).local_maxima()
    assert (nothing.height.shape, nothing.location.shape, nothing.count) == ((0,), (0, 2), 0)
    assert np.isnan(nothing.runner_up_ratio)
    incomparable = qs.Space(A=qs.Spin(1), B=qs.Spin(1 / 2))
    empty = qs.phase_distribution(np.zeros((0, 6, 6)), incomparable).local_maxima()
    assert empty.location.shape == (0, 0, 2)
    assert distribution(np.zeros((2, 0)), np.zeros((0, 2), int)).local_maxima().count.tolist() == [
        0,
        0,
    ]


def test_batches_keep_their_shape_and_do_not_depend_on_their_chunks(random_states, monkeypatch):
    space = qs.Space(A=qs.Spin(1), B=qs.Spin(1), C=qs.Spin(1 / 2))
    rho = random_states(10, 18, (3, 5))
    whole = qs.phase_distribution(rho, space, ["A", "B"]).local_maxima()
    assert whole.height.shape[:-1] == whole.count.shape == (3, 5)
    monkeypatch.setattr(phase_module, "LARGEST_TABLE", 1)
    cut = qs.phase_distribution(rho, space, ["A", "B"]).local_maxima()
    np.testing.assert_array_equal(cut.count, whole.count)
    np.testing.assert_allclose(cut.height, whole.height, rtol=1e-12)
    np.testing.assert_allclose(cut.location, whole.location, atol=1e-9)


def test_amplitudes_do_not_matter():
    orders = all_orders(2, 2)
    a = random_harmonics(5, len(orders), 5)
    home = distribution(a, orders).local_maxima()
    for scale in (1e-9, 1e6):
        peaks = distribution(scale * a, orders).local_maxima()
        np.testing.assert_allclose(peaks.height, scale * home.height, rtol=1e-12)
        np.testing.assert_allclose(peaks.location, home.location, atol=1e-7)


@pytest.mark.parametrize("splitting", [1e-2, 1e-3, 1e-4])
def test_merging_peaks_are_two(splitting):
    # cos x - c cos 2x has two peaks, at cos x = 1/(4c), that merge as c falls to 1/4.
    c = (1 + splitting) / 4
    apart = np.arccos(1 / (4 * c))
    for shift in np.linspace(0, 0.2, 7):
        a = np.array([1, -c]) * np.exp(-1j * np.array([1, 2]) * shift)
        peaks = distribution(a, [[1], [2]]).local_maxima()
        assert peaks.count == 2
        np.testing.assert_allclose(peaks.location[:, 0] - shift, [-apart, apart], atol=1e-6)
        a = np.array([1, -c, 1]) * np.exp(-1j * np.array([1, 2, 0]) * shift)
        peaks = distribution(a, [[1, 0], [2, 0], [1, -1]]).local_maxima()
        assert peaks.count == 2
        np.testing.assert_allclose(peaks.location[:, 0] - shift, [-apart, apart], atol=1e-6)


def test_flat_tops_are_one():
    for shift in np.linspace(0, 3, 13):
        a = np.array([1, -1 / 4]) * np.exp(-1j * np.array([1, 2]) * shift)
        assert distribution(a, [[1], [2]]).local_maxima().count == 1


def test_ridges_are_represented_by_points_of_them():
    peaks = distribution([[np.exp(-0.3j)], [np.exp(-2.0j)]], [[2, -2]]).local_maxima()
    np.testing.assert_array_equal(peaks.count, [2, 2])
    for angle, places in zip((0.3, 2.0), peaks.location, strict=True):
        assert on_circle(2 * (places[:, 0] - places[:, 1]) - angle).max() < 1e-6


def test_other_array_libraries_get_their_arrays_back():
    a = random_harmonics(9, len(TRIANGLE), 3)
    strict = PhaseDistribution(array_api_strict.asarray(a), TRIANGLE, ("a", "b")).local_maxima(0.5)
    home = distribution(a, TRIANGLE).local_maxima(0.5)
    for name in ("height", "location", "count", "runner_up_ratio"):
        given_back = getattr(strict, name)
        assert type(given_back) is type(array_api_strict.asarray(a))
        np.testing.assert_array_equal(np.asarray(given_back), getattr(home, name))


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    shift=st.tuples(*[st.floats(-3, 3)] * 2),
    dimension=st.sampled_from([1, 2]),
)
def test_shifting_a_distribution_shifts_its_peaks(seed, shift, dimension):
    orders = all_orders(2, dimension)
    shift = np.array(shift[:dimension])
    a = random_harmonics(seed, len(orders), 1)
    home = distribution(a, orders).local_maxima()
    moved = distribution(a * np.exp(-1j * (orders @ shift)), orders).local_maxima()
    np.testing.assert_array_equal(moved.count, home.count)
    np.testing.assert_allclose(moved.height, home.height, rtol=1e-11, atol=1e-14)
    # Peaks of equal height may be listed in another order: none may be without a partner.
    distance = on_circle(moved.location[0][:, None] - home.location[0] - shift).max(axis=-1)
    assert distance.min(axis=1).max(initial=0) < 1e-6


@pytest.mark.parametrize("threshold", [-0.1, 1.1, np.nan])
def test_a_threshold_is_a_part_of_the_maximum(threshold):
    with pytest.raises(qs.errors.InvalidArgumentError, match=f"`threshold`.*{threshold}"):
        distribution([1.0], [[1]]).local_maxima(threshold)
