"""Measures: pure functions of arrays of states."""

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
from quantsync.measures.gaussian import (
    gaussian_discord,
    gaussian_entropy,
    gaussian_log_negativity,
    gaussian_mutual_information,
    gaussian_purity,
)
from quantsync.measures.husimi import coherent_state, husimi
from quantsync.measures.level_sets import (
    interval_probabilities,
    kind_ratio,
    level_set_histogram,
)
from quantsync.measures.limit_cycles import BlockDiagonalStates, DiagonalStates
from quantsync.measures.moments import (
    husimi_from_moments,
    phase_response,
    spherical_moment,
    spherical_tensor,
)
from quantsync.measures.phase import (
    PhaseDistribution,
    phase_distribution,
    relative_phase_distribution,
)
from quantsync.measures.phase_locking import (
    mean_frequency,
    phase_drift,
    phase_locking_value,
)
from quantsync.measures.quadratures import (
    QuadratureSynchronization,
    complete_synchronization,
    phase_synchronization,
    phi_synchronization,
)
from quantsync.measures.signals import SampledSignal
from quantsync.measures.symplectic import symplectic_spectrum
from quantsync.measures.time_series import (
    DelayedCorrelation,
    best_delay,
    pearson,
    windowed_mean,
)
from quantsync.measures.trigonometric import LocalMaxima

__all__ = [
    "BlockDiagonalStates",
    "DelayedCorrelation",
    "DiagonalStates",
    "LeadingSynchronization",
    "LocalMaxima",
    "PhaseDistribution",
    "QuadratureSynchronization",
    "SampledSignal",
    "SpannedStates",
    "StateMixtures",
    "best_delay",
    "chi",
    "chi_2",
    "coherent_state",
    "complete_synchronization",
    "gaussian_discord",
    "gaussian_entropy",
    "gaussian_log_negativity",
    "gaussian_mutual_information",
    "gaussian_purity",
    "husimi",
    "husimi_from_moments",
    "interval_probabilities",
    "kind_ratio",
    "leading_synchronization",
    "level_set_histogram",
    "log_negativity",
    "mean_frequency",
    "mutual_information",
    "negativity",
    "partial_trace",
    "partial_transpose",
    "pearson",
    "phase_distribution",
    "phase_drift",
    "phase_locking_value",
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
    "symplectic_spectrum",
    "von_neumann_entropy",
    "windowed_mean",
]
