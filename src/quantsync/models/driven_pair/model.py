"""Two spins in thermal baths, one of them driven (Vaidya et al., PRA 109, 033718 (2024))."""

from __future__ import annotations

from typing import Any

import numpy as np

from quantsync.lindblad.lindbladian import Lindbladian
from quantsync.models._parameters import rate_parameters, real_parameters, spin_parameter
from quantsync.models.driven_pair.measures import DRIVEN_PAIR_MEASURES
from quantsync.models.driven_pair.study import DrivenPairStudy
from quantsync.operators import Space

PARAMETERS = (
    "gain_a",
    "damping_a",
    "gain_b",
    "damping_b",
    "coupling",
    "drive",
    "drive_detuning",
    "qudit_detuning",
    "dephasing",
)


def driven_pair(
    gain_a: Any = 0.4,
    damping_a: Any = 0.6,
    gain_b: Any = 0.75,
    damping_b: Any = 0.25,
    coupling: Any = 1.0,
    drive: Any = 0.0,
    drive_detuning: Any = 0.0,
    qudit_detuning: Any = 0.0,
    dephasing: Any = 0.0,
    spin: float = 1 / 2,
) -> DrivenPair:
    r"""The composite oscillator: two coupled spins in thermal baths of either sign, A driven.

    ``H = drive_detuning Sz_A + (drive_detuning + qudit_detuning) Sz_B
    + (coupling/2)(S+_A S-_B + h.c.) + (drive/2)(S+_A + S-_A)`` in the frame of the drive, and for
    each spin j the dissipators ``gain_j D[S+] + damping_j D[S-] + 2 dephasing D[Sz]``: Eqs. (2),
    (4) and (C1) of Vaidya et al. A bath with gain above damping has a negative temperature. The
    defaults are their Fig. 3, in units of gain + damping of each spin. All parameters but
    ``spin`` may be arrays that broadcast.

    Parameters
    ----------
    gain_a : float >= 0, default 0.4, range 0 to 1
        Gain rate w_A of spin A (units of Gamma).
    damping_a : float >= 0, default 0.6, range 0 to 1
        Damping rate gamma_A of spin A (units of Gamma).
    gain_b : float >= 0, default 0.75, range 0 to 1
        Gain rate w_B of spin B (units of Gamma).
    damping_b : float >= 0, default 0.25, range 0 to 1
        Damping rate gamma_B of spin B (units of Gamma).
    coupling : float, default 1, range 0 to 5
        Exchange coupling g (units of Gamma).
    drive : float, default 0, range 0 to 1
        Strength epsilon of the drive on spin A; 0 is the undriven oscillator, of which measures
        of the response take the limit (units of Gamma).
    drive_detuning : float, default 0, range -4 to 4
        Delta_d = omega_A - omega_d (units of Gamma).
    qudit_detuning : float, default 0, range -4 to 4
        Delta_q = omega_B - omega_A (units of Gamma).
    dephasing : float >= 0, default 0, range 0 to 1
        Dephasing rate gamma_phi of each spin, D[sqrt(2 gamma_phi) Sz] (units of Gamma).
    spin : half-integer, default 1/2, range 1/2 to 3/2
        Spin quantum number S of both spins: 1/2 for qubits, 1 for qutrits.

    Returns
    -------
    DrivenPair
        A `Lindbladian` on ``Space(A=Spin(spin), B=Spin(spin))``, with measures of its response in
        `compute` and `sweep`: ``quantsync list measures driven_pair``.

    Raises
    ------
    InvalidArgumentError, NonFiniteError, BroadcastError
        If a parameter is not a real number, or a rate is negative.
    InvalidArgumentError
        If ``spin`` is not 1/2, 1, 3/2, ...

    Examples
    --------
    >>> import quantsync as qs
    >>> steady = qs.steady_state(qs.models.driven_pair(drive=0.1))
    >>> print(qs.phase_response(steady, "A").round(12))
    -0.00240161146j
    """
    drive_detuning, qudit_detuning, coupling, drive = real_parameters(
        drive_detuning=drive_detuning, qudit_detuning=qudit_detuning, coupling=coupling, drive=drive
    )
    gain_a, damping_a, gain_b, damping_b, dephasing = rate_parameters(
        gain_a=gain_a,
        damping_a=damping_a,
        gain_b=gain_b,
        damping_b=damping_b,
        dephasing=dephasing,
    )
    site = spin_parameter(spin)
    space = Space(A=site, B=site)
    a, b = space["A"], space["B"]
    return DrivenPair(
        space,
        hamiltonian=[
            (drive_detuning, a.z + b.z),
            (qudit_detuning, b.z),
            (coupling / 2, a.plus @ b.minus + a.minus @ b.plus),
            (drive / 2, a.plus + a.minus),
        ],
        dissipators=[
            (gain_a, a.plus),
            (damping_a, a.minus),
            (gain_b, b.plus),
            (damping_b, b.minus),
            (2 * dephasing, a.z),
            (2 * dephasing, b.z),
        ],
    )


class DrivenPair(Lindbladian):
    """Driven pairs of spins; returned by `driven_pair`."""

    measures = DRIVEN_PAIR_MEASURES

    @property
    def spin(self) -> float:
        """Spin quantum number of both spins."""
        return (self.space.dimensions[0] - 1) / 2

    @property
    def parameters(self) -> dict[str, np.ndarray]:
        """The other parameters of `driven_pair`, one value for each system, shape (size,)."""
        detuning, difference, exchange, strength, *rates = self.coefficient_table().T
        values = (*rates[:4], 2 * exchange, 2 * strength, detuning, difference, rates[4] / 2)
        return dict(zip(PARAMETERS, values, strict=True))

    def with_parameters(self, **changes: Any) -> DrivenPair:
        """The systems, as a batch of one dimension, with other values of some parameters."""
        return driven_pair(**{**self.parameters, **changes}, spin=self.spin)

    def study(self, workers: int | None = None) -> DrivenPairStudy:
        """What is asked of the pair beside its steady state: response, entropic synchronization.

        Parameters
        ----------
        workers : int, optional
            Number of threads; every available core by default.

        Examples
        --------
        >>> import quantsync as qs
        >>> study = qs.models.driven_pair(coupling=[0.0, 1.0]).study()
        >>> print(abs(study.phase_response("A")).round(6))
        [0.2      0.024647]
        """
        return DrivenPairStudy(self, workers=workers)
