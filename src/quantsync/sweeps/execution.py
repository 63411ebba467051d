"""`sweep`: measures over a grid of parameters, in memory, on threads."""

from __future__ import annotations

import inspect
import sys
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from quantsync.errors import InvalidArgumentError, SweepError, SweepWarning
from quantsync.measures.named import NamedMeasure
from quantsync.models.registry import (
    check_parameters,
    find_model,
    model_name,
    model_parameters,
    single_values,
)
from quantsync.parallel import map_threads, thread_count
from quantsync.sweeps.batches import Batch, ChunkResult, filled_with_nan, solve_chunk
from quantsync.sweeps.formalisms import System, formalism_of, require_system, resolve_measures
from quantsync.sweeps.grid import Grid
from quantsync.version import __version__

if TYPE_CHECKING:
    import xarray as xr


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
        where = ", ".join(f"{name}={value:g}" for name, value in self.coordinates.items())
        return f"{where}: {self.message}"


def sweep(
    model: str | Callable[..., Any],
    axes: Mapping[str, Any],
    measures: Any,
    fixed: Mapping[str, Any] | None = None,
    *,
    tied: Mapping[str, Callable[..., Any]] | None = None,
    threads: int | None = None,
    errors: Literal["warn", "raise"] = "warn",
    progress: bool | None = None,
) -> xr.Dataset:
    """Take measures of a model's steady state at every point of a parameter grid.

    Parameters
    ----------
    model : str or callable
        A model by name, or a function of keyword parameters that returns a `Lindbladian` and
        whose parameters broadcast.
    axes : mapping of str to array_like
        Parameter names and their values, one-dimensional; the grid is their product.
    measures : list of (str or callable), or mapping
        Measures by name, or functions from a `SteadyState` with batch shape (B,) to an array of
        shape (B, ...). A mapping gives names to functions.
    fixed : mapping, optional
        Values of further parameters; what is in neither has the model's default.
    tied : mapping of str to callable, optional
        Parameters that follow from the axes: functions of their names, such as
        ``{"damping_a": lambda gain_a: 1 - gain_a}``.
    threads : int, optional
        Number of threads; every available core by default.
    errors : {"warn", "raise"}, default "warn"
        Points that fail are NaN and True in the variable ``failed``. "warn" names their
        coordinates in a `SweepWarning`, "raise" in a `SweepError` that carries the dataset.
    progress : bool, optional
        Whether to show a progress bar; by default on a terminal.

    Returns
    -------
    xarray.Dataset
        One variable a measure over the axes, with units and long names, and in ``attrs`` the
        model, its fixed parameters, the version, the method and the largest residual.

    Raises
    ------
    UnknownNameError
        If the model, a parameter or a measure does not exist.
    InvalidArgumentError
        If an axis is empty or not one-dimensional, or a parameter is both an axis and fixed.
    SweepError
        If points failed and ``errors="raise"``.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> tongue = qs.sweep(
    ...     qs.models.spin_pair,
    ...     {"epsilon": [0.05, 0.1], "detuning": [-1.0, 0.0, 1.0]},
    ...     measures=["synchronization", "negativity"],
    ... )
    >>> print(tongue.synchronization.values.round(5))
    [[0.00768 0.01081 0.00768]
     [0.01515 0.02101 0.01515]]
    """
    import xarray as xr

    if errors not in ("warn", "raise"):
        raise InvalidArgumentError(
            f"Argument `errors` must be 'warn' or 'raise', but is {errors!r}."
        )
    function, grid = find_model(model), Grid.from_axes(axes)
    fixed = single_values(fixed or {}, "values that vary go into `axes`")
    if both := sorted(set(fixed) & set(grid.names)):
        raise InvalidArgumentError(f"Parameter {both[0]!r} is both an axis and fixed.")
    following = _follow(tied or {}, grid, fixed)
    check_parameters(function, [*grid.names, *following, *fixed])
    arrays = {**grid.open_arrays(), **following}
    system = require_system(function(**arrays, **fixed), model_name(function))
    resolved = resolve_measures(measures, function, type(system))
    for name in resolved:
        if name in grid.axes or name == "failed":
            raise InvalidArgumentError(
                f"A measure cannot be called {name!r}, which is "
                f"{'an axis' if name in grid.axes else 'the map of failed points'}; "
                "rename it by passing a dictionary."
            )
    # A parameter that no coefficient depends on leaves the batch smaller than the grid.
    system = _broadcast(system, grid)
    flat = {name: np.broadcast_to(a, grid.shape).reshape(-1) for name, a in arrays.items()}
    batch = Batch(function, {**flat, **fixed}, system)
    results = _run(batch, grid, resolved, thread_count(threads), progress)
    variables, failed, failures = _assemble(results, grid)
    dataset = xr.Dataset(
        {
            name: _variable(xr, name, variables.get(name), measure, grid)
            for name, measure in resolved.items()
        },
        coords=_coordinates(xr, function, grid),
        attrs=_provenance(function, fixed, following, grid, system, results),
    )
    if failures:
        dataset["failed"] = xr.DataArray(failed, dims=grid.names)
        dataset.attrs["failures"] = [str(failure) for failure in failures]
        shown = "; ".join(str(failure) for failure in failures[:5])
        more = f"; and {len(failures) - 5} more" if len(failures) > 5 else ""
        message = f"{len(failures)} of {grid.size} points of the sweep failed: {shown}{more}."
        if errors == "raise":
            raise SweepError(message, dataset, failures)
        warnings.warn(message, SweepWarning, stacklevel=2)
    return dataset


