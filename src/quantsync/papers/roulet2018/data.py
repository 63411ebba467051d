"""Data of the figures of Roulet and Bruder, PRL 121, 063601 (2018).

Rates are in units of damping_a. Where the paper prints no axes, the ranges are our inference:
Fig. 3, epsilon in [0, 0.1] and detuning in [-2, 2] with 101 values each (they give the printed
regressions, though not uniquely); Fig. 4, both rates of spin B from 1 to 100, and the cut, which
goes on to 1000.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from quantsync.catalogue.models import Model
from quantsync.lindblad import SteadyState, evolve, steady_state
from quantsync.measures import (
    husimi,
    phase_distribution,
    relative_phase_distribution,
    schmidt_coefficients,
)
from quantsync.models import spin_pair
from quantsync.models.spin_pair.first_order import state_first_order, synchronization_first_order
from quantsync.operators import Space, Spin
from quantsync.papers.keeping import store_of
from quantsync.papers.paper import attributes, figure, labelled
from quantsync.papers.roulet2018 import drawing
from quantsync.states import basis_state
from quantsync.sweeps import sweep

EPSILON: float = Model(spin_pair).parameters["epsilon"].default
RATES = ("gain_a", "damping_a", "gain_b", "damping_b")
REVERSED: dict[str, float] = {name: Model(spin_pair).parameters[name].default for name in RATES}
"""Rates of Figs. 2 and 3: limit cycles with reversed dissipation."""
BALANCED_A = {"gain_a": 1.0, "damping_a": 1.0}
"""Rates of spin A in Fig. 4."""
PAIR = Space(A=Spin(1), B=Spin(1))
MEASURES = ("synchronization", "negativity", "mutual_information")
SEED = 1
"""Of the random operator of C26."""


@figure(
    "2",
    "Phase locking of two spins 1",
    draw=drawing.draw_figure_2,
    caption=drawing.CAPTION_2,
)
def figure_2(full: bool = False) -> xr.Dataset:
    """Husimi functions and phase distributions without and with coupling, on resonance."""
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
            "husimi": labelled(("epsilon", "site", "theta", "phi"), spheres, "Husimi Q", "1/sr"),
            "p": labelled(("epsilon", "site", "phi"), single, "p_j(phi)", "1/rad"),
            "S_rel": labelled(("epsilon", "phi"), _excess(relative, phi), "S_rel(phi)", "1/rad"),
        },
        coords={
            "epsilon": labelled("epsilon", epsilon, "coupling strength", "damping_a"),
            "site": sites,
            "theta": labelled("theta", theta, "polar angle", "rad"),
            "phi": labelled("phi", phi, "phase, or relative phase phi_A - phi_B", "rad"),
        },
    )
    dataset.attrs |= {"model": "spin_pair", "largest_residual": float(steady.residual.max())}
    dataset.attrs |= {"parameter_detuning": 0.0} | {
        f"parameter_{k}": v for k, v in REVERSED.items()
    }
    return dataset


@figure(
    "3",
    "Arnold tongues of synchronization and negativity",
    draw=drawing.draw_figure_3,
    caption=drawing.CAPTION_3,
)
def figure_3(full: bool = False) -> xr.Dataset:
    """Arnold tongues of synchronization, negativity and mutual information, and regressions."""
    axes = {"epsilon": np.linspace(0, EPSILON, 101), "detuning": np.linspace(-2, 2, 101)}
    measures = {name: name for name in MEASURES} | {"single_site": largest_single_site_harmonic}
    dataset = sweep(spin_pair, axes, measures, fixed=REVERSED, store=store_of())
    dataset["single_site"].attrs |= attributes("largest |p_j(phi)| of either spin", "1/rad")
    predictors = list(MEASURES[1:])
    fits = [regression(dataset[name], dataset.synchronization) for name in predictors]
    for k, name in enumerate(("slope", "intercept", "r_squared")):
        dataset[name] = ("predictor", [fit[k] for fit in fits])
    return dataset.assign_coords(predictor=predictors)


@figure(
    "4",
    "Synchronization against entanglement",
    draw=drawing.draw_figure_4,
    caption=drawing.CAPTION_4,
)
def figure_4(full: bool = False) -> xr.Dataset:
    """Synchronization against entanglement when spin A is balanced, on resonance."""
    rates = np.logspace(0, 2, 201 if full else 101)
    fixed = {**BALANCED_A, "epsilon": EPSILON, "detuning": 0.0}
    axes, measures = {"gain_b": rates, "damping_b": rates}, [*MEASURES, "locked_phase"]
    dataset = sweep(spin_pair, axes, measures, fixed=fixed, store=store_of())
    gain, damping = np.meshgrid(rates, rates, indexing="ij")
    state = state_first_order(EPSILON, BALANCED_A["gain_a"], BALANCED_A["damping_a"], gain, damping)
    dataset["schmidt"] = labelled(
        ("gain_b", "damping_b", "schmidt_index"),
        schmidt_coefficients(state, PAIR, "A"),
        "Schmidt coefficients of the first-order state (7)",
    )
    cut_rates = np.logspace(0, 3, 301)
    cut = sweep(spin_pair, {"damping_b": cut_rates}, MEASURES, fixed={**fixed, "gain_b": 1.0})
    top = sweep(spin_pair, {"epsilon": [EPSILON]}, MEASURES, fixed={**REVERSED, "detuning": 0.0})
    for name in MEASURES:
        dataset[f"cut_{name}"] = labelled(
            "cut_damping_b",
            cut[name].values / float(top[name][0]),
            f"{name} over its value for reversed limit cycles",
        )
    rates_of_b = labelled("cut_damping_b", cut_rates, "damping rate of spin B", "damping_a")
    return dataset.assign_coords(cut_damping_b=rates_of_b)


@figure(
    "dynamics",
    "Build-up of phase locking, Eq. (5)",
    draw=drawing.draw_dynamics,
    caption=drawing.CAPTION_DYNAMICS,
)
def dynamics(full: bool = False) -> xr.Dataset:
    """Build-up of phase locking after the coupling is switched on, and Eq. (5)."""
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
            "S_rel": labelled(dims, exact, "S_rel(phi), exact", "1/rad"),
            "S_rel_first_order": labelled(dims, first_order, "S_rel(phi), Eq. (5)", "1/rad"),
        },
        coords={
            "detuning": labelled("detuning", detuning, "detuning", "damping_a"),
            "epsilon": labelled("epsilon", epsilon, "coupling strength", "damping_a"),
            "time": labelled("time", time, "time", "1/damping_a"),
            "phi": labelled("phi", phi, "relative phase phi_A - phi_B", "rad"),
        },
        attrs={"model": "spin_pair", **{f"parameter_{k}": v for k, v in REVERSED.items()}},
    )


def regression(x: Any, y: Any) -> tuple[float, float, float]:
    """Ordinary least squares of y on x with an intercept: slope, intercept, R^2."""
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


def _excess(distribution: Any, phi: np.ndarray) -> np.ndarray:
    return distribution.density(phi) - distribution.uniform_density
