"""Convex families of limit-cycle states without a closed form, searched with SciPy.

The relative entropy is convex in its second argument, so a stationary point is the minimum.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import scipy.sparse as sp

from quantsync.arrays import to_numpy
from quantsync.checks import shown
from quantsync.errors import (
    ConvergenceError,
    DimensionError,
    InvalidArgumentError,
    InvalidStateError,
)
from quantsync.measures.entropic.limit_cycles import LimitCycles
from quantsync.operators import as_operator
from quantsync.states import require_density_matrix

FULL_RANK = 1e-9  # states with a smaller eigenvalue are approached from full rank
LAST_MIXING = 1e-12
GRADIENT = 1e-7
GAP = 1e-9
DUALITY_GAP = 1e-7


class SpannedStates(LimitCycles):
    """All states in the real span of some Hermitian operators.

    The closest state is found by SciPy's trust-region Newton method with exact derivatives. For
    what App. B of Vaidya et al., PRA 109, 033718 (2024), calls partially coherent limit cycles,
    span the Hermitian operators that have the structure of the undriven state.

    Parameters
    ----------
    operators : iterable of array_like or sparse array of shape (n, n)
        Hermitian; their span must contain the identity, so that it has states of full rank.

    Raises
    ------
    InvalidArgumentError
        If there is no operator, one is not Hermitian, or the identity is not in the span.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> cycles = qs.entropic.SpannedStates([np.eye(2), np.diag([1.0, -1.0])])
    >>> rho = np.array([[0.7, 0.2], [0.2, 0.3]])
    >>> print(cycles.closest(rho).real.round(6))
    [[0.7 0. ]
     [0.  0.3]]
    """

    def __init__(self, operators: Iterable[Any]):
        given = _matrices(operators, "operators")
        n = given.shape[-1]
        for k, matrix in enumerate(given):
            if np.abs(matrix - matrix.conj().T).max() > 1e-12 * np.abs(matrix).max():
                raise InvalidArgumentError(f"operators[{k}] must be Hermitian.")
        rows = given.reshape(len(given), -1)
        identity = np.eye(n).ravel()
        # Real orthonormal basis of the span, less the identity's direction.
        real = np.concatenate([np.real(rows), np.imag(rows)], axis=1)
        _, sizes, basis = np.linalg.svd(real, full_matrices=False)
        basis = basis[sizes > 1e-12 * sizes[0]]
        target = np.concatenate([identity, 0 * identity]) / np.sqrt(n)
        inside = basis @ target
        if abs(np.linalg.norm(inside) - 1) > 1e-9:
            raise InvalidArgumentError(
                "The span of `operators` must contain the identity, so that the family has states "
                "of full rank; for mixtures of given states use StateMixtures."
            )
        rest = basis - np.outer(inside, target)
        _, sizes, traceless = np.linalg.svd(rest, full_matrices=False)
        traceless = traceless[sizes > 1e-9]
        self._directions = (traceless[:, : n * n] + 1j * traceless[:, n * n :]).reshape(-1, n, n)
        self._dimension = n

    def nearest(self, rho: Any) -> np.ndarray:
        """The closest limit-cycle states, each found by a search."""
        return _one_by_one(rho, self._dimension, self._closest)

    def _closest(self, rho: np.ndarray) -> np.ndarray:
        n = self._dimension
        start = np.zeros(len(self._directions))
        mixing = [0.0]
        if np.linalg.eigvalsh(rho)[0] < FULL_RANK:
            mixing = [10.0**-k for k in range(2, 12, 2)] + [LAST_MIXING]
        for part in mixing:
            target = (1 - part) * rho + part * np.eye(n) / n
            start = self._minimise(target, start)
        return self._state(start)

    def _state(self, x: np.ndarray) -> np.ndarray:
        return np.eye(self._dimension) / self._dimension + np.tensordot(x, self._directions, 1)

    def _minimise(self, rho: np.ndarray, start: np.ndarray) -> np.ndarray:
        from scipy.optimize import minimize

        if not len(start):
            return start

        def objective(x: np.ndarray) -> float:
            values, vectors = np.linalg.eigh(self._state(x))
            if values[0] <= 0:
                return np.inf
            weights = np.real(np.einsum("ji,jk,ki->i", vectors.conj(), rho, vectors))
            return float(-(weights @ np.log(values)))

        def derivatives(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            values, vectors = np.linalg.eigh(self._state(x))
            if values[0] <= 0:  # a step out of the states, which will be taken back
                return np.zeros(len(x)), np.eye(len(x))
            inside = vectors.conj().T @ rho @ vectors
            turned = vectors.conj().T @ self._directions @ vectors
            first, second = _divided_differences(values)
            slope = -np.real(np.einsum("ij,kij,ji->k", first, turned, inside))
            bend = np.einsum("ijl,kij,mjl,li->km", second, turned, turned, inside, optimize=True)
            return slope, -np.real(bend + bend.T)

        found: Any = minimize(
            objective,
            start,
            jac=lambda x: derivatives(x)[0],
            hess=lambda x: derivatives(x)[1],
            method="trust-exact",
            options={"gtol": 1e-10, "maxiter": 500},
        )
        slope, bend = derivatives(found.x)
        # Newton's decrement: how far above its minimum a convex function can still be.
        excess = float(slope @ np.linalg.lstsq(bend, slope, rcond=1e-14)[0])
        if not (np.linalg.norm(slope) < GRADIENT or abs(excess) < GAP):
            raise ConvergenceError(
                "The closest limit-cycle state was not found: the gradient is still "
                f"{np.linalg.norm(slope):.1e} ({found.message})."
            )
        return found.x


class StateMixtures(LimitCycles):
    """All mixtures of some given states.

    The closest mixture is found by SciPy's sequential quadratic programming, and accepted if
    its duality gap shows that no other mixture is closer by 1e-7.

    Parameters
    ----------
    states : iterable of array_like of shape (n, n)
        Density matrices.

    Raises
    ------
    InvalidArgumentError
        If there is no state.
    InvalidStateError
        If one is not a density matrix.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> cycles = qs.entropic.StateMixtures([np.diag([1.0, 0.0]), np.diag([0.0, 1.0])])
    >>> print(cycles.closest(np.array([[0.7, 0.2], [0.2, 0.3]])).real.round(4))
    [[0.7 0. ]
     [0.  0.3]]
    """

    def __init__(self, states: Iterable[Any]):
        self._states = _matrices(states, "states")
        require_density_matrix(self._states, self._states.shape[-1], "states")

    def nearest(self, rho: Any) -> np.ndarray:
        """The closest mixtures, each found by a search."""
        return _one_by_one(rho, self._states.shape[-1], self._closest)

    def _closest(self, rho: np.ndarray) -> np.ndarray:
        from scipy.optimize import LinearConstraint, minimize

        count = len(self._states)
        even = np.full(count, 1 / count)
        populations, basis = np.linalg.eigh(np.tensordot(even, self._states, 1))
        kernel = basis[:, populations < 1e-12]
        if np.real(np.trace(kernel.conj().T @ rho @ kernel)) > 1e-10:
            raise InvalidStateError(
                "No mixture of the given states contains the support of the state: the relative "
                "entropy to every one of them is infinite."
            )
        support = basis[:, populations >= 1e-12]
        rho = support.conj().T @ rho @ support
        states = support.conj().T @ self._states @ support

        def both(p: np.ndarray) -> tuple[float, np.ndarray]:
            values, vectors = np.linalg.eigh(np.tensordot(p, states, 1))
            values = np.maximum(values, 1e-300)
            inside = vectors.conj().T @ rho @ vectors
            turned = vectors.conj().T @ states @ vectors
            first, _ = _divided_differences(values)
            slope = -np.real(np.einsum("ij,kij,ji->k", first, turned, inside))
            return float(-np.real(np.diag(inside)) @ np.log(values)), slope

        found: Any = minimize(
            both,
            even,
            jac=True,
            method="SLSQP",
            bounds=[(1e-15, 1)] * count,
            constraints=LinearConstraint(np.ones((1, count)), 1, 1),
            options={"ftol": 1e-15, "maxiter": 1000},
        )
        p = np.maximum(found.x, 0) / np.maximum(found.x, 0).sum()
        slope = both(p)[1]
        gap = float(slope @ p - slope.min())
        if not gap < DUALITY_GAP:
            raise ConvergenceError(
                f"The closest mixture was not found: the duality gap is {gap:.1e} "
                f"({found.message})."
            )
        return np.tensordot(p, self._states, 1)


def _matrices(given: Iterable[Any], name: str) -> np.ndarray:
    if not isinstance(given, Iterable) or sp.issparse(given) or isinstance(given, str | dict):
        raise InvalidArgumentError(
            f"Argument `{name}` must be a list of matrices, but is {shown(given)}."
        )
    matrices = list(given)
    if not matrices:
        raise InvalidArgumentError(f"Argument `{name}` is empty.")
    first = matrices[0]
    n = len(first) if isinstance(first, list | tuple) else (getattr(first, "shape", ()) or (0,))[-1]
    return np.stack(
        [as_operator(m, n, f"Entry {k} of `{name}`").toarray() for k, m in enumerate(matrices)]
    )


def _one_by_one(rho: Any, dimension: int, closest: Any) -> np.ndarray:
    rho = np.asarray(to_numpy(rho), complex)
    if rho.shape[-1] != dimension:
        raise DimensionError(
            f"Argument `rho` must have shape (..., {dimension}, {dimension}), but has {rho.shape}."
        )
    flat = rho.reshape(-1, dimension, dimension)
    known = np.isfinite(flat).all(axis=(-2, -1))  # the others are masked
    found = [closest(one) if ok else one for one, ok in zip(flat, known, strict=True)]
    return np.reshape(found, rho.shape)


def _divided_differences(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First and second divided differences of the logarithm, shapes (n, n) and (n, n, n)."""
    a, b = values[:, None], values[None, :]
    gap, total = a - b, a + b
    ratio = gap / total
    near = np.abs(ratio) < 1e-6
    safe = np.where(near, 1.0, gap)
    with np.errstate(divide="ignore"):
        first = np.where(near, 2 / total * (1 + ratio**2 / 3), (np.log(a) - np.log(b)) / safe)
    triples = np.sort(np.stack(np.meshgrid(values, values, values, indexing="ij")), axis=0)
    low, middle, high = triples
    index = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    order = np.sort(np.stack(np.meshgrid(index, index, index, indexing="ij")), axis=0)
    by_rank = first[np.ix_(np.argsort(values, kind="stable"), np.argsort(values, kind="stable"))]
    upper, lower = by_rank[order[2], order[1]], by_rank[order[1], order[0]]
    close = (high - low) < 1e-4 * high
    mean = (low + middle + high) / 3
    second = np.where(close, -1 / (2 * mean**2), (upper - lower) / np.where(close, 1, high - low))
    return first, second
