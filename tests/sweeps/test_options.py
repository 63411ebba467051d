"""How a sweep is kept, and where it gets more points: what is refused before it begins."""

from pathlib import Path

import pytest

import quantsync as qs
from quantsync.errors import InvalidArgumentError


@pytest.mark.parametrize("store", [3, "", ["tongue.zarr"], True])
def test_a_store_is_a_path(store):
    with pytest.raises(InvalidArgumentError, match="`store` must be a path or a Store"):
        qs.sweep("spin_pair", {"epsilon": [0.1]}, "purity", store=store)


def test_a_path_is_a_store_with_the_defaults():
    assert qs.Store.of("a") == qs.Store("a")
    assert qs.Store.of(Path("a")) == qs.Store(Path("a"), chunk=None, retry_failed=False)
    assert qs.Store.of(None) is None
    with pytest.raises(InvalidArgumentError, match="`retry_failed` must be True or False"):
        qs.Store("a", retry_failed="no")


def test_a_measure_is_a_refinement_with_the_defaults():
    assert qs.Refine.of("purity") == qs.Refine("purity", None, 0.01, 100_000)
    assert qs.Refine.of(None) is None
    with pytest.raises(qs.errors.UnknownNameError, match="did you mean 'purity'"):
        qs.sweep("spin_pair", {"epsilon": [0.0, 0.1]}, "purity", refine="purty")


@pytest.mark.parametrize("errors", ["warn", None, True])
def test_points_that_fail_are_masked_or_raise(errors):
    with pytest.raises(InvalidArgumentError, match="`errors` must be 'mask' or 'raise'"):
        qs.sweep("spin_pair", {"epsilon": [0.1]}, "purity", errors=errors)


def test_a_border_is_of_a_measure_by_name():
    with pytest.raises(InvalidArgumentError, match=r"`measure` must be the name of a measure"):
        qs.Refine(lambda steady: steady.rho)
