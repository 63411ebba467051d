"""Stationary states that a perturbation selects: generators, exactness at every strength."""

from itertools import product

import numpy as np
import pytest
from perturbed_chain import CHAIN, ETAS, KEYS, REFERENCE, deterministic, diagonal

import quantsync as qs
from quantsync.lindblad.degenerate.kossakowski import random_kossakowski


def operators(n, basis):
    """F_1, F_2, ... written out as in App. F."""
    columns, found = diagonal(basis, n), []
    for a, b in product(range(n), repeat=2):
        if a == b == n - 1:
            continue
        operator = np.zeros((n, n))
        if a == b:
            operator += np.diag(columns[:, a])
        else:
            operator[a, b] = 1
        found.append(operator)
    return found


def literal(hamiltonian, kossakowski, rho, basis, weights):
    """Eqs. (F1), (F2), term by term."""
    result = -1j * weights[0] * (hamiltonian @ rho - rho @ hamiltonian)
    F = operators(len(rho), basis)
    for m, n in product(range(len(F)), repeat=2):
        both = F[m].conj().T @ F[n]
        change = F[n] @ rho @ F[m].conj().T - (both @ rho + rho @ both) / 2
        result = result + weights[1] * kossakowski[m, n] * change
    return result


def random_pieces(n, seed):
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(2, n * n - 1, n * n - 1))
    root = root[0] + 1j * root[1]
    energy = rng.normal(size=(2, n, n))
    energy = energy[0] + 1j * energy[1]
    rho = rng.normal(size=(2, n, n))
    return energy + energy.conj().T, root @ root.conj().T, rho[0] + 1j * rho[1]


@pytest.mark.parametrize("basis", ["printed", "orthonormal"])
@pytest.mark.parametrize(
    "space", [qs.Space(A=qs.Spin(1)), qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2))]
)
def test_the_reshuffled_generator_is_the_literal_sum(space, basis):
    energy, rates, rho = random_pieces(space.dimension, 3)
    columns = diagonal(basis, space.dimension)
    for weights in ((1.0, 1.0), (0.3, 2.0)):
        generator = qs.degenerate.kossakowski_generator(space, energy, rates, columns, weights)
        expected = literal(energy, rates, rho, basis, weights)
        np.testing.assert_allclose(generator.apply(rho), expected, atol=1e-11)


def test_orthonormal_operators_are_and_the_printed_ones_are_not():
    for n in (2, 5):
        gram = np.einsum("aij,bij->ab", *[operators(n, "orthonormal")] * 2)
        np.testing.assert_allclose(gram, np.eye(n * n - 1), atol=1e-15)
    printed = np.einsum("aij,bij->ab", *[operators(3, "printed")] * 2)
    assert printed[0, 0] == 2
    assert printed[0, 4] == -1


@pytest.mark.parametrize(("basis", "key"), [("printed", "detF3"), ("orthonormal", "detOrth")])
def test_the_chain_under_the_deterministic_perturbation(basis, key):
    generator = deterministic(27, basis)
    trace = REFERENCE[f"{key}_L1_trace"]["value"]
    assert np.trace(generator.matrix) == pytest.approx(trace, rel=1e-12)
    states = qs.degenerate.perturbed_steady_states(CHAIN, generator, ETAS)
    assert states.zero_modes == REFERENCE["L0_number_zero_modes"]["value"]
    for rho, name in zip(states.rho, KEYS, strict=True):
        expected = REFERENCE[f"{key}_eta{name}_rho_<1,-1,0|rho|-1,1,0>"]
        element = rho[7, 19]  # (m1, m2, m3) = (1, -1, 0) and (-1, 1, 0)
        assert abs(element - complex(*expected["value"])) < 1e-9 * abs(element)
        lowest = REFERENCE[f"{key}_eta{name}_rho_min_eig"]["value"]
        assert np.linalg.eigvalsh(rho)[0] == pytest.approx(lowest, rel=1e-11)
    assert (states.residual < 1e-13 * (10 + 300 * states.strengths)).all()
    limit = qs.degenerate.degenerate_steady_state(CHAIN, generator).rho[0]
    # First order in eta: the distance to the limit shrinks with it.
    distance = [np.abs(rho - limit).max() for rho in states.rho[:2]]
    assert distance[1] < 1e-5
    assert distance[0] == pytest.approx(distance[1] / 100, rel=1e-2)


