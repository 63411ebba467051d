"""`trajectories`: pure states under jumps or measurement, whose mean is the density matrix."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from numbers import Number
from typing import Any, Literal

import numpy as np
import scipy.sparse as sp

from quantsync.checks import (
    choice,
    largest_error,
    named_arguments,
    number_array,
    real_number,
    require_finite,
    shown,
    times_array,
    whole_number,
)
from quantsync.errors import DimensionError, InvalidArgumentError
from quantsync.lindblad.generator import Generator, single_system
from quantsync.lindblad.trajectories._block import Asked, Block, Observable
from quantsync.lindblad.trajectories._diffusion import DiffusionSolver
from quantsync.lindblad.trajectories._draws import Draws
from quantsync.lindblad.trajectories._equation import equation_of
from quantsync.lindblad.trajectories._jumps import JumpSolver
from quantsync.lindblad.trajectories._phases import (
    phase_operator,
    slips,
    unresolved,
    unwrapped,
)
from quantsync.lindblad.trajectories._statistics import (
    Moments,
    floor_of_few_jumps,
    width,
)
from quantsync.lindblad.trajectories.result import (
    PhaseSlips,
    Trajectories,
    TrajectoryRecord,
)
from quantsync.lindblad.truncation import (
    path_truncation,
    report_path,
    truncation_from,
)
from quantsync.memory import require_memory
from quantsync.operators import Space, as_operator
from quantsync.parallel import chunk_slices, map_threads, worker_count
from quantsync.random_numbers import checked_seed
from quantsync.states import density_matrices, require_normalised
from quantsync.system import TRUNCATION_TOLERANCE

UNRAVELLINGS = ("jump", "homodyne", "heterodyne")
# Samples are followed in blocks of a fixed size, whatever their number and that of the threads:
# the rounding of a product of matrices depends on its size.
BLOCK, NUMBERS = 256, 1 << 15
WEIGHTLESS = 1e-14  # of a start: eigenvalues that are rounding
BLOCKS_AT_ONCE = 4  # of a thread, before they are added to the rest
KET_NUMBERS, MOST_KEPT = 1 << 20, 64  # of kets that are kept to judge the cut-off; their times
TOLERANCE = 1e-3


@named_arguments
def trajectories(
    system: Generator,
    state: Any,
    times: Any,
    samples: int,
    seed: int,
    *,
    unravelling: Literal["jump", "homodyne", "heterodyne"] = "jump",
    observables: Mapping[str, Any] | None = None,
    sites: str | Iterable[str] = (),
    records: int = 0,
    oscillator_phase: float = 0.0,
    step: float | None = None,
    tolerance: float = TOLERANCE,
    workers: int | None = None,
    truncation: Literal["warn", "raise", "ignore"] = "warn",
    truncation_tolerance: float = TRUNCATION_TOLERANCE,
) -> Trajectories:
    """Follow pure states of a monitored system; their mean over samples solves the master equation.

    With ``H_eff = H - i/2 sum_k L_k^dag L_k`` and ``L_k = sqrt(rate) K_k``, "jump" lets
    ``|psi>`` move by ``exp(-i H_eff t)`` until its squared norm has fallen to a random number, and
    then jump to ``L_k |psi>``, k by the rates ``|L_k psi|^2``: no time step. "homodyne" watches the
    quadrature ``L_k e^{-i phi} + h.c.`` of each channel, "heterodyne" both quadratures:

    ``d|psi> = -i H_eff |psi> dt + sum_k L_k e^{-i phi} |psi> dY_k``, normalised, with the records
    ``dY_k = <L_k e^{-i phi} + h.c.> dt + dW_k``.

    Parameters
    ----------
    system : Lindbladian
        A single system, whose Hamiltonian does not depend on time. Rate matrices are taken by
        their channels.
    state : array_like of shape (n,) or (n, n), or state object
        A normalised ket, or a density matrix at time 0: each sample then starts in one of its
        eigenvectors, drawn with its eigenvalue.
    times : array_like of shape (T,)
        Times >= 0 in non-decreasing order, in the inverse unit of the rates.
    samples : int
        How many trajectories.
    seed : int
        Sample k takes its random numbers from ``sample_rng(seed, k)``: the first 100 of 200 samples
        are the 100 samples, to the last bit, whatever ``workers`` is.
    unravelling : {"jump", "homodyne", "heterodyne"}, default "jump"
        What is watched. All have the same means.
    observables : mapping from str to operator of shape (n, n), optional
        Of these there are means and standard errors.
    sites : str or iterable of str, optional
        Sites whose phases are followed, to count phase slips.
    records : int, default 0
        Of how many first samples everything is kept, in ``records``.
    oscillator_phase : float, default 0
        Phase phi of the local oscillator of homodyne and heterodyne detection, in radians.
    step : float, optional
        Largest time step of diffusive trajectories; by default it is found by ``tolerance``.
    tolerance : float, default 1e-3
        Largest error of the mean state (Frobenius norm) by the time step of diffusive trajectories,
        at any time. Jumps have no time step.
    workers : int, optional
        Number of threads; every available core by default.
    truncation : {"warn", "raise", "ignore"}, default "warn"
        What to do where the cut-off of a mode matters to the mean state, as in `evolve`.
    truncation_tolerance : float, default 1e-6
        Largest population and estimate that pass without a word.

    Returns
    -------
    Trajectories
        With ``expectation`` and ``standard_error`` of shape (T,) under the names, ``step_error``,
        ``jumps``, ``phase_slips`` and ``records``.

    Warns
    -----
    TruncationWarning
        If the cut-off of a mode matters.

    Raises
    ------
    TruncationError
        If it does and ``truncation="raise"``.
    InvalidStateError
        If the state is not normalised, or no density matrix.
    DimensionError
        If the state or an observable has the wrong size, or the state is a batch.
    InvalidArgumentError
        If the system is a batch, times are negative or decreasing, or an argument is something
        else.
    UnknownNameError
        If there is no such site.
    LostAccuracyError
        If no time step reaches the tolerance.
    CostError
        If trajectories would have more than 1e8 jumps or 1e7 steps.
    OutOfMemoryError
        If the propagators do not fit: they are dense matrices (n, n).

    Notes
    -----
    **Standard errors.** Samples are independent, however correlated a trajectory is in time: each
    is a block of its own, and the standard error is their standard deviation over
    ``sqrt(samples)``. Where fewer than ten first jumps are expected among all samples, their spread
    would be too small, or zero; the error is then at least ``w sqrt(p (1 - p)/samples)``, with the
    known probability p that a sample has jumped, and w the width of the observable's spectrum.

    **Steps.** A diffusive step is exact between records, and draws a record from its very
    distribution, so that means are those of a deterministic map of second order in the step
    (a splitting after Strang). Its error is estimated by doubling the step, without noise.

    **Blocks.** Samples are followed 256 at a time (fewer if n > 128), all of them even where fewer
    are asked for; this is what makes results independent of ``samples`` and ``workers``.

    References: J. Dalibard, Y. Castin, K. Molmer, PRL 68, 580 (1992); H. M. Wiseman, G. J. Milburn,
    *Quantum Measurement and Control* (2010), chapter 4.

    Examples
    --------
    An excited spin 1/2 that decays at rate 2, from 400 quantum jumps:

    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1/2))
    >>> a = space["A"]
    >>> decay = qs.Lindbladian(space, dissipators=[(2.0, a.minus)])
    >>> found = qs.trajectories(decay, [1.0, 0.0], [0.0, 0.5, 1.0], samples=400, seed=1,
    ...                         observables={"up": a.plus @ a.minus})
    >>> exact = np.exp(-2 * found.times)
    >>> bool((abs(found.expectation["up"] - exact) <= 3 * found.standard_error["up"]).all())
    True
    >>> found.jumps.sum(axis=0), found.standard_error["up"].round(3)
    (array([350]), array([0.   , 0.024, 0.017]))
    """
    space = single_system(system).space
    kets, weights = _start(state, space)
    times = times_array(times, start=0.0)
    samples = whole_number(samples, "samples")
    seed = checked_seed(seed)
    choice(unravelling, "unravelling", UNRAVELLINGS)
    operators = _operators(observables, space)
    followed = _sites(sites, space)
    records = min(whole_number(records, "records", at_least=0), samples)
    phase = real_number(oscillator_phase, "oscillator_phase")
    tolerance = largest_error(tolerance)
    step = None if step is None else real_number(step, "step", above=0)
    workers = worker_count(workers)
    choice(truncation, "truncation", ("warn", "raise", "ignore"))
    allowed = real_number(truncation_tolerance, "truncation_tolerance", at_least=0)
    n, size = space.dimension, max(1, min(BLOCK, NUMBERS // space.dimension))
    names = len(operators) + 2 * len(followed)
    need = 16.0 * len(times) * (names * size * workers + records * (names + 1) + 4 * names)
    need += 8.0 * samples * (4 * len(followed) + len(system.terms.jumps))
    require_memory(need, f"{samples} trajectories at {len(times)} times", "take fewer times")
    taken = {name: Observable(operator) for name, operator in operators.items()}
    equation = equation_of(system)
    if unravelling == "jump":
        solver: Any = JumpSolver(equation, times)
    else:
        solver = DiffusionSolver(equation, times, phase, unravelling == "heterodyne")
        rho = (kets * weights) @ kets.conj().T
        if step is None:
            solver.choose_step(rho, taken, tolerance)
        else:
            solver.check_step(step, rho, taken)
    asked = Asked(
        times,
        taken,
        {site: Observable(phase_operator(space, site)) for site in followed},
        _kept_states(len(times), n),
        records,
    )

    def follow(first: int) -> Block:
        numbers = range(first, first + size)
        block = Block(asked, numbers, min(size, samples - first), len(equation.jumps), n)
        draws = Draws(seed, numbers)
        chosen = np.searchsorted(np.cumsum(weights), draws.uniform(np.arange(size)), side="right")
        solver.run(block, kets[:, np.minimum(chosen, len(weights) - 1)], draws)
        block.finish()
        return block

    totals = _Totals(asked)
    starts = range(0, samples, size)
    for part in chunk_slices(len(starts), BLOCKS_AT_ONCE * workers):
        for block in map_threads(follow, starts[part], workers):
            totals.add(block)
    errors = {name: moments.error for name, moments in totals.moments.items()}
    if unravelling == "jump":
        jumped = 1 - solver.survival(kets, weights)
        for name, operator in operators.items():
            floor = floor_of_few_jumps(jumped, samples, width(operator))
            errors[name] = np.maximum(errors[name], floor)
    cut = None
    if len(times):
        start = (kets * weights) @ kets.conj().T
        cut, when = _truncation(system, totals.states / samples, start[None], asked)
        report_path(cut, when, allowed, truncation)
    return Trajectories(
        times,
        space,
        unravelling,
        samples,
        seed,
        {name: np.array(moments.mean) for name, moments in totals.moments.items()},
        errors,
        solver.step,
        solver.step_error(operators),
        np.concatenate(totals.jumps),
        totals.phase_slips(),
        tuple(totals.records),
        cut,
    )


def _start(state: Any, space: Space) -> tuple[np.ndarray, np.ndarray]:
    """Kets (n, K) that samples start from, and their weights (K,)."""
    n = space.dimension
    if _is_ket(state):
        ket = number_array(state, "state").astype(complex)
        if len(ket) != n:
            raise DimensionError(
                f"Argument `state` must be a ket of shape ({n},) or a density matrix of shape "
                f"({n}, {n}), but has shape {ket.shape}."
            )
        require_normalised(ket, "state")
        return ket[:, None] / np.linalg.norm(ket), np.ones(1)
    rho = np.asarray(density_matrices(state, space, "state"), complex)
    if rho.ndim != 2:
        raise DimensionError(
            f"Argument `state` must be a single state, but is a batch of shape {rho.shape[:-2]}; "
            "pick one, as in state[0]."
        )
    require_finite("state", rho, "No trajectory starts in a masked state.")
    weights, kets = np.linalg.eigh((rho + rho.conj().T) / 2)
    kept = weights > WEIGHTLESS
    # The largest first, by whose eigenvectors most samples start.
    weights, kets = weights[kept][::-1], kets[:, kept][:, ::-1]
    return np.ascontiguousarray(kets), weights / weights.sum()


def _is_ket(state: Any) -> bool:
    """Whether it is a list of numbers or a one-dimensional array."""
    if isinstance(state, list | tuple):
        return all(isinstance(entry, Number) for entry in state)
    return getattr(state, "ndim", 0) == 1


def _operators(observables: Any, space: Space) -> dict[str, sp.csr_array]:
    if observables is None:
        return {}
    if not isinstance(observables, Mapping):
        raise InvalidArgumentError(
            "Argument `observables` must map names to operators, as in {'x': x}, but is "
            f"{shown(observables)}."
        )
    return {
        str(name): as_operator(operator, space, f"Operator of observables[{name!r}]")
        for name, operator in observables.items()
    }


def _sites(sites: Any, space: Space) -> list[str]:
    return [space.names[k] for k in space.positions(sites)]


def _kept_states(times: int, n: int) -> np.ndarray:
    """Indices of the times, the last among them, at which mean states are kept."""
    most = max(1, min(MOST_KEPT, KET_NUMBERS // (n * max(n, BLOCK))))
    return np.unique(np.linspace(times - 1, 0, min(times, most)).round().astype(int))


class _Totals:
    """What all blocks give together: added in their order, to the same last bit."""

    def __init__(self, asked: Asked):
        self.asked = asked
        self.moments = {name: Moments() for name in asked.observables}
        self.jumps: list[np.ndarray] = []
        self.slips: dict[str, list[tuple[np.ndarray, ...]]] = {site: [] for site in asked.phases}
        self.states: Any = 0.0
        self.records: list[TrajectoryRecord] = []

    def add(self, block: Block) -> None:
        """Add a block."""
        counted = block.counted
        for name, values in block.values.items():
            self.moments[name].add(values[:counted])
        self.jumps.append(block.jumps[:counted])
        self.states = self.states + block.mean_states()
        phases = {site: unwrapped(values[:counted]) for site, values in block.phases.items()}
        for site, phase in phases.items():
            turned = phase[:, -1] - phase[:, 0] if phase.shape[1] else np.zeros(counted)
            coarse = unresolved(phase, block.phases[site][:counted])
            self.slips[site].append((*slips(phase), turned, coarse))
        for k in range(block.recorded):
            self.records.append(
                TrajectoryRecord(
                    block.samples[k],
                    {name: values[k] for name, values in block.values.items()},
                    {site: phase[k] for site, phase in phases.items()},
                    *block.jumps_of(k),
                    block.currents_of(k),
                )
            )

    def phase_slips(self) -> dict[str, PhaseSlips]:
        """Of all samples."""
        times = self.asked.times
        duration = float(times[-1] - times[0]) if len(times) else 0.0
        found = {}
        for site, parts in self.slips.items():
            up, down, turned, coarse = (np.concatenate(part) for part in zip(*parts, strict=True))
            part = float(coarse.mean()) / max(len(times) - 1, 1)
            found[site] = PhaseSlips(up, down, turned, part, duration)
        return found


def _truncation(system: Generator, states: np.ndarray, start: np.ndarray, asked: Asked) -> Any:
    """The truncation of the mean state, and the times at which it is known."""
    times = asked.times[asked.states]
    rows = path_truncation(system.terms, system.coefficient_table(), states[None], start, times)
    return truncation_from(system.space, rows[:, 0]), times
