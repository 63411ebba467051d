"""Density matrices that users pass in, and product basis states."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from systems import random_state, random_unitary

import quantsync as qs
from quantsync.errors import (
    DimensionError,
    InvalidArgumentError,
    InvalidStateError,
    NonFiniteError,
    UnknownArgumentError,
)
from quantsync.states import Certified, State, density_matrices, require_density_matrix

SPACE = qs.Space(A=qs.Spin(1), B=qs.Fock(3), C=qs.Spin(1 / 2))
QUBITS = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2))
BELL = np.outer([0, 1, 1j, 0], [0, 1, -1j, 0]) / 2

# Every measure of density matrices, of a state object or (rho, space), or of rho alone.
ON_A_SPACE = {
    "negativity": lambda *rho: qs.negativity(*rho, "A"),
    "log_negativity": lambda *rho: qs.log_negativity(*rho, sites="A", base=2),
    "mutual_information": lambda *rho: qs.mutual_information(*rho, "A"),
    "phase_distribution": lambda *rho: qs.phase_distribution(*rho, "A").maximum,
    "relative_phase_distribution": lambda *rho: qs.relative_phase_distribution(*rho).location[
        ..., 0
    ],
    "husimi": lambda *rho: qs.husimi(*rho, 0.3, 0.2, site="A"),
    "wigner": lambda *rho: qs.wigner(*rho, 0.3, 0.2, site="A"),
    "concurrence": lambda *rho: qs.concurrence(*rho),
    "discord": lambda *rho: qs.discord(*rho, "B"),
    "phase_coherence": lambda *rho: qs.phase_coherence(*rho),
}
OF_OPERATORS = {
    "partial_trace": lambda *rho: qs.partial_trace(*rho, "A")[..., 0, 1],
    "partial_transpose": lambda *rho: qs.partial_transpose(*rho, sites="A")[..., 0, 3],
    "phase_response": lambda *rho: qs.phase_response(*rho, "A"),
    "spherical_moment": lambda *rho: qs.measures.spherical_moment(*rho, "A", 1, 1),
}
WITHOUT_A_SPACE = {
    "purity": qs.purity,
    "von_neumann_entropy": qs.von_neumann_entropy,
    "relative_entropy": lambda rho: qs.relative_entropy(rho, np.eye(4) / 4, base=2),
    "relative_entropy, second": lambda rho: qs.relative_entropy(np.diag([0, 0.5, 0.5, 0]), rho),
    "omega": lambda rho: qs.relative_entropy_of_synchronization(
        rho, qs.entropic.DiagonalStates(np.diag([0.4, 0.3, 0.2, 0.1]))
    ),
    "omega, undriven": lambda rho: qs.relative_entropy_of_synchronization(
        np.eye(4) / 4, qs.entropic.DiagonalStates(rho)
    ),
    "expectation": lambda rho: qs.expectation(rho, QUBITS["A"].minus),
    "fidelity": lambda rho: qs.fidelity(rho, np.eye(4) / 4),
    "trace_distance": lambda rho: qs.trace_distance(rho, np.eye(4) / 4),
    "coherence": qs.coherence,
    "relative entropy of coherence": lambda rho: qs.coherence(rho, "relative_entropy", base=2),
    "closest": lambda rho: (
        qs.entropic.BlockDiagonalStates(QUBITS["A"].z).closest(rho)[..., 1, 1].real
    ),
    "closest mixture": lambda rho: (
        qs.entropic.StateMixtures([np.eye(4) / 4]).closest(rho)[..., 1, 1].real
    ),
}
MEASURES = {
    **{
        name: lambda rho, take=take: take(rho) if hasattr(rho, "rho") else take(rho, QUBITS)
        for name, take in (ON_A_SPACE | OF_OPERATORS).items()
    },
    **WITHOUT_A_SPACE,
}
LINEAR = [*OF_OPERATORS, "expectation"]
OF_STATES = [name for name in MEASURES if name not in LINEAR]


def test_states_pass_unchanged_and_become_complex():
    rng = np.random.default_rng(0)
    batch = np.stack([random_state(rng, 4) for _ in range(6)]).reshape(2, 3, 4, 4)
    assert_allclose(require_density_matrix(batch, 4, "rho0"), batch)
    real = np.diag([1.0, 0.0])
    checked = require_density_matrix(real, 2, "rho0")
    assert checked.dtype == complex
    assert checked is not real


def test_pure_and_maximally_mixed_states_are_states():
    psi = random_unitary(np.random.default_rng(1), 5)[:, 0]
    require_density_matrix(np.outer(psi, psi.conj()), 5, "rho0")
    require_density_matrix(np.eye(5) / 5, 5, "rho0")


def test_rounding_is_forgiven():
    rho = random_state(np.random.default_rng(2), 3) + 1e-10 * np.array([[0, 1, 0]] * 3)
    require_density_matrix(rho, 3, "rho0")


def test_a_matrix_that_is_not_hermitian_is_rejected():
    with pytest.raises(InvalidStateError, match=r"`rho0` must be Hermitian, .* by 0\.2"):
        require_density_matrix([[0.5, 0.2], [0.0, 0.5]], 2, "rho0")
    with pytest.raises(InvalidStateError, match=r"must be Hermitian, .* by 0\.4"):
        require_density_matrix([[0.5, 0.2j], [0.2j, 0.5]], 2, "rho0")


def test_a_matrix_of_the_wrong_trace_is_rejected():
    with pytest.raises(InvalidStateError, match="`rho0` must have unit trace, but has trace 2;"):
        require_density_matrix(np.eye(2), 2, "rho0")
    # The worst member of a batch is the one that is named.
    with pytest.raises(InvalidStateError, match=r"has trace 0\.25"):
        require_density_matrix(np.eye(2) * np.array([0.5, 0.4, 0.125])[:, None, None], 2, "rho0")


def test_a_matrix_with_negative_probabilities_is_rejected():
    with pytest.raises(InvalidStateError, match=r"`rho0` must be positive, .* eigenvalue -0\.25"):
        require_density_matrix(np.diag([1.25, -0.25]), 2, "rho0")
    # Positive populations do not make a state: here |coherence|^2 > p_0 p_1.
    with pytest.raises(InvalidStateError, match=r"`rho0` must be positive, .* eigenvalue -0\.1"):
        require_density_matrix([[0.5, 0.6], [0.6, 0.5]], 2, "rho0")


def test_a_matrix_of_no_rows_is_rejected():
    for measure in (qs.purity, qs.von_neumann_entropy):
        with pytest.raises(DimensionError, match=r"`rho` must have shape .* but has \(0, 0\)"):
            measure(np.zeros((0, 0)))


def test_a_matrix_of_the_wrong_shape_is_rejected():
    for wrong in (np.eye(3) / 3, np.ones(2), np.ones((2, 3)), 1.0):
        shape = str(np.shape(wrong)).replace("(", r"\(").replace(")", r"\)")
        message = rf"`rho0` must have shape \(\.\.\., 2, 2\), but has {shape}"
        with pytest.raises(DimensionError, match=message):
            require_density_matrix(wrong, 2, "rho0")


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_matrix_with_a_number_missing_is_rejected(bad):
    batch = np.stack([np.eye(2) / 2, np.array([[0.5, bad], [0.0, 0.5]])])
    with pytest.raises(NonFiniteError, match=r"`rho0` must be finite.* index \(1, 0, 1\)"):
        require_density_matrix(batch, 2, "rho0")


def test_a_basis_state_has_its_quantum_numbers():
    for m, n, s in [(1, 0, 0.5), (0, 2, -0.5), (-1, 1, 0.5)]:
        rho = qs.basis_state(SPACE, A=m, B=n, C=s)
        require_density_matrix(rho, 18, "rho")
        expected = {"A": m, "B": n, "C": s}
        for name, operator in {"A": "z", "B": "number", "C": "z"}.items():
            matrix = getattr(SPACE[name], operator)
            assert_allclose(np.trace(matrix @ rho), expected[name])
            assert_allclose(np.trace(matrix @ matrix @ rho), expected[name] ** 2)


def test_basis_states_are_a_basis_in_the_order_of_the_sites():
    states = [
        qs.basis_state(SPACE, C=s, A=m, B=n)
        for m in (1, 0, -1)
        for n in (0, 1, 2)
        for s in (0.5, -0.5)
    ]
    assert_allclose([np.flatnonzero(rho.diagonal())[0] for rho in states], np.arange(18))


def test_a_basis_state_that_does_not_exist_is_rejected():
    with pytest.raises(InvalidArgumentError, match="`space` must be a Space, but is None"):
        qs.basis_state(None, A=0)
    with pytest.raises(InvalidStateError, match="level for every site; 'C' has none"):
        qs.basis_state(SPACE, A=0, B=0)
    with pytest.raises(InvalidStateError, match=r"Site 'A' .* no state 2; it has 1, 0, -1"):
        qs.basis_state(SPACE, A=2, B=0, C=0.5)
    with pytest.raises(InvalidStateError, match=r"Site 'C' .* no state 0; it has 0.5, -0.5"):
        qs.basis_state(SPACE, A=0, B=0, C=0)
    with pytest.raises(InvalidStateError, match=r"Site 'B' .* no state -1; it has 0, 1, 2"):
        qs.basis_state(SPACE, A=0, B=-1, C=0.5)
    with pytest.raises(InvalidStateError, match=r"unknown sites \['D'\]"):
        qs.basis_state(SPACE, A=0, B=0, C=0.5, D=1)
    for level in ([0, 1], np.eye(3), None, "up", 1j):
        with pytest.raises(InvalidStateError, match="Level of site 'A' must be"):
            qs.basis_state(SPACE, A=level, B=0, C=0.5)


class Found:
    """A state object of a user's own."""

    def __init__(self, rho, space=QUBITS):
        self.rho, self.space = rho, space


