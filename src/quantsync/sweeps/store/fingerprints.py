"""Hashes that change when a function does: its source, its defaults and what it encloses."""

from __future__ import annotations

import ast
import dis
import functools
import hashlib
import inspect
import sys
import sysconfig
import textwrap
import types
from collections.abc import Iterator
from typing import Any

import numpy as np

PLAIN = int | float | complex | str | bytes | np.generic
LIBRARIES = tuple({sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")})


def fingerprint(function: Any) -> str:
    """Hash of what a function does, as far as it can be told without running it, or of values.

    The source of a function (of the whole module for one of this package), its defaults, what it
    encloses, and the global constants and functions outside of installed packages that it names.
    Global lists, dictionaries and objects, which often keep books, are not followed.
    """
    digest = hashlib.sha256()
    _add(digest, function, set())
    return digest.hexdigest()[:16]


def _add(digest: Any, value: Any, seen: set[int]) -> None:
    if isinstance(value, functools.partial):
        for part in (value.func, *value.args, *sorted(value.keywords.items())):
            _add(digest, part, seen)
    elif isinstance(value, types.MethodType):
        _add(digest, value.__func__, seen)
        _add(digest, value.__self__, seen)
    elif isinstance(value, types.FunctionType):
        _add_function(digest, value, seen)
    elif isinstance(value, type | types.ModuleType | types.BuiltinFunctionType):
        digest.update(repr(getattr(value, "__name__", "")).encode())
        if isinstance(value, type):
            _add_class(digest, value, seen)
    elif isinstance(value, np.ndarray) and value.dtype != object:
        digest.update(repr((value.dtype.str, value.shape)).encode())
        digest.update(np.ascontiguousarray(value).tobytes())
    elif value is None or isinstance(value, PLAIN):
        digest.update(f"{type(value).__name__} {value!r}".encode())
    elif isinstance(value, tuple | list | set | frozenset):
        items = sorted(value, key=repr) if isinstance(value, set | frozenset) else value
        digest.update(f"{type(value).__name__} {len(value)}".encode())
        for item in items:
            _add(digest, item, seen)
    elif isinstance(value, dict):
        for item in value.items():
            _add(digest, item, seen)
    elif isinstance(value, types.CodeType):
        # Names of arguments say to which parameters a rule is tied.
        names = value.co_names, value.co_varnames, value.co_freevars
        digest.update(value.co_code + repr(names).encode())
        for item in value.co_consts:
            _add(digest, item, seen)
    elif id(value) not in seen:  # an object that can be called: its class and what it holds
        seen.add(id(value))
        digest.update(str(getattr(value, "__name__", "")).encode())
        _add(digest, type(value), seen)
        _add(digest, getattr(value, "__dict__", {}), seen)
        if _hides_state(value):
            _add(digest, _reduced(value), seen)


def _add_class(digest: Any, value: type, seen: set[int]) -> None:
    if text := _source(value):
        digest.update(text.encode())
    elif value.__module__ != "builtins" and id(value) not in seen:  # of a notebook, say
        seen.add(id(value))
        for name, part in sorted(vars(value).items()):
            part = getattr(part, "__func__", part)  # static methods and those of the class
            getter = part.fget if isinstance(part, property) else part
            if isinstance(getter, types.FunctionType | PLAIN):
                _add(digest, (name, getter), seen)


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


def _add_function(digest: Any, function: types.FunctionType, seen: set[int]) -> None:
    if id(function) in seen:  # it calls itself
        return
    seen.add(id(function))
    if (function.__module__ or "").startswith("quantsync."):
        digest.update(function.__qualname__.encode())
        digest.update(_source(sys.modules[function.__module__]).encode())
    elif text := _source(function):
        digest.update(text.encode())
    else:
        _add(digest, function.__code__, seen)
    _add(digest, function.__defaults__, seen)
    _add(digest, function.__kwdefaults__, seen)
    for cell in function.__closure__ or ():
        try:
            _add(digest, cell.cell_contents, seen)
        except ValueError:  # not yet bound
            continue
    if not (function.__module__ or "").startswith("quantsync."):
        for name, value in _globals_of(function):
            _add(digest, (name, value), seen)


def _globals_of(function: types.FunctionType) -> Iterator[tuple[str, Any]]:
    """The global values that a function uses and that decide what it does."""
    used, written = set(), set()
    codes = [function.__code__]
    while codes:
        code = codes.pop()
        codes += [part for part in code.co_consts if isinstance(part, types.CodeType)]
        for step in dis.get_instructions(code):
            if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
                used.add(step.argval)
            elif step.opname == "STORE_GLOBAL":  # a counter
                written.add(step.argval)
    for name in sorted(used - written):
        value = function.__globals__.get(name)
        if _is_constant(value) or (isinstance(value, types.FunctionType) and _is_own(value)):
            yield name, value


def _is_constant(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_constant, value))
    return isinstance(value, PLAIN) or (isinstance(value, np.ndarray) and value.dtype != object)


def _is_own(function: types.FunctionType) -> bool:
    """Whether a function belongs to no installed package."""
    package = (function.__module__ or "").startswith("quantsync.")
    return not package and not function.__code__.co_filename.startswith(LIBRARIES)


def _source(value: Any) -> str:
    """Source text without comments and layout; empty where there is none, or several lambdas."""
    try:
        text = inspect.getsource(value)
    except (OSError, TypeError):
        return ""
    is_lambda = getattr(value, "__name__", "") == "<lambda>"
    try:
        tree = ast.parse(textwrap.dedent(text))
    except SyntaxError:  # a lambda in the middle of something
        return "" if is_lambda else text
    if not is_lambda:
        return ast.unparse(tree)
    # Its source is all of the lines on which it stands.
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Lambda)]
    return ast.unparse(found[0]) if len(found) == 1 else ""
