"""Drawing of Fig. 6 of Benedetti et al. (2016): synchronization over site and time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from quantsync import plotting
from quantsync.papers.benedetti2016.dynamics_drawing import time_axis
from quantsync.papers.benedetti2016.networks import SITES

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_figure_6(data: xr.Dataset) -> Figure:
    """The map of C with the first signals of the other probe and of the far end."""
    figure = plotting.new_figure(plotting.COLUMN, 3.2)
    axes = figure.subplots()
    sites, time = data.site.values, data.time.values
    plotting.map_panel(
        axes,
        sites,
        time,
        data.C.values.T,
        r"synchronization $\mathcal{C}$",
        plotting.DIVERGING,
        vmin=-1,
        vmax=1,
    )
    for distance, dash, label in (
        (sites - 1, "--", "other probe"),
        (2 * (SITES + 1 - sites), ":", "far end"),
    ):
        front = distance / data.attrs["velocity"]
        axes.plot(sites, np.minimum(front, time[-1]), dash, color=plotting.BLACK, label=label)
    axes.legend(
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0),
        ncols=2,
        title="first signal from",
        columnspacing=1.0,
        handlelength=1.8,
    )
    axes.set_xlabel("site $m$ of the second probe")
    axes.set_xlim(sites[0], sites[-1])
    time_axis(axes, time[0], time[-1], "y")
    return figure
