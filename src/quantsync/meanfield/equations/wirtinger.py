"""Expressions in which beta* is a symbol of its own: derivatives with respect to it exist."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sympy

from quantsync.errors import InvalidArgumentError

# Real on the real axis: f(z*) = f(z)* wherever they are continuous.
ANALYTIC = (
    sympy.exp,
    sympy.log,
    sympy.sin,
    sympy.cos,
    sympy.tan,
    sympy.sinh,
    sympy.cosh,
    sympy.tanh,
)
KNOWN = "exp, log, sqrt, Abs, re, im, arg, conjugate, sin, cos, tan, sinh, cosh, tanh"


class Wirtinger:
    """Expressions in which beta_j* has become a symbol of its own.

    Conjugation is carried down to the symbols: left at the square root of Holstein and Primakoff,
    it would hide a beta* from derivatives. On branch cuts, such as negative numbers below a root,
    that would be another function; there the equations have no value anyway.

    Frozen quantities that are not declared real get a symbol for their conjugate too.
    """

    def __init__(self, modes: Sequence[sympy.Symbol], frozen: Iterable[sympy.Symbol] = ()):
        self.modes = tuple(modes)
        self.conjugates = tuple(sympy.Symbol(f"{b.name}^*") for b in self.modes)
        # Frozen quantities that are not real, and what stands for their conjugates.
        self.partners = {x: sympy.Symbol(f"{x.name}^*") for x in frozen if not x.is_real}
        pairs = {**dict(zip(self.modes, self.conjugates, strict=True)), **self.partners}
        self._pairs = {x: (x, y) for x, y in pairs.items()}
        self._pairs.update({y: (y, x) for x, y in pairs.items()})

    def __call__(self, expression: Any) -> Any:
        """The expression with beta* for conjugate(beta), and |beta|, Re, Im written with them."""
        return self._pair(sympy.sympify(expression))[0]

    def conjugate(self, expression: Any) -> Any:
        """The complex conjugate of an expression."""
        return self._pair(sympy.sympify(expression))[1]

    def _pair(self, z: Any) -> tuple[Any, Any]:
        """An expression and its conjugate."""
        known = self._pairs.get(z)
        if known is None:
            known = self._pairs[z] = self._made(z)
        return known

    def _made(self, z: Any) -> tuple[Any, Any]:
        if not z.free_symbols & self._pairs.keys():
            # Left to SymPy, sqrt(rate) times its conjugate is no rate: negative ones have no value.
            return z, sympy.conjugate(z)
        pairs = [self._pair(part) for part in z.args]
        values, conjugates = (list(part) for part in zip(*pairs, strict=True))
        value, conjugate = values[0], conjugates[0]
        if isinstance(z, sympy.conjugate):
            return conjugate, value
        if isinstance(z, sympy.Pow) and z.exp.is_Float and 2 * z.exp == int(2 * z.exp):
            # A power or a root, not the exponential of a logarithm, which zero does not have.
            exponent = sympy.Rational(int(2 * z.exp), 2)
            return value**exponent, conjugate**exponent
        if isinstance(z, sympy.Add | sympy.Mul | sympy.Pow) or z.func in ANALYTIC:
            return z.func(*values), z.func(*conjugates)
        if isinstance(z, sympy.Abs):
            real = sympy.sqrt(value * conjugate)
        elif isinstance(z, sympy.re):
            real = (value + conjugate) / 2
        elif isinstance(z, sympy.im):
            real = (value - conjugate) / (2 * sympy.I)
        elif isinstance(z, sympy.arg):
            real = (sympy.log(value) - sympy.log(conjugate)) / (2 * sympy.I)
        else:
            raise not_computable(z)
        return real, real


def not_computable(expression: Any) -> InvalidArgumentError:
    """The error for an expression with a function that has no real form here."""
    name = getattr(expression.func, "__name__", "") or str(expression.func)
    return InvalidArgumentError(
        f"The expression {expression} cannot be computed: {name} is not among the functions known, "
        f"which are {KNOWN}."
    )
