"""A single system as an effective Hamiltonian and jump operators with their rates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from quantsync.lindblad.generator import Generator, channels


@dataclass(frozen=True, eq=False)
class EffectiveHamiltonian:
    """One system as ``K rho + rho K^dag + sum_k J_k rho J_k^dag``, J_k with its rate included."""

    hamiltonian: sp.csr_array
    drift: sp.csr_array  # K = -i H - sum_k J_k^dag J_k / 2: -i times the effective Hamiltonian
    jumps: list[sp.csr_array]  # sqrt(rate) L where the rate is not zero
    names: list[str]  # how messages call them

    @classmethod
    def of(cls, system: Generator) -> EffectiveHamiltonian:
        """The form of a single system."""
        n, terms = system.dimension, system.terms
        (coefficients,) = system.coefficient_table()
        count = len(terms.hamiltonian)
        energy = sp.csr_array((n, n), dtype=complex)
        for coefficient, term in zip(coefficients[:count], terms.hamiltonian, strict=True):
            energy = sp.csr_array(energy + coefficient * term)
        drift, jumps, names = -1j * energy, [], []
        active = [f"dissipators[{k}]" for k in np.flatnonzero(coefficients[count:])]
        for k, (rate, jump) in enumerate(channels(system)):
            jumps.append(sp.csr_array(np.sqrt(rate) * jump))
            # With rate matrices, jump operators are sums of those that were given.
            names.append(f"collapse operator {k} of to_qutip()" if terms.crosses else active[k])
            drift = drift - rate / 2 * (jump.conj().T @ jump)
        return cls(energy, sp.csr_array(drift), jumps, names)

    def apply(self, operator: np.ndarray) -> np.ndarray:
        """The generator applied to one operator of shape (n, n)."""
        result = self.drift @ operator + (self.drift @ operator.conj().T).conj().T
        for jump in self.jumps:
            result = result + (jump @ (jump @ operator).conj().T).conj().T
        return result

    def apply_adjoint(self, operator: np.ndarray) -> np.ndarray:
        """The adjoint generator, which moves observables, applied to one operator."""
        drift = self.drift.conj().T
        result = drift @ operator + (drift @ operator.conj().T).conj().T
        for jump in self.jumps:
            back = jump.conj().T
            result = result + (back @ (back @ operator).conj().T).conj().T
        return result


def frobenius_norm(matrix: Any) -> float:
    """Frobenius norm of a sparse array."""
    return float(np.linalg.norm(matrix.data)) if matrix.nnz else 0.0
