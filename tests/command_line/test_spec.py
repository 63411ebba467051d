"""Sweeps described in files: checked before anything runs, and run from the command line."""

import csv
import json
import os
import signal
import subprocess
import sys
import time

import commands
import numpy as np
import pytest
import xarray as xr

import quantsync as qs
from quantsync.command_line.spec import lines_of_keys, read_spec

SPEC = """\
# An Arnold tongue.
model = "spin_pair"
measures = ["synchronization", "locked_phase"]
store = "tongue.zarr"
chunk = 10

[axes]
epsilon = {linspace = [0, 0.1, 5]}
detuning = [-1, 0.5,
            1]

[fixed]
gain_a = 20
"""


def run(*arguments, **options):
    return commands.run("sweep", *arguments, **options)


@pytest.fixture
def spec(tmp_path):
    path = tmp_path / "tongue.toml"
    path.write_text(SPEC)
    return path


def test_a_description_is_the_sweep_it_describes(spec):
    read = read_spec(spec)
    assert read.arguments["model"] == "spin_pair"
    assert read.arguments["fixed"] == {"gain_a": 20}
    assert read.arguments["refine"] is None
    assert read.store == qs.Store(spec.parent / "tongue.zarr", chunk=10)
    np.testing.assert_array_equal(read.arguments["axes"]["epsilon"], np.linspace(0, 0.1, 5))
    np.testing.assert_array_equal(read.arguments["axes"]["detuning"], [-1, 0.5, 1])
    assert list(read.plan.measures) == ["synchronization", "locked_phase"]
    spec.write_text(
        SPEC.replace("{linspace = [0, 0.1, 5]}", "{logspace = [-2, 0, 3]}")
        .replace("[-1, 0.5,\n            1]", "{geomspace = [1, 100, 3]}")
        .replace('["synchronization", "locked_phase"]', '{S = "synchronization"}')
    )
    read = read_spec(spec)
    np.testing.assert_allclose(read.arguments["axes"]["epsilon"], [0.01, 0.1, 1])
    np.testing.assert_allclose(read.arguments["axes"]["detuning"], [1, 10, 100])
    assert list(read.plan.measures) == ["S"]


