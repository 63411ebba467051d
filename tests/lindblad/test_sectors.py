"""Scaling of blocks, terms that cancel, and groups that are connected."""

import numpy as np
import scipy.sparse as sp
from numpy.testing import assert_allclose

from quantsync.lindblad._sectors import connected_groups, equilibrated, sum_of_terms


def test_rows_and_columns_of_very_different_size_become_equal():
    matrix = np.array([[-1e9, 1.0], [1e9, -1.0]])
    scaled, columns = equilibrated(matrix, matrix)
    assert_allclose(np.abs(scaled), 1, rtol=1e-6)
    assert_allclose(matrix @ (columns * [1, 1]), 0, atol=1e-6 * columns[0] * 1e9)


def test_what_is_left_where_entries_cancel_is_not_scaled_to_the_size_of_others():
    parts = [sp.csr_array([[0.1, 0.0], [0.0, 1.0]]), sp.csr_array([[0.3, 0.0], [0.0, 0.0]])]
    total = sum_of_terms(np.array([3.0, -1.0]), parts, 2).toarray()
    sizes = sum_of_terms(np.array([3.0, 1.0]), parts, 2).toarray()
    assert total[0, 0] == 3 * 0.1 - 0.3 != 0
    scaled, _ = equilibrated(total, sizes)
    assert_allclose(scaled, [[0, 0], [0, 1]], atol=1e-15)


def test_connected_groups_follow_arrows_only_if_strongly():
    matrix = sp.csr_array(np.array([[0, 1, 0], [0, 0, 0], [0, 0, 1]]))
    assert [g.tolist() for g in connected_groups(matrix)] == [[0, 1], [2]]
    assert len(connected_groups(matrix, strongly=True)) == 3
