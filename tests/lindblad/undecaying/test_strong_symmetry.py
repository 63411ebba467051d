"""Strong symmetries and dark states divide the work and leave the modes as they are."""

import sys

import numpy as np
import pytest
import scipy.sparse as sp
from systems import random_hermitian, random_matrix, random_state, random_system, random_unitary

import quantsync as qs
from quantsync.lindblad.undecaying._strong_symmetry import adapted_basis, strong_symmetry_blocks

SWAP = np.eye(4)[[0, 2, 1, 3]]
SINGLET, DOWN = np.array([0, 1, -1, 0]), np.array([0, 0, 0, 1])


def magnetisation(space):
    """Total Sz."""
    return sum(space[name].z for name in space)


def flip(space):
    """The spin flip of all sites times the projector on zero magnetisation."""
    zero = np.flatnonzero(np.abs(magnetisation(space).diagonal()) < 1e-9)
    n = space.dimension
    return sp.csr_array((np.ones(len(zero)), (n - 1 - zero, zero)), shape=(n, n))


def all_eigenvalues(blocks):
    values = []
    for block in blocks:
        found = np.linalg.eigvals(block.matrix.toarray())
        values += [found, found.conj()] if block.mirrored else [found]
    return np.concatenate(values)


def same_multiset(first, second, tolerance):
    """Whether complex numbers pair off, each with its nearest one that is left."""
    left = list(second)
    for value in first:
        k = int(np.argmin(np.abs(np.array(left) - value)))
        if abs(left.pop(k) - value) > tolerance:
            return False
    return not left


def systems():
    chain2, chain3 = (qs.models.dephased_chain(sites=n, exchange=0.37) for n in (2, 3))
    pair = qs.models.collective_decay_pair()
    m2, m3 = magnetisation(chain2.space), magnetisation(chain3.space)
    return {
        "chain of two, M": (chain2, m2, None),
        "chain of two, M and P": (chain2, [m2, flip(chain2.space)], None),
        "chain of three, M": (chain3, m3.toarray(), None),
        "chain of three, M and P": (chain3, [m3, flip(chain3.space)], None),
        "chain of three, exp(i M)": (chain3, sp.diags_array(np.exp(1j * m3.diagonal())), None),
        "chain of two, dark": (chain2, None, [np.eye(9)[0], np.eye(9)[8]]),
        "pair, SWAP": (pair, SWAP, None),
        "pair, dark": (pair, None, [SINGLET, DOWN]),
        "pair, one dark": (pair, None, DOWN),
        "pair, SWAP and dark": (pair, [SWAP], [DOWN, 2j * SINGLET]),
    }


@pytest.mark.parametrize("name", systems())
def test_the_modes_are_those_of_the_plain_route(name):
    system, symmetry, dark = systems()[name]
    plain = qs.peripheral_modes(system)
    modes = qs.peripheral_modes(system, symmetry, dark)
    np.testing.assert_allclose(modes.eigenvalues, plain.eigenvalues, atol=1e-12)
    assert modes.gap == pytest.approx(plain.gap, rel=1e-10)
    assert modes.looked_for == plain.looked_for == system.dimension**2
    assert modes.residual.max() < 1e-12
    assert modes.zero_modes >= modes.least_zero_modes >= 1
    assert plain.least_zero_modes == plain.strong_sectors == 1
    gram = np.einsum("jab,kab->jk", modes.left.conj(), modes.right)
    np.testing.assert_allclose(gram, np.eye(len(gram)), atol=1e-12)
    for seed in range(3):
        rho = random_state(np.random.default_rng(seed), system.dimension)
        for time in (0.0, 0.7):
            expected = plain.asymptotic_state(rho, time)
            np.testing.assert_allclose(modes.asymptotic_state(rho, time), expected, atol=1e-12)


