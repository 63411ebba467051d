"""Two pseudo-bosonic spin chains from their start to the time at which they are looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from quantsync.arrays import distinct_rows
from quantsync.checks import known_name
from quantsync.errors import (
    BroadcastError,
    InvalidArgumentError,
    QuantsyncError,
    UnboundedRunError,
)
from quantsync.measures.quadratures import (
    QuadratureSynchronization,
    complete_synchronization,
    phase_synchronization,
    phi_synchronization,
)
from quantsync.models.pseudo_boson_pair._exact import exact_moments, require_spins
from quantsync.models.pseudo_boson_pair._measures import PSEUDO_BOSON_MEASURES
from quantsync.models.pseudo_boson_pair._variants import (
    ALL_VARIANTS,
    EXACT,
    LIMITS,
    START,
    out_of_range,
    require_range,
)
from quantsync.system import ParametricSystem

if TYPE_CHECKING:
    from quantsync.meanfield.model import MeanFieldModel
    from quantsync.meanfield.trajectory import MeanFieldTrajectory

POLE = "X = 0"
COUPLED_BY = ("sigma_z", "coupling_1", "coupling_2")
TOLERANCE = 1e-13  # of a step; the reference numbers at t = 1000 need it
ELEMENTS = 1 << 18  # states that one call may hand back, of which a call's memory is some 1 kB each
UNCERTAINTY = 5e-10  # by how much 2 nu may lie below 1 in a state


@dataclass(frozen=True, eq=False)
class _Looks:
    """What is known of B members at their times; NaN where a run has ended before."""

    mean: np.ndarray  # (B, 4)
    covariance: np.ndarray | None  # (B, 4, 4)
    ended: np.ndarray  # (B,) of str
    end_time: np.ndarray

    def take(self, members: Any) -> _Looks:
        covariance = None if self.covariance is None else self.covariance[members]
        return _Looks(self.mean[members], covariance, self.ended[members], self.end_time[members])


class PseudoBosonPair(ParametricSystem):
    """Pairs of pseudo-bosonic chains, their start and the time at which they are looked at.

    Returned by `pseudo_boson_pair`, with all its parameters in ``parameters``. A batch is
    integrated in one call for each variant; members that differ in their time only share a
    trajectory. A parameter out of its range is an error at once where all members have it, and
    where some have it an error of their measures.
    """

    measures = PSEUDO_BOSON_MEASURES
    method = "mean field and linearised fluctuations, Dormand-Prince 8(5,3)"
    members_per_chunk = 1 << 14

    def __init__(self, parameters: dict[str, Any]):
        super().__init__(parameters)
        for name in np.unique(self.parameters["variant"]):
            known_name("variant", str(name), ALL_VARIANTS)
        self._known: dict[str, _Looks] = {}
        for name in LIMITS:
            bad = out_of_range(name, self.parameters[name])
            if bad.size and bad.all():
                require_range(name, self.parameters[name].flat[0])

    @property
    def residual(self) -> float:
        """Relative tolerance of the integration's steps."""
        return TOLERANCE if self._known else 0.0

    @property
    def model(self) -> MeanFieldModel:
        """The mean-field model of a batch that has one variant, and is coupled or is not."""
        variant, coupled = self.single("variant"), np.unique(self._coupled())
        if variant == EXACT:
            raise InvalidArgumentError(
                "Variant 'exact' has no mean field: take its measures, or the spins themselves "
                "from central_spin_chains() and follow_chains()."
            )
        if len(coupled) > 1:
            raise BroadcastError(
                "Some systems of the batch are coupled, others are not (sigma_z = 0, or no "
                "coupling): take one of them with .take([k])."
            )
        return _symbols().pseudo_boson_model(variant, bool(coupled[0]))

    @property
    def beta0(self) -> np.ndarray:
        """Amplitudes (q + i p)/sqrt2 at the start, of shape (..., 2)."""
        q1, p1, q2, p2 = (np.broadcast_to(self.parameters[name], self.shape) for name in START)
        return np.stack([q1 + 1j * p1, q2 + 1j * p2], axis=-1) / np.sqrt(2)

    def evolve(self, times: Any, covariance: Any = "vacuum", **options: Any) -> MeanFieldTrajectory:
        """Amplitudes and covariances at any times (T,) from 0 on, for a batch of one variant.

        ``covariance`` is that at the start, None for amplitudes alone; the other options are those
        of `MeanFieldModel.integrate`. Unless there are ``events``, one named "X = 0" is watched for
        in coupled chains.
        """
        for name in LIMITS:
            if name != "time":
                require_range(name, self._values(name))
        model = self.model
        watched = {POLE: _symbols().CENTRAL} if np.any(self._coupled()) else {}
        settings: dict[str, Any] = {"events": watched, "tolerance": TOLERANCE}
        values = {symbol.name: self.parameters[symbol.name] for symbol in model.parameters}
        given = settings | options
        return model.integrate(self.beta0, times, covariance, parameters=values, **given)

    def uncoupled(self) -> Self:
        """The same chains with the coupling off."""
        off = {name: np.zeros_like(self.parameters[name]) for name in COUPLED_BY}
        return self._with({**self.parameters, **off})

    def groups(self) -> list[np.ndarray]:
        """Members of the same variant, those of one trajectory beside each other."""
        kind = self._kinds()
        _, row = distinct_rows([kind.astype(float), *self._trajectory_columns()])
        order = np.lexsort((row, kind))
        return np.split(order, np.flatnonzero(np.diff(kind[order])) + 1)

    def take(self, members: Any) -> Self:
        """Some systems of the batch, by flat index; what has been integrated goes with them."""
        new = super().take(members)
        new._known = {name: looks.take(np.asarray(members)) for name, looks in self._known.items()}
        return new

    def _with(self, parameters: Any) -> Self:
        new = super()._with(parameters)
        new._known = {}
        return new

    def means(self) -> np.ndarray:
        """Mean quadratures q1, p1, q2, p2 at the times, shape (B, 4)."""
        kind = "covariances" if "covariances" in self._known else "means"
        return self._looks(kind).mean

    def covariances(self) -> np.ndarray:
        """Covariances of q1, p1, q2, p2 at the times, shape (B, 4, 4)."""
        covariance = self._looks("covariances").covariance
        assert covariance is not None
        return covariance

    def physical_covariances(self) -> np.ndarray:
        """The covariances, NaN where they violate the uncertainty relation."""
        C = self.covariances()
        good = 2 * self.complete().nu_min >= 1 - UNCERTAINTY
        return np.where(good[:, None, None], C, np.nan)

    def complete(self) -> QuadratureSynchronization:
        """Mari's complete synchronization, with its baseline."""
        return complete_synchronization(self.covariances())

    def at_phases(self) -> QuadratureSynchronization:
        """S_q^phi of Eq. (21), with its baseline; NaN where a mean amplitude is zero."""
        return phi_synchronization(self.covariances(), self.means())

    def in_phase(self) -> QuadratureSynchronization:
        """Mari's phase synchronization, with its baseline; NaN where a mean amplitude is zero."""
        return phase_synchronization(self.covariances(), self.means())

    def of_uncoupled(self) -> QuadratureSynchronization:
        """Complete synchronization of the run with the coupling off."""
        return complete_synchronization(self._looks("uncoupled").covariance)

    def _coupled(self) -> np.ndarray:
        """Where the chains feel the central spin. Without couplings sigma_z g g/X is 0/0, -> 0."""
        g = (self.flat("coupling_1") != 0) | (self.flat("coupling_2") != 0)
        return (self.flat("sigma_z") != 0) & g

    def _kinds(self) -> np.ndarray:
        """Number of the variant, twice, plus one if the chains are coupled."""
        variants = np.array([ALL_VARIANTS.index(str(v)) for v in self.flat("variant")], dtype=int)
        return 2 * variants + self._coupled()

    def _trajectory_columns(self) -> list[np.ndarray]:
        skip = ("variant", "time")
        return [self.flat(name) for name in self.parameters if name not in skip]

    def _looks(self, kind: str) -> _Looks:
        """What is seen at the times, integrated once; raises where a member cannot be seen."""
        if kind not in self._known:
            run = self.uncoupled() if kind == "uncoupled" else self
            # The good members first: a sweep takes them out with what is known of them.
            self._known[kind] = run._integrated(covariance=kind != "means")
        self._refuse_faults()
        looks = self._known[kind]
        self._refuse_ended(looks)
        return looks

    def _integrated(self, covariance: bool) -> _Looks:
        size = self.size
        looks = _Looks(
            np.full((size, 4), np.nan),
            np.full((size, 4, 4), np.nan) if covariance else None,
            np.full(size, "", dtype=object),
            np.full(size, np.nan),
        )
        kinds, good = self._kinds(), self._faults() == ""
        for kind in np.unique(kinds[good]):
            members = np.flatnonzero(good & (kinds == kind))
            self.take(members)._fill(looks, members)
        return looks

    def _fill(self, looks: _Looks, members: np.ndarray) -> None:
        """Integrate members of one model, each different trajectory once."""
        _, row = distinct_rows(self._trajectory_columns())
        time = self.flat("time").astype(float)
        if self.flat("variant")[0] == EXACT:
            self._fill_exactly(looks, members, row, time)
            return
        for own in _blocks(row, time):
            rows, first = np.unique(row[own], return_index=True)
            times, moment = np.unique(time[own], return_inverse=True)
            path = self.take(own[first]).evolve(
                times,
                None if looks.covariance is None else "vacuum",
                errors="mask",
                on_event="end",
            )
            at = np.searchsorted(rows, row[own]), moment.reshape(-1)
            target = members[own]
            looks.mean[target] = path.mean[at]
            if looks.covariance is not None and path.covariance is not None:
                looks.covariance[target] = path.covariance[at]
            late = ~path.valid[at]
            looks.ended[target[late]] = path.ended[at[0][late]]
            looks.end_time[target[late]] = path.end_time[at[0][late]]

    def _fill_exactly(
        self, looks: _Looks, members: np.ndarray, row: np.ndarray, time: np.ndarray
    ) -> None:
        for k, first in zip(*np.unique(row, return_index=True), strict=True):
            own = row == k
            times, moment = np.unique(time[own], return_inverse=True)
            mean, covariance = exact_moments(self._numbers(int(first)), times)
            looks.mean[members[own]] = mean[moment]
            if looks.covariance is not None:
                looks.covariance[members[own]] = covariance[moment]

    def _numbers(self, member: int) -> dict[str, float]:
        names = [name for name in self.parameters if name != "variant"]
        return {name: float(self.flat(name)[member]) for name in names}

    def _faults(self) -> np.ndarray:
        """Name of the parameter that is out of range, "rest", an error, or "" for each member."""
        faults = np.full(self.size, "", dtype=object)
        # In the paper's own equations the paper's own start stays where it is.
        still = (self.flat("variant") == "literal") & ~np.any(
            [self.flat(name) != 0 for name in START], axis=0
        )
        faults[still] = "rest"
        for name in reversed(LIMITS):
            faults[out_of_range(name, self.flat(name))] = name
        for k in np.flatnonzero((self.flat("variant") == EXACT) & (faults == "")):
            try:
                require_spins(self._numbers(int(k)))
            except QuantsyncError as error:
                faults[k] = error
        return faults

    def _refuse_faults(self) -> None:
        faults = self._faults()
        bad = faults != ""
        if not bad.any():
            return
        k = int(np.argmax(bad))
        if isinstance(faults[k], QuantsyncError):
            raise faults[k]
        if faults[k] != "rest":
            require_range(faults[k], self._values(faults[k]))
        raise InvalidArgumentError(
            f"The start q1 = p1 = q2 = p2 = 0{self._place(bad)} is a fixed point of (B1) and "
            "(B2), variant 'literal': the amplitudes would stay zero for ever. Start elsewhere, "
            "such as q1=1, q2=1; other variants give the fluctuations at rest."
        )

    def _refuse_ended(self, looks: _Looks) -> None:
        bad = looks.ended != ""
        if not bad.any():
            return
        k = int(np.argmax(bad))
        reason, end = str(looks.ended[k]), float(looks.end_time[k])
        variant, time = self.flat("variant")[k], float(self.flat("time")[k])
        what = {
            POLE: "it meets the pole of <sigma_z>/X at X = 0, where the chains are inverted "
            "(|beta|^2 ~ N)",
            "unbounded": "amplitudes or variances grow without bound",
        }.get(reason, "the equations become singular")
        starts = ", ".join(f"{name}={float(self.flat(name)[k]):g}" for name in START)
        raise UnboundedRunError(
            f"The run of variant {str(variant)!r} from {starts}{self._place(bad)} ends at "
            f"t = {end:.6g}, before `time` = {time:g}: {what}. Ask for an earlier time, begin with "
            "smaller amplitudes" + (", or take variant='lab'." if variant == "literal" else "."),
            reason,
            end,
            [np.unravel_index(int(m), self.shape) for m in np.flatnonzero(bad)],
        )

    def _values(self, name: str) -> np.ndarray:
        """Values of a parameter over the batch; of one system a number."""
        values = np.broadcast_to(self.parameters[name], self.shape)
        return values.reshape(()) if self.size == 1 else values

    def _place(self, bad: np.ndarray) -> str:
        if self.size == 1:
            return ""
        index = tuple(int(i) for i in np.unravel_index(int(np.argmax(bad)), self.shape))
        return f" (index {index}; {int(bad.sum())} of {self.size} systems)"


def _blocks(row: np.ndarray, time: np.ndarray) -> Iterator[np.ndarray]:
    """Members in pieces whose trajectories at all their times do not take too much memory.

    A grid of starts and times is one piece if it is small enough. Trajectories that end early come
    first, so that few are followed for longer than they are asked for.
    """
    last = np.zeros(row.max(initial=-1) + 1)
    np.maximum.at(last, row, time)
    order = np.argsort(last, kind="stable")
    position = np.empty_like(order)
    position[order] = np.arange(len(order))
    times = len(np.unique(time))
    rows = max(1, ELEMENTS // times)
    if len(order) <= rows or times == 1:
        yield np.arange(len(row))
        return
    block = position[row] // rows
    for k in range(int(block.max()) + 1):
        yield np.flatnonzero(block == k)


def _symbols() -> Any:
    # SymPy takes as long to import as all the rest, so it waits until it is needed.
    from quantsync.models.pseudo_boson_pair import symbols

    return symbols
