"""Two coupled quantum van der Pol oscillators (Lee, Chan and Wang; Walter et al.)."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from quantsync.lindblad.lindbladian import Lindbladian
from quantsync.measures.expectation import expectation
from quantsync.models._modes import mode_measures, mode_parameter, needed_levels, quotient
from quantsync.models._parameters import rate_parameters, real_parameters, require_joint
from quantsync.operators import Space
from quantsync.system import Measure, table_of


def _quanta(state: Any) -> tuple[Any, Any]:
    a, b = (expectation(state, state.space[site].number).real for site in "AB")
    return a, b


def _coherence(state: Any) -> Any:
    return expectation(state, state.space["A"].create @ state.space["B"].destroy) + 0j


def _relative_coherence(state: Any) -> Any:
    a, b = _quanta(state)
    return quotient(abs(_coherence(state)), np.sqrt(np.maximum(a * b, 0)))


def _cross_g2(state: Any) -> Any:
    a, b = _quanta(state)
    both = expectation(state, state.space["A"].number @ state.space["B"].number).real
    return quotient(both, a * b)


class VanDerPolPair(Lindbladian):
    """Pairs of van der Pol oscillators; returned by `van_der_pol_pair`."""

    measures: ClassVar = (
        mode_measures("A", "_a", "A")
        | mode_measures("B", "_b", "B")
        | table_of(
            Measure("coherence", "<a^dag b>, complex", "1", _coherence),
            Measure(
                "relative_coherence",
                "|<a^dag b>|/sqrt(<n_A><n_B>), 1 at most; undefined in the vacuum",
                "1",
                _relative_coherence,
                may_be_undefined=True,
            ),
            Measure(
                "cross_g2",
                "<n_A n_B>/(<n_A><n_B>); undefined in the vacuum",
                "1",
                _cross_g2,
                may_be_undefined=True,
            ),
        )
    )


def van_der_pol_pair(
    dissipative_coupling: Any = 1.0,
    coupling: Any = 0.0,
    detuning: Any = 0.0,
    gain: Any = 1.0,
    nonlinear_damping: Any = 3.0,
    linear_damping: Any = 0.0,
    kerr: Any = 0.0,
    drive: Any = 0.0,
    drive_detuning: Any = 0.0,
    levels: int | None = None,
) -> VanDerPolPair:
    r"""Two coupled quantum van der Pol oscillators, one of which may be driven.

    ``H = (drive_detuning + detuning/2) a^dag a + (drive_detuning - detuning/2) b^dag b
    + kerr (a^dag^2 a^2 + b^dag^2 b^2) + coupling (a^dag b + b^dag a) + drive (a + a^dag)``, with
    the dissipators ``gain D[.^dag] + nonlinear_damping D[.^2] + linear_damping D[.]`` of each and
    ``dissipative_coupling D[a - b]`` of both: Lee, Chan and Wang, PRE 89, 022913 (2014), and
    Walter, Nunnenkamp and Bruder, Ann. Phys. (Berlin) 527, 131 (2015). Dissipative coupling damps
    the difference of the amplitudes, and so favours equal phases. All parameters but ``levels``
    may be arrays that broadcast.

    For nonlinear_damping -> infinity each oscillator has two levels left, as in `van_der_pol`, and
    a and b are their lowering operators.

    Parameters
    ----------
    dissipative_coupling : float >= 0, default 1, range 0 to 10
        Rate V of the loss of a - b (units of gain).
    coupling : float, default 0, range -3 to 3
        Coherent coupling g (units of gain).
    detuning : float, default 0, range -5 to 5
        Frequency of A minus that of B (units of gain).
    gain : float >= 0, default 1, range 0.1 to 3
        Rate of one-quantum gain of each; 1 makes it the unit of all rates.
    nonlinear_damping : float >= 0, default 3, range 1 to 100 log
        Rate of the loss of pairs of quanta from each (units of gain).
    linear_damping : float >= 0, default 0, range 0 to 5
        Rate of the loss of single quanta from each (units of gain).
    kerr : float, default 0, range -10 to 10
        Kerr term of each (units of gain).
    drive : float, default 0, range 0 to 0.5
        Strength of a drive on A (units of gain).
    drive_detuning : float, default 0, range -5 to 5
        Mean frequency of the oscillators minus that of the drive; matters to a drive only (units
        of gain).
    levels : int >= 2, default None, range 3 to 12
        Levels of each mode. By default as many as each would need by itself, see `van_der_pol`.
        Two modes of 20 levels take as long as one of 400.

    Returns
    -------
    VanDerPolPair
        A `Lindbladian` on ``Space(A=Fock(levels), B=Fock(levels))`` with measures ``coherence``,
        ``relative_coherence``, ``cross_g2``, and ``quanta``, ``amplitude``,
        ``amplitude_over_sqrt_quanta`` and ``g2`` with ``_a`` and ``_b`` in `compute` and `sweep`,
        beside those of all steady states.

    Raises
    ------
    InvalidArgumentError, NonFiniteError, BroadcastError
        If a parameter is not a real number, or a rate is negative.
    InvalidArgumentError
        If ``levels`` is no whole number of at least 2, or is not given and gain exceeds the only
        damping.

    Examples
    --------
    Dissipation locks the phases, and detuning keeps them apart:

    >>> import quantsync as qs
    >>> axes, names = {"detuning": [0.0, 1.0]}, ["coherence", "relative_coherence"]
    >>> found = qs.sweep("van_der_pol_pair", axes, names)
    >>> print(found.coherence.values.round(4), found.relative_coherence.values.round(4))
    [0.1623+0.j     0.1387+0.0542j] [0.3418 0.3178]
    """
    dissipative_coupling, gain, nonlinear_damping, linear_damping = rate_parameters(
        dissipative_coupling=dissipative_coupling,
        gain=gain,
        nonlinear_damping=nonlinear_damping,
        linear_damping=linear_damping,
    )
    coupling, detuning, kerr, drive, drive_detuning = real_parameters(
        coupling=coupling, detuning=detuning, kerr=kerr, drive=drive, drive_detuning=drive_detuning
    )
    require_joint(
        gain=gain, linear_damping=linear_damping, nonlinear_damping=nonlinear_damping, drive=drive
    )
    site = mode_parameter(
        levels, lambda: needed_levels(gain, linear_damping, nonlinear_damping, drive)
    )
    space = Space(A=site, B=site)
    a, b = space["A"].destroy, space["B"].destroy
    modes = (a, b)
    return VanDerPolPair(
        space,
        hamiltonian=[
            (detuning / 2, space["A"].number - space["B"].number),
            (drive_detuning, space["A"].number + space["B"].number),
            (kerr, sum(m.T @ m.T @ m @ m for m in modes)),
            (coupling, a.T @ b + b.T @ a),
            (drive, a + a.T),
        ],
        dissipators=[
            *((gain, m.T) for m in modes),
            *((nonlinear_damping, m @ m) for m in modes),
            *((linear_damping, m) for m in modes),
            (dissipative_coupling, a - b),
        ],
    )
