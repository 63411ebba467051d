"""`GaussianRun`: evolutions of networks that are solved when something is asked of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from quantsync.batched import single
from quantsync.gaussian.networks.evolution import GaussianEvolution
from quantsync.gaussian.states import GaussianState, ProbesInEnvironment
from quantsync.runs import Run


class GaussianRun(Run):
    """Evolutions of one network or several, from their method ``run``.

    It has what a `GaussianEvolution` has.
    """

    kind = "gaussian"
    method = "normal modes or exponentials of the drift, exact in time"
    solution_type = GaussianEvolution
    most_members = 64  # each of them may take long

    def __init__(
        self,
        network: Any,
        state: GaussianState | ProbesInEnvironment,
        times: np.ndarray,
        options: Mapping[str, Any],
        names: tuple[Any, ...],
    ):
        super().__init__({"system": single(network), "state": state}, times, options)
        self.names = names

    @property
    def signature(self) -> Any:
        """The kind of the networks, and names of the oscillators that are followed."""
        return type(self.parts["system"].objects[0]), self.names

    @property
    def bytes_per_member(self) -> float:
        """Memory of one member's moments, and of its network."""
        size = 2 * len(self.names)
        part = (
            16.0 * len(self.names) * size if isinstance(self.parts["state"], GaussianState) else 0
        )
        return 16.0 * len(self.times) * size * (size + 1) + part

    def _with(self, parts: Mapping[str, Any], shape: tuple[int, ...]) -> GaussianRun:
        new = super()._with(parts, shape)
        new.names = self.names
        return new

    def _solved(self, parts: Mapping[str, Any], workers: int | None) -> GaussianEvolution:
        return parts["system"].only.evolve(parts["state"], self.times, **self.options)
