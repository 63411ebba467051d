"""Entropies, mutual information and entanglement across any bipartition of the sites.

All functions take state objects, or batches of density matrices of shape (..., n, n) in any array
type of the array API standard with their space, and return arrays of the batch shape. Entropies
are in nats unless ``base`` says otherwise.
"""

from __future__ import annotations

import math
from typing import Any

from array_api_compat import array_namespace

from quantsync.arrays import is_foreign
from quantsync.checks import named_arguments, nats_per_unit, number_array
from quantsync.errors import DimensionError, InvalidArgumentError
from quantsync.measures._eigenvalues import block_eigenvalues
from quantsync.measures._reduction import reduced, transposed
from quantsync.operators import Space, require_space
from quantsync.states import density_matrices, of_operators, of_states, require_normalised


@of_operators
def partial_trace(rho: Any, space: Space, keep: Any) -> Any:
    """Trace out all sites but some.

    Parameters
    ----------
    rho : state object or array of shape (..., n, n)
        Density matrices or other operators.
    space : Space
        The space of dimension n; left out for a state object.
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
    InvalidStateError, NonFiniteError
        If ``rho`` is no array of finite numbers.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1/2), B=qs.Spin(1/2))
    >>> bell = np.array([1, 0, 0, 1]) / np.sqrt(2)
    >>> print(qs.partial_trace(np.outer(bell, bell), space, "A"))
    [[0.5 0. ]
     [0.  0.5]]
    """
    return reduced(rho, space, keep)


@of_operators
def partial_transpose(rho: Any, space: Space, sites: Any) -> Any:
    """Transpose some sites in the product basis.

    Parameters
    ----------
    rho : state object or array of shape (..., n, n)
        Density matrices or other operators.
    space : Space
        The space of dimension n; left out for a state object.
    sites : str or iterable of str
        Sites to transpose.

    Returns
    -------
    array of shape (..., n, n)

    Raises
    ------
    DimensionError, UnknownNameError, InvalidStateError, NonFiniteError
        As `partial_trace`.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1/2), B=qs.Spin(1/2))
    >>> bell = np.array([1, 0, 0, 1]) / np.sqrt(2)
    >>> print(np.linalg.eigvalsh(qs.partial_transpose(np.outer(bell, bell), space, "A")).round(6))
    [-0.5  0.5  0.5  0.5]
    """
    return transposed(rho, space, sites)


@named_arguments
def von_neumann_entropy(rho: Any, base: float = math.e) -> Any:
    """Von Neumann entropy ``S(rho) = -Tr rho ln rho``.

    Parameters
    ----------
    rho : state object or array of shape (..., n, n)
        Density matrices.
    base : float, default e
        Base of the logarithm: e for nats, 2 for bits.

    Returns
    -------
    array of shape (...)

    Raises
    ------
    InvalidStateError, DimensionError, NonFiniteError
        If ``rho`` holds something else than density matrices.
    InvalidArgumentError
        If ``base`` is not a number above 1.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> float(qs.von_neumann_entropy(np.eye(4) / 4, base=2))
    2.0
    """
    return _entropy(density_matrices(rho)) / nats_per_unit(base)


@named_arguments
def purity(rho: Any) -> Any:
    """Purity ``Tr rho^2``, between 1/n and 1.

    Parameters
    ----------
    rho : state object or array of shape (..., n, n)
        Density matrices.

    Returns
    -------
    array of shape (...)

    Raises
    ------
    InvalidStateError, DimensionError, NonFiniteError
        If ``rho`` holds something else than density matrices.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> float(qs.purity(np.eye(4) / 4))
    0.25
    """
    rho = density_matrices(rho)
    xp = array_namespace(rho)
    return xp.sum(xp.abs(rho) ** 2, axis=(-2, -1))


@of_states
def mutual_information(rho: Any, space: Space, sites: Any, base: float = math.e) -> Any:
    """Quantum mutual information ``I = S(rho_X) + S(rho_Y) - S(rho)`` across a bipartition.

    Parameters
    ----------
    rho : state object or array of shape (..., n, n)
        Density matrices.
    space : Space
        The space of dimension n; left out for a state object.
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
        If X is empty or everything, or ``base`` is not a number above 1.
    DimensionError, InvalidStateError, NonFiniteError
        If ``rho`` holds something else than density matrices on the space.
    UnknownNameError
        If a site does not exist.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1/2), B=qs.Spin(1/2))
    >>> bell = np.array([1, 0, 0, 1]) / np.sqrt(2)
    >>> print(round(float(qs.mutual_information(np.outer(bell, bell), space, "A", base=2)), 12))
    2.0
    """
    unit, sides = nats_per_unit(base), _bipartition(space, sites)
    here, there = (_entropy(reduced(rho, space, side)) / unit for side in sides)
    return here + there - _entropy(rho) / unit


