"""Periodic perturbations, ``V e^{-i Omega t} + V^dag e^{i Omega t}``, and their frequencies.

Every frequency of the system is an integer combination n.Omega of a few base frequencies. Equal
ones are merged, and one that is a small integer combination of others gets that n: a drive and
its second harmonic make one ladder of harmonics, not a lattice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import scipy.sparse as sp

from quantsync.checks import real_number
from quantsync.errors import InvalidArgumentError
from quantsync.lindblad._terms import separated_pairs
from quantsync.operators import Space, as_operator

LARGEST_MULTIPLE = 3  # integers tried in n.Omega for the frequencies of perturbations
ROUNDING = 8 * float(np.finfo(float).eps)  # of a frequency, relative


@dataclass(frozen=True)
class PeriodicDrives:
    """Perturbations and the base frequencies Omega > 0, (d,), of all that they cause."""

    base: np.ndarray
    vectors: np.ndarray  # int, (P, d): each varies as e^{-i n.Omega t}
    operators: tuple[sp.csr_array, ...]  # the V that do


def periodic_drives(perturbations: Iterable[Any], space: Space | int) -> PeriodicDrives:
    """Check pairs (frequency, operator) and find their base frequencies."""
    given, matrices = separated_pairs(perturbations, "perturbations", "frequency")
    frequencies = [_frequency(value, k) for k, value in enumerate(given)]
    operators = [
        as_operator(matrix, space, f"Operator of perturbations[{k}]")
        for k, matrix in enumerate(matrices)
    ]
    _check_signs(frequencies)
    size = np.abs(frequencies)
    base = _base(size)
    vectors = np.array([_integers(f, base) for f in size], int).reshape(len(size), len(base))
    # A negative frequency is the same as the positive one with V^dag.
    positive = tuple(
        v if f > 0 else sp.csr_array(v.conj().T)
        for f, v in zip(frequencies, operators, strict=True)
    )
    return PeriodicDrives(base, vectors, positive)


def _frequency(value: Any, k: int) -> float:
    number = real_number(value, f"Frequency of perturbations[{k}]")
    if number == 0:
        raise InvalidArgumentError(
            f"Frequency of perturbations[{k}] is 0: it does not vary. Add V + V^dag to the "
            "Hamiltonian of the Lindbladian instead."
        )
    return number


def _check_signs(frequencies: list[float]) -> None:
    for k, f in enumerate(frequencies):
        for j in range(k):
            if abs(f + frequencies[j]) <= ROUNDING * abs(f):
                raise InvalidArgumentError(
                    f"perturbations[{j}] and perturbations[{k}] have the frequencies "
                    f"{frequencies[j]:g} and {f:g}, both signs of one harmonic. The Hermitian "
                    "conjugate is added by itself: give only V of V e^{-i Omega t} + V^dag "
                    "e^{i Omega t}. Two different operators are V + W^dag at one sign."
                )


def _base(frequencies: np.ndarray) -> np.ndarray:
    base = np.zeros(0)
    for f in sorted(frequencies):
        if _integers(f, base) is None:
            base = np.append(base, f)
    return base


def _integers(frequency: float, base: np.ndarray) -> tuple[int, ...] | None:
    """The simplest n with n.base = frequency, or None."""
    found = []
    largest = LARGEST_MULTIPLE if len(base) < 5 else 1  # their number grows as 7^d, then 3^d
    for n in product(range(-largest, largest + 1), repeat=len(base)):
        terms = np.array(n) * base
        if abs(terms.sum() - frequency) <= ROUNDING * (np.abs(terms).sum() + frequency):
            found.append(n)
    return min(found, key=lambda n: (np.abs(n).sum(), n)) if found else None
