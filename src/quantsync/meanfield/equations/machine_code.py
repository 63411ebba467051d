"""Dormand and Prince's method of order 8 in machine code, one trajectory after the other.

The same method, step control and ends as `dormand_prince`, for those who have numba: ten times
faster again, and several threads at once. The rate is a pointer to a function that was compiled
before, so that this module is compiled once for all models and kept on disk.
"""

from __future__ import annotations

import numpy as np
from numba import boolean, float64, int64, njit, types, void
from scipy.integrate import DOP853

from quantsync.meanfield._dormand_prince import (
    BISECTIONS,
    COLLAPSED,
    DONE,
    GROW,
    LOOKS,
    ORDER,
    RUNNING,
    SAFETY,
    SHRINK,
    SMALLEST_STEP,
    STABILITY,
    STEPS_BETWEEN_LOOKS,
    TOO_MANY_STEPS,
    UNBOUNDED,
    WORTH_ANOTHER,
)

STAGES = DOP853.n_stages
# The stages, the new state, and the three stages of the interpolant, as one table.
ROWS = np.zeros((STAGES + 4, STAGES + 4))
ROWS[:STAGES, :STAGES] = DOP853.A
ROWS[STAGES, :STAGES] = DOP853.B
ROWS[STAGES + 1 :, :] = DOP853.A_EXTRA
NODES = np.concatenate([DOP853.C[:STAGES], [1.0], DOP853.C_EXTRA])
E3, E5, D = np.array(DOP853.E3), np.array(DOP853.E5), np.array(DOP853.D)

VECTOR, MATRIX, CUBE = float64[::1], float64[:, ::1], float64[:, :, ::1]
RATE = types.FunctionType(void(float64, VECTOR, VECTOR, VECTOR))
QUICK = {"cache": True, "nogil": True, "error_model": "numpy"}


@njit(**QUICK)
def _stage(rate, s, t, y, h, K, c, moved):
    """Stage s: K[s] at the state that the stages before lead to."""
    dim = len(y)
    for i in range(dim):
        moved[i] = 0.0
    for m in range(s):
        weight = ROWS[s, m]
        if weight != 0.0:
            for i in range(dim):
                moved[i] += weight * K[m, i]
    for i in range(dim):
        moved[i] = y[i] + h * moved[i]
    rate(t + NODES[s] * h, moved, c, K[s])


@njit(**QUICK)
def _error(y, y_new, h, K, rtol, atol):
    dim = len(y)
    five, three = 0.0, 0.0
    for i in range(dim):
        a, b = 0.0, 0.0
        for s in range(STAGES + 1):
            a += E5[s] * K[s, i]
            b += E3[s] * K[s, i]
        scale = atol + rtol * max(abs(y[i]), abs(y_new[i]))
        five += (a / scale) ** 2
        three += (b / scale) ** 2
    if five == 0.0 and three == 0.0:
        return 0.0
    return h * five / np.sqrt((five + 0.01 * three) * dim)


@njit(**QUICK)
def _first_step(rate, t, y, span, K, c, moved, rtol, atol):
    dim = len(y)
    d0, d1, d2 = 0.0, 0.0, 0.0
    for i in range(dim):
        scale = atol + rtol * abs(y[i])
        d0 += (y[i] / scale) ** 2
        d1 += (K[0, i] / scale) ** 2
    d0, d1 = np.sqrt(d0 / dim), np.sqrt(d1 / dim)
    h0 = 1e-6 if d0 < 1e-5 or d1 < 1e-5 else 0.01 * d0 / d1
    h0 = min(h0, span)
    for i in range(dim):
        moved[i] = y[i] + h0 * K[0, i]
    rate(t + h0, moved, c, K[1])
    for i in range(dim):
        d2 += ((K[1, i] - K[0, i]) / (atol + rtol * abs(y[i]))) ** 2
    d2 = np.sqrt(d2 / dim) / h0
    largest = max(d1, d2)
    h1 = max(1e-6, h0 * 1e-3) if largest <= 1e-15 else (0.01 / largest) ** (1 / ORDER)
    h = min(100 * h0, h1, span)
    return h if np.isfinite(h) and h > 0 else 1e-6 * span


@njit(**QUICK)
def _interpolant(y, y_new, h, K, F):
    for i in range(len(y)):
        change = y_new[i] - y[i]
        F[0, i] = change
        F[1, i] = h * K[0, i] - change
        F[2, i] = 2 * change - h * (K[STAGES, i] + K[0, i])
        for r in range(4):
            value = 0.0
            for s in range(STAGES + 4):
                value += D[r, s] * K[s, i]
            F[3 + r, i] = h * value


@njit(**QUICK)
def _interpolated(y, F, x, out):
    for i in range(len(y)):
        value = 0.0
        for k in range(7):
            value = (value + F[6 - k, i]) * (x if k % 2 == 0 else 1 - x)
        out[i] = y[i] + value


@njit(**QUICK)
def _root(rate, t, y, h, F, c, event, before, moved, values):
    """Where in the step, between 0 and 1, an event function leaves its sign."""
    low, high = 0.0, 1.0
    for _ in range(BISECTIONS):
        x = (low + high) / 2
        _interpolated(y, F, x, moved)
        rate(t + x * h, moved, c, values)
        if np.sign(values[len(y) + event]) == before:
            low = x
        else:
            high = x
    return high


