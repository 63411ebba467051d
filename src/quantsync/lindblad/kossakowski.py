"""Generators from a Hamiltonian and a Kossakowski matrix, given or random.

Zhao et al., "Quantum Synchronization of Perturbed Oscillating Coherences" (2025), App. F, after
Denisov et al., PRL 123, 140403 (2019).
"""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
from scipy.linalg import get_lapack_funcs

from quantsync.errors import (
    DimensionError,
    InvalidArgumentError,
    InvalidRateError,
    NonHermitianError,
    require_finite,
)
from quantsync.lindblad.matrix_generator import MatrixGenerator
from quantsync.operators import Space

Basis = Literal["printed", "orthonormal"]
ROUNDING = 1e-10  # relative: eigenvalues of a Kossakowski matrix above minus this are zero


def diagonal_operators(dimension: int, basis: Basis) -> np.ndarray:
    """The n - 1 diagonal operators of an operator basis, in the columns of an (n, n - 1) matrix.

    ``"printed"``: |a><a| - |a+1><a+1|, Eq. (F3), which is neither normalised nor orthogonal.
    ``"orthonormal"``: (sum_{i<=a} |i><i| - a |a+1><a+1|)/sqrt(a(a+1)), as Gell-Mann's.

    Raises
    ------
    InvalidArgumentError
        If the basis has another name.

    Examples
    --------
    >>> diagonal_operators(3, "printed")
    array([[ 1.,  0.],
           [-1.,  1.],
           [ 0., -1.]])
    """
    a = np.arange(1, dimension)
    rows = np.arange(1, dimension + 1)[:, None]
    if basis == "printed":
        return 1.0 * (rows == a) - 1.0 * (rows == a + 1)
    if basis == "orthonormal":
        return ((rows <= a) - a * (rows == a + 1)) / np.sqrt(a * (a + 1))
    raise InvalidArgumentError(
        f"Argument `basis` must be 'printed' or 'orthonormal', but is {basis!r}."
    )


def kossakowski_generator(
    space: Space,
    hamiltonian: Any,
    kossakowski: Any,
    basis: Basis = "printed",
    weights: tuple[float, float] = (1.0, 1.0),
) -> MatrixGenerator:
    r"""The generator ``-i w_H [H, .] + w_D sum_mn K_mn (F_n . F_m^dag - {F_m^dag F_n, .}/2)``.

    Eqs. (F1), (F2) of Zhao et al. The basis operators are numbered n = (a - 1) N + b for
    a, b = 1 ... N without (N, N): F_n = \|a><b\| for a != b, diagonal operators for a = b. The sum
    over pairs of operators is never taken: in a basis of matrix units the superoperator is the
    matrix K with its indices reshuffled, up to the few diagonal operators.

    Parameters
    ----------
    space : Space
        The space of dimension N.
    hamiltonian : array_like of shape (N, N)
        Hermitian.
    kossakowski : array_like of shape (N^2 - 1, N^2 - 1)
        Hermitian and positive semidefinite.
    basis : {"printed", "orthonormal"}, default "printed"
        The diagonal operators: as in Eq. (F3), or orthonormal as the text says.
    weights : tuple of float, default (1, 1)
        w_H and w_D >= 0.

    Returns
    -------
    MatrixGenerator

    Raises
    ------
    NonHermitianError
        If a matrix is not Hermitian.
    InvalidRateError
        If the Kossakowski matrix has a negative eigenvalue, or a weight is negative.
    DimensionError, NonFiniteError, InvalidArgumentError
        If a matrix does not fit the space or is not finite, or the basis has another name.

    Examples
    --------
    Decay of a spin 1/2 is the element for F = \|down><up\|, the second of three:

    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1/2))
    >>> decay = qs.kossakowski_generator(space, np.zeros((2, 2)), np.diag([0.0, 0.0, 1.0]))
    >>> print(decay.apply(np.diag([1.0, 0.0])).real.round(12) + 0.0)
    [[-1.  0.]
     [ 0.  1.]]
    """
    n = space.dimension
    energy = _hermitian(hamiltonian, n, "hamiltonian")
    rates = _hermitian(kossakowski, n * n - 1, "kossakowski")
    lowest, highest = np.linalg.eigvalsh(rates)[[0, -1]]
    if lowest < -ROUNDING * max(abs(highest), abs(lowest)):
        raise InvalidRateError(
            f"Argument `kossakowski` must be positive semidefinite, but has the eigenvalue "
            f"{lowest:.3g}."
        )
    return _assemble(space, energy, rates, basis, _checked_weights(weights))


