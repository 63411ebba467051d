"""The tasks of a stored sweep on a dask cluster, whose workers write them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from quantsync.errors import ClusterError, StoreError
from quantsync.sweeps.executors.cluster import deaths, spread
from quantsync.sweeps.executors.remote import RemoteSweep, setup_of
from quantsync.sweeps.plan import SweepPlan
from quantsync.sweeps.refine.points import is_open
from quantsync.sweeps.store._contents import Contents, TaskState
from quantsync.sweeps.store._lock import lock_token
from quantsync.sweeps.store._work import compute_task
from quantsync.sweeps.store.arrays import ANOTHER_SHAPE, Layout, SweepStore, as_layout
from quantsync.sweeps.store.files import STATUS, DamagedFileError, remove_partials
from quantsync.sweeps.store.tasks import Block

APPEARS_WITHIN = 5.0  # seconds in which a new folder shows on the other hosts of a file system
ROUNDS = 3  # tasks that are not there after they have been reported are computed again
SHOWS_WITHIN = 60.0  # seconds after which a network file system shows what others have written


def compute_on_cluster(
    plan: SweepPlan,
    store: SweepStore,
    found: Contents,
    blocks: Sequence[Block],
    retry_failed: bool,
    cluster: tuple[Any, str],
    arrived: Callable[[Block], Any],
) -> None:
    """Let the workers of a cluster compute tasks and write them, and read them all.

    ``arrived`` is called with each task that a worker has written, once.
    """
    told: set[Block] = set()

    def take(block: Block, layout: Layout) -> None:
        store.add_layout(layout)
        if block not in told:
            told.add(block)
            arrived(block)

    left = list(blocks)
    for _ in range(ROUNDS):
        deadly = spread(cluster, _store_setup(plan, store, retry_failed), left, take)
        left = _not_there(plan, store, found, [b for b in left if b not in deadly])
        if deadly:
            raise ClusterError(deaths(plan.grid, [store.tasks.members(b) for b in deadly]))
        if not left:
            remove_partials(store.root)  # of workers that were killed
            return
    raise StoreError(
        f"{len(left)} tasks, the first of them {left[0]}, are not in {store.root} although workers "
        "have written them; see that all hosts share one file system, and run the sweep again."
    )


def _not_there(
    plan: SweepPlan, store: SweepStore, found: Contents, blocks: Sequence[Block]
) -> list[Block]:
    """Read tasks that have been written; those that are not there even after a while."""
    end, left = time.monotonic() + SHOWS_WITHIN, list(blocks)
    while True:
        for block in left:
            found.damaged.pop(block, None)
        store.refresh(left)
        store.read_into(found, left)
        # Failed points that were to be tried again may have failed again: these are not missing.
        missing = is_open(found.status, False) | found.lacking(store.tasks, plan.measures)
        left = [b for b in left if b in found.damaged or missing[store.tasks.slices(b)].any()]
        # Measures of another type (real where others are complex) will not change by waiting.
        late = [b for b in left if ANOTHER_SHAPE not in found.damaged.get(b, "")]
        if not late or time.monotonic() > end:
            return left
        time.sleep(1.0)


def _store_setup(plan: SweepPlan, store: SweepStore, retry_failed: bool) -> dict[str, Any]:
    root = store.root.absolute()
    return setup_of(plan) | {
        "kind": RemoteStore,
        "root": str(root),
        "lock": lock_token(root / STATUS / "lock"),
        "layout": store.layout,
        "retry_failed": retry_failed,
    }


class RemoteStore(RemoteSweep):
    """A stored sweep on a worker; its items are the tasks."""

    def __init__(self, setup: Mapping[str, Any]):
        super().__init__(setup)
        self.root, self.lock = Path(setup["root"]), setup["lock"]
        self.retry_failed = setup["retry_failed"]
        end = time.monotonic() + APPEARS_WITHIN
        while not self._is_locked():
            if time.monotonic() > end:
                raise StoreError(
                    f"A worker does not see store {self.root}: there is another one, or none. "
                    "Stores must lie on a file system that all hosts share, under the same path."
                )
            time.sleep(0.1)
        store = SweepStore.open(self.root)
        if store is None:
            raise StoreError(f"A worker cannot read store {self.root}.")
        store.layout = as_layout(setup["layout"])
        self.store = store

    def _is_locked(self) -> bool:
        """Whether the sweep that this worker works for holds the store."""
        return lock_token(self.root / STATUS / "lock") == self.lock

    def compute(self, item: Any) -> Layout:
        """Compute a task and write it; the layout of its values."""
        store = self.store
        try:
            before = store.read_task(item)
        except DamagedFileError:
            before = None
        empty = TaskState(np.zeros(store.tasks.block_shape(item), np.uint8))
        state = compute_task(
            self.plan, store, item, before or empty, self.retry_failed, self._may_write
        )
        return {name: store.layout[name] for name in state.values}

    def _may_write(self) -> None:
        if not self._is_locked():  # the sweep has ended, or another one has begun
            raise StoreError(
                f"Store {self.root} is no longer locked by the sweep that this worker works for."
            )
