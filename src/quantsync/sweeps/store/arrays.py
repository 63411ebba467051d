"""The store of a sweep: arrays of a Zarr group, a chunk a task, and a record of every task.

Everything of a store that is not a Zarr array of the map lies in the folder of its array
``status``: the lock, the records of the tasks (checksummed JSON), a copy of the manifest.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from quantsync.errors import MeasureShapeError, StoreError
from quantsync.sweeps.batches import filled_with_nan
from quantsync.sweeps.store.files import (
    PARTIAL,
    DamagedFileError,
    read_chunk,
    read_record,
    write_chunk,
    write_record,
)
from quantsync.sweeps.store.manifest import Manifest, stored_axis
from quantsync.sweeps.store.metadata import array_metadata, group_metadata, write_metadata_file
from quantsync.sweeps.store.tasks import Block, TaskGrid

MISSING, DONE, FAILED = 0, 1, 2
STATUS, KEY = "status", "quantsync_sweep"
STATUS_ATTRIBUTES = {
    "long_name": "state of the point",
    "flag_values": [MISSING, DONE, FAILED],
    "flag_meanings": "missing done failed",
}
Layout = dict[str, tuple[str, tuple[int, ...]]]


@dataclass
class Contents:
    """What is whole in a store.

    Attributes
    ----------
    status : ndarray of shape (grid)
    values : dict of str to ndarray of shape (grid, ...)
    messages : dict of int to str
        Of the failed points, by flat index.
    residuals : dict of tuple to float
        Largest residual of each task.
    damaged : dict of tuple to str
        Tasks that are not what they were, and why.
    """

    status: np.ndarray
    values: dict[str, np.ndarray] = field(default_factory=dict)
    messages: dict[int, str] = field(default_factory=dict)
    residuals: dict[Block, float] = field(default_factory=dict)
    damaged: dict[Block, str] = field(default_factory=dict)


class SweepStore:
    """The files of a stored sweep.

    Parameters
    ----------
    root : Path
        The folder of the Zarr group.
    manifest : Manifest

    Attributes
    ----------
    tasks : TaskGrid
    layout : dict of str to (str, tuple)
        Type and extra shape of the measures, as soon as one task has told them.
    """

    def __init__(self, root: Path, manifest: Manifest):
        self.root, self.manifest = root, manifest
        self.tasks = TaskGrid(manifest.shape, manifest.chunk)
        self.layout: Layout = {}
        self._lock = threading.Lock()
        self._axes: dict[str, np.ndarray] = {}
        self._more: dict[str, Any] = {}

    @classmethod
    def open(cls, root: Path) -> SweepStore | None:
        """The store in a folder; None if the folder is empty, or not there.

        Raises
        ------
        StoreError
            If there is something else.
        """
        try:  # the copy with a checksum comes first
            data = read_record(root / STATUS / "manifest.json")
        except DamagedFileError:
            try:
                data = json.loads((root / "zarr.json").read_bytes())["attributes"][KEY]
            except (OSError, ValueError, LookupError, TypeError):
                if not root.exists() or _is_unused(root):
                    return None
                raise StoreError(
                    f"{root} is not the store of a sweep, or its zarr.json is damaged; choose "
                    "another path, or delete it."
                ) from None
        return cls(root, Manifest.read(data, root))

    def write_metadata(self, axes: Mapping[str, np.ndarray], more: Mapping[str, Any]) -> None:
        """Write what is missing or altered beside the tasks: group, coordinates, arrays.

        Parameters
        ----------
        axes : mapping of str to ndarray
        more : mapping of str to value
            Further attributes of the group.
        """
        data, root = self.manifest.data, self.root
        self._axes = {name: stored_axis(values) for name, values in axes.items()}
        self._more = dict(more)
        try:
            same = read_record(root / STATUS / "manifest.json") == data
        except DamagedFileError:
            same = False
        if not same:  # first of all: it says that the folder is a store
            write_record(root / STATUS / "manifest.json", data)
        for name, values in self._axes.items():
            path = root / name / "c" / "0"
            try:
                same = np.array_equal(read_chunk(path, values.shape, values.dtype), values)
            except DamagedFileError:
                same = False
            if not same:
                write_chunk(path, values, values.shape)
        self._write_zarr()

    def _write_zarr(self) -> None:
        """Write the metadata of the arrays and, with a copy of all of it, of the group."""
        data = self.manifest.data
        arrays = {
            name: array_metadata(
                v.dtype, v.shape, v.shape, [name], data["axes"][name]["attributes"]
            )
            for name, v in self._axes.items()
        }
        arrays[STATUS] = self._of_tasks(STATUS, "uint8", (), STATUS_ATTRIBUTES)
        for name, (dtype, extra) in self.layout.items():
            known = self.manifest.measures.get(name, {})
            attributes = {key: known[key] for key in ("long_name", "units") if key in known}
            arrays[name] = self._of_tasks(name, dtype, extra, attributes)
        for name, metadata in arrays.items():
            write_metadata_file(self.root / name / "zarr.json", metadata)
        version = {"quantsync_version": data["quantsync_version"]}
        attributes = {**data["provenance"], **self._more, **version, KEY: data}
        write_metadata_file(self.root / "zarr.json", group_metadata(attributes, arrays))

    def _of_tasks(
        self, name: str, dtype: str, extra: tuple[int, ...], attributes: dict[str, Any]
    ) -> dict[str, Any]:
        """Metadata of an array over the grid."""
        dims = [*self.manifest.data["axes"], *(f"{name}_{k}" for k in range(len(extra)))]
        shape, chunk = (*self.tasks.shape, *extra), (*self.tasks.chunk, *extra)
        return array_metadata(np.dtype(dtype), shape, chunk, dims, attributes)

    def axes(self) -> dict[str, np.ndarray]:
        """The values on the axes.

        Raises
        ------
        StoreError
            If they are damaged.
        """
        axes = {}
        for name, axis in self.manifest.data["axes"].items():
            try:
                axes[name] = read_chunk(self.root / name / "c" / "0", (axis["size"],),
                                        axis["dtype"])  # fmt: skip
            except DamagedFileError as error:
                axes[name] = np.zeros(0)
                cause = f" ({error})"
            else:
                cause = ""
            if not self.manifest.matches_axis(name, axes[name]):
                raise StoreError(
                    f"The values of axis `{name}` in {self.root} are damaged{cause}; run the same "
                    "sweep into the store again, which writes them anew."
                )
        return axes

    def read_status(self) -> np.ndarray:
        """State of all points as the tasks have left it; damaged tasks count as missing."""
        status = np.zeros(self.tasks.shape, np.uint8)
        for block in self.tasks.blocks():
            try:
                status[self.tasks.slices(block)] = self._read(STATUS, block, np.uint8, ())
            except DamagedFileError:
                continue
        return status

    def read(self) -> Contents:
        """Read everything that is whole, and verify every checksum."""
        found = Contents(np.zeros(self.tasks.shape, np.uint8))
        finished: dict[Block, tuple[np.ndarray, dict[str, Any]]] = {}
        for block in self.tasks.blocks():
            if not self._file(STATUS, block).exists():
                continue
            try:
                status = self._read(STATUS, block, np.uint8, ())
                if not status.any():
                    continue
                record = read_record(self._record(block))
                layout = {k: (v[0], tuple(v[1])) for k, v in record["layout"].items()}
                if layout and not self.layout:
                    self.layout = layout
                if layout not in ({}, self.layout):
                    raise DamagedFileError("its measures have another shape")
                finished[block] = (status, record)
            except DamagedFileError as error:
                found.damaged[block] = str(error)
        for name, (dtype, extra) in self.layout.items():
            found.values[name] = filled_with_nan((*self.tasks.shape, *extra), dtype)
        for block, (status, record) in finished.items():
            self._read_task(found, block, status, record)
        return found

    def _read_task(
        self, found: Contents, block: Block, status: np.ndarray, record: dict[str, Any]
    ) -> None:
        where, members = self.tasks.slices(block), self.tasks.members(block)
        messages = {int(f["point"]): str(f["message"]) for f in record["failures"]}
        try:
            # A task of which every point failed has no values.
            arrays = {
                name: self._read(name, block, dtype, extra)
                for name, (dtype, extra) in self.layout.items()
                if record["layout"]
            }
            if (status == DONE).any() and not arrays:
                raise DamagedFileError("its values are missing")
        except DamagedFileError as error:
            found.damaged[block] = str(error)
            return
        status = np.where(status > FAILED, MISSING, status)
        # A kill between the record and the status leaves points on which the two disagree.
        told = np.isin(members, list(messages)).reshape(status.shape)
        status = np.where((status != MISSING) & (told != (status == FAILED)), MISSING, status)
        for name, array in arrays.items():
            array[status == MISSING] = np.nan
            found.values[name][where] = array
        found.status[where] = status
        flat = status.reshape(-1)
        found.messages |= {int(k): messages[int(k)] for k in members[flat == FAILED]}
        found.residuals[block] = float(record["residual"])

    def invalidate(self, block: Block) -> None:
        """Mark a task as missing, before its files are written anew."""
        shape = tuple(s.stop - s.start for s in self.tasks.slices(block))
        self._write(STATUS, block, np.zeros(shape, np.uint8))

    def add_measures(self, values: Mapping[str, np.ndarray]) -> None:
        """Create the arrays of the measures from values of a few points, or check them.

        Raises
        ------
        MeasureShapeError
            If a measure has another shape or type than before.
        """
        with self._lock:
            layout = {name: _kept(array) for name, array in values.items()}
            for name, (_, extra) in layout.items():
                if 0 in extra:
                    raise MeasureShapeError(
                        f"Measure {name!r} returns nothing at a point (shape {extra}), which "
                        "cannot be stored."
                    )
            if layout and not self.layout:
                self.layout = layout
                self._write_zarr()
            for name, (dtype, extra) in layout.items():
                known, shape = self.layout.get(name, (dtype, extra))
                if shape != extra or not np.can_cast(dtype, known, "safe"):
                    raise MeasureShapeError(
                        f"Measure {name!r} returns values of type {dtype} and shape {extra} at "
                        f"some points, {known} and {shape} at others; a store needs one type and "
                        "one shape."
                    )

    def write_task(
        self,
        block: Block,
        values: Mapping[str, np.ndarray],
        status: np.ndarray,
        failures: list[dict[str, Any]],
        residual: float,
    ) -> None:
        """Write a task: values, then its record, then the status, which makes it count.

        Parameters
        ----------
        block : tuple of int
        values : mapping of str to ndarray
            Of the block's shape, with the extra shape behind.
        status : ndarray
            Of the block's shape.
        failures : list of dict
            Point, coordinates and message of each failed point.
        residual : float
        """
        for name, array in values.items():
            self._write(name, block, array)
        layout = {name: self.layout[name] for name in values}
        record = {"layout": layout, "failures": failures, "residual": residual}
        write_record(self._record(block), record)
        self._write(STATUS, block, status)

    def _file(self, name: str, block: Block, extra: tuple[int, ...] = ()) -> Path:
        return self.root.joinpath(name, "c", *map(str, block), *("0" for _ in extra))

    def _record(self, block: Block) -> Path:
        return self.root / STATUS / "records" / f"{'.'.join(map(str, block))}.json"

    def _read(self, name: str, block: Block, dtype: Any, extra: tuple[int, ...]) -> np.ndarray:
        shape = (*self.tasks.chunk, *extra)
        try:
            whole = read_chunk(self._file(name, block, extra), shape, dtype)
        except DamagedFileError as error:
            raise DamagedFileError(f"{name}: {error}") from None
        return whole[tuple(slice(s.stop - s.start) for s in self.tasks.slices(block))]

    def _write(self, name: str, block: Block, values: np.ndarray) -> None:
        extra = values.shape[len(self.tasks.chunk) :]
        write_chunk(self._file(name, block, extra), values, (*self.tasks.chunk, *extra))


def _kept(array: np.ndarray) -> tuple[str, tuple[int, ...]]:
    """Type and extra shape in which the values of a measure, of shape (points, ...), are kept."""
    kind = array.dtype if array.dtype.kind in "fc" else np.dtype(float)
    widest = 16 if kind.kind == "c" else 8
    kind = kind if kind.itemsize <= widest else np.dtype(complex if kind.kind == "c" else float)
    return kind.name, array.shape[1:]


def _is_unused(root: Path) -> bool:
    """Whether a folder holds nothing but what a sweep leaves that ended before it began."""
    if not root.is_dir():
        return False
    files = [path for path in root.rglob("*") if not path.is_dir()]
    return all(
        path.name.endswith(PARTIAL)
        or (path.parent == root / STATUS and path.name.startswith("lock"))
        for path in files
    )