@pytest.mark.parametrize("name", MEASURES)
def test_measures_take_state_objects_arrays_and_lists(name):
    measure = MEASURES[name]
    value = measure(BELL)
    for state in (Found(BELL), Found(BELL.tolist()), Certified(BELL, QUBITS), BELL.tolist()):
        np.testing.assert_array_equal(measure(state), value)
    batch = np.stack([BELL, np.eye(4) / 4])
    np.testing.assert_allclose(measure(batch)[0], value, atol=1e-14)
    assert isinstance(Found(BELL), State)


@pytest.mark.parametrize("name", [*ON_A_SPACE, *OF_OPERATORS])
def test_a_state_object_may_be_given_with_its_own_space_and_no_other(name):
    measure = (ON_A_SPACE | OF_OPERATORS)[name]
    found = Found(BELL)
    np.testing.assert_array_equal(measure(found, QUBITS), measure(BELL, QUBITS))
    other = qs.Space(A=qs.Spin(1 / 2), C=qs.Spin(1 / 2))
    with pytest.raises(DimensionError, match=r"`rho` must be a state of .*C=.*but lives on .*B="):
        measure(found, other)
    with pytest.raises(InvalidArgumentError, match=r"\(\) of an array needs its space, as in"):
        measure(BELL)


def test_the_space_may_be_given_by_name():
    assert qs.negativity(BELL, space=QUBITS, sites="A") == qs.negativity(BELL, QUBITS, "A")
    assert qs.negativity(rho=BELL, space=QUBITS, sites="A") == qs.negativity(BELL, QUBITS, "A")
    assert qs.negativity(Found(BELL), space=None, sites="A") == qs.negativity(BELL, QUBITS, "A")


