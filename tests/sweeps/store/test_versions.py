"""Stores under another version of quantsync, and stores that get further measures."""

import shutil

import numpy as np
import pytest
import xarray as xr
from places import TESTS

import quantsync as qs
from quantsync.errors import StoreError, StoreMismatchError, SweepWarning
from quantsync.sweeps.store import _manifest, _work, arrays, files

AXES = {"epsilon": np.linspace(0, 0.1, 5), "detuning": np.linspace(-1, 1, 6)}
seen = []  # every point that is computed; what is only written to is in no fingerprint
broken = []
pytestmark = pytest.mark.filterwarnings("ignore:What is computed here depends on `globals`")


def counted(steady):
    seen.extend(range(len(steady.rho)))
    held = globals()  # which no fingerprint sees
    if held["broken"] and len(held["seen"]) > held["broken"][0]:
        raise KeyboardInterrupt
    return steady.rho[:, 4, 4].real


def lopsided(steady):
    """Cannot be taken where the phase is not locked at all."""
    height = steady.rho[:, 2, 4].real
    return np.where(abs(height) < 1e-9, np.nan, height)


def stored(path, measures, axes=AXES, chunk=7, **options):
    options = {"store": qs.Store(path, chunk), "progress": False, "workers": 1} | options
    return qs.sweep("spin_pair", axes, measures, **options)


def version(monkeypatch, name):
    for module in (_manifest, _work):
        monkeypatch.setattr(module, "__version__", name)


def rewritten(path, change):
    record = files.read_record(path)
    change(record)
    files.write_record(path, record)


@pytest.fixture(autouse=True)
def counter():
    seen.clear()
    broken.clear()
    yield
    broken.clear()


# Versions ---------------------------------------------------------------------------------------


def test_a_later_version_goes_on_where_the_sources_are_the_same(tmp_path, monkeypatch):
    here = qs.sweep("spin_pair", AXES, [counted, "purity"])
    version(monkeypatch, "0.2.0")
    broken.append(12)
    seen.clear()
    with pytest.raises(qs.errors.SweepInterrupt):
        stored(tmp_path / "a", [counted, "purity"])
    broken.clear()
    done = qs.sweep_status(tmp_path / "a").done
    assert 0 < done < 30
    version(monkeypatch, "0.2.1")
    seen.clear()
    found = stored(tmp_path / "a", [counted, "purity"])
    assert len(seen) == 30 - done
    xr.testing.assert_allclose(found, here, rtol=1e-12, atol=1e-14)
    assert found.attrs["quantsync_version"] == "0.2.0, 0.2.1"
    xr.testing.assert_identical(qs.open_sweep(tmp_path / "a").drop_vars("status"), found)
    with xr.open_zarr(tmp_path / "a") as plain:
        assert plain.attrs["quantsync_version"] == "0.2.0, 0.2.1"
    longer = AXES | {"epsilon": np.linspace(0, 0.2, 9)}
    version(monkeypatch, "0.3.0")
    seen.clear()
    more = stored(tmp_path / "a", [counted, "purity"], longer)
    assert len(seen) == 24
    assert more.attrs["quantsync_version"] == "0.2.0, 0.2.1, 0.3.0"


def test_numbers_that_have_changed_are_refused(tmp_path, monkeypatch):
    stored(tmp_path / "a", ["purity"])
    monkeypatch.setattr(_manifest, "NUMERICS", 99)
    with pytest.raises(StoreMismatchError, match=r"numbers of quantsync: \d+ .*in the store, 99"):
        stored(tmp_path / "a", ["purity"])
    assert (qs.open_sweep(tmp_path / "a").status == 1).all()


def test_a_later_format_is_refused_by_name(tmp_path):
    stored(tmp_path / "a", ["purity"])
    later = _manifest.FORMAT + 1
    rewritten(tmp_path / "a/status/manifest.json", lambda record: record.update(format=later))
    for function in (qs.open_sweep, qs.sweep_status, lambda path: stored(path, ["purity"])):
        with pytest.raises(StoreError, match=rf"its format is {later}, of a later version"):
            function(tmp_path / "a")


