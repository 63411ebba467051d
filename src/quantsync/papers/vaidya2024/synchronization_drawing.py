"""Drawings of Figs. 6, 7, 8, 12 and 15 of Vaidya et al., PRA 109, 033718 (2024)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from quantsync import plotting
from quantsync.papers.vaidya2024.response_drawing import COUPLING, _bath_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LARGEST_RATIO = 10.0
"""Ratios above this are white in Fig. 7(a), as in the paper."""
BATH_COLOURS = {"enhanced": plotting.PURPLE, "suppressed": plotting.ORANGE}


def draw_figure_6(data: xr.Dataset) -> Figure:
    """R against the coupling, and coherences in the dressed basis."""
    figure = plotting.new_figure(plotting.PAGE, 2.5)
    left, right = figure.subplots(1, 2)
    _ratio_lines(left, data)
    plotting.panel_label(left, "a")
    for baths, colour in BATH_COLOURS.items():
        for transition, dash in (("TU", "-"), ("TD", "--")):
            name = rf"$|\langle T|\rho|{transition[1]}\rangle|$"
            right.plot(
                data.coupling,
                data.coherence.sel(baths=baths, transition=transition),
                dash,
                color=colour,
                label=f"{name}, {_bath_label(data, baths)}",
            )
    right.set_xlim(0, float(data.coupling[-1]))
    right.set_ylim(0, None)
    right.set_xlabel(COUPLING)
    right.set_ylabel(r"coherence$/\varepsilon$ ($1/\Gamma$)")
    right.legend(fontsize=5.5)
    plotting.panel_label(right, "b")
    return figure


def draw_figure_7(data: xr.Dataset) -> Figure:
    """R_max over the baths, and the synchronization on the edge w_B = 0."""
    figure = plotting.new_figure(plotting.PAGE, 2.9)
    left, right = figure.subplots(1, 2)
    shown = data.largest_ratio.where(data.largest_ratio <= LARGEST_RATIO)
    plotting.map_panel(
        left,
        data.gain_b.values,
        data.gain_a.values,
        shown.values,
        r"$R_{\max}$",
        vmin=1.0,
        vmax=LARGEST_RATIO,
    )
    _bath_axes(left)
    plotting.panel_label(left, "a")
    label = _omega_label(data)
    right.plot(data.cut_gain_a, data.uncoupled_omega, color=plotting.PURPLE, label=r"$g = 0$")
    right.plot(
        data.cut_gain_a, data.largest_omega, "--", color=plotting.ORANGE, label=r"maximal over $g$"
    )
    right.set_xlim(0, 1)
    right.set_ylim(0, 1)
    right.set_xlabel(r"gain $w_A/\Gamma$ at $w_B = 0$")
    right.set_ylabel(label)
    right.legend()
    plotting.panel_label(right, "b")
    return figure


def draw_figure_8(data: xr.Dataset) -> Figure:
    """R at its local minimum over the baths, and Omega along a cut."""
    figure = plotting.new_figure(plotting.PAGE, 2.9)
    left, right = figure.subplots(1, 2)
    plotting.map_panel(
        left,
        data.gain_b.values,
        data.gain_a.values,
        data.ratio_at_minimum.values,
        r"$R_{\min}$",
        vmin=0.0,
        vmax=1.0,
    )
    cut = data.attrs["parameter_line_gain_b"]
    styles = ((plotting.BLACK, "-"), (plotting.ORANGE, "--"), (plotting.GREEN, "-."))
    styles += ((plotting.PURPLE, ":"),)
    for gain, (colour, dash) in zip(data.line_gain_a.values, styles, strict=True):
        left.plot(cut, gain, "o", color=colour, markersize=4, markeredgecolor="white")
        right.plot(
            data.coupling,
            data.omega.sel(line_gain_a=gain),
            dash,
            color=colour,
            label=rf"$w_A = {gain:g}\,\Gamma$",
        )
    _bath_axes(left)
    plotting.panel_label(left, "a")
    right.set_xlim(0, float(data.coupling[-1]))
    right.set_yscale("log")
    right.set_ylim(1e-3, 1)
    right.set_xlabel(COUPLING)
    right.set_ylabel(_omega_label(data))
    right.legend(title=rf"$w_B = {cut:g}\,\Gamma$", title_fontsize=7)
    plotting.panel_label(right, "b")
    return figure


def draw_figure_12(data: xr.Dataset) -> Figure:
    """Omega/drive^2 of three families of limit cycles."""
    figure = plotting.new_figure(plotting.COLUMN, 2.6)
    axes = figure.subplots()
    axes.plot(data.coupling, data.limit, color="0.7", linewidth=2.5, label=r"$\varepsilon \to 0$")
    axes.plot(
        data.coupling, data.omega.sel(family="diagonal"), color=plotting.PURPLE, label="diagonal"
    )
    axes.plot(
        data.coupling,
        data.omega.sel(family="block diagonal"),
        "--",
        color=plotting.GREEN,
        label="block diagonal, closed form",
    )
    axes.plot(
        data.coupling,
        data.omega.sel(family="optimised"),
        "o",
        color=plotting.ORANGE,
        markersize=3,
        markerfacecolor="none",
        label="block diagonal, optimised",
    )
    axes.set_xlim(0, float(data.coupling[-1]))
    axes.set_ylim(0, 1.4 * float(data.omega.max()))
    axes.set_xlabel(COUPLING)
    axes.set_ylabel(r"$\Omega/\varepsilon^2$ (nat$\,\Gamma^{-2}$)")
    drive = data.attrs["parameter_drive"]
    axes.legend(title=rf"$\varepsilon = {drive:g}\,\Gamma$", title_fontsize=7)
    return figure


def draw_figure_15(data: xr.Dataset) -> Figure:
    """R of two qutrits against the coupling."""
    figure = plotting.new_figure(plotting.COLUMN, 2.4)
    _ratio_lines(figure.subplots(), data)
    return figure


def _ratio_lines(axes: Axes, data: xr.Dataset) -> None:
    for (baths, colour), dash in zip(BATH_COLOURS.items(), ("-", "--"), strict=True):
        axes.plot(
            data.coupling,
            data.ratio.sel(baths=baths),
            dash,
            color=colour,
            label=_bath_label(data, baths),
        )
    axes.axhline(1, color="0.7", linewidth=0.5, zorder=0)
    axes.set_xlim(0, float(data.coupling[-1]))
    axes.set_ylim(0, 1.15 * float(np.nanmax(data.ratio)))
    axes.set_xlabel(COUPLING)
    axes.set_ylabel(r"$R(g) = \Omega|_g/\Omega|_0$")
    axes.legend()


def _bath_label(data: xr.Dataset, baths: str) -> str:
    chosen = data.sel(baths=baths)
    return rf"$w_A = {float(chosen.gain_a):g}$, $w_B = {float(chosen.gain_b):g}$"


def _omega_label(data: xr.Dataset) -> str:
    if data.attrs["parameter_drive"]:
        return r"$\Omega$ (nat)"
    return r"$\Omega/\varepsilon^2$ (nat$\,\Gamma^{-2}$), $\varepsilon \to 0$"
