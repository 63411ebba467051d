"""Files that are whole or not there: written aside, synced, renamed, and checksummed."""

from __future__ import annotations

import contextlib
import errno
import json
import math
import os
import stat
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import google_crc32c
import numpy as np

from quantsync.errors import QuantsyncError, StoreError, StoreWriteError

STATUS = "status"  # the array whose folder has, besides, all that is no array of the map
PARTIAL = ".partial"
LARGEST_RECORD = 1 << 30  # bytes
CAUSES = {
    errno.ENOSPC: "the disk is full; make room and run the sweep again",
    errno.EDQUOT: "the disk quota is used up; make room and run the sweep again",
    errno.EFBIG: "the file size limit is reached; raise it (ulimit -f) and run the sweep again",
    errno.EACCES: "permission denied; make the folder writable or choose another store",
    errno.EPERM: "permission denied; make the folder writable or choose another store",
    errno.EROFS: "the file system is read-only; choose another store",
}


class DamagedFileError(QuantsyncError):
    """A file of a store is missing, truncated or altered; its task has to be computed again."""


@contextmanager
def named_write_errors(path: Path) -> Iterator[None]:
    """Turn what the operating system says about a file into a named error with a hint."""
    try:
        yield
    except StoreWriteError:
        raise
    except OSError as error:
        cause = CAUSES.get(error.errno or 0, f"{error.strerror or error}")
        raise StoreWriteError(f"Cannot write {path}: {cause}.") from error


@contextmanager
def named_read_errors(root: Path) -> Iterator[None]:
    """Turn what the operating system says when a store is opened into a named error."""
    try:
        yield
    except StoreError:
        raise
    except OSError as error:
        raise StoreError(f"Cannot read {root}: {error.strerror or error}.") from error


def write_file(path: Path, data: bytes) -> None:
    """Write a file such that it is, at any moment, the old one or the new one."""
    partial = path.with_name(f"{path.name}.{uuid.uuid4().hex}{PARTIAL}")
    with named_write_errors(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with partial.open("wb") as file:
                file.write(data)
                file.flush()
                # Without this a power cut may leave the new name on an empty file.
                os.fsync(file.fileno())
            partial.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)
            raise


def remove_partials(root: Path) -> None:
    """Remove what killed processes left unfinished; only the owner of the store's lock may."""
    for path in root.rglob(f"*{PARTIAL}"):
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def checksum(data: bytes) -> int:
    """CRC-32C of some bytes."""
    return int(google_crc32c.value(data))


def encode_chunk(values: np.ndarray, shape: tuple[int, ...]) -> bytes:
    """A chunk of a Zarr array with the codecs ``bytes`` (little endian) and ``crc32c``.

    Chunks at the upper ends of the array are smaller, but as large as the others (of ``shape``)
    in the file.
    """
    whole = np.zeros(shape, values.dtype.newbyteorder("<"))
    whole[tuple(slice(n) for n in values.shape)] = values
    data = whole.tobytes()
    return data + checksum(data).to_bytes(4, "little")


def write_chunk(path: Path, values: np.ndarray, shape: tuple[int, ...]) -> None:
    """Write one chunk."""
    write_file(path, encode_chunk(values, shape))


def sum_of(data: bytes) -> int:
    """The checksum at the end of an encoded chunk."""
    return int.from_bytes(data[-4:], "little")


def read_chunk(path: Path, shape: tuple[int, ...], dtype: Any) -> tuple[np.ndarray, int]:
    """Read one whole chunk, with its checksum."""
    kind = np.dtype(dtype).newbyteorder("<")
    data = _read(path, math.prod(shape) * kind.itemsize + 4)
    if checksum(data[:-4]) != sum_of(data):
        raise DamagedFileError(f"{path.name} has another checksum")
    values = np.frombuffer(data[:-4], kind).reshape(shape).astype(kind.newbyteorder("="))
    return values, sum_of(data)


def write_record(path: Path, record: dict[str, Any]) -> None:
    """Write a JSON object with its checksum."""
    text = json.dumps(record)
    whole = {"crc32c": checksum(text.encode()), "record": record}
    write_file(path, (json.dumps(whole) + "\n").encode())


def read_record(path: Path) -> dict[str, Any]:
    """Read a JSON object that `write_record` wrote."""
    try:
        whole = json.loads(_read(path))
        record, number = whole["record"], whole["crc32c"]
        if not isinstance(record, dict):
            raise TypeError("no object")
    except (ValueError, LookupError, TypeError, RecursionError):
        raise DamagedFileError(f"{path.name} is not readable") from None
    if checksum(json.dumps(record).encode()) != number:
        raise DamagedFileError(f"{path.name} has another checksum")
    return record


def _read(path: Path, expected: int | None = None) -> bytes:
    """What is in a file, which is not read at all where it has not the expected size."""
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise DamagedFileError(f"{path.name} is no file")
        if expected is not None and about.st_size != expected:
            raise DamagedFileError(f"{path.name} has {about.st_size} bytes instead of {expected}")
        if about.st_size > LARGEST_RECORD and expected is None:
            raise DamagedFileError(f"{path.name} has {about.st_size} bytes, which no record has")
        data = path.read_bytes()
        if expected is not None and len(data) != expected:  # it is being written
            raise DamagedFileError(f"{path.name} has {len(data)} bytes instead of {expected}")
        return data
    except FileNotFoundError:
        raise DamagedFileError(f"{path.name} is missing") from None
    except OSError as error:
        raise DamagedFileError(f"{path.name}: {error.strerror or error}") from None
