"""Runs: a system, its start and times as one thing, solved when asked, which can be mapped."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, Self, cast

import numpy as np

from quantsync.batched import Batched, Several, agree, close, same, single
from quantsync.checks import broadcast_shape, real_number, require_broadcast_to, shown, times_array
from quantsync.errors import InvalidSystemError
from quantsync.lazy import lazy
from quantsync.system import Measure, System

POINTS = 501  # times of a run that is given one number for them
CHUNK_BYTES = 1 << 23  # of the results that are computed and measured together


class Run:
    """Systems that are solved from a start on when something is asked of them.

    Made by ``system.run(...)``. It is a `quantsync.System`, which `sweep` and `compute` take from a
    function of yours, and has every attribute of its solution, found when first asked for one.

    Attributes
    ----------
    shape : tuple of int
        Batch shape: that of the systems and of the starts, broadcast.
    times : ndarray of shape (T,)
        Times; empty where there are none.
    parts : mapping of str
        What the members of the batch may differ in: systems, starts, parameters.
    options : mapping of str
        What they share.
    """

    measures: ClassVar[Mapping[str, Measure]] = MappingProxyType({})
    kind: ClassVar[str] = "run"
    method: ClassVar[str] = ""
    solution_type: ClassVar[type] = object  # whose attributes a run has
    most_members: ClassVar[int] = 1024  # in a chunk, however small they are

    parts: dict[str, Any]
    times: np.ndarray
    options: dict[str, Any]
    shape: tuple[int, ...]

    def __init__(self, parts: Mapping[str, Any], times: np.ndarray, options: Mapping[str, Any]):
        self.parts, self.times, self.options = dict(parts), times, dict(options)
        shapes = {name: part.shape for name, part in parts.items()}
        self.shape = broadcast_shape(shapes, what="Batch shapes")

    def _solved(self, parts: Mapping[str, Any], workers: int | None) -> Any:
        """The solution of the broadcast shape of the parts; each `Several` has one object here."""
        raise NotImplementedError

    @property
    def bytes_per_member(self) -> float:
        """Memory of one member's solution."""
        return 0.0

    @property
    def size(self) -> int:
        """Number of systems."""
        return math.prod(self.shape)

    @property
    def space(self) -> Any:
        """The space of systems that have one; None for others."""
        return getattr(self.parts.get("system"), "space", None)

    @property
    def members_per_chunk(self) -> int:
        """How many systems a sweep solves at a time."""
        few = int(CHUNK_BYTES // max(1.0, self.bytes_per_member))
        return max(1, min(self.most_members, few))

    def broadcast_to(self, shape: tuple[int, ...]) -> Self:
        """The same runs repeated to a larger batch shape."""
        require_broadcast_to(self.shape, shape, "Systems")
        return self._with(self.parts, tuple(shape))

    def take(self, members: Any) -> Self:
        """Some runs of the batch, by flat index, as a batch of shape (len(members),)."""
        chosen = np.asarray(members)
        parts = {name: self._taken(part, chosen) for name, part in self.parts.items()}
        return self._with(parts, chosen.shape)

    def groups(self) -> list[np.ndarray]:
        """All members, by flat index, in groups of the same systems where these come singly."""
        owner = np.zeros(self.size, int)
        for part in self.parts.values():
            if isinstance(part, Several) and len(part.objects) > 1:
                own = np.broadcast_to(part.owner, self.shape).reshape(-1)
                owner = np.unique(owner * len(part.objects) + own, return_inverse=True)[1]
        order = np.argsort(owner, kind="stable")
        return np.split(order, np.flatnonzero(np.diff(owner[order])) + 1)

    @classmethod
    def joined(cls, runs: Sequence[Self]) -> Self | None:
        """Several batches as one of shape (sum of sizes,), or None where they cannot be.

        They must have the same times and options; systems that come singly may differ.
        """
        first = runs[0]
        shared = ("times", "options", "signature")
        if not all(same(getattr(r, n), getattr(first, n)) for r in runs[1:] for n in shared):
            return None
        parts = {}
        for name, part in first.parts.items():
            given = [run.parts[name] for run in runs]
            if all(one is part or same(one, part) for one in given) and part.shape == ():
                parts[name] = part
                continue
            every = [
                run._taken(one, np.arange(run.size), whole=True)
                for run, one in zip(runs, given, strict=True)
            ]
            parts[name] = type(part).joined(every) if len({type(p) for p in every}) == 1 else None
            if parts[name] is None:
                return None
        return first._with(parts, (sum(run.size for run in runs),))

    @property
    def signature(self) -> Any:
        """What else must be the same of runs that are joined."""
        return None

    def agrees_with(self, other: Self) -> bool:
        """Whether a single run equals another one, but for rounding."""
        if type(self) is not type(other) or not same(self.signature, other.signature):
            return False
        if not (close(self.times, other.times) and same(self.options, other.options)):
            return False
        pairs = [
            [run._taken(run.parts[name], np.zeros(1, int), whole=True) for run in (self, other)]
            for name in self.parts
        ]
        return all(agree(first, second) for first, second in pairs)

    def solve(self, workers: int | None = None) -> Any:
        """The solution, with the batch shape in front."""
        several = [p for p in self.parts.values() if isinstance(p, Several) and len(p.objects) > 1]
        solution = self._each(workers) if several else self._solved(self.parts, workers)
        if solution.shape != self.shape:  # members that differ in nothing are solved once
            count = math.prod(solution.shape)
            index = np.broadcast_to(np.arange(count).reshape(solution.shape), self.shape)
            solution = solution.take(index)
        return solution

    def _each(self, workers: int | None) -> Any:
        """The solutions of systems that come singly, one after the other."""
        groups = self.groups()
        found, failed, failure = [], [], None
        for members in groups:
            part = self.take(members)
            for name, one in part.parts.items():
                if isinstance(one, Several):
                    part.parts[name] = single(one.only)
            try:
                found.append(part.solve(workers))
            except Exception as error:
                known = getattr(error, "indices", None)
                own = members if not known else members[[int(np.ravel(k)[0]) for k in known]]
                failed += [tuple(int(i) for i in np.unravel_index(k, self.shape)) for k in own]
                failure = failure or error
        if failure is not None:
            failure.indices = sorted(failed)  # type: ignore[attr-defined]
            if hasattr(failure, "result"):
                failure.result = None  # type: ignore[attr-defined] # of a part of the batch only
            raise failure
        joined: Any = type(found[0]).joined(found)
        if joined is None:
            raise InvalidSystemError(
                "The systems of this batch have solutions of different shapes: give all of them "
                "the same oscillators, or modes."
            )
        place = np.empty(self.size, int)
        place[np.concatenate(groups)] = np.arange(self.size)
        return joined.take(place.reshape(self.shape))

    @lazy
    def solution(self) -> Any:
        """What `solve` returns, found once."""
        return self.solve()

    def __getattr__(self, name: str) -> Any:
        # Only what solutions have: anything else is looked for without solving.
        if name.startswith("_") or name not in attributes_of(type(self).solution_type):
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}.")
        return getattr(self.solution, name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *attributes_of(self.solution_type)})

    def _taken(self, part: Any, members: np.ndarray, whole: bool = False) -> Any:
        """Some members of a part; what is the same for all of them stays as it is."""
        if part.shape == () and not whole:
            return part
        count = math.prod(part.shape)
        index = np.broadcast_to(np.arange(count).reshape(part.shape), self.shape)
        return part.take(index.reshape(-1)[members])

    def _with(self, parts: Mapping[str, Any], shape: tuple[int, ...]) -> Self:
        new = type(self).__new__(type(self))
        new.parts, new.times, new.options = dict(parts), self.times, self.options
        new.shape = shape
        return new

    def __repr__(self) -> str:
        many = f"{self.size} systems of shape {self.shape}" if self.shape else "1 system"
        times = f", {len(self.times)} times" if len(self.times) else ""
        return f"<{type(self).__name__}: {many}{times}>"


