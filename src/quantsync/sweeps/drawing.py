"""Pictures of a map: a panel for every measure over one axis or two, the others cut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from quantsync.checks import known_name, name_list, real_number
from quantsync.errors import InvalidArgumentError, unknown_name
from quantsync.plotting import VERMILLION
from quantsync.sweeps._datasets import component_axes
from quantsync.sweeps.parts import on_grid, real_variables
from quantsync.sweeps.refine.refinement import BORDER
from quantsync.sweeps.store.files import STATUS

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

CLOSE = 0.01  # of the distance to the next value: how far one may be off who names a value
FAILED = "failed"
NO_MEASURES = (STATUS, FAILED)


@dataclass(frozen=True)
class Panel:
    """One number over the axes that are left."""

    label: str
    values: np.ndarray
    is_phase: bool


@dataclass(frozen=True)
class MapPictures:
    """What there is to draw of a map, and over what."""

    panels: list[Panel]
    axes: list[xr.DataArray]  # one or two
    border: list[np.ndarray] | None  # coordinates of its points, by axis
    failed: np.ndarray | None  # bool, over these axes; None if nothing has failed
    cut: str  # where the other axes are cut

    @classmethod
    def of(cls, dataset: xr.Dataset, names: Any, at: Mapping[str, Any]) -> MapPictures:
        """Of some measures (all, where none is named), other axes cut `at` one of their values."""
        border = dataset if BORDER in dataset.dims else None
        dataset = on_grid(dataset)
        dims, known = map_axes(dataset), measures_of(dataset)
        for name in name_list(names, "measure"):
            known_name("measure of the map", name, known)
        for name in at:
            if name not in dims:
                raise unknown_name("axis", name, dims)
        cut = {name: position(dataset[name], value) for name, value in at.items()}
        left = [name for name in dims if name not in at]
        if not 1 <= len(left) <= 2:
            raise InvalidArgumentError(
                f"A picture has one axis or two, but {', '.join(left) or 'none'} are left; give "
                "values of the others, as in at={'epsilon': 0.1} or --at epsilon=0.1."
            )
        for name in left:
            values, counts = np.unique(dataset[name].values, return_counts=True)
            if (counts > 1).any():
                raise InvalidArgumentError(
                    f"Axis `{name}` must hold each value once to be drawn, but holds "
                    f"{values[counts.argmax()]} {counts.max()} times."
                )
        shown = border is not None and all(n in left for n in dims if dataset.sizes[n] > 1)
        where = [f"{n} = {_shown(dataset[n].values[k])}{unit(dataset[n])}" for n, k in cut.items()]
        return cls(
            _panels(real_variables(dataset[list(names) or known].isel(cut)), left),
            [dataset[name] for name in left],
            [border[f"{BORDER}_{name}"].values for name in left] if border and shown else None,
            _failed(dataset, cut, left),
            ", ".join(where),
        )

    def draw(self, axes: Axes, panel: Panel) -> None:
        """A line over one axis, a map over two; phases close at pi; border and failures."""
        from quantsync.plotting import (
            map_panel,
            next_colour,
            phase_axis,
            phase_map_panel,
            scale_axis,
        )

        places = [axis_places(coordinate) for coordinate in self.axes]
        axes.set_xlabel(axis_label(self.axes[-1]))
        if len(places) == 2:
            paint = phase_map_panel if panel.is_phase else map_panel
            paint(axes, places[1], places[0], panel.values, panel.label)
            axes.set_ylabel(axis_label(self.axes[0]))
            _tick(axes, self.axes[0], "y")
        else:
            order = np.argsort(places[0])
            x, y = places[0][order], panel.values[order]
            style: Any = {"color": next_colour(axes), "markersize": 3, "label": self.cut or None}
            if panel.is_phase:  # dots: a line would join -pi with pi
                axes.plot(x, np.angle(np.exp(1j * y)), ".", **style)
                phase_axis(axes, panel.label, "y")
            else:
                axes.plot(x, y, marker=".", **style)
                axes.set_ylabel(panel.label)
            scale_axis(axes, x, "x")
        _tick(axes, self.axes[-1], "x")
        if self.border is not None:
            _draw_border(axes, self.border)
        if self.failed is not None:
            _draw_failures(axes, places, self.failed)


def map_axes(dataset: xr.Dataset) -> list[str]:
    """The axes of a map, in order: what all of its measures are taken over."""
    if STATUS in dataset:
        return [str(name) for name in dataset[STATUS].dims]
    names = measures_of(dataset)
    shared = [dataset[name].dims for name in names]
    own = {f"{name}_{k}" for name in names for k in range(dataset[name].ndim)}
    own |= {axis for name in names for axis in component_axes(name, dataset[name].attrs, 1)}
    first = shared[0] if shared else ()
    return [str(d) for d in first if d not in own and all(d in dims for dims in shared)]


def measures_of(dataset: xr.Dataset) -> list[str]:
    """The names of the measures."""
    return [str(name) for name in dataset.data_vars if name not in NO_MEASURES]


def unit(variable: xr.DataArray) -> str:
    """The unit in brackets; nothing where there is none."""
    units = variable.attrs.get("units", "1")
    return "" if units == "1" else f" ({units})"


def position(coordinate: xr.DataArray, value: Any) -> int:
    """Where an axis has a value, as far as one writes its digits."""
    name, axis = coordinate.name, coordinate.values
    if axis.dtype.kind not in "biuf":
        values = [str(v) for v in axis]
        return values.index(known_name(f"value of axis `{name}`", value, values))
    axis = axis.astype(float) if axis.dtype.kind == "b" else axis
    value = real_number(value, f"at[{name!r}]")
    order = np.argsort(np.abs(axis - value))
    nearest = axis[order[0]]
    gaps = np.abs(axis[axis != nearest] - nearest)
    if abs(nearest - value) > CLOSE * gaps.min(initial=abs(float(nearest))):
        others = ", ".join(map(str, sorted(axis[order[:2]].tolist())))
        raise InvalidArgumentError(
            f"Axis `{name}` has no value {value:g}; it has {others} nearest to it."
        )
    return int(order[0])


def _panels(dataset: xr.Dataset, left: list[str]) -> list[Panel]:
    panels = []
    for name, variable in dataset.data_vars.items():
        values = variable.transpose(*left, ...).values
        shape = values.shape[: len(left)]
        flat = values.reshape(*shape, -1)
        is_phase = variable.attrs.get("units") == "rad"
        for k in range(flat.shape[-1]):
            component = f" {_component(dataset, variable, k)}" if flat.shape[-1] > 1 else ""
            panels.append(Panel(f"{name}{component}{unit(variable)}", flat[..., k], is_phase))
    return panels


def _component(dataset: xr.Dataset, variable: xr.DataArray, k: int) -> str:
    """How the components of a measure are told apart: by their names, or numbers."""
    axis = variable.dims[-1]
    return str(dataset[axis].values[k]) if axis in dataset.coords else str(k)


def axis_places(coordinate: xr.DataArray) -> np.ndarray:
    """Where the values of an axis stand: names one after the other."""
    values = coordinate.values
    return values if values.dtype.kind in "iuf" else np.arange(float(len(values)))


def axis_names(coordinate: xr.DataArray) -> list[str]:
    """The names of an axis that has no numbers."""
    numbers = coordinate.dtype.kind in "iuf"
    return [] if numbers else [str(value) for value in coordinate.values]


def _tick(axes: Axes, coordinate: xr.DataArray, which: str) -> None:
    if names := axis_names(coordinate):
        axis = axes.xaxis if which == "x" else axes.yaxis
        axis.set_ticks(range(len(names)), names)


def _draw_border(axes: Axes, places: list[np.ndarray]) -> None:
    """Lines at the border over one axis, dots over two."""
    if len(places) == 1:
        for place in places[0]:
            axes.axvline(place, color=VERMILLION, linewidth=0.6)
    else:
        axes.plot(places[1], places[0], ".", color=VERMILLION, markersize=1.0)


def _failed(dataset: xr.Dataset, cut: Mapping[str, int], left: list[str]) -> np.ndarray | None:
    """Where points failed; of an ensemble whole samples do, which no axis but theirs shows."""
    if FAILED not in dataset:
        return None
    here = {name: k for name, k in cut.items() if name in dataset[FAILED].dims}
    failed = dataset[FAILED].isel(here)
    if set(failed.dims) != set(left) or not failed.any():
        return None
    return failed.transpose(*left).values


def _draw_failures(axes: Axes, places: list[np.ndarray], failed: np.ndarray) -> None:
    """A cross at each point that failed: what is only undefined has none."""
    index = np.nonzero(failed)
    height = places[0][index[0]] if len(places) == 2 else np.full(len(index[0]), 0.03)
    transform = axes.transData if len(places) == 2 else axes.get_xaxis_transform()
    style: Any = {"color": VERMILLION, "markersize": 4, "transform": transform, "clip_on": False}
    axes.plot(places[-1][index[-1]], height, "x", label="failed", **style)


def axis_label(coordinate: xr.DataArray) -> str:
    """Name and unit of an axis."""
    return f"{coordinate.name}{unit(coordinate)}"


def _shown(value: Any) -> str:
    return str(value) if isinstance(value, str) else f"{value:g}"
