"""Units of entropies: nats, bits, or those of any other base of the logarithm."""

from __future__ import annotations

import math

import numpy as np

from quantsync.errors import InvalidArgumentError


def nats_per_unit(base: float) -> float:
    """By what entropies in nats are divided: ``ln base``, and exactly 1 for base e.

    Raises
    ------
    InvalidArgumentError
        If ``base`` is not a number above 1.

    Examples
    --------
    >>> nats_per_unit(math.e), round(nats_per_unit(2), 6)
    (1.0, 0.693147)
    """
    if not (np.isreal(base) and math.isfinite(base) and base > 1):
        raise InvalidArgumentError(f"Argument `base` must be a number above 1, but is {base!r}.")
    return 1.0 if base == math.e else math.log(base)
