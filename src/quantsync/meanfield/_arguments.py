"""Checks of the symbols that make a mean-field model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sympy

from quantsync.checks import shown
from quantsync.errors import InvalidArgumentError
from quantsync.meanfield.equations.derivation import Equations
from quantsync.meanfield.trajectory import FAILURES


def mode_symbols(modes: Any) -> tuple[sympy.Symbol, ...]:
    """Distinct complex symbols."""
    if (
        not isinstance(modes, Sequence)
        or not modes
        or not all(isinstance(b, sympy.Symbol) for b in modes)
    ):
        raise InvalidArgumentError(
            f"Argument `modes` must hold SymPy symbols, but is {shown(modes)}."
        )
    if len(set(modes)) < len(modes):
        raise InvalidArgumentError(f"Argument `modes` must name a mode once, but is {modes!r}.")
    for b in modes:
        if b.is_real or b.is_imaginary:
            raise InvalidArgumentError(
                f"Argument `modes` has {b}, declared real or imaginary; amplitudes are complex."
            )
    return tuple(modes)


def expression(name: str, value: Any) -> Any:
    """A SymPy expression of numbers (no equation, no matrix), from one or what stands for one."""
    try:
        result = sympy.sympify(value)
    except (sympy.SympifyError, TypeError, AttributeError):
        result = None
    if not isinstance(result, sympy.Expr):
        raise InvalidArgumentError(
            f"Argument `{name}` must hold SymPy expressions, but has {shown(value)}."
        )
    return result


def expressions(name: str, values: Any, modes: int) -> list[Any]:
    """One expression for each mode."""
    found = _listed(name, values)
    if len(found) != modes:
        raise InvalidArgumentError(
            f"Argument `{name}` must have {modes} expressions, one for each mode, but has "
            f"{len(found)}."
        )
    return [expression(name, value) for value in found]


def channels(jumps: Any, modes: Sequence[sympy.Symbol]) -> list[tuple[Any, Any]]:
    """L and the occupation of its bath, of jump operators given with or without it."""
    pairs = []
    for jump in _listed("jumps", jumps):
        pair = jump if isinstance(jump, tuple | list) else (jump, 0)
        if len(pair) != 2:
            raise InvalidArgumentError(
                f"Argument `jumps` must hold expressions or pairs (L, nbar), but has {jump!r}."
            )
        L, occupation = (expression("jumps", part) for part in pair)
        if occupation.free_symbols & set(modes) or (occupation < 0) == True:  # noqa: E712
            raise InvalidArgumentError(
                f"Argument `jumps` has the occupation {occupation} of a bath; it must be an "
                "expression of parameters alone, and not negative."
            )
        pairs.append((L, occupation))
    return pairs


def frozen_expressions(
    modes: Sequence[sympy.Symbol], frozen: Any, time: Any
) -> dict[sympy.Symbol, Any]:
    """Frozen quantities as expressions, if they and the time are symbols of their own."""
    given = mapping("frozen", frozen)
    for name, symbol in [*(("frozen", key) for key in given), ("time", time)]:
        if symbol is not None and (not isinstance(symbol, sympy.Symbol) or symbol in modes):
            raise InvalidArgumentError(
                f"Argument `{name}` must name SymPy symbols other than modes, but has {symbol!r}."
            )
    return {key: expression("frozen", value) for key, value in given.items()}


def square(name: str, matrix: Any, size: int) -> sympy.Matrix:
    """A matrix of this size."""
    try:
        result = sympy.Matrix(matrix)
    except (TypeError, ValueError):
        result = None
    if result is None or result.shape != (size, size):
        raise InvalidArgumentError(
            f"Argument `{name}` must have matrices of shape ({size}, {size}), but has "
            + (shown(matrix) if result is None else f"one of shape {result.shape}")
            + "."
        )
    return result


def blocks(fluctuations: Any, modes: int) -> tuple[Any, Any]:
    """E and F, two matrices with a row and a column for each mode."""
    if not hasattr(fluctuations, "__len__") or len(fluctuations) != 2:
        raise InvalidArgumentError(
            f"Argument `fluctuations` must be the pair (E, F), but is {shown(fluctuations)}."
        )
    first, second = (square("fluctuations", block, modes) for block in fluctuations)
    return first, second


def named_events(events: Any) -> dict[str, Any]:
    """Events under names that mean nothing else."""
    given = mapping("events", events)
    for name in given:
        if name in ("", *FAILURES):
            raise InvalidArgumentError(
                f"Argument `events` must not use the name {name!r}, which has a meaning."
            )
    return given


def mapping(name: str, value: Any) -> dict[Any, Any]:
    """A mapping as a dict; None is an empty one."""
    if not isinstance(value, Mapping | None):
        raise InvalidArgumentError(
            f"Argument `{name}` must map names to values, but is {shown(value)}."
        )
    return dict(value or {})


def found_parameters(equations: Equations, time: sympy.Symbol | None) -> tuple[sympy.Symbol, ...]:
    """All symbols that are nothing else, in alphabetical order; each must be real."""
    eq = equations
    matrices = [eq.normal, eq.anomalous, eq.diffusion or []]
    values = [*eq.drift, *(x for matrix in matrices for row in matrix for x in row)]
    values += [x for pairs, _ in eq.channels for pair in pairs for x in pair]
    values += [occupation for _, occupation in eq.channels]
    values += [value for _, value in eq.frozen]
    found = {s for x in values for s in x.free_symbols}
    found -= {*eq.modes, *eq.conjugates, time} | {s for s, _ in eq.frozen}
    for symbol in sorted(found, key=str):
        if not symbol.is_real:
            raise InvalidArgumentError(
                f"The symbol {symbol} is neither a mode nor the time, so it is a parameter, and "
                f"must be declared real: sympy.Symbol({symbol.name!r}, real=True)."
            )
    return tuple(sorted(found, key=lambda s: s.name))


def _listed(name: str, values: Any) -> list[Any]:
    if isinstance(values, sympy.Expr | str | Mapping) or not isinstance(values, Iterable):
        raise InvalidArgumentError(f"Argument `{name}` must be a list, but is {shown(values)}.")
    return list(values)
