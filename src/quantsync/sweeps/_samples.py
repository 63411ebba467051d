"""The work of an ensemble: perturbations drawn, solved and measured, some samples at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from quantsync.lindblad.degenerate.base import DegenerateBase
from quantsync.lindblad.degenerate.perturbed import PerturbedStates, perturbed_steady_states
from quantsync.random_numbers import sample_rng
from quantsync.sweeps._failing import ends_a_map
from quantsync.sweeps._measuring import batch_of_numbers
from quantsync.system import View


@dataclass(frozen=True)
class SampleValues:
    """What a task gave: values of the samples that did not fail, and why the others did."""

    samples: np.ndarray  # of shape (n,)
    values: dict[str, np.ndarray]  # of shape (n, E, ...)
    failures: dict[int, str]  # messages of the other samples


@dataclass(frozen=True)
class SampleWork:
    """Draws perturbations, finds what they select, and takes the measures."""

    base: DegenerateBase
    etas: np.ndarray  # of shape (E,)
    seed: int
    draw: Callable[..., Any]  # from a space and a generator of random numbers to a perturbation
    measures: dict[str, Any]

    def __call__(self, samples: range) -> SampleValues:
        """Work on some samples."""
        solved: list[tuple[int, PerturbedStates]] = []
        failures = {}
        for sample in samples:
            try:
                perturbation = self.draw(self.base.space, sample_rng(self.seed, sample))
                solved.append((sample, perturbed_steady_states(self.base, perturbation, self.etas)))
            except Exception as error:
                if ends_a_map(error):
                    raise
                failures[sample] = f"{type(error).__name__}: {error}"
        return self._measured(solved, failures)

    def _measured(
        self, solved: list[tuple[int, PerturbedStates]], failures: dict[int, str]
    ) -> SampleValues:
        """Take the measures; a sample that fails costs only itself: the rest is halved."""
        if not solved:
            return SampleValues(np.zeros(0, int), {}, failures)
        numbers = np.array([sample for sample, _ in solved])
        try:
            values = self._values([states for _, states in solved])
        except Exception as error:
            if ends_a_map(error):
                raise
            if len(solved) == 1:
                failures[solved[0][0]] = f"{type(error).__name__}: {error}"
                return SampleValues(np.zeros(0, int), {}, failures)
            half = len(solved) // 2
            parts = [self._measured(some, failures) for some in (solved[:half], solved[half:])]
            parts = [part for part in parts if part.values] or parts[:1]
            joined = {
                name: np.concatenate([part.values[name] for part in parts])
                for name in parts[0].values
            }
            return SampleValues(np.concatenate([part.samples for part in parts]), joined, failures)
        good = np.ones(len(numbers), bool)
        for name, measure in self.measures.items():
            if getattr(measure, "may_be_undefined", False):
                continue
            finite = np.isfinite(values[name]).reshape(len(numbers), -1).all(axis=1)
            for sample in numbers[good & ~finite]:
                failures[int(sample)] = f"measure {name!r} is not finite"
            good &= finite
        return SampleValues(numbers[good], {k: v[good] for k, v in values.items()}, failures)

    def _values(self, solved: list[PerturbedStates]) -> dict[str, np.ndarray]:
        states = PerturbedStates(
            np.concatenate([part.rho for part in solved]),
            np.concatenate([part.residual for part in solved]),
            np.tile(self.etas, len(solved)),
            self.base.zero_modes,
            self.base.space,
        )
        size = len(states.rho)
        view = View.of_solution(states)
        values = {
            name: batch_of_numbers(name, view.value(measure), size)
            for name, measure in self.measures.items()
        }
        values["residual"] = states.residual
        return {
            name: array.reshape(len(solved), len(self.etas), *array.shape[1:])
            for name, array in values.items()
        }
