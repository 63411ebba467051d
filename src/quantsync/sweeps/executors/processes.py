"""Tasks on processes, with one BLAS thread each and a clean stop at Ctrl-C.

loky rather than the standard library's pool: functions of a notebook or a script can be measures
(cloudpickle sends them), and a script needs no ``if __name__ == "__main__"``.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from quantsync.errors import WarnedOnce, warn_caller
from quantsync.parallel import one_blas_thread

Item = TypeVar("Item")
AHEAD = 3  # tasks handed out per worker at a time: the rest waits, and memory stays flat
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
    with one_blas_thread(), WarnedOnce(passed_on=True) as warned:
        return _function(item), warned.found


@contextmanager
def on_processes(function: Callable[[Item], Any], workers: int) -> Iterator[Callable[[Item], Any]]:
    """The function, to be called from threads, each of which waits while a process works."""
    from loky import ProcessPoolExecutor

    pool = ProcessPoolExecutor(
        workers, initializer=_start, initargs=(function, os.getpid()), env=ENVIRONMENT
    )

    def call(item: Item) -> Any:
        result, warned = pool.submit(_call, item).result()
        for message, category in warned:
            warn_caller(message, category)
        return result

    finished = False
    try:
        yield call
        finished = True
    finally:
        pool.shutdown(wait=True, kill_workers=not finished)


def map_processes(
    function: Callable[[Item], Any], items: Sequence[Item], workers: int
) -> Iterator[tuple[int, Any]]:
    """Yield ``(k, function(items[k]))`` as they are finished; what it raises drops the rest."""
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
                result, warned = future.result()
                for message, category in warned:
                    warn_caller(message, category)
                yield k, result
        finished = True
    finally:
        # Not finished: an error, Ctrl-C, or a caller who has seen enough.
        pool.shutdown(wait=True, kill_workers=not finished)
