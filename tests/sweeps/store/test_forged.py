"""Metadata that somebody has edited: refused by name, or told; never another number in silence."""

import json
import os
import random
import shutil
import warnings
from pathlib import Path

import numpy as np
import pytest

import quantsync as qs
from quantsync.errors import InvalidArgumentError, QuantsyncError, StoreError, SweepWarning
from quantsync.sweeps.store import files
from quantsync.sweeps.store.arrays import KEY
from quantsync.sweeps.store.opening import store_folder
from quantsync.sweeps.store.reading import stored_arguments

AXES = {"epsilon": [0.01, 0.05, 0.1], "detuning": [0.0, 0.5]}
REFINE = qs.Refine("synchronization", level=0.01, tolerance=0.3)
DEEP = "[" * 100_000
NASTY = [
    None, -1, 0, 10**12, 10**30, 1.5, float("nan"), True, "", "x", "O", "../x", "\x00",
    [], {}, [[]], ["x"], {"x": 1}, {"../x": {}},
]  # fmt: skip


def swept(path, axes=AXES):
    store = qs.Store(path, chunk=3)
    return qs.sweep(
        "spin_pair", axes, "synchronization", refine=REFINE, store=store, progress=False, workers=1
    )


def drawn(path):
    base, store = qs.models.collective_decay_pair(), qs.Store(path, chunk=3)
    return qs.ensemble(base, [1e-3, 1.0], 6, 3, ["purity"], store=store, progress=False, workers=1)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    return {
        "sweep": (folder / "sweep", swept(folder / "sweep")),
        "ensemble": (folder / "ensemble", drawn(folder / "ensemble")),
    }


def places(value, path=()):
    """All keys of a JSON value, from the outside in."""
    yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in list(parts)[:4] if isinstance(value, dict | list) else ():
        if isinstance(part, dict | list):
            yield from places(part, (*path, key))
        else:
            yield (*path, key)


def forged(value, path, new):
    """The JSON value with something else at a place, or (...) without it."""
    if not path:
        return new
    copy = value.copy()
    if len(path) == 1 and new is ...:
        copy.pop(path[0])
    else:
        copy[path[0]] = forged(value[path[0]], path[1:], new)
    return copy


def records(root):
    """The records of a store that have a checksum, by their path in it."""
    found = sorted(root.rglob("status/*.json")) + sorted(root.rglob("status/re*/*.json"))
    names = [str(p.relative_to(root)) for p in found if p.name != "zarr.json"]
    return [name for name in names if not name.endswith(("records/0.1.json", "records/1.json"))]


def attempts(kind, root):
    """All forgeries of the records of a store, and of zarr.json where the manifest is lost."""
    for name in records(root):
        data = files.read_record(root / name)
        for place in places(data):
            for new in (*NASTY, ...) if place else NASTY:
                yield name, place, new
    data = json.loads((root / "zarr.json").read_text())["attributes"][KEY]
    for place in places(data):
        for new in (*NASTY, ...) if place else NASTY:
            yield "zarr.json", place, new


def forge(path, name, place, new):
    if name == "zarr.json":
        (path / "status" / "manifest.json").unlink()
        data = json.loads((path / name).read_text())
        data["attributes"][KEY] = forged(data["attributes"][KEY], place, new)
        (path / name).write_text(json.dumps(data))
    else:
        files.write_record(path / name, forged(files.read_record(path / name), place, new))


def check(kind, whole, path, what):
    """Every way to open a store gives the numbers that it holds, a warning, or a named error."""
    right = whole[kind][1]
    variable = "synchronization" if kind == "sweep" else "purity"
    again = swept if kind == "sweep" else drawn
    for function in (qs.open_sweep, qs.sweep_status, stored_arguments, store_folder, again):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                found = function(path)
            except QuantsyncError:
                continue
            except Exception as error:
                raise AssertionError(f"{function.__name__} of {what}") from error
        if function is again:
            np.testing.assert_array_equal(found[variable], right[variable], err_msg=str(what))
        elif function is qs.open_sweep:
            same = np.array_equal(found[variable], right[variable])
            assert same or caught or (found.status != 1).any(), what
            if what[0] in ("zarr.json", "status/manifest.json") and not caught:
                assert found[variable].attrs == right[variable].attrs, what
                known = {k: v for k, v in found.attrs.items() if k in right.attrs}
                assert known == {k: v for k, v in right.attrs.items() if k in known}, what


@pytest.mark.parametrize("part", [pytest.param(1.0, marks=pytest.mark.slow), 0.02])
@pytest.mark.parametrize("kind", ["sweep", "ensemble"])
def test_forged_records_are_refused_or_told(tmp_path, whole, kind, part):
    root = whole[kind][0]
    rng, count = random.Random(3), 0
    for name, place, new in attempts(kind, root):
        if rng.random() > part:
            continue
        count += 1
        path = tmp_path / str(count)
        shutil.copytree(root, path)
        forge(path, name, place, new)
        check(kind, whole, path, (name, place, new))
        shutil.rmtree(path)
    assert count > 5


@pytest.mark.parametrize("name", ["manifest.json", "refinement.json", "records/0.0.json", "lock"])
def test_files_of_endless_brackets_are_damaged_ones(tmp_path, whole, name):
    path = tmp_path / "a"
    shutil.copytree(whole["sweep"][0], path)
    (path / "status" / name).write_text(DEEP)
    check("sweep", whole, path, (name, "deep"))
    if name == "manifest.json":
        (path / "status" / name).write_text(DEEP)
        (path / "zarr.json").write_text(DEEP)
        with pytest.raises(StoreError, match="is not the store of a sweep"):
            qs.open_sweep(path)


