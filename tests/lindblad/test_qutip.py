"""Conversions from and to QuTiP."""

import itertools
import sys

import numpy as np
import pytest
import qutip
from numpy.testing import assert_allclose
from systems import UNEQUAL, driven_qubit, local_chain, random_state, random_system, thermal_mode

import quantsync as qs
from quantsync.errors import (
    AmbiguousSiteWarning,
    DimensionError,
    InvalidArgumentError,
    InvalidStateError,
    MissingDependencyError,
    NonFiniteError,
)
from quantsync.operators import as_operator

ATOM_IN_CAVITY = qs.Space(cavity=qs.Fock(4, finite=True), atom=qs.Spin(1 / 2))
QUBIT = qs.Space(A=qs.Spin(1 / 2))


def spin_and_mode():
    """A damped mode coupled to a decaying spin 1/2, in QuTiP's own operators."""
    a = qutip.tensor(qutip.destroy(4), qutip.qeye(2))
    lower = qutip.tensor(qutip.qeye(4), qutip.sigmam())
    H = 0.3 * a.dag() * a + 0.4j * (a.dag() * lower - a * lower.dag()) + 0.2 * (a + a.dag())
    return H, [np.sqrt(0.8) * a, np.sqrt(0.5) * lower, 0.3 * lower.dag()]


def test_a_system_from_qutip_has_its_steady_state():
    H, c_ops = spin_and_mode()
    system = qs.Lindbladian.from_qutip(H, c_ops, ATOM_IN_CAVITY)
    expected = qutip.steadystate(H, c_ops).full()
    assert_allclose(qs.steady_state(system).rho, expected, atol=1e-12)


def test_a_system_from_qutip_has_its_generator():
    H, c_ops = spin_and_mode()
    rho = random_state(np.random.default_rng(0), 8)
    expected = (qutip.liouvillian(H, c_ops).full() @ rho.ravel("F")).reshape((8, 8), order="F")
    system = qs.Lindbladian.from_qutip(H, c_ops, ATOM_IN_CAVITY)
    assert_allclose(system.apply(rho), expected, atol=1e-14)


LADDERS = {
    "spin": (qs.Spin(1), qutip.jmat(1, "+"), qutip.jmat(1, "z")),
    "large spin": (qs.Spin(5 / 2), qutip.jmat(5 / 2, "+"), qutip.jmat(5 / 2, "z")),
    "mode": (qs.Fock(5), qutip.destroy(5), qutip.num(5)),
}


def coupled(names):
    """A chain of sites that exchange quanta, and its space."""
    sites, ladders, energies = zip(*(LADDERS[name] for name in names), strict=True)

    def embedded(k, operator):
        return qutip.tensor(
            [operator if i == k else qutip.qeye(s.dimension) for i, s in enumerate(sites)]
        )

    H = sum(0.3 * embedded(k, energy) for k, energy in enumerate(energies))
    for k in range(len(sites) - 1):
        hop = embedded(k, ladders[k]) * embedded(k + 1, ladders[k + 1]).dag()
        H = H + 0.1 * np.exp(0.4j * k) * hop + 0.1 * np.exp(-0.4j * k) * hop.dag()
    return H, qs.Space(**dict(zip("ABC", sites, strict=False)))


@pytest.mark.parametrize("names", [*itertools.permutations(LADDERS)], ids=" ".join)
def test_spins_and_modes_are_recognised_in_any_order(names):
    for count in (1, 2, 3):
        H, space = coupled(names[:count])
        _, ladder, _ = LADDERS[names[0]]
        lowering = qutip.tensor([ladder, *(qutip.qeye(d) for d in space.dimensions[1:])])
        assert qs.from_qutip(H, [lowering]).space == space


@pytest.mark.parametrize("levels", [3, 4, 12, 150])
def test_what_is_made_of_ladder_operators_is_recognised(levels):
    a, size = qutip.destroy(levels), (levels - 1) / 2
    plus, z = qutip.jmat(size, "+"), qutip.jmat(size, "z")
    mode, spin = qs.Space(A=qs.Fock(levels)), qs.Space(A=qs.Spin(size))
    squeezing = a * a + (a * a).dag()
    for H, c_ops, space in (
        (1j * (a.dag() - a), [a.dag(), a * a], mode),
        (a.dag() * a, [a.dag() - 0.3j * a], mode),
        (squeezing + a + a.dag(), [], mode),
        (plus + plus.dag() + z, [plus * z, plus.dag() * z], spin),
        (1j * (plus - plus.dag()), [plus * (1 + z)], spin),
    ):
        assert qs.from_qutip(H, c_ops).space == space


