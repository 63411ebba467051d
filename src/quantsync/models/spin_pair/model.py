"""Two spin limit cycles with coherent exchange (Roulet and Bruder, PRL 121, 063601 (2018))."""

from __future__ import annotations

from typing import Any

from quantsync.lindblad.lindbladian import Lindbladian
from quantsync.models._parameters import rate_parameters, real_parameters, spin_parameter
from quantsync.operators import Space


def spin_pair(
    epsilon: Any = 0.1,
    detuning: Any = 0.0,
    gain_a: Any = 100.0,
    damping_a: Any = 1.0,
    gain_b: Any = 1.0,
    damping_b: Any = 100.0,
    spin: float = 1,
) -> Lindbladian:
    r"""Two spins, each stabilised to its own limit cycle, exchanging excitations.

    ``H = (detuning/2)(Sz_A - Sz_B) + (i epsilon/2)(S+_A S-_B - S+_B S-_A)`` in the frame that
    rotates at the mean frequency, and for each spin j the dissipators
    ``(gain_j/2) D[S+ Sz] + (damping_j/2) D[S- Sz]``: Eqs. (1) and (2) of Roulet and Bruder. The
    defaults are their Fig. 2(b). All parameters but ``spin`` may be arrays that broadcast.

    Parameters
    ----------
    epsilon : float, default 0.1, range 0 to 1
        Coupling strength (units of damping_a).
    detuning : float, default 0, range -10 to 10
        Frequency difference Delta = omega_A - omega_B (units of damping_a).
    gain_a : float >= 0, default 100, range 0.01 to 1000 log
        Gain rate of spin A (units of damping_a).
    damping_a : float >= 0, default 1, range 0.01 to 1000 log
        Damping rate of spin A; 1 makes it the unit of all rates.
    gain_b : float >= 0, default 1, range 0.01 to 1000 log
        Gain rate of spin B (units of damping_a).
    damping_b : float >= 0, default 100, range 0.01 to 1000 log
        Damping rate of spin B (units of damping_a).
    spin : half-integer, default 1, range 1/2 to 5/2
        Spin quantum number S of both spins.

    Returns
    -------
    Lindbladian
        On ``Space(A=Spin(spin), B=Spin(spin))``.

    Raises
    ------
    InvalidArgumentError, NonFiniteError, BroadcastError
        If a parameter is not a real number, or a rate is negative.
    InvalidArgumentError
        If ``spin`` is not 1/2, 1, 3/2, ...

    Examples
    --------
    >>> import quantsync as qs
    >>> steady = qs.steady_state(qs.models.spin_pair(epsilon=0.1))
    >>> locking = qs.relative_phase_distribution(steady.rho, steady.space)
    >>> round(float(locking.maximum), 10)
    0.0210072299
    """
    detuning, epsilon = real_parameters(detuning=detuning, epsilon=epsilon)
    gain_a, damping_a, gain_b, damping_b = rate_parameters(
        gain_a=gain_a, damping_a=damping_a, gain_b=gain_b, damping_b=damping_b
    )
    site = spin_parameter(spin)
    space = Space(A=site, B=site)
    a, b = space["A"], space["B"]
    exchange = 1j * (a.plus @ b.minus - b.plus @ a.minus)
    return Lindbladian(
        space,
        hamiltonian=[(detuning / 2, a.z - b.z), (epsilon / 2, exchange)],
        dissipators=[
            (gain_a / 2, a.plus @ a.z),
            (damping_a / 2, a.minus @ a.z),
            (gain_b / 2, b.plus @ b.z),
            (damping_b / 2, b.minus @ b.z),
        ],
    )
