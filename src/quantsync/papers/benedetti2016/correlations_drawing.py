"""Drawings of Figs. 4 and 5 of Benedetti et al. (2016): variances and quantum correlations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from quantsync import plotting
from quantsync.papers.benedetti2016.dynamics_drawing import (
    correlation_axis,
    regions,
    revivals,
    time_axis,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_figure_4(data: xr.Dataset) -> Figure:
    """Variances, correlations and C of probes on one node."""
    return _draw(data, 1e-3)


def draw_figure_5(data: xr.Dataset) -> Figure:
    """Variances, correlations and C of probes at both ends, over the regions of Fig. 3."""
    figure = _draw(data, 1e-6)
    for axes in figure.axes:
        regions(axes, data)
    return figure


def _draw(data: xr.Dataset, lowest: float) -> Figure:
    figure = plotting.new_figure(plotting.COLUMN, 5.0)
    panels = figure.subplots(3, 1, sharex=True)
    variances, correlations, synchronization = panels
    time = data.time.values
    for probe, colour in ((1, plotting.BLACK), (2, plotting.ORANGE)):
        variances.semilogy(
            time,
            data.variance.sel(probe=probe),
            color=colour,
            linewidth=0.5,
            label=rf"$\langle x_{probe}^2 \rangle$",
        )
    variances.set_ylabel(r"$\langle x_j^2 \rangle$ ($\omega_1^{-1}$)")
    high = float(data.variance.max())
    variances.set_ylim(float(data.variance.min()) / 1.5, 12 * high)
    quantities = (
        ("mutual_information", plotting.BLUE, r"mutual information $\mathcal{M}$"),
        ("negativity", plotting.VERMILLION, r"entanglement $\mathcal{E}$"),
    )
    for name, colour, label in quantities:
        # Below the axis, zero in particular, there is no line.
        values = np.where(data[name] > lowest / 10, data[name], np.nan)
        if np.isnan(values).all():
            label += " = 0 throughout"
        correlations.semilogy(time, values, color=colour, linewidth=0.6, label=label)
    correlations.set_ylim(lowest, 60)
    correlations.set_ylabel(r"$\mathcal{M}$, $\mathcal{E}$ (nats)")
    synchronization.plot(time, data.C, color=plotting.BLACK)
    correlation_axis(synchronization)
    for axes, label in zip(panels, "abc", strict=True):
        revivals(axes, data.attrs["revival_time"], 1)
        plotting.panel_label(axes, label)
    time_axis(synchronization, time[0], time[-1])
    for axes, columns in ((variances, 2), (correlations, 1)):
        key = axes.legend(loc="upper right", ncols=columns, labelspacing=0.2, borderaxespad=0.2)
        for line in key.get_lines():
            line.set_linewidth(1.5)
    return figure
