"""Dynamical synchronization: which observables oscillate for ever, and which of them lock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from quantsync.checks import named_arguments, times_array
from quantsync.errors import InvalidArgumentError
from quantsync.lindblad.generator import Generator
from quantsync.lindblad.undecaying._locking import locking, numerical_radius
from quantsync.lindblad.undecaying._observables import signals_of
from quantsync.lindblad.undecaying.peripheral_modes import PeripheralModes, peripheral_modes
from quantsync.semigroups import require_phases
from quantsync.states import density_matrices
from quantsync.version import __version__

if TYPE_CHECKING:
    import xarray as xr

SILENT = 1e-10  # projections below this part of what could add up are the rounding of zero


@dataclass(frozen=True, eq=False)
class DynamicalSynchronization:
    """Observables that oscillate for ever, and the pairs of them that lock.

    After everything that decays has decayed, the expectation value of signal j is
    ``mean_j + sum_omega amplitude_j cos(omega t + phase_j)``. J signals, F frequencies.

    Attributes
    ----------
    signals : tuple of str
        The signals: "name[site]", or "name" for an operator of the whole space.
    observables, sites : tuple of str
        Their names and sites; the site of an operator of the whole space is "".
    frequencies : ndarray of shape (F,)
        All frequencies omega > 0 of modes without decay, in the unit of the rates.
    strength : ndarray of shape (J, F)
        Largest amplitude that any initial state gives; zero exactly where the signal never
        oscillates at that frequency.
    locked : ndarray of bool, shape (J, J, F)
        Whether the complex amplitudes of two signals have the same ratio for every initial
        state: the signals oscillate with a fixed phase difference and amplitude ratio.
    phase_difference : ndarray of shape (J, J, F)
        Phase of the first signal minus that of the second, in (-pi, pi]; NaN where not locked.
    amplitude_ratio : ndarray of shape (J, J, F)
        Amplitude of the first signal over that of the second; NaN where not locked.
    overlap : ndarray of shape (J, J, F)
        |<W_j, W_k>| / (||W_j|| ||W_k||) of the operators whose expectation values the complex
        amplitudes are: 1 where locked, 0 where the amplitudes have nothing in common or one
        vanishes.
    mean : ndarray of shape (..., J), or None
        Constant part, in the unit of the observable, for the initial states that were passed.
    amplitude, phase : ndarray of shape (..., J, F), or None
        Amplitude, in the unit of the observable, and phase, in (-pi, pi], for these states; the
        phase is 0 where the amplitude is.
    modes : PeripheralModes
        The modes it follows from.
    """

    signals: tuple[str, ...]
    observables: tuple[str, ...]
    sites: tuple[str, ...]
    frequencies: np.ndarray
    strength: np.ndarray
    locked: np.ndarray
    phase_difference: np.ndarray
    amplitude_ratio: np.ndarray
    overlap: np.ndarray
    mean: np.ndarray | None
    amplitude: np.ndarray | None
    phase: np.ndarray | None
    modes: PeripheralModes

    @property
    def oscillates(self) -> np.ndarray:
        """Whether each signal oscillates at each frequency for some state, shape (J, F)."""
        return self.strength > 0

    @property
    def synchronized(self) -> bool:
        """Whether some observable locks on all its sites, two at least, at some frequency."""
        for name in set(self.observables):
            members = [k for k, other in enumerate(self.observables) if other == name]
            if len(members) > 1 and self.locked[np.ix_(members, members)].all((0, 1)).any():
                return True
        return False

    def expectation(self, times: Any) -> np.ndarray:
        """The signals (..., J, T) at late times (T,), without the parts that decay.

        Raises
        ------
        InvalidArgumentError
            If no initial states were passed.
        DimensionError, NonFiniteError
            If the times are not one-dimensional, or not finite.
        LostAccuracyError
            If the phase of an oscillation is lost in rounding by then.
        """
        if self.mean is None or self.amplitude is None or self.phase is None:
            raise InvalidArgumentError(
                "expectation() needs an initial state; pass `state` to dynamical_synchronization."
            )
        times = times_array(times)
        heard = (self.amplitude > 0).reshape(-1, len(self.frequencies)).any(axis=0)
        require_phases(self.frequencies[heard], times)
        angles = self.frequencies[:, None] * times + self.phase[..., None]
        return self.mean[..., None] + (self.amplitude[..., None] * np.cos(angles)).sum(axis=-2)

    def to_dataset(self) -> xr.Dataset:
        """Everything as an `xarray.Dataset` over ``signal``, ``partner`` and ``frequency``.

        What belongs to initial states is there if a single state was passed or a batch; the axes
        of a batch are called ``state_0``, ``state_1``, ...
        """
        import xarray as xr

        def described(text: str, unit: str = "1") -> dict[str, str]:
            return {"long_name": text, "units": unit}

        pair, own = ("signal", "partner", "frequency"), ("signal", "frequency")
        unit = "unit of the observable"
        variables: dict[str, Any] = {
            "strength": (own, self.strength, described("largest amplitude of any state", unit)),
            "locked": (pair, self.locked, described("same amplitude ratio for every state")),
            "phase_difference": (
                pair,
                self.phase_difference,
                described("phase of signal minus phase of partner", "rad"),
            ),
            "amplitude_ratio": (
                pair,
                self.amplitude_ratio,
                described("amplitude of signal over amplitude of partner"),
            ),
            "overlap": (pair, self.overlap, described("overlap of the oscillating parts")),
        }
        if self.mean is not None:
            batch = tuple(f"state_{k}" for k in range(self.mean.ndim - 1))
            variables["mean"] = ((*batch, "signal"), self.mean, described("constant part", unit))
            variables["amplitude"] = ((*batch, *own), self.amplitude, described("amplitude", unit))
            variables["phase"] = ((*batch, *own), self.phase, described("phase at t = 0", "rad"))
        return xr.Dataset(
            variables,
            coords={
                "signal": list(self.signals),
                "partner": list(self.signals),
                "frequency": (
                    "frequency",
                    self.frequencies,
                    described("angular frequency", "unit of the rates"),
                ),
                "observable": ("signal", list(self.observables)),
                "site": ("signal", list(self.sites)),
            },
            attrs={
                "system": repr(self.modes.space),
                "gap": self.modes.gap,
                "largest_residual": float(self.modes.residual.max(initial=0)),
                "quantsync_version": __version__,
            },
        )

    def __repr__(self) -> str:
        lines = []
        for f, omega in enumerate(self.frequencies):
            alive = np.flatnonzero(self.oscillates[:, f])
            if len(alive) == 0:
                lines.append(f"  at {omega:.6g}: none of the observables given")
                continue
            verb = "oscillates" if len(alive) == 1 else "oscillate"
            lines.append(f"  at {omega:.6g}: {', '.join(self.signals[k] for k in alive)} {verb}")
            seen: set[int] = set()
            for j in alive:
                if j in seen:
                    continue
                partners = [k for k in np.flatnonzero(self.locked[j, :, f]) if k != j]
                seen.update(int(k) for k in partners)
                for k in partners:
                    lines.append(
                        f"    {self.signals[k]} locks to {self.signals[j]}: phase difference "
                        f"{round(self.phase_difference[k, j, f], 6) + 0.0:.6g}, amplitude ratio "
                        f"{self.amplitude_ratio[k, j, f]:.6g}"
                    )
        found = ", ".join(f"{w:.6g}" for w in self.frequencies) or "none"
        head = f"<DynamicalSynchronization of {self.modes.space}: frequencies {found}"
        return "\n".join([head, *(lines or ["  no signal oscillates for ever"])]) + ">"


@named_arguments
def dynamical_synchronization(
    system: Generator | PeripheralModes, observables: Mapping[str, Any], state: Any = None
) -> DynamicalSynchronization:
    r"""Find which observables oscillate for ever, how strongly, and which of them lock.

    With the modes ``L[R_k] = i omega_k R_k`` and their duals L_k, the part of <O>(t) that
    oscillates at omega is ``2 Re[e^{i omega t} Tr(W^dag rho)]``, ``W = sum_k Tr(O R_k)^* L_k``
    over the modes of that frequency. Two signals lock when their W are proportional: then, and
    only then, phase difference and amplitude ratio are the same for all initial states. With one
    mode at a frequency this is always so, and the criterion is ``Tr(O R) != 0`` for both (Zhao et
    al. (2025), General setup; Buca, Booker and Jaksch, SciPost Phys. 12, 097 (2022)). Where several
    modes share a frequency, observables may oscillate at it without locking.

    Parameters
    ----------
    system : Lindbladian or PeripheralModes
        A single system of dimension n, or its modes if they are known already.
    observables : mapping of str to observable
        By name, each one of: the name of a site operator, as "x"; a function of a site's
        operators, as ``lambda s: s.x @ s.x``; a Hermitian operator on the whole space, of shape
        (n, n); or a mapping from site names to any of these. Names and functions are evaluated
        on every site that has the operators they use.
    state : array_like of shape (..., n, n) or state object, optional
        Initial states for which mean, amplitude and phase are wanted; default none.

    Returns
    -------
    DynamicalSynchronization

    Raises
    ------
    InvalidArgumentError
        If ``system`` is a batch or something else, or ``observables`` is empty or not a mapping.
    UnknownNameError
        If a site does not exist, or no site has an operator.
    InvalidArgumentError, DimensionError, NonFiniteError
        If an observable is not Hermitian, does not fit the space, or is not finite.
    InvalidStateError
        If ``state`` is not a density matrix.
    ConvergenceError
        As for `peripheral_modes`.

    Examples
    --------
    Two spins that decay collectively oscillate with opposite signs for ever:

    >>> import quantsync as qs
    >>> qs.dynamical_synchronization(qs.models.collective_decay_pair(), {"sx": "x", "sz": "z"})
    <DynamicalSynchronization of Space(A=Spin(1/2), B=Spin(1/2)): frequencies 2.4
      at 2.4: sx[A], sx[B] oscillate
        sx[B] locks to sx[A]: phase difference 3.14159, amplitude ratio 1>
    """
    if isinstance(system, Generator):
        modes = peripheral_modes(system)
    elif isinstance(system, PeripheralModes):
        modes = system
    else:
        raise InvalidArgumentError(
            "Argument `system` must be a Lindbladian or PeripheralModes, but is "
            f"{type(system).__name__}."
        )
    labels, operators = signals_of(modes.space, observables)
    frequencies = modes.frequencies
    omega = np.imag(modes.eigenvalues)
    # Tr(O R_k) of every signal and mode, zero where it is the rounding of zero.
    flat = modes.right.reshape(len(omega), -1)
    traces = np.array([_traces(operator, flat) for operator in operators])
    sizes = np.array([np.linalg.norm(operator.data) for operator in operators])
    traces[np.abs(traces) <= SILENT * np.outer(sizes, np.linalg.norm(flat, axis=1))] = 0
    count, n = len(operators), modes.space.dimension
    projections = np.zeros((len(frequencies), count, n, n), complex)
    for f, frequency in enumerate(frequencies):
        members = np.abs(omega - frequency) <= 1e-8 * frequency
        projections[f] = np.tensordot(traces[:, members].conj(), modes.left[members], 1)
    strength = np.array([[2 * numerical_radius(w) for w in row] for row in projections])
    locked = locking(projections.reshape(len(frequencies), count, n * n))
    mean = amplitude = phase = None
    if state is not None:
        states = np.asarray(density_matrices(state, modes.space, "state"))
        weights = modes.coefficients(states)
        still = omega == 0
        mean = np.real(weights[..., still] @ traces[:, still].T)
        z = np.einsum("fsij,...ij->...sf", projections.conj(), states)
        amplitude, phase = 2 * np.abs(z), np.where(z == 0, 0.0, np.angle(z))
    return DynamicalSynchronization(
        tuple(f"{name}[{site}]" if site else name for name, site in labels),
        tuple(name for name, _ in labels),
        tuple(site for _, site in labels),
        frequencies,
        strength.reshape(len(frequencies), count).T.copy(),
        *locked,
        mean,
        amplitude,
        phase,
        modes,
    )


def _traces(operator: sp.csr_array, modes: np.ndarray) -> np.ndarray:
    """Tr(O R_k) of flattened modes, shape (K, n^2)."""
    entries = sp.coo_array(operator)
    n = len(operator.indptr) - 1
    return modes[:, entries.col * n + entries.row] @ entries.data
