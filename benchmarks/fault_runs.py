"""Runs for `fault_campaign.py`: a sweep in a process of its own, and a cluster to be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import psutil

import quantsync as qs

NAMES = ("synchronization", "slow")
CHILD = """
import os, resource, sys, time
import numpy as np
import quantsync as qs

def slow(steady):
    time.sleep(float(os.environ.get("SLOW", "0.02")))
    return steady.rho[:, 4, 4]

path, limit, extended, scheduler = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
if limit:  # bytes of a file, after which it cannot grow
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
print("ready", flush=True)
axes = {"epsilon": np.linspace(0, 0.1, 40), "detuning": np.linspace(-1, 1, 50)}
if extended:
    axes["epsilon"] = np.concatenate([axes["epsilon"], [0.2, 0.3]])
qs.sweep("spin_pair", axes, ["synchronization", slow], store=qs.Store(path, chunk=25), workers=2,
         progress=False, scheduler=scheduler or None)
"""


def start(
    path: Path, limit: int = 0, extended: int = 0, scheduler: object = "", slow: float = 0.02
) -> subprocess.Popen:
    """The sweep in a process that has just been about to begin."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path), str(limit), str(extended), str(scheduler)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"SLOW": str(slow)},
        text=True,
    )
    assert child.stdout is not None
    child.stdout.readline()
    return child


def finish(path: Path, extended: int = 0, scheduler: object = "") -> None:
    """Let the sweep end undisturbed."""
    child = start(path, 0, extended, scheduler)
    _, told = child.communicate()
    assert child.returncode == 0, told


def contents(path: Path) -> dict[str, bytes]:
    """All files of a store but its lock."""
    return {
        str(file.relative_to(path)): file.read_bytes()
        for file in path.rglob("*")
        if file.is_file() and file.name != "lock"
    }


def wrong_points(path: Path, whole: dict[str, np.ndarray]) -> int:
    """Points of an unfinished store that are not those of the whole one, or read wrongly."""
    if not (path / "zarr.json").exists():
        return 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = qs.open_sweep(path)
    except qs.errors.StoreError:
        return 0  # refused, with its name: nothing wrong was read
    done = found.status.values == 1
    rows = done.shape[0]
    return sum(int((found[name].values[done] != whole[name][:rows][done]).sum()) for name in NAMES)


class Cluster:
    """A scheduler and two workers on this machine, each a process that can be killed."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.file = folder / "scheduler.json"
        self.processes: list[subprocess.Popen] = []
        self.begin()

    def begin(self) -> None:
        self.file.unlink(missing_ok=True)
        self._start("scheduler", "--port", "0", "--host", "127.0.0.1")
        for _ in range(2):
            self._start("worker", "--nthreads", "1", "--local-directory", str(self.folder),
                        "--death-timeout", "300")  # fmt: skip

    def _start(self, command: str, *arguments: str) -> None:
        self.processes.append(
            subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.dask_{command}", "--no-dashboard",
                 "--scheduler-file", str(self.file), *arguments],
                env=os.environ | {"SLOW": "0.1"},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )  # fmt: skip

    def workers(self) -> list[psutil.Process]:
        """The processes that compute; each has a nanny, which starts another one."""
        found = []
        for nanny in self.processes[1:]:
            try:
                children = psutil.Process(nanny.pid).children(recursive=True)
                found += [c for c in children if "spawn_main" in " ".join(c.cmdline())]
            except psutil.Error:
                continue
        return found

    def wait(self) -> None:
        """Until both workers are there."""
        end = time.monotonic() + 600
        while len(self.workers()) < 2 and time.monotonic() < end:
            time.sleep(0.1)

    def kill_worker(self, rng: np.random.Generator) -> bool:
        workers = self.workers()
        if not workers:
            return False
        try:
            os.kill(workers[rng.integers(len(workers))].pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def kill_scheduler(self) -> None:
        self.processes[0].kill()

    def end(self) -> None:
        children = self.workers()
        for process in self.processes:
            process.kill()
            process.wait()
        for child in children:
            if child.is_running():
                child.kill()
        self.processes.clear()
