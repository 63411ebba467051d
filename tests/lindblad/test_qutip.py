"""Conversions from and to QuTiP."""

import sys

import numpy as np
import pytest
import qutip
from numpy.testing import assert_allclose
from systems import UNEQUAL, driven_qubit, local_chain, random_state, random_system, thermal_mode

import quantsync as qs
from quantsync.errors import DimensionError, InvalidArgumentError, MissingDependencyError


def spin_and_mode():
    """A damped mode coupled to a decaying spin 1/2, in QuTiP's own operators."""
    a = qutip.tensor(qutip.destroy(4), qutip.qeye(2))
    lower = qutip.tensor(qutip.qeye(4), qutip.sigmam())
    H = 0.3 * a.dag() * a + 0.4j * (a.dag() * lower - a * lower.dag()) + 0.2 * (a + a.dag())
    return H, [np.sqrt(0.8) * a, np.sqrt(0.5) * lower, 0.3 * lower.dag()]


def test_a_system_from_qutip_has_its_steady_state():
    H, c_ops = spin_and_mode()
    system = qs.Lindbladian.from_qutip(H, c_ops)
    expected = qutip.steadystate(H, c_ops).full()
    assert_allclose(qs.steady_state(system).rho, expected, atol=1e-12)


def test_a_system_from_qutip_has_its_generator():
    H, c_ops = spin_and_mode()
    rho = random_state(np.random.default_rng(0), 8)
    expected = (qutip.liouvillian(H, c_ops).full() @ rho.ravel("F")).reshape((8, 8), order="F")
    assert_allclose(qs.Lindbladian.from_qutip(H, c_ops).apply(rho), expected, atol=1e-14)


def test_sites_are_spins_unless_a_space_says_otherwise():
    H, c_ops = spin_and_mode()
    default = qs.Lindbladian.from_qutip(H, c_ops).space
    assert default == qs.Space(A=qs.Spin(3 / 2), B=qs.Spin(1 / 2))
    space = qs.Space(cavity=qs.Fock(4), atom=qs.Spin(1 / 2))
    assert qs.Lindbladian.from_qutip(H, c_ops, space).space == space


def test_a_hamiltonian_or_jumps_alone_will_do():
    assert qs.Lindbladian.from_qutip(qutip.sigmax()).terms.count == 1
    assert qs.Lindbladian.from_qutip(None, [qutip.sigmam()]).terms.count == 1


@pytest.mark.parametrize("space", UNEQUAL.values(), ids=UNEQUAL)
@pytest.mark.parametrize("build", [random_system, local_chain])
def test_going_to_qutip_and_back_changes_nothing(space, build):
    system = build(np.random.default_rng(1), space)
    H, c_ops = system.to_qutip()
    assert H.dims == [list(space.dimensions)] * 2
    back = qs.Lindbladian.from_qutip(H, c_ops, space)
    assert_allclose(back.superoperator().toarray(), system.superoperator().toarray(), atol=1e-13)


def test_our_operators_in_qutip_are_qutips_operators():
    space = qs.Space(A=qs.Spin(1), B=qs.Fock(3))
    ours = qs.to_qutip((space["A"].plus @ space["B"].destroy).toarray(), space)
    theirs = qutip.tensor(qutip.jmat(1, "+"), qutip.destroy(3))
    assert ours.dims == theirs.dims
    assert_allclose(ours.full(), theirs.full())


def test_rates_become_square_roots_and_vanishing_ones_are_left_out():
    system, _ = driven_qubit(rabi=0.7, detuning=0.0, loss=4.0, gain=0.0, dephasing=1.0)
    H, c_ops = system.to_qutip()
    assert_allclose(H.full(), 0.7 * qutip.sigmax().full() / 2)
    assert len(c_ops) == 2
    assert_allclose(c_ops[0].full(), 2 * qutip.sigmam().full())


def test_converting_does_not_change_the_qutip_operators():
    H, c_ops = spin_and_mode()
    before = H.full(), [c.full() for c in c_ops]
    qs.steady_state(qs.Lindbladian.from_qutip(H, c_ops))
    assert_allclose(H.full(), before[0])
    for operator, matrix in zip(c_ops, before[1], strict=True):
        assert_allclose(operator.full(), matrix)


