"""Ranges: where the slider of a parameter runs, as its docstring says or else guessed."""

from __future__ import annotations

import math
import numbers
from typing import Any, Literal, NamedTuple

Bounds = tuple[float | None, float | None]
Scale = Literal["linear", "log"]


class Range(NamedTuple):
    """From where to where a parameter is varied, and on which scale."""

    first: float
    last: float
    scale: Scale = "linear"

    def __str__(self) -> str:
        """As docstrings write it."""
        ends = f"{self.first:.4g} to {self.last:.4g}"
        return ends if self.scale == "linear" else f"{ends} log"

    def __contains__(self, value: Any) -> bool:
        """Whether it reaches a value."""
        return self.first <= value <= self.last


def guessed_kind(default: Any, annotation: Any) -> str:
    """Which kind of values a parameter takes of which no docstring tells; see `Parameter.kind`.

    The whole numbers 0 and 1 are written for frequencies and rates as often as for counts.
    """
    word = annotation.__name__ if isinstance(annotation, type) else str(annotation)
    word = word.partition("|")[0].strip()  # of `int | None`
    named = {"float": "number", "int": "whole", "bool": "switch", "str": "text"}
    if isinstance(default, bool):
        return "switch"
    if isinstance(default, str):
        return "text"
    if word in named:
        return named[word]
    if isinstance(default, numbers.Integral):
        return "number" if default in (0, 1) else "whole"
    has_none = default is None or isinstance(default, type)  # `inspect.Parameter.empty`
    return "number" if has_none or isinstance(default, numbers.Real) else "other"


def guessed_range(kind: str, default: Any, bounds: Bounds, strict: bool = False) -> Range:
    """A range for a parameter whose docstring gives none.

    A positive default stands in the middle between 0 and twice itself, so that no rate becomes
    negative; 0, which is that of a detuning, in the middle between -1 and 1; what is negative may
    be positive as well. Numbers of levels or sites go from half to twice the default. Where the
    lower bound itself is excluded, ``strict``, the range is logarithmic, a decade to both sides.
    """
    d: Any = default if _is_finite(default) else None
    low, high = bounds
    if strict and low == 0 and d and d > 0 and kind == "number":
        return Range(d / 10, 10 * d if high is None else min(10 * d, high), "log")
    if kind == "half":
        guess = (0.5, max(2.5, 2 * d if d else 0))
    elif kind == "whole":
        if d is None:
            guess = (1, 10)
        elif d > 0:
            guess = (max(1, d // 2), 2 * d)
        else:
            guess = (2 * d, -2 * d) if d else (0, 10)
    elif d is None:
        guess = (0.0, 1.0)
    elif d > 0:
        guess = (0.0, 2.0 * d)
    else:
        guess = (2.0 * d, -2.0 * d) if d else (-1.0, 1.0)
    first, last = guess
    if low is not None and first < low:
        first, last = low, max(last, low + 1)
    if high is not None and last > high:
        first, last = min(first, high - 1 if low is None else low), high
    return Range(first, last)


def _is_finite(value: Any) -> bool:
    """Whether it is a finite real number, and no switch."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        return False
    return math.isfinite(value) and abs(float(value)) < 1e300
