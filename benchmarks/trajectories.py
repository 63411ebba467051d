"""Quantum trajectories of a driven van der Pol mode and of a spin pair, against QuTiP's solvers.

500 trajectories each, on one core with one BLAS thread, times of the processor: jumps beside
`mcsolve`, homodyne detection beside `ssesolve`, of which 8 trajectories are run and scaled, at its
default step of 1e-3 and at the step that quantsync has found for an error of the mean state of
1e-3, or at 1e-2 where that is shorter. Before a ratio is printed, means must agree with each other
and with the master equation within their standard errors.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import qutip
from threadpoolctl import threadpool_limits

import quantsync as qs

LARGEST = 1.6  # root mean square of deviations over standard errors, of means that follow in time


class Task(NamedTuple):
    """The same task in both languages."""

    name: str
    system: qs.Lindbladian
    ket: np.ndarray
    times: np.ndarray
    observable: Any


def oscillator(levels: int) -> Task:
    """A van der Pol mode with gain 1, two-quantum loss 0.2, detuned and driven."""
    space = qs.Space(M=qs.Fock(levels))
    m = space["M"]
    system = qs.Lindbladian(
        space,
        [(0.3, m.number), (0.4, m.create + m.destroy)],
        [(1.0, m.create), (0.2, m.destroy @ m.destroy)],
    )
    name = f"driven van der Pol mode of {levels} levels"
    return Task(name, system, np.eye(levels)[0], np.linspace(0, 20, 201), m.number)


def spin_pair() -> Task:
    """The spin-1 pair of the models, from its lowest state."""
    system = qs.models.spin_pair(epsilon=0.5, detuning=0.2, gain_a=1.0, gain_b=0.5)
    ket = np.eye(system.dimension)[-1]
    return Task("spin pair", system, ket, np.linspace(0, 20, 201), system.space["A"].z)


def timed(function: Callable[[], Any]) -> tuple[float, Any]:
    """Processor time in seconds of a call, and its result."""
    start = time.process_time()
    result = function()
    return time.process_time() - start, result


def agree(name: str, off: np.ndarray, error: np.ndarray) -> None:
    """Stop if means differ by more than their errors; say by how much they do."""
    ratio = np.sqrt(np.mean((off[1:] / error[1:]) ** 2))
    print(f"    {name}: {ratio:.2f} standard errors, root mean square over times")
    if not ratio < LARGEST:
        raise SystemExit(f"means differ: {name}; no ratio is reported")


def compare(task: Task, samples: int, paths: int) -> None:
    """Run both on a task, check that they agree, and print the ratios."""
    hamiltonian, jumps = task.system.to_qutip()
    dims = hamiltonian.dims
    ket = qutip.Qobj(task.ket, dims=[dims[0], [1] * len(dims[0])])
    operator = qutip.Qobj(task.observable.toarray(), dims=dims)
    quiet = {"progress_bar": False, "map": "serial"}
    exact = qs.evolve(
        task.system, np.outer(task.ket, task.ket), task.times, observables={"O": task.observable}
    ).expectation["O"]

    def ours(kind: Any) -> Any:
        return qs.trajectories(
            task.system,
            task.ket,
            task.times,
            samples,
            1,
            unravelling=kind,
            observables={"O": task.observable},
            workers=1,
        )

    print(task.name)
    peer, theirs = timed(
        lambda: qutip.mcsolve(
            hamiltonian, ket, task.times, jumps, e_ops=[operator], ntraj=samples, options=quiet,
            seeds=1,
        )
    )  # fmt: skip
    own, found = timed(lambda: ours("jump"))
    error, mean = found.standard_error["O"], found.expectation["O"]
    spread = theirs.std_expect[0] / np.sqrt(samples)
    agree("quantsync and the master equation", mean - exact, error)
    agree("mcsolve and the master equation", theirs.expect[0] - exact, spread)
    agree("quantsync and mcsolve", mean - theirs.expect[0], np.hypot(error, spread))
    print(f"  jumps       mcsolve {peer:8.2f} s   quantsync {own:8.2f} s   {peer / own:6.1f} x")
    own, found = timed(lambda: ours("homodyne"))
    error, mean = found.standard_error["O"], found.expectation["O"]
    agree("quantsync and the master equation", mean - exact, error)
    for step in (1e-3, min(found.step, 1e-2)):
        options = quiet | {"dt": step}
        peer, theirs = timed(
            lambda o=options: qutip.ssesolve(
                hamiltonian, ket, task.times, jumps, e_ops=[operator], ntraj=paths, options=o,
                seeds=1,
            )
        )  # fmt: skip
        # Of few samples the spread is not well known: that of ours is taken.
        few = error * np.sqrt(samples / paths)
        agree("ssesolve and the master equation", theirs.expect[0] - exact, few)
        peer *= samples / paths
        print(
            f"  homodyne    ssesolve {peer:7.2f} s   quantsync {own:8.2f} s   {peer / own:6.1f} x"
            f"   dt = {step:.2g} (ours {found.step:.2g})",
            flush=True,
        )


def main() -> None:
    """Compare both tasks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=500)
    parser.add_argument("--paths", type=int, default=8, help="trajectories of ssesolve")
    given = parser.parse_args()
    with threadpool_limits(1):
        for task in (oscillator(20), oscillator(30), spin_pair()):
            compare(task, given.samples, given.paths)


if __name__ == "__main__":
    main()
