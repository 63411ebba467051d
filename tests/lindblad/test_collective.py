"""Rates as matrices: collective baths, term by term, in every solver, and rejected input."""

import pickle
from itertools import product

import numpy as np
import pytest
import qutip
from numpy.testing import assert_allclose, assert_array_equal
from systems import UNEQUAL, random_hermitian, random_matrix, random_state

import quantsync as qs
from quantsync.errors import (
    BroadcastError,
    DimensionError,
    InvalidArgumentError,
    LostAccuracyError,
    NonFiniteError,
    NonUniqueSteadyStateError,
    SweepWarning,
)
from quantsync.lindblad import _exact
from quantsync.lindblad._rate_matrices import channel_rates
from quantsync.lindblad.generator import channels

ATOMS = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2))
A, B = ATOMS["A"], ATOMS["B"]
UP, DOWN = np.eye(2)
SINGLET = (np.kron(UP, DOWN) - np.kron(DOWN, UP)) / np.sqrt(2)
TRIPLET = (np.kron(UP, DOWN) + np.kron(DOWN, UP)) / np.sqrt(2)


def random_rates(rng, n, shape=(), rank=None):
    """Positive matrices of a rank."""
    half = rng.normal(size=(2, *shape, n, rank or n))
    half = half[0] + 1j * half[1]
    return half @ half.conj().swapaxes(-1, -2)


def overlap(f):
    """[[1, f], [f, 1]] for an array of f."""
    f = np.asarray(f)
    one = np.ones(f.shape)
    return np.stack([np.stack([one, f], -1), np.stack([f, one], -1)], -2)


def by_hand(gamma, jumps, rho):
    """The sum as it is defined, dense."""
    change = np.zeros(rho.shape, complex)
    for i, j in product(range(len(jumps)), repeat=2):
        left, right = (np.asarray(jumps[k].toarray()) for k in (i, j))
        decay = right.conj().T @ left
        change += gamma[i, j] * (left @ rho @ right.conj().T - (decay @ rho + rho @ decay) / 2)
    return change


def atoms(gamma, splitting=0.0, extra=()):
    return qs.Lindbladian(
        ATOMS, [(splitting / 2, A.z - B.z)], [(gamma, [A.minus, B.minus]), *extra]
    )


def three(rng, space):
    n = space.dimension
    return [qs.Space(X=qs.Fock(n))["X"].destroy] + [
        qs.lindblad.Lindbladian(space, [], [(1.0, random_matrix(rng, n))]).terms.jumps[0]
        for _ in range(2)
    ]


@pytest.mark.parametrize("space", UNEQUAL.values(), ids=UNEQUAL)
@pytest.mark.parametrize("rank", [1, 3])
def test_the_generator_is_the_sum_over_both_indices(space, rank):
    rng = np.random.default_rng(1)
    jumps, gamma = three(rng, space), random_rates(rng, 3, rank=rank)
    system = qs.Lindbladian(space, [], [(gamma, jumps)])
    rho = random_matrix(rng, space.dimension)
    expected = by_hand(gamma, jumps, rho)
    assert_allclose(system.apply(rho), expected, atol=1e-11)
    assert_allclose((system.superoperator() @ rho.ravel()).reshape(rho.shape), expected, atol=1e-11)
    basis, (row,) = system.terms.basis, system.coefficient_table()
    real = sum(c * term for c, term in zip(row, system.terms.real, strict=True))
    hermitian = random_hermitian(rng, space.dimension)
    found = basis.operators(real @ basis.components(hermitian))
    assert_allclose(found, system.apply(hermitian), atol=1e-11)


def test_qutip_has_the_same_liouvillian_term_by_term():
    rng = np.random.default_rng(2)
    gamma, energy = random_rates(rng, 2), random_hermitian(rng, 4)
    system = qs.Lindbladian(ATOMS, [(1.0, energy)], [(gamma, [A.minus, B.minus]), (0.3, B.z)])
    L = [qutip.Qobj(o.toarray()) for o in (A.minus, B.minus)]
    theirs = qutip.liouvillian(qutip.Qobj(energy), [np.sqrt(0.3) * qutip.Qobj(B.z.toarray())])
    for i, j in product(range(2), repeat=2):
        decay = L[j].dag() * L[i]
        theirs += complex(gamma[i, j]) * (
            qutip.sprepost(L[i], L[j].dag()) - (qutip.spre(decay) + qutip.spost(decay)) / 2
        )
    ours = qutip.liouvillian(*system.to_qutip())
    assert_allclose(ours.full(), theirs.full(), atol=1e-14)
    rho = random_matrix(rng, 4)
    expected = (theirs.full() @ rho.ravel(order="F")).reshape(4, 4, order="F")
    assert_allclose(system.apply(rho), expected, atol=1e-14)


