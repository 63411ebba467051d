"""Elimination in levels against LAPACK on the whole matrix, and against QuTiP."""

import numpy as np
import pytest
import qutip
import scipy.sparse as sp
from numpy.testing import assert_allclose

import quantsync as qs
from quantsync.lindblad._block_tridiagonal import levels_from, narrow_levels, solver_by_levels
from quantsync.lindblad._sector_solve import SparseSector
from quantsync.lindblad._sectors import find_sectors


def pattern_of(matrix):
    pattern = abs(sp.csr_array(matrix))
    return sp.csr_array(pattern + pattern.T)


def two_modes(levels, gain=1.0, coupling=0.5, exchange=0.2):
    space = qs.Space(A=qs.Fock(levels, finite=True), B=qs.Fock(levels, finite=True))
    a, b = space["A"], space["B"]
    return qs.Lindbladian(
        space,
        [(0.15, a.number - b.number), (exchange, a.create @ b.destroy + b.create @ a.destroy)],
        [
            (gain, a.create),
            (0.2, a.destroy @ a.destroy),
            (1.0, b.create),
            (0.3, b.destroy @ b.destroy),
            (coupling, a.destroy - b.destroy),
        ],
    )


@pytest.mark.parametrize("seed", range(4))
def test_solutions_are_those_of_lapack(seed):
    rng = np.random.default_rng(seed)
    m = int(rng.integers(150, 400))
    matrix = sp.random_array((m, m), density=3 / m, rng=rng) + 2 * sp.eye_array(m)
    # Some parts are not connected with the others.
    apart = sp.random_array((90, 90), density=2 / 90, rng=rng) + 2 * sp.eye_array(90)
    matrix = sp.csr_array(sp.block_diag([matrix, apart]))
    right = rng.normal(size=(m + 90, 3))
    expected = np.linalg.solve(matrix.toarray(), right)
    pattern = pattern_of(matrix)
    for levels in (narrow_levels(pattern), levels_from(pattern, np.arange(20))):
        assert sorted(levels.order) == list(range(m + 90))
        assert len(levels.bounds) > 2
        assert_allclose(solver_by_levels(matrix, levels)(right), expected, rtol=1e-9, atol=1e-12)


def test_entries_only_link_neighbouring_levels():
    rng = np.random.default_rng(5)
    matrix = sp.random_array((900, 900), density=1.5 / 900, rng=rng)
    pattern = pattern_of(matrix)
    levels = levels_from(pattern, np.array([0]))
    level = np.empty(900, int)
    level[levels.order] = np.repeat(np.arange(len(levels.bounds) - 1), np.diff(levels.bounds))
    rows, columns = pattern.nonzero()
    assert np.abs(level[rows] - level[columns]).max() == 1


