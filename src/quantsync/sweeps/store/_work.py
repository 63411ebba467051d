"""One task of a stored sweep: its open points are computed, and all of it is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from quantsync.sweeps._batches import solve_chunks
from quantsync.sweeps._certificates import worst_of
from quantsync.sweeps._measuring import filled_with_nan
from quantsync.sweeps.plan import SweepPlan
from quantsync.sweeps.refine.points import DONE, FAILED, is_open
from quantsync.sweeps.store._contents import TaskState
from quantsync.sweeps.store.arrays import SweepStore
from quantsync.sweeps.store.tasks import Block
from quantsync.version import __version__


def compute_task(
    plan: SweepPlan,
    store: SweepStore,
    block: Block,
    before: TaskState,
    retry_failed: bool = False,
    may_write: Callable[[], None] = lambda: None,
) -> TaskState:
    """Compute the open points of a task, and write it with what it held before.

    Where it has points without some of the measures, these are taken there. ``may_write`` raises
    if this process must no longer write.
    """
    opened = is_open(before.status, retry_failed)
    further = {n: m for n, m in plan.measures.items() if n not in before.measures}
    work = [(points, m) for points, m in ((opened, plan.measures), (~opened, further)) if m]
    work = [(points, m) for points, m in work if points.any()]
    if not work:
        return before
    members = store.tasks.members(block)
    kept = set(members[~opened.reshape(-1)].tolist())
    messages = {k: text for k, text in before.messages.items() if k in kept}
    values, certificates, found = dict(before.values), before.certificates, bool(before.values)
    status = before.status.copy()
    status[opened] = DONE
    for points, measures in work:
        where, numbers = np.argwhere(points), members[points.reshape(-1)]
        asked = replace(plan, measures=measures)
        for piece, result in solve_chunks(plan.batch(numbers), asked):
            store.add_measures(result.values)
            found |= bool(result.values)
            for name, array in result.values.items():
                if name not in values:
                    dtype, extra = store.layout[name]
                    values[name] = filled_with_nan((*points.shape, *extra), dtype)
                values[name][tuple(where[piece].T)] = array
            failed = piece[list(result.failures)]
            status[tuple(where[failed].T)] = FAILED
            messages = {
                int(numbers[piece[k]]): text for k, text in result.failures.items()
            } | messages
            certificates = worst_of([certificates, result.certificates])
    if not found and (status == FAILED).all():  # there is nothing to keep but the messages
        values = {}
    taken = tuple(dict.fromkeys([*before.measures, *plan.measures]))
    versions = tuple(sorted({*before.versions, __version__}))
    after = TaskState(status, values, messages, certificates, taken, versions)
    may_write()
    store.write_task(block, after, plan.grid)
    return after
