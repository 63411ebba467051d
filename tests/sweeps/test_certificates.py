"""What a map says of all solutions behind it: the worst of each certificate, or why it has none."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

import quantsync as qs
from quantsync.system import Measure, ParametricSystem, table_of

RATES = [1.0, 1e-6, 1e-10, 1e-12]
pytestmark = pytest.mark.filterwarnings("ignore::quantsync.errors.TruncationWarning")
NAMES = ("largest_residual", "smallest_reciprocal_condition", "largest_truncation")


def two_speeds(r=1.0, energy=0.0):
    """Two spins that relax by themselves; rates far apart leave few digits of the slower one."""
    space = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2))
    a, b = space["A"], space["B"]
    r = np.asarray(r, float)
    return qs.Lindbladian(
        space, [(energy, a.z)], [(1.0, a.minus), (0.5, a.plus), (3 * r, b.minus), (r, b.plus)]
    )


def excited(steady):
    return qs.partial_trace(steady.rho, steady.space, "B")[..., 0, 0].real


def certificates(dataset):
    return {name: dataset.attrs[name] for name in NAMES if name in dataset.attrs}


@pytest.mark.parametrize("members", [1, 3])
@pytest.mark.parametrize("workers", [1, 2])
def test_the_smallest_reciprocal_condition_is_that_of_the_worst_point(
    monkeypatch, members, workers
):
    steady = qs.steady_state(two_speeds(np.array(RATES)))
    monkeypatch.setattr(qs.Lindbladian, "members_per_chunk", members)
    found = qs.sweep(two_speeds, {"r": RATES}, excited, workers=workers)
    worst = found.attrs["smallest_reciprocal_condition"]
    assert worst == pytest.approx(steady.reciprocal_condition.min(), rel=1e-6)
    assert worst < 1e-5
    # The population is 1/4 whatever r: its error is what the condition allows for.
    error = np.abs(found.excited.values - 0.25).max()
    assert error <= 10 * np.finfo(float).eps / worst
    assert found.attrs["largest_residual"] < 1e-15
    well = qs.sweep(two_speeds, {"r": [1.0, 0.5]}, excited)
    assert well.attrs["smallest_reciprocal_condition"] > 1e-3


@pytest.mark.parametrize("chunk", [1, 3])
def test_a_store_keeps_them_through_stops_and_extensions(tmp_path, chunk):
    options = {"store": qs.Store(tmp_path / "map.zarr", chunk=chunk), "progress": False}
    memory = qs.sweep(two_speeds, {"r": RATES}, excited)
    first = qs.sweep(two_speeds, {"r": RATES}, excited, **options)
    assert certificates(first) == pytest.approx(certificates(memory), rel=1e-6, abs=1e-15)
    again = qs.sweep(two_speeds, {"r": RATES}, excited, **options)
    assert certificates(again) == certificates(first)
    longer = qs.sweep(two_speeds, {"r": [*RATES, 2.0]}, excited, **options)
    name = "smallest_reciprocal_condition"
    assert longer.attrs[name] == first.attrs[name]
    opened = qs.open_sweep(tmp_path / "map.zarr")
    assert certificates(opened) == certificates(longer)
    with xr.open_zarr(tmp_path / "map.zarr") as plain:
        assert plain.attrs[name] == longer.attrs[name]


def test_what_a_study_solves_for_itself_counts():
    axes = {"coupling": [0.5, 1.0], "drive": [0.0, 0.1]}
    found = qs.sweep("driven_pair", axes, ["omega"])
    assert 0 < found.attrs["smallest_reciprocal_condition"] < 1
    assert 0 < found.attrs["largest_residual"] < 1e-14


def test_gaussian_networks_have_a_residual_and_nothing_else():
    found = qs.sweep("harmonic_chain", {"coupling": [0.1, 0.2]}, "x1_variance")
    assert set(certificates(found)) == {"largest_residual"}
    assert "unknown_certificates" not in found.attrs


@dataclass
class Solution:
    residual: np.ndarray
    reciprocal_condition: object = None
    truncation: object = None
    valid: np.ndarray = field(default_factory=lambda: np.True_)

    def value(self):
        return np.ones(len(self.residual))


class Certified(ParametricSystem):
    """Solutions whose certificates are what the test says."""

    members_per_chunk = 2
    measures = table_of(Measure("one", "one", "1", lambda state: state.value()))

    def solve(self, workers=None):
        x = self.flat("x")
        return Solution(x, 1 / x, SimpleNamespace(estimate=x / 10))


class Unknown(Certified):
    def solve(self, workers=None):
        x = self.flat("x")
        # In the second of two chunks there is none.
        return Solution(np.where(x == 3, np.nan, x), None if x[0] > 2 else 1 / x)


class Masked(Certified):
    def solve(self, workers=None):
        x, bad = self.flat("x"), self.flat("x") > 2
        return Solution(np.where(bad, np.nan, x), np.where(bad, 0, 1 / x), valid=~bad)


def test_each_certificate_has_its_own_worst():
    found = qs.sweep(lambda x: Certified({"x": x}), {"x": [1.0, 4.0, 2.0]}, "one")
    assert certificates(found) == dict(zip(NAMES, (4.0, 0.25, 0.4), strict=True))


class Edge(ParametricSystem):
    """What is asked for along its border, at x = 0.3, is badly conditioned there."""

    measures = table_of(Measure("x", "x", "1", lambda state, system: system.flat("y")))

    def solve(self, workers=None):
        return self

    @property
    def reciprocal_condition(self):
        return np.abs(self.flat("y") - 0.3)


@pytest.mark.parametrize("stored", [False, True])
def test_points_off_the_grid_count_too(tmp_path, stored):
    def model(y):
        return Edge({"y": y})

    options = {"store": tmp_path / "map.zarr", "progress": False} if stored else {}
    refine = qs.Refine("x", level=0.3, tolerance=0.01)
    measures = {"x": "x", "again": lambda edge: edge.flat("y")}
    found = qs.sweep(model, {"y": [0.0, 1.0]}, measures, refine=refine, **options)
    name = "smallest_reciprocal_condition"
    assert found.attrs[name] == np.abs(found.refined_x - 0.3).min() < 0.01
    if stored:
        assert qs.open_sweep(tmp_path / "map.zarr").attrs == found.attrs
        with xr.open_zarr(tmp_path / "map.zarr") as plain:
            assert plain.attrs[name] == found.attrs[name]


def test_one_that_is_not_known_somewhere_is_not_told_and_says_why(tmp_path):
    def model(x):
        return Unknown({"x": x})

    axes, path = {"x": [1.0, 2.0, 3.0, 4.0]}, tmp_path / "map.zarr"
    for found in (
        qs.sweep(model, axes, "one"),
        qs.sweep(model, axes, "one", store=qs.Store(path, chunk=1), progress=False),
        qs.open_sweep(path),
    ):
        assert certificates(found) == {}
        assert found.attrs["unknown_certificates"] == (
            "largest_residual: a solver gives one that is not a number; "
            "smallest_reciprocal_condition: a solver gives none; "
            "largest_truncation: a solver gives none"
        )


def test_systems_without_a_solution_have_no_certificate():
    found = qs.sweep(lambda x: Masked({"x": x}), {"x": [1.0, 2.0, 3.0]}, "one")
    assert certificates(found) == {"largest_residual": 2.0, "smallest_reciprocal_condition": 0.5}


def test_where_nothing_was_solved_there_is_no_reassuring_number():
    with pytest.warns(qs.errors.SweepWarning, match="2 of 2 points"):
        found = qs.sweep("spin_pair", {"detuning": [0, 1]}, "purity", {"epsilon": 0, "gain_a": 0})
    assert certificates(found) == {}
    assert found.attrs["unknown_certificates"] == "largest_residual: nothing was solved"


def test_an_infinite_one_survives_a_store(tmp_path):
    def model(x):
        return Certified({"x": np.asarray(x) * np.inf})

    options = {"store": tmp_path / "map.zarr", "progress": False}
    found = qs.sweep(model, {"x": [1.0, 2.0]}, "one", **options)
    assert found.attrs["largest_residual"] == np.inf
    assert qs.open_sweep(tmp_path / "map.zarr").attrs["largest_residual"] == np.inf
    assert "Infinity" not in (tmp_path / "map.zarr" / "zarr.json").read_text(encoding="utf-8")


def test_a_map_of_signals_says_that_the_cut_off_is_not_known():
    def model(loss=1.0, finite=False):
        space = qs.Space(A=qs.Fock(6, finite=bool(np.all(finite))))
        system = qs.Lindbladian(space, [], [(loss, space["A"].destroy)])
        start = np.diag([0, 1.0, 0, 0, 0, 0])
        return system, start, [0.0, 1.0], {"observables": {"n": space["A"].number}}

    def left(path):
        return path.expectation["n"][:, -1]

    found = qs.sweep(model, {"loss": [0.5, 1.0]}, left)
    np.testing.assert_allclose(found.left, np.exp([-0.5, -1.0]), rtol=1e-12)
    unknown = "largest_truncation: only expectation values were kept"
    assert found.attrs["unknown_certificates"] == unknown
    assert found.attrs["largest_error"] < 1e-14
    ends = qs.sweep(model, {"loss": [0.5, 1.0]}, left, {"finite": True})
    assert "unknown_certificates" not in ends.attrs
