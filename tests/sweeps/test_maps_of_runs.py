"""Maps of evolutions, mean fields, networks and quasi-periodic states that functions return."""

import warnings

import numpy as np
import pytest
import sympy
import xarray as xr

import quantsync as qs
from quantsync.errors import SweepWarning

TIMES = np.linspace(0.0, 3.0, 31)
RATES = [0.1, 0.2, 0.5]


def quietly(*arguments, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SweepWarning)
        return qs.sweep(*arguments, **options)


def qubit(rate=0.1, detuning=0.0):
    space = qs.Space(A=qs.Spin(1 / 2))
    a = space["A"]
    system = qs.Lindbladian(space, [(detuning, a.z)], [(rate, a.minus)])
    return system, np.full((2, 2), 0.5), TIMES


def signal(rate=0.1, detuning=0.0):
    system, start, times = qubit(rate, detuning)
    return system, start, times, {"observables": {"s": system.space["A"].plus}}


def coherence(path):
    return path.rho[:, -1, 0, 1]


AXES = {"rate": RATES, "detuning": [0.0, 1.0]}


def test_named_measures_are_those_of_the_last_state():
    found = qs.sweep(qubit, AXES, ["purity", "synchronization", "locked_phase", coherence])
    for rate in RATES:
        excited, left = 0.5 * np.exp(-3 * rate), 0.5 * np.exp(-1.5 * rate)
        here = found.sel(rate=rate)
        purity = excited**2 + (1 - excited) ** 2 + 2 * left**2
        np.testing.assert_allclose(here.purity, purity, rtol=1e-12)
        np.testing.assert_allclose(here.coherence, left * np.exp(-3j * found.detuning), rtol=1e-12)
        # Of a spin 1/2, S = |<S+>|/4 at its maximum; H = omega Sz turns it by omega t.
        np.testing.assert_allclose(here.synchronization, left / 4, rtol=1e-12)
        np.testing.assert_allclose(here.locked_phase, [0.0, 3.0], atol=1e-12)
    assert found.purity.attrs["long_name"].startswith("purity")
    assert found.attrs["largest_error"] < 1e-14
    assert "residual" not in quietly(qubit, AXES, "purity").attrs["method"]
    for name in ("residual", "gap", "observed_frequency"):
        belongs = f"'{name}' belongs to every steady"
        with pytest.raises(qs.errors.InvalidArgumentError, match=belongs):
            qs.sweep(qubit, AXES, name)


@pytest.mark.parametrize("how", ["tuple", "run", "scalar", "store", "solution"])
def test_the_whole_path_is_measured(how, tmp_path):
    def of_numbers(rate=0.1, detuning=0.0):
        return signal(float(rate), float(detuning))

    def made(rate=0.1, detuning=0.0):
        system, start, times, options = signal(rate, detuning)
        return system.run(start, times, **options)

    def solved(rate=0.1, detuning=0.0):
        system, start, times, options = signal(rate, detuning)
        return qs.evolve(system, start, times, **options)

    model = {"run": made, "scalar": of_numbers, "solution": solved}.get(how, signal)
    options = {"store": tmp_path / "map.zarr", "progress": False} if how == "store" else {}
    found = quietly(model, AXES, {"path": lambda path: path.expectation["s"]}, **options)
    rate, detuning = found.rate.values[:, None, None], found.detuning.values[:, None]
    expected = 0.5 * np.exp((1j * detuning - rate / 2) * TIMES)
    np.testing.assert_allclose(found.path, expected, atol=1e-13)
    assert found.path.dims == ("rate", "detuning", "path_0")


