"""Hashes that change when a function does: its source, its defaults and what it encloses."""

from __future__ import annotations

import dis
import functools
import hashlib
import sys
import sysconfig
import types
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from quantsync.sweeps.store._source_text import (
    has_file,
    text_of_class,
    text_of_function,
)

PLAIN = int | float | complex | str | bytes | np.generic
STANDARD = sysconfig.get_path("stdlib")
LIBRARIES = tuple({STANDARD, *(sysconfig.get_path(name) for name in ("purelib", "platlib"))})
HERE = "quantsync."
MODELS = "quantsync.models."
ABOUT = ("__doc__", "__firstlineno__", "__module__", "__qualname__")  # nothing that a class does


def fingerprint(value: Any, told: Callable[[str], Any] = lambda _: None) -> str:
    """Hash of what a function does, as far as it can be told without running it, or of values.

    The source of a function, its defaults, what it encloses, and the global constants, functions
    and classes outside of installed packages that it names. Global lists, dictionaries and objects,
    which often keep books, are not followed. Functions of this package are followed through its
    models: for what these build on, `version.NUMERICS` stands.

    Source counts where it is that of the code that runs. Where it is not, the code itself does,
    which the hash then says, since it differs between versions of Python; ``told`` is called with
    the names of functions whose file says something else.
    """
    digest = _Digest(told)
    digest.add(value)
    version = f" of Python {sys.version_info[0]}.{sys.version_info[1]}"
    return digest.hash.hexdigest()[:16] + version * digest.has_code


class _Digest:
    """What has been hashed of a value."""

    def __init__(self, told: Callable[[str], Any]):
        self.hash, self.told = hashlib.sha256(), told
        self.has_code = False  # whether code counts, of which there is no text
        self._seen: dict[int, Any] = {}  # kept, so that no other object gets their ids

    def _text(self, text: str) -> None:
        self.hash.update(text.encode("utf-8", "surrogatepass") + b"\0")

    def _is_new(self, value: Any) -> bool:
        is_new = id(value) not in self._seen
        self._seen[id(value)] = value
        return is_new

    def add(self, value: Any) -> None:
        if isinstance(value, functools.partial):
            for part in (value.func, *value.args, *sorted(value.keywords.items())):
                self.add(part)
        elif isinstance(value, types.MethodType):
            self.add(value.__func__)
            self.add(value.__self__)
        elif isinstance(value, types.FunctionType):
            self._add_function(value)
        elif isinstance(value, types.ModuleType):
            self._text(value.__name__)
        elif isinstance(value, types.BuiltinFunctionType):
            self._text(value.__name__)
            if not isinstance(value.__self__, types.ModuleType | None):  # {...}.get, say
                self.add(value.__self__)
        elif isinstance(value, type):
            self._add_class(value)
        elif isinstance(value, np.ndarray) and value.dtype != object:
            self._text(repr((value.dtype.str, value.shape)))
            self.hash.update(np.ascontiguousarray(value).tobytes())
        elif value is None or isinstance(value, PLAIN):
            self._text(f"{type(value).__name__} {value!r}")
        elif isinstance(value, tuple | list | set | frozenset):
            items = sorted(value, key=repr) if isinstance(value, set | frozenset) else value
            self._text(f"{type(value).__name__} {len(value)}")
            for item in items:
                self.add(item)
        elif isinstance(value, dict):
            for item in value.items():
                self.add(item)
        elif isinstance(value, types.CodeType):
            self._add_code(value)
        elif self._is_new(value):  # an object that can be called: its class and what it holds
            self._text(str(getattr(value, "__name__", "")))
            self.add(type(value))
            self.add(getattr(value, "__dict__", {}))
            if _hides_state(value):
                self.add(_reduced(value))

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
            for name, value in _globals_of(function):
                self.add((name, value))

    def _add_class(self, kind: type) -> None:
        self._text(kind.__qualname__)
        if not _is_own(kind) or not self._is_new(kind):
            return
        members = [(name, _unwrapped(part)) for name, part in sorted(vars(kind).items())]
        functions = [p for _, p in members if isinstance(p, types.FunctionType)]
        self._text(text_of_class(kind, functions))
        for base in kind.__bases__:
            self.add(base)
        for name, part in members:
            if isinstance(part, types.FunctionType):
                if not part.__code__.co_qualname.startswith("__create_fn__"):  # of a dataclass
                    self.add((name, part))
            elif isinstance(part, PLAIN) and name not in ABOUT:
                self.add((name, part))


def _unwrapped(part: Any) -> Any:
    """The function within a property, a static method or one of the class."""
    for name in ("__func__", "fget", "func", "function"):
        if isinstance(getattr(part, name, None), types.FunctionType):
            return getattr(part, name)
    return part


def _hides_state(value: Any) -> bool:
    """Whether an object has more to it than its ``__dict__``: slots, or fields of a C type."""
    slots = any(getattr(kind, "__slots__", ()) for kind in type(value).__mro__)
    return slots or not getattr(value, "__dict__", None)


def _reduced(value: Any) -> Any:
    """What an object would be built from anew, as far as it tells."""
    try:
        parts = value.__reduce_ex__(4)
    except Exception:
        return None
    if isinstance(parts, str):
        return parts
    return [list(part) if isinstance(part, Iterator) else part for part in parts[1:]]


def _globals_of(function: types.FunctionType) -> Iterator[tuple[str, Any]]:
    """The global values that a function uses and that decide what it does."""
    used: dict[str, Any] = {}
    written: set[str] = set()
    codes = [function.__code__]
    while codes:
        code = codes.pop()
        codes += [part for part in code.co_consts if isinstance(part, types.CodeType)]
        name, value = "", None
        for step in dis.get_instructions(code):
            if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
                name, value = str(step.argval), function.__globals__.get(step.argval)
            elif step.opname in ("LOAD_ATTR", "LOAD_METHOD") and _is_own_module(value):
                name, value = f"{name}.{step.argval}", vars(value).get(step.argval)
            elif step.opname == "STORE_GLOBAL":  # a counter
                written.add(step.argval)
                continue
            elif step.opname == "EXTENDED_ARG":
                continue
            else:
                value = None
                continue
            used[name] = value
    for name in sorted(used.keys() - written):
        value = used[name]
        is_code = isinstance(value, types.FunctionType | type)
        if _is_constant(value) or (is_code and _is_own(value)):
            yield name, value


def _is_constant(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_constant, value))
    return isinstance(value, PLAIN) or (isinstance(value, np.ndarray) and value.dtype != object)


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
    return name == "__main__" or not file.startswith(LIBRARIES)


def _is_installed(function: types.FunctionType) -> bool:
    """Whether a function belongs to an installed package, which may lie within Python's folder."""
    return "-packages" in function.__code__.co_filename
