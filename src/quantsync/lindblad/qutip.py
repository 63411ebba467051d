"""Conversions from and to QuTiP (extra ``quantsync[qutip]``)."""

from __future__ import annotations

import math
import string
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import scipy.sparse as sp

from quantsync.arrays import to_numpy
from quantsync.checks import named_arguments, shown
from quantsync.errors import (
    AmbiguousSiteWarning,
    DimensionError,
    InvalidArgumentError,
    MissingDependencyError,
    warn_caller,
)
from quantsync.lindblad._site_recognition import recognised
from quantsync.lindblad.generator import Generator, single_system
from quantsync.operators import Fock, Operator, Site, Space, Spin, as_operator, require_space
from quantsync.states import is_state, square_matrices

if TYPE_CHECKING:
    import qutip


def _qutip() -> Any:
    try:
        import qutip
    except ImportError:
        raise MissingDependencyError(
            "This needs QuTiP; install it with: pip install 'quantsync[qutip]'"
        ) from None
    return qutip


def terms_from_qutip(
    H: qutip.Qobj | None, c_ops: Iterable[qutip.Qobj] | qutip.Qobj | None, space: Space | None
) -> tuple[Space, list[tuple[float, Operator]], list[tuple[float, Operator]]]:
    """Space, Hamiltonian and dissipators, as `Lindbladian` takes them; see `from_qutip`."""
    qutip = _qutip()
    if space is not None:
        require_space(space)
    jumps: list[Any] = []
    if isinstance(c_ops, qutip.Qobj | qutip.QobjEvo):
        jumps = [c_ops]
    elif isinstance(c_ops, Iterable) and not sp.issparse(c_ops):
        jumps = list(c_ops)
    elif c_ops is not None:
        raise InvalidArgumentError(
            f"Argument `c_ops` must be a list of operators (Qobj), but is {shown(c_ops)}."
        )
    named = [] if H is None else [("H", H)]
    named += [(f"c_ops[{k}]", jump) for k, jump in enumerate(jumps)]
    given = [_constant(qutip, name, value) for name, value in named]
    if not given:
        raise InvalidArgumentError("from_qutip needs a Hamiltonian or a collapse operator.")
    dimensions = tuple(given[0].dims[0]) if space is None else space.dimensions
    for operator in given:
        if tuple(operator.dims[0]) != dimensions:
            other = "first one" if space is None else "space"
            raise DimensionError(
                f"An operator has dimensions {operator.dims[0]}, but the {other} has "
                f"{list(dimensions)}."
            )
    n = math.prod(dimensions)
    matrices = [
        as_operator(_sparse(operator), n, name)
        for (name, _), operator in zip(named, given, strict=True)
    ]
    if space is None:
        space = _recognised_space(matrices, dimensions)
    terms = [(1.0, matrix) for matrix in matrices]
    count = len(terms) - len(jumps)
    return space, terms[:count], terms[count:]


def _constant(qutip: Any, name: str, value: Any) -> Any:
    """A constant operator of QuTiP on a product of sites, or the error that says what it is."""
    wanted = f"Argument `{name}` of from_qutip must be a constant operator (Qobj), but is "
    if isinstance(value, qutip.QobjEvo):
        if not value.isconstant:
            raise InvalidArgumentError(
                f"{wanted}a time-dependent QobjEvo. A system has constant operators here; "
                "HarmonicBalance takes periodic drives."
            )
        value = value(0)
    if not isinstance(value, qutip.Qobj):
        raise InvalidArgumentError(f"{wanted}{shown(value)}.")
    if not value.isoper:
        what, hint = {
            "ket": ("ket", "; states are given to measures and to evolve(), as psi.proj().full()"),
            "super": (
                "superoperator",
                "; give the Hamiltonian and the collapse operators it was made of",
            ),
        }.get(value.type, (value.type, ""))
        raise InvalidArgumentError(f"{wanted}a {what} of dims {value.dims}{hint}.")
    into, out_of = value.dims
    sites = [size for size in into if isinstance(size, int) and size > 1]
    if into != out_of or sites != into or math.prod(into) != value.shape[0]:
        raise DimensionError(
            f"Argument `{name}` of from_qutip must act on a product of sites of two or more levels "
            f"each, but has dims {value.dims} and shape {value.shape}."
        )
    return value


