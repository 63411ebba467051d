"""Ghildiyal et al., "Quantum synchronization between two spin chains ..." (2024)."""

from quantsync.papers.ghildiyal2024.central_spin_data import CENTRAL, central_spin
from quantsync.papers.ghildiyal2024.chains import GAIN, START
from quantsync.papers.ghildiyal2024.claims import compute_claims
from quantsync.papers.ghildiyal2024.drawing import (
    draw_central_spin,
    draw_excess,
    draw_figure_2,
    draw_figure_3,
    draw_starts,
)
from quantsync.papers.ghildiyal2024.dynamics_data import figure_2, figure_2_gain, starts
from quantsync.papers.ghildiyal2024.errata import errata_table
from quantsync.papers.ghildiyal2024.synchronization_data import (
    WINDOW,
    excess,
    figure_3,
    figure_3_gain,
)

__all__ = [
    "CENTRAL",
    "GAIN",
    "START",
    "WINDOW",
    "central_spin",
    "compute_claims",
    "draw_central_spin",
    "draw_excess",
    "draw_figure_2",
    "draw_figure_3",
    "draw_starts",
    "errata_table",
    "excess",
    "figure_2",
    "figure_2_gain",
    "figure_3",
    "figure_3_gain",
    "starts",
]
