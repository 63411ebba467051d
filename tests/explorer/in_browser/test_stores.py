"""Stored maps in the browser: exact values of further axes, the numbers of a point, growth."""

import subprocess
import sys

import numpy as np
import pytest
from waiting import wait_until

import quantsync as qs

AXES = {
    "gain_a": [20.0, 50.0, 100.0],
    "epsilon": np.linspace(0, 0.1, 5),
    "detuning": [-2.0, -0.5, 0.0, 0.5, 2.0],
}
GROWING = """
import time
from pathlib import Path
import quantsync as qs

records = Path("grows.zarr/status/records")

def negativity(state):
    while len(list(records.glob("*.json"))) >= 5 and not Path("go").exists():
        time.sleep(0.05)
    return qs.negativity(state, "A")

axes = {"epsilon": [0.02, 0.04, 0.06, 0.08], "detuning": [-1.0, 0.0, 1.0]}
store = qs.Store("grows.zarr", chunk=1)
qs.sweep("spin_pair", axes, negativity, store=store, progress=False, workers=1)
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    path = tmp_path_factory.mktemp("stored") / "tongue.zarr"
    measures = ["synchronization", "negativity"]
    return path, qs.sweep("spin_pair", AXES, measures, store=path, progress=False)


def test_a_stored_map_is_cut_at_its_values_by_a_slider(open_tab, store):
    path, known = store
    tab = open_tab(str(path), query={"measure": "negativity"}).mapped()
    assert tab.page.title() == "tongue · quantsync"
    assert tab.field("p.gain_a").input_value() == "50"
    assert not tab.field("size").count()
    tab.slider("gain_a").press("End")
    tab.rested()
    assert tab.field("p.gain_a").input_value() == "100"
    columns = tab.image()  # uneven values have cells of many pixels
    shown = columns[:, np.r_[True, (np.diff(columns[-1]) != 0)]]
    expected = known.negativity.sel(gain_a=100.0).values
    np.testing.assert_array_equal(shown, expected)
    tab.page.mouse.click(*tab.place(0.99, 0.99))
    tab.page.get_by_role("heading", name="detuning = 2, epsilon = 0.1").wait_for()
    assert float(tab.numbers()["negativity"][0]) == expected[-1, -1]
    tab.field("y.name").select_option("gain_a")
    tab.mapped()
    expected = known.negativity.sel(epsilon=0.05).values
    assert {*np.unique(tab.image())} == {*np.unique(expected)}
    tab.field("y.name").select_option("")
    tab.enter("x.first", "0")  # the value of gain_a is the last that was chosen
    tab.mapped()
    np.testing.assert_array_equal(
        tab.image(), known.negativity.sel(epsilon=0.05, gain_a=100.0).values[2:]
    )


def test_a_map_grows_on_the_page(open_tab, tmp_path):
    (tmp_path / "growing.py").write_text(GROWING)
    writer = subprocess.Popen([sys.executable, "growing.py"], cwd=tmp_path)
    try:
        records = tmp_path / "grows.zarr" / "status" / "records"
        wait_until(lambda: writer.poll() or len(list(records.glob("*.json"))) == 5)
        assert writer.poll() is None
        tab = open_tab(str(tmp_path / "grows.zarr"))
        tab.wait("s.shown === s.wish")
        assert tab.state["final"] == "false"
        said = tab.page.locator(".status").inner_text()
        assert f"5 of 12 points, being computed by process {writer.pid}" in said
        assert tab.page.locator("progress").is_visible()
        assert np.isfinite(tab.image()).sum() == 5
        (tmp_path / "go").touch()
        tab.wait("s.final === 'true'")
        assert writer.wait() == 0
    finally:
        writer.kill()
        writer.wait()
    known = qs.open_sweep(tmp_path / "grows.zarr").negativity
    np.testing.assert_array_equal(tab.image(), known)
    assert np.isfinite(known).all()
    said = tab.page.locator(".status").inner_text()
    assert said.startswith("3 × 4 points")
    assert "being computed" not in said
