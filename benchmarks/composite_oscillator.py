"""Omega over baths and couplings of two qubits (Vaidya et al., Fig. 7(a)), against QuTiP.

100 x 100 baths x 60 couplings, at each the undriven state and Omega: in the limit of a weak
drive, and at a finite one. Peers in the same process: a loop over QuTiP on a sample, and the
batched real 15 x 15 solve that a careful user of NumPy would write.
"""

from __future__ import annotations

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
from threadpoolctl import threadpool_limits

import quantsync as qs
from quantsync.parallel import available_cores

GAINS = (np.arange(100) + 0.5) / 100
COUPLINGS = np.linspace(0, 6, 60)
SAMPLE = 200
DRIVE = 0.1
WEAK = 1e-3  # what a user of QuTiP takes for the limit of a weak drive


def sweep(drive: float, workers: int | None) -> np.ndarray:
    """Omega of all 600 000 systems."""
    return qs.sweep(
        "driven_pair",
        {"gain_a": GAINS, "gain_b": GAINS, "coupling": COUPLINGS},
        ["omega"],
        fixed={"drive": drive},
        tied={
            "damping_a": lambda gain_a: 1 - gain_a,
            "damping_b": lambda gain_b: 1 - gain_b,
        },
        workers=workers,
        progress=False,
    ).omega.values.ravel()


def qutip_loop(points: np.ndarray, drive: float) -> Callable[[], np.ndarray]:
    """Omega/drive^2 as a user of QuTiP computes it: two steady states and two entropies."""
    up, down, one = qutip.sigmap(), qutip.sigmam(), qutip.qeye(2)
    a, b = qutip.tensor(up, one), qutip.tensor(one, up)
    a_down, b_down = qutip.tensor(down, one), qutip.tensor(one, down)
    exchange, force = (a * b_down + a_down * b) / 2, (a + a_down) / 2

    def omega(w_a: float, w_b: float, g: float) -> float:
        jumps = [
            np.sqrt(rate) * operator
            for rate, operator in ((w_a, a), (1 - w_a, a_down), (w_b, b), (1 - w_b, b_down))
        ]
        driven = qutip.steadystate(g * exchange + drive * force, jumps)
        _, basis = qutip.steadystate(g * exchange, jumps).eigenstates()
        populations = np.array([qutip.expect(driven, state) for state in basis]).real
        populations = populations[populations > 0]
        entropy = -np.sum(populations * np.log(populations))
        return (entropy - qutip.entropy_vn(driven)) / drive**2

    return lambda: np.array([omega(*point) for point in points])


def batched_solve(drive: float) -> Callable[[], np.ndarray]:
    """Driven steady states of all systems from real 15 x 15 solves, Omega from entropies."""
    system = qs.models.driven_pair(
        *bath_rates(), coupling=COUPLINGS, drive=np.array([drive, 0.0])[:, None, None, None]
    )
    terms = system.terms
    real = np.stack([t.toarray() for t in terms.real])
    # Tr rho = 1 eliminates the last population.
    keep = np.delete(np.arange(16), 3)
    fixed = real[:, :, 3]
    reduced = real[:, keep][:, :, keep] - (keep < 4) * fixed[:, keep, None]
    table = system.coefficient_table()
    flat = reduced.reshape(len(reduced), -1)

    def run() -> np.ndarray:
        entropies = []
        states = np.empty((len(table), 4, 4), complex)
        for start in range(0, len(table), 2048):
            part = table[start : start + 2048]
            matrices = (part @ flat).reshape(-1, 15, 15)
            x = np.linalg.solve(matrices, -(part @ fixed[:, keep])[..., None])[..., 0]
            full = np.insert(x, 3, 1 - x[:, :3].sum(axis=1), axis=1)
            states[start : start + 2048] = terms.basis.operators(full)
        driven, undriven = np.split(states, 2)
        basis = np.linalg.eigh(undriven)[1]
        inside = np.einsum("bji,bjk,bki->bi", basis.conj(), driven, basis).real
        for p in (inside, np.linalg.eigvalsh(driven)):
            p = np.maximum(p, 1e-300)
            entropies.append(-(p * np.log(p)).sum(axis=1))
        return entropies[0] - entropies[1]

    return run


