"""The measures by name that every density matrix has, as sweeps and the command line know them."""

from __future__ import annotations

from typing import Any

from quantsync.errors import InvalidArgumentError
from quantsync.measures.correlations import (
    log_negativity,
    mutual_information,
    negativity,
    purity,
    von_neumann_entropy,
)
from quantsync.measures.phase import (
    PhaseDistribution,
    phase_distribution,
    relative_phase_distribution,
)
from quantsync.system import Measure, View, table_of


def locking(view: View) -> PhaseDistribution:
    """Relative phases of all sites, or the phase of a single one."""
    state = view.solution
    measure = phase_distribution if len(state.space) == 1 else relative_phase_distribution
    return measure(state)


def _locked_phase(view: View) -> Any:
    """Location of the highest peak; without an axis for the phases if there is only one."""
    location = view.once(locking).location
    return location[..., 0] if location.shape[-1] == 1 else location


def _first_site(view: View) -> str:
    """The site that bipartite measures cut from the rest."""
    space = view.solution.space
    if len(space) < 2:
        raise InvalidArgumentError(
            f"Correlations need at least two sites, but the system is {space}."
        )
    return space.names[0]


STATE_MEASURES: dict[str, Measure] = table_of(
    Measure(
        "synchronization",
        "maximum of S (one site) or S_rel (several): height of the phase peak above uniform",
        "1/rad",
        lambda view: view.once(locking).maximum,
    ),
    Measure(
        "locked_phase",
        "phase of the peak; undefined where no phase is preferred",
        "rad",
        _locked_phase,
        may_be_undefined=True,
    ),
    Measure(
        "negativity",
        "negativity between the first site and the rest",
        "1",
        lambda view: negativity(view.solution, _first_site(view)),
    ),
    Measure(
        "log_negativity",
        "logarithmic negativity between the first site and the rest",
        "nat",
        lambda view: log_negativity(view.solution, _first_site(view)),
    ),
    Measure(
        "mutual_information",
        "mutual information between the first site and the rest",
        "nat",
        lambda view: mutual_information(view.solution, _first_site(view)),
    ),
    Measure("purity", "purity Tr rho^2", "1", lambda view: purity(view.solution)),
    Measure(
        "von_neumann_entropy",
        "von Neumann entropy of the whole state",
        "nat",
        lambda view: von_neumann_entropy(view.solution),
    ),
    Measure(
        "residual",
        "residual ||L[rho]|| of the steady state",
        "rate",
        lambda view: view.solution.residual,
    ),
)
