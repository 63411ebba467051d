"""The slowest modes of a generator: eigenvalues, right and left modes, and who sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from quantsync import html
from quantsync.batched import Batched
from quantsync.checks import broadcast_shape, named_arguments, whole_number
from quantsync.lindblad._transient_states import patterns
from quantsync.lindblad.generator import Generator, generator_of
from quantsync.lindblad.slow_modes._blocks import Block, blocks_of
from quantsync.lindblad.slow_modes._spectra import (
    Mode,
    eigenvalues,
    is_large,
    simple_gaps,
    slow_part,
)
from quantsync.lindblad.steady import unproven_points
from quantsync.operators import Space, as_operator
from quantsync.parallel import map_threads, worker_count
from quantsync.plotting import BLUE, VERMILLION, axes_or_new, require_one
from quantsync.states import density_matrices

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SPARE = 4  # modes of large blocks that are looked for beside those that are asked for
SAME_RATE = 1e-9  # relative: an eigenvalue and its conjugate are one oscillation


@dataclass(frozen=True)
class SlowModes(Batched):
    """The slowest modes of some generators L, apart from the stationary states.

    ``L[right_k] = lambda_k right_k`` and, for every operator X, ``Tr(left_k^dag L[X]) = lambda_k
    Tr(left_k^dag X)``. A state has the part ``Tr(left_k^dag rho) e^{lambda_k t} right_k`` in mode
    k. Where a batch's members have different numbers of modes, the last ones are NaN.

    Attributes
    ----------
    eigenvalues : ndarray of shape (..., K), complex
        lambda_k that are not zero, by decreasing real part; of real parts that are equal to 1e-9
        by decreasing imaginary part. The list may end between an eigenvalue and its conjugate.
    right, left : ndarray of shape (..., K, n, n), complex
        Modes with ``||right_k||_F = 1`` and ``Tr(left_j^dag right_k) = delta_jk``. Within a
        degenerate eigenspace the choice is arbitrary.
    error : ndarray of shape (..., K)
        Estimated rounding error of each eigenvalue.
    residual : ndarray of shape (..., K)
        Larger of ``||L[right] - lambda right||_F`` and the same for the left mode; where modes are
        defective, what leads out of the space that they span.
    condition : ndarray of shape (..., K)
        Condition number of each eigenvalue, ``||left|| ||right|| / |Tr(left^dag right)|``;
        infinite where defective.
    defective : ndarray of bool, shape (..., K)
        Exceptional points: eigenvalues of a matrix that has, to rounding, fewer eigenvectors than
        eigenvalues. All of them then have their mean, which is known as well as any other
        eigenvalue, and ``right`` is the eigenvector first and then others that complete it to the
        invariant subspace, in which amplitudes grow as t e^{lambda t} before they decay.
    multiplicity : ndarray of int, shape (..., K)
        Number of eigenvalues of the same invariant block that were told apart together: 1 for a
        simple one, and at an exceptional point or in a degenerate eigenspace its dimension.
    charges : ndarray of int, shape (..., K), or None
        The sector q of every mode, whose elements |x><x'| all have x - x' = q, x the total number
        (levels of modes plus quantum numbers m of spins); None if it is not conserved.
    zero_modes : ndarray of int, shape (...)
        Number of eigenvalues that are zero, which are left out: stationary states.
    separation : ndarray of shape (...)
        Decay rate of the slowest mode but for the first one and its adjoint, divided by the decay
        rate of that first one: how long it is alone. Infinite where the first one does not
        decay or nothing else does.
    sector : int or None
        The sector that was asked for.
    space : Space
        The space of the modes.
    """

    eigenvalues: np.ndarray
    right: np.ndarray
    left: np.ndarray
    error: np.ndarray
    residual: np.ndarray
    condition: np.ndarray
    defective: np.ndarray
    multiplicity: np.ndarray
    charges: np.ndarray | None
    zero_modes: np.ndarray
    separation: np.ndarray
    sector: int | None
    space: Space
    batched: ClassVar[tuple[str, ...]] = (
        "eigenvalues",
        "right",
        "left",
        "error",
        "residual",
        "condition",
        "defective",
        "multiplicity",
        "charges",
        "zero_modes",
        "separation",
    )

    @property
    def shape(self) -> tuple[int, ...]:
        """Batch shape, ``()`` for a single system."""
        return self.eigenvalues.shape[:-1]

    @property
    def gap(self) -> np.ndarray:
        """Decay rate of the slowest mode beside one stationary state, (...).

        0 if there are several stationary states, or none in a sector that has zero modes.
        """
        allowed = 1 if self.sector in (None, 0) else 0
        if not self.eigenvalues.shape[-1]:
            return np.where(self.zero_modes > allowed, 0.0, np.inf)
        rate = -np.real(self.eigenvalues[..., 0]) + 0.0
        return np.where(self.zero_modes > allowed, 0.0, rate)

    @property
    def frequency(self) -> np.ndarray:
        """Angular frequency at which the slowest mode oscillates, |Im lambda_1|, (...)."""
        if not self.eigenvalues.shape[-1]:
            return np.zeros(self.shape)
        return np.abs(np.imag(self.eigenvalues[..., 0]))

    @named_arguments
    def seen_by(self, operator: Any, state: Any = None) -> np.ndarray:
        """How much of each mode an observable shows.

        The expectation value of A is ``sum_k Tr(A right_k) Tr(left_k^dag rho) e^{lambda_k t}``
        beside its stationary value. Where modes are `defective`, this is the expansion at t = 0.

        Parameters
        ----------
        operator : operator of shape (n, n)
            The observable A, sparse or dense.
        state : array_like of shape (..., n, n), or state object, optional
            A start state; without one the second factor is left out.

        Returns
        -------
        ndarray of shape (..., K)
            ``|Tr(A right_k)|``, or with a start state the amplitude of mode k in A's signal,
            ``|Tr(A right_k) Tr(left_k^dag rho)|``: of a mode and its conjugate together, twice
            that. A state's batch shape broadcasts against that of the modes.

        Raises
        ------
        DimensionError, BroadcastError
            If the operator or the state does not fit the space, or the batch.
        InvalidStateError
            If ``state`` is no density matrix.

        Examples
        --------
        A driven atom's dipole along the drive shows one mode, its inversion the other two:

        >>> import quantsync as qs
        >>> atom = qs.Space(A=qs.Spin(1/2))
        >>> a = atom["A"]
        >>> modes = qs.slowest_modes(qs.Lindbladian(atom, [(3.0, a.x)], [(1.0, a.minus)]))
        >>> print(modes.seen_by(a.x).round(6), modes.seen_by(a.z).round(3))
        [0.707107 0.       0.      ] [0.  0.5 0.5]
        """
        observable = as_operator(operator, self.space, "operator").toarray()
        seen = np.einsum("ij,...kji->...k", observable, self.right)
        if state is not None:
            rho = np.asarray(density_matrices(state, self.space, "state"))
            broadcast_shape({"modes": self.shape, "state": rho.shape[:-2]})
            seen = seen * np.einsum("...kij,...ij->...k", self.left.conj(), rho)
        return np.abs(seen)

    @named_arguments
    def plot(self, axes: Any = None) -> Axes:
        """Draw the eigenvalues in the complex plane, with the zero that is left out.

        Parameters
        ----------
        axes : matplotlib.axes.Axes, optional
            Where to draw; in a new figure by default.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        InvalidArgumentError
            If these are the modes of a batch, or ``axes`` is something else.

        Examples
        --------
        >>> import quantsync as qs
        >>> qs.slowest_modes(qs.models.spin_pair()).plot().get_ylabel()
        'frequency: imaginary part (rate)'
        """
        require_one(self.shape, "system", "modes")
        axes = axes_or_new(axes)
        axes.axhline(0, color="0.8", linewidth=0.6)
        axes.axvline(0, color="0.8", linewidth=0.6)
        for chosen, mark, colour, label in (
            (~self.defective, "o", BLUE, "slow modes"),
            (self.defective, "D", VERMILLION, "defective"),
        ):
            if chosen.any():
                values = self.eigenvalues[chosen]
                axes.plot(np.real(values), np.imag(values), mark, color=colour, label=label)
        if self.zero_modes:
            label = "stationary" + (f" ({self.zero_modes})" if self.zero_modes > 1 else "")
            axes.plot(0, 0, "x", color="black", markersize=7, label=label, clip_on=False)
        axes.set(
            xlabel="minus the decay rate: real part (rate)",
            ylabel="frequency: imaginary part (rate)",
        )
        axes.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3)
        return axes

    def _listed(self) -> str:
        shown = [f"{value:.6g}" for value in self.eigenvalues[:4]]
        return ", ".join(shown) + (", ..." if len(self.eigenvalues) > 4 else "")

    def _repr_html_(self) -> str:
        broken = int(self.defective.sum())
        rows = {
            "systems": html.batch(self.shape, "system"),
            "space": self.space,
            "eigenvalues": "" if self.shape else self._listed(),
            "slowest decay": html.extent(self.gap),
            "separation": html.extent(self.separation),
            "zero modes": html.extent(self.zero_modes),
            "defective": html.count(broken, "mode") if broken else "",
            "residual": html.largest(self.residual),
        }
        return html.table(type(self).__name__, rows)

    def __repr__(self) -> str:
        what = f"shape {self.shape}" if self.shape else f"eigenvalues {self._listed()}"
        broken = f", {int(self.defective.sum())} defective" if self.defective.any() else ""
        zeros = np.unique(self.zero_modes)
        several = f", {zeros[0]} zero modes" if len(zeros) == 1 and zeros[0] > 1 else ""
        return f"<SlowModes of {self.space}: {what}{broken}{several}>"


@named_arguments
def slowest_modes(
    system: Generator, k: int = 6, *, sector: int | None = None, workers: int | None = None
) -> SlowModes:
    """Find the modes of a generator that decay slowest, apart from its stationary states.

    ``L[r] = lambda r`` with the largest Re lambda. Where the system conserves charges, as an
    undriven oscillator does, elements |x><x'| of different x - x' do not mix, and each set is
    looked at by itself. Under H = omega n the eigenvalues of sector q have the imaginary part -q
    omega; those of sector -q are the complex conjugates. One oscillating mode that is far slower
    than all others is transient synchronization (Giorgi et al., Phys. Rev. A 85, 052101 (2012)).

    Parameters
    ----------
    system : Lindbladian
        The generators, of batch shape ``(...)`` and dimension n.
    k : int, default 6
        How many modes.
    sector : int, optional
        Only operators between states of total numbers x and x' = x - q (levels of modes plus
        quantum numbers m of spins); the system must conserve it. All by default.
    workers : int, optional
        Number of threads; every available core by default.

    Returns
    -------
    SlowModes
        Fewer than k where the generator has no more.

    Raises
    ------
    InvalidArgumentError
        If ``k`` is no positive whole number, ``sector`` is no difference of total numbers, or the
        system does not conserve the total number.
    ConvergenceError
        If slow modes of a large block may have been missed.

    Notes
    -----
    Of an invariant block of up to 700 elements (500 where it is complex) all eigenvalues are
    computed, by LAPACK, so that none is missed. Larger ones are shifted and inverted. The imaginary
    parts that an eigenvalue can have, if it decays no faster than the last one returned, are
    bounded by the numerical range of the block, after its rows and columns were balanced; shifts
    along the imaginary axis are added until discs in which all eigenvalues are known (by a block
    Krylov space, four vectors at a time) cover all of them. So slow modes that oscillate fast, as
    those of detuned oscillators do, are found, or `ConvergenceError` says which frequencies remain
    (beyond 3000 elements; up to there all eigenvalues are computed after all).
    What stands on it: extremal eigenvalues of sparse Hermitian matrices, found to 1 % and taken
    5 % larger, and that a Krylov space of random vectors misses nothing, which overlapping discs
    check.

    Those that are returned are computed again from the invariant subspace of all that lie so close
    that rounding may have split them, which tells exceptional points and degeneracies from simple
    eigenvalues. What is smaller than ten times its `SlowModes.error` is zero, unless the jump
    operators prove that the steady state is unique: then one eigenvalue is.

    Examples
    --------
    A driven atom at its exceptional point, where LAPACK splits -3/4 by 4e-8:

    >>> import quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1/2))
    >>> a = space["A"]
    >>> modes = qs.slowest_modes(qs.Lindbladian(space, [(0.25, a.x)], [(1.0, a.minus)]))
    >>> print(modes.eigenvalues.real.round(12), modes.defective)
    [-0.5  -0.75 -0.75] [False  True  True]

    A van der Pol oscillator: its phase is forgotten slowly, its amplitude fast.

    >>> mode = qs.Space(M=qs.Fock(40))
    >>> m = mode["M"]
    >>> vdp = qs.Lindbladian(
    ...     mode, [(2.0, m.number)], [(1.0, m.create), (0.1, m.destroy @ m.destroy)]
    ... )
    >>> for q in (0, 1):
    ...     print(q, qs.slowest_modes(vdp, 1, sector=q).eigenvalues.round(6))
    0 [-0.803094+0.j]
    1 [-0.075942-2.j]
    """
    system = generator_of(system)
    k = whole_number(k, "k")
    if sector is not None:
        sector = whole_number(sector, "sector", at_least=-(10**9), at_most=10**9)
    workers = worker_count(workers)
    n = system.dimension
    k = min(k, n * n)
    system.require_memory(32.0 * k * n * n, f"{k} modes")
    # Two more, so that what follows the slowest oscillation is known.
    return _collected(system, slow_parts(system, max(k, 3), sector, workers), k, sector)


def slow_parts(
    system: Generator, count: int, sector: int | None, workers: int
) -> list[tuple[list[Mode], int]]:
    """At least ``count`` modes of every system, if there are so many, and its number of zeros."""
    table = system.coefficient_table()
    unproven = unproven_points(system, table)
    found: list[Any] = [None] * system.size
    for pattern, members in patterns(table != 0):
        blocks = blocks_of(system.terms, pattern, sector)
        left, most = np.flatnonzero(members), count + SPARE
        while len(left):
            pairs = [eigenvalues(block, table[left], most, workers) for block in blocks]
            floors = np.max([floor for _, floor in pairs], axis=0)

            def solve(
                m: int,
                left: np.ndarray = left,
                blocks: list[Block] = blocks,
                pairs: list[Any] = pairs,
                floors: np.ndarray = floors,
            ) -> None:
                k, own = left[m], [values[m] for values, _ in pairs]
                found[k] = slow_part(blocks, table[k], own, count, not unproven[k], floors[m])

            map_threads(solve, range(len(left)), workers)
            left, most = np.array([k for k in left if found[k] is None], int), 2 * most
    return found


@named_arguments
def liouvillian_gap(system: Generator, *, workers: int | None = None) -> np.ndarray:
    """Find the Liouvillian gap: the decay rate of what decays slowest, as `SlowModes.gap`.

    Faster than `slowest_modes` for maps: eigenvectors are computed only where eigenvalues lie so
    close together, or so close to zero, that rounding matters.

    Parameters
    ----------
    system : Lindbladian
        The generators, of batch shape ``(...)``.
    workers : int, optional
        Number of threads; every available core by default.

    Returns
    -------
    ndarray of shape (...)
        In the units of the coefficients; 0 where there are several stationary states or
        oscillations that do not decay.

    Raises
    ------
    ConvergenceError
        If slow modes of a large block may have been missed: see `slowest_modes`.

    Examples
    --------
    A driven atom; beyond the exceptional point at a quarter of its decay rate the gap is
    constant:

    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1/2))
    >>> a = space["A"]
    >>> atoms = qs.Lindbladian(space, [(np.array([0.1, 0.25, 1.0]), a.x)], [(1.0, a.minus)])
    >>> print(qs.slow_modes.liouvillian_gap(atoms).round(6))
    [0.5 0.5 0.5]
    """
    system = generator_of(system)
    workers = worker_count(workers)
    table = system.coefficient_table()
    gaps, doubtful = np.empty(system.size), np.ones(system.size, bool)
    for pattern, members in patterns(table != 0):
        blocks, rows = blocks_of(system.terms, pattern, None), table[members]
        if not any(map(is_large, blocks)):
            spectra = [np.array(eigenvalues(block, rows, 1, workers)[0]) for block in blocks]
            gaps[members], doubtful[members] = simple_gaps(blocks, rows, spectra)
    again = np.flatnonzero(doubtful)
    parts = slow_parts(system.take(again), 1, None, workers)
    for k, (modes, zeros) in zip(again, parts, strict=True):
        gaps[k] = 0.0 if zeros > 1 else -modes[0].value.real + 0.0 if modes else np.inf
    return gaps.reshape(system.shape)


def _collected(
    system: Generator, found: list[tuple[list[Mode], int]], k: int, sector: int | None
) -> SlowModes:
    n, size, shape = system.dimension, system.size, system.shape
    count = min(k, max((len(modes) for modes, _ in found), default=0))
    values = np.full((size, count), np.nan + 0j)
    operators = np.full((2, size, count, n, n), np.nan + 0j)
    error, residual, condition = np.full((3, size, count), np.nan)
    defective, multiplicity = np.zeros((size, count), bool), np.zeros((size, count), int)
    separation = np.empty(size)
    charges = np.zeros((size, count), int)
    charged = all(mode.block.charge is not None for modes, _ in found for mode in modes)
    for b, (modes, _) in enumerate(found):
        separation[b] = _separation(modes)
        for j, mode in enumerate(modes[:count]):
            values[b, j] = mode.value
            operators[:, b, j] = mode.operators
            error[b, j], residual[b, j], condition[b, j] = mode.error, mode.residual, mode.condition
            defective[b, j], multiplicity[b, j] = mode.defective, mode.multiplicity
            charges[b, j] = mode.charge if charged else 0
    batch = {
        "eigenvalues": values,
        "error": error,
        "residual": residual,
        "condition": condition,
        "defective": defective,
        "multiplicity": multiplicity,
    }
    return SlowModes(
        **{name: array.reshape(*shape, count) for name, array in batch.items()},
        right=operators[0].reshape(*shape, count, n, n),
        left=operators[1].reshape(*shape, count, n, n),
        charges=charges.reshape(*shape, count) if charged else None,
        zero_modes=np.array([zeros for _, zeros in found], int).reshape(shape),
        separation=separation.reshape(shape),
        sector=sector,
        space=system.space,
    )


def _separation(modes: list[Mode]) -> float:
    """The second decay rate in units of the first; of an oscillation both modes count as one."""
    if not modes:
        return np.inf
    first, rest = modes[0], [mode.value for mode in modes[1:]]
    near = np.abs(np.array(rest) - first.value.conjugate()) <= SAME_RATE * abs(first.value)
    if first.has_adjoint and near.any():
        del rest[int(near.argmax())]
    return rest[0].real / first.value.real if rest and first.value.real else np.inf
