"""Drawing of App. E of Zhao et al. (2025)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from quantsync import plotting

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_appendix_e(data: xr.Dataset) -> Figure:
    """S_max with its limit, the deviation from the limit, and the phase distributions."""
    figure = plotting.new_figure(plotting.PAGE, 2.3)
    heights, deviation, phases = figure.subplots(1, 3)
    eta, limit = data.eta.values, float(data.S_max_limit)
    heights.semilogx(eta, data.S_max, color=plotting.BLUE, label=r"$S_{\max}$")
    heights.axhline(limit, color=plotting.BLACK, linestyle="--", linewidth=0.8, label="limit")
    heights.set_ylabel(r"$S_{\max}$ (rad$^{-1}$)")
    heights.set_ylim(0, 1.15 * limit)
    heights.legend(loc="lower left")
    apart = np.abs(data.S_max.values - limit)
    deviation.loglog(eta, apart, color=plotting.BLUE, label="deviation")
    deviation.loglog(
        eta,
        apart[0] * eta / eta[0],
        color=plotting.BLACK,
        linestyle=":",
        linewidth=0.8,
        label=r"$\propto \eta$",
    )
    deviation.set_ylabel(r"$|S_{\max} - \mathrm{limit}|$ (rad$^{-1}$)")
    deviation.legend(loc="upper left")
    for axes in (heights, deviation):
        axes.set_xlabel(r"strength $\eta/\gamma_1^g$")
        axes.set_xlim(eta[0], eta[-1])
        axes.set_xticks(np.logspace(-5, 0, 6))
    colours = (plotting.BLUE, plotting.VERMILLION, plotting.GREEN)
    for strength, colour, dash in zip(
        data.shown_eta.values, colours, ("-", "--", "-."), strict=True
    ):
        line = data.excess.sel(shown_eta=strength)
        phases.plot(data.phi, line, dash, color=colour, label=rf"$\eta = {strength:g}$")
    phases.plot(data.phi, data.excess_limit, ":", color=plotting.BLACK, label=r"$\eta \to 0$")
    phases.axhline(0, color="0.7", linewidth=0.5, zorder=0)
    plotting.phase_axis(phases, r"$\varphi_A - \varphi_B$ (rad)")
    phases.set_ylabel(r"$S_d - 1/2\pi$ (rad$^{-1}$)")
    phases.legend(loc="upper left", fontsize=6, handlelength=1.8)
    for axes, label in zip((heights, deviation, phases), "abc", strict=True):
        plotting.panel_label(axes, label)
    return figure
