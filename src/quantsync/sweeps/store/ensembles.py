"""The samples of an ensemble: in memory only, or with a store that keeps them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from quantsync.errors import StoreMismatchError
from quantsync.sweeps._grid import Grid
from quantsync.sweeps._samples import SampleValues, SampleWork
from quantsync.sweeps.options import Store
from quantsync.sweeps.refine.points import DONE, FAILED
from quantsync.sweeps.store._contents import TaskState
from quantsync.sweeps.store._extension import extend_store
from quantsync.sweeps.store._manifest import (
    FORMAT,
    Manifest,
    Sources,
    describe_axis,
    describe_measures,
)
from quantsync.sweeps.store.arrays import SweepStore
from quantsync.sweeps.store.files import DamagedFileError
from quantsync.sweeps.store.fingerprints import fingerprint
from quantsync.sweeps.store.opening import held_store, store_folder, warn_of_damage
from quantsync.version import NUMERICS, __version__

ETA = {"long_name": "strength of the perturbation", "units": "rate"}
SAMPLE = {"long_name": "number of the perturbation", "units": "1"}


class SamplesInMemory:
    """The samples of each task; nothing is kept."""

    def __init__(self, count: int, per_task: int):
        self.tasks = [range(k, min(k + per_task, count)) for k in range(0, count, per_task)]

    def there(self) -> Iterator[tuple[int, SampleValues]]:
        """What is kept: nothing."""
        return iter(())

    def write(self, task: int, part: SampleValues) -> None:
        """Keep what a task gave: nowhere."""


class StoredSamples(SamplesInMemory):
    """One chunk of samples per task, whole or not there, in a store over the axis ``sample``."""

    def __init__(self, store: SweepStore, count: int, retry_failed: bool):
        super().__init__(count, store.tasks.chunk[0])
        self.store, self.retry_failed = store, retry_failed
        self._grid = Grid({"sample": np.arange(count)})

    def there(self) -> Iterator[tuple[int, SampleValues]]:
        """The tasks that are whole, one at a time."""
        damaged = []
        for task, samples in enumerate(self.tasks):
            try:
                state = self.store.read_task((task,))
            except DamagedFileError as error:
                damaged.append(f"task {task} ({error})")
                continue
            if state is None or not state.status.all():
                continue
            if self.retry_failed and (state.status == FAILED).any():
                continue
            good = state.status == DONE
            values = {name: v[good] for name, v in state.values.items()} if good.any() else {}
            yield task, SampleValues(np.array(samples)[good], values, dict(state.messages))
        # Only now is it known which arrays there are.
        self.store.write_metadata(self._grid.axes, {})
        warn_of_damage(damaged, f"of {len(self.tasks)} tasks", self.store.root, read_only=False)

    def write(self, task: int, part: SampleValues) -> None:
        """Write what a task gave; it counts once all of it is there."""
        samples = np.array(self.tasks[task])
        good = np.isin(samples, part.samples)
        self.store.add_measures(part.values)
        values = {}
        for name, array in part.values.items():
            dtype, extra = self.store.layout[name]
            values[name] = np.full((len(samples), *extra), np.nan, dtype)
            values[name][good] = array
        state = TaskState(
            np.where(good, DONE, FAILED).astype(np.uint8),
            values,
            part.failures,
            {"residual": float(part.values["residual"].max())} if part.values else {},
            tuple(self.store.manifest.measures),
            (__version__,),
        )
        self.store.write_task((task,), state, self._grid)


@contextmanager
def samples_in(
    kept: Store | None, work: SampleWork, count: int, per_task: int
) -> Iterator[SamplesInMemory]:
    """The samples of an ensemble, which a store keeps if there is one."""
    if kept is None:
        yield SamplesInMemory(count, per_task)
        return
    root = store_folder(kept.path)
    with held_store(root):
        yield StoredSamples(_open(root, work, count, per_task), count, kept.retry_failed)


def _open(root: Path, work: SampleWork, count: int, per_task: int) -> SweepStore:
    axis = np.arange(count)
    store = SweepStore.open(root)
    if store is None:
        return SweepStore(root, _manifest(work, axis, per_task))
    store.warn_of_copy()
    wanted = _manifest(work, axis, store.manifest.chunk[0])
    # Samples are whole or not there: further measures would need all of them anew.
    differences = store.manifest.differences(wanted) + store.manifest.other_measures(wanted)
    there = store.manifest.shape[0] if not differences else count
    if there > count:
        differences = [f"samples: {there} in the store, {count} now"]
    if differences:
        raise StoreMismatchError(
            f"Store {root} holds another ensemble: {'; '.join(differences)}. Choose another store, "
            "delete this one, or run its own ensemble.",
            differences,
        )
    if there == count:
        return store
    old = {"sample": np.arange(there)}
    return extend_store(store, store.read(), old, {"sample": axis}, store.manifest.grown(wanted))


def _manifest(work: SampleWork, axis: np.ndarray, per_task: int) -> Manifest:
    matrix = work.base.matrix.tocsr()
    # Rounded, since sums may be rounded otherwise on another machine.
    parts = (matrix.data.round(12) + 0.0, matrix.indices, matrix.indptr)
    base = hashlib.sha256(b"".join(np.ascontiguousarray(part).tobytes() for part in parts))
    fixed = {
        "base": f"{work.base.space} {base.hexdigest()[:16]}",
        "seed": str(work.seed),
        "etas": f"{len(work.etas)} values {fingerprint(work.etas)}",
    }
    source = Sources()
    found = Manifest(
        {
            "format": FORMAT,
            "model": "ensemble",
            "registered": False,
            "model_source": source(work.draw),
            "axes": {"sample": describe_axis(axis, SAMPLE)},
            "inner": {"eta": {"values": work.etas.tolist(), "attributes": ETA}},
            "fixed": fixed,
            "defaults": {},
            "tied": {},
            "measures": describe_measures(work.measures, source, work.base),
            "quantsync_version": __version__,
            "numerics": NUMERICS,
            "chunk": [per_task],
            "provenance": {"model": "ensemble", **fixed},
        }
    )
    source.warn()
    return found
