"""Every measure with another array library: the strict array API gives the same numbers."""

import array_api_strict as xp
import numpy as np
import pytest
from array_api_compat import array_namespace

import quantsync as qs
from quantsync.measures._eigenvalues import block_eigenvalues
from quantsync.measures._trigonometric import evaluate, maximum
from quantsync.states import Certified

SPACE = qs.Space(A=qs.Spin(1), B=qs.Spin(1 / 2), M=qs.Fock(3))
SPINS = SPACE.subspace(["A", "B"])
ENDING = qs.Space(A=qs.Spin(1), B=qs.Spin(1 / 2), M=qs.Fock(3, finite=True))
QUBITS = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2))
ORDERS = np.array([[0, 1], [1, -1], [2, 0]])


def first_column(rho):
    column = rho[..., :, 0]
    namespace = array_namespace(rho)
    return column / namespace.linalg.vector_norm(column, axis=-1, keepdims=True)


def qubits_of(rho):
    """A state of two qubits from the four levels in the corner."""
    corner = rho[..., :4, :4]
    return corner / array_namespace(rho).linalg.trace(corner)[..., None, None]


MEASURES = {
    "partial_trace": lambda rho: qs.partial_trace(rho, SPACE, ["A", "M"]),
    "partial_transpose": lambda rho: qs.partial_transpose(rho, SPACE, ["A", "M"]),
    "von_neumann_entropy": qs.von_neumann_entropy,
    "von_neumann_entropy in bits": lambda rho: qs.von_neumann_entropy(rho, base=2),
    "purity": qs.purity,
    "mutual_information": lambda rho: qs.mutual_information(rho, SPACE, ["A", "M"]),
    "negativity": lambda rho: qs.negativity(rho, SPACE, "B"),
    "log_negativity": lambda rho: qs.log_negativity(rho, SPACE, "B", base=2),
    "schmidt_coefficients": lambda rho: qs.schmidt_coefficients(first_column(rho), SPACE, "B"),
    "block_eigenvalues": block_eigenvalues,
    "expectation": lambda rho: qs.expectation(rho, SPACE["A"].x @ SPACE["M"].number),
    "complex expectations": lambda rho: qs.expectation(
        rho, [SPACE["A"].minus @ SPACE["M"].create, SPACE["B"].z]
    ),
    "fidelity": lambda rho: qs.fidelity(rho, rho[..., ::-1, ::-1]),
    "trace_distance": lambda rho: qs.trace_distance(rho, rho[..., ::-1, ::-1]),
    "coherence": qs.coherence,
    "relative entropy of coherence": lambda rho: qs.coherence(rho, "relative_entropy"),
    "phase_coherence": lambda rho: qs.phase_coherence(rho, SPACE, ["A", "M"]),
    "concurrence": lambda rho: qs.concurrence(qubits_of(rho), QUBITS),
    "discord": lambda rho: qs.discord(qubits_of(rho), QUBITS, "A", base=2),
    "phase density": lambda rho: qs.phase_distribution(rho, SPACE).density(0.1, [0.2, 0.3], 2.0),
    "phase maximum": lambda rho: qs.phase_distribution(rho, SPACE, "A").maximum,
    "phase location": lambda rho: qs.phase_distribution(rho, SPACE, "A").location,
    "phase minimum": lambda rho: qs.phase_distribution(rho, SPACE, "A", kind="wigner").minimum,
    "mean phases": lambda rho: qs.phase_distribution(rho, SPACE).mean_phase,
    "circular variance": lambda rho: qs.phase_distribution(rho, SPACE, "A").circular_variance,
    "joint phase maximum": lambda rho: qs.phase_distribution(rho, SPACE).maximum,
    "relative phase density": lambda rho: qs.relative_phase_distribution(rho, SPACE).density(1, 2),
    "relative phase maximum": lambda rho: qs.relative_phase_distribution(rho, SPACE).maximum,
    "relative phase location": lambda rho: qs.relative_phase_distribution(rho, SPACE).location,
    "husimi of one site": lambda rho: qs.husimi(rho, SPACE, [0.1, 0.2], 0.3, "A"),
    "husimi of a mode": lambda rho: qs.husimi(rho, ENDING, alpha=[0.3, 0.2j, 0.3j], site="M"),
    "wigner of a mode": lambda rho: qs.wigner(rho, ENDING, alpha=[0.3, 0.2j, 0.3j], site="M"),
    "wigner of a spin": lambda rho: qs.wigner(rho, SPACE, [0.1, 0.2], 0.3, "A"),
    "wigner at one point": lambda rho: qs.wigner(rho, SPACE, 0.1, 0.3, "B"),
    "husimi at one point": lambda rho: qs.husimi(rho, SPACE, 0.1, 0.3, "B"),
    "husimi of all sites": lambda rho: qs.husimi(
        qs.partial_trace(rho, SPACE, ["A", "B"]), SPINS, [[0.1, 0.2], [0.4, 0.5]], 0.3
    ),
}


def block_diagonal(rho):
    """Blocks of one, two and more elements."""
    labels = np.repeat(np.arange(6), [1, 2, 3, 1, 5, 6])
    return rho * (labels[:, None] == labels)


