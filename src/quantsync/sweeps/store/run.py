"""A sweep with a store: what is there is kept, what is missing is computed and written."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from quantsync.errors import (
    ClusterError,
    StoreMismatchError,
    StoreWriteError,
    SweepInterrupt,
)
from quantsync.parallel import map_threads
from quantsync.sweeps.executors.cluster import cluster_client
from quantsync.sweeps.executors.processes import progress_of
from quantsync.sweeps.plan import SweepPlan
from quantsync.sweeps.refine.refinement import Refinement
from quantsync.sweeps.store.arrays import SweepStore
from quantsync.sweeps.store.contents import MISSING, Contents
from quantsync.sweeps.store.cost import automatic_chunk
from quantsync.sweeps.store.extension import axis_differences, extend_store
from quantsync.sweeps.store.manifest import Manifest, stored_axis
from quantsync.sweeps.store.on_cluster import compute_on_cluster
from quantsync.sweeps.store.opening import held_store, store_folder, warn_of_damage
from quantsync.sweeps.store.refined import StoredPoints, write_asked
from quantsync.sweeps.store.refining import piece_size, refine_stored
from quantsync.sweeps.store.tasks import Block, checked_chunk
from quantsync.sweeps.store.work import compute_task, is_open


@dataclass(frozen=True)
class StoredResult:
    """What a finished store holds.

    Attributes
    ----------
    values : dict of str to ndarray of shape (points, ...)
    messages : dict of int to str
        Of the failed points, by flat index.
    residual : float
        The largest one.
    refined : StoredPoints or None
        Points off the grid.
    """

    values: dict[str, Any]
    messages: dict[int, str]
    residual: float
    refined: StoredPoints | None = None


def run_stored(
    plan: SweepPlan,
    path: Any,
    *,
    workers: int,
    chunk: Any = None,
    retry_failed: bool = False,
    progress: bool | None = None,
    refinement: Refinement | None = None,
    scheduler: Any = None,
) -> StoredResult:
    """Compute what a store does not have yet, and return all of it.

    Parameters
    ----------
    plan : SweepPlan
    path : str or Path
        The folder of the store.
    threads, chunk, retry_failed, progress, scheduler
        As for `sweep`.
    refinement : Refinement, optional
        What to add off the grid when that is done.

    Raises
    ------
    StoreMismatchError
        If the store is another sweep's.
    StoreLockedError
        If another process writes to it.
    StoreWriteError
        If it cannot be written.
    SweepInterrupt
        At Ctrl-C.
    """
    wanted = checked_chunk(chunk, plan.grid.shape)
    root = store_folder(path)
    reached = nullcontext() if scheduler is None else cluster_client(scheduler)
    with reached as cluster, held_store(root):
        store, contents = _open(plan, root, wanted)
        if refinement is not None:
            write_asked(store, refinement, lambda: piece_size(plan))
        found = _Run(plan, store, contents, retry_failed, cluster).finish(workers, progress)
        if refinement is None:
            return found
        refined = refine_stored(
            plan,
            store,
            refinement,
            found.values.get(refinement.measure),
            workers,
            retry_failed=retry_failed,
            progress=progress,
        )
        return replace(found, refined=refined)


def _open(
    plan: SweepPlan, root: Path, wanted: tuple[int, ...] | int | None
) -> tuple[SweepStore, Contents]:
    """The store for a sweep: a new one, the one that is there, or that one extended."""

    def manifest() -> Manifest:
        shape = wanted if isinstance(wanted, tuple) else automatic_chunk(plan, wanted)
        return Manifest.of(plan, shape)

    axes = {name: stored_axis(values) for name, values in plan.grid.axes.items()}
    store = SweepStore.open(root)
    if store is None:
        Manifest.of(plan, None)  # names and values are checked before anything is computed
        store = SweepStore(root, manifest())
        store.write_metadata(axes, {})
        return store, store.read()
    differences = store.manifest.differences(Manifest.of(plan, None))
    if differences:
        raise _mismatch(root, differences)
    if all(store.manifest.matches_axis(name, values) for name, values in axes.items()):
        return store, _read(store, axes)
    there = store.axes()
    lost, same = axis_differences(there, axes)
    if lost:
        raise _mismatch(root, lost)
    if same:  # integers, say, where the store has floats
        return store, _read(store, there)
    extend_store(store, _read(store, there), there, axes, manifest())
    extended = SweepStore.open(root)
    assert extended is not None
    return extended, _read(extended, axes)


def _read(store: SweepStore, axes: dict[str, np.ndarray]) -> Contents:
    contents = store.read()
    store.write_metadata(axes, {})
    if contents.damaged:
        listed = [f"task {block} ({why})" for block, why in contents.damaged.items()]
        of = f"of {len(store.tasks)} tasks"
        warn_of_damage(listed, of, store.root, read_only=False, stacklevel=6)
        for block in contents.damaged:
            store.invalidate(block)
    for block in contents.behind:
        store.write_status(block, contents.status[store.tasks.slices(block)])
    return contents


def _mismatch(root: Path, differences: list[str]) -> StoreMismatchError:
    return StoreMismatchError(
        f"Store {root} holds another sweep: {'; '.join(differences)}. Choose another store, "
        "delete this one, or run its own sweep.",
        differences,
    )


class _Run:
    """The tasks of a store that are not done."""

    def __init__(
        self,
        plan: SweepPlan,
        store: SweepStore,
        contents: Contents,
        retry_failed: bool,
        cluster: tuple[Any, str] | None = None,
    ):
        self.plan, self.store, self.contents = plan, store, contents
        self.retry_failed, self.cluster = retry_failed, cluster
        self.open_points = is_open(contents.status, retry_failed)
        self.missing = contents.status == MISSING
        self.done = int((~self.missing).sum())
        self._lock = threading.Lock()

    def finish(self, workers: int, progress: bool | None) -> StoredResult:
        tasks = self.store.tasks
        blocks = [b for b in tasks.blocks() if self.open_points[tasks.slices(b)].any()]
        count = int(self.open_points.sum())
        if blocks:
            # A run that is worth storing is worth a line a minute where there is no terminal.
            with progress_of(count, "points", True if progress is None else progress) as advance:

                def arrived(block: Block) -> None:
                    advance(int(self.open_points[tasks.slices(block)].sum()))
                    self.done += int(self.missing[tasks.slices(block)].sum())

                self._compute(blocks, workers, arrived)
        found, size = self.contents, self.plan.grid.size
        residual = max(found.residuals.values(), default=0.0)
        axes = {name: stored_axis(values) for name, values in self.plan.grid.axes.items()}
        if all(self.store.manifest.matches_axis(name, values) for name, values in axes.items()):
            self.store.write_metadata(axes, {"largest_residual": residual})
        rank = len(self.plan.grid.shape)
        flat = {k: v.reshape(size, *v.shape[rank:]) for k, v in found.values.items()}
        return StoredResult(flat, found.messages, residual)

    def _compute(self, blocks: list[Block], workers: int, advance: Any) -> None:
        try:
            if self.cluster is None:
                map_threads(self._task, blocks, workers, advance)
            else:
                compute_on_cluster(
                    self.plan,
                    self.store,
                    self.contents,
                    blocks,
                    self.retry_failed,
                    self.cluster,
                    advance,
                )
        except KeyboardInterrupt:
            raise SweepInterrupt(
                f"interrupted; {self._done()} are done and in {self.store.root}. Run the same "
                f"sweep again, or: quantsync sweep resume {self.store.root}"
            ) from None
        except StoreWriteError as error:
            raise StoreWriteError(f"{error} {self._done()} are done and safe.") from error
        except ClusterError as error:
            raise ClusterError(
                f"{error} {self._done()} are done and in {self.store.root}; the same sweep goes on "
                "from there, on a cluster or without one."
            ) from None

    def _done(self) -> str:
        return f"{self.done} of {self.plan.grid.size} points"

    def _task(self, block: Block) -> None:
        tasks, found = self.store.tasks, self.contents
        with self._lock:
            before = found.task(tasks, block)
        after = compute_task(self.plan, self.store, block, before, self.retry_failed)
        with self._lock:
            found.put(tasks, block, after)