def literal_draw(seed):
    """H_1 and K with G itself drawn, as App. F describes it."""
    rng, n = np.random.default_rng(seed), 27
    matrix = rng.standard_normal((n, n)) + 1j * rng.standard_normal((n, n))
    d = n * n - 1
    root = rng.standard_normal((d, d)) + 1j * rng.standard_normal((d, d))
    rates = root @ root.conj().T
    return (matrix + matrix.conj().T) / np.sqrt(2), rates * d / np.trace(rates).real


@pytest.mark.parametrize(("basis", "key"), [("printed", "F3"), ("orthonormal", "orth")])
def test_the_chain_under_a_literal_random_perturbation(basis, key):
    generator = qs.degenerate.kossakowski_generator(
        CHAIN.space, *literal_draw(12345), diagonal(basis, 27)
    )
    if basis == "printed":
        norm = REFERENCE["rng12345_F3_L1_frobenius"]["value"]
        assert np.linalg.norm(generator.matrix) == pytest.approx(norm, rel=1e-12)
    states = qs.degenerate.perturbed_steady_states(CHAIN, generator, ETAS)
    locking = qs.relative_phase_distribution(states.rho, CHAIN.space)
    m = np.add.outer(np.add.outer([1, 0, -1], [1, 0, -1]), [1, 0, -1]).ravel()
    zero, flip = np.diag((m == 0) * 1.0), np.eye(27)[::-1]
    checked = 0
    for k, name in enumerate(KEYS):
        entry = f"rng12345_{key}_eta{name}"
        if (found := REFERENCE.get(f"{entry}_Smax")) is not None:
            assert float(locking.maximum[k]) == pytest.approx(found["value"], rel=1e-9)
            checked += 1
        if (found := REFERENCE.get(f"{entry}_pop_0+,0-")) is not None:
            weights = [
                np.trace(states.rho[k] @ zero @ (np.eye(27) + sign * flip)).real / 2
                for sign in (1, -1)
            ]
            assert weights == pytest.approx(found["value"], rel=1e-11)
            checked += 1
        if (found := REFERENCE.get(f"{entry}_argmax_chi")) is not None:
            assert float(qs.measures.chi(*locking.location[k])) == pytest.approx(
                found["value"], rel=1e-6
            )
            checked += 1
    assert checked >= 12


def test_degenerate_theory_is_a_markov_chain_between_the_sectors():
    # Maximally mixed states of the strong symmetry's eigenspaces: magnetisation, and spin flip.
    generator = qs.degenerate.random_lindbladian(CHAIN.space, np.random.default_rng(5))
    m = np.add.outer(np.add.outer([1, 0, -1], [1, 0, -1]), [1, 0, -1]).ravel()
    flip = np.eye(27)[::-1]
    projectors = [np.diag((m == k) * 1.0) for k in range(-3, 4) if k]
    zero = np.diag((m == 0) * 1.0)
    projectors += [zero @ (np.eye(27) + sign * flip) / 2 for sign in (1, -1)]
    mixed = [p / np.trace(p) for p in projectors]
    rates = np.array([[np.trace(p @ generator.apply(q)).real for q in mixed] for p in projectors])
    weights = np.linalg.lstsq(np.vstack([rates, np.ones(8)]), np.eye(9)[8], rcond=None)[0]
    expected = sum(w * q for w, q in zip(weights, mixed, strict=True))
    found = qs.degenerate.degenerate_steady_state(CHAIN, generator).rho[0]
    np.testing.assert_allclose(found, expected, atol=1e-14)


@pytest.mark.parametrize(("basis", "key"), [("printed", "F3"), ("orthonormal", "orth")])
def test_the_qubit_pair_under_the_deterministic_perturbation(basis, key):
    base = qs.models.collective_decay_pair()
    n, space = 4, base.space
    k = np.arange(1, n * n)
    m, r = np.meshgrid(k, k, indexing="ij")
    root = np.exp(2j * np.pi * ((3 * m**2 * r + 5 * m * r**2 + 7 * m * r) % 1009) / 1009)
    a, b = np.meshgrid(np.arange(1, n + 1), np.arange(1, n + 1), indexing="ij")
    matrix = np.sqrt(2) * np.exp(
        2j * np.pi * ((3 * a**2 * b + 5 * a * b**2 + 7 * a * b + a) % 101) / 101
    )
    rates = root @ root.conj().T
    rates *= (n * n - 1) / np.trace(rates).real
    generator = qs.degenerate.kossakowski_generator(
        space, (matrix + matrix.conj().T) / np.sqrt(2), rates, diagonal(basis, n)
    )
    states = qs.degenerate.perturbed_steady_states(base, generator, [0.01, 1.0])
    singlet = np.array([0, 1, -1, 0]) / np.sqrt(2)
    for rho, eta in zip(states.rho, ("0.01", "1"), strict=True):
        locking = qs.relative_phase_distribution(rho, space)
        expected = REFERENCE[f"D_det_{key}_eta{eta}_Smax"]["value"]
        assert float(locking.maximum) == pytest.approx(expected, rel=1e-9)
        weight = float(np.real(singlet @ rho @ singlet))
        expected = REFERENCE[f"D_det_{key}_eta{eta}_cminus"]["value"]
        assert weight == pytest.approx(expected, rel=1e-10)


