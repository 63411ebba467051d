"""Switches are True or False; a text such as "False", which Python takes for true, is refused."""

import pytest

import quantsync as qs
from quantsync.errors import InvalidArgumentError
from quantsync.models.pseudo_boson_pair.symbols import pseudo_boson_model

SWITCHES = {
    "literal": lambda wrong: qs.models.collective_decay_pair(literal=wrong),
    "allow_unique": lambda wrong: qs.degenerate.DegenerateBase(
        qs.models.collective_decay_pair(), allow_unique=wrong
    ),
    "coupled": lambda wrong: pseudo_boson_model("lab", coupled=wrong),
    "may_be_undefined": lambda wrong: qs.Measure("x", "x", "1", lambda state: 1.0, wrong),
    "progress": lambda wrong: qs.sweep("spin_pair", {"epsilon": [0.1]}, "purity", progress=wrong),
    "retry_failed": lambda wrong: qs.Store("unused", retry_failed=wrong),
    "absolute": lambda wrong: qs.time_series.best_delay(
        lambda t: t, lambda t: t, 0.0, 1.0, [0.0], absolute=wrong, bandwidth=1.0
    ),
}


@pytest.mark.parametrize("name", SWITCHES)
@pytest.mark.parametrize("wrong", ["False", "no", 0, None])
def test_what_is_no_truth_value_is_refused(name, wrong):
    if name == "progress" and wrong is None:
        return  # the default: where it can be seen
    with pytest.raises(InvalidArgumentError, match=f"`{name}` must be True or False, but is"):
        SWITCHES[name](wrong)
