"""Functions that take one number at a time: found out, called for each, joined into batches."""

import os
import sys
import warnings

import numpy as np
import pytest
import xarray as xr

import quantsync as qs
from quantsync.errors import SweepWarning

qutip = pytest.importorskip("qutip")

Z, UP, ONE = qutip.sigmaz(), qutip.sigmap(), qutip.qeye(2)
Z1, Z2, UP1, UP2 = (qutip.tensor(*pair) for pair in ((Z, ONE), (ONE, Z), (UP, ONE), (ONE, UP)))
QUBITS = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2))
AXES = {"g": np.linspace(0.0, 1.0, 5), "delta": np.linspace(-1.0, 1.0, 4)}


def hamiltonian(delta, g):
    return delta / 4 * (Z1 - Z2) + g * (UP1 * UP2.dag() + UP1.dag() * UP2)


def jumps(loss=0.25):
    return [UP1, np.sqrt(loss) * UP1.dag(), 0.3 * UP2.dag()]


def scripted(delta=0.0, g=0.1, loss=0.25):
    """What somebody writes who has used QuTiP."""
    return qs.from_qutip(hamiltonian(delta, g), jumps(loss), QUBITS)


def quietly(function, *arguments, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SweepWarning)
        return function(*arguments, **options)


@pytest.fixture(scope="module")
def expected():
    return np.array(
        [
            [qutip.steadystate(hamiltonian(delta, g), jumps()).purity() for delta in AXES["delta"]]
            for g in AXES["g"]
        ]
    )


def test_a_script_for_qutip_becomes_a_map(expected):
    with pytest.warns(SweepWarning, match="does not take arrays of `g`, `delta`.*called 20 times"):
        found = qs.sweep(scripted, AXES, ["purity", "synchronization"])
    np.testing.assert_allclose(found.purity, expected, rtol=1e-12)
    assert found.attrs["largest_residual"] < 1e-12
    assert found.attrs["system"] == str(QUBITS)


def test_its_systems_are_solved_together(monkeypatch):
    sizes, solve = [], qs.Lindbladian.solve

    def counted(self, workers=None):
        sizes.append(self.size)
        return solve(self, workers)

    monkeypatch.setattr(qs.Lindbladian, "solve", counted)
    quietly(qs.sweep, scripted, {"g": np.linspace(0.1, 1.0, 64)}, "purity", workers=1)
    assert len(sizes) <= 16
    assert sum(sizes) == 64


@pytest.mark.parametrize("chunk", [None, 3])
def test_a_store_keeps_it_and_goes_on(tmp_path, chunk):
    options = {"store": qs.Store(tmp_path / "map.zarr", chunk=chunk), "progress": False}
    fewer = {"g": AXES["g"][1:4], "delta": AXES["delta"]}
    quietly(qs.sweep, scripted, fewer, "purity", **options)
    found = quietly(qs.sweep, scripted, AXES, "purity", **options)
    memory = quietly(qs.sweep, scripted, AXES, "purity")
    xr.testing.assert_allclose(found, memory, rtol=1e-12)


def test_its_border_is_refined():
    axes = {"g": np.linspace(0.0, 1.0, 4)}
    refine = qs.Refine("purity", tolerance=1e-3)
    found = quietly(qs.sweep, scripted, axes, "purity", refine=refine)
    for edge in found.border_g.values:
        value = qs.compute(scripted, {"g": float(edge)}, "purity")["purity"]
        assert value == pytest.approx(found.attrs["refined_level"], abs=1e-4)


def fragile(delta=0.0, g=0.1):
    if g > 0.5 and delta < 0:
        raise RuntimeError(f"no operating point at g={g}")
    return scripted(delta, g)


