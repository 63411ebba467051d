"""The equations of multi-frequency harmonic balance on a set of harmonics.

With rho(t) = sum_n rho_n e^{i n.Omega t} they read, for every n,

    (L_0 - i n.Omega) rho_n + sum_k (V_k rho_{n-k} + V_k* rho_{n+k}) - Gamma r Tr rho_n
        = -Gamma r delta_{n0},

r any matrix of trace 1: the last terms say that Tr rho_n = delta_{n0} and remove the only zero
mode. In a Hermitian operator basis L_0 is real and rho_{-n} = rho_n*, so that half the harmonics
are stored, those after n = 0 in lexicographic order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from quantsync.lazy import lazy


def half_of(harmonics: set[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """One of each pair n, -n, with n = 0 in front, then the nearest first."""
    zero = tuple([0] * len(next(iter(harmonics))))
    kept = {max(n, tuple(-c for c in n)) for n in harmonics} - {zero}
    return [zero, *sorted(kept, key=lambda n: (sum(abs(c) for c in n), n))]


@dataclass(frozen=True)
class Turn:
    """Perturbations that raise the harmonic by ``vector``: V = real + i imaginary.

    Attributes
    ----------
    vector : tuple of int
    real, imaginary : sparse arrays of shape (N, N), real
    parts : tuple of (int, float)
        Which perturbations it consists of, and their strengths.
    """

    vector: tuple[int, ...]
    real: sp.csr_array
    imaginary: sp.csr_array
    parts: tuple[tuple[int, float], ...] = ()

    @lazy
    def strength(self) -> float:
        """Largest sum of the sizes of a row's entries."""
        return float((abs(self.real) + abs(self.imaginary)).sum(axis=1).max())

    @lazy
    def single(self) -> Turn:
        """The same in single precision."""
        real = sp.csr_array(self.real.astype(np.float32))
        return Turn(self.vector, real, sp.csr_array(self.imaginary.astype(np.float32)))


