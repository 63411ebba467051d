"""Where a figure keeps the maps that take long, so that a run that was interrupted goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

_stem: ContextVar[Path | None] = ContextVar("stem", default=None)


@contextmanager
def maps_kept(stem: Path | None) -> Iterator[None]:
    """Have `store_of` name folders that begin with ``stem``, or none.

    Parameters
    ----------
    stem : Path or None
        Path of a figure without an ending.
    """
    token = _stem.set(stem)
    try:
        yield
    finally:
        _stem.reset(token)


def store_of(map_name: str = "") -> Path | None:
    """The store of a map of the figure that is being computed; None if it is not kept.

    Parameters
    ----------
    map_name : str, optional
        What tells it from the figure's other maps.

    Examples
    --------
    >>> store_of("cut") is None
    True
    >>> with maps_kept(Path("figure_3")):
    ...     store_of("cut").name
    'figure_3_cut.zarr'
    """
    stem = _stem.get()
    return stem and stem.with_name(f"{stem.name}{'_' * bool(map_name)}{map_name}.zarr")
