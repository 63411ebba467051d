r"""The semi-infinite harmonic chain as a bath: waves, spectral density, bound states, resonances.

H = sum_j (P_j^2 + Omega_0^2 X_j^2)/2 + g (X_j - X_j+1)^2/2, j = 1, 2, ..., with X_0 = 0 (hbar =
mass = 1). Waves have omega(k)^2 = Omega_0^2 + 4 g sin^2(k/2). Below the first reflection a finite
chain acts as this one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from quantsync.checks import (
    flag,
    named_arguments,
    real_array,
    real_number,
    symmetric_matrix,
    whole_number,
)
from quantsync.errors import InvalidArgumentError, UnstableNetworkError
from quantsync.gaussian.baths._bound_states import ChainModes, solve_chain_modes
from quantsync.gaussian.baths.chain_bath import chain_numbers, probes_on_chain
from quantsync.gaussian.networks._probes import critical_factor, require_stable_probes


@dataclass(frozen=True)
class SemiInfiniteChain:
    """A semi-infinite chain with a fixed end, as a bath of probes.

    Methods take P probes by their ``stiffness`` matrix of shape (P, P), the sites ``nodes`` (P,) to
    which they are coupled, counted from 1, and the ``strengths`` K of these couplings, a number or
    (P,). Numbers that are not finite or do not fit raise `InvalidArgumentError` or its kinds,
    probes that are unstable by themselves `UnstableNetworkError`.

    Parameters
    ----------
    chain_frequency : float
        Omega_0 >= 0.
    chain_coupling : float
        g > 0, in the unit of frequency squared.

    Examples
    --------
    The chain of Benedetti et al., Phys. Rev. A 94, 052118 (2016), and the bound state of Fig. 2.

    >>> import quantsync as qs
    >>> chain = qs.gaussian.SemiInfiniteChain(0.4, 1.2)
    >>> round(chain.largest_velocity, 10)
    0.9135528726
    >>> modes = chain.modes(qs.gaussian.probe_stiffness(1.0, 1.1, 0.0), [1, 1], 0.8)
    >>> print(modes.bound.round(10))
    [0.37921201]
    """

    chain_frequency: float
    chain_coupling: float

    def __post_init__(self) -> None:
        own, g = chain_numbers(self.chain_frequency, self.chain_coupling)
        vars(self).update(chain_frequency=own, chain_coupling=g)

    @property
    def band(self) -> tuple[float, float]:
        """The lowest and the highest frequency of waves."""
        low = self.chain_frequency
        return low, math.sqrt(low**2 + 4 * self.chain_coupling)

    @property
    def largest_velocity(self) -> float:
        """The largest group velocity, in sites per time: half the width of the band."""
        low, high = self.band
        return (high - low) / 2

    @property
    def fastest_wave_number(self) -> float:
        """Where the group velocity is largest: at the geometric mean of the band's edges."""
        low, high = self.band
        return float(self.wave_number(math.sqrt(low * high)))

    def frequency(self, wave_number: Any) -> np.ndarray:
        """Frequency omega(k) of waves; k in radians per site."""
        k = real_array(wave_number, "wave_number")
        return np.sqrt(self.chain_frequency**2 + 4 * self.chain_coupling * np.sin(k / 2) ** 2)

    def wave_number(self, frequency: Any) -> np.ndarray:
        """Wave number k between 0 and pi at which waves have a frequency.

        Raises
        ------
        InvalidArgumentError
            If a frequency lies outside the band.
        """
        w = real_array(frequency, "frequency")
        low, high = self.band
        square = (w - low) * (w + low) / (4 * self.chain_coupling)
        slack = 8 * np.finfo(float).eps
        bad = (w < 0) | (square < -slack) | (square > 1 + slack)
        if bad.any():
            raise InvalidArgumentError(
                f"Argument `frequency` must lie in the band from {low:.6g} to {high:.6g}, but is "
                f"{w[bad].ravel()[0]:.6g}."
            )
        return 2 * np.arcsin(np.sqrt(np.clip(square, 0, 1)))

    def group_velocity(self, wave_number: Any) -> np.ndarray:
        """Group velocity d omega/dk = g sin(k)/omega(k), in sites per time."""
        k = real_array(wave_number, "wave_number")
        if self.chain_frequency == 0:  # g sin(k)/omega, also at k = 0
            return np.sqrt(self.chain_coupling) * np.cos(k / 2) * np.where(np.sin(k / 2) < 0, -1, 1)
        return self.chain_coupling * np.sin(k) / self.frequency(k)

    def spectral_density(self, frequency: Any, nodes: Any, strengths: Any) -> np.ndarray:
        r"""Spectral density of probes on the chain, shape (*frequency.shape, P, P).

        J_ab(omega) = pi/2 sum_j c_aj c_bj/Omega_j delta(omega - Omega_j), for the infinite chain
        K_a K_b sin(k m_a) sin(k m_b)/(g sin k); zero outside the band. The kernel of the Langevin
        equation is 2/pi int J(omega)/omega cos(omega t) d omega.
        """
        nodes, strengths = probes_on_chain(nodes, strengths)
        w = real_array(frequency, "frequency")
        low, high = self.band
        inside = (w > low) & (w < high)
        k = self.wave_number(np.where(inside, w, (low + high) / 2))
        waves = np.sin(k[..., None] * nodes) * strengths
        values = waves[..., :, None] * waves[..., None, :]
        values /= (self.chain_coupling * np.sin(k))[..., None, None]
        return np.where(inside[..., None, None], values, 0.0)

    def golden_rule_damping(self, stiffness: Any, nodes: Any, strengths: Any) -> np.ndarray:
        r"""Damping rates of the probes' normal modes in weak coupling, G_ss = J_ss(O_s)/O_s.

        The real part of the Laplace transform of gamma_s at the mode's own frequency; shape (P,),
        ordered by frequency; zero for modes outside the band. Energies decay at these rates,
        amplitudes at half of them.
        """
        matrix, nodes, strengths = _system(stiffness, nodes, strengths)
        require_stable_probes(matrix)
        squares, modes = np.linalg.eigh(matrix)
        frequencies = np.sqrt(squares)
        density = self.spectral_density(frequencies, nodes, strengths)
        return np.einsum("as,sab,bs->s", modes, density, modes) / frequencies

    def largest_stable_factor(self, stiffness: Any, nodes: Any, strengths: Any) -> float:
        """The factor by which the strengths can grow before H loses positivity: K_max/K."""
        require_stable_probes(_system(stiffness, nodes, strengths)[0])
        return self._factor_at(0.0, stiffness, nodes, strengths, 1.0)

    def bound_state_threshold(
        self, stiffness: Any, nodes: Any, strengths: Any, *, above: bool = False
    ) -> float:
        """The factor by which the strengths must grow for a bound state to appear: K_c/K.

        Below the band, or above it. Zero if a mode of the probes lies there already, infinite if no
        coupling brings one.
        """
        edge = self.band[int(flag(above, "above"))]
        return self._factor_at(edge**2, stiffness, nodes, strengths, -1.0 if above else 1.0)

    def modes(self, stiffness: Any, nodes: Any, strengths: Any) -> ChainModes:
        """Bound states and resonances, exact for any coupling.

        Sites between the end and the probes make resonances of their own.

        Raises
        ------
        UnstableNetworkError
            If the whole is unstable; the message gives the largest stable coupling.
        """
        matrix, nodes, strengths = _system(stiffness, nodes, strengths)
        largest = self.largest_stable_factor(matrix, nodes, strengths)
        if largest <= 1:
            limit = largest * strengths
            raise UnstableNetworkError(
                f"Argument `strengths` = {strengths.tolist()} makes the Hamiltonian unbounded from "
                f"below: the largest stable coupling is K_max = {limit.tolist()}.",
                largest_coupling=largest * float(np.abs(strengths).max()),
            )
        middle = self.chain_frequency**2 + 2 * self.chain_coupling
        return solve_chain_modes(middle, self.chain_coupling, matrix, nodes, strengths)

    def _factor_at(
        self, energy: float, stiffness: Any, nodes: Any, strengths: Any, sign: float
    ) -> float:
        """Where V - energy - f^2 (response of the chain) becomes singular outside the band."""
        matrix, nodes, strengths = _system(stiffness, nodes, strengths)
        probes = sign * (matrix - energy * np.eye(len(matrix)))
        lowest = float(np.linalg.eigvalsh(probes)[0])
        if lowest <= 0:
            return 0.0
        small = np.minimum(nodes[:, None], nodes)
        large = np.maximum(nodes[:, None], nodes)
        if sign > 0:
            # X ~ sinh(kappa m): responses e^(-kappa M) sinh(kappa m)/(g sinh(kappa)).
            gap = (self.chain_frequency**2 - energy) / (4 * self.chain_coupling)
            kappa = 2 * math.asinh(math.sqrt(max(gap, 0.0)))
            growth = np.exp(-kappa * (large - small)) * -np.expm1(-2 * kappa * small) / 2
            growth = growth / math.sinh(kappa) if kappa else small
        else:
            growth = small * (-1.0) ** (small + large)
        response = strengths[:, None] * growth * strengths / self.chain_coupling
        return critical_factor(response, probes)


