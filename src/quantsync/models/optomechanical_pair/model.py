"""Two optomechanical cells on their limit cycles (Mari et al., PRL 111, 103605 (2013))."""

from __future__ import annotations

from typing import Any

from quantsync.checks import real_array
from quantsync.models._parameters import rate_parameters, real_parameters
from quantsync.models.optomechanical_pair.run import OptomechanicalPair


def optomechanical_pair(
    coupling: Any = 0.02,
    drive: Any = 48.0,
    frequency_1: Any = 1.0,
    frequency_2: Any = 1.005,
    detuning_1: Any = None,
    detuning_2: Any = None,
    optomechanical_coupling: Any = 0.005,
    loss: Any = 0.15,
    damping: Any = 0.005,
    thermal_quanta: Any = 0.0,
    time: Any = 1000.0,
    window: Any = 200.0,
) -> OptomechanicalPair:
    r"""Two optomechanical cells whose mechanical modes are coupled: mean field and fluctuations.

    Mari, Farace, Didier, Giovannetti and Fazio, PRL 111, 103605 (2013):
    ``H = sum_j (-Delta_j a_j^dag a_j + omega_j b_j^dag b_j - g a_j^dag a_j (b_j + b_j^dag)
    + i E (a_j^dag - a_j)) - mu (b_1 b_2^dag + b_2 b_1^dag)`` for light a_j and mechanics b_j.
    Amplitudes decay with the rates kappa and gamma, that is by the dissipators ``2 kappa D[a]``
    and ``2 gamma D[b]``, the latter with a thermal bath. A blue detuning, Delta_j > 0, drives the
    mechanical modes into limit cycles. The cells start at rest with uncorrelated fluctuations; the
    measures S_c and S_p of the fluctuations about the mean amplitudes, see
    `complete_synchronization` and `measures.phase_synchronization`, are averaged over
    ``[time, time + window]``, with eight looks in a mechanical period.

    They never become stationary: nothing holds the common phase, which diffuses, and what
    frequencies and amplitudes that differ make of it reaches the difference. S_c falls slowly, at
    the defaults from 0.25 at t = 1000 to 0.22 at t = 5000, and to zero without coupling.

    Parameters
    ----------
    coupling : float, default 0.02, range 0 to 0.1
        Mechanical coupling mu (units of frequency_1).
    drive : float, default 48, range 0 to 60
        Amplitude E of the drive of each cell (units of frequency_1). 48 is 320 loss: the 320 of
        the paper is taken in units of kappa, since at E = 320 itself fluctuations grow without
        bound.
    frequency_1 : float, default 1, range 0.9 to 1.1
        Frequency omega_1 of the first mechanical mode; 1 makes it the unit of all rates.
    frequency_2 : float, default 1.005, range 0.9 to 1.1
        Frequency omega_2 of the second mechanical mode (units of frequency_1).
    detuning_1 : float, default None, range 0.5 to 1.5
        Frequency Delta_1 of the drive minus that of the first optical mode; by default frequency_1
        (units of frequency_1).
    detuning_2 : float, default None, range 0.5 to 1.5
        Delta_2 of the second optical mode; by default frequency_2 (units of frequency_1).
    optomechanical_coupling : float, default 0.005, range 0 to 0.008
        Coupling g of light and mechanics in each cell (units of frequency_1).
    loss : float >= 0, default 0.15, range 0.1 to 0.5
        Rate kappa at which the amplitudes of light decay (units of frequency_1).
    damping : float >= 0, default 0.005, range 0.001 to 0.05 log
        Rate gamma at which the mechanical amplitudes decay (units of frequency_1).
    thermal_quanta : float >= 0, default 0, range 0 to 20
        Mean number of quanta in the mechanical baths, and at the start.
    time : float >= 0, default 1000, range 0 to 3000
        Time from which on the cells are looked at (units of 1/frequency_1).
    window : float > 0, default 200, range 10 to 500
        For how long (units of 1/frequency_1).

    Returns
    -------
    OptomechanicalPair
        With measures ``S_c``, ``S_c_product``, ``S_p``, ``discord``, ``locking``,
        ``phase_difference``, ``frequency_difference``, ``phonons_1`` and ``phonons_2`` in
        `compute` and `sweep`.

    Raises
    ------
    InvalidArgumentError, NonFiniteError, BroadcastError
        If a parameter is not a real number, a rate, an occupation or the time is negative, or the
        window not positive.
    UnboundedRunError
        When measured, if amplitudes or fluctuations have grown without bound.

    Examples
    --------
    Coupling locks the cycles, and their fluctuations:

    >>> import quantsync as qs
    >>> axes = {"coupling": [0.0, 0.02]}
    >>> found = qs.sweep("optomechanical_pair", axes, ["locking", "S_c"], {"time": 400.0})
    >>> print(found.locking.values.round(3), found.S_c.values.round(3))
    [0.959 1.   ] [0.004 0.26 ]
    """
    mu, E, omega_1, omega_2, g = real_parameters(
        coupling=coupling,
        drive=drive,
        frequency_1=frequency_1,
        frequency_2=frequency_2,
        optomechanical_coupling=optomechanical_coupling,
    )
    delta_1, delta_2 = real_parameters(
        detuning_1=omega_1 if detuning_1 is None else detuning_1,
        detuning_2=omega_2 if detuning_2 is None else detuning_2,
    )
    kappa, gamma, nbar, start = rate_parameters(
        loss=loss, damping=damping, thermal_quanta=thermal_quanta, time=time
    )
    return OptomechanicalPair(
        {
            "coupling": mu,
            "drive": E,
            "frequency_1": omega_1,
            "frequency_2": omega_2,
            "detuning_1": delta_1,
            "detuning_2": delta_2,
            "optomechanical_coupling": g,
            "loss": kappa,
            "damping": gamma,
            "thermal_quanta": nbar,
            "time": start,
            "window": real_array(window, "Parameter `window`", above=0),
        }
    )
