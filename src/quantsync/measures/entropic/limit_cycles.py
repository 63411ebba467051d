"""Families of limit-cycle states, among which the one closest to a state is sought.

Two families have the closest state in closed form, in the sense of the relative entropy: drop
the coherences between the cells of a frame (a basis whose vectors are grouped into cells).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from quantsync.arrays import batched_product, to_numpy
from quantsync.checks import broadcast_shape
from quantsync.errors import DimensionError, InvalidArgumentError, InvalidStateError
from quantsync.lazy import lazy
from quantsync.measures._eigenvalues import block_eigenbasis, diagonal_blocks
from quantsync.measures._reduction import as_complex
from quantsync.operators import as_operator
from quantsync.states import density_matrices

# Populations of one block closer than this, relative, or than rounding of the block's largest, per
# level, are one degenerate level.
DEGENERATE, ROUNDING = 1e-12, 1e-15
# A population below this is zero: the state has lost rank. For levels that mix with no other
# there is no eigenvalue problem to round it, and smaller ones can be trusted.
LOST, LOST_ALONE = 1e-15, 2e-17
# Coherences of an undriven state between cells, relative to its largest entry.
FORBIDDEN = 1e-10


@dataclass(frozen=True)
class Frame:
    """An orthonormal basis, and which of its coherences a limit cycle may have."""

    vectors: Any  # in the columns, (..., n, n)
    together: np.ndarray  # pairs of basis vectors in one cell, bool (n, n)
    degenerate: Any = None  # further pairs, point by point, bool (..., n, n)

    def coordinates(self, rho: Any) -> Any:
        """Operators in this basis, shape (..., n, n)."""
        xp = array_namespace(rho)
        turned = batched_product(xp.conj(xp.matrix_transpose(self.vectors)), rho)
        return batched_product(turned, self.vectors)

    def pinched(self, inside: Any) -> Any:
        """Drop the coherences between cells of operators given in this basis."""
        xp = array_namespace(inside)
        kept = xp.asarray(self.together)
        if self.degenerate is not None:
            kept = kept | self.degenerate
        return xp.where(kept, inside, xp.zeros_like(inside))

    def back(self, inside: Any) -> Any:
        """From this basis to the product basis."""
        xp = array_namespace(inside)
        turned = batched_product(self.vectors, inside)
        return batched_product(turned, xp.conj(xp.matrix_transpose(self.vectors)))


class Charge:
    """A conserved quantity: its eigenspaces are the blocks of every undriven state."""

    def __init__(self, operator: Any, dimension: int):
        matrix = as_operator(operator, dimension, "charge").toarray()
        if np.abs(matrix - matrix.conj().T).max() > 1e-12 * max(np.abs(matrix).max(), 1e-300):
            raise InvalidArgumentError("Argument `charge` must be Hermitian.")
        if np.abs(matrix - np.diag(np.diag(matrix))).max() == 0:
            values, self.vectors = np.real(np.diag(matrix)), np.eye(dimension, dtype=complex)
            self.in_product_basis = True
        else:
            values, self.vectors = np.linalg.eigh(matrix)
            self.in_product_basis = False
        scale = max(float(np.abs(values).max()), 1.0)
        order = np.sort(values)
        levels = order[np.insert(np.diff(order) > 1e-9 * scale, 0, True)]
        self.labels = np.searchsorted(levels + 1e-9 * scale, values)

    @property
    def blocks(self) -> list[np.ndarray]:
        """Basis vectors of each value of the charge."""
        return [np.flatnonzero(self.labels == k) for k in range(self.labels.max() + 1)]


class LimitCycles:
    """A family of limit-cycle states."""

    def closest(self, rho: Any) -> Any:
        """The closest limit-cycle states to some states, shape (..., n, n).

        Raises
        ------
        InvalidStateError, DimensionError, NonFiniteError
            If ``rho`` holds something else than density matrices of the family's size.
        ConvergenceError
            If a search over a family without closed form fails.
        """
        return self.nearest(density_matrices(rho))

    def nearest(self, rho: Any) -> Any:
        """The same for matrices that have passed the gate."""
        raise NotImplementedError


class FramedLimitCycles(LimitCycles):
    """The states without coherences between the cells of a frame."""

    def frame(self, rho: Any) -> Frame:
        """The frame for some states."""
        raise NotImplementedError

    def nearest(self, rho: Any) -> Any:
        """The states without those coherences."""
        frame = self.frame(rho)
        return frame.back(frame.pinched(frame.coordinates(as_complex(rho))))


class BlockDiagonalStates(FramedLimitCycles):
    """All states without coherences between different values of a conserved charge.

    The closest of them to a state is the state without those coherences, so that the relative
    entropy of synchronization is ``S(Pi rho) - S(rho)``: the partially coherent limit cycles of
    Vaidya et al., PRA 109, 033718 (2024), App. B, in closed form.

    Parameters
    ----------
    charge : array_like or sparse array of shape (n, n)
        Hermitian operator that the undriven system conserves, such as ``a.z + b.z``.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1/2))
    >>> cycles = qs.entropic.BlockDiagonalStates(space["A"].z)
    >>> print(cycles.closest(np.array([[0.7, 0.2], [0.2, 0.3]])).real)
    [[0.7 0. ]
     [0.  0.3]]
    """

    def __init__(self, charge: Any):
        self.charge_operator = charge
        self._charges: dict[int, Charge] = {}

    def charge(self, dimension: int) -> Charge:
        """The charge on a space of that dimension."""
        if dimension not in self._charges:
            self._charges[dimension] = Charge(self.charge_operator, dimension)
        return self._charges[dimension]

    def frame(self, rho: Any) -> Frame:
        """The charge's eigenbasis, in cells of equal charge; the same for all states."""
        xp = array_namespace(rho)
        charge = self.charge(rho.shape[-1])
        together = charge.labels[:, None] == charge.labels
        return Frame(xp.asarray(charge.vectors), together)


