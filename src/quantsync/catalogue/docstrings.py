"""What a NumPy-style docstring says of parameters: type, bounds, choices, range, unit, meaning."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from quantsync.catalogue.ranges import Range
from quantsync.catalogue.values import number_in
from quantsync.errors import InvalidArgumentError

_SECTION = re.compile(r"^Parameters\n-+\n(.*?)(?=^\w[^\n]*\n-{3,}$|\Z)", re.M | re.S)
_ENTRY = re.compile(r"^(\w[\w, ]*?) *:([^\n]*)(?:\n|\Z)((?:^[ \t]+[^\n]*(?:\n|\Z)|^\n)*)", re.M)
_NUMBER = r"[-+]?(?:pi\b|\d[\d.]*(?:[eE][-+]?\d+)?(?:/\d+)?|\.\d+)"
_RANGE = re.compile(rf"\brange ({_NUMBER}) to ({_NUMBER})( log\b)?")
_BOUND = re.compile(rf"(>=?|<=) *({_NUMBER})")
_KINDS = {"float": "number", "int": "whole", "bool": "switch", "str": "text"}


@dataclass(frozen=True)
class Described:
    """What a docstring says of one parameter; empty where it says nothing."""

    unit: str = ""  # empty for pure numbers
    description: str = ""
    declared: str = ""  # what stands behind its name and the colon

    @property
    def kind(self) -> str | None:
        """Which kind of values its type is; None if it does not tell."""
        if self.choices:
            return "text"
        if re.search(r"\bhalf-integer\b", self.declared):
            return "half"
        word = re.match(r" *(\w+)", self.declared)
        return _KINDS.get(word[1]) if word else None

    @property
    def choices(self) -> tuple[str, ...]:
        """The names in braces."""
        found = re.search(r"\{(.*)\}", self.declared)
        names = found[1].split(",") if found else []
        return tuple(name.strip().strip("\"'") for name in names)

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """Values that it must not leave, as in ``float >= 0``; None for an open side."""
        low = high = None
        for sign, number in _BOUND.findall(self.declared):
            low, high = (low, _value(number)) if sign == "<=" else (_value(number), high)
        return low, high

    @property
    def excludes_bound(self) -> bool:
        """Whether its lower bound itself is excluded, as in ``float > 0``."""
        return any(sign == ">" for sign, _ in _BOUND.findall(self.declared))

    def range(self, name: str) -> Range | None:
        """The range declared, as in ``range 0.01 to 100 log``; None if there is none."""
        found = _RANGE.search(self.declared)
        if found is None:
            return None
        first, last = _value(found[1]), _value(found[2])
        if not (first < last and (first > 0 or not found[3])):
            raise InvalidArgumentError(
                f"The docstring gives parameter `{name}` the {found[0]!r}; a range goes from the "
                "smaller to the larger number, as 0 to 2, and a logarithmic one starts above 0, as "
                "0.01 to 100 log."
            )
        return Range(first, last, "log" if found[3] else "linear")


def described(docstring: str) -> dict[str, Described]:
    """What a docstring says of each parameter, by name."""
    section = _SECTION.search(docstring)
    found = {}
    for entry in _ENTRY.finditer(section[1] if section else ""):
        text = " ".join(entry[3].split())
        unit = re.search(r" \(units of ([^()]+)\)", text)
        text = text.replace(unit[0], "") if unit else text
        one = Described(unit[1] if unit else "", text, entry[2].strip())
        for name in entry[1].split(","):
            found[name.strip()] = one
    return found


def _value(text: str) -> float:
    """A number as docstrings write it: 0.1, 1e-3, 3/2, -pi."""
    if text.endswith("pi"):
        return math.copysign(math.pi, -1 if text.startswith("-") else 1)
    value = number_in(text)
    return math.nan if value is None else value
