"""Invariant blocks of a generator between elements |x><x'|, sorted by the charge x - x'.

What a generator does to the adjoint of an operator is the adjoint of what it does to the operator.
A block that contains the adjoints of its elements is therefore real in the Hermitian basis; of two
blocks that are each other's adjoints one is enough, and stays complex without being doubled.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from quantsync.errors import InvalidArgumentError
from quantsync.lazy import lazy
from quantsync.lindblad._hermitian_basis import hermitian_basis
from quantsync.lindblad._sectors import connected_groups, sectors_among, sum_of_terms
from quantsync.lindblad._superoperators import commutator_columns, dissipator_columns
from quantsync.lindblad._terms import Terms
from quantsync.memory import require_memory
from quantsync.operators import Space

LARGEST_DENSE = 64  # blocks up to which sparse arrays cost more than they save


@dataclass(frozen=True, eq=False)
class Block:
    """An invariant block: one (m, m) part for each term, in an orthonormal basis of operators."""

    levels: int  # n
    elements: np.ndarray  # of the Hermitian basis, or places in flattened operators
    parts: list[sp.csr_array]
    hermitian: bool  # which of the two
    mirrored: bool  # whether the adjoints of its elements are another block, which is left out
    traced: bool  # whether it contains populations
    charge: int | None  # x - x', where all elements have the same

    @property
    def dimension(self) -> int:
        """Number m of elements."""
        return len(self.elements)

    @lazy
    def real(self) -> bool:
        """Whether the matrix is real: eigenvalues come in conjugate pairs, or are real."""
        return not any(np.iscomplexobj(part) for part in self.parts)

    @lazy
    def cores(self) -> list[np.ndarray]:
        """The diagonal blocks of its block-triangular form, which have all its eigenvalues."""
        pattern = sum_of_terms(
            np.ones(len(self.parts)), [abs(part) for part in self.parts], self.dimension
        )
        return connected_groups(pattern, strongly=True)

    @lazy
    def _tables(self) -> tuple[np.ndarray, np.ndarray]:
        """The parts of a small block as dense rows, and their absolute values."""
        rows = [part.toarray().ravel() for part in self.parts]
        table = np.array(rows).reshape(len(rows), self.dimension**2)
        return table, np.abs(table)

    def matrix(self, coefficients: np.ndarray) -> Any:
        """The block of one system: dense if it is small, else sparse."""
        if (m := self.dimension) <= LARGEST_DENSE:
            return (coefficients @ self._tables[0]).reshape(m, m)
        return sum_of_terms(coefficients, self.parts, m)

    def sizes(self, coefficients: np.ndarray) -> Any:
        """What adds up in each entry, in absolute values: the scale of its rounding."""
        if (m := self.dimension) <= LARGEST_DENSE:
            return (np.abs(coefficients) @ self._tables[1]).reshape(m, m)
        return sum_of_terms(np.abs(coefficients), [abs(part) for part in self.parts], m)

    @lazy
    def largest(self) -> np.ndarray:
        """Largest entry of each part."""
        return np.array([abs(part).max() if part.nnz else 0.0 for part in self.parts])

    def dense(self, core: np.ndarray, table: np.ndarray) -> np.ndarray:
        """One of the cores of some systems, (B, c, c)."""
        size = len(core)
        parts = np.stack([part[core][:, core].toarray().ravel() for part in self.parts])
        return (table @ parts).reshape(-1, size, size)

    def operators(self, vectors: np.ndarray) -> np.ndarray:
        """Operators (K, n, n) from their components, the columns of (m, K)."""
        n = self.levels
        if self.hermitian:
            basis, rows = hermitian_basis(n), np.ascontiguousarray(vectors.T)
            real = basis.operators(np.ascontiguousarray(np.real(rows)), self.elements)
            imaginary = np.ascontiguousarray(np.imag(rows))
            return real + 1j * basis.operators(imaginary, self.elements)
        flat = np.zeros((vectors.shape[1], n * n), complex)
        flat[:, self.elements] = vectors.T
        return flat.reshape(-1, n, n)


def total_charge(space: Space) -> np.ndarray:
    """The total number of every basis state, (n,): levels of modes plus quantum numbers m."""
    total = np.zeros(1)
    for site in space.sites.values():
        total = np.add.outer(total, site.labels).ravel()
    return total


def blocks_of(terms: Terms, active: np.ndarray, sector: int | None) -> list[Block]:
    """All blocks of the active terms, or those of a charge; `InvalidArgumentError` without one."""
    key = ("slow modes", active.tobytes(), sector)
    return terms.derive(key, lambda: list(_blocks(terms, active, sector)))


def _blocks(terms: Terms, active: np.ndarray, sector: int | None) -> Iterator[Block]:
    n, number = terms.space.dimension, total_charge(terms.space)
    require_memory(48.0 * n * n, f"A list of all elements of a matrix of {n} levels")
    difference = np.rint(np.subtract.outer(number, number)).astype(int).ravel()
    elements = np.arange(n * n) if sector is None else np.flatnonzero(difference == sector)
    if not len(elements):
        raise InvalidArgumentError(
            f"Argument `sector` must be a difference of total numbers, which are at most "
            f"{difference.max()} in {terms.space}, but is {sector}."
        )
    i, j = np.divmod(elements, n)
    parts = []
    for k, on in enumerate(active):
        if not on:
            parts.append(sp.csr_array((len(elements), len(elements))))
            continue
        operators = terms.operators(k)
        if k < len(terms.hamiltonian):
            columns = commutator_columns(operators[0], i, j)
        else:
            columns = dissipator_columns(operators[0], operators[-1], i, j)
        columns.eliminate_zeros()
        rows = sp.csr_array(columns)
        if sector is not None and np.diff(rows.indptr)[difference != sector].any():
            _raise_not_conserved(terms, k, sector)
        parts.append(sp.csr_array(rows[elements]))
    pattern = sum_of_terms(np.ones(len(parts)), [abs(part) for part in parts], len(elements))
    groups = connected_groups(pattern)
    label = np.full(n * n, -1)
    for g, group in enumerate(groups):
        label[elements[group]] = g
    for g, group in enumerate(groups):
        row, column = i[group], j[group]
        mirror = int(label[column[0] * n + row[0]])
        charges = np.unique(difference[elements[group]])
        charge = int(charges[0]) if len(charges) == 1 else None
        if mirror == g:
            upper = row < column
            pair = row * (2 * n - row - 1) // 2 + column - row - 1 + n
            chosen = [row[row == column], pair[upper], pair[upper] + n * (n - 1) // 2]
            for part in sectors_among(terms, active, np.sort(np.concatenate(chosen))):
                yield Block(n, part.elements, part.blocks, True, False, part.carries_trace, charge)
        elif mirror < 0 or (charge > 0 if charge else g < mirror):
            own = [sp.csr_array(part[group][:, group]) for part in parts]
            if not any(part.imag.nnz for part in own):
                own = [sp.csr_array(part.real) for part in own]
            yield Block(n, elements[group], own, False, mirror >= 0, False, charge)


def _raise_not_conserved(terms: Terms, k: int, sector: int) -> None:
    energies = len(terms.hamiltonian)
    what = f"hamiltonian[{k}]" if k < energies else f"dissipators[{k - energies}]"
    if k >= energies and terms.crosses:
        what = "a dissipator"
    raise InvalidArgumentError(
        f"Argument `sector` is {sector}, but the system does not conserve the total number of "
        f"{terms.space} (levels of modes plus m of spins): {what} changes x - x'. Leave `sector` "
        "out; blocks that other conserved quantities make are found all the same."
    )
