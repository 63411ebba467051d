"""Real trigonometric polynomials on a torus: values, and the global maximum of a batch.

S(phi) = 2 Re sum_h a_h exp(i k_h . phi), with one integer vector k_h of each pair +-k_h and no
constant. The maximum is bracketed on a grid fine enough for the polynomial's degree; all grid
maxima that a polynomial of that degree can have are polished by Newton steps, and the highest
one is taken.

That is the global maximum if its curvature is large enough for it to be the only critical point
nearby: with spacing d and |S'''| <= B3, a maximum of curvature c > B3 d has no other critical
point within 2 d, and no peak that the grid does not resolve can be higher. Where the curvature
is smaller (two peaks about to merge), all critical points are computed.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.linalg
from array_api_compat import array_namespace

from quantsync.measures.arrays import to_numpy

POINTS_A_PERIOD = 32  # grid points for each period of the fastest harmonic
NEWTON_STEPS = 5  # quadratic from a start within 1/64 of a period
# d B3 relative to B2 = 2 sum k^2 |a_k|, as B3 <= K B2 and d = 2 pi/(32 K).
ISOLATED = 2 * math.pi / POINTS_A_PERIOD
TIE = 1e-12  # maxima closer than this fraction of the amplitude count as equal
MOST_CANDIDATES = 64


def evaluate(harmonics: Any, orders: np.ndarray, phases: Any) -> Any:
    """Values of the polynomials.

    Parameters
    ----------
    harmonics : array of shape (..., H), complex
        Amplitudes a_h.
    orders : ndarray of int, shape (H, D)
        Integer vectors k_h.
    phases : array of shape (P, D)
        Points on the torus, in radians.

    Returns
    -------
    array of shape (..., P), real
    """
    xp = array_namespace(harmonics)
    angles = xp.asarray(orders, dtype=phases.dtype) @ xp.matrix_transpose(phases)
    return 2 * (xp.real(harmonics) @ xp.cos(angles) - xp.imag(harmonics) @ xp.sin(angles))


def maximum(harmonics: Any, orders: np.ndarray) -> tuple[Any, Any]:
    """Global maximum of each polynomial of a batch.

    Parameters
    ----------
    harmonics : array of shape (B, H), complex
        Amplitudes a_h, one row a polynomial.
    orders : ndarray of int, shape (H, D)
        Integer vectors k_h.

    Returns
    -------
    value : array of shape (B,)
        The maxima; 0 where all harmonics vanish.
    location : array of shape (B, D)
        Where they are, each phase in (-pi, pi]. Of several equal maxima the one with the
        smallest phases (first phase first) is returned.
    """
    xp = array_namespace(harmonics)
    real = xp.real(harmonics).dtype
    count, dimension = harmonics.shape[0], orders.shape[1]
    if orders.shape[0] == 0 or count == 0:
        return xp.zeros(count, dtype=real), xp.zeros((count, dimension), dtype=real)
    degree = int(np.abs(orders).max())
    points = POINTS_A_PERIOD * degree
    # The axis ends at pi exactly and leaves -pi out.
    axis = np.pi * (2 * np.arange(1, points + 1) / points - 1)
    grid = np.stack(np.meshgrid(*[axis] * dimension, indexing="ij"), axis=-1)
    grid = xp.asarray(grid.reshape(-1, dimension), dtype=real)
    spacing = 2 * math.pi / points
    value, location = [], []
    for start in _grid_maxima(harmonics, orders, grid, points, degree):
        v, phi = _polish(harmonics, orders, xp.take(grid, start, axis=0), spacing)
        value.append(v)
        location.append(phi)
    value, location = xp.stack(value, axis=-1), xp.stack(location, axis=-2)
    best, where = _highest(xp, value, location, harmonics)
    crowded = ~_isolated(xp, harmonics, orders, where) & xp.isfinite(best)
    crowded = np.flatnonzero(to_numpy(crowded))
    if len(crowded):
        best, where = (np.array(to_numpy(part)) for part in (best, where))
        rows = to_numpy(harmonics)[crowded]
        best[crowded], where[crowded] = _among_many(rows, orders, to_numpy(location)[crowded])
        best, where = xp.asarray(best), xp.asarray(where)
    return best, where


def _isolated(xp: Any, harmonics: Any, orders: np.ndarray, phi: Any) -> Any:
    """Whether the maxima found are the only critical points nearby, shape (B,)."""
    k = xp.asarray(orders, dtype=phi.dtype)
    scale = 2 * xp.sum(xp.abs(harmonics) * xp.sum(k * k, axis=-1), axis=-1)
    rotated = _rotated(xp, harmonics, k, phi)
    if k.shape[1] == 1:
        curvature = 2 * (xp.real(rotated) @ (k * k))[:, 0]
    else:
        curvature = xp.min(-xp.linalg.eigvalsh(_hessian(xp, rotated, k)), axis=-1)
    return curvature >= ISOLATED * scale


def _among_many(
    harmonics: np.ndarray, orders: np.ndarray, found: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Maxima of a few polynomials whose peaks crowd: values (B,) and phases (B, D).

    In one phase every critical point is a candidate. In several, a cluster of starts around
    each maximum found is polished.
    """
    count, dimension = len(harmonics), orders.shape[1]
    spacing = 2 * np.pi / (POINTS_A_PERIOD * int(np.abs(orders).max()))
    if dimension == 1:
        extra = np.stack([_critical_points(row, orders[:, 0]) for row in harmonics])[..., None]
    else:
        offsets = np.stack(np.meshgrid(*[np.linspace(-1.5, 1.5, 6)] * dimension), axis=-1)
        cluster = found[:, :, None, :] + spacing * offsets.reshape(-1, dimension)
        extra = cluster.reshape(count, -1, dimension)
    starts = np.concatenate([found, extra], axis=1)
    repeated = np.repeat(harmonics, starts.shape[1], axis=0)
    phi = starts.reshape(-1, dimension)
    value = np.zeros(len(phi))
    for _ in range(3):  # near a merger of peaks Newton's steps converge slowly
        value, phi = _polish(repeated, orders, phi, spacing)
    return _highest(np, value.reshape(count, -1), phi.reshape(*starts.shape), harmonics)


