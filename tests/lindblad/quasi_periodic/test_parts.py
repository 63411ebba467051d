"""Base frequencies of periodic perturbations, and norms over harmonics of both signs."""

import numpy as np

from quantsync.lindblad.quasi_periodic._frequencies import periodic_drives
from quantsync.lindblad.quasi_periodic._harmonics import total_norm


def test_frequencies_that_are_multiples_share_a_base():
    lower = [[0, 0], [1, 0]]
    found = periodic_drives([(2.0, lower), (-6.0, lower), (7.5, lower)], 2)
    assert found.base.tolist() == [2.0, 7.5]
    assert found.vectors.tolist() == [[1, 0], [3, 0], [0, 1]]
    assert found.operators[1].toarray().tolist() == np.transpose(lower).tolist()


def test_harmonics_that_are_not_stored_count_in_the_norm():
    assert total_norm(np.array([[1.0, 2.0]]), with_zero=True) == 5
    assert total_norm(np.array([[1.0, 2.0]]), with_zero=False) == 6
