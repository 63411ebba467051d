"""Relative entropy, the entropic measure of synchronization, and its weak-drive limit."""

from dataclasses import replace
from decimal import Decimal, localcontext
from itertools import pairwise

import array_api_strict as xp
import mpmath
import numpy as np
import pytest
import scipy.linalg
from systems import random_hermitian, random_matrix, random_unitary

import quantsync as qs
from quantsync.measures.entropic.relative_entropy import mean_inverse
from quantsync.states import Certified

PAIR = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2))
CHARGE = PAIR["A"].z + PAIR["B"].z
# Independent 18-digit values of Omega/eps^2 for eps -> 0: gain A, gain B, coupling, limit.
LIMITS = [
    (0.4, 0.75, 0.0, 0.0810930216216328764),
    (0.46, 0.82, 0.42, 0.00459124607005337229),
    (0.55, 0.09, 1.5, 0.0875976509042420045),
    (0.5, 0.1, 1.4, 0.112747180808512449),
]
# The same calculation at finite drives, partially coherent limit cycles: ..., drive, Omega.
EXACT = [
    (0.4, 0.75, 1.0, 0.1, 0.0000666460507000034579),
    (0.55, 0.09, 1.5, 0.1, 0.000864291271504893618),
    (0.55, 0.09, 1.5, 0.5, 0.0157487645154700137),
    (0.46, 0.82, 0.42, 0.3, 0.000390984856811761916),
]


def pair(gain_a, gain_b, coupling, drive=0.0, **more):
    gain_a, gain_b = np.asarray(gain_a), np.asarray(gain_b)
    return qs.models.driven_pair(
        gain_a=gain_a,
        damping_a=1 - gain_a,
        gain_b=gain_b,
        damping_b=1 - gain_b,
        coupling=coupling,
        drive=drive,
        **more,
    )


def families(undriven, charge):
    return {
        "diagonal": qs.entropic.DiagonalStates(undriven),
        "diagonal with charge": qs.entropic.DiagonalStates(undriven, charge=charge),
        "block diagonal": qs.entropic.BlockDiagonalStates(charge),
    }


def turned(unitary, rho):
    return unitary @ rho @ np.conj(np.swapaxes(unitary, -1, -2))


def within_blocks(labels, rho):
    labels = np.asarray(labels)
    return np.where(labels[:, None] == labels, rho, 0)


def charged_system(rng, labels):
    """Space, Hamiltonian and jumps that conserve a charge with the given value on each level."""
    labels = np.asarray(labels)
    n = len(labels)
    energy = within_blocks(labels, random_hermitian(rng, n))
    jumps = []
    for change in (-1, 0, 1):
        pattern = labels[:, None] - labels == change
        jumps += [(rng.uniform(0.3, 1), np.where(pattern, random_matrix(rng, n), 0)) for _ in "ab"]
    return qs.Space(A=qs.Fock(n, finite=True)), energy, jumps


def driven_by(space, energy, jumps, drive, strength):
    return qs.Lindbladian(space, [(1.0, energy), (strength, drive)], jumps)


def richardson(values):
    """Limit for eps -> 0 of a series in eps^2, from its values at eps, eps/2, eps/4, ..."""
    values = list(values)
    for k in range(1, len(values)):
        factor = 4.0**k
        values = [(factor * b - a) / (factor - 1) for a, b in pairwise(values)]
    return values[0]


# Relative entropy.


@pytest.mark.parametrize("n", [2, 3, 5, 8])
def test_relative_entropy_is_the_trace_of_logarithms(n, random_states):
    rho, sigma = random_states(1, n, (4,)), random_states(2, n, (4,))
    found = qs.relative_entropy(rho, sigma)
    for r, s, value in zip(rho, sigma, found, strict=True):
        expected = np.trace(r @ (scipy.linalg.logm(r) - scipy.linalg.logm(s))).real
        assert value == pytest.approx(expected, rel=1e-11)
        assert value > 0.1
    assert qs.relative_entropy(rho, rho).max() < 1e-14


def test_relative_entropy_of_commuting_states_is_that_of_kullback_and_leibler():
    rng = np.random.default_rng(3)
    p, q = rng.dirichlet(np.ones(5)), rng.dirichlet(np.ones(5))
    unitary = random_unitary(rng, 5)
    found = qs.relative_entropy(turned(unitary, np.diag(p)), turned(unitary, np.diag(q)))
    assert found == pytest.approx(np.sum(p * np.log(p / q)), rel=1e-12)
    assert qs.relative_entropy(np.diag(p), np.diag(q)) != pytest.approx(
        qs.relative_entropy(np.diag(q), np.diag(p)), rel=1e-3
    )


def test_relative_entropy_to_the_maximally_mixed_state_is_the_missing_entropy(random_states):
    for rank in (1, 2, 4):
        rho = random_states(4, 4, (5,), rank=rank)
        expected = np.log(4) - qs.von_neumann_entropy(rho)
        found = qs.relative_entropy(rho, np.eye(4) / 4)
        np.testing.assert_allclose(found, expected, atol=1e-14)


def test_relative_entropy_keeps_its_digits_for_states_that_almost_agree(random_states):
    # Second order in the difference: half the metric of Kubo, Mori and Bogoliubov.
    rng, n = np.random.default_rng(5), 4
    rho, step = random_states(5, n), random_hermitian(rng, n)
    step = (step - np.trace(step).real / n * np.eye(n)) * 1e-7
    p, states = np.linalg.eigh(rho)
    inside = states.conj().T @ step @ states
    weight = mean_inverse(p[:, None] + 0 * p, p + 0 * p[:, None])
    metric = np.sum(np.abs(inside) ** 2 * weight) / 2
    assert metric < 1e-11
    assert qs.relative_entropy(rho, rho + step) == pytest.approx(metric, rel=1e-5)


@pytest.mark.parametrize("n", [2, 4])
def test_unitaries_do_not_change_the_relative_entropy(n, random_states):
    rho, sigma = random_states(6, n, (3,)), random_states(7, n, (3,))
    unitary = random_unitary(np.random.default_rng(8), n)
    np.testing.assert_allclose(
        qs.relative_entropy(turned(unitary, rho), turned(unitary, sigma)),
        qs.relative_entropy(rho, sigma),
        rtol=1e-11,
    )


def test_relative_entropy_falls_under_partial_trace_and_adds_on_products(random_states):
    space = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1))
    rho, sigma = random_states(9, 6, (20,)), random_states(10, 6, (20,))
    whole = qs.relative_entropy(rho, sigma)
    for name in space:
        parts = [qs.partial_trace(state, space, name) for state in (rho, sigma)]
        assert (qs.relative_entropy(*parts) < whole).all()
    a, b = random_states(11, 2, (2,)), random_states(12, 3, (2,))
    expected = qs.relative_entropy(*a) + qs.relative_entropy(*b)
    products = [np.kron(a[k], b[k]) for k in range(2)]
    assert qs.relative_entropy(*products) == pytest.approx(expected, rel=1e-12)