def test_texts_are_fixed_where_the_model_takes_them(spec):
    spec.write_text(
        'model = "pseudo_boson_pair"\nmeasures = ["S_q"]\nstore = "a"\naxes.time = [1, 2]\n'
        'fixed = {variant = "lab"}\n'
    )
    assert read_spec(spec).arguments["fixed"] == {"variant": "lab"}
    spec.write_text(spec.read_text().replace('"lab"', "3"))
    with pytest.raises(qs.errors.SpecError, match=r"line 5, key `fixed.variant`: .*text.*3"):
        read_spec(spec)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"spin_pair"', '"spin_pear"', r"line 2, key `model`: .*'spin_pair'"),
        ('"spin_pair"', "3", r"line 2, key `model`: must be a text.*3"),
        ("measures =", "measure =", r"line 3, key `measure`: .*'measures'"),
        ('"locked_phase"', '"locked_fase"', r"line 3, key `measures`: .*'locked_phase'"),
        ('"locked_phase"', "3", r"line 3, key `measures`: must hold names, but has 3"),
        ('["synchronization", "locked_phase"]', "[]", r"line 3, key `measures`: .*list of names"),
        ('"locked_phase"', '"synchronization"', r"line 3, key `measures`: .*twice"),
        ("chunk = 10", "chunk = 0", r"line 5, key `chunk`: .*0"),
        ("chunk = 10", "chunk = [1]", r"line 5, key `chunk`: .*2 axes"),
        ("chunk = 10", "chunk = 10\nworkers = 2", r"line 6, key `workers`"),
        ("epsilon =", "epsilonn =", r"line 8, key `axes.epsilonn`: .*'epsilon'"),
        ("linspace", "linspac", r"line 8, key `axes.epsilon`: .*linspac\."),
        ("0.1, 5]", "0.1]", r"line 8, key `axes.epsilon.linspace`: .*\[0, 0.1\]"),
        ("0.1, 5]", "0.1, 5.5]", r"line 8, key `axes.epsilon.linspace`: .*5.5"),
        ("linspace = [0", "geomspace = [0", r"line 8, key `axes.epsilon.geomspace`: .*0 and 0.1"),
        ("linspace = [0, 0.1", "logspace = [0, 999", r"key `axes.epsilon.logspace`: .*overflow"),
        ("{linspace = [0, 0.1, 5]}", "0.1", r"line 8, key `axes.epsilon`: .*\[fixed\]"),
        ("[-1, 0.5,", '[-1, "a",', r"line 9, key `axes.detuning`: .*entry 1 is 'a'"),
        ("[-1, 0.5,", "[-1, nan,", r"line 9, key `axes.detuning`: .*entry 1 is nan"),
        ("[-1, 0.5,", f"[-1{400 * '0'}, 0.5,", r"line 9, key `axes.detuning`: .*entry 0 is -1000"),
        ("[-1, 0.5,", f"[1{5000 * '0'}, 0.5,", r"4300 digits"),
        ("[0, 0.1, 5]", f"[1{400 * '0'}, 0.1, 5]", r"key `axes.epsilon.linspace`: .*but is \[1000"),
        ("gain_a = 20", f"gain_a = {1000 * '['}", r"nests lists or tables too deeply"),
        ("gain_a = 20", "gain_aa = 20", r"line 13, key `fixed.gain_aa`: .*'gain_a'"),
        ("gain_a = 20", "gain_a = [1, 2]", r"line 13, key `fixed.gain_a`: .*\[axes\]"),
        ("gain_a = 20", 'gain_a = "a"', r"line 13, key `fixed.gain_a`: .*number.*'a'"),
        ("gain_a = 20", "gain_a = -1", r"line 13, key `fixed.gain_a`: .*>= 0.*-1"),
        ("gain_a = 20", "epsilon = 1", r"line 13, key `fixed.epsilon`: .*axis"),
        ("gain_a = 20", "gain_a = 2 0", r"line 13: "),
        ("gain_a = 20", "gain_a = 20\ngain_a = 3", r"line 14: "),
        ("[fixed]", "[fixd]", r"line 12, key `fixd`: .*'fixed'"),
        ('store = "tongue.zarr"', "", r"has no key `store`"),
        ('store = "tongue.zarr"', 'store = ""', r"line 4, key `store`"),
    ],
)
def test_mistakes_are_named_with_line_and_key(spec, old, new, message):
    assert old in SPEC
    spec.write_text(SPEC.replace(old, new))
    with pytest.raises(qs.errors.SpecError, match=message) as caught:
        read_spec(spec)
    assert str(spec) in str(caught.value)
    assert list(spec.parent.iterdir()) == [spec]


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(qs.errors.SpecError, match=r"none\.toml: No such file"):
        read_spec(tmp_path / "none.toml")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(qs.errors.SpecError, match="not a text file"):
        read_spec(tmp_path / "binary")


def test_lines_of_keys_in_every_notation():
    text = (
        'a = "[b]"  # c = 1\n"d e" = [\n  1,\n]\n[f.g]\nh.i = {j = 1, k = {l = 2}}\n[[m]]\nn = 1\n'
    )
    lines = lines_of_keys(text)
    assert lines["a",] == 1
    assert lines["d e",] == 2
    assert lines["f",] == lines["f", "g"] == 5
    assert lines["f", "g", "h", "i"] == lines["f", "g", "h", "i", "j"] == 6
    assert lines["m", "n"] == 8
    assert ("c",) not in lines


# The command line -------------------------------------------------------------------------------


