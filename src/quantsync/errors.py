"""The named errors of the package: what was wrong, with which value, and what to do."""

from __future__ import annotations

import difflib
import sys
import warnings
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any


class QuantsyncError(Exception):
    """Base class of every error that quantsync raises on purpose."""


class InvalidArgumentError(QuantsyncError, ValueError):
    """An argument has a value that the function cannot use."""


class NonFiniteError(InvalidArgumentError):
    """A number is NaN or infinite."""


class DimensionError(InvalidArgumentError):
    """An array or an operator has the wrong size."""


class BroadcastError(InvalidArgumentError):
    """Arrays do not broadcast against each other."""


class InvalidStateError(InvalidArgumentError):
    """A matrix that should be a density matrix is not one."""


class MeasureShapeError(InvalidArgumentError):
    """A user's measure returns an array that does not have the batch shape in front."""


class MeasureError(InvalidArgumentError):
    """A measure cannot be taken of a system at any point, or its code has a mistake."""


class InvalidSystemError(InvalidArgumentError):
    """A model returns something that cannot be solved: see `quantsync.system.System`."""


class UnstableNetworkError(InvalidArgumentError):
    """A network of oscillators has no ground state, or its dynamics no stationary one.

    Attributes
    ----------
    eigenvalue : float or complex or None
        The lowest eigenvalue of the mass-weighted stiffness matrix, which is not positive; for an
        open network, the eigenvalue of the drift with the largest real part, which is not
        negative.
    largest_coupling : float or None
        The factor by which the strengths of the probes' couplings may be multiplied at most; for
        strengths that are all K, the largest stable K. None where couplings are not to blame.
    """

    def __init__(self, message: str, eigenvalue: Any = None, largest_coupling: Any = None):
        super().__init__(message)
        self.eigenvalue = eigenvalue
        self.largest_coupling = largest_coupling


class UnknownNameError(QuantsyncError, LookupError):
    """A model, parameter, measure, paper, figure or site of that name does not exist."""


class UnknownArgumentError(QuantsyncError, TypeError):
    """A function has no argument of that name."""


class OutOfMemoryError(QuantsyncError, MemoryError):
    """A problem is too large for the memory that is available."""


class MissingDependencyError(QuantsyncError, ImportError):
    """An optional dependency is needed and not installed."""


class ConvergenceError(QuantsyncError, ArithmeticError):
    """A result could not be computed to the accuracy that is promised."""


class LostAccuracyError(ConvergenceError):
    """States at late times are not known to the accuracy asked for.

    Attributes
    ----------
    error : ndarray
        Estimated errors, as in the result.
    result : Evolution or GaussianEvolution
        The whole batch at all times, so that what is known well is not lost.
    indices : list of tuple
        Batch indices of the affected systems; ``[()]`` for a single system.
    """

    def __init__(self, message: str, error: Any = None, result: Any = None, indices: Any = None):
        super().__init__(message)
        self.error = error
        self.result = result
        self.indices = indices


class CostError(QuantsyncError):
    """A computation would take hours; the message says how long, and what to do instead."""


class CostWarning(UserWarning):
    """A computation takes minutes; the warning says how long, before it starts."""


class ScaleError(ConvergenceError):
    """There is one steady state, but rates lie too far apart to compute it.

    Attributes
    ----------
    indices : list of tuple
        Batch indices of the affected systems; ``[()]`` for a single system.
    result : SteadyState or None
        The whole batch, with NaN at the affected points and ``valid`` False there, so that
        the other points are not lost. None for a single system.
    """

    def __init__(self, message: str, indices: Any = None, result: Any = None):
        super().__init__(message)
        self.indices = indices
        self.result = result

    def at(self, index: int) -> str:
        """What is wrong with one system of a one-dimensional batch."""
        return "the steady state cannot be computed: rates lie too far apart"


class HarmonicsError(ConvergenceError):
    """The harmonics of a quasi-periodic state do not reach the residual that was asked for.

    Attributes
    ----------
    residual : float
        The smallest that was reached, in the units of the coefficients.
    harmonics : int
        Number of harmonics it was reached with, both signs counted.
    indices : list of tuple or None
        Batch indices of the affected states of a run.
    """

    def __init__(
        self, message: str, residual: Any = None, harmonics: Any = None, indices: Any = None
    ):
        super().__init__(message)
        self.residual = residual
        self.harmonics = harmonics
        self.indices = indices