def test_in_whole_numbers_it_is_the_same():
    # Exact arithmetic decides how many stationary states there are.
    rng = np.random.default_rng(3)
    jumps, gamma = three(rng, UNEQUAL["mode x spin 1/2"]), random_rates(rng, 3)
    system = qs.Lindbladian(UNEQUAL["mode x spin 1/2"], [], [(gamma, jumps)])
    (row,) = system.coefficient_table()
    n = system.dimension
    entries = _exact.block(system.terms, row, system.terms.basis.elements)
    values = [float(v) * 2.0**entries.exponent for v in entries.values]
    exact = np.zeros((n * n, n * n))
    exact[entries.rows, entries.columns] = values
    scale = np.where(np.arange(n * n) < n, 1, np.sqrt(2))  # rho_ij there, sqrt2 rho_ij here
    real = sum(c * term for c, term in zip(row, system.terms.real, strict=True)).toarray()
    assert_allclose(exact * scale[:, None] / scale, real, atol=1e-12)


def test_a_diagonal_matrix_is_plain_dissipators():
    plain = qs.Lindbladian(ATOMS, [(0.3, A.x)], [(0.5, A.minus), (0.7, B.minus), (1.0, B.z)])
    system = qs.Lindbladian(
        ATOMS, [(0.3, A.x)], [([[0.5, 0], [0, 0.7]], [A.minus, B.minus]), (1.0, B.z)]
    )
    assert system.terms is plain.terms
    assert_array_equal(system.coefficient_table(), plain.coefficient_table())
    one = qs.Lindbladian(ATOMS, [], [([[0.5]], [A.minus])])
    assert one.terms is qs.Lindbladian(ATOMS, [], [(0.5, A.minus)]).terms


def test_operators_may_be_lists_arrays_or_sparse():
    gamma = [[1.0, 0.5j], [-0.5j, 1.0]]
    systems = [
        qs.Lindbladian(ATOMS, [], [(gamma, operators)])
        for operators in (
            [A.minus, B.minus],
            (A.minus.toarray(), B.minus),
            [A.minus.toarray().real.tolist(), B.minus.toarray().real.tolist()],
            np.stack([A.minus.toarray(), B.minus.toarray()]),
        )
    ]
    rho = random_state(np.random.default_rng(4), 4)
    for system in systems:
        assert_array_equal(system.apply(rho), systems[0].apply(rho))
    single = qs.Lindbladian(qs.Space(A=qs.Spin(1 / 2)), [], [(1.0, [[0, 0], [1, 0]])])
    assert len(single.terms.jumps) == 1  # one matrix, and no list of two


@pytest.mark.parametrize("f", [0.0, 0.3, -0.8])
def test_two_atoms_decay_at_the_sum_and_the_difference(f):
    system = atoms(2.0 * overlap(f))
    times = np.linspace(0, 2, 5)
    for state, rate in ((TRIPLET, 2 * (1 + f)), (SINGLET, 2 * (1 - f))):
        path = qs.evolve(system, np.outer(state, state), times)
        excited = np.einsum("i,tij,j->t", state, path.rho, state).real
        assert_allclose(excited, np.exp(-rate * times), atol=1e-12)


def test_a_phase_in_the_matrix_is_one_in_the_dark_state():
    phase = np.exp(0.7j)
    system = atoms([[1, phase], [phase.conjugate(), 1]])
    # gamma_AB = w_A w_B^* of the channel K = w_A L_A + w_B L_B = L_A + e^{-0.7i} L_B.
    dark, other = (
        (np.kron(UP, DOWN) - factor * np.kron(DOWN, UP)) / np.sqrt(2)
        for factor in (phase, phase.conjugate())
    )
    assert np.abs(system.apply(np.outer(dark, dark.conj()))).max() < 1e-15
    assert np.abs(system.apply(np.outer(other, other.conj()))).max() > 0.1
    gamma = np.array([[1, phase], [phase.conjugate(), 1]])
    ((rate, weights),) = channel_rates(gamma)
    assert_allclose(rate * np.outer(weights, weights.conj()), gamma, atol=1e-15)


