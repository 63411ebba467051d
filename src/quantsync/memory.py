"""Refuses what does not fit into memory, before it is tried."""

from __future__ import annotations

import os
from pathlib import Path

from quantsync.errors import OutOfMemoryError


def available_memory() -> float:
    """Bytes that this process can still get; infinite where the system does not tell."""
    found = float("inf")
    try:
        found = float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_AVPHYS_PAGES"))
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                found = 1024.0 * int(line.split()[1])
    except (AttributeError, OSError, ValueError):
        pass
    try:  # a container's own limit
        limit = int(Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii"))
        used = int(Path("/sys/fs/cgroup/memory.current").read_text(encoding="ascii"))
        found = min(found, float(limit - used))
    except (OSError, ValueError):
        pass
    return found


def require_memory(needed: float, what: str) -> None:
    """Check that there is enough memory.

    Parameters
    ----------
    needed : float
        Bytes.
    what : str
        What needs it, to begin the message with.

    Raises
    ------
    OutOfMemoryError
        If there is less.

    Examples
    --------
    >>> require_memory(1e15, "A matrix of 10 million rows")
    Traceback (most recent call last):
      ...
    quantsync.errors.OutOfMemoryError: A matrix of 10 million rows needs 1000000.0 GB of memory,...
    """
    available = available_memory()
    if needed > available:
        raise OutOfMemoryError(
            f"{what} needs {needed / 1e9:.1f} GB of memory, but {available / 1e9:.1f} GB are "
            "available; take fewer or smaller sites."
        )
