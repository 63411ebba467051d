"""Entropic synchronization: how far a state is from every limit cycle."""

from quantsync.measures.entropic.convex import SpannedStates, StateMixtures
from quantsync.measures.entropic.limit_cycles import BlockDiagonalStates, DiagonalStates
from quantsync.measures.entropic.relative_entropy import (
    LeadingSynchronization,
    leading_synchronization,
    relative_entropy,
    relative_entropy_of_synchronization,
)

__all__ = [
    "BlockDiagonalStates",
    "DiagonalStates",
    "LeadingSynchronization",
    "SpannedStates",
    "StateMixtures",
    "leading_synchronization",
    "relative_entropy",
    "relative_entropy_of_synchronization",
]
