"""One writer at a time: a lock that a killed process leaves behind without harm.

The operating system takes the lock (``flock``) back when its holder ends, however that comes about.
Where files cannot be locked a second file, which must not be there, stands for the lock.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from quantsync.errors import StoreLockedError, StoreWriteError
from quantsync.sweeps.store.files import named_write_errors

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

UNSUPPORTED = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL)
PATIENCE = 0.3  # seconds: whoever asks for a store's status holds its lock for a moment


@contextmanager
def store_lock(path: Path, store: Path) -> Iterator[None]:
    """Hold the lock of a store; the file, which says who holds it, stays."""
    with named_write_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        try:
            locked = _try_lock(descriptor, PATIENCE)
        except BlockingIOError:
            raise _locked(_read_holder(path), store) from None
        if locked:
            with named_write_errors(path):
                os.ftruncate(descriptor, 0)
                os.write(descriptor, _who())
                os.fsync(descriptor)  # workers on other hosts read it
            try:
                yield
            finally:  # workers that are still at it see that nobody waits for them
                with contextlib.suppress(OSError):
                    os.ftruncate(descriptor, 0)
        else:
            with _exclusive_file(_exclusive(path), store):
                yield
    finally:
        os.close(descriptor)


def lock_token(path: Path) -> str:
    """What is different each time a store is locked; empty if it never was."""
    return str(_record(_exclusive(path)).get("token") or _record(path).get("token", ""))


def lock_holder(path: Path) -> dict[str, Any] | None:
    """Process id and host of whoever holds the lock; None if nobody does."""
    if _exclusive(path).exists():
        holder = _read_holder(_exclusive(path))
        return None if _is_gone(holder) else holder
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    try:
        _try_lock(descriptor, 0.0, shared=True)
    except BlockingIOError:
        return _read_holder(path)
    finally:
        os.close(descriptor)
    return None


def _try_lock(descriptor: int, patience: float, shared: bool = False) -> bool:
    """Whether the file could be locked; False where files cannot be, an error if it is taken."""
    if fcntl is None:
        return False
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    end = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= end:
                raise
            time.sleep(0.02)
        except OSError as error:
            if error.errno in UNSUPPORTED:
                return False
            raise


def _exclusive(path: Path) -> Path:
    return path.with_name(path.name + ".exclusive")


@contextmanager
def _exclusive_file(path: Path, store: Path) -> Iterator[None]:
    descriptor = -1
    for last in (False, True):
        try:
            with named_write_errors(path):
                descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
                break
        except StoreWriteError as error:
            if not isinstance(error.__cause__, FileExistsError):
                raise
        holder = _read_holder(path)
        if last or not _is_gone(holder):
            raise _locked(holder, store, f" If it no longer runs, delete {path}.")
        path.unlink(missing_ok=True)
    try:
        os.write(descriptor, _who())
        os.fsync(descriptor)
        yield
    finally:
        os.close(descriptor)
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def _who() -> bytes:
    who = {"pid": os.getpid(), "host": socket.gethostname(), "token": uuid.uuid4().hex}
    return json.dumps(who).encode()


def _record(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, RecursionError):
        return {}


def _read_holder(path: Path) -> dict[str, Any]:
    record = _record(path)
    try:
        holder = {"pid": int(record["pid"]), "host": str(record["host"])}
    except (ValueError, LookupError, TypeError, OverflowError):
        return {}
    return holder if 0 < holder["pid"] < 1 << 31 else {}


def _is_gone(holder: dict[str, Any]) -> bool:
    """Whether a process of this host no longer runs; of another host nobody here knows."""
    if holder.get("host") != socket.gethostname():
        return False
    try:
        os.kill(holder["pid"], 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _locked(holder: dict[str, Any], store: Path, hint: str = "") -> StoreLockedError:
    who = f"process {holder['pid']} on {holder['host']}" if holder else "another process"
    return StoreLockedError(
        f"Store {store} is being written by {who}; wait until it has ended, or choose another "
        f"store.{hint}",
        holder,
    )
