"""Zeros, extrema and planar zeros over maps, against functions whose own are known."""

import numpy as np
import pytest
from scipy import special
from scipy.optimize import brentq

import quantsync as qs

SEARCHES = {
    "zeros": lambda f, nodes, args=(), **more: qs.find_zeros(f, nodes, args, **more),
    "extrema": lambda f, nodes, args=(), **more: qs.find_extrema(f, nodes, args, **more),
    "planar": lambda f, nodes, args=(), **more: qs.search.find_planar_zeros(
        lambda x, y, *rest: f(x, *rest) + 1j * y, nodes, np.linspace(-1, 1, 4), args, **more
    ),
}


def product(roots):
    return lambda x: np.prod([x - root for root in roots], axis=0)


def expected_table(rows):
    width = max(map(len, rows))
    return np.array([[*row, *[np.nan] * (width - len(row))] for row in rows])


# Zeros of one variable.


@pytest.mark.parametrize("order", [0, 1, 2, 5])
def test_zeros_of_bessel_functions_are_those_of_the_tables(order):
    zeros = qs.find_zeros(lambda x: special.jv(order, x), np.linspace(0.5, 30, 60))
    expected = special.jn_zeros(order, 12)
    expected = expected[expected < 30]
    assert zeros.count == len(expected)
    np.testing.assert_allclose(zeros.location, expected, rtol=1e-14)
    assert zeros.first == zeros.location[0]


def test_zeros_of_polynomials_with_any_sign_and_scale():
    roots = [-1.7, -0.6, 0.1, 1.9]
    for factor in (1.0, -1.0, 1e-250, -1e200):
        zeros = qs.find_zeros(lambda x, c=factor: c * product(roots)(x), np.linspace(-2, 2, 14))
        np.testing.assert_allclose(zeros.location, roots, rtol=1e-13)


def test_zeros_over_a_map_are_those_of_each_point():
    frequency, shift = np.array([[1.0], [2.0], [5.0]]), np.array([0.0, 0.3, -0.2, 1.0])
    nodes = np.linspace(0.01, 6, 100)
    zeros = qs.find_zeros(lambda x, k, s: np.sin(k * x - s), nodes, [frequency, shift])
    assert zeros.count.shape == (3, 4)
    rows = []
    for k in frequency[:, 0]:
        for s in shift:
            found = (s + np.pi * np.arange(-3, 12)) / k
            rows.append(found[(found > nodes[0]) & (found < nodes[-1])])
    expected = expected_table(rows).reshape(3, 4, -1)
    np.testing.assert_allclose(zeros.location, expected, rtol=1e-13)
    np.testing.assert_array_equal(
        zeros.count, [[len(r) for r in rows[k : k + 4]] for k in (0, 4, 8)]
    )
    np.testing.assert_array_equal(zeros.first, zeros.location[..., 0])


def test_pairs_of_zeros_closer_than_the_nodes_are_found():
    distance = 0.9 * 10.0 ** -np.arange(0, 6)
    for middle in (0.5, 0.43, 0.0, 1.0):
        zeros = qs.find_zeros(
            lambda x, d, m=middle: (x - m) ** 2 - d**2 / 4, np.arange(-4.0, 6.0), [distance]
        )
        np.testing.assert_array_equal(zeros.count, 2)
        expected = np.stack([middle - distance / 2, middle + distance / 2], axis=-1)
        np.testing.assert_allclose(zeros.location, expected, atol=2e-11)
        upside = qs.find_zeros(
            lambda x, d, m=middle: d**2 / 4 - (x - m) ** 2, np.arange(-4.0, 6.0), [distance]
        )
        np.testing.assert_array_equal(upside.location, zeros.location)


def test_dips_that_do_not_reach_zero_or_only_touch_it_have_no_zeros():
    nodes = np.linspace(-2, 2, 8)
    for height in (0.0, 1e-9, 0.1):
        assert qs.find_zeros(lambda x, h=height: (x - 0.123) ** 2 + h, nodes).count == 0
        assert qs.find_zeros(lambda x, h=height: -((x - 0.123) ** 2) - h, nodes).count == 0
    touching = qs.find_zeros(lambda x: x * x, np.arange(-2.0, 3.0))
    assert touching.count == 0
    assert touching.location.shape == (0,)
    assert np.isnan(touching.first)


def test_zeros_on_nodes_count_once():
    nodes = np.arange(-3.0, 4.0)
    zeros = qs.find_zeros(product([-2, 0, 2]), nodes)
    np.testing.assert_allclose(zeros.location, [-2, 0, 2], atol=1e-300)
    zeros = qs.find_zeros(lambda x, c: x - c, nodes, [[-2.0, 0.0, 0.5, 2.0]])
    np.testing.assert_array_equal(zeros.count, 1)
    np.testing.assert_array_equal(zeros.first, [-2, 0, 0.5, 2])


