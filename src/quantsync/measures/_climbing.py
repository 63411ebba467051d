"""Climbing to the maxima of trigonometric polynomials from points near them, row by row.

The polynomials are those of `quantsync.measures._trigonometric`. With
M = 2 sum_h |a_h| |k_h| k_h k_h^T, the curvature u.H.u along a direction u changes by at most
u.M.u times the distance. Between two critical points at a distance L it is zero on average, so
that a maximum with -H > d M has no other critical point within 2 d.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from array_api_compat import array_namespace

from quantsync.memory import require_memory

NEWTON_STEPS = 5  # quadratic from a start within 1/64 of a period
ZOOM = 4  # each grid around a crowded maximum is finer by this
ZOOM_LEVELS = 6  # then peaks that are still not told apart differ by rounding in height
FLAT = 1e-9  # curvatures below this part of their bound are zero: nothing more to resolve
LARGEST_KEPT = 1 << 20  # numbers in a table that is kept for the next call
TINY = float(np.finfo(float).tiny)


class Candidates(NamedTuple):
    """Critical points of the polynomials of a batch, in any order, M in all."""

    owner: Any  # rows of the batch, int (M,)
    value: Any  # (M,)
    phases: Any  # (D, M)


def wave_table(orders: np.ndarray, phases: np.ndarray) -> np.ndarray:
    """Table (2H, P) of 2 cos k.phi above -2 sin k.phi at the points (P, D).

    ``parts(harmonics) @ wave_table(...)`` are the values of `evaluate`.
    """
    angles = orders.astype(float) @ phases.T
    return np.concatenate([2 * np.cos(angles), -2 * np.sin(angles)])


def parts(harmonics: Any) -> Any:
    """Real parts followed by imaginary parts, shape (..., 2H)."""
    xp = array_namespace(harmonics)
    return xp.concat([xp.real(harmonics), xp.imag(harmonics)], axis=-1)


def wrapped(phases: Any) -> Any:
    """Phases in (-pi, pi]; a rounding error above -pi counts as pi."""
    xp = array_namespace(phases)
    turned = phases - 2 * math.pi * xp.ceil((phases - math.pi) / (2 * math.pi) - 1e-13)
    return xp.where(turned > math.pi, xp.asarray(math.pi, dtype=phases.dtype), turned)


def orders_key(orders: np.ndarray) -> bytes:
    """The orders as something that tables can be kept under."""
    return np.ascontiguousarray(orders, dtype=np.int64).tobytes()


def reused(build: Callable[..., Any], *arguments: Any, size: int) -> Any:
    """A table, from an earlier call with the same arguments if it is not too large to keep."""
    require_memory(8.0 * size, f"A table of {size} numbers", "take fewer points or sites")
    if size > LARGEST_KEPT or not all(isinstance(a, Hashable) for a in arguments):
        return build(*arguments)
    return _remembered(build, *arguments)


@lru_cache(maxsize=32)
def _remembered(build: Callable[..., Any], *arguments: Any) -> Any:
    return build(*arguments)


def tables(
    orders: bytes, dimension: int, step: float, points: int
) -> tuple[np.ndarray, np.ndarray]:
    """Points (D, P) of a grid, the last phase fastest, and the waves there.

    Centred on zero if there is a step; else all over the torus, each phase in (-pi, pi].
    """
    k = np.frombuffer(orders, dtype=np.int64).reshape(-1, dimension)
    if step:
        axis = step * (np.arange(points) - points // 2)
    else:  # the axis ends at pi exactly and leaves -pi out
        axis = np.pi * (2 * np.arange(1, points + 1) / points - 1)
    grid = np.stack(np.meshgrid(*[axis] * dimension, indexing="ij")).reshape(dimension, -1)
    return grid, wave_table(k, grid.T)


class Climber:
    """Values and derivatives at points of their own for some rows of a batch.

    Everything has the points on the last axis: the harmonics are the first, and few.
    """

    def __init__(self, xp: Any, harmonics: Any, orders: np.ndarray, owner: Any):
        real = xp.real(harmonics).dtype
        k = orders.astype(float)
        self.xp, self.dimension = xp, k.shape[1]
        self.upper = [(i, j) for i in range(k.shape[1]) for j in range(i, k.shape[1])]
        products = np.stack([k[:, i] * k[:, j] for i, j in self.upper])
        norms = np.sqrt(np.sum(k * k, axis=1))
        self.k, self.products = xp.asarray(k, dtype=real), xp.asarray(products, dtype=real)
        size = xp.matrix_transpose(xp.abs(harmonics))
        self.amplitude = xp.take(xp.sum(size, axis=0), owner)
        self.bound = xp.take(xp.asarray(2 * products * norms, dtype=real) @ size, owner, axis=1)
        self.bound_trace = xp.take(xp.asarray(2 * norms**3, dtype=real) @ size, owner)
        self.steepest = xp.take(xp.asarray(2 * norms**2, dtype=real) @ size, owner)
        turned = xp.matrix_transpose(harmonics)
        self.re = xp.take(xp.real(turned), owner, axis=1)
        self.im = xp.take(xp.imag(turned), owner, axis=1)

    def at(self, phases: Any) -> tuple[Any, Any, Any]:
        """Values (M,), slopes (D, M) and second derivatives, the upper triangle (T, M)."""
        xp = self.xp
        angles = self.k @ phases
        cos, sin = xp.cos(angles), xp.sin(angles)
        even = self.re * cos - self.im * sin
        odd = self.re * sin + self.im * cos
        slope = -2 * (xp.matrix_transpose(self.k) @ odd)
        return 2 * xp.sum(even, axis=0), slope, -2 * (self.products @ even)

    def polished(self, start: Any, reach: float, steps: int = NEWTON_STEPS) -> tuple[Any, Any, Any]:
        """Climb by Newton steps: values, phases and second derivatives where they lead."""
        xp = self.xp
        # Below this curvature a step is not determined; it also keeps 0/0 out where S vanishes.
        floor = 1e-14 * self.amplitude + TINY
        first = value, slope, hessian = self.at(start)
        phases = start
        for _ in range(steps):
            phases = phases + xp.clip(self._ascent(slope, hessian, floor), -reach, reach)
            value, slope, hessian = self.at(phases)
        # A start that is higher by rounding only is no better than the zero of the slope.
        better = value >= first[0] - 1e-15 * self.amplitude
        return (
            xp.where(better, value, first[0]),
            xp.where(better[None, :], phases, start),
            xp.where(better[None, :], hessian, first[2]),
        )

    def _ascent(self, slope: Any, hessian: Any, floor: Any) -> Any:
        """Newton step with the curvature made negative, so that it always climbs."""
        xp = self.xp
        if self.dimension == 1:
            return slope / xp.maximum(xp.abs(hessian), floor[None, :])
        if self.dimension == 2:  # the eigenvectors written out: LAPACK takes far longer
            mean, half, off, radius = _halves(xp, hessian)
            plus = 1 / xp.maximum(xp.abs(mean + radius), floor)
            minus = 1 / xp.maximum(xp.abs(mean - radius), floor)
            both, differ = (plus + minus) / 2, (plus - minus) / 2
            cos, sin = half / radius, off / radius
            x, y = slope[0, :], slope[1, :]
            along = both * x + differ * (cos * x + sin * y)
            return xp.stack([along, both * y + differ * (sin * x - cos * y)])
        values, vectors = xp.linalg.eigh(self._square(hessian))
        along = xp.sum(vectors * xp.matrix_transpose(slope)[:, :, None], axis=-2)
        along = along / xp.maximum(xp.abs(values), floor[:, None])
        return xp.matrix_transpose(xp.sum(vectors * along[:, None, :], axis=-1))

    def _square(self, upper: Any) -> Any:
        """Whole matrices (M, D, D), zero where they are not finite: LAPACK would refuse."""
        xp, size = self.xp, self.dimension
        order = [self.upper.index((min(i, j), max(i, j))) for i, j in np.ndindex(size, size)]
        full = xp.take(upper, xp.asarray(order), axis=0)
        full = xp.where(xp.isfinite(full), full, xp.zeros_like(full))
        return xp.reshape(xp.matrix_transpose(full), (-1, size, size))

    def lowest(self, upper: Any) -> Any:
        """Lowest eigenvalues (M,) of symmetric matrices given by their upper triangles."""
        if self.dimension == 1:
            return upper[0, :]
        if self.dimension == 2:
            mean, _, _, radius = _halves(self.xp, upper)
            return mean - radius
        return self.xp.linalg.eigvalsh(self._square(upper))[:, 0]

    def isolated(self, hessian: Any, spacing: float) -> Any:
        """Whether maxima have no other critical point within two spacings."""
        return self.lowest(-hessian - spacing * self.bound) >= 0

    def flat(self, hessian: Any) -> Any:
        """Whether the curvature along some direction vanishes to rounding."""
        return self.xp.abs(self.lowest(-hessian)) <= FLAT * self.steepest


def _halves(xp: Any, upper: Any) -> tuple[Any, Any, Any, Any]:
    """Of [[a, b], [b, c]]: (a + c)/2, (a - c)/2, b and half the distance of the eigenvalues."""
    mean, half = (upper[0, :] + upper[2, :]) / 2, (upper[0, :] - upper[2, :]) / 2
    radius = xp.hypot(half, upper[1, :])
    return mean, half, upper[1, :], xp.maximum(radius, xp.full_like(radius, TINY))


def zoomed(
    harmonics: np.ndarray, orders: np.ndarray, owner: np.ndarray, phases: np.ndarray, spacing: float
) -> Candidates:
    """More critical points, from finer and finer grids around maxima that are not isolated."""
    key, dimension = orders_key(orders), orders.shape[1]
    found: list[Candidates] = []
    for level in range(ZOOM_LEVELS + 1):
        # Near a merger of peaks Newton's steps converge slowly.
        local = Climber(np, harmonics, orders, owner)
        value, phases, hessian = local.polished(phases, spacing, 2 * NEWTON_STEPS)
        crowded = ~local.isolated(hessian, spacing) & ~local.flat(hessian)
        done = ~crowded if level < ZOOM_LEVELS else np.ones_like(crowded)
        found.append(Candidates(owner[done], value[done], phases[:, done]))
        owner, phases = _distinct(owner[crowded], phases[:, crowded], spacing / 64)
        if level == ZOOM_LEVELS or not len(owner):
            break
        # A patch that reaches just beyond two spacings.
        width = 4 * ZOOM + 3
        size = 2 * len(orders) * width**dimension
        offsets, table = reused(tables, key, dimension, spacing / ZOOM, width, size=size)
        angles = orders.astype(float) @ phases
        rotated = harmonics[owner] * np.exp(1j * angles.T)
        shape = [len(owner), *[width] * dimension]
        patch = (parts(rotated) @ table).reshape(shape)
        inner = (slice(None), *[slice(1, -1)] * dimension)
        peak = np.ones(patch[inner].shape, dtype=bool)
        for axis in range(1, dimension + 1):
            peak &= patch[inner] > np.roll(patch, 1, axis)[inner]
            peak &= patch[inner] >= np.roll(patch, -1, axis)[inner]
        whole = np.zeros(patch.shape, dtype=bool)
        whole[inner] = peak
        row, place = np.nonzero(whole.reshape(len(owner), -1))
        owner = np.concatenate([owner, owner[row]])
        phases = np.concatenate([phases, phases[:, row] + offsets[:, place]], axis=1)
        spacing = spacing / ZOOM
    return Candidates(
        np.concatenate([part.owner for part in found]),
        np.concatenate([part.value for part in found]),
        np.concatenate([part.phases for part in found], axis=1),
    )


def _distinct(owner: np.ndarray, phases: np.ndarray, cell: float) -> tuple[np.ndarray, np.ndarray]:
    """One of the points that are in the same cell; some neighbours in two cells remain."""
    cells = np.rint(wrapped(phases) / cell)
    _, kept = np.unique(np.concatenate([owner[None], cells]), axis=1, return_index=True)
    return owner[kept], phases[:, kept]
