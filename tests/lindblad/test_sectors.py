"""Scaling of blocks, sums of terms that cancel, and groups that are connected."""

import numpy as np
import scipy.sparse as sp
from numpy.testing import assert_allclose

from quantsync.lindblad._sectors import connected_groups, equilibrated, sum_of_terms


def test_rows_and_columns_of_very_different_size_become_equal():
    matrix = np.array([[-1e9, 1.0], [1e9, -1.0]])
    scaled, columns = equilibrated(matrix)
    assert_allclose(np.abs(scaled), 1, rtol=1e-6)
    assert_allclose(matrix @ (columns * [1, 1]), 0, atol=1e-6 * columns[0] * 1e9)


def test_entries_that_cancel_up_to_rounding_are_dropped():
    one = sp.csr_array([[0.1, 1.0], [0.0, 0.0]])
    total = sum_of_terms(np.array([3.0, -1.0]), [one, sp.csr_array([[0.3, 0.0], [0.0, 2.0]])], 2)
    assert total.toarray().tolist() == [[0.0, 3.0], [0.0, -2.0]]


def test_connected_groups_follow_arrows_only_if_strongly():
    matrix = sp.csr_array(np.array([[0, 1, 0], [0, 0, 0], [0, 0, 1]]))
    assert [g.tolist() for g in connected_groups(matrix)] == [[0, 1], [2]]
    assert len(connected_groups(matrix, strongly=True)) == 3