def test_windows_delays_and_decays_are_measures():
    def pair(detuning=0.1, bath=0.2):
        space = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2))
        a, b = space["A"], space["B"]
        h = [(1 + detuning / 2, a.z), (1 - detuning / 2, b.z)]
        system = qs.Lindbladian(space, h, [(bath, a.minus + b.minus)])
        watched = {"observables": {"A": a.x, "B": b.x}}
        return system, np.full((4, 4), 0.25), np.linspace(0, 40, 401), watched

    def correlated(path):
        signals = (path.expectation["A"], path.expectation["B"])
        return qs.pearson(*signals, path.times, 2 * np.pi)[:, 300]

    axes = {"detuning": [0.02, 0.5], "bath": [0.05, 0.3]}
    found = qs.sweep(pair, axes, correlated)
    for detuning in axes["detuning"]:
        for bath in axes["bath"]:
            system, start, times, watched = pair(detuning, bath)
            path = qs.evolve(system, start, times, **watched)
            expected = qs.pearson(path.expectation["A"], path.expectation["B"], times, 2 * np.pi)
            here = found.correlated.sel(detuning=detuning, bath=bath)
            assert float(here) == pytest.approx(expected[300], abs=1e-10)
    # What is left is subradiant: the sites in opposite phases, if little detunes them.
    assert float(found.correlated[0, 1]) < -0.9


def van_der_pol():
    b = sympy.Symbol("b")
    gain, loss = sympy.symbols("gain loss", positive=True)
    jumps = [sympy.sqrt(gain) * sympy.conjugate(b), sympy.sqrt(loss) * b**2]
    return qs.MeanFieldModel([b], jumps=jumps)


FIELD = van_der_pol()


def cycle(gain=1.0, loss=0.1):
    return FIELD.run([0.1], 60.0, parameters={"gain": gain, "loss": loss})


def quanta(run):
    return np.abs(run.beta[:, -1, 0]) ** 2


@pytest.mark.parametrize("scalar", [False, True])
def test_a_mean_field_over_its_parameters(scalar):
    def of_numbers(gain=1.0, loss=0.1):
        return cycle(float(gain), float(loss))

    axes = {"gain": [1.0, 2.0], "loss": [0.1, 0.2]}
    found = quietly(of_numbers if scalar else cycle, axes, quanta)
    expected = np.array(axes["gain"])[:, None] / (2 * np.array(axes["loss"]))
    np.testing.assert_allclose(found.quanta, expected, rtol=1e-8)


def test_a_field_that_runs_away_costs_only_itself():
    b, rate = sympy.Symbol("b"), sympy.Symbol("rate", real=True)
    model = qs.MeanFieldModel.from_equations([b], [rate * b])

    def run(rate=0.0):
        return model.run([1.0], 20.0, parameters={"rate": rate})

    with pytest.warns(SweepWarning, match="^1 of 4 points.*rate=2: UnboundedRunError"):
        found = qs.sweep(run, {"rate": [-1.0, 0.0, 2.0, 0.1]}, quanta)
    expected = np.exp(40 * np.array([-1.0, 0.0, 0.1]))
    np.testing.assert_allclose(found.quanta[[0, 1, 3]], expected, rtol=1e-7)


def test_a_border_of_runs_is_refined():
    refine = qs.Refine("quanta", level=3.0, tolerance=1e-3)
    found = qs.sweep(cycle, {"gain": [0.2, 0.5, 1.0]}, quanta, refine=refine)
    np.testing.assert_allclose(found.border_gain, 0.6, atol=1e-3)


def network(coupling=0.1):
    chain = qs.HarmonicNetwork([[1.0, -coupling], [-coupling, 1.0]])
    start = qs.GaussianState.vacuum([1.0, 1.0]).displaced(x=[1.0, 0.0])
    return chain, start, TIMES


def position(path):
    return path.mean[:, -1, 0]


def test_closed_networks_are_mapped():
    with pytest.warns(SweepWarning, match="does not take arrays of `coupling`"):
        found = qs.sweep(network, {"coupling": [0.1, 0.2]}, position)
    # Normal modes x_A +- x_B of frequencies sqrt(1 -+ coupling).
    c = found.coupling.values
    expected = (np.cos(3 * np.sqrt(1 - c)) + np.cos(3 * np.sqrt(1 + c))) / 2
    np.testing.assert_allclose(found.position, expected, rtol=1e-12)


def damped(damping=0.2, occupation=0.0):
    drift = [[-damping / 2, 1.0], [-1.0, -damping / 2]]
    return qs.OpenNetwork(drift, damping * (occupation + 0.5) * np.eye(2))


