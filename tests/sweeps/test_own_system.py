"""Systems of a user's own go wherever a model is asked for: maps, stores, refinements, clusters.

The system is a classical oscillator, x'' + 2 damping x' + x = force cos(drive t). Its response
x = Re a exp(i drive t) solves (1 - drive^2 + 2i damping drive) a = force.
"""

from dataclasses import dataclass

import numpy as np
import pytest
import xarray as xr

import quantsync as qs
from quantsync.sweeps._certificates import certificates_of
from quantsync.sweeps.drawing import MapPictures
from quantsync.system import Measure, ParametricSystem, System, View, table_of

DRIVES, DAMPINGS = np.linspace(0.5, 1.5, 11), np.array([0.05, 0.1, 0.4])
AXES = {"damping": DAMPINGS, "drive": DRIVES}
solved = []  # sizes of the batches; a global list, which no fingerprint follows


def response(damping, drive, force=1.0):
    return force / (1 - drive**2 + 2j * damping * drive)


@dataclass
class Response:
    amplitude: np.ndarray
    residual: np.ndarray
    valid: np.ndarray


class UndampedError(qs.errors.QuantsyncError):
    def __init__(self, message, result):
        super().__init__(message)
        self.result = result


def lag_of(view):
    lag_of.calls += 1
    return -np.angle(view.solution.amplitude)


class Oscillators:
    """Every member of the protocol, by hand."""

    measures = table_of(
        Measure("height", "largest displacement", "m", lambda state: abs(state.amplitude)),
        Measure("lag", "phase behind the drive", "rad", lambda lag: lag, of=lag_of),
        Measure("lag_squared", "its square", "rad^2", lambda lag: lag**2, of=lag_of),
    )
    kind, method, members_per_chunk = "response", "linear equation", 4

    def __init__(self, damping, drive, force):
        self.arrays = [np.asarray(x, float) for x in (damping, drive, force)]
        self.shape = np.broadcast_shapes(*(x.shape for x in self.arrays))
        self.size = int(np.prod(self.shape))

    def broadcast_to(self, shape):
        return Oscillators(*(np.broadcast_to(x, shape) for x in self.arrays))

    def take(self, members):
        flat = [np.broadcast_to(x, self.shape).reshape(-1) for x in self.arrays]
        return Oscillators(*(x[np.asarray(members)] for x in flat))

    def groups(self):
        return [np.arange(self.size)]

    def solve(self, workers=None):
        solved.append(self.size)
        damping, drive, force = self.arrays
        stiffness = 1 - drive**2 + 2j * damping * drive
        valid = stiffness != 0
        amplitude = np.divide(force, stiffness, out=np.full(valid.shape, np.nan + 0j), where=valid)
        found = Response(amplitude, abs(stiffness * amplitude - force), valid)
        if not valid.all():
            raise UndampedError("An undamped oscillator at its resonance grows for ever.", found)
        return found


lag_of.calls = 0


def oscillator(damping=0.1, drive=1.0, force=1.0):
    """A driven, damped oscillator.

    Parameters
    ----------
    damping : float
        Damping rate (units of frequency).
    drive : float
        Frequency of the drive.
    force : float
        Its strength.
    """
    return Oscillators(damping, drive, force)


class Decay(ParametricSystem):
    """An oscillator that starts at 1, after some time: nothing but what differs."""

    method = "closed form"
    measures = table_of(Measure("left", "what is left", "1", lambda state: state.left()))

    def left(self):
        return np.exp(-self.parameters["rate"] * self.parameters["time"])


def decay(rate=1.0, time=1.0):
    return Decay({"rate": rate, "time": time})


def doubled(solution):
    return 2 * solution.amplitude


def test_both_classes_fulfil_the_protocol_and_so_does_the_lindbladian():
    for system in (oscillator(), decay(), qs.models.spin_pair(), qs.models.harmonic_chain()):
        assert isinstance(system, System)


