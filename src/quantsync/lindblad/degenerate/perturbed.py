"""Stationary states of a degenerate generator under a perturbation, however weak.

A generator L0 with several stationary states loses all but one under a generic perturbation
eta L1. The states at weak strengths come from the power series in eta, which needs no
factorisation, those at all others from one factorisation and a Krylov space; those of small systems
from direct solves in one batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from quantsync.checks import SQUARABLE, named_arguments, real_array
from quantsync.errors import (
    ConvergenceError,
    DimensionError,
    InvalidArgumentError,
    NonUniqueSteadyStateError,
)
from quantsync.lindblad.degenerate._shifted_solve import Factorised, solve_shifted
from quantsync.lindblad.degenerate.base import (
    DegenerateBase,
    PerturbedEquations,
    largest,
    prepared,
    total_matrix,
)
from quantsync.lindblad.generator import Generator
from quantsync.lindblad.matrix_generator import MatrixGenerator
from quantsync.memory import workspace
from quantsync.operators import Space
from quantsync.parallel import one_blas_thread

LARGEST_RESIDUAL = 1e-9
SMALLEST_CONDITION = 1e-13
SMALL = 100  # equations: direct solves in a batch cost less than Python does
FEW = 4  # for fewer strengths, one factorisation for each is faster than one Krylov space
BALANCE = 1.9  # ratio of the traces at the strength that is factorised; from trials
FAR = 1e6  # ratio of the generators from which on the perturbation is rescaled
TERMS = 16  # of the power series at eta = 0
NEGLIGIBLE = 1e-17  # terms below this part of the first are nothing
GOOD = 1e-13  # residual relative to the generator's scale that the Krylov space must reach


@dataclass(frozen=True, repr=False)
class PerturbedStates:
    """Stationary states of L0 + eta L1 for several eta, with certificates.

    Attributes
    ----------
    rho : ndarray of shape (E, n, n)
        Density matrices.
    residual : ndarray of shape (E,)
        ``||(L0 + eta L1)[rho]||_F``.
    strengths : ndarray of shape (E,)
        Strengths of the perturbation.
    zero_modes : int
        Number of linearly independent stationary states of L0.
    space : Space
        The space of the states.
    """

    rho: np.ndarray
    residual: np.ndarray
    strengths: np.ndarray
    zero_modes: int
    space: Space
    certified: ClassVar[bool] = True

    def __repr__(self) -> str:
        worst = f", largest residual {self.residual.max():.1e}" if len(self.residual) else ""
        return (
            f"<PerturbedStates on {self.space}: {len(self.strengths)} strengths, base with "
            f"{self.zero_modes} stationary states{worst}>"
        )


@named_arguments
def perturbed_steady_states(
    system: Generator | DegenerateBase, perturbation: Any, strengths: Any
) -> PerturbedStates:
    """Solve for the stationary state of ``L0 + eta L1`` at every eta, to full accuracy.

    Parameters
    ----------
    system : Lindbladian or DegenerateBase
        L0, a single system, with any number of stationary states.
    perturbation : MatrixGenerator or Lindbladian
        L1 on the same space, a single system.
    strengths : array_like of shape (E,)
        Strengths > 0.

    Returns
    -------
    PerturbedStates

    Notes
    -----
    The residual certifies that a state is stationary, not how far the state that is selected is
    from it. Where a perturbation of first order selects the state, that is a matter of rounding.
    Where only its second order does (a Hamiltonian, say), errors are of the order 1e-16/eta.
    Rates of the base below 1e-13 of its largest are zero; those of some 1e-8 of it lose digits
    at strengths that are smaller still.

    Raises
    ------
    InvalidArgumentError
        If L0 has a unique stationary state (`DegenerateBase` can allow it); or if an eta is
        negative.
    NonUniqueSteadyStateError
        If eta is 0, where L0 has several stationary states, or the perturbation leaves several.
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
    >>> perturbation = qs.degenerate.random_lindbladian(space, np.random.default_rng(1))
    >>> states = qs.degenerate.perturbed_steady_states(base, perturbation, [1e-8, 1e-2])
    >>> states.zero_modes, states.rho.shape, bool(states.residual.max() < 1e-14)
    (3, (2, 3, 3), True)
    """
    return _solve(system, perturbation, strengths)


def check_strengths(strengths: Any, base: DegenerateBase) -> np.ndarray:
    """Strengths of a perturbation as an array, where the states at all of them are defined."""
    etas = np.atleast_1d(real_array(strengths, "strengths", at_least=0, at_most=SQUARABLE))
    if etas.ndim != 1 or not len(etas):
        raise InvalidArgumentError(
            f"Argument `strengths` must be one-dimensional and not empty, but has shape "
            f"{etas.shape}."
        )
    if base.zero_modes > 1 and (etas == 0).any():
        raise NonUniqueSteadyStateError(
            f"At eta = 0 there are {base.zero_modes} linearly independent stationary states; "
            "degenerate_steady_state() gives the one that eta -> 0 selects.",
            count=base.zero_modes,
            indices=[(int(k),) for k in np.flatnonzero(etas == 0)],
        )
    return etas


@named_arguments
def degenerate_steady_state(
    system: Generator | DegenerateBase, perturbation: Any
) -> PerturbedStates:
    """The stationary state that a vanishing perturbation selects among several.

    Degenerate perturbation theory: the limit eta -> 0 of `perturbed_steady_states`, from
    ``L0[rho] = 0, w(L1[rho]) = 0`` for every left zero mode w of L0 (Eq. (4) of Zhao et al.,
    2025; its coefficients c_alpha are `PeripheralModes.coefficients` of the state).

    Parameters
    ----------
    system, perturbation
        As for `perturbed_steady_states`.

    Returns
    -------
    PerturbedStates
        With ``strengths = [0]`` and the residual ``||L0[rho]||_F``.

    Raises
    ------
    InvalidArgumentError
        If L0 has a unique stationary state, so that there is nothing to select.
    NonUniqueSteadyStateError
        If the perturbation does not select one state at first order.
    ConvergenceError, DimensionError, InvalidArgumentError
        As for `perturbed_steady_states`.

    Examples
    --------
    Slow pumping and decay, however slow, decide between two levels that only dephase:

    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1/2))
    >>> base = qs.Lindbladian(space, [], [(1.0, space["A"].z)])
    >>> decay = qs.Lindbladian(space, [], [(1.0, space["A"].minus), (3.0, space["A"].plus)])
    >>> print(qs.degenerate.degenerate_steady_state(base, decay).rho[0].real.round(12) + 0.0)
    [[0.75 0.  ]
     [0.   0.25]]
    """
    return _solve(system, perturbation, None)


def _solve(
    system: Generator | DegenerateBase, perturbation: Any, strengths: np.ndarray | None
) -> PerturbedStates:
    """The states at the strengths; those at vanishing strength if there are none."""
    base = prepared(system)
    matrix = _matrix(perturbation, base.space)
    given = etas = np.zeros(1) if strengths is None else check_strengths(strengths, base)
    sizes = largest(base.matrix.data) + etas * largest(matrix)
    unit = 2.0 ** np.round(np.log2(largest(matrix) / largest(base.matrix.data)))
    if not 1 / FAR < unit < FAR:  # powers of the strengths would overflow
        matrix, etas = matrix / unit, etas * unit
    equations = base.equations(matrix)
    with one_blas_thread():
        if len(matrix) <= SMALL:
            vectors, residual = _at_once(equations, etas)
        elif len(etas) >= FEW:
            vectors, residual = _together(equations, etas, GOOD * sizes)
        else:
            vectors, residual = _one_by_one(equations, etas)
    wrong = ~(residual <= LARGEST_RESIDUAL * sizes)
    if wrong.any():
        worst = int(np.argmax(np.where(wrong, residual, 0)))
        raise ConvergenceError(
            f"The stationary state at eta = {given[worst]:g} has residual {residual[worst]:.2e}."
        )
    return PerturbedStates(
        base.basis.operators(vectors), residual, given, base.zero_modes, base.space
    )


def _together(
    equations: PerturbedEquations, etas: np.ndarray, good: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """States from the power series or one Krylov space; one by one where that is too small."""
    vectors, residual = (
        np.zeros((len(etas), len(equations.perturbation))),
        np.full(len(etas), np.inf),
    )
    left = ~_from_zero(equations, etas, vectors)
    if left.sum() >= FEW:
        chosen = etas[left]
        middle = _middle(equations, chosen)
        equations = equations.at(middle)
        base, factors = equations.base, _factorised(equations, middle)
        centre = equations.solve_at(factors, middle)
        start = factors.solve(middle * equations.linear(base.known + centre))
        size = float(np.linalg.norm(base.known + centre))
        found, converged = solve_shifted(factors, equations.constant, start, chosen / middle, size)
        vectors[left] = base.known + (centre + found)
        left[left] = ~converged
    if not left.all():
        done = ~left
        residual[done] = equations.residuals(etas[done], vectors[done])
    left = ~(residual <= good)
    if left.any():
        vectors[left], residual[left] = _one_by_one(equations, etas[left])
    return vectors, residual


def _from_zero(equations: PerturbedEquations, etas: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Fill in the states whose power series has converged, and tell which."""
    series = equations.power_series(TERMS)
    if series is None:
        return np.zeros(len(etas), bool)
    with np.errstate(invalid="ignore", over="ignore"):
        powers = etas[:, None] ** np.arange(TERMS)
        sizes = np.abs(powers) * np.linalg.norm(series, axis=1)
        # Falling terms, the last two of which are rounding.
        whole = np.linalg.norm(equations.base.known + series[0])
        converged = (sizes[:, -2:] <= NEGLIGIBLE * whole).all(axis=1)
        converged &= (sizes[:, 2:] <= sizes[:, 1:-1]).all(axis=1)
    vectors[converged] = equations.base.known + powers[converged] @ series
    return converged


