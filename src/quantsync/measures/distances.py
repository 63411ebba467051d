"""How alike two states are: fidelity and trace distance."""

from __future__ import annotations

import math
from typing import Any

from array_api_compat import array_namespace

from quantsync.arrays import batched_product, plain
from quantsync.checks import named_arguments
from quantsync.measures._eigenvalues import block_eigenvalues
from quantsync.measures._factor import known_states, support_factor
from quantsync.states import two_batches


@named_arguments
def fidelity(rho: Any, sigma: Any) -> Any:
    """Uhlmann fidelity ``F = (Tr sqrt(sqrt(rho) sigma sqrt(rho)))^2``, between 0 and 1.

    Of pure states it is the probability ``|<psi|phi>|^2``, as in Jozsa, J. Mod. Opt. 41, 2315
    (1994). QuTiP's ``fidelity``, and Nielsen and Chuang, take its square root.

    Parameters
    ----------
    rho, sigma : state object or array of shape (..., n, n)
        Density matrices; their batch shapes broadcast.

    Returns
    -------
    array of shape (...)
        NaN for masked states. Known to 1e-15 n for pure states, and for any where no eigenvalue
        is of the size of rounding; one of 1e-16 that is half rounding changes it by 1e-8.

    Raises
    ------
    DimensionError, BroadcastError
        If they are not of equal size, on one space, and of batch shapes that broadcast.
    InvalidStateError, NonFiniteError
        If one holds something else than density matrices.
    OutOfMemoryError
        If the batch does not fit into memory.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> up, along_x = np.diag([1.0, 0.0]), np.full((2, 2), 0.5)
    >>> round(float(qs.fidelity(up, along_x)), 12), round(float(qs.fidelity(up, np.eye(2) / 2)), 12)
    (0.5, 0.5)
    """
    rho, sigma = two_batches(rho, sigma)
    xp = array_namespace(rho, sigma)
    left, right = support_factor(rho), support_factor(sigma)
    # ||sqrt(rho) sqrt(sigma)||_1 does not change if the roots are replaced by other factors.
    overlap = batched_product(xp.conj(xp.matrix_transpose(left)), right)
    root = xp.sum(xp.linalg.svdvals(overlap), axis=-1)
    value = xp.where(root > 1, xp.ones_like(root), root) ** 2  # the excess is rounding
    return plain(xp.where(known_states(rho) & known_states(sigma), value, math.nan))


@named_arguments
def trace_distance(rho: Any, sigma: Any) -> Any:
    """Trace distance ``T = ||rho - sigma||_1 / 2``, between 0 and 1.

    A measurement tells the two apart with probability (1 + T)/2 at best (Helstrom).

    Parameters
    ----------
    rho, sigma : state object or array of shape (..., n, n)
        Density matrices; their batch shapes broadcast.

    Returns
    -------
    array of shape (...)
        NaN for masked states.

    Raises
    ------
    DimensionError, BroadcastError, InvalidStateError, NonFiniteError
        As `fidelity`.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> float(qs.trace_distance(np.diag([1.0, 0.0]), np.eye(2) / 2))
    0.5
    """
    rho, sigma = two_batches(rho, sigma)
    values = block_eigenvalues(rho - sigma)
    xp = array_namespace(values)
    return xp.sum(xp.abs(values), axis=-1) / 2
