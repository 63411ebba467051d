"""Whether the description of a sweep, read from a store, is one that quantsync writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from quantsync.checks import shown
from quantsync.errors import InvalidArgumentError

FIELDS = {
    "model": str,
    "registered": bool,
    "model_source": str,
    "axes": dict,
    "fixed": dict,
    "defaults": dict,
    "tied": dict,
    "measures": dict,
    "quantsync_version": str,
    "chunk": list,
    "provenance": dict,
}
LARGEST_CHUNK = 1 << 20  # points along an axis: an ensemble's task may be longer than the ensemble


def check_description(data: Mapping[str, Any]) -> None:
    """Raise InvalidArgumentError unless all parts of a description are what they should be."""
    for name, kind in FIELDS.items():
        if not isinstance(data.get(name), kind):
            raise _wrong(f"its {name!r}", data.get(name, "not there"))
    if data["format"] > 1 and not _is_count(data.get("numerics")):
        raise _wrong("its 'numerics'", data.get("numerics", "not there"))
    axes, measures, inner = data["axes"], data["measures"], data.get("inner", {})
    if not isinstance(data.get("found", ""), str):
        raise _wrong("its 'found'", data["found"])
    _each(axes, "axis", _is_axis)
    _each(measures, "measure", _is_measure)
    _each(inner, "inner axis", _is_inner)
    for name in ("fixed", "defaults", "provenance"):
        _each(data[name], f"entry of {name!r}", _is_plain)
    _each(data["tied"], "rule of", lambda rule: isinstance(rule, str))
    names = [*axes, *measures, *inner]
    if not axes or not measures or len(set(names)) < len(names):
        raise _wrong("the list of its axes and measures", ", ".join(names))
    sizes, chunk = [axis["size"] for axis in axes.values()], data["chunk"]
    if len(chunk) != len(sizes) or not all(map(_is_count, chunk)):
        raise _wrong("its 'chunk'", chunk)
    if any(part > max(size, LARGEST_CHUNK) for part, size in zip(chunk, sizes, strict=True)):
        raise _wrong("its 'chunk'", chunk)


def _wrong(what: str, value: Any) -> InvalidArgumentError:
    return InvalidArgumentError(f"{what} is {shown(value)}")


def _each(values: Any, what: str, check: Callable[[Any], bool]) -> None:
    if not isinstance(values, dict):
        raise _wrong(f"the list of each {what}", values)
    for name, value in values.items():
        if not check(value):
            raise _wrong(f"{what} {name!r}", value)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, bool | int | float | str)


def _has_texts(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())


def _is_axis(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("dtype"), str):
        return False
    try:
        kind = np.dtype(value["dtype"])
    except (TypeError, ValueError, SyntaxError):
        return False
    has_sum = isinstance(value.get("sha256"), str)
    if not (has_sum and _is_count(value.get("size")) and _has_texts(_about(value))):
        return False
    if kind.kind != "U":
        return "texts" not in value and kind.kind in "biuf" and kind.itemsize <= 8
    texts = value.get("texts")
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        return False
    return len(texts) == value["size"]


def _is_measure(value: Any) -> bool:
    return _has_texts(value) and "source" in value


def _is_inner(value: Any) -> bool:
    values = value.get("values") if isinstance(value, dict) else None
    if not isinstance(values, list) or not values or not _has_texts(_about(value)):
        return False
    return all(isinstance(x, int | float) and not isinstance(x, bool) for x in values)


def _about(value: Mapping[str, Any]) -> Any:
    return value.get("attributes")