def test_our_own_models_come_back_as_they_are():
    for system in (qs.models.spin_pair(epsilon=0.1), qs.models.driven_spin()):
        assert qs.from_qutip(*system.to_qutip()).space == system.space


def test_a_mode_from_qutip_has_the_phase_of_its_amplitude():
    a = qutip.destroy(20)
    H, c_ops = 0.3 * a.dag() * a + 0.3j * (a.dag() - a), [a.dag(), np.sqrt(0.5) * a * a]
    by_itself = qs.phase_distribution(qs.steady_state(qs.from_qutip(H, c_ops)))
    told = qs.steady_state(qs.from_qutip(H, c_ops, qs.Space(A=qs.Fock(20))))
    assert by_itself.maximum == qs.phase_distribution(told).maximum
    amplitude = qutip.expect(a, qutip.steadystate(H, c_ops))
    assert by_itself.location[0] == pytest.approx(np.angle(amplitude), abs=0.03)
    assert np.angle(qs.phase_response(told, "A")) == pytest.approx(np.angle(amplitude), abs=1e-9)


@pytest.mark.parametrize(
    "operator",
    [
        qutip.num(4),
        qutip.jmat(1, "z"),
        qutip.jmat(1, "+") * qutip.jmat(1, "z"),  # one transition of three levels
        qutip.destroy(5) + qutip.jmat(2, "+"),
        qutip.projection(4, 0, 2),
    ],
    ids=["number", "Sz", "one transition", "both", "two levels of four"],
)
def test_sites_that_the_operators_do_not_tell_are_asked_for(operator):
    with pytest.raises(InvalidArgumentError, match=r"site A is a spin or a mode: pass space="):
        qs.from_qutip(None, [operator])
    for site in (qs.Fock(operator.shape[0]), qs.Spin((operator.shape[0] - 1) / 2)):
        space = qs.Space(A=site)
        assert qs.from_qutip(None, [operator], space).space == space


def test_a_density_matrix_that_is_taken_for_a_hamiltonian_is_told_where_to_go():
    with pytest.raises(InvalidArgumentError, match=r"pass space=.* state_from_qutip\(\) converts"):
        qs.from_qutip(qutip.rand_dm(5, seed=1))


def test_evidence_for_both_is_none():
    with pytest.raises(InvalidArgumentError, match="site A is a spin or a mode"):
        qs.from_qutip(None, [qutip.destroy(5), qutip.jmat(2, "+")])


def test_two_levels_are_a_spin_with_a_word_and_asked_for_beside_a_mode():
    with pytest.warns(AmbiguousSiteWarning, match=r"Site A .* taken for Spin\(1/2\)") as record:
        system = qs.from_qutip(qutip.sigmax(), [qutip.sigmam()])
    assert system.space == QUBIT
    assert record[0].filename == __file__
    H = qutip.tensor(qutip.jmat(1, "x"), qutip.sigmaz())
    with pytest.warns(AmbiguousSiteWarning, match=r"space=Space\(A=Spin\(1\), B=Spin\(1/2\)\)"):
        system = qs.from_qutip(H)
    assert system.space == qs.Space(A=qs.Spin(1), B=qs.Spin(1 / 2))
    H, c_ops = spin_and_mode()
    with pytest.raises(
        InvalidArgumentError, match=r"site B is .* space=Space\(A=Fock\(4\), B="
    ) as e:
        qs.from_qutip(H, c_ops)
    assert "destroy(2)" in str(e.value)
    for space in (ATOM_IN_CAVITY, qs.Space(a=qs.Fock(4), b=qs.Fock(2))):
        assert qs.from_qutip(H, c_ops, space).space == space


def test_a_hamiltonian_or_jumps_alone_will_do():
    assert qs.Lindbladian.from_qutip(qutip.jmat(1, "x")).terms.count == 1
    assert qs.Lindbladian.from_qutip(None, [qutip.sigmam()], QUBIT).terms.count == 1


