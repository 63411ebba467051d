"""States that a perturbation selects among several stationary ones."""

from quantsync.lindblad.degenerate.base import DegenerateBase
from quantsync.lindblad.degenerate.batched import BatchedPerturbations, PerturbedBatch
from quantsync.lindblad.degenerate.kossakowski import kossakowski_generator, random_lindbladian
from quantsync.lindblad.degenerate.perturbed import (
    PerturbedStates,
    degenerate_steady_state,
    perturbed_steady_states,
)
from quantsync.lindblad.matrix_generator import MatrixGenerator

__all__ = [
    "BatchedPerturbations",
    "DegenerateBase",
    "MatrixGenerator",
    "PerturbedBatch",
    "PerturbedStates",
    "degenerate_steady_state",
    "kossakowski_generator",
    "perturbed_steady_states",
    "random_lindbladian",
]
