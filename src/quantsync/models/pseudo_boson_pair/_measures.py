"""What pseudo-bosonic chains are asked for by name; functions of a `PseudoBosonPair`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from quantsync.gaussian.correlations import log_negativity as gaussian_log_negativity
from quantsync.gaussian.correlations import mutual_information as gaussian_mutual_information
from quantsync.models.pseudo_boson_pair._variants import START
from quantsync.system import Measure, table_of


def _measure(
    name: str, long_name: str, of: Callable[[Any], Any], units: str = "1", undefined: bool = False
) -> Measure:
    return Measure(name, long_name, units, of, undefined)


def _mean(name: str) -> Measure:
    k = START.index(name)
    quantity = "position" if name.startswith("q") else "momentum"
    return _measure(name, f"mean {quantity} of chain {name[1]}", lambda pair: pair.means()[:, k])


PSEUDO_BOSON_MEASURES = table_of(
    _mean("q1"),
    _mean("p1"),
    _mean("q2"),
    _mean("p2"),
    _measure(
        "S_q",
        "complete synchronization of Mari et al.; 1 for uncorrelated vacua, see S_q_product",
        lambda pair: pair.complete().value,
    ),
    _measure(
        "S_q_phi",
        "complete synchronization at the phases of the means; undefined at rest",
        lambda pair: pair.at_phases().value,
        undefined=True,
    ),
    _measure(
        "S_phase",
        "phase synchronization of Mari et al.; undefined at rest",
        lambda pair: pair.in_phase().value,
        undefined=True,
    ),
    _measure(
        "S_q_product",
        "S_q of the product state with the same marginals, the baseline of S_q and S_q_phi",
        lambda pair: pair.complete().product,
    ),
    _measure(
        "S_q_uncoupled",
        "S_q of the same run with the coupling off",
        lambda pair: pair.of_uncoupled().value,
    ),
    _measure(
        "S_q_excess",
        "S_q less that of the product state: what correlations add",
        lambda pair: pair.complete().excess,
    ),
    _measure(
        "nu_min",
        "smallest symplectic eigenvalue; below 1/2 no state has this covariance",
        lambda pair: pair.complete().nu_min,
    ),
    _measure(
        "log_negativity",
        "logarithmic negativity between the chains; undefined where nu_min < 1/2",
        lambda pair: gaussian_log_negativity(pair.physical_covariances()),
        units="nat",
        undefined=True,
    ),
    _measure(
        "mutual_information",
        "mutual information between the chains; undefined where nu_min < 1/2",
        lambda pair: gaussian_mutual_information(pair.physical_covariances()),
        units="nat",
        undefined=True,
    ),
)
