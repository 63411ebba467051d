"""What comes before anything is written to a store, and what is said of damage in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from quantsync.errors import StoreError, SweepWarning, warn_caller
from quantsync.sweeps.store._extension import finish_extension
from quantsync.sweeps.store._lock import store_lock
from quantsync.sweeps.store.arrays import SweepStore
from quantsync.sweeps.store.files import STATUS, remove_partials

MOST_LISTED = 3


def store_folder(path: Any) -> Path:
    """The folder of a store, which is there or can be made; one with something else is refused."""
    root = Path(path)
    if root.exists() and not root.is_dir():
        raise StoreError(f"{root} is a file; a store is a folder. Choose another path.")
    SweepStore.open(root)
    return root


@contextmanager
def held_store(root: Path) -> Iterator[None]:
    """Hold a store's lock, with what a killed run has left behind out of the way."""
    with store_lock(root / STATUS / "lock", root):
        remove_partials(root)
        finish_extension(root)
        yield


def warn_of_damage(damaged: Sequence[str], of: str, where: Any, *, read_only: bool) -> None:
    """Warn of parts of a store ("of 20 tasks") that do not agree with their checksums."""
    if not damaged:
        return
    more = len(damaged) - MOST_LISTED
    listed = "; ".join(damaged[:MOST_LISTED]) + (f"; and {more} more" if more > 0 else "")
    what = "count as missing" if read_only else "are computed again"
    hint = " Run the sweep again to mend them." * read_only
    warn_caller(
        f"{len(damaged)} {of} in {where} are damaged and {what}: {listed}.{hint}", SweepWarning
    )
