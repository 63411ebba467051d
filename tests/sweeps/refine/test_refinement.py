"""Refined sweeps: the border is where it is known to be, and a kill changes nothing."""

import csv
import itertools
import math
import os
import re
import signal
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import xarray as xr
from places import ROOT
from scipy.optimize import brentq
from scipy.spatial import Delaunay
from typer.testing import CliRunner
from waiting import PATIENT, wait_until

import quantsync as qs
from quantsync.command_line import sweep as cli_sweep
from quantsync.sweeps.refine._border import Border
from quantsync.sweeps.refine._scales import AxisScale
from quantsync.sweeps.refine.border_learner import BorderLearner
from quantsync.sweeps.store import _refined, files

PAIR = {"epsilon": np.linspace(0, 0.1, 11), "detuning": np.linspace(-2, 2, 11)}
QUIET = {"progress": False}
asked = []  # every point that is computed; a global, which no fingerprint follows
broken = []


def flat(x=0.0, y=0.0, z=0.0):
    """A model of three parameters whose first term's coefficients tell them."""
    space = qs.Space(A=qs.Spin(0.5))
    a = space["A"]
    x, y, z = np.broadcast_arrays(*(np.asarray(v, float) for v in (x, y, z)))
    hamiltonian = [(x, a.x), (y, a.y), (z, a.z)]
    return qs.Lindbladian(space, hamiltonian=hamiltonian, dissipators=[(1.0, a.minus)])


def inverse(rho):
    """The parameters of `flat` from its steady state: 2<s> solves the Bloch equations."""
    sx, sy = (rho[:, 0, 1] + rho[:, 1, 0]).real, (1j * (rho[:, 0, 1] - rho[:, 1, 0])).real
    sz = (rho[:, 0, 0] - rho[:, 1, 1]).real
    return sx, sy, sz


def excited(steady):
    """Without z the population of the upper level is r^2/(1 + 2 r^2), r^2 = x^2 + y^2."""
    asked.extend(range(len(steady.rho)))
    return steady.rho[:, 0, 0].real


def population(square):
    return square / (1 + 2 * square)


def circle(radius=0.6, n=9, store=None, workers=None, **asked_for):
    axes = {"x": np.linspace(-1, 1, n), "y": np.linspace(-1, 1, n)}
    refine = qs.Refine("p", **{"level": population(radius**2)} | asked_for)
    options = {"store": store, "workers": workers} | QUIET
    return qs.sweep(flat, axes, {"p": excited}, refine=refine, **options)


def sizes(dataset, name="p"):
    """Sizes of the crossed simplices of another triangulation of the same points, by axis."""
    names = [n for n in dataset.sizes if n in dataset.coords and dataset.sizes[n] > 1]
    mesh = np.meshgrid(*(dataset[n].values for n in names), indexing="ij")
    points = np.stack([m.reshape(-1) for m in mesh], -1)
    points = np.concatenate([points, np.stack([dataset[f"refined_{n}"] for n in names], -1)])
    values = np.concatenate([dataset[name].values.reshape(-1), dataset[f"refined_{name}"].values])
    low, high = points.min(0), points.max(0)
    logs = dataset.refined_logarithmic.split(", ")
    for k, n in enumerate(names):
        if n in logs:
            points[:, k] = np.log(points[:, k] / low[k]) / np.log(high[k] / low[k])
        else:
            points[:, k] = (points[:, k] - low[k]) / (high[k] - low[k])
    points, values = points[np.isfinite(values)], values[np.isfinite(values)]
    if len(names) == 1:
        order = np.argsort(points[:, 0])
        simplices = np.stack([order[:-1], order[1:]], 1)
    else:
        simplices = Delaunay(points).simplices
    above = values[simplices] > dataset.refined_level
    corners = points[simplices[above.any(1) & ~above.all(1)]]
    return np.ptp(corners, axis=1)


def bytes_of(path):
    return {
        str(f.relative_to(path)): f.read_bytes()
        for f in sorted(path.rglob("*"))
        if f.is_file() and f.name != "lock"
    }


@pytest.fixture(autouse=True)
def counter():
    asked.clear()
    broken.clear()