def test_the_singlet_is_dark_at_full_overlap_only():
    f = np.array([0.0, 0.5, 1 - 1e-9, 1.0, -1.0])
    system = atoms(overlap(f))
    with pytest.raises(NonUniqueSteadyStateError) as caught:
        qs.steady_state(system)
    assert_array_equal(caught.value.result.unique, [True, True, True, False, False])
    assert list(caught.value.count) == [1, 1, 1, 2 + 2, 2 + 2]
    assert caught.value.proven.all()
    assert_allclose(caught.value.result.rho[:3, 3, 3], 1, atol=1e-12)
    assert "proven from the jump operators in 3" in caught.value.result.uniqueness
    for sign, state in ((1, SINGLET), (-1, TRIPLET)):
        change = atoms(overlap(sign)).apply(np.outer(state, state))
        assert_array_equal(change, 0)


def test_what_is_dark_stays_for_any_time_and_what_is_almost_so_decays():
    start = np.outer(np.kron(UP, DOWN), np.kron(UP, DOWN))
    path = qs.evolve(atoms(overlap(1.0)), start, [0.0, 1e12])
    assert_allclose(np.diagonal(path.rho[1]), [0, 0.25, 0.25, 0.5], atol=1e-12)
    weights = np.array([0.6, 0.8j])
    path = qs.evolve(atoms(np.outer(weights, weights.conj())), start, [1e12])
    assert_allclose(np.diagonal(path.rho[0]), [0, 0.64**2, 0.48**2, 0.36], atol=1e-12)
    path = qs.evolve(atoms(overlap(1 - 1e-6)), start, [1e6])
    assert_allclose(path.rho[0, 3, 3].real, 1 - np.exp(-1) / 2, atol=1e-6)
    with pytest.raises(LostAccuracyError):  # 1 - f = 1e-14 is known to one digit, and not zero
        qs.evolve(atoms(overlap(1 - 1e-14)), start, [1e14])
    # 1 - f = 1e-15 is rounding: dark.
    path = qs.evolve(atoms(overlap(1 - 1e-15)), start, [1e15])
    assert_allclose(np.diagonal(path.rho[0]), [0, 0.25, 0.25, 0.5], atol=1e-12)


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize("kind", ["outer", "literal", "phases", "beyond", "squeezed"])
def test_rounding_of_a_rate_matrix_selects_no_state(batch, kind):
    jumps, count = [A.minus, B.minus], 4
    if kind == "squeezed":
        c, s = np.cosh(0.5), np.sinh(0.5)
        gamma, jumps = np.outer([c, s], [c, s]), [A.minus + B.minus, A.plus + B.plus]
    else:
        v = np.array([0.6, 0.8 * np.exp(0.7j) if kind == "phases" else 0.8])
        gamma = np.outer(v, v.conj())
        gamma = np.array([[0.36, 0.48], [0.48, 0.64]]) if kind == "literal" else gamma
        gamma = overlap(1 + 5e-13) if kind == "beyond" else gamma
    given = np.array([gamma, overlap(0.5)]) if batch else gamma
    with pytest.raises(NonUniqueSteadyStateError) as caught:
        qs.steady_state(qs.Lindbladian(ATOMS, [], [(given, jumps)]))
    assert np.ravel(caught.value.count)[0] == count
    assert np.ravel(caught.value.proven)[0]
    if batch and kind != "squeezed":
        masked = qs.steady_state(qs.Lindbladian(ATOMS, [], [(given, jumps)]), errors="mask")
        assert masked.unique.tolist() == [False, True]
        alone = qs.steady_state(qs.Lindbladian(ATOMS, [], [(overlap(0.5), jumps)]))
        assert_allclose(masked.rho[1], alone.rho, atol=1e-13)


def test_a_small_difference_from_full_overlap_is_a_rate():
    # 1 - f = 1e-12 is what the dark state decays by; nothing rounds it away.
    system = atoms(overlap([1 - 1e-12, 1 - 1e-6]))
    assert qs.steady_state(system).unique.all()
    for k in range(2):
        rates = sorted(rate for rate, _ in channels(system[k]))
        assert rates[0] == pytest.approx([2e-12, 2e-6][k], rel=1e-3)


