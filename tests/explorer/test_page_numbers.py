"""The page without a browser: what is drawn and told is what `sweep` and `compute` say."""

import numpy as np
import pytest
from bokeh.events import Tap
from waiting import wait_until

import quantsync as qs
from quantsync.catalogue.models import Model
from quantsync.explorer.page import Page
from quantsync.explorer.view import Axis, View

# Axes of different lengths, none of them symmetric, so that no exchange of both goes unseen.
X, Y = Axis("detuning", -0.5, 2.0), Axis("epsilon", 0.01, 0.1)
X_VALUES, Y_VALUES = np.linspace(-0.5, 2.0, 11), np.linspace(0.01, 0.1, 11)


class Tab:
    """A page, and what it has told the browser that is not there."""

    def __init__(self, model="spin_pair", x=X, y=Y, measures=("synchronization",), **fixed):
        view = View(Model.of(model), x=x, y=y, measures=measures, size=11, fixed=fixed)
        self.page, self.told = Page(view, served=False), []
        self.page._send_msg = self.told.append
        self.number = 0
        self.send(do="hello")

    def send(self, **message):
        """Send a message, and wait for the last map of it or for its point."""
        self.number += 1
        self.page._handle_msg({**message, "id": self.number})
        if message["do"] in ("step", "compare"):
            self.wait("point")
        else:
            wait_until(lambda: any(one["final"] for one in self.all("map")))
            self.wait("point")

    def all(self, kind):
        return [m for m in self.told if m["kind"] == kind and m.get("id") == self.number]

    def wait(self, kind):
        wait_until(lambda: self.all(kind))

    def tap(self, x, y, **modifiers):
        self.told.clear()
        self.page._tapped(Tap(None, x=x, y=y, modifiers=modifiers or None))
        self.wait("point")

    def image(self, k=0):
        return self.page._figures[k].cells.data["image"][0]

    def cut(self, k, curve=0):
        return self.page._cuts[k].sources[curve].data

    @property
    def numbers(self):
        """The exact numbers of the marked points."""
        rows = self.all("point")[-1]["numbers"]
        return {row["name"]: [value["exact"] for value in row["values"]] for row in rows}


@pytest.fixture
def tab():
    made = []

    def start(*arguments, **options):
        made.append(Tab(*arguments, **options))
        return made[-1]

    yield start
    for one in made:
        one.page.end()
        # A thread that is in compiled code when Python ends aborts the process.
        for tasks in (one.page._maps, one.page._points):
            wait_until(lambda tasks=tasks: not tasks._working)


def swept(measure="synchronization", model="spin_pair", **axes):
    axes = axes or {"epsilon": Y_VALUES, "detuning": X_VALUES}
    return qs.sweep(model, axes, [measure])[measure].transpose(*axes).values


def same(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-14)


def test_rows_of_the_map_are_the_vertical_axis_and_begin_below(tab):
    page = tab()
    same(page.image(), swept())
    cells, figure = page.page._figures[0].cells.data, page.page._figures[0].figure
    assert cells["x"][0] == pytest.approx(-0.5 - 0.125)
    assert cells["dh"][0] == pytest.approx(0.09 + 0.009)
    assert figure.xaxis[0].axis_label == "detuning (damping_a)"
    assert figure.yaxis[0].axis_label == "epsilon (damping_a)"


def test_axes_that_change_places_turn_the_map(tab):
    page = tab()
    page.send(do="axis", which="x", name="epsilon")
    same(page.image(), swept().T)
    assert page.page._figures[0].figure.xaxis[0].axis_label == "epsilon (damping_a)"


def test_a_phase_has_the_sign_that_it_has(tab):
    page = tab(measures=("locked_phase", "synchronization"))
    expected = swept("locked_phase")
    assert np.abs(expected).min() < 0.1 < 1 < np.abs(expected).max()
    assert len(np.unique(np.sign(expected[np.abs(expected) > 0.1]))) == 2
    same(page.image(), expected)
    assert (page.page._figures[0].mapper.low, page.page._figures[0].mapper.high) == (-np.pi, np.pi)
    palette = page.page._figures[0].mapper.palette
    assert palette[0] == palette[-1]  # it closes at pi
    same(page.cut(1)["y"], expected[:, 5])


