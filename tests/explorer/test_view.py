"""What is shown, checked; as a link, as Python, as TOML."""

import subprocess
import sys
import tomllib

import numpy as np
import pytest

import quantsync as qs
from quantsync.catalogue.models import Model
from quantsync.command_line.spec import read_spec
from quantsync.errors import InvalidArgumentError, NonFiniteError, QuantsyncError, UnknownNameError
from quantsync.explorer.view import Axis, View


@pytest.fixture
def view():
    return View.start(Model.of("spin_pair"))


def test_the_values_of_an_axis():
    np.testing.assert_allclose(Axis("a", -2, 2).values(5), [-2, -1, 0, 1, 2])
    np.testing.assert_allclose(Axis("a", 0.01, 100, "log").values(5), [0.01, 0.1, 1, 10, 100])
    assert Axis("n", 1, 4, whole=True).values(41).tolist() == [1, 2, 3, 4]
    steps = np.diff(Axis("n", 1, 200, whole=True).values(41))
    assert len(set(steps)) == 1
    assert len(steps) < 41


@pytest.mark.parametrize(
    ("ends", "scale", "text"),
    [
        ((1, 1), "linear", "must end above"),
        ((2, 1), "linear", "2 to 1"),
        ((0, 1), "log", "above 0"),
    ],
)
def test_axes_that_make_no_sense_are_refused(ends, scale, text):
    with pytest.raises(InvalidArgumentError, match=text):
        Axis("epsilon", *ends, scale)


def test_a_parameter_is_changed_by_text_and_the_default_needs_no_word(view):
    changed = view.with_parameter("gain_a", " 20 ")
    assert changed.fixed == {"gain_a": 20.0}
    assert view.fixed == {}
    assert changed.with_parameter("gain_a", "100").fixed == {}
    assert changed.with_parameter("gain_a", "−3").fixed == {"gain_a": -3.0}  # a printed minus


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ("abc", InvalidArgumentError),
        ("nan", NonFiniteError),
        ("1e999", NonFiniteError),
        ("__import__('os')", InvalidArgumentError),
        ("1" * 10_000, (InvalidArgumentError, NonFiniteError)),
        ([1], InvalidArgumentError),
        ({"a": 1}, InvalidArgumentError),
    ],
)
def test_what_is_no_number_is_named(view, value, error):
    with pytest.raises(error, match="gain_a"):
        view.with_parameter("gain_a", value)


def test_unknown_names_are_named(view):
    with pytest.raises(UnknownNameError, match="gain_a"):
        view.with_parameter("gain_aa", 1)
    with pytest.raises(UnknownNameError):
        view.with_axis("x", name="__class__")
    with pytest.raises(UnknownNameError, match="synchronization"):
        view.with_measures(["synchronisation"])
    with pytest.raises(InvalidArgumentError, match="one measure or 2"):
        view.with_measures([])
    with pytest.raises(InvalidArgumentError, match="one of 11, 21"):
        view.with_size("1000000")


def test_axes_change_and_change_places(view):
    x, y = view.x.name, view.y.name
    turned = view.with_axis("x", name=y)
    assert (turned.x.name, turned.y.name) == (y, x)
    other = view.with_axis("x", name="gain_a")
    assert other.x.name == "gain_a"
    assert other.x.scale == "log"
    assert view.with_axis("y", name="").y is None
    assert view.with_axis("y", name="").with_axis("y", name=y).y.name == y
    assert view.with_axis("x", first="-1", last="0.5").x.values(2).tolist() == [-1.0, 0.5]
    assert view.with_axis("x", first="0.5", scale="log").x.scale == "log"


def test_what_is_an_axis_is_fixed_no_more(view):
    view = view.with_parameter("gain_a", 20).with_axis("x", name="gain_a")
    assert "gain_a" not in view.sweep_fixed()
    assert view.at((3.0, 0.05)) == {"gain_a": 3.0, "epsilon": 0.05}


def test_a_link_restores_everything(view):
    view = view.with_parameter("gain_a", 20.5).with_parameter("spin", 0.5)
    view = view.with_axis("x", name="damping_b", first=0.1, last=20, scale="log")
    view = view.with_measures(["negativity", "observed_frequency"]).with_size("81")
    view = view.with_component("observed_frequency", 1)
    view = view.with_mark("a", (1.0, 0.025)).with_mark("b", (0.1, 0.1))
    again = View.start(Model.of("spin_pair")).from_query(view.query)
    assert again == view
    assert all(isinstance(text, str) for text in view.query.values())
    curve = view.with_axis("y", name="")
    assert View.start(Model.of("spin_pair")).from_query(curve.query) == curve


@pytest.mark.parametrize(
    "query",
    [
        {"p.gain_a": "[1]"},
        {"p.gain_a": '{"a": 1}'},
        {"p.nothing": "1"},
        {"x": "epsilon"},
        {"x": "epsilon,0,1,cubic"},
        {"x": "__class__,0,1,linear"},
        {"measure": "purity,negativity,gap"},
        {"measure": "os:system"},
        {"size": "-1"},
        {"mark.a": "1"},
        {"mark.a": "nan,1"},
    ],
)
def test_a_wrong_link_is_named(view, query):
    with pytest.raises(QuantsyncError):
        view.from_query(query)


@pytest.mark.parametrize("index", ["-1", "0.5", "first", "nan"])
def test_a_component_that_cannot_be_is_named(view, index):
    with pytest.raises(InvalidArgumentError, match="component"):
        view.with_component(view.measures[0], index)


def test_what_a_link_says_beside_is_left_alone(view):
    assert view.from_query({"token": "x", "bokeh-session-id": "1", "constructor": "1"}) == view


def test_the_program_runs_and_gives_the_map(view, tmp_path):
    view = view.with_parameter("gain_a", 20).with_axis("x", name="damping_b").with_size(11)
    program = view.python.replace("found.quantsync.plot()", "found.to_netcdf('map.nc')")
    subprocess.run([sys.executable, "-c", program], check=True, cwd=tmp_path)
    import xarray as xr

    found = xr.load_dataset(tmp_path / "map.nc")
    wanted = qs.sweep(
        "spin_pair", view.sweep_axes(11), list(view.measures), view.sweep_fixed(), progress=False
    )
    for name in view.measures:
        np.testing.assert_array_equal(found[name], wanted[name])


@pytest.mark.parametrize("model", ["spin_pair", "circuit_qed", "pseudo_boson_pair", "van_der_pol"])
def test_the_toml_is_one_that_the_command_takes(model, tmp_path):
    view = View.start(Model.of(model)).with_size(11)
    (tmp_path / "map.toml").write_text(view.toml)
    assert tomllib.loads(view.toml)["model"] == model
    spec = read_spec(tmp_path / "map.toml")
    for name, values in view.sweep_axes(11).items():
        np.testing.assert_array_equal(spec.plan.grid.axes[name], values)
    assert dict(spec.plan.fixed) == view.sweep_fixed()


def test_a_model_of_ones_own_whose_parameters_have_no_defaults():
    def laser(gain, loss):
        mode = qs.Space(A=qs.Fock(10))["A"]
        space = qs.Space(A=qs.Fock(10))
        return qs.Lindbladian(space, [], [(gain, mode.create), (loss, mode.destroy)])

    view = View.start(Model.of(laser))
    assert list(view.sweep_axes(5)) == ["loss", "gain"]
    assert view.sweep_fixed() == {}
    assert view.with_axis("y", name="").sweep_fixed() == {"loss": 0.5}
