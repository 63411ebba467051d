"""Lyapunov exponents of mean-field equations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from quantsync import html
from quantsync.checks import named_arguments, real_number, whole_number
from quantsync.meanfield._states import complex_state
from quantsync.meanfield._tangent import TangentFlow, real_state
from quantsync.meanfield.model import MeanFieldModel, require_model

SHRINKING = 3.0  # largest exponent of the contraction between two factorisations
BLOCKS = 10  # parts of the run whose spread tells the accuracy
MOST_INTERVALS = 200_000


@dataclass(frozen=True, eq=False)
class LyapunovSpectrum:
    """Average growth rates of small deviations, the largest first.

    Attributes
    ----------
    exponents : ndarray of shape (K,)
    uncertainty : ndarray of shape (K,)
        Standard error, from the spread over ten parts of the run; what decays like 1/duration in
        the transient is in it.
    final_beta : ndarray of shape (n,)
        Amplitudes at the end.
    duration : float
    """

    exponents: np.ndarray
    uncertainty: np.ndarray
    final_beta: np.ndarray
    duration: float

    def _repr_html_(self) -> str:
        pairs = zip(self.exponents, self.uncertainty, strict=True)
        listed = (f"{x:.4g} ± {e:.1g}" for x, e in pairs)
        rows = html.numbered("exponent", listed, len(self.exponents))
        return html.table(type(self).__name__, rows | {"duration": f"{self.duration:g}"})

    def __repr__(self) -> str:
        pairs = zip(self.exponents, self.uncertainty, strict=True)
        return f"<LyapunovSpectrum: {', '.join(f'{x:.4g} ± {e:.1g}' for x, e in pairs)}>"


@named_arguments
def lyapunov_spectrum(
    model: MeanFieldModel,
    state: Any,
    duration: float,
    *,
    transient: float = 0.0,
    count: int | None = None,
    parameters: Mapping[Any, Any] | None = None,
) -> LyapunovSpectrum:
    """Lyapunov exponents by repeated QR factorisation of the tangent flow.

    Deviations follow the exact Jacobian along the trajectory and are made orthonormal again before
    they become parallel (Benettin et al., Meccanica 15, 9 (1980)). A stable fixed point has only
    negative exponents, a limit cycle one 0, a torus several, and chaos a positive one.

    Parameters
    ----------
    model : MeanFieldModel
    state : array_like of shape (n,)
        Amplitudes at the start.
    duration : float
        Time over which growth is averaged.
    transient : float, optional
        Time before, 0 by default, in which deviations turn into their directions.
    count : int, optional
        Number K of exponents; all 2n by default.
    parameters : mapping, optional
        Numbers, on top of the defaults.

    Raises
    ------
    UnboundedRunError
        If the trajectory grows without bound.
    InvalidArgumentError, DimensionError, UnknownNameError
        If arguments do not fit.

    Examples
    --------
    >>> import sympy, quantsync as qs
    >>> b = sympy.Symbol("b")
    >>> half = sympy.Rational(1, 2)
    >>> model = qs.MeanFieldModel.from_equations(
    ...     [b], [(half - sympy.I) * b - sympy.Abs(b) ** 2 * b / 10]
    ... )
    >>> spectrum = qs.meanfield.lyapunov_spectrum(model, [1.0], 50.0, transient=40.0)
    >>> print(spectrum.exponents.round(3) + 0.0)
    [ 0. -1.]
    """
    size = 2 * len(require_model(model).modes)
    vectors = size if count is None else whole_number(count, "count", at_most=size)
    duration = real_number(duration, "duration", above=0)
    time = real_number(transient, "transient", at_least=0)
    y, Q = real_state(state, len(model.modes)), np.eye(size, vectors)
    flow = TangentFlow(model, parameters, vectors)
    if time:
        # Deviations turn into their directions meanwhile; without that, 1/duration is left over.
        y, Q, _ = _grown(flow, y, Q, 0.0, time)
    y, Q, growth = _grown(flow, y, Q, time, duration)
    step = duration / len(growth)
    parts = np.array([part.mean(axis=0) for part in np.array_split(growth, BLOCKS)]) / step
    exponents = growth.mean(axis=0) / step
    order = np.argsort(-exponents, kind="stable")
    error = parts.std(axis=0, ddof=1) / np.sqrt(BLOCKS)
    return LyapunovSpectrum(exponents[order], error[order], complex_state(y), duration)


def _grown(
    flow: TangentFlow, y: np.ndarray, Q: np.ndarray, time: float, duration: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """State and orthonormal deviations after a time, and their logarithmic growth, step by step."""
    fastest = np.linalg.norm(flow.model.jacobian(complex_state(y), time, flow.parameters), 2)
    intervals = int(np.clip(np.ceil(duration * fastest / SHRINKING), 10 * BLOCKS, MOST_INTERVALS))
    step = duration / intervals
    growth = np.empty((intervals, Q.shape[1]))
    for k in range(intervals):
        start = time + k * step
        states, deviations = flow.moved(y, Q, np.array([start + step]), start)
        y = states[-1]
        Q, R = np.linalg.qr(deviations[-1])
        growth[k] = np.log(np.abs(np.diagonal(R)))
    return y, Q, growth