def test_strong_perturbations_agree_with_the_certified_solver():
    rng = np.random.default_rng(8)
    space = qs.Space(A=qs.Spin(1))
    a = space["A"]
    base = qs.Lindbladian(space, [(1.0, a.z)], [(1.0, a.z)])
    perturbation = qs.Lindbladian(space, [(0.4, a.x)], [(1.0, a.minus), (0.3, a.plus @ a.z)])
    etas = rng.uniform(0.1, 3, 4)
    states = qs.degenerate.perturbed_steady_states(base, perturbation, etas)
    for eta, rho in zip(etas, states.rho, strict=True):
        whole = qs.Lindbladian(
            space,
            [(1.0, a.z), (0.4 * eta, a.x)],
            [(1.0, a.z), (eta, a.minus), (0.3 * eta, a.plus @ a.z)],
        )
        np.testing.assert_allclose(rho, qs.steady_state(whole).rho, atol=1e-14)


def test_all_strengths_at_once_are_as_good_as_one_by_one():
    generator = qs.degenerate.random_lindbladian(CHAIN.space, np.random.default_rng(6))
    # The last is too far for a common Krylov space and gets a factorisation of its own.
    etas = [1e-8, 1e-5, 1e-2, 1.0, 10.0, 1e5]
    together = qs.degenerate.perturbed_steady_states(CHAIN, generator, etas)
    alone = np.concatenate(
        [qs.degenerate.perturbed_steady_states(CHAIN, generator, [e]).rho for e in etas]
    )
    np.testing.assert_allclose(together.rho, alone, atol=1e-14)
    first, second = (
        qs.relative_phase_distribution(rho, CHAIN.space).maximum for rho in (together.rho, alone)
    )
    np.testing.assert_allclose(first, second, rtol=1e-9)


def test_matrix_generators_are_their_superoperators():
    space = qs.Space(A=qs.Spin(1))
    system = qs.Lindbladian(
        space, [(0.3, space["A"].x)], [(1.0, space["A"].minus), (0.2, space["A"].z)]
    )
    dense = system.superoperator().toarray()
    generator = qs.degenerate.MatrixGenerator.from_superoperator(space, dense)
    np.testing.assert_allclose(generator.superoperator(), dense, atol=1e-15)
    expected = sum(
        c * t.toarray()
        for c, t in zip(system.coefficient_table()[0], system.terms.real, strict=True)
    )
    np.testing.assert_allclose(generator.matrix, expected, atol=1e-15)
    with pytest.raises(qs.errors.InvalidArgumentError, match="Hermiticity"):
        qs.degenerate.MatrixGenerator.from_superoperator(space, 1j * dense)
    with pytest.raises(qs.errors.DimensionError):
        qs.degenerate.MatrixGenerator.from_superoperator(space, np.eye(4))
    with pytest.raises(qs.errors.InvalidArgumentError, match="real"):
        qs.degenerate.MatrixGenerator(space, 1j * np.eye(9))


def test_random_generators_are_generators_with_the_right_statistics():
    space = qs.Space(A=qs.Spin(1))
    same = [
        qs.degenerate.random_lindbladian(space, np.random.default_rng(4)).matrix for _ in range(2)
    ]
    np.testing.assert_array_equal(*same)
    generator = qs.degenerate.random_lindbladian(space, np.random.default_rng(4))
    np.testing.assert_allclose(generator.matrix[:3].sum(axis=0), 0, atol=1e-13)
    assert np.linalg.eigvals(generator.matrix).real.max() < 1e-12
    rng = np.random.default_rng(11)
    drawn = np.array([random_kossakowski(3, rng) for _ in range(4000)])
    literal = []
    for _ in range(4000):
        root = rng.normal(size=(8, 8)) + 1j * rng.normal(size=(8, 8))
        product_ = root @ root.conj().T
        literal.append(8 * product_ / np.trace(product_).real)
    for statistic in (
        lambda k: np.abs(k[:, 0, 1]) ** 2,
        lambda k: np.abs(k[:, 6, 7]) ** 2,
        lambda k: k[:, 0, 0].real ** 2,
        lambda k: np.linalg.eigvalsh(k)[:, -1],
        lambda k: np.linalg.eigvalsh(k)[:, 0],
    ):
        one, two = statistic(drawn), statistic(np.array(literal))
        error = np.hypot(one.std(), two.std()) / np.sqrt(4000)
        assert abs(one.mean() - two.mean()) < 4 * error


