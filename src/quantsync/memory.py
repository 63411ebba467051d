"""Refuses what does not fit into memory, before it is tried; keeps large arrays for reuse."""

from __future__ import annotations

import math
import threading
from pathlib import Path
from typing import Any

import numpy as np

from quantsync.errors import OutOfMemoryError


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
    return found


def require_memory(needed: float, what: str) -> None:
    """Raise `OutOfMemoryError` unless there are so many bytes; ``what`` begins the message."""
    available = available_memory()
    if needed > available:
        raise OutOfMemoryError(
            f"{what} needs {needed / 1e9:.1f} GB of memory, but {available / 1e9:.1f} GB are "
            "available; take fewer or smaller sites."
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
