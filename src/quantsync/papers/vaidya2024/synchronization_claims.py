"""Claims of Vaidya et al. (2024) on the relative entropy of synchronization."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from quantsync.lindblad import steady_state
from quantsync.measures import relative_entropy_of_synchronization
from quantsync.measures.entropic import BlockDiagonalStates, DiagonalStates, SpannedStates
from quantsync.models import driven_pair
from quantsync.papers.paper import Found, claim, zero
from quantsync.papers.vaidya2024.baths import (
    FIGURE_3,
    FIGURE_8_A,
    FIGURE_8_B,
    FIGURE_12,
    baths,
    study,
)
from quantsync.papers.vaidya2024.response_claims import LIMIT
from quantsync.papers.vaidya2024.synchronization_data import (
    charge,
    extrema,
    figure_6,
    figure_7,
    figure_8,
    figure_15,
    partially_coherent,
)
from quantsync.search import find_zeros

INFERRED = "baths inferred from Figs. 8 and 12, and the limit of a weak drive"
VISIBLE = 1e-3
"""Enhancements below this cannot be seen in a figure."""


@claim(
    "C20",
    "Eqs. (10), (11)",
    "over states diagonal in the undriven eigenbasis the minimum is S(rho_diag) - S(rho)",
    printed="equal",
)
def closed_form() -> Found:
    """Eq. (11) against a search over all diagonal states."""
    driven = steady_state(driven_pair(**baths(*FIGURE_3), drive=0.5)).rho
    undriven = steady_state(driven_pair(**baths(*FIGURE_3))).rho
    family = DiagonalStates(undriven, charge=charge())
    closed = float(relative_entropy_of_synchronization(driven, family))
    basis = np.asarray(family.frame(undriven).vectors)
    searched = SpannedStates([np.outer(v, v.conj()) for v in basis.T])
    found = float(relative_entropy_of_synchronization(driven, searched))
    error = abs(found / closed - 1)
    return Found(f"a numerical search differs by {_small(error)}, at drive = 0.5", error < 1e-8)


@claim(
    "C21",
    "Figs. 8(b), 12",
    "Omega is of second order in a weak drive",
    printed="Omega/eps^2",
    convention="undriven states of full rank",
)
def order_of_the_drive() -> Found:
    regular = [float(study(*FIGURE_3, drive=e).omega()) / e**2 for e in (1e-3, 1e-4)]
    edge = [float(study(0.0, 0.4, coupling=0.0, drive=e).omega()) / e**2 for e in (1e-3, 1e-4)]
    growth = (edge[1] - edge[0]) / np.log(100)
    holds = abs(regular[1] / regular[0] - 1) < 1e-3
    return Found(
        f"Omega/eps^2 tends to {regular[1]:.6f} at the baths of Fig. 3; at w_A = 0, g = 0 it grows "
        f"like {growth:.4f} ln(1/eps^2)",
        holds,
    )


@claim(
    "C22",
    "Fig. 6(a)",
    "the coupling can strongly enhance and strongly suppress synchronization",
    printed="both",
    convention=INFERRED,
)
@claim(
    "C23", "Fig. 6(b)", "<S|U> and <S|D> are equal in magnitude to <T|U> and <T|D>", printed="equal"
)
@claim(
    "C24",
    "Fig. 6",
    "dips of the synchronization go with dips of the coherences",
    printed="qualitatively",
    convention=INFERRED,
)
def enhancement_and_suppression() -> Iterator[Found]:
    data = figure_6()
    top = data.ratio.max("coupling")
    bottom = data.ratio.where(data.coupling < 1).min("coupling")
    pairs = (("TU", "SU"), ("TD", "SD"))
    difference = max(
        float(np.abs(data.coherence.sel(transition=a) - data.coherence.sel(transition=b)).max())
        for a, b in pairs
    )
    suppressed = data.sel(baths="suppressed")
    where = float(data.coupling[np.argmin(suppressed.ratio.values)])
    total = suppressed.coherence.sel(transition=["TU", "TD"]).sum("transition")
    dip = float(data.coupling[np.argmin(total.values[data.coupling.values < 1])])
    yield Found(
        f"R reaches {float(top[0]):.2f} and {float(top[1]):.2f}, and dips to "
        f"{float(bottom[1]):.2f}",
        float(top.max()) > 2 and float(bottom[1]) < 0.5,
    )
    yield Found(f"on resonance they differ by {zero(difference)}", difference < 1e-12)
    yield Found(
        f"R is smallest at g = {where:.2f}, the coherences at g = {dip:.2f}", abs(where - dip) < 0.3
    )


@claim(
    "C25",
    "Fig. 7(a)",
    "enhancement is large where gain and loss of A are comparable",
    printed="w_A near gamma_A",
    convention=LIMIT,
)
@claim(
    "C26",
    "Fig. 7",
    "as w_A tends to gamma_A, R_max tends to infinity while Omega_max stays finite",
    printed="infinity, finite",
)
def enhancement_over_the_baths() -> Iterator[Found]:
    data = figure_7()
    mixed = (abs(data.gain_a - 0.5) < 0.07) & (abs(data.gain_b - 0.5) > 0.3)
    inside, outside = (
        float(data.largest_ratio.where(mixed == chosen).median()) for chosen in (True, False)
    )
    near = np.array([0.499, 0.4999])
    pairs = study(near, 0.0)
    top, uncoupled = pairs.largest_omega()[0], pairs.uncoupled_omega()
    limit = float(study(0.5, 0.0, coupling=1.4).omega())
    yield Found(
        f"median R_max {inside:.1f} for |w_A - 1/2| < 0.07 and |w_B - 1/2| > 0.3, "
        f"{outside:.2f} elsewhere",
        inside > 5 and outside < 1.5,
    )
    yield Found(
        f"R_max = {top[0] / uncoupled[0]:.3g} and {top[1] / uncoupled[1]:.3g} at w_A = 0.499 "
        f"and 0.4999, Omega/eps^2 = {limit:.4f} at w_A = 1/2, g = 1.4",
        top[1] / uncoupled[1] > 50 * top[0] / uncoupled[0] > 1,
    )


@claim(
    "C27",
    "Sec. III B 1",
    "for any nonzero temperature of A, a partner with w_B = 0 enhances synchronization",
    printed="any",
    otherwise="no visible enhancement for a hot, inverted A (w_A > 0.617)",
)
def any_temperature() -> Found:

    def gap(w: np.ndarray) -> np.ndarray:
        top = extrema(w, 0 * w).highest()[1]
        return top / study(w, 0 * w, coupling=0.0, workers=1).omega() - 1 - VISIBLE

    edges = find_zeros(gap, [0.08, 0.12, 0.3, 0.4, 0.58, 0.64], workers=1)
    low, high = float(edges.location[0]), float(edges.location[-1])
    beyond = np.linspace(high + 0.01, 0.99, 30)
    tiny = np.geomspace(1e-5, 0.1, 30)
    excess = (
        study(beyond[:, None], 0.0, coupling=tiny).omega()
        / study(beyond[:, None], 0.0, coupling=0.0).omega()
    )
    largest = float(excess.max() - 1)
    return Found(
        f"R_max exceeds 1 by more than {VISIBLE:g} for {low:.3f} < w_A < {high:.3f} only; above, "
        f"R - 1 stays below {max(largest, 1e-9):.0e} at any g (a term g^2 ln(1/g) keeps it positive"
        " at tiny g as the drive tends to zero)",
        high > 0.99,
    )


@claim(
    "C28",
    "Fig. 8(a)",
    "a local minimum of Omega over g occurs only for inverted baths",
    printed="only there",
    convention=LIMIT,
)
@claim(
    "C29",
    "Fig. 8(b)",
    "at w_B = 0.82: one maximum slightly above w_A = 0.5, minimum and maximum at 0.46 and "
    "0.38, monotonic at 0.25",
    printed="maximum; both; both; none",
    convention=LIMIT,
)
@claim(
    "C30",
    "Sec. III B 2",
    "the local maximum at w_A = 0.38 is at g near 2",
    printed="2",
    convention="2 is rounded",
)
def suppression_over_the_baths() -> Iterator[Found]:
    data = figure_8()
    has = np.isfinite(data.ratio_at_minimum.values)
    w_a, w_b = np.meshgrid(data.gain_a, data.gain_b, indexing="ij")
    inverted = (w_a - 0.5) * (w_b - 0.5) < 0
    found = extrema(np.array(FIGURE_8_A), FIGURE_8_B)
    shapes = ["".join("+" if k > 0 else "-" for k in row if k == k) for row in found.kind]
    where, _ = extrema(0.38, FIGURE_8_B).first("maximum")
    at = float(where)
    yield Found(
        f"{int(has.sum())} of {has.size} points have one, {int((has & ~inverted).sum())} of "
        "them at other baths",
        bool(has.any()) and not (has & ~inverted).any(),
    )
    yield Found(
        f"extrema at w_A = 0.52, 0.46, 0.38, 0.25: {', '.join(s or 'none' for s in shapes)} "
        "(- minimum, + maximum)",
        shapes == ["+", "-+", "-+", ""],
    )
    yield Found(f"g = {at:.4f}", abs(at - 2) < 0.25)


@claim(
    "C31",
    "Fig. 12",
    "diagonal and optimised partially coherent limit cycles give the same Omega",
    printed="coincide",
    convention="weak drives: equal to order eps^2",
)
@claim(
    "C32",
    "App. B",
    "the optimised limit cycle coincides with rho_diag",
    printed="coincide",
    convention="weak drives",
)
def partially_coherent_limit_cycles() -> Iterator[Found]:
    coupling, drives = 1.5, np.array([0.01, 0.02, 0.1])
    driven = steady_state(driven_pair(**baths(*FIGURE_12), coupling=coupling, drive=drives)).rho
    undriven = steady_state(driven_pair(**baths(*FIGURE_12), coupling=coupling)).rho
    diagonal = DiagonalStates(np.broadcast_to(undriven, driven.shape), charge=charge())
    omega = relative_entropy_of_synchronization(driven, diagonal)
    block = relative_entropy_of_synchronization(driven, BlockDiagonalStates(charge()))
    search = SpannedStates(partially_coherent())
    optimised = relative_entropy_of_synchronization(driven, search)
    error = float(np.abs(optimised / block - 1).max())
    power = float(np.log2((omega[1] - block[1]) / (omega[0] - block[0])))
    states = float(np.abs(search.closest(driven) - diagonal.closest(driven)).max(axis=(1, 2))[2])
    yield Found(
        f"they differ by a fraction {omega[2] / block[2] - 1:.1e} at drive = 0.1, and the "
        f"difference grows like drive^{power:.2f}",
        omega[2] / block[2] - 1 < 1e-2,
    )
    yield Found(
        f"elements differ by up to {states:.1e} at drive = 0.1; the optimum is rho without "
        f"coherences between blocks (closed form and search differ by {_small(error)})",
        states < 1e-2 and error < 1e-8,
    )


@claim(
    "C33",
    "Fig. 15",
    "two qutrits show enhancement and suppression as two qubits do",
    printed="both",
    convention=INFERRED,
)
def qutrits() -> Found:
    ratio = figure_15().ratio
    top, bottom = float(ratio.max()), float(ratio.where(ratio.coupling < 1).min())
    return Found(f"R between {bottom:.2f} and {top:.2f}", top > 2 and bottom < 0.5)


def _small(fraction: float) -> str:
    """A relative deviation without the digits in which an optimiser's last step shows."""
    return "a fraction below 1e-8" if fraction < 1e-8 else f"a fraction {fraction:.1e}"