def _one_by_one(equations: PerturbedEquations, etas: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """States and residuals, from one factorisation for each strength."""
    vectors = np.empty((len(etas), len(equations.perturbation)))
    for vector, eta in zip(vectors, etas, strict=True):
        own = equations.at(eta)
        vector[:] = own.base.known + own.solve_at(_factorised(own, eta), eta)
    return vectors, equations.residuals(etas, vectors)


def _at_once(equations: PerturbedEquations, etas: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """States and residuals of few equations, all in one batch of inverses."""
    own = [equations.at(eta) for eta in etas]
    matrices = np.stack([part.matrix(eta) for part, eta in zip(own, etas, strict=True)])
    try:
        inverses = np.linalg.inv(matrices)
    except np.linalg.LinAlgError:  # one of them is singular, and this names it
        return _one_by_one(equations, etas)
    norms = [np.abs(part).sum(axis=-1).max(axis=-1, initial=0) for part in (matrices, inverses)]
    for eta, product in zip(etas, norms[0] * norms[1], strict=True):
        _require_unique(equations, eta, 1 / product)
    right = np.stack([part.defect_at(eta) for part, eta in zip(own, etas, strict=True)])[..., None]
    found = inverses @ right
    found += inverses @ (right - matrices @ found)
    vectors = equations.base.known + found[..., 0]
    return vectors, equations.residuals(etas, vectors)


def _middle(equations: PerturbedEquations, etas: np.ndarray) -> float:
    """A strength at which the two generators are of one size, within the given ones."""
    size = abs(float(np.trace(equations.perturbation)))
    balanced = BALANCE * abs(float(equations.base.matrix.trace())) / size if size > 0 else 1.0
    return float(np.clip(balanced, etas.min(), etas.max()))


def _factorised(equations: PerturbedEquations, eta: float) -> Factorised:
    # One factorisation is in use at a time.
    memory = workspace("factors", equations.perturbation.shape, float)
    factors = Factorised(equations.matrix(eta, out=memory), overwrite=True)
    _require_unique(equations, eta, factors.reciprocal_condition)
    return factors


def _require_unique(equations: PerturbedEquations, eta: float, reciprocal_condition: float) -> None:
    several = equations.base.zero_modes
    if not reciprocal_condition >= SMALLEST_CONDITION:
        if eta == 0:
            raise NonUniqueSteadyStateError(
                f"At first order the perturbation does not select one of {several} "
                "stationary states: it keeps a symmetry of the base, or acts in second order only, "
                "as a Hamiltonian may; then perturbed_steady_states() at a finite strength has the "
                "answer.",
                count=2,
                indices=[],
            )
        raise NonUniqueSteadyStateError(
            f"The perturbation leaves several of {several} stationary states at "
            f"eta = {eta:g} (reciprocal condition number {reciprocal_condition:.1e}): it keeps a "
            "symmetry of the base.",
            count=2,
            indices=[],
        )


def _matrix(perturbation: Any, space: Space) -> np.ndarray:
    if isinstance(perturbation, Generator) and not perturbation.shape:
        found, matrix = perturbation.space, total_matrix(perturbation).toarray()
    elif isinstance(perturbation, MatrixGenerator):
        found, matrix = perturbation.space, perturbation.matrix
    else:
        shape = f" of shape {perturbation.shape}" if hasattr(perturbation, "shape") else ""
        raise InvalidArgumentError(
            "Argument `perturbation` must be a MatrixGenerator or a single Lindbladian, but is "
            f"{type(perturbation).__name__}{shape}."
        )
    if found != space:
        raise DimensionError(f"Argument `perturbation` acts on {found}, but the base on {space}.")
    lost = float(np.abs(matrix[: space.dimension].sum(axis=0)).max())
    if lost > LARGEST_RESIDUAL * largest(matrix):
        raise InvalidArgumentError(
            f"Argument `perturbation` does not preserve the trace (it changes it at rates up to "
            f"{lost:.3g}): it is no generator."
        )
    return matrix
