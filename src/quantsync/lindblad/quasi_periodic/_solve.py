"""Solves the equations of harmonic balance: preconditioners, and GMRES on the true operator.

Most modes of the static part are far from every frequency n.Omega: there the perturbation is
small against lambda - i n.Omega, which alone is inverted. The few that are near make one dense
block with the perturbation between them. What neither knows, GMRES puts right.
"""

from __future__ import annotations

import math
from functools import reduce
from typing import Any, Protocol

import numpy as np
import scipy.sparse as sp
from scipy.linalg import lu_factor, lu_solve
from scipy.sparse.linalg import splu

from quantsync.lindblad.quasi_periodic._harmonics import HarmonicSystem, moved
from quantsync.lindblad.quasi_periodic._subsystems import Modes

NEAR = 4.0  # modes with |lambda - i n.Omega| below this times the perturbation are near
MOST_NEAR = 400  # of them, at most


class Inverse(Protocol):
    """An approximate inverse of a `HarmonicSystem`."""

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Apply to x of shape (N, h), complex."""
        ...


class NearModes:
    """Modes of all subsystems, and what the perturbations do between those asked for."""

    def __init__(self, modes: list[Modes], perturbations: list[sp.csr_array]):
        self.modes = modes
        self._perturbations = [(sp.csr_array(v.real), sp.csr_array(v.imag)) for v in perturbations]
        size = math.prod(len(m.values) for m in modes)
        # Replaced as a whole and never changed, so that several threads may ask at once.
        self._known = (
            np.full(size, -1),
            np.zeros((size, 0), complex),
            np.zeros((0, size), complex),
            [(np.zeros((0, 0), complex),) * 2 for _ in perturbations],
        )

    def between(self, wanted: np.ndarray) -> tuple[np.ndarray, list[tuple[np.ndarray, ...]]]:
        """Places of some modes, and the perturbations' (raising, lowering) between those known."""
        # Modes by flat index into their product; one may come several times.
        place, rights, lefts, matrices = self._known
        added = np.unique(wanted[place[wanted] < 0])
        if len(added):
            place = place.copy()
            place[added] = rights.shape[1] + np.arange(len(added))
            indices = np.unravel_index(added, [len(m.values) for m in self.modes])
            both = list(zip(self.modes, indices, strict=True))
            right = _products([m.vectors[:, i] for m, i in both])
            left = np.ascontiguousarray(_products([m.covectors[i].T for m, i in both]).T)
            matrices = [
                _bordered(known, parts, (rights, right), (lefts, left))
                for known, parts in zip(matrices, self._perturbations, strict=True)
            ]
            rights, lefts = np.hstack([rights, right]), np.vstack([lefts, left])
            self._known = place, rights, lefts, matrices
        return place[wanted], matrices


def _bordered(
    known: tuple, parts: tuple, rights: tuple, lefts: tuple
) -> tuple[np.ndarray, np.ndarray]:
    """Matrices between the known modes, extended to the new ones: (known, new) in each pair."""
    pieces = []
    for part in parts:
        through = part @ rights[1]
        below = (part.T @ lefts[1].T).T @ rights[0]
        pieces.append((lefts[0] @ through, below, lefts[1] @ through))
    (b, c, d), (bi, ci, di) = pieces
    raised = np.block([[known[0], b + 1j * bi], [c + 1j * ci, d + 1j * di]])
    lowered = np.block([[known[1], b - 1j * bi], [c - 1j * ci, d - 1j * di]])
    return raised, lowered


