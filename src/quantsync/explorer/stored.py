"""Stores in place of models: `StoredView` and `StoredPainter`, of a map that may still grow."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from quantsync.catalogue.models import MODELS
from quantsync.catalogue.ranges import Range
from quantsync.checks import known_name, shown
from quantsync.errors import InvalidArgumentError, StoreError
from quantsync.explorer.maps import Painter
from quantsync.explorer.points import Certificate, Number, Point, written
from quantsync.explorer.store import MEAN, SAMPLES, Stored, StoredParameter
from quantsync.explorer.view import Axis, View
from quantsync.plotting import is_geometric
from quantsync.sweeps.drawing import FAILED as FAILED_MAP
from quantsync.sweeps.drawing import map_axes, measures_of
from quantsync.sweeps.parts import on_grid
from quantsync.sweeps.refine.points import DONE, FAILED, MISSING
from quantsync.sweeps.refine.refinement import BORDER
from quantsync.sweeps.store.files import STATUS
from quantsync.version import __version__

if TYPE_CHECKING:
    import xarray as xr

EVERY, PAUSE = 1.0, 0.02  # seconds between looks at a growing store, and at newer wishes
SAME, TINY = 1e-6, 1e-9  # by how much a number may differ from the stored one, relative to it


def is_store(model: Any) -> bool:
    """Whether what is to be shown is the folder of a store, and no model of that name."""
    if not isinstance(model, str):
        return isinstance(model, Path)
    return model not in MODELS and (Path(model).is_dir() or Path(model).suffix == ".zarr")


@dataclass(frozen=True, eq=False)
class StoredModel:
    """What the page asks of a model."""

    name: str
    summary: str
    parameters: Mapping[str, StoredParameter]


@dataclass(frozen=True)
class StoredAxis(Axis):
    """Those of the values of a store that lie between two of them."""

    stored: tuple[float, ...] = ()
    names: tuple[str, ...] = ()  # of values that are no numbers

    def __post_init__(self) -> None:
        super().__post_init__()
        there = len(self.values(0))
        if not there:
            raise InvalidArgumentError(
                f"The store has no value of `{self.name}` from {self.first:g} to {self.last:g}."
            )
        if self.names and there < len(self.names):
            raise InvalidArgumentError(f"Axis `{self.name}` has names, all of which are shown.")

    def values(self, size: int) -> np.ndarray:
        """The stored values."""
        values = np.array(self.stored)
        return values[self.among(values)]

    def among(self, places: np.ndarray) -> np.ndarray:
        """Where those of the axis are among some places, ascending, each once."""
        values, index = np.unique(places, return_index=True)
        return index[(values >= self.first) & (values <= self.last)]

    def shown(self, value: float) -> str:
        """A value in a title."""
        return self.names[int(value)] if self.names else super().shown(value)


@dataclass(frozen=True)
class StoredView(View):
    """What is shown of a store: two of its axes, or one, and one value of each of the others."""

    store: Stored = field(default=cast("Any", None))

    @classmethod
    def open(
        cls,
        path: str | Path,
        parameters: Mapping[str, Any] | None = None,
        measures: Any = (),
        allowed: Collection[str] = (),
    ) -> StoredView:
        """What is shown of a store first, with values of some axes and some measures given."""
        store = Stored(Path(path), allowed)
        about = f"{store.dataset.attrs.get('model', '')}, computed by quantsync {store.version}"
        model: Any = StoredModel(store.path.stem, about, store.axes)
        several = [n for n, p in store.axes.items() if len(p.stored) > 1 and n != SAMPLES]
        numbers = [n for n in several if store.axes[n].is_number]
        chosen = (numbers or several or list(store.axes))[-2:]
        x, y = (cls._axis(model, name) for name in [*chosen[::-1], *chosen][:2])
        first = measures_of(on_grid(store.dataset))[0]
        view: Any = cls(model, x, y if len(chosen) > 1 else None, (first,), store=store)
        for name, value in (parameters or {}).items():
            view = view.with_parameter(name, value)
        return view.with_measures(list(measures)) if measures else view

    @staticmethod
    def _axis(model: Any, name: str, within: Range | None = None) -> StoredAxis:
        parameter = model.parameters[name]
        values = np.unique(parameter.places)
        room = 0.5 * (len(values) == 1)
        names = () if parameter.is_number else parameter.choices
        return StoredAxis(
            name,
            float(values[0] - room),
            float(values[-1] + room),
            "log" if is_geometric(values) else "linear",
            stored=tuple(values.tolist()),
            names=names,
        )

    @property
    def name(self) -> str:
        """The store, as the command line takes it."""
        return str(self.store.path)

    @property
    def known_measures(self) -> dict[str, Any]:  # type: ignore[override]
        """The measures that are stored."""
        grid = on_grid(self.store.dataset)
        return {name: grid[name] for name in measures_of(grid)}

    @property
    def sizes(self) -> tuple[int, ...]:
        """None: there are the values that there are."""
        return ()

    @property
    def can_vary(self) -> list[str]:
        """All axes."""
        return list(self.store.axes)

    def value(self, name: str) -> Any:
        """The value of an axis where the map is cut."""
        return self.fixed.get(name, self.store.axes[name].default)

    def at(self, place: tuple[float, ...]) -> dict[str, Any]:
        """The values of all axes at a place of the map."""
        values = {name: self.value(name) for name in self.store.axes}
        for axis, at in zip(self.axes.values(), place, strict=True):
            parameter = self.store.axes[axis.name]
            values[axis.name] = parameter.stored[np.argmin(np.abs(parameter.places - at))].item()
        return values

    # --- changes

    def with_parameter(self, name: str, value: Any) -> StoredView:
        """With the map cut at another value of an axis."""
        known_name(f"axis of {self.name}", name, self.store.axes)
        parameter = self.store.axes[name]
        if value in ("", None):
            found = parameter.default
        else:
            found = parameter.stored.tolist()[parameter.position(value)] if value != MEAN else MEAN
        fixed = {n: v for n, v in self.fixed.items() if n != name}
        return replace(self, fixed=fixed if found == parameter.default else {**fixed, name: found})

    def with_size(self, size: Any) -> StoredView:
        """Refused: a stored map has the values that it has."""
        raise InvalidArgumentError(f"A stored map has its own values, not {shown(size)} of them.")

    # --- what it says elsewhere

    @property
    def query(self) -> dict[str, str]:
        """The view as names and texts for a link."""
        return {name: text for name, text in super().query.items() if name != "size"}

    @property
    def _cut(self) -> dict[str, Any]:
        on_map = [axis.name for axis in self.axes.values()]
        return {name: self.value(name) for name in self.store.axes if name not in on_map}

    @property
    def python(self) -> str:
        """The map as a program."""
        names = [str(n) for n in map_axes(on_grid(self.store.dataset))]
        cut = {name: value for name, value in self._cut.items() if name in names}
        first, at = "", {n: v for n, v in cut.items() if v != MEAN}
        if len(at) < len(cut):
            first = f'found = found.drop_vars("{STATUS}").mean("{SAMPLES}")\n'
        return (
            f"import quantsync as qs\n\nfound = qs.open_sweep({str(self.store.path)!r})\n{first}"
            f"found.quantsync.plot({list(self.measures)!r}{f', at={at!r}' if at else ''})\n"
        )

    @property
    def toml(self) -> str:
        """How the store is computed on: it holds the description itself."""
        about = f"# The map and its description are in {self.store.path}.\n"
        return about + f"# {self.store.way_on}\n" * (self.store.part < 1)

    # --- what it shows

    @property
    def dataset(self) -> xr.Dataset:
        """The part of the store that is shown, rows first."""
        import xarray as xr

        store, cut = self.store, self._cut
        found = on_grid(store.dataset)
        part = found[[*self.measures, *(n for n in (STATUS, FAILED_MAP) if n in found)]]
        part = store.cut(part, cut)
        axes = {axis.name: store.axes[axis.name] for axis in reversed(self.axes.values())}
        where = {axis.name: axis.among(axes[axis.name].places) for axis in self._shown_axes}
        part = part.isel({name: index for name, index in where.items() if name in part.dims})
        over = xr.Dataset(coords={n: one.coordinate[where[n]] for n, one in axes.items()})
        # What does not depend on an axis is the same all over it.
        shown = part.broadcast_like(over).transpose(*axes, ...).assign_coords(over.coords)
        shown.attrs.pop("failures", None)
        if failures := store.failures(shown, cut):
            shown.attrs["failures"] = failures
        border = f"{BORDER}_uncertainty"
        if border in store.dataset and all(len(store.axes[n].stored) == 1 for n in cut):
            inside = np.ones(store.dataset.sizes[BORDER], bool)
            for axis in self._shown_axes:
                places = store.dataset[f"{BORDER}_{axis.name}"].values
                inside &= (places >= axis.first) & (places <= axis.last)
            shown[border] = store.dataset[border].isel({BORDER: inside})
        return shown

    @property
    def _shown_axes(self) -> list[StoredAxis]:
        return [cast("StoredAxis", axis) for axis in self.axes.values()]

    def known_at(self, place: tuple[float, ...]) -> Point:
        """What is stored at a place of the map, and what the model gives there now."""
        store, at = self.store, self.at(place)
        named = {} if isinstance(store.arguments, StoreError) else store.arguments["measures"]
        if store.model is None:
            point = Point(self.model, at)
            point.certificates.append(Certificate("pictures", f"none: {store.arguments}", False))
        else:
            point = store.computed(at)
        part = store.cut(on_grid(store.dataset), at)
        state = int(np.max(part[STATUS]))
        rows: list[Number] = []
        for name in measures_of(part):
            rows += _numbers(part, name, state, name in self.measures)
            if state == DONE and name in named and name in point.values:
                point.certificates += _difference(part[name], point.values[name], store.version)
        taken = tuple(measures_of(part))
        others = [n for n in point.numbers if not n.name.startswith(taken)]
        point.numbers = sorted(rows, key=lambda row: not row.chosen) + others
        if state == FAILED:
            point.failure = store.reason(at) or "The point failed."
        return point


@dataclass
class StoredPainter(Painter):
    """Maps of what a store holds, again whenever there is more of it."""

    grows: bool = True

    def paint(
        self,
        view: View,
        moving: bool,
        check: Callable[[], None],
        show: Callable[[xr.Dataset, int, bool], Any],
        progress: Callable[[int, int, int, float], Any],
        patient: bool = False,
    ) -> float | None:
        """Show what is stored, and what comes to it until there is another wish."""
        assert isinstance(view, StoredView)
        store = view.store
        store.refresh()
        while True:
            self.note, self.part = store.note, store.part
            show(view.dataset, 0, not (moving or store.grows))
            if moving or (store.part == 1 and not store.grows):
                return None
            new = False
            while not new:
                end = time.monotonic() + EVERY
                while time.monotonic() < end:
                    check()
                    time.sleep(PAUSE)
                new = store.refresh()


def _numbers(part: xr.Dataset, name: str, state: int, chosen: bool) -> list[Number]:
    """The rows of a stored measure at one point."""
    variable = part[name]
    absent = {MISSING: "not computed yet", FAILED: "failed"}.get(state, "")
    rows = []
    for index in np.ndindex(variable.shape):
        names = [
            str(part[dim].values[k]) if dim in part.coords else str(k)
            for dim, k in zip(variable.dims, index, strict=True)
        ]
        label = f"{name} of {', '.join(names)}" if names else name
        rows.append(Number.of(label, variable.values[index].item(), variable, chosen, absent))
    return rows


def _difference(stored: xr.DataArray, anew: Any, version: str) -> list[Certificate]:
    """That a number computed anew is another one than that of the store, where it is."""
    old, new = stored.values, np.asarray(anew)
    if old.shape != new.shape:
        return []
    apart = old - new
    if stored.attrs.get("units") == "rad":
        apart = np.angle(np.exp(1j * apart))
    far = np.abs(apart) > SAME * np.abs(old) + TINY
    far |= np.isnan(old) != np.isnan(new)
    if not far.any():
        return []
    k = tuple(int(one[0]) for one in np.nonzero(far)) if far.ndim else ()
    text = (
        f"{stored.name} is {written(old[k].item())} in the store, computed by quantsync {version}, "
        f"but {written(new[k].item())} computed anew by {__version__}"
    )
    return [Certificate("another number", text, False)]