def test_an_unknown_argument_names_the_nearest_one():
    message = r"negativity\(\) has no argument `site`; did you mean `sites`"
    with pytest.raises(UnknownArgumentError, match=message):
        qs.negativity(Found(BELL), site="A")


@pytest.mark.parametrize("measure", [qs.relative_entropy, qs.fidelity, qs.trace_distance])
def test_two_states_are_compared_on_one_space(measure):
    other = qs.Space(A=qs.Spin(1 / 2), C=qs.Spin(1 / 2))
    with pytest.raises(DimensionError, match=r"must live on one space, but are on .*B=.* C="):
        measure(Found(BELL), Found(BELL, other))
    with pytest.raises(DimensionError, match=r"with the same n, but have \(4, 4\) and \(3, 3\)"):
        measure(BELL, np.eye(3) / 3)
    with pytest.raises(qs.errors.BroadcastError, match=r"rho \(2,\), sigma \(3,\)"):
        measure(np.stack([BELL] * 2), np.stack([BELL] * 3))


NOT_STATES = {
    "conjugation forgotten": (np.outer([0, 1, 1j, 0], [0, 1, 1j, 0]) / 2, "must be Hermitian"),
    "not Hermitian": (np.triu(np.full((4, 4), 0.25)), "must be Hermitian.* by 0.25"),
    "imaginary": (1j * np.eye(4) / 4, "must be Hermitian.* by 0.5"),
    "one of a batch": (
        np.stack([BELL, np.triu(np.full((4, 4), 0.25))]),
        r"must be Hermitian.* by 0.25 at index \(1,\)",
    ),
    "trace": (2 * BELL, "must have unit trace, but has trace 2; divide by it"),
    "trace in a batch": (
        np.stack([[BELL, BELL], [BELL, np.eye(4)]]),
        r"must have unit trace, but has trace 4 at index \(1, 1\); divide by it",
    ),
    "negative": (np.diag([1.3, -0.3, 0.0, 0.0]), "must be positive, .* eigenvalue -0.3"),
    "negative in a batch": (
        np.stack([BELL] * 3 + [np.diag([1.3, -0.3, 0.0, 0.0])]),
        r"must be positive, .* eigenvalue -0.3 at index \(3,\)",
    ),
    "integers": (np.eye(4, dtype=int), "must have unit trace, but has trace 4"),
}


