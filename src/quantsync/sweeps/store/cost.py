"""What a point of a sweep costs, from a few of them: the size of a task, the length of a run."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from quantsync.parallel import one_blas_thread
from quantsync.sweeps._batches import solve_chunks
from quantsync.sweeps._systems import SystemsApart
from quantsync.sweeps.plan import SweepPlan
from quantsync.sweeps.refine.points import PIECE
from quantsync.sweeps.store.tasks import chunk_shape

TASK_SECONDS = 2.0  # what a kill costs per thread
FEWEST_TASKS = 16
TASK_BYTES = 64 << 20  # of all measures
LONG, SAMPLES = 0.1, (1, 64, 2048)
MOST_PARTS = 16  # of systems apart that are looked at


@dataclass(frozen=True)
class PointCost:
    """Time and room of one point, on average over a sample."""

    seconds: float  # on one thread
    bytes: float  # of all measures


def point_cost(plan: SweepPlan) -> PointCost:
    """Compute a few points, more of them the faster they are, and forget them."""
    seconds, size = np.inf, 1.0
    for count in SAMPLES:
        members = _sample(plan, min(count, plan.grid.size))
        sample = plan.batch(members)
        start = time.perf_counter()
        with one_blas_thread():
            results = solve_chunks(sample, plan)
        took = time.perf_counter() - start
        seconds = took / len(members)
        stored = sum(a.nbytes / len(a) for a in results[0][1].values.values())
        size = max(size, stored)
        if took > LONG * (10 if count == 1 else 1) or len(members) == plan.grid.size:
            break
    return PointCost(seconds, size)


def duration(seconds: float) -> str:
    """A time for messages."""
    for unit, length in (("years", 3.156e7), ("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.1f} seconds" if seconds >= 1 else "a second"


def require_room(plan: SweepPlan, workers: int) -> None:
    """Raise `OutOfMemoryError`, with the time that it would take, where a map does not fit."""
    if plan.too_large:
        took = duration(plan.grid.size * point_cost(plan).seconds / workers)
        plan.require_memory(
            f"it would take about {took} on {workers} threads. Take fewer points, or refine= a "
            "coarse grid"
        )


def automatic_chunk(
    plan: SweepPlan, points: int | None = None, cost: PointCost | None = None
) -> tuple[int, ...]:
    """Shape of a task of a given number of points, or of some seconds."""
    if points is None:  # a power of two, so that the same sweep is mostly cut the same way
        cost = cost or point_cost(plan)
        fit = min(TASK_SECONDS / cost.seconds, TASK_BYTES / cost.bytes)
        points = int(min(2 ** int(np.log2(max(1.0, fit))), -(-plan.grid.size // FEWEST_TASKS)))
    return chunk_shape(plan.grid.shape, points, _together(plan))


def piece_size(plan: SweepPlan) -> int:
    """Refined points that are solved and kept together: a batch, or some seconds' worth."""
    fit = int(max(1.0, TASK_SECONDS / point_cost(plan).seconds))
    return min(PIECE, 2 ** (fit.bit_length() - 1))


def _sample(plan: SweepPlan, count: int) -> np.ndarray:
    evenly = np.unique(np.linspace(0, plan.grid.size - 1, count).astype(int))
    if plan.too_large:
        return evenly
    if isinstance(plan.system, SystemsApart):  # each part may cost something else
        first = np.array([members[0] for members in plan.system.parts()[:MOST_PARTS]])
        return np.unique(np.concatenate([first, evenly]))
    groups = plan.system.groups()
    if len(groups) > 1:  # points that share work, as a task has them
        return np.concatenate([group[:count] for group in groups[:count]])[:count]
    return evenly


def _together(plan: SweepPlan) -> list[bool]:
    """The axes along which points share the expensive part of the work."""
    grid = plan.grid.few_values() if plan.too_large else plan.grid
    system = plan.systems.on(grid) if plan.too_large else plan.system
    label = np.zeros(grid.size, int)
    for k, group in enumerate(system.groups()):
        label[group] = k
    label = label.reshape(grid.shape)
    return [bool((label == label.take([0], axis=axis)).all()) for axis in range(label.ndim)]
