"""The circuit of two `PumpedTransmon`s: its equations, its long-time state, its two qubits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
import scipy.sparse as sp

from quantsync.errors import InvalidArgumentError
from quantsync.lindblad.lindbladian import Lindbladian
from quantsync.lindblad.quasi_periodic.balance import HarmonicBalance
from quantsync.lindblad.steady import steady_state
from quantsync.measures.spherical_tensors import phase_response
from quantsync.models.circuit_qed.transmon import (
    RADIANS,
    PumpedTransmon,
    RelaxationFit,
    relaxation_fit,
)
from quantsync.operators import Fock, Space, Spin

QUBITS = Space(A=Spin(1 / 2), B=Spin(1 / 2))
STILL = 1e-12  # MHz; pumps closer than this have one frequency
SLOWEST = 1e-9  # MHz, a period of 17 minutes: what turns slower than this is averaged as static


@dataclass(frozen=True)
class CircuitState:
    """The driven or undriven circuit after a long time.

    Attributes
    ----------
    qubits : ndarray of shape (4, 4)
        State of the two qubits, {e, g} of A and B, in the frame of the drive, averaged over all
        times; resonators traced out, restricted to the qubits' levels, normalised. In the basis of
        spins 1/2, |e> up.
    trace : float
        Weight of the qubits' levels before normalisation.
    responses : ndarray of shape (2,), complex
        <S+> of A and B in ``qubits``.
    residual : float
        Certificate of the harmonic balance, in rad/us.
    error_estimate : float
        About how far the state is from the exact one.
    harmonics : int
        Number of harmonics that were needed.
    """

    qubits: np.ndarray
    trace: float
    responses: np.ndarray
    residual: float
    error_estimate: float
    harmonics: int
    space: ClassVar[Space] = QUBITS

    @property
    def rho(self) -> np.ndarray:
        """The state of the two qubits, which measures take."""
        return self.qubits


def circuit_parts(
    a: PumpedTransmon, b: PumpedTransmon
) -> tuple[Lindbladian, list[tuple[float, Any]]]:
    """The static part of the circuit, in rad/us, and what turns: drive and coupling of 1 MHz."""
    sites = {}
    for letter, transmon in (("A", a), ("B", b)):
        sites[letter] = Fock(transmon.transmon_levels)
        sites[f"{letter} resonator"] = Fock(transmon.resonator_levels)
    space = Space(**sites)
    energy, dissipators = sp.csr_array((space.dimension,) * 2, dtype=complex), []
    before, after = a.space.identity, b.space.identity
    for transmon, place in ((a, lambda o: sp.kron(o, after)), (b, lambda o: sp.kron(before, o))):
        own, losses = transmon.parts()
        energy = energy + place(own)
        dissipators += [(rate, place(jump)) for rate, jump in losses]
    lower_a, lower_b = space["A"].destroy, space["B"].destroy
    perturbations = [
        _rotating(a.beat_frequency, space["A"].create),
        _rotating(b.beat_frequency - a.beat_frequency, lower_a @ lower_b.conj().T),
    ]
    return Lindbladian(space, [(1.0, energy)], dissipators), perturbations


def _rotating(frequency: float, operator: Any) -> tuple[float, Any]:
    """A perturbation of 1 MHz at a frequency > 0."""
    # Transmons whose pumps have one frequency see their coupling stand still. It then turns once in
    # twelve days: they stay uncoupled in the static part, and `SLOWEST` averages over nothing.
    if abs(frequency) < STILL:
        frequency = STILL
    if frequency < 0:
        frequency, operator = -frequency, operator.conj().T
    return RADIANS * frequency, RADIANS * operator


@lru_cache(maxsize=8)
def balance_of(a: PumpedTransmon, b: PumpedTransmon) -> HarmonicBalance:
    """The circuit prepared for any drive and coupling, kept for the next call."""
    return HarmonicBalance(*circuit_parts(a, b))


@lru_cache(maxsize=64)
def fit_of(transmon: PumpedTransmon) -> RelaxationFit:
    """`relaxation_fit`, kept for the next call."""
    return relaxation_fit(replace(transmon, dephasing=0.0))


@lru_cache(maxsize=256)
def truncation_of(transmon: PumpedTransmon) -> float:
    """The truncation of a transmon by itself, kept for the next call."""
    cut = steady_state(transmon.lindbladian(), truncation="ignore", errors="mask").truncation
    return float(cut.estimate)


@lru_cache(maxsize=4096)
def solved(a: PumpedTransmon, b: PumpedTransmon, coupling: float, drive: float) -> CircuitState:
    """The state for a drive and a coupling in MHz, kept for the next call."""
    balance = balance_of(a, b)
    state = balance.solve([drive, coupling])
    space = state.space
    frame = RADIANS * (a.beat_frequency * space["A"].number + b.beat_frequency * space["B"].number)
    qubits, trace = demodulated_qubits(state.average(frame, resolution=RADIANS * SLOWEST), space)
    return CircuitState(
        qubits=qubits,
        trace=trace,
        responses=np.array([phase_response(qubits, QUBITS, site) for site in "AB"]),
        residual=state.residual,
        error_estimate=state.error_estimate,
        harmonics=len(state.harmonics),
    )


def demodulated_qubits(rho: np.ndarray, space: Space) -> tuple[np.ndarray, float]:
    """The two qubits' part of a circuit's state, (4, 4) for ee, eg, ge, gg, and its weight."""
    dimensions = space.dimensions
    reduced = np.einsum("arbscrds->abcd", rho.reshape(dimensions * 2))
    picked = reduced[np.ix_([1, 0], [1, 0], [1, 0], [1, 0])].reshape(4, 4)
    trace = float(np.trace(picked).real)
    if not trace > 0:
        raise InvalidArgumentError("The state has no weight on the qubits' levels.")
    qubits = picked / trace
    return (qubits + qubits.conj().T) / 2, trace