def test_relative_entropy_is_jointly_convex(random_states):
    rho, sigma = random_states(13, 3, (10, 2)), random_states(14, 3, (10, 2))
    mixed = qs.relative_entropy(rho.mean(axis=1), sigma.mean(axis=1))
    assert (mixed < qs.relative_entropy(rho, sigma).mean(axis=1)).all()


def test_relative_entropy_is_infinite_outside_the_support():
    up, down, mixed = np.diag([1.0, 0.0]), np.diag([0.0, 1.0]), np.diag([0.5, 0.5])
    assert qs.relative_entropy(mixed, up) == np.inf
    assert qs.relative_entropy(down, up) == np.inf
    assert qs.relative_entropy(up, up) == 0
    assert qs.relative_entropy(up, mixed) == pytest.approx(np.log(2), rel=1e-15)


def test_relative_entropy_is_infinite_outside_a_support_in_any_direction(random_states):
    for n in (2, 3, 4, 6, 9):
        for rank in range(1, n):
            sigma = random_states(15 + rank, n, (40,), rank=rank)
            assert np.isinf(qs.relative_entropy(random_states(14, n, (40,)), sigma)).all()


def test_relative_entropy_inside_a_common_support_is_finite(random_states):
    small, other = random_states(16, 3, (30,)), random_states(17, 3, (30,))
    embedding = random_unitary(np.random.default_rng(18), 6)[:, :3]
    rho, sigma = turned(embedding, small), turned(embedding, other)
    np.testing.assert_allclose(
        qs.relative_entropy(rho, sigma), qs.relative_entropy(small, other), rtol=1e-9
    )


def thermal(quanta, levels):
    p = (quanta / (1 + quanta)) ** np.arange(levels)
    return p / p.sum()


@pytest.mark.parametrize(
    ("hot", "cold", "levels"),
    [(0.5, 1e-3, 8), (0.5, 0.1, 20), (0.5, 0.3, 40), (0.05, 1e-3, 6), (0.5, 1e-10, 25)],
)
def test_relative_entropy_of_cold_states_is_finite(hot, cold, levels):
    p, q = thermal(hot, levels), thermal(cold, levels)
    expected = sum(p * (np.log(p) - np.log(q)))
    found = qs.relative_entropy(np.diag(p), np.diag(q))
    assert found == pytest.approx(expected, rel=1e-12)
    # Beside a state of full blocks, the same.
    full = np.full((levels, levels), 0.1 / levels) + 0.9 * np.eye(levels) / levels
    assert qs.relative_entropy(np.diag(p), np.stack([full, np.diag(q)]))[1] == found


@pytest.mark.parametrize("n", [2, 3, 6])
@pytest.mark.parametrize("decades", [10, 40, 90])
def test_relative_entropy_to_graded_states_agrees_with_higher_precision(n, decades):
    # Entries small where the populations are: known to relative accuracy, and so is ln sigma.
    rng = np.random.default_rng(n + decades)
    g = rng.normal(size=(n, n)) + 1j * rng.normal(size=(n, n))
    size = 10.0 ** -np.linspace(0, decades / 2, n)[rng.permutation(n)]
    sigma = (g @ g.conj().T + n * np.eye(n)) * np.outer(size, size)
    sigma = sigma / np.trace(sigma).real
    rho = random_matrix(rng, n)
    rho = rho @ rho.conj().T
    rho /= np.trace(rho).real
    with mpmath.workdps(150):
        s, r = (mpmath.matrix(((m + m.conj().T) / 2).tolist()) for m in (sigma, rho))
        w, (q, basis) = mpmath.eighe(r, eigvals_only=True), mpmath.eighe(s)
        inside = basis.transpose_conj() * r * basis
        expected = sum(x * mpmath.log(x) for x in w)
        expected -= sum(mpmath.re(inside[k, k]) * mpmath.log(q[k]) for k in range(n))
    assert qs.relative_entropy(rho, sigma) == pytest.approx(float(expected), rel=1e-12)
    assert qs.relative_entropy(sigma, sigma) == pytest.approx(0, abs=1e-15)


def test_a_faint_level_beside_an_empty_direction_is_no_empty_one():
    # |+><+| and a level of 1e-40 that mixes with it: the direction |-> alone is empty.
    sigma = np.full((3, 3), 0.5)
    sigma[2], sigma[:, 2], sigma[2, 2] = 1e-21, 1e-21, 1e-40
    rho = np.diag([0.0, 0.0, 1.0])
    # Schur's complement of |+>: 1e-40 - (sqrt(2) 1e-21)^2.
    assert qs.relative_entropy(rho, sigma) == pytest.approx(-np.log(0.98e-40), rel=1e-9)
    rho = np.array([[0.5, -0.5, 0], [-0.5, 0.5, 0], [0, 0, 0]])
    assert np.isinf(qs.relative_entropy(rho, sigma))


def test_support_is_decided_by_the_entries_where_levels_do_not_mix():
    def entropy(p, q):
        return float(qs.relative_entropy(np.diag(p), np.diag(q)))

    assert entropy([1 - 1e-14, 1e-14], [1.0, 0.0]) == np.inf
    assert entropy([0.5, 0.5, 0], [0.5, 0.5, 0]) == 0
    expected = 1e-20 * np.log(1e-2) - 1e-20 + 1e-18
    assert entropy([1, 1e-20], [1, 1e-18]) == pytest.approx(expected, rel=1e-12)
    assert entropy([0.5, 0.5], [1, 1e-300]) == pytest.approx(
        -np.log(2) - 0.5 * np.log(1e-300), rel=1e-12
    )


def test_relative_entropy_broadcasts_and_passes_masked_states_on(random_states):
    rho, sigma = random_states(19, 3, (4, 1)), random_states(20, 3, (5,))
    found = qs.relative_entropy(rho, sigma)
    assert found.shape == (4, 5)
    assert found[2, 3] == pytest.approx(qs.relative_entropy(rho[2, 0], sigma[3]), rel=1e-13)
    rho[1] = np.nan
    masked = Certified(rho, qs.Space(A=qs.Spin(1)))
    for result in (qs.relative_entropy(masked, sigma), qs.relative_entropy(sigma[0], masked)[:, 0]):
        assert np.isnan(result[1]).all()
        assert np.isfinite(np.delete(result, 1, axis=0)).all()
    assert np.isnan(qs.relative_entropy(masked, np.diag([1.0, 0.0, 0.0]))[1, 0])


def test_misuse_of_the_relative_entropy_is_explained():
    with pytest.raises(qs.errors.DimensionError, match=r"\(2, 2\) and \(3, 3\)"):
        qs.relative_entropy(np.eye(2) / 2, np.eye(3) / 3)
    negative = np.diag([1.1, -0.1])
    with pytest.raises(qs.errors.InvalidStateError, match=r"`rho` must be positive.* -0\.1"):
        qs.relative_entropy(negative, np.eye(2) / 2)
    with pytest.raises(qs.errors.InvalidStateError, match=r"`sigma` must be positive.* -0\.1"):
        qs.relative_entropy(np.eye(2) / 2, negative)


def test_rectangular_matrices_are_refused():
    with pytest.raises(qs.errors.DimensionError):
        qs.relative_entropy(np.ones((2, 3)), np.ones((2, 3)))


