"""`MeanFieldRun`: trajectories that are integrated when something is asked of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from quantsync.batched import Rows, single
from quantsync.meanfield._integration import amplitudes, physical_covariance
from quantsync.meanfield.trajectory import MeanFieldTrajectory
from quantsync.runs import Run

PARAMETER = "parameter "  # begins the names of parts that are parameters


class MeanFieldRun(Run):
    """Trajectories of a batch, from `MeanFieldModel.run`; it has what they have."""

    kind = "mean field"
    method = "integration of the mean-field equations"
    solution_type = MeanFieldTrajectory

    def __init__(
        self,
        model: Any,
        state: Any,
        times: np.ndarray,
        covariance: Any,
        parameters: Mapping[str, np.ndarray],
        options: Mapping[str, Any],
    ):
        n = len(model.modes)
        parts = {"system": single(model), "state": Rows(amplitudes("state", state, n), 1)}
        if covariance is not None:
            parts["covariance"] = Rows(physical_covariance(covariance, n), 2)
        for name, values in parameters.items():
            parts[PARAMETER + name] = Rows(values, 0)
        super().__init__(parts, times, options)

    @property
    def signature(self) -> Any:
        """Number of modes, and what members may differ in."""
        return len(self.parts["system"].objects[0].modes), tuple(self.parts)

    @property
    def bytes_per_member(self) -> float:
        """Memory of one member's trajectory."""
        n = self.signature[0]
        numbers = 2 * n + (4 * n**2 if "covariance" in self.parts else 0)
        return 16.0 * len(self.times) * numbers

    def _solved(self, parts: Mapping[str, Any], workers: int | None) -> MeanFieldTrajectory:
        values = {
            name.removeprefix(PARAMETER): part.array
            for name, part in parts.items()
            if name.startswith(PARAMETER)
        }
        covariance = parts["covariance"].array if "covariance" in parts else None
        return parts["system"].only.integrate(
            parts["state"].array,
            self.times,
            covariance,
            parameters=values,
            workers=workers,
            **self.options,
        )
