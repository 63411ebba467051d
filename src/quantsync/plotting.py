"""The look of the figures, and the drawings that several papers share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from quantsync.checks import instance_of
from quantsync.errors import InvalidArgumentError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMN, PAGE = 3.4, 7.0  # widths of one column and of a page, in inches

# Okabe and Ito's palette, which colour-blind readers can tell apart.
BLUE, VERMILLION, GREEN, PURPLE, BLACK = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000"
ORANGE = "#E69F00"
COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, BLACK)
DASHES = ("-", "--", ":", "-.")  # of curves beyond the colours
SEQUENTIAL, DIVERGING, CYCLIC = "viridis", "RdBu_r", "twilight"
UNDEFINED = "0.6"  # grey: "twilight" itself is nearly white at pi
ADDED = "0.35"  # of the labels of panels that a paper does not have
LEAST_RATIO = 8.0  # of the ends of an axis whose values may stand at even ratios
PI_TICKS = {
    -np.pi: r"$-\pi$",
    -np.pi / 2: r"$-\pi/2$",
    0.0: "0",
    np.pi / 2: r"$\pi/2$",
    np.pi: r"$\pi$",
}
PI_TEXTS = {-np.pi: "−π", -np.pi / 2: "−π/2", 0.0: "0", np.pi / 2: "π/2", np.pi: "π"}

STYLE: Any = {
    # Sizes are those in print: a figure is drawn as wide as a column or a page.
    "font.size": 8,
    "axes.labelsize": 8,
    "axes.titlesize": 8,
    "figure.titlesize": 8,
    "figure.labelsize": 8,
    "legend.fontsize": 7,
    "legend.title_fontsize": 7,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "lines.linewidth": 1.2,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    # One typeface, with its own mathematics; it comes with matplotlib.
    "font.family": "DejaVu Sans",
    "mathtext.fontset": "dejavusans",
    "legend.frameon": False,
    "savefig.dpi": 200,
    "figure.dpi": 100,
    "axes.formatter.use_mathtext": True,
    "axes.formatter.limits": (-2, 3),
    # Vector files: text of PDF can be searched; equal pictures are equal files of SVG.
    "pdf.fonttype": 42,
    "svg.fonttype": "path",
    "svg.hashsalt": "quantsync",
}


@contextmanager
def style() -> Iterator[None]:
    """Draw with the package's look and without a display, leaving global settings alone."""
    import matplotlib as mpl

    with mpl.rc_context(STYLE):
        yield


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of a size in inches, free of pyplot's global state."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def require_axes(axes: Any) -> Axes:
    """An Axes of matplotlib, and nothing else."""
    from matplotlib.axes import Axes

    return instance_of(axes, "axes", Axes, "an Axes of matplotlib")


def axes_or_new(axes: Any, *, polar: bool = False, wide: bool = False) -> Axes:
    """The axes given, or those of a new figure, which pyplot shows (a notebook without a word)."""
    if axes is not None:
        return require_axes(axes)
    import matplotlib.pyplot as plt

    size = (5.6, 3.0) if wide else (4.2, 3.2)
    kind = {"projection": "polar"} if polar else {}
    return plt.subplots(figsize=size, layout="constrained", subplot_kw=kind)[1]


def require_one(shape: tuple[int, ...], what: str, name: str) -> None:
    """Raise `InvalidArgumentError` for a batch, which no single picture shows."""
    if shape:
        index = ", ".join("0" * len(shape))
        raise InvalidArgumentError(
            f"A picture is of one {what}, but this is a batch of shape {shape}; pick one, as in "
            f"{name}[{index}].plot()."
        )


