"""Values of symbolic parameters, checked by name and broadcast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import sympy

from quantsync.checks import require_finite
from quantsync.errors import (
    BroadcastError,
    InvalidArgumentError,
    MissingParameterError,
    unknown_name,
)


def parameter_values(
    symbols: Sequence[sympy.Symbol], defaults: Mapping[str, Any], given: Mapping[Any, Any] | None
) -> list[np.ndarray]:
    """Values in the order of the symbols, as float arrays.

    Raises
    ------
    UnknownNameError
        If a name is not that of a parameter.
    MissingParameterError
        If a parameter has neither a value nor a default.
    InvalidArgumentError, NonFiniteError
        If a value is not real or not finite.
    """
    values = {**defaults, **named(symbols, given)}
    missing = [s.name for s in symbols if s.name not in values]
    if missing:
        raise MissingParameterError(
            f"Argument `parameters` lacks {', '.join(missing)}, which the symbols contain and "
            "which have no default."
        )
    arrays = [real_values(s.name, values[s.name]) for s in symbols]
    for symbol, array in zip(symbols, arrays, strict=True):
        # Roots were simplified on the strength of what was declared.
        for declared, bad in (
            ("positive", symbol.is_positive and array <= 0),
            ("nonnegative", symbol.is_nonnegative and array < 0),
            ("negative", symbol.is_negative and array >= 0),
            ("nonpositive", symbol.is_nonpositive and array > 0),
        ):
            if np.any(bad):
                raise InvalidArgumentError(
                    f"Parameter {symbol.name!r} was declared {declared}, but is "
                    f"{array[bad].flat[0]:.6g}."
                )
    return arrays


def named(symbols: Sequence[sympy.Symbol], given: Mapping[Any, Any] | None) -> dict[str, Any]:
    """Values by name, from names or symbols."""
    known = {s.name for s in symbols}
    result: dict[str, Any] = {}
    for key, value in (given or {}).items():
        name = key.name if isinstance(key, sympy.Symbol) else str(key)
        if name not in known:
            raise unknown_name("parameter", name, known)
        result[name] = value
    return result


def real_values(name: str, value: Any) -> np.ndarray:
    """One parameter as a float array."""
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        try:
            array = np.asarray(value, dtype=float)
        except (TypeError, ValueError):
            raise InvalidArgumentError(
                f"Parameter {name!r} must be real, but is {value!r}."
            ) from None
    array = array.astype(float)
    require_finite(f"Parameter {name!r}", array)
    return array


def joint_shape(shapes: Mapping[str, tuple[int, ...]]) -> tuple[int, ...]:
    """The batch shape of all arguments together.

    Raises
    ------
    BroadcastError
        If they do not broadcast; the message has every shape that is not ().
    """
    try:
        return np.broadcast_shapes(*shapes.values())
    except ValueError:
        listed = ", ".join(f"{name} {shape}" for name, shape in shapes.items() if shape)
        raise BroadcastError(f"Batch shapes do not broadcast: {listed}.") from None
