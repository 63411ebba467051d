"""What all commands share: warnings as lines, exit codes, the name of standard input."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SOME_FAILED = 3  # exit code where all is done that can be, and some points cannot
STANDARD = "-"  # standard input or output in place of a file


@contextmanager
def plain_warnings(
    kind: type[Warning], worded: Callable[[str], str] = lambda text: text
) -> Iterator[None]:
    """Print warnings as lines, without the place in the code."""

    def show(message: Warning | str, *_: object, **__: object) -> None:
        print(f"quantsync: {worded(str(message))}", file=sys.stderr)

    with warnings.catch_warnings():
        if not sys.warnoptions:
            warnings.simplefilter("always", kind)
        warnings.showwarning = show
        yield
