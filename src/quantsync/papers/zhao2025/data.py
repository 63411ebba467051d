"""Data of Figs. 2 and 4 of Zhao et al. (2025), of the oscillation behind them, and of App. E.

Energies and rates are in units of omega, in App. E in units of the rates of the unperturbed spins.
Fig. 2 prints neither samples nor their strength: ours are the first of each branch under
consecutive seeds, at a strength that hardly splits maxima of equal height. App. E prints no
parameters; ours are PERTURBATION times a strength that is to vanish.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import xarray as xr

from quantsync.lindblad import Lindbladian, dynamical_synchronization, evolve
from quantsync.lindblad.degenerate import (
    DegenerateBase,
    MatrixGenerator,
    degenerate_steady_state,
    perturbed_steady_states,
)
from quantsync.measures import chi, level_set_histogram, relative_phase_distribution
from quantsync.models import dephased_chain, spin_pair
from quantsync.operators import Space, Spin
from quantsync.papers.paper import figure, labelled
from quantsync.papers.zhao2025 import drawing, printed
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


@dataclass(frozen=True)
class Sample:
    """A random perturbation and what it makes of the chain as its strength vanishes."""

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
    return printed.random_perturbation(prepared_chain().space, np.random.default_rng(seed))


@cache
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


@figure(
    "2",
    "The two kinds of synchronization of three spins 1",
    draw=drawing.draw_figure_2,
    caption=drawing.CAPTION_2,
)
def figure_2(full: bool = False) -> xr.Dataset:
    """S_d of one sample on each branch, its maxima, and the probability of chi."""
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
            "excess": labelled(
                ("branch", "phi_1", "phi_2"),
                excess - distribution.uniform_density,
                "S_d - (2 pi)^-2",
                "1/rad^2",
            ),
            "height": labelled(dims, height, "height of a maximum", "1/rad^2"),
            "location": labelled((*dims, "difference"), location, "where it is", "rad"),
            "chi_of_maximum": labelled(dims, of_maximum, "chi of a maximum"),
            "kind": labelled(
                dims, np.where(np.isnan(height), -1, kind), "number of its configuration"
            ),
            "peak_probability": labelled(
                ("branch", "peak"),
                peak_probabilities(of_maximum),
                "probability of the peak of chi at r = 1",
            ),
            "chi_probability": labelled(
                ("branch", "chi"), probability, "probability of a bin of chi at r = 0.95"
            ),
            "c_plus": labelled("branch", [s.weights["0+"] for s in samples], "c_0+"),
            "c_minus": labelled("branch", [s.weights["0-"] for s in samples], "c_0-"),
            "x": labelled("branch", [s.x for s in samples], "c_0+/8 - c_0-/6"),
            "seed": labelled("branch", [s.seed for s in samples], "seed of the sample"),
        },
        coords={
            "branch": list(BRANCHES),
            "phi_1": labelled("phi_1", phi, "phi_1 - phi_3", "rad"),
            "phi_2": labelled("phi_2", phi, "phi_2 - phi_3", "rad"),
            "difference": ["phi_1 - phi_3", "phi_2 - phi_3"],
            "configuration": list(KINDS),
            "peak": labelled("peak", np.array(PEAKS), "chi"),
            "chi": labelled("chi", (np.arange(BINS) + 0.5) / BINS, "chi"),
        },
        attrs={
            "model": "dephased_chain",
            "parameter_eta": WEAK,
            "threshold": THRESHOLD,
            "largest_residual": max(float(state.residual.max()) for state in states),
        },
    )


def peak_probabilities(values: np.ndarray) -> np.ndarray:
    """How many of some values of chi, shape (..., K), are at each of `PEAKS`, as a probability."""
    there = ~np.isnan(values)
    nearest = np.abs(np.nan_to_num(values)[..., None] - np.array(PEAKS)).argmin(axis=-1)
    hits = (nearest[..., None] == np.arange(len(PEAKS))) & there[..., None]
    return hits.sum(axis=-2) / there.sum(axis=-1)[..., None]


@figure(
    "4", "The configuration of three angles", draw=drawing.draw_figure_4, caption=drawing.CAPTION_4
)
def figure_4(full: bool = False) -> xr.Dataset:
    """The map of l = sqrt(chi) over the angular differences."""
    phi = np.linspace(-2 * np.pi, 2 * np.pi, 481 if full else 241)
    return xr.Dataset(
        {
            "l": labelled(
                ("phi_1", "phi_2"),
                np.sqrt(chi(*np.meshgrid(phi, phi, indexing="ij"))),
                "l = sqrt(chi)",
            )
        },
        coords={
            "phi_1": labelled("phi_1", phi, "phi_1 - phi_3", "rad"),
            "phi_2": labelled("phi_2", phi, "phi_2 - phi_3", "rad"),
        },
    )


@figure(
    "dynamics",
    "Oscillation that does not decay",
    draw=drawing.draw_dynamics,
    caption=drawing.CAPTION_DYNAMICS,
)
def dynamics(full: bool = False) -> xr.Dataset:
    """How the oscillation of (Sx)^2 on one site spreads to all and stays."""
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
            "expectation": labelled(("site", "time"), np.array(exact), "<(Sx_j)^2>"),
            "asymptotic": labelled(
                ("site", "time"), late.expectation(time), "<(Sx_j)^2> of undamped modes"
            ),
            "amplitude": labelled(("site", "frequency"), amplitude, "asymptotic amplitude"),
            "phase": labelled(
                ("site", "frequency"), np.asarray(late.phase), "phase of the oscillation", "rad"
            ),
        },
        coords={
            "site": list(chain.space),
            "time": labelled("time", time, "time", "1/omega"),
            "frequency": labelled("frequency", late.frequencies, "frequency", "omega"),
        },
        attrs={
            "model": "dephased_chain",
            "gap": late.modes.gap,
            "strongest_frequency": float(late.frequencies[strongest]),
            "largest_residual": float(late.modes.residual.max()),
        },
    )


def one_superposed_site() -> np.ndarray:
    """(|1> + |-1>)/sqrt2 on the first site and |0> elsewhere."""
    # The simplest state with a coherence between the sectors M = 1 and -1.
    space = dephased_chain().space
    up, down = (np.diag(basis_state(space, A=m, B=0, C=0)) for m in (1, -1))
    psi = np.real(up + down) / np.sqrt(2)
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


@cache
def uncoupled_pair() -> DegenerateBase:
    """The two spins without perturbation, in the frame that turns at omega."""
    return DegenerateBase(spin_pair(epsilon=0.0, **FREE))


def pair_perturbation() -> Lindbladian:
    """Eq. (E2) at strength 1, in the frame that turns at the mean frequency."""
    return spin_pair(**PERTURBATION)


def free_spins(frequency: float = 1.0) -> Lindbladian:
    """Eq. (E1) in the frame at rest, in which coherences turn."""
    a, b = PAIR["A"], PAIR["B"]
    return Lindbladian(
        PAIR,
        hamiltonian=[(frequency, a.z + b.z)],
        dissipators=[(FREE["gain_a"] / 2, a.plus @ a.z), (FREE["damping_b"] / 2, b.minus @ b.z)],
    )


@figure(
    "appendix_e",
    "Two limit cycles coupled weakly",
    draw=drawing.draw_appendix_e,
    caption=drawing.CAPTION_E,
)
def appendix_e(full: bool = False) -> xr.Dataset:
    """Locking of two spins 1 against the strength of what perturbs them."""
    eta = np.logspace(-5, 0, 481 if full else 241)
    phi = np.linspace(-np.pi, np.pi, 241 if full else 121)
    shown = np.array(SHOWN)
    base, perturbation = uncoupled_pair(), pair_perturbation()
    states = perturbed_steady_states(base, perturbation, eta)
    at_shown = perturbed_steady_states(base, perturbation, shown)
    limit = degenerate_steady_state(base, perturbation)
    every, few, last = (
        relative_phase_distribution(found.rho, PAIR) for found in (states, at_shown, limit)
    )
    element = states.rho[:, COHERENCE[0], COHERENCE[1]]
    return xr.Dataset(
        {
            "S_max": labelled("eta", every.maximum, "S_max", "1/rad"),
            "S_max_limit": labelled((), last.maximum[0], "S_max", "1/rad"),
            "coherence": labelled("eta", np.abs(element), "|<0,0|rho|1,-1>|"),
            "coherence_limit": labelled((), np.abs(limit.rho[0][COHERENCE]), "its limit"),
            "excess": labelled(
                ("shown_eta", "phi"),
                few.density(phi) - few.uniform_density,
                "S_d - 1/(2 pi)",
                "1/rad",
            ),
            "excess_limit": labelled(
                "phi",
                last.density(phi)[0] - last.uniform_density,
                "S_d - 1/(2 pi) as eta -> 0",
                "1/rad",
            ),
        },
        coords={
            "eta": labelled("eta", eta, "strength of the perturbation", "gamma_1^g"),
            "shown_eta": labelled("shown_eta", shown, "strength", "gamma_1^g"),
            "phi": labelled("phi", phi, "phi_A - phi_B", "rad"),
        },
        attrs={
            "model": "spin_pair",
            "largest_residual": float(
                max(found.residual.max() for found in (states, at_shown, limit))
            ),
            **{f"parameter_{name}": value for name, value in PERTURBATION.items()},
        },
    )
