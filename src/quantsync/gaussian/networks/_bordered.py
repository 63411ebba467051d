"""Spectrum of a diagonal matrix with a few full rows and columns: probes in an environment.

Large matrices gain their rows one by one: each time the eigenvalues are the roots of the secular
equation ``l - a - sum_j z_j^2/(l - d_j) = 0``, one between any two neighbours of d, found as
distances from the nearest d_j, and the couplings are recomputed from the roots so that the
eigenvectors are orthogonal to rounding (Gu and Eisenstat, SIAM J. Matrix Anal. Appl. 16, 172,
1995). This costs O(P N^2) where a dense solver needs O(N^3). The result is accepted if the first
moments ``sum_k l_k^n r_pk r_qk`` are those of the matrix, else the dense solver is used.
"""

from __future__ import annotations

import numpy as np

from quantsync.parallel import chunk_slices

DENSE = 100  # up to this size LAPACK's dense solver is as fast and needs no certificate
ACCURACY = 1e-12  # of the certificate, relative; else the dense solver
ITERATIONS = 60  # of the secular equation; 3 to 5 are usual, more where it bisects
CONVERGED = 1e-6
ROWS = 1 << 14  # elements of a piece of a Cauchy matrix; it should stay in the cache


def bordered_spectrum(
    diagonal: np.ndarray, border: np.ndarray, corner: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues of ``[[corner, border], [border^T, diag(diagonal)]]`` and P rows of its modes.

    From (M,), (P, M) and (P, P): values (P + M,), ascending, and rows (P, P + M).
    """
    if len(corner) + len(diagonal) > DENSE:
        values, rows = secular_spectrum(diagonal, border, corner)
        if certificate(values, rows, diagonal, border, corner) <= ACCURACY:
            return values, rows
    return dense_spectrum(diagonal, border, corner)


def dense_spectrum(
    diagonal: np.ndarray, border: np.ndarray, corner: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """`bordered_spectrum` by LAPACK's dense solver, whatever the size."""
    count = len(corner)
    matrix = np.diag(np.concatenate([np.zeros(count), diagonal]))
    matrix[:count, :count] = corner
    matrix[:count, count:] = border
    matrix[count:, :count] = border.T
    values, vectors = np.linalg.eigh(matrix)
    return values, vectors[:count].copy()


def certificate(
    values: np.ndarray,
    rows: np.ndarray,
    diagonal: np.ndarray,
    border: np.ndarray,
    corner: np.ndarray,
) -> float:
    """Largest relative error of the moments 0, 1 and 2 of the rows, and of the trace."""
    if not (np.isfinite(values).all() and np.isfinite(rows).all()):
        return np.inf
    scale = max(np.abs(values).max(), np.finfo(float).tiny)
    moments = [np.eye(len(corner)), corner, corner @ corner + border @ border.T]
    errors = [
        np.abs((rows * (values / scale) ** n) @ rows.T - moment / scale**n).max()
        for n, moment in enumerate(moments)
    ]
    total = diagonal.sum() + np.trace(corner)
    return float(max(*errors, abs(values.sum() - total) / (scale * len(values))))


def secular_spectrum(
    diagonal: np.ndarray, border: np.ndarray, corner: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """`bordered_spectrum` by secular equations, whatever the size, without its certificate."""
    values, couplings = np.asarray(diagonal, dtype=float), np.asarray(border, dtype=float)
    rows = np.zeros((0, len(values)))
    for p in range(len(corner)):
        # Rows that have yet to be taken into the new basis: the old probes' and the couplings.
        carried = np.concatenate([rows, couplings[p + 1 :]])
        entries = np.concatenate([np.zeros(p), corner[p + 1 :, p]])
        values, first, carried = _add_row(values, couplings[p], corner[p, p], carried, entries)
        rows = np.concatenate([carried[:p], first[None]])
        couplings = np.concatenate([np.zeros((p + 1, len(values))), carried[p:]])
    return values, rows


def _add_row(
    d: np.ndarray, z: np.ndarray, corner: float, carried: np.ndarray, entries: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Eigenvalues with one more row, its components, and vectors in the new basis.

    ``carried`` (R, M) are vectors with the component ``entries`` (R,) along the new row.
    """
    order = np.argsort(d, kind="stable")
    d, z, carried = d[order], z[order].copy(), carried[:, order].copy()
    scale = max(np.abs(d).max(initial=0.0), np.abs(z).max(initial=0.0), abs(corner))
    tiny = 8 * np.finfo(float).eps * scale
    _merge_degenerate(d, z, carried, tiny)
    coupled = np.abs(z) > tiny / 8
    dc, zc, cc = d[coupled], z[coupled], carried[:, coupled]
    if not len(dc):  # the new row is an eigenvector by itself
        roots, first, rotated = np.array([corner]), np.ones(1), entries[:, None]
    else:
        origin, offset = _secular_roots(dc, zc, corner)
        roots = dc[origin] + offset
        first = np.empty(len(roots))
        rotated = np.empty((len(carried), len(roots)))
        exact = _exact_couplings(dc, zc, origin, offset)
        weights = np.concatenate([(exact**2)[None], cc * exact])
        for piece in chunk_slices(len(roots), max(1, ROWS // len(dc))):
            inverse = 1 / _differences(dc, dc[origin[piece]], offset[piece])  # (m, M)
            norm = 1 / np.sqrt(1 + inverse**2 @ weights[0])
            first[piece] = norm
            rotated[:, piece] = norm * (entries[:, None] + weights[1:] @ inverse.T)
    values = np.concatenate([roots, d[~coupled]])
    first = np.concatenate([first, np.zeros(len(d) - len(dc))])
    rotated = np.concatenate([rotated, carried[:, ~coupled]], axis=1)
    order = np.argsort(values, kind="stable")
    return values[order], first[order], rotated[:, order]


def _merge_degenerate(d: np.ndarray, z: np.ndarray, carried: np.ndarray, tiny: float) -> None:
    """Rotate equal eigenvalues, in place, so that one of each group carries the coupling."""
    for k in np.flatnonzero(np.diff(d) <= tiny):  # ascending: the coupling moves up the group
        size = np.hypot(z[k], z[k + 1])
        if size == 0:
            continue
        cos, sin = z[k + 1] / size, z[k] / size
        # Neglected with the rotation is (d_k+1 - d_k) cos sin, which is below rounding.
        z[k], z[k + 1] = 0.0, size
        low, high = carried[:, k].copy(), carried[:, k + 1].copy()
        carried[:, k], carried[:, k + 1] = cos * low - sin * high, sin * low + cos * high


def _differences(d: np.ndarray, nearest: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """``l_k - d_j`` of roots ``l_k = nearest_k + offset_k``, shape (m, M), without cancellation."""
    result = nearest[:, None] - d
    result += offset[:, None]
    return result


def _secular_roots(d: np.ndarray, z: np.ndarray, corner: float) -> tuple[np.ndarray, np.ndarray]:
    """The roots as distances from their nearest entry of ``d``: indices and signed distances."""
    # Between two entries the secular function is interpolated by c + s/(d_l - x) + t/(d_r - x)
    # with its value and two derivatives, and the root of that is the next guess (Gragg's cubically
    # convergent scheme; Borges and Gragg, 1993). What leaves its bracket is bisected.
    size = len(d)
    squares = z**2
    reach = 2 * (np.linalg.norm(z) + abs(corner - d).max() + np.abs(z).max())
    lower = np.clip(np.arange(-1, size), 0, size - 1)
    upper = np.clip(np.arange(size + 1), 0, size - 1)
    gap = np.concatenate([[reach], np.diff(d), [reach]])
    # The middle of each interval as seen from its lower end; the outermost have one end only.
    middle = gap / 2
    middle[0] = -reach / 2
    value = _secular_function(d, squares, corner, middle, lower)[:, 0]
    at_left = value >= 0
    at_left[0], at_left[-1] = False, True
    origin = np.where(at_left, lower, upper)
    x = np.where(at_left, middle, middle - gap)
    x[0], x[-1] = -reach / 2, reach / 2
    # Distances of the two poles from the origin; the outermost intervals have a distant one.
    left, right = np.where(at_left, 0.0, -gap), np.where(at_left, gap, 0.0)
    low, high = np.where(at_left, 0.0, x), np.where(at_left, x, 0.0)
    low[0], high[-1] = -reach, reach
    weights = [np.concatenate([[0.0], squares]), np.concatenate([squares, [0.0]])]
    x = _inside(x + _rational_step(value, left - x, right - x, *weights), low, high)
    active = np.arange(size + 1)
    for _ in range(ITERATIONS):
        now = x[active]
        f, first, second = _secular_function(d, squares, corner, now, origin[active]).T
        low[active] = np.where(f < 0, now, low[active])
        high[active] = np.where(f >= 0, now, high[active])
        to_left, to_right = left[active] - now, right[active] - now
        with np.errstate(all="ignore"):  # what is not finite is bisected
            s = to_left**3 * (first - second * to_right) / (to_left - to_right)
            t = to_right**3 * (first - second * to_left) / (to_right - to_left)
        step = _rational_step(f, to_left, to_right, s, t)
        x[active] = _inside(now + step, low[active], high[active])
        moved = np.abs(x[active] - now)
        # The error is cubed in a step: one that moves by 1e-6 is the last that is needed.
        active = active[moved > CONVERGED * np.abs(now)]
        if not len(active):
            break
    return origin, x


def _secular_function(
    d: np.ndarray, squares: np.ndarray, corner: float, offset: np.ndarray, origin: np.ndarray
) -> np.ndarray:
    """The secular function, its derivative and half its second derivative, shape (m, 3)."""
    result = np.empty((len(offset), 3))
    for piece in chunk_slices(len(offset), max(1, ROWS // len(d))):
        x, nearest = offset[piece], d[origin[piece]]
        ratio = _differences(d, nearest, x)
        np.divide(-1.0, ratio, out=ratio)
        terms = ratio * ratio
        result[piece, 0] = (nearest - corner) + x + ratio @ squares
        result[piece, 1] = 1 + terms @ squares
        terms *= ratio
        result[piece, 2] = terms @ squares
    return result


def _rational_step(
    f: np.ndarray, left: np.ndarray, right: np.ndarray, s: np.ndarray, t: np.ndarray
) -> np.ndarray:
    """The step from a point with value f to the root of ``c + s/(left - y) + t/(right - y)``."""
    with np.errstate(all="ignore"):
        c = f - s / left - t / right
        b = c * (left + right) + s + t
        constant = f * left * right
        root = np.sqrt(b * b - 4 * c * constant)
        return np.where(b > 0, 2 * constant / (b + root), (b - root) / (2 * c))


def _inside(x: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    return np.where((x >= low) & (x <= high) & (x != 0), x, (low + high) / 2)


def _exact_couplings(
    d: np.ndarray, z: np.ndarray, origin: np.ndarray, offset: np.ndarray
) -> np.ndarray:
    """The couplings, close to ``z``, of which the computed roots are the exact eigenvalues."""
    size = len(d)
    result = np.empty(size)
    for piece in chunk_slices(size, max(1, ROWS // max(1, size))):
        j = np.arange(piece.start, piece.stop)
        above = _differences(d[j], d[origin], offset).T  # (m, M + 1): l_k - d_j
        gaps = d - d[j][:, None]
        # d_i below d_j go with the root above them, d_i above with the root below: ratios in (0,1).
        below = np.arange(size) < j[:, None]
        roots = np.where(below, above[:, 1:], above[:, :-1])
        gaps[np.arange(len(j)), j] = 1.0
        roots[np.arange(len(j)), j] = 1.0
        outer = -above[:, 0] * above[:, -1]
        result[piece] = np.sqrt(np.maximum(outer * np.prod(roots / gaps, axis=1), 0.0))
    return np.copysign(result, z)
