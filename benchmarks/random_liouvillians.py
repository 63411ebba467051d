"""Random Liouvillians on three spins 1 (Zhao et al., Fig. 3): draw, build, 19 strengths, measure.

What a sample costs, against a complex LU factorisation for every strength in NumPy and against
QuTiP, which builds the Liouvillian from 728 collapse operators; the share of this core's own
matrix-product rate; all cores together; and the factorisation-free batch that an accelerator
would run, here on the CPU.
"""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Callable

import numpy as np
import qutip
from common import agree, multiplication_rate, timed
from threadpoolctl import threadpool_limits

import quantsync as qs
from quantsync.lindblad.degenerate._shifted_solve import solve_shifted
from quantsync.lindblad.degenerate.kossakowski import (
    gell_mann_diagonal,
    random_hamiltonian,
    random_kossakowski,
)
from quantsync.papers.zhao2025.ensemble_data import CHI, ETAS, INTERVAL
from quantsync.parallel import available_cores

CHAIN = qs.models.dephased_chain()
BASE = qs.degenerate.DegenerateBase(CHAIN)
SPACE = BASE.space
N = SPACE.dimension
SAMPLES = 108  # six tasks of 18, so that no process waits for another
MEASURES = ["synchronization", CHI, INTERVAL]
AVERAGE = [CHI.name, INTERVAL.name]


def locking(rho: np.ndarray) -> np.ndarray:
    """S_max of some states."""
    return qs.relative_phase_distribution(rho, SPACE).maximum


def numpy_route(hamiltonian: np.ndarray, kossakowski: np.ndarray) -> Callable[[], np.ndarray]:
    """Complex superoperator by reshuffling, then one LU factorisation a strength."""
    base = CHAIN.superoperator().toarray()
    units = np.delete(np.arange(N * N), N * N - 1)
    diagonal = gell_mann_diagonal(N)
    place = np.arange(N) * (N + 1)

    def run() -> np.ndarray:
        choi = np.zeros((N * N, N * N), complex)
        choi[np.ix_(units, units)] = kossakowski.T
        choi[place] = diagonal @ choi[place[:-1]]
        choi[:, place] = choi[:, place[:-1]] @ diagonal.T
        blocks = choi.reshape(N, N, N, N)
        decay = np.einsum("jkjl->lk", blocks) / 2 + 1j * hamiltonian
        one = np.eye(N)
        generator = blocks.transpose(0, 2, 1, 3).reshape(N * N, N * N).copy()
        generator -= np.kron(decay, one) + np.kron(one, decay.conj())
        right = np.zeros(N * N, complex)
        right[0] = 1
        states = []
        for eta in ETAS:
            total = base + eta * generator
            total[0] = np.eye(N).ravel()
            states.append(np.linalg.solve(total, right).reshape(N, N))
        return np.array(states)

    return run


def qutip_route(hamiltonian: np.ndarray, kossakowski: np.ndarray) -> Callable[..., tuple]:
    """728 collapse operators, one Liouvillian, one steady state a strength."""
    base = qutip.Qobj(CHAIN.superoperator().toarray())
    diagonal = gell_mann_diagonal(N)

    def operator(vector: np.ndarray) -> np.ndarray:
        padded = np.append(vector, 0).reshape(N, N)
        weights = np.diag(padded)[:-1].copy()
        np.fill_diagonal(padded, 0)
        return padded + np.diag(diagonal @ weights)

    def run(etas: np.ndarray) -> tuple:
        start = time.perf_counter()
        rates, vectors = np.linalg.eigh(kossakowski.T)
        jumps = [
            qutip.Qobj(np.sqrt(max(rate, 0)) * operator(vector))
            for rate, vector in zip(rates, vectors.T, strict=True)
        ]
        perturbation = qutip.liouvillian(qutip.Qobj(hamiltonian), jumps)
        middle = time.perf_counter()
        # QuTiP flattens column by column: the base is transposed into its order.
        order = np.arange(N * N).reshape(N, N).T.ravel()
        own = qutip.Qobj(base.full()[np.ix_(order, order)], dims=perturbation.dims)
        states = [qutip.steadystate(own + eta * perturbation).full() for eta in etas]
        return np.array(states), middle - start, time.perf_counter() - middle

    return run


def flops(steps: float) -> float:
    """Of one sample: a triangle of complex products, one LU, the Krylov space, the residuals."""
    size = N * N
    product = 4 * size**3 / 3
    krylov = steps * (2 * size**2 + 4 * size * steps)
    return product + 2 / 3 * size**3 + krylov + 2 * len(ETAS) * size**2


def krylov_steps(samples: int) -> float:
    """Vectors that a sample needs on average."""
    from quantsync.lindblad.degenerate import perturbed

    counts: list[int] = []

    def counting(factors, apply_constant, *rest):
        calls = [0]

        def apply(vector: np.ndarray) -> np.ndarray:
            calls[0] += 1
            return apply_constant(vector)

        result = solve_shifted(factors, apply, *rest)
        counts.append(calls[0])
        return result

    original = perturbed.solve_shifted
    perturbed.solve_shifted = counting
    try:
        for k in range(samples):
            generator = qs.degenerate.random_lindbladian(SPACE, qs.sweeps.sample_rng(1, k))
            qs.degenerate.perturbed_steady_states(BASE, generator, ETAS)
    finally:
        perturbed.solve_shifted = original
    return float(np.mean(counts))


