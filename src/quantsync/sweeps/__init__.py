"""Measures over parameter grids, over random ensembles and at single points."""

from quantsync.sweeps.datasets import PointFailure
from quantsync.sweeps.ensemble import ensemble
from quantsync.sweeps.execution import sweep
from quantsync.sweeps.point import compute
from quantsync.sweeps.samples import sample_rng
from quantsync.sweeps.store.reading import SweepStatus, open_sweep, sweep_status

__all__ = [
    "PointFailure",
    "SweepStatus",
    "compute",
    "ensemble",
    "open_sweep",
    "sample_rng",
    "sweep",
    "sweep_status",
]
