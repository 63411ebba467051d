"""Density matrices under Lindblad generators."""

from quantsync.lindblad.degenerate.base import DegenerateBase
from quantsync.lindblad.degenerate.batched import BatchedPerturbations, PerturbedBatch
from quantsync.lindblad.degenerate.kossakowski import kossakowski_generator, random_lindbladian
from quantsync.lindblad.degenerate.perturbed import (
    PerturbedStates,
    degenerate_steady_state,
    perturbed_steady_states,
)
from quantsync.lindblad.evolution import Evolution, evolve
from quantsync.lindblad.lindbladian import Lindbladian, from_qutip
from quantsync.lindblad.matrix_generator import MatrixGenerator
from quantsync.lindblad.quasi_periodic.balance import HarmonicBalance, quasi_periodic_steady_state
from quantsync.lindblad.quasi_periodic.state import QuasiPeriodicState
from quantsync.lindblad.response import Response, linear_response
from quantsync.lindblad.steady import SteadyState, steady_state
from quantsync.lindblad.undecaying.dynamical_synchronization import (
    DynamicalSynchronization,
    dynamical_synchronization,
)
from quantsync.lindblad.undecaying.peripheral_modes import PeripheralModes, peripheral_modes

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
    "from_qutip",
    "kossakowski_generator",
    "linear_response",
    "peripheral_modes",
    "perturbed_steady_states",
    "quasi_periodic_steady_state",
    "random_lindbladian",
    "steady_state",
]