def test_operators_of_two_sparse_modes_stay_sparse_in_qutip():
    space = qs.Space(A=qs.Fock(30), B=qs.Fock(30))
    a, b = space["A"], space["B"]
    system = qs.Lindbladian(
        space, [(0.1, a.number - b.number), (0.2, b.number)], [(2.0, a.destroy - b.destroy)]
    )
    H, (jump,) = system.to_qutip()
    assert {type(operator.data).__name__ for operator in (H, jump)} == {"CSR"}
    number, lowering, one = qutip.num(30), qutip.destroy(30), qutip.qeye(30)
    expected = 0.1 * qutip.tensor(number, one) + 0.1 * qutip.tensor(one, number)
    assert abs((H - expected).data.as_scipy()).max() < 1e-15
    expected = np.sqrt(2) * (qutip.tensor(lowering, one) - qutip.tensor(one, lowering))
    assert abs((jump - expected).data.as_scipy()).max() < 1e-15
    nothing, _ = qs.Lindbladian(space, [], [(1.0, a.destroy)]).to_qutip()
    assert (nothing.dims, nothing.norm()) == ([[30, 30], [30, 30]], 0)


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
    qs.steady_state(qs.Lindbladian.from_qutip(H, c_ops, ATOM_IN_CAVITY))
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


def test_a_state_object_knows_its_space():
    system, _ = driven_qubit()
    steady = qs.steady_state(system)
    assert qs.to_qutip(steady) == qutip.Qobj(steady.rho)
    with pytest.raises(DimensionError, match="must be a state of"):
        qs.to_qutip(steady, qs.Space(B=qs.Fock(3)))


def test_collapse_operators_may_be_one_or_none_as_in_qutip():
    lowering = qutip.jmat(1, "-")
    one, listed, constant = (
        qs.from_qutip(None, c) for c in (lowering, [lowering], qutip.QobjEvo(lowering))
    )
    assert one.terms is listed.terms is constant.terms
    assert not qs.from_qutip(qutip.QobjEvo(qutip.jmat(1, "x")), None).terms.jumps


def test_operators_of_a_space_become_those_of_qutip():
    space = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2))
    found = qs.to_qutip(space["B"].z, space)
    assert found == qutip.tensor(qutip.qeye(2), qutip.sigmaz() / 2)
    assert type(found.data).__name__ == "CSR"


@pytest.mark.parametrize(
    ("H", "c_ops", "message"),
    [
        (None, (), "needs a Hamiltonian or a collapse operator"),
        (
            qutip.QobjEvo([qutip.sigmaz(), [qutip.sigmax(), lambda t: np.cos(t)]]),
            [qutip.sigmam()],
            r"`H` .* must be constant, but depends on time\. .* quasi_periodic\.from_qutip",
        ),
        ([qutip.sigmaz(), [qutip.sigmax(), "t"]], (), r"`H\[1\]` .* must be constant"),
        ([qutip.sigmaz(), (np.cos, qutip.sigmax())], (), r"`H\[1\]` .* must be constant"),
        (None, [[qutip.sigmam(), "exp(-t)"]], r"`c_ops\[0\]` .* constant.* Rates that change"),
        ((0.5, qutip.sigmaz()), (), r"`H\[0\]` .* \(coefficient, Qobj\), but is 0\.5"),
        ([(qutip.sigmaz(), qutip.sigmaz())], (), r"`H\[0\]` .* but is \(Quantum object"),
        ([("a", 2.0)], (), r"`H\[0\]` .* but is \('a', 2\.0\)"),
        ([(None, qutip.sigmaz())], (), r"Coefficient of H\[0\] must be a number"),
        (np.eye(2), [qutip.sigmam()], "`H` .* but is an array of float64"),
        (qutip.basis(2, 0), (), r"`H` .* but is a ket of dims .* state_from_qutip"),
        (qutip.basis(2, 0).dag(), (), "`H` .* but is a bra"),
        (qutip.liouvillian(qutip.sigmax()), (), "a superoperator .* the Hamiltonian and"),
        (None, [qutip.jmat(1, "-"), None], r"`c_ops\[1\]` .* but is None"),
        (qutip.jmat(1, "x"), 3.0, "`c_ops` must be a list of operators"),
        (qutip.jmat(1, "x"), "ab", r"`c_ops` must be a list .* but is 'ab'"),
        (qutip.jmat(1, "x"), ["a"], r"`c_ops\[0\]` .* but is 'a'"),
        (qutip.jmat(1, "+"), (), "must be Hermitian"),
    ],
)
def test_input_that_is_no_constant_system_is_rejected(H, c_ops, message):
    with pytest.raises(InvalidArgumentError, match=message):
        qs.Lindbladian.from_qutip(H, c_ops)


