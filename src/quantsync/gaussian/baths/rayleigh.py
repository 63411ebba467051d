r"""Rayleigh's criterion: synchronization from a gap between the damping rates of normal modes.

Locally in time, x'' + G x' + A x = 0 (Eq. (6) of Benedetti et al., Phys. Rev. A 94, 052118 (2016));
G is the damping and A the stiffness matrix (the text of the paper swaps the names once). In the
normal modes of A the off-diagonal elements of G are neglected.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from quantsync.checks import (
    SQUARABLE,
    choice,
    named_arguments,
    real_array,
    real_number,
    require_finite,
    shown,
    symmetric_matrix,
)
from quantsync.errors import InvalidArgumentError
from quantsync.gaussian.baths.semi_infinite import SemiInfiniteChain
from quantsync.gaussian.networks.probe_pair import probe_stiffness


@dataclass(frozen=True)
class RayleighCriterion:
    """Damping of the normal modes in Rayleigh's approximation.

    Attributes
    ----------
    frequencies : ndarray of shape (P,)
        Normal mode frequencies of the stiffness matrix, increasing.
    damping : ndarray of shape (P, P)
        G' = M^T G M, the damping matrix in the basis of the normal modes.
    gap : float
        Difference of the two smallest rates G'_ss: 0 without a gap, and then no synchronization.
    synchronization_time : float
        tau_S = 1/max G'_ss, Eq. (7): the decay time of the most damped mode. Infinite without
        damping.
    neglected : float
        Largest |G'_st|/|Omega_s - Omega_t|, s != t: the off-diagonal elements can be neglected
        where it is well below 1. Zero if A and G commute.
    """

    frequencies: np.ndarray
    damping: np.ndarray
    gap: float
    synchronization_time: float
    neglected: float

    @property
    def rates(self) -> np.ndarray:
        """Damping rates G'_ss of the modes, shape (P,)."""
        return np.diagonal(self.damping).copy()


@named_arguments
def rayleigh_criterion(stiffness: Any, damping: Any) -> RayleighCriterion:
    """Damping rates of normal modes, their gap, and the time of synchronization.

    Parameters
    ----------
    stiffness, damping : array_like of shape (P, P)
        A and G, symmetric; A positive.

    Returns
    -------
    RayleighCriterion

    Raises
    ------
    DimensionError
        If the matrices are not square of one size, at least 2.
    InvalidArgumentError
        If one is not symmetric or A is not positive.
    NonFiniteError
        If an entry is NaN or infinite.

    Examples
    --------
    >>> import quantsync as qs
    >>> stiffness = qs.gaussian.probe_stiffness(1, 1.1, 0.5)
    >>> damping = qs.gaussian.ohmic_damping(1.2, [0.2, 0.2])
    >>> criterion = qs.gaussian.rayleigh_criterion(stiffness, damping)
    >>> print(criterion.rates.round(6), round(criterion.synchronization_time, 3))
    [0.060209 0.00065 ] 16.609
    """
    a = symmetric_matrix(stiffness, "stiffness", at_least=2)
    g = symmetric_matrix(damping, "damping", size=len(a))
    squares, modes = np.linalg.eigh(a)
    if squares[0] <= 0:
        raise InvalidArgumentError(
            f"Argument `stiffness` must be positive, but has the eigenvalue {squares[0]:.6g}."
        )
    frequencies = np.sqrt(squares)
    in_modes = modes.T @ g @ modes
    rates = np.sort(np.diagonal(in_modes))
    fastest = float(np.abs(rates).max())
    apart = np.abs(frequencies[:, None] - frequencies)
    off = np.abs(in_modes - np.diag(np.diagonal(in_modes)))
    # Rounding of modes that are not coupled is no coupling, however close they lie.
    off = np.where(off > 1e-14 * fastest, off, 0.0)
    ratio = np.where(off > 0, off / np.where(apart > 0, apart, 1.0), 0.0)
    ratio = np.where((off > 0) & (apart == 0), math.inf, ratio)
    return RayleighCriterion(
        frequencies,
        in_modes,
        float(rates[1] - rates[0]),
        1 / fastest if fastest > 0 else math.inf,
        float(ratio.max()),
    )


