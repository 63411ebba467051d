"""Steady states of systems whose rates lie too far apart for a plain solve, one at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quantsync.lindblad import _exact
from quantsync.lindblad._elimination import ANOTHER, stationary_vector
from quantsync.lindblad._sectors import Sector
from quantsync.lindblad._terms import Terms

EPS = float(np.finfo(float).eps)
LARGEST_EXACT = 150  # elements of a sector that is solved in higher precision
CHEAP = 40  # elements up to which that is done even where floats seem to do
GOOD = 1e-10  # error that floats may leave before higher precision is tried
DIGITS_TRIED, SAFETY = 2, 4


@dataclass(frozen=True)
class Resolved:
    """A stationary vector in the Hermitian basis, None if there is none or several, and its error.

    ``several`` if exact arithmetic says that this sector has more than one.
    """

    x: np.ndarray | None
    error: float
    several: bool = False


def resolve(sector: Sector, coefficients: np.ndarray) -> Resolved:
    """The stationary vector of a traced sector of one system, however far its rates are apart."""
    # The error is what the rounding of the arithmetic may do or, where that is exact, the rounding
    # of the numbers that were given.
    terms, p = sector.terms, sector.populations
    entries = _exact.block(terms, coefficients, sector.elements)
    x, error = None, np.inf
    rounded = entries.floats()
    if rounded.data.all():  # nothing fell out of the range of floats
        x, error = stationary_vector(rounded, p)
    if error > GOOD and sector.dimension <= LARGEST_EXACT:
        if _exact.nullity(entries) > 1:
            return Resolved(None, np.inf, several=True)
        precise, moved = _solved(terms, coefficients, sector.elements, p)
        if precise is not None:
            x, error = precise[:, 0], moved
    elif sector.dimension <= CHEAP and (solutions := _exact.solve([entries], p)) is not None:
        x = solutions[0][:, 0]
    if x is None:
        return Resolved(None, np.inf)
    return Resolved(np.where(np.arange(len(x)) < p, 1, np.sqrt(2)) * x, error)


def surely_regular(sector: Sector, coefficients: np.ndarray) -> bool | None:
    """Whether the block of a sector without trace has no kernel; None if rounding decides."""
    terms, elements = sector.terms, sector.elements
    if sector.dimension > _exact.LARGEST_RANK:
        return None
    if _exact.nullity(_exact.block(terms, coefficients, elements)):
        return False
    if sector.dimension > LARGEST_EXACT:
        return None
    _, moved = _solved(terms, coefficients, elements, 0)
    return True if np.isfinite(moved) else None


def _solved(
    terms: Terms, coefficients: np.ndarray, elements: np.ndarray, populations: int
) -> tuple[np.ndarray | None, float]:
    """Exact solutions, and how far the state moves when the last digits of all input are changed.

    It is infinite if what they change is whether there is one state: the size of the solutions for
    random right-hand sides, which is that of the inverse gap.
    """
    changed = [
        _exact.with_last_digits_changed(terms, coefficients, seed) for seed in range(DIGITS_TRIED)
    ]
    systems = [(terms, coefficients), *(other for other in changed if other is not None)]
    solutions = _exact.solve([_exact.block(*each, elements) for each in systems], populations)
    if solutions is None:
        return None, np.inf
    first, *others = solutions
    moved = [np.abs(other - first).max(axis=0) for other in others]
    for move in moved:
        if (move[1:] > ANOTHER * np.abs(first[:, 1:]).max(axis=0)).any():
            return first, np.inf
    return first, SAFETY * max((float(move[0]) for move in moved), default=0.0) + EPS
