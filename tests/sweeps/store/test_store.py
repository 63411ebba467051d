"""Stored sweeps: they resume, extend, notice damage, and equal an undisturbed run bit for bit."""

import errno
import functools
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import warnings

import numpy as np
import pytest
import xarray as xr
import zarr
from waiting import wait_until

import quantsync as qs
from quantsync.sweeps.plan import prepare_sweep
from quantsync.sweeps.store import _extension, _lock, files
from quantsync.sweeps.store._lock import lock_holder, store_lock
from quantsync.sweeps.store.cost import automatic_chunk
from quantsync.sweeps.store.fingerprints import fingerprint

AXES = {"epsilon": np.linspace(0, 0.1, 5), "detuning": np.linspace(-1, 1, 6)}
NAMES = ["synchronization", "locked_phase"]
DEAD = {"epsilon": [0.0, 0.1], "gain_a": [0.0, 1.0, 5.0]}
QUIET = {"progress": False}
seen = []  # every point that is computed; what is only written to is in no fingerprint
broken = []
pytestmark = pytest.mark.filterwarnings("ignore:What is computed here depends on `globals`")


def counted(steady):
    seen.extend(range(len(steady.rho)))
    if globals()["broken"]:  # which no fingerprint sees
        raise globals()["broken"][0]
    return steady.rho[:, 4, 4].real


def coherences(steady):
    return steady.rho[:, 2:5, 4:8]


def stored(path, axes=AXES, measures=NAMES, chunk=7, retry_failed=False, **options):
    store = qs.Store(path, chunk, retry_failed)
    return qs.sweep("spin_pair", axes, measures, store=store, **QUIET | options)


def bytes_of(path):
    return {
        str(f.relative_to(path)): f.read_bytes()
        for f in sorted(path.rglob("*"))
        if f.is_file() and f.name != "lock"
    }


@pytest.fixture
def counter():
    seen.clear()
    broken.clear()
    yield seen
    broken.clear()


@pytest.mark.parametrize("chunk", [None, 1, 7, 1000, (2, 4), (5, 6)])
@pytest.mark.parametrize("workers", [1, 3])
def test_a_stored_sweep_is_the_sweep(tmp_path, chunk, workers):
    memory = qs.sweep("spin_pair", AXES, NAMES, fixed={"damping_b": 7.0})
    path = tmp_path / "deep" / "tongue.zarr"
    kept = stored(path, fixed={"damping_b": 7.0}, chunk=chunk, workers=workers)
    xr.testing.assert_allclose(kept, memory, rtol=1e-12, atol=1e-13)
    assert list(kept.attrs) == list(memory.attrs)
    for name in [*memory.data_vars, *memory.coords]:
        assert kept[name].attrs == memory[name].attrs
    again = stored(path, fixed={"damping_b": 7.0})
    xr.testing.assert_identical(again, kept)
    opened = qs.open_sweep(path)
    assert (opened.status == 1).all()
    xr.testing.assert_identical(opened.drop_vars("status"), kept)
    with xr.open_zarr(path) as plain:
        assert plain.status.dtype == np.uint8
        xr.testing.assert_equal(plain[NAMES].load(), kept)
        assert plain.epsilon.attrs == memory.epsilon.attrs
        assert plain.synchronization.attrs == memory.synchronization.attrs
        assert plain.attrs["parameter_damping_b"] == 7.0
    for name in NAMES:
        codecs = zarr.open_group(path, mode="r")[name].metadata.codecs
        assert any(type(codec).__name__ == "Crc32cCodec" for codec in codecs)


def test_nothing_that_is_done_is_computed_again(tmp_path, counter):
    stored(tmp_path / "a", measures=[counted])
    assert len(counter) == 30
    stored(tmp_path / "a", measures=[counted])
    stored(tmp_path / "a", measures=[counted], chunk=3, workers=1)
    assert len(counter) == 30


