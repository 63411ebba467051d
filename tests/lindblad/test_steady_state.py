"""Steady states against closed forms, exact arithmetic, QuTiP, and the symmetries of physics."""

from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
import qutip
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from systems import (
    CLOSED_FORMS,
    UNEQUAL,
    bloch_state,
    chain_populations,
    chain_system,
    driven_qubit,
    identical_pair,
    local_chain,
    random_hermitian,
    random_matrix,
    random_system,
    random_unitary,
    spin_pair,
)

import quantsync as qs
from quantsync.errors import InvalidArgumentError, ScaleError
from quantsync.lindblad import _sector_solve
from quantsync.lindblad import steady as steady_module
from quantsync.lindblad._badly_scaled import Resolved
from quantsync.states import density_matrices

METHODS = ["dense", "sparse"]
few = settings(derandomize=True, deadline=None, max_examples=20)
seeds = st.integers(0, 2**32 - 1)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("system", CLOSED_FORMS.values(), ids=CLOSED_FORMS)
def test_the_steady_state_is_the_closed_form(system, method):
    lindbladian, expected = system()
    steady = qs.steady_state(lindbladian, method=method)
    assert_allclose(steady.rho, expected, atol=1e-14)
    assert steady.method == method
    assert steady.valid


@pytest.mark.parametrize("epsilon", [1e-3, 0.1, 0.5, 2.0, 30.0])
def test_two_identical_balanced_spins_have_the_closed_form(epsilon):
    system, expected = identical_pair(epsilon)
    assert_allclose(qs.steady_state(system).rho, expected, atol=1e-14)


@pytest.mark.parametrize("method", METHODS)
def test_every_matrix_element_of_the_exact_reference_states(roulet2018, method):
    basis = [f"{a},{b}" for a in (1, 0, -1) for b in (1, 0, -1)]
    for reference in roulet2018["steady_states"].values():
        epsilon, detuning, *rates = (float(Fraction(v)) for v in reference["params"].values())
        expected = np.zeros((9, 9), complex)
        for key, value in reference["rho"].items():
            row, column = (basis.index(state) for state in key.split("|"))
            expected[row, column] = complex(float(value["re"]), float(value["im"]))
            expected[column, row] = expected[row, column].conjugate()
        steady = qs.steady_state(spin_pair(epsilon, detuning, rates), method=method)
        assert_allclose(steady.rho, expected, atol=1e-14)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("build", [random_system, local_chain])
@pytest.mark.parametrize("space", UNEQUAL.values(), ids=UNEQUAL)
def test_random_systems_have_the_steady_state_of_qutip(space, build, method):
    system = build(np.random.default_rng(11), space)
    expected = qutip.steadystate(*system.to_qutip()).full()
    assert_allclose(qs.steady_state(system, method=method).rho, expected, atol=1e-11)


