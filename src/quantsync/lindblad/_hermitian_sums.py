"""Sums of operators that are Hermitian together, as real coefficients and Hermitian operators."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from quantsync.checks import broadcast_shape
from quantsync.errors import InvalidArgumentError
from quantsync.memory import require_memory
from quantsync.operators import Operator
from quantsync.parallel import chunk_slices

ROUNDING = 1e-13  # of an entry, relative to all that it is the sum of
CHUNK = 1 << 18  # numbers of a batch of sums that are compared with their adjoints at a time


def hermitian_terms(terms: Sequence[tuple[Any, Operator]]) -> list[tuple[Any, Operator]]:
    """Real coefficients and Hermitian operators with the sum of ``c O``, if that is Hermitian.

    ``c O = Re c (O + O^dag)/2 + Im c i(O - O^dag)/2``, and an anti-Hermitian rest: two terms that
    are each other's adjoints are Hermitian together only.
    """
    parts: list[tuple[Any, Operator]] = []
    rest: list[tuple[Any, Operator, Any]] = []
    for value, matrix in terms:
        values = [np.real(value)] + ([np.imag(value)] if np.iscomplexobj(value) else [])
        for number, operator in zip(values, (matrix, 1j * matrix), strict=False):
            adjoint = operator.conj().T
            parts.append((number, Operator((operator + adjoint) / 2)))
            if (difference := Operator(operator - adjoint)).nnz:
                rest.append((number, difference, Operator(abs(operator) + abs(adjoint))))
    if rest:
        _require_no_rest(rest)
    return [(number, operator) for number, operator in parts if operator.nnz]


def _require_no_rest(rest: list[tuple[Any, Operator, Operator]]) -> None:
    """Raise unless coefficients times operators add up to nothing beside their moduli."""
    shape = broadcast_shape(
        {f"coefficient {k}": np.shape(c) for k, (c, _, _) in enumerate(rest)}, what="Coefficients"
    )
    columns = np.unique(np.concatenate([_places(sizes) for _, _, sizes in rest]))
    vectors, moduli = np.zeros((2, len(rest), len(columns)), complex)
    for k, (_, difference, sizes) in enumerate(rest):
        vectors[k, np.searchsorted(columns, _places(difference))] = difference.data
        moduli[k, np.searchsorted(columns, _places(sizes))] = sizes.data
    require_memory(16.0 * len(rest) * math.prod(shape), "Coefficients of a Hamiltonian")
    table = np.stack([np.broadcast_to(c, shape).ravel() for c, _, _ in rest], axis=-1)
    for chunk in chunk_slices(len(table), max(1, CHUNK // len(columns))):
        left = np.abs(table[chunk] @ vectors)
        beyond = left - ROUNDING * (np.abs(table[chunk]) @ np.real(moduli))
        if (beyond > 0).any():
            raise InvalidArgumentError(
                "Argument `H` of from_qutip must be Hermitian, but the sum of its terms differs "
                f"from its adjoint by {left.flat[beyond.argmax()]:.3g}. Add the Hermitian "
                "conjugate, as in [(f, a), (f.conjugate(), a.dag())]."
            )


def _places(matrix: Operator) -> np.ndarray:
    row = np.repeat(np.arange(len(matrix.indptr) - 1), np.diff(matrix.indptr))
    return row * (len(matrix.indptr) - 1) + matrix.indices
