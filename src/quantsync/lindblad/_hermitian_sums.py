"""Sums of operators that are Hermitian together, as real coefficients and Hermitian operators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from quantsync.checks import broadcast_shape
from quantsync.errors import InvalidArgumentError
from quantsync.operators import Operator
from quantsync.parallel import chunk_slices

ROUNDING = 1e-13  # of a sum of several operators, relative to the largest of them
CHUNK = 1 << 18  # numbers of a batch of sums that are compared with their adjoints at a time


def hermitian_terms(terms: Sequence[tuple[Any, Operator]]) -> list[tuple[Any, Operator]]:
    """Real coefficients and Hermitian operators with the sum of ``c O``, if that is Hermitian.

    ``c O = Re c (O + O^dag)/2 + Im c i(O - O^dag)/2``, and an anti-Hermitian rest: two terms that
    are each other's adjoints are Hermitian together only.
    """
    parts: list[tuple[Any, Operator]] = []
    rest: list[tuple[Any, Operator]] = []
    for value, matrix in terms:
        turned = 1j * matrix
        values = [np.real(value)] + ([np.imag(value)] if np.iscomplexobj(value) else [])
        for number, operator in zip(values, (matrix, turned), strict=False):
            adjoint = operator.conj().T
            parts.append((number, Operator((operator + adjoint) / 2)))
            rest.append((number, Operator((operator - adjoint) / 2)))
    _require_no_rest([pair for pair in rest if pair[1].nnz], [matrix for _, matrix in terms])
    return [(number, operator) for number, operator in parts if operator.nnz]


def _require_no_rest(rest: list[tuple[Any, Operator]], matrices: list[Operator]) -> None:
    """Raise unless sums of coefficients times operators vanish, for a whole batch."""
    if not rest:
        return
    shape = broadcast_shape(
        {f"coefficient {k}": np.shape(c) for k, (c, _) in enumerate(rest)}, what="Coefficients"
    )
    columns = np.unique(np.concatenate([_places(m) for _, m in rest]))
    vectors = np.zeros((len(rest), len(columns)), complex)
    for k, (_, matrix) in enumerate(rest):
        vectors[k, np.searchsorted(columns, _places(matrix))] = matrix.data
    table = np.stack([np.broadcast_to(c, shape).ravel() for c, _ in rest], axis=-1)
    size = max(float(np.abs(m.data).max(initial=0)) for m in matrices)
    for chunk in chunk_slices(len(table), max(1, CHUNK // len(columns))):
        left = np.abs(table[chunk] @ vectors).max(axis=-1)
        allowed = ROUNDING * np.abs(table[chunk]).max(axis=-1) * size
        if (left > allowed).any():
            raise InvalidArgumentError(
                "Argument `H` of from_qutip must be Hermitian, but the sum of its terms differs "
                f"from its adjoint by {2 * left.max():.3g}. Add the Hermitian conjugate, as in "
                "[(f, a), (f.conjugate(), a.dag())]."
            )


def _places(matrix: Operator) -> np.ndarray:
    row = np.repeat(np.arange(len(matrix.indptr) - 1), np.diff(matrix.indptr))
    return row * (len(matrix.indptr) - 1) + matrix.indices
