"""Quasi-periodic steady states by multi-frequency harmonic balance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp

from quantsync.checks import named_arguments, real_array, real_number, whole_number
from quantsync.errors import (
    HarmonicsError,
    InvalidArgumentError,
    NonUniqueSteadyStateError,
    OutOfMemoryError,
)
from quantsync.lindblad._superoperators import commutator_superoperator
from quantsync.lindblad.generator import Generator, single_system
from quantsync.lindblad.quasi_periodic._frequencies import periodic_drives
from quantsync.lindblad.quasi_periodic._growth import Growth
from quantsync.lindblad.quasi_periodic._harmonics import HarmonicCoupling
from quantsync.lindblad.quasi_periodic._rotating_frames import rotating_frames
from quantsync.lindblad.quasi_periodic._run import QuasiPeriodicRun
from quantsync.lindblad.quasi_periodic._solve import NearModes
from quantsync.lindblad.quasi_periodic._subsystems import Subsystems
from quantsync.lindblad.quasi_periodic.state import QuasiPeriodicState
from quantsync.parallel import one_blas_thread

PART_OF_GAP = 1e-9  # default residual relative to the slowest rate of the static part
ROUNDING = 1e-13  # of a residual, relative to the largest entry of the generator
UNDAMPED = 1e-12  # decay rates relative to the largest entry that count as none


@named_arguments
def quasi_periodic_steady_state(
    system: Generator,
    perturbations: Iterable[tuple[float, Any]] = (),
    *,
    tolerance: float | None = None,
    max_harmonics: int = 2001,
) -> QuasiPeriodicState:
    r"""Find what a system under periodic perturbations does after a long time.

    ``d rho/dt = L rho - i [sum_k V_k e^{-i Omega_k t} + V_k^dag e^{i Omega_k t}, rho]`` has, for a
    static L that forgets its initial state, the solution
    ``rho(t) = sum_n rho_n e^{i n.Omega t}`` with integer vectors n. Its harmonics solve

    ``(L - i n.Omega) rho_n + sum_k (V_k rho_{n-k} + V_{-k} rho_{n+k}) = 0, Tr rho_n = delta_{n0}``.

    Harmonics are added where the equations leak out of those there are, until what is missing in
    all of them together, the residual, is below the tolerance. Any frequencies will do:
    incommensurate, commensurate, equal or nearly so. A frame that turns with all perturbations, in
    which they stand still, is taken if there is one. Where too many harmonics would be needed, as
    for a mode that is driven strongly near its resonance, frames are tried that turn with some of
    them. The base frequencies of the result are then those left in the frame, and the frame's own.

    Parameters
    ----------
    system : Lindbladian
        The static part, a single system of dimension n. Sites that it does not couple are found
        and make it fast: their modes are products.
    perturbations : iterable of (frequency, operator)
        Pairs (Omega_k, V_k): a real number other than 0 and an operator of shape (n, n), to which
        the Hermitian conjugate is added. None for a static system.
    tolerance : float, optional
        Residual to be reached, in the units of the coefficients. 1e-9 times the slowest decay
        rate of the static part by default, unless that is below rounding.
    max_harmonics : int, default 2001
        Largest number of harmonics, both signs counted.

    Returns
    -------
    QuasiPeriodicState

    Raises
    ------
    HarmonicsError
        If the residual is not reached; it has the one that was.
    NonUniqueSteadyStateError
        If the static part has several stationary states, or undamped oscillations.
    InvalidArgumentError
        If a frequency is zero, or is given with both signs.
    InvalidArgumentError, DimensionError, NonFiniteError
        If an argument has another unusable value.

    Examples
    --------
    A decaying spin 1/2 driven at two frequencies, off resonance and on it:

    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1/2))
    >>> a = space["A"]
    >>> static = qs.Lindbladian(space, [(1.0, a.z)], [(0.5, a.minus)])
    >>> state = qs.quasi_periodic_steady_state(static, [(1.0, 0.05 * a.plus), (2.3, 0.1 * a.plus)])
    >>> print(state.base_frequencies, state.residual < 1e-9)
    [1.  2.3] True
    >>> state.at([0.0, 10.0]).shape
    (2, 2, 2)
    >>> print(np.round(state.demodulated(a.plus, frequency=1.0), 6))
    (0.010602+0.180621j)
    """
    balance = HarmonicBalance(system, perturbations)
    frames = rotating_frames(system, balance.drives)
    still = [frame for frame in frames if not frame.perturbations]
    failed: Exception = HarmonicsError("The harmonics do not converge.")
    # A frame in which nothing moves needs no harmonics; otherwise frames may need more of them.
    for frame in [*still, None, *(frame for frame in frames if frame.perturbations)]:
        try:
            turned = balance
            if frame is not None:
                turned = HarmonicBalance(frame.system, frame.perturbations)
            found = turned.solve(tolerance=tolerance, max_harmonics=max_harmonics)
            return found if frame is None else frame.to_lab(found, max_harmonics)
        except (HarmonicsError, NonUniqueSteadyStateError, OutOfMemoryError) as error:
            failed = error if frame is None else failed
    raise failed


class HarmonicBalance:
    """A static part and periodic perturbations, prepared for many strengths of the latter.

    What depends on the static part alone, its subsystems and their modes, is computed once.

    Parameters
    ----------
    system : Lindbladian
    perturbations : iterable of (frequency, operator)
        As for `quasi_periodic_steady_state`.

    Examples
    --------
    >>> import quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1/2))
    >>> a = space["A"]
    >>> balance = HarmonicBalance(qs.Lindbladian(space, [], [(1.0, a.minus)]), [(2.0, a.plus)])
    >>> [len(balance.solve([strength]).harmonics) for strength in (0.0, 0.01)]
    [1, 3]
    """

    def __init__(self, system: Generator, perturbations: Iterable[tuple[float, Any]] = ()):
        self.system = single_system(system)
        self.drives = periodic_drives(perturbations, system.space)
        self.subsystems = Subsystems(system)
        modes = self.subsystems.modes
        self.scale = float(abs(self.subsystems.generator).max())
        self.gap = _slowest(modes, self.scale) if modes else float("nan")
        self.reference = self.subsystems.stationary
        if modes is None:
            self.reference = np.eye(1, len(self.reference))[0]
        self._raised = [self._raising(v) for v in self.drives.operators]
        self.near = NearModes(modes, self._raised) if modes else None

    def _raising(self, operator: sp.csr_array) -> sp.csr_array:
        # e^{-i Omega t} is the harmonic -n; its complex conjugate raises by n.
        return sp.csr_array(
            self.subsystems.superoperator(commutator_superoperator(operator)).conj()
        )

    def solve(
        self,
        strengths: Sequence[float] | None = None,
        *,
        tolerance: float | None = None,
        max_harmonics: int = 2001,
    ) -> QuasiPeriodicState:
        """The state for perturbations multiplied by real strengths.

        Parameters
        ----------
        strengths : sequence of float, optional
            One per perturbation; 1 by default.
        tolerance, max_harmonics
            As for `quasi_periodic_steady_state`, and so are errors.

        Returns
        -------
        QuasiPeriodicState
        """
        couplings = self._couplings(strengths)
        if tolerance is None:
            gap = self.gap if np.isfinite(self.gap) else self.scale
            scale = self.scale + sum(coupling.strength for coupling in couplings)
            tolerance = max(PART_OF_GAP * gap, ROUNDING * scale)
        tolerance = real_number(tolerance, "tolerance", above=0)
        max_harmonics = whole_number(max_harmonics, "max_harmonics")
        with one_blas_thread():
            return Growth(self, couplings, tolerance, max_harmonics).run()

    @named_arguments
    def run(
        self,
        strengths: Any = None,
        *,
        tolerance: float | None = None,
        max_harmonics: int = 2001,
    ) -> QuasiPeriodicRun:
        """States for many strengths, solved when something is asked of them; they can be mapped.

        A function of parameters may return it, or a `HarmonicBalance` alone for strengths of 1, to
        `quantsync.sweep` and `quantsync.compute`.

        Parameters
        ----------
        strengths : array_like of shape (..., K), optional
            One real number for each of the K perturbations; 1 by default.
        tolerance, max_harmonics
            As for `quasi_periodic_steady_state`, and so are errors; they tell which ``indices``
            failed.

        Returns
        -------
        QuasiPeriodicRun
            With every attribute of a `QuasiPeriodicState`, the batch shape in front.

        Examples
        --------
        >>> import quantsync as qs
        >>> space = qs.Space(A=qs.Spin(1/2))
        >>> a = space["A"]
        >>> static = qs.Lindbladian(space, [], [(1.0, a.minus)])
        >>> run = qs.quasi_periodic.HarmonicBalance(static, [(2.0, a.plus)]).run([[0.0], [0.01]])
        >>> print(run, run.rho[:, 0, 0].real.round(6))
        <QuasiPeriodicRun: 2 systems of shape (2,)> [0.e+00 2.4e-05]
        """
        if tolerance is not None:
            tolerance = real_number(tolerance, "tolerance", above=0)
        most = whole_number(max_harmonics, "max_harmonics")
        options = {"tolerance": tolerance, "max_harmonics": most}
        return QuasiPeriodicRun(self, self._strengths(strengths), options)

    def as_system(self) -> QuasiPeriodicRun:
        """The states as `quantsync.sweep` takes them from a function: for strengths of 1."""
        return self.run()

    def _strengths(self, given: Any) -> np.ndarray:
        count = len(self._raised)
        values = real_array(np.ones(count) if given is None else given, "strengths")
        if values.shape[-1:] != (count,):
            raise InvalidArgumentError(
                f"Argument `strengths` must have one number for each of {count} perturbations, "
                f"but has shape {values.shape}."
            )
        return values

    def _couplings(self, strengths: Sequence[float] | None) -> list[HarmonicCoupling]:
        values = self._strengths(strengths)
        if values.ndim > 1:
            raise InvalidArgumentError(
                f"Argument `strengths` must have one number for each of {values.shape[-1]} "
                f"perturbations, but has shape {values.shape}; run() takes many."
            )
        parts: dict[tuple[int, ...], list[tuple[int, float]]] = {}
        for k, vector in enumerate(self.drives.vectors):
            if values[k] != 0 and self._raised[k].nnz:
                parts.setdefault(tuple(int(c) for c in vector), []).append((k, float(values[k])))
        couplings = []
        for vector, own in parts.items():
            total = sum(value * self._raised[k] for k, value in own)
            real, imaginary = sp.csr_array(total.real), sp.csr_array(total.imag)
            real.eliminate_zeros()
            imaginary.eliminate_zeros()
            couplings.append(HarmonicCoupling(vector, real, imaginary, tuple(own)))
        return couplings

    def __repr__(self) -> str:
        return (
            f"<HarmonicBalance of {self.subsystems.space}: {len(self._raised)} perturbations, "
            f"base frequencies {self.drives.base}, {self.subsystems!r}>"
        )


def _slowest(modes: list[Any], scale: float) -> float:
    """Slowest decay rate; raises where something does not decay at all."""
    slowest = np.inf
    for own in modes:
        rates = np.sort(-own.values.real)
        undamped = int((rates <= UNDAMPED * scale).sum())
        if undamped > 1:
            raise NonUniqueSteadyStateError(
                f"The static part does not forget its initial state: {undamped} modes of one "
                "subsystem do not decay, the stationary one included. Add the dissipation that "
                "damps them.",
                count=undamped,
            )
        slowest = min(slowest, float(rates[1])) if len(rates) > 1 else slowest
    return slowest
