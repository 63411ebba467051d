"""The exact model behind the pseudo-bosons: a central spin and two collective spins."""

from __future__ import annotations

from dataclasses import dataclass
from math import lgamma
from typing import Any, Literal, NamedTuple

import numpy as np

from quantsync.errors import DimensionError, InvalidArgumentError, OutOfMemoryError
from quantsync.lindblad.lindbladian import Lindbladian
from quantsync.models.collective_spins import (
    CHAINS,
    hamiltonian_terms,
    spin_coherent,
    whole_number,
)
from quantsync.models.parameters import rate_parameters
from quantsync.models.pseudo_boson_pair.model import pseudo_boson_pair
from quantsync.operators import Fock, Space, Spin

LARGEST = 3000  # dimension up to which a Hamiltonian is diagonalised as a dense matrix
LEVELS = 12  # of a boson; with |beta|^2 < 1 the others have a weight below 1e-9
TIMES_AT_ONCE = 256
Representation = Literal["spins", "holstein_primakoff", "printed"]


def central_spin_chains(
    spins_1: int = 5,
    spins_2: int = 5,
    coupling_1: Any = 1.5,
    coupling_2: Any = 2.4,
    frequency_1: Any = 1.0,
    frequency_2: Any = 0.8,
    weight: Any = 0.0,
    central_frequency: Any = 0.2,
    linear_damping: Any = 0.0,
) -> Lindbladian:
    r"""A central spin 1/2 and two collective spins J_j = N_j/2: Eqs. (1) to (3), without bosons.

    ``H = omega_0 sigma_z/2 + sum_j (g_j/sqrt(N_j)) sigma . J_j
    + omega_j (lambda^2 (J_j+ J_j-/N_j - 1/2) + (1 - lambda^2) J_jz/N_j)`` of Ghildiyal et al.,
    arXiv:2408.06126, in the subspace of symmetric chains, which H does not leave.

    Parameters
    ----------
    spins_1, spins_2 : int, default 5
        Numbers N_1, N_2 of spins in the chains.
    coupling_1, coupling_2 : float, default 1.5 and 2.4
        Couplings g_1, g_2 to the central spin (units of frequency_1).
    frequency_1, frequency_2 : float, default 1 and 0.8
        Frequencies omega_1, omega_2 of the chains' spins (units of frequency_1).
    weight : float, default 0
        Weight lambda of the coupling between the spins of a chain.
    central_frequency : float, default 0.2
        Frequency omega_0 of the central spin, which the paper does not state
        (units of frequency_1).
    linear_damping : float, default 0
        Rate of the dissipators D[J_j-/sqrt(N_j)], the counterpart of gamma_l; (1) to (3) have none
        (units of frequency_1).

    Returns
    -------
    Lindbladian
        Of the sites "central", "A" and "B"; parameters other than numbers of spins broadcast.

    Raises
    ------
    InvalidArgumentError
        If a number of spins is not a whole number from 1.
    InvalidCoefficientError, InvalidRateError, NonFiniteError
        If another parameter is not a finite real number, or the damping negative.

    Examples
    --------
    >>> import quantsync as qs
    >>> system = qs.models.central_spin_chains(spins_1=3, spins_2=2)
    >>> system.space
    Space(central=Spin(1/2), A=Spin(3/2), B=Spin(1))
    """
    counts = [whole_number("spins_1", spins_1), whole_number("spins_2", spins_2)]
    space = Space(central=Spin(1 / 2), A=Spin(counts[0] / 2), B=Spin(counts[1] / 2))
    lowering = [space[name].minus / np.sqrt(N) for name, N in zip(CHAINS, counts, strict=True)]
    terms = hamiltonian_terms(
        space,
        lowering,
        [space[name].z for name in CHAINS],
        counts,
        coupling_1=coupling_1,
        coupling_2=coupling_2,
        frequency_1=frequency_1,
        frequency_2=frequency_2,
        weight=weight,
        central_frequency=central_frequency,
    )
    (rate,) = rate_parameters(linear_damping=linear_damping)
    return Lindbladian(space, hamiltonian=terms, dissipators=[(rate, down) for down in lowering])


@dataclass(frozen=True, eq=False)
class ChainsPath:
    """Averages along a unitary run of the central spin and its chains.

    Attributes
    ----------
    times : ndarray of shape (T,)
    quanta : ndarray of shape (T, 2)
        ``n_j = <J_jz> + N_j/2``, the mean number of spins that are up.
    amplitude : ndarray of shape (T, 2), complex
        ``<J_j->/sqrt(N_j)``, which is <b_j> for few quanta.
    sigma_z : ndarray of shape (T,)
        <sigma_z> of the central spin.
    """

    times: np.ndarray
    quanta: np.ndarray
    amplitude: np.ndarray
    sigma_z: np.ndarray


