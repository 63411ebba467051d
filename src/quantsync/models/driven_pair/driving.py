"""The drive of `driven_pair`, as a perturbation."""

from __future__ import annotations

from quantsync.lindblad.lindbladian import Lindbladian
from quantsync.models._parameters import spin_parameter
from quantsync.operators import Space


def driving(spin: float = 1 / 2) -> Lindbladian:
    """The drive of `driven_pair` per unit of its strength, as a perturbation.

    ``L1[rho] = -i [(S+_A + S-_A)/2, rho]``, for `quantsync.linear_response`.

    Parameters
    ----------
    spin : float, default 1/2
        Spin quantum number S of both spins.

    Returns
    -------
    Lindbladian

    Examples
    --------
    >>> import quantsync as qs
    >>> response = qs.linear_response(qs.models.driven_pair(), qs.models.driving())
    >>> print(qs.phase_response(response.orders[1], response.space, "A").round(12))
    -0.024647435897j
    >>> response.sector_dimensions
    (6, 8)
    """
    site = spin_parameter(spin)
    space = Space(A=site, B=site)
    return Lindbladian(space, hamiltonian=[(1.0, space["A"].x)])
