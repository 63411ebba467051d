"""Measures over parameter grids and at single points."""

from quantsync.sweeps.execution import PointFailure, sweep
from quantsync.sweeps.point import compute

__all__ = ["PointFailure", "compute", "sweep"]
