"""The resolvents of a batch: what b makes and a sees of its states, and models between them."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import scipy.sparse as sp

from quantsync.errors import ConvergenceError, InvalidArgumentError
from quantsync.lindblad.generator import Generator
from quantsync.lindblad.spectra._models import LARGEST_DENSE, Model, built
from quantsync.lindblad.spectra._reached import Reached, reached
from quantsync.memory import require_memory
from quantsync.parallel import chunk_slices

RESIDUAL = 1e-13  # product of the relative residuals of resolvents from both sides
LARGEST_RESIDUAL = 1e-8  # of a spectrum that is given out at all
# Part of the highest value from which on a pole's frequency is resolved: for all peaks, where broad
# ones of such a part of the largest area are as well, and for the highest one alone.
SEEN, HIGH = 1e-6, 0.03
UNDAMPED = 1e-13  # decay rate relative to the generator that rounding does not tell from none
CHUNK_BYTES = 1 << 21
TOGETHER = 8000  # elements of sparse systems that are taken together
FILL = 200.0  # bytes per entry of a factorisation, times the elements' square root


class Resolvents:
    """What the spectra of a batch share: the elements that b reaches and a sees, and solvers."""

    def __init__(self, system: Generator, rho: np.ndarray, space: Reached, a: Any, b: Any):
        self.system, self.space = system, space
        self._rho, self._a, self._b = rho, a, b
        self._table = system.coefficient_table()

    @classmethod
    def of(cls, system: Generator, rho: np.ndarray, a: Any, b: Any) -> Resolvents | None:
        """None where nothing that b reaches is seen by a."""
        n, terms = system.dimension, system.terms
        support = (np.nan_to_num(rho) != 0).any(axis=0).astype(float)
        known = rho[~np.isnan(rho).any(axis=(1, 2))]
        start, seen = abs(b) @ support, abs(a.conj().T).toarray()
        if expectations(known, b).any():
            start = start + support
        if expectations(known, a).any():
            seen = seen + np.eye(n)
        active = (system.coefficient_table() != 0).any(axis=0)
        space = reached(terms, active, np.flatnonzero(start.ravel()), np.flatnonzero(seen.ravel()))
        return None if space is None else cls(system, rho, space, a, b)

    def chunks(self) -> list[np.ndarray]:
        """Members that are taken together, without those that are masked."""
        good = np.flatnonzero(~np.isnan(self._rho).any(axis=(1, 2)))
        d = self.space.dimension
        require_memory(FILL * d**1.5, f"The resolvent of {d} elements", "take smaller sites")
        # Arrays of one small system are so short that threads would wait for each other.
        size = CHUNK_BYTES // (16 * d * d) if d <= LARGEST_DENSE else max(1, TOGETHER // d)
        return [good[chunk] for chunk in chunk_slices(len(good), size)]

    def _vectors(self, members: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, Any]:
        """What b makes, what a sees, and the stationary vector, among the elements."""
        n, elements = self.system.dimension, self.space.elements
        rho = self._rho[members]
        product = products(self._b, rho)
        mean_b = np.trace(product, axis1=1, axis2=2)
        right = product - mean_b[:, None, None] * rho
        mean_a = expectations(rho, self._a)
        diagonal = (elements // n == elements % n).astype(float)
        seen = self._a.conj().T.toarray().ravel()[elements]
        left = seen - mean_a.conj()[:, None] * diagonal
        flat = right.reshape(len(rho), n * n)[:, elements]
        stationary = rho.reshape(len(rho), n * n)[:, elements]
        return flat, left, stationary, diagonal

    def values(self, members: np.ndarray, omega: np.ndarray) -> np.ndarray:
        """``Tr[a (i omega - L)^-1 (b rho - <b> rho)]`` of some systems, (B, W)."""
        model, _ = self.models(members, omega)
        self.require_damped(model, members, omega)
        (found,), residual = model.values(1j * np.tile(omega, (len(members), 1)))
        missed = (np.nan_to_num(residual, nan=np.inf) > LARGEST_RESIDUAL).any(axis=0)
        if missed.any() and not missed.all():
            # Near and far frequencies ask for different spaces.
            found[:, missed] = self.values(members, omega[missed])
        else:
            self.require_solved(residual, members)
        return found

    def models(
        self, members: np.ndarray, omega: np.ndarray | None, seen: float = SEEN
    ) -> tuple[Model, np.ndarray]:
        """Models that hold at some frequencies, at what is seen by default, and their residuals."""
        right, left, stationary, diagonal = self._vectors(members)
        table = self._table[members]
        mean, rate = self._scales(table, right, left)
        if omega is not None and len(omega):
            reach = np.abs(omega - mean[:, None]).max(axis=1)
            rate = np.maximum(rate, reach / 4)
        trace = np.broadcast_to(diagonal.astype(complex), right.shape)
        constraint = (trace, stationary) if diagonal.any() else None
        return built(
            self.space,
            table,
            right,
            left,
            constraint,
            rate + 1j * mean,
            partial(_at_peaks, seen) if omega is None else partial(_at, omega),
            RESIDUAL,
        )

    def _scales(
        self, table: np.ndarray, right: np.ndarray, left: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Mean frequencies and rates of change of what b makes, (B,): where shifts should lie."""
        changed = np.stack(
            [self.space.sparse(row) @ v for row, v in zip(table, right, strict=True)]
        )
        overlap = np.einsum("bd,bd->b", left.conj(), right)
        size = np.linalg.norm(right, axis=1)
        safe = np.abs(overlap) > 1e-8 * np.linalg.norm(left, axis=1) * size
        first = np.einsum("bd,bd->b", left.conj(), changed)
        mean = np.where(safe, (first / np.where(safe, overlap, 1)).imag, 0.0)
        rate = np.linalg.norm(changed - 1j * mean[:, None] * right, axis=1)
        rate /= np.where(size == 0, 1, size)
        largest = np.abs(table).max(axis=1, initial=0)
        return mean, 2 * np.maximum(rate, 1e-6 * np.where(largest == 0, 1, largest))

    def scale(self, members: np.ndarray) -> np.ndarray:
        """Bounds on the entries of the generators, (B,)."""
        return np.abs(self._table[members]) @ self.system.terms.sizes

    def require_damped(self, model: Model, members: np.ndarray, omega: np.ndarray | None) -> None:
        """Raise where an undamped mode turns, at some frequencies or at any."""
        poles: Any = model.poles
        scale = self.scale(members)[:, None]
        undamped = np.abs(poles.real) <= UNDAMPED * scale
        if omega is not None:
            near = np.abs(poles.imag[:, :, None] - omega) <= UNDAMPED * scale[:, :, None]
            undamped &= near.any(axis=2)
        if undamped.any():
            m, k = map(int, np.argwhere(undamped)[0])
            where = (
                f" of the system at index {self._index(members[m])}" if self.system.shape else ""
            )
            raise InvalidArgumentError(
                f"The spectrum{where} is infinite at omega = {poles[m, k].imag:.10g}, where an "
                "undamped mode turns: leave that frequency out, or add the damping that the mode "
                "has."
            )

    def require_solved(self, residual: np.ndarray, members: np.ndarray) -> None:
        """Raise where residuals (B, W) are too large."""
        worst = np.nan_to_num(residual, nan=np.inf).max(axis=1, initial=0)
        if (worst > LARGEST_RESIDUAL).any():
            m = int(worst.argmax())
            where = (
                f" of the system at index {self._index(members[m])}" if self.system.shape else ""
            )
            raise ConvergenceError(
                f"The spectrum{where} is not converged: its relative residual is {worst[m]:.2g}, "
                f"above {LARGEST_RESIDUAL:g}. Take fewer or nearer frequencies at a time, or "
                "rates that lie less far apart."
            )

    def _index(self, member: Any) -> tuple[int, ...]:
        return tuple(map(int, np.unravel_index(int(member), self.system.shape)))


