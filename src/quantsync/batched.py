"""Batches: results whose arrays have the batch shape in front, and parts of what makes them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, Self

import numpy as np
import scipy.sparse as sp

ROUNDING = 8 * np.finfo(float).eps
SAME = 1e-9  # relative; what two ways of computing the same numbers may differ by


class Batched:
    """Results of a batch of systems: an index picks some of them, as in ``path[0]``.

    A subclass says which of its fields have the batch shape in front (arrays, mappings of arrays,
    None, or such results again), and what its ``shape`` is.
    """

    batched: ClassVar[tuple[str, ...]] = ()

    @property
    def shape(self) -> tuple[int, ...]:
        """Batch shape, ``()`` for a single system."""
        raise NotImplementedError

    def __getitem__(self, index: Any) -> Self:
        return self.take(np.arange(math.prod(self.shape)).reshape(self.shape)[index])

    def __iter__(self) -> Iterator[Self]:
        if not self.shape:
            raise TypeError(f"This {type(self).__name__} is of a single system, and no batch.")
        return (self[k] for k in range(self.shape[0]))

    def take(self, members: Any) -> Self:
        """Those of some systems, by flat index, as a batch of the shape of ``members``."""
        return self._picked(self.shape, np.asarray(members))

    def _picked(self, shape: tuple[int, ...], members: np.ndarray) -> Self:
        return self._with({n: picked(getattr(self, n), shape, members) for n in self.batched})

    def _with(self, fields: Mapping[str, Any]) -> Self:
        return dataclasses.replace(self, **fields)  # type: ignore[type-var]

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self | None:
        """Results of shape (size,) as one larger batch; None where they do not go together."""
        fields = dataclasses.fields(cls) if dataclasses.is_dataclass(cls) else ()
        rest = [field.name for field in fields if field.name not in cls.batched]
        if not all(same(getattr(p, n), getattr(parts[0], n)) for n in rest for p in parts[1:]):
            return None
        try:
            found = {name: concatenated([getattr(p, name) for p in parts]) for name in cls.batched}
        except ValueError:  # they are of different sizes
            return None
        return parts[0]._with(found)


def picked(value: Any, shape: tuple[int, ...], members: np.ndarray) -> Any:
    """Some of what has a batch shape in front, by flat index."""
    if value is None:
        return None
    if isinstance(value, Batched):
        return value._picked(shape, members)
    if isinstance(value, Mapping):
        found = {name: picked(array, shape, members) for name, array in value.items()}
        return MappingProxyType(found) if isinstance(value, MappingProxyType) else found
    array = np.asarray(value)
    rows = array.reshape(math.prod(shape), *array.shape[len(shape) :])
    return np.asarray(rows[members])


def concatenated(values: Sequence[Any]) -> Any:
    """Values of batches of shape (size,) as those of a larger one."""
    first = values[0]
    if first is None:
        return None
    if isinstance(first, Batched):
        joined = type(first).joined(values)
        if joined is None:
            raise ValueError("parts that do not go together")
        return joined
    if isinstance(first, Mapping):
        found = {name: concatenated([value[name] for value in values]) for name in first}
        return MappingProxyType(found) if isinstance(first, MappingProxyType) else found
    return np.concatenate(values)


@dataclasses.dataclass(frozen=True, eq=False)
class Rows(Batched):
    """An array (..., *core) as a batch of shape (...)."""

    array: np.ndarray
    core: int  # number of axes that are not the batch's
    batched: ClassVar[tuple[str, ...]] = ("array",)

    @property
    def shape(self) -> tuple[int, ...]:
        """Batch shape."""
        return self.array.shape[: self.array.ndim - self.core]


@dataclasses.dataclass(frozen=True, eq=False)
class Several(Batched):
    """Systems that come singly, such as networks, as a batch; each may stand there often."""

    objects: tuple[Any, ...]
    owner: np.ndarray  # which of them each member is
    batched: ClassVar[tuple[str, ...]] = ("owner",)

    @property
    def shape(self) -> tuple[int, ...]:
        """Batch shape."""
        return self.owner.shape

    @property
    def only(self) -> Any:
        """The one system, where all members are the same."""
        return self.objects[int(self.owner.flat[0])]

    @classmethod
    def joined(cls, parts: Sequence[Any]) -> Self | None:
        """One larger batch; what is the same object in several of them stands there once."""
        known: dict[int, int] = {}
        objects: list[Any] = []
        owners = []
        for part in parts:
            for found in part.objects:
                if id(found) not in known:
                    known[id(found)] = len(objects)
                    objects.append(found)
            places = np.array([known[id(found)] for found in part.objects])
            owners.append(places[part.owner])
        return cls(tuple(objects), np.concatenate(owners))


def single(system: Any) -> Several:
    """One system that is no batch."""
    return Several((system,), np.zeros((), int))


def same(first: Any, second: Any) -> bool:
    """Whether two values are the same: arrays, operators and mappings by what is in them."""
    if first is second:
        return True
    if sp.issparse(first) or sp.issparse(second):
        both = sp.issparse(first) and sp.issparse(second) and first.shape == second.shape
        return bool(both and (first != second).nnz == 0)
    if isinstance(first, np.ndarray) or isinstance(second, np.ndarray):
        return bool(
            np.shape(first) == np.shape(second)
            and np.asarray(first).dtype.kind != "O"
            and np.array_equal(first, second)
        )
    if type(first) is not type(second):
        return False
    if isinstance(first, Mapping):
        return first.keys() == second.keys() and all(same(v, second[k]) for k, v in first.items())
    if isinstance(first, Rows):
        return first.core == second.core and same(first.array, second.array)
    if isinstance(first, Several):
        alike = len(first.objects) == len(second.objects) and same(first.owner, second.owner)
        return alike and all(a is b for a, b in zip(first.objects, second.objects, strict=True))
    if dataclasses.is_dataclass(first) or isinstance(first, Batched):
        return False
    return bool(first == second)


def close(first: Any, second: Any) -> bool:
    """Whether two arrays are equal but for rounding."""
    if np.shape(first) != np.shape(second):
        return False
    sizes = np.maximum(np.abs(first), np.abs(second))
    # Entry by entry, but for what rounding leaves of much larger ones.
    allowed = SAME * sizes + ROUNDING * sizes.max(initial=0.0)
    return bool((np.abs(np.subtract(first, second)) <= allowed).all())


def agree(first: Any, second: Any) -> bool:
    """Whether two parts of runs are equal but for rounding, as far as can be seen."""
    agrees = getattr(type(first), "agrees_with", None)
    if agrees is not None:
        return bool(agrees(first, second))
    if type(first) is not type(second):
        return False
    if isinstance(first, Several):
        return _agree_singly(first.only, second.only)
    if isinstance(first, Mapping):
        return first.keys() == second.keys() and all(agree(first[n], second[n]) for n in first)
    if isinstance(first, Batched):
        pairs = [(getattr(first, name), getattr(second, name)) for name in first.batched]
        return all(agree(a, b) for a, b in pairs)
    return first is None or close(first, second)


def _agree_singly(first: Any, second: Any) -> bool:
    """Whether two objects have the same arrays; where they have none, nothing speaks against it."""
    if first is second:
        return True
    agrees = getattr(type(first), "agrees_with", None)
    if agrees is not None:
        return type(first) is type(second) and bool(agrees(first, second))
    pairs: list[Any] = [(value, getattr(second, n, None)) for n, value in vars(first).items()]
    arrays = [(a, b) for a, b in pairs if isinstance(a, np.ndarray) or sp.issparse(a)]
    return all(
        close(a, b)
        if isinstance(a, np.ndarray)
        else a.shape == np.shape(b) and abs(a - b).max() <= SAME * abs(a).max()
        for a, b in arrays
    )