def test_complex_values_and_extra_axes(tmp_path):
    path = tmp_path / "a"
    kept = stored(
        path, measures={"c": coherences, "one": lambda steady: np.ones(len(steady.rho), int)}
    )
    memory = qs.sweep("spin_pair", AXES, {"c": coherences})
    assert kept.c.dims == ("epsilon", "detuning", "c_0", "c_1")
    assert kept.c.dtype == complex
    assert abs(kept.c.imag).max() > 1e-4
    np.testing.assert_allclose(kept.c, memory.c, atol=1e-14)
    assert (kept.one == 1).all()
    with xr.open_zarr(path) as plain:
        xr.testing.assert_equal(plain.c.load(), kept.c)


def test_single_points_and_texts(tmp_path):
    def model(x, label="none"):
        return qs.models.spin_pair(epsilon=x if label == "lab" else 0.0)

    def run(label):
        return qs.sweep(
            model, {"x": [0.1]}, "purity", {"label": label}, store=tmp_path / "a", **QUIET
        )

    one = run("lab")
    assert one.purity.shape == (1,)
    assert float(one.purity[0]) == pytest.approx(0.96192071428697545496, rel=1e-10)
    assert one.attrs["parameter_label"] == "lab"
    with pytest.raises(qs.errors.StoreMismatchError, match="`label`: 'lab' in the store, 'x' now"):
        run("x")


def test_work_that_points_share_is_not_cut():
    axes = {"time": np.linspace(0, 30, 20), "coupling": [0.1, 0.2, 0.3]}
    plan = prepare_sweep("harmonic_chain", axes, ["x1"], fixed={"sites": 10})
    assert automatic_chunk(plan, 20) == (20, 1)
    plan = prepare_sweep("harmonic_chain", dict(reversed(axes.items())), ["x1"], {"sites": 10})
    assert automatic_chunk(plan, 25) == (1, 20)


@pytest.mark.parametrize("chunk", [4, 21, (7, 2)])
def test_points_that_share_work_keep_their_places(tmp_path, chunk):
    axes = {"time": np.linspace(0, 30, 7), "coupling": [0.1, 0.2, 0.3]}
    arguments = "harmonic_chain", axes, ["x1"], {"sites": 10}
    kept = qs.sweep(*arguments, store=qs.Store(tmp_path / "a", chunk=chunk), **QUIET)
    xr.testing.assert_allclose(kept, qs.sweep(*arguments), rtol=1e-12, atol=1e-13)


def test_tied_parameters(tmp_path):
    def run(tied):
        return qs.sweep(
            "spin_pair",
            {"gain_a": [10.0, 20.0]},
            "purity",
            tied=tied,
            store=tmp_path / "a",
            **QUIET,
        )

    first = run({"damping_a": lambda gain_a: 100 - gain_a})
    xr.testing.assert_identical(run({"damping_a": lambda gain_a: 100 - gain_a}), first)
    with pytest.raises(qs.errors.StoreMismatchError, match="tied parameter 'damping_a'"):
        run({"damping_a": lambda gain_a: 101 - gain_a})


# Another sweep ----------------------------------------------------------------------------------


def other_model(epsilon=0.1, detuning=0.0):
    return qs.models.spin_pair(epsilon=epsilon, detuning=detuning)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("spin_pair", AXES, NAMES, {"gain_a": 3.0}), r"`gain_a`: 100.0 in the store, 3.0 now"),
        (("spin_pair", AXES, {"synchronization": "purity", "locked_phase": "locked_phase"}),
         r"'synchronization': synchronization \w+ of \w+ in the store, purity \w+ of \w+ now"),
        ((other_model, AXES, NAMES), r"model: spin_pair in the store, other_model now"),
        (("spin_pair", dict(reversed(AXES.items())), NAMES),
         r"axes: epsilon, detuning in the store, detuning, epsilon now"),
        (("spin_pair", {"epsilon": AXES["epsilon"]}, NAMES), r"axes: epsilon, detuning"),
        (("spin_pair", AXES | {"epsilon": [0.0, 0.1]}, NAMES),
         r"`epsilon`: 3 of its 5 values .* not among the 2 new ones: 0.025, 0.05"),
    ],
)  # fmt: skip
def test_another_sweep_is_refused_with_the_differences(tmp_path, arguments, message):
    path = tmp_path / "a"
    stored(path)
    before = bytes_of(path)
    with pytest.raises(qs.errors.StoreMismatchError, match=message) as caught:
        qs.sweep(*arguments, store=path, **QUIET)
    assert caught.value.differences
    assert bytes_of(path) == before
    # A default that is spelt out, integers for floats, and another order are the same sweep.
    same = {"epsilon": AXES["epsilon"], "detuning": AXES["detuning"]}
    stored(path, same, NAMES[::-1], fixed={"gain_a": 100})
    assert bytes_of(path) == before


