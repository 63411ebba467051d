"""Measures over parameter grids, over random ensembles and at single points."""

from quantsync.random_numbers import sample_rng
from quantsync.sweeps._datasets import PointFailure
from quantsync.sweeps.compute import compute
from quantsync.sweeps.converged import Converged, converged
from quantsync.sweeps.ensemble import ensemble
from quantsync.sweeps.options import Refine, Store
from quantsync.sweeps.store.reading import SweepStatus, open_sweep, sweep_status
from quantsync.sweeps.sweep import sweep

__all__ = [
    "Converged",
    "PointFailure",
    "Refine",
    "Store",
    "SweepStatus",
    "compute",
    "converged",
    "ensemble",
    "open_sweep",
    "sample_rng",
    "sweep",
    "sweep_status",
]
