"""What a system is to sweeps, `compute`, the command line; measures; systems of your own."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, Self, TypeVar, runtime_checkable

import numpy as np

from quantsync.checks import broadcast_shape, flag, named_fields, require_broadcast_to, shown
from quantsync.errors import BroadcastError, InvalidArgumentError, InvalidSystemError
from quantsync.lazy import lazy

Found = TypeVar("Found")
SAME = 1e-9  # relative; what two ways of computing a number may differ by
MOST_ARGUMENTS = 3  # of a measure: state, system, parameters
CERTIFICATES = ("residual", "error")  # one of them a solution must have
TRUNCATION_TOLERANCE = 1e-6  # what the cut-off of a mode may change without a word


@runtime_checkable
class System(Protocol):
    """A batch of systems that share one kind of solution; `quantsync.Lindbladian` is one.

    A class of your own that has these members goes wherever a model is asked for: into `sweep` and
    `compute`, their stores, refinements and clusters. Most of them follow from `ParametricSystem`.

    Attributes
    ----------
    shape : tuple of int
        Batch shape, ``()`` for a single system.
    size : int
        Number of systems.
    measures : mapping of str to Measure
        What may be asked of these systems by name, beside the measures of their kind of solution.
        A class attribute.
    kind : str
        The kind of solution. Solutions of kind "steady state" are density matrices (``rho`` on a
        ``space``) and have the measures of these; any other name is as good as none.
    method : str
        How they are solved, for the provenance of data sets.
    members_per_chunk : int
        How many systems are solved at a time: enough to share the cost of a call, few enough for
        the memory.
    """

    measures: ClassVar[Mapping[str, Measure]]
    kind: ClassVar[str]
    method: ClassVar[str]

    @property
    def shape(self) -> tuple[int, ...]:
        """Batch shape."""
        ...

    @property
    def size(self) -> int:
        """Number of systems."""
        ...

    @property
    def members_per_chunk(self) -> int:
        """How many systems are solved at a time."""
        ...

    def broadcast_to(self, shape: tuple[int, ...]) -> Self:
        """The same systems repeated to a larger batch shape."""
        ...

    def take(self, members: Any) -> Self:
        """Some systems, by flat index, as a batch of shape (len(members),)."""
        ...

    def groups(self) -> list[np.ndarray]:
        """All members, by flat index, in groups that share the expensive part of the work."""
        ...

    def solve(self, workers: int | None = None) -> Any:
        """Solve all systems, on a number of threads; every available core by default.

        The solution is any object with an attribute ``residual`` (how well the equations are
        satisfied) or ``error`` (how wrong the solution may be): a number, or an array with the
        batch shape in front; data sets record the largest one, and the worst
        ``reciprocal_condition`` and ``truncation`` where there are any. It may compute the rest
        when asked. An error with a ``result`` whose ``valid`` is False for some systems, or with
        their ``indices``, costs only these their values.
        """
        ...


@named_fields
@dataclass(frozen=True)
class Measure:
    """A measure with a name, declared once for sweeps, the command line and all built on them.

    Attributes
    ----------
    name : str
    long_name : str, default ""
        For axis labels and files.
    units : str, default "1"
        ``"1"`` for pure numbers.
    function : callable
        From the solution of B systems to an array of shape (B,), or (B, ...), as the functions
        that `quantsync.sweep` takes: of ``(state)``, ``(state, system)`` or ``(state, system,
        parameters)``, told by the number of its positional arguments without default.
    may_be_undefined : bool, default False
        Whether NaN or infinity is a documented answer, such as the phase of a uniform
        distribution; otherwise the point counts as failed.
    of : callable, optional
        What several measures share: a function of a `View`, called once for all of them, whose
        result ``function`` gets in place of the state.
    attributes : callable, optional
        What else data sets say of its values, such as which phase they are: a function of a
        system (any of those that are measured) that returns texts by name.
    components : callable, optional
        What the axis of its values behind those of the batch is called, and the names along it:
        a function of a system, such as one that returns ``("site", system.space.names)``; None
        where a system has no such axis.

    Raises
    ------
    InvalidArgumentError
        If there is no function, or it needs none or more than three arguments.

    Examples
    --------
    >>> import quantsync as qs
    >>> def quanta(state):
    ...     return qs.expectation(state, state.space["A"].number)
    >>> measure = qs.Measure("quanta", "mean number of quanta", "1", quanta)
    >>> def laser(gain=0.5):
    ...     mode = qs.Space(A=qs.Fock(40))
    ...     a = mode["A"]
    ...     return qs.Lindbladian(mode, [], [(gain, a.create), (1.0, a.destroy)])
    >>> found = qs.sweep(laser, {"gain": [0.2, 0.4]}, measure).quanta
    >>> print(found.values.round(6), found.attrs["long_name"])
    [0.25     0.666667] mean number of quanta
    """

    name: str
    long_name: str = ""
    units: str = "1"
    function: Callable[..., Any] = None  # type: ignore[assignment]
    may_be_undefined: bool = False
    of: Callable[[View], Any] | None = None
    attributes: Callable[[Any], Mapping[str, str]] | None = None
    components: Callable[[Any], tuple[str, Sequence[str]] | None] | None = None

    def __post_init__(self) -> None:
        if self.function is None and callable(self.long_name):  # Measure(name, function)
            object.__setattr__(self, "function", self.long_name)
            object.__setattr__(self, "long_name", "")
        flag(self.may_be_undefined, "may_be_undefined")
        arguments_taken(self.function, f"Argument `function` of Measure {self.name!r}")

    def __call__(self, state: Any) -> Any:
        """The measure of a solution that is there, for measures of ``(state)``."""
        return View.of_solution(state).value(self)


def arguments_taken(function: Any, what: str) -> int:
    """How many of state, system and parameters a function of a measure asks for."""
    if not callable(function):
        raise InvalidArgumentError(f"{what} must be a function, but is {shown(function)}.")
    try:
        given = inspect.signature(function).parameters.values()
    except (ValueError, TypeError):  # some that are written in C do not tell
        return 1
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    needed = [p for p in given if p.kind in kinds and p.default is p.empty]
    further = [p.name for p in given if p.kind is p.KEYWORD_ONLY and p.default is p.empty]
    optional = any(p.kind in (*kinds, p.VAR_POSITIONAL) for p in given)
    if len(needed) > MOST_ARGUMENTS or further or not optional:
        names = ", ".join([p.name for p in needed] + further)
        raise InvalidArgumentError(
            f"{what} must take (state), (state, system) or (state, system, parameters), but needs "
            f"({names}); give further arguments a default."
        )
    return max(1, len(needed))


def table_of(*measures: Measure) -> dict[str, Measure]:
    """Measures by their names."""
    return {measure.name: measure for measure in measures}


class View:
    """A batch of shape (B,) as measures see it: solved when one of them first needs that.

    Attributes
    ----------
    system : System
    workers : int or None
        Number of threads that a measure may use for work of its own.
    failure : Exception or None
        Why the systems could not be solved.
    """

    def __init__(
        self,
        system: System,
        workers: int | None = None,
        parameters: Callable[[np.ndarray | None], Mapping[str, Any]] = lambda _: {},
    ):
        self.system, self.workers = system, workers
        self.failure: Exception | None = None
        self._parameters = parameters
        self._known: dict[Callable[[View], Any], Any] = {}
        self._parts: dict[bytes, View] = {}

    @classmethod
    def of_solution(cls, solution: Any) -> Self:
        """A view of what has been solved elsewhere; it has no ``system``."""
        view = cls.__new__(cls)
        view.workers, view.failure, view._known, view._parts = None, None, {}, {}
        view.__dict__["solution"] = solution
        return view

    @lazy
    def solution(self) -> Any:
        """What ``system.solve`` returns."""
        try:
            found = self.system.solve(workers=self.workers)
        except Exception as error:
            self.failure = error
            raise
        if not any(hasattr(found, name) for name in CERTIFICATES):
            raise InvalidSystemError(
                f"What {type(self.system).__name__}.solve() returns must have a `residual`, which "
                "says how well the equations are satisfied, or an `error`, but is "
                f"{type(found).__name__}."
            )
        return found

    @lazy
    def parameters(self) -> Mapping[str, Any]:
        """The parameters by name; numbers as arrays of shape (B,)."""
        return self._parameters(None)

    def part(self, members: np.ndarray) -> View:
        """Some systems of the batch; a solution with an index is not computed again."""
        key = members.tobytes()
        if key not in self._parts:
            part = self._parts[key] = View(
                self.system.take(members),
                self.workers,
                lambda inner: self._parameters(members if inner is None else members[inner]),
            )
            solution: Any = self.__dict__.get("solution")
            certified = any(hasattr(solution, name) for name in CERTIFICATES)
            if hasattr(solution, "__getitem__") and certified:
                part.__dict__["solution"] = solution[members]
        return self._parts[key]

    def once(self, function: Callable[[View], Found]) -> Found:
        """``function(view)``, computed once however many measures ask for it."""
        if function not in self._known:
            self._known[function] = function(self)
        return self._known[function]

    def value(self, measure: Any) -> Any:
        """A measure with a name, or a function as measures have, of all systems."""
        function = measure
        if isinstance(measure, Measure):
            function = measure.function
            if measure.of is not None:
                return function(self.once(measure.of))
        count = arguments_taken(function, "A measure")
        if count == 1:
            return function(self.solution)
        if count == 2:
            return function(self.solution, self.system)
        return function(self.solution, self.system, self.parameters)

    @property
    def solved(self) -> list[Any]:
        """All solutions that measures have asked for, each with its certificates."""
        found = [self.__dict__.get("solution"), *self._known.values()]
        # A study of a system stands for what it has solved, a batch for its parts as well.
        found = [part for one in found for part in getattr(one, "solved", [one])]
        found += [solution for part in self._parts.values() for solution in part.solved]
        return [s for s in found if any(hasattr(s, name) for name in CERTIFICATES)]


class ParametricSystem:
    """Systems that are known by their parameters, which broadcast against each other.

    The base of classes of one's own: it holds the parameters, and takes members out of the batch
    with their parameters and nothing else. A subclass says what its ``measures`` are, and how it
    is solved: in `solve`, or by methods that compute when a measure calls them.

    Parameters
    ----------
    parameters : mapping of str to array_like
        All parameters by name; their broadcast shape is that of the batch.

    Attributes
    ----------
    parameters : dict of str to ndarray
    shape : tuple of int
        Batch shape, ``()`` for a single system.

    Raises
    ------
    BroadcastError
        If the parameters do not broadcast against each other.

    Examples
    --------
    An oscillator that decays, looked at after some time:

    >>> class Decay(ParametricSystem):
    ...     method = "closed form"
    ...     measures = table_of(
    ...         Measure("amplitude", "amplitude", "m", lambda state: state.amplitude())
    ...     )
    ...     def amplitude(self):
    ...         return np.exp(-self.flat("rate") * self.flat("time"))
    >>> import quantsync as qs
    >>> def decay(rate=1.0, time=1.0):
    ...     return Decay({"rate": rate, "time": time})
    >>> axes = {"time": [0.0, 1.0], "rate": [0.1, 0.2, 0.3]}
    >>> print(qs.sweep(decay, axes, "amplitude").amplitude.values.round(3))
    [[1.    1.    1.   ]
     [0.905 0.819 0.741]]
    """

    measures: ClassVar[Mapping[str, Measure]] = {}
    kind: ClassVar[str] = "own"
    method: ClassVar[str] = ""
    members_per_chunk: int = 4096

    def __init__(self, parameters: Mapping[str, Any]):
        arrays = {name: np.asarray(value) for name, value in parameters.items()}
        self.shape = broadcast_shape({n: a.shape for n, a in arrays.items()}, what="Parameters")
        self.parameters = arrays

    @property
    def size(self) -> int:
        """Number of systems."""
        return math.prod(self.shape)

    @property
    def residual(self) -> float:
        """Largest residual of what has been computed; 0 where the method is exact."""
        return 0.0

    def solve(self, workers: int | None = None) -> Any:
        """The solution: the system itself, whose methods compute when they are called."""
        return self

    def groups(self) -> list[np.ndarray]:
        """All members in one group; to be replaced where some of them share expensive work."""
        return [np.arange(self.size)]

    def flat(self, name: str) -> np.ndarray:
        """Values of a parameter, one for each member, shape (size,)."""
        return np.broadcast_to(self.parameters[name], self.shape).reshape(-1)

    def single(self, name: str) -> Any:
        """The value of a parameter that all members must share.

        Raises
        ------
        BroadcastError
            If the members differ in it.
        """
        values = np.unique(self.parameters[name])
        if values.size != 1:
            raise BroadcastError(
                f"The {self.size} systems of the batch have different values of {name!r}: take "
                "one of them with .take([k])."
            )
        return values[0].item()

    def broadcast_to(self, shape: tuple[int, ...]) -> Self:
        """The same systems repeated to a larger batch shape.

        Raises
        ------
        BroadcastError
            If the batch does not broadcast to that shape.
        """
        require_broadcast_to(self.shape, shape, "Systems")
        return self._with({n: np.broadcast_to(a, shape) for n, a in self.parameters.items()})

    def take(self, members: Any) -> Self:
        """Some systems of the batch, by flat index, as a batch of shape (len(members),)."""
        index = np.unravel_index(np.asarray(members), self.shape) if self.shape else ()
        wanted = (len(members),)
        return self._with(
            {
                name: np.broadcast_to(np.broadcast_to(array, self.shape)[index], wanted)
                for name, array in self.parameters.items()
            }
        )

    def agrees_with(self, other: Self) -> bool:
        """Whether a single system has the parameters of another one, but for rounding."""
        pairs: list[Any] = [(a, other.parameters.get(n)) for n, a in self.parameters.items()]
        return all(
            bool(np.all(a == b))
            if a.dtype.kind not in "fc"
            else bool(np.isclose(a, b, rtol=SAME, atol=0, equal_nan=True).all())
            for a, b in pairs
        )

    def _with(self, parameters: Mapping[str, Any]) -> Self:
        # Without the checks of a subclass: these parameters have passed them.
        new = type(self).__new__(type(self))
        ParametricSystem.__init__(new, parameters)
        return new

    def __repr__(self) -> str:
        what = f"{self.size} systems of shape {self.shape}" if self.shape else "1 system"
        return f"<{type(self).__name__}: {what}>"


HINTS = {
    "Qobj": " Give the Hamiltonian and the collapse operators to quantsync.from_qutip.",
    "ndarray": " A sweep calls functions of numbers point by point: no np.vectorize is needed.",
    "NoneType": " Does it end with `return`?",
}


def require_system(found: Any, model: str) -> System:
    """Return what a model returned if it is a system."""
    if isinstance(found, System):
        return found
    hint = HINTS.get(type(found).__name__, "")
    missing = [n for n in dir(System) if not n.startswith("_") and not hasattr(found, n)]
    missing += [n for n in System.__annotations__ if not hasattr(found, n)]
    raise InvalidSystemError(
        f"Model {model} must return a Lindbladian, a run (system, state, times) or another "
        f"quantsync.system.System, but returned {type(found).__name__}"
        + (f", which lacks {', '.join(missing)}." if hasattr(found, "solve") else f".{hint}")
    )