# The border ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("tolerance", [0.05, 0.01])
def test_a_circle_is_found_to_the_tolerance(tolerance):
    found = circle(tolerance=tolerance)
    assert found.p.shape == (9, 9)
    assert found.refined_p.dims == ("refined",)
    np.testing.assert_allclose(
        found.refined_p, population(found.refined_x**2 + found.refined_y**2), atol=1e-12
    )
    off = abs(np.hypot(found.border_x, found.border_y) - 0.6)
    assert (off <= 2 * math.sqrt(2) * found.border_uncertainty).all()
    assert found.border_uncertainty.max() <= tolerance
    assert off.max() < tolerance / 4  # interpolation is better than its bound
    angles = np.sort(np.arctan2(found.border_y, found.border_x))
    gaps = np.diff([*angles, angles[0] + 2 * np.pi])
    assert gaps.max() * 0.6 < 2 * 2 * tolerance
    assert 0 < found.refined_reached <= tolerance
    assert sizes(found).max() == found.refined_reached
    assert found.sizes["refined"] == found.refined_points == len(asked) - 81
    assert found.refined_points < found.refined_full_grid / (2 if tolerance > 0.02 else 14)
    assert found.refined_full_grid == (1 / tolerance + 1) ** 2
    assert found.border_x.attrs == found.x.attrs


def test_the_other_sign_has_the_same_border():
    def dark(steady):
        return -steady.rho[:, 0, 0].real

    axes = {"x": np.linspace(-1, 1, 9), "y": np.linspace(-1, 1, 9)}
    level = -population(0.36)
    found = qs.sweep(flat, axes, {"p": dark}, refine=qs.Refine("p", level=level, tolerance=0.05))
    np.testing.assert_allclose(np.hypot(found.border_x, found.border_y), 0.6, atol=0.02)


def test_one_axis_is_bisected():
    axes = {"x": np.linspace(-1, 1, 9)}
    found = qs.sweep(
        flat, axes, {"p": excited}, refine=qs.Refine("p", level=population(0.36), tolerance=1e-7)
    )
    np.testing.assert_allclose(found.border_x, [-0.6, 0.6], atol=1e-7)
    assert found.refined_points == 2 * 21  # each halves 1/8 until it is at most 1e-7
    assert sizes(found).max() <= 1e-7
    # An axis of one value is held.
    held = qs.sweep(
        flat, axes | {"y": [0.3]}, {"p": excited}, refine=qs.Refine("p", level=population(0.36))
    )
    np.testing.assert_allclose(held.border_x, [-math.sqrt(0.27), math.sqrt(0.27)], atol=0.005)
    assert (held.border_y == 0.3).all()
    assert (held.refined_y == 0.3).all()


def test_three_axes():
    # With z, Bloch's equations give r^2/(1 + 2 r^2 + 4 z^2) for the upper level.
    axes = {name: np.linspace(-1, 1, 6) for name in "xyz"}
    found = qs.sweep(flat, axes, {"p": excited}, refine=qs.Refine("p", level=0.1, tolerance=0.05))
    square = found.border_x**2 + found.border_y**2
    exact = square / (1 + 2 * square + 4 * found.border_z**2)
    assert abs(exact - 0.1).max() < 0.01
    assert sizes(found).max() <= 0.05 + 1e-9
    assert found.border_uncertainty.max() <= 0.05 + 1e-9
    assert found.refined_points < 21**3 / 2
    # Without the factor 4 it would be another surface.
    assert abs(square / (1 + 2 * square + found.border_z**2) - 0.1).max() > 0.05


def test_a_geometric_axis_is_refined_by_its_logarithm():
    axes = {"x": np.geomspace(0.01, 10, 7), "y": np.linspace(0, 1, 6)}
    found = qs.sweep(flat, axes, {"p": excited}, refine=qs.Refine("p", level=population(0.3**2)))
    assert found.refined_logarithmic == "x"
    assert sizes(found).max() <= 0.01
    np.testing.assert_allclose(np.hypot(found.border_x, found.border_y), 0.3, atol=0.01)
    assert (np.diff(np.log(np.unique(found.border_x))) < 0.01 * np.log(1000)).all()
    linear = {"x": np.array([0.01, 1.0, 10.0]), "y": axes["y"]}
    other = qs.sweep(flat, linear, {"p": excited}, refine=qs.Refine("p", level=0.2, tolerance=0.1))
    assert other.refined_logarithmic == ""


