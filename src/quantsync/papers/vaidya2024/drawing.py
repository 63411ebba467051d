"""Drawings of Figs. 3 to 8, 12, 14 and 15 of Vaidya et al., PRA 109, 033718 (2024)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from quantsync import plotting
from quantsync.papers.vaidya2024.baths import LARGEST_CROSSING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COUPLING = r"coupling $g/\Gamma$"
SITE_COLOURS = {"A": plotting.PURPLE, "B": plotting.ORANGE}
DASHES = (":", "-", "--")
LARGEST_RATIO = 10.0
"""Ratios above this are white in Fig. 7(a), as in the paper."""
BATH_COLOURS = {"enhanced": plotting.PURPLE, "suppressed": plotting.ORANGE}


def draw_figure_3(data: xr.Dataset) -> Figure:
    """|<S+>|/drive against the coupling, and the phase distributions around the zeros."""
    figure = plotting.new_figure(plotting.PAGE, 2.4)
    panels = figure.subplots(1, 3, width_ratios=[1.3, 1, 1])
    axes = panels[0]
    for site, colour in SITE_COLOURS.items():
        chosen = data.sel(site=site)
        axes.plot(data.coupling, chosen.response_moments, color=colour, label=rf"qubit ${site}$")
        axes.plot(data.coupling[::4], chosen.response[::4], "o", color=colour, markersize=2.5)
        axes.plot(float(chosen.zero_crossing), 0, "*", color=colour, markersize=8, clip_on=False)
    axes.set(xlim=(0, float(data.coupling[-1])), ylim=(0, None), xlabel=COUPLING)
    axes.set_ylabel(r"$|\langle S^+\rangle|/\varepsilon$ ($1/\Gamma$)")
    axes.legend(title="lines: Eqs. (C3), (C4)", title_fontsize=6)
    plotting.panel_label(axes, "a")
    for axes, site, panel in zip(panels[1:], SITE_COLOURS, "bc", strict=True):
        _densities(axes, data.sel(site=site), SITE_COLOURS[site], rf"g_{{0,{site}}}")
        plotting.panel_label(axes, panel)
    panels[1].set_ylabel(r"$\delta P(\varphi)/\varepsilon$ (rad$^{-1}\,\Gamma^{-1}$)")
    return figure


def draw_figure_4(data: xr.Dataset) -> Figure:
    """Zero crossings of both qubits over the baths."""
    figure = plotting.new_figure(plotting.PAGE, 2.9)
    for axes, site, panel in zip(figure.subplots(1, 2), "AB", "ab", strict=True):
        zeros = data.zero_crossing.sel(site=site)
        mesh = plotting.map_panel(
            axes,
            data.gain_b.values,
            data.gain_a.values,
            zeros.values,
            rf"$g_{{0,{site}}}/\Gamma$",
            vmin=0.0,
            vmax=LARGEST_CROSSING if site == "A" else None,
            over="red" if site == "A" else None,
        )
        mesh.set_rasterized(True)
        _bath_axes(axes)
        plotting.panel_label(axes, panel)
    return figure


def draw_figure_5(data: xr.Dataset) -> Figure:
    """The response to a detuned drive, and the detuning of B that restores the zero."""
    figure = plotting.new_figure(plotting.PAGE, 4.4)
    panels = figure.subplots(2, 2)
    axes = panels[0, 0]
    colours = dict(zip(data.case.values, (plotting.PURPLE, plotting.ORANGE), strict=True))
    for case, colour in colours.items():
        chosen = data.sel(case=case)
        label = rf"$\Delta_q = {float(chosen.qudit_detuning):.3g}\,\Gamma$"
        axes.plot(data.coupling, chosen.response_moments, color=colour, label=label)
        axes.plot(data.coupling[::4], chosen.response[::4], "o", color=colour, markersize=2.5)
    axes.set(xlim=(0, float(data.coupling[-1])), ylim=(0, 0.4 * float(data.response.max())))
    axes.set(xlabel=COUPLING, ylabel=r"$|\langle S_A^+\rangle|/\varepsilon$ ($1/\Gamma$)")
    detuning = data.attrs["parameter_drive_detuning_ab"]
    axes.legend(title=rf"$\Delta_d = {detuning:g}\,\Gamma$", title_fontsize=7)
    plotting.panel_label(axes, "a")
    for axes, case in zip((panels[0, 1], panels[1, 0]), colours, strict=True):
        _densities(axes, data.sel(case=case), colours[case], r"g_{0,A}")
        axes.set_ylabel(r"$\delta P_A(\varphi)/\varepsilon$ (rad$^{-1}\,\Gamma^{-1}$)")
        axes.set_title(
            rf"$\Delta_q = {float(data.qudit_detuning.sel(case=case)):.3g}\,\Gamma$", fontsize=7
        )
        plotting.panel_label(axes, "b" if case == "resonant" else "c")
    axes = panels[1, 1]
    axes.plot(data.drive_detuning, data.zero_crossing, color=plotting.PURPLE)
    axes.set_ylabel(r"$g_{0,A}/\Gamma$", color=plotting.PURPLE)
    axes.set(ylim=(0, None), xlabel=r"drive detuning $\Delta_d/\Gamma$")
    other = axes.twinx()
    other.plot(data.drive_detuning, data.restoring_detuning, "--", color=plotting.GREEN)
    other.set_ylabel(r"restoring $\Delta_q/\Gamma$", color=plotting.GREEN)
    plotting.panel_label(axes, "d")
    return figure


def draw_figure_14(data: xr.Dataset) -> Figure:
    """Moduli of the spherical-tensor moments of qutrit A, with their zeros."""
    figure = plotting.new_figure(plotting.COLUMN, 2.5)
    axes = figure.subplots()
    styles = ((plotting.PURPLE, "-"), (plotting.ORANGE, "--"), (plotting.GREEN, "-."))
    for tensor, (colour, dash) in zip(data.tensor.values, styles, strict=True):
        chosen = data.sel(tensor=tensor)
        k, q = tensor[1:]
        power = r"\varepsilon" if q == "1" else r"\varepsilon^2"
        label = rf"$|\langle T_{k}^{q}\rangle|/{power}$"
        axes.plot(data.coupling, np.abs(chosen.moment), dash, color=colour, label=label)
        zeros = chosen.zero_crossing.dropna("crossing")
        axes.plot(zeros, 0 * zeros, "*", color=colour, markersize=8, clip_on=False)
    axes.set_yscale("symlog", linthresh=0.01)
    axes.set(ylim=(0, None), xlim=(0, float(data.coupling[-1])), xlabel=COUPLING)
    axes.set_ylabel(r"moments of qutrit $A$ (units of $\Gamma$)")
    axes.legend()
    return figure


def draw_figure_6(data: xr.Dataset) -> Figure:
    """R against the coupling, and coherences in the dressed basis."""
    figure = plotting.new_figure(plotting.PAGE, 2.5)
    left, right = figure.subplots(1, 2)
    _ratio_lines(left, data)
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
    right.set(xlim=(0, float(data.coupling[-1])), ylim=(0, None), xlabel=COUPLING)
    right.set_ylabel(r"coherence$/\varepsilon$ ($1/\Gamma$)")
    right.legend(fontsize=5.5)
    plotting.panel_labels(left, right)
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
    label = _omega_label(data)
    right.plot(data.cut_gain_a, data.uncoupled_omega, color=plotting.PURPLE, label=r"$g = 0$")
    right.plot(
        data.cut_gain_a, data.largest_omega, "--", color=plotting.ORANGE, label=r"maximal over $g$"
    )
    right.set(xlim=(0, 1), ylim=(0, 1), xlabel=r"gain $w_A/\Gamma$ at $w_B = 0$", ylabel=label)
    right.legend()
    plotting.panel_labels(left, right)
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
    right.set(xlim=(0, float(data.coupling[-1])), yscale="log", ylim=(1e-3, 1), xlabel=COUPLING)
    right.set_ylabel(_omega_label(data))
    right.legend(title=rf"$w_B = {cut:g}\,\Gamma$", title_fontsize=7)
    plotting.panel_labels(left, right)
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
    axes.set(xlim=(0, float(data.coupling[-1])), ylim=(0, 1.4 * float(data.omega.max())))
    axes.set(xlabel=COUPLING, ylabel=r"$\Omega/\varepsilon^2$ (nat$\,\Gamma^{-2}$)")
    drive = data.attrs["parameter_drive"]
    axes.legend(title=rf"$\varepsilon = {drive:g}\,\Gamma$", title_fontsize=7)
    return figure


def draw_figure_15(data: xr.Dataset) -> Figure:
    """R of two qutrits against the coupling."""
    figure = plotting.new_figure(plotting.COLUMN, 2.4)
    _ratio_lines(figure.subplots(), data)
    return figure


def _densities(axes: Axes, data: xr.Dataset, colour: str, zero: str) -> None:
    """Phase distributions before, at and after the zero crossing."""
    for around, dash in zip(data.around.values, DASHES, strict=True):
        label = rf"$g = {around:g}\,{zero}$" if around != 1 else rf"$g = {zero}$"
        axes.plot(data.phi, data.phase_density.sel(around=around), dash, color=colour, label=label)
    largest = float(np.abs(data.phase_density).max())
    axes.set_ylim(-1.1 * largest, 1.7 * largest)
    plotting.phase_axis(axes, r"phase $\varphi$ (rad)")
    axes.legend(loc="upper center", ncols=3, fontsize=5.5, handlelength=1.3, columnspacing=0.8)


def _bath_axes(axes: Axes) -> None:
    """Axes of a map over the baths, and the lines at which their temperatures change sign."""
    axes.set(xlabel=r"gain $w_B/\Gamma$", ylabel=r"gain $w_A/\Gamma$", aspect="equal")
    axes.axhline(0.5, color="0.5", linewidth=0.4)
    axes.axvline(0.5, color="0.5", linewidth=0.4)


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
    axes.set(xlim=(0, float(data.coupling[-1])), ylim=(0, 1.15 * float(np.nanmax(data.ratio))))
    axes.set(xlabel=COUPLING, ylabel=r"$R(g) = \Omega|_g/\Omega|_0$")
    axes.legend()


def _bath_label(data: xr.Dataset, baths: str) -> str:
    chosen = data.sel(baths=baths)
    return rf"$w_A = {float(chosen.gain_a):g}$, $w_B = {float(chosen.gain_b):g}$"


def _omega_label(data: xr.Dataset) -> str:
    if data.attrs["parameter_drive"]:
        return r"$\Omega$ (nat)"
    return r"$\Omega/\varepsilon^2$ (nat$\,\Gamma^{-2}$), $\varepsilon \to 0$"