def test_a_click_takes_the_nearest_point_and_the_numbers_of_compute(tab):
    page = tab()
    rng = np.random.default_rng(20)
    for x, y in rng.uniform((-0.5, 0.01), (2.0, 0.1), (10, 2)):
        page.tap(x, y)
        i = np.abs(X_VALUES - x).argmin(), np.abs(Y_VALUES - y).argmin()
        place = {"detuning": float(X_VALUES[i[0]]), "epsilon": float(Y_VALUES[i[1]])}
        names = ("synchronization", "locked_phase", "negativity", "purity")
        expected = qs.compute("spin_pair", place, names)
        assert [float(page.numbers[n][0]) for n in names] == [expected[n] for n in names]
        # The cuts are the row and the column of the map that meet there.
        np.testing.assert_array_equal(page.cut(0)["y"], page.image()[i[1], :])
        np.testing.assert_array_equal(page.cut(1)["y"], page.image()[:, i[0]])
        np.testing.assert_array_equal(page.cut(0)["x"], X_VALUES)
        np.testing.assert_array_equal(page.cut(1)["x"], Y_VALUES)
        same(page.image()[i[1], i[0]], expected["synchronization"])


def test_a_click_with_shift_marks_the_point_to_compare_with(tab):
    page = tab()
    page.tap(0.5, 0.046)
    page.tap(-0.5, 0.1, shift=True, ctrl=False, alt=False)
    assert page.page._view.marks == {"a": (0.5, Y_VALUES[4]), "b": (-0.5, 0.1)}
    expected = [
        qs.compute("spin_pair", {"detuning": x, "epsilon": y}, "locked_phase")["locked_phase"]
        for x, y in page.page._view.marks.values()
    ]
    assert [float(text) for text in page.numbers["locked_phase"]] == expected
    page.tap(0.0, 0.01, shift=False, ctrl=False, alt=False)
    assert page.page._view.marks["b"] == (-0.5, 0.1)
    assert page.page._view.marks["a"][0] == 0.0


def test_arrow_keys_go_where_they_point(tab):
    page = tab()
    page.tap(0.5, 0.046)
    page.send(do="step", dx=1, dy=0)
    assert page.page._view.marks["a"] == (0.75, Y_VALUES[4])
    page.send(do="step", dx=0, dy=2)
    assert page.page._view.marks["a"] == (0.75, Y_VALUES[6])


def test_coarse_maps_are_points_of_the_fine_one(tab):
    page = tab()
    page.page._painter.seconds = {3: 0.05, 6: 9.0, 11: 9.0}  # only the coarsest is quick
    page.number += 1
    message = {"do": "parameter", "name": "gain_a", "value": 20.0, "moving": True}
    page.page._handle_msg({**message, "id": page.number})
    wait_until(lambda: page.image().shape == (3, 3))
    coarse = np.array(page.image())
    page.send(**{**message, "moving": False})
    same(coarse, page.image()[::5, ::5])


def fails_above(epsilon=0.1, detuning=0.0):
    """Two spins, without a state where both are large.

    Parameters
    ----------
    epsilon : float
        Coupling.
    detuning : float
        Detuning.
    """
    if epsilon > 0.07 and detuning > 1.5:
        raise ValueError("too large")
    return qs.models.spin_pair(epsilon=epsilon, detuning=detuning)


def test_crosses_stand_where_points_failed_and_these_have_no_number(tab):
    page = tab(fails_above)
    image, crosses = page.image(), page.page._figures[0].failures.data
    there = (Y_VALUES[:, None] > 0.07) & (X_VALUES > 1.5)
    np.testing.assert_array_equal(np.isnan(image), there)
    rows, columns = np.nonzero(there)
    np.testing.assert_array_equal(crosses["x"], X_VALUES[columns])
    np.testing.assert_array_equal(crosses["y"], Y_VALUES[rows])
    assert all("too large" in reason for reason in crosses["reason"])
    page.tap(2.0, 0.1)
    assert "too large" in page.all("point")[-1]["failure"]
    assert page.numbers == {}


def test_what_is_undefined_is_no_number(tab):
    page = tab(y=Axis("epsilon", 0.0, 0.1), measures=("locked_phase", "synchronization"))
    assert np.isnan(page.image()[0]).all()
    assert np.isfinite(page.image()[1:]).all()
    page.tap(0.5, 0.0)
    assert page.numbers["locked_phase"] == [""]


@pytest.mark.parametrize(("levels", "doubts"), [(4, True), (40, False)])
def test_a_cut_off_that_matters_is_told_of_the_map_and_of_the_point(tab, levels, doubts):
    axes = {"x": Axis("detuning", -1.0, 1.0), "y": Axis("drive", 0.0, 1.0)}
    page = tab("van_der_pol", **axes, levels=levels)
    assert ("cut-off" in page.all("map")[-1]["doubt"]) == doubts
    rows = {row["name"]: row["values"] for row in page.all("point")[-1]["certificates"]}
    assert rows["truncation"][0]["doubt"] == doubts
    assert not rows["residual"][0]["doubt"]
