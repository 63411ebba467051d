"""The one gate for states: every measure of a density matrix passes it; a few elementary states."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, overload, runtime_checkable

import numpy as np
import scipy.sparse as sp
from array_api_compat import array_namespace, device, is_array_api_obj

from quantsync.arrays import is_traced, to_numpy
from quantsync.checks import (
    broadcast_shape,
    named_arguments,
    real_number,
    require_finite,
    shown,
)
from quantsync.errors import DimensionError, InvalidArgumentError, InvalidStateError
from quantsync.memory import require_memory
from quantsync.operators import Space, require_space
from quantsync.parallel import chunk_slices
from quantsync.qobj import first_qobj, read_states

TOLERANCE = 1e-8  # on Hermiticity, trace and positivity of states that users pass in
COPIES = 2  # of its states that a measure makes, at least
CHUNK = 1 << 15  # numbers that are checked at a time: they stay in the cache

P = ParamSpec("P")
Value = TypeVar("Value", covariant=True)


@runtime_checkable
class State(Protocol):
    """What measures take as a state: an object that knows its density matrices and their space.

    Attributes
    ----------
    rho : array of shape (..., n, n)
        Density matrices.
    space : Space
        The space of dimension n.
    certified : bool
        Optional. True where a solver of quantsync made ``rho``: it is then not checked again,
        and NaN in it marks masked systems.
    """

    @property
    def rho(self) -> Any:
        """Density matrices of shape (..., n, n)."""
        ...

    @property
    def space(self) -> Space:
        """Their space."""
        ...


@dataclass(frozen=True)
class Certified:
    """Matrices that come from a solver of quantsync, as a state object."""

    rho: Any
    space: Space
    certified: bool = True
    accurate: Any = None  # bool (...): where small populations are known to relative accuracy


class MeasureOfStates(Protocol[P, Value]):
    """A measure of density matrices, as `of_states` makes it: of a state, or of (rho, space)."""

    @overload
    def __call__(self, rho: State, /, *args: P.args, **kwargs: P.kwargs) -> Value: ...
    @overload
    def __call__(self, rho: Any, /, space: Space, *args: P.args, **kwargs: P.kwargs) -> Value: ...


def of_states(function: Callable[Concatenate[Any, Space, P], Value]) -> MeasureOfStates[P, Value]:
    """Put a measure ``f(rho, space, ...)`` behind the gate; ``f(state, ...)`` then works too."""
    return _behind(density_matrices, function)


def of_operators(
    function: Callable[Concatenate[Any, Space, P], Value],
) -> MeasureOfStates[P, Value]:
    """As `of_states`, for what is linear and defined for any operator, not for states only."""
    return _behind(square_matrices, function)


def _behind(gate: Callable[[Any, Space], Any], function: Callable[..., Any]) -> Any:
    function = named_arguments(function)

    @wraps(function)
    def measure(rho: Any, *args: Any, **kwargs: Any) -> Any:
        if "space" in kwargs:
            space = kwargs.pop("space")
            args = args if space is None else (space, *args)
        if not (args and isinstance(args[0], Space)):
            if not is_state(rho):
                if hasattr(rho, "covariance"):
                    raise InvalidArgumentError(
                        f"{function.__name__}() takes density matrices, but was given a "
                        f"{type(rho).__name__}: measures of Gaussian states are in "
                        "quantsync.gaussian."
                    )
                raise InvalidArgumentError(
                    f"{function.__name__}() of an array needs its space, as in "
                    f"{function.__name__}(rho, space, ...); a state object knows its own."
                )
            args = (rho.space, *args)
        return function(gate(rho, args[0]), *args, **kwargs)

    signature = inspect.signature(function)
    state, space, *others = signature.parameters.values()
    if all(other.default is not other.empty for other in others):
        # A state alone is enough: sweeps read here what a measure needs.
        optional = [state, space.replace(default=None), *others]
        measure.__dict__["__signature__"] = signature.replace(parameters=optional)
    return measure


def is_state(value: Any) -> bool:
    """Whether it is a state object, with density matrices and their space."""
    return isinstance(getattr(value, "space", None), Space) and hasattr(value, "rho")


def density_matrices(state: Any, space: Space | int | None = None, name: str = "rho") -> Any:
    """The density matrices of a state object or an array, in its array namespace, if they are some.

    Those that our own solvers certified are not checked again. ``space`` may be the dimension.
    """
    rho = square_matrices(state, space, name)
    if 0 in rho.shape or _is_certified(state) or is_traced(rho):
        return rho
    xp, n = array_namespace(rho), rho.shape[-1]
    tolerance = max(TOLERANCE, 64 * float(xp.finfo(rho.dtype).eps) * n)
    flat = rho if rho.ndim == 3 else xp.reshape(rho, (-1, n, n))
    for chunk in chunk_slices(flat.shape[0], max(1, CHUNK // n**2)):
        if fault := _fault(flat[chunk, ...], tolerance, xp):
            k, message = fault
            index = np.unravel_index((chunk.start or 0) + k, rho.shape[:-2] or (1,))
            where = f" at index {tuple(map(int, index))}" if rho.ndim > 2 else ""
            raise InvalidStateError(f"Argument `{name}` must {message.format(where=where)}.")
    return rho


def square_matrices(state: Any, space: Space | int | None = None, name: str = "rho") -> Any:
    """The finite matrices of a state object or an array, in its array namespace."""
    if is_state(state) and isinstance(space, Space) and state.space != space:
        raise DimensionError(
            f"Argument `{name}` must be a state of {space}, but lives on {state.space}."
        )
    sites = space.dimensions if isinstance(space, Space) else None
    rho = _as_array(state.rho if is_state(state) else state, name, sites)
    n = space.dimension if isinstance(space, Space) else space
    if rho.ndim < 2 or not rho.shape[-1] == rho.shape[-2] == (n or rho.shape[-1]) > 0:
        wanted = f"(..., {n}, {n})" if n else "(..., n, n)"
        where = f" for {space}" if isinstance(space, Space) else ""
        is_ket = rho.ndim == 1 or (rho.ndim > 1 and rho.shape[-1] == 1)
        hint = " The state of a ket psi is np.outer(psi, psi.conj())." if is_ket else ""
        raise DimensionError(
            f"Argument `{name}` must have shape {wanted}{where}, but has {tuple(rho.shape)}.{hint}"
        )
    count = math.prod(rho.shape[:-2])
    if count > 1 and isinstance(rho, np.ndarray):  # a view may be much larger than its memory
        what = f"Argument `{name}`, {count} matrices of shape {rho.shape[-2:]},"
        require_memory(COPIES * 16.0 * rho.size, what, "take the batch in parts")
    xp = array_namespace(rho)
    known = _is_certified(state) or is_traced(rho)
    if not known and not bool(xp.all(xp.isfinite(rho))):
        hint = "Leave masked systems out, or pass the state object, in which NaN marks them."
        require_finite(name, to_numpy(rho), hint)
    return rho


def two_batches(rho: Any, sigma: Any) -> tuple[Any, Any]:
    """Density matrices of one size, and on one space, whose batch shapes broadcast."""
    if is_state(rho) and is_state(sigma) and rho.space != sigma.space:
        raise DimensionError(
            f"Arguments `rho` and `sigma` must live on one space, but are on {rho.space} and "
            f"{sigma.space}."
        )
    rho, sigma = density_matrices(rho, name="rho"), density_matrices(sigma, name="sigma")
    if rho.shape[-1] != sigma.shape[-1]:
        raise DimensionError(
            "Arguments `rho` and `sigma` must have shape (..., n, n) with the same n, but have "
            f"{tuple(rho.shape)} and {tuple(sigma.shape)}."
        )
    batches = {"rho": rho.shape[:-2], "sigma": sigma.shape[:-2]}
    count = math.prod(broadcast_shape(batches, what="Batch shapes"))
    what = f"Comparing {count} pairs of states of {rho.shape[-1]} levels"
    require_memory(COPIES * 16.0 * count * rho.shape[-1] ** 2, what, "take the batch in parts")
    return rho, sigma


def _is_certified(state: Any) -> bool:
    return is_state(state) and getattr(state, "certified", False)


def _fault(rho: Any, tolerance: float, xp: Any) -> tuple[int, str] | None:
    """Which of some matrices is no density matrix, and what it should be; None if all are."""
    difference = xp.abs(rho - xp.conj(xp.matrix_transpose(rho)))
    if float(xp.max(difference)) > tolerance:
        asymmetry = xp.max(difference, axis=(-2, -1))
        k = int(xp.argmax(asymmetry))
        off = float(asymmetry[k])
        return k, f"be Hermitian, but differs from its adjoint by {off:.3g}{{where}}"
    trace = xp.real(xp.linalg.trace(rho))
    k = int(xp.argmax(xp.abs(trace - 1)))
    if abs(float(trace[k]) - 1) > tolerance:
        return k, f"have unit trace, but has trace {float(trace[k]):.10g}{{where}}; divide by it"
    if _positive(rho, tolerance, xp):
        return None
    lowest = xp.linalg.eigvalsh(rho)[..., 0]
    k = int(xp.argmin(lowest))
    if float(lowest[k]) >= -tolerance:
        return None
    return k, f"be positive, but has the eigenvalue {float(lowest[k]):.3g}{{where}}"


def _positive(rho: Any, tolerance: float, xp: Any) -> bool:
    """Whether all eigenvalues are above -tolerance, as far as Cholesky's factorisation tells."""
    raised = rho + tolerance * xp.eye(rho.shape[-1], dtype=rho.dtype, device=device(rho))
    try:
        return bool(xp.all(xp.isfinite(xp.linalg.cholesky(raised))))
    except Exception:  # every array library has its own
        return False


