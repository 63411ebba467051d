"""`Truncation`: how much the cut-off of the modes matters to a state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from quantsync import html
from quantsync.batched import Batched
from quantsync.errors import TruncationError, TruncationWarning, warn_caller
from quantsync.lindblad._badly_scaled import resolve
from quantsync.lindblad._charges import sectors_without_charge
from quantsync.lindblad._leaks import SiteLeak, WideTerms, moduli, truncated_sites
from quantsync.lindblad._sector_solve import Again
from quantsync.lindblad._sectors import Sector
from quantsync.lindblad._terms import Terms
from quantsync.operators import Fock, Space


@dataclass(frozen=True)
class Truncation(Batched):
    """How much it matters that modes are cut off at their last level.

    With more levels, the operators of the system would act where the truncated ones do not. They
    are continued to further levels as the polynomials in a and a^dag that their entries show, or,
    where these follow none, by the growth of the last entries.

    Attributes
    ----------
    population : mapping of str to ndarray of shape (...)
        For every truncated mode, the population of its top levels: as many as a term of the
        system raises it by at once.
    flow : mapping of str to ndarray of shape (...)
        For every truncated mode, the rate at which the jumps and the Hamiltonian would fill what
        lies above it, in the unit of the coefficients: the sum of the moduli of the matrix
        elements that the suppressed parts of all terms would create per time.
    estimate : ndarray of shape (...)
        By how much the truncation changes the state, as a trace distance: no probability is off
        by more, and no expectation value of A by more than twice that times ||A||. Zero where
        nothing is truncated, NaN where it could not be found. It is an estimate, to first order
        in what was suppressed, and no bound: within a factor of some ten in the cases that were
        tried, where it is small; where it is not, the state is wrong, and by how much is open.
    finite : tuple of str
        Modes that were declared to end at their last level, as ``Fock(3, finite=True)``.
    """

    population: Mapping[str, np.ndarray]
    flow: Mapping[str, np.ndarray]
    estimate: np.ndarray
    finite: tuple[str, ...]

    batched: ClassVar[tuple[str, ...]] = ("population", "flow", "estimate")

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the states."""
        return self.estimate.shape

    def __reduce__(self) -> tuple[Any, ...]:
        return _truncation, (dict(self.population), dict(self.flow), self.estimate, self.finite)

    @property
    def summary(self) -> str:
        """What the line of a state says of it; empty where there is nothing to say."""
        cut = f", truncation {_largest(self.estimate):.1e}" if self.population else ""
        return cut + "".join(f", {name} ends physically" for name in self.finite)

    @property
    def rows(self) -> dict[str, str]:
        """What the table of a state says of it in a notebook."""
        found = {}
        if self.population:
            found["truncation"] = f"changes the state by {html.largest(self.estimate)}"
        for name, population in self.population.items():
            found[f"top levels of {name}"] = f"hold {html.largest(population)}"
        return found | {f"levels of {name}": "end physically" for name in self.finite}

    def _repr_html_(self) -> str:
        return html.table("Truncation", self.rows or {"modes": "none is cut off"})

    def __repr__(self) -> str:
        parts = [f"estimate {_largest(self.estimate):.1e}"] if self.population else ["nothing cut"]
        parts += [
            f"{name}: top levels {_largest(self.population[name]):.1e}, "
            f"flow {_largest(self.flow[name]):.1e}"
            for name in self.population
        ]
        parts += [f"{name}: ends physically" for name in self.finite]
        return f"<Truncation: {'; '.join(parts)}>"


def _truncation(population: Any, flow: Any, estimate: np.ndarray, finite: Any) -> Truncation:
    return Truncation(MappingProxyType(population), MappingProxyType(flow), estimate, finite)