def test_operators_that_do_not_fit_are_rejected():
    with pytest.raises(
        DimensionError, match=r"`c_ops\[0\]` .* has dims \[\[3\], .* the sites .* have \[2\] levels"
    ):
        qs.Lindbladian.from_qutip(qutip.sigmaz(), [qutip.destroy(3)])
    with pytest.raises(
        DimensionError, match=r"has dims \[\[2, 3\], .* have \[3, 2\] levels.*order"
    ):
        qs.Lindbladian.from_qutip(
            qutip.tensor(qutip.sigmaz(), qutip.qeye(3)),
            space=qs.Space(A=qs.Spin(1), B=qs.Spin(1 / 2)),
        )
    for other in (
        qutip.Qobj(np.ones((3, 2))),
        qutip.enr_destroy([3, 3], 2)[0],
        qutip.tensor(qutip.jmat(1, "x"), qutip.qeye(1)),
    ):
        with pytest.raises(DimensionError, match="act on a product of sites of two or more"):
            qs.from_qutip(None, [other])
    with pytest.raises(NonFiniteError, match="`H` of from_qutip must be finite"):
        qs.from_qutip(np.nan * qutip.jmat(1, "x"))
    with pytest.raises(InvalidArgumentError, match="`space` must be a Space"):
        qs.from_qutip(qutip.sigmaz(), space={"A": 2})


def test_what_does_not_go_to_qutip_is_refused_by_name():
    with pytest.raises(DimensionError, match=r"`rho` must have shape \(\.\.\., 2, 2\) .*\(3, 3\)"):
        qs.to_qutip(np.eye(3), QUBIT)
    with pytest.raises(DimensionError, match=r"`rho` must have shape \(2, 2\)"):
        qs.to_qutip(qs.Space(A=qs.Fock(3))["A"].number, QUBIT)
    with pytest.raises(DimensionError, match=r"ket psi is np\.outer"):
        qs.to_qutip(np.array([1.0, 0.0]), QUBIT)
    with pytest.raises(NonFiniteError, match="`rho` must be finite"):
        qs.to_qutip(np.full((2, 2), np.nan), QUBIT)
    with pytest.raises(InvalidArgumentError, match="`space` must be a Space"):
        qs.to_qutip(np.eye(2))


def test_measures_take_states_of_qutip():
    rng = np.random.default_rng(4)
    space = UNEQUAL["spin 1 x spin 1/2 x mode"]
    kets = [qutip.rand_ket(list(space.dimensions), seed=k) for k in range(3)]
    mixed = [qutip.Qobj(random_state(rng, 18), dims=[list(space.dimensions)] * 2) for _ in "abc"]
    batch = np.array([[x.proj().full() for x in kets], [x.full() for x in mixed]])
    for given in ([kets, mixed], [tuple(kets), np.array([*mixed, None], object)[:3]]):
        assert_allclose(qs.state_from_qutip(given), batch)
        assert_allclose(qs.purity(given), qs.purity(batch))
        assert_allclose(qs.negativity(given, space, "A"), qs.negativity(batch, space, "A"))
        assert_allclose(qs.partial_trace(given, space, "B"), qs.partial_trace(batch, space, "B"))
    first = qs.to_qutip(kets[0], space)
    assert (first - kets[0].proj()).norm() < 1e-14
    assert first.dims == mixed[0].dims
    assert_allclose(qs.from_qutip(kets), batch[0])
    assert_allclose(qs.from_qutip(kets[1]), batch[0, 1])
    assert_allclose(qs.from_qutip(kets, None, space), qs.state_from_qutip(kets, space))
    with pytest.raises(DimensionError, match=r"`state` has dims"):
        qs.from_qutip(kets[1], space=QUBIT)


def test_evolve_starts_from_states_of_qutip_and_follows_operators_of_qutip():
    H, c_ops = spin_and_mode()
    start = qutip.tensor(qutip.coherent(4, 0.5), qutip.basis(2, 0))
    times = np.linspace(0, 3, 4)
    system = qs.from_qutip(H, c_ops, ATOM_IN_CAVITY)
    expected = qutip.mesolve(H, start, times, c_ops, options={"atol": 1e-12, "rtol": 1e-10})
    found = qs.evolve(system, start, times)
    assert_allclose(found.rho, qs.state_from_qutip(expected.states), atol=1e-8)
    assert_allclose(qs.purity(expected.states), qs.purity(found), atol=1e-8)


