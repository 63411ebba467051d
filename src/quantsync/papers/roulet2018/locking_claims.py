"""What the paper says about locking: Figs. 2 and 3(a), Eqs. (3)-(6), balanced limit cycles."""

from __future__ import annotations

import numpy as np
import xarray as xr

from quantsync.lindblad.evolution import evolve
from quantsync.lindblad.steady import steady_state
from quantsync.measures.correlations import partial_trace
from quantsync.measures.phase import phase_distribution, relative_phase_distribution
from quantsync.models.driven_spin import driven_spin
from quantsync.models.spin_pair.first_order import synchronization_first_order
from quantsync.models.spin_pair.model import spin_pair
from quantsync.papers.paper import Claim, reproduced, zero
from quantsync.papers.roulet2018 import data
from quantsync.states import basis_state
from quantsync.sweeps.compute import compute

IDENTICAL = {"gain_a": 1.0, "damping_a": 1.0, "gain_b": 1.0, "damping_b": 1.0}


def uncoupled() -> Claim:
    """Without coupling both spins sit in |0> and nothing locks."""
    point = compute("spin_pair", {"epsilon": 0.0, **data.REVERSED}, ["synchronization", "purity"])
    holds = abs(point["synchronization"]) < 1e-12 and abs(point["purity"] - 1) < 1e-12
    return Claim(
        "The model",
        "without interaction the steady state is |0><0| x |0><0| and S_rel vanishes",
        "0",
        f"max S_rel = {zero(point['synchronization'])}, purity {point['purity']:.6f}",
        *reproduced(holds, "the uncoupled state is another"),
    )


def figure_2_claims() -> list[Claim]:
    """In-phase locking of two spins that stay on their limit cycles."""
    steady = steady_state(spin_pair(epsilon=data.EPSILON, **data.REVERSED))
    locking = relative_phase_distribution(steady.rho, data.PAIR)
    height, where = float(locking.maximum), float(locking.location[0])
    reduced = [partial_trace(steady.rho, data.PAIR, site) for site in data.PAIR]
    off_diagonal = max(float(np.abs(r - np.diag(np.diag(r))).max()) for r in reduced)
    equator = min(float(r[1, 1].real) for r in reduced)
    return [
        Claim(
            "Fig. 2(b)",
            "reversed limit cycles at epsilon = 0.1 lock in phase",
            "peak around 0",
            f"max S_rel = {height:.7f} at phi = {zero(where)}",
            *reproduced(abs(where) < 1e-9 and height > 0, "the peak is elsewhere"),
        ),
        Claim(
            "Fig. 2(b)",
            "the reduced states are diagonal, so p_A = p_B = 0, and keep the limit cycle",
            "p_j = 0",
            f"largest coherence {zero(off_diagonal)}, population of |0> {equator:.4f}",
            *reproduced(off_diagonal < 1e-12 and equator > 0.95, "a spin leaves its limit cycle"),
        ),
    ]


def comparable_to_a_driven_spin() -> Claim:
    """Locking to a partner against locking to a semiclassical drive of the same strength."""
    pair = compute("spin_pair", {"epsilon": data.EPSILON, **data.REVERSED}, ["synchronization"])
    drive = compute(
        "driven_spin", {"drive": data.EPSILON, "gain": 100.0, "damping": 1.0}, ["synchronization"]
    )
    ratio = pair["synchronization"] / drive["synchronization"]
    return Claim(
        "Fig. 3(a)",
        "the locking is comparable to that of one spin under an external signal",
        "comparable",
        f"{pair['synchronization']:.4f} against {drive['synchronization']:.4f} for one spin "
        "driven at the same strength",
        *reproduced(
            1 / 3 < ratio < 3, "they differ by more than a factor of 3", "drive in place of S_B"
        ),
    )


def individual_phases(tongue: xr.Dataset) -> Claim:
    """The insets of Fig. 3(a)."""
    largest = float(tongue.single_site.max())
    return Claim(
        "Fig. 3(a), insets",
        "the individual phases stay uniform over the whole tongue",
        "p_A = p_B = 0",
        f"largest |p_j| = {zero(largest)}",
        *reproduced(largest < 1e-12, "a single phase is preferred"),
    )