@pytest.mark.parametrize("other", [1.0, 0.3, -0.7])
def test_zeros_on_nodes_do_not_hide_their_neighbours(other):
    zeros = qs.find_zeros(product([0, other]), np.arange(-3.0, 4.0))
    np.testing.assert_allclose(zeros.location, sorted([0, other]), atol=1e-12)


@pytest.mark.parametrize(
    "roots", [[0.4, 0.6], [1.4, 1.5, 2.5], [2.6, 2.7]], ids=["first", "next", "last"]
)
def test_pairs_of_zeros_near_an_end_or_another_zero_are_found(roots):
    zeros = qs.find_zeros(product(roots), np.arange(0.0, 4.0))
    np.testing.assert_allclose(zeros.location, roots, atol=1e-10)


def test_ends_bound_the_search():
    nodes = np.linspace(0, 2, 9)
    assert qs.find_zeros(lambda x: x + 1e-6, nodes).count == 0
    assert qs.find_zeros(lambda x: x - 2 - 1e-6, nodes).count == 0
    inside = qs.find_zeros(product([1e-6, 2 - 1e-6]), nodes)
    np.testing.assert_allclose(inside.location, [1e-6, 2 - 1e-6], rtol=1e-9)
    # At an end itself nothing shows that the sign changes.
    assert qs.find_zeros(product([0.0]), nodes).count == 0
    assert qs.find_zeros(product([2.0]), nodes).count == 0


def test_functions_that_vanish_to_rounding_have_no_zeros():
    nodes = np.linspace(0, 3, 40)
    assert qs.find_zeros(lambda x: 0 * x, nodes).count == 0
    tiny = qs.find_zeros(lambda x, a: a * np.sin(40 * x), nodes, [[1e-9, 1e-4]], noise=1e-8)
    assert list(tiny.count) == [0, 38]
    # A point of the map has a scale of its own: rounding beside something large is no zero.
    step = qs.find_zeros(
        lambda x, a: np.where(x > 2.9, 1.0, a * np.sin(40 * x)), nodes, [[1e-15, 1e-3]]
    )
    assert step.count[0] == 0
    assert step.count[1] > 30


def test_noise_is_a_threshold_on_the_values_at_the_nodes():
    nodes = np.linspace(-1, 1, 6)
    for noise, count in ((0.0, 1), (0.15, 1), (0.25, 1), (1.1, 0)):
        zeros = qs.find_zeros(lambda x: x - 0.01, nodes, noise=noise)
        assert zeros.count == count
        np.testing.assert_allclose(zeros.location, [0.01] * count, rtol=1e-12)


POLES = np.pi * (np.arange(-2, 2) + 0.5)  # of the tangent, between -5 and 5


@pytest.mark.parametrize(
    ("function", "zeros", "jumps"),
    [
        (lambda x: np.sign(x - 0.3), [], [0.3]),
        (lambda x: x - 0.3 + 1e-6 * np.sign(x - 0.3), [], [0.3]),
        (lambda x: 1 / x, [], [0.0]),
        (lambda x: (x - 1) ** -3, [], [1.0]),
        (lambda x: (x - 0.2) * (x - 3) / (x + 0.7), [0.2, 3.0], [-0.7]),
        (np.tan, [-np.pi, 0, np.pi], POLES),
        (lambda x: np.angle(np.exp(1j * x)), [0.0], [-np.pi, np.pi]),
        (lambda x: np.angle(-np.exp(1j * x)), [-np.pi, np.pi], [0.0]),
        (lambda x: np.cbrt(x - 0.3), [0.3], []),
        (lambda x: np.tanh((x - 0.3) / 1e-8), [0.3], []),
        (lambda x: (x - 0.3) ** 5, [0.3], []),
    ],
)
@pytest.mark.parametrize("count", [17, 40])
def test_poles_and_jumps_are_no_zeros(function, zeros, jumps, count):
    found = qs.find_zeros(function, np.linspace(-5, 5.1, count))
    np.testing.assert_allclose(found.location, zeros, atol=1e-3 if 0.3 in zeros else 1e-12)
    np.testing.assert_allclose(found.jumps, jumps, atol=1e-12)


def test_a_node_on_a_pole_hides_no_zeros():
    # tan(pi/2) is 1.6e16, beside which everything else would be rounding.
    found = qs.find_zeros(np.tan, np.pi / 2 * np.arange(-3.0, 4.0) + 0.0)
    np.testing.assert_allclose(found.location, [-np.pi, 0, np.pi], atol=1e-12)


