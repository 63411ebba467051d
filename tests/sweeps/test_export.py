"""Pictures of maps; that stores are exported whole is tested with the command line."""

import re

import numpy as np
import pytest
import xarray as xr
from matplotlib.image import imread

import quantsync as qs
from quantsync.sweeps.export import draw_dataset


@pytest.fixture
def dataset():
    """A map over three axes with a number, a phase and many components."""
    axes = {"damping": [50.0, 100.0], "epsilon": [0.3, 0.1, 0.2], "detuning": [-1.0, 0.0, 1.0, 2.0]}
    shape = tuple(map(len, axes.values()))
    height = np.arange(24.0).reshape(shape)
    return xr.Dataset(
        {
            "height": (tuple(axes), height),
            "phase": (tuple(axes), height, {"units": "rad"}),
            "many": ((*axes, "k"), height[..., None] + np.arange(15)),
            "status": (tuple(axes), np.ones(shape, np.uint8)),
        },
        coords={n: (n, v, {"units": "rate"} if n == "damping" else {}) for n, v in axes.items()},
    )


def panels_of(monkeypatch):
    """What is drawn, as the figures are made."""
    figures = []
    make = qs.plotting.new_figure

    def remembered(*size):
        figures.append(make(*size))
        return figures[-1]

    monkeypatch.setattr("quantsync.plotting.new_figure", remembered)
    return figures


def test_a_cut_says_where_it_is(dataset, tmp_path, monkeypatch):
    figures = panels_of(monkeypatch)
    assert draw_dataset(dataset, tmp_path / "a.png", ["height"], {"damping": 100.0}) == []
    assert figures[0].get_suptitle() == "damping = 100 (rate)"
    (mesh,) = figures[0].axes[0].collections
    np.testing.assert_array_equal(mesh.get_array(), dataset.height.values[1][[1, 2, 0]])
    assert imread(tmp_path / "a.png").size


@pytest.mark.parametrize("value", [70.0, 75.0, -1e9, 1e9, 51.0])
def test_a_cut_at_another_value_than_the_axis_has_is_refused(dataset, tmp_path, value):
    words = f"no value {value:g}; it has 50.0, 100.0 nearest to it"
    with pytest.raises(qs.errors.InvalidArgumentError, match=re.escape(words)):
        draw_dataset(dataset, tmp_path / "a.png", [], {"damping": value})
    assert list(tmp_path.iterdir()) == []


def test_a_cut_takes_a_value_whose_last_digits_are_not_written(dataset, tmp_path, monkeypatch):
    figures = panels_of(monkeypatch)
    finer = dataset.assign_coords(damping=[np.sqrt(10), 10.0])
    draw_dataset(finer, tmp_path / "a.png", ["height"], {"damping": 3.162})
    assert figures[0].get_suptitle() == "damping = 3.16228"


def test_phases_are_drawn_on_a_circle(dataset, tmp_path, monkeypatch):
    figures = panels_of(monkeypatch)
    draw_dataset(dataset, tmp_path / "a.png", ["phase"], {"damping": 50.0})
    (mesh,) = figures[0].axes[0].collections
    assert mesh.get_cmap().name == "twilight"
    draw_dataset(dataset, tmp_path / "a.png", ["phase"], {"damping": 50.0, "detuning": 0.0})
    (line,) = figures[1].axes[0].lines
    np.testing.assert_allclose(line.get_xdata(), [0.1, 0.2, 0.3])
    np.testing.assert_allclose(line.get_ydata(), np.angle(np.exp(1j * np.array([5.0, 9.0, 1.0]))))
    assert line.get_linestyle() == "None"


def test_what_has_no_room_is_named(dataset, tmp_path):
    left_out = draw_dataset(dataset, tmp_path / "a.png", ["many"], {"damping": 50.0})
    assert left_out == ["many 12", "many 13", "many 14"]


def test_an_axis_that_holds_a_value_twice_cannot_be_drawn(dataset, tmp_path):
    twice = dataset.assign_coords(epsilon=[0.3, 0.1, 0.3])
    with pytest.raises(qs.errors.InvalidArgumentError, match=r"`epsilon` .* holds 0.3 2 times"):
        draw_dataset(twice, tmp_path / "a.png", ["height"], {"damping": 50.0})
