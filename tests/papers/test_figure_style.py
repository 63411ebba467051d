"""Every figure of every paper is readable at the size at which it is drawn, and explained."""

import io
import re
from dataclasses import replace
from itertools import combinations, product

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.font_manager import findfont, get_font
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from PIL import Image

from quantsync import plotting
from quantsync.papers.registry import PAPERS
from quantsync.papers.reproduce import write_figure

FIGURES = [(paper, name) for paper, p in PAPERS.items() for name in p.figures]
SMALLEST = 7.0  # points
DASHES = {":": "dotted", "--": "dashed|broken", "-.": "dash-dot|chain"}
MARKERS = {"*": "star", "x": "cross", "+": "plus|cross", "s": "square", "^": "triangle"}
MARKERS |= {"o": "circle|dot|point|disc", "D": "diamond"}
ALIKE = ({plotting.ORANGE, plotting.VERMILLION}, {plotting.GREEN, plotting.VERMILLION})
REDDISH = {"red", "r", "#ff0000"}
CUT = "beyond the ax"
"""What a caption says where a curve leaves its axes."""


def style_faults(canvas, caption):
    """What is wrong with a figure that `plotting.style` has drawn, one line each."""
    canvas.canvas.draw()
    if canvas.get_figwidth() not in (plotting.COLUMN, plotting.PAGE):
        yield f"it is {canvas.get_figwidth()} inches wide, neither a column nor a page"
    yield from _text_faults(canvas)
    yield from _legend_faults(canvas)
    yield from _colour_faults(canvas)
    yield from _line_faults(canvas)
    yield from _axis_faults(canvas)
    yield from _caption_faults(canvas, caption)


def _visible_texts(canvas):
    for text in canvas.findobj(Text):
        axes = text.axes
        shown = axes is None or axes.get_visible()
        if shown and text.get_visible() and text.get_text().strip():
            yield text


def _ticks(canvas):
    """Labels of ticks, each with whether it is drawn; those beyond the limits are not."""
    drawn = {}
    for axes in canvas.axes:
        for axis in (axes.xaxis, axes.yaxis):
            every = axis.get_major_ticks() + axis.get_minor_ticks()
            within = {id(tick) for tick in axis._update_ticks()}
            for tick in every:
                for label in (tick.label1, tick.label2):
                    drawn[id(label)] = id(tick) in within and axes.axison
    return drawn


def _drawn_texts(canvas):
    """Every text that is drawn."""
    ticks = _ticks(canvas)
    for text in _visible_texts(canvas):
        hidden = text.axes is not None and not text.axes.axison
        if ticks.get(id(text), True) and not (hidden and text in _axis_labels(text.axes)):
            yield text


def _text_faults(canvas):
    whole, boxes = canvas.bbox, []
    for text in _drawn_texts(canvas):
        words = text.get_text()
        if text.get_fontsize() < SMALLEST - 1e-6:
            yield f"text of {text.get_fontsize():g} points: {words!r}"
        family = get_font(findfont(text.get_fontproperties())).family_name
        if family != "DejaVu Sans" or text.get_math_fontfamily() != "dejavusans":
            yield f"another typeface: {words!r}"
        box = text.get_window_extent()
        if box.x0 < -1 or box.y0 < -1 or box.x1 > whole.x1 + 1 or box.y1 > whole.y1 + 1:
            yield f"text beyond the edge of the figure: {words!r}"
        boxes.append((words, box.padded(-0.5)))
    for (words, box), (others, other) in combinations(boxes, 2):
        twins = words == others and np.allclose(box.bounds, other.bounds, atol=0.5)
        if box.overlaps(other) and not twins:
            yield f"two texts overlap: {words!r}, {others!r}"


def _axis_labels(axes):
    return axes.xaxis.label, axes.yaxis.label


def _legend_faults(canvas):
    legends = [axes.get_legend() for axes in canvas.axes] + canvas.legends
    for legend in legends:
        if legend is None or not legend.get_visible():
            continue
        box = legend.get_window_extent().padded(-1)
        for axes in canvas.axes:
            for what in sorted(set(_covered(axes, box))):
                names = ", ".join(text.get_text() for text in legend.get_texts())
                yield f"the legend ({names}) lies over {what}"


