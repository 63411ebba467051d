"""Single generators as one batch that is affine in its coefficients, where they are of that form.

Who builds a Hamiltonian anew at every point of a map (as with QuTiP) hands over matrices. Their
entries are few different functions of the point times constants, and each of these functions
becomes a coefficient. Entries are told apart to rounding, each beside itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp

from quantsync.lindblad._rate_matrices import rate_matrices
from quantsync.lindblad.generator import Generator

MOST_TERMS = 64  # beyond, each system by itself is cheaper
ROUNDING = 4 * np.finfo(float).eps  # relative, of one entry
HARMLESS = 1e-9  # relative to the smallest entry: what rounding of the largest may be
SAME = 1e-9  # relative; what two ways of computing the same system may differ by

Terms = list[tuple[np.ndarray, Any]]  # coefficients and operators, or rate matrices and lists


def joined_terms(systems: Sequence[Generator]) -> tuple[Terms, Terms] | None:
    """Hamiltonian and dissipators of single systems on one space as those of one batch, if any."""
    counts = {len(system.terms.jumps) for system in systems}
    if len(counts) > 1 or any(system.size != 1 for system in systems):
        return None
    pairs = [(system, system.coefficient_table()[0]) for system in systems]
    hamiltonian = _joined_hamiltonian([_energy(system, table) for system, table in pairs])
    if hamiltonian is None:
        return None
    joined = []
    for k in range(counts.pop()):
        jump = _joined_jump([system.terms.jumps[k] for system in systems])
        if jump is None:
            return None
        joined.append(jump)
    factors, jumps = [factor for factor, _ in joined], [jump for _, jump in joined]
    if any(system.terms.crosses for system in systems):
        gamma = np.concatenate([rate_matrices(s.terms, table[None]) for s, table in pairs])
        factor = np.stack(factors, axis=1)
        gamma = gamma * factor[:, :, None] * factor[:, None, :].conj()
        return hamiltonian, [(gamma, jumps)]
    rates = [
        np.array([table[len(s.terms.hamiltonian) + k] for s, table in pairs]) * np.abs(factor) ** 2
        for k, factor in enumerate(factors)
    ]
    return hamiltonian, list(zip(rates, jumps, strict=True))


def same_systems(first: Generator, second: Generator) -> bool:
    """Whether two single systems are equal but for rounding, term by term."""
    a, b = (system.coefficient_table()[0] for system in (first, second))
    if first.terms is second.terms:
        return bool((np.abs(a - b) <= SAME * np.maximum(np.abs(a), np.abs(b))).all())
    if first.space != second.space or len(first.terms.jumps) != len(second.terms.jumps):
        return False
    if not _same(_energy(first, a), _energy(second, b)):
        return False
    gammas = [rate_matrices(s.terms, t[None])[0] for s, t in ((first, a), (second, b))]
    sizes = [np.sqrt(np.real(np.diagonal(gamma))) for gamma in gammas]
    pairs = zip(first.terms.jumps, second.terms.jumps, *sizes, strict=True)
    if not all(_same(x * left, y * right) for left, right, x, y in pairs):
        return False
    scaled = [
        g / np.where(np.outer(s, s) > 0, np.outer(s, s), 1)
        for g, s in zip(gammas, sizes, strict=True)
    ]
    return bool((np.abs(scaled[0] - scaled[1]) <= SAME).all())


def _energy(system: Generator, table: np.ndarray) -> sp.csr_array:
    terms = system.terms.hamiltonian
    if len(terms) == 1:
        return table[0] * terms[0]
    total = sp.csr_array((system.dimension,) * 2, dtype=complex)
    for coefficient, operator in zip(table, terms, strict=False):
        total = total + coefficient * operator
    return total


def _same(a: Any, b: Any) -> bool:
    """Whether two operators are equal but for rounding, entry by entry."""
    if not (a.nnz or b.nnz):
        return True
    sizes = abs(a).maximum(abs(b))
    return bool((abs(a - b) - SAME * sizes).max() <= 2 * ROUNDING * sizes.max())


def _size(matrices: Sequence[Any]) -> int:
    return matrices[0].shape[0]


def _entries(matrices: Sequence[sp.csr_array]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows and columns (e,) that any matrix fills, and the values (matrices, e) there."""
    n = _size(matrices)
    places = [
        np.repeat(np.arange(n) * n, np.diff(matrix.indptr)) + matrix.indices for matrix in matrices
    ]
    flat = np.unique(np.concatenate(places))
    values = np.zeros((len(matrices), len(flat)), complex)
    for k, (matrix, place) in enumerate(zip(matrices, places, strict=True)):
        np.add.at(values[k], np.searchsorted(flat, place), matrix.data)
    return flat // n, flat % n, values