@of_states
def negativity(rho: Any, space: Space, sites: Any) -> Any:
    """Negativity ``N = (||rho^T_X||_1 - 1)/2`` across a bipartition (Vidal and Werner 2002).

    Parameters
    ----------
    rho : state object or array of shape (..., n, n)
        Density matrices.
    space : Space
        The space of dimension n; left out for a state object.
    sites : str or iterable of str
        The sites of X; the other side is the rest.

    Returns
    -------
    array of shape (...)
        Minus the sum of the negative eigenvalues of the partial transpose.

    Raises
    ------
    InvalidArgumentError, DimensionError, InvalidStateError, NonFiniteError, UnknownNameError
        As `mutual_information`.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1/2), B=qs.Spin(1/2))
    >>> bell = np.array([1, 0, 0, 1]) / np.sqrt(2)
    >>> round(float(qs.negativity(np.outer(bell, bell), space, "A")), 12)
    0.5
    >>> steady = qs.steady_state(qs.models.spin_pair(epsilon=0.1))
    >>> round(float(qs.negativity(steady, "A")), 4)
    0.0876
    """
    return _negativity(rho, space, sites)


@of_states
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
    InvalidArgumentError, DimensionError, InvalidStateError, NonFiniteError, UnknownNameError
        As `mutual_information`.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1/2), B=qs.Spin(1/2))
    >>> bell = np.array([1, 0, 0, 1]) / np.sqrt(2)
    >>> round(float(qs.log_negativity(np.outer(bell, bell), space, "A", base=2)), 12)
    1.0
    """
    unit = nats_per_unit(base)
    value = _negativity(rho, space, sites)
    return array_namespace(value).log1p(2 * value) / unit


@named_arguments
def schmidt_coefficients(psi: Any, space: Space, sites: Any) -> Any:
    """Schmidt coefficients of pure states across a bipartition, in decreasing order.

    Their squares sum to 1.

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
    InvalidArgumentError, NonFiniteError
        If ``psi`` is no array of finite numbers, or X is empty or everything.
    InvalidStateError
        If a state is not normalised.
    UnknownNameError
        If a site does not exist.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1/2), B=qs.Spin(1/2))
    >>> print(qs.schmidt_coefficients(np.array([0.6, 0, 0, 0.8]), space, "A"))
    [0.8 0.6]
    """
    require_space(space)
    if not is_foreign(psi):
        psi = number_array(psi, "psi")
    xp = array_namespace(psi)
    n = space.dimension
    if psi.ndim < 1 or psi.shape[-1] != n:
        raise DimensionError(
            f"Argument `psi` must have shape (..., {n}), but has {tuple(psi.shape)}."
        )
    require_normalised(psi, "psi")
    rows, columns = (space.positions(side) for side in _bipartition(space, sites))
    batch = psi.shape[:-1]
    tensor = xp.reshape(psi, (*batch, *space.dimensions))
    order = [*range(len(batch)), *(len(batch) + k for k in (*rows, *columns))]
    size = math.prod(space.dimensions[k] for k in rows)
    matrix = xp.reshape(xp.permute_dims(tensor, order), (*batch, size, n // size))
    return xp.linalg.svdvals(matrix)


def _entropy(rho: Any) -> Any:
    return entropy_of_populations(block_eigenvalues(rho))


def entropy_of_populations(p: Any) -> Any:
    """``-sum p ln p`` of eigenvalues (..., n)."""
    xp = array_namespace(p)
    # p ln p -> 0 exactly as p -> 0; eigenvalues at or below zero are rounding of zero.
    zero = p <= 0
    logarithm = xp.log(xp.where(zero, xp.ones_like(p), p))
    return -xp.sum(xp.where(zero, xp.zeros_like(p), p * logarithm), axis=-1)


def _negativity(rho: Any, space: Space, sites: Any) -> Any:
    here, _ = _bipartition(space, sites)
    eigenvalues = block_eigenvalues(transposed(rho, space, here))
    xp = array_namespace(eigenvalues)
    return xp.sum(xp.where(eigenvalues >= 0, xp.zeros_like(eigenvalues), -eigenvalues), axis=-1)


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