def test_open_networks_are_mapped_at_rest_and_on_their_way():
    def variance(state):
        return state.covariance[..., 0, 0]

    axes = {"damping": [0.1, 0.3], "occupation": [0.0, 1.5]}
    rest = quietly(damped, axes, variance)
    np.testing.assert_allclose(rest.variance, [[0.5, 2.0]] * 2, rtol=1e-12)

    def kicked(damping=0.2, occupation=0.0):
        start = qs.GaussianState.vacuum(1.0).displaced(x=[1.0])
        return damped(damping, occupation), start, TIMES

    found = quietly(kicked, axes, position)
    expected = np.exp(-1.5 * np.array(axes["damping"])) * np.cos(3.0)
    np.testing.assert_allclose(found.position, np.stack([expected] * 2, axis=1), rtol=1e-12)


def test_quasi_periodic_states_are_mapped():
    space = qs.Space(A=qs.Spin(1 / 2))
    a = space["A"]

    def driven(drive=0.1, frequency=1.0):
        system = qs.Lindbladian(space, [(1.0, a.z)], [(0.5, a.minus)])
        return qs.quasi_periodic_steady_state(system, [(frequency, drive * a.plus)])

    def response(state):
        return np.abs(state.demodulated(a.plus, 1.0))

    found = quietly(driven, {"drive": [0.01, 0.1]}, response)
    for drive in (0.01, 0.1):
        state = driven(drive)
        expected = abs(state.demodulated(a.plus, 1.0))
        assert float(found.response.sel(drive=drive)) == pytest.approx(expected, rel=1e-9)


def test_runs_that_differ_in_their_times_are_mapped_all_the_same():
    def to_the_end(rate=0.1):
        system, start, _ = qubit(rate)
        return system, start, [0.0, 1 / rate]

    found = quietly(to_the_end, {"rate": RATES}, coherence)
    np.testing.assert_allclose(found.coherence, 0.5 * np.exp(-0.5), rtol=1e-12)


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda x: (qs.models.spin_pair(), np.eye(9) / 9), "has 2 entries"),
        (lambda x: (1.0, np.eye(9) / 9, [0.0]), "must be a Lindbladian, a MeanFieldModel"),
        (lambda x: (qs.models.spin_pair(), np.eye(9), [0.0]), "trace"),
        (lambda x: (qs.models.spin_pair(), np.eye(4) / 4, [0.0]), "4"),
        (lambda x: (qs.models.spin_pair(), np.eye(9) / 9, [1.0, 0.0]), "times"),
        (lambda x: (qs.models.spin_pair(), np.eye(9) / 9, [0.0], {"observable": 1}), "observable"),
    ],
)
def test_what_is_no_run_is_refused_by_name(made, message):
    with pytest.raises(qs.errors.QuantsyncError, match=message):
        qs.sweep(lambda x=0.0: made(x), {"x": [0.0, 1.0]}, coherence)


def test_a_store_of_runs_goes_on(tmp_path):
    options = {"store": qs.Store(tmp_path / "map.zarr", chunk=1), "progress": False}
    qs.sweep(qubit, {"rate": RATES[:2]}, ["purity", coherence], **options)
    found = qs.sweep(qubit, {"rate": RATES}, ["purity", coherence], **options)
    xr.testing.assert_allclose(
        found, qs.sweep(qubit, {"rate": RATES}, ["purity", coherence]), rtol=1e-12
    )


def test_a_measure_that_fails_somewhere_does_not_solve_again(monkeypatch):
    sizes, integrate = [], qs.MeanFieldModel.integrate

    def counted(self, *arguments, **options):
        found = integrate(self, *arguments, **options)
        sizes.append(found.beta.shape)
        return found

    def picky(run):
        left = quanta(run)
        if (np.abs(left - 5.0) < 0.1).any():
            raise ZeroDivisionError("at five")
        return left

    def solved(gain=1.0):
        return FIELD.run([0.1], 60.0, parameters={"gain": gain, "loss": 0.1})

    monkeypatch.setattr(qs.MeanFieldModel, "integrate", counted)
    monkeypatch.setattr("quantsync.sweeps._finding_out.COMPARED", 1)
    with pytest.warns(SweepWarning, match="^1 of 9 points.*at five"):
        found = qs.sweep(solved, {"gain": np.linspace(0.2, 1.8, 9)}, picky, workers=1)
    assert found.failed.values.tolist() == [False] * 4 + [True] + [False] * 4
    assert len(sizes) <= 1
