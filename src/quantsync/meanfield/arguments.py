"""Checks of the symbols that make a mean-field model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy

from quantsync.errors import InvalidArgumentError
from quantsync.meanfield.derivation import Equations


def checked_modes(modes: Any) -> None:
    """Raise unless these are distinct complex symbols."""
    if not len(modes) or not all(isinstance(b, sympy.Symbol) for b in modes):
        raise InvalidArgumentError(f"Argument `modes` must hold SymPy symbols, but is {modes!r}.")
    if len(set(modes)) < len(modes):
        raise InvalidArgumentError(f"Argument `modes` must name a mode once, but is {modes!r}.")
    for b in modes:
        if b.is_real or b.is_imaginary:
            raise InvalidArgumentError(
                f"Argument `modes` has {b}, declared real or imaginary; amplitudes are complex."
            )


def channel(jump: Any) -> tuple[Any, Any]:
    """L and the occupation of its bath, of a jump operator given with or without it."""
    if isinstance(jump, tuple):
        if len(jump) != 2:
            raise InvalidArgumentError(
                f"Argument `jumps` must hold expressions or pairs (L, nbar), but has {jump!r}."
            )
        return jump
    return jump, 0


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
