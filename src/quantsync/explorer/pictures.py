"""The pictures of a point, for a column of the page: what the ``plot`` methods draw, side by side.

A picture of two points shows both on the same axes, or in panels with the same axes and colours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from quantsync.catalogue.spectral_measures import spectra_of_sites, undecaying_modes
from quantsync.checks import known_name
from quantsync.errors import InvalidArgumentError, NonUniqueSteadyStateError
from quantsync.explorer.style import as_svg, column_style, figure_key, new_panels, one_key
from quantsync.measures import (
    PhaseDistribution,
    husimi,
    phase_distribution,
    plot_populations,
    relative_phase_distribution,
    wigner,
)
from quantsync.measures.phase import phase_kinds
from quantsync.measures.spheres import draw as draw_on_site
from quantsync.measures.spheres import reach_of
from quantsync.operators import Fock, Space, Spin
from quantsync.plotting import COLOURS, COLUMN, new_figure, phase_text
from quantsync.states import is_state
from quantsync.system import View

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

KIND_TEXTS = {"husimi": "Husimi", "phase_states": "phase states", "wigner": "Wigner"}
POINTS = ("point A", "point B")  # sites may be called A and B, too
DASH: tuple[Any, ...] = ("-", (0, (4, 2)))
REFERENCE = "0.5"  # the grey of lines that a curve is compared with
LEAST_SEEN = 0.01  # of the density, that a picture of it goes near to
SPHERE_TEXTS = {r"$0.5\,\pi$": "π/2", r"$-0.5\,\pi$": "−π/2", "$0$": "0"}
SPHERE = 2.06 / 3.2  # height of a sphere's panel over its width, with the phases beside it
ACROSS = 2  # panels beside each other
MOST_SITES = 6  # panels; a chain has more
ROUNDING = 1e-9  # of a linewidth
TIMES = 1500  # of a path that is drawn
PERIODS = 300  # of the fastest mode, that a picture of a path may show


@dataclass(frozen=True)
class Picture:
    """A picture as a file of SVG, and what it shows in words."""

    data: bytes
    alt: str


@dataclass(frozen=True)
class Kind:
    """A kind of picture: which solutions have it, and how it is drawn of one view or two."""

    there: Callable[[View], bool]
    draw: Callable[[Sequence[View]], tuple[Any, str]]


def pictures_of(view: View) -> tuple[str, ...]:
    """Names of the pictures that there are of a solution, or of a system that has none."""
    if view.failure is not None:
        is_many = isinstance(view.failure, NonUniqueSteadyStateError)
        return (UNDECAYING,) if is_many and view.system.kind == "steady state" else ()
    return tuple(name for name, kind in PICTURES.items() if kind.there(view))


def are_alike(first: View, second: View) -> bool:
    """Whether two solutions have the same sites, so that their pictures are of the same things."""
    if first.failure is not None or second.failure is not None:
        return first.failure is not None and second.failure is not None
    sites = []
    for view in (first, second):
        state = _state(view)
        sites.append(state and [(name, type(site)) for name, site in state[1].sites.items()])
    return sites[0] == sites[1]


def drawn(name: str, known: Sequence[str], views: Sequence[View], dark: bool) -> Picture:
    """A picture of one view, or two, as a file."""
    known_name("picture", name, known)
    with column_style(dark):
        figure, alt = PICTURES[name].draw(views)
        return Picture(as_svg(figure, dark), alt)


def _state(view: View) -> tuple[np.ndarray, Space] | None:
    """The density matrix (n, n) that is drawn, and its space: of an evolution, the last one."""
    found = view.solution
    try:
        if hasattr(type(found), "final"):
            found = found.final
        elif callable(getattr(found, "state", None)) and not is_state(found):
            found = view.once(_state_of_own)
        if not is_state(found):
            return None
    except InvalidArgumentError:  # an evolution that kept no states
        return None
    rho = np.asarray(found.rho)
    return (rho[0] if rho.ndim == 3 else rho), found.space


def _state_of_own(view: View) -> Any:
    """What a solution calls its state."""
    return view.solution.state()


def _sites(view: View, kind: type) -> list[str]:
    state = _state(view)
    return [] if state is None else [n for n, s in state[1].sites.items() if isinstance(s, kind)]


def _has_state(view: View) -> bool:
    return _state(view) is not None


def _of(view: View) -> tuple[np.ndarray, Space]:
    state = _state(view)
    assert state is not None
    return state


# Phases


def _phases(view: View, kind: str | None = None) -> list[PhaseDistribution]:
    """The phase of a single site, the relative phases of neighbours; of one kind, or their own."""
    rho, space = _of(view)
    if len(space) == 1:
        return [phase_distribution(rho, space, kind=kind)]
    pairs = list(pairwise(space.names))[:MOST_SITES]
    return [relative_phase_distribution(rho, space, list(pair), kind=kind) for pair in pairs]


def _draw_phases(views: Sequence[View]) -> tuple[Any, str]:
    """All kinds of one phase, or one kind of the phases of several pairs."""
    space = _of(views[0])[1]
    usual = phase_kinds(space)
    figure, ((axes,),) = new_panels(1, 1, 2.55)
    lines: dict[str, Any] = {}
    said = []
    for k, view in enumerate(views):
        first = _phases(view)
        several = len(first) > 1
        words = [w for w in KIND_TEXTS if not several and {w} != set(usual.values())]
        others = [found for word in words for found in _kind(view, word)]
        for j, distribution in enumerate([*first, *others]):
            distribution.plot(axes)
            line = next(line for line in axes.lines[::-1] if line.get_color() != REFERENCE)
            line.set_color(COLOURS[j % len(COLOURS)] if several else _kind_colour(distribution))
            line.set_linestyle(DASH[k])
            line.set_linewidth(1.8 if j < len(first) else 1.1)
            line.set_zorder(3 if j < len(first) else 2)
            name = distribution.phases[0] if several else ""
            lines.setdefault(phase_text(name) if name else _kind_text(distribution), line)
        said.append("; ".join(map(_said_of_peak, first)))
    _near(axes)
    labels = [phase_text(d.phases[0]) for d in _phases(views[0])]
    axes.set_xlabel(f"{labels[0]} (rad)" if len(labels) == 1 else "relative phase (rad)")
    axes.set_ylabel("$P$ (rad$^{-1}$)")
    _key(figure, axes, lines, len(views))
    return figure, _alt("Phase distribution", said)


def _kind(view: View, word: str) -> list[PhaseDistribution]:
    """The phases in one kind; none where sites do not have it."""
    try:
        return _phases(view, word)
    except InvalidArgumentError:
        return []


def _kind_text(distribution: PhaseDistribution) -> str:
    return ", ".join(dict.fromkeys(KIND_TEXTS[kind] for kind in distribution.kinds.values()))


def _kind_colour(distribution: PhaseDistribution) -> str:
    """A colour for each kind, and one for what is mixed."""
    kinds = set(distribution.kinds.values())
    return COLOURS[list(KIND_TEXTS).index(kinds.pop()) if len(kinds) == 1 else len(KIND_TEXTS)]


def _near(axes: Axes) -> None:
    """Go near to curves that differ little from the uniform density, but not to rounding errors."""
    values = np.concatenate([np.asarray(line.get_ydata(), float) for line in axes.lines])
    low, high = float(values.min()), float(values.max())
    middle, half = (low + high) / 2, max(0.58 * (high - low), LEAST_SEEN * high)
    bottom = middle - half
    axes.set_ylim(bottom if low < 0 else max(bottom, 0.0), middle + half)


def _said_of_peak(distribution: PhaseDistribution) -> str:
    name = distribution.phases[0]
    height, where = float(distribution.maximum), float(distribution.location[0])
    if np.isnan(where):
        return f"{name} is uniform, no phase is preferred"
    return f"{name} has its highest peak, {height:.4g} 1/rad above uniform, at {where:.3g} rad"


def _alt(what: str, said: Sequence[str]) -> str:
    if len(said) == 1:
        return f"{what}: {said[0]}."
    both = [f"P{point[1:]}: {text}." for point, text in zip(POINTS, said, strict=False)]
    return f"{what}, two points. {' '.join(both)}"


def _key(figure: Figure, axes: Axes, lines: dict[str, Any], points: int) -> None:
    """The key of colours, and of A and B, above the picture."""
    from matplotlib.lines import Line2D

    handles = list(lines.values()) if len(lines) > 1 else []
    names = list(lines) if len(lines) > 1 else []
    if points > 1:
        grey = axes.xaxis.label.get_color()
        handles += [Line2D([], [], color=grey, linestyle=dash) for dash in DASH]
        names += list(POINTS)
    if handles:
        figure_key(figure, handles, names)


# Functions on spheres and in planes


def _draw_functions(function: Any, kind: type, views: Sequence[View]) -> tuple[Any, str]:
    """A function of each site of a kind, in the same colours; points beside each other."""
    from matplotlib.cm import ScalarMappable

    names = _sites(views[0], kind)[:MOST_SITES]
    several, is_plane = len(views) > 1, kind is Fock
    cells = [(name, k) for name in names for k in range(len(views))]
    figure, panels, bar_axes = _grid(len(cells), is_plane)
    reach = (
        max(reach_of(*_of(view), name) for view in views for name in names) if is_plane else None
    )
    pictures, tops = [], []
    for axes, (name, k) in zip(panels, cells, strict=True):
        draw_on_site(function, *_of(views[k]), name, axes, radius=reach, bar=False)
        axes.set_title(name + (f", {POINTS[k]}" if several else ""))
        for text in axes.texts:
            text.set_text(SPHERE_TEXTS.get(text.get_text(), text.get_text()))
        picture: Any = (axes.collections or axes.images)[0]
        pictures.append(picture)
        tops.append(float(np.abs(np.ma.masked_invalid(picture.get_array())).max()))
    for j, axes in enumerate(panels if is_plane else []):
        if j % ACROSS:
            axes.set(ylabel="", yticklabels=[])
        if j + ACROSS < len(panels):
            axes.set(xlabel="", xticklabels=[])
    top = max(tops)
    for picture in pictures:
        picture.set_clim(-top if is_plane else 0.0, top)
        picture.set_rasterized(True)
    first = pictures[0]
    scale = ScalarMappable(first.norm, first.get_cmap())
    bar = figure.colorbar(scale, cax=bar_axes, orientation="horizontal")
    bar.set_label(r"$W(\alpha)$" if is_plane else r"$Q$ (sr$^{-1}$)", labelpad=1)
    bar.outline.set_linewidth(0.6)
    bar_axes.locator_params(axis="x", nbins=4)
    what = "Wigner functions in the plane of alpha" if is_plane else "Husimi functions on spheres"
    said = [
        ", ".join(
            f"{name} up to {value:.3g}"
            for (name, j), value in zip(cells, tops, strict=True)
            if j == k
        )
        for k in range(len(views))
    ]
    return figure, _alt(what, said)


def _grid(count: int, is_plane: bool) -> tuple[Figure, list[Axes], Axes]:
    """Panels of equal shape in rows of two, and a place for their colours below, in inches."""
    columns = min(ACROSS, count)
    rows = -(-count // columns)
    left, title, gap = (0.58, 0.24, 0.12) if is_plane else (0.0, 0.24, 0.0)
    width = (COLUMN - left - gap * columns) / columns
    height = min(width, 1.9) if is_plane else min(width * SPHERE, 1.45)
    bar = 0.98 if is_plane else 0.62  # with the labels of the lowest axes
    whole = bar + rows * (title + height) + (rows - 1) * gap
    figure = new_figure(COLUMN, whole)
    figure.set_layout_engine("none")
    panels = []
    for k in range(count):
        row, column = divmod(k, columns)
        x, y = left + column * (width + gap), whole - (row + 1) * (title + height) - row * gap
        place = (x / COLUMN, y / whole, width / COLUMN, height / whole)
        panels.append(figure.add_axes(place))
    bar_axes = figure.add_axes((0.18, 0.43 / whole, 0.7, 0.1 / whole))
    return figure, panels, bar_axes


# Populations


def _draw_populations(views: Sequence[View]) -> tuple[Any, str]:
    names = list(_of(views[0])[1].names)[:MOST_SITES]
    columns = min(ACROSS, len(names))
    rows = -(-len(names) // columns)
    figure, panels = new_panels(rows, columns, 1.7 if columns > 1 else 2.2, sharey=True)
    said = []
    for view in views:
        rho, space = _of(view)
        parts = []
        for axes, name in zip(panels.flat, names, strict=False):
            plot_populations(rho, space, name, axes)
            axes.set_title(name)
            bars = axes.containers[-1]
            heights = [bar.get_height() for bar in bars]
            high = int(np.argmax(heights))
            level = bars[high].get_x() + bars[high].get_width() / 2
            symbol = "n" if isinstance(space.sites[name], Fock) else "m"
            parts.append(f"{name} mostly in {symbol} = {level:g} ({heights[high]:.3g})")
        said.append(", ".join(parts))
    for axes in panels[:, 1:].flat:
        axes.set_ylabel("")
    for axes in panels.flat[len(names) :]:
        axes.axis("off")
    if len(views) > 1:
        from matplotlib.patches import Patch

        handles = [
            Patch(color=COLOURS[0]),
            Patch(facecolor="none", edgecolor=COLOURS[1], linewidth=1.2),
        ]
        figure_key(figure, handles, POINTS)
    return figure, _alt("Populations of the levels", said)


# Spectra


def _has_spectrum(view: View) -> bool:
    return getattr(view.solution, "kind", "") == "steady state" and _has_state(view)


def _draw_spectra(views: Sequence[View]) -> tuple[Any, str]:
    figure, ((axes,),) = new_panels(1, 1, 2.55)
    lines: dict[str, Any] = {}
    said = []
    for k, view in enumerate(views):
        parts = []
        for j, (name, several) in enumerate(
            zip(_of(view)[1].names, view.once(spectra_of_sites), strict=True)
        ):
            before = len(axes.lines)
            spectrum = several[0]
            spectrum.plot(axes)
            for line in axes.lines[before:]:
                line.set_color(COLOURS[j % len(COLOURS)])
            if k:
                axes.lines[before].set_linestyle(DASH[k])
            lines.setdefault(name, axes.lines[before])
            if len(spectrum.peaks.frequency):
                where, width = spectrum.peaks.frequency[0], spectrum.peaks.width[0]
                where = where if abs(where) > ROUNDING * width else 0.0
                parts.append(f"{name} has its highest peak at {where:.3g}, {width:.3g} wide")
        said.append("; ".join(parts))
    _key(figure, axes, lines, len(views))
    return figure, _alt("Power spectra", said)


# Paths


def _is_path(solution: Any) -> bool:
    return hasattr(solution, "times") and hasattr(solution, "plot")


def _parameters(view: View) -> Any:
    return getattr(view.system, "parameters", {})


def _has_path(view: View) -> bool:
    followed = hasattr(view.system, "evolve") and "time" in _parameters(view)
    return _is_path(view.solution) or followed


def _path(view: View) -> Any:
    """The path in time of a solution, or of what can be followed to the time of the point."""
    solution: Any = view.solution
    if _is_path(solution):
        return solution[0]
    system: Any = view.system
    end = float(np.max(system.parameters["time"]))
    start, end = 0.0, (_window(view) or (0.0, end))[1]
    if hasattr(system, "network"):
        start = max(start, end - PERIODS * 2 * np.pi / float(system.network.frequencies[-1]))
    path = system.evolve(np.linspace(start, end, TIMES))
    return path[0] if path.shape else path


def _has_planes(view: View) -> bool:
    return _has_path(view) and (hasattr(view.solution, "beta") or hasattr(view.system, "beta0"))


def _draw_path(views: Sequence[View]) -> tuple[Any, str]:
    """Paths over time, one below the other; of networks also the window that is looked at."""
    paths = [view.once(_path) for view in views]
    each = 1 if _window(views[0]) is None else 2
    rows = len(paths) * each
    figure, panels = new_panels(rows, 1, (2.3, 1.5, 1.3, 1.15)[rows - 1], sharey=True)
    said = []
    for k, (view, path) in enumerate(zip(views, paths, strict=True)):
        own = panels[k * each : (k + 1) * each, 0]
        for axes in own:
            _plot_path(path, axes)
            for line in axes.lines:
                line.set_linewidth(0.9)
        window = _window(view)
        if window is not None:
            own[1].set_xlim(*window)
            own[0].axvspan(*window, color=REFERENCE, alpha=0.3, linewidth=0)
        if len(paths) > 1:
            own[0].set_title(POINTS[k])
        said.append(f"from {path.times[0]:.4g} to {path.times[-1]:.4g}")
    label, across = panels[0, 0].get_ylabel(), panels[0, 0].get_xlabel().partition(" (")[0]
    for axes in panels.flat:
        axes.set(xlabel="", ylabel=label if rows == 1 else "")
        axes.locator_params(axis="x", nbins=6)
    panels[-1, 0].set_xlabel(across)
    if rows > 1:
        figure.supylabel(label)
    one_key(figure, panels)
    what = label.translate({ord(sign): None for sign in "$\\"})
    return figure, _alt(f"Path over time ({what})", said)


def _window(view: View) -> tuple[float, float] | None:
    """The times that the measures of a network look at, within its path."""
    parameters = _parameters(view)
    if "window" not in parameters or hasattr(view.solution, "times"):
        return None
    start = float(np.max(parameters["time"]))
    return start, start + float(np.max(parameters["window"]))


def _plot_path(path: Any, axes: Axes) -> None:
    """A path as it draws itself; of density matrices without observables, those of the sites."""
    if getattr(path, "expectation", True):
        path.plot(axes=axes)
        return
    space = path.space
    shown = {}
    for name in list(space.names)[:MOST_SITES]:
        site, is_mode = space[name], isinstance(space.sites[name], Fock)
        shown[f"{'n' if is_mode else 'z'} of {name}"] = site.number if is_mode else site.z
    path.plot(shown, axes=axes)


def _draw_orbits(views: Sequence[View]) -> tuple[Any, str]:
    """The paths of amplitudes in their plane."""
    paths = [view.once(_path) for view in views]
    figure = _beside([partial(path.plot, quantity="plane") for path in paths])
    last = (", ".join(f"{abs(b):.3g}" for b in path.beta[-1]) for path in paths)
    said = [f"ends at moduli {moduli}" for moduli in last]
    return figure, _alt("Paths of the amplitudes in their plane", said)


def _draw_undecaying(views: Sequence[View]) -> tuple[Any, str]:
    """The eigenvalues of what never decays."""
    found = [view.once(undecaying_modes) for view in views]
    figure = _beside([modes.plot for modes in found])
    said = []
    for modes in found:
        turning = ", ".join(f"{w:.4g}" for w in modes.frequencies) or "none"
        said.append(f"{modes.zero_modes} stationary modes, frequencies that never decay: {turning}")
    return figure, _alt("Eigenvalues of the modes that never decay", said)


def _beside(plots: Sequence[Callable[..., Any]]) -> Figure:
    """What draws itself, beside each other on the same axes."""
    count = len(plots)
    figure, panels = new_panels(1, count, 2.2 if count > 1 else 2.7, sharex=True, sharey=True)
    for plot, axes, point in zip(plots, panels.flat, POINTS, strict=False):
        plot(axes=axes)
        if count > 1:
            axes.set_title(point)
        axes.label_outer()
    if count > 1:  # one label, which is too long to stand twice
        figure.supxlabel(panels[0, 0].get_xlabel())
        for axes in panels.flat:
            axes.set_xlabel("")
    one_key(figure, panels)
    return figure


UNDECAYING = "undecaying modes"
PICTURES: dict[str, Kind] = {
    "phase distribution": Kind(_has_state, _draw_phases),
    "husimi spheres": Kind(
        lambda view: bool(_sites(view, Spin)), partial(_draw_functions, husimi, Spin)
    ),
    "wigner functions": Kind(
        lambda view: bool(_sites(view, Fock)), partial(_draw_functions, wigner, Fock)
    ),
    "path over time": Kind(_has_path, _draw_path),
    "path in the plane": Kind(_has_planes, _draw_orbits),
    "populations": Kind(_has_state, _draw_populations),
    "power spectrum": Kind(_has_spectrum, _draw_spectra),
    UNDECAYING: Kind(lambda view: False, _draw_undecaying),
}
