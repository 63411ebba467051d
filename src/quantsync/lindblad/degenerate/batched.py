r"""Many perturbations at many strengths by matrix products alone: the route for an accelerator.

Random generators scatter around depolarisation, L1 = -r + (L1 + r). On traceless operators the
stationary state m + delta of L0 + eta L1, with L0[m] = 0, is

    delta = G z,   (1 + (L1 + r) G) z = -L1[m],   G = eta (L0 - r eta)^-1,

where G is bounded for every eta (-1/r times the projector on the stationary states as eta -> 0)
and known beforehand. All samples and strengths iterate at once (full orthogonalisation), each
step two batched matrix products: G for every eta over all samples, and L1 for every sample over
all strengths. Nothing is factorised, and nothing but the array API is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from array_api_compat import array_namespace, device, is_array_api_obj
from scipy.linalg import null_space

from quantsync.arrays import to_numpy
from quantsync.checks import real_number
from quantsync.errors import (
    ConvergenceError,
    DimensionError,
    InvalidArgumentError,
    NonFiniteError,
    NonUniqueSteadyStateError,
)
from quantsync.lindblad.degenerate.base import DegenerateBase, largest, prepared
from quantsync.lindblad.degenerate.perturbed import check_strengths
from quantsync.lindblad.generator import Generator
from quantsync.memory import require_memory
from quantsync.operators import Space

MOST_STEPS = 120
CHECKED_EVERY = 8
EXHAUSTED = 16  # times the rounding error: what is left of a vector inside the space
SMALLEST_SELECTION = 1e-12  # of the zero modes' coupling, relative to the perturbation


@dataclass(frozen=True, repr=False)
class PerturbedBatch:
    """Stationary states of many perturbations at many strengths.

    Attributes
    ----------
    rho : array of shape (S, E, n, n), complex
        Density matrices, in the arrays of the perturbations.
    residual : array of shape (S, E)
        ``||(L0 + eta L1)[rho]||_F``.
    steps : int
        Iterations that were needed.
    space : Space
        The space of the states.
    """

    rho: Any
    residual: Any
    steps: int
    space: Space
    certified: ClassVar[bool] = True

    def __repr__(self) -> str:
        return f"<PerturbedBatch: batch {tuple(self.residual.shape)}, {self.steps} steps>"


class BatchedPerturbations:
    """Prepared for many perturbations of one base, given as arrays of any array library.

    Parameters
    ----------
    system : Lindbladian or DegenerateBase
        L0, a single system with several stationary states.
    strengths : array_like of shape (E,)
        Strengths > 0.
    rate : float, optional
        r, the rate at which the perturbations depolarise on average: ``-Tr L1/n^2`` in the
        Hermitian basis. By default n, that of `random_lindbladian` with weights 1.
    tolerance : float, default 1e-14
        Of the residual of z relative to the right-hand side.

    Raises
    ------
    InvalidArgumentError, NonUniqueSteadyStateError, OutOfMemoryError
        As `perturbed_steady_states`.
    InvalidArgumentError
        If the rate is not positive.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> pair = qs.models.collective_decay_pair()
    >>> rng = np.random.default_rng(1)
    >>> drawn = [qs.degenerate.random_lindbladian(pair.space, rng) for _ in range(5)]
    >>> perturbations = np.stack([generator.matrix for generator in drawn])
    >>> solve = qs.degenerate.BatchedPerturbations(pair, [1e-8, 1e-2, 1.0])
    >>> solve(perturbations).rho.shape
    (5, 3, 4, 4)
    """

    def __init__(
        self,
        system: Generator | DegenerateBase,
        strengths: Any,
        rate: float | None = None,
        tolerance: float = 1e-14,
    ):
        base = prepared(system)
        self.space, self.strengths = base.space, check_strengths(strengths, base)
        self.rate = real_number(base.space.dimension if rate is None else rate, "rate", above=0)
        self.tolerance = real_number(tolerance, "tolerance", above=0)
        size, count = base.space.dimension**2, len(self.strengths)
        require_memory(8.0 * (count + 4) * size**2, f"The inverses for {count} strengths")
        self._base = base.matrix.toarray()
        projector = base.projector.toarray()
        scale = largest(self._base)
        identity = np.eye(size)
        trace = (np.arange(size) < base.space.dimension).astype(float)
        self._known = projector @ trace / base.space.dimension
        # delta and z have no trace. What G does to one is free, and 0 keeps the equation regular.
        traceless = projector - np.outer(self._known, trace)
        # The stationary states are taken out before the inversion, which they make singular.
        rest, shifted = identity - projector, self._base - scale * projector
        self._inverses = np.stack(
            [
                eta * np.linalg.solve(shifted - self.rate * eta * identity, rest)
                - traceless / self.rate
                for eta in self.strengths
            ]
        )
        self._left, self._right = base.left[:, 1:], _traceless(base.right, trace)
        vectors = base.basis.vectors.toarray()
        self._vectors = np.real(vectors), np.imag(vectors)

    def __call__(self, perturbations: Any) -> PerturbedBatch:
        """Solve for all perturbations at all strengths.

        Parameters
        ----------
        perturbations : array of shape (S, n^2, n^2), real
            Generators in the Hermitian basis (`MatrixGenerator.matrix`), of NumPy or of any other
            array library that follows the array API; the work is done where they lie.

        Returns
        -------
        PerturbedBatch

        Raises
        ------
        InvalidArgumentError, DimensionError, NonFiniteError
            If they are no finite real floating-point arrays of that shape.
        NonUniqueSteadyStateError
            If a perturbation selects no state at first order.
        ConvergenceError
            If the iteration does not converge: the perturbations are far from depolarisation at
            this rate, and `perturbed_steady_states` is the way.
        """
        size = self.space.dimension**2
        _require_generators(perturbations, size, self.space)
        xp = array_namespace(perturbations)

        def here(array: np.ndarray) -> Any:
            return xp.asarray(array, dtype=perturbations.dtype, device=device(perturbations))

        if perturbations.shape[0] and self._left.shape[1]:
            self._require_selection(xp, perturbations, here)
        inverses, known = xp.matrix_transpose(here(self._inverses)), here(self._known)
        transposed = xp.matrix_transpose(perturbations)

        def inverted(z: Any) -> Any:  # G z for z of shape (S, E, N)
            return xp.permute_dims(xp.permute_dims(z, (1, 0, 2)) @ inverses, (1, 0, 2))

        def step(z: Any) -> Any:
            image = inverted(z)
            return image @ transposed + self.rate * image

        right = -(xp.reshape(known, (1, 1, -1)) @ transposed)
        right = xp.broadcast_to(right, (perturbations.shape[0], len(self.strengths), size))
        z, steps = _solve_plus_identity(xp, step, right, self.tolerance)
        vectors = known + inverted(z)
        etas = xp.reshape(here(self.strengths), (1, -1, 1))
        left = vectors @ xp.matrix_transpose(here(self._base)) + etas * (vectors @ transposed)
        real, imaginary = (vectors @ xp.matrix_transpose(here(v)) for v in self._vectors)
        shape = (*vectors.shape[:-1], self.space.dimension, self.space.dimension)
        rho = xp.reshape(real + 1j * imaginary, shape)
        return PerturbedBatch(rho, xp.sqrt(xp.sum(left * left, axis=-1)), steps, self.space)

    def _require_selection(self, xp: Any, perturbations: Any, here: Any) -> None:
        """Raise where degenerate perturbation theory leaves several states."""
        moved = here(self._left.T.copy()) @ perturbations @ here(self._right)
        smallest = to_numpy(xp.min(xp.linalg.svdvals(moved), axis=-1))
        sizes = to_numpy(xp.max(xp.abs(perturbations), axis=(1, 2)))
        lost = np.flatnonzero(~(smallest > SMALLEST_SELECTION * sizes))
        if len(lost):
            raise NonUniqueSteadyStateError(
                f"Perturbation {lost[0]} (of {len(lost)} such) selects no state at first order: it "
                "keeps a symmetry of the base, or acts in second order only; then "
                "perturbed_steady_states() solves it.",
                count=2,
                indices=[(int(k),) for k in lost],
            )


def _require_generators(given: Any, size: int, space: Space) -> None:
    if not is_array_api_obj(given):
        raise InvalidArgumentError(
            "Argument `perturbations` must be an array, of NumPy or of another library that "
            f"follows the array API, but is {type(given).__name__}."
        )
    perturbations: Any = given
    xp: Any = array_namespace(perturbations)
    if not xp.isdtype(perturbations.dtype, "real floating"):
        raise InvalidArgumentError(
            "Argument `perturbations` must hold real floating-point numbers, in the Hermitian "
            f"basis, but has dtype {perturbations.dtype}."
        )
    if perturbations.ndim != 3 or tuple(perturbations.shape[1:]) != (size, size):
        raise DimensionError(
            f"Argument `perturbations` must have shape (S, {size}, {size}) for {space}, but has "
            f"{tuple(perturbations.shape)}."
        )
    if not bool(xp.all(xp.isfinite(perturbations))):
        raise NonFiniteError("Argument `perturbations` holds NaN or infinities.")


def _traceless(right: np.ndarray, trace: np.ndarray) -> np.ndarray:
    """Combinations of the stationary states (in the columns) without a trace."""
    traces = trace @ right
    return right @ null_space(traces[None, :])


def _solve_plus_identity(xp: Any, step: Any, right: Any, tolerance: float) -> tuple[Any, int]:
    """Solve (1 + step) z = right for all rows of (S, E, N) by full orthogonalisation."""
    # Rows whose Krylov space is exhausted (it then holds the solution) go on with vectors of zeros.
    if not right.shape[0]:
        return right, 0
    length = xp.sqrt(xp.sum(right * right, axis=-1, keepdims=True))
    rounding = EXHAUSTED * float(xp.finfo(right.dtype).eps)
    one = xp.ones_like(length)
    basis = (right / xp.where(length > 0, length, one))[..., None, :]  # (S, E, k, N)
    alive = length > 0
    columns: list[Any] = []
    worst = np.inf
    for k in range(1, MOST_STEPS + 1):
        newest = basis[..., -1, :]
        vector = (newest + step(newest))[..., None]
        before = xp.sqrt(xp.sum(vector * vector, axis=-2, keepdims=True))
        first = basis @ vector
        vector = vector - xp.matrix_transpose(basis) @ first
        second = basis @ vector  # once more against the rounding of the first pass
        vector = vector - xp.matrix_transpose(basis) @ second
        rest = xp.sqrt(xp.sum(vector * vector, axis=-2, keepdims=True))
        going = rest > rounding * before
        rest = xp.where(going, rest, xp.zeros_like(rest))
        column = xp.concat([first + second, rest], axis=-2)[..., 0]
        unit = xp.asarray(np.eye(k + 1)[k - 1], dtype=right.dtype, device=device(right))
        columns.append(xp.where(alive, column, xp.broadcast_to(unit, column.shape)))
        if k % CHECKED_EVERY == 0 or k == MOST_STEPS:
            small = _projected(xp, columns, length)
            # The residual is orthogonal to the space; its size is that of the next direction.
            left = xp.abs(rest[..., 0, 0] * small[..., -1, 0])
            sizes = xp.where(length > 0, length, one)[..., 0]
            worst = float(to_numpy(xp.max(left / sizes)))
            if worst <= tolerance:
                return (xp.matrix_transpose(basis) @ small)[..., 0], k
        vector = xp.where(going, vector, xp.zeros_like(vector))
        following = xp.matrix_transpose(vector / xp.where(going, rest, xp.ones_like(rest)))
        alive = going[..., 0]
        basis = xp.concat([basis, following], axis=-2)
    raise ConvergenceError(
        f"After {MOST_STEPS} steps the relative residual is still {worst:.1e}: a perturbation is "
        "far from depolarisation at the given rate; perturbed_steady_states() solves it."
    )


def _projected(xp: Any, columns: list[Any], length: Any) -> Any:
    """Coefficients of the solutions in the basis, shape (S, E, k, 1)."""
    size = len(columns)
    here: Any = {"dtype": length.dtype, "device": device(length)}
    padded = []
    for column in columns:
        missing = (*column.shape[:-1], size + 1 - column.shape[-1])
        padded.append(xp.concat([column, xp.zeros(missing, **here)], axis=-1)[..., :size])
    hessenberg = xp.stack(padded, axis=-1)
    first = xp.asarray(np.eye(size, 1), **here)
    return xp.linalg.solve(hessenberg, length[..., None] * first)
