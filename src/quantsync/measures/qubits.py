"""Two qubits: Wootters' concurrence and quantum discord."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from array_api_compat import array_namespace, device

from quantsync.arrays import plain, to_numpy
from quantsync.checks import known_name, nats_per_unit
from quantsync.errors import DimensionError
from quantsync.measures._eigenvalues import block_eigenvalues
from quantsync.measures._factor import known_states, support_factor
from quantsync.measures._measurement import least_conditional_entropy
from quantsync.measures._reduction import as_complex, reduced
from quantsync.measures.correlations import entropy_of_populations
from quantsync.operators import Space
from quantsync.states import of_states

SPIN_FLIP = np.fliplr(np.diag([-1.0, 1.0, 1.0, -1.0]))  # sigma_y x sigma_y


@of_states
def concurrence(rho: Any, space: Space, sites: Any = None) -> Any:
    r"""Concurrence of two qubits, ``C = max(0, l_1 - l_2 - l_3 - l_4)``.

    l_1 >= l_2 >= l_3 >= l_4 are the square roots of the eigenvalues of
    ``rho (sigma_y x sigma_y) rho^* (sigma_y x sigma_y)``; Wootters, Phys. Rev. Lett. 80, 2245
    (1998). They are computed as singular values of a factor of rho, so that pure and other
    states without full rank lose no digits.

    Parameters
    ----------
    rho : state object or array of shape (..., n, n)
        Density matrices.
    space : Space
        The space of dimension n; left out for a state object.
    sites : pair of str, optional
        The two sites, of two levels each; all of the space by default.

    Returns
    -------
    array of shape (...)
        Between 0 and 1; NaN for masked states.

    Raises
    ------
    DimensionError
        If there are not two sites of two levels each, or ``rho`` does not fit the space.
    InvalidStateError, NonFiniteError
        If ``rho`` holds something else than density matrices.
    InvalidArgumentError, UnknownNameError
        If ``sites`` does not name sites of the space, each once.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1/2), B=qs.Spin(1/2))
    >>> bell = np.array([1, 0, 0, 1]) / np.sqrt(2)
    >>> round(float(qs.concurrence(np.outer(bell, bell), space)), 12)
    1.0
    """
    rho, _ = _two_qubits(rho, space, sites)
    factor = support_factor(rho)
    xp = array_namespace(factor)
    flip = xp.asarray(SPIN_FLIP, dtype=factor.dtype, device=device(factor))
    values = xp.linalg.svdvals(xp.matrix_transpose(factor) @ (flip @ factor))
    value = 2 * values[..., 0] - xp.sum(values, axis=-1)
    value = xp.where(value > 0, value, xp.zeros_like(value))
    value = xp.where(value > 1, xp.ones_like(value), value)  # the excess is rounding
    return plain(xp.where(known_states(rho), value, math.nan))


@of_states
def discord(rho: Any, space: Space, measured: str, sites: Any = None, base: float = math.e) -> Any:
    r"""Quantum discord of two qubits, with measurements on one of them.

    ``D = S(rho_M) - S(rho) + min sum_k p_k S(rho_k)``, with M the measured qubit and rho_k the
    state of the other after outcome k of a projective measurement (Ollivier and Zurek, Phys. Rev.
    Lett. 88, 017901 (2001)), minimised over all directions of the sphere. Generalised measurements
    lower it but little, and not at all for states of rank 2 (Galve, Giorgi and Zambrini, EPL 96,
    40005 (2011)). The conditional entropy is searched on a mesh whose points are some 0.1 rad
    apart, and from each of its lowest minima there the descent goes on until no step gains.

    Parameters
    ----------
    rho : state object or array of shape (..., n, n)
        Density matrices.
    space : Space
        The space of dimension n; left out for a state object.
    measured : str
        The qubit on which the measurement acts. The discord is not symmetric.
    sites : pair of str, optional
        The two qubits; all of the space by default.
    base : float, default e
        Base of the logarithm: e for nats, 2 for bits.

    Returns
    -------
    array of shape (...)
        At least 0; NaN for masked states.

    Raises
    ------
    DimensionError
        If there are not two sites of two levels each, or ``rho`` does not fit the space.
    InvalidStateError, NonFiniteError
        If ``rho`` holds something else than density matrices.
    InvalidArgumentError, UnknownNameError
        If ``measured`` or ``sites`` do not name sites, or ``base`` is not a number above 1.
    ConvergenceError
        If no minimum is found to 1e-9.

    Examples
    --------
    A mixture without entanglement, classical for A but not for B:

    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1/2), B=qs.Spin(1/2))
    >>> up, down, along_x = np.diag([1.0, 0.0]), np.diag([0.0, 1.0]), np.full((2, 2), 0.5)
    >>> rho = (np.kron(up, up) + np.kron(down, along_x)) / 2
    >>> print(qs.discord(rho, space, "A").round(6) + 0.0)
    0.0
    >>> print(qs.discord(rho, space, "B", base=2).round(6))
    0.201752
    """
    unit = nats_per_unit(base)
    rho, names = _two_qubits(rho, space, sites)
    pair = space.subspace(names)
    known_name("site", measured, names)
    xp = array_namespace(rho)
    if measured == names[0]:  # the measured qubit stands behind the other
        tensor = xp.reshape(rho, (*rho.shape[:-2], 2, 2, 2, 2))
        lead = tuple(range(rho.ndim - 2))
        order = (*lead, *(len(lead) + k for k in (1, 0, 3, 2)))
        turned = xp.reshape(xp.permute_dims(tensor, order), rho.shape)
    else:
        turned = rho
    known = known_states(rho)
    shown = to_numpy(as_complex(xp.where(known[..., None, None], turned, xp.eye(4) / 4)))
    least = xp.asarray(least_conditional_entropy(shown), device=device(rho))
    own = block_eigenvalues(reduced(rho, pair, measured))
    value = entropy_of_populations(own) - entropy_of_populations(block_eigenvalues(rho)) + least
    value = xp.where(value > 0, value, 0.0 * value) / unit
    return plain(xp.where(known, value, math.nan))


def _two_qubits(rho: Any, space: Space, sites: Any) -> tuple[Any, list[str]]:
    """States of two sites of two levels each, and their names."""
    names = list(space.names)
    if sites is not None:
        names = [space.names[k] for k in space.positions(sites)]
    pair = space.subspace(names)
    if pair.dimensions != (2, 2):
        hint = "" if sites is not None else "; name two of them in `sites`"
        raise DimensionError(f"Two sites of two levels each are needed, but there is {pair}{hint}.")
    return (reduced(rho, space, names) if len(names) < len(space) else rho), names
