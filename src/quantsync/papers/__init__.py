"""The papers that are reproduced: figures as data and drawing, claims with verdicts."""

from quantsync.papers.paper import Claim, Figure, Paper, Table

__all__ = ["Claim", "Figure", "Paper", "Table"]
