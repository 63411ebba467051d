"""Fidelity and trace distance: closed forms, QuTiP and mpmath as oracles, inequalities."""

import mpmath as mp
import numpy as np
import pytest
import qutip

import quantsync as qs
from quantsync.states import Certified


def kets(seed, n, count):
    rng = np.random.default_rng(seed)
    found = rng.normal(size=(count, n)) + 1j * rng.normal(size=(count, n))
    return found / np.linalg.norm(found, axis=-1, keepdims=True)


def projector(ket):
    return ket[..., :, None] * ket[..., None, :].conj()


@pytest.mark.parametrize("n", [2, 3, 8])
def test_states_of_full_rank_agree_with_qutip(n, random_states):
    rho, sigma = random_states(1, n, (4,)), random_states(2, n, (4,))
    pairs = [(qutip.Qobj(r), qutip.Qobj(s)) for r, s in zip(rho, sigma, strict=True)]
    theirs = [qutip.fidelity(*pair) ** 2 for pair in pairs]  # not squared there
    np.testing.assert_allclose(qs.fidelity(rho, sigma), theirs, atol=1e-7)
    theirs = [qutip.tracedist(*pair) for pair in pairs]
    np.testing.assert_allclose(qs.trace_distance(rho, sigma), theirs, atol=1e-7)


@pytest.mark.parametrize("n", [2, 5, 30])
def test_pure_states_by_their_overlap(n):
    psi, phi = kets(3, n, 50), kets(4, n, 50)
    overlap = np.abs(np.einsum("bi,bi->b", psi.conj(), phi)) ** 2
    rho, sigma = projector(psi), projector(phi)
    np.testing.assert_allclose(qs.fidelity(rho, sigma), overlap, atol=1e-15 * n)
    np.testing.assert_allclose(qs.trace_distance(rho, sigma), np.sqrt(1 - overlap), atol=1e-15 * n)
    np.testing.assert_allclose(qs.fidelity(rho, rho), 1, atol=1e-15 * n)
    # One pure and one mixed state: <psi|sigma|psi>.
    mixed = (sigma + np.eye(n) / n) / 2
    np.testing.assert_allclose(qs.fidelity(rho, mixed), (overlap + 1 / n) / 2, atol=1e-15 * n)


def test_states_that_commute_are_compared_like_probabilities():
    p = np.array([[1 - 1e-20, 1e-20, 0.0], [0.3, 0.3, 0.4], [1e-300, 0.5, 0.5]])
    q = np.array([[0.5, 0.5, 0.0], [0.2, 0.8, 0.0], [1.0, 0.0, 0.0]])
    rho, sigma = (x[:, :, None] * np.eye(3) for x in (p, q))
    expected = np.sqrt(p * q).sum(-1) ** 2
    np.testing.assert_allclose(qs.fidelity(rho, sigma), expected, rtol=1e-14)
    np.testing.assert_allclose(qs.trace_distance(rho, sigma), abs(p - q).sum(-1) / 2, rtol=1e-14)


def root(matrix):
    values, vectors = mp.eighe(matrix)
    roots = mp.diag([mp.sqrt(v) if v > 0 else 0 for v in values])
    return vectors * roots * vectors.H


@pytest.mark.parametrize("rank", [1, 2, 4])
@pytest.mark.parametrize("smallest", [1.0, 1e-6, 1e-16])
def test_states_with_small_populations_agree_with_mpmath(rank, smallest):
    rng = np.random.default_rng(5)
    size = np.geomspace(1, smallest, 4)[:, None]
    with mp.workdps(60):  # the states before their entries are rounded: roots magnify that
        exact = []
        for own in (rank, 4):
            g = mp.matrix(
                (size * (rng.normal(size=(4, own)) + 1j * rng.normal(size=(4, own)))).tolist()
            )
            rho = g * g.H
            exact.append(rho / sum(rho[k, k] for k in range(4)))
        inner = root(exact[0])
        expected = sum(mp.sqrt(abs(v)) for v in mp.eighe(inner * exact[1] * inner)[0]) ** 2
        distance = sum(abs(v) for v in mp.eighe(exact[0] - exact[1])[0]) / 2
    given = [np.array(rho.tolist(), complex) for rho in exact]
    assert qs.fidelity(*given) == pytest.approx(float(expected), abs=3e-15)
    assert qs.trace_distance(*given) == pytest.approx(float(distance), abs=1e-15)


def test_inequalities_of_fuchs_and_van_de_graaf(random_states):
    rho, sigma = random_states(7, 5, (200,), rank=2), random_states(8, 5, (200,), rank=3)
    F, T = qs.fidelity(rho, sigma), qs.trace_distance(rho, sigma)
    assert (1 - np.sqrt(F) <= T).all()
    assert (np.sqrt(1 - F) >= T).all()
    np.testing.assert_allclose(qs.fidelity(sigma, rho), F, atol=1e-14)


def test_neither_changes_under_unitaries_and_both_multiply_or_grow(random_states):
    rho, sigma = random_states(9, 3, rank=2), random_states(10, 3)
    unitary = np.linalg.qr(random_states(11, 3))[0]
    turned = [unitary @ x @ unitary.conj().T for x in (rho, sigma)]
    for measure in (qs.fidelity, qs.trace_distance):
        assert measure(*turned) == pytest.approx(measure(rho, sigma), abs=1e-14)
    pair = [np.kron(x, x) for x in (rho, sigma)]
    assert qs.fidelity(*pair) == pytest.approx(qs.fidelity(rho, sigma) ** 2, abs=1e-14)
    assert qs.trace_distance(*pair) > qs.trace_distance(rho, sigma)


def test_nearby_states_have_a_distance_to_relative_accuracy(random_states):
    rho = random_states(12, 4)
    change = np.diag([1.0, -1.0, 0.5, -0.5]) * 2.0**-50
    assert qs.trace_distance(rho, rho + change) == pytest.approx(1.5 * 2.0**-50, rel=0.3)
    populations = np.diag([0.25, 0.25, 0.25, 0.25])
    assert qs.trace_distance(populations, populations + change) == 1.5 * 2.0**-50


def test_batches_broadcast_and_masked_states_stay_nan(random_states):
    space = qs.Space(A=qs.Spin(1 / 2))
    rho, sigma = random_states(13, 2, (3, 1)), random_states(14, 2, (4,))
    for measure in (qs.fidelity, qs.trace_distance):
        found = measure(rho, sigma)
        assert found.shape == (3, 4)
        assert found[2, 1] == pytest.approx(measure(rho[2, 0], sigma[1]), abs=1e-15)
        masked = Certified(np.where(np.arange(4)[:, None, None] == 1, np.nan, sigma), space)
        np.testing.assert_array_equal(np.isnan(measure(rho, masked)), [[0, 1, 0, 0]] * 3)