def test_a_map_equals_the_closed_form_with_names_units_and_provenance():
    tongue = qs.sweep(oscillator, AXES, ["height", "lag", doubled], fixed={"force": 2.0})
    expected = response(DAMPINGS[:, None], DRIVES, 2.0)
    np.testing.assert_allclose(tongue.height, abs(expected), rtol=1e-14)
    np.testing.assert_allclose(tongue.lag, -np.angle(expected), rtol=1e-14)
    np.testing.assert_allclose(tongue.doubled, 2 * expected, rtol=1e-14)
    assert tongue.height.attrs == {"long_name": "largest displacement", "units": "m"}
    assert tongue.damping.attrs == {"long_name": "Damping rate.", "units": "frequency"}
    assert tongue.attrs["system"] == "Oscillators"
    assert tongue.attrs["method"] == "linear equation"
    assert 0 < tongue.attrs["largest_residual"] < 1e-14


def test_a_point_equals_that_of_the_map():
    point = qs.compute(oscillator, {"drive": 0.7}, ["height", "lag"])
    assert point["height"] == pytest.approx(abs(response(0.1, 0.7)), rel=1e-14)
    assert point["lag"] == pytest.approx(-np.angle(response(0.1, 0.7)), rel=1e-14)


def test_what_measures_share_is_computed_once_for_each_chunk():
    lag_of.calls = 0
    qs.sweep(oscillator, AXES, ["lag", "lag_squared"], workers=1)
    assert lag_of.calls == np.ceil(len(DRIVES) * len(DAMPINGS) / Oscillators.members_per_chunk)


def test_an_error_that_tells_which_systems_have_no_result_costs_these_alone(monkeypatch):
    sizes = []
    solve = Oscillators.solve

    def counted(self, workers=None):
        sizes.append(self.size)
        return solve(self, workers)

    monkeypatch.setattr(Oscillators, "solve", counted)
    axes = {"damping": [0.0], "drive": [0.9, 1.0, 1.1, 0.8]}
    with pytest.warns(qs.errors.SweepWarning, match="^1 of 4 points.*drive=1: Undamped.*for ever"):
        tongue = qs.sweep(oscillator, axes, "height", workers=1)
    assert tongue.failed.values.tolist() == [[False, True, False, False]]
    np.testing.assert_allclose(tongue.height[0, [0, 2, 3]], abs(response(0, DRIVES[[4, 6, 3]])))
    assert sizes == [4, 3, 1]


def test_an_error_of_other_systems_does_not_hit_the_wrong_ones():
    """What an error says of systems in another order is no more than a hint."""

    def turned(view):
        return abs(view.system.take(np.arange(view.system.size)[::-1]).solve().amplitude)[::-1]

    axes = {"damping": [0.0], "drive": [1.0, 0.9, 0.8]}
    about = ("turned", "height, taken the other way round", "m")
    measure = Measure(*about, lambda heights: heights, of=turned)
    with pytest.warns(qs.errors.SweepWarning, match="^1 of 3 points"):
        tongue = qs.sweep(oscillator, axes, [measure])
    assert tongue.failed.values.tolist() == [[True, False, False]]


def test_the_base_class_leaves_little_to_write():
    left = qs.sweep(decay, {"time": [0.0, 1.0, 2.0], "rate": [0.1, 0.2]}, "left")
    np.testing.assert_allclose(left.left, np.exp(-np.outer([0, 1, 2], [0.1, 0.2])), rtol=1e-15)
    assert left.attrs["largest_residual"] == 0
    batch = decay(rate=[[0.1], [0.2]], time=[0.0, 1.0, 2.0])
    assert batch.shape == (2, 3)
    assert batch.take([1, 5]).parameters["rate"].tolist() == [0.1, 0.2]
    assert batch.broadcast_to((4, 2, 3)).size == 24
    assert repr(batch) == "<Decay: 6 systems of shape (2, 3)>"
    with pytest.raises(qs.errors.BroadcastError, match="rate.*time"):
        decay(rate=[0.1, 0.2], time=[1, 2, 3])
    with pytest.raises(qs.errors.BroadcastError, match="'rate'"):
        batch.single("rate")


