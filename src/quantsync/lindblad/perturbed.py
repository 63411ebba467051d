"""Stationary states of a degenerate generator under a perturbation, however weak.

A generator L0 with several stationary states loses all but one under a generic perturbation
eta L1. The naive solve of (L0 + eta L1) x = 0 loses digits as eta -> 0, because some of its
equations are of order eta. They are known: the left zero modes w of L0 give eta (w . L1) x = 0,
which is divided by eta. The system is then as well conditioned at eta = 0, where its solution
is the state that degenerate perturbation theory selects.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.linalg import qr

from quantsync.errors import (
    ConvergenceError,
    DimensionError,
    InvalidArgumentError,
    InvalidRateError,
    NonUniqueSteadyStateError,
)
from quantsync.lindblad.coefficients import real_array
from quantsync.lindblad.generator import Lindbladian
from quantsync.lindblad.hermitian_basis import HermitianBasis
from quantsync.lindblad.matrix_generator import MatrixGenerator
from quantsync.lindblad.sectors import equilibrated, find_sectors
from quantsync.lindblad.shifted_solve import Factorised, solve_shifted
from quantsync.operators import Space
from quantsync.parallel import one_blas_thread

ZERO = 1e-10  # singular values of a scaled block below this part of the largest are zero modes
LARGEST_RESIDUAL = 1e-9
SMALLEST_CONDITION = 1e-13
FEW = 4  # strengths: for fewer, a factorisation each is faster than a Krylov space for all
GOOD = 1e-14  # residual relative to the generator's scale that the Krylov space must reach


@dataclass(frozen=True)
class PerturbedStates:
    """Stationary states of L0 + eta L1 for several eta, with certificates.

    Attributes
    ----------
    rho : ndarray of shape (len(etas), n, n)
        Density matrices.
    residual : ndarray of shape (len(etas),)
        ``||(L0 + eta L1)[rho]||_F``.
    etas : ndarray of shape (len(etas),)
        Strengths of the perturbation.
    zero_modes : int
        Number of linearly independent stationary states of L0.
    space : Space
        The space of the states.
    """

    rho: np.ndarray
    residual: np.ndarray
    etas: np.ndarray
    zero_modes: int
    space: Space


class DegenerateBase:
    """A generator L0 with its left zero modes, prepared once for many perturbations.

    Parameters
    ----------
    base : Lindbladian
        A single system.

    Raises
    ------
    InvalidArgumentError
        If it is a batch.
    """

    def __init__(self, base: Lindbladian):
        if base.shape:
            raise InvalidArgumentError(
                f"Argument `base` must be a single system, but has shape {base.shape}."
            )
        self.space = base.space
        (coefficients,) = base.coefficient_table()
        size = base.dimension**2
        self.matrix = np.zeros((size, size))
        left = []
        for sector in find_sectors(base.terms, coefficients != 0):
            block = sector.sparse_matrix(coefficients).toarray()
            self.matrix[np.ix_(sector.elements, sector.elements)] = block
            for vector in _left_zero_modes(block):
                whole = np.zeros(size)
                whole[sector.elements] = vector
                left.append(whole)
        trace = (np.arange(size) < base.dimension).astype(float)
        self.left, self.replaced = _with_trace_first(np.array(left).T, trace)

    @property
    def zero_modes(self) -> int:
        """Number of linearly independent stationary states."""
        return self.left.shape[1]

    def system(self, perturbation: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Matrices A0, A1 with (A0 + eta A1) x = e, e the unit vector of the trace equation."""
        constant, linear = self.matrix.copy(), perturbation.copy()
        constant[self.replaced] = self.left.T @ perturbation
        constant[self.replaced[0]] = self.left[:, 0]
        linear[self.replaced] = 0
        return constant, linear


