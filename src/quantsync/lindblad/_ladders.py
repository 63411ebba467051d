"""What operators on a truncated mode would be with more levels, inferred from their entries.

On the diagonal n - m = k of a mode, an operator that is a polynomial in a and a^dag has the entries
sqrt(n!/m!) p(m) with a polynomial p, which its entries below tell. Near the cut-off entries may
differ from that, where a product such as a @ a^dag left the space on its way: they are replaced.
Where the entries follow no such polynomial, the last one is continued as the power of a ladder
operator grows; this is then a guess of the right size.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.special import comb, gammaln

from quantsync.operators import Space

WINDOW = 8  # last entries of a diagonal that are read
HIGHEST_DEGREE = 4  # of the polynomials that are recognised
FEW = 3  # entries through which a parabola goes without a test
MOST_REPLACED = 3  # entries next to the cut-off that a product may have spoilt
ROUNDING = 1e-9  # of an entry, relative to the largest one in its window


def rise(operator: sp.csr_array, space: Space, position: int) -> int:
    """By how many levels of a mode an operator raises at most."""
    behind = math.prod(space.dimensions[position + 1 :])
    size = space.dimensions[position]
    entries = sp.coo_array(operator)
    steps = entries.row // behind % size - entries.col // behind % size
    return int(max(steps.max(initial=0), 0))


def extended(operator: sp.csr_array, space: Space, position: int, extra: int) -> sp.csr_array:
    """The operator with ``extra`` more levels of the mode at a position of the space."""
    size, behind = space.dimensions[position], math.prod(space.dimensions[position + 1 :])
    wider = size + extra
    entries = sp.coo_array(operator)
    entries.sum_duplicates()
    row, column = (_split(index, size, behind) for index in (entries.row, entries.col))
    steps = row[1] - column[1]
    low = np.minimum(row[1], column[1])
    others = (row[0], row[2], column[0], column[2])
    parts: list[tuple[Any, ...]] = []
    for step in np.unique(steps):
        chosen = steps == step
        count = size - abs(int(step))  # entries on this diagonal
        keys = np.stack([other[chosen] for other in others], axis=1)
        groups, of_entry = np.unique(keys, axis=0, return_inverse=True)
        table = np.zeros((len(groups), count), complex)
        table[of_entry.ravel(), low[chosen]] = entries.data[chosen]
        table = _continued(table, abs(int(step)), extra)
        at, lower = np.nonzero(table)
        upward, downward = max(int(step), 0), max(-int(step), 0)
        parts.append((groups[at], lower + upward, lower + downward, table[at, lower]))
    if not parts:
        n = space.dimension // size * wider
        return sp.csr_array((n, n), dtype=complex)
    groups, n_row, n_column = (np.concatenate([part[k] for part in parts]) for k in range(3))
    rows = (groups[:, 0] * wider + n_row) * behind + groups[:, 1]
    columns = (groups[:, 2] * wider + n_column) * behind + groups[:, 3]
    n = space.dimension // size * wider
    data = np.concatenate([part[3] for part in parts])
    return sp.csr_array((data, (rows, columns)), shape=(n, n))


def _split(index: np.ndarray, size: int, behind: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The parts of a basis index before a site, on it, and behind it."""
    before, rest = np.divmod(index, size * behind)
    return before, rest // behind, rest % behind


def _continued(table: np.ndarray, step: int, extra: int) -> np.ndarray:
    """Diagonals (G, M), one a row, with ``extra`` more entries each."""
    count = table.shape[1]
    first = max(0, count - WINDOW)
    lower = np.arange(first, count + extra)
    growth = (gammaln(lower + step + 1) - gammaln(lower + 1)) / 2
    growth = np.exp(growth - growth[count - 1 - first])  # of a ladder operator's power
    window = table[:, first:] / growth[: count - first]
    longer = np.zeros((len(table), count + extra), complex)
    longer[:, :count] = table
    degree, end = _polynomials(window)
    for d, e in np.unique(np.stack([degree, end], axis=1), axis=0):
        rows = np.flatnonzero((degree == d) & (end == e))
        ahead = np.arange(1, window.shape[1] + extra - e + 1)
        known = window[rows, e - d - 1 : e]
        new = known @ _weights(int(d), ahead).T * growth[e:]
        longer[rows, first + e :] = new
    return longer


def _polynomials(window: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each row the degree of its polynomial, and up to which entry it follows it."""
    rows, width = window.shape
    # Few entries foretell nothing: they are taken for a parabola, as a transmon's energies are.
    degree, end = np.full(rows, width - 1 if width <= FEW else 0), np.full(rows, width)
    found = np.full(rows, MOST_REPLACED + 1)  # entries that must be replaced
    bound = ROUNDING * np.abs(window).max(axis=1, keepdims=True)
    differences = window
    for d in range(min(HIGHEST_DEGREE, width - 2) + 1):
        differences = np.diff(differences, axis=1)
        off = np.abs(differences) > bound
        first = np.where(off.any(axis=1), off.argmax(axis=1), width)
        replaced = np.maximum(width - (first + d + 1), 0)
        better = (replaced < found) & (first >= 1)  # one entry at least has been foretold
        better &= (replaced == 0) | window[:, :2].any(axis=1)  # nothing spoils zeros
        found[better], degree[better] = replaced[better], d
    end[found <= MOST_REPLACED] -= found[found <= MOST_REPLACED]
    return degree, end


def _weights(degree: int, ahead: np.ndarray) -> np.ndarray:
    """Extrapolation of a polynomial from its last degree + 1 values, oldest first, (A, d+1)."""
    k = np.arange(degree + 1)[::-1]  # steps back
    t = ahead[:, None]
    # Lagrange's polynomials on the nodes 0, -1, ..., -d.
    return (-1.0) ** k * comb(t + degree, degree + 1) * (degree + 1) / (t + k) * comb(degree, k)
