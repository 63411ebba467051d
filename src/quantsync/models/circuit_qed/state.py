"""The circuit of two `CircuitUnit`s: its equations, its long-time state, its two qubits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import scipy.sparse as sp

from quantsync.errors import InvalidArgumentError
from quantsync.lindblad.lindbladian import Lindbladian
from quantsync.lindblad.quasi_periodic.balance import HarmonicBalance
from quantsync.measures.spherical_tensors import phase_response
from quantsync.models.circuit_qed.transmon import (
    RADIANS,
    CircuitUnit,
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


def circuit_parts(a: CircuitUnit, b: CircuitUnit) -> tuple[Lindbladian, list[tuple[float, Any]]]:
    """The static part of the circuit and what turns: drive and coupling, each of 1 MHz.

    Parameters
    ----------
    a, b : CircuitUnit

    Returns
    -------
    lindbladian : Lindbladian
        On a space of the sites "A", "A resonator", "B" and "B resonator", in rad/us.
    perturbations : list of (frequency, operator)
        For `quantsync.quasi_periodic_steady_state`.
    """
    sites = {}
    for letter, unit in (("A", a), ("B", b)):
        sites[letter] = Fock(unit.transmon_levels)
        sites[f"{letter} resonator"] = Fock(unit.resonator_levels)
    space = Space(**sites)
    energy, dissipators = sp.csr_array((space.dimension,) * 2, dtype=complex), []
    before, after = a.space.identity, b.space.identity
    for unit, place in ((a, lambda o: sp.kron(o, after)), (b, lambda o: sp.kron(before, o))):
        own, losses = unit.parts()
        energy = energy + place(own)
        dissipators += [(rate, place(jump)) for rate, jump in losses]
    lower_a, lower_b = space["A"].destroy, space["B"].destroy
    perturbations = [
        _turning(a.turning, space["A"].create),
        _turning(b.turning - a.turning, lower_a @ lower_b.conj().T),
    ]
    return Lindbladian(space, [(1.0, energy)], dissipators), perturbations


def _turning(frequency: float, operator: Any) -> tuple[float, Any]:
    """A perturbation of 1 MHz at a frequency > 0.

    Transmons whose pumps have one frequency see their coupling stand still. It then turns once in
    twelve days: the units stay uncoupled in the static part, and `SLOWEST` averages over nothing.
    """
    if abs(frequency) < STILL:
        frequency = STILL
    if frequency < 0:
        frequency, operator = -frequency, operator.conj().T
    return RADIANS * frequency, RADIANS * operator


@lru_cache(maxsize=8)
def balance_of(a: CircuitUnit, b: CircuitUnit) -> HarmonicBalance:
    """The circuit prepared for any drive and coupling, kept for the next call."""
    return HarmonicBalance(*circuit_parts(a, b))


@lru_cache(maxsize=64)
def fit_of(unit: CircuitUnit) -> RelaxationFit:
    """`relaxation_fit`, kept for the next call."""
    return relaxation_fit(replace(unit, dephasing=0.0))


@lru_cache(maxsize=4096)
def solved(a: CircuitUnit, b: CircuitUnit, coupling: float, drive: float) -> CircuitState:
    """The state for a drive and a coupling in MHz, kept for the next call."""
    balance = balance_of(a, b)
    state = balance.solve([drive, coupling])
    space = state.space
    frame = RADIANS * (a.turning * space["A"].number + b.turning * space["B"].number)
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
    """The two qubits' part of a circuit's state, normalised, and its weight.

    Parameters
    ----------
    rho : ndarray of shape (n, n)
    space : Space
        That of `circuit_parts`.

    Returns
    -------
    qubits : ndarray of shape (4, 4)
        In the basis ee, eg, ge, gg.
    trace : float
    """
    dimensions = space.dimensions
    reduced = np.einsum("arbscrds->abcd", rho.reshape(dimensions * 2))
    picked = reduced[np.ix_([1, 0], [1, 0], [1, 0], [1, 0])].reshape(4, 4)
    trace = float(np.trace(picked).real)
    if not trace > 0:
        raise InvalidArgumentError("The state has no weight on the qubits' levels.")
    qubits = picked / trace
    return (qubits + qubits.conj().T) / 2, trace
