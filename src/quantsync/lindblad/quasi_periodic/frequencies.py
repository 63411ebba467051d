"""Perturbations that turn, ``V e^{-i Omega t} + V^dag e^{i Omega t}``, and their frequencies.

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

from quantsync.checks import real_array
from quantsync.errors import (
    BothSignsError,
    InvalidArgumentError,
    ZeroFrequencyError,
)
from quantsync.operators import as_operator

LARGEST_MULTIPLE = 3  # integers tried in n.Omega for the frequencies of perturbations
ROUNDING = 8 * float(np.finfo(float).eps)  # of a frequency, relative


@dataclass(frozen=True)
class Turning:
    """Perturbations and the base frequencies of all that they cause.

    Attributes
    ----------
    base : ndarray of shape (d,)
        Base frequencies Omega > 0; d = 0 without perturbations.
    vectors : ndarray of int, shape (P, d)
        The perturbation's own n: it turns as ``e^{-i n.Omega t}``.
    operators : tuple of sparse arrays (n, n)
        The V that turn so.
    """

    base: np.ndarray
    vectors: np.ndarray
    operators: tuple[sp.csr_array, ...]


def turning_perturbations(perturbations: Iterable[Any], dimension: int) -> Turning:
    """Check pairs (frequency, operator) and find their base frequencies.

    Parameters
    ----------
    perturbations : iterable of (float, operator)
        Each stands for ``V e^{-i Omega t} + V^dag e^{i Omega t}``. A negative frequency is the
        same as the positive one with V^dag.
    dimension : int
        Dimension n of the operators.

    Returns
    -------
    Turning

    Raises
    ------
    ZeroFrequencyError
        If a frequency is zero.
    BothSignsError
        If a frequency and its negative are given.
    InvalidArgumentError, DimensionError, NonFiniteError
        If something is no pair of a real number and an operator of the right size.

    Examples
    --------
    >>> lower = [[0, 0], [1, 0]]
    >>> found = turning_perturbations([(2.0, lower), (6.0, lower), (7.5, lower)], 2)
    >>> print(found.base, found.vectors.tolist())
    [2.  7.5] [[1, 0], [3, 0], [0, 1]]
    """
    frequencies, operators = [], []
    if not isinstance(perturbations, Iterable) or sp.issparse(perturbations):
        raise InvalidArgumentError(
            "Argument `perturbations` must be a list of pairs (frequency, operator), but is a "
            f"{type(perturbations).__name__}."
        )
    for k, pair in enumerate(perturbations):
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise InvalidArgumentError(
                f"perturbations[{k}] must be a pair (frequency, operator), but is {pair!r}."
            )
        frequencies.append(_frequency(pair[0], k))
        operators.append(as_operator(pair[1], dimension, f"Operator of perturbations[{k}]"))
    _check_signs(frequencies)
    size = np.abs(frequencies)
    base = _base(size)
    vectors = np.array([_integers(f, base) for f in size], int).reshape(len(size), len(base))
    turned = tuple(
        v if f > 0 else sp.csr_array(v.conj().T)
        for f, v in zip(frequencies, operators, strict=True)
    )
    return Turning(base, vectors, turned)


def single_number(value: Any, name: str) -> float:
    """A real and finite number.

    Raises
    ------
    InvalidArgumentError
        If it is none, or an array; `name` is how the message calls it.
    NonFiniteError
        If it is NaN or infinite.

    Examples
    --------
    >>> single_number(2, "Argument `frequency`")
    2.0
    """
    array = real_array(value, name)
    if array.ndim:
        raise InvalidArgumentError(f"{name} must be a single number, but has shape {array.shape}.")
    return float(array)


def _frequency(value: Any, k: int) -> float:
    number = single_number(value, f"Frequency of perturbations[{k}]")
    if number == 0:
        raise ZeroFrequencyError(
            f"Frequency of perturbations[{k}] is 0: it does not turn. Add V + V^dag to the "
            "Hamiltonian of the Lindbladian instead."
        )
    return number


def _check_signs(frequencies: list[float]) -> None:
    for k, f in enumerate(frequencies):
        for j in range(k):
            if abs(f + frequencies[j]) <= ROUNDING * abs(f):
                raise BothSignsError(
                    f"perturbations[{j}] and perturbations[{k}] turn at {frequencies[j]:g} and "
                    f"{f:g}, both signs of one harmonic. The Hermitian conjugate is added by "
                    "itself: give only V of V e^{-i Omega t} + V^dag e^{i Omega t}. Two different "
                    "operators are V + W^dag at one sign.",
                    frequency=abs(f),
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
