"""Drawings of the figures of Benedetti et al., PRA 94, 052118 (2016)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from quantsync import plotting
from quantsync.papers.benedetti2016.networks import SITES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TIME = r"time ($\omega_1^{-1}$)"
POSITION = r"$\langle x_j \rangle$ ($\omega_1^{-1/2}$)"
NUMBERS = r"$\langle x_1 \rangle$", r"$\langle x_2 \rangle$"
LATE_2, LATE_3 = (440.0, 500.0), (380.0, 500.0)
"""Times of the enlarged views of Figs. 2 and 3."""


def draw_figure_1(data: xr.Dataset) -> Figure:
    """C and the two normal coordinates."""
    figure = plotting.new_figure(plotting.COLUMN, 3.6)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[1, 1.2])
    time = data.time.values
    upper.plot(time, data.C, color=plotting.BLACK)
    correlation_axis(upper)
    revivals(upper, data.attrs["revival_time"], 2)
    # The undamped coordinate fills a band, before which the damped one stands.
    for mode, colour in ((2, plotting.ORANGE), (1, plotting.BLUE)):
        lower.plot(
            time,
            data.q.sel(mode=mode),
            color=colour,
            linewidth=0.5,
            label=rf"$\langle q_{mode} \rangle$",
        )
    revivals(lower, data.attrs["revival_time"], 2)
    lower.set(ylabel=r"$\langle q_s \rangle$ ($\omega_1^{-1/2}$)", ylim=(-1.6, 2.2))
    lines, names = lower.get_legend_handles_labels()
    key = lower.legend(lines[::-1], names[::-1], loc="upper right", ncols=2)
    for line in key.get_lines():
        line.set_linewidth(1.5)
    time_axis(lower, time[0], time[-1])
    return figure


def draw_figure_2(data: xr.Dataset) -> Figure:
    """C of both coupling strengths above, late oscillations of each below."""
    figure = plotting.new_figure(plotting.COLUMN, 3.8)
    grid = figure.add_gridspec(2, 2)
    upper = figure.add_subplot(grid[0, :])
    time = data.time.values
    weak, strong = data.strength.values
    for strength, colour, dash in (
        (weak, plotting.BLACK, "-"),
        (strong, plotting.VERMILLION, "--"),
    ):
        chosen = data.C.sel(strength=strength)
        upper.plot(time, chosen, dash, color=colour, label=f"$K = {strength:g}$")
    correlation_axis(upper)
    upper.set_ylim(-1.1, 1.6)
    revivals(upper, data.attrs["revival_time"], 1)
    upper.legend(loc="upper left", ncols=2, bbox_to_anchor=(0.0, 1.04))
    time_axis(upper, time[0], time[-1])
    plotting.panel_label(upper, "a")
    shown = (time >= LATE_2[0]) & (time <= LATE_2[1])
    for column, strength in enumerate(data.strength.values):
        axes = figure.add_subplot(grid[1, column])
        _pair(axes, time[shown], data.x.sel(strength=strength)[:, shown])
        axes.set_title(f"$K = {strength:g}$", loc="center")
        axes.set_ylim(-0.62, 0.8)
        time_axis(axes, *LATE_2)
        plotting.panel_label(axes, "bc"[column])
        if column == 0:
            axes.set_ylabel(POSITION)
            axes.legend(loc="upper center", ncols=2, columnspacing=1.0, handlelength=1.5)
        else:
            axes.set_yticklabels([])
    return figure


def draw_figure_3(data: xr.Dataset) -> Figure:
    """Oscillations from the symmetric start, C from both, and the crosstalk enlarged."""
    figure = plotting.new_figure(plotting.COLUMN, 5.0)
    whole, middle, enlarged = figure.subplots(3, 1, height_ratios=[1, 1.2, 1])
    time = data.time.values
    symmetric = data.x.sel(start="symmetric")
    _pair(whole, time, symmetric, linewidth=0.5)
    whole.set(ylim=(-1.6, 1.6), ylabel=POSITION)
    middle.plot(time, data.C.sel(start="symmetric"), color=plotting.BLACK, label="symmetric start")
    middle.plot(
        time,
        data.C_delayed.sel(start="asymmetric"),
        "--",
        color=plotting.VERMILLION,
        label=f"asymmetric, delay {data.attrs['delay']:g}",
    )
    middle.plot(
        time,
        data.C.sel(start="asymmetric"),
        color=plotting.PURPLE,
        linewidth=0.7,
        label="asymmetric, no delay",
    )
    correlation_axis(middle)
    middle.set_ylim(-1.1, 2.6)
    middle.legend(loc="upper left", ncols=1, borderaxespad=0.2, labelspacing=0.2)
    for axes in (whole, middle):
        regions(axes, data)
        time_axis(axes, time[0], time[-1])
    shown = (time >= LATE_3[0]) & (time <= LATE_3[1])
    _pair(enlarged, time[shown], symmetric[:, shown])
    enlarged.set_ylim(-0.5, 0.75)
    time_axis(enlarged, *LATE_3)
    enlarged.set_ylabel(POSITION)
    enlarged.legend(loc="upper right", ncols=2)
    plotting.panel_labels(whole, middle, enlarged)
    return figure


def draw_figure_4(data: xr.Dataset) -> Figure:
    """Variances, correlations and C of probes on one node."""
    return _draw_correlations(data, 1e-3)


def draw_figure_5(data: xr.Dataset) -> Figure:
    """Variances, correlations and C of probes at both ends, over the regions of Fig. 3."""
    figure = _draw_correlations(data, 1e-6)
    for axes in figure.axes:
        regions(axes, data)
    return figure


def _draw_correlations(data: xr.Dataset, lowest: float) -> Figure:
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
    correlations.set(ylim=(lowest, 60), ylabel=r"$\mathcal{M}$, $\mathcal{E}$ (nats)")
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
    axes.set(xlabel="site $m$ of the second probe", xlim=(sites[0], sites[-1]))
    time_axis(axes, time[0], time[-1], "y")
    return figure


def time_axis(axes: Axes, low: float, high: float, which: str = "x") -> None:
    """The axis of time, with plain numbers."""
    axes.ticklabel_format(axis="x" if which == "x" else "y", style="plain")
    (axes.set_xlim if which == "x" else axes.set_ylim)(low, high)
    (axes.set_xlabel if which == "x" else axes.set_ylabel)(TIME)


def correlation_axis(axes: Axes) -> None:
    """The axis of C."""
    axes.set(ylabel=r"synchronization $\mathcal{C}$", ylim=(-1.1, 1.1))
    axes.set_yticks([-1, -0.5, 0, 0.5, 1])


def revivals(axes: Axes, time: float, count: int) -> None:
    """Dotted lines where the first signals come back from the far end."""
    for k in range(1, count + 1):
        axes.axvline(k * time, color="0.5", linestyle=":", linewidth=0.8, zorder=0)


def regions(axes: Axes, data: xr.Dataset) -> None:
    """Shade independent dissipation, crosstalk and revival."""
    crosstalk, revival = data.attrs["crosstalk_time"], data.attrs["revival_time"]
    ends = (0.0, crosstalk, revival, float(data.time[-1]))
    for low, high, colour in zip(
        ends[:-1], ends[1:], ("#F7E1EC", "#CFE3F2", "#EAF3FA"), strict=True
    ):
        axes.axvspan(low, high, color=colour, zorder=-1, linewidth=0)


def _pair(axes: Axes, time: Any, x: xr.DataArray, linewidth: float = 1.0) -> None:
    styles = ((plotting.BLACK, "-"), (plotting.VERMILLION, "--"))
    for probe, (colour, dash) in enumerate(styles):
        axes.plot(time, x[probe], dash, color=colour, label=NUMBERS[probe], linewidth=linewidth)
