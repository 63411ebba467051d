"""Drawings of the figures of Ghildiyal et al. (2024)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import xarray as xr

from quantsync import plotting
from quantsync.papers.ghildiyal2024.chains import END, FATES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TIME = r"time ($\omega_1^{-1}$)"
COLOURS = (plotting.VERMILLION, plotting.BLACK)
TITLES = {
    "a-c": r"$\lambda=0$, $N=5,5$",
    "d-f": r"$\lambda=0$, $N=10,5$",
    "g-i": r"$\lambda=0.2$, $N=5,5$",
}
WORDS = {"literal": "as printed", "lab": "lab"}
EARLY = 300.0
"""How much of the orbits is drawn from the start."""


def draw_figure_2(data: xr.Dataset) -> Figure:
    """For each panel and variant the orbits, and the positions at the end."""
    figure = plotting.new_figure(plotting.PAGE, 4.9)
    grid = figure.subplots(3, 4)
    time = data.time.values
    late = time >= time[-1] - END
    for i, panel in enumerate(data.panel.values):
        for k, variant in enumerate(data.variant.values):
            one = data.sel(panel=panel, variant=variant)
            orbit, end = grid[i, 2 * k], grid[i, 2 * k + 1]
            for chain, colour in zip((1, 2), COLOURS, strict=True):
                q, p = one.q.sel(chain=chain).values, one.p.sel(chain=chain).values
                dash = "-" if chain == 1 else "--"
                early = time <= EARLY
                orbit.plot(q[early], p[early], color=colour, linewidth=0.3, alpha=0.6)
                # Dashes of a line that runs over itself would fill each other's gaps.
                orbit.plot(q[late], p[late], color=colour, linewidth=2.4 - 1.5 * (chain - 1))
                label = f"chain {chain}"
                end.plot(time[late], q[late], dash, color=colour, linewidth=0.9, label=label)
            orbit.set_xlabel(r"$\bar{q}_j$")
            orbit.set_ylabel(r"$\bar{p}_j$", labelpad=0)
            orbit.set_aspect("equal", adjustable="datalim")
            end.set(xlabel=TIME, xlim=(time[-1] - END, time[-1]))
            end.set_xticks([time[-1] - END, time[-1]])
            end.ticklabel_format(axis="x", style="plain")
            orbit.set_title(f"{WORDS[str(variant)]}: {TITLES[str(panel)]}", fontsize=7, pad=10)
            end.set_ylabel(r"$\bar{q}_j$", labelpad=0)
            low, high = end.get_ylim()
            end.set_ylim(low, high + 0.25 * (high - low))  # room for the key
            end.legend(
                loc="upper center", ncols=2, columnspacing=0.6, handlelength=1.3,
                handletextpad=0.3, borderaxespad=0.1,
            )  # fmt: skip
    if data.attrs["gain"]:
        figure.suptitle(f"with a linear gain of {data.attrs['gain']:g}: NOT IN THE PAPER", size=8)
    return figure


def draw_figure_3(data: xr.Dataset) -> Figure:
    """S_q and its baselines, nu_min below, and averages over thermal phonons, by variant."""
    figure = plotting.new_figure(plotting.PAGE, 4.6)
    grid = figure.subplots(2, 3, width_ratios=[1, 1, 1.1], height_ratios=[1.5, 1])
    time = data.time.values / 1e3
    for k, variant in enumerate(data.variant.values):
        one = data.sel(variant=variant)
        upper, lower = grid[:, k]
        _baselines(upper, time, one, "S_q")
        upper.set_title(f"{WORDS[str(variant)]}: $N=5,5$, $\\lambda=0.2$", fontsize=8)
        upper.set(ylim=(-0.03, max(1.05, 1.05 * float(one.S_q_uncoupled.max()))), ylabel=r"$S_q$")
        lower.plot(time, one.nu_min, color=plotting.BLACK, linewidth=0.7)
        lower.axhline(0.5, color=plotting.VERMILLION, linestyle="--", linewidth=0.8)
        lower.set(ylim=(0.44, 2.0 if data.attrs["gain"] else 0.6), ylabel=r"$\nu_{\min}$")
        for axes in (upper, lower):
            axes.set(xlabel=r"time ($10^3\,\omega_1^{-1}$)", xlim=(0, time[-1]))
    nbar = data.thermal_phonons.values
    for row, variant in enumerate(data.variant.values):
        axes = grid[row, 2]
        one = data.sel(variant=variant)
        axes.plot(nbar, 1 / (2 * nbar + 1), color="0.75", linewidth=4, label=r"$1/(2\bar{n}+1)$")
        _baselines(axes, nbar, one, "S_mean", marker="o")
        axes.set(xlabel=r"thermal phonons $\bar{n}_m$", ylabel=r"average $\bar{S}_q$")
        axes.set_ylim(-0.03, 1.05)
        axes.set_title(f"{WORDS[str(variant)]}, last {data.attrs['window']:g}", fontsize=8)
    grid[0, 2].legend(loc="upper right", handlelength=1.6)
    if data.attrs["gain"]:
        figure.suptitle(f"with a linear gain of {data.attrs['gain']:g}: NOT IN THE PAPER", size=8)
    return figure


def draw_excess(data: xr.Dataset) -> Figure:
    """The excess of S_q over the product state, and the entanglement."""
    figure = plotting.new_figure(plotting.COLUMN, 3.8)
    upper, lower = figure.subplots(2, 1, sharex=True)
    styles = ((plotting.BLACK, "-"), (plotting.ORANGE, "-"), (plotting.BLUE, "-"))
    time = data.time.values / 1e3
    for panel, (colour, dash) in zip(data.panel.values, styles, strict=True):
        one = data.sel(panel=panel)
        label = TITLES[str(panel)]
        upper.plot(time, one.excess, dash, color=colour, linewidth=0.8, label=label)
        lower.plot(time, one.log_negativity, dash, color=colour, linewidth=0.8)
    upper.axhline(0, color="0.5", linewidth=0.6)
    upper.set_ylabel(r"excess $S_q - 2/\mathrm{Tr}\,C$")
    lower.set(ylabel="log-negativity (nat)", xlabel=r"time ($10^3\,\omega_1^{-1}$)")
    lower.set_xlim(0, time[-1])
    upper.legend(loc="upper right")
    plotting.panel_labels(upper, lower)
    return figure


def draw_starts(data: xr.Dataset) -> Figure:
    """The fate of each start over the occupations of both chains."""
    figure = plotting.new_figure(plotting.COLUMN, 4.6)
    panels = figure.subplots(3, 1, sharex=True)
    marks = ((plotting.BLUE, "o", 8), (plotting.ORANGE, "x", 10), (plotting.BLACK, "*", 30))
    for axes, panel in zip(panels, data.panel.values, strict=True):
        one = data.sel(panel=panel)
        for kind, (colour, marker, size) in enumerate(marks):
            chosen = one.filling.values[one.fate.values == kind]
            label = f"{FATES[kind]}: {len(chosen)}"
            axes.scatter(*chosen.T, s=size, c=colour, marker=marker, linewidths=0.8, label=label)
        axes.set_title(TITLES[str(panel)], loc="left")
        axes.set(ylabel=r"$|\beta_2|^2/N_2$ at $t=0$", ylim=(0, 2))
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), handletextpad=0.1)
    panels[-1].set(xlabel=r"$|\beta_1|^2/N_1$ at $t=0$", xlim=(0, 2))
    return figure


def draw_central_spin(data: xr.Dataset) -> Figure:
    """n_1 of five spins, <sigma_z>, and the errors over the size."""
    figure = plotting.new_figure(plotting.COLUMN, 5.2)
    upper, middle, lower = figure.subplots(3, 1, height_ratios=[1.3, 0.8, 1.1])
    styles = {
        "spins": (plotting.BLACK, "-", "exact spins"),
        "holstein_primakoff": (plotting.BLUE, "--", "correct (4)"),
        "printed": (plotting.ORANGE, "-.", "(4) as printed"),
        "mean_field": (plotting.VERMILLION, ":", "mean field"),
    }
    time = data.time.values
    for case in data.case.values:
        colour, dash, label = styles[str(case)]
        upper.plot(time, data.n_1.sel(case=case), dash, color=colour, label=label, linewidth=1.0)
    upper.set(ylabel="$n_1$, $N=5$", ylim=(-0.01, 1.55 * float(data.n_1.max())))
    upper.legend(loc="upper right", ncols=2)
    middle.plot(time, data.sigma_z, color=plotting.BLACK)
    frozen = data.attrs["sigma_z"]
    middle.axhline(frozen, color=plotting.VERMILLION, linestyle=":", label="frozen")
    middle.set(ylabel=r"$\langle\sigma_z\rangle$", ylim=(-0.45, 0.0))
    middle.legend(loc="upper right", ncols=2)
    for axes in (upper, middle):
        axes.set(xlabel=TIME, xlim=(time[0], time[-1]))
    for name in data.approximation.values:
        colour, _, label = styles[str(name)]
        error = data.error.sel(approximation=name)
        lower.plot(data.spins, error, "o-", color=colour, markersize=3, label=label)
    lower.set(yscale="log", xlabel="spins in each chain, $N$", ylabel="rms error of $n_1$")
    lower.set_xticks(data.spins.values)
    lower.set_ylim(None, 0.5)
    lower.legend(loc="upper right", ncols=3, columnspacing=0.8, handlelength=1.2)
    plotting.panel_labels(upper, middle, lower)
    return figure


def _baselines(axes: Axes, x: Any, data: xr.Dataset, name: str, marker: str = "") -> None:
    kinds = (
        ("", plotting.BLACK, "-", 0.7, "$S_q$"),
        ("_product", plotting.ORANGE, "--", 0.9, r"product, $2/\mathrm{Tr}\,C$"),
        ("_uncoupled", plotting.BLUE, ":", 1.4, "coupling off"),
    )
    for kind, colour, dash, width, label in kinds:
        axes.plot(
            x, data[name + kind], dash, color=colour, linewidth=width, label=label,
            marker=marker, markersize=2.5,
        )  # fmt: skip
