"""Stores read without being written to: as a dataset, as a summary, as a sweep to go on with."""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from quantsync import html
from quantsync.catalogue.models import MODELS
from quantsync.catalogue.references import is_reference, load
from quantsync.checks import named_arguments
from quantsync.errors import InvalidArgumentError, StoreError
from quantsync.sweeps._certificates import attributes_of, worst_of
from quantsync.sweeps._datasets import PointFailure, point_failures, with_component_names
from quantsync.sweeps._grid import Grid
from quantsync.sweeps.options import store_path
from quantsync.sweeps.refine.datasets import add_refinement
from quantsync.sweeps.refine.points import DONE, FAILED, MISSING
from quantsync.sweeps.refine.refinement import PREFIX
from quantsync.sweeps.store._contents import Contents
from quantsync.sweeps.store._extension import is_being_extended
from quantsync.sweeps.store._lock import lock_holder
from quantsync.sweeps.store._manifest import FOUND, RULE
from quantsync.sweeps.store._refined import (
    STATE,
    STATE_ATTRIBUTES,
    RefinementStatus,
    StoredPoints,
    stored_refinement,
)
from quantsync.sweeps.store.arrays import STATUS_ATTRIBUTES, SweepStore
from quantsync.sweeps.store.files import STATUS, named_read_errors
from quantsync.sweeps.store.opening import warn_of_damage

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class SweepStatus:
    """How far a stored sweep is.

    Attributes
    ----------
    store : Path
    model : str
    measures : list of str
    shape : dict of str to int
        Number of values on each axis.
    done, failed, missing : int
        Numbers of points.
    tasks : int
        Number of tasks.
    damaged : list of str
        Tasks that are damaged, and why; their points count as missing.
    failures : list of PointFailure
    writer : dict or None
        Process id and host of whoever is writing.
    refinement : RefinementStatus or None
        Of the points off the grid.
    """

    store: Path
    model: str
    measures: list[str]
    shape: dict[str, int]
    done: int
    failed: int
    missing: int
    tasks: int
    damaged: list[str]
    failures: list[PointFailure]
    writer: dict[str, Any] | None
    refinement: RefinementStatus | None = None

    def _repr_html_(self) -> str:
        total = self.done + self.failed + self.missing
        who = "process {pid} on {host}".format(**self.writer) if self.writer else ""
        rows = {
            "model": self.model,
            "measures": ", ".join(self.measures),
            "axes": ", ".join(f"{name}: {count}" for name, count in self.shape.items()),
            "done": f"{self.done} of {total} points, {html.count(self.tasks, 'task')}",
            "failed": self.failed or "",
            "missing": self.missing or "",
            "refinement": self.refinement,
            "being written by": who or ("" if self.writer is None else "somebody"),
            **html.numbered("damaged", self.damaged, len(self.damaged)),
            **html.numbered("failed at", self.failures, len(self.failures)),
        }
        parts = [(self.done, "#009E73"), (self.failed, "#D55E00")]
        bar = html.progress_picture([(k / max(total, 1), colour) for k, colour in parts])
        return html.table(f"SweepStatus of {self.store}", rows, bar)

    def __str__(self) -> str:
        axes = " x ".join(f"{name} ({count})" for name, count in self.shape.items())
        lines = [
            f"{self.store}: {self.model}, {', '.join(self.measures)} over {axes}",
            f"{self.done} of {self.done + self.failed + self.missing} points done, {self.failed} "
            f"failed, {self.missing} missing ({self.tasks} tasks)",
        ]
        if self.refinement is not None:
            lines.append(str(self.refinement))
        if self.writer is not None:
            who = " by process {pid} on {host}".format(**self.writer) if self.writer else ""
            lines.append(f"being written{who}")
        lines += [f"damaged: {text}" for text in self.damaged[:10]]
        lines += [f"failed at {failure}" for failure in self.failures[:10]]
        if (more := len(self.failures) - 10) > 0:
            lines.append(f"and {more} more failed points")
        return "\n".join(lines)


@named_arguments
def open_sweep(store: str | Path) -> xr.Dataset:
    """Read the store of a sweep, finished or not, and verify its checksums.

    Parameters
    ----------
    store : str or Path

    Returns
    -------
    xarray.Dataset
        As `sweep` returns it, in memory, with NaN where a point is missing, and the variable
        ``status``: 0 where a point, or one of its measures, is missing, 1 where it is done, 2
        where it failed (and ``refined_status`` for the points off the grid). Nothing is written,
        so a sweep that runs may be looked at.

    Raises
    ------
    StoreError
        If there is no such store or it cannot be read.

    Warns
    -----
    SweepWarning
        If tasks are damaged; their points count as missing.

    Examples
    --------
    >>> import tempfile, quantsync as qs
    >>> path = tempfile.mkdtemp() + "/pair.zarr"
    >>> axes = {"epsilon": [0.1, 0.2]}
    >>> _ = qs.sweep("spin_pair", axes, "purity", store=path, progress=False)
    >>> qs.open_sweep(path).status.values
    array([1, 1], dtype=uint8)
    """
    import xarray as xr

    import quantsync.sweeps.accessor  # noqa: F401 - datasets have .quantsync from here on

    opened, contents, grid = _read(store_path(store))
    manifest, data = opened.manifest, opened.manifest.data
    warn_of_damage(contents.damage(), f"of {len(opened.tasks)} tasks", store, read_only=True)
    variables: dict[str, Any] = {}
    for name in manifest.measures:
        values = contents.values.get(name, np.full(grid.shape, np.nan))
        dims = manifest.dimensions(name, values.ndim - len(grid.shape))
        variables[name] = (dims, values, manifest.attributes(name))
    variables[STATUS] = (grid.names, contents.status, STATUS_ATTRIBUTES)
    failures = point_failures(contents.messages, grid)
    if failures:
        variables["failed"] = (grid.names, contents.status == FAILED)
    coords = {
        name: (name, values, data["axes"][name]["attributes"]) for name, values in grid.axes.items()
    }
    coords |= {
        name: (name, axis["values"], axis["attributes"]) for name, axis in manifest.inner.items()
    }
    certificates = worst_of(contents.certificates.values())
    points = StoredPoints(opened)
    computed_by = contents.computed_by(points.versions) or data["quantsync_version"]
    version = {"quantsync_version": computed_by}
    attrs = data["provenance"] | attributes_of(certificates) | version
    if failures:
        attrs["failures"] = [str(failure) for failure in failures]
    dataset = with_component_names(xr.Dataset(variables, coords=coords, attrs=attrs))
    warn_of_damage(points.damaged, "pieces of the refined points", store, read_only=True)
    if points.asked is None or points.outcome is None:
        return dataset
    dataset = add_refinement(dataset, certificates, grid, points, points.asked, points.outcome)
    return dataset.assign({STATE: (PREFIX, points.state[points.known], STATE_ATTRIBUTES)})


