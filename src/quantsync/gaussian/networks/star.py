"""Probes coupled to the normal modes of their environment: all that their dynamics depends on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quantsync.gaussian._thermal_states import thermal_variance
from quantsync.gaussian.networks._bordered import bordered_spectrum
from quantsync.lazy import lazy


@dataclass(frozen=True, eq=False)
class Star:
    """P probes, each coupled to M independent environment modes, in mass-weighted coordinates.

    ``H = p.p/2 + x.corner.x/2 + sum_j (P_j^2 + W_j^2 Q_j^2)/2 + sum_pj couplings_pj x_p Q_j``, as
    Eqs. (A1)-(A3) of Benedetti et al. (2016) with the probes' own coordinates in place of their
    normal modes. Obtained from `HarmonicNetwork.star`.

    Attributes
    ----------
    corner : ndarray of shape (P, P)
        Stiffness of the probes.
    couplings : ndarray of shape (P, M)
        Coupling of each probe to each environment mode.
    environment : ndarray of shape (M,)
        Frequencies W_j of the environment without the probes, ascending.
    masses : ndarray of shape (P,)
        Masses of the probes; their own coordinates are ``x/sqrt(m)`` and ``sqrt(m) p``.

    Examples
    --------
    >>> import quantsync as qs
    >>> chain = qs.HarmonicNetwork.chain(2, frequency=0.5, coupling=0.4)
    >>> star = chain.with_probes([1.0], nodes=[1], strengths=0.1).star()
    >>> print((star.environment**2).round(6), star.couplings.round(6))
    [0.65 1.45] [[0.070711 0.070711]]
    """

    corner: np.ndarray
    couplings: np.ndarray
    environment: np.ndarray
    masses: np.ndarray

    @lazy
    def spectrum(self) -> tuple[np.ndarray, np.ndarray]:
        """Frequencies of all modes, (N,), ascending, and the probes' rows of them, (P, N)."""
        values, rows = bordered_spectrum(self.environment**2, self.couplings, self.corner)
        return np.sqrt(values), rows

    def position_variance(self, temperature: float = 0.0) -> np.ndarray:
        """``<Q_j^2> = coth(W_j/2T)/(2 W_j)`` of the environment's own thermal state, shape (M,)."""
        return thermal_variance(self.environment, temperature) / self.environment

    def __repr__(self) -> str:
        probes, modes = self.couplings.shape
        return f"<Star of {probes} probes and {modes} environment modes>"
