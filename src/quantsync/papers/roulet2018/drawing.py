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
        plotting.phase_axis(axes[2], r"$\varphi$ (rad)" if row else "")
        plotting.phase_axis(axes[3], r"$\varphi_A - \varphi_B$ (rad)" if row else "")
        plotting.panel_label(axes[0], "ab"[row])
        axes[1].set_title(rf"$\varepsilon = {epsilon:g}\,\gamma_A^d$", loc="left")
    panels[0, 2].legend(loc="upper right", ncols=2)
    bar = figure.colorbar(image, ax=panels[:, :2], shrink=0.75, aspect=30, pad=0.02)
    bar.outline.set_linewidth(0.6)
    bar.set_label(r"$Q_j(\theta, \varphi)$ (sr$^{-1}$)")
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
        inset = tongue.inset_axes((0.14 + 0.47 * k, 0.1, 0.3, 0.2))
        bound = float(data.single_site.max())
        inset.fill_between([-np.pi, np.pi], -bound, bound, color="white", edgecolor="white")
        inset.set(xlim=(-np.pi, np.pi), ylim=(-0.02, 0.02))
        inset.set_facecolor("none")
        inset.set_xticks([-np.pi, np.pi], [r"$-\pi$", r"$\pi$"], fontsize=5, color="white")
        inset.set_yticks([-0.02, 0.02], ["-0.02", "0.02"], fontsize=5, color="white")
        inset.tick_params(length=1.5, width=0.4, pad=1, color="white")
        for spine in inset.spines.values():
            spine.set(color="white", linewidth=0.4)
        inset.set_title(rf"$p_{site}(\varphi)$", fontsize=6, color="white", pad=2)
    for axes, name, symbol, label, panel in (
        (on_negativity, "negativity", r"\mathcal{N}", labels[1], "c"),
        (on_information, "mutual_information", "I", r"mutual information $I$ (nat)", "d"),
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
            label="map",
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
        axes.legend(loc="lower right", markerscale=6)
        plotting.panel_label(axes, panel)
    return figure


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
    panels["a"].text(1.5, 40, r"in phase, $\varphi = 0$", color="white", fontsize=7)
    panels["a"].text(9, 1.4, r"antiphase, $\varphi = \pi$", color="white", fontsize=7)
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
    cut.set(xlim=(1, 100), ylim=(0, None))
    cut.set_xlabel(r"damping $\gamma_B^d/\gamma_A^d$ at $\gamma_B^g = \gamma_A^d$")
    cut.set_ylabel("relative to\nreversed limit cycles")
    cut.legend(loc="lower right", ncols=3)
    plotting.panel_label(cut, "c")
    return figure


def draw_dynamics(data: xr.Dataset) -> Figure:
    """S_rel over phase and time on and off resonance, and Eq. (5) against the exact dynamics."""
    figure = plotting.new_figure(plotting.PAGE, 2.5)
    panels = figure.subplots(1, 3, width_ratios=[1, 1, 1.05])
    weak, strong = data.epsilon.values
    largest = float(np.abs(data.S_rel.sel(epsilon=strong)).max())
    for axes, detuning, panel in zip(panels[:2], data.detuning.values, "ab", strict=True):
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
        plotting.phase_axis(axes, r"$\varphi_A - \varphi_B$ (rad)" if panel == "a" else "", "y")
        axes.set_xlabel(r"time $\gamma_A^d t$")
        axes.text(7.8, -2.9, rf"$\Delta = {detuning:g}\,\gamma_A^d$", ha="right", color="white")
        plotting.panel_label(axes, panel)
    axes = panels[2]
    for detuning, colour in zip(
        data.detuning.values, (plotting.BLUE, plotting.VERMILLION), strict=True
    ):
        chosen = data.sel(detuning=detuning).max("phi")
        for epsilon, dash in ((strong, "-"), (weak, "--")):
            axes.plot(
                data.time,
                chosen.S_rel.sel(epsilon=epsilon) / epsilon,
                dash,
                color=colour,
                label=rf"$\Delta={detuning:g}$, $\varepsilon={epsilon:g}$",
            )
        axes.plot(
            data.time[::8],
            chosen.S_rel_first_order.sel(epsilon=weak)[::8] / weak,
            "o",
            color=colour,
            markersize=2.2,
            markerfacecolor="none",
            markeredgewidth=0.6,
            label=rf"$\Delta={detuning:g}$, Eq. (5)",
        )
    axes.set_xlabel(r"time $\gamma_A^d t$")
    axes.set(ylabel=r"$\max\, S_{\rm rel}\, \gamma_A^d/\varepsilon$ (rad$^{-1}$)", ylim=(0, 0.24))
    axes.legend(loc="lower right", fontsize=5.5, handlelength=1.6)
    plotting.panel_label(axes, "c")
    return figure
