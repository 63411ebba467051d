"""Dask clusters: how one is reached, and how the items of a sweep are spread over its workers.

Items are handed out in groups of some seconds, sized by what the groups before have taken, a few
per thread at a time, so that neither thousands of small tasks nor a few large ones hold anything
up.
"""

from __future__ import annotations

import contextlib
import math
import os
import queue
import time
import uuid
import warnings
from collections import deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from quantsync import errors
from quantsync.errors import (
    ClusterError,
    InvalidArgumentError,
    MissingDependencyError,
    QuantsyncError,
    SweepWarning,
    warn_caller,
)
from quantsync.sweeps._batches import ChunkResult, chunks_of, merged
from quantsync.sweeps._grid import Grid
from quantsync.sweeps.executors.progress import Progress, progress_of
from quantsync.sweeps.executors.remote import compute_items, setup_of
from quantsync.sweeps.plan import SweepPlan

Item = TypeVar("Item", bound=Hashable)
CONNECT_SECONDS = 10.0
WRITTEN_SECONDS = 30.0  # for a scheduler that is being started to write its file
GROUP_SECONDS = 3.0  # of a group: dask's share of it is a few milliseconds
AHEAD = 3  # groups handed out per thread at a time
MOST_ITEMS = 1024  # in a group
LOOK_EVERY = 1.0  # seconds between looks at the cluster, which may grow
PATIENCE = 60.0  # seconds without a worker, after which a warning says so


def run_on_cluster(plan: SweepPlan, scheduler: Any, progress: Progress) -> ChunkResult:
    """A sweep in memory: workers send back what they find, in the pieces of one process."""
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
    return merged(plan.grid.size, [(members, results[k]) for k, members in enumerate(pieces)])


@contextmanager
def cluster_client(scheduler: Any) -> Iterator[tuple[Any, str]]:
    """A client of a dask cluster, and its name for messages; a client that was given stays open."""
    try:
        import distributed
        from distributed.deploy.cluster import Cluster
    except ImportError:
        raise MissingDependencyError(
            "Argument `scheduler` needs dask.distributed; install it with "
            "pip install 'quantsync[cluster]'."
        ) from None
    if isinstance(scheduler, distributed.Client):
        if scheduler.asynchronous:
            raise InvalidArgumentError(
                "Argument `scheduler` is an asynchronous Client; give a synchronous one, or the "
                "address of its scheduler."
            )
        if scheduler.status != "running":
            raise ClusterError(
                f"The Client in argument `scheduler` is {scheduler.status}; make a new one."
            )
        yield scheduler, str(scheduler.scheduler.address)  # pyright: ignore
        return
    options: dict[str, Any] = {"set_as_default": False, "timeout": CONNECT_SECONDS}
    if isinstance(scheduler, Cluster):
        options["address"] = scheduler
        name = str(getattr(scheduler, "scheduler_address", scheduler))
    elif isinstance(scheduler, str) and "://" in scheduler:
        options["address"] = name = scheduler
    elif isinstance(scheduler, str | os.PathLike) and str(scheduler).endswith(".json"):
        name = str(scheduler)
        options["scheduler_file"] = _written(Path(scheduler))
    else:
        raise InvalidArgumentError(
            "Argument `scheduler` must be an address such as 'tcp://host:8786', the path of a "
            f"scheduler file that ends in .json, or a dask Client, but is {scheduler!r}."
        )
    try:
        client = distributed.Client(**options)
    except (OSError, TimeoutError, ValueError, LookupError) as error:
        raise ClusterError(
            f"There is no dask scheduler at {name} ({_one_line(error)}). Start one with `dask "
            "scheduler`, and check the address and that this host may reach it."
        ) from None
    try:
        yield client, name
    finally:
        with contextlib.suppress(Exception):  # of a scheduler that is gone
            client.close(timeout=2)


def _written(path: Path) -> str:
    """The path of a scheduler file, as soon as the scheduler has written it."""
    end = time.monotonic() + WRITTEN_SECONDS
    while not (path.is_file() and path.stat().st_size):
        if time.monotonic() > end:
            raise ClusterError(
                f"There is no scheduler file {path}. Start a scheduler with `dask scheduler "
                f"--scheduler-file {path}`, in a folder that all hosts share."
            )
        time.sleep(0.1)
    return str(path)


def _one_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def deaths(grid: Grid, pieces: Sequence[np.ndarray]) -> str:
    """A message about pieces of a sweep on which workers die, with their coordinates."""
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
        f"Workers repeatedly died on {len(pieces)} task{'s' * (len(pieces) > 1)}: "
        f"{'; '.join(regions)}{more}. Their logs say why. Mostly they run out of memory: give a "
        "worker more memory or fewer threads, or a new store smaller chunks."
    )


def _carry(setup: dict[str, Any]) -> dict[str, Any]:
    """Itself, as a task of its own, which the scheduler repeats if its worker is lost."""
    return setup


def spread(
    cluster: tuple[Any, str],
    setup: dict[str, Any],
    items: Sequence[Item],
    arrived: Callable[[Item, Any], Any],
) -> list[Item]:
    """Compute items on the workers of a cluster; those on which workers repeatedly died.

    ``arrived`` is called in this thread with an item and its value.
    """
    run = _Spread(cluster, setup, arrived)
    try:
        suspects = run.finish(deque(items), alone=False)
        # What only waited on a worker that died is suspect as well: each one is run alone now.
        return [one for item in suspects for one in run.finish(deque([item]), alone=True)]
    finally:
        run.stop()


