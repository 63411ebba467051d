"""The style of the pictures of a point: in a column of the page, on a light page or a dark one."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np

from quantsync.plotting import (
    BLACK,
    BLUE,
    COLUMN,
    DIVERGING,
    PI_TEXTS,
    PI_TICKS,
    STYLE,
    new_figure,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# A column is some 330 to 420 pixels wide, at which 9 points are 12 to 15 pixels.
COLUMN_STYLE: Any = STYLE | {
    "font.size": 9,
    "axes.labelsize": 9,
    "axes.titlesize": 9,
    "figure.titlesize": 9,
    "figure.labelsize": 9,
    "legend.fontsize": 8.5,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "lines.linewidth": 1.5,
    "axes.formatter.use_mathtext": False,  # mathematics takes half of the time; see `_plain`
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
}
LIGHT = "#E6E6E6"  # text on a dark page
ON_DARK: Any = dict.fromkeys(
    ["text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"], LIGHT
)
SKY = "#56B4E9"  # of the same palette as BLUE, and light
BRIGHTER = {BLUE: SKY, BLACK: LIGHT, "black": LIGHT}
DIVERGING_ON_DARK = "berlin"  # black at zero
DPI = 150  # of what is no line in a vector file
PLAIN = dict(zip(PI_TICKS.values(), PI_TEXTS.values(), strict=True))
LETTERS_ACROSS, SWATCH = 54, 6  # of a key: what a column holds, and a swatch takes

_drawing = threading.Lock()  # matplotlib's settings, caches and fonts are those of all threads


@contextmanager
def column_style(dark: bool) -> Iterator[None]:
    """Draw for a column of a light page or a dark one, one picture at a time."""
    import matplotlib as mpl

    with _drawing, mpl.rc_context(COLUMN_STYLE | (ON_DARK if dark else {})):
        yield


def as_svg(figure: Figure, dark: bool) -> bytes:
    """A figure that was drawn in this style as a file, the same one each time."""
    for axes in figure.axes:
        _plain(axes)
    if dark:
        _brighten(figure)
    file = BytesIO()
    figure.savefig(file, format="svg", metadata={"Date": None}, dpi=DPI)
    return file.getvalue()


def new_panels(rows: int, columns: int, height: float, **options: Any) -> tuple[Figure, np.ndarray]:
    """A figure of a column's width with rows of panels, each so high."""
    figure = new_figure(COLUMN, rows * height)
    return figure, figure.subplots(rows, columns, squeeze=False, **options)


def figure_key(figure: Figure, handles: Sequence[Any], names: Sequence[str]) -> None:
    """A key above a picture, in as many columns as there is room for."""
    widest = max(len(re.sub(r"\\\w+|[${}_^]", "", name)) for name in names) + SWATCH
    columns = max(1, min(len(names), LETTERS_ACROSS // widest))
    columns = -(-len(names) // -(-len(names) // columns))  # rows of one length
    figure.legend(
        handles,
        names,
        loc="outside upper center",
        ncols=columns,
        handlelength=1.5,
        columnspacing=1.0,
        handletextpad=0.5,
        borderpad=0.1,
    )


def one_key(figure: Figure, panels: np.ndarray) -> None:
    """The key of the first panel above all of them, in place of one in each."""
    for axes in panels.flat:
        if (legend := axes.get_legend()) is not None:
            legend.remove()
    handles, names = panels.flat[0].get_legend_handles_labels()
    if len(names) > 1:
        figure_key(figure, handles, names)


def _plain(axes: Axes) -> None:
    """Ticks in plain text, which is drawn many times faster than the same in mathematics."""
    from matplotlib.ticker import FixedFormatter, ScalarFormatter

    class Powers(ScalarFormatter):
        """With a power of ten as it is printed."""

        def get_offset(self) -> str:
            factor, _, exponent = super().get_offset().partition("e")
            return f"×10{raised(exponent)}" if exponent else factor

    for axis in (axes.xaxis, axes.yaxis):
        formatter = axis.get_major_formatter()
        if isinstance(formatter, ScalarFormatter):
            axis.set_major_formatter(Powers())
        elif isinstance(formatter, FixedFormatter):
            texts = [text.get_text() for text in axis.get_ticklabels()]
            axis.set_major_formatter(FixedFormatter([PLAIN.get(text, text) for text in texts]))


def raised(exponent: str) -> str:
    """A whole number as an exponent."""
    sign = "⁻" if exponent.startswith(("-", "−")) else ""
    return sign + exponent.lstrip("+-−0").translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


def _brighten(figure: Figure) -> None:
    """Colours that are seen on a dark page, in place of those for a white one."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import to_rgba
    from matplotlib.lines import Line2D
    from matplotlib.patches import Rectangle
    from matplotlib.text import Text

    for artist in figure.findobj():
        if isinstance(artist, ScalarMappable) and artist.get_cmap().name == DIVERGING:
            artist.set_cmap(DIVERGING_ON_DARK)
        elif isinstance(artist, Line2D) and artist.get_color() in BRIGHTER:
            artist.set_color(BRIGHTER[str(artist.get_color())])
            artist.set_markeredgecolor(artist.get_color())
            artist.set_markerfacecolor(artist.get_color())
        elif isinstance(artist, Text) and artist.get_color() == "black":
            artist.set_color(LIGHT)
        elif isinstance(artist, Rectangle):
            if artist.get_facecolor() == to_rgba(BLUE):
                artist.set_facecolor(SKY)
            if artist.get_edgecolor() == to_rgba(BLUE):
                artist.set_edgecolor(SKY)
