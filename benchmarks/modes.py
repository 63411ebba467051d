"""Driven van der Pol oscillators of 30 levels: tongues, spectra and Wigner functions.

1. A tongue of 101 x 101 drives and detunings: all three kinds of phase, the mean number of quanta
   and the observed frequency. QuTiP: a loop over `steadystate` and `spectrum` by eigenvectors (its
   quickest here: one diagonalisation serves all frequencies), phases by the closed weights and
   SciPy's minimiser, the frequency from a parabola through the three highest of 401 points. Some
   points drawn at random, scaled.
2. Spectra at 400 frequencies for 100 detunings, against QuTiP's three solvers of `spectrum`: by
   eigenvectors for some detunings, by solving and by the inverse for some frequencies of one.
3. Wigner functions on 200 x 200 points for 25 drives, from the systems on; QuTiP's `steadystate`
   and `wigner`.

With --points the size of the tongue can be chosen, with --sample QuTiP's part of it.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from itertools import starmap
from typing import Any

import numpy as np
import qutip
from common import agree, timed
from scipy.optimize import minimize_scalar
from scipy.special import gammaln
from threadpoolctl import threadpool_limits

import quantsync as qs

LEVELS, GAIN, LOSS = 30, 1.0, 0.2
WINDOW = np.linspace(-3, 3, 401)
KINDS = ("husimi", "phase_states", "wigner")


def ours(drive: Any, detuning: Any) -> tuple[qs.Lindbladian, Any]:
    """A batch of oscillators in quantsync's words, and the operators of the mode."""
    space = qs.Space(M=qs.Fock(LEVELS))
    m = space["M"]
    hamiltonian = [(detuning, m.number), (drive, m.create + m.destroy)]
    system = qs.Lindbladian(space, hamiltonian, [(GAIN, m.create), (LOSS, m.destroy @ m.destroy)])
    return system, m


def theirs(drive: float, detuning: float) -> tuple[qutip.Qobj, list[qutip.Qobj], qutip.Qobj]:
    """An oscillator in QuTiP's words, and its lowering operator."""
    a = qutip.destroy(LEVELS)
    jumps = [np.sqrt(GAIN) * a.dag(), np.sqrt(LOSS) * a * a]
    return detuning * a.dag() * a + drive * (a + a.dag()), jumps, a


def weights() -> list[np.ndarray]:
    """What the phase distribution of each kind weighs the elements of rho with."""
    n = np.arange(LEVELS)
    mean = (n[:, None] + n) / 2
    husimi = np.exp(gammaln(mean + 1) - (gammaln(n + 1)[:, None] + gammaln(n + 1)) / 2)
    c = np.exp(gammaln(n / 2 + 1) - gammaln(n / 2 + 1 / 2))
    low, high = np.minimum.outer(n, n), np.maximum.outer(n, n)
    ratio = np.sqrt(c[high] / c[low])
    return [husimi, np.ones((LEVELS, LEVELS)), np.where(low % 2, 1 / ratio, ratio)]


def highest_phase(rho: np.ndarray) -> list[float]:
    """Height above the uniform density and place of the highest peak, as a loop does it."""
    angles, orders = np.linspace(-np.pi, np.pi, 256, endpoint=False), np.arange(1, LEVELS)
    harmonics = np.array([np.trace(rho, -k) for k in orders])

    def height(phi: Any) -> Any:
        return (np.exp(-1j * np.multiply.outer(phi, orders)) @ harmonics).real / np.pi

    start = angles[np.argmax(height(angles))]
    found = minimize_scalar(
        lambda phi: -height(phi),
        bounds=(start - 0.03, start + 0.03),
        method="bounded",
        options={"xatol": 1e-9},
    )
    return [-found.fun, found.x]


def peer_point(drive: float, detuning: float) -> list[float]:
    """All that is asked of one oscillator, by QuTiP."""
    hamiltonian, jumps, a = theirs(drive, detuning)
    state = qutip.steadystate(hamiltonian, jumps)
    rho = state.full()
    values = [qutip.expect(a.dag() * a, state)]
    for weight in weights():
        values += highest_phase(weight * rho)
    density = qutip.spectrum(hamiltonian, WINDOW, jumps, a.dag(), a, solver="es")
    k = int(np.clip(np.argmax(density), 1, len(WINDOW) - 2))
    left, top, right = density[k - 1 : k + 2]
    shift = (left - right) / (left - 2 * top + right) / 2
    return [*values, WINDOW[k] + shift * (WINDOW[1] - WINDOW[0])]


def tongue(drive: Any, detuning: Any, workers: int) -> np.ndarray:
    """The same of a batch of oscillators, by quantsync."""
    system, m = ours(drive, detuning)
    steady = qs.steady_state(system, workers=workers)
    values = [qs.expectation(steady, m.number)]
    for kind in KINDS:
        phase = qs.phase_distribution(steady, kind=kind)
        values += [phase.maximum, phase.location[..., 0]]
    frequency = qs.observed_frequency(system, m.destroy, state=steady, workers=workers)
    return np.stack([*values, frequency], axis=-1)


