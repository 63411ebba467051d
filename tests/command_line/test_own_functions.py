"""Models and measures of one's own, named by their place: compute, list, sweeps."""

import json

import numpy as np
import pytest
from commands import run
from own_module import MINE, run_script

import quantsync as qs
from quantsync.catalogue.references import is_reference, load, require_allowed
from quantsync.errors import InvalidArgumentError


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "mine.py").write_text(MINE)
    return tmp_path


def thermal(gain, loss=2.0):
    """Mean number of quanta of a mode with gain and loss: n = gain / (loss - gain)."""
    return gain / (loss - gain)


def test_compute_takes_a_function_and_measures_of_a_module_of_the_present_folder(folder):
    for start in (run, run_script):
        answer = start("compute", "mine:mode", "drive=0", "gain=0.2", "kind=one", "-m",
                       "purity,mine:number_per_gain", "-m", "mine:quanta", cwd=folder)  # fmt: skip
        assert answer.returncode == 0, answer.stderr
        printed = json.loads(answer.stdout)
        n = thermal(0.2)
        assert printed["measures"]["quanta"] == pytest.approx(n, rel=1e-8)
        assert printed["measures"]["number_per_gain"] == pytest.approx(n / 0.2, rel=1e-8)
        assert printed["measures"]["purity"] == pytest.approx(1 / (1 + 2 * n), rel=1e-8)
        assert printed["units"] == {"purity": "1", "number_per_gain": "", "quanta": "1"}
        assert printed["model"] == "mine:mode"
        assert printed["parameters"] == {
            "drive": 0, "gain": 0.2, "kind": "one", "detuning": 0, "levels": 12
        }  # fmt: skip


def test_a_whole_number_stays_one_and_a_file_is_taken_from_elsewhere(folder, tmp_path_factory):
    answer = run("compute", folder / "mine.py:mode", "levels=9", "-m", "purity",
                 cwd=tmp_path_factory.mktemp("elsewhere"))  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    assert '"levels": 9,' in answer.stdout


def test_what_a_module_prints_is_no_answer(folder):
    (folder / "loud.py").write_text(
        f"print('hello')\n{MINE}\ndef loud(**values):\n    print(values)\n    return mode()\n"
    )
    answer = run("compute", "loud:loud", "-m", "purity", cwd=folder)
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout)["measures"]["purity"] < 1
    assert answer.stderr == "hello\n{}\n"


def test_list_shows_the_parameters_of_a_function_and_what_a_module_has(folder):
    shown = run("list", "mine:mode", cwd=folder).stdout
    for word in ("Driven oscillator", "levels", "12", "rate", "Strength", "synchronization"):
        assert word in shown
    shown = run("list", "mine", cwd=folder).stdout
    for word in ("mode", "number_per_gain", "drive, detuning", "quanta", "mean number"):
        assert word in shown
    assert "_hidden" not in shown
    assert "qs" not in shown
    data = json.loads(run("list", "mine.py:mode", "--json", cwd=folder).stdout)
    found = data["models"]["mine.py:mode"]
    assert found["parameters"]["drive"] == {
        "default": 0.1, "required": False, "unit": "rate", "description": "Strength of the drive.",
        "kind": "number", "choices": [], "bounds": [None, None], "range": [0.0, 0.2, "linear"],
    }  # fmt: skip
    assert "purity" in found["measures"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("mine:mod", "-m", "purity"), ("'mine:mod'", "'mode'")),
        (("mien:mode", "-m", "purity"), ("no module 'mien'",)),
        (("none.py:mode", "-m", "purity"), ("no file none.py",)),
        (("mine.py", "-m", "purity"), ("mine.py:function",)),
        (("mine:", "-m", "purity"), ("module:function",)),
        (("mine:_hidden", "-m", "purity"), ("must be a function", "int")),
        (("mine:quanta", "-m", "purity"), ("is a measure",)),
        (("mine:mode", "kind=three", "-m", "purity"), ("KeyError: 'three'", "mine.py, line 24")),
        (("mine:mode", "levels=-1", "-m", "purity"), ("levels", "-1", "mine.py, line 22")),
        (("mine:mode", "drivee=1", "-m", "purity"), ("drivee", "'drive'")),
        (("mine:mode", "drive=a", "-m", "purity"), ("drive", "'a'")),
        (("mine:mode", "-m", "mine:mode"), ("mine.py, line",)),
        (("syntax:mode", "-m", "purity"), ("syntax.py, line 2: SyntaxError",)),
        (("lacks:mode", "-m", "purity"), ("ModuleNotFoundError", "nothing_such", "line 1")),
        (("ends:mode", "-m", "purity"), ("Cannot import ends", "__main__")),
        (("breaks:mode", "-m", "purity"), ("ZeroDivisionError", "breaks.py, line 2: 1 / 0")),
    ],
)
def test_a_mistake_gives_one_line_with_the_line_of_ones_own_and_exit_code_2(
    folder, arguments, words
):
    (folder / "syntax.py").write_text("x = 1\ndef mode(:\n")
    (folder / "lacks.py").write_text("import nothing_such\n")
    (folder / "breaks.py").write_text("x = 1\n1 / 0\n")
    (folder / "ends.py").write_text("raise SystemExit\n")
    answer = run("compute", *arguments, cwd=folder)
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert len(answer.stderr.strip().splitlines()) == 1, answer.stderr
    for word in words:
        assert word in answer.stderr


