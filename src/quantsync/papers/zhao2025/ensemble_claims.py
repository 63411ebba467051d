"""Claims of Zhao et al. (2025) on random perturbations: Figs. 3 and 5."""

from __future__ import annotations

import numpy as np
import xarray as xr

from quantsync.papers.paper import Claim, Verdict, reproduced
from quantsync.papers.zhao2025.ensemble_data import SAMPLES, chain_ensemble, pair_ensemble

SIGMAS = 3.0
"""Standard errors by which a statistical statement must hold."""
UNIFORM = 1 / 8
"""Probability of each of the three intervals for random angles."""


def ensemble_claims() -> list[Claim]:
    """The claims of Figs. 3 and 5, from as many samples as the figures have by default."""
    chain, pair = chain_ensemble(SAMPLES), pair_ensemble(SAMPLES)
    return [
        unique_states(chain, pair),
        three_peaks(chain),
        peaks_up_to(chain),
        limit(chain),
        equally_likely(chain),
        uniform_at_strong(chain),
        nonzero_synchronization(chain),
        growth(chain),
        antiphase(pair),
        uniform_pair(pair),
        synchronization_of_pairs(pair),
    ]


def _at(data: xr.Dataset, eta: float) -> xr.Dataset:
    return data.sel(eta=eta, method="nearest")


def _chances(data: xr.Dataset, eta: float) -> tuple[np.ndarray, np.ndarray]:
    """P_1, P_2, P_3 at a strength, and their standard errors."""
    found = _at(data, eta)
    return found.interval_probability.values, found.interval_probability_error.values


def _written(values: np.ndarray, errors: np.ndarray) -> str:
    return ", ".join(f"{v:.2f} +- {e:.2f}" for v, e in zip(values, errors, strict=True))


def unique_states(chain: xr.Dataset, pair: xr.Dataset) -> Claim:
    """Every realization has one stationary state."""
    failed = int(chain.failed.sum() + pair.failed.sum())
    return Claim(
        "Spin-1 model, App. D",
        "for every realization of the random perturbation there is a single steady state",
        "always",
        f"{failed} exceptions in {chain.sizes['sample']} + {pair.sizes['sample']} perturbations at "
        f"{chain.sizes['eta']} strengths each",
        *reproduced(failed == 0, "some perturbations leave several"),
    )


def three_peaks(chain: xr.Dataset) -> Claim:
    """Peaks of chi for vanishing perturbations."""
    density = _at(chain, 1e-8).chi_probability.values * chain.sizes["chi"]
    centre = chain.chi.values
    outside = (np.abs(centre - 0.25) > 0.08) & (centre > 0.04) & (centre < 0.86)
    heights = [density[abs(centre - peak).argmin()] for peak in (0, 0.25, 1)]
    holds = min(heights) > 1 and float(density[outside].max()) < 0.05
    return Claim(
        "Fig. 3(a)",
        "at eta << omega the distribution of chi has three peaks, at 0, 1/4 and 1",
        "three",
        f"densities there at eta = 1e-8: {', '.join(f'{h:.0f}' for h in heights)}; below 0.05 "
        "between them",
        *reproduced(holds, "there are others, or fewer"),
    )


def peaks_up_to(chain: xr.Dataset) -> Claim:
    """Peaks at eta = 1e-3."""
    chances, errors = _chances(chain, 1e-3)
    excess = (chances - UNIFORM) / errors
    holds = bool((excess[1:] > SIGMAS).all())
    return Claim(
        "Fig. 3(a), (b)",
        "the peaks persist up to eta/omega of some 1e-3",
        "three peaks",
        f"P_1, P_2, P_3 = {_written(chances, errors)} at 1e-3, where uniform angles give 0.125 and "
        f"the limit {', '.join(f'{p:.2f}' for p in chain.interval_probability_limit.values)}",
        *reproduced(
            holds,
            "the peaks at 1/4 and 1 cannot be told from uniform angles",
            "the peaks at 1/4 and 1 stand out, but have lost a third of what they have in the "
            "limit; the interval of chi = 0 holds no more than by chance at any strength, its "
            "peak is narrower",
        ),
    )


def limit(chain: xr.Dataset) -> Claim:
    """Both kinds in the exact limit."""
    share = float(chain.zero_or_pi_share_limit)
    error = float(np.sqrt(share * (1 - share) / chain.attrs["limit_samples"]))
    found = f"(0, pi) in {share:.3f} +- {error:.3f} of {chain.attrs['limit_samples']} perturbations"
    return Claim(
        "Fig. 3(c)",
        "the two kinds of synchronization are equally likely under weak perturbations",
        "1 : 1",
        f"{found} in the limit eta -> 0",
        *reproduced(abs(share - 0.5) < 2e-2, "one kind is preferred"),
    )


