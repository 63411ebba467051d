"""Drawings of Figs. 9 (the circuit), 10 and 11 and of the tables' numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import xarray as xr

from quantsync import plotting
from quantsync.papers.vaidya2024.drawing import SITE_COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LEGEND = "0.25"  # colour of what holds for both transmons
KHZ = 1000.0  # of the datasets' MHz
COUPLING = r"coupling $g/2\pi$ (kHz)"
SHAPES = {"A": "o", "B": "s"}
STYLES: tuple[tuple[Literal["-", "--"], bool], ...] = (("-", True), ("--", False))
"""Dash of the lines and whether markers are closed, without and with dephasing."""
PUMP, DRIVE, LOSS = plotting.GREEN, plotting.BLUE, plotting.VERMILLION
HEIGHTS = {"g": 0.0, "e": 1.0, "f": 1.8}  # of the levels; the anharmonicity is exaggerated
GIGA = 1000.0  # MHz


CIRCUIT = r"""The circuit has the parameters of Tables I and II but for the resonator of B, which
is at 4.5 GHz, where Eq. (E3) gives Table II (Table I prints 4.6 GHz). $g$ is that of Eq. (E1); the
qubit model has $2g$ and $2\epsilon$ in its place, and the rates that are fitted as in App. E, which
stand above the panels."""
CAPTION_10 = rf"""
{CIRCUIT}
(a), (b) The paper's panels: $\lvert\langle S^+\rangle\rvert$ of transmons A (purple circles)
and B (orange squares), that of the circuit averaged over time in the frame of the drive. Closed
markers and solid lines: circuit and qubit model without dephasing; open markers and dashed lines:
the same with $\gamma_\phi/2\pi = 53$ kHz.
(i), (ii) Added by us: the values of B in (a) and (b), enlarged.
"""


def draw_figure_10(data: xr.Dataset) -> Figure:
    """|<S+>| of both transmons: circuit as markers, qubit model as lines."""
    figure = plotting.new_figure(plotting.PAGE, 4.8)
    panels = figure.subplots(2, 2, sharey="row", sharex=True, height_ratios=[1.4, 1])
    added = dict(zip(data.panel.values, ("i", "ii"), strict=True))
    for column, panel in zip(panels.T, data.panel.values, strict=True):
        for site, colour in SITE_COLOURS.items():
            chosen = data.sel(panel=panel, site=site)
            _lines(column[0], chosen, "response", colour, SHAPES[site])
            if site == "B":
                _lines(column[1], chosen, "response", colour, SHAPES[site])
        for axes in column:
            axes.set_ylim(0, None)
            axes.ticklabel_format(axis="y", scilimits=(-3, 4))
        _title(column[0], data.sel(panel=panel))
        _coupling_axis(column[1], data)
        plotting.panel_label(column[0], panel)
        plotting.added_label(column[1], added[panel])
    panels[0, 0].set_ylabel(r"$|\langle S^+\rangle|$")
    panels[1, 0].set_ylabel(r"$|\langle S_B^+\rangle|$ of transmon $B$")
    transmons = [(f"transmon ${s}$", c, SHAPES[s]) for s, c in SITE_COLOURS.items()]
    _legend(figure, data, transmons, ncols=3)
    return figure


CAPTION_11 = rf"""
The panels and their letters are the paper's: the synchronization $\Omega$ of Eq. (11) in nat.
{CIRCUIT} Closed circles and solid lines: circuit and qubit model without dephasing; open circles
and dashed lines: the same with $\gamma_\phi/2\pi = 53$ kHz.
"""


def draw_figure_11(data: xr.Dataset) -> Figure:
    """Omega: circuit as markers, qubit model as lines."""
    figure = plotting.new_figure(plotting.PAGE, 2.9)
    for axes, panel in zip(figure.subplots(1, 2), data.panel.values, strict=True):
        chosen = data.sel(panel=panel)
        _lines(axes, chosen, "omega", plotting.BLUE, "o")
        _title(axes, chosen)
        _coupling_axis(axes, chosen)
        axes.set(ylim=(0, None), ylabel=r"synchronization $\Omega$ (nat)")
        axes.ticklabel_format(axis="y", scilimits=(-3, 4))
        plotting.panel_label(axes, panel)
    _legend(figure, data)
    return figure


def _lines(axes: Axes, data: xr.Dataset, name: str, colour: str, shape: str) -> None:
    """Closed markers on solid lines without dephasing, open ones on dashed lines with it."""
    for (dash, closed), dephasing in zip(STYLES, data.dephasing.values, strict=True):
        face = colour if closed else "white"
        chosen = data.sel(dephasing=dephasing)
        axes.plot(
            data.line_coupling * KHZ, chosen[f"qubit_{name}"], dash, color=colour, linewidth=1
        )
        axes.plot(
            data.coupling * KHZ,
            chosen[name],
            shape,
            color=colour,
            markerfacecolor=face,
            markersize=4.5,
            clip_on=False,
            zorder=3,
        )


def _legend(
    figure: Figure,
    data: xr.Dataset,
    units: Sequence[tuple[str, str, str]] = (),
    ncols: int = 4,
) -> None:
    """What markers and lines are, above all panels, and name, colour and shape of the units."""
    from matplotlib.lines import Line2D

    handles = []
    for (dash, closed), dephasing in zip(STYLES, data.dephasing.values, strict=True):
        with_it = rf"$\gamma_\phi/2\pi = {dephasing * KHZ:.0f}$ kHz"
        face = LEGEND if closed else "white"
        marker: dict[str, Any] = {
            "marker": "o",
            "markersize": 4.5,
            "markerfacecolor": face,
            "linestyle": "none",
        }
        handles += [
            Line2D([], [], color=LEGEND, label=f"circuit, {with_it}", **marker),
            Line2D([], [], color=LEGEND, linestyle=dash, label=f"qubit model, {with_it}"),
        ]
    for name, colour, shape in units:
        handles.append(
            Line2D([], [], color=colour, marker=shape, markersize=4.5, linewidth=1, label=name)
        )
    figure.legend(handles=handles, loc="outside upper center", ncols=ncols)


def _title(axes: Axes, data: xr.Dataset) -> None:
    ratios = [float(data.gain.sel(site=s) / data.damping.sel(site=s)) for s in "AB"]
    axes.set_title(r"$w_A/\gamma_A = {:.2f}$, $w_B/\gamma_B = {:.2f}$".format(*ratios))


def _coupling_axis(axes: Axes, data: xr.Dataset) -> None:
    axes.set(xlim=(0, float(data.coupling[-1]) * KHZ), xlabel=COUPLING)


CAPTION_TABLES = r"""
Added by us: how far what we compute is from what Table II and the captions of Figs. 10 and 11
print, for each transmon (rows). Grey bars: half a unit of the last digit in print on either side
(none where the ratio in print is 0).
Blue circles: Eq. (E3) with the resonator of B at 4.5 GHz; vermilion crosses: the same at 4.6 GHz,
as in Table I; green diamonds: at 4.5 GHz, tuned until the coherence of the transmon turns with the
drive; black triangles: the same with a fourth level of the transmon. The axes are linear between
$-1$ and 1 kHz in (i), between $-0.1$ and 0.1 in (ii), and logarithmic beyond; grey lines: no
difference.
(i) Corrections $\Delta_j$ of the frequencies. (ii) Ratios $w_j/\gamma_j$ from the fitted
relaxation; without the green diamonds, which would coincide with the circles.
"""


def draw_tables(data: xr.Dataset) -> Figure:
    """How far Delta and w/gamma are from what is printed, for each reading of Table I."""
    figure = plotting.new_figure(plotting.PAGE, 3.1)
    rows = [(preset, site) for preset in data.preset.values for site in data.site.values]
    styles = {
        "4.5 GHz": ("o", plotting.BLUE, r"$\omega_{aB} = 4.5$ GHz, Eq. (E3)"),
        "4.6 GHz": ("x", plotting.VERMILLION, r"$\omega_{aB} = 4.6$ GHz (Table I)"),
        "exact": ("d", plotting.GREEN, r"4.5 GHz, tuned exactly"),
        "four levels": ("^", plotting.BLACK, r"4.5 GHz, four levels"),
    }
    panels = figure.subplots(1, 2, sharey=True)
    settings = (
        ("shift", r"$\Delta$ computed $-$ Table II (kHz)", 1.0),
        ("ratio", r"$w/\gamma$ computed $-$ caption", 0.1),
    )
    places = np.arange(len(rows))[::-1]
    for axes, (name, label, linear), panel in zip(panels, settings, ("i", "ii"), strict=True):
        printed = data[f"printed_{name}"].values.ravel()
        # A printed 0 is exact: no pump, no gain.
        half = np.where(printed == 0, 0, data[f"last_digit_of_{name}"].values.ravel() / 2)
        axes.barh(places, 2 * half, left=-half, height=0.7, color="0.8", label="rounding of print")
        for reading, (shape, colour, text) in styles.items():
            if name == "ratio" and reading == "exact":
                continue  # the fit hardly depends on Delta
            off = data[name].sel(reading=reading).values.ravel() - printed
            axes.plot(off, places, shape, color=colour, markersize=4.5, label=text)
        axes.set_xscale("symlog", linthresh=linear)
        axes.axvline(0, color="0.6", linewidth=0.5, zorder=0)
        axes.set_xlabel(label)
        plotting.added_label(axes, panel)
    names = {"10a": "10(a)", "10b": "10(b), 11(a)", "11b": "11(b)"}
    panels[0].set_yticks(places, [f"{names[preset]}, {site}" for preset, site in rows])
    panels[0].set_ylabel("figure, unit")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return figure


CAPTION_9 = r"""
The panels and their letters are the paper's; the numbers are those of Fig. 10(b).
(a) Two transmons with their three lowest levels, coupled by a tunable coupler (black) of
strength $g$. Green arrows: two-photon pumps; blue arrow: the drive; black lines: couplings $g_j$ to
the auxiliary resonators; wavy vermilion arrows: their losses $\kappa_j$. The frequency of resonator
B is the one with which Table II comes out; Table I prints 4.6 GHz.
(b) Levels $\lvert \mathrm{transmon}, \mathrm{resonator}\rangle$ of one unit, not to scale.
Green: the pump by way of a detuned level (dotted); grey arrow: exchange with the resonator; wavy
vermilion: losses; blue: the gain that they amount to.
"""


def draw_figure_9(data: xr.Dataset) -> Figure:
    """The circuit with its fields and losses, and the levels of one unit."""
    figure = plotting.new_figure(plotting.PAGE, 2.7)
    left, right = figure.subplots(1, 2, width_ratios=[1.75, 1])
    _circuit(left, data)
    _levels(right)
    plotting.panel_labels(left, right)
    return figure


def _circuit(axes: Axes, data: xr.Dataset) -> None:
    for site, middle, resonator, side in (("A", 3.55, 1.0, -1), ("B", 7.45, 10.0, 1)):
        colour, chosen = SITE_COLOURS[site], data.sel(site=site)
        _box(axes, middle, 1.9, 1.7, 2.1, colour)
        axes.text(middle, 0.62, f"transmon ${site}$", ha="center", va="top", fontsize=7)
        for name, energy in zip(data.level_name.values, chosen.level.values, strict=True):
            height = 1.15 + 1.45 * energy / float(data.level.max())
            axes.plot([middle - 0.6, middle + 0.2], [height] * 2, color=plotting.BLACK)
            axes.text(middle + 0.28, height, rf"$|{name}\rangle$", va="center", fontsize=7)
        _box(axes, resonator, 1.9, 1.7, 0.9, "0.45")
        frequency = float(chosen.resonator_frequency) / GIGA
        axes.text(
            resonator,
            1.9,
            f"resonator ${site}$\n{frequency:.1f} GHz",
            ha="center",
            va="center",
            fontsize=7,
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
            fontsize=7,
            color=PUMP,
        )
    _arrow(axes, (4.0, 4.1), (4.0, 3.05), DRIVE)
    axes.text(4.12, 3.72, "drive $\\epsilon$\n5 GHz", va="center", fontsize=7, color=DRIVE)
    axes.plot([4.4, 6.6], [1.9, 1.9], color=plotting.BLACK, zorder=0)
    _box(axes, 5.5, 1.9, 0.8, 0.55, "0.45")
    axes.text(5.2, 2.3, "$g$", ha="center", va="bottom")
    axes.annotate(
        "",
        (5.85, 2.4),
        (5.15, 1.4),
        arrowprops={"arrowstyle": "->", "color": plotting.BLACK, "linewidth": 0.8},
    )
    axes.text(5.5, 1.28, "tunable\ncoupler", ha="center", va="top", fontsize=7)
    axes.set(xlim=(0, 11), ylim=(0.1, 4.2))
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
    axes.set(xlim=(-0.25, 4.0), ylim=(-0.12, 2.12))
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
