"""Exact evolution: reference numbers, conservation laws, an ODE solver, and two routes."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from places import reference
from scipy.integrate import solve_ivp

from quantsync.errors import (
    DimensionError,
    InvalidArgumentError,
    NonFiniteError,
    UnknownNameError,
)
from quantsync.gaussian.networks import _noise as noise_module
from quantsync.gaussian.networks.evolution import evolve, mean_modes, propagator
from quantsync.gaussian.networks.network import HarmonicNetwork
from quantsync.gaussian.states import GaussianState, ProbesInEnvironment
from quantsync.time_series.mode_sums import ModeSum, sum_modes

REFERENCE = reference("benedetti2016")["references"]
MOMENTS = {
    "<x1>": lambda mean, sigma: mean[0],
    "<x2>": lambda mean, sigma: mean[2],
    "<x1^2>": lambda mean, sigma: sigma[0, 0],
    "<x2^2>": lambda mean, sigma: sigma[2, 2],
    "<x1 x2>": lambda mean, sigma: sigma[0, 2],
    "<p1^2>": lambda mean, sigma: sigma[1, 1],
    "<p2^2>": lambda mean, sigma: sigma[3, 3],
    "<p1 p2>": lambda mean, sigma: sigma[1, 3],
}


def reference_problem(parameters):
    p = {key: np.asarray(value, dtype=float) for key, value in parameters.items()}
    chain = HarmonicNetwork.chain(parameters["M"], float(p["Omega0"]), float(p["g"]))
    frequencies = [float(p["omega1"]), float(p["omega2"])]
    nodes = [parameters["m"], parameters["n"]]
    network = chain.with_probes(frequencies, nodes, float(p["K"]), float(p["lam"]))
    if "x0" in p:
        state = GaussianState.vacuum(frequencies).displaced(x=p["x0"], p=p["p0"])
    else:
        state = GaussianState.squeezed(frequencies, p["sign"] * np.array([p["r1"], p["r2"]]))
    return network, ProbesInEnvironment(state)


def wanted(entry):
    return entry["quantity"] in MOMENTS or entry["quantity"] == "<q1>"


@pytest.mark.parametrize(
    "entry", [entry for entry in REFERENCE if wanted(entry)], ids=lambda entry: entry["id"]
)
def test_reference_numbers(entry):
    network, state = reference_problem(entry["params"])
    path = evolve(network, state, [float(entry["t"])])
    mean, sigma = path.mean[0], path.covariance[0]
    if entry["quantity"] == "<q1>":
        (theta,) = (float(e["value"]) for e in REFERENCE if e["id"] == "theta.fig1")
        found = np.cos(theta) * mean[0] + np.sin(theta) * mean[2]
    else:
        found = MOMENTS[entry["quantity"]](mean, sigma)
    assert found == pytest.approx(float(entry["value"]), abs=1e-11)


def test_reference_numbers_on_a_grid():
    entries = [e for e in REFERENCE if e["id"].startswith("fig4.") and wanted(e)]
    network, state = reference_problem(entries[0]["params"])
    path = evolve(network, state, np.linspace(0, 1000, 4001))
    for entry in entries:
        k = round(4 * float(entry["t"]))
        found = MOMENTS[entry["quantity"]](path.mean[k], path.covariance[k])
        assert found == pytest.approx(float(entry["value"]), abs=1e-11)


def random_network(size=6, seed=0):
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(size, size))
    return HarmonicNetwork(matrix @ matrix.T + np.eye(size), masses=0.5 + rng.random(size))


def random_state(network, seed=1):
    """Mixed, correlated and displaced."""
    rng = np.random.default_rng(seed)
    size = 2 * len(network)
    extra = rng.normal(size=(size, size))
    thermal = GaussianState.thermal_state(network, 0.7)
    return GaussianState(rng.normal(size=size), thermal.covariance + extra @ extra.T)


def symplectic_form(size):
    return np.kron(np.eye(size), [[0.0, 1.0], [-1.0, 0.0]])


def test_the_propagator_is_symplectic_and_a_group():
    network = random_network()
    S = propagator(network, [0.0, 0.7, 1.9, 2.6, -0.7])
    J = symplectic_form(len(network))
    assert_allclose(S[0], np.eye(12), atol=1e-14)
    assert_allclose(S @ J @ S.swapaxes(1, 2), np.broadcast_to(J, S.shape), atol=1e-12)
    assert_allclose(S[1] @ S[2], S[3], atol=1e-12)
    assert_allclose(S[1] @ S[4], np.eye(12), atol=1e-12)
    h = network.hamiltonian
    assert_allclose(S.swapaxes(1, 2) @ h @ S, np.broadcast_to(h, S.shape), atol=1e-11)


def test_against_an_ode_solver():
    network, times = random_network(), np.array([0.0, 0.4, 3.0, 7.5])
    state = random_state(network)
    A = symplectic_form(len(network)) @ network.hamiltonian
    size = len(A)

    def flow(t, y):
        sigma = y[size:].reshape(size, size)
        return np.concatenate([A @ y[:size], (A @ sigma + sigma @ A.T).ravel()])

    start = np.concatenate([state.mean, state.covariance.ravel()])
    options = {"method": "DOP853", "rtol": 1e-12, "atol": 1e-12, "t_eval": times}
    solution = solve_ivp(flow, (0, 7.5), start, **options).y.T
    path = evolve(network, state, times)
    assert_allclose(path.mean, solution[:, :size], atol=1e-8)
    assert_allclose(path.covariance.reshape(4, -1), solution[:, size:], atol=1e-8)
    some = evolve(network, state, times, probes=[4, 1])
    index = [8, 9, 2, 3]
    assert_allclose(some.mean, path.mean[:, index], atol=1e-12)
    assert_allclose(some.covariance, path.covariance[:, index][:, :, index], atol=1e-11)


def test_energy_and_purity_are_conserved():
    network = random_network()
    state = random_state(network)
    path = evolve(network, state, np.linspace(-50, 50, 11))
    h = network.hamiltonian
    energy = np.einsum("ij,tji->t", h, path.covariance) + np.einsum(
        "ti,ij,tj->t", path.mean, h, path.mean
    )
    assert_allclose(energy, energy[0], rtol=1e-12)
    assert_allclose(
        np.linalg.slogdet(path.covariance)[1], np.linalg.slogdet(state.covariance)[1], atol=1e-10
    )


@pytest.mark.parametrize("temperature", [0.0, 0.8])
def test_stationary_states_stay(temperature):
    network = random_network()
    state = GaussianState.thermal_state(network, temperature)
    path = evolve(network, state, [0.3, 400.0])
    assert_allclose(path.covariance, np.broadcast_to(state.covariance, (2, 12, 12)), atol=1e-12)
    assert not path.mean.any()


def with_probes(sites=12, masses=(2.0, 0.5), nodes=(0, 5), seed=4):
    """A random environment with masses, degenerate in part, and two probes."""
    rng = np.random.default_rng(seed)
    ring = [(k, (k + 1) % sites) for k in range(sites)]
    environment = HarmonicNetwork.from_graph(ring, 0.6, 0.4, masses=1 + 0.0 * rng.random(sites))
    network = environment.with_probes([0.9, 1.3], list(nodes), [0.2, -0.3], 0.1, masses=masses)
    probes = GaussianState.squeezed([0.9, 1.3], [0.5, -0.3], 0.4, masses=list(masses))
    return environment, network, probes.displaced(x=[1.0, -0.5], p=[0.2, 0.7])


TIMES = {
    "grid": np.linspace(0, 60, 121),
    "late grid": np.linspace(30, 61, 40),
    "few": np.array([0.0, 5.0, 5.0, 400.0]),
    "unordered": np.array([3.0, -2.0, 0.0, 40.0, -2.0, 7.7]),
    "irregular": np.sort(np.random.default_rng(0).uniform(0, 50, 80)),
    "irregular, dense": np.random.default_rng(0).uniform(-20, 20, 1500),
    "two grids": np.concatenate([np.linspace(0, 1, 11), np.linspace(2, 30, 29)]),
    "none": np.zeros(0),
}


@pytest.mark.parametrize("times", TIMES.values(), ids=TIMES)
@pytest.mark.parametrize("temperature", [0.0, 1.5])
def test_the_two_routes_agree(times, temperature):
    environment, network, probes = with_probes()
    fast = evolve(network, ProbesInEnvironment(probes, temperature), times)
    whole = GaussianState.product(probes, GaussianState.thermal_state(environment, temperature))
    slow = evolve(network, whole, times)
    assert fast.names == slow.names == ("probe 1", "probe 2")
    assert_allclose(fast.mean, slow.mean, atol=1e-12)
    assert_allclose(fast.covariance, slow.covariance, atol=2e-12)


def test_very_late_times():
    environment, network, probes = with_probes()
    whole = GaussianState.product(probes, GaussianState.ground_state(environment))
    for times in ([2e4], [1e4, 2e4, 3e4]):
        fast = evolve(network, ProbesInEnvironment(probes), times)
        assert_allclose(fast.covariance, evolve(network, whole, times).covariance, atol=1e-10)


def test_long_runs_go_in_pieces(monkeypatch):
    _, network, probes = with_probes()
    times = np.linspace(0, 200, 301)
    expected = evolve(network, ProbesInEnvironment(probes), times)
    monkeypatch.setattr(noise_module, "CACHED", 1)
    monkeypatch.setattr(noise_module, "SAMPLES", 1)
    found = evolve(network, ProbesInEnvironment(probes), times)
    assert_allclose(found.covariance, expected.covariance, atol=1e-13)


def test_any_oscillators_may_be_the_probes():
    network = random_network()
    probes = GaussianState.squeezed([1.0, 2.0], 0.3, masses=network.masses[[4, 1]])
    path = evolve(network, ProbesInEnvironment(probes, 0.4), [0.0, 2.3], probes=[4, 1])
    rest = [0, 2, 3, 5]
    others = HarmonicNetwork(network.stiffness[rest][:, rest], network.masses[rest])
    order = [4, 1, *rest]
    sorted_network = HarmonicNetwork(network.stiffness[order][:, order], network.masses[order])
    whole = GaussianState.product(probes, GaussianState.thermal_state(others, 0.4))
    expected = evolve(sorted_network, whole, [0.0, 2.3], probes=[0, 1])
    assert_allclose(path.covariance, expected.covariance, atol=1e-12)


def test_no_environment_at_all():
    pair = HarmonicNetwork([[2.0, -0.5], [-0.5, 1.0]])
    state = GaussianState.squeezed([1.0, 1.0], 0.5)
    one = evolve(pair, state, [0.0, 3.0])
    two = evolve(pair, ProbesInEnvironment(state), [0.0, 3.0])
    assert_allclose(one.covariance, two.covariance, atol=1e-14)
    assert_allclose(pair.evolve(state, [0.0, 3.0]).covariance, one.covariance, atol=0)


def test_batches_of_initial_states():
    _, network, probes = with_probes()
    scale = np.array([1.0, 2.0, 3.0])
    batch = GaussianState(scale[:, None] * probes.mean, scale[:, None, None] * probes.covariance)
    path = evolve(network, ProbesInEnvironment(batch), TIMES["few"])
    assert path.mean.shape == (3, 4, 4)
    assert path.covariance.shape == (3, 4, 4, 4)
    single = GaussianState(batch.mean[1], batch.covariance[1])
    expected = evolve(network, ProbesInEnvironment(single), TIMES["few"])
    assert_allclose(path.covariance[1], expected.covariance, atol=1e-13)
    pair = HarmonicNetwork([[2.0, -0.5], [-0.5, 1.0]])
    whole = evolve(pair, batch, TIMES["few"])
    assert_allclose(whole.mean[2], evolve(pair, single, TIMES["few"]).mean * 1.5, atol=1e-13)


def test_states_on_the_way_are_physical():
    _, network, probes = with_probes()
    path = evolve(network, ProbesInEnvironment(probes), np.linspace(0, 30, 7))
    for k in range(7):
        assert path.state(k).modes == 2


def test_mean_modes():
    _, network, probes = with_probes()
    times = np.linspace(0, 50, 9)
    path = evolve(network, ProbesInEnvironment(probes), times)
    signal = mean_modes(network, ProbesInEnvironment(probes))
    assert signal.cosine.shape == (2, 14)
    assert_allclose(signal(times), path.mean[:, ::2].T, atol=1e-13)
    momenta = signal.derivative()(times) * np.array([[2.0], [0.5]])
    assert_allclose(momenta, path.mean[:, 1::2].T, atol=1e-13)
    other = random_network()
    state = random_state(other)
    assert_allclose(
        mean_modes(other, state, probes=[3])(times),
        evolve(other, state, times, probes=[3]).mean[:, ::2].T,
        atol=1e-12,
    )


def test_mode_sums_on_grids_and_elsewhere():
    rng = np.random.default_rng(0)
    w, a, b = rng.random(7), rng.normal(size=(3, 7)), rng.normal(size=(3, 7))
    for times in (np.linspace(-3, 900, 50), np.array([0.0, 1.0]), rng.random(9), np.zeros(4)):
        phase = np.multiply.outer(w, times)
        expected = a @ np.cos(phase) + b @ np.sin(phase)
        assert_allclose(sum_modes(times, w, a, b), expected, atol=1e-12)


@pytest.mark.parametrize("phase", [0.01, 0.5, 3.0, 16.0])
def test_gauss_order_reaches_rounding(phase):
    nodes, weights = np.polynomial.legendre.leggauss(noise_module.gauss_order(phase))
    assert weights @ np.cos(phase * nodes) == pytest.approx(2 * np.sin(phase) / phase, abs=1e-14)


def test_nothing_reaches_the_probe_before_the_light_cone():
    chain = HarmonicNetwork.chain(100, 0.4, 1.2)
    network = chain.with_probes([1.0, 1.1], [1, 100], 0.2)
    path = evolve(network, ProbesInEnvironment(GaussianState.squeezed([1.0, 1.1], 2.0)), [60.0])
    # Correlations of the ground state itself decay with the distance, e^-25 here.
    assert np.abs(path.covariance[0, :2, 2:]).max() < 1e-12


CHAIN = HarmonicNetwork.chain(5, 0.4, 1.2).with_probes([1.0, 1.1], [1, 5], 0.1)
STATE = GaussianState.vacuum([1.0, 1.1])


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda: evolve(CHAIN, STATE, [0.0]), DimensionError, "ProbesInEnvironment"),
        (
            lambda: evolve(CHAIN, ProbesInEnvironment(STATE.reduced(0)), [0.0]),
            DimensionError,
            "2 modes",
        ),
        (
            lambda: evolve(CHAIN, ProbesInEnvironment(STATE), 1.0),
            InvalidArgumentError,
            "one-dimensional",
        ),
        (lambda: evolve(CHAIN, ProbesInEnvironment(STATE), [np.nan]), NonFiniteError, "times"),
        (lambda: evolve(CHAIN, ProbesInEnvironment(STATE), [1j]), InvalidArgumentError, "real"),
        (
            lambda: evolve(CHAIN, ProbesInEnvironment(STATE), [0.0], probes=[1, 9]),
            UnknownNameError,
            "oscillator",
        ),
        (
            lambda: evolve(CHAIN, ProbesInEnvironment(STATE), [0.0], probes=[1, 1]),
            InvalidArgumentError,
            "different",
        ),
        (lambda: ModeSum([1.0], [[1.0, 2.0]], [[1.0, 2.0]]), DimensionError, "shapes"),
        (lambda: ModeSum([1j], [[1.0]], [[1.0]]), InvalidArgumentError, "real"),
    ],
)
def test_errors(call, error, match):
    with pytest.raises(error, match=match):
        call()


def test_mean_modes_of_a_batch():
    means = np.array([[1.0, 0.0, 0.2, -0.4], [0.0, 2.0, 0.0, 0.1]])
    batch = mean_modes(CHAIN, ProbesInEnvironment(GaussianState(means, np.eye(4))))
    assert batch.shape == (2, 2)
    times = np.linspace(0, 9, 5)
    for k in (0, 1):
        one = mean_modes(CHAIN, ProbesInEnvironment(GaussianState(means[k], np.eye(4))))
        np.testing.assert_allclose(batch(times)[k], one(times), rtol=0, atol=1e-14)
