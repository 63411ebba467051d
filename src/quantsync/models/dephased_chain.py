"""A spin chain with dephasing that keeps coherences alive (Zhao et al. (2025), Eq. (6))."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from quantsync.checks import whole_number
from quantsync.errors import InvalidArgumentError
from quantsync.lindblad.lindbladian import Lindbladian
from quantsync.memory import require_memory
from quantsync.models._parameters import rate_parameters, real_parameters, spin_parameter
from quantsync.operators import Space, Spin, require_space

NAMES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def dephased_chain(
    frequency: Any = 1.0,
    exchange: Any = 0.5,
    anisotropy: Any = 0.5,
    dephasing: Any = 2.0,
    sites: int = 3,
    spin: float = 1,
) -> Lindbladian:
    r"""A chain of spins with exchange and dephasing by (Sz)^2.

    ``H = frequency sum_j Sz_j + exchange sum_j (S+_j S-_{j+1} + h.c.) + anisotropy sum_j Sz_j
    Sz_{j+1}`` with the dissipators ``dephasing D[(Sz_j)^2]``: Eq. (6) of Zhao et al., "Quantum
    Synchronization of Perturbed Oscillating Coherences" (2025). The magnetisation and the spin
    flip of the sector without magnetisation are strong symmetries: the chain has several
    stationary states and, for spin 1, coherences that oscillate for ever. The defaults are those
    of Fig. 3. All parameters but ``sites`` and ``spin`` may be arrays that broadcast.

    Parameters
    ----------
    frequency : float, default 1, range 0 to 2
        Frequency omega of every spin; 1 makes it the unit of all rates.
    exchange : float, default 0.5, range -2 to 2
        Exchange J between neighbours (units of frequency).
    anisotropy : float, default 0.5, range -2 to 2
        Coupling Delta of the z components of neighbours (units of frequency).
    dephasing : float >= 0, default 2, range 0 to 10
        Rate gamma of the dephasing of every spin (units of frequency).
    sites : int >= 2 and <= 26, default 3, range 2 to 4
        Number N of spins, called A, B, C, ...
    spin : half-integer, default 1, range 1/2 to 3/2
        Spin quantum number S of all spins.

    Returns
    -------
    Lindbladian

    Raises
    ------
    InvalidArgumentError, NonFiniteError, BroadcastError
        If a parameter is not a real number, or the rate is negative.
    InvalidArgumentError
        If ``sites`` is not an integer from 2 to 26, or ``spin`` is not 1/2, 1, 3/2, ...

    Examples
    --------
    Three spins 1 have eight stationary states:

    >>> import quantsync as qs
    >>> qs.degenerate.DegenerateBase(qs.models.dephased_chain()).zero_modes
    8
    """
    frequency, exchange, anisotropy = real_parameters(
        frequency=frequency, exchange=exchange, anisotropy=anisotropy
    )
    (dephasing,) = rate_parameters(dephasing=dephasing)
    names = NAMES[: whole_number(sites, "sites", at_least=2, at_most=len(NAMES))]
    space = Space(**dict.fromkeys(names, spin_parameter(spin)))
    spins = [space[name] for name in names]
    neighbours = list(pairwise(spins))
    return Lindbladian(
        space,
        hamiltonian=[
            (frequency, sum(s.z for s in spins)),
            (exchange, sum(a.plus @ b.minus + a.minus @ b.plus for a, b in neighbours)),
            (anisotropy, sum(a.z @ b.z for a, b in neighbours)),
        ],
        dissipators=[(dephasing, s.z @ s.z) for s in spins],
    )


def chain_symmetries(space: Space) -> list[np.ndarray]:
    """Strong symmetries of the chain: the magnetisation, and the spin flip where it vanishes.

    Parameters
    ----------
    space : Space
        Of any number of equal spins.

    Returns
    -------
    list of ndarray of shape (n, n)
        M = sum_j Sz_j and P Pi_0, the flip of all spins times the projector on M = 0: on the other
        sectors the flip does not commute with M. For `peripheral_modes`.

    Examples
    --------
    >>> import quantsync as qs
    >>> chain = qs.models.dephased_chain(sites=2)
    >>> symmetry = qs.models.chain_symmetries(chain.space)
    >>> qs.peripheral_modes(chain, strong_symmetry=symmetry).strong_sectors
    6
    """
    n = require_space(space).dimension
    if not all(isinstance(site, Spin) for site in space.sites.values()):
        raise InvalidArgumentError(f"Argument `space` must have spins only, but is {space}.")
    require_memory(8.0 * 3 * n**2, f"Symmetries of {n} levels as matrices")
    magnetisation = np.sum([np.real(space[name].z.diagonal()) for name in space], axis=0)
    inside = np.abs(magnetisation) < 0.25
    return [np.diag(magnetisation), np.eye(n)[::-1] * inside]