@pytest.mark.parametrize("wrong", NOT_STATES)
@pytest.mark.parametrize("name", OF_STATES)
def test_what_is_no_state_is_refused(name, wrong):
    rho, message = NOT_STATES[wrong]
    for given in (rho, Found(rho)):
        with pytest.raises(InvalidStateError, match=message):
            MEASURES[name](given)


@pytest.mark.parametrize("name", LINEAR)
def test_linear_measures_take_any_operator(name):
    rho = NOT_STATES["not Hermitian"][0]
    expected = MEASURES[name](np.eye(4) / 4) + 2 * MEASURES[name](BELL)
    np.testing.assert_allclose(MEASURES[name](np.eye(4) / 4 + 2 * BELL), expected, atol=1e-15)
    assert np.isfinite(MEASURES[name](rho))


@pytest.mark.parametrize("name", MEASURES)
def test_what_is_no_batch_of_square_matrices_is_refused(name):
    psi = np.array([0, 1, 1j, 0]) / np.sqrt(2)
    for wrong in (psi, psi[:, None], np.stack([psi] * 3), 1.0, []):
        with pytest.raises(DimensionError, match="must have shape"):
            MEASURES[name](wrong)


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_numbers_that_are_missing_are_refused(name, bad):
    rho = np.stack([BELL, BELL])
    rho[1, 2, 3] = bad
    with pytest.raises(NonFiniteError, match=r"must be finite.* at index \(1, 2, 3\).*masked"):
        MEASURES[name](rho)


@pytest.mark.parametrize("name", MEASURES)
def test_masked_systems_of_certified_states_stay_nan(name):
    rho = np.stack([BELL, np.full((4, 4), np.nan), np.eye(4) / 4])
    values = MEASURES[name](Certified(rho, QUBITS))
    assert np.isnan(values[1])
    for k in (0, 2):
        np.testing.assert_allclose(values[k], MEASURES[name](rho[k]), atol=1e-14)


