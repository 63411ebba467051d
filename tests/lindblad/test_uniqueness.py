"""How many stationary states there are: known physics, and the null space of QuTiP's generator."""

import numpy as np
import pytest
import qutip
import scipy.sparse as sp
from numpy.testing import assert_allclose
from systems import (
    bloch_state,
    bloch_system,
    random_hermitian,
    random_matrix,
    random_unitary,
)

import quantsync as qs
from quantsync.errors import NonUniqueSteadyStateError
from quantsync.lindblad._stationary_count import stationary_states
from quantsync.lindblad._uniqueness import (
    has_simple_socle,
    jumps_force_uniqueness,
    ladders_meet,
    lowered_to_one_vector,
)

METHODS = ["dense", "sparse"]
QUBIT, TRIT = qs.Space(A=qs.Spin(1 / 2)), qs.Space(A=qs.Spin(1))
PAIR = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2))
A, B = PAIR["A"], PAIR["B"]


def jump(n, to, source):
    return np.outer(np.eye(n)[to], np.eye(n)[source])


def null_dimension(lindbladian):
    """Dimension of the null space of QuTiP's dense generator, which must be unambiguous."""
    values = np.linalg.svd(qutip.liouvillian(*lindbladian.to_qutip()).full(), compute_uv=False)
    zero = values < 1e-12 * max(values[0], 1e-300)
    assert not (~zero & (values < 1e-9 * values[0])).any()
    return int(zero.sum()) if values[0] else len(values)


def assert_count(lindbladian, count, method="auto", proven=True):
    assert null_dimension(lindbladian) == count
    assert stationary_states(lindbladian).count == count
    with pytest.raises(NonUniqueSteadyStateError, match=f" {count} linearly") as caught:
        qs.steady_state(lindbladian, method=method)
    assert caught.value.count == count
    assert caught.value.proven is proven
    assert caught.value.indices == [()]
    assert caught.value.result is None


def spin(size):
    return qs.Spin(size).operators()


LAMBDA = [jump(3, 0, 2), jump(3, 1, 2)]  # one excited state, two ground states
VEE = [jump(3, 0, 1), jump(3, 0, 2)]  # two excited states, one ground state
MODE = qs.Fock(5, finite=True).operators()["destroy"]
COLLECTIVE = (A.minus + B.minus).toarray()

SOCLES = {
    "decay of a spin 1/2": (True, [spin(1 / 2)["minus"]]),
    "decay of a spin 5/2": (True, [spin(5 / 2)["minus"]]),
    "limit cycle of a spin 1": (True, [spin(1)[k] @ spin(1)["z"] for k in ("plus", "minus")]),
    "two ends of a spin 3/2": (True, [spin(3 / 2)[k] for k in ("plus", "minus")]),
    "loss of a mode": (True, [MODE]),
    "gain and two-boson loss": (True, [MODE.T, MODE @ MODE]),
    "V system": (True, VEE),
    "independent decay of two spins": (True, [A.minus.toarray(), B.minus.toarray()]),
    "nothing": (False, []),
    "dephasing": (False, [spin(1)["z"]]),
    "two-boson loss": (False, [MODE @ MODE]),
    "one end of a spin 1": (False, [spin(1)["plus"] @ spin(1)["z"]]),
    "Lambda system": (False, LAMBDA),
    "collective decay": (False, [COLLECTIVE]),
    "collective bath": (False, [COLLECTIVE, COLLECTIVE.T]),
}


@pytest.mark.parametrize(("simple", "jumps"), SOCLES.values(), ids=SOCLES)
def test_jump_operators_with_a_common_vector_in_all_invariant_subspaces(simple, jumps):
    n = len(jumps[0]) if jumps else 2
    assert has_simple_socle(jumps, n) is simple
    U = random_unitary(np.random.default_rng(0), n)
    # In another basis nilpotency cannot be seen: a proof may be lost there, never gained.
    assert has_simple_socle([U @ L @ U.conj().T for L in jumps], n) <= simple


@pytest.mark.parametrize(("simple", "jumps"), SOCLES.values(), ids=SOCLES)
def test_a_simple_socle_means_one_steady_state_for_every_hamiltonian(simple, jumps):
    n = len(jumps[0]) if jumps else 2
    rng, space = np.random.default_rng(1), qs.Space(A=qs.Spin((n - 1) / 2))
    dissipators = [(rng.uniform(0.5, 2), L) for L in jumps]
    assert (null_dimension(qs.Lindbladian(space, [], dissipators)) == 1) is simple
    for H in (np.diag(rng.normal(size=n)), random_hermitian(rng, n)):
        system = qs.Lindbladian(space, [(1.0, H)], dissipators)
        assert not simple or null_dimension(system) == 1


