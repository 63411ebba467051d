"""Which solver takes a batch of trajectories, and in which pieces."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from quantsync.errors import ConvergenceError, InvalidArgumentError
from quantsync.meanfield.dormand_prince import MOST_STEPS, TOO_MANY_STEPS, Problem, solve
from quantsync.meanfield.equations.kernels import Kernel, KernelFactory
from quantsync.meanfield.scipy_solvers import OutOfPatience, ScalarRate, solve_one
from quantsync.parallel import chunk_slices, map_threads, worker_count

METHODS = ("auto", "LSODA", "DOP853", "RK45", "RK23", "Radau", "BDF")
SMALLEST_BATCH = 16  # trajectories from which all of them at once are faster than one by one
CHUNK = 1024  # trajectories whose stages fit into the cache
DEFAULT_RTOL, DEFAULT_ATOL = 1e-12, 1e-14
SCIPY_RTOL = 1e-11  # of the other methods: LSODA does not reach 1e-12
STEPS_BEFORE_STIFF = 2_000_000  # of DOP853, before LSODA has its turn in any case


@dataclass(frozen=True)
class Options:
    """How to integrate; see `MeanFieldModel.integrate`."""

    method: str
    rtol: float | None
    atol: float | None
    bound: float
    start_time: float
    workers: int | None

    def checked(self) -> Options:
        """Itself, if it makes sense."""
        if self.method not in METHODS:
            raise InvalidArgumentError(
                f"Argument `method` must be one of {', '.join(METHODS)}, but is {self.method!r}."
            )
        for name in ("rtol", "atol", "bound"):
            value: Any = getattr(self, name)
            if value is None and name != "bound":
                continue
            if not (isinstance(value, int | float | np.number) and 0 < value < np.inf):
                raise InvalidArgumentError(
                    f"Argument `{name}` must be a positive number, but is {value!r}."
                )
        if not (
            isinstance(self.start_time, int | float | np.number) and np.isfinite(self.start_time)
        ):
            raise InvalidArgumentError(
                f"Argument `start_time` must be a finite number, but is {self.start_time!r}."
            )
        if self.rtol is not None and self.rtol < 3e-14:
            raise InvalidArgumentError(
                f"Argument `rtol` must be at least 3e-14, near rounding, but is {self.rtol}."
            )
        return self


@dataclass
class Run:
    """A batch of trajectories, and the solver that suits it."""

    factory: KernelFactory
    kernel: Kernel
    start: np.ndarray  # (dim, B)
    columns: list[np.ndarray]  # each () or (B,)
    times: np.ndarray
    limits: np.ndarray
    options: Options

    @property
    def rtol(self) -> float:
        """The relative tolerance of the one-step method."""
        return self.options.rtol or DEFAULT_RTOL

    @property
    def atol(self) -> float:
        """The absolute tolerance."""
        return self.options.atol or DEFAULT_ATOL

    def solved(self) -> tuple[str, tuple[np.ndarray, ...]]:
        """The method, and states (T, dim, B), reasons, ends, event functions then and first.

        Raises
        ------
        ConvergenceError
            If the method that was asked for takes too many steps.
        """
        method, result = self._solved()
        tired = result[1] == TOO_MANY_STEPS
        if tired.any():
            raise ConvergenceError(
                f"The method {method} needs more than {MOST_STEPS} steps beyond t = "
                f"{result[2][tired][0]:.6g}. For stiff equations ask for method='LSODA', 'Radau' "
                "or 'BDF', or raise the tolerances."
            )
        return method, result

    def _solved(self) -> tuple[str, tuple[np.ndarray, ...]]:
        size, method = self.start.shape[1], self.options.method
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
        stiff = np.flatnonzero(result[1] == TOO_MANY_STEPS)
        if not len(stiff):
            return "DOP853", result
        again = self._one_by_one("LSODA", stiff)
        for whole, part in zip(result, again, strict=True):
            whole[..., stiff] = part
        return "LSODA" if len(stiff) == size else "DOP853, LSODA", result

    def _compiled(self, most_steps: int, leave_stiff: bool = False) -> tuple[np.ndarray, ...]:
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
            solve_many(
                rate,
                constants[part],
                starts[part],
                options.start_time,
                self.times,
                self.kernel.outputs,
                self.limits,
                self.rtol,
                self.atol,
                most_steps,
                leave_stiff,
                states[part],
                reasons[part],
                ends[part],
                seen[part],
                first[part],
            )

        workers = worker_count(options.workers)
        map_threads(work, chunk_slices(size, max(1, size // (8 * workers))), workers)
        return states.transpose(1, 2, 0), reasons, ends, seen.T, first.T

    def _together(self, most_steps: int, leave_stiff: bool = False) -> tuple[np.ndarray, ...]:
        size = self.start.shape[1]
        workers = worker_count(self.options.workers)
        chunk = min(CHUNK, -(-size // workers))

        def work(part: slice) -> Any:
            parameters = [p[part] if p.ndim else p for p in self.columns]
            constants = self.kernel.constant_arrays(parameters)
            start = self.start[:, part]
            problem = Problem(
                self.kernel.batch,
                constants,
                start,
                self.options.start_time,
                self.times,
                self.kernel.outputs,
                self.limits,
                self.rtol,
                np.full(len(start), self.atol),
                most_steps,
                leave_stiff,
            )
            outcome = solve(problem)
            return outcome.states, outcome.reason, outcome.end, outcome.last_events, outcome.first

        pieces = map_threads(work, chunk_slices(size, chunk), workers)
        return tuple(np.concatenate(parts, axis=-1) for parts in zip(*pieces, strict=True))

    def _one_by_one(
        self, method: str, chosen: Any, impatient: bool = False
    ) -> tuple[np.ndarray, ...]:
        """Some of the trajectories with SciPy."""
        dim, size = len(self.start), len(chosen)
        states = np.full((len(self.times), dim, size), np.nan)
        reasons, ends = np.empty(size, dtype=int), np.full(size, np.nan)
        seen = np.full((self.kernel.outputs - dim, size), np.nan)
        first = np.full_like(seen, np.nan)
        atol = np.full(dim, self.options.atol or DEFAULT_ATOL)
        for k, member in enumerate(chosen):
            point = [float(p[member]) if p.ndim else float(p) for p in self.columns]
            rate = ScalarRate(self.kernel, point, dim, impatient)
            states[:, :, k], reasons[k], ends[k], seen[:, k] = solve_one(
                rate,
                self.start[:, member].copy(),
                self.options.start_time,
                self.times,
                method=method,
                rtol=self.rtol if method == "DOP853" else self.options.rtol or SCIPY_RTOL,
                atol=atol,
                limits=self.limits,
                jacobian=self._jacobian(point),
            )
            first[:, k] = rate.first
        return states, reasons, ends, seen, first

    def _jacobian(self, point: list[float]) -> Callable[[float, np.ndarray], np.ndarray] | None:
        """Derivatives of the drift; with a covariance they are a part of the Jacobian only."""
        size = 2 * self.factory.modes
        if len(self.start) > size:
            return None
        matrix = ScalarRate(self.factory.jacobian, point, self.factory.jacobian.outputs)

        def jacobian(t: float, y: np.ndarray) -> np.ndarray:
            return np.asarray(matrix(t, y)).reshape(size, size)

        return jacobian
