"""A sector's generator in whole numbers: exact for the operators and coefficients as given.

Every float is a whole number times a power of two, and a generator is made of sums and products
of floats, so that nothing need be rounded. In the coordinates rho_ii, Re rho_ij, Im rho_ij
(i < j) no square roots appear either. That decides where rounding cannot: whether a kernel has
one dimension, and what a rate does that is 1e-30 of another.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from quantsync.lindblad._terms import Terms

PRIMES = 2147483629, 2147483587  # the products of two remainders fit into 64 bits
LARGEST_RANK = 500  # elements of a sector whose rank is computed
PROBES = 2
FIRST_BITS, MOST_BITS, SPARE_BITS = 256, 1 << 14, 70
EXACT_ENDING = 8  # zeros that end the binary digits of a number that is given exactly


@dataclass(frozen=True)
class Entries:
    """A sparse matrix in whole numbers, but for a common power of two: rows, columns, values."""

    size: int
    rows: np.ndarray
    columns: np.ndarray
    values: np.ndarray
    exponent: int

    def floats(self) -> sp.csr_array:
        """Rounded to floats entry by entry, the largest about 1."""
        largest = max((value.bit_length() for value in self.values), default=0)
        rounded = [_rounded(value, largest) for value in self.values]
        return sp.csr_array((rounded, (self.rows, self.columns)), shape=(self.size, self.size))


def _rounded(value: int, exponent: int) -> float:
    excess = max(0, value.bit_length() - 64)
    return math.ldexp(float(value >> excess), excess - exponent)


def whole_numbers(values: np.ndarray) -> tuple[np.ndarray, int]:
    """Floats as whole numbers (of Python) times 2^exponent."""
    fractions, exponents = np.frexp(np.asarray(values, float).ravel())
    digits = np.ldexp(fractions, 53).astype(np.int64)
    exponents = exponents.astype(np.int64) - 53
    if not digits.any():
        return np.zeros(len(digits), object), 0
    least = int(exponents[digits != 0].min())
    shifted = [int(d) << max(0, int(e) - least) for d, e in zip(digits, exponents, strict=True)]
    return np.array(shifted, object), least


def block(terms: Terms, coefficients: np.ndarray, elements: np.ndarray) -> Entries:
    """The generator's block on some basis elements (a sector's), for one system."""
    parts = terms.derive(
        ("exact", elements.tobytes()),
        lambda: [_term(terms, k, elements) for k in range(terms.count)],
    )
    used = [k for k in range(terms.count) if coefficients[k] != 0]
    numbers, exponent = whole_numbers(coefficients[used])
    least = min((parts[k].exponent for k in used), default=0)
    size, nothing = len(elements), np.zeros(0, int)
    scaled = [
        parts[k].values * (number << (parts[k].exponent - least))
        for k, number in zip(used, numbers, strict=True)
    ]
    return _summed(
        size,
        np.concatenate([nothing, *(parts[k].rows for k in used)]),
        np.concatenate([nothing, *(parts[k].columns for k in used)]),
        np.concatenate([np.zeros(0, object), *scaled]),
        exponent + least,
    )


def _summed(
    size: int, rows: np.ndarray, columns: np.ndarray, values: np.ndarray, exponent: int
) -> Entries:
    """Entries at the same place added up, without zeros."""
    keys = rows * size + columns
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    starts = np.flatnonzero(np.diff(keys, prepend=-1))
    total = np.add.reduceat(values[order], starts) if len(starts) else values
    kept = total != 0
    rows, columns = np.divmod(keys[starts][kept], size)
    return Entries(size, rows, columns, total[kept], exponent)


def _term(terms: Terms, k: int, elements: np.ndarray) -> Entries:
    """The block of one term with coefficient 1."""
    n, energies = terms.space.dimension, len(terms.hamiltonian)
    operators = [sp.coo_array(operator) for operator in terms.operators(k)]
    data = [part for o in operators for part in (np.real(o.data), np.imag(o.data))]
    numbers, exponent = whole_numbers(np.concatenate(data))
    pieces = np.split(numbers, np.cumsum([len(part) for part in data])[:-1])
    sides = [
        (*(np.asarray(part, int) for part in o.coords), *pieces[2 * m : 2 * m + 2])
        for m, o in enumerate(operators)
    ]
    if k < energies:  # -i H rho + i rho H
        ((to, start, re, im),) = sides
        products = [_from_the_left(n, to, start, im, -re), _from_the_right(n, to, start, -im, re)]
        return _real_entries(n, elements, products, exponent)
    # 2 D[L] rho = 2 L rho L^dag - L^dag L rho - rho L^dag L, and 4 D[A, B] rho is the sum of
    # 2 A rho B^dag - B^dag A rho - rho B^dag A and the same with A and B exchanged.
    products = []
    for first, second in zip(sides, reversed(sides), strict=True):
        (to, start, re, im), (other_to, other_start, other_re, other_im) = first, second
        a, b = (part.ravel() for part in np.indices((len(to), len(other_to))))
        values = _product(re[a], im[a], other_re[b], -other_im[b], 2)
        products.append((to[a], start[a], other_to[b], other_start[b], *values))
        b, a = np.nonzero(other_to[:, None] == to)
        values = _product(other_re[b], -other_im[b], re[a], im[a], -1)
        decay = (other_start[b], start[a], *values)
        products += [_from_the_left(n, *decay), _from_the_right(n, *decay)]
    return _real_entries(n, elements, products, 2 * exponent - len(sides))


def _product(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray, factor: int) -> tuple:
    """Real and imaginary part of factor (a + ib)(c + id)."""
    return factor * (a * c - b * d), factor * (a * d + b * c)


def _from_the_left(n: int, to: np.ndarray, start: np.ndarray, re: np.ndarray, im: np.ndarray):
    """The products A rho as (i, k, j, l, re, im): rho_kl to rho_ij."""
    every, other = np.tile(np.arange(n), len(to)), (np.repeat(x, n) for x in (to, start, re, im))
    i, k, re, im = other
    return i, k, every, every, re, im


def _from_the_right(n: int, to: np.ndarray, start: np.ndarray, re: np.ndarray, im: np.ndarray):
    """The products rho A, likewise."""
    every, other = np.tile(np.arange(n), len(to)), (np.repeat(x, n) for x in (to, start, re, im))
    k, j, re, im = other
    return every, every, j, k, re, im


def _real_entries(n: int, elements: np.ndarray, products: list, exponent: int) -> Entries:
    """The real matrix of complex products (i, k, j, l, re, im), on the elements given."""
    i, k, j, left, re, im = (np.concatenate(parts) for parts in zip(*products, strict=True))
    place = np.full(n * n, -1)
    place[elements] = np.arange(len(elements))
    count = n * (n - 1) // 2

    def places(row: np.ndarray, column: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        first, second = np.minimum(row, column), np.maximum(row, column)
        pair = n + first * n - first * (first + 1) // 2 + second - first - 1
        on = first == second
        real = place[np.where(on, first, pair)]
        return real, np.where(on, -1, place[np.where(on, first, pair + count)])

    upper = i <= j
    i, k, j, left, re, im = (part[upper] for part in (i, k, j, left, re, im))
    (to_re, to_im), (from_re, from_im) = places(i, j), places(k, left)
    sign = np.where(k > left, -1, 1)  # rho_kl is the conjugate of rho_lk
    rows = np.concatenate([to_re, to_re, to_im, to_im])
    columns = np.concatenate([from_re, from_im, from_re, from_im])
    values = np.concatenate([re, -sign * im, im, sign * re])
    kept = (rows >= 0) & (columns >= 0)
    return _summed(len(elements), rows[kept], columns[kept], values[kept], exponent)


def nullity(entries: Entries) -> int:
    """Dimension of the kernel, from the rank modulo two primes."""
    # The rank modulo a prime is at most the rank: a nullity of 0 or 1 is proven (a generator's
    # traced sector has at least 1); a larger one is wrong with probability below 1e-12.
    return min(entries.size - _rank(entries, prime) for prime in PRIMES)


def _rank(entries: Entries, prime: int) -> int:
    matrix = np.zeros((entries.size, entries.size), np.int64)
    matrix[entries.rows, entries.columns] = [int(value % prime) for value in entries.values]
    rank = 0
    for column in range(entries.size):
        below = np.flatnonzero(matrix[rank:, column]) + rank
        if not len(below):
            continue
        matrix[[rank, below[0]]] = matrix[[below[0], rank]]
        inverse = pow(int(matrix[rank, column]), -1, prime)
        others = below[1:] if below[0] == rank else np.flatnonzero(matrix[rank + 1 :, column])
        others = others if below[0] == rank else others + rank + 1
        factors = matrix[others, column] * inverse % prime
        across = np.flatnonzero(matrix[rank])
        change = factors[:, None] * matrix[rank, across] % prime
        matrix[np.ix_(others, across)] = (matrix[np.ix_(others, across)] - change) % prime
        rank += 1
    return rank


def solve(systems: Sequence[Entries], populations: int) -> list[np.ndarray] | None:
    """Solutions of several versions of a block for the same right-hand sides, (m, 1 + PROBES) each.

    With populations > 0 one of their equations gives way to that of the trace, and the first column
    is the stationary vector; the others belong to random right-hand sides, in a unit that the
    versions share, and so grow as the block is close to a singular one. Rounded to floats; None if
    no precision that is tried will do.
    """
    least = min(entries.exponent for entries in systems)
    matrices = [_with_trace(entries, populations, least) for entries in systems]
    scales = _powers_of_two(matrices[0])
    bits, found = FIRST_BITS, []
    while bits <= MOST_BITS and len(found) < len(matrices):
        solution = _solve_in_fixed_point(matrices[len(found)], populations, scales, bits)
        if solution is None:
            bits *= 2
        else:
            found.append(solution)
    return found if len(found) == len(matrices) else None


def _with_trace(entries: Entries, populations: int, exponent: int) -> np.ndarray:
    matrix = np.zeros((entries.size, entries.size), object)
    matrix[entries.rows, entries.columns] = entries.values << (entries.exponent - exponent)
    if populations:
        matrix[populations - 1] = [1] * populations + [0] * (entries.size - populations)
    return matrix


def _solve_in_fixed_point(
    matrix: np.ndarray, populations: int, scales: tuple[np.ndarray, np.ndarray], bits: int
) -> np.ndarray | None:
    m, (by_row, by_column) = len(matrix), scales
    # matrix = 2^(by_row + by_column) scaled, in units of 2^-bits; x = 2^-by_column y.
    scaled = _shifted(matrix, bits - by_row[:, None] - by_column)
    unit = np.zeros((m, 1), object)
    if populations:
        unit[populations - 1] = 1 << max(0, bits - int(by_row[populations - 1]))
    probes = np.random.default_rng(19690629).integers(-(1 << 30), 1 << 30, (m, PROBES))
    right = np.hstack([unit, probes.astype(object) << (bits - 30)])
    y = _eliminate(np.hstack([scaled, right]), m, bits)
    if y is None:
        return None
    length = np.array([[abs(int(v)).bit_length() for v in row] for row in y])
    # Rounding leaves some m 2^-bits growth |y| in y, for each of the right-hand sides.
    growth = max(0, int(length[:, 1:].max()) - bits)
    for column in length.T:
        size = int((column - by_column)[column > 0].max(initial=0))
        lost = growth + int(column.max()) - int(by_column.min()) - size + m.bit_length()
        if column.any() and bits - lost < SPARE_BITS:
            return None
    exponents = np.broadcast_to(bits + by_column[:, None], y.shape)
    return np.vectorize(lambda v, e: _rounded(int(v), int(e)), otypes=[float])(y, exponents)


def _eliminate(table: np.ndarray, m: int, bits: int) -> np.ndarray | None:
    """Gauss with partial pivoting in fixed point; solutions of the columns beyond the m-th."""
    for k in range(m):
        pivot = k + int(np.argmax(np.abs(table[k:, k])))
        if table[pivot, k] == 0:
            return None
        table[[k, pivot]] = table[[pivot, k]]
        rows = np.flatnonzero(table[k + 1 :, k]) + k + 1
        factors = (table[rows, k] << bits) // table[k, k]
        across = np.flatnonzero(table[k, k + 1 :]) + k + 1
        table[np.ix_(rows, across)] -= (factors[:, None] * table[k, across]) >> bits
    solution = np.zeros((m, table.shape[1] - m), object)
    for k in reversed(range(m)):
        right = table[k, m:] - (
            (table[k, k + 1 : m] @ solution[k + 1 :]) >> bits if k + 1 < m else 0
        )
        solution[k] = (right << bits) // table[k, k]
    return solution


def _shifted(values: np.ndarray, shifts: np.ndarray) -> np.ndarray:
    """Values times 2^shifts, rounded down."""
    flat = [
        int(v) << int(s) if s >= 0 else int(v) >> -int(s)
        for v, s in zip(values.ravel(), np.broadcast_to(shifts, values.shape).ravel(), strict=True)
    ]
    return np.array(flat, object).reshape(values.shape)


def _powers_of_two(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Exponents of rows and columns whose removal leaves entries of about 1 (Ruiz 2001)."""
    size = np.array([abs(v).bit_length() if v else -np.inf for v in matrix.ravel()], float)
    size = size.reshape(matrix.shape)
    rows, columns = np.zeros(len(matrix)), np.zeros(len(matrix))
    for _ in range(25):
        left = size - rows[:, None] - columns
        by_row, by_column = left.max(axis=1), left.max(axis=0)
        rows += np.where(np.isfinite(by_row), by_row, 0) / 2
        columns += np.where(np.isfinite(by_column), by_column, 0) / 2
    return np.rint(rows).astype(int), np.rint(columns).astype(int)


