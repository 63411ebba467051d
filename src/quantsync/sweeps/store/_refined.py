"""The refined points of a stored sweep: arrays that grow by rounds, a chunk and a record per piece.

The records count. That of a piece has the coordinates and the state of its points, that of the
refinement the number of points that were asked for. A round is written down before it is computed,
so that what an interrupted run had asked for is what the next one computes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from quantsync.checks import real_number, whole_number
from quantsync.errors import QuantsyncError, StoreError, SweepWarning, warn_caller
from quantsync.sweeps._certificates import record_of, recorded
from quantsync.sweeps._datasets import component_axes
from quantsync.sweeps._measuring import filled_with_nan
from quantsync.sweeps.options import Refine
from quantsync.sweeps.refine.points import DONE, FAILED, MISSING, PIECE, RefinedPoints
from quantsync.sweeps.refine.refinement import PREFIX, Outcome
from quantsync.sweeps.store._manifest import Manifest
from quantsync.sweeps.store._metadata import array_metadata
from quantsync.sweeps.store.files import (
    STATUS,
    DamagedFileError,
    read_chunk,
    read_record,
    write_chunk,
    write_record,
)
from quantsync.version import __version__

RECORD, FOLDER = f"{STATUS}/refinement.json", f"{STATUS}/refinement"
STATE = f"{PREFIX}_status"
STATE_ATTRIBUTES = {
    "long_name": "state of the refined point",
    "flag_values": [MISSING, DONE, FAILED],
    "flag_meanings": "missing done failed",
}
MOST_POINTS = 1 << 26  # far more than a triangulation can have
Layout = Mapping[str, tuple[str, tuple[int, ...]]]


@dataclass(frozen=True)
class RefinementStatus:
    """How far the refinement of a stored sweep is."""

    asked: Refine
    outcome: Outcome | None  # what has been reached, as far as the grid is done
    done: int  # numbers of refined points
    failed: int
    missing: int

    @classmethod
    def of(cls, points: StoredPoints) -> RefinementStatus | None:
        """The status of refined points; None where no refinement was asked for."""
        if points.asked is None:
            return None
        count = np.bincount(points.state[points.known], minlength=3)
        done, failed, missing = (int(count[k]) for k in (DONE, FAILED, MISSING))
        return cls(points.asked, points.outcome, done, failed, missing)

    def __str__(self) -> str:
        counts = f"{self.done} refined points done, {self.failed} failed, {self.missing} missing"
        if self.outcome is None:
            return f"{counts} (of {self.asked.measure}, to {self.asked.tolerance:g} of the axes)"
        reached = self.outcome.reached
        border = "no border" if math.isnan(reached) else f"located to {reached:.2g}"
        return (
            f"{counts} (border {self.asked.measure} = {self.outcome.level:.6g}, {border}; asked "
            f"for {self.asked.tolerance:g})"
        )


class StoredPoints(RefinedPoints):
    """Refined points that are written as they are asked for and computed."""

    def __init__(self, store: Any):
        self.store, self.root = store, store.root
        self.record = read_refinement(self.root)
        super().__init__(tuple(store.manifest.data["axes"]), self.record.get("piece") or PIECE)
        self.damaged: list[str] = []  # pieces that are not what they were, and why
        reached = self.record.get("reached")
        self.asked = _asked(self.record)  # what the store was last asked for
        if reached:  # JSON has no NaN
            size = math.nan if reached["reached"] is None else reached["reached"]
            self.outcome = Outcome(**reached | {"reached": size})
        self._versions: dict[int, tuple[str, ...]] = {}  # of quantsync, that have computed some
        self._behind: set[int] = set()  # pieces that are to be written again
        if self.asked and self.asked.measure not in store.manifest.measures:
            self.damaged.append(f"the record of all of them (no measure {self.asked.measure!r})")
            self.asked = self.outcome = None
        if damage := refinement_damage(self.root):
            self.damaged.append(f"the record of all of them ({damage})")
        self._read(int(self.record.get("length", 0)))

    @property
    def versions(self) -> set[str]:
        """The versions of quantsync that have computed them."""
        return set().union(*self._versions.values())

    def told(self, outcome: Outcome) -> None:
        """Write down what has been reached."""
        if repr(self.outcome) != repr(outcome):
            self.outcome = outcome
            self._write_record()

    def mend(self) -> None:
        """Write again what is not as the records have it."""
        for piece in sorted(self._behind):
            self._write_coordinates(piece)
            self._write_piece(piece)
        self._behind.clear()

    def _check(self, values: dict[str, np.ndarray]) -> None:
        self.store.add_measures(values)

    def _committed(self, first: int) -> None:
        for piece in range(first // self.piece, -(-len(self) // self.piece)):
            self._write_coordinates(piece)
            self._write_piece(piece, values=piece * self.piece < first)
        self._write_record()  # from here on the round counts
        self.store.write_zarr()

    def _solved(self, piece: int) -> None:
        known = self._versions.get(piece, ())
        self._versions[piece] = tuple(sorted({*known, __version__}))
        self._write_piece(piece)

    def _rows(self, piece: int) -> slice:
        return slice(piece * self.piece, min((piece + 1) * self.piece, len(self)))

    def _write_coordinates(self, piece: int) -> None:
        for k, name in enumerate(self.names):
            column = np.ascontiguousarray(self.positions[self._rows(piece), k])
            self._write(f"{PREFIX}_{name}", piece, column)

    def _write_piece(self, piece: int, values: bool = True) -> None:
        """Write a piece: values, then its record, which makes them count, then its state."""
        rows = self._rows(piece)
        for name, (dtype, _) in self.store.layout.items():
            if values and name in self.values:
                self._write(f"{PREFIX}_{name}", piece, self.values[name][rows].astype(dtype))
        with self._lock:
            messages = {str(k): m for k, m in self.messages.items() if rows.start <= k < rows.stop}
            positions = self.positions[rows]
            record = {
                # A point that was lost is null.
                "points": [p.tolist() if np.isfinite(p).all() else None for p in positions],
                "state": self.state[rows].tolist(),
                "messages": messages,
                "versions": list(self._versions.get(piece, ())),
                "certificates": record_of(self.certificates.get(piece, {})),
            }
        write_record(self._record(piece), record)
        self._write(STATE, piece, self.state[rows])

    def _write_record(self) -> None:
        reached = asdict(self.outcome) if self.outcome else None
        if reached and math.isnan(reached["reached"]):
            reached["reached"] = None
        record = {
            "asked": asdict(self.asked) if self.asked else None,
            "reached": reached,
            "piece": self.piece,
            "length": len(self),
            "ends": self.ends,
        }
        if record != self.record:
            write_record(self.root / RECORD, record)
            self.record = record

    def _read(self, length: int) -> None:
        self.positions = np.full((length, len(self.names)), np.nan)
        self.state = np.full(length, MISSING, np.uint8)
        self.ends = list(self.record.get("ends", []))
        for name, (dtype, extra) in self.store.layout.items():
            self.values[name] = filled_with_nan((length, *extra), dtype)
        for piece in range(-(-length // self.piece)):
            try:
                self._read_piece(piece)
            except DamagedFileError as error:
                self.damaged.append(f"refined points from {piece * self.piece} ({error})")
                self._behind.add(piece)

    def _read_piece(self, piece: int) -> None:
        rows = self._rows(piece)
        count = rows.stop - rows.start
        try:
            names = [f"{PREFIX}_{name}" for name in self.names]
            columns = np.stack([self._whole(n, piece, "float64")[:count] for n in names], axis=1)
        except DamagedFileError:
            columns = None
        try:
            record = read_record(self._record(piece))
        except DamagedFileError:
            if columns is not None:  # the points are known, what was found there is not
                self.positions[rows] = columns
            raise
        # A kill between the coordinates of a round and its being counted leaves more of them.
        try:
            self._take(piece, record, columns)
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError):
            raise DamagedFileError("its record is not one that quantsync has written") from None

    def _take(self, piece: int, record: dict[str, Any], columns: np.ndarray | None) -> None:
        """Take over a piece as its record has it."""
        rows = self._rows(piece)
        count = rows.stop - rows.start
        points = (record["points"] + [None] * count)[:count]
        lost = [math.nan] * len(self.names)
        self.positions[rows] = [lost if point is None else point for point in points]
        if columns is None or not np.array_equal(columns, self.positions[rows], equal_nan=True):
            self._behind.add(piece)
        state = np.array((record["state"] + [MISSING] * count)[:count], np.uint8)
        if (state > FAILED).any():
            raise ValueError("no state of a point")
        state[~np.isfinite(self.positions[rows]).all(axis=1)] = MISSING
        for name, (dtype, extra) in self.store.layout.items() if state.any() else ():
            try:
                found = self._whole(f"{PREFIX}_{name}", piece, dtype, extra)[:count]
            except DamagedFileError:
                if (state == DONE).any():
                    raise
                continue  # it may have failed at all of them
            found[state == MISSING] = np.nan
            self.values[name][rows] = found
        self.state[rows] = state
        self.messages |= {
            int(k): text for k, text in record["messages"].items() if int(k) < rows.stop
        }
        self.certificates[piece] = recorded(record)
        versions = record.get("versions", [self.store.manifest.data["quantsync_version"]])
        self._versions[piece] = tuple(map(str, versions))
        try:
            shown = self._whole(STATE, piece, "uint8")[:count]
        except DamagedFileError:
            shown = None
        if shown is None or not np.array_equal(shown, state):
            self._behind.add(piece)

    def _record(self, piece: int) -> Path:
        return self.root / FOLDER / f"{piece}.json"

    def _file(self, name: str, piece: int, extra: tuple[int, ...]) -> Path:
        return self.root.joinpath(name, "c", str(piece), *("0" for _ in extra))

    def _write(self, name: str, piece: int, values: np.ndarray) -> None:
        extra = values.shape[1:]
        write_chunk(self._file(name, piece, extra), values, (self.piece, *extra))

    def _whole(self, name: str, piece: int, dtype: str, extra: tuple[int, ...] = ()) -> np.ndarray:
        try:
            return read_chunk(self._file(name, piece, extra), (self.piece, *extra), dtype)[0]
        except DamagedFileError as error:
            raise DamagedFileError(f"{name}: {error}") from None


def write_asked(store: Any, asked: Refine, piece: Callable[[], int]) -> None:
    """Write down what is asked for, before anything is computed.

    ``piece`` gives the number of points that are solved and kept together, where there are none.
    """
    if damage := refinement_damage(store.root):
        warn_caller(
            f"The record of the refined points in {store.root} is damaged and they are computed "
            f"again: {damage}.",
            SweepWarning,
        )
    record = read_refinement(store.root)
    if _asked(record) != asked:
        there = record or {"piece": piece(), "length": 0, "ends": []}
        write_record(store.root / RECORD, there | {"asked": asdict(asked), "reached": None})


def read_refinement(root: Path) -> dict[str, Any]:
    """The record of a store's refinement; empty if there is none, or it is damaged."""
    try:
        return _checked(read_record(root / RECORD))
    except DamagedFileError:
        return {}


