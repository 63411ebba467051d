"""Eigenvalues and eigenvectors of a batch of Hermitian matrices, block by block.

The states of symmetric systems are block diagonal in the product basis, with the same pattern
at every point of a map. The blocks are found from the entries that vanish everywhere, and small
blocks are much cheaper than the whole matrix.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from array_api_compat import array_namespace
from scipy.sparse.csgraph import connected_components

from quantsync.arrays import to_numpy


def block_eigenvalues(matrices: Any) -> Any:
    """Eigenvalues (..., n) in no particular order; NaN for a matrix of NaN, as of a masked state.

    Only the lower triangle of each block may be read.
    """
    xp = array_namespace(matrices)
    known = xp.isfinite(xp.real(xp.linalg.trace(matrices)))
    if not bool(xp.all(known)):  # LAPACK does not take NaN
        shown = block_eigenvalues(xp.where(known[..., None, None], matrices, 0.0))
        return xp.where(known[..., None], shown, math.nan)
    parts = []
    for members in diagonal_blocks(matrices):
        if len(members) == matrices.shape[-1]:
            return xp.linalg.eigvalsh(matrices)
        index = xp.asarray(members)
        if len(members) == 1:
            k = int(members[0])
            parts.append(xp.real(matrices[..., k, k])[..., None])
        elif len(members) == 2:
            i, j = int(members[0]), int(members[1])
            first, second = xp.real(matrices[..., i, i]), xp.real(matrices[..., j, j])
            parts.append(_of_two_levels(first, second, xp.abs(matrices[..., j, i])))
        else:
            block = xp.take(xp.take(matrices, index, axis=-2), index, axis=-1)
            parts.append(xp.linalg.eigvalsh(block))
    return xp.concat(parts, axis=-1)


def diagonal_blocks(matrices: Any) -> list[np.ndarray]:
    """Index sets of the blocks that all matrices of a batch share: a partition of range(n)."""
    xp = array_namespace(matrices)
    n = matrices.shape[-1]
    batch = tuple(range(matrices.ndim - 2))
    filled = xp.any(matrices != 0, axis=batch) if batch else matrices != 0
    count, labels = connected_components(to_numpy(filled), directed=False)
    return [np.flatnonzero(labels == k) for k in range(count)] if n else []


def block_eigenbasis(matrices: Any, blocks: list[np.ndarray]) -> tuple[Any, Any, np.ndarray]:
    """Eigenvalues (..., n), eigenvectors in columns, and which block each belongs to (n,)."""
    xp = array_namespace(matrices)
    n, batch = matrices.shape[-1], matrices.shape[:-2]
    values, columns, labels = [], [], []
    for k, members in enumerate(blocks):
        if len(members) == 1:
            at = int(members[0])
            values.append(xp.real(matrices[..., at, at])[..., None])
            local = xp.ones((*batch, 1, 1), dtype=matrices.dtype)
        elif len(members) == 2:
            i, j = int(members[0]), int(members[1])
            found, local = _two_levels(
                matrices[..., i, i], matrices[..., j, j], matrices[..., j, i]
            )
            values.append(found)
        else:
            index = xp.asarray(members)
            block = xp.take(xp.take(matrices, index, axis=-2), index, axis=-1)
            found, local = finite_eigh(block)
            values.append(found)
        empty = xp.zeros_like(local[..., 0, :])
        place = {int(member): position for position, member in enumerate(members)}
        rows = [local[..., place[i], :] if i in place else empty for i in range(n)]
        columns.append(xp.stack(rows, axis=-2))
        labels += [k] * len(members)
    return xp.concat(values, axis=-1), xp.concat(columns, axis=-1), np.array(labels)


def _two_levels(first: Any, second: Any, lower: Any) -> tuple[Any, Any]:
    """Eigenvalues (..., 2) and eigenvectors (..., 2, 2) of [[first, lower^*], [lower, second]]."""
    xp = array_namespace(lower)
    first, second, size = xp.real(first), xp.real(second), xp.abs(lower)
    half = (first - second) / 2
    radius = xp.hypot(half, size)
    # The smaller of the two without cancellation: exactly 0 where nothing couples the levels.
    some = xp.where(radius > 0, radius, xp.ones_like(radius))
    large = xp.where(radius > 0, xp.sqrt((1 + xp.abs(half) / some) / 2), xp.ones_like(radius))
    small = size / some / (2 * large)
    phase = xp.where(size > 0, lower / xp.where(size > 0, size, xp.ones_like(size)), 1.0 + 0j)
    cosine = xp.where(half < 0, small, large) + 0j
    sine = xp.where(half < 0, large, small) * phase
    upper = xp.stack([cosine, -xp.conj(sine)], axis=-1)
    below = xp.stack([sine, cosine], axis=-1)
    return _of_two_levels(first, second, size), xp.stack([upper, below], axis=-2)


def _of_two_levels(first: Any, second: Any, size: Any) -> Any:
    """The larger and the smaller eigenvalue of two levels coupled by an entry of some size."""
    # The one that is smaller in size from the determinant: the difference loses what is faint.
    xp = array_namespace(first)
    middle = (first + second) / 2
    radius = xp.hypot((first - second) / 2, size)
    far = xp.where(middle < 0, middle - radius, middle + radius)
    safe = xp.where(far == 0, xp.ones_like(far), far)
    lower, upper = xp.where(first < second, first, second), xp.where(first < second, second, first)
    near = lower * (upper / safe) - size * (size / safe)
    return xp.stack([xp.where(middle < 0, near, far), xp.where(middle < 0, far, near)], axis=-1)


def finite_eigh(matrices: Any) -> tuple[Any, Any]:
    """Eigenvalues and eigenvectors; NaN for a matrix of NaN, which LAPACK does not take."""
    xp = array_namespace(matrices)
    known = xp.isfinite(xp.real(xp.linalg.trace(matrices)))
    if bool(xp.all(known)):
        return xp.linalg.eigh(matrices)
    values, vectors = xp.linalg.eigh(xp.where(known[..., None, None], matrices, 0.0))
    return xp.where(known[..., None], values, xp.nan), xp.where(
        known[..., None, None], vectors, xp.nan
    )
