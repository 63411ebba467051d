"""How much the cut-off of modes matters: what it suppresses, and what that does to a state.

With a few more levels, the terms of a generator would do to a state what the truncated ones do not:
act inside the space (where a product such as a a^dag ends in its last level), and lead out of it.
Both are linear in the state. In a steady state the second feeds the levels outside, which feed
back; the state changes, to first order, by the response to both, which is one further solve with
the factorisation of the state itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import splu

from quantsync.lindblad._hermitian_basis import HermitianBasis
from quantsync.lindblad._ladders import extended, rise
from quantsync.lindblad._sector_solve import solve_batch
from quantsync.lindblad._sectors import Sector, sum_of_terms
from quantsync.lindblad._terms import Terms
from quantsync.operators import Fock, Space

MOST_LEVELS = 4  # added to a mode; one for each quantum that a term adds at once, up to this
SAME = 1e-12  # of an operator's entries, relative to the largest
LARGEST_DENSE = 400  # unknowns outside, beyond which they are solved for one by one, sparsely


def truncated_sites(space: Space) -> list[int]:
    """Positions of the modes that go on above their last level."""
    sites = space.sites.values()
    return [k for k, site in enumerate(sites) if isinstance(site, Fock) and not site.finite]


@dataclass(frozen=True)
class _Block:
    """Some rows and columns of the terms' superoperators, stacked by term: (T * rows, columns)."""

    stacked: sp.csr_array
    rows: int

    def apply(self, coefficients: np.ndarray, x: np.ndarray) -> np.ndarray:
        """The generators of B systems applied to vectors (B, columns): (B, rows)."""
        parts = (self.stacked @ x.T).reshape(coefficients.shape[1], self.rows, len(x))
        return np.einsum("bt,trb->br", coefficients, parts)

    def solve(self, coefficients: np.ndarray, right: np.ndarray) -> np.ndarray:
        """Solutions (B, rows) of the generators' square blocks; infinite where one is singular."""
        size = right.shape[1]
        if size <= LARGEST_DENSE:
            table = self.stacked.toarray().reshape(coefficients.shape[1], size * size)
            matrices = (coefficients @ table).reshape(-1, size, size)
            return solve_batch(matrices, right[:, :, None])[:, :, 0]
        found = np.full(right.shape, np.inf)
        blocks = [self.stacked[k * size :][:size] for k in range(coefficients.shape[1])]
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
        used = [op for k in np.flatnonzero(active).tolist() for op in terms.operators(k)]
        step = min(max([1, *(rise(op, space, position) for op in used)]), MOST_LEVELS)
        wide = WideTerms(terms, position, 2 * step)
        size, basis = space.dimensions[position], wide.terms.basis
        inside = _within(basis, wide.level < size)
        ring = _within(basis, wide.level < size + step) & ~inside
        level = np.arange(n) // _behind(space, position) % size
        self.step, self.top = step, np.flatnonzero(level >= size - step)
        self.elements = wide.elements_of(sector.elements)
        changed = wide.changed(active)
        self.source = np.flatnonzero(_touches(basis, self.elements, changed))
        leaving = _Columns(wide.terms, self.elements[self.source])
        own = [block[:, self.source] for block in sector.blocks]
        kept = leaving.block(self.elements)
        if own:
            kept = _Block(sp.csr_array(kept.stacked - sp.vstack(own)), kept.rows)
        self.inner, self.inner_populations = kept, sector.populations
        # Levels outside that the terms reach from here, and from there on.
        outside = reached = leaving.reached(ring) if respond else np.zeros(0, int)
        found: list[tuple[np.ndarray, _Columns]] = []
        while len(reached):
            found.append((reached, _Columns(wide.terms, reached)))
            reached = np.setdiff1d(found[-1][1].reached(ring), outside)
            outside = np.union1d(outside, reached)
        self.outside = outside
        self.populations = int((outside < basis.dimension).sum())
        far = leaving.reached(~inside)
        self.far_populations = int((far < basis.dimension).sum())
        self.far, self.leaving = leaving.block(far), leaving.block(outside)
        if not found:
            return
        order = np.argsort(np.concatenate([elements for elements, _ in found]))
        self.among, self.back = (
            _Block(
                sp.csr_array(sp.hstack([c.block(rows).stacked for _, c in found]))[:, order],
                len(rows),
            )
            for rows in (outside, self.elements)
        )

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