def test_a_detuning_makes_the_dark_state_decay():
    detuning = np.array([0.0, 0.1, 1.0])
    found = qs.steady_state(atoms(overlap(1.0), detuning), errors="mask")
    assert_array_equal(found.unique, [False, True, True])
    assert_allclose(found.rho[1:, 3, 3], 1, atol=1e-12)


@pytest.mark.parametrize("excess", [0.0, 0.4])
def test_a_squeezed_bath_squeezes_the_mode(excess):
    # Of the terms gamma_21 (a^dag rho a^dag - {a^dag^2, rho}/2) and so on: d<a^2>/dt = -<a^2> -
    # gamma_21, d<n>/dt = -<n> + gamma_22 for gamma_11 - gamma_22 = 1.
    r = np.array([0.1, 0.3, 0.5])
    N = np.sinh(r) ** 2 + excess
    M = np.exp(0.6j) * np.sinh(r) * np.cosh(r)
    gamma = np.moveaxis(np.array([[N + 1, -M.conj()], [-M, N]]), (0, 1), (-2, -1))
    space = qs.Space(M=qs.Fock(60))
    m = space["M"]
    system = qs.Lindbladian(space, [], [(gamma, [m.destroy, m.create])])
    steady = qs.steady_state(system)
    number = np.einsum("bij,ji->b", steady.rho, m.number.toarray())
    anomalous = np.einsum("bij,ji->b", steady.rho, (m.destroy @ m.destroy).toarray())
    assert_allclose(number, N, atol=1e-6)
    assert_allclose(anomalous, M, atol=1e-6)
    for k, rho in enumerate(steady.rho):
        assert np.abs(by_hand(gamma[k], [m.destroy, m.create], rho)).max() < 1e-12
        purity = np.trace(rho @ rho).real
        expected = 1 / np.sqrt((2 * N[k] + 1) ** 2 - 4 * abs(M[k]) ** 2)
        assert purity == pytest.approx(expected, abs=1e-6)


def test_mixing_the_operators_and_the_matrix_changes_nothing():
    rng = np.random.default_rng(5)
    space = UNEQUAL["mode x spin 1/2"]
    jumps, gamma = three(rng, space), random_rates(rng, 3)
    U = np.linalg.qr(random_matrix(rng, 3))[0]
    # L_i = sum_j U_ji L'_j: gamma'_jk = sum U_ji gamma_im U_km^*.
    mixed = [sum(U[j, i].conj() * jumps[i] for i in range(3)) for j in range(3)]
    energy = random_hermitian(rng, space.dimension)
    first = qs.Lindbladian(space, [(1.0, energy)], [(gamma, jumps)])
    second = qs.Lindbladian(space, [(1.0, energy)], [(U @ gamma @ U.conj().T, mixed)])
    rho = random_matrix(rng, space.dimension)
    assert_allclose(first.apply(rho), second.apply(rho), atol=1e-11)
    states = [qs.steady_state(s, truncation="ignore").rho for s in (first, second)]
    assert_allclose(*states, atol=1e-11)


def test_a_batch_is_its_members_alone():
    rng = np.random.default_rng(6)
    gamma = random_rates(rng, 2, (5,))
    gamma[3] = 2.0 * np.ones((2, 2))
    detuning = np.linspace(0.2, 1, 3)[:, None]
    extra = [(0.1, A.plus)]
    batch = atoms(gamma, detuning, extra)
    assert batch.shape == (3, 5)
    steady = qs.steady_state(batch)
    rho0 = random_state(rng, 4)
    path = qs.evolve(batch, rho0, [0.0, 0.7, 20.0])
    response = qs.linear_response(batch, A.x)
    for i, j in np.ndindex(3, 5):
        alone = atoms(gamma[j], detuning[i, 0], extra)
        for one in (alone, batch[i, j], pickle.loads(pickle.dumps(batch))[i, j]):
            assert_allclose(qs.steady_state(one).rho, steady.rho[i, j], atol=1e-12)
            assert_allclose(one.apply(rho0), batch.apply(rho0)[i, j], atol=1e-14)
        assert_allclose(qs.evolve(alone, rho0, [0.0, 0.7, 20.0]).rho, path.rho[i, j], atol=1e-11)
        first = qs.linear_response(alone, A.x).orders[1]
        assert_allclose(first, response.orders[1][i, j], atol=1e-11)
        theirs = qutip.steadystate(*alone.to_qutip()).full()
        assert_allclose(steady.rho[i, j], theirs, atol=1e-10)


