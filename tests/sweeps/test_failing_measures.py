"""A measure that fails at a point costs itself there; one that cannot be taken is an error."""

import threading

import numpy as np
import pytest
import xarray as xr
from scipy.optimize import brentq

import quantsync as qs
from quantsync.system import Measure, ParametricSystem, table_of

EPSILON = [0.0, 0.05, 0.1]
AXES = {"epsilon": EPSILON}
LEVEL = 0.16
SOME_POINTS = {"epsilon": np.linspace(0, 0.1, 4), "detuning": np.linspace(-1, 1, 5)}


def half_height(steady):
    """The phase at which the density falls to a given value; none if it is too flat."""
    phase = qs.relative_phase_distribution(steady)
    return np.array(
        [
            brentq(lambda x, k=k: phase.density(x)[k] - LEVEL, 0, np.pi)
            for k in range(len(steady.rho))
        ]
    )


def raising(error):
    """A measure that raises where the phase is flat, and is the height of its peak elsewhere."""

    def measure(steady):
        height = qs.relative_phase_distribution(steady).maximum
        if (height < 0.001).any():
            raise error
        return height

    return measure


@pytest.fixture(params=["memory", "chunks of one", "store", "store of small tasks"])
def options(request, tmp_path, monkeypatch):
    if request.param == "chunks of one":
        monkeypatch.setattr(qs.Lindbladian, "members_per_chunk", 1)
    if "store" not in request.param:
        return {}
    chunk = 1 if "small" in request.param else None
    return {"store": qs.Store(tmp_path / "map.zarr", chunk=chunk), "progress": False}


def test_a_solver_of_scipy_that_fails_at_a_point_costs_its_own_value_there(options):
    measures = {"half": half_height, "height": "synchronization", "purity": "purity"}
    for _ in range(2 if options else 1):  # a stored map is finished, and read again
        with pytest.warns(
            qs.errors.SweepWarning, match="^1 of 3 points.*epsilon=0: measure 'half'"
        ):
            found = qs.sweep("spin_pair", AXES, measures, **options)
        assert found.failed.values.tolist() == [True, False, False]
        assert np.isnan(found.half[0])
        for k in (1, 2):
            phase = qs.relative_phase_distribution(
                qs.steady_state(qs.models.spin_pair(epsilon=EPSILON[k]))
            )
            assert phase.density(float(found.half[k])) == pytest.approx(LEVEL, abs=1e-10)
        good = qs.sweep("spin_pair", AXES, ["synchronization", "purity"])
        np.testing.assert_allclose(found.height, good.synchronization, atol=1e-14)
        np.testing.assert_allclose(found.purity, good.purity, rtol=1e-14)
        assert found.attrs["failures"] == [
            "epsilon=0: measure 'half': ValueError: f(a) and f(b) must have different signs"
        ]
        if options:
            status = qs.sweep_status(options["store"].path)
            assert (status.done, status.failed, status.missing) == (2, 1, 0)
            opened = qs.open_sweep(options["store"].path)
            xr.testing.assert_identical(opened.drop_vars("status"), found)


@pytest.mark.parametrize(
    "error",
    [
        ZeroDivisionError("flat"),
        RuntimeError("flat"),
        KeyError("flat"),
        TypeError("flat"),
        qs.errors.InvalidArgumentError("flat"),
        AssertionError("flat"),
        StopIteration("flat"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_whatever_it_raises(error):
    with pytest.warns(qs.errors.SweepWarning, match=f"'m': {type(error).__name__}: '?flat"):
        found = qs.sweep("spin_pair", AXES, {"m": raising(error), "purity": "purity"})
    assert np.isnan(found.m).values.tolist() == [True, False, False]
    height = qs.compute("spin_pair", {"epsilon": 0.1}, "synchronization")["synchronization"]
    assert float(found.m[2]) == pytest.approx(height, rel=1e-12)
    assert np.isfinite(found.purity).all()


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3), MemoryError()])
def test_but_for_what_ends_a_program(error):
    with pytest.raises(type(error)):
        qs.sweep("spin_pair", AXES, raising(error), workers=1)