def ensemble(samples: int, workers: int) -> float:
    """Wall time of an ensemble with the measures of Fig. 3."""
    start = time.perf_counter()
    qs.ensemble(BASE, ETAS, samples, 1, MEASURES, average=AVERAGE, workers=workers, progress=False)
    return time.perf_counter() - start


def main() -> None:
    """Run, compare, report."""
    cores = available_cores()
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"NumPy {np.__version__}, QuTiP {qutip.__version__}; one BLAS thread a process"
    )
    rng = np.random.default_rng(1)
    hamiltonian, kossakowski = random_hamiltonian(N, rng), random_kossakowski(N, rng)
    generator = qs.degenerate.kossakowski_generator(SPACE, hamiltonian, kossakowski)
    with threadpool_limits(1):
        ours = qs.degenerate.perturbed_steady_states(BASE, generator, ETAS)
        lu_s, theirs = timed(numpy_route(hamiltonian, kossakowski))
        middle = ETAS >= 1e-3
        print("agreement: states at eta >= 1e-3, and S_max at all strengths")
        agree("a complex LU each, states", ours.rho[middle], theirs[middle], 1e-10)
        off = np.abs(locking(theirs) / locking(ours.rho) - 1)
        print(f"    its S_max is off by {off[0]:.0e} at eta = 1e-8, {off[-1]:.0e} at 10 (relative)")
        chosen = np.array([1e-2, 1.0])
        states, build_s, solve_s = qutip_route(hamiltonian, kossakowski)(chosen)
        expected = qs.degenerate.perturbed_steady_states(BASE, generator, chosen).rho
        agree("QuTiP, states", expected, states, 1e-8)
        solve_s *= len(ETAS) / len(chosen)
        streams = [qs.sweeps.sample_rng(1, k) for k in range(8)]
        batch = np.stack([qs.degenerate.random_lindbladian(SPACE, rng).matrix for rng in streams])
        prepare_s, solver = timed(lambda: qs.degenerate.BatchedPerturbations(BASE, ETAS))
        batch_s, batched = timed(lambda: solver(batch))
        direct = np.array(
            [
                qs.degenerate.perturbed_steady_states(
                    BASE, qs.degenerate.MatrixGenerator(SPACE, m), ETAS
                ).rho
                for m in batch
            ]
        )
        agree("the factorisation-free batch, states", direct, batched.rho, 1e-13)
        steps = krylov_steps(4)
        draw, solve, peaks = [], [], []
        for k in range(24):
            peaks.append(multiplication_rate())
            seconds, drawn = timed(
                lambda k=k: qs.degenerate.random_lindbladian(SPACE, qs.sweeps.sample_rng(2, k))
            )
            draw.append(seconds)
            solve.append(
                timed(lambda d=drawn: qs.degenerate.perturbed_steady_states(BASE, d, ETAS))[0]
            )
    ensemble(cores, 1)  # tables and caches
    one_s = ensemble(SAMPLES, 1) / SAMPLES
    start_s = ensemble(cores * 18, cores)
    all_s = (ensemble((SAMPLES + 18) * cores, cores) - start_s) / SAMPLES
    peak = float(np.median(peaks))
    rate = flops(steps) / (np.median(draw) + np.median(solve))
    print(f"milliseconds a sample, {len(ETAS)} strengths")
    print(f"  draw and build                     {1e3 * np.median(draw):8.1f}")
    print(
        f"  stationary states, certified       {1e3 * np.median(solve):8.1f}  ({steps:.0f} vectors)"
    )
    print(f"  ensemble with Fig. 3's measures    {1e3 * one_s:8.1f}  (one process)")
    print(f"  the same, a core                   {1e3 * all_s:8.1f}  ({cores} processes)")
    print(f"    10^4 samples take {1e4 * all_s / cores / 60:.1f} minutes")
    print(f"  complex LU a strength, NumPy       {1e3 * lu_s:8.0f}  ({lu_s / one_s:.0f} x)")
    total = build_s + solve_s
    print(f"  QuTiP: build {build_s:.1f} s, solve {solve_s:.1f} s       ({total / one_s:.0f} x)")
    print(f"  factorisation-free batch of 8      {1e3 * batch_s / 8:8.0f}  ({batched.steps} steps)")
    work = 8 * batched.steps * len(ETAS) * 4 * N**4
    print(f"    prepared in {prepare_s:.1f} s; {work / batch_s / 1e9:.0f} Gflop/s in its products")
    print("rates, medians of alternating measurements")
    print(f"  large matrix product               {peak / 1e9:8.1f} Gflop/s")
    print(
        f"  draw, build, solve                 {rate / 1e9:8.1f} Gflop/s ({rate / peak:.0%} of it)"
    )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        raise SystemExit("random_liouvillians.py takes no arguments")
    main()
