"""The number of stationary states of one system, from the kernels of its sectors."""

from __future__ import annotations

import numpy as np
from scipy.sparse.linalg import eigs

from quantsync.lindblad._sectors import equilibrated, find_sectors
from quantsync.lindblad.generator import Generator

LARGEST_SVD = 1500


def stationary_state_count(lindbladian: Generator, tolerance: float = 1e-12) -> int:
    """Number of linearly independent stationary states of a single system."""
    # The kernel of each sector from singular values of the block, scaled by rows and columns; of
    # sectors with more than 1500 elements from the eigenvalues nearest to zero, at most 8 each.
    (coefficients,) = lindbladian.coefficient_table()
    total = 0
    for sector in find_sectors(lindbladian.terms, coefficients != 0):
        block = sector.sparse_matrix(coefficients)
        if sector.dimension > LARGEST_SVD:
            # Zero eigenvalues of a Lindblad generator are semisimple, so counting them will do.
            scale = float(abs(block).max()) or 1.0
            near_zero = eigs(block.tocsc(), k=8, sigma=1e-6 * scale, return_eigenvectors=False)
            total += int((np.abs(near_zero) <= 1e-10 * scale).sum())
            continue
        matrix, _ = equilibrated(block.toarray())
        values = np.linalg.svd(matrix, compute_uv=False)
        total += int((values <= tolerance * max(1.0, values[0])).sum())
    return total
