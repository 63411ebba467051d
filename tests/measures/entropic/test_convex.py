"""Convex families of limit cycles: closed forms, optimality, one-parameter searches, errors."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from systems import random_hermitian, random_unitary

import quantsync as qs
from quantsync.states import Certified

LABELS = np.array([1, 0, 0, -1])
CHARGE = np.diag(LABELS)


def hermitian_units(n, labels=None):
    """A basis of the Hermitian matrices, or of those without coherences between labels."""
    labels = np.zeros(n) if labels is None else np.asarray(labels)
    units = []
    for i in range(n):
        for j in range(i + 1):
            if labels[i] == labels[j]:
                unit = np.zeros((n, n), complex)
                unit[i, j] = unit[j, i] = 1
                units.append(unit)
                if i != j:
                    unit = np.zeros((n, n), complex)
                    unit[i, j], unit[j, i] = 1j, -1j
                    units.append(unit)
    return units


def random_member(rng, operators):
    """A state in the span of some operators, the identity being the first of them."""
    n = len(operators[0])
    step = np.tensordot(rng.normal(size=len(operators) - 1), operators[1:], 1)
    step = step - np.trace(step).real / n * np.eye(n)
    lowest = np.linalg.eigvalsh(step)[0]
    return np.eye(n) / n + rng.uniform(0.05, 0.99) * step / (-n * lowest)


def omega(rho, cycles):
    return qs.relative_entropy_of_synchronization(rho, cycles)


def require_state(sigma):
    np.testing.assert_allclose(sigma, np.conj(np.swapaxes(sigma, -1, -2)), atol=1e-14)
    np.testing.assert_allclose(np.trace(sigma, axis1=-2, axis2=-1), 1, rtol=1e-12)
    assert np.linalg.eigvalsh(sigma).min() > -1e-15


@pytest.fixture(scope="module")
def driven():
    """Weakly and strongly driven pairs, a spectator of zero temperature among them."""
    gain_b, drive = np.array([[0.09], [0.0]]), np.array([0.05, 0.7])
    coupling = np.array([[1.5], [0.0]])
    system = qs.models.driven_pair(
        gain_a=0.55, damping_a=0.45, gain_b=gain_b, damping_b=1 - gain_b, coupling=coupling,
        drive=drive, drive_detuning=0.3,
    )  # fmt: skip
    return qs.steady_state(system).rho


# The span of operators.


@pytest.mark.parametrize("rank", [4, 2, 1])
def test_spans_of_all_blocks_give_the_closed_form(rank, driven, random_states):
    cycles = qs.entropic.SpannedStates(hermitian_units(4, LABELS))
    exact = qs.entropic.BlockDiagonalStates(CHARGE)
    states = random_states(1, 4, (3,), rank=rank)
    for rho in (states, driven[0], driven[1]):
        closest = cycles.closest(rho)
        require_state(closest)
        np.testing.assert_allclose(closest, exact.closest(rho), atol=1e-6)
        np.testing.assert_allclose(omega(rho, cycles), omega(rho, exact), atol=1e-9)
        assert omega(rho, exact).min() > 1e-5


def test_spans_of_projectors_give_the_closed_form(driven, random_states):
    basis = random_unitary(np.random.default_rng(2), 4)
    undriven = (basis * [0.1, 0.2, 0.3, 0.4]) @ basis.conj().T
    projectors = [np.outer(basis[:, k], basis[:, k].conj()) for k in range(4)]
    exact = qs.entropic.DiagonalStates(undriven)
    for rho in (driven[0], random_states(3, 4, (3,)), random_states(4, 4, (3,), rank=1)):
        for cycles in (
            qs.entropic.SpannedStates(projectors),
            qs.entropic.StateMixtures(projectors),
        ):
            require_state(cycles.closest(rho))
            np.testing.assert_allclose(cycles.closest(rho), exact.closest(rho), atol=1e-5)
            np.testing.assert_allclose(omega(rho, cycles), omega(rho, exact), atol=1e-8)


def test_the_span_is_what_counts_and_not_the_operators(random_states):
    rng, rho = np.random.default_rng(5), random_states(5, 4)
    operators = np.array(hermitian_units(4, LABELS))
    expected = qs.entropic.SpannedStates(operators).closest(rho)
    mixed = np.tensordot(rng.normal(size=(9, len(operators))), operators, 1)  # 3 too many
    for again in (mixed, 1e-3 * mixed, mixed[::-1]):
        np.testing.assert_allclose(
            qs.entropic.SpannedStates(again).closest(rho), expected, atol=1e-7
        )


def test_the_span_of_everything_holds_every_state(random_states):
    cycles = qs.entropic.SpannedStates(hermitian_units(3))
    rho = random_states(6, 3, (2,))
    np.testing.assert_allclose(cycles.closest(rho), rho, atol=1e-7)
    np.testing.assert_allclose(omega(rho, cycles), 0, atol=1e-12)


def test_the_span_of_the_identity_is_one_state(random_states):
    rho = random_states(7, 3, (2,))
    cycles = qs.entropic.SpannedStates([2 * np.eye(3)])
    np.testing.assert_allclose(cycles.closest(rho), np.stack([np.eye(3) / 3] * 2), atol=1e-15)
    np.testing.assert_allclose(omega(rho, cycles), np.log(3) - qs.von_neumann_entropy(rho))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("rank", [4, 1])
def test_no_state_of_a_span_is_closer(seed, rank, random_states):
    rng, n = np.random.default_rng(seed), 4
    operators = [np.eye(n), *(random_hermitian(rng, n) for _ in range(3))]
    cycles, rho = qs.entropic.SpannedStates(operators), random_states(seed, n, rank=rank)
    masked = Certified(rho, qs.Space(A=qs.Spin(3 / 2)))
    closest, least = cycles.closest(masked), omega(masked, cycles)
    require_state(closest)
    rows = np.array([np.ravel(matrix) for matrix in operators]).T
    left = np.linalg.lstsq(rows, closest.ravel(), rcond=None)[0]
    np.testing.assert_allclose(rows @ left, closest.ravel(), atol=1e-12)
    np.testing.assert_allclose(left.imag, 0, atol=1e-12)
    assert least > 1e-3
    for _ in range(40):
        member = random_member(rng, np.array(operators))
        assert qs.relative_entropy(rho, member) > least
        for step in (1e-2, 1e-4):
            near = (1 - step) * closest + step * member
            assert qs.relative_entropy(rho, near) > least - 1e-9


@pytest.mark.parametrize("rank", [3, 2, 1])
def test_one_operator_is_as_good_as_a_search_in_one_variable(rank, random_states):
    for seed in range(4):
        rng = np.random.default_rng(seed)
        rho, step = random_states(seed, 3, rank=rank), random_hermitian(rng, 3)
        step = step - np.trace(step).real / 3 * np.eye(3)
        low, high = np.linalg.eigvalsh(step)[[0, -1]]
        found = minimize_scalar(
            lambda x, rho=rho, step=step: qs.relative_entropy(rho, np.eye(3) / 3 + x * step),
            bounds=(-1 / (3 * high), -1 / (3 * low)),
            method="bounded",
            options={"xatol": 1e-10},
        )
        cycles = qs.entropic.SpannedStates([np.eye(3), step])
        assert omega(rho, cycles) == pytest.approx(found.fun, abs=1e-9)
        expected = np.eye(3) / 3 + found.x * step
        np.testing.assert_allclose(cycles.closest(rho), expected, atol=1e-5)


def test_turning_the_operators_turns_the_closest_state(random_states):
    rng = np.random.default_rng(8)
    unitary, rho = random_unitary(rng, 4), random_states(8, 4)
    operators = [np.eye(4), *(random_hermitian(rng, 4) for _ in range(2))]
    turned = [unitary @ matrix @ unitary.conj().T for matrix in operators]
    expected = unitary @ qs.entropic.SpannedStates(operators).closest(rho) @ unitary.conj().T
    found = qs.entropic.SpannedStates(turned).closest(unitary @ rho @ unitary.conj().T)
    np.testing.assert_allclose(found, expected, atol=1e-6)


# Mixtures of states.


@pytest.mark.parametrize("rank", [3, 1])
def test_two_states_are_as_good_as_a_search_in_one_variable(rank, random_states):
    for seed in range(5):
        first, second = random_states(10 + seed, 3, (2,))
        rho = random_states(20 + seed, 3, rank=rank)
        found = minimize_scalar(
            lambda p, rho=rho, a=first, b=second: qs.relative_entropy(rho, p * a + (1 - p) * b),
            bounds=(0, 1),
            method="bounded",
            options={"xatol": 1e-10},
        )
        cycles = qs.entropic.StateMixtures([first, second])
        require_state(cycles.closest(rho))
        assert omega(rho, cycles) == pytest.approx(found.fun, abs=1e-8)


def test_mixtures_may_end_at_a_corner(random_states):
    # The closest of these is a single state: every other one takes weight away from it.
    rho, far = np.diag([0.9, 0.1]), [np.diag([0.6, 0.4]), np.diag([0.5, 0.5]), np.diag([0.1, 0.9])]
    cycles = qs.entropic.StateMixtures([far[1], far[0], far[2]])
    np.testing.assert_allclose(cycles.closest(rho), far[0], atol=1e-7)
    assert omega(rho, cycles) == pytest.approx(qs.relative_entropy(rho, far[0]), abs=1e-8)


@pytest.mark.parametrize("rank", [4, 1])
def test_no_mixture_is_closer(rank, random_states):
    rng = np.random.default_rng(11)
    states, rho = random_states(11, 4, (5,)), random_states(12, 4, (3,), rank=rank)
    cycles = qs.entropic.StateMixtures(states)
    masked = Certified(rho, qs.Space(A=qs.Spin(3 / 2)))
    closest, least = cycles.closest(masked), omega(masked, cycles)
    assert (least > 1e-3).all()
    for weights in rng.dirichlet(np.full(5, 0.5), size=50):
        member = np.tensordot(weights, states, 1)
        assert (qs.relative_entropy(rho, member) >= least - 1e-7).all()
        near = 0.99 * closest + 0.01 * member
        assert (qs.relative_entropy(rho, near) >= least - 1e-7).all()
    assert (qs.relative_entropy(rho, states[:, None]) >= least - 1e-7).all()


def test_mixtures_contain_their_mixtures(random_states):
    states = random_states(13, 3, (4,))
    inside = np.tensordot([0.1, 0.2, 0.3, 0.4], states, 1)
    assert omega(inside, qs.entropic.StateMixtures(states)) == pytest.approx(0, abs=1e-8)
    assert omega(states[2], qs.entropic.StateMixtures(states)) == pytest.approx(0, abs=1e-7)
    assert omega(inside, qs.entropic.StateMixtures(states[:3])) > 1e-4


def test_mixtures_without_full_rank_serve_states_in_their_support(random_states):
    embedding = random_unitary(np.random.default_rng(14), 5)[:, :3]
    small, rho = random_states(14, 3, (3,)), random_states(15, 3)

    def large(state):
        return embedding @ state @ embedding.conj().T

    cycles = qs.entropic.StateMixtures(large(small))
    expected = omega(rho, qs.entropic.StateMixtures(small))
    assert qs.relative_entropy(rho, small[0]) > expected + 1e-3
    np.testing.assert_allclose(
        cycles.closest(large(rho)), large(qs.entropic.StateMixtures(small).closest(rho)), atol=1e-5
    )
    with pytest.raises(qs.errors.InvalidStateError, match="support.*infinite"):
        cycles.closest(np.eye(5) / 5)


# What both share.


@pytest.mark.parametrize(
    "cycles",
    [
        qs.entropic.SpannedStates(hermitian_units(4, LABELS)),
        qs.entropic.StateMixtures([np.eye(4) / 4, np.diag([0.4, 0.3, 0.2, 0.1])]),
    ],
    ids=["span", "mixtures"],
)
def test_batches_are_searched_one_by_one_and_masked_states_stay_nan(cycles, random_states):
    rho = random_states(16, 4, (2, 3))
    rho[0, 1] = np.nan
    masked = Certified(rho, qs.Space(A=qs.Spin(3 / 2)))
    closest, least = cycles.closest(masked), omega(masked, cycles)
    assert closest.shape == (2, 3, 4, 4)
    assert np.isnan(closest[0, 1]).all()
    assert list(np.isnan(least).ravel()) == [False, True, False, False, False, False]
    np.testing.assert_allclose(closest[1, 2], cycles.closest(rho[1, 2]), atol=1e-15)
    assert least[1, 2] == pytest.approx(omega(rho[1, 2], cycles), rel=1e-12)
    assert cycles.closest(rho[:0]).shape == (0, 3, 4, 4)


def test_misuse_is_explained():
    error = qs.errors.InvalidArgumentError
    for family, name in (
        (qs.entropic.SpannedStates, "operators"),
        (qs.entropic.StateMixtures, "states"),
    ):
        with pytest.raises(error, match=f"`{name}` is empty"):
            family([])
        with pytest.raises(error, match=rf"1 of `{name}` must have shape \(2, 2\).*\(3, 3\)"):
            family([np.eye(2) / 2, np.eye(3) / 3])
        with pytest.raises(error, match=r"`rho` must have shape \(..., 2, 2\).*\(3, 3\)"):
            family([np.eye(2) / 2]).closest(np.eye(3) / 3)
    with pytest.raises(error, match=r"operators\[1\] must be Hermitian"):
        qs.entropic.SpannedStates([np.eye(2), np.array([[0, 1], [0, 0]])])
    with pytest.raises(error, match=r"identity.*StateMixtures"):
        qs.entropic.SpannedStates([np.diag([1.0, 0.0])])
    with pytest.raises(error, match="identity"):
        qs.entropic.SpannedStates([1j * np.eye(2) * 0 + np.diag([1.0, -1.0]), np.ones((2, 2))])
    state = qs.errors.InvalidStateError
    with pytest.raises(state, match=r"`states` must have unit trace, but has trace 2"):
        qs.entropic.StateMixtures([np.eye(2)])
    with pytest.raises(state, match=r"`states` must be positive.*-0\.1"):
        qs.entropic.StateMixtures([np.diag([1.1, -0.1])])


def test_states_of_another_size_are_refused_as_the_measure_says():
    with pytest.raises(qs.errors.DimensionError):
        omega(np.eye(3) / 3, qs.entropic.SpannedStates([np.eye(2)]))


@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")
@pytest.mark.parametrize(
    "cycles",
    [
        qs.entropic.SpannedStates([np.eye(2), np.diag([1.0, -1.0])]),
        qs.entropic.StateMixtures([np.eye(2) / 2, np.diag([1.0, 0.0])]),
    ],
    ids=["span", "mixtures"],
)
def test_matrices_that_are_not_positive_are_refused(cycles):
    with pytest.raises(qs.errors.InvalidStateError, match="eigenvalue"):
        omega(np.diag([1.1, -0.1]), cycles)
