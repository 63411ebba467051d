"""`ensemble`: measures of the states that random perturbations of every strength select."""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from quantsync.catalogue.measures import resolve_measures
from quantsync.catalogue.state_measures import STATE_MEASURES
from quantsync.checks import named_arguments, whole_number
from quantsync.errors import InvalidArgumentError, SweepError, SweepWarning, WarnedOnce, warn_caller
from quantsync.lindblad.degenerate.base import DegenerateBase, prepared
from quantsync.lindblad.degenerate.kossakowski import (
    checked_weights,
    random_lindbladian,
)
from quantsync.lindblad.degenerate.perturbed import check_strengths
from quantsync.lindblad.lindbladian import Lindbladian
from quantsync.memory import require_memory
from quantsync.parallel import worker_count
from quantsync.random_numbers import checked_seed
from quantsync.sweeps._averages import Average, Column
from quantsync.sweeps._datasets import component_axes, measure_attributes, with_component_names
from quantsync.sweeps._samples import SampleValues, SampleWork
from quantsync.sweeps.executors.processes import map_processes
from quantsync.sweeps.executors.progress import Progress, progress_of
from quantsync.sweeps.options import Store
from quantsync.sweeps.store.ensembles import samples_in
from quantsync.system import arguments_taken
from quantsync.version import __version__

if TYPE_CHECKING:
    from pathlib import Path

    import xarray as xr

# States of one task, in bytes: enough of them that measures are taken in batches.
TASK_BYTES = 4 << 20
FEWEST_TASKS = 16
MOST_SAMPLES = 256  # in one task, so that small systems report progress too


