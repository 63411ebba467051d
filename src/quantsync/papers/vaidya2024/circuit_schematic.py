"""Drawing of Fig. 9: the circuit, and how a pump and a lossy resonator make gain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from quantsync import plotting
from quantsync.papers.vaidya2024.response_drawing import SITE_COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PUMP, DRIVE, LOSS = plotting.GREEN, plotting.BLUE, plotting.VERMILLION
HEIGHTS = {"g": 0.0, "e": 1.0, "f": 1.8}  # of the levels; the anharmonicity is exaggerated
GIGA = 1000.0  # MHz


def draw_figure_9(data: xr.Dataset) -> Figure:
    """The circuit with its fields and losses, and the levels of one unit."""
    figure = plotting.new_figure(plotting.PAGE, 2.7)
    left, right = figure.subplots(1, 2, width_ratios=[1.75, 1])
    _circuit(left, data)
    _levels(right)
    plotting.panel_label(left, "a")
    plotting.panel_label(right, "b")
    return figure


def _circuit(axes: Axes, data: xr.Dataset) -> None:
    for site, middle, resonator, side in (("A", 3.55, 1.0, -1), ("B", 7.45, 10.0, 1)):
        colour, chosen = SITE_COLOURS[site], data.sel(site=site)
        _box(axes, middle, 1.9, 1.7, 2.1, colour)
        axes.text(middle, 0.62, f"transmon ${site}$", ha="center", va="top", fontsize=7)
        for name, energy in zip(data.level_name.values, chosen.level.values, strict=True):
            height = 1.15 + 1.45 * energy / float(data.level.max())
            axes.plot([middle - 0.6, middle + 0.2], [height] * 2, color=plotting.BLACK)
            axes.text(middle + 0.28, height, rf"$|{name}\rangle$", va="center", fontsize=6.5)
        _box(axes, resonator, 1.9, 1.7, 0.9, "0.45")
        frequency = float(chosen.resonator_frequency) / GIGA
        axes.text(
            resonator,
            1.9,
            f"resonator ${site}$\n{frequency:.1f} GHz",
            ha="center",
            va="center",
            fontsize=6.5,
        )
        inner, outer = middle + side * 0.85, resonator - side * 0.85
        axes.plot([inner, outer], [1.9, 1.9], color=plotting.BLACK)
        axes.text((inner + outer) / 2, 2.0, rf"$g_{site}$", ha="center", va="bottom")
        _wave(axes, (resonator, 1.45), (resonator, 0.45))
        axes.text(resonator + 0.2, 0.9, rf"$\kappa_{site}$", va="center", color=LOSS)
        at = middle + side * 0.45 if site == "A" else middle
        _arrow(axes, (at, 4.1), (at, 3.05), PUMP)
        pump = float(chosen.pump_frequency) / GIGA
        axes.text(
            at - 0.12 if site == "A" else at + 0.12,
            3.72,
            rf"pump $\Omega_{{p{site}}}$" + f"\n{pump:.3f} GHz",
            ha="right" if site == "A" else "left",
            va="center",
            fontsize=6.5,
            color=PUMP,
        )
    _arrow(axes, (4.0, 4.1), (4.0, 3.05), DRIVE)
    axes.text(4.12, 3.72, "drive $\\varepsilon$\n5 GHz", va="center", fontsize=6.5, color=DRIVE)
    axes.plot([4.4, 6.6], [1.9, 1.9], color=plotting.BLACK, zorder=0)
    _box(axes, 5.5, 1.9, 0.8, 0.55, "0.45")
    axes.text(5.2, 2.3, "$g$", ha="center", va="bottom")
    axes.annotate(
        "",
        (5.85, 2.4),
        (5.15, 1.4),
        arrowprops={"arrowstyle": "->", "color": plotting.BLACK, "linewidth": 0.8},
    )
    axes.text(5.5, 1.28, "tunable\ncoupler", ha="center", va="top", fontsize=6.5)
    axes.set_xlim(0, 11)
    axes.set_ylim(0.1, 4.2)
    axes.axis("off")


def _levels(axes: Axes) -> None:
    """Levels |transmon, resonator>: pumped from g to f, drained through the resonator to e."""
    left, right = (0.5, 1.5), (2.5, 3.3)
    for name, height in HEIGHTS.items():
        axes.plot(left, [height] * 2, color=plotting.BLACK)
        axes.text(0.4, height, rf"$|{name},0\rangle$", ha="right", va="center")
    axes.plot(right, [HEIGHTS["f"]] * 2, color=plotting.BLACK)
    axes.text(right[1] + 0.1, HEIGHTS["f"], r"$|e,1\rangle$", va="center")
    half = HEIGHTS["f"] / 2
    axes.plot((0.5, 1.15), [half] * 2, ":", color=PUMP)
    for low, high in ((0.0, half), (half, HEIGHTS["f"])):
        _arrow(axes, (0.8, low), (0.8, high), PUMP)
    axes.text(0.72, 1.35, r"$\Omega_p$", ha="right", va="center", color=PUMP)
    axes.text(0.72, 0.42, r"$\Omega_p$", ha="right", va="center", color=PUMP)
    axes.annotate(
        "",
        (right[0], HEIGHTS["f"]),
        (left[1], HEIGHTS["f"]),
        arrowprops={"arrowstyle": "<->", "color": "0.3", "shrinkA": 2, "shrinkB": 2},
    )
    axes.text(2.0, HEIGHTS["f"] + 0.06, r"$\sqrt{2}\,g_j$", ha="center", va="bottom")
    _wave(axes, (2.75, HEIGHTS["f"]), (1.5, HEIGHTS["e"]))
    axes.text(2.45, 1.3, r"$\kappa_j$", color=LOSS, ha="left", va="center")
    _wave(axes, (1.3, HEIGHTS["e"]), (1.3, HEIGHTS["g"]))
    axes.text(1.42, 0.5, r"loss $\gamma_j$", color=LOSS, ha="left", va="center")
    axes.annotate(
        "",
        (1.5, 0.97),
        (1.5, 0.0),
        arrowprops={
            "arrowstyle": "-|>",
            "color": plotting.BLUE,
            "linewidth": 1.4,
            "connectionstyle": "arc3,rad=0.95",
        },
    )
    axes.text(2.4, 0.3, "gain $w_j$\n(net effect)", color=plotting.BLUE, fontsize=7, va="center")
    axes.set_xlim(-0.25, 4.0)
    axes.set_ylim(-0.12, 2.12)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_ylabel("energy (not to scale)")
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)


def _box(axes: Axes, x: float, y: float, width: float, height: float, colour: str) -> None:
    from matplotlib.patches import FancyBboxPatch

    patch = FancyBboxPatch(
        (x - width / 2, y - height / 2),
        width,
        height,
        boxstyle="round,pad=0,rounding_size=0.12",
        facecolor="white",
        edgecolor=colour,
        linewidth=1.4,
    )
    axes.add_patch(patch)


def _arrow(axes: Axes, start: Any, end: Any, colour: str) -> None:
    style = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", end, start, arrowprops=style)


def _wave(axes: Axes, start: Any, end: Any) -> None:
    """A wavy arrow: a loss."""
    start, end = np.array(start), np.array(end)
    along = end - start
    across = np.array([-along[1], along[0]]) / np.linalg.norm(along)
    s = np.linspace(0, 0.82, 120)
    path = start + s[:, None] * along
    path += 0.05 * np.sin(2 * np.pi * 5 * s / 0.82)[:, None] * across
    axes.plot(*path.T, color=LOSS, linewidth=1)
    _arrow(axes, path[-1], end, LOSS)
