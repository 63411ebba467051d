"""Means, norms and correlations of signals in cells of time, and how two cells are merged.

A norm is the root of the integral of ``(f - mean)^2`` over a cell; the correlation is the integral
of ``(f - mean f)(g - mean g)`` over the two norms. Their products would leave the range of double
precision for signals of 1e-154 and 1e154, such as late ones of a damped oscillator.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

SAFE = 1e-280  # squares from here to its inverse, or 0, keep all their digits


@dataclass
class Moments:
    """Lengths, means, norms and correlations of cells; the cells are the first axis."""

    length: np.ndarray
    mean: list[np.ndarray]  # of each signal
    norm: list[np.ndarray]
    correlation: list[np.ndarray]  # of two signals, if there are two; 0 where one is constant

    @classmethod
    def zeros_like(cls, cells: Moments, count: int) -> Moments:
        """So many empty cells, for the same signals."""
        tables = [
            [np.zeros((count, *a.shape[1:])) for a in rows]
            for rows in (cells.mean, cells.norm, cells.correlation)
        ]
        return cls(np.zeros(count), *tables)

    def _tables(self) -> list[np.ndarray]:
        return self.mean + self.norm + self.correlation

    @classmethod
    def joined(cls, parts: list[Moments]) -> Moments:
        """One after the other."""
        return cls(
            np.concatenate([p.length for p in parts]),
            [np.concatenate(rows) for rows in zip(*(p.mean for p in parts), strict=True)],
            [np.concatenate(rows) for rows in zip(*(p.norm for p in parts), strict=True)],
            [np.concatenate(rows) for rows in zip(*(p.correlation for p in parts), strict=True)],
        )

    def pick(self, rows: Any) -> Moments:
        """Some of the cells."""
        return Moments(
            self.length[rows],
            [m[rows] for m in self.mean],
            [s[rows] for s in self.norm],
            [c[rows] for c in self.correlation],
        )

    def put(self, rows: Any, other: Moments) -> None:
        """Overwrite some of the cells."""
        self.length[rows] = other.length
        for mine, theirs in zip(self._tables(), other._tables(), strict=True):
            mine[rows] = theirs

    def merged(self, other: Moments) -> Moments:
        """Moments of the union of each cell with one of others."""
        length = self.length + other.length
        share = other.length / length
        step = [b - a for a, b in zip(self.mean, other.mean, strict=True)]
        mean = [a + along_cells(share, d) * d for a, d in zip(self.mean, step, strict=True)]
        weight = np.sqrt(self.length * share)
        apart = [along_cells(weight, d) * d for d in step]
        parts = list(zip(self.norm, other.norm, apart, strict=True))
        norm = [np.hypot(np.hypot(a, b), d) for a, b, d in parts]
        if not self.correlation:
            return Moments(length, mean, norm, [])
        (a, b, c), (x, y, z) = (
            [part / np.where(total > 0, total, 1.0) for part in own]
            for own, total in zip(parts, norm, strict=True)
        )
        correlation = a * x * self.correlation[0] + b * y * other.correlation[0] + c * z
        return Moments(length, mean, norm, [correlation])


def along_cells(factor: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Numbers for each cell, in a shape that broadcasts against moments."""
    return factor.reshape(-1, *(1,) * (like.ndim - 1))


def central_moments(values: list[np.ndarray], width: np.ndarray, weights: np.ndarray) -> Moments:
    """Moments of cells from the signals at Gauss nodes, each (cells, ..., nodes).

    Batch shapes broadcast from the right; the weights (nodes,) have sum 1.
    """
    most = max(v.ndim for v in values)
    values = [v.reshape((len(v), *(1,) * (most - v.ndim), *v.shape[1:])) for v in values]
    mean = [v @ weights for v in values]
    moving = [v - m[..., None] for v, m in zip(values, mean, strict=True)]
    norm = []
    for k, own in enumerate(moving):
        with np.errstate(over="ignore"):
            square = (own * own) @ weights
        scale = np.ones(())
        if not (square.min(initial=1.0) > SAFE and square.max(initial=1.0) < 1 / SAFE):
            # By powers of two, which round nothing.
            largest = np.abs(own).max(axis=-1, keepdims=True)
            scale = np.ldexp(1.0, np.frexp(largest)[1] - 1)
            own = moving[k] = own / scale
            square, scale = (own * own) @ weights, scale[..., 0]
        root = np.sqrt(square)
        safe = np.where(root > 0, root, 1.0)
        moving[k] = own / safe[..., None]
        norm.append(along_cells(np.sqrt(width), root) * root * scale)
    correlation = [(moving[0] * moving[1]) @ weights] if len(moving) == 2 else []
    return Moments(width, mean, norm, correlation)