def test_every_site_may_relax_by_itself():
    sites = {"A": qs.Spin(1), "B": qs.Fock(4, finite=True), "C": qs.Spin(1 / 2)}  # dimension 24
    space = qs.Space(**sites)
    a, b, c = (space[k] for k in "ABC")
    relaxing = [(1.0, a.plus @ a.z), (1.0, a.minus @ a.z), (1.0, b.destroy), (1.0, c.plus)]
    terms = qs.Lindbladian(space, [(1.0, a.x @ b.number)], relaxing).terms
    assert jumps_force_uniqueness(terms, np.ones(5, bool))
    # Without either end of the limit cycle, the loss, or the pump, one site keeps a memory.
    for missing in range(1, 5):
        assert not jumps_force_uniqueness(terms, np.arange(5) != missing)
    both = qs.Lindbladian(space, [], [*relaxing[:2], (1.0, b.destroy @ c.plus)]).terms
    assert not jumps_force_uniqueness(both, np.ones(3, bool))


def one_step(rng, n):
    """A random operator on the states 0 to n - 1 that shifts all of them by the same amount."""
    return np.diag(*_diagonal(rng, n, int(rng.integers(-n + 1, n))))


def _diagonal(rng, n, shift):
    size = n - abs(shift)
    return rng.normal(size=size) * (rng.random(size) < 0.6), shift


def test_ladders_meet_exactly_where_their_algebra_says_so():
    rng, seen = np.random.default_rng(3), []
    for _ in range(300):
        n = int(rng.integers(2, 6))
        steps = [one_step(rng, n) for _ in range(rng.integers(1, 4))]
        meet = ladders_meet([sp.csr_array(step) for step in steps], (n,))
        assert meet == has_simple_socle(steps, n)
        seen.append(meet)
    assert 30 < sum(seen) < 270


def test_ladders_of_several_sites_meet_exactly_where_their_algebra_says_so():
    rng, seen = np.random.default_rng(4), []
    for _ in range(150):
        steps = [np.kron(one_step(rng, 2), one_step(rng, 3)) for _ in range(rng.integers(4, 11))]
        meet = ladders_meet([sp.csr_array(step) for step in steps], (2, 3))
        assert meet == has_simple_socle(steps, 6)
        seen.append(meet)
    assert 10 < sum(seen) < 140


def test_lowering_operators_leave_one_vector_exactly_where_their_algebra_says_so():
    rng, seen = np.random.default_rng(5), []
    for _ in range(200):
        n = int(rng.integers(2, 7))
        order = rng.permutation(n)
        lowering = [
            (np.triu(random_matrix(rng, n) * (rng.random((n, n)) < 0.4), 1))[order][:, order]
            for _ in range(rng.integers(1, 4))
        ]
        one = lowered_to_one_vector([sp.csr_array(operator) for operator in lowering], n)
        assert one == has_simple_socle(lowering, n)
        seen.append(one)
    assert 20 < sum(seen) < 180


def all_on(space, jumps):
    terms = qs.Lindbladian(space, [], [(1.0, jump) for jump in jumps]).terms
    return jumps_force_uniqueness(terms, np.ones(len(jumps), bool))


def test_proofs_hold_for_any_number_of_levels():
    space = qs.Space(A=qs.Fock(60, finite=True))
    mode = space["A"]
    for jump_operator in (
        mode.destroy,
        mode.create,
        mode.destroy + 0.1 * mode.destroy @ mode.destroy,
    ):
        assert all_on(space, [jump_operator])
        assert all_on(space, [mode.number, jump_operator])
    assert not all_on(space, [mode.destroy @ mode.destroy])
    assert not all_on(space, [mode.number])
    assert not all_on(space, [mode.create + mode.destroy])
    rng = np.random.default_rng(0)
    order = rng.permutation(60)
    shuffled = mode.destroy.toarray()[order][:, order]
    assert all_on(space, [shuffled])
    assert not all_on(space, [shuffled @ shuffled])


@pytest.mark.parametrize("size", [1, 3 / 2, 2, 8, 50])
def test_both_jumps_of_a_limit_cycle_prove_it_for_any_spin(size):
    space = qs.Space(A=qs.Spin(size))
    a = space["A"]
    up, down = a.plus @ a.z, a.minus @ a.z
    assert all_on(space, [up, down])
    # One end alone keeps m = 0 and its own end, unless there is no m = 0.
    assert all_on(space, [up]) == (size % 1 != 0)


