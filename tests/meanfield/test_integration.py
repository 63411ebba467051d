"""Trajectories: exact solutions, methods against each other, batches, ends."""

from fractions import Fraction

import numpy as np
import pytest
import qutip
import sympy

import quantsync as qs
from quantsync.errors import (
    BroadcastError,
    ConvergenceError,
    DimensionError,
    InvalidArgumentError,
    InvalidStateError,
    QuantsyncError,
    TrajectoryEndedError,
    UnboundedRunError,
    UnknownNameError,
)
from quantsync.meanfield import _dormand_prince as dormand_prince
from quantsync.meanfield import _solver_choice as solver_choice
from quantsync.meanfield.equations import kernels

B1, B2 = sympy.symbols("b1 b2")
star = sympy.conjugate
omega, gain, loss, kappa = sympy.symbols("omega gain loss kappa", real=True)
METHODS = ("auto", "LSODA", "DOP853", "Radau", "BDF")


@pytest.fixture
def without_machine_code(monkeypatch):
    monkeypatch.setattr(kernels, "find_spec", lambda name: None)


@pytest.fixture(scope="module")
def oscillator():
    return qs.MeanFieldModel(
        [B1],
        omega * B1 * star(B1),
        [sympy.sqrt(gain) * star(B1), sympy.sqrt(loss) * B1**2],
        defaults={"omega": 1.0, "gain": 1.0, "loss": 0.1},
    )


@pytest.fixture(scope="module")
def pair():
    H = omega * (B1 * star(B1) - B2 * star(B2)) + kappa * (B1 * star(B2) + star(B1) * B2)
    jumps = [sympy.sqrt(gain) * star(B1), sympy.sqrt(loss) * B1**2]
    jumps += [sympy.sqrt(gain) * star(B2), sympy.sqrt(loss) * B2**2]
    defaults = {"omega": 0.3, "gain": 1.0, "loss": 0.1, "kappa": 0.2}
    return qs.MeanFieldModel([B1, B2], H, jumps, defaults=defaults)


def stuart_landau(t, beta0, omega=1.0, gain=1.0, loss=0.1):
    n0 = abs(beta0) ** 2
    n = 1 / (2 * loss / gain + (1 / n0 - 2 * loss / gain) * np.exp(-gain * t))
    return np.sqrt(n) * np.exp(1j * (np.angle(beta0) - omega * t))


@pytest.mark.parametrize("method", METHODS)
def test_every_method_finds_the_exact_solution(oscillator, method):
    tight = {} if method != "BDF" else {"tolerance": 1e-10}
    run = oscillator.integrate([0.3 + 0.1j], [0.0, 0.7, 3.0, 3.0, 12.0], method=method, **tight)
    want = stuart_landau(run.times, 0.3 + 0.1j)
    np.testing.assert_allclose(run.beta[:, 0], want, atol=1e-7 if method == "BDF" else 1e-9)
    assert run.valid.all()
    assert run.ended == ""
    assert run.method == ("DOP853" if method == "auto" else method)


@pytest.mark.parametrize("machine_code", [True, False])
def test_batches_agree_with_the_exact_solution_and_single_runs(
    oscillator, machine_code, monkeypatch
):
    if machine_code:
        pytest.importorskip("numba")
        monkeypatch.setattr(kernels, "TRAJECTORIES_WORTH_COMPILING", 1)
    else:
        monkeypatch.setattr(kernels.Kernel, "worth_compiling", lambda self, size: False)
    starts = np.linspace(0.1, 3.0, 7)[:, None, None] * np.exp(0.4j)
    gains = np.array([0.5, 1.0, 2.0])
    times = np.linspace(0.0, 20.0, 41)
    run = oscillator.integrate(starts, times, parameters={"gain": gains}, workers=2)
    assert run.beta.shape == (7, 3, 41, 1)
    for i, start in enumerate(starts[:, 0, 0]):
        for j, g in enumerate(gains):
            want = stuart_landau(times, start, gain=g)
            np.testing.assert_allclose(run.beta[i, j, :, 0], want, atol=1e-9)
    assert run.method == "DOP853"


