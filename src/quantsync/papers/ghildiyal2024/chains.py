"""The chains with the parameters of the captions, in the variants of the equations.

Time is in units of 1/omega_1, all rates in units of omega_1. The paper prints no start but
q_j = p_j = 0, where nothing moves; ours are named here and are options of the figures.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from quantsync.measures import complete_synchronization
from quantsync.models import PseudoBosonPair, pseudo_boson_pair

PANELS = {
    "a-c": {"spins_1": 5.0, "spins_2": 5.0, "weight": 0.0},
    "d-f": {"spins_1": 10.0, "spins_2": 5.0, "weight": 0.0},
    "g-i": {"spins_1": 5.0, "spins_2": 5.0, "weight": 0.2},
}
"""What differs between the panels of Fig. 2; Fig. 3 has the last."""
FIGURE_3 = PANELS["g-i"]
SHOWN = ("literal", "lab")
"""The equations as printed, and those that we recommend."""
LATE, SAMPLES = 1e4, 4001
"""The "long times" of Sec. III, and how often runs are looked at until then."""
PHASE = 1.049
"""phi of the captions."""
START = {"q1": 1.0, "p1": 0.0, "q2": 1.0, "p2": 0.0}
GENERIC = {"q1": 1.0, "p1": 0.0, "q2": 0.5, "p2": 0.3}
GAIN = 0.002
"""Not in the paper: a linear gain at which limit cycles have |beta|^2 of some 1.5."""
END = 300.0
"""How much of the end Fig. 2 shows, closely."""
FATES = ("decays", "meets the pole", "stuck")
"""Of a run: it has decayed at t = 1e4, has met the pole X = 0, or neither."""
BOUNDED = 1e3
"""Largest trace of a covariance whose symplectic eigenvalues rounding leaves intact."""


def chains(variant: Any, panel: str, **changes: Any) -> PseudoBosonPair:
    """Both chains with the parameters of a panel, from our start unless another is given."""
    return pseudo_boson_pair(variant, **(PANELS[panel] | START | changes))


@lru_cache(maxsize=64)
def run(
    variant: str, panel: str, samples: int = SAMPLES, end: float = 0.0, **changes: float
) -> Any:
    """Amplitudes and covariances, from the vacuum's, at equidistant times up to 1e4."""
    # The last part, of length ``end``, is looked at ten times in a unit of time: it may turn fast.
    close = np.arange(round(10 * end) + 1) / 10 + (LATE - end)
    times = np.union1d(np.linspace(0, LATE, samples), close)
    return chains(variant, panel, **changes).evolve(times, errors="mask")


@lru_cache(maxsize=64)
def amplitudes(
    variant: str, panel: str, samples: int = SAMPLES, end: float = 0.0, **changes: float
) -> Any:
    """The same; alone where printed covariances outgrow all numbers, which ends a run."""
    path = run(variant, panel, samples, end, **changes)
    if path.ended != "unbounded":
        return path
    return chains(variant, panel, **changes).evolve(path.times, None, errors="mask")


def synchronization(covariance: np.ndarray) -> dict[str, np.ndarray]:
    """S_q, its product baseline and nu_min, shape (...), whatever the printed equations made."""
    # nu_min is NaN where the covariance has outgrown what rounding allows, or is no covariance.
    C = np.moveaxis(covariance, (-2, -1), (0, 1))
    total = C[0, 0] + C[1, 1] + C[2, 2] + C[3, 3]
    bounded = (total < BOUNDED)[..., None, None] & np.isfinite(covariance)
    found = complete_synchronization(np.where(bounded, covariance, np.nan))
    with np.errstate(invalid="ignore"):
        S_q = 2 / (total - 2 * C[0, 2] - 2 * C[1, 3])
    return {"S_q": S_q, "product": 2 / total, "nu_min": found.nu_min}


def phase_difference(beta: np.ndarray) -> np.ndarray:
    """Difference phi_2 - phi_1 between -pi and pi, for amplitudes (..., 2)."""
    return np.angle(beta[..., 1] * beta[..., 0].conj())
