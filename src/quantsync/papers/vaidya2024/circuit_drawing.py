"""Drawings of Figs. 10 and 11 and of the tables' numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import xarray as xr

from quantsync import plotting
from quantsync.papers.vaidya2024.response_drawing import SITE_COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LEGEND = "0.25"  # colour of what holds for both transmons
KHZ = 1000.0  # of the datasets' MHz
COUPLING = r"coupling $g/2\pi$ (kHz)"
SHAPES = {"A": "o", "B": "s"}
STYLES: tuple[tuple[Literal["-", "--"], bool], ...] = (("-", True), ("--", False))
"""Dash of the lines and whether markers are closed, without and with dephasing."""


def draw_figure_10(data: xr.Dataset) -> Figure:
    """|<S+>| of both transmons: circuit as markers, qubit model as lines."""
    figure = plotting.new_figure(plotting.PAGE, 4.4)
    panels = figure.subplots(2, 2, sharey="row", sharex=True, height_ratios=[1.3, 1])
    for column, panel in zip(panels.T, data.panel.values, strict=True):
        for axes, (site, colour) in zip(column, SITE_COLOURS.items(), strict=True):
            chosen = data.sel(panel=panel, site=site)
            _lines(axes, chosen, "response", colour, SHAPES[site])
            axes.set_ylim(0, None)
        _title(column[0], data.sel(panel=panel))
        _coupling_axis(column[1], data)
        plotting.panel_label(column[0], panel)
    for axes, site in zip(panels[:, 0], SITE_COLOURS, strict=True):
        axes.set_ylabel(rf"$|\langle S_{site}^+\rangle|$ of transmon ${site}$")
    _legend(figure, data)
    return figure


def draw_figure_11(data: xr.Dataset) -> Figure:
    """Omega: circuit as markers, qubit model as lines."""
    figure = plotting.new_figure(plotting.PAGE, 2.8)
    for axes, panel in zip(figure.subplots(1, 2), data.panel.values, strict=True):
        chosen = data.sel(panel=panel)
        _lines(axes, chosen, "omega", plotting.BLUE, "o")
        _title(axes, chosen)
        _coupling_axis(axes, chosen)
        axes.set_ylim(0, None)
        axes.set_ylabel(r"synchronization $\Omega$ (nat)")
        plotting.panel_label(axes, panel)
    _legend(figure, data)
    return figure


def _lines(axes: Axes, data: xr.Dataset, name: str, colour: str, shape: str) -> None:
    """Closed markers on solid lines without dephasing, open ones on dashed lines with it."""
    for (dash, closed), dephasing in zip(STYLES, data.dephasing.values, strict=True):
        face = colour if closed else "white"
        chosen = data.sel(dephasing=dephasing)
        axes.plot(
            data.line_coupling * KHZ, chosen[f"qubit_{name}"], dash, color=colour, linewidth=1
        )
        axes.plot(
            data.coupling * KHZ,
            chosen[name],
            shape,
            color=colour,
            markerfacecolor=face,
            markersize=4.5,
            clip_on=False,
            zorder=3,
        )


def _legend(figure: Figure, data: xr.Dataset) -> None:
    """What markers and lines are, above all panels."""
    from matplotlib.lines import Line2D

    handles = []
    for (dash, closed), dephasing in zip(STYLES, data.dephasing.values, strict=True):
        with_it = rf"$\gamma_\phi/2\pi = {dephasing * KHZ:.0f}$ kHz"
        face = LEGEND if closed else "white"
        marker: dict[str, Any] = {
            "marker": "o",
            "markersize": 4.5,
            "markerfacecolor": face,
            "linestyle": "none",
        }
        handles += [
            Line2D([], [], color=LEGEND, label=f"circuit, {with_it}", **marker),
            Line2D([], [], color=LEGEND, linestyle=dash, label=f"qubit model, {with_it}"),
        ]
    figure.legend(handles=handles, loc="outside upper center", ncols=4)


def _title(axes: Axes, data: xr.Dataset) -> None:
    ratios = [float(data.gain.sel(site=s) / data.damping.sel(site=s)) for s in "AB"]
    axes.set_title(r"$w_A/\gamma_A = {:.2f}$, $w_B/\gamma_B = {:.2f}$".format(*ratios), fontsize=7)


def _coupling_axis(axes: Axes, data: xr.Dataset) -> None:
    axes.set_xlim(0, float(data.coupling[-1]) * KHZ)
    axes.set_xlabel(COUPLING)


def draw_tables(data: xr.Dataset) -> Figure:
    """How far Delta and w/gamma are from what is printed, for each reading of Table I."""
    figure = plotting.new_figure(plotting.PAGE, 2.9)
    rows = [(preset, site) for preset in data.preset.values for site in data.site.values]
    styles = {
        "4.5 GHz": ("o", plotting.BLUE, r"$\omega_{aB} = 4.5$ GHz, Eq. (E3)"),
        "4.6 GHz": ("x", plotting.VERMILLION, r"$\omega_{aB} = 4.6$ GHz (Table I)"),
        "exact": ("d", plotting.GREEN, r"4.5 GHz, tuned exactly"),
        "four levels": ("^", plotting.BLACK, r"4.5 GHz, four levels"),
    }
    panels = figure.subplots(1, 2, sharey=True)
    settings = (
        ("shift", r"$\Delta$ computed $-$ Table II (kHz)", 1.0),
        ("ratio", r"$w/\gamma$ computed $-$ caption", 0.1),
    )
    places = np.arange(len(rows))[::-1]
    for axes, (name, label, linear), panel in zip(panels, settings, "ab", strict=True):
        printed = data[f"printed_{name}"].values.ravel()
        # A printed 0 is exact: no pump, no gain.
        half = np.where(printed == 0, 0, data[f"last_digit_of_{name}"].values.ravel() / 2)
        axes.barh(places, 2 * half, left=-half, height=0.7, color="0.8", label="rounding of print")
        for reading, (shape, colour, text) in styles.items():
            if name == "ratio" and reading == "exact":
                continue  # the fit hardly depends on Delta
            off = data[name].sel(reading=reading).values.ravel() - printed
            axes.plot(off, places, shape, color=colour, markersize=4.5, label=text)
        axes.set_xscale("symlog", linthresh=linear)
        axes.axvline(0, color="0.6", linewidth=0.5, zorder=0)
        axes.set_xlabel(label)
        plotting.panel_label(axes, panel)
    names = {"10a": "10(a)", "10b": "10(b), 11(a)", "11b": "11(b)"}
    panels[0].set_yticks(places, [f"{names[preset]}, {site}" for preset, site in rows])
    panels[0].set_ylabel("figure, unit")
    figure.legend(
        *panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=5, fontsize=6
    )
    return figure