def random_lindbladian(
    space: Space,
    rng: np.random.Generator,
    basis: Basis = "printed",
    weights: tuple[float, float] = (1.0, 1.0),
) -> MatrixGenerator:
    """Draw a random generator: GUE Hamiltonian, trace-normalised Wishart Kossakowski matrix.

    App. F of Zhao et al.: ``H = (M + M^dag)/sqrt2`` and ``K = d G G^dag/Tr G G^dag`` with
    d = N^2 - 1, the real and imaginary parts of M and G standard normal. Not G but the Cholesky
    factor of G G^dag is drawn (Bartlett): half the random numbers, a sixth of the arithmetic.

    Parameters
    ----------
    space : Space
        The space of dimension N.
    rng : numpy.random.Generator
        Its state decides the result.
    basis, weights
        As for `kossakowski_generator`.

    Returns
    -------
    MatrixGenerator

    Raises
    ------
    InvalidArgumentError, InvalidRateError
        As for `kossakowski_generator`.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1))
    >>> generator = qs.random_lindbladian(space, np.random.default_rng(1), basis="orthonormal")
    >>> round(-float(np.trace(generator.matrix)) / 3, 9)  # Tr L = -N Tr K in an orthonormal basis
    8.0
    """
    if not isinstance(rng, np.random.Generator):
        raise InvalidArgumentError(
            f"Argument `rng` must be a numpy.random.Generator, but is {type(rng).__name__}; "
            "make one with numpy.random.default_rng(seed)."
        )
    weights = _checked_weights(weights)
    n = space.dimension
    matrix = rng.standard_normal((n, n)) + 1j * rng.standard_normal((n, n))
    energy = (matrix + matrix.conj().T) / math.sqrt(2)
    return _assemble(space, energy, random_kossakowski(n, rng), basis, weights)


def random_kossakowski(dimension: int, rng: np.random.Generator) -> np.ndarray:
    """A trace-normalised complex Wishart matrix of size d = N^2 - 1 and trace d.

    Examples
    --------
    >>> import numpy as np
    >>> K = random_kossakowski(2, np.random.default_rng(1))
    >>> round(float(np.trace(K).real), 12), bool(np.linalg.eigvalsh(K)[0] > 0)
    (3.0, True)
    """
    d = dimension**2 - 1
    factor = np.zeros((d, d), complex, order="F")
    # G G^dag = U U^dag, U upper triangular: |U_ii|^2 is chi squared with 2(i + 1) degrees of
    # freedom (rows counted from 0), the entries above the diagonal are normal as those of G.
    normal = rng.standard_normal(d * (d - 1)).view(complex)
    for column in range(1, d):
        start = column * (column - 1) // 2
        factor[:column, column] = normal[start : start + column]
    factor[np.diag_indices(d)] = np.sqrt(rng.chisquare(2 * np.arange(1, d + 1)))
    multiply: Any = get_lapack_funcs("lauum", (factor,))  # U U^dag in place, upper triangle
    upper = multiply(factor, lower=0, overwrite_c=1)[0]
    full = upper + upper.conj().T
    full[np.diag_indices(d)] /= 2
    return full * (d / np.trace(full).real)


def _assemble(
    space: Space,
    energy: np.ndarray,
    rates: np.ndarray,
    basis: Basis,
    weights: tuple[float, float],
) -> MatrixGenerator:
    n = space.dimension
    choi = _in_matrix_units(rates.T, n, basis).reshape(n, n, n, n)
    decay = weights[1] * np.einsum("jkjl->lk", choi) / 2 + 1j * weights[0] * energy
    # choi[j,k,j',k'] multiplies |j><k| . |k'><j'|; the superoperator takes (k,k') to (j,j').
    total = weights[1] * choi.transpose(0, 2, 1, 3)
    for a in range(n):  # decay rho + rho decay^dag
        total[:, a, :, a] -= decay
        total[a, :, a, :] -= decay.conj()
    return MatrixGenerator.from_superoperator(space, total.reshape(n * n, n * n))


def _in_matrix_units(matrix: np.ndarray, n: int, basis: Basis) -> np.ndarray:
    """U matrix U^dag with the basis operators, flattened, in the columns of U: (n^2, n^2)."""
    diagonal = diagonal_operators(n, basis)
    # Operator number a n + b, counted from 0, is the matrix unit of that place unless a = b.
    inside, units = np.arange(n - 1) * (n + 1), np.arange(n) * (n + 1)
    result = np.zeros((n * n, n * n), complex)
    result[:-1, :-1] = matrix
    result[units] = diagonal @ result[inside]
    result[:, units] = result[:, inside] @ diagonal.T
    return result


def _hermitian(matrix: Any, size: int, name: str) -> np.ndarray:
    array = np.asarray(matrix)
    if array.shape != (size, size):
        raise DimensionError(
            f"Argument `{name}` must have shape {(size, size)}, but has {array.shape}."
        )
    array = array.astype(complex)
    require_finite(f"Argument `{name}`", array)
    scale = float(np.abs(array).max(initial=0))
    deviation = float(np.abs(array - array.conj().T).max(initial=0))
    if deviation > 1e-10 * scale:
        raise NonHermitianError(
            f"Argument `{name}` must be Hermitian, but differs from its adjoint by {deviation:.3g}."
        )
    return (array + array.conj().T) / 2


def _checked_weights(weights: Any) -> tuple[float, float]:
    pair = np.asarray(weights, float)
    if pair.shape != (2,):
        raise InvalidArgumentError(f"Argument `weights` must be two numbers, but is {weights!r}.")
    require_finite("Argument `weights`", pair)
    if (pair < 0).any():
        raise InvalidRateError(f"Argument `weights` must be >= 0, but is {weights!r}.")
    return float(pair[0]), float(pair[1])
