"""What is shown first of every model, and of functions of one's own."""

import numpy as np
import pytest

import quantsync as qs
from quantsync.catalogue.measures import measures_of
from quantsync.catalogue.models import MODELS, Model
from quantsync.catalogue.starts import START, start_of
from quantsync.errors import InvalidArgumentError, SweepWarning

# Their stationary states are several whatever the parameters are.
WITHOUT_A_STATE = ("dephased_chain", "collective_decay_pair")


def first_map(model, points=3):
    start = start_of(model)
    parameters = model.parameters
    axes = {name: parameters[name].values(points, r) for name, r in start.axes.items()}
    options = {} if model.name in WITHOUT_A_STATE else {"errors": "raise"}
    return qs.sweep(model.function, axes, start.measure, dict(start.fixed), **options)[
        start.measure
    ]


@pytest.mark.parametrize("name", MODELS.own)
def test_the_start_of_a_model_is_one_of_it(name):
    model = Model.of(name)
    start = start_of(model)
    assert start is START[name]
    assert start.measure in measures_of(model.systems)
    assert len(start.axes) == 2
    assert not {*start.axes} & {*start.fixed}
    for axis, shown in start.axes.items():
        one = model.parameters[axis]
        low, high = one.bounds
        assert one.kind == "number"
        assert one.range.first <= shown.first < shown.last <= one.range.last
        assert low is None or shown.first >= low
        assert high is None or shown.last <= high
        assert shown.first > 0 or shown.scale == "linear"
    assert all(value in model.parameters[key].range for key, value in start.fixed.items())


@pytest.mark.parametrize("name", [n for n in MODELS.own if n not in WITHOUT_A_STATE])
@pytest.mark.filterwarnings("ignore::quantsync.errors.TruncationWarning")
def test_there_is_something_to_see(name):
    found = np.abs(first_map(Model.of(name)).values)
    assert np.isfinite(found).all()
    assert found.max() > 1.5 * found.min()


@pytest.mark.parametrize("name", WITHOUT_A_STATE)
def test_where_no_state_is_the_only_one_every_point_says_so(name):
    with pytest.warns(SweepWarning, match="not unique"):
        found = first_map(Model.of(name))
    assert np.isnan(found).all()


def spin(drive=0.1, detuning=0.0, gain=10.0):
    return qs.models.driven_spin(drive, detuning, gain)


def test_a_guess_starts_with_what_needs_a_value():
    def mine(gain=10.0, drive=0.1, *, detuning):
        return spin(drive, detuning, gain)

    start = start_of(Model(mine))
    assert start.axes == {"detuning": (0, 1, "linear"), "gain": (0, 20, "linear")}
    assert (start.measure, start.fixed) == ("synchronization", {})
    assert first_map(Model(mine)).shape == (3, 3)


def test_what_needs_a_value_and_is_no_axis_is_fixed():
    def mine(flag, variant, detuning, drive, gain, levels):
        """A model.

        Parameters
        ----------
        flag : bool
        variant : {"a", "b"}
        detuning, drive : float
        gain : float > 0, range 1 to 100 log
        levels : int >= 2
        """
        assert (flag, variant) == (False, "a")
        assert levels == int(levels) >= 2
        return spin(drive, detuning, gain)

    start = start_of(Model(mine))
    assert list(start.axes) == ["detuning", "drive"]
    assert start.fixed.keys() == {"flag", "variant", "gain", "levels"}
    assert start.fixed["gain"] == pytest.approx(10)
    assert first_map(Model(mine)).shape == (3, 3)


def test_numbers_come_before_counts_and_what_is_automatic_last():
    def mine(chosen=None, levels=4, switch=True, name="a", drive=0.1, detuning=0.0):
        return spin(drive, detuning)

    assert list(start_of(Model(mine)).axes) == ["drive", "detuning"]

    def other(chosen=None, levels=4, drive=0.1):
        return spin(drive)

    assert list(start_of(Model(other)).axes) == ["drive", "levels"]


def test_a_function_may_have_one_parameter_or_none():
    def one(detuning=0.0):
        return spin(0.1, detuning)

    def none(switch=False):
        return spin()

    assert start_of(Model(one)).axes == {"detuning": (-1, 1, "linear")}
    assert start_of(Model(none)).axes == {}
    assert start_of(Model(none)).measure == "synchronization"


def test_systems_of_another_kind_have_their_first_measure():
    def chain(time=20.0):
        return qs.models.harmonic_chain(sites=20, time=time)

    def unnamed(coupling=0.1):
        network = qs.models.harmonic_chain(sites=20, probe_coupling=coupling).network
        return network.run(network.ground_state(), [0.0, 1.0])

    assert start_of(Model(chain)).measure == "x1"
    if hasattr(qs.models.harmonic_chain(sites=20).network, "ground_state"):
        assert start_of(Model(unnamed)).measure == ""


def test_only_one_system_is_built():
    calls = []

    def mine(drive, detuning=0.0):
        calls.append(drive)
        return spin(drive, detuning)

    start_of(Model(mine))
    assert calls == [0.5]


def test_a_text_without_names_needs_a_default():
    def mine(variant: str, drive=0.1):
        return spin(drive)

    with pytest.raises(InvalidArgumentError, match="`variant` needs a value"):
        start_of(Model(mine))
