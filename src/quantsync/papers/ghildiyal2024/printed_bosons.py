"""Eq. (4) as printed: bosons that are no representation of su(2), beside the exact spins."""

from __future__ import annotations

from typing import Any

import numpy as np

from quantsync.models import follow_chains
from quantsync.models.central_spin_chains import ChainsPath, followed, quanta_error


def follow_printed_bosons(
    spins: tuple[int, int], times: Any, *, start: Any, **parameters: Any
) -> ChainsPath:
    """`follow_chains` with ``J_+ = sqrt(N) b^dag (1 - n/4N)``, ``J_z = n - N``."""
    counts = list(spins)
    return followed(counts, [(4 * N, N) for N in counts], times, parameters, start)


def printed_error(spins: int, times: np.ndarray, *, start: Any, **parameters: Any) -> float:
    """Root mean square error of n_1(t) by Eq. (4) as printed, for chains of so many spins."""
    both = {"start": start, **parameters}
    printed = follow_printed_bosons((spins, spins), times, **both)
    return quanta_error(printed.quanta[:, 0], follow_chains((spins, spins), times, **both))
