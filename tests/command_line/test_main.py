"""The command line, as a subprocess."""

import json
import os

import numpy as np
import pytest
import xarray as xr
from commands import run

import quantsync as qs
from quantsync.catalogue.measures import measures_of
from quantsync.catalogue.models import MODELS, Model
from quantsync.command_line.assignments import assignments


def computed(*arguments):
    """What `quantsync compute` prints, read by a parser that takes JSON and nothing else."""
    answer = run("compute", *arguments)
    assert answer.returncode == 0, answer.stderr

    def refuse(constant):
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(answer.stdout, parse_constant=refuse)


def test_compute_prints_the_json_of_its_python_twin():
    parameters = {"epsilon": 0.1, "gain_a": 100, "damping_a": 1, "gain_b": 1, "damping_b": 100}
    measures = ["synchronization", "locked_phase", "negativity", "mutual_information", "purity"]
    given = [f"{name}={value}" for name, value in parameters.items()]
    printed = computed("spin_pair", *given, "--measure", ",".join(measures))
    values = printed["measures"]
    assert values == qs.compute("spin_pair", parameters, measures)  # full precision
    assert values["synchronization"] == pytest.approx(0.021007229871928844427, abs=1e-14)
    assert list(values) == measures
    assert printed["model"] == "spin_pair"
    assert printed["parameters"] == parameters | {"detuning": 0.0, "spin": 1}
    assert printed["units"]["synchronization"] == "1/rad"
    assert printed["version"] == qs.__version__
    assert printed["notes"] == {}
    steady = qs.steady_state(qs.models.spin_pair(**parameters))
    assert printed["certificates"]["largest_residual"] == pytest.approx(steady.residual, abs=1e-12)
    condition = printed["certificates"]["smallest_reciprocal_condition"]
    assert condition == pytest.approx(steady.reciprocal_condition, rel=1e-6)


def test_compute_takes_measures_one_by_one_and_fractions():
    printed = computed("spin_pair", "spin=3/2", "-m", "purity", "-m", "negativity")
    assert printed["measures"] == qs.compute("spin_pair", {"spin": 1.5}, ["purity", "negativity"])
    assert printed["parameters"]["spin"] == 1.5


def test_an_undefined_phase_is_null_and_an_infinite_ratio_a_text_and_both_say_so():
    printed = computed("spin_pair", "epsilon=0", "-m", "locked_phase,synchronization")
    assert printed["measures"] == {"locked_phase": None, "synchronization": 0.0}
    assert printed["notes"] == {"locked_phase": "null where it is undefined"}
    printed = computed("driven_pair", "gain_a=1/2", "damping_a=0.5", "-m", "omega_ratio,omega")
    assert printed["measures"]["omega_ratio"] == "Infinity"
    assert printed["notes"] == {"omega_ratio": "an infinite limit"}


def test_a_value_is_a_number_a_fraction_a_switch_or_a_text_by_name():
    given = ["a=1e-3", "b = -3/4", "literal=False", "variant=lab"]
    values = assignments(given, texts={"variant"})
    assert values == {"a": 0.001, "b": -0.75, "literal": False, "variant": "lab"}
    assert isinstance(values["literal"], bool)


def test_a_terminal_that_knows_no_unicode_is_served():
    answer = run("list", env=os.environ | {"PYTHONIOENCODING": "ascii"})
    assert answer.returncode == 0, answer.stderr
    assert "spin_pair" in answer.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("compute", "spin_pear", "-m", "purity"), ("spin_pear", "'spin_pair'")),
        (("compute", "spin_pair", "epsilonn=1", "-m", "purity"), ("epsilonn", "'epsilon'")),
        (("compute", "spin_pair", "-m", "negativty"), ("negativty", "'negativity'")),
        (("reproduce", "roulet", "2"), ("roulet", "'roulet2018'")),
        (("reproduce", "roulet2018", "dynamic"), ("dynamic", "'dynamics'")),
        (("list", "model"), ("model", "'models'")),
        (("list", "spin_pear"), ("spin_pear", "'spin_pair'")),
        (("list", "models", "circut_qed"), ("circut_qed", "'circuit_qed'")),
        (("list", "measures", "spin_pear"), ("spin_pear", "'spin_pair'")),
        (("list", "papers", "zhao"), ("zhao", "'zhao2025'")),
        (("compute", "spin_pair", "epsilon", "-m", "purity"), ("name=value",)),
        (("compute", "spin_pair", "epsilon=a", "-m", "purity"), ("epsilon", "'a'")),
        (("compute", "spin_pair", "epsilon=1/0", "-m", "purity"), ("epsilon", "'1/0'")),
        (("compute", "spin_pair", f"epsilon=1{400 * '0'}/3", "-m", "purity"), ("epsilon", "100")),
        (("compute", "spin_pair", "epsilon=1", "epsilon=2", "-m", "purity"), ("epsilon", "twice")),
        (("compute", "spin_pair", "epsilon=nan", "-m", "purity"), ("epsilon", "nan")),
        (("compute", "spin_pair", "gain_a=-1", "-m", "purity"), ("gain_a", "-1.0", ">= 0")),
        (("compute", "spin_pair", "spin=0.7", "-m", "purity"), ("0.7",)),
        (("compute", "spin_pair"), ("--measure",)),
        (("compute", "driven_spin", "-m", "negativity"), ("two sites",)),
        (("compute", "spin_pair", "gain_a=0", "damping_a=0", "epsilon=0", "-m", "purity"),
         ("not unique",)),
    ],
)  # fmt: skip
def test_a_mistake_gives_one_line_and_exit_code_2(arguments, words):
    answer = run(*arguments)
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert len(answer.stderr.strip().splitlines()) == 1
    for word in words:
        assert word in answer.stderr


