"""`View`: what the page shows; checked, as the query of a link, as Python, as TOML."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, get_args

import numpy as np

from quantsync.catalogue.measures import measures_of, resolve_measures
from quantsync.catalogue.models import Model, single_values
from quantsync.catalogue.ranges import Range, Scale
from quantsync.catalogue.references import found_as
from quantsync.catalogue.starts import start_of, start_value
from quantsync.catalogue.values import MOST_TEXT, read_number, read_value
from quantsync.checks import choice, known_name, shown
from quantsync.errors import InvalidArgumentError
from quantsync.explorer.points import Point
from quantsync.lazy import lazy

SIZES = (11, 21, 41, 81, 161)  # values on an axis that one may ask for
SIZE = 41  # that one gets
MOST_MEASURES = 2  # side by side
VARYING = ("number", "whole")  # kinds of parameters that may be axes
MARKS = ("a", "b")  # the point looked at, and the one that it is compared with


@dataclass(frozen=True)
class Axis:
    """A parameter that varies, from a first value to a last one."""

    name: str
    first: float
    last: float
    scale: str = "linear"
    whole: bool = False  # of integers only

    def __post_init__(self) -> None:
        choice(self.scale, "scale", get_args(Scale))
        if not self.first < self.last:
            raise InvalidArgumentError(
                f"Axis `{self.name}` must end above its beginning, but goes from {self.first:g} to "
                f"{self.last:g}."
            )
        if self.scale == "log" and self.first <= 0:
            raise InvalidArgumentError(
                f"A logarithmic axis must begin above 0, but `{self.name}` begins at "
                f"{self.first:g}; make it linear, or begin it later."
            )

    def values(self, size: int) -> np.ndarray:
        """So many values at even steps or ratios; of integers as many as there are at most."""
        if self.whole:
            first, last = math.ceil(self.first), math.floor(self.last)
            return np.arange(first, last + 1, max(1, -(-(last - first) // (size - 1))))
        spaced = np.linspace if self.scale == "linear" else np.geomspace
        return spaced(self.first, self.last, size)

    def shown(self, value: float) -> str:
        """A value in a title."""
        return f"{value:.6g}"

    def as_code(self, size: int) -> tuple[str, str]:
        """The values in Python, and in TOML."""
        if self.whole:
            values = self.values(size)
            listed = ", ".join(map(str, values.tolist()))
            return f"[{listed}]", f"[{listed}]"
        name = "linspace" if self.scale == "linear" else "geomspace"
        ends = f"{self.first!r}, {self.last!r}, {size}"
        return f"np.{name}({ends})", f"{{ {name} = [{ends}] }}"


@dataclass(frozen=True)
class View:
    """What is shown of a model: two axes, or one, and the values of all other parameters.

    A change gives a new one, or a named error.
    """

    model: Model
    x: Axis
    y: Axis | None
    measures: tuple[str, ...]
    fixed: Mapping[str, Any] = field(default_factory=dict)  # what differs from the defaults
    size: int = SIZE
    marks: Mapping[str, tuple[float, ...]] = field(default_factory=dict)  # x and y, by "a", "b"
    components: Mapping[str, int] = field(default_factory=dict)  # which number of a measure
    own_measures: Mapping[str, Any] = field(default_factory=dict)  # functions, by name

    @classmethod
    def start(
        cls, model: Model, parameters: Mapping[str, Any] | None = None, measures: Any = ()
    ) -> View:
        """What is shown of a model first, with some parameters and measures given."""
        first = start_of(model)
        given = single_values(
            {} if parameters is None else parameters, "the axes are chosen on the page"
        )
        no_measures = measures is None or (isinstance(measures, list | tuple) and not measures)
        if not first.axes:
            raise InvalidArgumentError(
                f"Model {model.name} has no parameter that could vary: a map needs one that is a "
                "number."
            )
        if not first.measure and no_measures:
            raise InvalidArgumentError(
                f"The systems of {model.name} have no measures by name: give one of yours, as in "
                "--measure mymodule:mymeasure."
            )
        axes = [cls._axis(model, name, within) for name, within in first.axes.items()]
        size = max(size for size in SIZES if size <= max(first.points, SIZES[0]))
        y = axes[1] if len(axes) > 1 else None
        view = cls(model, axes[0], y, (first.measure,), size=size)
        for name, value in {**first.fixed, **given}.items():
            view = view.with_parameter(name, value)
        if no_measures:
            return view
        named = resolve_measures(measures, view.known_measures, model.name)
        own = {name: m for name, m in named.items() if name not in view.known_measures}
        return replace(view, own_measures=own).with_measures(list(named))

    @staticmethod
    def _axis(model: Model, name: str, within: Range | None = None) -> Axis:
        """A parameter over some range; over that of its slider where none is given."""
        parameter = model.parameters[name]
        first, last, scale = within or parameter.range or Range(0.0, 1.0)
        return Axis(name, float(first), float(last), scale, parameter.kind == "whole")

    @property
    def axes(self) -> dict[str, Axis]:
        """The axes by "x" and "y"."""
        return {"x": self.x} if self.y is None else {"x": self.x, "y": self.y}

    @property
    def name(self) -> str:
        """How the command line finds the model."""
        return found_as(self.model.function) or self.model.name

    @lazy
    def known_measures(self) -> dict[str, Any]:
        """The measures that the model's systems have, by name."""
        return {**measures_of(self.model(**self.at(self.middle))), **self.own_measures}

    @property
    def measure_arguments(self) -> dict[str, Any]:
        """The measures of `sweep`."""
        return {name: self.own_measures.get(name, name) for name in self.measures}

    @property
    def middle(self) -> tuple[float, ...]:
        """The middle of the map."""
        values = (axis.values(3) for axis in self.axes.values())
        return tuple(float(three[len(three) // 2]) for three in values)

    def at(self, place: tuple[float, ...]) -> dict[str, Any]:
        """All parameters that are not defaults, at a place of the map."""
        names = [axis.name for axis in self.axes.values()]
        values = {
            axis.name: int(value) if axis.whole else float(value)
            for axis, value in zip(self.axes.values(), place, strict=True)
        }
        return {n: v for n, v in self.sweep_fixed().items() if n not in names} | values

    def value(self, name: str) -> Any:
        """The value of a parameter that does not vary."""
        return self.fixed.get(name, start_value(self.model.parameters[name]))

    @property
    def sizes(self) -> tuple[int, ...]:
        """Numbers of values on an axis that one may choose; none where they are given."""
        return SIZES

    def known_at(self, place: tuple[float, ...]) -> Point:
        """What is known at a place of the map."""
        return Point.of(self.model, self.at(place), self.measure_arguments)

    # --- changes

    def with_parameter(self, name: str, value: Any) -> View:
        """With another value, or the text of one, of a parameter."""
        known_name(f"parameter of {self.model.name}", name, self.model.parameters)
        parameter = self.model.parameters[name]
        found = read_value(parameter, value)
        fixed = {n: v for n, v in self.fixed.items() if n != name}
        same = found is parameter.default or found == parameter.default
        return replace(self, fixed=fixed if same else {**fixed, name: found})

    def with_axis(self, which: str, **changes: Any) -> View:
        """With another parameter on an axis, or other ends or another scale of it."""
        choice(which, "axis", ("x", "y"))
        name = changes.pop("name", None)
        old, other = self.axes.get(which), self.axes.get("y" if which == "x" else "x")
        if name == "" and which == "y":
            return replace(self, y=None, marks={})
        marks = self.marks
        if name is not None and (old is None or name != old.name):
            known_name(f"parameter of {self.model.name}", name, self.can_vary)
            if other is not None and name == other.name:  # they change places
                if old is None:
                    raise InvalidArgumentError(f"Parameter `{name}` is the other axis already.")
                return replace(self, x=self.y, y=self.x, marks={})
            old, marks = self._axis(self.model, name), {}
        if old is None:
            raise InvalidArgumentError("There is no vertical axis; choose its parameter first.")
        ends = {
            key: read_number(changes[key], f"{key.capitalize()} value")
            for key in ("first", "last")
            if key in changes
        }
        axis = replace(old, **ends, scale=changes.get("scale", old.scale))
        return replace(self, **{which: axis}, marks=marks)

    def with_measures(self, names: list[str]) -> View:
        """With other measures, one or two."""
        names = [name for name in names if name]
        for name in names:
            known_name("measure", name, self.known_measures)
        if not 1 <= len(names) <= MOST_MEASURES:
            raise InvalidArgumentError(
                f"The page shows one measure or {MOST_MEASURES}, but {len(names)} are named."
            )
        return replace(self, measures=tuple(dict.fromkeys(names)))

    def with_size(self, size: Any) -> View:
        """With another number of values on each axis."""
        found = read_number(size, "Number of values")
        if found not in SIZES:
            raise InvalidArgumentError(
                f"The number of values on an axis must be one of {', '.join(map(str, SIZES))}, but "
                f"is {found:g}."
            )
        return replace(self, size=int(found))

    def with_component(self, measure: str, index: Any) -> View:
        """With another number of a measure that has several, such as one for each site."""
        known_name("measure shown", measure, self.measures)
        found = read_number(index, "Number of a component")
        if found < 0 or not found.is_integer():
            raise InvalidArgumentError(
                f"Number of a component must be 0, 1, 2, ..., but is {found:g}."
            )
        return replace(self, components={**self.components, measure: int(found)})

    def with_mark(self, which: str, place: tuple[float, ...] | None) -> View:
        """With another point that is looked at, or compared; None for none."""
        choice(which, "mark", MARKS)
        marks = {n: p for n, p in self.marks.items() if n != which}
        return replace(self, marks=marks if place is None else {**marks, which: place})

    # --- what it says elsewhere

    @property
    def can_vary(self) -> list[str]:
        """Names of the parameters that may be axes."""
        return [n for n, p in self.model.parameters.items() if p.kind in VARYING]

    def sweep_axes(self, size: int) -> dict[str, np.ndarray]:
        """The axes of `sweep`: rows first."""
        return {axis.name: axis.values(size) for axis in reversed(self.axes.values())}

    def sweep_fixed(self) -> dict[str, Any]:
        """The fixed parameters of `sweep`."""
        names = [axis.name for axis in self.axes.values()]
        required = {n: start_value(p) for n, p in self.model.parameters.items() if p.is_required}
        return {n: v for n, v in {**required, **self.fixed}.items() if n not in names}

    @property
    def query(self) -> dict[str, str]:
        """The view as names and texts for a link."""
        found = {
            which: f"{axis.name},{axis.first!r},{axis.last!r},{axis.scale}"
            for which, axis in self.axes.items()
        }
        found |= {"measure": ",".join(self.measures), "size": str(self.size)}
        found |= {f"component.{name}": str(k) for name, k in self.components.items() if k}
        found |= {f"p.{name}": json.dumps(value) for name, value in self.fixed.items()}
        found |= {
            f"mark.{which}": ",".join(map(repr, place)) for which, place in self.marks.items()
        }
        return found

    def from_query(self, query: Mapping[str, str]) -> View:
        """The view with what a link says, which is checked as fields are."""
        view = self
        for name, text in query.items():
            if name.startswith("p."):
                view = view.with_parameter(name[2:], _unquoted(text))
        if "x" in query:
            view = replace(view, y=None, marks={})
            for which in ("x", "y"):
                if which in query:
                    parts = query[which].split(",")
                    if len(parts) != 4:
                        raise InvalidArgumentError(
                            f"Axis {which!r} of a link must be name,first,last,scale, but is "
                            f"{shown(query[which])}."
                        )
                    keys = ("name", "first", "last", "scale")
                    view = view.with_axis(which, **dict(zip(keys, parts, strict=True)))
        if "measure" in query:
            view = view.with_measures(query["measure"].split(","))
        if "size" in query:
            view = view.with_size(query["size"])
        for name in view.measures:
            if f"component.{name}" in query:
                view = view.with_component(name, query[f"component.{name}"])
        for which in MARKS:
            if text := query.get(f"mark.{which}"):
                place = tuple(read_number(part, "Place of a mark") for part in text.split(","))
                if len(place) != len(view.axes):
                    raise InvalidArgumentError(
                        f"Mark {which!r} of a link must have {len(view.axes)} numbers, but is "
                        f"{shown(text)}."
                    )
                view = view.with_mark(which, place)
        return view

    @property
    def python(self) -> str:
        """The map as a program."""
        axes = "".join(
            f"    {axis.name!r}: {axis.as_code(self.size)[0]},\n"
            for axis in reversed(self.axes.values())
        )
        imported: list[str] = []
        model = repr(self.model.name)
        if not self.model.is_registered:
            model = _imported(self.name, imported)
        named = [_imported(found_as(m) or n, imported) for n, m in self.own_measures.items()]
        own = dict(zip(self.own_measures, named, strict=True))
        measures = ", ".join(own.get(name, repr(name)) for name in self.measures)
        fixed = self.sweep_fixed()
        lines = "".join(f"{line}\n" for line in dict.fromkeys(imported))
        return (
            f"import numpy as np\nimport quantsync as qs\n{lines}\naxes = {{\n{axes}}}\n"
            f"found = qs.sweep({model}, axes, [{measures}]"
            f"{f', fixed={fixed!r}' if fixed else ''})\n"
            "found.quantsync.plot()\n"
        )

    @property
    def toml(self) -> str:
        """The map as a file for the command ``quantsync sweep``."""
        fixed = "".join(f"{n} = {_toml(v)}\n" for n, v in self.sweep_fixed().items())
        axes = "".join(
            f"{axis.name} = {axis.as_code(self.size)[1]}\n" for axis in reversed(self.axes.values())
        )
        store = re.sub(r"\W+", "_", self.model.name)
        named = self.measure_arguments.items()
        return (
            f"model = {_toml(self.name)}\n"
            f"measures = [{', '.join(_toml(found_as(m) or n) for n, m in named)}]\n"
            f'store = "{store}.zarr"\n\n[axes]\n{axes}' + (f"\n[fixed]\n{fixed}" if fixed else "")
        )


def _imported(reference: str, lines: list[str]) -> str:
    """A name in a program for what stands at a reference; lines that import it are added."""
    module, _, name = reference.rpartition(":")
    if not module:
        return name  # of a notebook, say, which has it
    if module.endswith(".py"):
        lines += ["import runpy"]
        return f"runpy.run_path({module!r})[{name!r}]"
    lines += [f"from {module} import {name.partition('.')[0]}"]
    return name


def _unquoted(text: str) -> Any:
    """A value of a link: JSON, which has numbers, switches and texts, and nothing else counts."""
    try:
        value = json.loads(text) if len(text) <= MOST_TEXT else text
    except ValueError:
        return text
    return value if isinstance(value, int | float | str | bool | None) else text


def _toml(value: Any) -> str:
    return json.dumps(value) if isinstance(value, str | bool) else repr(value)
