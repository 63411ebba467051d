"""Entropies and entanglement: QuTiP as an oracle, closed forms, invariances, pure states."""

import numpy as np
import pytest
import qutip
import scipy.linalg

import quantsync as qs
from quantsync.measures._eigenvalues import block_eigenvalues, diagonal_blocks

QUBITS = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2))
THREE = qs.Space(A=qs.Spin(1), B=qs.Spin(1 / 2), M=qs.Fock(4))
FOUR = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1), C=qs.Fock(2), D=qs.Spin(1 / 2))
CUTS = [(QUBITS, "A"), (THREE, "B"), (THREE, ["A", "M"]), (FOUR, ["A", "C"]), (FOUR, "D")]


def projector(*amplitudes):
    ket = np.array(amplitudes) / np.linalg.norm(amplitudes)
    return np.outer(ket, ket.conj())


def random_ket(seed, n):
    rng = np.random.default_rng(seed)
    ket = rng.normal(size=n) + 1j * rng.normal(size=n)
    return ket / np.linalg.norm(ket)


def positions(space, sites):
    return [k for k, name in enumerate(space.names) if name in sites]


@pytest.mark.parametrize(("space", "sites"), CUTS)
def test_partial_trace_and_transpose_agree_with_qutip(space, sites, random_states):
    rho = random_states(1, space.dimension)
    state = qs.to_qutip(rho, space)
    kept = positions(space, sites)
    reduced = qs.partial_trace(rho, space, sites)
    np.testing.assert_allclose(reduced, state.ptrace(kept).full(), atol=1e-15)
    mask = [int(k in kept) for k in range(len(space))]
    theirs = qutip.partial_transpose(state, mask).full()
    np.testing.assert_array_equal(qs.partial_transpose(rho, space, sites), theirs)


@pytest.mark.parametrize(("space", "sites"), CUTS)
def test_entropies_and_negativity_agree_with_qutip(space, sites, random_states):
    rho = random_states(2, space.dimension, rank=2)
    state, kept = qs.to_qutip(rho, space), positions(space, sites)
    rest = [k for k in range(len(space)) if k not in kept]
    assert qs.von_neumann_entropy(rho) == pytest.approx(qutip.entropy_vn(state), abs=1e-12)
    assert qs.von_neumann_entropy(rho, base=2) == pytest.approx(qutip.entropy_vn(state, 2))
    theirs = qutip.entropy_mutual(state, kept, rest)
    assert qs.mutual_information(rho, space, sites) == pytest.approx(theirs, abs=1e-12)
    transposed = qutip.partial_transpose(state, [int(k in kept) for k in range(len(space))])
    norm = np.abs(transposed.eigenenergies()).sum()
    assert norm > 1.01  # these states are entangled: the comparison means something
    assert qs.negativity(rho, space, sites) == pytest.approx((norm - 1) / 2, abs=1e-13)
    if len(kept) == 1:
        theirs = qutip.negativity(state, kept[0], method="eigenvalues")
        assert qs.negativity(rho, space, sites) == pytest.approx(theirs, abs=1e-13)
    assert qs.log_negativity(rho, space, sites) == pytest.approx(np.log(norm), abs=1e-13)
    assert qs.purity(rho) == pytest.approx(state.purity(), abs=1e-14)


def test_bell_states_are_maximally_correlated():
    for bell in (projector(1, 0, 0, 1), projector(0, 1, 1j, 0)):
        assert qs.negativity(bell, QUBITS, "A") == pytest.approx(1 / 2)
        assert qs.log_negativity(bell, QUBITS, "A", base=2) == pytest.approx(1)
        assert qs.mutual_information(bell, QUBITS, "B") == pytest.approx(2 * np.log(2))
        assert qs.von_neumann_entropy(bell) == pytest.approx(0, abs=1e-14)


@pytest.mark.parametrize("dimension", [2, 3, 5])
def test_maximally_entangled_qudits_have_negativity_half_of_d_minus_1(dimension):
    space = qs.Space(A=qs.Fock(dimension), B=qs.Fock(dimension))
    rho = projector(*np.eye(dimension).ravel())
    assert qs.negativity(rho, space, "A") == pytest.approx((dimension - 1) / 2)
    assert qs.mutual_information(rho, space, "A") == pytest.approx(2 * np.log(dimension))


def test_werner_states_are_entangled_above_one_third():
    p = np.linspace(0, 1, 13)
    singlet = projector(0, 1, -1, 0)
    rho = p[:, None, None] * singlet + (1 - p[:, None, None]) * np.eye(4) / 4
    expected = np.maximum(0, (3 * p - 1) / 4)
    np.testing.assert_allclose(qs.negativity(rho, QUBITS, "A"), expected, atol=1e-15)
    np.testing.assert_allclose(qs.purity(rho), (1 + 3 * p**2) / 4, atol=1e-15)
    weights = np.stack([(1 + 3 * p) / 4, *[(1 - p) / 4] * 3])
    entropy = -np.sum(weights * np.log(np.where(weights > 0, weights, 1)), axis=0)
    np.testing.assert_allclose(qs.von_neumann_entropy(rho), entropy, atol=1e-14)
    information = 2 * np.log(2) - entropy
    np.testing.assert_allclose(qs.mutual_information(rho, QUBITS, "A"), information, atol=1e-14)


