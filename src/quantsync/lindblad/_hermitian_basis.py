"""The orthonormal Hermitian operator basis, in which every Lindblad generator is real.

For a space of dimension n the n^2 basis operators are, in this order,

    |i><i|,   (|i><j| + |j><i|)/sqrt2,   i(|i><j| - |j><i|)/sqrt2      (i < j),

so that rho_ii = x_i and rho_ij = (x_s + i x_a)/sqrt2. A real vector in this basis is a
Hermitian operator, and a generator that preserves Hermiticity is a real matrix: half the
storage of the complex one and a quarter of the multiplications.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import scipy.sparse as sp

from quantsync.lazy import lazy
from quantsync.memory import require_memory

INDEX_BYTES = 17.0  # an element of a matrix, while indices of pairs are found


@dataclass(frozen=True)
class HermitianBasis:
    """The basis for operators on a space of dimension ``dimension``; from `hermitian_basis`."""

    dimension: int

    def __reduce__(self) -> tuple[Any, ...]:
        return hermitian_basis, (self.dimension,)

    @lazy
    def elements(self) -> np.ndarray:
        """All elements, shape (n^2,)."""
        self.require_memory()
        elements = np.arange(self.dimension**2)
        elements.flags.writeable = False
        return elements

    def require_memory(self) -> None:
        """Raise `OutOfMemoryError` unless all elements can be listed."""
        need = INDEX_BYTES * self.dimension**2
        require_memory(need, f"A list of all elements of a matrix of {self.dimension} levels")

    @lazy
    def pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """Row and column i < j of each off-diagonal pair, each of shape (n(n-1)/2,)."""
        self.require_memory()
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

    def places(self, elements: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Row i, column j >= i and kind of elements: 0 population, 1 symmetric, 2 antisymmetric."""
        i, j = self.pairs
        row, column, kind = elements.copy(), elements.copy(), np.zeros(len(elements), int)
        off = elements >= self.dimension
        antisymmetric, pair = np.divmod(elements[off] - self.dimension, max(1, len(i)))
        row[off], column[off], kind[off] = i[pair], j[pair], 1 + antisymmetric
        return row, column, kind

    def real_columns(
        self, columns: sp.csc_array, elements: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What a superoperator makes of some elements, given what it makes of each one's |i><j|.

        Entries in this basis: rows, columns (positions among the elements) and values; those at one
        place add up.
        """
        # The rest of what it makes of an element is the adjoint. Each entry is one or two of the
        # given, or the sum of two: what vanishes does so exactly, and nothing need be left out.
        n, root = self.dimension, np.sqrt(2)
        column = np.repeat(np.arange(len(elements)), np.diff(columns.indptr))
        kind = self.places(elements)[2][column]
        values = np.where(kind == 2, 1j * columns.data, columns.data)
        i, j = np.divmod(columns.indices.astype(np.int64), n)
        on, off = i == j, (i < j) | ((i > j) & (kind > 0))
        low, high = np.minimum(i, j)[off], np.maximum(i, j)[off]
        symmetric = n + low * (2 * n - low - 1) // 2 + high - low - 1
        upper = values[off] * np.where(kind[off] == 0, root, 1)
        turned = np.where(i < j, 1, -1)[off] * np.imag(upper)
        return (
            np.concatenate([i[on], symmetric, symmetric + n * (n - 1) // 2]),
            np.concatenate([column[on], column[off], column[off]]),
            np.concatenate(
                [np.real(values[on]) * np.where(kind[on] == 0, 1, root), np.real(upper), turned]
            ),
        )

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
        return np.concatenate([diagonal, np.real(upper), upper.imag], axis=-1)

    @lazy
    def _all_places(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return self.scatter(self.elements)

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
