"""Tasks on processes, with one BLAS thread each, progress, and a clean stop at Ctrl-C.

loky rather than the standard library's pool: functions of a notebook or a script can be measures
(cloudpickle sends them), and a script needs no ``if __name__ == "__main__"``.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from quantsync.parallel import one_blas_thread

Item = TypeVar("Item")
AHEAD = 3  # tasks a worker that are handed out at a time: the rest waits, and memory stays flat
LINE_EVERY = 60.0  # seconds between lines where there is no terminal
ENVIRONMENT = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"), "1"
) | {
    # Arrays of megabytes come and go: glibc is to keep their pages, which are costly to get anew.
    "MALLOC_MMAP_THRESHOLD_": str(1 << 25),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 30),
}

_function: Callable[[Any], Any] | None = None  # in a worker: what it was started for


def _start(function: Callable[[Any], Any], parent: int) -> None:
    global _function
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    # Ctrl-C reaches every process of a terminal; the main one decides what becomes of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _function = function


def _end_with(parent: int) -> None:
    """End when the main process does: one that is killed leaves workers that wait forever."""
    while os.getppid() == parent:
        time.sleep(1.0)
    os._exit(1)


def _call(item: Any) -> Any:
    assert _function is not None
    with one_blas_thread():
        return _function(item)


def map_processes(
    function: Callable[[Item], Any], items: Sequence[Item], workers: int
) -> Iterator[tuple[int, Any]]:
    """Yield ``(k, function(items[k]))`` as they are finished.

    Parameters
    ----------
    function : callable
        Sent to every worker once. What it raises is raised here, and the rest is dropped.
    items : sequence
        Sent one by one.
    workers : int
        Number of processes; with 1 everything runs in this one.
    """
    if workers == 1 or len(items) <= 1:
        with one_blas_thread():
            for k, item in enumerate(items):
                yield k, function(item)
        return
    from loky import ProcessPoolExecutor, wait

    waiting = deque(range(len(items)))
    pool = ProcessPoolExecutor(
        min(workers, len(items)),
        initializer=_start,
        initargs=(function, os.getpid()),
        env=ENVIRONMENT,
    )
    running: dict[Any, int] = {}
    finished = False
    try:
        while waiting or running:
            while waiting and len(running) < AHEAD * workers:
                k = waiting.popleft()
                running[pool.submit(_call, items[k])] = k
            done = wait(running, return_when="FIRST_COMPLETED").done
            for future in sorted(done, key=running.__getitem__):
                k = running.pop(future)
                yield k, future.result()
        finished = True
    finally:
        # Not finished: an error, Ctrl-C, or a caller who has seen enough.
        pool.shutdown(wait=True, kill_workers=not finished)


@contextmanager
def progress_of(total: int, unit: str, show: bool | None) -> Iterator[Callable[[int], None]]:
    """Show how much is done and how long the rest takes; the value is called with increments.

    Parameters
    ----------
    total : int
        Units in all.
    unit : str
        What they are.
    show : bool or None
        Whether to; None means on a terminal. Without a terminal a line a minute is printed.
    """
    terminal = sys.stderr.isatty()
    if not (terminal if show is None else show):
        yield lambda _: None
        return
    if not terminal:
        yield _Lines(total, unit).advance
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    start = time.monotonic()
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        unit + " {task.fields[rate]}",
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(unit, total=total, rate="")

        def advance(count: int) -> None:
            bar.advance(task, count)
            rate = bar.tasks[0].completed / max(time.monotonic() - start, 1e-9)
            bar.update(task, rate=f"({rate:.1f} a second)")

        yield advance


class _Lines:
    """A line a minute with the count, the rate and the time left."""

    def __init__(self, total: int, unit: str):
        self.total, self.unit, self.done = total, unit, 0
        self.start = self.last = time.monotonic()

    def advance(self, count: int) -> None:
        self.done += count
        now = time.monotonic()
        if now - self.last < LINE_EVERY and self.done < self.total:
            return
        self.last = now
        elapsed = max(now - self.start, 1e-9)
        left = elapsed * (self.total - self.done) / max(self.done, 1)
        print(
            f"{self.done} of {self.total} {self.unit} in {elapsed:.0f} s "
            f"({self.done / elapsed:.1f} a second), about {left:.0f} s left",
            file=sys.stderr,
            flush=True,
        )