LINEAR = {
    "block_eigenvalues", "partial_trace", "partial_transpose", "expectation", "complex expectations"
}  # fmt: skip
OF_PARTS = {"schmidt_coefficients", "concurrence", "discord"}  # of something made of the state


@pytest.mark.parametrize("batch", [(), (4,), (2, 3)], ids=str)
@pytest.mark.parametrize("name", MEASURES)
def test_strict_arrays_give_the_numbers_of_numpy(name, batch, random_states):
    measure = MEASURES[name]
    for rho in (random_states(1, 18, batch), block_diagonal(random_states(2, 18, batch))):
        strict = xp.asarray(rho.copy())
        expected = measure(rho.copy())
        result = measure(strict)
        assert type(result) is type(strict), "the result must stay in the library of the input"
        assert result.shape == np.shape(expected)
        np.testing.assert_allclose(np.asarray(result), expected, atol=1e-13, rtol=1e-9)
        np.testing.assert_array_equal(np.asarray(strict), rho)


@pytest.mark.parametrize("name", MEASURES)
def test_measures_leave_their_input_as_it_is(name, random_states):
    rho = random_states(3, 18, (4,))
    rho.flags.writeable = False
    kept = rho.copy()
    MEASURES[name](rho)
    np.testing.assert_array_equal(rho, kept)


@pytest.mark.parametrize("name", [name for name in MEASURES if "schmidt" not in name])
def test_real_states_give_the_numbers_of_complex_ones(name, random_states):
    rho = random_states(4, 18, (3,)).real
    measure = MEASURES[name]
    expected = measure(rho.astype(complex))
    np.testing.assert_allclose(measure(rho), expected, atol=1e-13)
    np.testing.assert_allclose(np.asarray(measure(xp.asarray(rho))), expected, atol=1e-13)


def test_states_without_preferred_phase_are_told_apart_in_strict_arrays():
    rho = np.stack([np.eye(4) / 4, np.outer([0, 1, 1, 0], [0, 1, 1, 0]) / 2])
    space = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2))
    relative = qs.relative_phase_distribution(xp.asarray(rho), space)
    np.testing.assert_array_equal(np.asarray(relative.location), [[np.nan], [0]])
    np.testing.assert_allclose(np.asarray(relative.maximum), [0, np.pi / 32], atol=1e-15)


def test_trigonometric_maximum_of_strict_arrays():
    rng = np.random.default_rng(5)
    harmonics = rng.normal(size=(6, 3)) + 1j * rng.normal(size=(6, 3))
    height, location = maximum(harmonics, ORDERS)
    strict_height, strict_location = maximum(xp.asarray(harmonics), ORDERS)
    np.testing.assert_allclose(np.asarray(strict_height), height, rtol=1e-13)
    np.testing.assert_allclose(np.asarray(strict_location), location, atol=1e-9)
    values = evaluate(xp.asarray(harmonics), ORDERS, strict_location)
    np.testing.assert_allclose(np.asarray(values), evaluate(harmonics, ORDERS, location), atol=1e-9)


def test_entropy_of_an_impossible_state_is_refused_in_strict_arrays():
    with pytest.raises(qs.errors.InvalidStateError, match=r"eigenvalue -0\.1"):
        qs.von_neumann_entropy(xp.asarray(np.diag([1.1, -0.1])))


@pytest.mark.parametrize("name", [name for name in MEASURES if name not in OF_PARTS])
def test_strict_arrays_that_hold_no_states_are_refused(name, random_states):
    rho = random_states(6, 18, (2,))
    wrong = {
        "Hermitian": rho + np.triu(np.ones((18, 18)), 1),
        "unit trace": 2 * rho,
        "positive": rho + np.diag([1.0] + [0.0] * 16 + [-1.0]),
        "finite": np.where(rho == rho[1, 0, 0], np.nan, rho),
    }
    if name in LINEAR:
        wrong = {} if name == "block_eigenvalues" else {"finite": wrong["finite"]}
    for what, given in wrong.items():
        with pytest.raises(qs.errors.InvalidArgumentError, match=f"`rho` must .*{what}"):
            MEASURES[name](xp.asarray(given))


def test_state_objects_may_hold_strict_arrays(random_states):
    rho = random_states(7, 18, (3,))
    for given in (rho, xp.asarray(rho)):
        found = qs.negativity(Certified(given, SPACE), "B")
        assert type(found) is type(given)
        np.testing.assert_allclose(np.asarray(found), qs.negativity(rho, SPACE, "B"))


def test_arrays_that_are_traced_pass_unchecked():
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    mixed, pure = np.eye(4) / 4, np.outer([0, 1, 1, 0], [0, 1, 1, 0]) / 2
    space = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2))

    def purity(t):
        return qs.purity((1 - t) * jax.numpy.asarray(mixed) + t * jax.numpy.asarray(pure))

    def locking(t):
        rho = (1 - t) * jax.numpy.asarray(mixed) + t * jax.numpy.asarray(pure)
        return qs.relative_phase_distribution(rho, space).density(0.3)

    for measure in (purity, locking):
        slope = (measure(0.5 + 1e-5) - measure(0.5 - 1e-5)) / 2e-5
        assert float(jax.grad(measure)(0.5)) == pytest.approx(float(slope), rel=1e-6)
        assert float(jax.jit(measure)(0.5)) == pytest.approx(float(measure(0.5)), rel=1e-12)
