"""Kills, full disks, damage and second writers on stored sweeps; after each, resume and compare.

A sweep over 2000 points runs in a process of its own, and on a dask cluster of two workers. It is
killed (SIGKILL) at a random moment, again and again until it is done: the process, a worker, the
scheduler. Then its store is compared with that of an undisturbed run on threads: the same files,
bit for bit. In between, and in stores of their own, disks fill up, files are damaged and second
writers try. Counts are printed; the exit code is 1 if anything differs.

Usage: python benchmarks/fault_campaign.py [--local 130] [--cluster 80] [--disks 10] [--seed 1]
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
from fault_runs import NAMES, Cluster, contents, finish, start, wrong_points

import quantsync as qs


class Campaign:
    """The counts, and what an undisturbed run leaves."""

    def __init__(self, root: Path, seed: int):
        self.root, self.rng = root, np.random.default_rng(seed)
        self.counts: Counter[str] = Counter()
        finish(root / "whole")
        shutil.copytree(root / "whole", root / "longer")
        finish(root / "longer", extended=1)
        self.expected = {0: contents(root / "whole"), 1: contents(root / "longer")}
        opened = qs.open_sweep(root / "longer")
        self.values = {name: opened[name].values for name in NAMES}

    def check(self, path: Path) -> None:
        """Whatever is in an unfinished store must be right."""
        self.counts["wrong points"] += wrong_points(path, self.values)

    def compare(self, path: Path, extended: int) -> None:
        found, expected = contents(path), self.expected[extended]
        if found != expected:
            every = sorted({*found, *expected})
            print("differ:", [f for f in every if found.get(f) != expected.get(f)][:10])
        same = found == expected
        self.counts["stores equal to an undisturbed one" if same else "stores that differ"] += 1
        shutil.rmtree(path)

    def new_store(self, name: str) -> tuple[Path, int]:
        """Every second campaign extends a finished store."""
        path = self.root / f"{name}{self.counts['campaigns']}"
        extended = self.counts["campaigns"] % 2
        if extended:
            shutil.copytree(self.root / "whole", path)
        self.counts["campaigns"] += 1
        return path, extended

    def local(self, kills: int) -> None:
        """The process of the sweep is killed."""
        counts, rng = self.counts, self.rng
        while counts["kills of local sweeps"] < kills:
            path, extended = self.new_store("local")
            while True:
                contested = rng.random() < 0.1  # and long enough for a second writer to come
                child = start(path, extended=extended, slow=0.5 if contested else 0.02)
                time.sleep(rng.exponential(0.1 if extended else 0.25))
                if contested:
                    second = start(path, extended=extended)
                    _, told = second.communicate()
                    counts["second writers refused"] += "StoreLockedError" in told
                    counts["second writers after the first had ended"] += second.returncode == 0
                child.kill()
                child.communicate()
                counts["kills of local sweeps"] += child.returncode < 0
                counts["runs that ended before the kill"] += child.returncode >= 0
                self.check(path)
                if rng.random() < 0.2:
                    damage(path, rng, counts)
                    self.check(path)
                if rng.random() < 0.1:
                    full = start(path, int(rng.integers(1, 600)), extended)
                    _, told = full.communicate()
                    counts["file size limits named"] += "StoreWriteError" in told
                    counts["file size limits"] += full.returncode != 0
                if child.returncode >= 0 or counts["kills of local sweeps"] >= kills:
                    break
            finish(path, extended)
            self.compare(path, extended)

    def cluster(self, kills: int) -> None:
        """A worker, the scheduler or the process of the sweep is killed."""
        counts, rng = self.counts, self.rng
        cluster = Cluster(self.root)
        try:
            while sum(counts[f"kills of {who}"] for who in WHO) < kills:
                path, extended = self.new_store("cluster")
                finished = False
                while not finished and sum(counts[f"kills of {who}"] for who in WHO) < kills:
                    cluster.wait()
                    child = start(path, 0, extended, cluster.file)
                    finished = self.disturb(cluster, child, path)
                    self.check(path)
                    if rng.random() < 0.1:
                        damage(path, rng, counts)
                        self.check(path)
                finish(path, extended, cluster.file if rng.random() < 0.5 else "")
                self.compare(path, extended)
        finally:
            cluster.end()

    def disturb(self, cluster: Cluster, child: subprocess.Popen, path: Path) -> bool:
        """Kill workers while a sweep runs, or what ends it; whether it came to its own end."""
        counts, rng = self.counts, self.rng
        while True:
            # Workers need seconds to come back: mostly the next kill waits until they do something.
            if rng.random() < 0.8:
                wait_for_progress(child, path)
            try:
                child.wait(rng.exponential(0.7))
            except subprocess.TimeoutExpired:
                pass
            else:
                _, told = child.communicate()
                counts["sweeps that ended although workers were killed"] += 1
                assert child.returncode == 0, told
                return True
            who = WHO[rng.choice(3, p=(0.65, 0.28, 0.07))]
            if who == "workers":
                counts["kills of workers"] += cluster.kill_worker(rng)
                continue
            counts[f"kills of {who}"] += 1
            if who == "sweeps on the cluster":
                child.kill()
                child.communicate()
                return False
            cluster.kill_scheduler()
            _, told = child.communicate()
            counts["lost schedulers named"] += "ClusterError" in told or child.returncode == 0
            cluster.end()
            cluster.begin()
            return False

    def disks(self, count: int) -> None:
        """A small file system fills up, and is made larger."""
        for k in range(count):
            place = self.root / f"disk{k}"
            place.mkdir()
            size = int(self.rng.integers(100, 1400)) * 1024
            mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
            if subprocess.run(mount, capture_output=True).returncode:
                print("full disks: no right to mount a small file system here; left out")
                return
            try:
                child = start(place / "a")
                _, told = child.communicate()
                self.counts["full disks"] += child.returncode != 0
                self.counts["full disks named"] += "the disk is full" in told
                self.check(place / "a")
                subprocess.run(["mount", "-o", "remount,size=64m", str(place)], check=True)
                finish(place / "a")
                self.compare(place / "a", 0)
            finally:
                subprocess.run(["umount", str(place)], check=True)


WHO = ("workers", "sweeps on the cluster", "schedulers")


def wait_for_progress(child: subprocess.Popen, path: Path, most: float = 60.0) -> None:
    """Until one more task is in the store, or the sweep has ended."""

    def last() -> float:
        try:
            return (path / "status" / "c").stat().st_mtime + sum(
                folder.stat().st_mtime for folder in (path / "status" / "c").iterdir()
            )
        except OSError:  # not there yet, or being replaced
            return 0.0

    before, end = last(), time.monotonic() + most
    while child.poll() is None and last() == before and time.monotonic() < end:
        time.sleep(0.02)


def damage(path: Path, rng: np.random.Generator, counts: Counter[str]) -> None:
    """Flip a bit of a file, truncate it or delete it."""
    files = sorted(contents(path))
    if not files:
        return
    file = path / files[rng.integers(len(files))]
    data = bytearray(file.read_bytes())
    kind = ("flipped", "truncated", "deleted")[rng.integers(3)]
    if kind == "deleted" or not data:
        file.unlink()
    elif kind == "truncated":
        file.write_bytes(data[: rng.integers(len(data))])
    else:
        data[rng.integers(len(data))] ^= 1 << rng.integers(8)
        file.write_bytes(data)
    counts[f"files {kind}"] += 1


def main() -> None:
    """Run the campaign."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--local", type=int, default=130, help="kills of sweeps on threads")
    parser.add_argument("--cluster", type=int, default=80, help="kills on a dask cluster")
    parser.add_argument("--disks", type=int, default=10, help="disks that fill up")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        campaign = Campaign(Path(folder), options.seed)
        campaign.disks(options.disks)
        campaign.cluster(options.cluster)
        campaign.local(options.local)
    counts = campaign.counts
    print(json.dumps(counts, indent=2))
    print(f"{time.monotonic() - begun:.0f} s", file=sys.stderr)
    sys.exit(int(counts["wrong points"] > 0 or counts["stores that differ"] > 0))


if __name__ == "__main__":
    main()
