"""The matrix elements that a generator reaches from some others, and the generator among them."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import scipy.sparse as sp

from quantsync.lindblad._sectors import connected_groups
from quantsync.lindblad._superoperators import commutator_columns, dissipator_columns
from quantsync.lindblad._terms import LARGEST_WHOLE, Terms


class Reached:
    """Generators among matrix elements |i><j| that none of their terms leads out of.

    Attributes
    ----------
    elements : ndarray of int, shape (d,)
        The elements, as places in a matrix that is flattened row by row, sorted.
    """

    def __init__(self, elements: np.ndarray, blocks: list[sp.csc_array], on: np.ndarray):
        self.elements = elements
        self._on = on
        d = len(elements)
        pattern = sp.csc_array(sum((abs(block) for block in blocks), sp.eye_array(d)))
        pattern.sort_indices()
        self._indices, self._indptr = pattern.indices, pattern.indptr
        columns = np.repeat(np.arange(d), np.diff(pattern.indptr))
        places = columns * d + pattern.indices
        data = np.zeros((len(blocks), len(places)), complex)
        for k, block in enumerate(blocks):
            rows, of = block.indices, np.repeat(np.arange(d), np.diff(block.indptr))
            data[k, np.searchsorted(places, of * d + rows)] = block.data
        self._data = data
        self._diagonal = np.searchsorted(places, np.arange(d) * (d + 1))

    @property
    def dimension(self) -> int:
        """Number of elements d."""
        return len(self.elements)

    @cached_property
    def table(self) -> np.ndarray:
        """The terms as dense matrices, shape (T, d*d); their sums are the generators."""
        d = self.dimension
        table = np.zeros((len(self._data), d * d), complex)
        columns = np.repeat(np.arange(d), np.diff(self._indptr))
        table[:, self._indices * d + columns] = self._data
        return table

    def dense(self, coefficients: np.ndarray) -> np.ndarray:
        """Generators (B, d, d) of some systems, from coefficients (B, T)."""
        d = self.dimension
        return (coefficients[:, self._on] @ self.table).reshape(-1, d, d)

    def sparse(self, row: np.ndarray, shift: complex = 0.0, sign: float = 1.0) -> sp.csc_array:
        """``shift + sign L`` of one system with coefficients (T,)."""
        data = sign * (row[self._on] @ self._data)
        data[self._diagonal] += shift
        shape = (self.dimension, self.dimension)
        return sp.csc_array((data, self._indices, self._indptr), shape=shape)


def reached(
    terms: Terms, active: np.ndarray, start: np.ndarray, seen: np.ndarray
) -> Reached | None:
    """What leads from elements ``start`` to elements ``seen``; None if nothing does."""
    key = ("reached", active.tobytes(), start.tobytes(), seen.tobytes())
    return terms.derive(key, lambda: _reached(terms, active, start, seen))


def _reached(
    terms: Terms, active: np.ndarray, start: np.ndarray, seen: np.ndarray
) -> Reached | None:
    n = terms.space.dimension
    on = np.flatnonzero(active)
    known = np.zeros(n * n, bool)
    known[start] = True
    listed, columns, frontier = [], [[] for _ in on], np.flatnonzero(known)
    while len(frontier):
        listed.append(frontier)
        new = np.zeros(n * n, bool)
        for of_term, k in zip(columns, on, strict=True):
            found = _columns(terms, int(k), frontier)
            of_term.append(found)
            new[found.indices] = True
        frontier = np.flatnonzero(new & ~known)
        known |= new
    elements = np.concatenate([np.zeros(0, int), *listed])
    order = np.argsort(elements)
    elements = elements[order]
    blocks = []
    for of_term in columns:
        whole = sp.csc_array(sp.hstack(of_term, format="csc"))[:, order] if of_term else None
        if whole is not None:
            blocks.append(sp.csc_array(sp.csr_array(whole)[elements]))
    pattern = sp.csr_array((len(elements), len(elements)))
    for block in blocks:
        pattern = pattern + abs(block)
    groups = [
        group
        for group in connected_groups(pattern)
        if np.isin(elements[group], start).any() and np.isin(elements[group], seen).any()
    ]
    if not groups:
        return None
    kept = np.sort(np.concatenate(groups))
    blocks = [sp.csc_array(sp.csr_array(block)[kept][:, kept]) for block in blocks]
    for block in blocks:
        block.sum_duplicates()
    return Reached(elements[kept], blocks, on)


def _columns(terms: Terms, k: int, elements: np.ndarray) -> sp.csc_array:
    """What a term makes of some elements, shape (n^2, m)."""
    n = terms.space.dimension
    if n <= LARGEST_WHOLE:
        return sp.csc_array(sp.csc_array(terms.superoperators[k])[:, elements])
    i, j = np.divmod(elements, n)
    energies = len(terms.hamiltonian)
    if k < energies:
        return commutator_columns(terms.hamiltonian[k], i, j)
    return dissipator_columns(*terms.pairs[k - energies], i, j)
