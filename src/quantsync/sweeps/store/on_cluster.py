"""The tasks of a stored sweep on a dask cluster, whose workers write them."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from quantsync.errors import ClusterError, StoreError
from quantsync.sweeps.executors.cluster import spread
from quantsync.sweeps.executors.remote import compute_blocks, setup_of
from quantsync.sweeps.grid import Grid
from quantsync.sweeps.plan import SweepPlan
from quantsync.sweeps.store.arrays import ANOTHER_SHAPE, Layout, SweepStore
from quantsync.sweeps.store.contents import Contents
from quantsync.sweeps.store.files import remove_partials
from quantsync.sweeps.store.tasks import Block
from quantsync.sweeps.store.work import is_open

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

    Parameters
    ----------
    plan : SweepPlan
    store : SweepStore
        With its lock held.
    found : Contents
        What the store holds; what the workers write is added.
    blocks : sequence of tuple
        The tasks.
    retry_failed : bool
        Whether failed points are computed again.
    cluster : tuple of distributed.Client and str
        And its name.
    arrived : callable
        Called with each task that a worker has written, once.

    Raises
    ------
    ClusterError
        If the scheduler is lost, a worker is unlike this process, or workers die of a task.
    StoreError
        If a worker does not see the store.
    """
    told: set[Block] = set()

    def take(block: Block, layout: Layout) -> None:
        store.add_layout(layout)
        if block not in told:
            told.add(block)
            arrived(block)

    left = list(blocks)
    for _ in range(ROUNDS):
        setup = setup_of(plan, uuid.uuid4().hex, store) | {"retry_failed": retry_failed}
        deadly = spread(*cluster, compute_blocks, setup, left, take)
        left = _not_there(store, found, [b for b in left if b not in deadly], retry_failed)
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
    store: SweepStore, found: Contents, blocks: Sequence[Block], retry_failed: bool
) -> list[Block]:
    """Read tasks that have been written; those that are not there even after a while."""
    end, left = time.monotonic() + SHOWS_WITHIN, list(blocks)
    while True:
        for block in left:
            found.damaged.pop(block, None)
        store.refresh(left)
        store.read_into(found, left)
        # Failed points that were to be tried again may have failed again: these are not missing.
        left = [
            b
            for b in left
            if b in found.damaged or is_open(found.status[store.tasks.slices(b)], False).any()
        ]
        # Measures of another type (real where others are complex) will not change by waiting.
        late = [b for b in left if ANOTHER_SHAPE not in found.damaged.get(b, "")]
        if not late or time.monotonic() > end:
            return left
        time.sleep(1.0)


def deaths(grid: Grid, pieces: Sequence[np.ndarray]) -> str:
    """A message about pieces of a sweep that workers die of, with their coordinates.

    Examples
    --------
    >>> grid = Grid({"x": np.array([0.0, 0.5, 1.0]), "y": np.array([2.0, 3.0])})
    >>> deaths(grid, [np.array([2, 3])])[:58]
    'Workers died, time and again, of 1 task: x=0.5, y=2 to 3. '
    """
    regions = []
    for members in pieces[:5]:
        index = np.unravel_index(members, grid.shape)
        parts = []
        for (name, values), i in zip(grid.axes.items(), index, strict=True):
            low, high = values[i].min(), values[i].max()
            parts.append(f"{name}={low:g}" + (f" to {high:g}" if high > low else ""))
        regions.append(", ".join(parts))
    more = f"; and {len(pieces) - 5} more" if len(pieces) > 5 else ""
    return (
        f"Workers died, time and again, of {len(pieces)} task{'s' * (len(pieces) > 1)}: "
        f"{'; '.join(regions)}{more}. Their logs tell why; out of memory, mostly: give a worker "
        "more memory or fewer threads, or a new store smaller chunks."
    )
