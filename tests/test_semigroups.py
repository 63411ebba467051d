"""Exponentials taken apart, against SciPy's and closed forms."""

import numpy as np
import pytest
import scipy.linalg
from numpy.testing import assert_allclose

from quantsync.semigroups import equal_steps, semigroup


def whole(parts, t):
    slow = parts.slow_right @ parts.slow(np.array([t]))[0] @ parts.slow_left
    return slow + parts.fast_right @ parts.fast_propagator(t) @ parts.fast_left


@pytest.mark.parametrize("seed", range(4))
def test_the_parts_make_up_the_exponential(seed):
    rng = np.random.default_rng(seed)
    # Oscillations, two of them alike, a kernel of two dimensions, and what decays.
    turn = np.array([[0.0, 1.0], [-1.0, 0.0]])
    decay = rng.normal(size=(5, 5)) - 5 * np.eye(5)
    M = scipy.linalg.block_diag(turn, decay, 2 * turn, np.zeros((2, 2)), turn)
    S = rng.normal(size=(13, 13))
    M = S @ M @ np.linalg.inv(S)
    parts = semigroup(M)
    assert parts.bounded
    assert_allclose(np.sort(parts.eigenvalues.imag), [-2, -1, -1, 0, 0, 1, 1, 2], atol=1e-11)
    assert parts.still.sum() == 2
    for t in (0.0, 0.1, 3.0, 20.0):
        assert_allclose(whole(parts, t), scipy.linalg.expm(M * t), atol=1e-9)


def test_a_free_particle_is_seen_to_move_on():
    assert not semigroup(np.array([[0.0, 1.0], [0.0, 0.0]])).bounded
    assert not semigroup(np.array([[0.1, 1.0], [-1.0, 0.1]])).bounded
    turn = np.array([[0.0, 1.0], [-1.0, 0.0]])
    resonant = np.block([[turn, np.eye(2)], [np.zeros((2, 2)), turn]])
    assert not semigroup(resonant).bounded


def test_defective_decay_needs_no_eigenvectors():
    M = np.array([[-1.0, 1.0, 0.0], [0.0, -1.0, 1.0], [0.0, 0.0, -1.0]])
    for t in (1e-3, 1.0, 50.0):
        expected = np.exp(-t) * np.array([[1, t, t * t / 2], [0, 1, t], [0, 0, 1]])
        assert_allclose(whole(semigroup(M), t), expected, rtol=1e-11, atol=1e-25)
    assert (whole(semigroup(M), 1e300) == 0).all()


def test_equal_steps_are_found_and_end_where_they_should():
    times = np.linspace(0, 0.7, 8)
    assert [count for _, count in equal_steps(times)] == [1, 7]
    assert_allclose(sum(step * count for step, count in equal_steps(times)), 0.7)
