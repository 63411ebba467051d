"""Data of Figs. 2 and 4 of Zhao et al. (2025), and of the oscillation behind them.

Energies and rates are in units of omega. Fig. 2 prints neither samples nor their strength: ours
are the first of each branch under consecutive seeds, at a strength that hardly splits maxima of
equal height.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import xarray as xr

from quantsync.lindblad import (
    MatrixGenerator,
    degenerate_steady_state,
    dynamical_synchronization,
    evolve,
    perturbed_steady_states,
    random_lindbladian,
)
from quantsync.measures import chi, level_set_histogram, relative_phase_distribution
from quantsync.models import dephased_chain
from quantsync.papers.zhao2025.configurations import KINDS, nearest_kind
from quantsync.papers.zhao2025.sectors import off_diagonal_element, prepared_chain, sector_weights
from quantsync.states import basis_state

WEAK = 1e-8
"""The strength of Fig. 2 (units of omega)."""
THRESHOLD = 0.95
"""r of the text: angles count where S_d exceeds the uniform density by r S_max."""
BINS = 64
BRANCHES = ("0, pi", "pi/3")
"""Where x = c_0+/8 - c_0-/6 is positive, and where it is negative."""
PEAKS = (0.0, 0.25, 1.0)
"""The values of chi that the configurations of both branches have."""
MOST_MAXIMA = 8
MOST_SEEDS = 100


@dataclass(frozen=True)
class Sample:
    """A random perturbation and what it makes of the chain as its strength vanishes.

    Attributes
    ----------
    seed : int
    rho : ndarray of shape (27, 27)
        The stationary state in the limit.
    weights : dict of str to float
        c_alpha in every sector.
    """

    seed: int
    rho: np.ndarray
    weights: dict[str, float]

    @property
    def x(self) -> float:
        """The off-diagonal element c_0+/8 - c_0-/6."""
        return off_diagonal_element(self.weights["0+"], self.weights["0-"])

    @property
    def branch(self) -> str:
        """Which of the two branches it is on."""
        return BRANCHES[0] if self.x > 0 else BRANCHES[1]


def perturbation(seed: int) -> MatrixGenerator:
    """Draw the perturbation of a seed, in the operator basis that is printed."""
    return random_lindbladian(prepared_chain().space, np.random.default_rng(seed))


@lru_cache(maxsize=32)
def sample(seed: int) -> Sample:
    """The state that the perturbation of a seed selects."""
    base = prepared_chain()
    rho = degenerate_steady_state(base, perturbation(seed)).rho[0]
    weights = {name: float(c) for name, c in sector_weights(rho, base.space).items()}
    return Sample(seed, rho, weights)


def sample_of_each_branch() -> dict[str, Sample]:
    """The first sample on each branch, counting seeds from 0."""
    found: dict[str, Sample] = {}
    for seed in range(MOST_SEEDS):
        drawn = sample(seed)
        found.setdefault(drawn.branch, drawn)
        if len(found) == len(BRANCHES):
            break
    return found


def figure_2(full: bool = False) -> xr.Dataset:
    """S_d of one sample on each branch, its maxima, and the probability of chi.

    Parameters
    ----------
    full : bool, default False
        Twice the resolution of the maps.

    Returns
    -------
    xarray.Dataset
        ``excess`` S_d - (2 pi)^-2 over (branch, phi_1, phi_2); the ``height``, ``location``,
        ``chi_of_maximum`` and ``kind`` of its maxima over (branch, maximum), NaN or -1 where
        there are fewer; ``peak_probability`` of the values chi of the maxima (r = 1) over
        (branch, peak) and ``chi_probability`` over (branch, chi) at r = 0.95; the weights
        ``c_plus`` and ``c_minus``, and ``x``.
    """
    chosen = sample_of_each_branch()
    samples = [chosen[branch] for branch in BRANCHES]
    states = [
        perturbed_steady_states(prepared_chain(), perturbation(s.seed), [WEAK]) for s in samples
    ]
    rho = np.concatenate([state.rho for state in states])
    distribution = relative_phase_distribution(rho, prepared_chain().space)
    phi = np.linspace(-np.pi / 2, 3 * np.pi / 2, 241 if full else 121)
    excess = distribution.density(*np.meshgrid(phi, phi, indexing="ij"))
    maxima = distribution.local_maxima(THRESHOLD)
    height, location = padded(maxima.height), padded(maxima.location, axis=-2)
    kind, _ = nearest_kind(np.nan_to_num(location[..., 0]), np.nan_to_num(location[..., 1]))
    of_maximum = chi(location[..., 0], location[..., 1])
    probability = level_set_histogram(distribution, chi, BINS, THRESHOLD)
    dims = ("branch", "maximum")
    return xr.Dataset(
        {
            "excess": (
                ("branch", "phi_1", "phi_2"),
                excess - distribution.uniform_density,
                _attrs("S_d - (2 pi)^-2", "1/rad^2"),
            ),
            "height": (dims, height, _attrs("height of a maximum", "1/rad^2")),
            "location": ((*dims, "difference"), location, _attrs("where it is", "rad")),
            "chi_of_maximum": (dims, of_maximum, _attrs("chi of a maximum", "1")),
            "kind": (
                dims,
                np.where(np.isnan(height), -1, kind),
                _attrs("number of its configuration", "1"),
            ),
            "peak_probability": (
                ("branch", "peak"),
                peak_probabilities(of_maximum),
                _attrs("probability of the peak of chi at r = 1", "1"),
            ),
            "chi_probability": (
                ("branch", "chi"),
                probability,
                _attrs("probability of a bin of chi at r = 0.95", "1"),
            ),
            "c_plus": ("branch", [s.weights["0+"] for s in samples], _attrs("c_0+", "1")),
            "c_minus": ("branch", [s.weights["0-"] for s in samples], _attrs("c_0-", "1")),
            "x": ("branch", [s.x for s in samples], _attrs("c_0+/8 - c_0-/6", "1")),
            "seed": ("branch", [s.seed for s in samples], _attrs("seed of the sample", "1")),
        },
        coords={
            "branch": list(BRANCHES),
            "phi_1": ("phi_1", phi, _attrs("phi_1 - phi_3", "rad")),
            "phi_2": ("phi_2", phi, _attrs("phi_2 - phi_3", "rad")),
            "difference": ["phi_1 - phi_3", "phi_2 - phi_3"],
            "configuration": list(KINDS),
            "peak": ("peak", np.array(PEAKS), _attrs("chi", "1")),
            "chi": ("chi", (np.arange(BINS) + 0.5) / BINS, _attrs("chi", "1")),
        },
        attrs={
            "model": "dephased_chain",
            "parameter_eta": WEAK,
            "threshold": THRESHOLD,
            "largest_residual": max(float(state.residual.max()) for state in states),
        },
    )


def peak_probabilities(values: np.ndarray) -> np.ndarray:
    """How many of some values of chi, shape (..., K), are at each of `PEAKS`, as a probability.

    Examples
    --------
    >>> print(peak_probabilities(np.array([0.25, 1.0, 0.25, np.nan])).round(6))
    [0.       0.666667 0.333333]
    """
    there = ~np.isnan(values)
    nearest = np.abs(np.nan_to_num(values)[..., None] - np.array(PEAKS)).argmin(axis=-1)
    hits = (nearest[..., None] == np.arange(len(PEAKS))) & there[..., None]
    return hits.sum(axis=-2) / there.sum(axis=-1)[..., None]


def figure_4(full: bool = False) -> xr.Dataset:
    """The map of l = sqrt(chi) over the angular differences.

    Parameters
    ----------
    full : bool, default False
        Twice the resolution.

    Returns
    -------
    xarray.Dataset
        ``l`` over (phi_1, phi_2), each from -2 pi to 2 pi.
    """
    phi = np.linspace(-2 * np.pi, 2 * np.pi, 481 if full else 241)
    return xr.Dataset(
        {
            "l": (
                ("phi_1", "phi_2"),
                np.sqrt(chi(*np.meshgrid(phi, phi, indexing="ij"))),
                _attrs("l = sqrt(chi)", "1"),
            )
        },
        coords={
            "phi_1": ("phi_1", phi, _attrs("phi_1 - phi_3", "rad")),
            "phi_2": ("phi_2", phi, _attrs("phi_2 - phi_3", "rad")),
        },
    )


def dynamics(full: bool = False) -> xr.Dataset:
    """How the oscillation of (Sx)^2 on one site spreads to all and stays.

    The initial state has the superposition ``(|1> + |-1>)/sqrt2`` on the first site and ``|0>``
    elsewhere: the simplest one with a coherence between the sectors M = 1 and -1.

    Parameters
    ----------
    full : bool, default False
        Twice the resolution.

    Returns
    -------
    xarray.Dataset
        ``expectation`` of (Sx_j)^2 over (site, time), and ``asymptotic``, what the modes without
        decay make of it; ``amplitude`` and ``phase`` of the asymptotic oscillation over
        (site, frequency).
    """
    chain = dephased_chain()
    time = np.linspace(0, 40, 1601 if full else 801)
    rho = one_superposed_site()
    path = evolve(chain, rho, time)
    exact = [
        np.real(np.einsum("tij,ji->t", path.rho, squared_sx(chain.space[site]).toarray()))
        for site in chain.space
    ]
    late = dynamical_synchronization(chain, {"Sx^2": squared_sx}, rho)
    amplitude = np.asarray(late.amplitude)
    strongest = int(amplitude.sum(axis=0).argmax())
    return xr.Dataset(
        {
            "expectation": (("site", "time"), np.array(exact), _attrs("<(Sx_j)^2>", "1")),
            "asymptotic": (
                ("site", "time"),
                late.expectation(time),
                _attrs("<(Sx_j)^2> of undamped modes", "1"),
            ),
            "amplitude": (("site", "frequency"), amplitude, _attrs("asymptotic amplitude", "1")),
            "phase": (
                ("site", "frequency"),
                np.asarray(late.phase),
                _attrs("phase of the oscillation", "rad"),
            ),
        },
        coords={
            "site": list(chain.space),
            "time": ("time", time, _attrs("time", "1/omega")),
            "frequency": ("frequency", late.frequencies, _attrs("frequency", "omega")),
        },
        attrs={
            "model": "dephased_chain",
            "gap": late.modes.gap,
            "strongest_frequency": float(late.frequencies[strongest]),
            "largest_residual": float(late.modes.residual.max()),
        },
    )


def one_superposed_site() -> np.ndarray:
    """The initial state of `dynamics`."""
    space = dephased_chain().space
    up, down = (_ket(basis_state(space, A=m, B=0, C=0)) for m in (1, -1))
    psi = (up + down) / np.sqrt(2)
    return np.outer(psi, psi)


def squared_sx(site: Any) -> Any:
    """(Sx)^2 of a site's operators."""
    return site.x @ site.x


def padded(values: np.ndarray, axis: int = -1) -> np.ndarray:
    """Cut or fill an axis to `MOST_MAXIMA` entries, the latter with NaN."""
    values = np.moveaxis(np.asarray(values, float), axis, 0)
    result = np.full((MOST_MAXIMA, *values.shape[1:]), np.nan)
    result[: len(values)] = values[:MOST_MAXIMA]
    return np.moveaxis(result, 0, axis)


def _ket(projector: np.ndarray) -> np.ndarray:
    return np.sqrt(np.real(np.diag(projector)))


def _attrs(long_name: str, units: str) -> dict[str, str]:
    return {"long_name": long_name, "units": units}
