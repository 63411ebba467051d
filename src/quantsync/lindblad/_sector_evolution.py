"""Evolution in one invariant sector by dense matrices: exact at any time.

For short times by exponentials of the steps, of all systems at once; for long ones system by
system from the parts of the generator that stay, turn and decay (`quantsync.semigroups`).
"""

from __future__ import annotations

import numpy as np
import scipy.linalg

from quantsync.lindblad._rate_matrices import channels_are_all, channels_of
from quantsync.lindblad._record import Record
from quantsync.lindblad._sectors import Sector
from quantsync.lindblad._terms import Terms
from quantsync.semigroups import (
    EPSILON,
    LATEST,
    RESOLVED,
    Semigroup,
    equal_steps,
    semigroup,
    turned_by,
)

LONG = 1e3  # ||L|| t from which on rounding would be seen
TRACELESS = 1e-8  # part of an operator's norm below which its trace may be rounding
CONSERVED = 1e-11  # of a term: what is smaller is the rounding of a conservation law


def propagate_dense(
    sector: Sector,
    coefficients: np.ndarray,
    x0: np.ndarray,
    times: np.ndarray,
    members: np.ndarray,
    record: Record,
) -> None:
    """Record states of systems with coefficients (B, T) and starts (B, m)."""
    matrices = sector.matrices(coefficients)
    norms = np.abs(matrices).sum(axis=1).max(axis=1)
    last = float(times[-1])
    short = norms * min(last, LATEST) <= LONG
    if short.any():
        _by_exponentials(
            sector, matrices[short], norms[short], x0[short], times, members[short], record
        )
    for k in np.flatnonzero(~short):
        if x0[k].any():
            parts = semigroup(matrices[k])
            certain = zero_modes_are_exact(sector, coefficients[k], parts)
            propagate_parts(parts, sector, x0[k], times, int(members[k]), record, certain)


def _by_exponentials(
    sector: Sector,
    matrices: np.ndarray,
    norms: np.ndarray,
    x0: np.ndarray,
    times: np.ndarray,
    members: np.ndarray,
    record: Record,
) -> None:
    sizes = np.linalg.norm(x0, axis=1)
    record.error[members] += EPSILON * sizes[:, None] * (16 + 2 * np.multiply.outer(norms, times))
    length = min(len(times), record.block(x0.size))
    block = np.empty((len(x0), length, sector.dimension))
    x, position, filled = x0, 0, 0
    for step, count in equal_steps(times):
        propagator = scipy.linalg.expm(matrices * step) if step > 0 else None
        for _ in range(count):
            if propagator is not None:
                x = np.einsum("bij,bj->bi", propagator, x)
            block[:, filled] = x
            filled += 1
            if filled == length or position + filled == len(times):
                span = slice(position, position + filled)
                record.add(members, span, sector, block[:, :filled])
                position, filled = position + filled, 0


def propagate_parts(
    parts: Semigroup,
    sector: Sector,
    x0: np.ndarray,
    times: np.ndarray,
    member: int,
    record: Record,
    certain: bool,
    first: int = 0,
) -> None:
    """Record the states of one system from the time of this number on.

    ``certain``: its stationary modes are so for a reason, see `zero_modes_are_exact`.
    """
    moments = np.minimum(times, LATEST)
    weights = parts.duals @ (parts.slow_left @ x0)
    still = parts.still
    right = parts.slow_right @ parts.modes
    stationary = np.real(right[:, still] @ weights[still])
    turning = float(np.linalg.norm(weights[~still]))
    y = parts.fast_left @ x0
    functional = sector.trace_functional
    trace, kept = float(functional @ x0), float(functional @ stationary)
    decaying = np.empty(len(times))
    length = min(len(times), record.block(sector.dimension))
    rows = np.empty((length, len(y)))
    position, filled = 0, 0
    for step, count in equal_steps(moments):
        propagator = parts.fast_propagator(step) if step > 0 and y.any() else None
        for _ in range(count):
            if propagator is not None:
                y = propagator @ y
            rows[filled] = y
            decaying[position + filled] = np.linalg.norm(y)
            filled += 1
            if filled == length or position + filled == len(times):
                span = slice(position, position + filled)
                x = rows[:filled] @ parts.fast_right.T + stationary
                if turning:
                    phases = turned_by(np.imag(parts.eigenvalues[~still]), moments[span])
                    x += np.real((phases * weights[~still]) @ right[:, ~still].T)
                if abs(trace) > TRACELESS * np.linalg.norm(x0) and kept:
                    # To rounding, what the stationary part has too much or too little.
                    x += np.multiply.outer((trace - x @ functional) / kept, stationary)
                x[moments[span] == 0] = x0
                shifted = slice(first + span.start, first + span.stop)
                record.add(np.array([member]), shifted, sector, x[None])
                position, filled = position + filled, 0
    size = float(np.linalg.norm(stationary))
    error = 16 * EPSILON * float(np.linalg.norm(x0))
    error = error + parts.error(moments, size, turning, decaying)
    if not certain:
        slowest = RESOLVED * parts.rounding * parts.norm
        error += np.minimum(slowest * moments, 1.0) * size
    record.error[member, first:] += error


def zero_modes_are_exact(sector: Sector, coefficients: np.ndarray, parts: Semigroup) -> bool:
    """Whether modes that seem stationary are so for reasons, and not slower than rounding shows.

    One mode that carries the trace is. Several are if every term by itself conserves them (a strong
    symmetry) or every term by itself annihilates them (dark states): then no term of any strength
    can make them decay.
    """
    count = int(parts.still.sum())
    if count == 0 or (count == 1 and sector.carries_trace):
        return True
    right, left = parts.stationary_vectors()
    right, left = np.linalg.qr(right)[0], np.linalg.qr(left.conj().T)[0].conj().T
    conserved = annihilated = True
    sector, coefficients = _by_channels(sector, coefficients)
    for c, block in zip(coefficients, sector.blocks, strict=True):
        if c != 0 and block.nnz:
            size = CONSERVED * float(np.linalg.norm(block.data))
            conserved &= bool(np.linalg.norm(left @ block) <= size)
            annihilated &= bool(np.linalg.norm(block @ right) <= size)
    return conserved or annihilated


def _by_channels(sector: Sector, coefficients: np.ndarray) -> tuple[Sector, np.ndarray]:
    """A sector whose terms are the channels of one system's rate matrices."""
    # A dark state is annihilated by each K_m, and not by the L_i that these are sums of.
    terms = sector.terms
    if not terms.crosses or not channels_are_all(terms, coefficients):
        return sector, coefficients
    found = channels_of(terms, coefficients)
    own = Terms(terms.space, terms.hamiltonian, tuple(jump for _, jump in found))
    rates = np.array([rate for rate, _ in found])
    energies = coefficients[: len(terms.hamiltonian)]
    return Sector(own, sector.elements, sector.populations), np.concatenate([energies, rates])
