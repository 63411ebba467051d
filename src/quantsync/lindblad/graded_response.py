"""Weakly driven states whose smallest populations have all their digits.

A linear solve knows populations to 1e-16 of the largest. In units of sqrt(p_i p_j) for the entry
(i, j), and with the equation of the largest population replaced by the trace, all entries are of
order one and keep their digits, 1e-30 included. The populations p are found by repeating the solve
in the units of the last one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg
import scipy.sparse as sp

FEWEST_DIGITS = 1e-10  # populations below this are solved for again
MOST_ROUNDS = 40
SETTLED = 1e-9  # change of the units in one round, relative
FAINTEST_UNIT = 1e-152  # relative to the largest: the ratios of their squares are numbers still
SMALLEST = 1e-12  # part of a population to which one round may reduce it


def is_accurate(rho: np.ndarray) -> Any:
    """Which of some graded states (..., n, n) know all their populations, bool (...)."""
    # A state of full rank that has been found again has no populations of zero.
    populations = np.real(np.diagonal(rho, axis1=-2, axis2=-1))
    zero = (populations == 0).any(axis=-1)
    faint = ((populations != 0) & (populations < FEWEST_DIGITS)).any(axis=-1)
    return (populations >= 0).all(axis=-1) & ~(zero & faint)


def needs_grading(rho: np.ndarray) -> Any:
    """Which of some states (..., n, n) of full rank have populations that lost digits."""
    return (np.real(np.diagonal(rho, axis1=-2, axis2=-1)) < FEWEST_DIGITS).any(axis=-1)


def graded_orders(
    generator: sp.csr_array, perturbation: sp.csr_array, rho: np.ndarray, count: int
) -> list[np.ndarray] | None:
    """The first orders of the response of one system, all entries accurate; None if not found."""
    dense = generator.toarray()
    units = np.sqrt(np.maximum(np.abs(np.diagonal(rho)), 1e-300))
    for _ in range(MOST_ROUNDS):
        if units.min() < FAINTEST_UNIT * units.max():
            return None
        equations = _Equations(dense, units)
        state = equations.solved(np.zeros(len(dense), complex), trace=1.0)
        populations = np.real(np.diagonal(state))
        after = np.sqrt(np.maximum(populations, SMALLEST * units**2))
        settled = np.abs(np.log(after / units)).max() < SETTLED
        units = after
        if settled and (populations > 0).all():
            orders = [state]
            for _ in range(count - 1):
                source = -(perturbation @ orders[-1].ravel())
                orders.append(equations.solved(source, trace=0.0))
            return orders
    return None


class _Equations:
    """The stationary equations of a system, in units of sqrt(p_i p_j) for the entry (i, j)."""

    def __init__(self, generator: np.ndarray, units: np.ndarray):
        self.size = len(units)
        diagonal = np.arange(self.size) * (self.size + 1)
        self.replaced = diagonal[np.argmax(units)]
        self.scale = np.outer(units, units).ravel()
        matrix = generator * self.scale / self.scale[:, None]
        matrix[self.replaced] = 0
        matrix[self.replaced, diagonal] = self.scale[diagonal]
        self.rows = np.abs(matrix).max(axis=1)
        self.factors = scipy.linalg.lu_factor(matrix / self.rows[:, None])

    def solved(self, right: np.ndarray, trace: float) -> np.ndarray:
        """The Hermitian operator of some trace that the generator maps to the right-hand side."""
        right = right / self.scale
        right[self.replaced] = trace
        x = scipy.linalg.lu_solve(self.factors, right / self.rows) * self.scale
        x = x.reshape(self.size, self.size)
        return (x + x.conj().T) / 2
