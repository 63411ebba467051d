"""`Stored`: what a store holds, read again while it grows, and the model it was computed with."""

from __future__ import annotations

import inspect
import math
import threading
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

import numpy as np

from quantsync.catalogue.measures import measures_of as measures_of_system
from quantsync.catalogue.models import Model
from quantsync.catalogue.values import field_text, read_number
from quantsync.checks import known_name
from quantsync.errors import StoreError, WarnedOnce
from quantsync.explorer.points import Point, unit_of
from quantsync.lazy import lazy
from quantsync.sweeps import PointFailure
from quantsync.sweeps.drawing import FAILED as FAILED_MAP
from quantsync.sweeps.drawing import axis_names, axis_places, map_axes, measures_of, position
from quantsync.sweeps.parts import on_grid
from quantsync.sweeps.refine.points import DONE, MISSING
from quantsync.sweeps.rules import Rule
from quantsync.sweeps.store.files import STATUS
from quantsync.sweeps.store.reading import open_sweep, store_activity, stored_arguments

if TYPE_CHECKING:
    import xarray as xr

READING = 4.0  # times as long as reading takes that it is left alone
MOST_COMPONENTS = 8  # numbers of a measure that are chosen by number; more of them are an axis
MOST_REASONS = 2000  # failed points of a map that are told apart
MEAN = "mean of all"
SAMPLES = "sample"  # the axis of an ensemble


