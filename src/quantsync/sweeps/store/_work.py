"""One task of a stored sweep: its open points are computed, and all of it is written."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from quantsync.sweeps._batches import solve_chunks
from quantsync.sweeps._certificates import worst_of
from quantsync.sweeps._measuring import filled_with_nan
from quantsync.sweeps.plan import SweepPlan
from quantsync.sweeps.refine.points import DONE, FAILED, is_open
from quantsync.sweeps.store._contents import TaskState, failure_records
from quantsync.sweeps.store.arrays import SweepStore
from quantsync.sweeps.store.tasks import Block


def compute_task(
    plan: SweepPlan,
    store: SweepStore,
    block: Block,
    before: TaskState,
    retry_failed: bool = False,
    may_write: Callable[[], None] = lambda: None,
) -> TaskState:
    """Compute the open points of a task, and write it with what it held before.

    ``may_write`` raises if this process must no longer write.
    """
    asked = is_open(before.status, retry_failed)
    if not asked.any():
        return before
    members = store.tasks.members(block)
    where = np.argwhere(asked)  # positions of the open points in the block
    opened = members[asked.reshape(-1)]
    new_status = np.full(len(opened), DONE, np.uint8)
    values, certificates, found = dict(before.values), before.certificates, False
    messages: dict[int, str] = {}
    for piece, result in solve_chunks(plan.system.take(opened), plan):
        store.add_measures(result.values)
        found |= bool(result.values)
        for name, array in result.values.items():
            if name not in values:
                dtype, extra = store.layout[name]
                values[name] = filled_with_nan((*asked.shape, *extra), dtype)
            values[name][tuple(where[piece].T)] = array
        messages |= {int(opened[piece[k]]): text for k, text in result.failures.items()}
        new_status[piece[list(result.failures)]] = FAILED
        certificates = worst_of([certificates, result.certificates])
    status = before.status.copy()
    status[asked] = new_status
    if not found and (status == FAILED).all():  # there is nothing to keep but the messages
        values = {}
    kept = set(members[~asked.reshape(-1)].tolist())
    messages |= {k: text for k, text in before.messages.items() if k in kept}
    may_write()
    failures = failure_records(members, messages, plan.grid)
    store.write_task(block, values, status, failures, certificates)
    return TaskState(status, values, messages, certificates)
