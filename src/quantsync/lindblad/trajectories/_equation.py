"""What trajectories need of a system: how it moves between jumps, and the jumps themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from quantsync.lindblad.generator import Generator, channels
from quantsync.memory import require_memory

FILLED = 8  # times fewer entries than a whole matrix has: from there on sparse products are faster


@dataclass(frozen=True)
class Equation:
    """``A = -i H - sum_k L_k^dag L_k / 2`` and ``L_k = sqrt(rate) K_k`` of a single system."""

    motion: np.ndarray  # A, (n, n)
    jumps: list[sp.csr_array]

    @property
    def dimension(self) -> int:
        """Dimension n of the space."""
        return len(self.motion)

    @property
    def speed(self) -> float:
        """A bound of the spectral norm of A."""
        size = np.abs(self.motion)
        largest = size.sum(axis=0).max(initial=0.0) * size.sum(axis=1).max(initial=0.0)
        return float(np.sqrt(largest))


def equation_of(system: Generator) -> Equation:
    """The equation of a single system."""
    n = system.dimension
    require_memory(64.0 * n**2, f"The effective Hamiltonian of {n} levels")
    jumps = [sp.csr_array(np.sqrt(rate) * jump) for rate, jump in channels(system)]
    decay = np.zeros((n, n), complex)
    for jump in jumps:
        decay += (jump.conj().T @ jump).toarray()
    return Equation(-1j * system.hamiltonian() - decay / 2, jumps)


def handy(operator: sp.csr_array) -> sp.csr_array | np.ndarray:
    """An operator as that kind of matrix whose products are faster."""
    shape: Any = operator.shape
    sparse = operator.nnz * FILLED < shape[0] * shape[1]
    return sp.csr_array(operator) if sparse else operator.toarray()


def squares(psi: np.ndarray) -> np.ndarray:
    """Squared norms (B,) of vectors that are the columns of psi, (n, B)."""
    return overlaps(psi, psi)


def overlaps(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Real parts (B,) of the products <first|second> of columns."""
    # Real and imaginary parts lie side by side: one product of real arrays is faster.
    x, y = (np.ascontiguousarray(psi).view(float) for psi in (first, second))
    return (x * y).sum(axis=0).reshape(-1, 2).sum(axis=1)