def test_the_tongue_of_two_spins():
    # The measure on a fine grid, and its level by root finding at single points.
    axes = {"epsilon": np.linspace(0, 0.1, 21), "detuning": np.linspace(-2, 2, 21)}
    tongue = qs.sweep(
        "spin_pair",
        axes,
        ["synchronization", "negativity"],
        refine=qs.Refine("synchronization", level=0.01),
    )
    assert tongue.refined_reached <= 0.01
    assert tongue.border_uncertainty.max() <= 0.01
    assert sizes(tongue, "synchronization").max() <= 0.01
    for detuning in (-1.3, 0.0, 0.7):
        root = brentq(
            lambda epsilon: qs.compute(
                "spin_pair", {"epsilon": epsilon, "detuning": detuning}, ["synchronization"]  # noqa: B023
            )["synchronization"] - 0.01,
            0.01, 0.1, xtol=1e-8,
        )  # fmt: skip
        near = abs(tongue.border_detuning - detuning) <= 0.01 * 4
        assert near.any()
        nearest = abs(tongue.border_epsilon[near] - root).min()
        assert nearest < 0.002 * 0.1 * 5
    for k in (0, 100, 300):  # what is found off the grid is what single points have
        at = {n: float(tongue[f"refined_{n}"][k]) for n in axes}
        one = qs.compute("spin_pair", at, ["synchronization", "negativity"])
        for name, value in one.items():
            assert float(tongue[f"refined_{name}"][k]) == pytest.approx(value, abs=1e-12)
    fine = {n: np.linspace(v[0], v[-1], 101) for n, v in axes.items()}
    inside = qs.sweep("spin_pair", fine, "synchronization").synchronization.values > 0.01
    # Every cell of the fine grid with a sign change has a border point within two cells.
    crossed = np.zeros((100, 100), bool)
    corners = [inside[i : i + 100, j : j + 100] for i, j in itertools.product((0, 1), (0, 1))]
    crossed = np.any(corners, axis=0) & ~np.all(corners, axis=0)
    cells = (np.argwhere(crossed) + 0.5) / 100
    where = np.stack([tongue.border_epsilon / 0.1, (tongue.border_detuning + 2) / 4], -1)
    distance = abs(cells[:, None] - where[None]).max(-1)
    assert distance.min(1).max() <= 0.02
    assert distance.min(0).max() <= 0.02
    assert tongue.refined_points < 1000 < inside.size


def test_the_default_level_is_half_way():
    found = qs.sweep(flat, {"x": np.linspace(0.3, 1, 5)}, {"p": excited}, refine="p")
    assert found.refined_level == pytest.approx((population(0.09) + population(1)) / 2)
    assert found.refined_tolerance == 0.01
    np.testing.assert_allclose(population(found.border_x**2), found.refined_level, atol=1e-3)


def test_tied_parameters_follow_the_points():
    found = qs.sweep(
        flat,
        {"x": np.linspace(0.0, 1.0, 5)},
        {"p": excited},
        tied={"y": lambda x: 2 * x + 0.3},
        refine=qs.Refine("p", level=population(0.4**2 + 1.1**2), tolerance=1e-3),
    )
    np.testing.assert_allclose(found.border_x, 0.4, atol=1e-3)


def test_the_uncertainty_reaches_to_the_farther_end_of_the_edge():
    # The level is taken somewhere on the edge, wherever the interpolation puts it.
    for step in (0.02, 0.4, 0.97):
        points = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
        border = Border.of(points, np.where(points[:, 0] > step, 1.0, 0.0), 0.1)
        assert len(border.points) == 2
        assert (abs(border.points[:, 0] - step) <= border.uncertainty).all()
    np.testing.assert_allclose(border.uncertainty, 0.9)


def test_models_that_are_runs():
    axes = {"coupling": np.linspace(0.05, 0.3, 4), "time": np.linspace(10.0, 30, 4)}
    found = qs.sweep(
        "harmonic_chain",
        axes,
        ["x1"],
        fixed={"sites": 10},
        refine=qs.Refine("x1", tolerance=0.1, level=0.0),
    )
    assert found.refined_points > 5
    assert found.refined_reached <= 0.1
    at = {n: float(found[f"refined_{n}"][3]) for n in axes}
    one = qs.compute("harmonic_chain", at | {"sites": 10}, ["x1"])
    assert float(found.refined_x1[3]) == pytest.approx(one["x1"], abs=1e-9)


def test_refining_in_steps_is_refining_at_once():
    learner = [BorderLearner(None, [AxisScale(0.0, 1.0)] * 2, 0.25) for _ in range(2)]
    grid = list(itertools.product(np.linspace(0, 1, 5), repeat=2))
    for one in learner:
        one.tell_many(grid, [x * x + y * y for x, y in grid])
    for goals, one in zip(([0.1, 0.05, 0.01], [0.01]), learner, strict=True):
        for goal in goals:
            while one.loss() > goal:
                new = one.next_round(10_000)
                one.tell_many(new, [x * x + y * y for x, y in new])
    assert list(learner[0].data) == list(learner[1].data)


