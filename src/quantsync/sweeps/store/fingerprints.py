"""Hashes that change when a function does: its source, its defaults and what it encloses."""

from __future__ import annotations

import ast
import functools
import hashlib
import inspect
import sys
import textwrap
import types
from typing import Any

import numpy as np


def fingerprint(function: Any) -> str:
    """Hash of what a function does, as far as it can be told without running it, or of values.

    The source text of a function (of the whole module for one of this package), its defaults, and
    the values and functions that it encloses. Global names that it uses are not followed.

    Examples
    --------
    >>> def rule(gain_a):
    ...     return 1 - gain_a
    >>> len(fingerprint(rule))
    16
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
            digest.update(_source(value).encode())
    elif isinstance(value, np.ndarray) and value.dtype != object:
        digest.update(repr((value.dtype.str, value.shape)).encode())
        digest.update(np.ascontiguousarray(value).tobytes())
    elif value is None or isinstance(value, int | float | complex | str | bytes | np.generic):
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
        digest.update(value.co_code + repr(value.co_names).encode())
        for item in value.co_consts:
            _add(digest, item, seen)
    elif id(value) not in seen:  # an object that can be called: its class and what it holds
        seen.add(id(value))
        digest.update(str(getattr(value, "__name__", "")).encode())
        _add(digest, type(value), seen)
        _add(digest, getattr(value, "__dict__", {}), seen)


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
