"""Rate matrices gamma of dissipators sum_ij gamma_ij (L_i rho L_j^dag - {L_j^dag L_i, rho}/2).

A Hermitian and positive gamma is L D L^dag, with jump operators K_m = sum_i L_im L_i of rates D_m.
Elimination with the largest diagonal first keeps weak baths beside strong ones to all their digits,
and of gamma = 1 1^T leaves one operator and exact zeros.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp

from quantsync.checks import label, number_array
from quantsync.errors import DimensionError, InvalidArgumentError
from quantsync.lindblad._terms import Terms
from quantsync.memory import require_memory
from quantsync.parallel import chunk_slices
from quantsync.qobj import is_qobj

EPS = float(np.finfo(float).eps)
ROUNDING = (
    1e-12  # of gamma_ij / sqrt(gamma_ii gamma_jj): what Hermitian and positive are checked to
)
MANY = 4096  # matrices at a time
ENTRY = 4 * EPS  # of sqrt(gamma_ii gamma_jj): rounding of one entry
FULL_RANK = 16 * EPS  # times their number: eigenvalues of the same matrix that are surely positive


def operator_list(value: Any) -> list[Any] | None:
    """The operators of a list (or of an array of three axes); None for one operator."""
    if isinstance(value, np.ndarray):
        return list(value) if value.ndim == 3 else None
    if not isinstance(value, list | tuple):
        return None
    return list(value) if not value or any(map(_is_operator, value)) else None


def _is_operator(value: Any) -> bool:
    """Whether a member of a list is a matrix, and no row of one."""
    if isinstance(value, list | tuple):
        return any(isinstance(row, list | tuple | np.ndarray) for row in value)
    return sp.issparse(value) or is_qobj(value) or getattr(value, "ndim", 0) > 1


def rate_matrix(value: Any, count: int, name: str) -> np.ndarray:
    """A rate matrix (..., n, n), Hermitian to the last digit and positive to rounding."""
    gamma = np.asarray(number_array(value, name), complex)
    require_memory(96.0 * gamma.size, f"A check of rate matrices of shape {gamma.shape}")
    if gamma.shape[-2:] != (count, count) or not count:
        raise DimensionError(
            f"{label(name)} must have shape (..., {count}, {count}) for a list of operators of "
            f"length {count}, but has {gamma.shape}. Operators that decay each at a rate of their "
            "own are pairs (rate, operator)."
        )
    adjoint = gamma.conj().swapaxes(-1, -2)
    apart = np.abs(gamma - adjoint)
    size = np.sqrt(np.abs(np.diagonal(gamma, axis1=-2, axis2=-1)))
    size = np.maximum(size[..., :, None] * size[..., None, :], np.abs(gamma))
    off = apart > ROUNDING * np.maximum(size, size.swapaxes(-1, -2))
    if off.any():
        index = tuple(
            int(i) for i in np.unravel_index(np.where(off, apart, -1).argmax(), off.shape)
        )
        raise InvalidArgumentError(
            f"{label(name)} must be Hermitian, but has {gamma[index]:.6g} at index {index}, and "
            f"{adjoint[index].conj():.6g} across the diagonal."
        )
    gamma = (gamma + adjoint) / 2
    scaled, size = _scaled(gamma)
    values = np.linalg.eigvalsh(scaled)
    diagonal = np.diagonal(gamma, axis1=-2, axis2=-1)
    bad = values[..., 0] < -ROUNDING * count
    bad |= ((diagonal == 0) & (gamma != 0).any(axis=-1)).any(axis=-1)
    if bad.any():
        index = tuple(int(i) for i in np.argwhere(bad)[0])
        # Of gamma itself, at most; beside much larger rates its own eigenvalues are rounding.
        vector = np.linalg.eigh(scaled[index])[1][:, 0] / size[index]
        form = np.vdot(vector, gamma[index] @ vector).real / np.vdot(vector, vector).real
        smallest = min(form, float(np.linalg.eigvalsh(gamma[index])[0]))
        raise InvalidArgumentError(
            f"{label(name)} must be positive semidefinite, but has the eigenvalue {smallest:.6g}"
            f"{f' at index {index}' if index else ''}: |gamma_ij|^2 is gamma_ii gamma_jj at most. "
            "If that is rounding, add its size to the diagonal."
        )
    return gamma


def _scaled(gamma: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """gamma_ij/sqrt(gamma_ii gamma_jj), and the square roots."""
    diagonal = np.real(np.diagonal(gamma, axis1=-2, axis2=-1))
    # Where a diagonal entry vanishes, so must its row; a negative one shows as -1.
    largest = np.abs(diagonal).max(axis=-1, keepdims=True)
    size = np.sqrt(np.where(diagonal != 0, np.abs(diagonal), np.where(largest > 0, largest, 1)))
    return gamma / size[..., :, None] / size[..., None, :], size


def rate_matrices(terms: Terms, table: np.ndarray) -> np.ndarray:
    """The matrices (B, J, J) of all rates of systems with coefficients (B, T)."""
    energies, count = len(terms.hamiltonian), len(terms.jumps)
    gamma = np.zeros((len(table), count, count), complex)
    gamma[:, range(count), range(count)] = table[:, energies : energies + count]
    for k, (i, j, imaginary) in enumerate(terms.crosses, energies + count):
        part = table[:, k] * (1j if imaginary else 1)
        gamma[:, i, j] += part
        gamma[:, j, i] += part.conj()
    return gamma


def of_full_rank(terms: Terms, table: np.ndarray) -> np.ndarray:
    """Systems (B,) whose active jump operators are all spanned by their channels, beyond doubt."""
    coupled = sorted({k for i, j, _ in terms.crosses for k in (i, j)})
    found = np.ones(len(table), bool)
    own = range(len(coupled))
    for chunk in chunk_slices(len(table), MANY) if coupled else ():
        gamma = rate_matrices(terms, table[chunk])[:, coupled][:, :, coupled]
        dark = np.real(np.diagonal(gamma, axis1=1, axis2=2)) == 0
        gamma[:, own, own] += dark  # these are not active
        smallest = np.linalg.eigvalsh(_scaled(gamma)[0])[:, 0]
        found[chunk] = smallest > FULL_RANK * len(coupled)
    return found


def channel_rates(gamma: np.ndarray) -> list[tuple[float, np.ndarray]]:
    """Rates > 0 and weights (J,) of the jump operators that one rate matrix stands for."""
    left, given = gamma.copy(), np.real(np.diagonal(gamma))
    found: dict[int, tuple[float, np.ndarray]] = {}
    for _ in range(len(gamma)):
        rest = np.real(np.diagonal(left))
        relative = np.where(given > 0, rest / np.where(given > 0, given, 1), 0)
        open_ = relative > FULL_RANK * len(gamma)  # what is left of others is rounding
        if not open_.any():
            break
        k = int(np.where(open_, rest, -1).argmax())
        rate, weights = float(rest[k]), left[:, k] / rest[k]
        weights[k] = 1
        found[k] = rate, weights
        left = left - rate * np.outer(weights, weights.conj())
        left[k] = left[:, k] = 0
    return [found[k] for k in sorted(found)]


def channels_are_all(terms: Terms, row: np.ndarray) -> bool:
    """Whether the channels of a system make up its rates but for the rounding of each entry."""
    (gamma,) = rate_matrices(terms, row[None])
    size = np.sqrt(np.real(np.diagonal(gamma)))
    rest = gamma.copy()
    for rate, weights in channel_rates(gamma):
        rest -= rate * np.outer(weights, weights.conj())
    return bool((np.abs(rest) <= ENTRY * np.outer(size, size)).all())


def combined(weights: np.ndarray, operators: Sequence[sp.csr_array]) -> sp.csr_array:
    """``sum_i w_i L_i``; the operator itself where there is only one."""
    used = np.flatnonzero(weights)
    if len(used) == 1 and weights[used[0]] == 1:
        return operators[used[0]]
    total = weights[used[0]] * operators[used[0]]
    for k in used[1:]:
        total = total + weights[k] * operators[k]
    return sp.csr_array(total)


def channels_of(terms: Terms, row: np.ndarray) -> list[tuple[float, sp.csr_array]]:
    """Rates > 0 and jump operators of one system with coefficients (T,)."""
    if not terms.crosses:
        rates = row[len(terms.hamiltonian) :]
        return [(r, jump) for r, jump in zip(rates, terms.jumps, strict=True) if r > 0]
    (gamma,) = rate_matrices(terms, row[None])
    return [(rate, combined(weights, terms.jumps)) for rate, weights in channel_rates(gamma)]