class Solved(Run):
    """A finished solution, as a system that is solved already."""

    method = "solved by the function itself"

    def __init__(self, solution: Batched):
        super().__init__({"solution": solution}, np.empty(0), {})

    @property
    def kind(self) -> str:  # type: ignore[override]
        """The kind of the solution."""
        return getattr(self.parts["solution"], "kind", "solution")

    @property
    def solution_type(self) -> type:  # type: ignore[override]
        """The class of the solution."""
        return type(self.parts["solution"])

    @property
    def space(self) -> Any:
        """The space of the states, if they have one."""
        return getattr(self.parts["solution"], "space", None)

    @property
    def signature(self) -> Any:
        """The class of the solution."""
        return self.solution_type

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "parts":
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}.")
        return getattr(self.parts["solution"], name)

    def _solved(self, parts: Mapping[str, Any], workers: int | None) -> Any:
        return parts["solution"]


def as_system(found: Any) -> System | None:
    """What a function of parameters returned as a system, or None.

    Parameters
    ----------
    found
        A system; a run as a tuple ``(system, state, times)`` or ``(system, state, times,
        options)``, for ``system.run(state, times, **options)``; an `OpenNetwork`, which stands for
        its stationary state, or a `HarmonicBalance`; or a finished solution of quantsync.

    Raises
    ------
    InvalidSystemError
        If a tuple is no run.
    QuantsyncError
        What ``system.run`` raises.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> from quantsync.runs import as_system
    >>> space = qs.Space(A=qs.Spin(1/2))
    >>> decay = qs.Lindbladian(space, dissipators=[(np.array([1.0, 2.0]), space["A"].minus)])
    >>> run = as_system((decay, np.diag([1.0, 0.0]), [0.0, 1.0]))
    >>> print(run, run.rho[:, -1, 0, 0].real.round(6))
    <EvolutionRun: 2 systems of shape (2,), 2 times> [0.367879 0.135335]
    """
    if isinstance(found, tuple):
        return _run_of(found)
    made = getattr(type(found), "as_system", None)
    if callable(made):
        return cast(System, made(found))
    if isinstance(found, Batched):
        return cast(System, Solved(found))
    return found if isinstance(found, System) else None