@pytest.mark.parametrize(
    ("roots", "count"),
    [
        ([0.88, 0.96], 8),
        ([-0.79, -0.66, -0.25], 8),
        ([0.24, 0.31, 0.35], 35),
        ([-0.61, -0.41, -0.33], 17),
        ([0.2, 0.3, 0.38], 11),
    ],
    ids=str,
)
def test_zeros_beside_others_count_once(roots, count):
    zeros = qs.find_zeros(product(roots), np.linspace(-1.2, 1.2, count))
    np.testing.assert_allclose(zeros.location, roots, atol=1e-11)
    mirrored = qs.find_zeros(lambda x: -product(roots)(-x), np.linspace(-1.2, 1.2, count))
    np.testing.assert_allclose(mirrored.location, np.negative(roots)[::-1], atol=1e-11)


def test_zeros_of_random_polynomials_are_all_found_and_once():
    # Any two in one cell, a thousandth apart at least: of 10 000 such cases none failed.
    rng, tried = np.random.default_rng(3), 0
    while tried < 150:
        roots = np.sort(rng.uniform(-1, 1, rng.integers(1, 7)))
        nodes = np.linspace(-1.2, 1.2, rng.integers(8, 100))
        cells = np.bincount(np.searchsorted(nodes, roots))
        if cells.max() > 2 or np.diff(roots, prepend=-2).min() < 1e-3:
            continue
        zeros = qs.find_zeros(product(roots), nodes, workers=1)
        assert zeros.count == len(roots), (roots, len(nodes))
        np.testing.assert_allclose(zeros.location, roots, atol=1e-9)
        tried += 1


def test_zeros_of_random_waves_are_all_found_and_once():
    # 4 nodes for the shortest period, at least; the phase of the sum is followed by its angle.
    rng, tried = np.random.default_rng(4), 0
    while tried < 25:
        order = int(rng.integers(1, 8))
        size, phase = rng.normal(size=order + 1), rng.uniform(0, 2 * np.pi, order + 1)

        def wave(x, size=size, phase=phase):
            return sum(
                a * np.cos(k * x + p) for k, (a, p) in enumerate(zip(size, phase, strict=True))
            )

        fine = np.linspace(0, 2 * np.pi, 20001)
        (at,) = np.nonzero(wave(fine[:-1]) * wave(fine[1:]) < 0)
        expected = [brentq(wave, fine[k], fine[k + 1], xtol=1e-14) for k in at]
        nodes = np.linspace(0, 2 * np.pi, int(rng.integers(4 * order + 2, 20 * order + 3)))
        cells = np.bincount(np.searchsorted(nodes, expected), minlength=1)
        if cells.max() > 2 or np.diff(expected, prepend=-1).min(initial=1) < 1e-3:
            continue
        zeros = qs.find_zeros(wave, nodes, workers=1)
        np.testing.assert_allclose(zeros.location, expected, atol=1e-9)
        tried += 1


def test_a_zero_at_the_end_does_not_hide_a_pair_beside_it():
    zeros = qs.find_zeros(product([0.0, 0.4, 0.6]), np.arange(0.0, 4.0))
    np.testing.assert_allclose(zeros.location, [0.4, 0.6], atol=1e-12)
    zeros = qs.find_zeros(product([3.0, 2.5, 2.6]), np.arange(0.0, 4.0))
    np.testing.assert_allclose(zeros.location, [2.5, 2.6], atol=1e-12)


def test_functions_that_fail_between_nodes_are_reported():
    def holed(x, c):
        return np.where((x == np.rint(x)) | (c > 1), x - 0.3, np.nan)

    with pytest.raises(qs.errors.ConvergenceError, match=r"1 of 2 zeros could not be polished"):
        qs.find_zeros(holed, np.arange(-3.0, 4.0), [[1.0, 2.0]])


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_node_without_a_value_does_not_hide_zeros_silently(value):
    try:
        zeros = qs.find_zeros(lambda x: np.where(x == 3, value, x - 0.5), np.arange(-3.0, 4.0))
    except qs.errors.QuantsyncError:
        return
    np.testing.assert_allclose(zeros.location, [0.5])


# Extrema of one variable.


@pytest.mark.parametrize("order", [0, 1, 2])
def test_extrema_of_bessel_functions_are_those_of_the_tables(order):
    found = qs.find_extrema(lambda x: special.jv(order, x), np.linspace(0.2, 30, 90))
    expected = special.jnp_zeros(order, 12)
    expected = expected[expected < 30]
    assert found.count == len(expected)
    np.testing.assert_allclose(found.location, expected, atol=1e-11, rtol=0)
    np.testing.assert_allclose(found.value, special.jv(order, expected), atol=1e-15)
    np.testing.assert_array_equal(found.kind, np.sign(special.jv(order, expected)))