def alone(part: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Part of a tongue on one thread."""
    return tongue(*part, 1)


def compare_tongues(points: int, sample: int, workers: int) -> None:
    """Time a map of quantsync's, and some points of it by QuTiP."""
    drive, detuning = np.meshgrid(
        np.linspace(0.01, 1, points), np.linspace(-2, 2, points), indexing="ij"
    )
    parts = list(
        zip(np.array_split(drive, workers), np.array_split(detuning, workers), strict=True)
    )
    # Processes: arrays of one oscillator are short, and threads would wait for Python's lock.
    with ProcessPoolExecutor(workers) as pool:
        seconds, found = timed(lambda: list(pool.map(alone, parts)))
    values = np.concatenate(found)
    threads, again = timed(lambda: tongue(drive, detuning, workers))
    print(f"tongue, {points} x {points} oscillators, {workers} workers", flush=True)
    agree("quantsync on threads", again, values, 1e-10)
    chosen = np.random.default_rng(1).choice(drive.size, size=sample, replace=False)
    places = list(zip(drive.flat[chosen], detuning.flat[chosen], strict=True))
    peer, expected = timed(lambda: np.array(list(starmap(peer_point, places))))
    got = values.reshape(drive.size, -1)[chosen]
    turned = np.angle(np.exp(1j * (got[:, 2:7:2] - expected[:, 2:7:2])))
    agree("QuTiP, quanta", got[:, 0], expected[:, 0], 1e-9)
    agree("QuTiP, heights of peaks", got[:, 1:7:2], expected[:, 1:7:2], 1e-9)
    agree("QuTiP, phases", turned, np.zeros_like(turned), 1e-4)
    agree("QuTiP, frequency", got[:, -1], expected[:, -1], 2e-4)
    scaled = peer / sample * drive.size
    print(f"  QuTiP       {scaled:8.1f} s   ({sample} points, scaled)")
    print(f"  quantsync   {seconds:8.1f} s   {scaled / seconds:6.0f} x   (processes)")
    print(f"              {threads:8.1f} s   {scaled / threads:6.0f} x   (threads)", flush=True)


def compare_spectra(detunings: int, frequencies: int) -> None:
    """Time spectra of quantsync's, and some by each of QuTiP's solvers."""
    detuning, omega = np.linspace(-2, 2, detunings), np.linspace(-4, 4, frequencies)
    system, m = ours(0.5, detuning)
    seconds, values = timed(lambda: qs.power_spectrum(system, m.destroy).incoherent(omega))
    print(f"spectra, {detunings} detunings at {frequencies} frequencies", flush=True)

    def peer(solver: str, k: int, some: np.ndarray) -> tuple[float, np.ndarray]:
        hamiltonian, jumps, a = theirs(0.5, detuning[k])
        return timed(lambda: qutip.spectrum(hamiltonian, some, jumps, a.dag(), a, solver=solver))

    ratios = []
    for solver, rows, columns in (("es", 4, frequencies), ("solve", 1, 6), ("pi", 1, 6)):
        chosen = np.linspace(1, detunings - 2, rows).astype(int)
        # Not at resonance with the drive: the inverse does not exist at zero.
        at = np.linspace(0, frequencies - 1, columns).astype(int)
        runs = [peer(solver, k, omega[at]) for k in chosen]
        # "pi" leaves the coherent part in, away from zero: imaginary for this pair of operators.
        agree(f"QuTiP, {solver!r}", values[chosen][:, at], np.array([r[1] for r in runs]), 1e-6)
        scaled = sum(r[0] for r in runs) * detunings / rows * frequencies / columns
        ratios.append(
            f"  QuTiP {solver!r:8}{scaled:8.1f} s   ({rows} x {columns} points, scaled)"
            f"   {scaled / seconds:6.0f} x"
        )
    print(*ratios, f"  quantsync     {seconds:8.2f} s", sep="\n", flush=True)


def compare_wigner(count: int, points: int) -> None:
    """Time states and their Wigner functions by both."""
    drive, x = np.linspace(0.1, 1, count), np.linspace(-5, 5, points)
    alpha = x + 1j * x[:, None]

    def run() -> np.ndarray:
        return np.asarray(qs.wigner(qs.steady_state(ours(drive, 0.3)[0]), alpha=alpha, site="M"))

    def loop() -> np.ndarray:
        states = (qutip.steadystate(*theirs(value, 0.3)[:2]) for value in drive)
        return np.array([qutip.wigner(state, x, x, g=2) for state in states])

    seconds, values = timed(run)
    peer, expected = timed(loop)
    print(f"Wigner functions of {count} states on {points} x {points} points")
    agree("QuTiP", values, expected, 1e-10)
    print(f"  QuTiP       {peer:8.2f} s")
    print(f"  quantsync   {seconds:8.2f} s   {peer / seconds:6.1f} x", flush=True)


def main() -> None:
    """Run the three comparisons."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=101)
    parser.add_argument("--sample", type=int, default=12)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    with threadpool_limits(1):
        tongue(np.array([0.5]), np.array([0.1]), 1)
        compare_tongues(arguments.points, arguments.sample, arguments.workers)
        compare_spectra(100, 400)
        compare_wigner(25, 200)


if __name__ == "__main__":
    main()
