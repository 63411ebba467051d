"""How much is done, and how long the rest takes: a bar, or lines where there is no terminal."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from quantsync.checks import flag

LINE = "{n_fmt} of {total_fmt}{unit} in {elapsed} ({rate_fmt}), about {remaining} left\n"
# Seconds until a bar is shown, which leaves no trace of what is over at once; characters of a bar
# without ipywidgets.
NOTEBOOK_DELAY, NOTEBOOK_WIDTH = 0.5, 80


Progress = bool | Callable[[int, int], Any] | None  # the argument ``progress`` of sweeps


@contextmanager
def progress_of(
    total: int, unit: str, show: Progress, line_every: float = 60.0
) -> Iterator[Callable[[int], Any]]:
    """Show progress (None: on a terminal and in notebooks); the value is told what is done."""
    if callable(show):
        done, tell = 0, show

        def advance(count: int) -> None:
            nonlocal done
            done += count
            tell(done, total)

        yield advance
        return
    if show is not None:
        show = flag(show, "progress")
    with warnings.catch_warnings():
        # A notebook without ipywidgets gets a bar of text: no reason to tell its user to install.
        warnings.simplefilter("ignore")
        from tqdm.auto import tqdm

    options: dict[str, Any] = {"leave": False, "disable": None if show is None else not show}
    if in_notebook():
        options |= {"delay": NOTEBOOK_DELAY, "disable": show is False}
        if not any(kind.__module__ == "tqdm.notebook" for kind in tqdm.__mro__):
            options |= {"ncols": NOTEBOOK_WIDTH, "file": sys.stdout}
    elif not sys.stderr.isatty():  # the log of a job, say
        options |= {"bar_format": LINE, "mininterval": line_every, "delay": line_every}
        options["leave"] = True
    # Points come in bursts, a task at a time: the rate is that of the whole run.
    with tqdm(total=total, unit=f" {unit}", miniters=1, smoothing=0, **options) as bar:
        yield bar.update


def in_notebook() -> bool:
    """Whether this is the kernel of a notebook, whose output is no terminal and shows a bar."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return "IPKernelApp" in getattr(shell, "config", {})