def test_a_point_without_a_system_costs_only_itself(expected):
    with pytest.warns(SweepWarning) as caught:
        found = qs.sweep(fragile, AXES, "purity")
    assert any("4 of 20 points" in str(w.message) for w in caught)
    bad = (AXES["g"][:, None] > 0.5) & (AXES["delta"] < 0)
    np.testing.assert_array_equal(found.failed, bad)
    np.testing.assert_allclose(found.purity.values[~bad], expected[~bad], rtol=1e-12)
    assert "g=0.75, delta=-1: RuntimeError: no operating point at g=0.75" in found.failures[0]
    with pytest.raises(qs.errors.SweepError, match="no operating point"):
        quietly(qs.sweep, fragile, AXES, "purity", errors="raise")


def test_the_first_point_may_be_the_one_that_fails():
    def late(g=0.1):
        if g == 0:
            raise RuntimeError("nothing to see")
        return scripted(g=g)

    found = quietly(qs.sweep, late, {"g": AXES["g"]}, "purity")
    assert found.failed.values.tolist() == [True, False, False, False, False]


def switched(x=0.0):
    """Takes arrays, and gives all points what one of them has: nothing raises."""
    space = qs.Space(A=qs.Spin(1 / 2))
    up = 3.0 if np.any(np.asarray(x) > 0.5) else 1.0
    return qs.Lindbladian(
        space, [(x, space["A"].x)], [(up, space["A"].plus), (1, space["A"].minus)]
    )


def test_a_function_that_gives_other_systems_for_arrays_is_found_out():
    x = np.linspace(0.0, 1.0, 6)
    with pytest.warns(SweepWarning, match="at x=0.0 it gives another system for numbers than for"):
        found = qs.sweep(switched, {"x": x}, "purity")
    alone = [qs.compute(switched, {"x": value}, "purity")["purity"] for value in x]
    np.testing.assert_allclose(found.purity, alone, rtol=1e-12)


def lists(levels=3, pump=0.5):
    """Spaces and numbers of jumps that change from point to point."""
    mode = qs.Space(M=qs.Fock(int(levels), finite=True))
    m = mode["M"]
    gain = [(float(pump), m.create)] if pump > 0.3 else []
    return qs.Lindbladian(mode, [(0.2, m.create + m.destroy)], [(1.0, m.destroy), *gain])


def test_systems_of_many_kinds_in_one_map():
    axes = {"pump": [0.1, 0.4, 0.5, 0.6], "levels": [2.0, 3.0]}
    found = quietly(qs.sweep, lists, axes, "purity")
    for pump in axes["pump"]:
        for levels in axes["levels"]:
            alone = qs.compute(lists, {"pump": pump, "levels": levels}, "purity")["purity"]
            assert float(found.purity.sel(pump=pump, levels=levels)) == pytest.approx(alone)


def energy(state, system):
    return np.einsum("bij,bji->b", state.rho, system.hamiltonian()).real


def scaled(state, system, parameters):
    assert system.shape == (len(state.rho),)
    assert set(parameters) == {"delta", "g", "loss"}
    assert all(value.shape == system.shape for value in parameters.values())
    return energy(state, system) / (1 + parameters["g"]) + parameters["loss"]


@pytest.mark.parametrize("how", ["numbers", "arrays", "store"])
def test_measures_see_systems_and_parameters(how, tmp_path):
    def arrays(delta=0.0, g=0.1, loss=0.25):
        a, b = QUBITS["A"], QUBITS["B"]
        return qs.Lindbladian(
            QUBITS,
            [(delta / 2, a.z - b.z), (g, a.plus @ b.minus + a.minus @ b.plus)],
            [(1.0, a.plus), (loss, a.minus), (0.09, b.minus)],
        )

    model = arrays if how == "arrays" else scripted
    options = {"store": tmp_path / "map.zarr", "progress": False} if how == "store" else {}
    measure = qs.Measure("scaled", "scaled energy", "rate", scaled)
    found = quietly(qs.sweep, model, AXES, [measure, energy], {"loss": 0.5}, **options)
    for g in AXES["g"]:
        for delta in AXES["delta"]:
            rho = qutip.steadystate(hamiltonian(delta, g), jumps(0.5))
            value = qutip.expect(hamiltonian(delta, g), rho)
            here = found.sel(g=g, delta=delta)
            assert float(here.energy) == pytest.approx(value, abs=1e-12)
            assert float(here.scaled) == pytest.approx(value / (1 + g) + 0.5, abs=1e-12)
    assert found.scaled.attrs == {"long_name": "scaled energy", "units": "rate"}
    point = qs.compute(model, {"g": 0.5, "loss": 0.5}, [measure, energy])
    assert point["scaled"] == pytest.approx(point["energy"] / 1.5 + 0.5)


