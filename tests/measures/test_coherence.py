"""Coherence of levels and of phases: closed forms, limits, QuTiP as an oracle."""

import numpy as np
import pytest
import qutip

import quantsync as qs
from quantsync.errors import InvalidArgumentError

PAIR = qs.Space(A=qs.Fock(20), B=qs.Fock(20))
MODE = qs.Space(A=qs.Fock(40))
QUBITS = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2))


def projector(ket):
    return np.outer(ket, np.conj(ket))


def coherent(alpha, levels):
    return qutip.coherent(levels, alpha, method="analytic").unit().full()[:, 0]


@pytest.mark.parametrize("n", [2, 3, 7])
def test_even_superpositions_have_the_largest_coherence(n):
    rho = projector(np.exp(1j * np.arange(n) ** 2) / np.sqrt(n))
    assert qs.coherence(rho) == pytest.approx(n - 1)
    assert qs.coherence(rho, "relative_entropy") == pytest.approx(np.log(n))
    assert qs.coherence(rho, "relative_entropy", base=n) == pytest.approx(1)


def test_coherence_agrees_with_sums_and_entropies_of_qutip(random_states):
    for rank in (1, 2, 6):
        rho = random_states(1, 6, rank=rank)
        diagonal = np.diag(rho.diagonal())
        assert qs.coherence(rho) == pytest.approx(np.abs(rho - diagonal).sum())
        entropies = [qutip.entropy_vn(qutip.Qobj(x)) for x in (diagonal, rho)]
        found = qs.coherence(rho, "relative_entropy")
        assert found == pytest.approx(entropies[0] - entropies[1], abs=1e-13)
        cycles = qs.entropic.BlockDiagonalStates(np.diag(np.arange(6.0)))
        omega = qs.relative_entropy_of_synchronization(rho, cycles)
        assert found == pytest.approx(omega, abs=1e-14)


def test_faint_coherences_keep_their_digits():
    # ln 2 - S(1/2 + e, 1/2 - e) = 2 e^2 + (4/3) e^4, lost in a difference of entropies.
    e = np.geomspace(1e-3, 1e-12, 10)
    rho = np.eye(2) / 2 + e[:, None, None] * np.array([[0, 1j], [-1j, 0]])
    found = qs.coherence(rho, "relative_entropy")
    deviation = np.abs(found / (2 * e**2 + 4 / 3 * e**4) - 1)
    assert (deviation < 1e-15 / e + 1e-11).all()
    np.testing.assert_allclose(qs.coherence(rho), 2 * e, rtol=1e-14)


def test_diagonal_states_have_none_and_turning_the_phases_changes_nothing(random_states):
    rho = random_states(2, 5)
    turn = np.diag(np.exp(1j * np.arange(5.0)))
    for kind in ("l1", "relative_entropy"):
        assert qs.coherence(np.diag([0.5, 0.5, 0, 0]), kind) == 0
        turned = turn @ rho @ turn.conj()
        assert qs.coherence(turned, kind) == pytest.approx(qs.coherence(rho, kind), abs=1e-14)


def test_kinds_and_bases_that_do_not_exist_are_refused():
    with pytest.raises(InvalidArgumentError, match="`kind` must be 'l1' or 'relative_entropy'"):
        qs.coherence(np.eye(2) / 2, "l2")
    with pytest.raises(InvalidArgumentError, match="of kind 'l1' does not have, but is 2"):
        qs.coherence(np.eye(2) / 2, base=2)
    with pytest.raises(InvalidArgumentError, match="`base` must be > 1"):
        qs.coherence(np.eye(2) / 2, "relative_entropy", base=1)


@pytest.mark.parametrize("alpha", [1e-8, 0.3, 1 - 2j])
def test_coherent_states_are_wholly_coherent(alpha):
    rho = projector(coherent(alpha, 40))
    assert qs.phase_coherence(rho, MODE) == pytest.approx(1, abs=1e-10)
    both = projector(np.kron(coherent(alpha / 2, 20), coherent(1j * alpha / 2, 20)))
    assert qs.phase_coherence(both, PAIR) == pytest.approx(1, abs=1e-8)
    assert qs.phase_coherence(both, PAIR, "B") == pytest.approx(1, abs=1e-8)


def test_displaced_thermal_states():
    alpha, thermal = 0.6 - 0.2j, 0.3
    displaced = qutip.displace(80, alpha)
    rho = (displaced * qutip.thermal_dm(80, thermal) * displaced.dag()).full()[:40, :40]
    expected = abs(alpha) / np.sqrt(abs(alpha) ** 2 + thermal)
    assert qs.phase_coherence(rho, MODE) == pytest.approx(expected, abs=1e-8)
    assert qs.phase_coherence(qutip.thermal_dm(40, 1.0).full(), MODE) == 0


@pytest.mark.parametrize("S", [1 / 2, 1, 5 / 2])
def test_spin_coherent_states(S):
    theta = np.array([0.3, 1.2, 2.9])
    kets = qs.coherent_state(S, theta, 0.7)
    rho = kets[:, :, None] * kets[:, None, :].conj()
    # <S-> = S sin(theta), and <S+ S-> = <Sx>^2 + <Sy>^2 + (S/2)(1 + cos(theta))^2.
    raised = (S * np.sin(theta)) ** 2 + S / 2 * (1 + np.cos(theta)) ** 2
    expected = S * np.sin(theta) / np.sqrt(raised)
    found = qs.phase_coherence(rho, qs.Space(A=qs.Spin(S)))
    np.testing.assert_allclose(found, expected, rtol=1e-13)


