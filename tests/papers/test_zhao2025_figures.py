"""Panels of the figures of Zhao et al. (2025), and what their captions say of the curves."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from quantsync import plotting
from quantsync.papers.registry import PAPERS
from quantsync.papers.zhao2025.ensemble_data import figure_3, figure_5, standard_error
from quantsync.papers.zhao2025.ensemble_drawing import _error_of_printed_ratio, _samples

FIGURES = PAPERS["zhao2025"].figures


def draw(name, data=None):
    figure = FIGURES[name]
    with plotting.style():
        return figure.draw(figure(False) if data is None else data)


def titles(canvas):
    """What stands at the left above the panels of a figure."""
    return [title for axes in canvas.axes if (title := axes.get_title(loc="left"))]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2", [f"({letter})" for letter in "abcdef"]),
        ("4", []),
        ("dynamics", ["(i) added", "(ii) added", "(iii) added"]),
        ("appendix_e", ["(i) added", "(ii) added", "(iii) added"]),
    ],
)
def test_panels_have_the_letters_of_print(name, expected):
    assert titles(draw(name)) == expected


def test_the_ensembles_say_how_many_samples_they_have():
    canvas = draw("3", figure_3())
    assert titles(canvas) == ["(a)", "(b)", "(c)", "(d)"]
    ratio = next(a for a in canvas.axes if a.get_title(loc="left") == "(c)")
    assert "1000 of the paper's $10^4$ samples" in ratio.get_legend().get_title().get_text()
    assert len(ratio.containers) == 2  # both ratios have bars of error
    assert titles(draw("5", figure_5())) == ["(a)", "(b)"]
    assert _samples(figure_5().isel(sample=np.zeros(10_000, int))) == "10000 samples"


def test_errors_of_ratios_are_those_of_resampling():
    shares = figure_3().interval_share
    rng = np.random.default_rng(5)
    drawn = rng.integers(shares.sizes["sample"], size=(400, shares.sizes["sample"]))
    means = np.array([shares.values[rows].mean(axis=0) for rows in drawn])
    for other, error in (
        (0, figure_3().kind_ratio_error),
        (2, _error_of_printed_ratio(shares)),
    ):
        spread = (means[..., 1] / (3 * means[..., other])).std(axis=0)
        assert_allclose(error, spread, rtol=0.15)


def test_the_caption_of_figure_3_says_where_the_samples_stand():
    data = figure_3()
    low = data.eta < 2e-5
    below = ((data.kind_ratio_limit - data.kind_ratio) / data.kind_ratio_error)[low]
    assert np.all((below > 0) & (below < 2))
    assert standard_error(data.interval_share).shape == data.interval_probability_error.shape


def test_late_oscillations_coincide():
    data = FIGURES["dynamics"](False)
    late = data.expectation.sel(time=slice(32, None))
    assert float((late.max("site") - late.min("site")).max()) < 1e-5
