"""Synchronization from covariances: hand formulas, bounds, invariances, errors."""

import array_api_strict as xp
import numpy as np
import pytest

import quantsync as qs
from quantsync.errors import (
    BroadcastError,
    DimensionError,
    InvalidArgumentError,
    InvalidStateError,
    NonFiniteError,
)

MEASURES = {
    "complete": lambda C, mean: qs.complete_synchronization(C),
    "at phases": qs.measures.phi_synchronization,
    "phase": qs.measures.phase_synchronization,
}


@pytest.fixture(scope="module")
def states():
    """Random two-mode states with means."""
    rng = np.random.default_rng(3)
    root = rng.normal(size=(30, 4, 4))
    C = root @ root.swapaxes(1, 2) + np.eye(4)
    return C, rng.normal(size=(30, 4))


def squeezed(r, sign=1):
    c, s = np.cosh(2 * r) / 2, sign * np.sinh(2 * r) / 2
    return np.array([[c, 0, s, 0], [0, c, 0, -s], [s, 0, c, 0], [0, -s, 0, c]])


def turned(C, mean, angles):
    """Both modes turned: (q + i p) -> e^{i angle} (q + i p)."""
    R = np.zeros((4, 4))
    for j, angle in enumerate(angles):
        c, s = np.cos(angle), np.sin(angle)
        R[2 * j : 2 * j + 2, 2 * j : 2 * j + 2] = [[c, -s], [s, c]]
    return R @ C @ R.T, mean @ R.T


def test_hand_formulas(states):
    C, mean = states
    total = np.trace(C, axis1=1, axis2=2)
    got = qs.complete_synchronization(C)
    np.testing.assert_allclose(got.value, 2 / (total - 2 * C[:, 0, 2] - 2 * C[:, 1, 3]))
    np.testing.assert_allclose(got.product, 2 / total)
    np.testing.assert_allclose(got.excess, got.value - got.product)
    np.testing.assert_allclose(got.nu_min, qs.gaussian.symplectic_spectrum(C)[:, 0])
    phi = np.arctan2(mean[:, 3], mean[:, 2]) - np.arctan2(mean[:, 1], mean[:, 0])
    below = total + 2 * np.sin(phi) * (C[:, 1, 2] - C[:, 0, 3])
    below -= 2 * np.cos(phi) * (C[:, 0, 2] + C[:, 1, 3])
    at_phases = qs.measures.phi_synchronization(C, mean)
    np.testing.assert_allclose(at_phases.value, 2 / below)
    np.testing.assert_allclose(at_phases.product, 2 / total)


def test_definitions_in_the_frame_of_the_phases(states):
    """Eqs. (17) and (18): errors of the turned quadratures."""
    for C, mean in zip(*states, strict=True):
        angles = -np.arctan2(mean[1], mean[0]), -np.arctan2(mean[3], mean[2])
        own, along = turned(C, mean, angles)
        np.testing.assert_allclose(along[[1, 3]], 0, atol=1e-12)
        assert (along[[0, 2]] > 0).all()
        q, p = np.array([1, 0, -1, 0]) / np.sqrt(2), np.array([0, 1, 0, -1]) / np.sqrt(2)
        at_phases, phase = (
            qs.measures.phi_synchronization(C, mean),
            qs.measures.phase_synchronization(C, mean),
        )
        np.testing.assert_allclose(at_phases.value, 1 / (q @ own @ q + p @ own @ p))
        np.testing.assert_allclose(phase.value, 1 / (2 * p @ own @ p))
        np.testing.assert_allclose(phase.product, 1 / (own[1, 1] + own[3, 3]))


@pytest.mark.parametrize("name", MEASURES)
def test_invariances(states, name):
    measure = MEASURES[name]
    for C, mean in zip(*states, strict=True):
        before = measure(C, mean)
        both = measure(*turned(C, mean, (0.7, 0.7)))
        np.testing.assert_allclose(both, before, rtol=1e-10)
        one = measure(*turned(C, mean, (0.7, -0.4)))
        if name == "complete":
            assert abs(one.value - before.value) > 1e-6
        else:
            np.testing.assert_allclose(one, before, rtol=1e-10)
        order = [2, 3, 0, 1]
        exchanged = measure(C[np.ix_(order, order)], mean[order])
        np.testing.assert_allclose(exchanged, before, rtol=1e-10)
        np.testing.assert_allclose(measure(C, 3 * mean), before, rtol=1e-12)


@pytest.mark.parametrize("name", MEASURES)
def test_product_states_have_no_excess(states, name):
    C, mean = states
    C = C.copy()
    C[:, :2, 2:] = C[:, 2:, :2] = 0
    got = MEASURES[name](C, mean)
    np.testing.assert_allclose(got.excess, 0, atol=1e-14)


