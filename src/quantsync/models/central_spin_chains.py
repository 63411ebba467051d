"""The exact model behind the pseudo-bosons: a central spin and two collective spins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import lgamma
from typing import Any, Literal, NamedTuple

import numpy as np

from quantsync.checks import choice, real_array, real_number, shown, times_array, whole_number
from quantsync.errors import DimensionError, OutOfMemoryError
from quantsync.lindblad.lindbladian import Lindbladian
from quantsync.memory import require_memory
from quantsync.models._collective_spins import CHAINS, hamiltonian_terms, spin_coherent
from quantsync.models._parameters import rate_parameters
from quantsync.models.pseudo_boson_pair.model import pseudo_boson_pair
from quantsync.operators import Fock, Space, Spin
from quantsync.semigroups import require_phases

LARGEST = 3000  # dimension up to which a Hamiltonian is diagonalised as a dense matrix
LEVELS = 12  # of a boson; with |beta|^2 < 1 the others have a weight below 1e-9
TIMES_AT_ONCE = 256
START = (0.5, 0.0, 0.0, 0.0)  # q1, p1, q2, p2


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
    InvalidArgumentError, NonFiniteError
        If another parameter is not a finite real number, or the damping negative.

    Examples
    --------
    >>> import quantsync as qs
    >>> system = qs.models.central_spin_chains(spins_1=3, spins_2=2)
    >>> system.space
    Space(central=Spin(1/2), A=Spin(3/2), B=Spin(1))
    """
    counts = [
        whole_number(count, f"Parameter `spins_{j}`")
        for j, count in enumerate((spins_1, spins_2), 1)
    ]
    space, lowering, z = _spins(counts)
    terms = hamiltonian_terms(
        space,
        lowering,
        z,
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
    spins: Sequence[int],
    times: Any,
    *,
    start: Any = START,
    sigma_z: float = -0.1,
    representation: Literal["spins", "holstein_primakoff"] = "spins",
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
    representation : {"spins", "holstein_primakoff"}, optional
        The collective spins themselves; or bosons with the Holstein-Primakoff square root expanded
        to first order: ``J_+ = sqrt(N) b^dag (1 - n/2N)``, ``J_z = n - N/2``.
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
    choice(representation, "representation", ("spins", "holstein_primakoff"))
    counts = _chain_sizes(spins)
    bosons = None if representation == "spins" else [(2 * N, N / 2) for N in counts]
    return followed(counts, bosons, times, parameters, start, sigma_z, levels)


def followed(
    counts: list[int],
    bosons: Sequence[tuple[float, float]] | None,
    times: Any,
    parameters: dict[str, Any],
    start: Any = START,
    sigma_z: float = -0.1,
    levels: int = LEVELS,
) -> ChainsPath:
    """The spins, or for pairs (a, c) bosons with J_+ = sqrt(N) b^dag (1 - n/a), J_z = n - c."""
    quadratures = real_array(start, "start")
    if quadratures.shape != (4,):
        raise DimensionError(
            f"Argument `start` must have shape (4,), q1, p1, q2, p2, but has {quadratures.shape}."
        )
    beta = (quadratures[::2] + 1j * quadratures[1::2]) / np.sqrt(2)
    sigma_z = real_number(sigma_z, "sigma_z", at_least=-1, at_most=1)
    times = times_array(np.atleast_1d(real_array(times, "times")))
    if bosons is None:
        space, lowering, z = _spins(counts)
        number = [z[j] + N / 2 * space.identity for j, N in enumerate(counts)]
        states = [spin_coherent(N, b) for N, b in zip(counts, beta, strict=True)]
    else:
        levels = whole_number(levels, "levels", at_least=2, at_most=LARGEST)
        space = Space(central=Spin(1 / 2), A=Fock(levels), B=Fock(levels))
        one, number = space.identity, [space[c].number for c in CHAINS]
        roots = [one - n / a for n, (a, _) in zip(number, bosons, strict=True)]
        lowering = [root @ space[c].destroy for root, c in zip(roots, CHAINS, strict=True)]
        z = [n - c * one for n, (_, c) in zip(number, bosons, strict=True)]
        states = [_coherent(levels, b) for b in beta]
    if space.dimension > LARGEST:
        raise OutOfMemoryError(
            f"The space has {space.dimension} dimensions; take chains or levels with at most "
            f"{LARGEST}."
        )
    require_memory(16.0 * 3 * space.dimension**2, f"The energies of {space.dimension} levels")
    terms = hamiltonian_terms(space, lowering, z, counts, **parameters)
    H: Any = sum(float(coefficient) * operator for coefficient, operator in terms)
    energies, modes = np.linalg.eigh(H.toarray().real)  # sigma . J is real in this basis
    require_phases(energies.max() - energies.min(), times)
    quanta, amplitude = np.zeros((len(times), 2)), np.zeros((len(times), 2), dtype=complex)
    central = np.zeros(len(times))
    signs = np.repeat([1.0, -1.0], space.dimension // 2)  # the central spin is the first site
    for up in (True, False):
        weight = (1 + sigma_z if up else 1 - sigma_z) / 2
        inside = modes.conj().T @ np.kron([up, not up], np.kron(*states))
        for low in range(0, len(times), TIMES_AT_ONCE):
            now = slice(low, low + TIMES_AT_ONCE)
            path = modes @ (np.exp(-1j * np.outer(energies, times[now])) * inside[:, None])
            probability = np.abs(path) ** 2
            central[now] += weight * (signs @ probability)
            for j in range(2):
                quanta[now, j] += weight * (number[j].diagonal().real @ probability)
                amplitude[now, j] += weight * (path.conj() * (lowering[j] @ path)).sum(axis=0)
    return ChainsPath(times, quanta, amplitude, central)


class HolsteinPrimakoffErrors(NamedTuple):
    """Root mean square errors of n_1(t), against the exact spins.

    Attributes
    ----------
    correct : float
        Of bosons by Holstein and Primakoff's transformation, to first order in 1/N.
    mean_field : float
        Of the mean field of `pseudo_boson_pair`, |beta_1|^2 ("corrected", no damping, frozen
        <sigma_z>).
    """

    correct: float
    mean_field: float


def holstein_primakoff_errors(
    spins: int,
    times: Any = None,
    *,
    start: Any = START,
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
    The transformation is good for five spins already; the frozen central spin is not.

    >>> from quantsync.models import holstein_primakoff_errors
    >>> print(*(f"{error:.4f}" for error in holstein_primakoff_errors(5)))
    0.0028 0.0726
    """
    times = np.linspace(0, 60, 601) if times is None else times
    given: dict[str, Any] = {"start": start, "sigma_z": sigma_z, **parameters}
    exact = follow_chains((spins, spins), times, **given)
    bosons = follow_chains(
        (spins, spins), times, representation="holstein_primakoff", levels=levels, **given
    )
    quadratures = dict(zip(("q1", "p1", "q2", "p2"), start, strict=True))
    shared = {k: v for k, v in parameters.items() if k != "central_frequency"}
    off = {"linear_damping": 0, "nonlinear_damping": 0}
    pair = pseudo_boson_pair(
        "corrected", spins, spins, sigma_z=sigma_z, **off, **quadratures, **shared
    )
    mean_field = pair.evolve(exact.times, None).occupation[:, 0]
    return HolsteinPrimakoffErrors(
        quanta_error(bosons.quanta[:, 0], exact), quanta_error(mean_field, exact)
    )


def quanta_error(n_1: np.ndarray, exact: ChainsPath) -> float:
    """Root mean square deviation of n_1(t) from that of the exact spins."""
    return float(np.sqrt(np.mean((n_1 - exact.quanta[:, 0]) ** 2)))


def _chain_sizes(spins: Sequence[int]) -> list[int]:
    if not hasattr(spins, "__len__") or len(spins) != 2:
        raise DimensionError(
            f"Argument `spins` must hold two numbers of spins, but is {shown(spins)}."
        )
    return [whole_number(count, "spins", at_most=LARGEST) for count in spins]


def _spins(counts: Sequence[int]) -> tuple[Space, list[Any], list[Any]]:
    """Space, J_j-/sqrt(N_j) and J_jz of the collective spins."""
    space = Space(central=Spin(1 / 2), A=Spin(counts[0] / 2), B=Spin(counts[1] / 2))
    lowering = [space[c].minus / np.sqrt(N) for c, N in zip(CHAINS, counts, strict=True)]
    return space, lowering, [space[c].z for c in CHAINS]


def _coherent(levels: int, beta: complex) -> np.ndarray:
    n = np.arange(levels)
    state = beta**n / np.exp([lgamma(k + 1) / 2 for k in n])
    return state / np.linalg.norm(state)
