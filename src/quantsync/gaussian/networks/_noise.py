"""What a stationary environment adds to the covariance of the probes, exactly, without its own.

In mass-weighted coordinates the environment's free motion drives the probes,
``x_p(t) = ... - sum_qj int_0^t G_pq(t - s) c_qj Q_j(s) ds``, with the Green function
``G_pq(t) = sum_k r_pk r_qk sin(w_k t)/w_k``. For environment modes that are uncorrelated and
stationary, with variances ``n_j`` of Q_j and ``W_j^2 n_j`` of P_j, the covariance is

    ``<x_p x_q> = sum_j n_j Re(a_pj a_qj*)``
    ``a_pj = sum_q c_qj int_0^t G_pq(s) e^{-i W_j s} ds``

and likewise for the momenta with G' in place of G. These running integrals of products of normal
modes are summed over the intervals between times by Gauss-Legendre rules whose a-priori error
bound for the highest frequency is below rounding; this takes O(T M) operations where sums over
pairs of modes take O(T M^2). Many irregular times are interpolated, to rounding, from a grid that
is finer than the noise's highest frequency needs.
"""

from __future__ import annotations

import math

import numpy as np

from quantsync.gaussian.networks.star import Star
from quantsync.memory import require_memory
from quantsync.parallel import chunk_slices
from quantsync.time_series.mode_sums import sum_modes

CACHED = 1 << 18  # elements of an array over the environment's modes
SAMPLES = 1 << 20  # of an array of Green functions
POINTS = 28  # of a local interpolation
GRID_PHASE = 0.5  # from point to point of its grid
RUN_COST = 10  # a run of its own costs about as much as so many points of a grid
PANEL_PHASE = 16.0  # largest phase over half a panel; longer steps are divided
LONGEST = 64  # panels of one stage


def environment_noise(star: Star, temperature: float, times: np.ndarray) -> np.ndarray:
    """Mass-weighted covariance of x_1, p_1, x_2, ... that came in until times (T,)."""
    moments, index = np.unique(np.abs(times), return_inverse=True)
    count = len(star.corner)
    values = np.zeros((len(moments), 2 * count, 2 * count))
    # In time <xx> and <pp> are even, <xp> is odd.
    parity = np.tile([1.0, -1.0], count)
    parity = parity[:, None] * parity
    if len(star.environment) and len(moments):
        integral = _RunningIntegral(star, temperature)
        fastest = max(star.spectrum[0].max(), star.environment.max())
        step = GRID_PHASE / (2 * fastest)  # the covariance has twice the frequencies
        points = moments[-1] / step + POINTS
        if RUN_COST * len(equal_steps(moments)) > points:
            grid = step * np.arange(math.floor(points))
            known = np.zeros((len(grid), 2 * count, 2 * count))
            integral.fill(grid, known)
            values = interpolate(moments / step, known, parity)
        else:
            integral.fill(moments, values)
    result = values[index]
    result[times < 0] *= parity
    return result


def interpolate(places: np.ndarray, known: np.ndarray, parity: np.ndarray) -> np.ndarray:
    """Functions known at 0, 1, ..., (K, a, b), at places >= 0 between them, (T, a, b)."""
    # Lagrange's polynomial through the nearest points, which lie evenly to both sides: its error
    # for exp(i w t) with phase f from point to point is below (f/4)^POINTS times the function.
    # Before 0 the functions are even (parity 1) or odd (-1).
    half = POINTS // 2
    values = np.concatenate([parity * known[half:0:-1], known])
    base = np.floor(places).astype(int)
    distance = (places - base)[:, None] - np.arange(1 - half, half + 1)
    weights = np.array([(-1.0) ** k * math.comb(POINTS - 1, k) for k in range(POINTS)])
    hit = distance == 0
    weights = weights / np.where(hit, 1.0, distance)
    weights = np.where(hit.any(axis=1)[:, None], hit, weights)
    weights /= weights.sum(axis=1)[:, None]
    result = np.zeros((len(places), *known.shape[1:]))
    for k in range(POINTS):
        result += weights[:, k, None, None] * values[base + k + 1]
    return result


def gauss_order(phase: float) -> int:
    """Number of Gauss-Legendre nodes that integrate exp(i phase x) over [-1, 1] to rounding."""
    # From the error bound 2^{2n+1} (n!)^4/((2n+1) (2n)!^3) phase^{2n}.
    n = 1
    while True:
        bound = (2 * n + 1) * math.log(2) + 4 * math.lgamma(n + 1)
        bound -= math.log(2 * n + 1) + 3 * math.lgamma(2 * n + 1)
        if bound + 2 * n * math.log(max(phase, 1e-3)) < math.log(1e-18):
            return n
        n += 1


