"""Arguments of the form name=value."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from fractions import Fraction
from typing import Any

from quantsync.errors import InvalidArgumentError

FLAGS = {"true": True, "false": False}


def assignments(
    given: Iterable[str] | None, what: str = "Parameter", texts: Collection[str] = ()
) -> dict[str, Any]:
    """Values by name, each name once; numbers, unless the name is among those that stand for texts.

    A number may be a fraction, as 3/2, and a switch is true or false.
    """
    values: dict[str, Any] = {}
    for text in given or []:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not name:
            raise InvalidArgumentError(f"{what} {text!r} must have the form name=value.")
        if name in values:
            raise InvalidArgumentError(f"{what} {name!r} must be given once, but is given twice.")
        values[name] = value if name in texts else _number(value, f"{what} {name!r}")
    return values


def _number(text: str, what: str) -> float | bool:
    if text.lower() in FLAGS:
        return FLAGS[text.lower()]
    for kind in (float, Fraction):
        try:
            return float(kind(text))
        except (ValueError, ZeroDivisionError, OverflowError):
            continue
    raise InvalidArgumentError(f"{what} must be a number, but is {text!r}.")
