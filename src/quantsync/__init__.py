"""Quantum synchronization: certified steady states, phase locking and entanglement, in batches.

See README.md for a first example and docs/conventions.md for the conventions.
"""

from quantsync import errors, models
from quantsync.interop import to_qutip
from quantsync.lindblad import (
    Evolution,
    Lindbladian,
    Response,
    SteadyState,
    evolve,
    linear_response,
    steady_state,
)
from quantsync.measures import (
    BlockDiagonalStates,
    DiagonalStates,
    LeadingSynchronization,
    PhaseDistribution,
    SpannedStates,
    StateMixtures,
    coherent_state,
    husimi,
    husimi_from_moments,
    leading_synchronization,
    log_negativity,
    mutual_information,
    negativity,
    partial_trace,
    partial_transpose,
    phase_distribution,
    phase_response,
    purity,
    relative_entropy,
    relative_entropy_of_synchronization,
    relative_phase_distribution,
    schmidt_coefficients,
    spherical_moment,
    spherical_tensor,
    von_neumann_entropy,
)
from quantsync.operators import Fock, Space, Spin
from quantsync.states import basis_state
from quantsync.sweeps import compute, sweep
from quantsync.version import __version__

__all__ = [
    "BlockDiagonalStates",
    "DiagonalStates",
    "Evolution",
    "Fock",
    "LeadingSynchronization",
    "Lindbladian",
    "PhaseDistribution",
    "Response",
    "Space",
    "SpannedStates",
    "Spin",
    "StateMixtures",
    "SteadyState",
    "__version__",
    "basis_state",
    "coherent_state",
    "compute",
    "errors",
    "evolve",
    "husimi",
    "husimi_from_moments",
    "leading_synchronization",
    "linear_response",
    "log_negativity",
    "models",
    "mutual_information",
    "negativity",
    "partial_trace",
    "partial_transpose",
    "phase_distribution",
    "phase_response",
    "purity",
    "relative_entropy",
    "relative_entropy_of_synchronization",
    "relative_phase_distribution",
    "schmidt_coefficients",
    "spherical_moment",
    "spherical_tensor",
    "steady_state",
    "sweep",
    "to_qutip",
    "von_neumann_entropy",
]
