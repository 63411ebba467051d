"""Drawings of the figures of Roulet and Bruder, PRL 121, 063601 (2018)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from quantsync import plotting
from quantsync.models.spin_pair.first_order import mu_minus, mu_plus

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RANK_THRESHOLD = 0.1
"""|mu_-|/|mu_+| below which Fig. 4 counts a Schmidt rank of 2."""


CAPTION_2 = r"""
Steady states of two spins 1 with reversed dissipation,
$\gamma_A^g = \gamma_B^d = 100\gamma_A^d$ and $\gamma_B^g = \gamma_A^d$, on resonance. (a)
Without interaction, $\varepsilon = 0$. (b) With $\varepsilon = 0.1\gamma_A^d$. Spheres: the
Husimi functions $Q_A$ and $Q_B$ of either spin, seen from above the equator; thin white lines
are the equator and two meridians. Third column: the phase distributions $p_A$ (solid) and $p_B$
(dashed) of the single spins, which both vanish and lie on each other. Last column: the
distribution $S_\mathrm{rel}$ of the relative phase. Thin grey lines mark zero. All panels are
the paper's; it prints the parameters, and the ranges of the axes are ours."""

CAPTION_3 = r"""
Rates of Fig. 2. (a) Largest value of $S_\mathrm{rel}$ over the coupling $\varepsilon$ and the
detuning $\Delta$, the Arnold tongue. Insets: $p_A$ and $p_B$ against the phase; the white line
is as wide as their largest value anywhere on the map, which is zero. (b) Negativity
$\mathcal{N}$ on the same axes. (i), (ii) are added, the paper gives these regressions in its
text: $\max S_\mathrm{rel}$ against the negativity and against the mutual information $I$ for
all $101 \times 101$ points of the map (blue), which fall on a curve each, and the least-squares
line with an intercept (vermilion) with its equation and $R^2$. The ranges
$\varepsilon \le 0.1\gamma_A^d$ and $\lvert\Delta\rvert \le 2\gamma_A^d$ are not in the text;
they are the round ones that give both printed slopes."""

CAPTION_4 = r"""
Spin A is balanced, $\gamma_A^g = \gamma_A^d$, $\varepsilon = 0.1\gamma_A^d$, $\Delta = 0$. (a)
Largest value of $S_\mathrm{rel}$ over the rates of spin B; the peak is at $\varphi = 0$ above
the diagonal and at $\varphi = \pi$ below. On the diagonal what is left is of second order in
$\varepsilon$. (b) Negativity $\mathcal{N}$. The numbers are Schmidt ranks of the state (7);
beyond the dashed white lines one coherence is less than a tenth of the other and is not
counted, a threshold of ours (the rank is 3 at every finite rate). (c) The cut
$\gamma_B^g = \gamma_A^d$, the left edge of the maps, extended tenfold: $\max S_\mathrm{rel}$
(solid), $I$ (dashed) and $\mathcal{N}$ (dotted), each relative to its value for reversed limit
cycles at the same coupling (the middle of the upper edge of Fig. 3). The thin grey line is 1;
the dash-dotted line marks where the maps end. All panels are the paper's; ranges and scales of
the axes are not in the text and are ours."""

CAPTION_DYNAMICS = r"""
This figure is added: the paper gives Eq. (5) but draws no dynamics. Rates of Fig. 2; the spins
are coupled at $t = 0$, from $\lvert 0,0\rangle$ on. (i), (ii) The exact $S_\mathrm{rel}$
(colour; white is zero) over time and relative phase for $\varepsilon = 0.1\gamma_A^d$, on
resonance and at $\Delta = \gamma_A^d$. (iii) Its largest value over the phase, divided by
$\varepsilon$, for $\Delta = 0$ (blue, upper curves) and $\Delta = \gamma_A^d$ (vermilion, lower
curves): exact for $\varepsilon = 0.1\gamma_A^d$ (solid) and $0.001\gamma_A^d$ (dashed), and Eq.
(5) integrated over time (circles), on which the dashed curves lie."""