def test_ghz_state_loses_its_entanglement_with_any_site():
    space = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2), C=qs.Spin(1 / 2))
    ghz = projector(1, 0, 0, 0, 0, 0, 0, 1)
    for sites in ("A", ["B"], ["A", "C"]):
        assert qs.negativity(ghz, space, sites) == pytest.approx(1 / 2)
        assert qs.mutual_information(ghz, space, sites) == pytest.approx(2 * np.log(2))
    pair = qs.partial_trace(ghz, space, ["A", "C"])
    assert qs.negativity(pair, QUBITS, "A") == 0
    assert qs.mutual_information(pair, QUBITS, "A") == pytest.approx(np.log(2))


@pytest.mark.parametrize("space", [QUBITS, THREE, FOUR], ids=str)
def test_product_states_are_uncorrelated(space, random_states):
    parts = [random_states(k, d) for k, d in enumerate(space.dimensions)]
    rho = np.eye(1)
    for part in parts:
        rho = np.kron(rho, part)
    for name, part in zip(space.names, parts, strict=True):
        np.testing.assert_allclose(qs.partial_trace(rho, space, name), part, atol=1e-15)
        assert qs.mutual_information(rho, space, name) == pytest.approx(0, abs=1e-13)
        assert qs.negativity(rho, space, name) == pytest.approx(0, abs=1e-14)
    total = sum(qs.von_neumann_entropy(part) for part in parts)
    assert qs.von_neumann_entropy(rho) == pytest.approx(total)


@pytest.mark.parametrize(("space", "sites"), CUTS)
def test_local_unitaries_change_no_correlation(space, sites, random_states):
    rho = random_states(3, space.dimension, rank=2)
    unitary = np.eye(1)
    for k, d in enumerate(space.dimensions):
        generator = random_states(10 + k, d)
        unitary = np.kron(unitary, scipy.linalg.expm(1j * 7 * generator))
    turned = unitary @ rho @ unitary.conj().T
    for measure in (qs.negativity, qs.mutual_information, qs.log_negativity):
        before, after = measure(rho, space, sites), measure(turned, space, sites)
        assert before == pytest.approx(after, abs=1e-13)


@pytest.mark.parametrize(("space", "sites"), CUTS)
def test_correlations_of_pure_states_follow_from_their_schmidt_coefficients(space, sites):
    ket = random_ket(4, space.dimension)
    rho, rest = np.outer(ket, ket.conj()), [n for n in space.names if n not in sites]
    c = qs.schmidt_coefficients(ket, space, sites)
    assert (np.diff(c) <= 0).all()
    assert np.sum(c**2) == pytest.approx(1)
    assert qs.negativity(rho, space, sites) == pytest.approx((c.sum() ** 2 - 1) / 2)
    entropy = -np.sum(c**2 * np.log(c**2))
    for side in (sites, rest):
        reduced = qs.partial_trace(rho, space, side)
        assert qs.von_neumann_entropy(reduced) == pytest.approx(entropy)
        spectrum = np.sort(np.linalg.eigvalsh(reduced))[::-1][: len(c)]
        np.testing.assert_allclose(spectrum, c**2, atol=1e-14)
    assert qs.mutual_information(rho, space, sites) == pytest.approx(2 * entropy)


@pytest.mark.parametrize(("space", "sites"), CUTS)
def test_both_sides_of_a_cut_see_the_same_correlations(space, sites, random_states):
    rho = random_states(5, space.dimension, (3,))
    rest = [name for name in space.names if name not in sites]
    for measure in (qs.negativity, qs.log_negativity, qs.mutual_information):
        here, there = measure(rho, space, sites), measure(rho, space, rest)
        np.testing.assert_allclose(here, there, atol=1e-13)
    n = qs.negativity(rho, space, sites)
    np.testing.assert_allclose(qs.log_negativity(rho, space, sites), np.log(2 * n + 1))


def test_base_of_the_logarithm_is_the_unit(random_states):
    rho = random_states(6, 4, rank=2)
    for base in (2, 10):
        unit = np.log(base)
        assert qs.von_neumann_entropy(rho, base) == pytest.approx(
            qs.von_neumann_entropy(rho) / unit
        )
        for measure in (qs.mutual_information, qs.log_negativity):
            in_units = measure(rho, QUBITS, "A", base=base)
            assert in_units == pytest.approx(measure(rho, QUBITS, "A") / unit)
    for base in (1, 0.5, -2, np.nan, np.inf):
        with pytest.raises(qs.errors.InvalidArgumentError, match="`base`"):
            qs.von_neumann_entropy(rho, base)


