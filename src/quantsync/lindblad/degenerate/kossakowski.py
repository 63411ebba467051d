"""Generators from a Hamiltonian and a Kossakowski matrix, given or random.

Zhao et al., "Quantum Synchronization of Perturbed Oscillating Coherences" (2025), App. F, after
Denisov et al., PRL 123, 140403 (2019).
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
from scipy.linalg import get_lapack_funcs

from quantsync.checks import named_arguments, number_array, real_array
from quantsync.errors import (
    DimensionError,
    InvalidArgumentError,
)
from quantsync.lindblad.degenerate._reshuffle import Reshuffle
from quantsync.lindblad.matrix_generator import MatrixGenerator
from quantsync.memory import require_memory, workspace
from quantsync.operators import Space, require_space

DENSE_MATRICES = 6  # of n^2 rows that exist at one time
ROUNDING = 1e-10  # relative: what a Kossakowski matrix may lack of being Hermitian and positive


def gell_mann_diagonal(dimension: int) -> np.ndarray:
    """The n - 1 diagonal generators of SU(n), orthonormal, in the columns: (n, n - 1)."""
    a = np.arange(1, dimension)
    rows = np.arange(1, dimension + 1)[:, None]
    return ((rows <= a) - a * (rows == a + 1)) / np.sqrt(a * (a + 1))


@named_arguments
def kossakowski_generator(
    space: Space,
    hamiltonian: Any,
    kossakowski: Any,
    diagonal: Any = None,
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
    diagonal : array_like of shape (N, N - 1), optional
        The diagonal operators, one per column; real. By default those of Gell-Mann, which make
        the basis orthonormal: ``(sum_{i<=a} |i><i| - a |a+1><a+1|)/sqrt(a(a+1))``.
    weights : tuple of float, default (1, 1)
        w_H and w_D >= 0.

    Returns
    -------
    MatrixGenerator

    Raises
    ------
    InvalidArgumentError
        If a matrix is not Hermitian; or if the Kossakowski matrix has a negative eigenvalue, or a
        weight is negative.
    DimensionError, NonFiniteError, InvalidArgumentError
        If an argument does not fit the space, or is not finite.

    Examples
    --------
    Decay of a spin 1/2 is the element for F = \|down><up\|, the second of three:

    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1/2))
    >>> matrix = np.diag([0.0, 0.0, 1.0])
    >>> decay = qs.degenerate.kossakowski_generator(space, np.zeros((2, 2)), matrix)
    >>> print(decay.apply(np.diag([1.0, 0.0])).real.round(12) + 0.0)
    [[-1.  0.]
     [ 0.  1.]]
    """
    n = require_space(space).dimension
    require_memory(DENSE_MATRICES * 8.0 * n**4, f"A dense generator for {space}")
    energy = _hermitian(hamiltonian, n, "hamiltonian")
    rates = _hermitian(kossakowski, n * n - 1, "kossakowski")
    lowest, highest = np.linalg.eigvalsh(rates)[[0, -1]]
    if lowest < -ROUNDING * max(abs(highest), abs(lowest)):
        raise InvalidArgumentError(
            f"Argument `kossakowski` must be positive semidefinite, but has the eigenvalue "
            f"{lowest:.3g}."
        )
    energy_weight, rate_weight = checked_weights(weights)
    choi = np.zeros((n * n, n * n), complex)
    choi[:-1, :-1] = rates.T
    _to_matrix_units(choi, _checked_diagonal(diagonal, n))
    matrix = _reshuffle(n).real_matrix(choi, energy_weight * energy, rate_weight)
    return MatrixGenerator(space, matrix)