def test_a_state_in_qutip_has_its_tensor_structure():
    rho = random_state(np.random.default_rng(2), 18)
    space = UNEQUAL["spin 1 x spin 1/2 x mode"]
    reduced = qs.to_qutip(rho, space).ptrace([0, 2]).full()
    assert_allclose(reduced, np.einsum("abcdbf->acdf", rho.reshape([3, 2, 3] * 2)).reshape(9, 9))


def test_a_batch_of_states_becomes_nested_lists():
    rng = np.random.default_rng(3)
    batch = np.stack([random_state(rng, 2) for _ in range(6)]).reshape(2, 3, 2, 2)
    nested = qs.to_qutip(batch, qs.Space(A=qs.Spin(1 / 2)))
    assert [len(row) for row in nested] == [3, 3]
    assert_allclose(nested[1][2].full(), batch[1, 2])


def test_the_expectation_values_of_a_thermal_mode_agree():
    system, rho = thermal_mode(nbar=0.7, levels=6)
    state = qs.to_qutip(qs.steady_state(system).rho, system.space)
    expected = np.arange(6) @ rho.diagonal()
    assert_allclose(qutip.expect(qutip.num(6), state), expected, rtol=1e-13)


def test_collapse_operators_may_be_one_or_none_as_in_qutip():
    lowering = qutip.sigmam()
    one, listed = (qs.Lindbladian.from_qutip(None, c) for c in (lowering, [lowering]))
    assert one.terms is listed.terms
    assert not qs.Lindbladian.from_qutip(qutip.sigmaz(), None).terms.jumps


def test_operators_of_a_space_become_those_of_qutip():
    space = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2))
    assert qs.to_qutip(space["B"].z, space) == qutip.tensor(qutip.qeye(2), qutip.sigmaz() / 2)


def test_input_that_is_no_constant_system_is_rejected():
    with pytest.raises(InvalidArgumentError, match="needs a Hamiltonian or a collapse operator"):
        qs.Lindbladian.from_qutip(None)
    driven = qutip.QobjEvo([qutip.sigmaz(), [qutip.sigmax(), lambda t: np.cos(t)]])
    with pytest.raises(InvalidArgumentError, match=r"constant operators \(Qobj\), but got QobjEvo"):
        qs.Lindbladian.from_qutip(driven, [qutip.sigmam()])
    with pytest.raises(InvalidArgumentError, match="but got ndarray"):
        qs.Lindbladian.from_qutip(np.eye(2), [qutip.sigmam()])
    with pytest.raises(InvalidArgumentError, match=r"constant operators \(Qobj\)"):
        qs.Lindbladian.from_qutip(qutip.basis(2, 0))


def test_operators_that_do_not_fit_are_rejected():
    with pytest.raises(DimensionError, match=r"has dimensions \[3\], but the space has \[2\]"):
        qs.Lindbladian.from_qutip(qutip.sigmaz(), [qutip.destroy(3)])
    with pytest.raises(DimensionError, match=r"has dimensions \[2, 3\], but .* has \[3, 2\]"):
        qs.Lindbladian.from_qutip(
            qutip.tensor(qutip.sigmaz(), qutip.qeye(3)),
            space=qs.Space(A=qs.Spin(1), B=qs.Spin(1 / 2)),
        )
    with pytest.raises(DimensionError, match=r"`rho` must have shape \(\.\.\., 2, 2\) .*\(3, 3\)"):
        qs.to_qutip(np.eye(3), qs.Space(A=qs.Spin(1 / 2)))


def test_only_a_single_system_goes_to_qutip():
    batch, _ = driven_qubit(rabi=np.ones((2, 3)))
    with pytest.raises(InvalidArgumentError, match=r"is a batch of shape \(2, 3\)"):
        batch.to_qutip()
    assert len(batch[0, 0].to_qutip()[1]) == 3


def test_without_qutip_the_error_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "qutip", None)
    system, rho = driven_qubit()
    for convert in (
        lambda: qs.to_qutip(rho, system.space),
        lambda: system.to_qutip(),
        lambda: qs.Lindbladian.from_qutip(None),
    ):
        with pytest.raises(MissingDependencyError, match=r"pip install 'quantsync\[qutip\]'"):
            convert()
