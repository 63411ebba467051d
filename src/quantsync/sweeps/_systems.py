"""The systems of a sweep: one batch, or made where they are solved, some values at a time."""

from __future__ import annotations

import inspect
import math
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from quantsync.catalogue.models import Model
from quantsync.checks import require_broadcast_to
from quantsync.errors import InvalidSystemError
from quantsync.sweeps._failing import ends_a_map
from quantsync.sweeps._grid import Grid, plain
from quantsync.system import Measure, System

SHOWN_SPACES = 3
LOOKED_AT = 3  # systems of each batch that are compared with those for numbers

_calling = threading.RLock()  # functions may use random numbers and buffers that others use


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
            column = np.ascontiguousarray(columns[name])
            owner = _labels(owner, np.unique(_bits(column), return_inverse=True)[1].reshape(-1))
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
        for name in self.source.apart if len(members) > 1 else here:
            here[name] = plain(here[name][0])
        try:
            system = self.source.at(here).broadcast_to((len(members),))
        except Exception as error:
            if ends_a_map(error):
                raise _located(error, self._point(members[0])) from None
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
        checked = scattered((len(members),), LOOKED_AT).tolist() if len(members) > 1 else []
        if any(self.source.differs(system, k, self._point(int(members[k]))) for k in checked):
            for one in members:
                yield from self._made(np.array([one]))
            return
        yield members, system

    def _point(self, member: int) -> dict[str, Any]:
        return {name: plain(column[member]) for name, column in self.columns.items()}

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


def _kept(value: Any) -> Any:
    """A coordinate that a function cannot write to."""
    if isinstance(value, np.ndarray):
        value = value.view()
        value.flags.writeable = False
    return value


def _located(error: Exception, point: Mapping[str, Any]) -> Exception:
    """An error that ends a map, with the point at which it came up."""
    if not isinstance(error, InvalidSystemError):
        return error
    where = ", ".join(f"{name}={value}" for name, value in point.items())
    return InvalidSystemError(f"{error} (At {where}.)")


@dataclass(frozen=True)
class SystemsOfModel:
    """A model with fixed and tied parameters, which gives the systems at coordinates."""

    model: Model
    fixed: Mapping[str, Any]
    tied: Mapping[str, Callable[..., Any]]  # rules of the parameters that follow from the axes
    # Where they are made as they are needed: an example, and the axes that the model takes one
    # value at a time, and why it does.
    example: System | None = None
    apart: tuple[str, ...] = ()
    cause: str = ""
    seconds: float = 0.0  # that it took to make it

    def at(self, coordinates: Mapping[str, Any]) -> System:
        """The systems at coordinates that broadcast."""
        given = {name: _kept(value) for name, value in coordinates.items()}
        with _calling:
            return self.model(**given, **self.followed(given), **self.fixed)

    def followed(self, coordinates: Mapping[str, Any]) -> dict[str, Any]:
        """The tied parameters at coordinates."""
        if not self.tied:
            return {}
        defaults = {n: p.default for n, p in self.model.parameters.items() if not p.is_required}
        values = defaults | dict(self.fixed) | dict(coordinates)
        return {
            name: plain(rule(**{n: values[n] for n in inspect.signature(rule).parameters}))
            for name, rule in self.tied.items()
        }

    def on(self, grid: Grid) -> System | SystemsApart:
        """The systems of a grid, of its shape."""
        return self.at_once(grid) if self.example is None else SystemsApart.at(self, grid.columns())

    def at_columns(self, columns: Mapping[str, np.ndarray]) -> System | SystemsApart:
        """The systems at points on or off a grid, whose coordinates are columns."""
        if self.example is not None:
            return SystemsApart.at(self, columns)
        size = len(next(iter(columns.values())))
        return self.at(columns).broadcast_to((size,))

    def parameters(self, columns: Mapping[str, np.ndarray], size: int) -> dict[str, Any]:
        """All parameters at some points, for measures: numbers as arrays, a value a point."""
        defaults = {n: p.default for n, p in self.model.parameters.items() if not p.is_required}
        if self.example is None:
            followed = self.followed({name: _kept(column) for name, column in columns.items()})
        else:
            points = [{n: plain(c[k]) for n, c in columns.items()} for k in range(size)]
            rows = [self.followed(point) for point in points]
            followed = {name: np.array([row[name] for row in rows]) for name in self.tied}
        same = {
            name: np.full(size, value) if isinstance(value, int | float | np.generic) else value
            for name, value in (defaults | dict(self.fixed)).items()
        }
        varied = {n: np.broadcast_to(v, (size,)) for n, v in {**columns, **followed}.items()}
        return same | varied

    def at_once(self, grid: Grid) -> System:
        """The systems of a grid from one call; of a single point, a call with plain values."""
        alone = grid.size == 1 and not self.model.is_registered
        found = self.at(grid.coordinates(0) if alone else grid.open_arrays())
        # A parameter that no coefficient depends on leaves the batch smaller than the grid.
        require_broadcast_to(found.shape, grid.shape, "Systems of the model")
        return found.broadcast_to(grid.shape)

    def differs(self, system: System, member: int, at: Mapping[str, Any]) -> str:
        """How a member of a batch differs from the system for numbers, if both can be compared."""
        agrees = getattr(type(system), "agrees_with", None)
        if agrees is None or self.model.is_registered:
            return ""
        try:
            alone = self.at(at).broadcast_to((1,))
        except Exception:
            return ""  # it is made for arrays
        if type(alone) is type(system) and agrees(system.take([member]), alone):
            return ""
        where = ", ".join(f"{name}={value}" for name, value in at.items())
        return f"at {where} it gives another system for numbers than for arrays"


def scattered(shape: tuple[int, ...], count: int) -> np.ndarray:
    """Some points of a grid, by flat index, at values of each axis as different as there can be."""
    rng = np.random.default_rng(len(shape))  # the same ones whenever they are asked for
    index = [np.resize(rng.permutation(size), min(count, math.prod(shape))) for size in shape]
    return np.unique(np.ravel_multi_index(index, shape))


def _labels(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Numbers that tell pairs of numbers apart."""
    return np.unique(first * (int(second.max(initial=0)) + 1) + second, return_inverse=True)[
        1
    ].reshape(-1)


def _bits(column: np.ndarray) -> np.ndarray:
    """Values that tell 0.0 from -0.0, too."""
    return column.view(np.int64) if column.dtype == np.float64 else column