def test_a_point_without_a_steady_state_is_still_one_cause():
    axes = {"epsilon": [0.0, 0.1], "gain_a": [0.0, 1.0, 5.0]}
    with pytest.warns(qs.errors.SweepWarning, match="^2 of 6 points"):
        found = qs.sweep("spin_pair", axes, {"purity": "purity", "m": nothing_below(0.95)})
    assert found.attrs["failures"] == [
        "epsilon=0, gain_a=0: the steady state is not unique (4 stationary states)",
        "epsilon=0.1, gain_a=0: measure 'm': RuntimeError: mixed",
    ]
    assert np.isnan(found.purity).sum() == 1
    assert float(found.purity[1, 0]) == pytest.approx(0.92477347, abs=1e-8)


def nothing_below(limit):
    def measure(steady):
        purity = qs.purity(steady)
        if (purity < limit).any():
            raise RuntimeError("mixed")
        return purity

    return measure


def test_measures_that_fail_alike_are_named_together():
    def first(steady):
        return raising(RuntimeError("flat"))(steady)

    def second(steady):
        return raising(RuntimeError("flat"))(steady)

    def third(steady):
        return np.where(steady.rho[:, 4, 4].real == 1, np.nan, 1.0)

    with pytest.warns(qs.errors.SweepWarning):
        found = qs.sweep("spin_pair", AXES, [first, second, third, "purity"])
    assert found.attrs["failures"] == [
        "epsilon=0: measures 'first', 'second': RuntimeError: flat; measure 'third' is not finite"
    ]


def test_nothing_is_solved_again_for_a_measure_that_fails(monkeypatch):
    sizes = []
    solve = qs.Lindbladian.solve

    def counted(self, workers=None):
        sizes.append(self.size)
        return solve(self, workers)

    monkeypatch.setattr(qs.Lindbladian, "solve", counted)
    with pytest.warns(qs.errors.SweepWarning, match="20 of 20 points"):
        found = qs.sweep("spin_pair", SOME_POINTS, {"m": nothing_below(2), "purity": "purity"})
    assert sizes == [20]
    assert np.isfinite(found.purity).all()
    assert np.isnan(found.m).all()


def test_parts_of_a_batch_whose_solution_has_no_index_are_solved_again():
    class Roots(ParametricSystem):
        measures = table_of(
            Measure("root", "root", "1", lambda state: state.root()),
            Measure("same", "x", "1", lambda state: state.flat("x")),
        )

        def root(self):
            if (self.flat("x") < 0).any():
                raise RuntimeError("negative")
            return np.sqrt(self.flat("x"))

    with pytest.warns(qs.errors.SweepWarning, match="x=-4: measure 'root': RuntimeError: negative"):
        found = qs.sweep(lambda x: Roots({"x": x}), {"x": [1.0, -4.0, 9.0, 16.0]}, ["root", "same"])
    np.testing.assert_array_equal(found.root, [1, np.nan, 3, 4])
    np.testing.assert_array_equal(found.same, [1, -4, 9, 16])


def test_a_measure_that_cannot_exist_is_an_error_and_not_a_map_of_nan(options):
    axes = {"drive": np.linspace(0, 1, 5), "detuning": np.linspace(-2, 2, 5)}
    with pytest.raises(
        qs.errors.MeasureError, match="Measure 'negativity' cannot be taken.*at least two sites"
    ):
        qs.sweep("driven_spin", axes, ["synchronization", "negativity"], **options)


@pytest.mark.parametrize(
    ("mistake", "cause"),
    [
        (lambda steady: steady.rh0, "AttributeError"),
        (lambda steady: eval("missing_name"), "NameError"),
        (lambda steady: steady.rho @ "A", "TypeError|ValueError|UFunc"),
        (lambda steady: qs.negativity(steady, "Z"), "UnknownNameError"),
        (lambda steady: np.load("/nowhere/calibration.npy"), "FileNotFoundError"),
        (lambda steady: np.linalg.norm(), "TypeError"),
    ],
)
def test_a_mistake_in_ones_own_measure_surfaces_at_once_with_its_traceback(mistake, cause):
    with pytest.raises(
        qs.errors.MeasureError, match=f"'mine' cannot be taken.*({cause})"
    ) as caught:
        qs.sweep("spin_pair", SOME_POINTS, {"mine": mistake, "purity": "purity"})
    assert caught.value.__cause__.__traceback__ is not None


