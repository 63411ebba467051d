"""Rules that tie parameters to the axes: arithmetic, and nothing else."""

import copy
import inspect
import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import quantsync as qs
from quantsync.sweeps.rules import ALLOWED, LONGEST, Rule

EXPRESSIONS = st.recursive(
    st.sampled_from(["x", "y", "2", "0.5", "pi"]),
    lambda parts: st.one_of(
        st.tuples(parts, st.sampled_from("+-*"), parts).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
        parts.map(lambda p: f"-{p}"),
        st.tuples(st.sampled_from(["sin", "cos", "abs"]), parts).map(lambda p: f"{p[0]}({p[1]})"),
    ),
    max_leaves=6,
)


@given(EXPRESSIONS, st.floats(-3, 3), st.floats(-3, 3))
def test_a_rule_is_what_python_makes_of_its_text(text, x, y):
    names = {"x": x, "y": y, "pi": math.pi, "sin": math.sin, "cos": math.cos, "abs": abs}
    rule = Rule(text)
    given_axes = {name: names[name] for name in rule.axes}
    assert rule(**given_axes) == pytest.approx(eval(text, names), rel=1e-12, abs=1e-12)
    assert Rule(rule.canonical)(**given_axes) == rule(**given_axes)


def test_all_that_is_allowed():
    x = np.array([0.5, 2.0])
    text = "sqrt(x) + exp(-x) + log(x) + tan(x) / x ** 2 + minimum(x, 1) - maximum(x, 1.5)"
    expected = np.sqrt(x) + np.exp(-x) + np.log(x) + np.tan(x) / x**2
    np.testing.assert_allclose(Rule(text)(x=x), expected + np.fmin(x, 1) - np.fmax(x, 1.5))
    assert "sqrt" in ALLOWED


def test_axes_broadcast_and_whole_numbers_stay_whole():
    rule = Rule("2 * n + m - 1")
    assert list(inspect.signature(rule).parameters) == rule.axes == ["m", "n"]
    found = rule(n=np.array([[1], [2]]), m=np.array([0, 1]))
    assert found.dtype.kind == "i"
    assert found.tolist() == [[1, 2], [3, 4]]
    assert Rule("n / 2")(n=4).dtype.kind == "f"
    assert Rule("n * 1.0")(n=4).dtype.kind == "f"
    assert Rule("n + x")(n=4, x=1.0).dtype.kind == "f"
    assert Rule("2 ** n")(n=-1) == 0.5


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("__import__('os')", "calls `__import__`"),
        ("x.real", "contains `x.real`"),
        ("x[0]", r"contains `x\[0\]`"),
        ("x if y else 1", "contains `x if y else 1`"),
        ("lambda: 1", "contains `lambda: 1`"),
        ("x % 2", "contains `x % 2`"),
        ("x < 2", "contains `x < 2`"),
        ("x ^ 2", r"contains `x \^ 2`"),
        ("'x'", "contains 'x'"),
        ("True", "contains True"),
        ("1j", "contains 1j"),
        ("sqrt", "must call sqrt"),
        ("sqrt(x, 2)", "must give sqrt 1 argument"),
        ("minimum(x)", "must give minimum 2 arguments"),
        ("sqrt(x=1)", "must give sqrt 1 argument"),
        ("sqrt(*x)", "contains `\\*x`"),
        ("np.sqrt(x)", "calls `np.sqrt`"),
        ("x := 1", "no arithmetic expression"),
        ("", "no arithmetic expression"),
        ("1 +", "no arithmetic expression"),
        ("+" * LONGEST + "1", "characters"),
        ("x\x00", "no arithmetic expression"),
    ],
)
def test_what_is_no_arithmetic_is_refused(text, why):
    with pytest.raises(qs.errors.InvalidArgumentError, match=why):
        Rule(text)


def test_a_rule_says_where_it_has_no_value():
    with pytest.raises(qs.errors.NonFiniteError, match="'sqrt\\(x\\)' gives nan at x = -2"):
        Rule("sqrt(x)")(x=np.array([1.0, -2.0]))
    with pytest.raises(qs.errors.NonFiniteError, match="gives inf"):
        Rule("9 ** 9 ** 9")()
    with pytest.raises(qs.errors.InvalidArgumentError, match="takes numbers, but axis 'x' holds"):
        Rule("x")(x=np.array(["lab"]))


def test_a_rule_travels():
    rule = Rule("1 - x")
    for twin in (pickle.loads(pickle.dumps(rule)), copy.deepcopy(rule)):
        assert twin == rule
        assert twin(x=0.25) == 0.75


def test_a_sweep_takes_a_rule_as_text_and_as_a_function():
    axes = {"gain_a": [0.1, 0.4]}
    text, function = (
        qs.sweep("driven_pair", axes, "purity", tied={"damping_a": rule})
        for rule in ("1 - gain_a", lambda gain_a: 1 - gain_a)
    )
    np.testing.assert_array_equal(text.purity, function.purity)


@pytest.mark.parametrize(
    ("tied", "words"),
    [
        ({"damping_a": "1 - gain"}, "'gain', which is neither an axis nor"),
        ({"damping_a": 3}, "must be a function of axes"),
        ("damping_a = 1", "must be a dict of names and rules"),
    ],
)
def test_mistakes_in_tied_are_named(tied, words):
    with pytest.raises(qs.errors.InvalidArgumentError, match=words):
        qs.sweep("driven_pair", {"gain_a": [0.1]}, "purity", tied=tied)
