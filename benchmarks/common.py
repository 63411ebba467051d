"""What the benchmarks share: timing, agreement, and the machine's rates."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any
from unittest.mock import patch

import numpy as np


def timed(function: Callable[[], Any], repeats: int = 1) -> tuple[float, Any]:
    """Best wall time in seconds of some calls, and the last result."""
    best, result = np.inf, None
    for _ in range(repeats):
        start = time.perf_counter()
        result = function()
        best = min(best, time.perf_counter() - start)
    return best, result


def multiplication_rate() -> float:
    """Floating-point operations a second of this core in a large real matrix product."""
    matrix = np.random.default_rng(0).normal(size=(800, 800))
    seconds, _ = timed(lambda: matrix @ matrix, repeats=5)
    return 2 * 800**3 / seconds


def small_lu_rate(m: int) -> float:
    """The same in LAPACK's LU and solve of many m x m matrices."""
    matrices = np.random.default_rng(0).normal(size=(2000, m, m))
    right = np.ones((2000, m, 1))
    seconds, _ = timed(lambda: np.linalg.solve(matrices, right), repeats=5)
    return 2000 * 2 / 3 * m**3 / seconds


def agree(name: str, ours: np.ndarray, theirs: np.ndarray, tolerance: float) -> None:
    """Stop if the answers differ; say by how much they do."""
    worst = float(np.abs(ours - theirs).max())
    print(f"  largest difference to {name}: {worst:.1e} over {len(ours)} points")
    if not worst < tolerance:
        raise SystemExit(f"answers differ from {name} by {worst:.1e}: no ratio is reported")


def without_lookup_rebuilds(loop: Callable[[], np.ndarray]) -> Callable[[], np.ndarray]:
    """The loop with QuTiP's option context switched off.

    QuTiP 5.3's `steadystate` enters a context that rebuilds the lookup tables of all dispatchers
    twice a call, which takes longer than the physics. No user switches it off; this shows what
    would remain.
    """

    def run() -> np.ndarray:
        with patch("qutip.solver.steadystate.CoreOptions", lambda **_: nullcontext()):
            return loop()

    return run
