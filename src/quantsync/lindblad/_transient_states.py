"""Basis states that the dynamics leaves for good: the steady state vanishes on them exactly."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from quantsync.lindblad._terms import Terms


def transient_states(terms: Terms, active: np.ndarray) -> np.ndarray:
    """Basis states without weight in a unique steady state, (n,), by the operators' pattern."""
    # A set of basis states that neither the jump operators L nor the Hamiltonian nor L^dag L lead
    # out of carries a stationary state, so that a unique one has its support in there. The smallest
    # such set is the last strongly connected component of the graph of all these operators; with
    # several last ones nothing is said.
    return terms.derive(("transient", active.tobytes()), lambda: _transient(terms, active))


def _transient(terms: Terms, active: np.ndarray) -> np.ndarray:
    n = terms.space.dimension
    pattern = sp.csr_array((n, n))
    for k in np.flatnonzero(active).tolist():
        sizes = [abs(operator) for operator in terms.operators(k)]
        for size in sizes:
            pattern = pattern + size
        if k >= len(terms.hamiltonian):
            for left, right in product(sizes, repeat=2):
                pattern = pattern + left.T @ right
    # Entry (i, j) leads from j to i.
    count, component = connected_components(pattern.T, directed=True, connection="strong")
    to, start = pattern.nonzero()
    left = np.zeros(count, bool)
    left[component[start][component[to] != component[start]]] = True
    if np.count_nonzero(~left) != 1:
        return np.zeros(n, bool)
    return left[component]


def patterns(active: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The different rows of a mask (B, T), each with where it occurs, (B,)."""
    left = np.ones(len(active), bool)
    while left.any():  # one by one: there are few, and sorting rows is slow
        pattern = active[left.argmax()]
        same = left & (active == pattern).all(axis=1)
        yield pattern, same
        left &= ~same