# Omega of driven states.


def middle_block_diagonal(undriven, driven):
    """Two spins 1/2: coherences dropped but those within an eigenvector of the middle block."""
    basis = np.broadcast_to(np.eye(4, dtype=complex), undriven.shape).copy()
    basis[..., 1:3, 1:3] = np.linalg.eigh(undriven[..., 1:3, 1:3])[1]
    inside = turned(np.conj(np.swapaxes(basis, -1, -2)), driven)
    return turned(basis, inside * np.eye(4))


@pytest.fixture(scope="module")
def driven_map():
    gain_a, gain_b, coupling = np.meshgrid(
        [0.1, 0.46, 0.8], [0.05, 0.5, 0.93], [0.2, 1.7], indexing="ij"
    )
    detunings = {"drive_detuning": 0.3, "qudit_detuning": -0.2}
    undriven = qs.steady_state(pair(gain_a, gain_b, coupling, **detunings)).rho
    driven = qs.steady_state(pair(gain_a, gain_b, coupling, drive=0.4, **detunings)).rho
    return undriven, driven


def test_omega_is_the_entropy_of_the_state_without_coherences_less_its_own(driven_map):
    undriven, driven = driven_map
    blocks = within_blocks([1, 0, 0, -1], driven)
    diagonal = middle_block_diagonal(undriven, driven)
    for name, closest in (("diagonal", diagonal), ("block diagonal", blocks)):
        cycles = families(undriven, CHARGE)[name]
        omega = qs.relative_entropy_of_synchronization(driven, cycles)
        expected = qs.von_neumann_entropy(closest) - qs.von_neumann_entropy(driven)
        np.testing.assert_allclose(omega, expected, atol=1e-14)
        np.testing.assert_allclose(cycles.closest(driven), closest, atol=1e-14)
        assert omega.shape == (3, 3, 2)
        assert (omega > 1e-5).all()
    charged = qs.entropic.DiagonalStates(undriven, charge=CHARGE)
    np.testing.assert_allclose(charged.closest(driven), diagonal, atol=1e-14)


@pytest.mark.parametrize(("gain_a", "gain_b", "coupling", "drive", "expected"), EXACT)
def test_omega_at_finite_drives_agrees_with_an_independent_calculation(
    gain_a, gain_b, coupling, drive, expected
):
    rho = qs.steady_state(pair(gain_a, gain_b, coupling, drive)).rho
    omega = qs.relative_entropy_of_synchronization(rho, qs.entropic.BlockDiagonalStates(CHARGE))
    assert omega == pytest.approx(expected, rel=1e-12)


def test_entropies_to_all_limit_cycles_obey_the_theorem_of_pythagoras(driven_map, random_states):
    undriven, driven = driven_map
    for name, cycles in families(undriven, CHARGE).items():
        omega = qs.relative_entropy_of_synchronization(driven, cycles)
        closest, other = cycles.closest(driven), cycles.closest(random_states(1, 4, (3, 3, 2)))
        rest = qs.relative_entropy(closest, other)
        assert (rest > 1e-3).all(), name
        np.testing.assert_allclose(qs.relative_entropy(driven, other), omega + rest, rtol=1e-11)
        np.testing.assert_allclose(qs.relative_entropy(driven, closest), omega, rtol=1e-9)


def test_block_diagonal_limit_cycles_are_closer_than_diagonal_ones(driven_map):
    undriven, driven = driven_map
    omega = {
        name: qs.relative_entropy_of_synchronization(driven, cycles)
        for name, cycles in families(undriven, CHARGE).items()
    }
    assert (omega["block diagonal"] < omega["diagonal"]).all()
    np.testing.assert_allclose(omega["diagonal"], omega["diagonal with charge"], rtol=1e-12)


def test_the_two_families_differ_at_fourth_order_in_the_drive():
    drive = np.array([0.04, 0.02, 0.01])
    undriven = qs.steady_state(pair(0.55, 0.09, 1.5, 0 * drive)).rho
    driven = qs.steady_state(pair(0.55, 0.09, 1.5, drive)).rho
    cycles = families(undriven, CHARGE)
    diagonal, block = (
        qs.relative_entropy_of_synchronization(driven, cycles[name])
        for name in ("diagonal", "block diagonal")
    )
    ratio = (diagonal - block) / drive**4
    np.testing.assert_allclose(ratio, ratio[-1], rtol=0.02)
    assert ratio[-1] > 1e-4


def test_omega_is_zero_exactly_on_limit_cycles(driven_map, random_states):
    undriven, driven = driven_map
    for name, cycles in families(undriven, CHARGE).items():
        for state in (undriven, cycles.closest(driven), cycles.closest(random_states(2, 4))):
            omega = qs.relative_entropy_of_synchronization(state, cycles)
            assert (omega >= 0).all(), name
            assert (omega < 1e-28).all(), name
    touched = undriven.copy()
    touched[..., 0, 3] += 1e-5
    touched[..., 3, 0] += 1e-5
    for cycles in families(undriven, CHARGE).values():
        omega = qs.relative_entropy_of_synchronization(touched, cycles)
        p, q = undriven[..., 0, 0].real, undriven[..., 3, 3].real
        np.testing.assert_allclose(omega, 1e-10 * mean_inverse(p, q), rtol=1e-6)


def test_coherences_within_a_block_matter_to_diagonal_limit_cycles_only():
    undriven = qs.steady_state(pair(0.55, 0.09, 1.5)).rho
    other = qs.steady_state(pair(0.55, 0.09, 0.3)).rho
    cycles = families(undriven, CHARGE)
    assert qs.relative_entropy_of_synchronization(other, cycles["block diagonal"]) < 1e-28
    for name in ("diagonal", "diagonal with charge"):
        assert qs.relative_entropy_of_synchronization(other, cycles[name]) > 1e-4


def test_the_phase_of_the_drive_does_not_matter(driven_map):
    undriven, driven = driven_map
    gauge = scipy.linalg.expm(0.7j * CHARGE.toarray())
    for cycles in families(undriven, CHARGE).values():
        np.testing.assert_allclose(
            qs.relative_entropy_of_synchronization(turned(gauge, driven), cycles),
            qs.relative_entropy_of_synchronization(driven, cycles),
            rtol=1e-12,
        )


def test_one_unitary_on_everything_changes_nothing(driven_map):
    # The charge is then not diagonal in the product basis, and nothing is block diagonal there.
    undriven, driven = driven_map
    unitary = random_unitary(np.random.default_rng(3), 4)
    before, after = (
        families(undriven, CHARGE),
        families(turned(unitary, undriven), turned(unitary, CHARGE.toarray())),
    )
    for name, cycles in after.items():
        rho = turned(unitary, driven)
        np.testing.assert_allclose(
            qs.relative_entropy_of_synchronization(rho, cycles),
            qs.relative_entropy_of_synchronization(driven, before[name]),
            rtol=1e-9,
        )
        expected = turned(unitary, before[name].closest(driven))
        np.testing.assert_allclose(cycles.closest(rho), expected, atol=1e-12)


