"""From a Kossakowski matrix to the real matrix of its generator, by moving numbers.

In matrix units F = |i><k| the superoperator of sum_mn K_mn F_n . F_m^dag is the Choi matrix
C = K^T with its indices reshuffled: what takes |k><l| to |i><j| is C[(i,k), (j,l)]. A real matrix
in the Hermitian basis needs i <= j only, which is the upper triangle of C; the other half is
never touched.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quantsync.lazy import lazy
from quantsync.lindblad._hermitian_basis import hermitian_basis
from quantsync.memory import workspace


@dataclass(frozen=True)
class Reshuffle:
    """Where the elements of C go, for operators on a space of dimension ``n``."""

    n: int

    @lazy
    def _order(self) -> tuple[np.ndarray, np.ndarray]:
        """Row k and column l of the n^2 matrix units: the diagonal, then k < l, then k > l."""
        i, j = hermitian_basis(self.n).pairs
        diagonal = np.arange(self.n)
        return np.concatenate([diagonal, i, j]), np.concatenate([diagonal, j, i])

    @lazy
    def _sources(self) -> np.ndarray:
        """Places of the superoperator's elements for i < j and all (k, l) among C's real parts."""
        n = self.n
        i, j = hermitian_basis(n).pairs
        row, column = self._order
        return 2 * ((i[:, None] * n + row) * n * n + j[:, None] * n + column)

    @lazy
    def _decay_places(self) -> tuple[np.ndarray, np.ndarray]:
        """Flat places of (k, l = j) for all k and of (k = i, l) for all l, in rows i < j."""
        n = self.n
        i, j = hermitian_basis(n).pairs
        place = np.empty((n, n), int)
        place[self._order] = np.arange(n * n)
        start = np.arange(len(i))[:, None] * n * n
        return start + place[:, j].T, start + place[i, :]

    def real_matrix(
        self, choi: np.ndarray, hamiltonian: np.ndarray, scale: float = 1.0
    ) -> np.ndarray:
        """The generator in the Hermitian basis, (n^2, n^2)."""
        # Of C = choi, row by row in memory, only the upper triangle is read.
        n = self.n
        i, j = hermitian_basis(n).pairs
        every = np.arange(n)
        # Rows |i><i| come from Hermitian blocks, of which half is known.
        upper = scale * np.triu(choi.reshape(n, n, n, n)[every, :, every, :])
        own = upper + np.triu(upper, 1).conj().swapaxes(1, 2)
        decay = own.sum(axis=0).T / 2 + 1j * hamiltonian
        own[every, :, every] -= decay  # decay rho + rho decay^dag
        own[every, every, :] -= decay.conj()
        numbers = choi.reshape(-1).view(float)
        first, second = self._decay_places
        rows = []
        for part, one, other in (
            (0, np.real(decay), np.real(decay)),
            (1, np.imag(decay), -np.imag(decay)),
        ):
            taken = workspace(f"rows {part}", self._sources.shape, float)
            np.take(numbers[part:], self._sources, out=taken, mode="clip")  # "raise" would copy
            taken *= scale
            flat = taken.reshape(-1)
            flat[first] -= one[i]
            flat[second] -= other[j]
            rows.append(taken)
        return self._combined(own, rows[0], rows[1])

    def _combined(self, own: np.ndarray, re: np.ndarray, im: np.ndarray) -> np.ndarray:
        """Real rows from the complex ones of |i><i| (own) and of |i><j|, i < j (re, im)."""
        n = self.n
        i, j = hermitian_basis(n).pairs
        s, a = slice(n, n + len(i)), slice(n + len(i), n * n)
        matrix, root = np.empty((n * n, n * n)), np.sqrt(2)
        upper = own[:, i, j]
        matrix[:n, :n] = np.real(np.diagonal(own, axis1=1, axis2=2))
        matrix[:n, s], matrix[:n, a] = root * np.real(upper), -root * np.imag(upper)
        np.multiply(root, re[:, :n], out=matrix[s, :n])
        np.multiply(root, im[:, :n], out=matrix[a, :n])
        np.add(re[:, s], re[:, a], out=matrix[s, s])
        np.add(im[:, s], im[:, a], out=matrix[a, s])
        np.subtract(im[:, a], im[:, s], out=matrix[s, a])
        np.subtract(re[:, s], re[:, a], out=matrix[a, a])
        return matrix
