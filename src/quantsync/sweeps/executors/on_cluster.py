"""Sweeps in memory on a dask cluster: the workers send back what they find."""

from __future__ import annotations

from typing import Any

import numpy as np

from quantsync.errors import ClusterError
from quantsync.sweeps.batches import ChunkResult, chunks_of
from quantsync.sweeps.executors.cluster import cluster_client, deaths, spread
from quantsync.sweeps.executors.progress import progress_of
from quantsync.sweeps.executors.remote import setup_of
from quantsync.sweeps.plan import SweepPlan


def run_on_cluster(
    plan: SweepPlan, scheduler: Any, progress: bool | None
) -> list[tuple[np.ndarray, ChunkResult]]:
    """Compute the points of a sweep, in the pieces in which they are computed in one process."""
    pieces = chunks_of(plan.system)
    results: dict[int, ChunkResult] = {}
    with (
        cluster_client(scheduler) as cluster,
        progress_of(plan.grid.size, "points", progress) as advance,
    ):

        def take(piece: int, result: ChunkResult) -> None:
            if piece not in results:
                results[piece] = result
                advance(len(pieces[piece]))

        deadly = spread(cluster, setup_of(plan), range(len(pieces)), take)
    if deadly:
        raise ClusterError(
            f"{deaths(plan.grid, [pieces[k] for k in deadly])} With a `store` everything else "
            "would be kept."
        )
    return [(members, results[k]) for k, members in enumerate(pieces)]