def test_extrema_over_a_map_are_those_of_each_point():
    # Minimum and maximum of x^3 - 3 a^2 x + b at +-a, of values b -+ 2 a^3; none for a = 0.
    a, b = np.array([0.0, 0.4, 1.1, -0.83]), np.array([[0.0], [10.0]])
    nodes = np.linspace(-2, 2, 33)
    found = qs.find_extrema(lambda x, a, b: x**3 - 3 * a * a * x + b, nodes, [a, b])
    size = np.where(a == 0, np.nan, np.abs(a))
    expected = np.broadcast_to(np.stack([-size, size], axis=-1), (2, 4, 2))
    np.testing.assert_array_equal(found.count, [[0, 2, 2, 2]] * 2)
    np.testing.assert_allclose(found.location, expected, atol=1e-10)
    value = b[..., None] - 2 * expected**3
    np.testing.assert_allclose(found.value, value, atol=1e-13)
    np.testing.assert_array_equal(found.kind, np.where(np.isnan(expected), np.nan, [1.0, -1.0]))
    for kind, k in (("maximum", 0), ("minimum", 1)):
        location, height = found.first(kind)
        np.testing.assert_array_equal(location, found.location[..., k])
        np.testing.assert_array_equal(height, found.value[..., k])


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e6])
def test_extrema_are_located_far_better_than_values_tell_them_apart(scale):
    # Comparing values stops at 1e-8.
    rng = np.random.default_rng(1)
    where = rng.uniform(0.8, 2.2, size=50)
    found = qs.find_extrema(
        lambda x, c: scale * np.exp(-((x - c) ** 2)),
        np.linspace(0, 3, 16),
        [where],
    )
    np.testing.assert_array_equal(found.count, 1)
    np.testing.assert_allclose(found.location[:, 0], where, atol=2e-12)
    # Not symmetric about its maximum: x^c exp(-x) at x = c.
    found = qs.find_extrema(
        lambda x, c: -scale * x**c * np.exp(-x), np.linspace(0.01, 6, 31), [where]
    )
    np.testing.assert_array_equal(found.kind, -1)
    np.testing.assert_allclose(found.location[:, 0], where, atol=1e-10)


def test_first_and_highest_choose_among_several():
    def waves(x, a):
        return np.sin(x) * np.exp(a * x)

    nodes = np.linspace(0, 20, 101)
    found = qs.find_extrema(waves, nodes, [[0.2, -0.2]])
    # tan x = -1/a: every pi, the first being a maximum.
    start = np.array([np.pi - np.arctan(1 / 0.2), np.arctan(1 / 0.2)])
    expected = start[:, None] + np.pi * np.arange(7)
    expected[expected > 20] = np.nan
    np.testing.assert_allclose(found.location, expected[:, : found.location.shape[1]], atol=1e-10)
    assert list(found.kind[0, :4]) == [1, -1, 1, -1]
    np.testing.assert_allclose(found.first("maximum")[0], start, atol=1e-10)
    np.testing.assert_allclose(found.first("minimum")[0], start + np.pi, atol=1e-10)
    location, height = found.highest()
    last = start[0] + 4 * np.pi
    np.testing.assert_allclose(location, [last, start[1]], atol=1e-10)
    np.testing.assert_allclose(height, waves(location, np.array([0.2, -0.2])), rtol=1e-14)


def test_points_without_a_maximum_have_none_to_choose():
    nodes = np.linspace(-1, 1, 12)
    found = qs.find_extrema(lambda x, c: c * (x - 0.1) ** 2, nodes, [[1.0, -1.0, 0.0]])
    np.testing.assert_allclose(found.highest()[0], [np.nan, 0.1, np.nan], atol=1e-12)
    np.testing.assert_allclose(found.first("minimum")[0], [0.1, np.nan, np.nan], atol=1e-12)
    nothing = qs.find_extrema(lambda x, c: c * x, nodes, [[1.0, -1.0, 0.0]])
    assert nothing.location.shape == nothing.value.shape == nothing.kind.shape == (3, 0)
    for location, value in (nothing.highest(), nothing.first("maximum")):
        assert np.isnan(location).all()
        assert np.isnan(value).all()
        assert location.shape == value.shape == (3,)


def test_negative_functions_have_a_highest_maximum_too():
    found = qs.find_extrema(lambda x: -2 - np.cos(2 * x) - 0.1 * x, np.linspace(0, 7, 40))
    assert (found.value < 0).all()
    location, height = found.highest()
    assert height == found.value[found.kind == 1].max()
    assert location == pytest.approx(np.pi / 2 - np.arcsin(-0.05) / 2 - np.arcsin(0.05), abs=1e-10)