def test_tied_parameters_reach_measures():
    found = quietly(
        qs.sweep,
        scripted,
        {"g": [0.1, 0.2]},
        {"loss": lambda state, system, parameters: parameters["loss"]},
        tied={"loss": lambda g: 2 * g},
    )
    np.testing.assert_allclose(found["loss"], [0.2, 0.4])


@pytest.mark.parametrize(
    "measure",
    [lambda: 1.0, lambda a, b, c, d: 1.0, lambda state, *, unit: 1.0],
)
def test_a_measure_that_asks_for_something_else_is_refused(measure):
    with pytest.raises(qs.errors.InvalidArgumentError, match=r"\(state, system, parameters\)"):
        qs.sweep("spin_pair", {"epsilon": [0.1]}, {"mine": measure})


@pytest.mark.parametrize("stored", [False, True])
def test_slow_functions_are_called_by_processes(monkeypatch, tmp_path, stored, expected):
    from quantsync.sweeps import sweep as module

    def asked(delta=0.0, g=0.1):
        return fragile(delta, g)

    def process(state):
        return np.full(len(state.rho), os.getpid(), float)

    monkeypatch.setattr(sys.modules[module.__module__], "LONG", 0.0)
    options = (
        {"store": qs.Store(tmp_path / "map.zarr", chunk=4), "progress": False} if stored else {}
    )
    with pytest.warns(SweepWarning) as caught:
        found = qs.sweep(asked, AXES, ["purity", process], workers=2, **options)
    assert any("on one of 2 processes" in str(w.message) for w in caught)
    bad = (AXES["g"][:, None] > 0.5) & (AXES["delta"] < 0)
    np.testing.assert_array_equal(found.failed, bad)
    np.testing.assert_allclose(found.purity.values[~bad], expected[~bad], rtol=1e-12)
    assert os.getpid() not in found.process.values


MODE = qs.Space(A=qs.Spin(1 / 2))


def spin(z, x=0.3, y=0.0):
    a = MODE["A"]
    return qs.Lindbladian(MODE, [(z, a.z), (x, a.x), (y, a.y)], [(1.0, a.minus)])


def up(state):
    return state.rho[:, 0, 0].real


def test_functions_that_share_random_numbers_or_buffers_do_not_disturb_each_other():
    buffer = np.zeros((2, 2), complex)

    def disordered(seed=0):
        np.random.seed(int(seed))  # noqa: NPY002
        h = 0 * qutip.sigmaz()
        for k in range(60):
            h = h + 0.1 * np.random.randn() * (qutip.sigmax(), qutip.sigmaz())[k % 2]  # noqa: NPY002
        return qs.from_qutip(h, [qutip.sigmam()], MODE)

    def refilled(x=0.1):
        buffer[:] = 0
        for _ in range(200):
            buffer[...] += float(x) * np.array([[0.5, 0.1], [0.1, -0.5]]) / 200
        return qs.Lindbladian(MODE, [(1.0, buffer)], [(1.0, MODE["A"].minus)])

    for model, axes in (
        (disordered, {"seed": np.arange(40)}),
        (refilled, {"x": np.arange(1.0, 41.0)}),
    ):
        found = quietly(qs.sweep, model, axes, up, workers=4)
        ((name, values),) = axes.items()
        alone = [qs.compute(model, {name: value.item()}, up)["up"] for value in values]
        np.testing.assert_allclose(found.up, alone, rtol=1e-12)