def _as_array(given: Any, name: str, sites: tuple[int, ...] | None) -> Any:
    """Numbers as an array of single or double precision; anything else is refused by name.

    States of QuTiP are converted; ``sites`` are the dimensions that theirs are compared with.
    """
    if first_qobj(given) is not None:
        return read_states(given, name, sites)
    hint = ""
    if sp.issparse(given):
        hint = "; convert it with .toarray()"
    elif isinstance(given, np.ma.MaskedArray):
        hint = ", whose masked values would be computed as data"
    elif isinstance(given, np.matrix):
        hint = ", whose products are others than an array's; convert it with np.asarray"
    if hint:
        raise InvalidStateError(
            f"Argument `{name}` must be an array of density matrices or a state, but is a "
            f"{type(given).__name__}{hint}."
        )
    values: Any = given
    if not is_array_api_obj(given):
        try:
            values = np.asarray(given)
        except (ValueError, TypeError):
            values = np.asarray(None)
    if isinstance(values, np.ndarray) and values.dtype.kind not in "biufc":
        raise InvalidStateError(
            f"Argument `{name}` must be an array of density matrices or a state, but is "
            f"{shown(given)}."
        )
    xp: Any = array_namespace(values)
    if values.dtype in (xp.float64, xp.complex128, xp.float32, xp.complex64):
        return values
    return xp.astype(
        values, xp.complex128 if xp.isdtype(values.dtype, "complex floating") else xp.float64
    )


