"""Many perturbations at once: agreement with the certified route, any array library, bad input."""

import array_api_strict
import numpy as np
import pytest
from perturbed_chain import diagonal

import quantsync as qs

ETAS = [1e-12, 1e-6, 1e-2, 1.0, 10.0]


def levels(n, coherence=True):
    """Levels that dephase: n stationary states, all coherences oscillate and decay."""
    space = qs.Space(A=qs.Fock(n, finite=True))
    number = np.diag(np.arange(n) * 1.0)
    return qs.Lindbladian(space, [(1.0, number @ number)] if coherence else [], [(1.0, number)])


def unit(n, i, j):
    matrix = np.zeros((n, n))
    matrix[i, j] = 1
    return matrix


def free_subspace():
    """Decay into a decoherence-free pair of levels: stationary coherences, nothing unital."""
    space = qs.Space(A=qs.Fock(4, finite=True))
    jumps = [(0.5, unit(4, 0, 2)), (0.25, unit(4, 1, 3)), (1.0, unit(4, 2, 3))]
    return qs.Lindbladian(space, [(1.0, np.diag([0.0, 0, 1, 2]))], jumps)


def oscillating_subspace():
    """The same with a splitting: the coherence of the pair oscillates for ever."""
    space = qs.Space(A=qs.Fock(4, finite=True))
    jumps = [(0.5, unit(4, 0, 2)), (0.25, unit(4, 1, 3)), (1.0, unit(4, 2, 3))]
    return qs.Lindbladian(space, [(1.0, np.diag([0.0, 0.7, 1, 2]))], jumps)


def spin_pair_with_coherences():
    space = qs.Space(A=qs.Spin(1), B=qs.Spin(1))
    a, b = space["A"], space["B"]
    return qs.Lindbladian(
        space, [(1.0, a.z), (1.0, b.z)], [(1.0, a.plus @ a.z), (0.7, b.minus @ b.z)]
    )


BASES = {
    "pair": qs.models.collective_decay_pair,
    "qubit": lambda: levels(2),
    "three levels": lambda: levels(3),
    "five levels": lambda: levels(5),
    "twelve levels": lambda: levels(12),
    "free subspace": free_subspace,
    "oscillating subspace": oscillating_subspace,
    "spin pair": spin_pair_with_coherences,
    "chain": lambda: qs.models.dephased_chain(sites=2),
}


def drawn(space, count, seed=0, basis="orthonormal", weights=(1, 1)):
    rng, operators = np.random.default_rng(seed), diagonal(basis, space.dimension)
    draws = [qs.degenerate.random_lindbladian(space, rng, operators, weights) for _ in range(count)]
    return np.stack([draw.matrix for draw in draws])


def one_by_one(base, perturbations, etas):
    generators = [qs.degenerate.MatrixGenerator(base.space, matrix) for matrix in perturbations]
    return np.stack(
        [qs.degenerate.perturbed_steady_states(base, one, etas).rho for one in generators]
    )


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("name", list(BASES))
def test_the_batch_agrees_with_each_alone(name, seed):
    base = qs.degenerate.DegenerateBase(BASES[name]())
    perturbations = drawn(base.space, 4, seed, "orthonormal" if seed else "printed")
    found = qs.degenerate.BatchedPerturbations(base, ETAS)(perturbations)
    np.testing.assert_allclose(found.rho, one_by_one(base, perturbations, ETAS), atol=1e-12)
    np.testing.assert_allclose(np.einsum("seii->se", found.rho), 1, atol=1e-13)
    scale = np.abs(perturbations).max()
    assert (found.residual < 1e-12 * (1 + np.array(ETAS) * scale)).all()


@pytest.mark.parametrize("weights", [(0.0, 1.0), (3.0, 1.0), (0.5, 0.2)])
@pytest.mark.parametrize("basis", ["printed", "orthonormal"])
def test_weights_may_be_others_with_their_rate(weights, basis):
    base = qs.degenerate.DegenerateBase(free_subspace())
    perturbations = drawn(base.space, 3, 7, basis, weights)
    rate = -np.trace(perturbations, axis1=1, axis2=2).mean() / 16
    found = qs.degenerate.BatchedPerturbations(base, ETAS, rate=rate)(perturbations)
    np.testing.assert_allclose(found.rho, one_by_one(base, perturbations, ETAS), atol=1e-12)


def test_the_rate_changes_the_work_and_not_the_states():
    base = qs.degenerate.DegenerateBase(levels(5))
    perturbations = drawn(base.space, 2, 3)
    states = [
        qs.degenerate.BatchedPerturbations(base, ETAS, rate=rate)(perturbations).rho
        for rate in (2.0, 5.0, 9)
    ]
    np.testing.assert_allclose(states[1], states[0], atol=1e-12)
    np.testing.assert_allclose(states[2], states[0], atol=1e-12)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_arrays_of_another_library_stay_there(dtype):
    base = qs.models.collective_decay_pair()
    solve = qs.degenerate.BatchedPerturbations(base, [1e-8, 1.0])
    exact = drawn(base.space, 3)
    perturbations = exact.astype(dtype)
    strict = array_api_strict.asarray(perturbations)
    found, expected = solve(strict), solve(perturbations)
    assert isinstance(found.rho, array_api_strict._array_object.Array)
    assert str(expected.rho.dtype) == {"float64": "complex128", "float32": "complex64"}[dtype]
    np.testing.assert_allclose(np.asarray(found.rho), expected.rho, atol=1e-6)
    np.testing.assert_array_equal(np.asarray(strict), perturbations)
    alone = one_by_one(base, exact, [1e-8, 1.0])
    np.testing.assert_allclose(expected.rho, alone, atol=100 * np.finfo(dtype).eps)


