"""Maxima of a spectrum that is known as a sum over few poles, and their widths."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import numpy as np

from quantsync.batched import Batched
from quantsync.lindblad.spectra._models import Model

# Around the frequency of each pole, in units of its decay rate: no maximum is narrower.
OFFSETS = np.array([-8, -3, -1.5, -0.8, -0.35, 0, 0.35, 0.8, 1.5, 3, 8])
TAILS = np.array([10.0, 1e3, 1e5])  # where faint peaks may have their half height
FAINT = 1e-10  # of its height: what rises less above its surroundings is rounding
STEPS = 60  # of Newton's method or bisection
CLOSE, ROUNDING = 1e-10, 4e-16  # last step, of the interval searched: the next would be its square
EQUAL = 1e-9  # relative: heights of peaks that are equal


@dataclass(frozen=True, eq=False)
class SpectralPeaks(Batched):
    """Maxima of power spectra, the highest first; NaN where a system has fewer than others.

    Of equally high ones (to 1e-9) the lower frequency comes first. What rises above both sides by
    less than 1e-10 of its height counts as rounding. Peaks below 1e-6 of the highest, in height
    and in area, are as good as the model of the others happens to be there.

    Attributes
    ----------
    frequency, height, width : ndarray of shape (..., P)
        Angular frequencies, the values of the spectrum there, and full widths at half maximum: the
        distance between the nearest points on either side where the spectrum is half that height.
    """

    frequency: np.ndarray
    height: np.ndarray
    width: np.ndarray
    batched: ClassVar[tuple[str, ...]] = ("frequency", "height", "width")

    @property
    def shape(self) -> tuple[int, ...]:
        """Batch shape, ``()`` for a single system."""
        return self.frequency.shape[:-1]

    @property
    def count(self) -> np.ndarray:
        """Number of peaks, shape (...)."""
        return np.isfinite(self.frequency).sum(axis=-1)


def power(model: Model, omega: np.ndarray, orders: int = 0) -> list[np.ndarray]:
    """``S = 2 Re G(i omega)`` at (B, W) with its derivatives by omega."""
    found, _ = model.values(1j * omega, orders)
    return [2 * np.real(1j**order * value) for order, value in enumerate(found)]


def scanned(model: Model) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sorted frequencies (B, W) with no more than one maximum between them, values and slopes.

    Around every pole, and where the slope has its extrema: on both sides of shallow maxima.
    """
    poles = model.poles
    omega = np.imag(poles)[:, :, None] + np.abs(np.real(poles))[:, :, None] * OFFSETS
    omega = np.sort(np.nan_to_num(omega).reshape(len(poles), -1), axis=1)
    reach = (omega[:, -1:] - omega[:, :1]) * TAILS
    omega = np.concatenate([omega[:, :1] - reach[:, ::-1], omega, omega[:, -1:] + reach], axis=1)
    value, slope, curvature = power(model, omega, 2)
    added = _inflections(omega, slope, curvature)
    order = np.argsort(np.concatenate([omega, added], axis=1), axis=1)
    found = zip((omega, value, slope), (added, *power(model, added, 1)), strict=True)
    omega, value, slope = (
        np.take_along_axis(np.concatenate(pair, axis=1), order, axis=1) for pair in found
    )
    return omega, value, slope


def _inflections(omega: np.ndarray, slope: np.ndarray, curvature: np.ndarray) -> np.ndarray:
    """Extrema of the cubics that have the slopes and curvatures of a scan, (B, most of them)."""
    step = np.diff(omega)
    change, first, last = np.diff(slope), curvature[:, :-1] * step, curvature[:, 1:] * step
    # The derivative is first + 2 half t + third t^2 at the part t of a step.
    half, third = 3 * change - 2 * first - last, 3 * (first + last - 2 * change)
    with np.errstate(divide="ignore", invalid="ignore"):
        far = -half - np.copysign(np.sqrt(half**2 - third * first), half)
        parts = np.stack([far / third, first / far])
    inside = (parts > 0) & (parts < 1)
    places = np.where(inside, omega[:, :-1] + parts * step, np.inf)
    places = np.sort(np.concatenate(list(places), axis=1), axis=1)
    most = int(inside.sum(axis=(0, 2)).max(initial=0))
    return np.minimum(places[:, :most], omega[:, -1:])


def found_peaks(model: Model, widths: bool) -> SpectralPeaks:
    """All maxima of B spectra; their widths are NaN if not asked for."""
    omega, value, slope = scanned(model)
    rising = (slope[:, :-1] > 0) & (slope[:, 1:] <= 0)
    member, k = np.nonzero(rising)
    ends = (omega[member, k], omega[member, k + 1]), (slope[member, k], slope[member, k + 1])
    where = _root(model, member, *ends, 1)
    (height,) = _power_at(model, member, where, 0)
    keep = _rises(value, member, k, height)
    member, k, where, height = member[keep], k[keep], where[keep], height[keep]
    width = np.full_like(where, np.nan)
    if widths:
        width = _widths(model, omega, value, member, k, where, height)
    return _sorted(len(omega), member, where, height, width)


