"""The global maximum of trigonometric polynomials against brute force."""

import itertools

import numpy as np
import pytest
from scipy.optimize import minimize

from quantsync.measures._trigonometric import evaluate, maximum


def all_orders(degree, dimension):
    """One of each pair +-k of integer vectors with entries up to the degree."""
    vectors = itertools.product(range(-degree, degree + 1), repeat=dimension)
    return np.array([k for k in vectors if next((x for x in k if x), -1) > 0])


def value(harmonics, orders, phi):
    return 2 * np.sum(np.real(harmonics * np.exp(1j * (orders @ phi))))


def brute_force(harmonics, orders, points, starts):
    """Highest value that climbing from the best points of a dense grid reaches."""
    dimension = orders.shape[1]
    axis = 2 * np.pi * np.arange(points) / points
    grid = np.stack(np.meshgrid(*[axis] * dimension, indexing="ij"), -1).reshape(-1, dimension)
    heights = 2 * np.real(np.exp(1j * (grid @ orders.T)) @ harmonics)
    scale = np.abs(harmonics).sum()

    def below(phi):
        return -value(harmonics, orders, phi) / scale

    def slope(phi):
        return 2 * np.imag(np.exp(1j * (orders @ phi)) * harmonics) @ orders / scale

    best = grid[np.argsort(heights)[-starts:]]
    return scale * max(-minimize(below, start, jac=slope, tol=1e-14).fun for start in best)


def random_harmonics(rng, count, flavour):
    a = rng.normal(size=count) + 1j * rng.normal(size=count)
    if flavour == "of very different size":
        return a * 10.0 ** rng.uniform(-6, 0, size=count)
    if flavour == "few":
        chosen = np.zeros(count)
        chosen[rng.permutation(count)[:2]] = 1
        return a * chosen
    return a


@pytest.mark.parametrize("flavour", ["alike", "of very different size", "few"])
@pytest.mark.parametrize(
    ("degree", "dimension", "points", "starts"),
    [
        (1, 1, 200, 3),
        (3, 1, 500, 6),
        (30, 1, 4000, 25),
        (1, 2, 60, 6),
        (2, 2, 80, 12),
        (1, 3, 24, 8),
    ],
)
def test_maximum_is_the_global_one(degree, dimension, points, starts, flavour):
    rng = np.random.default_rng([degree, dimension])
    orders = all_orders(degree, dimension)
    batch = np.array([random_harmonics(rng, len(orders), flavour) for _ in range(6)])
    heights, locations = maximum(batch, orders)
    for a, height, phi in zip(batch, heights, locations, strict=True):
        scale = np.abs(a).sum()
        assert height == pytest.approx(brute_force(a, orders, points, starts), abs=1e-12 * scale)
        assert height == pytest.approx(value(a, orders, phi), abs=1e-13 * scale)
        assert (phi > -np.pi).all()
        assert (phi <= np.pi).all()


def test_values_are_those_of_the_sum_of_harmonics():
    orders = all_orders(2, 2)
    rng = np.random.default_rng(2)
    a, phases = random_harmonics(rng, len(orders), "alike"), rng.normal(size=(5, 2))
    direct = [value(a, orders, phi) for phi in phases]
    np.testing.assert_allclose(evaluate(a, orders, phases), direct, atol=1e-13)


@pytest.mark.parametrize("degree", [2, 5, 12])
@pytest.mark.parametrize("advantage", [1e-2, 1e-6, 1e-10])
def test_highest_of_nearly_equal_peaks_is_found(degree, advantage):
    # Peaks of equal height 2 pi/degree apart, on which a slow wave confers a small advantage.
    rng = np.random.default_rng(degree)
    orders = np.array([[1], [degree]])
    for _ in range(20):
        peak, winner = rng.uniform(-np.pi, np.pi), rng.integers(degree)
        favoured = peak + 2 * np.pi * winner / degree
        a = np.array([advantage * np.exp(-1j * favoured), np.exp(-1j * degree * peak)])
        height, location = maximum(a[None], orders)
        assert height[0] == pytest.approx(2 + 2 * advantage, abs=1e-14)
        assert np.angle(np.exp(1j * (location[0, 0] - favoured))) == pytest.approx(0, abs=1e-7)