@pytest.mark.parametrize("name", ["chain of two, M and P", "pair, SWAP", "pair, SWAP and dark"])
def test_the_blocks_together_have_all_eigenvalues(name):
    system, symmetry, dark = systems()[name]
    blocks, _, _ = strong_symmetry_blocks(system, symmetry, dark)
    expected = np.linalg.eigvals(system.superoperator().toarray())
    # Jordan blocks of decaying modes may spread by the square root of the rounding.
    assert same_multiset(all_eigenvalues(blocks), expected, 1e-6)


def test_the_number_of_sectors_bounds_the_stationary_states():
    chain = qs.models.dephased_chain()
    for symmetry, sectors in ((magnetisation(chain.space), 7), (flip(chain.space), 3)):
        modes = qs.peripheral_modes(chain, symmetry)
        assert modes.strong_sectors == modes.least_zero_modes == sectors <= modes.zero_modes == 8
    both = qs.peripheral_modes(chain, [magnetisation(chain.space), flip(chain.space)])
    assert both.least_zero_modes == both.zero_modes == 8  # 2 (N + 1)
    assert both.largest_block == 36  # 6 x 6, where the plain route has 84
    assert "8 strong-symmetry sectors" in repr(both)
    assert "729 eigenvalues" in repr(both)


def test_a_hidden_symmetry_of_a_dense_system_is_made_visible():
    rng = np.random.default_rng(5)
    space = qs.Space(A=qs.Spin(1), B=qs.Spin(1 / 2))
    turn = random_unitary(rng, 6)
    blocks = [(slice(0, 2), slice(0, 2)), (slice(2, 6), slice(2, 6))]

    def hidden(draw):
        matrix = np.zeros((6, 6), complex)
        for block in blocks:
            matrix[block] = draw(rng, block[0].stop - block[0].start)
        return turn @ matrix @ turn.conj().T

    jumps = [(0.6, hidden(random_matrix)), (0.3, hidden(random_matrix))]
    system = qs.Lindbladian(space, [(1.0, hidden(random_hermitian))], jumps)
    symmetry = turn @ np.diag([1, 1, -1, -1, -1, -1]) @ turn.conj().T
    plain, modes = qs.peripheral_modes(system), qs.peripheral_modes(system, symmetry)
    assert plain.sectors == 1
    assert modes.sectors == 4
    assert modes.largest_block == 16
    assert modes.strong_sectors == modes.zero_modes == plain.zero_modes == 2
    rho = random_state(rng, 6)
    np.testing.assert_allclose(modes.asymptotic_state(rho), plain.asymptotic_state(rho), atol=1e-10)


def test_a_dark_state_that_is_fed_leaves_its_block():
    # Every triplet state ends in the lowest: without dark states one block, with them smaller.
    rng = np.random.default_rng(2)
    space = qs.Space(A=qs.Spin(2))
    basis = random_unitary(rng, 5)
    psi = basis[:, 0]
    jumps = [(0.5 + k, np.outer(psi, basis[:, k].conj())) for k in range(1, 5)]
    energy = basis @ np.diag([0.2, -1.0, 0.4, 1.5, 0.9]) @ basis.conj().T
    other = basis[:, 1:] @ random_hermitian(rng, 4) @ basis[:, 1:].conj().T
    system = qs.Lindbladian(space, [(1.0, energy + other)], jumps)
    plain, modes = qs.peripheral_modes(system), qs.peripheral_modes(system, dark_states=psi)
    assert plain.largest_block == 25
    assert modes.largest_block == 16
    assert modes.zero_modes == modes.least_zero_modes == 1
    np.testing.assert_allclose(modes.right[0] / np.trace(modes.right[0]), np.outer(psi, psi.conj()))
    assert modes.gap == pytest.approx(plain.gap, rel=1e-9)


