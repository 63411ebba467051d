"""Paths of amplitudes in their planes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from quantsync.plotting import COLOURS, axes_or_new

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def planes(beta: np.ndarray, axes: Any, end: bool) -> Axes:
    """The paths (T, n) of all amplitudes in one plane, their ends with a dot if asked."""
    axes = axes_or_new(axes)
    for j, path in enumerate(beta.T):
        colour = COLOURS[j % len(COLOURS)]
        axes.plot(np.real(path), np.imag(path), linewidth=0.8, color=colour, label=f"mode {j}")
        if end:
            last = path[np.isfinite(path)][-1:]
            axes.plot(np.real(last), np.imag(last), "o", color=colour, markersize=5)
    axes.set(xlabel=r"Re $\beta$", ylabel=r"Im $\beta$", aspect="equal")
    if beta.shape[1] > 1:
        axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return axes
