"""Harmonic networks: construction, stability, normal modes and the spectrum seen by probes."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from places import reference

from quantsync.errors import (
    DimensionError,
    InvalidArgumentError,
    NonFiniteError,
    UnknownNameError,
    UnstableNetworkError,
)
from quantsync.gaussian.networks import _bordered as bordered
from quantsync.gaussian.networks._normal_modes import eigenmodes, lowest_eigenvalue
from quantsync.gaussian.networks.network import HarmonicNetwork

REFERENCE = reference("benedetti2016")["references"]
VALUES = {entry["id"]: float(entry["value"]) for entry in REFERENCE if "params" not in entry}
CHAIN = HarmonicNetwork.chain(300, frequency=0.4, coupling=1.2)


def dense_chain(sites, frequency, coupling):
    matrix = np.diag(np.full(sites, frequency**2 + 2 * coupling))
    return matrix - coupling * (np.eye(sites, k=1) + np.eye(sites, k=-1))


@pytest.mark.parametrize("sites", [1, 2, 7])
def test_chain_by_hand(sites):
    chain = HarmonicNetwork.chain(sites, 0.4, 1.2)
    expected = dense_chain(sites, 0.4, 1.2)
    assert_allclose(chain.stiffness.toarray(), expected, rtol=0, atol=1e-15)
    assert_allclose(chain.frequencies**2, np.linalg.eigvalsh(expected), rtol=1e-13)
    assert chain.names == tuple(range(1, sites + 1))


@pytest.mark.parametrize("coupling", [1.2, -0.03])
def test_modes_diagonalise(coupling):
    chain = HarmonicNetwork.chain(9, 0.4, coupling)
    modes = chain.modes
    assert_allclose(modes.T @ modes, np.eye(9), atol=1e-14)
    assert_allclose(
        modes @ np.diag(chain.frequencies**2) @ modes.T, chain.stiffness.toarray(), atol=1e-14
    )
    assert_allclose(chain.mode_rows(np.array([3, 0])), modes[[3, 0]], atol=0)
    assert (np.diff(chain.frequencies) > 0).all()


def test_routes_to_the_modes_agree():
    rng = np.random.default_rng(0)
    tridiagonal = sp.diags_array(
        [rng.normal(size=11), 5 + rng.random(12), np.zeros(11)], offsets=[1, 0, -1]
    )
    tridiagonal = sp.csr_array(tridiagonal + tridiagonal.T)
    full = sp.csr_array(tridiagonal + np.ones((12, 12)))
    for matrix in (tridiagonal, full, sp.csr_array([[2.0]])):
        values, vectors = eigenmodes(matrix)
        assert_allclose(vectors * values @ vectors.T, matrix.toarray(), atol=1e-13)
        assert lowest_eigenvalue(matrix) == pytest.approx(values[0], abs=1e-13)


def test_masses_weigh_the_modes():
    V, m = np.array([[3.0, -1.0], [-1.0, 2.0]]), np.array([2.0, 0.5])
    network = HarmonicNetwork(V, m)
    for w, mode in zip(network.frequencies, network.modes.T, strict=True):
        x = mode / np.sqrt(m)
        assert_allclose(V @ x, w**2 * m * x, atol=1e-14)


def test_sparse_and_dense_are_the_same():
    dense = dense_chain(6, 0.5, 0.7)
    one, two = HarmonicNetwork(dense), HarmonicNetwork(sp.coo_array(dense), masses=np.ones(6))
    assert (one.stiffness != two.stiffness).nnz == 0


def test_graph_from_edges():
    network = HarmonicNetwork.from_graph(
        [("a", "b"), ("b", "c", 0.5), ("a", "b", 0.25)],
        frequency={"a": 1.0, "b": 2.0, "c": 3.0},
        coupling=2.0,
        masses=[1.0, 2.0, 1.0],
    )
    expected = [[1 + 2.25, -2.25, 0], [-2.25, 8 + 2.75, -0.5], [0, -0.5, 9.5]]
    assert network.names == ("a", "b", "c")
    assert_allclose(network.stiffness.toarray(), expected)


class Graph:
    """As much of networkx as is used."""

    def __init__(self, nodes, edges):
        self._nodes, self._edges = nodes, edges

    def nodes(self):
        return self._nodes

    def edges(self, data=False):
        return self._edges if data else [edge[:2] for edge in self._edges]


def test_graph_object():
    graph = Graph([2, 1, 0], [(0, 1, {"g": 0.5}), (1, 2, {"g": 2.0})])
    network = HarmonicNetwork.from_graph(graph, 1.0, coupling="g")
    assert network.names == (2, 1, 0)
    assert_allclose(network.stiffness.toarray(), [[3, -2, 0], [-2, 3.5, -0.5], [0, -0.5, 1.5]])
    assert HarmonicNetwork.from_graph(graph, 1.0, 0.1).stiffness[0, 1] == -0.1
    with pytest.raises(InvalidArgumentError, match="no strength 'weight'"):
        HarmonicNetwork.from_graph(graph, 1.0, coupling="weight")


def test_graph_of_networkx():
    networkx = pytest.importorskip("networkx")
    graph = networkx.cycle_graph(5)
    laplacian = networkx.laplacian_matrix(graph).toarray()
    network = HarmonicNetwork.from_graph(graph, 0.3, 1.5)
    assert_allclose(network.stiffness.toarray(), 0.09 * np.eye(5) + 1.5 * laplacian)


def test_probes_come_first_and_do_not_stiffen_the_chain():
    network = HarmonicNetwork.chain(3, 0.4, 1.2).with_probes([1.0, 1.1], [1, 3], [0.2, -0.3], 0.5)
    expected = np.zeros((5, 5))
    expected[:2, :2] = [[1.5, -0.5], [-0.5, 1.71]]
    expected[2:, 2:] = dense_chain(3, 0.4, 1.2)
    expected[0, 2] = expected[2, 0] = 0.2
    expected[1, 4] = expected[4, 1] = -0.3
    assert_allclose(network.stiffness.toarray(), expected, atol=1e-15)
    assert network.names == ("probe 1", "probe 2", 1, 2, 3)
    assert network.probes == ("probe 1", "probe 2")
    assert_allclose(network.frequencies**2, np.linalg.eigvalsh(expected), rtol=1e-13)


def test_direct_couplings_of_three_probes():
    chain = HarmonicNetwork.chain(4, 0.4, 1.2)
    springs = np.array([[0, 0.1, 0.2], [0.1, 0, 0.3], [0.2, 0.3, 0]])
    network = chain.with_probes([1.0, 1.0, 1.0], [1, 2, 2], 0.1, springs, masses=[1, 2, 1])
    corner = network.stiffness[:3][:, :3].toarray()
    assert_allclose(corner, np.diag([1.3, 2.4, 1.5]) - springs, atol=1e-15)


def test_probes_on_probes():
    network = HarmonicNetwork.chain(4, 0.4, 1.2).with_probes([1.0], [2], 0.1)
    again = network.with_probes([1.3], ["probe 1"], 0.1, names=["second"])
    assert again.names[:3] == ("second", "probe 1", 1)
    assert_allclose(again.frequencies**2, np.linalg.eigvalsh(again.stiffness.toarray()), rtol=1e-12)


# Stability


@pytest.mark.parametrize(("omega_2", "expected"), [(1.1, 0.97195), (1.2, VALUES["Kmax.w1.2"])])
def test_largest_coupling_at_a_common_node(omega_2, expected):
    limit = CHAIN.largest_probe_coupling([1.0, omega_2], [1, 1])
    assert limit == pytest.approx(expected, abs=1e-6 if omega_2 == 1.1 else 1e-12)
    assert CHAIN.with_probes([1.0, omega_2], [1, 1], limit * (1 - 1e-9)).frequencies[0] > 0
    with pytest.raises(UnstableNetworkError, match=f"at most {limit:.8g}") as caught:
        CHAIN.with_probes([1.0, omega_2], [1, 1], limit * (1 + 1e-9))
    assert caught.value.largest_coupling == pytest.approx(limit, rel=1e-12)
    assert caught.value.eigenvalue < 0


def test_the_largest_coupling_makes_the_stiffness_singular():
    chain = HarmonicNetwork(dense_chain(5, 0.5, 0.3), masses=[1, 2, 3, 1, 2])
    strengths = np.array([0.3, -0.7])
    factor = chain.largest_probe_coupling([0.8, 1.3], [0, 4], strengths, 0.2, masses=[2.0, 1.0])
    network = chain.with_probes([0.8, 1.3], [0, 4], strengths, 0.2, masses=[2.0, 1.0])
    matrix = network.stiffness.toarray()
    matrix[:2, 2:] *= factor
    matrix[2:, :2] *= factor
    assert abs(np.linalg.eigvalsh(matrix)[0]) < 1e-14
    with pytest.raises(UnstableNetworkError, match="multiplied by at most"):
        chain.with_probes([0.8, 1.3], [0, 4], 1.01 * factor * strengths, 0.2, masses=[2.0, 1.0])


def test_without_coupling_there_is_no_limit():
    assert CHAIN.largest_probe_coupling([1.0], [1], 0.0) == np.inf


@pytest.mark.parametrize("case", ["dense", "tridiagonal", "chain", "semidefinite"])
def test_instability_names_the_eigenvalue(case):
    if case == "chain":
        with pytest.raises(UnstableNetworkError) as caught:
            HarmonicNetwork.chain(50, 0.1, -0.5)
        lowest = np.linalg.eigvalsh(dense_chain(50, 0.1, -0.5))[0]
        assert caught.value.eigenvalue == pytest.approx(lowest, abs=1e-13)
        return
    matrix = {
        "dense": np.ones((4, 4)) + np.diag([1.0, 1, 1, -3]),
        "tridiagonal": np.diag([1.0, 2, 3]) + 1.3 * (np.eye(3, k=1) + np.eye(3, k=-1)),
        "semidefinite": dense_chain(5, 0.0, 1.0) - np.diag([1.0, 0, 0, 0, 1.0]),
    }[case]
    lowest = np.linalg.eigvalsh(matrix)[0]
    with pytest.raises(UnstableNetworkError, match="no ground state") as caught:
        HarmonicNetwork(matrix)
    assert caught.value.eigenvalue == pytest.approx(lowest, abs=1e-12)
    assert caught.value.largest_coupling is None


# The spectrum that the probes see


@pytest.mark.parametrize("omega_2", [1.1, 1.2])
def test_bound_mode(omega_2):
    network = CHAIN.with_probes([1.0, omega_2], [1, 1], 0.8)
    expected = {1.1: VALUES["wb.w1.1"], 1.2: 0.3965979459}[omega_2]
    assert network.frequencies[0] == pytest.approx(expected, abs=1e-10)


def bordered_matrix(diagonal, border, corner):
    return np.block([[corner, border], [border.T, np.diag(diagonal)]])


def assert_same_spectrum(diagonal, border, corner):
    values, rows = bordered.secular_spectrum(diagonal, border, corner)
    matrix = bordered_matrix(diagonal, border, corner)
    scale = np.abs(np.linalg.eigvalsh(matrix)).max()
    assert_allclose(values, np.linalg.eigvalsh(matrix), atol=1e-13 * max(scale, 1e-300))
    # Functions of the matrix between probes do not depend on how degenerate modes are chosen.
    vals, vecs = np.linalg.eigh(matrix)
    for time in (0.0, 0.7, 30.0):
        expected = (vecs[: len(corner)] * np.cos(vals / scale * time)) @ vecs[: len(corner)].T
        assert_allclose((rows * np.cos(values / scale * time)) @ rows.T, expected, atol=1e-12)
    assert bordered.certificate(values, rows, diagonal, border, corner) < 1e-13


@pytest.mark.parametrize(
    "diagonal",
    [
        np.arange(1.0, 40.0),
        np.repeat(np.arange(1.0, 11.0), 4),  # degenerate
        np.ones(30),
        1 + 1e-13 * np.arange(30.0),  # nearly so
        np.geomspace(1e-8, 1e8, 30),
        np.array([2.0]),
        np.zeros(0),
    ],
    ids=["ladder", "fourfold", "equal", "near", "wide", "one", "none"],
)
@pytest.mark.parametrize("strength", [0.0, 1e-200, 1e-9, 0.3, 50.0])
def test_secular_equations_against_lapack(diagonal, strength):
    rng = np.random.default_rng(3)
    border = strength * rng.normal(size=(3, len(diagonal)))
    border[:, ::5] = 0.0
    corner = np.array([[1.0, 0.2, 0.0], [0.2, 3.0, 0.0], [0.0, 0.0, 1.0]])
    assert_same_spectrum(diagonal, border, corner)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 40), st.integers(1, 3))
def test_secular_equations_at_random(seed, size, count):
    rng = np.random.default_rng(seed)
    diagonal = np.round(rng.normal(size=size), int(rng.integers(1, 9)))
    border = rng.normal(size=(count, size)) * 10.0 ** rng.integers(-12, 1, size=(count, size))
    corner = rng.normal(size=(count, count))
    assert_same_spectrum(diagonal, border, corner + corner.T)


def test_large_networks_do_without_dense_matrices(monkeypatch):
    monkeypatch.setattr(
        bordered, "dense_spectrum", lambda *a: pytest.fail("the certificate failed")
    )
    star = HarmonicNetwork.chain(1000, 0.4, 1.2).with_probes([1, 1.1], [1, 400], 0.2, 0.5).star()
    frequencies, rows = star.spectrum
    assert_allclose(rows @ rows.T, np.eye(2), atol=1e-13)
    assert_allclose((rows * frequencies**2) @ rows.T, star.corner, atol=1e-13)


def test_a_failed_certificate_falls_back_to_lapack(monkeypatch):
    monkeypatch.setattr(bordered, "DENSE", 0)
    expected = bordered.dense_spectrum(np.arange(1.0, 4), np.full((1, 3), 0.1), np.eye(1))
    monkeypatch.setattr(bordered, "secular_spectrum", lambda *a: (np.arange(4.0), np.ones((1, 4))))
    found = bordered.bordered_spectrum(np.arange(1.0, 4), np.full((1, 3), 0.1), np.eye(1))
    assert_allclose(found[0], expected[0], atol=0)


def test_star_of_any_oscillators():
    rng = np.random.default_rng(1)
    matrix = rng.normal(size=(6, 6))
    network = HarmonicNetwork(matrix @ matrix.T + np.eye(6), masses=1 + rng.random(6))
    star = network.star([4, 1])
    frequencies, rows = star.spectrum
    assert_allclose(frequencies, network.frequencies, rtol=1e-12)
    expected = (network.modes * network.frequencies) @ network.modes.T
    assert_allclose((rows * frequencies) @ rows.T, expected[np.ix_([4, 1], [4, 1])], atol=1e-12)
    everything = network.star(network.names)
    assert everything.couplings.shape == (6, 0)
    assert_allclose(everything.spectrum[0], network.frequencies, rtol=1e-12)


# Errors


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: HarmonicNetwork([[1.0, 0.1], [0.2, 1.0]]), InvalidArgumentError, "symmetric"),
        (lambda: HarmonicNetwork([[1.0, np.nan], [np.nan, 1.0]]), NonFiniteError, "stiffness"),
        (lambda: HarmonicNetwork(np.ones((2, 3))), DimensionError, r"\(2, 3\)"),
        (lambda: HarmonicNetwork([[1j]]), InvalidArgumentError, "real"),
        (lambda: HarmonicNetwork(np.eye(2), masses=[1.0, 0.0]), InvalidArgumentError, "masses"),
        (lambda: HarmonicNetwork(np.eye(2), masses=[1.0] * 3), DimensionError, "masses"),
        (lambda: HarmonicNetwork(np.eye(2), names=["a"]), DimensionError, "names"),
        (lambda: HarmonicNetwork(np.eye(2), names=["a", "a"]), InvalidArgumentError, "twice"),
        (lambda: HarmonicNetwork.chain(0, 1, 1), InvalidArgumentError, "sites"),
        (lambda: HarmonicNetwork.chain(2.5, 1, 1), InvalidArgumentError, "sites"),
        (lambda: HarmonicNetwork.chain(2, -1, 1), InvalidArgumentError, "frequency"),
        (lambda: HarmonicNetwork.chain(2, 1, np.inf), NonFiniteError, "coupling"),
        (lambda: HarmonicNetwork.from_graph([], 1.0), InvalidArgumentError, "no nodes"),
        (lambda: HarmonicNetwork.from_graph([(1, 1)], 1.0), InvalidArgumentError, "itself"),
        (lambda: HarmonicNetwork.from_graph([(1,)], 1.0), InvalidArgumentError, "edge"),
        (lambda: HarmonicNetwork.from_graph([(0, 1)], {0: 1}), InvalidArgumentError, "node 1"),
        (lambda: HarmonicNetwork.from_graph([(0, 1)], 0.0), UnstableNetworkError, "eigenvalue"),
        (lambda: CHAIN.with_probes([1.0], [0], 0.1), UnknownNameError, "1 ... 300"),
        (lambda: CHAIN.with_probes([1.0, 1.1], [1], 0.1), DimensionError, "2 and 1"),
        (lambda: CHAIN.with_probes([1.0], 1, 0.1), InvalidArgumentError, "nodes"),
        (lambda: CHAIN.with_probes([1.0], [1], [0.1, 0.2]), DimensionError, "strengths"),
        (lambda: CHAIN.with_probes([0.0], [1], 0.0), UnstableNetworkError, "by themselves"),
        (lambda: CHAIN.with_probes([1, 1], [1, 2], 0.1, -3.0), UnstableNetworkError, "direct"),
        (lambda: CHAIN.with_probes([1, 1], [1, 2], 0.1, np.ones(3)), DimensionError, "direct"),
        (lambda: CHAIN.with_probes([np.nan], [1], 0.1), NonFiniteError, "frequencies"),
        (lambda: CHAIN.star(), InvalidArgumentError, "with_probes"),
        (lambda: CHAIN.star([1, 1]), InvalidArgumentError, "different"),
        (lambda: CHAIN.star(["one"]), UnknownNameError, "oscillator"),
    ],
)
def test_errors(make, error, match):
    with pytest.raises(error, match=match):
        make()
