"""Real trigonometric polynomials on a torus: values, local maxima and the global one of a batch.

S(phi) = 2 Re sum_h a_h exp(i k_h . phi), with one integer vector k_h of each pair +-k_h and no
constant. Maxima are bracketed on a grid fine enough for the polynomial's degree; all that can be
as high as wanted are polished by Newton steps. A maximum that is curved enough to be the
only critical point within two grid spacings has been resolved by the grid. Around the others
(two peaks about to merge) the polynomial is tabulated on finer and finer grids, until they are
isolated or flat to rounding.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from quantsync.arrays import to_numpy
from quantsync.measures._climbing import (
    Candidates,
    Climber,
    orders_key,
    parts,
    reused,
    tables,
    wrapped,
    zoomed,
)

POINTS_A_PERIOD = 32  # grid points for each period of the fastest harmonic
TIE = 1e-12  # maxima closer than this fraction of the amplitude count as equal
SAME_ANGLE = 1e-6  # radians
SADDLE = 1e-9  # upward curvature and slope, relative to their bounds, that no maximum has
NEARLY_FLAT = 1e-4  # curvature, likewise, below which two maxima may be one to rounding
MANY = 0.1  # part of a grid's points
FOURIER_FROM = 64  # degree of one phase from which its waves are not tabulated


@dataclass(frozen=True, eq=False, repr=False)
class LocalMaxima:
    """Peaks of phase distributions, for every state of a batch.

    Attributes
    ----------
    height : array of shape (..., K)
        Heights above the uniform density, falling; K is the largest count of the batch, and
        NaN fills up where a state has fewer.
    location : array of shape (..., K, D)
        Phases of the peaks in (-pi, pi], in radians; NaN likewise. Of equally high peaks the
        one with the smallest phases comes first.
    count : array of int, shape (...)
        How many there are; 0 where the distribution is uniform, or the state NaN.
    """

    height: Any
    location: Any
    count: Any

    def __repr__(self) -> str:
        return f"<LocalMaxima: batch {tuple(self.count.shape)}, up to {self.height.shape[-1]}>"

    @property
    def runner_up_ratio(self) -> Any:
        """Height of the second highest peak over that of the highest, shape (...).

        NaN where there are fewer than two peaks.
        """
        xp = array_namespace(self.height)
        if self.height.shape[-1] < 2:
            return xp.full(self.height.shape[:-1], math.nan)
        return self.height[..., 1] / self.height[..., 0]


def evaluate(harmonics: Any, orders: np.ndarray, phases: Any) -> Any:
    """Values (..., P) of polynomials with amplitudes (..., H) at points (P, D) on the torus."""
    xp = array_namespace(harmonics)
    angles = xp.asarray(orders, dtype=phases.dtype) @ xp.matrix_transpose(phases)
    return 2 * (xp.real(harmonics) @ xp.cos(angles) - xp.imag(harmonics) @ xp.sin(angles))


def maximum(harmonics: Any, orders: np.ndarray) -> tuple[Any, Any]:
    """Global maximum (B,) of each polynomial of a batch, amplitudes (B, H), and its phases (B, D).

    Of several equal maxima the one with the smallest phases, first phase first, each in (-pi, pi];
    0 where all harmonics vanish.
    """
    xp = array_namespace(harmonics)
    real = xp.real(harmonics).dtype
    count, dimension = harmonics.shape[0], orders.shape[1]
    if orders.shape[0] == 0 or count == 0:
        return xp.zeros(count, dtype=real), xp.zeros((count, dimension), dtype=real)
    found = climb(harmonics, orders, 1.0)
    # Candidates of a polynomial side by side; where there is none, its first one again.
    order = xp.argsort(found.owner, stable=True)
    owner = xp.take(found.owner, order)
    rows = xp.arange(count, dtype=owner.dtype)
    first, end = xp.searchsorted(owner, rows), xp.searchsorted(owner, rows, side="right")
    rank = xp.arange(int(xp.max(end - first)), dtype=first.dtype)[None, :]
    place = xp.where(rank < (end - first)[:, None], first[:, None] + rank, first[:, None])
    place = xp.take(order, xp.reshape(place, (-1,)))
    shape = (count, rank.shape[1])
    value = xp.reshape(xp.take(found.value, place), shape)
    phases = xp.take(wrapped(found.phases), place, axis=1)
    return _highest(xp, value, xp.reshape(phases, (dimension, *shape)), harmonics)


def local_maxima(
    harmonics: np.ndarray, orders: np.ndarray, threshold: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Heights (B, K), phases (B, K, D) and counts (B,) of all maxima above a part of the highest.

    As `maximum` otherwise; heights fall, NaN fills up, and the count is 0 where a harmonic is NaN.
    """
    rows, dimension = harmonics.shape[0], orders.shape[1]
    if orders.shape[0] == 0 or rows == 0:
        nothing = np.zeros((rows, 0))
        return nothing, np.zeros((rows, 0, dimension)), np.zeros(rows, dtype=int)
    owner, value, phases = climb(harmonics, orders, threshold, thorough=True)
    climber = Climber(np, harmonics, orders, owner)
    _, slope, hessian = climber.at(phases)
    curvature = climber.lowest(-hessian)
    top = np.full(rows, -np.inf)
    np.maximum.at(top, owner, value)
    tie = TIE * climber.amplitude
    # Newton's steps may have started, and ended, on a saddle.
    real = (curvature >= -SADDLE * climber.steepest) & (
        np.abs(slope).max(axis=0) <= SADDLE * climber.steepest
    )
    kept = np.flatnonzero(real & (value >= threshold * top[owner] - tie))
    owner, value, phases, tie = owner[kept], value[kept], wrapped(phases[:, kept]), tie[kept]
    order, group = np.lexsort((-value, owner)), np.zeros(len(owner), dtype=int)
    new = np.diff(owner[order], prepend=-1) != 0
    new |= -np.diff(value[order], prepend=np.inf) > tie[order]
    group[order] = np.cumsum(new)
    for angle in phases:
        order = np.lexsort((angle, group))
        new = np.diff(group[order], prepend=-1) != 0
        new |= np.diff(angle[order], prepend=-np.inf) > SAME_ANGLE
        group[order] = np.cumsum(new)
    order = np.argsort(group, kind="stable")
    kept, owner, value, phases = kept[order], owner[order], value[order], phases[:, order]
    tie = tie[order]
    # No other critical point is within this distance.
    radius = 2 * curvature[kept] / climber.bound_trace[kept]
    flat = curvature[kept] <= NEARLY_FLAT * climber.steepest[kept]
    again = np.zeros(len(owner), dtype=bool)
    for back in range(1, int(np.bincount(owner, minlength=1).max(initial=0))):
        earlier, later = slice(None, -back), slice(back, None)
        step = phases[:, later] - phases[:, earlier]
        step -= 2 * np.pi * np.rint(step / (2 * np.pi))
        near = np.maximum(np.maximum(radius[earlier], radius[later]), SAME_ANGLE)
        same = np.sum(step * step, axis=0) < near**2
        mine = owner[earlier] == owner[later]
        level = value[earlier] - value[later] <= tie[later]
        # On a ridge or a flat top there is no valley between two points.
        level = np.flatnonzero(mine & level & ~same & flat[earlier] & flat[later])
        if len(level):
            between = Climber(np, harmonics, orders, owner[level])
            valley = [between.at(phases[:, level] + t * step[:, level])[0] for t in (0.25, 0.5)]
            same[level] = value[level] - np.min(valley, axis=0) <= tie[level]
        again[later] |= same & mine
    owner, value, phases = owner[~again], value[~again], phases[:, ~again]
    count = np.bincount(owner, minlength=rows)
    rank = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    heights = np.full((rows, int(count.max())), np.nan)
    heights[owner, rank] = value
    location = np.full((*heights.shape, dimension), np.nan)
    location[owner, rank] = phases.T
    return heights, location, count


