"""The measures by name, as sweeps, `compute` and the command line know them.

A named measure is a function of a view of the states: the view computes what several measures
share (a phase distribution, say) once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quantsync.errors import InvalidArgumentError
from quantsync.lazy import lazy
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
from quantsync.operators import Space

if TYPE_CHECKING:
    from quantsync.lindblad.degenerate.perturbed import PerturbedStates
    from quantsync.lindblad.steady import SteadyState


class StateView:
    """States of a batch, with the intermediate results that several measures share.

    Parameters
    ----------
    solve : callable
        Returns the steady states; called when a measure first needs them.
    space : Space
        Their space.
    """

    def __init__(self, solve: Callable[[], SteadyState | PerturbedStates], space: Space):
        self._solve = solve
        self._known: dict[Callable[[StateView], Any], Any] = {}
        self.space = space

    @lazy
    def steady(self) -> SteadyState | PerturbedStates:
        """The steady states, of batch shape (B,)."""
        return self._solve()

    @property
    def rho(self) -> Any:
        """Density matrices, shape (B, n, n)."""
        return self.steady.rho

    @property
    def residual(self) -> Any:
        """Certificates of the states, shape (B,)."""
        return self.steady.residual

    @lazy
    def locking(self) -> PhaseDistribution:
        """Relative phases of all sites, or the phase of a single one."""
        if len(self.space) == 1:
            return phase_distribution(self.rho, self.space)
        return relative_phase_distribution(self.rho, self.space)

    def once(self, function: Callable[[StateView], Any]) -> Any:
        """``function(view)``, computed once however many measures ask for it."""
        if function not in self._known:
            self._known[function] = function(self)
        return self._known[function]

    @property
    def first_site(self) -> str:
        """The site that bipartite measures cut from the rest."""
        if len(self.space) < 2:
            raise InvalidArgumentError(
                f"Correlations need at least two sites, but the system is {self.space}."
            )
        return self.space.names[0]

    def locked_phase(self) -> Any:
        """Location of the highest peak; without an axis for the phases if there is only one."""
        location = self.locking.location
        return location[..., 0] if location.shape[-1] == 1 else location


@dataclass(frozen=True)
class NamedMeasure:
    """A measure that is known by name.

    Attributes
    ----------
    name : str
    long_name : str
        For axis labels and files.
    units : str
        ``"1"`` for pure numbers.
    function : callable
        From a `StateView` to an array of the batch shape, or with further axes behind it; for a
        measure of one model, from that model's study.
    may_be_undefined : bool
        Whether NaN or infinity is a documented answer (as for the phase of a uniform
        distribution).
    """

    name: str
    long_name: str
    units: str
    function: Callable[[Any], Any]
    may_be_undefined: bool = False


def table_of(*measures: NamedMeasure) -> dict[str, NamedMeasure]:
    """The measures by name."""
    return {measure.name: measure for measure in measures}


STATE_MEASURES: dict[str, NamedMeasure] = table_of(
    NamedMeasure(
        "synchronization",
        "maximum of S (one site) or S_rel (several): height of the phase peak above uniform",
        "1/rad",
        lambda view: view.locking.maximum,
    ),
    NamedMeasure(
        "locked_phase",
        "phase of the peak; undefined where no phase is preferred",
        "rad",
        StateView.locked_phase,
        may_be_undefined=True,
    ),
    NamedMeasure(
        "negativity",
        "negativity between the first site and the rest",
        "1",
        lambda view: negativity(view.rho, view.space, view.first_site),
    ),
    NamedMeasure(
        "log_negativity",
        "logarithmic negativity between the first site and the rest",
        "nat",
        lambda view: log_negativity(view.rho, view.space, view.first_site),
    ),
    NamedMeasure(
        "mutual_information",
        "mutual information between the first site and the rest",
        "nat",
        lambda view: mutual_information(view.rho, view.space, view.first_site),
    ),
    NamedMeasure("purity", "purity Tr rho^2", "1", lambda view: purity(view.rho)),
    NamedMeasure(
        "von_neumann_entropy",
        "von Neumann entropy of the whole state",
        "nat",
        lambda view: von_neumann_entropy(view.rho),
    ),
    NamedMeasure(
        "residual",
        "residual ||L[rho]|| of the steady state",
        "rate",
        lambda view: view.residual,
    ),
)
