"""The modes without decay of one block of a generator, by dense eigenvalues of its cores."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.linalg import eigvals
from scipy.sparse.linalg import splu

from quantsync.lindblad._sectors import connected_groups
from quantsync.lindblad.undecaying._strong_symmetry import Block
from quantsync.memory import require_memory

# As parts of the generator's largest entry: eigenvalues of dense blocks with smaller real parts are
# looked at again, and what is smaller there as well is zero.
UNDAMPED, PRECISE = 1e-9, 1e-12
SHIFT = 1e-10  # distance of the shift from the eigenvalue, as part of the same entry
STEPS = 20  # of inverse iteration; each gains SHIFT over the gap

STRONG = "pass `strong_symmetry`, which makes blocks smaller, or take fewer or smaller sites"


def irreducible_cores(matrix: sp.csr_array) -> list[np.ndarray]:
    """The diagonal blocks of a matrix's block-triangular form, which have all its eigenvalues."""
    # What only feeds others, or is only fed, need not be diagonalised together with them: decay
    # into a dark state leaves the dark state as a block of one element.
    return connected_groups(abs(matrix), strongly=True)


def undamped_modes(
    block: Block, cores: list[np.ndarray], scale: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Frequencies (K,), right and left modes (K, n, n) without decay, and the least decay rate."""
    threshold = UNDAMPED * scale
    diagonal = block.matrix.diagonal()
    singles = np.array([core[0] for core in cores if len(core) == 1], int)
    values = [diagonal[singles].astype(complex)]
    for core in cores:
        if len(core) > 1:
            what = f"Eigenvalues of a block of {len(core)} elements"
            require_memory(16.0 * 2 * len(core) ** 2, what, STRONG)
            dense: Any = block.matrix[core][:, core].toarray()
            values.append(np.asarray(eigvals(dense, overwrite_a=True), complex))
    spectrum = np.concatenate(values)
    growth = np.real(spectrum)
    alive = np.abs(growth) <= threshold
    decay = float(-growth[~alive].max()) if (~alive).any() else np.inf
    omega = np.sort(np.imag(spectrum)[alive])
    omega[np.abs(omega) <= threshold] = 0.0
    groups = np.cumsum(np.diff(omega, prepend=omega[:1]) > threshold)
    frequencies, right, left = [], [], []
    for group in np.unique(groups):
        members = groups == group
        found, modes, duals, slowest = _eigenspace(
            block.matrix, float(omega[members].mean()), int(members.sum()), scale
        )
        decay = min(decay, slowest)
        frequencies.append(found)
        right.append(block.operators(modes))
        left.append(block.operators(duals))
        if block.mirrored:
            frequencies.append(0.0 - found)
            right.append(np.conj(np.swapaxes(right[-1], 1, 2)))
            left.append(np.conj(np.swapaxes(left[-1], 1, 2)))
    n = block.left.shape[0] if block.left is not None else round(np.sqrt(block.vectors.shape[0]))
    none = np.zeros((0, n, n), complex)
    return (
        np.concatenate([np.zeros(0), *frequencies]),
        np.concatenate([none, *right]),
        np.concatenate([none, *left]),
        decay,
    )


def by_frequency(omega: np.ndarray) -> np.ndarray:
    """The order by |omega|, +omega before -omega; sizes equal to rounding count as equal."""
    size = np.abs(omega)
    order = np.argsort(size, kind="stable")
    rank = np.empty(len(omega), int)
    rank[order] = np.cumsum(np.diff(size[order], prepend=0.0) > 1e-9 * size[order])
    return np.lexsort((omega < 0, rank))


def _eigenspace(
    matrix: sp.csr_array, omega: float, count: int, scale: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Frequencies, right and left modes of the ``count`` eigenvalues next to i omega."""
    # Inverse iteration for the invariant subspaces, and the eigenvalues from the small matrix
    # between them, to rounding: what decays after all is left out, and its least decay returned.
    m = len(matrix.indptr) - 1
    real = omega == 0 and not np.iscomplexobj(matrix)
    value = 0.0 if real else 1j * omega
    what = f"{count} modes of a block of {m} elements"
    require_memory(16.0 * 4 * m * count, what, STRONG)
    factors = splu(sp.csc_array(matrix - (value + SHIFT * scale) * sp.eye_array(m)))
    rng = np.random.default_rng(0)
    start = rng.normal(size=(m, count)) + (0 if real else 1j * rng.normal(size=(m, count)))
    spaces = []
    for trans, operator in (("N", matrix), ("H", sp.csr_array(matrix.conj().T))):
        vectors, error = np.linalg.qr(start)[0], np.inf
        best = vectors
        for _ in range(STEPS):
            vectors, _ = np.linalg.qr(factors.solve(vectors, trans))
            moved = operator @ vectors
            rest = float(np.linalg.norm(moved - vectors @ (vectors.conj().T @ moved)))
            if rest >= 0.9 * error:
                break  # at the rounding of the matrix
            best, error = vectors, rest
        spaces.append(best)
    right, left = (space.astype(complex) for space in spaces)
    left = left @ np.linalg.inv(right.conj().T @ left)
    between = left.conj().T @ (matrix @ right)
    rounding = PRECISE * scale * max(1.0, float(np.linalg.norm(left, 2)))
    centre = np.trace(between) / count
    if np.linalg.norm(between - centre * np.eye(count)) <= rounding >= abs(centre.real):
        # The ordinary case: all the same, and any basis will do.
        frequency = centre.imag if abs(centre.imag) > rounding else 0.0
        return np.full(count, frequency), right, left, np.inf
    values, vectors = np.linalg.eig(between)
    growth, speed = np.real(values), np.imag(values)
    alive = np.abs(growth) <= rounding
    decay = float(-growth[~alive].max()) if (~alive).any() else np.inf
    order = np.flatnonzero(alive)[np.argsort(speed[alive])]
    frequencies = np.where(np.abs(speed[order]) <= rounding, 0.0, speed[order])
    basis = vectors[:, order]
    dual = np.linalg.inv(vectors).conj().T[:, order]
    groups = np.cumsum(np.diff(frequencies, prepend=frequencies[:1]) > rounding)
    for group in np.unique(groups):
        members = groups == group
        frequencies[members] = frequencies[members].mean()
        part, _ = np.linalg.qr(basis[:, members])
        other, _ = np.linalg.qr(dual[:, members])
        basis[:, members] = part
        dual[:, members] = other @ np.linalg.inv(part.conj().T @ other)
    return frequencies, right @ basis, left @ dual, decay