def test_changed_functions_are_refused(tmp_path):
    scale = 1.0
    measure = {"p": lambda steady: scale * steady.rho[:, 0, 0].real}
    stored(tmp_path / "a", measures=measure)
    stored(tmp_path / "a", measures=measure)
    scale = 2.0
    with pytest.raises(qs.errors.StoreMismatchError, match="measure 'p': function"):
        stored(tmp_path / "a", measures=measure)


def test_fingerprints_tell_functions_apart():
    def power(exponent, base=2.0):
        def rule(x):
            return rule(-x) if x < 0 else base * x**exponent

        return rule

    class Rule:
        def __init__(self, factor):
            self.factor, self.me = factor, self

        def __call__(self, x):
            return self.factor * x

    first, second = (lambda x: x + 1), (lambda x: x + 2)
    different = [
        power(1), power(2), power(1, 3.0), Rule(1), Rule(2), np.sin, np.cos, first, second,
        functools.partial(power, 1), functools.partial(power, exponent=1),
        qs.models.spin_pair, qs.models.driven_spin,
    ]  # fmt: skip
    assert len({fingerprint(function) for function in different}) == len(different)
    assert fingerprint(power(2)) == fingerprint(power(2))
    assert fingerprint(Rule(2)) == fingerprint(Rule(2))


def test_folders_with_something_else_are_left_alone(tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("x")
    (tmp_path / "file").write_text("x")
    zarr.create_group(tmp_path / "other", attributes={"a": 1})
    for name in ("thesis", "file", "other"):
        with pytest.raises(qs.errors.StoreError, match="another path"):
            stored(tmp_path / name)
    assert [p.name for p in (tmp_path / "thesis").iterdir()] == ["chapter.tex"]
    with pytest.raises(qs.errors.StoreError, match="no store at"):
        qs.open_sweep(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    assert stored(tmp_path / "empty").sizes["epsilon"] == 5


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"chunk": 0}, "`chunk`.*0"),
        ({"chunk": "7"}, "`chunk`.*'7'"),
        ({"chunk": (2,)}, "1 numbers for 2 axes"),
        ({"chunk": True}, "`chunk`.*True"),
        ({"measures": {"a/b": "purity"}}, "'a/b'.*slash"),
        ({"measures": {"status": "purity"}}, "'status'"),
        ({"measures": {".": "purity"}}, "begin with"),
        ({"measures": {"e": lambda steady: np.zeros((len(steady.rho), 0))}}, "returns nothing"),
        ({"fixed": {"gain_a": 1 + 0j}}, "gain_a"),
    ],
)
def test_misuse_is_explained(tmp_path, options, message):
    with pytest.raises(qs.errors.QuantsyncError, match=message):
        stored(tmp_path / "a", **options)


def test_a_measure_that_changes_its_type_is_refused(tmp_path):
    def fickle(steady):
        p = steady.rho[:, 4, 4].real
        return p if p.max() > 0.9999 else p.astype(complex)

    with pytest.raises(qs.errors.MeasureShapeError, match="'fickle'.*complex128.*float64"):
        stored(tmp_path / "a", measures=[fickle], workers=1)


