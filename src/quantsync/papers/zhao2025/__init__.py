"""Zhao et al., "Quantum Synchronization of Perturbed Oscillating Coherences" (2025)."""

from quantsync.papers.zhao2025.chain_claims import chain_claims
from quantsync.papers.zhao2025.chain_data import dynamics, figure_2, figure_4
from quantsync.papers.zhao2025.chain_drawing import draw_dynamics, draw_figure_2, draw_figure_4
from quantsync.papers.zhao2025.claims import compute_claims
from quantsync.papers.zhao2025.ensemble_data import figure_3, figure_5
from quantsync.papers.zhao2025.ensemble_drawing import draw_figure_3, draw_figure_5
from quantsync.papers.zhao2025.pair_claims import pair_claims
from quantsync.papers.zhao2025.pair_data import appendix_e
from quantsync.papers.zhao2025.pair_drawing import draw_appendix_e

__all__ = [
    "appendix_e",
    "chain_claims",
    "compute_claims",
    "draw_appendix_e",
    "draw_dynamics",
    "draw_figure_2",
    "draw_figure_3",
    "draw_figure_4",
    "draw_figure_5",
    "dynamics",
    "figure_2",
    "figure_3",
    "figure_4",
    "figure_5",
    "pair_claims",
]
