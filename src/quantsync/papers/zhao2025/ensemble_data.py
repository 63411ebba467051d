"""Data of Figs. 3 and 5 of Zhao et al. (2025): random perturbations of every strength.

Energies and rates are in units of omega (Fig. 3) and of J (Fig. 5). The perturbations are those
of App. F with the operators that Eq. (F3) prints.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import xarray as xr

from quantsync.catalogue.state_measures import STATE_MEASURES, locking
from quantsync.lindblad import DegenerateBase
from quantsync.measures import (
    chi,
    chi_2,
    interval_probabilities,
    kind_ratio,
    level_set_histogram,
    relative_phase_distribution,
)
from quantsync.measures.level_sets import INTERVALS
from quantsync.models import collective_decay_pair
from quantsync.papers.keeping import store_of
from quantsync.papers.zhao2025.chain_data import BINS, THRESHOLD
from quantsync.papers.zhao2025.dark_states import SINGLET
from quantsync.papers.zhao2025.limit import limit_ensemble
from quantsync.papers.zhao2025.sectors import prepared_chain, stationary_states
from quantsync.sweeps import ensemble
from quantsync.system import Measure, View

ETAS = np.logspace(-8, 1, 19)
"""Two strengths a decade, from vanishing to dominating."""
SAMPLES, SAMPLES_IN_PRINT = 1000, 10_000
SEED = 2025
LIMIT_SAMPLES = 200_000


def _chi_histogram(view: View) -> Any:
    return level_set_histogram(view.once(locking), chi, BINS, THRESHOLD)


def _chi_2_histogram(view: View) -> Any:
    return level_set_histogram(view.once(locking), chi_2, BINS, THRESHOLD)


CHI = Measure(
    "chi_probability",
    "probability of chi above the threshold",
    "1",
    lambda view: view.once(_chi_histogram),
)
INTERVAL = Measure(
    "interval_probability",
    "probability P_a that chi is in the interval a",
    "1",
    lambda view: interval_probabilities(view.once(_chi_histogram)),
)
CHI_2 = Measure(
    "chi_2_probability", "probability of chi_2 above the threshold", "1", _chi_2_histogram
)
SINGLET_WEIGHT = Measure(
    "singlet_weight",
    "weight of the singlet",
    "1",
    lambda view: np.real(np.einsum("i,bij,j->b", SINGLET, view.solution.rho, SINGLET)),
)


def figure_3(full: bool = False, samples: float = 0) -> xr.Dataset:
    """Angular configurations and synchronization of the chain under random perturbations.

    Parameters
    ----------
    full : bool, default False
        Whether to draw the paper's 10^4 perturbations instead of 10^3.
    samples : float, default 0
        Another number of them, if not 0.

    Returns
    -------
    xarray.Dataset
        Over ``eta`` the probabilities of chi and of the three intervals with their standard
        errors, the ratio of kinds, and the maximum of S_d of every sample; the same for eta -> 0.
    """
    count = int(samples) or (SAMPLES_IN_PRINT if full else SAMPLES)
    return chain_ensemble(count).copy()


@lru_cache(maxsize=2)
def chain_ensemble(samples: int) -> xr.Dataset:
    """The ensemble of Fig. 3, computed once however many claims and figures ask for it."""
    data = ensemble(
        prepared_chain(),
        ETAS,
        samples,
        SEED,
        [CHI, INTERVAL, STATE_MEASURES["synchronization"]],
        average=[CHI.name, INTERVAL.name],
        store=store_of(),
    )
    _require_whole(data)
    data = _with_chi(data.rename({f"{CHI.name}_0": "chi", f"{INTERVAL.name}_0": "interval"}), "chi")
    data["kind_ratio"] = _ratio(data.interval_probability)
    return _with_limit(data)


def _ratio(probability: xr.DataArray) -> xr.DataArray:
    values = kind_ratio(probability.transpose(..., "interval").values)
    return xr.DataArray(
        values, dims=probability.dims[:-1], attrs={"long_name": "P_2/(3 P_1)", "units": "1"}
    )


def _with_limit(data: xr.Dataset) -> xr.Dataset:
    """Add what remains as eta -> 0: two kinds of state, and how often each occurs."""
    x, largest = limit_ensemble(LIMIT_SAMPLES, SEED)
    share = float((x > 0).mean())
    space = prepared_chain().space
    states = stationary_states(space)
    # The histogram depends on the sign of x alone.
    pure = [
        level_set_histogram(relative_phase_distribution(states[name], space), chi, BINS, THRESHOLD)
        for name in ("0+", "0-")
    ]
    histogram = share * pure[0] + (1 - share) * pure[1]
    chances = interval_probabilities(histogram)
    data["chi_probability_limit"] = ("chi", histogram)
    data["interval_probability_limit"] = ("interval", chances)
    data["kind_ratio_limit"] = _ratio(xr.DataArray(chances, dims=["interval"]))
    data["synchronization_limit"] = float(largest.mean())
    data["zero_or_pi_share_limit"] = share
    data.attrs["limit_samples"] = LIMIT_SAMPLES
    data.attrs["intervals"] = repr(INTERVALS)
    return data


def figure_5(full: bool = False, samples: float = 0) -> xr.Dataset:
    """Phase difference and synchronization of the qubit pair under random perturbations.

    Parameters
    ----------
    full : bool, default False
        Whether to draw the paper's 10^4 perturbations instead of 10^3.
    samples : float, default 0
        Another number of them, if not 0.

    Returns
    -------
    xarray.Dataset
        Over ``eta`` the probability of chi_2 with its standard error, and the maximum of S_d and
        the weight of the singlet of every sample.
    """
    return pair_ensemble(int(samples) or (SAMPLES_IN_PRINT if full else SAMPLES)).copy()


@lru_cache(maxsize=2)
def pair_ensemble(samples: int) -> xr.Dataset:
    """The ensemble of Fig. 5."""
    data = ensemble(
        DegenerateBase(collective_decay_pair()),
        ETAS,
        samples,
        SEED,
        [CHI_2, STATE_MEASURES["synchronization"], SINGLET_WEIGHT],
        average=[CHI_2.name],
        store=store_of(),
    )
    _require_whole(data)
    return _with_chi(data.rename({f"{CHI_2.name}_0": "chi_2"}), "chi_2")


def _require_whole(data: xr.Dataset) -> None:
    """A figure of a part of the samples would look like one of all: Ctrl-C means to stop."""
    if data.attrs["interrupted"]:
        raise KeyboardInterrupt


def _with_chi(data: xr.Dataset, name: str) -> xr.Dataset:
    middle = (np.arange(BINS) + 0.5) / BINS
    data = data.assign_coords({name: (name, middle, {"long_name": name, "units": "1"})})
    data["synchronization"].attrs["units"] = "rad^-2" if name == "chi" else "rad^-1"
    data.attrs["threshold"] = THRESHOLD
    return data
