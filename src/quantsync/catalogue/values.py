"""Values of parameters as texts: in docstrings, on the command line, in the fields of a page."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from quantsync.errors import InvalidArgumentError

# Checks, with which NumPy comes, are imported where they are used: the tab key reads this file.
if TYPE_CHECKING:
    from quantsync.catalogue.models import Parameter

SWITCH = {"true": True, "on": True, "false": False, "off": False}
MOST_TEXT = 200  # characters of a number


def number_in(text: str) -> float | int | None:
    """The number that a text is, as 3/2 or a printed −1; whole if written so. None if it is none.

    Examples
    --------
    >>> number_in("3/2"), number_in("7"), number_in("seven")
    (1.5, 7, None)
    """
    from quantsync.checks import LARGEST_WHOLE

    text = text.strip().replace("−", "-")
    for kind in (float, Fraction) if len(text) <= MOST_TEXT else ():
        try:
            number = float(kind(text))
        except (ValueError, ZeroDivisionError, OverflowError):
            continue
        whole = text.lstrip("+-").isdecimal() and abs(number) <= LARGEST_WHOLE
        return int(text) if whole else number
    return None


def read_number(value: Any, what: str) -> float:
    """A finite number, from a field or as it is."""
    from quantsync.checks import real_number, shown

    found = number_in(value) if isinstance(value, str) else value
    if found is None:
        raise InvalidArgumentError(f"{what} must be a number, but is {shown(value)}.")
    return real_number(found, what)


def read_value(parameter: Parameter, value: Any) -> Any:
    """The value of a parameter, from a field or as it is; its default where that is empty."""
    from quantsync.checks import known_name, shown

    what, kind = f"Parameter `{parameter.name}`", parameter.kind
    value = value.strip() if isinstance(value, str) else value
    if value in ("", None):
        if parameter.is_required:
            raise InvalidArgumentError(f"{what} needs a value.")
        return parameter.default
    if kind == "other":
        raise InvalidArgumentError(f"{what} is no number or name; set it in Python.")
    if kind == "text":
        known = parameter.choices
        return known_name(f"value of `{parameter.name}`", value, known) if known else value
    if kind == "switch":
        found = SWITCH.get(str(value).lower())
        if found is None:
            raise InvalidArgumentError(f"{what} must be on or off, but is {shown(value)}.")
        return found
    number = read_number(value, what)
    if kind != "whole":
        return number
    if not number.is_integer():
        raise InvalidArgumentError(f"{what} must be a whole number, but is {number:g}.")
    return int(number)


def field_text(value: Any) -> str:
    """A value as its field shows it, with all digits."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(float(value)).removesuffix(".0") if isinstance(value, float) else str(value)
