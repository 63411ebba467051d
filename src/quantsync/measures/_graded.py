"""Eigenvalues of density matrices to relative accuracy, however small they are.

An eigensolver knows eigenvalues to 1e-16 of the largest. The entries of a matrix often know more:
a diagonal one has its populations exactly, 1e-300 included, and one whose entries are small where
its populations are determines them as well (Demmel and Veselic, SIAM J. Matrix Anal. Appl. 13,
1204 (1992)): A = D H D, with D^2 its diagonal, has eigenvalues known to 1e-16 over the smallest of
H. One-sided Jacobi rotations find them. A direction in which H vanishes to rounding is one in
which A cannot be told from a matrix of smaller rank, and counts as none of its support.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse.csgraph import connected_components

ROUNDING = 4 * float(np.finfo(float).eps)  # of H, per dimension
ORTHOGONAL = 1e-15  # cosine of two columns that need no further rotation
MOST_SWEEPS = 40


def graded_eigh(matrices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Populations (B, n), zero outside the support, and eigenvectors (B, n, n) of states."""
    populations = np.zeros(matrices.shape[:-1])
    vectors = np.zeros(matrices.shape, complex)
    patterns, which = np.unique(matrices != 0, axis=0, return_inverse=True)
    for k in range(len(patterns)):
        (own,) = np.nonzero(which.ravel() == k)
        for block in _blocks(patterns[k]):
            place = np.ix_(own, block, block)
            found, local = _of_block(matrices[place])
            populations[np.ix_(own, block)], vectors[place] = found, local
    return populations, vectors


def _blocks(pattern: np.ndarray) -> list[np.ndarray]:
    count, labels = connected_components(pattern | pattern.T, directed=False)
    return [np.flatnonzero(labels == k) for k in range(count)]


def _of_block(matrices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same for matrices without a common block structure."""
    n = matrices.shape[-1]
    diagonal = np.maximum(np.real(np.diagonal(matrices, axis1=-2, axis2=-1)), 0.0)
    if n == 1:
        return diagonal, np.ones(matrices.shape, complex)
    size = np.sqrt(diagonal)
    scale = np.where(size > 0, size, 1.0)
    scaled = matrices / scale[:, :, None] / scale[:, None, :]
    scaled[(size == 0)[:, :, None] | (size == 0)[:, None, :]] = 0
    values, basis = np.linalg.eigh((scaled + np.conj(np.swapaxes(scaled, -1, -2))) / 2)
    values = np.where(values > n * ROUNDING, values, 0.0)
    # A = C^dag C with columns as different in size as the levels are: rotations keep that.
    columns = np.sqrt(values)[:, :, None] * np.conj(np.swapaxes(basis, -1, -2)) * size[:, None, :]
    vectors = _made_orthogonal(columns, diagonal)
    return _without_rounding(columns, vectors, diagonal), vectors


def _without_rounding(
    columns: np.ndarray, vectors: np.ndarray, diagonal: np.ndarray, power: int = 1
) -> np.ndarray:
    """Squared norms of some columns; zero for what rounding leaves of a direction dropped."""
    # In no direction is A smaller than D^2 times the smallest eigenvalue of H.
    norms = np.sum(np.abs(columns) ** 2, axis=-2)
    least = np.einsum("bij,bi->bj", np.abs(vectors) ** 2, diagonal)
    return np.where(norms > (diagonal.shape[-1] * ROUNDING) ** power * least, norms, 0.0)


def _made_orthogonal(columns: np.ndarray, diagonal: np.ndarray) -> np.ndarray:
    """Rotate pairs of columns (B, k, n), in place, until all are orthogonal; the rotations."""
    batch, _, n = columns.shape
    vectors = np.broadcast_to(np.eye(n, dtype=complex), (batch, n, n)).copy()
    rounds = _rounds(n)
    for _ in range(MOST_SWEEPS):
        largest = 0.0
        for first, second in rounds:
            x, y = columns[:, :, first], columns[:, :, second]
            a, b = (
                _without_rounding(columns[:, :, own], vectors[:, :, own], diagonal, power=2)
                for own in (first, second)
            )
            c = np.sum(np.conj(x) * y, axis=1)
            length, norm = np.abs(c), np.sqrt(a) * np.sqrt(b)
            cosine = np.divide(length, norm, out=np.zeros_like(length), where=norm > 0)
            largest = max(largest, float(cosine.max(initial=0)))
            turn = cosine > ORTHOGONAL
            safe = np.where(turn, length, 1.0)
            ratio = (b - a) / (2 * safe)
            tangent = np.where(ratio < 0, -1.0, 1.0) / (np.abs(ratio) + np.hypot(1, ratio))
            tangent = np.where(turn, tangent, 0.0)
            cos = (1 / np.hypot(1, tangent))[:, None]
            sin = cos * np.where(turn, c / safe * tangent, 0.0)[:, None]
            for table in (columns, vectors):
                x, y = table[:, :, first], table[:, :, second]
                table[:, :, first], table[:, :, second] = (
                    cos * x - np.conj(sin) * y,
                    sin * x + cos * y,
                )
        if largest <= ORTHOGONAL:
            break
    return vectors


def _rounds(n: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """All pairs of n columns once, in rounds of pairs that share none (as in a tournament)."""
    players = list(range(n + n % 2))
    rounds = []
    for _ in range(len(players) - 1):
        half = len(players) // 2
        pairs = [
            (a, b)
            for a, b in zip(players[:half], reversed(players[half:]), strict=True)
            if max(a, b) < n
        ]
        if pairs:
            rounds.append((np.array([min(p) for p in pairs]), np.array([max(p) for p in pairs])))
        players = [players[0], players[-1], *players[1:-1]]
    return rounds
