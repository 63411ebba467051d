"""One trajectory by SciPy's solvers, stiff or not, with a compiled rate where there is one."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.integrate import odeint, solve_ivp

from quantsync.errors import ConvergenceError, CostError
from quantsync.meanfield._dormand_prince import COLLAPSED, DONE, UNBOUNDED
from quantsync.meanfield.equations.kernels import Kernel

# Making machine code takes as long as this many statements in Python: less is not worth it. What
# SciPy does between two calls of the rate takes as long as some hundred more.
STATEMENTS_BEFORE_COMPILING = 30_000_000
STATEMENTS_OF_A_CALL = 400
CALLS_BEFORE_STIFF = 1_000_000  # of the rate in Python, before another method has its turn
CALLS_OF_A_STALL, STALL = 5000, 1e-12  # so little progress in so many calls: a pole
MOST_CALLS = 30_000_000
# A trajectory that would need so many times the most calls at its pace cannot be followed.
CALLS_OF_A_PACE, HOPELESS = 100_000, 1e4
STALLED = 1e-2  # progress in as many calls, relative to all before: the time stands still
MANY_TURNS = 100  # radians: what has gone so far is not held up by a pole
TOO_LONG = 10  # times the most calls: refused as soon as it is seen
STEPS_BETWEEN_OUTPUTS = 100_000_000

# States, the reason and time of the end, the event functions there.
Ended = tuple[np.ndarray, int, float, list[float]]


class Crossed(Exception):  # noqa: N818 - a signal to this module, never seen outside
    """An event function has changed its sign, or the time stands still."""


class OutOfPatience(Exception):  # noqa: N818 - likewise
    """So long an integration had better begin again in machine code, or with a stiff method."""


class Hopeless(Exception):  # noqa: N818 - likewise
    """The time hardly moves, as next to a pole."""


class ScalarRate:
    """``rate(t, y)`` of one trajectory: Python first, machine code once that pays.

    The first ``states`` outputs of the kernel are dy/dt, the others event functions. Impatient ones
    raise `OutOfPatience` where otherwise the machine code would take over or, where there cannot be
    any, after a million calls.
    """

    def __init__(self, kernel: Kernel, parameters: Any, states: int, impatient: bool = False):
        self._impatient = impatient
        self.kernel, self.states = kernel, states
        self.constants = [float(x) for x in kernel.constants(parameters)]
        self._array = np.array(self.constants, dtype=float)
        self._nan = [np.nan] * kernel.outputs
        self._left = 0
        self.evaluate: Callable[[float, np.ndarray], Any] = self._python
        if "compiled" in kernel.__dict__:
            self._use_machine_code()
        elif kernel.compilable:
            self._left = STATEMENTS_BEFORE_COMPILING // (kernel.statements + STATEMENTS_OF_A_CALL)
        elif impatient:
            self._left = CALLS_BEFORE_STIFF
        self.calls = 0
        self._marked = np.inf
        self._passed = 0.0
        self.begin, self.end = 0.0, 0.0
        self.signs: list[int] = []
        self.first: list[float] = [np.nan] * (kernel.outputs - states)
        self.last = (np.nan, [np.nan] * (kernel.outputs - states))

    def __call__(self, t: float, y: np.ndarray) -> Any:
        """The rates; events are looked at in passing."""
        self.calls += 1
        if self.calls > MOST_CALLS:
            raise ConvergenceError(
                f"A trajectory needs more than {MOST_CALLS} evaluations to t = {t:.6g}. Raise the "
                "tolerances, or ask for an earlier time or a smaller bound."
            )
        values = self.evaluate(t, y)
        self.last = (t, list(values[self.states :]))
        if self.calls % CALLS_OF_A_PACE == 0:
            self._look_at_the_pace(t, y, np.asarray(values[: self.states]))
        return values[: self.states]

    def _look_at_the_pace(self, t: float, y: np.ndarray, rate: np.ndarray) -> None:
        """Give up where the end is out of reach: next to a pole, or at a steady pace."""
        before, self._passed = self._passed, t - self.begin
        progress = self._passed - before
        left = (self.end - t) / max(progress, 1e-300) * CALLS_OF_A_PACE
        turns = np.linalg.norm(rate) * self._passed / max(float(np.linalg.norm(y)), 1e-300)
        steady = self.calls > CALLS_OF_A_PACE and STALLED * before < progress < 10 * before
        if steady and turns > MANY_TURNS:
            if left > MOST_CALLS * TOO_LONG:
                raise CostError(
                    f"A trajectory would need some {left:.2g} evaluations to t = {self.end:.6g}; "
                    f"after {self.calls} it is at t = {t:.6g}, and not at rest. Ask for an earlier "
                    "time, or use limit_cycle() or fixed_points() for what it tends to."
                )
        elif turns <= MANY_TURNS:
            passed = self._passed / max(self.end - self.begin, 1e-300)
            if passed * MOST_CALLS * HOPELESS < self.calls:
                raise Hopeless

    def watched(self, t: float, y: np.ndarray) -> Any:
        """The rates, or `Crossed` where an event has happened or the time stands still."""
        values = self(t, y)
        if self.calls % CALLS_OF_A_STALL == 0:
            if abs(t - self._marked) <= STALL * abs(t):
                raise Crossed
            self._marked = t
        for sign, value in zip(self.signs, self.last[1], strict=True):
            if not value * sign > 0:
                raise Crossed
        return values

    def events(self, t: float, y: np.ndarray) -> list[float]:
        """Values of the event functions."""
        return list(self.evaluate(t, y)[self.states :])

    def _python(self, t: float, y: np.ndarray) -> Any:
        if self._left:
            self._left -= 1
            if not self._left:
                if self._impatient:
                    raise OutOfPatience
                self._use_machine_code()
        try:
            return self.kernel.scalar(t, y.tolist(), self.constants)
        except (ArithmeticError, ValueError):
            # Where NumPy has infinity or NaN, `math` raises; the solver shall shorten its step.
            return self._nan

    def _use_machine_code(self) -> None:
        function, constants, outputs = self.kernel.compiled, self._array, self.kernel.outputs

        def evaluate(t: float, y: np.ndarray) -> np.ndarray:
            out = np.empty(outputs)
            # Implicit methods differentiate with columns of a matrix.
            function(t, np.ascontiguousarray(y), constants, out)
            return out

        self.evaluate = evaluate


@dataclass
class OneTrajectory:
    """From the start to the last time; reasons for an end are those of `_dormand_prince`."""

    rate: ScalarRate
    start: np.ndarray  # (dim,)
    start_time: float
    times: np.ndarray
    rtol: float
    atol: float
    limits: np.ndarray
    jacobian: Callable[[float, np.ndarray], np.ndarray] | None

    def solved(self, method: str) -> Ended:
        """States (T, dim), the reason and time of the end, and the event functions there."""
        rate = self.rate
        # Filled as far as a solver comes.
        self.states = np.full((len(self.times), len(self.start)), np.nan)
        with np.errstate(all="ignore"), warnings.catch_warnings():
            # Solvers warn of what is found and named below.
            warnings.simplefilter("ignore")
            first = rate.first = rate.events(self.start_time, self.start)
            rate.signs = [int(np.sign(x)) for x in first]
            self.states[self.times == self.start_time] = self.start
            if 0 in rate.signs:
                return self.states, rate.signs.index(0), self.start_time, first
            if self.times[-1] == self.start_time:
                return self.states, DONE, np.nan, first
            rate.begin, rate.end = self.start_time, float(self.times[-1])
            try:
                if method == "LSODA":
                    if self._multistep() and (np.abs(self.states) <= self.limits).all():
                        return self._done()
                    self.states[:] = np.nan
                    # Near a pole LSODA stalls; what happens there, a one-step method finds.
                    method = "DOP853"
                return self._stepwise(method)
            except Hopeless:
                return self._collapsed()

    def _collapsed(self) -> Ended:
        """The end where the rate was evaluated last."""
        end, seen = self.rate.last
        return self.states, COLLAPSED, float(end), seen

    def _done(self) -> Ended:
        return self.states, DONE, np.nan, self.rate.events(self.times[-1], self.states[-1].copy())

    def _multistep(self) -> bool:
        """LSODA without a stop; False if something has happened on the way."""
        try:
            path, info = odeint(
                self.rate.watched,
                self.start,
                np.concatenate([[self.start_time], self.times]),
                mxstep=STEPS_BETWEEN_OUTPUTS,
                tfirst=True,
                full_output=True,
                rtol=self.rtol,
                atol=self.atol,
            )
        except Crossed:
            return False
        self.states[:] = path[1:]
        return info["message"] == "Integration successful." and bool(np.isfinite(path).all())

    def _stepwise(self, method: str) -> Ended:
        """SciPy's step by step solvers, which find where events happen."""
        rate, times = self.rate, self.times
        options: dict[str, Any] = {"rtol": self.rtol, "atol": self.atol}
        if self.jacobian is not None and method in ("BDF", "Radau"):
            options["jac"] = self.jacobian
        try:
            result = solve_ivp(
                rate,
                (self.start_time, times[-1]),
                self.start,
                method=method,
                t_eval=np.unique(times),
                events=self._ends(),
                **options,
            )
        except ConvergenceError:
            raise
        except (ValueError, ArithmeticError, np.linalg.LinAlgError):
            # Implicit methods and root finders stumble over NaN: the rate has a singularity.
            singular = self._collapsed()
            if method != "DOP853" and (times < singular[2]).any():
                # What lies before is still to be had, from a method that takes a step at a time.
                _, _, end, seen = self._stepwise("DOP853")
                return self.states, COLLAPSED, end, seen
            return singular
        self._fill(result)
        if result.status == 1:
            for k, (found, at) in enumerate(zip(result.t_events, result.y_events, strict=True)):
                if len(found):
                    reason = k if k < len(rate.signs) else UNBOUNDED
                    end = float(found[0])
                    return self.states, reason, end, rate.events(end, at[0].copy())
        return self._done() if result.status == 0 else self._collapsed()

    def _ends(self) -> list[Any]:
        """The event functions, and the one that vanishes at the limits; all of them end a run."""
        rate = self.rate

        def watch(k: int) -> Callable[[float, np.ndarray], float]:
            def value(t: float, y: np.ndarray) -> float:
                found = rate.events(t, y)[k]
                # NaN beyond a pole is no crossing; the solver will shorten its step.
                return found if np.isfinite(found) else float(rate.signs[k])

            return value

        def within(t: float, y: np.ndarray) -> float:
            room = float((1 - np.abs(y) / self.limits).min())
            return room if np.isfinite(room) else 1.0

        functions: list[Any] = [*(watch(k) for k in range(len(rate.signs))), within]
        for function in functions:
            function.terminal = True
        return functions

    def _fill(self, result: Any) -> None:
        """Copy the states that a solver has reached; times may be there twice."""
        if not len(result.t):
            return
        where = np.searchsorted(result.t, self.times)
        reached = where < len(result.t)
        self.states[reached] = result.y.T[where[reached]]
