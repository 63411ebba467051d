"""Pictures of mean-field trajectories."""

import numpy as np
import pytest
import sympy

import quantsync as qs
from quantsync.errors import InvalidArgumentError

TIMES = np.linspace(0.0, 3.0, 31)


@pytest.fixture(scope="module")
def model():
    b, c = sympy.symbols("b c")
    return qs.MeanFieldModel.from_equations([b, c], [-b / 2 - sympy.I * b, -c / 4])


def test_occupations_over_time(model):
    first, second = model.integrate([1.0, 2.0j], TIMES).plot().lines
    np.testing.assert_allclose(first.get_ydata(), np.exp(-TIMES), rtol=1e-9)
    np.testing.assert_allclose(second.get_ydata(), 4 * np.exp(-TIMES / 2), rtol=1e-9)


def test_amplitudes_in_their_planes(model):
    axes = model.integrate([1.0, 2.0j], TIMES).plot(quantity="plane")
    x, y = axes.lines[0].get_data()
    np.testing.assert_allclose(x + 1j * y, np.exp(-(0.5 + 1j) * TIMES), rtol=1e-9)
    x, y = axes.lines[1].get_data()  # the end
    np.testing.assert_allclose(x + 1j * y, np.exp(-(0.5 + 1j) * TIMES[-1:]), rtol=1e-9)


def test_what_is_no_picture_says_what_to_do(model):
    with pytest.raises(InvalidArgumentError, match=r"batch of shape \(2,\); pick one"):
        model.integrate([[1.0, 0], [0, 1.0]], TIMES).plot()
    with pytest.raises(InvalidArgumentError, match="`quantity` must be"):
        model.integrate([1.0, 0], TIMES).plot(quantity="phase")


def test_gaussian_evolutions_draw_mean_positions():
    kicked = qs.GaussianState.vacuum([1.0, 2.0]).displaced(x=[1.0, 0.5])
    path = qs.evolve(qs.HarmonicNetwork(np.diag([1.0, 4.0])), kicked, TIMES)
    first, second = path.plot().lines
    np.testing.assert_allclose(first.get_ydata(), np.cos(TIMES), atol=1e-12)
    np.testing.assert_allclose(second.get_ydata(), 0.5 * np.cos(2 * TIMES), atol=1e-12)


def test_a_limit_cycle_is_a_closed_orbit():
    b = sympy.Symbol("b")
    # db/dt = -i b + b/2 - |b|^2 b/2: a circle of radius 1 that takes 2 pi.
    ring = qs.MeanFieldModel.from_equations(
        [b], [b / 2 - sympy.I * b - b**2 * sympy.conjugate(b) / 2]
    )
    cycle = qs.meanfield.limit_cycle(ring, [0.7], transient=30.0)
    x, y = cycle.plot().lines[0].get_data()
    np.testing.assert_allclose(np.hypot(x, y), 1, rtol=1e-8)
    assert (x[0], y[0]) == pytest.approx((x[-1], y[-1]), abs=1e-8)
    assert "6.28319" in cycle._repr_html_()
