"""The part of a large network that probes can notice within a time stands for the whole of it."""

import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp
from scipy.sparse.linalg import expm_multiply

import quantsync as qs
from quantsync.gaussian.networks import _horizon as horizon
from quantsync.gaussian.networks._horizon import blocks_within, krylov_part
from quantsync.gaussian.networks._positive_solver import ConjugateGradients, positive_solver


def random_network(size, seed=3):
    rng = np.random.default_rng(seed)
    graph = nx.random_regular_graph(4, size, seed=seed)
    springs = sp.lil_array((size, size))
    for a, b in graph.edges:
        springs[a, b] = springs[b, a] = -rng.uniform(0.05, 0.4)
    masses = rng.uniform(0.5, 2.0, size)
    diagonal = 0.3 * masses - np.asarray(springs.sum(axis=1)).ravel()
    return qs.HarmonicNetwork(sp.csr_array(springs) + sp.diags_array(diagonal), masses)


def probed(network, nodes):
    start = qs.GaussianState.squeezed([1.0, 1.1], [0.5, -0.3]).displaced(x=[1.0, 0.2], p=[0, 1])
    return network.with_probes([1.0, 1.1], nodes, [0.2, -0.15], direct=0.3), start


@pytest.mark.parametrize("nodes", [[0, 77], [5, 5]])
@pytest.mark.parametrize("temperature", [0.0, 0.7])
def test_evolution_up_to_the_horizon_is_that_of_the_whole_network(nodes, temperature):
    network, start = probed(random_network(500), nodes)
    state = qs.gaussian.ProbesInEnvironment(start, temperature)
    times = np.array([0.0, 0.3, 11.0, 40.0])
    part = network.star(horizon=40.0)
    assert part.environment.size < 250
    reduced = qs.evolve(network, state, times)
    assert "_probe_star" not in network.__dict__
    assert network.star().environment.size == 500
    whole = qs.evolve(network, state, times)
    np.testing.assert_allclose(reduced.covariance, whole.covariance, rtol=0, atol=1e-12)
    np.testing.assert_allclose(reduced.mean, whole.mean, rtol=0, atol=1e-12)


def test_a_shorter_part_is_noticed(monkeypatch):
    network, start = probed(random_network(500), [0, 77])
    state = qs.gaussian.ProbesInEnvironment(start)
    monkeypatch.setattr(horizon, "blocks_within", lambda *bounds: 8)
    reduced = qs.evolve(network, state, [40.0])
    network.star()
    whole = qs.evolve(network, state, [40.0])
    assert np.abs(reduced.covariance - whole.covariance).max() > 1e-4


@pytest.mark.parametrize(("lowest", "highest"), [(0.16, 5.0), (1e-3, 1.0), (4.0, 4.5)])
@pytest.mark.parametrize("time", [0.0, 3.0, 200.0])
def test_so_many_blocks_make_functions_of_the_matrix_polynomials(lowest, highest, time):
    degree = 2 * blocks_within(lowest, highest, time) - 1
    x = np.cos(np.linspace(0, np.pi, 8001))
    roots = np.sqrt((highest + lowest) / 2 + (highest - lowest) / 2 * x)
    nodes = np.cos(np.pi * (np.arange(degree + 1) + 0.5) / (degree + 1))
    known = np.sqrt((highest + lowest) / 2 + (highest - lowest) / 2 * nodes)
    for power in (0, 1, 2):
        series = np.polynomial.chebyshev.chebfit(nodes, np.cos(known * time) / known**power, degree)
        values = np.polynomial.chebyshev.chebval(x, series)
        error = np.abs(values - np.cos(roots * time) / roots**power).max()
        assert error < 1e-12 / lowest ** (power / 2)


def test_what_is_small_dense_or_uncoupled_is_left_alone():
    matrix = sp.csr_array(random_network(60).stiffness)
    assert krylov_part(matrix, np.array([3]), 1e4) is None
    assert krylov_part(matrix, np.array([], dtype=int), 1.0) is None
    dense = sp.csr_array(np.eye(400) * 500 + 1.0)
    assert krylov_part(dense, np.array([3]), 1.0) is None


def test_an_invariant_space_ends_the_chain():
    ring = nx.cycle_graph(4)
    lattice = nx.disjoint_union_all([ring] * 100)
    network = qs.HarmonicNetwork.from_graph(lattice, frequency=0.5, coupling=0.3)
    values, rows = krylov_part(network.stiffness, np.array([0]), 50.0)
    expected = np.linalg.eigvalsh(network.stiffness.toarray()[:4, :4])
    np.testing.assert_allclose(values, expected[[0, 1, 3]], atol=1e-13)  # one mode of two vanishes
    assert np.sum(rows**2) == pytest.approx(1.0, abs=1e-14)


def test_conjugate_gradients_solve_or_hand_over():
    matrix = random_network(800).stiffness
    solver = positive_solver(matrix)
    assert isinstance(solver, ConjugateGradients)
    right = np.random.default_rng(1).normal(size=(800, 2))
    np.testing.assert_allclose(matrix @ solver.solve(right), right, rtol=0, atol=1e-11)
    hard = sp.csr_array(matrix + sp.diags_array(np.logspace(0, 16, 800)))
    np.testing.assert_allclose(
        ConjugateGradients(hard).solve(right), np.linalg.solve(hard.toarray(), right), rtol=1e-9
    )


def test_networks_of_many_thousands_of_nodes():
    graph = nx.random_regular_graph(3, 20_000, seed=1)
    network = qs.HarmonicNetwork.from_graph(graph, frequency=0.4, coupling=0.3)
    network, start = probed(network, [0, 9])
    path = qs.evolve(network, qs.gaussian.ProbesInEnvironment(start), [30.0])
    size = len(network)
    motion = sp.block_array([[None, sp.eye_array(size)], [-network.stiffness, None]]).tocsr()
    begin = np.zeros(2 * size)
    begin[[0, 1, size, size + 1]] = start.mean[[0, 2, 1, 3]]
    end = expm_multiply(30.0 * motion, begin, traceA=0.0)
    np.testing.assert_allclose(path.mean[0], end[[0, size, 1, size + 1]], rtol=0, atol=1e-11)
