"""How much the cut-off of modes matters: what it suppresses, and what that does to a state.

With a few more levels, the terms of a generator would do to a state what the truncated ones do not:
act inside the space (where a product such as a a^dag ends in its last level), and lead out of it.
Both are linear in the state. In a steady state the second feeds the levels outside, which feed
back; the state changes, to first order, by the response to both, which is one further solve with
the factorisation of the state itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import splu

from quantsync.lindblad._hermitian_basis import HermitianBasis, hermitian_basis
from quantsync.lindblad._ladders import extended, rise
from quantsync.lindblad._sector_solve import solve_batch
from quantsync.lindblad._sectors import Sector, sum_of_terms
from quantsync.lindblad._terms import Terms
from quantsync.operators import Fock, Space

MOST_LEVELS = 4  # added to a mode; one for each quantum that a term adds at once, up to this
SAME = 1e-12  # of an operator's entries, relative to the largest
ROUNDING = 1e-14  # of a superoperator's
LARGEST_DENSE = 400  # unknowns outside, beyond which they are solved for one by one, sparsely


def truncated_sites(space: Space) -> list[int]:
    """Positions of the modes that go on above their last level."""
    sites = space.sites.values()
    return [k for k, site in enumerate(sites) if isinstance(site, Fock) and not site.finite]


@dataclass(frozen=True)
class _Block:
    """Some rows and columns of the terms' superoperators, stacked by term: (T * rows, columns)."""

    stacked: sp.csr_array
    terms: int

    @classmethod
    def of(cls, columns: Sequence[sp.csr_array], rows: np.ndarray) -> _Block:
        return cls(sp.csr_array(sp.vstack([c[rows] for c in columns])), len(columns))

    @property
    def rows(self) -> int:
        return len(self.stacked.indptr) // self.terms

    def apply(self, coefficients: np.ndarray, x: np.ndarray) -> np.ndarray:
        """The generators of B systems applied to vectors (B, columns): (B, rows)."""
        parts = (self.stacked @ x.T).reshape(self.terms, -1, len(x))
        return np.einsum("bt,trb->br", coefficients, parts)

    def solve(self, coefficients: np.ndarray, right: np.ndarray) -> np.ndarray:
        """Solutions (B, rows) of the generators' square blocks; infinite where one is singular."""
        size = right.shape[1]
        if size <= LARGEST_DENSE:
            table = self.stacked.toarray().reshape(self.terms, -1)
            matrices = (coefficients @ table).reshape(-1, size, size)
            return solve_batch(matrices, right[:, :, None])[:, :, 0]
        found = np.full(right.shape, np.inf)
        blocks = [self.stacked[k * size : (k + 1) * size] for k in range(self.terms)]
        for k, row in enumerate(coefficients):
            try:
                factors = splu(sp.csc_array(sum_of_terms(row, blocks, size)))
            except RuntimeError:  # SuperLU: "Factor is exactly singular"
                continue
            found[k] = factors.solve(right[k])
        return found


