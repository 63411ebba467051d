"""Refuses what does not fit into memory, before it is tried; keeps large arrays for reuse."""

from __future__ import annotations

import math
import threading
from pathlib import Path
from typing import Any

import numpy as np

from quantsync.errors import OutOfMemoryError

SMALL = 1 << 24  # bytes that nobody asks for


def available_memory() -> float:
    """Bytes that this process can still get; infinite where the system does not tell."""
    found = math.inf
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                found = 1024.0 * int(line.split()[1])
    except (OSError, ValueError):
        pass
    try:  # a container's own limit, which psutil does not know
        limit = int(Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii"))
        used = int(Path("/sys/fs/cgroup/memory.current").read_text(encoding="ascii"))
        found = min(found, float(limit - used))
    except (OSError, ValueError):
        pass
    return min(found, _below_own_limit())


def _below_own_limit() -> float:
    """Bytes below the limit that this process was given, as by ``ulimit -v``."""
    try:
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        if limit == resource.RLIM_INFINITY:
            return math.inf
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        return float(limit - pages * resource.getpagesize())
    except (ImportError, OSError, ValueError):
        return math.inf


def require_memory(needed: float, what: str, hint: str = "take fewer or smaller sites") -> None:
    """Raise `OutOfMemoryError` unless there are so many bytes; ``what`` begins the message."""
    if needed < SMALL:
        return
    available = available_memory()
    if needed > available:
        raise OutOfMemoryError(
            f"{what} would need {needed / 1e9:.3g} GB of memory, but {available / 1e9:.3g} GB are "
            f"available; {hint}."
        )


_kept = threading.local()
LARGEST_KEPT = 1 << 27  # bytes of one array that stays


def workspace(name: str, shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    """An array of this thread's with anything in it, the same at the next call of that name.

    New memory of megabytes costs as much as a matrix product on it does, once for every page.
    """
    size = math.prod(shape) * np.dtype(dtype).itemsize
    if size > LARGEST_KEPT:
        return np.empty(shape, dtype)
    arrays: dict[str, np.ndarray] = _kept.__dict__.setdefault("arrays", {})
    found = arrays.get(name)
    if found is None or found.shape != shape or found.dtype != dtype:
        found = arrays[name] = np.empty(shape, dtype)
    return found
