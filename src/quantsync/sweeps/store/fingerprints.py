"""Hashes that change when a function does: its source, its defaults and what it encloses."""

from __future__ import annotations

import copyreg
import functools
import hashlib
import re
import sys
import sysconfig
import threading
import types
from collections.abc import Callable, ItemsView, Iterator, KeysView, ValuesView
from typing import Any

import numpy as np

from quantsync.sweeps.store._names import is_only_written, names_of
from quantsync.sweeps.store._source_text import (
    has_file,
    text_of_class,
    text_of_function,
)

PLAIN = int | float | complex | str | bytes | np.generic
BUILT_ON: tuple[Any, ...] = (
    np.ndarray,
    dict,
    list,
    tuple,
    set,
    frozenset,
    str,
    bytes,
    int,
    float,
    complex,
)
SILENT = type(threading.Lock()) | type(threading.RLock())  # nothing that decides on numbers
SLOTS = types.MemberDescriptorType | types.GetSetDescriptorType
DEEPEST = 200  # nested values; deeper ones are not followed
STANDARD = sysconfig.get_path("stdlib")
LIBRARIES = tuple({STANDARD, *(sysconfig.get_path(name) for name in ("purelib", "platlib"))})
HERE = "quantsync."
MODELS = "quantsync.models."
ABOUT = ("__doc__", "__firstlineno__", "__module__", "__qualname__")  # nothing that a class does


def fingerprint(
    value: Any,
    told: Callable[[str], Any] = lambda _: None,
    unfollowed: Callable[[str], Any] = lambda _: None,
) -> str:
    """Hash of what a function does, as far as it can be told without running it, or of values.

    The source of a function, its defaults, what it encloses, and the global values that it reads:
    numbers, containers, functions, classes, objects with their classes and state. Of functions of
    installed packages and of this one the name counts: for what these do, their versions and
    `version.NUMERICS` stand. Models of this package are followed.

    Source counts where it is that of the code that runs. Where it is not, the code itself does,
    which the hash then says, since it differs between versions of Python; ``told`` is called with
    the names of functions whose file says something else, ``unfollowed`` with the names of what a
    function reads that cannot be looked into.
    """
    digest = _Digest(told, unfollowed)
    digest.add(value)
    version = f" of Python {sys.version_info[0]}.{sys.version_info[1]}"
    return digest.hash.hexdigest()[:16] + version * digest.has_code