class TruncationError(ConvergenceError):
    """The cut-off of a mode changes a state by more than is allowed.

    Attributes
    ----------
    truncation : quantsync.lindblad.truncation.Truncation or None
        What is known about it: see `quantsync.SteadyState`.
    indices : list of tuple
        Batch indices of the affected systems; ``[()]`` for a single system.
    """

    def __init__(self, message: str, truncation: Any = None, indices: Any = None):
        super().__init__(message)
        self.truncation = truncation
        self.indices = indices


class LevelsError(ConvergenceError):
    """The levels that were allowed for modes are too few for a measure to settle.

    Attributes
    ----------
    history : tuple
        What was tried, as in `quantsync.sweeps.Converged`.
    """

    def __init__(self, message: str, history: Any = ()):
        super().__init__(message)
        self.history = history


class TruncationWarning(UserWarning):
    """The cut-off of a mode changes a state by more than a tolerance."""


class NonUniqueSteadyStateError(QuantsyncError):
    """The generator has more than one stationary state.

    Attributes
    ----------
    count : int or ndarray
        Number of linearly independent stationary states: one number for a single system, an
        array of the batch shape otherwise (1 where the steady state is unique).
    proven : bool or ndarray
        Whether there certainly are so many; where not, so many cannot be told apart in double
        precision.
    indices : list of tuple
        Batch indices of the affected systems; ``[()]`` for a single system.
    result : SteadyState or None
        The whole batch, with NaN at the affected points and ``valid`` False there, so that
        the other points are not lost. None for a single system.
    """

    def __init__(
        self,
        message: str,
        count: Any = None,
        indices: Any = None,
        result: Any = None,
        proven: Any = True,
    ):
        super().__init__(message)
        self.count = count
        self.proven = proven
        self.indices = indices
        self.result = result

    def at(self, index: int) -> str:
        """What is wrong with one system of a one-dimensional batch."""
        if self.count[index] == 1:
            return "the steady state cannot be computed: rates lie too far apart"
        return f"the steady state is not unique ({self.count[index]} stationary states)"


class TrajectoryEndedError(QuantsyncError):
    """Trajectories ended before the last time.

    Attributes
    ----------
    reason : str
        Name of the event, "unbounded" or "singular", of the first affected trajectory.
    time : float
        When it happened there.
    indices : list of tuple
        Batch indices of the affected trajectories; ``[()]`` for a single one.
    result : MeanFieldTrajectory
        The whole batch, with NaN after each end, so that nothing is lost.
    """

    def __init__(
        self,
        message: str,
        reason: Any = None,
        time: Any = None,
        indices: Any = None,
        result: Any = None,
    ):
        super().__init__(message)
        self.reason = reason
        self.time = time
        self.indices = indices
        self.result = result


class UnboundedRunError(TrajectoryEndedError):
    """Amplitudes or covariances grow without bound, or the equations become singular."""


class SweepError(QuantsyncError):
    """Points of a sweep failed and the caller asked for an error.

    Attributes
    ----------
    dataset : xarray.Dataset
        Everything that was computed, with NaN at the failed points.
    failures : list of PointFailure
        Coordinates and cause of each failed point.
    """

    def __init__(self, message: str, dataset: Any = None, failures: Any = None):
        super().__init__(message)
        self.dataset = dataset
        self.failures = failures


class AmbiguousSiteWarning(UserWarning):
    """A site of QuTiP with two levels was taken for a spin 1/2; it might be a mode cut there."""


class RegistryWarning(UserWarning):
    """What an installed package adds by entry points cannot be used; the package is named."""


class SweepWarning(UserWarning):
    """Some points of a sweep failed; the warning names their coordinates and causes."""


class RefinementWarning(SweepWarning):
    """A border could not be located as well as was asked for; the warning says how well."""


class SourceChangedWarning(SweepWarning):
    """The file of a function is not what was imported; a store keeps the function that runs."""


class UnfollowedWarning(SweepWarning):
    """A function reads something that a store cannot look into, and whose changes it misses."""


class StoreError(QuantsyncError):
    """A sweep's store cannot be used: it is none, is damaged, or holds something else."""


