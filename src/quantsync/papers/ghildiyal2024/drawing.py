"""Drawings of the figures of Ghildiyal et al. (2024)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from quantsync import plotting
from quantsync.papers.ghildiyal2024.chains import END, FATES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TIME = r"time ($\omega_1^{-1}$)"
LONG_TIME = r"time ($10^3\,\omega_1^{-1}$)"
COLOURS = (plotting.VERMILLION, plotting.BLACK)
TITLES = {
    "a-c": r"$\lambda=0$, $N=5,5$",
    "d-f": r"$\lambda=0$, $N=10,5$",
    "g-i": r"$\lambda=0.2$, $N=5,5$",
}
PRIME = "\N{PRIME}"
WORDS = {"literal": "as printed", "lab": "recommended"}
EARLY = 300.0
"""How much of the orbits is drawn from the start."""
SLOW = 100.0
"""Windows over which ranges are shown: longer than the slowest oscillation of S_q."""


KINDS = (
    ("", plotting.BLACK, "", 0.0, "o", 7.0, "$S_q$"),
    ("_phase", plotting.PURPLE, "", 0.0, "s", 5.0, r"$S_q^\phi$"),
    ("_product", plotting.ORANGE, "--", 1.2, "x", 4.0, r"product, $2/\mathrm{Tr}\,C$"),
    ("_uncoupled", plotting.BLUE, ":", 1.6, ".", 3.0, "coupling off"),
)
"""Variables of Fig. 3: dashes and widths of their lines, ranges if none, marks, and sizes."""
EARLY_END = 0.2
"""Share of the time before which nu_min has to end for its axis to end there as well."""
NU_TICKS = (-0.1, -0.01, 0, 0.01, 0.1, 1, 10, 100, 1000)


def draw_figure_2(data: xr.Dataset) -> Figure:
    """As printed: for each panel the late orbits and quadratures, and the orbits at the start."""
    return _draw_quadratures(data, "literal", ("", plotting.panel_label))


def draw_figure_2_lab(data: xr.Dataset) -> Figure:
    """The same of the recommended equations: all panels are added."""
    return _draw_quadratures(data, "lab", (PRIME, plotting.added_label))


def _draw_quadratures(
    data: xr.Dataset, variant: str, lettering: tuple[str, Callable[[Axes, str], None]]
) -> Figure:
    from matplotlib.ticker import MaxNLocator

    figure = plotting.new_figure(plotting.PAGE, 5.4)
    grid = figure.subplots(3, 4)
    time = data.time.values
    late, early = time >= time[-1] - END, time <= EARLY
    mark, label = lettering
    for i, panel in enumerate(data.panel.values):
        one = data.sel(panel=panel, variant=variant)
        means = one.q.values, one.p.values
        power = 1 if max(abs(v[:, late]).max() for v in means) > 0.1 else 1000
        unit = "" if power == 1 else " ($10^{-3}$)"
        orbit, *over_time, start = grid[i]
        for chain, (colour, dash) in enumerate(zip(COLOURS, ("-", "--"), strict=True)):
            q, p = (v[chain] for v in means)
            # Dashes of a line that runs over itself would fill each other's gaps.
            width, name = (1.0, 0.4)[chain], f"chain {chain + 1}"
            orbit.plot(power * q[late], power * p[late], color=colour, linewidth=width)
            for axes, values in zip(over_time, (q, p), strict=True):
                x, y = time[late] / 1e3, power * values[late]
                axes.plot(x, y, dash, color=colour, linewidth=(1.8, 1.0)[chain], label=name)
            start.plot(q[early], p[early], color=colour, linewidth=(1.2, 0.5)[chain])
        for axes, scale in ((orbit, unit), (start, "")):
            axes.set_xlabel(rf"$\bar{{q}}_j${scale}")
            axes.set_ylabel(rf"$\bar{{p}}_j${scale}", labelpad=1)
            axes.set_aspect("equal", adjustable="datalim")
            for axis in (axes.xaxis, axes.yaxis):
                axis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10], min_n_ticks=3))
        for axes, symbol in zip(over_time, "qp", strict=True):
            axes.set_xlim(time[-1] / 1e3 - END / 1e3, time[-1] / 1e3)
            axes.set_xlabel(LONG_TIME)
            axes.set_ylabel(rf"$\bar{{{symbol}}}_j${unit}", labelpad=1)
        for axes, letter in zip((orbit, *over_time), "abcdefghi"[3 * i :], strict=False):
            label(axes, letter + mark)
        plotting.added_label(start, "xyz"[i] + mark)
        start.text(
            1.06, 0.5, TITLES[str(panel)], rotation=270, va="center", transform=start.transAxes
        )
    handles, names = grid[0, 1].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=2)
    return _titled(figure, data)


def _titled(figure: Figure, data: xr.Dataset) -> Figure:
    if data.attrs["gain"]:
        figure.suptitle(f"with a linear gain of {data.attrs['gain']:g}: not in the paper")
    return figure


def draw_figure_3(data: xr.Dataset) -> Figure:
    """S_q and its baselines over time, averages over thermal phonons, and nu_min, by variant."""
    from matplotlib.legend_handler import HandlerTuple

    figure = plotting.new_figure(plotting.PAGE, 4.6)
    grid = figure.subplots(2, 3)
    time = data.time.values / 1e3
    nbar = data.thermal_phonons.values
    smooth = np.linspace(nbar[0], nbar[-1], 201)
    for row, variant in enumerate(data.variant.values):
        one = data.sel(variant=variant)
        left, middle, right = grid[row]
        for kind, colour, dash, width, marker, size, name in KINDS:
            curve = one["S_q" + kind].values
            if dash:
                left.plot(time, curve, dash, color=colour, linewidth=width, label=name)
            else:
                plotting.band(left, time, curve, SLOW / 1e3, colour, name)
            middle.plot(nbar, one["S_mean" + kind], marker, color=colour, markersize=size,
                        markerfacecolor="none", label=name)  # fmt: skip
        middle.plot(
            smooth, 1 / (2 * smooth + 1), color="0.75", linewidth=3, zorder=0,
            label=r"$1/(2\bar{n}_m+1)$",
        )  # fmt: skip
        right.axhspan(-1, 0, color="0.9", linewidth=0)
        right.plot(time, one.nu_min - 0.5, color=plotting.BLACK, linewidth=1.0)
        right.set_yscale("symlog", linthresh=0.01)
        lowest = float(one.nu_min.min()) - 0.5
        highest = float(one.nu_min.max()) - 0.5
        right.set_ylim(min(2 * lowest, -0.005), max(2 * highest, 0.02))
        right.set_yticks([t for t in NU_TICKS if right.get_ylim()[0] <= t <= right.get_ylim()[1]])
        left.set(ylim=(-0.03, None), ylabel="$S_q$")
        middle.set(xlabel=r"thermal phonons $\bar{n}_m$", ylabel=r"average $\bar{S}_q$")
        middle.set_ylim(-0.06, 1.06)
        right.set_ylabel(r"$\nu_{\min} - 1/2$")
        for axes in (left, right):
            axes.set(xlabel=LONG_TIME, xlim=(0, time[-1]))
        known = time[np.isfinite(one.nu_min.values)]
        if known[-1] < EARLY_END * time[-1]:
            right.set_xlim(0, 1.2 * known[-1])
        right.text(
            1.04, 0.5, WORDS[str(variant)], rotation=270, va="center", transform=right.transAxes
        )
    with_gain = bool(data.attrs["gain"])
    label, mark = (plotting.added_label if with_gain else plotting.panel_label), PRIME * with_gain
    label(grid[0, 0], "a" + mark)
    label(grid[0, 1], "b" + mark)
    for axes, letter in zip((grid[0, 2], *grid[1]), "wxyz", strict=True):
        plotting.added_label(axes, letter + mark)
    curves, names = grid[0, 0].get_legend_handles_labels()
    points, more = grid[0, 1].get_legend_handles_labels()
    handles: Any = [*zip(curves, points, strict=False), points[-1]]
    figure.legend(
        handles,
        [*names, more[-1]],
        loc="outside lower center",
        ncols=5,
        handler_map={tuple: HandlerTuple(ndivide=None)},
    )
    return _titled(figure, data)


def draw_excess(data: xr.Dataset) -> Figure:
    """The excess of S_q over the product state, and the entanglement."""
    figure = plotting.new_figure(plotting.COLUMN, 3.8)
    upper, lower = figure.subplots(2, 1, sharex=True)
    time = data.time.values / 1e3
    colours = (plotting.BLACK, plotting.ORANGE, plotting.BLUE)
    for panel, colour in zip(data.panel.values, colours, strict=True):
        one = data.sel(panel=panel)
        plotting.band(upper, time, one.excess, SLOW / 1e3, colour, TITLES[str(panel)])
        plotting.band(lower, time, one.log_negativity, SLOW / 1e3, colour)
    upper.set_ylabel(r"excess $S_q - 2/\mathrm{Tr}\,C$")
    lower.set(ylabel="log-negativity (nat)", xlabel=LONG_TIME)
    lower.set_xlim(0, time[-1])
    upper.legend(loc="upper right")
    plotting.added_label(upper, "i")
    plotting.added_label(lower, "ii")
    return figure


def draw_starts(data: xr.Dataset) -> Figure:
    """The fate of each start over the occupations of both chains."""
    figure = plotting.new_figure(plotting.COLUMN, 4.8)
    panels = figure.subplots(3, 1, sharex=True)
    marks = ((plotting.BLUE, "o", 8), (plotting.ORANGE, "x", 10), (plotting.BLACK, "*", 30))
    letters = ("i", "ii", "iii")
    for axes, panel, letter in zip(panels, data.panel.values, letters, strict=True):
        one = data.sel(panel=panel)
        for kind, (colour, marker, size) in enumerate(marks):
            chosen = one.filling.values[one.fate.values == kind]
            label = f"{FATES[kind]}: {len(chosen)}"
            axes.scatter(
                *chosen.T, s=size, c=colour, marker=marker, linewidths=0.8, label=label,
                clip_on=False,
            )  # fmt: skip
        plotting.added_label(axes, letter)
        axes.set(ylabel=r"$|\beta_2|^2/N_2$ at $t=0$", ylim=(0, 2))
        axes.legend(
            loc="center left",
            bbox_to_anchor=(1.0, 0.5),
            handletextpad=0.1,
            title=TITLES[str(panel)],
        )
    panels[-1].set(xlabel=r"$|\beta_1|^2/N_1$ at $t=0$", xlim=(0, 2))
    return figure


def draw_central_spin(data: xr.Dataset) -> Figure:
    """n_1 of five spins, <sigma_z>, and the errors over the size."""
    figure = plotting.new_figure(plotting.PAGE, 5.2)
    upper, middle, lower = figure.subplots(3, 1, height_ratios=[1.2, 0.9, 1.0])
    styles = {
        "spins": (plotting.BLACK, "-", "exact spins"),
        "holstein_primakoff": (plotting.BLUE, "--", "(4) corrected"),
        "printed": (plotting.ORANGE, "-", "(4) as printed"),
        "mean_field": (plotting.VERMILLION, ":", "mean field"),
    }
    time = data.time.values
    for case in data.case.values:
        colour, dash, label = styles[str(case)]
        width = 0.7 if case == "printed" else 1.0  # it wiggles
        upper.plot(time, data.n_1.sel(case=case), dash, color=colour, label=label, linewidth=width)
    upper.set(ylabel="$n_1$ for $N=5$")
    middle.plot(time, data.sigma_z, color=plotting.BLACK, linewidth=0.8, label="exact spins")
    frozen = data.attrs["sigma_z"]
    middle.axhline(frozen, color=plotting.VERMILLION, linestyle=":", label="frozen, as in (B1)")
    middle.set(ylabel=r"$\langle\sigma_z\rangle$ for $N=5$", ylim=(-0.45, 0.0))
    for axes in (upper, middle):
        axes.set(xlabel=TIME, xlim=(time[0], time[-1]))
    for name, marker in zip(data.approximation.values, ("o-", "s-", "^-"), strict=True):
        colour, _, label = styles[str(name)]
        error = data.error.sel(approximation=name)
        lower.plot(
            data.spins, error, marker, color=colour, markersize=3, linewidth=0.6, label=label
        )
    lower.set(yscale="log", xlabel="spins in each chain, $N$", ylabel="rms error of $n_1$")
    lower.set_ylim(3e-4, 0.2)
    lower.set_xticks(data.spins.values)
    for axes, letter, columns in ((upper, "i", 4), (middle, "ii", 2), (lower, "iii", 3)):
        plotting.added_label(axes, letter)
        plotting.key_above(axes, columns)
    return figure
