"""Sweeps on the workers of a cluster: the plan is built anew there, from what defines it."""

from __future__ import annotations

import contextlib
import ctypes
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from quantsync.catalogue.measures import measures_of, resolve_measures
from quantsync.errors import ClusterError, QuantsyncError, StoreError
from quantsync.parallel import one_blas_thread
from quantsync.sweeps.batches import chunks_of, solve_chunk
from quantsync.sweeps.plan import SweepPlan, prepare_sweep
from quantsync.sweeps.store.arrays import STATUS, Layout, SweepStore
from quantsync.sweeps.store.contents import TaskState
from quantsync.sweeps.store.files import DamagedFileError
from quantsync.sweeps.store.fingerprints import fingerprint
from quantsync.sweeps.store.lock import lock_token
from quantsync.sweeps.store.tasks import Block
from quantsync.sweeps.store.work import compute_task
from quantsync.system import Measure
from quantsync.version import __version__

APPEARS_WITHIN = 5.0  # seconds in which a new folder shows on the other hosts of a file system

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3  # of glibc's mallopt

_guard = threading.Lock()
_last: tuple[str, Any] = ("", None)  # in a worker: the sweep that it works on


def setup_of(plan: SweepPlan, token: str, store: SweepStore | None = None) -> dict[str, Any]:
    """What a worker needs to know of a sweep: what defines it, and no array over the grid.

    Parameters
    ----------
    plan : SweepPlan
    token : str
        Different for each run.
    store : SweepStore, optional
        With its lock held.
    """
    import cloudpickle

    definition = {
        "model": plan.model.name if plan.model.is_registered else plan.model.function,
        "axes": plan.grid.axes,
        "measures": {name: _portable(plan, m) for name, m in plan.measures.items()},
        "fixed": plan.fixed,
        "tied": plan.tied,
    }
    setup: dict[str, Any] = {
        "token": token,
        "version": __version__,
        "definition": cloudpickle.dumps(definition),
        "sources": _sources(plan, everything=True),
    }
    if store is not None:
        root = store.root.absolute()
        setup["store"] = {
            "root": str(root),
            "lock": lock_token(root / STATUS / "lock"),
            "layout": store.layout,
        }
    return setup


def _portable(plan: SweepPlan, measure: Any) -> Any:
    """A measure as its name, where that says it all."""
    if not isinstance(measure, Measure):
        return measure
    try:
        found = resolve_measures([measure.name], measures_of(plan.system), plan.model)
    except QuantsyncError:
        return measure
    return measure.name if found[measure.name] is measure else measure


def _sources(plan: SweepPlan, everything: bool) -> dict[str, str]:
    """Hashes of the functions that are known by name, of which a worker has a copy of its own."""
    functions = {f"model {plan.model.name}": plan.model.function}
    functions |= {
        f"measure {n!r}": m for n, m in plan.measures.items() if not isinstance(m, Measure)
    }
    functions |= {f"the rule of {n!r}": rule for n, rule in plan.tied.items()}
    return {n: fingerprint(f) for n, f in functions.items() if everything or _is_imported(f)}


def _is_imported(function: Any) -> bool:
    """Whether a function is the one that its module has under its name."""
    found: Any = sys.modules.get(getattr(function, "__module__", None) or "")
    for part in getattr(function, "__qualname__", "?").split("."):
        found = getattr(found, part, None)
    return found is function


def compute_blocks(setup: Mapping[str, Any], blocks: list[Block]) -> dict[str, Any]:
    """Compute tasks of a store and write them, on a worker.

    Returns
    -------
    dict
        As `spread` wants it; the values of the tasks are their layouts.
    """

    def work(worker: _Worker, block: Block) -> Layout:
        store = worker.require_store()
        try:
            before = store.read_task(block)
        except DamagedFileError:
            before = None
        empty = np.zeros([s.stop - s.start for s in store.tasks.slices(block)], np.uint8)
        state = compute_task(
            worker.plan,
            store,
            block,
            before or TaskState(empty),
            setup["retry_failed"],
            worker.check_lock,
        )
        return {n: store.layout[n] for n in state.values}

    return _in_turn(setup, blocks, work)


