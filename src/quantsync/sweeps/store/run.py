"""A sweep with a store: it computes and writes what the store does not have yet."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np

from quantsync.errors import ClusterError, StoreMismatchError, StoreWriteError, SweepInterrupt
from quantsync.parallel import map_threads
from quantsync.sweeps._batches import ChunkResult
from quantsync.sweeps._certificates import attributes_of, with_certificates, worst_of
from quantsync.sweeps.executors.cluster import cluster_client
from quantsync.sweeps.executors.progress import Progress, progress_of
from quantsync.sweeps.options import Refine, Store
from quantsync.sweeps.plan import SweepPlan
from quantsync.sweeps.refine.datasets import refined_attributes
from quantsync.sweeps.refine.points import MISSING, is_open
from quantsync.sweeps.refine.refinement import refine
from quantsync.sweeps.store._contents import Contents
from quantsync.sweeps.store._extension import axis_differences, extend_store
from quantsync.sweeps.store._manifest import Manifest, stored_axis
from quantsync.sweeps.store._on_cluster import compute_on_cluster
from quantsync.sweeps.store._refined import StoredPoints, read_refinement, write_asked
from quantsync.sweeps.store._work import compute_task
from quantsync.sweeps.store.arrays import SweepStore
from quantsync.sweeps.store.cost import automatic_chunk, piece_size
from quantsync.sweeps.store.opening import held_store, store_folder, warn_of_damage
from quantsync.sweeps.store.tasks import Block, checked_chunk


def run_stored(
    plan: SweepPlan,
    kept: Store,
    workers: int,
    progress: Progress = None,
    asked: Refine | None = None,
    scheduler: Any = None,
) -> tuple[ChunkResult, StoredPoints | None, str]:
    """Compute what a store does not have yet, and return all of it; arguments as for `sweep`.

    With the values, the refined points and the versions of quantsync that have computed them.
    """
    # What is worth storing is worth a line per minute in a log.
    show = True if progress is None else progress
    wanted = checked_chunk(kept.chunk, plan.grid.shape)
    manifest = Manifest.of(plan, None)  # names and values are checked before anything is written
    root = store_folder(kept.path)
    reached = nullcontext() if scheduler is None else cluster_client(scheduler)
    with reached as cluster, held_store(root):
        store, contents = _open(plan, root, wanted, manifest, kept.retry_failed, asked)
        if asked is not None:
            write_asked(store, asked, lambda: piece_size(plan))
        found = _Run(plan, store, contents, kept.retry_failed, cluster).finish(workers, show)
        if asked is None:
            return found, None, contents.computed_by()
        points, reached = _refine(plan, store, asked, found, workers, kept.retry_failed, show)
        version = contents.computed_by(points.versions)
        store.add_attributes(reached | {"quantsync_version": version})
        return found, points, version


def _open(
    plan: SweepPlan,
    root: Path,
    wanted: tuple[int, ...] | int | None,
    asked: Manifest,
    retry_failed: bool,
    refine: Refine | None,
) -> tuple[SweepStore, Contents]:
    """The store for a sweep: a new one, the one that is there, or that one extended."""

    def manifest() -> Manifest:
        shape = wanted if isinstance(wanted, tuple) else automatic_chunk(plan, wanted)
        return asked.with_chunk(shape)

    axes = _axes(plan)
    store = SweepStore.open(root)
    if store is None:
        store = SweepStore(root, manifest())
        store.write_metadata(axes, {})
        return store, store.read()
    there, same = _compared(store, asked, axes)
    store.warn_of_copy()
    _check_measures(store, asked, same, retry_failed, refine)
    if not same:
        larger = store.manifest.grown(manifest())
        store, there = extend_store(store, _read(store, there), there, axes, larger), axes
    elif not asked.measures.keys() <= store.manifest.measures.keys():
        store.manifest = store.manifest.with_measures(asked)
    return store, _read(store, there)  # integers, say, stay floats if the store has floats


def require_storable(plan: SweepPlan, root: Path) -> None:
    """Raise what a run would, without writing anything, where a folder cannot take a sweep."""
    asked = Manifest.of(plan, None)
    store = SweepStore.open(root)
    if store is not None:
        _compared(store, asked, _axes(plan))


def _compared(
    store: SweepStore, asked: Manifest, axes: dict[str, np.ndarray]
) -> tuple[dict[str, np.ndarray], bool]:
    """The axes of a store, and whether they are those of a sweep; refuses another sweep's."""
    differences = store.manifest.differences(asked)
    if differences:
        raise _mismatch(store.root, differences)
    fits = all(store.manifest.matches_axis(name, values) for name, values in axes.items())
    there = axes if fits else store.axes()
    lost, same = axis_differences(there, axes)
    if lost:
        raise _mismatch(store.root, lost)
    return there, same