@pytest.mark.parametrize("count", [0, 1])
def test_a_batch_may_have_one_sample_or_none(count):
    base = qs.models.collective_decay_pair()
    found = qs.degenerate.BatchedPerturbations(base, ETAS)(drawn(base.space, 2)[:count])
    assert found.rho.shape == (count, len(ETAS), 4, 4)
    assert found.residual.shape == (count, len(ETAS))


@pytest.mark.parametrize("n", [2, 3, 5])
def test_a_perturbation_that_keeps_the_mixed_state(n):
    # L1[1] = 0 and L0[1] = 0: there is nothing to iterate for this one, but for the others.
    base = qs.degenerate.DegenerateBase(levels(n))
    jumps = [(1.0, unit(n, k, k + 1) + unit(n, k + 1, k)) for k in range(n - 1)]
    system = qs.Lindbladian(base.space, [], jumps)
    kept = qs.degenerate.MatrixGenerator.from_superoperator(
        base.space, system.superoperator().toarray()
    )
    kept = kept.matrix.copy("C")
    others = drawn(base.space, 2, 4)
    for perturbations in (kept[None], np.concatenate([others[:1], kept[None], others])):
        found = qs.degenerate.BatchedPerturbations(base, ETAS)(perturbations)
        np.testing.assert_allclose(found.rho, one_by_one(base, perturbations, ETAS), atol=1e-12)


def test_a_perturbation_that_selects_nothing_is_refused():
    base = qs.models.collective_decay_pair()
    a, b = base.space["A"], base.space["B"]
    symmetric = qs.Lindbladian(
        base.space, [(0.3, a.x + b.x)], [(0.7, a.minus + b.minus), (0.3, a.z + b.z)]
    )
    matrix = qs.degenerate.MatrixGenerator.from_superoperator(
        base.space, symmetric.superoperator().toarray()
    ).matrix
    for perturbations in (matrix[None], np.stack([*drawn(base.space, 2), matrix])):
        with pytest.raises(qs.errors.QuantsyncError):
            qs.degenerate.BatchedPerturbations(base, ETAS)(perturbations)
    with pytest.raises(qs.errors.QuantsyncError):
        qs.degenerate.BatchedPerturbations(base, ETAS)(np.zeros((1, 16, 16)))


def test_perturbations_far_from_depolarisation_are_referred_to_the_other_route():
    base = levels(12)
    solve = qs.degenerate.BatchedPerturbations(base, [1e-6, 1.0])
    with pytest.raises(qs.errors.ConvergenceError, match="perturbed_steady_states"):
        solve(1e6 * drawn(base.space, 1))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_numbers_that_are_none_are_named(value):
    base = qs.models.collective_decay_pair()
    perturbations = drawn(base.space, 3)
    perturbations[1, 2, 3] = value
    with pytest.raises(qs.errors.NonFiniteError):
        qs.degenerate.BatchedPerturbations(base, ETAS)(perturbations)


@pytest.mark.parametrize("kind", [complex, int, bool])
def test_arrays_of_another_kind_are_refused(kind):
    base = qs.models.collective_decay_pair()
    perturbations = drawn(base.space, 2)
    with pytest.raises(qs.errors.InvalidArgumentError):
        qs.degenerate.BatchedPerturbations(base, ETAS)(perturbations.astype(kind))


@pytest.mark.parametrize("shape", [(16, 16), (2, 16, 15), (2, 9, 9), (1, 2, 16, 16)])
def test_wrong_shapes_are_named(shape):
    base = qs.models.collective_decay_pair()
    with pytest.raises(qs.errors.DimensionError, match="perturbations"):
        qs.degenerate.BatchedPerturbations(base, ETAS)(np.zeros(shape))


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"strengths": [0.0, 1.0]}, qs.errors.NonUniqueSteadyStateError),
        ({"strengths": [-1.0]}, qs.errors.InvalidArgumentError),
        ({"strengths": []}, qs.errors.InvalidArgumentError),
        ({"rate": 0.0}, qs.errors.InvalidArgumentError),
        ({"rate": -1.0}, qs.errors.InvalidArgumentError),
        ({"rate": np.nan}, qs.errors.InvalidArgumentError),
        ({"system": qs.models.driven_pair()}, qs.errors.InvalidArgumentError),
    ],
)
def test_bad_arguments_are_refused(arguments, error):
    given = {"system": qs.models.collective_decay_pair(), "strengths": ETAS} | arguments
    with pytest.raises(error):
        qs.degenerate.BatchedPerturbations(**given)


def test_a_unique_state_may_be_perturbed_too():
    base = qs.degenerate.DegenerateBase(qs.models.driven_pair(), allow_unique=True)
    perturbations = drawn(base.space, 2, 5)
    etas = [0.0, 1e-9, 1.0]
    found = qs.degenerate.BatchedPerturbations(base, etas)(perturbations)
    np.testing.assert_allclose(found.rho, one_by_one(base, perturbations, etas), atol=1e-12)


def test_the_input_is_not_written_to_and_its_layout_does_not_matter():
    base = levels(5)
    perturbations = drawn(base.space, 3)
    before = perturbations.copy()
    solve = qs.degenerate.BatchedPerturbations(base, ETAS)
    found = solve(perturbations)
    np.testing.assert_array_equal(perturbations, before)
    turned = solve(np.asfortranarray(perturbations))
    np.testing.assert_allclose(turned.rho, found.rho, atol=1e-13)
    # Again: nothing is left of the first call.
    np.testing.assert_array_equal(solve(perturbations).rho, found.rho)
