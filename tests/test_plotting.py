"""What the figures share."""

import numpy as np
import pytest

from quantsync.plotting import (
    COLUMN,
    STYLE,
    added_label,
    band,
    cell_edges,
    colour_bar,
    is_geometric,
    key_above,
    map_panel,
    new_figure,
    panel_label,
    panel_labels,
    phase_map_panel,
    style,
)

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


@pytest.mark.parametrize(
    ("vmin", "vmax", "extend"),
    [
        (None, None, "neither"),
        (-3, 3, "neither"),
        (-2, 2, "neither"),
        (-2 + 1e-12, 2 - 1e-12, "neither"),  # rounding
        (0, None, "min"),
        (None, 1, "max"),
        (-1, 1, "both"),
    ],
)
def test_a_colour_bar_has_arrows_where_values_lie_beyond_its_colours(vmin, vmax, extend):
    values = np.array([[-2.0, np.nan], [0.5, 2.0]])
    axes = new_figure(3, 3).subplots()
    mesh = map_panel(axes, [0, 1], [0, 1], values, "f", vmin=vmin, vmax=vmax, over="black")
    assert mesh.colorbar.extend == extend
    image = axes.imshow(values, vmin=vmin, vmax=vmax)
    assert colour_bar(image, axes, "g", orientation="horizontal").extend == extend


def test_a_map_of_nothing_has_a_colour_bar_without_arrows():
    mesh = map_panel(new_figure(3, 3).subplots(), [0, 1], [0, 1], np.full((2, 2), np.nan), "f")
    assert mesh.colorbar.extend == "neither"


def test_phases_have_no_arrows():
    mesh = phase_map_panel(new_figure(3, 3).subplots(), [0, 1, 2], [0], [[np.pi, -np.pi, 7.0]], "f")
    assert mesh.colorbar.extend == "neither"


def test_added_panels_are_lettered_apart():
    ours, more, theirs, other = new_figure(7, 3).subplots(2, 2).flat
    added_label(ours, "i")
    added_label(more)
    panel_label(theirs, "a")
    assert [a.get_title(loc="left") for a in (ours, more, theirs)] == ["(i) added", "added", "(a)"]
    label, letter = ours._left_title, theirs._left_title
    assert (label.get_fontweight(), letter.get_fontweight()) == ("normal", "bold")
    assert label.get_color() != letter.get_color()
    panel_labels(other, theirs)
    assert [a.get_title(loc="left") for a in (other, theirs)] == ["(a)", "(b)"]


@pytest.mark.parametrize("period", [0.7, 1.0, 0.31])
def test_a_band_holds_the_curve_and_follows_its_envelope(period):
    x = np.linspace(0, 100, 10_001)
    envelope = np.exp(-x / 10) + np.exp(-((x - 70) ** 2) / 50)
    curve = envelope * np.cos(2 * np.pi * x / period)
    axes = new_figure(3, 3).subplots()
    path = band(axes, x, curve, 1.0, "black", "f").get_paths()[0].vertices
    low, high = path[1 : len(x) + 1, 1], path[len(x) + 2 : -1, 1][::-1]
    assert len(low) == len(high) == len(x)
    assert (low <= curve).all()
    assert (curve <= high).all()
    for edge in (-low, high):
        np.testing.assert_allclose(edge[100:-100], envelope[100:-100], atol=0.08)


def test_a_key_above_lies_over_nothing():
    figure = new_figure(3, 3)
    axes = figure.subplots()
    axes.plot([0, 1], label="f")
    key = key_above(axes, 1)
    figure.canvas.draw()
    assert key.get_window_extent().y0 >= axes.bbox.y1


def test_the_style_has_no_text_below_seven_points():
    sizes = {name: value for name, value in STYLE.items() if name.endswith("size")}
    assert len(sizes) >= 8
    assert min(sizes.values()) >= 7


@pytest.mark.parametrize(
    ("kind", "metadata"), [("svg", {"Date": None}), ("pdf", {"CreationDate": None})]
)
def test_vector_files_of_equal_figures_are_equal(tmp_path, kind, metadata):
    def write(name):
        with style():
            figure = new_figure(COLUMN, 2)
            figure.subplots().plot([0, 1], [1, 0], label="curve", clip_on=True)
            figure.savefig(tmp_path / name, format=kind, metadata=metadata)
        return (tmp_path / name).read_bytes()

    assert write("first") == write("second")
