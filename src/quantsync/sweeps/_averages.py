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
        self._waiting: dict[int, Moments | None] = {}
        self._next = 0
        self._moments: Moments | None = None

    def add(self, task: int, samples: np.ndarray, values: np.ndarray | None) -> None:
        """Add the values of some samples; undefined ones do not count."""
        self._waiting[task] = None if values is None or not len(values) else _moments(values)
        while self._next in self._waiting:
            self._take(self._next)
            self._next += 1

    def _take(self, task: int) -> None:
        part = self._waiting.pop(task)
        if part is not None:
            self._moments = part if self._moments is None else _merged(self._moments, part)

    def finish(self, done: np.ndarray, width: int) -> list[tuple[str, tuple[str, ...], np.ndarray]]:
        """Suffix of the name, dimensions and values: the mean and its standard error."""
        for task in sorted(self._waiting):  # an interrupted run has gaps
            self._take(task)
        if self._moments is None:
            nothing = np.full(width, np.nan)
            return [("", ("eta",), nothing), ("_error", ("eta",), nothing)]
        count, mean, spread = self._moments
        mean = np.where(count > 0, mean, np.nan)
        # One sample has no error.
        variance = np.where(count > 1, spread / np.maximum(count - 1, 1), np.nan)
        error = np.sqrt(variance / np.maximum(count, 1))
        return [("", ("eta",), mean), ("_error", ("eta",), error)]


Moments = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Number of values, their mean, and the sum of squared deviations from it."""


def _moments(values: np.ndarray) -> Moments:
    values = values.astype(np.result_type(values.dtype, float))
    finite = np.isfinite(values)
    count = finite.sum(axis=0)
    known = np.where(finite, values, 0)
    mean = known.sum(axis=0) / np.maximum(count, 1)
    deviations = np.where(finite, known - mean, 0)
    return count, mean, (np.abs(deviations) ** 2).sum(axis=0)


def _merged(one: Moments, other: Moments) -> Moments:
    """Chan's formula, which subtracts no large sums."""
    count = one[0] + other[0]
    share = other[0] / np.maximum(count, 1)
    difference = other[1] - one[1]
    spread = one[2] + other[2] + np.abs(difference) ** 2 * one[0] * share
    return count, one[1] + difference * share, spread