def coherence_ratio(gain_a: Any, damping_a: Any, gain_b: Any, damping_b: Any) -> Any:
    """|mu_-|/|mu_+| or its inverse, whichever is below 1."""
    plus, minus = np.abs(mu_plus(damping_a, gain_b)), np.abs(mu_minus(gain_a, damping_b))
    return np.minimum(plus, minus) / np.maximum(plus, minus)


def draw_figure_2(data: xr.Dataset) -> Figure:
    """Spheres, single-site distributions and S_rel, without (a) and with (b) coupling."""
    figure = plotting.new_figure(plotting.PAGE, 3.0)
    panels = figure.subplots(2, 4, width_ratios=[0.85, 0.85, 1, 1])
    phi, peak = data.phi.values, float(data.husimi.max())
    scale = 1.15 * float(np.abs(data.S_rel).max())
    image: Any = None
    for row, (axes, epsilon) in enumerate(zip(panels, data.epsilon.values, strict=True)):
        chosen = data.sel(epsilon=epsilon)
        for column, site in enumerate(data.site.values):
            image = plotting.sphere_panel(
                axes[column], data.theta.values, phi, chosen.husimi.sel(site=site).values, peak
            )
            axes[column].text(
                0.5, -0.08, rf"$Q_{site}$", transform=axes[column].transAxes, ha="center", va="top"
            )
        for site, colour, dash in (("A", plotting.BLUE, "-"), ("B", plotting.VERMILLION, "--")):
            axes[2].plot(phi, chosen.p.sel(site=site), dash, color=colour, label=rf"$p_{site}$")
        axes[3].plot(phi, chosen.S_rel, color=plotting.GREEN)
        axes[2].set_ylabel(r"$p_j(\varphi)$ (rad$^{-1}$)")
        axes[3].set_ylabel(r"$S_{\rm rel}(\varphi)$ (rad$^{-1}$)")
        for axis in axes[2:]:
            axis.set_ylim(-scale, scale)
            axis.axhline(0, color="0.7", linewidth=0.5, zorder=0)
            axis.tick_params(labelbottom=row > 0)
        plotting.phase_axis(axes[2], r"$\varphi$ (rad)" if row else "")
        plotting.phase_axis(axes[3], r"$\varphi_A - \varphi_B$ (rad)" if row else "")
        plotting.panel_label(axes[0], "ab"[row])
        strength = rf"{epsilon:g}\,\gamma_A^d" if epsilon else "0"
        axes[1].set_title(rf"$\varepsilon = {strength}$", loc="left")
    panels[0, 2].legend(loc="upper right", ncols=2)
    label = r"$Q_j(\theta, \varphi)$ (sr$^{-1}$)"
    plotting.colour_bar(image, panels[:, :2], label, shrink=0.75, aspect=30)
    return figure


def draw_figure_3(data: xr.Dataset) -> Figure:
    """The tongues of synchronization and of negativity, with the regressions below."""
    figure = plotting.new_figure(plotting.PAGE, 5.2)
    ((tongue, entangled), (on_negativity, on_information)) = figure.subplots(2, 2)
    detuning, epsilon = data.detuning.values, data.epsilon.values
    labels = (r"$\max\, S_{\rm rel}$ (rad$^{-1}$)", r"negativity $\mathcal{N}$")
    for axes, name, label, panel in (
        (tongue, "synchronization", labels[0], "a"),
        (entangled, "negativity", labels[1], "b"),
    ):
        plotting.map_panel(axes, detuning, epsilon, data[name].values, label, vmin=0.0)
        axes.set_xlabel(r"detuning $\Delta/\gamma_A^d$")
        axes.set_ylabel(r"coupling $\varepsilon/\gamma_A^d$")
        plotting.panel_label(axes, panel)
    for k, site in enumerate("AB"):
        _inset_without_locking(tongue, 0.2 + 0.48 * k, site, float(data.single_site.max()))
    for axes, name, symbol, label, panel in (
        (on_negativity, "negativity", r"\mathcal{N}", labels[1], "i"),
        (on_information, "mutual_information", "I", r"mutual information $I$ (nat)", "ii"),
    ):
        fit = data.sel(predictor=name)
        x = np.array([0.0, float(data[name].max())])
        axes.plot(
            data[name].values.ravel(),
            data.synchronization.values.ravel(),
            ".",
            color=plotting.BLUE,
            markersize=0.8,
            rasterized=True,
            label="all points of the map",
        )
        axes.plot(
            x,
            float(fit.slope) * x + float(fit.intercept),
            color=plotting.VERMILLION,
            label=rf"${float(fit.slope):.4f}\,{symbol} {float(fit.intercept):+.4f}$"
            "\n"
            rf"$R^2 = {float(fit.r_squared):.4f}$",
        )
        axes.set(xlabel=label, ylabel=labels[0])
        axes.ticklabel_format(axis="x", scilimits=(-3, 3))
        axes.legend(loc="lower right", markerscale=6)
        plotting.added_label(axes, panel)
    return figure