def _covered(axes, inside):
    """What a box covers of the contents of some axes."""
    frame = axes.bbox
    if not inside.overlaps(frame) or not axes.get_visible():
        return
    for line in axes.lines:
        points = line.get_transform().transform(line.get_xydata())
        if line.get_linestyle() not in ("None", "", " "):
            points = _sampled(points)
        if _any_within(points, inside, frame):
            yield f"the line {line.get_label()!r}"
    for collection in axes.collections:
        if isinstance(collection, QuadMesh):
            yield "a map"
        elif isinstance(collection, PathCollection):
            points = collection.get_offset_transform().transform(collection.get_offsets())
            if _any_within(points, inside, frame):
                yield f"the points {collection.get_label()!r}"
        else:
            transform = collection.get_transform()
            for path in collection.get_paths():
                if path.transformed(transform).intersects_bbox(inside, filled=True):
                    yield f"the collection {collection.get_label()!r}"
    if axes.images:
        yield "an image"
    for container in axes.containers:
        for bar in getattr(container, "patches", ()):
            if isinstance(bar, Rectangle) and bar.get_window_extent().overlaps(inside):
                yield "a bar"


def _sampled(points):
    """Points along a line some two pixels apart, with those given."""
    steps = np.diff(points, axis=0)
    length = np.hypot(*steps.T)
    parts = [points]
    for k in np.flatnonzero(np.isfinite(length) & (length > 2)):
        share = np.arange(1, min(int(length[k] / 2), 5000) + 1)[:, None] * 2 / length[k]
        parts.append(points[k] + share * steps[k])
    return np.concatenate(parts)


def _any_within(points, *boxes):
    within = np.isfinite(points).all(axis=1)
    for box in boxes:
        within &= (points[:, 0] > box.x0) & (points[:, 0] < box.x1)
        within &= (points[:, 1] > box.y0) & (points[:, 1] < box.y1)
    return within.any()


def _pictures(canvas):
    """Meshes and images of numbers, those of colour bars left out."""
    bars = {id(bar.ax) for bar in _colour_bars(canvas)}
    for axes in canvas.axes:
        if id(axes) not in bars:
            yield from (c for c in axes.collections if isinstance(c, QuadMesh))
            yield from (i for i in axes.images if np.ndim(i.get_array()) == 2)


def _colour_bars(canvas):
    for axes, kind in product(canvas.axes, (QuadMesh, AxesImage)):
        for picture in axes.findobj(kind):
            if picture.colorbar is not None:
                yield picture.colorbar


def _colour_faults(canvas):
    bars = list(_colour_bars(canvas))
    for picture in _pictures(canvas):
        own = [
            bar
            for bar in bars
            if bar.mappable.get_clim() == picture.get_clim() and bar.cmap.name == picture.cmap.name
        ]
        if not own:
            yield "a map has no colour bar of its colours"
            continue
        wanted = plotting.beyond(picture)
        if not any(wanted in (bar.extend, "neither") or bar.extend == "both" for bar in own):
            yield f"a colour bar has no arrow at its end: {own[0].ax.get_ylabel()!r} ({wanted})"


def _line_faults(canvas):
    """Lines that only two colours tell apart which look alike to many readers."""
    for axes in canvas.axes:
        kinds = {}
        for line in axes.lines:
            if not line.get_label().startswith("_"):
                looks = (line.get_linestyle(), str(line.get_marker()))
                kinds.setdefault(looks, set()).add(line.get_color())
        for colours, alike in product(kinds.values(), ALIKE):
            if alike <= colours:
                yield f"only colours that look alike tell lines apart: {sorted(alike)}"