def perturbed_steady_states(
    base: Lindbladian | DegenerateBase, perturbation: Any, etas: Any
) -> PerturbedStates:
    """Solve for the stationary state of ``L0 + eta L1`` at every eta, to full accuracy.

    Parameters
    ----------
    base : Lindbladian or DegenerateBase
        L0, a single system, with any number of stationary states.
    perturbation : MatrixGenerator or Lindbladian
        L1 on the same space, a single system.
    etas : array_like of shape (E,)
        Strengths >= 0. At 0, L0 itself must have a unique stationary state.

    Returns
    -------
    PerturbedStates

    Raises
    ------
    NonUniqueSteadyStateError
        If eta is 0 and L0 has several stationary states, or the perturbation leaves several.
    InvalidRateError
        If an eta is negative.
    ConvergenceError
        If a residual is not at rounding level.
    DimensionError, InvalidArgumentError
        If the perturbation does not fit the base, or is a batch.

    Examples
    --------
    Dephasing alone keeps every population; a little random dissipation selects one state:

    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1))
    >>> base = qs.Lindbladian(space, [(1.0, space["A"].z)], [(1.0, space["A"].z)])
    >>> perturbation = qs.random_lindbladian(space, np.random.default_rng(1))
    >>> states = qs.perturbed_steady_states(base, perturbation, [1e-8, 1e-2])
    >>> states.zero_modes, states.rho.shape, bool(states.residual.max() < 1e-14)
    (3, (2, 3, 3), True)
    """
    prepared = base if isinstance(base, DegenerateBase) else DegenerateBase(base)
    strengths = np.atleast_1d(real_array(etas, "Argument `etas`"))
    if strengths.ndim != 1:
        raise InvalidArgumentError(
            f"Argument `etas` must be one-dimensional, but has shape {strengths.shape}."
        )
    if (strengths < 0).any():
        raise InvalidRateError(f"Argument `etas` must be >= 0, but holds {strengths.min():g}.")
    if prepared.zero_modes > 1 and (strengths == 0).any():
        raise NonUniqueSteadyStateError(
            f"At eta = 0 there are {prepared.zero_modes} linearly independent stationary states; "
            "degenerate_steady_state() gives the one that eta -> 0 selects.",
            count=prepared.zero_modes,
            indices=[(int(k),) for k in np.flatnonzero(strengths == 0)],
        )
    return _solve(prepared, _matrix(perturbation, prepared.space), strengths)


def degenerate_steady_state(
    base: Lindbladian | DegenerateBase, perturbation: Any
) -> PerturbedStates:
    """The stationary state that a vanishing perturbation selects among several.

    Degenerate perturbation theory: the limit eta -> 0 of `perturbed_steady_states`, from
    ``L0[rho] = 0, w(L1[rho]) = 0`` for every left zero mode w of L0 (Eq. (4) of Zhao et al.,
    2025; its coefficients are the weights of rho on the stationary states of L0).

    Parameters
    ----------
    base, perturbation
        As for `perturbed_steady_states`.

    Returns
    -------
    PerturbedStates
        With ``etas = [0]`` and the residual ``||L0[rho]||_F``.

    Raises
    ------
    NonUniqueSteadyStateError
        If the perturbation does not select one state at first order.
    ConvergenceError, DimensionError, InvalidArgumentError
        As for `perturbed_steady_states`.

    Examples
    --------
    A slow transfer from m = 1 to m = 0 empties the upper of three dephased levels:

    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1/2))
    >>> base = qs.Lindbladian(space, [], [(1.0, space["A"].z)])
    >>> decay = qs.Lindbladian(space, [], [(1.0, space["A"].minus), (3.0, space["A"].plus)])
    >>> print(qs.degenerate_steady_state(base, decay).rho[0].real.round(12) + 0.0)
    [[0.75 0.  ]
     [0.   0.25]]
    """
    prepared = base if isinstance(base, DegenerateBase) else DegenerateBase(base)
    return _solve(prepared, _matrix(perturbation, prepared.space), np.zeros(1))


