"""A map of the spin-1 pair in memory, in a store, and on a dask cluster of two workers.

The same points with the same measures, checked to agree. Printed are points a second and what a
store costs, in wall time and in processor time, which other work on the machine disturbs less.

Usage: python benchmarks/stored_sweeps.py [--points 1000000] [--repeats 1]
For a map of about ten minutes on two cores: --points 60000000 --without-cluster
"""

from __future__ import annotations

import argparse
import math
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from distributed import Client, LocalCluster

import quantsync as qs

NAMES = ["synchronization", "locked_phase", "purity"]
SMALL = 250  # points of a task of a hundredth of a second


def measured(function: Callable[[], Any]) -> tuple[float, float, Any]:
    """Wall time and processor time of this process in seconds, and the result."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = function()
    return time.perf_counter() - wall, time.process_time() - cpu, result


def seconds_of_workers(client: Client) -> float:
    """Processor time that the workers have used."""
    return sum(client.run(time.process_time).values())


def main() -> None:
    """Run all of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--without-cluster", action="store_true")
    options = parser.parse_args()
    side = math.isqrt(options.points)
    axes = {"epsilon": np.linspace(0, 0.1, side), "detuning": np.linspace(-2, 2, side)}
    print(
        f"{side * side} points of the spin pair, {', '.join(NAMES)}; load {os.getloadavg()[0]:.1f}"
    )
    for _ in range(options.repeats):
        with tempfile.TemporaryDirectory() as folder:
            compare(axes, Path(folder), options.without_cluster)


def compare(axes: dict[str, np.ndarray], folder: Path, without_cluster: bool) -> None:
    size = math.prod(map(len, axes.values()))

    def run(**options: Any) -> Any:
        return qs.sweep("spin_pair", axes, NAMES, workers=2, progress=False, **options)

    def tell(what: str, wall: float, cpu: float) -> None:
        print(f"  {what:36} {wall:7.1f} s {size / wall:9.0f} a second {cpu:8.1f} s of processors")

    wall, cpu, memory = measured(run)
    tell("in memory, two threads", wall, cpu)
    stored_wall, stored_cpu, stored = measured(lambda: run(store=folder / "threads"))
    tell("in a store, two threads", stored_wall, stored_cpu)
    print(
        f"  a store costs {100 * (stored_wall / wall - 1):+.1f} % of the time, "
        f"{100 * (stored_cpu / cpu - 1):+.1f} % of the processors' time"
    )
    for name in NAMES:
        np.testing.assert_allclose(stored[name], memory[name], rtol=1e-9, atol=1e-12)
    opened_wall, opened_cpu, _ = measured(lambda: qs.open_sweep(folder / "threads"))
    tell("opened and verified", opened_wall, opened_cpu)
    if without_cluster:
        return
    small_wall, small_cpu, _ = measured(lambda: run(store=qs.Store(folder / "tasks", chunk=SMALL)))
    tell(f"in tasks of {SMALL} points, two threads", small_wall, small_cpu)
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        client.run(lambda: __import__("quantsync"))
        for what, options in (
            ("in a store, two workers", {"store": folder / "dask"}),
            (
                f"in tasks of {SMALL} points, two workers",
                {"store": qs.Store(folder / "small", chunk=SMALL)},
            ),
            ("in memory, two workers", {}),
        ):
            before = seconds_of_workers(client)
            wall, cpu, found = measured(lambda options=options: run(scheduler=client, **options))
            tell(what, wall, cpu + seconds_of_workers(client) - before)
            for name in NAMES:
                np.testing.assert_allclose(found[name], memory[name], rtol=1e-9, atol=1e-12)


if __name__ == "__main__":
    main()
