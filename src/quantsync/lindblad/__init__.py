"""Density matrices under Lindblad generators."""

from quantsync.lindblad.degenerate_base import DegenerateBase
from quantsync.lindblad.dynamical import DynamicalSynchronization, dynamical_synchronization
from quantsync.lindblad.evolution import Evolution, evolve
from quantsync.lindblad.generator import Lindbladian
from quantsync.lindblad.kossakowski import kossakowski_generator, random_lindbladian
from quantsync.lindblad.matrix_generator import MatrixGenerator
from quantsync.lindblad.perturbed import (
    PerturbedStates,
    degenerate_steady_state,
    perturbed_steady_states,
)
from quantsync.lindblad.perturbed_batch import BatchedPerturbations, PerturbedBatch
from quantsync.lindblad.quasi_periodic import HarmonicBalance, quasi_periodic_steady_state
from quantsync.lindblad.quasi_periodic_state import QuasiPeriodicState
from quantsync.lindblad.response import Response, linear_response
from quantsync.lindblad.spectrum import PeripheralModes, peripheral_modes
from quantsync.lindblad.steady import SteadyState, steady_state

__all__ = [
    "BatchedPerturbations",
    "DegenerateBase",
    "DynamicalSynchronization",
    "Evolution",
    "HarmonicBalance",
    "Lindbladian",
    "MatrixGenerator",
    "PeripheralModes",
    "PerturbedBatch",
    "PerturbedStates",
    "QuasiPeriodicState",
    "Response",
    "SteadyState",
    "degenerate_steady_state",
    "dynamical_synchronization",
    "evolve",
    "kossakowski_generator",
    "linear_response",
    "peripheral_modes",
    "perturbed_steady_states",
    "quasi_periodic_steady_state",
    "random_lindbladian",
    "steady_state",
]
