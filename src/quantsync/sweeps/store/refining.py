"""The refinement of a stored sweep: it goes on from the points that are there."""

from __future__ import annotations

from typing import Any

import numpy as np

from quantsync.errors import StoreWriteError, SweepInterrupt
from quantsync.sweeps.executors.processes import progress_of
from quantsync.sweeps.plan import SweepPlan
from quantsync.sweeps.refine.datasets import refined_attributes
from quantsync.sweeps.refine.points import MISSING, PIECE
from quantsync.sweeps.refine.refinement import Refinement, refine
from quantsync.sweeps.store.cost import TASK_SECONDS, point_cost
from quantsync.sweeps.store.opening import warn_of_damage
from quantsync.sweeps.store.refined import StoredPoints


def refine_stored(
    plan: SweepPlan,
    store: Any,
    asked: Refinement,
    values: np.ndarray | None,
    workers: int,
    *,
    retry_failed: bool = False,
    progress: bool | None = None,
) -> StoredPoints:
    """Refine a stored sweep whose grid is done.

    Parameters
    ----------
    plan : SweepPlan
    store : SweepStore
        With its lock held.
    asked : Refinement
    values : ndarray or None
        Of the measure that is refined, on the grid; None where all points failed.
    threads, retry_failed, progress
        As for `sweep`.

    Raises
    ------
    SweepInterrupt
        At Ctrl-C.
    StoreWriteError
        If the store cannot be written.
    """
    points = StoredPoints(store)
    pieces = "pieces of the refined points"
    warn_of_damage(points.damaged, pieces, store.root, read_only=False, stacklevel=4)
    points.mend()
    known = np.full(plan.grid.size, np.nan) if values is None else values
    try:
        outcome = refine(
            plan,
            asked,
            known,
            points,
            workers,
            progress=lambda count: progress_of(
                count, "refined points", bool(count) and (True if progress is None else progress)
            ),
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
    """Points that are solved and kept together: a batch, or some seconds' worth of slow ones.

    Examples
    --------
    >>> from quantsync.sweeps.plan import prepare_sweep
    >>> piece_size(prepare_sweep("spin_pair", {"epsilon": [0.1, 0.2]}, "purity"))
    128
    """
    fit = int(max(1.0, TASK_SECONDS / point_cost(plan).seconds))
    return min(PIECE, 2 ** (fit.bit_length() - 1))


def _done(points: StoredPoints) -> str:
    return f"{int((points.state != MISSING).sum())} of {len(points)} refined points"
