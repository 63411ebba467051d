"""Stores that were tampered with, and functions that changed where it is hard to see."""

import collections
import fractions
import operator
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import xarray as xr
from waiting import wait_until

import quantsync as qs
from quantsync.sweeps.store import _extension, files
from quantsync.sweeps.store.fingerprints import fingerprint
from quantsync.sweeps.store.reading import stored_arguments

AXES = {"epsilon": np.linspace(0, 0.1, 5), "detuning": np.linspace(-1, 1, 6)}


def stored(path, axes=AXES, measures=("purity",), chunk=7, **options):
    options = {"store": qs.Store(path, chunk), "progress": False} | options
    return qs.sweep("spin_pair", axes, list(measures), **options)


def bytes_of(path):
    return {str(f.relative_to(path)): f.read_bytes() for f in path.rglob("*") if f.is_file()}


# Functions --------------------------------------------------------------------------------------


def defined(text: str, name: str = "f") -> Any:
    """A function or class without a source file, as in some notebooks."""
    scope = {"__name__": "__main__"}
    exec(text, scope)
    return scope[name]


@dataclass(slots=True)
class Slotted:
    factor: float

    def __call__(self, x):
        return self.factor * x


class Enclosing:
    def __init__(self, held):
        self.held = held


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("k = 1.0\ndef f(x): return k * x", "k = 2.0\ndef f(x): return k * x"),
        ("k = (1, 'a')\ndef f(x): return k, x", "k = (1, 'b')\ndef f(x): return k, x"),
        (
            "def g(x): return x\ndef f(x): return [g(y) for y in x]",
            "def g(x): return -x\ndef f(x): return [g(y) for y in x]",
        ),
        ("f = lambda gain_a: 1 - gain_a", "f = lambda gain_b: 1 - gain_b"),
        (
            "class A:\n  def __call__(self, x): return x\nf = A()",
            "class A:\n  def __call__(self, x): return -x\nf = A()",
        ),
        (
            "class A:\n  k = 1\n  def __call__(self, x): return self.k\nf = A()",
            "class A:\n  k = 2\n  def __call__(self, x): return self.k\nf = A()",
        ),
        (
            "class A:\n  @property\n  def k(self): return 1\nf = A()",
            "class A:\n  @property\n  def k(self): return 2\nf = A()",
        ),
    ],
)
def test_what_a_function_uses_is_part_of_it(first, second):
    assert fingerprint(defined(first)) == fingerprint(defined(first))
    assert fingerprint(defined(first)) != fingerprint(defined(second))


@pytest.mark.parametrize(
    "make",
    [
        Slotted, operator.itemgetter, range, fractions.Fraction,
        lambda n: collections.deque([n]), lambda n: np.array([n, None]), lambda n: slice(n),
    ],
)  # fmt: skip
def test_objects_whose_state_is_hidden_are_told_apart(make):
    assert fingerprint(Enclosing(make(1))) == fingerprint(Enclosing(make(1)))
    assert fingerprint(Enclosing(make(1))) != fingerprint(Enclosing(make(2)))


def test_books_that_functions_keep_do_not_count():
    text = "n, log = 0, []\ndef f(x):\n  global n\n  n += 1\n  log.append(x)\n  return x"
    function = defined(text)
    before = fingerprint(function)
    function(1.0)
    assert fingerprint(function) == before


def test_a_constant_of_a_notebook_that_has_changed_is_noticed(tmp_path):
    text = "def f(steady): return factor * steady.rho[:, 0, 0].real"
    function = defined("factor = 1.0\n" + text)
    stored(tmp_path / "a", measures=[function])
    function.__globals__["factor"] = 2.0
    with pytest.raises(qs.errors.StoreMismatchError, match="measure 'f': function"):
        stored(tmp_path / "a", measures=[function])


def test_defaults_that_show_their_address_resume(tmp_path):
    def run():
        return qs.sweep(
            defined(
                "import quantsync as qs\ndef shape(x): return x\n"
                "def f(x, form=shape, most=float('nan')):\n"
                "  return qs.models.spin_pair(epsilon=form(x))"
            ),
            {"x": [0.1, 0.2]},
            "purity",
            fixed={"most": float("nan")},
            store=tmp_path / "a",
            progress=False,
        )

    xr.testing.assert_equal(run(), run())


# Stores from elsewhere --------------------------------------------------------------------------


def rewritten(path, change):
    record = files.read_record(path)
    change(record)
    files.write_record(path, record)


