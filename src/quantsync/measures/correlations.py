"""Entropies, mutual information and entanglement across any bipartition of the sites.

All functions take batches of density matrices of shape (..., n, n), in any array type of the
array API standard, and return arrays of the batch shape. Entropies are in nats unless ``base``
says otherwise.
"""

from __future__ import annotations

import math
from typing import Any

from array_api_compat import array_namespace

from quantsync.checks import nats_per_unit
from quantsync.errors import DimensionError, InvalidArgumentError, InvalidStateError
from quantsync.measures.spectrum import block_eigenvalues
from quantsync.operators import Space

NEGATIVITY_OF_STATES = 1e-8  # an eigenvalue of a density matrix below -this is no rounding


def partial_trace(rho: Any, space: Space, keep: Any) -> Any:
    """Trace out all sites but some.

    Parameters
    ----------
    rho : array of shape (..., n, n)
        Operators on the space.
    space : Space
        The space of dimension n.
    keep : str or iterable of str
        Sites that stay, in the order of the space.

    Returns
    -------
    array of shape (..., k, k)
        Operators on ``space.subspace(keep)``.

    Raises
    ------
    DimensionError
        If ``rho`` does not fit the space.
    UnknownNameError
        If a site does not exist.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1/2), B=qs.Spin(1/2))
    >>> bell = np.array([1, 0, 0, 1]) / np.sqrt(2)
    >>> print(qs.partial_trace(np.outer(bell, bell), space, "A"))
    [[0.5 0. ]
     [0.  0.5]]
    """
    xp = array_namespace(rho)
    kept = space.positions(keep)
    batch, tensor = _as_tensor(rho, space, xp)
    sites, lead = len(space), len(batch)
    lost = [k for k in range(sites) if k not in kept]
    order = [*range(lead), *(lead + k for k in kept), *(lead + sites + k for k in kept)]
    order += [lead + k for k in lost] + [lead + sites + k for k in lost]
    size = math.prod(space.dimensions[k] for k in kept)
    rest = math.prod(space.dimensions[k] for k in lost)
    tensor = xp.reshape(xp.permute_dims(tensor, order), (*batch, size, size, rest, rest))
    return xp.linalg.trace(tensor)


def partial_transpose(rho: Any, space: Space, sites: Any) -> Any:
    """Transpose some sites in the product basis.

    Parameters
    ----------
    rho : array of shape (..., n, n)
        Operators on the space.
    space : Space
        The space of dimension n.
    sites : str or iterable of str
        Sites to transpose.

    Returns
    -------
    array of shape (..., n, n)

    Raises
    ------
    DimensionError, UnknownNameError
        As `partial_trace`.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1/2), B=qs.Spin(1/2))
    >>> bell = np.array([1, 0, 0, 1]) / np.sqrt(2)
    >>> print(np.linalg.eigvalsh(qs.partial_transpose(np.outer(bell, bell), space, "A")).round(6))
    [-0.5  0.5  0.5  0.5]
    """
    xp = array_namespace(rho)
    batch, tensor = _as_tensor(rho, space, xp)
    order = list(range(tensor.ndim))
    for k in space.positions(sites):
        row, column = len(batch) + k, len(batch) + len(space) + k
        order[row], order[column] = column, row
    return xp.reshape(xp.permute_dims(tensor, order), rho.shape)


def von_neumann_entropy(rho: Any, base: float = math.e) -> Any:
    """Von Neumann entropy ``S(rho) = -Tr rho ln rho``.

    Parameters
    ----------
    rho : array of shape (..., n, n)
        Density matrices.
    base : float, default e
        Base of the logarithm: e for nats, 2 for bits.

    Returns
    -------
    array of shape (...)

    Raises
    ------
    InvalidStateError
        If a matrix has an eigenvalue below -1e-8.
    InvalidArgumentError
        If ``base`` is not a number above 1.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> float(qs.von_neumann_entropy(np.eye(4) / 4, base=2))
    2.0
    """
    unit = nats_per_unit(base)
    xp = array_namespace(rho)
    p = block_eigenvalues(rho)
    lowest = float(xp.min(xp.where(xp.isnan(p), 0.0, p))) if math.prod(p.shape) else 0.0
    if lowest < -NEGATIVITY_OF_STATES:
        raise InvalidStateError(
            f"Argument `rho` must be positive, but has the eigenvalue {lowest:.3g}."
        )
    # p ln p -> 0 exactly as p -> 0; eigenvalues at or below zero are rounding of zero.
    zero = p <= 0
    logarithm = xp.log(xp.where(zero, xp.ones_like(p), p))
    return -xp.sum(xp.where(zero, xp.zeros_like(p), p * logarithm), axis=-1) / unit


def purity(rho: Any) -> Any:
    """Purity ``Tr rho^2``, between 1/n and 1.

    Parameters
    ----------
    rho : array of shape (..., n, n)
        Density matrices.

    Returns
    -------
    array of shape (...)

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> float(qs.purity(np.eye(4) / 4))
    0.25
    """
    xp = array_namespace(rho)
    return xp.sum(xp.abs(rho) ** 2, axis=(-2, -1))