def _recognised_space(matrices: list[Operator], dimensions: tuple[int, ...]) -> Space:
    """The space that the operators show, with sites A, B, C, ...; asked for if they do not."""
    names = string.ascii_uppercase
    if len(dimensions) > len(names):
        raise InvalidArgumentError("More than 26 sites: pass `space` to name them.")
    shown_kinds = recognised(matrices, dimensions)
    has_modes = any(kinds == {"mode"} for kinds in shown_kinds)
    sites: dict[str, Site | None] = {}
    for name, size, kinds in zip(names, dimensions, shown_kinds, strict=False):
        if size == 2 and not has_modes:
            sites[name] = Spin(1 / 2)
        elif len(kinds) == 1:
            sites[name] = Spin((size - 1) / 2) if kinds == {"spin"} else Fock(size)
        else:
            sites[name] = None
    unknown = [name for name, site in sites.items() if site is None]
    if unknown:
        example = ", ".join(
            f"{name}={site or (Fock(size) if size > 2 else Spin(1 / 2))}"
            for (name, site), size in zip(sites.items(), dimensions, strict=True)
        )
        what = "sites {} are spins or modes" if len(unknown) > 1 else "site {} is a spin or a mode"
        qubits = (
            " A qubit is Spin(1/2) where sigmap() excites it, and Fock(2, finite=True) where "
            "destroy(2) takes its excitation."
        )
        raise InvalidArgumentError(
            f"The operators on dimensions {list(dimensions)} do not tell whether "
            f"{what.format(', '.join(unknown))}: pass space=, as in space=Space({example})."
            f"{qubits if 2 in dimensions else ''}"
        )
    two = [name for name, size in zip(names, dimensions, strict=False) if size == 2]
    if two:
        what = "Sites {} with two levels are" if len(two) > 1 else "Site {} with two levels is"
        known = ", ".join(f"{name}={site}" for name, site in sites.items())
        warn_caller(
            f"{what.format(', '.join(two))} taken for Spin(1/2), the first state up; a mode cut at "
            "two levels has the same operators, but phase distributions of another height. Pass "
            f"space= to say which, as in space=Space({known}).",
            AmbiguousSiteWarning,
        )
    return Space(**cast("dict[str, Site]", sites))


def generator_to_qutip(generator: Generator) -> tuple[qutip.Qobj, list[qutip.Qobj]]:
    """Hamiltonian and collapse operators of a single system."""
    qutip = _qutip()
    (coefficients,) = single_system(generator, "The system of to_qutip()").coefficient_table()
    terms, space = generator.terms, generator.space
    energies, rates = np.split(coefficients, [len(terms.hamiltonian)])
    H = sp.csr_array((space.dimension,) * 2, dtype=complex)
    for coefficient, operator in zip(energies, terms.hamiltonian, strict=True):
        H = H + coefficient * operator
    jumps = zip(rates, terms.jumps, strict=True)
    return _qobj(qutip, H, space), [
        _qobj(qutip, np.sqrt(rate) * jump, space) for rate, jump in jumps if rate > 0
    ]


@named_arguments
def to_qutip(rho: Any, space: Space | None = None) -> Any:
    """Convert states or operators to QuTiP (extra ``quantsync[qutip]``).

    Parameters
    ----------
    rho : state object, or array or sparse array of shape (..., n, n)
        Density matrices or other operators. Sparse ones, as the operators of a space are, stay
        sparse.
    space : Space
        The space of dimension n, which gives the tensor structure; left out for a state object.

    Returns
    -------
    qutip.Qobj, or nested lists of them for a batch

    Raises
    ------
    InvalidArgumentError
        If the space of an array is missing.
    DimensionError, InvalidStateError, NonFiniteError
        If ``rho`` does not fit the space, or is no array of finite numbers.
    MissingDependencyError
        If QuTiP is not installed.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1/2), B=qs.Fock(3))
    >>> qs.to_qutip(np.eye(6) / 6, space).dims
    [[2, 3], [2, 3]]
    >>> type(qs.to_qutip(space["B"].destroy, space).data).__name__
    'CSR'
    """
    qutip = _qutip()
    if is_state(rho) and space is None:
        space = rho.space
    known = require_space(space)
    if sp.issparse(rho):
        return _qobj(qutip, as_operator(rho, known.dimension, "rho"), known)
    return _nested(qutip, to_numpy(square_matrices(rho, known)), known)


def _nested(qutip: Any, array: np.ndarray, space: Space) -> Any:
    if array.ndim > 2:
        return [_nested(qutip, member, space) for member in array]
    return _qobj(qutip, array, space)


def _qobj(qutip: Any, matrix: Any, space: Space) -> Any:
    # QuTiP takes SciPy's older matrices only, not its arrays.
    matrix = sp.csr_matrix(matrix) if sp.issparse(matrix) else matrix
    return qutip.Qobj(matrix, dims=[list(space.dimensions)] * 2)


def _sparse(operator: qutip.Qobj) -> sp.csr_array:
    return sp.csr_array(operator.to("csr").data.as_scipy())
