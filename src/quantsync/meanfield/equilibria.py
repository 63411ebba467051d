"""Fixed points of mean-field equations, and whether they are stable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import root

from quantsync import html
from quantsync.checks import named_arguments
from quantsync.errors import ConvergenceError, DimensionError, InvalidArgumentError
from quantsync.meanfield._integration import amplitudes
from quantsync.meanfield._parameters import single_values
from quantsync.meanfield._states import complex_state, interleaved
from quantsync.meanfield.model import MeanFieldModel, require_model

POLISHING = 3  # Newton steps after the search
ACCURACY = 1e-9  # largest last Newton step, relative to 1 + |beta|
SAME = 1e-6  # distance, relative to 1 + |beta|, below which two points are one
NEUTRAL = 1e-9  # growth rates below this part of the largest rate have no sign


@dataclass(frozen=True, eq=False)
class FixedPoints:
    """Distinct fixed points, the most stable first.

    Attributes
    ----------
    beta : ndarray of shape (K, n)
    residual : ndarray of shape (K,)
        |d beta/dt|.
    error : ndarray of shape (K,)
        Length of the last Newton step: the distance to the fixed point where it is isolated.
    eigenvalues : ndarray of shape (K, 2n)
        Of the Jacobian of the mean-field equations, largest real part first.
    fluctuation_eigenvalues : ndarray of shape (K, 2n)
        Of the fluctuation matrix M; the same unless quantities are frozen or M is given by hand.
    stable : ndarray of bool, shape (K,)
        All growth rates are negative. A point of a circle of fixed points is not: one is 0; nor
        one to which amplitudes decay more slowly than exponentially.
    converged : ndarray of bool, one entry a start
        Starts from which the search found a fixed point.
    """

    beta: np.ndarray
    residual: np.ndarray
    error: np.ndarray
    eigenvalues: np.ndarray
    fluctuation_eigenvalues: np.ndarray
    stable: np.ndarray
    converged: np.ndarray

    def _repr_html_(self) -> str:
        points = (
            f"{', '.join(f'{b:.4g}' for b in beta)}: {'stable' if stable else 'not stable'}, "
            f"growth {html.extent(np.real(values).max())}"
            for beta, stable, values in zip(self.beta, self.stable, self.eigenvalues, strict=True)
        )
        rows = {
            **html.numbered("beta", points, len(self.beta)),
            "residual": html.largest(self.residual),
            "starts": f"{int(self.converged.sum())} of {self.converged.size} found one",
        }
        return html.table(type(self).__name__, rows)

    def __repr__(self) -> str:
        count, stable = len(self.beta), int(self.stable.sum())
        return (
            f"<FixedPoints: {count}, {stable} stable, largest residual {self.residual.max():.2g}>"
        )


@named_arguments
def fixed_points(
    model: MeanFieldModel, state: Any, *, parameters: Mapping[Any, Any] | None = None
) -> FixedPoints:
    """Fixed points that Powell's and Newton's method reach from given amplitudes.

    There may be others: only starts everywhere find all.

    Parameters
    ----------
    model : MeanFieldModel
        Without explicit time.
    state : array_like of shape (S, n) or (n,)
        Amplitudes at which searches start.
    parameters : mapping, optional
        Numbers, on top of the defaults.

    Raises
    ------
    ConvergenceError
        If no start leads to a fixed point.
    InvalidArgumentError
        If the equations have explicit time.
    UnknownNameError, InvalidArgumentError, DimensionError, NonFiniteError
        If parameters or amplitudes do not fit.

    Examples
    --------
    An oscillator with an attracting and a repelling state of amplitude 2 and 1:

    >>> import sympy, quantsync as qs
    >>> b = sympy.Symbol("b")
    >>> n = sympy.Abs(b) ** 2
    >>> model = qs.MeanFieldModel.from_equations([b], [-b * (n - 1) * (n - 4) + b.conjugate() - b])
    >>> found = qs.meanfield.fixed_points(model, [[0.1], [0.9], [2.1]])
    >>> print(abs(found.beta[:, 0]).round(6), found.stable)
    [0. 2. 1.] [ True  True False]
    """
    if not require_model(model).autonomous:
        raise InvalidArgumentError(
            f"The equations of {model!r} depend on time explicitly, so that a fixed point has no "
            "meaning. Go to a frame in which they do not."
        )
    n = len(model.modes)
    points = np.atleast_2d(amplitudes("state", state, n))
    if points.ndim != 2:
        raise DimensionError(f"Argument `state` must have shape (S, {n}), but has {points.shape}.")
    values = single_values(model.parameters, model.defaults, parameters)

    def rate(y: np.ndarray) -> np.ndarray:
        return interleaved(model.drift(complex_state(y), 0.0, values))

    def slope(y: np.ndarray) -> np.ndarray:
        return model.jacobian(complex_state(y), 0.0, values)

    found: list[tuple[np.ndarray, float]] = []
    converged = np.zeros(len(points), dtype=bool)
    for k, point in enumerate(points):
        y = _search(rate, slope, interleaved(point))
        if y is None:
            continue
        converged[k] = True
        y, error = y
        if all(np.linalg.norm(y - x) > SAME * (1 + np.linalg.norm(x)) for x, _ in found):
            found.append((y, error))
    if not found:
        raise ConvergenceError(
            f"None of the {len(points)} starts leads to a fixed point. Give others; trajectories "
            "of `integrate` show where the flow goes."
        )
    beta = complex_state(np.array([y for y, _ in found]))
    eigenvalues = _sorted(np.linalg.eigvals(model.jacobian(beta, 0.0, values)))
    order = np.argsort(np.real(eigenvalues[:, 0]), kind="stable")
    beta, eigenvalues = beta[order], eigenvalues[order]
    M = model.fluctuation_matrix(beta, 0.0, values)
    size = np.abs(eigenvalues).max(axis=-1)
    # Eigenvalues are known no better than the Jacobian is by the accuracy of the point.
    nudged = beta + NEUTRAL * (1 + np.linalg.norm(beta, axis=-1, keepdims=True))
    change = model.jacobian(nudged, 0.0, values) - model.jacobian(beta, 0.0, values)
    unknown = np.maximum(NEUTRAL * size, np.linalg.norm(change, axis=(-2, -1)))
    return FixedPoints(
        beta,
        np.linalg.norm(model.drift(beta, 0.0, values), axis=-1),
        np.array([error for _, error in found])[order],
        eigenvalues,
        _sorted(np.linalg.eigvals(M)),
        np.real(eigenvalues[:, 0]) < -unknown,
        converged,
    )


def _search(rate: Any, slope: Any, y: np.ndarray) -> tuple[np.ndarray, float] | None:
    """State and last Newton step, or None."""
    try:
        with np.errstate(all="ignore"):
            y = root(rate, y, jac=slope, method="hybr", tol=1e-12).x
            step = y
            for _ in range(POLISHING):
                # Least squares: on a circle of fixed points the Jacobian is singular.
                step = np.linalg.lstsq(slope(y), -rate(y), rcond=1e-10)[0]
                y = y + step
        error = float(np.linalg.norm(step))
    except (InvalidArgumentError, np.linalg.LinAlgError):
        return None  # the search has run into a pole
    scale = 1 + np.linalg.norm(y)
    if not error <= ACCURACY * scale:
        return None
    # A singular Jacobian may leave a residual that no step can mend.
    if np.linalg.norm(rate(y)) > ACCURACY * scale * max(np.linalg.norm(slope(y), 2), 1e-300):
        return None
    return y, error


def _sorted(values: np.ndarray) -> np.ndarray:
    order = np.argsort(-np.real(values), axis=-1, kind="stable")
    return np.take_along_axis(values, order, axis=-1)
