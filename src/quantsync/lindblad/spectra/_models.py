"""Resolvents ``left^dag (z - L)^-1 right`` in small spaces, right to second order.

The space of (s - L)^-1 right, (s - L)^-2 right, ... with one or a few shifts s, orthonormal as V,
makes ``(z - L) V H = V K(z)`` with small matrices H and K (Ruhe, Linear Algebra Appl. 58, 391
(1984)). All but the last row is solved for x = V H u; what the last row leaves over is the residual
r, exactly and at no cost. The same with L^dag and ``left`` gives y, and with both

    left^dag x + y^dag r = left^dag (z - L)^-1 right - r'^dag (z - L)^-1 r:

the error is bilinear in the residuals r and r'. Nothing is diagonalised: exceptional points are no
exception. Derivatives by z are those of the rational functions that u and y are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import comb
from typing import Any

import numpy as np
from scipy.linalg import schur

from quantsync.lindblad._sector_solve import sparse_factors
from quantsync.lindblad.spectra._reached import Reached

LARGEST_DENSE = 64  # elements up to which inverses are dense, and batched
MOST = 400  # vectors of each space
ROOM = 32  # for so many vectors there is room to begin with
# Vectors after which the residual is looked at, and until it is again: by how fast it falls.
FIRST, LEAST, LARGEST = 10, 4, 20
STEPS_A_SHIFT = 30  # vectors after which a further shift is taken where the residual is largest
FEW = 8  # frequencies per system up to which inverses are cheaper than substitutions
EXHAUSTED = 1e-13  # part of a vector that is left of it when its space is complete

Solver = Callable[[np.ndarray], np.ndarray]  # of vectors (B, d), or (B, W, k)
Look = Callable[["Model"], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Side:
    """One of the two spaces, of B systems: rational functions of z, by triangular T.

    Attributes
    ----------
    T : ndarray of shape (B, k, k)
    first : ndarray of shape (B,)
        The first shift; the poles are ``first - 1/T_jj``.
    start : ndarray of shape (B, k)
    seen : ndarray of shape (B, k)
        ``seen . (1 + (z - first) T)^-1 start`` is what the other side asks for.
    last : ndarray of shape (B, k)
        The same of ``last``, times ``(z - shift) step``, is minus the residual's amplitude.
    shift, step : ndarray of shape (B,)
    size : ndarray of shape (B,)
        Norm of the vector that was started from.
    """

    T: np.ndarray
    first: np.ndarray
    start: np.ndarray
    seen: np.ndarray
    last: np.ndarray
    shift: np.ndarray
    step: np.ndarray
    size: np.ndarray

    def take(self, members: np.ndarray) -> Side:
        """That of some systems."""
        return Side(*(array[members] for array in vars(self).values()))

    @np.errstate(divide="ignore", over="ignore", invalid="ignore")  # exactly at a pole
    def values(self, z: np.ndarray, orders: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """What the other side asks for, and the residual's amplitude: derivatives by z, (B, W)."""
        solve, seen, last = self._solver(z), [], []
        x, asked = self.start[:, None, :], np.stack([self.seen, self.last], axis=2)
        for order in range(orders + 1):
            x = -order * solve(x @ self.T.swapaxes(1, 2)) if order else solve(x)
            found = x @ asked
            seen.append(found[:, :, 0])
            last.append(found[:, :, 1])
        factor, step = z - self.shift[:, None], -self.step[:, None]
        amplitude = [
            step * (factor * f + (order * last[order - 1] if order else 0.0))
            for order, f in enumerate(last)
        ]
        return seen, amplitude

    def _solver(self, z: np.ndarray) -> Solver:
        """``(1 + (z - first) T)^-1`` for z of shape (B, W), of vectors (B, W or 1, k)."""
        z = z - self.first[:, None]
        if z.shape[1] > FEW:
            return lambda right: self._substituted(z, right)
        # Calls cost more than arithmetic.
        try:
            one = np.eye(self.T.shape[-1])
            inverse = np.linalg.inv(one + z[:, :, None, None] * self.T[:, None])
        except np.linalg.LinAlgError:  # exactly at a pole
            return lambda right: self._substituted(z, right)
        return lambda right: (inverse @ right[..., None])[..., 0]

    def _substituted(self, z: np.ndarray, right: np.ndarray) -> np.ndarray:
        """``(1 + z T)^-1 right`` by back substitution, for all z at once."""
        k = self.T.shape[-1]
        x = np.zeros((*z.shape, k), complex)
        for j in range(k - 1, -1, -1):
            above = x[:, :, j + 1 :] @ self.T[:, j, j + 1 :, None]
            x[:, :, j] = (right[:, :, j] - z * above[:, :, 0]) / (1 + z * self.T[:, j, j, None])
        return x