class ModeInverse:
    """Inverse of the static part in its modes, with the near ones coupled as they are."""

    def __init__(self, system: HarmonicSystem, near: NearModes, dtype: Any = complex):
        modes = near.modes
        self.modes = modes
        real = np.zeros(0, dtype).real.dtype
        self.left = [m.left.astype(real) for m in modes]
        self.right = [m.right.astype(real) for m in modes]
        sizes = [len(m.values) for m in modes]
        self.values = reduce(np.add.outer, [m.values for m in modes]).reshape(-1)
        self.conjugate = np.arange(len(self.values)).reshape(sizes)
        for axis, m in enumerate(modes):
            self.conjugate = np.take(self.conjugate, m.conjugate, axis=axis)
        self.conjugate = self.conjugate.reshape(-1)
        still = reduce(lambda a, b: a * len(b.values) + int(np.abs(b.values).argmin()), modes, 0)
        self.values[still] = -system.pull
        divisors = self.values[:, None] - 1j * system.frequencies
        self._near_block(system, divisors, near, dtype)
        self.reciprocal = (1 / divisors).astype(dtype)

    def _near_block(
        self, system: HarmonicSystem, divisors: np.ndarray, known: NearModes, dtype: Any
    ) -> None:
        size = np.abs(divisors)
        limit = NEAR * sum(coupling.strength for coupling in system.couplings)
        near = np.flatnonzero(size < limit)
        if 2 * len(near) > MOST_NEAR:
            limit = np.partition(size.reshape(-1)[near], MOST_NEAR // 2)[MOST_NEAR // 2]
            near = np.flatnonzero(size < limit * (1 - 1e-9))
        self.mode, self.column = np.unravel_index(near, size.shape)
        self.doubled = np.flatnonzero(self.column > 0)  # stored for -n as well
        self.factors = None
        if not system.couplings or not len(near):
            return
        half = np.array(system.half)
        harmonic = np.concatenate([half[self.column], -half[self.column[self.doubled]]])
        mode = np.concatenate([self.mode, self.conjugate[self.mode[self.doubled]]])
        place, matrices = known.between(mode)
        own = divisors[self.mode, self.column]
        block = np.diag(np.concatenate([own, own[self.doubled].conj()]))
        difference = harmonic[:, None] - harmonic
        for coupling in system.couplings:
            for sign in (1, -1):
                rows, columns = np.nonzero(
                    (difference == sign * np.array(coupling.vector)).all(axis=-1)
                )
                for part, strength in coupling.parts:
                    matrix = matrices[part][0 if sign > 0 else 1]
                    block[rows, columns] += strength * matrix[place[rows], place[columns]]
        self.factors = lu_factor(block.astype(dtype))

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Apply to x of shape (N, h), complex."""
        shape = x.shape
        for axis, m in enumerate(self.modes):
            x = _along(self.left[axis], x, self.modes, axis)
            parts = _split(x, self.modes, axis)
            a, b = parts[:, m.first] / 2, np.complex64(0.5j) * parts[:, m.first + 1]
            parts[:, m.first], parts[:, m.first + 1] = a - b, a + b
        x = x.reshape(shape)
        near = x[self.mode, self.column]
        x *= self.reciprocal
        if self.factors is not None:
            solved = lu_solve(self.factors, np.concatenate([near, near[self.doubled].conj()]))
            x[self.mode, self.column] = solved[: len(near)]
        for axis, m in enumerate(self.modes):
            parts = _split(x, self.modes, axis)
            a, b = parts[:, m.first], parts[:, m.first + 1]
            parts[:, m.first], parts[:, m.first + 1] = a + b, np.complex64(1j) * (a - b)
            x = _along(self.right[axis], x, self.modes, axis)
        x = x.reshape(shape)
        x[:, 0].imag = 0
        return x


def _products(columns: list[np.ndarray]) -> np.ndarray:
    """Column k is the Kronecker product of the k-th columns."""

    def joined(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return (a[:, None] * b[None]).reshape(-1, a.shape[1])

    return reduce(joined, columns)


def _split(x: np.ndarray, modes: list[Modes], axis: int) -> np.ndarray:
    """A view of x (N, h) with a subsystem's index as the second of three axes."""
    before = int(np.prod([len(m.values) for m in modes[:axis]]))
    return x.reshape(before, len(modes[axis].values), -1)


def _along(matrix: np.ndarray, x: np.ndarray, modes: list[Modes], axis: int) -> np.ndarray:
    """A real matrix applied to one subsystem's index of complex x."""
    parts = _split(np.ascontiguousarray(x).view(matrix.dtype), modes, axis)
    return np.matmul(matrix, parts).view(x.dtype).reshape(x.shape)


class FactorInverse:
    """Inverse of the static part by sparse factors for every harmonic, without its modes."""

    def __init__(self, system: HarmonicSystem, known: dict[tuple[int, ...], object]):
        pull = sp.csc_array(np.outer([1.0], system.trace) * system.pull)
        place = int(np.flatnonzero(system.reference)[0])
        rows = sp.csr_array(
            (pull.data, (np.full(pull.nnz, place), pull.tocoo().col)),
            shape=(len(system.trace),) * 2,
        )
        identity = sp.eye_array(len(system.trace))
        for n, frequency in zip(system.half, system.frequencies, strict=True):
            if n not in known:
                matrix = system.rows.generator - rows - 1j * frequency * identity
                known[n] = splu(sp.csc_array(matrix))
        self.factors: list = [known[n] for n in system.half]

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Apply to x of shape (N, h), complex."""
        result = np.empty_like(x)
        for k, factors in enumerate(self.factors):
            result[:, k] = factors.solve(np.ascontiguousarray(x[:, k]))
        result[:, 0].imag = 0
        return result


class DirectInverse:
    """Inverse of the whole system by sparse factors: for perturbations that are not small."""

    def __init__(self, system: HarmonicSystem):
        half = system.half
        everything = [*half, *(tuple(-c for c in n) for n in half[1:])]
        place = {n: k for k, n in enumerate(everything)}
        size, count = len(system.trace), len(everything)
        pull = sp.csr_array(system.reference[:, None] * system.pull) @ sp.csr_array(
            system.trace[None]
        )
        frequencies = np.concatenate([system.frequencies, -system.frequencies[1:]])
        total = sp.kron(sp.eye_array(count), system.rows.generator - pull)
        total = total - sp.kron(sp.diags_array(1j * frequencies), sp.eye_array(size))
        for coupling in system.couplings:
            pairs = [
                (place[target], k)
                for k, n in enumerate(everything)
                if (target := moved(n, coupling.vector, 1)) in place
            ]
            if not pairs:
                continue
            rows, columns = np.array(pairs).T
            up = sp.csr_array((np.ones(len(rows)), (rows, columns)), shape=(count, count))
            total = total + sp.kron(up, coupling.real + 1j * coupling.imaginary)
            total = total + sp.kron(up.T, coupling.real - 1j * coupling.imaginary)
        self.factors = splu(sp.csc_array(total))

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Apply to x of shape (N, h), complex."""
        whole = np.concatenate([x, x[:, 1:].conj()], axis=1)
        solved = self.factors.solve(np.ascontiguousarray(whole.T).reshape(-1))
        result = np.ascontiguousarray(solved.reshape(whole.shape[::-1]).T[:, : x.shape[1]])
        result[:, 0].imag = 0
        return result


def improve(
    system: HarmonicSystem, inverse: Inverse, missing: np.ndarray, target: float, most: int
) -> tuple[np.ndarray, float, int]:
    """Flexible GMRES for the correction that removes ``missing``, what is left, and the steps."""
    # The preconditioner is applied from the right: the residual is the true one. `target` is the
    # norm of what may be left, `most` the largest number of steps.
    length = float(np.linalg.norm(missing))
    correction = np.zeros_like(missing)
    if length <= target:
        return correction, length, 0
    # The map is linear over the reals only: vectors are pairs of real ones.
    real = np.real(missing).dtype
    basis = [missing.reshape(-1).view(real) / real.type(length)]
    images: list[np.ndarray] = []
    hessenberg = np.zeros((most + 1, most))
    right = np.zeros(most + 1)
    right[0] = length
    small, left = np.zeros(0), length
    for k in range(most):
        images.append(inverse(basis[k].view(missing.dtype).reshape(missing.shape)))
        vector = system.apply(images[k]).reshape(-1).view(real)
        before = float(np.linalg.norm(vector))
        for _ in range(2):
            parts = np.array([own @ vector for own in basis])
            for own, part in zip(basis, parts, strict=True):
                vector -= part * own
            hessenberg[: k + 1, k] += parts
        rest = float(np.linalg.norm(vector))
        hessenberg[k + 1, k] = rest
        used = hessenberg[: k + 2, : k + 1]
        small = np.linalg.lstsq(used, right[: k + 2], rcond=None)[0]
        left = float(np.linalg.norm(right[: k + 2] - used @ small))
        if left <= target or rest <= 8 * np.finfo(real).eps * before:
            break
        basis.append(vector / real.type(rest))
    for part, image in zip(small, images, strict=True):
        correction += real.type(part) * image
    return correction, left, len(images)
