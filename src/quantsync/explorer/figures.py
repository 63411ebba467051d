"""The maps and cuts of the page as Bokeh figures, whose data change in place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from bokeh.models import (
    BasicTicker,
    ColorBar,
    ColumnDataSource,
    FixedTicker,
    HoverTool,
    LinearColorMapper,
    Range1d,
)
from bokeh.palettes import Viridis256
from bokeh.plotting import figure

from quantsync.plotting import BLUE, CYCLIC, PI_TEXTS, VERMILLION, cell_edges
from quantsync.sweeps.drawing import Panel

INK = {False: "#1b1f24", True: "#e6e9ee"}  # of text and axes, light and dark, as in page.css
PAPER = {False: "#ffffff", True: "#14171c"}  # of the page
FAINT = {False: "#d0d7de", True: "#3d444d"}
UNDEFINED = {False: "#b4b9c0", True: "#5b626b"}  # cells without a value
ABSENT = {False: "#f0f2f4", True: "#23282e"}  # cells that are not computed yet
FAILED = {False: VERMILLION, True: "#ff9a5c"}
CURVES = {False: (BLUE, VERMILLION), True: ("#58b4f0", "#ff9a5c")}
TEXT = "13px"
PLACE = [("at", "$x{0.0000a}, $y{0.0000a}")]
MOST_PIXELS = 640  # of a map along an axis; more cells are coarsened for the eye
MOST_CROSSES = 2000
# Parts of an axis of a map, and of a curve, beyond which a name has no room.
NEAR_EDGE, NEAR_EDGE_OF_CURVES = 0.93, 0.82
MOST_TEXT = 300  # characters of a reason under the mouse


def palette(is_phase: bool) -> Sequence[str]:
    """256 colours, even to the eye: matplotlib's viridis, or its twilight, which closes at pi."""
    if not is_phase:
        return Viridis256  # without matplotlib, for which the first map need not wait
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    return [to_hex(colour) for colour in colormaps[CYCLIC](np.arange(256) / 255)]


def _figure(log_x: bool, log_y: bool, **options: Any) -> Any:
    drawn = figure(
        sizing_mode="stretch_both",
        min_width=0,
        min_height=0,
        toolbar_location=None,
        tools="",
        x_axis_type="log" if log_x else "linear",
        y_axis_type="log" if log_y else "linear",
        output_backend="canvas",
        background_fill_alpha=0,
        border_fill_color=None,  # until the colour of the page is known
        outline_line_color=None,
        **options,
    )
    drawn.toolbar.active_drag = None
    for axis in drawn.axis:
        axis.axis_label_text_font_size = TEXT
        axis.axis_label_text_font_style = "normal"
        axis.major_label_text_font_size = TEXT
        axis.minor_tick_line_color = None
    drawn.grid.visible = False
    return drawn


def _coloured(drawn: Any, dark: bool) -> None:
    """Text and axes for a light page or a dark one."""
    # Bokeh leaves pixels of earlier layouts at the edges, which this covers.
    drawn.border_fill_color = PAPER[dark]
    for axis in drawn.axis:
        axis.axis_label_text_color = axis.major_label_text_color = INK[dark]
        axis.axis_line_color = axis.major_tick_line_color = INK[dark]


