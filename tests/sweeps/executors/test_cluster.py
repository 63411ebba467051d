"""Sweeps on a dask cluster equal those of one process bit for bit, whoever dies on the way."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from places import TESTS
from waiting import PATIENT, wait_until

import quantsync as qs
from quantsync.sweeps.executors import cluster, remote
from quantsync.sweeps.store import _on_cluster

distributed = pytest.importorskip("distributed")
pytestmark = [
    # Of dask's own making, when its processes are killed.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
AXES = {"epsilon": np.linspace(0, 0.1, 16), "detuning": np.linspace(-1, 1, 12)}
DEAD = {"epsilon": [0.0, 0.1], "gain_a": [0.0, 1.0, 5.0]}
NAMES = ["synchronization", "locked_phase"]
PYTHON = [sys.executable, "-m"]


def coherence(steady):
    return steady.rho[:, 4, 4]


def slow(steady):
    time.sleep(0.05)
    return steady.rho[:, 4, 4]


def deadly(steady):
    """Ends the worker at the points whose population is largest."""
    if os.environ.get("QUANTSYNC_TEST_WORKER") and (steady.rho[:, 4, 4].real > 0.9995).any():
        os.kill(os.getpid(), signal.SIGKILL)
    return steady.rho[:, 4, 4]


def stored(path, measures=NAMES, axes=AXES, chunk=7, **options):
    options = {"store": qs.Store(path, chunk), "progress": False} | options
    return qs.sweep("spin_pair", axes, measures, **options)


def bytes_of(path):
    return {
        str(f.relative_to(path)): f.read_bytes()
        for f in sorted(Path(path).rglob("*"))
        if f.is_file() and f.name != "lock"
    }


class Processes:
    """A scheduler and workers as they are started on the command line."""

    def __init__(self, folder, workers=2):
        self.file = folder / "scheduler.json"
        self.environment = os.environ | {
            "QUANTSYNC_TEST_WORKER": "1",
            "PYTHONPATH": os.pathsep.join([str(TESTS), os.environ.get("PYTHONPATH", "")]),
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
        }
        self.scheduler = self.start(
            "scheduler", "--scheduler-file", self.file, "--no-dashboard", "--port", "0",
            "--host", "127.0.0.1",
        )  # fmt: skip
        wait_until(lambda: self.file.is_file() and self.file.stat().st_size)
        self.workers = [self.worker(folder) for _ in range(workers)]

    def start(self, *arguments):
        command = [*PYTHON, "distributed.cli.dask_" + arguments[0], *map(str, arguments[1:])]
        return subprocess.Popen(
            command, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def worker(self, folder, *more):
        return self.start(
            "worker", "--scheduler-file", self.file, "--nthreads", "1", "--no-dashboard",
            "--local-directory", folder, *more,
        )  # fmt: skip

    def stop(self):
        for process in (*self.workers, self.scheduler):
            process.terminate()
        for process in (*self.workers, self.scheduler):
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="module")
def processes(tmp_path_factory):
    there = Processes(tmp_path_factory.mktemp("cluster"))
    yield there
    there.stop()


@pytest.fixture
def client(processes):
    with distributed.Client(
        scheduler_file=str(processes.file), set_as_default=False, timeout=PATIENT
    ) as there:
        there.wait_for_workers(2, timeout=PATIENT)
        yield there


def test_it_is_the_sweep_of_one_process_bit_for_bit(tmp_path, client, processes):
    measures = {"s": "synchronization", "c": coherence, "f": lambda steady: steady.rho[:, 0, 0]}
    here = stored(tmp_path / "here", measures)
    for k, scheduler in enumerate((client, client.scheduler.address, processes.file)):
        there = stored(tmp_path / str(k), measures, scheduler=scheduler)
        xr.testing.assert_identical(there, here)
        assert bytes_of(tmp_path / str(k)) == bytes_of(tmp_path / "here")
    assert client.status == "running"  # it is the caller's


def test_in_memory(client):
    for axes, measures, fixed in ((AXES, NAMES, None), (DEAD, [coherence], {"damping_b": 2.0})):
        with np.errstate(all="ignore"):
            kwargs = {"fixed": fixed, "progress": False}
            if axes is DEAD:
                with pytest.warns(qs.errors.SweepWarning, match="1 of 6 points"):
                    here = qs.sweep("spin_pair", axes, measures, **kwargs)
                with pytest.warns(qs.errors.SweepWarning, match="1 of 6 points"):
                    there = qs.sweep("spin_pair", axes, measures, scheduler=client, **kwargs)
            else:
                here = qs.sweep("spin_pair", axes, measures, **kwargs)
                there = qs.sweep("spin_pair", axes, measures, scheduler=client, **kwargs)
        xr.testing.assert_identical(there, here)


def test_models_tied_parameters_and_failed_points(tmp_path, client):
    factor = 3.0

    def model(strength, gain, damping=1.0):
        return qs.models.spin_pair(epsilon=strength / factor, gain_a=gain, damping_a=damping)

    def run(path, retry_failed=False, **options):
        with pytest.warns(qs.errors.SweepWarning, match="1 of 6 points.*not unique"):
            return qs.sweep(
                model,
                {"strength": [0.0, 0.3], "gain": [0.0, 1.0, 5.0]},
                ["purity"],
                tied={"damping": lambda gain: 1.0 + 0.0 * gain},
                store=qs.Store(path, 2, retry_failed),
                progress=False,
                **options,
            )

    here = run(tmp_path / "here")
    xr.testing.assert_identical(run(tmp_path / "there", scheduler=client), here)
    assert bytes_of(tmp_path / "here") == bytes_of(tmp_path / "there")
    run(tmp_path / "there", scheduler=client, retry_failed=True)
    assert qs.sweep_status(tmp_path / "there").failed == 1


def test_it_goes_on_where_one_process_has_stopped_and_extends(tmp_path, client):
    first = {"epsilon": AXES["epsilon"][:5], "detuning": AXES["detuning"]}
    for name in ("here", "there"):
        stored(tmp_path / name, axes=first)
    xr.testing.assert_identical(
        stored(tmp_path / "there", scheduler=client), stored(tmp_path / "here")
    )
    assert bytes_of(tmp_path / "here") == bytes_of(tmp_path / "there")


def in_background(function):
    """Run a function on a thread; its outcome comes in a list."""
    outcome = []

    def run():
        try:
            outcome.append(function())
        except BaseException as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, outcome


def wait_for(path, count, outcome):
    """Until so many tasks are there, or the sweep has ended."""
    wait_until(lambda: len(list(Path(path).glob("status/c/*/*"))) >= count or outcome, every=0.01)
    assert not outcome


def pids_of(client):
    return client.run(os.getpid)


def test_workers_that_are_killed_are_replaced(tmp_path, client):
    whole = stored(tmp_path / "whole", [slow], chunk=3)
    thread, outcome = in_background(
        lambda: stored(tmp_path / "a", [slow], chunk=3, scheduler=client)
    )
    for k in range(2):
        wait_for(tmp_path / "a", 2 + 10 * k, outcome)
        os.kill(sorted(pids_of(client).values())[0], signal.SIGKILL)
        client.wait_for_workers(2, timeout=PATIENT)
    thread.join(PATIENT)
    xr.testing.assert_identical(outcome[0], whole)
    assert bytes_of(tmp_path / "a") == bytes_of(tmp_path / "whole")


@pytest.mark.filterwarnings("ignore:What is computed here depends on `os.environ`")
def test_points_of_which_workers_die_are_named_and_the_rest_is_kept(tmp_path, client):
    axes = {"epsilon": [0.0, 0.05, 0.1]}
    bad = qs.sweep("spin_pair", axes, [coherence]).coherence.real > 0.9995
    assert bad.values.tolist() == [True, False, False]
    with pytest.raises(qs.errors.ClusterError, match="1 task: epsilon=0") as caught:
        stored(tmp_path / "a", [deadly], axes, chunk=1, scheduler=client)
    assert "2 of 3 points are done and in" in str(caught.value)
    np.testing.assert_array_equal(qs.open_sweep(tmp_path / "a").deadly.isnull(), bad)
    client.wait_for_workers(2, timeout=PATIENT)


def test_a_lost_scheduler_is_named_and_the_rest_is_done_without_it(tmp_path):
    whole = stored(tmp_path / "whole", [slow], chunk=3)
    there = Processes(tmp_path)
    try:
        thread, outcome = in_background(
            lambda: stored(tmp_path / "a", [slow], chunk=3, scheduler=there.file)
        )
        wait_for(tmp_path / "a", 5, outcome)
        there.scheduler.kill()
        thread.join(PATIENT)
        assert isinstance(outcome[0], qs.errors.ClusterError)
        assert "is lost" in str(outcome[0])
        assert "the same sweep goes on" in str(outcome[0])
        # Workers may still be at a task: what they write does no harm.
        xr.testing.assert_identical(stored(tmp_path / "a", [slow]), whole)
        assert bytes_of(tmp_path / "a") == bytes_of(tmp_path / "whole")
    finally:
        there.stop()


def unreadable(steady):
    raise FileNotFoundError("no calibration.csv")


def test_an_answer_that_is_cut_off_is_told_from_an_error_of_a_task(tmp_path, client, monkeypatch):
    """The way of an answer may break while the client still thinks that it is connected."""
    from distributed.comm import CommClosedError

    plain = distributed.Future.result

    def cut_off(future, *arguments, **options):
        if "sweep" in str(future.key) and list((tmp_path / "a").glob("status/c/*/*"))[3:]:
            raise CommClosedError("connection reset by peer")
        return plain(future, *arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(distributed.Future, "result", cut_off)
        with pytest.raises(qs.errors.ClusterError, match="is lost.*reset by peer.*goes on"):
            stored(tmp_path / "a", [slow], chunk=3, scheduler=client)
    whole = stored(tmp_path / "whole", [slow], chunk=3)
    xr.testing.assert_identical(stored(tmp_path / "a", [slow], scheduler=client), whole)
    with pytest.raises(qs.errors.MeasureError, match="FileNotFoundError: no calibration"):
        stored(tmp_path / "b", [unreadable], scheduler=client)


def test_a_client_that_closes_between_two_tasks_is_named(tmp_path, processes, monkeypatch):
    take = cluster._Spread.take

    def closing(run, group, answer, waiting):
        take(run, group, answer, waiting)
        run.client.close()
        run.look = lambda: None  # it has just looked

    with (
        distributed.Client(
            scheduler_file=str(processes.file), set_as_default=False, timeout=PATIENT
        ) as there,
        monkeypatch.context() as patch,
    ):
        there.wait_for_workers(2, timeout=PATIENT)
        patch.setattr(cluster._Spread, "take", closing)
        with pytest.raises(qs.errors.ClusterError, match="is lost.*goes on"):
            stored(tmp_path / "a", [slow], chunk=3, scheduler=there)
    assert qs.sweep_status(tmp_path / "a").writer is None


def test_ctrl_c_keeps_what_is_done(tmp_path, client, monkeypatch):
    arrived = []

    def interrupted(run, group, answer, waiting):
        arrived.append(group)
        if len(arrived) == 3:
            raise KeyboardInterrupt
        return take(run, group, answer, waiting)

    take = cluster._Spread.take
    with monkeypatch.context() as patch:
        patch.setattr(cluster._Spread, "take", interrupted)
        with pytest.raises(qs.errors.SweepInterrupt, match=r"of 192 points are done.*resume"):
            stored(tmp_path / "a", [slow], chunk=3, scheduler=client)
    status = qs.sweep_status(tmp_path / "a")
    assert status.missing
    assert status.writer is None
    whole = stored(tmp_path / "whole", [slow], chunk=3)
    xr.testing.assert_identical(stored(tmp_path / "a", [slow], scheduler=client), whole)


@pytest.mark.parametrize("scheduler", ["tcp://127.0.0.1:{port}", "{folder}/none.json"])
def test_without_a_scheduler_nothing_is_begun(tmp_path, monkeypatch, scheduler):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.5)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(qs.errors.ClusterError, match="There is no .*scheduler"):
        stored(tmp_path / "a", scheduler=scheduler.format(port=port, folder=tmp_path))
    assert not (tmp_path / "a").exists()


def test_misuse_is_explained(tmp_path):
    for wrong in (3, "host", "tcp:8786"):
        with pytest.raises(qs.errors.InvalidArgumentError, match="`scheduler` must be an address"):
            stored(tmp_path / "a", scheduler=wrong)


def test_without_the_extra_a_hint_is_given(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(qs.errors.MissingDependencyError, match=r"quantsync\[cluster\]"):
        stored(tmp_path / "a", scheduler="tcp://localhost:1")


def test_a_worker_that_does_not_see_the_store_is_named(tmp_path, client, monkeypatch):
    plain = _on_cluster._store_setup

    def elsewhere(*arguments):
        return plain(*arguments) | {"root": str(tmp_path / "elsewhere")}

    with monkeypatch.context() as patch:
        patch.setattr(_on_cluster, "_store_setup", elsewhere)
        with pytest.raises(
            qs.errors.StoreError, match=r"does not see store .*elsewhere.*worker tcp://"
        ):
            stored(tmp_path / "a", scheduler=client)
    monkeypatch.chdir(tmp_path)  # a relative path is this process's
    xr.testing.assert_identical(stored("a", scheduler=client), stored(tmp_path / "whole"))


def test_workers_of_another_kind_are_refused(tmp_path, client, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(remote, "__version__", "99.0")
        with pytest.raises(qs.errors.ClusterError, match=r"has quantsync .*this process 99.0"):
            stored(tmp_path / "a", scheduler=client)
    plain = remote._sources
    with monkeypatch.context() as patch:
        patch.setattr(remote, "_sources", lambda *a, **k: dict.fromkeys(plain(*a, **k), "another"))
        with pytest.raises(qs.errors.ClusterError, match="source of model spin_pair on a worker"):
            stored(tmp_path / "a", scheduler=client)
    assert qs.sweep_status(tmp_path / "a").done == 0


def test_what_a_worker_cannot_write_is_named(tmp_path, client):
    path = tmp_path / "a"
    stored(path, axes=AXES | {"epsilon": AXES["epsilon"][:1]})
    for name in NAMES:  # where folders of chunks should come, there are files
        shutil.rmtree(path / name / "c")
        (path / name / "c").write_bytes(b"")
    with (
        pytest.warns(qs.errors.SweepWarning, match="damaged"),
        pytest.raises(qs.errors.StoreWriteError, match=r"Cannot write .*worker tcp://"),
    ):
        stored(path, axes=AXES | {"epsilon": AXES["epsilon"][:1]}, scheduler=client)


def test_measures_that_are_complex_at_some_points(tmp_path, client):
    def fickle(steady):
        population = steady.rho[:, 4, 4]
        return population if population.real.max() > 0.9998 else population.real

    first = AXES | {"epsilon": AXES["epsilon"][:1]}
    assert stored(tmp_path / "a", [fickle], first).fickle.dtype == complex
    kept = stored(tmp_path / "a", [fickle], scheduler=client)
    assert kept.fickle.dtype == complex
    assert kept.fickle.notnull().all()


def test_files_of_two_writers_are_told_apart(tmp_path):
    """What a worker that was given up writes over a newer task is damage, not a result."""
    old = stored(tmp_path / "old", axes=AXES | {"detuning": AXES["detuning"] / 2})
    whole = stored(tmp_path / "a")
    assert not old.synchronization.equals(whole.synchronization)
    before = bytes_of(tmp_path / "a")
    for name in list(before)[::6]:
        if ("/c/" in name and name.split("/")[0] in (*NAMES, "status")) or "records" in name:
            shutil.copy(tmp_path / "old" / name, tmp_path / "a" / name)
            if before[name] == (tmp_path / "a" / name).read_bytes():
                continue
            with pytest.warns(qs.errors.SweepWarning, match="1 of .* damaged"):
                xr.testing.assert_identical(stored(tmp_path / "a"), whole)
            assert bytes_of(tmp_path / "a") == before


def test_the_command_line(tmp_path, client, processes):
    (tmp_path / "a.toml").write_text(
        'model = "spin_pair"\nmeasures = ["purity"]\nstore = "a.zarr"\nchunk = 4\n'
        "axes.epsilon = {linspace = [0, 0.1, 20]}\n"
    )

    def run(*arguments):
        command = [*PYTHON, "quantsync", "sweep", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True)

    told = run(tmp_path / "a.toml", "--scheduler", processes.file)
    assert told.returncode == 0, told.stderr
    assert "20 of 20 points done" in told.stdout
    shutil.rmtree(tmp_path / "a.zarr" / "purity" / "c")
    told = run("resume", tmp_path / "a.zarr", "--scheduler", client.scheduler.address)
    assert told.returncode == 0, told.stderr
    assert "20 of 20 points done" in told.stdout
    told = run("resume", tmp_path / "a.zarr", "--scheduler", "nowhere")
    assert told.returncode == 2
    assert "`scheduler` must be an address" in told.stderr


def by_numbers(kind="up", strength=0.1, detuning=0.0):
    """A function of numbers and names, with a point that has no system."""
    if strength > 0.25 and kind == "down":
        raise RuntimeError("no operating point")
    space = qs.Space(A=qs.Spin(1))
    a = space["A"]
    jump = {"up": a.plus, "down": a.minus}[kind]
    jumps = [(1.0, jump), (float(strength), a.z), (0.1, a.plus + a.minus)]
    return qs.Lindbladian(space, [(detuning, a.z), (strength, a.x)], jumps)


def a_run(kind="up", strength=0.1, detuning=0.0):
    system = by_numbers(kind, strength, detuning)
    return system, np.eye(3) / 3, [0.0, 1.0, 2.0], {"observables": {"z": system.space["A"].z}}


def last(path):
    return path.expectation["z"][:, -1]


@pytest.mark.parametrize("way", ["memory", "store"])
@pytest.mark.parametrize("model", [by_numbers, a_run])
def test_functions_of_numbers_and_names_go_to_workers(client, tmp_path, way, model):
    axes = {
        "kind": ["up", "down"],
        "strength": [0.1, 0.2, 0.3],
        "detuning": np.linspace(-1.0, 1.0, 5),
    }
    measure = last if model is a_run else "purity"
    options = {"store": tmp_path / "map.zarr", "progress": False} if way == "store" else {}
    with pytest.warns(qs.errors.SweepWarning):
        expected = qs.sweep(model, axes, measure)
    with pytest.warns(qs.errors.SweepWarning):
        found = qs.sweep(model, axes, measure, scheduler=client, **options)
    xr.testing.assert_allclose(found, expected, rtol=1e-12)
    assert found.failed.values.sum() == 5
    assert "no operating point" in found.failures[0]