class _Spread:
    """The state of `spread`."""

    def __init__(self, cluster: tuple[Any, str], setup: dict[str, Any], arrived: Any):
        (self.client, self.name), self.arrived = cluster, arrived
        self.token = uuid.uuid4().hex
        self.setup = self.sent_out(f"setup-{self.token}", _carry, setup)
        self.running: dict[Any, list[Any]] = {}
        self.finished: queue.Queue[Any] = queue.Queue()
        self.taken = self.counted = 0.0  # seconds, and items done in them
        self.threads, self.looked, self.seen = 0, -math.inf, time.monotonic()
        self.sent = 0

    def finish(self, waiting: deque[Any], alone: bool) -> list[Any]:
        """Run items; those that came up when workers died are returned."""
        suspects = []
        while waiting or self.running:
            self.look()
            while waiting and len(self.running) < max(1, AHEAD * self.threads):
                self.submit([waiting.popleft() for _ in range(self.group_size(len(waiting)))])
            try:
                future = self.finished.get(timeout=LOOK_EVERY)
            except queue.Empty:
                continue
            group = self.running.pop(future, None)
            if group is None:
                continue
            answer = self.answer(future)
            if answer is not None:
                self.take(group, answer, waiting)
            elif alone and len(group) == 1:
                return group
            else:
                suspects += group
        return suspects

    def take(self, group: list[Any], answer: dict[str, Any], waiting: deque[Any]) -> None:
        for item, value in zip(group, answer["done"], strict=False):
            self.arrived(item, value)
        for message, category in answer["warnings"]:
            warn_caller(message, category)
        self.taken += answer["seconds"]
        self.counted += len(answer["done"])
        if answer["problem"] is not None:
            kind, message = answer["problem"]
            known = getattr(errors, kind, QuantsyncError)
            raise known(f"{message} (worker {answer['worker']})")
        waiting.extend(group[len(answer["done"]) :])

    def group_size(self, left: int) -> int:
        """Items of the next group: of some seconds, and fewer towards the end."""
        fair = math.ceil(left / (2 * max(1, self.threads)))
        wanted = GROUP_SECONDS * self.counted / self.taken if self.taken > 0 else 1
        # Early groups may be unlike the rest: each is at most some times as large as the mean.
        most = 1 + 4 * self.counted / max(1, self.sent)
        return max(1, min(int(wanted), int(most), fair, MOST_ITEMS, left))

    def submit(self, group: list[Any]) -> None:
        future = self.sent_out(f"{self.token}-{self.sent}", compute_items, self.setup, group)
        self.sent += 1
        self.running[future] = group
        future.add_done_callback(self.finished.put)

    def sent_out(self, key: str, function: Any, *arguments: Any) -> Any:
        """The future of a call."""
        try:
            return self.client.submit(function, *arguments, key=f"sweep-{key}", pure=False)
        except Exception:
            if self.client.status == "running":
                raise
            raise self.lost() from None

    def look(self) -> None:
        """Count the threads of the cluster now and then; notice that the scheduler is lost."""
        now = time.monotonic()
        if self.client.status != "running":
            raise self.lost()
        if now - self.looked < LOOK_EVERY:
            return
        try:
            self.threads = sum(self.client.nthreads().values())
        except (OSError, TimeoutError, AttributeError):
            raise self.lost() from None
        self.looked = time.monotonic()
        if self.threads:
            self.seen = math.inf if self.seen == math.inf else now
        elif now - self.seen > PATIENCE:
            self.seen = math.inf  # said once
            warnings.warn(
                f"The dask scheduler at {self.name} has no workers; the sweep waits for some.",
                SweepWarning,
                stacklevel=2,
            )

    def answer(self, future: Any) -> dict[str, Any] | None:
        """What a group returned; None if workers died of it."""
        from concurrent.futures import CancelledError

        from distributed import KilledWorker

        try:
            return future.result()
        except KilledWorker:
            return None
        except (ModuleNotFoundError, RuntimeError) as error:
            module = (getattr(error, "name", "") or "").split(".")[0]
            if module != "quantsync" and "deserialization" not in str(error):
                raise
            raise ClusterError(
                f"The scheduler at {self.name} or its workers have no quantsync, or another "
                "version than this process; install the same one everywhere."
            ) from error
        except (CancelledError, OSError, TimeoutError) as error:
            # The connection may break before the client notices that it is cut off: only a future
            # that says so has failed by itself.
            if future.status == "error":
                raise
            raise self.lost(_one_line(error)) from None
        finally:
            future.release()

    def lost(self, cause: str = "") -> ClusterError:
        told = f" ({cause})" if cause else ""
        return ClusterError(f"The dask scheduler at {self.name} is lost, with its tasks{told}.")

    def stop(self) -> None:
        """Drop what is not done yet."""
        with contextlib.suppress(Exception):
            if self.client.status == "running" and self.running:
                self.client.cancel(list(self.running), force=True)
        self.running.clear()
        with contextlib.suppress(Exception):
            self.setup.release()