def _inset_without_locking(axes: Any, left: float, site: str, bound: float) -> None:
    """The phase distribution of one spin, which lies between plus and minus a bound."""
    inset = axes.inset_axes((left, 0.11, 0.27, 0.17))
    inset.fill_between([-np.pi, np.pi], -bound, bound, color="white", edgecolor="white")
    inset.set(xlim=(-np.pi, np.pi), ylim=(-0.02, 0.02))
    inset.set_facecolor("none")
    inset.set_xticks([-np.pi, np.pi], [r"$-\pi$", r"$\pi$"], color="white")
    inset.set_yticks([-0.02, 0.02], ["\N{MINUS SIGN}0.02", "0.02"], color="white")
    inset.set_xlabel(r"$\varphi$ (rad)", fontsize=7, color="white", labelpad=-7)
    inset.set_title(rf"$p_{site}$ (rad$^{{-1}}$)", fontsize=7, color="white", pad=3)
    inset.tick_params(length=1.5, width=0.4, pad=1, color="white", labelsize=7)
    inset.tick_params(axis="x", pad=3)  # clear of the lowest number of the other axis
    for spine in inset.spines.values():
        spine.set(color="white", linewidth=0.4)


def draw_figure_4(data: xr.Dataset) -> Figure:
    """Synchronization, negativity with Schmidt ranks, and the cut at gain_b = 1."""
    figure = plotting.new_figure(plotting.PAGE, 4.9)
    panels = figure.subplot_mosaic([["a", "b"], ["c", "c"]], height_ratios=[1.25, 1])
    gain, damping = data.gain_b.values, data.damping_b.values
    spin_a = {name: data.attrs[f"parameter_{name}"] for name in ("gain_a", "damping_a")}
    ratio = coherence_ratio(**spin_a, gain_b=gain[:, None], damping_b=damping)
    for panel, name, label in (
        ("a", "synchronization", r"$\max\, S_{\rm rel}$ (rad$^{-1}$)"),
        ("b", "negativity", r"negativity $\mathcal{N}$"),
    ):
        axes = panels[panel]
        plotting.map_panel(axes, gain, damping, data[name].values.T, label, vmin=0.0)
        axes.set(xscale="log", yscale="log", xlim=(gain[0], gain[-1]))
        axes.set(ylim=(damping[0], damping[-1]), xlabel=r"gain $\gamma_B^g/\gamma_A^d$")
        axes.set_ylabel(r"damping $\gamma_B^d/\gamma_A^d$")
        plotting.panel_label(axes, panel)
    for x, y, words in ((2.6, 50, r"peak at $\varphi = 0$"), (9, 1.9, r"peak at $\varphi = \pi$")):
        panels["a"].text(x, y, words, color="white", fontsize=7)
    panels["b"].contour(
        gain, damping, ratio.T, [RANK_THRESHOLD], colors="white", linestyles="--", linewidths=0.8
    )
    for x, y, rank in ((10, 10, 3), (1.4, 60, 2), (60, 1.4, 2)):
        panels["b"].text(x, y, str(rank), color="white", fontsize=11, ha="center", va="center")
    cut = panels["c"]
    for name, label, colour, dash in (
        ("synchronization", r"$\max\, S_{\rm rel}$", plotting.GREEN, "-"),
        ("mutual_information", r"$I$", plotting.BLUE, "--"),
        ("negativity", r"$\mathcal{N}$", plotting.VERMILLION, ":"),
    ):
        cut.plot(data.cut_damping_b, data[f"cut_{name}"], dash, color=colour, label=label)
    cut.axhline(1, color="0.7", linewidth=0.5, zorder=0)
    cut.axvline(float(damping[-1]), color="0.5", linewidth=0.6, linestyle="-.", zorder=0)
    rates = data.cut_damping_b.values
    cut.set(xscale="log", xlim=(rates[0], rates[-1]), ylim=(0, None))
    cut.set_xlabel(r"damping $\gamma_B^d/\gamma_A^d$ at $\gamma_B^g = \gamma_A^d$")
    cut.set_ylabel("relative to\nreversed limit cycles")
    cut.legend(loc="lower center", ncols=3)
    plotting.panel_label(cut, "c")
    return figure


