"""Eigenvalues that rounding cannot tell apart, from the invariant subspace that they share.

A defective eigenvalue of multiplicity c is split by rounding into c that lie some eps^(1/c) around
it, each with a condition number of eps^(1/c - 1). Their mean is as accurate as any simple
eigenvalue, and so is the small matrix that the generator is on their common invariant subspace.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.linalg import get_lapack_funcs
from scipy.sparse.linalg import splu

EPS = float(np.finfo(float).eps)
ROUNDING = 8 * EPS  # of a product of matrices, relative to what adds up in it
TOGETHER = 1e-10  # eigenvalues so close, relative to the matrix, share one subspace
FARTHEST = 1e-3  # and none that lie farther apart
UNCERTAIN = 100.0  # by how much more than EPS eigenvalues are moved, relative to matrix x condition
SHIFT = 1e-13  # distance of the shift from the eigenvalue, relative to the matrix
AWAY, FAR = 3.0, 30.0  # how far from a split one, and how much nearer than to all others
STEPS, CONVERGED = 30, 1e-12  # of inverse iteration, and residuals that may be as good as any
SAFE = 10.0  # times the error: what is smaller may be zero

Solver = Callable[[np.ndarray, bool], np.ndarray]


@dataclass(frozen=True)
class Cluster:
    """Eigenvalues (c,) of a block with right and left vectors (m, c), biorthonormal."""

    values: np.ndarray
    right: np.ndarray  # of unit norm
    left: np.ndarray
    error: float  # of the values, and where they differ of their mean
    residual: np.ndarray
    defective: bool
    real: bool  # whether it contains the conjugates of its eigenvalues

    @property
    def condition(self) -> np.ndarray:
        """1/|<l|r>| of normalised vectors; infinite where there are fewer of them than values."""
        sizes = np.linalg.norm(self.left, axis=0)
        return np.full(len(sizes), np.inf) if self.defective else sizes


def clusters(
    matrix: Any, sizes: Any, values: np.ndarray, wanted: np.ndarray
) -> list[tuple[np.ndarray, Cluster]]:
    """The clusters that some eigenvalues belong to, each with their places among all values.

    Of a real matrix those in the lower half plane are left out.
    """
    real = not np.iscomplexobj(matrix)
    scale = float(sizes.max()) or 1.0
    norm = float(abs(matrix).sum(axis=1).max())
    found: list[tuple[np.ndarray, Cluster]] = []
    left = wanted & (np.imag(values) >= -TOGETHER * scale) if real else wanted.copy()
    while left.any():
        members = np.zeros(len(values), bool)
        members[np.flatnonzero(left)[0]] = True
        reach = TOGETHER * scale
        while True:
            members = _linked(values, members, reach)
            if real and np.abs(np.imag(values)[members]).min() <= reach:
                members |= np.isin(values, values[members].conj())
            others = values[~members] - values[members].mean()
            nearest = float(np.abs(others).min(initial=scale))
            cluster = _cluster(matrix, sizes, values[members], nearest, scale)
            condition = float(np.linalg.norm(cluster.left, 2))
            reach = max(reach, min(UNCERTAIN * EPS * norm * condition, FARTHEST * scale))
            if (_linked(values, members, reach) == members).all():
                break
        left &= ~members
        found.append((np.flatnonzero(members), cluster))
    return found


def _linked(values: np.ndarray, members: np.ndarray, reach: float) -> np.ndarray:
    """All that lie within reach of a member, or of another one that does."""
    while True:
        apart = np.abs(values[:, None] - values[members]).min(axis=1)
        grown = apart <= reach
        if (grown == members).all() or grown.sum() <= members.sum():
            return members | grown
        members = grown


def _cluster(matrix: Any, sizes: Any, values: np.ndarray, nearest: float, scale: float) -> Cluster:
    count, mean = len(values), values.mean()
    real = not np.iscomplexobj(matrix) and abs(mean.imag) <= TOGETHER * scale
    right, left = _subspaces(matrix, values, nearest, scale, real)
    between = left.conj().T @ (matrix @ right)
    error = _error(matrix, sizes, right, left, between)
    centre = np.trace(between) / count
    apart = between - centre * np.eye(count)
    spread = float(np.linalg.norm(apart, 2))
    shifts = np.linalg.eigvals(apart)
    defective = False
    if spread <= SAFE * error:  # all the same, and any basis will do
        found = np.full(count, centre, complex)
    elif np.abs(shifts).max() ** count <= SAFE * error * spread ** (count - 1):
        # Nilpotent to rounding: the first vector is the eigenvector, the others complete it.
        found, defective = np.full(count, centre, complex), True
        _, _, rows = np.linalg.svd(apart)
        turn = rows[::-1].conj().T
        right, left = right @ turn, left @ turn
    else:
        found, vectors = np.linalg.eig(between)
        found = found.astype(complex)
        right, left = right @ vectors, left @ np.linalg.inv(vectors).conj().T
    norms = np.linalg.norm(right, axis=0)
    right, left = right / norms, left * norms
    moved, drawn = matrix @ right, matrix.conj().T @ left
    if defective:
        rest = moved - right @ (left.conj().T @ moved), drawn - left @ (right.conj().T @ drawn)
    else:
        rest = moved - right * found, drawn - left * found.conj()
    residual = np.maximum(*(np.linalg.norm(part, axis=0) for part in rest))
    return Cluster(found, right, left, error, residual, defective, real)


def _error(
    matrix: Any,
    sizes: Any,
    right: np.ndarray,
    left: np.ndarray,
    between: np.ndarray,
) -> float:
    """What rounding makes uncertain of the matrix on an invariant subspace."""
    rounding = np.linalg.norm(abs(left).T @ (sizes @ abs(right)))
    rest = np.linalg.norm(matrix @ right - right @ between)
    # The rest of one side enters times that of the other.
    other = np.linalg.norm(matrix.conj().T @ left - left @ between.conj().T)
    return float(ROUNDING * rounding + rest * other / (float(sizes.max()) or 1.0))


def _subspaces(
    matrix: Any, values: np.ndarray, apart: float, scale: float, real: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Right vectors (m, c), orthonormal, and the left ones dual to them, by inverse iteration."""
    m, count = matrix.shape[0], len(values)
    if count >= m:
        return np.eye(m), np.eye(m)
    mean = values.mean().real if real else values.mean()
    step = SHIFT * scale
    if count > 1:
        # Next to a defective eigenvalue all solutions look like its one eigenvector: not too near.
        step = max(AWAY * float(np.abs(values - mean).max()), min(apart, scale) / FAR)
    solve = shifted_solver(matrix, mean, step, SHIFT * scale)
    rng = np.random.default_rng(0)
    start = rng.normal(size=(m, count)) + (0 if real else 1j * rng.normal(size=(m, count)))
    spaces = []
    for adjoint, operator in ((False, matrix), (True, matrix.conj().T)):
        best, error = start, np.inf
        vectors = np.linalg.qr(start)[0]
        for _ in range(STEPS):
            vectors, _ = np.linalg.qr(solve(vectors, adjoint))
            moved = operator @ vectors
            rest = float(np.linalg.norm(moved - vectors @ (vectors.conj().T @ moved)))
            settled = error <= CONVERGED * scale and rest >= error / 2
            if rest < error:
                best, error = vectors, rest
            if settled:  # at the rounding of the matrix
                break
        spaces.append(best)
    right, left = spaces
    return right, left @ np.linalg.inv(right.conj().T @ left)


def shifted_solver(matrix: Any, value: complex, away: float, step: float) -> Solver:
    """Solutions with matrix - (value + away), which is factorised once, or with its adjoint."""
    m, shift = matrix.shape[0], value + away - step
    while True:
        # By steps off a value at which it is exactly singular.
        shift += step
        if sp.issparse(matrix):
            try:
                solve = splu(sp.csc_array(matrix - shift * sp.eye_array(m))).solve
            except RuntimeError:  # exactly singular
                continue
            return lambda b, adjoint: solve(b, "H" if adjoint else "N")
        shifted = matrix - shift * np.eye(m)
        getrf, getrs = get_lapack_funcs(("getrf", "getrs"), (shifted,))
        factors, pivots, info = getrf(shifted, overwrite_a=True)
        if info == 0:
            return lambda b, adjoint: getrs(factors, pivots, b, trans=2 * adjoint)[0]
