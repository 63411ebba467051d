"""The systems of a sweep: one batch, or made where they are solved, some values at a time."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from quantsync.catalogue.models import Model
from quantsync.checks import require_broadcast_to
from quantsync.errors import InvalidArgumentError, InvalidSystemError, UnknownNameError
from quantsync.sweeps._failing import ends_a_map
from quantsync.sweeps._grid import Grid, plain
from quantsync.system import Measure, System

SHOWN_SPACES = 3
MOST_CHECKED = 64  # values of an axis, each of which a model is asked for beforehand
LOOKED_AT = 5  # points at which systems for arrays are compared with those for numbers
TRIED = 8  # points at which a model is looked at before a map


def described(system: Any) -> str:
    """Its space, or what it is, for the provenance of data sets."""
    space = getattr(system, "space", None)
    return type(system).__name__ if space is None else str(space)


@dataclass(frozen=True)
class Failed:
    """Why a model gives no systems at some points."""

    error: Exception


@dataclass(frozen=True)
class SystemsApart:
    """Systems of a model that takes some parameters one value at a time; made when needed.

    ``columns`` are the coordinates of each point, and ``owner`` tells which points the model gives
    together.
    """

    source: SystemsOfModel
    columns: Mapping[str, np.ndarray]
    owner: np.ndarray
    example: System  # at one of the points

    @classmethod
    def at(cls, source: SystemsOfModel, columns: Mapping[str, np.ndarray]) -> SystemsApart:
        """The systems at points."""
        size = len(next(iter(columns.values())))
        owner = np.zeros(size, int)
        for name in source.apart:
            owner = _labels(owner, np.unique(columns[name], return_inverse=True)[1].reshape(-1))
        assert source.example is not None
        return cls(source, columns, owner, source.example)

    @property
    def size(self) -> int:
        """Number of systems."""
        return len(self.owner)

    @property
    def kind(self) -> str:
        """The kind of their solutions."""
        return self.example.kind

    @property
    def measures(self) -> Mapping[str, Measure]:
        """Measures that they have by name."""
        return self.example.measures

    @property
    def method(self) -> str:
        """How they are solved."""
        return self.example.method

    def take(self, members: Any) -> SystemsApart:
        """Some systems, by flat index."""
        chosen = np.asarray(members)
        columns = {name: column[chosen] for name, column in self.columns.items()}
        return replace(self, columns=columns, owner=self.owner[chosen])

    def parts(self) -> list[np.ndarray]:
        """Members that the model gives together."""
        order = np.argsort(self.owner, kind="stable")
        parts = np.split(order, np.flatnonzero(np.diff(self.owner[order])) + 1)
        return sorted(parts, key=lambda members: members[0])

    def groups(self) -> list[np.ndarray]:
        """All systems, by flat index, in groups that share the expensive part of the work."""
        return self.parts()

    def made(self) -> list[tuple[np.ndarray, System | Failed]]:
        """The systems, as few batches of them as there can be, or why there are none."""
        found: list[tuple[np.ndarray, System | Failed]] = []
        for members in self.parts():
            found += self._made(members)
        joined: Any = getattr(type(self.example), "joined", None)
        if joined is None:
            return found
        fewer: list[tuple[np.ndarray, System | Failed]] = []
        alike: dict[Any, list[tuple[np.ndarray, System]]] = {}
        for members, system in found:
            if isinstance(system, Failed):
                fewer.append((members, system))
            else:
                alike.setdefault(getattr(system, "space", None), []).append((members, system))
        for parts in alike.values():
            batch = joined([system for _, system in parts]) if len(parts) > 1 else None
            if batch is None:
                fewer += parts
            else:
                fewer.append((np.concatenate([members for members, _ in parts]), batch))
        return fewer

    def _made(self, members: np.ndarray) -> Iterator[tuple[np.ndarray, System | Failed]]:
        here = {name: column[members] for name, column in self.columns.items()}
        for name in self.source.apart:
            here[name] = plain(here[name][0])
        try:
            system = self.source.at(here).broadcast_to((len(members),))
        except Exception as error:
            if ends_a_map(error):
                raise
            if len(members) == 1:
                yield members, Failed(error)
                return
            for half in np.array_split(members, 2):
                yield from self._made(half)
            return
        if (type(system), system.kind) != (type(self.example), self.example.kind):
            raise InvalidSystemError(
                "A model must return one kind of systems at all points of a sweep, but it returned "
                f"{type(self.example).__name__} and {type(system).__name__}."
            )
        yield members, system

    @property
    def space(self) -> str:
        """Some of their spaces, for the provenance of data sets."""
        spaces: dict[str, None] = {}
        parts = self.parts()
        for members in parts[: SHOWN_SPACES + 1] if len(parts) < self.size else parts[:1]:
            for _, system in self._made(members[:1]):
                spaces[described(system)] = None
        shown = list(spaces)
        return "; ".join(shown[:SHOWN_SPACES]) + "; and more" * (len(shown) > SHOWN_SPACES)


@dataclass(frozen=True)
class SystemsOfModel:
    """A model with fixed and tied parameters, which gives the systems at coordinates."""

    model: Model
    fixed: Mapping[str, Any]
    tied: Mapping[str, Callable[..., Any]]  # rules of the parameters that follow from the axes
    apart: tuple[str, ...] = ()  # axes that the model takes one value at a time
    cause: str = ""  # why it does
    example: System | None = None  # at one point, where it does
    seconds: float = 0.0  # that it took to make it

    @classmethod
    def found_out(cls, given: SystemsOfModel, grid: Grid) -> tuple[SystemsOfModel, Any]:
        """The same, knowing what it takes one value at a time, and the systems of a grid."""
        texts = tuple(name for name, axis in grid.axes.items() if axis.dtype.kind == "U")
        if given.model.is_registered:
            texts = ()  # some take arrays of names as well; others say so
        cause = "names come one by one"
        if not texts:
            try:
                system = given._at_once(grid)
            except (MemoryError, UnknownNameError):
                raise
            except Exception as error:
                cause = f"{type(error).__name__}: {error}"
                raised = None if grid.has_names else error  # which are said one by one
            else:
                cause = given._misunderstood(grid, system)
                if not cause:
                    return given, system
                raised = None
        else:
            raised = None
        base = given._works(grid, raised)
        start = time.perf_counter()
        example = given.at(base)
        seconds = time.perf_counter() - start
        refused = {n: given._refusal(grid, base, n) for n in grid.names if n not in texts}
        apart = texts + tuple(n for n, why in refused.items() if why)
        cause = next((why for n, why in refused.items() if why), cause)
        if not apart and raised is not None:
            raise raised
        if not apart:  # one by one, where arrays give other systems than numbers
            apart = grid.names
        knowing = replace(given, apart=apart, cause=cause, example=example, seconds=seconds)
        knowing._require_values(grid, base)
        return knowing, SystemsApart.at(knowing, grid.columns())

    def at(self, coordinates: Mapping[str, Any]) -> System:
        """The systems at coordinates that broadcast."""
        return self.model(**coordinates, **self.followed(coordinates), **self.fixed)

    def followed(self, coordinates: Mapping[str, Any]) -> dict[str, Any]:
        """The tied parameters at coordinates."""
        return {
            name: plain(rule(**{n: coordinates[n] for n in inspect.signature(rule).parameters}))
            for name, rule in self.tied.items()
        }

    def on(self, grid: Grid) -> System | SystemsApart:
        """The systems of a grid, of its shape."""
        return SystemsApart.at(self, grid.columns()) if self.apart else self._at_once(grid)

    def at_columns(self, columns: Mapping[str, np.ndarray]) -> System | SystemsApart:
        """The systems at points on or off a grid, whose coordinates are columns."""
        if self.apart:
            return SystemsApart.at(self, columns)
        size = len(next(iter(columns.values())))
        return self.at(columns).broadcast_to((size,))

    def parameters(self, columns: Mapping[str, np.ndarray]) -> dict[str, Any]:
        """All parameters at some points, for measures: numbers as arrays, a value a point."""
        size = len(next(iter(columns.values())))
        defaults = {n: p.default for n, p in self.model.parameters.items() if not p.is_required}
        values = defaults | dict(self.fixed) | dict(columns)
        if not self.apart:
            values |= self.followed(columns)
        else:
            rows = [
                self.followed({n: plain(c[k]) for n, c in columns.items()}) for k in range(size)
            ]
            values |= {name: np.array([row[name] for row in rows]) for name in self.tied}
        return {
            name: np.broadcast_to(value, (size,))
            if isinstance(value, int | float | np.ndarray | np.generic)
            else value
            for name, value in values.items()
        }

    def _at_once(self, grid: Grid) -> System:
        found = self.at(grid.open_arrays())
        # A parameter that no coefficient depends on leaves the batch smaller than the grid.
        require_broadcast_to(found.shape, grid.shape, "Systems of the model")
        return found.broadcast_to(grid.shape)

    def _works(self, grid: Grid, raised: Exception | None) -> dict[str, Any]:
        """Coordinates of a point at which the model gives a system."""
        first = raised
        for point in np.unique(np.linspace(0, grid.size - 1, min(TRIED, grid.size)).astype(int)):
            coordinates = grid.coordinates(int(point))
            try:
                self.at(coordinates)
            except Exception as error:
                if ends_a_map(error) or isinstance(error, UnknownNameError):
                    raise
                first = first or error
            else:
                return coordinates
        assert first is not None
        raise first

    def _refusal(self, grid: Grid, base: Mapping[str, Any], name: str) -> str:
        """Why the model does not take a parameter as an array; empty if it does."""
        others = (plain(v) for v in grid.axes[name][::-1][:TRIED] if v != base[name])
        other = next((v for v in others if self._gives({**base, name: v})), base[name])
        values = [base[name], other]
        try:
            found = self.at({**base, name: np.array(values)})
            require_broadcast_to(found.shape, (2,), "Systems of the model")
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        pairs = enumerate({**base, name: value} for value in values)
        return next((why for k, at in pairs if (why := self._differs(found, (2,), k, at))), "")

    def _misunderstood(self, grid: Grid, system: System) -> str:
        """How a function's systems for arrays differ from those for numbers; empty if not.

        A function that asks ``if np.any(x > 1)`` takes arrays, and gives other systems.
        """
        if grid.size == 1:
            return ""
        for point in np.unique(np.linspace(0, grid.size - 1, LOOKED_AT).astype(int)):
            why = self._differs(system, grid.shape, int(point), grid.coordinates(int(point)))
            if why:
                return why
        return ""

    def _differs(
        self, system: System, shape: tuple[int, ...], member: int, at: Mapping[str, Any]
    ) -> str:
        """How a member of a batch differs from the system for numbers, if both can be compared."""
        agrees = getattr(type(system), "agrees_with", None)
        if agrees is None or self.model.is_registered:
            return ""
        try:
            alone = self.at(at).broadcast_to((1,))
        except Exception:
            return ""  # it is made for arrays
        if type(alone) is type(system) and agrees(system.broadcast_to(shape).take([member]), alone):
            return ""
        where = ", ".join(f"{name}={value}" for name, value in at.items())
        return f"at {where} it gives another system for numbers than for arrays"

    def _gives(self, coordinates: Mapping[str, Any]) -> bool:
        """Whether the model gives a system at a point."""
        try:
            self.at({name: plain(value) for name, value in coordinates.items()})
        except Exception:
            return False
        return True

    def _require_values(self, grid: Grid, base: Mapping[str, Any]) -> None:
        """Raise what the model says of a value that it does not take."""
        for name in self.apart:
            if len(grid.axes[name]) > MOST_CHECKED:
                continue
            for value in grid.axes[name]:
                try:
                    self.at({**base, name: plain(value)})
                except (InvalidArgumentError, UnknownNameError):
                    raise
                except Exception:
                    continue  # a matter of the point


def _labels(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Numbers that tell pairs of numbers apart."""
    return np.unique(first * (int(second.max(initial=0)) + 1) + second, return_inverse=True)[
        1
    ].reshape(-1)