@pytest.mark.parametrize("name", MEASURES)
def test_what_is_no_array_is_refused_by_name(name):
    for wrong, message in (
        (None, "but is None"),
        ("rho", "but is 'rho'"),
        ([[1, 0], [0]], r"but is \[\[1, 0\], \[0\]\]"),
        (np.array([["a"]]), "but is an array of <U1"),
        (QUBITS, r"but is Space\(A="),
        (BELL.view(np.matrix), "but is a matrix, .* convert it with np.asarray"),
        (np.ma.array(BELL), "but is a MaskedArray, whose masked values"),
        (QUBITS["A"].z, r"but is a Operator; convert it with .toarray\(\)"),
    ):
        with pytest.raises(InvalidStateError, match=f"must be an array of .* {message}"):
            MEASURES[name](wrong)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.longdouble, np.complex64, bool])
def test_states_of_any_precision_pass(dtype):
    rho = np.diag([1, 0, 0, 0]).astype(dtype)
    assert qs.purity(rho) == 1
    assert qs.negativity(rho, QUBITS, "A") == 0
    mixed = random_state(np.random.default_rng(3), 20)
    assert density_matrices(mixed.astype(np.complex64)).dtype == np.complex64
    with pytest.raises(InvalidStateError, match="must have unit trace"):
        qs.purity(1.001 * mixed.astype(np.complex64))


def test_large_batches_are_checked_to_their_end():
    rho = np.broadcast_to(BELL, (30, 1000, 4, 4)).copy()
    density_matrices(rho, QUBITS)
    rho[29, 999] = np.diag([2, -1, 0, 0])
    with pytest.raises(InvalidStateError, match=r"eigenvalue -1 at index \(29, 999\)"):
        density_matrices(rho, QUBITS)


def test_batches_of_no_states_have_no_values():
    assert qs.negativity(np.zeros((0, 4, 4)), QUBITS, "A").shape == (0,)
    assert qs.purity(np.zeros((3, 0, 4, 4))).shape == (3, 0)


def test_a_certified_state_must_fit_its_space():
    with pytest.raises(DimensionError, match=r"must have shape \(\.\.\., 4, 4\) for Space"):
        qs.negativity(Certified(np.eye(3) / 3, QUBITS), "A")


def test_states_of_our_own_solvers_are_not_checked_again(monkeypatch):
    steady = qs.steady_state(qs.models.spin_pair(epsilon=[0.0, 0.1]))
    expected = qs.negativity(steady.rho, steady.space, "A")
    monkeypatch.setattr("quantsync.states._fault", None)
    np.testing.assert_array_equal(qs.negativity(steady, "A"), expected)
    with pytest.raises(TypeError):
        qs.negativity(steady.rho, steady.space, "A")


def test_gaussian_states_are_told_where_their_measures_are():
    with pytest.raises(InvalidArgumentError, match=r"a GaussianState: .* quantsync\.gaussian"):
        qs.log_negativity(qs.GaussianState.vacuum([1.0, 2.0]), "A")


def test_measures_that_need_a_state_alone_are_measures_of_sweeps():
    asked = {"coherence": qs.phase_coherence, "l1": qs.coherence, "spins": spins_of}
    found = qs.sweep("spin_pair", {"epsilon": [0.0, 0.1, 0.2]}, asked, progress=False)
    steady = qs.steady_state(qs.models.spin_pair(epsilon=np.array([0.0, 0.1, 0.2])))
    assert_allclose(found["coherence"], qs.phase_coherence(steady), rtol=1e-12)
    assert_allclose(found["l1"], qs.coherence(steady), rtol=1e-12)
    assert_allclose(np.squeeze(found["spins"].values), spins_of(steady), rtol=1e-12)


def spins_of(state):
    return qs.expectation(state, [state.space["A"].z, state.space["B"].z])
