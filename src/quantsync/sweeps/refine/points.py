"""Points of a sweep that lie off its grid: solved in pieces, on threads, in a fixed order."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from quantsync.parallel import map_threads
from quantsync.sweeps._batches import ChunkResult, solve_chunks
from quantsync.sweeps._certificates import Worst, worst_of
from quantsync.sweeps._datasets import PointFailure
from quantsync.sweeps._failing import ends_a_map
from quantsync.sweeps._measuring import filled_with_nan, placed
from quantsync.sweeps.plan import SweepPlan

PIECE = 128  # points; enough for a batch, few enough that threads have something to share
MISSING, DONE, FAILED = 0, 1, 2  # states of a point


def is_open(state: np.ndarray, retry_failed: bool) -> np.ndarray:
    """Which points are to be computed."""
    return (state == MISSING) | (retry_failed & (state == FAILED))


class RefinedPoints:
    """Points off the grid, in the order in which they were asked for."""

    def __init__(self, names: tuple[str, ...], piece: int = PIECE):
        self.names, self.piece = names, piece
        self.positions = np.zeros((0, len(names)))  # NaN where a store has lost a point altogether
        self.state = np.zeros(0, np.uint8)
        self.values: dict[str, np.ndarray] = {}
        self.messages: dict[int, str] = {}  # of the failed points
        self.certificates: dict[int, Worst] = {}  # of each piece
        self.ends: list[int] = []  # how many points there were after each round
        self.outcome: Any = None  # what the refinement has reached, as far as it is known
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self.positions)

    @property
    def known(self) -> np.ndarray:
        """Which rows are points: all but those that a store has lost."""
        return np.asarray(np.isfinite(self.positions).all(axis=1))

    @property
    def worst(self) -> Worst:
        """The certificates of all points."""
        return worst_of(self.certificates.values())

    @property
    def failures(self) -> list[PointFailure]:
        """The failed points."""
        return [
            PointFailure(dict(zip(self.names, self.positions[row].tolist(), strict=True)), message)
            for row, message in sorted(self.messages.items())
        ]

    def value(self, name: str) -> np.ndarray:
        """Values of a measure that is one number; NaN where they are missing."""
        found = self.values.get(name)
        return np.full(len(self), np.nan) if found is None else np.asarray(found, float)

    def add_round(self, positions: np.ndarray) -> None:
        """Append points that are to be solved."""
        count = len(positions)
        self.positions = np.concatenate([self.positions, positions])
        self.state = np.concatenate([self.state, np.full(count, MISSING, np.uint8)])
        for name, array in self.values.items():
            more = filled_with_nan((count, *array.shape[1:]), array.dtype)
            self.values[name] = np.concatenate([array, more])
        self.ends.append(len(self))
        self._committed(len(self) - count)

    def open_rows(self, retry_failed: bool = False) -> np.ndarray:
        """Which points have not been computed."""
        return self.known & is_open(self.state, retry_failed)

    def solve(
        self,
        plan: SweepPlan,
        workers: int,
        advance: Callable[[int], Any] = lambda _: None,
        retry_failed: bool = False,
    ) -> None:
        """Compute what is missing."""
        rows = self.open_rows(retry_failed)
        pieces = np.unique(np.flatnonzero(rows) // self.piece).tolist()
        parts = {k: self._parts(rows, k) for k in pieces}

        def work(k: int) -> None:
            for part in parts[k]:
                self._solve_part(plan, part)
            self._solved(k)

        map_threads(work, pieces, workers, lambda k: advance(sum(map(len, parts[k]))))

    def _parts(self, rows: np.ndarray, k: int) -> list[np.ndarray]:
        """Open rows of a piece, cut where rounds end.

        The last bits of a result depend on what it was computed together with.
        """
        first, last = k * self.piece, min((k + 1) * self.piece, len(self))
        cuts = [end - first for end in self.ends if first < end < last]
        parts = np.split(np.arange(first, last), cuts)
        return [part[rows[part]] for part in parts if rows[part].any()]

    def _solve_part(self, plan: SweepPlan, rows: np.ndarray) -> None:
        piece = int(rows[0]) // self.piece
        for members, result in solve_positions(plan, self.positions[rows]):
            self._check(result.values)
            with self._lock:
                solved = rows[members]
                for name, array in result.values.items():
                    known = self.values.get(name)
                    self.values[name] = placed(known, name, len(self), solved, array)
                for row in solved.tolist():
                    self.messages.pop(row, None)
                new = {int(solved[k]): text for k, text in result.failures.items()}
                self.messages |= new
                self.state[solved] = DONE
                self.state[list(new)] = FAILED
                before = self.certificates.get(piece, {})
                self.certificates[piece] = worst_of([before, result.certificates])

    def _check(self, values: dict[str, np.ndarray]) -> None:
        """What a piece gave, before it is taken over; for subclasses."""

    def _committed(self, first: int) -> None:
        """Rows from ``first`` on have been added; for subclasses."""

    def _solved(self, piece: int) -> None:
        """The points of a piece have been computed; for subclasses."""


def solve_positions(plan: SweepPlan, positions: np.ndarray) -> list[tuple[np.ndarray, ChunkResult]]:
    """Solve a sweep's model at points off its grid: members of each piece, and what it gave."""
    try:
        batch = plan.batch_at(positions)
    except Exception as error:
        if ends_a_map(error):
            raise
        if len(positions) == 1:
            failed = ChunkResult({}, {0: f"{type(error).__name__}: {error}"})
            return [(np.arange(1), failed)]
        halves = np.array_split(np.arange(len(positions)), 2)
        return [
            (half[piece], found)
            for half in halves
            for piece, found in solve_positions(plan, positions[half])
        ]
    return solve_chunks(batch, plan)
