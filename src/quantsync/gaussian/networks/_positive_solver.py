"""Solving with a stiffness matrix: factors where they stay sparse, else conjugate gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import cg, splu

from quantsync.gaussian.networks._normal_modes import bandwidth, matrix_size

SMALL = 500  # up to this size factors cost nothing
TOLERANCE = 1e-15  # of conjugate gradients; they stop at rounding
ACCEPTED = 1e-13  # of the residual


def positive_solver(matrix: sp.csr_array) -> Any:
    """An object with a method ``solve`` for a positive definite matrix."""
    size = matrix_size(matrix)
    if size <= SMALL or bandwidth(matrix) <= size // 8:
        return splu(sp.csc_array(matrix))
    # The factors of an unstructured graph fill up, while its condition number is moderate.
    return ConjugateGradients(matrix)


class ConjugateGradients:
    """Solutions by conjugate gradients, and by factors where these do not get there."""

    def __init__(self, matrix: sp.csr_array):
        self.shape = matrix.shape
        self._matrix = matrix
        self._factors: Any = None

    def solve(self, right: np.ndarray) -> np.ndarray:
        """Solutions for the columns of the right-hand side, shape (N, R)."""
        found = np.empty_like(right)
        for k in range(right.shape[1]):
            x, _ = cg(
                self._matrix, right[:, k], rtol=TOLERANCE, maxiter=10 * int(np.sqrt(right.size))
            )
            residual = np.linalg.norm(self._matrix @ x - right[:, k])
            if residual > ACCEPTED * np.linalg.norm(right[:, k]):
                if self._factors is None:
                    self._factors = splu(sp.csc_array(self._matrix))
                x = self._factors.solve(right[:, k])
            found[:, k] = x
        return found