@dataclass(frozen=True, eq=False)
class StoredParameter:
    """An axis of a store, of whose values one is shown where it is no axis of the map."""

    coordinate: xr.DataArray

    is_required: ClassVar = False
    range: ClassVar = None
    kind: ClassVar = "text"  # to choose from, whatever they are

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.coordinate.name)

    @property
    def stored(self) -> np.ndarray:
        """Its values."""
        return self.coordinate.values

    @property
    def unit(self) -> str:
        """Its unit; empty for pure numbers."""
        return unit_of(self.coordinate)

    @property
    def description(self) -> str:
        """What it is."""
        return getattr(self.coordinate, "long_name", "")

    @property
    def is_number(self) -> bool:
        """Whether its values are numbers, and no names or switches."""
        return not axis_names(self.coordinate)

    @property
    def steps(self) -> bool:
        """Whether a slider runs over its values."""
        return self.is_number and len(self.stored) > 2

    @property
    def choices(self) -> tuple[str, ...]:
        """Its values as texts."""
        mean = (MEAN,) if self.name == SAMPLES and len(self.stored) > 1 else ()
        return (*mean, *(field_text(value) for value in self.stored.tolist()))

    @property
    def default(self) -> Any:
        """What is shown of it first: the value in the middle, or the mean of samples."""
        if self.choices[0] == MEAN:
            return MEAN
        return self.stored[len(self.stored) // 2].item()

    @property
    def places(self) -> np.ndarray:
        """Where its values stand on an axis: names and switches one after the other."""
        return axis_places(self.coordinate).astype(float)

    def position(self, value: Any) -> int:
        """Where it has a value, which may be a text of it."""
        texts = [field_text(one) for one in self.stored.tolist()]
        if self.is_number and field_text(value) not in texts:
            return position(self.coordinate, read_number(value, f"Value of `{self.name}`"))
        return texts.index(known_name(f"value of `{self.name}`", field_text(value), texts))


class Stored:
    """What a store holds, as it was read last; sessions share it."""

    def __init__(self, path: Path, allowed: Collection[str] = ()):
        self.path, self.allowed = path, allowed
        self._lock = threading.Lock()
        self._seen: Any = None  # of the files when it was read
        self._at, self._took = -math.inf, 0.0  # when it was read, and how long that took
        self.writer: Mapping[str, Any] | None = None  # who computes it
        self.dataset: xr.Dataset = cast("Any", None)
        self.damage: list[str] = []
        self.refresh()

    def refresh(self) -> bool:
        """Read it again if it has changed; whether there is anything new, a writer included."""
        with self._lock:
            writer, times = store_activity(self.path)
            if (seen := (writer is None, times)) == self._seen:
                return False
            if writer is not None and time.monotonic() < self._at + READING * self._took:
                return False
            start = time.monotonic()
            try:
                with WarnedOnce(passed_on=True, everything=True) as told:
                    found = open_sweep(self.path)
            except StoreError:  # it is being extended, say; what was read is shown meanwhile
                if self.dataset is None:
                    raise
                return False
            self.damage = [text for text, _ in told.found]
            own = {dim: np.arange(n) for dim, n in found.sizes.items() if dim not in found.coords}
            self.dataset = found.assign_coords(
                {d: v for d, v in own.items() if len(v) > MOST_COMPONENTS}
            )
            for name in ("axes", "_reasons"):  # these follow from it
                self.__dict__.pop(name, None)
            self._seen, self.writer, self._at = seen, writer, time.monotonic()
            self._took = self._at - start
            return True

    @property
    def grows(self) -> bool:
        """Whether somebody is computing it."""
        return self.writer is not None

    @property
    def count(self) -> tuple[int, int]:
        """Number of points that are there or have failed, and of all."""
        status = self.dataset[STATUS].values
        return int((status != MISSING).sum()), status.size

    @property
    def part(self) -> float:
        """The part of the points that is there."""
        there, total = self.count
        return there / total

    @property
    def note(self) -> str:
        """How far it is, and what is damaged, after what else is said of a map."""
        there, total = self.count
        text = ""
        if self.writer is not None:
            who = " by process {pid} on {host}".format(**self.writer) if self.writer else ""
            text = f"; {there} of {total} points, being computed{who}"
        elif there < total:
            text = f"; interrupted: {there} of {total} points; {self.way_on}"
        return text + "".join(f"; {told}" for told in self.damage)

    @property
    def version(self) -> str:
        """The version of quantsync that has computed it."""
        return str(self.dataset.attrs.get("quantsync_version", ""))

    @lazy
    def way_on(self) -> str:
        """How what is missing is computed."""
        try:
            stored_arguments(self.path, self.allowed)
        except StoreError as error:
            if "--allow" not in str(error):
                return str(error)
        return f"go on with: quantsync sweep resume {self.path}"

    @lazy
    def arguments(self) -> dict[str, Any] | StoreError:
        """What it was computed with, but for measures of one's own; or why that cannot be had."""
        try:
            return stored_arguments(self.path, self.allowed, own_measures=False)
        except StoreError as error:
            return error

    @lazy
    def model(self) -> Model | None:
        """The model that it was computed with, where it can be had."""
        return None if isinstance(self.arguments, StoreError) else Model.of(self.arguments["model"])

    def parameters(self, at: Mapping[str, Any]) -> dict[str, Any]:
        """All parameters of the model at values of the axes."""
        assert self.model is not None
        assert not isinstance(self.arguments, StoreError)
        axes = {n: v for n, v in at.items() if n in self.arguments["axes"]}
        given = dict(self.arguments["fixed"]) | axes
        known = {
            n: p.default for n, p in self.model.parameters.items() if not p.is_required
        } | given
        for name, text in self.arguments["tied"].items():
            rule: Any = Rule(text)
            given[name] = rule(**{n: known[n] for n in inspect.signature(rule).parameters})
        return given

    def computed(self, at: Mapping[str, Any]) -> Point:
        """What the model gives at values of the axes now, with the measures that it has by name."""
        assert self.model is not None
        assert not isinstance(self.arguments, StoreError)
        parameters, named = self.parameters(at), self.arguments["measures"]
        if not named:
            with suppress(Exception):  # whatever a model raises: the point says it, too
                named = list(measures_of_system(self.model(**parameters)))[:1]
        return Point.of(self.model, parameters, named or ["residual"])

    @lazy
    def axes(self) -> dict[str, StoredParameter]:
        """What a map can be drawn over: its axes, and those that measures have of their own."""
        grid = on_grid(self.dataset)
        own = [str(d) for name in measures_of(grid) for d in grid[name].dims if d in grid.coords]
        names = [*map_axes(grid), *(n for n in own if grid[n].dtype.kind in "iuf")]
        return {name: StoredParameter(grid[name]) for name in names}

    def cut(self, part: xr.Dataset, at: Mapping[str, Any]) -> xr.Dataset:
        """Some of it at values of some axes."""
        index = {n: self.axes[n].position(v) for n, v in at.items() if v != MEAN}
        part = part.isel({name: k for name, k in index.items() if name in part.dims})
        return _mean(part) if MEAN in at.values() else part

    def failures(self, shown: xr.Dataset, cut: Mapping[str, Any]) -> list[str]:
        """Where points of a map failed, and why, in the order of that map."""
        if FAILED_MAP not in shown:
            return []
        dims = shown[FAILED_MAP].dims
        found = []
        for index in np.argwhere(shown[FAILED_MAP].values)[:MOST_REASONS]:
            here = {str(d): shown[d].values[k].item() for d, k in zip(dims, index, strict=True)}
            found.append(f"{self._where({**cut, **here})}: {self.reason({**cut, **here})}")
        return found

    def reason(self, at: Mapping[str, Any]) -> str:
        """Why a point failed; empty where that is not known."""
        return self._reasons.get(self._where(at), "")

    @lazy
    def _reasons(self) -> dict[str, str]:
        texts = np.ravel(self.dataset.attrs.get("failures", []))
        parts = [str(text).partition(": ") for text in texts]
        return {where: why for where, _, why in parts}

    def _where(self, at: Mapping[str, Any]) -> str:
        """A point as failures name it."""
        dims = map_axes(on_grid(self.dataset))
        return str(PointFailure({name: at[name] for name in dims}, "")).removesuffix(": ")


def _mean(part: xr.Dataset) -> xr.Dataset:
    """The mean over the samples, of phases on the circle; it is there once one of them is."""
    found = {}
    for name, variable in part.drop_vars([FAILED_MAP], errors="ignore").data_vars.items():
        if SAMPLES not in variable.dims:
            found[name] = variable
        elif name == STATUS:
            found[name] = (variable == DONE).any(SAMPLES).astype(np.uint8)
        elif variable.attrs.get("units") == "rad":
            turned: Any = variable
            sine, cosine = np.sin(turned).mean(SAMPLES), np.cos(turned).mean(SAMPLES)
            found[name] = np.arctan2(sine, cosine).assign_attrs(variable.attrs)
        else:
            found[name] = variable.mean(SAMPLES, keep_attrs=True)
    return type(part)(found, attrs=part.attrs)
