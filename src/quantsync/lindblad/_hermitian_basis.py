"""The orthonormal Hermitian operator basis, in which every Lindblad generator is real.

For a space of dimension n the n^2 basis operators are, in this order,

    |i><i|,   (|i><j| + |j><i|)/sqrt2,   i(|i><j| - |j><i|)/sqrt2      (i < j),

so that rho_ii = x_i and rho_ij = (x_s + i x_a)/sqrt2. A real vector in this basis is a
Hermitian operator, and a generator that preserves Hermiticity is a real matrix: half the
storage of the complex one and a quarter of the multiplications.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
import scipy.sparse as sp

from quantsync.lazy import lazy

SUSPICIOUS = 1e-13  # part of its terms' sizes below which a sum is computed exactly


@dataclass(frozen=True)
class HermitianBasis:
    """The basis for operators on a space of dimension ``dimension``; from `hermitian_basis`."""

    dimension: int

    def __reduce__(self) -> tuple[Any, ...]:
        return hermitian_basis, (self.dimension,)

    @lazy
    def pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """Row and column i < j of each off-diagonal pair, each of shape (n(n-1)/2,)."""
        rows, columns = np.triu_indices(self.dimension, k=1)
        return rows, columns

    @lazy
    def vectors(self) -> sp.csc_array:
        """Sparse unitary (n^2, n^2); column k is basis operator k, flattened row by row."""
        n = self.dimension
        i, j = self.pairs
        count = len(i)
        diagonal = np.arange(n)
        symmetric = n + np.arange(count)
        antisymmetric = n + count + np.arange(count)
        upper, lower = i * n + j, j * n + i
        half = np.full(count, 1 / np.sqrt(2))
        rows = np.concatenate([diagonal * (n + 1), upper, lower, upper, lower])
        columns = np.concatenate([diagonal, symmetric, symmetric, antisymmetric, antisymmetric])
        values = np.concatenate([np.ones(n), half, half, 1j * half, -1j * half])
        return sp.csc_array((values, (rows, columns)), shape=(n * n, n * n))

    def real_superoperator(self, superoperator: sp.csr_array) -> sp.csr_array:
        """The real sparse matrix of a superoperator on flattened operators."""
        # Each entry is one or two of the superoperator's, or the sum of two: what vanishes does so
        # exactly, and nothing else need be left out.
        n = self.dimension
        i, j = self.pairs
        diagonal, upper, lower = np.arange(n) * (n + 1), i * n + j, j * n + i
        first = sp.csr_array(superoperator[np.concatenate([diagonal, upper])])
        from_diagonal, from_upper, from_lower = (first[:, c] for c in (diagonal, upper, lower))
        total, difference = from_upper + from_lower, from_upper - from_lower
        root = np.sqrt(2)
        real = sp.csr_array(
            sp.block_array(
                [
                    [
                        from_diagonal[:n].real,
                        from_upper[:n].real * root,
                        from_upper[:n].imag * -root,
                    ],
                    [from_diagonal[n:].real * root, total[n:].real, -difference[n:].imag],
                    [from_diagonal[n:].imag * root, total[n:].imag, difference[n:].real],
                ],
                format="csr",
            )
        )
        real.eliminate_zeros()
        real.sum_duplicates()  # now: SciPy would do it in place later, under several threads
        return real

    def real_matrix(self, superoperator: np.ndarray) -> np.ndarray:
        """The real matrix of a dense superoperator on flattened operators, (n^2, n^2)."""
        # Only the rows of the diagonal and of one of each pair are read: the others follow.
        n = self.dimension
        i, j = self.pairs
        diagonal, upper, lower = np.arange(n) * (n + 1), i * n + j, j * n + i
        rows = superoperator[np.concatenate([diagonal, upper])]
        first, second = rows[:, upper], rows[:, lower]
        half = np.sqrt(0.5)
        turned = np.concatenate(
            [rows[:, diagonal], half * (first + second), 1j * half * (first - second)], axis=1
        )
        upper_rows = np.sqrt(2) * turned[n:]
        return np.concatenate([np.real(turned[:n]), np.real(upper_rows), np.imag(upper_rows)])

    def components(self, operators: np.ndarray) -> np.ndarray:
        """Expand Hermitian operators, shape (..., n, n), in the basis: real, (..., n^2)."""
        i, j = self.pairs
        diagonal = np.real(np.diagonal(operators, axis1=-2, axis2=-1))
        upper = operators[..., i, j] * np.sqrt(2)
        return np.concatenate([diagonal, upper.real, upper.imag], axis=-1)

    @lazy
    def _all_places(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return self.scatter(np.arange(self.dimension**2))

    def scatter(self, elements: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Places ``target, source, weight`` of some basis elements in flattened operators."""
        # operator.view(float).reshape(-1, 2 n^2)[:, target] = x[:, source] * weight writes all
        # entries that the elements touch; the rest is zero.
        n = self.dimension
        i, j = self.pairs
        elements = np.asarray(elements)
        on, off = np.flatnonzero(elements < n), np.flatnonzero(elements >= n)
        antisymmetric, pair = np.divmod(elements[off] - n, max(1, len(i)))
        upper, lower = i[pair] * n + j[pair], j[pair] * n + i[pair]
        diagonal, half = 2 * elements[on] * (n + 1), np.full(len(off), np.sqrt(0.5))
        return (
            np.concatenate([diagonal, 2 * upper + antisymmetric, 2 * lower + antisymmetric]),
            np.concatenate([on, off, off]),
            np.concatenate([np.ones(len(on)), half, np.where(antisymmetric, -half, half)]),
        )

    def operators(self, components: np.ndarray, elements: np.ndarray | None = None) -> np.ndarray:
        """Exactly Hermitian operators (..., n, n) from coefficients (..., m) of some elements."""
        n = self.dimension
        target, source, weight = self._all_places if elements is None else self.scatter(elements)
        batch = components.shape[:-1]
        flat = np.zeros((*batch, 2 * n * n))
        flat[..., target] = components[..., source] * weight
        return flat.view(complex).reshape(*batch, n, n)


