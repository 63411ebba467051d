"""Values of symbolic parameters, checked by name and broadcast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import sympy

from quantsync.checks import known_name, real_array
from quantsync.errors import DimensionError, InvalidArgumentError
from quantsync.meanfield._arguments import mapping


def parameter_values(
    symbols: Sequence[sympy.Symbol], defaults: Mapping[str, Any], given: Mapping[Any, Any] | None
) -> dict[str, np.ndarray]:
    """Values by name, in the order of the symbols, of what is given on top of the defaults."""
    values = {**defaults, **named(symbols, given)}
    missing = [s.name for s in symbols if s.name not in values]
    if missing:
        raise InvalidArgumentError(
            f"Argument `parameters` lacks {', '.join(missing)}, which the symbols contain and "
            "which have no default."
        )
    arrays = {s.name: values[s.name] for s in symbols}
    for symbol in symbols:
        array = arrays[symbol.name]
        # Roots were simplified on the strength of what was declared.
        for declared, bad in (
            ("positive", symbol.is_positive and array <= 0),
            ("nonnegative", symbol.is_nonnegative and array < 0),
            ("negative", symbol.is_negative and array >= 0),
            ("nonpositive", symbol.is_nonpositive and array > 0),
        ):
            if np.any(bad):
                raise InvalidArgumentError(
                    f"Parameter `{symbol.name}` was declared {declared}, but is "
                    f"{array[bad].flat[0]:.6g}."
                )
    return arrays


def single_values(
    symbols: Sequence[sympy.Symbol], defaults: Mapping[str, Any], given: Mapping[Any, Any] | None
) -> dict[str, np.ndarray]:
    """The same for one system: numbers, no arrays."""
    values = parameter_values(symbols, defaults, given)
    for name, value in values.items():
        if value.ndim:
            raise DimensionError(
                f"Parameter `{name}` must be one number here, but has shape {value.shape}."
            )
    return values


def named(
    symbols: Sequence[sympy.Symbol], given: Mapping[Any, Any] | None, argument: str = "parameters"
) -> dict[str, np.ndarray]:
    """Values by name, given by names or symbols."""
    known = {s.name for s in symbols}
    result: dict[str, np.ndarray] = {}
    for key, value in mapping(argument, given).items():
        name = known_name("parameter", key.name if isinstance(key, sympy.Symbol) else key, known)
        result[name] = real_values(value, f"Parameter `{name}`")
    return result


def real_values(values: Any, name: str) -> np.ndarray:
    """Real numbers as an array of float; SymPy's numbers and fractions count as such."""
    try:
        objects = np.asarray(values)
        if objects.dtype.kind == "O" and all(hasattr(x, "__float__") for x in objects.flat):
            values = objects.astype(float)
    except (TypeError, ValueError):
        pass  # refused below
    return real_array(values, name)