def equally_likely(chain: xr.Dataset) -> Claim:
    """Ratio of kinds over eta."""
    ratios = {eta: float(_at(chain, eta).kind_ratio) for eta in (1e-5, 1e-4, 1e-3)}
    written = ", ".join(f"{ratio:.2f} at {eta:.0e}" for eta, ratio in ratios.items())
    return Claim(
        "Fig. 3(c)",
        "they are equally likely up to eta/omega of some 1e-3",
        "P_2/(3 P_1) = 1",
        f"P_2/(3 P_1) = {written}",
        *reproduced(
            ratios[1e-3] > 0.9,
            "it falls from 1e-5 on: more maxima of (0, pi) states survive than of pi/3 states, "
            "whose peaks are half as high",
        ),
    )


def uniform_at_strong(chain: xr.Dataset) -> Claim:
    """The three intervals at eta >= 1."""
    chances, errors = _chances(chain, 10.0)
    holds = bool((np.abs(chances - UNIFORM) < SIGMAS * errors).all())
    return Claim(
        "Fig. 3(b)",
        "the three probabilities converge to that of uniform angles at eta/omega >~ 1",
        "1/8",
        f"{_written(chances, errors)} at eta = 10",
        *reproduced(holds, "they differ from it by more than three standard errors"),
    )


def nonzero_synchronization(chain: xr.Dataset) -> Claim:
    """S_max at weak perturbations."""
    weak = _at(chain, 1e-8).synchronization.values
    error = weak.std(ddof=1) / np.sqrt(len(weak))
    exact = float(chain.synchronization_limit)
    holds = abs(weak.mean() - exact) < SIGMAS * error and (weak > 1e-9).mean() > 0.99
    return Claim(
        "Fig. 3(d)",
        "S_max does not vanish at weak perturbations, neither typically nor on average",
        "nonzero",
        f"<S_max> = {1e6 * weak.mean():.1f}e-6 +- {1e6 * error:.1f}e-6 at eta = 1e-8; exactly "
        f"{1e6 * exact:.2f}e-6 in the limit, for orthonormal F",
        *reproduced(holds, "the sample disagrees with the limit"),
    )


def growth(chain: xr.Dataset) -> Claim:
    """S_max grows where the angles are no longer locked."""
    averages = {
        eta: 1e6 * float(_at(chain, eta).synchronization.mean()) for eta in (1e-4, 1e-3, 1e-2, 1.0)
    }
    ordered = list(averages.values())
    holds = ordered[0] < 4 and all(np.diff(ordered) > 0) and ordered[-1] > 20 * ordered[0]
    return Claim(
        "Fig. 3(d)",
        "<S_max> increases from eta/omega of some 1e-3 on",
        "increases",
        "; ".join(f"{value:.1f}e-6 at {eta:.0e}" for eta, value in averages.items()),
        *reproduced(holds, "it does not"),
    )


def _near_one(pair: xr.Dataset, eta: float) -> tuple[float, float]:
    """Probability that chi_2 > 7/8, and the height of it for uniform phases."""
    chances = _at(pair, eta).chi_2_probability
    return float(chances.where(pair.chi_2 > 7 / 8, 0).sum()), 1 / 8


def antiphase(pair: xr.Dataset) -> Claim:
    """chi_2 at weak perturbations of the pair."""
    found = {eta: _near_one(pair, eta)[0] for eta in (1e-4, 1e-2)}
    return Claim(
        "Fig. 5(a)",
        "at eta/J <~ 1e-2 chi_2 is concentrated around 1: the spins are in antiphase",
        "chi_2 = 1",
        "; ".join(f"P(chi_2 > 7/8) = {p:.3f} at {eta:.0e}" for eta, p in found.items()),
        *reproduced(min(found.values()) > 0.99, "other phases occur"),
    )


def uniform_pair(pair: xr.Dataset) -> Claim:
    """chi_2 at eta of 0.1 and above."""
    etas = (0.1, 0.3, 1.0)
    found = {eta: _near_one(pair, eta)[0] for eta in etas}
    holds = abs(found[0.1] - 1 / 8) < 0.05
    return Claim(
        "Fig. 5(a)",
        "chi_2 is uniform at eta/J >~ 0.1",
        "P(chi_2 > 7/8) = 1/8",
        "; ".join(f"{p:.2f} at {eta:g}" for eta, p in found.items()),
        *reproduced(holds, "at 0.1 antiphase is still several times as likely; uniform from 1 on"),
    )


def synchronization_of_pairs(pair: xr.Dataset) -> Claim:
    """S_max of the pair at all strengths."""
    smallest = float(pair.synchronization.min())
    weak = float(_at(pair, 1e-8).synchronization.mean())
    weight = float(_at(pair, 1e-8).singlet_weight.mean())
    verdict: tuple[Verdict, str] = reproduced(smallest > 1e-6, "it vanishes for some")
    return Claim(
        "Fig. 5(b)",
        "S_max is typically nonzero at all strengths",
        "nonzero",
        f"smallest of all {smallest:.0e}; <S_max> = {weak:.3f} and <c_-> = {weight:.2f} at 1e-8 "
        "(1/4 would be <c_-> for orthonormal F)",
        *verdict,
    )
