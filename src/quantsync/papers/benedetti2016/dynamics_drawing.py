"""Drawings of Figs. 1-3 of Benedetti et al. (2016): mean positions and their synchronization."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import xarray as xr

from quantsync import plotting

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
    lower.set_ylabel(r"$\langle q_s \rangle$ ($\omega_1^{-1/2}$)")
    lower.set_ylim(-1.6, 2.2)
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
    whole.set_ylim(-1.6, 1.6)
    whole.set_ylabel(POSITION)
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
    for axes, label in zip((whole, middle, enlarged), "abc", strict=True):
        plotting.panel_label(axes, label)
    return figure


def time_axis(axes: Axes, low: float, high: float, which: str = "x") -> None:
    """The axis of time, with plain numbers."""
    axes.ticklabel_format(axis="x" if which == "x" else "y", style="plain")
    (axes.set_xlim if which == "x" else axes.set_ylim)(low, high)
    (axes.set_xlabel if which == "x" else axes.set_ylabel)(TIME)


def correlation_axis(axes: Axes) -> None:
    """The axis of C."""
    axes.set_ylabel(r"synchronization $\mathcal{C}$")
    axes.set_ylim(-1.1, 1.1)
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
