"""A pumped two-level atom in a cavity: the one-atom laser (Mu and Savage)."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from quantsync.errors import InvalidArgumentError
from quantsync.lindblad.lindbladian import Lindbladian
from quantsync.measures.expectation import expectation
from quantsync.models._modes import (
    MOST_LEVELS,
    levels_of,
    mode_measures,
    mode_parameter,
    most_levels,
)
from quantsync.models._parameters import rate_parameters, real_parameters, require_joint
from quantsync.operators import Space, Spin
from quantsync.system import Measure, table_of


class SpinMode(Lindbladian):
    """One-atom lasers; returned by `spin_mode`."""

    measures: ClassVar = mode_measures("M") | table_of(
        Measure(
            "inversion",
            "<sigma_z> = 2 <S_z> of the spin",
            "1",
            lambda state: 2 * expectation(state, state.space["S"].z).real,
        ),
        Measure(
            "coherence",
            "<S+ a>, complex",
            "1",
            lambda state: expectation(state, state.space["S"].plus @ state.space["M"].destroy) + 0j,
        ),
    )


def spin_mode(
    coupling: Any = 2.0,
    pump: Any = 3.0,
    detuning: Any = 0.0,
    loss: Any = 1.0,
    decay: Any = 0.0,
    levels: int | None = None,
) -> SpinMode:
    r"""A spin 1/2 and a mode, the one-atom laser.

    ``H = detuning Sz + coupling (S+ a + S- a^dag)`` in the frame of the mode, with the dissipators
    ``pump D[S+] + decay D[S-] + loss D[a]``: Mu and Savage, PRA 46, 5944 (1992). Neither has a
    phase of its own; their relative phase, ``phi_S - phi_M``, is locked where light is emitted. In
    a space of both, the phase of the mode is -arg(alpha). All parameters but ``levels`` may be
    arrays that broadcast.

    Parameters
    ----------
    coupling : float, default 2, range 0 to 10
        Jaynes-Cummings coupling g (units of loss).
    pump : float >= 0, default 3, range 0.01 to 100 log
        Rate P at which the spin is lifted incoherently (units of loss).
    detuning : float, default 0, range -10 to 10
        Frequency of the spin minus that of the mode (units of loss).
    loss : float >= 0, default 1, range 0.1 to 10 log
        Loss rate kappa of the mode; 1 makes it the unit of all rates.
    decay : float >= 0, default 0, range 0 to 5
        Decay rate gamma of the spin into other modes (units of loss).
    levels : int >= 2, default None, range 4 to 60
        Levels of the mode. By default as many as leave less than 1e-18 out of a state with as
        many quanta as the pump can feed; of a batch the largest number, at most 200.

    Returns
    -------
    SpinMode
        A `Lindbladian` on ``Space(S=Spin(1/2), M=Fock(levels))`` with measures ``quanta``,
        ``amplitude``, ``amplitude_over_sqrt_quanta`` and ``g2`` of the mode, ``inversion`` and
        ``coherence`` in `compute` and `sweep`, beside those of all steady states.

    Raises
    ------
    InvalidArgumentError, NonFiniteError, BroadcastError
        If a parameter is not a real number, or a rate is negative.
    InvalidArgumentError
        If ``levels`` is no whole number of at least 2, or is not given and there is no loss.

    Examples
    --------
    A weak pump gives antibunched light. A strong one quenches the laser:

    >>> import quantsync as qs
    >>> found = qs.sweep("spin_mode", {"pump": [0.1, 3.0, 100.0]}, ["quanta", "g2"])
    >>> print(found.quanta.values.round(4), found.g2.values.round(4))
    [0.0909 1.3709 0.1869] [0.674  0.9426 1.9236]
    """
    coupling, detuning = real_parameters(coupling=coupling, detuning=detuning)
    pump, loss, decay = rate_parameters(pump=pump, loss=loss, decay=decay)
    require_joint(coupling=coupling, pump=pump, loss=loss, decay=decay)
    site = mode_parameter(levels, lambda: _needed_levels(coupling, pump, loss, decay))
    space = Space(S=Spin(1 / 2), M=site)
    s, a = space["S"], space["M"].destroy
    return SpinMode(
        space,
        hamiltonian=[(detuning, s.z), (coupling, s.plus @ a + s.minus @ a.T)],
        dissipators=[(pump, s.plus), (decay, s.minus), (loss, a)],
    )


def _needed_levels(
    coupling: np.ndarray, pump: np.ndarray, loss: np.ndarray, decay: np.ndarray
) -> int:
    """Levels that hold all members of a batch that have a steady state."""
    coupling, pump, loss, decay = (
        np.ravel(values) for values in np.broadcast_arrays(coupling, pump, loss, decay)
    )
    stable = (loss > 0) | (pump == 0) | (coupling == 0)
    if loss.size and not stable.any():
        raise InvalidArgumentError(
            f"Parameter `loss` must be > 0, but is {loss[0]:g}: a mode that is fed and loses "
            "nothing has no steady state. Give `levels` to follow the growth."
        )
    fed = stable & (pump > 0) & (coupling != 0)
    coupling, pump, loss, decay = (v[fed] for v in (coupling, pump, loss, decay))
    # No state of N quanta, those of the spin included, is fed faster than by the pump, which lifts
    # it, and the mode is fed at twice the rate of a broad line at most: p_N+1/p_N is below both.
    n = np.arange(1.0, MOST_LEVELS)[:, None]
    ratios = np.minimum(pump / (loss * n), 8 * coupling**2 / (loss * (pump + decay)))
    return most_levels(levels_of(ratios) + 2)
