"""Gaussian states: constructors against closed forms, and the uncertainty relation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from quantsync.errors import (
    BroadcastError,
    DimensionError,
    InvalidArgumentError,
    InvalidStateError,
    NonFiniteError,
)
from quantsync.gaussian.networks.network import HarmonicNetwork
from quantsync.gaussian.states import GaussianState, ProbesInEnvironment
from quantsync.gaussian.symplectic import symplectic_spectrum


def test_vacuum_and_thermal():
    vacuum = GaussianState.vacuum([1.0, 2.0], masses=[1.0, 3.0])
    assert_allclose(vacuum.covariance.diagonal(), [0.5, 0.5, 1 / 12, 3.0])
    assert_allclose(
        GaussianState.thermal([1.0, 2.0], 0.0, masses=[1.0, 3.0]).covariance, vacuum.covariance
    )
    warm = GaussianState.thermal(2.0, 0.7)
    n = 1 / np.expm1(2 / 0.7)
    assert_allclose(warm.covariance, GaussianState.thermal(2.0, occupation=n).covariance)
    assert_allclose(warm.covariance, np.diag([(n + 0.5) / 2, (n + 0.5) * 2]))
    mixed = GaussianState.thermal([1.0, 1.0], [0.0, 100.0]).covariance.diagonal()
    assert_allclose(mixed, [0.5, 0.5, 100.0008333, 100.0008333])


def test_coherent_means():
    state = GaussianState.coherent([2.0, 1.0], [1 + 2j, 0.5], masses=[0.5, 1.0])
    assert_allclose(state.mean, [np.sqrt(2), 2 * np.sqrt(2), np.sqrt(0.5), 0.0])
    assert_allclose(
        state.covariance, GaussianState.vacuum([2.0, 1.0], masses=[0.5, 1.0]).covariance
    )


def test_squeezed_convention():
    state = GaussianState.squeezed([1.0, 1.2], [2.0, -1.0])
    assert_allclose(
        state.covariance.diagonal(),
        [np.exp(4) / 2, np.exp(-4) / 2, np.exp(-2) / 2.4, 1.2 * np.exp(2) / 2],
    )
    turned = GaussianState.squeezed([1.2], 0.7, np.pi / 2)
    assert_allclose(turned.covariance, GaussianState.squeezed([1.2], -0.7).covariance, atol=1e-15)
    angle = 0.3
    R = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    expected = R @ np.diag([np.exp(1.4), np.exp(-1.4)]) @ R.T / 2
    assert_allclose(GaussianState.squeezed([1.0], 0.7, angle).covariance, expected)


def test_product_and_reduced():
    one, two = GaussianState.squeezed([1.0, 1.1], 0.4).displaced(x=1.0), GaussianState.vacuum(2.0)
    product = GaussianState.product(one, two)
    assert product.modes == 3
    assert_allclose(product.reduced([0, 1]).covariance, one.covariance)
    assert_allclose(product.reduced(2).covariance, two.covariance)
    assert_allclose(product.reduced([2, 0]).mean, [0, 0, 1, 0])


def test_ground_and_thermal_state_of_a_network():
    V, m = np.array([[3.0, -1.0], [-1.0, 2.0]]), np.array([2.0, 0.5])
    network = HarmonicNetwork(V, m)
    ground = GaussianState.ground_state(network)
    assert_allclose(symplectic_spectrum(ground.covariance), 0.5)
    energy = np.trace(network.hamiltonian @ ground.covariance) / 2
    assert energy == pytest.approx(network.frequencies.sum() / 2, rel=1e-14)
    hot = GaussianState.thermal_state(network, 1e4)
    assert_allclose(hot.covariance[::2, ::2], 1e4 * np.linalg.inv(V), rtol=1e-7)  # equipartition
    GaussianState(hot.mean, hot.covariance)


def test_batches_broadcast():
    state = GaussianState(np.zeros((5, 2)), np.eye(2))
    assert state.shape == (5,)
    assert state.covariance.shape == (5, 2, 2)
    moved = GaussianState.vacuum(1.0).displaced()
    assert GaussianState.product(state, moved).covariance.shape == (5, 4, 4)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.floats(0, 2.5), st.floats(0, np.pi))
def test_pure_states_pass_and_smaller_ones_do_not(seed, r, angle):
    rng = np.random.default_rng(seed)
    state = GaussianState.squeezed([1.0, 0.3], [r, -r], angle)
    # A beam splitter keeps it pure.
    phi = rng.random()
    splitter = np.kron([[np.cos(phi), -np.sin(phi)], [np.sin(phi), np.cos(phi)]], np.eye(2))
    sigma = splitter @ state.covariance @ splitter.T
    GaussianState(np.zeros(4), sigma)
    with pytest.raises(InvalidStateError, match="uncertainty"):
        GaussianState(np.zeros(4), 0.999 * sigma)


def test_the_smallest_symplectic_eigenvalue_is_named_with_its_index():
    sigma = np.stack([np.eye(2), np.diag([0.5, 0.32]), np.eye(2)])
    with pytest.raises(InvalidStateError, match=r"is 0.4 at batch index \(1,\)"):
        GaussianState(np.zeros(2), sigma)


@pytest.mark.parametrize("angle", [0.0, 0.4, np.pi / 4])
@pytest.mark.parametrize("r", [5.0, 8.0, 15.0])
def test_strong_squeezing_is_not_refused_for_its_rounding(r, angle):
    state = GaussianState.squeezed([1.0], r, angle)
    GaussianState(state.mean, state.covariance)


def test_a_singular_matrix_is_no_state_however_it_is_rounded():
    with pytest.raises(InvalidStateError, match="uncertainty"):
        GaussianState(np.zeros(2), np.ones((2, 2)))
    with pytest.raises(InvalidStateError, match="uncertainty"):
        GaussianState(np.zeros(4), np.kron(np.ones((2, 2)), np.eye(2)))


def beam_splitter(modes, i, j, angle):
    S = np.eye(2 * modes)
    for a in (0, 1):
        S[2 * i + a, 2 * i + a] = S[2 * j + a, 2 * j + a] = np.cos(angle)
        S[2 * i + a, 2 * j + a], S[2 * j + a, 2 * i + a] = np.sin(angle), -np.sin(angle)
    return S


@pytest.mark.parametrize("angle", [1e-8, 1e-6])
@pytest.mark.parametrize("heat", [1e6, 1e9, 1e12])
def test_hot_modes_make_no_violation_and_hide_none(heat, angle):
    # The singular values of L^T Omega L are no better than eps times the heat.
    S = np.eye(8)
    for i, j in ((0, 1), (2, 3), (1, 2), (0, 3)):
        S = beam_splitter(4, i, j, angle) @ S
    cold = np.array([0.5, 0.5])
    for factor in (1.0, 1 - 1e-7):
        parts = np.concatenate([cold, [heat, heat], factor * cold, [2 * heat, 2 * heat]])
        sigma = (S * parts) @ S.T
        if factor == 1:
            GaussianState(np.zeros(8), sigma)
        else:
            with pytest.raises(InvalidStateError, match=r"is 0\.49999995"):
                GaussianState(np.zeros(8), sigma)


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: GaussianState([0, 0], [[1, 0.5], [0, 1]]), InvalidStateError, "symmetric"),
        (
            lambda: GaussianState([0, 0], [[1, 2], [2, 1]]),
            InvalidStateError,
            "positive definite.* -1",
        ),
        (lambda: GaussianState([0, 0], -np.eye(2)), InvalidStateError, "variance .* -1"),
        (lambda: GaussianState([0, 0, 0], np.eye(3)), DimensionError, r"\(3, 3\)"),
        (lambda: GaussianState([0, 0, 0], np.eye(2)), DimensionError, "mean"),
        (lambda: GaussianState([0, np.nan], np.eye(2)), NonFiniteError, "mean"),
        (lambda: GaussianState([0, 1j], np.eye(2)), InvalidArgumentError, "real"),
        (
            lambda: GaussianState(np.zeros((3, 2)), np.stack([np.eye(2)] * 2)),
            BroadcastError,
            "broadcast",
        ),
        (lambda: GaussianState.vacuum([1.0, 0.0]), InvalidArgumentError, "> 0"),
        (lambda: GaussianState.vacuum([]), DimensionError, "frequencies"),
        (lambda: GaussianState.thermal(1.0), InvalidArgumentError, "either"),
        (lambda: GaussianState.thermal(1.0, 1.0, occupation=1.0), InvalidArgumentError, "either"),
        (lambda: GaussianState.thermal(1.0, -1.0), InvalidArgumentError, "temperature"),
        (lambda: GaussianState.thermal(1.0, occupation=-1), InvalidArgumentError, "occupation"),
        (lambda: GaussianState.coherent(1.0, "a"), InvalidArgumentError, "amplitudes"),
        (lambda: GaussianState.squeezed([1.0, 1.0], [1, 2, 3]), DimensionError, "`r`"),
        (lambda: GaussianState.squeezed(1.0, 1e4), InvalidArgumentError, "too large"),
        (lambda: GaussianState.vacuum(1.0).reduced(1), InvalidArgumentError, "from 0 to 0"),
        (lambda: GaussianState.vacuum([1, 1]).reduced([0, 0]), InvalidArgumentError, "once"),
        (lambda: GaussianState.product(), InvalidArgumentError, "needs"),
        (lambda: GaussianState.vacuum(1.0).displaced(x=[1, 2]), BroadcastError, "`x`"),
        (lambda: ProbesInEnvironment(np.eye(2)), InvalidArgumentError, "GaussianState"),
        (
            lambda: ProbesInEnvironment(GaussianState.vacuum(1.0), -1.0),
            InvalidArgumentError,
            "temperature",
        ),
    ],
)
def test_errors(make, error, match):
    with np.errstate(over="ignore"), pytest.raises(error, match=match):
        make()
