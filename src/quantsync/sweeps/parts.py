"""Parts of a map: real and imaginary, on its grid and off it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quantsync.sweeps.refine.refinement import BORDER, PREFIX

if TYPE_CHECKING:
    import xarray as xr


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


def on_grid(dataset: xr.Dataset) -> xr.Dataset:
    """The dataset without its refined points and their border."""
    parts = [PREFIX, BORDER]
    return dataset.drop_dims([part for part in parts if part in dataset.dims])


def off_grid(dataset: xr.Dataset) -> xr.Dataset:
    """The refined points of a dataset, under the names that the points of the grid have."""
    kept = [n for n in dataset.variables if PREFIX in dataset[n].dims]
    points = dataset[kept].reset_coords()
    return points.rename({n: str(n).removeprefix(f"{PREFIX}_") for n in kept})