@named_arguments
def revival_time(sites: int, velocity: float) -> float:
    """When the first signal returns from the far end of a chain, 2 M/v.

    Parameters
    ----------
    sites : int
        M.
    velocity : float
        Largest group velocity, in sites per time: `SemiInfiniteChain.largest_velocity`.

    Raises
    ------
    InvalidArgumentError, NonFiniteError
        If an argument is not positive or not finite.

    Examples
    --------
    >>> import quantsync as qs
    >>> velocity = qs.gaussian.SemiInfiniteChain(0.4, 1.2).largest_velocity
    >>> round(qs.gaussian.revival_time(300, velocity), 3)
    656.776
    """
    return 2 * whole_number(sites, "sites") / real_number(velocity, "velocity", above=0)


@named_arguments
def crosstalk_time(site_1: int, site_2: int, velocity: float) -> float:
    """When the first signal of one node reaches the other, |site_1 - site_2|/v.

    Between the ends of a long chain half the revival time; arguments and errors as there.

    Examples
    --------
    >>> import quantsync as qs
    >>> velocity = qs.gaussian.SemiInfiniteChain(0.4, 1.2).largest_velocity
    >>> round(qs.gaussian.crosstalk_time(1, 300, velocity), 3)
    327.294
    """
    distance = abs(whole_number(site_2, "site_2") - whole_number(site_1, "site_1"))
    return distance / real_number(velocity, "velocity", above=0)


def _system(
    stiffness: Any, nodes: Any, strengths: Any
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    nodes, strengths = probes_on_chain(nodes, strengths)
    return symmetric_matrix(stiffness, "stiffness", size=nodes.size), nodes, strengths
