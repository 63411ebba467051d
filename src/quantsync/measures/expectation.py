"""Expectation values of operators, from their nonzero entries alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import scipy.sparse as sp
from array_api_compat import array_namespace

from quantsync.arrays import is_traced
from quantsync.checks import named_arguments, shown
from quantsync.errors import InvalidArgumentError
from quantsync.measures._reduction import as_complex, product_trace
from quantsync.operators import Operator, Space, as_operator
from quantsync.qobj import first_qobj, is_qobj
from quantsync.states import is_state, square_matrices

ROUNDING = 8  # times the precision and the dimension, relative to the sum of all moduli


@named_arguments
def expectation(rho: Any, operator: Any) -> Any:
    """Expectation values ``<O> = Tr(O rho)`` of one operator or several.

    Linear in ``rho``, which may be a correction from `quantsync.linear_response` or an operator
    that evolves, as for a two-time correlation. Only the nonzero entries of O are visited.

    Parameters
    ----------
    rho : state object or array of shape (..., n, n)
        Density matrices or other operators; those of an `Evolution` have the times as the last
        batch axis.
    operator : sparse array, array_like of shape (n, n) or qutip.Qobj, or a list or dict of K such
        On the whole space, as ``space["A"].x``.

    Returns
    -------
    array of shape (...), or (..., K) for a list, or a dict of arrays of shape (...)
        Real where O is Hermitian and ``rho`` as well, so that all imaginary parts are rounding;
        complex otherwise (for a list, if one of its values is). NaN for masked states.

    Raises
    ------
    DimensionError
        If an operator does not have the size of the states.
    InvalidArgumentError, NonFiniteError
        If an operator is no matrix of finite numbers, or there is none.
    InvalidStateError, NonFiniteError
        If ``rho`` is no array of finite numbers.
    OutOfMemoryError
        If the values would not fit into memory.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1/2))
    >>> a, along_x = space["A"], np.full((2, 2), 0.5)
    >>> print(qs.expectation(along_x, a.x), qs.expectation(along_x, a.plus))
    0.5 (0.5+0j)
    >>> print(qs.expectation(np.stack([along_x, np.eye(2) / 2]), [a.x, a.y, a.z]))
    [[0.5 0.  0. ]
     [0.  0.  0. ]]
    """
    if isinstance(operator, Space):
        raise InvalidArgumentError(
            "expectation() needs no space: an operator is a matrix on all of it. Write "
            "expectation(rho, operator)."
        )
    given, rho = rho, square_matrices(rho)
    sites: Any = rho.shape[-1]
    if is_state(given):
        sites = given.space
    elif (qobj := first_qobj(given)) is not None:
        sites = tuple(qobj.dims[0])
    if isinstance(operator, Mapping):
        _require_some(operator)
        named = {k: as_operator(o, sites, f"Operator {k!r}") for k, o in operator.items()}
        return {name: _expectation(rho, one) for name, one in named.items()}
    if not _are_several(operator):
        return _expectation(rho, as_operator(operator, sites, "operator"))
    _require_some(operator)
    matrices = [as_operator(o, sites, f"Operator {k}") for k, o in enumerate(operator)]
    values = [_expectation(rho, one) for one in matrices]
    xp = array_namespace(rho)
    if any(xp.isdtype(value.dtype, "complex floating") for value in values):
        values = [as_complex(value) for value in values]
    return xp.stack(values, axis=-1)


def _are_several(operator: Any) -> bool:
    """Whether it is a list of matrices, and not one matrix written as a list of rows."""
    if not isinstance(operator, list | tuple):
        return False
    first = operator[0] if operator else None
    if sp.issparse(first) or is_qobj(first):
        return True
    depth = getattr(first, "ndim", None)
    nested = isinstance(first, list | tuple) and first and isinstance(first[0], list | tuple)
    return not operator or depth == 2 or bool(nested)


def _require_some(operators: Any) -> None:
    if not operators:
        raise InvalidArgumentError(
            f"Argument `operator` must hold at least one operator, but is {shown(operators)}."
        )


def _expectation(rho: Any, operator: Operator) -> Any:
    """``Tr(O rho)``, real where it must be."""
    value, size = product_trace(rho, operator)
    xp = array_namespace(value)
    if not _is_hermitian(operator):
        return value
    tolerance = ROUNDING * rho.shape[-1] * float(xp.finfo(size.dtype).eps)
    if not is_traced(value) and bool(xp.any(xp.abs(xp.imag(value)) > tolerance * size)):
        return value  # not of Hermitian matrices
    return xp.real(value)


def _is_hermitian(operator: Operator) -> bool:
    """To rounding of its entries."""
    adjoint = operator.conj().T
    difference = abs(operator - adjoint)
    return bool(difference.max() <= 1e-14 * abs(operator).max()) if operator.nnz else True