def curves(axes: Axes, times: np.ndarray, values: Mapping[str, np.ndarray], x: str, y: str) -> None:
    """Named curves over time, told apart by colour and dash; imaginary parts are fainter."""
    for k, (name, curve) in enumerate(values.items()):
        colour = COLOURS[k % len(COLOURS)]
        dash = DASHES[k // len(COLOURS) % len(DASHES)]
        if np.iscomplexobj(curve):
            axes.plot(times, np.real(curve), dash, color=colour, label=f"Re {name}")
            axes.plot(times, np.imag(curve), dash, color=colour, alpha=0.5, label=f"Im {name}")
        else:
            axes.plot(times, curve, dash, color=colour, label=name)
    axes.set(xlabel=x, ylabel=y)
    axes.margins(x=0)
    if len(values) > 1 or any(np.iscomplexobj(curve) for curve in values.values()):
        axes.legend(frameon=False, ncols=1 + (len(values) > 6))


def next_colour(axes: Axes) -> str:
    """The first colour that no line on these axes has."""
    taken = {line.get_color() for line in axes.lines}
    return next((c for c in COLOURS if c not in taken), COLOURS[len(taken) % len(COLOURS)])


def phase_text(name: str) -> str:
    """How a figure writes a phase called "phi_A" or "phi_A - phi_B"."""
    if re.fullmatch(r"phi_[A-Za-z0-9]+( - phi_[A-Za-z0-9]+)?", name):
        return "$" + re.sub(r"phi_(\w+)", r"\\varphi_{\\mathrm{\1}}", name) + "$"
    return name.replace("phi_", "φ_").replace("$", r"\$")


def panel_label(axes: Axes, label: str) -> None:
    """Write a bold (a), the letter that the paper gives the panel, above the upper left corner."""
    axes.set_title(f"({label})", loc="left", fontweight="bold")


def panel_labels(*panels: Axes) -> None:
    """Write (a), (b), ... above some panels in turn."""
    for axes, label in zip(panels, "abcdefghijkl", strict=False):
        panel_label(axes, label)


def added_label(axes: Axes, label: str = "") -> None:
    """Mark a panel that the paper does not have, as in "(i) added", above the upper left corner."""
    text = f"({label}) added" if label else "added"
    axes.set_title(text, loc="left", fontweight="normal", color=ADDED)


def key_above(axes: Axes, columns: int, **options: Any) -> Any:
    """The key of an axes above its upper right corner, where it covers nothing."""
    look: Any = {"columnspacing": 1.0, "handlelength": 1.6, "handletextpad": 0.5}
    look |= {"borderaxespad": 0.2, "borderpad": 0.1, "ncols": columns}
    return axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), **(look | options))


def band(axes: Axes, x: Any, values: Any, width: float, colour: str, label: str = "") -> Any:
    """What a curve fills that oscillates too fast to be seen: between its peaks and its troughs.

    The largest and the least value of every stretch of that width in x are joined.
    """
    x, values = np.asarray(x, float), np.asarray(values, float)
    whole = max(int((x[-1] - x[0]) / width), 1)  # what is left belongs to the last one
    stretches = np.minimum(np.floor((x - x[0]) / width).astype(int), whole - 1)
    low, high = -_over_peaks(x, -values, stretches), _over_peaks(x, values, stretches)
    look: Any = {"facecolor": (colour, 0.4), "edgecolor": colour, "linewidth": 0.7}
    return axes.fill_between(x, low, high, label=label or None, **look)


def _over_peaks(x: np.ndarray, values: np.ndarray, stretches: np.ndarray) -> np.ndarray:
    """Straight lines between the largest values of stretches, nowhere below the values."""
    order = np.lexsort((values, stretches))
    last = np.append(np.diff(stretches[order]) > 0, True)
    peaks = np.unique([0, *order[last]])  # the last one lasts
    return np.maximum(np.interp(x, x[peaks], values[peaks]), values)