def test_runners_of_adaptive_take_the_learner():
    adaptive = pytest.importorskip("adaptive")
    learner = BorderLearner(
        lambda p: p[0] ** 2 + p[1] ** 2, [AxisScale(0.0, 1.0), AxisScale(0.0, 1.0)], 0.5
    )
    learner.tell_many([(0, 0), (1, 0), (0, 1), (1, 1)], [0, 1, 1, 2])
    adaptive.runner.simple(learner, loss_goal=0.1)
    assert learner.loss() <= 0.1
    again = BorderLearner(math.prod, learner.scales, 0.5)
    again.tell_many(list(learner.data), learner.data.values())
    assert again.loss() == learner.loss()
    with ThreadPoolExecutor(2) as pool:
        adaptive.BlockingRunner(again, loss_goal=0.03, executor=pool)
    assert again.loss() <= 0.03
    # Where the border asks for less than a runner has room for, gaps elsewhere are halved.
    points, losses = learner.ask(1000)
    assert 100 < len(points) == len(set(points)) <= 1000
    assert max(losses[-40:]) < 1e-5


# Points that fail, borders that are not there -----------------------------------------------------


def test_points_that_fail_are_left_out_and_named():
    def holed(steady):
        sx, sy, _ = inverse(steady.rho)
        p = steady.rho[:, 0, 0].real
        return np.where((sx > 0.1) & (sy > 0.3), np.nan, p)

    axes = {"x": np.linspace(-1, 1, 9), "y": np.linspace(-1, 1, 9)}
    with pytest.warns(qs.errors.SweepWarning) as caught:
        found = qs.sweep(
            flat,
            axes,
            {"p": holed},
            refine=qs.Refine("p", level=population(0.36), tolerance=0.05),
            **QUIET,
        )
    texts = [str(w.message) for w in caught]
    total = 81 + found.sizes["refined"]
    failed = int(found.failed.sum() + found.refined_failed.sum())
    assert int(found.refined_failed.sum()) > 0
    assert any(t.startswith(f"{failed} of {total} points of the sweep failed: x=") for t in texts)
    assert any("no point can be computed" in t for t in texts)
    assert len(found.attrs["failures"]) == failed
    assert np.isnan(found.refined_p[found.refined_failed]).all()
    assert found.refined_blocked > 0
    assert found.refined_reached <= 0.05
    good = found.border_uncertainty <= 0.05
    np.testing.assert_allclose(np.hypot(found.border_x[good], found.border_y[good]), 0.6, atol=0.05)
    warnings.simplefilter("ignore", qs.errors.RefinementWarning)
    with pytest.raises(qs.errors.SweepError) as error:
        qs.sweep(
            flat,
            axes,
            {"p": holed},
            refine=qs.Refine("p", level=population(0.36), tolerance=0.05),
            errors="raise",
        )
    assert error.value.dataset.sizes["refined"] == found.sizes["refined"]
    assert len(error.value.failures) == failed


def test_too_few_points_are_said():
    with pytest.warns(
        qs.errors.RefinementWarning,
        match=r"located to 0\.\d+ of the axes, not to 0\.001: 100 refined points of 100",
    ):
        found = circle(tolerance=0.001, max_points=100)
    assert found.sizes["refined"] == 100
    assert found.refined_reached > 0.001
    assert found.border_uncertainty.max() > 0.001


