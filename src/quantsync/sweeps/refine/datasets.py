"""Refined points and the border in the dataset of a sweep."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from quantsync.sweeps._certificates import Worst, with_certificates, worst_of
from quantsync.sweeps._grid import Grid
from quantsync.sweeps.options import Refine
from quantsync.sweeps.refine._border import Border
from quantsync.sweeps.refine.points import FAILED, MISSING, RefinedPoints
from quantsync.sweeps.refine.refinement import (
    BORDER,
    PREFIX,
    Outcome,
    positions_of,
    varying_axes,
)

if TYPE_CHECKING:
    import xarray as xr


def add_refinement(
    dataset: xr.Dataset,
    certificates: Worst,
    grid: Grid,
    points: RefinedPoints,
    asked: Refine,
    outcome: Outcome,
) -> xr.Dataset:
    """The dataset of a sweep with its refined points and the border that they surround.

    ``certificates`` are those of the grid.
    """
    rows = points.known
    variables: dict[str, Any] = {}
    for name, array in list(dataset.data_vars.items()):
        if str(name) not in points.values and array.dtype.kind not in "fc":
            continue  # the status, the map of failed points
        extra = array.dims[len(grid.shape) :]
        empty = np.full((len(points), *array.shape[len(grid.shape) :]), np.nan)
        found = points.values.get(str(name), empty)[rows]
        variables[f"{PREFIX}_{name}"] = ([PREFIX, *extra], found, array.attrs)
    if (points.state[rows] == FAILED).any():
        variables[f"{PREFIX}_failed"] = (PREFIX, points.state[rows] == FAILED)
    coordinates: dict[str, Any] = {
        f"{PREFIX}_{name}": (PREFIX, column, dataset[name].attrs)
        for name, column in grid.columns_at(points.positions[rows]).items()
    }
    scales = varying_axes(grid)
    border = _border(dataset[asked.measure].values.reshape(-1), grid, points, asked, outcome)
    at = {name: s.from_unit(border.points[:, k]) for k, (name, s) in enumerate(scales.items())}
    for name, axis in grid.axes.items():
        there = at[name] if name in at else np.full(len(border.points), axis[0])
        coordinates[f"{BORDER}_{name}"] = (BORDER, there, dataset[name].attrs)
    about = {"long_name": "how far off the border can be, as a fraction of every axis"}
    variables[f"{BORDER}_uncertainty"] = (BORDER, border.uncertainty, about | {"units": "1"})
    attrs = with_certificates(dataset.attrs, worst_of([certificates, points.worst]))
    attrs |= refined_attributes(grid, points, asked, outcome)
    if points.failures:
        earlier = list(dataset.attrs.get("failures", []))
        attrs["failures"] = earlier + [str(failure) for failure in points.failures]
    refined = dataset.assign(variables).assign_coords(coordinates)
    refined.attrs = attrs
    return refined


def refined_attributes(
    grid: Grid, points: RefinedPoints, asked: Refine, outcome: Outcome
) -> dict[str, Any]:
    """What was asked of a refinement and what it reached, as attributes of a dataset."""
    scales = varying_axes(grid)
    spacing = math.ceil(1 / asked.tolerance) + 1
    return {
        "refined_measure": asked.measure,
        "refined_level": outcome.level,
        "refined_tolerance": asked.tolerance,
        "refined_reached": outcome.reached,
        "refined_blocked": outcome.blocked,
        "refined_points": int(points.known.sum()),
        "refined_full_grid": float(spacing ** len(scales)),
        "refined_logarithmic": ", ".join(name for name, s in scales.items() if s.log),
    }


def _border(
    values: np.ndarray, grid: Grid, points: RefinedPoints, asked: Refine, outcome: Outcome
) -> Border:
    """The border between the points of a grid and those off it, on the unit cube."""
    scales = varying_axes(grid)
    columns = [k for k, name in enumerate(grid.names) if name in scales]
    rows = points.state != MISSING
    where = np.concatenate([positions_of(grid), points.positions[rows]])[:, columns]
    unit = [scale.to_unit(where[:, k]) for k, scale in enumerate(scales.values())]
    found = np.concatenate([values.astype(float), points.value(asked.measure)[rows]])
    return Border.of(np.stack(unit, axis=1), found, outcome.level)
