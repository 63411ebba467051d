"""What is asked of the driven pair: response, entropic synchronization, zero crossings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from quantsync.checks import whole_number
from quantsync.lazy import lazy
from quantsync.lindblad.graded_response import is_accurate
from quantsync.lindblad.lindbladian import Lindbladian
from quantsync.lindblad.response import Response, linear_response
from quantsync.lindblad.steady import SteadyState, steady_state
from quantsync.measures.entropic.limit_cycles import DiagonalStates
from quantsync.measures.entropic.relative_entropy import (
    LeadingSynchronization,
    leading_synchronization,
    relative_entropy_of_synchronization,
)
from quantsync.measures.spherical_tensors import phase_response, spherical_moment
from quantsync.models.driven_pair.driving import driving
from quantsync.search.extrema import Extrema, find_extrema
from quantsync.search.zeros import Zeros, find_zeros, without_gaps
from quantsync.states import Certified

# Couplings between which zero crossings and extrema are sought, in units of the larger relaxation
# rate; those for extrema are dense near 0, where maxima branch off g = 0.
CROSSING_GRID = np.concatenate(
    [np.geomspace(1e-5, 0.05, 10)[:-1], np.linspace(0.05, 6, 60)[:-1], np.geomspace(6, 1e5, 30)]
)
EXTREMA_GRID = np.concatenate(
    [[0.0], np.geomspace(1e-3, 0.1, 9)[:-1], np.linspace(0.1, 6, 48), np.geomspace(6, 60, 13)[1:]]
)
NO_RESPONSE = 1e-13  # responses below this, in units of one over the rate, are rounding
VANISHING = 1e-9  # what the other quadrature of a response may be at a zero crossing
FAINT = 1e-5  # drives below this, per rate, fill empty levels too weakly for double precision
TIE = 1e-8  # temperatures closer than this leave the eigenbasis to rounding
SMALL_CHANGE = 1e-4  # of a temperature; the eigenbasis of degenerate levels does not depend on it
# Of entropic synchronization per drive squared, in units of the larger relaxation rate:
NOTHING = 1e-29  # rounding squared
FAINTEST = 1e-25  # less than this counts as none beside a maximum or minimum
OMEGA_NOISE = 1e-20  # differences below this are rounding


class DrivenPairStudy:
    """The measures of Vaidya et al., PRA 109, 033718 (2024), for a batch of driven pairs.

    Where ``drive`` is 0 they are exact limits of a weak drive: responses per drive, the entropic
    synchronization per drive squared. What several measures need is solved once. Methods raise
    what the solvers raise, such as `NonUniqueSteadyStateError`.

    Parameters
    ----------
    pair : DrivenPair
        The systems, of batch shape (...).
    workers : int, optional
        Number of threads; every available core by default.

    Examples
    --------
    >>> import quantsync as qs
    >>> study = qs.models.driven_pair(coupling=[0.0, 1.0]).study()
    >>> print(study.omega().round(9))
    [0.08109302 0.00670409]
    """

    def __init__(self, pair: Any, *, workers: int | None = None):
        self.pair, self.workers = pair, workers
        self.shape, self.space, self.parameters = pair.shape, pair.space, pair.parameters

    def with_parameters(self, *, workers: int | None = None, **changes: Any) -> DrivenPairStudy:
        """The same study with some parameters changed, on flat arrays."""
        return DrivenPairStudy(
            self.pair.with_parameters(**changes),
            workers=self.workers if workers is None else workers,
        )

    @property
    def residual(self) -> float:
        """Largest residual of what has been solved so far; 0 before."""
        return max((float(s.residual.max(initial=0)) for s in self.solved), default=0.0)

    @property
    def solved(self) -> list[Response | SteadyState]:
        """What has been solved so far, with its certificates."""
        known = (self.__dict__.get(k) for k in ("_first", "_second", "_driven", "_undriven"))
        return [found for found in known if found is not None]

    def phase_response(self, site: str) -> np.ndarray:
        """``<S+>/drive`` of spin A or B, complex, shape (...); its limit where drive is 0."""
        return self._joined(
            lambda: phase_response(_order(self._first, 1), site),
            lambda: phase_response(self._driven, site) / self._finite_drive,
        )

    def spherical_moment(self, k: int, q: int) -> np.ndarray:
        """``<T_k^q>`` of spin A, complex, shape (...).

        Where drive is 0, the limit of ``<T_k^q>/drive^|q|`` (its leading order).
        """
        why = "the limit of weak drives is known so far"
        q = whole_number(q, "q", at_least=-2, at_most=2, why=why)
        source = "_second" if abs(q) == 2 else "_first"
        return self._joined(
            lambda: spherical_moment(_order(getattr(self, source), abs(q)), "A", k, q),
            lambda: spherical_moment(self._driven, "A", k, q),
        )

    def omega(self) -> np.ndarray:
        """Relative entropy of synchronization, shape (...); per drive squared where drive is 0.

        Relative to all states that are diagonal in the eigenbasis of the undriven state, Eq. (11);
        at equal temperatures, where that is degenerate, in its limit. Infinite where the undriven
        state has lost rank and Omega/drive^2 grows like ln(1/drive^2).
        """
        return self._joined(lambda: self._leading[0], lambda: self._finite_omega)

    def omega_ratio(self) -> np.ndarray:
        """R of Eq. (13): the entropic synchronization over that of uncoupled spins, shape (...).

        Infinite where only the uncoupled one vanishes, NaN where both do. Where both diverge in
        the limit of weak drives, the ratio of the diverging terms.
        """
        reference, member = self.uncoupled
        over, under = self.omega().ravel(), self.uncoupled_omega().ravel()
        drive = self.parameters["drive"]
        floor = NOTHING * np.where(drive == 0, 1, drive**2) / self.relaxation_rate**2
        logs, base = self._logarithms(), reference._logarithms()[member]
        both = np.isinf(over) & np.isinf(under)
        ratio = np.divide(logs, base, out=np.full_like(over, np.nan), where=both & (base > 0))
        plain = np.divide(
            over, under, out=np.full_like(over, np.nan), where=(under > floor) & ~both
        )
        plain = np.where((under <= floor) & (over > floor), np.inf, plain)
        return np.where(both, ratio, plain).reshape(self.shape)

    @property
    def relaxation_rate(self) -> np.ndarray:
        """The larger relaxation rate of the two spins, shape (points,); 1 where both vanish."""
        totals = [self.parameters[f"gain_{s}"] + self.parameters[f"damping_{s}"] for s in "ab"]
        return np.where(np.max(totals, axis=0) > 0, np.max(totals, axis=0), 1.0)

    @lazy
    def uncoupled(self) -> tuple[DrivenPairStudy, np.ndarray]:
        """A study without coupling of all different other parameters; and which each point has."""
        others = np.stack([v for k, v in self.parameters.items() if k != "coupling"], axis=1)
        _, first, member = np.unique(others, axis=0, return_index=True, return_inverse=True)
        chosen = {k: v[first] for k, v in self.parameters.items()}
        chosen["coupling"] = np.zeros(len(first))
        study = self.with_parameters(**chosen)
        return study, member.ravel()

    def zero_crossings(self, site: str) -> Zeros:
        """All couplings at which ``<S+>`` of spin A or B vanishes, at the other parameters.

        Between 1e-5 and 1e5 relaxation rates. ``coupling`` itself does not matter.
        """
        return self._zeros(lambda study: study.phase_response(site))

    @lazy
    def omega_extrema(self) -> Extrema:
        """Local extrema of `omega` over the coupling.

        Between 0 and 60 relaxation rates. ``coupling`` itself does not matter.
        """

        def omega(study: DrivenPairStudy, scale: np.ndarray) -> np.ndarray:
            # Per drive squared it has a unit, and what counts as noise must not depend on that.
            return np.where(study.parameters["drive"] == 0, scale**2, 1.0) * study.omega()

        unit, (value, arguments) = self.relaxation_rate, self._over_coupling(omega)
        found = find_extrema(
            value, EXTREMA_GRID, arguments, noise=OMEGA_NOISE, workers=self.workers
        )
        shape = (*self.shape, found.location.shape[-1])
        per_drive = np.where(self.parameters["drive"] == 0, unit**2, 1.0)
        return Extrema(
            (found.location * unit[:, None]).reshape(shape),
            (found.value / per_drive[:, None]).reshape(shape),
            found.kind.reshape(shape),
            found.count.reshape(self.shape),
        )

    def uncoupled_omega(self) -> np.ndarray:
        """`omega` without coupling, shape (...)."""
        reference, member = self.uncoupled
        return reference.omega().ravel()[member].reshape(self.shape)

    def largest_omega(self) -> tuple[np.ndarray, np.ndarray]:
        """`omega` maximal over all couplings, 0 included, and the coupling, both of shape (...)."""
        where, top = self.omega_extrema.highest()
        uncoupled = self.uncoupled_omega()
        better = top > uncoupled  # False where there is no maximum
        return np.where(better, top, uncoupled), np.where(better, where, 0.0)

    def largest_omega_ratio(self) -> np.ndarray:
        """R of Eq. (13) maximal over all couplings, 0 included, shape (...).

        Infinite where only the uncoupled `omega` vanishes, NaN where both do, or both diverge as
        the drive goes to 0.
        """
        return self._over_uncoupled(self.largest_omega()[0])

    def first_minimum(self) -> tuple[np.ndarray, np.ndarray]:
        """R at the first local minimum over the coupling, and the coupling; NaN where none is.

        R is infinite or NaN as for `largest_omega_ratio`.
        """
        where, value = self.omega_extrema.first("minimum")
        return self._over_uncoupled(value), where

    def moment_zero_crossings(self, k: int, q: int) -> Zeros:
        """All couplings at which ``<T_k^q>`` of spin A vanishes; as `zero_crossings`."""
        return self._zeros(lambda study: study.spherical_moment(k, q))

    def _over_uncoupled(self, value: np.ndarray) -> np.ndarray:
        uncoupled = self.uncoupled_omega()
        drive, unit = (
            x.reshape(self.shape) for x in (self.parameters["drive"], self.relaxation_rate)
        )
        vanishing = uncoupled <= FAINTEST * np.where(drive == 0, 1, drive**2) / unit**2
        safe = np.where(vanishing, 1.0, uncoupled)
        both = np.isinf(value) & np.isinf(uncoupled)
        ratio = np.divide(value, safe, out=np.full_like(value, np.nan), where=~both)
        return np.where(vanishing, np.where(value > uncoupled, np.inf, np.nan), ratio)

    def _over_coupling(
        self, measure: Callable[[DrivenPairStudy, np.ndarray], np.ndarray]
    ) -> tuple[Callable[..., np.ndarray], list[np.ndarray]]:
        """A measure as a function of the coupling per relaxation rate, and its other arguments."""
        names = [name for name in self.parameters if name != "coupling"]

        def value(x: np.ndarray, scale: np.ndarray, *others: np.ndarray) -> np.ndarray:
            chosen = dict(zip(names, others, strict=True))
            study = self.with_parameters(workers=1, coupling=x * scale, **chosen)
            return measure(study, scale)

        return value, [self.relaxation_rate, *(self.parameters[name] for name in names)]

    def _zeros(self, measure: Callable[[DrivenPairStudy], np.ndarray]) -> Zeros:
        unit = self.relaxation_rate
        value, arguments = self._over_coupling(lambda study, scale: measure(study) * scale)
        # On resonance one quadrature vanishes everywhere; the crossing is in the other one.
        probe = [value(np.full(len(unit), x), *arguments) for x in (0.3, 0.9, 2.7)]
        real = np.abs(np.real(probe)).max(axis=0) > np.abs(np.imag(probe)).max(axis=0)

        def quadrature(x: np.ndarray, use_real: np.ndarray, *rest: np.ndarray) -> np.ndarray:
            found = value(x, *rest)
            return np.where(use_real > 0, np.real(found), np.imag(found))

        zeros = find_zeros(
            quadrature,
            CROSSING_GRID,
            [real.astype(float), *arguments],
            noise=NO_RESPONSE,
            workers=self.workers,
        )
        owner, rank = np.nonzero(np.isfinite(zeros.location))
        location = zeros.location.copy()
        if len(owner):
            # With detunings only one quadrature may vanish there: that is no zero crossing.
            rest = np.abs(value(location[owner, rank], *(a[owner] for a in arguments)))
            location[owner[rest > VANISHING], rank[rest > VANISHING]] = np.nan
        location, jumps = (
            (found * unit[:, None]).reshape(*self.shape, found.shape[-1])
            for found in (without_gaps(location), zeros.jumps)
        )
        return Zeros(location, np.asarray(np.isfinite(location).sum(axis=-1)), jumps)

    @lazy
    def _limit(self) -> np.ndarray:
        return np.flatnonzero(self.parameters["drive"] == 0)

    @lazy
    def _finite(self) -> np.ndarray:
        return np.flatnonzero(self.parameters["drive"] != 0)

    @property
    def _finite_drive(self) -> np.ndarray:
        return self.parameters["drive"][self._finite]

    def _systems(self, members: np.ndarray, **changes: Any) -> Lindbladian:
        chosen = {k: v[members] for k, v in self.parameters.items()}
        return self.pair.with_parameters(**{**chosen, **changes})

    def _respond(self, members: np.ndarray, order: int) -> Response:
        systems, drive = self._systems(members, drive=0.0), driving(self.pair.spin)
        return linear_response(systems, drive, order=order, workers=self.workers)

    @lazy
    def _first(self) -> Response:
        return self.__dict__.get("_second") or self._respond(self._limit, 1)

    @lazy
    def _second(self) -> Response:
        return self._respond(self._limit, 2)

    @lazy
    def _driven(self) -> SteadyState:
        return steady_state(self._systems(self._finite), workers=self.workers)

    @lazy
    def _undriven(self) -> SteadyState:
        return steady_state(self._systems(self._finite, drive=0.0), workers=self.workers)

    @property
    def _charge(self) -> Any:
        return self.space["A"].z + self.space["B"].z

    @lazy
    def _leading(self) -> tuple[np.ndarray, np.ndarray]:
        """Limit of Omega/drive^2 and its logarithm, at the points without drive."""
        response = self._first
        cycles = DiagonalStates(_order(response, 0), charge=self._charge)
        lost = cycles.lost.any(axis=-1)
        if not lost.any():
            leading = leading_synchronization(response, cycles)
            return leading.limit, leading.logarithm
        limit, logarithm = np.empty(len(lost)), np.empty(len(lost))
        for members, order in ((np.flatnonzero(~lost), 1), (np.flatnonzero(lost), 2)):
            leading = self._begin(self._limit[members], order)
            limit[members], logarithm[members] = leading.limit, leading.logarithm
        return limit, logarithm

    def _logarithms(self) -> np.ndarray:
        logs = np.zeros(len(self.parameters["drive"]))
        if len(self._limit):
            logs[self._limit] = self._leading[1]
        return logs

    @lazy
    def _finite_omega(self) -> np.ndarray:
        undriven = Certified(self._without_ties, self.space)
        cycles = DiagonalStates(undriven, charge=self._charge)
        omega = relative_entropy_of_synchronization(self._driven, cycles)
        # What a faint drive puts into empty levels drowns in rounding; its series does not.
        faint = np.abs(self._finite_drive) < FAINT * self.relaxation_rate[self._finite]
        series = np.flatnonzero(faint & cycles.lost.any(axis=-1))
        if len(series):
            members = self._finite[series]
            leading = self._begin(members, 2)
            omega[series] = leading.at(self.parameters["drive"][members])
        return omega

    @property
    def _without_ties(self) -> np.ndarray:
        """Undriven states at the points with a drive, with an eigenbasis where it is not unique.

        At equal temperatures the undriven state is a thermal product state, and all levels of
        one charge are degenerate. A small change of one temperature, either way, selects the
        same eigenbasis; with it Omega is continuous there.
        """
        rho = self._undriven.rho
        chosen = {k: v[self._finite] for k, v in self.parameters.items()}
        a, b = (chosen[f"gain_{s}"] * chosen[f"damping_{t}"] for s, t in ("ab", "ba"))
        ties = np.flatnonzero(np.abs(a - b) <= TIE * self.relaxation_rate[self._finite] ** 2)
        if not len(ties):
            return rho
        members = self._finite[ties]
        warmer = Lindbladian(
            self.space, dissipators=[(self.relaxation_rate[members], self.space["B"].plus)]
        )
        change = linear_response(self._systems(members, drive=0.0), warmer, workers=self.workers)
        rho = rho.copy()
        rho[ties] += SMALL_CHANGE * change.orders[1]
        return rho

    def _begin(self, members: np.ndarray, order: int) -> LeadingSynchronization:
        response = self._respond(members, order)
        cycles = DiagonalStates(_order(response, 0), charge=self._charge)
        return leading_synchronization(response, cycles)

    def _joined(
        self, limit: Callable[[], np.ndarray], finite: Callable[[], np.ndarray]
    ) -> np.ndarray:
        parts = [
            (members, compute())
            for members, compute in ((self._limit, limit), (self._finite, finite))
            if len(members)
        ]
        if not parts:
            return np.zeros(self.shape)
        result = np.empty(len(self.parameters["drive"]), parts[0][1].dtype)
        for members, values in parts:
            result[members] = values
        return result.reshape(self.shape)


def _order(response: Response, k: int) -> Certified:
    rho, space = response.orders[k], response.space
    # Of blocks of three levels and more the eigenvalues are not known as well as the entries.
    accurate = is_accurate(response.orders[0]) & (space.dimension == 4)
    return Certified(rho, space, accurate=accurate if k == 0 else None)
