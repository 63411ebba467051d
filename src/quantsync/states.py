"""Checks that a matrix is a density matrix, and a few elementary states."""

from __future__ import annotations

from typing import Any

import numpy as np

from quantsync.errors import DimensionError, InvalidStateError, require_finite

TOLERANCE = 1e-8  # on Hermiticity, trace and positivity of states that users pass in


def require_density_matrix(rho: Any, dimension: int, name: str) -> np.ndarray:
    """Check a batch of density matrices and return it as a complex array.

    Parameters
    ----------
    rho : array_like of shape (..., n, n)
        The matrices.
    dimension : int
        The dimension n they must have.
    name : str
        The argument's name, for messages.

    Raises
    ------
    DimensionError
        If the last two axes are not (n, n).
    NonFiniteError
        If an entry is NaN or infinite.
    InvalidStateError
        If a matrix is not Hermitian, not of unit trace, or not positive, to 1e-8.
    """
    array = np.asarray(rho)
    if array.ndim < 2 or array.shape[-2:] != (dimension, dimension):
        raise DimensionError(
            f"Argument `{name}` must have shape (..., {dimension}, {dimension}), "
            f"but has {array.shape}."
        )
    array = array.astype(complex)
    require_finite(f"Argument `{name}`", array)
    asymmetry = float(np.abs(array - np.conj(np.swapaxes(array, -1, -2))).max(initial=0))
    if asymmetry > TOLERANCE:
        raise InvalidStateError(
            f"Argument `{name}` must be Hermitian, but differs from its adjoint by {asymmetry:.3g}."
        )
    trace = np.trace(array, axis1=-2, axis2=-1).real
    worst = float(np.ravel(trace)[np.argmax(np.abs(np.ravel(trace) - 1))]) if trace.size else 1.0
    if abs(worst - 1) > TOLERANCE:
        raise InvalidStateError(
            f"Argument `{name}` must have unit trace, but has trace {worst:.10g}; divide by it."
        )
    lowest = float(np.linalg.eigvalsh(array).min(initial=0))
    if lowest < -TOLERANCE:
        raise InvalidStateError(
            f"Argument `{name}` must be positive, but has the eigenvalue {lowest:.3g}."
        )
    return array


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