def test_proofs_for_jump_operators_on_both_of_two_large_sites():
    space = qs.Space(A=qs.Fock(12, finite=True), B=qs.Spin(8))
    a, b = space["A"], space["B"]
    both = a.destroy + b.minus
    assert not all_on(space, [both])
    assert all_on(space, [both, a.destroy - 2 * b.minus])
    assert all_on(space, [both, a.destroy @ b.plus, b.minus])
    assert not all_on(space, [both, 2 * both])
    assert not all_on(space, [a.destroy @ b.minus, a.create @ b.plus])
    # Excitations only move: their number stays.
    assert not all_on(space, [a.destroy @ b.plus, a.create @ b.minus])


def test_a_rate_of_zero_in_a_map_voids_the_proof_there():
    rates = np.array([0.0, 1.0])
    space = qs.Space(A=qs.Fock(12, finite=True))
    mode = space["A"]
    system = qs.Lindbladian(
        space, [(0.3, mode.number)], [(rates, mode.destroy), (0.5, mode.number)]
    )
    for on, proven in (([1, 1, 1], True), ([1, 0, 1], False), ([0, 1, 0], True)):
        assert jumps_force_uniqueness(system.terms, np.array(on, bool)) is proven
    with pytest.raises(NonUniqueSteadyStateError, match=r"\(0,\): 12") as caught:
        qs.steady_state(system)
    assert_allclose(caught.value.result.rho[1], np.diag(np.eye(12)[0]), atol=1e-14)


def test_a_jump_operator_that_is_almost_local_is_not_taken_for_local():
    # l (x) 1 + 1e-14 X: what is below rounding of the largest entry still acts.
    space = qs.Space(A=qs.Fock(12, finite=True), B=qs.Spin(1 / 2))
    a, b = space["A"], space["B"]
    assert all_on(space, [a.destroy, b.minus])
    assert not all_on(space, [a.destroy + 1e-14 * b.x, b.minus])


@pytest.mark.parametrize("size", [1 / 2, 1, 5 / 2])
@pytest.mark.parametrize("method", METHODS)
def test_pure_dephasing_keeps_every_population(size, method):
    a = qs.Space(A=qs.Spin(size))["A"]
    dephasing = qs.Lindbladian(qs.Space(A=qs.Spin(size)), [(0.4, a.z)], [(1.0, a.z)])
    assert_count(dephasing, round(2 * size) + 1, method)


def test_without_dissipation_every_function_of_the_energy_stays():
    z, z2 = TRIT["A"].z, TRIT["A"].z @ TRIT["A"].z
    assert_count(qs.Lindbladian(TRIT, [(0.7, z)]), 3)
    assert_count(qs.Lindbladian(TRIT, [(0.7, z2)]), 5)  # levels of degeneracy 2 and 1
    assert_count(qs.Lindbladian(TRIT, [(0.7, TRIT["A"].x + z)]), 3)
    assert_count(qs.Lindbladian(TRIT), 9)
    assert_count(qs.Lindbladian(TRIT, [(0.0, z)], [(0.0, TRIT["A"].minus)]), 9)


@pytest.mark.parametrize("method", METHODS)
def test_conserved_charges_each_have_their_state(method):
    exchange = A.plus @ B.minus + B.plus @ A.minus
    # Total Sz is conserved: one mixture for each of its values +1, 0, -1.
    noisy = qs.Lindbladian(PAIR, [(0.8, exchange), (0.3, A.z)], [(1.0, A.z), (0.5, B.z)])
    assert_count(noisy, 3, method)
    assert_count(qs.Lindbladian(PAIR, [(0.3, A.z)], [(1.0, A.z), (0.5, B.z)]), 4, method)


@pytest.mark.parametrize("method", METHODS)
def test_an_undamped_site_that_is_not_coupled_keeps_its_memory(method):
    space = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1))
    a, b = space["A"], space["B"]
    damped = [(1.0, a.minus), (0.2, a.plus)]
    assert_count(qs.Lindbladian(space, [(0.4, b.z)], damped), 3, method)
    assert_count(qs.Lindbladian(space, [(0.4, a.x)], damped), 9, method)
    coupled = qs.Lindbladian(space, [(0.4, b.z), (0.3, a.x @ b.x)], damped)
    assert qs.steady_state(coupled, method=method).valid


