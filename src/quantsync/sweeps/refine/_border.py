"""The border on which a function sampled at scattered points crosses a level."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from scipy.spatial import Delaunay, QhullError


def triangulate(points: np.ndarray) -> np.ndarray:
    """Simplices (m, d + 1) between points (n, d): intervals, or a Delaunay triangulation."""
    dimension = points.shape[1]
    if dimension == 1:
        order = np.argsort(points[:, 0], kind="stable")
        return np.stack([order[:-1], order[1:]], axis=1)
    none = np.zeros((0, dimension + 1), int)
    try:
        return Delaunay(points).simplices.astype(int) if len(points) > dimension else none
    except QhullError:  # all on one line or plane
        return none


def crossing(simplices: np.ndarray, values: np.ndarray, level: float) -> np.ndarray:
    """The simplices with corners on both sides of a level; what equals it lies below."""
    above = values[simplices] > level
    return simplices[above.any(axis=1) & ~above.all(axis=1)]


def edges_of(simplices: np.ndarray) -> np.ndarray:
    """The edges of simplices, of shape (m, edges, 2), each with its smaller index first."""
    pairs = np.array(list(itertools.combinations(range(simplices.shape[1]), 2)))
    return np.sort(simplices[:, pairs], axis=-1)


def edge_lengths(points: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """The largest extent of each edge along an axis: for the longest edge, of its simplex."""
    return np.abs(points[edges[..., 0]] - points[edges[..., 1]]).max(axis=-1)


@dataclass(frozen=True)
class Border:
    """Points on the border, one on each edge of the triangulation that crosses the level."""

    # Where the linear interpolation between the ends of the edge takes the level, (k, d), in the
    # order of their coordinates. A continuous function takes it somewhere on the edge: not farther
    # off than the farther end, by axis, which is the uncertainty, (k,).
    points: np.ndarray
    uncertainty: np.ndarray

    @classmethod
    def of(cls, points: np.ndarray, values: np.ndarray, level: float) -> Border:
        """The border between scattered points; those with NaN are left out."""
        known = np.isfinite(values)
        points, values = points[known], values[known]
        dimension = points.shape[1]
        edges = edges_of(crossing(triangulate(points), values, level)).reshape(-1, 2)
        above = values[edges] > level
        edges = np.unique(edges[above[:, 0] != above[:, 1]], axis=0).reshape(-1, 2)
        first, second = values[edges[:, 0]], values[edges[:, 1]]
        part = ((level - first) / (second - first))[:, None]
        start, way = points[edges[:, 0]], points[edges[:, 1]] - points[edges[:, 0]]
        farther = np.maximum(part, 1 - part)[:, 0]
        found = start + part * way
        uncertainty = farther * np.abs(way).max(axis=1, initial=0)
        order = np.lexsort(found.T[::-1]) if len(found) else np.zeros(0, int)
        return cls(found[order].reshape(-1, dimension), uncertainty[order])
