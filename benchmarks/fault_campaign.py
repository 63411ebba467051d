"""Kills, full disks, damage and second writers on stored sweeps; after each, resume and compare.

A sweep over 2000 points runs in a process of its own. It is killed (SIGKILL) at a random moment,
again and again until it is done, and its store is compared with that of an undisturbed run: the
same files, bit for bit. In between, and in stores of their own, disks fill up, files are damaged
and second writers try. Counts are printed; the exit code is 1 if anything differs.

Usage: python benchmarks/fault_campaign.py [--kills 200] [--seed 1]
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

import numpy as np

import quantsync as qs

CHILD = """
import resource, sys, time
import numpy as np
import quantsync as qs

def slow(steady):
    time.sleep(0.02)
    return steady.rho[:, 4, 4]

path, limit, extended = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
if limit:  # bytes of a file, after which it cannot grow: what a full disk looks like
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
print("ready", flush=True)
axes = {"epsilon": np.linspace(0, 0.1, 40), "detuning": np.linspace(-1, 1, 50)}
if extended:
    axes["epsilon"] = np.concatenate([axes["epsilon"], [0.2, 0.3]])
qs.sweep("spin_pair", axes, ["synchronization", slow], store=path, chunk=25, threads=2,
         progress=False)
"""


def start(path: Path, limit: int = 0, extended: int = 0) -> subprocess.Popen:
    """The sweep in a process that has just been about to begin."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path), str(limit), str(extended)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    child.stdout.readline()
    return child


def contents(path: Path) -> dict[str, bytes]:
    """All files of a store but its lock."""
    return {
        str(file.relative_to(path)): file.read_bytes()
        for file in path.rglob("*")
        if file.is_file() and file.name != "lock"
    }


def finish(path: Path, extended: int = 0) -> None:
    """Let the sweep end undisturbed."""
    child = start(path, extended=extended)
    _, told = child.communicate()
    assert child.returncode == 0, told


def wrong_points(path: Path, whole: dict) -> int:
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
    return sum(
        int((found[name].values[done] != whole[name][:rows][done]).sum())
        for name in ("synchronization", "slow")
    )


def main() -> None:
    """Run the campaign."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        finish(root / "whole")
        finish(root / "longer")
        finish(root / "longer", extended=1)
        expected = {0: contents(root / "whole"), 1: contents(root / "longer")}
        opened = qs.open_sweep(root / "longer")
        values = {name: opened[name].values for name in ("synchronization", "slow")}
        # From here on every second campaign extends a finished store.
        while counts["kills"] < options.kills:
            extended = counts["campaigns"] % 2
            path = root / f"killed{counts['campaigns']}"
            if extended:
                shutil.copytree(root / "whole", path)
            counts["campaigns"] += 1
            while True:
                child = start(path, extended=extended)
                time.sleep(rng.exponential(0.1 if extended else 0.25))
                if rng.random() < 0.1:
                    second = start(path, extended=extended)
                    _, told = second.communicate()
                    counts["second writers refused"] += "StoreLockedError" in told
                    counts["second writers after the first had ended"] += second.returncode == 0
                child.kill()
                child.communicate()
                counts["kills"] += child.returncode < 0
                counts["runs that ended before the kill"] += child.returncode >= 0
                counts["wrong points"] += wrong_points(path, values)
                if rng.random() < 0.2:
                    damage(path, rng, counts)
                    counts["wrong points"] += wrong_points(path, values)
                if rng.random() < 0.1:
                    full = start(path, int(rng.integers(1, 600)), extended)
                    _, told = full.communicate()
                    counts["full disks named"] += "StoreWriteError" in told
                    counts["full disks"] += full.returncode != 0
                if child.returncode >= 0 or counts["kills"] >= options.kills:
                    break
            finish(path, extended)
            found = contents(path)
            same = found == expected[extended]
            if not same:
                every = {*found, *expected[extended]}
                print("differ:", [f for f in every if found.get(f) != expected[extended].get(f)])
            counts["stores equal to an undisturbed one" if same else "stores that differ"] += 1
            shutil.rmtree(path)
    print(json.dumps(counts, indent=2))
    sys.exit(int(counts["wrong points"] > 0 or counts["stores that differ"] > 0))


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


if __name__ == "__main__":
    main()
