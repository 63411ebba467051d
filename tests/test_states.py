"""Density matrices that users pass in, and product basis states."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from systems import random_state, random_unitary

import quantsync as qs
from quantsync.errors import DimensionError, InvalidStateError, NonFiniteError
from quantsync.states import require_density_matrix

SPACE = qs.Space(A=qs.Spin(1), B=qs.Fock(3), C=qs.Spin(1 / 2))


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
