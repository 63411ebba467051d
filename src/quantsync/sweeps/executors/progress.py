"""How much is done, and how long the rest takes: a bar, or lines where there is no terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from quantsync.checks import flag

LINE = "{n_fmt} of {total_fmt}{unit} in {elapsed} ({rate_fmt}), about {remaining} left\n"


@contextmanager
def progress_of(
    total: int, unit: str, show: bool | None, line_every: float = 60.0
) -> Iterator[Callable[[int], Any]]:
    """Show progress (None: on a terminal and in notebooks); the value is told what is done."""
    if show is not None:
        show = flag(show, "progress")
    from tqdm.auto import tqdm

    options: dict[str, Any] = {"leave": False}
    notebook = any(kind.__module__ == "tqdm.notebook" for kind in tqdm.__mro__)
    if not (notebook or sys.stderr.isatty()):  # the log of a job, say
        options = {"bar_format": LINE, "mininterval": line_every, "delay": line_every}
    options["disable"] = None if show is None else not show
    # Points come in bursts, a task at a time: the rate is that of the whole run.
    with tqdm(total=total, unit=f" {unit}", miniters=1, smoothing=0, **options) as bar:
        yield bar.update
