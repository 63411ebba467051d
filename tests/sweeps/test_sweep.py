"""Sweeps: maps equal their points, failures stay local, files keep everything."""

import json
from itertools import pairwise

import numpy as np
import pytest
import xarray as xr

import quantsync as qs
from quantsync.sweeps._batches import ChunkResult, merged

NAMES = ["synchronization", "locked_phase", "negativity", "mutual_information", "purity"]
AXES = {"epsilon": [0.05, 0.1, 2.0], "detuning": [-1.0, 0.5]}
# Without gain, spin A keeps both m = 0 and m = -1 where nothing couples it to spin B.
DEAD = {"epsilon": [0.0, 0.1], "gain_a": [0.0, 1.0, 5.0]}


def central_population(steady):
    return steady.rho[:, 4, 4].real


def populations(steady):
    return np.diagonal(steady.rho, axis1=-2, axis2=-1).real


def three_spins(coupling=0.3, asymmetry=0.5):
    """A chain of three damped spins with different gains."""
    space = qs.Space(A=qs.Spin(1), B=qs.Spin(1 / 2), C=qs.Spin(1))
    sites = [space[name] for name in "ABC"]
    bonds = [1j * (s.plus @ t.minus - t.plus @ s.minus) for s, t in pairwise(sites)]
    return qs.Lindbladian(
        space,
        [(coupling, bonds[0]), (np.asarray(coupling) * asymmetry, bonds[1])],
        [
            (rate, jump)
            for k, s in enumerate(sites)
            for rate, jump in ((1 + k, s.plus), (2.0, s.minus))
        ],
    )


def test_map_equals_its_points():
    dataset = qs.sweep("spin_pair", AXES, NAMES, fixed={"gain_a": 20.0, "damping_b": 3.0})
    assert dict(dataset.sizes) == {"epsilon": 3, "detuning": 2}
    assert set(dataset.data_vars) == set(NAMES)
    for epsilon in AXES["epsilon"]:
        for detuning in AXES["detuning"]:
            here = {"epsilon": epsilon, "detuning": detuning}
            point = qs.compute("spin_pair", {**here, "gain_a": 20.0, "damping_b": 3.0}, NAMES)
            there = dataset.sel(here)
            assert {name: float(there[name]) for name in NAMES} == pytest.approx(point, abs=1e-12)


def test_axes_keep_their_order_and_coordinates():
    dataset = qs.sweep("spin_pair", AXES, ["purity"])
    turned = qs.sweep("spin_pair", dict(reversed(AXES.items())), ["purity"])
    assert dataset.purity.dims == ("epsilon", "detuning")
    assert turned.purity.dims == ("detuning", "epsilon")
    for name, values in AXES.items():
        np.testing.assert_array_equal(dataset[name], values)
    xr.testing.assert_allclose(dataset.purity, turned.purity.transpose(), rtol=1e-14)
    unsorted = qs.sweep("spin_pair", {"epsilon": [0.3, 0.1]}, ["purity"])
    assert float(unsorted.purity[1]) == pytest.approx(
        qs.compute("spin_pair", {}, "purity")["purity"]
    )


def test_detuning_turns_the_locked_phase_its_own_way():
    dataset = qs.sweep("spin_pair", {"detuning": [-1.0, 0.0, 1.0]}, ["locked_phase"])
    expected = 0.79611647827891323143
    np.testing.assert_allclose(dataset.locked_phase, [-expected, 0, expected], atol=1e-9)
    assert dataset.locked_phase.attrs["units"] == "rad"