@pytest.mark.parametrize("degree", [2, 3, 5, 8])
def test_of_equal_peaks_the_one_with_the_smallest_phase_is_returned(degree):
    # Also where peaks fall midway between the points of a grid, which then sees each one twice.
    shifts = np.pi * np.arange(1, 64 * degree) / (64 * degree)
    wrong = []
    locations = maximum(np.exp(-1j * degree * shifts[:, None]), np.array([[degree]]))[1][:, 0]
    for peak, location in zip(shifts, locations, strict=True):
        # (-pi, pi] holds the peaks first, first + period, ...
        period = 2 * np.pi / degree
        first = peak - period * np.ceil((peak + np.pi) / period - 1 - 1e-9)
        if abs(location - first) > 1e-6:
            wrong.append((peak, location, first))
    assert wrong == []


@pytest.mark.parametrize(
    "shift", [(0.0, 0.0), (np.pi / 32, np.pi / 32), (np.pi / 64, 3 * np.pi / 64), (0.0, np.pi / 64)]
)
def test_of_equal_peaks_the_first_phase_decides_before_the_second(shift):
    # 2 cos 2(x - s) + 2 cos 2(y - t): four peaks, at x = s or s - pi and y = t or t - pi.
    orders = np.array([[0, 2], [2, 0]])
    a = np.exp(-2j * np.array([shift[1], shift[0]]))
    height, location = maximum(a[None], orders)
    assert height == pytest.approx([4])
    first = [angle - np.pi if angle > 0 else angle for angle in shift]
    np.testing.assert_allclose(location, [first], atol=1e-9)


def test_peak_at_the_seam_is_plus_pi():
    _, location = maximum(np.array([[-1.0 + 0j], [-1e-12 + 0j]]), np.array([[1]]))
    np.testing.assert_array_equal(location, [[np.pi], [np.pi]])


@pytest.mark.parametrize("shift", [0.0, 0.01, 0.05, 1.0, 3.1])
def test_flat_maxima_are_found_to_rounding_in_height(shift):
    # cos x - cos(2x)/4 falls off with the fourth power, the second with the sixth.
    for amplitudes in ([1, -1 / 4], [1, -2 / 5, 1 / 15]):
        k = np.arange(1, len(amplitudes) + 1)
        a = np.array(amplitudes) * np.exp(-1j * k * shift)
        height, location = maximum(a[None], k[:, None])
        assert height[0] == pytest.approx(2 * sum(amplitudes), abs=1e-14)
        assert np.angle(np.exp(1j * (location[0, 0] - shift))) == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("splitting", [1e-2, 1e-4, 1e-6])
def test_higher_of_two_merging_peaks_is_found(splitting):
    # cos x - c cos 2x has two peaks, at cos x = 1/(4c), that merge as c falls to 1/4;
    # a small tilt sin x raises one of them.
    c = (1 + splitting) / 4
    peak = np.arccos(1 / (4 * c))
    x = np.linspace(-2 * peak, 2 * peak, 100_001)
    rng = np.random.default_rng(8)
    for shift, side in zip(rng.uniform(-np.pi, np.pi, size=20), [1, -1] * 10, strict=True):
        tilt = 1e-3 * splitting * side
        a = np.array([1 - 1j * tilt, -c]) * np.exp(-1j * np.array([1, 2]) * shift)
        height, location = maximum(a[None], np.array([[1], [2]]))
        highest = 2 * np.max(np.cos(x) + tilt * np.sin(x) - c * np.cos(2 * x))
        assert height[0] == pytest.approx(highest, abs=1e-13)
        found = np.angle(np.exp(1j * (location[0, 0] - shift)))
        assert found == pytest.approx(side * peak, rel=0.3)


@pytest.mark.parametrize("splitting", [1e-2, 1e-4])
def test_higher_of_two_merging_peaks_is_found_in_two_phases(splitting):
    # As above in x, with y locked to x; the second phase must not hide the crowding of the first.
    c = (1 + splitting) / 4
    peak = np.arccos(1 / (4 * c))
    x = np.linspace(-2 * peak, 2 * peak, 100_001)
    orders = np.array([[1, 0], [2, 0], [1, -1]])
    rng = np.random.default_rng(9)
    for shift, side in zip(rng.uniform(-np.pi, np.pi, size=(10, 2)), [1, -1] * 5, strict=True):
        tilt = 1e-3 * splitting * side
        a = np.array([1 - 1j * tilt, -c, 1]) * np.exp(-1j * (orders @ shift))
        height, location = maximum(a[None], orders)
        highest = 2 + 2 * np.max(np.cos(x) + tilt * np.sin(x) - c * np.cos(2 * x))
        assert height[0] == pytest.approx(highest, abs=1e-13)
        found = np.angle(np.exp(1j * (location[0] - shift)))
        assert found == pytest.approx([side * peak, side * peak], rel=0.3)


