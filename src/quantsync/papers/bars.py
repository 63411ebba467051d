"""The bars that decide claims: one policy for all papers, from what a paper's wording supports."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

ROUNDING = 1e-9
ALLOWED = {
    0.02: "perfect, perfectly, exactly, identical, same, coincide, constant, complete, vanishes",
    0.1: "very good, excellent, closely, almost, virtually, essentially, negligible",
    0.25: "good, robust, small, similar, weak",
}
"""What words allow, relative to the largest value of the curve that the sentence is about."""
WORDS = {word: allowed for allowed, words in ALLOWED.items() for word in words.split(", ")}
POLICY = {
    "an equation, or a number that should be zero": "to rounding, $10^{-9}$ of the largest term",
    "printed digits": "half a unit of the last one",
    "an expansion (first order, a limit)": "what is left falls at least as fast as the next order",
    "$\\approx$, about": "10 %, or half a unit of the last printed digit where that is wider",
    "$\\sim$, of the order of, comparable": "a factor of 2",
    "an exponent read off numbers": "0.1",
    "much larger, much smaller, $\\gg$, $\\ll$": "a factor of 10",
    "strongly, significantly (enhanced, suppressed)": "a factor of 2",
    ALLOWED[0.02]: "2 % of the largest value of the curve in question, about what a drawn line "
    "shows",
    ALLOWED[0.1]: "10 % of that value",
    ALLOWED[0.25]: "25 % of that value",
    "larger, smaller, an order, a sign": "by more than the uncertainty",
    "a sampled number": "agrees within 2 standard errors, differs beyond 3, is open between",
}
"""What a wording supports, as the pages print it."""


class Margin(float):
    """A deviation in units of the bar: true up to 1, and undecided up to ``open_to``.

    With ``at_least`` the bar is a number to be reached, and twice as much is the stricter one.
    """

    open_to: float
    at_least: bool

    def __new__(cls, value: float, open_to: float = 1.0, at_least: bool = False) -> Margin:
        """The margin of a deviation; NaN holds nothing."""
        margin = super().__new__(cls, value)
        margin.open_to = open_to
        margin.at_least = at_least
        return margin

    def __bool__(self) -> bool:
        return self <= 1

    def __and__(self, other: Margin) -> Margin:
        """The margin of two statements that must both hold."""
        worst = self if math.isnan(self) or self > other else other
        return Margin(worst, max(self.open_to, other.open_to), worst.at_least)

    @property
    def is_open(self) -> bool:
        """Whether the numbers do not decide."""
        return 1 < self <= self.open_to

    @property
    def sensitivity(self) -> str:
        """Whether half or twice the bar would decide otherwise, in words; empty if neither."""
        if not 0.5 < self <= 2:
            return ""
        changed = "half" if (self <= 1) != self.at_least else "twice"
        return f"{changed} the bar would decide otherwise"


@dataclass(frozen=True)
class Bar:
    """What decides a claim, in words, and the margin of numbers against it."""

    text: str
    margin: Callable[..., Margin] | None = None

    def __call__(self, *numbers: float) -> Margin:
        """The margin of some numbers."""
        if self.margin is None:
            raise TypeError(f"the bar {self.text!r} is in words only")
        return self.margin(*numbers)


def identity(what: str = "equal") -> Bar:
    """An equality: takes a deviation relative to the largest term."""
    return Bar(
        f"{what} to $10^{{-9}}$ of the largest term, for an equality",
        lambda deviation: Margin(abs(deviation) / ROUNDING),
    )


def digits(printed: str) -> Bar:
    """A number in print, such as ``"0.23"`` or ``"4.75e9"``: half a unit of its last digit."""
    half = _half_unit(printed)
    # Half a unit itself rounds to the printed digits.
    return Bar(
        f"half a unit of the last digit of {printed}",
        lambda value: Margin(abs(value - float(printed)) / half * (1 - 1e-9)),
    )


def _half_unit(printed: str) -> float:
    """Half a unit of the last digit."""
    mantissa, _, power = printed.lower().partition("e")
    return 0.5 * 10.0 ** (int(power or 0) - len(mantissa.partition(".")[2]))


def about(printed: float | str) -> Bar:
    """A number that is printed with "approximately": 10 %.

    Of digits such as ``"2"``, half a unit of the last one where that is wider.
    """
    near, unit = 0.1 * abs(float(printed)), _half_unit(printed) if isinstance(printed, str) else 0.0
    share = "10 %" if near >= unit else "half a unit of the last digit (wider than 10 %)"
    return Bar(
        f"{share} of {float(printed):g}, for an approximate sign",
        lambda value: Margin(abs(value - float(printed)) / max(near, unit)),
    )


def order(printed: float) -> Bar:
    """A number that is printed with "~" or "of the order of": a factor of 2."""
    return Bar(
        f'a factor of 2 around {printed:g}, for "~" or "of the order of"',
        lambda value: Margin(abs(math.log2(value / printed)) if value / printed > 0 else math.inf),
    )


def exponent(printed: float) -> Bar:
    """An exponent read off numbers: 0.1."""
    return Bar(
        f"0.1 around the exponent {printed:g}", lambda value: Margin(abs(value - printed) / 0.1)
    )


def much(what: str = "much larger") -> Bar:
    """A ratio of the larger to the smaller that is called large: at least 10."""
    return Bar(f'a factor of 10, for "{what}"', lambda ratio: _reached(ratio, 10))


def strongly(what: str) -> Bar:
    """A ratio of larger to smaller that is called significant or strong: at least 2."""
    return Bar(f'a factor of 2, for "{what}"', lambda ratio: _reached(ratio, 2))


def _reached(ratio: float, least: float) -> Margin:
    return Margin(least / ratio if ratio > 0 else math.inf, at_least=True)


def word(said: str, scale: str = "") -> Bar:
    """A word such as "very good": takes a deviation relative to what ``scale`` names."""
    allowed = WORDS[said]
    relative = scale or "the largest value of the curve"
    return Bar(
        f'{allowed:.0%} of {relative}, for "{said}"'.replace("%", " %"),
        lambda deviation: Margin(abs(deviation) / allowed),
    )


def ordering(what: str) -> Bar:
    """A sign, an order, a presence: in words, by more than the uncertainty."""
    return Bar(f"{what}, by more than the uncertainty")


def sampled(printed: float) -> Bar:
    """A number of a random sample: takes a value and its standard error."""
    return Bar(
        f"2 standard errors around {printed:g} to agree, 3 to differ",
        lambda value, error: Margin(abs(value - printed) / (2 * error), open_to=1.5),
    )


def expansion(power: float, of: str = "the coupling") -> Bar:
    """An expansion: takes the exponent with which what it leaves out falls."""
    return Bar(
        f"what is left falls at least as the power {power:g} of {of}, to 0.1 in the exponent",
        lambda exponent: Margin(max(power - exponent, 0.0) / 0.1),
    )