def _largest(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(known.max()) if known.size else float("nan")


class Leaks:
    """Finds the truncation of states with elements in one sector, for B systems at a time."""

    def __init__(self, terms: Terms, sector: Sector, active: np.ndarray, *, respond: bool = True):
        self.sector = sector
        self.positions = truncated_sites(terms.space)
        self.populations = sector.populations
        self.sites = [
            terms.derive(
                ("leak", respond, position, active.tobytes(), sector.elements.tobytes()),
                lambda position=position: SiteLeak(terms, sector, position, active, respond),
            )
            for position in self.positions
        ]

    def __bool__(self) -> bool:
        return bool(self.sites)

    @property
    def rows(self) -> int:
        """Numbers per system: population and flow of every site, and the estimate."""
        return 2 * len(self.sites) + 1

    def measure(self, table: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Population and flow of every site, shape (2 * sites, B)."""
        populations, flows = [], []
        for leak in self.sites:
            top = np.isin(self.sector.elements[: self.populations], leak.top)
            populations.append(x[:, : self.populations][:, top].sum(axis=1))
            flows.append(leak.flow(table, x))
        return np.array(populations + flows)

    def estimate(self, table: np.ndarray, x: np.ndarray, again: Again) -> np.ndarray:
        """Trace distance (B,) by which stationary vectors change, to first order."""
        change, outside, gained = np.zeros_like(x), np.zeros(len(x)), np.zeros(len(x))
        with np.errstate(invalid="ignore", over="ignore"):
            for leak in self.sites:
                beyond, rate = leak.response(table, x)
                change += rate
                outside += moduli(beyond, leak.populations)
                gained += beyond[:, : leak.populations].sum(axis=1)
            # What leaves for good comes back as the state itself, so that the trace is kept.
            lost = change[:, : self.populations].sum(axis=1)
            response = again(lost[:, None] * x - change) - gained[:, None] * x
            found = (moduli(response, self.populations) + outside) / 2
        found[~np.isfinite(found)] = np.nan
        return np.minimum(found, 1)  # no trace distance is larger

    def estimate_of_one(self, row: np.ndarray, x: np.ndarray, largest_error: float) -> float:
        """Trace distance to the state with half as many levels more, where rates lie far apart."""
        # A response would take solves that lose slow rates; these two lose none.
        total = 0.0
        for position, leak in zip(self.positions, self.sites, strict=True):
            extra = max(leak.step, self.sector.terms.space.dimensions[position] // 2)
            wide = WideTerms(self.sector.terms, position, extra)
            sectors = sectors_without_charge(wide.terms, row != 0)
            traced = [sector for sector in sectors if sector.carries_trace]
            found = resolve(traced[0], row) if len(traced) == 1 else None
            if found is None or found.x is None or not found.error <= largest_error:
                return np.nan
            n = wide.terms.space.dimension
            change = np.zeros(n * n)
            change[traced[0].elements] = found.x
            change[wide.elements_of(self.sector.elements)] -= x
            total += float(moduli(change[None], n)[0]) / 2
        return min(total, 1.0)


def path_truncation(
    terms: Terms, table: np.ndarray, rho: np.ndarray, starts: np.ndarray, times: np.ndarray
) -> np.ndarray:
    """Rows for `truncation_from`, (rows, B, K), of states (B, K, n, n) on their way from starts.

    The distance to the states without a cut-off grows at most as fast as what is suppressed, since
    a generator brings no two states further apart (Etienney, Robin and Rouchon, arXiv:2501.09607).
    Between two times the larger rate of both is taken.
    """
    count, steps, n = len(rho), rho.shape[1], terms.space.dimension
    whole = Sector(terms, np.arange(n * n), n)
    leaks = Leaks(terms, whole, (table != 0).any(axis=0), respond=False)
    rows = np.zeros((leaks.rows, count, steps))
    if not leaks or not count or not steps:
        return rows
    for k in range(count):
        x = terms.basis.components(np.concatenate([starts[k : k + 1], rho[k]]))
        coefficients = np.repeat(table[k : k + 1], steps + 1, axis=0)
        rows[:-1, k] = leaks.measure(coefficients, x)[:, 1:]
        rate = np.sum([leak.rate(coefficients, x) for leak in leaks.sites], axis=0) / 2
        grown = np.diff(times, prepend=0.0) * np.maximum(rate[1:], rate[:-1])
        rows[-1, k] = np.minimum(np.cumsum(grown), 1)
    return rows


def truncation_from(space: Space, rows: np.ndarray) -> Truncation:
    """From populations of all truncated sites, their flows, and estimates: (2 * sites + 1, ...)."""
    names = [space.names[k] for k in truncated_sites(space)]
    finite = tuple(
        name for name, site in space.sites.items() if isinstance(site, Fock) and site.finite
    )
    population = dict(zip(names, rows[: len(names)], strict=True))
    flow = dict(zip(names, rows[len(names) : -1], strict=True))
    return _truncation(population, flow, rows[-1], finite)


def nothing_known(space: Space, shape: tuple[int, ...]) -> Truncation:
    """Of states that are not there."""
    return truncation_from(space, np.full((2 * len(truncated_sites(space)) + 1, *shape), np.nan))


def report_truncation(truncation: Truncation, tolerance: float, action: str) -> None:
    """Warn or raise where the estimate is above the tolerance."""
    if action == "ignore" or not truncation.population:
        return
    estimate = truncation.estimate
    there = np.all([~np.isnan(flow) for flow in truncation.flow.values()], axis=0)
    off = there & ~(estimate <= tolerance)
    if not off.any():
        return
    size = np.where(off, np.nan_to_num(estimate, nan=np.inf), -1)
    index = tuple(int(i) for i in np.unravel_index(int(size.argmax()), estimate.shape))
    site = max(truncation.flow, key=lambda name: float(truncation.flow[name][index]))
    value = float(estimate[index])
    change = "by what it cannot even estimate" if np.isnan(value) else f"by about {value:.1e}"
    where = f"{int(off.sum())} of {estimate.size} steady states, at index {index}" * bool(index)
    message = (
        f"The cut-off of mode {site!r} changes {where or 'the steady state'} {change} in trace "
        f"distance, more than {tolerance:g}: its top levels have a population of "
        f"{truncation.population[site][index]:.1e}, and {truncation.flow[site][index]:.1e} per "
        "time would leave them. Give the mode more levels (converged() finds how many), or say "
        "Fock(n, finite=True) if the ladder ends physically. A mode with more gain than loss has "
        "no steady state at all."
    )
    _tell(message, truncation, action, off)


def report_path(truncation: Truncation, times: np.ndarray, tolerance: float, action: str) -> None:
    """Warn or raise where top levels hold more than the tolerance, and the bound is above it."""
    # The bound alone grows with time whatever happens; levels that are all but empty by themselves
    # may hold what only decays.
    if action == "ignore" or not truncation.population:
        return
    held = np.max(list(truncation.population.values()), axis=0)
    off = (truncation.estimate > tolerance) & (held > tolerance)
    if not off.any():
        return
    index = np.unravel_index(int(np.where(off, held, -1).argmax()), held.shape)
    site = max(truncation.population, key=lambda name: float(truncation.population[name][index]))
    where = f" at index {tuple(int(i) for i in index[:-1])}" * (len(index) > 1)
    message = (
        f"The cut-off of mode {site!r} matters to the evolution{where}: at t = "
        f"{times[index[-1]]:.6g} its top levels hold {held[index]:.1e}, more than {tolerance:g}, "
        f"and what is suppressed until then changes the state by up to "
        f"{truncation.estimate[index]:.1e} in trace distance. Give the mode more levels, or say "
        "Fock(n, finite=True) if the ladder ends physically."
    )
    _tell(message, truncation, action, off.any(axis=-1))


def _tell(message: str, truncation: Truncation, action: str, off: np.ndarray) -> None:
    if action == "raise":
        indices = [tuple(int(k) for k in row) for row in np.argwhere(off)]
        raise TruncationError(message, truncation, indices)
    warn_caller(message, TruncationWarning)
