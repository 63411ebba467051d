"""Triangulations, the simplices that a level crosses, and the scales of axes."""

import numpy as np
import pytest

from quantsync.sweeps.plan import prepare_sweep
from quantsync.sweeps.refine._border import Border, crossing, triangulate
from quantsync.sweeps.refine._scales import AxisScale
from quantsync.sweeps.refine.points import solve_positions


def test_intervals_and_triangles():
    intervals = triangulate(np.array([[0.0], [2.0], [1.0]]))
    np.testing.assert_array_equal(intervals, [[0, 2], [2, 1]])
    assert triangulate(np.array([[0.0, 0], [1, 0], [0, 1], [1, 1]])).shape == (2, 3)
    on_a_line = np.arange(5.0)[:, None] * [1.0, 2.0]
    assert triangulate(on_a_line).shape == triangulate(on_a_line[:2]).shape == (0, 3)


def test_what_equals_the_level_lies_below():
    found = crossing(np.array([[0, 1], [1, 2]]), np.array([0.0, 1.0, 2.0]), 1.0)
    np.testing.assert_array_equal(found, [[1, 2]])


def test_the_border_is_where_the_interpolation_takes_the_level():
    border = Border.of(np.array([[0.0], [1.0], [2.0]]), np.array([0.0, 4.0, np.nan]), 1.0)
    np.testing.assert_array_equal(border.points, [[0.25]])
    np.testing.assert_array_equal(border.uncertainty, [0.75])


@pytest.mark.parametrize("values", [np.geomspace(1, 100, 5), -np.geomspace(100, 1, 5)])
def test_geometric_axes_are_scaled_by_their_logarithm(values):
    scale = AxisScale.of(values)
    assert scale.log
    np.testing.assert_allclose(scale.from_unit(scale.to_unit(values)), values, rtol=1e-14)
    np.testing.assert_allclose(AxisScale(1.0, 100.0, log=True).from_unit(0.5), 10, rtol=1e-15)
    assert not AxisScale.of(np.linspace(1, 100, 5)).log


def test_points_off_the_grid_are_solved_in_pieces():
    plan = prepare_sweep("spin_pair", {"epsilon": [0.1, 0.2]}, "purity")
    [(members, found)] = solve_positions(plan, np.array([[0.1], [0.15]]))
    np.testing.assert_array_equal(members, [0, 1])
    assert found.values["purity"].shape == (2,)