def test_no_border_is_said():
    with pytest.warns(
        qs.errors.RefinementWarning, match=r"p does not cross 0\.7 .* between 0 and 0\.4"
    ):
        found = circle(level=0.7)
    assert found.sizes["refined"] == 0
    assert math.isnan(found.refined_reached)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"measure": "q"}, "Unknown measure to refine 'q'"),
        ({"measure": 3}, "`measure` must be the name of a measure of the sweep .* but is 3"),
        ({"measure": "p", "tolerance": 0.0}, "`tolerance` must be >= 1e-09, but is 0.0"),
        ({"measure": "p", "tolerance": 2}, "`tolerance` must be <= 1, but is 2.0"),
        ({"measure": "p", "tolerance": "fine"}, "`tolerance` must be a real .* is 'fine'"),
        ({"measure": "p", "level": np.nan}, "`level` must be finite, but is nan"),
        ({"measure": "p", "max_points": 0}, "`max_points` must be a whole number .* is 0"),
        ({"measure": "c"}, "'c' has no border: it is complex"),
        ({"measure": "v"}, r"'v' has no border: it is of shape \(2,\)"),
    ],
)
def test_arguments_are_checked(options, message):
    measures = {
        "p": excited,
        "c": lambda steady: steady.rho[:, 0, 1],
        "v": lambda steady: steady.rho[:, 0].real,
    }
    with pytest.raises(qs.errors.QuantsyncError, match=message):
        qs.sweep(flat, {"x": [0.0, 1.0]}, measures, refine=qs.Refine(**options))


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        ({"x": [0.0]}, "there are 0"),
        ({"x": [0, 1, 2]}, "`x` holds values of type int64, between which"),
        ({"x": [1.0, 1.0]}, "`x` has one value only"),
    ],
)
def test_axes_are_checked(axes, message):
    with pytest.raises(qs.errors.InvalidArgumentError, match=message):
        qs.sweep(flat, axes, {"p": excited}, refine="p")


def test_more_than_three_axes_are_refused():
    axes = {n: [0.5, 1.0] for n in ("epsilon", "detuning", "gain_a", "gain_b")}
    with pytest.raises(qs.errors.InvalidArgumentError, match="one to 3 axes .* there are 4"):
        qs.sweep("spin_pair", axes, ["purity"], refine="purity")
    with pytest.raises(qs.errors.InvalidArgumentError, match="'refined_p' is what refined"):
        qs.sweep(flat, {"x": [0.0, 1.0]}, {"refined_p": excited}, refine="refined_p")


# Stores -------------------------------------------------------------------------------------------


def test_a_stored_refinement_is_the_refinement(tmp_path):
    path = tmp_path / "a"
    memory = circle(tolerance=0.02)
    count = len(asked)
    kept = circle(tolerance=0.02, store=qs.Store(path, chunk=10))
    xr.testing.assert_allclose(kept, memory, rtol=1e-12, atol=1e-13)
    assert {k: v for k, v in kept.attrs.items() if k != "largest_residual"} == {
        k: v for k, v in memory.attrs.items() if k != "largest_residual"
    }
    asked.clear()
    before = bytes_of(path)
    again = circle(tolerance=0.02, store=path)
    assert not asked
    assert bytes_of(path) == before
    xr.testing.assert_identical(again, kept)
    opened = qs.open_sweep(path)
    assert (opened.refined_status == 1).all()
    xr.testing.assert_identical(opened.drop_vars(["status", "refined_status"]), kept)
    with xr.open_zarr(path) as plain:
        assert {"refined_x", "refined_y"} <= set(plain.coords)
        xr.testing.assert_equal(plain.refined_p.load(), kept.refined_p)
        assert plain.attrs["refined_reached"] == kept.refined_reached
        assert plain.attrs["largest_residual"] == kept.largest_residual
    assert len(opened.refined_p) == count - 81
    status = qs.sweep_status(path)
    assert (status.done, status.refinement.done) == (81, count - 81)
    assert f"{count - 81} refined points done, 0 failed, 0 missing (border p = 0.2" in str(status)
    # A plain sweep of the same leaves them alone.
    qs.sweep(flat, {n: memory[n].values for n in "xy"}, {"p": excited}, store=path, **QUIET)
    xr.testing.assert_identical(circle(tolerance=0.02, store=path), kept)


def test_a_finer_tolerance_goes_on(tmp_path):
    first = circle(tolerance=0.05, store=tmp_path / "a")
    asked.clear()
    finer = circle(tolerance=0.01, store=tmp_path / "a")
    assert len(asked) == finer.sizes["refined"] - first.sizes["refined"] > 300
    at_once = circle(tolerance=0.01, store=tmp_path / "b")
    xr.testing.assert_identical(finer, at_once)
    # A coarser one has them all, too.
    asked.clear()
    assert circle(tolerance=0.05, store=tmp_path / "a").sizes["refined"] == finer.sizes["refined"]
    assert not asked


def test_another_level_uses_the_points_that_are_there(tmp_path):
    fresh = circle(0.62, tolerance=0.02).refined_points
    circle(0.6, tolerance=0.02, store=tmp_path / "a")
    asked.clear()
    found = circle(0.62, tolerance=0.02, store=tmp_path / "a")
    assert 0 < len(asked) < fresh
    np.testing.assert_allclose(np.hypot(found.border_x, found.border_y), 0.62, atol=0.02)
    assert sizes(found).max() <= 0.02


