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
IN_PRINT = 10_000
"""Samples of the paper."""

CAPTION_3 = r"""
The panels and their letters are the paper's: $\omega = 1$, $J = \Delta = 0.5$, $\gamma = 2$, and
random perturbations of App. F of strength $\eta$ with the operators of (F3) as printed. The number
of samples is told in the key of (c): 1000 (seed 2025) unless the paper's $10^4$ are asked for.
Added by us: the exact limit $\eta \to 0$ (200 000 samples of a Markov chain of the sectors).
(a) Average probability density of $\chi$ where $S_d - (2\pi)^{-2} > 0.95\,S_{\max}$, in 64 bins
(the caption in print has $S_d$ itself, which at weak $\eta$ exceeds 0.95 of its maximum
everywhere), on a logarithmic scale; darkest and arrow: below 0.03; white: no sample at all. The
column at the left is the limit, set apart by an empty gap.
(b) Probability of the three intervals of $\chi$. Circles, squares and triangles: averages with
bars of two standard errors; lines of the same colours: the limit; dotted: 1/8, a uniform $\chi$.
(c) Blue circles: $P_2/(3P_1)$, the ratio of the text, bars of two standard errors; blue line:
its limit. Vermilion crosses: $P_2/(3P_3)$, the ratio of the caption in print. Dotted: 1/3, a
uniform $\chi$. The same perturbations serve every $\eta$, so that neighbouring points err together;
at small $\eta$ those of 1000 samples are less than two standard errors below the limit. Claim C34
has the ratio of all $10^4$.
(d) $S_{\max}$. Light and dark shading: the 5th to 95th and the 25th to 75th percentile of the
samples; blue: their median; black circles: their average; black line: its limit.
"""
CAPTION_5 = r"""
The panels and their letters are the paper's: $J = 1$, $\Delta = 1$, $B = 0.3$, $\gamma = 0.5$ (with
the rate $\gamma^2$ that (D2) gives as printed), under random perturbations of App. F of strength
$\eta$. The number of samples is told in the key of (b): 1000 (seed 2025) unless the paper's $10^4$
are asked for.
(a) Average probability density of $\chi_2$ where $S_d - (2\pi)^{-1} > 0.95\,S_{\max}$, in 64 bins,
on a logarithmic scale; darkest and arrow: below 0.03; white: no sample at all.
(b) $S_{\max}$. Light and dark shading: the 5th to 95th and the 25th to 75th percentile of the
samples; blue: their median; black circles: their average.
"""


def draw_figure_3(data: xr.Dataset) -> Figure:
    """The distribution of chi, the three intervals, the ratio of kinds, and S_max."""
    figure = plotting.new_figure(plotting.PAGE, 5.0)
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
    figure = plotting.new_figure(plotting.PAGE, 2.6)
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
    plotting.colour_bar(mesh, axes, "probability density")
    _strengths(axes, label)
    if limit is not None:
        axes.set_xlim(apart[0], columns[-1])
        ticks, names = [np.sqrt(apart[0] * apart[1]), *DECADES], [r"$\to 0$"]
        names += [rf"$10^{{{round(np.log10(decade))}}}$" for decade in DECADES]
        axes.set_xticks(ticks, names)
    axes.set(ylim=(0, 1), ylabel=name)


def _intervals(axes: Axes, data: xr.Dataset, label: str) -> None:
    names = (r"$P_1$: $\chi \leq 1/8$", r"$P_2$: $3/16 \leq \chi \leq 5/16$")
    for k, name in enumerate((*names, r"$P_3$: $\chi \geq 7/8$")):
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
    axes.plot([], [], color=plotting.BLACK, linewidth=0.8, label=r"$\eta \to 0$")
    axes.axhline(1 / 8, color="0.5", linestyle=":", linewidth=0.8, zorder=0, label="uniform")
    _strengths(axes, label)
    axes.set(ylim=(0, 0.85), ylabel=r"probability $P_a$")
    axes.legend(loc="upper center", ncols=2, columnspacing=1.0)


def _ratio(axes: Axes, data: xr.Dataset, label: str) -> None:
    chances = data.interval_probability.transpose("eta", "interval").values
    shown: dict[str, Any] = {"markersize": 3.5, "linewidth": 0.8}
    axes.errorbar(
        data.eta,
        data.kind_ratio,
        2 * data.kind_ratio_error,
        fmt="o",
        color=plotting.BLUE,
        label=r"$P_2/(3 P_1)$",
        **shown,
    )
    axes.axhline(
        float(data.kind_ratio_limit),
        color=plotting.BLUE,
        linewidth=0.8,
        zorder=0,
        label=r"$P_2/(3 P_1)$, $\eta \to 0$",
    )
    axes.errorbar(
        data.eta,
        printed.ratio_of_types(chances[:, 1], chances[:, 2]),
        2 * _error_of_printed_ratio(data.interval_share),
        fmt="x",
        color=plotting.VERMILLION,
        label=r"$P_2/(3 P_3)$, caption",
        **shown,
    )
    axes.axhline(1 / 3, color="0.5", linestyle=":", linewidth=0.8, zorder=0, label="uniform")
    _strengths(axes, label)
    title = f"{_samples(data)};\nbars: 2 standard errors"
    axes.set(ylim=(0, 2.1), ylabel=r"ratio of $\pi/3$ to $(0, \pi)$")
    axes.legend(loc="upper center", ncols=2, columnspacing=1.0, title=title)


def _error_of_printed_ratio(shares: xr.DataArray) -> xr.DataArray:
    """Standard error of P_2/(3 P_3), a ratio of means over the same samples."""
    second, third = shares.isel(interval=1), shares.isel(interval=2)
    ratio = second.mean("sample") / third.mean("sample")
    deviations = (second - ratio * third) / (3 * third.mean("sample"))
    return deviations.std("sample", ddof=1) / np.sqrt(shares.sizes["sample"])


def _samples(data: xr.Dataset) -> str:
    """How many samples are behind a figure, and how many are in print."""
    count = data.sizes["sample"]
    of = r" of the paper's $10^4$" if count < IN_PRINT else ""
    return f"{count}{of} samples"


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
    low, high = axes.get_ylim()
    if limit is not None:  # room for the legend
        axes.set_ylim(top=20 * high)
        axes.legend(loc="upper center", ncols=2, columnspacing=1.0)
    else:
        axes.set_ylim(bottom=low / 4)
        axes.legend(loc="lower left", title=_samples(data))
