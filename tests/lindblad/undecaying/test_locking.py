"""Largest amplitudes, and which amplitudes have a fixed ratio."""

import numpy as np
import pytest

from quantsync.lindblad.undecaying._locking import locking, numerical_radius


def test_the_numerical_radius_of_a_coherence_is_a_half():
    assert numerical_radius(np.array([[0.0, 1.0], [0.0, 0.0]])) == pytest.approx(0.5)
    assert numerical_radius(np.diag([0.2, -0.7j])) == pytest.approx(0.7)
    assert numerical_radius(np.zeros((2, 2))) == 0


def test_proportional_operators_lock_and_others_do_not():
    W, V = np.array([1.0, 0.0, 0.0, 1.0]), np.array([0.0, 1.0, 0.0, 0.0])
    locked, phase, ratio, overlap = locking(np.array([[W, -2 * W, W + V]]))
    assert locked[:, :, 0].tolist() == [
        [True, True, False],
        [True, True, False],
        [False] * 2 + [True],
    ]
    assert phase[1, 0, 0] == pytest.approx(np.pi)
    assert ratio[1, 0, 0] == pytest.approx(2)
    assert overlap[2, 0, 0] == pytest.approx(np.sqrt(2 / 3))
