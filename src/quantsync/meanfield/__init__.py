"""Amplitudes and their linearised fluctuations, derived from symbols."""

from quantsync.meanfield.equilibria import FixedPoints, fixed_points
from quantsync.meanfield.limit_cycles import LimitCycle, limit_cycle
from quantsync.meanfield.lyapunov import LyapunovSpectrum, lyapunov_spectrum
from quantsync.meanfield.model import MeanFieldModel
from quantsync.meanfield.trajectory import MeanFieldTrajectory

__all__ = [
    "FixedPoints",
    "LimitCycle",
    "LyapunovSpectrum",
    "MeanFieldModel",
    "MeanFieldTrajectory",
    "fixed_points",
    "limit_cycle",
    "lyapunov_spectrum",
]
