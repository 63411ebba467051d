"""Conversions from and to QuTiP (extra ``quantsync[qutip]``)."""

from __future__ import annotations

import string
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import scipy.sparse as sp

from quantsync.checks import named_arguments
from quantsync.errors import (
    DimensionError,
    InvalidArgumentError,
    MissingDependencyError,
)
from quantsync.lindblad.generator import Generator, single_system
from quantsync.operators import Space, Spin

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
) -> tuple[Space, list[tuple[float, sp.csr_array]], list[tuple[float, sp.csr_array]]]:
    """Space, Hamiltonian and dissipators, as `Lindbladian` takes them; see `from_qutip`."""
    qutip = _qutip()
    jumps: list[Any] = [c_ops] if isinstance(c_ops, qutip.Qobj) else list(cast(Any, c_ops) or ())
    given: list[Any] = ([] if H is None else [H]) + jumps
    if not given:
        raise InvalidArgumentError("from_qutip needs a Hamiltonian or a collapse operator.")
    for operator in given:
        if not isinstance(operator, qutip.Qobj) or not operator.isoper:
            raise InvalidArgumentError(
                "from_qutip takes constant operators (Qobj), but got "
                f"{type(operator).__name__}; time-dependent ones have no steady state here."
            )
    dimensions = tuple(int(d) for d in np.ravel(given[0].dims[0]))
    if space is None:
        if len(dimensions) > len(string.ascii_uppercase):
            raise InvalidArgumentError("More than 26 sites: pass `space` to name them.")
        names = string.ascii_uppercase
        space = Space(**{names[k]: Spin((d - 1) / 2) for k, d in enumerate(dimensions)})
    for operator in given:
        if tuple(operator.dims[0]) != space.dimensions:
            raise DimensionError(
                f"An operator has dimensions {operator.dims[0]}, but the space has "
                f"{list(space.dimensions)}."
            )
    hamiltonian = [] if H is None else [(1.0, _sparse(H))]
    return space, hamiltonian, [(1.0, _sparse(jump)) for jump in jumps]


def generator_to_qutip(generator: Generator) -> tuple[qutip.Qobj, list[qutip.Qobj]]:
    """Hamiltonian and collapse operators of a single system."""
    qutip = _qutip()
    (coefficients,) = single_system(generator, "The system of to_qutip()").coefficient_table()
    dims = [list(generator.space.dimensions)] * 2
    rates = coefficients[len(generator.terms.hamiltonian) :]
    c_ops = [
        qutip.Qobj(sp.csr_matrix(np.sqrt(rate) * jump), dims=dims)
        for rate, jump in zip(rates, generator.terms.jumps, strict=True)
        if rate > 0
    ]
    return qutip.Qobj(generator.hamiltonian(), dims=dims), c_ops


@named_arguments
def to_qutip(rho: Any, space: Space) -> Any:
    """Convert operators or states to QuTiP.

    Parameters
    ----------
    rho : array_like of shape (..., n, n)
        Density matrices or other operators.
    space : Space
        The space of dimension n, which gives the tensor structure.

    Returns
    -------
    qutip.Qobj, or nested lists of them for a batch

    Raises
    ------
    DimensionError
        If ``rho`` does not fit the space.
    MissingDependencyError
        If QuTiP is not installed.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> qs.to_qutip(np.eye(4) / 4, qs.Space(A=qs.Spin(1/2), B=qs.Spin(1/2))).dims
    [[2, 2], [2, 2]]
    """
    qutip = _qutip()
    array = rho.toarray() if sp.issparse(rho) else np.asarray(rho)
    n = space.dimension
    if array.ndim < 2 or array.shape[-2:] != (n, n):
        raise DimensionError(
            f"Argument `rho` must have shape (..., {n}, {n}) for {space}, but has {array.shape}."
        )
    if array.ndim > 2:
        return [to_qutip(member, space) for member in array]
    return qutip.Qobj(array, dims=[list(space.dimensions)] * 2)


def _sparse(operator: qutip.Qobj) -> sp.csr_array:
    return sp.csr_array(operator.to("csr").data.as_scipy())
