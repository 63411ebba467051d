"""Density matrices under Lindblad generators."""

from quantsync.lindblad.evolution import Evolution, evolve
from quantsync.lindblad.generator import Lindbladian
from quantsync.lindblad.kossakowski import kossakowski_generator, random_lindbladian
from quantsync.lindblad.matrix_generator import MatrixGenerator
from quantsync.lindblad.perturbed import (
    DegenerateBase,
    PerturbedStates,
    degenerate_steady_state,
    perturbed_steady_states,
)
from quantsync.lindblad.response import Response, linear_response
from quantsync.lindblad.spectrum import PeripheralModes, peripheral_modes
from quantsync.lindblad.steady import SteadyState, steady_state

__all__ = [
    "DegenerateBase",
    "Evolution",
    "Lindbladian",
    "MatrixGenerator",
    "PeripheralModes",
    "PerturbedStates",
    "Response",
    "SteadyState",
    "degenerate_steady_state",
    "evolve",
    "kossakowski_generator",
    "linear_response",
    "peripheral_modes",
    "perturbed_steady_states",
    "random_lindbladian",
    "steady_state",
]