class MapFigure:
    """A map over two axes, with crosses where points failed and rings at the marked points."""

    def __init__(self, log_x: bool, log_y: bool):
        self.figure = _figure(
            log_x, log_y, x_range=Range1d(start=1, end=2), y_range=Range1d(start=1, end=2)
        )
        self.mapper = LinearColorMapper(palette=palette(False), low=0, high=1)
        self.cells = ColumnDataSource(
            {"image": [], "missing": [], "x": [], "y": [], "dw": [], "dh": []}
        )
        self.failures = ColumnDataSource({"x": [], "y": [], "reason": []})
        self.marks = ColumnDataSource({"x": [], "y": [], "name": [], "dx": [], "dy": []})
        self.border = ColumnDataSource({"x": [], "y": []})
        self.absent = LinearColorMapper(palette=[ABSENT[False]], nan_color="rgba(0, 0, 0, 0)")
        image = self.figure.image(
            source=self.cells,
            image="image",
            x="x",
            y="y",
            dw="dw",
            dh="dh",
            color_mapper=self.mapper,
        )
        # Points that are not there yet look other than those without a value.
        self.figure.image(
            source=self.cells,
            image="missing",
            x="x",
            y="y",
            dw="dw",
            dh="dh",
            color_mapper=self.absent,
        )
        self._dots = self.figure.scatter("x", "y", source=self.border, size=2)
        crosses = self.figure.scatter(
            "x", "y", source=self.failures, marker="x", size=7, line_width=1.6
        )
        # Two rings, a light one in a dark one, are seen on all colours.
        self.figure.scatter(
            "x", "y", source=self.marks, size=15, fill_alpha=0, line_color="#000000", line_width=4.5
        )
        self.figure.scatter(
            "x", "y", source=self.marks, size=15, fill_alpha=0, line_color="#ffffff", line_width=2
        )
        self.names = self.figure.text(
            "x",
            "y",
            text="name",
            source=self.marks,
            x_offset="dx",
            y_offset="dy",
            text_align="center",
            text_baseline="middle",
            text_font_size="14px",
            text_font_style="bold",
            text_color="#ffffff",
            text_outline_color="#000000",
        )
        self.bars = {is_phase: self._bar(is_phase) for is_phase in (False, True)}
        self.figure.right = [self.bars[False]]
        self.figure.add_tools(
            HoverTool(renderers=[image], tooltips=[("value", "@image{0.0000a}"), *PLACE]),
            HoverTool(renderers=[crosses], tooltips=[("failed", "@reason")]),
        )
        self._crosses = crosses
        self._is_phase = False

    def _bar(self, is_phase: bool) -> ColorBar:
        """The colour bar, of phases in units of pi."""
        ticks = {"ticker": FixedTicker(ticks=list(PI_TEXTS)), "major_label_overrides": PI_TEXTS}
        bar = ColorBar(color_mapper=self.mapper, width=14, padding=6, **(ticks if is_phase else {}))
        bar.major_label_text_font_size = TEXT
        bar.background_fill_alpha = 0
        return bar

    def colour(self, dark: bool) -> None:
        """Draw for a light page or a dark one."""
        _coloured(self.figure, dark)
        for bar in self.bars.values():
            bar.major_label_text_color = bar.major_tick_line_color = INK[dark]
            bar.bar_line_color = FAINT[dark]
        self.mapper.nan_color = UNDEFINED[dark]
        self._crosses.glyph.line_color = FAILED[dark]
        self._dots.glyph.line_color = self._dots.glyph.fill_color = FAILED[dark]
        self.absent.palette = [ABSENT[dark]]

    def show(
        self,
        panel: Panel,
        x: np.ndarray,
        y: np.ndarray,
        labels: tuple[str, str],
        failed: np.ndarray | None,
        reasons: list[str],
        missing: np.ndarray | None = None,
    ) -> None:
        """Draw a map, of values (y, x), with what failed and what is not there yet."""
        values = np.asarray(panel.values, float)
        if panel.is_phase:
            values = np.angle(np.exp(1j * values))
        known = values[np.isfinite(values)]
        low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
        if panel.is_phase:
            low, high = -np.pi, np.pi
        elif high - low <= 1e-12 * max(abs(low), abs(high)):  # one value, but for rounding
            low, high = low - 0.5 * (abs(low) or 1.0), high + 0.5 * (abs(high) or 1.0)
        if panel.is_phase != self._is_phase:
            self._is_phase = panel.is_phase
            self.mapper.palette = palette(panel.is_phase)
            # Of a bar that is drawn neither ticks nor their labels can be changed.
            self.figure.right = [self.bars[panel.is_phase]]
        self.mapper.update(low=low, high=high)
        logs = _logs(self.figure)
        edges = [_edges(values, log) for values, log in zip((x, y), logs, strict=True)]
        (x0, x1), (y0, y1) = ((float(e[0]), float(e[-1])) for e in edges)
        self.figure.x_range.update(start=x0, end=x1)
        self.figure.y_range.update(start=y0, end=y1)
        self.figure.xaxis.axis_label, self.figure.yaxis.axis_label = labels
        shown = np.where(np.isfinite(values), values, np.nan)
        absent = np.zeros(shown.shape, bool) if missing is None else missing
        columns, rows = (_pixels(e, log) for e, log in zip(edges, logs, strict=True))
        cells = np.ix_(rows, columns)
        self.cells.data = {
            "image": [shown[cells]],
            "missing": [np.where(absent[cells], 1.0, np.nan)],
            "x": [x0],
            "y": [y0],
            "dw": [x1 - x0],
            "dh": [y1 - y0],
        }
        rows, columns = np.nonzero(failed if failed is not None else np.zeros((0, 0)))
        count = min(len(rows), len(reasons), MOST_CROSSES)
        self.failures.data = {
            "x": x[columns[:count]],
            "y": y[rows[:count]],
            "reason": [text[:MOST_TEXT] for text in reasons[:count]],
        }

    def draw_border(self, places: list[np.ndarray] | None) -> None:
        """Dots at the border that refined points surround, y and x; none where there is none."""
        y, x = places or (np.empty(0), np.empty(0))
        self.border.data = {"x": x, "y": y}

    def mark(self, marks: dict[str, tuple[float, ...]]) -> None:
        """Rings at some points, with their names."""
        self.marks.data = _marked(self.figure, marks, NEAR_EDGE)


