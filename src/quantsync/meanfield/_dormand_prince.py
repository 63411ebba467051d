"""Dormand and Prince's method of order 8 for many trajectories at once.

Each trajectory has its own time and step, and the arithmetic of a stage is done for all of them
together: on thousands of trajectories the cost of Python vanishes. Coefficients, error norm and
step control are those of `scipy.integrate.DOP853` (Hairer, Norsett, Wanner, Solving Ordinary
Differential Equations I, sections II.5 and II.10).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy.integrate import DOP853

SAFETY, SHRINK, GROW = 0.9, 0.2, 10.0
ORDER = 8  # of the error estimate plus one
SMALLEST_STEP = 10 * np.finfo(float).eps  # relative to the time, or to the first step
BISECTIONS = 60
COMPRESSED = 0.75  # part of the columns in use below which finished ones are dropped

MOST_STEPS = 20_000_000  # of one trajectory
# A trajectory that at its pace would need so many is not followed to the end.
STEPS_OF_A_PACE, OUT_OF_REACH = 5000, 100 * MOST_STEPS

# Where stability and not accuracy limits the step, h times the stiffest rate hovers about the edge
# of the region of stability, 6.1 (Hairer and Wanner II, section IV.2); accuracy keeps it below 2.
STABILITY = 4.0
STEPS_BETWEEN_LOOKS, LOOKS = 200, 10  # beyond it, until the equations are called stiff
WORTH_ANOTHER = 20_000  # steps to go: with fewer left, no other method is faster

# Reasons for an end; events are 0, 1, ...
RUNNING, DONE, UNBOUNDED, COLLAPSED, TOO_MANY_STEPS = -1, -2, -3, -4, -5


class Outcome(NamedTuple):
    """States of B trajectories at the times asked for, and why each one ended."""

    states: np.ndarray  # (T, dim, B), NaN after the end
    reason: np.ndarray  # (B,)
    end: np.ndarray  # (B,), NaN for those that reached the last time
    seen: np.ndarray  # (events, B), the event functions at the end
    first: np.ndarray  # (events, B), and at the start


@dataclass
class Problem:
    """``dy/dt = rate`` for B trajectories; further outputs of ``rate`` are event functions."""

    rate: Callable[[np.ndarray, np.ndarray, list[Any], np.ndarray], None]
    constants: list[Any]
    start: np.ndarray  # (dim, B)
    start_time: float
    times: np.ndarray  # (T,), not decreasing, none before the start
    outputs: int
    limits: np.ndarray  # (dim,), largest absolute values
    rtol: float
    atol: float
    most_steps: int = MOST_STEPS
    leave_stiff: bool = False  # end stiff trajectories as `TOO_MANY_STEPS`


def solve(problem: Problem) -> Outcome:
    """Integrate all trajectories from the start through the times."""
    with np.errstate(all="ignore"):
        return _Solver(problem).run()


class _Solver:
    def __init__(self, problem: Problem):
        self.p = problem
        dim, size = problem.start.shape
        self.dim = dim
        self.out = Outcome(
            np.full((len(problem.times), dim, size), np.nan),
            np.full(size, RUNNING),
            np.full(size, np.nan),
            np.full((problem.outputs - dim, size), np.nan),
            np.full((problem.outputs - dim, size), np.nan),
        )
        self.index = np.arange(size)  # which trajectory a column is
        self.t = np.full(size, problem.start_time)
        self.y = problem.start.copy()
        self.next = np.zeros(size, dtype=int)  # the next output time
        self.c = problem.constants
        self.full = np.empty((DOP853.n_stages + 1 + 3, problem.outputs, size))

    def rate(self, t: np.ndarray, y: np.ndarray, out: np.ndarray, index: Any = None) -> None:
        c = self.c if index is None else _columns(self.c, index)
        self.p.rate(t, y, c, out)

    def run(self) -> Outcome:
        p = self.p
        last = p.times[-1]
        self.rate(self.t, self.y, self.full[0])
        self.out.first[:] = self.full[0, self.dim :]
        self.signs = np.sign(self.out.first)
        self._record_start()
        self.h = self._first_step()
        self.first = self.h.copy()
        rejected = np.zeros(len(self.t), dtype=bool)
        self.stiff = np.zeros(len(self.t), dtype=int)
        for count in range(1, p.most_steps + 1):
            rejected = self._compress(rejected)
            if not len(self.index):
                return self.out
            h = np.minimum(self.h, last - self.t)
            y_new, error = self._step(h)
            good = error < 1.0  # False for NaN
            if p.leave_stiff and count % STEPS_BETWEEN_LOOKS == 0:
                self._look_for_stiffness(h, y_new)
            if count % STEPS_OF_A_PACE == 0:
                passed = (self.t - p.start_time) / (last - p.start_time)
                self._end(np.flatnonzero(passed * OUT_OF_REACH < count), TOO_MANY_STEPS, self.t)
            factor = SAFETY * error ** (-1 / ORDER)
            grow = np.where(rejected, 1.0, GROW)
            factor = np.where(error == 0, grow, np.clip(factor, SHRINK, grow))
            shorter = np.where(np.isnan(factor), SHRINK, np.minimum(factor, 1.0))
            factor = np.where(good, factor, shorter)
            self._accept(good, h, y_new)
            self.h = h * factor
            rejected = ~good
            smallest = SMALLEST_STEP * np.maximum(np.abs(self.t), self.first)
            self._end(np.flatnonzero(rejected & (self.h < smallest)), COLLAPSED, self.t)
        self._end(np.arange(len(self.t)), TOO_MANY_STEPS, self.t)
        return self.out

    def _step(self, h: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        K, p, dim = self.full, self.p, self.dim
        for s in range(1, DOP853.n_stages):
            self.rate(self.t + DOP853.C[s] * h, self._moved(DOP853.A[s, :s], h), K[s])
        y_new = self._moved(DOP853.B, h)
        self.rate(self.t + h, y_new, K[DOP853.n_stages])
        scale = p.atol + np.maximum(np.abs(self.y), np.abs(y_new)) * p.rtol
        stages = K[: DOP853.n_stages + 1]
        five = (_combined(DOP853.E5, stages)[:dim] / scale) ** 2
        three = (_combined(DOP853.E3, stages)[:dim] / scale) ** 2
        five, three = five.sum(axis=0), three.sum(axis=0)
        norm = h * five / np.sqrt((five + 0.01 * three) * dim)
        return y_new, np.where(five + three == 0, 0.0, norm)

    def _look_for_stiffness(self, h: np.ndarray, y_new: np.ndarray) -> None:
        """Both of the last two stages lie at the end of the step: what differs is the rate."""
        last, dim = DOP853.n_stages, self.dim
        other = self._moved(DOP853.A[last - 1, : last - 1], h)
        change = np.linalg.norm(self.full[last, :dim] - self.full[last - 1, :dim], axis=0)
        edge = h * change > STABILITY * np.linalg.norm(y_new - other, axis=0)
        self.stiff = np.where(edge, self.stiff + 1, 0)
        long = self.p.times[-1] - self.t > WORTH_ANOTHER * h
        self._end(np.flatnonzero((self.stiff >= LOOKS) & long), TOO_MANY_STEPS, self.t)

    def _moved(self, weights: np.ndarray, h: np.ndarray) -> np.ndarray:
        return self.y + h * _combined(weights, self.full)[: self.dim]

    def _accept(self, good: np.ndarray, h: np.ndarray, y_new: np.ndarray) -> None:
        """Outputs and events inside the step, then the new time and state."""
        p, dim = self.p, self.dim
        good = good & (self.out.reason[self.index] == RUNNING)
        t_new = np.where(h >= p.times[-1] - self.t, p.times[-1], self.t + h)
        new = self.full[DOP853.n_stages]
        signs = np.sign(new[dim:])
        crossed = good & (signs != self.signs).any(axis=0) if len(signs) else np.zeros_like(good)
        beyond = (np.abs(y_new) > p.limits[:, None]).any(axis=0) & good
        due = p.times[np.minimum(self.next, len(p.times) - 1)]
        writes = good & (self.next < len(p.times)) & (due <= t_new)
        inside = np.flatnonzero(crossed | writes)
        ends: dict[int, tuple[int, float]] = {}
        if len(inside):
            dense = self._dense(inside, h[inside], y_new[:, inside])
            t, step = self.t[inside], h[inside]
            stop = t_new[inside].copy()
            for k in np.flatnonzero(crossed[inside]).tolist():
                event, x = self._root(dense, inside, k, signs[:, inside[k]], step[k])
                stop[k] = t[k] + x * step[k]
                ends[int(inside[k])] = (event, float(stop[k]))
            self._write(dense, inside, t, step, stop, y_new)
        columns = np.flatnonzero(good)
        self.t[columns] = t_new[columns]
        self.y[:, columns] = y_new[:, columns]
        self.full[0][:, columns] = new[:, columns]
        for column, (event, time) in ends.items():
            self._end(np.array([column]), event, np.full(len(self.t), time))
        self._end(np.flatnonzero(beyond), UNBOUNDED, self.t)
        self._end(np.flatnonzero(good & (self.next >= len(p.times))), DONE, self.t)

    def _write(self, dense: Any, inside: Any, t: Any, step: Any, stop: Any, y_new: Any) -> None:
        times = self.p.times
        pending = np.arange(len(inside))
        while len(pending):
            position = self.next[inside[pending]]
            open_ = position < len(times)
            pending, position = pending[open_], position[open_]
            due = times[position]
            within = due <= stop[pending]
            pending, position, due = pending[within], position[within], due[within]
            if not len(pending):
                return
            x = np.minimum((due - t[pending]) / step[pending], 1.0)
            values = _interpolated([d[:, pending] for d in dense], x)
            # At the end of the step, the state itself.
            exact = x == 1.0
            values[:, exact] = y_new[:, inside[pending[exact]]]
            self.out.states[position, :, self.index[inside[pending]]] = values.T
            self.next[inside[pending]] += 1

    def _dense(self, inside: np.ndarray, h: np.ndarray, y_new: np.ndarray) -> list[np.ndarray]:
        """Coefficients of the interpolant of order 7 on some columns."""
        dim, n = self.dim, DOP853.n_stages
        K = np.empty((len(self.full), self.p.outputs, len(inside)))
        K[: n + 1] = self.full[: n + 1][:, :, inside]
        t, y = self.t[inside], self.y[:, inside]
        for s, (a, c) in enumerate(zip(DOP853.A_EXTRA, DOP853.C_EXTRA, strict=True), start=n + 1):
            stage = y + h * _combined(a[:s], K)[:dim]
            self.rate(t + c * h, stage, K[s], inside)
        f_old, f_new = K[0, :dim], K[n, :dim]
        change = y_new - y
        F = [change, h * f_old - change, 2 * change - h * (f_new + f_old)]
        F += [h * _combined(row, K)[:dim] for row in DOP853.D]
        return [y, *F]

    def _root(
        self, dense: Any, inside: Any, k: int, signs: np.ndarray, step: float
    ) -> tuple[int, float]:
        """The first event in the step of one column: which, and where between 0 and 1."""
        column = inside[k : k + 1]
        piece = [d[:, k : k + 1] for d in dense]
        values = np.empty((self.p.outputs, 1))
        before = self.signs[:, column[0]]
        best = (-1, 2.0)
        for event in np.flatnonzero(signs != before):
            low, high = 0.0, 1.0
            for _ in range(BISECTIONS):
                x = (low + high) / 2
                y = _interpolated(piece, np.array([x]))
                self.rate(self.t[column] + x * step, y, values, column)
                same = np.sign(values[self.dim + event, 0]) == before[event]
                low, high = (x, high) if same else (low, x)
            if high < best[1]:
                best = (int(event), high)
        return best

    def _record_start(self) -> None:
        times = self.p.times
        count = int(np.searchsorted(times, self.p.start_time, side="right"))
        self.out.states[:count] = self.y
        self.next[:] = count
        zero = self.signs == 0
        for event in range(len(self.signs)):
            self._end(np.flatnonzero(zero[event]), event, self.t)
        if count == len(times):
            self._end(np.arange(len(self.t)), DONE, self.t)

    def _end(self, columns: np.ndarray, reason: int, times: np.ndarray) -> None:
        members = self.index[columns]
        fresh = self.out.reason[members] == RUNNING
        columns, members = columns[fresh], members[fresh]
        self.out.reason[members] = reason
        self.out.seen[:, members] = self.full[0, self.dim :][:, columns]
        if reason != DONE:
            self.out.end[members] = times[columns]

    def _compress(self, rejected: np.ndarray) -> np.ndarray:
        """Drop columns that have ended, all of them once few are left in use."""
        running = self.out.reason[self.index] == RUNNING
        if running.all():
            return rejected
        if running.any() and running.mean() > COMPRESSED:
            # An ended column stays where it is: a step of length 0 costs no accuracy.
            self.h[~running] = 0.0
            return rejected
        kept = np.flatnonzero(running)
        self.index, self.t, self.next = self.index[kept], self.t[kept], self.next[kept]
        self.y, self.full = self.y[:, kept], self.full[:, :, kept].copy()
        self.h, self.first, self.signs = self.h[kept], self.first[kept], self.signs[:, kept]
        self.stiff = self.stiff[kept]
        self.c = _columns(self.c, kept)
        return rejected[kept]

    def _first_step(self) -> np.ndarray:
        """As `scipy.integrate` chooses it, for each trajectory (Hairer et al., II.4)."""
        p, dim = self.p, self.dim
        f0 = self.full[0, :dim]
        scale = p.atol + np.abs(self.y) * p.rtol
        d0, d1 = _rms(self.y / scale), _rms(f0 / scale)
        h0 = np.where((d0 < 1e-5) | (d1 < 1e-5), 1e-6, 0.01 * d0 / d1)
        span = p.times[-1] - p.start_time
        h0 = np.minimum(h0, span)
        self.rate(self.t + h0, self.y + h0 * f0, self.full[1])
        d2 = _rms((self.full[1, :dim] - f0) / scale) / h0
        largest = np.maximum(d1, d2)
        h1 = np.where(
            largest <= 1e-15, np.maximum(1e-6, h0 * 1e-3), (0.01 / largest) ** (1 / ORDER)
        )
        step = np.minimum(np.minimum(100 * h0, h1), span)
        return np.where(np.isfinite(step) & (step > 0), step, 1e-6 * span)


def _columns(constants: list[Any], index: np.ndarray) -> list[Any]:
    return [c[index] if np.ndim(c) else c for c in constants]


def _combined(weights: np.ndarray, stages: np.ndarray) -> np.ndarray:
    used = stages[: len(weights)]
    return (weights @ used.reshape(len(weights), -1)).reshape(used.shape[1:])


def _interpolated(dense: list[np.ndarray], x: np.ndarray) -> np.ndarray:
    y, *F = dense
    value = np.zeros_like(y)
    for k, f in enumerate(reversed(F)):
        value = (value + f) * (x if k % 2 == 0 else 1 - x)
    return value + y


def _rms(values: np.ndarray) -> np.ndarray:
    return np.sqrt((values**2).mean(axis=0))
