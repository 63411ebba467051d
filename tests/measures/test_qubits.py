"""Concurrence and discord of two qubits: closed forms, invariances, other minimisers."""

import numpy as np
import pytest
import qutip
from scipy.optimize import minimize

import quantsync as qs
from quantsync.errors import ConvergenceError, DimensionError, UnknownNameError
from quantsync.measures import _measurement

QUBITS = qs.Space(A=qs.Spin(1 / 2), B=qs.Fock(2))
PAULI = _measurement.PAULI
SINGLET = np.outer([0, 1, -1, 0], [0, 1, -1, 0]) / 2


def kets(seed, count):
    rng = np.random.default_rng(seed)
    found = rng.normal(size=(count, 4)) + 1j * rng.normal(size=(count, 4))
    return found / np.linalg.norm(found, axis=-1, keepdims=True)


def projector(ket):
    return ket[..., :, None] * ket[..., None, :].conj()


def werner(p):
    p = np.asarray(p)[..., None, None]
    return p * SINGLET + (1 - p) * np.eye(4) / 4


def bits(*probabilities):
    p = np.stack(probabilities)
    return -np.sum(np.where(p > 0, p * np.log2(np.where(p > 0, p, 1.0)), 0), axis=0)


def x_states(seed, count):
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.ones(4), size=count)
    rho = p[:, :, None] * np.eye(4) + 0j
    for i, j in ((0, 3), (1, 2)):
        rho[:, i, j] = np.sqrt(p[:, i] * p[:, j]) * rng.random(count)
        rho[:, j, i] = rho[:, i, j]
    return rho


def local_unitary(seed, random_states):
    parts = [np.linalg.qr(random_states(seed + k, 2))[0] for k in range(2)]
    return np.kron(*parts)


def test_concurrence_of_pure_states():
    psi = kets(1, 200)
    expected = 2 * np.abs(psi[:, 0] * psi[:, 3] - psi[:, 1] * psi[:, 2])
    np.testing.assert_allclose(qs.concurrence(projector(psi), QUBITS), expected, atol=2e-15)
    c = 2.0 ** -np.arange(0, 40, 4)  # weakly entangled: sqrt(1 - e^2)|00> + e|11>
    faint = np.stack([np.sqrt(1 - c**2), 0 * c, 0 * c, c], axis=-1)
    found = qs.concurrence(projector(faint), QUBITS)
    np.testing.assert_allclose(found, 2 * c * np.sqrt(1 - c**2), rtol=1e-14)


def test_concurrence_of_mixed_states(random_states):
    p = np.linspace(0, 1, 25)
    expected = np.maximum(0, (3 * p - 1) / 2)
    np.testing.assert_allclose(qs.concurrence(werner(p), QUBITS), expected, atol=1e-15)
    rho = x_states(2, 100)
    size = np.abs(rho)
    across = size[:, 0, 3] - np.sqrt(size[:, 1, 1] * size[:, 2, 2])
    inside = size[:, 1, 2] - np.sqrt(size[:, 0, 0] * size[:, 3, 3])
    expected = 2 * np.maximum(0, np.maximum(across, inside))
    np.testing.assert_allclose(qs.concurrence(rho, QUBITS), expected, atol=1e-15)
    for rank in (2, 3, 4):
        rho = random_states(3, 4, (20,), rank=rank)
        theirs = [qutip.concurrence(qutip.Qobj(x, dims=[[2, 2]] * 2)) for x in rho]
        np.testing.assert_allclose(qs.concurrence(rho, QUBITS), theirs, atol=1e-7)
        entangled = qs.negativity(rho, QUBITS, "A") > 1e-12
        np.testing.assert_array_equal(qs.concurrence(rho, QUBITS) > 1e-12, entangled)


def test_local_unitaries_change_neither(random_states):
    rho, u = random_states(4, 4, (10,), rank=2), local_unitary(5, random_states)
    turned = u @ rho @ u.conj().T
    for measure in (qs.concurrence, lambda *x: qs.discord(*x, "A")):
        np.testing.assert_allclose(measure(turned, QUBITS), measure(rho, QUBITS), atol=1e-13)


def test_two_qubits_of_a_larger_system():
    space = qs.Space(A=qs.Spin(1 / 2), M=qs.Fock(3), B=qs.Spin(1 / 2), C=qs.Spin(1 / 2))
    w_state = np.zeros((2, 3, 2, 2))
    w_state[0, 0, 1, 1] = w_state[1, 0, 0, 1] = w_state[1, 0, 1, 0] = 1 / np.sqrt(3)
    rho = projector(w_state.ravel())
    assert qs.concurrence(rho, space, ["A", "C"]) == pytest.approx(2 / 3)
    reduced = qs.partial_trace(rho, space, ["B", "C"])
    pair = space.subspace(["B", "C"])
    assert qs.discord(rho, space, "B", ["B", "C"]) == qs.discord(reduced, pair, "B")
    for sites, message in ((None, "name two of them"), (["A", "M"], r"M=Fock\(3\)"), ("A", "A=")):
        with pytest.raises(DimensionError, match=f"Two sites of two levels .*{message}"):
            qs.concurrence(rho, space, sites)
    with pytest.raises(UnknownNameError, match="Unknown site 'M'.*Known: A, B"):
        qs.discord(rho, space, "M", ["A", "B"])


