"""Sweeps in memory on a dask cluster: the workers send back what they find."""

from __future__ import annotations

import uuid
from typing import Any

import numpy as np

from quantsync.errors import ClusterError
from quantsync.sweeps.batches import ChunkResult, chunks_of
from quantsync.sweeps.executors.cluster import cluster_client, spread
from quantsync.sweeps.executors.processes import progress_of
from quantsync.sweeps.executors.remote import compute_pieces, setup_of
from quantsync.sweeps.plan import SweepPlan
from quantsync.sweeps.store.on_cluster import deaths


def run_on_cluster(
    plan: SweepPlan, scheduler: Any, progress: bool | None
) -> list[tuple[np.ndarray, ChunkResult]]:
    """Compute the points of a sweep, in the pieces in which they are computed in one process.

    Parameters
    ----------
    plan : SweepPlan
    scheduler, progress
        As for `sweep`.

    Raises
    ------
    ClusterError
        If there is no cluster or it cannot do it.
    """
    pieces = chunks_of(plan.system)
    results: dict[int, ChunkResult] = {}
    with (
        cluster_client(scheduler) as (client, name),
        progress_of(plan.grid.size, "points", progress) as advance,
    ):

        def take(piece: int, result: ChunkResult) -> None:
            if piece not in results:
                results[piece] = result
                advance(len(pieces[piece]))

        setup = setup_of(plan, uuid.uuid4().hex)
        deadly = spread(client, name, compute_pieces, setup, range(len(pieces)), take)
    if deadly:
        raise ClusterError(
            f"{deaths(plan.grid, [pieces[k] for k in deadly])} With a `store` everything else "
            "would be kept."
        )
    return [(members, results[k]) for k, members in enumerate(pieces)]