def test_states_of_other_sites_or_of_none_are_refused_by_name():
    pair = qs.Space(A=qs.Spin(1), B=qs.Fock(2))
    swapped = qutip.ket2dm(qutip.tensor(qutip.basis(2, 0), qutip.basis(3, 1)))
    with pytest.raises(DimensionError, match=r"`rho` has dims \[\[2, 3\], .* have \[3, 2\].*order"):
        qs.negativity(swapped, pair, "A")
    with pytest.raises(DimensionError, match=r"rho\[1\].* has dims .* set its dims to \[\[3, 2\]"):
        qs.negativity([qutip.basis([3, 2], [0, 0]), qutip.basis(6, 0)], pair, "A")
    system, _ = driven_qubit()
    with pytest.raises(DimensionError, match=r"`state` has dims \[\[3\], \[1\]\]"):
        qs.evolve(system, qutip.basis(3, 0), [0.0, 1.0])
    for given, message in (
        (qutip.basis(2, 0).dag(), r"`rho` must be a ket or a density matrix, but is a bra .*dag"),
        (qutip.to_super(qutip.sigmax()), "but is a superoperator"),
        (qutip.operator_to_vector(qutip.fock_dm(2, 0)), "vector_to_operator"),
        ([qutip.basis(2, 0), 3.0], r"rho\[1\].* holds 3\.0"),
        (2 * qutip.fock_dm(2, 0), "unit trace, but has trace 2"),
        (qutip.sigmax(), "unit trace"),
    ):
        with pytest.raises(InvalidStateError, match=message):
            qs.purity(given)
    with pytest.raises(DimensionError, match="states of one shape"):
        qs.purity([qutip.basis(2, 0), qutip.basis(3, 0)])
    with pytest.raises(NonFiniteError, match="`rho` must be finite"):
        qs.purity(np.nan * qutip.fock_dm(2, 0))
    for given in (np.eye(2) / 2, [], None, "ket"):
        with pytest.raises(InvalidStateError, match="`state` must be a ket or a density matrix"):
            qs.state_from_qutip(given)
    with pytest.raises(InvalidArgumentError, match=r"but is a ket of .* state_from_qutip"):
        qs.Lindbladian.from_qutip(qutip.basis(2, 0))


TWO_QUBITS = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2))


def two_qubits():
    """Energies, an exchange and the lowering operators of two qubits, in QuTiP."""
    one = qutip.qeye(2)
    z = [qutip.tensor(qutip.sigmaz(), one), qutip.tensor(one, qutip.sigmaz())]
    lower = [qutip.tensor(qutip.sigmam(), one), qutip.tensor(one, qutip.sigmam())]
    return z[0] - z[1], lower[0] * lower[1].dag(), lower


def test_coefficients_and_rates_may_be_arrays():
    z, hop, (a, b) = two_qubits()
    delta, g, rate = np.linspace(-1, 1, 3)[:, None], np.array([0.1, 0.4]), np.array([0.0, 2.0])
    exchange = hop + hop.dag()
    batch = qs.from_qutip(
        [0.2 * exchange, (delta / 4, z), [exchange, g]], [a.dag(), (rate, b)], TWO_QUBITS
    )
    assert batch.shape == (3, 2)
    for i, k in np.ndindex(3, 2):
        H = delta[i, 0] / 4 * z + (0.2 + g[k]) * exchange
        one = qs.from_qutip(H, [a.dag(), np.sqrt(rate[k]) * b], TWO_QUBITS)
        assert_allclose(
            batch[i, k].superoperator().toarray(), one.superoperator().toarray(), atol=1e-15
        )


def test_a_lindbladian_takes_operators_of_qutip():
    z, hop, (a, b) = two_qubits()
    g = np.array([0.1, 0.4])
    ours = qs.Lindbladian(TWO_QUBITS, [(0.3, z), (g, hop + hop.dag())], [(1.0, a), (0.5, b.dag())])
    theirs = qs.from_qutip([(0.3, z), (g, hop + hop.dag())], [a, (0.5, b.dag())], TWO_QUBITS)
    assert ours.terms is theirs.terms
    assert_allclose(ours.coefficient_table(), theirs.coefficient_table())
    swapped = qs.Space(A=qs.Spin(1), B=qs.Spin(1 / 2))
    with pytest.raises(DimensionError, match=r"hamiltonian\[0\] has dims .* have \[3, 2\] levels"):
        qs.Lindbladian(swapped, [(1.0, qutip.tensor(qutip.sigmaz(), qutip.qeye(3)))])
    with pytest.raises(InvalidArgumentError, match=r"dissipators\[0\] must be an operator, .* ket"):
        qs.Lindbladian(QUBIT, [], [(1.0, qutip.basis(2, 0))])
    with pytest.raises(InvalidArgumentError, match="but is a QobjEvo of QuTiP; from_qutip"):
        qs.Lindbladian(QUBIT, [(1.0, qutip.QobjEvo(qutip.sigmax()))])


