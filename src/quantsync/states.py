"""The one gate for states: every measure of a density matrix passes it; a few elementary states."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, overload, runtime_checkable

import numpy as np
import scipy.sparse as sp
from array_api_compat import array_namespace, is_array_api_obj

from quantsync.arrays import to_numpy
from quantsync.checks import require_finite, shown
from quantsync.errors import DimensionError, InvalidArgumentError, InvalidStateError
from quantsync.operators import Space

TOLERANCE = 1e-8  # on Hermiticity, trace and positivity of states that users pass in

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
        Optional. True where a solver of quantsync made ``rho``, which is then not checked again.
    """

    @property
    def rho(self) -> Any:
        """Density matrices of shape (..., n, n)."""
        ...

    @property
    def space(self) -> Space:
        """Their space."""
        ...


class MeasureOfStates(Protocol[P, Value]):
    """A measure of density matrices, as `of_states` makes it: of a state, or of (rho, space)."""

    @overload
    def __call__(self, rho: State, /, *args: P.args, **kwargs: P.kwargs) -> Value: ...
    @overload
    def __call__(self, rho: Any, /, space: Space, *args: P.args, **kwargs: P.kwargs) -> Value: ...


def of_states(function: Callable[Concatenate[Any, Space, P], Value]) -> MeasureOfStates[P, Value]:
    """Put a measure ``f(rho, space, ...)`` behind the gate; it then also takes ``f(state, ...)``.

    The function itself, for density matrices that have passed, is its ``__wrapped__``.
    """

    @wraps(function)
    def measure(rho: Any, *args: Any, **kwargs: Any) -> Any:
        if "space" in kwargs:
            args = (kwargs.pop("space"), *args)
        given = args[0] if args and isinstance(args[0], Space) else None
        if is_state(rho):
            if given is None:
                args = (rho.space, *args)
            elif given != rho.space:
                raise DimensionError(
                    f"Argument `space` is {given}, but the state lives on {rho.space}; "
                    "leave it out."
                )
        elif given is None:
            raise InvalidArgumentError(
                f"{function.__name__}() of an array needs its space, as in "
                f"{function.__name__}(rho, space, ...); a state object knows its own."
            )
        return function(density_matrices(rho, args[0]), *args, **kwargs)

    return measure  # pyright: ignore[reportReturnType] - the overloads say what it takes


def is_state(value: Any) -> bool:
    """Whether it is a state object, with density matrices and their space."""
    return isinstance(getattr(value, "space", None), Space) and hasattr(value, "rho")


def density_matrices(state: Any, space: Space | int | None = None, name: str = "rho") -> Any:
    """The density matrices of a state object or an array, in its array namespace, if they are some.

    Parameters
    ----------
    state : state object or array of shape (..., n, n)
        Those that our own solvers certified are not checked again: NaN marks masked systems.
    space : Space or int, optional
        The space, or the dimension n; any by default.
    name : str, default "rho"
        The argument's name, for messages.

    Raises
    ------
    InvalidStateError
        If it holds no numbers, or a matrix is not Hermitian, not of unit trace or not positive,
        to 1e-8 (or to rounding, of types with fewer digits).
    DimensionError
        If the last two axes are not (n, n).
    NonFiniteError
        If an entry is NaN or infinite.
    """
    if is_state(state):
        if isinstance(space, Space) and state.space != space:
            raise DimensionError(
                f"Argument `{name}` must be a state of {space}, but lives on {state.space}."
            )
        if getattr(state, "certified", False):
            return state.rho
        state = state.rho
    rho = _as_array(state, name)
    n = space.dimension if isinstance(space, Space) else space
    if rho.ndim < 2 or rho.shape[-1] != rho.shape[-2] or (n and rho.shape[-1] != n):
        wanted = f"(..., {n}, {n})" if n else "(..., n, n)"
        where = f" for {space}" if isinstance(space, Space) else ""
        raise DimensionError(
            f"Argument `{name}` must have shape {wanted}{where}, but has {tuple(rho.shape)}."
        )
    if 0 in rho.shape:
        return rho
    xp = array_namespace(rho)
    if not bool(xp.all(xp.isfinite(rho))):
        require_finite(name, to_numpy(rho))
    tolerance = max(TOLERANCE, 64 * float(xp.finfo(rho.dtype).eps) * rho.shape[-1])
    asymmetry = float(xp.max(xp.abs(rho - xp.conj(xp.matrix_transpose(rho)))))
    if asymmetry > tolerance:
        raise InvalidStateError(
            f"Argument `{name}` must be Hermitian, but differs from its adjoint by {asymmetry:.3g}."
        )
    trace = xp.reshape(xp.real(xp.linalg.trace(rho)), (-1,))
    worst = float(trace[int(xp.argmax(xp.abs(trace - 1)))])
    if abs(worst - 1) > tolerance:
        raise InvalidStateError(
            f"Argument `{name}` must have unit trace, but has trace {worst:.10g}; divide by it."
        )
    if not _positive(rho, tolerance, xp):
        lowest = float(xp.min(xp.linalg.eigvalsh(rho)))
        if lowest < -tolerance:
            raise InvalidStateError(
                f"Argument `{name}` must be positive, but has the eigenvalue {lowest:.3g}."
            )
    return rho


