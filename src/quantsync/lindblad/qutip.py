"""Conversions from and to QuTiP (extra ``quantsync[qutip]``)."""

from __future__ import annotations

import string
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from quantsync.errors import (
    DimensionError,
    InvalidArgumentError,
    MissingDependencyError,
)
from quantsync.lindblad.generator import Lindbladian
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


def lindbladian_from_qutip(
    H: qutip.Qobj | None, c_ops: Iterable[qutip.Qobj] = (), space: Space | None = None
) -> Lindbladian:
    """Convert a Hamiltonian and collapse operators of QuTiP.

    Parameters
    ----------
    H : qutip.Qobj or None
        Constant Hamiltonian.
    c_ops : iterable of qutip.Qobj
        Collapse operators, with the square roots of their rates included.
    space : Space, optional
        What the sites are. QuTiP knows only their dimensions; by default site k of dimension d
        becomes ``Spin((d-1)/2)`` under the name A, B, C, ... Pass a space if a site is a mode.

    Returns
    -------
    Lindbladian
        A single system; its coefficients are all 1.

    Raises
    ------
    InvalidArgumentError
        If neither H nor a collapse operator is given, or one is not a constant Qobj.
    DimensionError
        If the operators or the space do not fit each other.
    MissingDependencyError
        If QuTiP is not installed.

    Examples
    --------
    >>> import qutip, quantsync as qs
    >>> decay = qs.Lindbladian.from_qutip(qutip.sigmax(), [qutip.sigmam()])
    >>> decay.space
    Space(A=Spin(1/2))
    """
    qutip = _qutip()
    jumps = list(c_ops)
    given = ([] if H is None else [H]) + jumps
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
    return Lindbladian(
        space,
        hamiltonian=[] if H is None else [(1.0, _sparse(H))],
        dissipators=[(1.0, _sparse(jump)) for jump in jumps],
    )


def lindbladian_to_qutip(lindbladian: Lindbladian) -> tuple[qutip.Qobj, list[qutip.Qobj]]:
    """Hamiltonian and collapse operators of a single system.

    Parameters
    ----------
    lindbladian : Lindbladian
        With ``shape == ()``.

    Returns
    -------
    H : qutip.Qobj
    c_ops : list of qutip.Qobj
        ``sqrt(rate) L``, without those of rate 0.

    Raises
    ------
    InvalidArgumentError
        If it is a batch.
    MissingDependencyError
        If QuTiP is not installed.

    Examples
    --------
    >>> import quantsync as qs
    >>> H, c_ops = qs.models.spin_pair().to_qutip()
    >>> H.shape, len(c_ops)
    ((9, 9), 4)
    """
    qutip = _qutip()
    if lindbladian.shape:
        raise InvalidArgumentError(
            f"to_qutip() is for a single system, but the batch has shape {lindbladian.shape}. "
            "Pick one first, as in lindbladian[0]."
        )
    dims = [list(lindbladian.space.dimensions)] * 2
    (coefficients,) = lindbladian.coefficient_table()
    rates = coefficients[len(lindbladian.terms.hamiltonian) :]
    c_ops = [
        qutip.Qobj(sp.csr_matrix(np.sqrt(rate) * jump), dims=dims)
        for rate, jump in zip(rates, lindbladian.terms.jumps, strict=True)
        if rate > 0
    ]
    return qutip.Qobj(lindbladian.hamiltonian(), dims=dims), c_ops


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
    array = np.asarray(rho)
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
