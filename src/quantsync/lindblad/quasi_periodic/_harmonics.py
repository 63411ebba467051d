"""The equations of multi-frequency harmonic balance on a set of harmonics.

With rho(t) = sum_n rho_n e^{i n.Omega t} they read, for every n,

    (L_0 - i n.Omega) rho_n + sum_k (V_k rho_{n-k} + V_k* rho_{n+k}) - Gamma r Tr rho_n
        = -Gamma r delta_{n0},

r any matrix of trace 1: the last terms say that Tr rho_n = delta_{n0} and remove the only zero
mode. In a Hermitian operator basis L_0 is real and rho_{-n} = rho_n*, so that half the harmonics
are stored, those after n = 0 in lexicographic order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from quantsync.lazy import lazy

ROWS = 1024  # of a block, so that its products stay in the cache


def half_of(harmonics: set[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """One of each pair n, -n, with n = 0 in front, then the nearest first."""
    zero = tuple([0] * len(next(iter(harmonics))))
    kept = {_upper(n) for n in harmonics} - {zero}
    return [zero, *sorted(kept, key=lambda n: (sum(abs(c) for c in n), n))]


@dataclass(frozen=True)
class HarmonicCoupling:
    """Perturbations that raise the harmonic by ``vector``: V = real + i imaginary, (N, N)."""

    vector: tuple[int, ...]
    real: sp.csr_array
    imaginary: sp.csr_array
    parts: tuple[tuple[int, float], ...] = ()  # which perturbations, and their strengths

    @lazy
    def strength(self) -> float:
        """Largest sum of the sizes of a row's entries."""
        return float((abs(self.real) + abs(self.imaginary)).sum(axis=1).max())


class RowBlocks:
    """The generator and the parts of all perturbations, cut into the same blocks of rows."""

    # What comes of a block stays in the cache until it is distributed over the harmonics.

    def __init__(
        self, generator: sp.csr_array, couplings: Sequence[HarmonicCoupling], dtype: Any = float
    ):
        self.generator, self._couplings = generator, couplings
        parts = [generator, *(part for k in couplings for part in (k.real, k.imaginary))]
        size = len(generator.indptr) - 1
        stacked = sp.csr_array(sp.vstack(parts, format="csr").astype(dtype))
        self.blocks = []
        for start in range(0, size, ROWS):
            rows = np.arange(start, min(start + ROWS, size))
            taken = np.concatenate([k * size + rows for k in range(len(parts))])
            self.blocks.append((slice(start, start + len(rows)), sp.csr_array(stacked[taken])))

    @lazy
    def single(self) -> RowBlocks:
        """The same in single precision."""
        return RowBlocks(self.generator, self._couplings, np.float32)