def _run_of(given: tuple[Any, ...]) -> System:
    if len(given) not in (3, 4):
        raise InvalidSystemError(
            "A run must be (system, state, times) or (system, state, times, options), but has "
            f"{len(given)} entr{'y' if len(given) == 1 else 'ies'}. (Hamiltonian and collapse "
            "operators of QuTiP are a system as from_qutip(H, c_ops).)"
        )
    system, state, times = given[:3]
    options = given[3] if len(given) == 4 else {}
    run = getattr(type(system), "run", None)
    if run is None:
        raise InvalidSystemError(
            "The system of a run (system, state, times) must be a Lindbladian, a MeanFieldModel, a "
            "HarmonicNetwork, an OpenNetwork or another class with a method run(state, times), but "
            f"is {shown(system)}."
        )
    if not isinstance(options, Mapping) or not all(isinstance(name, str) for name in options):
        raise InvalidSystemError(
            "The options of a run must be a dict from names to values, as in {'observables': "
            f"{{'x': x}}}}, but are {shown(options)}."
        )
    return run(system, state, times, **options)


def run_times(times: Any, start: float | None = 0.0) -> np.ndarray:
    """Times (T,) as given, or `POINTS` equidistant ones from the start to a number."""
    if not isinstance(times, list | tuple) and np.ndim(times) == 0:
        first = start or 0.0
        last = real_number(times, "times", above=first, why=f"a run starts at {first:g}")
        return np.linspace(first, last, POINTS)
    return times_array(times) if start is None else times_array(times, start=start)


def attributes_of(kind: type) -> set[str]:
    """Names of the public attributes of a class, those of its instances included."""
    names = {name for cls in kind.__mro__ for name in getattr(cls, "__annotations__", {})}
    return {name for name in {*names, *dir(kind)} if not name.startswith("_")}