def with_last_digits_changed(
    terms: Terms, coefficients: np.ndarray, seed: int
) -> tuple[Terms, np.ndarray] | None:
    """The same system, the numbers it is made of changed by their rounding, equal ones alike."""
    # None if all stay. A number whose binary digits end early (1, 1/2, 2.7e15) was given exactly
    # and stays.
    operators = [*terms.hamiltonian, *terms.jumps]
    parts = [coefficients, *(o.data.view(float) for o in operators)]
    values = np.concatenate(parts)
    distinct, index = np.unique(np.abs(values), return_inverse=True)
    digits = np.ldexp(np.frexp(distinct)[0], 53).astype(np.int64)
    moved = digits % (1 << EXACT_ENDING) != 0
    if not moved.any():
        return None
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], len(distinct))
    changed = np.where(moved, distinct + signs * np.spacing(distinct), distinct)[index]
    pieces = np.split(np.copysign(changed, values), np.cumsum([len(p) for p in parts])[:-1])
    new = [
        type(o)((piece.view(complex), o.indices, o.indptr), shape=o.shape)
        for o, piece in zip(operators, pieces[1:], strict=True)
    ]
    count = len(terms.hamiltonian)
    changed = Terms(terms.space, tuple(new[:count]), tuple(new[count:]), terms.crosses)
    return changed, pieces[0]