def _check_measures(
    store: SweepStore, asked: Manifest, same: bool, retry_failed: bool, refine: Refine | None
) -> None:
    """Refuse measures beside those of the store where these do not make whole points."""
    lines = store.manifest.other_measures(asked)
    if not lines:
        return
    # The points off the grid would lack them, or be asked for by what some of them lack.
    if refine is not None or read_refinement(store.root).get("length"):
        raise _mismatch(store.root, [*lines, "and it has refined points, which have all measures"])
    if store.manifest.measures.keys() <= asked.measures.keys():
        return
    left = int(is_open(store.read().status, retry_failed).sum())
    if not same or left:
        what = f"{left} of its points are" if same else "points of the longer axes are"
        why = f"{what} to be computed, which takes all of its measures"
        raise _mismatch(store.root, [*lines, why])


def _axes(plan: SweepPlan) -> dict[str, np.ndarray]:
    return {name: stored_axis(values) for name, values in plan.grid.axes.items()}


def _read(store: SweepStore, axes: dict[str, np.ndarray]) -> Contents:
    contents = store.read()
    store.write_metadata(axes, {})
    warn_of_damage(contents.damage(), f"of {len(store.tasks)} tasks", store.root, read_only=False)
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


@contextmanager
def _ends_named(root: Path, done: Callable[[], str]) -> Iterator[None]:
    """Say how much is done where a run ends early, and how to go on."""

    def sentence() -> str:
        return done()[0].upper() + done()[1:]

    try:
        yield
    except KeyboardInterrupt:
        raise SweepInterrupt(
            f"interrupted; {done()} are done and in {root}. Run the same sweep again, or: "
            f"quantsync sweep resume {root}"
        ) from None
    except StoreWriteError as error:
        raise StoreWriteError(f"{error} {sentence()} are done and safe.") from error
    except ClusterError as error:
        raise ClusterError(
            f"{error} {sentence()} are done and in {root}; the same sweep goes on from there, on "
            "a cluster or without one."
        ) from None


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
        lacking = contents.lacking(store.tasks, plan.measures)
        self.open_points = is_open(contents.status, retry_failed) | lacking
        self.missing = (contents.status == MISSING) | lacking
        self.done = int((~self.missing).sum())
        self._lock = threading.Lock()

    def finish(self, workers: int, progress: Progress) -> ChunkResult:
        tasks, found, size = self.store.tasks, self.contents, self.plan.grid.size
        blocks = [b for b in tasks.blocks() if self.open_points[tasks.slices(b)].any()]
        if blocks:
            with (
                progress_of(int(self.open_points.sum()), "points", progress) as advance,
                _ends_named(self.store.root, lambda: f"{self.done} of {size} points"),
            ):
                self._compute(blocks, workers, advance)
        worst = worst_of(found.certificates.values())
        axes = _axes(self.plan)
        if all(self.store.manifest.matches_axis(name, values) for name, values in axes.items()):
            version = {"quantsync_version": found.computed_by()}
            self.store.write_metadata(axes, attributes_of(worst) | version)
        rank = len(self.plan.grid.shape)
        flat = {k: v.reshape(size, *v.shape[rank:]) for k, v in found.values.items()}
        return ChunkResult(flat, found.messages, worst)

    def _compute(self, blocks: list[Block], workers: int, advance: Callable[[int], Any]) -> None:
        plan, store, found = self.plan, self.store, self.contents
        slices = store.tasks.slices

        def arrived(block: Block) -> None:
            advance(int(self.open_points[slices(block)].sum()))
            self.done += int(self.missing[slices(block)].sum())

        def work(block: Block) -> None:
            with self._lock:
                before = found.task(store.tasks, block)
            after = compute_task(plan, store, block, before, self.retry_failed)
            with self._lock:
                found.put(store.tasks, block, after)

        if self.cluster is None:
            map_threads(work, blocks, workers, arrived)
        else:
            compute_on_cluster(plan, store, found, blocks, self.retry_failed, self.cluster, arrived)


def _refine(
    plan: SweepPlan,
    store: SweepStore,
    asked: Refine,
    found: ChunkResult,
    workers: int,
    retry_failed: bool,
    progress: Progress,
) -> tuple[StoredPoints, dict[str, Any]]:
    """Refine a stored sweep whose grid is done; the points, and attributes that say how."""
    points = StoredPoints(store)
    warn_of_damage(points.damaged, "pieces of the refined points", store.root, read_only=False)
    points.mend()

    def done() -> str:
        count = int((points.state != MISSING).sum())
        return f"the grid and {count} of {len(points)} refined points"

    with _ends_named(store.root, done):
        outcome = refine(
            plan,
            asked,
            found.values.get(asked.measure, np.full(plan.grid.size, np.nan)),
            points,
            workers,
            progress=lambda count: progress_of(
                count, "refined points", progress if count else False
            ),
            retry_failed=retry_failed,
            told=points.told,
        )
    attributes = refined_attributes(plan.grid, points, asked, outcome)
    # JSON has no NaN.
    refined = {k: v for k, v in attributes.items() if v == v}
    return points, with_certificates(refined, worst_of([found.certificates, points.worst]))
