"""What the shell offers: the same as there is, without importing any of it."""

import os
import subprocess
import sys

import pytest
from own_module import MINE

from quantsync.catalogue.measures import measures_of
from quantsync.catalogue.models import MODELS, Model
from quantsync.command_line import completion
from quantsync.papers.registry import PAPERS


class Line:
    """What has been typed."""

    def __init__(self, **params):
        self.params = params


@pytest.mark.parametrize("name", MODELS.own)
def test_parameters_and_measures_of_a_model_are_those_that_it_has(name):
    model = Model.of(name)
    found = completion.complete_parameter(Line(model=name), "")
    assert found == [f"{parameter}=" for parameter in model.parameters]
    assert set(completion.complete_measure(Line(model=name), "")) == {*measures_of(model.systems)}


def test_names_of_models_papers_and_figures_are_those_that_there_are():
    assert completion.complete_model("") == list(MODELS.own)
    assert completion.complete_model("driv") == ["driven_spin", "driven_pair"]
    assert completion.complete_paper("") == list(PAPERS.own)
    for name, paper in PAPERS.own.items():
        assert set(completion.complete_figure(Line(paper=name), "")) == {*paper.figures}
        numbers = {claim.rpartition("-")[2] for claim in paper.statements}
        assert set(completion.complete_claim(Line(paper=name), "C")) == numbers
    assert completion.complete_in_list(Line(what="claims"), "rou") == ["roulet2018"]
    assert completion.complete_in_list(Line(what="measures"), "driven_p") == ["driven_pair"]
    assert completion.complete_listed("m") == ["models", "measures"]


def test_the_names_that_a_parameter_can_take_are_offered():
    complete = completion.complete_parameter
    assert complete(Line(model="circuit_qed"), "preset=") == [
        f"preset={name}" for name in Model.of("circuit_qed").parameters["preset"].choices
    ]
    assert complete(Line(model="pseudo_boson_pair"), "variant=l") == [
        "variant=lab", "variant=literal",
    ]  # fmt: skip
    assert complete(Line(model="collective_decay_pair"), "literal=f") == ["literal=false"]
    assert complete(Line(model="spin_pair"), "epsilon=") == []
    assert complete(Line(model="nothing"), "epsilon=") == []


def test_what_is_given_is_not_offered_again():
    line = Line(model="spin_pair", parameters=["epsilon=0.1"])
    assert "epsilon=" not in completion.complete_parameter(line, "")
    assert completion.complete_measure(line, "purity,neg") == ["purity,negativity"]
    assert "purity,purity" not in completion.complete_measure(line, "purity,")
    assert completion.complete_parameter(Line(model="no_such"), "") == []


def test_functions_of_ones_own_are_read_and_not_run(tmp_path, monkeypatch):
    (tmp_path / "mine.py").write_text(f"raise SystemExit\n{MINE}")
    monkeypatch.chdir(tmp_path)
    assert completion.complete_model("mine:m") == ["mine:mode"]
    assert completion.complete_parameter(Line(model="mine:mode"), "d") == ["drive=", "detuning="]
    offered = completion.complete_measure(Line(model="mine:mode"), "purity,mine:")
    assert "purity,mine:quanta" in offered
    assert "purity,mine:_hidden" not in offered
    assert completion.complete_model("none:") == []


def completed(words, tmp_path):
    """What bash gets for a line, and the modules that were imported for it."""
    code = (
        "import sys, atexit; sys.argv = ['quantsync']; "
        "heavy = ('numpy', 'scipy', 'matplotlib', 'rich', 'xarray'); "
        "atexit.register(lambda: print([n for n in heavy if n in sys.modules], file=sys.stderr)); "
        "from quantsync.command_line.main import main; main()"
    )
    env = os.environ | {
        "_QUANTSYNC_COMPLETE": "complete_bash",
        "COMP_WORDS": " ".join(words),
        "COMP_CWORD": str(len(words) - 1),
    }
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=env, cwd=tmp_path
    )


def test_the_shell_gets_it_without_heavy_imports(tmp_path):
    for words, offered in (
        (["quantsync", "compute", "spin_"], ["spin_pair", "spin_mode"]),
        (["quantsync", "compute", "spin_pair", "gain"], ["gain_a=", "gain_b="]),
        (["quantsync", "compute", "spin_pair", "-m", "loc"], ["locked_phase"]),
        (["quantsync", "reproduce", "rou"], ["roulet2018"]),
    ):
        answer = completed(words, tmp_path)
        assert answer.stdout.split() == offered, answer.stderr
        assert answer.stderr.strip() == "[]"


def test_the_completion_can_be_installed():
    answer = subprocess.run(
        [sys.executable, "-m", "quantsync", "--help"], capture_output=True, text=True, check=True
    )
    assert "--install-completion" in answer.stdout
    assert "--show-completion" in answer.stdout