def refinement_damage(root: Path) -> str:
    """What is wrong with the record of a store's refinement; empty if nothing is."""
    try:
        _checked(read_record(root / RECORD))
    except DamagedFileError as error:
        # It is written before any point is.
        return str(error) if (root / RECORD).exists() or (root / FOLDER).exists() else ""
    return ""


def _checked(record: dict[str, Any]) -> dict[str, Any]:
    """The record of a refinement, if it is one that quantsync writes."""
    try:
        _asked(record)
        if reached := record.get("reached"):
            outcome = Outcome(**reached)
            real_number(outcome.level, "level")
            real_number(outcome.reached or 0.0, "reached")
            whole_number(outcome.blocked, "blocked", at_least=0)
        numbers = [record["piece"], record["length"], *record["ends"]]
        whole = all(type(n) is int and 0 <= n <= MOST_POINTS for n in numbers)
        if not whole or record["piece"] < 1 or sorted(record["ends"]) != record["ends"]:
            raise ValueError("no numbers of points")
    except (QuantsyncError, LookupError, TypeError, ValueError, AttributeError):
        raise DamagedFileError("it is none that quantsync has written") from None
    return record


def stored_refinement(root: Path) -> Refine | None:
    """What a store's refinement was asked for; None without one."""
    if damage := refinement_damage(root):
        raise StoreError(
            f"What the refinement of store {root} was asked for is lost ({damage}): run its sweep, "
            "with refine=Refine(...) or from its file, again."
        )
    return _asked(read_refinement(root))


