"""Data of the figures of Roulet and Bruder, PRL 121, 063601 (2018).

Rates are in units of damping_a. Where the paper prints no axes, the ranges are our inference:
Fig. 3, epsilon in [0, 0.1] and detuning in [-2, 2] with 101 values each (they give the printed
regressions, though not uniquely); Fig. 4, both rates of spin B from 1 to 100.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from quantsync.catalogue.parameters import model_parameters
from quantsync.lindblad.evolution import evolve
from quantsync.lindblad.steady import SteadyState, steady_state
from quantsync.measures.correlations import schmidt_coefficients
from quantsync.measures.husimi import husimi
from quantsync.measures.phase import phase_distribution, relative_phase_distribution
from quantsync.models.spin_pair.first_order import (
    mu_minus,
    mu_plus,
    state_first_order,
    synchronization_first_order,
)
from quantsync.models.spin_pair.model import spin_pair
from quantsync.operators import Space, Spin
from quantsync.papers.keeping import store_of
from quantsync.states import basis_state
from quantsync.sweeps.sweep import sweep

EPSILON: float = model_parameters(spin_pair)["epsilon"].default
RATES = ("gain_a", "damping_a", "gain_b", "damping_b")
REVERSED: dict[str, float] = {name: model_parameters(spin_pair)[name].default for name in RATES}
"""Rates of Figs. 2 and 3: limit cycles with reversed dissipation."""
BALANCED_A = {"gain_a": 1.0, "damping_a": 1.0}
"""Rates of spin A in Fig. 4."""
PAIR = Space(A=Spin(1), B=Spin(1))
MEASURES = ("synchronization", "negativity", "mutual_information")


def figure_2(full: bool = False) -> xr.Dataset:
    """Husimi functions and phase distributions without and with coupling, on resonance.

    Parameters
    ----------
    full : bool, default False
        Twice the resolution on the spheres.

    Returns
    -------
    xarray.Dataset
        ``husimi`` over (epsilon, site, theta, phi), ``p`` over (epsilon, site, phi) and
        ``S_rel`` over (epsilon, phi).
    """
    epsilon = np.array([0.0, EPSILON])
    steady = steady_state(spin_pair(epsilon=epsilon, **REVERSED))
    theta = np.linspace(0, np.pi, 121 if full else 61)
    phi = np.linspace(-np.pi, np.pi, 241 if full else 121)
    mesh = np.meshgrid(theta, phi, indexing="ij")
    sites = list(PAIR.names)
    spheres = np.stack([husimi(steady.rho, PAIR, *mesh, site=site) for site in sites], axis=1)
    single = np.stack([_excess(phase_distribution(steady.rho, PAIR, s), phi) for s in sites], 1)
    relative = relative_phase_distribution(steady.rho, PAIR)
    dataset = xr.Dataset(
        {
            "husimi": (("epsilon", "site", "theta", "phi"), spheres, _attrs("Husimi Q", "1/sr")),
            "p": (("epsilon", "site", "phi"), single, _attrs("p_j(phi)", "1/rad")),
            "S_rel": (("epsilon", "phi"), _excess(relative, phi), _attrs("S_rel(phi)", "1/rad")),
        },
        coords={
            "epsilon": ("epsilon", epsilon, _attrs("coupling strength", "damping_a")),
            "site": sites,
            "theta": ("theta", theta, _attrs("polar angle", "rad")),
            "phi": ("phi", phi, _attrs("phase, or relative phase phi_A - phi_B", "rad")),
        },
    )
    return _certified(dataset, steady, detuning=0.0, **REVERSED)


def figure_3(full: bool = False) -> xr.Dataset:
    """Arnold tongues of synchronization, negativity and mutual information, and regressions.

    Parameters
    ----------
    full : bool, default False
        No effect: 101 x 101 points are what the paper has.

    Returns
    -------
    xarray.Dataset
        The measures over (epsilon, detuning); ``single_site`` the largest |p_j| over both sites
        and all phases (0 where the individual phases are uniform); ``slope``, ``intercept`` and
        ``r_squared`` of max S_rel regressed on each of the two ``predictor`` measures.
    """
    axes = {"epsilon": np.linspace(0, EPSILON, 101), "detuning": np.linspace(-2, 2, 101)}
    dataset = sweep(
        spin_pair,
        axes,
        {**{name: name for name in MEASURES}, "single_site": largest_single_site_harmonic},
        fixed=REVERSED,
        store=store_of(),
    )
    dataset["single_site"].attrs |= _attrs("largest |p_j(phi)| of either spin", "1/rad")
    predictors = list(MEASURES[1:])
    fits = [regression(dataset[name], dataset.synchronization) for name in predictors]
    for k, name in enumerate(("slope", "intercept", "r_squared")):
        dataset[name] = ("predictor", [fit[k] for fit in fits])
    return dataset.assign_coords(predictor=predictors)


def figure_4(full: bool = False) -> xr.Dataset:
    """Synchronization against entanglement when spin A is balanced, on resonance.

    Parameters
    ----------
    full : bool, default False
        201 x 201 instead of 101 x 101 points.

    Returns
    -------
    xarray.Dataset
        The measures over (gain_b, damping_b), logarithmic from 1 to 100; ``schmidt`` the
        Schmidt coefficients of the state (7); ``cut_*`` the measures over ``cut_damping_b`` at
        gain_b = 1, divided by their values for the reversed limit cycles of Fig. 3.
    """
    rates = np.logspace(0, 2, 201 if full else 101)
    fixed = {**BALANCED_A, "epsilon": EPSILON, "detuning": 0.0}
    dataset = sweep(
        spin_pair,
        {"gain_b": rates, "damping_b": rates},
        [*MEASURES, "locked_phase"],
        fixed=fixed,
        store=store_of(),
    )
    gain, damping = np.meshgrid(rates, rates, indexing="ij")
    state = state_first_order(EPSILON, BALANCED_A["gain_a"], BALANCED_A["damping_a"], gain, damping)
    dataset["schmidt"] = xr.DataArray(
        schmidt_coefficients(state, PAIR, "A"),
        dims=("gain_b", "damping_b", "schmidt_index"),
        attrs=_attrs("Schmidt coefficients of the first-order state (7)", "1"),
    )
    cut_rates = np.linspace(1, 100, 397)
    cut = sweep(spin_pair, {"damping_b": cut_rates}, MEASURES, fixed={**fixed, "gain_b": 1.0})
    reference = reversed_point()
    for name in MEASURES:
        dataset[f"cut_{name}"] = (
            "cut_damping_b",
            cut[name].values / reference[name],
            _attrs(f"{name} over its value for reversed limit cycles", "1"),
        )
    dataset = dataset.assign_coords(cut_damping_b=cut_rates)
    dataset["cut_damping_b"].attrs |= _attrs("damping rate of spin B", "damping_a")
    return dataset


def dynamics(full: bool = False) -> xr.Dataset:
    """Build-up of phase locking after the coupling is switched on, and Eq. (5).

    Parameters
    ----------
    full : bool, default False
        Twice the resolution.

    Returns
    -------
    xarray.Dataset
        ``S_rel`` over (detuning, epsilon, time, phi) from exact propagation of |0,0>, and
        ``S_rel_first_order``, Eq. (5) integrated over time.
    """
    detuning, epsilon = np.array([0.0, 1.0]), np.array([0.001, EPSILON])
    time = np.linspace(0, 8, 321 if full else 161)
    phi = np.linspace(-np.pi, np.pi, 241 if full else 121)
    pairs = spin_pair(epsilon=epsilon, detuning=detuning[:, None], **REVERSED)
    path = evolve(pairs, basis_state(PAIR, A=0, B=0), time)
    exact = _excess(relative_phase_distribution(path.rho, PAIR), phi)
    first_order = synchronization_first_order(
        phi,
        epsilon[:, None, None],
        **REVERSED,
        detuning=detuning[:, None, None, None],
        time=time[:, None],
    )
    dims = ("detuning", "epsilon", "time", "phi")
    return xr.Dataset(
        {
            "S_rel": (dims, exact, _attrs("S_rel(phi), exact", "1/rad")),
            "S_rel_first_order": (dims, first_order, _attrs("S_rel(phi), Eq. (5)", "1/rad")),
        },
        coords={
            "detuning": ("detuning", detuning, _attrs("detuning", "damping_a")),
            "epsilon": ("epsilon", epsilon, _attrs("coupling strength", "damping_a")),
            "time": ("time", time, _attrs("time", "1/damping_a")),
            "phi": ("phi", phi, _attrs("relative phase phi_A - phi_B", "rad")),
        },
        attrs={"model": "spin_pair", **{f"parameter_{k}": v for k, v in REVERSED.items()}},
    )


def regression(x: Any, y: Any) -> tuple[float, float, float]:
    """Ordinary least squares of y on x with an intercept: slope, intercept, R^2.

    Examples
    --------
    >>> slope, intercept, r_squared = regression(np.array([0.0, 1, 2]), np.array([1.0, 3, 5]))
    >>> round(slope, 9), round(intercept, 9), round(r_squared, 9)
    (2.0, 1.0, 1.0)
    """
    from scipy.stats import linregress

    fit: Any = linregress(np.ravel(x), np.ravel(y))
    return float(fit.slope), float(fit.intercept), float(fit.rvalue) ** 2


def largest_single_site_harmonic(steady: SteadyState) -> np.ndarray:
    """Bound on |p_j(phi)| over both sites and all phases: the sum of its amplitudes."""
    bounds = [
        np.abs(phase_distribution(steady.rho, steady.space, site).harmonics).sum(axis=-1) / np.pi
        for site in steady.space
    ]
    return np.max(bounds, axis=0)


def reversed_point() -> dict[str, float]:
    """The measures at the top middle of Fig. 3: reversed limit cycles on resonance."""
    point = sweep(spin_pair, {"epsilon": [EPSILON]}, MEASURES, fixed={**REVERSED, "detuning": 0.0})
    return {name: float(point[name][0]) for name in MEASURES}


def coherence_ratio(gain_b: Any, damping_b: Any) -> Any:
    """|mu_-|/|mu_+| or its inverse, whichever is below 1, for the balanced spin A of Fig. 4."""
    plus = np.abs(mu_plus(BALANCED_A["damping_a"], gain_b))
    minus = np.abs(mu_minus(BALANCED_A["gain_a"], damping_b))
    return np.minimum(plus, minus) / np.maximum(plus, minus)


def _excess(distribution: Any, phi: np.ndarray) -> np.ndarray:
    return distribution.density(phi) - distribution.uniform_density


def _attrs(long_name: str, units: str) -> dict[str, str]:
    return {"long_name": long_name, "units": units}


def _certified(dataset: xr.Dataset, steady: SteadyState, **parameters: float) -> xr.Dataset:
    dataset.attrs |= {"model": "spin_pair", "largest_residual": float(steady.residual.max())}
    dataset.attrs |= {f"parameter_{name}": value for name, value in parameters.items()}
    return dataset
