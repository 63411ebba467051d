"""The Lindblad generator: every term, every representation, batches and rejected input."""

import pickle

import numpy as np
import pytest
import qutip
import scipy.sparse as sp
from numpy.testing import assert_allclose
from systems import (
    UNEQUAL,
    driven_qubit,
    local_chain,
    random_hermitian,
    random_matrix,
    random_state,
    random_system,
    spin_pair,
)

import quantsync as qs
from quantsync.errors import (
    BroadcastError,
    DimensionError,
    InvalidArgumentError,
    NonFiniteError,
)
from quantsync.lindblad._hermitian_basis import hermitian_basis
from quantsync.lindblad._sectors import find_sectors

QUBIT = qs.Space(A=qs.Spin(1 / 2))
A = QUBIT["A"]
STATE = np.array([[0.7, 0.1 - 0.2j], [0.1 + 0.2j, 0.3]])


def test_energy_splitting_turns_the_coherence_clockwise():
    # d rho/dt = -i [H, rho]: with H = w Sz, rho_01 has the frequency -w.
    precession = qs.Lindbladian(QUBIT, hamiltonian=[(1.5, A.z)])
    assert_allclose(precession.apply(STATE)[0, 1], -1.5j * STATE[0, 1])
    assert_allclose(precession.apply(STATE)[1, 0], 1.5j * STATE[1, 0])


def test_decay_moves_population_down_and_halves_the_coherence_rate():
    decay = qs.Lindbladian(QUBIT, dissipators=[(0.6, A.minus)])
    expected = 0.6 * np.array([[-0.7, -STATE[0, 1] / 2], [-STATE[1, 0] / 2, 0.7]])
    assert_allclose(decay.apply(STATE), expected)


def test_dephasing_takes_half_the_squared_difference_of_levels():
    # D[Sz] on the coherence between m and m': -(m - m')^2/2.
    space = qs.Space(A=qs.Spin(3 / 2))
    m = qs.Spin(3 / 2).labels
    rho = random_state(np.random.default_rng(0), 4)
    change = qs.Lindbladian(space, dissipators=[(0.8, space["A"].z)]).apply(rho)
    assert_allclose(change, -0.8 * rho * (m[:, None] - m) ** 2 / 2, atol=1e-15)


def test_a_jump_operator_with_complex_entries_uses_its_adjoint():
    jump = np.array([[0.2, 1j], [0.5 - 0.3j, 0.1j]])
    dagger = jump.conj().T
    rho, half = STATE, dagger @ jump / 2
    expected = jump @ rho @ dagger - half @ rho - rho @ half
    generator = qs.Lindbladian(QUBIT, dissipators=[(1.0, jump)])
    assert_allclose(generator.apply(rho), expected, atol=1e-15)


@pytest.mark.parametrize("space", UNEQUAL.values(), ids=UNEQUAL)
@pytest.mark.parametrize("build", [random_system, local_chain])
def test_the_generator_is_the_one_of_qutip(space, build):
    rng = np.random.default_rng(5)
    system = build(rng, space)
    rho = random_matrix(rng, space.dimension)
    theirs = qutip.liouvillian(*system.to_qutip()).full()
    # QuTiP stacks columns.
    expected = (theirs @ rho.ravel(order="F")).reshape(rho.shape, order="F")
    assert_allclose(system.apply(rho), expected, atol=1e-12)
    by_rows = (system.superoperator() @ rho.ravel()).reshape(rho.shape)
    assert_allclose(by_rows, expected, atol=1e-12)


@pytest.mark.parametrize("space", UNEQUAL.values(), ids=UNEQUAL)
def test_the_real_representation_is_the_generator_in_the_hermitian_basis(space):
    rng = np.random.default_rng(6)
    system = random_system(rng, space)
    rho = random_hermitian(rng, space.dimension)
    basis, (coefficients,) = system.terms.basis, system.coefficient_table()
    real = sum(c * term for c, term in zip(coefficients, system.terms.real, strict=True))
    assert real.dtype == float
    assert_allclose(basis.operators(real @ basis.components(rho)), system.apply(rho), atol=1e-12)


def test_the_hermitian_basis_is_orthonormal_and_hermitian():
    basis = hermitian_basis(4)
    operators = basis.operators(np.eye(16))
    assert_allclose(operators, np.conj(np.swapaxes(operators, 1, 2)))
    assert_allclose(np.einsum("aij,bji->ab", operators, operators), np.eye(16), atol=1e-15)
    assert_allclose(operators.reshape(16, 16).T, basis.vectors.toarray())


def test_hermitian_operators_and_their_components_determine_each_other():
    rng = np.random.default_rng(7)
    batch = np.stack([[random_hermitian(rng, 5) for _ in range(3)] for _ in range(2)])
    components = hermitian_basis(5).components(batch)
    assert components.dtype == float
    assert components.shape == (2, 3, 25)
    assert_allclose(hermitian_basis(5).operators(components), batch, atol=1e-15)
    # |rho|^2 is the sum of squares: the basis is orthonormal.
    assert_allclose((components**2).sum(-1), (np.abs(batch) ** 2).sum((-1, -2)))