@pytest.mark.parametrize("route", ["numpy", "machine code", "SciPy"])
def test_covariances_of_a_linear_system_are_those_of_an_open_network(route, monkeypatch):
    if route == "machine code":
        pytest.importorskip("numba")
    monkeypatch.setattr(
        kernels.Kernel, "worth_compiling", lambda self, size: route == "machine code"
    )
    model = qs.MeanFieldModel(
        [B1, B2],
        1.1 * B1 * star(B1) + 0.9 * B2 * star(B2) + 0.2 * (B1 * star(B2) + star(B1) * B2),
        [(0.5 * B1, 0.8), 0.3 * B2 + 0.1j * star(B1)],
    )
    count = 20 if route == "numpy" else 1
    beta = np.tile([1.0 + 0.5j, -0.3j], (count, 1))
    squeezed = np.diag([0.25, 1.0, 0.5, 0.5])
    times = np.array([0.0, 0.5, 4.0, 15.0])
    run = model.integrate(beta, times, squeezed)
    network = qs.gaussian.OpenNetwork(
        model.fluctuation_matrix([0, 0]), model.diffusion([0, 0]), names=["a", "b"]
    )
    start = qs.GaussianState(run.mean[0, 0], squeezed)
    want = network.evolve(start, times)
    for k in (0, count - 1):
        np.testing.assert_allclose(run.covariance[k], want.covariance, atol=1e-10)
        np.testing.assert_allclose(run.mean[k], want.mean, atol=1e-10)


def test_the_three_ways_agree_on_a_nonlinear_pair(pair, monkeypatch):
    times, start = np.linspace(0.0, 30.0, 13), np.array([0.5, 1.0 + 1.0j])
    one = pair.integrate(start, times, "vacuum", method="LSODA")
    monkeypatch.setattr(kernels.Kernel, "worth_compiling", lambda self, size: False)
    many = pair.integrate(np.tile(start, (20, 1)), times, "vacuum", workers=1)
    np.testing.assert_allclose(many.beta[7], one.beta, atol=1e-9)
    np.testing.assert_allclose(many.covariance[7], one.covariance, atol=1e-8)
    pytest.importorskip("numba")
    monkeypatch.setattr(kernels.Kernel, "worth_compiling", lambda self, size: True)
    fast = pair.integrate(start, times, "vacuum")
    np.testing.assert_allclose(fast.beta, many.beta[0], atol=1e-11)
    np.testing.assert_allclose(fast.covariance, many.covariance[0], atol=1e-11)
    # Physical throughout, and grown along the phase, which nothing holds.
    qs.gaussian.symplectic_spectrum(fast.covariance)
    assert np.trace(fast.covariance[-1]) > 5


def ways(monkeypatch, route):
    """Force one of the three implementations; the number of trajectories it needs."""
    if route == "machine code":
        pytest.importorskip("numba")
    monkeypatch.setattr(
        kernels.Kernel, "worth_compiling", lambda self, size: route == "machine code"
    )
    return 20 if route == "numpy" else 2


@pytest.mark.parametrize("route", ["numpy", "machine code", "SciPy", "LSODA"])
def test_events_end_trajectories_at_their_time(route, monkeypatch):
    count = ways(monkeypatch, route)
    growing = qs.MeanFieldModel([B1], jumps=[sympy.sqrt(gain) * star(B1)], defaults={gain: 0.2})
    starts = np.full((count, 1), 1.0 + 0j)
    starts[1] = 0.1
    run = growing.integrate(
        starts,
        np.linspace(0.0, 10.0, 21),
        events={"full": 2 - sympy.Abs(B1), "far": sympy.Abs(B1) - 50},
        method="LSODA" if route == "LSODA" else "auto",
    )
    end = np.log(2) / 0.1
    assert run.ended[0] == "full"
    assert run.end_time[0] == pytest.approx(end, abs=1e-8)
    np.testing.assert_array_equal(run.valid[0], run.times <= end)
    assert np.isnan(run.beta[0, ~run.valid[0]]).all()
    np.testing.assert_allclose(
        run.beta[0, run.valid[0], 0], np.exp(0.1 * run.times[run.valid[0]]), rtol=1e-9
    )
    # The other one is not concerned.
    assert run.ended[1] == ""
    assert run.valid[1].all()
    np.testing.assert_allclose(run.beta[1, :, 0], 0.1 * np.exp(0.1 * run.times), rtol=1e-9)