@pytest.mark.parametrize("drive", [1e-4, 1e-6])
@pytest.mark.parametrize("coupling", [0.0, 0.42, 1.5])
def test_weak_drives_keep_their_digits(drive, coupling):
    detunings = {"drive_detuning": 0.2, "qudit_detuning": 0.5}
    system = pair(0.46, 0.82, coupling, **detunings)
    driven = qs.steady_state(pair(0.46, 0.82, coupling, drive, **detunings)).rho
    response = qs.linear_response(system, qs.models.driving())
    for name, cycles in families(response.orders[0], CHARGE).items():
        leading = qs.entropic.leading_synchronization(response, cycles).coefficient
        omega = qs.relative_entropy_of_synchronization(driven, cycles)
        # What remains is the next order for the first drive, rounding for the second.
        assert omega == pytest.approx(leading * drive**2, rel=1e-8), name


def test_degenerate_undriven_states_do_not_depend_on_an_eigensolver():
    # Equal baths: a thermal product for every coupling, twice degenerate in the middle.
    undriven = qs.steady_state(pair(0.3, 0.3, 0.8)).rho
    driven = qs.steady_state(pair(0.3, 0.3, 0.8, 0.4, drive_detuning=0.3)).rho
    thermal = np.diag([0.09, 0.21, 0.21, 0.49])
    np.testing.assert_allclose(undriven, thermal, atol=1e-15)
    expected = qs.relative_entropy_of_synchronization(
        driven, qs.entropic.BlockDiagonalStates(CHARGE)
    )
    rng = np.random.default_rng(4)
    noise = [within_blocks([1, 0, 0, -1], 1e-15 * random_hermitian(rng, 4)) for _ in range(20)]
    for k, state in enumerate((undriven, thermal, *(thermal + error for error in noise))):
        # Exactly diagonal states show no block of two levels.
        for charge in (CHARGE,) if k < 2 else (None, CHARGE):
            cycles = qs.entropic.DiagonalStates(state, charge=charge)
            omega = qs.relative_entropy_of_synchronization(driven, cycles)
            assert omega == pytest.approx(expected, rel=1e-12)


def test_levels_of_equal_populations_stay_apart_unless_one_block_has_both():
    driven = qs.steady_state(pair(0.4, 0.75, 1.0, 0.5)).rho
    mixed = np.eye(4) / 4
    plain = qs.relative_entropy_of_synchronization(driven, qs.entropic.DiagonalStates(mixed))
    entropy = qs.von_neumann_entropy(np.diag(driven.diagonal())) - qs.von_neumann_entropy(driven)
    assert plain == pytest.approx(entropy, rel=1e-12)
    charged = qs.relative_entropy_of_synchronization(
        driven, qs.entropic.DiagonalStates(mixed, CHARGE)
    )
    block = qs.relative_entropy_of_synchronization(driven, qs.entropic.BlockDiagonalStates(CHARGE))
    assert charged == pytest.approx(block, rel=1e-12)
    assert block > 1e-4


def test_opposite_baths_leave_no_coherence_to_limit_cycles():
    # At gain_a + gain_b = 1 both up and both down are equally likely, for every coupling, and yet
    # they differ by two quanta.
    undriven = qs.steady_state(pair(0.25, 0.75, 0.9)).rho
    driven = qs.steady_state(pair(0.25, 0.75, 0.9, 0.4, drive_detuning=0.3)).rho
    assert undriven[0, 0] == pytest.approx(undriven[3, 3], rel=1e-13)
    closest = {name: f.closest(driven) for name, f in families(undriven, CHARGE).items()}
    assert np.abs(driven[0, 3]) > 1e-3
    for state in closest.values():
        assert np.abs(state[0, 3]) == pytest.approx(0, abs=1e-16)


@pytest.mark.parametrize("drive", ["linear", "squeezing"])
def test_populations_that_coincide_by_accident_change_nothing(drive):
    # p_0 = p_2 of the van der Pol oscillator at two_photon_loss = gain/2.
    space = qs.Space(A=qs.Fock(20))
    a = space["A"]
    on = np.array([0.0, 1.0])
    force = {
        "linear": (0.4 * on, a.create + a.destroy),
        "squeezing": (0.05 * on, a.create @ a.create + a.destroy @ a.destroy),
    }[drive]
    found = []
    for loss in (0.499999, 0.5, 0.500001):
        system = qs.Lindbladian(space, [force], [(1.0, a.create), (loss, a.destroy @ a.destroy)])
        undriven, driven = qs.steady_state(system).rho
        for charge in (None, a.number):
            cycles = qs.entropic.DiagonalStates(undriven, charge)
            omega = qs.relative_entropy_of_synchronization(driven, cycles)
            populations = np.diag(np.diag(driven).real)
            entropy = qs.von_neumann_entropy(populations) - qs.von_neumann_entropy(driven)
            assert omega == pytest.approx(entropy, rel=1e-8)
            found.append(omega)
    np.testing.assert_allclose(found, found[0], rtol=1e-4)


def test_a_family_says_which_it_is():
    state = np.diag([0.25, 0.25, 0.25, 0.25]).astype(complex)
    cycles = qs.entropic.DiagonalStates(state)
    assert "4 blocks read off the undriven states, 0 degenerate pairs" in repr(cycles)
    cycles = qs.entropic.DiagonalStates(np.stack([state, state]), CHARGE)
    assert "3 blocks of a charge, 2 degenerate pairs" in repr(cycles)
    assert [len(block) for block in cycles.blocks] == [1, 2, 1]
    assert np.argwhere(cycles.degenerate[0]).shape == (2, 2)


def test_faint_levels_are_not_degenerate_for_being_faint():
    # 1e-13 and 2e-13 differ by less than 1e-12, and by a factor of two.
    undriven = np.diag([1 - 3e-13, 2e-13, 1e-13]).astype(complex)
    driven = undriven.copy()
    driven[1, 2] = driven[2, 1] = 5e-14
    cycles = qs.entropic.DiagonalStates(undriven, charge=np.diag([0.0, 1.0, 1.0]))
    omega = qs.relative_entropy_of_synchronization(driven, cycles)
    w = np.linalg.eigvalsh([[2.0, 0.5], [0.5, 1.0]])
    assert omega == pytest.approx(1e-13 * (w @ np.log(w) - 2 * np.log(2)), rel=1e-6)


def test_pure_states_have_the_entropy_of_their_populations():
    rng = np.random.default_rng(5)
    ket = rng.normal(size=4) + 1j * rng.normal(size=4)
    p = np.abs(ket / np.linalg.norm(ket)) ** 2
    rho = np.outer(ket, ket.conj()) / np.linalg.norm(ket) ** 2
    cycles = qs.entropic.DiagonalStates(np.diag([0.1, 0.2, 0.3, 0.4]))
    omega = qs.relative_entropy_of_synchronization(rho, cycles)
    assert omega == pytest.approx(-np.sum(p * np.log(p)), rel=1e-13)
    q = np.array([p[0], p[1] + p[2], p[3]])
    omega = qs.relative_entropy_of_synchronization(rho, qs.entropic.BlockDiagonalStates(CHARGE))
    assert omega == pytest.approx(-np.sum(q * np.log(q)), rel=1e-13)