def test_figure_3_has_the_reference_regression(roulet2018):
    tongue = qs.sweep(
        qs.models.spin_pair,
        {"epsilon": np.linspace(0, 0.1, 101), "detuning": np.linspace(-2, 2, 101)},
        ["synchronization", "negativity", "mutual_information"],
    )
    reference = roulet2018["regression_fig3"]
    y = tongue.synchronization.values.ravel()
    for name, key in (("negativity", "N"), ("mutual_information", "I_nat")):
        x, numbers = tongue[name].values.ravel(), reference[key]
        slope, intercept = np.polyfit(x, y, 1)
        r2 = 1 - np.sum((y - slope * x - intercept) ** 2) / np.sum((y - y.mean()) ** 2)
        assert slope == pytest.approx(float(numbers["OLS_slope"]), rel=1e-10)
        assert intercept == pytest.approx(float(numbers["OLS_intercept"]), rel=1e-9)
        assert r2 == pytest.approx(float(numbers["OLS_R2"]), rel=1e-10)
        assert x @ y / (x @ x) == pytest.approx(float(numbers["origin_slope"]), rel=1e-10)
        assert x.mean() == pytest.approx(float(reference["mean_over_grid"][key]), rel=1e-10)
    assert y.mean() == pytest.approx(float(reference["mean_over_grid"]["max_S_rel"]), rel=1e-10)


@pytest.mark.parametrize(
    "measures", [[central_population], {"central_population": central_population}]
)
def test_own_functions_are_measures(measures):
    dataset = qs.sweep("spin_pair", {"epsilon": [0.0, 0.1]}, measures)
    np.testing.assert_allclose(dataset.central_population, [1, 0.97116110883380824439], rtol=1e-12)


def test_dictionaries_name_measures():
    measures = {"p": populations, "N": "negativity"}
    dataset = qs.sweep("spin_pair", AXES, measures)
    assert set(dataset.data_vars) == {"p", "N"}
    assert dataset.p.dims == ("epsilon", "detuning", "p_0")
    np.testing.assert_allclose(dataset.p.sum("p_0"), 1, atol=1e-14)
    assert dataset.N.attrs["long_name"] == "negativity between the first site and the rest"


def test_two_relative_phases_are_a_vector():
    dataset = qs.sweep(
        three_spins, {"coupling": [0.0, 0.3, 0.9]}, ["locked_phase", "synchronization"]
    )
    assert dataset.locked_phase.shape == (3, 2)
    assert np.isnan(dataset.locked_phase[0]).all()
    assert np.isfinite(dataset.locked_phase[1:]).all()
    assert "failed" not in dataset
    steady = qs.steady_state(three_spins(0.9))
    relative = qs.relative_phase_distribution(steady.rho, steady.space)
    np.testing.assert_allclose(dataset.locked_phase[2], relative.location, atol=1e-9)


def test_parameters_without_effect_still_span_their_axis():
    axes = {"asymmetry": [0.2, 0.5], "coupling": [0.0, 0.1]}
    assert qs.sweep(three_spins, axes, "purity").purity.shape == (2, 2)
    constant = qs.sweep(
        lambda x, y: qs.models.spin_pair(epsilon=y), {"x": [1, 2, 3], "y": [0.1, 0.2]}, "purity"
    )
    assert constant.purity.dims == ("x", "y")
    assert (constant.purity == constant.purity[0]).all()
    none_at_all = qs.sweep(lambda x: qs.models.spin_pair(), {"x": [1, 2]}, "negativity")
    np.testing.assert_allclose(none_at_all.negativity, 0.087600556467212804312, rtol=1e-10)


def test_failing_points_are_named_and_leave_the_others_intact():
    with pytest.warns(
        qs.errors.SweepWarning, match=r"^1 of 6 points.*epsilon=0, gain_a=0: .*not unique"
    ):
        dataset = qs.sweep("spin_pair", DEAD, ["purity", "locked_phase"])
    assert dataset.failed.values.tolist() == [[True, False, False], [False, False, False]]
    assert np.isnan(dataset.purity[0, 0])
    assert dataset.attrs["failures"] == [
        "epsilon=0, gain_a=0: the steady state is not unique (4 stationary states)"
    ]
    good = {"epsilon": [0.1], "gain_a": DEAD["gain_a"]}
    alone = qs.sweep("spin_pair", good, ["purity", "locked_phase"])
    np.testing.assert_allclose(dataset.purity[1], alone.purity[0], rtol=1e-14)
    np.testing.assert_allclose(dataset.purity[0, 1:], 1, rtol=1e-14)
    # An uncoupled pair has no locked phase: that is an answer, not a failure.
    assert np.isnan(dataset.locked_phase[0]).all()
    assert np.isfinite(dataset.locked_phase[1]).all()