@njit(**QUICK)
def _at_the_edge(K, other, y_new, h):
    """Whether stability limits the step: h times the change of the rate at the step's end."""
    rates, states = 0.0, 0.0
    for i in range(len(y_new)):
        rates += (K[STAGES, i] - K[STAGES - 1, i]) ** 2
        states += (y_new[i] - other[i]) ** 2
    return h * np.sqrt(rates) > STABILITY * np.sqrt(states)


@njit(**QUICK)
def _one(
    rate, c, start, t, times, K, limits, rtol, atol, most_steps, leave_stiff, states, seen, first
):
    """Reason and time of the end of one trajectory; the arrays at the end are filled."""
    dim, events = len(start), K.shape[1] - len(start)
    last, position = times[-1], 0
    y, y_new, moved = start.copy(), start.copy(), start.copy()
    values, F = np.empty(K.shape[1]), np.empty((7, dim))
    rate(t, y, c, K[0])
    for e in range(events):
        first[e] = seen[e] = K[0, dim + e]
    while position < len(times) and times[position] <= t:
        states[position] = y
        position += 1
    for e in range(events):
        if first[e] == 0.0:
            return e, t
    if position == len(times):
        return DONE, np.nan
    h = smallest = _first_step(rate, t, y, last - t, K, c, moved, rtol, atol)
    rejected, looks = False, 0
    for count in range(1, most_steps + 1):
        final = h >= last - t
        step = last - t if final else h
        for s in range(1, STAGES + 1):
            # The stage before the last is looked at below.
            _stage(rate, s, t, y, step, K, c, moved if s == STAGES - 1 else y_new)
        error = _error(y, y_new, step, K, rtol, atol)
        if leave_stiff and count % STEPS_BETWEEN_LOOKS == 0:
            looks = looks + 1 if _at_the_edge(K, moved, y_new, step) else 0
            if looks >= LOOKS and last - t > WORTH_ANOTHER * step:
                return TOO_MANY_STEPS, t
        if not error < 1.0:
            h = step * (SHRINK if np.isnan(error) else max(SHRINK, SAFETY * error ** (-1 / ORDER)))
            rejected = True
            if h < SMALLEST_STEP * max(abs(t), smallest):
                return COLLAPSED, t
            continue
        largest = 1.0 if rejected else GROW
        h = step * (largest if error == 0.0 else min(largest, SAFETY * error ** (-1 / ORDER)))
        rejected = False
        t_new = last if final else t + step
        found, where = RUNNING, 2.0
        dense = position < len(times) and times[position] <= t_new
        crossed = False
        for e in range(events):
            crossed = crossed or np.sign(K[STAGES, dim + e]) != np.sign(first[e])
        if crossed or dense:
            for s in range(STAGES + 1, STAGES + 4):
                _stage(rate, s, t, y, step, K, c, moved)
            _interpolant(y, y_new, step, K, F)
        if crossed:
            for e in range(events):
                if np.sign(K[STAGES, dim + e]) != np.sign(first[e]):
                    x = _root(rate, t, y, step, F, c, e, np.sign(first[e]), moved, values)
                    if x < where:
                        found, where = e, x
        stop = t + where * step if crossed else t_new
        while position < len(times) and times[position] <= stop:
            x = (times[position] - t) / step
            if x >= 1.0:
                states[position] = y_new
            else:
                _interpolated(y, F, x, states[position])
            position += 1
        for i in range(dim):
            y[i] = y_new[i]
        for i in range(K.shape[1]):
            K[0, i] = K[STAGES, i]
        for e in range(events):
            seen[e] = K[0, dim + e]
        t = t_new
        if crossed:
            return found, stop
        for i in range(dim):
            if abs(y[i]) > limits[i]:
                return UNBOUNDED, t
        if position == len(times):
            return DONE, np.nan
    return TOO_MANY_STEPS, t


@njit(
    void(
        RATE, MATRIX, MATRIX, float64, VECTOR, int64, VECTOR, float64, float64, int64, boolean,
        CUBE, int64[::1], VECTOR, MATRIX, MATRIX,
    ),
    **QUICK,
)  # fmt: skip
def solve_many(
    rate,
    constants,
    starts,
    t,
    times,
    outputs,
    limits,
    rtol,
    atol,
    most_steps,
    leave_stiff,
    states,
    reasons,
    ends,
    seen,
    first,
):
    """Integrate trajectories, each a row of ``starts`` and ``constants``; fill the last five.

    Shapes are (B, dim) for ``starts``, (B, T, dim) for ``states``, (B,) for ``reasons`` and
    ``ends``, and (B, events) for the event functions ``seen`` at the end and ``first``.
    """
    K = np.empty((STAGES + 4, outputs))
    for b in range(len(starts)):
        reasons[b], ends[b] = _one(
            rate, constants[b], starts[b], t, times, K, limits, rtol, atol, most_steps,
            leave_stiff, states[b], seen[b], first[b],
        )  # fmt: skip