def test_one_family_serves_a_batch_of_driven_states(driven_map):
    undriven, driven = driven_map
    cycles = qs.entropic.DiagonalStates(undriven[1, 2, 0])
    together = qs.relative_entropy_of_synchronization(driven, cycles)
    apart = [
        qs.relative_entropy_of_synchronization(rho, cycles) for rho in driven.reshape(-1, 4, 4)
    ]
    np.testing.assert_allclose(together.ravel(), apart, rtol=1e-12)


def test_masked_states_are_nan_and_the_others_right():
    gain, coupling = np.array([0.0, 0.55]), np.array([0.0, 1.5])
    rates = {"gain_a": gain, "damping_a": gain * 0.45 / 0.55, "gain_b": gain, "damping_b": 2 * gain}
    masked = qs.steady_state(qs.models.driven_pair(coupling=coupling, **rates), errors="mask")
    driven = qs.steady_state(
        qs.models.driven_pair(coupling=coupling, drive=coupling / 10, **rates), errors="mask"
    )
    assert list(masked.valid) == list(driven.valid) == [False, True]
    response = qs.linear_response(
        qs.models.driven_pair(coupling=coupling, **rates), qs.models.driving(), errors="mask"
    )
    for name, cycles in families(masked, CHARGE).items():
        alone = families(masked.rho[1], CHARGE)[name]
        omega = qs.relative_entropy_of_synchronization(driven, cycles)
        assert np.isnan(omega[0])
        expected = qs.relative_entropy_of_synchronization(driven.rho[1], alone)
        assert omega[1] == pytest.approx(expected, rel=1e-12)
        leading = qs.entropic.leading_synchronization(response, cycles)
        assert np.isnan(leading.coefficient[0])
        assert np.isnan(leading.limit[0])
        assert leading.coefficient[1] * 0.15**2 == pytest.approx(expected, rel=0.05)


def test_charges_that_are_not_conserved_or_not_hermitian_are_refused(driven_map):
    undriven, driven = driven_map
    cycles = qs.entropic.DiagonalStates(undriven, charge=PAIR["A"].x)
    with pytest.raises(qs.errors.InvalidStateError, match=r"coherences of up to .* not conserved"):
        qs.relative_entropy_of_synchronization(driven, cycles)
    cycles = qs.entropic.DiagonalStates(driven, charge=CHARGE)
    with pytest.raises(qs.errors.InvalidStateError, match="not conserved"):
        qs.relative_entropy_of_synchronization(driven, cycles)
    cycles = qs.entropic.BlockDiagonalStates(PAIR["A"].plus)
    with pytest.raises(qs.errors.InvalidArgumentError, match="`charge` must be Hermitian"):
        qs.relative_entropy_of_synchronization(driven, cycles)


def test_misuse_of_omega_is_explained(driven_map):
    undriven, driven = driven_map
    for rho in (driven[..., :3], driven[0, 0, 0, 0]):
        with pytest.raises(qs.errors.DimensionError, match="`rho` must have shape"):
            qs.relative_entropy_of_synchronization(rho, qs.entropic.DiagonalStates(undriven))
    with pytest.raises(qs.errors.DimensionError, match="`undriven` must have shape"):
        qs.entropic.DiagonalStates(undriven[..., :3])
    with pytest.raises(qs.errors.InvalidArgumentError, match=r"`limit_cycles`.*ndarray"):
        qs.relative_entropy_of_synchronization(driven, undriven)
    with pytest.raises(qs.errors.DimensionError, match=r"`charge` must have shape \(4, 4\)"):
        qs.relative_entropy_of_synchronization(driven, qs.entropic.BlockDiagonalStates(np.eye(3)))
    negative = np.diag([1.1, 0, 0, -0.1])
    for cycles in families(np.eye(4) / 4, CHARGE).values():
        with pytest.raises(qs.errors.InvalidStateError, match=r"has the eigenvalue -0\.1"):
            qs.relative_entropy_of_synchronization(negative, cycles)


def test_a_family_of_another_size_is_refused():
    cycles = qs.entropic.DiagonalStates(np.eye(3) / 3)
    with pytest.raises(qs.errors.DimensionError):
        qs.relative_entropy_of_synchronization(np.eye(2) / 2, cycles)


# The limit of weak drives.


@pytest.mark.parametrize(("gain_a", "gain_b", "coupling", "expected"), LIMITS)
def test_the_weak_drive_limit_agrees_with_an_independent_calculation(
    gain_a, gain_b, coupling, expected
):
    response = qs.linear_response(pair(gain_a, gain_b, coupling), qs.models.driving())
    for name, cycles in families(response.orders[0], CHARGE).items():
        leading = qs.entropic.leading_synchronization(response, cycles)
        assert leading.coefficient == pytest.approx(expected, rel=1e-12), name
        assert leading.logarithm == 0
        assert leading.limit == leading.coefficient
        assert leading.at(0.1) == pytest.approx(0.01 * expected, rel=1e-12)


def test_the_weak_drive_limit_of_spins_1_agrees_with_an_independent_calculation():
    response = qs.linear_response(pair(0.55, 0.09, 1.0, spin=1), qs.models.driving(spin=1))
    space = response.space
    for cycles in families(response.orders[0], space["A"].z + space["B"].z).values():
        leading = qs.entropic.leading_synchronization(response, cycles)
        assert leading.coefficient == pytest.approx(0.171286536349436858, rel=1e-11)


@pytest.mark.parametrize(
    ("gain_a", "gain_b", "coupling", "expected"),
    [
        (0.46, 0.82, 1.53970344135, 3.75854824531183624),
        (0.38, 0.82, 1.78301950606, 0.200709720017562007),
        (0.55, 0.09, 1.54490662677, 4.37283602729513077),
    ],
)
def test_coupling_enhances_or_suppresses_as_calculated_independently(
    gain_a, gain_b, coupling, expected
):
    step = np.array([0.0, coupling, coupling - 1e-3, coupling + 1e-3])
    response = qs.linear_response(pair(gain_a, gain_b, step), qs.models.driving())
    leading = qs.entropic.leading_synchronization(
        response, qs.entropic.DiagonalStates(response.orders[0])
    )
    alone, at, below, above = leading.coefficient
    assert at / alone == pytest.approx(expected, rel=1e-11)
    assert at > max(below, above)


def test_a_lone_spin_has_the_limit_of_the_optical_bloch_equations():
    # rho_1 has the coherence |<S+>_1| = |2w - 1|/(2 sqrt(1/4 + detuning^2)) / 2 * 2.
    gain, detuning = np.array([[0.1], [0.3], [0.5], [0.9]]), np.array([0.0, 0.7])
    space = qs.Space(A=qs.Spin(1 / 2))
    a = space["A"]
    system = qs.Lindbladian(space, [(detuning, a.z)], [(gain, a.plus), (1 - gain, a.minus)])
    response = qs.linear_response(system, a.x)
    leading = qs.entropic.leading_synchronization(
        response, qs.entropic.DiagonalStates(response.orders[0], a.z)
    )
    coherence = np.abs(2 * gain - 1) / 2 / np.sqrt(1 / 4 + detuning**2)
    expected = coherence**2 * mean_inverse(gain, 1 - gain)
    np.testing.assert_allclose(leading.coefficient, expected, rtol=1e-13, atol=1e-30)


