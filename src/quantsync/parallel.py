"""Chunks of a batch on threads, each with one BLAS thread."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from contextvars import copy_context
from functools import cache
from typing import Any, TypeVar, cast

from threadpoolctl import ThreadpoolController

from quantsync.checks import whole_number

Item = TypeVar("Item")
Result = TypeVar("Result")


def available_cores() -> int:
    """Number of cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def worker_count(workers: Any, name: str = "workers") -> int:
    """How many threads or processes to use; None means every available core."""
    return available_cores() if workers is None else whole_number(workers, name)


_guard = threading.Lock()
_limits, _limit = 0, cast(Any, None)


@cache
def _controller() -> ThreadpoolController:
    # Looking the libraries up costs milliseconds, so it is done once.
    return ThreadpoolController()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Keep BLAS on one thread: many small problems lose time to its own threading."""
    # The limit is the process's: where several threads ask for it, the last one lifts it.
    global _limits, _limit
    with _guard:
        _limits += 1
        if _limits == 1:
            _limit = _controller().limit(limits=1, user_api="blas")
    try:
        yield
    finally:
        with _guard:
            _limits -= 1
            if _limits == 0:
                _limit.restore_original_limits()


def map_threads(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    workers: int,
    done: Callable[[Item], Any] | None = None,
) -> list[Result]:
    """Apply a function to every item on threads and return the results in order.

    What it raises is raised here, and no further item is started. ``done`` is called in this
    thread with each item that is finished.
    """
    results: list[Any] = [None] * len(items)
    with one_blas_thread():
        if workers == 1 or len(items) <= 1:
            for k, item in enumerate(items):
                results[k] = function(item)
                if done is not None:
                    done(item)
            return results
        with ThreadPoolExecutor(max_workers=min(workers, len(items))) as pool:
            # Each in the context of the caller, who gathers warnings.
            futures = {
                pool.submit(copy_context().run, function, item): k for k, item in enumerate(items)
            }
            try:
                # Not `wait`, which looks at all pending futures whenever one is finished.
                for future in as_completed(futures):
                    k = futures[future]
                    results[k] = future.result()
                    if done is not None:
                        done(items[k])
            except BaseException:
                for future in futures:
                    future.cancel()
                raise
    return results


def chunk_slices(total: int, size: int) -> list[slice]:
    """Cut ``range(total)`` into consecutive slices of at most ``size``."""
    size = max(1, size)
    return [slice(start, min(start + size, total)) for start in range(0, total, size)]
