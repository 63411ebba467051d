"""Expectation values: QuTiP as an oracle, precession, corrections, operators of all kinds."""

import numpy as np
import pytest
import qutip
import scipy.sparse as sp

import quantsync as qs
from quantsync.errors import DimensionError, InvalidArgumentError, NonFiniteError
from quantsync.operators import Operator

SPACE = qs.Space(A=qs.Spin(1), M=qs.Fock(4))
A, M = SPACE["A"], SPACE["M"]
LOCKING = A.plus @ M.destroy
QUBIT = qs.Space(A=qs.Spin(1 / 2))


def test_values_agree_with_qutip(random_states):
    rho = random_states(1, 12, (2, 3))
    for operator in (A.x, A.y @ M.number, LOCKING, 1j * (LOCKING - LOCKING.conj().T)):
        theirs = qutip.Qobj(operator.toarray())
        expected = [qutip.expect(theirs, qutip.Qobj(one)) for one in rho.reshape(-1, 12, 12)]
        found = qs.expectation(rho, operator)
        assert np.iscomplexobj(found) == np.iscomplexobj(np.array(expected))
        np.testing.assert_allclose(found, np.reshape(expected, (2, 3)), atol=1e-14)


def test_several_operators_stand_last_or_under_their_names(random_states):
    rho = random_states(2, 12, (5,))
    expected = [qs.expectation(rho, one) for one in (A.z, M.number)]
    found = qs.expectation(rho, [A.z, M.number])
    assert found.dtype == float
    np.testing.assert_array_equal(found, np.stack(expected, axis=-1))
    np.testing.assert_array_equal(qs.expectation(rho, (A.z.toarray(), M.number)), found)
    named = qs.expectation(rho, {"z": A.z, "coupled": LOCKING})
    assert list(named) == ["z", "coupled"]
    np.testing.assert_array_equal(named["z"], expected[0])
    assert named["coupled"].dtype == complex  # and that of z stays real
    assert qs.expectation(rho, [A.z, LOCKING]).dtype == complex
    assert qs.expectation(rho[0], [A.z]).shape == (1,)


@pytest.mark.parametrize(
    "form",
    [sp.csc_array, sp.coo_matrix, Operator.toarray, lambda o: o.toarray().tolist(), Operator.copy],
)
def test_operators_of_any_kind(form, random_states):
    rho = random_states(3, 12)
    operator = A.x @ M.number
    assert qs.expectation(rho, form(operator)) == qs.expectation(rho, operator)
    assert qs.expectation(rho, [form(operator)])[0] == qs.expectation(rho, operator)


def test_a_spin_precesses_along_an_evolution():
    a, times = QUBIT["A"], np.linspace(0, 7, 29)
    free = qs.Lindbladian(QUBIT, [(np.array([1.0, 2.0]), a.z)])
    path = qs.evolve(free, np.full((2, 2), 0.5), times)
    phase = np.array([[1.0], [2.0]]) * times
    found = qs.expectation(path, [a.x, a.y, a.plus])
    assert found.shape == (2, 29, 3)
    expected = [np.cos(phase) / 2, np.sin(phase) / 2, np.exp(1j * phase) / 2]
    np.testing.assert_allclose(found, np.stack(expected, axis=-1), atol=1e-13)


def test_corrections_of_states_have_expectations_as_well():
    a = QUBIT["A"]
    system = qs.Lindbladian(QUBIT, [(0.3, a.z)], [(1.0, a.minus), (0.2, a.plus)])
    first = qs.linear_response(system, a.x).orders[1]
    found = qs.expectation(first, a.y)
    assert isinstance(found, float)
    pushed = [qs.Lindbladian(QUBIT, [(0.3, a.z), (e, a.x)], [(1.0, a.minus), (0.2, a.plus)])
              for e in (1e-4, -1e-4)]  # fmt: skip
    up, down = (qs.expectation(qs.steady_state(one), a.y) for one in pushed)
    assert found == pytest.approx((up - down) / 2e-4, rel=1e-6)