def test_the_response_to_a_collective_bath_is_the_derivative():
    def system(eps):
        extra = [(0.3, A.plus), (0.1, B.plus)]
        return atoms(overlap(0.3) + eps * overlap(-0.9), 0.4, extra)

    response = qs.linear_response(system(0.0), atoms(overlap(-0.9)))
    eps = 1e-5
    moved = [qs.steady_state(system(sign * eps)).rho for sign in (1, -1)]
    assert_allclose(response.orders[1], (moved[0] - moved[1]) / (2 * eps), atol=1e-9)


def test_proofs_are_those_of_the_channels():
    # Of full rank: both local operators. Collective and alone: nothing; with a field: tested.
    whole = qs.steady_state(atoms(overlap(0.5), 0.3))
    assert whole.uniqueness == "proven from the jump operators"
    ladder = qs.Space(A=qs.Fock(3, finite=True), B=qs.Spin(1 / 2))
    one, other = ladder["A"], ladder["B"]
    fused = qs.Lindbladian(ladder, [], [(np.ones((2, 2)), [one.destroy, one.create])])
    assert not qs.steady_state(fused, errors="mask").unique
    local = qs.Lindbladian(
        ladder,
        [],
        [(np.ones((2, 2)), [one.destroy, one.destroy @ one.destroy]), (1.0, other.minus)],
    )
    found = qs.steady_state(local)
    assert found.uniqueness == "proven from the jump operators"
    assert found.rho[1, 1] == pytest.approx(1)


def test_what_does_not_decay_is_found_from_the_channels():
    modes = qs.peripheral_modes(atoms(overlap(1.0), 0.0))
    dark = qs.degenerate.DegenerateBase(
        qs.models.collective_decay_pair(exchange=0.0, anisotropy=0.0, field=0.0, decay=1.0)
    )
    assert qs.degenerate.DegenerateBase(atoms(overlap(1.0))).zero_modes == dark.zero_modes
    assert len(modes.eigenvalues) == 4


def test_truncation_is_seen_through_the_matrix():
    # A thermal mode in two ways: a^dag and a with any weak coupling of both.
    space = qs.Space(M=qs.Fock(8))
    m = space["M"]
    plain = qs.Lindbladian(space, [], [(1.5, m.destroy), (0.5, m.create)])
    gamma = np.array([[1.5, 1e-9], [1e-9, 0.5]])
    coupled = qs.Lindbladian(space, [], [(gamma, [m.destroy, m.create])])
    found = [qs.steady_state(s, truncation="ignore").truncation for s in (plain, coupled)]
    assert_allclose(found[1].estimate, found[0].estimate, rtol=1e-5)
    assert_allclose(found[1].flow["M"], found[0].flow["M"], rtol=1e-5)
    strong = np.array([[1.5, 0.8], [0.8, 0.5]])
    states = []
    for levels in (20, 60):
        m = (wide := qs.Space(M=qs.Fock(levels)))["M"]
        system = qs.Lindbladian(wide, [], [(strong, [m.destroy, m.create])])
        states.append(qs.steady_state(system, truncation="ignore"))
    difference = states[1].rho.copy()
    difference[:20, :20] -= states[0].rho
    distance = np.abs(np.linalg.eigvalsh(difference)).sum() / 2
    assert 0.2 < float(states[0].truncation.estimate) / distance < 20


def test_maps_over_the_overlap_whether_a_function_broadcasts_or_not():
    f = np.linspace(-0.9, 0.9, 7)

    def broadcast(f, detuning):
        return atoms(overlap(f), detuning, [(0.2, A.plus)])

    def scalar(f, detuning):
        gamma = [[1.0, float(f)], [float(f), 1.0]]
        return atoms(gamma, float(detuning), [(0.2, A.plus)])

    axes = {"f": f, "detuning": np.linspace(0.0, 1.0, 3)}
    maps = [qs.sweep(broadcast, axes, ["negativity"])]
    with pytest.warns(SweepWarning, match="does not take arrays"):
        maps.append(qs.sweep(scalar, axes, ["negativity"]))
    assert_allclose(maps[0].negativity, maps[1].negativity, atol=1e-12)
    values = [float(qs.negativity(qs.steady_state(scalar(x, 0.5)), "A")) for x in f]
    assert_allclose(maps[0].negativity.sel(detuning=0.5), values, atol=1e-12)