def test_constants_lines_and_rounding_have_no_extrema():
    nodes = np.linspace(0, 3, 40)
    for function in (
        lambda x: 0 * x,
        lambda x: 0 * x + 3.3,
        lambda x: 2 - x,
        lambda x: 3 + 1e-14 * np.sin(40 * x),
        lambda x: 1e6 + 1e-8 * np.sin(40 * x),
        lambda x: np.minimum(x, 2),
        lambda x: np.maximum(x, 2),
    ):
        assert qs.find_extrema(function, nodes).count == 0
    waves = lambda x, a: a * np.sin(4 * x)  # noqa: E731
    assert list(qs.find_extrema(waves, nodes, [[1e-9, 1e-6]], noise=2e-9).count) == [0, 4]


def test_extrema_at_the_ends_do_not_count():
    nodes = np.linspace(0, np.pi, 20)
    assert qs.find_extrema(np.cos, nodes).count == 0
    found = qs.find_extrema(np.sin, nodes)
    np.testing.assert_allclose(found.location, [np.pi / 2], atol=1e-12)
    assert found.kind == 1


def test_equal_neighbouring_values_bracket_one_extremum():
    # Squares of halves are exact, so that the two highest values are equal to the last bit.
    nodes = np.arange(-4.0, 5.0) / 2 + 0.25
    for sign in (1, -1):
        found = qs.find_extrema(lambda x, s=sign: s * x * x, nodes)
        assert found.count == 1
        assert found.kind[0] == -sign
        np.testing.assert_allclose(found.location, [0], atol=1e-13)


def test_neighbouring_values_equal_to_rounding_bracket_one_extremum():
    rng = np.random.default_rng(2)
    for _ in range(300):
        center, step = rng.uniform(-1, 1), rng.uniform(0.05, 0.5)
        nodes = center + step * (np.arange(10) - 4.5)
        found = qs.find_extrema(lambda x, c=center: np.cos(x - c), nodes, workers=1)
        assert found.count == 1
        np.testing.assert_allclose(found.location, [center], atol=1e-11)


def test_an_extremum_stands_out_by_its_height_and_not_by_one_step():
    for count in (9, 33, 200, 2001):
        found = qs.find_extrema(np.sin, np.linspace(0, np.pi, count), noise=0.3)
        assert found.count == 1


def test_nodes_without_a_value_bracket_nothing_and_hide_nothing_else():
    for value in (np.inf, -np.inf, np.nan):

        def holed(x, c, value=value):
            return np.where(x < c, value, np.cos(x))

        nodes = np.linspace(0, 7, 36)
        found = qs.find_extrema(holed, nodes, [[-1.0, 1.0, 4.0, 8.0]])
        assert list(found.count) == [2, 2, 1, 0]
        np.testing.assert_allclose(found.first("minimum")[0], [np.pi, np.pi, np.nan, np.nan])
        np.testing.assert_allclose(found.highest()[0], [2 * np.pi] * 3 + [np.nan])


def test_plateaus_before_nodes_without_a_value_are_no_extrema():
    found = qs.find_extrema(
        lambda x: np.where(x > 3.5, np.nan, np.minimum(x, 2.0)), np.arange(0.0, 6.0)
    )
    assert found.count == 0


@pytest.mark.parametrize(
    "function",
    [
        np.tan,
        lambda x: 1 / x,
        lambda x: 1 / (x - 0.3) ** 2,
        lambda x: np.angle(np.exp(1j * x)),
        np.sign,
    ],
)
def test_poles_and_jumps_are_no_extrema(function):
    assert qs.find_extrema(function, np.linspace(-5, 5.1, 17)).count == 0


def test_narrow_peaks_and_kinks_are_extrema():
    for width in (1e-4, 1e-7):
        peak = qs.find_extrema(
            lambda x, w=width: w**2 / ((x - 0.30001) ** 2 + w**2), np.linspace(-1, 1.1, 8), noise=0
        )
        assert (peak.count == 1) == (width > 1e-12)
        np.testing.assert_allclose(peak.location, [0.30001], atol=width / 50)
    kink = qs.find_extrema(lambda x: np.abs(x - 0.3), np.linspace(-1, 1.1, 8))
    np.testing.assert_allclose(kink.location, [0.3], atol=1e-8)
    assert kink.kind == -1


def test_extrema_of_random_polynomials_are_all_found_and_once():
    # 0.4 of a cell apart at least.
    rng, tried = np.random.default_rng(6), 0
    while tried < 60:
        roots = np.sort(rng.uniform(-1, 1, rng.integers(1, 5)))
        nodes = np.linspace(-1.2, 1.2, rng.integers(8, 60))
        step = nodes[1] - nodes[0]
        inside = roots[0] > nodes[1] and roots[-1] < nodes[-2]
        if not inside or np.diff(roots, prepend=-3).min() < 0.4 * step:
            continue
        curve = np.polynomial.Polynomial.fromroots(roots).integ()
        found = qs.find_extrema(curve, nodes, workers=1)
        np.testing.assert_allclose(found.location, roots, atol=1e-7, err_msg=str(len(nodes)))
        np.testing.assert_array_equal(found.kind, np.sign(-curve.deriv(2)(roots)))
        tried += 1


