"""Benedetti et al., "Minimal model for spontaneous quantum synchronization" (2016)."""

from quantsync.papers.benedetti2016.claims import compute_claims
from quantsync.papers.benedetti2016.correlations_data import figure_4, figure_5
from quantsync.papers.benedetti2016.correlations_drawing import draw_figure_4, draw_figure_5
from quantsync.papers.benedetti2016.dynamics_data import (
    DELAY,
    START_2,
    figure_1,
    figure_2,
    figure_3,
)
from quantsync.papers.benedetti2016.dynamics_drawing import (
    draw_figure_1,
    draw_figure_2,
    draw_figure_3,
)
from quantsync.papers.benedetti2016.map_data import START_6, figure_6
from quantsync.papers.benedetti2016.map_drawing import draw_figure_6
from quantsync.papers.benedetti2016.networks import WINDOW

__all__ = [
    "DELAY",
    "START_2",
    "START_6",
    "WINDOW",
    "compute_claims",
    "draw_figure_1",
    "draw_figure_2",
    "draw_figure_3",
    "draw_figure_4",
    "draw_figure_5",
    "draw_figure_6",
    "figure_1",
    "figure_2",
    "figure_3",
    "figure_4",
    "figure_5",
    "figure_6",
]
