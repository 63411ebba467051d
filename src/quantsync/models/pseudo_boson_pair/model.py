"""Two spin chains as pseudo-bosons beside a frozen central spin (Ghildiyal et al. (2024))."""

from __future__ import annotations

from typing import Any

from quantsync.checks import text_array
from quantsync.models._parameters import real_parameters
from quantsync.models.pseudo_boson_pair.run import PseudoBosonPair


def pseudo_boson_pair(
    variant: Any = "lab",
    spins_1: Any = 5.0,
    spins_2: Any = 5.0,
    coupling_1: Any = 1.5,
    coupling_2: Any = 2.4,
    sigma_z: Any = -0.1,
    frequency_1: Any = 1.0,
    frequency_2: Any = 0.8,
    linear_damping: Any = 1e-3,
    nonlinear_damping: Any = 2e-3,
    weight: Any = 0.0,
    thermal_phonons: Any = 0.0,
    gain: Any = 0.0,
    q1: Any = 1.0,
    p1: Any = 0.0,
    q2: Any = 1.0,
    p2: Any = 0.0,
    time: Any = 100.0,
) -> PseudoBosonPair:
    r"""Two spin chains as pseudo-bosons, coupled through a frozen central spin.

    Ghildiyal, Manju, Dasgupta and Biswas, arXiv:2408.06126: mean amplitudes beta_j and the
    covariance of the fluctuations about them, from the vacuum's. With A_j = 1 - b_j^dag b_j/4N_j
    and X = sum_j g_j (|beta_j|^2 - N_j)/sqrt(N_j), which is evaluated with the amplitudes of the
    moment but not differentiated, the chains have
    ``H = (<sigma_z>/X) (sum_j g_j^2 b_j^dag A_j^2 b_j + P_1 P_2^dag + P_2 P_1^dag)`` with
    ``P_j = g_j b_j^dag A_j``, detuned by omega_j B_j, ``B_j = lambda^2 (1 - 1/2N_j) + 1/N_j``, in
    the frame of their mean frequency.

    The printed equations contradict each other, so that there are four variants. "literal" has
    (B1), (B2), (C1), (12) and (20) as printed, with D = diag(V1, V1, V2, V2) and without F(t).
    "corrected" puts the misprints right: M is the Jacobian of the corrected (B) at frozen X;
    damping and D as printed, which violate the uncertainty relation. "consistent" has one jump
    operator a mode, ``L_j = sqrt(gamma_l) b_j + (sqrt(gamma_nl)/N_j) b_j^dag b_j^2``, for damping
    and noise. "lab" in addition keeps the Kerr term -omega_j lambda^2 (b_j^dag b_j)^2/2N_j in H
    instead of phases that grow with time. All four lose energy: with gain = 0 there is no limit
    cycle, and every run of the last three ends in the vacuum, where S_q = 1/(2 nbar + 1).

    A fifth, "exact", is no approximation: the central spin 1/2 and the collective spins of
    Eqs. (1) to (3), as in `central_spin_chains`, with the jump operators of "consistent", where
    ``b_j = J_j-/sqrt(N_j)``. Up to some nine spins in each chain; <sigma_z> is that at the start.
    These are bosons for few quanta only: S_q may exceed 1 and nu_min fall below 1/2.

    Parameters
    ----------
    variant : {"lab", "consistent", "corrected", "literal", "exact"}, default "lab"
        Which equations; the docstring of the model tells them apart.
    spins_1 : int > 0, default 5, range 2 to 20
        Number N_1 of spins in the first chain.
    spins_2 : int > 0, default 5, range 2 to 20
        Number N_2 of spins in the second chain.
    coupling_1 : float, default 1.5, range 0 to 5
        Coupling g_1 of the first chain to the central spin (units of frequency_1).
    coupling_2 : float, default 2.4, range 0 to 5
        Coupling g_2 of the second chain to the central spin (units of frequency_1).
    sigma_z : float, default -0.1, range -1 to 1
        <sigma_z> of the central spin, frozen; 0 switches the coupling off.
    frequency_1 : float, default 1, range 0.1 to 2
        Frequency omega_1 of the first chain's spins; 1 makes it the unit of all rates.
    frequency_2 : float, default 0.8, range 0.1 to 2
        Frequency omega_2 of the second chain's spins (units of frequency_1).
    linear_damping : float >= 0, default 0.001, range 0.0001 to 0.1 log
        Rate gamma_l of linear damping (units of frequency_1).
    nonlinear_damping : float >= 0, default 0.002, range 0.0001 to 0.1 log
        Rate gamma_nl of nonlinear damping (units of frequency_1).
    weight : float, default 0, range 0 to 1
        Weight lambda of the coupling between the spins of a chain.
    thermal_phonons : float >= 0, default 0, range 0 to 5
        Mean number nbar of quanta in the baths.
    gain : float >= 0, default 0, range 0 to 0.01
        NOT IN THE PAPER: rate of jump operators b_j^dag, a linear gain that makes limit cycles
        possible (units of frequency_1).
    q1 : float, default 1, range -2 to 2
        Mean position of the first chain's mode at t = 0; beta = (q + i p)/sqrt2.
    p1 : float, default 0, range -2 to 2
        Mean momentum of the first chain's mode at t = 0.
    q2 : float, default 1, range -2 to 2
        Mean position of the second chain's mode at t = 0.
    p2 : float, default 0, range -2 to 2
        Mean momentum of the second chain's mode at t = 0.
    time : float >= 0, default 100, range 0 to 1000
        Time at which the chains are looked at (units of 1/frequency_1).

    Returns
    -------
    PseudoBosonPair
        With measures ``q1``, ``p1``, ``q2``, ``p2``, ``S_q``, ``S_q_phi``, ``S_phase``,
        ``S_q_product``, ``S_q_uncoupled``, ``S_q_excess``, ``nu_min``, ``log_negativity`` and
        ``mutual_information`` in `compute` and `sweep`.

    Raises
    ------
    UnknownNameError
        If there is no such variant.
    InvalidArgumentError
        If numbers of spins are not positive, or rates, occupations or the time negative; or when
        measured, if the literal variant starts at rest, as in the paper: a fixed point.
    InvalidArgumentError, NonFiniteError, BroadcastError
        If a parameter is no finite real number, or shapes do not fit.
    UnboundedRunError
        When measured, if a run has met the pole X = 0 before the time asked for.

    Examples
    --------
    In the paper's words this run is heading for perfect quantum synchronization. It is, on its
    way to two vacua that know nothing of each other:

    >>> import quantsync as qs
    >>> late = {"weight": 0.2, "time": 10000.0}
    >>> names = ["S_q", "S_q_product", "S_q_uncoupled"]
    >>> found = qs.compute("pseudo_boson_pair", late, names)
    >>> print({name: round(value, 2) for name, value in found.items()})
    {'S_q': 1.0, 'S_q_product': 0.99, 'S_q_uncoupled': 1.0}
    >>> pair = qs.models.pseudo_boson_pair("consistent", spins_1=[5, 10])
    >>> pair.evolve([0.0, 50.0]).covariance.shape
    (2, 2, 4, 4)
    """
    given = dict(locals())
    variants = text_array(given.pop("variant"), "variant")
    numbers = dict(zip(given, real_parameters(**given), strict=True))
    return PseudoBosonPair({"variant": variants, **numbers})