def test_trace_and_hermiticity_are_conserved():
    rng = np.random.default_rng(8)
    system = random_system(rng, UNEQUAL["spin 1 x spin 1/2 x mode"], shape=(4,))
    change = system.apply(random_hermitian(rng, 18))
    assert_allclose(np.trace(change, axis1=-2, axis2=-1), 0, atol=1e-12)
    assert_allclose(change, np.conj(np.swapaxes(change, -1, -2)), atol=1e-12)


def test_every_term_enters_with_its_own_coefficient():
    rng = np.random.default_rng(9)
    space = UNEQUAL["mode x spin 1/2"]
    system = random_system(rng, space, shape=(3,))
    terms, rho = system.terms, random_state(rng, 8)
    for row, change in zip(system.coefficient_table(), system.apply(rho), strict=True):
        separately = sum(
            qs.Lindbladian(space, [(c, h)]).apply(rho)
            for c, h in zip(row[:2], terms.hamiltonian, strict=True)
        ) + sum(
            qs.Lindbladian(space, [], [(c, jump)]).apply(rho)
            for c, jump in zip(row[2:], terms.jumps, strict=True)
        )
        assert_allclose(change, separately, atol=1e-13)


def test_coefficients_broadcast_to_the_batch_shape():
    epsilon, detuning = np.linspace(0, 1, 3)[:, None], np.linspace(-1, 1, 4)
    system = spin_pair(epsilon, detuning)
    assert (system.shape, system.size, system.dimension) == ((3, 4), 12, 9)
    assert system.hamiltonian().shape == (3, 4, 9, 9)
    for index in np.ndindex(3, 4):
        single = spin_pair(epsilon[index[0], 0], detuning[index[1]])
        assert_allclose(system[index].hamiltonian(), single.hamiltonian())
        assert_allclose(system.hamiltonian()[index], single.hamiltonian())


def test_indexing_a_batch_is_indexing_an_array_of_its_shape():
    system = spin_pair(np.linspace(0, 1, 3)[:, None], np.linspace(-1, 1, 4))
    everything = system.hamiltonian()
    for index in [1, (2, 3), (slice(None), 2), slice(1, 3), np.array([0, 2])]:
        assert_allclose(system[index].hamiltonian(), everything[index])
        assert system[index].shape == everything[index].shape[:-2]
    assert_allclose(system[..., 1].hamiltonian(), everything[:, 1])
    assert_allclose(system.take([1, 11]).hamiltonian(), everything.reshape(12, 9, 9)[[1, 11]])
    with pytest.raises(IndexError):
        system[3]


def test_operators_to_apply_to_broadcast_against_the_batch():
    rng = np.random.default_rng(10)
    system = driven_qubit(rabi=np.linspace(0, 1, 3))[0]
    states = np.stack([random_state(rng, 2) for _ in range(3)])
    assert system.apply(states[0]).shape == (3, 2, 2)
    assert system.apply(states[:, None]).shape == (3, 3, 2, 2)
    one_by_one = [system[k].apply(states[k]) for k in range(3)]
    assert_allclose(system.apply(states), one_by_one, atol=1e-15)


def test_the_description_counts_terms_and_systems():
    assert "1 Hamiltonian term, 0 dissipators, 1 system" in repr(
        qs.Lindbladian(QUBIT, [(1.0, A.z)])
    )
    assert "2 Hamiltonian terms, 3 dissipators, 4 systems of shape (4,)" in repr(
        driven_qubit(rabi=np.ones(4))[0]
    )


def test_the_generator_does_not_follow_later_changes_of_its_input():
    operator = sp.csr_array(np.array([[0, 1], [1, 0]], complex))
    rabi = np.array([1.0, 2.0])
    system = qs.Lindbladian(QUBIT, [(rabi, operator)])
    before = system.hamiltonian()
    operator.data[:], rabi[:] = 7, 7
    assert_allclose(system.hamiltonian(), before)


def test_the_spin_pair_conserves_the_total_spin_charge():
    # 19 of the 81 elements couple to populations: those with m_A + m_B equal on both sides.
    system = spin_pair(0.1, 0.7)
    sectors = find_sectors(system.terms, np.ones(system.terms.count, bool))
    assert [s.dimension for s in sectors if s.carries_trace] == [19]
    assert sum(s.dimension for s in sectors) == 81
    charge = np.add.outer([1, 0, -1], [1, 0, -1]).ravel()
    basis_operators = hermitian_basis(9).operators(np.eye(81)[sectors[0].elements])
    for operator in basis_operators:
        row, column = np.argwhere(operator)[0]
        assert charge[row] == charge[column]


def test_sectors_do_not_couple():
    system = spin_pair(0.1, 0.7)
    generator = sum(system.terms.real).toarray()
    allowed = np.zeros((81, 81), bool)
    for sector in find_sectors(system.terms, np.ones(system.terms.count, bool)):
        allowed[np.ix_(sector.elements, sector.elements)] = True
    assert not generator[~allowed].any()


