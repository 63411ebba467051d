"""The number of stationary states of one system, from the kernels of its sectors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse.linalg import eigs

from quantsync.lindblad import _exact
from quantsync.lindblad._sectors import Sector, equilibrated, find_sectors
from quantsync.lindblad.generator import Generator

LARGEST_SVD = 1500
SMALL, SMALL_EIGENVALUE = 1e-12, 1e-10


@dataclass(frozen=True)
class StationaryCount:
    """How many stationary states there are, or seem to be.

    ``proven`` if exact arithmetic on the numbers that were given says so; otherwise so many cannot
    be told apart in double precision, and ``gap`` is the largest of the numbers that should vanish,
    relative to those that should not: singular values of the scaled generator, or eigenvalues.
    """

    count: int
    proven: bool
    gap: float


def stationary_states(system: Generator) -> StationaryCount:
    """The number of stationary states of a single system."""
    (coefficients,) = system.coefficient_table()
    sectors = find_sectors(system.terms, coefficients != 0)
    if all(sector.dimension <= _exact.LARGEST_RANK for sector in sectors):
        blocks = (_exact.block(system.terms, coefficients, sector.elements) for sector in sectors)
        if (count := sum(map(_exact.nullity, blocks))) > 1:
            return StationaryCount(count, True, 0.0)
    small = [_small_values(sector, coefficients) for sector in sectors]
    values = np.sort(np.concatenate(small))
    # Of each sector that carries trace one is sure to vanish.
    traced = sum(sector.carries_trace for sector in sectors)
    return StationaryCount(max(len(values), traced), traced > 1, float(values[-1:].sum()))


def _small_values(sector: Sector, coefficients: np.ndarray) -> np.ndarray:
    """The relative singular values of a block, or of a large one eigenvalues, that seem to be 0."""
    block = sector.sparse_matrix(coefficients)
    if sector.dimension > LARGEST_SVD:
        # Zero eigenvalues of a Lindblad generator are semisimple, so counting them will do.
        scale = float(abs(block).max()) or 1.0
        found = eigs(block.tocsc(), k=8, sigma=1e-6 * scale, return_eigenvectors=False)
        values = np.abs(found) / scale
        return values[values <= SMALL_EIGENVALUE]
    matrix, _ = equilibrated(block.toarray(), sector.sizes(coefficients).toarray())
    values = np.linalg.svd(matrix, compute_uv=False)
    values = values / max(1.0, values[0])
    return values[values <= SMALL]
