"""Drawings of Figs. 3 and 5 of Zhao et al. (2025)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from quantsync import plotting
from quantsync.papers.zhao2025 import printed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = (plotting.BLUE, plotting.VERMILLION, plotting.GREEN)
MARKERS = ("o", "s", "^")
DECADES = 10.0 ** np.arange(-8, 2, 3)
PARTS = (5, 25, 50, 75, 95)
"""Percentiles of the samples that are shown."""


def draw_figure_3(data: xr.Dataset) -> Figure:
    """The distribution of chi, the three intervals, the ratio of kinds, and S_max."""
    figure = plotting.new_figure(plotting.PAGE, 4.6)
    panels = figure.subplots(2, 2)
    label = r"$\eta/\omega$"
    _chi_map(panels[0, 0], data.chi_probability, data.chi_probability_limit, r"$\chi$", label)
    _intervals(panels[0, 1], data, label)
    _ratio(panels[1, 0], data, label)
    _synchronization(
        panels[1, 1],
        data,
        r"$S_{\max}$ (rad$^{-2}$)",
        label,
        limit=float(data.synchronization_limit),
    )
    plotting.panel_labels(*panels.flat)
    return figure


def draw_figure_5(data: xr.Dataset) -> Figure:
    """The distribution of chi_2 and of S_max."""
    figure = plotting.new_figure(plotting.PAGE, 2.5)
    left, right = figure.subplots(1, 2)
    label = r"$\eta/J$"
    _chi_map(left, data.chi_2_probability, None, r"$\chi_2$", label)
    _synchronization(right, data, r"$S_{\max}$ (rad$^{-1}$)", label, limit=None)
    plotting.panel_labels(left, right)
    return figure


def _strengths(axes: Axes, label: str) -> None:
    axes.set_xscale("log")
    axes.set_xticks(DECADES)
    axes.minorticks_off()
    axes.set_xlabel(label)


def _chi_map(
    axes: Axes, probability: xr.DataArray, limit: xr.DataArray | None, name: str, label: str
) -> None:
    """Probability densities in columns, those of the limit in a column apart at the left."""
    from matplotlib.colors import LogNorm

    values = probability.values.T
    bins = values.shape[0]
    edges = np.linspace(0, 1, bins + 1)
    middle = np.log10(probability.eta.values)
    steps = np.concatenate([[1.5 * middle[0] - 0.5 * middle[1]], (middle[1:] + middle[:-1]) / 2])
    columns = 10.0 ** np.append(steps, 1.5 * middle[-1] - 0.5 * middle[-2])
    # Densities differ by orders of magnitude; what is never reached stays white.
    scale = LogNorm(0.03, 15)
    shown: dict[str, Any] = {"cmap": plotting.SEQUENTIAL, "norm": scale, "rasterized": True}
    mesh = axes.pcolormesh(columns, edges, np.where(values > 0, values * bins, np.nan), **shown)
    apart = columns[0] / np.array([20.0, 3.0])
    if limit is not None:
        column = np.where(limit.values > 0, limit.values * bins, np.nan)[:, None]
        axes.pcolormesh(apart, edges, column, **shown)
    bar = axes.figure.colorbar(mesh, ax=axes, pad=0.02, aspect=25, extend="min")
    bar.set_label("probability density")
    bar.outline.set_linewidth(0.6)
    _strengths(axes, label)
    if limit is not None:
        axes.set_xlim(apart[0], columns[-1])
        ticks, names = [np.sqrt(apart[0] * apart[1]), *DECADES], [r"$\to 0$"]
        names += [rf"$10^{{{round(np.log10(decade))}}}$" for decade in DECADES]
        axes.set_xticks(ticks, names)
    axes.set(ylim=(0, 1), ylabel=name)


def _intervals(axes: Axes, data: xr.Dataset, label: str) -> None:
    names = (r"$P_1$: $\chi$ near 0", r"$P_2$: $\chi$ near 1/4", r"$P_3$: $\chi$ near 1")
    for k, name in enumerate(names):
        axes.errorbar(
            data.eta,
            data.interval_probability[:, k],
            2 * data.interval_probability_error[:, k],
            fmt=MARKERS[k],
            markersize=3,
            linewidth=0.8,
            color=COLOURS[k],
            label=name,
        )
        axes.axhline(
            float(data.interval_probability_limit[k]), color=COLOURS[k], linewidth=0.8, zorder=0
        )
    axes.axhline(1 / 8, color="0.5", linestyle=":", linewidth=0.8, zorder=0)
    axes.text(1e-8, 0.135, "uniform", va="bottom", fontsize=7, color="0.4")
    _strengths(axes, label)
    axes.set(ylim=(0, 0.58), ylabel=r"$P_a$ (lines: $\eta \to 0$)")
    axes.legend(loc="upper right")


def _ratio(axes: Axes, data: xr.Dataset, label: str) -> None:
    chances = data.interval_probability.transpose("eta", "interval").values
    axes.plot(
        data.eta, data.kind_ratio, "o", markersize=3, color=plotting.BLUE, label=r"$P_2/(3 P_1)$"
    )
    axes.axhline(float(data.kind_ratio_limit), color=plotting.BLUE, linewidth=0.8, zorder=0)
    axes.plot(
        data.eta,
        printed.ratio_of_types(chances[:, 1], chances[:, 2]),
        "x",
        markersize=3,
        color=plotting.VERMILLION,
        label=r"$P_2/(3 P_3)$, as in the caption",
    )
    axes.axhline(1 / 3, color="0.5", linestyle=":", linewidth=0.8, zorder=0)
    axes.text(data.eta[0], 1 / 3 + 0.02, "uniform", va="bottom", fontsize=7, color="0.4")
    _strengths(axes, label)
    axes.set(ylim=(0, 1.5), ylabel=r"ratio of $\pi/3$ to $(0, \pi)$")
    axes.legend(loc="upper right")


def _synchronization(
    axes: Axes, data: xr.Dataset, name: str, label: str, limit: float | None
) -> None:
    """Percentiles of the samples and their average."""
    values = data.synchronization.where(~data.failed).values
    parts = np.nanpercentile(values, PARTS, axis=0)
    axes.fill_between(
        data.eta, parts[0], parts[-1], color=plotting.BLUE, alpha=0.15, linewidth=0, label="5-95 %"
    )
    axes.fill_between(
        data.eta, parts[1], parts[-2], color=plotting.BLUE, alpha=0.3, linewidth=0, label="25-75 %"
    )
    axes.plot(data.eta, parts[2], color=plotting.BLUE, label="median")
    axes.plot(
        data.eta,
        np.nanmean(values, axis=0),
        "o",
        markersize=3,
        color=plotting.BLACK,
        label="average",
    )
    if limit is not None:
        axes.axhline(
            limit, color=plotting.BLACK, linewidth=0.8, zorder=0, label=r"average, $\eta \to 0$"
        )
    _strengths(axes, label)
    axes.set(yscale="log", ylabel=name)
    if limit is not None:  # room for the legend
        axes.set_ylim(top=5 * axes.get_ylim()[1])
    axes.legend(loc="upper left" if limit is not None else "lower left")