@dataclass(frozen=True)
class Model:
    """Transfer functions of B systems from both sides."""

    primal: Side
    dual: Side

    @property
    def poles(self) -> np.ndarray:
        """Eigenvalues of the generator that the function sees, (B, k); NaN at infinity."""
        T = np.diagonal(self.primal.T, axis1=1, axis2=2)
        with np.errstate(divide="ignore", invalid="ignore"):
            poles = self.primal.first[:, None] - 1 / T
        return np.where(np.isfinite(poles), poles, np.nan)

    def take(self, members: np.ndarray) -> Model:
        """Those of some systems."""
        return Model(self.primal.take(members), self.dual.take(members))

    @np.errstate(over="ignore", invalid="ignore")
    def values(self, z: np.ndarray, orders: int = 0) -> tuple[list[np.ndarray], np.ndarray]:
        """The function with derivatives by z (B, W), and the product of relative residuals."""
        first, r = self.primal.values(z, orders)
        second, s = self.dual.values(z.conj(), orders)
        found = [
            f + sum(comb(n, j) * r[j] * second[n - j].conj() for j in range(n + 1))
            for n, f in enumerate(first)
        ]
        sizes = self.primal.size * self.dual.size
        return found, np.abs(r[0] * s[0]) / sizes[:, None]


def built(
    reached: Reached,
    table: np.ndarray,
    right: np.ndarray,
    left: np.ndarray,
    stationary: tuple[np.ndarray, np.ndarray] | None,
    shift: np.ndarray,
    looked_at: Look,
    tolerance: float,
) -> tuple[Model, np.ndarray]:
    """Models of B systems, and the largest products of their relative residuals (B,)."""
    # Functions of vectors ``left`` and ``right`` (B, d) by generators of coefficients (B, T), with
    # residuals below the tolerance where ``looked_at`` looks: from a model to frequencies and
    # residuals (B, W), 0 where they do not matter. ``stationary`` are the trace (B, d), which is 0
    # on ``right``, and stationary vectors, which ``left`` is 0 on: what rounding leaves of either
    # would grow.
    count, d = right.shape
    whole = max(1, d - (stationary is not None))  # what has a trace is not reached
    most = min(whole, MOST)
    trace, rho = (None, None) if stationary is None else stationary
    primal, dual = _Space(right, most, trace), _Space(left, most, rho)
    shifts = np.zeros((count, most), complex)
    solve, since, check = _solvers(reached, table, shift), 0, FIRST
    earlier = 0, 1 / tolerance
    while True:
        k = primal.k
        x, y = solve[0](primal.V[:, k]), solve[1](dual.V[:, k])
        shifts[:, k] = shift
        k, since = k + 1, since + 1
        complete = primal.grow(x, k == whole) | dual.grow(y, k == whole)
        if k not in (check, most) and not complete.all():
            continue
        asked = dual.V[:, 0] * dual.size[:, None], primal.V[:, k]
        model = Model(primal.side(shifts, asked[0]), dual.side(shifts.conj(), asked[1]))
        omega, residual = looked_at(model)
        worst = residual.max(axis=1, initial=0)
        if (worst <= tolerance).all() or k == most or complete.all():
            return model, worst
        above = float(worst.max() / tolerance)
        check, earlier = k + _further(k, above, earlier), (k, above)
        if since >= STEPS_A_SHIFT:
            there = omega[np.arange(count), residual.argmax(axis=1)]
            shift = np.real(shift) / 4 + 1j * there
            solve, since = _solvers(reached, table, shift), 0


def _further(k: int, above: float, earlier: tuple[int, float]) -> int:
    """After how many more vectors the residual, so far above its tolerance, may be below it."""
    if earlier[1] <= above:
        return LEAST
    rate = np.log(earlier[1] / above) / (k - earlier[0])
    return int(np.clip(np.ceil(np.log(above) / rate), 2, LARGEST))