def phase_axis(axes: Axes, label: str, which: str = "x") -> None:
    """Ticks in units of pi from -pi to pi."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_ticks(list(PI_TICKS), list(PI_TICKS.values()))
    axis.set_label_text(label)
    (axes.set_xlim if which == "x" else axes.set_ylim)(-np.pi, np.pi)


def map_panel(
    axes: Axes,
    x: Any,
    y: Any,
    values: Any,
    label: str | None,
    colours: str = SEQUENTIAL,
    vmin: float | None = None,
    vmax: float | None = None,
    over: str | None = None,
    bar: Mapping[str, Any] | None = None,
) -> Any:
    """A parameter map of values (y, x) with its colour bar; NaN stays white.

    The values of an axis may stand in any order; where they follow each other at even ratios, as
    those of geomspace do, the axis is logarithmic. Where values lie beyond ``vmin`` or ``vmax`` the
    colour bar has an arrow, of the colour ``over`` above if it is given. ``bar`` has options of
    `colour_bar`; without a label there is no bar.
    """
    import matplotlib as mpl

    scale = mpl.colormaps[colours]
    if over is not None:
        scale = scale.with_extremes(over=over)
    x, y, values = np.asarray(x), np.asarray(y), np.asarray(values)
    columns, rows = np.argsort(x, kind="stable"), np.argsort(y, kind="stable")
    edges = [cell_edges(x[columns]), cell_edges(y[rows])]
    mesh = axes.pcolormesh(
        *edges, values[rows][:, columns], cmap=scale, rasterized=True, vmin=vmin, vmax=vmax
    )
    scale_axis(axes, x, "x")
    scale_axis(axes, y, "y")
    if label is not None:
        colour_bar(mesh, axes, label, **(bar or {}))
    return mesh


def colour_bar(picture: Any, axes: Any, label: str, **options: Any) -> Any:
    """The colour bar of a mesh or an image, with arrows where values lie beyond its colours.

    ``axes`` may be one or several; further keywords are those of matplotlib's ``colorbar``.
    """
    first = np.ravel(np.asarray(axes, dtype=object))[0]
    look = {"pad": 0.02, "aspect": 25, "extend": beyond(picture)}
    bar = first.figure.colorbar(picture, ax=axes, **(look | options))
    bar.set_label(label)
    bar.outline.set_linewidth(0.6)
    return bar


def beyond(picture: Any) -> str:
    """At which ends values exceed the colours: "neither", "min", "max" or "both"."""
    picture.autoscale_None()
    low, high = picture.get_clim()
    values = np.ma.masked_invalid(picture.get_array()).compressed()
    if not len(values):
        return "neither"
    slack = 1e-9 * (high - low)  # rounding
    below, above = values.min() < low - slack, values.max() > high + slack
    if below:
        return "both" if above else "min"
    return "max" if above else "neither"


def phase_map_panel(axes: Axes, x: Any, y: Any, phases: Any, label: str) -> Any:
    """As `map_panel`, of phases in radians: the colours close at pi; NaN is grey."""
    turned = np.angle(np.exp(1j * np.asarray(phases, float)))
    mesh = map_panel(axes, x, y, turned, label, CYCLIC, vmin=-np.pi, vmax=np.pi)
    mesh.colorbar.set_ticks(list(PI_TICKS), labels=list(PI_TICKS.values()))
    axes.set_facecolor(UNDEFINED)
    return mesh


def is_geometric(values: np.ndarray) -> bool:
    """Whether an axis is best drawn logarithmically: its ratios are more even than its steps."""
    ordered = np.unique(values)
    if len(ordered) < 3 or ordered[0] <= 0 or ordered[-1] < LEAST_RATIO * ordered[0]:
        return False
    ratios, steps = np.diff(np.log(ordered)), np.diff(ordered)
    return bool(np.std(ratios) / np.mean(ratios) < np.std(steps) / np.mean(steps))


def scale_axis(axes: Axes, values: np.ndarray, which: str) -> None:
    """Make the x or y axis logarithmic if its values are `is_geometric`."""
    if is_geometric(values):
        (axes.set_xscale if which == "x" else axes.set_yscale)("log")


def cell_edges(values: np.ndarray) -> np.ndarray:
    """Edges of the cells around n ascending values, halfway between them, shape (n + 1,)."""
    if is_geometric(values):
        return np.exp(_halfway(np.log(values)))
    return _halfway(values)


def _halfway(values: np.ndarray) -> np.ndarray:
    if len(values) == 1:
        return values[0] + np.array([-0.5, 0.5]) * (abs(values[0]) or 1.0)
    middle = values[:-1] / 2 + values[1:] / 2
    first, last = 2 * values[0] - middle[0], 2 * values[-1] - middle[-1]
    return np.concatenate([[first], middle, [last]])


def sphere_panel(
    axes: Axes,
    theta: np.ndarray,
    phi: np.ndarray,
    values: np.ndarray,
    vmax: float,
    elevation: float = 0.45,
    azimuth: float = 0.0,
    pixels: int = 240,
    signed: bool = False,
) -> Any:
    """A function of (theta, phi) on the sphere, seen from `azimuth` and above the equator.

    Colours go from 0 to ``vmax``, or from -vmax where the function is signed.
    """
    from scipy.interpolate import RegularGridInterpolator

    line = np.linspace(-1, 1, pixels)
    right, up = np.meshgrid(line, line)
    inside = right**2 + up**2 <= 1
    toward = np.sqrt(np.where(inside, 1 - right**2 - up**2, 0))
    # From the reader's axes (toward, right, up) to the sphere's, tilted by the elevation.
    front = toward * np.cos(elevation) - up * np.sin(elevation)
    z = np.clip(toward * np.sin(elevation) + up * np.cos(elevation), -1, 1)
    angle = np.angle(np.exp(1j * (np.arctan2(right, front) + azimuth)))
    picture = RegularGridInterpolator((theta, phi), values)((np.arccos(z), angle))
    image = axes.imshow(
        np.ma.masked_where(~inside, picture),
        extent=(-1, 1, -1, 1),
        origin="lower",
        cmap=DIVERGING if signed else SEQUENTIAL,
        vmin=-vmax if signed else 0,
        vmax=vmax,
        interpolation="bilinear",
    )
    turn = np.linspace(-np.pi, np.pi, 361)
    curves = [(np.cos(turn), np.sin(turn), 0 * turn)]  # the equator
    curves += [
        (np.sin(turn) * np.cos(at), np.sin(turn) * np.sin(at), np.cos(turn))
        for at in (-azimuth, np.pi / 2 - azimuth)
    ]
    for x, y, height in curves:
        depth = x * np.cos(elevation) + height * np.sin(elevation)
        lifted = height * np.cos(elevation) - x * np.sin(elevation)
        visible = depth >= 0
        axes.plot(
            np.where(visible, y, np.nan),
            np.where(visible, lifted, np.nan),
            color="0.4" if signed else "white",
            linewidth=0.4,
            alpha=0.7,
        )
    axes.plot(np.cos(turn), np.sin(turn), color=BLACK, linewidth=0.6)
    axes.set_xlim(-1.03, 1.03)
    axes.set_ylim(-1.03, 1.03)
    axes.set_aspect("equal")
    axes.axis("off")
    return image
