import numpy as np
import pytest

import quantsync as qs
from quantsync import errors

TIMES = np.linspace(0.0, 4.0, 9)


def damped(omega=1.3, loss=2.0, gain=0.5, levels=40):
    space = qs.Space(M=qs.Fock(levels))
    m = space["M"]
    return qs.Lindbladian(space, [(omega, m.number)], [(loss, m.destroy), (gain, m.create)]), m


def test_a_thermal_mode_has_the_analytic_correlations():
    system, m = damped()
    quanta = 0.5 / 1.5
    found = qs.correlation(system, m.create, m.destroy, TIMES)
    assert np.allclose(found, quanta * np.exp((1.3j - 0.75) * TIMES), atol=1e-10)
    other = qs.correlation(system, m.destroy, m.create, TIMES)
    assert np.allclose(other, (quanta + 1) * np.exp((-1.3j - 0.75) * TIMES), atol=1e-9)


def test_from_a_state_that_is_given():
    # <n(t) n(0)> of a Fock state that only decays: n^2 exp(-kappa t).
    system, m = damped(gain=0.0, levels=6)
    state = np.diag(np.arange(6) == 3).astype(complex)
    found = qs.correlation(system, m.number, m.number, TIMES, state=state)
    assert np.allclose(found, 9 * np.exp(-2.0 * TIMES), atol=1e-10)


def test_agrees_with_qutip():
    qutip = pytest.importorskip("qutip")
    system = qs.models.spin_pair(epsilon=0.4, detuning=0.7, gain_a=3.0, gain_b=2.0)
    a, b = system.space["A"], system.space["B"]
    found = qs.correlation(system, a.plus, b.minus, TIMES)
    H, c_ops = system.to_qutip()
    rho = qutip.steadystate(H, c_ops)
    options = {"atol": 1e-12, "rtol": 1e-10}
    first, second = (qutip.Qobj(x.toarray(), dims=H.dims) for x in (a.plus, b.minus))
    expected = qutip.correlation_2op_1t(H, rho, TIMES, c_ops, first, second, options=options)
    assert np.abs(found).max() > 0.01
    assert np.allclose(found, expected, atol=1e-8)


def test_a_batch_has_its_shape_in_front():
    space = qs.Space(A=qs.Spin(1 / 2))
    a = space["A"]
    drive = np.array([[0.1, 0.4, 1.0]])
    system = qs.Lindbladian(space, [(drive, a.x)], [(1.0, a.minus)])
    found = qs.correlation(system, a.plus, a.minus, TIMES)
    assert found.shape == (1, 3, len(TIMES))
    for k in range(3):
        single = qs.correlation(system[0, k], a.plus, a.minus, TIMES)
        assert np.allclose(found[0, k], single, atol=1e-12)


def test_negative_delays_follow_from_the_exchanged_operators():
    system = qs.models.driven_spin(drive=0.6, detuning=0.4, gain=2.0)
    a = system.space["A"]
    rho = qs.steady_state(system).rho
    # <a(-tau) b(0)> = <a(0) b(tau)> in the steady state = Tr[b exp(L tau)(rho a)].
    path = qs.evolve(system, rho @ a.plus.toarray(), TIMES, operator=True).rho
    earlier = np.einsum("tij,ji->t", path, a.z.toarray())
    swapped = qs.correlation(system, a.z.conj().T, a.plus.conj().T, TIMES).conj()
    assert np.allclose(earlier, swapped, atol=1e-10)


def test_masked_systems_cost_only_themselves():
    space = qs.Space(A=qs.Spin(1 / 2))
    a = space["A"]
    rate = np.array([1.0, 0.0, 2.0])
    system = qs.Lindbladian(space, [(0.3, a.z)], [(rate, a.minus), (rate, a.plus)])
    state = qs.steady_state(system, errors="mask")
    found = qs.correlation(system, a.plus, a.minus, [0.0, 1.0], state=state)
    assert np.isnan(found).tolist() == [[False] * 2, [True] * 2, [False] * 2]
    for k in (0, 2):
        alone = qs.correlation(system[k], a.plus, a.minus, [0.0, 1.0])
        assert np.allclose(found[k], alone, rtol=1e-12)


def test_bad_input_is_named():
    system, m = damped(levels=12)
    with pytest.raises(errors.InvalidArgumentError, match="times"):
        qs.correlation(system, m.create, m.destroy, [1.0, 0.0])
    with pytest.raises(errors.InvalidArgumentError, match="`a`"):
        qs.correlation(system, np.eye(3), m.destroy, [0.0])
    with pytest.raises(errors.InvalidArgumentError, match="Lindbladian"):
        qs.correlation(None, m.create, m.destroy, [0.0])
    closed = qs.Lindbladian(system.space, [(1.0, m.number)])
    with pytest.raises(errors.NonUniqueSteadyStateError):
        qs.correlation(closed, m.create, m.destroy, [0.0])