class CurveFigure:
    """A measure over one axis: the map of one axis, or cuts through a map, one for each mark."""

    def __init__(self, log_x: bool):
        self.figure = _figure(
            log_x, False, x_range=Range1d(start=1, end=2), y_range=Range1d(start=1, end=2)
        )
        self.sources = [ColumnDataSource({"x": [], "y": []}) for _ in CURVES[False]]
        self.marks = ColumnDataSource({"x": [], "y": [], "name": [], "dx": [], "dy": []})
        # Dots beside the lines: a line would join -pi with pi, and leave single points out.
        self.lines = [
            self.figure.line("x", "y", source=source, line_width=2, line_dash=dash)
            for source, dash in zip(self.sources, ("solid", "dashed"), strict=True)
        ]
        self.dots = [self.figure.scatter("x", "y", source=s, size=4) for s in self.sources]
        self.rings = self.figure.scatter(
            "x", "y", source=self.marks, size=11, fill_alpha=0, line_width=2
        )
        self.names = self.figure.text(
            "x",
            "y",
            text="name",
            source=self.marks,
            x_offset="dx",
            y_offset="dy",
            text_font_size=TEXT,
            text_align="center",
            text_baseline="middle",
        )
        self.figure.add_tools(
            HoverTool(renderers=self.dots, tooltips=[("value", "@y{0.0000a}"), ("at", "@x")])
        )
        self._is_phase = False

    def colour(self, dark: bool) -> None:
        """Draw for a light page or a dark one."""
        _coloured(self.figure, dark)
        for line, dots, colour in zip(self.lines, self.dots, CURVES[dark], strict=True):
            line.glyph.line_color = dots.glyph.line_color = dots.glyph.fill_color = colour
        self.rings.glyph.line_color = self.names.glyph.text_color = INK[dark]

    def show(
        self,
        curves: list[np.ndarray],
        x: np.ndarray,
        labels: tuple[str, str],
        is_phase: bool,
        marks: dict[str, tuple[float, float]],
    ) -> None:
        """Draw curves over the same axis, and marks on them."""
        for source, values in zip(self.sources, [*curves, *[np.empty(0)] * 2], strict=False):
            turned = np.angle(np.exp(1j * values)) if is_phase and len(values) else values
            source.data = {"x": x if len(values) else [], "y": turned}
        for line in self.lines:
            line.visible = not is_phase
        low, high = _extent(curves) if not is_phase else (-np.pi, np.pi)
        ends = (float(x[0]), float(x[-1])) if len(x) > 1 else (float(x[0]) - 0.5, float(x[0]) + 0.5)
        self.figure.x_range.update(start=ends[0], end=ends[1])
        self.figure.y_range.update(start=low, end=high)
        self.figure.xaxis.axis_label, self.figure.yaxis.axis_label = labels
        if is_phase != self._is_phase:
            self._is_phase = is_phase
            self.figure.yaxis.ticker = (
                FixedTicker(ticks=list(PI_TEXTS)) if is_phase else BasicTicker()
            )
            self.figure.yaxis.major_label_overrides = PI_TEXTS if is_phase else {}
        self.marks.data = _marked(self.figure, marks, NEAR_EDGE_OF_CURVES)