def compute_pieces(setup: Mapping[str, Any], pieces: list[int]) -> dict[str, Any]:
    """Compute pieces of a sweep in memory, on a worker; their values are `ChunkResult`."""

    def work(worker: _Worker, piece: int) -> Any:
        return solve_chunk(worker.plan.system.take(worker.pieces[piece]), worker.plan.measures)

    return _in_turn(setup, pieces, work)


def _in_turn(
    setup: Mapping[str, Any], items: list[Any], work: Callable[[_Worker, Any], Any]
) -> dict[str, Any]:
    start = time.perf_counter()
    answer: dict[str, Any] = {"done": [], "problem": None, "worker": _address()}
    try:
        worker = _prepared(setup)
        start = time.perf_counter()  # the next group finds everything prepared
        with one_blas_thread():
            for item in items:
                answer["done"].append(work(worker, item))
    except QuantsyncError as error:
        # Not as an exception, which would have to survive pickling, and not be tried elsewhere.
        answer["problem"] = (type(error).__name__, str(error))
    return answer | {"seconds": time.perf_counter() - start}


def _address() -> str:
    from distributed import get_worker

    try:
        return str(get_worker().address)
    except ValueError:
        return "of this process"


def _prepared(setup: Mapping[str, Any]) -> _Worker:
    global _last
    with _guard:  # one thread prepares, the others wait
        if _last[0] != setup["token"]:
            _last = (setup["token"], _Worker(setup))
        return _last[1]


def _keep_pages() -> None:
    """Let glibc keep the pages of arrays of megabytes, which come and go and are costly anew.

    Dask tells its workers to give everything back at once, which costs a third of the time.
    """
    with contextlib.suppress(OSError, AttributeError, TypeError):  # another C library
        mallopt = ctypes.CDLL(None).mallopt
        for option, size in ((TRIM_THRESHOLD, 1 << 28), (MMAP_THRESHOLD, 1 << 25)):
            mallopt(option, size)


class _Worker:
    """A sweep on a worker."""

    def __init__(self, setup: Mapping[str, Any]):
        import cloudpickle

        if setup["version"] != __version__:
            raise ClusterError(
                f"A worker has quantsync {__version__}, this process {setup['version']}; install "
                "the same version everywhere."
            )
        try:
            definition = cloudpickle.loads(setup["definition"])
        except (ImportError, AttributeError) as error:
            raise ClusterError(
                f"A worker cannot import what the sweep needs ({error}). Install it there, put it "
                "on the workers' PYTHONPATH, or define the function in the script itself."
            ) from None
        _keep_pages()
        self.plan = prepare_sweep(**definition)
        for name, source in _sources(self.plan, everything=False).items():
            if source != setup["sources"][name]:
                raise ClusterError(
                    f"The source of {name} on a worker is not that of this process; install the "
                    "same files everywhere, and restart the workers."
                )
        self.pieces = chunks_of(self.plan.system)
        self.store: SweepStore | None = None
        if "store" in setup:
            self.root, self.lock = Path(setup["store"]["root"]), setup["store"]["lock"]
            self.store = self.opened(setup["store"]["layout"])

    def opened(self, layout: Layout) -> SweepStore:
        end = time.monotonic() + APPEARS_WITHIN
        while lock_token(self.root / STATUS / "lock") != self.lock:
            if time.monotonic() > end:
                raise StoreError(
                    f"A worker does not see store {self.root}: there is another one, or none. "
                    "Stores must lie on a file system that all hosts share, under the same path."
                )
            time.sleep(0.1)
        store = SweepStore.open(self.root)
        if store is None:
            raise StoreError(f"A worker cannot read store {self.root}.")
        store.layout = {name: (kind, tuple(extra)) for name, (kind, extra) in layout.items()}
        return store

    def require_store(self) -> SweepStore:
        assert self.store is not None
        return self.store

    def check_lock(self) -> None:
        """Raise if the sweep has ended, or another one has begun."""
        if lock_token(self.root / STATUS / "lock") != self.lock:
            raise StoreError(
                f"Store {self.root} is no longer locked by the sweep that this worker works for."
            )
