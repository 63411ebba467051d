"""One steady state of two coupled van der Pol modes, against QuTiP's direct solver.

Detuned modes with gain, two-boson loss and a dissipative coupling: only their common number of
quanta has a U(1) symmetry. Both start from operators that are built; quantsync derives all else
within its time, proves or tests that the state is unique, and returns residual and condition. With
--levels the sizes can be chosen.
"""

from __future__ import annotations

import argparse

import numpy as np
import qutip
from common import agree, timed
from threadpoolctl import threadpool_limits

import quantsync as qs

DETUNING, LOSS, COUPLING = 0.3, 0.2, 0.5


def ours(levels: int) -> qs.Lindbladian:
    """The pair in quantsync's words."""
    space = qs.Space(A=qs.Fock(levels), B=qs.Fock(levels))
    a, b = space["A"], space["B"]
    return qs.Lindbladian(
        space,
        hamiltonian=[(DETUNING / 2, a.number - b.number)],
        dissipators=[
            (1.0, a.create),
            (1.0, b.create),
            (LOSS, a.destroy @ a.destroy),
            (LOSS, b.destroy @ b.destroy),
            (COUPLING, a.destroy - b.destroy),
        ],
    )


def theirs(levels: int) -> tuple[qutip.Qobj, list[qutip.Qobj]]:
    """The pair in QuTiP's words, sparse."""
    a = qutip.tensor(qutip.destroy(levels), qutip.qeye(levels))
    b = qutip.tensor(qutip.qeye(levels), qutip.destroy(levels))
    jumps = [
        a.dag(),
        b.dag(),
        np.sqrt(LOSS) * a * a,
        np.sqrt(LOSS) * b * b,
        np.sqrt(COUPLING) * (a - b),
    ]
    return DETUNING / 2 * (a.dag() * a - b.dag() * b), jumps


def main() -> None:
    """Solve each size by both, compare the states, and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--levels", type=int, nargs="+", default=[10, 15, 20, 25])
    sizes = parser.parse_args().levels
    with threadpool_limits(1):
        qs.steady_state(ours(5), workers=1)
        for levels in sizes:
            hamiltonian, jumps = theirs(levels)
            peer, expected = timed(lambda h=hamiltonian, c=jumps: qutip.steadystate(h, c))
            # A system that nothing is known of: what is derived from operators is kept.
            system = ours(levels)
            first, steady = timed(lambda s=system: qs.steady_state(s, workers=1))
            again, steady = timed(lambda s=system: qs.steady_state(s, workers=1), repeats=2)
            print(f"two modes of {levels} levels, {steady.sector_dimension} elements")
            agree("QuTiP", steady.rho, expected.full(), 1e-9)
            print(f"  QuTiP       {peer:8.3f} s")
            print(f"  quantsync   {first:8.3f} s   {peer / first:6.1f} x   first call")
            print(f"              {again:8.3f} s   {peer / again:6.1f} x   again", flush=True)


if __name__ == "__main__":
    main()
