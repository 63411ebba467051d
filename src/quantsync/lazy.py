"""Attributes that are computed once, without a lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

Value = TypeVar("Value")


class lazy(Generic[Value]):  # noqa: N801 - used like `property`
    """A property that is computed when first asked for, and kept.

    As `functools.cached_property`, whose lock, until Python 3.12, all instances of a class
    share: with it, two threads that work on two chunks take turns. Objects that several threads
    share may compute such a property twice, which does no harm.
    """

    def __init__(self, function: Callable[[Any], Value]):
        self.function = function
        self.__doc__ = function.__doc__
        self.name = function.__name__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> lazy[Value]: ...
    @overload
    def __get__(self, instance: object, owner: type | None = None) -> Value: ...
    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """Compute and keep the value; later the instance's own attribute comes first."""
        if instance is None:
            return self
        value = self.function(instance)
        instance.__dict__[self.name] = value
        return value
