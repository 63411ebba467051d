"""The newest wish wins: work on threads that a newer wish ends, and maps from coarse to fine."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from quantsync.errors import WarnedOnce
from quantsync.explorer.view import View
from quantsync.sweeps import sweep

if TYPE_CHECKING:
    import xarray as xr

COARSE = (3, 6, 11, 21, 41, 81, 161)  # values on an axis; each grid is in the next
AT_ONCE = 0.06  # seconds that a map may take while the hand moves
SOON = 0.3  # seconds of a map before which none coarser is shown, when the hand rests
MOST_SECONDS = 60.0  # of a finer map that nobody has asked for
PATIENCE = 0.3  # seconds that a newer wish waits for the work of an older one to end
MOST_THREADS = 4  # that may still be at work for older wishes
WORKER = "explorer"  # how threads are called


def all_ended(seconds: float) -> bool:
    """Whether no thread is at work after a while, in which they may end."""
    end = time.monotonic() + seconds
    for thread in threading.enumerate():
        if thread.name.startswith(WORKER):
            thread.join(max(end - time.monotonic(), 0.0))
    return not any(thread.name.startswith(WORKER) for thread in threading.enumerate())


class SupersededError(Exception):
    """There is a newer wish."""


class Newest:
    """Does the newest of the tasks it is given, each on a thread; an older one is told to stop.

    A task is a function of ``check``, which raises `SupersededError` once there is a newer one.
    Where a task does not look for longer than `PATIENCE`, the newest does not wait for it.
    """

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._task: Callable[[Callable[[], None]], None] | None = None
        self._number = 0
        self._working: set[int] = set()  # tasks at work
        self._closed = False

    def submit(self, task: Callable[[Callable[[], None]], None]) -> None:
        """Have a task done, and none that was submitted before."""
        with self._lock:
            if self._closed:
                return
            self._number += 1
            self._task = task
            number = self._number
        name = f"{WORKER} {number}"
        threading.Thread(target=self._run, args=(number,), daemon=True, name=name).start()

    def close(self) -> None:
        """Have nothing done any more."""
        with self._lock:
            self._closed = True
            self._number += 1
            self._task = None
            self._lock.notify_all()

    def _run(self, number: int) -> None:
        with self._lock:
            start = time.monotonic()
            while number == self._number and self._working:
                waited = time.monotonic() - start
                if waited > PATIENCE and len(self._working) < MOST_THREADS:
                    break
                self._lock.wait(max(PATIENCE - waited, 0.01))
            if number != self._number or self._task is None:
                return
            task, self._task = self._task, None
            self._working.add(number)

        def check() -> None:
            if number != self._number:
                raise SupersededError

        try:
            task(check)
        except SupersededError:
            pass
        finally:
            with self._lock:
                self._working.discard(number)
                self._lock.notify_all()


@dataclass
class Painter:
    """Maps of views, coarse while the hand moves and finer when it rests."""

    seconds: dict[int, float] = field(default_factory=dict)  # that maps took last, by size
    note: str = ""  # what else is to be said of a map
    part: float = 1.0  # of its points that are there
    grows: bool = False  # whether maps get further points, so that a marked one may be there now
    _like: Any = None

    def paint(
        self,
        view: View,
        moving: bool,
        check: Callable[[], None],
        show: Callable[[xr.Dataset, int, bool], Any],
        progress: Callable[[int, int, int, float], Any],
        patient: bool = False,
    ) -> float | None:
        """Show maps of a view, each finer than the last; returns the seconds of one not made."""
        like = (view.model.function, view.measures, tuple(a.name for a in view.axes.values()))
        if self._like != like:
            self._like, self.seconds = like, {}
        sizes = [size for size in COARSE if size <= view.size]
        size = self._largest(sizes, view, AT_ONCE if moving else SOON)
        while True:
            start = time.monotonic()

            def tell(done: int, total: int, size: int = size, start: float = start) -> None:
                passed = time.monotonic() - start
                if passed > AT_ONCE:  # a map that is nearly there is shown
                    check()
                progress(done, total, size, passed)

            with WarnedOnce(passed_on=True, everything=True):  # the data set says the same
                found = sweep(
                    view.model.function,
                    view.sweep_axes(size),
                    view.measure_arguments,
                    view.sweep_fixed(),
                    progress=tell,
                )
            self.seconds[size] = time.monotonic() - start
            left = [] if moving else [s for s in sizes if s > size]
            show(found, size, not left and not moving)
            check()
            if not left:
                return None
            size = self._largest(left, view, SOON)
            if self.predicted(size, view) > MOST_SECONDS and not patient:
                return self.predicted(size, view)

    def _largest(self, sizes: list[int], view: View, seconds: float) -> int:
        """The largest size that takes so long at most; the second smallest if none is known."""
        quick = [size for size in sizes if self.predicted(size, view) <= seconds]
        if quick:
            return quick[-1]
        return sizes[0] if self.seconds else sizes[min(1, len(sizes) - 1)]

    def predicted(self, size: int, view: View) -> float:
        """Seconds that a map will take: those it took, or fewer if a smaller one promises so.

        The first map of a size takes longer than those after it.
        """
        found = self.seconds.get(size, float("inf"))
        below = [s for s in self.seconds if s < size]
        if below:
            growth = (size / max(below)) ** len(view.axes)
            found = min(found, self.seconds[max(below)] * growth)
        return found