def _asked(record: Mapping[str, Any]) -> Refine | None:
    asked = dict(record.get("asked") or {})
    if "most_points" in asked:  # its name in version 0.1
        asked["max_points"] = asked.pop("most_points")
    return Refine(**asked) if asked else None


def refined_arrays(root: Path, manifest: Manifest, layout: Layout) -> dict[str, Any]:
    """Metadata of the arrays of refined points, by name."""
    record = read_refinement(root)
    length = int(record.get("length", 0))
    if not length:
        return {}
    axes, piece = manifest.data["axes"], int(record["piece"])
    # With these xarray takes the coordinates for what they are.
    joined = {"coordinates": " ".join(f"{PREFIX}_{name}" for name in axes)}

    def metadata(
        dtype: str, attributes: Mapping[str, Any], name: str = "", extra: tuple[int, ...] = ()
    ) -> dict[str, Any]:
        dims = [PREFIX, *component_axes(name, attributes, len(extra))]
        shape, chunk = (length, *extra), (piece, *extra)
        return array_metadata(np.dtype(dtype), shape, chunk, dims, attributes)

    arrays = {f"{PREFIX}_{n}": metadata("float64", axis["attributes"]) for n, axis in axes.items()}
    arrays[STATE] = metadata("uint8", STATE_ATTRIBUTES | joined)
    for name, (dtype, extra) in layout.items():
        attributes = manifest.attributes(name) | joined
        arrays[f"{PREFIX}_{name}"] = metadata(dtype, attributes, name, extra)
    return arrays