def equation_5() -> Claim:
    """Exact dynamics against Eq. (5) at weak coupling, off resonance."""
    epsilon, detuning, times, phi = 1e-3, 1.0, np.linspace(0, 8, 81), np.linspace(-np.pi, np.pi, 33)
    path = evolve(
        spin_pair(epsilon=epsilon, detuning=detuning, **data.REVERSED),
        basis_state(data.PAIR, A=0, B=0),
        times,
    )
    locking = relative_phase_distribution(path.rho, data.PAIR)
    exact = locking.density(phi) - locking.uniform_density
    theory = synchronization_first_order(
        phi, epsilon, **data.REVERSED, detuning=detuning, time=times[:, None]
    )
    error = float(np.abs(exact - theory).max() / np.abs(theory).max())
    return Claim(
        "Eqs. (3), (5)",
        "S_rel builds up as (9 pi/128) eps (exponentials) cos(phi - Delta t)",
        "9 pi/128 = 0.2209",
        f"relative deviation {error:.0e} at epsilon = 0.001, Delta = 1",
        *reproduced(error < 1e-3, "the dynamics differ", "Q normalised to 1, (3/4 pi) a spin"),
    )


def equation_6() -> Claim:
    """Steady locking on resonance as epsilon -> 0."""
    epsilon = 1e-4
    point = compute("spin_pair", {"epsilon": epsilon, **data.REVERSED}, ["synchronization"])
    theory = float(synchronization_first_order(0.0, epsilon, **data.REVERSED))
    return Claim(
        "Eq. (6)",
        "steady max S_rel = (9 pi eps/128)[2/(gamma_A^d + gamma_B^g) - 2/(gamma_A^g + gamma_B^d)]",
        f"{theory / epsilon:.6f} eps",
        f"{point['synchronization'] / epsilon:.6f} eps",
        *reproduced(abs(point["synchronization"] / theory - 1) < 1e-3, "the limit is another"),
    )


def identical_limit_cycles() -> Claim:
    """Two identical limit cycles beyond first order."""
    point = compute(
        "spin_pair",
        {"epsilon": data.EPSILON, **IDENTICAL},
        ["synchronization", "locked_phase"],
    )
    closed_form = data.EPSILON**2 / (4 * np.pi * (1 + 8 * data.EPSILON**2))
    return Claim(
        "below Eq. (6)",
        "the measure vanishes for identical limit cycles",
        "0",
        f"{point['synchronization']:.3e} at epsilon = 0.1 (closed form eps^2/(4 pi (1 + 8 eps^2)) "
        f"= {closed_form:.3e}), peaks at +-pi/2",
        *reproduced(
            point["synchronization"] < 1e-12,
            "holds to first order only: the second harmonic is of order eps^2",
        ),
    )


def balanced_partner() -> list[Claim]:
    """A balanced limit cycle locks to an unbalanced one, but not to a semiclassical signal."""
    common = {"epsilon": data.EPSILON, **data.BALANCED_A}
    measures = ["synchronization", "locked_phase"]
    damped = compute("spin_pair", {**common, "gain_b": 1.0, "damping_b": 100.0}, measures)
    pumped = compute("spin_pair", {**common, "gain_b": 100.0, "damping_b": 1.0}, measures)
    equal = abs(damped["synchronization"] / pumped["synchronization"] - 1) < 1e-9
    steady = steady_state(driven_spin(drive=np.array([1e-4, 1e-2]), gain=1.0, damping=1.0))
    response = phase_distribution(steady.rho, steady.space).maximum
    order = float(np.log(response[1] / response[0]) / np.log(100))
    return [
        Claim(
            "below Eq. (6)",
            "a balanced spin A locks equally well to a damped and to a pumped spin B",
            "equally well",
            f"max S_rel = {damped['synchronization']:.6f} at phi = {zero(damped['locked_phase'])} "
            f"and {pumped['synchronization']:.6f} at phi = {pumped['locked_phase']:.4f}",
            *reproduced(
                equal, "the two differ", "same height; with the pumped partner in antiphase"
            ),
        ),
        Claim(
            "below Eq. (6)",
            "a balanced limit cycle does not respond to an external signal",
            "unresponsive",
            f"max p grows as drive^{order:.2f}",
            *reproduced(order > 1.9, "it responds at first order", "at first order in the drive"),
        ),
    ]
