"""The operators of a generator, and what follows from them alone, kept by their content."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from threading import RLock
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
import scipy.sparse as sp

from quantsync.checks import SQUARABLE, shown
from quantsync.errors import InvalidArgumentError
from quantsync.lindblad._hermitian_basis import hermitian_basis
from quantsync.lindblad._superoperators import (
    commutator_columns,
    commutator_superoperator,
    dissipator_columns,
    dissipator_superoperator,
)
from quantsync.operators import Space, as_operator

HERMITICITY = 1e-13  # allowed |H - H^dag| relative to the entries around it
LARGEST_WHOLE = 32  # dimension up to which columns are taken out of whole matrices: calls cost more
MOST_KEPT, MOST_BYTES = 64, 1 << 27  # of terms that no system uses any more

Operators = tuple[sp.csr_array, ...]
Crosses = tuple[tuple[int, int, bool], ...]  # jumps i < j; whether the imaginary part of gamma_ij


class Terms:
    """The operators of a generator and what follows from them; `terms_of` makes them."""

    # A rate matrix has a term for each of its jump operators, and for what couples two of them:
    # gamma_ij (L_i rho L_j^dag - ...) + its adjoint = Re gamma_ij D[2 L_i, L_j] rho
    # + Im gamma_ij D[2i L_i, L_j] rho with the bilinear form D[A, B] that makes D[L, L] = D[L].
    # Coefficients of these may be negative: what needs rates takes `generator.channels`.

    def __init__(
        self, space: Space, hamiltonian: Operators, jumps: Operators, crosses: Crosses = ()
    ):
        self.space = space
        self.hamiltonian = hamiltonian
        self.jumps = jumps
        self.crosses = crosses
        self.pairs = [(jump, jump) for jump in jumps] + [
            (_times(2j if imaginary else 2, jumps[i]), jumps[j]) for i, j, imaginary in crosses
        ]
        self.basis = hermitian_basis(space.dimension)
        self.nbytes = 0  # of what is derived
        self._derived: dict[Any, Any] = {}
        self._lock = RLock()

    def __reduce__(self) -> tuple[Any, ...]:
        # What is derived is built anew where the copy goes, or is there; a lock cannot travel.
        return terms_of, (self.space, self.hamiltonian, self.jumps, self.crosses)

    def derive(self, key: Any, build: Callable[[], Any]) -> Any:
        """What ``build`` returns, built once for each key even if several threads ask."""
        with self._lock:
            if key not in self._derived:
                self._derived[key] = build()
                self.nbytes += _bytes(self._derived[key])
                _kept.trim()
            return self._derived[key]

    @property
    def count(self) -> int:
        """Number of terms T: Hamiltonian first, then jump operators, then what couples two."""
        return len(self.hamiltonian) + len(self.pairs)

    def operators(self, k: int) -> Operators:
        """The one or two operators of a term."""
        energies = len(self.hamiltonian)
        if k < energies:
            return (self.hamiltonian[k],)
        first, second = self.pairs[k - energies]
        return (first,) if first is second else (first, second)

    @property
    def superoperators(self) -> list[sp.csr_array]:
        """One complex (n^2, n^2) superoperator for each term, on row-by-row flattened operators."""
        self.basis.require_memory()
        return self.derive(
            "superoperators",
            lambda: (
                [commutator_superoperator(h) for h in self.hamiltonian]
                + [dissipator_superoperator(*pair) for pair in self.pairs]
            ),
        )

    @property
    def real(self) -> list[sp.csr_array]:
        """One real (n^2, n^2) matrix for each term, in the orthonormal Hermitian basis."""

        def build() -> list[sp.csr_array]:
            everything = self.basis.elements
            return self._columns(everything, everything)[1]

        return self.derive("real", build)

    def columns(self, elements: np.ndarray) -> tuple[np.ndarray, list[sp.csr_array]]:
        """The rows (r,) that any term reaches from some elements, and each term's (r, m) array."""

        def build() -> tuple[np.ndarray, list[sp.csr_array]]:
            if self.space.dimension > LARGEST_WHOLE:
                return self._columns(elements, None)
            columns = [sp.csr_array(term[:, elements]) for term in self.real]
            filled = [np.flatnonzero(np.diff(array.indptr)) for array in columns]
            rows = np.unique(np.concatenate([np.zeros(0, int), *filled]))
            return rows, [sp.csr_array(array[rows]) for array in columns]

        return self.derive(("columns", elements.tobytes()), build)

    def _columns(
        self, elements: np.ndarray, rows: np.ndarray | None
    ) -> tuple[np.ndarray, list[sp.csr_array]]:
        i, j, _ = self.basis.places(elements)
        columns = [commutator_columns(operator, i, j) for operator in self.hamiltonian]
        columns += [dissipator_columns(*pair, i, j) for pair in self.pairs]
        entries = [self.basis.real_columns(column, elements) for column in columns]
        if rows is None:
            rows = np.unique(np.concatenate([np.zeros(0, int), *(entry[0] for entry in entries)]))
        arrays = []
        for reached, column, values in entries:
            places = (np.searchsorted(rows, reached), column)
            array = sp.csr_array((values, places), shape=(len(rows), len(elements)))
            array.eliminate_zeros()
            array.sum_duplicates()  # now: SciPy would do it in place later, under several threads
            arrays.append(array)
        return rows, arrays

    @property
    def sizes(self) -> np.ndarray:
        """Largest entry of each term's real matrix, shape (T,)."""
        return self.derive(
            "sizes", lambda: np.array([abs(term).max() if term.nnz else 0.0 for term in self.real])
        )

    @property
    def row_sizes(self) -> np.ndarray:
        """Largest entry of each row of each term's real matrix, shape (T, n^2)."""
        return self.derive(
            "row_sizes",
            lambda: np.array([abs(term).max(axis=1).toarray().ravel() for term in self.real]),
        )


