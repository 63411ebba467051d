"""Measures: pure functions of arrays of states."""

from quantsync.measures._trigonometric import LocalMaxima
from quantsync.measures.configurations import chi, chi_2
from quantsync.measures.convex import SpannedStates, StateMixtures
from quantsync.measures.correlations import (
    log_negativity,
    mutual_information,
    negativity,
    partial_trace,
    partial_transpose,
    purity,
    schmidt_coefficients,
    von_neumann_entropy,
)
from quantsync.measures.entropic import (
    LeadingSynchronization,
    leading_synchronization,
    relative_entropy,
    relative_entropy_of_synchronization,
)
from quantsync.measures.husimi import coherent_state, husimi
from quantsync.measures.level_sets import (
    interval_probabilities,
    kind_ratio,
    level_set_histogram,
)
from quantsync.measures.limit_cycles import BlockDiagonalStates, DiagonalStates
from quantsync.measures.phase import (
    PhaseDistribution,
    phase_distribution,
    relative_phase_distribution,
)
from quantsync.measures.quadratures import (
    QuadratureSynchronization,
    complete_synchronization,
    phase_synchronization,
    phi_synchronization,
)
from quantsync.measures.spherical_tensors import (
    husimi_from_moments,
    phase_response,
    spherical_moment,
    spherical_tensor,
)

__all__ = [
    "BlockDiagonalStates",
    "DiagonalStates",
    "LeadingSynchronization",
    "LocalMaxima",
    "PhaseDistribution",
    "QuadratureSynchronization",
    "SpannedStates",
    "StateMixtures",
    "chi",
    "chi_2",
    "coherent_state",
    "complete_synchronization",
    "husimi",
    "husimi_from_moments",
    "interval_probabilities",
    "kind_ratio",
    "leading_synchronization",
    "level_set_histogram",
    "log_negativity",
    "mutual_information",
    "negativity",
    "partial_trace",
    "partial_transpose",
    "phase_distribution",
    "phase_response",
    "phase_synchronization",
    "phi_synchronization",
    "purity",
    "relative_entropy",
    "relative_entropy_of_synchronization",
    "relative_phase_distribution",
    "schmidt_coefficients",
    "spherical_moment",
    "spherical_tensor",
    "von_neumann_entropy",
]
