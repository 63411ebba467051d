"""Stored maps for other programs: real columns, netCDF, CSV, pictures."""

from __future__ import annotations

import csv
import math
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from quantsync.checks import known_name
from quantsync.errors import InvalidArgumentError, unknown_name
from quantsync.plotting import VERMILLION
from quantsync.sweeps.refine.refinement import BORDER, PREFIX
from quantsync.sweeps.store.files import PARTIAL, STATUS, named_write_errors

if TYPE_CHECKING:
    import xarray as xr

FORMATS = (".nc", ".csv")
MOST_PANELS = 12
CLOSE = 0.01  # of the distance to the next value: how far one may be off who names a value


def real_variables(dataset: xr.Dataset) -> xr.Dataset:
    """The dataset with a real and an imaginary variable for every complex one."""
    variables: dict[str, Any] = {}
    for name, variable in dataset.data_vars.items():
        if variable.dtype.kind != "c":
            variables[str(name)] = variable
            continue
        for suffix, part, what in (
            ("real", variable.real, "real part"),
            ("imag", variable.imag, "imaginary part"),
        ):
            long_name = f"{variable.attrs.get('long_name', name)}: {what}"
            variables[f"{name}_{suffix}"] = part.assign_attrs(variable.attrs, long_name=long_name)
    return type(dataset)(variables, coords=dataset.coords, attrs=dataset.attrs)


def export_dataset(dataset: xr.Dataset, target: Path) -> None:
    """Write a dataset as netCDF (.nc) or CSV (.csv), one line per point; whole or not at all."""
    if target.suffix not in FORMATS:
        raise InvalidArgumentError(
            f"File {target} must end in {' or '.join(FORMATS)}, for netCDF or CSV."
        )
    real = real_variables(dataset)
    with _replacing(target) as partial:
        if target.suffix == ".nc":
            real.to_netcdf(partial, engine="h5netcdf")
        else:
            _write_csv(real, partial)


def on_grid(dataset: xr.Dataset) -> xr.Dataset:
    """The dataset without its refined points and their border."""
    parts = [PREFIX, BORDER]
    return dataset.drop_dims([part for part in parts if part in dataset.dims])


def off_grid(dataset: xr.Dataset) -> xr.Dataset:
    """The refined points of a dataset, under the names that the points of the grid have."""
    kept = [n for n in dataset.variables if PREFIX in dataset[n].dims]
    points = dataset[kept].reset_coords()
    return points.rename({n: str(n).removeprefix(f"{PREFIX}_") for n in kept})


def _write_csv(dataset: xr.Dataset, path: Path) -> None:
    grid = on_grid(dataset)
    dims = grid[STATUS].dims
    mesh = np.meshgrid(*(grid[name].values for name in dims), indexing="ij")
    columns = {str(n): v.reshape(-1) for n, v in zip(dims, mesh, strict=True)}
    columns |= _columns(grid, len(dims))
    if PREFIX in dataset.dims:  # a line a point for these, too
        more = _columns(off_grid(dataset), 1)
        count, extra = grid[STATUS].size, dataset.sizes[PREFIX]
        for name in ({*columns} | {*more}) - ({*columns} & {*more}):  # failures in one part only
            columns.setdefault(name, np.zeros(count, bool))
            more.setdefault(name, np.zeros(extra, bool))
        columns = {name: np.concatenate([c, more[name]]) for name, c in columns.items()}
        columns[PREFIX] = np.arange(count + extra) >= count
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*(column.tolist() for column in columns.values()), strict=True))


def _columns(dataset: xr.Dataset, rank: int) -> dict[str, np.ndarray]:
    """The variables of a dataset as columns, a line for each place in the leading dimensions."""
    columns = {}
    for name, variable in dataset.data_vars.items():
        extra = variable.shape[rank:]
        flat = variable.values.reshape(math.prod(variable.shape[:rank]), -1)
        for k, index in enumerate(np.ndindex(*extra)):
            label = f"{name}[{','.join(map(str, index))}]" if extra else str(name)
            columns[label] = flat[:, k]
    return columns


def draw_dataset(
    dataset: xr.Dataset, target: Path, names: list[str], at: Mapping[str, float | str]
) -> list[str]:
    """Draw measures (all by default) over one axis or two, others cut `at` one of their values.

    Returns the labels of what one picture has no room for.
    """
    from quantsync.plotting import new_figure, style

    border = dataset if BORDER in dataset.dims else None
    dataset = on_grid(dataset)
    dims = [str(name) for name in dataset[STATUS].dims]
    known = [str(name) for name in dataset.data_vars if name not in (STATUS, "failed")]
    for name in names:
        if name not in known:
            raise unknown_name("measure of the store", name, known)
    cut = {name: _position(dataset, dims, name, value) for name, value in at.items()}
    left = [name for name in dims if name not in at]
    if not 1 <= len(left) <= 2:
        raise InvalidArgumentError(
            f"A picture has one axis or two, but {', '.join(left) or 'none'} are left; give values "
            "of the others, as in --at epsilon=0.1."
        )
    for name in left:
        values, counts = np.unique(dataset[name].values, return_counts=True)
        if (counts > 1).any():
            raise InvalidArgumentError(
                f"Axis `{name}` must hold each value once to be drawn, but holds "
                f"{values[counts.argmax()]} {counts.max()} times."
            )
    panels = _panels(real_variables(dataset[names or known].isel(cut)), left)
    shown, more = panels[:MOST_PANELS], panels[MOST_PANELS:]
    columns = min(3, len(shown))
    rows = math.ceil(len(shown) / columns)
    with style(), _replacing(target) as partial:
        figure = new_figure(3.4 * columns, 2.6 * rows)
        for k, panel in enumerate(shown):
            axes = figure.add_subplot(rows, columns, k + 1)
            _draw_panel(axes, panel, [dataset[name] for name in left])
            if border is not None and all(n in left for n in dims if dataset.sizes[n] > 1):
                _draw_border(axes, [border[f"{BORDER}_{name}"].values for name in left])
        if cut:
            where = [
                f"{n} = {_shown(dataset[n].values[k])}{_unit(dataset[n])}" for n, k in cut.items()
            ]
            figure.suptitle(", ".join(where), fontsize="medium")
        figure.savefig(partial, format=target.suffix[1:] or "png")
    return [panel.label for panel in more]