class HarmonicSystem:
    """The equations on one set of harmonics, as a real-linear map.

    Parameters
    ----------
    generator : sparse array of shape (N, N), real
        L_0.
    turns : sequence of Turn
        The perturbations, one for each harmonic vector k.
    base : ndarray of shape (d,)
        Base frequencies.
    half : list of tuple
        Harmonics from `half_of`; h of them.
    trace, reference : ndarray of shape (N,)
        Trace functional, and the matrix r.
    pull : float
        Gamma.
    """

    def __init__(
        self,
        generator: sp.csr_array,
        turns: Sequence[Turn],
        base: np.ndarray,
        half: list[tuple[int, ...]],
        trace: np.ndarray,
        reference: np.ndarray,
        pull: float,
    ):
        self.generator, self.turns, self.base, self.half = generator, turns, base, half
        self.trace, self.reference, self.pull = trace, reference, pull
        self.frequencies = np.array(half, float).reshape(len(half), len(base)) @ base
        self.place = {n: k for k, n in enumerate(half)}
        self.ladder = [self._moves(turn.vector) for turn in turns]

    @property
    def shape(self) -> tuple[int, int]:
        """Shape (N, h) of an unknown."""
        return len(self.trace), len(self.half)

    def _moves(self, vector: tuple[int, ...]) -> list[tuple[int, tuple[int, ...], bool, bool]]:
        """Where products go: (source, target n, conjugate product V*, conjugate result)."""
        moves = []
        for source, m in enumerate(self.half):
            up = tuple(a + b for a, b in zip(m, vector, strict=True))
            down = tuple(a - b for a, b in zip(m, vector, strict=True))
            for target, lowered in ((up, False), (down, True)):
                mirrored = tuple(-c for c in target)
                if source == 0 and lowered:
                    continue  # the mirror image of what goes up from n = 0
                if not any(target):  # reached from m and from -m
                    moves += [(source, target, lowered, False), (source, target, lowered, True)]
                elif target >= mirrored:
                    moves.append((source, target, lowered, False))
                else:
                    moves.append((source, mirrored, lowered, True))
        return moves

    @lazy
    def single(self) -> HarmonicSystem:
        """The same in single precision."""
        new = HarmonicSystem.__new__(HarmonicSystem)
        new.__dict__.update(self.__dict__)
        new.generator = self.generator.astype(np.float32)
        new.turns = [turn.single for turn in self.turns]
        for name in ("trace", "reference", "frequencies"):
            setattr(new, name, getattr(self, name).astype(np.float32))
        return new

    @lazy
    def outside(self) -> list[tuple[int, ...]]:
        """Harmonics out of the set that the perturbations reach from it."""
        reached = {move[1] for moves in self.ladder for move in moves}
        return sorted(reached - set(self.place))

    @lazy
    def _inner(self) -> list[list[tuple[bool, bool, np.ndarray, np.ndarray]]]:
        return [_grouped(moves, self.place) for moves in self.ladder]

    @lazy
    def _outer(self) -> list[list[tuple[bool, bool, np.ndarray, np.ndarray]]]:
        places = {n: k for k, n in enumerate(self.outside)}
        return [_grouped(moves, places) for moves in self.ladder]

    def apply(self, x: np.ndarray) -> np.ndarray:
        """The left-hand side for x (N, h), complex; column 0 is real."""
        result = _times(self.generator, x)
        result -= (np.complex64(1j) * self.frequencies) * x
        result -= np.outer(self.pull * self.reference, self.trace @ x)
        for turn, groups in zip(self.turns, self._inner, strict=True):
            _distribute(turn, x, groups, result)
        return result

    def leakage(self, x: np.ndarray) -> np.ndarray:
        """Residual at the harmonics `outside`, shape (N, len(outside))."""
        result = np.zeros((len(x), len(self.outside)), x.dtype)
        for turn, groups in zip(self.turns, self._outer, strict=True):
            _distribute(turn, x, groups, result)
        return result

    def residual(self, x: np.ndarray) -> np.ndarray:
        """What is missing inside the set: right-hand side minus left-hand side."""
        result = -self.apply(x)
        result[:, 0] -= self.pull * self.reference
        return result

    def extended(self, x: np.ndarray, before: list[tuple[int, ...]]) -> np.ndarray:
        """A solution on the harmonics ``before``, with zeros at those that are new."""
        result = np.zeros(self.shape, complex)
        for k, n in enumerate(before):
            if n in self.place:
                result[:, self.place[n]] = x[:, k]
        return result


def total_norm(columns: np.ndarray, with_zero: bool) -> float:
    """Sum of the norms over all harmonics, those that are not stored included.

    Examples
    --------
    >>> total_norm(np.array([[1.0, 2.0]]), with_zero=True)
    5.0
    """
    norms = np.sqrt(np.einsum("nh,nh->h", columns.conj(), columns).real)
    return float(2 * norms.sum() - (norms[0] if with_zero else 0.0))


def _grouped(moves: list, places: dict) -> list[tuple[bool, bool, np.ndarray, np.ndarray]]:
    result = []
    for lowered in (False, True):
        for mirrored in (False, True):
            pairs = [
                (source, places[target])
                for source, target, low, mirror in moves
                if low == lowered and mirror == mirrored and target in places
            ]
            if pairs:
                source, target = np.array(pairs).T
                result.append((lowered, mirrored, source, target))
    return result


def _distribute(turn: Turn, x: np.ndarray, groups: list, result: np.ndarray) -> None:
    if not groups:
        return
    used = np.unique(np.concatenate([source for _, _, source, _ in groups]))
    position = np.zeros(x.shape[1], int)
    position[used] = np.arange(len(used))
    part = x if len(used) == x.shape[1] else np.ascontiguousarray(x[:, used])
    real, imaginary = _times(turn.real, part), np.complex64(1j) * _times(turn.imaginary, part)
    products = {False: real + imaginary, True: real - imaginary}
    for lowered, mirrored, source, target in groups:
        # In each group all targets differ.
        product = np.take(products[lowered], position[source], axis=1)
        result[:, target] += product.conj() if mirrored else product


def _times(matrix: sp.csr_array, x: np.ndarray) -> np.ndarray:
    """Real sparse times complex dense."""
    real = np.ascontiguousarray(x).view(np.real(x).dtype)
    return (matrix @ real).view(x.dtype)