def test_a_lost_description_is_told(tmp_path, whole):
    path = tmp_path / "a"
    shutil.copytree(whole["sweep"][0], path)
    manifest = path / "status" / "manifest.json"
    manifest.unlink()
    for function in (qs.open_sweep, qs.sweep_status, swept):
        with pytest.warns(SweepWarning, match="taken from zarr.json, which has no checksum"):
            function(path)
    assert manifest.exists()  # the sweep has written it again


def test_forged_units_and_parameters_give_no_data_set_in_silence(tmp_path, whole):
    path = tmp_path / "a"
    for change in (
        lambda d: d["measures"]["synchronization"].update(units="m"),
        lambda d: d["provenance"].update(parameter_gain_a=3.0),
        lambda d: d["axes"]["epsilon"]["attributes"].update(units="m"),
    ):
        shutil.copytree(whole["sweep"][0], path)
        record = files.read_record(path / "status" / "manifest.json")
        change(record)
        files.write_record(path / "status" / "manifest.json", record)
        with pytest.warns(SweepWarning, match="damaged and count as missing"):
            assert np.isnan(qs.open_sweep(path).synchronization).all()
        shutil.rmtree(path)


# Links ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["status/lock", "status", "status/records", "synchronization", "epsilon/c", "zarr.json",
     "status/records/0.0.json", "status/extension", "refined_epsilon", "notes"],
)  # fmt: skip
@pytest.mark.parametrize("dangling", [False, True])
def test_nothing_is_written_through_links(tmp_path, whole, name, dangling):
    path, outside = tmp_path / "a", tmp_path / "outside"
    shutil.copytree(whole["sweep"][0], path)
    place = path / name
    if place.exists():
        place.rename(outside)
    else:
        outside.mkdir()
    if dangling:
        outside.rename(tmp_path / "elsewhere")
    os.symlink(outside, place)
    kept = tmp_path / "elsewhere" if dangling else outside
    before = contents(kept)
    longer = AXES | {"epsilon": [*AXES["epsilon"], 0.2]}
    for axes in (AXES, longer):
        with pytest.raises(StoreError, match="leads out of it|not the store"):
            swept(path, axes)
    assert contents(kept) == before
    assert not outside.exists() or not dangling


def test_an_ensemble_is_not_written_through_links_either(tmp_path, whole):
    path = tmp_path / "a"
    shutil.copytree(whole["ensemble"][0], path)
    (path / "purity").rename(tmp_path / "outside")
    os.symlink(tmp_path / "outside", path / "purity")
    with pytest.raises(StoreError, match="a link, purity, that leads out of it"):
        drawn(path)


def test_a_link_to_itself_is_no_place(tmp_path):
    os.symlink(tmp_path / "a", tmp_path / "a")
    for function in (swept, qs.open_sweep):
        with pytest.raises(StoreError):
            function(tmp_path / "a")


def test_a_store_may_itself_be_behind_a_link(tmp_path, whole):
    shutil.copytree(whole["sweep"][0], tmp_path / "disk")
    os.symlink(tmp_path / "disk", tmp_path / "a")
    np.testing.assert_array_equal(
        swept(tmp_path / "a").synchronization, whole["sweep"][1].synchronization
    )


def contents(place):
    found = [place, *sorted(place.rglob("*"))] if place.is_dir() else [place]
    return {str(p): p.read_bytes() if p.is_file() else None for p in found}


# Paths and names --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["s3://bucket/x.zarr", "file:///x.zarr", "memory://x", "gs://b/x", "https://a.b/x", "x\0.zarr",
     Path("s3://bucket/x.zarr"), "simplecache::s3://b/x", "~nobody-of-that-name/x", b"x.zarr"],
)  # fmt: skip
def test_what_is_no_folder_here_is_refused_by_name(tmp_path, monkeypatch, path):
    monkeypatch.chdir(tmp_path)
    base = qs.models.collective_decay_pair()
    for function in (
        lambda: qs.sweep("spin_pair", {"epsilon": [0.1]}, "purity", store=path),
        lambda: qs.ensemble(base, [1.0], 1, 1, ["purity"], store=path),
        lambda: qs.open_sweep(path),
        lambda: qs.sweep_status(path),
        lambda: stored_arguments(path),
        lambda: qs.Store(path),
    ):
        with pytest.raises(InvalidArgumentError, match="`store` must be"):
            function()
    assert not list(tmp_path.iterdir())


def test_the_home_folder_is_meant_by_its_sign(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    kept = swept("~/maps/a.zarr")
    assert (tmp_path / "home" / "maps" / "a.zarr" / "zarr.json").exists()
    np.testing.assert_array_equal(
        qs.open_sweep("~/maps/a.zarr").synchronization, kept.synchronization
    )
    assert qs.sweep_status(Path("~/maps/a.zarr")).missing == 0
    assert not list((tmp_path / "work").iterdir())


def test_a_name_too_long_for_a_file_is_named(tmp_path):
    for function in (swept, qs.open_sweep, qs.sweep_status):
        with pytest.raises(QuantsyncError, match="Cannot"):
            function(tmp_path / ("x" * 5000))


@pytest.mark.parametrize(
    "name",
    ["../x", "a/b", "a\\b", "", ".", "..", "status", "failed", "epsilon",
     "zarr.json", "a\0b", "a\ud800", "__x", "x" * 300, 3, None],
)  # fmt: skip
def test_measures_have_names_that_files_can_have(tmp_path, name):
    called = []

    def measure(steady):
        called.append(1)
        return steady.rho[:, 0, 0].real

    with pytest.raises(InvalidArgumentError):
        qs.sweep("spin_pair", AXES, {name: measure}, store=tmp_path / "a", progress=False)
    assert not called
    assert not list(tmp_path.iterdir())
