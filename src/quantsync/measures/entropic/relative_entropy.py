"""The relative entropy of synchronization: how far a driven state is from every limit cycle.

Jaseem et al., Phys. Rev. Research 2, 043287 (2020). Entropies here are sums of terms that are
all positive, ``|<r_i|s_j>|^2 (r_i ln(r_i/s_j) - r_i + s_j)``, so that nothing cancels for weak
drives, where the difference of two von Neumann entropies loses its digits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from array_api_compat import array_namespace, device

from quantsync.arrays import batched_product, is_traced, to_numpy
from quantsync.checks import named_arguments, nats_per_unit, shown
from quantsync.errors import InvalidArgumentError
from quantsync.measures._eigenvalues import block_eigenbasis, diagonal_blocks, finite_eigh
from quantsync.measures._graded import graded_eigh
from quantsync.measures._reduction import as_complex
from quantsync.measures.entropic.limit_cycles import (
    BlockDiagonalStates,
    DiagonalStates,
    Frame,
    FramedLimitCycles,
    LimitCycles,
)
from quantsync.states import Certified, density_matrices, two_batches

if TYPE_CHECKING:
    from quantsync.lindblad.response import Response

EMPTY = 1e-16  # a population per drive squared that is rounding
FAINT = 1e-10  # a first-order coherence below this, relative to the largest, is zero
ROUNDING = 1e-15  # per dimension: weights outside of the support below this are rounding
GRADED = 1e-6  # eigenvalues below this part of the largest are computed to relative accuracy


@named_arguments
def relative_entropy(rho: Any, sigma: Any, base: float = math.e) -> Any:
    """Quantum relative entropy ``S(rho||sigma) = Tr rho (ln rho - ln sigma)``.

    Parameters
    ----------
    rho, sigma : state object or array of shape (..., n, n)
        Density matrices; their batch shapes broadcast.
    base : float, default e
        Base of the logarithm: e for nats, 2 for bits.

    Returns
    -------
    array of shape (...)
        Infinite where the support of rho is not in that of sigma; NaN for masked states. Numbers
        are taken as they stand: a population of 1e-300 belongs to the support if no coherence
        of its level hides it. An eigenvalue that the entries do not tell from zero, being 1e-15 n
        of the populations that it mixes or less, does not; nor do weights of rho below 1e-15 n
        count as outside, unless their level mixes with no other.

    Raises
    ------
    DimensionError, BroadcastError
        If they are not of equal size, on one space, and of batch shapes that broadcast.
    InvalidStateError, NonFiniteError
        If one holds something else than density matrices.
    InvalidArgumentError
        If ``base`` is not a number above 1.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> print(qs.relative_entropy(np.diag([1.0, 0.0]), np.diag([0.5, 0.5]), base=2).round(6))
    1.0
    >>> print(qs.relative_entropy(np.diag([0.5, 0.5]), np.diag([1.0, 0.0])))
    inf
    """
    unit = nats_per_unit(base)
    rho, sigma = two_batches(rho, sigma)
    return _relative_entropy(rho, sigma) / unit


@named_arguments
def relative_entropy_of_synchronization(rho: Any, limit_cycles: Any, base: float = math.e) -> Any:
    """Relative entropy from each state to the closest limit-cycle state, Omega.

    ``Omega(rho) = min_sigma S(rho||sigma)`` over a family of states that a drive has not
    touched; Eq. (10) of Vaidya et al., PRA 109, 033718 (2024).

    Parameters
    ----------
    rho : state object or array of shape (..., n, n)
        Density matrices of the driven system.
    limit_cycles : DiagonalStates, BlockDiagonalStates, SpannedStates or StateMixtures
        The family.
    base : float, default e
        Base of the logarithm: e for nats, 2 for bits.

    Returns
    -------
    array of shape (...)
        At least 0; NaN for masked states.

    Raises
    ------
    DimensionError
        If ``rho`` does not have square matrices of the family's size.
    InvalidStateError, NonFiniteError
        If ``rho`` holds something else than density matrices.
    InvalidArgumentError
        If ``limit_cycles`` is no family of states, or ``base`` not a number above 1.
    ConvergenceError
        If an optimisation over a convex family fails.

    Examples
    --------
    >>> import quantsync as qs
    >>> driven = qs.steady_state(qs.models.driven_pair(drive=0.1))
    >>> undriven = qs.steady_state(qs.models.driven_pair(drive=0.0))
    >>> cycles = qs.entropic.DiagonalStates(undriven)
    >>> omega = qs.relative_entropy_of_synchronization(driven, cycles)
    >>> print(f"{omega:.4e}")
    6.6775e-05
    """
    unit, rho = nats_per_unit(base), density_matrices(rho)
    if isinstance(limit_cycles, FramedLimitCycles):
        return _from_frame(rho, limit_cycles) / unit
    if isinstance(limit_cycles, LimitCycles):
        return _relative_entropy(rho, limit_cycles.nearest(rho)) / unit
    if not hasattr(limit_cycles, "closest"):
        raise InvalidArgumentError(
            "Argument `limit_cycles` must be a family of states such as DiagonalStates("
            f"undriven), but is {type(limit_cycles).__name__}."
        )
    closest = density_matrices(limit_cycles.closest(rho), rho.shape[-1], "limit_cycles.closest")
    return _relative_entropy(rho, closest) / unit


@dataclass(frozen=True)
class LeadingSynchronization:
    """How the relative entropy of synchronization begins for a weak drive of strength eps.

    ``Omega = eps^2 (coefficient + logarithm ln(1/eps^2)) + ...``

    Attributes
    ----------
    coefficient : array of shape (...)
        Coefficient of eps^2.
    logarithm : array of shape (...)
        Coefficient of eps^2 ln(1/eps^2): zero unless the undriven state has lost rank and the
        drive leads out of its support.
    """

    coefficient: Any
    logarithm: Any

    @property
    def limit(self) -> Any:
        """Limit of Omega/eps^2 for eps -> 0, shape (...); infinite where there is a logarithm."""
        xp = array_namespace(self.coefficient)
        return xp.where(self.logarithm > 0, xp.inf, self.coefficient)

    def at(self, strength: Any) -> Any:
        """Leading Omega for a weak drive of some strength, shape (...)."""
        xp = array_namespace(self.coefficient)
        square = strength**2 + xp.zeros_like(self.coefficient)
        logarithm = xp.log(xp.where(square > 0, square, xp.ones_like(square)))
        return square * (self.coefficient - self.logarithm * logarithm)


@named_arguments
def leading_synchronization(
    response: Response, limit_cycles: Any, base: float = math.e
) -> LeadingSynchronization:
    """Leading coefficients of the relative entropy of synchronization for weak drives.

    ``Omega/eps^2 -> (1/2) sum |<i|rho_1|j>|^2 (ln p_i - ln p_j)/(p_i - p_j)`` over the pairs of
    eigenstates of rho_0 (with eigenvalues p) between which a limit cycle has no coherence.
    Exact: no finite drive, no difference of entropies, no clipped logarithm. Levels that rho_0
    leaves empty fill at second order; they add what degenerate perturbation theory gives, and
    a logarithm where the drive leads into them.

    Parameters
    ----------
    response : Response
        From `quantsync.linear_response`. Order 2 is needed where the undriven state has lost
        rank, except if only one level is empty and the drive does not lead there.
    limit_cycles : DiagonalStates or BlockDiagonalStates
        The family; for the first, ``DiagonalStates(response.orders[0])``.
    base : float, default e
        Base of the logarithm in Omega: e for nats, 2 for bits.

    Returns
    -------
    LeadingSynchronization

    Raises
    ------
    InvalidArgumentError
        If the family has no closed form, order 2 is needed and missing, the perturbation fills
        empty levels at first order, so that there is no such limit, or ``base`` is not a number
        above 1.
    InvalidStateError
        If the undriven states are not limit-cycle states of the family.

    Examples
    --------
    >>> import quantsync as qs
    >>> response = qs.linear_response(qs.models.driven_pair(coupling=0), qs.models.driving())
    >>> cycles = qs.entropic.DiagonalStates(response.orders[0])
    >>> print(qs.entropic.leading_synchronization(response, cycles).coefficient.round(12))
    0.081093021622
    """
    unit = nats_per_unit(base)
    if len(getattr(response, "orders", ())) < 2:
        raise InvalidArgumentError(
            "Argument `response` must be a Response of order 1 or 2, from linear_response(), but "
            f"is {shown(response)}."
        )
    rho, first = response.orders[0], response.orders[1]
    xp = array_namespace(rho)
    populations, lost, frame = _adapted_frame(response, limit_cycles)
    n = populations.shape[-1]
    coherences = frame.coordinates(first)
    strength = xp.real(coherences) ** 2 + xp.imag(coherences) ** 2
    coefficient = xp.zeros_like(populations[..., 0])
    for i in range(n):
        for j in range(i):
            if frame.together[i, j]:
                continue
            skip = lost[..., i] | lost[..., j]
            if frame.degenerate is not None:
                skip = skip | frame.degenerate[..., i, j]
            square = xp.where(skip, xp.zeros_like(coefficient), strength[..., i, j])
            if not bool(xp.any(square != 0)):
                continue
            p, q = populations[..., i], populations[..., j]
            p, q = (xp.where(skip, xp.ones_like(level), level) for level in (p, q))
            coefficient = coefficient + square * mean_inverse(p, q)
    if not bool(xp.any(lost)):
        return LeadingSynchronization(coefficient / unit, xp.zeros_like(coefficient))
    added, logarithm = _from_empty_levels(response, frame, populations, lost, coherences)
    return LeadingSynchronization((coefficient + added) / unit, logarithm / unit)


def mean_inverse(p: Any, q: Any) -> Any:
    """``(ln p - ln q)/(p - q)``, one over the logarithmic mean of two positive numbers."""
    xp = array_namespace(p)
    total = p + q
    ratio = (p - q) / total
    near = xp.abs(ratio) < 0.5
    small = xp.where(near, ratio, xp.full_like(ratio, 0.5))
    tiny = xp.abs(small) < 1e-8
    nonzero = xp.where(tiny, xp.full_like(small, 0.5), small)
    close = xp.where(tiny, xp.ones_like(small), xp.atanh(nonzero) / nonzero)
    gap = xp.where(near, xp.ones_like(p), p - q)
    return xp.where(near, 2 * close / total, (xp.log(p) - xp.log(q)) / gap)


def _adapted_frame(response: Response, limit_cycles: Any) -> tuple[Any, Any, Frame]:
    """Populations, which of them are zero, and a frame of the family that diagonalises rho_0."""
    rho = response.orders[0]
    if isinstance(limit_cycles, DiagonalStates):
        if limit_cycles.undriven.shape != rho.shape:
            raise InvalidArgumentError(
                "Argument `limit_cycles` must be DiagonalStates(response.orders[0]), but holds "
                f"states of shape {limit_cycles.undriven.shape}, the response {rho.shape}."
            )
        return limit_cycles.populations, limit_cycles.lost, limit_cycles.frame(rho)
    if not isinstance(limit_cycles, BlockDiagonalStates):
        raise InvalidArgumentError(
            "The leading coefficient is known for DiagonalStates and BlockDiagonalStates, not "
            f"for {type(limit_cycles).__name__}; take a finite drive instead."
        )
    charge = limit_cycles.charge(rho.shape[-1])
    undriven = Certified(rho, response.space)
    diagonal = DiagonalStates(undriven, charge=limit_cycles.charge_operator)
    labels = np.concatenate([charge.labels[block] for block in charge.blocks])
    frame = Frame(diagonal.frame(rho).vectors, labels[:, None] == labels)
    return diagonal.populations, diagonal.lost, frame


def _from_empty_levels(
    response: Response, frame: Frame, populations: Any, lost: Any, coherences: Any
) -> tuple[Any, Any]:
    """What the levels that rho_0 leaves empty add to the coefficient and to the logarithm.

    To order eps^2 the empty block of a state is ``N = P rho_2 P - sum_j P rho_1|j><j|rho_1 P/p_j``
    over the filled levels j; that of the closest limit cycle is the same without the coherences
    between cells. The differences of the two in -x ln x, and the shift of the filled levels
    that goes with them, are of order eps^2 and eps^2 ln(1/eps^2).
    """
    xp = array_namespace(populations)
    n = populations.shape[-1]
    some = xp.any(lost, axis=-1)
    kept = xp.asarray(frame.together)
    if frame.degenerate is not None:
        kept = kept | frame.degenerate
    size = xp.abs(coherences)
    largest = xp.max(xp.reshape(size, (*size.shape[:-2], n * n)), axis=-1)
    across = lost[..., :, None] & ~lost[..., None, :] & (size > FAINT * largest[..., None, None])
    into = xp.where(across, coherences, xp.zeros_like(coherences))  # from filled to empty levels
    pairs = lost[..., :, None] & lost[..., None, :]
    if bool(xp.any(pairs & (size > FAINT * largest[..., None, None]) & some[..., None, None])):
        raise InvalidArgumentError(
            "The perturbation fills levels that the undriven state leaves empty at first order of "
            "its strength: there is no limit of Omega over the strength squared. Take a finite one."
        )
    matter = (pairs & ~kept) | (across & ~kept)
    if not bool(xp.any(matter)):
        return xp.zeros_like(largest), xp.zeros_like(largest)
    if len(response.orders) < 3:
        count = int(to_numpy(xp.sum(xp.astype(some, xp.int64))))
        raise InvalidArgumentError(
            f"The undriven state has lost rank at {count} point(s), where the limit needs the "
            "second order: pass linear_response(..., order=2)."
        )
    second = frame.coordinates(response.orders[2])
    second = xp.where(pairs, second, xp.zeros_like(second))
    filled = xp.where(lost, xp.ones_like(populations), populations)[..., None, :]

    def emptied(block: Any, leading_in: Any) -> Any:
        drained = (leading_in / filled) @ xp.conj(xp.matrix_transpose(leading_in))
        return _sum_x_log_x(finite_eigh(block - drained)[0])

    inside = xp.where(kept, into, xp.zeros_like(into))
    difference = emptied(second, into) - emptied(frame.pinched(second), inside)
    outside = xp.abs(xp.where(kept, xp.zeros_like(into), into)) ** 2 / filled
    logarithm = xp.sum(outside, axis=(-2, -1))
    shift = xp.sum(outside * (1 + xp.log(filled)), axis=(-2, -1))
    zero = xp.zeros_like(logarithm)
    return xp.where(some, shift + difference, zero), xp.where(some, logarithm, zero)


def _sum_x_log_x(x: Any) -> Any:
    xp = array_namespace(x)
    positive = x > EMPTY
    return xp.sum(xp.where(positive, x * xp.log(xp.where(positive, x, 1.0)), 0.0), axis=-1)


def _relative_entropy(rho: Any, sigma: Any) -> Any:
    xp = array_namespace(rho)
    rho = as_complex(rho)
    weights, states, _ = block_eigenbasis(rho, diagonal_blocks(rho))
    populations, basis = _accurate_eigh(as_complex(sigma))
    overlaps = xp.abs(batched_product(xp.conj(xp.matrix_transpose(states)), basis)) ** 2
    outside = xp.sum(weights[..., :, None] * overlaps, axis=-2)
    # Of a level that neither state mixes with others the weight is exact.
    alone = xp.sum(xp.astype(overlaps != 0, xp.int64), axis=-2) == 1
    matters = (outside > ROUNDING * rho.shape[-1]) | (alone & (outside > 0))
    infinite = xp.any((populations <= 0) & matters, axis=-1)
    return xp.where(infinite, xp.inf, divergence(weights, populations, overlaps))


def _accurate_eigh(sigma: Any) -> tuple[Any, Any]:
    """Populations, also tiny ones to relative accuracy, and the eigenbasis."""
    xp, blocks = array_namespace(sigma), diagonal_blocks(sigma)
    populations, basis, _ = block_eigenbasis(sigma, blocks)
    if is_traced(sigma) or max(map(len, blocks)) == 1 or not sigma.size:
        return populations, basis
    largest = xp.max(populations, axis=-1)
    faint = to_numpy(xp.any(populations < GRADED * largest[..., None], axis=-1))
    if not faint.any():
        return populations, basis
    values, vectors = np.array(to_numpy(populations)), np.array(to_numpy(basis))
    values[faint], vectors[faint] = graded_eigh(to_numpy(sigma)[faint])
    return (
        xp.asarray(values, dtype=populations.dtype, device=device(sigma)),
        xp.asarray(vectors, dtype=basis.dtype, device=device(sigma)),
    )


def _from_frame(rho: Any, limit_cycles: FramedLimitCycles) -> Any:
    """The relative entropy to the states without coherences between the cells of a frame."""
    rho = as_complex(rho)
    xp = array_namespace(rho)
    frame = limit_cycles.frame(rho)
    inside = frame.coordinates(rho)
    weights, states = finite_eigh(inside)
    pinched = frame.pinched(inside)
    if frame.degenerate is None and frame.together.sum() == len(frame.together):
        populations = xp.real(xp.linalg.diagonal(pinched))
        overlaps = xp.abs(xp.matrix_transpose(states)) ** 2
    else:
        populations, basis = finite_eigh(pinched)
        overlaps = xp.abs(batched_product(xp.conj(xp.matrix_transpose(states)), basis)) ** 2
    return divergence(weights, populations, overlaps)


def divergence(weights: Any, populations: Any, overlaps: Any) -> Any:
    """Sum of |<r_i|s_j>|^2 (r_i ln(r_i/s_j) - r_i + s_j); weights r in rows, populations s."""
    xp = array_namespace(overlaps)
    r = xp.where(weights > 0, weights, xp.zeros_like(weights))[..., :, None]
    s = populations[..., None, :]
    empty = s <= 0
    s = xp.where(empty, xp.ones_like(s), s)
    change = (r - s) / s
    near = xp.abs(change) < 0.5
    small = xp.where(near, change, xp.zeros_like(change))
    far = xp.where(r > 0, r / s, xp.ones_like(change))
    bracket = xp.where(near, s * ((1 + small) * xp.log1p(small) - small), r * xp.log(far) - r + s)
    terms = xp.where(empty, xp.zeros_like(bracket), overlaps * bracket)
    total = xp.sum(terms, axis=(-2, -1))
    return xp.where(xp.isnan(xp.sum(populations, axis=-1)), xp.nan, total)
