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
from quantsync.memory import require_memory


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
        return self._derive("blocks", self._blocks)

    def _blocks(self) -> list[sp.csr_array]:
        rows, columns = self.terms.columns(self.elements)
        place = np.searchsorted(rows, self.elements)
        reached = np.append(rows, -1)[place] == self.elements
        # Rows that no term reaches are empty: one more row stands for them.
        place[~reached] = len(rows)
        empty = sp.csr_array((1, self.dimension))
        extended = [sp.csr_array(sp.vstack([c, empty], format="csr")) for c in columns]
        return [sp.csr_array(c[place]) for c in extended]

    @property
    def table(self) -> np.ndarray:
        """The blocks as a dense table of shape (T, m*m): coefficients @ table is the generator."""
        return self._derive("table", self._table)

    def _table(self) -> np.ndarray:
        self._require_memory(2 * self.terms.count)
        return np.stack([block.toarray().ravel() for block in self.blocks])

    def _require_memory(self, matrices: int) -> None:
        """Raise `OutOfMemoryError` unless there is room for so many dense blocks."""
        m = self.dimension
        what = f"{matrices} dense matrices of a sector of {m} elements"
        require_memory(8.0 * matrices * m**2, what, "take the sparse method, or smaller sites")

    @property
    def row_bounds(self) -> np.ndarray:
        """Largest entry of each row of each block, shape (T, m)."""
        return self._derive("row_bounds", lambda: _row_bounds(self.blocks, self.dimension))

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
        return self._derive("full_columns", self._full_columns)

    def _full_columns(self) -> tuple[np.ndarray, sp.csr_array]:
        rows, columns = self.terms.columns(self.elements)
        stacked = sp.csr_array(sp.vstack(columns, format="csr"))
        stacked.sum_duplicates()
        return rows, stacked

    @property
    def full_row_bounds(self) -> np.ndarray:
        """Largest entry of each row of `full_columns`, for each term, shape (T, r)."""
        rows, stacked = self.full_columns
        return self._derive(
            "full_row_bounds",
            lambda: abs(stacked).max(axis=1).toarray().reshape(-1, len(rows)),
        )

    @property
    def trace_functional(self) -> np.ndarray:
        """Vector t of shape (m,) with t . x = Tr rho."""
        return (np.arange(self.dimension) < self.populations).astype(float)

    def matrices(self, coefficients: np.ndarray) -> np.ndarray:
        """Dense blocks of some systems: coefficients (B, T) to matrices (B, m, m)."""
        m = self.dimension
        self._require_memory(2 * len(coefficients))  # with the factors
        return (coefficients @ self.table).reshape(-1, m, m)

    def sparse_matrix(self, coefficients: np.ndarray) -> sp.csr_array:
        """Sparse block of one system with coefficients of shape (T,)."""
        return sum_of_terms(coefficients, self.blocks, self.dimension)

    def sizes(self, coefficients: np.ndarray) -> sp.csr_array:
        """What adds up in each entry of such a block, in absolute values: its rounding's scale."""
        parts = [abs(block) for block in self.blocks]
        return sum_of_terms(np.abs(coefficients), parts, self.dimension)


def _row_bounds(blocks: Sequence[sp.csr_array], size: int) -> np.ndarray:
    bounds = [abs(block).max(axis=1).toarray().ravel() for block in blocks]
    return np.array(bounds).reshape(len(blocks), size)


def sum_of_terms(
    coefficients: np.ndarray, terms: Sequence[sp.csr_array], size: int
) -> sp.csr_array:
    """``sum_k c_k T_k``, sparse."""
    total = sp.csr_array((size, size))
    for c, term in zip(coefficients, terms, strict=True):
        if c != 0:
            total = total + c * term
    return sp.csr_array(total)


def equilibrated(matrix: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns scaled until the largest sizes of entries are about 1 (Ruiz 2001)."""
    # Rates of very different size make a generator look singular when it is not. The sizes are
    # those of the terms that add up in an entry: one that is left where they cancel is rounding,
    # and must not be scaled to the size of others. A kernel vector y of
    # diag(rows) matrix diag(columns) is the kernel vector columns * y of the matrix.
    size, rows, columns = np.abs(sizes), np.ones(len(matrix)), np.ones(len(matrix))
    for _ in range(25):
        by_row, by_column = (np.sqrt(size.max(axis=axis, initial=0)) for axis in (1, 0))
        by_row[by_row == 0], by_column[by_column == 0] = 1, 1
        size = size / by_row[:, None] / by_column
        rows, columns = rows / by_row, columns / by_column
    return rows[:, None] * matrix * columns, columns


def find_sectors(terms: Terms, active: np.ndarray) -> list[Sector]:
    """The sectors of the terms that are active somewhere: those with trace first, then by size."""
    return sectors_among(terms, active, terms.basis.elements)


def sectors_among(terms: Terms, active: np.ndarray, elements: np.ndarray) -> list[Sector]:
    """The sectors that some elements consist of, which no active term leads out of."""
    # Kept without the terms: what the terms keep must not keep them, or only gc frees both.
    key = ("sectors", active.tobytes(), elements.tobytes())
    found = terms.derive(key, lambda: _components(terms, active, elements))
    return [Sector(terms, found_elements, populations) for found_elements, populations in found]


def _components(
    terms: Terms, active: np.ndarray, elements: np.ndarray
) -> list[tuple[np.ndarray, int]]:
    n, m = terms.space.dimension, len(elements)
    pattern = sp.csr_array((m, m))
    blocks = terms.real if m == n * n else Sector(terms, elements, n).blocks
    for used, block in zip(active, blocks, strict=True):
        if used:
            pattern = pattern + abs(block)
    groups = [elements[group] for group in connected_groups(pattern)]
    found = [(group, int((group < n).sum())) for group in groups]
    return sorted(found, key=lambda sector: (-sector[1], -len(sector[0])))


def connected_groups(matrix: sp.csr_array, *, strongly: bool = False) -> list[np.ndarray]:
    """Indices that are connected by a matrix's entries, each group sorted."""
    count, labels = connected_components(
        matrix, directed=strongly, connection="strong" if strongly else "weak"
    )
    order = np.argsort(labels, kind="stable")
    return np.split(order, np.cumsum(np.bincount(labels, minlength=count))[:-1])
