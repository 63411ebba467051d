"""Stationary vectors of sectors whose rates lie far apart, by elimination without cancellation.

The coherences are eliminated first; what is left is a rate equation for the populations. Its
diagonal, which is minus the sum of the rates that leave, is never read: that difference of large
numbers is where LU loses slow rates beside fast ones. For a classical rate equation the result
is right to some roundings in each population, however far the rates are apart (Grassmann, Taksar
and Heyman, Oper. Res. 33, 1107 (1985); O'Cinneide, Numer. Math. 65, 109 (1993)).
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import splu

EPS = float(np.finfo(float).eps)
ROUNDINGS = 4 * EPS  # relative change of the entries that tries what rounding may have done
TRIALS = 2
# Where two terms cancel, a change by roundings may leave the same sum by chance; one by more does
# not, and moves the vector by as much more.
LARGER = 2.0**-38, 2.0**-28
SAFETY = 4  # of an error known from few trials
ANOTHER = 1e-3  # relative change of a response that is another one


def stationary_vector(block: sp.csr_array, populations: int) -> tuple[np.ndarray | None, float]:
    """Stationary vector (m,) and an estimate of its error; None where there is none or several.

    The block has its populations first, in any basis for the rest, and entries that are right to
    rounding; the estimate is how far the vector moves when they are changed by some roundings, or
    by more and in proportion. It is infinite if roundings decide whether there is one: if they
    change the slowest response.
    """
    found = _eliminated(block, populations)
    if found is None:
        return None, np.inf
    x, response = found
    rng, error = np.random.default_rng(19850601), 0.0
    for size in (*[ROUNDINGS] * TRIALS, *LARGER):
        change = 1 + size * rng.uniform(-1, 1, block.nnz)
        changed = (block.data * change, block.indices, block.indptr)
        other = _eliminated(sp.csr_array(changed, shape=block.shape), populations)
        if size == ROUNDINGS and (
            other is None or np.abs(other[1] - response).max() > ANOTHER * np.abs(response).max()
        ):
            return x, np.inf
        moved = 1.0 if other is None else float(np.abs(other[0] - x).max())
        error = max(error, moved * ROUNDINGS / size)
    return x, SAFETY * error + EPS


def _eliminated(block: sp.csr_array, populations: int) -> tuple[np.ndarray, np.ndarray] | None:
    """Stationary vector, and the response of the populations to a fixed random exchange."""
    p = populations
    rates = block[:p, :p].toarray()
    coherences = np.zeros((len(block.indptr) - 1 - p, p))
    with np.errstate(all="ignore"):
        if len(coherences):
            driven = _solved(sp.csc_array(block[p:, p:]), block[p:, :p].toarray())
            if driven is None:
                return None
            coherences = -driven
            rates += block[:p, p:] @ coherences
        found = stationary_distribution(rates)
        if found is None:
            return None
        x = np.concatenate([found[0], coherences @ found[0]])
    return (x, found[1]) if np.isfinite(x).all() and np.isfinite(found[1]).all() else None


def _solved(matrix: sp.csc_array, right: np.ndarray) -> np.ndarray | None:
    """matrix^-1 @ right, rows and columns scaled to about 1 beforehand; refined once."""
    rows, columns = _scales(matrix)
    if not (np.isfinite(rows).all() and np.isfinite(columns).all()):
        return None
    scaled = sp.csc_array(sp.diags_array(rows) @ matrix @ sp.diags_array(columns))
    given = rows[:, None] * right
    try:
        factors = splu(scaled)
    except RuntimeError:  # SuperLU: "Factor is exactly singular"
        return None
    solution = factors.solve(given)
    solution += factors.solve(given - scaled @ solution)
    return columns[:, None] * solution


def _scales(matrix: sp.csc_array) -> tuple[np.ndarray, np.ndarray]:
    """Factors of rows and columns that leave entries of about 1; infinite where all are zero."""
    m, entries = len(matrix.indptr) - 1, sp.coo_array(matrix)
    row, column = entries.coords  # a csc_array's are in the order of the columns
    if len(np.unique(row)) < m or len(np.unique(column)) < m:
        return np.full(m, np.inf), np.full(m, np.inf)
    by_row = np.argsort(row, kind="stable")
    row_starts = np.searchsorted(row[by_row], np.arange(m))
    column_starts = np.searchsorted(column, np.arange(m))
    size = np.log2(np.abs(entries.data))
    rows, columns = np.zeros(m), np.zeros(m)
    for _ in range(10):
        left = size + rows[row] + columns[column]
        rows -= np.maximum.reduceat(left[by_row], row_starts) / 2
        columns -= np.maximum.reduceat(left, column_starts) / 2
    return np.exp2(rows), np.exp2(columns)


def stationary_distribution(rates: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Stationary populations (n,) of rates from column to row, and their response to an exchange.

    The diagonal is not read. Rates that coherences contribute may be negative. None if there are
    several distributions.
    """
    n = len(rates)
    rates = np.array(rates, float)
    np.fill_diagonal(rates, 0)
    exchange = np.random.default_rng(19850601).uniform(-1, 1, n)
    exchange -= exchange.mean()
    left = np.arange(n)
    steps = []
    while len(left) > 1:
        inside = rates[np.ix_(left, left)]
        leaving, size = inside.sum(axis=0), np.abs(inside).sum(axis=0)
        # The fastest first, unless its rates cancel.
        k = int(np.argmax(leaving**2 / np.where(size > 0, size, 1)))
        if leaving[k] == 0:
            return None  # several sets of states that nothing leaves
        state, left = left[k], np.delete(left, k)
        into, out = rates[state, left], rates[left, state] / leaving[k]
        steps.append((state, left, into / leaving[k], exchange[state] / leaving[k]))
        rates[np.ix_(left, left)] += np.outer(out, into)
        rates[left, left] = 0
        exchange[left] += out * exchange[state]
    found, response = np.zeros(n), np.zeros(n)
    found[left] = 1
    for state, others, weight, source in reversed(steps):
        found[state] = weight @ found[others]
        response[state] = weight @ response[others] - source
        found /= max(1.0, np.abs(found).max())
    found /= found.sum()
    return found, response - found * response.sum()
