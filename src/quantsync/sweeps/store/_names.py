"""Which global values a function reads, told from its code without running it."""

from __future__ import annotations

import builtins
import collections
import dis
import importlib
import importlib.util
import os
import sys
import types
from dataclasses import dataclass, field
from typing import Any

import numpy as np

WRITERS = ("add", "append", "appendleft", "clear", "discard", "extend", "insert", "update")
BOOKS = (bytearray, dict, list, set, *vars(collections).values())  # whose writers return None
STORES = ("STORE_SUBSCR", "DELETE_SUBSCR", "STORE_SLICE", "STORE_ATTR", "DELETE_ATTR")
PADDING = ("EXTENDED_ARG", "CACHE", "PUSH_NULL", "NOT_TAKEN", "RESUME")
# What brings in values that no code names: files, names made of text, the environment.
BEYOND = {
    id(reader): name
    for reader, name in [
        *((getattr(builtins, n), n) for n in ("globals", "eval", "exec", "open", "__import__")),
        *((getattr(np, n), f"numpy.{n}") for n in ("load", "loadtxt", "genfromtxt", "fromfile")),
        (os.environ, "os.environ"),
        (os.getenv, "os.getenv"),
        (sys.modules, "sys.modules"),
        (importlib.import_module, "importlib.import_module"),
    ]
}


@dataclass
class Names:
    """The global names that a function reads."""

    values: dict[str, Any] = field(default_factory=dict)  # what they stand for
    beyond: list[str] = field(default_factory=list)  # those of which that cannot be told
    changing: dict[str, Any] = field(default_factory=dict)  # read, and written as it runs


def names_of(function: types.FunctionType, is_own_module: Any) -> Names:
    """The names a function reads, inner functions and modules of one's own included.

    What is only written (a list that is appended to, a counter) keeps books and decides nothing.
    """
    found, written = Names(), set()
    read: dict[str, Any] = {}
    codes = [function.__code__]
    imported: list[types.ModuleType] = []
    attributes: set[str] = set()
    while codes:
        code = codes.pop()
        codes += [part for part in code.co_consts if isinstance(part, types.CodeType)]
        attributes |= {*code.co_names}
        steps = [s for s in dis.get_instructions(code) if s.opname not in PADDING]
        targets = {_start(step) for step in steps if step.opname in STORES} - {None}
        name, value = "", None
        for k, step in enumerate(steps):
            after = [(s.opname, s.argval) for s in steps[k + 1 : k + 4]]
            if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
                name = str(step.argval)
                value = _looked_up(function, name)
                is_method = after and after[0][0] in ("LOAD_ATTR", "LOAD_METHOD")
                is_book = is_method and type(value) in BOOKS and after[0][1] in WRITERS
                if _start(step) in targets or is_book:
                    written.add(name)
                elif ("STORE_GLOBAL", name) not in after:  # n += 1
                    read[name] = value
                    if is_own_module(value) and not is_method:  # getattr(module, ...), say
                        found.beyond.append(name)
            elif step.opname in ("LOAD_ATTR", "LOAD_METHOD") and isinstance(
                value, types.ModuleType
            ):
                name, own = f"{name}.{step.argval}", is_own_module(value)
                value = vars(value).get(step.argval)
                if own:
                    read[name] = value
            elif step.opname == "STORE_GLOBAL":
                written.add(step.argval)
                continue
            elif step.opname == "IMPORT_NAME":
                module = _imported(function, step.argval, [s.argval for s in steps[k - 2 : k]])
                imported += [module] if is_own_module(module) else []
                continue
            else:
                value = None
                continue
            if id(value) in BEYOND:
                found.beyond.append(BEYOND[id(value)])
                read.pop(name, None)
    for module in imported:  # within the function: whatever of their names it uses
        for name in sorted(attributes & vars(module).keys()):
            value = vars(module)[name]
            read[f"{module.__name__}.{name}"] = value
            if is_own_module(value) and value not in imported:
                imported.append(value)
    found.values = {name: read[name] for name in sorted(read.keys() - written)}
    found.changing = {name: read[name] for name in sorted(read.keys() & written)}
    return found


def is_only_written(code: types.CodeType, name: str, value: Any) -> bool:
    """Whether a method adds to what an attribute holds, and does nothing else with it."""
    if type(value) not in BOOKS:
        return False
    steps = [s for s in dis.get_instructions(code) if s.opname not in PADDING]
    after = [s.argval for s, t in zip(steps[1:], steps, strict=False) if t.argval == name]
    return bool(after) and all(argument in WRITERS for argument in after)


def _looked_up(function: types.FunctionType, name: str) -> Any:
    """What a global name stands for: of the built-in ones only what reads beyond the code."""
    if name in function.__globals__:
        return function.__globals__[name]
    value = getattr(builtins, name, None)
    return value if id(value) in BEYOND else None


def _imported(function: types.FunctionType, name: str, before: list[Any]) -> Any:
    """The module that is imported within a function; None if there is none."""
    level = before[0] if len(before) == 2 and isinstance(before[0], int) else 0
    package = function.__globals__.get("__package__") or ""
    try:
        full = importlib.util.resolve_name("." * level + name, package)
        module = sys.modules.get(full) or importlib.import_module(full)
    except Exception:  # whatever the module raises; the function will say so itself
        return None
    return module


def _start(step: dis.Instruction) -> tuple[int, int] | None:
    """Where the expression of a step begins; None if it is not known."""
    place = step.positions
    if place is None or place.lineno is None or place.col_offset is None:
        return None
    return place.lineno, place.col_offset
