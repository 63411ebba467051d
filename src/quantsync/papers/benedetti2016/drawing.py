"""Drawings of the figures of Benedetti et al., PRA 94, 052118 (2016)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import xarray as xr

from quantsync import plotting
from quantsync.papers.benedetti2016.networks import SITES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TIME = r"time ($\omega_1^{-1}$)"
POSITION = r"$\langle x_j \rangle$ ($\omega_1^{-1/2}$)"
NUMBERS = r"$\langle x_1 \rangle$", r"$\langle x_2 \rangle$"
PAIR = (plotting.BLACK, plotting.VERMILLION)
LATE_2, LATE_3 = (440.0, 500.0), (380.0, 500.0)
"""Times of the enlarged views of Figs. 2 and 3."""
PERIOD = 8.0
"""Windows over which ranges are shown: the longest period, 2 pi/(2 Omega_0), of variances."""


def draw_figure_1(data: xr.Dataset) -> Figure:
    """C and the two normal coordinates."""
    figure = plotting.new_figure(plotting.COLUMN, 3.8)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[1, 1.2])
    time = data.time.values
    upper.plot(time, data.C, color=plotting.BLACK)
    correlation_axis(upper)
    # The undamped coordinate fills a band, before which the damped one stands.
    for mode, colour in ((2, plotting.VERMILLION), (1, plotting.BLACK)):
        label = rf"$\langle q_{mode} \rangle$"
        plotting.band(lower, time, data.q.sel(mode=mode), PERIOD, colour, label)
    lower.set(ylabel=r"$\langle q_s \rangle$ ($\omega_1^{-1/2}$)", ylim=(-1.15, 1.15))
    for axes in (upper, lower):
        revivals(axes, data.attrs["revival_time"], 2)
    plotting.key_above(upper, 1)
    plotting.key_above(lower, 2, handles=lower.collections[::-1])
    time_axis(lower, time[0], time[-1])
    return figure


def draw_figure_2(data: xr.Dataset) -> Figure:
    """C of both coupling strengths above, late oscillations of each below."""
    figure = plotting.new_figure(plotting.COLUMN, 3.8)
    grid = figure.add_gridspec(2, 2)
    upper = figure.add_subplot(grid[0, :])
    time = data.time.values
    names = [rf"$K = {strength:g}\,\omega_1^2$" for strength in data.strength.values]
    for strength, name, colour, dash in zip(
        data.strength.values, names, PAIR, ("-", "--"), strict=True
    ):
        chosen = data.C.sel(strength=strength)
        upper.plot(time, chosen, dash, color=colour, linewidth=1.0, label=name)
    correlation_axis(upper)
    revivals(upper, data.attrs["revival_time"], 1)
    plotting.key_above(upper, 3)
    time_axis(upper, time[0], time[-1])
    shown = (time >= LATE_2[0]) & (time <= LATE_2[1])
    for column, strength in enumerate(data.strength.values):
        axes = figure.add_subplot(grid[1, column])
        _pair(axes, time[shown], data.x.sel(strength=strength)[:, shown])
        axes.set_title(names[column], loc="center", pad=16)
        axes.set_ylim(-0.42, 0.42)
        time_axis(axes, *LATE_2)
        plotting.key_above(axes, 2)
        if column == 0:
            axes.set_ylabel(POSITION)
        else:
            axes.set_yticklabels([])
    return figure


def draw_figure_3(data: xr.Dataset) -> Figure:
    """Oscillations from the symmetric start, C from both, and the crosstalk enlarged."""
    figure = plotting.new_figure(plotting.PAGE, 5.0)
    whole, middle, enlarged = figure.subplots(3, 1, height_ratios=[1, 1.2, 1])
    time = data.time.values
    symmetric = data.x.sel(start="symmetric")
    for probe, colour in enumerate(PAIR):
        whole.plot(time, symmetric[probe], color=colour, linewidth=0.5, label=NUMBERS[probe])
    whole.set(ylim=(-1.5, 1.5), ylabel=POSITION)
    middle.plot(time, data.C.sel(start="symmetric"), color=plotting.BLACK, label="symmetric start")
    middle.plot(
        time,
        data.C_delayed.sel(start="asymmetric"),
        "--",
        color=plotting.VERMILLION,
        label=rf"asymmetric start, delay ${data.attrs['delay']:g}\,\omega_1^{{-1}}$",
    )
    middle.plot(
        time,
        data.C.sel(start="asymmetric"),
        color=plotting.PURPLE,
        linewidth=0.7,
        label="asymmetric start, no delay (added)",
    )
    correlation_axis(middle)
    for axes in (whole, middle):
        regions(axes, data)
        time_axis(axes, time[0], time[-1])
    shown = (time >= LATE_3[0]) & (time <= LATE_3[1])
    _pair(enlarged, time[shown], symmetric[:, shown])
    enlarged.set_ylim(-0.27, 0.27)
    time_axis(enlarged, *LATE_3)
    enlarged.set_ylabel(POSITION)
    thicken(plotting.key_above(whole, 2))
    plotting.key_above(middle, 3)
    plotting.key_above(enlarged, 2)
    plotting.panel_labels(whole, middle, enlarged)
    return figure


def draw_figure_4(data: xr.Dataset) -> Figure:
    """Variances, correlations and C of probes on one node."""
    figure = _draw_correlations(data, 0.1)
    plotting.panel_labels(*figure.axes)
    for axes in figure.axes:
        revivals(axes, data.attrs["revival_time"], 1)
    plotting.key_above(figure.axes[2], 1)
    return figure


def draw_figure_5(data: xr.Dataset) -> Figure:
    """Variances, correlations and C of probes at both ends, over the regions of Fig. 3."""
    figure = _draw_correlations(data, 1e-4)
    for axes in figure.axes:
        regions(axes, data)
    return figure


def _draw_correlations(data: xr.Dataset, smallest: float) -> Figure:
    """Mutual information and entanglement are drawn linearly below the smallest decade."""
    figure = plotting.new_figure(plotting.COLUMN, 5.2)
    variances, correlations, synchronization = figure.subplots(3, 1, sharex=True)
    time = data.time.values
    variances.set_yscale("log")
    for probe, colour in zip((1, 2), PAIR, strict=True):
        label = rf"$\langle x_{probe}^2 \rangle$"
        plotting.band(variances, time, data.variance.sel(probe=probe), PERIOD, colour, label)
    variances.set_ylabel(r"$\langle x_j^2 \rangle$ ($\omega_1^{-1}$)")
    correlations.set_yscale("symlog", linthresh=smallest)
    for name, colour, label in (
        ("mutual_information", plotting.BLUE, r"$\mathcal{M}$"),
        ("negativity", plotting.ORANGE, r"$\mathcal{E}$"),
    ):
        plotting.band(correlations, time, data[name], PERIOD, colour, label)
    top = float(data.mutual_information.max())
    correlations.set(
        ylim=(-0.15 * smallest, 1.5 * top), ylabel=r"$\mathcal{M}$, $\mathcal{E}$ (nats)"
    )
    correlations.axhline(smallest, color="0.5", linestyle="--", linewidth=0.6, zorder=0)
    synchronization.plot(time, data.C, color=plotting.BLACK, linewidth=0.8)
    correlation_axis(synchronization)
    time_axis(synchronization, time[0], time[-1])
    for axes in (variances, correlations):
        plotting.key_above(axes, 2)
    return figure


def draw_figure_6(data: xr.Dataset) -> Figure:
    """The map of C with the first signals of the other probe and of the far end."""
    # C alternates from site to site: each is as wide as four pixels, which is aligned by hand.
    dots, (width, height) = plotting.STYLE["savefig.dpi"], (1400, 1020)
    figure = plotting.new_figure(width / dots, height / dots)
    figure.set_layout_engine("none")
    axes = figure.subplots()
    sites, time = data.site.values, data.time.values
    mesh = plotting.map_panel(
        axes,
        sites,
        time,
        data.C.values.T,
        r"synchronization $\mathcal{C}$",
        plotting.DIVERGING,
        vmin=-1,
        vmax=1,
        bar={"location": "top"},
    )
    for distance, dash, label in (
        (sites - 1, "--", "other probe"),
        (2 * (SITES + 1 - sites), ":", "far end"),
    ):
        front = distance / data.attrs["velocity"]
        axes.plot(sites, front, dash, color=plotting.BLACK, linewidth=1.6, label=label)
    axes.set(xlabel="site $m$ of the second probe")
    time_axis(axes, *axes.get_ylim(), "y")
    axes.set_position((150 / width, 90 / height, 4 * SITES / width, 804 / height))
    mesh.colorbar.ax.set_position((150 / width, 910 / height, 500 / width, 30 / height))
    mesh.colorbar.ax.set_aspect("auto")
    mesh.colorbar.set_ticks([-1, -0.5, 0, 0.5, 1])
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.01), ncols=2, title="first signal from")
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
    names = ["revival"] + ["_revival"] * (count - 1)
    for k, name in enumerate(names, 1):
        axes.axvline(k * time, color="0.3", linestyle=":", linewidth=1.0, label=name, zorder=3)


def regions(axes: Axes, data: xr.Dataset) -> None:
    """Shade independent dissipation, crosstalk and revival."""
    crosstalk, revival = data.attrs["crosstalk_time"], data.attrs["revival_time"]
    ends = (0.0, crosstalk, revival, float(data.time[-1]))
    for low, high, colour in zip(
        ends[:-1], ends[1:], ("#F7E1EC", "#CFE3F2", "#EAF3FA"), strict=True
    ):
        axes.axvspan(low, high, color=colour, zorder=-1, linewidth=0)


def thicken(key: Any) -> None:
    """Make the lines of a key easier to see than those it explains."""
    for line in key.get_lines():
        line.set_linewidth(1.5)


def _pair(axes: Axes, time: Any, x: xr.DataArray) -> None:
    for probe, (colour, dash) in enumerate(zip(PAIR, ("-", "--"), strict=True)):
        axes.plot(time, x[probe], dash, color=colour, label=NUMBERS[probe], linewidth=1.0)
