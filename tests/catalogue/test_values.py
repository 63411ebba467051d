"""Values of parameters as texts."""

import pytest

from quantsync.catalogue.models import Model
from quantsync.catalogue.values import field_text, number_in, read_number, read_value
from quantsync.errors import InvalidArgumentError, UnknownNameError


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (" −1.5 ", -1.5),  # a minus sign that was printed
        ("3/2", 1.5),
        ("1e-3", 1e-3),
        ("7", 7),
        ("1/0", None),
        ("true", None),
        ("__import__('os')", None),
        ("1" * 10_000, None),
    ],
)
def test_the_number_that_a_text_is(text, number):
    assert number_in(text) == number
    if number is None:
        with pytest.raises(InvalidArgumentError, match="First value must be a number"):
            read_number(text, "First value")


def test_a_field_has_all_digits():
    for value in (0.1 + 0.2, 1e-300, 20.0, 7):
        assert number_in(field_text(value)) == value
    assert [field_text(value) for value in (None, True, 20.0)] == ["", "true", "20"]


def test_switches_names_and_whole_numbers():
    pseudo = Model.of("pseudo_boson_pair").parameters
    assert read_value(pseudo["variant"], "exact") == "exact"
    with pytest.raises(UnknownNameError, match="consistent"):
        read_value(pseudo["variant"], "<script>")
    assert read_value(pseudo["spins_1"], "7") == 7
    with pytest.raises(InvalidArgumentError, match=r"whole number, but is 7\.5"):
        read_value(pseudo["spins_1"], "7.5")
    literal = Model.of("collective_decay_pair").parameters["literal"]
    assert read_value(literal, "false") is False
    with pytest.raises(InvalidArgumentError, match="on or off"):
        read_value(literal, "perhaps")
    assert read_value(Model.of("van_der_pol").parameters["levels"], "") is None
