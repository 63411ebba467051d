"""A map of somebody's own function of two numbers, written for QuTiP: loop, sweep, batch.

Two qubits, one pumped and one damped, that exchange an excitation. The loop calls QuTiP's
steadystate at every point. The sweep is given the same function with from_qutip in place of
steadystate; it cannot take arrays, and is called at every point. The batch is the system in
quantsync's words, with arrays for coefficients. With --points the number of points along each axis
can be chosen.
"""

from __future__ import annotations

import argparse
import warnings

import numpy as np
import qutip
from common import agree, timed, without_lookup_rebuilds
from threadpoolctl import threadpool_limits

import quantsync as qs

LOWER, ONE = qutip.sigmam(), qutip.qeye(2)
A, B = qutip.tensor(LOWER, ONE), qutip.tensor(ONE, LOWER)
ZA, ZB = qutip.tensor(qutip.sigmaz(), ONE), qutip.tensor(ONE, qutip.sigmaz())
PUMP, LOSS_A, LOSS_B = 1.0, 0.2, 0.5
SPACE = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2))


def script(coupling: float, detuning: float) -> tuple[qutip.Qobj, list[qutip.Qobj]]:
    """Hamiltonian and collapse operators in QuTiP's words."""
    exchange = coupling * (A.dag() * B + A * B.dag())
    rates = np.sqrt([PUMP, LOSS_A, LOSS_B])
    jumps = [rates[0] * A.dag(), rates[1] * A, rates[2] * B]
    return detuning / 4 * (ZA - ZB) + exchange, jumps


def scalar(coupling: float = 0.1, detuning: float = 0.0) -> qs.Lindbladian:
    """The same, as a function to be swept."""
    return qs.from_qutip(*script(coupling, detuning), SPACE)


def batch(coupling: float = 0.1, detuning: float = 0.0) -> qs.Lindbladian:
    """The same in quantsync's words; both parameters may be arrays."""
    a, b = SPACE["A"], SPACE["B"]
    return qs.Lindbladian(
        SPACE,
        [(detuning / 2, a.z - b.z), (coupling, a.plus @ b.minus + a.minus @ b.plus)],
        [(PUMP, a.plus), (LOSS_A, a.minus), (LOSS_B, b.minus)],
    )


def response(state: qs.SteadyState) -> np.ndarray:
    """Coherence <S+_A S-_B> between the qubits."""
    a, b = SPACE["A"], SPACE["B"]
    return np.asarray(qs.expectation(state, a.plus @ b.minus))


def main() -> None:
    """Compute the map in all three ways, compare, and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=41)
    count = parser.parse_args().points
    axes = {"coupling": np.linspace(0.01, 1, count), "detuning": np.linspace(-2, 2, count)}

    def loop() -> np.ndarray:
        observable = A.dag() * B
        return np.array(
            [
                [
                    qutip.expect(observable, qutip.steadystate(*script(g, d)))
                    for d in axes["detuning"]
                ]
                for g in axes["coupling"]
            ]
        )

    def swept(model: object) -> np.ndarray:
        with warnings.catch_warnings():  # that it is called at each point
            warnings.simplefilter("ignore", qs.errors.SweepWarning)
            return qs.sweep(model, axes, response, workers=1).response.values

    with threadpool_limits(1):
        swept(batch)
        peer, expected = timed(loop)
        bare, _ = timed(without_lookup_rebuilds(loop))
        single, found = timed(lambda: swept(scalar))
        whole, at_once = timed(lambda: swept(batch), repeats=3)
    print(f"{count} x {count} points of two qubits")
    agree("QuTiP", found, expected, 1e-12)
    agree("QuTiP", at_once, expected, 1e-12)
    print(f"  loop over QuTiP's steadystate   {peer:8.3f} s")
    print(f"    without its lookup rebuilds   {bare:8.3f} s")
    print(f"  sweep of the scalar function    {single:8.3f} s   {peer / single:8.1f} times faster")
    print(f"  batch                           {whole:8.3f} s   {peer / whole:8.1f} times faster")


if __name__ == "__main__":
    main()