def test_imaginary_parts_that_are_none_of_rounding_stay():
    a = QUBIT["A"]
    for faint in (1.0, 1e-9):  # Tr(x A rho) of a correlation is complex, though x is Hermitian
        operator = np.full((2, 2), 0.5) + faint * np.array([[0, 0.5j], [0, 0]])
        found = qs.expectation(operator, a.x)
        assert found == pytest.approx(0.5 + 0.25j * faint, rel=1e-15)
        assert np.imag(found) == pytest.approx(0.25 * faint, rel=1e-6)


def test_operators_are_not_made_dense(random_states, monkeypatch):
    rho = random_states(4, 12, (3,))
    expected = qs.expectation(rho, LOCKING)
    for name in ("toarray", "todense"):
        monkeypatch.setattr(sp.csr_array, name, None)
    np.testing.assert_array_equal(qs.expectation(rho, LOCKING), expected)
    monkeypatch.setattr("quantsync.measures._reduction.GATHERED", 10)  # state by state
    np.testing.assert_allclose(qs.expectation(rho, LOCKING), expected, rtol=1e-14)


def test_an_operator_without_entries_and_a_batch_without_states():
    nothing = sp.csr_array((12, 12))
    np.testing.assert_array_equal(qs.expectation(np.eye(12)[None] / 12, nothing), [0.0])
    assert qs.expectation(np.zeros((0, 3, 12, 12)), [A.x, LOCKING]).shape == (0, 3, 2)


@pytest.mark.parametrize(
    ("operator", "error", "message"),
    [
        (QUBIT["A"].x, DimensionError, r"`operator` must have shape \(12, 12\), .*\(2, 2\)"),
        ([A.x, QUBIT["A"].x], DimensionError, r"Operator 1 must have shape \(12, 12\)"),
        ({"spin": QUBIT["A"].x}, DimensionError, r"Operator 'spin' must have shape"),
        (np.ones((3, 12, 12)), DimensionError, r"must have shape \(12, 12\), .*\(3, 12, 12\)"),
        (qutip.basis(12, 0), InvalidArgumentError, "must be an operator, but is a ket"),
        ([qutip.qeye(2)], DimensionError, r"Operator 0 must have shape \(12, 12\)"),
        (SPACE, InvalidArgumentError, r"needs no space.* expectation\(rho, operator\)"),
        ([], InvalidArgumentError, r"must hold at least one operator, but is \[\]"),
        ({}, InvalidArgumentError, r"must hold at least one operator, but is \{\}"),
        ("x", InvalidArgumentError, r"`operator` must be an operator, .* but is 'x'"),
        ([A.x, None], InvalidArgumentError, r"Operator 1 must be .* but is None"),
        (np.full((12, 12), np.nan), NonFiniteError, r"`operator` must be finite"),
    ],
)
def test_what_is_no_operator_is_refused_by_name(operator, error, message):
    with pytest.raises(error, match=message):
        qs.expectation(np.eye(12) / 12, operator)


def test_operators_of_qutip_must_have_the_sites_of_the_state(random_states):
    space = qs.Space(A=qs.Spin(1), B=qs.Spin(1 / 2))
    rho = random_states(1, 6)
    theirs = qs.to_qutip(rho, space)
    x = qutip.tensor(qutip.jmat(1, "x"), qutip.qeye(2))
    assert qs.expectation(theirs, x) == pytest.approx(qutip.expect(x, theirs), rel=1e-13)
    kets = [qutip.rand_ket([3, 2], seed=k) for k in range(3)]
    np.testing.assert_allclose(qs.expectation(kets, [x, x @ x])[:, 0], qutip.expect(x, kets))
    swapped = qutip.tensor(qutip.qeye(2), qutip.jmat(1, "x"))
    lower = [qutip.tensor(qutip.jmat(1, "-"), qutip.qeye(2))]
    lower.append(qutip.tensor(qutip.qeye(3), qutip.sigmam()))
    steady = qs.steady_state(qs.Lindbladian(space, [], [(1.0, jump) for jump in lower]))
    for state in (theirs, kets, steady):
        with pytest.raises(DimensionError, match=r"dims \[\[2, 3\], .* have \[3, 2\] levels"):
            qs.expectation(state, swapped)
