"""Tables of names to which installed packages may add theirs, by entry points."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Generic, TypeVar

from quantsync.catalogue.references import remember
from quantsync.errors import InvalidArgumentError, RegistryWarning

Value = TypeVar("Value")


class Registry(Mapping[str, Value], Generic[Value]):
    """What there is by name: the package's own, and what installed packages declare in a group.

    These are looked for when a name is asked for that is not the package's own, and imported when
    theirs is. One that cannot be imported costs nothing else: whoever asks for it gets the cause,
    and a list leaves it out with a warning.
    """

    def __init__(
        self,
        kind: str,
        own: Mapping[str, Value],
        check: Callable[[str, Any], Value],
        taken: Callable[[], Any] | None = None,
    ):
        self.kind, self.own, self._check = kind, own, check
        self._taken = taken or (lambda: own)  # names that no package may have
        self._points: dict[str, EntryPoint | str] | None = None
        self._loaded: dict[str, Value] = {}

    @property
    def group(self) -> str:
        """Name of the group of entry points."""
        return f"quantsync.{self.kind}s"

    def forget(self) -> None:
        """Look for entry points anew when they are next asked for."""
        self._points, self._loaded = None, {}

    @property
    def added(self) -> dict[str, EntryPoint | str]:
        """Entry points by name; a text says why there is none that could be used."""
        if self._points is None:
            found: dict[str, list[EntryPoint]] = {}
            for point in entry_points(group=self.group):
                found.setdefault(point.name, []).append(point)
            self._points = {}
            taken = self._taken() if found else ()
            for name, points in found.items():
                packages = sorted({_package(point) for point in points})
                if name in taken:
                    self._warn(
                        f"Package {', '.join(packages)} declares a {self.kind} {name!r}, which "
                        "quantsync has itself; that of quantsync is used."
                    )
                elif len(packages) > 1:
                    self._points[name] = f"packages {' and '.join(packages)} both declare it"
                else:
                    self._points[name] = points[0]
        return self._points

    def __contains__(self, name: object) -> bool:
        return name in self.own or name in self.added

    def __iter__(self) -> Iterator[str]:
        yield from self.own
        yield from self.added

    def __len__(self) -> int:
        return len(self.own) + len(self.added)

    def __getitem__(self, name: str) -> Value:
        if name in self.own:
            return self.own[name]
        if name not in self._loaded:
            self._loaded[name] = self._load(name)
        return self._loaded[name]

    def usable(self) -> dict[str, Value]:
        """All of them that can be had; the others are told in warnings."""
        found = {}
        for name in self:
            try:
                found[name] = self[name]
            except InvalidArgumentError as error:
                self._warn(str(error))
        return found

    def _load(self, name: str) -> Value:
        point = self.added[name]
        if isinstance(point, str):
            raise InvalidArgumentError(f"There is no one {self.kind} {name!r}: {point}.")
        try:
            value = self._check(name, point.load())
        except Exception as error:  # whatever the module of a package raises
            raise InvalidArgumentError(
                f"The {self.kind} {name!r} of package {_package(point)} ({point.value}) cannot be "
                f"used: {type(error).__name__}: {error}"
            ) from error
        return remember(value, name)

    def _warn(self, message: str) -> None:
        warnings.warn(message, RegistryWarning, stacklevel=3)


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else "an unknown package"
