"""Names and ranges of the parameters of the pseudo-bosonic chains."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from quantsync.errors import InvalidArgumentError, InvalidRateError, unknown_name

VARIANTS = ("literal", "corrected", "consistent", "lab")
EXACT = "exact"
ALL_VARIANTS = (*VARIANTS, EXACT)
START = ("q1", "p1", "q2", "p2")
POSITIVE = ("spins_1", "spins_2")
RATES = ("linear_damping", "nonlinear_damping", "gain")
NOT_NEGATIVE = (*RATES, "thermal_phonons", "time")
WHY = {
    "spins_1": "a chain has at least one spin",
    "spins_2": "a chain has at least one spin",
    "thermal_phonons": "it is a mean number of quanta",
    "time": "runs begin at t = 0",
}


def require_variant(variant: str, known: Sequence[str] = VARIANTS) -> None:
    """Raise `UnknownNameError` unless there is such a variant, of the mean field by default.

    Examples
    --------
    >>> require_variant("lap")
    Traceback (most recent call last):
    quantsync.errors.UnknownNameError: Unknown variant 'lap'; did you mean 'lab'? Known: ...
    """
    if variant not in known:
        raise unknown_name("variant", str(variant), known)


def out_of_range(name: str, values: np.ndarray) -> np.ndarray:
    """Where values of a parameter are negative, or not positive for numbers of spins."""
    return values <= 0 if name in POSITIVE else values < 0


def range_error(name: str, value: float, place: str) -> InvalidArgumentError:
    """The error for such a value; ``place`` says where in a batch it is."""
    limit = "> 0" if name in POSITIVE else ">= 0"
    why = f": {WHY[name]}" if name in WHY else ""
    kind = InvalidRateError if name in RATES else InvalidArgumentError
    return kind(f"Parameter `{name}` must be {limit}, but is {value:g}{place}{why}.")
