"""Superoperators on row-by-row flattened operators: whole, or what they make of some elements."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import scipy.sparse as sp

from quantsync.memory import require_memory

ENTRY_BYTES = 160.0  # an entry of a superoperator, until it is one of the real generator
SUSPICIOUS = 1e-13  # part of its terms' sizes below which a sum is computed exactly


def commutator_superoperator(operator: sp.csr_array) -> sp.csr_array:
    """Matrix of rho -> -i [H, rho]."""
    return sp.csr_array(commutator_columns(operator, *_all_elements(operator)))


def dissipator_superoperator(first: sp.csr_array, second: sp.csr_array) -> sp.csr_array:
    """Matrix of D[A, B] rho, see `dissipator_columns`."""
    return sp.csr_array(dissipator_columns(first, second, *_all_elements(first)))


def commutator_columns(
    operator: sp.csr_array, rows: np.ndarray, columns: np.ndarray
) -> sp.csc_array:
    """What the commutator makes of elements |row><column|, shape (n^2, m)."""
    one = sp.eye_array(_dimension(operator), format="csc")
    left = _product_columns(operator, one, rows, columns)
    return sp.csc_array(-1j * (left - _product_columns(one, operator.T, rows, columns)))


def dissipator_columns(
    first: sp.csr_array, second: sp.csr_array, rows: np.ndarray, columns: np.ndarray
) -> sp.csc_array:
    """What D[A, B] makes of elements |row><column|, shape (n^2, m).

    D[A, B] rho = (A rho B^dag - {B^dag A, rho}/2 + B rho A^dag - {A^dag B, rho}/2)/2 is bilinear,
    and D[L, L] the dissipator D[L].
    """
    # What an element keeps of itself, l_i l_j^* - (|l_i|^2 + |l_j|^2)/2 - (what leaves)/2 with l
    # the diagonal of L, is written so that nothing cancels; likewise for two operators.
    n, count = _dimension(first), len(rows)
    one, decay = sp.eye_array(n, format="csc"), _gram(first, second)
    a, b = first.diagonal(), second.diagonal()
    a_between, b_between = (
        sp.csr_array(operator - sp.diags_array(own)) for operator, own in ((first, a), (second, b))
    )
    leaving = np.real(np.asarray(a_between.multiply(b_between.conj()).sum(axis=0)))
    apart = np.real((a[rows] - a[columns]) * (b[rows] - b[columns]).conj())
    turning = (a[rows] * b[columns].conj()).imag + (b[rows] * a[columns].conj()).imag
    kept = 1j * turning / 2 - (leaving[rows] + leaving[columns] + apart) / 2
    place = rows * n + columns
    jump = _product_columns(first, second.conj(), rows, columns)
    if first is not second:
        other = _product_columns(second, first.conj(), rows, columns)
        jump = sp.csc_array((jump + other) / 2)
    jump.data[jump.indices == np.repeat(place, np.diff(jump.indptr))] = 0
    jump.eliminate_zeros()
    left = _product_columns(decay, one, rows, columns)
    right = _product_columns(one, decay.T, rows, columns)
    itself = sp.csc_array((kept, (place, np.arange(count))), shape=(n * n, count))
    result = sp.csc_array(jump - (left + right) / 2 + itself)
    result.eliminate_zeros()
    return result


def _dimension(operator: sp.csr_array) -> int:
    return len(operator.indptr) - 1


def _all_elements(operator: sp.csr_array) -> tuple[np.ndarray, np.ndarray]:
    n = _dimension(operator)
    rows, columns = np.divmod(np.arange(n * n), n)
    return rows, columns


def _product_columns(left: Any, right: Any, rows: np.ndarray, columns: np.ndarray) -> sp.csc_array:
    """The columns of kron(left, right) that belong to each |row><column|."""
    left, right = sp.csc_array(left), sp.csc_array(right)
    n = len(left.indptr) - 1
    of_left, of_right = np.diff(left.indptr)[rows], np.diff(right.indptr)[columns]
    counts = (of_left * of_right).astype(np.int64)
    require_memory(
        ENTRY_BYTES * counts.sum(), f"The generator between {len(rows)} elements of a matrix"
    )
    bounds = np.concatenate([[0], np.cumsum(counts)])
    column = np.repeat(np.arange(len(rows)), counts)
    first, second = np.divmod(np.arange(bounds[-1]) - bounds[column], of_right[column])
    first += left.indptr[rows][column]
    second += right.indptr[columns][column]
    places = left.indices[first].astype(np.int64) * n + right.indices[second]
    values = left.data[first] * right.data[second]
    return sp.csc_array((values, places, bounds), shape=(n * n, len(rows)))


def _gram(first: sp.csr_array, second: sp.csr_array) -> sp.csr_array:
    """(A^dag B + B^dag A)/2 off its diagonal; sums that all but cancel are computed exactly."""
    orders = [(first, second)] if first is second else [(first, second), (second, first)]
    adjoint = {id(operator): sp.csr_array(operator.conj().T) for operator in (first, second)}
    products = [sp.csr_array(adjoint[id(left)] @ right) for left, right in orders]
    gram = products[0] if len(orders) == 1 else sp.csr_array((products[0] + products[1]) / 2)
    gram.setdiag(0)
    gram.eliminate_zeros()
    sizes = [abs(adjoint[id(left)]) @ abs(right) for left, right in orders]
    size = sizes[0] if len(orders) == 1 else (sizes[0] + sizes[1]) / 2
    columns = [(sp.csc_array(left), sp.csc_array(right)) for left, right in orders]
    entries = sp.coo_array(gram)
    rows, cols = entries.coords
    small = np.abs(entries.data) < SUSPICIOUS * np.asarray(size[rows, cols]).ravel()
    for k in np.flatnonzero(small):
        i, j = [rows[k]], [cols[k]]
        entries.data[k] = _exact_mean([(left[:, i], right[:, j]) for left, right in columns])
    gram = sp.csr_array(entries)
    gram.eliminate_zeros()
    return gram


def _exact_mean(pairs: list[tuple[sp.csc_array, sp.csc_array]]) -> complex:
    """The mean of products left^dag @ right of two columns, rounded once."""
    real = imaginary = Fraction(0)
    for left, right in pairs:
        for x, y in zip(left.toarray().ravel(), right.toarray().ravel(), strict=True):
            if x and y:
                p, q, r, s = map(Fraction, (x.real, x.imag, y.real, y.imag))
                real, imaginary = real + p * r + q * s, imaginary + p * s - q * r
    return complex(float(real / len(pairs)), float(imaginary / len(pairs)))
