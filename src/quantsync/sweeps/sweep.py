"""`sweep`: measures over a grid of parameters, in memory, on threads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from quantsync.errors import InvalidArgumentError
from quantsync.parallel import map_threads, worker_count
from quantsync.sweeps.batches import ChunkResult, chunks_of, filled_with_nan, solve_chunk
from quantsync.sweeps.datasets import report_failures, sweep_dataset
from quantsync.sweeps.executors.progress import progress_of
from quantsync.sweeps.plan import SweepPlan, prepare_sweep
from quantsync.sweeps.refine.datasets import add_refinement
from quantsync.sweeps.refine.points import RefinedPoints
from quantsync.sweeps.refine.refinement import Refinement
from quantsync.sweeps.refine.refinement import refine as refine_grid

if TYPE_CHECKING:
    from pathlib import Path

    import xarray as xr

RETRY = " To compute them again: sweep(..., retry_failed=True)."


def sweep(
    model: str | Callable[..., Any],
    axes: Mapping[str, Any],
    measures: Any,
    fixed: Mapping[str, Any] | None = None,
    *,
    tied: Mapping[str, Callable[..., Any]] | None = None,
    workers: int | None = None,
    errors: Literal["warn", "raise"] = "warn",
    progress: bool | None = None,
    store: str | Path | None = None,
    chunk: int | Sequence[int] | None = None,
    retry_failed: bool = False,
    scheduler: Any = None,
    refine: str | None = None,
    tolerance: float | None = None,
    level: float | None = None,
    most_points: int | None = None,
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
    workers : int, optional
        Number of threads; every available core by default.
    errors : {"warn", "raise"}, default "warn"
        Points that fail are NaN and True in the variable ``failed``. "warn" names their
        coordinates in a `SweepWarning`, "raise" in a `SweepError` that carries the dataset.
    progress : bool, optional
        Whether to show a progress bar; by default on a terminal and in notebooks. A sweep with a
        store prints a line a minute where there is neither.
    store : str or Path, optional
        Folder of a Zarr group (version 3) that keeps the map, a chunk a task, while it is
        computed. Where the same sweep has left off, by whatever cause, it goes on, and computes
        again only what is missing or damaged. Axes with further values extend the store; any
        other difference is refused. `open_sweep` and ``xarray.open_zarr`` read it.
    chunk : int or sequence of int, optional
        Points of a task in a new store, as a number or a shape; some seconds' worth by default.
    retry_failed : bool, default False
        Whether to compute failed points of the store again.
    scheduler : str, Path or distributed.Client, optional
        A dask cluster whose workers compute the points, and write them where there is a store: an
        address such as ``"tcp://host:8786"``, the path of a scheduler file (``*.json``), a client
        or a cluster. ``workers`` are then the workers'. Needs the extra ``quantsync[cluster]``.
    refine : str, optional
        One of the measures: points are added off the grid, along the border (of a tongue, say) on
        which it takes the value ``level``, until every simplex between neighbouring points that
        the border crosses is smaller than ``tolerance``. One to three axes may vary. Of a store,
        the points that are there are gone on with, whatever they were asked for.
    tolerance : float, default 0.01
        Largest size of those simplices along every axis, as a fraction of the axis (of its
        logarithm, where the values of the axis are spaced geometrically).
    level : float, optional
        Value on the border; half-way between the smallest and the largest on the grid by default.
    most_points : int, default 100000
        Of all points off the grid.

    Returns
    -------
    xarray.Dataset
        One variable a measure over the axes, with units and long names, and in ``attrs`` the
        model, its fixed parameters, the version, the method and the largest residual. With
        ``refine``, the points off the grid as ``refined_NAME`` over the dimension ``refined``, and
        as ``border_NAME`` points on the border, with ``border_uncertainty``, within which it
        passes; in ``attrs`` what was asked and what was reached.

    Warns
    -----
    SweepWarning
        If points failed and ``errors="warn"``, or parts of the store are damaged.
    RefinementWarning
        If there is no border, or it could not be located to the tolerance.

    Raises
    ------
    UnknownNameError
        If the model, a parameter or a measure does not exist.
    InvalidArgumentError
        If an axis is empty or not one-dimensional, or a parameter is both an axis and fixed.
    SweepError
        If points failed and ``errors="raise"``.
    StoreMismatchError
        If the store holds another sweep; the differences are named.
    StoreLockedError
        If another process is writing to the store.
    StoreWriteError
        If the disk is full or the store cannot be written.
    ClusterError
        If there is no scheduler, or it is lost, or workers die of some of the points.
    SweepInterrupt
        At Ctrl-C, with a store.

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

    >>> import tempfile
    >>> path = tempfile.mkdtemp() + "/tongue.zarr"
    >>> _ = qs.sweep("spin_pair", {"epsilon": [0.1]}, "purity", store=path, progress=False)
    >>> further = {"epsilon": [0.1, 0.2]}  # the first point is not computed again
    >>> qs.sweep("spin_pair", further, "purity", store=path, progress=False).purity.shape
    (2,)

    >>> axes = {"epsilon": [0.1], "detuning": np.linspace(0.0, 2.0, 5)}
    >>> edge = qs.sweep("spin_pair", axes, "synchronization", refine="synchronization", level=0.01)
    >>> print(edge.border_detuning.values.round(3), edge.refined_reached <= 0.01)
    [1.923] True
    """
    if errors not in ("warn", "raise"):
        raise InvalidArgumentError(
            f"Argument `errors` must be 'warn' or 'raise', but is {errors!r}."
        )
    plan = prepare_sweep(model, axes, measures, fixed, tied)
    asked = Refinement.checked(plan, refine, tolerance, level, most_points)
    if store is not None:
        from quantsync.sweeps.store.run import run_stored

        found = run_stored(
            plan,
            store,
            workers=worker_count(workers),
            chunk=chunk,
            retry_failed=retry_failed,
            progress=progress,
            refinement=asked,
            scheduler=scheduler,
        )
        dataset, failures = sweep_dataset(plan, found.values, found.messages, found.residual)
        size = plan.grid.size
        if asked is not None and (points := found.refined) and points.outcome:
            dataset = add_refinement(dataset, plan.grid, points, asked, points.outcome)
            failures, size = failures + points.failures, size + len(points)
        report_failures(dataset, failures, size, errors, RETRY)
        return dataset
    if chunk is not None or retry_failed:
        raise InvalidArgumentError(
            f"Argument `{'chunk' if chunk is not None else 'retry_failed'}` needs a `store`."
        )
    if scheduler is None:
        results = _run(plan, worker_count(workers), progress)
    else:
        from quantsync.sweeps.executors.cluster import run_on_cluster

        results = run_on_cluster(plan, scheduler, progress)
    variables, messages = _assemble(results, plan.grid.size)
    residual = max(result.residual for _, result in results)
    dataset, failures = sweep_dataset(plan, variables, messages, residual)
    size = plan.grid.size
    if asked is not None:
        points = RefinedPoints(plan.grid.names)
        outcome = refine_grid(
            plan,
            asked,
            variables.get(asked.measure, np.full(size, np.nan)),
            points,
            worker_count(workers),
            progress=lambda count: progress_of(count, "refined points", progress),
        )
        dataset = add_refinement(dataset, plan.grid, points, asked, outcome)
        failures, size = failures + points.failures, size + len(points)
    report_failures(dataset, failures, size, errors)
    return dataset


def _run(
    plan: SweepPlan, workers: int, progress: bool | None
) -> list[tuple[np.ndarray, ChunkResult]]:
    system, pieces = plan.system, chunks_of(plan.system)

    def work(members: np.ndarray) -> tuple[np.ndarray, ChunkResult]:
        return members, solve_chunk(system.take(members), plan.measures)

    with progress_of(plan.grid.size, "points", progress) as advance:
        return map_threads(work, pieces, workers, lambda members: advance(len(members)))


def _assemble(
    results: list[tuple[np.ndarray, ChunkResult]], size: int
) -> tuple[dict[str, np.ndarray], dict[int, str]]:
    variables: dict[str, np.ndarray] = {}
    failures: dict[int, str] = {}
    for members, result in results:
        for name, array in result.values.items():
            if name not in variables:
                variables[name] = filled_with_nan((size, *array.shape[1:]), array.dtype)
            variables[name][members] = array
        failures |= {int(members[k]): message for k, message in result.failures.items()}
    return variables, failures
