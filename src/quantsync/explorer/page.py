"""`Page`: what one tab of the browser shows, and what becomes of a click in it."""

from __future__ import annotations

import asyncio
import base64
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import panel as pn
from bokeh.core.validation import silence
from bokeh.core.validation.warnings import EMPTY_LAYOUT
from panel.custom import JSComponent
from panel.viewable import Child

from quantsync.catalogue.references import told
from quantsync.catalogue.values import field_text, read_number
from quantsync.errors import InvalidArgumentError, QuantsyncError, WarnedOnce
from quantsync.explorer.figures import CurveFigure, MapFigure, name_values
from quantsync.explorer.maps import Newest, Painter, SupersededError
from quantsync.explorer.points import Point, unit_of
from quantsync.explorer.stored import StoredPainter, StoredView
from quantsync.explorer.view import SIZES, View
from quantsync.html import exponent
from quantsync.sweeps.drawing import MapPictures, axis_label, axis_names, axis_places
from quantsync.sweeps.drawing import Panel as Shown
from quantsync.sweeps.export import draw_dataset, export_dataset
from quantsync.sweeps.refine.points import MISSING
from quantsync.sweeps.store.files import STATUS
from quantsync.system import TRUNCATION_TOLERANCE

HERE = Path(__file__).parent
DOWNLOADS = {
    "png": ("PNG", "image/png"),
    "svg": ("SVG", "image/svg+xml"),
    "pdf": ("PDF", "application/pdf"),
    "nc": ("netCDF", "application/x-netcdf"),
    "csv": ("CSV", "text/csv"),
}
COSTLY, MOST_LEVELS = ("power spectrum",), 40  # pictures, and the largest space of quick ones
MOST_MESSAGE = 1000  # characters of an error
silence(EMPTY_LAYOUT)  # the place of a map that is not shown


