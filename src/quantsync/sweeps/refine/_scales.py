"""Axes scaled to the unit interval, linearly or by their logarithm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

EVEN = 1e-6  # largest relative deviation of steps that count as equal


@dataclass(frozen=True)
class AxisScale:
    """The map of an axis from ``low`` to ``high`` onto [0, 1]."""

    low: float
    high: float
    log: bool = False  # whether equal factors, rather than equal differences, are equally far apart

    @classmethod
    def of(cls, values: np.ndarray) -> AxisScale:
        """The scale of an axis: logarithmic where its values are spaced geometrically."""
        steps = np.unique(np.asarray(values, float))
        low, high = float(steps[0]), float(steps[-1])
        if len(steps) < 3 or low * high <= 0 or _is_even(steps):
            return cls(low, high)
        return cls(low, high, _is_even(np.log(np.abs(steps))))

    def to_unit(self, values: np.ndarray) -> np.ndarray:
        """Values of the axis on [0, 1]."""
        if self.log:
            return np.log(values / self.low) / np.log(self.high / self.low)
        return (values - self.low) / (self.high - self.low)

    def from_unit(self, unit: np.ndarray) -> np.ndarray:
        """Values of the axis from [0, 1], between its ends whatever the rounding."""
        if self.log:
            values = self.low * (self.high / self.low) ** unit
        else:
            values = self.low + (self.high - self.low) * unit
        return np.clip(values, self.low, self.high)


def _is_even(steps: np.ndarray) -> bool:
    widths = np.diff(steps)
    return bool(np.ptp(widths) <= EVEN * np.abs(widths).max())