def _critical_points(amplitudes: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """Angles of the roots of dS/dphi, a polynomial of degree 2K in z = e^{i phi}: (2K,)."""
    degree = int(np.abs(orders).max())
    coefficients = np.zeros(2 * degree + 1, complex)
    np.add.at(coefficients, degree + orders, 1j * orders * amplitudes)
    np.add.at(coefficients, degree - orders, -1j * orders * np.conj(amplitudes))
    # A companion pencil instead of a companion matrix: the leading coefficient may vanish.
    left, right = np.eye(2 * degree, k=1, dtype=complex), np.eye(2 * degree, dtype=complex)
    left[-1], right[-1, -1] = -coefficients[:-1], coefficients[-1]
    z = scipy.linalg.eigvals(left, right)
    return np.angle(np.where(np.isfinite(z), z, 1))


def _grid_maxima(
    harmonics: Any, orders: np.ndarray, grid: Any, points: int, degree: int
) -> list[Any]:
    """Indices (B,) of the highest grid maxima, rank by rank."""
    xp = array_namespace(harmonics)
    dimension = orders.shape[1]
    values = evaluate(harmonics, orders, grid)
    # A polynomial of degree K in one variable has at most K maxima.
    ranks = degree if dimension == 1 else min(2 * degree**dimension, MOST_CANDIDATES)
    starts = [xp.argmax(values, axis=-1)]
    if ranks == 1:
        return starts
    torus = xp.reshape(values, (values.shape[0], *[points] * dimension))
    peak = xp.ones(torus.shape, dtype=xp.bool)
    for direction in range(1, dimension + 1):
        # Strictly above one neighbour only: a peak midway between two points is seen once.
        peak = peak & (torus > xp.roll(torus, 1, axis=direction))
        peak = peak & (torus >= xp.roll(torus, -1, axis=direction))
    lowest = xp.asarray(-math.inf, dtype=values.dtype)
    heights = xp.where(xp.reshape(peak, values.shape), values, lowest)
    index = xp.arange(values.shape[1])[None, :]
    while len(starts) < ranks:
        heights = xp.where(index == starts[-1][:, None], lowest, heights)
        starts.append(xp.argmax(heights, axis=-1))
    return starts


def _polish(harmonics: Any, orders: np.ndarray, start: Any, spacing: float) -> tuple[Any, Any]:
    """Climb from grid points (B, D) to the maxima: values (B,) and phases (B, D)."""
    xp = array_namespace(harmonics)
    k = xp.asarray(orders, dtype=start.dtype)
    amplitude = xp.sum(xp.abs(harmonics), axis=-1)
    # Below this curvature a step is not determined; it also keeps 0/0 out where S vanishes.
    floor = 1e-14 * amplitude + float(np.finfo(float).tiny)
    phi = start
    for _ in range(NEWTON_STEPS):
        rotated = _rotated(xp, harmonics, k, phi)
        slope = -2 * (xp.imag(rotated) @ k)
        phi = phi + xp.clip(_ascent(xp, rotated, k, slope, floor), -spacing, spacing)
    polished = 2 * xp.sum(xp.real(_rotated(xp, harmonics, k, phi)), axis=-1)
    unpolished = 2 * xp.sum(xp.real(_rotated(xp, harmonics, k, start)), axis=-1)
    better = polished >= unpolished
    return xp.where(better, polished, unpolished), xp.where(better[:, None], phi, start)


def _rotated(xp: Any, harmonics: Any, k: Any, phi: Any) -> Any:
    angles = phi @ xp.matrix_transpose(k)
    return harmonics * (xp.cos(angles) + 1j * xp.sin(angles))


def _ascent(xp: Any, rotated: Any, k: Any, slope: Any, floor: Any) -> Any:
    """Newton step with the curvature made negative, so that it always climbs."""
    if k.shape[1] == 1:
        curvature = 2 * (xp.real(rotated) @ (k * k))
        return slope / xp.maximum(xp.abs(curvature), floor[:, None])
    values, vectors = xp.linalg.eigh(_hessian(xp, rotated, k))
    along = xp.sum(vectors * slope[:, :, None], axis=-2)
    along = along / xp.maximum(xp.abs(values), floor[:, None])
    return xp.sum(vectors * along[:, None, :], axis=-1)


def _hessian(xp: Any, rotated: Any, k: Any) -> Any:
    products = xp.reshape(k[:, :, None] * k[:, None, :], (k.shape[0], -1))
    return xp.reshape(-2 * (xp.real(rotated) @ products), (-1, k.shape[1], k.shape[1]))


def _highest(xp: Any, values: Any, phases: Any, harmonics: Any) -> tuple[Any, Any]:
    """Pick the highest of the candidates (B, R), ties to the smallest phases."""
    phases = _wrapped(xp, phases)
    best = xp.max(values, axis=-1)
    tolerance = TIE * xp.sum(xp.abs(harmonics), axis=-1)
    tied = values >= (best - tolerance)[:, None]
    highest = xp.asarray(math.inf, dtype=values.dtype)
    for direction in range(phases.shape[-1]):
        angle = xp.where(tied, phases[:, :, direction], highest)
        tied = tied & (angle <= xp.min(angle, axis=-1)[:, None] + 1e-6)
    choice = xp.argmax(xp.astype(tied, values.dtype), axis=-1)
    picked = xp.arange(phases.shape[1])[None, :, None] == choice[:, None, None]
    location = xp.sum(xp.where(picked, phases, xp.zeros_like(phases)), axis=1)
    return xp.maximum(best, xp.zeros_like(best)), location


def _wrapped(xp: Any, phases: Any) -> Any:
    """Phases in (-pi, pi]; a rounding error above -pi counts as pi."""
    turned = phases - 2 * math.pi * xp.ceil((phases - math.pi) / (2 * math.pi) - 1e-13)
    return xp.where(turned > math.pi, xp.asarray(math.pi, dtype=phases.dtype), turned)
