"""A store whose axes have been extended: what is there moves to its place on the new grid.

The new arrays are written aside, then a list of them, which commits the extension, and then they
take the old ones' places. A kill before the list leaves the old store, one after it is made good
when the store is next opened.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

import numpy as np

from quantsync.errors import StoreError
from quantsync.sweeps._certificates import worst_of
from quantsync.sweeps._grid import Grid
from quantsync.sweeps._measuring import filled_with_nan
from quantsync.sweeps.refine.points import MISSING
from quantsync.sweeps.store._contents import Contents, TaskState
from quantsync.sweeps.store._manifest import Manifest
from quantsync.sweeps.store._refined import refined_arrays
from quantsync.sweeps.store.arrays import SweepStore
from quantsync.sweeps.store.files import (
    STATUS,
    DamagedFileError,
    named_write_errors,
    read_record,
    write_record,
)

COMMIT = "commit.json"


def axis_differences(
    old: Mapping[str, np.ndarray], new: Mapping[str, np.ndarray]
) -> tuple[list[str], bool]:
    """Values that the old axes have and the new ones do not, and whether the axes are the same."""
    lines, same = [], True
    for name, values in old.items():
        if np.array_equal(values, new[name]):
            continue
        same = False
        lost = values[~np.isin(values, new[name])]
        if lost.size:
            shown = ", ".join(str(v) for v in lost[:5].tolist()) + (", ..." * (lost.size > 5))
            lines.append(
                f"axis `{name}`: {lost.size} of its {values.size} values in the store "
                f"{'is' if lost.size == 1 else 'are'} not among the {new[name].size} new ones: "
                f"{shown}"
            )
    return lines, same


def extend_store(
    store: SweepStore,
    contents: Contents,
    old: Mapping[str, np.ndarray],
    new: Mapping[str, np.ndarray],
    manifest: Manifest,
) -> SweepStore:
    """Write what a store has onto a larger grid; the store on it."""
    stage = store.root / STATUS / "extension"
    with named_write_errors(stage):
        shutil.rmtree(stage, ignore_errors=True)
    larger = SweepStore(stage, manifest)
    larger.layout = store.layout
    larger.write_metadata(new, {})
    grid = Grid(dict(new))
    places = np.ix_(*(_places(values, new[name]) for name, values in old.items()))
    moved = _moved(contents, places, grid)
    came = np.full(grid.shape, -1)  # from which task
    blocks = list(contents.certificates)
    from_task = np.full(contents.status.shape, -1)
    for k, block in enumerate(blocks):
        from_task[store.tasks.slices(block)] = k
    came[places] = from_task
    for block in larger.tasks.blocks():
        where = larger.tasks.slices(block)
        status = moved.status[where]
        if not status.any():
            continue
        parts = [blocks[k] for k in np.unique(came[where]) if k >= 0]
        taken = set(manifest.measures).intersection(*(contents.measures[b] for b in parts))
        lost = set(manifest.measures) - taken  # to be taken again
        members = larger.tasks.members(block).tolist()
        state = TaskState(
            status,
            {name: array[where] for name, array in moved.values.items() if name not in lost},
            {k: moved.messages[k] for k in members if k in moved.messages},
            worst_of(contents.certificates[b] for b in parts),
            tuple(name for name in manifest.measures if name in taken),
            tuple(sorted(set().union(*(contents.versions[b] for b in parts)))),
        )
        larger.write_task(block, state, grid)
    # Points off the grid stay what and where they are.
    refined = refined_arrays(store.root, store.manifest, store.layout)
    names = ["zarr.json", *new, *larger.layout, *refined]
    folders = [f"{STATUS}/{part}" for part in ("c", "records") if (stage / STATUS / part).exists()]
    write_record(stage / COMMIT, {"names": names, "folders": folders})
    finish_extension(store.root)
    extended = SweepStore.open(store.root)
    assert extended is not None
    return extended


def finish_extension(root: Path) -> None:
    """Bring an extension that was committed to its end; drop one that was not."""
    stage = root / STATUS / "extension"
    if not stage.exists():
        return
    with named_write_errors(root):
        try:
            commit = read_record(stage / COMMIT)
        except DamagedFileError:
            shutil.rmtree(stage, ignore_errors=True)
            return
        names: Any = commit.get("names")
        folders: Any = commit.get("folders")
        if not all(
            isinstance(part, list) and all(isinstance(name, str) for name in part)
            for part in (names, folders)
        ):
            raise StoreError(
                f"The list of what belongs to the extension of {root} is none that quantsync has "
                f"written; delete {stage} if the store is to be used as it is."
            )
        kept = {*names, *folders}
        inside = {f"{STATUS}/c", f"{STATUS}/records"}
        if outside := [n for n in kept - inside if n == ".." or PurePath(n).name != n]:
            raise StoreError(
                f"The list of what belongs to the extension of {root} names {outside[0]!r}, which "
                f"is not in it; delete {stage} if the store is to be used as it is."
            )
        inner = [f"{STATUS}/{part}" for part in ("c", "records", "zarr.json", "manifest.json")]
        for path in [*root.iterdir(), root / STATUS / "c", root / STATUS / "records"]:
            # Of tasks that were all missing the extension has nothing to put in their place.
            name = path.relative_to(root).as_posix()
            ours = path.parent != root or (path / "zarr.json").exists()
            if ours and path.is_dir() and name != STATUS and name not in kept:
                shutil.rmtree(path)
        for name in [*inner, *names]:
            _take_place(stage / name, root / name, root)
        (stage / COMMIT).unlink()
        shutil.rmtree(stage, ignore_errors=True)


def is_being_extended(root: Path) -> bool:
    """Whether an extension has been committed and not finished."""
    return (root / STATUS / "extension" / COMMIT).exists()


def _take_place(source: Path, target: Path, root: Path) -> None:
    if not source.exists():
        return
    # Nothing outside of the store is touched, whatever else is wrong.
    if not target.resolve().is_relative_to(root.resolve() / target.relative_to(root).parts[0]):
        raise StoreError(f"{target} is not in the store {root}, which is left as it is.")
    if target.is_dir():
        shutil.rmtree(target)
    with contextlib.suppress(FileNotFoundError):
        source.replace(target)


def _moved(contents: Contents, places: tuple[np.ndarray, ...], grid: Grid) -> Contents:
    moved = Contents(np.full(grid.shape, MISSING, np.uint8))
    moved.status[places] = contents.status
    for name, array in contents.values.items():
        extra = array.shape[len(grid.shape) :]
        moved.values[name] = filled_with_nan((*grid.shape, *extra), array.dtype)
        moved.values[name][places] = array
    flat = np.ravel_multi_index(places, grid.shape).reshape(-1)
    moved.messages = {int(flat[k]): message for k, message in contents.messages.items()}
    return moved


def _places(values: np.ndarray, among: np.ndarray) -> np.ndarray:
    order = np.argsort(among, kind="stable")
    return order[np.searchsorted(among, values, sorter=order)]
