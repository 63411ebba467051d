"""Functions of time as sums of harmonics, read off a text or a function and never guessed.

A text, or a function of Python, is evaluated with a `Harmonics` in place of the time. It knows
sums, products, cos, sin and exp of itself exactly, and refuses everything else.
"""

from __future__ import annotations

import ast
import cmath
import inspect
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from itertools import permutations
from typing import Any

import numpy as np

ROUNDING = 8 * float(np.finfo(float).eps)  # of a sum, relative to what it is the sum of
Amplitude = tuple[complex, float]  # with the sum of the moduli of all that it is the sum of
AGREES = 1e-9  # of a function and its harmonics
SAMPLES = (0.0, 0.7310585, 2.9142857, 17.3205081)  # times at which the two are compared
MOST_FACTORS = 64  # of a power
MOST_ARGUMENTS = 4  # of a compiled text, whose order is found by trying


class NoFrequenciesError(Exception):
    """A function of time is not seen to be a sum of harmonics; the message says why."""


class Harmonics(np.lib.mixins.NDArrayOperatorsMixin):
    """``slope * t + sum_w c_w e^{-i w t}``: the time itself, and all that it is made into."""

    def __init__(
        self, waves: Iterable[tuple[float, Amplitude]], slope: complex = 0, scale: float = 0
    ):
        waves = list(waves)
        # The largest frequency that came in tells which differences are rounding.
        self.scale = max([scale, *(abs(w) for w, _ in waves)])
        self.waves: dict[float, Amplitude] = {}
        for w, (c, modulus) in waves:
            near = [v for v in self.waves if abs(v - w) <= ROUNDING * self.scale]
            place = near[0] if near else (0.0 if abs(w) <= ROUNDING * self.scale else w)
            before, size = self.waves.get(place, (0j, 0.0))
            self.waves[place] = (before + c, size + modulus)
        self.slope = slope

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        known = METHODS.get(ufunc.__name__)
        if method != "__call__" or options or known is None:
            raise NoFrequenciesError(f"{ufunc.__name__} of a function of time is not a few cosines")
        return known(*map(as_harmonics, inputs))

    @property
    def real(self) -> Harmonics:
        """Its real part."""
        return _product(as_harmonics(0.5), _sum(self, _conjugate(self)))

    @property
    def imag(self) -> Harmonics:
        """Its imaginary part."""
        return _product(as_harmonics(-0.5j), _sum(self, _negative(_conjugate(self))))

    def conjugate(self) -> Harmonics:
        """Its complex conjugate."""
        return _conjugate(self)

    conj = conjugate

    def _no_number(self, other: Any = None) -> Any:
        raise NoFrequenciesError(
            "it needs the time as a number: a branch, a comparison, or a function of `math` or "
            "`cmath`, for which NumPy's would do"
        )

    __float__ = __complex__ = __int__ = __index__ = __bool__ = __abs__ = _no_number
    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = _no_number
    __hash__ = None  # pyright: ignore[reportAssignmentType]

    @property
    def constant(self) -> complex | None:
        """The number it is, if it does not depend on time."""
        if self.slope or set(self.waves) - {0.0}:
            return None
        return self.waves.get(0.0, (0j, 0.0))[0]

    def at(self, time: float) -> complex:
        """Its value."""
        return self.slope * time + sum(
            c * cmath.exp(-1j * w * time) for w, (c, _) in self.waves.items()
        )

    def periodic(self) -> dict[float, complex]:
        """Its amplitudes by frequency, without those that cancel."""
        if self.slope:
            raise NoFrequenciesError("it grows with time")
        if not np.isfinite([c for c, _ in self.waves.values()]).all():
            raise NoFrequenciesError("it is not finite")
        return {w: c for w, (c, size) in self.waves.items() if abs(c) > ROUNDING * size}


def as_harmonics(value: Any) -> Harmonics:
    """A number, or what is one already."""
    if isinstance(value, Harmonics):
        return value
    if isinstance(value, str | bytes) or np.ndim(value):
        raise NoFrequenciesError(f"it is made of {type(value).__name__}, which is no number")
    try:
        number = complex(value)
    except (TypeError, ValueError):
        raise NoFrequenciesError(
            f"it is made of {type(value).__name__}, which is no number"
        ) from None
    return Harmonics([(0.0, (number, abs(number)))])


TIME = Harmonics([], slope=1)


def _sum(a: Harmonics, b: Harmonics) -> Harmonics:
    waves = [*a.waves.items(), *b.waves.items()]
    return Harmonics(waves, a.slope + b.slope, max(a.scale, b.scale))


def _negative(a: Harmonics) -> Harmonics:
    return Harmonics([(w, (-c, size)) for w, (c, size) in a.waves.items()], -a.slope, a.scale)