def test_the_chain_of_two_has_more_dark_states_than_sectors_show():
    # |11>, |-1-1> and the singlet of M = 0 share all eigenvalues of the jump operators, and so
    # oscillate against each other at 4, at 2 + 2 Delta and at 2 - 2 Delta.
    chain = qs.models.dephased_chain(sites=2, anisotropy=0.3)
    singlet = np.zeros(9)
    singlet[[2, 6]] = 1, -1
    dark = [np.eye(9)[0], np.eye(9)[8], singlet]
    modes = qs.peripheral_modes(chain, magnetisation(chain.space), dark)
    np.testing.assert_allclose(modes.frequencies, [1.4, 2, 2.6, 4], rtol=1e-12)
    assert modes.zero_modes == 6


def test_degenerate_dark_states_that_are_not_orthogonal_are_allowed():
    space = qs.Space(A=qs.Spin(1))
    pump = np.zeros((3, 3))
    pump[0, 2] = 1
    system = qs.Lindbladian(space, dissipators=[(1.0, pump)])
    modes = qs.peripheral_modes(system, dark_states=[[1, 0, 0], [1, 1, 0]])
    assert modes.zero_modes == 4
    assert modes.least_zero_modes == 2


def test_a_dark_state_across_sectors_is_split_into_its_parts():
    # Without the field |11> and |-1-1> have the same energy, and so has their superposition.
    chain = qs.models.dephased_chain(sites=2, frequency=0.0)
    cat = np.eye(9)[0] + 1j * np.eye(9)[8]
    plain, modes = (
        qs.peripheral_modes(chain),
        qs.peripheral_modes(chain, magnetisation(chain.space), cat),
    )
    assert modes.strong_sectors == modes.least_zero_modes == 5
    np.testing.assert_allclose(modes.eigenvalues, plain.eigenvalues, atol=1e-12)
    rho = random_state(np.random.default_rng(1), 9)
    np.testing.assert_allclose(
        modes.asymptotic_state(rho, 0.4), plain.asymptotic_state(rho, 0.4), atol=1e-12
    )


def test_the_printed_spin_flip_is_no_strong_symmetry_and_swap_is():
    # Eq. (D3) of Zhao et al. (2025): commutes neither with H (the field) nor with L_-.
    pair = qs.models.collective_decay_pair()
    printed = np.eye(4)[::-1]
    with pytest.raises(qs.errors.InvalidArgumentError, match=r"dissipators\[0\] has norm") as error:
        qs.peripheral_modes(pair, printed)
    assert "`strong_symmetry` is not a strong symmetry" in str(error.value)
    field = qs.Lindbladian(pair.space, [(1.0, pair.hamiltonian())])
    # [H, P] = 2 B [sigma^z_A + sigma^z_B, P] / 2, twice 2 * 2 * 0.3 in the corners.
    with pytest.raises(qs.errors.InvalidArgumentError, match=r"the Hamiltonian has norm 1.7"):
        qs.peripheral_modes(field, printed)
    assert qs.peripheral_modes(pair, SWAP).strong_sectors == 2


def test_a_wrong_symmetry_is_refused_with_its_name_and_norm():
    chain = qs.models.dephased_chain(sites=2)
    whole_flip = np.eye(9)[::-1]  # [P, H] = 2 omega P M
    with pytest.raises(qs.errors.InvalidArgumentError, match=r"strong_symmetry\[1\].*Hamiltonian"):
        qs.peripheral_modes(chain, [magnetisation(chain.space), whole_flip])
    reflection = np.eye(9).reshape(3, 3, 9).transpose(1, 0, 2).reshape(9, 9)  # only a weak one
    with pytest.raises(qs.errors.InvalidArgumentError, match=r"dissipators\[\d\]"):
        qs.peripheral_modes(chain, reflection)
    space = qs.Space(A=qs.Spin(1 / 2))
    free = qs.Lindbladian(space, [(0.0, space["A"].z)])
    with pytest.raises(qs.errors.InvalidArgumentError, match="must commute"):
        qs.peripheral_modes(free, [space["A"].x, space["A"].z])
    with pytest.raises(qs.errors.InvalidArgumentError, match="must be normal"):
        qs.peripheral_modes(free, space["A"].plus)
    with pytest.raises(qs.errors.DimensionError, match=r"strong_symmetry"):
        qs.peripheral_modes(chain, np.eye(3))
    with pytest.raises(qs.errors.NonFiniteError, match=r"strong_symmetry"):
        qs.peripheral_modes(free, np.array([[np.nan, 0], [0, 1]]))