def follow_chains(
    spins: tuple[int, int],
    times: Any,
    *,
    start: Any = (0.5, 0.0, 0.0, 0.0),
    sigma_z: float = -0.1,
    representation: Representation = "spins",
    levels: int = LEVELS,
    **parameters: Any,
) -> ChainsPath:
    r"""Follow the central spin and both chains from product states, without any dissipation.

    Parameters
    ----------
    spins : pair of int
        N_1 and N_2.
    times : array_like of shape (T,)
    start : array_like of shape (4,), default (0.5, 0, 0, 0)
        q1, p1, q2, p2 of ``<J_j->/sqrt(N_j) = (q_j + i p_j)/sqrt2``: spin-coherent states about
        all spins down, or coherent states of the bosons.
    sigma_z : float, default -0.1
        <sigma_z> at the start, in a mixture of up and down.
    representation : {"spins", "holstein_primakoff", "printed"}, optional
        The collective spins themselves; or bosons with the Holstein-Primakoff square root expanded
        to first order: correctly, ``J_+ = sqrt(N) b^dag (1 - n/2N)``, ``J_z = n - N/2``, or from
        (4) as printed, ``J_+ = sqrt(N) b^dag (1 - n/4N)``, ``J_z = n - N``, which are not su(2).
    levels : int, default 12
        Levels of each boson.
    **parameters
        Of `central_spin_chains`, but for the damping.

    Returns
    -------
    ChainsPath

    Raises
    ------
    InvalidArgumentError
        If an amplitude is larger than a chain can have, sqrt(N)/2, or <sigma_z> not between -1
        and 1, or there is no such representation.
    OutOfMemoryError
        If the space has more than 3000 dimensions.

    Examples
    --------
    >>> from quantsync.models import follow_chains
    >>> path = follow_chains((5, 5), [0.0, 10.0])
    >>> print(path.quanta.round(6) + 0.0)
    [[0.128292 0.      ]
     [0.097654 0.13577 ]]
    """
    counts = [whole_number("spins", count) for count in spins]
    quadratures = np.asarray(start, dtype=float)
    if quadratures.shape != (4,):
        raise DimensionError(
            f"Argument `start` must have shape (4,), q1, p1, q2, p2, but has {quadratures.shape}."
        )
    if not -1 <= sigma_z <= 1:
        raise InvalidArgumentError(f"Argument `sigma_z` must lie in [-1, 1], but is {sigma_z!r}.")
    beta = (quadratures[::2] + 1j * quadratures[1::2]) / np.sqrt(2)
    H, number, lowering, states = _written(representation, counts, beta, levels, parameters)
    energies, modes = np.linalg.eigh(H)
    times = np.atleast_1d(np.asarray(times, dtype=float))
    quanta, amplitude = np.zeros((len(times), 2)), np.zeros((len(times), 2), dtype=complex)
    z = np.zeros(len(times))
    half = H.shape[0] // 2
    signs = np.repeat([1.0, -1.0], half)  # the central spin is the first site
    for up in (True, False):
        weight = (1 + sigma_z if up else 1 - sigma_z) / 2
        psi = np.kron([up, not up], np.kron(*states))
        inside = modes.conj().T @ psi
        for low in range(0, len(times), TIMES_AT_ONCE):
            now = slice(low, low + TIMES_AT_ONCE)
            path = modes @ (np.exp(-1j * np.outer(energies, times[now])) * inside[:, None])
            probability = np.abs(path) ** 2
            z[now] += weight * (signs @ probability)
            for j in range(2):
                quanta[now, j] += weight * (number[j].diagonal().real @ probability)
                amplitude[now, j] += weight * (path.conj() * (lowering[j] @ path)).sum(axis=0)
    return ChainsPath(times, quanta, amplitude, z)


class HolsteinPrimakoffErrors(NamedTuple):
    """Root mean square errors of n_1(t), against the exact spins.

    Attributes
    ----------
    correct : float
        Of bosons by Holstein and Primakoff's transformation, to first order in 1/N.
    printed : float
        Of bosons by Eq. (4) as printed.
    mean_field : float
        Of the paper's mean field, |beta_1|^2 ("corrected", no damping, frozen <sigma_z>).
    """

    correct: float
    printed: float
    mean_field: float


