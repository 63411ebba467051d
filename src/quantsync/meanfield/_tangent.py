"""Finite maps of amplitudes and of small deviations from them along the flow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from quantsync.errors import DimensionError, UnboundedRunError
from quantsync.meanfield._dormand_prince import DONE
from quantsync.meanfield._integration import amplitudes
from quantsync.meanfield._parameters import single_values
from quantsync.meanfield._solver_choice import Batch, Options
from quantsync.meanfield._states import interleaved
from quantsync.meanfield.model import MeanFieldModel

BOUND = 1e6  # of amplitudes


class TangentFlow:
    """The map of one state, Re beta_1, Im beta_1, ..., and of vectors tangent to it."""

    def __init__(self, model: MeanFieldModel, parameters: Mapping[Any, Any] | None, vectors: int):
        self.model, self.vectors = model, vectors
        self.size = 2 * len(model.modes)
        self.parameters = single_values(model.parameters, model.defaults, parameters)
        self.kernel = model.kernels.flow(vectors=vectors)

    def path(self, state: np.ndarray, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """States (T, 2n) and deviations (T, 2n, vectors) that begin as unit vectors at t = 0."""
        return self.moved(state, np.eye(self.size, self.vectors), times, 0.0)

    def moved(
        self, state: np.ndarray, deviations: np.ndarray, times: np.ndarray, start_time: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """The same with any deviations (2n, vectors) at the start."""
        y = np.concatenate([state, deviations.reshape(-1)])[:, None]
        limits = np.full(len(y), np.inf)
        limits[: self.size] = BOUND
        options = Options("auto", None, BOUND, start_time, workers=1)
        values = list(self.parameters.values())
        batch = Batch(self.model.kernels, self.kernel, y, values, times, limits, options)
        _, outcome = batch.solved()
        if outcome.reason[0] != DONE:
            end = float(outcome.end[0])
            raise UnboundedRunError(
                f"The trajectory grows without bound or meets a pole at t = {end:.6g}. Start "
                "elsewhere, or ask for a shorter time.",
                "unbounded",
                end,
                [()],
            )
        states, deviations = np.split(outcome.states[:, :, 0], [self.size], axis=1)
        return states, deviations.reshape(len(states), self.size, self.vectors)


def real_state(state: Any, modes: int) -> np.ndarray:
    """Re beta_1, Im beta_1, ... of one set of amplitudes."""
    z = amplitudes("state", state, modes)
    if z.ndim != 1:
        raise DimensionError(f"Argument `state` must have shape ({modes},), but has {z.shape}.")
    return interleaved(z)
