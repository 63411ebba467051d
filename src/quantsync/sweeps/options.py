"""`Store` and `Refine`: how a sweep is kept, and where it gets more points."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quantsync.checks import flag, named_fields, real_number, shown, whole_number
from quantsync.errors import InvalidArgumentError

FINEST = 1e-9  # tolerance of a refinement


def store_path(path: Any) -> Path:
    """The folder that the argument ``store`` names; ``~`` is the home folder."""
    text = os.fspath(path) if isinstance(path, str | os.PathLike) else None
    if not isinstance(text, str) or not text:
        raise InvalidArgumentError(
            f"Argument `store` must be a path or a Store, but is {shown(path)}."
        )
    if re.match(r"[A-Za-z][\w+.-]+:(/|:)", text):
        raise InvalidArgumentError(
            f"Argument `store` must be a folder of this machine's file systems, but is {text!r}: "
            "stores are not written to URLs. Give a path, and copy the folder when it is done."
        )
    if "\0" in text:
        raise InvalidArgumentError(f"Argument `store` must be a path, but {text!r} holds a NUL.")
    try:
        return Path(text).expanduser()
    except RuntimeError as error:  # the home of nobody
        raise InvalidArgumentError(
            f"Argument `store` must be a path, but of {text!r} the home folder is not known: "
            f"{error}"
        ) from None


@named_fields
@dataclass(frozen=True)
class Store:
    """Where a sweep or an ensemble is kept while it is computed, for the argument ``store``.

    A path alone does where the defaults are fine.

    Parameters
    ----------
    path : str or Path
        Folder of a Zarr group (version 3) on this machine's file systems; ``~`` is the home
        folder. URLs are refused.
    chunk : int or sequence of int, optional
        Points of a task in a new store, as a number or a shape (of an ensemble, its samples); some
        seconds' worth by default.
    retry_failed : bool, default False
        Whether to compute failed points of the store again.

    Raises
    ------
    InvalidArgumentError
        If a value has a wrong type.

    Examples
    --------
    >>> import tempfile, quantsync as qs
    >>> store = qs.Store(tempfile.mkdtemp() + "/pair.zarr", chunk=2)
    >>> axes = {"epsilon": [0.1, 0.2, 0.3]}
    >>> _ = qs.sweep("spin_pair", axes, "purity", store=store, progress=False)
    >>> qs.sweep_status(store.path).tasks
    2
    """

    path: str | Path
    chunk: int | Sequence[int] | None = None
    retry_failed: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", store_path(self.path))
        if self.chunk is not None:
            several = isinstance(self.chunk, Sequence) and not isinstance(self.chunk, str)
            counts: Any = self.chunk if several else [self.chunk]
            for count in counts:
                whole_number(count, "chunk")
        object.__setattr__(self, "retry_failed", flag(self.retry_failed, "retry_failed"))

    @classmethod
    def of(cls, store: Any) -> Store | None:
        """The argument ``store`` of `sweep`: a path, a Store, or None."""
        return store if store is None or isinstance(store, Store) else cls(store)


@named_fields
@dataclass(frozen=True)
class Refine:
    """More points where a measure crosses a level, for the argument ``refine`` of `sweep`.

    The name of the measure alone does where the defaults are fine.

    Parameters
    ----------
    measure : str
        One of the measures of the sweep.
    level : float, optional
        Value on the border; half-way between the smallest and the largest on the grid by default.
    tolerance : float, default 0.01
        Points are added until every simplex between neighbouring points that the border crosses
        is smaller than this fraction of every axis (of its logarithm, where the values of the
        axis are spaced geometrically).
    max_points : int, default 100000
        Maximum number of refined points.

    Raises
    ------
    InvalidArgumentError
        If a value is out of its range.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> axes = {"epsilon": [0.1], "detuning": np.linspace(0.0, 2.0, 5)}
    >>> refine = qs.Refine("synchronization", level=0.01)
    >>> edge = qs.sweep("spin_pair", axes, "synchronization", refine=refine)
    >>> print(edge.border_detuning.values.round(3), edge.refined_reached <= 0.01)
    [1.923] True
    """

    measure: str
    level: float | None = None
    tolerance: float = 0.01
    max_points: int = 100_000

    def __post_init__(self) -> None:
        if not isinstance(self.measure, str):
            raise InvalidArgumentError(
                "Argument `measure` must be the name of a measure of the sweep (a function has its "
                f"`__name__`), but is {shown(self.measure)}."
            )
        checked = {
            "level": None if self.level is None else real_number(self.level, "level"),
            "tolerance": real_number(self.tolerance, "tolerance", at_least=FINEST, at_most=1),
            "max_points": whole_number(self.max_points, "max_points"),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    @classmethod
    def of(cls, refine: Any) -> Refine | None:
        """The argument ``refine`` of `sweep`: the name of a measure, a Refine, or None."""
        return refine if refine is None or isinstance(refine, Refine) else cls(refine)
