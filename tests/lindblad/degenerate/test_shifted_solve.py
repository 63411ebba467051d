"""Many strengths from one factorisation."""

import numpy as np
from numpy.testing import assert_allclose

from quantsync.lindblad.degenerate._shifted_solve import Factorised, solve_shifted


def test_solutions_at_other_strengths_come_from_one_factorisation():
    rng = np.random.default_rng(1)
    A0, A1, b = rng.normal(size=(9, 9)), rng.normal(size=(9, 9)), rng.normal(size=9)
    factors, ratios = Factorised(A0 + A1), np.array([0.0, 0.3, 3.0])
    x0 = factors.solve(b)
    start = x0 - factors.solve(A0 @ x0)
    differences, converged = solve_shifted(factors, lambda v: A0 @ v, start, ratios, 1.0)
    assert converged.all()
    expected = [np.linalg.solve(A0 + t * A1, b) for t in ratios]
    assert_allclose(x0 + differences, expected, atol=1e-11)


def test_a_singular_matrix_has_no_condition():
    assert Factorised(np.ones((3, 3))).reciprocal_condition == 0