class StoreMismatchError(StoreError):
    """A sweep is to go into the store of another one.

    Attributes
    ----------
    differences : list of str
        What differs, with the value in the store and the new one.
    """

    def __init__(self, message: str, differences: Any = None):
        super().__init__(message)
        self.differences = differences


class StoreLockedError(StoreError):
    """Another process is writing to the store.

    Attributes
    ----------
    holder : dict
        Its ``pid`` and ``host``, as far as they are known.
    """

    def __init__(self, message: str, holder: Any = None):
        super().__init__(message)
        self.holder = holder


class StoreWriteError(StoreError, OSError):
    """A file of a store cannot be written, for lack of space or of permission."""


class ClusterError(QuantsyncError):
    """A dask cluster cannot be used: unreachable, lost, unlike this process, or losing workers."""


class PortInUseError(InvalidArgumentError):
    """Another program listens on the port that the explorer was to have."""


class SpecError(InvalidArgumentError):
    """The file that describes a sweep has a mistake; the message names its line and key."""


class SweepInterrupt(KeyboardInterrupt):
    """Ctrl-C ended a sweep with a store; the message says how much is done and how to go on."""


# What other packages call it.
ELSEWHERE = {
    "steadystate": "steady_state",
    "mesolve": "evolve",
    "sesolve": "evolve",
    "expect": "expectation",
    "ptrace": "partial_trace",
    "tracedist": "trace_distance",
    "entropy": "von_neumann_entropy",
    "entropy_vn": "von_neumann_entropy",
    "entropy_mutual": "mutual_information",
    "entropy_relative": "relative_entropy",
    "coherent": "coherent_state",
    "basis": "basis_state",
    "fock": "basis_state",
    "tensor": "Space",
    "qubit": "Spin",
    "mode": "Fock",
    "boson": "Fock",
    "oscillator": "Fock",
    "destroy": "Fock",
    "resume_sweep": "sweep",
    "sweep_resume": "sweep",
}


def nearest_name(name: str, known: Iterable[str]) -> str | None:
    """Return the known name closest to ``name``, or None when none is close."""
    known, asked = list(known), name.lower()
    if (usual := ELSEWHERE.get(asked)) in known:
        return usual
    matches = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    # A word that has been cut short is like none of them: its beginning tells, or a part.
    begun = [k for k in known if len(asked) > 2 and k.lower().startswith(asked)]
    within = [k for k in known if len(asked) > 2 and asked in k.lower()]
    return next(iter(sorted(begun, key=len) + matches + sorted(within, key=len)), None)


def unknown_name(kind: str, name: str, known: Iterable[str]) -> UnknownNameError:
    """Build the error for an unknown name: one line with the nearest match and what there is."""
    known = sorted(known)
    nearest = nearest_name(name, known)
    hint = f"; did you mean {nearest!r}?" if nearest else "."
    there = f"Known: {', '.join(known)}." if known else "There are none."
    return UnknownNameError(f"Unknown {kind} {name!r}{hint} {there}")


class WarnedOnce:
    """Gathers what the parts of a piece of work warn of, and warns once of each kind at its end.

    Threads and processes pass on what they gather; what is about a sweep itself is not held up,
    unless `everything` is.
    """

    def __init__(self, passed_on: bool = False, everything: bool = False):
        self.passed_on = passed_on  # to another process, or told elsewhere: no warning here
        self.everything = everything
        self.found: list[tuple[str, type[Warning]]] = []

    def __enter__(self) -> WarnedOnce:
        around = _gathering.get()
        self.everything |= around is not None and around.everything
        self._before = _gathering.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        _gathering.reset(self._before)
        for kind in () if self.passed_on else dict.fromkeys(kind for _, kind in self.found):
            first, *more = [message for message, other in self.found if other is kind]
            told = f" ({len(more)} more such warnings, of other parts.)" if more else ""
            warn_caller(first + told, kind)


_gathering: ContextVar[WarnedOnce | None] = ContextVar("gathering", default=None)


def warn_caller(message: str, category: type[Warning]) -> None:
    """Warn at the line outside of this package that called it."""
    gathering = _gathering.get()
    if gathering is not None and (gathering.everything or not issubclass(category, SweepWarning)):
        gathering.found.append((message, category))
        return
    frame, level = sys._getframe(), 1
    while frame.f_back and frame.f_globals.get("__name__", "").startswith("quantsync."):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)
