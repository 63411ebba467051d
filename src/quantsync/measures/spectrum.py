"""Eigenvalues of a batch of Hermitian matrices, block by block.

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
    """Eigenvalues of Hermitian matrices, in no particular order.

    Parameters
    ----------
    matrices : array of shape (..., n, n)
        Hermitian; only the lower triangle of each block may be read.

    Returns
    -------
    array of shape (..., n), real
        NaN for a matrix of NaN, such as a masked state.

    Examples
    --------
    >>> import numpy as np
    >>> np.sort(block_eigenvalues(np.array([[0.0, 0, 1], [0, 5, 0], [1, 0, 0]])))
    array([-1.,  1.,  5.])
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
            middle = (first + second) / 2
            half = xp.hypot((first - second) / 2, xp.abs(matrices[..., j, i]))
            parts.append(xp.stack([middle - half, middle + half], axis=-1))
        else:
            block = xp.take(xp.take(matrices, index, axis=-2), index, axis=-1)
            parts.append(xp.linalg.eigvalsh(block))
    return xp.concat(parts, axis=-1)


def diagonal_blocks(matrices: Any) -> list[np.ndarray]:
    """Index sets of the blocks that all matrices of a batch share.

    Parameters
    ----------
    matrices : array of shape (..., n, n)

    Returns
    -------
    list of ndarray of int
        A partition of range(n); a single set when the batch is empty or has no structure.
    """
    xp = array_namespace(matrices)
    n = matrices.shape[-1]
    batch = tuple(range(matrices.ndim - 2))
    filled = xp.any(matrices != 0, axis=batch) if batch else matrices != 0
    count, labels = connected_components(to_numpy(filled), directed=False)
    return [np.flatnonzero(labels == k) for k in range(count)] if n else []
