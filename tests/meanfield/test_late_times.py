"""Runs to absurd times: what is at rest stays, what is not is refused by its cost."""

import numpy as np
import pytest
import sympy
from numpy.testing import assert_allclose

import quantsync as qs
from quantsync.errors import CostError

b = sympy.Symbol("b")
omega, gain, loss, pull = sympy.symbols("omega gain loss pull", real=True)
MODE = qs.MeanFieldModel(
    [b],
    hamiltonian=omega * sympy.Abs(b) ** 2 + pull * (b + sympy.conjugate(b)),
    jumps=[sympy.sqrt(gain) * sympy.conjugate(b), sympy.sqrt(loss) * b],
    defaults={omega: 1.0, gain: 0.1, loss: 1.1, pull: 0.3},
)


def test_what_comes_to_rest_rests_for_ever():
    # d b/dt = -(i omega + kappa/2) b - i pull with kappa = loss - gain = 1
    times = [0.0, 1.0, 5.0, 1e12, 1e300]
    run = MODE.integrate([0.5], times, covariance="vacuum")
    rate = 1j + 0.5
    fixed = -0.3j / rate
    expected = fixed + (0.5 - fixed) * np.exp(-rate * np.array([0.0, 1.0, 5.0]))
    assert_allclose(run.beta[:, 0], [*expected, fixed, fixed], atol=1e-9)
    # d C/dt = -C + (gain + loss)/2
    assert_allclose(run.covariance[3:], [0.6 * np.eye(2)] * 2, atol=1e-9)
    assert run.valid.all()


def test_a_batch_rests_too():
    run = MODE.integrate(np.linspace(0, 1, 20)[:, None], [1e300])
    assert_allclose(run.beta[:, 0, 0], -0.3j / (1j + 0.5), atol=1e-9)


@pytest.mark.parametrize("method", ["auto", "DOP853"])
def test_what_turns_for_ever_is_refused_with_its_steps(method):
    turning = {"gain": 0.0, "loss": 0.0}
    with pytest.raises(
        CostError, match=r"To t = 1e\+300 .* some [1-9].*e\+300 steps.*earlier time"
    ):
        MODE.integrate([0.5], [1.0, 1e300], parameters=turning, method=method)
    batch = np.full((20, 1), 0.5)
    with pytest.raises(CostError, match="steps"):
        MODE.integrate(batch, [1e300], parameters=turning, method=method)
