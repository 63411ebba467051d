"""Which solver takes a batch of trajectories, and in which pieces."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from quantsync.errors import ConvergenceError
from quantsync.meanfield._dormand_prince import (
    MOST_STEPS,
    TOO_MANY_STEPS,
    Outcome,
    Problem,
    solve,
)
from quantsync.meanfield._scipy_solvers import OneTrajectory, OutOfPatience, ScalarRate
from quantsync.meanfield.equations.kernels import Kernel, KernelFactory
from quantsync.memory import require_memory
from quantsync.parallel import chunk_slices, map_threads

METHODS = ("auto", "LSODA", "DOP853", "RK45", "RK23", "Radau", "BDF")
SMALLEST_BATCH = 16  # trajectories from which all of them at once are faster than one by one
CHUNK = 1024  # trajectories whose stages fit into the cache
LEAST_NUMBERS = 4  # of every variable, whatever the times
TOLERANCE = 1e-12
SCIPY_TOLERANCE = 1e-11  # of the other methods: LSODA does not reach 1e-12
SMALLEST_TOLERANCE = 3e-14
RELATIVE_TO_ABSOLUTE = 1000  # tolerances; the amplitude of a quantum is 1
STEPS_BEFORE_STIFF = 2_000_000  # of DOP853, before LSODA has its turn in any case


@dataclass(frozen=True)
class Options:
    """How to integrate; see `MeanFieldModel.integrate`."""

    method: str
    tolerance: float | None
    bound: float
    start_time: float
    workers: int


@dataclass
class Batch:
    """Trajectories from their starts through the times, and the solver that suits them."""

    factory: KernelFactory
    kernel: Kernel
    start: np.ndarray  # (dim, B)
    columns: list[np.ndarray]  # each () or (B,)
    times: np.ndarray
    limits: np.ndarray
    options: Options

    @property
    def rtol(self) -> float:
        """The relative tolerance of the method of Dormand and Prince."""
        return self.options.tolerance or TOLERANCE

    def solved(self) -> tuple[str, Outcome]:
        """The method and the result; raises if the method asked for takes too many steps."""
        method, result = self._solved()
        tired = result.reason == TOO_MANY_STEPS
        if tired.any():
            raise ConvergenceError(
                f"The method {method} needs more than {MOST_STEPS} steps beyond t = "
                f"{result.end[tired][0]:.6g}. For stiff equations ask for method='LSODA', 'Radau' "
                "or 'BDF', or raise the tolerance."
            )
        return method, result

    def _solved(self) -> tuple[str, Outcome]:
        (dim, size), method = self.start.shape, self.options.method
        modes = 2 * self.factory.modes
        # As the solver returns them, then as amplitudes and, if there are some, covariances.
        numbers = dim + modes + (modes**2 if dim > modes else 0)
        what = f"{size} trajectories at {len(self.times)} times"
        need = 8.0 * (len(self.times) * numbers + LEAST_NUMBERS * dim) * size
        require_memory(need, what, "take fewer times or parts of the batch")
        compiled = self.kernel.worth_compiling(size)
        if method == "DOP853" and compiled:
            return method, self._compiled(MOST_STEPS)
        if method == "DOP853" and size >= SMALLEST_BATCH:
            return method, self._together(MOST_STEPS)
        if method != "auto":
            return method, self._one_by_one(method, range(size))
        if not compiled and size < SMALLEST_BATCH:
            try:
                return "DOP853", self._one_by_one("DOP853", range(size), impatient=True)
            except OutOfPatience:
                if not self.kernel.compilable:
                    return "LSODA", self._one_by_one("LSODA", range(size))
                compiled = True
        together = self._compiled if compiled else self._together
        result = together(STEPS_BEFORE_STIFF, leave_stiff=True)
        stiff = np.flatnonzero(result.reason == TOO_MANY_STEPS)
        if not len(stiff):
            return "DOP853", result
        again = self._one_by_one("LSODA", stiff)
        for whole, part in zip(result, again, strict=True):
            whole[..., stiff] = part
        return "LSODA" if len(stiff) == size else "DOP853, LSODA", result

    def _compiled(self, most_steps: int, leave_stiff: bool = False) -> Outcome:
        """One by one on threads, in machine code."""
        from quantsync.meanfield.equations.machine_code import solve_many

        dim, size = self.start.shape
        events = self.kernel.outputs - dim
        table = self.kernel.constant_arrays(self.columns)
        constants = np.empty((size, len(table)))
        for k, values in enumerate(table):
            constants[:, k] = values
        starts = np.ascontiguousarray(self.start.T)
        states = np.full((size, len(self.times), dim), np.nan)
        reasons, ends = np.empty(size, dtype=np.int64), np.empty(size)
        seen, first = np.empty((size, events)), np.empty((size, events))
        rate, options = self.kernel.compiled, self.options

        def work(part: slice) -> None:
            given = constants[part], starts[part], options.start_time, self.times
            how = self.limits, self.rtol, self.rtol / RELATIVE_TO_ABSOLUTE, most_steps, leave_stiff
            filled = states[part], reasons[part], ends[part], seen[part], first[part]
            solve_many(rate, *given, self.kernel.outputs, *how, *filled)

        workers = options.workers
        map_threads(work, chunk_slices(size, max(1, size // (8 * workers))), workers)
        return Outcome(states.transpose(1, 2, 0), reasons, ends, seen.T, first.T)

    def _together(self, most_steps: int, leave_stiff: bool = False) -> Outcome:
        """In NumPy, all of a chunk at once."""
        size, workers = self.start.shape[1], self.options.workers

        def work(part: slice) -> Outcome:
            parameters = [p[part] if p.ndim else p for p in self.columns]
            problem = Problem(
                self.kernel.batch,
                self.kernel.constant_arrays(parameters),
                self.start[:, part],
                self.options.start_time,
                self.times,
                self.kernel.outputs,
                self.limits,
                self.rtol,
                self.rtol / RELATIVE_TO_ABSOLUTE,
                most_steps,
                leave_stiff,
            )
            return solve(problem)

        pieces = map_threads(work, chunk_slices(size, min(CHUNK, -(-size // workers))), workers)
        return Outcome(*(np.concatenate(parts, axis=-1) for parts in zip(*pieces, strict=True)))

    def _one_by_one(self, method: str, chosen: Any, impatient: bool = False) -> Outcome:
        """Some of the trajectories with SciPy."""
        dim, size = len(self.start), len(chosen)
        states = np.full((len(self.times), dim, size), np.nan)
        reasons, ends = np.empty(size, dtype=int), np.full(size, np.nan)
        seen = np.full((self.kernel.outputs - dim, size), np.nan)
        first = np.full_like(seen, np.nan)
        rtol = self.rtol if method == "DOP853" else self.options.tolerance or SCIPY_TOLERANCE
        for k, member in enumerate(chosen):
            point = [float(p[member]) if p.ndim else float(p) for p in self.columns]
            rate = ScalarRate(self.kernel, point, dim, impatient)
            trajectory = OneTrajectory(
                rate,
                self.start[:, member].copy(),
                self.options.start_time,
                self.times,
                rtol,
                rtol / RELATIVE_TO_ABSOLUTE,
                self.limits,
                self._jacobian(point),
            )
            states[:, :, k], reasons[k], ends[k], seen[:, k] = trajectory.solved(method)
            first[:, k] = rate.first
        return Outcome(states, reasons, ends, seen, first)

    def _jacobian(self, point: list[float]) -> Callable[[float, np.ndarray], np.ndarray] | None:
        """Derivatives of the drift; with a covariance they are a part of the Jacobian only."""
        size = 2 * self.factory.modes
        if len(self.start) > size:
            return None
        matrix = ScalarRate(self.factory.jacobian, point, self.factory.jacobian.outputs)

        def jacobian(t: float, y: np.ndarray) -> np.ndarray:
            return np.asarray(matrix(t, y)).reshape(size, size)

        return jacobian
