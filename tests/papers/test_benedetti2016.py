"""The figures of Benedetti et al. (2016) against reference numbers and a dense calculation."""

import math

import numpy as np
import pytest
from places import reference

from quantsync import plotting
from quantsync.errors import InvalidArgumentError
from quantsync.papers.benedetti2016 import data as its_data
from quantsync.papers.benedetti2016 import networks
from quantsync.papers.registry import PAPERS

REFERENCE = reference("benedetti2016")["references"]
FIGURES = {
    "fig1": its_data.figure_1,
    "fig2": its_data.figure_2,
    "fig3": its_data.figure_3,
    "fig4": its_data.figure_4,
    "fig5": its_data.figure_5,
    "fig6": its_data.figure_6,
    "fig2alt": lambda: its_data.figure_2(x1=0.14, x2=1.4),
    "fig4alt(sign=-1)": lambda: its_data.figure_4(angle=math.pi / 2),
}
SHOWN = [
    e
    for e in REFERENCE
    if e["figure"] != "static" and not any(word in e["id"] for word in ("<p", "x1 x2", "x2.t600"))
]
"""What the figures hold; momenta and correlations of x_1 and x_2 are tested elsewhere."""


@pytest.fixture(scope="module")
def figures():
    computed = {}

    def get(name):
        if name not in computed:
            computed[name] = FIGURES[name]()
        return computed[name]

    return get


def dense(figure, x, p=(0.0, 0.0)):
    """The probes' mean positions from the whole matrix, built by hand."""
    sites, at = 300, [0, figure.get("site", 1) - 1]
    V = np.diag(np.full(sites + 2, 0.4**2 + 2 * 1.2))
    chain = np.arange(2, sites + 1)
    V[chain, chain + 1] = V[chain + 1, chain] = -1.2
    direct = figure.get("direct", 0.0)
    V[:2, :2] = [[1 + direct, -direct], [-direct, figure["frequency"] ** 2 + direct]]
    for probe in (0, 1):
        V[probe, 2 + at[probe]] = V[2 + at[probe], probe] = figure["strength"]
    squares, modes = np.linalg.eigh(V)
    w = np.sqrt(squares)

    def means(times):
        phase = np.multiply.outer(w, times)
        start = modes[:2].T @ np.array(x, float), modes[:2].T @ np.array(p, float) / w
        return modes[:2] @ (np.cos(phase) * start[0][:, None] + np.sin(phase) * start[1][:, None])

    return means, (w, modes)


def pearson_of(means, start, delay=0.0, window=15.0):
    """C from many samples of one window."""
    middle = start + window * (np.arange(6000) + 0.5) / 6000
    return np.corrcoef(means(middle)[0], means(middle + delay)[1])[0, 1]


@pytest.mark.parametrize("entry", SHOWN, ids=[e["id"] for e in SHOWN])
def test_reference_numbers(figures, entry):
    name, *choice, quantity, time = entry["id"].replace("K0.", "K0_").split(".")
    data = figures(name).sel(time=float(time[1:]))
    if name.startswith("fig2"):
        data = data.sel(strength=float(choice[0][1:].replace("_", ".")))
    elif name == "fig3":
        data = data.sel(start={"sym": "symmetric", "asym": "asymmetric"}[choice[0]])
    elif name == "fig6":
        data = data.sel(site=int(choice[0][1:]))
    expected = float(entry["value"])
    if name == "fig1" and quantity == "x1":
        theta = float(next(e["value"] for e in REFERENCE if e["id"] == "theta.fig1"))
        found = math.cos(theta) * data.q[0] - math.sin(theta) * data.q[1]
    elif quantity == "2nutilde":
        found, expected = data.negativity, max(0.0, -math.log(expected))
    else:
        found = {
            "q1": lambda: data.q[0],
            "x1": lambda: data.x[0],
            "C": lambda: data.C,
            "C2": lambda: data.C,
            "E": lambda: data.negativity,
            "MI": lambda: data.mutual_information,
            "<x1^2>": lambda: data.variance[0],
            "<x2^2>": lambda: data.variance[1],
        }[quantity]()
    assert float(found) == pytest.approx(expected, rel=1e-9, abs=1e-8 if "C" in quantity else 1e-11)


def test_most_reference_numbers_are_shown():
    assert len(SHOWN) > 70
    assert {e["id"].split(".")[0] for e in SHOWN} == set(FIGURES)


@pytest.mark.parametrize("time", [40.0, 300.0, 700.0, 1310.0])
def test_figure_1_is_the_dense_calculation(figures, time):
    means, _ = dense(networks.FIGURE_1, (0.14, 1.4))
    assert float(figures("fig1").C.sel(time=time)) == pytest.approx(
        pearson_of(means, time), abs=1e-5
    )


def test_figure_3_has_the_delay_on_the_second_probe(figures):
    means, _ = dense(networks.FIGURE_3, (2, 2), (0, 10))
    data = figures("fig3").sel(start="asymmetric")
    for time in (360.0, 450.0, 569.0):
        expected = pearson_of(means, time, -1.5)
        assert float(data.C_delayed.sel(time=time)) == pytest.approx(expected, abs=1e-5)
        assert float(data.C.sel(time=time)) == pytest.approx(pearson_of(means, time), abs=1e-5)
        assert abs(expected - pearson_of(means, time, 1.5)) > 0.5


@pytest.mark.parametrize("site", [1, 77, 300])
def test_figure_6_is_the_dense_calculation(figures, site):
    means, _ = dense(networks.FIGURE_6 | {"site": site}, (0.14, 1.4))
    for time in (100.0, 400.0, 950.0):
        found = float(figures("fig6").C.sel(site=site, time=time))
        assert found == pytest.approx(pearson_of(means, time), abs=1e-5)


