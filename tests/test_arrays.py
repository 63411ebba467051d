"""Moving arrays to NumPy, products of small matrices, different rows of a table."""

import array_api_strict as xp
import numpy as np
import pytest

import quantsync as qs
from quantsync.arrays import batched_product, distinct_rows, to_numpy


def test_numpy_arrays_stay_what_they_are_and_others_become_them():
    own = np.array([1.0, 2.0])
    assert to_numpy(own) is own
    np.testing.assert_array_equal(to_numpy(xp.asarray(own)), own)
    elsewhere = xp.asarray(own, device=xp.Device("device1"))
    np.testing.assert_array_equal(to_numpy(elsewhere), own)


@pytest.mark.parametrize("inner", [1, 2, 6, 7])
@pytest.mark.parametrize("library", [np, xp])
def test_products_of_batches_are_those_of_each_pair(inner, library):
    rng = np.random.default_rng(inner)
    a, b = rng.normal(size=(4, 1, 3, inner)), rng.normal(size=(5, inner, 2))
    found = batched_product(library.asarray(a), library.asarray(b))
    np.testing.assert_allclose(np.asarray(found), a @ b, atol=1e-14)


def test_different_rows_are_found_with_their_members():
    columns = [np.array([1.0, 1.0, 2.0, 1.0]), np.array([0.0, 5.0, 0.0, 5.0])]
    rows, index = distinct_rows(columns)
    np.testing.assert_array_equal(rows[index], np.stack(columns, axis=-1))
    assert len(rows) == 3


def test_measures_of_a_single_state_can_be_formatted():
    space = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2))
    rho, other = np.eye(4) / 4, np.diag([0.5, 0.5, 0.0, 0.0])
    values = [
        qs.expectation(rho, space["A"].x), qs.fidelity(rho, other), qs.coherence(rho),
        qs.trace_distance(rho, other), qs.concurrence(rho, space), qs.discord(rho, space, "A"),
        qs.phase_coherence(rho, space), qs.coherence(rho, "relative_entropy"),
    ]  # fmt: skip
    assert [f"{value:.3f}" for value in values[:2]] == ["0.000", "0.500"]
    assert all(isinstance(value, float) for value in values)