def test_an_error_at_a_few_points_is_none_of_the_whole_map():
    """An error of a kind that mistakes have, but at one point of twenty only."""

    def measure(steady):
        if (np.abs(steady.rho[:, 4, 4].real - 1) < 1e-12).all():
            raise TypeError("none")
        return steady.rho[:, 4, 4].real

    with pytest.warns(qs.errors.SweepWarning, match="5 of 20"):
        found = qs.sweep("spin_pair", SOME_POINTS, {"m": raising(TypeError("flat"))})
    assert np.isfinite(found.m[1:]).all()
    assert np.isfinite(qs.sweep("spin_pair", {"epsilon": [0.05, 0.1]}, measure).measure).all()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (lambda n: ["a"] * n, "of numbers, but returned type <U1"),
        (lambda n: [None] * n, "of numbers, but returned type object"),
        (lambda n: [[1.0] * (k + 1) for k in range(n)], "rows of different lengths"),
        (lambda n: np.datetime64("2026-01-01") + np.arange(n), "of numbers, but .*datetime"),
        (lambda n: np.ones(n + 1), r"but returned shape \(4,\)"),
        (lambda n: 1.0, r"but returned shape \(\)"),
        (lambda n: None, r"but returned shape \(\)"),
    ],
)
def test_what_is_no_array_of_numbers_is_refused(values, message):
    with pytest.raises(qs.errors.MeasureShapeError, match=f"Measure 'm' must return.*{message}"):
        qs.sweep("spin_pair", AXES, {"m": lambda steady: values(len(steady.rho))})


def test_rows_of_another_length_in_another_chunk_are_refused(monkeypatch):
    monkeypatch.setattr(qs.Lindbladian, "members_per_chunk", 1)

    def peaks(steady):
        return np.ones((len(steady.rho), 1 if steady.rho[0, 4, 4].real > 0.99 else 3))

    with pytest.raises(qs.errors.MeasureShapeError, match=r"'peaks' returns rows of shape \(1,\)"):
        qs.sweep("spin_pair", AXES, peaks)


def test_integers_truth_and_masked_values_are_numbers():
    def number(steady):
        return np.arange(len(steady.rho))

    def truth(steady):
        return steady.rho[:, 4, 4].real > 0.99

    def masked(steady):
        return np.ma.masked_less(steady.rho[:, 4, 4].real, 0.99)

    found = qs.sweep("spin_pair", AXES, [number, truth])
    assert found.number.values.tolist() == [0, 1, 2]
    assert found.truth.values.tolist() == [1, 1, 0]
    with pytest.warns(qs.errors.SweepWarning, match="epsilon=0.1: measure 'masked' is not finite"):
        found = qs.sweep("spin_pair", AXES, masked)
    np.testing.assert_allclose(found.masked[:2], [1, 0.9925], atol=1e-3)


def test_refined_points_lose_only_the_measure_that_fails(tmp_path):
    refine = qs.Refine("synchronization", level=0.01, tolerance=0.02)
    axes = {"epsilon": [0.0, 0.1]}
    measures = {"synchronization": "synchronization", "m": nothing_below(0.993)}
    for options in ({}, {"store": tmp_path / "map.zarr", "progress": False}):
        with pytest.warns(qs.errors.SweepWarning):
            found = qs.sweep("spin_pair", axes, measures, refine=refine, **options)
        assert float(found.border_epsilon[0]) == pytest.approx(0.0476, abs=2e-3)
        np.testing.assert_array_equal(np.isnan(found.refined_m), found.refined_failed)
        assert found.refined_failed.any()
        assert not found.refined_failed.all()
        assert np.isfinite(found.refined_synchronization).all()
    opened = qs.open_sweep(tmp_path / "map.zarr")
    xr.testing.assert_identical(opened.refined_m, found.refined_m)
    np.testing.assert_array_equal(opened.refined_synchronization, found.refined_synchronization)


def test_it_is_looked_into_once_however_many_threads_meet_it(monkeypatch):
    monkeypatch.setattr(qs.Lindbladian, "members_per_chunk", 1)
    alone = []

    def flat(steady):
        alone.append(threading.get_ident())
        raise TypeError("flat")

    with pytest.raises(qs.errors.MeasureError, match="flat"):
        qs.sweep("spin_pair", SOME_POINTS, flat, workers=4)
    assert len(alone) <= 8 + 20  # each chunk meets it once, at most