def _follow(
    tied: Mapping[str, Callable[..., Any]], grid: Grid, fixed: Mapping[str, Any]
) -> dict[str, np.ndarray]:
    """Values of the tied parameters, broadcasting with the axes."""
    open_arrays, values = grid.open_arrays(), {}
    for name, rule in tied.items():
        if name in grid.axes or name in fixed:
            raise InvalidArgumentError(
                f"Parameter {name!r} is tied, and {'an axis' if name in grid.axes else 'fixed'}."
            )
        needed = list(inspect.signature(rule).parameters)
        for needs in needed:
            if needs not in grid.axes:
                raise InvalidArgumentError(
                    f"Parameter {name!r} is tied to {needs!r}, which is not an axis; the axes are "
                    f"{', '.join(grid.names)}."
                )
        values[name] = np.asarray(rule(**{needs: open_arrays[needs] for needs in needed}))
    return values


def _broadcast(system: System, grid: Grid) -> System:
    if np.broadcast_shapes(system.shape, grid.shape) != grid.shape:
        raise InvalidArgumentError(
            f"The model returned systems of shape {system.shape} for a grid of shape "
            f"{grid.shape}: fixed parameters must be single numbers."
        )
    return system.broadcast_to(grid.shape)


def _run(
    batch: Batch,
    grid: Grid,
    measures: Mapping[str, Any],
    threads: int,
    progress: bool | None,
) -> list[tuple[np.ndarray, ChunkResult]]:
    plan = formalism_of(type(batch.system)).chunks(batch.system)

    def work(members: np.ndarray) -> tuple[np.ndarray, ChunkResult]:
        return members, solve_chunk(batch.take(members), measures)

    show = sys.stderr.isatty() if progress is None else progress
    if not show:
        return map_threads(work, plan, threads)
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = ("sweep", BarColumn(), MofNCompleteColumn(), "points", TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("sweep", total=grid.size)
        return map_threads(work, plan, threads, lambda members: bar.advance(task, len(members)))


def _assemble(
    results: list[tuple[np.ndarray, ChunkResult]], grid: Grid
) -> tuple[dict[str, np.ndarray], np.ndarray, list[PointFailure]]:
    variables: dict[str, np.ndarray] = {}
    failed = np.zeros(grid.size, bool)
    failures = []
    messages = {}
    for members, result in results:
        for name, array in result.values.items():
            if name not in variables:
                variables[name] = filled_with_nan((grid.size, *array.shape[1:]), array.dtype)
            variables[name][members] = array
        messages |= {int(members[k]): message for k, message in result.failures.items()}
    for point, message in sorted(messages.items()):
        failed[point] = True
        failures.append(PointFailure(grid.coordinates(point), message))
    shaped = {
        name: array.reshape(*grid.shape, *array.shape[1:]) for name, array in variables.items()
    }
    return shaped, failed.reshape(grid.shape), failures


def _variable(
    xr: Any, name: str, values: np.ndarray | None, measure: Any, grid: Grid
) -> xr.DataArray:
    array = filled_with_nan(grid.shape, float) if values is None else values
    extra = [f"{name}_{k}" for k in range(array.ndim - len(grid.shape))]
    attrs = {}
    if isinstance(measure, NamedMeasure):
        attrs = {"long_name": measure.long_name, "units": measure.units}
    return xr.DataArray(array, dims=[*grid.names, *extra], attrs=attrs)


def _coordinates(xr: Any, function: Callable[..., Any], grid: Grid) -> dict[str, Any]:
    documented = model_parameters(function)
    coordinates = {}
    for name, values in grid.axes.items():
        parameter = documented.get(name)
        attrs = {
            "long_name": parameter.description if parameter else "",
            "units": (parameter.unit if parameter else "") or "1",
        }
        coordinates[name] = xr.DataArray(values, dims=[name], attrs=attrs)
    return coordinates


def _provenance(
    function: Callable[..., Any],
    fixed: dict[str, Any],
    following: dict[str, np.ndarray],
    grid: Grid,
    system: System,
    results: list[tuple[np.ndarray, ChunkResult]],
) -> dict[str, Any]:
    defaults = {
        name: parameter.default
        for name, parameter in model_parameters(function).items()
        if name not in grid.axes
        and name not in following
        and parameter.default is not inspect.Parameter.empty
    }
    formalism = formalism_of(type(system))
    attrs: dict[str, Any] = {"model": model_name(function), "system": formalism.describe(system)}
    for name, value in (defaults | fixed).items():
        # netCDF attributes hold numbers and strings.
        plain = isinstance(value, int | float) and not isinstance(value, bool)
        attrs[f"parameter_{name}"] = value if plain else str(value)
    attrs |= {f"parameter_{name}": "tied to the axes" for name in following}
    attrs |= {
        "method": formalism.method,
        "largest_residual": max(result.residual for _, result in results),
        "quantsync_version": __version__,
    }
    return attrs