def test_wrong_questions_get_named_errors():
    space = qs.Space(A=qs.Spin(1 / 2))
    zeros = np.zeros((2, 2))
    with pytest.raises(qs.errors.InvalidArgumentError, match="positive semidefinite"):
        qs.degenerate.kossakowski_generator(space, zeros, np.diag([1.0, -1.0, 0.0]))
    with pytest.raises(qs.errors.InvalidArgumentError, match="`hamiltonian`"):
        qs.degenerate.kossakowski_generator(space, [[0, 1], [0, 0]], np.eye(3))
    with pytest.raises(qs.errors.DimensionError, match=r"\(3, 3\)"):
        qs.degenerate.kossakowski_generator(space, zeros, np.eye(4))
    with pytest.raises(qs.errors.DimensionError, match=r"`diagonal` .* \(2, 1\)"):
        qs.degenerate.kossakowski_generator(space, zeros, np.eye(3), np.ones(2))
    rng = np.random.default_rng(1)
    with pytest.raises(qs.errors.InvalidArgumentError, match="`weights`"):
        qs.degenerate.random_lindbladian(space, rng, weights=(1.0, -1.0))
    with pytest.raises(qs.errors.InvalidArgumentError, match="default_rng"):
        qs.degenerate.random_lindbladian(space, 7)
    base = qs.Lindbladian(space, [], [(1.0, space["A"].z)])
    perturbation = qs.degenerate.random_lindbladian(space, rng)
    with pytest.raises(qs.errors.NonUniqueSteadyStateError, match="degenerate_steady_state"):
        qs.degenerate.perturbed_steady_states(base, perturbation, [0.1, 0.0])
    with pytest.raises(qs.errors.InvalidArgumentError, match="-0.1"):
        qs.degenerate.perturbed_steady_states(base, perturbation, [-0.1])
    with pytest.raises(qs.errors.NonUniqueSteadyStateError, match="keeps a symmetry"):
        qs.degenerate.perturbed_steady_states(base, base, [0.1])
    with pytest.raises(qs.errors.DimensionError):
        qs.degenerate.perturbed_steady_states(
            qs.models.collective_decay_pair(), perturbation, [0.1]
        )
    with pytest.raises(qs.errors.InvalidArgumentError, match="single system"):
        qs.degenerate.DegenerateBase(qs.models.collective_decay_pair(field=[0.1, 0.2]))


def test_a_base_with_a_unique_state_needs_no_perturbation():
    base = qs.models.driven_pair()
    perturbation = qs.degenerate.random_lindbladian(base.space, np.random.default_rng(2))
    for call in (
        lambda: qs.degenerate.DegenerateBase(base),
        lambda: qs.degenerate.degenerate_steady_state(base, perturbation),
        lambda: qs.degenerate.perturbed_steady_states(base, perturbation, [0.1]),
        lambda: qs.ensemble(base, [0.1], 2, 1, ["purity"]),
    ):
        with pytest.raises(qs.errors.InvalidArgumentError, match="allow_unique"):
            call()
    states = qs.degenerate.perturbed_steady_states(
        qs.degenerate.DegenerateBase(base, allow_unique=True), perturbation, [0.0, 1e-9]
    )
    assert states.zero_modes == 1
    np.testing.assert_allclose(states.rho[0], qs.steady_state(base).rho, atol=1e-14)
    np.testing.assert_allclose(states.rho[1], states.rho[0], atol=1e-7)


