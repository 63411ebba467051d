"""`EvolutionRun`: time evolutions that are solved when something is asked of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from quantsync.batched import Rows
from quantsync.lindblad._path import Evolution
from quantsync.lindblad.evolution import checked_start, evolve
from quantsync.lindblad.generator import Generator
from quantsync.runs import Run, run_times
from quantsync.states import Certified

COPIES = 3  # of a start, and of a state, while they are worked on


class EvolutionRun(Run):
    """Time evolutions of a batch, from `Lindbladian.run`; it has what an `Evolution` has."""

    kind = "evolution"
    method = "exponential of the generator, exact in time"
    solution_type: ClassVar[type] = Evolution
    most_members = 64  # each of them may take long

    def __init__(self, system: Generator, state: Any, times: Any, options: Mapping[str, Any]):
        given = checked_start(system, state, run_times(times), **options)
        kept = {**options, "tolerance": given.tolerance, "truncation_tolerance": given.allowed}
        kept["observables"] = given.observables
        super().__init__({"system": system, "state": Rows(given.state, 2)}, given.times, kept)

    @property
    def bytes_per_member(self) -> float:
        """Memory of one member's path."""
        n, times, kept = self.space.dimension, len(self.times), self.options["observables"]
        path = 24.0 * times * n**2 if kept is None else 16.0 * times * (1 + len(kept))
        return path + COPIES * 16.0 * n**2

    def _solved(self, parts: Mapping[str, Any], workers: int | None) -> Evolution:
        state = parts["state"].array
        if not self.options.get("operator"):
            state = Certified(state, self.space)  # it has passed the gate
        return evolve(parts["system"], state, self.times, workers=workers, **self.options)