def _axis_faults(canvas):
    bars = {id(bar.ax) for bar in _colour_bars(canvas)}
    for axes in canvas.axes:
        if not axes.axison or not axes.get_visible():
            continue
        for which, axis in (("x", axes.xaxis), ("y", axes.yaxis)):
            labels = [t for t in axis.get_ticklabels() if t.get_visible() and t.get_text()]
            if not labels:
                continue
            if len(axis._update_ticks()) < 2:
                yield f"the {which} axis of panel {axes.get_title(loc='left')!r} has one number"
            text = axis.get_label_text()
            if id(axes) in bars:
                text = axes.get_xlabel() or axes.get_ylabel()
            if not text.strip():
                yield f"the {which} axis of panel {axes.get_title(loc='left')!r} has no label"
            elif re.search(r"\b(time|frequency|detuning)\b", text) and not re.search(
                r"[(/]|t\$", text
            ):
                yield f"the label {text!r} has no unit"


def _caption_faults(canvas, caption):
    words = caption.lower()
    if len(words) < 80:
        yield "it has no caption"
    if not caption.strip()[:1].isalnum() and caption.strip()[:1] not in ("$", "("):
        yield f"the caption begins with {caption.strip()[:1]!r}"
    if re.search(r"\bred\b", words) and not _has_red(canvas):
        yield "the caption calls red what is vermilion"
    if caption.count("$") % 2:
        yield "an odd number of dollars in the caption"
    if any("added" in axes.get_title(loc="left") for axes in canvas.axes) and "added" not in words:
        yield "the caption does not say what is added"
    drawn = [axes for axes in canvas.axes if axes.get_visible() and axes.axison]
    for axes in drawn:
        for line in axes.lines:
            if not line.get_visible() or not len(line.get_xydata()):
                continue
            if line.get_label().startswith("_"):
                for kinds, own in (
                    (DASHES, line.get_linestyle()),
                    (MARKERS, str(line.get_marker())),
                ):
                    if own in kinds and not re.search(kinds[own], words):
                        yield f"neither key nor caption explains {kinds[own]}"
            if _is_cut(axes, line) and CUT not in words:
                yield (
                    f"the line {line.get_label()!r} of panel {axes.get_title(loc='left')!r} is "
                    "cut, and the caption does not say so"
                )
        spans = [p for p in axes.patches if isinstance(p, Rectangle)]
        spans = [p for p in spans if not any(p in c for c in axes.containers)]
        if any(p.get_label()[:1] in ("", "_") for p in spans) and "shad" not in words:
            yield "the caption does not explain the shading"


def _has_red(canvas):
    """Whether a map has red in it."""
    maps = list(_pictures(canvas))
    over = (mpl.colors.to_hex(m.cmap(2.0)) for m in maps)
    return any(m.cmap.name == plotting.DIVERGING for m in maps) or bool(REDDISH & set(over))


def _is_cut(axes, line):
    """Whether a line leaves its panel through the lower or upper edge."""
    if line.get_transform() != axes.transData:
        return False
    x, y = line.get_xdata(orig=False), line.get_ydata(orig=False)
    (left, right), (low, high) = sorted(axes.get_xlim()), sorted(axes.get_ylim())
    within = (x >= left) & (x <= right) & np.isfinite(y)
    slack = 0.01 * (high - low)
    if axes.get_yscale() == "log":
        return bool((y[within] > 1.1 * high).any() or (y[within] < low / 1.1).any())
    return bool((y[within] > high + slack).any() or (y[within] < low - slack).any())


@pytest.mark.parametrize(("paper", "name"), FIGURES, ids=[f"{p}-{n}" for p, n in FIGURES])
def test_a_figure_is_readable_and_explained(paper, name, tmp_path):
    figure = PAPERS[paper].figures[name]
    data = figure.data(False)
    with plotting.style():
        faults = list(style_faults(figure.draw(data), figure.caption))
    kept = {name: replace(figure, data=lambda full: data)}
    picture, _ = write_figure(replace(PAPERS[paper], figures=kept), name, tmp_path)
    with plotting.style():
        faults += _file_faults(picture, figure.draw(data))
    size = picture.stat().st_size
    if size > 400_000:
        faults.append(f"its file has {size / 1000:.0f} kB")
    assert not faults, f"{paper}, {name}:\n" + "\n".join(dict.fromkeys(faults))


