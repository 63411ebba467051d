"""Checks of the symbols that make a mean-field model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sympy

from quantsync.errors import InvalidArgumentError
from quantsync.meanfield.equations.derivation import Equations
from quantsync.meanfield.trajectory import FAILURES


def checked_modes(modes: Any) -> None:
    """Raise unless these are distinct complex symbols."""
    if (
        not isinstance(modes, Sequence)
        or not modes
        or not all(isinstance(b, sympy.Symbol) for b in modes)
    ):
        raise InvalidArgumentError(f"Argument `modes` must hold SymPy symbols, but is {modes!r}.")
    if len(set(modes)) < len(modes):
        raise InvalidArgumentError(f"Argument `modes` must name a mode once, but is {modes!r}.")
    for b in modes:
        if b.is_real or b.is_imaginary:
            raise InvalidArgumentError(
                f"Argument `modes` has {b}, declared real or imaginary; amplitudes are complex."
            )


def expression(name: str, value: Any) -> Any:
    """A SymPy expression, from one or from what stands for one.

    Raises
    ------
    InvalidArgumentError
        If it is no expression of numbers, such as an equation or a matrix.
    """
    try:
        result = sympy.sympify(value)
    except (sympy.SympifyError, TypeError, AttributeError):
        result = None
    if not isinstance(result, sympy.Expr):
        raise InvalidArgumentError(
            f"Argument `{name}` must hold SymPy expressions, but has {value!r}."
        )
    return result


def channels(jumps: Any, modes: Sequence[sympy.Symbol]) -> list[tuple[Any, Any]]:
    """L and the occupation of its bath, of jump operators given with or without it."""
    if isinstance(jumps, sympy.Basic | str):
        raise InvalidArgumentError(f"Argument `jumps` must be a list, but is {jumps!r}.")
    pairs = []
    for jump in jumps:
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


def checked_symbols(
    modes: Sequence[sympy.Symbol],
    frozen: Mapping[sympy.Symbol, Any] | None,
    time: sympy.Symbol | None,
) -> dict[sympy.Symbol, Any]:
    """Frozen quantities as expressions, if they and the time are symbols of their own."""
    given = dict(frozen or {})
    for name, symbol in [*(("frozen", key) for key in given), ("time", time)]:
        if symbol is None:
            continue
        if not isinstance(symbol, sympy.Symbol) or symbol in modes:
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
            + (repr(matrix) if result is None else f"one of shape {result.shape}")
            + "."
        )
    return result


def checked_choices(on_event: str, on_failure: str, stationary: str) -> None:
    """Raise unless the choices of `MeanFieldModel.integrate` are among those there are."""
    for name, value, known in (
        ("on_event", on_event, ("end", "raise")),
        ("on_failure", on_failure, ("end", "raise")),
        ("stationary", stationary, ("allow", "raise")),
    ):
        if value not in known:
            raise InvalidArgumentError(
                f"Argument `{name}` must be {known[0]!r} or {known[1]!r}, but is {value!r}."
            )


def checked_events(events: Any) -> None:
    """Raise unless events are a mapping, under names that mean nothing else."""
    if events is not None and not isinstance(events, Mapping):
        raise InvalidArgumentError(
            f"Argument `events` must map names to expressions, but is {events!r}."
        )
    for name in events or {}:
        if name in ("", *FAILURES):
            raise InvalidArgumentError(
                f"Argument `events` must not use the name {name!r}, which has a meaning."
            )


def require_size(name: str, values: Sequence[Any] | None, modes: int) -> None:
    """Raise unless there is one expression a mode."""
    if values is not None and len(values) != modes:
        raise InvalidArgumentError(
            f"Argument `{name}` must have {modes} expressions, one a mode, but has {len(values)}."
        )


def found_parameters(equations: Equations, time: sympy.Symbol | None) -> tuple[sympy.Symbol, ...]:
    """All symbols that are nothing else, in alphabetical order; each must be real."""
    eq = equations
    blocks = [eq.normal, eq.anomalous, eq.diffusion or []]
    expressions = [*eq.drift, *(x for block in blocks for row in block for x in row)]
    expressions += [x for pairs, _ in eq.channels for pair in pairs for x in pair]
    expressions += [occupation for _, occupation in eq.channels]
    expressions += [value for _, value in eq.frozen]
    found = {s for x in expressions for s in x.free_symbols}
    found -= {*eq.modes, *eq.conjugates, time} | {s for s, _ in eq.frozen}
    for symbol in sorted(found, key=str):
        if not symbol.is_real:
            raise InvalidArgumentError(
                f"The symbol {symbol} is neither a mode nor the time, so it is a parameter, and "
                f"must be declared real: sympy.Symbol({symbol.name!r}, real=True)."
            )
    return tuple(sorted(found, key=lambda s: s.name))


def checked_blocks(fluctuations: Any, modes: int) -> tuple[Any, Any]:
    """E and F, if they are two matrices of as many rows and columns as there are modes."""
    if len(fluctuations) != 2:
        raise InvalidArgumentError(
            f"Argument `fluctuations` must be the pair (E, F), but is {fluctuations!r}."
        )
    first, second = (square("fluctuations", block, modes) for block in fluctuations)
    return first, second
