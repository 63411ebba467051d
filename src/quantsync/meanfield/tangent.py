"""Finite maps of amplitudes and of small deviations from them along the flow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from quantsync.errors import DimensionError, InvalidArgumentError, UnboundedRunError
from quantsync.meanfield.dormand_prince import DONE
from quantsync.meanfield.integration import amplitudes
from quantsync.meanfield.model import MeanFieldModel
from quantsync.meanfield.parameters import parameter_values
from quantsync.meanfield.solver_choice import Options, Run
from quantsync.meanfield.states import interleaved

BOUND = 1e6  # of amplitudes


class TangentFlow:
    """The map of a state, Re beta_1, Im beta_1, ..., and of vectors tangent to it.

    Parameters
    ----------
    model : MeanFieldModel
    parameters : mapping or None
        Numbers, not arrays.
    vectors : int
        How many tangent vectors, 0 to 2n.
    """

    def __init__(self, model: MeanFieldModel, parameters: Mapping[Any, Any] | None, vectors: int):
        self.model, self.vectors = model, vectors
        self.size = 2 * len(model.modes)
        self.columns = single_values(model, parameters)
        self.kernel = model.kernels.flow(vectors=vectors)

    def path(
        self, state: np.ndarray, times: np.ndarray, start: float = 0.0
    ) -> tuple[np.ndarray, np.ndarray]:
        """States (T, 2n) and deviations (T, 2n, vectors) that begin as unit vectors.

        Raises
        ------
        UnboundedRunError
            If the trajectory grows beyond all bounds or meets a pole.
        """
        return self.moved(state, np.eye(self.size, self.vectors), times, start)

    def moved(
        self, state: np.ndarray, deviations: np.ndarray, times: np.ndarray, start: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """The same with any deviations (2n, vectors)."""
        y = np.concatenate([state, deviations.reshape(-1)])[:, None]
        limits = np.full(len(y), np.inf)
        limits[: self.size] = BOUND
        options = Options("auto", None, None, BOUND, start, 1)
        run = Run(self.model.kernels, self.kernel, y, self.columns, times, limits, options)
        _, (states, reasons, ends, _, _) = run.solved()
        if reasons[0] != DONE:
            raise UnboundedRunError(
                f"The trajectory grows without bound or meets a pole at t = {ends[0]:.6g}. Start "
                "elsewhere, or ask for a shorter time.",
                "unbounded",
                float(ends[0]),
                [()],
            )
        path = states[:, :, 0]
        return path[:, : self.size], path[:, self.size :].reshape(
            len(path), self.size, self.vectors
        )


def single_values(model: MeanFieldModel, parameters: Mapping[Any, Any] | None) -> list[np.ndarray]:
    """Parameters of one system.

    Raises
    ------
    DimensionError
        If one of them is an array.
    """
    values = parameter_values(model.parameters, model.defaults, parameters)
    for symbol, value in zip(model.parameters, values, strict=True):
        if value.ndim:
            raise DimensionError(
                f"Parameter {symbol.name!r} must be one number here, but has shape {value.shape}."
            )
    return values


def real_state(name: str, beta: Any, modes: int) -> np.ndarray:
    """Re beta_1, Im beta_1, ... of one set of amplitudes."""
    z = amplitudes(name, beta, modes)
    if z.ndim != 1:
        raise DimensionError(f"Argument `{name}` must have shape ({modes},), but has {z.shape}.")
    return interleaved(z)


def require_autonomous(model: MeanFieldModel, what: str) -> None:
    """Raise `InvalidArgumentError` if the equations have explicit time."""
    if not model.autonomous:
        raise InvalidArgumentError(
            f"The equations of {model!r} depend on time explicitly, so that {what} has no meaning. "
            "Go to a frame in which they do not."
        )


def positive(name: str, value: Any) -> float:
    """A positive finite number."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = np.nan
    if not 0 < number < np.inf:
        raise InvalidArgumentError(
            f"Argument `{name}` must be a positive number, but is {value!r}."
        )
    return number
