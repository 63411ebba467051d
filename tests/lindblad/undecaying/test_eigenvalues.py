"""Cores of a block, and the order of its frequencies."""

import numpy as np
import scipy.sparse as sp

from quantsync.lindblad.undecaying._eigenvalues import by_frequency, irreducible_cores


def test_decay_into_a_dark_state_leaves_two_cores():
    cores = irreducible_cores(sp.csr_array([[-1.0, 0.0], [1.0, 0.0]]))
    assert sorted(core.tolist() for core in cores) == [[0], [1]]


def test_frequencies_come_by_size_and_plus_before_minus_within_rounding():
    omega = np.array([-2.0, 0.0, 2.0 * (1 + 1e-12), 1.0])
    assert omega[by_frequency(omega)].round(6).tolist() == [0.0, 1.0, 2.0, -2.0]
