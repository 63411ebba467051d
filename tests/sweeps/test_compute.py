"""Measures at one point."""

import json

import numpy as np
import pytest

import quantsync as qs

EVERYTHING = [
    "synchronization",
    "locked_phase",
    "negativity",
    "log_negativity",
    "mutual_information",
    "purity",
    "von_neumann_entropy",
    "residual",
]


def test_point_equals_the_measures_called_directly():
    parameters = {"epsilon": 0.4, "detuning": -0.7, "gain_a": 3.0, "damping_b": 2.0}
    point = qs.compute("spin_pair", parameters, EVERYTHING)
    steady = qs.steady_state(qs.models.spin_pair(**parameters))
    rho, space = steady.rho, steady.space
    relative = qs.relative_phase_distribution(rho, space)
    expected = {
        "synchronization": float(relative.maximum),
        "locked_phase": relative.location[0],
        "negativity": qs.negativity(rho, space, "A"),
        "log_negativity": qs.log_negativity(rho, space, "A"),
        "mutual_information": qs.mutual_information(rho, space, "A"),
        "purity": qs.purity(rho),
        "von_neumann_entropy": qs.von_neumann_entropy(rho),
    }
    residual = point.pop("residual")
    assert point == pytest.approx(expected, rel=1e-12)
    assert 0 <= residual < 1e-13
    assert list(point) == EVERYTHING[:-1]


def test_defaults_are_the_models_own():
    point = qs.compute(qs.models.spin_pair, {}, ["synchronization", "negativity"])
    assert point["synchronization"] == pytest.approx(0.021007229871928844427, rel=1e-10)
    assert point["negativity"] == pytest.approx(0.087600556467212804312, rel=1e-10)


def test_single_site_is_measured_by_its_own_phase():
    point = qs.compute("driven_spin", {"detuning": 0.5}, ["synchronization", "locked_phase"])
    steady = qs.steady_state(qs.models.driven_spin(detuning=0.5))
    phase = qs.phase_distribution(steady.rho, steady.space)
    assert point == pytest.approx(
        {"synchronization": float(phase.maximum), "locked_phase": phase.location[0]}
    )
    assert point["locked_phase"] > 0  # the spin runs ahead of the signal that is slower


def test_undefined_phase_is_none():
    point = qs.compute("spin_pair", {"epsilon": 0}, ["synchronization", "locked_phase"])
    assert point == {"synchronization": 0.0, "locked_phase": None}


def test_several_components_become_a_list_of_plain_numbers():
    measures = {"p": lambda steady: np.diagonal(steady.rho, axis1=-2, axis2=-1).real}
    point = qs.compute("driven_spin", {"drive": 0.0}, measures)
    assert point["p"] == pytest.approx([0, 1, 0], abs=1e-15)
    assert all(type(value) is float for value in point["p"])
    assert json.loads(json.dumps(point)) == point


def test_function_written_for_a_sweep_serves_at_one_point_too():
    def central_population(steady):
        return steady.rho[:, 4, 4].real

    swept = qs.sweep("spin_pair", {"epsilon": [0.1]}, [central_population])
    point = qs.compute("spin_pair", {"epsilon": 0.1}, [central_population])
    assert point["central_population"] == pytest.approx(float(swept.central_population[0]))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("spin_pear", {}, "purity"), "UnknownNameError", "did you mean 'spin_pair'"),
        (("spin_pair", {"gain": 1}, "purity"), "UnknownNameError", "did you mean 'gain_"),
        (("spin_pair", {}, "purty"), "UnknownNameError", "did you mean 'purity'"),
        (("spin_pair", {}, []), "InvalidArgumentError", "at least one measure"),
        (("spin_pair", {"epsilon": [1, 2]}, "purity"), "InvalidArgumentError", "`epsilon`.*single"),
        (("spin_pair", {"epsilon": "x"}, "purity"), "InvalidArgumentError", "epsilon.*'x'"),
        (("spin_pair", {"epsilon": None}, "purity"), "InvalidArgumentError", "epsilon.*None"),
        (("spin_pair", {"epsilon": 1j}, "purity"), "InvalidArgumentError", "epsilon.*real"),
        (("spin_pair", {"epsilon": np.inf}, "purity"), "NonFiniteError", "epsilon.*inf"),
        (("spin_pair", {"gain_b": -1}, "purity"), "InvalidArgumentError", r"gain_b.*-1\b"),
        (("spin_pair", {"spin": 0.7}, "purity"), "InvalidArgumentError", "0.7"),
        (("driven_spin", {}, "negativity"), "InvalidArgumentError", "at least two sites"),
        (("spin_pair", {}, {"one": lambda steady: 1.0}), "QuantsyncError", "'one'.*batch shape"),
        ((lambda: 1, {}, "purity"), "InvalidArgumentError", "must return a Lindbladian.*int"),
    ],
)
def test_misuse_is_explained(arguments, error, message):
    with pytest.raises(getattr(qs.errors, error), match=message):
        qs.compute(*arguments)


def test_several_steady_states_are_an_error_with_their_number():
    with pytest.raises(qs.errors.NonUniqueSteadyStateError) as caught:
        qs.compute("spin_pair", {"epsilon": 0, "gain_a": 0}, "purity")
    assert caught.value.count == 4
