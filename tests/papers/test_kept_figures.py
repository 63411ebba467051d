"""Full figures keep their maps in stores, and go on from them."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

import quantsync as qs
from quantsync.papers.registry import PAPERS
from quantsync.papers.reproduce import write_figure
from quantsync.papers.vaidya2024 import synchronization_data
from quantsync.sweeps import _batches


@pytest.mark.parametrize(("paper", "figure"), [("roulet2018", "3"), ("vaidya2024", "8")])
def test_a_full_figure_goes_on_from_its_store(paper, figure, tmp_path, monkeypatch):
    monkeypatch.setattr(synchronization_data, "gains", lambda points: (np.arange(6) + 0.5) / 6)
    picture, data = write_figure(PAPERS[paper], figure, tmp_path, full=True)
    store = tmp_path / f"figure_{figure}.zarr"
    status = qs.sweep_status(store)
    assert status.done > 0
    assert status.missing == status.failed == 0
    first = xr.load_dataset(data)
    picture.unlink()
    monkeypatch.setattr(_batches, "solve_chunk", None)  # nothing is computed again
    write_figure(PAPERS[paper], figure, tmp_path, full=True)
    xr.testing.assert_identical(first, xr.load_dataset(data))


def test_a_figure_in_small_keeps_nothing(tmp_path):
    write_figure(PAPERS["roulet2018"], "3", tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["figure_3.nc", "figure_3.png"]