def _file_faults(path, canvas):
    """What a file has lost of the picture: nothing of a map, little of lines."""
    whole = io.BytesIO()
    canvas.savefig(whole, format="png")
    full, kept = (np.asarray(Image.open(f).convert("RGB"), int) for f in (whole, path))
    off = np.abs(full - kept).max()
    allowed = 0 if any(canvas.findobj(kind) for kind in (QuadMesh, AxesImage)) else 16
    if off > allowed:
        yield f"a colour of its file is off by {off} of 255"


CAPTION = (
    "The solid line is nothing in particular; it is drawn to see whether its style is told. " * 2
)


def faults_of(draw, caption=CAPTION, width=plotting.COLUMN):
    with plotting.style():
        canvas = plotting.new_figure(width, 2.0)
        axes = canvas.subplots()
        axes.set(xlabel="time (s)", ylabel="$x$ (m)")
        draw(axes)
        return list(style_faults(canvas, caption))


X = np.linspace(0, 1, 5)


def crossed(axes):
    axes.plot([0, 1], [0, 1], label="a")
    axes.legend(loc="center")


def small(axes):
    axes.set_title("small", fontsize=6)


def other(axes):
    axes.set_title("other", family="DejaVu Serif")


def nameless(axes):
    axes.set(xlabel="")


def unitless(axes):
    axes.set(xlabel="time")


def leaving(axes):
    axes.plot(X, X)
    axes.set_ylim(0, 0.5)


def dotted(axes):
    axes.axhline(0.5, linestyle=":")


def starred(axes):
    axes.plot([0.5], [0.5], "*")


def shaded(axes):
    axes.axvspan(0.2, 0.4)


def clipped(axes):
    picture = axes.imshow([[0, 1], [2, 3]], vmax=2)
    axes.figure.colorbar(picture, label="f")


def barless(axes):
    axes.pcolormesh([[0, 1], [2, 3]])


def crowded(axes):
    axes.set_xticks([0.5, 0.501], ["half", "more"])


def alike(axes):
    axes.plot(X, X, color=plotting.ORANGE, label="a")
    axes.plot(X, 1 - X, color=plotting.VERMILLION, label="b")


def numberless(axes):
    axes.set_xticks([0.5])


def extra(axes):
    plotting.added_label(axes, "i")


def overflowing(axes):
    text = axes.text(0.9, 0.5, "a text that does not fit", transform=axes.transAxes)
    text.set_in_layout(False)


@pytest.mark.parametrize(
    ("draw", "fault"),
    [
        (crossed, "the legend (a) lies over the line 'a'"),
        (small, "text of 6 points"),
        (other, "another typeface"),
        (nameless, "the x axis of panel '' has no label"),
        (unitless, "the label 'time' has no unit"),
        (leaving, "is cut"),
        (dotted, "explains dotted"),
        (starred, "explains star"),
        (shaded, "the shading"),
        (clipped, "no arrow at its end: 'f' (max)"),
        (barless, "no colour bar"),
        (extra, "what is added"),
        (alike, "look alike"),
        (numberless, "has one number"),
        (crowded, "two texts overlap: 'half', 'more'"),
        (overflowing, "beyond the edge"),
    ],
)
def test_faults_are_found(draw, fault):
    found = faults_of(draw)
    assert any(fault in one for one in found), found
    assert len(set(found)) == 1, found


def test_a_good_figure_has_no_faults():
    def good(axes):
        axes.plot(X, X, label="a")
        axes.legend(loc="upper left")
        axes.axhline(0.5, linestyle=":")
        axes.plot([0.7], [0.2], "*")

    told = CAPTION + " Dotted: a half. Star: a place."
    assert faults_of(good, told) == []
    assert any("inches wide" in fault for fault in faults_of(good, told, width=5.0))
    assert "it has no caption" in faults_of(good, "")
    assert any("begins with" in fault for fault in faults_of(good, "\\" + told))
    assert any("calls red" in fault for fault in faults_of(good, told + " Red: something."))


def test_styles_leave_the_settings_alone():
    before = dict(mpl.rcParams)
    faults_of(crossed)
    assert dict(mpl.rcParams) == before
