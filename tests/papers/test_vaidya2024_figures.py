"""Panels of the figures of Vaidya et al. (2024), and what their captions say of the curves."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from quantsync import plotting
from quantsync.papers.registry import PAPERS
from quantsync.papers.vaidya2024.circuit_data import figure_10, figure_11, tables

FIGURES = PAPERS["vaidya2024"].figures


def titles(name, data=None):
    """What stands at the left above the panels of a figure."""
    figure = FIGURES[name]
    with plotting.style():
        canvas = figure.draw(figure(False) if data is None else data)
    return [title for axes in canvas.axes if (title := axes.get_title(loc="left"))]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("3", ["(a)", "(b) left", "(b) right"]),
        ("4", ["(a)", "(b)"]),
        ("5", ["(a)", "(c)", "(b) left", "(b) right"]),
        ("6", ["(a)", "(b)"]),
        ("7", ["(a)", "(b)"]),
        ("8", ["(a)", "(b)"]),
        ("9", ["(a)", "(b)"]),
        ("12", ["(i) added"]),
        ("14", []),
        ("15", []),
    ],
)
def test_panels_have_the_letters_of_print(name, expected):
    assert titles(name) == expected


def test_panels_of_the_circuit_have_the_letters_of_print():
    assert titles("10", figure_10()) == ["(a)", "(b)", "(i) added", "(ii) added"]
    assert titles("11", figure_11()) == ["(a)", "(b)"]
    assert titles("tables", tables()) == ["(i) added", "(ii) added"]


def test_what_the_caption_of_figure_12_says():
    data = FIGURES["12"](False)
    diagonal, block, optimised = (
        data.omega.sel(family=f).values for f in ("diagonal", "block diagonal", "optimised")
    )
    assert np.all((diagonal - block)[1:] > 0)
    assert_allclose(optimised, block, atol=1e-11)
    off = data.limit.values - block
    changes = data.coupling.values[1:][np.diff(np.sign(off)) != 0]
    assert_allclose(changes, [3.9], atol=0.1)


def test_curves_are_drawn_whole():
    for name, panel, height in (("5", "(a)", "response"), ("7", "(b)", "uncoupled_omega")):
        data = FIGURES[name](False)
        with plotting.style():
            canvas = FIGURES[name].draw(data)
        axes = next(a for a in canvas.axes if a.get_title(loc="left") == panel)
        assert axes.get_ylim()[1] > float(data[height].max())


def test_the_stars_of_figure_14_are_zero_crossings():
    data = FIGURES["14"](False)
    known = data.zero_crossing.notnull().sum("crossing")
    assert known.values.tolist() == [1, 1, 2]
    for tensor in data.tensor.values:
        moment = data.moment.sel(tensor=tensor)
        for at in data.zero_crossing.sel(tensor=tensor).dropna("crossing").values:
            near = moment.interp(coupling=[at - 0.02, at + 0.02]).values
            assert near[0] * near[1] < 0