@pytest.mark.parametrize("half_distance", [0.3, 0.1, 0.03])
def test_merging_peaks_of_a_polynomial_of_high_degree_are_told_apart(half_distance):
    # -(cos x - cos d)^2 w(x) with w > 0 is highest at x = +-d; a tilt decides between the two.
    samples = 2 * np.pi * np.arange(32) / 32
    orders = np.arange(1, 9)[:, None]
    x = np.linspace(-2 * half_distance, 2 * half_distance, 20_001)
    for offset, side in itertools.product(np.linspace(0, 0.3, 7), (1, -1)):
        crest = -((np.cos(samples) - np.cos(half_distance)) ** 2)
        crest *= (1.3 + np.cos(samples - 1.0)) ** 6
        crest += side * 1e-3 * half_distance**3 * np.sin(samples)
        a = np.fft.fft(crest)[1:9] / 32
        heights = evaluate(a, orders, x[:, None])
        height, location = maximum((a * np.exp(-1j * orders[:, 0] * offset))[None], orders)
        assert height[0] >= heights.max() - 1e-12
        assert height[0] == pytest.approx(value(a, orders, location[0] - offset), abs=1e-12)
        assert location[0, 0] - offset == pytest.approx(
            x[heights.argmax()], abs=0.1 * half_distance
        )
        assert np.sign(location[0, 0] - offset) == side


def test_nearly_degenerate_ridge_is_climbed_to_its_top():
    # A and B lock strongly to each other and, 1e-5 as strongly, to a third phase.
    orders = np.array([[0, 1], [1, -1], [1, 0]])
    rng = np.random.default_rng(4)
    for target in rng.uniform(-np.pi, np.pi, size=(10, 2)):
        a = np.array([1e-5, 1.0, 1e-5]) * np.exp(-1j * (orders @ target))
        height, location = maximum(a[None], orders)
        assert height[0] == pytest.approx(2 * np.abs(a).sum(), abs=1e-14)
        np.testing.assert_allclose(np.exp(1j * (location[0] - target)), 1, atol=1e-7)


@pytest.mark.parametrize("dimension", [1, 2])
def test_amplitude_does_not_matter(dimension):
    orders = all_orders(2, dimension)
    a = random_harmonics(np.random.default_rng(5), len(orders), "alike")[None]
    height, location = maximum(a, orders)
    for scale in (1e-12, 1e-200, 1e100):
        scaled, same = maximum(scale * a, orders)
        assert scaled == pytest.approx(scale * height, rel=1e-12, abs=0)
        np.testing.assert_allclose(same, location, atol=1e-9)


@pytest.mark.parametrize("dimension", [1, 2])
def test_shifting_the_polynomial_shifts_its_maximum(dimension):
    rng = np.random.default_rng(6)
    orders = all_orders(2, dimension)
    shift = rng.uniform(-np.pi, np.pi, size=dimension)
    a = np.array([random_harmonics(rng, len(orders), "alike") for _ in range(20)])
    height, location = maximum(a, orders)
    shifted_height, shifted = maximum(a * np.exp(-1j * (orders @ shift)), orders)
    np.testing.assert_allclose(shifted_height, height, rtol=1e-13)
    np.testing.assert_allclose(np.exp(1j * (shifted - location - shift)), 1, atol=1e-7)


def test_polynomials_of_a_batch_do_not_influence_each_other():
    orders = all_orders(2, 2)
    rng = np.random.default_rng(7)
    a = np.array([random_harmonics(rng, len(orders), "alike") for _ in range(7)])
    a[3] = 0
    height, location = maximum(a, orders)
    assert height[3] == 0
    for k in (0, 1, 2, 4, 5, 6):
        alone, there = maximum(a[k : k + 1], orders)
        assert height[k] == pytest.approx(alone[0], rel=1e-14)
        np.testing.assert_allclose(location[k], there[0], atol=1e-9)
    assert maximum(a[:0], orders)[1].shape == (0, 2)