class _Digest:
    """What has been hashed of a value."""

    def __init__(self, told: Callable[[str], Any], unfollowed: Callable[[str], Any]):
        self.hash, self.told, self.unfollowed = hashlib.sha256(), told, unfollowed
        self.has_code = False  # whether code counts, of which there is no text
        self._name = ""  # the global name that is being followed
        self._depth = 0
        self._seen: dict[int, tuple[int, Any]] = {}  # kept, so that no other object gets their ids

    def _text(self, text: str) -> None:
        self.hash.update(text.encode("utf-8", "surrogatepass") + b"\0")

    def _is_new(self, value: Any) -> bool:
        is_new = id(value) not in self._seen
        number, _ = self._seen.setdefault(id(value), (len(self._seen), value))
        if not is_new:
            self._text(f"again {number}")
        return is_new

    def _is_opaque(self) -> None:
        if self._name:
            self.unfollowed(self._name)

    def add(self, value: Any) -> None:
        if self._depth == DEEPEST:
            self._is_opaque()
            return
        self._depth += 1
        try:
            self._add(value)
        finally:
            self._depth -= 1

    def _add(self, value: Any) -> None:
        if isinstance(value, functools.partial):
            for part in (value.func, *value.args, *sorted(value.keywords.items())):
                self.add(part)
        elif isinstance(value, types.MethodType):
            self.add(value.__func__)
            self.add(value.__self__)
        elif isinstance(value, types.FunctionType):
            if self._name and not _is_own(value):
                self._add_installed(value)
            else:
                self._add_function(value)
        elif isinstance(value, types.ModuleType):
            self._text(value.__name__)
        elif isinstance(value, types.BuiltinFunctionType):
            self._text(value.__name__)
            if not isinstance(value.__self__, types.ModuleType | None):  # {...}.get, say
                self.add(value.__self__)
        elif isinstance(value, type):
            self._add_class(value)
        elif isinstance(value, np.ufunc):
            self._text(f"ufunc {value.__name__}")
            if not any(vars(m).get(value.__name__) is value for m in _modules_of_ufuncs()):
                self._is_opaque()  # np.frompyfunc does not say what it calls
        elif isinstance(value, types.CodeType):
            self._add_code(value)
        elif _is_own(type(value)):
            self._add_object(value)
        else:
            self._add_content(value)

    def _add_content(self, value: Any) -> None:
        """What is in a value of a type that belongs to Python or to a package."""
        kind = type(value)
        if kind is np.ndarray:
            self._text(repr((value.dtype.str, value.shape)))
            if value.dtype.hasobject:
                self.add(value.tolist())
            else:
                self.hash.update(np.ascontiguousarray(value).tobytes())
        elif value is None or isinstance(value, PLAIN):
            self._text(f"{type(value).__name__} {value!r}")
        elif kind in (tuple, list, set, frozenset):
            if kind in (list, set) and not self._is_new(value):
                return
            items = value if kind in (tuple, list) else sorted(value, key=_without_place)
            self._text(f"{kind.__name__} {len(value)}")
            for item in items:
                self.add(item)
        elif kind is dict:
            if self._is_new(value):
                self._text(f"dict {len(value)}")
                for item in value.items():
                    self.add(item)
        elif isinstance(value, types.MappingProxyType):
            self.add(dict(value))
        elif isinstance(value, KeysView | ValuesView | ItemsView) and kind.__module__ == "builtins":
            self.add(list(value))
        elif isinstance(value, memoryview):
            self.add(value.tobytes())
        elif isinstance(value, np.vectorize):
            for part in (value.pyfunc, value.excluded, value.signature, value.otypes):
                self.add(part)
        elif isinstance(inner := getattr(value, "py_func", None), types.FunctionType):
            self.add(inner)  # compiled by Numba
        elif self._is_new(value):
            self._text(str(getattr(value, "__name__", "")))
            self.add(type(value))
            if isinstance(inner := getattr(value, "__wrapped__", None), types.FunctionType):
                self.add(inner)  # of functools.lru_cache
                return
            parts = _reduced(value)
            if parts is None and not isinstance(value, SILENT):
                self._is_opaque()
            self.add(parts)

    def _add_object(self, value: Any) -> None:
        """An object of a class of one's own: the class, what it holds, and what it is built on."""
        if not self._is_new(value):
            return
        kind = type(value)
        self._text(str(getattr(value, "__name__", "")))
        self.add(kind)
        for base in BUILT_ON:
            if isinstance(value, base):
                self.add(value.view(np.ndarray) if base is np.ndarray else base(value))
                break
        state = _state(kind, getattr(value, "__dict__", {}))
        for parent in kind.__mro__:
            slots = vars(parent).get("__slots__", ())
            for name in (slots,) if isinstance(slots, str) else tuple(slots):
                own = f"_{parent.__name__.lstrip('_')}{name}"  # as Python mangles it
                mangled = own if name.startswith("__") and not name.endswith("__") else name
                if name not in ("__dict__", "__weakref__") and hasattr(value, mangled):
                    state[mangled] = getattr(value, mangled)
        self.add(state)
        if not state and not any(isinstance(value, base) for base in BUILT_ON):
            self.add(_reduced(value))  # of a C type beneath

    def _add_installed(self, function: types.FunctionType) -> None:
        """A function of a package: its name, and functions of one's own that it wraps."""
        if not self._is_new(function):
            return
        module = function.__module__ or ""
        self._text(f"{module.partition('.')[0]} {function.__name__}")
        if module.startswith(HERE):
            return
        cells = [cell for cell in function.__closure__ or () if _is_bound(cell)]
        held = [getattr(function, "__wrapped__", None), *(cell.cell_contents for cell in cells)]
        held += getattr(function, "registry", {}).values()  # of functools.singledispatch
        for part in held:
            if isinstance(part, types.FunctionType | type) and _is_own(part):
                self.add(part)

    def _add_code(self, code: types.CodeType) -> None:
        # Names of arguments say to which parameters a rule is tied.
        self._text(repr((code.co_names, code.co_varnames, code.co_freevars, code.co_flags)))
        self.hash.update(code.co_code + code.co_exceptiontable)
        for item in code.co_consts:
            self.add(item)

    def _add_function(self, function: types.FunctionType) -> None:
        if not self._is_new(function):  # it calls itself
            return
        home = str(function.__globals__.get("__name__"))
        inner = getattr(function, "__wrapped__", None)
        if home.startswith(HERE) and inner is not None:  # checks of arguments
            self.add(inner)
            return
        if function.__code__.co_filename.startswith(STANDARD) and not _is_installed(function):
            self._text(f"{home}.{function.__qualname__}")
            self._add_installed(function)
            return
        if text := text_of_function(function):
            self._text(text)
        else:
            self.has_code = True
            self.add(function.__code__)
            if has_file(function):
                self.told(function.__qualname__)
        self.add(function.__defaults__)
        self.add(function.__kwdefaults__)
        for cell in function.__closure__ or ():
            try:
                self.add(cell.cell_contents)
            except ValueError:  # not yet bound
                continue
        if not home.startswith(HERE) or home.startswith(MODELS):
            self._add_globals(function)

    def _add_globals(self, function: types.FunctionType) -> None:
        names = names_of(function, _is_own_module)
        for name in names.beyond:
            self.unfollowed(name)
        around = self._name
        for name, value in names.values.items():
            if value is not None and not _is_own_module(value):
                self._name = name
                self.add((name, value))
        for name, value in names.changing.items():
            self.unfollowed(name)
            if _is_own(type(value)):
                self._name = name
                self.add((name, type(value)))
        self._name = around

    def _add_class(self, kind: type) -> None:
        self._text(kind.__qualname__)
        if not _is_own(kind) or not self._is_new(kind):
            return
        members = [(name, _unwrapped(part)) for name, part in sorted(vars(kind).items())]
        functions = [p for _, p in members if isinstance(p, types.FunctionType)]
        self._text(text_of_class(kind, functions))
        for base in kind.__bases__:
            self.add(base)
        if type(kind) is not type:
            self.add(type(kind))
        for name, part in members:
            if isinstance(part, types.FunctionType):
                if not _is_generated(part):
                    self.add((name, part))
            elif isinstance(part, PLAIN) and name not in ABOUT:
                self.add((name, part))
            elif name.startswith("__") or name == "_abc_impl" or isinstance(part, SLOTS):
                continue
            elif not any(is_only_written(f.__code__, name, part) for f in functions):
                self.add((name, part))