def holstein_primakoff_errors(
    spins: int,
    times: Any = None,
    *,
    start: Any = (0.5, 0.0, 0.0, 0.0),
    sigma_z: float = -0.1,
    levels: int = LEVELS,
    **parameters: Any,
) -> HolsteinPrimakoffErrors:
    """How far the bosons, and then their mean field, are from two chains of N spins each.

    Parameters
    ----------
    spins : int
        N_1 = N_2.
    times : array_like of shape (T,), optional
        601 times up to 60 by default.
    start, sigma_z, levels, **parameters
        As for `follow_chains`.

    Returns
    -------
    HolsteinPrimakoffErrors

    Raises
    ------
    InvalidArgumentError, OutOfMemoryError
        As `follow_chains`.

    Examples
    --------
    The transformation is good for five spins already; its misprint and the frozen central spin are
    not.

    >>> from quantsync.models import holstein_primakoff_errors
    >>> print(*(f"{error:.4f}" for error in holstein_primakoff_errors(5)))
    0.0028 0.0521 0.0726
    """
    times = np.linspace(0, 60, 601) if times is None else np.asarray(times, dtype=float)
    given: dict[str, Any] = {"start": start, "sigma_z": sigma_z, **parameters}
    exact = follow_chains((spins, spins), times, **given).quanta[:, 0]

    def error(n_1: np.ndarray) -> float:
        return float(np.sqrt(np.mean((n_1 - exact) ** 2)))

    def of_bosons(name: Representation) -> float:
        path = follow_chains((spins, spins), times, representation=name, levels=levels, **given)
        return error(path.quanta[:, 0])

    quadratures = dict(zip(("q1", "p1", "q2", "p2"), start, strict=True))
    shared = {k: v for k, v in parameters.items() if k != "central_frequency"}
    pair = pseudo_boson_pair(
        "corrected",
        spins,
        spins,
        sigma_z=sigma_z,
        linear_damping=0,
        nonlinear_damping=0,
        **quadratures,
        **shared,
    )
    mean_field = pair.evolve(times, None).occupation[:, 0]
    correct, printed = of_bosons("holstein_primakoff"), of_bosons("printed")
    return HolsteinPrimakoffErrors(correct, printed, error(mean_field))


def _written(
    representation: str,
    counts: list[int],
    beta: np.ndarray,
    levels: int,
    parameters: dict[str, Any],
) -> tuple[np.ndarray, list[Any], list[Any], list[np.ndarray]]:
    """H, n_j, J_j-/sqrt(N_j) and the chains' starts in a representation."""
    if representation == "spins":
        space = Space(central=Spin(1 / 2), A=Spin(counts[0] / 2), B=Spin(counts[1] / 2))
        lowering = [space[c].minus / np.sqrt(N) for c, N in zip(CHAINS, counts, strict=True)]
        z = [space[c].z for c in CHAINS]
        number = [z[j] + N / 2 * space.identity for j, N in enumerate(counts)]
        states = [spin_coherent(N, b) for N, b in zip(counts, beta, strict=True)]
    elif representation in ("holstein_primakoff", "printed"):
        space = Space(central=Spin(1 / 2), A=Fock(levels), B=Fock(levels))
        part, middle = (4, 1) if representation == "printed" else (2, 1 / 2)
        one, number = space.identity, [space[c].number for c in CHAINS]
        lowering = [
            (one - number[j] / (part * N)) @ space[c].destroy
            for j, (c, N) in enumerate(zip(CHAINS, counts, strict=True))
        ]
        z = [number[j] - middle * N * one for j, N in enumerate(counts)]
        states = [_coherent(levels, b) for b in beta]
    else:
        raise InvalidArgumentError(
            "Argument `representation` must be 'spins', 'holstein_primakoff' or 'printed', but is "
            f"{representation!r}."
        )
    if space.dimension > LARGEST:
        raise OutOfMemoryError(
            f"The space has {space.dimension} dimensions; take chains or levels with at most "
            f"{LARGEST}."
        )
    terms = hamiltonian_terms(space, lowering, z, counts, **parameters)
    H: Any = sum(float(coefficient) * operator for coefficient, operator in terms)
    return H.toarray().real, number, lowering, states  # sigma . J is real in this basis


def _coherent(levels: int, beta: complex) -> np.ndarray:
    n = np.arange(levels)
    state = beta**n / np.exp([lgamma(k + 1) / 2 for k in n])
    return state / np.linalg.norm(state)