def test_an_extended_axis_keeps_the_points(tmp_path):
    half = np.linspace(0, 1, 5)

    def run(x, **options):
        return qs.sweep(
            flat,
            {"x": x, "y": half},
            {"p": excited},
            store=qs.Store(tmp_path / "a", chunk=20),
            **options,
        )

    options = {"refine": qs.Refine("p", level=population(0.36), tolerance=0.02)} | QUIET
    first = run(half, **options)
    asked.clear()
    run(np.linspace(-1, 1, 9), **QUIET)
    assert len(asked) == 20
    opened = qs.open_sweep(tmp_path / "a")
    np.testing.assert_array_equal(opened.refined_p, first.refined_p)
    with xr.open_zarr(tmp_path / "a") as plain:
        np.testing.assert_array_equal(plain.refined_p, first.refined_p)
    whole = run(np.linspace(-1, 1, 9), **options)
    assert sizes(whole).max() <= 0.02
    np.testing.assert_array_equal(whole.refined_p[: first.sizes["refined"]], first.refined_p)
    np.testing.assert_allclose(np.hypot(whole.border_x, whole.border_y), 0.6, atol=0.01)
    assert whole.border_x.min() < -0.59


@pytest.mark.parametrize(
    ("damage", "values"),
    [
        ("refined_p/c/1", True),
        ("refined_x/c/1", False),
        ("refined_status/c/0", False),
        ("status/refinement/1.json", True),
        ("refined_p/zarr.json", False),
    ],
)
def test_damaged_pieces_are_computed_again(tmp_path, damage, values):
    path = tmp_path / "a"
    kept = circle(tolerance=0.01, store=path)
    before = bytes_of(path)
    target = path / damage
    target.write_bytes(target.read_bytes()[:-5] + b"12345")
    if values:
        with pytest.warns(qs.errors.SweepWarning, match=r"1 pieces .* damaged and count"):
            opened = qs.open_sweep(path)
        assert int((opened.refined_status == 0).sum()) == 128
        assert "refined points from 128" in str(qs.sweep_status(path))
    asked.clear()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        again = circle(tolerance=0.01, store=path)
    assert any("computed again" in str(w.message) for w in caught) == values
    assert len(asked) == 128 * values
    xr.testing.assert_identical(again, kept)
    assert bytes_of(path) == before


def test_a_piece_that_is_lost_is_made_up_for(tmp_path):
    path = tmp_path / "a"
    kept = circle(tolerance=0.01, store=path)
    for name in ("refined_x/c/1", "status/refinement/1.json"):
        (path / name).write_bytes(b"")
    with pytest.warns(qs.errors.SweepWarning, match="1 pieces"):
        again = circle(tolerance=0.01, store=path)
    assert sizes(again).max() <= 0.01
    np.testing.assert_allclose(np.hypot(again.border_x, again.border_y), 0.6, atol=0.005)
    assert np.isfinite(again.refined_x).all()
    assert again.sizes["refined"] < kept.sizes["refined"] + 128
    xr.testing.assert_identical(circle(tolerance=0.01, store=path), again)
    with xr.open_zarr(path) as plain:
        assert int(np.isnan(plain.refined_x).sum()) == 128


UNSEEN = pytest.mark.filterwarnings("ignore:What is computed here depends on `globals`")


def sometimes(steady):
    p = steady.rho[:, 0, 0].real.copy()
    p[0] = np.nan if globals()["broken"] and len(p) != 81 else p[0]
    return p


@UNSEEN
def test_failed_points_are_tried_again_on_request(tmp_path):
    axes = {"x": np.linspace(-1, 1, 9), "y": np.linspace(-1, 1, 9)}

    def run(retry_failed=False):
        return qs.sweep(
            flat,
            axes,
            {"p": sometimes},
            refine=qs.Refine("p", level=population(0.36), tolerance=0.05),
            store=qs.Store(tmp_path / "a", 81, retry_failed),
            **QUIET,
        )

    broken.append(True)
    with pytest.warns(qs.errors.SweepWarning):
        first = run()
    assert first.refined_failed.any()
    assert qs.sweep_status(tmp_path / "a").refinement.failed == int(first.refined_failed.sum())
    broken.clear()
    mended = run(retry_failed=True)
    assert "refined_failed" not in mended
    assert qs.sweep_status(tmp_path / "a").refinement.failed == 0


