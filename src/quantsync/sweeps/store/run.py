"""A sweep with a store: what is there is kept, what is missing is computed and written."""

from __future__ import annotations

import threading
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from quantsync.errors import (
    StoreError,
    StoreMismatchError,
    StoreWriteError,
    SweepInterrupt,
    SweepWarning,
)
from quantsync.parallel import map_threads
from quantsync.sweeps.batches import filled_with_nan
from quantsync.sweeps.plan import SweepPlan
from quantsync.sweeps.processes import progress_of
from quantsync.sweeps.store.arrays import DONE, FAILED, MISSING, STATUS, Contents, SweepStore
from quantsync.sweeps.store.cost import automatic_chunk, solve_members
from quantsync.sweeps.store.extension import (
    axis_differences,
    extend_store,
    failure_records,
    finish_extension,
)
from quantsync.sweeps.store.files import remove_partials
from quantsync.sweeps.store.lock import store_lock
from quantsync.sweeps.store.manifest import Manifest, stored_axis
from quantsync.sweeps.store.tasks import Block, checked_chunk


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
    """

    values: dict[str, np.ndarray]
    messages: dict[int, str]
    residual: float


def run_stored(
    plan: SweepPlan,
    path: Any,
    *,
    threads: int,
    chunk: Any = None,
    retry_failed: bool = False,
    progress: bool | None = None,
) -> StoredResult:
    """Compute what a store does not have yet, and return all of it.

    Parameters
    ----------
    plan : SweepPlan
    path : str or Path
        The folder of the store.
    threads, chunk, retry_failed, progress
        As for `sweep`.

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
    root = Path(path)
    wanted = checked_chunk(chunk, plan.grid.shape)
    if root.exists() and not root.is_dir():
        raise StoreError(f"{root} is a file; a store is a folder. Choose another path.")
    SweepStore.open(root)  # a folder with something else in it is left alone
    with store_lock(root / STATUS / "lock", root):
        remove_partials(root)
        finish_extension(root)
        store, contents = _open(plan, root, wanted)
        return _Run(plan, store, contents, retry_failed).finish(threads, progress)


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
        shown = "; ".join(listed[:3]) + (f"; and {len(listed) - 3} more" * (len(listed) > 3))
        warnings.warn(
            f"{len(listed)} of {len(store.tasks)} tasks in {store.root} are damaged and are "
            f"computed again: {shown}.",
            SweepWarning,
            stacklevel=6,
        )
        for block in contents.damaged:
            store.invalidate(block)
    return contents


def _mismatch(root: Path, differences: list[str]) -> StoreMismatchError:
    return StoreMismatchError(
        f"Store {root} holds another sweep: {'; '.join(differences)}. Choose another store, "
        "delete this one, or run its own sweep.",
        differences,
    )


class _Run:
    """The tasks of a store that are not done."""

    def __init__(self, plan: SweepPlan, store: SweepStore, contents: Contents, retry_failed: bool):
        self.plan, self.store, self.contents = plan, store, contents
        status = contents.status
        self.open_points = (status == MISSING) | (retry_failed & (status == FAILED))
        self._lock = threading.Lock()

    def finish(self, threads: int, progress: bool | None) -> StoredResult:
        tasks = self.store.tasks
        blocks = [b for b in tasks.blocks() if self.open_points[tasks.slices(b)].any()]
        count = int(self.open_points.sum())
        if blocks:
            # A run that is worth storing is worth a line a minute where there is no terminal.
            with progress_of(count, "points", True if progress is None else progress) as advance:
                self._compute(
                    blocks,
                    threads,
                    lambda b: advance(int(self.open_points[tasks.slices(b)].sum())),
                )
        found, size = self.contents, self.plan.grid.size
        residual = max(found.residuals.values(), default=0.0)
        axes = {name: stored_axis(values) for name, values in self.plan.grid.axes.items()}
        if all(self.store.manifest.matches_axis(name, values) for name, values in axes.items()):
            self.store.write_metadata(axes, {"largest_residual": residual})
        rank = len(self.plan.grid.shape)
        flat = {k: v.reshape(size, *v.shape[rank:]) for k, v in found.values.items()}
        return StoredResult(flat, found.messages, residual)

    def _compute(self, blocks: list[Block], threads: int, advance: Any) -> None:
        try:
            map_threads(self._task, blocks, threads, advance)
        except KeyboardInterrupt:
            raise SweepInterrupt(
                f"interrupted; {self._done()} are done and in {self.store.root}. Run the same "
                f"sweep again, or: quantsync sweep resume {self.store.root}"
            ) from None
        except StoreWriteError as error:
            raise StoreWriteError(f"{error} {self._done()} are done and safe.") from error

    def _done(self) -> str:
        done = int((self.contents.status != MISSING).sum())
        return f"{done} of {self.plan.grid.size} points"

    def _task(self, block: Block) -> None:
        tasks, found = self.store.tasks, self.contents
        where = tasks.slices(block)
        asked = self.open_points[where]
        members = tasks.members(block)[asked.reshape(-1)]
        status = found.status[where].copy()
        new_status = np.full(len(members), DONE, np.uint8)
        values: dict[str, np.ndarray] = {}
        messages: dict[int, str] = {}
        residual = found.residuals.get(block, 0.0)
        for piece, result in solve_members(self.plan, members):
            self.store.add_measures(result.values)
            for name, array in result.values.items():
                if name not in values:
                    values[name] = self._known(name)[where].copy()
                at = np.zeros(asked.size, bool)
                at[np.flatnonzero(asked)[piece]] = True
                values[name][at.reshape(asked.shape)] = array
            messages |= {int(members[piece[k]]): text for k, text in result.failures.items()}
            new_status[piece[list(result.failures)]] = FAILED
            residual = max(residual, result.residual)
        status[asked] = new_status
        if (status != FAILED).any() or values:
            # Points that were there before, where all of the new ones failed.
            values |= {n: self._known(n)[where].copy() for n in found.values if n not in values}
        kept = [int(k) for k in tasks.members(block)[~asked.reshape(-1)]]
        messages |= {k: found.messages[k] for k in kept if k in found.messages}
        failures = failure_records(tasks.members(block), messages, self.plan.grid)
        self.store.write_task(block, values, status, failures, residual)
        for name, array in values.items():
            self._known(name)[where] = array
        with self._lock:
            for k in members:
                found.messages.pop(int(k), None)
            found.messages.update(messages)
            found.residuals[block] = residual
        found.status[where] = status

    def _known(self, name: str) -> np.ndarray:
        """The whole array of a measure, which is made when its first values come."""
        with self._lock:
            if name not in self.contents.values:
                dtype, extra = self.store.layout[name]
                shape = (*self.store.tasks.shape, *extra)
                self.contents.values[name] = filled_with_nan(shape, dtype)
            return self.contents.values[name]