def _solve(base: DegenerateBase, matrix: np.ndarray, etas: np.ndarray) -> PerturbedStates:
    constant, linear = base.system(matrix)
    n = base.space.dimension
    middle = _middle(base.matrix, matrix, etas)
    # Rows to unit size at the strength in between, the same for all of them.
    scale = np.abs(constant).max(axis=1) + middle * np.abs(linear).max(axis=1)
    scale[scale == 0] = 1
    constant, linear = constant / scale[:, None], linear / scale[:, None]
    right = np.zeros(n * n)
    right[base.replaced[0]] = 1 / scale[base.replaced[0]]
    vectors, left = np.zeros((len(etas), n * n)), np.ones(len(etas), bool)
    with one_blas_thread():
        if len(etas) >= FEW:
            factors = _factorised(base, constant, linear, middle)
            vectors, converged = solve_shifted(factors, linear, right, etas - middle)
            left = ~converged | (
                _residuals(base, matrix, etas, vectors) > GOOD * _sizes(base, matrix, etas)
            )
        for k in np.flatnonzero(left):
            vectors[k] = _factorised(base, constant, linear, etas[k]).solve(right)
    residual = _residuals(base, matrix, etas, vectors)
    wrong = ~(residual <= LARGEST_RESIDUAL * _sizes(base, matrix, etas))
    if wrong.any():
        worst = int(np.argmax(np.where(wrong, residual, 0)))
        raise ConvergenceError(
            f"The stationary state at eta = {etas[worst]:g} has residual {residual[worst]:.2e}."
        )
    rho = HermitianBasis(n).operators(vectors)
    return PerturbedStates(rho, residual, etas, base.zero_modes, base.space)


def _middle(base: np.ndarray, perturbation: np.ndarray, etas: np.ndarray) -> float:
    """A strength at which the two generators are of one size, within the given ones."""
    size = abs(np.trace(perturbation))
    balanced = 2 * abs(np.trace(base)) / size if size > 0 else 1.0
    return float(np.clip(balanced, etas.min(), etas.max())) if len(etas) else balanced


def _factorised(
    base: DegenerateBase, constant: np.ndarray, linear: np.ndarray, eta: float
) -> Factorised:
    factors = Factorised(constant + eta * linear)
    if factors.reciprocal_condition < SMALLEST_CONDITION:
        raise NonUniqueSteadyStateError(
            f"The perturbation leaves several of {base.zero_modes} stationary states at eta = "
            f"{eta:g} (reciprocal condition number {factors.reciprocal_condition:.1e}): it keeps "
            "a symmetry of the base.",
            count=2,
            indices=[],
        )
    return factors


def _residuals(
    base: DegenerateBase, matrix: np.ndarray, etas: np.ndarray, vectors: np.ndarray
) -> np.ndarray:
    left = vectors @ base.matrix.T + etas[:, None] * (vectors @ matrix.T)
    return np.linalg.norm(left, axis=1)


def _sizes(base: DegenerateBase, matrix: np.ndarray, etas: np.ndarray) -> np.ndarray:
    sizes = np.abs(base.matrix).max() + etas * np.abs(matrix).max()
    return np.where(sizes > 0, sizes, 1.0)


def _matrix(perturbation: Any, space: Space) -> np.ndarray:
    if isinstance(perturbation, Lindbladian) and not perturbation.shape:
        (row,) = perturbation.coefficient_table()
        size = perturbation.dimension**2
        total = np.zeros((size, size))
        for coefficient, term in zip(row, perturbation.terms.real, strict=True):
            total += coefficient * term.toarray()
        found, matrix = perturbation.space, total
    elif isinstance(perturbation, MatrixGenerator):
        found, matrix = perturbation.space, perturbation.matrix
    else:
        raise InvalidArgumentError(
            "Argument `perturbation` must be a MatrixGenerator or a single Lindbladian, but is "
            f"{perturbation!r}."
        )
    if found != space:
        raise DimensionError(f"Argument `perturbation` acts on {found}, but the base on {space}.")
    return matrix


def _left_zero_modes(block: np.ndarray) -> np.ndarray:
    """Left null vectors of a block, in the rows."""
    if not block.any():
        return np.eye(len(block))
    scaled, columns = equilibrated(block.T)
    _, sizes, vectors = np.linalg.svd(scaled)
    count = int((sizes <= ZERO * sizes[0]).sum())
    return vectors[len(block) - count :] * columns if count else np.zeros((0, len(block)))


def _with_trace_first(left: np.ndarray, trace: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Left zero modes with the trace as the first, and equations that they make redundant."""
    basis, _ = np.linalg.qr(left)
    along = basis.T @ trace / np.linalg.norm(trace)
    turn, _ = np.linalg.qr(np.column_stack([along, np.eye(len(along))]))
    rest = basis @ turn[:, 1:]
    modes = np.column_stack([trace, rest])
    # Rows at which the modes are independent: each can stand for one combination of equations.
    factors: Any = qr(modes.T, pivoting=True, mode="economic")
    order = factors[2]
    return modes, order[: modes.shape[1]]
