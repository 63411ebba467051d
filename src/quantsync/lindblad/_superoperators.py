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


def dissipator_superoperator(operator: sp.csr_array) -> sp.csr_array:
    """Matrix of D[L] rho = L rho L^dag - {L^dag L, rho}/2."""
    return sp.csr_array(dissipator_columns(operator, *_all_elements(operator)))


def commutator_columns(
    operator: sp.csr_array, rows: np.ndarray, columns: np.ndarray
) -> sp.csc_array:
    """What the commutator makes of elements |row><column|, shape (n^2, m)."""
    one = sp.eye_array(_dimension(operator), format="csc")
    left = _product_columns(operator, one, rows, columns)
    return sp.csc_array(-1j * (left - _product_columns(one, operator.T, rows, columns)))


def dissipator_columns(
    operator: sp.csr_array, rows: np.ndarray, columns: np.ndarray
) -> sp.csc_array:
    """What the dissipator makes of elements |row><column|, shape (n^2, m)."""
    # What an element keeps of itself, l_i l_j^* - (|l_i|^2 + |l_j|^2)/2 - (what leaves)/2 with l
    # the diagonal of L, is written so that nothing cancels.
    n, count = _dimension(operator), len(rows)
    one, decay = sp.eye_array(n, format="csc"), _gram(operator)
    own = operator.diagonal()
    between = sp.csr_array(operator - sp.diags_array(own))
    leaving = np.real(np.asarray(between.multiply(between.conj()).sum(axis=0)))
    lost = leaving[rows] + leaving[columns] + np.abs(own[rows] - own[columns]) ** 2
    kept = 1j * (own[rows] * own[columns].conj()).imag - lost / 2
    place = rows * n + columns
    jump = _product_columns(operator, operator.conj(), rows, columns)
    apart = jump.indices != np.repeat(place, np.diff(jump.indptr))
    jump.data[~apart] = 0
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


def _gram(operator: sp.csr_array) -> sp.csr_array:
    """L^dag L without its diagonal; its sums that all but cancel are computed exactly."""
    adjoint = sp.csr_array(operator.conj().T)
    gram = sp.csr_array(adjoint @ operator)
    gram.setdiag(0)
    gram.eliminate_zeros()
    size = abs(adjoint) @ abs(operator)
    columns = sp.csc_array(operator)
    entries = sp.coo_array(gram)
    rows, cols = entries.coords
    small = np.abs(entries.data) < SUSPICIOUS * np.asarray(size[rows, cols]).ravel()
    for k in np.flatnonzero(small):
        entries.data[k] = _exact_product(columns[:, [rows[k]]], columns[:, [cols[k]]])
    gram = sp.csr_array(entries)
    gram.eliminate_zeros()
    return gram


def _exact_product(left: sp.csc_array, right: sp.csc_array) -> complex:
    """The product left^dag @ right of two columns, rounded once."""
    a, b = left.toarray().ravel(), right.toarray().ravel()
    real = imaginary = Fraction(0)
    for x, y in zip(a, b, strict=True):
        if x and y:
            p, q, r, s = map(Fraction, (x.real, x.imag, y.real, y.imag))
            real, imaginary = real + p * r + q * s, imaginary + p * s - q * r
    return complex(float(real), float(imaginary))