def climb(
    harmonics: Any, orders: np.ndarray, threshold: float, thorough: bool = False
) -> Candidates:
    """Critical points among which are all local maxima above a part of the global one.

    At least one of each polynomial; some may be found several times, some be lower. A ``thorough``
    search, of NumPy arrays only, looks also where the grid has no peak, for low peaks on the slope
    of a ridge.
    """
    xp = array_namespace(harmonics)
    real = xp.real(harmonics).dtype
    dimension, degree = orders.shape[1], int(np.abs(orders).max())
    points = POINTS_A_PERIOD * degree
    spacing = 2 * math.pi / points
    grid, values_of = _on_the_torus(orders, points)
    values = values_of(harmonics)
    top = xp.argmax(values, axis=-1)
    best = xp.max(values, axis=-1)
    # A maximum is higher than the nearest grid point by at most S'' distance^2/2.
    reach = np.sum(np.abs(orders), axis=1) ** 2 * spacing**2 / 4
    margin = xp.abs(harmonics) @ xp.asarray(reach, dtype=real)
    high = values >= (threshold * best - margin)[:, None]
    owner, place = xp.nonzero(high)
    peak = _is_peak(xp, xp.reshape(values, (-1,)), owner, place, points, dimension)
    # The highest point is kept even on a ridge or a plateau, where no point tops its neighbours,
    # and where nothing can be compared with NaN.
    peak = peak & (place != xp.take(top, owner))
    rows = xp.arange(harmonics.shape[0], dtype=owner.dtype)
    owner = xp.concat([rows, owner[peak]])
    place = xp.concat([top, place[peak]])
    start = xp.take(xp.asarray(grid, dtype=real), place, axis=1)
    local = Climber(xp, harmonics, orders, owner)
    value, phases, hessian = local.polished(start, spacing)
    if thorough:
        near = local.isolated(hessian, math.sqrt(dimension) * spacing)
        high &= ~_next_to(owner[near], phases[:, near], values.shape, points)
        more, place = _nearly_level(harmonics, orders, values_of, high, spacing)
        start = grid[:, place]
        possible = _may_be_near(harmonics, orders, more, start, spacing)
        owner = np.concatenate([owner, more[possible]])
        start = np.concatenate([phases, start[:, possible]], axis=1)
        local = Climber(xp, harmonics, orders, owner)
        value, phases, hessian = local.polished(start, spacing)
    found = Candidates(owner, value, phases)
    # What a critical point within 2 d can be higher by.
    gain = np.sum(orders.astype(float) ** 2, axis=1) ** 1.5 * (2 * spacing) ** 3 / 6
    low = xp.take(threshold * best - xp.abs(harmonics) @ xp.asarray(gain, dtype=real), owner)
    crowded = (value >= low) & ~local.isolated(hessian, spacing) & ~local.flat(hessian)
    if not bool(xp.any(crowded)):
        return found
    chosen = to_numpy(crowded)
    extra = zoomed(
        to_numpy(harmonics), orders, to_numpy(owner)[chosen], to_numpy(phases)[:, chosen], spacing
    )
    # The crowded ones come back, better polished.
    rest = xp.nonzero(~crowded)[0]
    pairs = zip((xp.take(part, rest, axis=-1) for part in found), extra, strict=True)
    return Candidates(*(xp.concat([a, xp.asarray(b, dtype=a.dtype)], axis=-1) for a, b in pairs))


