"""What a sweep gives: variables, coordinates and provenance in a dataset, and its failed points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from quantsync.errors import SweepError, SweepWarning, warn_caller
from quantsync.sweeps._batches import ChunkResult
from quantsync.sweeps._certificates import attributes_of
from quantsync.sweeps._grid import Grid
from quantsync.sweeps._measuring import filled_with_nan
from quantsync.sweeps._systems import described
from quantsync.sweeps.plan import SweepPlan
from quantsync.system import Measure
from quantsync.version import __version__

if TYPE_CHECKING:
    import xarray as xr


COMPONENTS = "components"  # attribute of a variable: its last axis, and the names along it


@dataclass(frozen=True)
class PointFailure:
    """A point of a sweep that could not be computed.

    Attributes
    ----------
    coordinates : dict of str to float
        Where it is.
    message : str
        Why.
    """

    coordinates: dict[str, float]
    message: str

    def __str__(self) -> str:
        where = ", ".join(
            f"{name}={value if isinstance(value, str) else format(value, 'g')}"
            for name, value in self.coordinates.items()
        )
        return f"{where}: {self.message}"


def sweep_dataset(
    plan: SweepPlan, found: ChunkResult, version: str = __version__
) -> tuple[xr.Dataset, list[PointFailure]]:
    """The dataset of a sweep, NaN where a measure or a point is missing, and its failed points."""
    import xarray as xr

    grid = plan.grid
    listed = point_failures(found.failures, grid)
    dataset = xr.Dataset(
        {name: _variable(xr, name, found.values.get(name), plan) for name in plan.measures},
        coords={
            name: xr.DataArray(values, dims=[name], attrs=coordinate_attributes(plan, name))
            for name, values in grid.axes.items()
        },
        attrs=provenance(plan) | attributes_of(found.certificates) | {"quantsync_version": version},
    )
    dataset = with_component_names(dataset)
    if listed:
        failed = np.zeros(grid.size, bool)
        failed[list(found.failures)] = True
        dataset["failed"] = xr.DataArray(failed.reshape(grid.shape), dims=grid.names)
        dataset.attrs["failures"] = [str(failure) for failure in listed]
    return dataset, listed


def point_failures(failures: Mapping[int, str], grid: Grid) -> list[PointFailure]:
    """Failed points with their coordinates, in the order of the grid."""
    return [
        PointFailure(grid.coordinates(point), message)
        for point, message in sorted(failures.items())
    ]


def report_failures(
    dataset: xr.Dataset,
    failures: list[PointFailure],
    size: int,
    errors: Literal["mask", "raise"],
    hint: str = "",
) -> None:
    """Name the failed points of a sweep, if there are any, in a warning or an error."""
    if not failures:
        return
    shown = "; ".join(str(failure) for failure in failures[:5])
    more = f"; and {len(failures) - 5} more" if len(failures) > 5 else ""
    message = f"{len(failures)} of {size} points of the sweep failed: {shown}{more}.{hint}"
    if errors == "raise":
        raise SweepError(message, dataset, failures)
    warn_caller(message, SweepWarning)


def _variable(xr: Any, name: str, values: np.ndarray | None, plan: SweepPlan) -> xr.DataArray:
    grid, attrs = plan.grid, measure_attributes(plan.measures[name], plan.example)
    array = filled_with_nan((grid.size,), float) if values is None else values
    extra = component_axes(name, attrs, array.ndim - 1)
    shaped = array.reshape(*grid.shape, *array.shape[1:])
    return xr.DataArray(shaped, dims=[*grid.names, *extra], attrs=attrs)


def measure_attributes(measure: Any, system: Any) -> dict[str, str]:
    """Long name and units of a measure, and what else it tells of such systems."""
    if not isinstance(measure, Measure):
        return {}
    own = {} if measure.attributes is None else dict(measure.attributes(system))
    axis = None if measure.components is None else measure.components(system)
    if axis is not None:
        own[COMPONENTS] = f"{axis[0]}: {', '.join(axis[1])}"
    return {"long_name": measure.long_name, "units": measure.units, **own}


def component_axes(name: str, attributes: Mapping[str, Any], count: int) -> list[str]:
    """Names of so many axes that a measure's values have behind those of the map."""
    axis = attributes.get(COMPONENTS, "").partition(":")[0]
    return [axis] if axis and count == 1 else [f"{name}_{k}" for k in range(count)]


def with_component_names(dataset: xr.Dataset) -> xr.Dataset:
    """The dataset with the names along the axes of components, where these are known."""
    named = {}
    for variable in dataset.data_vars.values():
        axis, _, names = variable.attrs.get(COMPONENTS, "").partition(": ")
        if axis in variable.dims and variable.sizes[axis] == len(names.split(", ")):
            named[axis] = names.split(", ")
    return dataset.assign_coords(named)


def coordinate_attributes(plan: SweepPlan, name: str) -> dict[str, str]:
    """Long name and units of an axis, from the model's docstring."""
    parameter = plan.model.parameters.get(name)
    return {
        "long_name": parameter.description if parameter else "",
        "units": (parameter.unit if parameter else "") or "1",
    }


def provenance(plan: SweepPlan) -> dict[str, Any]:
    """The model, its parameters and the method, as numbers and strings."""
    defaults = {
        name: parameter.default
        for name, parameter in plan.model.parameters.items()
        if name not in plan.grid.axes and name not in plan.tied and not parameter.is_required
    }
    attrs: dict[str, Any] = {
        "model": plan.model.name,
        "system": described(plan.system),
    }
    for name, value in (defaults | dict(plan.fixed)).items():
        # netCDF attributes hold numbers and strings.
        plain = isinstance(value, int | float) and not isinstance(value, bool)
        attrs[f"parameter_{name}"] = value if plain else str(value)
    attrs |= {f"parameter_{name}": "tied to the axes" for name in plan.tied}
    return attrs | {"method": plan.system.method}
