"""Quasi-periodic states for many strengths of their perturbations, solved when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from quantsync.batched import Rows, single
from quantsync.errors import HarmonicsError
from quantsync.lindblad.quasi_periodic.state import QuasiPeriodicState, QuasiPeriodicStates
from quantsync.runs import Run


class QuasiPeriodicRun(Run):
    """Long-time states of a `HarmonicBalance`, from its method ``run``.

    It has what a `QuasiPeriodicState` has.
    """

    kind = "quasi-periodic"
    method = "multi-frequency harmonic balance"
    solution_type = QuasiPeriodicState
    most_members = 16  # each of them may take long

    def __init__(self, balance: Any, strengths: np.ndarray, options: Mapping[str, Any]):
        parts = {"system": single(balance), "strengths": Rows(strengths, 1)}
        super().__init__(parts, np.empty(0), options)

    @property
    def space(self) -> Any:
        """The space of the states."""
        return self.parts["system"].objects[0].system.space

    @property
    def signature(self) -> Any:
        """The space of the states."""
        return self.space

    def _solved(self, parts: Mapping[str, Any], workers: int | None) -> Any:
        balance, strengths = parts["system"].only, parts["strengths"]
        found, failed, failure = [], [], None
        for index in np.ndindex(strengths.shape):
            try:
                found.append(balance.solve(strengths.array[index], **self.options))
            except HarmonicsError as error:
                failed.append(index)
                failure = failure or error
        if failure is not None:
            failure.indices = failed
            raise failure
        if not strengths.shape:
            return found[0]
        return QuasiPeriodicStates(tuple(found), np.arange(len(found)).reshape(strengths.shape))