def test_faint_eigenvalues_of_two_levels_keep_their_digits():
    # a b - |c|^2 over the larger one; of a partial transpose, below zero.
    for first, second, size, faint in (
        (1.0, 1e-20, 5e-11, 0.75e-20),
        (1e-20, 1.0, 5e-11, 0.75e-20),
        (1.0, 0.0, 1e-12, -1e-24),
        (-1.0, 1e-30, 1e-12, 1e-24),
    ):
        matrix = np.array([[first, 1j * size], [-1j * size, second]])
        found = block_eigenvalues(matrix)
        assert found[np.abs(found).argmin()] == pytest.approx(faint, rel=2e-6)
        assert np.abs(found).max() == pytest.approx(1)


def test_faint_entropies_and_negativities_keep_their_digits():
    pure = np.diag([1.0, 1e-20])
    expected = -1e-20 * np.log(1e-20)
    assert qs.von_neumann_entropy(pure) == pytest.approx(expected, rel=1e-12)
    psi = np.array([1.0, 0, 0, 1e-12])
    space = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2))
    assert qs.negativity(np.outer(psi, psi), space, "A") == pytest.approx(1e-12, rel=1e-12)


def test_block_eigenvalues_are_those_of_the_whole_matrix(random_states):
    rng = np.random.default_rng(7)
    for n in range(1, 13):
        labels = rng.integers(1 + n // 2, size=n)
        pattern = labels[:, None] == labels
        matrices = (random_states(n, n, (4,)) - 0.1 * np.eye(n)) * pattern
        expected = np.linalg.eigvalsh(matrices)
        np.testing.assert_allclose(
            np.sort(block_eigenvalues(matrices)), expected, atol=1e-14, rtol=0
        )
        blocks = diagonal_blocks(matrices)
        assert sorted(int(k) for block in blocks for k in block) == list(range(n))
        assert len(blocks) == len(np.unique(labels))


def test_blocks_are_those_that_the_whole_batch_shares():
    matrices = np.zeros((2, 3, 3))
    matrices[0, 0, 1] = matrices[0, 1, 0] = 0.3
    matrices[1, 1, 2] = matrices[1, 2, 1] = 0.4
    assert [list(block) for block in diagonal_blocks(matrices)] == [[0, 1, 2]]
    np.testing.assert_allclose(
        np.sort(block_eigenvalues(matrices)), [[-0.3, 0, 0.3], [-0.4, 0, 0.4]], atol=1e-16
    )


def test_correlations_of_a_masked_state_are_nan_and_of_the_others_right():
    pair = qs.models.spin_pair(gain_a=np.array([0.0, 1.0]), epsilon=np.array([0.0, 0.1]))
    steady = qs.steady_state(pair, errors="mask")
    space, good = steady.space, steady.rho[1]
    with pytest.raises(qs.errors.NonFiniteError, match=r"pass the state object, in which NaN"):
        qs.purity(steady.rho)
    assert list(steady.valid) == [False, True]
    for measure in (qs.negativity, qs.log_negativity, qs.mutual_information):
        both = measure(steady, "A")
        assert np.isnan(both[0])
        assert both[1] == pytest.approx(measure(good, space, "A"), abs=1e-14)
    entropy = qs.von_neumann_entropy(steady)
    assert np.isnan(entropy[0])
    assert entropy[1] == pytest.approx(qs.von_neumann_entropy(good), abs=1e-14)


def test_misuse_is_explained():
    rho = np.eye(4) / 4
    for sites in (["A", "B"], []):
        with pytest.raises(qs.errors.InvalidArgumentError, match="both sides of the cut"):
            qs.negativity(rho, QUBITS, sites)
    with pytest.raises(qs.errors.UnknownNameError, match="Unknown site 'C'"):
        qs.mutual_information(rho, QUBITS, "C")
    with pytest.raises(qs.errors.DimensionError, match=r"\(..., 4, 4\).* has \(9, 9\)"):
        qs.partial_trace(np.eye(9) / 9, QUBITS, "A")
    with pytest.raises(qs.errors.DimensionError, match=r"`psi` must have shape"):
        qs.schmidt_coefficients(np.ones(3), QUBITS, "A")
    with pytest.raises(qs.errors.InvalidStateError, match=r"`psi` must be normalised.*norm 2 at"):
        qs.schmidt_coefficients([[0, 0.6, 0, 0.8j], [1, 1, 1, 1]], QUBITS, "A")
    with pytest.raises(qs.errors.DimensionError, match=r"ket psi is np\.outer"):
        qs.purity([[0.6], [0.8]])
    with pytest.raises(qs.errors.InvalidStateError, match=r"eigenvalue -0\.1"):
        qs.von_neumann_entropy(np.diag([1.1, -0.1]))
