"""The harmonic chain as a model: compute, sweeps, and what they refuse."""

import json

import numpy as np
import pytest
from places import TESTS

import quantsync as qs
from quantsync.errors import (
    BroadcastError,
    InvalidArgumentError,
    SweepWarning,
    UnknownNameError,
    UnstableNetworkError,
)
from quantsync.models.harmonic_chain import run as harmonic_run

REFERENCE = TESTS / "reference" / "benedetti2016.json"
MEASURES = {
    "<x1>": "x1",
    "<x2>": "x2",
    "<x1^2>": "x1_variance",
    "<x2^2>": "x2_variance",
    "C_{<x1>,<x2>}(t,15)": "pearson",
    "C_{<x1^2>,<x2^2>}(t,15)": "pearson_variance",
    "E=max(0,-ln(2 nu_tilde_min))": "log_negativity",
    "M=S1+S2-S12 (nats)": "mutual_information",
}
SMALL = {"sites": 24, "time": 7.0, "squeezing_1": 0.4}


def references():
    entries = json.loads(REFERENCE.read_text())["references"]
    return [entry for entry in entries if entry["quantity"] in MEASURES]


def model_parameters(entry):
    given = entry["params"]
    named = {
        "sites": given["M"],
        "omega_2": float(given["omega2"]),
        "coupling": float(given["lam"]),
        "probe_coupling": float(given["K"]),
        "site_1": given["m"],
        "site_2": given["n"],
        "chain_frequency": float(given["Omega0"]),
        "chain_coupling": float(given["g"]),
        "time": entry["t"],
    }
    if "r1" in given:
        named |= {f"squeezing_{k}": given["sign"] * float(given[f"r{k}"]) for k in (1, 2)}
    else:
        named |= {f"x{k}": float(given["x0"][k - 1]) for k in (1, 2)}
        named |= {f"p{k}": float(given["p0"][k - 1]) for k in (1, 2)}
    return named


@pytest.mark.parametrize("entry", references(), ids=lambda e: e["id"])
def test_reference_numbers(entry):
    measure = MEASURES[entry["quantity"]]
    value = qs.compute("harmonic_chain", model_parameters(entry), [measure])[measure]
    assert value == pytest.approx(float(entry["value"]), abs=1e-10)


def test_the_run_agrees_with_the_network_built_by_hand():
    run = qs.models.harmonic_chain(**SMALL, site_2=20, p2=-0.3, coupling=0.2)
    chain = qs.HarmonicNetwork.chain(24, frequency=0.4, coupling=1.2)
    network = chain.with_probes([1.0, 1.1], nodes=[1, 20], strengths=0.2, direct=0.2)
    start = qs.GaussianState.squeezed([1.0, 1.1], [0.4, 0.0])
    start = start.displaced(x=[0.14, 1.4], p=[0, -0.3])
    expected = qs.evolve(network, qs.gaussian.ProbesInEnvironment(start), [7.0])
    ours = run.evolve([7.0])
    np.testing.assert_allclose(ours.covariance, expected.covariance, rtol=0, atol=1e-14)
    np.testing.assert_allclose(ours.mean, expected.mean, rtol=0, atol=1e-14)
    np.testing.assert_allclose(run.means(), expected.mean[:, ::2], rtol=0, atol=1e-12)


def test_a_sweep_is_the_same_as_its_points():
    axes = {"time": [0.0, 5.0, 9.0], "site_2": [1, 7], "squeezing_2": [0.0, 0.3], "delay": [0, 0.5]}
    names = list(MEASURES.values())
    dataset = qs.sweep("harmonic_chain", axes, names, fixed={"sites": 12, "window": 4.0})
    assert dataset.attrs["method"] == "normal modes, exact in time"
    assert dataset.x1_variance.attrs["units"] == "1/omega_1"
    for index in [(0, 0, 0, 0), (1, 1, 0, 1), (2, 0, 1, 1), (2, 1, 1, 0)]:
        point = {name: values[i] for (name, values), i in zip(axes.items(), index, strict=True)}
        single = qs.compute("harmonic_chain", {"sites": 12, "window": 4.0} | point, names)
        for name in names:
            assert float(dataset[name][index]) == pytest.approx(single[name], abs=1e-12), name