@pytest.mark.parametrize("route", ["numpy", "machine code", "SciPy", "LSODA"])
def test_a_pole_is_reported_under_the_name_of_its_event(route, monkeypatch):
    """dn/dt = -2/(2n - 1): (2n - 1)^2 = (2n_0 - 1)^2 - 8t reaches 0 at t = (2n_0 - 1)^2/8."""
    count = ways(monkeypatch, route)
    n = B1 * star(B1)
    model = qs.MeanFieldModel.from_equations([B1], [-B1 / n / (2 * n - 1)])
    method = "LSODA" if route == "LSODA" else "auto"
    times = np.linspace(0, 3, 31)
    starts = np.full((count, 1), 1.5 + 0j)
    run = model.integrate(starts, times, events={"X": 2 * n - 1}, method=method)
    end = (2 * 1.5**2 - 1) ** 2 / 8
    assert run.ended[0] == "X"
    assert run.end_time[0] == pytest.approx(end, abs=1e-6)
    np.testing.assert_array_equal(run.valid[0], run.times < end)
    with pytest.raises(UnboundedRunError, match="no step is short enough") as raised:
        model.integrate(starts, times, method=method)
    assert raised.value.time == pytest.approx(end, abs=1e-6)
    assert raised.value.reason == "singular"
    with pytest.raises(TrajectoryEndedError, match="event 'X'"):
        model.integrate(starts, times, events={"X": 2 * n - 1}, method=method, on_event="raise")


def test_a_start_next_to_a_pole_is_given_up():
    """A frequency of 1e14: at its pace the time would never come."""
    n = B1 * star(B1)
    model = qs.MeanFieldModel.from_equations([B1], [-sympy.I * B1 / (n - 5)])
    with pytest.raises(UnboundedRunError, match="no step is short enough") as raised:
        model.integrate([np.sqrt(5 + 1e-14)], [1.0], method="LSODA")
    assert raised.value.time < 1e-6


@pytest.mark.parametrize("route", ["numpy", "machine code", "SciPy", "LSODA"])
def test_unbounded_runs_are_errors_that_keep_the_others(route, monkeypatch):
    count = ways(monkeypatch, route)
    model = qs.MeanFieldModel([B1], jumps=[sympy.sqrt(gain) * star(B1)])
    rates = np.full(count, 0.1)
    rates[1] = 4.0
    method = "LSODA" if route == "LSODA" else "auto"
    options = {"parameters": {"gain": rates}, "method": method}
    with pytest.raises(UnboundedRunError, match=rf"at index \(1,\) grows .*1 of {count}") as raised:
        model.integrate([1.0], [1.0, 20.0], "vacuum", **options)
    assert raised.value.indices == [(1,)]
    assert raised.value.time == pytest.approx(np.log(1e6) / 2, rel=0.1)
    kept = raised.value.result
    assert kept.beta[0, 1, 0] == pytest.approx(np.exp(0.05 * 20), rel=1e-9)
    np.testing.assert_array_equal(kept.valid[1], [True, False])
    run = model.integrate([1.0], [1.0, 20.0], "vacuum", errors="mask", **options)
    assert run.ended[1] == "unbounded"
    assert np.isnan(run.covariance[1, 1]).all()
    assert "1 ended early" in repr(run)


@pytest.mark.parametrize("route", ["numpy", "machine code", "SciPy"])
def test_explicit_time_counts_from_the_start_time(route, monkeypatch):
    count = ways(monkeypatch, route)
    t = sympy.Symbol("t", real=True)
    driven = qs.MeanFieldModel([B1], 2 * t * B1 * star(B1), time=t)
    run = driven.integrate(np.ones((count, 1)), [1.0, 1.5, 3.0], start_time=1.0)
    want = np.exp(-1j * (run.times**2 - 1))
    np.testing.assert_allclose(run.beta[0, :, 0], want, atol=1e-10)


