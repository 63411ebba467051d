"""What is kept of a measure over an ensemble: every sample, or the mean and its error."""

from __future__ import annotations

import numpy as np


class Column:
    """All values, one row a sample."""

    def __init__(self, samples: int):
        self._samples = samples
        self._values: np.ndarray | None = None

    def add(self, task: int, samples: np.ndarray, values: np.ndarray | None) -> None:
        """Keep the values of some samples."""
        if values is None:
            return
        if self._values is None:
            kind = values.dtype if values.dtype.kind in "fc" else np.dtype(float)
            self._values = np.full((self._samples, *values.shape[1:]), np.nan, kind)
        self._values[samples] = values

    def finish(self, done: np.ndarray, width: int) -> list[tuple[str, tuple[str, ...], np.ndarray]]:
        """Suffix of the name, dimensions and values of what was kept."""
        values = self._values
        kept = np.full((len(done), width), np.nan) if values is None else values[done]
        return [("", ("sample", "eta"), kept)]


class Average:
    """Mean and standard error, whatever order the tasks are finished in."""

    def __init__(self) -> None:
        # Sums are rounded: added in the order of the tasks they are the same on any number of
        # processes. What comes too early waits; no more tasks are on their way than some a worker.
        self._waiting: dict[int, tuple[np.ndarray, np.ndarray, np.ndarray] | None] = {}
        self._next = 0
        self._sums: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None

    def add(self, task: int, samples: np.ndarray, values: np.ndarray | None) -> None:
        """Add the values of some samples; undefined ones do not count."""
        self._waiting[task] = None
        if values is not None and len(values):
            finite = np.isfinite(values)
            known = np.where(finite, values, 0)
            self._waiting[task] = (
                finite.sum(axis=0),
                known.sum(axis=0),
                (np.abs(known) ** 2).sum(axis=0),
            )
        while self._next in self._waiting:
            self._take(self._next)
            self._next += 1

    def _take(self, task: int) -> None:
        part = self._waiting.pop(task)
        if part is None:
            return
        if self._sums is None:
            self._sums = part
        else:
            count, first, second = self._sums
            self._sums = (count + part[0], first + part[1], second + part[2])

    def finish(self, done: np.ndarray, width: int) -> list[tuple[str, tuple[str, ...], np.ndarray]]:
        """Suffix of the name, dimensions and values: the mean and its standard error."""
        for task in sorted(self._waiting):  # an interrupted run has gaps
            self._take(task)
        if self._sums is None:
            nothing = np.full(width, np.nan)
            return [("", ("eta",), nothing), ("_error", ("eta",), nothing)]
        count, first, second = self._sums
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = first / count
            variance = np.maximum(second / count - np.abs(mean) ** 2, 0)
            error = np.sqrt(variance / np.maximum(count - 1, 1))
        return [("", ("eta",), mean), ("_error", ("eta",), error)]
