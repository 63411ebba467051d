"""Open networks: closed forms, fixed points of the flow, and an infinite bath beside a chain."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import solve_ivp

from quantsync.errors import (
    ConvergenceError,
    DimensionError,
    InvalidArgumentError,
    InvalidStateError,
    LostAccuracyError,
    UnstableNetworkError,
)
from quantsync.gaussian.baths.open_network import OpenNetwork
from quantsync.gaussian.networks.evolution import evolve
from quantsync.gaussian.networks.network import HarmonicNetwork
from quantsync.gaussian.states import GaussianState

PAIR = HarmonicNetwork([[2.0, -0.4], [-0.4, 1.5]], masses=[1.0, 2.0])
START = GaussianState.squeezed([1.0, 1.0], [0.8, -0.2], 0.3).displaced(x=[1.0, 0.0])


@pytest.mark.parametrize("kind", ["amplitude", "brownian"])
def test_single_mode_thermalises(kind):
    network = HarmonicNetwork([[4.5]], masses=2.0)
    bath = OpenNetwork.from_network(network, 0.1, occupation=0.7, kind=kind)
    expected = GaussianState.thermal(1.5, occupation=0.7, masses=2.0)
    assert_allclose(bath.stationary_state.covariance, expected.covariance, rtol=1e-12, atol=1e-14)
    hot = OpenNetwork.from_network(network, 0.1, temperature=1.3, kind=kind)
    expected = GaussianState.thermal(1.5, 1.3, masses=2.0)
    assert_allclose(hot.stationary_covariance, expected.covariance, rtol=1e-12, atol=1e-14)


def test_caldeira_leggett_limit():
    bath = OpenNetwork.from_network(PAIR, 0.3, temperature=1e4, kind="brownian")
    assert_allclose(bath.diffusion.diagonal()[1::2], 2 * 0.3 * PAIR.masses * 1e4, rtol=1e-7)
    inverse = np.linalg.inv(PAIR.stiffness.toarray())
    assert_allclose(bath.stationary_covariance[::2, ::2], 1e4 * inverse, rtol=1e-6)


@pytest.mark.parametrize("kind", ["amplitude", "brownian"])
def test_evolution_against_an_ode_solver(kind):
    bath = OpenNetwork.from_network(PAIR, [0.3, 0.0], occupation=[0.5, 0.0], kind=kind)
    A, D, times = bath.drift, bath.diffusion, np.array([0.0, 1.0, 2.0, 2.0, 7.0])

    def flow(t, y):
        sigma = y[4:].reshape(4, 4)
        return np.concatenate([A @ y[:4], (A @ sigma + sigma @ A.T + D).ravel()])

    start = np.concatenate([START.mean, START.covariance.ravel()])
    options = {"method": "DOP853", "rtol": 1e-12, "atol": 1e-12, "t_eval": np.unique(times)}
    solution = solve_ivp(flow, (0, 7), start, **options).y.T[[0, 1, 2, 2, 3]]
    path = bath.evolve(START, times)
    assert_allclose(path.mean, solution[:, :4], atol=1e-10)
    assert_allclose(path.covariance.reshape(5, -1), solution[:, 4:], atol=1e-10)


def test_evolution_ends_in_the_stationary_state():
    bath = OpenNetwork.from_network(PAIR, [0.3, 0.1], temperature=0.5)
    path = bath.evolve(START, [0.0, 1e3])
    assert_allclose(path.covariance[1], bath.stationary_covariance, atol=1e-12)
    assert_allclose(path.mean[1], 0, atol=1e-12)
    assert bath.residual(bath.stationary_covariance) < 1e-14
    still = bath.evolve(GaussianState(np.zeros(4), bath.stationary_covariance), [0.1, 50.0])
    assert_allclose(still.covariance[1], bath.stationary_covariance, atol=1e-12)


def test_strong_damping_and_large_steps_do_not_overflow():
    bath = OpenNetwork.from_network(PAIR, 50.0, occupation=1.0)
    path = bath.evolve(START, [1e4])
    assert_allclose(path.covariance[0], bath.stationary_covariance, atol=1e-11)


def test_without_baths_it_is_the_closed_network():
    times = np.linspace(0, 20, 21)
    closed = evolve(PAIR, START, times)
    path = OpenNetwork.from_network(PAIR, 0.0).evolve(START, times)
    assert_allclose(path.mean, closed.mean, atol=1e-12)
    assert_allclose(path.covariance, closed.covariance, atol=1e-12)


def test_undamped_modes_have_no_stationary_state():
    symmetric = HarmonicNetwork([[2.0, -0.5, 0.0], [-0.5, 2.0, -0.5], [0.0, -0.5, 2.0]])
    bath = OpenNetwork.from_network(symmetric, [0.0, 0.2, 0.0])  # the odd mode misses the middle
    with pytest.raises(UnstableNetworkError, match="not damped") as caught:
        _ = bath.stationary_covariance
    assert abs(caught.value.eigenvalue.real) < 1e-12
    assert abs(abs(caught.value.eigenvalue.imag) - np.sqrt(2)) < 1e-12


def test_amplitude_damping_keeps_states_physical():
    bath = OpenNetwork.from_network(PAIR, [0.7, 0.2])
    path = bath.evolve(START, np.linspace(0, 10, 21))
    for k in range(21):
        assert path.state(k).modes == 2
    assert bath.stationary_state.modes == 2


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda: OpenNetwork(np.eye(3), np.eye(3)), DimensionError, "drift"),
        (lambda: OpenNetwork(np.eye(2), np.eye(4)), DimensionError, "diffusion"),
        (lambda: OpenNetwork(np.eye(2), [[1, 1], [0, 1]]), InvalidStateError, "symmetric"),
        (lambda: OpenNetwork(np.eye(2), np.diag([1, -1])), InvalidStateError, "eigenvalue -1"),
        (lambda: OpenNetwork(np.eye(2), np.eye(2), names=[1, 2]), DimensionError, "names"),
        (lambda: OpenNetwork.from_network(PAIR, -0.1), InvalidArgumentError, "damping_rates"),
        (lambda: OpenNetwork.from_network(PAIR, 0.1, kind="x"), InvalidArgumentError, "brownian"),
        (
            lambda: OpenNetwork.from_network(PAIR, 0.1, temperature=1.0, occupation=1.0),
            InvalidArgumentError,
            "either",
        ),
        (
            lambda: OpenNetwork.from_network(PAIR, 0.1).evolve(START, [1.0, 0.5]),
            InvalidArgumentError,
            "non-decreasing",
        ),
        (
            lambda: OpenNetwork.from_network(PAIR, 0.1).evolve(START.reduced(0), [1.0]),
            DimensionError,
            "2 modes",
        ),
    ],
)
def test_errors(call, error, match):
    with pytest.raises(error, match=match):
        call()


FREE = OpenNetwork([[0.0, 1.0], [-1.0, 0.0]], np.zeros((2, 2)))
SQUEEZED = GaussianState.squeezed([1.0], r=1.0)


def test_an_oscillator_without_bath_keeps_its_purity_at_all_times():
    path = FREE.evolve(SQUEEZED, [1e2, 1e8, 1e12, 1e16, 1e300], tolerance=np.inf)
    assert_allclose(np.linalg.det(path.covariance), 0.25, rtol=1e-13)
    turned = path.covariance[1]  # sigma_xx = (e^2 cos^2 + e^-2 sin^2)/2
    c, s = np.cos(1e8), np.sin(1e8)
    assert_allclose(turned[0, 0], (np.e**2 * c * c + s * s / np.e**2) / 2, atol=1e-6)
    assert path.error[0] < 1e-12
    assert path.error[-1] > 0.5
    with pytest.raises(LostAccuracyError, match=r"phases of undamped .* below 1e\+12") as caught:
        FREE.evolve(SQUEEZED, [1.0, 1e12])
    assert_allclose(caught.value.result.covariance[0][0, 0], (np.e**2 * np.cos(1) ** 2
        + np.sin(1) ** 2 / np.e**2) / 2, rtol=1e-12)  # fmt: skip
    # Thermal states have no phase to lose.
    still = FREE.evolve(GaussianState.thermal([1.0], occupation=[2.0]), [1e300])
    assert_allclose(still.covariance[0], 2.5 * np.eye(2), atol=1e-13)


def test_the_whole_network_keeps_its_purity_too():
    state = GaussianState.squeezed(np.ones(2), r=[1.0, 0.5])
    path = evolve(PAIR, state, [1e16], tolerance=np.inf)
    assert_allclose(np.linalg.det(path.covariance), 1 / 16, rtol=1e-9)
    assert path.error[0] > 0.1
    with pytest.raises(LostAccuracyError):
        evolve(PAIR, state, [1e16])


def test_damped_networks_rest_for_ever_in_their_stationary_state():
    bath = OpenNetwork.from_network(PAIR, [0.2, 1e-3], occupation=[1.0, 3.0])
    path = bath.evolve(START, [1e5, 1e12, 1e300])
    expected = bath.stationary_covariance
    assert_allclose(path.covariance, [expected] * 3, rtol=1e-11, atol=1e-12)
    assert_allclose(path.mean, 0, atol=1e-15)
    assert path.error.max() < 1e-9


def test_slow_damping_follows_its_own_law():
    # gamma = 1e-5: n(t) = nbar + (n0 - nbar) e^{-gamma t}; also with a defective drift.
    rate = 1e-5
    drift = [[-rate / 2, 1.0], [-1.0, -rate / 2]]
    mode = OpenNetwork(drift, rate * 1.5 * np.eye(2))
    times = np.array([1e3, 1e5, 2e5, 1e7])
    path = mode.evolve(GaussianState.thermal([1.0], occupation=[4.0]), times)
    expected = 1.5 + 3 * np.exp(-rate * times)
    assert_allclose(path.covariance[:, 0, 0], expected, rtol=1e-9)
    critical = OpenNetwork([[0.0, 1.0], [-1.0, -2.0]], np.diag([0.0, 4.0]))
    late = critical.evolve(SQUEEZED, [1e2, 2e3, 1e20])
    assert_allclose(late.covariance, [np.eye(2)] * 3, atol=1e-12)


def test_noise_on_what_is_undamped_heats_it_for_ever():
    noisy = OpenNetwork([[0.0, 1.0], [-1.0, 0.0]], 0.02 * np.eye(2))
    path = noisy.evolve(GaussianState.thermal([1.0], occupation=[0.5]), [10.0, 1e4, 1e7])
    assert_allclose(path.covariance[:, 0, 0], 1 + 0.02 * np.array([10.0, 1e4, 1e7]), rtol=1e-8)


def test_a_damped_and_a_free_mode_side_by_side_agree_with_the_short_way():
    A = np.zeros((4, 4))
    A[:2, :2] = [[-0.3, 1.0], [-1.0, -0.3]]
    A[2:, 2:] = [[0.0, 0.7], [-0.7, 0.0]]
    mix = np.random.default_rng(0).normal(size=(4, 4))
    drift, noise = mix @ A @ np.linalg.inv(mix), mix @ np.diag([0.3, 0.2, 0, 0]) @ mix.T
    both = OpenNetwork(drift, noise)
    start = GaussianState(np.ones(4), 20 * np.eye(4))
    times = np.array([0.0, 1.0, 30.0, 60.0])
    short = both.evolve(start, times)
    long = both.evolve(start, [*times, 2e4])
    assert_allclose(long.covariance[:4], short.covariance, rtol=1e-9, atol=1e-9)
    assert_allclose(long.mean[:4], short.mean, rtol=1e-9, atol=1e-9)


def test_growth_beyond_all_numbers_is_an_error():
    growing = OpenNetwork([[0.1, 1.0], [-1.0, 0.1]], np.eye(2))
    with pytest.raises(ConvergenceError, match=r"grows beyond .* eigenvalue 0\.1"):
        growing.evolve(SQUEEZED, [1e5])