@pytest.mark.parametrize(
    ("error", "message", "hamiltonian", "dissipators"),
    [
        (
            InvalidArgumentError,
            r"hamiltonian\[1\] must be Hermitian, but differs .* by 1\.",
            [(1.0, A.z), (1.0, A.plus)],
            [],
        ),
        (
            InvalidArgumentError,
            r"dissipators\[0\] must be >= 0, but is -0.5",
            [],
            [(-0.5, A.minus)],
        ),
        (
            InvalidArgumentError,
            r"dissipators\[1\] must be >= 0, but is -2.0 at index \(1, 0\)",
            [],
            [(1.0, A.z), ([[0.0], [-2.0]], A.minus)],
        ),
        (
            InvalidArgumentError,
            r"dissipators\[0\] must be real, but is complex",
            [],
            [(1j, A.minus)],
        ),
        (
            InvalidArgumentError,
            r"hamiltonian\[0\] must be real, but is complex .*2\+1j",
            [(2 + 1j, A.z)],
            [],
        ),
        (InvalidArgumentError, r"hamiltonian\[0\] must be a real number", [("1", A.z)], []),
        (InvalidArgumentError, r"hamiltonian\[0\] must be .* None", [(None, A.z)], []),
        (
            NonFiniteError,
            r"Coefficient of hamiltonian\[0\] must be finite, but is nan at index \(1,\)",
            [([0.0, np.nan], A.z)],
            [],
        ),
        (
            NonFiniteError,
            r"Rate of dissipators\[0\] must be finite, but is inf",
            [],
            [(np.inf, A.minus)],
        ),
        (
            NonFiniteError,
            r"Operator of dissipators\[0\] must be finite",
            [],
            [(1.0, np.diag([np.nan, 0]))],
        ),
        (
            DimensionError,
            r"Operator of hamiltonian\[0\] must have shape \(2, 2\), but has \(3, 3\)",
            [(1.0, np.eye(3))],
            [],
        ),
        (
            DimensionError,
            r"Operator of dissipators\[0\] must have shape \(2, 2\), but has \(2, 3\)",
            [],
            [(1.0, np.ones((2, 3)))],
        ),
        (
            BroadcastError,
            r"must broadcast .*, but are hamiltonian\[0\] \(2,\), dissipators\[0\] \(3,\)",
            [(np.ones(2), A.z)],
            [(np.ones(3), A.minus)],
        ),
        (
            InvalidArgumentError,
            r"Operator of dissipators\[1\] must have entries .*1e-140 and 1e\+140.* size 1e-200",
            [],
            [(1.0, A.plus), (1.0, 1e-200 * A.minus)],
        ),
        (
            InvalidArgumentError,
            r"Operator of dissipators\[0\] must have entries .* has one of size 1e\+200",
            [],
            [(1e-300, 1e200 * A.minus), (1e100, A.plus)],
        ),
        (
            InvalidArgumentError,
            r"Operator of dissipators\[0\] must have entries .* has one of size 1e-150",
            [],
            [(1.0, A.minus + 1e-150 * A.plus)],
        ),
        (
            InvalidArgumentError,
            r"Rate of dissipators\[0\] must be 1e\+80 at most beside entries of .*, but is 1e\+300",
            [],
            [([1.0, 1e300], 1e100 * A.minus)],
        ),
        (
            InvalidArgumentError,
            r"Coefficient of hamiltonian\[0\] must be 1e\+80 at most .*, but is -1e\+90",
            [(-1e90, 1e200 * A.x * 2)],
            [(1.0, A.minus)],
        ),
        (InvalidArgumentError, r"hamiltonian\[0\] must be a pair", [A.z], []),
        (InvalidArgumentError, r"dissipators\[0\] must be a pair", [], [(1.0, A.z, A.z)]),
    ],
)
def test_impossible_terms_are_rejected_by_name_and_value(error, message, hamiltonian, dissipators):
    with pytest.raises(error, match=message):
        qs.Lindbladian(QUBIT, hamiltonian, dissipators)


def test_a_space_is_needed():
    with pytest.raises(InvalidArgumentError, match="`space` must be a Space, but is 3"):
        qs.Lindbladian(3)


def test_the_superoperator_of_a_batch_is_rejected():
    batch = driven_qubit(rabi=np.ones(4))[0]
    with pytest.raises(
        InvalidArgumentError, match=r"single system, but is a batch of shape \(4,\)"
    ):
        batch.superoperator()


def test_a_generator_survives_pickling_and_gives_the_same_state():
    pair = qs.models.spin_pair(detuning=[0.0, 1.0])
    copied = pickle.loads(pickle.dumps(pair))
    assert copied.space == pair.space
    assert_allclose(qs.steady_state(copied).rho, qs.steady_state(pair).rho, atol=1e-15)


def test_a_single_system_cannot_be_iterated_over():
    with pytest.raises(TypeError, match="single system"):
        list(qs.models.spin_pair())
    batch = qs.models.spin_pair(epsilon=[0.1, 0.2])
    assert [one.shape for one in batch] == [(), ()]
    np.testing.assert_array_equal(list(batch)[1].hamiltonian(), batch[1].hamiltonian())