def test_the_whole_life_of_a_store(spec):
    dry = run(spec, "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert "15 points in 2 tasks of up to 9 points (3, 3)" in dry.stdout
    assert "GB in" in dry.stdout
    assert list(spec.parent.iterdir()) == [spec]
    first = run(spec.name, cwd=spec.parent)
    assert first.returncode == 0, first.stderr
    assert "15 of 15 points done, 0 failed, 0 missing" in first.stdout
    assert not first.stderr
    store = spec.parent / "tongue.zarr"
    expected = qs.sweep(
        "spin_pair",
        {"epsilon": np.linspace(0, 0.1, 5), "detuning": [-1, 0.5, 1]},
        ["synchronization", "locked_phase"],
        {"gain_a": 20},
    )
    xr.testing.assert_allclose(
        qs.open_sweep(store).drop_vars("status"), expected, rtol=1e-12, atol=1e-13
    )
    assert "The store is there: 15 of 15 points" in run("--dry-run", spec).stdout
    chunk = store / "synchronization" / "c" / "0" / "0"
    chunk.write_bytes(chunk.read_bytes()[:-1])
    status = run("status", store)
    assert "6 of 15 points done, 0 failed, 9 missing (2 tasks)" in status.stdout.replace(
        "3 t", "2 t"
    )
    assert "damaged: task (0, 0) (synchronization: 0 has" in status.stdout
    again = run("resume", store)
    assert again.returncode == 0, again.stderr
    assert "1 of 2 tasks" in again.stderr
    assert "15 of 15 points done" in again.stdout
    for name in ("map.nc", "map.csv"):
        told = run("export", store, spec.parent / name)
        assert told.returncode == 0, told.stderr
    with xr.open_dataset(spec.parent / "map.nc", engine="h5netcdf") as file:
        xr.testing.assert_equal(file.load(), qs.open_sweep(store))
    with (spec.parent / "map.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 15
    assert float(rows[-1]["synchronization"]) == qs.open_sweep(store).synchronization.values[-1, -1]
    drawn = run("plot", store)
    assert drawn.returncode == 0, drawn.stderr
    assert (spec.parent / "tongue.png").read_bytes()[:4] == b"\x89PNG"
    cut = run("plot", store, "--at", "epsilon=0.1", "-m", "synchronization", "--out",
              spec.parent / "line.pdf")  # fmt: skip
    assert cut.returncode == 0, cut.stderr
    assert (spec.parent / "line.pdf").read_bytes()[:4] == b"%PDF"
    assert sorted(p.name for p in spec.parent.iterdir()) == [
        "line.pdf", "map.csv", "map.nc", "tongue.png", "tongue.toml", "tongue.zarr"
    ]  # fmt: skip


def test_complex_values_are_exported_as_two_columns(tmp_path):
    def coherence(steady):
        return steady.rho[:, 2:4, 4]

    store = tmp_path / "a.zarr"
    qs.sweep("spin_pair", {"epsilon": [0.1, 0.2]}, [coherence], store=store, progress=False)
    assert run("export", store, tmp_path / "a.csv").returncode == 0
    with (tmp_path / "a.csv").open(newline="") as file:
        assert next(csv.reader(file)) == [
            "epsilon", "coherence_real[0]", "coherence_real[1]", "coherence_imag[0]",
            "coherence_imag[1]", "status",
        ]  # fmt: skip
    refused = run("resume", store)
    assert refused.returncode == 2
    assert "measure 'coherence'" in refused.stderr
    assert "script" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("none.toml",), ("none.toml", "No such file")),
        (("status", "none.zarr"), ("no store at",)),
        (("resume", "none.zarr"), ("no store at",)),
        (("export", "none.zarr", "a.nc"), ("no store at",)),
        (("plot", "none.zarr"), ("no store at",)),
    ],
)
def test_a_mistake_gives_one_line_and_exit_code_2(tmp_path, arguments, words):
    answer = run(*arguments, cwd=tmp_path)
    assert answer.returncode == 2
    assert len(answer.stderr.strip().splitlines()) == 1
    for word in words:
        assert word in answer.stderr
    assert not list(tmp_path.iterdir())


def test_a_sweep_with_points_that_fail_does_not_end_as_if_all_were_done(tmp_path):
    path = tmp_path / "map.toml"
    path.write_text(
        'model = "spin_pair"\nmeasures = ["purity"]\nstore = "map.zarr"\n'
        "axes.gain_a = [0.0, 1.0]\nfixed = {epsilon = 0.0}\n"
    )
    first = run(path)
    assert "1 of 2 points done, 1 failed, 0 missing" in first.stdout
    assert "Traceback" not in first.stderr
    assert (first.returncode, run(path).returncode) == (3, 3)
    path.write_text(path.read_text().replace("[0.0, 1.0]", "[2.0, 1.0]").replace("map.z", "b.z"))
    assert run(path).returncode == 0


