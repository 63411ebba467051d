"""The papers that are reproduced: figures as data and drawing, claims with their classes."""

from quantsync.papers.paper import Claim, Figure, Paper, Profile, Table

__all__ = ["Claim", "Figure", "Paper", "Profile", "Table"]