@pytest.mark.parametrize("stored", [False, True])
def test_a_function_cannot_write_to_the_axes(stored, tmp_path):
    def scaled(x=0.1):
        x *= 2 * np.pi
        return spin(x)

    x = np.array([0.1, 0.2])
    options = {"store": tmp_path / "map.zarr", "progress": False} if stored else {}
    found = quietly(qs.sweep, scaled, {"x": x}, up, **options)
    assert x.tolist() == found.x.values.tolist() == [0.1, 0.2]
    expected = [qs.compute(scaled, {"x": value}, up)["up"] for value in (0.1, 0.2)]
    np.testing.assert_allclose(found.up, expected, rtol=1e-12)


def collective(drive=0.1, detuning=0.0, kind="a"):
    """Gives all points what the largest one decides."""
    return spin(detuning, drive, 0.5 * np.any(np.abs(detuning) > 0.8))


def together(x=0.1, y=0.1, kind="a"):
    return spin(x, y, 0.5 * np.any(x * y > 0.3))


def largest(x=1.0):
    return spin(1e3 * np.ones_like(x), 0.3, 0.7 if np.any(x > 1.4) else 0.1)


@pytest.mark.parametrize(
    ("model", "axes"),
    [
        (collective, {"drive": np.linspace(0.1, 0.4, 4), "detuning": np.linspace(-1, 1, 21)}),
        (collective, {"kind": ["a", "b"], "detuning": [-1.0, -0.5, 0.0, 0.5, 1.0]}),
        (together, {"kind": ["a"], "x": np.linspace(0.1, 1, 4), "y": np.linspace(0.1, 1, 4)}),
        (largest, {"x": [0.5, 1.0, 1.5]}),
        (lambda k="a", n=1: spin(n - 2), {"k": ["a"], "n": np.arange(4, dtype=np.uint8)}),
        (lambda x=0.0: spin(0.1, 0.3, np.copysign(0.2, x)), {"x": [-0.0, 0.0]}),
    ],
)
def test_every_point_has_the_system_of_its_own_numbers(model, axes):
    found = quietly(qs.sweep, model, axes, up)
    for point in np.ndindex(found.up.shape):
        at = {name: found[name].values[k].item() for name, k in zip(axes, point, strict=True)}
        alone = qs.compute(model, at, up)["up"]
        assert float(found.up[point]) == pytest.approx(alone, rel=1e-11), at


def test_one_point_is_called_with_numbers():
    def run(rate=0.1, until=5.0):
        return qs.Lindbladian(MODE, [], [(rate, MODE["A"].minus)]), np.diag([1.0, 0.0]), until

    measure = {"mean": lambda path: path.rho[:, :, 0, 0].real.mean(axis=1)}
    found = qs.sweep(run, {"until": [5.0]}, measure)
    assert float(found["mean"][0]) == pytest.approx(qs.compute(run, {}, measure)["mean"])


WEIGHTS = np.array([1.0, 2.0])


def test_parameters_that_are_no_numbers_reach_measures_as_they_are():
    def model(x=0.1, weights=WEIGHTS, label=None):
        return spin(x)

    def weighted(state, system, parameters):
        assert parameters["label"] is None
        return up(state) * parameters["weights"].sum() * (1 / (parameters["x"] - 0.2) > 0)

    def picky(state, system, parameters):
        if (parameters["x"] == 0.2).any():
            raise ZeroDivisionError("at 0.2")
        return up(state) * parameters["weights"].sum()

    for x in ([0.1, 0.2], [0.1, 0.2, 0.3]):
        with pytest.warns(SweepWarning, match=f"^1 of {len(x)} points"):
            found = qs.sweep(model, {"x": x}, picky)
        assert float(found.picky[0]) == pytest.approx(3 * qs.compute(model, {"x": 0.1}, up)["up"])
    assert qs.compute(model, {"x": 0.3}, weighted)["weighted"] > 0