class SiteLeak:
    """What the cut-off of one mode suppresses, for states with elements in a sector."""

    def __init__(
        self, terms: Terms, sector: Sector, position: int, active: np.ndarray, respond: bool
    ):
        space, n = terms.space, terms.space.dimension
        operators = [*terms.hamiltonian, *terms.jumps]
        used = [op for op, on in zip(operators, active, strict=True) if on]
        step = min(max([1, *(rise(op, space, position) for op in used)]), MOST_LEVELS)
        wide = _WideTerms(terms, position, 2 * step)
        size, basis = space.dimensions[position], wide.basis
        inside = wide.states(lambda level: level < size)
        near = wide.states(lambda level: level < size + step)
        level = np.arange(n) // _behind(space, position) % size
        self.step, self.top = step, np.flatnonzero(level >= size - step)
        self.elements = wide.elements_of(sector.elements)
        changed = wide.changed(terms, active)
        self.source = np.flatnonzero(_touches(basis, self.elements, changed))
        leaving = wide.columns(self.elements[self.source])
        own = [block[:, self.source] for block in sector.blocks]
        kept = [wide_c[self.elements] - c for wide_c, c in zip(leaving, own, strict=True)]
        self.inner = _Block.of(kept, np.arange(sector.dimension))
        self.inner_populations = sector.populations
        # Levels outside that the terms reach from here, and from there on.
        ring = _within(basis, near) & ~_within(basis, inside)
        outside = reached = _reached(leaving, ring) if respond else np.zeros(0, int)
        found: list[tuple[np.ndarray, list[sp.csr_array]]] = []
        while len(reached):
            found.append((reached, wide.columns(reached)))
            reached = np.setdiff1d(_reached(found[-1][1], ring), outside)
            outside = np.union1d(outside, reached)
        self.outside = outside
        self.populations = int((outside < basis.dimension).sum())
        self.far_populations, far = _far(leaving, basis, ~_within(basis, inside))
        self.far = _Block.of(leaving, far)
        self.leaving = _Block.of(leaving, outside)
        if not found:
            return
        order = np.argsort(np.concatenate([elements for elements, _ in found]))
        joined = [
            sp.csr_array(sp.hstack([columns[k] for _, columns in found]))[:, order]
            for k in range(terms.count)
        ]
        self.among = _Block.of(joined, outside)
        self.back = _Block.of(joined, self.elements)

    def flow(self, coefficients: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Rate (B,) at which matrix elements outside would appear: the sum of their moduli."""
        return moduli(self.far.apply(coefficients, x[:, self.source]), self.far_populations)

    def rate(self, coefficients: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Sum of the moduli (B,) of all that more levels would add to the generator's action."""
        inside = self.inner.apply(coefficients, x[:, self.source])
        return self.flow(coefficients, x) + moduli(inside, self.inner_populations)

    def response(self, coefficients: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Stationary elements outside (B, o), and what changes inside at which rate (B, m)."""
        source = x[:, self.source]
        change = self.inner.apply(coefficients, source)
        if not len(self.outside):
            return np.zeros((len(x), 0)), change
        outside = -self.among.solve(coefficients, self.leaving.apply(coefficients, source))
        with np.errstate(invalid="ignore"):
            return outside, change + self.back.apply(coefficients, outside)


class _WideTerms:
    """The terms of a generator with more levels of one mode."""

    def __init__(self, terms: Terms, position: int, extra: int):
        space = terms.space
        self.size, self.wider = space.dimensions[position], space.dimensions[position] + extra
        self.behind = _behind(space, position)
        self.basis = hermitian_basis(space.dimension // self.size * self.wider)
        self.narrow = terms.basis
        self.hamiltonian = [extended(h, space, position, extra) for h in terms.hamiltonian]
        self.jumps = [extended(jump, space, position, extra) for jump in terms.jumps]
        self.decays = [jump.conj().T @ jump for jump in self.jumps]

    def states(self, chosen: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        """Basis states by the level of the mode, as a mask."""
        return chosen(np.arange(self.basis.dimension) // self.behind % self.wider)

    def elements_of(self, elements: np.ndarray) -> np.ndarray:
        """Basis elements of the space, as ones of the wide space."""
        old = np.flatnonzero(self.states(lambda level: level < self.size))
        kind, i, j = _pairs(self.narrow, elements)
        n, i, j = self.basis.dimension, old[i], old[j]
        pair = n + i * (2 * n - i - 1) // 2 + j - i - 1
        return np.where(kind == 0, i, pair + np.where(kind == 2, n * (n - 1) // 2, 0))

    def changed(self, terms: Terms, active: np.ndarray) -> np.ndarray:
        """Basis states on which a term acts otherwise than in the narrow space, as a mask."""
        old = np.flatnonzero(self.states(lambda level: level < self.size))
        decays = [jump.conj().T @ jump for jump in terms.jumps]
        pairs = zip(
            [*self.hamiltonian, *self.jumps, *self.decays],
            [*terms.hamiltonian, *terms.jumps, *decays],
            [*active, *active[len(terms.hamiltonian) :]],
            strict=True,
        )
        changed = np.zeros(self.basis.dimension, bool)
        place = sp.csr_array(
            (np.ones(len(old)), (old, np.arange(len(old)))), shape=(len(changed), len(old))
        )
        for wide, narrow, used in pairs:
            if used and wide.nnz:
                difference = abs(wide @ place - place @ narrow)
                largest = difference.max(axis=0).toarray().ravel()
                changed[old] |= largest > SAME * abs(wide).max()
        return changed

    def columns(self, elements: np.ndarray) -> list[sp.csr_array]:
        """Columns of every term's real superoperator, each (D^2, len(elements))."""
        n, vectors = self.basis.dimension, self.basis.vectors
        chosen = sp.csr_array(vectors[:, elements])
        flat = np.flatnonzero(np.diff(chosen.indptr))
        i, j = np.divmod(flat, n)
        chosen, adjoint = chosen[flat], vectors.conj().T
        found = []
        for h in self.hamiltonian:
            found.append(-1j * (_left(h, i, j) - _right(h, i, j)))
        for jump, decay in zip(self.jumps, self.decays, strict=True):
            moved = _products(jump[:, i], jump[:, j].conj())
            found.append(moved - (_left(decay, i, j) + _right(decay, i, j)) / 2)
        return [_real(adjoint @ (term @ chosen)) for term in found]


def _behind(space: Space, position: int) -> int:
    return math.prod(space.dimensions[position + 1 :])


def _real(columns: Any) -> sp.csr_array:
    """Real parts, without what is left where square roots cancel."""
    real = sp.csr_array(columns.real)
    if real.nnz:
        real.data[np.abs(real.data) <= ROUNDING * np.abs(real.data).max()] = 0
    real.eliminate_zeros()
    return real


def _left(operator: sp.csr_array, i: np.ndarray, j: np.ndarray) -> sp.csr_array:
    """Columns operator |i><j|, flattened."""
    n = len(operator.indptr) - 1
    entries = sp.coo_array(operator[:, i])
    rows = entries.row * n + j[entries.col]
    return sp.csr_array((entries.data, (rows, entries.col)), shape=(n * n, len(i)))


def _right(operator: sp.csr_array, i: np.ndarray, j: np.ndarray) -> sp.csr_array:
    """Columns |i><j| operator, flattened."""
    n = len(operator.indptr) - 1
    entries = sp.coo_array(operator[j])
    rows = i[entries.row] * n + entries.col
    return sp.csr_array((entries.data, (rows, entries.row)), shape=(n * n, len(i)))


def _products(first: sp.csr_array, second: sp.csr_array) -> sp.csr_array:
    """Column by column, the Kronecker product of two sparse arrays with equally many columns."""
    n = len(first.indptr) - 1
    a, b = sp.csc_array(first), sp.csc_array(second)
    left, right = np.diff(a.indptr), np.diff(b.indptr)
    # Every entry of a column of the first, as often as the second has entries there.
    column = np.repeat(np.arange(len(left)), left)
    times = right[column]
    entry = np.repeat(np.arange(a.nnz), times)
    within = np.arange(len(entry)) - np.repeat(np.cumsum(times) - times, times)
    other = b.indptr[column[entry]] + within
    rows = a.indices[entry].astype(np.int64) * n + b.indices[other]
    data = a.data[entry] * b.data[other]
    return sp.csr_array((data, (rows, column[entry])), shape=(n * n, len(left)))


def _pairs(basis: HermitianBasis, elements: np.ndarray) -> tuple[np.ndarray, ...]:
    """Of basis elements: 0 for a population, else 1 or 2; and their two basis states."""
    n, (rows, columns) = basis.dimension, basis.pairs
    kind, pair = np.divmod(np.maximum(elements - n, 0), max(1, len(rows)))
    kind = np.where(elements < n, 0, kind + 1)
    if not len(rows):
        return kind, elements, elements
    return (
        kind,
        np.where(kind == 0, elements, rows[pair]),
        np.where(kind == 0, elements, columns[pair]),
    )


def _touches(basis: HermitianBasis, elements: np.ndarray, states: np.ndarray) -> np.ndarray:
    _, i, j = _pairs(basis, elements)
    return states[i] | states[j]


def _within(basis: HermitianBasis, states: np.ndarray) -> np.ndarray:
    """Basis elements between two of some states, as a mask."""
    i, j = basis.pairs
    both = states[i] & states[j]
    return np.concatenate([states, both, both])


def _reached(columns: Sequence[sp.csr_array], among: np.ndarray) -> np.ndarray:
    rows = np.unique(np.concatenate([sp.coo_array(c).row for c in columns] or [np.zeros(0, int)]))
    return rows[among[rows]]


def _far(
    columns: Sequence[sp.csr_array], basis: HermitianBasis, outside: np.ndarray
) -> tuple[int, np.ndarray]:
    rows = _reached(columns, outside)
    return int((rows < basis.dimension).sum()), rows


def moduli(x: np.ndarray, populations: int) -> np.ndarray:
    """Sum of the moduli of matrix elements, at most, of vectors of basis elements, (B,)."""
    size = np.abs(x)
    return size[:, :populations].sum(axis=1) + np.sqrt(2) * size[:, populations:].sum(axis=1)