def test_a_two_mode_squeezed_vacuum_is_less_synchronized_than_the_vacuum():
    for r in (0.0, 0.3, 1.0):
        C = squeezed(r)
        got = qs.complete_synchronization(C)
        np.testing.assert_allclose(got.value, 1 / np.cosh(2 * r))
        np.testing.assert_allclose([got.excess, got.nu_min], [0, 0.5], atol=1e-12)
        # p_1 + p_2 is squeezed where q_1 - q_2 is: means along p of opposite sign see it.
        phase = qs.measures.phase_synchronization(C, np.array([0.0, 1.0, 0.0, 1.0]))
        np.testing.assert_allclose(phase.value, np.exp(2 * r))
        phase = qs.measures.phase_synchronization(C, np.array([1.0, 0.0, 1.0, 0.0]))
        np.testing.assert_allclose(phase.value, np.exp(-2 * r))


def test_the_bound_holds_for_states_and_for_no_others(states):
    C, _ = states
    assert (qs.complete_synchronization(C).value <= 1).all()
    found = qs.complete_synchronization(0.45 * np.eye(4))
    assert found.value > 1
    assert found.nu_min < 0.5


def test_the_quadrant_of_the_phase_matters():
    C = squeezed(0.5) + 0.2 * np.eye(4)
    C[0, 2] = C[2, 0] = C[1, 3] = C[3, 1] = 0.3
    ahead, behind = (
        qs.measures.phi_synchronization(C, np.array([1.0, 0.2, *pair])).value
        for pair in ((1.0, 0.2), (-1.0, -0.2))  # the same p/q
    )
    assert ahead > behind + 0.1


@pytest.mark.parametrize("name", MEASURES)
def test_strict_arrays_batches_and_nan(states, name):
    C, mean = (a[:6].reshape(2, 3, *a.shape[1:]).copy() for a in states)
    C[0, 1] = np.nan  # a point that is not known
    want = MEASURES[name](C, mean)
    got = MEASURES[name](xp.asarray(C), xp.asarray(mean))
    for ours, theirs in zip(got, want, strict=True):
        assert theirs.shape == (2, 3)
        assert np.isnan(theirs[0, 1])
        assert np.isfinite(theirs).sum() == 5
        np.testing.assert_allclose(np.asarray(ours), theirs, rtol=1e-12)


def test_a_covariance_with_a_hole_is_refused(states):
    C = states[0][0].copy()
    C[2, 2] = np.nan
    with pytest.raises(qs.errors.NonFiniteError, match="nothing else stands for a point"):
        qs.complete_synchronization(C)


def test_other_modes_of_a_larger_network(states):
    C, mean = states[0][0], states[1][0]
    order = [2, 3, 4, 5, 0, 1]
    large = np.eye(6)
    large[:4, :4] = C
    shuffled = large[np.ix_(order, order)]
    means = np.append(mean, [0.3, 0.4])[order]
    # Modes 0, 1 are now 2, 0.
    want = qs.measures.phi_synchronization(C, mean)
    np.testing.assert_allclose(qs.measures.phi_synchronization(shuffled, means, modes=(2, 0)), want)
    np.testing.assert_allclose(
        qs.measures.phase_synchronization(shuffled, means, modes=(2, 0)),
        qs.measures.phase_synchronization(C, mean),
    )


def test_without_a_phase_the_measures_of_phases_are_undefined():
    for name in ("at phases", "phase"):
        got = MEASURES[name](np.eye(4), np.array([0.0, 0.0, 1.0, 0.0]))
        assert np.isnan(got.value)
        assert got.nu_min == 1


@pytest.mark.parametrize(
    ("arguments", "kind", "says"),
    [
        ((np.eye(3),), DimensionError, r"\(3, 3\)"),
        ((np.eye(2),), DimensionError, "at least two modes"),
        ((-np.eye(4),), InvalidStateError, "not positive"),
        ((np.full((4, 4), np.inf),), NonFiniteError, "infinite"),
        ((np.eye(4), (0, 0)), InvalidArgumentError, "once"),
        ((np.eye(4), (0,)), InvalidArgumentError, "two modes"),
        ((np.eye(4), (0, 2)), InvalidArgumentError, "from 0 to 1"),
    ],
)
def test_bad_covariances(arguments, kind, says):
    with pytest.raises(kind, match=says):
        qs.complete_synchronization(*arguments)


def test_bad_means():
    with pytest.raises(DimensionError, match=r"\(\.\.\., 4\)"):
        qs.measures.phi_synchronization(np.eye(4), np.zeros(3))
    for measure in (qs.measures.phi_synchronization, qs.measures.phase_synchronization):
        with pytest.raises(BroadcastError, match=r"covariance \(2,\), mean \(3,\)"):
            measure(np.tile(np.eye(4), (2, 1, 1)), np.ones((3, 4)))
        with pytest.raises(NonFiniteError, match="`mean` must be finite"):
            measure(np.eye(4), np.array([np.inf, 0.0, 1.0, 1.0]))
        with pytest.raises(InvalidArgumentError, match="`mean` must be real"):
            measure(np.eye(4), np.ones(4) + 0j)