def test_discord_of_bell_diagonal_states():
    """Luo, Phys. Rev. A 77, 042303 (2008): the largest |c_i| is the best axis."""
    c = np.random.default_rng(6).uniform(-1, 1, size=(4000, 3))
    x, y, z = c.T
    p = np.stack([1 - x - y - z, 1 - x + y + z, 1 + x - y + z, 1 + x + y - z]) / 4
    inside = (p >= 0).all(axis=0)
    c, p = c[inside], p[:, inside]
    rho = (
        np.eye(4) + sum(c[:, i, None, None] * np.kron(s, s) for i, s in enumerate(PAULI[1:]))
    ) / 4
    best = np.abs(c).max(axis=-1)
    expected = 2 - bits(*p) - (1 - bits((1 + best) / 2, (1 - best) / 2))
    for measured in "AB":
        found = qs.discord(rho, QUBITS, measured, base=2)
        np.testing.assert_allclose(found, expected, atol=3e-15)


def test_discord_of_werner_states():
    """Nonzero wherever p > 0, also without entanglement."""
    p = np.linspace(0, 1, 21)
    expected = 2 - bits((1 + 3 * p) / 4, *[(1 - p) / 4] * 3) - (1 - bits((1 + p) / 2, (1 - p) / 2))
    found = qs.discord(werner(p), QUBITS, "B", base=2)
    np.testing.assert_allclose(found, expected, atol=3e-15)
    assert (found[1:] > 0).all()


def test_discord_of_pure_states_is_their_entanglement():
    rho = projector(kets(7, 100))
    expected = qs.von_neumann_entropy(qs.partial_trace(rho, QUBITS, "A"))
    for measured in "AB":
        np.testing.assert_allclose(qs.discord(rho, QUBITS, measured), expected, atol=1e-13)


def test_discord_vanishes_for_what_the_measurement_does_not_disturb(random_states):
    basis = np.linalg.qr(random_states(8, 2))[0]
    parts = random_states(9, 2, (2,))
    rho = sum(w * np.kron(parts[k], projector(basis[:, k])) for k, w in enumerate((0.3, 0.7)))
    assert qs.discord(rho, QUBITS, "B") == pytest.approx(0, abs=1e-14)
    assert qs.discord(rho, QUBITS, "A") > 0.01  # not the same
    assert qs.discord(np.kron(*parts), QUBITS, "A") == pytest.approx(0, abs=1e-14)
    for special in (np.eye(4) / 4, np.diag([1.0, 0, 0, 0]), np.diag([0.5, 0, 0, 0.5])):
        assert qs.discord(special, QUBITS, "A") == pytest.approx(0, abs=1e-14)


def conditional_entropy(rho, theta, phi):
    """From projectors, as it is defined."""
    up = np.array([np.cos(theta / 2), np.exp(1j * phi) * np.sin(theta / 2)])
    total = 0.0
    for projection in (projector(up), np.eye(2) - projector(up)):
        measured = np.kron(np.eye(2), projection)
        left = qs.partial_trace(measured @ rho @ measured, QUBITS, "A")
        p = np.trace(left).real
        total += p * qs.von_neumann_entropy(left / p)
    return total


@pytest.mark.parametrize("rank", [2, 3, 4])
def test_discord_of_any_state_against_another_minimiser(rank, random_states):
    for rho in (*random_states(10, 4, (2,), rank=rank), *x_states(11, 1)):
        starts = [(t, f) for t in (0.4, 1.2, 2.0, 2.8) for f in (0.5, 1.6, 2.7)]
        least = min(
            minimize(lambda x, r=rho: conditional_entropy(r, *x), start, tol=1e-12).fun
            for start in starts
        )
        own = qs.von_neumann_entropy(qs.partial_trace(rho, QUBITS, "B"))
        expected = own - qs.von_neumann_entropy(rho) + least
        assert qs.discord(rho, QUBITS, "B") == pytest.approx(expected, abs=1e-10)
        swapped = rho.reshape(2, 2, 2, 2).transpose(1, 0, 3, 2).reshape(4, 4)
        found = qs.discord(swapped, QUBITS, "A")
        assert found == pytest.approx(qs.discord(rho, QUBITS, "B"), abs=1e-14)


def test_no_direction_of_a_fine_mesh_is_better():
    rng = np.random.default_rng(12)
    u = np.linalg.qr(rng.normal(size=(100, 4, 4)) + 1j * rng.normal(size=(100, 4, 4)))[0]
    p = 10.0 ** (-12 * rng.random((100, 4)) ** 2)  # some levels are all but empty
    p /= p.sum(axis=-1, keepdims=True)
    mixed = u * p[:, None, :] @ np.conj(np.swapaxes(u, -1, -2))
    directions = rng.normal(size=(4000, 3))
    directions /= np.linalg.norm(directions, axis=-1, keepdims=True)
    for rho in (mixed, x_states(13, 100)):
        bloch = np.einsum("bikjl,mji,nlk->bmn", rho.reshape(-1, 2, 2, 2, 2), PAULI, PAULI).real
        n = np.broadcast_to(directions, (100, 4000, 3))
        mesh = _measurement._entropy(bloch[:, 1:, 0], bloch[:, 0, 1:], bloch[:, 1:, 1:], n)
        least = _measurement.least_conditional_entropy(rho)
        assert (least <= mesh.min(axis=1) + 1e-15).all()
        assert (least > mesh.min(axis=1) - 0.01).all()


def test_a_search_that_does_not_end_is_told(monkeypatch, random_states):
    monkeypatch.setattr(_measurement, "STEPS", 1)
    with pytest.raises(ConvergenceError, match="best measurement was not found.* lower .* by"):
        qs.discord(random_states(14, 4, (20,)), QUBITS, "B")


def test_large_batches_in_parts(monkeypatch, random_states):
    rho = random_states(15, 4, (3, 5))
    expected = qs.discord(rho, QUBITS, "B")
    monkeypatch.setattr(_measurement, "CHUNK", 4 * _measurement.POINTS)
    np.testing.assert_allclose(qs.discord(rho, QUBITS, "B"), expected, atol=1e-15)
