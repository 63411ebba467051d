r"""Generalized Langevin equation of probes in a bath of independent modes, and its kernels.

Probes q with stiffness matrix V couple to modes of frequencies Omega_j as sum_j c_aj q_a Q_j
(App. A of Benedetti et al., Phys. Rev. A 94, 052118 (2016); hbar = mass = 1). Means obey

    q'' + [V - K(0)] q + int_0^t K(t - s) q'(s) ds = -K(t) q(0),
    K_ab(t) = sum_j c_aj c_bj cos(Omega_j t)/Omega_j^2:

Eq. (A11), where K_11, K_22 are gamma_1, gamma_2 and K_12 is eta. The term on the right, the slip of
the start, is missing in the equation of Sec. II B, which holds for q(0) = 0 only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.linalg import eigh

from quantsync.checks import real_array, require_finite
from quantsync.errors import DimensionError, InvalidArgumentError, UnstableNetworkError
from quantsync.gaussian.baths.volterra import Collocation

SYMMETRIC = 1e-12  # relative asymmetry that is rounding


@dataclass(frozen=True, eq=False)
class LangevinEquation:
    r"""Probes in a bath of modes: kernels, stability, and the equation of their means.

    Parameters
    ----------
    stiffness : array_like of shape (P, P)
        Stiffness matrix V of the probes, symmetric; diagonal if the probes are given by their
        normal modes q.
    frequencies : array_like of shape (M,)
        Frequencies Omega_j > 0 of the bath.
    couplings : array_like of shape (P, M)
        c_aj, in the same basis as ``stiffness``.

    Raises
    ------
    DimensionError
        If shapes do not fit.
    InvalidArgumentError
        If the stiffness matrix is not symmetric or a frequency not positive.
    NonFiniteError
        If a number is NaN or infinite.

    Examples
    --------
    >>> import numpy as np
    >>> from quantsync.gaussian.baths.chain_bath import chain_couplings, chain_frequencies
    >>> from quantsync.gaussian.baths.langevin import LangevinEquation
    >>> from quantsync.gaussian.networks.probe_pair import probe_modes, probe_stiffness
    >>> system = LangevinEquation(probe_stiffness(1.0, 1.1, 0.5),
    ...                           chain_frequencies(300, 0.4, 1.2),
    ...                           chain_couplings(300, [1, 1], 0.2))
    >>> in_modes = system.rotated(probe_modes(1.0, 1.1, 0.5).rotation)
    >>> gamma_1, eta = in_modes.kernel(0.0)[0]
    >>> print(round(gamma_1, 6), round(eta, 6))
    0.045871 0.004764
    """

    stiffness: np.ndarray
    frequencies: np.ndarray
    couplings: np.ndarray

    def __post_init__(self) -> None:
        for name in ("stiffness", "frequencies", "couplings"):
            array = real_array(getattr(self, name), name)
            require_finite(name, array)
            object.__setattr__(self, name, array)
        stiffness, frequencies = self.stiffness, self.frequencies
        shapes = stiffness.shape, frequencies.shape, self.couplings.shape
        if len(shapes[0]) != 2 or shapes != (
            (shapes[0][0],) * 2,
            (frequencies.size,),
            (shapes[0][0], frequencies.size),
        ):
            raise DimensionError(
                "Arguments `stiffness`, `frequencies`, `couplings` must have shapes (P, P), (M,), "
                f"(P, M), but have {shapes[0]}, {shapes[1]}, {shapes[2]}."
            )
        difference = np.abs(stiffness - stiffness.T).max(initial=0.0)
        if difference > SYMMETRIC * np.abs(stiffness).max(initial=0.0):
            raise InvalidArgumentError(
                "Argument `stiffness` must be symmetric, but differs from its transpose by "
                f"{difference:.3g}."
            )
        if (frequencies <= 0).any():
            raise InvalidArgumentError(
                f"Argument `frequencies` must be > 0, but holds {frequencies.min():.6g}."
            )

    @classmethod
    def from_stiffness(cls, stiffness: Any, probes: Any) -> LangevinEquation:
        """Take some coordinates of any harmonic network as probes, and the rest as their bath.

        Parameters
        ----------
        stiffness : array_like of shape (n, n)
            Stiffness matrix of the whole (unit masses).
        probes : array_like of int
            Coordinates that are probes, counted from 0.

        Raises
        ------
        DimensionError
            If the matrix is not square.
        InvalidArgumentError
            If a probe does not exist; as the class otherwise.
        UnstableNetworkError
            If the bath alone is unstable.
        """
        whole = real_array(stiffness, "stiffness")
        if whole.ndim != 2 or whole.shape[0] != whole.shape[1]:
            raise DimensionError(f"Argument `stiffness` must be square, but has {whole.shape}.")
        require_finite("stiffness", whole)
        chosen = np.atleast_1d(np.asarray(probes))
        if chosen.dtype.kind not in "iu" or not np.isin(chosen, np.arange(len(whole))).all():
            raise InvalidArgumentError(
                f"Argument `probes` must hold coordinates from 0 to {len(whole) - 1}, but is "
                f"{chosen.tolist()}."
            )
        rest = np.setdiff1d(np.arange(len(whole)), chosen)
        squares, modes = eigh(whole[np.ix_(rest, rest)])
        if rest.size and squares[0] <= 0:
            raise UnstableNetworkError(
                f"The bath alone is unstable: its lowest squared frequency is {squares[0]:.6g}.",
                eigenvalue=float(squares[0]),
            )
        couplings = whole[np.ix_(chosen, rest)] @ modes
        return cls(whole[np.ix_(chosen, chosen)], np.sqrt(squares), couplings)

    def rotated(self, rotation: Any) -> LangevinEquation:
        """The same system for q = rotation @ x, with an orthogonal matrix."""
        rotation = real_array(rotation, "rotation")
        stiffness = rotation @ self.stiffness @ rotation.T
        return LangevinEquation(
            (stiffness + stiffness.T) / 2, self.frequencies, rotation @ self.couplings
        )

    def kernel(self, times: Any) -> np.ndarray:
        r"""K(t), Eqs. (4), (5), (A12) and (A13): gamma_s on the diagonal, eta beside it.

        Parameters
        ----------
        times : array_like of any shape
            Times >= 0; the kernel is even in t where the step function of the paper is left out.

        Returns
        -------
        ndarray of shape (*times.shape, P, P)
            In the unit of frequency squared.
        """
        times = real_array(times, "times")
        require_finite("times", times)
        scaled = self.couplings / self.frequencies
        pairs = (scaled[:, None] * scaled[None]).reshape(-1, self.frequencies.size).T
        size = len(self.stiffness)
        values = np.cos(times.reshape(-1, 1) * self.frequencies) @ pairs
        return values.reshape((*times.shape, size, size))

    def largest_stable_factor(self) -> float:
        """The factor by which all couplings can grow before the whole loses positivity.

        V - f^2 K(0) is singular there; times the probe coupling it is K_max. Infinite without
        coupling.

        Raises
        ------
        UnstableNetworkError
            If the probes are unstable by themselves.
        """
        lowest = float(np.linalg.eigvalsh(self.stiffness)[0])
        if lowest <= 0:
            raise UnstableNetworkError(
                f"The probes alone are unstable: the lowest squared frequency is {lowest:.6g}.",
                eigenvalue=lowest,
            )
        highest = float(eigh(self.kernel(0.0), self.stiffness, eigvals_only=True)[-1])
        return 1 / math.sqrt(highest) if highest > 0 else math.inf

    def solve(self, times: Any, position: Any, momentum: Any, *, slip: bool = True) -> np.ndarray:
        r"""Mean positions of the probes from the integro-differential equation (A11).

        Nothing but the kernel is used: the equation is solved step by step, by collocation at
        Gauss-Legendre nodes for the acceleration and with the whole memory as a quadrature over
        the same nodes. An independent check of the exact dynamics from normal modes, quadratic in
        the time reached; the means of the bath are zero at the start.

        Parameters
        ----------
        times : array_like of shape (T,)
            Times >= 0.
        position, momentum : array_like of shape (P,)
            Means at t = 0.
        slip : bool, default True
            Keep the term -K(t) q(0). Without it, the equation of Sec. II B.

        Returns
        -------
        ndarray of shape (T, P)
            Mean positions, to about 1e-12 of the largest.

        Raises
        ------
        DimensionError
            If the shapes do not fit.
        InvalidArgumentError
            If a time is negative.
        NonFiniteError
            If a number is NaN or infinite.
        """
        size = len(self.stiffness)
        times = real_array(times, "times")
        q = real_array(position, "position")
        v = real_array(momentum, "momentum")
        if times.ndim != 1 or q.shape != (size,) or v.shape != (size,):
            raise DimensionError(
                f"solve() needs times of shape (T,), position and momentum of shape ({size},), "
                f"but got {times.shape}, {q.shape}, {v.shape}."
            )
        for name, array in (("times", times), ("position", q), ("momentum", v)):
            require_finite(name, array)
        if (times < 0).any():
            raise InvalidArgumentError(f"Times must be >= 0, but one is {times.min():.6g}.")
        if not times.size:
            return np.empty((0, size))
        return Collocation(
            self.kernel,
            (self.couplings, self.frequencies),
            self.stiffness,
            float(times.max()),
        ).run(times, q, v, slip)