@pytest.mark.parametrize("method", METHODS)
def test_dark_states_survive_next_to_each_other(method):
    decay = [(1.0, L) for L in LAMBDA]
    assert_count(qs.Lindbladian(TRIT, [], decay), 4, method)
    split = np.diag([0.3, 0.0, 0.0])
    assert_count(qs.Lindbladian(TRIT, [(1.0, split)], decay), 2, method)
    mixing = jump(3, 0, 2) + jump(3, 2, 0)  # leaves the other ground state dark
    driven = qs.steady_state(qs.Lindbladian(TRIT, [(1.0, mixing)], decay), method=method)
    assert_allclose(driven.rho, np.diag([0, 1, 0]), atol=1e-14)


@pytest.mark.parametrize("method", METHODS)
def test_two_spins_that_decay_together_keep_their_singlet(method):
    collective = [(1.0, A.minus + B.minus)]
    assert_count(qs.Lindbladian(PAIR, [], collective), 4, method)
    assert_count(qs.Lindbladian(PAIR, [(0.6, A.z + B.z)], collective), 2, method)
    different = qs.Lindbladian(PAIR, [(0.6, A.z)], collective)
    assert_allclose(qs.steady_state(different, method=method).rho[3, 3], 1, atol=1e-13)


@pytest.mark.parametrize("method", METHODS)
def test_permutation_symmetry_splits_triplets_from_the_singlet(method):
    bath = [(1.0, A.minus + B.minus), (0.3, A.plus + B.plus)]
    drive = [(0.5, A.x + B.x), (0.2, A.x @ B.x + A.z @ B.z)]
    assert_count(qs.Lindbladian(PAIR, drive, bath), 2, method)


def flip_batch(levels):
    """H = h Sz and L = Sx: Sx is conserved, in a sector without populations, where h = 0."""
    a = QUBIT["A"]
    return qs.Lindbladian(QUBIT, [(np.asarray(levels), a.z)], [(1.0, a.x)])


@pytest.mark.parametrize("method", METHODS)
def test_an_isolated_point_of_a_batch_is_found_and_the_others_are_kept(method):
    batch = flip_batch([[-1.0, 0.0], [0.5, 1e-3]])
    with pytest.raises(NonUniqueSteadyStateError, match=r"1 of 4 systems .* \(0, 1\): 2") as caught:
        qs.steady_state(batch, method=method)
    assert caught.value.indices == [(0, 1)]
    assert caught.value.count.tolist() == [[1, 2], [1, 1]]
    for result in (caught.value.result, qs.steady_state(batch, method=method, errors="mask")):
        assert result.valid.tolist() == [[True, False], [True, True]]
        assert np.isnan(result.rho[0, 1]).all()
        assert np.isnan(result.residual[0, 1])
        assert_allclose(result.rho[result.valid], [np.eye(2) / 2] * 3, atol=1e-14)
        assert (result.residual[result.valid] < 1e-14).all()


@pytest.mark.parametrize("method", METHODS)
def test_a_charge_in_a_sector_without_populations_is_found(method):
    # Parity maps Sx_A to -Sx_A: the difference of the two stationary states is odd.
    space = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(3 / 2))
    a, b = space["A"], space["B"]
    bath = [(1.3, a.x), (1.0, b.minus), (0.3, b.plus)]
    assert_count(qs.Lindbladian(space, [(0.7, a.x @ b.x), (0.4, b.z)], bath), 2, method)
    split = qs.Lindbladian(space, [(0.7, a.x @ b.x), (0.4, b.z), (0.1, a.z)], bath)
    assert qs.steady_state(split, method=method).sector_dimension == 32


@pytest.mark.parametrize("method", METHODS)
def test_singular_members_of_a_batch_do_not_take_the_others_with_them(method):
    on = np.array([1.0, 0.0, 0.0, 1.0, 1.0])
    rabi = np.array([0.3, 0.3, 0.0, 0.0, 0.3])
    system = bloch_system(rabi, -0.4 * on, on, 0.3 * on, 0.5 * on)
    masked = qs.steady_state(system, method=method, errors="mask")
    assert masked.valid.tolist() == [True, False, False, True, True]
    assert np.isnan(masked.rho[1:3]).all()
    for k in (0, 3, 4):
        assert_allclose(masked.rho[k], bloch_state(rabi[k], -0.4, 1.0, 0.3, 0.5), atol=1e-14)
    counts = [stationary_states(system[k]).count for k in range(5)]
    assert counts == [1, 2, 4, 1, 1]


