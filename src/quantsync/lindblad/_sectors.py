"""Invariant sectors of a generator, found as connected components of its sparsity graph.

Two basis operators belong to the same sector when some active term couples them. Each sector
evolves by itself; those that contain a population carry trace, and each of these has a
stationary state of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from quantsync.lindblad._terms import Terms

CANCELLED = 8 * float(np.finfo(float).eps)  # of a sum relative to that of its terms' sizes


@dataclass(frozen=True, eq=False)
class Sector:
    """An invariant block of the generator: sorted basis elements, populations first."""

    terms: Terms = field(repr=False)
    elements: np.ndarray
    populations: int

    @property
    def dimension(self) -> int:
        """Number m of basis elements."""
        return len(self.elements)

    @property
    def carries_trace(self) -> bool:
        """Whether the sector contains populations."""
        return self.populations > 0

    def _derive(self, name: str, build: Callable[[], Any]) -> Any:
        return self.terms.derive((name, self.elements.tobytes()), build)

    @property
    def blocks(self) -> list[sp.csr_array]:
        """The real (m, m) block of every term, sparse."""
        return self._derive(
            "blocks",
            lambda: [sp.csr_array(t[self.elements][:, self.elements]) for t in self.terms.real],
        )

    @property
    def table(self) -> np.ndarray:
        """The blocks as a dense table of shape (T, m*m): coefficients @ table is the generator."""
        return self._derive(
            "table", lambda: np.stack([block.toarray().ravel() for block in self.blocks])
        )

    @property
    def row_bounds(self) -> np.ndarray:
        """Largest entry of each row of each block, shape (T, m)."""
        m = self.dimension
        return self._derive("row_bounds", lambda: np.abs(self.table).reshape(-1, m, m).max(axis=2))

    @property
    def scatter(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Where the sector's elements go in a density matrix; see `HermitianBasis.scatter`."""
        return self._derive("scatter", lambda: self.terms.basis.scatter(self.elements))

    @property
    def matrix_elements(self) -> int:
        """Number of density-matrix elements that the sector touches."""
        # Larger than `dimension` where the generator keeps real and imaginary parts apart.
        target, _, _ = self.scatter
        return len(np.unique(target // 2))

    @property
    def full_columns(self) -> tuple[np.ndarray, sp.csr_array]:
        """Rows (r,) that the full generator reaches from here, and its columns (T*r, m)."""
        # From the complex superoperators, before rounding noise is pruned: a residual computed from
        # them is one against the generator as given.
        return self._derive("full_columns", self._full_columns)

    def _full_columns(self) -> tuple[np.ndarray, sp.csr_array]:
        basis = self.terms.basis
        vectors = basis.vectors[:, self.elements]
        columns = [
            sp.csr_array((basis.vectors.conj().T @ term @ vectors).real)
            for term in self.terms.superoperators
        ]
        reached = sum((abs(c).sum(axis=1) for c in columns), np.zeros(basis.dimension**2))
        rows = np.flatnonzero(reached)
        stacked = sp.csr_array(sp.vstack([c[rows] for c in columns], format="csr"))
        stacked.sum_duplicates()
        return rows, stacked

    @property
    def trace_functional(self) -> np.ndarray:
        """Vector t of shape (m,) with t . x = Tr rho."""
        return (np.arange(self.dimension) < self.populations).astype(float)

    def matrices(self, coefficients: np.ndarray) -> np.ndarray:
        """Dense blocks of some systems: coefficients (B, T) to matrices (B, m, m)."""
        m = self.dimension
        return (coefficients @ self.table).reshape(-1, m, m)

    def sparse_matrix(self, coefficients: np.ndarray) -> sp.csr_array:
        """Sparse block of one system with coefficients of shape (T,)."""
        return sum_of_terms(coefficients, self.blocks, self.dimension)


def sum_of_terms(
    coefficients: np.ndarray, terms: Sequence[sp.csr_array], size: int
) -> sp.csr_array:
    """``sum_k c_k T_k`` without what is left of entries that cancel up to rounding."""
    # Such an entry would join what is separate: scaled to the size of others, it counts like them.
    total, sizes = sp.csr_array((size, size)), sp.csr_array((size, size))
    for c, term in zip(coefficients, terms, strict=True):
        if c != 0:
            total = total + c * term
            sizes = sizes + abs(c) * abs(term)
    kept = abs(total) > CANCELLED * sizes
    return sp.csr_array(total.multiply(kept))


def equilibrated(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns scaled until their largest entries are about 1 (Ruiz 2001)."""
    # Rates of very different size make a generator look singular when it is not. A kernel vector y
    # of diag(rows) matrix diag(columns) is the kernel vector columns * y of the matrix.
    scaled, columns = matrix.copy(), np.ones(len(matrix))
    for _ in range(25):
        size = np.abs(scaled)
        by_row, by_column = (np.sqrt(size.max(axis=axis, initial=0)) for axis in (1, 0))
        by_row[by_row == 0], by_column[by_column == 0] = 1, 1
        scaled = scaled / by_row[:, None] / by_column
        columns = columns / by_column
    return scaled, columns


def find_sectors(terms: Terms, active: np.ndarray) -> list[Sector]:
    """The sectors of the terms that are active somewhere: those with trace first, then by size."""
    # Kept without the terms: what the terms keep must not keep them, or only gc frees both.
    found = terms.derive(("sectors", active.tobytes()), lambda: _components(terms, active))
    return [Sector(terms, elements, populations) for elements, populations in found]


def _components(terms: Terms, active: np.ndarray) -> list[tuple[np.ndarray, int]]:
    n = terms.space.dimension
    pattern = sp.csr_array((n * n, n * n))
    for used, term in zip(active, terms.real, strict=True):
        if used:
            pattern = pattern + abs(term)
    groups = connected_groups(pattern)
    found = [(group, int((group < n).sum())) for group in groups]
    return sorted(found, key=lambda sector: (-sector[1], -len(sector[0])))


def connected_groups(matrix: sp.csr_array, *, strongly: bool = False) -> list[np.ndarray]:
    """Indices that are connected by a matrix's entries, each group sorted."""
    count, labels = connected_components(
        matrix, directed=strongly, connection="strong" if strongly else "weak"
    )
    order = np.argsort(labels, kind="stable")
    return np.split(order, np.cumsum(np.bincount(labels, minlength=count))[:-1])
