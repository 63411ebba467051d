"""What the figures share."""

import numpy as np
import pytest

from quantsync.plotting import cell_edges, is_geometric, map_panel, new_figure, phase_map_panel

X, Y = np.array([2.0, -2.0, 0.0, 1.0, -1.0]), np.array([0.1, 0.02, 0.06])


def drawn(draw, x, y, values):
    """The axes, the centres of their cells as drawn, and the mesh."""
    figure = new_figure(3, 3)
    axes = figure.subplots()
    mesh = draw(axes, x, y, values, "f")
    figure.canvas.draw()
    corners = mesh.get_coordinates()
    centres = (corners[1:, 1:] + corners[:-1, :-1]) / 2
    return axes, centres, mesh


def test_a_map_with_axes_in_any_order_shows_every_point_at_its_place():
    values = X + 100 * Y[:, None]  # which tells where each came from
    axes, centres, mesh = drawn(map_panel, X, Y, values)
    assert mesh.get_array().shape == (3, 5)
    shown = centres[..., 0] + 100 * centres[..., 1]
    np.testing.assert_allclose(mesh.get_array(), shown, atol=1e-12)
    assert axes.get_xlim() == pytest.approx((-2.5, 2.5))
    assert axes.get_ylim() == pytest.approx((0.0, 0.12))


def test_a_geometric_axis_is_logarithmic_with_cells_of_equal_width():
    x = np.geomspace(1e-3, 10, 9)
    axes, _, mesh = drawn(map_panel, x[::-1], [0.0, 1.0, 2.0], np.zeros((3, 9)))
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "linear")
    edges = mesh.get_coordinates()[0, :, 0]
    np.testing.assert_allclose(np.diff(np.log(edges)), np.log(10) / 2)
    np.testing.assert_allclose(np.sqrt(edges[1:] * edges[:-1]), x)


@pytest.mark.parametrize(
    ("values", "geometric"),
    [
        (np.linspace(0.01, 10, 20), False),
        (np.linspace(0, 1, 5), False),
        ([1, 2, 5, 10, 20, 50], True),
        ([0.1, 1, 10], True),
        ([1, 2, 4], False),
        ([1, 100], False),
        (-np.geomspace(1, 100, 5), False),
        ([3.0], False),
    ],
)
def test_which_axes_are_geometric(values, geometric):
    assert is_geometric(np.asarray(values, float)) is geometric


def test_a_single_value_has_a_cell_around_it():
    np.testing.assert_allclose(cell_edges(np.array([4.0])), [2, 6])
    np.testing.assert_allclose(cell_edges(np.array([0.0])), [-0.5, 0.5])


def test_phases_have_colours_that_close_at_pi():
    phases = np.array([[np.pi - 1e-9, -np.pi + 1e-9, 2 * np.pi, np.nan]])
    _, _, mesh = drawn(phase_map_panel, [0.0, 1, 2, 3], [0.0], phases)
    colours = mesh.to_rgba(mesh.get_array())[0]
    np.testing.assert_allclose(colours[0], colours[1], atol=0.02)
    assert np.abs(colours[0] - colours[2]).max() > 0.3
    assert mesh.get_clim() == pytest.approx((-np.pi, np.pi))
    np.testing.assert_allclose(mesh.get_array()[0, 2], 0, atol=1e-12)
