"""Models by name: parameters from signatures and docstrings, their systems, their measures."""

import pytest

import quantsync as qs
from quantsync.catalogue.measures import MEASURES_OF_KIND, measures_of
from quantsync.catalogue.models import MODELS, Model
from quantsync.system import System


def test_units_and_defaults_come_from_the_docstrings():
    parameters = Model.of("driven_spin").parameters
    assert list(parameters) == ["drive", "detuning", "gain", "damping", "spin"]
    assert [p.unit for p in parameters.values()] == ["damping"] * 3 + ["", ""]
    assert parameters["gain"].default == 100
    assert parameters["drive"].description == "Strength of the signal."


@pytest.mark.parametrize("name", MODELS)
def test_every_model_says_what_it_returns_and_what_its_parameters_mean(name):
    model = Model.of(name)
    assert model.name == name
    assert model.is_registered
    assert model.summary.endswith(").") or model.summary.endswith(".")
    assert all(p.description for p in model.parameters.values())
    found = model()
    assert isinstance(found, System)
    assert type(found) is model.systems
    assert measures_of(found) == measures_of(model.systems)
    assert all(key == measure.name for key, measure in measures_of(found).items())


def test_a_function_of_the_same_name_is_not_the_model():
    def spin_pair(epsilon=1.0):
        return qs.models.spin_pair(epsilon)

    assert not Model.of(spin_pair).is_registered
    assert Model.of(Model.of("spin_pair")).function is qs.models.spin_pair


def test_names_that_stand_for_something_are_listed():
    described = Model.of("circuit_qed").parameters["preset"].description
    assert described.endswith(" One of 10a, 10b, 11b.")
    assert Model.of("circuit_qed").text_parameters == {"preset"}


def test_a_steady_state_has_the_measures_of_states_and_the_models_own():
    pair = measures_of(qs.models.driven_pair())
    assert set(MEASURES_OF_KIND["steady state"]) < set(pair)
    assert "omega" in pair
    assert measures_of(qs.models.spin_pair()) == MEASURES_OF_KIND["steady state"]
    assert "purity" not in measures_of(qs.models.harmonic_chain())


def test_the_pair_knows_its_parameters_wherever_it_is_taken():
    pair = qs.models.driven_pair(coupling=[0.0, 0.3], drive=[[0.1], [0.7]], spin=1)
    assert pair.spin == 1
    assert pair.parameters["coupling"].tolist() == [0.0, 0.3, 0.0, 0.3]
    assert pair.take([3]).parameters["drive"].tolist() == [0.7]
    assert pair[0].parameters["coupling"].tolist() == [0.0, 0.3]
    changed = pair.with_parameters(dephasing=0.2)
    assert changed.parameters["dephasing"].tolist() == [0.2] * 4
    assert changed.spin == 1