def test_long_runs_turn_to_machine_code(pair, monkeypatch):
    pytest.importorskip("numba")
    monkeypatch.setattr("quantsync.meanfield._scipy_solvers.STATEMENTS_BEFORE_COMPILING", 5000)
    model = qs.MeanFieldModel(
        [B1], omega * B1 * star(B1), [sympy.sqrt(loss) * B1], defaults={"omega": 1.0, "loss": 0.1}
    )
    kernel = model.kernels.flow(covariance=True)
    assert not kernel.worth_compiling(1)
    run = model.integrate([1.0], [50.0], "vacuum")
    assert kernel.worth_compiling(1)
    assert run.beta[0, 0] == pytest.approx(np.exp(-2.5 - 50j), abs=1e-10)
    model = qs.MeanFieldModel.from_equations([B1], [-sympy.I * B1])
    run = model.integrate([1.0], [50.0], method="LSODA")
    assert run.beta[0, 0] == pytest.approx(np.exp(-50j), abs=1e-9)


def test_stiff_equations_go_to_a_stiff_method(monkeypatch):
    monkeypatch.setattr(solver_choice, "STEPS_BEFORE_STIFF", 2000)
    monkeypatch.setattr(solver_choice, "MOST_STEPS", 2000)
    n = B1 * star(B1)
    stiff = qs.MeanFieldModel.from_equations([B1, B2], [-1e5 * (B1 - B2), -B2 + 0 * n])
    starts = np.tile([0.0, 1.0], (20, 1))
    run = stiff.integrate(starts, [0.0, 1.0])
    assert run.method == "LSODA"
    np.testing.assert_allclose(run.beta[:, 1, 1], np.exp(-1), rtol=1e-9)
    with pytest.raises(ConvergenceError, match="stiff"):
        stiff.integrate(starts, [1.0], method="DOP853")


@pytest.mark.parametrize("route", ["numpy", "machine code"])
def test_stiffness_is_found_by_looking(route, monkeypatch):
    """Stability limits the step of the explicit method: it would take a million."""
    count = ways(monkeypatch, route)
    stiff = qs.MeanFieldModel.from_equations([B1, B2], [-1e6 * (B1 - B2), -B2])
    run = stiff.integrate(np.tile([0.0, 1.0], (count, 1)), [5.0])
    assert run.method == "LSODA"
    np.testing.assert_allclose(run.beta[:, 0, 1], np.exp(-5), rtol=1e-8)
    # A fast rotation is none: accuracy limits its step.
    spinning = qs.MeanFieldModel.from_equations([B1], [-1000j * B1])
    run = spinning.integrate(np.ones((count, 1)), [5.0], tolerance=1e-6)
    assert run.method == "DOP853"


def test_it_works_without_machine_code(without_machine_code, pair):
    fresh = qs.MeanFieldModel.from_equations([B1], [-sympy.I * B1])
    run = fresh.integrate(np.ones((300, 1)), [7.0])
    np.testing.assert_allclose(run.beta[:, 0, 0], np.exp(-7j), atol=1e-11)
    assert not any("compiled" in k.__dict__ for k in fresh.kernels._flows.values())


def test_bad_arguments_are_named(pair):
    start = [0.1, 0.2]
    with pytest.raises(InvalidStateError, match="`covariance` violates the uncertainty"):
        pair.integrate(start, [1.0], np.eye(4) / 4)
    with pytest.raises(DimensionError, match="`covariance` must have shape"):
        pair.integrate(start, [1.0], np.eye(2) / 2)
    with pytest.raises(InvalidArgumentError, match="'vacuum', but is 'thermal'"):
        pair.integrate(start, [1.0], "thermal")
    with pytest.raises(InvalidArgumentError, match="is a fixed point"):
        pair.integrate([0, 0], [1.0], stationary="raise")
    with pytest.raises(InvalidArgumentError, match="`method` must be 'auto', 'LSODA'"):
        pair.integrate(start, [1.0], method="Euler")
    with pytest.raises(InvalidArgumentError, match="`times` must be in non-decreasing order"):
        pair.integrate(start, [1.0, 0.5])
    with pytest.raises(InvalidArgumentError, match="`times` must be >= 1, but holds 0.5"):
        pair.integrate(start, [0.5], start_time=1.0)
    with pytest.raises(InvalidArgumentError, match="`tolerance` must be >= 3e-14, but is 1e-16"):
        pair.integrate(start, [1.0], tolerance=1e-16)
    with pytest.raises(InvalidArgumentError, match="`bound` must be > 0, but is -1"):
        pair.integrate(start, [1.0], bound=-1)
    with pytest.raises(InvalidArgumentError, match="`on_event` must be"):
        pair.integrate(start, [1.0], on_event="stop")
    with pytest.raises(InvalidArgumentError, match="name 'singular'"):
        pair.integrate(start, [1.0], events={"singular": B1})
    with pytest.raises(UnknownNameError, match="Unknown symbol 'other'"):
        pair.integrate(start, [1.0], events={"x": sympy.Symbol("other", real=True)})
    with pytest.raises(BroadcastError, match=r"state \(3,\), omega \(2,\)"):
        pair.integrate(np.ones((3, 2)), [1.0], parameters={"omega": [1.0, 2.0]})
    with pytest.raises(InvalidArgumentError, match="`times` must not be empty"):
        pair.integrate(start, [])


