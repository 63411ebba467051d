"""Time evolution of a batch of Lindblad generators by exact propagation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import scipy.linalg
import scipy.sparse as sp
from scipy.sparse.linalg import expm_multiply

from quantsync.checks import broadcast_shape, times_array
from quantsync.lindblad._sectors import Sector, find_sectors
from quantsync.lindblad.generator import Generator, generator_of
from quantsync.operators import Space
from quantsync.parallel import chunk_slices, map_threads, worker_count
from quantsync.states import density_matrices

LARGEST_DENSE_EVOLUTION = 400  # sectors up to here always use the matrix exponential
MOST_DENSE_EVOLUTION = 2500  # and beyond here its action on the state; between, what is cheaper
MULTIPLICATIONS = 10  # of matrices in an exponential, besides its squarings
# Seconds an operation, measured on sectors of 536 to 1770 elements (one thread, x86-64); only their
# ratios matter. Of products of dense matrices; of a dense matrix and a vector; of the action, an
# entry of the sparse matrix, and the rest of a term of the series.
DENSE, VECTOR, SPARSE, CALL = 3e-11, 3e-10, 8e-9, 8e-5
CHUNK_BYTES = 1 << 22


@dataclass(frozen=True)
class Evolution:
    """States of a batch at given times.

    Attributes
    ----------
    rho : ndarray of shape (..., len(times), n, n)
        Density matrices; the batch shape of the generator and of ``state`` in front.
    times : ndarray of shape (len(times),)
        The times, in the inverse unit of the rates.
    space : Space
        The space of the states.
    """

    rho: np.ndarray
    times: np.ndarray
    space: Space
    certified: ClassVar[bool] = True

    def __repr__(self) -> str:
        return f"<Evolution of {self.space}: rho {self.rho.shape}, {len(self.times)} times>"


def evolve(system: Generator, state: Any, times: Any, *, workers: int | None = None) -> Evolution:
    """Propagate initial states, ``rho(t) = exp(L t) rho(0)``, without a time-step error.

    Only the invariant sectors that ``state`` touches are propagated, each by itself: by the
    matrix exponential of every interval between times (computed once an interval length), or, where
    that is cheaper in sectors of more than 400 elements, by its action on the state.

    Parameters
    ----------
    system : Lindbladian
        The generators, of batch shape ``(...)``.
    state : array_like of shape (..., n, n), or state object
        Density matrices at time 0; broadcast against the batch.
    times : array_like of shape (T,)
        Times >= 0 in non-decreasing order, in the inverse unit of the rates.
    workers : int, optional
        Number of threads; every available core by default.

    Returns
    -------
    Evolution
        With ``rho`` of shape (..., T, n, n).

    Raises
    ------
    InvalidStateError
        If ``state`` is not Hermitian, not of unit trace or not positive.
    DimensionError
        If ``state`` has the wrong size.
    BroadcastError
        If its batch shape does not broadcast against the generator's.
    InvalidArgumentError
        If times are negative, decreasing or not one-dimensional.
    NonFiniteError
        If a number is NaN or infinite.

    Examples
    --------
    An excited spin 1/2 that decays at rate 2; its excited population is exp(-2 t):

    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1/2))
    >>> decay = qs.Lindbladian(space, dissipators=[(2.0, space["A"].minus)])
    >>> path = qs.evolve(decay, np.diag([1.0, 0.0]), [0.0, 0.5, 1.0])
    >>> print(np.round(path.rho[:, 0, 0].real, 6))
    [1.       0.367879 0.135335]
    """
    times = times_array(times, start=0.0)
    rho = np.asarray(density_matrices(state, generator_of(system).space, "state"), complex)
    shape = broadcast_shape({"system": system.shape, "state": rho.shape[:-2]})
    n, basis = system.dimension, system.terms.basis
    size = int(np.prod(shape))
    # The generator's index of every system in the joint batch.
    systems = np.broadcast_to(np.arange(system.size).reshape(system.shape), shape).reshape(-1)
    table = system.coefficient_table(systems)
    start = np.broadcast_to(basis.components(rho), (*shape, n * n)).reshape(size, n * n)
    result = np.zeros((size, len(times), n * n))
    workers = worker_count(workers)
    for sector in find_sectors(system.terms, (table != 0).any(axis=0)):
        x0 = start[:, sector.elements]
        if not x0.any():
            continue
        rows = max(1, CHUNK_BYTES // (8 * sector.dimension**2))

        def propagate(chunk: slice, sector: Sector = sector, x0: np.ndarray = x0) -> None:
            result[chunk, :, sector.elements] = _propagate(sector, table[chunk], x0[chunk], times)

        map_threads(propagate, chunk_slices(size, rows), workers)
    states = basis.operators(result).reshape(*shape, len(times), n, n)
    return Evolution(states, times, system.space)


def _propagate(
    sector: Sector, coefficients: np.ndarray, x0: np.ndarray, times: np.ndarray
) -> np.ndarray:
    """States (B, T, m) of one sector."""
    states = np.empty((len(x0), len(times), sector.dimension))
    runs = _equal_steps(times)
    dense = _dense_is_cheaper(sector, coefficients, runs)
    matrices: Any = sector.matrices(coefficients) if dense else None
    sparse = [] if dense else [sp.csc_array(sector.sparse_matrix(row)) for row in coefficients]
    x, position = x0, 0
    for step, count in runs:
        propagator = scipy.linalg.expm(matrices * step) if dense and step > 0 else None
        for _ in range(count):
            if propagator is not None:
                x = np.einsum("bij,bj->bi", propagator, x)
            elif step > 0:
                x = np.stack([expm_multiply(m * step, v) for m, v in zip(sparse, x, strict=True)])
            states[:, position] = x
            position += 1
    return states


def _dense_is_cheaper(
    sector: Sector, coefficients: np.ndarray, runs: list[tuple[float, int]]
) -> bool:
    """Whether to exponentiate a sector's matrices, from a count of operations."""
    m = sector.dimension
    if m <= LARGEST_DENSE_EVOLUTION or m > MOST_DENSE_EVOLUTION:
        return m <= LARGEST_DENSE_EVOLUTION
    matrix = sp.csc_array(sector.sparse_matrix(coefficients[0]))
    norm = float(abs(matrix).sum(axis=0).max())
    squarings = sum(np.log2(1 + norm * step) for step, _ in runs)
    products = 2.0 * m**3 * (MULTIPLICATIONS * len(runs) + squarings)
    steps = sum(count for _, count in runs)
    by_matrix = DENSE * products + VECTOR * 2.0 * m**2 * steps
    by_action = sum(count * step for step, count in runs) * norm * (SPARSE * matrix.nnz + CALL)
    return by_matrix < by_action


def _equal_steps(times: np.ndarray) -> list[tuple[float, int]]:
    """Runs of steps (length, count) that are equal to the rounding of the times themselves.

    Each run's length is its mean, so that the steps of a linspace share one exponential and
    their sum still ends where it should.
    """
    edges = np.concatenate([[0.0], times])
    steps = np.diff(edges)
    runs, start = [], 0
    for k in range(1, len(steps) + 1):
        rounding = 8 * np.finfo(float).eps * edges[min(k + 1, len(steps))]
        if k == len(steps) or abs(steps[k] - steps[start]) > rounding:
            runs.append(((edges[k] - edges[start]) / (k - start), k - start))
            start = k
    return runs
