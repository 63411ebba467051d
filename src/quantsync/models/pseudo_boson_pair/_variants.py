"""Variants of the pseudo-bosonic chains, and ranges of their parameters."""

from __future__ import annotations

from typing import Any

import numpy as np

from quantsync.checks import real_array
from quantsync.errors import InvalidArgumentError

VARIANTS = ("literal", "corrected", "consistent", "lab")  # of the mean field
EXACT = "exact"
ALL_VARIANTS = (*VARIANTS, EXACT)
START = ("q1", "p1", "q2", "p2")
CHAIN: dict[str, Any] = {"above": 0, "why": "a chain has at least one spin"}
RATE: dict[str, Any] = {"at_least": 0, "error": InvalidArgumentError}
LIMITS: dict[str, dict[str, Any]] = {
    "spins_1": CHAIN,
    "spins_2": CHAIN,
    "linear_damping": RATE,
    "nonlinear_damping": RATE,
    "gain": RATE,
    "thermal_phonons": {"at_least": 0, "why": "it is a mean number of quanta"},
    "time": {"at_least": 0, "why": "runs begin at t = 0"},
}


def out_of_range(name: str, values: np.ndarray) -> np.ndarray:
    """Where values of a parameter are negative, or not positive for numbers of spins."""
    return values <= 0 if "above" in LIMITS[name] else values < 0


def require_range(name: str, values: np.ndarray) -> None:
    """Raise the error of a parameter that is out of its range."""
    real_array(values, f"Parameter `{name}`", **LIMITS[name])
