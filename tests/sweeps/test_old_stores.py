"""Stores that version 0.1 wrote open, and hold the numbers that it read from them.

They are a map, one with a failed point, one that is refined, one with a tied parameter and complex
values, and an ensemble; `tests/data/README.md` says how they were made.
"""

import json
import zipfile

import numpy as np
import pytest
import xarray as xr
from places import TESTS

import quantsync as qs

READ = json.loads((TESTS / "data" / "stores_0.1.json").read_text(encoding="utf-8"))
SWEEPS = [name for name in READ if name != "ensemble"]


@pytest.fixture
def stores(tmp_path):
    with zipfile.ZipFile(TESTS / "data" / "stores_0.1.zip") as there:
        there.extractall(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", READ)
def test_it_holds_what_version_0_1_read_from_it(stores, name):
    dataset, expected = qs.open_sweep(stores / f"{name}.zarr"), READ[name]
    assert set(map(str, dataset.variables)) == set(expected["variables"])
    for key, variable in expected["variables"].items():
        found, values = dataset[key], variable["values"]
        if np.dtype(variable["dtype"]).kind == "c":
            values = np.array(values[0]) + 1j * np.array(values[1])
        assert list(found.dims) == variable["dims"]
        assert found.dtype.str == variable["dtype"]
        np.testing.assert_array_equal(found, values)
    attrs = dict(dataset.attrs)
    # What it did not record is not known, and says so.
    unknown = attrs.pop("unknown_certificates")
    assert unknown.startswith("smallest_reciprocal_condition: an earlier version of quantsync has")
    assert attrs == expected["attrs"]


@pytest.mark.parametrize("name", READ)
def test_its_status_is_told(stores, name, monkeypatch):
    monkeypatch.chdir(stores)
    assert str(qs.sweep_status(f"{name}.zarr")) == READ[name]["status"]


@pytest.mark.parametrize("name", SWEEPS)
def test_it_can_be_exported_and_drawn(stores, name):
    from quantsync.sweeps.export import draw_dataset, export_dataset

    dataset = qs.open_sweep(stores / f"{name}.zarr")
    export_dataset(dataset, stores / "map.nc")
    with xr.open_dataset(stores / "map.nc", engine="h5netcdf") as file:
        assert file.status.size == dataset.status.size
        for name in dataset.data_vars:  # complex values become two variables
            parts = [name] if dataset[name].dtype.kind != "c" else [f"{name}_real", f"{name}_imag"]
            assert set(parts) <= set(file.data_vars)
    export_dataset(dataset, stores / "map.csv")
    lines = (stores / "map.csv").read_text().splitlines()
    assert len(lines) == 1 + dataset.status.size + dataset.sizes.get("refined", 0)
    draw_dataset(dataset, stores / "map.png", [], {})
    assert (stores / "map.png").stat().st_size > 1000


def test_another_version_does_not_go_on_with_it(stores):
    before = {p: p.read_bytes() for p in stores.rglob("*") if p.is_file()}
    axes = {"epsilon": [0.05, 0.1], "detuning": [-1.0, 0.0, 1.0]}
    names = ["synchronization", "locked_phase", "negativity"]
    with pytest.raises(qs.errors.StoreMismatchError, match="holds another sweep: .* in the store"):
        qs.sweep(
            "spin_pair", axes, names, {"gain_a": 20.0}, store=stores / "map.zarr", progress=False
        )
    after = {p: p.read_bytes() for p in stores.rglob("*") if p.is_file() and p.name != "lock"}
    assert after == before
