"""Bath parameters of the figures, and what their data share.

Rates are in units of Gamma = gain + damping of each spin, so that damping_j = 1 - gain_j; the
gains w_A, w_B are what the paper prints. The legends of Figs. 6 and 15 and the drive of all
figures are not in its text: the baths are inferred from Figs. 8 and 12, and the drive tends to
zero unless another is asked for.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from quantsync.models import DrivenPairStudy, driven_pair
from quantsync.papers.paper import labelled

FIGURE_3 = (0.4, 0.75)
FIGURE_5 = (0.25, 0.75)
FIGURE_8_B, FIGURE_8_A = 0.82, (0.52, 0.46, 0.38, 0.25)
FIGURE_12 = (0.55, 0.09)
ENHANCED, SUPPRESSED = FIGURE_12, (0.46, 0.82)
FIGURE_14 = (0.25, 0.75)

WEAK = (
    "the limit of a weak drive, as the text says; the strength that was used for the figure is not "
    "in it"
)
SHOWN = (
    r"the baths $(w_A, w_B)$ of the figure's legend are taken to be $(0.55, 0.09)$ and "
    r"$(0.46, 0.82)$, those of Figs. 12 and 8(b), since the text does not have them; the limit of "
    "a weak drive"
)
NUMERICAL = r"numerical, $10^{-9}$ of each number"
EXACT = f"{NUMERICAL}; limit of a weak drive"

LARGEST_CROSSING = 4.0
"""Zero crossings above this are red in Fig. 4(a), as in the paper."""

AXES = {
    "coupling": ("coupling g", "Gamma"),
    "gain_a": ("gain rate of qubit A", "Gamma"),
    "gain_b": ("gain rate of qubit B", "Gamma"),
    "line_gain_a": ("gain rate of qubit A", "Gamma"),
    "cut_gain_a": ("gain rate of qubit A", "Gamma"),
    "drive_detuning": ("drive detuning", "Gamma"),
    "around": ("coupling over the zero crossing", "1"),
    "phi": ("phase", "rad"),
}


def scientific(value: float, digits: int = 1) -> str:
    """A number as a power of ten in TeX, without the dollars."""
    mantissa, _, power = f"{value:.{digits - 1}e}".partition("e")
    return rf"{mantissa} \times 10^{{{int(power)}}}"


def baths(gain_a: Any, gain_b: Any) -> dict[str, Any]:
    """Rates of both spins with gain + damping = 1."""
    return {"gain_a": gain_a, "damping_a": 1 - gain_a, "gain_b": gain_b, "damping_b": 1 - gain_b}


def study(
    gain_a: Any, gain_b: Any, *, workers: int | None = None, **others: Any
) -> DrivenPairStudy:
    """The driven pair with gain + damping = 1 of both spins."""
    gain_a, gain_b = np.asarray(gain_a, float), np.asarray(gain_b, float)
    return driven_pair(**baths(gain_a, gain_b), **others).study(workers)


def gains(points: int) -> np.ndarray:
    """Gain rates of a map's axis: the middles of equal intervals, off w = 0, 1/2 and 1."""
    return (np.arange(points) + 0.5) / points


def axes(**values: Any) -> dict[str, Any]:
    """Coordinates of a dataset."""
    return {name: labelled(name, value, *AXES[name]) for name, value in values.items()}


def described(drive: float, spin: float = 1 / 2, **parameters: float) -> dict[str, Any]:
    """Attributes of a dataset."""
    values = {"drive": drive, "spin": spin, **parameters}
    notes = {"model": "driven_pair", **{f"parameter_{k}": float(v) for k, v in values.items()}}
    if drive == 0:
        notes["limit"] = "drive -> 0: responses per drive, Omega per drive squared"
    return notes