def test_a_time_axis_is_one_network(monkeypatch):

    built = []
    original = harmonic_run._network.__wrapped__

    def counted(*parameters):
        built.append(parameters)
        return original(*parameters)

    monkeypatch.setattr(harmonic_run, "_network", counted)
    times = np.linspace(0, 20, 10_001)  # several chunks
    dataset = qs.sweep("harmonic_chain", {"time": times}, ["x1"], fixed={"sites": 12}, workers=1)
    assert len(built) == 3
    assert len(set(built)) == 1
    network, start = original(12, 1, 1.1, 0.5, 0.2, 1, 1, 0.4, 1.2), [0.14, 0, 1.4, 0]
    state = qs.gaussian.ProbesInEnvironment(
        qs.GaussianState.vacuum([1, 1.1]).displaced(x=start[::2], p=start[1::2])
    )
    expected = qs.evolve(network, state, times).mean[:, 0]
    np.testing.assert_allclose(dataset.x1, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("waste", [0.5, 1e9])
def test_many_starts_at_once_are_the_same_as_one_by_one(waste, monkeypatch):
    names = ["x2", "pearson", "x2_variance", "pearson_variance"]
    axes = {"x1": [0.1, 0.7, -1.0], "squeezing_1": [0.0, 0.5], "time": [3.0, 11.0], "p2": [0, 0.4]}
    fixed = {"sites": 9, "window": 5.0}
    monkeypatch.setattr(harmonic_run, "WASTE", waste)
    dataset = qs.sweep("harmonic_chain", axes, names, fixed=fixed)
    for index in [(0, 0, 0, 0), (1, 1, 0, 1), (2, 1, 1, 0)]:
        point = {name: values[i] for (name, values), i in zip(axes.items(), index, strict=True)}
        single = qs.compute("harmonic_chain", fixed | point, names)
        for name in names:
            assert float(dataset[name][index]) == pytest.approx(single[name], abs=1e-12), name


def test_an_unstable_point_costs_only_itself():
    axes = {"probe_coupling": [0.2, 0.5, 3.0], "time": [1.0, 2.0]}
    with pytest.warns(SweepWarning, match="2 of 6 points.*probe_coupling=3.*UnstableNetworkError"):
        dataset = qs.sweep("harmonic_chain", axes, ["x2"], fixed={"sites": 12})
    np.testing.assert_array_equal(dataset.failed.any("time"), [False, False, True])
    np.testing.assert_array_equal(np.isnan(dataset.x2).any("time"), [False, False, True])
    with pytest.raises(UnstableNetworkError, match="0.97"):
        qs.compute("harmonic_chain", {"probe_coupling": 1.0, "coupling": 0.0}, ["x1"])


def test_what_is_at_rest_has_no_coefficient():
    assert qs.compute("harmonic_chain", {"sites": 5, "x1": 0, "x2": 0}, ["pearson"]) == {
        "pearson": None
    }


@pytest.mark.parametrize(
    ("parameters", "error", "match"),
    [
        ({"sites": 2.5}, InvalidArgumentError, "`sites` must be a whole number >= 1, but is 2.5"),
        ({"sites": 0}, InvalidArgumentError, "`sites`.*but is 0"),
        ({"site_1": 0}, InvalidArgumentError, "`site_1`.*from 1 to 300, but is 0"),
        ({"sites": 10, "site_2": 11}, InvalidArgumentError, "`site_2`.*from 1 to 10, but is 11"),
        ({"window": 0}, InvalidArgumentError, "`window` must be > 0, but is 0"),
        ({"coupling": 1j}, InvalidArgumentError, "`coupling`"),
        ({"lambda": 1}, UnknownNameError, "lambda"),
        ({"omega_1": 0}, InvalidArgumentError, "`omega_1` must be > 0, but is 0\\.0: the start"),
        ({"time": 1e300}, InvalidArgumentError, "`time` must be <= 1e.11"),
        ({"squeezing_2": -400}, InvalidArgumentError, "`squeezing_2` must be >= -300"),
        ({"chain_frequency": -1}, InvalidArgumentError, "`chain_frequency` must be >= 0"),
    ],
)
def test_bad_parameters_are_named(parameters, error, match):
    with pytest.raises(error, match=match):
        qs.compute("harmonic_chain", parameters, ["x1"])


def test_measures_of_other_kinds_are_refused():
    for name in ("synchronization", "linewidth"):
        with pytest.raises(InvalidArgumentError, match="belongs to every steady state"):
            qs.compute("harmonic_chain", {"sites": 5}, [name])
    with pytest.raises(InvalidArgumentError, match="belongs to model harmonic_chain"):
        qs.compute("spin_pair", {}, ["pearson"])


def test_functions_see_the_run():
    values = qs.sweep(
        lambda time: qs.models.harmonic_chain(sites=6, time=time),
        {"time": [1.0, 2.0]},
        {"p2_variance": lambda run: run.covariances()[:, 3, 3]},
    )
    assert values.p2_variance.shape == (2,)
    assert float(values.p2_variance[0]) > 0


def test_a_batch_asks_for_one_of_its_systems():
    run = qs.models.harmonic_chain(sites=[5, 6])
    assert run.shape == (2,)
    assert "shape (2,)" in repr(run)
    with pytest.raises(BroadcastError, match="different values of 'sites'"):
        _ = run.network
    assert len(run.take([1]).network) == 8
    with pytest.raises(BroadcastError, match="must broadcast"):
        qs.models.harmonic_chain(sites=[5, 6], time=[1.0, 2.0, 3.0])
    with pytest.raises(BroadcastError, match="do not broadcast to"):
        run.broadcast_to((3,))
