"""Where sparse LU takes over from batched dense LU in `steady_state`.

Times one steady state by both methods for modes and spin chains of growing size, agreement first.
The crossing sets LARGEST_DENSE_SECTOR.
"""

from __future__ import annotations

import itertools
import time

import numpy as np
from threadpoolctl import threadpool_limits

import quantsync as qs


def driven_van_der_pol(levels: int) -> qs.Lindbladian:
    """A van der Pol mode under a detuned drive: one sector of levels^2 elements."""
    space = qs.Space(A=qs.Fock(levels))
    a = space["A"]
    return qs.Lindbladian(
        space,
        hamiltonian=[(0.1, a.create + a.destroy), (0.3, a.number)],
        dissipators=[(1.0, a.create), (0.5, a.destroy @ a.destroy)],
    )


def spin_chain(length: int) -> qs.Lindbladian:
    """A chain of spin-1 limit cycles with exchange: the sector of a conserved charge."""
    space = qs.Space(**{"ABCDEF"[k]: qs.Spin(1) for k in range(length)})
    sites = [space[name] for name in space]
    exchange = [
        (0.1, 1j * (a.plus @ b.minus - a.minus @ b.plus)) for a, b in itertools.pairwise(sites)
    ]
    rates = [(50.0, 0.5) if k % 2 == 0 else (0.5, 50.0) for k in range(length)]
    return qs.Lindbladian(
        space,
        hamiltonian=[(0.2, sites[0].z), *exchange],
        dissipators=[
            term
            for (gain, damping), s in zip(rates, sites, strict=True)
            for term in ((gain, s.plus @ s.z), (damping, s.minus @ s.z))
        ],
    )


def main() -> None:
    """Compare both methods on each system."""
    systems = [(f"mode, {n} levels", driven_van_der_pol(n)) for n in (16, 24, 32, 48)]
    systems += [(f"chain of {n} spins 1", spin_chain(n)) for n in (3, 4)]
    print(f"{'system':22s} {'sector':>6s} {'dense':>10s} {'sparse':>10s}  difference")
    for name, system in systems:
        states, seconds = {}, {}
        with threadpool_limits(1):
            for method in ("dense", "sparse"):
                qs.steady_state(system, method=method)  # builds what is shared
                start = time.perf_counter()
                states[method] = qs.steady_state(system, method=method)
                seconds[method] = time.perf_counter() - start
        difference = np.abs(states["dense"].rho - states["sparse"].rho).max()
        if not difference < 1e-9:
            raise SystemExit(f"{name}: the methods differ by {difference:.1e}")
        print(
            f"{name:22s} {states['dense'].sector_dimension:6d} {1e3 * seconds['dense']:7.1f} ms "
            f"{1e3 * seconds['sparse']:7.1f} ms  {difference:.0e}"
        )


if __name__ == "__main__":
    main()