def test_failing_points_raise_on_request_with_everything_that_was_computed():
    with pytest.raises(qs.errors.SweepError, match="1 of 6 points") as caught:
        qs.sweep("spin_pair", DEAD, ["purity"], errors="raise")
    (failure,) = caught.value.failures
    assert failure.coordinates == {"epsilon": 0.0, "gain_a": 0.0}
    assert "not unique" in failure.message
    assert int(np.isfinite(caught.value.dataset.purity).sum()) == 5


def test_sweep_in_which_every_point_fails_still_reports():
    with pytest.warns(qs.errors.SweepWarning, match="2 of 2 points"):
        dataset = qs.sweep(
            "spin_pair", {"detuning": [0, 1]}, ["purity"], {"epsilon": 0, "gain_a": 0}
        )
    assert np.isnan(dataset.purity).all()
    assert dataset.failed.all()


def test_measure_that_is_not_finite_is_reported():
    def broken(steady):
        return np.where(np.abs(central_population(steady) - 1) < 1e-9, np.nan, 1.0)

    with pytest.warns(qs.errors.SweepWarning, match="epsilon=0: measure 'broken' is not finite"):
        dataset = qs.sweep("spin_pair", {"epsilon": [0.1, 0.0]}, [broken, "purity"])
    np.testing.assert_array_equal(dataset.failed, [False, True])
    assert float(dataset.broken[0]) == 1
    assert float(dataset.purity[0]) == pytest.approx(0.96192071428697545496, rel=1e-10)


@pytest.mark.parametrize("members", [1, 2])
@pytest.mark.parametrize("workers", [1, 3])
def test_results_depend_neither_on_threads_nor_on_chunks(members, workers, monkeypatch):
    measures = [*NAMES, populations]
    with pytest.warns(qs.errors.SweepWarning):
        whole = qs.sweep("spin_pair", DEAD, measures, workers=1)
    monkeypatch.setattr(qs.Lindbladian, "members_per_chunk", members)
    with pytest.warns(qs.errors.SweepWarning):
        cut = qs.sweep("spin_pair", DEAD, measures, workers=workers)
    assert cut.attrs["failures"] == whole.attrs["failures"]
    xr.testing.assert_allclose(cut, whole, rtol=0, atol=1e-13)


def test_dataset_survives_a_file(tmp_path):
    with pytest.warns(qs.errors.SweepWarning):
        dataset = qs.sweep("spin_pair", DEAD, [*NAMES, populations], {"damping_b": np.int64(7)})
    dataset.to_netcdf(tmp_path / "tongue.nc", engine="h5netcdf")
    with xr.open_dataset(tmp_path / "tongue.nc", engine="h5netcdf") as file:
        loaded = file.load()
    xr.testing.assert_equal(loaded, dataset)
    assert loaded.failed.dtype == bool
    for name in [*dataset.data_vars, *dataset.coords]:
        assert loaded[name].attrs == dataset[name].attrs
    assert loaded.attrs["model"] == "spin_pair"
    assert loaded.attrs["parameter_damping_b"] == 7
    assert loaded.attrs["parameter_gain_b"] == 1.0
    assert loaded.attrs["quantsync_version"] == qs.__version__
    assert 0 < loaded.attrs["largest_residual"] < 1e-12
    assert list(np.atleast_1d(loaded.attrs["failures"])) == dataset.attrs["failures"]
    assert loaded.gain_a.attrs == {"long_name": "Gain rate of spin A.", "units": "damping_a"}
    json.dumps(dataset.attrs)  # plain numbers and strings only