def test_two_superradiant_spins():
    space = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2))
    a, b = space["A"], space["B"]
    pair = qs.Lindbladian(space, [(0.5, a.z - b.z)],
                          [(1.0, a.minus + b.minus), (2.0, a.plus), (2.0, b.plus)])  # fmt: skip
    steady = qs.steady_state(pair)
    # Exact for one atom in each ensemble: <s+_A s-_B> = (6 + 2i)/93, <sigma_z> = 9/31.
    expected = abs(6 + 2j) / 93 / ((1 + 9 / 31) / 2)
    assert qs.phase_coherence(steady) == pytest.approx(expected, rel=1e-12)
    assert qs.phase_coherence(steady, "A") == pytest.approx(0, abs=1e-12)


def test_a_driven_van_der_pol_mode_in_the_quantum_limit_is_bounded():
    # p = (2/3, 1/3) without drive; the locking is at most 0.1835034 (strong two-photon loss).
    space = qs.Space(A=qs.Fock(2, finite=True))
    a, drive = space["A"], np.linspace(0.05, 4, 400)
    mode = qs.Lindbladian(
        space, [(drive, a.create + a.destroy)], [(1.0, a.create), (2.0, a.destroy)]
    )
    z = -(1 / 3) / (1 + 2 * drive**2 / (9 / 4))
    expected = drive * abs(z) / 1.5 / np.sqrt((1 + z) / 2)
    found = qs.phase_coherence(qs.steady_state(mode))
    np.testing.assert_allclose(found, expected, rtol=1e-10)
    assert found.max() == pytest.approx(0.1835034, abs=1e-5)


def test_a_spin_and_a_mode_lock_in_one_sense():
    space = qs.Space(S=qs.Spin(1 / 2), M=qs.Fock(3))
    shared = (np.eye(6)[1] + 1j * np.eye(6)[3]) / np.sqrt(2)  # |up, 1> would be index 1
    assert qs.phase_coherence(projector(shared), space) == pytest.approx(
        abs(qs.expectation(projector(shared), space["S"].plus @ space["M"].destroy))
        / np.sqrt(
            qs.expectation(projector(shared), space["S"].plus @ space["S"].minus)
            * qs.expectation(projector(shared), space["M"].number)
        )
    )
    single = (np.eye(6)[0] + 1j * np.eye(6)[4]) / np.sqrt(2)  # one quantum, in the spin or the mode
    assert qs.phase_coherence(projector(single), space) == pytest.approx(1)


def test_it_is_at_most_one(random_states):
    for rank in (1, 2, 9):
        rho = random_states(3, 9, (50,), rank=rank)
        space = qs.Space(A=qs.Spin(1), B=qs.Fock(3))
        for sites in (None, "A", "B"):
            found = qs.phase_coherence(rho, space, sites)
            assert ((found > 0) & (found <= 1)).all()


def test_it_is_undefined_where_there_is_nothing_to_be_coherent():
    vacuum, down = np.diag([1.0, 0, 0]), np.diag([0.0, 1.0])
    assert np.isnan(qs.phase_coherence(vacuum, qs.Space(A=qs.Fock(3))))
    assert np.isnan(qs.phase_coherence(down, qs.Space(A=qs.Spin(1 / 2))))
    one_down = np.kron(np.full((2, 2), 0.5), down)
    assert np.isnan(qs.phase_coherence(one_down, QUBITS))
    assert qs.phase_coherence(one_down, QUBITS, "A") == pytest.approx(np.sqrt(0.5))
    # Rounding that no state could have.
    rounded = np.array([[1.0, 1e-12], [1e-12, 1e-30]])
    assert np.isnan(qs.phase_coherence(rounded, qs.Space(A=qs.Fock(2))))


def test_three_sites_have_to_be_named():
    space = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2), C=qs.Fock(2))
    w_state = np.zeros(8)
    w_state[[2, 4, 7]] = 1 / np.sqrt(3)  # |ud0>, |du0>, |dd1>
    rho = projector(w_state)
    for pair in (["A", "B"], ["A", "C"], ("B", "C")):
        assert qs.phase_coherence(rho, space, pair) == pytest.approx(1)
    with pytest.raises(InvalidArgumentError, match="not of 3 .*name one or two of them in `sites`"):
        qs.phase_coherence(rho, space)
    with pytest.raises(InvalidArgumentError, match=r"not of 3 \(A, B, C\)\."):
        qs.phase_coherence(rho, space, ["A", "B", "C"])


def test_weak_synchronization_in_other_units():
    response = qs.linear_response(qs.models.driven_pair(coupling=0), qs.models.driving())
    cycles = qs.entropic.DiagonalStates(response.orders[0])
    nats, bits = (
        qs.entropic.leading_synchronization(response, cycles, base=base) for base in (np.e, 2)
    )
    assert bits.coefficient == pytest.approx(nats.coefficient / np.log(2), rel=1e-14)
    assert bits.at(1e-3) == pytest.approx(nats.at(1e-3) / np.log(2), rel=1e-14)