class _RunningIntegral:
    """The integrals ``a_pj`` up to growing times."""

    def __init__(self, star: Star, temperature: float):
        self.frequencies, rows = star.spectrum
        self.environment, self.couplings = star.environment, star.couplings
        self.count = len(rows)
        self.root = np.sqrt(star.position_variance(temperature))
        pairs = rows[:, None] * rows / self.frequencies
        self.pairs = pairs.reshape(self.count**2, -1)  # of G_pq, with sines
        self.bandwidth = float(self.frequencies.max() + self.environment.max())
        self.total = np.zeros((self.count, len(self.environment)), dtype=complex)

    def green(self, times: np.ndarray) -> np.ndarray:
        """G_pq at (T,) times, shape (P, P, T)."""
        values = sum_modes(times, self.frequencies, np.zeros_like(self.pairs), self.pairs)
        return values.reshape(self.count, self.count, len(times))

    def fill(self, moments: np.ndarray, values: np.ndarray) -> None:
        """Covariances (T, 2P, 2P) at increasing moments >= 0."""
        position = int(moments[0] == 0)  # at t = 0 there is none
        edges = moments if position else np.concatenate([[0.0], moments])
        for start, step, steps in equal_steps(edges):
            panels = max(1, math.ceil(self.bandwidth * step / (2 * PANEL_PHASE)))
            # Long steps end at moments that nobody asked for, so that memory stays bounded.
            stages = math.ceil(panels / LONGEST)
            needed = 8.0 * values[0].size * stages * steps
            what = f"Covariances at times up to {moments[-1]:.6g}"
            require_memory(needed, what, "take shorter times")
            parts = math.ceil(panels / stages)
            reached = np.zeros((steps * stages, *values.shape[1:]))
            self._run(start, step / (stages * parts), parts, reached)
            values[position : position + steps] = reached[stages - 1 :: stages]
            position += steps

    def _run(self, start: float, width: float, parts: int, values: np.ndarray) -> None:
        """Panels of one width, of which every ``parts``-th ends at a moment asked for."""
        nodes, weights = np.polynomial.legendre.leggauss(gauss_order(self.bandwidth * width / 2))
        nodes, weights = width / 2 * (nodes + 1), width / 2 * weights
        kernel = weights[:, None] * np.exp(-1j * np.multiply.outer(nodes, self.environment))
        kernel = (self.couplings[:, None] * kernel).reshape(-1, len(self.environment))
        kernel = kernel.view(float)  # (P n, 2 M)
        # Two levels: Green functions of many panels at once, environment modes of a few.
        few = min(len(values), max(1, CACHED // (2 * self.count * len(self.environment)) // parts))
        many = few * max(1, SAMPLES // (few * parts * self.count**2 * len(nodes)))
        steps = width * np.arange(few * parts + 1)
        turn = np.exp(-1j * np.multiply.outer(steps, self.environment))
        for block in chunk_slices(len(values), many):
            begin = start + width * np.arange(block.start * parts, block.stop * parts + 1)
            sampled = np.stack([self.green(begin[:-1] + node) for node in nodes], axis=2)
            sampled = sampled.reshape(self.count, -1, len(begin) - 1).swapaxes(1, 2)
            final = self.green(begin[1:]).swapaxes(1, 2)  # (P, B, P)
            for piece in chunk_slices(block.stop - block.start, few):
                panels = slice(piece.start * parts, piece.stop * parts)
                phase = turn[: panels.stop - panels.start + 1]
                phase = phase * np.exp(-1j * begin[panels.start] * self.environment)
                vectors = self._advance(sampled[:, panels], final[:, panels], kernel, phase, parts)
                real = vectors.view(float)
                chunk = slice(block.start + piece.start, block.start + piece.stop)
                values[chunk] = real @ real.swapaxes(1, 2)

    def _advance(
        self,
        sampled: np.ndarray,
        final: np.ndarray,
        kernel: np.ndarray,
        phase: np.ndarray,
        parts: int,
    ) -> np.ndarray:
        """Go on over B panels: the integrals of G and G' times sqrt(n_j), shape (T, 2P, M)."""
        ends = slice(parts - 1, None, parts)
        later = phase[1:][ends] * self.root
        vectors = np.empty((len(later), 2 * self.count, len(self.environment)), complex)
        for p in range(self.count):
            grown = (sampled[p] @ kernel).view(complex)
            grown *= phase[:-1]
            grown[0] += self.total[p]
            for k in range(1, len(grown)):  # np.cumsum along this axis is slower
                grown[k] += grown[k - 1]
            self.total[p] = grown[-1]
            np.multiply(grown[ends], self.root, out=vectors[:, 2 * p])
            # By parts: the integral of G' e^{-iWs} from that of G e^{-iWs}.
            speed = vectors[:, 2 * p + 1]
            np.multiply(vectors[:, 2 * p], 1j * self.environment, out=speed)
            speed += (final[p][ends] @ self.couplings) * later
        return vectors


def equal_steps(edges: np.ndarray) -> list[tuple[float, float, int]]:
    """Runs (start, step, count) of steps that are equal to the rounding of the edges."""
    runs, start = [], 0
    steps = np.diff(edges)
    if not len(steps):
        return runs
    # Where a step differs from the one before it by more than the rounding of the edges.
    breaks = np.flatnonzero(np.abs(np.diff(steps)) > 16 * np.finfo(float).eps * edges[2:]) + 1
    for stop in [*breaks.tolist(), len(steps)]:
        count = stop - start
        step = float((edges[stop] - edges[start]) / count)
        predicted = edges[start] + step * np.arange(count + 1)
        error = np.abs(edges[start : stop + 1] - predicted).max()
        if error <= 8 * np.finfo(float).eps * edges[stop]:
            runs.append((float(edges[start]), step, count))
        else:  # steps that change little by little
            runs += [(float(edges[k]), float(steps[k]), 1) for k in range(start, stop)]
        start = stop
    return runs
