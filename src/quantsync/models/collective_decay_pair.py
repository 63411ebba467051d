"""Two qubits that decay collectively and keep a coherence alive (Zhao et al. (2025), App. D)."""

from __future__ import annotations

from typing import Any

from quantsync.checks import flag
from quantsync.lindblad.lindbladian import Lindbladian
from quantsync.models._parameters import rate_parameters, real_parameters
from quantsync.operators import Space, Spin


def collective_decay_pair(
    exchange: Any = 1.0,
    anisotropy: Any = 1.0,
    field: Any = 0.3,
    decay: Any = 0.5,
    literal: bool = True,
) -> Lindbladian:
    r"""Two spins 1/2 with exchange that decay into one common channel.

    ``H = exchange (sigma+_A sigma-_B + h.c.) + anisotropy sigma^z_A sigma^z_B + field (sigma^z_A
    + sigma^z_B)`` in Pauli matrices, Eq. (D1) of Zhao et al., "Quantum Synchronization of
    Perturbed Oscillating Coherences" (2025), with one jump operator. Eq. (D2) prints it as
    ``decay (sigma-_A + sigma-_B)``, which makes its rate decay^2; as the name of a rate, decay
    itself may be meant. Both are there. The singlet and the lowest state are dark. The defaults
    are those of Fig. 5. All parameters but ``literal`` may be arrays that broadcast.

    Parameters
    ----------
    exchange : float, default 1, range -2 to 2
        Exchange J; 1 makes it the unit of all rates.
    anisotropy : float, default 1, range -2 to 2
        Coupling Delta of the z components (units of exchange).
    field : float, default 0.3, range -2 to 2
        Field B along z (units of exchange).
    decay : float >= 0, default 0.5, range 0 to 2
        The factor gamma of the jump operator, or its rate (units of exchange).
    literal : bool, default True
        Whether the rate is decay^2, as printed, or decay.

    Returns
    -------
    Lindbladian
        On ``Space(A=Spin(1/2), B=Spin(1/2))``.

    Raises
    ------
    InvalidArgumentError, NonFiniteError, BroadcastError
        If a parameter is not a real number, the rate is negative, or ``literal`` is neither True
        nor False.

    Examples
    --------
    Two dark states, and so two stationary states and a coherence between them:

    >>> import quantsync as qs
    >>> qs.degenerate.DegenerateBase(qs.models.collective_decay_pair()).zero_modes
    2
    """
    exchange, anisotropy, field = real_parameters(
        exchange=exchange, anisotropy=anisotropy, field=field
    )
    (rate,) = rate_parameters(decay=decay)
    space = Space(A=Spin(1 / 2), B=Spin(1 / 2))
    a, b = space["A"], space["B"]
    return Lindbladian(
        space,
        hamiltonian=[
            (exchange, a.plus @ b.minus + a.minus @ b.plus),
            (anisotropy, 4 * a.z @ b.z),
            (field, 2 * (a.z + b.z)),
        ],
        dissipators=[(rate**2 if flag(literal, "literal") else rate, a.minus + b.minus)],
    )
