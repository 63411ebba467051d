"""The checks that all arguments pass: what they let through, and how they refuse the rest."""

import math
from fractions import Fraction

import array_api_strict as xp
import numpy as np
import pytest
import qutip
import scipy.sparse as sp

from quantsync import checks
from quantsync.errors import (
    BroadcastError,
    DimensionError,
    InvalidArgumentError,
    InvalidStateError,
    NonFiniteError,
    UnknownArgumentError,
    UnknownNameError,
)

RAGGED = [[1.0], [1.0, 2.0]]


class Unreadable:
    def __len__(self):
        return 3


def test_labels_and_values_in_messages():
    assert checks.label("times") == "Argument `times`"
    assert checks.label("Rate of dissipators[0]") == "Rate of dissipators[0]"
    assert checks.shown(np.zeros((2, 3))) == "an array of float64 and shape (2, 3)"
    sparse = sp.eye_array(3, dtype=complex, format="csr")
    assert checks.shown(sparse) == "an array of complex128 and shape (3, 3)"
    assert checks.shown("a" * 100).endswith("... (str)")
    assert checks.shown(None) == "None"


@pytest.mark.parametrize(
    "value", [2, 2.0, True, np.float32(2), np.array(2), Fraction(2), xp.asarray(2.0)]
)
def test_real_numbers_of_every_kind_pass(value):
    assert type(checks.real_number(value, "x")) is float
    assert checks.real_array([value], "x").dtype == float


@pytest.mark.parametrize("check", [checks.real_array, checks.real_number, checks.number_array])
@pytest.mark.parametrize("wrong", ["1", None, object(), RAGGED, {"a": 1}, b"1", Unreadable()])
def test_what_is_no_number_is_refused_by_name(check, wrong):
    with pytest.raises(InvalidArgumentError, match="Argument `x` must be a .*number"):
        check(wrong, "x")
    with pytest.raises(InvalidStateError):
        check(wrong, "x", error=InvalidStateError)


@pytest.mark.parametrize("check", [checks.real_array, checks.number_array])
def test_arrays_of_numbers(check):
    assert check([[1, 2]], "x").shape == (1, 2)
    assert check([], "x").shape == (0,)
    with pytest.raises(NonFiniteError, match=r"`x` must be finite, but is nan at index \(1,\)"):
        check([1.0, np.nan], "x")
    assert np.isnan(check([1.0, np.nan], "x", finite=False)[1])
    with pytest.raises(InvalidArgumentError, match="is a masked array, whose masked values"):
        check(np.ma.array([1.0]), "x")
    with pytest.raises(InvalidArgumentError, match="is a masked array, whose masked values"):
        check([np.ma.array([1.0], mask=[True]), np.ma.array([2.0])], "x")
    with pytest.raises(InvalidArgumentError, match="is a matrix, whose products"):
        check(np.ones((1, 2)).view(np.matrix), "x")


def test_complex_numbers_are_not_real():
    assert checks.number_array([1, 1j], "x").dtype == complex
    with pytest.raises(
        InvalidArgumentError, match=r"`x` must be real, but is complex \(\(1\+0j\)\)"
    ):
        checks.real_array([1 + 0j, 2], "x")
    with pytest.raises(InvalidArgumentError, match="Put phases into the operator"):
        checks.coefficient_array(1j, "x")


def test_bounds_name_the_first_number_outside():
    assert checks.real_number(0, "x", at_least=0, at_most=0) == 0
    for bounds, message in (
        ({"above": 0}, r"`x` must be > 0, but is 0.0 at index \(1,\)\."),
        ({"at_least": 1}, r"`x` must be >= 1, but is 0.0 at index \(1,\)\."),
        ({"at_most": 1, "why": "it is a part"}, r"<= 1, but is 2.0 at index \(0,\): it is a part"),
    ):
        with pytest.raises(InvalidArgumentError, match=message):
            checks.real_array([2, 0], "x", **bounds)
    with pytest.raises(InvalidArgumentError, match=r"Rate of x must be >= 0, but is -1.0\."):
        checks.rate_array(-1, "Rate of x")


def test_one_number_is_no_array():
    for wrong in ([1.0], np.ones(1), ()):
        with pytest.raises(InvalidArgumentError, match="`x` must be a real number"):
            checks.real_number(wrong, "x")


