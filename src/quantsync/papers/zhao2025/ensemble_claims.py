"""Claims of Zhao et al. (2025) on random perturbations: Figs. 3 and 5."""

from __future__ import annotations

import numpy as np
import xarray as xr

from quantsync.papers.paper import Found, claim
from quantsync.papers.zhao2025.ensemble_data import figure_3, figure_5

SIGMAS = 3.0
"""Standard errors by which a statistical statement must hold."""
UNIFORM = 1 / 8
"""Probability of each of the three intervals for random angles."""


def _at(data: xr.Dataset, eta: float) -> xr.Dataset:
    return data.sel(eta=eta, method="nearest")


def _chances(eta: float) -> tuple[np.ndarray, np.ndarray]:
    """P_1, P_2, P_3 at a strength, and their standard errors."""
    found = _at(figure_3(), eta)
    return found.interval_probability.values, found.interval_probability_error.values


def _written(values: np.ndarray, errors: np.ndarray) -> str:
    return ", ".join(f"{v:.2f} +- {e:.2f}" for v, e in zip(values, errors, strict=True))


@claim(
    "C30",
    "Spin-1 model, App. D",
    "for every realization of the random perturbation there is a single steady state",
    printed="always",
)
def unique_states() -> Found:
    chain, pair = figure_3(), figure_5()
    failed = int(chain.failed.sum() + pair.failed.sum())
    return Found(
        f"{failed} exceptions in {chain.sizes['sample']} + {pair.sizes['sample']} perturbations at "
        f"{chain.sizes['eta']} strengths each",
        failed == 0,
    )


@claim(
    "C31",
    "Fig. 3(a)",
    "at eta << omega the distribution of chi has three peaks, at 0, 1/4 and 1",
    printed="three",
)
def three_peaks() -> Found:
    density = _at(figure_3(), 1e-8).chi_probability.values * figure_3().sizes["chi"]
    centre = figure_3().chi.values
    outside = (np.abs(centre - 0.25) > 0.08) & (centre > 0.04) & (centre < 0.86)
    heights = [density[abs(centre - peak).argmin()] for peak in (0, 0.25, 1)]
    holds = min(heights) > 1 and float(density[outside].max()) < 0.05
    return Found(
        f"densities there at eta = 1e-8: {', '.join(f'{h:.0f}' for h in heights)}; below 0.05 "
        "between them",
        holds,
    )


@claim(
    "C32",
    "Fig. 3(a), (b)",
    "the peaks persist up to eta/omega of some 1e-3",
    printed="three peaks",
    convention="the peaks at 1/4 and 1 stand out, but have lost a third of what they have in the "
    "limit; the interval of chi = 0 holds no more than by chance at any strength, its "
    "peak is narrower",
)
def peaks_up_to() -> Found:
    chances, errors = _chances(1e-3)
    excess = (chances - UNIFORM) / errors
    holds = bool((excess[1:] > SIGMAS).all())
    return Found(
        f"P_1, P_2, P_3 = {_written(chances, errors)} at 1e-3, where uniform angles give 0.125 and "
        f"the limit {', '.join(f'{p:.2f}' for p in figure_3().interval_probability_limit.values)}",
        holds,
    )


@claim(
    "C33",
    "Fig. 3(c)",
    "the two kinds of synchronization are equally likely under weak perturbations",
    printed="1 : 1",
)
def limit() -> Found:
    share, samples = float(figure_3().zero_or_pi_share_limit), figure_3().attrs["limit_samples"]
    error = float(np.sqrt(share * (1 - share) / samples))
    return Found(
        f"(0, pi) in {share:.3f} +- {error:.3f} of {samples} perturbations in the limit eta -> 0",
        abs(share - 0.5) < 2e-2,
    )


@claim(
    "C34",
    "Fig. 3(c)",
    "they are equally likely up to eta/omega of some 1e-3",
    printed="P_2/(3 P_1) = 1",
    otherwise="it falls from 1e-5 on: more maxima of (0, pi) states survive than of pi/3 states, "
    "whose peaks are half as high",
)
def equally_likely() -> Found:
    ratios = {eta: float(_at(figure_3(), eta).kind_ratio) for eta in (1e-5, 1e-4, 1e-3)}
    written = ", ".join(f"{ratio:.2f} at {eta:.0e}" for eta, ratio in ratios.items())
    return Found(f"P_2/(3 P_1) = {written}", ratios[1e-3] > 0.9)


