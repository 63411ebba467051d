"""Invariant sectors of a generator, found as connected components of its sparsity graph.

Two basis operators belong to the same sector when some active term couples them. Each sector
evolves by itself; those that contain a population carry trace, and each of these has a
stationary state of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from quantsync.lindblad.generator import Terms


@dataclass(frozen=True, eq=False)
class Sector:
    """One invariant block of the generator, in the orthonormal Hermitian basis.

    Attributes
    ----------
    elements : ndarray of int, shape (m,)
        Basis elements of the sector, in increasing order, so that populations come first.
    populations : int
        How many of them are populations |i><i|; 0 when the sector carries no trace.
    """

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

    @cached_property
    def blocks(self) -> list[sp.csr_array]:
        """The real (m, m) block of every term, sparse."""
        return [sp.csr_array(term[self.elements][:, self.elements]) for term in self.terms.real]

    @cached_property
    def table(self) -> np.ndarray:
        """The blocks as a dense table of shape (T, m*m): coefficients @ table is the generator."""
        return np.stack([block.toarray().ravel() for block in self.blocks])

    @cached_property
    def row_bounds(self) -> np.ndarray:
        """Largest entry of each row of each block, shape (T, m)."""
        m = self.dimension
        return np.abs(self.table).reshape(-1, m, m).max(axis=2)

    @cached_property
    def trace_functional(self) -> np.ndarray:
        """Vector t of shape (m,) with t . x = Tr rho."""
        return (np.arange(self.dimension) < self.populations).astype(float)

    def matrices(self, coefficients: np.ndarray) -> np.ndarray:
        """Dense blocks of some systems: coefficients (B, T) to matrices (B, m, m)."""
        m = self.dimension
        return (coefficients @ self.table).reshape(-1, m, m)

    def sparse_matrix(self, coefficients: np.ndarray) -> sp.csr_array:
        """Sparse block of one system with coefficients of shape (T,)."""
        total = sp.csr_array((self.dimension, self.dimension))
        for c, block in zip(coefficients, self.blocks, strict=True):
            if c != 0:
                total = total + c * block
        return sp.csr_array(total)


def find_sectors(terms: Terms, active: np.ndarray) -> list[Sector]:
    """Split the operator space into the sectors of the active terms.

    Parameters
    ----------
    terms : Terms
        The operators of the generator.
    active : ndarray of bool, shape (T,)
        Terms whose coefficient is nonzero somewhere.

    Returns
    -------
    list of Sector
        Those that carry trace first, then by size.
    """
    key = ("sectors", active.tobytes())
    if key not in terms.cache:
        n = terms.space.dimension
        pattern = sp.csr_array((n * n, n * n))
        for used, term in zip(active, terms.real, strict=True):
            if used:
                pattern = pattern + abs(term)
        count, labels = connected_components(pattern, directed=False)
        order = np.argsort(labels, kind="stable")
        groups = np.split(order, np.cumsum(np.bincount(labels, minlength=count))[:-1])
        found = [Sector(terms, group, int((group < n).sum())) for group in groups]
        terms.cache[key] = sorted(found, key=lambda s: (-s.populations, -s.dimension))
    return terms.cache[key]
