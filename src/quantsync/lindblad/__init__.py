"""Density matrices under Lindblad generators."""

from quantsync.lindblad import degenerate, quasi_periodic, slow_modes, spectra, undecaying
from quantsync.lindblad.evolution import Evolution, evolve
from quantsync.lindblad.lindbladian import Lindbladian, from_qutip
from quantsync.lindblad.quasi_periodic import quasi_periodic_steady_state
from quantsync.lindblad.qutip import state_from_qutip, to_qutip
from quantsync.lindblad.response import Response, linear_response
from quantsync.lindblad.slow_modes import slowest_modes
from quantsync.lindblad.spectra import (
    PowerSpectrum,
    correlation,
    observed_frequency,
    power_spectrum,
)
from quantsync.lindblad.steady import SteadyState, steady_state
from quantsync.lindblad.trajectories import trajectories
from quantsync.lindblad.undecaying import dynamical_synchronization, peripheral_modes

__all__ = [
    "Evolution",
    "Lindbladian",
    "PowerSpectrum",
    "Response",
    "SteadyState",
    "correlation",
    "degenerate",
    "dynamical_synchronization",
    "evolve",
    "from_qutip",
    "linear_response",
    "observed_frequency",
    "peripheral_modes",
    "power_spectrum",
    "quasi_periodic",
    "quasi_periodic_steady_state",
    "slow_modes",
    "slowest_modes",
    "spectra",
    "state_from_qutip",
    "steady_state",
    "to_qutip",
    "trajectories",
    "undecaying",
]
