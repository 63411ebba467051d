"""Sweeps on the workers of a cluster: the plan is built anew there, from what defines it."""

from __future__ import annotations

import contextlib
import ctypes
import sys
import threading
import time
import uuid
from collections.abc import Mapping
from typing import Any

from quantsync.catalogue.measures import measures_of, resolve_measures
from quantsync.errors import ClusterError, QuantsyncError, WarnedOnce
from quantsync.parallel import one_blas_thread
from quantsync.sweeps._batches import chunks_of, solve_chunk
from quantsync.sweeps.plan import SweepPlan, prepare_sweep
from quantsync.sweeps.store.fingerprints import fingerprint
from quantsync.system import Measure
from quantsync.version import __version__

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3  # of glibc's mallopt

_guard = threading.Lock()
_last: tuple[str, Any] = ("", None)  # in a worker: the sweep that it works on


def setup_of(plan: SweepPlan) -> dict[str, Any]:
    """What a worker needs to know of a run: what defines the sweep, and no array over the grid."""
    import cloudpickle

    definition = {
        "model": plan.model.name if plan.model.is_registered else plan.model.function,
        "axes": plan.grid.axes,
        "measures": {name: _portable(plan, m) for name, m in plan.measures.items()},
        "fixed": plan.fixed,
        "tied": plan.tied,
    }
    return {
        "kind": RemoteSweep,
        "token": uuid.uuid4().hex,
        "version": __version__,
        "definition": cloudpickle.dumps(definition),
        "sources": _sources(plan, everything=True),
    }


def _portable(plan: SweepPlan, measure: Any) -> Any:
    """A measure as its name, where that says it all."""
    if not isinstance(measure, Measure):
        return measure
    try:
        found = resolve_measures([measure.name], measures_of(plan.system), plan.model.name)
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


def compute_items(setup: Mapping[str, Any], items: list[Any]) -> dict[str, Any]:
    """Compute items of a sweep on a worker: values from the first on, seconds, a problem if any."""
    answer: dict[str, Any] = {"done": [], "problem": None, "worker": _address()}
    with WarnedOnce(passed_on=True) as warned:
        _compute(setup, items, answer)
    return answer | {"warnings": warned.found}


def _compute(setup: Mapping[str, Any], items: list[Any], answer: dict[str, Any]) -> None:
    start = time.perf_counter()
    try:
        sweep = _prepared(setup)
        start = time.perf_counter()  # the next group finds everything prepared
        with one_blas_thread():
            for item in items:
                answer["done"].append(sweep.compute(item))
    except QuantsyncError as error:
        # Not as an exception, which would have to survive pickling, and not be tried elsewhere.
        answer["problem"] = (type(error).__name__, str(error))
    answer["seconds"] = time.perf_counter() - start


def _address() -> str:
    from distributed import get_worker

    try:
        return str(get_worker().address)
    except ValueError:
        return "of this process"


def _prepared(setup: Mapping[str, Any]) -> RemoteSweep:
    global _last
    with _guard:  # one thread prepares, the others wait
        if _last[0] != setup["token"]:
            _last = (setup["token"], setup["kind"](setup))
        return _last[1]


def _keep_pages() -> None:
    """Let glibc keep the pages of arrays of megabytes, which come and go and are costly anew.

    Dask tells its workers to give everything back at once, which costs a third of the time.
    """
    with contextlib.suppress(OSError, AttributeError, TypeError):  # another C library
        mallopt = ctypes.CDLL(None).mallopt
        for option, size in ((TRIM_THRESHOLD, 1 << 28), (MMAP_THRESHOLD, 1 << 25)):
            mallopt(option, size)


class RemoteSweep:
    """A sweep on a worker; its items are pieces of the batch."""

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

    def compute(self, item: Any) -> Any:
        """Solve a piece; a `ChunkResult`."""
        return solve_chunk(self.plan.batch(self.pieces[item]), self.plan)