def interrupted(steady):
    switches = globals()["broken"]  # which no fingerprint sees
    if switches and len(steady.rho) != 81 and switches.pop() == 1:
        raise KeyboardInterrupt
    asked.extend(range(len(steady.rho)))
    return steady.rho[:, 0, 0].real


@UNSEEN
def test_ctrl_c_in_a_round_keeps_what_is_done(tmp_path):
    axes = {"x": np.linspace(-1, 1, 9), "y": np.linspace(-1, 1, 9)}

    def run():
        return qs.sweep(
            flat,
            axes,
            {"p": interrupted},
            refine=qs.Refine("p", level=population(0.36), tolerance=0.001),
            store=qs.Store(tmp_path / "a", chunk=81),
            workers=1,
            **QUIET,
        )

    broken.extend([1] + [0] * 30)
    with pytest.raises(
        qs.errors.SweepInterrupt, match=r"grid and \d+ of \d+ refined points are done and in"
    ):
        run()
    left = qs.sweep_status(tmp_path / "a").refinement
    assert left.missing > 128  # of the round that was begun, which is written down
    assert left.done > 128
    assert math.isfinite(left.outcome.reached)
    asked.clear()
    assert run().sizes["refined"] == left.done + len(asked)


@pytest.mark.parametrize("kill_at", [1, 3, 8, 21, 55])
def test_a_write_that_fails_anywhere_changes_nothing(tmp_path, monkeypatch, kill_at):
    """Every file is written whole or not at all; the run ends before one of them."""
    kept = circle(tolerance=0.02, store=tmp_path / "whole", workers=1)
    circle_of_grid = {n: kept[n].values for n in "xy"}
    path = tmp_path / "a"
    qs.sweep(flat, circle_of_grid, {"p": excited}, store=path, **QUIET)
    write, count = files.write_file, itertools.count(1)

    def dies(target, data):
        if next(count) >= kill_at:
            raise KeyboardInterrupt
        write(target, data)

    # The modules have taken the functions, not the file that they come from.
    with monkeypatch.context() as patch:
        patch.setattr(files, "write_file", dies)
        with pytest.raises(KeyboardInterrupt):
            circle(tolerance=0.02, store=path, workers=1)
    again = circle(tolerance=0.02, store=path)
    xr.testing.assert_identical(again, kept)
    assert bytes_of(path).keys() == bytes_of(tmp_path / "whole").keys()
    for name, data in bytes_of(tmp_path / "whole").items():
        assert name.endswith("manifest.json") or bytes_of(path)[name] == data, name


SCRIPT = """
import sys, time
import numpy as np
import quantsync as qs

def slow(steady):
    time.sleep(0.1)
    return steady.rho[:, 4, 4].real

qs.sweep(
    "spin_pair",
    {"epsilon": np.linspace(0, 0.1, 11), "detuning": np.linspace(-2, 2, 11)},
    {"s": "synchronization", "slow": slow},
    refine=qs.Refine("s", level=0.01, tolerance=0.01),
    store=qs.Store(sys.argv[1], chunk=40),
    progress=False,
)
print("done")
"""