class Page(JSComponent):
    """The page of a view: it answers the messages of the browser."""

    map_a = Child()
    map_b = Child()
    cut_x = Child()
    cut_y = Child()

    _esm = HERE / "page.js"
    _stylesheets: ClassVar = [(HERE / "page.css").read_text("utf-8")]  # in the page itself

    def __init__(self, view: View, served: bool = True, **params: Any):
        self._first = self._view = self._wanted = view
        self._served = served
        self._dark: bool | None = None  # not known before the browser has told
        self._painter = StoredPainter() if isinstance(view, StoredView) else Painter()
        self._maps, self._points = Newest(), Newest()
        self._told: dict[str, Any] = {}  # of the map that is shown
        self._newest = self._shown = 0  # numbers of wishes
        self._size = view.size
        self._pictures: MapPictures | None = None
        self._dataset: Any = None
        # Of a server's session; in a notebook the kernel's loop sends what threads have to say.
        self._document: Any = pn.state.curdoc if served else None
        self._loop = None if served else _running_loop()
        if self._document is not None:
            self._document.config.notify_connection_status = False  # page.js says more
            self._document.on_session_destroyed(lambda _: self.end())
        self._figures: list[Any] = []  # of the maps, or of curves over one axis
        self._cuts: list[CurveFigure] = []
        self._logs: tuple[bool, ...] | None = None
        boxes = {name: pn.Column(sizing_mode="stretch_both") for name in BOXES}
        super().__init__(**boxes, sizing_mode="stretch_width", margin=0, **params)
        self._boxes = boxes
        self._build_figures(view)

    def end(self) -> None:
        """Compute nothing more: nobody looks."""
        self._maps.close()
        self._points.close()

    # --- messages

    def _handle_msg(self, data: Any) -> None:
        """Do what a message asks for, next: Panel hands it over without the document's lock."""
        if isinstance(data, Mapping) and isinstance(data.get("id"), int):
            self._later(lambda: self._answer(data))

    def _answer(self, data: Mapping[str, Any]) -> None:
        """Do what a message asks for; a mistake is told at the field that it came from."""
        wish = str(data.get("do"))
        if wish not in WISHES:
            return
        try:
            getattr(self, f"_do_{wish}")(data)
        except (QuantsyncError, TypeError, ValueError) as error:
            self._refuse(data["id"], _field(data), error)

    def _do_hello(self, data: Mapping[str, Any]) -> None:
        self._dark = bool(data.get("dark"))
        self._colour()
        self._send_msg(self._setup())
        self._send_view(self._wanted)
        self._paint(data["id"], self._wanted, "", moving=False)

    def _do_theme(self, data: Mapping[str, Any]) -> None:
        self._dark = bool(data.get("dark"))
        self._colour()
        self._draw_point(data["id"])

    def _do_parameter(self, data: Mapping[str, Any]) -> None:
        changed = self._wanted.with_parameter(str(data.get("name")), data.get("value"))
        self._want(data, changed, moving=bool(data.get("moving")))

    def _do_axis(self, data: Mapping[str, Any]) -> None:
        changes = {k: str(data[k]) for k in ("name", "first", "last", "scale") if k in data}
        self._want(data, self._wanted.with_axis(str(data.get("which")), **changes))

    def _do_measure(self, data: Mapping[str, Any]) -> None:
        names: list[str] = [*self._wanted.measures, ""][:2]
        names[1 if data.get("which") else 0] = str(data.get("name"))
        self._want(data, self._wanted.with_measures(names))

    def _do_component(self, data: Mapping[str, Any]) -> None:
        measure = self._view.measures[-1 if data.get("which") else 0]
        self._view = self._view.with_component(measure, data.get("index"))
        self._wanted = self._wanted.with_component(measure, data.get("index"))
        if self._pictures is not None:
            with self._held():
                self._draw_maps()
                self._tell_map(self._map_message(data["id"], self._size, True))
                self._send_view(self._wanted)

    def _do_size(self, data: Mapping[str, Any]) -> None:
        self._want(data, self._wanted.with_size(data.get("size")))

    def _do_reset(self, data: Mapping[str, Any]) -> None:
        self._want(data, self._first)

    def _do_finer(self, data: Mapping[str, Any]) -> None:
        self._paint(data["id"], self._wanted, "", moving=False, patient=True)

    def _do_step(self, data: Mapping[str, Any]) -> None:
        moves = [int(read_number(data.get(key, 0), "step")) for key in ("dx", "dy")]
        self._look(data["id"], "a", self._nearest(self._place, moves))

    def _do_compare(self, data: Mapping[str, Any]) -> None:
        self._look(data["id"], "b", None if data.get("off") else self._place)

    def _do_picture(self, data: Mapping[str, Any]) -> None:
        self._draw_point(data["id"], str(data.get("name")))

    def _do_download(self, data: Mapping[str, Any]) -> None:
        what = str(data.get("what"))
        if self._dataset is None or what not in DOWNLOADS:
            raise InvalidArgumentError("There is no map to save yet.")
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / f"{self._view.model.name}.{what}"
            if what in ("nc", "csv"):
                export_dataset(self._dataset, target)
            else:
                draw_dataset(self._dataset, target, list(self._view.measures), {})
            found = base64.b64encode(target.read_bytes()).decode()
        kind = DOWNLOADS[what][1]
        self._send_msg({"kind": "file", "name": target.name, "type": kind, "base64": found})

    # --- the map

    def _want(self, data: Mapping[str, Any], view: View, moving: bool = False) -> None:
        self._wanted = view
        if not moving:
            self._send_view(view)
        self._paint(data["id"], view, _field(data), moving)

    def _paint(
        self, number: int, view: View, field: str, moving: bool, patient: bool = False
    ) -> None:
        """Have a view drawn, unless a newer wish comes first."""
        self._newest = number

        def show(dataset: Any, size: int, final: bool) -> None:
            self._later(lambda: self._show(number, view, dataset, size, final, moving))

        def tell(done: int, total: int, size: int, passed: float) -> None:
            if passed > 0.3:
                left = passed / done * (total - done)
                text = f"{size} points an axis: {done} of {total}, about {_duration(left)} left"
                message = {"kind": "progress", "text": text, "done": done, "total": total}
                self._later(lambda: number == self._newest and self._send_msg(message))

        def work(check: Callable[[], None]) -> None:
            try:
                left = self._painter.paint(view, moving, check, show, tell, patient)
            except SupersededError:
                raise
            except BaseException as error:  # whatever a model raises
                cause = error
                self._later(lambda: self._refuse(number, field, cause, undo=True))
                return
            if left is not None:
                self._later(lambda: self._offer(number, left))

        self._maps.submit(work)

    def _show(
        self, number: int, view: View, dataset: Any, size: int, final: bool, moving: bool
    ) -> None:
        """Draw a map that has been computed, unless a newer one is shown."""
        if number < self._shown:
            return
        first = number != self._shown
        self._shown, self._size, self._dataset = number, size, dataset
        # The hand may have marked points meanwhile.
        marks = self._view.marks if self._view.axes == view.axes else view.marks
        self._view = replace(view, marks=marks)
        self._pictures = MapPictures.of(dataset, list(view.measures), {})
        with self._held():
            self._draw_maps()
            self._send_msg({"kind": "accepted"})
            self._tell_map(self._map_message(number, size, final))
        if not moving and (first or (final and self._painter.grows)):
            self._look(number, "a", self._nearest(self._place, [0, 0]))

    def _tell_map(self, message: dict[str, Any]) -> None:
        """Say which map is shown, once it is."""
        if self._document is not None:  # it is held, and so behind what is drawn
            self._send_msg(message)
            return
        # In a notebook messages overtake what is drawn before them.
        self._told = message
        self._later(lambda: message is self._told and self._send_msg(message))

    def _draw_maps(self) -> None:
        """The maps of what was computed last, with marks and cuts."""
        pictures = self._pictures
        assert pictures is not None
        self._build_figures(self._view)
        panels = self._panels()
        if len(pictures.axes) == 2:
            reasons = [str(text) for text in np.ravel(self._dataset.attrs.get("failures", []))]
            known = self._dataset
            missing = known[STATUS].values == MISSING if STATUS in known else None
            for figure, panel in zip(self._figures, panels, strict=False):
                figure.show(
                    panel, *self._coordinates, self._labels, pictures.failed, reasons, missing
                )
                figure.draw_border(pictures.border)
                name_values(figure.figure.yaxis[0], axis_names(pictures.axes[0]))
        for figure in self._figures:
            name_values(figure.figure.xaxis[0], axis_names(pictures.axes[-1]))
        for cut, axis in zip(self._cuts, reversed(pictures.axes), strict=False):
            name_values(cut.figure.xaxis[0], axis_names(axis))
        self._draw_marks()

    def _draw_marks(self) -> None:
        """The marked points, and the cuts of the first measure through them."""
        if self._pictures is None:
            return
        panels, marks = self._panels(), dict(sorted(self._view.marks.items()))
        places = {name: self._index(place) for name, place in marks.items()}
        if len(self._view.axes) == 1:
            for figure, panel in zip(self._figures, panels, strict=False):
                _show_curve(
                    figure,
                    panel,
                    [panel.values],
                    self._coordinates[0],
                    self._labels[0],
                    {name: index[0] for name, index in places.items()},
                )
            return
        for figure in self._figures:
            figure.mark(marks)
        for k, (cut, x, label) in enumerate(
            zip(self._cuts, self._coordinates, self._labels, strict=True)
        ):
            values = panels[0].values
            curves = [values[i[1], :] if k == 0 else values[:, i[0]] for i in places.values()]
            if curves:
                index = {name: i[k] for name, i in places.items()}
                _show_curve(cut, panels[0], curves, x, label, index)

    @property
    def _coordinates(self) -> list[np.ndarray]:
        """The values of the axes of the map that is shown: x first."""
        assert self._pictures is not None
        return [axis_places(axis) for axis in reversed(self._pictures.axes)]

    @property
    def _labels(self) -> list[str]:
        """The labels of its axes: x first."""
        assert self._pictures is not None
        return [axis_label(axis) for axis in reversed(self._pictures.axes)]

    def _index(self, place: tuple[float, ...]) -> list[int]:
        """The cell of the map that is shown in which a place is: x first."""
        return [
            int(np.argmin(np.abs(values - at)))
            for values, at in zip(self._coordinates, place, strict=True)
        ]

    def _panels(self) -> list[Shown]:
        """What is drawn of the measures: one number of each."""
        return [
            panels[min(self._view.components.get(name, 0), len(panels) - 1)]
            for name, panels in self._components.items()
        ]

    @property
    def _components(self) -> dict[str, list[Shown]]:
        """The numbers of each measure."""
        assert self._pictures is not None
        known = self._pictures.panels
        return {
            name: [p for p in known if re.match(rf"{re.escape(name)}(_real|_imag)?( |$)", p.label)]
            for name in self._view.measures
        }

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Have all that changes in several places go to the browser as one message, drawn once."""
        if self._document is None:
            yield
            return
        with pn.io.hold(self._document):
            yield

    def _build_figures(self, view: View) -> None:
        """New figures where axes have become logarithmic or linear, or there is a second map."""
        logs = tuple(axis.scale == "log" for axis in view.axes.values())
        if logs != self._logs:
            self._logs, self._figures = logs, []
            if len(logs) == 2:
                self._cuts = [CurveFigure(log) for log in logs]
                self._put("cut_x", self._cuts[0])
                self._put("cut_y", self._cuts[1])
        for name in BOXES[len(self._figures) : len(view.measures)]:
            figure = MapFigure(*logs) if len(logs) == 2 else CurveFigure(*logs)
            figure.figure.on_event("tap", self._tapped)
            self._figures.append(figure)
            self._put(name, figure)

    def _put(self, name: str, figure: MapFigure | CurveFigure) -> None:
        """A figure in its place on the page."""
        if self._dark is not None:
            figure.colour(self._dark)
        self._boxes[name].objects = [pn.pane.Bokeh(figure.figure, sizing_mode="stretch_both")]

    def _colour(self) -> None:
        for figure in [*self._figures, *self._cuts]:
            figure.colour(bool(self._dark))

    # --- the marked point

    @property
    def _place(self) -> tuple[float, ...]:
        """The point that is looked at; the middle of the map if there is none."""
        return self._view.marks.get("a", self._view.middle)

    def _nearest(self, place: tuple[float, ...], moves: list[int]) -> tuple[float, ...]:
        """The point of the grid nearest to a place, some cells further."""
        found = []
        for axis, at, move in zip(self._view.axes.values(), place, moves, strict=False):
            values = axis.values(self._view.size)
            distances = (
                np.abs(np.log(values / at))
                if axis.scale == "log" and at > 0
                else np.abs(values - at)
            )
            k = min(max(int(np.argmin(distances)) + move, 0), len(values) - 1)
            found.append(float(values[k]))
        return tuple(found)

    def _tapped(self, event: Any) -> None:
        """A click on a map; with Shift it marks the point that is compared."""
        place = self._nearest(
            (read_number(event.x, "place"), read_number(event.y, "place")), [0, 0]
        )
        which = "b" if (event.modifiers or {}).get("shift") else "a"
        self._later(lambda: self._look(self._newest, which, place))

    def _look(self, number: int, which: str, place: tuple[float, ...] | None) -> None:
        """Mark a point and show what is known there."""
        self._view = self._view.with_mark(which, place)
        self._wanted = self._wanted.with_mark(which, place)
        with self._held():
            self._draw_marks()
        self._send_view(self._wanted)
        self._draw_point(number)

    def _draw_point(self, number: int, asked: str | None = None) -> None:
        """Solve the marked points and draw their pictures, unless a newer wish comes first."""
        view = self._view
        dark = bool(self._dark)

        def work(check: Callable[[], None]) -> None:
            with WarnedOnce(passed_on=True, everything=True):  # certificates say the same
                try:
                    points = [view.known_at(place) for _, place in sorted(view.marks.items())]
                    if not points:
                        return
                    check()
                    message = _point_message(number, view, points)
                    self._later(lambda: self._send_msg(message))
                    for name in points[0].pictures if asked is None else [asked]:
                        check()
                        if asked is None and _is_costly(points[0], name):
                            continue
                        other = points[1] if len(points) > 1 else None
                        found = _picture(number, name, points[0], other, dark)
                        self._later(lambda found=found: self._send_msg(found))
                except SupersededError:
                    raise
                except BaseException as error:  # whatever a model raises
                    cause = error
                    self._later(lambda: self._refuse(number, "", cause))

        self._points.submit(work)

    # --- what the browser is told

    def _later(self, callback: Callable[[], Any]) -> None:
        """Call from a thread what changes the document or sends to the browser."""

        def told_if_it_fails() -> None:
            try:
                callback()
            except Exception as error:
                self._refuse(self._newest, "", error)
                raise

        if self._document is not None:
            self._document.add_next_tick_callback(told_if_it_fails)
        elif self._loop is not None:
            self._loop.call_soon_threadsafe(told_if_it_fails)
        else:
            callback()

    def _refuse(self, number: int, field: str, error: BaseException, undo: bool = False) -> None:
        if number >= self._shown:
            text = told(error)[:MOST_MESSAGE]
            self._send_msg({"kind": "error", "id": number, "field": field, "text": text})
        if undo and number == self._newest:
            self._wanted = self._view
            self._send_view(self._wanted)

    def _offer(self, number: int, seconds: float) -> None:
        if number == self._newest:
            size = next(s for s in SIZES if s >= self._view.size)
            text = f"Go on to {size} points an axis (about {_duration(seconds)} for the next step)"
            self._tell_map(self._map_message(number, self._size, True) | {"finer": text})

    def _setup(self) -> dict[str, Any]:
        view = self._first
        return {
            "kind": "setup",
            "served": self._served,
            "name": view.model.name,
            "address": view.name,
            "summary": view.model.summary,
            "parameters": [
                {
                    "name": p.name,
                    "unit": p.unit,
                    "description": p.description,
                    "kind": p.kind,
                    "choices": list(p.choices),
                    "steps": getattr(p, "steps", False),
                    "range": list(p.range) if p.range else None,
                }
                for p in view.model.parameters.values()
                if p.kind != "other"
            ],
            "can_vary": view.can_vary,
            "measures": [
                {"name": name, "unit": unit_of(m), "about": getattr(m, "long_name", "")}
                for name, m in view.known_measures.items()
            ],
            "sizes": list(view.sizes),
            "downloads": [[what, label] for what, (label, _) in DOWNLOADS.items()],
        }

    def _send_view(self, view: View) -> None:
        values = {f"p.{n}": field_text(view.value(n)) for n in view.model.parameters}
        for which, axis in view.axes.items():
            values |= {
                f"{which}.name": axis.name,
                f"{which}.first": field_text(axis.first),
                f"{which}.last": field_text(axis.last),
                f"{which}.scale": axis.scale,
            }
        values |= {"y.name": ""} if view.y is None else {}
        values |= {f"measure.{k}": name for k, name in enumerate([*view.measures, ""][:2])}
        self._send_msg(
            {
                "kind": "view",
                "values": values | {"size": str(view.size)},
                "axes": [axis.name for axis in view.axes.values()],
                "measures": list(view.measures),
                "query": view.query,
                "python": view.python,
                "toml": view.toml,
            }
        )

    def _map_message(self, number: int, size: int, final: bool) -> dict[str, Any]:
        assert self._pictures is not None
        failed = 0 if self._pictures.failed is None else int(self._pictures.failed.sum())
        maps = []
        for panel, parts in zip(self._panels(), self._components.values(), strict=True):
            known = panel.values[np.isfinite(panel.values)]
            extent = f"from {known.min():.4g} to {known.max():.4g}" if known.size else "undefined"
            axes = " and ".join(axis.name for axis in self._view.axes.values())
            maps.append(
                {
                    "title": panel.label,
                    "about": f"over {axes}, {extent}",
                    "components": [part.label for part in parts],
                }
            )
        shape = " × ".join(str(len(axis)) for axis in reversed(self._pictures.axes))
        seconds = self._painter.seconds.get(size)
        text = f"{shape} points" + (f" in {_duration(seconds)}" if seconds else "")
        attrs = self._dataset.attrs
        if "largest_residual" in attrs:
            text += f", largest residual {exponent(float(attrs['largest_residual']))}"
        text += self._painter.note
        if failed:
            first = np.ravel(attrs.get("failures", [""]))[0]
            text += f"; {failed} failed, the first at {first}"
        cut = float(attrs.get("largest_truncation", 0.0))
        doubt = ""
        if failed == self._pictures.panels[0].values.size:
            doubt = "No point of the map has a value; the point beside it tells why."
        elif cut > TRUNCATION_TOLERANCE:
            doubt = (
                f"The cut-off of a mode changes states by up to {cut:.2g} in trace distance: "
                "give it more levels."
            )
        return {
            "kind": "map",
            "id": number,
            "size": size,
            "final": final,
            "text": text[:MOST_MESSAGE],
            "doubt": doubt,
            "maps": maps,
            "finer": "",
            "part": self._painter.part,
        }


BOXES = ("map_a", "map_b", "cut_x", "cut_y")
WISHES = frozenset(name[4:] for name in vars(Page) if name.startswith("_do_"))


def _field(data: Mapping[str, Any]) -> str:
    """The field of the page that a message comes from."""
    match data.get("do"):
        case "parameter":
            return f"p.{data.get('name')}"
        case "axis":
            key = next((k for k in ("first", "last", "scale", "name") if k in data), "name")
            return f"{data.get('which')}.{key}"
        case "measure":
            return f"measure.{data.get('which')}"
        case "size":
            return "size"
    return ""


def _point_message(number: int, view: View, points: list[Point]) -> dict[str, Any]:
    """The numbers of one point, or of two side by side."""

    def rows(tables: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
        """The rows of tables beside each other, by their names."""
        merged: dict[str, dict[str, Any]] = {}
        for k, table in enumerate(tables):
            for row in table:
                empty = [{"text": "", "exact": "", "doubt": False} for _ in tables]
                entry = merged.setdefault(row["name"], {**row, "values": empty})
                entry["values"][k] = {key: row[key] for key in ("text", "exact", "doubt")}
        return list(merged.values())

    numbers = [
        [
            {
                "name": n.name,
                "about": n.long_name,
                "unit": n.unit,
                "text": n.value,
                "exact": n.exact,
                "doubt": n.failed,
            }
            for n in point.numbers
        ]
        for point in points
    ]
    certificates = [
        [
            {
                "name": c.name,
                "about": "",
                "unit": "",
                "text": c.text,
                "exact": c.text,
                "doubt": not c.good,
            }
            for c in point.certificates
        ]
        for point in points
    ]
    titles = [
        (f"{name.upper()}: " if len(points) > 1 else "")
        + ", ".join(
            f"{axis.name} = {axis.shown(value)}"
            for axis, value in zip(view.axes.values(), place, strict=True)
        )
        for name, place in sorted(view.marks.items())
    ]
    return {
        "kind": "point",
        "id": number,
        "title": "; ".join(titles),
        "compared": len(points) > 1,
        "numbers": rows(numbers),
        "certificates": rows(certificates),
        "failure": "; ".join(p.failure for p in points if p.failure),
        "pictures": [
            {"name": name, "costly": _is_costly(points[0], name)} for name in points[0].pictures
        ],
    }


def _show_curve(
    figure: CurveFigure,
    panel: Shown,
    curves: list[np.ndarray],
    x: np.ndarray,
    label: str,
    index: Mapping[str, int],
) -> None:
    """Curves over an axis, each mark on its own, or all on one."""
    own = dict(zip(index, curves if len(curves) > 1 else curves * len(index), strict=True))
    marks = {name: (float(x[k]), float(own[name][k])) for name, k in index.items()}
    shown = [np.asarray(curve, float) for curve in curves]
    figure.show(shown, x, (label, panel.label), panel.is_phase, marks)


def _running_loop() -> Any:
    """The loop that runs a notebook's kernel; None if there is none."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _is_costly(point: Point, name: str) -> bool:
    """Whether a picture may take long, so that it is drawn only when it is asked for."""
    space = getattr(getattr(point.view, "system", None), "space", None)
    return name in COSTLY and getattr(space, "dimension", 0) > MOST_LEVELS


def _picture(
    number: int, name: str, point: Point, other: Point | None, dark: bool
) -> dict[str, Any]:
    """A picture of a point for the browser, or why there is none."""
    message: dict[str, Any] = {"kind": "picture", "id": number, "name": name}
    try:
        picture = point.draw(name, dark=dark, other=other)
    except Exception as error:  # it costs the others nothing
        return message | {"uri": "", "alt": told(error)[:MOST_MESSAGE]}
    uri = f"data:image/svg+xml;base64,{base64.b64encode(picture.data).decode()}"
    return message | {"uri": uri, "alt": picture.alt}


def _duration(seconds: float) -> str:
    if seconds < 1:
        return f"{1e3 * seconds:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 60 else f"{seconds / 60:.0f} min"
