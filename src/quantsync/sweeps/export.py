"""Stored maps for other programs: real columns, netCDF, CSV, pictures."""

from __future__ import annotations

import csv
import math
import sys
import uuid
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import numpy as np

from quantsync.errors import InvalidArgumentError
from quantsync.sweeps.drawing import MapPictures, map_axes
from quantsync.sweeps.parts import off_grid, on_grid, real_variables
from quantsync.sweeps.refine.refinement import PREFIX
from quantsync.sweeps.store.files import PARTIAL, named_write_errors

if TYPE_CHECKING:
    import xarray as xr

FORMATS = (".nc", ".csv")
MOST_PANELS = 12


def export_dataset(dataset: xr.Dataset, target: Path | None) -> None:
    """Write a dataset as netCDF (.nc) or CSV (.csv), one line per point; whole or not at all.

    Without a file, as CSV to standard output.
    """
    if target is None:
        _write_csv(real_variables(dataset), sys.stdout)
        return
    if target.suffix not in FORMATS:
        raise InvalidArgumentError(
            f"File {target} must end in {' or '.join(FORMATS)}, for netCDF or CSV."
        )
    real = real_variables(dataset)
    with _replacing(target) as partial:
        if target.suffix == ".nc":
            real.to_netcdf(partial, engine="h5netcdf")
        else:
            with partial.open("w", newline="", encoding="utf-8") as file:
                _write_csv(real, file)


def _write_csv(dataset: xr.Dataset, file: TextIO) -> None:
    grid = on_grid(dataset)
    dims = map_axes(grid)
    size = math.prod(grid.sizes[name] for name in dims)
    mesh = np.meshgrid(*(grid[name].values for name in dims), indexing="ij")
    columns = {str(n): v.reshape(-1) for n, v in zip(dims, mesh, strict=True)}
    columns |= _columns(grid, len(dims))
    if PREFIX in dataset.dims:  # a line a point for these, too
        more = _columns(off_grid(dataset), 1)
        count, extra = size, dataset.sizes[PREFIX]
        for name in ({*columns} | {*more}) - ({*columns} & {*more}):  # failures in one part only
            columns.setdefault(name, np.zeros(count, bool))
            more.setdefault(name, np.zeros(extra, bool))
        columns = {name: np.concatenate([c, more[name]]) for name, c in columns.items()}
        columns[PREFIX] = np.arange(count + extra) >= count
    writer = csv.writer(file, lineterminator="\r\n" if file is not sys.stdout else "\n")
    writer.writerow(columns)
    writer.writerows(zip(*(column.tolist() for column in columns.values()), strict=True))


def _columns(dataset: xr.Dataset, rank: int) -> dict[str, np.ndarray]:
    """The variables of a dataset as columns, a line for each place in the leading dimensions."""
    columns = {}
    for name, variable in dataset.data_vars.items():
        extra = variable.shape[rank:]
        flat = variable.values.reshape(math.prod(variable.shape[:rank]), -1)
        for k, index in enumerate(np.ndindex(*extra)):
            names = (_name(dataset, d, j) for d, j in zip(variable.dims[rank:], index, strict=True))
            label = f"{name}[{','.join(names)}]" if extra else str(name)
            columns[label] = flat[:, k]
    return columns


def _name(dataset: xr.Dataset, axis: Hashable, k: int) -> str:
    """How a component is told apart from others: by its name, or number."""
    return str(dataset[axis].values[k]) if axis in dataset.coords else str(k)


def draw_dataset(
    dataset: xr.Dataset, target: Path | None, names: list[str], at: Mapping[str, float | str]
) -> list[str]:
    """Draw measures (all by default) over one axis or two, others cut `at` one of their values.

    Without a file, as PNG to standard output.
    Returns the labels of what one picture has no room for.
    """
    from quantsync.plotting import new_figure, style

    pictures = MapPictures.of(dataset, names, at)
    shown, more = pictures.panels[:MOST_PANELS], pictures.panels[MOST_PANELS:]
    columns = min(3, len(shown))
    rows = math.ceil(len(shown) / columns)
    with (
        style(),
        nullcontext(sys.stdout.buffer) if target is None else _replacing(target) as partial,
    ):
        figure = new_figure(3.4 * columns, 2.6 * rows)
        for k, panel in enumerate(shown):
            pictures.draw(figure.add_subplot(rows, columns, k + 1), panel)
        if pictures.cut:
            figure.suptitle(pictures.cut, fontsize="medium")
        figure.savefig(partial, format=(target and target.suffix[1:]) or "png")
    return [panel.label for panel in more]


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