def test_killed_and_run_again_it_is_the_same_bit_for_bit(tmp_path):
    script = tmp_path / "tongue.py"
    script.write_text(SCRIPT)

    def start(path):
        return subprocess.Popen(
            [sys.executable, script, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    whole, path = tmp_path / "whole", tmp_path / "killed"
    undisturbed = start(whole)
    run = start(path)

    def length():
        return _refined.read_refinement(path).get("length", 0)

    wait_until(lambda: length() > 150 or run.poll() is not None)
    os.kill(run.pid, signal.SIGKILL)
    run.communicate()
    assert run.returncode == -signal.SIGKILL
    left = qs.sweep_status(path)
    assert left.refinement.done <= length()
    run = start(path)
    out, err = run.communicate(timeout=PATIENT)
    assert (out, err) == (b"done\n", b"")
    undisturbed.communicate(timeout=PATIENT)
    assert left.refinement.done < qs.sweep_status(path).refinement.done
    mine, other = bytes_of(path), bytes_of(whole)
    assert mine.keys() == other.keys()
    assert [name for name in mine if mine[name] != other[name]] == []


# The command line ---------------------------------------------------------------------------------

SPEC = """
model = "spin_pair"
measures = ["synchronization", "negativity"]
store = "tongue.zarr"
refine = "synchronization"
tolerance = 0.05
level = 0.01

[axes]
epsilon = {linspace = [0, 0.1, 11]}
detuning = {linspace = [-2, 2, 11]}
"""


def command(*arguments):
    done = CliRunner().invoke(cli_sweep.app, [str(argument) for argument in arguments])
    assert done.exit_code == 0, done.output
    return done.output


def test_the_command_line_refines(tmp_path):
    spec, store = tmp_path / "tongue.toml", tmp_path / "tongue.zarr"
    spec.write_text(SPEC)
    assert "refined points, whose number depends" in command(spec, "--dry-run")
    done = subprocess.run(
        [sys.executable, "-m", "quantsync", "sweep", spec], capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    dataset = qs.open_sweep(store)
    count = dataset.sizes["refined"]
    assert f"{count} refined points done" in done.stdout
    memory = qs.sweep(
        "spin_pair",
        PAIR,
        ["synchronization", "negativity"],
        refine=qs.Refine("synchronization", tolerance=0.05, level=0.01),
    )
    xr.testing.assert_allclose(dataset[list(memory.variables)], memory, rtol=1e-9, atol=1e-12)
    assert "asked for 0.05" in command("status", store)
    files.write_record(
        store / "status" / "refinement.json",
        files.read_record(store / "status" / "refinement.json") | {"length": 10, "ends": [10]},
    )
    assert f"{count} refined points done" in command("resume", store)
    out = tmp_path / "tongue.csv"
    assert f"121 points, {count} refined" in command("export", store, out)
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["epsilon", "detuning", "synchronization", "negativity", "status",
                             "refined"]  # fmt: skip
    assert [row["refined"] for row in rows] == ["False"] * 121 + ["True"] * count
    assert float(rows[121]["negativity"]) == float(dataset.refined_negativity[0])
    assert float(rows[-1]["detuning"]) == float(dataset.refined_detuning[-1])
    command("export", store, tmp_path / "tongue.nc")
    with xr.open_dataset(tmp_path / "tongue.nc", engine="h5netcdf") as netcdf:
        assert netcdf.sizes["refined"] == count
        assert netcdf.sizes["border"] == dataset.sizes["border"]
    picture = tmp_path / "tongue.png"
    command("plot", store, "--out", picture)
    assert _has_colour(picture, (0xD5, 0x5E, 0x00))
    command("plot", store, "--out", picture, "--at", "epsilon=0.1")
    assert not _has_colour(picture, (0xD5, 0x5E, 0x00))


def _has_colour(picture, colour):
    from matplotlib.image import imread

    pixels = np.round(255 * imread(picture)[..., :3])
    return bool((abs(pixels - colour).max(-1) <= 3).any())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"synchronization"\ntol', '"purity"\ntol',
         r"line 5, key `refine`: Unknown measure to refine 'purity'"),
        ("tolerance = 0.05", "tolerance = 2", r"line 6, key `tolerance`: .* but is 2.0"),
        ("level = 0.01", 'level = "high"', r"line 7, key `level`: .* is 'high'"),
        ("level = 0.01", "max_points = 1.5", r"line 7, key `max_points`: .* is 1.5"),
        ('refine = "synchronization"\n', "", r"line 5, key `tolerance`: needs the key `refine`"),
        ("epsilon = {linspace = [0, 0.1, 11]}", "epsilon = [0, 1]",
         r"line 5, key `refine`: Axis `epsilon` holds values of type int64"),
    ],
)  # fmt: skip
def test_mistakes_in_a_description_are_named(tmp_path, old, new, message):
    from quantsync.command_line.spec import read_spec

    spec = tmp_path / "tongue.toml"
    assert old in SPEC
    spec.write_text(SPEC.replace(old, new))
    with pytest.raises(qs.errors.SpecError) as caught:
        read_spec(spec)
    assert re.search(message, str(caught.value)), caught.value


def test_the_page_on_sweeps_runs(tmp_path, monkeypatch):
    page = (ROOT / "docs" / "sweeps.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    names = {}
    for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        exec(block, names)
    tongue = names["tongue"]
    assert tongue.refined_reached == 0.00625
    assert "| 0.01 | 631 |" in page
    assert tongue.refined_points == 631
    (tmp_path / "tongue.toml").write_text(re.search(r"```toml\n(.*?)```", page, re.DOTALL)[1])
    assert "21" in command(tmp_path / "tongue.toml", "--dry-run")