def test_the_light_cone_leaves_out_what_has_been_reached(figures):
    data = figures("fig6")
    cone = its_data.untouched(data, 0.0)
    v = 0.9135528725660044
    for site, time in ((150, 140.0), (150, 160.0), (280, 20.0), (280, 40.0)):
        touched = min(site - 1, 2 * (301 - site)) <= v * (time + 15)
        assert bool(cone.sel(site=site, time=time)) is not touched


@pytest.mark.parametrize(
    ("name", "figure"), [("fig4", networks.FIGURE_4), ("fig5", networks.FIGURE_5)]
)
def test_correlations_are_those_of_the_whole_covariance_matrix(figures, name, figure):
    _, (w, modes) = dense(figure, (0, 0))
    chain = modes[2:] * w**2 @ modes[2:].T
    squares, own = np.linalg.eigh(chain)
    x, p = np.zeros((302, 302)), np.zeros((302, 302))
    x[2:, 2:], p[2:, 2:] = own / np.sqrt(squares) @ own.T / 2, own * np.sqrt(squares) @ own.T / 2
    bare = np.array([1.0, figure["frequency"]])
    x[[0, 1], [0, 1]], p[[0, 1], [0, 1]] = np.exp(4) / (2 * bare), bare * np.exp(-4) / 2
    data = figures(name)
    for time in (8.0, 345.0, 720.0):
        cos = modes[:2] * np.cos(w * time) @ modes.T
        sin, back = (modes[:2] * (np.sin(w * time) * f) @ modes.T for f in (1 / w, -w))
        rows = np.stack([np.hstack([cos, sin]), np.hstack([back, cos])], axis=1).reshape(4, -1)
        sigma = rows @ np.block([[x, 0 * x], [0 * x, p]]) @ rows.T
        flip, form = np.diag([1, 1, 1, -1]), np.kron(np.eye(2), [[0, 1], [-1, 0]])
        nu = np.abs(np.linalg.eigvals(form @ flip @ sigma @ flip)).min()
        now = data.sel(time=time)
        np.testing.assert_allclose(now.variance, sigma[[0, 2], [0, 2]], rtol=1e-9)
        assert float(now.negativity) == pytest.approx(max(0.0, -math.log(2 * nu)), abs=1e-9)


def test_full_resolution_is_finer_and_agrees(figures):
    full = its_data.figure_1(full=True)
    both = np.intersect1d(full.time.values.round(6), figures("fig1").time.values)
    assert full.sizes["time"] > 2 * figures("fig1").sizes["time"]
    coarse = figures("fig1").sel(time=both)
    np.testing.assert_allclose(
        full.sel(time=both, method="nearest").C.values, coarse.C.values, atol=1e-9
    )


def test_options_reach_the_figures(figures):
    short = its_data.figure_2(window=10.0, x1=1.4, x2=-1.4)
    assert short.attrs["window"] == 10.0
    means, _ = dense(networks.FIGURE_2, (1.4, -1.4))
    assert float(short.C.sel(strength=0.8, time=500.0)) == pytest.approx(
        pearson_of(means, 500.0, window=10.0), abs=1e-5
    )
    later = its_data.figure_3(delay=0.0)
    np.testing.assert_array_equal(later.C, later.C_delayed)
    for figure in (its_data.figure_1, its_data.figure_4, its_data.figure_6):
        for window in (0.0, math.nan):
            with pytest.raises(InvalidArgumentError, match="`window`"):
                figure(window=window)


def test_every_option_is_an_argument(figures):
    for name, figure in PAPERS["benedetti2016"].figures.items():
        attrs = figures(f"fig{name}").attrs
        assert {k: attrs[k] for k in figure.options} == dict(figure.options)


@pytest.mark.parametrize("name", list(PAPERS["benedetti2016"].figures))
def test_every_figure_can_be_drawn(figures, name, tmp_path):
    with plotting.style():
        canvas = PAPERS["benedetti2016"].figures[name].draw(figures(f"fig{name}"))
        canvas.savefig(tmp_path / "figure.png")
    assert (tmp_path / "figure.png").stat().st_size > 10_000
    for axes in canvas.axes:
        assert axes.lines or axes.collections
        assert axes.get_ylabel() or axes.get_xlabel() or axes.get_title(loc="center")


@pytest.mark.parametrize(
    ("name", "letters"), [("3", "abc"), ("4", "abc"), ("1", ""), ("2", ""), ("5", ""), ("6", "")]
)
def test_letters_are_those_of_the_paper(figures, name, letters):
    with plotting.style():
        canvas = PAPERS["benedetti2016"].figures[name].draw(figures(f"fig{name}"))
    found = [axes.get_title(loc="left") for axes in canvas.axes]
    assert [title for title in found if title] == [f"({letter})" for letter in letters]


def test_columns_of_figure_6_are_whole_pixels(figures):
    with plotting.style():
        canvas = PAPERS["benedetti2016"].figures["6"].draw(figures("fig6"))
        canvas.set_dpi(plotting.STYLE["savefig.dpi"])
        canvas.canvas.draw()
    (mesh,) = (c for c in canvas.axes[0].collections if hasattr(c, "get_coordinates"))
    corners = canvas.axes[0].transData.transform(mesh.get_coordinates().reshape(-1, 2))
    x = np.unique(corners[:, 0].round(3))
    np.testing.assert_allclose(np.diff(x), 4)
    np.testing.assert_allclose(x, x.round())


def test_variables_have_names_and_units(figures):
    for name in ("fig1", "fig2", "fig3", "fig4", "fig5", "fig6"):
        for variable in figures(name).data_vars.values():
            assert {"long_name", "units"} <= set(variable.attrs)
        assert figures(name).time.attrs["units"] == "1/omega_1"