def test_solutions_that_are_states_have_the_measures_of_states():
    class Thermal(ParametricSystem):
        kind, method = "steady state", "closed form"

        def solve(self, workers=None):
            up = 1 / (1 + np.exp(self.flat("beta")))
            rho = np.zeros((self.size, 2, 2))
            rho[:, 0, 0], rho[:, 1, 1] = up, 1 - up
            return type("Found", (), {"rho": rho, "space": SPIN, "residual": np.zeros(self.size)})

    def thermal(beta=1.0):
        return Thermal({"beta": beta})

    SPIN = qs.Space(A=qs.Spin(1 / 2))
    found = qs.sweep(thermal, {"beta": [0.0, 1.0]}, ["purity", "synchronization"])
    up = 1 / (1 + np.e)
    np.testing.assert_allclose(found.purity, [0.5, up**2 + (1 - up) ** 2], rtol=1e-14)
    np.testing.assert_allclose(found.synchronization, 0, atol=1e-15)


@pytest.mark.parametrize(
    ("model", "measures", "message"),
    [
        (lambda x: x, "height", "must return a Lindbladian.*but returned float.$"),
        (
            lambda x: Half(),
            "height",
            "returned Half, which lacks broadcast_to, .*members_per_chunk",
        ),
        (oscillator, "hight", "Unknown measure 'hight'; did you mean 'height'"),
        (
            oscillator,
            "negativity",
            "belongs to every steady state.*own are height, lag, lag_squared",
        ),
        (lambda x: Silent({"x": x}), "y", r"Silent.solve\(\) returns must have a `residual`"),
    ],
)
def test_misuse_is_explained(model, measures, message):
    axes = {"drive": [1.0, 2.0]} if model is oscillator else {"x": [1.0, 2.0]}
    with pytest.raises(qs.errors.QuantsyncError, match=message):
        qs.sweep(model, axes, measures)


class Half:
    shape, size = (2,), 2

    def solve(self, workers=None):
        return self


class Silent(ParametricSystem):
    measures = table_of(Measure("y", "y", "1", lambda view: view.solution))

    def solve(self, workers=None):
        return self.flat("x")


def test_the_residual_is_the_largest_of_all_that_was_solved():
    def rough(view):
        return type("Found", (), {"residual": 0.5})

    view = View(oscillator(drive=[0.5, 0.6]))
    assert certificates_of(view) == {}
    view.once(rough)
    assert certificates_of(view) == {"residual": 0.5}
    assert view.solution.residual.shape == (2,)
    assert certificates_of(view) == {"residual": 0.5}


# Stores, refinements, clusters.


def test_a_store_keeps_it_and_goes_on_where_it_was_left(tmp_path, monkeypatch):
    measures = {"h": "height", "doubled": doubled}
    options = {"store": tmp_path / "map.zarr", "progress": False, "workers": 1}
    whole = qs.sweep(oscillator, AXES, measures, **options)
    xr.testing.assert_equal(whole, qs.sweep(oscillator, AXES, measures))
    further = {"damping": [*DAMPINGS, 0.2], "drive": DRIVES}
    solved.clear()
    qs.sweep(oscillator, AXES, measures, **options)
    assert solved == []
    extended = qs.sweep(oscillator, further, measures, **options)
    np.testing.assert_allclose(extended.h[-1], abs(response(0.2, DRIVES)), rtol=1e-14)
    opened = qs.open_sweep(options["store"])
    assert (opened.status == 1).all()
    xr.testing.assert_equal(opened.h, extended.h)
    monkeypatch.setattr(Oscillators, "solve", lambda self, workers=None: Response(1.0, 0.0, True))
    with pytest.raises(qs.errors.StoreMismatchError, match="source of model oscillator"):
        qs.sweep(oscillator, further, measures, **options)