def bath_rates() -> tuple[np.ndarray, ...]:
    """Gain and damping of A and B over the map."""
    a, b = GAINS[:, None, None], GAINS[:, None]
    return a, 1 - a, b, 1 - b


def main() -> None:
    """Run, compare, report."""
    cores = available_cores()
    mesh = np.stack(np.meshgrid(GAINS, GAINS, COUPLINGS, indexing="ij"), axis=-1).reshape(-1, 3)
    count = len(mesh)
    # At equal temperatures the eigenbasis is degenerate and LAPACK's choice of it is arbitrary;
    # quantsync takes the limit. Answers are compared everywhere else.
    unequal = np.flatnonzero(mesh[:, 0] != mesh[:, 1])
    chosen = np.sort(np.random.default_rng(1).choice(unequal, SAMPLE, replace=False))
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"NumPy {np.__version__}, QuTiP {qutip.__version__}; one BLAS thread"
    )
    with threadpool_limits(1):
        weak_s, weak = timed(qutip_loop(mesh[chosen], WEAK))
        finite_s, finite = timed(qutip_loop(mesh[chosen], DRIVE))
        bare_s, bare = timed(without_lookup_rebuilds(qutip_loop(mesh[chosen], DRIVE)))
        batched_s, batched = timed(batched_solve(DRIVE))
        one_s, limit = timed(lambda: sweep(0.0, 1), repeats=2)
        all_s, _ = timed(lambda: sweep(0.0, cores), repeats=2)
        drive_one_s, driven = timed(lambda: sweep(DRIVE, 1))
        drive_s, _ = timed(lambda: sweep(DRIVE, cores))
        rates = {m: small_lu_rate(m) for m in (4, 5, 10)}
        peak = multiplication_rate()
    print("agreement of Omega/drive^2")
    # The loop's finite drive and its differences of entropies limit this one.
    agree("QuTiP at a weak drive", limit[chosen], weak, 3e-3)
    agree("QuTiP at a finite drive", driven[chosen] / DRIVE**2, finite, 1e-9)
    agree("the same without lookup rebuilds", driven[chosen] / DRIVE**2, bare, 1e-9)
    agree("the batched solve", (driven / DRIVE**2)[unequal], (batched / DRIVE**2)[unequal], 1e-9)
    print(f"seconds for {count} systems (QuTiP from {SAMPLE})")
    scale = count / SAMPLE
    print(f"  QuTiP loop, drive {WEAK:g}            {weak_s * scale:10.0f}")
    print(f"  QuTiP loop, drive {DRIVE:g}              {finite_s * scale:10.0f}")
    print(f"    without its lookup rebuilds     {bare_s * scale:9.0f}")
    print(f"  batched 15 x 15 solves, drive {DRIVE:g}  {batched_s:10.2f}   (one core)")
    print(f"  quantsync, drive -> 0            {one_s:10.2f}   (one core), {all_s:.2f} ({cores})")
    print(
        f"  quantsync, drive {DRIVE:g}               {drive_one_s:10.2f}   (one core), "
        f"{drive_s:.2f} ({cores})"
    )
    print("ratios, one core")
    print(f"  QuTiP / quantsync, drive -> 0      {weak_s * scale / one_s:8.0f}")
    print(f"  QuTiP / quantsync, drive {DRIVE:g}       {finite_s * scale / drive_one_s:8.0f}")
    print(f"    without QuTiP's lookup rebuilds  {bare_s * scale / drive_one_s:8.0f}")
    print(f"  batched / quantsync, drive {DRIVE:g}     {batched_s / drive_one_s:8.2f}")
    print("floor, drive -> 0: LU of two real blocks a system, 5 x 5 and 4 x 4")
    lapack = count * (2 / 3) * (5**3 / rates[5] + 4**3 / rates[4])
    flops = count * (2 / 3) * (5**3 + 4**3)
    print(f"  {2 * count / one_s:.3g} solves a second, with everything around them")
    print(
        f"  LAPACK alone does {2 * count / lapack:.3g} a second in batches of that size "
        f"({rates[5] / 1e9:.2f} Gflop/s): {lapack:.2f} s; the whole sweep takes "
        f"{one_s / lapack:.1f} times that"
    )
    print(f"  at the rate of a large product ({peak / 1e9:.0f} Gflop/s): {flops / peak:.4f} s")


if __name__ == "__main__":
    main()
