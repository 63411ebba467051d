"""Modes that do not decay: stationary states and oscillating coherences, sector by sector."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.linalg import eig

from quantsync.errors import ConvergenceError, DimensionError, InvalidArgumentError
from quantsync.lindblad.generator import Lindbladian
from quantsync.lindblad.sectors import Sector, find_sectors
from quantsync.operators import Space
from quantsync.parallel import one_blas_thread

UNDAMPED = 1e-9  # decay rates below this part of the generator's largest entry are zero
LARGEST_BLOCK = 4000
LARGEST_RESIDUAL = 1e-8


@dataclass(frozen=True)
class PeripheralModes:
    """The modes of a generator whose eigenvalues have no real part.

    A state tends to ``sum_k Tr(left_k^dag rho) e^{lambda_k t} right_k``.

    Attributes
    ----------
    eigenvalues : ndarray of shape (K,), complex
        lambda_k = i omega_k: the zero modes first, then by frequency, +omega before -omega.
    right, left : ndarray of shape (K, n, n), complex
        Right and left modes, biorthonormal: ``Tr(left_j^dag right_k) = delta_jk``. They span the
        eigenspaces; within a degenerate one the choice is arbitrary.
    residual : ndarray of shape (K,)
        Larger of ``||L[right] - lambda right||_F`` and the same for the left mode, for right
        modes of unit norm.
    gap : float
        Smallest decay rate of all other modes; infinite if there are none.
    looked_for : int
        How many eigenvalues were looked at: all n^2 of them.
    sectors : int
        In how many invariant blocks.
    space : Space
        The space of the modes.
    """

    eigenvalues: np.ndarray
    right: np.ndarray
    left: np.ndarray
    residual: np.ndarray
    gap: float
    looked_for: int
    sectors: int
    space: Space

    @property
    def zero_modes(self) -> int:
        """Number of modes with eigenvalue zero: linearly independent stationary states."""
        return int((self.eigenvalues == 0).sum())

    @property
    def frequencies(self) -> np.ndarray:
        """The different frequencies omega > 0 of oscillating coherences, increasing."""
        omega = np.imag(self.eigenvalues)
        found = np.sort(omega[omega > 0])
        fresh = np.ones(len(found), bool)
        fresh[1:] = np.diff(found) > 1e-9 * np.maximum(found[1:], 1e-300)
        return found[fresh]

    def asymptotic_state(self, rho: np.ndarray, time: float = 0.0) -> np.ndarray:
        """What is left of some states after everything that decays has decayed.

        Parameters
        ----------
        rho : ndarray of shape (..., n, n)
            Initial states.
        time : float, default 0
            Time at which the oscillating part is taken.

        Returns
        -------
        ndarray of shape (..., n, n)

        Raises
        ------
        DimensionError
            If the states do not fit the space.
        """
        rho = np.asarray(rho)
        n = self.space.dimension
        if rho.ndim < 2 or rho.shape[-2:] != (n, n):
            raise DimensionError(
                f"Argument `rho` must have shape (..., {n}, {n}), but has {rho.shape}."
            )
        weights = np.einsum("kij,...ij->...k", self.left.conj(), rho)
        return np.einsum("...k,kij->...ij", weights * np.exp(self.eigenvalues * time), self.right)

    def __repr__(self) -> str:
        listed = ", ".join(f"{w:.6g}" for w in self.frequencies) or "none"
        return (
            f"<PeripheralModes of {self.space}: {self.zero_modes} zero modes, "
            f"frequencies {listed}, gap {self.gap:.6g}, all {self.looked_for} eigenvalues in "
            f"{self.sectors} sectors>"
        )


def peripheral_modes(lindbladian: Lindbladian) -> PeripheralModes:
    """Find all modes that do not decay, with left modes, residuals, and the gap to the others.

    All eigenvalues are computed, in every invariant sector that the sparsity graph shows.

    Parameters
    ----------
    lindbladian : Lindbladian
        A single system.

    Returns
    -------
    PeripheralModes

    Raises
    ------
    InvalidArgumentError
        If it is a batch, or a sector has more than 4000 elements.
    ConvergenceError
        If a mode's residual is not at rounding level.

    Examples
    --------
    >>> import quantsync as qs
    >>> qs.peripheral_modes(qs.models.collective_decay_pair())
    <PeripheralModes of Space(A=Spin(1/2), B=Spin(1/2)): 2 zero modes, frequencies 2.4,
     gap 0.25, all 16 eigenvalues in 3 sectors>
    """
    if lindbladian.shape:
        raise InvalidArgumentError(
            f"Argument `lindbladian` must be a single system, but has shape {lindbladian.shape}."
        )
    (coefficients,) = lindbladian.coefficient_table()
    sectors = find_sectors(lindbladian.terms, coefficients != 0)
    largest = max(sector.dimension for sector in sectors)
    if largest > LARGEST_BLOCK:
        raise InvalidArgumentError(
            f"A sector has {largest} elements, but all eigenvalues are computed only up to "
            f"{LARGEST_BLOCK} (a matrix of {8e-9 * largest**2:.1f} GB)."
        )
    scale = max(
        (float(abs(s.sparse_matrix(coefficients)).max()) for s in sectors if s.dimension), default=0
    )
    values, right, left, decays = [], [], [], [np.inf]
    with one_blas_thread():
        for sector in sectors:
            found = _undamped(sector, coefficients, UNDAMPED * max(scale, 1e-300))
            values.append(found[0])
            right.append(found[1])
            left.append(found[2])
            decays.append(found[3])
    eigenvalues = np.concatenate(values)
    order = np.lexsort((-np.imag(eigenvalues), np.abs(np.imag(eigenvalues))))
    modes, duals = np.concatenate(right)[order], np.concatenate(left)[order]
    eigenvalues = eigenvalues[order]
    residual = _residuals(lindbladian, eigenvalues, modes, duals)
    if not (residual <= LARGEST_RESIDUAL * max(scale, 1.0)).all():
        raise ConvergenceError(
            f"A mode has residual {residual.max():.2e}, where the generator's scale is {scale:.2e}."
        )
    return PeripheralModes(
        eigenvalues,
        modes,
        duals,
        residual,
        float(min(decays)),
        lindbladian.dimension**2,
        len(sectors),
        lindbladian.space,
    )


def _undamped(
    sector: Sector, coefficients: np.ndarray, threshold: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Eigenvalues, right and left modes of one sector without decay, and the least decay."""
    block = sector.sparse_matrix(coefficients).toarray()
    decomposition: Any = eig(block, left=True, right=True)
    found, left, right = decomposition
    alive = np.abs(np.real(found)) <= threshold
    decay = float(-np.real(found)[~alive].max()) if (~alive).any() else np.inf
    omega, left, right = np.imag(found)[alive], left[:, alive], right[:, alive]
    omega = np.where(np.abs(omega) <= threshold, 0.0, omega)
    order = np.argsort(omega, kind="stable")
    omega = omega[order]
    left, right = (v[:, order].astype(complex) for v in (left, right))
    groups = np.cumsum(np.diff(omega, prepend=omega[:1]) > threshold)
    for group in np.unique(groups):
        members = np.flatnonzero(groups == group)
        basis, _ = np.linalg.qr(right[:, members])
        dual, _ = np.linalg.qr(left[:, members])
        right[:, members] = basis
        left[:, members] = dual @ np.linalg.inv(basis.conj().T @ dual)
    expand = sector.terms.basis.vectors[:, sector.elements]
    n = sector.terms.space.dimension
    shaped = [np.asarray((expand @ modes).T).reshape(-1, n, n) for modes in (right, left)]
    return 1j * omega, shaped[0], shaped[1], decay


def _residuals(
    lindbladian: Lindbladian, values: np.ndarray, right: np.ndarray, left: np.ndarray
) -> np.ndarray:
    generator = lindbladian.superoperator()
    count = len(values)
    flat, dual = right.reshape(count, -1).T, left.reshape(count, -1).T
    one = np.linalg.norm(generator @ flat - flat * values, axis=0)
    other = np.linalg.norm(generator.conj().T @ dual - dual * values.conj(), axis=0)
    return np.maximum(one, other)
