"""The measures by name that every density matrix has, as sweeps and the command line know them."""

from __future__ import annotations

from typing import Any

from quantsync.errors import InvalidArgumentError
from quantsync.lindblad.generator import Generator
from quantsync.lindblad.slow_modes import liouvillian_gap
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
    phase_kinds,
    phase_senses,
    relative_phase_distribution,
)
from quantsync.operators import Space
from quantsync.system import Measure, View, table_of


def _state(view: View) -> Any:
    """The density matrices that are measured: of an evolution, those at the last time."""
    return getattr(view.solution, "final", view.solution)


def locking(view: View) -> PhaseDistribution:
    """Relative phases of all sites, or the phase of a single one."""
    state = view.once(_state)
    measure = phase_distribution if len(state.space) == 1 else relative_phase_distribution
    return measure(state)


def _which_phases(system: Any) -> dict[str, str]:
    """Of which kind the phase of every site is, and in which sense it turns."""
    space = getattr(system, "space", None)
    if not isinstance(space, Space):  # a system of one's own need not have one
        return {}
    tables = {"phase_kind": phase_kinds(space), "phase_sense": phase_senses(space)}
    return {
        name: ", ".join(f"{site}: {word}" for site, word in table.items())
        for name, table in tables.items()
    }


def _locked_phase(phases: PhaseDistribution) -> Any:
    """Location of the highest peak; without an axis for the phases if there is only one."""
    location = phases.location
    return location[..., 0] if location.shape[-1] == 1 else location


def _gap(view: View) -> Any:
    """The Liouvillian gap, which the generator has and no state."""
    system = getattr(view, "system", None)
    if not isinstance(system, Generator):
        raise InvalidArgumentError(
            "The Liouvillian gap is one of a Lindbladian, and not of a state or of another system; "
            "pass that to quantsync.slow_modes.liouvillian_gap()."
        )
    return liouvillian_gap(system, workers=view.workers)


def _first_site(state: Any) -> str:
    """The site that bipartite measures cut from the rest."""
    if len(state.space) < 2:
        raise InvalidArgumentError(
            f"Correlations need at least two sites, but the system is {state.space}."
        )
    return state.space.names[0]


DENSITY_MATRIX_MEASURES: dict[str, Measure] = table_of(
    Measure(
        "synchronization",
        "maximum of S (one site) or S_rel (several): height of the phase peak above uniform",
        "1/rad",
        lambda phases: phases.maximum,
        of=locking,
        attributes=_which_phases,
    ),
    Measure(
        "locked_phase",
        "phase of the peak; undefined where no phase is preferred",
        "rad",
        _locked_phase,
        may_be_undefined=True,
        of=locking,
        attributes=_which_phases,
    ),
    Measure(
        "mean_phase",
        "circular mean of the phase (one site) or relative phases; undefined where there is none",
        "rad",
        lambda phases: phases.mean_phase,
        may_be_undefined=True,
        of=locking,
        attributes=_which_phases,
    ),
    Measure(
        "circular_variance",
        "1 - |<exp(i phi)>| of the phase (one site) or relative phases",
        "1",
        lambda phases: phases.circular_variance,
        of=locking,
        attributes=_which_phases,
    ),
    Measure(
        "negativity",
        "negativity between the first site and the rest",
        "1",
        lambda state: negativity(state, _first_site(state)),
        of=_state,
    ),
    Measure(
        "log_negativity",
        "logarithmic negativity between the first site and the rest",
        "nat",
        lambda state: log_negativity(state, _first_site(state)),
        of=_state,
    ),
    Measure(
        "mutual_information",
        "mutual information between the first site and the rest",
        "nat",
        lambda state: mutual_information(state, _first_site(state)),
        of=_state,
    ),
    Measure("purity", "purity Tr rho^2", "1", purity, of=_state),
    Measure(
        "von_neumann_entropy",
        "von Neumann entropy of the whole state",
        "nat",
        von_neumann_entropy,
        of=_state,
    ),
)
STATE_MEASURES: dict[str, Measure] = DENSITY_MATRIX_MEASURES | table_of(
    Measure(
        "residual",
        "residual ||L[rho]|| of the steady state",
        "rate",
        lambda state: state.residual,
    ),
    Measure(
        "gap",
        "Liouvillian gap: decay rate of what decays slowest; 0 where something does not decay",
        "rate",
        lambda gaps: gaps,
        of=_gap,
    ),
)