# Zeros of two variables.

SQUARE = np.linspace(-2, 2, 17)


def planar(holomorphic=(), antiholomorphic=()):
    """The product of z - a and of conj(z - b)."""

    def function(x, y):
        z = x + 1j * y
        factors = [z - a for a in holomorphic] + [np.conj(z - b) for b in antiholomorphic]
        return np.prod(factors, axis=0)

    return function


def points(found):
    return found.x + 1j * found.y


@pytest.mark.parametrize(
    ("right", "left"),
    [
        ([0], []),
        ([], [0.5j]),
        ([1, -1], [1j, -1j]),
        ([0, 1 + 1j, -1 - 1j], [1 - 1j, -1 + 1j]),
        ([0.5, 0.5 + 1j, 0.5 - 1j], [-0.5]),
    ],
    ids=str,
)
def test_planar_zeros_on_lines_of_symmetry_and_on_nodes(right, left):
    found = qs.search.find_planar_zeros(planar(right, left), SQUARE, SQUARE)
    assert found.count == len(right) + len(left)
    assert (np.diff(found.x) > -1e-10).all()
    for root, winding in [(a, 1) for a in right] + [(b, -1) for b in left]:
        near = np.abs(points(found) - root)
        assert near.min() < 1e-12
        assert found.winding[near.argmin()] == winding


def test_planar_zeros_over_a_map_are_those_of_each_point():
    c, power = np.array([[0.5], [2.0], [-3.0]]), np.array([1.0, -1.0])

    def function(x, y, c, sign):
        z = x + 1j * sign * y  # its conjugate for sign -1
        return z * z - c

    found = qs.search.find_planar_zeros(function, SQUARE, SQUARE + 0.03, [c, power])
    np.testing.assert_array_equal(found.count, np.full((3, 2), 2))
    np.testing.assert_array_equal(found.winding, np.broadcast_to(power[:, None], (3, 2, 2)))
    np.testing.assert_allclose(
        points(found) ** 2, np.broadcast_to(c[..., None], (3, 2, 2)), atol=1e-11
    )
    for k in range(2):
        assert (found.x[k, :, 0] < found.x[k, :, 1]).all()


def test_planar_zeros_of_points_that_differ_in_number():
    found = qs.search.find_planar_zeros(
        lambda x, y, c: (x + 1j * y) * (x + 1j * y - c), SQUARE, SQUARE, [[0.7, 5.0]]
    )
    assert list(found.count) == [2, 1]
    np.testing.assert_allclose(found.x, [[0, 0.7], [0, np.nan]], atol=1e-12)
    np.testing.assert_allclose(found.winding, [[1, 1], [1, np.nan]])


def test_planar_zeros_of_transcendental_functions():
    # sin z vanishes at multiples of pi; x^2 + y^2 - 2 and x - y meet twice.
    nodes = np.linspace(-4, 4, 41)
    found = qs.search.find_planar_zeros(lambda x, y: np.sin(x + 1j * y), nodes, nodes)
    np.testing.assert_allclose(found.x, [-np.pi, 0, np.pi], atol=1e-11)
    np.testing.assert_allclose(found.y, 0, atol=1e-11)
    np.testing.assert_array_equal(found.winding, 1)
    found = qs.search.find_planar_zeros(lambda x, y: x * x + y * y - 2 + 1j * (x - y), nodes, nodes)
    np.testing.assert_allclose(points(found), [-1 - 1j, 1 + 1j], atol=1e-11)
    # The Jacobian is 2 x (-1) - 2 y = -2 (x + y): positive at the first.
    np.testing.assert_array_equal(found.winding, [1, -1])


def test_functions_without_planar_zeros_have_none():
    for function in (
        lambda x, y: np.exp(x + 1j * y),
        lambda x, y: x + 1j * y + 2.5,
        lambda x, y: x * x + y * y + 0.1 + 0j,
        lambda x, y: x * x + y * y - 1 + 0j,  # a circle of them, around none the phase winds
        lambda x, y: 0j * x,
    ):
        found = qs.search.find_planar_zeros(function, SQUARE, SQUARE)
        assert found.count == 0
        assert found.x.shape == found.y.shape == found.winding.shape == (0,)


def test_planar_zeros_just_inside_count_and_just_outside_do_not():
    inside, outside = 2 - 1e-3, 2 + 1e-3
    found = qs.search.find_planar_zeros(
        planar([inside + 1j, -inside - 0.5j], [inside * (1j - 1)]), SQUARE, SQUARE
    )
    assert found.count == 3
    found = qs.search.find_planar_zeros(planar([outside, 1j * outside, 0.1]), SQUARE, SQUARE)
    np.testing.assert_allclose(points(found), [0.1], atol=1e-12)


