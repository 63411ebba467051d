"""Vaidya et al., "Exploring quantum synchronization with a composite two-qubit oscillator"."""

from quantsync.papers.vaidya2024.circuit_data import figure_9, figure_10, figure_11, tables
from quantsync.papers.vaidya2024.circuit_drawing import draw_figure_10, draw_figure_11, draw_tables
from quantsync.papers.vaidya2024.circuit_schematic import draw_figure_9
from quantsync.papers.vaidya2024.circuit_table_text import table_1, table_2
from quantsync.papers.vaidya2024.claims import compute_claims
from quantsync.papers.vaidya2024.response_data import figure_3, figure_4, figure_5, figure_14
from quantsync.papers.vaidya2024.response_drawing import (
    draw_figure_3,
    draw_figure_4,
    draw_figure_5,
    draw_figure_14,
)
from quantsync.papers.vaidya2024.synchronization_data import (
    OPTIMISED_DRIVE,
    figure_6,
    figure_7,
    figure_8,
    figure_12,
    figure_15,
)
from quantsync.papers.vaidya2024.synchronization_drawing import (
    draw_figure_6,
    draw_figure_7,
    draw_figure_8,
    draw_figure_12,
    draw_figure_15,
)

__all__ = [
    "OPTIMISED_DRIVE",
    "compute_claims",
    "draw_figure_3",
    "draw_figure_4",
    "draw_figure_5",
    "draw_figure_6",
    "draw_figure_7",
    "draw_figure_8",
    "draw_figure_9",
    "draw_figure_10",
    "draw_figure_11",
    "draw_figure_12",
    "draw_figure_14",
    "draw_figure_15",
    "draw_tables",
    "figure_3",
    "figure_4",
    "figure_5",
    "figure_6",
    "figure_7",
    "figure_8",
    "figure_9",
    "figure_10",
    "figure_11",
    "figure_12",
    "figure_14",
    "figure_15",
    "table_1",
    "table_2",
    "tables",
]
