"""What comes before anything is written to a store, and what is said of damage in it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from quantsync.errors import StoreError, SweepWarning
from quantsync.sweeps.store.arrays import STATUS, SweepStore
from quantsync.sweeps.store.extension import finish_extension
from quantsync.sweeps.store.files import remove_partials
from quantsync.sweeps.store.lock import store_lock

MOST_LISTED = 3


def store_folder(path: Any) -> Path:
    """The folder of a store, which is there or can be made.

    Raises
    ------
    StoreError
        If the path is a file, or a folder with something else in it, which is left alone.
    """
    root = Path(path)
    if root.exists() and not root.is_dir():
        raise StoreError(f"{root} is a file; a store is a folder. Choose another path.")
    SweepStore.open(root)
    return root


@contextmanager
def held_store(root: Path) -> Iterator[None]:
    """Hold a store's lock, with what a killed run has left behind out of the way.

    Raises
    ------
    StoreLockedError
        If another process writes to it.
    StoreWriteError
        If it cannot be written.
    """
    with store_lock(root / STATUS / "lock", root):
        remove_partials(root)
        finish_extension(root)
        yield


def warn_of_damage(
    damaged: Sequence[str], of: str, where: Any, *, read_only: bool, stacklevel: int
) -> None:
    """Warn of parts of a store that do not agree with their checksums, if there are any.

    Parameters
    ----------
    damaged : sequence of str
        Each part, and why.
    of : str
        What follows their number: "of 20 tasks", say.
    where : str or Path
        The store.
    read_only : bool
        Whether they count as missing, since nothing is written, instead of being computed again.
    stacklevel : int
        As for `warnings.warn`, from the caller on.
    """
    if not damaged:
        return
    more = len(damaged) - MOST_LISTED
    listed = "; ".join(damaged[:MOST_LISTED]) + (f"; and {more} more" if more > 0 else "")
    what = "count as missing" if read_only else "are computed again"
    hint = " Run the sweep again to mend them." * read_only
    warnings.warn(
        f"{len(damaged)} {of} in {where} are damaged and {what}: {listed}.{hint}",
        SweepWarning,
        stacklevel=stacklevel + 1,
    )