def require_density_matrix(rho: Any, dimension: int, name: str) -> np.ndarray:
    """A batch of density matrices of NumPy, of complex type."""
    return np.asarray(density_matrices(rho, dimension, name), dtype=complex)


def require_normalised(psi: Any, name: str) -> None:
    """Raise `InvalidStateError` unless all state vectors (..., n) have norm 1."""
    if 0 in psi.shape or is_traced(psi):
        return
    xp = array_namespace(psi)
    with np.errstate(over="ignore"):
        norms = xp.reshape(xp.linalg.vector_norm(psi, axis=-1), (-1,))
    tolerance = max(TOLERANCE, 64 * float(xp.finfo(psi.dtype).eps) * psi.shape[-1])
    k = int(xp.argmax(xp.abs(norms - 1)))
    if not abs(float(norms[k]) - 1) <= tolerance:
        index = tuple(map(int, np.unravel_index(k, psi.shape[:-1] or (1,))))
        where = f" at index {index}" if psi.ndim > 1 else ""
        raise InvalidStateError(
            f"Argument `{name}` must be normalised, but has norm {float(norms[k]):.10g}{where}; "
            "divide by it."
        )


def basis_state(space: Any, **levels: float) -> np.ndarray:
    """The projector on a product of basis states.

    Parameters
    ----------
    space : Space
        The space of dimension n.
    **levels : float
        For every site, the magnetic quantum number m of a spin or the level of a Fock mode.

    Returns
    -------
    ndarray of shape (n, n)

    Raises
    ------
    InvalidStateError
        If a site is missing or does not have that state.
    OutOfMemoryError
        If the space is too large.

    Examples
    --------
    >>> import quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1), B=qs.Spin(1))
    >>> qs.basis_state(space, A=0, B=1).diagonal()
    array([0., 0., 0., 1., 0., 0., 0., 0., 0.])
    """
    require_space(space)
    index = 0
    for name, site in space.sites.items():
        if name not in levels:
            raise InvalidStateError(f"basis_state needs a level for every site; {name!r} has none.")
        labels = site.labels
        level = real_number(levels[name], f"Level of site {name!r}", error=InvalidStateError)
        match = np.flatnonzero(labels == level)
        if len(match) == 0:
            raise InvalidStateError(
                f"Site {name!r} ({site}) has no state {level:g}; it has "
                f"{', '.join(f'{label:g}' for label in labels)}."
            )
        index = index * site.dimension + int(match[0])
    if extra := set(levels) - set(space.names):
        raise InvalidStateError(f"basis_state got levels for unknown sites {sorted(extra)}.")
    require_memory(8.0 * space.dimension**2, f"A density matrix on {space.dimension} levels")
    rho = np.zeros((space.dimension, space.dimension))
    rho[index, index] = 1
    return rho