DRIVES = 0.02 / 2.0 ** np.arange(4)


def exact(build, cycles, drives=DRIVES):
    """Omega/eps^2 at some strengths of a drive, odd orders removed."""
    both = [qs.steady_state(build(sign * drives)).rho for sign in (1, -1)]
    omega = [qs.relative_entropy_of_synchronization(rho, cycles) for rho in both]
    return (omega[0] + omega[1]) / 2 / drives**2


@pytest.mark.parametrize("seed", range(4))
def test_exact_omega_tends_to_the_limit_for_random_systems_with_a_charge(seed):
    rng = np.random.default_rng(seed)
    labels = [0, 1, 1, 2, 2]
    space, energy, jumps = charged_system(rng, labels)
    drive = random_hermitian(rng, 5)  # of all charges, zero included
    system = driven_by(space, energy, jumps, drive, 0.0)
    response = qs.linear_response(system, drive)
    cycles = families(response.orders[0], np.diag(labels))
    assert np.abs(within_blocks(labels, response.orders[1])).max() > 1e-3
    leading = {}
    for name in ("diagonal", "diagonal with charge", "block diagonal"):
        found = exact(lambda eps: driven_by(space, energy, jumps, drive, eps), cycles[name])
        leading[name] = qs.entropic.leading_synchronization(response, cycles[name]).coefficient
        assert richardson(found) == pytest.approx(leading[name], rel=1e-8), name
    assert leading["block diagonal"] < 0.999 * leading["diagonal"]


def test_exact_omega_tends_to_the_limit_without_any_symmetry():
    rng = np.random.default_rng(9)
    space = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1))
    jumps = [(rng.uniform(0.2, 1), random_matrix(rng, 6)) for _ in range(2)]
    energy, drive = random_hermitian(rng, 6), random_hermitian(rng, 6)
    response = qs.linear_response(driven_by(space, energy, jumps, drive, 0.0), drive)
    cycles = qs.entropic.DiagonalStates(response.orders[0])
    found = exact(lambda eps: driven_by(space, energy, jumps, drive, eps), cycles)
    leading = qs.entropic.leading_synchronization(response, cycles)
    assert richardson(found) == pytest.approx(leading.coefficient, rel=1e-8)


def test_exact_omega_tends_to_the_limit_for_a_weak_bath_as_well():
    # One-sided, so that all powers of eps are there: extrapolated in steps of one power.
    rng = np.random.default_rng(10)
    space, energy, jumps = charged_system(rng, [0, 1, 1])
    bath = random_matrix(rng, 3)
    weak = qs.Lindbladian(space, [], [(1.0, bath)])
    system = qs.Lindbladian(space, [(1.0, energy)], jumps)
    response = qs.linear_response(system, weak)
    cycles = qs.entropic.DiagonalStates(response.orders[0], charge=np.diag([0, 1, 1]))
    strengths = 0.01 / 2.0 ** np.arange(5)
    driven = qs.Lindbladian(space, [(1.0, energy)], [*jumps, (strengths, bath)])
    omega = qs.relative_entropy_of_synchronization(qs.steady_state(driven).rho, cycles)
    values = list(omega / strengths**2)
    for k in range(1, 5):
        pairs = pairwise(values)
        values = [(2**k * b - a) / (2**k - 1) for a, b in pairs]
    leading = qs.entropic.leading_synchronization(response, cycles)
    assert values[0] == pytest.approx(leading.coefficient, rel=1e-7)


@pytest.mark.parametrize("spin", [1 / 2, 1])
def test_exact_omega_tends_to_the_limit_for_detuned_pairs(spin):
    parameters = {"drive_detuning": 0.4, "qudit_detuning": -0.7, "dephasing": 0.1, "spin": spin}
    response = qs.linear_response(pair(0.3, 0.7, 0.9, **parameters), qs.models.driving(spin))
    space = response.space
    cycles = families(response.orders[0], space["A"].z + space["B"].z)
    for name in ("diagonal", "block diagonal"):
        found = exact(lambda eps: pair(0.3, 0.7, 0.9, eps, **parameters), cycles[name])
        leading = qs.entropic.leading_synchronization(response, cycles[name]).coefficient
        assert richardson(found) == pytest.approx(leading, rel=1e-8)


def test_degenerate_undriven_states_have_the_limit_of_their_blocks():
    response = qs.linear_response(pair(0.3, 0.3, 0.8, drive_detuning=0.2), qs.models.driving())
    expected = qs.entropic.leading_synchronization(
        response, qs.entropic.BlockDiagonalStates(CHARGE)
    ).coefficient
    unitary = np.eye(4, dtype=complex)
    unitary[1:3, 1:3] = random_unitary(np.random.default_rng(6), 2)
    for charge in (None, CHARGE):
        for state in (response.orders[0], turned(unitary, response.orders[0])):
            again = replace(response, orders=(state, *response.orders[1:]))
            cycles = qs.entropic.DiagonalStates(state, charge=charge)
            found = qs.entropic.leading_synchronization(again, cycles).coefficient
            assert found == pytest.approx(expected, rel=1e-12)


def test_coherences_within_a_degenerate_level_do_not_count_in_the_limit():
    a, b = PAIR["A"], PAIR["B"]
    common = qs.Lindbladian(PAIR, [(1.0, a.x)], [(1.0, a.minus + b.minus)])
    response = qs.linear_response(pair(0.3, 0.3, 0.8), common)
    assert np.abs(response.orders[1][1, 2]) > 0.01
    expected = qs.entropic.leading_synchronization(
        response, qs.entropic.BlockDiagonalStates(CHARGE)
    ).coefficient
    for charge in (None, CHARGE):
        cycles = qs.entropic.DiagonalStates(response.orders[0], charge=charge)
        found = qs.entropic.leading_synchronization(response, cycles).coefficient
        assert found == pytest.approx(expected, rel=1e-12)


# Undriven states that have lost rank.


@pytest.mark.parametrize("gain_b", [0.0, 1.0])
def test_a_pure_spectator_does_not_change_the_limit(gain_b):
    response = qs.linear_response(pair(0.4, gain_b, 0.0), qs.models.driving(), order=2)
    for name, cycles in families(response.orders[0], CHARGE).items():
        leading = qs.entropic.leading_synchronization(response, cycles)
        assert leading.coefficient == pytest.approx(LIMITS[0][3], rel=1e-12), name
        assert leading.logarithm == pytest.approx(0, abs=1e-15)
        driven = qs.steady_state(pair(0.4, gain_b, 0.0, 1e-3)).rho
        omega = qs.relative_entropy_of_synchronization(driven, cycles)
        assert omega == pytest.approx(1e-6 * leading.limit, rel=1e-4)


