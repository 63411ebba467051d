"""The checks of arguments that all parts share: one function and one wording for each.

Messages read "Argument `x` must ..., but ...". A name with a space in it, such as
"Rate of dissipators[0]", stands as it is.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import wraps
from numbers import Integral, Real
from typing import Any, ParamSpec, TypeVar

import numpy as np

from quantsync.errors import (
    BroadcastError,
    DimensionError,
    InvalidArgumentError,
    NonFiniteError,
    OutOfMemoryError,
    UnknownArgumentError,
    nearest_name,
    unknown_name,
)
from quantsync.memory import require_memory

P = ParamSpec("P")
Result = TypeVar("Result")
ErrorClass = type[InvalidArgumentError]
LARGEST_WHOLE = 1 << 53  # above it not every whole number is a float
SQUARABLE = 1e140  # physical quantities up to here have squares and quotients in double precision
SYMMETRY = 1e-12  # relative; a smaller difference from the transpose is rounding


def label(name: str) -> str:
    """How messages call an argument."""
    return name if " " in name else f"Argument `{name}`"


def shown(value: Any) -> str:
    """A value for a message: short, and of an array only its shape and type."""
    if getattr(value, "ndim", 0) and hasattr(value, "dtype"):  # sparse and labelled ones, too
        return f"an array of {value.dtype} and shape {value.shape}"
    try:
        text = repr(value)
    except ValueError:  # Python prints no whole number of more than 4300 digits
        return f"a whole number of some {int(value.bit_length() * 0.30103)} digits"
    return text if len(text) <= 80 else f"{text[:60]}... ({type(value).__name__})"


def require_finite(
    name: str, values: np.ndarray, hint: str = "Remove or replace the offending values."
) -> None:
    """Raise `NonFiniteError` naming the first NaN or infinite entry."""
    bad = ~np.isfinite(values)
    if bad.any():
        index = tuple(int(i) for i in np.argwhere(bad)[0])
        raise NonFiniteError(
            f"{label(name)} must be finite, but is {values[index]}{_at(index)}. {hint}"
        )


def number_array(
    values: Any, name: str, error: ErrorClass = InvalidArgumentError, *, finite: bool = True
) -> np.ndarray:
    """Numbers, real or complex, as an array of float or complex; finite unless told otherwise."""
    array = _as_array(values, name, "a number or an array of numbers", error)
    if array.dtype.kind not in "biufc":
        raise error(f"{label(name)} must be a number or an array, but is {shown(values)}.")
    require_memory(16.0 * array.size, f"A copy of {array.size} numbers", "take fewer at a time")
    array = array.astype(complex if array.dtype.kind == "c" else float)
    if finite:
        require_finite(name, array)
    return array


def real_array(
    values: Any,
    name: str,
    *,
    above: float | None = None,
    at_least: float | None = None,
    at_most: float | None = None,
    why: str = "",
    error: ErrorClass = InvalidArgumentError,
    finite: bool = True,
) -> np.ndarray:
    """Real numbers within bounds, finite unless told otherwise, as an array of float."""
    array = _as_array(values, name, "a real number or array", error)
    if array.dtype.kind == "c":
        first = array.ravel()[0] if array.size else array
        raise error(f"{label(name)} must be real, but is complex ({first}).{why and ' ' + why}")
    if array.dtype.kind not in "biuf":
        raise error(f"{label(name)} must be a real number or array, but is {shown(values)}.")
    require_memory(16.0 * array.size, f"A copy of {array.size} numbers", "take fewer at a time")
    array = array.astype(float)
    if finite:
        require_finite(name, array)
    _require_bounds(array, name, above, at_least, at_most, why, error)
    return array


def real_number(
    value: Any,
    name: str,
    *,
    above: float | None = None,
    at_least: float | None = None,
    at_most: float | None = None,
    why: str = "",
    error: ErrorClass = InvalidArgumentError,
) -> float:
    """One finite real number within bounds."""
    if not _is_single(value):
        raise error(f"{label(name)} must be a real number, but is {shown(value)}.")
    array = real_array(
        value, name, above=above, at_least=at_least, at_most=at_most, why=why, error=error
    )
    return float(array)


def largest_error(value: Any, name: str = "tolerance") -> float:
    """A tolerance above 0; infinity lets everything pass."""
    if isinstance(value, float) and value == np.inf:
        return value
    return real_number(value, name, above=0)


def coefficient_array(values: Any, name: str) -> np.ndarray:
    """Real coefficients of a Hamiltonian."""
    return real_array(values, name, why="Put phases into the operator.")


def rate_array(values: Any, name: str) -> np.ndarray:
    """Rates >= 0."""
    return real_array(values, name, at_least=0)


def whole_number(
    value: Any,
    name: str,
    *,
    at_least: int = 1,
    at_most: int | None = LARGEST_WHOLE,
    why: str = "",
    error: ErrorClass = InvalidArgumentError,
) -> int:
    """One whole number within bounds; 3.0 counts as 3."""
    number = _whole(value)
    if number is None or number < at_least or (at_most is not None and number > at_most):
        open_end = at_most is None or (at_most >= 1000 and (number or 0) <= at_most)
        bound = f">= {at_least}" if open_end else f"from {at_least} to {at_most}"
        raise error(
            f"{label(name)} must be a whole number {bound}, but is {shown(value)}"
            f"{why and ': ' + why}."
        )
    return number


def whole_array(
    values: Any,
    name: str,
    *,
    at_least: int = 1,
    at_most: Any = LARGEST_WHOLE,
    error: ErrorClass = InvalidArgumentError,
) -> np.ndarray:
    """Whole numbers within bounds, as an array of int; the upper bound may be an array too."""
    array = real_array(values, name, error=error)
    bad = (array != np.round(array)) | (array < at_least) | (array > at_most)
    if bad.any():
        index = tuple(int(i) for i in np.argwhere(bad)[0])
        value, top = (np.broadcast_to(x, bad.shape)[index] for x in (array, at_most))
        bound = f">= {at_least}" if top >= LARGEST_WHOLE else f"from {at_least} to {top:g}"
        kind = "whole numbers" if bad.ndim else "a whole number"
        raise error(f"{label(name)} must be {kind} {bound}, but is {value:g}{_at(index)}.")
    return array.astype(int)


def symmetric_matrix(
    values: Any,
    name: str,
    *,
    size: int | None = None,
    at_least: int = 1,
    error: ErrorClass = InvalidArgumentError,
) -> np.ndarray:
    """A real symmetric matrix of at least so many rows; rounding of its halves is taken off."""
    matrix = real_array(values, name, error=error)
    shape = (len(matrix),) * 2 if size is None and matrix.ndim else (size, size)
    if matrix.shape != shape or len(matrix) < at_least:
        wanted = f"(n, n) with n >= {at_least}" if size is None else f"{shape}"
        raise DimensionError(f"{label(name)} must have shape {wanted}, but has {matrix.shape}.")
    difference = np.abs(matrix - matrix.T).max(initial=0.0)
    if difference > SYMMETRY * np.abs(matrix).max(initial=0.0):
        raise error(
            f"{label(name)} must be symmetric, but differs from its transpose by {difference:.3g}."
        )
    return (matrix + matrix.T) / 2


def instance_of(value: Any, name: str, kinds: Any, what: str) -> Any:
    """An object of one of our classes; ``what`` is how the message calls it."""
    if not isinstance(value, kinds):
        raise InvalidArgumentError(f"{label(name)} must be {what}, but is {shown(value)}.")
    return value


def function_of(value: Any, name: str, what: str) -> Callable[..., Any]:
    """Something that can be called; ``what`` is what it is a function of."""
    if not callable(value) or isinstance(value, type):
        raise InvalidArgumentError(
            f"{label(name)} must be a function of {what}, but is {shown(value)}."
        )
    return value


def text_array(values: Any, name: str) -> np.ndarray:
    """One text or an array of texts."""
    array = _as_array(values, name, "a text or an array of texts", InvalidArgumentError)
    if array.size and not all(isinstance(text, str) for text in array.flat):
        raise InvalidArgumentError(
            f"{label(name)} must be a text or an array of texts, but is {shown(values)}."
        )
    return array.astype(str)


def choice(value: Any, name: str, choices: Collection[str]) -> str:
    """One of a few words."""
    if not isinstance(value, str) or value not in choices:
        words = [repr(word) for word in choices]
        listed = " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
        raise InvalidArgumentError(f"{label(name)} must be {listed}, but is {shown(value)}.")
    return value


def flag(value: Any, name: str) -> bool:
    """True or False, and no text that only looks like it."""
    if not isinstance(value, bool | np.bool_):
        raise InvalidArgumentError(f"{label(name)} must be True or False, but is {shown(value)}.")
    return bool(value)


def times_array(
    values: Any, name: str = "times", *, start: float | None = None, increasing: bool = False
) -> np.ndarray:
    """Times of shape (T,), not before ``start``, in (strictly) increasing order.

    Without ``start`` they may have any order.
    """
    times = real_array(values, name)
    if times.ndim != 1:
        raise DimensionError(f"{label(name)} must be one-dimensional, but has shape {times.shape}.")
    if start is None and not increasing:
        return times
    steps = np.diff(times)
    if (steps < 0).any() or (increasing and (steps == 0).any()):
        k = int(np.flatnonzero(steps <= 0 if increasing else steps < 0)[0])
        order = "increasing" if increasing else "non-decreasing"
        raise InvalidArgumentError(
            f"{label(name)} must be in {order} order, but {times[k + 1]:g} follows {times[k]:g}."
        )
    if start is not None and times.size and times[0] < start:
        raise InvalidArgumentError(f"{label(name)} must be >= {start:g}, but holds {times[0]:g}.")
    return times


def name_list(values: Any, name: str) -> Sequence[Any]:
    """Several names, and no single one."""
    is_list = issubclass(type(values), Collection) and getattr(values, "ndim", 1) > 0
    if isinstance(values, str) or not is_list:
        raise InvalidArgumentError(
            f"{label(name)} must be a list of names, but is {shown(values)}; "
            f"for a single one give [{shown(values)}]."
        )
    return values


def known_name(kind: str, value: Any, known: Collection[str]) -> str:
    """A name that exists; `UnknownNameError` gives the nearest one."""
    if not isinstance(value, str) or value not in known:
        raise unknown_name(kind, value if isinstance(value, str) else shown(value), known)
    return value


def named_arguments(function: Callable[P, Result]) -> Callable[P, Result]:
    """Let a public function name the nearest of its arguments where one does not exist.

    Where the memory ends though nothing was refused, it raises `OutOfMemoryError`.
    """
    parameters = inspect.signature(function).parameters.values()
    known = [p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters)

    @wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> Result:
        for name in kwargs:
            if name not in known and not takes_any:
                raise _unknown_argument(_shown_name(function, args), name, known)
        try:
            return function(*args, **kwargs)
        except OutOfMemoryError:
            raise
        except MemoryError as error:
            raise OutOfMemoryError(
                f"{_shown_name(function, args)}() ran out of memory"
                f"{f' ({error})' if str(error) else ''}; take a smaller batch, or fewer or smaller "
                "sites."
            ) from error

    return called


def _shown_name(function: Callable[..., Any], args: tuple[Any, ...]) -> str:
    # A constructor may be inherited: the class that was called is the one to name.
    of_class = function.__name__ == "__init__"
    return type(args[0]).__name__ if of_class else function.__qualname__


def known_arguments(function: Callable[..., Any], names: Iterable[str]) -> None:
    """Raise `UnknownArgumentError` for the first name that is no argument of a function."""
    parameters = inspect.signature(function).parameters
    if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return
    for name in names:
        if name not in parameters:
            raise _unknown_argument(function.__qualname__, name, list(parameters))


def named_fields(cls: type[Result]) -> type[Result]:
    """As `named_arguments`, for the constructor of a dataclass."""
    cls.__init__ = named_arguments(cls.__init__)
    return cls


def _unknown_argument(what: str, name: str, known: Collection[str]) -> UnknownArgumentError:
    """The error for an argument that a function or a constructor does not have."""
    shown_names = [k for k in known if k not in ("self", "cls")]
    nearest = nearest_name(name, shown_names)
    hint = f"; did you mean `{nearest}`?" if nearest else "."
    return UnknownArgumentError(
        f"{what}() has no argument `{name}`{hint} It has {', '.join(shown_names)}."
    )


def broadcast_shape(
    shapes: Mapping[str, tuple[int, ...]], hint: str = "", what: str = "Shapes"
) -> tuple[int, ...]:
    """The shape that several broadcast to."""
    try:
        return np.broadcast_shapes(*shapes.values())
    except ValueError:
        listed = ", ".join(f"{name} {tuple(shape)}" for name, shape in shapes.items() if shape)
        raise BroadcastError(
            f"{what} must broadcast against each other, but are {listed}.{hint and ' ' + hint}"
        ) from None


def require_broadcast_to(shape: tuple[int, ...], target: tuple[int, ...], what: str) -> None:
    """Raise `BroadcastError` unless a shape broadcasts to another one."""
    try:
        fits = np.broadcast_shapes(shape, target) == tuple(target)
    except (ValueError, TypeError):
        fits = False
    if not fits:
        raise BroadcastError(f"{what} of shape {shape} do not broadcast to {shown(target)}.")


def nats_per_unit(base: float) -> float:
    """By what entropies in nats are divided: ``ln base``, and exactly 1 for base e."""
    number = real_number(base, "base", above=1)
    return 1.0 if number == math.e else math.log(number)


def _at(index: tuple[int, ...]) -> str:
    return f" at index {index}" if index else ""


def _is_single(value: Any) -> bool:
    """Whether a value may be one number: no text, no list, no array with axes."""
    return value is not None and (
        not hasattr(value, "__len__") or (isinstance(value, np.ndarray) and value.ndim == 0)
    )


def _whole(value: Any) -> int | None:
    if isinstance(value, bool | np.bool_) or not _is_single(value):
        return None
    if isinstance(value, Integral):
        return int(value)
    if getattr(getattr(value, "dtype", None), "kind", "") == "c":
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return int(number) if number.is_integer() else None


def _as_array(values: Any, name: str, what: str, error: ErrorClass) -> np.ndarray:
    # Those of a list lose their masks in an array.
    several = values if isinstance(values, list | tuple) else [values]
    for part in (part for part in several if isinstance(part, np.ndarray)):
        if isinstance(part, np.ma.MaskedArray):
            raise error(
                f"{label(name)} must be {what}, but is a masked array, whose masked values would "
                "be computed as data; fill it or take the values that are there."
            )
        if isinstance(part, np.matrix):
            raise error(
                f"{label(name)} must be {what}, but is a matrix, whose products are others than "
                "an array's; convert it with np.asarray."
            )
    try:
        array = np.asarray(values)
    except (ValueError, TypeError):
        raise error(f"{label(name)} must be {what}, but is {shown(values)}.") from None
    if array.dtype == object and array.size and all(isinstance(x, Real) for x in array.flat):
        try:
            return array.astype(float)  # fractions, SymPy's numbers
        except OverflowError:
            raise NonFiniteError(
                f"{label(name)} must be finite in double precision, at most some 1.8e308, but is "
                f"{shown(values)}."
            ) from None
    return array


def _require_bounds(
    array: np.ndarray,
    name: str,
    above: float | None,
    at_least: float | None,
    at_most: float | None,
    why: str,
    error: ErrorClass,
) -> None:
    for bound, bad, sign in (
        (above, None if above is None else array <= above, ">"),
        (at_least, None if at_least is None else array < at_least, ">="),
        (at_most, None if at_most is None else array > at_most, "<="),
    ):
        if bad is not None and bad.any():
            index = tuple(int(i) for i in np.argwhere(bad)[0])
            raise error(
                f"{label(name)} must be {sign} {bound:g}, but is {array[index]}{_at(index)}"
                f"{why and ': ' + why}."
            )
