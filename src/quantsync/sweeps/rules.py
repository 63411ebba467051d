"""Rules that tie a parameter to the axes, written as arithmetic: data, of which no code is run."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from quantsync.checks import shown
from quantsync.errors import InvalidArgumentError, NonFiniteError
from quantsync.lazy import lazy

LONGEST = 300  # characters; what is nested is as deep as that at most
OPERATIONS: dict[type, Callable[..., Any]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.Pow: np.power,
    ast.UAdd: np.positive,
    ast.USub: np.negative,
}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "sqrt": np.sqrt,
    "exp": np.exp,
    "log": np.log,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "abs": np.abs,
    "minimum": np.minimum,
    "maximum": np.maximum,
}
CONSTANTS = {"pi": np.pi}
WHOLE = (ast.Add, ast.Sub, ast.Mult, ast.UAdd, ast.USub)  # of whole numbers these make whole ones
WHOLE_FUNCTIONS = ("abs", "minimum", "maximum")
LARGEST_WHOLE = 2.0**53
ALLOWED = f"numbers, axes, + - * / **, pi, and the functions {', '.join(FUNCTIONS)}"


@dataclass(frozen=True)
class Rule:
    """An arithmetic expression of axes, such as ``1 - gain_a``, called with their values by name.

    Numbers are real, and whole where all that is in it is whole.
    """

    text: str

    def __post_init__(self) -> None:
        self._check(self._tree)

    @lazy
    def _tree(self) -> ast.expr:
        if len(self.text) > LONGEST:
            raise InvalidArgumentError(
                f"A rule may have {LONGEST} characters, but has {len(self.text)}."
            )
        try:
            return ast.parse(self.text.strip(), mode="eval").body
        except (SyntaxError, ValueError):
            self._refuse("is no arithmetic expression")
        except (RecursionError, MemoryError):
            self._refuse("is nested too deeply")

    @lazy
    def axes(self) -> list[str]:
        """Names of the axes in it."""
        called = {id(node.func) for node in ast.walk(self._tree) if isinstance(node, ast.Call)}
        names = [n for n in ast.walk(self._tree) if isinstance(n, ast.Name) and id(n) not in called]
        return sorted({n.id for n in names} - CONSTANTS.keys())

    @property
    def canonical(self) -> str:
        """Its text, however it was spaced."""
        return ast.unparse(self._tree)

    @property
    def __signature__(self) -> inspect.Signature:
        """The axes as arguments, as functions have them."""
        kind = inspect.Parameter.KEYWORD_ONLY
        return inspect.Signature([inspect.Parameter(name, kind) for name in self.axes])

    def __call__(self, **axes: Any) -> Any:
        """Its value where the axes have theirs, which broadcast."""
        whole, values = True, {}
        for name, value in axes.items():
            array = np.asarray(value)
            if array.dtype.kind not in "biuf":
                self._refuse(f"takes numbers, but axis {name!r} holds {shown(value)}")
            whole = whole and array.dtype.kind in "biu"
            values[name] = array.astype(float)
        with np.errstate(all="ignore"):
            found = np.asarray(self._value(self._tree, values), dtype=float)
        if not np.isfinite(found).all():
            raise NonFiniteError(f"Rule {self.text!r} {self._where(found, values)}.")
        if whole and self._is_whole(self._tree) and (np.abs(found) < LARGEST_WHOLE).all():
            found = found.astype(np.int64)
        return found[()]

    def _where(self, found: np.ndarray, values: dict[str, np.ndarray]) -> str:
        index = tuple(np.argwhere(~np.isfinite(found))[0])
        here = {n: np.broadcast_to(v, found.shape)[index] for n, v in values.items()}
        at = ", ".join(f"{name} = {value:g}" for name, value in here.items())
        return f"gives {found[index]:g}" + (f" at {at}" if at else "")

    def _value(self, node: ast.expr, values: dict[str, np.ndarray]) -> Any:
        if isinstance(node, ast.Constant):
            return np.float64(node.value)  # type: ignore[arg-type]
        if isinstance(node, ast.Name):
            return CONSTANTS[node.id] if node.id in CONSTANTS else values[node.id]
        if isinstance(node, ast.UnaryOp):
            return OPERATIONS[type(node.op)](self._value(node.operand, values))
        if isinstance(node, ast.BinOp):
            sides = (self._value(side, values) for side in (node.left, node.right))
            return OPERATIONS[type(node.op)](*sides)
        assert isinstance(node, ast.Call)
        assert isinstance(node.func, ast.Name)
        return FUNCTIONS[node.func.id](*(self._value(part, values) for part in node.args))

    def _check(self, node: ast.expr) -> None:
        """Raise unless all that is in an expression is among what is allowed."""
        if isinstance(node, ast.Constant):
            if isinstance(node.value, bool) or not isinstance(node.value, int | float):
                self._refuse(f"contains {node.value!r}")
            try:
                float(node.value)
            except OverflowError:
                self._refuse("contains a number that is too large")
        elif isinstance(node, ast.Name):
            if node.id in FUNCTIONS:
                self._refuse(f"must call {node.id}, as in {node.id}(...)")
        elif isinstance(node, ast.UnaryOp) and type(node.op) in OPERATIONS:
            self._check(node.operand)
        elif isinstance(node, ast.BinOp) and type(node.op) in OPERATIONS:
            self._check(node.left)
            self._check(node.right)
        elif isinstance(node, ast.Call):
            self._check_call(node)
        else:
            self._refuse(f"contains `{ast.unparse(node)}`")

    def _check_call(self, node: ast.Call) -> None:
        name = ast.unparse(node.func)
        if not isinstance(node.func, ast.Name) or name not in FUNCTIONS:
            self._refuse(f"calls `{name}`")
        wanted = 2 if name in ("minimum", "maximum") else 1
        if node.keywords or len(node.args) != wanted:
            self._refuse(f"must give {name} {wanted} argument{'s' * (wanted > 1)}")
        for part in node.args:
            self._check(part)

    def _is_whole(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Constant):
            return isinstance(node.value, int)
        if isinstance(node, ast.Name):
            return node.id not in CONSTANTS
        if isinstance(node, ast.UnaryOp):
            return self._is_whole(node.operand)
        if isinstance(node, ast.BinOp):
            sides = all(map(self._is_whole, (node.left, node.right)))
            return isinstance(node.op, WHOLE) and sides
        assert isinstance(node, ast.Call)
        return ast.unparse(node.func) in WHOLE_FUNCTIONS and all(map(self._is_whole, node.args))

    def _refuse(self, why: str) -> NoReturn:
        raise InvalidArgumentError(f"Rule {shown(self.text)} {why}; a rule holds {ALLOWED}.")