def test_single_systems_become_a_batch_again():
    f = [0.0, 0.4, 0.9]
    alone = [atoms(overlap(x), 0.1 * x, [(0.2, A.plus)]) for x in f]
    batch = qs.Lindbladian.joined(alone)
    rho = random_state(np.random.default_rng(7), 4)
    for k, one in enumerate(alone):
        assert_allclose(batch.apply(rho)[k], one.apply(rho), atol=1e-14)
        assert one.agrees_with(batch[k])
        assert batch[k].agrees_with(one)
    assert not alone[1].agrees_with(batch[2])
    turned = [
        qs.Lindbladian(ATOMS, [], [(overlap(0.5), [1j * z * A.minus, B.minus])]) for z in (1, 1j, 2)
    ]
    batch = qs.Lindbladian.joined(turned)
    for k, one in enumerate(turned):
        assert_allclose(batch.apply(rho)[k], one.apply(rho), atol=1e-14)


def test_channels_are_few_and_exact():
    ((rate, weights),) = channel_rates(np.ones((5, 5)))
    assert rate == 1
    assert_array_equal(weights, 1)
    # A weak bath beside a strong one keeps its digits.
    gamma = np.array([[1.0, 0.5e-10, 0], [0.5e-10, 1e-20, 0], [0, 0, 3.0]])
    found = channel_rates(gamma)
    assert [rate for rate, _ in found] == [1.0, pytest.approx(0.75e-20, rel=1e-12), 3.0]
    rng = np.random.default_rng(8)
    for rank in (1, 2, 4):
        gamma = random_rates(rng, 4, rank=rank)
        found = channel_rates(gamma)
        assert len(found) == rank
        total = sum(rate * np.outer(w, w.conj()) for rate, w in found)
        assert_allclose(total, gamma, atol=1e-12)


def test_a_weak_bath_with_weak_coupling_is_solved_to_all_digits():
    # gamma = diag(s) C diag(s) with s = (1, 1e-7): populations scale as they must.
    space = qs.Space(A=qs.Spin(1 / 2))
    a = space["A"]
    gamma = np.array([[1.0, 0.0], [0.0, 1e-14]]) + 0.5e-7 * np.array([[0, 1], [1, 0]])
    rho = qs.steady_state(qs.Lindbladian(space, [(10.0, a.z)], [(gamma, [a.minus, a.plus])])).rho
    assert rho[0, 0].real == pytest.approx(1e-14 / (1 + 1e-14), rel=1e-9)


def test_it_says_what_is_coupled():
    system = atoms(overlap(0.5), extra=[(0.1, A.z)])
    assert "3 dissipators (2 coupled by rate matrices)" in repr(system)
    assert "couple 2 dissipators" in system._repr_html_()


@pytest.mark.parametrize(
    ("gamma", "error", "words"),
    [
        (
            [[1, 2], [2, 1]],
            InvalidArgumentError,
            "positive semidefinite, but has the eigenvalue -1:",
        ),
        ([[1, 0], [0, -1e-9]], InvalidArgumentError, "eigenvalue -1e-09"),
        ([[1, 1e-3], [1e-3, 0]], InvalidArgumentError, "eigenvalue -9.99999e-07"),
        ([[1, 1e-10], [1e-10, 1e-30]], InvalidArgumentError, "eigenvalue -1e-20"),
        ([[1, 0.5], [0.4, 1]], InvalidArgumentError, "must be Hermitian, but has 0.5"),
        ([[1, 0.5j], [0.5j, 1]], InvalidArgumentError, "must be Hermitian"),
        ([[1j, 0], [0, 1]], InvalidArgumentError, "must be Hermitian"),
        (
            1.0,
            DimensionError,
            r"shape \(..., 2, 2\) for a list of operators of length 2, but has \(\)",
        ),
        (np.ones((3, 3)), DimensionError, r"but has \(3, 3\)"),
        (np.ones((2, 2, 3)), DimensionError, r"but has \(2, 2, 3\)"),
        ([1.0, 2.0], DimensionError, r"but has \(2,\)"),
        ([[1, np.nan], [np.nan, 1]], NonFiniteError, "must be finite"),
        ([[1, "x"], [2, 1]], InvalidArgumentError, "number"),
        (None, InvalidArgumentError, "Rate matrix"),
        (
            np.stack([np.eye(2), [[0.0, 1.0], [1.0, 0.0]]]),
            InvalidArgumentError,
            r"eigenvalue -1 at index \(1,\)",
        ),
    ],
)
def test_wrong_matrices_are_refused(gamma, error, words):
    with pytest.raises(error, match=words) as caught:
        atoms(gamma)
    assert "issipators[0]" in str(caught.value)


