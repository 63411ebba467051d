"""Conserved charges of U(1) symmetries, and why the sector of charge 0 decides.

A charge gives every basis state i a number n_i such that the Hamiltonian conserves it and each
jump operator shifts it by a fixed amount. The element |i><j| of a density matrix has the charge
n_i - n_j, and the generator commutes with the rotation exp(i theta N), N = sum n_i |i><i|.

If the elements of charge 0 have one stationary state rho, there is no other. The average of a
stationary state over theta is stationary and of charge 0, thus rho, and has the state's support in
its own: all stationary operators live on the support of rho, where rho is faithful. There the
adjoint generator's kernel is an algebra that is closed under X -> X^dag (Frigerio 1978), sorted by
charge, with the dimensions of the generator's own kernel. Let X be an element of charge q != 0.
X^dag X has charge 0, is therefore a multiple of 1, and X is one of a unitary operator. But
exp(i theta N) X exp(-i theta N) = exp(i theta q) X says that X shifts the spectrum of N by q, which
maps no finite set of numbers to itself. So X = 0.

Nothing of this holds for parities, or for blocks that are apart by accident: they have no such N.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import breadth_first_order, connected_components

from quantsync.lindblad._sectors import Sector, sectors_among
from quantsync.lindblad._terms import Terms
from quantsync.memory import require_memory

ELEMENT_BYTES = 33.0  # while they are listed
LARGEST_CHARGE = 1 << 60  # in whole numbers


def sectors_without_charge(terms: Terms, active: np.ndarray) -> list[Sector]:
    """Those of `find_sectors` that hold no charge: the state is in one, and they decide."""
    return sectors_among(terms, active, _elements_without_charge(terms, active))


def _elements_without_charge(terms: Terms, active: np.ndarray) -> np.ndarray:
    n, labels = terms.space.dimension, charge_labels(terms, active)
    order = np.argsort(labels, kind="stable")
    sizes = np.bincount(labels)
    groups = np.split(order, np.cumsum(sizes)[:-1])
    count = float((sizes.astype(float) ** 2).sum())
    require_memory(ELEMENT_BYTES * count, f"A list of the {count:.3g} elements without charge")
    pairs = [np.array(np.triu_indices(len(group), 1)) for group in groups]
    i, j = np.hstack([group[pair] for group, pair in zip(groups, pairs, strict=True)])
    return _with_pairs(n, np.arange(n), i, j)


def elements_with_charges_of(terms: Terms, active: np.ndarray, elements: np.ndarray) -> np.ndarray:
    """All elements, sorted, that have the charges of some given ones; no active term leads out.

    Only they need be known of the generator where nothing else is asked for.
    """
    n = terms.space.dimension
    group, charges = terms.derive(("numbers", active.tobytes()), lambda: _charges(terms, active))
    if np.abs(charges).max(initial=0) > LARGEST_CHARGE:
        return terms.basis.elements
    table = np.column_stack([group, charges]).astype(np.int64)
    states, label = np.unique(table, axis=0, return_inverse=True)
    label = label.reshape(-1)
    # What |a><b| has: the difference of their charges, and where they are apart, the groups.
    count = len(states)
    a, b = np.divmod(np.arange(count**2), count)
    of_pairs = np.column_stack([states[a, 0], states[b, 0], states[a, 1:] - states[b, 1:]])
    kind = np.unique(of_pairs, axis=0, return_inverse=True)[1].reshape(count, count)
    i, j, _ = terms.basis.places(elements)
    wanted = np.zeros(count**2, bool)
    wanted[kind[label[i], label[j]]] = wanted[kind[label[j], label[i]]] = True
    chosen = wanted[kind]
    if chosen.all():
        return terms.basis.elements
    mask = chosen[label[:, None], label]
    i, j = np.nonzero(np.triu(mask, 1))
    return _with_pairs(n, np.flatnonzero(mask.diagonal()), i, j)


def _with_pairs(n: int, diagonal: np.ndarray, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Elements of the diagonal, and both of each pair i < j."""
    places = np.sort(n + i * (2 * n - i - 1) // 2 + j - i - 1)
    return np.concatenate([diagonal, places, places + n * (n - 1) // 2])


def charge_labels(terms: Terms, active: np.ndarray) -> np.ndarray:
    """A label for every basis state, (n,), equal where all conserved charges are equal."""
    return terms.derive(("charges", active.tobytes()), lambda: _labels(terms, active))


def _labels(terms: Terms, active: np.ndarray) -> np.ndarray:
    group, charges = _charges(terms, active)
    numbers: dict[tuple[int, ...], int] = {}
    rows = np.column_stack([group, charges]).tolist()
    return np.array([numbers.setdefault(tuple(row), len(numbers)) for row in rows])


def _charges(terms: Terms, active: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Group of every basis state (n,), whose charges (n, r) are relative to its first one's."""
    # Unknown are the n_i and the jump operators' shifts s_k: n_i - n_j = s_k for each entry (i, j).
    # Along a spanning tree n_i is w_i . s, in whole numbers, and every other entry restricts s.
    n, energies = terms.space.dimension, len(terms.hamiltonian)
    used = [k for k in range(energies, terms.count) if active[k]]
    to, start, kind = [], [], []
    for k in np.flatnonzero(active).tolist():
        for operator in terms.operators(k):
            rows, columns = operator.nonzero()
            to.append(rows)
            start.append(columns)
            kind.append(np.full(len(rows), used.index(k) if k >= energies else -1))
    if not to:
        return np.arange(n), np.zeros((n, 0), dtype=object)
    to, start, kind = map(np.concatenate, (to, start, kind))
    shift = np.vstack([np.eye(len(used), dtype=int), np.zeros((1, len(used)), int)])[kind]
    group, words = _along_trees(n, to, start, shift)
    shifts = _null_space(words[to] - words[start] - shift)
    return group, words.astype(object) @ shifts


def _along_trees(
    n: int, to: np.ndarray, start: np.ndarray, shift: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Connected group of every state, and the sum of the shifts from its root to it, (n, K)."""
    keys, first = np.unique(to * n + start, return_index=True)
    steps = dict(zip(keys.tolist(), first.tolist(), strict=True))
    graph = sp.csr_array((np.ones(len(to)), (to, start)), shape=(n, n))
    count, group = connected_components(graph, directed=False)
    words = np.zeros((n, shift.shape[1]), int)
    _, roots = np.unique(group, return_index=True)
    for root in roots[:count]:
        order, before = breadth_first_order(graph, root, directed=False)
        for state in order[1:].tolist():
            above = int(before[state])
            up = steps.get(state * n + above)
            words[state] = words[above] + (
                shift[up] if up is not None else -shift[steps[above * n + state]]
            )
    return group, words


def _null_space(constraints: np.ndarray) -> np.ndarray:
    """A basis, in exact whole numbers, of the vectors s with constraints @ s = 0; (K, r)."""
    count = constraints.shape[1]
    reduced: dict[int, list[Fraction]] = {}  # by the column of each row's leading 1
    for numbers in np.unique(constraints, axis=0).tolist():
        row = [Fraction(number) for number in numbers]
        for column, other in reduced.items():
            if row[column]:
                row = [x - row[column] * y for x, y in zip(row, other, strict=True)]
        lead = next((column for column, x in enumerate(row) if x), None)
        if lead is None:
            continue
        row = [x / row[lead] for x in row]
        for column, other in reduced.items():
            reduced[column] = [x - other[lead] * y for x, y in zip(other, row, strict=True)]
        reduced[lead] = row
    free = [column for column in range(count) if column not in reduced]
    basis = np.zeros((count, len(free)), dtype=object)
    for k, column in enumerate(free):
        vector = [Fraction(0)] * count
        vector[column] = Fraction(1)
        for lead, row in reduced.items():
            vector[lead] = -row[column]
        scale = math.lcm(*(x.denominator for x in vector))
        basis[:, k] = [int(x * scale) for x in vector]
    return basis
