"""Trajectories of amplitudes and covariances, and how each of them ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np

from quantsync import html
from quantsync.batched import Batched
from quantsync.checks import choice, named_arguments
from quantsync.errors import TrajectoryEndedError, UnboundedRunError
from quantsync.meanfield._pictures import planes
from quantsync.plotting import axes_or_new, curves, require_one

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FAILURES = ("unbounded", "singular")


@dataclass(frozen=True, eq=False)
class MeanFieldTrajectory(Batched):
    """Amplitudes and covariances of a batch of trajectories at given times.

    An index picks trajectories of the batch, as in ``run[0]``; the times stay.

    Attributes
    ----------
    times : ndarray of shape (T,)
    beta : ndarray of shape (..., T, n)
        Amplitudes, ``beta = (q + i p)/sqrt2``; NaN where ``valid`` is False.
    covariance : ndarray of shape (..., T, 2n, 2n) or None
        Of the fluctuations, ordered q1, p1, q2, p2, ..., vacuum 1/2; None where none was asked
        for, NaN where ``valid`` is False.
    valid : ndarray of bool, shape (..., T)
        False after the end of a trajectory.
    ended : ndarray of str, shape (...)
        Name of the event that ended it, "unbounded" (beyond the bound), "singular" (no step is
        short enough: the equations have a pole there), or "" for the last time.
    end_time : ndarray of shape (...)
        When; NaN for trajectories that reached the last time.
    stationary : ndarray of bool, shape (...)
        The start is a fixed point to the last bit: nothing will ever happen to the amplitudes.
    method : str
        The method that was used; two where trajectories turned out to be stiff.
    error : None
        Not known: errors of each step are below the tolerance, and what they add up to depends on
        the equations.
    """

    times: np.ndarray
    beta: np.ndarray
    covariance: np.ndarray | None
    valid: np.ndarray
    ended: np.ndarray
    end_time: np.ndarray
    stationary: np.ndarray
    method: str
    error: ClassVar[Any] = None
    kind: ClassVar[str] = "mean field"
    batched: ClassVar[tuple[str, ...]] = (
        "beta",
        "covariance",
        "valid",
        "ended",
        "end_time",
        "stationary",
    )

    @property
    def shape(self) -> tuple[int, ...]:
        """Batch shape, ``()`` for a single trajectory."""
        return self.ended.shape

    @property
    def final(self) -> np.ndarray:
        """The amplitudes at the last time, shape (..., n); NaN where a trajectory ended before."""
        return self.beta[..., -1, :]

    @classmethod
    def joined(cls, parts: Sequence[Any]) -> Self | None:
        """Batches of shape (size,) as a larger one."""
        methods = {name: None for part in parts for name in part.method.split(", ")}
        return super().joined([replace(part, method=", ".join(methods)) for part in parts])

    @property
    def mean(self) -> np.ndarray:
        """Mean quadratures q1, p1, q2, p2, ..., shape (..., T, 2n)."""
        beta: Any = self.beta
        pairs = np.sqrt(2) * np.stack([beta.real, beta.imag], axis=-1)
        return pairs.reshape(*self.beta.shape[:-1], 2 * self.beta.shape[-1])

    @property
    def occupation(self) -> np.ndarray:
        """|beta_j|^2, shape (..., T, n)."""
        return np.abs(self.beta) ** 2

    def raise_for(self, reasons: Any) -> None:
        """Raise an error if a trajectory ended for one of these reasons.

        Parameters
        ----------
        reasons : iterable of str
            Names of events, "unbounded", "singular".

        Raises
        ------
        UnboundedRunError
            If the first of them is "unbounded" or "singular".
        TrajectoryEndedError
            If it is an event.
        """
        found = np.argwhere(np.isin(self.ended, list(reasons)))
        if not len(found):
            return
        indices = [tuple(int(i) for i in row) for row in found]
        reason, time = str(self.ended[indices[0]]), float(self.end_time[indices[0]])
        where = f" at index {indices[0]}" if self.ended.ndim else ""
        more = f" ({len(indices)} of {self.ended.size} trajectories ended so)" * bool(where)
        kind, keep = UnboundedRunError, "errors='mask'"
        if reason == "unbounded":
            text = f"grows beyond the bound at t = {time:.6g}{more}"
        elif reason == "singular":
            text = (
                f"cannot be followed beyond t = {time:.6g}{more}: no step is short enough, as near "
                "a pole of the equations"
            )
        else:
            kind, keep = TrajectoryEndedError, "on_event='end'"
            text = f"ended with the event {reason!r} at t = {time:.6g}{more}"
        raise kind(
            f"The trajectory{where} {text}. Ask for earlier times, or keep what there is with "
            f"{keep}.",
            reason,
            time,
            indices,
            self,
        )

    @named_arguments
    def plot(
        self, axes: Any = None, *, quantity: Literal["occupation", "plane"] = "occupation"
    ) -> Axes:
        """Draw one trajectory.

        Parameters
        ----------
        axes : matplotlib.axes.Axes, optional
            Where to draw; in a new figure by default.
        quantity : {"occupation", "plane"}, default "occupation"
            ``|beta_j|^2`` over time, or the path of every ``beta_j`` in its plane, which ends in a
            dot.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        InvalidArgumentError
            If this is a batch, or an argument is something else.

        Examples
        --------
        >>> import sympy, numpy as np, quantsync as qs
        >>> b = sympy.Symbol("b")
        >>> path = qs.MeanFieldModel([b], jumps=[b]).integrate([1.0], np.linspace(0, 1, 11))
        >>> path.plot().get_xlabel()
        'time (1/unit of the rates)'
        """
        choice(quantity, "quantity", ("occupation", "plane"))
        require_one(self.ended.shape, "trajectory", "trajectory")
        if quantity == "plane":
            return planes(self.beta, axes, end=True)
        axes = axes_or_new(axes, wide=True)
        values = {f"mode {j}": occupation for j, occupation in enumerate(self.occupation.T)}
        label = r"$|\beta_j|^2$" if len(values) > 1 else r"$|\beta|^2$"
        curves(axes, self.times, values, "time (1/unit of the rates)", label)
        return axes

    def _repr_html_(self) -> str:
        early = int(np.count_nonzero(self.ended != ""))
        still = int(np.count_nonzero(self.stationary))
        rows = {
            "trajectories": html.batch(self.ended.shape, "trajectory", "trajectories"),
            "modes": self.beta.shape[-1],
            "times": f"{html.count(len(self.times), 'time')}, {html.extent(self.times)}",
            "covariance": "not asked for" if self.covariance is None else "kept",
            "ended early": f"{early}, by {', '.join(sorted({*self.ended.ravel()} - {''}))}"
            if early
            else "",
            "on a fixed point": still or "",
            "method": self.method,
        }
        return html.table(type(self).__name__, rows)

    def __repr__(self) -> str:
        early = int(np.count_nonzero(self.ended != ""))
        still = int(np.count_nonzero(self.stationary))
        notes = f", {early} ended early" * bool(early) + f", {still} on a fixed point" * bool(still)
        kept = "" if self.covariance is None else f", covariance {self.covariance.shape}"
        return f"<MeanFieldTrajectory: beta {self.beta.shape}{kept}{notes}, by {self.method}>"
