"""Limit cycles of mean-field equations by shooting, with their Floquet multipliers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from quantsync import html
from quantsync.checks import named_arguments, real_number, whole_number
from quantsync.errors import ConvergenceError, InvalidArgumentError
from quantsync.meanfield._pictures import planes
from quantsync.meanfield._states import complex_state, interleaved
from quantsync.meanfield._tangent import TangentFlow, real_state
from quantsync.meanfield.model import MeanFieldModel, require_model

MOST_ITERATIONS = 40
ACCURACY = 1e-9  # of the closure, relative to the extent of the cycle
SMALLEST_CYCLE = 1e-5  # extent relative to 1 + |beta|; below, it is a fixed point
WINDOW, SAMPLES = 8.0, 400  # units |beta|/speed in which to look for a return first, and how finely
MOST_SAMPLES = 100_000  # so long that a return should have come
RETURN = 0.1  # of the extent: near enough to call it a return
CLOSE = 0.01  # of the extent: probably a whole period
GUESSES = 4  # returns that are tried
if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_TURNS = 12  # of an orbit in the period that was found
SAME_POINT = 1e-6  # of the extent
SHORTEST = 0.1  # of its first guess: a period that shrinks below belongs to no cycle
UNIT = 1e-5  # distance from 1 below which a multiplier is the trivial one


@dataclass(frozen=True, eq=False)
class LimitCycle:
    """A closed orbit.

    Attributes
    ----------
    period : float
    beta : ndarray of shape (P, n)
        Amplitudes at ``times``; the last ones are the first again.
    times : ndarray of shape (P,)
        From 0 to the period.
    multipliers : ndarray of shape (2n,)
        Floquet multipliers, complex, the largest first; the trivial one, 1, of an autonomous
        system is among them.
    residual : float
        Distance of the end of the orbit from its beginning.
    trivial_error : float
        Distance of the trivial multiplier from 1: how well the others are known. NaN for a forced
        system, which has none.
    stable : bool
        All other multipliers lie inside the unit circle. False where another multiplier is 1
        within 1e-5, as in a family of cycles: such a system has no isolated limit cycle.
    """

    period: float
    beta: np.ndarray
    times: np.ndarray
    multipliers: np.ndarray
    residual: float
    trivial_error: float
    stable: bool

    @property
    def frequency(self) -> float:
        """2 pi / period."""
        return 2 * np.pi / self.period

    @property
    def exponents(self) -> np.ndarray:
        """Growth rates ln|multiplier|/period, shape (2n,); -inf for a multiplier of 0."""
        with np.errstate(divide="ignore"):
            return np.log(np.abs(self.multipliers)) / self.period

    @named_arguments
    def plot(self, axes: Any = None) -> Axes:
        """Draw the orbit of every amplitude in its plane.

        Parameters
        ----------
        axes : matplotlib.axes.Axes, optional
            Where to draw; in a new figure by default.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        InvalidArgumentError
            If ``axes`` is something else.
        """
        return planes(self.beta, axes, end=False)

    def _repr_html_(self) -> str:
        rows = {
            "period": f"{self.period:.6g}",
            "stable": "yes" if self.stable else "no",
            "multipliers": f"moduli {html.extent(np.abs(self.multipliers))}",
            "residual": html.largest(self.residual),
            "error of the trivial multiplier": ""
            if np.isnan(self.trivial_error)
            else html.largest(self.trivial_error),
        }
        return html.table(type(self).__name__, rows)

    def __repr__(self) -> str:
        kind = "stable" if self.stable else "not stable"
        return f"<LimitCycle of period {self.period:.6g}, {kind}, residual {self.residual:.2g}>"


@named_arguments
def limit_cycle(
    model: MeanFieldModel,
    state: Any,
    period: float | None = None,
    *,
    transient: float = 0.0,
    parameters: Mapping[Any, Any] | None = None,
    points: int = 201,
) -> LimitCycle:
    """The closed orbit near a start, by Newton's method on the map of one period.

    For an autonomous system the unknowns are a point and the period; the point moves in the plane
    through the guess across the flow, since any other point of the orbit would do as well. For
    equations with explicit time of a given period only the point is unknown.

    Parameters
    ----------
    model : MeanFieldModel
    state : array_like of shape (n,)
        Amplitudes near the cycle, or in its basin if ``transient`` is long enough.
    period : float, optional
        A guess, or with explicit time the period itself. By default the first return.
    transient : float, optional
        Time that trajectories are followed first, 0 by default. With explicit time a multiple of
        the period.
    parameters : mapping, optional
        Numbers, on top of the defaults.
    points : int, optional
        Number P of points of the orbit, 201 by default.

    Raises
    ------
    ConvergenceError
        If there is no return, Newton's method does not converge, or ends on a fixed point.
    UnboundedRunError
        If the trajectory grows without bound.
    InvalidArgumentError, DimensionError, UnknownNameError
        If arguments do not fit.

    Examples
    --------
    ``d beta/dt = (1/2 - i) beta - |beta|^2 beta/10``: radius sqrt 5, frequency 1, and radial
    deviations that decay at rate 1:

    >>> import sympy, quantsync as qs
    >>> b = sympy.Symbol("b")
    >>> half = sympy.Rational(1, 2)
    >>> model = qs.MeanFieldModel.from_equations(
    ...     [b], [(half - sympy.I) * b - sympy.Abs(b) ** 2 * b / 10]
    ... )
    >>> cycle = qs.meanfield.limit_cycle(model, [1.0], transient=10.0)
    >>> print(round(abs(cycle.beta[0, 0]) ** 2, 8), round(cycle.frequency, 8))
    5.0 1.0
    >>> print(cycle.exponents.round(6) + 0.0)
    [ 0. -1.]
    """
    forced = not require_model(model).autonomous
    if forced and period is None:
        raise InvalidArgumentError("Argument `period` must be given for explicit time.")
    y = real_state(state, len(model.modes))
    if period is not None:
        period = real_number(period, "period", above=0)
    time = real_number(transient, "transient", at_least=0)
    points = whole_number(points, "points", at_least=2)
    flow = TangentFlow(model, parameters, 2 * len(model.modes))
    plain = TangentFlow(model, parameters, 0)
    if time:
        y = plain.path(y, np.array([time]))[0][-1]
    guesses = _returns(plain, y) if period is None else [period]
    y, T, residual, monodromy = _first_orbit(flow, plain, y, guesses, forced)
    multipliers = np.linalg.eigvals(monodromy)
    multipliers = multipliers[np.argsort(-np.abs(multipliers), kind="stable")]
    others, trivial = multipliers, np.nan
    if not forced:
        nearest = int(np.argmin(np.abs(multipliers - 1)))
        trivial = float(np.abs(multipliers[nearest] - 1))
        others = np.delete(multipliers, nearest)
    times = np.linspace(0.0, T, points)
    orbit = plain.path(y, times)[0]
    return LimitCycle(
        float(T),
        complex_state(orbit),
        times,
        multipliers,
        float(residual),
        trivial,
        bool((np.abs(others) < 1 - UNIT).all()),
    )


Shot = tuple[np.ndarray, float, float, np.ndarray]  # point, period, residual, monodromy matrix


def _first_orbit(
    flow: TangentFlow, plain: TangentFlow, y: np.ndarray, guesses: list[float], forced: bool
) -> Shot:
    """The closed orbit that one of the guesses of the period leads to, once around."""
    for k, guess in enumerate(guesses):
        try:
            found = _shoot(flow, plain, y, guess, forced)
            return found if forced else _primitive(flow, plain, found)
        except ConvergenceError:
            if k == len(guesses) - 1:
                raise
    raise AssertionError("there is at least one guess")


def _primitive(flow: TangentFlow, plain: TangentFlow, found: Shot) -> Shot:
    """The same orbit once, where the search has found it several times around."""
    y, T = found[:2]
    parts = np.arange(MOST_TURNS, 0, -1)
    distance = np.linalg.norm(plain.path(y, T / parts)[0] - y, axis=-1)
    turns = int(parts[np.argmax(distance < SAME_POINT * distance.max())])
    return found if turns == 1 else _shoot(flow, plain, y, T / turns, False)


def _shoot(flow: TangentFlow, plain: TangentFlow, y: np.ndarray, T: float, forced: bool) -> Shot:
    """A closed orbit."""
    size, shortest = len(y), SHORTEST * T
    residual = np.inf
    for _ in range(MOST_ITERATIONS):
        ends, deviations = flow.path(y, np.array([T / 2, T]))
        gap, monodromy = ends[-1] - y, deviations[-1]
        extent = max(np.abs(ends[0] - y).max(), np.abs(ends[-1] - y).max())
        residual = float(np.linalg.norm(gap))
        if not forced and extent <= SMALLEST_CYCLE * (1 + np.abs(y).max()):
            raise ConvergenceError(
                "The search for a limit cycle ended on the fixed point "
                f"{complex_state(y).tolist()}. Start farther out; trajectories that decay have no "
                "limit cycle."
            )
        if residual <= ACCURACY * max(extent, 1e-300) or residual == 0.0:
            return y, T, residual, monodromy
        if forced:
            step = np.linalg.lstsq(monodromy - np.eye(size), -gap, rcond=None)[0]
            y = y + step
            continue
        system = np.zeros((size + 1, size + 1))
        system[:size, :size] = monodromy - np.eye(size)
        system[:size, size] = _rate(plain, ends[-1])
        system[size, :size] = _rate(plain, y)
        # Least squares: a symmetry makes the system singular, and any of its cycles will do.
        step = np.linalg.lstsq(system, np.append(-gap, 0.0), rcond=1e-9)[0]
        # A period must stay positive, and a step within what the linearisation can tell.
        scale = min(1.0, 0.3 * T / max(abs(step[-1]), 1e-300))
        y, T = y + scale * step[:-1], T + scale * float(step[-1])
        if shortest > T:
            break
    raise ConvergenceError(
        f"The orbit does not close: at best its end is {residual:.3g} "
        "from its beginning. Give a better state or period, or a longer transient; where nothing "
        "closes there is no limit cycle."
    )


def _rate(plain: TangentFlow, y: np.ndarray) -> np.ndarray:
    return interleaved(plain.model.drift(complex_state(y), 0.0, plain.parameters))


def _returns(plain: TangentFlow, y: np.ndarray) -> list[float]:
    """Times after which a trajectory is next to its start again, the likeliest first."""
    speed = float(np.linalg.norm(_rate(plain, y)))
    unit = float(np.linalg.norm(y)) / speed if speed > 0 else np.inf
    if not np.isfinite(unit) or unit == 0:
        raise ConvergenceError(
            "Argument `state` is a fixed point; no trajectory returns to it. Start elsewhere."
        )
    step, state, distance = unit * WINDOW / SAMPLES, y, np.zeros(1)
    while len(distance) <= MOST_SAMPLES:
        # Twice as long each time, and as finely.
        states = plain.path(state, step * np.arange(1, max(SAMPLES, len(distance)) + 1))[0]
        distance = np.append(distance, np.linalg.norm(states - y, axis=-1))
        state, extent = states[-1], distance.max()
        left = int(np.argmax(distance > 0.5 * extent))
        inner = distance[1:-1]
        turning = np.flatnonzero((inner <= distance[:-2]) & (inner < distance[2:])) + 1
        near = turning[(turning > left) & (distance[turning] < RETURN * extent)]
        if len(near):
            # A relaxation oscillation passes on another branch before it is back.
            order = np.argsort(distance[near] > CLOSE * extent, kind="stable")
            return [_nearest(plain, y, step * (k - 1), 2 * step) for k in near[order][:GUESSES]]
    raise ConvergenceError(
        "The trajectory does not return to its start. Give a `transient` or a `period`."
    )


def _nearest(plain: TangentFlow, y: np.ndarray, start: float, span: float) -> float:
    """The moment within a span at which a trajectory is nearest to its start."""
    times = start + np.linspace(0.0, span, SAMPLES // 2 + 1)
    return float(times[np.argmin(np.linalg.norm(plain.path(y, times)[0] - y, axis=-1))])
