"""Roulet and Bruder, "Quantum synchronization and entanglement generation" (2018)."""

from quantsync.papers.roulet2018.claims import compute_claims
from quantsync.papers.roulet2018.data import dynamics, figure_2, figure_3, figure_4
from quantsync.papers.roulet2018.drawing import (
    draw_dynamics,
    draw_figure_2,
    draw_figure_3,
    draw_figure_4,
)

__all__ = [
    "compute_claims",
    "draw_dynamics",
    "draw_figure_2",
    "draw_figure_3",
    "draw_figure_4",
    "dynamics",
    "figure_2",
    "figure_3",
    "figure_4",
]