@named_arguments
def random_lindbladian(
    space: Space,
    rng: np.random.Generator,
    diagonal: Any = None,
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
    diagonal, weights
        As for `kossakowski_generator`.

    Returns
    -------
    MatrixGenerator

    Raises
    ------
    InvalidArgumentError
        As for `kossakowski_generator`.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1))
    >>> generator = qs.degenerate.random_lindbladian(space, np.random.default_rng(1))
    >>> round(-float(np.trace(generator.matrix)) / 3, 9)  # Tr L = -N Tr K
    8.0
    """
    if not isinstance(rng, np.random.Generator):
        raise InvalidArgumentError(
            f"Argument `rng` must be a numpy.random.Generator, but is {type(rng).__name__}; "
            "make one with numpy.random.default_rng(seed)."
        )
    energy_weight, rate_weight = checked_weights(weights)
    n = require_space(space).dimension
    operators = _checked_diagonal(diagonal, n)
    require_memory(DENSE_MATRICES * 8.0 * n**4, f"A dense generator for {space}")
    energy = random_hamiltonian(n, rng)
    choi, scale = _random_choi(n, rng)
    _to_matrix_units(choi, operators)
    matrix = _reshuffle(n).real_matrix(choi, energy_weight * energy, rate_weight * scale)
    return MatrixGenerator(space, matrix)


def random_hamiltonian(dimension: int, rng: np.random.Generator) -> np.ndarray:
    """``(M + M^dag)/sqrt2``, the real and imaginary parts of M standard normal (App. F)."""
    matrix = rng.standard_normal((dimension, dimension, 2)).view(complex)[..., 0]
    return (matrix + matrix.conj().T) / math.sqrt(2)


def random_kossakowski(dimension: int, rng: np.random.Generator) -> np.ndarray:
    """A trace-normalised complex Wishart matrix of size d = N^2 - 1 and trace d."""
    padded, scale = _random_choi(dimension, rng)
    upper = np.triu(padded[:-1, :-1]) * scale
    return (upper + np.triu(upper, 1).conj().T).T


def _random_choi(n: int, rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """The transpose of a Wishart matrix, and the factor that makes its trace N^2 - 1."""
    # Only the upper triangle, row by row in memory, with a row and a column of zeros at the end for
    # the last matrix unit; what is below the diagonal has no meaning. The memory is this thread's
    # workspace, which the next call overwrites.
    d = n * n - 1
    # G G^dag = L^dag L, L lower triangular: |L_ii|^2 is chi squared with 2(i + 1) degrees of
    # freedom (rows counted from 0), the entries below the diagonal are normal as those of G.
    factor = workspace("factor", (n * n, n * n), complex).T
    columns = factor.T.view(float)
    for column in range(d):
        rng.standard_normal(out=columns[column, 2 * column + 2 : 2 * d])
    factor[d] = factor[:, d] = 0
    factor[np.arange(d), np.arange(d)] = np.sqrt(rng.chisquare(2 * np.arange(1, d + 1)))
    multiply: Any = get_lapack_funcs("lauum", (factor,))  # L^dag L in place
    choi = multiply(factor, lower=1, overwrite_c=1)[0].T
    return choi, d / float(np.real(np.trace(choi)))


@lru_cache(maxsize=4)
def _reshuffle(n: int) -> Reshuffle:
    return Reshuffle(n)


def _to_matrix_units(choi: np.ndarray, diagonal: np.ndarray) -> None:
    """Turn the diagonal operators into matrix units, in place, in the upper triangle."""
    # Operator number a n + b, counted from 0, is the matrix unit of that place unless a = b.
    n = len(diagonal)
    units = np.arange(n) * (n + 1)
    rows = np.empty((n - 1, n * n), complex)
    for row, place in zip(rows, units[:-1], strict=True):
        row[place:] = choi[place, place:]
        np.conj(choi[:place, place], out=row[:place])
    rows = diagonal @ rows
    rows[:, units] = rows[:, units[:-1]] @ diagonal.T
    for row, place in zip(rows, units, strict=True):
        choi[place, place:] = row[place:]
        np.conj(row[:place], out=choi[:place, place])


def _hermitian(matrix: Any, size: int, name: str) -> np.ndarray:
    array = _sized(matrix, (size, size), name).astype(complex)
    scale = float(np.abs(array).max(initial=0))
    deviation = float(np.abs(array - array.conj().T).max(initial=0))
    if deviation > ROUNDING * scale:
        raise InvalidArgumentError(
            f"Argument `{name}` must be Hermitian, but differs from its adjoint by {deviation:.3g}."
        )
    return (array + array.conj().T) / 2


def _checked_diagonal(given: Any, n: int) -> np.ndarray:
    if given is None:
        return gell_mann_diagonal(n)
    return real_array(_sized(given, (n, n - 1), "diagonal"), "diagonal")


def _sized(given: Any, shape: tuple[int, ...], name: str) -> np.ndarray:
    array = number_array(given, name)
    if array.shape != shape:
        raise DimensionError(f"Argument `{name}` must have shape {shape}, but has {array.shape}.")
    return array


def checked_weights(weights: Any) -> tuple[float, float]:
    """The weights of the Hamiltonian and the dissipator."""
    pair = real_array(weights, "weights", at_least=0)
    if pair.shape != (2,):
        raise InvalidArgumentError(
            f"Argument `weights` must be two numbers, but has shape {pair.shape}."
        )
    return float(pair[0]), float(pair[1])