def test_what_refuses_some_points_of_an_array_costs_these_only():
    def positive(x=0.1, y=0.1):
        if np.any(np.asarray(x) < 0):
            raise ValueError("x must be positive")
        return spin(x, y)

    axes = {"x": [-0.1, 0.1, 0.2], "y": [0.1, 0.2]}
    with pytest.warns(SweepWarning, match="^2 of 6 points.*x=-0.1, y=0.1: ValueError: x must be"):
        found = qs.sweep(positive, axes, up)
    assert float(found.up[2, 1]) == pytest.approx(
        qs.compute(positive, {"x": 0.2, "y": 0.2}, up)["up"]
    )


def test_a_narrow_window_is_found():
    def window(x=0.35):
        if not 0.34 < x < 0.37:
            raise ValueError("outside the window")
        return spin(float(x))

    found = quietly(qs.sweep, window, {"x": np.linspace(0, 1, 51)}, up)
    assert (~found.failed).sum() == 1
    with pytest.raises(ValueError, match="outside the window"):
        qs.sweep(window, {"x": [0.1, 0.2]}, up)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (lambda x=0.0: qutip.sigmaz(), "Qobj. Give .* to quantsync.from_qutip"),
        (lambda x=0.0: (qutip.sigmaz(), [qutip.sigmam()]), r"from_qutip\(H, c_ops\)"),
        (lambda x=0.0: None, "return"),
        (np.vectorize(lambda x: spin(float(x))), "np.vectorize"),
        (eval("lambda x, /: spin(x)", {"spin": spin}), "by name"),
    ],
)
def test_what_is_returned_by_mistake_is_explained(model, message):
    with pytest.raises(qs.errors.QuantsyncError, match=message):
        qs.sweep(model, {"x": [0.1, 0.2]}, up)


def test_masked_axes_are_refused():
    with pytest.raises(qs.errors.InvalidArgumentError, match="`z`.*masked"):
        qs.sweep(spin, {"z": np.ma.masked_array([0.1, 99.0], [0, 1])}, up)


def test_a_measure_is_declared_by_a_name_and_a_function():
    measure = qs.Measure("mine", up)
    assert (measure.long_name, measure.units) == ("", "1")
    system = spin(0.2)
    np.testing.assert_array_equal(
        measure(qs.steady_state(system)[None]), up(qs.steady_state(system)[None])
    )
    found = qs.sweep(spin, {"z": [0.1, 0.2]}, measure)
    assert float(found.mine[1]) == pytest.approx(float(measure(qs.steady_state(system)[None])[0]))
    with pytest.raises(qs.errors.InvalidArgumentError, match="must be a function"):
        qs.Measure("mine")


def test_rules_know_what_is_fixed():
    found = qs.sweep(
        "spin_pair",
        {"epsilon": [0.1, 0.2]},
        "purity",
        {"gain_b": 2.0},
        tied={"damping_a": lambda gain_b, epsilon, gain_a: gain_b * epsilon + gain_a / 100},
    )
    for epsilon in (0.1, 0.2):
        at = {"epsilon": epsilon, "gain_b": 2.0, "damping_a": 2 * epsilon + 1}
        assert float(found.purity.sel(epsilon=epsilon)) == pytest.approx(
            qs.compute("spin_pair", at, "purity")["purity"]
        )


def test_a_function_named_as_a_measure_is_pointed_to():
    with pytest.raises(qs.errors.InvalidArgumentError, match="give quantsync.concurrence itself"):
        qs.sweep("spin_pair", {"epsilon": [0.1]}, "concurrence")