def test_whatever_takes_an_operator_takes_those_of_qutip():
    z, hop, (a, b) = two_qubits()
    x = qutip.tensor(qutip.sigmax(), qutip.qeye(2))
    jumps = [a, 0.5 * a.dag(), (0.5, b)]
    system = qs.from_qutip([(0.3, z), (0.2, hop + hop.dag())], jumps, TWO_QUBITS)
    plain = {name: as_operator(op, TWO_QUBITS, name) for name, op in (("x", x), ("a", a))}
    for use in (
        lambda x, a: qs.linear_response(system, x).orders[1],
        lambda x, a: qs.quasi_periodic_steady_state(system, [(0.7, a)]).at([3.0]),
        lambda x, a: qs.evolve(
            system, qs.basis_state(TWO_QUBITS, A=0.5, B=0.5), [0.0, 1.0], observables={"x": x}
        ).expectation["x"],
        lambda x, a: (
            qs.evolve(system, getattr(a, "toarray", lambda: a)(), [2.0], operator=True).rho
        ),
    ):
        assert_allclose(use(x, a), use(**plain), atol=1e-15)
    with pytest.raises(DimensionError, match=r"`perturbation` has dims \[\[4\], \[4\]\]"):
        qs.linear_response(system, qutip.Qobj(x.full()))
    damped = qs.from_qutip([(0.3, z)], [(0.5, z)], TWO_QUBITS)
    modes = qs.peripheral_modes(damped, strong_symmetry=z)
    assert modes.frequencies.shape == qs.peripheral_modes(damped).frequencies.shape


def test_terms_may_be_hermitian_together():
    a = qutip.destroy(6)
    phases = np.exp(1j * np.linspace(0, 2, 3))
    mode = qs.Space(A=qs.Fock(6))
    driven = qs.from_qutip(
        [a.dag() * a, (phases, a), [a.dag(), phases.conj()]], [a], mode
    ).hamiltonian()
    alone = qs.from_qutip([(1.0, a), (1.0, a.dag())], [a]).hamiltonian()
    assert_allclose(alone, (a + a.dag()).full())
    for phase, H in zip(phases, driven, strict=True):
        assert_allclose(H, (a.dag() * a + phase * a + phase.conj() * a.dag()).full(), atol=1e-15)
    phases[1] *= 1.001  # now its conjugate is another number
    with pytest.raises(InvalidArgumentError, match="`H` .* must be Hermitian, but the sum"):
        qs.from_qutip([(phases, a), (np.exp(-1j * np.linspace(0, 2, 3)), a.dag())], [a], mode)
    with pytest.raises(InvalidArgumentError, match="must be Hermitian"):
        qs.from_qutip([(1j, a + a.dag())], [a], mode)
    with pytest.raises(InvalidArgumentError, match=r"must be Hermitian, .* by 0\.0224"):
        qs.from_qutip([(1e16, a.dag() * a), (0.01, a)], [a], mode)


def test_the_order_of_a_rate_and_an_operator_is_not_guessed():
    with pytest.raises(InvalidArgumentError, match=r"`c_ops\[0\]` .* behind its operator"):
        qs.from_qutip(None, [[qutip.sigmam(), 0.5]], QUBIT)
    with pytest.raises(InvalidArgumentError, match=r"Rate of c_ops\[0\] must be >= 0"):
        qs.from_qutip(None, [(-0.5, qutip.sigmam())], QUBIT)


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


def test_what_is_no_system_is_refused_with_the_way_out():
    system, _ = driven_qubit()
    with pytest.raises(InvalidArgumentError, match=r"but is Qobj; from_qutip\(H, c_ops\) makes"):
        qs.slowest_modes(qutip.sigmaz())
    with pytest.raises(InvalidArgumentError, match="but is SteadyState; give the system whose"):
        qs.slowest_modes(qs.steady_state(system))
