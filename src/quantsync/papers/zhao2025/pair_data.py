"""Data on App. E of Zhao et al. (2025): two spins 1 that weak perturbations lock.

The paper prints no parameters for it; ours are PERTURBATION times a strength that is to vanish.
Energies and rates are in units of the rates of the unperturbed spins.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import xarray as xr

from quantsync.lindblad import (
    DegenerateBase,
    Lindbladian,
    degenerate_steady_state,
    perturbed_steady_states,
)
from quantsync.measures import relative_phase_distribution
from quantsync.models import spin_pair
from quantsync.operators import Space, Spin

FREE = {"gain_a": 1.0, "damping_a": 0.0, "gain_b": 0.0, "damping_b": 1.0}
"""The unperturbed rates: spin A is only pumped, spin B only damped."""
PERTURBATION = {
    "epsilon": 0.8,
    "detuning": 0.5,
    "gain_a": 0.0,
    "damping_a": 0.5,
    "gain_b": 0.6,
    "damping_b": 0.0,
}
"""The perturbation at strength 1."""
PAIR = Space(A=Spin(1), B=Spin(1))
COHERENCE = (4, 2)
"""Place of the zero mode |0,0><1,-1| of Eq. (E4)."""
SHOWN = (1e-3, 0.1, 0.5)


@lru_cache(maxsize=1)
def uncoupled_pair() -> DegenerateBase:
    """The two spins without perturbation, in the frame that turns at omega."""
    return DegenerateBase(spin_pair(epsilon=0.0, **FREE))


def pair_perturbation() -> Lindbladian:
    """Eq. (E2) at strength 1, in the frame that turns at the mean frequency."""
    return spin_pair(**PERTURBATION)


def free_spins(frequency: float = 1.0) -> Lindbladian:
    """Eq. (E1) in the frame at rest, in which coherences turn.

    Examples
    --------
    >>> import quantsync as qs
    >>> qs.DegenerateBase(free_spins()).zero_modes
    6
    """
    a, b = PAIR["A"], PAIR["B"]
    return Lindbladian(
        PAIR,
        hamiltonian=[(frequency, a.z + b.z)],
        dissipators=[(FREE["gain_a"] / 2, a.plus @ a.z), (FREE["damping_b"] / 2, b.minus @ b.z)],
    )


def appendix_e(full: bool = False) -> xr.Dataset:
    """Locking of two spins 1 against the strength of what perturbs them.

    Parameters
    ----------
    full : bool, default False
        Twice as many strengths and phases.

    Returns
    -------
    xarray.Dataset
        ``S_max`` and the modulus ``coherence`` of <0,0|rho|1,-1> over eta, their limits
        ``S_max_limit`` and ``coherence_limit``; ``excess`` S_d - 1/(2 pi) over (shown_eta, phi)
        and its limit ``excess_limit`` over phi.
    """
    eta = np.logspace(-5, 0, 121 if full else 61)
    phi = np.linspace(-np.pi, np.pi, 241 if full else 121)
    shown = np.array(SHOWN)
    base, perturbation = uncoupled_pair(), pair_perturbation()
    states = perturbed_steady_states(base, perturbation, eta)
    at_shown = perturbed_steady_states(base, perturbation, shown)
    limit = degenerate_steady_state(base, perturbation)
    every, few, last = (
        relative_phase_distribution(found.rho, PAIR) for found in (states, at_shown, limit)
    )
    height = _attrs("S_max", "1/rad")
    element = states.rho[:, COHERENCE[0], COHERENCE[1]]
    return xr.Dataset(
        {
            "S_max": ("eta", every.maximum, height),
            "S_max_limit": ((), last.maximum[0], height),
            "coherence": ("eta", np.abs(element), _attrs("|<0,0|rho|1,-1>|", "1")),
            "coherence_limit": ((), np.abs(limit.rho[0][COHERENCE]), _attrs("its limit", "1")),
            "excess": (
                ("shown_eta", "phi"),
                few.density(phi) - few.uniform_density,
                _attrs("S_d - 1/(2 pi)", "1/rad"),
            ),
            "excess_limit": (
                "phi",
                last.density(phi)[0] - last.uniform_density,
                _attrs("S_d - 1/(2 pi) as eta -> 0", "1/rad"),
            ),
        },
        coords={
            "eta": ("eta", eta, _attrs("strength of the perturbation", "gamma_1^g")),
            "shown_eta": ("shown_eta", shown, _attrs("strength", "gamma_1^g")),
            "phi": ("phi", phi, _attrs("phi_A - phi_B", "rad")),
        },
        attrs={
            "model": "spin_pair",
            "largest_residual": float(
                max(found.residual.max() for found in (states, at_shown, limit))
            ),
            **{f"parameter_{name}": value for name, value in PERTURBATION.items()},
        },
    )


def _attrs(long_name: str, units: str) -> dict[str, str]:
    return {"long_name": long_name, "units": units}