def test_switches_of_a_model_survive_a_file(tmp_path):
    def model(x, balanced=True, label="none", choice=None):
        return qs.models.spin_pair(epsilon=x, gain_a=1.0 if balanced else 2.0)

    dataset = qs.sweep(model, {"x": [0.1, 0.2]}, "purity", fixed={"balanced": False})
    dataset.to_netcdf(tmp_path / "map.nc", engine="h5netcdf")
    with xr.open_dataset(tmp_path / "map.nc", engine="h5netcdf") as file:
        xr.testing.assert_identical(file.load(), dataset)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("spin_pear", AXES, NAMES), "UnknownNameError", "did you mean 'spin_pair'"),
        (("spin_pair", {"gain_aa": [1]}, NAMES), "UnknownNameError", "did you mean 'gain_a'"),
        (("spin_pair", AXES, ["negativty"]), "UnknownNameError", "did you mean 'negativity'"),
        (("spin_pair", AXES, NAMES, {"gian_a": 1}), "UnknownNameError", "did you mean 'gain_a'"),
        (("spin_pair", AXES, NAMES, {"epsilon": 1}), "InvalidArgumentError", "'epsilon' is both"),
        (("spin_pair", {"epsilon": [0, np.nan]}, NAMES), "NonFiniteError", "`epsilon`.*nan.*(1,)"),
        (("spin_pair", {"gain_a": [1.0, -2.0]}, NAMES), "InvalidArgumentError", "gain_a.*-2"),
        (("spin_pair", AXES, NAMES, {"gain_a": np.nan}), "NonFiniteError", "gain_a.*nan"),
        (("spin_pair", {}, NAMES), "InvalidArgumentError", "`axes` must map"),
        (("spin_pair", {"epsilon": 0.1}, NAMES), "InvalidArgumentError", "`epsilon`.*one-dim"),
        (("spin_pair", {"epsilon": []}, NAMES), "InvalidArgumentError", "at least one value"),
        (
            ("spin_pair", {"epsilon": ["a"]}, NAMES),
            "InvalidArgumentError",
            "`epsilon` must be a real number or array, but is 'a'",
        ),
        (("spin_pair", {"epsilon": ["a", 1.0]}, NAMES), "InvalidArgumentError", "holds both"),
        (("spin_pair", {"spin": [1, 0.7]}, NAMES), "InvalidArgumentError", "0.7"),
        (("spin_pair", AXES, []), "InvalidArgumentError", "at least one measure"),
        (("spin_pair", AXES, [3]), "InvalidArgumentError", "name or a function"),
        (("spin_pair", AXES, ["purity", "purity"]), "InvalidArgumentError", "given twice"),
        (("spin_pair", AXES, {"epsilon": "purity"}), "InvalidArgumentError", "'epsilon'"),
        (("spin_pair", AXES, {"failed": "purity"}), "InvalidArgumentError", "'failed'"),
        ((lambda x: x, {"x": [1]}, NAMES), "InvalidArgumentError", "must return a Lindbladian"),
        ((lambda x, y: x, {"x": [1]}, NAMES), "InvalidArgumentError", "needs a value for y"),
    ],
)
def test_misuse_is_explained(arguments, error, message):
    with pytest.raises(getattr(qs.errors, error), match=message):
        qs.sweep(*arguments)


@pytest.mark.parametrize("length", [1, 2, 3])
def test_fixed_parameters_are_single_numbers(length):
    # Of the length of the last axis, an array would vary along it unnoticed.
    with pytest.raises(qs.errors.InvalidArgumentError):
        qs.sweep("spin_pair", AXES, "purity", fixed={"gain_a": np.arange(1.0, length + 1)})


def test_measure_of_the_wrong_shape_is_refused():
    with pytest.raises(qs.errors.QuantsyncError, match=r"'first'.*batch shape"):
        qs.sweep("spin_pair", AXES, {"first": lambda steady: steady.rho[0, 0, 0].real})


def test_a_measure_may_be_complex_in_some_chunks_only():
    real = ChunkResult({"z": np.array([1.0, 2.0])}, {})
    turned = ChunkResult({"z": np.array([3.0 + 4.0j])}, {})
    parts = [(np.array([0, 1]), real), (np.array([2]), turned)]
    for order in (parts, parts[::-1]):
        np.testing.assert_array_equal(merged(3, order).values["z"], [1.0, 2.0, 3.0 + 4.0j])