def test_the_method_of_order_8_has_order_8():
    """Ten times the tolerance, ten times the error, and as few steps as SciPy's own."""
    from scipy.integrate import solve_ivp

    calls = []

    def rate(t, y, c, out):
        calls.append(1)
        out[0], out[1] = y[1], -np.sin(y[0])

    start = np.array([[2.0], [0.0]])
    problem = dormand_prince.Problem(
        rate, [], start, 0.0, np.array([20.0]), 2, np.full(2, 1e6), 1e-9, 1e-11
    )
    outcome = dormand_prince.solve(problem)
    peer = solve_ivp(
        lambda t, y: [y[1], -np.sin(y[0])], (0, 20), [2.0, 0.0], "DOP853", rtol=1e-9, atol=1e-11
    )
    np.testing.assert_allclose(outcome.states[0, :, 0], peer.y[:, -1], atol=1e-12)
    assert abs(len(calls) - peer.nfev) <= 15


def test_that_an_event_is_real_is_looked_at_once_and_for_each_event(monkeypatch):
    b = sympy.Symbol("b")
    model = qs.MeanFieldModel([b], jumps=[b])
    looked = []
    monkeypatch.setattr(
        "quantsync.meanfield.model.require_real", lambda value, *_: looked.append(value)
    )
    quanta = sympy.Abs(b) ** 2
    for _ in range(3):
        model.integrate([1.0], [0.5], events={"faint": quanta - 0.01})
    model.integrate([1.0], [0.5], events={"faint": quanta - 0.02})
    assert len(looked) == 2
    monkeypatch.undo()
    for _ in range(2):  # what is refused is refused again
        with pytest.raises(InvalidArgumentError, match="faint"):
            model.integrate([1.0], [0.5], events={"faint": b})


@pytest.mark.parametrize(
    ("name", "values"),
    {
        "state": [None, "x", [[1.0], [2.0, 3.0]], {"b": 1}, qutip.qeye(2)],
        "times": [None, "soon", ["0"], 1j, [[1.0]], np.ma.masked_array([1.0], [True])],
        "covariance": ["thermal", {}, qutip.qeye(2), [["a", "b"], ["c", "d"]]],
        "parameters": [[1.0], "gain", {"gain": None}, {"gain": "1"}, {"gain": [1.0, "a"]}],
        "events": [[B1], B1, {"x": [B1]}],
        "method": [None, 3, ["auto"]],
        "tolerance": ["tight", [1e-9, 1e-9], 0, 1j, np.nan],
        "bound": [None, "far", -1.0],
        "start_time": [None, "0", np.inf],
        "on_event": ["stop", None, True],
        "errors": ["end", None, False],
        "stationary": ["ignore", 1],
        "workers": ["two", 0, 1.5],
    }.items(),
)
def test_values_of_the_wrong_type_are_named(oscillator, name, values):
    for value in values:
        given = {"state": [1.0], "times": [1.0], name: value}
        with pytest.raises(QuantsyncError) as caught:
            oscillator.integrate(**given)
        assert f"`{name}`" in str(caught.value) or name == "parameters", caught.value
        assert (
            "gain" in str(caught.value)
            or name != "parameters"
            or "`parameters`" in str(caught.value)
        )


def test_numbers_of_sympy_and_fractions_are_numbers(oscillator):
    third = oscillator.integrate([1.0], [1.0], parameters={"gain": 1 / 3}).beta
    for value in (sympy.Rational(1, 3), Fraction(1, 3), [sympy.Rational(1, 3)]):
        found = oscillator.integrate([1.0], [1.0], parameters={gain: value}).beta
        np.testing.assert_array_equal(found.reshape(third.shape), third)