def test_planar_zeros_need_no_equal_nodes():
    across, up = np.array([-2.0, -1.9, 0.0, 0.3, 2.0]), np.array([-1.0, 0.1, 0.2, 1.5])
    found = qs.search.find_planar_zeros(planar([-1.95 + 0.15j, 1.0 - 0.5j]), across, up)
    np.testing.assert_allclose(points(found), [-1.95 + 0.15j, 1.0 - 0.5j], atol=1e-12)


@pytest.mark.parametrize("drawn", [False, True])
def test_planar_zeros_far_from_each_other_are_all_found(drawn):
    rng, nodes = np.random.default_rng(0), np.linspace(-2, 2, 41)
    roots = np.array(
        [-1.42054566 - 1.38485133j, 1.36142031 + 1.3374418j, -0.16300352 + 1.20173748j]
    )
    for _ in range(100 if drawn else 1):
        if drawn:
            roots = rng.uniform(-1.9, 1.9, size=3) + 1j * rng.uniform(-1.9, 1.9, size=3)
        if np.abs(roots - np.roll(roots, 1)).min() < 0.3:  # three cells
            continue
        found = qs.search.find_planar_zeros(planar(roots[:2], roots[2:]), nodes, nodes, workers=1)
        assert found.count == 3
        np.testing.assert_allclose(points(found), np.sort_complex(roots), atol=1e-10)


def test_planar_zeros_in_a_column_are_all_found():
    rng, nodes = np.random.default_rng(5), np.linspace(-2, 2, 41)
    heights = np.array([-1.8, -1.2, -0.7, -0.1, 0.4, 0.9, 1.7])
    for _ in range(8):
        right = rng.integers(2, size=7).astype(bool)
        found = qs.search.find_planar_zeros(
            planar(1j * heights[right], 1j * heights[~right]), nodes, nodes
        )
        assert found.count == 7
        order = np.argsort(found.y)
        np.testing.assert_allclose(found.x, 0, atol=1e-12)
        np.testing.assert_allclose(found.y[order], heights, atol=1e-12)
        np.testing.assert_array_equal(found.winding[order], np.where(right, 1, -1))


@pytest.mark.parametrize("beyond", [0.001, -0.001], ids=["outside", "inside"])
def test_planar_zeros_close_to_the_edge_count_if_they_are_inside(beyond):
    rng, nodes = np.random.default_rng(1), np.linspace(-2, 2, 41)
    for _ in range(100):
        others = rng.uniform(-1.9, 1.5, size=2) + 1j * rng.uniform(-1.9, 1.9, size=2)
        edge = 2 + beyond + 1j * rng.uniform(-1.9, 1.9)
        if np.abs(others[0] - others[1]) < 0.3:
            continue
        found = qs.search.find_planar_zeros(planar([edge, others[0]], others[1:]), nodes, nodes)
        assert found.count == (3 if beyond < 0 else 2)


def test_a_planar_node_without_a_value_does_not_pass_with_a_warning():
    def holed(x, y):
        return np.where(x > 1.2, np.nan, x + 1j * y)

    try:
        found = qs.search.find_planar_zeros(holed, SQUARE, SQUARE)
    except qs.errors.QuantsyncError:
        return
    np.testing.assert_allclose(points(found), [0], atol=1e-12)


# What the searches share.


