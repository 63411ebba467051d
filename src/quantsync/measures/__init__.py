"""Measures: pure functions of arrays of states."""

from quantsync.measures import entropic
from quantsync.measures._trigonometric import LocalMaxima
from quantsync.measures.coherence import coherence, phase_coherence
from quantsync.measures.configurations import chi, chi_2
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
from quantsync.measures.distances import fidelity, trace_distance
from quantsync.measures.entropic import relative_entropy, relative_entropy_of_synchronization
from quantsync.measures.expectation import expectation
from quantsync.measures.husimi import coherent_state, husimi
from quantsync.measures.level_sets import (
    interval_probabilities,
    kind_ratio,
    level_set_histogram,
)
from quantsync.measures.phase import (
    PhaseDistribution,
    phase_distribution,
    relative_phase_distribution,
)
from quantsync.measures.populations import plot_populations
from quantsync.measures.quadratures import (
    QuadratureSynchronization,
    complete_synchronization,
    phase_synchronization,
    phi_synchronization,
)
from quantsync.measures.qubits import concurrence, discord
from quantsync.measures.spheres import plot_husimi, plot_wigner
from quantsync.measures.spherical_tensors import (
    husimi_from_moments,
    phase_response,
    spherical_moment,
    spherical_tensor,
)
from quantsync.measures.wigner import wigner

__all__ = [
    "LocalMaxima",
    "PhaseDistribution",
    "QuadratureSynchronization",
    "chi",
    "chi_2",
    "coherence",
    "coherent_state",
    "complete_synchronization",
    "concurrence",
    "discord",
    "entropic",
    "expectation",
    "fidelity",
    "husimi",
    "husimi_from_moments",
    "interval_probabilities",
    "kind_ratio",
    "level_set_histogram",
    "log_negativity",
    "mutual_information",
    "negativity",
    "partial_trace",
    "partial_transpose",
    "phase_coherence",
    "phase_distribution",
    "phase_response",
    "phase_synchronization",
    "phi_synchronization",
    "plot_husimi",
    "plot_populations",
    "plot_wigner",
    "purity",
    "relative_entropy",
    "relative_entropy_of_synchronization",
    "relative_phase_distribution",
    "schmidt_coefficients",
    "spherical_moment",
    "spherical_tensor",
    "trace_distance",
    "von_neumann_entropy",
    "wigner",
]