def name_values(axis: Any, names: list[str]) -> None:
    """Have an axis show names at 0, 1, 2 and so on; numbers again where there are none."""
    if names or axis.major_label_overrides:
        axis.ticker = FixedTicker(ticks=list(range(len(names)))) if names else BasicTicker()
        axis.major_label_overrides = dict(enumerate(names))


def _marked(drawn: Any, marks: dict[str, tuple[float, ...]], near: float) -> Any:
    """Marks with their names, which stand above them on the right unless that is outside."""
    ends = [(drawn.x_range.start, drawn.x_range.end), (drawn.y_range.start, drawn.y_range.end)]
    logs = _logs(drawn)
    data: dict[str, list[Any]] = {"x": [], "y": [], "name": [], "dx": [], "dy": []}
    for name, place in marks.items():
        parts = [
            np.log(at / a) / np.log(b / a) if log else (at - a) / (b - a)
            for at, (a, b), log in zip(place, ends, logs, strict=True)
        ]
        data["x"].append(place[0])
        data["y"].append(place[1])
        data["name"].append(name.upper())
        data["dx"].append(-15 if parts[0] > near else 15)
        data["dy"].append(15 if parts[1] > near else -15)
    return data


def _logs(drawn: Any) -> tuple[bool, bool]:
    """Whether the axes of a figure are logarithmic."""
    kinds = (type(drawn.x_scale).__name__, type(drawn.y_scale).__name__)
    return kinds[0] == "LogScale", kinds[1] == "LogScale"


def _extent(curves: list[np.ndarray]) -> tuple[float, float]:
    """The range of curves with some room around it."""
    values = np.concatenate([np.asarray(curve, float) for curve in curves])
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    room = 0.06 * (high - low) or 0.06 * (abs(high) or 1.0)
    return low - room, high + room


def _edges(values: np.ndarray, log: bool) -> np.ndarray:
    """The edges of the cells around some values, even on the axis that shows them."""
    values = np.asarray(values, float)
    return np.exp(cell_edges(np.log(values))) if log else cell_edges(values)


def _pixels(edges: np.ndarray, log: bool) -> np.ndarray:
    """Which cell each pixel of an image shows: its own where cells are even and not too many."""
    ends = np.log(edges) if log else edges
    widths, count = np.diff(ends), len(edges) - 1
    if count <= MOST_PIXELS and np.ptp(widths) <= 1e-6 * widths.max():
        return np.arange(count)
    middles = ends[0] + (ends[-1] - ends[0]) * (np.arange(MOST_PIXELS) + 0.5) / MOST_PIXELS
    return np.clip(np.searchsorted(ends, middles) - 1, 0, count - 1)