def test_a_border_is_found_off_the_grid():
    """Where the height is 2: (1 - drive^2)^2 + (2 damping drive)^2 = 1/4."""
    found = qs.sweep(
        oscillator,
        {"damping": [0.1], "drive": np.linspace(0.1, 1, 7)},
        "height",
        refine=qs.Refine("height", level=2.0, tolerance=1e-3),
    )
    square = np.roots([1, 4 * 0.1**2 - 2, 0.75]).min()
    assert found.border_drive.values == pytest.approx([np.sqrt(square)], abs=1e-3)


@pytest.mark.clusters
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_a_cluster_computes_it(tmp_path):
    distributed = pytest.importorskip("distributed")
    here = qs.sweep(oscillator, AXES, ["height", "lag"])
    with distributed.LocalCluster(
        1, threads_per_worker=2, processes=False, dashboard_address=":0"
    ) as cluster:
        for store in (None, tmp_path / "map.zarr"):
            there = qs.sweep(
                oscillator,
                AXES,
                ["height", "lag"],
                scheduler=cluster,
                store=store,
                progress=False,
            )
            xr.testing.assert_identical(there, here)


def test_a_measure_tells_what_its_values_are_of_such_systems(tmp_path):
    measure = qs.Measure(
        "quanta",
        "mean number of quanta",
        "1",
        lambda state: qs.expectation(state, state.space["M"].number),
        attributes=lambda system: {"mode": system.space.names[0]},
    )

    def thermal(gain=0.1):
        space = qs.Space(M=qs.Fock(12))
        m = space["M"]
        return qs.Lindbladian(space, [], [(gain, m.create), (1.0, m.destroy)])

    axes = {"gain": [0.05, 0.1]}
    for store in (None, tmp_path / "store"):
        found = qs.sweep(thermal, axes, [measure, "purity"], store=store)
        assert found.quanta.attrs["mode"] == "M"
        assert found.quanta.attrs["long_name"] == "mean number of quanta"
        assert "mode" not in found.purity.attrs
    assert qs.open_sweep(tmp_path / "store").quanta.attrs["mode"] == "M"


def test_measures_per_site_have_an_axis_of_sites(tmp_path):
    def pair(detuning=0.0):
        space = qs.Space(left=qs.Spin(1 / 2), right=qs.Spin(1 / 2))
        a, b = space["left"], space["right"]
        exchange = a.plus @ b.minus + a.minus @ b.plus
        rates = [(1.0, a.minus), (0.4, a.plus), (1.0, b.minus), (0.2, b.plus)]
        return qs.Lindbladian(space, [(detuning / 2, a.z - b.z), (0.1, exchange)], rates)

    axes, names = {"detuning": [1.0, 2.0]}, ["observed_frequency", "linewidth"]
    found = qs.sweep(pair, axes, names)
    assert found.observed_frequency.dims == ("detuning", "site")
    left = found.observed_frequency.sel(site="left")
    assert (np.abs(left - found.detuning / 2) < 0.1).all()
    assert found.linewidth.sel(site="right").shape == (2,)
    store = tmp_path / "store"
    stored = qs.sweep(pair, axes, names, store=store, progress=False)
    for other in (stored, qs.open_sweep(store)):
        xr.testing.assert_allclose(other.linewidth, found.linewidth)
        assert list(other.site.values) == ["left", "right"]
    panels = MapPictures.of(found, ["linewidth"], {}).panels
    assert [panel.label for panel in panels] == ["linewidth left (rate)", "linewidth right (rate)"]
    alone = qs.sweep("driven_spin", {"detuning": [0.5]}, "observed_frequency")
    assert alone.observed_frequency.dims == ("detuning",)