def test_ctrl_c_ends_with_a_line_and_the_rest_is_done_later(spec):
    spec.write_text(
        'model = "spin_pair"\nmeasures = ["synchronization"]\nstore = "a.zarr"\nchunk = 100\n'
        "axes = {epsilon = {linspace = [0, 0.1, 400]}, detuning = {linspace = [-1, 1, 500]}}\n"
    )
    # Python does not set its handler where the shell that started it ignores Ctrl-C.
    command = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from quantsync.command_line.main import main; sys.exit(main())"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", command, "sweep", str(spec)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    status = spec.parent / "a.zarr" / "status" / "c"
    while len(list(status.rglob("*"))) < 20 and child.poll() is None:
        time.sleep(0.01)
    child.send_signal(signal.SIGINT)
    _, told = child.communicate()
    assert child.returncode == 130
    assert "points are done" in told
    assert "quantsync sweep resume" in told
    assert "Traceback" not in told
    state = qs.sweep_status(spec.parent / "a.zarr")
    assert state.missing > 0
    assert state.done > 0
    assert not state.damaged


def test_texts_are_an_axis_of_a_parameter_that_takes_them(spec):
    spec.write_text(SPEC.replace("{linspace = [0, 0.1, 5]}", '["weak"]'))
    with pytest.raises(qs.errors.SpecError, match=r"line 8, key `axes.epsilon`: .*entry 0 is 'we"):
        read_spec(spec)
    text = (
        'model = "pseudo_boson_pair"\nmeasures = ["S_q"]\nstore = "a.zarr"\n'
        'axes = {variant = ["lab", "corrected"], time = [1]}\n'
    )
    spec.write_text(text)
    assert read_spec(spec).arguments["axes"]["variant"].tolist() == ["lab", "corrected"]
    spec.write_text(text.replace('"corrected"', "3"))
    with pytest.raises(qs.errors.SpecError, match=r"`axes.variant`: must hold texts, .* 1 is 3"):
        read_spec(spec)


def test_whole_numbers_are_an_axis(spec):
    spec.write_text(
        'model = "spin_pair"\nmeasures = ["purity"]\nstore = "a.zarr"\naxes = {spin = [1, 2]}\n'
    )
    assert read_spec(spec).arguments["axes"]["spin"].dtype.kind == "i"
    assert run(spec).returncode == 0
    purity = qs.open_sweep(spec.parent / "a.zarr").purity.values
    assert purity == pytest.approx(qs.sweep("spin_pair", {"spin": [1, 2]}, "purity").purity.values)


TIED = """\
model = "driven_pair"
measures = ["synchronization"]
store = "a.zarr"

[axes]
gain_a = [0.1, 0.25, 0.4]

[tied]
damping_a = "1 - gain_a"
"""


def test_a_tied_parameter_follows_its_rule_and_the_store_resumes_it(spec):
    spec.write_text(TIED)
    first = run(spec)
    assert first.returncode == 0, first.stderr
    store = spec.parent / "a.zarr"
    kept = qs.open_sweep(store)
    for gain in (0.1, 0.25, 0.4):
        twin = qs.compute("driven_pair", {"gain_a": gain, "damping_a": 1 - gain}, "synchronization")
        found = float(kept.synchronization.sel(gain_a=gain))
        assert found == pytest.approx(twin["synchronization"], rel=1e-10)
    for chunk in (store / "synchronization" / "c").iterdir():
        chunk.unlink()
    again = run("resume", store)
    assert again.returncode == 0, again.stderr
    np.testing.assert_array_equal(qs.open_sweep(store).synchronization, kept.synchronization)
    spec.write_text(TIED.replace("1 - gain_a", "1-(gain_a)"))  # the same rule
    assert run(spec).returncode == 0
    spec.write_text(TIED.replace("1 - gain_a", "2 - gain_a"))
    other = run(spec)
    assert other.returncode == 2
    assert "'damping_a': = 1 - gain_a in the store, = 2 - gain_a now" in other.stderr


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ('"1 - gain"', r"line 9, key `tied.damping_a`: Unknown axis 'gain'; .*'gain_a'"),
        ('"1 -"', r"line 9, key `tied.damping_a`: .*no arithmetic expression"),
        ('"open(1)"', r"line 9, key `tied.damping_a`: .*calls `open`"),
        ("3", r"line 9, key `tied.damping_a`: .*in quotation marks.*3"),
        ('"1 - gain_a"\ndampin_b = "gain_a"', r"line 10, key `tied.dampin_b`: .*'damping_b'"),
        ('"1 - gain_a"\ngain_a = "1"', r"line 10, key `tied.gain_a`: it is an axis"),
        ('"gain_a - 1"', r"line 9, key `tied.damping_a`: .*>= 0"),
        ('"sqrt(gain_a - 1)"', r"gives nan at gain_a = 0.1"),
    ],
)
def test_mistakes_in_a_rule_are_named_with_line_and_key(spec, rule, message):
    spec.write_text(TIED.replace('"1 - gain_a"', rule))
    with pytest.raises(qs.errors.SpecError, match=message):
        read_spec(spec)