def test_levels_of_two_modes_are_their_orders_of_coherence():
    system = two_modes(12)
    (row,) = system.coefficient_table()
    sector = find_sectors(system.terms, row != 0)[0]
    levels = levels_from(pattern_of(sector.sparse_matrix(row)), np.arange(sector.populations))
    target, source, _ = sector.scatter
    order = np.empty(sector.dimension)
    place = target // 2
    order[source] = np.abs(place // 144 // 12 - place % 144 // 12)
    ordered = order[levels.order]
    # One order of coherence after the other, and no level begins within one.
    assert (np.diff(ordered) >= 0).all()
    assert (np.diff(ordered)[levels.bounds[1:-1] - 1] >= 0).all()
    assert levels.bounds[1] == 144


def test_a_level_that_is_singular_by_itself_is_left_to_sparse_lu():
    # The last level's block is zero, the matrix is not singular.
    matrix = sp.csr_array(np.array([[1.0, 2.0], [3.0, 0.0]]))
    levels = levels_from(pattern_of(matrix), np.array([0]))
    assert list(levels.bounds) == [0, 1, 2]
    assert solver_by_levels(matrix, levels)(np.ones((2, 1))) is None


def test_a_level_that_is_nearly_singular_costs_no_digits():
    rng = np.random.default_rng(6)
    for size in 10.0 ** np.arange(-20, 0):
        matrix = np.block(
            [
                [rng.normal(size=(70, 70)), rng.normal(size=(70, 70))],
                [rng.normal(size=(70, 70)), size * rng.normal(size=(70, 70))],
            ]
        )
        right = rng.normal(size=(140, 2))
        levels = levels_from(pattern_of(np.ones((140, 140))), np.arange(70))
        x = solver_by_levels(sp.csr_array(matrix), levels)(right)
        if x is not None:
            assert_allclose(x, np.linalg.solve(matrix, right), rtol=1e-8, atol=1e-9)


def test_a_steady_state_where_a_level_is_singular_by_itself():
    # Coherences of a resonant, undamped pair do not decay by themselves: with the populations they
    # do, as one mode is damped and pumped.
    space = qs.Space(A=qs.Spin(9 / 2), B=qs.Spin(1 / 2))
    a, b = space["A"], space["B"]
    system = qs.Lindbladian(
        space, [(0.7, a.plus @ b.minus + a.minus @ b.plus)], [(1.0, b.minus), (0.3, b.plus)]
    )
    dense, sparse = (qs.steady_state(system, method=method) for method in ("dense", "sparse"))
    assert_allclose(sparse.rho, dense.rho, atol=1e-13)
    # Detailed balance: a product state, in which each quantum has the weight 0.3.
    populations = np.diagonal(sparse.rho).real.reshape(10, 2)
    assert_allclose(populations[:, 0] / populations[:, 1], 0.3, rtol=1e-9)
    assert_allclose(populations[:-1, 0] / populations[1:, 0], 0.3, rtol=1e-9)


def test_two_modes_have_the_state_of_qutip():
    system = two_modes(5)
    steady = qs.steady_state(system, method="sparse")
    assert_allclose(steady.rho, qutip.steadystate(*system.to_qutip()).full(), atol=1e-12)
    assert steady.residual < 1e-14


@pytest.mark.parametrize("size", [2, 7 / 2])
def test_a_map_of_two_spins_is_the_same_by_both_methods(size):
    space = qs.Space(A=qs.Spin(size), B=qs.Spin(size))
    a, b = space["A"], space["B"]
    detuning, coupling = np.meshgrid([0.0, 0.4], [0.0, 0.3, 2.0], indexing="ij")
    system = qs.Lindbladian(
        space,
        [(detuning, a.z - b.z), (coupling, a.plus @ b.minus + a.minus @ b.plus)],
        [
            (1.0, a.plus),
            (0.2, a.minus),
            (0.5, b.minus),
            (0.1, b.plus),
            (coupling, a.minus - b.minus),
        ],
    )
    dense, sparse = (qs.steady_state(system, method=method) for method in ("dense", "sparse"))
    assert_allclose(sparse.rho, dense.rho, atol=1e-13)
    assert sparse.residual.max() < 1e-13
    assert_allclose(
        np.log10(sparse.reciprocal_condition), np.log10(dense.reciprocal_condition), atol=2
    )


def test_two_stationary_states_in_one_sector_are_found():
    # Nothing acts on B's last two levels; H mixes them with the others at one point of the map.
    space = qs.Space(A=qs.Fock(6, finite=True), B=qs.Spin(1))
    a, b = space["A"], space["B"]
    link = np.array([0.0, 0.3])
    system = qs.Lindbladian(
        space, [(link, b.x), (0.2, a.create + a.destroy)], [(1.0, a.destroy), (0.4, b.z)]
    )
    masked = qs.steady_state(system, method="sparse", errors="mask")
    assert masked.valid.tolist() == [False, True]
    expected = qutip.steadystate(*system[1].to_qutip()).full()
    assert_allclose(masked.rho[1], expected, atol=1e-12)


def test_the_solver_of_a_sector_without_trace_and_its_responses():
    system = two_modes(8)
    (row,) = system.coefficient_table()
    sector = find_sectors(system.terms, row != 0)[1]
    assert not sector.carries_trace
    solver = SparseSector(sector)
    right = np.random.default_rng(0).normal(size=(1, sector.dimension))
    x, condition = solver.respond(row[None], right)
    block = sector.sparse_matrix(row).toarray()
    assert_allclose(x[0], np.linalg.solve(block, right[0]), rtol=1e-9, atol=1e-12)
    assert 1e-6 < condition[0] < 1
    assert solver.condition(row[None]) == pytest.approx(condition)
