r"""Generalized Langevin equation of probes in a bath of independent modes, and its kernels.

Probes q with stiffness matrix V couple to modes of frequencies Omega_j as sum_j c_aj q_a Q_j
(App. A of Benedetti et al., Phys. Rev. A 94, 052118 (2016); hbar = mass = 1). Means obey

    q'' + [V - K(0)] q + int_0^t K(t - s) q'(s) ds = -K(t) q(0),
    K_ab(t) = sum_j c_aj c_bj cos(Omega_j t)/Omega_j^2:

Eq. (A11), where K_11, K_22 are gamma_1, gamma_2 and K_12 is eta. The term on the right, the slip of
the start, is missing in the equation of Sec. II B, which holds for q(0) = 0 only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from quantsync.checks import flag, real_array, symmetric_matrix, times_array, whole_array
from quantsync.errors import DimensionError, UnstableNetworkError
from quantsync.gaussian.baths._volterra import Collocation, cosine_kernel
from quantsync.gaussian.networks._probes import critical_factor, require_stable_probes


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
    >>> import quantsync as qs
    >>> system = qs.gaussian.LangevinEquation(qs.gaussian.probe_stiffness(1.0, 1.1, 0.5),
    ...                                       qs.gaussian.chain_frequencies(300, 0.4, 1.2),
    ...                                       qs.gaussian.chain_couplings(300, [1, 1], 0.2))
    >>> in_modes = system.rotated(qs.gaussian.probe_modes(1.0, 1.1, 0.5).rotation)
    >>> gamma_1, eta = in_modes.kernel(0.0)[0]
    >>> print(round(gamma_1, 6), round(eta, 6))
    0.045871 0.004764
    """

    stiffness: np.ndarray
    frequencies: np.ndarray
    couplings: np.ndarray

    def __post_init__(self) -> None:
        stiffness = symmetric_matrix(self.stiffness, "stiffness")
        frequencies = real_array(self.frequencies, "frequencies", above=0)
        couplings = real_array(self.couplings, "couplings")
        if frequencies.ndim != 1 or couplings.shape != (len(stiffness), frequencies.size):
            raise DimensionError(
                "Arguments `stiffness`, `frequencies`, `couplings` must have shapes (P, P), (M,), "
                f"(P, M), but have {stiffness.shape}, {frequencies.shape}, {couplings.shape}."
            )
        vars(self).update(stiffness=stiffness, frequencies=frequencies, couplings=couplings)

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
        whole = symmetric_matrix(stiffness, "stiffness")
        chosen = whole_array(probes, "probes", at_least=0, at_most=len(whole) - 1).reshape(-1)
        rest = np.setdiff1d(np.arange(len(whole)), chosen)
        squares, modes = np.linalg.eigh(whole[np.ix_(rest, rest)])
        if rest.size and squares[0] <= 0:
            raise UnstableNetworkError(
                f"The bath alone is unstable: its lowest squared frequency is {squares[0]:.6g}.",
                eigenvalue=float(squares[0]),
            )
        couplings = whole[np.ix_(chosen, rest)] @ modes
        return cls(whole[np.ix_(chosen, chosen)], np.sqrt(squares), couplings)

    def rotated(self, rotation: Any) -> LangevinEquation:
        """The same system for q = rotation @ x, with an orthogonal matrix."""
        matrix, size = real_array(rotation, "rotation"), len(self.stiffness)
        if matrix.ndim != 2 or matrix.shape[1] != size:
            raise DimensionError(
                f"Argument `rotation` must have shape {(size, size)}, but has {matrix.shape}."
            )
        return LangevinEquation(
            matrix @ self.stiffness @ matrix.T, self.frequencies, matrix @ self.couplings
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
        return cosine_kernel(self.frequencies, self.couplings, real_array(times, "times"))

    def largest_stable_factor(self) -> float:
        """The factor by which all couplings can grow before the whole loses positivity.

        V - f^2 K(0) is singular there; times the probe coupling it is K_max. Infinite without
        coupling.

        Raises
        ------
        UnstableNetworkError
            If the probes are unstable by themselves.
        """
        require_stable_probes(self.stiffness)
        return critical_factor(self.kernel(0.0), self.stiffness)

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
            If a time is negative, or ``slip`` is neither True nor False.
        NonFiniteError
            If a number is NaN or infinite.
        """
        size = len(self.stiffness)
        times = real_array(times_array(times), "times", at_least=0)
        q, v = real_array(position, "position"), real_array(momentum, "momentum")
        if q.shape != (size,) or v.shape != (size,):
            raise DimensionError(
                f"Arguments `position` and `momentum` must have shape ({size},), but have "
                f"{q.shape} and {v.shape}."
            )
        if not times.size:
            return np.empty((0, size))
        steps = Collocation(self.stiffness, self.frequencies, self.couplings, float(times.max()))
        return steps.run(times, q, v, flag(slip, "slip"))