@named_arguments
def sweep_status(store: str | Path) -> SweepStatus:
    """How far a stored sweep is, which points failed, and who is writing.

    Raises
    ------
    StoreError
        If there is no such store or it cannot be read.

    Examples
    --------
    >>> import tempfile, quantsync as qs
    >>> path = tempfile.mkdtemp() + "/pair.zarr"
    >>> axes = {"epsilon": [0.1, 0.2]}
    >>> _ = qs.sweep("spin_pair", axes, "purity", store=path, progress=False)
    >>> status = qs.sweep_status(path)
    >>> status.done, status.missing, status.writer
    (2, 0, None)
    """
    path = store_path(store)
    opened, contents, grid = _read(path)
    points = StoredPoints(opened)
    counts = np.bincount(contents.status.reshape(-1), minlength=3)
    return SweepStatus(
        path,
        opened.manifest.data["model"],
        list(opened.manifest.measures),
        dict(zip(grid.names, grid.shape, strict=True)),
        int(counts[DONE]),
        int(counts[FAILED]),
        int(counts[MISSING]),
        len(opened.tasks),
        contents.damage() + points.damaged,
        point_failures(contents.messages, grid) + points.failures,
        lock_holder(path / STATUS / "lock"),
        RefinementStatus.of(points),
    )


def store_activity(store: str | Path) -> tuple[dict[str, Any] | None, tuple[int, ...]]:
    """Who is writing to a store, and times which are others once something has been written.

    Both are had at once, however large the store is.
    """
    folder = store_path(store) / STATUS
    writer, times = lock_holder(folder / "lock"), []
    for part in (folder, folder / "records", folder / "refinement"):
        with contextlib.suppress(OSError):
            times.append(part.stat().st_mtime_ns)
    return writer, tuple(times)


def stored_arguments(
    store: str | Path, allowed: Collection[str] = (), own_measures: bool = True
) -> dict[str, Any]:
    """The arguments with which `sweep` resumes a store, from what is written in it.

    Functions that were found by their place are imported from there if their modules are allowed.
    Without ``own_measures`` those that are no measures of the model are left out.
    """
    opened = _opened(store_path(store))
    data = opened.manifest.data
    if "seed" in data["fixed"] and data["model"] == "ensemble":
        raise StoreError(
            f"Store {store} is an ensemble's, whose base is not kept in it: run the script or "
            "notebook with its ensemble(..., store=...) again."
        )
    is_named = data["registered"] and data["model"] in MODELS
    model = data.get(FOUND, data["model"] if is_named else None)
    measures = {
        name: m.get(FOUND, m.get("named"))
        for name, m in data["measures"].items()
        if own_measures or ("named" in m and FOUND not in m)
    }
    functions = [f"model {data['model']!r}"] if model is None else []
    functions += [f"measure {name!r}" for name, m in measures.items() if m is None]
    functions += [f"the rule of {n!r}" for n, r in data["tied"].items() if not r.startswith(RULE)]
    if functions:
        raise StoreError(
            f"Store {store} needs {', '.join(functions)}, and functions are not kept in stores: "
            "run the script or notebook with its sweep(..., store=...) again."
        )
    return {
        "model": _restored(model, allowed, store),
        "axes": opened.axes(),
        "measures": {name: _restored(m, allowed, store) for name, m in measures.items()},
        "fixed": data["fixed"],
        "tied": {name: rule.removeprefix(RULE) for name, rule in data["tied"].items()},
        "refine": stored_refinement(opened.root),
    }


def _restored(text: Any, allowed: Collection[str], store: str | Path) -> Any:
    """A model or measure by its name, or the function at its place."""
    if not is_reference(text):
        return text
    try:
        return load(text, allowed=allowed)
    except InvalidArgumentError as error:
        raise StoreError(f"Store {store}: {error}") from error


def _opened(path: Path) -> SweepStore:
    with named_read_errors(path):
        opened = SweepStore.open(path)
    if opened is None:
        raise StoreError(f"There is no store at {path}.")
    opened.warn_of_copy()
    if is_being_extended(path):
        raise StoreError(
            f"Store {path} is being extended, or was when it was interrupted; wait, or run its "
            "sweep again."
        )
    return opened


def _read(path: Path) -> tuple[SweepStore, Contents, Grid]:
    opened = _opened(path)
    grid = Grid(opened.axes())  # the files of the axes bound what is read
    contents = opened.read()
    contents.status[contents.lacking(opened.tasks, opened.manifest.measures)] = MISSING
    return opened, contents, grid