def draw_dynamics(data: xr.Dataset) -> Figure:
    """S_rel over phase and time on and off resonance, and Eq. (5) against the exact dynamics."""
    figure = plotting.new_figure(plotting.PAGE, 2.5)
    panels = figure.subplots(1, 3, width_ratios=[1, 1, 1.25])
    weak, strong = data.epsilon.values
    largest = float(np.abs(data.S_rel.sel(epsilon=strong)).max())
    time_label = r"time $t$ (1/$\gamma_A^d$)"
    for axes, detuning, panel in zip(panels[:2], data.detuning.values, ("i", "ii"), strict=True):
        plotting.map_panel(
            axes,
            data.time.values,
            data.phi.values,
            data.S_rel.sel(epsilon=strong, detuning=detuning).values.T,
            r"$S_{\rm rel}$ (rad$^{-1}$)",
            plotting.DIVERGING,
            vmin=-largest,
            vmax=largest,
        )
        plotting.phase_axis(axes, r"$\varphi_A - \varphi_B$ (rad)", "y")
        axes.set(xlabel=time_label, xticks=range(0, 9, 2))
        shown = rf"$\Delta = {_in_rates(detuning)}$"
        axes.text(7.8, -2.9, shown, ha="right", color="white")
        plotting.added_label(axes, panel)
    axes = panels[2]
    for detuning, colour, height in zip(
        data.detuning.values, (plotting.BLUE, plotting.VERMILLION), (0.227, 0.133), strict=True
    ):
        chosen = data.sel(detuning=detuning).max("phi")
        name = rf"$\Delta = {_in_rates(detuning)}$"
        axes.text(8, height, name, color=colour, ha="right", fontsize=7)
        for epsilon, dash in ((strong, "-"), (weak, "--")):
            curve = chosen.S_rel.sel(epsilon=epsilon) / epsilon
            axes.plot(data.time, curve, dash, color=colour)
        axes.plot(
            data.time[::8],
            chosen.S_rel_first_order.sel(epsilon=weak)[::8] / weak,
            "o",
            color=colour,
            markersize=2.2,
            markerfacecolor="none",
            markeredgewidth=0.6,
        )
    for epsilon, dash in ((strong, "-"), (weak, "--")):
        label = rf"$\varepsilon = {epsilon:g}\,\gamma_A^d$"
        axes.plot([], [], dash, color=plotting.BLACK, label=label)
    axes.plot([], [], "o", color=plotting.BLACK, markersize=2.2, mfc="none", label="Eq. (5)")
    axes.set(xlabel=time_label, xticks=range(0, 9, 2))
    axes.set(ylabel=r"$\max\, S_{\rm rel}\, \gamma_A^d/\varepsilon$ (rad$^{-1}$)", ylim=(0, 0.245))
    axes.legend(loc="lower right", handlelength=1.6)
    plotting.added_label(axes, "iii")
    return figure


def _in_rates(value: float) -> str:
    """A number in units of the damping of spin A."""
    return r"\gamma_A^d" if value == 1 else rf"{value:g}\,\gamma_A^d" if value else "0"