@named_arguments
def ensemble(
    system: Lindbladian | DegenerateBase,
    strengths: Any,
    samples: int,
    seed: int,
    measures: Any,
    *,
    average: Collection[str] = (),
    weights: tuple[float, float] = (1.0, 1.0),
    draw: Callable[..., Any] | None = None,
    workers: int | None = None,
    progress: Progress = None,
    store: str | Path | Store | None = None,
) -> xr.Dataset:
    r"""Take measures of the stationary states of ``L0 + eta L1`` for many random L1.

    One factorisation a sample serves all strengths, from vanishing to dominating ones, and every
    state is certified by its residual (see `perturbed_steady_states`). Samples are spread over
    processes with one BLAS thread each. Sample k is drawn from ``sample_rng(seed, k)``: the
    numbers do not depend on the number of processes or of samples. Ctrl-C ends the run and
    returns what is done, up to the tasks (a sixteenth of the samples or less) that are under way.

    Parameters
    ----------
    system : Lindbladian or DegenerateBase
        L0, a single system with several stationary states.
    strengths : array_like of shape (E,)
        Strengths > 0 of the perturbation.
    samples : int
        Number of perturbations.
    seed : int
        Decides all random numbers.
    measures : list of (str or callable), or mapping
        Measures by name, or functions from `PerturbedStates` with batch shape (B,) to an array of
        shape (B, ...), as for `sweep`. A mapping gives names to functions.
    average : collection of str, default ()
        Measures of which only the mean over the samples and its standard error are kept, in the
        variables ``name`` and ``name_error``: histograms, say, whose sum over 10^4 samples fits
        into memory where all of them do not.
    weights : tuple of float, default (1, 1)
        Of the Hamiltonian and the dissipator of the random generators (`random_lindbladian`).
    draw : callable, optional
        Another ensemble: a function ``draw(space, rng)`` that returns a `MatrixGenerator` or a
        single `Lindbladian`. ``weights`` is then not used.
    workers : int, optional
        Number of processes; every available core by default. With 1 nothing is started.
    progress : bool or callable, optional
        Whether to show what is done and the time left; by default on a terminal and in notebooks.
        If True, a line per minute is printed where there is neither.
    store : str, Path or Store, optional
        Folder of a Zarr group that keeps the values of every sample, averaged ones too, while the
        ensemble is drawn. The same ensemble goes on where it was left, with more samples if they
        are asked for; any other difference is refused. `sweep_status` and `open_sweep` read it. A
        `Store` says more: samples of a task, and whether failed samples are computed again.

    Returns
    -------
    xarray.Dataset
        One variable a measure over ``sample`` and ``eta``, the ``residual`` of every state, and
        True in ``failed`` for samples that could not be computed (NaN, named in a `SweepWarning`).

    Raises
    ------
    InvalidArgumentError
        If the base has a unique stationary state; or if a strength or a weight is negative.
    NonUniqueSteadyStateError
        If a strength is 0: the limit is `degenerate_steady_state`.
    InvalidArgumentError, UnknownNameError
        If another argument has a wrong value or a measure does not exist.
    OutOfMemoryError
        If the space is too large for the memory.
    StoreMismatchError, StoreLockedError, StoreWriteError
        As for `sweep`.
    SweepError
        If every sample failed, or a worker process was killed; it carries the dataset of what is
        done.

    Examples
    --------
    Which of its two dark states does a pair of qubits choose when it is weakly perturbed?

    >>> import quantsync as qs
    >>> pair = qs.models.collective_decay_pair()
    >>> found = qs.ensemble(pair, [1e-6, 1e-2], samples=50, seed=1, measures=["synchronization"])
    >>> dict(found.sizes), bool((found.synchronization > 0).all())
    ({'sample': 50, 'eta': 2}, True)
    """
    base = prepared(system)
    etas = check_strengths(strengths, base)
    count, first = (
        whole_number(samples, "samples"),
        checked_seed(seed),
    )
    require_memory(16.0 * count * len(etas), f"An ensemble of {count} samples", "take fewer")
    resolved = resolve_measures(measures, STATE_MEASURES)
    for name, measure in resolved.items():
        function = getattr(measure, "function", measure)
        if arguments_taken(function, f"Measure {name!r}") > 1:
            raise InvalidArgumentError(
                f"Measure {name!r} of an ensemble must take (state) only: the perturbed systems "
                "are not kept."
            )
    averaged = _checked_average(average, resolved)
    if draw is None:
        draw = partial(random_lindbladian, weights=checked_weights(weights))
    kept_in = Store.of(store)
    work = SampleWork(base, etas, first, draw, resolved)
    per_task = TASK_BYTES // (16 * base.space.dimension**2 * len(etas))
    # Whatever is asked for comes in several tasks, which processes share and Ctrl-C leaves whole.
    per_task = max(1, min(MOST_SAMPLES, per_task, -(-count // FEWEST_TASKS)))
    if kept_in is not None and kept_in.chunk is not None:
        per_task = whole_number(kept_in.chunk, "chunk")
    columns = {
        name: Average() if name in averaged else Column(count) for name in [*resolved, "residual"]
    }
    done, interrupted, lost = np.zeros(count, bool), False, ""
    failures: dict[int, str] = {}

    def take(k: int, part: SampleValues) -> None:
        for name, column in columns.items():
            column.add(k, part.samples, part.values.get(name))
        done[tasks[k].start : tasks[k].stop] = True
        failures.update(part.failures)

    with WarnedOnce(), samples_in(kept_in, work, count, per_task) as kept:
        tasks = kept.tasks
        for k, part in kept.there():
            take(k, part)
        left = [k for k in range(len(tasks)) if not done[tasks[k].start]]
        with progress_of(sum(len(tasks[k]) for k in left), "samples", progress) as advance:
            try:
                computed = map_processes(
                    work, [tasks[k] for k in left], worker_count(workers, "workers")
                )
                for i, part in computed:
                    kept.write(left[i], part)
                    take(left[i], part)
                    advance(len(tasks[left[i]]))
            except KeyboardInterrupt:
                if not done.any():
                    raise
                interrupted = True
            except BrokenProcessPool as error:
                lost = str(error)
    dataset = _dataset(columns, work, np.flatnonzero(done), failures)
    dataset.attrs = {
        "base": repr(base.space),
        "base_stationary_states": base.zero_modes,
        # A file holds integers of 64 bits.
        "seed": first if first < 1 << 63 else str(first),
        "perturbations": _describe(draw),
        "samples_asked_for": count,
        "interrupted": int(interrupted),
        "largest_residual": float(dataset.residual.max()) if done.any() else float("nan"),
        "method": "one factorisation a sample and a Krylov space for all strengths",
        "quantsync_version": __version__,
    }
    if lost:
        raise SweepError(
            f"A worker process was killed after {int(done.sum())} of {count} samples, which the "
            f"error's `dataset` holds: {lost}",
            dataset,
            [],
        )
    _report(dataset, failures, interrupted, count)
    return dataset


def _checked_average(average: Collection[str], resolved: dict[str, Any]) -> set[str]:
    names = {average} if isinstance(average, str) else set(average)
    if unknown := sorted(names - set(resolved)):
        raise InvalidArgumentError(
            f"Argument `average` names {unknown[0]!r}, which is not among the measures "
            f"({', '.join(resolved)})."
        )
    taken = ["residual", "failed", "sample", "eta", *(f"{name}_error" for name in names)]
    for name in resolved:
        if name in taken:
            raise InvalidArgumentError(
                f"A measure cannot be called {name!r}, which the dataset has anyway; rename it by "
                "passing a dictionary."
            )
    return names


def _describe(draw: Callable[..., Any]) -> str:
    if isinstance(draw, partial):
        return f"random_lindbladian, weights {draw.keywords['weights']}"
    return getattr(draw, "__name__", repr(draw))


def _dataset(
    columns: dict[str, Any], work: SampleWork, done: np.ndarray, failures: dict[int, str]
) -> xr.Dataset:
    import xarray as xr

    import quantsync.sweeps.accessor  # noqa: F401 - datasets have .quantsync from here on

    variables: dict[str, Any] = {}
    for name, column in columns.items():
        attrs = {"long_name": f"residual of the stationary state ({name})", "units": "rate"}
        if name != "residual":
            own = measure_attributes(work.measures[name], work.base)
            attrs = {"long_name": name, "units": "1"} | own
        for suffix, dims, values in column.finish(done, len(work.etas)):
            extra = component_axes(name, attrs, values.ndim - len(dims))
            note = {"long_name": f"{attrs['long_name']}: standard error"} if suffix else {}
            variables[name + suffix] = ((*dims, *extra), values, attrs | note)
    failed = np.isin(done, list(failures))
    variables["failed"] = (("sample",), failed, {"long_name": "samples that failed"})
    coords = {
        "sample": ("sample", done, {"long_name": "number of the perturbation", "units": "1"}),
        "eta": ("eta", work.etas, {"long_name": "strength of the perturbation", "units": "rate"}),
    }
    return with_component_names(xr.Dataset(variables, coords=coords))


def _report(dataset: xr.Dataset, failures: dict[int, str], interrupted: bool, count: int) -> None:
    done = dataset.sizes["sample"]
    if failures:
        listed = sorted(failures.items())
        dataset.attrs["failures"] = [f"sample {k}: {message}" for k, message in listed]
        causes: dict[str, list[int]] = {}
        for k, message in listed:
            causes.setdefault(message, []).append(k)
        shown = "; ".join(
            f"{'sample' if len(which) == 1 else 'samples'} {', '.join(map(str, which[:5]))}"
            f"{', ...' if len(which) > 5 else ''}: {message}"
            for message, which in list(causes.items())[:5]
        )
        message = f"{len(listed)} of {done} samples failed: {shown}"
        if len(listed) == done:
            raise SweepError(message, dataset, listed)
        warn_caller(message, SweepWarning)
    if interrupted:
        warn_caller(f"Interrupted: {done} of {count} samples are done and returned.", SweepWarning)
