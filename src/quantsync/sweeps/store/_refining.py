"""The refinement of a stored sweep: it goes on from the points that are there."""

from __future__ import annotations

from typing import Any

import numpy as np

from quantsync.errors import StoreWriteError, SweepInterrupt
from quantsync.sweeps.executors.progress import progress_of
from quantsync.sweeps.plan import SweepPlan
from quantsync.sweeps.refine.datasets import refined_attributes
from quantsync.sweeps.refine.points import MISSING, PIECE
from quantsync.sweeps.refine.refinement import Refinement, refine
from quantsync.sweeps.store._refined import StoredPoints
from quantsync.sweeps.store.cost import TASK_SECONDS, point_cost
from quantsync.sweeps.store.opening import warn_of_damage


def refine_stored(
    plan: SweepPlan,
    store: Any,
    asked: Refinement,
    values: np.ndarray | None,
    workers: int,
    *,
    retry_failed: bool = False,
    progress: bool = True,
) -> StoredPoints:
    """Refine a stored sweep whose grid is done; ``values`` are None where all points failed."""
    points = StoredPoints(store)
    warn_of_damage(points.damaged, "pieces of the refined points", store.root, read_only=False)
    points.mend()
    known = np.full(plan.grid.size, np.nan) if values is None else values
    try:
        outcome = refine(
            plan,
            asked,
            known,
            points,
            workers,
            progress=lambda count: progress_of(count, "refined points", progress and count > 0),
            retry_failed=retry_failed,
            told=points.told,
        )
    except KeyboardInterrupt:
        raise SweepInterrupt(
            f"interrupted; the grid and {_done(points)} are in {store.root}. Run the same sweep "
            f"again, or: quantsync sweep resume {store.root}"
        ) from None
    except StoreWriteError as error:
        raise StoreWriteError(f"{error} The grid and {_done(points)} are safe.") from error
    attributes = refined_attributes(plan.grid, points, asked, outcome)
    # JSON has no NaN.
    store.add_attributes({k: v for k, v in attributes.items() if v == v})
    return points


def piece_size(plan: SweepPlan) -> int:
    """Points that are solved and kept together: a batch, or some seconds' worth of slow ones."""
    fit = int(max(1.0, TASK_SECONDS / point_cost(plan).seconds))
    return min(PIECE, 2 ** (fit.bit_length() - 1))


def _done(points: StoredPoints) -> str:
    return f"{int((points.state != MISSING).sum())} of {len(points)} refined points"
