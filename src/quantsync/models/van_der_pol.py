"""One quantum van der Pol oscillator under a drive (Lee and Sadeghpour; Walter et al.)."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from quantsync.lindblad.lindbladian import Lindbladian
from quantsync.models._modes import mode_measures, mode_parameter, needed_levels
from quantsync.models._parameters import rate_parameters, real_parameters, require_joint
from quantsync.operators import Space


class VanDerPol(Lindbladian):
    """Driven van der Pol oscillators; returned by `van_der_pol`."""

    measures: ClassVar = mode_measures("M")


def van_der_pol(
    drive: Any = 0.5,
    detuning: Any = 0.0,
    gain: Any = 1.0,
    nonlinear_damping: Any = 0.2,
    linear_damping: Any = 0.0,
    kerr: Any = 0.0,
    squeezing: Any = 0.0,
    drive_phase: Any = 0.0,
    thermal_quanta: Any = 0.0,
    levels: int | None = None,
) -> VanDerPol:
    r"""One quantum van der Pol oscillator under a drive.

    ``H = detuning a^dag a + kerr a^dag^2 a^2 + drive (e^{i drive_phase} a^dag + h.c.)
    + i squeezing (a^2 - a^dag^2)`` in the frame of the drive, with the dissipators
    ``gain D[a^dag] + nonlinear_damping D[a^2] + linear_damping ((thermal_quanta + 1) D[a]
    + thermal_quanta D[a^dag])``: Lee and Sadeghpour, PRL 111, 234101 (2013), Walter, Nunnenkamp
    and Bruder, PRL 112, 094102 (2014); the Kerr term of Loerch et al., PRL 117, 073601 (2016), and
    the squeezing drive of Sonar et al., PRL 120, 163601 (2018). The mean field is
    ``d beta/dt = (gain - linear_damping)/2 beta - nonlinear_damping |beta|^2 beta - i (detuning
    + 2 kerr |beta|^2) beta - i drive e^{i drive_phase} - 2 squeezing beta*``. All parameters but
    ``levels`` may be arrays that broadcast.

    For nonlinear_damping -> infinity two levels are left, which gain lifts at its rate and which
    fall at twice this rate: |1> is lifted to |2>, and falls to |0> at once.

    Parameters
    ----------
    drive : float, default 0.5, range 0 to 2
        Strength of the drive (units of gain).
    detuning : float, default 0, range -3 to 3
        Frequency of the oscillator minus that of the drive (units of gain).
    gain : float >= 0, default 1, range 0 to 3
        Rate of one-quantum gain; 1 makes it the unit of all rates.
    nonlinear_damping : float >= 0, default 0.2, range 0.05 to 100 log
        Rate of the loss of pairs of quanta; the limit cycle has gain/(2 nonlinear_damping) quanta
        (units of gain).
    linear_damping : float >= 0, default 0, range 0 to 5
        Rate of the loss of single quanta into a thermal bath (units of gain).
    kerr : float, default 0, range -10 to 10
        Kerr term: the transition from n to n+1 is resonant at detuning = -2 kerr n (units of
        gain).
    squeezing : float, default 0, range -1 to 1
        Strength of the squeezing drive, at twice the frequency of the drive (units of gain).
    drive_phase : float, default 0, range -pi to pi
        Phase of the drive, relative to that of the squeezing drive (units of rad).
    thermal_quanta : float >= 0, default 0, range 0 to 5
        Mean number of quanta in the bath of linear_damping.
    levels : int >= 2, default None, range 4 to 60
        Levels of the mode. By default as many as leave less than 1e-18 of the undriven state out,
        moved by the drive's amplitude at resonance; of a batch the largest number, at most 200.
        What the cut-off changes stands in the state's ``truncation``.

    Returns
    -------
    VanDerPol
        A `Lindbladian` on ``Space(M=Fock(levels))`` with measures ``quanta``, ``amplitude``,
        ``amplitude_over_sqrt_quanta`` and ``g2`` in `compute` and `sweep`, beside those of all
        steady states.

    Raises
    ------
    InvalidArgumentError, NonFiniteError, BroadcastError
        If a parameter is not a real number, or a rate is negative.
    InvalidArgumentError
        If ``levels`` is no whole number of at least 2, or is not given and gain exceeds the only
        damping.

    Examples
    --------
    In the quantum regime the oscillator follows the drive less well:

    >>> import quantsync as qs
    >>> names = ["quanta", "amplitude_over_sqrt_quanta"]
    >>> found = qs.sweep("van_der_pol", {"nonlinear_damping": [0.1, 1.0, 10.0]}, names)
    >>> print(found.quanta.values.round(4), found.amplitude_over_sqrt_quanta.values.round(4))
    [7.0603 1.2104 0.4571] [0.83   0.5647 0.265 ]
    """
    detuning, kerr, drive, squeezing, drive_phase = real_parameters(
        detuning=detuning, kerr=kerr, drive=drive, squeezing=squeezing, drive_phase=drive_phase
    )
    gain, nonlinear_damping, linear_damping, thermal_quanta = rate_parameters(
        gain=gain,
        nonlinear_damping=nonlinear_damping,
        linear_damping=linear_damping,
        thermal_quanta=thermal_quanta,
    )
    require_joint(
        drive=drive,
        drive_phase=drive_phase,
        squeezing=squeezing,
        gain=gain,
        nonlinear_damping=nonlinear_damping,
        linear_damping=linear_damping,
        thermal_quanta=thermal_quanta,
    )
    loss, heating = linear_damping * (thermal_quanta + 1), linear_damping * thermal_quanta

    def needed() -> int:
        # Squeezing amplifies one quadrature at most as fast as this gain.
        return needed_levels(gain + heating + 4 * np.abs(squeezing), loss, nonlinear_damping, drive)

    space = Space(M=mode_parameter(levels, needed))
    a, b = space["M"].destroy, space["M"].create
    return VanDerPol(
        space,
        hamiltonian=[
            (detuning, space["M"].number),
            (kerr, b @ b @ a @ a),
            (drive * np.cos(drive_phase), b + a),
            (drive * np.sin(drive_phase), 1j * (b - a)),
            (squeezing, 1j * (a @ a - b @ b)),
        ],
        dissipators=[(gain + heating, b), (nonlinear_damping, a @ a), (loss, a)],
    )