def test_the_models_of_zhao2025():
    generator = qs.models.collective_decay_pair()
    eigenvalues = np.linalg.eigvals(generator.superoperator().toarray())
    alive = eigenvalues[np.abs(eigenvalues.real) < 1e-10]
    assert sorted(np.round(np.abs(alive.imag), 9)) == [0, 0, 2.4, 2.4]
    as_rate = qs.models.collective_decay_pair(decay=0.25, literal=False)
    assert np.abs(generator.superoperator() - as_rate.superoperator()).max() < 1e-15
    chain = qs.models.dephased_chain()
    space = chain.space
    m = np.diag(sum(space[name].z for name in space).toarray()).real
    flip = np.eye(27)[::-1]
    for k in (1, 2, 3):
        osc = flip @ np.diag((m == k) * 1.0)
        rate = chain.apply(osc) / 1j
        np.testing.assert_allclose(rate, 2 * k * osc, atol=1e-13)
    with pytest.raises(qs.errors.InvalidArgumentError, match="`sites`"):
        qs.models.dephased_chain(sites=1)


def test_what_selects_in_second_order_only_is_told_so():
    chain = qs.models.dephased_chain(sites=2)
    hamiltonian = qs.Lindbladian(chain.space, [(1.0, chain.space["A"].x)])
    with pytest.raises(qs.errors.NonUniqueSteadyStateError, match="second order"):
        qs.degenerate.degenerate_steady_state(chain, hamiltonian)
    assert qs.degenerate.perturbed_steady_states(chain, hamiltonian, [1e-3]).residual.max() < 1e-15


def test_what_is_no_generator_or_no_base_is_refused():
    with pytest.raises(qs.errors.InvalidArgumentError, match="trace"):
        qs.degenerate.perturbed_steady_states(
            CHAIN, qs.degenerate.MatrixGenerator(CHAIN.space, np.eye(729)), [0.1]
        )
    with pytest.raises(qs.errors.InvalidArgumentError, match="ndarray of shape"):
        qs.degenerate.perturbed_steady_states(CHAIN, np.eye(729), [0.1])
    for wrong in ("dephased_chain", qs.degenerate.MatrixGenerator(CHAIN.space, np.eye(729))):
        with pytest.raises(qs.errors.InvalidArgumentError, match="Lindbladian"):
            qs.degenerate.DegenerateBase(wrong)
    with pytest.raises(qs.errors.InvalidArgumentError, match="must be a Lindbladian"):
        qs.peripheral_modes(qs.degenerate.MatrixGenerator(CHAIN.space, np.eye(729)))
    mode = qs.Space(A=qs.Fock(400, finite=True))
    with pytest.raises(qs.errors.InvalidArgumentError, match="computed only up to"):
        qs.peripheral_modes(qs.Lindbladian(mode, [(1.0, mode["A"].number)]))
    states = qs.degenerate.perturbed_steady_states(
        CHAIN, qs.degenerate.random_lindbladian(CHAIN.space, np.random.default_rng(1)), [0.1]
    )
    assert "8 stationary states" in repr(states)
    assert "8 stationary states" in repr(CHAIN)


def refined(base, generator, etas):
    """States from direct solves refined in extended precision."""
    size = base.space.dimension**2
    perturbation = generator.matrix.astype(np.longdouble)
    constant = base.matrix.toarray().astype(np.longdouble)
    constant[base.replaced] = base.left.T.astype(np.longdouble) @ perturbation
    constant[base.replaced[0]] = base.left[:, 0]
    perturbation[base.replaced] = 0
    right = np.zeros(size, np.longdouble)
    right[base.replaced[0]] = 1
    found = []
    for eta in etas:
        matrix = constant + np.longdouble(eta) * perturbation
        inverse = np.linalg.inv(matrix.astype(float))
        x = np.zeros(size, np.longdouble)
        for _ in range(4):
            x = x + inverse @ (right - matrix @ x).astype(float)
        found.append(x.astype(float))
    return base.basis.operators(np.array(found))


def test_synchronization_is_accurate_at_every_strength():
    etas = np.array([1e-8, 1e-5, 3e-4, 1e-3, 3e-3, 1e-2, 0.1, 1.0, 10.0])
    for seed in (3, 4):
        generator = qs.degenerate.random_lindbladian(CHAIN.space, qs.sweeps.sample_rng(seed, 0))
        ours = qs.degenerate.perturbed_steady_states(CHAIN, generator, np.logspace(-8, 1, 19))
        every = [np.abs(ours.strengths / eta - 1).argmin() for eta in etas]
        expected = refined(CHAIN, generator, ours.strengths[every])
        heights = [
            qs.relative_phase_distribution(rho, CHAIN.space).maximum
            for rho in (ours.rho[every], expected)
        ]
        np.testing.assert_allclose(heights[0], heights[1], rtol=1e-10)
