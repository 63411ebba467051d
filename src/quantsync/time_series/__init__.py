"""Signals and sums of modes: Pearson's coefficient in windows, delays, phase locking, decay."""

from quantsync.time_series.decay import decay_rate
from quantsync.time_series.mode_sums import ModeSum
from quantsync.time_series.pearson import (
    DelayedCorrelation,
    best_delay,
    pearson,
    windowed_mean,
)
from quantsync.time_series.phase_locking import (
    mean_frequency,
    phase_drift,
    phase_locking_value,
)
from quantsync.time_series.signals import SampledSignal

__all__ = [
    "DelayedCorrelation",
    "ModeSum",
    "SampledSignal",
    "best_delay",
    "decay_rate",
    "mean_frequency",
    "pearson",
    "phase_drift",
    "phase_locking_value",
    "windowed_mean",
]