class _Space:
    """Orthonormal vectors V (B, m, d) of a rational Krylov space, and its matrix H (B, m, m-1)."""

    def __init__(self, start: np.ndarray, most: int, apart: np.ndarray | None):
        count, d = start.shape
        self.apart = None if apart is None else apart / _norms(apart)[:, None]
        norm = _norms(start)
        self.size = np.where(norm == 0, 1.0, norm)
        room = min(most, ROOM)  # what is not filled should not be touched either
        self.V = np.zeros((count, room + 1, d), complex)
        self.V[:, 0] = start / self.size[:, None]
        self.H = np.zeros((count, room + 1, room), complex)
        self.k = 0

    def grow(self, w: np.ndarray, whole: bool) -> np.ndarray:
        """Add a vector; True for the systems whose space is complete (the whole one) without it."""
        k = self.k
        if k == self.H.shape[2]:
            self.V = np.pad(self.V, ((0, 0), (0, k), (0, 0)))
            self.H = np.pad(self.H, ((0, 0), (0, k), (0, k)))
        basis, along = self.V[:, : k + 1], self.H[:, : k + 1, k]
        for _ in range(2):  # what once leaves over would grow from each vector to the next
            if self.apart is not None:
                w = w - np.einsum("bd,bd->b", self.apart.conj(), w)[:, None] * self.apart
            h = (basis @ w.conj()[:, :, None])[:, :, 0].conj()
            w = w - (h[:, None, :] @ basis)[:, 0]
            along += h
        norm = _norms(w)
        complete = (norm <= EXHAUSTED * np.hypot(norm, _norms(along))) | whole
        if complete.any():
            norm[complete], w[complete] = 1, 0
        np.divide(w, norm[:, None], out=self.V[:, k + 1])
        self.H[:, k + 1, k] = np.where(complete, 0, norm)
        self.k += 1
        return complete

    def side(self, shifts: np.ndarray, asked: np.ndarray) -> Side:
        """Its rational functions, by Schur's decomposition; ``asked`` are vectors (B, d)."""
        count, k = len(self.H), self.k
        H, square = self.H[:, : k + 1, :k], self.H[:, :k, :k].copy()
        seen = ((asked.conj()[:, None, :] @ self.V[:, : k + 1].swapaxes(1, 2)) @ H)[:, 0]
        # K(z) = K(first) + (z - first) H; where the space is complete, vectors of zero are behind.
        first, one = shifts[:, 0], np.eye(k)
        there = one + (first[:, None, None] - shifts[:, None, :k]) * square
        right = np.zeros((count, k, 1), complex)
        right[:, 0, 0] = self.size
        found = np.linalg.solve(there, np.concatenate([square, right], axis=2))
        T, Q = np.empty((2, count, k, k), complex)
        for m in range(count):
            pair: Any = schur(found[m, :, :k], output="complex")
            T[m], Q[m] = pair
        return Side(
            T,
            first,
            (found[:, None, :, k] @ Q.conj())[:, 0],
            (seen[:, None, :] @ Q)[:, 0],
            Q[:, k - 1, :],
            shifts[:, k - 1],
            np.real(H[:, k, k - 1]),
            self.size,
        )


def _solvers(reached: Reached, table: np.ndarray, shift: np.ndarray) -> tuple[Solver, Solver]:
    """Solutions of (shift - L) x = v, and of the adjoint."""
    if reached.dimension <= LARGEST_DENSE:
        one = np.eye(reached.dimension)
        inverse = np.linalg.inv(shift[:, None, None] * one - reached.dense(table))
        adjoint = inverse.conj().swapaxes(1, 2)
        return (
            lambda v: (inverse @ v[:, :, None])[:, :, 0],
            lambda v: (adjoint @ v[:, :, None])[:, :, 0],
        )
    factors = [
        sparse_factors(reached.sparse(row, complex(s), -1.0))
        for row, s in zip(table, shift, strict=True)
    ]

    def solver(transposed: str) -> Solver:
        if len(factors) == 1:
            return lambda v: factors[0].solve(v[0], transposed)[None]
        return lambda v: np.stack(
            [lu.solve(x, transposed) for lu, x in zip(factors, v, strict=True)]
        )

    return solver("N"), solver("H")


def _norms(vectors: np.ndarray) -> np.ndarray:
    """Norms of complex vectors (B, d) that lie in a row."""
    parts = np.ascontiguousarray(vectors).view(float)
    return np.sqrt(np.einsum("bd,bd->b", parts, parts))