SPEC = """\
model = "mine:mode"
measures = ["purity", "mine:quanta", "mine:number_per_gain"]
store = "own.zarr"

[axes]
drive = [0.0, 0.1]
kind = ["one", "two"]
levels = [10, 12]

[tied]
gain = "0.1 + 2 * drive"
"""


def test_a_file_names_functions_only_where_the_command_line_allows_it(folder):
    (folder / "own.toml").write_text(SPEC)
    for allow in ((), ("--allow", "mien"), ("--allow", "min")):
        refused = run("sweep", "own.toml", *allow, cwd=folder)
        assert refused.returncode == 2
        assert "own.toml, line 1, key `model`: 'mine:mode'" in refused.stderr
        assert "--allow mine" in refused.stderr
    assert not (folder / "own.zarr").exists()
    (folder / "own.toml").write_text(
        'model = "spin_pair"\nmeasures = ["purity", "mine:quanta"]\nstore = "a.zarr"\n'
        "axes.epsilon = [0.1]\n"
    )
    refused = run("sweep", "own.toml", cwd=folder)
    assert "line 2, key `measures`: 'mine:quanta'" in refused.stderr


def test_the_line_of_ones_own_is_named_in_maps_as_well(folder):
    for old, new, words in (
        ("[10, 12]", "[10, -1]", ("own.toml, line 8, key `axes.levels`", "-1", "mine.py, line 22")),
        ('["one", "two"]', '["three"]', ("KeyError: 'three'", "mine.py, line 24")),
    ):
        (folder / "own.toml").write_text(SPEC.replace(old, new))
        answer = run("sweep", "own.toml", "--allow", "mine", cwd=folder)
        assert (answer.returncode, len(answer.stderr.splitlines())) == (2, 1), answer.stderr
        for word in words:
            assert word in answer.stderr


def test_a_sweep_of_ones_own_functions_and_its_resumption(folder):
    (folder / "own.toml").write_text(SPEC)
    done = run("sweep", "own.toml", "--allow", "mine", cwd=folder)
    assert done.returncode == 0, done.stderr
    kept = qs.open_sweep(folder / "own.zarr")
    assert kept.kind.values.tolist() == ["one", "two"]
    assert kept.levels.dtype.kind == "i"
    undriven = kept.sel(kind="one", drive=0.0, levels=12)
    assert float(undriven.quanta) == pytest.approx(thermal(0.1), rel=1e-8)
    assert float(undriven.number_per_gain) == pytest.approx(thermal(0.1) / 0.1, rel=1e-8)
    assert kept.quanta.attrs["long_name"] == "mean number of quanta"
    (chunk,) = sorted((folder / "own.zarr" / "quanta" / "c").rglob("*"))[-1:]
    chunk.unlink()
    refused = run("sweep", "resume", "own.zarr", cwd=folder)
    assert refused.returncode == 2
    assert "--allow mine" in refused.stderr
    again = run("sweep", "resume", "own.zarr", "--allow", "mine", cwd=folder)
    assert again.returncode == 0, again.stderr
    np.testing.assert_array_equal(qs.open_sweep(folder / "own.zarr").quanta, kept.quanta)
    # Python goes on with the same store, and finds out that a function has changed.
    (folder / "mine.py").write_text(MINE.replace("(2.0, loss)", "(3.0, loss)"))
    changed = run("sweep", "resume", "own.zarr", "--allow", "mine", cwd=folder)
    assert changed.returncode == 2
    assert "source of model mode" in changed.stderr


def test_a_file_of_python_beside_the_description_is_allowed_by_its_path(folder, tmp_path_factory):
    text = SPEC.replace('"mine:mode"', '"mine.py:mode"').replace("mine:qu", "mine.py:qu")
    (folder / "own.toml").write_text(text.replace("mine:nu", "mine.py:nu"))
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    refused = run("sweep", folder / "own.toml", cwd=elsewhere)
    assert "mine.py, if you trust" in refused.stderr
    done = run("sweep", folder / "own.toml", "--allow", folder / "mine.py", cwd=elsewhere)
    assert done.returncode == 0, done.stderr
    resumed = run(
        "sweep", "resume", folder / "own.zarr", "--allow", folder / "mine.py", cwd=elsewhere
    )
    assert resumed.returncode == 0, resumed.stderr


def test_what_is_allowed_is_what_a_module_defines_and_not_what_it_imports(folder, monkeypatch):
    (folder / "trusted_lab.py").write_text(
        "import os\nfrom os import system\nfrom math import sqrt\ndef mode(x=1):\n    return x\n"
    )
    monkeypatch.chdir(folder)
    assert load("trusted_lab:mode", allowed=["trusted_lab"])() == 1
    for name in ("system", "os.system", "sqrt"):
        assert callable(load(f"trusted_lab:{name}"))  # typed on the command line
        with pytest.raises(InvalidArgumentError, match="is not defined in trusted_lab but in"):
            load(f"trusted_lab:{name}", allowed=["trusted_lab"])
    require_allowed("package.module:f", ["package"])
    for allowed in ([], ["pack"], ["package.other"], ["package.module.inner"]):
        with pytest.raises(InvalidArgumentError, match="--allow package.module"):
            require_allowed("package.module:f", allowed)


def test_a_place_is_told_by_its_colon():
    assert is_reference("a:b")
    assert is_reference("folder/a.py:b")
    assert not is_reference("spin_pair")
    assert not is_reference(3)