class HarmonicSystem:
    """The equations on one set of harmonics, from `half_of`, as a real-linear map."""

    def __init__(
        self,
        rows: RowBlocks,
        couplings: Sequence[HarmonicCoupling],
        base: np.ndarray,
        half: list[tuple[int, ...]],
        trace: np.ndarray,
        reference: np.ndarray,
        pull: float,
    ):
        self.rows, self.couplings, self.base, self.half = rows, couplings, base, half
        self.trace, self.reference, self.pull = trace, reference, pull
        self.frequencies = np.array(half, float).reshape(len(half), len(base)) @ base
        self.place = {n: k for k, n in enumerate(half)}
        self.pulled = np.flatnonzero(reference)

    @property
    def shape(self) -> tuple[int, int]:
        """Shape (N, h) of an unknown."""
        return len(self.trace), len(self.half)

    @lazy
    def single(self) -> HarmonicSystem:
        """The same in single precision."""
        new = HarmonicSystem.__new__(HarmonicSystem)
        new.__dict__.update(self.__dict__)
        new.rows = self.rows.single
        for name in ("trace", "reference", "frequencies"):
            setattr(new, name, getattr(self, name).astype(np.float32))
        return new

    @lazy
    def outside(self) -> list[tuple[int, ...]]:
        """Harmonics out of the set that the perturbations reach from it."""
        return sorted(reached_from(self.half, self.couplings) - set(self.place))

    def _column(self, n: tuple[int, ...]) -> int:
        """Column of [y_0 ... y_(h-1), mirror images of y_1 ..., zeros] that has harmonic n."""
        count = len(self.half)
        if n in self.place:
            return self.place[n]
        return count - 1 + self.place.get(tuple(-c for c in n), count)

    def _routes(self, targets: list[tuple[int, ...]]) -> list[tuple[np.ndarray, np.ndarray]]:
        """For each coupling the columns from which targets n are reached: n - k and n + k."""
        return [
            (
                np.array([self._column(moved(n, coupling.vector, -1)) for n in targets], int),
                np.array([self._column(moved(n, coupling.vector, 1)) for n in targets], int),
            )
            for coupling in self.couplings
        ]

    @lazy
    def _inner(self) -> list[tuple[np.ndarray, np.ndarray]]:
        return self._routes(self.half)

    @lazy
    def _outer(self) -> list[tuple[np.ndarray, np.ndarray]]:
        return self._routes(self.outside)

    def apply(self, x: np.ndarray) -> np.ndarray:
        """The left-hand side for x (N, h), complex; column 0 is real."""
        return self._applied(x, inside=True)[0]

    def leakage(self, x: np.ndarray) -> np.ndarray:
        """Residual at the harmonics `outside`, shape (N, len(outside))."""
        return self._applied(x, inside=False, outside=True)[1]

    def _applied(
        self, x: np.ndarray, *, inside: bool, outside: bool = False
    ) -> tuple[np.ndarray, np.ndarray]:
        """The left-hand side at the harmonics of the set, and at those `outside`."""
        real = np.ascontiguousarray(x).view(np.real(x).dtype)
        unit = x.dtype.type(1j)
        result = (-1j * self.frequencies).astype(x.dtype) * x
        leaks = np.zeros((len(x), len(self.outside) if outside else 0), x.dtype)
        zeros = np.zeros((min(len(x), ROWS), 1), x.dtype)
        for rows, matrix in self.rows.blocks:
            products = (matrix @ real).view(x.dtype).reshape(-1, rows.stop - rows.start, x.shape[1])
            result[rows] += products[0]
            for k in range(len(self.couplings)):
                plain, turned = products[2 * k + 1], unit * products[2 * k + 2]
                up, down = plain + turned, plain - turned  # V x and V* x
                empty = zeros[: len(up)]
                # V x_{-m} is the complex conjugate of V* x_m.
                raised = np.hstack([up, down[:, 1:].conj(), empty])
                lowered = np.hstack([down, up[:, 1:].conj(), empty])
                for wanted, routes, target in (
                    (inside, self._inner, result),
                    (outside, self._outer, leaks),
                ):
                    if wanted:
                        below, above = routes[k]
                        target[rows] += np.take(raised, below, axis=1)
                        target[rows] += np.take(lowered, above, axis=1)
        result[self.pulled] -= np.outer(self.pull * self.reference[self.pulled], self.trace @ x)
        return result, leaks

    def residual(self, x: np.ndarray) -> np.ndarray:
        """What is missing inside the set: right-hand side minus left-hand side."""
        return self.certificate(x, outside=False)[0]

    def certificate(self, x: np.ndarray, *, outside: bool = True) -> tuple[np.ndarray, np.ndarray]:
        """`residual` and `leakage` at once."""
        result, leaks = self._applied(x, inside=True, outside=outside)
        np.negative(result, out=result)
        result[:, 0] -= self.pull * self.reference
        return result, leaks

    def extended(self, x: np.ndarray, before: list[tuple[int, ...]]) -> np.ndarray:
        """A solution on the harmonics ``before``, with zeros at those that are new."""
        result = np.zeros(self.shape, complex)
        for k, n in enumerate(before):
            if n in self.place:
                result[:, self.place[n]] = x[:, k]
        return result


def reached_from(
    harmonics: Iterable[tuple[int, ...]], couplings: Sequence[HarmonicCoupling]
) -> set[tuple[int, ...]]:
    """Harmonics, one of each pair n, -n, that the perturbations reach from some others."""
    return {
        _upper(moved(n, coupling.vector, step))
        for coupling in couplings
        for n in harmonics
        for step in (1, -1)
    }


def total_norm(columns: np.ndarray, with_zero: bool) -> float:
    """Sum of the norms over all harmonics, those that are not stored included."""
    norms = np.sqrt(np.einsum("nh,nh->h", columns.conj(), columns).real)
    return float(2 * norms.sum() - (norms[0] if with_zero else 0.0))


def moved(n: tuple[int, ...], vector: tuple[int, ...], step: int) -> tuple[int, ...]:
    return tuple(a + step * b for a, b in zip(n, vector, strict=True))


def _upper(n: tuple[int, ...]) -> tuple[int, ...]:
    """The one of n and -n that is stored."""
    return max(n, tuple(-c for c in n))
