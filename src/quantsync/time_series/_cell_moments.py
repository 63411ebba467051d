"""Means and central second moments of signals in cells of time, and how two cells are merged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass
class Moments:
    """Lengths, means and central second moments of cells; the cells are the first axis."""

    length: np.ndarray
    mean: list[np.ndarray]
    square: list[np.ndarray]  # of each signal, and of the product if there are two

    @classmethod
    def joined(cls, parts: list[Moments]) -> Moments:
        """One after the other."""
        return cls(
            np.concatenate([p.length for p in parts]),
            [np.concatenate(rows) for rows in zip(*(p.mean for p in parts), strict=True)],
            [np.concatenate(rows) for rows in zip(*(p.square for p in parts), strict=True)],
        )

    def pick(self, rows: Any) -> Moments:
        """Some of the cells."""
        return Moments(
            self.length[rows], [m[rows] for m in self.mean], [s[rows] for s in self.square]
        )

    def put(self, rows: Any, other: Moments) -> None:
        """Overwrite some of the cells."""
        self.length[rows] = other.length
        for mine, theirs in zip(self.mean + self.square, other.mean + other.square, strict=True):
            mine[rows] = theirs

    def merged(self, other: Moments) -> Moments:
        """Moments of the union of each cell with one of others."""
        length = self.length + other.length
        share = other.length / length
        step = [b - a for a, b in zip(self.mean, other.mean, strict=True)]
        mean = [a + along_cells(share, d) * d for a, d in zip(self.mean, step, strict=True)]
        weight = self.length * share
        products = _products(step)
        square = [
            a + b + along_cells(weight, d) * d
            for a, b, d in zip(self.square, other.square, products, strict=True)
        ]
        return Moments(length, mean, square)


def along_cells(factor: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Numbers for each cell, in a shape that broadcasts against moments."""
    return factor.reshape(-1, *(1,) * (like.ndim - 1))


def _products(signals: list[np.ndarray]) -> list[np.ndarray]:
    squares = [s * s for s in signals]
    return [*squares, signals[0] * signals[1]] if len(signals) == 2 else squares


def central_moments(values: list[np.ndarray], width: np.ndarray, weights: np.ndarray) -> Moments:
    """Moments of cells from the signals at Gauss nodes, each (cells, ..., nodes).

    Batch shapes broadcast from the right; the weights (nodes,) have sum 1.
    """
    most = max(v.ndim for v in values)
    values = [v.reshape((len(v), *(1,) * (most - v.ndim), *v.shape[1:])) for v in values]
    mean = [v @ weights for v in values]
    moving = [v - m[..., None] for v, m in zip(values, mean, strict=True)]
    square = [product @ weights for product in _products(moving)]
    return Moments(width, mean, [along_cells(width, s) * s for s in square])
