"""Straight-line real arithmetic from complex SymPy expressions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy

from quantsync.errors import InvalidArgumentError
from quantsync.meanfield.equations.wirtinger import not_computable

Real = float | str  # a constant or the name of a variable
Complex = tuple[Real, Real]

REAL_FUNCTIONS = ("sin", "cos", "tan", "sinh", "cosh", "tanh")


class Program:
    """Statements ``x7 = x3 * x5`` that compute real numbers, each product and sum once.

    Real and imaginary parts are split as expressions are added, so that parts which vanish, and
    the many real quantities such as ``|beta|^2``, cost nothing. The text has only + - * / and
    the functions of one or two real arguments, so that it runs alike on floats, on arrays, and
    through a compiler.

    ``inputs`` has the real and imaginary part of each symbol: names of variables, or numbers.
    """

    def __init__(self, inputs: Mapping[sympy.Symbol, Complex]):
        self.lines: list[str] = []  # the statements so far
        self.inputs = dict(inputs)
        self._names: dict[str, str] = {}
        self._negated: dict[str, str] = {}
        self._split: dict[sympy.Basic, Complex] = {}

    def define(self, symbol: sympy.Symbol, expression: sympy.Expr) -> None:
        """Let a symbol stand for the value of an expression."""
        self.inputs[symbol] = self.split(expression)

    def define_real(self, symbol: sympy.Symbol, expression: sympy.Expr) -> None:
        """Let a symbol stand for the real part of an expression that is real."""
        self.inputs[symbol] = (self.split(expression)[0], 0.0)

    def split(self, expression: Any) -> Complex:
        """Add the statements for an expression; its real and imaginary part."""
        known = self._split.get(expression)
        if known is None:
            known = self._split[expression] = self._parts(expression)
        return known

    # real arithmetic

    def add(self, a: Real, b: Real) -> Real:
        """Sum of two reals."""
        if isinstance(a, float) and isinstance(b, float):
            return a + b
        if a == 0.0:
            return b
        if b == 0.0:
            return a
        if isinstance(b, str) and b in self._negated:
            return self._statement(f"{a!s} - {self._negated[b]}")
        if isinstance(a, str) and a in self._negated:
            return self._statement(f"{b!s} - {self._negated[a]}")
        return self._statement(" + ".join(sorted((str(a), str(b)))))

    def negative(self, a: Real) -> Real:
        """Minus a real."""
        if not isinstance(a, str):
            return -a
        known = self._negated.get(a)
        if known is not None:
            return known
        name = self._statement(f"-{a}")
        self._negated[name] = a
        return name

    def times(self, a: Real, b: Real) -> Real:
        """Product of two reals."""
        if isinstance(a, float) and isinstance(b, float):
            return a * b
        if isinstance(b, float):
            a, b = b, a
        if a == 0.0:
            return 0.0
        if a == 1.0:
            return b
        if a == -1.0:
            return self.negative(b)
        return self._statement(" * ".join(sorted((str(a), str(b)))))

    def divide(self, a: Real, b: Real) -> Real:
        """Quotient of two reals."""
        if a == 0.0:
            return 0.0
        if isinstance(b, float):
            return self.times(a, 1.0 / b)
        return self._statement(f"{a!s} / {b}")

    def function(self, name: str, *arguments: Real) -> Real:
        """A real function of reals."""
        return self._statement(f"{name}({', '.join(str(a) for a in arguments)})")

    def integer_power(self, a: Real, n: int) -> Real:
        """A positive integer power."""
        if n == 1:
            return a
        half = self.integer_power(a, n // 2)
        square = self.times(half, half)
        return self.times(square, a) if n % 2 else square

    def _statement(self, text: str) -> str:
        name = self._names.get(text)
        if name is None:
            name = self._names[text] = f"x{len(self.lines)}"
            self.lines.append(f"{name} = {text}")
        return name

    # complex expressions

    def _parts(self, expression: Any) -> Complex:
        if isinstance(expression, sympy.Symbol):
            if expression not in self.inputs:
                raise InvalidArgumentError(f"The symbol {expression} has no value.")
            return self.inputs[expression]
        if not expression.free_symbols:
            return self._number(expression)
        if expression.is_Add:
            return self._sum(expression.args)
        if expression.is_Mul:
            return self._product(expression)
        if isinstance(expression, sympy.Pow):
            return self._power(*expression.as_base_exp())
        if isinstance(expression, sympy.exp):
            return self._exponential(self.split(expression.args[0]))
        if isinstance(expression, sympy.conjugate | sympy.re | sympy.im | sympy.Abs | sympy.arg):
            return self._part_of(expression)
        if isinstance(expression, sympy.log):
            return self._logarithm(self.split(expression.args[0]))
        name = getattr(expression.func, "__name__", "")
        if name in REAL_FUNCTIONS:
            re, im = self.split(expression.args[0])
            if im == 0.0:
                return self.function(name, re), 0.0
            return self.split(expression.rewrite(sympy.exp))
        raise not_computable(expression)

    def _number(self, expression: Any) -> Complex:
        try:
            value = complex(expression)
        except TypeError:
            raise not_computable(expression) from None
        return value.real, value.imag

    def _part_of(self, expression: Any) -> Complex:
        re, im = self.split(expression.args[0])
        if isinstance(expression, sympy.conjugate):
            return re, self.negative(im)
        if isinstance(expression, sympy.re):
            return re, 0.0
        if isinstance(expression, sympy.im):
            return im, 0.0
        if isinstance(expression, sympy.arg):
            return self.function("atan2", im, re), 0.0
        return self.function("sqrt", self._square(re, im)), 0.0

    def _square(self, re: Real, im: Real) -> Real:
        if isinstance(im, str):
            # The same name for z and z*, so that |z|^2 is computed once.
            im = self._negated.get(im, im)
        return self.add(self.times(re, re), self.times(im, im))

    def _sum(self, terms: Any) -> Complex:
        re: Real = 0.0
        im: Real = 0.0
        for term in terms:
            a, b = self.split(term)
            re, im = self.add(re, a), self.add(im, b)
        return re, im

    def _product(self, expression: Any) -> Complex:
        """Reals first, z z* as a square: what is real must not be multiplied as a complex."""
        reals: Real = 1.0
        rest: list[Complex] = []
        divisors: list[Complex] = []
        for factor in expression.args:
            base, exponent = factor.as_base_exp()
            if base is not sympy.E and exponent.is_Integer and exponent != 1:
                target = rest if exponent > 0 else divisors
                target += [self.split(base)] * abs(int(exponent))
            else:
                rest.append(self.split(factor))
        factors: list[Complex] = []
        for re, im in rest:
            if im == 0.0:
                reals = self.times(reals, re)
                continue
            conjugated = (re, self.negative(im))
            if conjugated in factors:
                factors.remove(conjugated)
                reals = self.times(reals, self._square(re, im))
            else:
                factors.append((re, im))
        value: Complex = (reals, 0.0)
        for factor in factors:
            value = self._complex_times(value, factor)
        for divisor in divisors:
            value = self._complex_divide(value, divisor)
        return value

    def _complex_times(self, a: Complex, b: Complex) -> Complex:
        re = self.add(self.times(a[0], b[0]), self.negative(self.times(a[1], b[1])))
        return re, self.add(self.times(a[0], b[1]), self.times(a[1], b[0]))

    def _complex_divide(self, a: Complex, b: Complex) -> Complex:
        if b[1] == 0.0:
            return self.divide(a[0], b[0]), self.divide(a[1], b[0])
        re, im = self._complex_times(a, (b[0], self.negative(b[1])))
        square = self._square(*b)
        return self.divide(re, square), self.divide(im, square)

    def _power(self, base: Any, exponent: Any) -> Complex:
        if exponent.is_Integer:
            value: Complex = (1.0, 0.0)
            part = self.split(base)
            if part[1] == 0.0:
                value = (self.integer_power(part[0], abs(int(exponent))), 0.0)
            else:
                for _ in range(abs(int(exponent))):
                    value = self._complex_times(value, part)
            return value if exponent > 0 else self._complex_divide((1.0, 0.0), value)
        if exponent.is_Rational and exponent.q == 2:
            re, im = self.split(base)
            if im == 0.0 and not base.is_negative:
                # The logarithm, which other powers have, does not exist at zero.
                root = self.integer_power(self.function("sqrt", re), abs(exponent.p))
                return (root if exponent > 0 else self.divide(1.0, root)), 0.0
        if base is sympy.E:
            return self._exponential(self.split(exponent))
        return self.split(sympy.exp(exponent * sympy.log(base, evaluate=False), evaluate=False))

    def _exponential(self, exponent: Complex) -> Complex:
        re, im = exponent
        size: Real = 1.0 if re == 0.0 else self.function("exp", re)
        if im == 0.0:
            return size, 0.0
        # One sine and cosine for an angle and its opposite.
        flipped = isinstance(im, str) and im in self._negated
        angle = self._negated[im] if isinstance(im, str) and flipped else im
        sine = self.function("sin", angle)
        if flipped:
            sine = self.negative(sine)
        return self.times(size, self.function("cos", angle)), self.times(size, sine)

    def _logarithm(self, z: Complex) -> Complex:
        re, im = z
        if im == 0.0:
            # A negative real has no real logarithm; NaN stops the integration there.
            return self.function("log", re), 0.0
        size = self.times(0.5, self.function("log", self._square(re, im)))
        return size, self.function("atan2", im, re)
