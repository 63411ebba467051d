"""The Arnold tongue of the spin-1 pair, 101 x 101 points: quantsync against two peers.

All run in this process on one core, one after the other, for the same four numbers a point (max
S_rel, its phase, negativity, mutual information). The answers are compared before any ratio is
printed.

1. A loop over QuTiP's ``steadystate``, as a user writes it: operators built beforehand, the
   closed form of S_rel, its maximum by SciPy. On a sample of the points unless --full is given.
2. One batched NumPy solve of the full 81 x 81 complex Liouvillian, in chunks, from precomputed
   superoperators, followed by quantsync's measures.

Usage: python benchmarks/spin_pair_tongue.py [--full]
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Callable

import numpy as np
import qutip
from common import (
    agree,
    multiplication_rate,
    small_lu_rate,
    timed,
    without_lookup_rebuilds,
)
from scipy.optimize import minimize_scalar
from threadpoolctl import threadpool_limits

import quantsync as qs

EPSILON, DETUNING = np.linspace(0, 0.1, 101), np.linspace(-2, 2, 101)
MEASURES = ["synchronization", "negativity", "mutual_information"]
SAMPLE = 300
TOLERANCE = 1e-9


def quantsync_sweep() -> np.ndarray:
    """All measures of all points, shape (10201, 3)."""
    tongue = qs.sweep(
        qs.models.spin_pair,
        {"epsilon": EPSILON, "detuning": DETUNING},
        MEASURES,
        workers=1,
        progress=False,
    )
    return np.stack([tongue[name].values.ravel() for name in MEASURES], axis=-1)


def qutip_loop(points: list[tuple[float, float]]) -> Callable[[], np.ndarray]:
    """A loop over points; the operators are built before the clock starts."""
    one = qutip.qeye(3)
    plus, minus, z = (qutip.jmat(1, which) for which in ("+", "-", "z"))
    a = [qutip.tensor(op, one) for op in (plus, minus, z)]
    b = [qutip.tensor(one, op) for op in (plus, minus, z)]
    exchange = 0.5j * (a[0] * b[1] - b[0] * a[1])
    difference = 0.5 * (a[2] - b[2])
    rates = (100.0, 1.0, 1.0, 100.0)
    jumps = (a[0] * a[2], a[1] * a[2], b[0] * b[2], b[1] * b[2])
    c_ops = [np.sqrt(rate / 2) * jump for rate, jump in zip(rates, jumps, strict=True)]

    def locking(rho: np.ndarray) -> float:
        c1 = rho[2, 4] + rho[4, 6] + rho[1, 3] + rho[5, 7]
        c2 = rho[2, 6]

        def minus_s_rel(phi: float) -> float:
            return -(
                9 * np.pi / 128 * (np.exp(1j * phi) * c1).real
                + (np.exp(2j * phi) * c2).real / (4 * np.pi)
            )

        phi = -np.angle(c1)
        best = minimize_scalar(
            minus_s_rel, bounds=(phi - 0.5, phi + 0.5), method="bounded", options={"xatol": 1e-7}
        )
        return -best.fun

    def run() -> np.ndarray:
        rows = []
        for epsilon, detuning in points:
            rho = qutip.steadystate(detuning * difference + epsilon * exchange, c_ops)
            rows.append(
                (
                    locking(rho.full()),
                    qutip.negativity(rho, 0),
                    qutip.entropy_mutual(rho, 0, 1),
                )
            )
        return np.array(rows)

    return run


def full_batched_solve(system: qs.Lindbladian) -> Callable[[], np.ndarray]:
    """Steady states of all points from the whole complex 81 x 81 Liouvillian."""
    n = system.dimension
    table = system.coefficient_table()
    superoperators = np.stack([s.toarray().ravel() for s in system.terms.superoperators])
    trace = np.eye(n).ravel()

    def run() -> np.ndarray:
        rho = np.empty((len(table), n, n), complex)
        right = np.zeros((n * n, 1), complex)
        right[0] = 1
        for start in range(0, len(table), 64):
            part = slice(start, start + 64)
            matrices = (table[part] @ superoperators).reshape(-1, n * n, n * n)
            matrices[:, 0] = trace
            rho[part] = np.linalg.solve(
                matrices, np.broadcast_to(right, (len(matrices), n * n, 1))
            ).reshape(-1, n, n)
        return rho

    return run


def measures_of(rho: np.ndarray, space: qs.Space) -> np.ndarray:
    """The same measures of given states."""
    return np.stack(
        [
            qs.relative_phase_distribution(rho, space).maximum,
            qs.negativity(rho, space, "A"),
            qs.mutual_information(rho, space, "A"),
        ],
        axis=-1,
    )


def main() -> None:
    """Run, compare, report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="QuTiP on all points (minutes)")
    full = parser.parse_args().full
    epsilon, detuning = np.meshgrid(EPSILON, DETUNING, indexing="ij")
    count = epsilon.size
    rng = np.random.default_rng(1)
    chosen = np.arange(count) if full else np.sort(rng.choice(count, SAMPLE, replace=False))
    points = list(zip(epsilon.ravel()[chosen], detuning.ravel()[chosen], strict=True))
    system = qs.models.spin_pair(epsilon=epsilon, detuning=detuning)
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"NumPy {np.__version__}, QuTiP {qutip.__version__}; one core, one BLAS thread"
    )
    with threadpool_limits(1):
        loop_s, loop = timed(qutip_loop(points))
        bare_s, bare = timed(without_lookup_rebuilds(qutip_loop(points)))
        full_s, rho = timed(full_batched_solve(system))
        full_measures_s, full_values = timed(lambda: measures_of(rho, system.space))
        quantsync_sweep()
        sweep_s, ours = timed(quantsync_sweep, repeats=3)
        solve_s, steady = timed(lambda: qs.steady_state(system, workers=1), repeats=3)
        peak, small = multiplication_rate(), small_lu_rate(steady.sector_dimension)
    print("agreement")
    agree("the QuTiP loop", ours[chosen], loop, TOLERANCE)
    agree("the same without lookup rebuilds", ours[chosen], bare, TOLERANCE)
    agree("the full batched solve", ours, full_values, TOLERANCE)
    loop_bare = bare_s / len(points) * count
    loop_all, full_all = loop_s / len(points) * count, full_s + full_measures_s
    m = steady.sector_dimension
    flops = count * 2 / 3 * m**3
    print(f"seconds for {count} points (QuTiP from {len(points)})")
    print(f"  QuTiP loop                        {loop_all:9.2f}")
    print(f"    without its lookup rebuilds     {loop_bare:9.2f}")
    print(f"  full batched solve, same measures {full_all:9.2f}   (solve alone {full_s:.2f})")
    print(f"  quantsync sweep                   {sweep_s:9.3f}   (steady states {solve_s:.3f})")
    print("ratios")
    print(f"  QuTiP loop / quantsync sweep           {loop_all / sweep_s:8.0f}")
    print(f"    without QuTiP's lookup rebuilds      {loop_bare / sweep_s:8.0f}")
    print(f"  full batched solve / quantsync         {full_all / sweep_s:8.1f}")
    print(f"  full batched solve / ours, solve alone {full_s / solve_s:8.1f}")
    print(f"floor: {flops:.3g} flops of LU at {m} x {m}")
    print(f"  at LAPACK's rate for that size ({small / 1e9:.2f} Gflop/s): {flops / small:.3f} s, ")
    print(f"    steady states take {solve_s / (flops / small):.1f} times that")
    print(f"  at the rate of a large product ({peak / 1e9:.1f} Gflop/s): {flops / peak:.4f} s, ")
    print(f"    steady states take {solve_s / (flops / peak):.0f} times that")


if __name__ == "__main__":
    main()