@pytest.mark.parametrize("gain", [0.0, 1.0])
def test_a_spin_driven_out_of_a_pole_stays_pure_and_diverges_as_its_population_entropy(gain):
    # The excited population is eps^2/(1 + 2 eps^2), the entropy of the state of order eps^4:
    # Omega = -p ln p + p + ... = eps^2 (1 + ln(1/eps^2)).
    for gain_b in (0.3, 0.0, 1.0):
        response = qs.linear_response(pair(gain, gain_b, 0.0), qs.models.driving(), order=2)
        for name, cycles in families(response.orders[0], CHARGE).items():
            leading = qs.entropic.leading_synchronization(response, cycles)
            assert leading.coefficient == pytest.approx(1, rel=1e-11), (name, gain_b)
            assert leading.logarithm == pytest.approx(1, rel=1e-11)
            assert leading.limit == np.inf
            assert leading.at(1e-3) == pytest.approx(1e-6 * (1 + np.log(1e6)), rel=1e-11)
            driven = qs.steady_state(pair(gain, gain_b, 0.0, 1e-3)).rho
            omega = qs.relative_entropy_of_synchronization(driven, cycles)
            assert omega == pytest.approx(leading.at(1e-3), rel=1e-4)


def slope_and_offset(values, drives):
    """Fit Omega/eps^2 = offset + slope ln(1/eps^2) + (a + b ln(1/eps^2)) eps^2 + ..."""
    log = np.log(1 / drives**2)
    columns = [(drives**k) * part for k in (0, 2, 4) for part in (1 + 0 * log, log)]
    offset, slope, *_ = np.linalg.lstsq(np.stack(columns, axis=1), values, rcond=None)[0]
    return slope, offset


PATHOLOGICAL = {
    "both vacua coupled": (0.0, 0.0, 1.0, {}),
    "opposite poles apart": (0.0, 1.0, 0.0, {}),
    "thermal spectator": (0.0, 0.3, 0.0, {}),
    "both full, detuned": (1.0, 1.0, 0.6, {"drive_detuning": 0.3, "qudit_detuning": 0.4}),
    "spins 1, vacua": (0.0, 0.0, 0.8, {"spin": 1}),
    "spins 1, thermal spectator": (0.0, 0.4, 0.0, {"spin": 1}),
}


@pytest.mark.parametrize("name", PATHOLOGICAL)
@pytest.mark.parametrize("family", ["diagonal", "diagonal with charge", "block diagonal"])
def test_logarithm_is_the_slope_of_exact_omega(name, family):
    gain_a, gain_b, coupling, more = PATHOLOGICAL[name]
    drive = qs.models.driving(more.get("spin", 1 / 2))
    response = qs.linear_response(pair(gain_a, gain_b, coupling, **more), drive, order=2)
    space = response.space
    cycles = families(response.orders[0], space["A"].z + space["B"].z)[family]
    leading = qs.entropic.leading_synchronization(response, cycles)
    drives = np.geomspace(0.01, 0.08, 10)
    found = exact(lambda eps: pair(gain_a, gain_b, coupling, eps, **more), cycles, drives)
    slope, offset = slope_and_offset(found, drives)
    assert leading.logarithm > 0.1
    assert leading.logarithm == pytest.approx(slope, rel=2e-4)
    assert leading.coefficient == pytest.approx(offset, rel=2e-3, abs=2e-3)


def leaking(strength):
    """Levels 0 and 1 of charge 0, 2 and 3 of charges 1 and 2: 1 decays to 2 and 3 at once.

    The drive couples 0 and 1, within a block; the coherence of 2 and 3 comes at second order.
    """
    n = 4
    jumps = []
    for source, target, rate in [
        (1, [0, 0, 1, 0.7j], 1.0),
        (2, [1, 0, 0, 0], 0.6),
        (3, [1, 0, 0, 0], 0.9),
    ]:
        jump = np.zeros((n, n), complex)
        jump[:, source] = target
        jumps.append((rate, jump))
    drive = np.zeros((n, n))
    drive[0, 1] = drive[1, 0] = 0.5
    return driven_by(
        qs.Space(A=qs.Fock(n, finite=True)), np.diag([0, 0.3, 0.1, 0.4]), jumps, drive, strength
    ), drive


def test_coherences_of_empty_levels_at_second_order_count():
    system, drive = leaking(0.0)
    cycles = qs.entropic.BlockDiagonalStates(np.diag([0, 0, 1, 2]))
    with pytest.raises(qs.errors.InvalidArgumentError, match=r"1 point\(s\).*order=2"):
        qs.entropic.leading_synchronization(qs.linear_response(system, drive), cycles)
    response = qs.linear_response(system, drive, order=2)
    assert np.abs(response.orders[2][2, 3]) > 0.1
    leading = qs.entropic.leading_synchronization(response, cycles)
    assert leading.logarithm == 0
    # The block of levels 2 and 3 of rho_2, less its entropy without coherences.
    block = response.orders[2][2:, 2:]
    p, q = np.diag(block).real, np.linalg.eigvalsh(block)
    expected = np.sum(q * np.log(q)) - np.sum(p * np.log(p))
    assert leading.coefficient == pytest.approx(expected, rel=1e-12)
    drives = 0.04 / 2.0 ** np.arange(3)
    found = exact(lambda eps: leaking(eps)[0], cycles, drives)
    assert richardson(found) == pytest.approx(leading.coefficient, rel=1e-4)


def test_empty_levels_that_the_drive_does_not_reach_need_no_second_order():
    # One empty level, alone in its charge; levels 0 and 1 are thermal and driven.
    space, n = qs.Space(A=qs.Fock(3, finite=True)), 3
    jumps = []
    for source, target, rate in [(0, 1, 0.4), (1, 0, 0.6), (2, 0, 1.0)]:
        jump = np.zeros((n, n))
        jump[target, source] = 1
        jumps.append((rate, jump))
    drive = np.zeros((n, n))
    drive[0, 1] = drive[1, 0] = 0.5
    system = qs.Lindbladian(space, [], jumps)
    for order in (1, 2):
        response = qs.linear_response(system, drive, order=order)
        assert response.orders[0][2, 2] == pytest.approx(0, abs=1e-15)
        for cycles in families(response.orders[0], np.diag([1, 0, 5])).values():
            leading = qs.entropic.leading_synchronization(response, cycles)
            assert leading.coefficient == pytest.approx(LIMITS[0][3], rel=1e-12)
            assert leading.logarithm == 0


def test_a_map_may_have_points_that_lost_rank_and_points_that_did_not():
    gain_a, gain_b = np.array([0.0, 0.4, 0.4, 0.3]), np.array([0.3, 0.0, 0.75, 0.3])
    coupling = np.array([0.0, 0.0, 1.0, 1.0])
    system = pair(gain_a, gain_b, coupling)
    response = qs.linear_response(system, qs.models.driving(), order=2)
    for name in families(response.orders[0], CHARGE):
        cycles = families(response.orders[0], CHARGE)[name]
        leading = qs.entropic.leading_synchronization(response, cycles)
        np.testing.assert_allclose(leading.logarithm, [1, 0, 0, 0], atol=1e-12)
        for k in range(4):
            alone = qs.linear_response(system[k], qs.models.driving(), order=2)
            one = families(alone.orders[0], CHARGE)[name]
            expected = qs.entropic.leading_synchronization(alone, one)
            assert leading.coefficient[k] == pytest.approx(expected.coefficient, rel=1e-11)
        assert list(np.isinf(leading.limit)) == [True, False, False, False]
    first = qs.linear_response(system, qs.models.driving())
    with pytest.raises(qs.errors.InvalidArgumentError, match=r"2 point\(s\)"):
        qs.entropic.leading_synchronization(first, qs.entropic.DiagonalStates(first.orders[0]))


