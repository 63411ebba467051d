"""Quantum synchronization: certified steady states, phase locking and entanglement, in batches.

See README.md for a first example and docs/conventions.md for the conventions. The names are listed
in `__init__.pyi`, and loaded when they are first used.
"""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
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
        if not name.startswith("_") and (folder := _folder_of(name)):
            hint = f"; it is quantsync.{folder}.{name}."
        raise AttributeError(f"quantsync has no attribute {name!r}{hint}")
    return _load(name)


def _folder_of(name: str) -> str | None:
    """The public folder or file in which a name stands that does not stand flat."""
    for folder in __all__:
        place = _load(folder)
        # What has no module of this package is an import of that folder's, such as `np`.
        module = getattr(getattr(place, name, None), "__module__", None) or ""
        if isinstance(place, ModuleType) and module.startswith(__name__):
            return folder
    return None
