"""Where a figure keeps the maps that take long, so that a run that was interrupted goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

_stem: ContextVar[Path | None] = ContextVar("stem", default=None)


@contextmanager
def maps_kept(stem: Path | None) -> Iterator[None]:
    """Have `store_of` name folders that begin with ``stem``, the path of a figure, or none."""
    token = _stem.set(stem)
    try:
        yield
    finally:
        _stem.reset(token)


def store_of(map_name: str = "") -> Path | None:
    """The store of a map of the figure that is being computed; None if it is not kept."""
    stem = _stem.get()
    return stem and stem.with_name(f"{stem.name}{'_' * bool(map_name)}{map_name}.zarr")
