"""Quantum synchronization: certified steady states, phase locking and entanglement, in batches.

See README.md for a first example and docs/conventions.md for the conventions. The names are listed
in `__init__.pyi`, and loaded when they are first used.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

import lazy_loader

from quantsync.errors import nearest_name

_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> Any:
    if name not in __all__:
        # Folders and files that the list leaves out, whether something has loaded them or not.
        if not name.startswith("_") and find_spec(f"{__name__}.{name}"):
            return import_module(f"{__name__}.{name}")
        nearest = nearest_name(name, __all__)
        hint = f"; did you mean {nearest!r}?" if nearest else "."
        raise AttributeError(f"quantsync has no attribute {name!r}{hint}")
    return _load(name)
