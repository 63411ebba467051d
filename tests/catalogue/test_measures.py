"""Measures by name."""

import pytest

import quantsync as qs


@pytest.mark.parametrize(
    ("asked", "meant"),
    [("sync", "synchronization"), ("entropy", "von_neumann_entropy"), ("negativty", "negativity")],
)
def test_names_that_are_cut_short_or_misspelt_are_recognised(asked, meant):
    with pytest.raises(qs.errors.UnknownNameError, match=f"did you mean '{meant}'"):
        qs.sweep("spin_pair", {"epsilon": [0.1]}, asked)
