"""What `quasi_periodic_steady_state` refuses, and how it says so."""

import numpy as np
import pytest

import quantsync as qs
from quantsync.errors import (
    DimensionError,
    HarmonicsError,
    InvalidArgumentError,
    NonFiniteError,
    NonUniqueSteadyStateError,
)
from quantsync.lindblad.quasi_periodic.balance import HarmonicBalance

QUBIT = qs.Space(A=qs.Spin(1 / 2))
A = QUBIT["A"]
PAIR = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1))


def qubit():
    return qs.Lindbladian(QUBIT, [(1.0, A.z)], [(0.5, A.minus)])


def test_no_more_harmonics_than_asked_for():
    turning = [(1.3, 0.2 * A.x), (1.9, 0.1 * A.plus)]
    needed = len(qs.quasi_periodic_steady_state(qubit(), turning).harmonics)
    for most in (1, 9, needed - 1):
        with pytest.raises(HarmonicsError, match=f"max_harmonics={most}") as caught:
            HarmonicBalance(qubit(), turning).solve(max_harmonics=most)
        assert 1 <= caught.value.harmonics <= most
    assert len(qs.quasi_periodic_steady_state(qubit(), turning, tolerance=1.0).harmonics) == 1


def test_harmonics_that_do_not_converge_are_an_error_with_the_residual():
    with pytest.raises(HarmonicsError, match="do not converge: the residual is") as caught:
        qs.quasi_periodic_steady_state(qubit(), [(0.5, 20 * A.x)], max_harmonics=9)
    assert caught.value.residual > 0
    assert caught.value.harmonics >= 9
    with pytest.raises(HarmonicsError):  # no arithmetic gives that
        qs.quasi_periodic_steady_state(qubit(), [(0.5, 0.3 * A.x)], tolerance=1e-30)


def test_a_static_part_without_a_unique_state_is_an_error():
    with pytest.raises(NonUniqueSteadyStateError):
        qs.quasi_periodic_steady_state(
            qs.Lindbladian(QUBIT, [(1.0, A.z)], [(0.2, A.z)]), [(1.0, A.plus)]
        )
    a = PAIR["A"]
    with pytest.raises(NonUniqueSteadyStateError):  # B does not decay
        qs.quasi_periodic_steady_state(
            qs.Lindbladian(PAIR, [(1.0, PAIR["B"].z)], [(0.2, a.minus)]),
            [(1.0, PAIR["A"].minus @ PAIR["B"].plus)],
        )


@pytest.mark.parametrize(
    ("perturbations", "error", "message"),
    [
        ([(0.0, A.plus)], InvalidArgumentError, r"perturbations\[0\] is 0"),
        ([(1.0, A.plus), (-1.0, A.minus)], InvalidArgumentError, "both signs of one harmonic"),
        ([(np.nan, A.plus)], NonFiniteError, "must be finite"),
        ([(1j, A.plus)], InvalidArgumentError, "Frequency"),
        ([([1.0, 2.0], A.plus)], InvalidArgumentError, "must be a real number"),
        ([(1.0, PAIR["A"].plus)], DimensionError, r"\(2, 2\)"),
        ([A.plus], InvalidArgumentError, "must be a pair"),
        (A.plus, InvalidArgumentError, "list of pairs"),
        (1.0, InvalidArgumentError, "list of pairs"),
        (None, InvalidArgumentError, "list of pairs"),
    ],
)
def test_unusable_perturbations_are_named(perturbations, error, message):
    with pytest.raises(error, match=message):
        qs.quasi_periodic_steady_state(qubit(), perturbations)


def test_other_unusable_arguments_are_named():
    batch = qs.Lindbladian(QUBIT, [([1.0, 2.0], A.z)], [(1.0, A.minus)])
    with pytest.raises(InvalidArgumentError, match="single system"):
        qs.quasi_periodic_steady_state(batch)
    with pytest.raises(InvalidArgumentError):
        qs.quasi_periodic_steady_state(qs.Lindbladian(QUBIT, [(1.0, A.plus)], [(1.0, A.minus)]))
    with pytest.raises(InvalidArgumentError, match="tolerance"):
        qs.quasi_periodic_steady_state(qubit(), tolerance=0.0)
    with pytest.raises(InvalidArgumentError, match="max_harmonics"):
        qs.quasi_periodic_steady_state(qubit(), max_harmonics=0)
    for wrong in ("a", [1e-9], np.inf):
        with pytest.raises((InvalidArgumentError, NonFiniteError), match="tolerance"):
            qs.quasi_periodic_steady_state(qubit(), tolerance=wrong)
    for wrong in ("a", 2.5, np.nan):
        with pytest.raises((InvalidArgumentError, NonFiniteError), match="max_harmonics"):
            qs.quasi_periodic_steady_state(qubit(), max_harmonics=wrong)
    with pytest.raises(InvalidArgumentError, match="must be a Lindbladian"):
        qs.quasi_periodic_steady_state(A.z)
    with pytest.raises(InvalidArgumentError, match="strengths"):
        qs.quasi_periodic.HarmonicBalance(qubit(), [(1.0, A.plus)]).solve([1.0, 2.0])
    state = qs.quasi_periodic_steady_state(qubit(), [(1.0, 0.1 * A.plus)])
    with pytest.raises(InvalidArgumentError, match="diagonal"):
        state.average(A.x)
    with pytest.raises(InvalidArgumentError, match="resolution"):
        state.average(resolution=-1.0)
    with pytest.raises(NonFiniteError, match="times"):
        state.at(np.inf)
    for wrong in ("a", 1j, None):
        with pytest.raises(InvalidArgumentError, match="times"):
            state.at(wrong)
        with pytest.raises(InvalidArgumentError, match="times"):
            state.expectation(A.plus, wrong)
    for wrong in ("a", 1j, [0.0, 1.0, -1.0], np.nan):
        with pytest.raises((InvalidArgumentError, NonFiniteError), match="frequency"):
            state.demodulated(A.plus, wrong)
        with pytest.raises((InvalidArgumentError, NonFiniteError), match="frequency"):
            state.component(wrong)
    for wrong in ("a", np.nan, [1.0]):
        with pytest.raises((InvalidArgumentError, NonFiniteError), match="resolution"):
            state.average(resolution=wrong)
