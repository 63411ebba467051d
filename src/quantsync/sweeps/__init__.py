"""Measures over parameter grids, over random ensembles and at single points."""

from quantsync.sweeps.ensemble import ensemble, sample_rng
from quantsync.sweeps.execution import PointFailure, sweep
from quantsync.sweeps.point import compute

__all__ = ["PointFailure", "compute", "ensemble", "sample_rng", "sweep"]
