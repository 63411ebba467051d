"""Modes without decay: their number, frequencies, duals, and what they leave of a state."""

import numpy as np
import pytest
from places import reference
from systems import driven_qubit, limit_cycle, random_state

import quantsync as qs

REFERENCE = reference("zhao2025")


@pytest.fixture(scope="module")
def chain():
    return qs.peripheral_modes(qs.models.dephased_chain())


def test_the_chain_of_three_has_the_reference_modes_and_gap(chain):
    assert chain.zero_modes == REFERENCE["L0_number_zero_modes"]["value"]
    np.testing.assert_allclose(chain.frequencies, [2, 4, 6], rtol=1e-12)
    assert len(chain.eigenvalues) == 8 + 6
    assert chain.gap == pytest.approx(REFERENCE["L0_gap_min_nonzero_minusRe"]["value"], rel=1e-9)
    assert chain.looked_for == 729
    assert chain.residual.max() < 1e-12


def test_modes_are_biorthonormal_and_come_in_conjugate_pairs(chain):
    gram = np.einsum("jab,kab->jk", chain.left.conj(), chain.right)
    np.testing.assert_allclose(gram, np.eye(14), atol=1e-12)
    assert sorted(chain.eigenvalues.imag) == pytest.approx(sorted(-chain.eigenvalues.imag))
    assert (np.diff(np.abs(chain.eigenvalues.imag)) >= -1e-12).all()
    np.testing.assert_allclose(chain.eigenvalues[8:].imag, [2, -2, 4, -4, 6, -6])
    assert (chain.eigenvalues.real == 0).all()


def test_a_chain_of_two_has_a_mode_for_every_symmetry_at_least():
    modes = qs.peripheral_modes(qs.models.dephased_chain(sites=2))
    assert modes.zero_modes >= 2 * (2 + 1)
    assert 2.0 in np.round(modes.frequencies, 9)


def test_what_is_left_of_a_state_is_what_evolves(chain):
    system = qs.models.dephased_chain()
    rho = random_state(np.random.default_rng(3), 27)
    late = 400.0  # 46 decay times of the slowest mode
    evolved = qs.evolve(system, rho, [0.0, late]).rho[-1]
    np.testing.assert_allclose(chain.asymptotic_state(rho, late), evolved, atol=1e-10)
    assert np.trace(chain.asymptotic_state(rho)) == pytest.approx(1)


def test_the_qubit_pair_keeps_one_coherence():
    modes = qs.peripheral_modes(qs.models.collective_decay_pair())
    expected = REFERENCE["D_osc_eigenvalue_imag"]["value"]
    np.testing.assert_allclose(modes.frequencies, [expected], rtol=1e-12)
    singlet, down = np.array([0, 1, -1, 0]) / np.sqrt(2), np.array([0, 0, 0, 1])
    for k in (2, 3):
        size = abs(singlet @ modes.right[k] @ down) + abs(down @ modes.right[k] @ singlet)
        assert size == pytest.approx(1)
    plus = modes.right[np.argmax(modes.eigenvalues.imag)]
    assert abs(singlet @ plus @ down) == pytest.approx(1)  # |v-><v+| has +2.4 i


def test_a_system_with_a_unique_state_has_one_mode():
    system = qs.models.driven_pair(drive=0.3)
    modes = qs.peripheral_modes(system)
    assert modes.zero_modes == len(modes.eigenvalues) == 1
    state = modes.right[0] / np.trace(modes.right[0])
    np.testing.assert_allclose(state, qs.steady_state(system).rho, atol=1e-13)
    values = np.linalg.eigvals(system.superoperator().toarray())
    assert modes.gap == pytest.approx(np.sort(-values.real)[1])
    # The dual of the stationary state is the trace.
    np.testing.assert_allclose(modes.left[0] / modes.left[0][0, 0], np.eye(4), atol=1e-12)


def test_a_closed_system_only_has_such_modes():
    space = qs.Space(A=qs.Spin(1))
    modes = qs.peripheral_modes(qs.Lindbladian(space, [(0.7, space["A"].z)]))
    assert modes.zero_modes == 3
    np.testing.assert_allclose(modes.frequencies, [0.7, 1.4])
    assert modes.gap == np.inf


@pytest.mark.parametrize("rate", [1e6, 1e9])
def test_slow_decay_next_to_fast_is_not_taken_for_none(rate):
    # Three coherences and populations decay at half of 1, a 1e-9 of the largest entry.
    system, rho = limit_cycle(gain=rate, damping=1.0)
    modes = qs.peripheral_modes(system)
    assert modes.zero_modes == len(modes.eigenvalues) == 1
    assert modes.gap == pytest.approx(0.5, rel=1e-6)
    np.testing.assert_allclose(modes.right[0] / np.trace(modes.right[0]), rho, atol=1e-12)


def test_weak_damping_of_a_fast_precession_is_seen():
    system, _ = driven_qubit(loss=1e-10, gain=1e-10, dephasing=1e-10)
    modes = qs.peripheral_modes(system)
    assert modes.zero_modes == len(modes.eigenvalues) == 1
    # Relaxation about the axis (0.7, 0, -0.4): a mean of the longitudinal and transverse rates.
    axis = np.array([0.7, 0, -0.4]) ** 2 / (0.7**2 + 0.4**2)
    expected = 1e-10 * (2.0 * axis[2] + 1.5 * axis[0])
    assert modes.gap == pytest.approx(expected, rel=1e-5)
    np.testing.assert_allclose(modes.right[0] / np.trace(modes.right[0]), np.eye(2) / 2, atol=1e-9)


def test_batches_are_refused():
    with pytest.raises(qs.errors.InvalidArgumentError, match=r"shape \(2,\)"):
        qs.peripheral_modes(qs.models.driven_pair(coupling=[0.1, 0.2]))
    with pytest.raises(qs.errors.DimensionError):
        qs.peripheral_modes(qs.models.driven_pair()).asymptotic_state(np.eye(3))


def test_coefficients_of_a_selected_state_are_its_weights_in_the_sectors():
    chain = qs.models.dephased_chain()
    space = chain.space
    m = sum(np.real(space[name].z.toarray()) for name in space)
    zero = np.diag((np.abs(np.diag(m)) < 0.5) * 1.0)
    flip = np.eye(27)[::-1] @ zero
    modes = qs.peripheral_modes(chain, strong_symmetry=[m, flip])
    generator = qs.degenerate.random_lindbladian(space, np.random.default_rng(3))
    rho = qs.degenerate.degenerate_steady_state(chain, generator).rho[0]
    c = modes.coefficients(rho)
    expansion = np.einsum("k,kij->ij", c, modes.right)
    np.testing.assert_allclose(expansion, rho, atol=1e-13)
    still = modes.eigenvalues == 0
    np.testing.assert_allclose(c[~still], 0, atol=1e-13)
    weights = np.real(c * np.trace(modes.right, axis1=1, axis2=2))[still]
    assert weights.sum() == pytest.approx(1, abs=1e-13)
    assert (weights > 0).all()
    with pytest.raises(qs.errors.DimensionError):
        modes.coefficients(np.eye(3))


def test_the_picture_has_every_undecaying_mode_and_the_gap():
    modes = qs.peripheral_modes(qs.models.dephased_chain(sites=2, frequency=1.5))
    axes = modes.plot()
    (dots,) = axes.lines
    np.testing.assert_array_equal(dots.get_ydata(), modes.eigenvalues.imag)
    assert not np.any(dots.get_xdata())
    (others,) = axes.patches
    assert others.get_x() + others.get_width() == pytest.approx(-modes.gap)