# Longer axes ------------------------------------------------------------------------------------


def test_longer_axes_keep_what_is_there(tmp_path, counter):
    path = tmp_path / "a"
    with pytest.warns(qs.errors.SweepWarning):
        stored(path, DEAD, [counted, "purity"])
    counter.clear()
    longer = {"epsilon": [0.2, 0.0, 0.05, 0.1], "gain_a": [5.0, 3.0, 1.0, 0.0]}
    with pytest.warns(qs.errors.SweepWarning, match="1 of 16 points.*epsilon=0, gain_a=0"):
        kept = stored(path, longer, [counted, "purity"])
    assert len(counter) == 10
    with pytest.warns(qs.errors.SweepWarning):
        memory = qs.sweep("spin_pair", longer, [counted, "purity"])
    xr.testing.assert_allclose(kept, memory, rtol=1e-12, atol=1e-14)
    counter.clear()
    with pytest.warns(qs.errors.SweepWarning):
        xr.testing.assert_identical(stored(path, longer, [counted, "purity"]), kept)
    assert not counter
    with xr.open_zarr(path) as plain:
        xr.testing.assert_equal(plain.purity.load(), kept.purity)
    with pytest.raises(qs.errors.StoreMismatchError, match="`epsilon`: 2 of its 4"):
        stored(path, DEAD, [counted, "purity"])


@pytest.mark.parametrize("step", range(0, 40, 3))
def test_an_extension_that_is_cut_short_is_made_good(tmp_path, monkeypatch, step):
    longer = AXES | {"epsilon": np.linspace(0, 0.2, 9)}
    stored(tmp_path / "a")
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    whole = stored(tmp_path / "a", longer)
    left = [step]

    def counting(function):
        def wrapped(*args):
            left[0] -= 1
            if left[0] < 0:
                raise KeyboardInterrupt
            return function(*args)

        return wrapped

    with monkeypatch.context() as patch:
        for name in ("_take_place", "write_record"):
            patch.setattr(_extension, name, counting(getattr(_extension, name)))
        patch.setattr(files.os, "fsync", counting(os.fsync))
        try:
            stored(tmp_path / "b", longer, workers=1)
        except KeyboardInterrupt:
            pass
        else:
            assert step > 20
    xr.testing.assert_identical(stored(tmp_path / "b", longer), whole)
    assert bytes_of(tmp_path / "a") == bytes_of(tmp_path / "b")


# Damage -----------------------------------------------------------------------------------------


def flipped(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)


def truncated(path):
    path.write_bytes(path.read_bytes()[:-3])


def emptied(path):
    path.write_bytes(b"")


def deleted(path):
    path.unlink()


@pytest.mark.parametrize("damage", [flipped, truncated, emptied, deleted])
def test_damage_to_any_file_is_found_and_mended(tmp_path, damage, counter):
    path = tmp_path / "a"
    axes = {"epsilon": [0.0, 0.1], "gain_a": [0.0, 1.0, 5.0, 7.0]}
    with pytest.warns(qs.errors.SweepWarning):
        whole = stored(path, axes, ["purity", counted], chunk=2)
    before = bytes_of(path)
    assert len(before) == 25
    for name in before:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            damage(path / name)
            try:
                opened = qs.open_sweep(path)
            except qs.errors.StoreError as error:
                assert "axis" in str(error)  # noqa: PT017
            else:
                right = opened.purity.isnull() | (opened.purity == whole.purity)
                assert right.all()
                assert (opened.purity.notnull() | (opened.status != 1)).all()
            told = [str(w.message) for w in caught]
            counter.clear()
            xr.testing.assert_identical(stored(path, axes, ["purity", counted]), whole)
        assert bytes_of(path) == before, name
        assert len(counter) <= 4  # the task and, where a point fails, its halves
        if "/c/" in name and not name.startswith("status") and len(counter):
            assert any("1 of 4 tasks" in text and "damaged" in text for text in told)


