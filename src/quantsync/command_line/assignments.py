"""Arguments of the form name=value."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from quantsync.catalogue.values import number_in
from quantsync.errors import InvalidArgumentError

FLAGS = {"true": True, "false": False}


def assignments(
    given: Iterable[str] | None,
    what: str = "Parameter",
    texts: Collection[str] = (),
    either: Collection[str] = (),
) -> dict[str, Any]:
    """Values by name, each name once; numbers, unless the name is among those that stand for texts.

    A number may be a fraction, as 3/2, and a switch is true or false. Names that stand for
    ``either`` take what is no number as a text.
    """
    values: dict[str, Any] = {}
    for text in given or []:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not name:
            raise InvalidArgumentError(f"{what} {text!r} must have the form name=value.")
        if name in values:
            raise InvalidArgumentError(f"{what} {name!r} must be given once, but is given twice.")
        number = None if name in texts else _number(value)
        if number is None and name not in texts and name not in either:
            raise InvalidArgumentError(f"{what} {name!r} must be a number, but is {value!r}.")
        values[name] = value if number is None else number
    return values


def names_in(given: Iterable[str] | None) -> list[str]:
    """Names that are given one by one, or several with commas between them."""
    return [name.strip() for text in given or [] for name in text.split(",") if name.strip()]


def _number(text: str) -> float | int | bool | None:
    """The number or the switch that a text is; None if it is none."""
    return FLAGS.get(text.lower(), number_in(text))
