"""What a slider needs of every parameter: its kind, bounds, choices and range."""

import inspect

import numpy as np
import pytest

import quantsync as qs
from quantsync.catalogue.models import MODELS, Model
from quantsync.catalogue.ranges import Range
from quantsync.errors import InvalidArgumentError

EVERY = [(model, name) for model in MODELS.own for name in Model.of(model).parameters]


def parameter(model, name):
    return Model.of(model).parameters[name]


def documented(*lines):
    def model(**_):
        """Stands for a model."""

    names = [line.partition(" :")[0] for line in lines]
    model.__doc__ = "A model.\n\nParameters\n----------\n" + "\n    It.\n".join([*lines, ""])
    model.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in names]
    )
    return list(Model(model).parameters.values())


@pytest.mark.parametrize(("model", "name"), EVERY)
def test_a_slider_knows_what_it_needs(model, name):
    one = parameter(model, name)
    if one.kind == "text":
        assert one.default in one.choices
        assert one.range is None
        return
    if one.kind == "switch":
        assert one.range is None
        return
    assert one.kind in ("number", "whole", "half")
    assert one.described.range(name) is not None, "its docstring gives no range"
    low, high = one.bounds
    assert low is None or one.range.first >= low
    assert high is None or one.range.last <= high
    assert one.range.first < one.range.last
    if not one.is_automatic:
        assert one.default in one.range
    if one.kind == "whole":
        assert one.default is None or one.default == int(one.default)
        assert isinstance(one.range.first, int)


@pytest.mark.parametrize(("model", "name"), EVERY)
def test_the_ends_of_a_range_and_the_choices_give_systems(model, name):
    one = parameter(model, name)
    ends = one.choices or ((True, False) if one.range is None else one.range[:2])
    for value in ends:
        assert Model.of(model)(**{name: value}).size == 1
    if one.is_automatic:
        assert Model.of(model)(**{name: None}).size == 1


@pytest.mark.parametrize(("model", "name"), EVERY)
def test_what_lies_beyond_a_bound_is_refused_by_the_model(model, name):
    low, high = parameter(model, name).bounds
    step = 1 if parameter(model, name).kind == "whole" else 0.25
    beyond = [bound + sign * step for bound, sign in ((low, -1), (high, 1)) if bound is not None]
    for value in beyond:
        with pytest.raises(InvalidArgumentError):
            Model.of(model)(**{name: value})


def test_some_that_are_known():
    assert parameter("spin_pair", "gain_a").range == (0.01, 1000, "log")
    assert parameter("spin_pair", "gain_a").bounds == (0, None)
    assert parameter("spin_pair", "detuning").bounds == (None, None)
    assert parameter("spin_pair", "spin").kind == "half"
    assert parameter("spin_pair", "spin").values(41).tolist() == [0.5, 1, 1.5, 2, 2.5]
    assert parameter("dephased_chain", "sites").kind == "whole"
    assert parameter("dephased_chain", "sites").bounds == (2, 26)
    assert parameter("dephased_chain", "sites").values(9).tolist() == [2, 3, 4]
    assert parameter("collective_decay_pair", "literal").kind == "switch"
    assert parameter("circuit_qed", "preset").choices == ("10a", "10b", "11b")
    assert parameter("van_der_pol", "drive_phase").range == (-np.pi, np.pi, "linear")
    assert parameter("van_der_pol", "levels").is_automatic


def test_the_forms_that_a_docstring_may_have():
    rate, strict, angle, spin, sites, name, switch, bare = documented(
        "rate : float >= 0, default 1, range 1e-2 to 100 log",
        "strict : float > 0 and <= 1",
        "angle : float, range -pi to pi",
        "spin : half-integer, range 1/2 to 3",
        "sites : int >= 2 and <= 26, default 3",
        'name : {"a", "b"}',
        "switch : bool",
        "bare :",
    )
    assert rate.range == (0.01, 100, "log")
    assert str(rate.range) == "0.01 to 100 log"
    assert rate.values(3).round(12).tolist() == [0.01, 1, 100]
    assert strict.bounds == (0, 1)
    assert strict.described.excludes_bound
    assert not rate.described.excludes_bound
    assert strict.range == (0, 1, "linear")
    assert angle.range == (-np.pi, np.pi, "linear")
    assert spin.range == (0.5, 3, "linear")
    assert spin.bounds == (0.5, None)
    assert sites.bounds == (2, 26)
    assert (name.kind, name.choices, name.is_text) == ("text", ("a", "b"), True)
    assert name.description.endswith(" One of a, b.")
    assert switch.kind == "switch"
    assert bare.kind == "number"


@pytest.mark.parametrize("text", ["2 to 1", "1 to 1", "0 to 1 log", "-1 to 1 log", "1/0 to 2"])
def test_a_range_that_is_none_is_named(text):
    (one,) = documented(f"rate : float, range {text}")
    with pytest.raises(InvalidArgumentError, match=f"`rate`.*{text}"):
        _ = one.range


def own(
    zero=0.0,
    one=1,
    rate=0.25,
    negative=-3.0,
    levels=15,
    few=3,
    annotated: int = 1,
    real: float = 2,
    automatic=None,
    chosen: int | None = None,
    switch=True,
    name="lab",
    infinite=np.inf,
    table=(1, 2),
):
    return (zero, one, rate, negative, levels, few, annotated, real, automatic, chosen, switch,
            name, infinite, table)  # fmt: skip


def test_guesses_for_a_function_without_a_docstring():
    found = Model(own).parameters
    kinds = {name: one.kind for name, one in found.items()}
    assert kinds == {
        "zero": "number", "one": "number", "rate": "number", "negative": "number",
        "levels": "whole", "few": "whole", "annotated": "whole", "real": "number",
        "automatic": "number", "chosen": "whole", "switch": "switch", "name": "text",
        "infinite": "number", "table": "other",
    }  # fmt: skip
    ranges = {name: one.range and one.range[:2] for name, one in found.items()}
    assert ranges == {
        "zero": (-1, 1), "one": (0, 2), "rate": (0, 0.5), "negative": (-6, 6), "levels": (7, 30),
        "few": (1, 6), "annotated": (1, 2), "real": (0, 4), "automatic": (0, 1),
        "chosen": (1, 10), "switch": None, "name": None, "infinite": (0, 1), "table": None,
    }  # fmt: skip
    with pytest.raises(InvalidArgumentError, match="`name` is no number"):
        found["name"].values(3)


def test_a_guess_keeps_to_the_bounds():
    rate, sites, up = documented("rate : float >= 2", "sites : int >= 2 and <= 4", "up : int <= 0")
    assert rate.range == (2, 3, "linear")
    assert sites.range == (2, 4, "linear")
    assert up.range == (-1, 0, "linear")


def test_a_guess_does_not_start_at_a_bound_that_is_excluded():
    def model(width=0.5, part=0.5):
        """A model.

        Parameters
        ----------
        width : float > 0
        part : float > 0 and <= 1
        """
        return width, part

    found = Model(model).parameters
    assert found["width"].range == (0.05, 5, "log")
    assert found["part"].range == (0.05, 1, "log")


def test_a_range_knows_what_it_reaches():
    assert 0.5 in Range(0, 1)
    assert 1.5 not in Range(0, 1)
    assert qs.sweep(
        "driven_spin", {"drive": parameter("driven_spin", "drive").values(3)}, "purity"
    ).purity.shape == (3,)