def _product(a: Harmonics, b: Harmonics) -> Harmonics:
    slope: complex = 0
    if a.slope or b.slope:
        factor, other = (a, b) if b.slope else (b, a)
        if factor.constant is None:
            raise NoFrequenciesError("it grows with time")
        slope = other.slope * factor.constant
    waves = [
        (v + w, (c * d, size * other))
        for v, (c, size) in a.waves.items()
        for w, (d, other) in b.waves.items()
    ]
    return Harmonics(waves, slope, max(a.scale, b.scale))


def _quotient(a: Harmonics, b: Harmonics) -> Harmonics:
    if b.constant is None:
        raise NoFrequenciesError("it divides by a function of time")
    if b.constant == 0:
        raise NoFrequenciesError("it divides by zero")
    return _product(a, as_harmonics(1 / b.constant))


def _power(a: Harmonics, b: Harmonics) -> Harmonics:
    exponent = b.constant
    if exponent is None:
        raise NoFrequenciesError("it has the time in an exponent; write exp()")
    if a.constant is not None:
        return as_harmonics(a.constant**exponent)
    if exponent.imag or exponent.real not in range(MOST_FACTORS + 1):
        raise NoFrequenciesError(f"the power {exponent:g} of it is not a few cosines")
    result = as_harmonics(1.0)
    for _ in range(int(exponent.real)):
        result = _product(result, a)
    return result


def _conjugate(a: Harmonics) -> Harmonics:
    waves = [(-w, (c.conjugate(), size)) for w, (c, size) in a.waves.items()]
    return Harmonics(waves, complex(a.slope).conjugate(), a.scale)


def _exponential(a: Harmonics) -> Harmonics:
    if set(a.waves) - {0.0}:
        raise NoFrequenciesError("a function of a cosine has infinitely many harmonics")
    slope = complex(a.slope)
    if slope.real:
        raise NoFrequenciesError("it grows or decays exponentially")
    number = cmath.exp(a.waves.get(0.0, (0j, 0.0))[0])
    return Harmonics([(-slope.imag, (number, abs(number)))])


def _cosine(a: Harmonics) -> Harmonics:
    turned = _product(as_harmonics(1j), a)
    both = _sum(_exponential(turned), _exponential(_negative(turned)))
    return _product(as_harmonics(0.5), both)


def _sine(a: Harmonics) -> Harmonics:
    turned = _product(as_harmonics(1j), a)
    both = _sum(_exponential(turned), _negative(_exponential(_negative(turned))))
    return _product(as_harmonics(-0.5j), both)


METHODS: dict[str, Callable[..., Harmonics]] = {
    "add": _sum,
    "subtract": lambda a, b: _sum(a, _negative(b)),
    "negative": _negative,
    "positive": lambda a: a,
    "multiply": _product,
    "divide": _quotient,
    "true_divide": _quotient,
    "power": _power,
    "float_power": _power,
    "square": lambda a: _product(a, a),
    "conjugate": _conjugate,
    "exp": _exponential,
    "cos": _cosine,
    "sin": _sine,
}

# What a text may use, as in QuTiP; of numbers all, of functions of time what `METHODS` has.
FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: getattr(np, name) for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "exp")},
    **{name: getattr(np, name) for name in ("log", "log10", "sqrt", "real", "imag", "conj", "abs")},
    "conjugate": np.conj,
    "norm": lambda value: value * np.conj(value),
    "square": np.square,
    "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan,
    "arcsin": np.arcsin, "arccos": np.arccos, "arctan": np.arctan,
}  # fmt: skip
OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}


def of_text(text: str, arguments: Mapping[str, Any]) -> Harmonics:
    """Read a text as ``"cos(w*t)"``; nothing in it is executed."""
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError):
        try:  # "cos(w t)" leaves a sign out, as formulas do
            tree = ast.parse(re.sub(r"(?<=[\w)])\s+(?=[\w(])", "*", text.strip()), mode="eval")
        except (SyntaxError, ValueError):
            raise NoFrequenciesError("it is no formula") from None
    try:
        with np.errstate(all="ignore"):
            return as_harmonics(_value(tree.body, {"pi": np.pi, **arguments, "t": TIME}))
    except (ArithmeticError, TypeError, ValueError, RecursionError) as error:
        raise NoFrequenciesError(f"it has no value: {error}") from error


def _value(node: ast.AST, names: Mapping[str, Any]) -> Any:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float | complex):
        return node.value * 1.0  # whole numbers could grow without end
    if isinstance(node, ast.Name):
        if node.id not in names:
            raise NoFrequenciesError(f"{node.id!r} has no value; give it in args")
        return names[node.id]
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        both = _value(node.left, names), _value(node.right, names)
        return OPERATORS[type(node.op)](*both)
    if isinstance(node, ast.UnaryOp) and type(node.op) in OPERATORS:
        return OPERATORS[type(node.op)](_value(node.operand, names))
    if isinstance(node, ast.Attribute) and _is_numpy(node.value) and node.attr in ("pi", "e"):
        return getattr(np, node.attr)
    if isinstance(node, ast.Call) and not node.keywords and len(node.args) == 1:
        function = node.func
        if isinstance(function, ast.Attribute) and _is_numpy(function.value):
            name = function.attr
        else:
            name = function.id if isinstance(function, ast.Name) else ""
        if name in FUNCTIONS:
            return FUNCTIONS[name](_value(node.args[0], names))
    raise NoFrequenciesError(f"{ast.unparse(node)!r} is not known here")