def _rises(value: np.ndarray, member: np.ndarray, k: np.ndarray, height: np.ndarray) -> np.ndarray:
    """Which maxima, each behind point k of a scan, rise above both sides by more than rounding.

    A broad line next to a narrow one is low beside it, and matters as much.
    """
    keep = np.zeros(len(member), bool)
    for m in np.unique(member):
        row, mine = value[m], np.flatnonzero(member == m)
        places = [-1, *k[mine], len(row) - 1]
        # The least value on either side, up to the next maximum or the end.
        least = [row[a + 1 : b + 1].min() for a, b in pairwise(places)]
        low = np.maximum(least[:-1], least[1:])
        keep[mine] = height[mine] - low > FAINT * np.maximum(height[mine], FAINT * row.max())
    return keep


def _power_at(model: Model, member: np.ndarray, omega: np.ndarray, orders: int) -> list[np.ndarray]:
    """The spectra of some members, each at a frequency of its own, and derivatives: (P,)."""
    if len(model.poles) == 1:
        return [found[0] for found in power(model, omega[None], orders)]
    return [found[:, 0] for found in power(model.take(member), omega[:, None], orders)]


def _root(
    model: Model,
    member: np.ndarray,
    ends: tuple[np.ndarray, np.ndarray],
    values: tuple[np.ndarray, np.ndarray],
    order: int,
    level: np.ndarray | float = 0.0,
) -> np.ndarray:
    """Where the spectrum, or its slope, has a level between two frequencies (P,) and values."""
    low, high = ends
    if not len(low):
        return low
    above, below = values[0] - level, level - values[1]
    sign, accuracy = np.where(above >= 0, 1.0, -1.0), CLOSE * np.abs(high - low)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = above / (above + below)
    x = low + np.where((share >= 0) & (share <= 1), share, 0.5) * (high - low)
    for _ in range(STEPS):
        found = _power_at(model, member, x, order + 1)
        value, slope = found[order] - level, found[order + 1]
        before = sign * value > 0
        low, high = np.where(before, x, low), np.where(before, high, x)
        with np.errstate(divide="ignore", invalid="ignore"):
            new = x - value / slope
        left, right = np.minimum(low, high), np.maximum(low, high)
        new = np.where((new >= left) & (new <= right), new, (low + high) / 2)
        done = ~(np.abs(new - x) > accuracy + ROUNDING * np.abs(x))
        x = new
        if done.all():
            break
    return x


def _widths(
    model: Model,
    omega: np.ndarray,
    value: np.ndarray,
    member: np.ndarray,
    k: np.ndarray,
    where: np.ndarray,
    height: np.ndarray,
) -> np.ndarray:
    """Full widths at half maximum, from the nearest crossings of half the height."""
    ends = np.full((2, 2, len(where)), np.nan)  # inner and outer, left and right
    values = np.full((2, 2, len(where)), np.nan)
    ends[0], values[0] = where, height
    for p, (m, place, half) in enumerate(zip(member, k, height / 2, strict=True)):
        below = np.flatnonzero(value[m] < half)
        sides = below[below <= place][-1:], below[below > place][:1]
        for side, (last, step) in enumerate(zip(sides, (1, -1), strict=True)):
            if not len(last):
                continue
            ends[1, side, p], values[1, side, p] = omega[m, last[0]], value[m, last[0]]
            if last[0] + step != place + (side == 0):
                ends[0, side, p] = omega[m, last[0] + step]
                values[0, side, p] = value[m, last[0] + step]
    found = _root(
        model,
        np.tile(member, 2),
        (ends[0].ravel(), ends[1].ravel()),
        (values[0].ravel(), values[1].ravel()),
        0,
        np.tile(height / 2, 2),
    )
    left, right = found.reshape(2, -1)
    return right - left


def _sorted(
    count: int, member: np.ndarray, where: np.ndarray, height: np.ndarray, width: np.ndarray
) -> SpectralPeaks:
    """Peaks by system, the highest first."""
    most = int(np.bincount(member, minlength=max(count, 1)).max(initial=0))
    table = np.full((3, count, most), np.nan)
    for m in np.unique(member):
        mine = np.flatnonzero(member == m)
        level = np.round(np.log(height[mine] / height[mine].max()) / EQUAL)
        order = mine[np.lexsort((where[mine], -level))]
        table[:, m, : len(mine)] = where[order], height[order], width[order]
    return SpectralPeaks(*table)
