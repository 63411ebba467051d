"""Quantum synchronization: certified steady states, phase locking and entanglement, in batches.

See README.md for a first example and docs/conventions.md for the conventions.
"""

from quantsync import errors, models
from quantsync.interop import to_qutip
from quantsync.lindblad import Evolution, Lindbladian, SteadyState, evolve, steady_state
from quantsync.measures import (
    PhaseDistribution,
    coherent_state,
    husimi,
    log_negativity,
    mutual_information,
    negativity,
    partial_trace,
    partial_transpose,
    phase_distribution,
    purity,
    relative_phase_distribution,
    schmidt_coefficients,
    von_neumann_entropy,
)
from quantsync.operators import Fock, Space, Spin
from quantsync.states import basis_state
from quantsync.sweeps import compute, sweep
from quantsync.version import __version__

__all__ = [
    "Evolution",
    "Fock",
    "Lindbladian",
    "PhaseDistribution",
    "Space",
    "Spin",
    "SteadyState",
    "__version__",
    "basis_state",
    "coherent_state",
    "compute",
    "errors",
    "evolve",
    "husimi",
    "log_negativity",
    "models",
    "mutual_information",
    "negativity",
    "partial_trace",
    "partial_transpose",
    "phase_distribution",
    "purity",
    "relative_phase_distribution",
    "schmidt_coefficients",
    "steady_state",
    "sweep",
    "to_qutip",
    "von_neumann_entropy",
]
