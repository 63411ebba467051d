"""Data of Figs. 3 and 5 of Zhao et al. (2025): random perturbations of every strength.

Energies and rates are in units of omega (Fig. 3) and of J (Fig. 5). The perturbations are those
of App. F with the operators that Eq. (F3) prints.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import xarray as xr

from quantsync.catalogue.state_measures import STATE_MEASURES, locking
from quantsync.lindblad.degenerate import DegenerateBase
from quantsync.measures import (
    PhaseDistribution,
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
from quantsync.papers.paper import attributes, figure, labelled
from quantsync.papers.zhao2025 import ensemble_drawing
from quantsync.papers.zhao2025.dark_states import SINGLET
from quantsync.papers.zhao2025.data import BINS, THRESHOLD
from quantsync.papers.zhao2025.limit import limit_ensemble
from quantsync.papers.zhao2025.printed import random_perturbation
from quantsync.papers.zhao2025.sectors import prepared_chain, stationary_states
from quantsync.papers.zhao2025.uncertainty import sampling
from quantsync.sweeps import ensemble
from quantsync.system import Measure, View

ETAS = np.logspace(-8, 1, 19)
"""Two strengths a decade, from vanishing to dominating."""
SAMPLES, SAMPLES_IN_PRINT = 1000, 10_000
"""Random perturbations unless another number is asked for; the latter at full resolution."""
SEED = 2025
LIMIT_SAMPLES = 200_000
WEAKEST = 1e-8


def _chi_histogram(view: View) -> Any:
    return level_set_histogram(view.once(locking), chi, BINS, THRESHOLD)


CHI = Measure(
    "chi_probability",
    "probability of chi above the threshold",
    "1",
    lambda histogram: histogram,
    of=_chi_histogram,
)
INTERVAL = Measure(
    "interval_probability",
    "probability P_a that chi is in the interval a",
    "1",
    interval_probabilities,
    of=_chi_histogram,
)
COSINES = frozenset({(2, -2), (2, 0), (0, 2)})
"""Orders in the phases of sites 1 and 2 relative to 3 of the three cosines of Eq. (8)."""


def _coefficient(phases: PhaseDistribution) -> Any:
    """X of (2 pi)^-3 [1 + (x/2) sum of the three cosines], Eq. (8) normalised."""
    chosen = [k for k, order in enumerate(phases.orders.tolist()) if tuple(order) in COSINES]
    return 4 / 3 * np.real(phases.harmonics[..., chosen]).sum(axis=-1)


COEFFICIENT = Measure(
    "coefficient", "coefficient x of the cosines of Eq. (8)", "1", _coefficient, of=locking
)


def _chi_2_histogram(view: View) -> Any:
    return level_set_histogram(view.once(locking), chi_2, BINS, THRESHOLD)


CHI_2 = Measure(
    "chi_2_probability",
    "probability of chi_2 above the threshold",
    "1",
    lambda histogram: histogram,
    of=_chi_2_histogram,
)
ANTIPHASE = Measure(
    "antiphase",
    "probability that chi_2 is above 7/8",
    "1",
    lambda histogram: histogram[..., 7 * BINS // 8 :].sum(axis=-1),
    of=_chi_2_histogram,
)
SINGLET_WEIGHT = Measure(
    "singlet_weight",
    "weight of the singlet",
    "1",
    lambda state: np.real(np.einsum("i,bij,j->b", SINGLET, state.rho, SINGLET)),
)
PAIR = [
    CHI_2,
    ANTIPHASE,
    STATE_MEASURES["synchronization"],
    STATE_MEASURES["locked_phase"],
    SINGLET_WEIGHT,
]


@figure(
    "3",
    "Three spins 1 under random perturbations",
    draw=ensemble_drawing.draw_figure_3,
    caption=ensemble_drawing.CAPTION_3,
)
@cache
def figure_3(full: bool = False, samples: float = 0.0) -> xr.Dataset:
    """Angular configurations and synchronization of the chain under random perturbations."""
    measures = [CHI, INTERVAL, COEFFICIENT, STATE_MEASURES["synchronization"]]
    data = _ensemble(prepared_chain(), measures, CHI, "chi", full, samples)
    data = data.rename({INTERVAL.name: "interval_share", f"{INTERVAL.name}_0": "interval"})
    shares = data.interval_share
    data["interval_probability"] = _described(shares.mean("sample"), INTERVAL.long_name)
    data["interval_probability_error"] = _described(
        standard_error(shares), f"{INTERVAL.long_name}: standard error"
    )
    data["kind_ratio"] = _ratio(data.interval_probability)
    # P_1 and P_2 come of the same samples: the deviation of a ratio of means, sample by sample.
    first, second = shares.isel(interval=0), shares.isel(interval=1)
    deviations = (second - 3 * data.kind_ratio * first) / (3 * first.mean("sample"))
    data["kind_ratio_error"] = _described(standard_error(deviations), "P_2/(3 P_1): standard error")
    return _with_limit(data)


def at(data: xr.Dataset, eta: float) -> xr.Dataset:
    """The data at a strength."""
    return data.sel(eta=eta, method="nearest")


def samples_of(data: xr.Dataset) -> str:
    """What its standard errors are of, in words."""
    return sampling(data.sizes["sample"], SEED)


def standard_error(values: xr.DataArray) -> xr.DataArray:
    """Of the mean over samples."""
    return values.std("sample", ddof=1) / np.sqrt(values.sizes["sample"])


def _described(values: xr.DataArray, long_name: str) -> xr.DataArray:
    return values.assign_attrs(attributes(long_name))


def _ratio(probability: xr.DataArray) -> xr.DataArray:
    values = kind_ratio(probability.transpose(..., "interval").values)
    return xr.DataArray(values, dims=probability.dims[:-1], attrs=attributes("P_2/(3 P_1)"))


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


@figure(
    "5",
    "Two qubits under random perturbations",
    draw=ensemble_drawing.draw_figure_5,
    caption=ensemble_drawing.CAPTION_5,
)
@cache
def figure_5(full: bool = False, samples: float = 0.0) -> xr.Dataset:
    """Phase difference and synchronization of the qubit pair under random perturbations."""
    base = DegenerateBase(collective_decay_pair())
    return _ensemble(base, PAIR, CHI_2, "chi_2", full, samples)


def _ensemble(
    base: DegenerateBase, measures: list, average: Measure, name: str, full: bool, samples: float
) -> xr.Dataset:
    count = int(samples) or (SAMPLES_IN_PRINT if full else SAMPLES)
    data = ensemble(
        base,
        ETAS,
        count,
        SEED,
        measures,
        average=[average.name],
        draw=random_perturbation,
        store=store_of(),
    )
    if data.attrs["interrupted"]:
        # A figure of a part of the samples would look like one of all: Ctrl-C means to stop.
        raise KeyboardInterrupt
    middle = (np.arange(BINS) + 0.5) / BINS
    data = data.rename({f"{average.name}_0": name}).assign_coords(
        {name: labelled(name, middle, name)}
    )
    data["synchronization"].attrs["units"] = "rad^-2" if name == "chi" else "rad^-1"
    data.attrs["threshold"] = THRESHOLD
    return data