def test_whole_numbers():
    for value in (3, 3.0, np.int8(3), np.array(3), Fraction(3)):
        assert checks.whole_number(value, "n") == 3
    for wrong in (0, 2.5, True, "3", None, np.nan, np.inf, [3], 3j, qutip.sigmax()):
        with pytest.raises(InvalidArgumentError, match=r"`n` must be a whole number >= 1, but is"):
            checks.whole_number(wrong, "n")
    with pytest.raises(InvalidArgumentError, match=r"from 0 to 2, but is 3: so it is"):
        checks.whole_number(3, "n", at_least=0, at_most=2, why="so it is")
    np.testing.assert_array_equal(checks.whole_array([1, 3.0], "n", at_most=3), [1, 3])
    with pytest.raises(InvalidArgumentError, match=r"whole numbers from 1 to 3, but is 4"):
        checks.whole_array([1, 4], "n", at_most=3)


def test_symmetric_matrices():
    np.testing.assert_array_equal(checks.symmetric_matrix([[1, 2], [2, 1]], "k"), [[1, 2], [2, 1]])
    with pytest.raises(InvalidArgumentError, match="must be symmetric, but differs .* by 2"):
        checks.symmetric_matrix([[1.0, 2.0], [0.0, 1.0]], "k")
    with pytest.raises(DimensionError, match=r"must have shape \(3, 3\), but has \(2, 2\)"):
        checks.symmetric_matrix(np.eye(2), "k", size=3)


def test_choices_and_flags():
    assert checks.choice("mask", "errors", ("raise", "mask")) == "mask"
    for wrong in ("warn", None, ["raise"], 1):
        with pytest.raises(InvalidArgumentError, match="must be 'raise' or 'mask', but is"):
            checks.choice(wrong, "errors", ("raise", "mask"))
    with pytest.raises(InvalidArgumentError, match="must be 'a', 'b' or 'c', but is 'd'"):
        checks.choice("d", "kind", ("a", "b", "c"))
    assert checks.flag(np.True_, "literal") is True
    for wrong in ("False", 0, None):
        with pytest.raises(InvalidArgumentError, match="must be True or False, but is"):
            checks.flag(wrong, "literal")


def test_times():
    np.testing.assert_array_equal(checks.times_array([3, 1]), [3, 1])
    np.testing.assert_array_equal(checks.times_array([1, 1, 2], start=1), [1, 1, 2])
    with pytest.raises(DimensionError, match=r"`times` must be one-dimensional.*\(1, 2\)"):
        checks.times_array([[1, 2]])
    with pytest.raises(InvalidArgumentError, match="in non-decreasing order, but 1 follows 2"):
        checks.times_array([0, 2, 1], start=0)
    with pytest.raises(InvalidArgumentError, match="in increasing order, but 2 follows 2"):
        checks.times_array([2, 2], increasing=True)
    with pytest.raises(InvalidArgumentError, match=r"must be >= 0, but holds -1\."):
        checks.times_array([-1, 1], start=0)


def test_names():
    assert checks.name_list(["a"], "names") == ["a"]
    with pytest.raises(InvalidArgumentError, match=r"list of names, but is 'a'; .* give \['a'\]"):
        checks.name_list("a", "names")
    assert checks.known_name("site", "A", {"A": 1}) == "A"
    with pytest.raises(UnknownNameError, match="Unknown site 'left'; did you mean 'Left'"):
        checks.known_name("site", "left", ("Left", "Right"))
    with pytest.raises(UnknownNameError, match="Unknown site '3'"):
        checks.known_name("site", 3, ())


def test_unknown_arguments_name_the_nearest_one():
    @checks.named_arguments
    def solve(system, *, workers=None):
        return system, workers

    assert solve(1, workers=2) == (1, 2)
    with pytest.raises(UnknownArgumentError, match=r"no argument `worker`; did you mean `workers`"):
        solve(1, worker=2)


def test_shapes_that_broadcast():
    assert checks.broadcast_shape({"mean": (3,), "covariance": (2, 1)}) == (2, 3)
    with pytest.raises(BroadcastError, match=r"Batches must .*are mean \(3,\), b \(2,\)\. Look"):
        checks.broadcast_shape({"mean": (3,), "a": (), "b": (2,)}, hint="Look.", what="Batches")
    checks.require_broadcast_to((1, 3), (2, 3), "Things")
    for wrong in ((2,), (1, 2, 3)):
        with pytest.raises(BroadcastError, match="Things of shape .* do not broadcast to"):
            checks.require_broadcast_to(wrong, (2, 3), "Things")


def test_units_of_entropy():
    assert checks.nats_per_unit(math.e) == 1.0
    assert checks.nats_per_unit(2) == math.log(2)
    for wrong in (1, 0.5, -2, "2", np.nan):
        with pytest.raises(InvalidArgumentError, match="`base`"):
            checks.nats_per_unit(wrong)