def _on_the_torus(orders: np.ndarray, points: int) -> tuple[np.ndarray, Callable[[Any], Any]]:
    """A grid (D, P) on the torus, and what gives the values (B, P) there for harmonics (B, H)."""
    dimension = orders.shape[1]
    if dimension > 1 or np.abs(orders).max() < FOURIER_FROM:
        size = 2 * len(orders) * points**dimension
        grid, table = reused(tables, orders_key(orders), dimension, 0.0, points, size=size)

        def tabulated(harmonics: Any) -> Any:
            xp = array_namespace(harmonics)
            return parts(harmonics) @ xp.asarray(table, dtype=xp.real(harmonics).dtype)

        return grid, tabulated
    grid, _ = tables(orders_key(orders[:0]), 1, 0.0, points)
    first, source = grid[0, 0], np.full(points // 2 + 1, len(orders))
    source[np.abs(orders[:, 0])] = np.arange(len(orders))

    def transformed(harmonics: Any) -> Any:
        xp = array_namespace(harmonics)
        turned = harmonics * xp.asarray(np.exp(1j * first * orders[:, 0]), dtype=harmonics.dtype)
        turned = xp.where(xp.asarray(orders[:, 0] < 0), xp.conj(turned), turned)
        padded = xp.concat([turned, xp.zeros_like(turned[:, :1])], axis=1)
        return xp.fft.irfft(xp.take(padded, xp.asarray(source), axis=1), n=points) * points

    return grid, transformed


def _is_peak(xp: Any, values: Any, owner: Any, place: Any, points: int, dimension: int) -> Any:
    """Whether grid points of the torus are not below any neighbour along the axes."""
    base = owner * points**dimension
    here = xp.take(values, base + place)
    peak = xp.ones(here.shape, dtype=xp.bool)
    for axis in range(dimension):
        stride = points**axis
        digit = place // stride % points
        before = xp.where(digit == 0, place + stride * (points - 1), place - stride)
        after = xp.where(digit == points - 1, place - stride * (points - 1), place + stride)
        # Strictly above one neighbour only: a peak midway between two points is seen once.
        peak = peak & (here > xp.take(values, base + before))
        peak = peak & (here >= xp.take(values, base + after))
    return peak


def _next_to(
    owner: np.ndarray, phases: np.ndarray, shape: tuple[int, int], points: int
) -> np.ndarray:
    """Which grid points (B, P) are nearest to some phases (D, M), or neighbours of those."""
    covered = np.zeros(shape, dtype=bool)
    nearest = np.rint((phases / np.pi + 1) * points / 2 - 1).astype(int)
    for offset in np.ndindex(*[3] * len(phases)):
        digits = (nearest + np.array(offset)[:, None] - 1) % points
        covered[owner, np.ravel_multi_index(tuple(digits), [points] * len(phases))] = True
    return covered


def _nearly_level(
    harmonics: np.ndarray, orders: np.ndarray, values_of: Any, among: np.ndarray, spacing: float
) -> tuple[np.ndarray, np.ndarray]:
    """Row and place of grid points whose slope may vanish within half a spacing."""
    length = np.sum(np.abs(orders), axis=1)
    # Whole tables cost less per point, and are a waste where few points are needed.
    for k in orders.T if np.mean(among) > MANY else ():
        slope = values_of(1j * k * harmonics)
        most = np.abs(harmonics) @ (np.abs(k) * length * spacing)
        among &= np.abs(slope, out=slope) <= most[:, None]
    owner, place = np.nonzero(among)
    return owner, place


def _may_be_near(
    harmonics: np.ndarray, orders: np.ndarray, owner: np.ndarray, phases: np.ndarray, spacing: float
) -> np.ndarray:
    """Which points (D, M) may have a maximum within half a spacing along every axis.

    The slope vanishes there: from here, it is at most the second derivatives times the distance
    and the bound of the third ones times half its square.
    """
    climber = Climber(np, harmonics, orders, owner)
    _, slope, hessian = climber.at(phases)
    size, k, reach = np.abs(harmonics).T, np.abs(orders).T, spacing / 2
    length = k.sum(axis=0)
    possible = np.ones(len(owner), dtype=bool)
    for i in range(len(k)):
        bends = [hessian[n] for n, pair in enumerate(climber.upper) if i in pair]
        rest = (k[i] * length**2 * reach**2) @ size
        bends_most = (2 * k[i] ** 2 * length * reach) @ size
        possible &= np.abs(slope[i]) <= reach * sum(np.abs(bends)) + rest[owner]
        possible &= hessian[climber.upper.index((i, i))] <= bends_most[owner]
    return np.flatnonzero(possible)


def _highest(xp: Any, values: Any, phases: Any, harmonics: Any) -> tuple[Any, Any]:
    """Pick the highest of the candidates (B, R) at (D, B, R), ties to the smallest phases."""
    best = xp.max(values, axis=-1)
    tolerance = TIE * xp.sum(xp.abs(harmonics), axis=-1)
    tied = values >= (best - tolerance)[:, None]
    highest = xp.asarray(math.inf, dtype=values.dtype)
    for direction in range(phases.shape[0]):
        angle = xp.where(tied, phases[direction, ...], highest)
        tied = tied & (angle <= xp.min(angle, axis=-1)[:, None] + SAME_ANGLE)
    choice = xp.argmax(xp.astype(tied, values.dtype), axis=-1)
    picked = xp.arange(phases.shape[2])[None, None, :] == choice[None, :, None]
    location = xp.sum(xp.where(picked, phases, xp.zeros_like(phases)), axis=-1)
    return xp.maximum(best, xp.zeros_like(best)), xp.matrix_transpose(location)
