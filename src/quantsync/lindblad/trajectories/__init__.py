"""Quantum trajectories: pure states of a monitored system, an independent view of its mean."""

from quantsync.lindblad.trajectories.result import PhaseSlips, Trajectories, TrajectoryRecord
from quantsync.lindblad.trajectories.solving import trajectories

__all__ = ["PhaseSlips", "Trajectories", "TrajectoryRecord", "trajectories"]
