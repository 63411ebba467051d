"""The source text of a function or a class, where it is what this process runs.

A file may have been edited since it was imported, and names such as ``<string>`` belong to many
texts. Text counts only if it compiles to the code that is there.
"""

from __future__ import annotations
import __future__

import ast
import inspect
import linecache
import sys
import types
import weakref
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

FUTURES = sum(getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
CO_HAS_DOCSTRING = 0x4000000  # from Python 3.14 on; before, the first constant is its place
NUMBERS = ("co_argcount", "co_posonlyargcount", "co_kwonlyargcount", "co_flags")
NAMES = ("co_names", "co_varnames", "co_freevars", "co_cellvars", "co_qualname")
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

# What has been seen to be the text of some code stays that, whatever becomes of the file.
_known: dict[tuple[str, types.CodeType], str] = {}
_known_classes: weakref.WeakKeyDictionary[type, str] = weakref.WeakKeyDictionary()


def text_of_function(function: types.FunctionType) -> str:
    """The text of a function as `shape_of` gives it; empty if none is that of its code."""
    key = function.__code__.co_filename, function.__code__
    if key not in _known and (found := _found_text(function.__code__)):
        _known[key] = found
    return _known.get(key, "")


def text_of_class(kind: type, functions: list[types.FunctionType]) -> str:
    """The text of a class; empty if none is known to be that of its functions and constants."""
    if kind not in _known_classes and (found := _found_class(kind, functions)):
        _known_classes[kind] = found
    return _known_classes.get(kind, "")


def _found_class(kind: type, functions: list[types.FunctionType]) -> str:
    for function in functions:
        code = function.__code__
        if code.co_qualname != f"{kind.__qualname__}.{function.__name__}":
            continue  # generated, or taken from elsewhere
        parsed = _parsed(_whole_text(code), code.co_flags & FUTURES)
        node = parsed and _class_in(parsed[0], kind.__qualname__)
        if not node:
            return ""
        mine = [f for f in functions if f.__code__.co_filename == code.co_filename]
        agrees = all(map(text_of_function, mine)) and _constants_agree(node, kind)
        return shape_of(node) if agrees else ""
    return ""


def has_file(function: types.FunctionType) -> bool:
    """Whether a function comes from a file that is there."""
    return Path(function.__code__.co_filename).is_file()


def shape_of(node: Any) -> str:
    """A syntax tree as text, the same in all versions of Python; docstrings left out.

    `ast.dump` and `ast.unparse` write the same tree differently in different versions.
    """
    if isinstance(node, ast.Constant):
        return f"{type(node.value).__name__} {node.value!r}"
    if isinstance(node, list):
        return f"[{', '.join(map(shape_of, node))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = {name: value for name, value in ast.iter_fields(node) if value not in (None, [])}
    if isinstance(node, (*DEFINITIONS, ast.Module)) and ast.get_docstring(node) is not None:
        fields["body"] = fields["body"][1:]
    if isinstance(node, ast.JoinedStr):  # Python 3.12.1 adds empty texts
        fields["values"] = [part for part in node.values if getattr(part, "value", None) != ""]
    inner = ", ".join(f"{name}={shape_of(value)}" for name, value in fields.items())
    return f"{type(node).__name__}({inner})"


def _found_text(code: types.CodeType) -> str:
    """The text in its file, or in the cell of its notebook, that compiles to some code."""
    parsed = _parsed(_whole_text(code), code.co_flags & FUTURES)
    if parsed is None:
        return ""
    tree, compiled = parsed
    same = [found for found in _codes(compiled) if same_code(found, code)]
    texts = {text for found in same if (text := _text_at(tree, found))}
    try:
        return texts.pop() if len(texts) == 1 else ""
    except RecursionError:
        return ""


def _whole_text(code: types.CodeType) -> str:
    linecache.checkcache(code.co_filename)
    return "".join(linecache.getlines(code.co_filename))


@lru_cache(maxsize=16)
def _parsed(text: str, futures: int) -> tuple[ast.Module, types.CodeType] | None:
    """The syntax tree of a text, and its code; None if it has none."""
    if not text:
        return None
    try:
        tree = ast.parse(text)
        return tree, compile(text, "<text>", "exec", futures, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    for part in code.co_consts:
        if isinstance(part, types.CodeType):
            yield part
            yield from _codes(part)


def same_code(a: types.CodeType, b: types.CodeType) -> bool:
    """Whether two code objects do the same, wherever they stand; docstrings do not count."""
    if a.co_code != b.co_code or len(a.co_consts) != len(b.co_consts):
        return False
    if any(getattr(a, name) != getattr(b, name) for name in (*NUMBERS, *NAMES)):
        return False
    if a.co_exceptiontable != b.co_exceptiontable:
        return False
    first = 1 if _has_docstring(a) and _has_docstring(b) else 0
    pairs = zip(a.co_consts[first:], b.co_consts[first:], strict=True)
    return all(_same_constant(x, y) for x, y in pairs)


def _has_docstring(code: types.CodeType) -> bool:
    if sys.version_info >= (3, 14):
        return bool(code.co_flags & CO_HAS_DOCSTRING)
    is_function = code.co_flags & inspect.CO_OPTIMIZED and not code.co_name.startswith("<")
    return bool(is_function and code.co_consts and isinstance(code.co_consts[0], str))


def _same_constant(a: Any, b: Any) -> bool:
    if isinstance(a, types.CodeType) and isinstance(b, types.CodeType):
        return same_code(a, b)
    if type(a) is not type(b):
        return False
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(_same_constant, a, b))
    if isinstance(a, frozenset):
        return sorted(map(repr, a)) == sorted(map(repr, b))
    return repr(a) == repr(b)  # -0.0 is not 0.0, and NaN is NaN


def _text_at(tree: ast.Module, code: types.CodeType) -> str:
    """The text of the definition that was compiled to some code."""
    if code.co_name != "<lambda>":
        for node in ast.walk(tree):
            if isinstance(node, DEFINITIONS) and node.name == code.co_name:
                first = min(part.lineno for part in [node, *node.decorator_list])
                if first == code.co_firstlineno:
                    return shape_of(node)
        return ""
    # Several of them may stand on a line.
    steps = [p for p in code.co_positions() if None not in p and (p[0], p[2]) != (p[1], p[3])]
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Lambda) and node.lineno == code.co_firstlineno
    ]
    if len(found) == 1:
        return shape_of(found[0])
    around = [node for node in found if steps and all(_is_inside(p, node.body) for p in steps)]
    innermost = max(around, key=lambda n: (n.body.lineno, n.body.col_offset), default=None)
    return "" if innermost is None else shape_of(innermost)


