"""Drawings of Figs. 2 and 4 of Zhao et al. (2025), the oscillation behind them, and App. E."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from quantsync import plotting
from quantsync.papers.zhao2025.configurations import KINDS, corners

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MARKERS = ("o", "s", "^", "D")
"""One for every kind of configuration."""
NAMES = (
    r"$(0, 0, 0)$",
    r"$(0, 0, \pi)$",
    r"$(0, \pi/3, -\pi/3)$",
    r"$(0, 2\pi/3, -2\pi/3)$",
)
MARK = "#F0E442"  # Okabe and Ito's yellow, the colour of the symbols in print
SHOWN = 8.0
"""How much time is shown early and late, in units of 1/omega."""

CAPTION_2 = r"""
The panels and their letters are the paper's; Fig. 1 is a schematic without numbers and is not
drawn. Upper row: a sample with $c_{0+}/4 > c_{0-}/3$; lower row: one with $c_{0+}/4 < c_{0-}/3$
(the paper's condition is $c_{0+} > c_{0-}$). The samples in print are not known; these are the
first of each kind when seeds are counted from 0, at $\eta = 10^{-8}\omega$, with
$J = \Delta = \omega/2$ and $\gamma = 2\omega$.
(a), (d) $S_d$ less the uniform density $(2\pi)^{-2}$ over the angular differences, in units of
$10^{-6}$ rad$^{-2}$, over one period of each; yellow symbols: its maxima.
(b), (e) The configurations of the three angles at these maxima, one for each symbol: circle,
square, triangle and diamond. A blue point is a spin; points side by side have equal angles; the
grey lines only join them to the centre.
(c), (f) Blue bars: probability of $\chi$ at the maxima alone ($r = 1$), as in print. Vermilion
steps, added by us: probability of each of 64 bins of $\chi$ where $S_d - (2\pi)^{-2}$ exceeds 0.95
of its maximum ($r = 0.95$, the threshold of Fig. 3).
"""


def draw_figure_2(data: xr.Dataset) -> Figure:
    """S_d with its maxima, their configurations on circles, and the probability of chi."""
    figure = plotting.new_figure(plotting.PAGE, 4.3)
    panels = figure.subplots(2, 3, width_ratios=[1.25, 0.75, 1])
    for row, branch in enumerate(data.branch.values):
        chosen = data.sel(branch=branch)
        present = np.unique(chosen.kind.values[chosen.kind.values >= 0])
        _map_with_maxima(panels[row, 0], chosen)
        _circles(panels[row, 1], present)
        _probabilities(panels[row, 2], chosen)
        for column in range(3):
            plotting.panel_label(panels[row, column], "abcdef"[3 * row + column])
        sign = ">" if float(chosen.x) > 0 else "<"
        panels[row, 0].set_title(rf"$c_{{0+}}/4 {sign} c_{{0-}}/3$", loc="center")
    for axes in panels[:, 2]:
        handles, labels = axes.get_legend_handles_labels()
        axes.legend(handles[::-1], labels[::-1], loc="upper center")
    return figure


def _map_with_maxima(axes: Axes, data: xr.Dataset) -> None:
    phi = data.phi_1.values
    plotting.map_panel(
        axes, phi, phi, 1e6 * data.excess.values.T, r"$S_d - (2\pi)^{-2}$ ($10^{-6}$ rad$^{-2}$)"
    )
    # Into the square that is drawn.
    location = (data.location.values - phi[0] + 1e-6) % (2 * np.pi) + phi[0] - 1e-6
    for kind in range(len(KINDS)):
        chosen = location[data.kind.values == kind]
        if len(chosen):
            axes.plot(*chosen.T, **_symbol(kind), clip_on=False)
    ticks = np.array([-0.5, 0, 0.5, 1, 1.5]) * np.pi
    names = [r"$-\pi/2$", "0", r"$\pi/2$", r"$\pi$", r"$3\pi/2$"]
    axes.set_xticks(ticks, names)
    axes.set_yticks(ticks, names)
    axes.set(xlim=(phi[0], phi[-1]), ylim=(phi[0], phi[-1]), aspect="equal")
    axes.set_xlabel(r"$\varphi'_1 = \varphi_1 - \varphi_3$ (rad)")
    axes.set_ylabel(r"$\varphi'_2 = \varphi_2 - \varphi_3$ (rad)")


def _circles(axes: Axes, kinds: np.ndarray) -> None:
    """The configurations as points on circles, equal angles side by side."""
    turn = np.linspace(0, 2 * np.pi, 121)
    angles = list(KINDS.values())
    for place, kind in enumerate(kinds):
        low = -3.1 * place
        axes.plot(np.cos(turn), np.sin(turn) + low, color="0.6", linewidth=0.8)
        met: dict[float, int] = {}
        for angle in angles[kind]:
            key = round(angle % (2 * np.pi), 6)
            radius = 1 + 0.32 * met.get(key, 0)
            met[key] = met.get(key, 0) + 1
            axes.plot([0, np.cos(angle)], [low, low + np.sin(angle)], color="0.6", linewidth=0.8)
            axes.plot(
                radius * np.cos(angle),
                low + radius * np.sin(angle),
                "o",
                color=plotting.BLUE,
                markersize=5,
            )
        axes.plot(-2.0, low + 0.85, **_symbol(int(kind)))
        axes.text(0, low - 1.2, NAMES[kind], ha="center", va="top")
    axes.set(xlim=(-2.4, 2.2), ylim=(-5.2, 1.5), aspect="equal")
    axes.axis("off")


def _probabilities(axes: Axes, data: xr.Dataset) -> None:
    shown = data.peak_probability.values > 0
    axes.bar(
        data.peak.values[shown],
        data.peak_probability.values[shown],
        width=0.035,
        color=plotting.BLUE,
        label=r"$r = 1$",
    )
    width = float(data.chi[1] - data.chi[0])
    edges = np.append(data.chi.values - width / 2, 1.0)
    axes.stairs(
        data.chi_probability.values,
        edges,
        color=plotting.VERMILLION,
        linewidth=1.0,
        label=rf"$r = {data.attrs['threshold']:g}$, bins of 1/{data.sizes['chi']}",
    )
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "1/4", "1/2", "3/4", "1"])
    axes.set_yticks([0, 0.25, 0.5, 0.75], ["0", "1/4", "1/2", "3/4"])
    axes.set(xlim=(-0.05, 1.05), ylim=(0, 1.15), xlabel=r"$\chi$", ylabel="probability")


CAPTION_4 = r"""
The paper's figure. Colour: $l = \sqrt{\chi}$ over the angular differences. White dashed: the
region $\Omega_1$, a hexagon; white dotted: the sides by which its triangles $T_1^1$ to $T_1^6$
meet, with the bounds of (C2) put right in $T_d^3$; vermilion: the square of one period, which has
the area of $\Omega_1$ (yellow in print; vermilion stands out from the ridges of the map).
"""


def draw_figure_4(data: xr.Dataset) -> Figure:
    """The map of l with the hexagon Omega_1, its triangles, and the square of the same area."""
    figure = plotting.new_figure(plotting.COLUMN, 3.2)
    figure.set_layout_engine("compressed")  # the colour bar is as high as the map
    axes = figure.subplots()
    phi = data.phi_1.values
    plotting.map_panel(
        axes, phi, data.phi_2.values, data.l.values.T, r"$l = \sqrt{\chi}$", vmin=0.0, vmax=1.0
    )
    hexagon = corners()
    for k, corner in enumerate(hexagon):
        following = hexagon[(k + 1) % 6]
        axes.plot([0, corner[0]], [0, corner[1]], ":", color="white", linewidth=1.0)
        # Off the middle of the triangle, where an edge of the square would cross the number.
        x, y = 0.18 * corner + 0.48 * following
        axes.text(
            float(x),
            float(y),
            f"$T_1^{k + 1}$",
            color="white",
            ha="center",
            va="center",
        )
    side = 2 * np.pi
    axes.plot(*np.vstack([hexagon, hexagon[:1]]).T, "--", color="white", linewidth=1.4)
    axes.plot(
        [0, side, side, 0, 0], [0, 0, side, side, 0], color=plotting.VERMILLION, clip_on=False
    )
    names = {r"$\Omega_1$": ("white", "--"), r"$T_1^a$": ("white", ":")}
    names["one period"] = (plotting.VERMILLION, "-")
    # White lines need a dark legend.
    axes.legend(
        [axes.plot([], [], dash, color=colour)[0] for colour, dash in names.values()],
        list(names),
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0),
        ncols=3,
        frameon=True,
        facecolor="0.35",
        edgecolor="none",
        labelcolor="white",
    )
    ticks = np.array([-2, -1, 0, 1, 2]) * np.pi
    names = [r"$-2\pi$", r"$-\pi$", "0", r"$\pi$", r"$2\pi$"]
    axes.set_xticks(ticks, names)
    axes.set_yticks(ticks, names)
    axes.set(xlim=(phi[0], phi[-1]), ylim=(phi[0], phi[-1]), aspect="equal")
    axes.set(xlabel=r"$\varphi'_1$ (rad)", ylabel=r"$\varphi'_2$ (rad)")
    return figure


CAPTION_DYNAMICS = r"""
Added by us; the paper says this in words and shows no figure of it. $\langle (S^x_j)^2\rangle$ of
the three sites without perturbation, $J = \Delta = \omega/2$, $\gamma = 2\omega$, from the state
$(\lvert 1\rangle + \lvert -1\rangle)/\sqrt{2}$ of site A and $\lvert 0\rangle$ of the others. Blue
solid: site A; vermilion dashed: site B; green dotted: site C.
(i) Early times. (ii) Late times: the curves of all sites coincide, at the frequency
$2\omega$. (iii) Black: deviation from the undamped modes, the largest over the sites.
"""


def draw_dynamics(data: xr.Dataset) -> Figure:
    """<(Sx)^2> of all sites early and late, and how it approaches the undamped oscillation."""
    figure = plotting.new_figure(plotting.PAGE, 2.4)
    early, late, approach = figure.subplots(1, 3)
    time, end = data.time.values, float(data.time[-1])
    colours = (plotting.BLUE, plotting.VERMILLION, plotting.GREEN)
    for site, colour, dash in zip(data.site.values, colours, ("-", "--", ":"), strict=True):
        chosen = data.sel(site=site)
        for axes in (early, late):
            axes.plot(time, chosen.expectation, dash, color=colour, label=f"site {site}")
    # Of one site it passes through zero; of all sites it does not.
    apart = np.abs(data.expectation - data.asymptotic).max("site").values
    approach.semilogy(time, apart, color=plotting.BLACK)
    early.set_xlim(0, SHOWN)
    late.set_xlim(end - SHOWN, end)
    approach.set_xlim(0, end)
    for axes, label in zip((early, late, approach), ("i", "ii", "iii"), strict=True):
        axes.set(xlabel=r"time $t$ ($1/\omega$)", ylabel=r"$\langle (S^x_j)^2 \rangle$")
        plotting.added_label(axes, label)
    late.set_ylim(early.get_ylim())
    approach.set_ylabel("deviation from\nundamped modes")
    early.legend(loc="upper right")
    return figure


CAPTION_E = r"""
Added by us; App. E states the limit and has no figure. Two spins 1, of which A is only pumped and
B only damped at equal rates $\gamma_1^g = \gamma_2^d$, under the perturbation of Eq. (E2), of
strength $\eta$: $\epsilon = 0.8\eta$, $\Delta_1 = -\Delta_2 = 0.25\eta$, $\gamma_1^d = 0.5\eta$,
$\gamma_2^g = 0.6\eta$ (the paper prints none of them).
(i) Blue: $S_{\max}$; black dashed: its limit as $\eta \to 0$. At the kink, $\eta \approx
0.92\gamma_1^g$, another maximum of the distribution becomes the highest.
(ii) Blue: distance from that limit; black dotted: a line proportional to $\eta$ through its
first point.
(iii) Distribution of the phase difference less the uniform one at $\eta/\gamma_1^g = 10^{-3}$ (blue
solid), 0.1 (vermilion dashed), 0.5 (green dash-dotted) and in the limit (black dotted), which lies
on the blue line; grey: zero.
"""


def draw_appendix_e(data: xr.Dataset) -> Figure:
    """S_max with its limit, the deviation from the limit, and the phase distributions."""
    figure = plotting.new_figure(plotting.PAGE, 2.4)
    heights, deviation, phases = figure.subplots(1, 3)
    eta, limit = data.eta.values, float(data.S_max_limit)
    heights.semilogx(eta, data.S_max, color=plotting.BLUE, label=r"$S_{\max}$")
    heights.axhline(limit, color=plotting.BLACK, linestyle="--", linewidth=0.8, label="limit")
    heights.set(ylabel=r"$S_{\max}$ (rad$^{-1}$)", ylim=(0, 1.15 * limit))
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
        axes.set(xlabel=r"strength $\eta/\gamma_1^g$", xlim=(eta[0], eta[-1]))
        axes.set_xticks(np.logspace(-5, 0, 6))
    colours = (plotting.BLUE, plotting.VERMILLION, plotting.GREEN)
    for strength, colour, dash in zip(
        data.shown_eta.values, colours, ("-", "--", "-."), strict=True
    ):
        line = data.excess.sel(shown_eta=strength)
        phases.plot(data.phi, line, dash, color=colour, label=f"{strength:g}")
    phases.plot(data.phi, data.excess_limit, ":", color=plotting.BLACK, label=r"$\to 0$")
    phases.axhline(0, color="0.7", linewidth=0.5, zorder=0)
    plotting.phase_axis(phases, r"$\varphi_A - \varphi_B$ (rad)")
    phases.set_ylabel(r"$S_d - (2\pi)^{-1}$ (rad$^{-1}$)")
    top = float(data.excess_limit.max())
    phases.set_ylim(-1.15 * top, 2.3 * top)
    title = r"$\eta/\gamma_1^g$"
    phases.legend(loc="upper center", ncols=2, columnspacing=1.0, handlelength=1.6, title=title)
    for axes in (heights, phases):
        axes.ticklabel_format(axis="y", scilimits=(-3, 4))
    for axes, panel in zip((heights, deviation, phases), ("i", "ii", "iii"), strict=True):
        plotting.added_label(axes, panel)
    return figure


def _symbol(kind: int) -> dict[str, Any]:
    return {
        "marker": MARKERS[kind],
        "linestyle": "none",
        "color": MARK,
        "markersize": 6,
        "markeredgecolor": plotting.BLACK,
        "markeredgewidth": 0.8,
    }