def test_leftovers_of_a_killed_process_are_removed(tmp_path):
    path = tmp_path / "a"
    whole = stored(path)
    (path / "status" / "c" / "0" / f"0.abc{files.PARTIAL}").write_bytes(b"half")
    xr.testing.assert_identical(stored(path), whole)
    assert not list(path.rglob(f"*{files.PARTIAL}"))


# Interruptions ----------------------------------------------------------------------------------

CHILD = """
import sys, time
import numpy as np
import quantsync as qs

def slow(steady):
    time.sleep(0.02)
    return steady.rho[:, 4, 4]

print("ready", flush=True)
axes = {"epsilon": np.linspace(0, 0.1, 40), "detuning": np.linspace(-1, 1, 25)}
qs.sweep("spin_pair", axes, ["synchronization", slow], store=qs.Store(sys.argv[1], chunk=20),
         workers=2, progress=False)
"""


def start_child(path, **options):
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path)], stdout=subprocess.PIPE, text=True, **options
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


def test_killed_at_any_moment_it_goes_on_to_the_same_bits(tmp_path):
    undisturbed = start_child(tmp_path / "whole")
    undisturbed.communicate()
    assert undisturbed.returncode == 0
    rng = np.random.default_rng(8)
    kills = 0

    def tasks():
        return len(list((tmp_path / "killed" / "status" / "c").glob("*/*")))

    for _ in range(8):
        enough = tasks() + rng.integers(1, 5)
        child = start_child(tmp_path / "killed")
        wait_until(lambda: child.poll() is not None or tasks() >= enough, every=0.001)  # noqa: B023
        time.sleep(rng.uniform(0, 0.02))
        child.kill()
        child.communicate()
        kills += child.returncode == -signal.SIGKILL
        if (tmp_path / "killed" / "zarr.json").exists():
            opened = qs.open_sweep(tmp_path / "killed")  # whatever is there is right
            assert (opened.slow.notnull() == (opened.status == 1)).all()
    assert kills >= 3
    last = start_child(tmp_path / "killed")
    last.communicate()
    assert last.returncode == 0
    assert bytes_of(tmp_path / "killed") == bytes_of(tmp_path / "whole")


@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_says_how_to_go_on(tmp_path, counter, workers):
    path = tmp_path / "a"
    stored(path, {"epsilon": AXES["epsilon"][:2], "detuning": AXES["detuning"]}, [counted])
    broken.append(KeyboardInterrupt())
    with pytest.raises(qs.errors.SweepInterrupt, match=r"12 of 30 points are done.*sweep resume"):
        stored(path, measures=[counted], workers=workers)
    broken.clear()
    assert qs.sweep_status(path).missing == 18
    xr.testing.assert_allclose(
        stored(path, measures=[counted]), qs.sweep("spin_pair", AXES, [counted]), atol=1e-13
    )


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("calls", range(0, 30, 5))
def test_a_full_disk_loses_nothing_that_is_done(tmp_path, monkeypatch, code, calls):
    whole = stored(tmp_path / "whole", workers=1)
    left = [calls]

    def full(descriptor):
        left[0] -= 1
        if left[0] < 0:
            raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patch:
        patch.setattr(files.os, "fsync", full)
        with pytest.raises(qs.errors.StoreWriteError, match="Cannot write") as caught:
            stored(tmp_path / "a", workers=1)
        if code == errno.ENOSPC:
            assert "the disk is full; make room" in str(caught.value)
    begun = (tmp_path / "a" / "zarr.json").exists()
    done = qs.sweep_status(tmp_path / "a").done if begun else 0
    if found := re.search(r"(\d+) of 30 points are done and safe", str(caught.value)):
        assert int(found[1]) == done
    assert not list((tmp_path / "a").rglob(f"*{files.PARTIAL}"))
    xr.testing.assert_identical(stored(tmp_path / "a"), whole)
    assert bytes_of(tmp_path / "a") == bytes_of(tmp_path / "whole")


