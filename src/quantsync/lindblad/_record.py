"""What is kept of an evolution: density matrices, or expectation values alone."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import scipy.sparse as sp

from quantsync.lindblad._hermitian_basis import HermitianBasis
from quantsync.lindblad._sectors import Sector

BLOCK = 1 << 18  # numbers of the states that are at hand at a time


class Record:
    """Density matrices (B, T, n, n), or the expectation values (B, T) of some operators."""

    def __init__(
        self,
        size: int,
        times: int,
        basis: HermitianBasis,
        observables: Mapping[str, sp.csr_array] | None,
    ):
        n = basis.dimension
        self.dimension, self.operators, self._basis = n, observables, basis
        self.error = np.zeros((size, times))
        self.rho: np.ndarray | None = None
        self.values: dict[str, np.ndarray] = {}
        self._functionals: dict[str, np.ndarray] = {}
        if observables is None:
            self.rho = np.zeros((size, times, n, n), complex)
            return
        for name, operator in observables.items():
            # Tr(O B_k) of the basis operators.
            flat = sp.csr_array(operator.T).reshape(1, n * n)
            functional = sp.csr_array(sp.csr_array(flat) @ basis.vectors).toarray().ravel()
            self._functionals[name] = functional
            self.values[name] = np.zeros((size, times), complex)

    def seen(self) -> np.ndarray:
        """Elements that anything is asked of; all where states are kept."""
        if self.operators is None:
            return self._basis.elements
        used = [functional != 0 for functional in self._functionals.values()]
        return np.flatnonzero(np.any(used, axis=0))

    def block(self, width: int) -> int:
        """How many times to hand over at once."""
        return max(1, BLOCK // max(1, width))

    def add(self, members: np.ndarray, span: slice, sector: Sector, x: np.ndarray) -> None:
        """States (b, t, m) of one sector."""
        if self.rho is not None:
            target, source, weight = sector.scatter
            flat = self.rho.view(float).reshape(*self.rho.shape[:2], -1)
            filled = x[..., source] * weight
            for member, values in zip(members, filled, strict=True):
                flat[member, span, target] = values.T
            return
        for name, functional in self._functionals.items():
            part = functional[sector.elements]
            if part.any():
                self.values[name][members, span] += x @ part

    def expectations(self) -> dict[str, np.ndarray]:
        """Of Hermitian starts: real where the operator is Hermitian, too."""
        found = {}
        for name, values in self.values.items():
            real = not np.imag(self._functionals[name]).any()
            found[name] = np.real(values).copy() if real else values
        return found