def _joined_hamiltonian(matrices: Sequence[sp.csr_array]) -> Terms | None:
    n = _size(matrices)
    rows, columns, values = _entries(matrices)
    upper = rows <= columns
    rows, columns = rows[upper], columns[upper]
    # Coefficients are real: real and imaginary parts are functions of their own.
    kept = values[:, upper]
    largest = np.abs(kept).max(axis=0, initial=0.0)
    largest = largest[largest > 0]
    # Differences of large entries are exact in one matrix, and are not in a sum of several.
    if ROUNDING * largest.max(initial=0.0) > HARMLESS * largest.min(initial=np.inf):
        return None
    parts = np.concatenate([np.real(kept), np.imag(kept)], axis=1)
    used = parts.any(axis=0)
    functions, owner, factor = _functions(parts[:, used])
    if functions.shape[1] > MOST_TERMS:
        return None
    kind = np.repeat([1, 1j], len(rows))[used]
    i, j = (np.tile(index, 2)[used] for index in (rows, columns))
    terms = []
    for k in range(functions.shape[1]):
        mine = owner == k
        entry = kind[mine] * factor[mine]
        half = sp.csr_array((entry, (i[mine], j[mine])), shape=(n, n))
        diagonal = sp.diags_array(half.diagonal())
        terms.append((functions[:, k], sp.csr_array(half + half.conj().T - diagonal)))
    return terms


def _functions(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Columns (p, e) as ``functions[:, owner] * factor``, with as few functions as there are."""
    owner = np.full(values.shape[1], -1)
    factor = np.ones(values.shape[1])
    first: list[int] = []
    while (owner < 0).any() and len(first) <= MOST_TERMS:
        new = int(np.argmax(owner < 0))
        left = np.flatnonzero(owner < 0)
        pivot = int(np.abs(values[:, new]).argmax())
        ratio = values[pivot, left] / values[pivot, new]
        apart = np.abs(values[:, left] - values[:, [new]] * ratio)
        alike = (apart <= ROUNDING * np.abs(values[:, left])).all(axis=0)
        owner[left[alike]], factor[left[alike]] = len(first), ratio[alike]
        first.append(new)
    return values[:, first], owner, factor


def _joined_jump(jumps: Sequence[sp.csr_array]) -> tuple[np.ndarray, sp.csr_array] | None:
    """The one operator that all jumps are multiples of, if they are, and their factors."""
    if all(jump is jumps[0] for jump in jumps):
        return np.ones(len(jumps)), jumps[0]
    rows, columns, values = _entries(jumps)
    if not values.size or not values.any():
        return np.ones(len(jumps)), jumps[0]
    largest = int(np.abs(values).max(axis=1).argmax())
    pivot = int(np.abs(values[largest]).argmax())
    shape = values[largest] / values[largest, pivot]
    expected = values[:, [pivot]] * shape
    if (np.abs(values - expected) > ROUNDING * np.abs(expected)).any():
        return None
    n = _size(jumps)
    return values[:, pivot], sp.csr_array((shape, (rows, columns)), shape=(n, n))