def test_a_description_comes_from_standard_input_with_its_store_beside_the_reader(spec):
    answer = run("-", cwd=spec.parent, input=TIED)
    assert answer.returncode == 0, answer.stderr
    assert (spec.parent / "a.zarr").is_dir()
    wrong = run("-", cwd=spec.parent, input=TIED.replace("gain_a = [", "gain = ["))
    assert "standard input, line 6, key `axes.gain`" in wrong.stderr


def test_a_store_leaves_by_standard_output(spec):
    spec.write_text(TIED)
    assert run(spec).returncode == 0
    store = spec.parent / "a.zarr"
    told = run("export", store, "-")
    assert told.returncode == 0, told.stderr
    assert told.stdout.splitlines()[0] == "gain_a,synchronization,status"
    assert len(told.stdout.splitlines()) == 4
    drawn = subprocess.run(
        [sys.executable, "-m", "quantsync", "sweep", "plot", store, "--out", "-"],
        capture_output=True, check=True,
    )  # fmt: skip
    assert drawn.stdout.startswith(b"\x89PNG")
    assert drawn.stdout.endswith(b"IEND\xaeB`\x82")
    assert sorted(p.name for p in spec.parent.iterdir()) == ["a.zarr", "tongue.toml"]


def test_the_status_for_other_programs(spec):
    spec.write_text(
        'model = "spin_pair"\nmeasures = ["purity"]\nstore = "map.zarr"\n'
        "axes.gain_a = [0.0, 1.0]\nfixed = {epsilon = 0.0}\n"
    )
    assert run(spec).returncode == 3
    status = json.loads(run("status", spec.parent / "map.zarr", "--json").stdout)
    assert (status["done"], status["failed"], status["missing"]) == (1, 1, 0)
    assert status["shape"] == {"gain_a": 2}
    assert status["failures"][0]["coordinates"] == {"gain_a": 0.0}
    assert "not unique" in status["failures"][0]["message"]
    assert status["writer"] is status["refinement"] is None


def test_a_dry_run_into_a_file_says_so(spec):
    answer = run(spec, "--dry-run", "--store", spec)
    assert answer.returncode != 0
    assert "is a file; a store is a folder" in answer.stderr
    assert "delete" not in answer.stderr


def test_a_dry_run_refuses_what_the_run_refuses(spec):
    kept = spec.read_text()
    assert run(spec).returncode == 0
    spec.write_text(kept.replace("gain_a", "gain_b"))
    answers = [run(spec, *dry) for dry in ((), ("--dry-run",))]
    spec.write_text(
        'model = "spin_pair"\nmeasures = {"../x" = "purity"}\nstore = "b.zarr"\n'
        "[axes]\nepsilon = [0.1]\n"
    )
    answers += [run(spec, *dry) for dry in (("--dry-run",), ())]
    assert [answer.returncode for answer in answers] == [2, 2, 2, 2]
    assert answers[0].stderr == answers[1].stderr
    assert "in the store" in answers[0].stderr
    assert answers[2].stderr == answers[3].stderr
    assert "'../x' cannot name an array of a store" in answers[2].stderr
    assert not (spec.parent / "b.zarr").exists()


def test_failed_points_are_told_once_with_the_option_that_repeats_them(spec):
    spec.write_text(
        'model = "harmonic_chain"\nmeasures = ["x1"]\nstore = "a.zarr"\n'
        "[axes]\nprobe_coupling = [0.1, 5.0]\n[fixed]\nsites = 10\n"
    )
    answer = run(spec)
    assert "1 of 2 points failed, see below. To compute them again: --retry-failed." in (
        answer.stderr
    )
    assert (answer.stdout + answer.stderr).count("UnstableNetworkError") == 1
