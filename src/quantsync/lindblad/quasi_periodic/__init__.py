"""Steady states under perturbations at any frequencies, by harmonic balance."""

from quantsync.lindblad.quasi_periodic.balance import HarmonicBalance, quasi_periodic_steady_state
from quantsync.lindblad.quasi_periodic.qutip import from_qutip
from quantsync.lindblad.quasi_periodic.state import QuasiPeriodicState, QuasiPeriodicStates

__all__ = [
    "HarmonicBalance",
    "QuasiPeriodicState",
    "QuasiPeriodicStates",
    "from_qutip",
    "quasi_periodic_steady_state",
]