def test_a_driven_oscillator_chain_has_the_steady_state_of_qutip():
    # A three-level mode, a spin 1 and a spin 1/2 coupled in a row, complex couplings.
    a, b, c = (
        qutip.tensor(qutip.destroy(3), qutip.qeye(3), qutip.qeye(2)),
        qutip.tensor(qutip.qeye(3), qutip.jmat(1, "-"), qutip.qeye(2)),
        qutip.tensor(qutip.qeye(3), qutip.qeye(3), qutip.jmat(0.5, "-")),
    )
    hop = np.exp(0.7j) * a.dag() @ b + 0.5j * b.dag() @ c
    H = 0.3 * a.dag() @ a + 0.4 * (a + a.dag()) + hop + hop.dag()
    c_ops = [a, np.sqrt(0.3) * a.dag(), np.sqrt(0.4) * b, np.sqrt(0.2) * c.dag()]
    space = qs.Space(M=qs.Fock(3, finite=True), B=qs.Spin(1), C=qs.Spin(1 / 2))
    m, s, t = space["M"], space["B"], space["C"]
    coupling = np.exp(0.7j) * m.create @ s.minus + 0.5j * s.plus @ t.minus
    system = qs.Lindbladian(
        space,
        [(0.3, m.number), (0.4, m.destroy + m.create), (1.0, coupling + coupling.conj().T)],
        [(1.0, m.destroy), (0.3, m.create), (0.4, s.minus), (0.2, t.plus)],
    )
    expected = qutip.steadystate(H, c_ops).full()
    assert_allclose(qs.steady_state(system).rho, expected, atol=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_states_are_physical_and_residuals_true(method):
    rng = np.random.default_rng(12)
    batches = [
        random_system(rng, UNEQUAL["spin 1 x spin 1/2"], shape=(3, 5)),
        spin_pair(np.linspace(0.01, 1, 4)[:, None], np.linspace(-2, 2, 5)),
    ]
    for system in batches:
        steady = qs.steady_state(system, method=method)
        assert (steady.rho == np.conj(np.swapaxes(steady.rho, -1, -2))).all()
        assert_allclose(np.trace(steady.rho, axis1=-2, axis2=-1), 1, rtol=1e-14)
        assert np.linalg.eigvalsh(steady.rho).min() > -1e-14
        assert steady.residual.shape == steady.reciprocal_condition.shape == system.shape
        assert steady.valid.all()
        independent = np.linalg.norm(system.apply(steady.rho), axis=(-2, -1))
        scale = abs(system[0, 0].superoperator()).max()
        assert steady.residual.max() < 1e-14 * scale
        assert_allclose(steady.residual, independent, atol=1e-15 * scale)


def spoil(monkeypatch, error):
    """Add an error, shape (systems, 4), to the solutions of the optical Bloch equations."""
    solve = _sector_solve.DenseSector.solve

    def spoiled(self, coefficients):
        x, condition = solve(self, coefficients)
        return x + error, condition

    monkeypatch.setattr(_sector_solve.DenseSector, "solve", spoiled)


def test_the_residual_is_measured_against_the_full_generator(monkeypatch):
    system, _ = driven_qubit(rabi=np.array([0.2, 0.7]))
    spoil(monkeypatch, [[0.01, -0.01, 0.003, 0.02], [-0.02, 0.02, 0.0, 0.01]])
    monkeypatch.setattr(steady_module, "LARGEST_ERROR", np.inf)
    steady = qs.steady_state(system)
    independent = np.linalg.norm(system.apply(steady.rho), axis=(-2, -1))
    assert independent.min() > 1e-3
    assert_allclose(steady.residual, independent, rtol=1e-12)


def test_a_state_that_does_not_solve_the_equation_is_computed_again_or_refused(monkeypatch):
    system, expected = driven_qubit(rabi=np.array([[0.2, 0.7]]))
    spoil(monkeypatch, [[0, 0, 0, 0], [1e-6, -1e-6, 0, 0]])
    assert_allclose(
        qs.steady_state(system).rho[0], np.moveaxis(expected[:, :, 0], -1, 0), atol=1e-14
    )
    monkeypatch.setattr(steady_module, "resolve", lambda sector, row: Resolved(None, np.inf))
    with pytest.raises(ScaleError, match=r"1 of 2 systems, \[\(0, 1\)\]") as caught:
        qs.steady_state(system)
    assert caught.value.indices == [(0, 1)]
    masked = qs.steady_state(system, errors="mask")
    for result in (caught.value.result, masked):
        assert result.valid.tolist() == [[True, False]]
        assert result.unique.all()
        assert np.isnan(result.rho[0, 1]).all()


def test_a_batch_is_its_members_one_by_one(monkeypatch):
    system = spin_pair(np.linspace(0.01, 0.5, 7)[:, None], np.linspace(-2, 2, 5))
    for workers, chunk_bytes in [(1, 1 << 20), (3, 1)]:
        monkeypatch.setattr(_sector_solve, "CHUNK_BYTES", chunk_bytes)
        steady = qs.steady_state(system, workers=workers)
        for index in np.ndindex(7, 5):
            assert_allclose(steady.rho[index], qs.steady_state(system[index]).rho, atol=1e-15)


def test_a_steady_state_is_indexed_as_its_system_and_measured_as_it_is():
    system = spin_pair(np.linspace(0.01, 0.5, 3)[:, None], np.linspace(-2, 2, 5))
    steady = qs.steady_state(system)
    for index in ((1, 2), 1, (..., 3), (slice(1), slice(None, None, 2)), None):
        picked = steady[index]
        assert_allclose(picked.rho, qs.steady_state(system[index]).rho, atol=1e-15)
        assert picked.residual.shape == picked.valid.shape == system[index].shape
        assert picked.rho.shape == (*system[index].shape, 9, 9)
    assert density_matrices(steady, system.space) is steady.rho
    with pytest.raises(IndexError):
        steady[0, 0, 0]
    assert [row.rho.shape for row in steady] == [(5, 9, 9)] * 3
    with pytest.raises(TypeError, match="single system"):
        list(steady[0, 0])


def test_large_sectors_are_solved_sparsely(monkeypatch):
    system = spin_pair(0.1, 0.3)
    assert qs.steady_state(system).method == "dense"
    monkeypatch.setattr(_sector_solve, "LARGEST_DENSE_SECTOR", 18)
    assert qs.steady_state(system).method == "sparse"


def test_the_spin_pair_lives_in_nineteen_elements_and_empties_the_corners():
    steady = qs.steady_state(spin_pair(np.linspace(0.01, 0.1, 3), 1.0))
    assert steady.sector_dimension == 19
    assert_allclose(steady.rho[:, [0, 8]], 0, atol=1e-17)
    assert "sector 19 of 81, dense" in repr(steady)
    assert qs.steady_state(spin_pair(0.0, 1.0)).sector_dimension == 9


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("levels", [3, 4, 5])
def test_rates_of_twelve_decades_keep_the_accuracy_that_the_condition_allows(levels, method):
    rng = np.random.default_rng(14)
    pairs = list(permutations(range(levels), 2))
    table = 10.0 ** rng.uniform(-6, 6, (len(pairs), 60))
    steady = qs.steady_state(
        chain_system(dict(zip(pairs, table, strict=True)), levels), method=method
    )
    exact = [chain_populations(dict(zip(pairs, rates, strict=True)), levels) for rates in table.T]
    error = np.abs(np.diagonal(steady.rho, axis1=-2, axis2=-1) - exact).max(axis=1)
    assert (error < 10 * np.finfo(float).eps / steady.reciprocal_condition).all()
    assert (steady.residual < 1e-14 * table.max(axis=0)).all()
    assert error.max() < 1e-8


@pytest.mark.parametrize("method", METHODS)
def test_the_optical_bloch_equations_hold_over_twelve_decades(method):
    parameters = 10.0 ** np.random.default_rng(15).uniform(-6, 6, (5, 300))
    steady = qs.steady_state(driven_qubit(*parameters)[0], method=method)
    assert_allclose(steady.rho, np.moveaxis(bloch_state(*parameters), -1, 0), atol=1e-14)
    assert (steady.residual < 1e-14 * parameters.max(axis=0)).all()


@few
@given(seeds)
def test_the_order_of_the_sites_is_a_matter_of_naming(seed):
    rng = np.random.default_rng(seed)
    sites = {"A": qs.Spin(1), "B": qs.Spin(1 / 2), "C": qs.Fock(2, finite=True)}
    order = rng.permutation(3)
    system = local_chain(rng, qs.Space(**sites))
    shuffled = qs.Space(**{"ABC"[k]: sites["ABC"[k]] for k in order})

    def reorder(operator):
        tensor = operator.reshape((3, 2, 2) * 2).transpose([*order, *(order + 3)])
        return tensor.reshape(12, 12)

    (row,) = system.coefficient_table()
    operators = [reorder(o.toarray()) for o in (*system.terms.hamiltonian, *system.terms.jumps)]
    pairs = list(zip(row, operators, strict=True))
    count = len(system.terms.hamiltonian)
    other = qs.steady_state(qs.Lindbladian(shuffled, pairs[:count], pairs[count:]))
    assert_allclose(other.rho, reorder(qs.steady_state(system).rho), atol=1e-11)


@few
@given(seeds, st.floats(-np.pi, np.pi))
def test_exchanging_the_spins_exchanges_their_parameters(seed, epsilon):
    detuning, *rates = np.random.default_rng(seed).uniform(0.1, 3, 5)
    rho = qs.steady_state(spin_pair(epsilon, detuning, rates)).rho
    # i(A+ B- - B+ A-) changes its sign.
    swapped = qs.steady_state(spin_pair(-epsilon, -detuning, rates[2:] + rates[:2])).rho
    tensor = swapped.reshape(3, 3, 3, 3).transpose(1, 0, 3, 2)
    assert_allclose(rho, tensor.reshape(9, 9), atol=1e-12)


@few
@given(st.floats(-np.pi, np.pi), st.floats(0.01, 3), st.floats(-3, 3))
def test_the_common_phase_of_the_spins_is_free(phi, epsilon, detuning):
    rho = qs.steady_state(spin_pair(epsilon, detuning)).rho
    phase = np.exp(-1j * phi * np.add.outer([1, 0, -1], [1, 0, -1]).ravel())
    assert_allclose(phase[:, None] * rho * phase.conj(), rho, atol=1e-14)


@few
@given(seeds, st.floats(-30, 30))
def test_the_unit_of_the_rates_does_not_matter(seed, exponent):
    system = random_system(np.random.default_rng(seed), UNEQUAL["spin 1 x spin 1/2"])
    (row,) = system.coefficient_table() * 10.0**exponent
    terms = system.terms
    scaled = qs.Lindbladian(
        system.space,
        list(zip(row[:2], terms.hamiltonian, strict=True)),
        list(zip(row[2:], terms.jumps, strict=True)),
    )
    ours, theirs = qs.steady_state(scaled), qs.steady_state(system)
    assert_allclose(ours.rho, theirs.rho, atol=1e-11)
    assert_allclose(ours.reciprocal_condition, theirs.reciprocal_condition, rtol=1e-6)


@few
@given(seeds)
def test_one_state_has_many_lindblad_forms(seed):
    """H + const; L -> e^{i alpha} L; L -> L + c with H -> H - (i/2)(c* L - c L^dag)."""
    rng = np.random.default_rng(seed)
    space = UNEQUAL["spin 1 x spin 1/2"]
    H, L, identity = random_hermitian(rng, 6), random_matrix(rng, 6), np.eye(6)
    alpha, c, rate = rng.uniform(0, 6), complex(*rng.normal(size=2)), rng.uniform(0.2, 2)
    expected = qs.steady_state(qs.Lindbladian(space, [(1.0, H)], [(rate, L)])).rho
    shift = -0.5j * rate * (np.conj(c) * L - c * L.conj().T)
    for hamiltonian, jump in [
        (H + 5 * identity, L),
        (H, np.exp(1j * alpha) * L),
        (H + shift, L + c * identity),
    ]:
        other = qs.Lindbladian(space, [(1.0, hamiltonian)], [(rate, jump)])
        assert_allclose(qs.steady_state(other).rho, expected, atol=1e-9)


@few
@given(seeds)
def test_a_change_of_basis_changes_the_state_with_it(seed):
    rng = np.random.default_rng(seed)
    space = qs.Space(A=qs.Spin(3 / 2))
    U, H = random_unitary(rng, 4), random_hermitian(rng, 4)
    jumps = [random_matrix(rng, 4) for _ in range(2)]
    rho = qs.steady_state(qs.Lindbladian(space, [(1.0, H)], [(0.7, L) for L in jumps])).rho
    rotated = qs.Lindbladian(
        space, [(1.0, U @ H @ U.conj().T)], [(0.7, U @ L @ U.conj().T) for L in jumps]
    )
    assert_allclose(qs.steady_state(rotated).rho, U @ rho @ U.conj().T, atol=1e-11)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "svd"}, "`method` must be 'auto', 'dense' or 'sparse', but is 'svd'"),
        ({"errors": "ignore"}, "`errors` must be 'raise' or 'mask', but is 'ignore'"),
        ({"workers": 0}, "`workers` must be a whole number >= 1, but is 0"),
        ({"workers": 1.5}, r"`workers` must be a whole number >= 1, but is 1\.5"),
    ],
)
def test_unknown_options_are_rejected(options, message):
    with pytest.raises(InvalidArgumentError, match=message):
        qs.steady_state(driven_qubit()[0], **options)


def test_a_batch_of_no_systems_has_no_states():
    steady = qs.steady_state(driven_qubit(rabi=np.zeros((3, 0)))[0])
    assert steady.rho.shape == (3, 0, 2, 2)
    assert steady.residual.shape == (3, 0)