class DiagonalStates(FramedLimitCycles):
    """All states that are diagonal in the eigenbasis of the undriven state.

    The closest of them to a state is the state without coherences in that basis, so that the
    relative entropy of synchronization is ``S(rho_diag) - S(rho)``: Eq. (11) of Vaidya et al.,
    PRA 109, 033718 (2024). Levels of different blocks stay apart, also where their populations
    coincide: blocks are those of the charge or, without one, those between which no undriven
    state of the batch has a coherence. Where a block has a degenerate eigenvalue, its eigenbasis
    is not unique; the one closest to the state is taken (the subspace stays whole), so that the
    result does not depend on an eigensolver's choice. `blocks`, `degenerate` and the repr say
    which family it is.

    Parameters
    ----------
    undriven : state object or array of shape (..., n, n)
        Undriven steady states.
    charge : array_like or sparse array of shape (n, n), optional
        Hermitian operator that the undriven system conserves, whose eigenspaces are the blocks.
        Needed where the undriven states do not show all blocks by entries that vanish, as in a
        basis in which the charge is not diagonal.

    Raises
    ------
    InvalidStateError, DimensionError, NonFiniteError
        If ``undriven`` holds something else than density matrices, or the states do not conserve
        the charge.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> cycles = qs.entropic.DiagonalStates(np.diag([0.6, 0.4]))
    >>> print(cycles.closest(np.array([[0.7, 0.2], [0.2, 0.3]])).real)
    [[0.7 0. ]
     [0.  0.3]]
    """

    def __init__(self, undriven: Any, charge: Any = None):
        self.undriven = density_matrices(undriven, name="undriven")
        self._accurate = getattr(undriven, "accurate", None)
        self._charge = None if charge is None else Charge(charge, self.undriven.shape[-1])

    @lazy
    def _eigenbasis(self) -> tuple[Any, Any, np.ndarray]:
        """Populations (..., n), vectors (..., n, n), and the block of each vector (n,)."""
        rho = as_complex(self.undriven)
        if self._charge is None:
            return block_eigenbasis(rho, diagonal_blocks(rho))
        xp = array_namespace(rho)
        if not self._charge.in_product_basis:
            turn = xp.asarray(self._charge.vectors)
            rho = xp.conj(xp.matrix_transpose(turn)) @ rho @ turn
        outside = xp.asarray(self._charge.labels[:, None] != self._charge.labels)
        stray = xp.where(outside & xp.isfinite(xp.real(rho)), xp.abs(rho), 0.0)
        if rho.size and float(xp.max(stray)) > FORBIDDEN:
            raise InvalidStateError(
                "The undriven states have coherences of up to "
                f"{float(xp.max(stray)):.2e} between different values of the charge: it is not "
                "conserved. Leave `charge` out, or pass what the undriven system conserves."
            )
        populations, vectors, labels = block_eigenbasis(rho, self._charge.blocks)
        if not self._charge.in_product_basis:
            vectors = xp.asarray(self._charge.vectors) @ vectors
        return populations, vectors, labels

    @property
    def populations(self) -> Any:
        """Eigenvalues of the undriven states, shape (..., n), in the order of the basis."""
        return self._eigenbasis[0]

    @property
    def blocks(self) -> list[np.ndarray]:
        """Which populations belong to each block; a limit cycle has no coherence between blocks."""
        labels = self._eigenbasis[2]
        return [np.flatnonzero(labels == k) for k in range(labels.max(initial=-1) + 1)]

    @lazy
    def degenerate(self) -> Any:
        """Pairs of levels that are one degenerate level of a block, bool, shape (..., n, n)."""
        populations, _, labels = self._eigenbasis
        xp = array_namespace(populations)
        p, q = populations[..., :, None], populations[..., None, :]
        one_block = labels[:, None] == labels
        largest = xp.max(
            xp.where(xp.asarray(one_block), xp.abs(q), xp.zeros_like(q)), axis=-1, keepdims=True
        )
        near = xp.abs(p - q) <= DEGENERATE * xp.abs(p) + ROUNDING * len(labels) * largest
        return near & xp.asarray(one_block & ~np.eye(len(labels), dtype=bool))

    def __repr__(self) -> str:
        source = "read off the undriven states" if self._charge is None else "of a charge"
        pairs = int(np.sum(to_numpy(self.degenerate))) // 2
        return (
            f"<DiagonalStates: {len(self.blocks)} blocks {source}, {pairs} degenerate pair"
            f"{'' if pairs == 1 else 's'} of levels in one block, batch "
            f"{tuple(self.undriven.shape[:-2])}>"
        )

    @property
    def lost(self) -> Any:
        """Levels that the undriven states leave empty, bool, shape (..., n)."""
        populations, vectors, labels = self._eigenbasis
        xp = array_namespace(populations)
        alone = np.bincount(labels)[labels] == 1
        rounded = populations <= xp.asarray(np.where(alone, LOST_ALONE, LOST))
        if self._accurate is None:
            return rounded
        # Rounding of what a level is made of, however small that is.
        entries = xp.real(xp.linalg.diagonal(self.undriven))[..., None]
        least = xp.sum(xp.abs(vectors) ** 2 * entries, axis=-2)
        return xp.where(self._accurate[..., None], populations <= LOST * least, rounded)

    def frame(self, rho: Any) -> Frame:
        """The eigenbasis of the undriven state, every vector a cell of its own.

        Raises
        ------
        DimensionError, BroadcastError
            If the states do not fit the undriven ones.
        """
        _, vectors, labels = self._eigenbasis
        if rho.shape[-2:] != self.undriven.shape[-2:]:
            raise DimensionError(
                f"Argument `rho` must have shape (..., {len(labels)}, {len(labels)}) as the "
                f"undriven states, but has {tuple(rho.shape)}."
            )
        broadcast_shape({"rho": rho.shape, "undriven": self.undriven.shape}, what="States")
        found = len(self.blocks) < len(labels) and bool(np.any(to_numpy(self.degenerate)))
        return Frame(vectors, np.eye(len(labels), dtype=bool), self.degenerate if found else None)
