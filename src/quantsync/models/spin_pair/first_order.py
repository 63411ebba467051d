r"""First-order theory of the spin-1 pair: Eqs. (4)-(8) of Roulet and Bruder (2018).

The state is rho_0 + epsilon mu with rho_0 = |0,0><0,0|; only mu_+- = <+-1,-+1| mu |0,0> are
driven. Everything is written for any detuning and any time after switching the coupling on;
the paper's (6) and (8) are resonance and the limit of long times. All arguments broadcast: numbers
or arrays, the parameters as those of `spin_pair`, phases in radians, and the time since the
coupling is on, infinite by default. Results have the broadcast shape.
"""

from __future__ import annotations

from typing import Any

import numpy as np

LOCKING_COEFFICIENT = 9 * np.pi / 128
"""Weight of a coherence <+-1,-+1|rho|0,0> in S_rel, Eq. (5)."""


def mu_plus(damping_a: Any, gain_b: Any, detuning: Any = 0.0, time: Any = np.inf) -> Any:
    r"""Coherence ``mu_+ = <1,-1|mu|0,0>``, the solution of Eq. (4) from mu = 0.

    ``mu_+(t) = (1 - e^{-kappa t})/kappa`` with ``kappa = (damping_a + gain_b)/2 + i detuning``,
    the rates that return |1,-1> to the limit cycles.

    Examples
    --------
    >>> complex(mu_plus(1.0, 1.0)), complex(mu_plus(1.0, 1.0, time=0.0))
    ((1+0j), 0j)
    """
    kappa = (np.asarray(damping_a) + np.asarray(gain_b)) / 2 + 1j * np.asarray(detuning)
    return _driven_coherence(kappa, time)


def mu_minus(gain_a: Any, damping_b: Any, detuning: Any = 0.0, time: Any = np.inf) -> Any:
    r"""Coherence ``mu_- = <-1,1|mu|0,0>``.

    ``mu_-(t) = -(1 - e^{-kappa t})/kappa`` with ``kappa = (gain_a + damping_b)/2 - i detuning``.

    Examples
    --------
    >>> complex(mu_minus(100.0, 100.0)).real
    -0.01
    """
    kappa = (np.asarray(gain_a) + np.asarray(damping_b)) / 2 - 1j * np.asarray(detuning)
    return -_driven_coherence(kappa, time)


def _driven_coherence(kappa: Any, time: Any) -> Any:
    """(1 - e^{-kappa t})/kappa, which is t where nothing damps or rotates the coherence."""
    kappa, time = np.broadcast_arrays(kappa, np.asarray(time, dtype=float))
    finite = np.where(np.isinf(time), 0, time)
    decayed = np.where(np.isinf(time), 1, -np.expm1(-kappa * finite))
    free = kappa == 0
    return np.where(free, time, decayed / np.where(free, 1, kappa))


def synchronization_first_order(
    phi: Any,
    epsilon: Any,
    gain_a: Any,
    damping_a: Any,
    gain_b: Any,
    damping_b: Any,
    detuning: Any = 0.0,
    time: Any = np.inf,
) -> Any:
    r"""``S_rel(phi) = (9 pi/128) epsilon Re[e^{i phi} (mu_+ + mu_-^*)]``, Eqs. (5) and (6).

    Examples
    --------
    >>> round(float(synchronization_first_order(0.0, 0.1, 100, 1, 1, 100)), 6)
    0.021868
    """
    plus = mu_plus(damping_a, gain_b, detuning, time)
    coherence = plus + np.conj(mu_minus(gain_a, damping_b, detuning, time))
    rotated = np.real(np.exp(1j * np.asarray(phi)) * coherence)
    return LOCKING_COEFFICIENT * np.asarray(epsilon) * rotated


def locking_rate_first_order(
    phi: Any,
    time: Any,
    epsilon: Any,
    gain_a: Any,
    damping_a: Any,
    gain_b: Any,
    damping_b: Any,
    detuning: Any = 0.0,
) -> Any:
    r"""Rate of change of S_rel(phi), Eq. (5).

    ``(9 pi epsilon/128) (e^{-(damping_a + gain_b) t/2} - e^{-(gain_a + damping_b) t/2})
    cos(phi - detuning t)``.

    Examples
    --------
    >>> float(locking_rate_first_order(0.3, 0.0, 0.1, 100, 1, 1, 100))
    0.0
    """
    t = np.asarray(time)
    plus = np.exp(-(np.asarray(damping_a) + np.asarray(gain_b)) * t / 2)
    minus = np.exp(-(np.asarray(gain_a) + np.asarray(damping_b)) * t / 2)
    wave = np.cos(np.asarray(phi) - np.asarray(detuning) * t)
    return LOCKING_COEFFICIENT * np.asarray(epsilon) * (plus - minus) * wave


def negativity_first_order(
    epsilon: Any,
    gain_a: Any,
    damping_a: Any,
    gain_b: Any,
    damping_b: Any,
    detuning: Any = 0.0,
    time: Any = np.inf,
) -> Any:
    r"""``N = epsilon (|mu_+| + |mu_-|)``, Eq. (8).

    Examples
    --------
    >>> round(float(negativity_first_order(0.1, 100, 1, 1, 100)), 12)
    0.101
    """
    plus = mu_plus(damping_a, gain_b, detuning, time)
    minus = mu_minus(gain_a, damping_b, detuning, time)
    return np.asarray(epsilon) * (np.abs(plus) + np.abs(minus))


def state_first_order(
    epsilon: Any,
    gain_a: Any,
    damping_a: Any,
    gain_b: Any,
    damping_b: Any,
    detuning: Any = 0.0,
    time: Any = np.inf,
) -> np.ndarray:
    r"""The pure state ``|Psi> ~ |0,0> + eps mu_+ |1,-1> + eps mu_- |-1,1>``, Eq. (7), normalised.

    Shape (..., 9), complex, on ``Space(A=Spin(1), B=Spin(1))``. It gives coherences, S_rel and the
    negativity to first order. Populations, and with them the mutual information, need the second
    order: use the exact steady state for those.

    Examples
    --------
    >>> import quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1), B=qs.Spin(1))
    >>> psi = state_first_order(0.1, 1, 1, 1, 1)
    >>> print(qs.schmidt_coefficients(psi, space, "A").round(4))
    [0.9901 0.099  0.099 ]
    """
    plus = np.asarray(epsilon) * mu_plus(damping_a, gain_b, detuning, time)
    minus = np.asarray(epsilon) * mu_minus(gain_a, damping_b, detuning, time)
    plus, minus = np.broadcast_arrays(plus, minus)
    psi = np.zeros((*plus.shape, 9), dtype=complex)
    # Basis |m_A, m_B> with m = 1, 0, -1: |1,-1> is 2, |0,0> is 4, |-1,1> is 6.
    psi[..., 2], psi[..., 4], psi[..., 6] = plus, 1.0, minus
    return psi / np.linalg.norm(psi, axis=-1, keepdims=True)