def _unwrapped(part: Any) -> Any:
    """The function within a property, a static method or one of the class."""
    for name in ("__func__", "fget", "func", "function", "__wrapped__"):
        if isinstance(getattr(part, name, None), types.FunctionType):
            return getattr(part, name)
    return part


def _is_generated(function: types.FunctionType) -> bool:
    """Whether a method is what a dataclass or a named tuple makes of its fields."""
    home = str(function.__globals__.get("__name__"))
    return function.__code__.co_qualname.startswith("__create_fn__") or home.startswith(
        "namedtuple_"
    )


def _state(kind: type, held: dict[str, Any]) -> dict[str, Any]:
    """What an object holds, but for what it has computed from that."""
    computed = {
        name
        for parent in kind.__mro__
        for name, part in vars(parent).items()
        if isinstance(part, functools.cached_property)
    }
    return {name: value for name, value in held.items() if name not in computed}


def _reduced(value: Any) -> Any:
    """What an object would be built from anew; None if it does not tell."""
    try:
        reduce = copyreg.dispatch_table.get(type(value))
        parts = value.__reduce_ex__(4) if reduce is None else reduce(value)
    except Exception:
        return None
    if isinstance(parts, str):
        return parts
    found = [list(part) if isinstance(part, Iterator) else part for part in parts[1:]]
    if len(found) > 1 and isinstance(found[1], dict):
        found[1] = _state(type(value), found[1])
    return found


def _is_bound(cell: types.CellType) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:  # not yet bound
        return False


def _without_place(value: Any) -> str:
    """The text of a value without where it lies in memory."""
    return re.sub(" at 0x[0-9a-fA-F]+", "", repr(value))


def _modules_of_ufuncs() -> list[types.ModuleType]:
    return [np, *(sys.modules[n] for n in ("scipy.special",) if n in sys.modules)]


def _is_own(value: types.FunctionType | type) -> bool:
    """Whether a function or a class is followed: it belongs to no installed package."""
    module = value.__module__ or ""
    if isinstance(value, types.FunctionType) and not module.startswith(HERE):
        return not value.__code__.co_filename.startswith(LIBRARIES)
    return _is_followed(module)


def _is_own_module(value: Any) -> bool:
    return isinstance(value, types.ModuleType) and _is_followed(value.__name__)


def _is_followed(name: str) -> bool:
    """Whether a module belongs to no installed package, nor to Python, or to the models here."""
    if f"{name}.".startswith(HERE) or name in sys.builtin_module_names:
        return f"{name}.".startswith(MODELS)
    # The module that runs may be any program's, with functions of a notebook.
    file = getattr(sys.modules.get(name), "__file__", None) or ""
    return name == "__main__" or not (file.startswith(LIBRARIES) or "-packages" in file)


def _is_installed(function: types.FunctionType) -> bool:
    """Whether a function belongs to an installed package, which may lie within Python's folder."""
    return "-packages" in function.__code__.co_filename