def test_a_limit_of_the_file_size_is_named(tmp_path):
    resource = pytest.importorskip("resource")

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

    child = start_child(tmp_path / "a", preexec_fn=limit, stderr=subprocess.PIPE)
    _, told = child.communicate()
    assert child.returncode == 1
    assert "StoreWriteError: Cannot write" in told
    assert "file size limit" in told


# Two writers ------------------------------------------------------------------------------------


def test_a_second_writer_is_refused_and_told_who_the_first_is(tmp_path):
    path = tmp_path / "a"
    child = start_child(path)
    wait_until(lambda: lock_holder(path / "status" / "lock") is not None)
    with pytest.raises(qs.errors.StoreLockedError, match=f"process {child.pid} on") as caught:
        stored(path)
    assert caught.value.holder["pid"] == child.pid
    wait_until((path / "status" / "manifest.json").exists)
    assert qs.sweep_status(path).writer == caught.value.holder
    child.kill()
    child.communicate()
    assert qs.sweep_status(path).writer is None
    last = start_child(path)  # the lock of the killed one is no obstacle
    last.communicate()
    assert last.returncode == 0


def test_locks_where_files_cannot_be_locked(tmp_path, monkeypatch):
    monkeypatch.setattr(_lock, "fcntl", None)
    path = tmp_path / "status" / "lock"
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with store_lock(path, tmp_path):
        assert lock_holder(path) == {"pid": os.getpid(), "host": _lock.socket.gethostname()}
        with (
            pytest.raises(qs.errors.StoreLockedError, match=f"process {os.getpid()}.*delete"),
            store_lock(path, tmp_path),
        ):
            pass
    assert lock_holder(path) is None
    exclusive = tmp_path / "status" / "lock.exclusive"
    assert not exclusive.exists()
    exclusive.write_text(f'{{"pid": {gone.pid}, "host": "{_lock.socket.gethostname()}"}}')
    with store_lock(path, tmp_path):
        pass
    exclusive.write_text('{"pid": 1, "host": "elsewhere"}')
    with (
        pytest.raises(qs.errors.StoreLockedError, match="on elsewhere"),
        store_lock(path, tmp_path),
    ):
        pass


# Failed points ----------------------------------------------------------------------------------


def test_failed_points_are_kept_and_retried_alone(tmp_path, counter):
    path = tmp_path / "a"
    axes = {"epsilon": [0.0, 0.1], "gain_a": [0.0, 1.0, 5.0]}
    broken.append(ArithmeticError("no luck"))
    with pytest.warns(qs.errors.SweepWarning, match=r"6 of 6 points.*retry_failed=True"):
        everything = stored(path, axes, [counted])
    assert everything.failed.all()
    assert np.isnan(everything.counted).all()
    broken.clear()
    counter.clear()
    with pytest.warns(qs.errors.SweepWarning, match=r"6 of 6 points.*no luck"):
        stored(path, axes, [counted])  # only on request
    assert not counter
    with pytest.raises(qs.errors.SweepError, match="1 of 6 points.*not unique") as caught:
        stored(path, axes, [counted], retry_failed=True, errors="raise")
    (failure,) = caught.value.failures
    assert failure.coordinates == {"epsilon": 0.0, "gain_a": 0.0}
    assert int(np.isfinite(caught.value.dataset.counted).sum()) == 5
    status = qs.sweep_status(path)
    assert (status.done, status.failed, status.missing) == (5, 1, 0)
    assert status.failures == [failure]
    opened = qs.open_sweep(path)
    assert opened.failed.sum() == 1
    assert opened.attrs["failures"] == [str(failure)]
    counter.clear()
    with pytest.warns(qs.errors.SweepWarning, match="1 of 6"):
        stored(path, axes, [counted], retry_failed=True)
    assert not counter
    with pytest.warns(qs.errors.SweepWarning):
        memory = qs.sweep("spin_pair", axes, [counted])
    xr.testing.assert_allclose(opened.drop_vars("status"), memory, atol=1e-14)
