"""`sweep`: measures over a grid of parameters, in memory, on threads."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from quantsync.checks import choice, named_arguments
from quantsync.errors import SweepWarning, WarnedOnce, warn_caller
from quantsync.parallel import map_threads, worker_count
from quantsync.sweeps._batches import (
    ChunkResult,
    WorkElsewhere,
    chunks_of,
    merged,
    solve_chunk,
)
from quantsync.sweeps._certificates import warn_of_truncation
from quantsync.sweeps._datasets import report_failures, sweep_dataset
from quantsync.sweeps.executors.processes import on_processes
from quantsync.sweeps.executors.progress import Progress, progress_of
from quantsync.sweeps.options import Refine, Store
from quantsync.sweeps.plan import SweepPlan, prepare_sweep
from quantsync.sweeps.refine.datasets import add_refinement
from quantsync.sweeps.refine.points import RefinedPoints
from quantsync.sweeps.refine.refinement import checked_refinement
from quantsync.sweeps.refine.refinement import refine as refine_grid
from quantsync.version import __version__

if TYPE_CHECKING:
    from pathlib import Path

    import xarray as xr

LONG = 20.0  # seconds of a model's own, from which on processes are worth their start
RETRY = " To compute them again: store=qs.Store(path, retry_failed=True)."


@named_arguments
def sweep(
    model: str | Callable[..., Any],
    axes: Mapping[str, Any],
    measures: Any,
    fixed: Mapping[str, Any] | None = None,
    *,
    tied: Mapping[str, str | Callable[..., Any]] | None = None,
    workers: int | None = None,
    errors: Literal["mask", "raise"] = "mask",
    progress: Progress = None,
    store: str | Path | Store | None = None,
    scheduler: Any = None,
    refine: str | Refine | None = None,
) -> xr.Dataset:
    """Take measures of a model's systems at every point of a parameter grid.

    Parameters
    ----------
    model : str or callable
        A model by name, or a function of keyword parameters. It returns a `Lindbladian`, whose
        steady states are measured, a run (``(system, state, times)``), or another
        `quantsync.system.System`. Functions that broadcast are called once; others are found out
        and called for one value at a time, and what they return is joined into batches again as
        far as it is affine in a few coefficients.
    axes : mapping of str to array_like
        Parameter names and their values, one-dimensional; the grid is their product. Values are
        numbers, switches or names (of a variant, say).
    measures : list of (str, callable or Measure), or mapping
        Measures by name, or functions from the solution of B systems (a `SteadyState` of batch
        shape (B,)) to an array of shape (B, ...). A function with two positional arguments gets
        the systems as well, one with three also a dict of all parameters, numbers as arrays of
        shape (B,). A mapping gives names to functions.
    fixed : mapping, optional
        Values of further parameters; what is in neither has the model's default.
    tied : mapping of str to (str or callable), optional
        Parameters that follow from axes or fixed ones: arithmetic, ``{"damping_a": "1 - gain_a"}``
        (+ - * / **, sqrt, exp, log, sin, cos, tan, abs, minimum, maximum, pi), which stores keep,
        or functions of their names, ``{"damping_a": lambda gain_a: 1 - gain_a}``.
    workers : int, optional
        Number of threads; every available core by default.
    errors : {"mask", "raise"}, default "mask"
        Points that fail are NaN and True in the variable ``failed``. "mask" names their
        coordinates in a `SweepWarning`, "raise" in a `SweepError` that carries the dataset.
    progress : bool or callable, optional
        Whether to show a progress bar; by default on a terminal and in notebooks. A sweep with a
        store prints a line per minute where there is neither. A function is called with the numbers
        of points that are done and of all points; what it raises ends the sweep.
    store : str, Path or Store, optional
        Folder of a Zarr group (version 3) that keeps the map while it is computed, one chunk per
        task. Where the same sweep has left off, by whatever cause, it goes on, and computes again
        only what is missing or damaged. Axes with further values extend the store, and so do
        further measures, which are taken at the points that are there; any other difference is
        refused. `open_sweep` and ``xarray.open_zarr`` read it. A `Store` says more: the size of a
        task, and whether failed points are computed again.
    scheduler : str, Path or distributed.Client, optional
        A dask cluster whose workers compute the points, and write them where there is a store: an
        address such as ``"tcp://host:8786"``, the path of a scheduler file (``*.json``), a client
        or a cluster. ``workers`` are then the workers'. Needs the extra ``quantsync[cluster]``.
    refine : str or Refine, optional
        One of the measures: points are added off the grid, along the border (of a tongue, say) on
        which it crosses a level. A `Refine` says which level and how well. One to three axes may
        vary. A store keeps the points, and goes on with those that are there, whatever they were
        asked for.

    Returns
    -------
    xarray.Dataset
        One variable a measure over the axes, with units and long names, and in ``attrs`` the
        model, its fixed parameters, the version, the method and the worst certificates of all
        solutions: ``largest_residual`` (or ``largest_error``) and, where solutions have them,
        ``smallest_reciprocal_condition`` and ``largest_truncation``. One that is not known is not
        there, and ``unknown_certificates`` says why. With
        ``refine``, the points off the grid as ``refined_NAME`` over the dimension ``refined``, and
        as ``border_NAME`` points on the border, with ``border_uncertainty``, within which it
        passes; in ``attrs`` what was asked and what was reached.

    Warns
    -----
    SweepWarning
        If points failed and ``errors="mask"``, or parts of the store are damaged.
    SourceChangedWarning
        If the file of a function has been changed since it was imported, with a store.
    UnfollowedWarning
        If a function reads what a store cannot look into (a file, ``globals()``), with a store.
    TruncationWarning
        If the cut-off of a mode matters somewhere: see ``largest_truncation`` in ``attrs``.
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
    """
    import quantsync.sweeps.accessor  # noqa: F401 - datasets have .quantsync from here on

    choice(errors, "errors", ("mask", "raise"))
    kept, workers = Store.of(store), worker_count(workers)
    with WarnedOnce():
        plan = prepare_sweep(model, axes, measures, fixed, tied)
        asked = checked_refinement(plan, refine)
        if plan.too_large:
            from quantsync.sweeps.store.cost import require_room

            require_room(plan, workers)
        one_process = not _needs_processes(plan, 1 if scheduler is not None else workers)
        with nullcontext(plan) if one_process else _on_processes(plan, workers) as made:
            if kept is None:
                found, points = _in_memory(made, workers, progress, asked, scheduler)
                version = __version__
            else:
                from quantsync.sweeps.store.run import run_stored

                found, points, version = run_stored(made, kept, workers, progress, asked, scheduler)
    dataset, failures = sweep_dataset(plan, found, version)
    size = plan.grid.size
    if asked is not None and points is not None and points.outcome is not None:
        dataset = add_refinement(
            dataset, found.certificates, plan.grid, points, asked, points.outcome
        )
        failures, size = failures + points.failures, size + len(points)
    warn_of_truncation(found.certificates)
    report_failures(dataset, failures, size, errors, "" if kept is None else RETRY)
    return dataset


def _needs_processes(plan: SweepPlan, workers: int) -> bool:
    """Whether calling the model takes so long that processes should; a word about what it costs."""
    from quantsync.sweeps.store.cost import duration

    systems, size = plan.systems, plan.grid.size
    if plan.model.is_registered or systems.example is None:
        return False
    calls = math.prod(len(plan.grid.axes[n]) for n in systems.apart)
    seconds = calls * systems.seconds
    spread = seconds > LONG and workers > 1 and _travels(plan)
    apart = [n for n in systems.apart if plan.grid.axes[n].dtype.kind == "f"]
    if apart:
        warn_caller(
            f"Model {plan.model.name} does not take arrays of {', '.join(f'`{n}`' for n in apart)} "
            f"({systems.cause}) and is called {calls} times for {size} points, which alone takes "
            f"about {duration(seconds)}{f' on one of {workers} processes' * spread}, instead of "
            "once. If it can be written with np.where(...) in place of `if`, and with NumPy "
            "functions, the whole map is one batch"
            f"{' (from_qutip takes [(coefficients, Qobj), ...])' * ('Qobj' in systems.cause)}.",
            SweepWarning,
        )
    return spread


@contextmanager
def _on_processes(plan: SweepPlan, workers: int) -> Iterator[SweepPlan]:
    """The plan, with processes that make its systems and solve them."""
    with on_processes(WorkElsewhere(replace(plan)), workers) as elsewhere:
        made = replace(plan, elsewhere=elsewhere)
        made.__dict__["system"] = plan.system
        yield made


def _travels(plan: SweepPlan) -> bool:
    """Whether what defines a sweep can be sent to processes; else threads call the model."""
    import cloudpickle

    try:
        cloudpickle.dumps(replace(plan))
    except Exception:  # whatever the objects raise that a function holds
        return False
    return True


def _in_memory(
    plan: SweepPlan, workers: int, progress: Progress, asked: Refine | None, scheduler: Any
) -> tuple[ChunkResult, RefinedPoints | None]:
    if scheduler is None:
        found = _on_threads(plan, workers, progress)
    else:
        from quantsync.sweeps.executors.cluster import run_on_cluster

        found = run_on_cluster(plan, scheduler, progress)
    if asked is None:
        return found, None
    points = RefinedPoints(plan.grid.names)
    points.outcome = refine_grid(
        plan,
        asked,
        found.values.get(asked.measure, np.full(plan.grid.size, np.nan)),
        points,
        workers,
        progress=lambda count: progress_of(count, "refined points", progress),
    )
    return found, points


def _on_threads(plan: SweepPlan, workers: int, progress: Progress) -> ChunkResult:
    pieces = chunks_of(plan.system)

    def work(members: np.ndarray) -> tuple[np.ndarray, ChunkResult]:
        return members, solve_chunk(plan.batch(members), plan)

    with progress_of(plan.grid.size, "points", progress) as advance:
        results = map_threads(work, pieces, workers, lambda members: advance(len(members)))
    return merged(plan.grid.size, results)