def _position(dataset: xr.Dataset, dims: list[str], name: str, value: Any) -> int:
    """Where an axis has a value, as far as one writes its digits."""
    if name not in dims:
        raise unknown_name("axis", name, dims)
    axis = dataset[name].values
    if axis.dtype.kind in "UO":
        return axis.tolist().index(known_name(f"value of axis `{name}`", value, axis.tolist()))
    order = np.argsort(np.abs(axis - value))
    nearest = axis[order[0]]
    gaps = np.abs(axis[axis != nearest] - nearest)
    if abs(nearest - value) > CLOSE * gaps.min(initial=abs(float(nearest))):
        others = ", ".join(map(str, sorted(axis[order[:2]].tolist())))
        raise InvalidArgumentError(
            f"Axis `{name}` has no value {value:g}; it has {others} nearest to it."
        )
    return int(order[0])


@dataclass(frozen=True)
class _Panel:
    label: str
    values: np.ndarray  # over the axes that are left
    is_phase: bool


def _panels(dataset: xr.Dataset, left: list[str]) -> list[_Panel]:
    panels = []
    for name, variable in dataset.data_vars.items():
        values = variable.transpose(*left, ...).values
        shape = values.shape[: len(left)]
        flat = values.reshape(*shape, -1)
        is_phase = variable.attrs.get("units") == "rad"
        for k in range(flat.shape[-1]):
            component = f" {k}" if flat.shape[-1] > 1 else ""
            panels.append(_Panel(f"{name}{component}{_unit(variable)}", flat[..., k], is_phase))
    return panels


def _draw_panel(axes: Any, panel: _Panel, left: list[xr.DataArray]) -> None:
    """A line over one axis, a map over two; phases close at pi."""
    from quantsync.plotting import map_panel, phase_axis, phase_map_panel, scale_axis

    axes.set_xlabel(_label(left[-1]))
    if len(left) == 2:
        y, x = (_numbers(coordinate) for coordinate in left)
        draw = phase_map_panel if panel.is_phase else map_panel
        draw(axes, x, y, panel.values, panel.label)
        axes.set_ylabel(_label(left[0]))
        _write_names(axes, left)
        return
    (x,) = (_numbers(coordinate) for coordinate in left)
    order = np.argsort(x)
    if panel.is_phase:  # dots: a line would join -pi with pi
        turned = np.angle(np.exp(1j * panel.values[order]))
        axes.plot(x[order], turned, ".", markersize=3)
        phase_axis(axes, panel.label, "y")
    else:
        axes.plot(x[order], panel.values[order], marker=".", markersize=3)
        axes.set_ylabel(panel.label)
    scale_axis(axes, x, "x")
    _write_names(axes, left)


def _numbers(coordinate: xr.DataArray) -> np.ndarray:
    """Values of an axis; names by their place."""
    values = coordinate.values
    return np.arange(len(values)) if values.dtype.kind in "UO" else values


def _write_names(axes: Any, left: list[xr.DataArray]) -> None:
    for which, coordinate in zip("xy", reversed(left), strict=False):
        if coordinate.dtype.kind in "UO":
            names = coordinate.values.tolist()
            getattr(axes, f"set_{which}ticks")(np.arange(len(names)), names)


def _draw_border(axes: Any, places: list[np.ndarray]) -> None:
    """Lines at the border over one axis, dots over two."""
    if len(places) == 1:
        for place in places[0]:
            axes.axvline(place, color=VERMILLION, linewidth=0.6)
    else:
        axes.plot(places[1], places[0], ".", color=VERMILLION, markersize=1.0)


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _label(coordinate: xr.DataArray) -> str:
    return f"{coordinate.name}{_unit(coordinate)}"


def _unit(variable: xr.DataArray) -> str:
    unit = variable.attrs.get("units", "1")
    return "" if unit == "1" else f" ({unit})"


@contextmanager
def _replacing(target: Path) -> Iterator[Path]:
    """A file beside the target that takes its place when it is whole."""
    partial = target.with_name(f"{target.name}.{uuid.uuid4().hex}{PARTIAL}")
    with named_write_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield partial
            partial.replace(target)
        finally:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
