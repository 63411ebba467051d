"""Two probes on harmonic networks of up to 3000 nodes, and Fig. 6 of Benedetti et al. (2016).

Means and covariances of the probes at 4000 times, against what a user would write:

1. SciPy's DOP853 on the sparse equations of motion at rtol 1e-10: the vector of means, and for
   covariances the four rows of the propagator that the probes need, with the chain's ground
   state, which is diagonal after a fast sine transform. Nothing larger than 8 N numbers is
   propagated. Where said, over a part of the time, scaled.
2. Normal modes of the whole stiffness matrix by `scipy.linalg.eigh`, and matrix products.
3. QuTiP in truncated Fock spaces, for as many oscillators as it can follow.

The floor is `scipy.linalg.eigh` of the whole stiffness matrix and one matrix product; where the
environment is a chain, `eigh_tridiagonal`. All run in this process, one after the other, with all
cores for those that can use them; answers are compared before any ratio is printed.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable

import numpy as np
import qutip
import scipy
import scipy.sparse as sp
from common import agree, multiplication_rate, timed
from scipy.fft import dst
from scipy.integrate import DOP853
from threadpoolctl import threadpool_limits

import quantsync as qs
from quantsync.gaussian import GaussianState, HarmonicNetwork, ProbesInEnvironment, mean_modes
from quantsync.gaussian import evolve as evolve_gaussian
from quantsync.time_series.pearson import pearson

OMEGA, DIRECT, STRENGTH = [1.0, 1.1], 0.5, 0.2  # the probes of Fig. 1
CHAIN = {"frequency": 0.4, "coupling": 1.2}
SQUEEZED = 2.0  # as in Fig. 5
START = np.array([0.14, 1.4])
SIZES = (300, 1000, 3000)
TIMES = np.linspace(0.0, 1000.0, 4000)
PART = {300: 1, 1000: 2, 3000: 20}  # of the time span that the equations are integrated over

FIG_6, WINDOW = 0.06, 15.0  # coupling of the probes; the window is not printed
STEP, SHOWN = 0.5, 2000
SAMPLES = STEP * np.arange(SHOWN + round(WINDOW / STEP))
SITES, MEASURED = 300, 10

LEVELS, FOCK_TIMES = (16, 6), np.linspace(0, 10, 41)  # of a probe and of a site
PATIENCE = 5.0  # seconds after which no site is added


def on_a_chain(sites: int, nodes: tuple[int, int], strength: float = STRENGTH) -> HarmonicNetwork:
    """Two probes on a chain."""
    chain = HarmonicNetwork.chain(sites, **CHAIN)
    return chain.with_probes(OMEGA, nodes=nodes, strengths=strength, direct=DIRECT)


def start() -> ProbesInEnvironment:
    """Squeezed and displaced probes, the environment in its ground state."""
    return ProbesInEnvironment(GaussianState.squeezed(OMEGA, SQUEEZED).displaced(x=START))


def stepped(
    right: Callable, first: np.ndarray, times: np.ndarray, keep: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """DOP853 with dense output; only what ``keep`` takes of the state is stored."""
    solver = DOP853(right, 0.0, first, times[-1], rtol=1e-10, atol=1e-12)
    kept, k = [keep(first)], 1  # the times begin at 0
    with threadpool_limits(1):  # its products are so thin that two threads make it slower
        while solver.status == "running":
            solver.step()
            if solver.status == "failed":
                raise SystemExit("DOP853 failed")
            end = int(np.searchsorted(times, solver.t, side="right"))
            if end > k:
                between = solver.dense_output()
                kept.extend(keep(between(t)) for t in times[k:end])
                k = end
    return np.array(kept)


def integrated_means(stiffness: sp.csr_array, times: np.ndarray) -> np.ndarray:
    """Mean positions of the first two oscillators, shape (T, 2)."""
    size = len(stiffness.indptr) - 1

    def right(_: float, y: np.ndarray) -> np.ndarray:
        return np.concatenate([y[size:], -(stiffness @ y[:size])])

    first = np.zeros(2 * size)
    first[:2] = START
    return stepped(right, first, times, lambda y: y[:2].copy())


def integrated_covariances(sites: int, stiffness: sp.csr_array, times: np.ndarray) -> np.ndarray:
    """Covariances of x_1, x_2, p_1, p_2 on a chain in its ground state, shape (T, 4, 4).

    The rows of exp(At) that belong to the probes obey Y' = A^T Y.
    """
    size = sites + 2
    angle = np.pi * np.arange(1, sites + 1) / (2 * (sites + 1))
    w = np.sqrt(CHAIN["frequency"] ** 2 + 4 * CHAIN["coupling"] * np.sin(angle) ** 2)
    probes = GaussianState.squeezed(OMEGA, SQUEEZED).covariance.diagonal()

    def right(_: float, y: np.ndarray) -> np.ndarray:
        y = y.reshape(2 * size, 4)
        return np.concatenate([-(stiffness @ y[size:]), y[:size]]).ravel()

    def keep(y: np.ndarray) -> np.ndarray:
        rows = y.reshape(2, size, 4)
        of_x, of_p = (dst(rows[k, 2:], type=1, axis=0, norm="ortho") for k in (0, 1))
        sigma = (of_x.T / (2 * w)) @ of_x + (of_p.T * (w / 2)) @ of_p
        return (
            sigma
            + (rows[0, :2].T * probes[::2]) @ rows[0, :2]
            + (rows[1, :2].T * probes[1::2]) @ rows[1, :2]
        )

    first = np.zeros((2 * size, 4))
    first[[0, 1, size, size + 1], range(4)] = 1
    return stepped(right, first.ravel(), times, keep)


def from_normal_modes(
    stiffness: np.ndarray, times: np.ndarray
) -> tuple[dict[str, float], np.ndarray, np.ndarray]:
    """Seconds, means (T, 2) and covariances (T, 4, 4) by dense eigendecompositions.

    The seconds of the products at the times are scaled to all `TIMES`.
    """
    eigh_s, (squares, modes) = timed(lambda: scipy.linalg.eigh(stiffness, driver="evd"))
    w, rows = np.sqrt(squares), modes[:2]
    phase = np.multiply.outer(times, w)

    def means() -> np.ndarray:
        return np.cos(phase) @ (rows * (START @ rows)).T

    def in_modes() -> tuple[np.ndarray, np.ndarray]:
        own, vectors = scipy.linalg.eigh(stiffness[2:, 2:], driver="evd")
        probes = GaussianState.squeezed(OMEGA, SQUEEZED).covariance.diagonal()
        rest = modes[2:].T @ vectors
        x = (rows.T * probes[::2]) @ rows + (rest * (0.5 / np.sqrt(own))) @ rest.T
        return x, (rows.T * probes[1::2]) @ rows + (rest * (0.5 * np.sqrt(own))) @ rest.T

    def covariances(x: np.ndarray, p: np.ndarray) -> np.ndarray:
        cos, sin = np.cos(phase)[:, None], np.sin(phase)[:, None]
        of_x = np.concatenate([rows * cos, -rows * w * sin], axis=1)
        of_p = np.concatenate([rows / w * sin, rows * cos], axis=1)
        half = [(of.reshape(-1, len(w)) @ s).reshape(of.shape) for of, s in ((of_x, x), (of_p, p))]
        return half[0] @ of_x.swapaxes(1, 2) + half[1] @ of_p.swapaxes(1, 2)

    scale = len(TIMES) / len(times)
    means_s, mean = timed(means)
    start_s, (x, p) = timed(in_modes)
    products_s, sigma = timed(lambda: covariances(x, p))
    seconds = {
        "eigh": eigh_s,
        "means": means_s * scale,
        "start": start_s,
        "covariances": products_s * scale,
    }
    return seconds, mean, sigma


def interleaved(sigma: np.ndarray) -> np.ndarray:
    """From the order x_1, x_2, p_1, p_2 to x_1, p_1, x_2, p_2."""
    order = [0, 2, 1, 3]
    return sigma[:, order][:, :, order]


def exponent(seconds: dict[int, float]) -> float:
    """Of the growth with the number of nodes, by least squares."""
    return float(np.polyfit(np.log(list(seconds)), np.log(list(seconds.values())), 1)[0])


def chain(sites: int) -> dict[str, float]:
    """Means and covariances on one chain; seconds of ours and of the floor."""

    def means() -> np.ndarray:
        return mean_modes(on_a_chain(sites, (1, 1)), start())(TIMES).T

    def both() -> tuple[np.ndarray, np.ndarray]:
        path = evolve_gaussian(on_a_chain(sites, (1, 1)), start(), TIMES)
        return path.mean[:, ::2], path.covariance

    means_s, mean = timed(means, repeats=3)
    both_s, (same, sigma) = timed(both, repeats=3)
    stiffness = on_a_chain(sites, (1, 1)).stiffness
    part = TIMES[: len(TIMES) // PART[sites]]
    ode_means_s, ode_means = timed(lambda: integrated_means(stiffness, part))
    ode_s, ode = timed(lambda: integrated_covariances(sites, stiffness, part))
    ode_means_s, ode_s = PART[sites] * ode_means_s, PART[sites] * ode_s
    every = 10 if sites == max(SIZES) else 1
    modes_s, modes_mean, modes = from_normal_modes(stiffness.toarray(), TIMES[::every])
    environment = stiffness[2:, 2:]
    bands = environment.diagonal(), environment.diagonal(1)
    tridiagonal_s, _ = timed(lambda: scipy.linalg.eigh_tridiagonal(*bands))
    print(f"{sites} sites")
    agree("DOP853, means", mean[: len(part)], ode_means, 1e-6)
    agree("DOP853, covariances", sigma[: len(part)], interleaved(ode), 1e-5)
    agree("normal modes, means", mean[::every], modes_mean, 1e-9)
    agree("normal modes, covariances", sigma[::every], interleaved(modes), 1e-9)
    agree("the means of evolve", mean, same, 1e-10)
    said = "" if PART[sites] == 1 else f" (from 1/{PART[sites]} of the time)"
    some = "" if every == 1 else f" (products from 1/{every} of the times)"
    modes_means_s = modes_s["eigh"] + modes_s["means"]
    modes_both_s = modes_means_s + modes_s["start"] + modes_s["covariances"]
    print(f"  DOP853, means                {ode_means_s:9.2f} s{said}")
    print(f"  DOP853, rows for covariances {ode_s:9.2f} s{said}")
    print(f"  eigh alone                   {modes_s['eigh']:9.3f} s")
    print(f"  normal modes, means          {modes_means_s:9.3f} s{some}")
    print(f"  normal modes, both           {modes_both_s:9.3f} s{some}")
    print(f"  eigh_tridiagonal, chain only {tridiagonal_s:9.3f} s")
    print(f"  quantsync, means             {means_s:9.3f} s")
    print(f"  quantsync, both              {both_s:9.3f} s")
    print(
        f"  ratios, means: DOP853 {ode_means_s / means_s:.1f}, normal modes "
        f"{modes_means_s / means_s:.1f}; both: DOP853 {ode_s / both_s:.1f}, normal modes "
        f"{modes_both_s / both_s:.1f}; eigh alone {modes_s['eigh'] / both_s:.1f}"
    )
    return {
        "quantsync, means": means_s,
        "quantsync, both": both_s,
        "eigh": modes_s["eigh"],
        "normal modes, both": modes_both_s,
        "eigh_tridiagonal": tridiagonal_s,
    }


def chains() -> None:
    """Two probes on the end of chains, and how the seconds grow with the number of sites."""
    print(f"two probes on the end of a chain, {len(TIMES)} times up to {TIMES[-1]:g}")
    tables = {sites: chain(sites) for sites in SIZES}
    print("growth with the number of sites, seconds ~ M^k, fitted")
    for name in tables[SIZES[0]]:
        slope = exponent({sites: table[name] for sites, table in tables.items()})
        print(f"  {name:28} k = {slope:.2f}")


def random_stiffness(size: int, dense: bool) -> sp.csr_array | np.ndarray:
    """Springs between random pairs, six ends a node; or between all pairs."""
    rng = np.random.default_rng(6)
    if dense:
        springs = np.triu(rng.random((size, size)), 1) / size
        springs += springs.T
        return np.diag(springs.sum(axis=1) + CHAIN["frequency"] ** 2) - springs
    i, j = rng.integers(size, size=(2, 3 * size))
    keep = i != j
    springs = sp.coo_array((np.full(keep.sum(), 0.4), (i[keep], j[keep])), shape=(size, size))
    springs = sp.csr_array(springs + springs.T)
    degree = springs.sum(axis=1)
    return sp.csr_array(sp.diags_array(degree + CHAIN["frequency"] ** 2) - springs)


def graph(dense: bool) -> None:
    """Two probes on a network without any structure."""
    size = max(SIZES)
    stiffness = random_stiffness(size, dense)

    def network() -> HarmonicNetwork:
        environment = HarmonicNetwork(stiffness)
        return environment.with_probes(OMEGA, nodes=[0, 1], strengths=STRENGTH, direct=DIRECT)

    print(f"{'dense' if dense else 'sparse'} random network, {size} nodes, {len(TIMES)} times")
    build_s, built = timed(network)
    both_s, path = timed(lambda: evolve_gaussian(built, start(), TIMES))
    modes_s, modes_mean, modes = from_normal_modes(built.stiffness.toarray(), TIMES[::20])
    agree("normal modes, means", path.mean[::20, ::2], modes_mean, 1e-9)
    agree("normal modes, covariances", path.covariance[::20], interleaved(modes), 1e-9)
    modes_both_s = sum(modes_s.values())
    if not dense:
        part = TIMES[: len(TIMES) // 20]
        ode_s, ode_means = timed(lambda: integrated_means(built.stiffness, part))
        agree("DOP853, means", path.mean[: len(part), ::2], ode_means, 1e-6)
        print(f"  DOP853, means only           {20 * ode_s:9.2f} s (from 1/20 of the time)")
    print(f"  eigh alone                   {modes_s['eigh']:9.2f} s")
    print(f"  normal modes, both           {modes_both_s:9.2f} s (products from 1/20 of the times)")
    print(
        f"  quantsync, both              {build_s + both_s:9.2f} s (building and stability "
        f"{build_s:.2f}): normal modes {modes_both_s / (build_s + both_s):.1f}, eigh alone "
        f"{modes_s['eigh'] / (build_s + both_s):.2f} times that"
    )


def in_fock_space(sites: int, times: np.ndarray) -> np.ndarray:
    """Mean positions by QuTiP, shape (T, 2): a wave function on truncated oscillators."""
    stiffness = on_a_chain(sites, (1, 1)).stiffness.toarray()
    own = np.concatenate([OMEGA, np.sqrt(stiffness.diagonal()[2:])])
    dims = [LEVELS[0]] * 2 + [LEVELS[1]] * sites
    lower = [
        qutip.tensor(*(qutip.destroy(d) if k == j else qutip.qeye(d) for k, d in enumerate(dims)))
        for j in range(len(dims))
    ]
    x = [(a + a.dag()) / np.sqrt(2 * w) for a, w in zip(lower, own, strict=True)]
    hamiltonian = sum(w * a.dag() * a for a, w in zip(lower, own, strict=True))
    for i in range(len(dims)):
        hamiltonian += (stiffness[i, i] - own[i] ** 2) / 2 * x[i] * x[i]
        for j in range(i):
            if stiffness[i, j]:
                hamiltonian += stiffness[i, j] * x[i] * x[j]
    alpha = [*(np.sqrt(np.array(OMEGA) / 2) * START), *np.zeros(sites)]
    psi = qutip.tensor(*(qutip.coherent(d, a) for d, a in zip(dims, alpha, strict=True)))
    result = qutip.sesolve(hamiltonian, psi, times, e_ops=x[:2])
    return np.stack(result.expect, axis=-1)


def followed_by_qutip(sites: int) -> float:
    """Seconds that QuTiP takes for two probes on a short chain."""
    times = FOCK_TIMES
    qutip_s, theirs = timed(lambda: in_fock_space(sites, times))

    def gaussian() -> np.ndarray:
        network = on_a_chain(sites, (1, 1))
        own = np.concatenate([OMEGA, np.sqrt(network.stiffness.diagonal()[2:])])
        state = GaussianState.vacuum(own).displaced(x=np.append(START, np.zeros(sites)))
        return evolve_gaussian(network, state, times).mean[:, ::2]

    ours_s, mean = timed(gaussian, repeats=3)
    size = LEVELS[0] ** 2 * LEVELS[1] ** sites
    agree(f"QuTiP, {sites + 2} oscillators, {size} levels", mean, theirs, 0.05)
    print(f"    QuTiP {qutip_s:8.2f} s, quantsync {ours_s:.4f} s, ratio {qutip_s / ours_s:.0f}")
    return qutip_s


def fock_spaces() -> None:
    """How many oscillators QuTiP can follow."""
    print(
        f"QuTiP, wave function, {LEVELS[0]} levels a probe and {LEVELS[1]} a site, "
        f"{len(FOCK_TIMES)} times up to {FOCK_TIMES[-1]:g}; the difference is the truncation"
    )
    sites = 1
    while (seconds := followed_by_qutip(sites)) < PATIENCE:
        sites += 1
    longer = TIMES[-1] / FOCK_TIMES[-1]
    digits = 2 * np.log10(LEVELS[0]) + 300 * np.log10(LEVELS[1])
    print(
        f"  {sites + 2} oscillators up to t = {TIMES[-1]:g}: {seconds * longer:.0f} s; one site "
        f"more takes {LEVELS[1]} times the memory and more than {LEVELS[1]} times the time; 300 "
        f"sites have 10^{digits:.0f} levels"
    )


def figure_6() -> None:
    """Pearson's coefficient for the second probe at every site of the chain."""
    sites = range(1, SITES + 1)

    def ours() -> tuple[np.ndarray, np.ndarray]:
        chain = HarmonicNetwork.chain(SITES, **CHAIN)
        means = []
        for site in sites:
            network = chain.with_probes(OMEGA, nodes=[1, site], strengths=FIG_6, direct=DIRECT)
            means.append(mean_modes(network, start())(SAMPLES))
        x = np.array(means)
        return x, pearson(x[:, 0], x[:, 1], SAMPLES, WINDOW)[:, :SHOWN]

    chosen = np.sort(np.random.default_rng(2).choice(SITES, MEASURED, replace=False))

    def loop(means: Callable[[sp.csr_array], np.ndarray]) -> Callable[[], tuple]:
        def run() -> tuple[np.ndarray, np.ndarray]:
            x, values = [], []
            for k in chosen:
                pair = means(on_a_chain(SITES, (1, int(k) + 1), FIG_6).stiffness).T
                x.append(pair)
                values.append(pearson(pair[0], pair[1], SAMPLES, WINDOW)[:SHOWN])
            return np.array(x), np.array(values)

        return run

    def by_modes(stiffness: sp.csr_array) -> np.ndarray:
        squares, modes = scipy.linalg.eigh(stiffness.toarray())
        rows = modes[:2]
        return np.cos(np.multiply.outer(SAMPLES, np.sqrt(squares))) @ (rows * (START @ rows)).T

    print(f"Fig. 6: {SITES} networks, {SHOWN} windows of {WINDOW:g} (peers: {MEASURED} networks)")
    ours_s, (x, values) = timed(ours, repeats=2)
    ode_s, (ode_x, ode) = timed(loop(lambda v: integrated_means(v, SAMPLES)))
    modes_s, (modes_x, by_eigh) = timed(loop(by_modes))
    agree("DOP853, means", x[chosen], ode_x, 1e-6)
    agree("DOP853, coefficients", values[chosen], ode, 1e-5)
    agree("normal modes, means", x[chosen], modes_x, 1e-9)
    agree("normal modes, coefficients", values[chosen], by_eigh, 1e-8)
    exact = mean_modes(on_a_chain(SITES, (1, int(chosen[0]) + 1), FIG_6), start())
    some = slice(0, SHOWN, 100)
    signals = [
        qs.time_series.ModeSum(exact.frequencies, exact.cosine[k], exact.sine[k]) for k in (0, 1)
    ]
    agree(
        "exact integrals over the windows",
        values[chosen[0], some],
        pearson(*signals, SAMPLES[some], WINDOW),
        1e-5,
    )
    scale = SITES / MEASURED
    print(f"  DOP853 loop    {ode_s * scale:9.1f} s, ratio {ode_s * scale / ours_s:.0f}")
    print(f"  eigh loop      {modes_s * scale:9.1f} s, ratio {modes_s * scale / ours_s:.1f}")
    print(f"  quantsync      {ours_s:9.2f} s")


def main() -> None:
    """Run all and print the ratios."""
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"NumPy {np.__version__}, SciPy {scipy.__version__}, QuTiP {qutip.__version__}; "
        f"{multiplication_rate() / 1e9:.0f} Gflop/s in a large product"
    )
    chains()
    for dense in (False, True):
        graph(dense)
    figure_6()
    fock_spaces()


if __name__ == "__main__":
    main()
