"""What solvers warn of while a map is computed is said once, wherever they run."""

import warnings

import numpy as np
import pytest

import quantsync as qs
from quantsync.errors import CostWarning, SweepWarning, WarnedOnce, warn_caller
from quantsync.parallel import map_threads
from quantsync.sweeps.executors.processes import map_processes
from quantsync.system import Measure, ParametricSystem, table_of


class Doubtful(ParametricSystem):
    members_per_chunk = 2
    measures = table_of(Measure("same", "x", "1", lambda state: state.flat("x")))

    def solve(self, workers=None):
        if (self.flat("x") > 2).any():
            warn_caller(f"x = {self.flat('x').max():g} is doubtful", CostWarning)
        return self


def model(x):
    return Doubtful({"x": x})


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("stored", [False, True])
def test_once_for_a_map(tmp_path, workers, stored):
    options = {"store": qs.Store(tmp_path / "map.zarr", chunk=2)} if stored else {}
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        found = qs.sweep(
            model, {"x": np.arange(1.0, 9.0)}, "same", workers=workers, progress=False, **options
        )
    assert found.same.values.tolist() == list(range(1, 9))
    (one,) = said
    assert one.category is CostWarning
    assert one.filename == __file__
    assert str(one.message).startswith("x = ")
    assert str(one.message).endswith("is doubtful (2 more such warnings, of other parts.)")


def both():
    with WarnedOnce():
        warn_caller("itself", SweepWarning)
        warn_caller("cost", CostWarning)


def test_what_a_sweep_says_of_itself_is_not_held_up():
    with pytest.warns(SweepWarning, match="itself"), pytest.warns(CostWarning, match="^cost$"):
        both()


def test_threads_and_processes_pass_on_what_they_gather():
    def works(item):
        warn_caller(f"item {item}", CostWarning)
        return item

    with pytest.warns(CostWarning, match=r"^item \d \(3 more such warnings"), WarnedOnce():
        assert map_threads(works, range(4), 2) == [0, 1, 2, 3]
    with pytest.warns(CostWarning, match=r"^item \d \(3 more such warnings"), WarnedOnce():
        assert sorted(map_processes(works, range(4), 2)) == [(k, k) for k in range(4)]


def fails():
    with WarnedOnce():
        warn_caller("cost", CostWarning)
        raise ValueError("no")


def test_an_error_keeps_no_warning_back():
    with pytest.warns(CostWarning, match="cost"), pytest.raises(ValueError, match="no"):
        fails()


@pytest.mark.clusters
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_workers_of_a_cluster_pass_on_what_they_gather(tmp_path):
    distributed = pytest.importorskip("distributed")
    options = {"store": qs.Store(tmp_path / "map.zarr", chunk=2), "progress": False}
    with distributed.LocalCluster(
        1, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as cluster:
        for more in ({}, options):
            with pytest.warns(CostWarning, match=r"^x = \d is doubtful \(2 more such warnings"):
                found = qs.sweep(
                    model, {"x": np.arange(1.0, 9.0)}, "same", scheduler=cluster, **more
                )
            assert found.same.values.tolist() == list(range(1, 9))