class _Kept:
    """Terms by content: all that are in use, and the last ones that nobody uses any more."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._in_use: WeakValueDictionary[Any, Terms] = WeakValueDictionary()
        self._last: dict[Any, Terms] = {}  # the one used longest ago first

    def find(self, key: Any) -> Terms | None:
        with self._lock:
            terms = self._in_use.get(key)
            if terms is not None:
                self._last.pop(key, None)
                self._last[key] = terms
            return terms

    def keep(self, key: Any, terms: Terms) -> Terms:
        """The terms that all use from now on: those given, unless another thread was faster."""
        with self._lock:
            terms = self._in_use.setdefault(key, terms)
            self.find(key)
            self.trim()
            return terms

    def trim(self) -> None:
        """Let go of the terms used longest ago; a system in use holds its own."""
        with self._lock:
            while len(self._last) > MOST_KEPT or self._nbytes() > MOST_BYTES:
                del self._last[next(iter(self._last))]

    def _nbytes(self) -> int:
        return sum(terms.nbytes for terms in self._last.values())


_kept = _Kept()


def terms_of(
    space: Space,
    hamiltonian: Sequence[Any],
    jumps: Sequence[Any],
    crosses: Crosses = (),
    places: Sequence[str] | None = None,
) -> Terms:
    """The terms of some operators; checked, and all else derived, once for the same content."""
    n = space.dimension
    places = places or [f"dissipators[{k}]" for k in range(len(jumps))]
    names = [f"Operator of hamiltonian[{k}]" for k in range(len(hamiltonian))]
    names += [f"Operator of {place}" for place in places]
    given = [
        _plain(operator, space, name)
        for operator, name in zip([*hamiltonian, *jumps], names, strict=True)
    ]
    count = len(hamiltonian)
    digests = tuple(map(_digest, given))
    key = (space, digests[:count], digests[count:], crosses)
    if found := _kept.find(key):
        return found
    checked = [
        (hermitian_operator if k < count else jump_operator)(operator, n, name)
        for k, (operator, name) in enumerate(zip(given, names, strict=True))
    ]
    return _kept.keep(key, Terms(space, tuple(checked[:count]), tuple(checked[count:]), crosses))


def separated_pairs(pairs: Any, name: str, first: str) -> tuple[list[Any], list[Any]]:
    """Numbers and operators of a list of pairs."""
    if not isinstance(pairs, Iterable) or sp.issparse(pairs):
        raise InvalidArgumentError(
            f"Argument `{name}` must be a list of pairs ({first}, operator), but is {shown(pairs)}."
        )
    pairs = list(pairs)
    for k, pair in enumerate(pairs):
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise InvalidArgumentError(
                f"{name}[{k}] must be a pair ({first}, operator), but is {shown(pair)}."
            )
    return [number for number, _ in pairs], [operator for _, operator in pairs]


def hermitian_operator(operator: Any, space: Space | int, name: str) -> sp.csr_array:
    """A Hermitian operator as a sparse array; `InvalidArgumentError` if it is not its adjoint."""
    matrix = as_operator(operator, space, name)
    turned = matrix.tocsc()  # its columns are the rows of the transpose
    pairs = [(getattr(turned, part), getattr(matrix, part)) for part in ("indptr", "indices")]
    if all(np.array_equal(*pair) for pair in [*pairs, (turned.data, matrix.data.conj())]):
        return matrix
    apart = sp.coo_array(matrix - matrix.conj().T)
    # Beside the largest entry that is not on the diagonal, in the rows and columns of each: an
    # energy of 1e15 excuses nothing.
    between = abs(matrix - sp.diags_array(matrix.diagonal()))
    size = np.maximum(*(between.max(axis=axis).toarray().ravel() for axis in (0, 1)))
    row, column = apart.coords
    allowed = HERMITICITY * np.maximum(size[row], size[column])
    allowed[row == column] += np.finfo(float).eps * np.abs(matrix.diagonal()[row[row == column]])
    deviation = np.abs(apart.data)
    if (deviation > allowed).any():
        raise InvalidArgumentError(
            f"{name} must be Hermitian, but differs from its adjoint by {deviation.max():.3g}. "
            "Add the Hermitian conjugate, as in 1j * (a.plus @ b.minus - b.plus @ a.minus); if "
            "that is rounding, give (H + H.conj().T) / 2."
        )
    return as_operator((matrix + matrix.conj().T) / 2, space, name)  # but for rounding


def jump_operator(operator: Any, dimension: int, name: str) -> sp.csr_array:
    """A jump operator as a sparse array; `InvalidArgumentError` if rates leave double precision."""
    matrix = as_operator(operator, dimension, name)
    with np.errstate(over="ignore"):
        size = np.abs(matrix.data)
    outside = size[((size != 0) & (size < 1 / SQUARABLE)) | (size > SQUARABLE)]
    if len(outside):
        raise InvalidArgumentError(
            f"{name} must have entries that are 0 or of sizes between {1 / SQUARABLE:g} and "
            f"{SQUARABLE:g}, since double precision holds no squares of others, but has one of "
            f"size {outside[0]:.3g}. Put its scale into the rate, or 0 in place of what is so "
            "small beside others."
        )
    return matrix


def _plain(operator: Any, space: Space, name: str) -> Any:
    """The operator as it is where `_digest` can read it, else converted."""
    readable = isinstance(operator, sp.csr_array) or (
        type(operator) is np.ndarray and operator.dtype.kind in "biufc"
    )
    return operator if readable else as_operator(operator, space, name)


def _times(factor: complex, operator: sp.csr_array) -> sp.csr_array:
    parts = (factor * operator.data, operator.indices, operator.indptr)
    return sp.csr_array(parts, shape=operator.shape)


def _digest(operator: Any) -> bytes:
    """A digest of the content of a sparse or dense array."""
    if isinstance(operator, np.ndarray):
        parts = (operator,)
    else:
        parts = (operator.indptr, operator.indices, operator.data)
    kinds = [part.dtype.str for part in parts]
    digest = hashlib.blake2b(f"{operator.shape}{kinds}".encode(), digest_size=16)
    for part in parts:
        digest.update(np.ascontiguousarray(part).data)
    return digest.digest()


def _bytes(value: Any) -> int:
    """Memory of the arrays that a derived value holds."""
    if isinstance(value, np.ndarray):
        return value.nbytes
    if sp.issparse(value):
        return sum(_bytes(getattr(value, part, None)) for part in ("data", "indices", "indptr"))
    return sum(map(_bytes, value)) if isinstance(value, list | tuple) else 0
