"""`MatrixGenerator`: a generator given as one dense matrix, without a list of operators."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.sparse import issparse

from quantsync.checks import number_array
from quantsync.errors import DimensionError, InvalidArgumentError
from quantsync.lindblad._hermitian_basis import hermitian_basis
from quantsync.memory import require_memory
from quantsync.operators import Space, require_space


class MatrixGenerator:
    """A Hermiticity-preserving generator as a real matrix in the orthonormal Hermitian basis.

    What random ensembles are made of: a generic dissipator has n^2 - 1 jump operators, and the
    list of them is never needed.

    Parameters
    ----------
    space : Space
        The space of dimension n.
    matrix : array_like of shape (n^2, n^2)
        Real, in the basis |i><i|, (|i><j| + |j><i|)/sqrt2, i(|i><j| - |j><i|)/sqrt2 with i < j.

    Raises
    ------
    DimensionError
        If the matrix does not fit the space.
    InvalidArgumentError
        If it is complex.
    NonFiniteError
        If an entry is NaN or infinite.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1/2))
    >>> decay = qs.Lindbladian(space, dissipators=[(1.0, space["A"].minus)])
    >>> matrix = decay.superoperator().toarray()
    >>> generator = qs.degenerate.MatrixGenerator.from_superoperator(space, matrix)
    >>> print(generator.apply(np.diag([1.0, 0.0])).real)
    [[-1.  0.]
     [ 0.  1.]]
    """

    def __init__(self, space: Space, matrix: Any):
        if issparse(matrix):
            need = 8.0 * math.prod(matrix.shape)
            require_memory(need, f"A dense matrix of shape {matrix.shape}")
        array = matrix.toarray() if issparse(matrix) else number_array(matrix, "matrix")
        size = require_space(space).dimension ** 2
        if array.shape != (size, size):
            raise DimensionError(
                f"Argument `matrix` must have shape {(size, size)} for {space}, but has "
                f"{array.shape}."
            )
        if array.dtype.kind == "c":
            raise InvalidArgumentError(
                "Argument `matrix` must be real, in the Hermitian basis; convert a complex "
                "superoperator with MatrixGenerator.from_superoperator."
            )
        self.space, self.matrix = space, np.ascontiguousarray(array, float)

    @classmethod
    def from_superoperator(cls, space: Space, superoperator: Any) -> MatrixGenerator:
        """Convert a complex (n^2, n^2) matrix that acts on row-by-row flattened operators.

        Raises
        ------
        InvalidArgumentError
            If it does not preserve Hermiticity.
        """
        n = space.dimension
        require_memory(16.0 * 4 * n**4, f"A dense generator for {space}")
        if issparse(superoperator):
            superoperator = superoperator.toarray()
        superoperator = np.asarray(superoperator, complex)
        if superoperator.shape != (n * n, n * n):
            raise DimensionError(
                f"Argument `superoperator` must have shape {(n * n, n * n)} for {space}, but has "
                f"{superoperator.shape}."
            )
        # A Hermitian operator without any structure must stay one.
        probe = np.random.default_rng(20251014).normal(size=(2, n, n))
        probe = probe[0] + probe[0].T + 1j * (probe[1] - probe[1].T)
        image = (superoperator @ probe.ravel()).reshape(n, n)
        if np.abs(image - image.conj().T).max() > 1e-10 * max(np.abs(image).max(), 1e-300):
            raise InvalidArgumentError("The superoperator does not preserve Hermiticity.")
        return cls(space, hermitian_basis(n).real_matrix(superoperator))

    @property
    def dimension(self) -> int:
        """Dimension n of the space."""
        return self.space.dimension

    def superoperator(self) -> np.ndarray:
        """The complex (n^2, n^2) matrix on row-by-row flattened operators."""
        vectors = hermitian_basis(self.dimension).vectors
        return vectors @ (self.matrix @ vectors.conj().T.toarray())

    def apply(self, rho: Any) -> np.ndarray:
        """Apply the generator to operators, shape (..., n, n)."""
        rho = np.asarray(rho)
        basis = hermitian_basis(self.dimension)
        adjoint = rho.conj().swapaxes(-1, -2)

        def image(hermitian: np.ndarray) -> np.ndarray:
            return basis.operators(basis.components(hermitian) @ self.matrix.T)

        # The basis is real for Hermitian operators, and any operator is made of two of them.
        return image((rho + adjoint) / 2) + 1j * image((rho - adjoint) / 2j)

    def __repr__(self) -> str:
        return f"<MatrixGenerator of {self.space}: dimension {self.dimension}>"
