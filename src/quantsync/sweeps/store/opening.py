"""What comes before anything is written to a store, and what is said of damage in it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from quantsync.errors import StoreError, SweepWarning, warn_caller
from quantsync.sweeps.options import store_path
from quantsync.sweeps.store._extension import finish_extension
from quantsync.sweeps.store._lock import store_lock
from quantsync.sweeps.store.arrays import SweepStore
from quantsync.sweeps.store.files import STATUS, named_read_errors, remove_partials

MOST_LISTED = 3


def store_folder(path: Any) -> Path:
    """The folder of a store, which is there or can be made; one with something else is refused."""
    root = store_path(path)
    with named_read_errors(root):
        if root.exists() and not root.is_dir():
            raise StoreError(f"{root} is a file; a store is a folder. Choose another path.")
        SweepStore.open(root)
        refuse_links_out(root)
    return root


def refuse_links_out(root: Path) -> None:
    """Refuse a store with links that lead out of it, through which files would be written."""
    inside = os.path.realpath(root)
    for link in _links(root):
        target = Path(os.path.realpath(link))
        if not target.is_relative_to(inside):
            raise StoreError(
                f"Store {root} has a link, {link.relative_to(root)}, that leads out of it, to "
                f"{target}; nothing is written through links. Remove it, or choose another store."
            )


def _links(folder: Path) -> Iterator[Path]:
    """The symbolic links in a folder and those below it."""
    if not folder.is_dir():
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_symlink():
                yield Path(entry.path)
            elif entry.is_dir(follow_symlinks=False):
                yield from _links(Path(entry.path))


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
