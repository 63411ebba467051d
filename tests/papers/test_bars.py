"""What decides claims: margins of the bars, and the class that follows."""

import math

import pytest

from quantsync.errors import InvalidArgumentError
from quantsync.papers import bars
from quantsync.papers.bars import Margin
from quantsync.papers.paper import Found, claim


@pytest.mark.parametrize(
    ("bar", "within", "beyond"),
    [
        (bars.digits("0.23"), 0.2349, 0.2351),
        (bars.digits("600"), 600.4, 600.6),
        (bars.digits("4.75e9"), 4.7549e9, 4.7551e9),
        (bars.digits("0.38"), 0.375, 0.3749),
        (bars.about(0.22), 0.2410, 0.2430),
        (bars.about(-2.0), -1.81, -1.79),
        (bars.about("2"), 1.51, 1.49),
        (bars.about("25"), 22.6, 22.4),
        (bars.order(600), 301, 299),
        (bars.order(600), 1199, 1201),
        (bars.exponent(2), 1.91, 1.89),
        (bars.much(), 10.1, 9.9),
        (bars.strongly("strongly"), 2.01, 1.99),
        (bars.identity(), 0.9e-9, -1.1e-9),
        (bars.word("perfect"), 0.019, 0.021),
        (bars.word("excellent"), -0.09, -0.11),
    ],
)
def test_a_bar_holds_up_to_its_edge(bar, within, beyond):
    assert bar(within)
    assert not bar(beyond)
    assert not bar(math.nan)
    assert bar.text


def test_the_wrong_sign_is_not_of_the_same_order():
    assert not bars.order(600)(-600)
    assert not bars.much()(-20)


def test_samples_are_open_between_two_and_three_standard_errors():
    bar = bars.sampled(1.0)
    assert bar(1.19, 0.1)
    assert not bar(1.25, 0.1)
    assert bar(1.25, 0.1).is_open
    assert not bar(1.31, 0.1).is_open


def test_margins_combine_to_the_worst():
    assert Margin(0.5) & Margin(0.9) == 0.9
    assert not Margin(0.5) & Margin(1.1)
    assert not Margin(0.5) & Margin(math.nan)
    assert not Margin(math.nan) & Margin(0.5)
    assert (Margin(1.2, open_to=1.5) & Margin(0.1)).is_open
    assert Margin(0.7).sensitivity.startswith("half")
    assert Margin(1.7).sensitivity.startswith("twice")
    assert Margin(0.3).sensitivity == Margin(2.1).sensitivity == ""
    # A number to be reached is reached more easily when it is halved.
    assert bars.much()(15).sensitivity.startswith("twice")
    assert (bars.much()(7) & Margin(0.1)).sensitivity.startswith("half")


@pytest.mark.parametrize(
    ("declared", "holds", "amended", "expected"),
    [
        ({}, True, False, "reproduced"),
        ({}, False, True, "fails"),
        ({"convention": "a"}, True, False, "convention"),
        ({"convention": "a"}, False, True, "fails"),
        ({"correction": "a"}, False, True, "misprint"),
        ({"correction": "a"}, False, False, "fails"),
        ({"correction": "a"}, True, True, "reproduced"),
        ({"limit": "a"}, False, True, "limit"),
        ({"missing": "a"}, False, True, "open"),
        ({"missing": "a"}, False, False, "fails"),
        ({"beyond": True}, False, False, "beyond"),
        ({}, Margin(1.2, open_to=1.5), False, "open"),
        ({}, Margin(1.6, open_to=1.5), False, "fails"),
        ({}, Margin(0.7), False, "reproduced"),
    ],
)
def test_the_class_follows_from_what_is_computed(declared, holds, amended, expected):
    check = claim("C1", "Sec. I, here", "words", bar="2 %", otherwise="no", **declared)(
        lambda: Found("1", holds, amended)
    )
    (found,) = check()
    assert found.verdict == expected
    assert bool(found.reason) == (expected not in ("reproduced", "beyond"))
    assert ("otherwise" in found.bar) == (holds in (0.7, 1.2, 1.6) and holds is not True)


def test_a_claim_has_one_amendment():
    with pytest.raises(InvalidArgumentError, match="C1.*convention and limit"):
        claim("C1", "Sec. I, here", "words", convention="a", limit="b")


def test_a_check_is_given_its_bars_and_the_size_of_the_sample():
    bar = bars.digits("2")

    def several(bars, full):
        yield Found(str(full), bars[0](2))
        yield Found(str(full), bars[1](2))

    first, second = claim("C1", "S, a", "x", bar=bar)(
        claim("C2", "S, b", "y", bar=bars.about(9))(several)
    )(full=True)
    assert (first.verdict, second.verdict, first.computed) == ("reproduced", "fails", "True")