@named_arguments
def ohmic_damping(chain_coupling: float, strengths: Any) -> np.ndarray:
    """Damping matrix of probes at the end of a long soft chain, K_a K_b/g^(3/2).

    The limit of J_ab(omega)/omega for Omega_0 = 0 and low frequencies, in which Eq. (9) holds.

    Parameters
    ----------
    chain_coupling : float
        g > 0.
    strengths : array_like of shape (P,)
        K of each probe; a minus sign makes it repulsive.

    Returns
    -------
    ndarray of shape (P, P)

    Raises
    ------
    InvalidArgumentError
        If g is not positive.
    NonFiniteError
        If a strength is NaN or infinite.

    Examples
    --------
    >>> import quantsync as qs
    >>> print(qs.gaussian.ohmic_damping(1.0, [0.5, -0.5]))
    [[ 0.25 -0.25]
     [-0.25  0.25]]
    """
    g = real_number(chain_coupling, "chain_coupling", at_least=1 / SQUARABLE, at_most=SQUARABLE)
    K = np.atleast_1d(real_array(strengths, "strengths", at_least=-SQUARABLE, at_most=SQUARABLE))
    with np.errstate(over="ignore"):
        damping = (K[:, None] / g**0.75) * (K / g**0.75)
    require_finite("The damping K_a K_b/g^(3/2)", damping, "Take units in which it is a number.")
    return damping


@named_arguments
def damping_ratio(
    omega_1: float = 1.0,
    omega_2: float = 1.1,
    coupling: float = 0.5,
    probe_coupling: float = 0.2,
    chain_frequency: float = 0.4,
    chain_coupling: float = 1.2,
    *,
    form: Literal["golden_rule", "poles"] = "poles",
) -> float:
    r"""Ratio of the damping rates of the two modes of probes at the end of a long chain.

    Parameters
    ----------
    omega_1, omega_2, coupling, probe_coupling, chain_frequency, chain_coupling : float
        omega_1, omega_2, lambda, K, Omega_0, g; defaults are those of Fig. 1 of Benedetti et al.
        (2016).
    form : {"poles", "golden_rule"}
        "poles": from the exact resonances. "golden_rule": from the spectral density at the two
        frequencies, (1 + sin 2 theta)/(1 - sin 2 theta), the ratio for constant damping, times
        (sin k_1/Omega_1)/(sin k_2/Omega_2), which is cos(k_1/2)/cos(k_2/2) for Omega_0 = 0 and
        1 only for Omega_0 = 0 and k -> 0.

    Returns
    -------
    float
        G_11/G_22 > 1 for lambda > 0, modes ordered by frequency.

    Raises
    ------
    InvalidArgumentError
        If the probes are unstable, ``form`` is unknown, the second mode is not damped, or the
        exact dynamics has no two resonances (strong coupling).

    Examples
    --------
    >>> import quantsync as qs
    >>> ratio = qs.gaussian.damping_ratio
    >>> round(ratio(form="golden_rule"), 2), round(ratio(), 2)
    (103.86, 110.11)
    """
    choice(form, "form", ("golden_rule", "poles"))
    chain = SemiInfiniteChain(chain_frequency, chain_coupling)
    system = probe_stiffness(omega_1, omega_2, coupling), [1, 1], probe_coupling
    golden = form == "golden_rule"
    try:
        with np.errstate(divide="raise", over="raise", invalid="raise"):
            rates = chain.golden_rule_damping(*system) if golden else chain.modes(*system).damping
    except FloatingPointError:
        raise InvalidArgumentError(
            f"Frequencies and couplings of such different size, {shown(tuple(system))}, have no "
            "rates in double precision."
        ) from None
    if rates.size != 2:
        raise InvalidArgumentError(
            f"There are {rates.size} resonances instead of 2 at `probe_coupling` = "
            f"{probe_coupling!r}: a ratio of two rates needs a weaker one."
        )
    if rates[1] <= 1e-13 * abs(rates[0]):  # rounding
        raise InvalidArgumentError("The second mode is not damped at all: the ratio is infinite.")
    return float(rates[0] / rates[1])