def _is_inside(step: tuple[Any, ...], node: ast.expr) -> bool:
    line, end_line, column, end_column = step
    last = node.end_lineno, node.end_col_offset
    return (node.lineno, node.col_offset) <= (line, column) and (end_line, end_column) <= last


def _class_in(tree: ast.Module, qualname: str) -> ast.ClassDef | None:
    """The definition of a class by its qualified name, if there is just one."""
    nodes: list[ast.AST] = [tree]
    for part in qualname.replace(".<locals>", "").split("."):
        inside = [child for node in nodes for child in _inside(node)]
        nodes = [node for node in inside if isinstance(node, DEFINITIONS) and node.name == part]
    kinds = [node for node in nodes if isinstance(node, ast.ClassDef)]
    return kinds[0] if len(kinds) == 1 else None


def _inside(node: ast.AST) -> Iterator[ast.AST]:
    """What is defined in a module, a function or a class, under conditions too."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, DEFINITIONS):
            yield from _inside(child)


def _text_of(value: Any) -> str:
    """A literal value as text; the order of a set, another one in every process, is none."""
    if isinstance(value, set):
        return f"{{{', '.join(sorted(map(_text_of, value)))}}}"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_text_of(k)}: {_text_of(v)}' for k, v in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"{type(value).__name__} [{', '.join(map(_text_of, value))}]"
    return repr(value)


def _constants_agree(node: ast.ClassDef, kind: type) -> bool:
    """Whether the values that a class is given in its text, as they stand, are those it has."""
    for step in node.body:
        targets = step.targets if isinstance(step, ast.Assign) else [getattr(step, "target", None)]
        for target in targets:
            try:
                value = ast.literal_eval(getattr(step, "value", None) or "")
            except (ValueError, SyntaxError, TypeError, RecursionError):
                continue
            held = vars(kind).get(getattr(target, "id", ""))
            is_book = value in ([], {}, set())
            if type(held) is type(value) and not is_book and _text_of(held) != _text_of(value):
                return False
    return True