@claim(
    "C35",
    "Fig. 3(b)",
    "the three probabilities converge to that of uniform angles at eta/omega >~ 1",
    printed="1/8",
)
def uniform_at_strong() -> Found:
    chances, errors = _chances(10.0)
    holds = bool((np.abs(chances - UNIFORM) < SIGMAS * errors).all())
    return Found(f"{_written(chances, errors)} at eta = 10", holds)


@claim(
    "C36",
    "Fig. 3(d)",
    "S_max does not vanish at weak perturbations, neither typically nor on average",
    printed="nonzero",
)
def nonzero_synchronization() -> Found:
    weak = _at(figure_3(), 1e-8).synchronization.values
    error = weak.std(ddof=1) / np.sqrt(len(weak))
    exact = float(figure_3().synchronization_limit)
    holds = abs(weak.mean() - exact) < SIGMAS * error and (weak > 1e-9).mean() > 0.99
    return Found(
        f"<S_max> = {1e6 * weak.mean():.1f}e-6 +- {1e6 * error:.1f}e-6 at eta = 1e-8; exactly "
        f"{1e6 * exact:.2f}e-6 in the limit, for orthonormal F",
        holds,
    )


@claim("C37", "Fig. 3(d)", "<S_max> increases from eta/omega of some 1e-3 on", printed="increases")
def growth() -> Found:
    averages = {
        eta: 1e6 * float(_at(figure_3(), eta).synchronization.mean())
        for eta in (1e-4, 1e-3, 1e-2, 1.0)
    }
    ordered = list(averages.values())
    holds = ordered[0] < 4 and all(np.diff(ordered) > 0) and ordered[-1] > 20 * ordered[0]
    return Found(
        "; ".join(f"{value:.1f}e-6 at {eta:.0e}" for eta, value in averages.items()), holds
    )


def _near_one(eta: float) -> float:
    """Probability that chi_2 > 7/8."""
    chances = _at(figure_5(), eta).chi_2_probability
    return float(chances.where(figure_5().chi_2 > 7 / 8, 0).sum())


@claim(
    "C38",
    "Fig. 5(a)",
    "at eta/J <~ 1e-2 chi_2 is concentrated around 1: the spins are in antiphase",
    printed="chi_2 = 1",
)
def antiphase() -> Found:
    found = {eta: _near_one(eta) for eta in (1e-4, 1e-2)}
    return Found(
        "; ".join(f"P(chi_2 > 7/8) = {p:.3f} at {eta:.0e}" for eta, p in found.items()),
        min(found.values()) > 0.99,
    )


@claim(
    "C39",
    "Fig. 5(a)",
    "chi_2 is uniform at eta/J >~ 0.1",
    printed="P(chi_2 > 7/8) = 1/8",
    otherwise="at 0.1 antiphase is still several times as likely; uniform from 1 on",
)
def uniform_pair() -> Found:
    etas = (0.1, 0.3, 1.0)
    found = {eta: _near_one(eta) for eta in etas}
    holds = abs(found[0.1] - 1 / 8) < 0.05
    return Found("; ".join(f"{p:.2f} at {eta:g}" for eta, p in found.items()), holds)


@claim("C40", "Fig. 5(b)", "S_max is typically nonzero at all strengths", printed="nonzero")
def synchronization_of_pairs() -> Found:
    smallest = float(figure_5().synchronization.min())
    weak = float(_at(figure_5(), 1e-8).synchronization.mean())
    weight = float(_at(figure_5(), 1e-8).singlet_weight.mean())
    return Found(
        f"smallest of all {smallest:.0e}; <S_max> = {weak:.3f} and <c_-> = {weight:.2f} at 1e-8 "
        "(1/4 would be <c_-> for orthonormal F)",
        smallest > 1e-6,
    )