def test_wrong_lists_are_refused():
    with pytest.raises(DimensionError, match=r"\(..., 1, 1\)"):
        qs.Lindbladian(ATOMS, [], [(1.0, [A.minus])])
    with pytest.raises(DimensionError):
        qs.Lindbladian(ATOMS, [], [(1.0, [])])
    with pytest.raises(DimensionError, match=r"dissipators\[0\]\[1\] must have shape"):
        qs.Lindbladian(ATOMS, [], [(np.eye(2), [A.minus, np.eye(3)])])
    with pytest.raises(InvalidArgumentError, match=r"dissipators\[1\]\[1\]"):
        qs.Lindbladian(ATOMS, [], [(1.0, A.z), (np.eye(2), [A.minus, "B"])])
    with pytest.raises(BroadcastError, match=r"dissipators\[0\]\[0\] \(3,\)"):
        atoms(overlap(np.linspace(0, 0.5, 3)), np.linspace(0, 1, 4))
    # Rounding of what is Hermitian and of rank 1 passes.
    rng = np.random.default_rng(9)
    for _ in range(50):
        v = rng.normal(size=(2, 2)) @ [1, 1j]
        U = np.linalg.qr(random_matrix(rng, 2))[0]
        atoms(np.outer(v, v.conj()))
        atoms(U @ np.diag([1.0, 0.0]) @ U.conj().T)


def test_driven_atoms_in_a_shared_bath_in_two_forms():
    # gamma = [[1, f], [f, 1]] is L_A + L_B and L_A - L_B at the rates (1 + f)/2 and (1 - f)/2.
    energy = [(0.4, A.z), (-0.1, B.z)]
    matrix = qs.Lindbladian(ATOMS, energy, [(overlap(0.5), [A.minus, B.minus])])
    jumps = [(0.75, A.minus + B.minus), (0.25, A.minus - B.minus)]
    plain = qs.Lindbladian(ATOMS, energy, jumps)
    drives = [(1.3, 0.2 * A.plus), (0.7, 0.1 * B.plus)]
    states = [qs.quasi_periodic_steady_state(system, drives) for system in (matrix, plain)]
    for t in (0.0, 0.7, 3.1):
        assert_allclose(states[0].at(t), states[1].at(t), atol=1e-12)
    dark = np.array([0, 1, -1, 0]) / np.sqrt(2)
    fused = qs.Lindbladian(ATOMS, [(0.3, A.z + B.z)], [(overlap(1.0), [A.minus, B.minus])])
    modes = qs.peripheral_modes(fused, dark_states=[dark])
    assert_allclose(np.sort(modes.eigenvalues.imag), [-0.3, 0, 0, 0.3], atol=1e-12)
    with pytest.raises(InvalidArgumentError, match=r"jump operator of dissipators\[0\]"):
        qs.peripheral_modes(fused, dark_states=[np.array([1, 0, 0, 0])])


@pytest.mark.parametrize("method", ["dense", "sparse"])
def test_four_atoms_side_by_side(method):
    # Decay and pumping that atoms at distances x share: sin(x)/x and one common pump.
    names = "ABCD"
    space = qs.Space(**dict.fromkeys(names, qs.Spin(1 / 2)))
    lower = [space[name].minus for name in names]
    apart = 0.7 * np.subtract.outer(range(4), range(4))
    energy = [(0.3 * k, L.conj().T @ L) for k, L in enumerate(lower)]
    pump = (0.2 * np.ones((4, 4)), [L.conj().T for L in lower])
    system = qs.Lindbladian(space, energy, [(np.sinc(apart / np.pi), lower), pump])
    steady = qs.steady_state(system, method=method)
    assert steady.uniqueness == "proven from the jump operators"
    H, jumps = system.to_qutip()
    assert len(jumps) == 5  # the pump is one
    assert_allclose(steady.rho, qutip.steadystate(H, jumps).full(), atol=1e-12)