def _is_numpy(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id in ("np", "numpy")


def of_function(function: Callable[..., Any], arguments: Mapping[str, Any]) -> Harmonics:
    """Let a function of Python tell its harmonics, if it is made of NumPy's cos, sin and exp."""
    found = as_harmonics(_called(function, TIME, arguments))
    _require_agreement(found, lambda time: _called(function, time, arguments))
    return found


def _called(function: Callable[..., Any], time: Any, arguments: Mapping[str, Any]) -> Any:
    """Call ``f(t, args)``, as in older QuTiP, or ``f(t, w, ...)``."""
    try:
        parameters = list(inspect.signature(function).parameters.values())[1:]
    except (ValueError, TypeError):
        parameters = []
    try:
        if any(p.kind is p.VAR_KEYWORD for p in parameters):
            return function(time, **arguments)
        if [p.name for p in parameters] == ["args"]:
            return function(time, dict(arguments))
        given = {p.name: arguments[p.name] for p in parameters if p.name in arguments}
        return function(time, **given)
    except NoFrequenciesError:
        raise
    except Exception as error:  # whatever it is, it tells no frequencies
        raise NoFrequenciesError(f"calling it fails: {type(error).__name__}: {error}") from error


def _require_agreement(found: Harmonics, value: Callable[[float], Any]) -> None:
    for time in SAMPLES:
        expected, mine = complex(value(time)), found.at(time)
        terms = [size for _, size in found.waves.values()]
        size = max(abs(expected), sum(terms), abs(found.slope * time))
        if not abs(expected - mine) <= AGREES * size:
            raise NoFrequenciesError(
                f"at t = {time:g} it is {expected:.6g}, but its harmonics make {mine:.6g}"
            )


def of_coefficient(coefficient: Any, arguments: Mapping[str, Any]) -> Harmonics:
    """Read a coefficient of QuTiP: a text, a function, or sums and products of such."""
    kind, parts = type(coefficient).__name__, _parts(coefficient)
    children = [part for part in parts if hasattr(part, "replace_arguments")]
    texts = [part for part in parts if isinstance(part, str)]
    own = next((part for part in parts if isinstance(part, dict)), {})
    found: Harmonics | None = None
    if kind in COMBINED and len(children) == COMBINED[kind][0]:
        found = COMBINED[kind][1](*(of_coefficient(child, arguments) for child in children))
    elif kind == "ConstantCoefficient":
        found = as_harmonics(coefficient(0.0))
    elif kind == "FunctionCoefficient":
        (function,) = [part for part in parts if callable(part)]
        found = of_function(function, {**own, **arguments})
    elif kind == "StrFunctionCoefficient":
        found = of_text(texts[0], {**own, **arguments})
    elif kind == "StrCoefficient":
        found = _of_compiled_text(coefficient, parts, arguments)
    if found is None:
        raise NoFrequenciesError(f"it is a {kind}, which holds no formula")
    changed = coefficient.replace_arguments(dict(arguments)) if arguments else coefficient
    _require_agreement(found, changed)
    return found


COMBINED: dict[str, tuple[int, Callable[..., Harmonics]]] = {
    "SumCoefficient": (2, _sum),
    "MulCoefficient": (2, _product),
    "ConjCoefficient": (1, _conjugate),
    "NormCoefficient": (1, lambda a: _product(a, _conjugate(a))),
}


def _parts(coefficient: Any) -> list[Any]:
    """What it is pickled from, in one list."""
    found: list[Any] = []

    def collect(value: Any) -> None:
        if isinstance(value, tuple):
            for part in value:
                collect(part)
        else:
            found.append(value)

    collect(tuple(coefficient.__reduce__()[1:]))
    return [part for part in found if not isinstance(part, type)]


def _of_compiled_text(
    coefficient: Any, parts: list[Any], arguments: Mapping[str, Any]
) -> Harmonics | None:
    """A text that QuTiP compiled: names and values are there, but not which belong together."""
    texts = [part for part in parts if isinstance(part, str)]
    numbers = [part for part in parts if isinstance(part, int | float | complex)]
    (text, *names) = sorted(texts, key=len, reverse=True)
    if len(names) > MOST_ARGUMENTS:
        return None
    for values in permutations(numbers, len(names)):
        try:
            found = of_text(text, dict(zip(names, values, strict=True)))
            _require_agreement(found, coefficient)
            return of_text(text, {**dict(zip(names, values, strict=True)), **arguments})
        except NoFrequenciesError:
            continue
    return None
