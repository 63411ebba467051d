"""Scaling of blocks, terms that cancel, and groups that are connected."""

import numpy as np
import pytest
import qutip
import scipy.sparse as sp
from numpy.testing import assert_allclose
from systems import random_hermitian, random_matrix

import quantsync as qs
from quantsync.lindblad import _terms
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


@pytest.mark.parametrize("whole", [0, 32])
def test_columns_of_some_elements_are_those_of_the_whole(monkeypatch, whole):
    monkeypatch.setattr(_terms, "LARGEST_WHOLE", whole)
    rng = np.random.default_rng(whole)  # the same operators would share what is derived
    space = qs.Space(A=qs.Spin(1), B=qs.Spin(1 / 2))
    drop = [rng.random((6, 6)) < 0.5 for _ in range(3)]
    energy = random_hermitian(rng, 6) * (drop[0] & drop[0].T)
    jumps = [random_matrix(rng, 6) * kept for kept in drop[1:]]
    system = qs.Lindbladian(space, [(1.0, energy)], [(1.0, jump) for jump in jumps])
    terms, vectors = system.terms, system.terms.basis.vectors.toarray()
    # Once more by turning QuTiP's generators into the basis.
    expected = [qutip.liouvillian(qutip.Qobj(energy)).full()]
    expected += [qutip.lindblad_dissipator(qutip.Qobj(jump)).full() for jump in jumps]
    swap = np.arange(36).reshape(6, 6).T.ravel()  # QuTiP flattens column by column
    expected = [vectors.conj().T @ part[swap][:, swap] @ vectors for part in expected]
    for elements in (np.arange(36), np.array([0, 2, 7, 20, 21, 35]), np.array([30])):
        rows, columns = terms.columns(elements)
        for part, array in zip(expected, columns, strict=True):
            found = np.zeros((36, len(elements)))
            found[rows] = array.toarray()
            assert_allclose(found, part[:, elements], atol=1e-14)
    for part, array in zip(expected, terms.real, strict=True):
        assert_allclose(array.toarray(), part, atol=1e-14)
