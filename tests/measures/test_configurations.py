"""Characteristic numbers of phase configurations: references, invariances, uniformity."""

import array_api_strict as xp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from places import reference

from quantsync.errors import InvalidArgumentError, NonFiniteError
from quantsync.measures.configurations import chi, chi_2

REFERENCE = reference("zhao2025")
ANGLE = st.floats(-10, 10)


def literal(*phases):
    """Eq. (9), with the minimum over n of the angular distance written out."""
    means = [(2 * np.pi * j + sum(phases)) / 3 for j in range(3)]
    turns = 2 * np.pi * np.arange(-12, 13)
    sums = [sum(np.abs(phase - mean + turns).min() for phase in phases) for mean in means]
    return min((3 / (4 * np.pi) * total) ** 2 for total in sums)


@pytest.mark.parametrize("phases", [(1, 2, 4), (6, 0.2, 3)])
def test_chi_has_the_reference_values(phases):
    expected = REFERENCE["chi_{}_{}_{}".format(*phases)]["value"]
    assert float(chi(*phases)) == pytest.approx(expected, rel=1e-12)
    assert literal(*phases) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("phases", "value"),
    [
        ((0, 0, 0), 0),
        ((0, np.pi, 0), 1),
        ((np.pi, np.pi, 0), 1),
        ((2 * np.pi / 3, np.pi / 3, 0), 1 / 4),
        ((np.pi / 3, -np.pi / 3, 0), 1 / 4),
        ((2 * np.pi / 3, -2 * np.pi / 3, 0), 1),
    ],
)
def test_chi_of_symmetric_configurations(phases, value):
    assert float(chi(*phases)) == pytest.approx(value, abs=1e-14)
    assert float(chi(phases[0], phases[1])) == pytest.approx(value, abs=1e-14)


@given(ANGLE, ANGLE, ANGLE, ANGLE, st.integers(-3, 3))
def test_chi_is_invariant(a, b, c, shift, turns):
    value = float(chi(a, b, c))
    assert 0 <= value <= 1
    assert value == pytest.approx(literal(a, b, c), abs=1e-12)
    for same in (
        chi(b, a, c),
        chi(c, a, b),
        chi(a + shift, b + shift, c + shift),
        chi(a + 2 * np.pi * turns, b, c),
        chi(a - c, b - c),
        chi(-a, -b, -c),
    ):
        assert float(same) == pytest.approx(value, abs=1e-12)


@given(ANGLE, st.integers(-3, 3))
def test_chi_2_is_an_angular_distance(a, turns):
    value = float(chi_2(a))
    assert 0 <= value <= 1
    assert value == pytest.approx(np.arccos(np.clip(np.cos(a), -1, 1)) / np.pi, abs=1e-7)
    for same in (chi_2(-a), chi_2(a + 2 * np.pi * turns)):
        assert float(same) == pytest.approx(value, abs=1e-12)


def test_both_are_uniform_for_independent_phases():
    phases = np.random.default_rng(2).uniform(-np.pi, np.pi, size=(3, 400_000))
    for values in (chi(*phases), chi_2(phases[0])):
        share = np.histogram(values, bins=20, range=(0, 1))[0] / values.size
        np.testing.assert_allclose(share, 1 / 20, atol=5 * np.sqrt(0.05 / values.size))


def test_arguments_broadcast_in_the_library_they_come_from():
    a, b = np.linspace(0, 3, 4)[:, None], np.linspace(-1, 1, 5)
    assert chi(a, b).shape == (4, 5)
    strict = chi(xp.asarray(a), xp.asarray(b), 0.5)
    assert type(strict) is type(xp.asarray(a))
    np.testing.assert_allclose(np.asarray(strict), chi(a, b, 0.5), atol=1e-15)
    np.testing.assert_allclose(np.asarray(chi_2(xp.asarray(b))), chi_2(b), atol=1e-15)
    assert chi(np.float32(1), np.float32(2)).dtype == np.float32
    assert chi_2(1).dtype == np.float64


def test_phases_are_numbers_and_missing_where_there_is_no_peak():
    found = chi(np.array([0.1, np.nan]), 0.2)
    assert np.isnan(found).tolist() == [False, True]
    assert np.isnan(chi_2(np.nan))
    for measure in (chi_2, lambda phi: chi(phi, 0.1)):
        with pytest.raises(NonFiniteError, match="must be finite, but is inf at index"):
            measure(np.array([0.0, np.inf, np.nan]))
        for wrong in (None, "0.1", 0.1j, np.ma.masked_array([0.1], True)):
            with pytest.raises(InvalidArgumentError, match="Argument `phi"):
                measure(wrong)
