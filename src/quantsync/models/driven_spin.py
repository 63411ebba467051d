"""One spin limit cycle under a semiclassical drive, the reference case of the spin pair."""

from __future__ import annotations

from typing import Any

from quantsync.lindblad.lindbladian import Lindbladian
from quantsync.models._parameters import rate_parameters, real_parameters, spin_parameter
from quantsync.operators import Space


def driven_spin(
    drive: Any = 0.1,
    detuning: Any = 0.0,
    gain: Any = 100.0,
    damping: Any = 1.0,
    spin: float = 1,
) -> Lindbladian:
    r"""One spin limit cycle driven by an external semiclassical signal.

    ``H = detuning Sz + (i drive/2)(S+ - S-) = detuning Sz - drive Sy`` in the frame of the
    signal, with the dissipators ``(gain/2) D[S+ Sz] + (damping/2) D[S- Sz]``. This is the
    coupling of `spin_pair`, Eq. (1) of Roulet and Bruder, with the operators of the partner
    replaced by the number 1; their earlier work on a single driven spin 1 (PRL 121, 053601
    (2018)) may measure the drive in another unit and from another phase. All parameters but
    ``spin`` may be arrays that broadcast.

    Parameters
    ----------
    drive : float, default 0.1, range 0 to 1
        Strength of the signal (units of damping).
    detuning : float, default 0, range -10 to 10
        Frequency of the spin minus that of the signal (units of damping).
    gain : float >= 0, default 100, range 0.01 to 1000 log
        Gain rate (units of damping).
    damping : float >= 0, default 1, range 0.01 to 1000 log
        Damping rate; 1 makes it the unit of all rates.
    spin : half-integer, default 1, range 1/2 to 5
        Spin quantum number S.

    Returns
    -------
    Lindbladian
        On ``Space(A=Spin(spin))``.

    Raises
    ------
    InvalidArgumentError, NonFiniteError, BroadcastError
        If a parameter is not a real number, or a rate is negative.
    InvalidArgumentError
        If ``spin`` is not 1/2, 1, 3/2, ...

    Examples
    --------
    A balanced limit cycle does not respond to the signal at first order, an unbalanced one does:

    >>> import numpy as np, quantsync as qs
    >>> steady = qs.steady_state(qs.models.driven_spin(drive=1e-3, gain=np.array([1.0, 100.0])))
    >>> print(qs.phase_distribution(steady.rho, steady.space).maximum.round(6))
    [0.       0.000371]
    """
    detuning, drive = real_parameters(detuning=detuning, drive=drive)
    gain, damping = rate_parameters(gain=gain, damping=damping)
    space = Space(A=spin_parameter(spin))
    a = space["A"]
    return Lindbladian(
        space,
        hamiltonian=[(detuning, a.z), (drive / 2, 1j * (a.plus - a.minus))],
        dissipators=[(gain / 2, a.plus @ a.z), (damping / 2, a.minus @ a.z)],
    )