def _at(omega: np.ndarray, model: Model) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies for all systems, and the residuals of a model there."""
    everywhere = np.tile(omega, (len(model.poles), 1))
    return everywhere, np.nan_to_num(model.values(1j * everywhere)[1], nan=0.0)


def _at_peaks(seen: float, model: Model) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies of all poles, and the residuals at those that a spectrum shows so far."""
    omega = np.nan_to_num(np.imag(model.poles))
    (value,), residual = model.values(1j * omega)
    height = np.nan_to_num(np.real(value))
    shown = height >= seen * height.max(axis=1, keepdims=True)
    if seen == SEEN:
        area = height * np.abs(np.nan_to_num(np.real(model.poles)))
        shown |= area >= seen * area.max(axis=1, keepdims=True)
    return omega, np.where(shown, np.nan_to_num(residual, nan=0.0), 0.0)


def expectations(rho: np.ndarray, operator: sp.csr_array) -> np.ndarray:
    """Tr(operator rho) of matrices (B, n, n)."""
    entries = sp.coo_array(operator)
    rows, columns = entries.coords
    return rho[:, columns, rows] @ entries.data


def products(operator: sp.csr_array, rho: np.ndarray) -> np.ndarray:
    """``operator @ rho`` of matrices (..., n, n): sparse times dense, for all at once."""
    n = rho.shape[-1]
    columns = np.moveaxis(rho, -2, 0).reshape(n, -1)
    return np.moveaxis((operator @ columns).reshape(n, *rho.shape[:-2], n), 0, -2)
