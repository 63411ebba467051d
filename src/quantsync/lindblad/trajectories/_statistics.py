"""Means over samples, and their standard errors, gathered block by block."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

FEW = 10.0  # expected first jumps of all samples, below which their spread says little


@dataclass
class Moments:
    """Mean and sum of squared deviations (...) of samples, as far as they were added."""

    count: int = 0
    mean: Any = 0.0
    spread: Any = 0.0

    def add(self, values: np.ndarray) -> None:
        """Add samples (B, ...), by the pairwise update of Chan, Golub and LeVeque."""
        size, own = len(values), values.mean(axis=0)
        shift, total = own - self.mean, self.count + size
        inner = (np.abs(values - own) ** 2).sum(axis=0)
        self.spread = self.spread + inner + np.abs(shift) ** 2 * (self.count * size / total)
        self.mean, self.count = self.mean + shift * (size / total), total

    @property
    def error(self) -> np.ndarray:
        """Standard error of the mean; infinite for a single sample."""
        if self.count == 1:
            return np.full(np.shape(self.spread), np.inf)
        return np.sqrt(self.spread / (self.count - 1) / self.count)


def width(operator: sp.csr_array) -> float:
    """A bound of how far apart two expectation values of an operator can be (Gershgorin's)."""
    rows = np.asarray(abs(operator).sum(axis=1)).ravel()
    if (abs(operator - operator.conj().T)).nnz:
        columns = np.asarray(abs(operator).sum(axis=0)).ravel()
        return 2 * math.sqrt(float(rows.max(initial=0.0)) * float(columns.max(initial=0.0)))
    diagonal = operator.diagonal().real
    others = rows - np.abs(diagonal)
    return float((diagonal + others).max() - (diagonal - others).min())


def floor_of_few_jumps(jumped: np.ndarray, samples: int, size: float) -> np.ndarray:
    """A bound (T,) of the standard error by unseen first jumps, where few are expected.

    First jumps come with a probability that is known, p; each moves the mean by size/samples at
    most, and their number has the variance samples p (1 - p).
    """
    bound = size * np.sqrt(np.maximum(jumped * (1 - jumped), 0.0) / samples)
    return np.where(jumped * samples < FEW, bound, 0.0)
