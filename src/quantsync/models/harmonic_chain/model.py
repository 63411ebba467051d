"""Two detuned oscillators on a chain of oscillators (Benedetti et al. (2016))."""

from __future__ import annotations

from typing import Any

from quantsync.models._parameters import real_parameters
from quantsync.models.harmonic_chain.run import HarmonicChain


def harmonic_chain(
    sites: Any = 300,
    omega_1: Any = 1.0,
    omega_2: Any = 1.1,
    coupling: Any = 0.5,
    probe_coupling: Any = 0.2,
    site_1: Any = 1,
    site_2: Any = 1,
    chain_frequency: Any = 0.4,
    chain_coupling: Any = 1.2,
    x1: Any = 0.14,
    x2: Any = 1.4,
    p1: Any = 0.0,
    p2: Any = 0.0,
    squeezing_1: Any = 0.0,
    squeezing_2: Any = 0.0,
    time: Any = 300.0,
    window: Any = 15.0,
    delay: Any = 0.0,
) -> HarmonicChain:
    r"""Two detuned oscillators attached to a chain at rest, from their start to a time t.

    ``H = (p_1^2 + p_2^2 + omega_1^2 x_1^2 + omega_2^2 x_2^2 + lambda (x_1 - x_2)^2)/2 + H_E
    + K (x_1 X_m + x_2 X_n)`` with ``H_E = sum_j (P_j^2 + Omega_0^2 X_j^2)/2
    + (g/2) sum_{j=0}^{M} (X_j - X_{j+1})^2``, X_0 = X_{M+1} = 0: Eqs. (1) and (2) of Benedetti et
    al., Phys. Rev. A 94, 052118 (2016), with fixed ends, for which their App. A is exact. The chain
    starts in the ground state of H_E. All masses are 1; parameters may be arrays that broadcast.

    Parameters
    ----------
    sites : int >= 1, default 300, range 20 to 600
        Number M of oscillators in the chain.
    omega_1 : float, default 1, range 0.5 to 2
        Frequency of the first oscillator; 1 makes it the unit of all frequencies.
    omega_2 : float, default 1.1, range 0.5 to 2
        Frequency of the second oscillator (units of omega_1).
    coupling : float, default 0.5, range 0 to 1
        Spring lambda between the two (units of omega_1^2).
    probe_coupling : float, default 0.2, range 0 to 0.8
        Strength K of the coupling of both to the chain (units of omega_1^2).
    site_1 : int >= 1, default 1, range 1 to 20
        Site m, from 1 to M, to which the first oscillator is coupled.
    site_2 : int >= 1, default 1, range 1 to 20
        Site n to which the second oscillator is coupled.
    chain_frequency : float, default 0.4, range 0.1 to 1
        Frequency Omega_0 of the chain's oscillators (units of omega_1).
    chain_coupling : float, default 1.2, range 0.1 to 3
        Spring g between neighbours in the chain (units of omega_1^2).
    x1 : float, default 0.14, range -2 to 2
        Mean position of the first oscillator at t = 0 (units of omega_1^(-1/2)).
    x2 : float, default 1.4, range -2 to 2
        Mean position of the second oscillator at t = 0 (units of omega_1^(-1/2)).
    p1 : float, default 0, range -2 to 2
        Mean momentum of the first oscillator at t = 0 (units of omega_1^(1/2)).
    p2 : float, default 0, range -2 to 2
        Mean momentum of the second oscillator at t = 0 (units of omega_1^(1/2)).
    squeezing_1 : float, default 0, range -2 to 2
        Squeezing r of the first oscillator at t = 0: <x^2> is exp(2r) of the vacuum's. Correlations
        lose digits as exp(4r) in double precision: 1e-8 at r = 10.
    squeezing_2 : float, default 0, range -2 to 2
        Squeezing r of the second oscillator at t = 0.
    time : float, default 300, range 0 to 1500
        Time t at which the oscillators are looked at (units of 1/omega_1).
    window : float > 0, default 15, range 1 to 50
        Length of the window [t, t + window] of Pearson's coefficient (units of 1/omega_1).
    delay : float, default 0, range -5 to 5
        Delay of the second signal in Pearson's coefficient (units of 1/omega_1).

    Returns
    -------
    HarmonicChain
        With measures ``x1``, ``x2``, ``x1_variance``, ``x2_variance``, ``pearson``,
        ``pearson_variance``, ``log_negativity`` and ``mutual_information`` in `compute` and
        `sweep`.

    Raises
    ------
    InvalidArgumentError, NonFiniteError, BroadcastError
        If a parameter is not a finite real number, or shapes do not fit.
    InvalidArgumentError
        If ``sites``, ``site_1`` or ``site_2`` is no whole number in its range, or ``window`` is
        not positive.
    UnstableNetworkError
        When the network is first needed, if its stiffness is not positive.

    Examples
    --------
    The two oscillate in antiphase before signals come back from the far end of the chain:

    >>> import quantsync as qs
    >>> point = qs.compute("harmonic_chain", {"time": 300}, ["x1", "pearson"])
    >>> print({name: round(value, 6) for name, value in point.items()})
    {'x1': 0.558512, 'pearson': -0.999913}
    >>> pair = qs.models.harmonic_chain(sites=50)
    >>> pair.network
    <HarmonicNetwork of 52 oscillators, 2 of them probes>
    >>> pair.evolve([0.0, 10.0]).mean.shape
    (2, 4)
    """
    given = dict(locals())
    return HarmonicChain(dict(zip(given, real_parameters(**given), strict=True)))