def _as_array(given: Any, name: str) -> Any:
    """Numbers as an array of a floating type; what is no array of numbers is refused by name."""
    way = ""
    if type(given).__module__.startswith("qutip"):
        way = "; convert it with .full()"
    elif sp.issparse(given):
        way = "; convert it with .toarray()"
    elif isinstance(given, np.ma.MaskedArray):
        way = ", whose masked given would be computed as data"
    elif isinstance(given, np.matrix):
        way = ", whose products are others than an array's; convert it with np.asarray"
    if way:
        raise InvalidStateError(
            f"Argument `{name}` must be an array of density matrices or a state, but is a "
            f"{type(given).__name__}{way}."
        )
    values: Any = given
    if not is_array_api_obj(given):
        try:
            values = np.asarray(given)
        except (ValueError, TypeError):
            values = np.asarray(None)
    xp: Any = array_namespace(values)
    if isinstance(values, np.ndarray) and values.dtype.kind not in "biufc":
        raise InvalidStateError(
            f"Argument `{name}` must be an array of density matrices or a state, but is "
            f"{shown(values.item() if values.ndim == 0 else values)}."
        )
    if not xp.isdtype(values.dtype, ("real floating", "complex floating")):
        values = xp.astype(values, xp.float64)
    return values


def _positive(rho: Any, tolerance: float, xp: Any) -> bool:
    """Whether all eigenvalues are above -tolerance, as far as Cholesky's factorisation tells."""
    raised = rho + tolerance * xp.eye(rho.shape[-1], dtype=rho.dtype)
    try:
        return bool(xp.all(xp.isfinite(xp.linalg.cholesky(raised))))
    except Exception:  # every array library has its own
        return False


def require_density_matrix(rho: Any, dimension: int, name: str) -> np.ndarray:
    """A batch of density matrices of NumPy, of complex type."""
    return np.asarray(density_matrices(np.asarray(rho), dimension, name), dtype=complex)


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

    Examples
    --------
    >>> import quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1), B=qs.Spin(1))
    >>> qs.basis_state(space, A=0, B=1).diagonal()
    array([0., 0., 0., 1., 0., 0., 0., 0., 0.])
    """
    index = 0
    for name, site in space.sites.items():
        if name not in levels:
            raise InvalidStateError(f"basis_state needs a level for every site; {name!r} has none.")
        labels = site.labels
        match = np.flatnonzero(labels == levels[name])
        if len(match) == 0:
            raise InvalidStateError(
                f"Site {name!r} ({site}) has no state {levels[name]}; it has "
                f"{', '.join(f'{label:g}' for label in labels)}."
            )
        index = index * site.dimension + int(match[0])
    if extra := set(levels) - set(space.names):
        raise InvalidStateError(f"basis_state got levels for unknown sites {sorted(extra)}.")
    rho = np.zeros((space.dimension, space.dimension))
    rho[index, index] = 1
    return rho