def test_an_ensemble_goes_on_under_a_later_version(tmp_path, monkeypatch):
    def run(samples):
        base = qs.models.collective_decay_pair()
        arguments = {"seed": 3, "measures": ["purity"], "workers": 1, "progress": False}
        return qs.ensemble(base, [1e-3, 1.0], samples, store=tmp_path / "e", **arguments)

    first = run(20)
    version(monkeypatch, "99.0")
    more = run(30)
    np.testing.assert_array_equal(more.purity[:20], first.purity)
    monkeypatch.setattr(_manifest, "NUMERICS", 99)
    monkeypatch.setattr("quantsync.sweeps.store.ensembles.NUMERICS", 99)
    with pytest.raises(StoreMismatchError, match="numbers of quantsync"):
        run(30)


# Measures ---------------------------------------------------------------------------------------


def test_a_further_measure_is_taken_at_the_points_that_are_there(tmp_path):
    first = stored(tmp_path / "a", [counted])
    assert len(seen) == 30
    both = stored(tmp_path / "a", [counted, "synchronization"])
    assert len(seen) == 30
    xr.testing.assert_identical(both.counted, first.counted)
    direct = qs.sweep("spin_pair", AXES, ["synchronization"])
    xr.testing.assert_allclose(both.synchronization, direct.synchronization, rtol=1e-12)
    xr.testing.assert_identical(qs.open_sweep(tmp_path / "a").drop_vars("status"), both)
    with xr.open_zarr(tmp_path / "a") as plain:
        xr.testing.assert_equal(plain.synchronization.load(), both.synchronization)
    # In another order, as a subset, the subset with a third one: nothing is computed twice.
    seen.clear()
    xr.testing.assert_identical(
        stored(tmp_path / "a", ["synchronization"]).synchronization, both.synchronization
    )
    third = stored(tmp_path / "a", ["purity", counted])
    assert set(third.data_vars) == {"purity", "counted"}
    assert set(qs.open_sweep(tmp_path / "a").data_vars) == {
        "purity", "counted", "synchronization", "status"
    }  # fmt: skip
    assert not seen
    assert (qs.open_sweep(tmp_path / "a").status == 1).all()


@pytest.mark.parametrize("left", [0, 9, 22])
def test_taking_a_further_measure_can_be_interrupted(tmp_path, left):
    whole = stored(tmp_path / "whole", ["synchronization"])
    stored(tmp_path / "whole", ["synchronization", counted])
    stored(tmp_path / "a", ["synchronization"])
    seen.clear()
    broken.append(left)
    with pytest.raises(qs.errors.SweepInterrupt, match=r"of 30 points are done"):
        stored(tmp_path / "a", ["synchronization", counted])
    broken.clear()
    opened = qs.open_sweep(tmp_path / "a")
    xr.testing.assert_identical(opened.synchronization, whole.synchronization)  # is not lost
    done = int(np.isfinite(opened.counted).sum()) if "counted" in opened else 0
    assert qs.sweep_status(tmp_path / "a").done == done == int((opened.status == 1).sum())
    assert done < 30
    xr.testing.assert_identical(
        stored(tmp_path / "a", ["synchronization"]).synchronization, whole.synchronization
    )
    seen.clear()
    stored(tmp_path / "a", ["synchronization", counted])
    assert len(seen) == 30 - done
    xr.testing.assert_identical(qs.open_sweep(tmp_path / "a"), qs.open_sweep(tmp_path / "whole"))


