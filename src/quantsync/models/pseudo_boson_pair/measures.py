"""What pseudo-bosonic chains are asked for by name; functions of a `PseudoBosonPair`."""

from __future__ import annotations

from quantsync.gaussian.correlations import gaussian_log_negativity, gaussian_mutual_information
from quantsync.models.pseudo_boson_pair.variants import START
from quantsync.system import Measure, table_of


def _mean(k: int, name: str) -> Measure:
    quantity = "position" if name.startswith("q") else "momentum"
    return Measure(
        name, f"mean {quantity} of chain {name[1]}", "1", lambda view: view.solution.means()[:, k]
    )


PSEUDO_BOSON_MEASURES = table_of(
    *(_mean(k, name) for k, name in enumerate(START)),
    Measure(
        "S_q",
        "complete synchronization of Mari et al.; 1 for uncorrelated vacua, see S_q_product",
        "1",
        lambda view: view.solution.complete().value,
    ),
    Measure(
        "S_q_phi",
        "complete synchronization at the phases of the means; undefined at rest",
        "1",
        lambda view: view.solution.at_phases().value,
        may_be_undefined=True,
    ),
    Measure(
        "S_phase",
        "phase synchronization of Mari et al.; undefined at rest",
        "1",
        lambda view: view.solution.in_phase().value,
        may_be_undefined=True,
    ),
    Measure(
        "S_q_product",
        "S_q of the product state with the same marginals, the baseline of S_q and S_q_phi",
        "1",
        lambda view: view.solution.complete().product,
    ),
    Measure(
        "S_q_uncoupled",
        "S_q of the same run with the coupling off",
        "1",
        lambda view: view.solution.of_uncoupled().value,
    ),
    Measure(
        "S_q_excess",
        "S_q less that of the product state: what correlations add",
        "1",
        lambda view: view.solution.complete().excess,
    ),
    Measure(
        "nu_min",
        "smallest symplectic eigenvalue; below 1/2 no state has this covariance",
        "1",
        lambda view: view.solution.complete().nu_min,
    ),
    Measure(
        "log_negativity",
        "logarithmic negativity between the chains; undefined where nu_min < 1/2",
        "nat",
        lambda view: gaussian_log_negativity(view.solution.physical_covariances()),
        may_be_undefined=True,
    ),
    Measure(
        "mutual_information",
        "mutual information between the chains; undefined where nu_min < 1/2",
        "nat",
        lambda view: gaussian_mutual_information(view.solution.physical_covariances()),
        may_be_undefined=True,
    ),
)
