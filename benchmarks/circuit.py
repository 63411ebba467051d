"""A coupling value of the circuit of Vaidya et al., Fig. 10(b), against QuTiP's `mesolve`.

Two transmons and two resonators of three levels each, 81 in all, g = 100 kHz, driven with 20 kHz
and undriven. Harmonic balance gives the state after a long time; a propagation has to wait for it,
some 20 us, while the pumps turn every 4 ns. QuTiP propagates the same time-dependent equation
for `SPAN` from quantsync's state, on which it has to stay, and its time is scaled to 20 us.
"""

from __future__ import annotations

import os
import platform

import numpy as np
import qutip
import scipy.sparse as sp
from common import agree, timed
from threadpoolctl import threadpool_limits

import quantsync as qs
from quantsync.lindblad.quasi_periodic.balance import HarmonicBalance
from quantsync.models.circuit_qed.state import circuit_parts
from quantsync.models.circuit_qed.tables import TABLE_II, preset_transmons

COUPLING = 0.1  # MHz
SPAN = 0.5  # us
RELAXED = 20.0  # us
PEERS = {
    "Adams, default tolerances": ({}, 3e-4),
    "Adams, rtol 1e-9": ({"rtol": 1e-9, "atol": 1e-11}, 1e-6),
    "Vern9, rtol 1e-9": ({"method": "vern9", "rtol": 1e-9, "atol": 1e-11}, 1e-6),
}


def harmonic_balance(drives: tuple[float, ...]) -> list[qs.quasi_periodic.QuasiPeriodicState]:
    """Everything from the parameters on: operators, modes of the units, states."""
    balance = HarmonicBalance(*circuit_parts(*preset_transmons("10b")))
    return [balance.solve([drive, COUPLING]) for drive in drives]


def qutip_problem(drive: float) -> tuple[qutip.QobjEvo, list[qutip.Qobj]]:
    """Hamiltonian and jumps in the frames of the pumps, as Eqs. (E1) and (E2) have them."""
    lindbladian, turning = circuit_parts(*preset_transmons("10b"))
    static, jumps = lindbladian.to_qutip()
    parts: list[object] = [static]
    for strength, (frequency, matrix) in zip((drive, COUPLING), turning, strict=True):
        if strength:
            v = qutip.Qobj(sp.csr_matrix(strength * matrix), dims=static.dims).to("csr")
            parts += [
                [v, qutip.coefficient(lambda t, f=frequency: np.exp(-1j * f * t))],
                [v.dag(), qutip.coefficient(lambda t, f=frequency: np.exp(1j * f * t))],
            ]
    return qutip.QobjEvo(parts), jumps


def propagated(
    drive: float, start: qs.quasi_periodic.QuasiPeriodicState, options: dict[str, object]
) -> np.ndarray:
    """The state after `SPAN`, from quantsync's at time 0."""
    hamiltonian, jumps = qutip_problem(drive)
    rho = qutip.Qobj(start.at(0.0), dims=hamiltonian(0).dims)
    steps = {"nsteps": 10**7, "progress_bar": ""} | options
    result = qutip.mesolve(hamiltonian, rho, [0.0, SPAN], jumps, options=steps)
    return result.states[-1].full()


def main() -> None:
    """Run, compare, report."""
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"NumPy {np.__version__}, QuTiP {qutip.__version__}; one BLAS thread"
    )
    drives = (TABLE_II["10b"]["drive"], 0.0)
    rows = {}
    with threadpool_limits(1):
        first_s, states = timed(lambda: harmonic_balance(drives))
        ours_s, states = timed(lambda: harmonic_balance(drives), repeats=3)
        for name, (options, tolerance) in PEERS.items():
            seconds = []
            for drive, state in zip(drives, states, strict=True):
                taken, rho = timed(lambda d=drive, s=state, o=options: propagated(d, s, o))
                what = f"{name}, drive {1000 * drive:g} kHz"
                agree(what, state.at(SPAN)[None], rho[None], tolerance)
                seconds.append(taken * RELAXED / SPAN)
            rows[name] = seconds
    print(
        f"the states move by {np.abs(states[0].at(SPAN) - states[0].at(0.0)).max():.1e} in that "
        f"time; residuals {states[0].residual:.0e}, {states[1].residual:.0e} rad/us, estimated "
        f"errors {states[0].error_estimate:.0e}, {states[1].error_estimate:.0e}"
    )
    print(f"seconds for a coupling value: driven and undriven, {RELAXED:g} us from {SPAN:g} us")
    for name, (driven, undriven) in rows.items():
        total = driven + undriven
        print(f"  mesolve, {name:28s}{total:9.0f} ({driven:.0f} + {undriven:.0f})")
    print(f"  quantsync{'':28s}{ours_s:9.2f} (first call {first_s:.2f})")
    print("ratios")
    for name, seconds in rows.items():
        print(f"  mesolve / quantsync, {name:28s}{sum(seconds) / ours_s:9.0f}")


if __name__ == "__main__":
    main()
