"""Evolution in one large invariant sector by the action of the exponential, at a bounded cost.

The action costs ||L|| t products with the sparse generator. Once what is fast has decayed, the rest
of the way is taken in the Krylov space of the shifted inverse generator (Moret and Novati, BIT 44,
595 (2004); van den Eshof and Hochbruck, SIAM J. Sci. Comput. 27, 1438 (2006)), which holds the
slow motions, at a cost that does not depend on t.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import expm_multiply

from quantsync.errors import CostError, CostWarning, warn_caller
from quantsync.lindblad._block_tridiagonal import narrow_levels
from quantsync.lindblad._record import Record
from quantsync.lindblad._sector_evolution import propagate_parts, zero_modes_are_exact
from quantsync.lindblad._sector_solve import SparseSector, sparse_solver
from quantsync.lindblad._sectors import Sector
from quantsync.memory import available_memory
from quantsync.parallel import chunk_slices
from quantsync.semigroups import EPSILON, LATEST, equal_steps, semigroup

# Seconds an operation, measured on sectors of 536 to 1770 elements (one thread, x86-64); only their
# ratios matter where ways are compared. Of the action: an entry of the sparse matrix, and the rest
# of a term of the series.
SPARSE, CALL = 8e-9, 8e-5
SCHUR = 2.5e-9  # and of a Schur form and what follows from it, an element to the power 3/2
WORKING_MATRICES, LARGEST_DENSE_BYTES = 8, 8e9
CHEAP = 1.0  # seconds of the action without a thought of other ways
WORTH_A_WORD, TOO_LONG = 60.0, 7200.0  # seconds
VECTORS = 60  # of the Krylov space
GROWTH = 4.0  # of the pieces of the way between attempts
AGREE = 1e-11  # Krylov spaces of different size, relative to the state
MOST_SOLVES = 30_000  # elements from which on the inverse is too expensive to try


def action_cost(norm: float, entries: int, time: float) -> float:
    """Seconds that the action of the exponential takes."""
    return norm * min(time, LATEST) * (SPARSE * entries + CALL)


def dense_cost(size: int) -> float:
    """Seconds that the Schur form takes; infinite where its matrices are too large."""
    if 8.0 * WORKING_MATRICES * size**2 > min(available_memory(), LARGEST_DENSE_BYTES):
        return np.inf
    return SCHUR * size**3


def propagate_large(
    sector: Sector,
    coefficients: np.ndarray,
    x0: np.ndarray,
    times: np.ndarray,
    member: int,
    record: Record,
) -> None:
    """Record the states of one system from a start (m,)."""
    matrix = sp.csc_array(sector.sparse_matrix(coefficients))
    norm = float(abs(matrix).sum(axis=0).max())
    _Walk(sector, coefficients, matrix, norm, x0, times, member, record).run()


class _Walk:
    def __init__(
        self,
        sector: Sector,
        coefficients: np.ndarray,
        matrix: sp.csc_array,
        norm: float,
        x0: np.ndarray,
        times: np.ndarray,
        member: int,
        record: Record,
    ):
        self.sector, self.coefficients, self.matrix, self.norm = sector, coefficients, matrix, norm
        self.x, self.times, self.member, self.record = x0, times, member, record
        self.now, self.done = 0.0, 0  # the time of x, and how many times are recorded
        self.size = float(np.linalg.norm(x0))

    def cost(self, span: float) -> float:
        return action_cost(self.norm, self.matrix.nnz, span)

    def run(self) -> None:
        last = float(self.times[-1])
        if self.cost(last) <= CHEAP:
            self.advance(last)
            return
        self.find_rest()
        piece, spent, warned = CHEAP, 0.0, False
        while self.done < len(self.times):
            if self.finish_slowly():
                return
            left = self.cost(last - self.now)
            by_matrix = dense_cost(self.sector.dimension)
            if min(left, by_matrix) > WORTH_A_WORD and not warned:
                warned = True
                warn_caller(
                    f"Following a sector of {self.sector.dimension} elements to t = {last:.6g} "
                    f"takes up to {shown_seconds(min(left, by_matrix))}: ||L|| t = "
                    f"{self.norm * last:.2g}, and less where it comes to rest before.",
                    CostWarning,
                )
            if left > by_matrix and spent:
                self.finish_densely()
                return
            if left > TOO_LONG and spent > WORTH_A_WORD:
                raise CostError(
                    f"The state at t = {last:.6g} would take some {shown_seconds(left)} more in a "
                    f"sector of {self.sector.dimension} elements: ||L|| t = "
                    f"{self.norm * last:.2g}, and at t = {self.now:.6g} fast motions have not "
                    "decayed. Take a rotating frame, earlier times, fewer levels, or the "
                    "steady_state()."
                )
            span = min(last - self.now, (last - self.now) * piece / left)
            self.advance(self.now + span)
            spent += piece
            piece *= GROWTH

    def advance(self, end: float) -> None:
        """To a time by the action, recording on the way."""
        due = int(np.searchsorted(self.times, end, side="right"))
        stops = self.times[self.done : due] - self.now
        if not len(stops) or stops[-1] < end - self.now:
            stops = np.append(stops, end - self.now)
        for step, count in equal_steps(stops):
            for _ in range(count):
                if step > 0:
                    self.x = expm_multiply(self.matrix * step, self.x)
                if self.done < due:
                    error = EPSILON * self.size * (16 + 2 * self.norm * self.times[self.done])
                    self.note(self.x[None], error)
        self.now = end

    def note(self, x: np.ndarray, error: Any) -> None:
        """Record the states (t, m) at the next times."""
        span = slice(self.done, self.done + len(x))
        self.record.add(np.array([self.member]), span, self.sector, x[None])
        self.record.error[self.member, span] += error
        self.done = span.stop

    def find_rest(self) -> None:
        """The stationary state, if there is one, and the factors of the shifted generator."""
        self.rest, self.rest_error, self.solve = np.zeros_like(self.x), 0.0, None
        m, functional = self.sector.dimension, self.sector.trace_functional
        if m > MOST_SOLVES:
            return
        if functional @ self.x:
            found, condition = SparseSector(self.sector).solve(self.coefficients[None])
            if condition[0] > 10 * EPSILON * m:
                self.rest = found[0] * (functional @ self.x)
                self.rest_error = EPSILON / float(condition[0]) * float(np.linalg.norm(self.rest))
        # To the right of all eigenvalues, at a distance that slow motions notice.
        self.shift = max(1e-4 * self.norm, 0.5 / float(self.times[-1]))
        shifted = sp.csr_array(self.matrix - self.shift * sp.eye_array(m))
        pattern = abs(shifted)
        try:
            solve = sparse_solver(shifted, narrow_levels(sp.csr_array(pattern + pattern.T)))
        except MemoryError:
            return
        self.solve = lambda vector: solve(vector[:, None])[:, 0]

    def finish_slowly(self) -> bool:
        """Record all that is left from the slow motions, if they are all there is."""
        away = self.x - self.rest
        size = float(np.linalg.norm(away))
        moments = np.minimum(self.times[self.done :], LATEST) - self.now
        if size <= 1e-15 * self.size:
            inside, off, basis = (
                np.zeros((len(moments), 0)),
                np.zeros(len(moments)),
                np.zeros((0, len(away))),
            )
        elif self.solve is None:
            return False
        else:
            inside, off, basis = self.krylov(away, size, moments)
        if not (off <= AGREE * self.size).all():
            return False
        base = self.rest_error + EPSILON * self.size * (16 + 2 * self.norm * self.now)
        # Not all states at once: they may be much larger than what is kept of them.
        for block in chunk_slices(len(moments), self.record.block(len(away))):
            self.note(self.rest + inside[block] @ basis, base + off[block])
        return True

    def finish_densely(self) -> None:
        """Record all that is left from the dense matrix."""
        parts = semigroup(self.matrix.toarray())
        certain = zero_modes_are_exact(self.sector, self.coefficients, parts)
        times = self.times[self.done :] - self.now
        propagate_parts(
            parts, self.sector, self.x, times, self.member, self.record, certain, self.done
        )

    def krylov(
        self, start: np.ndarray, size: float, moments: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The way of a vector in the Krylov space, how far a smaller one is off, and the basis."""
        assert self.solve is not None
        nothing = np.full(len(moments), np.nan)
        basis = np.empty((VECTORS, len(start)))
        basis[0] = start / size
        count = 1
        while count < VECTORS:
            new = self.solve(basis[count - 1])
            if not np.isfinite(new).all():
                return np.zeros((len(moments), count)), nothing, basis[:count]
            length = float(np.linalg.norm(new))
            for _ in range(2):
                new = new - basis[:count].T @ (basis[:count] @ new)
            left = float(np.linalg.norm(new))
            if left <= 1e-13 * length:
                break
            basis[count] = new / left
            count += 1
        moved = self.matrix @ basis[:count].T
        between = basis[:count] @ moved
        found = []
        for k in (count, max(1, count - 8)) if count == VECTORS else (count, count):
            parts = semigroup(between[:k, :k])
            if not parts.bounded:  # what is fast is in the way
                return np.zeros((len(moments), count)), nothing, basis[:count]
            first = np.zeros(k)
            first[0] = size
            fast, y = [], parts.fast_left @ first
            for step, repeated in equal_steps(moments):
                propagator = parts.fast_propagator(step)
                for _ in range(repeated):
                    y = propagator @ y
                    fast.append(y)
            slow = parts.slow(moments) @ (parts.slow_left @ first)
            inside = np.zeros((len(moments), count))
            inside[:, :k] = np.array(fast) @ parts.fast_right.T + slow @ parts.slow_right.T
            found.append(inside)
        return found[0], np.linalg.norm(found[0] - found[1], axis=1), basis[:count]


def shown_seconds(seconds: float) -> str:
    """A time to wait for, in the unit that one thinks of it in."""
    for unit, length in (("years", 3.2e7), ("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 2 * length:
            return f"{seconds / length:.3g} {unit}"
    return f"{seconds:.2g} seconds"
