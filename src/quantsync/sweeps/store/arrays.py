"""The store of a sweep: arrays of a Zarr group, one chunk per task, and a record of every task.

Everything of a store that is not a Zarr array of the map lies in the folder of its array
``status``: the lock, the records of the tasks (checksummed JSON), a copy of the manifest.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from quantsync.errors import MeasureShapeError, StoreError, SweepWarning, warn_caller
from quantsync.memory import require_memory
from quantsync.sweeps._certificates import record_of, recorded, without_certificates
from quantsync.sweeps._grid import Grid
from quantsync.sweeps.refine.points import DONE, FAILED, MISSING
from quantsync.sweeps.store._contents import Contents, TaskState, failure_records
from quantsync.sweeps.store._manifest import (
    Manifest,
    axis_array,
    axis_attributes,
    describes,
    stored_axis,
)
from quantsync.sweeps.store._metadata import array_metadata, group_metadata, write_metadata_file
from quantsync.sweeps.store._refined import refined_arrays
from quantsync.sweeps.store.files import (
    PARTIAL,
    STATUS,
    DamagedFileError,
    encode_chunk,
    read_chunk,
    read_record,
    sum_of,
    write_chunk,
    write_file,
    write_record,
)
from quantsync.sweeps.store.tasks import Block, TaskGrid

KEY = "quantsync_sweep"
RESIDUAL = "residual"  # of the samples of an ensemble
ANOTHER_SHAPE = "its measures have another type or shape"
STATUS_ATTRIBUTES = {
    "long_name": "state of the point",
    "flag_values": [MISSING, DONE, FAILED],
    "flag_meanings": "missing done failed",
}
Layout = dict[str, tuple[str, tuple[int, ...]]]


class SweepStore:
    """The files of a stored sweep."""

    def __init__(self, root: Path, manifest: Manifest):
        self.root, self.manifest = root, manifest
        self.tasks = TaskGrid(manifest.shape, manifest.chunk)
        self.layout: Layout = {}  # type and extra shape of the measures, once a task has told them
        self._lock = threading.Lock()
        self._axes: dict[str, np.ndarray] = {}
        self._more: dict[str, Any] = {}

    @classmethod
    def open(cls, root: Path) -> SweepStore | None:
        """The store in a folder; None if the folder is empty, or not there."""
        data = _description(root)
        if data is None and not _is_unused(root):
            data = _description(root)  # another process may have begun it in this moment
            if data is None:
                raise StoreError(
                    f"{root} is not the store of a sweep, or its zarr.json is damaged; choose "
                    "another path, or delete it."
                )
        return None if data is None else cls(root, Manifest.read(data, root))

    def warn_of_copy(self) -> None:
        """Say where the description of the sweep is taken from a file without a checksum."""
        try:
            read_record(self.root / STATUS / "manifest.json")
        except DamagedFileError as error:
            warn_caller(
                f"The description of the sweep in {self.root} is damaged ({error}) and taken from "
                "zarr.json, which has no checksum: see that model and parameters are those that "
                "the map was computed with.",
                SweepWarning,
            )

    def write_metadata(self, axes: Mapping[str, np.ndarray], more: Mapping[str, Any]) -> None:
        """Write what is missing or altered beside the tasks: group, coordinates, arrays."""
        data, root = self.manifest.data, self.root
        own = {name: np.array(axis["values"]) for name, axis in self.manifest.inner.items()}
        self._axes = {
            name: axis_array(stored_axis(values)) for name, values in {**axes, **own}.items()
        }
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
                same = np.array_equal(read_chunk(path, values.shape, values.dtype)[0], values)
            except DamagedFileError:
                same = False
            if not same:
                write_chunk(path, values, values.shape)
        self.write_zarr()

    def add_attributes(self, more: Mapping[str, Any]) -> None:
        """Write further attributes of the group, and certificates in place of what there was."""
        self._more = without_certificates(self._more) | dict(more)
        self.write_zarr()

    def write_zarr(self) -> None:
        """Write the metadata of the arrays and, with a copy of all of it, of the group."""
        data, manifest = self.manifest.data, self.manifest
        about_axes = data["axes"] | manifest.inner
        arrays = {
            name: array_metadata(
                v.dtype, v.shape, v.shape, [name], axis_attributes(about_axes[name])
            )
            for name, v in self._axes.items()
        }
        arrays[STATUS] = self._of_tasks(STATUS, "uint8", (), STATUS_ATTRIBUTES)
        for name, (dtype, extra) in self.layout.items():
            arrays[name] = self._of_tasks(name, dtype, extra, manifest.attributes(name))
        arrays |= refined_arrays(self.root, manifest, self.layout)
        for name, metadata in arrays.items():
            write_metadata_file(self.root / name / "zarr.json", metadata)
        version = {"quantsync_version": data["quantsync_version"]}
        more = {  # JSON has no infinity
            k: str(v) if isinstance(v, float) and math.isinf(v) else v
            for k, v in self._more.items()
        }
        attributes = {**data["provenance"], **version, **more, KEY: data}
        write_metadata_file(self.root / "zarr.json", group_metadata(attributes, arrays))

    def _of_tasks(
        self, name: str, dtype: str, extra: tuple[int, ...], attributes: dict[str, Any]
    ) -> dict[str, Any]:
        """Metadata of an array over the grid."""
        dims = self.manifest.dimensions(name, len(extra))
        shape, chunk = (*self.tasks.shape, *extra), (*self.tasks.chunk, *extra)
        return array_metadata(np.dtype(dtype), shape, chunk, dims, attributes)

    def axes(self) -> dict[str, np.ndarray]:
        """The values on the axes; an error if they are damaged."""
        axes = {}
        for name, axis in self.manifest.data["axes"].items():
            cause = ""
            if "texts" in axis:
                axes[name] = stored_axis(np.array(axis["texts"]))
                continue
            try:
                axes[name], _ = read_chunk(
                    self.root / name / "c" / "0", (axis["size"],), axis["dtype"]
                )
            except DamagedFileError as error:
                axes[name], cause = np.zeros(0), f" ({error})"
            if not self.manifest.matches_axis(name, axes[name]):
                raise StoreError(
                    f"The values of axis `{name}` in {self.root} are damaged{cause}, or not those "
                    "of its description; run the same sweep into the store again, which writes "
                    "them anew."
                )
        return axes

    def read(self) -> Contents:
        """Read everything that is whole, and verify every checksum."""
        # A status and a number at each point, and the list of the tasks.
        needed = 9.0 * math.prod(self.tasks.shape) + 300.0 * len(self.tasks)
        require_memory(needed, f"The map in {self.root}", "read parts of it with xarray")
        found = Contents(np.zeros(self.tasks.shape, np.uint8))
        self.read_into(found, self.tasks.blocks())
        found.make_room(self.layout)
        return found

    def read_into(self, found: Contents, blocks: Iterable[Block]) -> None:
        """Read some tasks, and verify every checksum."""
        for block in blocks:
            try:
                state = self.read_task(block)
            except DamagedFileError as error:
                found.damaged[block] = str(error)
                continue
            if state is not None:
                found.put(self.tasks, block, state)
                if state.behind:
                    found.behind.append(block)

    def refresh(self, blocks: Iterable[Block]) -> None:
        """Look into the folders of tasks: network file systems then show their new files."""
        for folder in {self._file(STATUS, block).parent for block in blocks}:
            with contextlib.suppress(OSError):
                os.listdir(folder)

    def read_task(self, block: Block) -> TaskState | None:
        """What a task holds, or None; an error if its files are not of one piece."""
        if not self._file(STATUS, block).exists():
            return None
        status, checksum = self._read(STATUS, block, np.uint8, ())
        if not status.any():
            return None
        try:
            return self._as_recorded(block, status, checksum, read_record(self._record(block)))
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError):
            raise DamagedFileError("its record is not one that quantsync has written") from None

    def _as_recorded(
        self, block: Block, status: np.ndarray, checksum: int, record: dict[str, Any]
    ) -> TaskState:
        """What a task holds by its record, whose files must be those it was written with."""
        if record.get("sweep") != self.manifest.token:
            raise DamagedFileError("it belongs to another sweep, or to one before its extension")
        layout = as_layout(record["layout"])
        # Names become folders: those of a record that somebody else has written must not.
        if strange := sorted({*layout} - {*self.manifest.measures, RESIDUAL}):
            raise DamagedFileError(f"its record names {strange[0]!r}, which is no measure")
        described = {n: describes(m) for n, m in self.manifest.measures.items()}
        taken = record.get("measures", described)  # in format 1 all of them
        if strange := [n for n, what in taken.items() if described.get(n) != what]:
            raise DamagedFileError(f"measure {strange[0]!r} is described otherwise in its record")
        if any(self.layout.get(name, kind) != kind for name, kind in layout.items()):
            raise DamagedFileError(ANOTHER_SHAPE)
        inner = tuple(len(axis["values"]) for axis in self.manifest.inner.values())
        if any(extra[: len(inner)] != inner for _, extra in layout.values()):
            raise DamagedFileError(ANOTHER_SHAPE)
        if (status == DONE).any() and not {*taken} <= {*layout}:
            raise DamagedFileError("its record lacks values of points that are done")
        values = {}
        for name, (dtype, extra) in layout.items():
            values[name], found = self._read(name, block, dtype, extra)
            if found not in (record["sums"].get(name), record.get("coming", {}).get(name)):
                raise DamagedFileError(f"{name}: not what belongs to its record")
        self._widen(layout)
        messages = {int(f["point"]): str(f["message"]) for f in record["failures"]}
        if not {*messages} <= {*self.tasks.members(block).tolist()} or (status > FAILED).any():
            raise DamagedFileError("its record names points that it does not have")
        behind = checksum != record["sums"][STATUS]
        if behind:  # a kill between the record and the status
            if not record["complete"]:
                raise DamagedFileError("its status is not what belongs to its record")
            told = np.isin(self.tasks.members(block), list(messages)).reshape(status.shape)
            status = np.where(told, FAILED, DONE).astype(np.uint8)
        for array in values.values():
            array[status == MISSING] = np.nan
        versions = record.get("versions", [self.manifest.data["quantsync_version"]])
        return TaskState(
            status,
            values,
            messages,
            recorded(record),
            tuple(taken),
            tuple(map(str, versions)),
            behind,
        )

    def write_status(self, block: Block, status: np.ndarray) -> None:
        """Write the status of a task again, as its record has it."""
        write_file(self._file(STATUS, block), self._encoded(status))

    def invalidate(self, block: Block) -> None:
        """Mark a task as missing, before its files are written anew."""
        self.write_status(block, np.zeros(self.tasks.block_shape(block), np.uint8))

    def add_layout(self, layout: Layout) -> None:
        """Create the arrays of measures that another process has computed first."""
        with self._lock:
            # The owner's: workers leave the metadata to it.
            if self._widen(layout) and self._axes:
                self.write_zarr()

    def _widen(self, layout: Layout) -> bool:
        """Take measures over that are not known yet; a measure may fail in the first tasks."""
        if layout.keys() <= self.layout.keys():
            return False
        known = {**layout, **self.layout}
        order = [*self.manifest.measures, RESIDUAL]
        self.layout = {name: known[name] for name in sorted(known, key=order.index)}
        return True

    def add_measures(self, values: Mapping[str, np.ndarray]) -> None:
        """Create the arrays of the measures from values of a few points, or check them."""
        layout = {name: _kept(array) for name, array in values.items()}
        for name, (_, extra) in layout.items():
            if 0 in extra:
                raise MeasureShapeError(
                    f"Measure {name!r} returns nothing at a point (shape {extra}), which cannot "
                    "be stored."
                )
        self.add_layout(layout)
        for name, (dtype, extra) in layout.items():
            known, shape = self.layout.get(name, (dtype, extra))
            if shape != extra or not np.can_cast(dtype, known, "safe"):
                raise MeasureShapeError(
                    f"Measure {name!r} returns values of type {dtype} and shape {extra} at some "
                    f"points, {known} and {shape} at others; a store needs one type and one shape."
                )

    def write_task(
        self,
        block: Block,
        state: TaskState,
        grid: Grid,
    ) -> None:
        """Write a task: values, then its record, which makes them count, then the status.

        The record has the checksums of the files that belong to it, so that files of two writers
        (of a worker that a scheduler has given up, say) are never taken for those of one.
        """
        values, status = state.values, state.status
        files = {name: self._encoded(array) for name, array in values.items()}
        last = self._encoded(status)
        described = self.manifest.measures
        sums = {name: sum_of(data) for name, data in files.items()}
        with contextlib.suppress(DamagedFileError):
            # Points that are there stay there, whenever a kill comes.
            write_record(self._record(block), read_record(self._record(block)) | {"coming": sums})
        for name, data in files.items():
            write_file(self._file(name, block, values[name].shape[len(block) :]), data)
        record = {
            "sweep": self.manifest.token,
            "layout": {name: kind for name, kind in self.layout.items() if name in values},
            "measures": {n: describes(m) for n, m in described.items() if n in state.measures},
            "versions": list(state.versions),
            "failures": failure_records(self.tasks.members(block), state.messages, grid),
            "certificates": record_of(state.certificates),
            "complete": bool((status != MISSING).all()),
            "sums": sums | {STATUS: sum_of(last)},
        }
        write_record(self._record(block), record)
        write_file(self._file(STATUS, block), last)

    def _file(self, name: str, block: Block, extra: tuple[int, ...] = ()) -> Path:
        return self.root.joinpath(name, "c", *map(str, block), *("0" for _ in extra))

    def _record(self, block: Block) -> Path:
        return self.root / STATUS / "records" / f"{'.'.join(map(str, block))}.json"

    def _read(
        self, name: str, block: Block, dtype: Any, extra: tuple[int, ...]
    ) -> tuple[np.ndarray, int]:
        """Values of a block, and the checksum of their file."""
        shape = (*self.tasks.chunk, *extra)
        try:
            whole, checksum = read_chunk(self._file(name, block, extra), shape, dtype)
        except DamagedFileError as error:
            raise DamagedFileError(f"{name}: {error}") from None
        return whole[tuple(map(slice, self.tasks.block_shape(block)))], checksum

    def _encoded(self, values: np.ndarray) -> bytes:
        extra = values.shape[len(self.tasks.chunk) :]
        return encode_chunk(values, (*self.tasks.chunk, *extra))


def as_layout(data: Mapping[str, Any]) -> Layout:
    """A layout from JSON, where it has become lists."""
    layout = {str(n): (str(kind), tuple(map(int, extra))) for n, (kind, extra) in data.items()}
    for kind, extra in layout.values():
        if np.dtype(kind).kind not in "fc" or min(extra, default=1) < 1:
            raise ValueError(f"values of type {kind} and shape {extra}")
    return layout


def _kept(array: np.ndarray) -> tuple[str, tuple[int, ...]]:
    """Type and extra shape in which the values of a measure, of shape (points, ...), are kept."""
    kind = array.dtype if array.dtype.kind in "fc" else np.dtype(float)
    widest = 16 if kind.kind == "c" else 8
    kind = kind if kind.itemsize <= widest else np.dtype(complex if kind.kind == "c" else float)
    return kind.name, array.shape[1:]


def _description(root: Path) -> Any:
    """The data of the manifest, from its copy with a checksum first; None if there is none."""
    try:
        return read_record(root / STATUS / "manifest.json")
    except DamagedFileError:
        try:
            return json.loads((root / "zarr.json").read_bytes())["attributes"][KEY]
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            return None


def _is_unused(root: Path) -> bool:
    """Whether a folder holds nothing but what a sweep leaves that ended before it began."""
    if not root.is_dir():
        return not root.exists()
    files = [path for path in root.rglob("*") if not path.is_dir()]
    return all(
        path.name.endswith(PARTIAL)
        or (path.parent == root / STATUS and path.name.startswith("lock"))
        for path in files
    )