@pytest.mark.parametrize("search", SEARCHES)
def test_results_do_not_depend_on_threads_or_chunks(search):
    # 9000 points are several chunks.
    rng = np.random.default_rng(4)
    a, b = rng.uniform(0.5, 2, size=(90, 1)), rng.uniform(-1, 1, size=100)
    nodes = np.linspace(-3, 3, 14)

    def function(x, a, b):
        return np.sin(a * x - b)

    one, four = (SEARCHES[search](function, nodes, [a, b], workers=k) for k in (1, 4))
    assert one.count.shape == (90, 100)
    assert one.count.max() > one.count.min()
    for name, value in vars(one).items():
        np.testing.assert_array_equal(value, getattr(four, name))
    for index in ((0, 0), (41, 7), (89, 99)):
        alone = SEARCHES[search](function, nodes, [a[index[0], 0], b[index[1]]])
        for name, value in vars(one).items():
            if name not in ("count", "jumps"):
                row = value[index][: int(alone.count)]
                np.testing.assert_allclose(row, getattr(alone, name), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("search", SEARCHES)
def test_points_that_differ_are_padded_with_nan(search):
    found = SEARCHES[search](
        lambda x, k: np.cos(k * x), np.linspace(-2, 2, 21), [np.array([[3.0, 0.3], [1.0, 2.0]])]
    )
    for name, value in vars(found).items():
        if name not in ("count", "jumps"):
            assert value.shape == (2, 2, found.count.max())
            np.testing.assert_array_equal(np.isfinite(value).sum(axis=-1), found.count)
    assert found.count[0, 1] < found.count[1, 1] <= found.count[0, 0]


@pytest.mark.parametrize("search", SEARCHES)
def test_misuse_is_explained(search):
    find, nodes, errors = SEARCHES[search], np.linspace(0, 1, 5), qs.errors
    with pytest.raises(
        errors.InvalidArgumentError, match=r"nodes` must hold at least 3 .*shape \(2,\)"
    ):
        find(np.sin, [0.0, 1.0])
    with pytest.raises(errors.InvalidArgumentError, match=r"nodes` must be .*shape \(3, 3\)"):
        find(np.sin, np.eye(3))
    for wrong in ([0.0, 0.5, 0.5, 1.0], [1.0, 0.5, 0.0]):
        with pytest.raises(errors.InvalidArgumentError, match="nodes` must be in increasing order"):
            find(np.sin, wrong)
    with pytest.raises(errors.NonFiniteError, match=r"nodes`.*nan"):
        find(np.sin, [0.0, np.nan, 1.0])
    with pytest.raises(errors.NonFiniteError, match=r"args\[1\].*inf"):
        find(lambda x, a, b: x - a, nodes, [1.0, [2.0, np.inf]])
    with pytest.raises(errors.InvalidArgumentError, match=r"args\[0\]` must be real.*1j"):
        find(lambda x, a: x - a.real, nodes, [1j])
    if search != "planar":
        with pytest.raises(errors.InvalidArgumentError, match=r"function must be real.*1j"):
            find(lambda x: x - 0.3 + 1j, nodes)
    with pytest.raises(errors.BroadcastError, match=r"args\[0\] \(2,\), args\[1\] \(3,\)"):
        find(lambda x, a, b: x - a, nodes, [np.zeros(2), np.zeros(3)])
    with pytest.raises(errors.InvalidArgumentError, match=r"`workers`.*0"):
        find(np.sin, nodes, workers=0)
    if search != "planar":
        with pytest.raises(errors.InvalidArgumentError, match=r"elementwise.*shape \(\).*\(5,\)"):
            find(lambda x: 0.0, nodes)


def test_other_misuse_is_explained():
    error = qs.errors.InvalidArgumentError
    with pytest.raises(error, match=r"elementwise.*shape \(\).*\(20,\)"):
        qs.search.find_planar_zeros(lambda x, y: 0j, np.arange(5.0), np.arange(4.0))
    with pytest.raises(error, match=r"`y_nodes` must be in increasing order"):
        qs.search.find_planar_zeros(lambda x, y: x + 1j * y, np.arange(3.0), np.zeros(3))
    found = qs.find_extrema(np.sin, np.linspace(0, 3, 9))
    with pytest.raises(error, match=r"`kind`.*'max'"):
        found.first("max")


@pytest.mark.parametrize("search", SEARCHES)
def test_empty_maps_have_empty_results(search):
    found = SEARCHES[search](lambda x, c: x - c, np.linspace(0, 1, 5), [np.zeros((0, 3))])
    assert found.count.shape == (0, 3)


@pytest.mark.parametrize("noise", [-1.0, np.nan])
@pytest.mark.parametrize("search", ["zeros", "extrema"])
def test_impossible_noise_is_refused(search, noise):
    with pytest.raises(qs.errors.InvalidArgumentError, match="`noise`"):
        SEARCHES[search](np.sin, np.linspace(-1, 3, 9), noise=noise)


@pytest.mark.parametrize(
    ("function", "nodes", "zero"),
    [
        (lambda x: np.exp(20 * x) * (x - 1), np.linspace(-3, 3, 1001), 1.0),
        (lambda x: np.exp(12 * x) * (x + 1), np.linspace(-3, 3, 140), -1.0),
        (lambda x: np.exp(-3 * x**2) * (x - 2.9), np.linspace(-4, 4, 200), 2.9),
    ],
)
def test_a_zero_of_a_function_of_large_range_is_found(function, nodes, zero):
    found = qs.find_zeros(function, nodes)
    assert found.location.tolist() == pytest.approx([zero], rel=1e-12)


def test_what_vanishes_to_rounding_has_no_zeros_beside_a_real_one():
    def function(x):  # zero below 0, to rounding
        return np.where(x < 0, np.sin(x) ** 2 + np.cos(x) ** 2 - 1, x * (x - 0.5))

    found = qs.find_zeros(function, np.linspace(-1, 1, 402))
    assert found.location[-1] == pytest.approx(0.5, rel=1e-12)
    assert (found.location > -1e-2).all()


def test_a_condition_is_no_function():
    with pytest.raises(qs.errors.InvalidArgumentError, match="must return numbers"):
        qs.find_zeros(lambda x: x > 0, np.linspace(-1, 1, 9))