@lru_cache(maxsize=16)
def hermitian_basis(dimension: int) -> HermitianBasis:
    """The basis of a dimension, whose tables are built once."""
    return HermitianBasis(dimension)


def _dimension(operator: sp.csr_array) -> int:
    return len(operator.indptr) - 1


def commutator_superoperator(operator: sp.csr_array) -> sp.csr_array:
    """Matrix of rho -> -i [H, rho] on row-by-row flattened operators."""
    identity = sp.eye_array(_dimension(operator))
    result = sp.csr_array(-1j * (sp.kron(operator, identity) - sp.kron(identity, operator.T)))
    result.sum_duplicates()
    return result


def dissipator_superoperator(operator: sp.csr_array) -> sp.csr_array:
    """Matrix of D[L] rho = L rho L^dag - {L^dag L, rho}/2 on row-by-row flattened operators."""
    # What an element keeps of itself, l_i l_j^* - (|l_i|^2 + |l_j|^2)/2 - (what leaves)/2 with l
    # the diagonal of L, is written so that nothing cancels.
    own = operator.diagonal()
    decay = _gram(operator)
    between = sp.csr_array(operator - sp.diags_array(own))
    leaving = np.real(between.multiply(between.conj()).sum(axis=0))
    kept = np.add.outer(leaving, leaving) + np.abs(np.subtract.outer(own, own)) ** 2
    kept = 1j * np.imag(np.multiply.outer(own, own.conj())) - kept / 2
    jump = sp.coo_array(sp.kron(operator, operator.conj()))
    apart = jump.coords[0] != jump.coords[1]
    jump = sp.csr_array(
        (jump.data[apart], tuple(part[apart] for part in jump.coords)), shape=jump.shape
    )
    identity = sp.eye_array(_dimension(operator))
    result = sp.csr_array(
        jump
        - (sp.kron(decay, identity) + sp.kron(identity, decay.T)) / 2
        + sp.diags_array(kept.ravel())
    )
    result.sum_duplicates()
    result.eliminate_zeros()
    return result


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