@pytest.mark.parametrize("gain", [1e-4, 1e-6, 1e-8, 1e-10])
def test_cold_baths_of_full_rank_have_no_logarithm(gain):
    # Uncoupled: the limit of one spin, 4 (1 - 2w)^2/4 (ln(1 - w) - ln w)/(1 - 2 w).
    response = qs.linear_response(pair(gain, 0.3, 0.0), qs.models.driving(), order=2)
    expected = (1 - 2 * gain) * (np.log1p(-gain) - np.log(gain))
    for cycles in families(response.orders[0], CHARGE).values():
        leading = qs.entropic.leading_synchronization(response, cycles)
        assert leading.logarithm == 0
        assert leading.limit == pytest.approx(expected, rel=1e-6)


def test_two_cold_baths_of_full_rank_have_no_logarithm():
    response = qs.linear_response(pair(1e-8, 1e-8, 0.0), qs.models.driving(), order=2)
    leading = qs.entropic.leading_synchronization(response, qs.entropic.BlockDiagonalStates(CHARGE))
    assert np.isfinite(leading.limit)


def test_empty_levels_filled_coherently_at_first_order_have_no_finite_limit():
    # A weak jump from level 0 to a superposition of the empty levels 1 and 2.
    space = qs.Space(A=qs.Fock(3, finite=True))
    down = [np.outer(np.eye(3)[0], np.eye(3)[k]) for k in (1, 2)]
    system = qs.Lindbladian(space, [], [(1.0, jump) for jump in down])
    weak = qs.Lindbladian(space, [], [(1.0, np.outer([0, 1, 1], [1, 0, 0]) / np.sqrt(2))])
    response = qs.linear_response(system, weak, order=2)
    cycles = qs.entropic.BlockDiagonalStates(np.diag([0, 1, 2]))
    # Omega/eps tends to ln 2 here: no multiple of eps^2, with or without a logarithm.
    try:
        leading = qs.entropic.leading_synchronization(response, cycles)
    except qs.errors.InvalidArgumentError:
        return
    assert not np.isfinite(leading.limit)


def test_misuse_of_the_limit_is_explained():
    response = qs.linear_response(pair(0.4, 0.75, 1.0), qs.models.driving())
    other = qs.entropic.DiagonalStates(np.stack([response.orders[0]] * 2))
    with pytest.raises(qs.errors.InvalidArgumentError, match=r"\(2, 4, 4\).*\(4, 4\)"):
        qs.entropic.leading_synchronization(response, other)
    mixtures = qs.entropic.StateMixtures([np.eye(4) / 4])
    with pytest.raises(qs.errors.InvalidArgumentError, match="StateMixtures"):
        qs.entropic.leading_synchronization(response, mixtures)
    with pytest.raises(qs.errors.InvalidStateError, match="not conserved"):
        qs.entropic.leading_synchronization(response, qs.entropic.BlockDiagonalStates(PAIR["A"].x))


def test_mean_inverse_is_right_to_rounding_at_all_distances():
    rng = np.random.default_rng(7)
    p = 10.0 ** -rng.uniform(0, 30, size=400)
    q = np.concatenate([p[:300] * (1 + 10.0 ** -rng.uniform(0, 17, size=300)), p[300:] * 1e-200])
    q[:2] = p[:2]
    q[:100], p[:100] = p[:100].copy(), q[:100].copy()
    expected = []
    with localcontext() as context:
        context.prec = 60
        for a, b in zip(map(Decimal, map(float, p)), map(Decimal, map(float, q)), strict=True):
            expected.append(float(1 / a if a == b else (a.ln() - b.ln()) / (a - b)))
    np.testing.assert_allclose(mean_inverse(p, q), expected, rtol=4e-15)
    np.testing.assert_array_equal(mean_inverse(q, p), mean_inverse(p, q))


# Other array libraries.


@pytest.mark.parametrize("batch", [(), (3,), (2, 2)], ids=str)
def test_strict_arrays_give_the_numbers_of_numpy(batch, random_states):
    rho = random_states(1, 4, batch)
    undriven = within_blocks([1, 0, 0, -1], random_states(2, 4, batch))
    mixed = undriven.copy()
    mixed[..., :, :] = np.diag([0.1, 0.2, 0.2, 0.5])
    measures = {"relative_entropy": lambda r, u: qs.relative_entropy(r, u)}
    for name in families(undriven, CHARGE):
        measures[name] = lambda r, u, name=name: qs.relative_entropy_of_synchronization(
            r, families(u, CHARGE)[name]
        )
        measures[name + ", closest"] = lambda r, u, name=name: families(u, CHARGE)[name].closest(r)
    for name, measure in measures.items():
        for state in (undriven, mixed):
            expected = measure(rho, state)
            result = measure(xp.asarray(rho), xp.asarray(state))
            assert type(result) is type(xp.asarray(rho)), name
            assert result.shape == np.shape(expected)
            np.testing.assert_allclose(np.asarray(result), expected, atol=1e-13, rtol=1e-9)
            real = measure(rho.real.copy(), state.real.copy())
            np.testing.assert_allclose(
                real, measure(rho.real.astype(complex), state.real.astype(complex)), atol=1e-13
            )


@pytest.mark.parametrize("gain_a", [0.4, 0.0])
def test_strict_arrays_give_the_limits_of_numpy(gain_a):
    coupling = np.array([0.0, 0.0 if gain_a == 0 else 1.5])
    response = qs.linear_response(pair(gain_a, 0.3, coupling), qs.models.driving(), order=2)
    strict = replace(response, orders=tuple(xp.asarray(order) for order in response.orders))
    for name, cycles in families(response.orders[0], CHARGE).items():
        expected = qs.entropic.leading_synchronization(response, cycles)
        found = qs.entropic.leading_synchronization(
            strict, families(strict.orders[0], CHARGE)[name]
        )
        for key in ("coefficient", "logarithm", "limit"):
            result = getattr(found, key)
            assert type(result) is type(strict.orders[0])
            np.testing.assert_allclose(
                np.asarray(result), getattr(expected, key), rtol=1e-10, atol=1e-14
            )


def test_states_are_left_as_they_are(driven_map):
    undriven, driven = (state.copy() for state in driven_map)
    for state in (undriven, driven):
        state.flags.writeable = False
    for cycles in families(undriven, CHARGE).values():
        qs.relative_entropy_of_synchronization(driven, cycles)
    qs.relative_entropy(driven, undriven)
    np.testing.assert_array_equal(driven, driven_map[1])
    np.testing.assert_array_equal(undriven, driven_map[0])
