"""The slow part of a system's spectrum: eigenvalues by blocks, which are zero, and their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from quantsync.errors import ConvergenceError
from quantsync.lindblad.slow_modes._blocks import Block
from quantsync.lindblad.slow_modes._invariant_subspaces import SAFE, Cluster, clusters
from quantsync.lindblad.slow_modes._large_blocks import slow_eigenvalues
from quantsync.memory import require_memory
from quantsync.parallel import chunk_slices, map_threads

NEARLY_ZERO = 1e-9  # of the matrix: eigenvalues that may be zero
SPLIT = (1e-13, 1e-5)  # of the matrix: eigenvalues so far apart may be one split by rounding
TIES = 1e-9  # relative: real parts that count as equal
LARGEST_REAL, LARGEST_COMPLEX = 700, 500  # blocks of which all eigenvalues are computed
SMALL_CORE, MOST_ELEMENTS = 300, 12  # the same, of parts of larger blocks, and for each mode
LARGEST_AFTER_ALL = 3000  # the same, where the slow ones cannot be told apart from the rest
CHUNK_BYTES = 1 << 20  # the matrices of one chunk stay in a core's cache


@dataclass(frozen=True)
class Mode:
    """One eigenvalue of a system, and where its vectors are."""

    value: complex
    error: float
    residual: float
    condition: float
    defective: bool
    multiplicity: int
    block: Block
    cluster: Cluster
    column: int
    conjugate: bool = False  # of the components that stand there
    adjoint: bool = False  # of that operator

    @property
    def zero(self) -> bool:
        """Whether the eigenvalue is zero."""
        return self.value == 0

    @property
    def charge(self) -> int | None:
        """What its elements |x><x'| have in common, x - x'; None where they have several."""
        charge = self.block.charge
        return -charge if self.adjoint and charge is not None else charge

    @property
    def has_adjoint(self) -> bool:
        """Whether the adjoint of the mode is another mode of the same list."""
        return self.block.mirrored or (self.block.hermitian and self.value.imag != 0)

    @property
    def operators(self) -> tuple[np.ndarray, np.ndarray]:
        """The right and the left mode, (n, n)."""
        found = []
        for vectors in (self.cluster.right, self.cluster.left):
            vector = vectors[:, self.column : self.column + 1]
            (operator,) = self.block.operators(vector.conj() if self.conjugate else vector)
            found.append(operator.conj().T if self.adjoint else operator)
        return found[0], found[1]


def is_large(block: Block) -> bool:
    """Whether a block has too many elements to compute all its eigenvalues."""
    return max(map(len, block.cores)) > (LARGEST_REAL if block.real else LARGEST_COMPLEX)


def eigenvalues(
    block: Block, table: np.ndarray, count: int, workers: int
) -> tuple[list[np.ndarray], np.ndarray]:
    """Eigenvalues of a block of some systems, and the numbers (B,) that real parts exceed.

    All of them unless the block is large: then ``count`` of the slowest or more.
    """
    if is_large(block):
        found = [_of_large_block(block, row, count) for row in table]
        return [values for values, _ in found], np.array([floor for _, floor in found])
    values = np.empty((len(table), block.dimension), complex)
    place = 0
    for core in block.cores:
        size, first = len(core), place
        place += size
        if size == 1:
            diagonal = np.array([part.diagonal()[core[0]] for part in block.parts])
            values[:, first] = table @ diagonal
            continue
        each = (8.0 if block.real else 16.0) * size**2
        require_memory(each * (len(block.parts) + 3), f"Eigenvalues of {size} elements")

        def solve(chunk: slice, core: np.ndarray = core, first: int = first) -> None:
            found = np.linalg.eigvals(block.dense(core, table[chunk]))
            values[chunk, first : first + len(core)] = found

        map_threads(solve, chunk_slices(len(table), int(CHUNK_BYTES // each)), workers)
    return list(values), np.full(len(table), -np.inf)


def _of_large_block(block: Block, coefficients: np.ndarray, count: int) -> tuple[np.ndarray, float]:
    """All eigenvalues of a large block with real parts above a number, and that number."""
    matrix = sp.csr_array(block.matrix(coefficients))
    values, floor = [], -np.inf
    for core in block.cores:
        part, size = sp.csr_array(matrix[core][:, core]), len(core)
        try:
            if size > max(SMALL_CORE, MOST_ELEMENTS * count):
                found, lowest = slow_eigenvalues(part, count)
                values.append(found)
                floor = max(floor, lowest)
                continue
        except ConvergenceError:
            if size > LARGEST_AFTER_ALL:
                raise
        require_memory(16.0 * 3 * size**2, f"Eigenvalues of {size} elements")
        values.append(np.asarray(np.linalg.eigvals(part.toarray()), complex))
    return np.concatenate(values), floor


def slow_part(
    blocks: Sequence[Block],
    coefficients: np.ndarray,
    spectra: Sequence[np.ndarray],
    count: int,
    proven: bool,
    floor: float = -np.inf,
) -> tuple[list[Mode], int] | None:
    """At least ``count`` modes that are not zero, in order, if there are so many; number of zeros.

    ``spectra`` are the eigenvalues of every block, all whose real part exceeds ``floor``: None if
    that is not low enough. ``proven`` says that the steady state is unique.
    """
    terms = np.abs(coefficients)
    scale = max(float((terms * block.largest).max(initial=0)) for block in blocks) or 1.0
    known = [np.zeros(len(values), bool) for values in spectra]
    growth, maybe_zero = [], 0
    for block, values, zero in zip(blocks, spectra, known, strict=True):
        if proven and block.traced:
            zero[np.abs(values).argmin()] = True
        maybe_zero += int((np.abs(values) <= NEARLY_ZERO * scale).sum()) * (1 + block.mirrored)
        growth += [np.real(values)] * (1 + block.mirrored)
    every = np.sort(np.concatenate(growth))[::-1]
    last = count + maybe_zero
    if floor > -np.inf and (last >= len(every) or every[last] <= floor):
        return None
    threshold = every[min(last, len(every) - 1)] - NEARLY_ZERO * scale
    modes: list[Mode] = []
    zeros = int(proven and any(block.traced for block in blocks))
    for block, values, zero in zip(blocks, spectra, known, strict=True):
        wanted = (np.real(values) >= threshold) & ~zero
        if not wanted.any():
            continue
        matrix, sizes = block.matrix(coefficients), block.sizes(coefficients)
        own: list[Mode] = []
        for places, cluster in clusters(matrix, sizes, values, wanted):
            part = _modes(block, cluster)
            if zero[places].any():  # a rate that is nearly zero shares the subspace of the state
                part.remove(min(part, key=lambda mode: abs(mode.value)))
            own += part if proven else [_zero_if_so(mode) for mode in part]
        if block.traced and not proven and not any(mode.zero for mode in own):
            k = min(range(len(own)), key=lambda k: abs(own[k].value))
            own[k] = replace(own[k], value=0j)
        zeros += sum(mode.zero for mode in own) * (1 + block.mirrored)
        modes += [mode for mode in own if not mode.zero]
        if block.mirrored:
            mirrored = (replace(mode, value=_conjugate(mode.value), adjoint=True) for mode in own)
            modes += [mode for mode in mirrored if not mode.zero]
    return in_order(modes), zeros


def simple_gaps(
    blocks: Sequence[Block],
    table: np.ndarray,
    spectra: Sequence[np.ndarray],
) -> tuple[np.ndarray, np.ndarray]:
    """Least decay rates (B,) but for one zero, and where rounding leaves them in doubt.

    ``spectra`` are all eigenvalues (B, m) of every block.
    """
    slowest, zeros = np.full(len(table), -np.inf), np.zeros(len(table), int)
    doubtful = np.zeros(len(table), bool)
    scale = np.max(
        [(np.abs(table) * block.largest).max(axis=1, initial=0) for block in blocks], axis=0
    )
    for block, values in zip(blocks, spectra, strict=True):
        zeros += (np.abs(values) <= NEARLY_ZERO * scale[:, None]).sum(1) * (1 + block.mirrored)
        growth = np.real(values).copy()
        if block.traced:
            growth[np.arange(len(values)), np.abs(values).argmin(axis=1)] = -np.inf
        first = growth.argmax(axis=1)
        top = values[np.arange(len(values)), first]
        apart = np.abs(values - top[:, None])
        apart[np.arange(len(values)), first] = np.inf
        nearest = apart.min(axis=1, initial=np.inf)
        near = (nearest > SPLIT[0] * scale) & (nearest <= SPLIT[1] * scale)
        better = growth.max(axis=1) > slowest
        doubtful = np.where(better, near, doubtful)
        slowest = np.maximum(slowest, growth.max(axis=1))
    doubtful |= (zeros != 1) | (slowest > -NEARLY_ZERO * scale) | (scale == 0)
    return np.where(np.isinf(slowest), np.inf, -slowest), doubtful


def in_order(modes: list[Mode]) -> list[Mode]:
    """By decreasing real part; of equal ones by decreasing imaginary part."""
    if not modes:
        return []
    modes = sorted(modes, key=lambda mode: -mode.value.real)
    real = np.array([mode.value.real for mode in modes])
    error = np.array([mode.error for mode in modes])
    allowed = TIES * np.abs(real) + SAFE * error
    rank = np.cumsum(np.concatenate([[0], -np.diff(real) > np.maximum(allowed[1:], allowed[:-1])]))
    order = np.lexsort((np.array([-mode.value.imag for mode in modes]), rank))
    return [modes[k] for k in order]


def _modes(block: Block, cluster: Cluster) -> list[Mode]:
    """The modes of a cluster; where a real matrix has complex ones, their conjugates as well."""
    found = []
    for k, value in enumerate(cluster.values):
        growth, speed = float(value.real), float(value.imag)
        if abs(speed) <= cluster.error:
            speed = 0.0
        elif abs(growth) <= SAFE * cluster.error:
            growth = 0.0
        mode = Mode(
            complex(growth, speed),
            cluster.error,
            float(cluster.residual[k]),
            float(cluster.condition[k]),
            cluster.defective,
            len(cluster.values),
            block,
            cluster,
            k,
        )
        found.append(mode)
        if block.real and not cluster.real:
            found.append(replace(mode, value=_conjugate(mode.value), conjugate=True))
    return found


def _conjugate(value: complex) -> complex:
    return complex(value.real, 0.0 - value.imag)


def _zero_if_so(mode: Mode) -> Mode:
    return replace(mode, value=0j) if abs(mode.value) <= SAFE * mode.error else mode