class WideTerms:
    """The terms of a generator with more levels of one mode."""

    def __init__(self, terms: Terms, position: int, extra: int):
        space = terms.space
        name, size = space.names[position], space.dimensions[position]
        wider = Space(**{**space.sites, name: Fock(size + extra)})
        hamiltonian, jumps = (
            tuple(extended(operator, space, position, extra) for operator in operators)
            for operators in (terms.hamiltonian, terms.jumps)
        )
        self.narrow, self.terms = terms, Terms(wider, hamiltonian, jumps, terms.crosses)
        self.level = np.arange(wider.dimension) // _behind(space, position) % (size + extra)
        self.old = np.flatnonzero(self.level < size)  # states of the space, in the wide one

    def elements_of(self, elements: np.ndarray) -> np.ndarray:
        """Basis elements of the space, as ones of the wide space."""
        i, j, kind = self.narrow.basis.places(elements)
        n, i, j = self.terms.space.dimension, self.old[i], self.old[j]
        pair = n + i * (2 * n - i - 1) // 2 + j - i - 1
        return np.where(kind == 0, i, pair + np.where(kind == 2, n * (n - 1) // 2, 0))

    def changed(self, active: np.ndarray) -> np.ndarray:
        """Basis states on which a term acts otherwise than in the narrow space, as a mask."""
        wide, narrow, old = self.terms, self.narrow, self.old
        changed = np.zeros(wide.space.dimension, bool)
        place = sp.csr_array(
            (np.ones(len(old)), (old, np.arange(len(old)))), shape=(len(changed), len(old))
        )
        for k in np.flatnonzero(active).tolist():
            acting = list(zip(wide.operators(k), narrow.operators(k), strict=True))
            if k >= len(wide.hamiltonian):
                acting += [
                    tuple(a.conj().T @ b for a, b in zip(left, right, strict=True))
                    for left, right in product(acting, repeat=2)
                ]
            for wider, own in acting:
                difference = sp.csr_array(abs(wider @ place - place @ own))
                if difference.nnz:
                    largest = difference.max(axis=0).toarray().ravel()
                    changed[old] |= largest > SAME * abs(wider).max()
        return changed


class _Columns:
    """What every term makes of some elements: the rows that any of them reaches."""

    def __init__(self, terms: Terms, elements: np.ndarray):
        self.rows, arrays = terms.columns(elements)
        self.terms = len(arrays)
        # All other rows are empty: one more, behind those of all terms, stands for them.
        empty = sp.csr_array((1, len(elements)))
        self.stacked = sp.csr_array(sp.vstack([*arrays, empty], format="csr"))

    def block(self, wanted: np.ndarray) -> _Block:
        """Some rows of all."""
        place = np.searchsorted(self.rows, wanted)
        reached = np.append(self.rows, -1)[place] == wanted
        term = len(self.rows) * np.arange(self.terms)[:, None]
        places = np.where(reached, term + place, len(self.rows) * self.terms)
        return _Block(self.stacked[places.ravel()], len(wanted))

    def reached(self, among: np.ndarray) -> np.ndarray:
        """Rows in a mask that any term reaches."""
        return self.rows[among[self.rows]]


def _behind(space: Space, position: int) -> int:
    return math.prod(space.dimensions[position + 1 :])


def _touches(basis: HermitianBasis, elements: np.ndarray, states: np.ndarray) -> np.ndarray:
    i, j, _ = basis.places(elements)
    return states[i] | states[j]


def _within(basis: HermitianBasis, states: np.ndarray) -> np.ndarray:
    """Basis elements between two of some states, as a mask."""
    i, j = basis.pairs
    both = states[i] & states[j]
    return np.concatenate([states, both, both])


def moduli(x: np.ndarray, populations: int) -> np.ndarray:
    """Sum of the moduli of matrix elements, at most, of vectors of basis elements, (B,)."""
    size = np.abs(x)
    return size[:, :populations].sum(axis=1) + np.sqrt(2) * size[:, populations:].sum(axis=1)
