"""A spin chain with dephasing that keeps coherences alive (Zhao et al. (2025), Eq. (6))."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from quantsync.errors import InvalidArgumentError
from quantsync.lindblad.lindbladian import Lindbladian
from quantsync.models.parameters import rate_parameters, real_parameters, spin_parameter
from quantsync.operators import Space, Spin

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
    frequency : float, default 1
        Frequency omega of every spin; 1 makes it the unit of all rates.
    exchange : float, default 0.5
        Exchange J between neighbours (units of frequency).
    anisotropy : float, default 0.5
        Coupling Delta of the z components of neighbours (units of frequency).
    dephasing : float, default 2
        Rate gamma of the dephasing of every spin (units of frequency).
    sites : int, default 3
        Number N of spins, called A, B, C, ...
    spin : float, default 1
        Spin quantum number S of all spins.

    Returns
    -------
    Lindbladian

    Raises
    ------
    InvalidRateError, InvalidCoefficientError, NonFiniteError, BroadcastError
        If a parameter is not a real number, or the rate is negative.
    InvalidArgumentError
        If ``sites`` is not an integer from 2 to 26, or ``spin`` is not 1/2, 1, 3/2, ...

    Examples
    --------
    Three spins 1 have eight stationary states:

    >>> import quantsync as qs
    >>> qs.DegenerateBase(qs.models.dephased_chain()).zero_modes
    8
    """
    if isinstance(sites, bool) or int(sites) != sites or not 2 <= sites <= len(NAMES):
        raise InvalidArgumentError(
            f"Argument `sites` must be an integer from 2 to {len(NAMES)}, but is {sites!r}."
        )
    energies = real_parameters(frequency=frequency, exchange=exchange, anisotropy=anisotropy)
    (rate,) = rate_parameters(dephasing=dephasing)
    return _unit_chain(spin_parameter(spin), int(sites)).with_coefficients(
        energies, [rate] * int(sites)
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
    n = space.dimension
    magnetisation = np.sum([np.real(space[name].z.toarray()) for name in space], axis=0)
    inside = np.abs(np.diag(magnetisation)) < 0.25
    return [magnetisation, np.eye(n)[::-1] * inside]


@lru_cache(maxsize=8)
def _unit_chain(spin: Spin, sites: int) -> Lindbladian:
    """The operators, each with coefficient 1; built once for every size."""
    space = Space(**dict.fromkeys(NAMES[:sites], spin))
    s = [space[name] for name in NAMES[:sites]]
    neighbours = list(pairwise(s))
    return Lindbladian(
        space,
        hamiltonian=[
            (1, sum((a.z for a in s[1:]), s[0].z)),
            (1, sum((a.plus @ b.minus + a.minus @ b.plus for a, b in neighbours), 0 * s[0].z)),
            (1, sum((a.z @ b.z for a, b in neighbours), 0 * s[0].z)),
        ],
        dissipators=[(1, a.z @ a.z) for a in s],
    )