def test_longer_axes_and_a_further_measure_at_once(tmp_path):
    stored(tmp_path / "a", ["purity"])
    longer = AXES | {"detuning": np.linspace(-1, 3, 11)}
    found = stored(tmp_path / "a", [counted, "purity"], longer)
    xr.testing.assert_allclose(
        found, qs.sweep("spin_pair", longer, [counted, "purity"]), rtol=1e-12, atol=1e-14
    )
    seen.clear()
    # Interrupted while the measure is taken, and then made longer.
    stored(tmp_path / "b", ["purity"])
    seen.clear()
    broken.append(9)
    with pytest.raises(qs.errors.SweepInterrupt):
        stored(tmp_path / "b", [counted, "purity"])
    broken.clear()
    again = stored(tmp_path / "b", [counted, "purity"], longer)
    xr.testing.assert_allclose(again, found, rtol=1e-12, atol=1e-14)


def test_points_that_fail_fail_for_a_further_measure_too(tmp_path):
    axes = {"epsilon": [0.0, 0.1], "gain_a": [0.0, 1.0, 5.0]}  # one has no unique state
    with pytest.warns(SweepWarning, match="1 of 6"):
        stored(tmp_path / "a", ["purity"], axes)
    with pytest.warns(SweepWarning, match="3 of 6 points.*not finite"):
        found = stored(tmp_path / "a", ["purity", lopsided], axes)  # undefined at epsilon = 0
    assert int(np.isfinite(found.purity).sum()) == 5
    assert int(np.isfinite(found.lopsided).sum()) == 3
    status = qs.sweep_status(tmp_path / "a")
    assert (status.done, status.failed, status.missing) == (3, 3, 0)


def test_what_cannot_be_had_is_refused_by_name(tmp_path):
    broken.append(9)
    with pytest.raises(qs.errors.SweepInterrupt):
        stored(tmp_path / "a", ["purity", counted])
    broken.clear()
    with pytest.raises(StoreMismatchError, match=r"'counted': in the store.*takes all of its meas"):
        stored(tmp_path / "a", ["purity"])
    stored(tmp_path / "a", ["purity", counted])
    longer = AXES | {"epsilon": np.linspace(0, 0.2, 9)}
    before = {p: p.read_bytes() for p in (tmp_path / "a").rglob("*") if p.is_file()}
    with pytest.raises(StoreMismatchError, match="points of the longer axes"):
        stored(tmp_path / "a", ["purity"], longer)
    refine = qs.Refine("purity", level=0.99, tolerance=0.1)
    stored(tmp_path / "b", ["purity"], refine=refine)
    with pytest.raises(StoreMismatchError, match=r"'synchronization': not in.*refined points"):
        stored(tmp_path / "b", ["purity", "synchronization"])
    after = {p: p.read_bytes() for p in before if p.name != "lock"}
    assert after == {p: data for p, data in before.items() if p.name != "lock"}


def test_numbers_are_those_of_this_numerics(tmp_path):
    """If this fails, results have changed by more than rounding: raise NUMERICS."""
    shutil.unpack_archive(TESTS / "data" / "stores_0.1.zip", tmp_path)
    for name, fixed in (("map", {"gain_a": 20.0}), ("refined", {})):
        there = qs.open_sweep(tmp_path / f"{name}.zarr")
        axes = {axis: there[axis].values for axis in ("epsilon", "detuning")}
        names = [n for n in ("synchronization", "locked_phase", "negativity") if n in there]
        now = qs.sweep("spin_pair", axes, names, fixed)
        for measure in names:
            np.testing.assert_allclose(now[measure], there[measure], rtol=1e-9, atol=1e-12)


def test_a_task_says_what_has_been_taken_by_whom(tmp_path, monkeypatch):
    version(monkeypatch, "0.2.0")
    stored(tmp_path / "a", ["purity"])
    version(monkeypatch, "0.2.1")
    stored(tmp_path / "a", ["purity", counted])
    store = arrays.SweepStore.open(tmp_path / "a")
    assert store is not None
    for block in store.tasks.blocks():
        state = store.read_task(block)
        assert state is not None
        assert state.measures == ("purity", "counted")
        assert state.versions == ("0.2.0", "0.2.1")