@pytest.mark.parametrize("part", ["axes", "measures", "inner"])
def test_a_description_that_names_other_folders_is_refused(tmp_path, part):
    stored(tmp_path / "a")

    def change(record):
        some = record.get(part) or record["axes"]
        record.setdefault(part, {})["../../b"] = next(iter(some.values()))

    rewritten(tmp_path / "a" / "status" / "manifest.json", change)
    for function in (stored, qs.open_sweep, qs.sweep_status):
        with pytest.raises(qs.errors.StoreError, match=r"\.\./\.\./b"):
            function(tmp_path / "a")
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_a_description_without_its_parts_is_refused(tmp_path):
    stored(tmp_path / "a")
    rewritten(tmp_path / "a" / "status" / "manifest.json", lambda record: record.pop("axes"))
    with pytest.raises(qs.errors.StoreError, match="'axes'"):
        qs.open_sweep(tmp_path / "a")


def test_a_record_that_names_other_folders_writes_nothing_there(tmp_path):
    kept = stored(tmp_path / "deep" / "a")

    def change(record):
        record["layout"]["../../b"] = record["layout"]["purity"]

    for path in (tmp_path / "deep" / "a" / "status" / "records").iterdir():
        rewritten(path, change)
    with pytest.warns(qs.errors.SweepWarning, match=r"'../../b', which is no measure"):
        again = stored(tmp_path / "deep" / "a")
    xr.testing.assert_identical(again, kept)
    assert [p.name for p in tmp_path.iterdir()] == ["deep"]
    assert [p.name for p in (tmp_path / "deep").iterdir()] == ["a"]


@pytest.mark.parametrize("name", ["../thesis", "..", "status/../../thesis", "/nowhere/thesis"])
@pytest.mark.parametrize("part", ["names", "folders"])
def test_an_extension_that_names_other_folders_moves_nothing(tmp_path, monkeypatch, name, part):
    stored(tmp_path / "a")
    # Should the check ever be lost, this test deletes nothing.
    monkeypatch.setattr(_extension.shutil, "rmtree", None)
    monkeypatch.setattr(_extension, "_take_place", None)
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("x")
    stage = tmp_path / "a" / "status" / "extension"
    shutil.copytree(tmp_path / "thesis", tmp_path / "a" / "status" / "thesis")
    stage.mkdir()
    commit = {"names": [], "folders": []} | {part: [name]}
    files.write_record(stage / "commit.json", commit)
    before = bytes_of(tmp_path / "thesis")
    with pytest.raises(qs.errors.StoreError, match="delete"):
        stored(tmp_path / "a")
    assert bytes_of(tmp_path / "thesis") == before
    monkeypatch.undo()
    shutil.rmtree(stage)
    assert (qs.open_sweep(tmp_path / "a").status == 1).all()


def test_a_folder_of_the_users_survives_an_extension(tmp_path):
    stored(tmp_path / "a")
    (tmp_path / "a" / "figures").mkdir()
    (tmp_path / "a" / "figures" / "tongue.pdf").write_text("x")
    stored(tmp_path / "a", AXES | {"epsilon": np.linspace(0, 0.2, 9)})
    assert (tmp_path / "a" / "figures" / "tongue.pdf").read_text() == "x"


# Damage -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", ["flipped", "deleted"])
def test_a_refinement_whose_record_is_damaged_is_not_left_out_silently(tmp_path, damage):
    options = {"refine": qs.Refine("synchronization", level=0.01, tolerance=0.1)}
    axes = {"epsilon": np.linspace(0, 0.1, 4), "detuning": np.linspace(-2, 2, 5)}
    kept = stored(tmp_path / "a", axes, ["synchronization"], **options)
    path = tmp_path / "a" / "status" / "refinement.json"
    data = path.read_bytes()
    if damage == "flipped":
        path.write_bytes(data.replace(b'"length": ', b'"length": 1'))
    else:
        path.unlink()
    with pytest.warns(qs.errors.SweepWarning, match="the record of all of them"):
        assert "refined" not in qs.open_sweep(tmp_path / "a").dims
    assert "refinement.json" in qs.sweep_status(tmp_path / "a").damaged[0]
    with pytest.raises(qs.errors.StoreError, match="was asked for is lost"):
        stored_arguments(tmp_path / "a")
    with pytest.warns(qs.errors.SweepWarning, match="computed again: refinement.json"):
        again = stored(tmp_path / "a", axes, ["synchronization"], **options)
    xr.testing.assert_identical(again, kept)
    assert path.read_bytes() == data


# Processes --------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kills processes as POSIX does")
def test_workers_do_not_outlive_a_main_process_that_is_killed():
    script = (
        "import os, time\n"
        "from quantsync.sweeps.executors.processes import map_processes\n"
        "def work(k):\n  time.sleep(0.05)\n  return os.getpid()\n"
        "for _, pid in map_processes(work, range(2000), 2):\n  print(pid, flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        pids = {int(process.stdout.readline()) for _ in range(12)}
        process.kill()
        try:
            wait_until(lambda: not any(map(_runs, pids)), every=0.1)
        finally:
            for pid in filter(_runs, pids):
                os.kill(pid, signal.SIGKILL)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
