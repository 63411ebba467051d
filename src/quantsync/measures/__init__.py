"""Measures: pure functions of arrays of states."""

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
from quantsync.measures.husimi import coherent_state, husimi
from quantsync.measures.phase import (
    PhaseDistribution,
    phase_distribution,
    relative_phase_distribution,
)

__all__ = [
    "PhaseDistribution",
    "coherent_state",
    "husimi",
    "log_negativity",
    "mutual_information",
    "negativity",
    "partial_trace",
    "partial_transpose",
    "phase_distribution",
    "purity",
    "relative_phase_distribution",
    "schmidt_coefficients",
    "von_neumann_entropy",
]