def test_a_batch_without_any_steady_state_can_be_masked_and_its_first_five_are_listed():
    a = TRIT["A"]
    system = qs.Lindbladian(TRIT, [(np.linspace(0, 1, 8), a.x)], [(1.0, a.x)])
    masked = qs.steady_state(system, errors="mask")
    assert not masked.valid.any()
    assert np.isnan(masked.rho).all()
    message = r"8 of 8 .* \(4,\): 3, and 3 more"
    with pytest.raises(NonUniqueSteadyStateError, match=message) as caught:
        qs.steady_state(system)
    assert caught.value.count.tolist() == [3] * 8


@pytest.mark.parametrize("b", [1e-4, 1e-2])
def test_an_almost_nilpotent_jump_operator_proves_nothing(b):
    # Eigenvalues b times the sixth roots of unity: L^6 = b^6 passes for zero, yet |0> + |1> and
    # |0> - |1> are dark, with eigenvalues b and -b, under the H that cancels their leak.
    rng = np.random.default_rng(0)
    L = np.kron(np.triu(rng.normal(size=(3, 3)), k=1), spin(1 / 2)["x"]).astype(complex)
    L[:2, :2] = [[0, b], [b, 0]]
    for k in (1, 2):
        L[2 * k : 2 * k + 2, 2 * k : 2 * k + 2] = [[0, 1], [b**2 * np.exp(2j * np.pi * k / 3), 0]]
    H = np.zeros((6, 6), complex)
    H[2:, :2] = 0.5j * L[:2, 2:].conj().T @ L[:2, :2]
    space = qs.Space(A=qs.Spin(1), B=qs.Spin(1 / 2))
    assert_count(qs.Lindbladian(space, [(1.0, H + H.conj().T)], [(1.0, L)]), 2, proven=False)


def structured(rng, n=6):
    """Random H and jumps with the structures that make steady states ambiguous."""
    kind = rng.integers(5)
    count = rng.integers(1, 6)
    if kind == 0:  # jumps between basis states
        jumps = [jump(n, *rng.choice(n, 2, replace=False)) for _ in range(count)]
        H = np.diag(rng.integers(0, 3, n))
    elif kind == 1:  # blocks, with or without leaks between them
        size = rng.integers(1, n)
        mask = np.zeros((n, n))
        mask[:size, :size] = mask[size:, size:] = 1
        leak = np.zeros((n, n))
        leak[:size, size:] = rng.integers(2)
        jumps = [random_matrix(rng, n) * (mask + leak) for _ in range(count)]
        H = random_hermitian(rng, n) * mask
    elif kind == 2:  # products on a pair of sites
        choice = [spin(1 / 2)[k] for k in ("minus", "plus", "z", "x", "identity")]
        other = [*[spin(1)[k] for k in ("minus", "plus", "z", "x", "identity")], *LAMBDA]
        jumps = [
            np.kron(choice[rng.integers(len(choice))], other[rng.integers(len(other))])
            for _ in range(count)
        ]
        H = np.kron(np.diag([1.0, 0.0]), random_hermitian(rng, 3)) * rng.integers(2)
    elif kind == 3:  # noise of one factor only
        jumps = [np.kron(np.eye(2), random_matrix(rng, 3)) for _ in range(count)]
        H = np.kron(random_hermitian(rng, 2) * rng.integers(2), np.eye(3))
    else:  # triangular: a flag of invariant subspaces
        jumps = [np.triu(random_matrix(rng, n), k=rng.integers(2)) for _ in range(min(count, 2))]
        H = np.diag(rng.normal(size=n))
    if rng.integers(2):
        U = random_unitary(rng, n)
        H, jumps = U @ H @ U.conj().T, [U @ L @ U.conj().T for L in jumps]
        H = (H + H.conj().T) / 2
    rates = rng.uniform(0.5, 2, len(jumps))
    space = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1))
    return qs.Lindbladian(space, [(1.0, H)], list(zip(rates, jumps, strict=True)))


@pytest.mark.parametrize("seed", range(6))
def test_structured_random_systems_have_the_null_space_of_qutip(seed):
    rng = np.random.default_rng(seed)
    for _ in range(25):
        system = structured(rng)
        dimension = null_dimension(system)
        assert stationary_states(system).count == dimension
        if jumps_force_uniqueness(system.terms, np.ones(system.terms.count, bool)):
            assert dimension == 1
        for method in METHODS:
            steady = qs.steady_state(system, method=method, errors="mask")
            assert steady.valid == (dimension == 1)
            assert steady.residual < 1e-11 or not steady.valid
