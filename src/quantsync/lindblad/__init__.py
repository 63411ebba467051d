"""Density matrices under Lindblad generators."""

from quantsync.lindblad.evolution import Evolution, evolve
from quantsync.lindblad.generator import Lindbladian
from quantsync.lindblad.response import Response, linear_response
from quantsync.lindblad.steady import SteadyState, steady_state

__all__ = [
    "Evolution",
    "Lindbladian",
    "Response",
    "SteadyState",
    "evolve",
    "linear_response",
    "steady_state",
]