def test_an_unknown_command_or_option_is_a_usage_error_without_traceback():
    for arguments in (("computee",), ("compute", "spin_pair", "--measures", "purity")):
        answer = run(*arguments)
        assert answer.returncode == 2
        assert "Traceback" not in answer.stderr


def test_help_names_the_commands_and_shows_examples():
    assert all(word in run("--help").stdout for word in ("reproduce", "compute", "list"))
    assert "quantsync compute spin_pair" in run("compute", "--help").stdout
    assert "quantsync reproduce roulet2018 3" in run("reproduce", "--help").stdout


def test_list_alone_fits_a_screen_and_says_how_to_go_on():
    shown = run("list", env=os.environ | {"COLUMNS": "80"}).stdout.splitlines()
    assert len(shown) <= 24
    assert max(map(len, shown)) <= 80
    for model in MODELS.own:
        assert len([line for line in shown if line.split()[:1] == [model]]) == 1
    for word in ("roulet2018", "quantsync list MODEL", "quantsync list measures", "Measures: "):
        assert word in "\n".join(shown)


def test_lists_show_models_with_units_and_defaults_measures_and_papers():
    wide = os.environ | {"COLUMNS": "200"}
    shown = "".join(run("list", what, env=wide).stdout for what in ("models", "measures", "papers"))
    for word in ("spin_pair", "damping_a", "Coupling strength", "0.1", "driven_spin"):
        assert word in shown
    for word in ("synchronization", "||L[rho]||", "1/rad", "roulet2018", "dynamics"):
        assert word in shown


def test_lists_for_other_programs():
    whole = json.loads(run("list", "--json").stdout)
    assert list(whole) == ["models", "measures", "papers"]
    for name, function in MODELS.own.items():
        model = Model(function)
        assert list(whole["models"][name]["parameters"]) == list(model.parameters)
        assert whole["models"][name]["measures"] == list(measures_of(model.systems))
    assert whole["measures"]["locked_phase"]["unit"] == "rad"
    assert "dynamics" in whole["papers"]["roulet2018"]["figures"]
    one = json.loads(run("list", "circuit_qed", "--json").stdout)
    assert list(one) == ["models", "measures"]
    assert list(one["models"]) == ["circuit_qed"]
    assert list(one["measures"]) == one["models"]["circuit_qed"]["measures"]
    assert list(json.loads(run("list", "papers", "--json").stdout)) == ["papers"]
    assert list(json.loads(run("list", "measures", "--json").stdout)) == ["measures"]
    assert list(json.loads(run("list", "models", "--json").stdout)) == ["models"]


def test_list_shows_one_model_its_measures_or_one_paper():
    wide = os.environ | {"COLUMNS": "200"}
    shown = run("list", "models", "dephased_chain", env=wide).stdout
    assert "anisotropy" in shown
    assert "spin_pair" not in shown
    shown = run("list", "measures", "circuit_qed", env=wide).stdout
    assert "gain_rate_b" in shown
    assert "purity" not in shown  # no measure of a circuit
    shown = run("list", "measures", "driven_pair", env=wide).stdout
    assert all(word in shown for word in ("purity", "omega"))
    shown = run("list", "papers", "zhao2025", env=wide).stdout
    assert "appendix_e" in shown
    assert "roulet2018" not in shown
    shown = run("list", "papers", env=wide).stdout
    assert "roulet2018" in shown
    assert "negativity between" not in shown  # measures are another list


def test_list_takes_the_name_of_a_model_or_a_paper_alone():
    wide = os.environ | {"COLUMNS": "200"}
    shown = run("list", "driven_pair", env=wide).stdout
    assert all(word in shown for word in ("zero_crossing_a", "gain_a", "purity"))
    assert "roulet2018" not in shown
    assert "spin_pair" not in shown
    shown = run("list", "zhao2025", env=wide).stdout
    assert "appendix_e" in shown
    assert "spin_pair" not in shown


def test_version():
    assert run("--version").stdout.strip() == qs.__version__


def test_reproduce_writes_a_figure_and_its_data(tmp_path):
    answer = run("reproduce", "roulet2018", "fig2", "--out", str(tmp_path / "out"))
    assert answer.returncode == 0, answer.stderr
    picture = tmp_path / "out" / "roulet2018" / "figure_2.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    with xr.open_dataset(picture.with_suffix(".nc"), engine="h5netcdf") as data:
        assert float(data.S_rel.max()) == pytest.approx(0.021007229871928844, abs=1e-12)
        assert data.S_rel.attrs["units"] == "1/rad"
        assert np.isfinite(data.husimi).all()


def test_reproduce_into_an_impossible_place_fails_in_one_line(tmp_path):
    blocker = tmp_path / "file"
    blocker.write_text("")
    answer = run("reproduce", "roulet2018", "2", "--out", str(blocker))
    assert answer.returncode == 1
    assert len(answer.stderr.strip().splitlines()) == 1
