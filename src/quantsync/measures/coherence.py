"""Coherence: between the levels of a basis, and between the phases of oscillators."""

from __future__ import annotations

import math
from typing import Any

from array_api_compat import array_namespace, device

from quantsync.arrays import plain
from quantsync.checks import choice, named_arguments, nats_per_unit
from quantsync.errors import InvalidArgumentError
from quantsync.measures._eigenvalues import block_eigenbasis, diagonal_blocks
from quantsync.measures._reduction import as_complex, product_trace, reduced
from quantsync.measures.entropic.relative_entropy import divergence
from quantsync.operators import Operator, Space, Spin
from quantsync.states import density_matrices, of_states

KINDS = ("l1", "relative_entropy")
EXCESS = 1e-9  # a coherence may exceed its bound by this part of it, by rounding


@named_arguments
def coherence(rho: Any, kind: str = "l1", base: float = math.e) -> Any:
    """Coherence of states in the product basis: Baumgratz, Cramer and Plenio (2014).

    ``C_l1 = sum_{i != j} |rho_ij|``, or the relative entropy to the state without coherences,
    ``C_r = S(diag rho) - S(rho)`` (Phys. Rev. Lett. 113, 140401). The second is computed as a sum
    of positive terms, so that coherences far below the populations keep digits
    (seven of those of 1e-9 beside 1/2).

    Parameters
    ----------
    rho : state object or array of shape (..., n, n)
        Density matrices.
    kind : {"l1", "relative_entropy"}, default "l1"
        Which of the two.
    base : float, default e
        Base of the logarithm of the relative entropy: e for nats, 2 for bits. There is none in
        the other.

    Returns
    -------
    array of shape (...)
        Zero for diagonal states; at most n - 1, or log n. NaN for masked states.

    Raises
    ------
    InvalidStateError, DimensionError, NonFiniteError
        If ``rho`` holds something else than density matrices.
    InvalidArgumentError
        If there is no such kind, or ``base`` is not a number above 1, or given for "l1".

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> along_x = np.full((2, 2), 0.5)
    >>> float(qs.coherence(along_x))
    1.0
    >>> round(float(qs.coherence(along_x, "relative_entropy", base=2)), 12)
    1.0
    """
    kind, unit = choice(kind, "kind", KINDS), nats_per_unit(base)
    if kind == "l1" and unit != 1:
        raise InvalidArgumentError(
            f"Argument `base` is that of a logarithm, which coherence of kind 'l1' does not have, "
            f"but is {base:g}; leave it out, or take kind='relative_entropy'."
        )
    rho = density_matrices(rho)
    xp, n = array_namespace(rho), rho.shape[-1]
    if kind == "l1":
        between = xp.where(xp.eye(n, device=device(rho)) > 0, xp.zeros_like(rho), rho)
        return xp.sum(xp.abs(between), axis=(-2, -1))
    rho = as_complex(rho)
    weights, states, _ = block_eigenbasis(rho, diagonal_blocks(rho))
    populations = xp.real(xp.linalg.diagonal(rho))
    return divergence(weights, populations, xp.abs(xp.matrix_transpose(states)) ** 2) / unit


@of_states
def phase_coherence(rho: Any, space: Space, sites: Any = None) -> Any:
    """Phase coherence of one oscillator or between two: a correlator over its upper bound.

    ``|<a>|/sqrt<a^dag a>`` of a mode, ``|<a^dag b>|/sqrt(<a^dag a><b^dag b>)`` of two (Weiss,
    Kronwald and Marquardt, New J. Phys. 18, 013043 (2016)). For a spin, S- stands for a:
    ``|<S->|/sqrt<S+ S->`` and ``|<S+_A S-_B>|/sqrt(<S+ S->_A <S+ S->_B)``. It is 1 for coherent
    states of modes, and 0 where no phase is preferred. By the inequality of Cauchy and Schwarz it
    is at most 1.

    Parameters
    ----------
    rho : state object or array of shape (..., n, n)
        Density matrices.
    space : Space
        The space of dimension n; left out for a state object.
    sites : str or iterable of str, optional
        One site or two; all of the space by default.

    Returns
    -------
    array of shape (...)
        Between 0 and 1. NaN for masked states, and where it is undefined: where a mode is in its
        vacuum, or a spin in its lowest state, so that both numbers are zero. Numbers are taken as
        they stand: where populations are rounding, so is their ratio, and it is NaN if no state
        could have it.

    Raises
    ------
    InvalidArgumentError
        If it is neither one site nor two.
    DimensionError, InvalidStateError, NonFiniteError
        If ``rho`` holds something else than density matrices on the space.
    UnknownNameError
        If a site does not exist.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Fock(2), B=qs.Fock(2))
    >>> shared = np.array([0, 1, 1j, 0]) / np.sqrt(2)             # one quantum, in both modes
    >>> rho = np.outer(shared, shared.conj())
    >>> print(qs.phase_coherence(rho, space).round(12), qs.phase_coherence(rho, space, "A"))
    1.0 0.0
    """
    names = space.names if sites is None else [space.names[k] for k in space.positions(sites)]
    if len(names) not in (1, 2):
        told = "" if sites is not None else "; name one or two of them in `sites`"
        raise InvalidArgumentError(
            f"Phase coherence is of one site or between two, not of {len(names)} "
            f"({', '.join(names)}){told}."
        )
    rho, space = reduced(rho, space, names), space.subspace(names)
    lowering = [_lowering(space, name) for name in names]
    xp = array_namespace(rho)
    quanta = [xp.real(product_trace(rho, low.T @ low)[0]) for low in lowering]
    first, *second = lowering
    amplitude, _ = product_trace(rho, first.T @ second[0] if second else first)
    defined = quanta[0] > 0
    bound = xp.sqrt(xp.where(defined, quanta[0], xp.ones_like(quanta[0])))
    for other in quanta[1:]:
        defined = defined & (other > 0)
        bound = bound * xp.sqrt(xp.where(other > 0, other, xp.ones_like(other)))
    value = xp.abs(amplitude) / xp.where(defined, bound, xp.ones_like(bound))
    possible = defined & (value <= 1 + EXCESS)
    value = xp.where(value > 1, xp.ones_like(value), value)  # the excess is rounding
    return plain(xp.where(possible, value, math.nan))


def _lowering(space: Space, name: str) -> Operator:
    """``a`` of a mode or ``S-`` of a spin; real."""
    own = space[name]
    return own.minus if isinstance(space.site(name), Spin) else own.destroy