def test_states_that_are_not_dark_are_refused():
    pair = qs.models.collective_decay_pair()
    with pytest.raises(qs.errors.InvalidArgumentError, match=r"dark_states\[1\].*dissipators\[0\]"):
        qs.peripheral_modes(pair, dark_states=[DOWN, [0, 1, 1, 0]])
    # Both are annihilated by the jump operator, but the energies differ.
    with pytest.raises(qs.errors.InvalidArgumentError, match="effective Hamiltonian"):
        qs.peripheral_modes(pair, dark_states=SINGLET + DOWN)
    with pytest.raises(qs.errors.DimensionError, match="length 4"):
        qs.peripheral_modes(pair, dark_states=[1, 0, 0])
    with pytest.raises(qs.errors.InvalidArgumentError, match="zero"):
        qs.peripheral_modes(pair, dark_states=[0, 0, 0, 0])
    with pytest.raises(qs.errors.NonFiniteError):
        qs.peripheral_modes(pair, dark_states=[0, 0, np.inf, 0])


def test_a_block_that_is_too_large_says_how_much_memory_and_what_to_do(monkeypatch):
    spectrum = sys.modules["quantsync.lindblad.undecaying.peripheral_modes"]
    monkeypatch.setattr(spectrum, "LARGEST_BLOCK", 50)
    chain = qs.models.dephased_chain()
    with pytest.raises(qs.errors.InvalidArgumentError, match=r"84 elements.*GB.*strong_symmetry"):
        qs.peripheral_modes(chain)
    modes = qs.peripheral_modes(chain, [magnetisation(chain.space), flip(chain.space)])
    assert modes.zero_modes == 8


def test_the_chain_of_four_has_ten_stationary_states():
    chain = qs.models.dephased_chain(sites=4)
    modes = qs.peripheral_modes(chain, [magnetisation(chain.space), flip(chain.space)])
    assert modes.looked_for == 6561
    assert modes.least_zero_modes == modes.zero_modes == 10
    np.testing.assert_allclose(modes.frequencies, [2, 4, 6, 8], rtol=1e-12)
    assert modes.residual.max() < 1e-12


def test_the_adapted_basis_is_unitary_sparse_and_diagonalises_everything():
    space = qs.Space(A=qs.Spin(1), B=qs.Spin(1), C=qs.Spin(1))
    family = [magnetisation(space), flip(space)]
    basis = adapted_basis(family, 27)
    np.testing.assert_allclose((basis.conj().T @ basis).toarray(), np.eye(27), atol=1e-14)
    assert (np.diff(basis.indptr) <= 2).all()
    for operator in family:
        turned = (basis.conj().T @ operator @ basis).toarray()
        np.testing.assert_allclose(turned, np.diag(np.diagonal(turned)), atol=1e-14)


def test_a_system_without_terms_and_a_random_one_go_through():
    space = qs.Space(A=qs.Spin(1))
    assert qs.peripheral_modes(qs.Lindbladian(space), space["A"].z).zero_modes == 9
    assert qs.peripheral_modes(qs.Lindbladian(space)).zero_modes == 9
    system = random_system(np.random.default_rng(1), space)
    plain, modes = qs.peripheral_modes(system), qs.peripheral_modes(system, np.eye(3))
    assert modes.strong_sectors == modes.zero_modes == 1
    assert modes.gap == pytest.approx(plain.gap, rel=1e-10)