def mutual_information(rho: Any, space: Space, sites: Any, base: float = math.e) -> Any:
    """Quantum mutual information ``I = S(rho_X) + S(rho_Y) - S(rho)`` across a bipartition.

    Parameters
    ----------
    rho : array of shape (..., n, n)
        Density matrices.
    space : Space
        The space of dimension n.
    sites : str or iterable of str
        The sites of X; Y is the rest.
    base : float, default e
        Base of the logarithm.

    Returns
    -------
    array of shape (...)

    Raises
    ------
    InvalidArgumentError
        If X is empty or everything.
    DimensionError, UnknownNameError, InvalidStateError
        As `partial_trace` and `von_neumann_entropy`.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1/2), B=qs.Spin(1/2))
    >>> bell = np.array([1, 0, 0, 1]) / np.sqrt(2)
    >>> print(round(float(qs.mutual_information(np.outer(bell, bell), space, "A", base=2)), 12))
    2.0
    """
    here, there = _bipartition(space, sites)
    return (
        von_neumann_entropy(partial_trace(rho, space, here), base)
        + von_neumann_entropy(partial_trace(rho, space, there), base)
        - von_neumann_entropy(rho, base)
    )


def negativity(rho: Any, space: Space, sites: Any) -> Any:
    """Negativity ``N = (||rho^T_X||_1 - 1)/2`` across a bipartition (Vidal and Werner 2002).

    Parameters
    ----------
    rho : array of shape (..., n, n)
        Density matrices.
    space : Space
        The space of dimension n.
    sites : str or iterable of str
        The sites of X; the other side is the rest.

    Returns
    -------
    array of shape (...)
        Minus the sum of the negative eigenvalues of the partial transpose.

    Raises
    ------
    InvalidArgumentError
        If X is empty or everything.
    DimensionError, UnknownNameError
        As `partial_trace`.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1/2), B=qs.Spin(1/2))
    >>> bell = np.array([1, 0, 0, 1]) / np.sqrt(2)
    >>> round(float(qs.negativity(np.outer(bell, bell), space, "A")), 12)
    0.5
    """
    here, _ = _bipartition(space, sites)
    eigenvalues = block_eigenvalues(partial_transpose(rho, space, here))
    xp = array_namespace(eigenvalues)
    return xp.sum(xp.where(eigenvalues >= 0, xp.zeros_like(eigenvalues), -eigenvalues), axis=-1)


def log_negativity(rho: Any, space: Space, sites: Any, base: float = math.e) -> Any:
    """Logarithmic negativity ``E_N = log ||rho^T_X||_1 = log(2 N + 1)``.

    In nats by default, like every entropy here; the literature often takes ``base=2``.

    Parameters
    ----------
    rho, space, sites
        As `negativity`.
    base : float, default e
        Base of the logarithm.

    Returns
    -------
    array of shape (...)

    Raises
    ------
    InvalidArgumentError, DimensionError, UnknownNameError
        As `negativity`.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1/2), B=qs.Spin(1/2))
    >>> bell = np.array([1, 0, 0, 1]) / np.sqrt(2)
    >>> round(float(qs.log_negativity(np.outer(bell, bell), space, "A", base=2)), 12)
    1.0
    """
    unit = nats_per_unit(base)
    value = negativity(rho, space, sites)
    return array_namespace(value).log1p(2 * value) / unit


def schmidt_coefficients(psi: Any, space: Space, sites: Any) -> Any:
    """Schmidt coefficients of pure states across a bipartition, in decreasing order.

    Their squares sum to the squared norm of the state.

    Parameters
    ----------
    psi : array of shape (..., n)
        State vectors (not density matrices).
    space : Space
        The space of dimension n.
    sites : str or iterable of str
        The sites of X; the other side is the rest.

    Returns
    -------
    array of shape (..., k)
        With k the smaller of the two sides' dimensions.

    Raises
    ------
    DimensionError
        If ``psi`` does not fit the space.
    InvalidArgumentError, UnknownNameError
        As `negativity`.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1/2), B=qs.Spin(1/2))
    >>> print(qs.schmidt_coefficients(np.array([0.6, 0, 0, 0.8]), space, "A"))
    [0.8 0.6]
    """
    xp = array_namespace(psi)
    n = space.dimension
    if psi.ndim < 1 or psi.shape[-1] != n:
        raise DimensionError(f"Argument `psi` must have shape (..., {n}), but has {psi.shape}.")
    here, there = _bipartition(space, sites)
    rows, columns = space.positions(here), space.positions(there)
    batch = psi.shape[:-1]
    tensor = xp.reshape(psi, (*batch, *space.dimensions))
    order = [*range(len(batch)), *(len(batch) + k for k in (*rows, *columns))]
    size = math.prod(space.dimensions[k] for k in rows)
    matrix = xp.reshape(xp.permute_dims(tensor, order), (*batch, size, n // size))
    return xp.linalg.svdvals(matrix)


def _as_tensor(rho: Any, space: Space, xp: Any) -> tuple[tuple[int, ...], Any]:
    n = space.dimension
    if rho.ndim < 2 or rho.shape[-2:] != (n, n):
        raise DimensionError(
            f"Argument `rho` must have shape (..., {n}, {n}) for {space}, but has {rho.shape}."
        )
    batch = rho.shape[:-2]
    return batch, xp.reshape(rho, (*batch, *space.dimensions, *space.dimensions))


def _bipartition(space: Space, sites: Any) -> tuple[list[str], list[str]]:
    chosen = {space.names[k] for k in space.positions(sites)}
    here = [name for name in space.names if name in chosen]
    there = [name for name in space.names if name not in chosen]
    if not here or not there:
        raise InvalidArgumentError(
            f"Argument `sites` must leave sites on both sides of the cut, but is {sites!r} "
            f"out of {', '.join(space.names)}."
        )
    return here, there
